//! Evidence packs: what happened to one unit, in one zip file that anybody can check without a data folder.
//!
//! | member | holds |
//! |---|---|
//! | `manifest.json` | [`Manifest`]: what the pack is about, keys, chain segments, every member's length and SHA-256 |
//! | `manifest.sig` | the station's signature over `"rs-evidence-1" ‖ manifest.json`, 128 hex digits |
//! | `events.jsonl` | [`EventLine`]s: all events of the unit and of its parcel, parcel first, each in fold order |
//! | `chain/<epoch>.jsonl` | [`ChainLine`]s: this station's log, whole, from the first of those events to the next seal |
//! | `photos/<sha256>.jpg` | photos; those of parcel labels are left out |
//! | `notes/<sha256>.txt` | what people wrote |
//! | `policy/<sha256>.json` | the policies that decided, as head office signed them |
//! | `summary.txt` | the same in plain words; proves nothing by itself |
//!
//! The archive's comment is `rs-evidence-1 ` and the station's signature (128 hex digits) over
//! `"rs-evidence-file-1" ‖ SHA-256 of all bytes before the comment`: no byte of the file can change unnoticed.
//!
//! A chain segment holds other units' events too, for a hash covers the bytes before it. No event holds a name, an
//! address or free text. Events of other benches came from head office and stand in no chain of this station: they
//! are told apart in the report.

mod build;
mod check;
mod members;
mod summary;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use returns::codes::{Disposition, Grade, Stage};
use returns::ids::{PhotoRole, Sha256Hex, StationId, Subject, UnitId};
use serde::{Deserialize, Serialize};
use wire::{ChainHash, Epoch, PublicKey, Seal};

use crate::Problem;

pub use check::verify_pack;

/// The format that this release writes and reads.
pub const PACK_FORMAT: u32 = 1;

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackMade {
    /// Where it lies.
    pub path: PathBuf,
    /// Events of the unit and its parcel.
    pub events: u32,
    /// Photos in it.
    pub photos: u32,
    /// SHA-256 of the file.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Contents of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`PACK_FORMAT`].
    pub format: u32,
    /// The unit.
    pub unit: UnitId,
    /// Its LPN, shown 5-5-2.
    pub lpn: String,
    /// When the pack was made, by the station's clock.
    pub made_at: Timestamp,
    /// Who made it.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// Its depot.
    pub depot: String,
    /// The key that signed manifest, file and seals.
    pub station_key: PublicKey,
    /// The key that signed the policies.
    pub head_office_key: PublicKey,
    /// Stretches of the station's log, by epoch.
    pub segments: Vec<Segment>,
    /// Photos that the events name.
    pub photos: Vec<PhotoEntry>,
    /// Notes that the events name.
    pub notes: Vec<NoteEntry>,
    /// Policies that the decisions name.
    pub policies: Vec<PolicyEntry>,
    /// Every member but the manifest and its signature.
    pub members: BTreeMap<String, Member>,
}

/// A member of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: Sha256Hex,
}

/// A stretch of the station's log, sealed at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Which epoch.
    pub epoch: Epoch,
    /// First sequence.
    pub first: u64,
    /// Last sequence.
    pub last: u64,
    /// Hash of the chain before the first.
    pub prev_hash: ChainHash,
    /// The station's signature over the hash at the last.
    pub seal: Seal,
}

/// Whether bytes that an event names are in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// They are.
    Packed,
    /// An event purged them; that is lawful and no fault.
    Purged,
    /// Another bench took them, and they are not here.
    Elsewhere,
    /// Left out: a parcel's label shows a person's name and address.
    Withheld,
    /// They should be here and are not.
    Missing,
}

/// A photo that an event names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoEntry {
    /// Its hash.
    pub sha256: Sha256Hex,
    /// Its length in bytes.
    pub bytes: u64,
    /// What it shows.
    pub role: PhotoRole,
    /// Of the unit or of its parcel.
    pub of: Subject,
    /// Whether it is here.
    pub state: Kept,
}

/// A note that an event names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteEntry {
    /// Its hash.
    pub sha256: Sha256Hex,
    /// Whether it is here.
    pub state: Kept,
}

/// A policy that a decision names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyEntry {
    /// Hash of its signed bytes.
    pub sha256: Sha256Hex,
    /// Its number.
    pub number: u32,
    /// Whether it is here; [`Kept::Elsewhere`]: it never was in force at this bench.
    pub state: Kept,
}

/// One event in `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// Whose log.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// Its sequence.
    pub seq: u64,
    /// The chain's hash there; none for another bench's event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<ChainHash>,
    /// The event's original bytes.
    pub line: String,
}

/// One event in a chain segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainLine {
    /// Its sequence.
    pub seq: u64,
    /// The chain's hash there.
    pub hash: ChainHash,
    /// The event's original bytes.
    pub line: String,
}

/// What checking a pack found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackReport {
    /// The unit.
    pub unit: UnitId,
    /// Its LPN, shown 5-5-2.
    pub lpn: String,
    /// When the pack was made, by the station's clock.
    pub made_at: Timestamp,
    /// Who made it.
    pub station: StationId,
    /// Its name.
    pub station_name: String,
    /// Its depot.
    pub depot: String,
    /// The station's key, 64 hex digits: to be compared with what head office has.
    pub station_key: PublicKey,
    /// Its fingerprint.
    pub station_key_id: String,
    /// Head office's key, 64 hex digits.
    pub head_office_key: PublicKey,
    /// Its fingerprint.
    pub head_office_key_id: String,
    /// Events of the unit and its parcel.
    pub events: u64,
    /// Of those: other benches', which no chain here proves.
    pub events_elsewhere: u64,
    /// Events in the chain segments.
    pub chain_events: u64,
    /// Photos whose bytes are what the events say.
    pub photos: u64,
    /// Photos and notes that were purged.
    pub purged: u64,
    /// Photos, notes and policies that are not at this bench, or were withheld.
    pub not_packed: u64,
    /// Policies that head office signed and that decided.
    pub policies: u64,
    /// Where the unit stands by these events.
    pub stage: Option<Stage>,
    /// Its grade by these events.
    pub grade: Option<Grade>,
    /// Where it goes by these events.
    pub disposition: Option<Disposition>,
    /// Everything that is wrong, in order.
    pub problems: Vec<Problem>,
}

impl PackReport {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}
