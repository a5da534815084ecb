//! A parcel: EXPECTED → ARRIVED (or REFUSED) → OPENED → EMPTIED.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::codes::{Finding, ParcelOutcome, ParcelRefusal, ParcelState, VoidReason};
use crate::event::ParcelEvent;
use crate::facts::Facts;
use crate::ids::{LineId, PhotoRole, RmaNumber, Sha256Hex, TrackingNumber, UnitId};
use crate::refusal::Refusal;

/// What was expected of a line in a parcel against what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCount {
    /// The RMA.
    pub rma: RmaNumber,
    /// Its line.
    pub line: LineId,
    /// Pieces still to come when the parcel was emptied.
    pub expected: u32,
    /// Pieces found in it.
    pub found: u32,
}

/// A parcel as the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Its state; none before anything is known of it.
    pub state: Option<ParcelState>,
    /// Its tracking number, where one could be read.
    pub tracking: Option<TrackingNumber>,
    /// RMAs found for it.
    pub rmas: BTreeSet<RmaNumber>,
    /// What was seen on it.
    pub findings: BTreeSet<Finding>,
    /// Photos: what it shows, hash, length in bytes.
    pub photos: Vec<(PhotoRole, Sha256Hex, u64)>,
    /// Units that came out of it, with the line that expected them.
    pub units: BTreeMap<UnitId, Option<(RmaNumber, LineId)>>,
    /// Why it was not taken in.
    pub refused: Option<ParcelRefusal>,
    /// The comparison made when it was emptied.
    pub outcome: Option<ParcelOutcome>,
    /// The comparison line by line.
    pub lines: Vec<LineCount>,
    /// It has an event that this version does not know: read-only here.
    pub unreadable: bool,
}

/// What can be asked of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Announce it.
    Expect {
        /// Its tracking number.
        tracking: TrackingNumber,
        /// RMAs that it should hold.
        rmas: Vec<RmaNumber>,
    },
    /// Take it in at the dock.
    Arrive {
        /// Its tracking number, where one can be read.
        tracking: Option<TrackingNumber>,
        /// RMAs found for it.
        rmas: Vec<RmaNumber>,
    },
    /// Do not take it in.
    Refuse {
        /// Why.
        reason: ParcelRefusal,
    },
    /// Another RMA is found for it.
    FindRma {
        /// Which.
        rma: RmaNumber,
    },
    /// Open it.
    Open,
    /// Note what is seen on it.
    AddFinding {
        /// What.
        finding: Finding,
    },
    /// Keep a photo.
    TakePhoto {
        /// What it shows.
        role: PhotoRole,
        /// SHA-256 of the JPEG on disk.
        hash: Sha256Hex,
        /// Its length in bytes.
        len: u64,
    },
    /// A unit comes out of it.
    FindUnit {
        /// Which.
        unit: UnitId,
        /// The RMA.
        rma: Option<RmaNumber>,
        /// Its line.
        line: Option<LineId>,
    },
    /// A unit did not come out of it after all.
    RemoveUnit {
        /// Which.
        unit: UnitId,
        /// Why.
        reason: VoidReason,
    },
    /// Nothing is left in it.
    Empty,
}

/// What may happen now to a parcel, or why not.
pub fn decide(_state: &State, _command: &Command, _facts: &Facts<'_>) -> Result<Vec<ParcelEvent>, Refusal> {
    Err(Refusal::NotReceived)
}

/// What happened to a parcel.
pub fn apply(_state: &mut State, _event: &ParcelEvent) {}

/// A parcel from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a ParcelEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}
