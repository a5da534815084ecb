//! What happened to a unit.

use super::state::State;
use crate::event::UnitEvent;

/// What happened to a unit. Never fails: an event is a fact.
pub fn apply(_state: &mut State, _event: &UnitEvent) {}

/// A unit from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a UnitEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}
