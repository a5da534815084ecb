//! The station's secrets: in the keyring of the system, where there is none in a sealed file, and where not even the
//! machine has a name in a plain one. Each is written, read back, and only then removed from where it lay before.
//!
//! ```text
//! <data>/station.key               plain: hex, its owner's rights only
//! <data>/secrets/station.sealed    sealed to this machine
//! <data>/secrets/station.keyring   says under which name the keyring has it
//! ```

mod keyring;
mod sealed;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::RecordsError;
use crate::enrolment::{sync_folder, write_durably};

pub use keyring::Keyring;

/// Folder of the secrets in a data folder.
const FOLDER: &str = "secrets";
/// Longest secret, in bytes: Windows' store takes 2560.
const MOST_BYTES: usize = 2048;

/// Where a secret lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretIn {
    /// A file that only its owner may read. Whoever copies the folder has the secret.
    File,
    /// A file that is sealed to this machine. Whoever copies the folder has nothing; whoever has the disk has the
    /// secret.
    SealedFile,
    /// The keyring of the system: Secret Service, or Windows' credential store.
    Keyring,
}

impl SecretIn {
    /// As it is told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::SealedFile => "sealed",
            Self::Keyring => "keyring",
        }
    }
}

impl fmt::Display for SecretIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The secrets of one data folder.
#[derive(Debug, Clone)]
pub struct Secrets {
    dir: PathBuf,
    /// The best place that may be used.
    best: SecretIn,
    machine: Option<String>,
}

/// What the keyring knows a secret by: drawn once, so that the folder may move.
#[derive(Serialize, Deserialize)]
struct Marker {
    user: String,
}

impl Secrets {
    /// Those of a data folder, kept in the best place that there is, but no better one than this.
    pub fn of(dir: &Path, best: SecretIn) -> Self {
        Self { dir: dir.to_owned(), best, machine: sealed::machine() }
    }

    /// A secret by its name, a word in small letters; `None` where none was kept.
    ///
    /// # Errors
    /// `keyring-unreachable`, `secret-sealed-elsewhere`, `file-failed`.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, RecordsError> {
        match self.place(name) {
            None => Ok(None),
            Some(place) => self.read_in(name, place),
        }
    }

    /// Where a secret lies; `None` where none was kept. One that lies plain counts before all others: a backup was put
    /// back.
    pub fn place(&self, name: &str) -> Option<SecretIn> {
        let at = |place| self.path(name, place).is_file().then_some(place);
        at(SecretIn::File).or_else(|| at(SecretIn::Keyring)).or_else(|| at(SecretIn::SealedFile))
    }

    /// Keeps a secret in the best place that takes it, and only then removes it from others. Says where it is now.
    ///
    /// # Errors
    /// `disk-full`, `file-failed`, `secret-too-long`; it is then where it was.
    pub fn keep(&self, name: &str, secret: &[u8]) -> Result<SecretIn, RecordsError> {
        if secret.len() > MOST_BYTES || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(RecordsError::SecretTooLong(name.to_owned()));
        }
        let places = [SecretIn::Keyring, SecretIn::SealedFile, SecretIn::File];
        for place in places.into_iter().filter(|place| *place <= self.best) {
            match self.try_keep(name, secret, place) {
                Ok(()) => {
                    self.forget_but(name, place)?;
                    return Ok(place);
                }
                // The file is the last resort: what it says counts.
                Err(error) if place == SecretIn::File => return Err(error),
                Err(error) => {
                    tracing::warn!(code = error.code(), %error, %place, "a secret is kept elsewhere")
                }
            }
        }
        Err(RecordsError::KeyringUnreachable("no place was tried".to_owned()))
    }

    /// Moves a secret to the best place that takes it, where it lies in a worse one. Says where it is now.
    ///
    /// # Errors
    /// As [`Self::read`] and [`Self::keep`].
    pub fn take_over(&self, name: &str) -> Result<Option<SecretIn>, RecordsError> {
        let Some(place) = self.place(name) else { return Ok(None) };
        if place >= self.best || (place == SecretIn::SealedFile && !Keyring::is_there()) {
            return Ok(Some(place));
        }
        match self.read_in(name, place)? {
            Some(secret) => self.keep(name, &secret).map(Some),
            None => Ok(None),
        }
    }

    /// Removes a secret everywhere.
    ///
    /// # Errors
    /// `file-failed`, `keyring-unreachable`.
    pub fn forget(&self, name: &str) -> Result<(), RecordsError> {
        if let Some(marker) = self.marker(name)? {
            Keyring::forget(&marker.user)?;
        }
        for place in [SecretIn::Keyring, SecretIn::SealedFile, SecretIn::File] {
            remove(&self.path(name, place))?;
        }
        Ok(())
    }

    fn path(&self, name: &str, place: SecretIn) -> PathBuf {
        match place {
            SecretIn::File => self.dir.join(format!("{name}.key")),
            SecretIn::SealedFile => self.dir.join(FOLDER).join(format!("{name}.sealed")),
            SecretIn::Keyring => self.dir.join(FOLDER).join(format!("{name}.keyring")),
        }
    }

    fn read_in(&self, name: &str, place: SecretIn) -> Result<Option<Vec<u8>>, RecordsError> {
        match place {
            SecretIn::Keyring => match self.marker(name)? {
                Some(marker) => Keyring::read(&marker.user),
                None => Ok(None),
            },
            SecretIn::SealedFile => {
                let Some(text) = read(&self.path(name, place))? else { return Ok(None) };
                let machine = self.machine.as_deref().unwrap_or_default();
                sealed::open(machine, name, &text)
                    .map(Some)
                    .ok_or_else(|| RecordsError::SealedElsewhere(name.to_owned()))
            }
            SecretIn::File => {
                let Some(text) = read(&self.path(name, place))? else { return Ok(None) };
                let text = String::from_utf8_lossy(&text);
                hex::decode(text.trim())
                    .map(Some)
                    .map_err(|_| RecordsError::row(format!("{name}.key is no key")))
            }
        }
    }

    /// Writes a secret and reads it back.
    fn try_keep(&self, name: &str, secret: &[u8], place: SecretIn) -> Result<(), RecordsError> {
        let folder = self.dir.join(FOLDER);
        if place != SecretIn::File && !folder.is_dir() {
            fs::create_dir_all(&folder).map_err(RecordsError::file(&folder))?;
            sync_folder(&self.dir)?;
        }
        match place {
            SecretIn::Keyring => {
                let user = match self.marker(name)? {
                    Some(marker) => marker.user,
                    None => format!("{name}-{}", hex::encode(rand::random::<[u8; 8]>())),
                };
                Keyring::keep(&user, secret)?;
                if Keyring::read(&user)?.as_deref() != Some(secret) {
                    return Err(RecordsError::KeyringUnreachable(
                        "it does not give back what it got".to_owned(),
                    ));
                }
                let marker = crate::sql::json(&Marker { user })?;
                write_durably(&folder, &format!("{name}.keyring"), marker.as_bytes())
            }
            SecretIn::SealedFile => {
                let machine = self.machine.as_deref().ok_or(RecordsError::MachineUnknown)?;
                let text = sealed::seal(machine, name, secret).ok_or(RecordsError::MachineUnknown)?;
                if sealed::open(machine, name, text.as_bytes()).as_deref() != Some(secret) {
                    return Err(RecordsError::SealedElsewhere(name.to_owned()));
                }
                write_durably(&folder, &format!("{name}.sealed"), text.as_bytes())?;
                self.same(name, secret, place)
            }
            SecretIn::File => {
                write_durably(&self.dir, &format!("{name}.key"), hex::encode(secret).as_bytes())?;
                self.same(name, secret, place)
            }
        }
    }

    fn same(&self, name: &str, secret: &[u8], place: SecretIn) -> Result<(), RecordsError> {
        if self.read_in(name, place)?.as_deref() == Some(secret) {
            Ok(())
        } else {
            Err(RecordsError::row(format!("{name} is not as it was written")))
        }
    }

    fn forget_but(&self, name: &str, place: SecretIn) -> Result<(), RecordsError> {
        for other in [SecretIn::Keyring, SecretIn::SealedFile, SecretIn::File] {
            if other != place {
                remove(&self.path(name, other))?;
            }
        }
        Ok(())
    }

    fn marker(&self, name: &str) -> Result<Option<Marker>, RecordsError> {
        let text = read(&self.path(name, SecretIn::Keyring))?;
        text.map(|text| serde_json::from_slice(&text).map_err(RecordsError::row)).transpose()
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, RecordsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RecordsError::file(path)(error)),
    }
}

fn remove(path: &Path) -> Result<(), RecordsError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RecordsError::file(path)(error)),
        _ => Ok(()),
    }
}
