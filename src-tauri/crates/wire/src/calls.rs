//! Bodies of the calls (sync.md, Calls).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use returns::ids::StationId;
use serde::{Deserialize, Serialize};

use crate::{ChainHash, Epoch, Head, PublicKey};

/// One life of head office's store: a restored server has a new one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Incarnation(pub String);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `GET /v1/challenge`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// To be signed into the next requests; good for some minutes.
    pub nonce: String,
    /// The server's time.
    pub time: Timestamp,
}

/// `POST /v1/enrol`, signed by the key that it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// One-time code, without the fingerprint that was printed beside it.
    pub code: String,
    /// The station's key.
    pub station_key: PublicKey,
    /// Who the station was, where it was one before: a head office that was restored from a backup may have forgotten it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<EnrolledBefore>,
}

/// What head office once gave to a station that enrols again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolledBefore {
    /// Its id.
    pub station: StationId,
    /// Its name, for which the code must be.
    pub name: String,
    /// Its depot, for which the code must be.
    pub depot: String,
    /// The epoch that it writes.
    pub epoch: Epoch,
    /// LPN block that it draws from.
    pub lpn_block: u32,
    /// LPN block for the day when its database is restored.
    pub lpn_reserve_block: u32,
    /// Block that follows when `lpn_block` is used up, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lpn_further_block: Option<u32>,
}

/// What an enrolled station gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// Its id.
    pub station: StationId,
    /// Its name, such as `LEJ2-B04`.
    pub name: String,
    /// Its depot.
    pub depot: String,
    /// Its first epoch.
    pub epoch: Epoch,
    /// LPN block to draw from.
    pub lpn_block: u32,
    /// LPN block for the day when the database was restored.
    pub lpn_reserve_block: u32,
    /// Keys that may sign return labels.
    pub label_keys: Vec<PublicKey>,
    /// Salt of the blind re-grade draw, hex.
    pub sample_salt: String,
    /// Head office's incarnation.
    pub incarnation: Incarnation,
}

/// `POST /v1/hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloRequest {
    /// The epoch that the station writes.
    pub epoch: Epoch,
    /// Its head there.
    pub head: Head,
    /// Random, drawn at each start: two that alternate mean a cloned disk.
    pub instance: String,
    /// Schema number of the station's database.
    pub schema: u32,
    /// The station's clock.
    pub clock: Timestamp,
    /// Events that wait.
    pub backlog: u64,
}

/// What head office makes of a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on.
    Ok,
    /// The station has less than head office holds of it: it was restored.
    Behind,
    /// Same sequence, other hash.
    Fork,
    /// Head office has less than it once confirmed: it was restored.
    ServerRewound,
    /// The station's key counts no more.
    Revoked,
    /// Two instances of this station take turns: its disk was copied. Neither may send until a person has looked.
    Cloned,
}

/// Sizes that head office takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Events in one batch.
    pub batch_events: u32,
    /// Bytes of one packed body.
    pub body_bytes: u64,
    /// The newest dictionary with which bodies may be packed; without it, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<u32>,
}

/// The answer to a hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloReply {
    /// Head office's incarnation.
    pub incarnation: Incarnation,
    /// What it holds of this epoch.
    pub stored: Head,
    /// Up to where a verified backup holds it too.
    pub durable_seq: u64,
    /// Sizes.
    pub limits: Limits,
    /// What it makes of it.
    pub verdict: Verdict,
    /// Server's time; rules about dates count from it.
    pub time: Timestamp,
    /// A further LPN block, when the station's runs low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lpn_block: Option<u32>,
}

/// Why a station leaves an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// It was restored from an older state, and has fetched back what head office held.
    Restored,
    /// Head office holds other events at the same sequences: it closes the epoch, and what differs moves on.
    Forked,
    /// It wrote in an epoch of its own, `p-…`, and head office has all of it.
    Provisional,
}

/// `POST /v1/stations/{s}/epochs`: a station asks where to go on, and what is held of it. Asking again gives the
/// same number as long as nothing was written in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextEpochRequest {
    /// The epoch that it leaves.
    pub leaving: Epoch,
    /// Its head there, by the station's account.
    pub head: Head,
    /// Why.
    pub because: Leaving,
    /// The instance that asks, as in its hellos: of two copies only the one that a person chose gets a number.
    pub instance: String,
}

/// The answer: the next number, closed to nobody, and never one that the station had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextEpochReply {
    /// Where the station goes on.
    pub epoch: Epoch,
    /// Every epoch of the station that head office holds, the new one left out.
    pub held: Vec<EpochHeld>,
    /// A new reserve block, where the station has drawn from its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lpn_reserve_block: Option<u32>,
}

/// `GET /v1/stations/{s}/epochs`: what head office holds of a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochsReply {
    /// Every epoch, in the order in which they were opened.
    pub held: Vec<EpochHeld>,
}

/// One epoch as head office holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochHeld {
    /// Which.
    pub epoch: Epoch,
    /// Its head.
    pub head: Head,
    /// Takes no more events.
    pub closed: bool,
}

/// Head office's word that it holds a station's events up to here. Only a signed reply makes it one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// Last sequence stored.
    pub stored_seq: u64,
    /// Its hash.
    pub stored_hash: ChainHash,
    /// In which life of head office.
    pub incarnation: Incarnation,
}

/// `POST /v1/blobs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobOffer {
    /// SHA-256, hex.
    pub sha256: String,
    /// Bytes.
    pub length: u64,
}

/// `POST /v1/blobs` for a small picture, which goes up before the photo itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThumbnailOffer {
    /// SHA-256 of the small picture, hex.
    pub sha256: String,
    /// Its bytes.
    pub length: u64,
    /// SHA-256 of the photo that it shows.
    pub thumbnail_of: String,
}

/// How far head office holds a blob: `offset == length` and `complete` after the whole hash was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobState {
    /// SHA-256, hex.
    pub sha256: String,
    /// Bytes held.
    pub offset: u64,
    /// Bytes in all.
    pub length: u64,
    /// Held whole, and the hash fits.
    pub complete: bool,
}

/// A refusal, as JSON beside the HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// What the words need.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}
