//! What can go wrong with the records. Each error carries a stable code; nothing matches its text.

use std::io;
use std::path::{Path, PathBuf};

use returns::ids::{EventId, Sha256Hex, UnitId};
use returns::lpn::Lpn;
use rusqlite::ErrorCode;
use wire::EnvelopeError;

use crate::lock::Holder;

/// Why the records refuse or fail.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// Another process (or another handle) has the data folder open for writing.
    #[error("the data folder is in use by {}", holder.as_ref().map_or("another process".to_owned(), ToString::to_string))]
    InUse {
        /// Who, as far as they said.
        holder: Option<Holder>,
    },
    /// The database was written by a newer release.
    #[error("the database has schema {found}, this release knows {known}")]
    DatabaseNewer {
        /// Schema of the database.
        found: u32,
        /// Newest schema that this release knows.
        known: u32,
    },
    /// The database was written by an older release and must be opened for writing first.
    #[error("the database has schema {found}, this release needs {known}: open it once for writing")]
    DatabaseOlder {
        /// Schema of the database.
        found: u32,
        /// Schema that this release reads.
        known: u32,
    },
    /// A migration of this database differs from the one of this release.
    #[error("the database's migrations differ from this release's: {0}")]
    DatabaseDiverged(String),
    /// No database where one was expected.
    #[error("no records in {0}")]
    NoDatabase(PathBuf),
    /// The bundled SQLite is older than [`crate::SQLITE_AT_LEAST`].
    #[error("SQLite {0} is too old")]
    SqliteTooOld(&'static str),
    /// No room on the disk. Nothing was half-written.
    #[error("the disk is full")]
    DiskFull,
    /// The database, or a row of it, is damaged. It is left as it is.
    #[error("the records are damaged: {0}")]
    Corrupt(String),
    /// Opened by [`crate::Records::open_read_only`].
    #[error("the records are open for reading only")]
    ReadOnly,
    /// The station has not enrolled yet.
    #[error("this station is not enrolled")]
    NotEnrolled,
    /// The station has enrolled already.
    #[error("this station is enrolled already")]
    AlreadyEnrolled,
    /// An event that cannot travel: too long, or with a line break.
    #[error(transparent)]
    Event(#[from] EnvelopeError),
    /// The event is there already.
    #[error("event {0} is there already")]
    EventRepeated(EventId),
    /// A projection that an event of a newer release touched can only be read here.
    #[error("{0} holds an event that this release does not know")]
    SubjectUnreadable(String),
    /// Something came in about a subject since it was looked at.
    #[error("{0} has changed meanwhile")]
    SubjectChanged(String),
    /// Events that head office says are ours, and that do not add up to the hash that it names.
    #[error("what head office holds of epoch {0} does not add up")]
    OwnEventsDiffer(wire::Epoch),
    /// An epoch that this station has written in before.
    #[error("epoch {0} was used before")]
    EpochUsed(wire::Epoch),
    /// Nothing of a damaged database could be read that says whose it is.
    #[error("the damaged records do not say which station they are: {0}")]
    NothingReadable(String),
    /// A backup that does not hold what it should.
    #[error("the backup is not good: {0}")]
    BackupBad(String),
    /// A unit already bears this LPN.
    #[error("LPN {lpn} is on unit {unit} already")]
    LpnTaken {
        /// The number.
        lpn: Lpn,
        /// Who bears it.
        unit: UnitId,
    },
    /// Every LPN block is used up.
    #[error("no LPN is left")]
    LpnsUsedUp,
    /// An event names a photo that was not kept before.
    #[error("photo {0} is not here")]
    PhotoNotKept(Sha256Hex),
    /// No such unit here.
    #[error("no unit {0} here")]
    UnitUnknown(UnitId),
    /// A file that is no evidence pack, or cannot be made one.
    #[error("no evidence pack: {0}")]
    Pack(String),
    /// The system's keyring has a secret, or should take one, and does not answer.
    #[error("the keyring cannot be used: {0}")]
    KeyringUnreachable(String),
    /// A file that another machine sealed, or that somebody changed.
    #[error("the secret {0:?} was sealed by another machine")]
    SealedElsewhere(String),
    /// The system has no id for this machine: nothing can be sealed to it.
    #[error("this machine has no id")]
    MachineUnknown,
    /// A secret that no place takes.
    #[error("the secret {0:?} is too long, or its name is none")]
    SecretTooLong(String),
    /// A receipt that clears nothing.
    #[error("the receipt clears nothing: {0}")]
    Receipt(ReceiptRefusal),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite failed otherwise.
    #[error("the database failed: {0}")]
    Database(rusqlite::Error),
}

/// Why a receipt clears nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptRefusal {
    /// It is another station's.
    #[error("it is another station's")]
    OtherStation,
    /// This station never wrote that epoch.
    #[error("it names an epoch that this station never wrote")]
    OtherEpoch,
    /// It names more than this station has written.
    #[error("it names sequence {stored}, the last one here is {head}")]
    BeyondHead {
        /// Sequence in the receipt.
        stored: u64,
        /// Last sequence here.
        head: u64,
    },
    /// Its hash is not ours at that sequence: head office holds other bytes.
    #[error("its hash at sequence {seq} is not ours")]
    HashDiffers {
        /// Which sequence.
        seq: u64,
    },
}

impl RecordsError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "data-in-use",
            Self::DatabaseNewer { .. } => "database-newer",
            Self::DatabaseOlder { .. } => "database-older",
            Self::DatabaseDiverged(_) => "database-diverged",
            Self::NoDatabase(_) => "database-missing",
            Self::SqliteTooOld(_) => "sqlite-too-old",
            Self::DiskFull => "disk-full",
            Self::Corrupt(_) => "database-corrupt",
            Self::ReadOnly => "records-read-only",
            Self::NotEnrolled => "station-not-enrolled",
            Self::AlreadyEnrolled => "station-enrolled-already",
            Self::Event(error) => error.code(),
            Self::EventRepeated(_) => "event-repeated",
            Self::SubjectUnreadable(_) => "subject-unreadable",
            Self::SubjectChanged(_) => "unit-changed",
            Self::OwnEventsDiffer(_) => "own-events-differ",
            Self::EpochUsed(_) => "epoch-used",
            Self::NothingReadable(_) => "records-not-rebuilt",
            Self::BackupBad(_) => "backup-bad",
            Self::LpnTaken { .. } => "lpn-taken",
            Self::LpnsUsedUp => "lpn-block-empty",
            Self::PhotoNotKept(_) => "photo-not-kept",
            Self::UnitUnknown(_) => "pack-unit-unknown",
            Self::Pack(_) => "pack-unreadable",
            Self::KeyringUnreachable(_) => "keyring-unreachable",
            Self::SealedElsewhere(_) => "secret-sealed-elsewhere",
            Self::MachineUnknown => "machine-unknown",
            Self::SecretTooLong(_) => "secret-too-long",
            Self::Receipt(refusal) => refusal.code(),
            Self::File { .. } => "file-failed",
            Self::Database(_) => "database-failed",
        }
    }

    pub(crate) fn file(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File { path: path.to_owned(), source },
        }
    }

    /// A row that this release wrote and cannot read back.
    pub(crate) fn row(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl ReceiptRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherStation => "receipt-other-station",
            Self::OtherEpoch => "receipt-other-epoch",
            Self::BeyondHead { .. } => "receipt-beyond-head",
            Self::HashDiffers { .. } => "receipt-hash-differs",
        }
    }
}

impl From<rusqlite::Error> for RecordsError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
        match error.sqlite_error() {
            Some(sqlite) if sqlite.code == ErrorCode::DiskFull => Self::DiskFull,
            // Growing the shared-memory file of the WAL is where a full disk shows first.
            Some(sqlite) if sqlite.extended_code == SQLITE_IOERR_SHMSIZE => Self::DiskFull,
            Some(sqlite) if matches!(sqlite.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt(error.to_string())
            }
            Some(sqlite) if sqlite.code == ErrorCode::ReadOnly => Self::ReadOnly,
            _ => Self::Database(error),
        }
    }
}

impl From<refinery::Error> for RecordsError {
    fn from(error: refinery::Error) -> Self {
        use refinery::error::Kind;
        match error.kind() {
            Kind::DivergentVersion(..) | Kind::MissingVersion(..) => {
                Self::DatabaseDiverged(error.to_string())
            }
            Kind::Connection(_, source) => match source.downcast_ref::<rusqlite::Error>() {
                Some(sqlite) => sqlite.sqlite_error().map_or_else(
                    || Self::DatabaseDiverged(error.to_string()),
                    |ffi| Self::from(rusqlite::Error::SqliteFailure(*ffi, Some(error.to_string()))),
                ),
                None => Self::DatabaseDiverged(error.to_string()),
            },
            _ => Self::DatabaseDiverged(error.to_string()),
        }
    }
}
