//! What happened to the records themselves – restored, cloned, rebuilt, out of room – kept until a person has
//! seen it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::sql::{from_json, int, json, millis, time, uint};
use crate::{Records, RecordsError};

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentKind {
    /// The database is older than its witness, or than what head office holds: it was put back from a copy.
    Restored,
    /// Another computer sends in this station's name.
    Cloned,
    /// What head office held and this database had lost was fetched back.
    FetchedBack,
    /// Events that head office could not take at their place went on at another.
    Moved,
    /// The database was damaged, set aside and made anew from what could be read.
    Rebuilt,
    /// The disk was full, and the room kept for that was used.
    ReserveUsed,
    /// A backup failed.
    BackupFailed,
    /// Pages of the database are damaged.
    PagesDamaged,
    /// Head office keeps an event without being able to read it.
    KeptUnread,
    /// A photo is neither here nor at head office.
    PhotoLost,
    /// Head office does not take a photo.
    PhotoRefused,
}

impl IncidentKind {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Restored => "station-restored",
            Self::Cloned => "station-cloned",
            Self::FetchedBack => "own-events-fetched-back",
            Self::Moved => "own-events-moved",
            Self::Rebuilt => "records-rebuilt",
            Self::ReserveUsed => "space-reserve-used",
            Self::BackupFailed => "backup-failed",
            Self::PagesDamaged => "pages-damaged",
            Self::KeptUnread => "event-unreadable-at-head-office",
            Self::PhotoLost => "photo-lost",
            Self::PhotoRefused => "photo-refused",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its number here.
    pub id: u64,
    /// [`IncidentKind::code`].
    pub code: String,
    /// What the words need.
    pub args: BTreeMap<String, String>,
    /// When it was noticed.
    pub at: Option<Timestamp>,
    /// A person has seen it.
    pub seen: bool,
}

/// Arguments by name.
pub(crate) fn args<const N: usize>(args: [(&str, String); N]) -> BTreeMap<String, String> {
    args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) fn note(
    connection: &Connection,
    kind: IncidentKind,
    args: &BTreeMap<String, String>,
    now_ms: i64,
) -> Result<(), RecordsError> {
    tracing::warn!(code = kind.code(), ?args, "noted for a person");
    // Told once: the same again, before anybody has seen the first, says nothing new.
    connection.execute(
        "INSERT INTO incidents (code, args, at_ms) SELECT ?1, ?2, ?3
         WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE seen_ms = 0 AND code = ?1 AND args = ?2)",
        params![kind.code(), json(args)?, now_ms.max(1)],
    )?;
    Ok(())
}

impl Records {
    /// Notes what happened, for a person to see.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn note_incident(
        &mut self,
        kind: IncidentKind,
        args: &BTreeMap<String, String>,
    ) -> Result<(), RecordsError> {
        let now_ms = millis(self.now());
        let transaction = self.writing()?;
        note(&transaction, kind, args, now_ms)?;
        transaction.commit()?;
        Ok(())
    }

    /// What nobody has seen yet, newest first; at most so many.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn incidents(&self, most: usize) -> Result<Vec<Incident>, RecordsError> {
        let sql = "SELECT id, code, args, at_ms FROM incidents WHERE seen_ms = 0 ORDER BY id DESC LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![int(most as u64)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Incident {
                id: uint(row.get(0)?),
                code: row.get(1)?,
                args: from_json(&row.get::<_, String>(2)?)?,
                at: time(row.get(3)?),
                seen: false,
            });
        }
        Ok(found)
    }

    /// A person has seen it. Says whether there was such a one, unseen.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn incident_seen(&mut self, id: u64) -> Result<bool, RecordsError> {
        let now_ms = millis(self.now()).max(1);
        let transaction = self.writing()?;
        let changed = transaction.execute(
            "UPDATE incidents SET seen_ms = ?2 WHERE id = ?1 AND seen_ms = 0",
            params![int(id), now_ms],
        )?;
        transaction.commit()?;
        Ok(changed > 0)
    }
}
