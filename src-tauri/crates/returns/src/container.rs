//! A container: a tote, cage or pallet for units of one disposition and one owner.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codes::{ContainerState, Disposition};
use crate::event::ContainerEvent;
use crate::facts::Facts;
use crate::ids::{ContainerCode, OwnerCode, TrackingNumber, UnitId};
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
    /// The carrier's number of what it left in.
    pub tracking: Option<TrackingNumber>,
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
    Ship {
        /// The carrier's number of what it leaves in.
        tracking: Option<TrackingNumber>,
    },
}

/// What may happen now to a container, or why not.
pub fn decide(state: &State, command: &Command, facts: &Facts<'_>) -> Result<Vec<ContainerEvent>, Refusal> {
    if state.unreadable {
        return Err(Refusal::Unreadable);
    }
    let event = match command {
        Command::Open { .. } if state.state.is_some() => return Err(Refusal::ReceivedBefore),
        Command::Open { code, disposition, owner } => {
            ContainerEvent::Opened { code: code.clone(), disposition: *disposition, owner: owner.clone() }
        }
        Command::Place { unit } => {
            state.must_be(ContainerState::Open)?;
            if state.units.contains(unit) {
                return Err(Refusal::InContainerAlready);
            }
            ContainerEvent::UnitPlaced { unit: *unit }
        }
        Command::TakeOut { unit } => {
            state.must_be(ContainerState::Open)?;
            if !state.units.contains(unit) {
                return Err(Refusal::NotInContainer);
            }
            ContainerEvent::UnitTakenOut { unit: *unit }
        }
        Command::Close => {
            state.must_be(ContainerState::Open)?;
            state.may_go(facts)?;
            ContainerEvent::Closed {}
        }
        Command::Ship { tracking } => {
            state.must_be(ContainerState::Closed)?;
            state.may_go(facts)?;
            ContainerEvent::Shipped { tracking: tracking.clone() }
        }
    };
    Ok(vec![event])
}

impl State {
    fn must_be(&self, wanted: ContainerState) -> Result<(), Refusal> {
        match self.state {
            None => Err(Refusal::ContainerUnknown),
            Some(state) if state == wanted => Ok(()),
            Some(state) => Err(Refusal::WrongContainerState { state }),
        }
    }

    /// Not empty, and nothing in it that must stay.
    fn may_go(&self, facts: &Facts<'_>) -> Result<(), Refusal> {
        if self.units.is_empty() {
            return Err(Refusal::ContainerEmpty);
        }
        let units: Vec<UnitId> =
            facts.blocked_units.iter().copied().filter(|unit| self.units.contains(unit)).collect();
        if units.is_empty() { Ok(()) } else { Err(Refusal::UnitsBlocked { units }) }
    }

    /// An event of its history is not known to this version: from now on it is read-only here.
    pub fn mark_unreadable(&mut self) {
        self.unreadable = true;
    }
}

/// What happened to a container. Never fails: an event is a fact.
pub fn apply(state: &mut State, event: &ContainerEvent) {
    match event {
        ContainerEvent::Opened { code, disposition, owner } => {
            state.state = Some(ContainerState::Open);
            state.code = Some(code.clone());
            state.disposition = Some(*disposition);
            state.owner = Some(owner.clone());
        }
        ContainerEvent::UnitPlaced { unit } => {
            state.units.insert(*unit);
        }
        ContainerEvent::UnitTakenOut { unit } => {
            state.units.remove(unit);
        }
        ContainerEvent::Closed {} => state.state = Some(ContainerState::Closed),
        ContainerEvent::Shipped { tracking } => {
            state.state = Some(ContainerState::Shipped);
            state.tracking.clone_from(tracking);
        }
    }
}

/// A container from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a ContainerEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}
