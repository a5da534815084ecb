//! What can go wrong at head office, apart from what a station is told (see `server::reply`).

use std::io;
use std::path::PathBuf;

/// A failure of head office itself.
#[derive(Debug, thiserror::Error)]
pub enum HeadOfficeError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No space is left on the disk.
    #[error("no space is left for {0}")]
    DiskFull(PathBuf),
    /// The folder holds no head office.
    #[error("{0} holds no head office; `head-office serve` makes one")]
    NoDataFolder(PathBuf),
    /// The key file is not 64 hex digits.
    #[error("{0} is no key of head office")]
    KeyUnusable(PathBuf),
    /// The key is not the one that this database belongs to.
    #[error("the key in {0} is not the one that this database was made with")]
    OtherKey(PathBuf),
    /// Written by a newer release.
    #[error("the database has version {found}, this release knows {known}: use the newer release")]
    DatabaseNewer {
        /// Version of the database.
        found: u32,
        /// Newest version known here.
        known: u32,
    },
    /// The bundled SQLite is too old to be trusted with WAL.
    #[error("SQLite {0} can corrupt a database, at least 3.51.3 is needed")]
    SqliteTooOld(String),
    /// The database could not be brought up to date.
    #[error("the database cannot be migrated: {0}")]
    Migration(#[source] Box<refinery::Error>),
    /// The database refuses.
    #[error("database: {0}")]
    Database(#[source] rusqlite::Error),
    /// PostgreSQL refuses.
    #[error("database: {0}")]
    Postgres(#[source] Box<tokio_postgres::Error>),
    /// The database cannot be reached, or has no connection free.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// An address that is none.
    #[error("this is no address of a {0}")]
    AddressUnusable(&'static str),
    /// The object store refuses or cannot be reached.
    #[error("photos: {0}")]
    Objects(#[source] Box<object_store::Error>),
    /// The database belongs to a key that is not in this data folder.
    #[error("{0} is missing: copy the key of the head office that this database belongs to")]
    KeyMissing(PathBuf),
    /// A certificate or its key that cannot be used.
    #[error("{path}: {reason}")]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A backup that does not hold what it should.
    #[error("the backup in {0} is not sound")]
    BackupUnsound(PathBuf),
    /// A place to restore to that holds something already.
    #[error("{0} is not empty: restore never overwrites")]
    NotEmpty(String),
    /// Stored content that is not what this program writes.
    #[error("the database holds something unreadable: {0}")]
    StoreUnreadable(String),
    /// A value that cannot be written as JSON.
    #[error("cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A document that cannot be signed.
    #[error("cannot be signed: {0}")]
    Unsignable(#[from] wire::SignedError),
    /// A body that cannot be packed.
    #[error("cannot be packed: {0}")]
    Unpackable(#[from] wire::CodecError),
    /// A PIN that cannot be hashed.
    #[error("a PIN cannot be hashed: {0}")]
    PinUnhashable(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The server ended by itself.
    #[error("the server stopped: {0}")]
    Stopped(String),
    /// A depot or station name that cannot be used.
    #[error("{0:?} is no name: 1 to 32 letters, digits, '-' or '_'")]
    BadName(String),
    /// A station of that name is enrolled already.
    #[error("{0} is enrolled already; revoke it first")]
    NameTaken(String),
    /// No active station has that name.
    #[error("no active station is called {0}")]
    NoSuchStation(String),
    /// No RMA of that number, or without a label.
    #[error("no RMA {0} with a return label")]
    NoSuchLabel(String),
    /// A label that cannot be drawn.
    #[error("the label of {rma} cannot be drawn: {source}")]
    Undrawable {
        /// Its RMA.
        rma: String,
        /// Why.
        source: labels::LabelError,
    },
    /// All LPN blocks are given out.
    #[error("all LPN blocks are given out")]
    LpnBlocksUsedUp,
    /// Nothing was asked for.
    #[error("nothing to import: name at least one file")]
    NothingToImport,
    /// No unit has this id or LPN.
    #[error("no unit {0}")]
    NoSuchUnit(String),
    /// Several units have this LPN.
    #[error("several units have the LPN {0}: name the unit by its id")]
    LpnAmbiguous(String),
    /// No RMA of that number, or without that line.
    #[error("no RMA {0} with that line")]
    NoSuchRma(String),
    /// The unit does not allow it now.
    #[error(transparent)]
    Refused(#[from] returns::refusal::Refusal),
    /// Others wrote to the same place again and again.
    #[error("others write to the same place; try again")]
    Busy,
    /// An event that cannot be written.
    #[error("not an event: {0}")]
    Event(#[from] wire::EnvelopeError),
    /// An export whose window ends before it begins.
    #[error("the window ends before it begins")]
    WindowEmpty,
    /// An interchange id that X12 does not allow.
    #[error("{0:?} is no interchange id: 2 to 15 capital letters, digits, '-', '_' or '.'")]
    PartnerUnusable(String),
    /// The export cannot be written.
    #[error("the export cannot be written: {0}")]
    ExportUnwritable(String),
}

impl HeadOfficeError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file-unusable",
            Self::DiskFull(_) => "disk-full",
            Self::NoDataFolder(_) => "data-folder-missing",
            Self::KeyUnusable(_) => "key-unusable",
            Self::OtherKey(_) => "key-other",
            Self::DatabaseNewer { .. } => "database-newer",
            Self::SqliteTooOld(_) => "sqlite-too-old",
            Self::Migration(_) => "database-migration",
            Self::Database(_) => "database",
            Self::Postgres(_) => "database",
            Self::Unreachable(_) => "database-unreachable",
            Self::AddressUnusable(_) => "address-unusable",
            Self::Objects(_) => "photos-unreachable",
            Self::KeyMissing(_) => "key-missing",
            Self::Certificate { .. } => "certificate-unusable",
            Self::BackupUnsound(_) => "backup-unsound",
            Self::NotEmpty(_) => "restore-not-empty",
            Self::StoreUnreadable(_) => "database-unreadable",
            Self::Json(_) => "json-unwritable",
            Self::Unsignable(_) => "document-unsignable",
            Self::Unpackable(_) => "body-unpackable",
            Self::PinUnhashable(_) => "pin-unusable",
            Self::Listen { .. } => "listen",
            Self::Stopped(_) => "server-stopped",
            Self::BadName(_) => "name-unusable",
            Self::NameTaken(_) => "station-name-taken",
            Self::NoSuchStation(_) => "station-unknown",
            Self::NoSuchLabel(_) => "label-unknown",
            Self::Undrawable { .. } => "label-undrawable",
            Self::LpnBlocksUsedUp => "lpn-blocks-used-up",
            Self::NothingToImport => "nothing-to-import",
            Self::NoSuchUnit(_) => "unit-unknown",
            Self::LpnAmbiguous(_) => "lpn-ambiguous",
            Self::NoSuchRma(_) => "rma-unknown",
            Self::Refused(refusal) => refusal.code(),
            Self::Busy => "busy",
            Self::Event(error) => error.code(),
            Self::WindowEmpty => "window-empty",
            Self::PartnerUnusable(_) => "partner-unusable",
            Self::ExportUnwritable(_) => "export-unwritable",
        }
    }

    /// A file error with its path, a full disk told apart.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path),
            _ => Self::File { path, source },
        }
    }
}

impl From<rusqlite::Error> for HeadOfficeError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull(PathBuf::from("the database")),
            _ => Self::Database(error),
        }
    }
}

impl From<tokio_postgres::Error> for HeadOfficeError {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        match error.code() {
            Some(state) if *state == SqlState::DISK_FULL => Self::DiskFull(PathBuf::from("the database")),
            None if error.is_closed() => Self::Unreachable(error.to_string()),
            _ => Self::Postgres(Box::new(error)),
        }
    }
}

impl From<object_store::Error> for HeadOfficeError {
    fn from(error: object_store::Error) -> Self {
        Self::Objects(Box::new(error))
    }
}
