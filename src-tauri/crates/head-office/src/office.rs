//! Head office opened: key, store and photos.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use wire::{PublicKey, SecretKey};

use crate::blobs::{Blobs, Bucket, Folder, Objects};
use crate::enrolment::{CODE_LIFETIME_S, OneTimeCode, check_name};
use crate::error::HeadOfficeError;
use crate::key;
use crate::store::{DATABASE_FILE, Identity, Store};

/// Where head office keeps things. The default needs no set-up: all in the data folder.
#[derive(Clone, Default)]
pub struct Stores {
    /// A PostgreSQL database, `postgres://…`; without it SQLite in the data folder.
    pub database: Option<String>,
    /// An object store for photos; without it a folder in the data folder.
    pub photos: Option<Objects>,
}

impl std::fmt::Debug for Stores {
    /// Without the database's address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let database = if self.database.is_some() { "PostgreSQL" } else { "SQLite" };
        f.debug_struct("Stores").field("database", &database).field("photos", &self.photos).finish()
    }
}

/// Head office, opened. Several processes may have the same one open: servers, and commands beside them.
#[derive(Debug)]
pub struct HeadOffice {
    dir: PathBuf,
    key: SecretKey,
    identity: Identity,
    store: Store,
    blobs: Box<dyn Blobs>,
}

impl HeadOffice {
    /// Opens a data folder, making it if it is not there.
    pub fn open_or_create(dir: &Path) -> Result<Self, HeadOfficeError> {
        Self::open_or_create_in(dir, &Stores::default())
    }

    /// Opens a data folder with its key, making it if it is not there, and the stores beside it.
    pub fn open_or_create_in(dir: &Path, stores: &Stores) -> Result<Self, HeadOfficeError> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(dir).map_err(HeadOfficeError::file(dir))?;
        Self::load(dir, stores)
    }

    /// Opens a data folder that is there already.
    pub fn open(dir: &Path) -> Result<Self, HeadOfficeError> {
        Self::open_in(dir, &Stores::default())
    }

    /// Opens a data folder that is there already, and the stores beside it.
    pub fn open_in(dir: &Path, stores: &Stores) -> Result<Self, HeadOfficeError> {
        let there = if stores.database.is_some() { key::KEY_FILE } else { DATABASE_FILE };
        if !dir.join(there).is_file() {
            return Err(HeadOfficeError::NoDataFolder(dir.to_path_buf()));
        }
        Self::load(dir, stores)
    }

    fn load(dir: &Path, stores: &Stores) -> Result<Self, HeadOfficeError> {
        // Two processes that start at once must not both make a key or migrate.
        let lock_path = dir.join("opening.lock");
        let lock = File::create(&lock_path).map_err(HeadOfficeError::file(&lock_path))?;
        lock.lock().map_err(HeadOfficeError::file(&lock_path))?;
        let store = match &stores.database {
            None => Store::sqlite(dir, Timestamp::now())?,
            Some(url) => Store::postgres(url, Timestamp::now())?,
        };
        let key = match store.key()? {
            // A new key would be another head office, to which no station listens.
            Some(_) if !dir.join(key::KEY_FILE).exists() => {
                return Err(HeadOfficeError::KeyMissing(dir.join(key::KEY_FILE)));
            }
            Some(_) => key::load(dir)?,
            None => key::load_or_create(dir)?,
        };
        if store.bind_key(&key.public())? != key.public() {
            return Err(HeadOfficeError::OtherKey(dir.join(key::KEY_FILE)));
        }
        let blobs: Box<dyn Blobs> = match &stores.photos {
            None => Box::new(Folder::open(dir)?),
            Some(objects) => Box::new(Bucket::open(objects)?),
        };
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

    /// Photos.
    pub fn blobs(&self) -> &dyn Blobs {
        &*self.blobs
    }

    /// A one-time code for a station, good for a day, as it is printed: with the key's fingerprint.
    pub fn issue_code(&self, depot: &str, name: &str, now: Timestamp) -> Result<String, HeadOfficeError> {
        check_name(depot)?;
        check_name(name)?;
        let code = OneTimeCode::random();
        self.store.add_code(&code, depot, name, now.as_second() + CODE_LIFETIME_S)?;
        Ok(code.with_fingerprint(&self.public_key()))
    }

    /// Tells an address of every effect from now on; gives the secret as others write it, `whsec_` and base64.
    ///
    /// # Errors
    /// `name-unusable`, `address-unusable`.
    pub fn add_webhook(&self, name: &str, url: &str, now: Timestamp) -> Result<String, HeadOfficeError> {
        check_name(name)?;
        if reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            let secret: [u8; 32] = rand::random();
            self.store.add_webhook(name, url, &secret, now)?;
            return Ok(format!("whsec_{}", BASE64_STANDARD.encode(secret)));
        }
        Err(HeadOfficeError::AddressUnusable("webhook"))
    }
}
