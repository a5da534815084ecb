//! Taking the write-ahead log over into the database beside the station at work, so that no scan waits for it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::RecordsError;
use crate::database::{BUSY, DATABASE};

/// Pages that may wait in the write-ahead log before they are taken over: 8 MiB, some hundred scans. More often would
/// let more scans find the log begun anew, which costs them one sync of the disk more.
const TAKEN_OVER_AT: i64 = 2000;

/// Pages at which a commit takes the log over itself, should nobody else do it: 64 MiB.
pub(crate) const BY_ITSELF_AT: u32 = 16_384;

/// A second connection to the records of a station, which takes over what was committed.
#[derive(Debug)]
pub struct Checkpoints {
    connection: Connection,
}

impl Checkpoints {
    /// Opens it beside the records in a data folder; they must be open for writing already.
    ///
    /// # Errors
    /// `database-failed`.
    pub fn beside(dir: &Path) -> Result<Self, RecordsError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(dir.join(DATABASE), flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(Self { connection })
    }

    /// Takes the log over where enough waits in it. Nobody who reads or writes is held up, but by the disk. Gives the pages
    /// that were taken over.
    ///
    /// # Errors
    /// `disk-full`, `database-failed`.
    pub fn take_over(&self) -> Result<u64, RecordsError> {
        let ask = |mode: &str| {
            let sql = format!("PRAGMA wal_checkpoint({mode})");
            self.connection.query_row(&sql, [], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        };
        let (logged, before) = ask("NOOP")?;
        if logged - before < TAKEN_OVER_AT {
            return Ok(0);
        }
        let (_, after) = ask("PASSIVE")?;
        Ok(crate::sql::uint(after - before))
    }
}
