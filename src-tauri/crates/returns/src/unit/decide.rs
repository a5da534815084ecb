//! What may happen now to a unit.

use super::command::Command;
use super::state::State;
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::policy::Inputs;
use crate::refusal::Refusal;

/// What may happen now to a unit, or why not. A refused command changes nothing.
pub fn decide(_state: &State, _command: &Command, _facts: &Facts<'_>) -> Result<Vec<UnitEvent>, Refusal> {
    Err(Refusal::NotReceived)
}

/// What the policy would see of the unit now; none before it is graded.
pub fn inputs(_state: &State, _facts: &Facts<'_>) -> Option<Inputs> {
    None
}

/// Whether the unit may leave with its container: staged, not held, not contested, not under review.
pub fn may_leave(_state: &State) -> Result<(), Refusal> {
    Err(Refusal::NotReceived)
}
