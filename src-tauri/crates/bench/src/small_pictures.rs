//! Small pictures of kept photos: made one at a time on a thread of their own, for lists of photos and for whoever
//! looks at them over a thin line. They can be made anew at any time; no event names them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use devices::camera::{Size, shrunk};
use records::{Photos, Records};
use returns::ids::Sha256Hex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Without anybody's word, a look for photos that have none yet.
const EVERY: Duration = Duration::from_secs(60);
/// Looked up at a time.
const AT_ONCE: usize = 8;

/// Makes what is missing now, and again whenever it is woken, until it is told to stop.
pub(crate) async fn make(records: Arc<Mutex<Records>>, wake: Arc<Notify>, stop: CancellationToken) {
    // What cannot be made small is not tried again and again.
    let mut hopeless = HashSet::new();
    loop {
        let (at, done) = (Arc::clone(&records), hopeless);
        let made = tokio::task::spawn_blocking(move || make_missing(&at, done)).await;
        hopeless = made.unwrap_or_default();
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn make_missing(records: &Mutex<Records>, mut hopeless: HashSet<Sha256Hex>) -> HashSet<Sha256Hex> {
    let lock = || records.lock().unwrap_or_else(PoisonError::into_inner);
    let photos = lock().photos();
    loop {
        let missing = match lock().photos_without_thumbnail(AT_ONCE + hopeless.len()) {
            Ok(missing) => missing,
            Err(error) => {
                tracing::warn!(%error, "photos without a small picture");
                return hopeless;
            }
        };
        let Some(photo) = missing.into_iter().find(|photo| !hopeless.contains(photo)) else {
            return hopeless;
        };
        // The picture is made without the lock: a scan must not wait for it.
        let kept = match small(&photos, &photo) {
            Some(jpeg) => lock().keep_thumbnail(&photo, &jpeg).inspect_err(|error| {
                tracing::warn!(%error, %photo, "a small picture is not kept");
            }),
            None => {
                hopeless.insert(photo);
                continue;
            }
        };
        if kept.is_err() {
            hopeless.insert(photo);
        }
    }
}

/// The small picture of a photo that is here; the photo itself where it is small.
pub(crate) fn small(photos: &Photos, photo: &Sha256Hex) -> Option<Vec<u8>> {
    let jpeg = photos.read(photo).ok().flatten()?;
    match shrunk(&jpeg, Size::SMALL) {
        Ok(small) => Some(small.unwrap_or(jpeg)),
        Err(problem) => {
            tracing::warn!(%photo, code = problem.code(), "no small picture can be made");
            None
        }
    }
}
