//! The purgeable store: raw scans that nothing understood, and free text. An event holds only the hash, so
//! that a purge leaves the log whole. A purge is the event `station.bytes-purged`; appending it purges.

use returns::ids::Sha256Hex;
use rusqlite::{Connection, OptionalExtension, params};

use crate::photos::sha256;
use crate::sql::millis;
use crate::{Records, RecordsError};

impl Records {
    /// Keeps bytes and gives the hash by which an event names them.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn keep_text(&mut self, bytes: &[u8]) -> Result<Sha256Hex, RecordsError> {
        let hash = sha256(bytes);
        let now = millis(self.now());
        let transaction = self.writing()?;
        transaction.execute(
            "INSERT INTO kept_texts (sha256, bytes, kept_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes, purged_ms = 0",
            params![hash.to_string(), bytes, now],
        )?;
        transaction.commit()?;
        Ok(hash)
    }

    /// Bytes that were kept; `None` if they never were, or were purged.
    ///
    /// # Errors
    /// `database-failed`.
    pub fn kept_text(&self, hash: &Sha256Hex) -> Result<Option<Vec<u8>>, RecordsError> {
        let sql = "SELECT bytes FROM kept_texts WHERE sha256 = ?1 AND purged_ms = 0";
        Ok(self.connection.query_row(sql, params![hash.to_string()], |row| row.get(0)).optional()?)
    }
}

/// Forgets the bytes behind a hash, be they a text or a photo; a photo's file goes after the commit.
pub(crate) fn purge(connection: &Connection, hash: &Sha256Hex, now_ms: i64) -> Result<(), RecordsError> {
    let hash = hash.to_string();
    connection.execute(
        "UPDATE kept_texts SET bytes = x'', purged_ms = max(?2, 1) WHERE sha256 = ?1",
        params![hash, now_ms],
    )?;
    connection.execute("UPDATE photos SET purged = 1 WHERE sha256 = ?1", params![hash])?;
    connection.execute("DELETE FROM thumbnails WHERE photo = ?1", params![hash])?;
    connection.execute("DELETE FROM photo_places WHERE photo = ?1", params![hash])?;
    Ok(())
}
