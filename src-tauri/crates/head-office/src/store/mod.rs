//! Everything that head office keeps, behind one interface: the public methods of [`Store`]. No SQL stands
//! outside this module. SQLite now; a second store answers the same calls.
//!
//! Calls block: the server makes them on threads that may.

mod blobs;
mod effects;
mod events;
mod feeds;
mod projections;
mod stations;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use wire::{Incarnation, PublicKey};

use crate::error::HeadOfficeError;

pub use effects::Effect;
pub use events::{AppendRefusal, EpochState, StoredEvent};
pub use feeds::{Change, CursorError, FeedSlice};
pub(crate) use feeds::{cursor, position};
pub use projections::{
    Interpretation, PendingEvent, Projection, Reading, ReadingVerdict, SubjectEvent, UnitRow,
};
pub use stations::{EnrolRefusal, Enrolled, EpochStatus, Hello, Station, StationState, StationStatus};

/// Name of the database in the data folder.
pub const DATABASE_FILE: &str = "head-office.sqlite";

const OLDEST_SQLITE: i32 = 3_051_003;
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
const IDLE_READERS: usize = 4;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Who this head office is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// One life of the store.
    pub incarnation: Incarnation,
    /// Salt of the blind re-grade draw.
    pub sample_salt: [u8; 32],
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

/// The store on SQLite: one writing connection, some reading ones.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the database in a data folder and brings it up to date; the first time it gets an incarnation.
    pub(crate) fn open(dir: &Path, now: Timestamp) -> Result<Self, HeadOfficeError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(HeadOfficeError::SqliteTooOld(rusqlite::version().to_owned()));
        }
        let path = dir.join(DATABASE_FILE);
        let mut writer = Connection::open(&path)?;
        configure(&writer)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        migrate(&mut writer)?;
        let store = Self { path, writer: Mutex::new(writer), readers: Mutex::default() };
        store.write(|tx| {
            tx.execute(
                "INSERT INTO head_office (id, incarnation, sample_salt, public_key, created_s)
                 VALUES (1, ?1, ?2, x'', ?3) ON CONFLICT (id) DO NOTHING",
                params![hex::encode(rand::random::<[u8; 16]>()), rand::random::<[u8; 32]>(), now.as_second()],
            )?;
            Ok::<_, HeadOfficeError>(())
        })?;
        Ok(store)
    }

    /// The key that this database belongs to: the given one, if it belongs to none yet.
    pub(crate) fn bind_key(&self, key: &PublicKey) -> Result<PublicKey, HeadOfficeError> {
        self.write(|tx| {
            tx.execute("UPDATE head_office SET public_key = ?1 WHERE public_key = x''", [key.to_bytes()])?;
            let bytes: Vec<u8> = tx.query_row("SELECT public_key FROM head_office", [], |row| row.get(0))?;
            PublicKey::from_bytes(&bytes).map_err(|error| HeadOfficeError::StoreUnreadable(error.to_string()))
        })
    }

    /// Who this head office is.
    pub fn identity(&self) -> Result<Identity, HeadOfficeError> {
        self.read(|db| {
            let (incarnation, sample_salt) =
                db.query_row("SELECT incarnation, sample_salt FROM head_office", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            Ok(Identity { incarnation: Incarnation(incarnation), sample_salt })
        })
    }

    /// How much there is.
    pub fn totals(&self) -> Result<Totals, HeadOfficeError> {
        self.read(|db| {
            let count = |sql: &str| -> Result<u64, HeadOfficeError> {
                Ok(unsigned(db.query_row(sql, [], |row| row.get(0))?))
            };
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

    /// What SQLite itself says about the file; empty when all is well.
    pub fn damage(&self) -> Result<Vec<String>, HeadOfficeError> {
        self.read(|db| {
            let mut statement = db.prepare("PRAGMA quick_check")?;
            let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(lines.into_iter().filter(|line| line != "ok").collect())
        })
    }

    /// One writing transaction, begun IMMEDIATE: from its first line on nobody else writes. It commits when
    /// `work` succeeds and leaves no trace when it fails.
    fn write<T, E: From<HeadOfficeError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(HeadOfficeError::from)?;
        let done = work(&tx)?;
        tx.commit().map_err(HeadOfficeError::from)?;
        Ok(done)
    }

    /// One reading transaction: what it sees does not change under it.
    fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, HeadOfficeError>,
    ) -> Result<T, HeadOfficeError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => self.open_reader()?,
        };
        let tx = reader.transaction()?;
        let done = work(&tx)?;
        tx.finish()?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        Ok(done)
    }

    fn open_reader(&self) -> Result<Connection, HeadOfficeError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags)?;
        configure(&reader)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(reader)
    }
}

fn configure(db: &Connection) -> Result<(), HeadOfficeError> {
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn migrate(db: &mut Connection) -> Result<(), HeadOfficeError> {
    let runner = migrations::migrations::runner();
    let known =
        runner.get_migrations().iter().map(|migration| u32::try_from(migration.version()).unwrap_or(0)).max();
    let known = known.unwrap_or(0);
    let migrated: Option<i64> = db
        .query_row("SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history'", [], |row| row.get(0))
        .optional()?;
    if migrated.is_some() {
        let found: u32 =
            db.query_row("SELECT coalesce(max(version), 0) FROM refinery_schema_history", [], |row| {
                row.get(0)
            })?;
        if found > known {
            return Err(HeadOfficeError::DatabaseNewer { found, known });
        }
    }
    runner.run(db).map_err(|error| HeadOfficeError::Migration(Box::new(error)))?;
    Ok(())
}

/// Draws `count` numbers from a counter that starts at 1; gives the first. Only inside a writing transaction:
/// its lock is what keeps a reader from seeing a later number before an earlier one.
fn draw(tx: &Transaction<'_>, name: &str, count: u64) -> Result<u64, HeadOfficeError> {
    let last: i64 = tx.query_row(
        "INSERT INTO positions (name, position) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET position = position + excluded.position RETURNING position",
        params![name, signed(count)],
        |row| row.get(0),
    )?;
    Ok(unsigned(last) + 1 - count)
}

/// The last number drawn from a counter.
fn drawn(tx: &Transaction<'_>, name: &str) -> Result<u64, HeadOfficeError> {
    let position: Option<i64> = tx
        .query_row("SELECT position FROM positions WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    Ok(unsigned(position.unwrap_or(0)))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn unreadable(what: impl std::fmt::Display) -> HeadOfficeError {
    HeadOfficeError::StoreUnreadable(what.to_string())
}
