//! What may be about a person – free text, raw scans that nothing understood, photos of parcels with their labels – and
//! is there no longer once an event has purged it.

use jiff::Timestamp;
use returns::event::Parsed;
use returns::ids::{Sha256Hex, Subject};
use rusqlite::params;

use crate::events::{photo_in, text_in};
use crate::sql::{int, millis, parse, texts};
use crate::{Records, RecordsError};

impl Records {
    /// Texts and raw scans that were kept before then, and photos of parcels that were taken before then and that head
    /// office holds; what was purged is left out. At most so many of each.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn personal_before(&self, before: Timestamp, most: usize) -> Result<Vec<Sha256Hex>, RecordsError> {
        let (before, most) = (millis(before), int(most as u64));
        let sql =
            "SELECT sha256 FROM kept_texts WHERE kept_ms < ?1 AND purged_ms = 0 ORDER BY kept_ms LIMIT ?2";
        let mut found = texts(&self.connection, sql, params![before, most])?;
        let sql = "SELECT sha256 FROM photos p
                   WHERE p.subject >= 'parcel:' AND p.subject < 'parcel;' AND p.sent = 1 AND p.purged = 0
                     AND EXISTS (SELECT 1 FROM events e WHERE e.subject = p.subject
                                 AND e.kind = 'parcel.photo-taken' AND e.recorded_ms < ?1)
                   ORDER BY p.rowid LIMIT ?2";
        found.extend(texts(&self.connection, sql, params![before, most])?);
        found.iter().map(|hash| parse(hash)).collect()
    }

    /// Every text and photo that events of a subject name and that are here.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn personal_of(&self, subject: Subject) -> Result<Vec<Sha256Hex>, RecordsError> {
        let mut found = Vec::new();
        for (_, envelope) in self.history(subject)? {
            let Parsed::Known(event) = envelope.event() else { continue };
            let photo = photo_in(&event).map(|(hash, _)| hash);
            for hash in photo.into_iter().chain(text_in(&event)) {
                if !found.contains(&hash) && self.is_kept(&hash)? {
                    found.push(hash);
                }
            }
        }
        Ok(found)
    }

    /// Whether the bytes behind a hash are kept here and not purged.
    ///
    /// # Errors
    /// `database-failed`.
    pub fn is_kept(&self, hash: &Sha256Hex) -> Result<bool, RecordsError> {
        let sql = "SELECT 1 FROM kept_texts WHERE sha256 = ?1 AND purged_ms = 0
                   UNION ALL SELECT 1 FROM photos WHERE sha256 = ?1 AND purged = 0";
        Ok(self.connection.prepare_cached(sql)?.exists(params![hash.to_string()])?)
    }
}
