//! What the bench's stages show: the shift's counters, parcels, labels, decisions.

use std::collections::BTreeMap;

use returns::codes::{Disposition, Grade, Settlement};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Say, Texts, UnitHead};

/// Counters of the shift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counters {
    /// Units received today at this bench.
    pub received: u32,
    /// Units with a disposition.
    pub dispositioned: u32,
    /// Units staged.
    pub staged: u32,
    /// Units held or in review.
    pub waiting: u32,
}

/// A unit of this shift, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RecentUnit {
    /// Head.
    pub head: UnitHead,
    /// Grade, once there is one.
    pub grade: Option<Grade>,
    /// Disposition, once there is one.
    pub disposition: Option<Disposition>,
    /// When something last happened to it (RFC 3339).
    pub at: String,
}

/// A line of an RMA as expected in the open parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParcelLineView {
    /// Product title.
    pub title: String,
    /// Its SKU.
    pub sku: String,
    /// RMA number.
    pub rma: String,
    /// Units expected.
    pub expected: u32,
    /// Units received so far.
    pub received: u32,
}

/// A parcel that was scanned as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ArrivedParcel {
    /// Tracking number, if one was read.
    pub tracking: Option<String>,
    /// RMAs known for it.
    pub rmas: Vec<String>,
    /// When (RFC 3339).
    pub at: String,
    /// It was scanned before: shown, not counted twice.
    pub again: bool,
}

/// The parcel that lies open on the bench.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParcelView {
    /// Tracking number, if it has one.
    pub tracking: Option<String>,
    /// RMAs in it.
    pub rmas: Vec<String>,
    /// What should be in it.
    pub lines: Vec<ParcelLineView>,
}

/// The printed label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LabelView {
    /// What is printed big: the disposition, or none for an LPN label.
    pub disposition: Option<Disposition>,
    /// LPN, shown 5-5-2.
    pub lpn: String,
    /// Print number; 0 for an LPN label.
    pub print_number: u32,
    /// Picture of the label at 203 dpi as a PNG data address.
    pub png: String,
    /// Not printed yet.
    pub pending: bool,
    /// Not printed yet, and the printer does not print: the bench goes on without it.
    pub stuck: bool,
}

/// Why a unit goes where it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DecisionView {
    /// Where it goes.
    pub disposition: Disposition,
    /// What the station proposes for the customer; head office settles.
    pub settlement: Settlement,
    /// Why, as messages in order.
    pub why: Vec<Say>,
    /// Policy number.
    pub policy: String,
    /// The row that fired.
    pub row: String,
    /// Net recovered value, formatted with its currency.
    pub recovered: Option<String>,
    /// The second best.
    pub next_best: Option<NextBestView>,
    /// What became of the customer's preference.
    pub preference: Option<super::PreferenceView>,
    /// The lawful exception under which it is destroyed.
    pub derogation: Option<String>,
    /// The policy's own sentences for the keys that `why` names in its arguments; an older policy that is not here any
    /// more has none.
    pub sentences: BTreeMap<String, Texts>,
}

/// The second best choice, or the gate that forbids one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NextBestView {
    /// Which.
    pub disposition: Option<Disposition>,
    /// How much less it recovers, formatted.
    pub less_by: Option<String>,
    /// The gate row that forbids it.
    pub forbidden_by: Option<String>,
}
