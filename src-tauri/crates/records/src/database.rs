//! Opening a data folder: lock, SQLite with its settings, migrations.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use wire::SecretKey;

use crate::checkpoint::BY_ITSELF_AT;
use crate::enrolment::{self, Enrolment};
use crate::incidents::{self, IncidentKind};
use crate::knowledge::{self, Verified};
use crate::lock::Lock;
use crate::reserve::SpaceReserve;
use crate::{
    Because, Photos, RecordsError, SecretIn, Secrets, Witness, append, figures, rebuild, start, witness,
};

pub(crate) mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Newest schema that this release knows; a hello tells it to head office.
pub const SCHEMA: u32 = 5;

/// Older versions of SQLite can damage a database when its WAL is reset.
pub const SQLITE_AT_LEAST: i32 = 3_051_003;

/// "RSt1": marks a database as a station's.
const APPLICATION_ID: i32 = 0x5253_7431;

pub(crate) const DATABASE: &str = "station.db";

/// Where the present time comes from; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How to open the records.
#[derive(Clone)]
pub struct Options {
    /// What the opener calls itself; told to whoever finds the folder in use.
    pub program: String,
    /// The present time.
    pub clock: Clock,
    /// The most that the database may take, in pages of 4096 bytes; beyond it the disk counts as full.
    pub max_pages: Option<u32>,
    /// A folder, best on another medium, that keeps a second witness of the head.
    pub witness_folder: Option<PathBuf>,
    /// Bytes of disk kept for the last events before it is full; 0 keeps none.
    pub reserve_bytes: u64,
    /// The best place that the station's key may be kept in.
    pub secrets: SecretIn,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            program: "station".to_owned(),
            clock: Arc::new(Timestamp::now),
            max_pages: None,
            witness_folder: None,
            reserve_bytes: 0,
            secrets: SecretIn::File,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("program", &self.program)
            .field("max_pages", &self.max_pages)
            .finish_non_exhaustive()
    }
}

/// The records of one station, open. Not `Sync`: share it behind a mutex.
pub struct Records {
    pub(crate) connection: Connection,
    pub(crate) dir: PathBuf,
    pub(crate) photos: Photos,
    pub(crate) clock: Clock,
    pub(crate) enrolment: Option<Enrolment>,
    pub(crate) secrets: Secrets,
    /// The station's key, once it was read.
    pub(crate) key: RefCell<Option<SecretKey>>,
    /// Documents whose signature was verified, by the very text that was.
    pub(crate) verified: RefCell<Verified>,
    pub(crate) witness_folder: Option<PathBuf>,
    /// When the second witness could last not be written.
    pub(crate) witness_failed: Cell<Option<Instant>>,
    /// When this run last sealed the head, by the records' clock.
    pub(crate) sealed_ms: Cell<i64>,
    pub(crate) reserve: SpaceReserve,
    behind_witness: Option<Witness>,
    /// `None`: open for reading only. Dropped last, after the connection.
    lock: Option<Lock>,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Records {
    /// Opens, and creates where there is none, the records in a data folder, as its only writer.
    ///
    /// # Errors
    /// `data-in-use`, `database-newer`, `database-corrupt`, `disk-full` and others of [`RecordsError`].
    pub fn open(dir: &Path, options: Options) -> Result<Self, RecordsError> {
        if rusqlite::version_number() < SQLITE_AT_LEAST {
            return Err(RecordsError::SqliteTooOld(rusqlite::version()));
        }
        fs::create_dir_all(dir).map_err(RecordsError::file(dir))?;
        let lock = Lock::take(dir, &options.program, (options.clock)())?;
        rebuild::finish(dir, (options.clock)())?;
        not_gone(dir)?;
        let mut connection = Connection::open_with_flags(
            dir.join(DATABASE),
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        configure(&connection, options.max_pages)?;
        migrate(&mut connection)?;
        start::check(&connection, &dir.join(DATABASE))?;
        let mut records = Self::around(connection, dir, options.clock)?;
        records.lock = Some(lock);
        records.secrets = Secrets::of(dir, options.secrets);
        records.take_key_over();
        records.witness_folder = options.witness_folder;
        records.reserve = SpaceReserve::of(options.reserve_bytes);
        records.behind_witness = witness::ahead_of(&records)?;
        records.step_aside()?;
        records.catch_up()?;
        append::sweep_purged(&records)?;
        records.keep_copy();
        records.keep_reserve();
        Ok(records)
    }

    /// A database that is behind its witness was put back from a copy: before anything is written, it goes on in an
    /// epoch of its own, so that no sequence and no number is given twice.
    fn step_aside(&mut self) -> Result<(), RecordsError> {
        let Some(enrolment) = &self.enrolment else { return Ok(()) };
        let (station, before) = (enrolment.station, enrolment.epoch);
        let witness = self.behind_witness.clone().filter(|witness| witness.station == station);
        let put_back: Option<bool> = self.setting(crate::backup::PUT_BACK)?;
        if witness.is_none() && put_back.is_none() {
            return Ok(());
        }
        let before = witness.as_ref().map_or(before, |witness| witness.epoch);
        let here = crate::outbox::head(&self.connection, &before)?;
        let epoch = self.open_provisional(Because::Restored)?;
        if let Some(witness) = &witness {
            self.set_setting(crate::epochs::RESTORED_FROM, witness)?;
        }
        let args = incidents::args([
            ("before", before.to_string()),
            ("witness", witness.map_or("-".to_owned(), |witness| witness.head.seq.to_string())),
            ("here", here.seq.to_string()),
            ("epoch", epoch.to_string()),
        ]);
        self.note_incident(IncidentKind::Restored, &args)?;
        self.forget_setting(crate::backup::PUT_BACK)
    }

    /// Opens the records for reading, beside a running station too.
    ///
    /// # Errors
    /// `database-missing`, `database-newer`, `database-older`, `database-corrupt` and others of [`RecordsError`].
    pub fn open_read_only(dir: &Path) -> Result<Self, RecordsError> {
        let path = dir.join(DATABASE);
        if !path.is_file() {
            return Err(RecordsError::NoDatabase(dir.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        check_application(&connection)?;
        match schema(&connection)? {
            found if found > SCHEMA => Err(RecordsError::DatabaseNewer { found, known: SCHEMA }),
            found if found < SCHEMA => Err(RecordsError::DatabaseOlder { found, known: SCHEMA }),
            _ => Self::around(connection, dir, Options::default().clock),
        }
    }

    pub(crate) fn around(connection: Connection, dir: &Path, clock: Clock) -> Result<Self, RecordsError> {
        connection.set_prepared_statement_cache_capacity(128);
        let enrolment = enrolment::load(&connection)?;
        let now_ms = crate::sql::millis(clock());
        Ok(Self {
            connection,
            dir: dir.to_owned(),
            photos: Photos::in_folder(dir),
            clock,
            enrolment,
            secrets: Secrets::of(dir, SecretIn::File),
            key: RefCell::default(),
            verified: RefCell::default(),
            witness_folder: None,
            witness_failed: Cell::new(None),
            sealed_ms: Cell::new(now_ms),
            reserve: SpaceReserve::of(0),
            behind_witness: None,
            lock: None,
        })
    }

    /// Does what a migration left to the program.
    fn catch_up(&mut self) -> Result<(), RecordsError> {
        if !self.connection.prepare("SELECT 1 FROM upkeep WHERE task = 'fill-figures'")?.exists([])? {
            return Ok(());
        }
        let station = self.enrolment.as_ref().map(|enrolment| enrolment.station);
        let policies = self.policies_known()?;
        let transaction = self.writing()?;
        figures::fill(&transaction, station)?;
        for (hash, number, signed) in policies {
            knowledge::keep_policy(&transaction, &hash, number, &signed)?;
        }
        transaction.execute("DELETE FROM upkeep WHERE task = 'fill-figures'", [])?;
        transaction.commit()?;
        Ok(())
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The photo files; a handle of its own, so that keeping a photo waits for nobody.
    pub fn photos(&self) -> Photos {
        self.photos.clone()
    }

    /// Set when the folder's witness knows a later head than the database: the database was restored or
    /// swapped. Head office's verdict decides what follows.
    pub fn behind_witness(&self) -> Option<&Witness> {
        self.behind_witness.as_ref()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Makes records writable that were not opened in the usual way.
    pub(crate) fn lend_lock(&mut self, lock: Lock, witness_folder: Option<PathBuf>) {
        self.lock = Some(lock);
        self.witness_folder = witness_folder;
    }

    /// The connection, to be closed, and the lock, to be held on.
    pub(crate) fn into_parts(self) -> (Connection, Option<Lock>) {
        (self.connection, self.lock)
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.lock.is_some()
    }

    /// Starts a transaction that writes.
    pub(crate) fn writing(&mut self) -> Result<Transaction<'_>, RecordsError> {
        if self.lock.is_none() {
            return Err(RecordsError::ReadOnly);
        }
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Memory for pages, in KiB: a batch touches more of them than SQLite's 2 MiB hold.
const CACHE_KIB: i32 = 32 * 1024;

pub(crate) fn configure(connection: &Connection, max_pages: Option<u32>) -> Result<(), RecordsError> {
    connection.busy_timeout(BUSY)?;
    check_application(connection)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(RecordsError::Corrupt(format!("the database cannot use a write-ahead log, but {mode}")));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // A purge must leave no trace in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // A commit in which the whole log is taken over takes many times as long: `Checkpoints` does it beside.
    connection.pragma_update(None, "wal_autocheckpoint", BY_ITSELF_AT)?;
    if let Some(pages) = max_pages {
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(())
}

/// A folder that had a database and has none now, or an empty file: SQLite would begin a new one as if nothing had been.
fn not_gone(dir: &Path) -> Result<(), RecordsError> {
    let empty = fs::metadata(dir.join(DATABASE)).map_or(true, |file| file.len() == 0);
    if empty && enrolment::read_copy(dir).is_some() {
        return Err(RecordsError::Corrupt("the database is gone".to_owned()));
    }
    Ok(())
}

/// Refuses databases that are somebody else's, before anything is written into them.
fn check_application(connection: &Connection) -> Result<(), RecordsError> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id == APPLICATION_ID || (id == 0 && tables == 0) {
        Ok(())
    } else {
        Err(RecordsError::Corrupt("the file is no station's database".to_owned()))
    }
}

/// Number of the last migration; 0 for a new database.
fn schema(connection: &Connection) -> Result<u32, RecordsError> {
    if !connection.table_exists(None, "refinery_schema_history")? {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), RecordsError> {
    let found = schema(connection)?;
    if found > SCHEMA {
        return Err(RecordsError::DatabaseNewer { found, known: SCHEMA });
    }
    if found == SCHEMA {
        return Ok(());
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrations::migrations::runner().set_grouped(true).run(connection)?;
    Ok(())
}
