//! The live picture that a screen shows: small, so that a window has little to unpack and paint, and made only while
//! somebody looks.
//!
//! Codes are read from full frames elsewhere (`eyes`), at their own pace: a frame that takes long to read delays no
//! picture, and a screen that asks rarely costs next to nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use devices::camera::{Size, shrunk};
use devices::{Camera, Frame};
use tokio::sync::Notify;

/// Nobody asked for so long: nobody looks.
const LOOKED_WITHIN: Duration = Duration::from_secs(2);
/// Least time between two pictures: 15 a second.
const PACE: Duration = Duration::from_millis(66);
/// While nobody looks: between two looks whether the camera is still there.
const CAMERA_GONE: Duration = Duration::from_secs(5);

/// The newest small picture, shared by who makes it and who shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preview {
    held: Arc<Mutex<Held>>,
    /// Somebody asked for a picture.
    asked: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Held {
    asked: Option<Instant>,
    picture: Option<Bytes>,
}

impl Preview {
    /// The newest small picture; none right after somebody began to look.
    pub(crate) fn newest(&self) -> Option<Bytes> {
        let mut held = self.lock();
        let began = held.asked.replace(Instant::now()).is_none_or(|asked| asked.elapsed() >= LOOKED_WITHIN);
        if began {
            // What is left from the last time somebody looked is an old picture.
            held.picture = None;
        }
        self.asked.notify_one();
        held.picture.clone()
    }

    /// No picture is left of a camera that was taken away.
    pub(crate) fn forget(&self) {
        self.show(None);
    }

    fn is_looked_at(&self) -> bool {
        self.lock().asked.is_some_and(|asked| asked.elapsed() < LOOKED_WITHIN)
    }

    fn show(&self, picture: Option<Bytes>) {
        self.lock().picture = picture;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes small pictures of a camera's newest frames until the camera is gone; frames that come meanwhile are skipped.
pub(crate) async fn make(camera: Arc<dyn Camera>, preview: Preview) {
    let mut frames = camera.subscribe();
    loop {
        if preview.is_looked_at() {
            let began = Instant::now();
            let newest = frames.borrow_and_update().clone();
            match newest {
                Some(frame) => {
                    let small = tokio::task::spawn_blocking(move || small(&frame)).await;
                    preview.show(small.ok().flatten());
                }
                // A camera that went away leaves no picture behind.
                None => preview.show(None),
            }
            if frames.changed().await.is_err() {
                return preview.show(None);
            }
            if let Some(rest) = PACE.checked_sub(began.elapsed()) {
                tokio::time::sleep(rest).await;
            }
        } else {
            if frames.has_changed().is_err() {
                return;
            }
            let _ = tokio::time::timeout(CAMERA_GONE, preview.asked.notified()).await;
        }
    }
}

/// A frame that cannot be made small is shown as it is: a browser may know what to do with it.
fn small(frame: &Frame) -> Option<Bytes> {
    match shrunk(&frame.jpeg, Size::PREVIEW) {
        Ok(Some(small)) => Some(small.into()),
        Ok(None) | Err(_) => Some(frame.jpeg.clone()),
    }
}

#[cfg(test)]
mod tests {
    use devices::DeviceId;
    use devices::simulated::SimulatedCamera;
    use image::{Rgb, RgbImage};

    use super::*;

    fn frame(colour: [u8; 3]) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let picture = RgbImage::from_pixel(1280, 720, Rgb(colour));
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg).encode_image(&picture).unwrap();
        jpeg
    }

    async fn until_shown(preview: &Preview, red: bool) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(picture) = preview.newest() {
                let picture = image::load_from_memory(&picture).unwrap().into_rgb8();
                assert_eq!(picture.dimensions(), (640, 360));
                if (picture.get_pixel(5, 5).0[0] > 128) == red {
                    return;
                }
            }
            assert!(Instant::now() < until, "the picture never came");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_small_picture_is_there_while_somebody_looks_and_a_slow_one_sees_the_newest() {
        let (sender, _receiver) = devices::events();
        let camera = Arc::new(SimulatedCamera::new(DeviceId::new("camera"), &sender));
        let preview = Preview::default();
        tokio::spawn(make(camera.clone(), preview.clone()));
        camera.show(frame([200, 0, 0]));
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(preview.lock().picture.is_none(), "nobody looks: nothing is made");
        until_shown(&preview, true).await;
        // Many frames while nobody asks: whoever asks again sees the newest, not the first of them.
        for n in 0..40 {
            camera.show(frame([if n == 39 { 0 } else { 200 }, 0, 0]));
        }
        until_shown(&preview, false).await;
        camera.set_state(devices::DeviceState::Lost);
        let until = Instant::now() + Duration::from_secs(30);
        while preview.newest().is_some() {
            assert!(Instant::now() < until, "an old picture stays");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
