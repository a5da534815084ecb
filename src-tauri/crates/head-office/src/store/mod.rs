//! Everything that head office keeps, behind one interface: the public methods of [`Store`]. No SQL stands outside
//! this module. Two databases offer the transactions (`session::Database`): SQLite in the data folder, or
//! PostgreSQL, which several server processes may share. The same statements run on both.
//!
//! Calls block: the server makes them on threads that may.

mod backups;
mod blobs;
mod copy;
mod effects;
mod enrolment;
mod epochs;
mod events;
mod exported;
mod feeds;
mod lpn_blocks;
mod own_station;
mod postgres;
mod projections;
pub(crate) mod session;
mod sqlite;
mod stations;
mod webhooks;

use std::path::Path;

use jiff::Timestamp;
use wire::{Incarnation, PublicKey};

use crate::error::HeadOfficeError;
use session::{Database, Session, Turn, cells};

pub use backups::BackupRecord;
pub use effects::Effect;
pub use enrolment::{EnrolRefusal, Enrolled};
pub use events::{AppendRefusal, EpochState, StoredEvent};
pub use exported::ExportedEvent;
pub use feeds::{Change, CursorError, FeedSlice};
pub(crate) use feeds::{cursor, position};
pub use projections::{
    Interpretation, PendingEvent, Projection, Reading, ReadingVerdict, SubjectEvent, UnitRow,
};
pub use sqlite::DATABASE_FILE;
pub use stations::{EpochStatus, Hello, Station, StationState, StationStatus};
pub use webhooks::{DeadLetter, Delivery, Outcome, Webhook};

/// Who this head office is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// One life of the store.
    pub incarnation: Incarnation,
    /// Salt of the blind re-grade draw.
    pub sample_salt: [u8; 32],
    /// Whether this life began with a restored backup.
    pub restored: bool,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Events.
    pub events: u64,
    /// Units.
    pub units: u64,
    /// Photos held whole.
    pub blobs: u64,
    /// Units whose review waits.
    pub reviews: u64,
    /// RMAs.
    pub rmas: u64,
    /// Effects derived.
    pub effects: u64,
    /// Events that could not be interpreted.
    pub quarantined: u64,
}

/// The store, on either database.
#[derive(Debug)]
pub struct Store {
    database: Box<dyn Database>,
}

impl Store {
    /// Opens the SQLite database of a data folder, making it if it is not there.
    pub(crate) fn sqlite(dir: &Path, now: Timestamp) -> Result<Self, HeadOfficeError> {
        Self::begun(Box::new(sqlite::Sqlite::open(dir)?), now)
    }

    /// Opens a database of a PostgreSQL server, `postgres://…`. It must be there; its tables may not be yet.
    pub(crate) fn postgres(url: &str, now: Timestamp) -> Result<Self, HeadOfficeError> {
        Self::begun(Box::new(postgres::Postgres::open(url)?), now)
    }

    /// The first time the store gets an incarnation.
    fn begun(database: Box<dyn Database>, now: Timestamp) -> Result<Self, HeadOfficeError> {
        let store = Self { database };
        store.write(|tx| {
            tx.execute(
                "INSERT INTO head_office (id, incarnation, sample_salt, public_key, created_s)
                 VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
                &cells![
                    hex::encode(rand::random::<[u8; 16]>()),
                    rand::random::<[u8; 32]>(),
                    Vec::new(),
                    now.as_second()
                ],
            )?;
            Ok::<_, HeadOfficeError>(())
        })?;
        Ok(store)
    }

    /// The key that this database belongs to, if it belongs to one yet.
    pub(crate) fn key(&self) -> Result<Option<PublicKey>, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.only("SELECT public_key FROM head_office", &[])?;
            match row.bytes(0)? {
                [] => Ok(None),
                bytes => PublicKey::from_bytes(bytes).map(Some).map_err(unreadable),
            }
        })
    }

    /// The key that this database belongs to: the given one, if it belongs to none yet.
    pub(crate) fn bind_key(&self, key: &PublicKey) -> Result<PublicKey, HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE head_office SET public_key = ?1 WHERE public_key = ?2",
                &cells![key.to_bytes(), Vec::new()],
            )?;
            let row = tx.only("SELECT public_key FROM head_office", &[])?;
            PublicKey::from_bytes(row.bytes(0)?).map_err(unreadable)
        })
    }

    /// Who this head office is.
    pub fn identity(&self) -> Result<Identity, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.only("SELECT incarnation, sample_salt, restored_s FROM head_office", &[])?;
            Ok(Identity {
                incarnation: Incarnation(row.text(0)?.to_owned()),
                sample_salt: row.array(1)?,
                restored: row.int(2)? > 0,
            })
        })
    }

    /// How much there is.
    pub fn totals(&self) -> Result<Totals, HeadOfficeError> {
        self.read(|tx| {
            let mut count = |sql: &str| -> Result<u64, HeadOfficeError> { tx.only(sql, &[])?.number(0) };
            Ok(Totals {
                events: count("SELECT count(*) FROM events")?,
                units: count("SELECT count(*) FROM units")?,
                blobs: count("SELECT count(*) FROM blobs")?,
                reviews: count("SELECT count(*) FROM units WHERE review = 'PENDING'")?,
                rmas: count("SELECT count(*) FROM rmas")?,
                effects: count("SELECT count(*) FROM effects")?,
                quarantined: count("SELECT count(*) FROM quarantine")?,
            })
        })
    }

    /// What the database itself says of its soundness; empty when all is well.
    pub fn damage(&self) -> Result<Vec<String>, HeadOfficeError> {
        self.database.damage()
    }

    /// Whether the database answers.
    pub fn answers(&self) -> Result<(), HeadOfficeError> {
        self.read(|tx| tx.only("SELECT id FROM head_office", &[]).map(|_| ()))
    }

    /// One writing transaction, alone: nobody else draws numbers meanwhile. It commits when `work` succeeds and
    /// leaves no trace when it fails.
    fn write<T, E: From<HeadOfficeError>>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_in(Turn::Alone, work)
    }

    /// One writing transaction beside others.
    fn write_shared<T, E: From<HeadOfficeError>>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_in(Turn::Shared, work)
    }

    fn write_in<T, E: From<HeadOfficeError>>(
        &self,
        turn: Turn,
        work: impl FnOnce(&mut dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut work, mut done) = (Some(work), None);
        self.database.write(turn, &mut |session| {
            done = work.take().map(|work| work(session));
            Ok(matches!(done, Some(Ok(_))))
        })?;
        done.unwrap_or_else(|| Err(unreadable("a transaction that did not run").into()))
    }

    /// One reading transaction: what it sees does not change under it.
    fn read<T>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> Result<T, HeadOfficeError>,
    ) -> Result<T, HeadOfficeError> {
        let (mut work, mut done) = (Some(work), None);
        self.database.read(&mut |session| {
            done = work.take().map(|work| work(session));
            Ok(true)
        })?;
        done.unwrap_or_else(|| Err(unreadable("a transaction that did not run")))
    }
}

/// Refuses a database whose newest migration this release does not know.
fn refuse_newer(found: i64, runner: &refinery::Runner) -> Result<(), HeadOfficeError> {
    let known = runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max();
    let known = known.unwrap_or(0);
    let number = |version: i64| u32::try_from(version).unwrap_or(0);
    if found > known {
        return Err(HeadOfficeError::DatabaseNewer { found: number(found), known: number(known) });
    }
    Ok(())
}

/// Draws `count` numbers from a counter that starts at 1; gives the first. The counter's row stays locked until the
/// transaction ends, which is what keeps a reader from seeing a later number before an earlier one.
fn draw(tx: &mut dyn Session, name: &str, count: u64) -> Result<u64, HeadOfficeError> {
    let row = tx.only(
        "INSERT INTO positions (name, position) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET position = positions.position + excluded.position RETURNING position",
        &cells![name, count],
    )?;
    Ok(row.number(0)? + 1 - count)
}

/// The last number drawn from a counter.
fn drawn(tx: &mut dyn Session, name: &str) -> Result<u64, HeadOfficeError> {
    tx.first("SELECT position FROM positions WHERE name = ?1", &cells![name])?
        .map_or(Ok(0), |row| row.number(0))
}

fn unreadable(what: impl std::fmt::Display) -> HeadOfficeError {
    HeadOfficeError::StoreUnreadable(what.to_string())
}
