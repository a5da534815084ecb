//! Photo files that no event names: the person took another one, or the power went before the event. A day later
//! they go.

use std::fs;
use std::time::{Duration, SystemTime};

use rusqlite::params;

use crate::{Records, RecordsError};

/// What is younger may still be waiting for its event.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Records {
    /// Removes the orphans of one shelf, 0 to 255, so that nobody waits for a walk over a million photos; the caller
    /// goes round. Returns how many files went.
    ///
    /// # Errors
    /// `file-failed`, `records-read-only`.
    pub fn collect_orphans(&mut self, shelf: u8) -> Result<u64, RecordsError> {
        if !self.is_writable() {
            return Err(RecordsError::ReadOnly);
        }
        let before = SystemTime::now().checked_sub(KEPT).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut gone = 0;
        for (path, hash) in self.photos.older_on_shelf(shelf, before)? {
            let named = match hash {
                Some(hash) => self
                    .connection
                    .prepare_cached("SELECT 1 FROM photos WHERE sha256 = ?1 AND purged = 0")?
                    .exists(params![hash.to_string()])?,
                None => false,
            };
            if !named {
                fs::remove_file(&path).map_err(RecordsError::file(&path))?;
                tracing::info!(file = %path.display(), "removed a file that no event names");
                gone += 1;
            }
        }
        Ok(gone)
    }
}
