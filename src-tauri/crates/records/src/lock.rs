//! One writer per data folder: an operating-system lock on `station.lock`, held as long as the file is open,
//! so that it goes with its process however that ends. Who holds it stands in `station.holder`, a file of its
//! own, for on Windows nobody else can read a locked one.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::RecordsError;

/// Who has the data folder open for writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// What it calls itself, such as `station replay`.
    pub program: String,
    /// Since when, by its clock.
    pub since: Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {}, since {})", self.program, self.pid, self.since)
    }
}

/// How long a lock is tried.
const MOMENT: Duration = Duration::from_millis(300);

#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(dir: &Path, program: &str, since: Timestamp) -> Result<Self, RecordsError> {
        let path = dir.join("station.lock");
        let failed = RecordsError::file(&path);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(&failed)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // A process that is just being started holds, for a moment, whatever its parent had open.
                Err(TryLockError::WouldBlock) if begun.elapsed() < MOMENT => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(RecordsError::InUse { holder: holder(dir) }),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let holder = Holder { pid: std::process::id(), program: program.to_owned(), since };
        // Only a courtesy to whoever comes second: a full disk must not keep the bench from opening.
        let text = serde_json::to_vec(&holder).unwrap_or_default();
        if let Err(error) = fs::write(dir.join("station.holder"), text) {
            tracing::warn!(%error, "cannot say who holds the data folder");
        }
        Ok(Self { _file: file })
    }
}

fn holder(dir: &Path) -> Option<Holder> {
    serde_json::from_slice(&fs::read(dir.join("station.holder")).ok()?).ok()
}
