//! The three layers.

use super::decision::Decision;
use super::inputs::Inputs;
use super::table::VerifiedPolicy;
use crate::codes::{Disposition, Gate};
use crate::ids::RowId;

impl VerifiedPolicy {
    /// Decides, and explains itself.
    pub fn decide(&self, inputs: &Inputs) -> Decision {
        Decision {
            disposition: Disposition::Quarantine,
            settlement: crate::codes::Settlement::None,
            rows: Vec::new(),
            gate: None,
            inputs: inputs.clone(),
            next_best: super::NextBest::None,
            recovered: None,
            why: Vec::new(),
            review: Vec::new(),
            hold: None,
            policy_number: self.policy.number,
            policy_hash: self.hash,
        }
    }

    /// The gate and its row that forbid a disposition, if any does.
    pub fn forbids(&self, _inputs: &Inputs, _disposition: Disposition) -> Option<(Gate, RowId)> {
        None
    }
}
