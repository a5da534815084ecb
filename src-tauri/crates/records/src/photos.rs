//! Photo files, named by the SHA-256 of their bytes: `photos/ab/abcdef….jpg`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use returns::ids::Sha256Hex;
use sha2::{Digest, Sha256};

use crate::RecordsError;
use crate::enrolment::{sync_folder, write_durably};

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

    pub(crate) fn remove(&self, hash: &Sha256Hex) -> Result<(), RecordsError> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RecordsError::file(&path)(error)),
            _ => Ok(()),
        }
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
