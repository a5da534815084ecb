//! A container: a tote, cage or pallet for units of one disposition and one owner.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codes::{ContainerState, Disposition};
use crate::event::ContainerEvent;
use crate::facts::Facts;
use crate::ids::{ContainerCode, OwnerCode, UnitId};
use crate::refusal::Refusal;

/// A container as the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Its state; none before it was opened.
    pub state: Option<ContainerState>,
    /// What is printed on it.
    pub code: Option<ContainerCode>,
    /// What it collects.
    pub disposition: Option<Disposition>,
    /// For whom.
    pub owner: Option<OwnerCode>,
    /// What is in it.
    pub units: BTreeSet<UnitId>,
    /// It has an event that this version does not know: read-only here.
    pub unreadable: bool,
}

/// What can be asked of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Set it up.
    Open {
        /// What is printed on it.
        code: ContainerCode,
        /// What it collects.
        disposition: Disposition,
        /// For whom.
        owner: OwnerCode,
    },
    /// Put a unit in; goes together with [`crate::unit::Command::Stage`].
    Place {
        /// Which.
        unit: UnitId,
    },
    /// Take a unit out; goes together with whatever takes the unit back.
    TakeOut {
        /// Which.
        unit: UnitId,
    },
    /// Nothing more goes in.
    Close,
    /// It leaves the building.
    Ship,
}

/// What may happen now to a container, or why not.
pub fn decide(
    _state: &State,
    _command: &Command,
    _facts: &Facts<'_>,
) -> Result<Vec<ContainerEvent>, Refusal> {
    Err(Refusal::ContainerUnknown)
}

/// What happened to a container.
pub fn apply(_state: &mut State, _event: &ContainerEvent) {}

/// A container from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a ContainerEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}
