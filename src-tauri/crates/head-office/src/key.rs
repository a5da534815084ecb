//! Head office's signing key, in a file of its own that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use wire::SecretKey;

use crate::error::HeadOfficeError;

/// Name of the file in the data folder: the seed as 64 hex digits.
pub const KEY_FILE: &str = "head-office.key";

/// Digits of the key's id that one-time codes carry, to pin the key at enrolment.
pub const FINGERPRINT_DIGITS: usize = 16;

/// The fingerprint of a public key as one-time codes carry it.
pub fn fingerprint(key: &wire::PublicKey) -> String {
    key.id().0.chars().take(FINGERPRINT_DIGITS).collect()
}

/// Reads the key.
pub(crate) fn load(dir: &Path) -> Result<SecretKey, HeadOfficeError> {
    let path = dir.join(KEY_FILE);
    let text = fs::read_to_string(&path).map_err(HeadOfficeError::file(&path))?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| HeadOfficeError::KeyUnusable(path))?;
    Ok(SecretKey::from_seed(seed))
}

/// Reads the key, or makes one where there is none.
pub(crate) fn load_or_create(dir: &Path) -> Result<SecretKey, HeadOfficeError> {
    let path = dir.join(KEY_FILE);
    match fs::exists(&path) {
        Ok(true) => load(dir),
        Ok(false) => create(dir, &path),
        Err(error) => Err(HeadOfficeError::file(path)(error)),
    }
}

fn create(dir: &Path, path: &Path) -> Result<SecretKey, HeadOfficeError> {
    let seed: [u8; 32] = rand::random();
    write_seed(dir, path, &seed)?;
    Ok(SecretKey::from_seed(seed))
}

/// Puts a key into another data folder: a backup's, or a restored one's.
pub(crate) fn store(dir: &Path, key: &SecretKey) -> Result<(), HeadOfficeError> {
    write_seed(dir, &dir.join(KEY_FILE), &key.seed())
}

fn write_seed(dir: &Path, path: &Path, seed: &[u8; 32]) -> Result<(), HeadOfficeError> {
    let write = || -> io::Result<()> {
        let unfinished = dir.join("head-office.key.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        writeln!(file, "{}", hex::encode(seed))?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        sync_folder(dir)
    };
    write().map_err(HeadOfficeError::file(path))
}

/// Makes a rename last. On Windows a folder cannot be opened as a file, and NTFS journals the rename.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let made = load_or_create(dir.path()).unwrap();
        let read = load_or_create(dir.path()).unwrap();
        assert_eq!(made.seed(), read.seed());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(dir.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_refused_and_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(KEY_FILE), "not a key").unwrap();
        assert_eq!(load_or_create(dir.path()).unwrap_err().code(), "key-unusable");
        assert_eq!(fs::read_to_string(dir.path().join(KEY_FILE)).unwrap(), "not a key");
    }
}
