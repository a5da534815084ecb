//! Backup and restore. A backup is a data folder of its own – SQLite, photos, key – whatever the stores behind head
//! office are, so that it can be verified, looked into and even served as it stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::blobs::{Blobs, Bucket, Folder};
use crate::error::HeadOfficeError;
use crate::key::{self, sync_folder};
use crate::office::{HeadOffice, Stores};
use crate::store::{BackupRecord, DATABASE_FILE, Store};

/// Ending of a backup's folder while it is being made.
const UNFINISHED: &str = "unfinished";
/// Ending of a backup's folder that did not pass its verification.
const UNSOUND: &str = "unsound";

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The new life's incarnation, by which stations notice.
    pub incarnation: String,
    /// Events.
    pub events: u64,
    /// Photos.
    pub blobs: u64,
}

impl HeadOffice {
    /// Makes a backup in a folder of its own below `to`, verifies it, and only then counts as durable what is in it.
    /// Stations and other processes may go on meanwhile: the backup holds one moment. Photos that the newest backup
    /// beside it has already are linked, not copied, where the file system can.
    ///
    /// # Errors
    /// `backup-unsound` when the copy does not verify: it is kept, named so, and nothing counts as durable.
    pub fn backup(&self, to: &Path, now: Timestamp) -> Result<BackupRecord, HeadOfficeError> {
        let seconds = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let digits: String = seconds.to_string().chars().filter(|sign| !matches!(sign, '-' | ':')).collect();
        let name = format!("{digits}-{}", hex::encode(rand::random::<[u8; 2]>()));
        fs::create_dir_all(to).map_err(HeadOfficeError::file(to))?;
        let before = newest_backup(to)?;
        let unfinished = to.join(format!("{name}.{UNFINISHED}"));
        make_private(&unfinished)?;
        let copy = Store::sqlite(&unfinished, now)?;
        self.store().copy_to(&copy, None)?;
        let heads = copy.heads()?;
        let blobs = copy.blobs()?;
        drop(copy);
        key::store(&unfinished, self.key())?;
        let photos = Folder::open(&unfinished)?;
        let earlier = before.map(|folder| Folder::open(&folder)).transpose()?;
        for (sha256, length) in &blobs {
            let linked = match &earlier {
                Some(earlier) if earlier.holds(sha256, *length)? => photos.link(earlier, sha256).is_ok(),
                _ => false,
            };
            // One that is not here is found by the verification, which names it.
            if !linked && self.blobs().holds(sha256, *length)? {
                photos.keep(sha256, self.blobs().read(sha256)?)?;
            }
        }
        let found = Self::open(&unfinished)?.verify(|_| {})?;
        if !found.problems.is_empty() {
            let unsound = to.join(format!("{name}.{UNSOUND}"));
            fs::rename(&unfinished, &unsound).map_err(HeadOfficeError::file(&unfinished))?;
            return Err(HeadOfficeError::BackupUnsound(unsound));
        }
        let place = to.join(&name);
        fs::rename(&unfinished, &place)
            .and_then(|()| sync_folder(to))
            .map_err(HeadOfficeError::file(&unfinished))?;
        let record = BackupRecord {
            backup: name,
            place: place.display().to_string(),
            taken_s: now.as_second(),
            verified_s: Timestamp::now().as_second().max(now.as_second()),
            events: found.events,
            blobs: found.blobs,
        };
        self.store().keep_backup(&record, &heads)?;
        Ok(record)
    }
}

/// Fills an empty head office from a backup, and gives it a new incarnation: its stations notice, and send again what
/// it lost. The key comes with the backup.
///
/// # Errors
/// `backup-unsound`, `restore-not-empty`.
pub fn restore(
    from: &Path,
    dir: &Path,
    stores: &Stores,
    now: Timestamp,
) -> Result<Restored, HeadOfficeError> {
    let backup = HeadOffice::open(from)?;
    if !backup.verify(|_| {})?.problems.is_empty() {
        return Err(HeadOfficeError::BackupUnsound(from.to_path_buf()));
    }
    for name in [DATABASE_FILE, key::KEY_FILE] {
        if dir.join(name).exists() {
            return Err(HeadOfficeError::NotEmpty(dir.display().to_string()));
        }
    }
    make_private(dir)?;
    let store = match &stores.database {
        None => Store::sqlite(dir, now)?,
        Some(url) => Store::postgres(url, now)?,
    };
    if store.key()?.is_some() || store.totals()?.events > 0 {
        return Err(HeadOfficeError::NotEmpty("the database".to_owned()));
    }
    let blobs: Box<dyn Blobs> = match &stores.photos {
        None => Box::new(Folder::open(dir)?),
        Some(objects) => Box::new(Bucket::open(objects)?),
    };
    let held = backup.store().blobs()?;
    for (sha256, length) in &held {
        if !blobs.holds(sha256, *length)? {
            blobs.keep(sha256, backup.blobs().read(sha256)?)?;
        }
    }
    key::store(dir, backup.key())?;
    backup.store().copy_to(&store, Some(now))?;
    let totals = store.totals()?;
    let record = BackupRecord {
        backup: name_of(from),
        place: from.display().to_string(),
        taken_s: now.as_second(),
        verified_s: now.as_second(),
        events: totals.events,
        blobs: totals.blobs,
    };
    store.keep_backup(&record, &backup.store().heads()?)?;
    let incarnation = store.identity()?.incarnation.to_string();
    Ok(Restored { incarnation, events: totals.events, blobs: totals.blobs })
}

fn make_private(dir: &Path) -> Result<(), HeadOfficeError> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(dir).map_err(HeadOfficeError::file(dir))
}

/// The newest whole backup in a folder: their names sort by time.
fn newest_backup(to: &Path) -> Result<Option<PathBuf>, HeadOfficeError> {
    let whole = |entry: io::Result<fs::DirEntry>| {
        let path = entry.ok()?.path();
        (path.extension().is_none() && path.join(DATABASE_FILE).is_file()).then_some(path)
    };
    Ok(fs::read_dir(to).map_err(HeadOfficeError::file(to))?.filter_map(whole).max())
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
