//! One data folder, opened: key, store and photos.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wire::{PublicKey, SecretKey};

use crate::blobs::Blobs;
use crate::enrolment::{CODE_LIFETIME_S, OneTimeCode, check_name};
use crate::error::HeadOfficeError;
use crate::key;
use crate::store::{DATABASE_FILE, Identity, Store};

/// Head office over one data folder. Several processes may have it open: a server, and commands beside it.
#[derive(Debug)]
pub struct HeadOffice {
    dir: PathBuf,
    key: SecretKey,
    identity: Identity,
    store: Store,
    blobs: Blobs,
}

impl HeadOffice {
    /// Opens a data folder, making it if it is not there.
    pub fn open_or_create(dir: &Path) -> Result<Self, HeadOfficeError> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(dir).map_err(HeadOfficeError::file(dir))?;
        Self::load(dir)
    }

    /// Opens a data folder that is there already.
    pub fn open(dir: &Path) -> Result<Self, HeadOfficeError> {
        if !dir.join(DATABASE_FILE).is_file() {
            return Err(HeadOfficeError::NoDataFolder(dir.to_path_buf()));
        }
        Self::load(dir)
    }

    fn load(dir: &Path) -> Result<Self, HeadOfficeError> {
        // Two processes that start at once must not both make a key or migrate.
        let lock_path = dir.join("opening.lock");
        let lock = File::create(&lock_path).map_err(HeadOfficeError::file(&lock_path))?;
        lock.lock().map_err(HeadOfficeError::file(&lock_path))?;
        let key = if dir.join(DATABASE_FILE).exists() { key::load(dir)? } else { key::load_or_create(dir)? };
        let store = Store::open(dir, Timestamp::now())?;
        if store.bind_key(&key.public())? != key.public() {
            return Err(HeadOfficeError::OtherKey(dir.join(key::KEY_FILE)));
        }
        let blobs = Blobs::open(dir)?;
        let identity = store.identity()?;
        drop(lock);
        Ok(Self { dir: dir.to_path_buf(), key, identity, store, blobs })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The key that signs replies, documents and return labels.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Its public half.
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// Incarnation and salt.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Everything that is kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Photo files.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// A one-time code for a station, good for a day, as it is printed: with the key's fingerprint.
    pub fn issue_code(&self, depot: &str, name: &str, now: Timestamp) -> Result<String, HeadOfficeError> {
        check_name(depot)?;
        check_name(name)?;
        let code = OneTimeCode::random();
        self.store.add_code(&code, depot, name, now.as_second() + CODE_LIFETIME_S)?;
        Ok(code.with_fingerprint(&self.public_key()))
    }
}
