//! Decisions that meet, told from a unit's history alone: the domain's walk ([`returns::conflict`]) over stored events.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::Task;
use returns::conflict::{self, Meeting, Told};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, StationId};
use returns::policy::Decision;
use wire::{Envelope, Epoch, Place};

/// A unit's events in fold order.
pub type History = Vec<(Place, Envelope)>;

/// The decision that an event puts in force, for good.
pub fn decision_in(envelope: &Envelope) -> Option<Decision> {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Dispositioned { decision, provisional: false })) => {
            Some(*decision)
        }
        _ => None,
    }
}

/// Whether an event says that the unit left the building.
pub fn ships(envelope: &Envelope) -> bool {
    matches!(envelope.event(), Parsed::Known(Event::Unit(UnitEvent::Closed { shipped: true, .. })))
}

/// Whether a person was told before that a decision came too late.
pub fn told_too_late(history: &History) -> bool {
    let told =
        |event: &Event| matches!(event, Event::Unit(UnitEvent::TaskOpened { task: Task::DecidedAfterFact }));
    history.iter().any(|(_, envelope)| matches!(envelope.event(), Parsed::Known(event) if told(&event)))
}

/// The decisions of a unit as they meet.
pub fn meeting(history: &History) -> Meeting {
    Meeting::of(&told(history))
}

/// What each event's author had seen of the unit for sure.
pub fn ancestors(history: &History) -> BTreeMap<EventId, BTreeSet<EventId>> {
    conflict::ancestors(&told(history))
}

fn told(history: &History) -> Vec<Told<(StationId, Epoch)>> {
    let events = history.iter().map(|(place, envelope)| Told {
        id: envelope.event_id,
        log: (place.station, place.epoch),
        seq: place.seq,
        seen: envelope.seen,
        role: envelope.actor.role,
        event: match envelope.event() {
            Parsed::Known(Event::Unit(event)) => Some(event),
            _ => None,
        },
    });
    events.collect()
}
