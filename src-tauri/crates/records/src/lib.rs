//! What a station keeps: the event log with its projections and outbox in SQLite, photos as files, and what
//! head office sent down. One writer per data folder.
//!
//! | module | holds |
//! |---|---|
//! | [`Records`], [`Options`] | opening a data folder: lock, SQLite, migrations |
//! | [`Checkpoints`] | the write-ahead log, taken over beside the station at work |
//! | [`Enrolment`] | who this station is, its keys and LPN blocks |
//! | [`Secrets`], [`SecretIn`] | the station's key and other secrets: keyring, sealed file, file |
//! | [`NewEvent`], [`Stored`] | appending: event, projection and outbox row in one transaction |
//! | `projections` | units, parcels, containers as the fold of their events; look-ups and [`Found`] |
//! | [`Batch`], [`Unsent`] | the outbox, and receipts that empty it |
//! | [`Photos`] | photo files named by their hash |
//! | [`Because`], [`EpochHere`], [`TakenBack`] | epochs of the station's own, and its own events back from head office |
//! | [`Incident`], [`IncidentKind`] | what happened to the records, until a person has seen it |
//! | `start`, [`SpaceReserve`], `orphans` | checks at the start, room for the last events, files that no event names |
//! | [`Backup`], [`back_up`], [`put_back`] | backups on a second folder, read back after writing |
//! | [`RebuildReport`] | a damaged database set aside and made anew from what can be read |
//! | `thumbnails` | small pictures, which go up before the photos |
//! | [`Prunable`], [`PhotosKept`] | photos that went because head office has them, and those that come back |
//! | `texts`, `personal` | the purgeable store of raw scans and free text; what is to be purged |
//! | `figures`, [`insights`] | a row of plain columns for each unit, and the questions answered from them |
//! | [`PackMade`], [`verify_pack`] | evidence packs: one unit's history in a file that anybody can check |
//! | [`Arriving`] | what is known beside a unit that arrives: copied labels, goods received elsewhere, empty boxes |
//! | `find`, `search` | looking up what was scanned, and what a person typed |
//! | `feeds`, `knowledge` | what comes down: applying pages, and RMAs, items, operators, policy, checklists |
//! | `meeting` | what came from elsewhere, and what a decision had seen |
//! | `seals`, `settings`, `witness` | signatures over the head, this bench's settings, the head outside the database |
//! | [`verify`], [`VerifyReport`] | recomputing everything, read-only |

mod append;
mod arrival;
mod backup;
mod checkpoint;
mod database;
mod enrolment;
mod epochs;
mod error;
mod events;
mod feeds;
mod figures;
mod find;
mod incidents;
pub mod insights;
mod knowledge;
mod lock;
mod lpns;
mod meeting;
mod orphans;
mod outbox;
mod pack;
mod personal;
mod photos;
mod projections;
mod rebuild;
mod reserve;
mod retention;
mod seals;
mod search;
mod secrets;
mod settings;
mod sql;
mod start;
mod tails;
mod texts;
mod thumbnails;
mod verify;
mod witness;

pub use append::{NewEvent, Stored};
pub use arrival::Arriving;
pub use backup::{Backup, PutBack, back_up, backups, check_backup, put_back};
pub use checkpoint::Checkpoints;
pub use database::{Clock, Options, Records, SCHEMA, SQLITE_AT_LEAST};
pub use enrolment::Enrolment;
pub use epochs::{Because, EpochHere, TakenBack};
pub use error::{ReceiptRefusal, RecordsError};
pub use events::Counters;
pub use feeds::{Applied, RefusedItem};
pub use find::{Found, InOrder};
pub use incidents::{Incident, IncidentKind};
pub use lock::Holder;
pub use outbox::{Batch, Unsent};
pub use pack::{
    ChainLine, EventLine, Kept, Manifest, Member, NoteEntry, PACK_FORMAT, PackMade, PackReport, PhotoEntry,
    PolicyEntry, Segment, verify_pack,
};
pub use photos::Photos;
pub use rebuild::{RebuildReport, rebuild_report};
pub use reserve::SpaceReserve;
pub use retention::{CameBack, KEPT_AT_LEAST_DAYS, PhotosKept, Prunable};
pub use secrets::{Keyring, SecretIn, Secrets};
pub use start::{damaged_pages, doubt};
pub use thumbnails::Thumbnail;
pub use verify::{Chain, Problem, Projections, VerifyReport, verify};
pub use witness::Witness;
