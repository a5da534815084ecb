//! The keyring of the system: the Secret Service on Linux (GNOME Keyring, KWallet, KeePassXC), the credential store on
//! Windows. Each call has a thread and a time of its own, for a keyring that is locked asks a person who may not be there.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::RecordsError;

/// Under which name all secrets of stations stand.
const SERVICE: &str = "returns-station";
/// How long a person has for unlocking it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The system's keyring.
#[derive(Debug, Clone, Copy)]
pub struct Keyring;

impl Keyring {
    /// Whether there is one that answers.
    pub fn is_there() -> bool {
        system::may_be_there() && asked(|| system::store().map(drop)).is_ok()
    }

    pub(super) fn read(user: &str) -> Result<Option<Vec<u8>>, RecordsError> {
        // Text: KWallet takes no other bytes.
        let user = user.to_owned();
        let text = asked(move || system::read(SERVICE, &user))?;
        let bytes = text.map(|text| hex::decode(text.trim_ascii())).transpose();
        bytes.map_err(|_| RecordsError::KeyringUnreachable("it holds something else".to_owned()))
    }

    pub(super) fn keep(user: &str, secret: &[u8]) -> Result<(), RecordsError> {
        if !system::may_be_there() {
            return Err(RecordsError::KeyringUnreachable("there is none".to_owned()));
        }
        let (user, text) = (user.to_owned(), hex::encode(secret));
        asked(move || system::keep(SERVICE, &user, text.as_bytes()))
    }

    pub(super) fn forget(user: &str) -> Result<(), RecordsError> {
        let user = user.to_owned();
        asked(move || system::forget(SERVICE, &user))
    }
}

/// Waits for an answer, but not for ever. A thread that got none goes with the program.
fn asked<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, RecordsError> {
    let (answer, answered) = channel();
    let asking = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // Nobody waits any more where this fails.
        drop(answer.send(ask()));
    });
    if let Err(error) = asking {
        return Err(RecordsError::KeyringUnreachable(error.to_string()));
    }
    match answered.recv_timeout(PATIENCE) {
        Ok(outcome) => outcome.map_err(RecordsError::KeyringUnreachable),
        Err(RecvTimeoutError::Timeout) => {
            Err(RecordsError::KeyringUnreachable("it did not answer; is it locked?".to_owned()))
        }
        Err(RecvTimeoutError::Disconnected) => {
            Err(RecordsError::KeyringUnreachable("asking it failed".to_owned()))
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "windows"))]
mod system {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{Entry, Error};

    #[cfg(target_os = "linux")]
    pub(super) type Store = zbus_secret_service_keyring_store::Store;
    #[cfg(target_os = "windows")]
    pub(super) type Store = windows_native_keyring_store::Store;

    /// A bus of the session, without which there is no Secret Service: looked at first, for asking takes long.
    #[cfg(target_os = "linux")]
    pub(super) fn may_be_there() -> bool {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
        std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
            || runtime.is_some_and(|folder| folder.join("bus").exists())
    }

    #[cfg(target_os = "windows")]
    pub(super) fn may_be_there() -> bool {
        true
    }

    pub(super) fn store() -> Result<std::sync::Arc<Store>, String> {
        Store::new().map_err(|error| error.to_string())
    }

    fn entry(service: &str, user: &str) -> Result<Entry, String> {
        store()?.build(service, user, None).map_err(|error| error.to_string())
    }

    pub(super) fn read(service: &str, user: &str) -> Result<Option<Vec<u8>>, String> {
        match entry(service, user)?.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) fn keep(service: &str, user: &str, secret: &[u8]) -> Result<(), String> {
        entry(service, user)?.set_secret(secret).map_err(|error| error.to_string())
    }

    pub(super) fn forget(service: &str, user: &str) -> Result<(), String> {
        match entry(service, user)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Elsewhere no keyring is used.
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
mod system {
    const NONE: &str = "there is none on this system";

    pub(super) fn may_be_there() -> bool {
        false
    }

    pub(super) fn store() -> Result<(), String> {
        Err(NONE.to_owned())
    }

    pub(super) fn read(_: &str, _: &str) -> Result<Option<Vec<u8>>, String> {
        Err(NONE.to_owned())
    }

    pub(super) fn keep(_: &str, _: &str, _: &[u8]) -> Result<(), String> {
        Err(NONE.to_owned())
    }

    pub(super) fn forget(_: &str, _: &str) -> Result<(), String> {
        Err(NONE.to_owned())
    }
}
