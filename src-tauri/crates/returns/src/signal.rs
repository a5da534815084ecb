//! Signals that something does not fit. Each asks for a second look; none decides alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::SignalKind;

/// One signal, with what was compared. Words for it are neutral: it says what was seen, not who is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Which.
    pub kind: SignalKind,
    /// What was compared, by name: `expected`, `found`, `count`, `days`, `rma`, `label`, `station`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

/// What is known of the arrival beside the unit itself: facts for the signals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrival {
    /// The return label that was scanned had been claimed before, at this station or depot.
    pub label_claimed_at: Option<String>,
    /// The RMA's line had come in completely before, as head office or another bench knows.
    pub received_elsewhere: bool,
    /// Empty boxes from this customer within the policy's days, this one not counted.
    pub empty_boxes: u32,
}
