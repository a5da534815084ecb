//! Photos in a folder: `blobs/ab/abcd…`; on their way: `blobs/partial/STATION-abcd…`. For one server process.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use returns::ids::{Sha256Hex, StationId};
use sha2::{Digest, Sha256};

use super::{Blobs, Written, shelved};
use crate::error::HeadOfficeError;
use crate::key::sync_folder;

/// The folder of photos.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    writing: Mutex<HashMap<PathBuf, Arc<Mutex<()>>>>,
}

impl Folder {
    pub(crate) fn open(data: &Path) -> Result<Self, HeadOfficeError> {
        let dir = data.join("blobs");
        let partial = dir.join("partial");
        fs::create_dir_all(&partial).map_err(HeadOfficeError::file(&partial))?;
        Ok(Self { dir, writing: Mutex::default() })
    }

    /// Where a photo that is held whole lies.
    pub fn path(&self, sha256: &Sha256Hex) -> PathBuf {
        self.dir.join(shelved(sha256))
    }

    /// Makes a photo of another folder one of this folder's too, without copying it.
    pub(crate) fn link(&self, other: &Self, sha256: &Sha256Hex) -> io::Result<()> {
        let path = self.dir.join("partial").join(format!("link-{sha256}"));
        fs::hard_link(other.path(sha256), &path)?;
        self.settle(&path, sha256)
    }

    fn append(
        &self,
        path: &Path,
        sha256: &Sha256Hex,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> io::Result<Written> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let held = file.seek(SeekFrom::End(0))?;
        if held != offset {
            return Ok(Written::OtherOffset(held));
        }
        let held = held + piece.len() as u64;
        if held > length {
            return Ok(Written::TooLong);
        }
        if let Err(error) = file.write_all(piece) {
            // Whole pieces or nothing, so that an offset never points into a piece.
            file.set_len(offset)?;
            return Err(error);
        }
        file.sync_all()?;
        if held < length {
            return Ok(Written::Partial(held));
        }
        file.rewind()?;
        if hash_of(file)? != *sha256.as_bytes() {
            fs::remove_file(path)?;
            return Ok(Written::WrongHash);
        }
        self.settle(path, sha256)?;
        Ok(Written::Whole)
    }

    fn settle(&self, partial: &Path, sha256: &Sha256Hex) -> io::Result<()> {
        let place = self.path(sha256);
        if let Some(shelf) = place.parent() {
            if !shelf.is_dir() {
                fs::create_dir_all(shelf)?;
                sync_folder(&self.dir)?;
            }
            fs::rename(partial, &place)?;
            sync_folder(shelf)?;
        }
        Ok(())
    }

    fn partial(&self, station: &StationId, sha256: &Sha256Hex) -> PathBuf {
        self.dir.join("partial").join(format!("{station}-{sha256}"))
    }
}

impl Blobs for Folder {
    fn holds(&self, sha256: &Sha256Hex, length: u64) -> Result<bool, HeadOfficeError> {
        Ok(fs::metadata(self.path(sha256)).is_ok_and(|meta| meta.is_file() && meta.len() == length))
    }

    fn hash_fits(&self, sha256: &Sha256Hex) -> Result<bool, HeadOfficeError> {
        let path = self.path(sha256);
        let hash = File::open(&path).and_then(hash_of).map_err(HeadOfficeError::file(path))?;
        Ok(hash == *sha256.as_bytes())
    }

    fn read(&self, sha256: &Sha256Hex) -> Result<Vec<u8>, HeadOfficeError> {
        let path = self.path(sha256);
        fs::read(&path).map_err(HeadOfficeError::file(path))
    }

    fn keep(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> Result<(), HeadOfficeError> {
        let path = self.dir.join("partial").join(format!("copy-{sha256}"));
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            self.settle(&path, sha256)
        };
        write().map_err(HeadOfficeError::file(&path))
    }

    fn partial_bytes(&self, station: &StationId, sha256: &Sha256Hex) -> Result<u64, HeadOfficeError> {
        let path = self.partial(station, sha256);
        match fs::metadata(&path) {
            Ok(meta) => Ok(meta.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(HeadOfficeError::file(path)(error)),
        }
    }

    fn write(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<Written, HeadOfficeError> {
        let path = self.partial(station, sha256);
        let turn = {
            let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(writing.entry(path.clone()).or_default())
        };
        let written = {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            self.append(&path, sha256, length, offset, piece).map_err(HeadOfficeError::file(&path))?
        };
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::strong_count(&turn) == 2 {
            writing.remove(&path);
        }
        Ok(written)
    }

    fn answers(&self) -> Result<(), HeadOfficeError> {
        let probe = self.dir.join("partial").join("probe");
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(HeadOfficeError::file(probe))
    }
}

fn hash_of(mut file: File) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut piece)?;
        match piece.get(..count) {
            None | Some([]) => return Ok(hash.finalize().into()),
            Some(read) => hash.update(read),
        }
    }
}
