//! Photo files, named by the SHA-256 of their bytes: `photos/ab/abcdef….jpg`, and beside each its small picture, which can be made
//! anew: `photos/ab/abcdef….thumb`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use returns::ids::Sha256Hex;
use sha2::{Digest, Sha256};

use crate::RecordsError;
use crate::enrolment::{sync_folder, write_durably};

/// How a small picture's name ends.
const SMALL: &str = "thumb";
/// How it ended in the first release; such a file gets its present name when somebody comes by it.
const SMALL_BEFORE: &str = "small.jpg";

/// The photo files of a data folder.
#[derive(Debug, Clone)]
pub struct Photos {
    folder: PathBuf,
}

pub(crate) fn sha256(bytes: &[u8]) -> Sha256Hex {
    Sha256Hex(Sha256::digest(bytes).into())
}

impl Photos {
    pub(crate) fn in_folder(dir: &Path) -> Self {
        Self { folder: dir.join("photos") }
    }

    /// Keeps a photo: temporary file, fsync, rename, fsync of the folder. Only then may its event be appended.
    /// Keeping the same bytes twice is no error.
    ///
    /// # Errors
    /// `disk-full`, `file-failed`.
    pub fn keep(&self, jpeg: &[u8]) -> Result<Sha256Hex, RecordsError> {
        let hash = sha256(jpeg);
        if self.read(&hash)?.as_deref() == Some(jpeg) {
            self.touch(&hash);
            return Ok(hash);
        }
        let path = self.path(&hash);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(RecordsError::row("a photo's path has no folder"));
        };
        self.make(folder)?;
        write_durably(folder, name, jpeg)?;
        Ok(hash)
    }

    /// Where a photo lies, or would lie.
    pub fn path(&self, hash: &Sha256Hex) -> PathBuf {
        let name = hash.to_string();
        let shelf: String = name.chars().take(2).collect();
        self.folder.join(shelf).join(format!("{name}.jpg"))
    }

    /// A photo's bytes as they are on disk; `None` if it is not here.
    ///
    /// # Errors
    /// `file-failed`.
    pub fn read(&self, hash: &Sha256Hex) -> Result<Option<Vec<u8>>, RecordsError> {
        let path = self.path(hash);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(RecordsError::file(&path)(error)),
        }
    }

    /// Length in bytes of a photo that is here.
    pub(crate) fn length(&self, hash: &Sha256Hex) -> Option<u64> {
        fs::metadata(self.path(hash)).ok().filter(fs::Metadata::is_file).map(|file| file.len())
    }

    /// Removes a photo and its small picture.
    pub(crate) fn remove(&self, hash: &Sha256Hex) -> Result<(), RecordsError> {
        let small_before = self.path(hash).with_extension(SMALL_BEFORE);
        for path in [self.path(hash), self.thumbnail_path(hash), small_before] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(RecordsError::file(&path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes a photo; its small picture stays.
    pub(crate) fn remove_full(&self, hash: &Sha256Hex) -> Result<(), RecordsError> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RecordsError::file(&path)(error)),
            _ => Ok(()),
        }
    }

    /// An orphan that is wanted after all is young again, until its event is appended.
    fn touch(&self, hash: &Sha256Hex) {
        let file = fs::File::options().append(true).open(self.path(hash));
        if let Err(error) = file.and_then(|file| file.set_modified(SystemTime::now())) {
            tracing::warn!(%error, %hash, "a photo's age was not renewed");
        }
    }

    /// Files of one shelf, `00` to `ff`, that were last written before then: a photo's hash, or `None` for what is
    /// left of one that was never finished.
    pub(crate) fn older_on_shelf(
        &self,
        shelf: u8,
        before: SystemTime,
    ) -> Result<Vec<(PathBuf, Option<Sha256Hex>)>, RecordsError> {
        let folder = self.folder.join(format!("{shelf:02x}"));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RecordsError::file(&folder)(error)),
        };
        let mut found = Vec::new();
        // All names first: a file that is renamed meanwhile would come twice.
        let entries: Vec<fs::DirEntry> = entries.flatten().collect();
        for entry in entries {
            let old = entry
                .metadata()
                .is_ok_and(|file| file.is_file() && file.modified().is_ok_and(|written| written < before));
            let name = entry.file_name().to_string_lossy().into_owned();
            let stem = name.split('.').next().unwrap_or_default();
            let hash = stem.parse().ok();
            let mut path = entry.path();
            if let Some(photo) = &hash
                && name.strip_prefix(stem) == Some(&format!(".{SMALL_BEFORE}"))
                && self.take_over(photo)
            {
                path = self.thumbnail_path(photo);
            }
            if old && (hash.is_some() || name.starts_with(".new-")) {
                found.push((path, hash));
            }
        }
        Ok(found)
    }

    /// Where a photo's small picture lies, or would lie.
    pub fn thumbnail_path(&self, photo: &Sha256Hex) -> PathBuf {
        self.path(photo).with_extension(SMALL)
    }

    /// A small picture's bytes; `None` if it is not here.
    ///
    /// # Errors
    /// `file-failed`.
    pub fn read_thumbnail(&self, photo: &Sha256Hex) -> Result<Option<Vec<u8>>, RecordsError> {
        let (now, before) = (self.thumbnail_path(photo), self.path(photo).with_extension(SMALL_BEFORE));
        for path in [&now, &before] {
            match fs::read(path) {
                Ok(bytes) => {
                    if path == &before {
                        self.take_over(photo);
                    }
                    return Ok(Some(bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(RecordsError::file(path)(error)),
            }
        }
        Ok(None)
    }

    /// Gives a small picture of the first release its present name, and says whether it has that now. Where the folder
    /// cannot be written it keeps the old one, and is read all the same.
    fn take_over(&self, photo: &Sha256Hex) -> bool {
        let (before, now) = (self.path(photo).with_extension(SMALL_BEFORE), self.thumbnail_path(photo));
        fs::rename(&before, &now)
            .inspect_err(|error| tracing::debug!(%error, %photo, "a small picture keeps its old name"))
            .is_ok()
    }

    /// Creates a shelf, durably: each new folder's own entry is synced too.
    fn make(&self, shelf: &Path) -> Result<(), RecordsError> {
        if shelf.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(shelf).map_err(RecordsError::file(shelf))?;
        sync_folder(&self.folder)?;
        self.folder.parent().map_or(Ok(()), sync_folder)
    }
}
