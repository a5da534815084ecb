//! Decisions that meet, told from a unit's history alone: which are open, what each had seen, and what stands. The
//! checker's own hand, beside the bench's.

use std::collections::{BTreeMap, BTreeSet};

use returns::conflict::{Met, Standing, standing};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::EventId;
use returns::policy::Decision;
use wire::{Envelope, Place};

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

/// What stands among the open decisions of a unit.
pub fn stands(history: &History) -> Standing {
    standing(&open_decisions(history))
}

/// The two decisions over which a unit must be stopped: two at odds, or the one that stands and another that the unit
/// follows in its place.
pub fn at_odds(history: &History) -> Option<(EventId, EventId)> {
    let open = open_decisions(history);
    match standing(&open) {
        Standing::Undecided => None,
        Standing::Contested { first, second } => Some((first, second)),
        Standing::Stands { winner, .. } => {
            let stands = open.iter().find(|met| met.id == winner)?;
            let followed = history.iter().rev().find(|(_, envelope)| decision_in(envelope).is_some())?;
            let followed = open.iter().find(|met| met.id == followed.1.event_id)?;
            let same = (stands.grade, stands.disposition) == (followed.grade, followed.disposition);
            (!same && !stands.physical).then(|| (winner.min(followed.id), winner.max(followed.id)))
        }
    }
}

/// Decisions that no way back and no settled contest has seen.
fn open_decisions(history: &History) -> Vec<Met> {
    let saw = ancestors(history);
    let mut decisions: Vec<Met> = Vec::new();
    let mut ended: BTreeSet<EventId> = BTreeSet::new();
    let mut verdict = BTreeMap::new();
    for (place, envelope) in history {
        let seen = saw.get(&envelope.event_id);
        let event = envelope.event();
        let reviewer = match &event {
            Parsed::Known(Event::Unit(UnitEvent::Reviewed { role, .. })) => Some(*role),
            _ => None,
        };
        let reviewer = verdict.insert(place.station, reviewer).flatten();
        if goes_back(&event) {
            ended.extend(seen.into_iter().flatten());
        }
        let earlier: Vec<Met> =
            decisions.iter().filter(|met| seen.is_some_and(|seen| seen.contains(&met.id))).cloned().collect();
        let physical = ships(envelope);
        let decided = decision_in(envelope).map(|decision| (decision.inputs.grade, decision.disposition));
        if decided.is_none() && !physical {
            continue;
        }
        let last = earlier.last();
        decisions.push(Met {
            id: envelope.event_id,
            saw: earlier.iter().map(|met| met.id).collect(),
            role: reviewer.unwrap_or(envelope.actor.role),
            physical,
            grade: decided.map(|(grade, _)| grade).or(last.and_then(|met| met.grade)),
            disposition: decided.map(|(_, to)| to).or(last.and_then(|met| met.disposition)),
        });
    }
    decisions.retain(|decision| !ended.contains(&decision.id));
    decisions
}

fn goes_back(event: &Parsed) -> bool {
    matches!(
        event,
        Parsed::Known(Event::Unit(
            UnitEvent::RegradeStarted { .. }
                | UnitEvent::ReIdentified { .. }
                | UnitEvent::InspectionStarted { .. }
                | UnitEvent::Voided { .. }
                | UnitEvent::ContestSettled { .. }
        ))
    )
}

/// What each event's author had seen of the unit for sure: what it names, what its own station wrote before in the same
/// epoch (epochs have no order of their own), and what those had seen.
pub fn ancestors(history: &History) -> BTreeMap<EventId, BTreeSet<EventId>> {
    let mut last_of = BTreeMap::new();
    let mut in_place: Vec<&(Place, Envelope)> = history.iter().collect();
    in_place.sort_by_key(|(place, _)| *place);
    let mut parents: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    for (place, envelope) in in_place {
        let before = last_of.insert((place.station, place.epoch), envelope.event_id);
        let mut named: Vec<EventId> = envelope.seen.into_iter().chain(before).collect();
        if let Parsed::Known(Event::Unit(UnitEvent::Contested { first, second })) = envelope.event() {
            named.extend([first, second]);
        }
        parents.insert(envelope.event_id, named);
    }
    let mut saw = BTreeMap::new();
    for (_, envelope) in history {
        let mut seen = BTreeSet::new();
        let mut open = parents.get(&envelope.event_id).cloned().unwrap_or_default();
        while let Some(parent) = open.pop() {
            if seen.insert(parent) {
                open.extend(parents.get(&parent).into_iter().flatten());
            }
        }
        saw.insert(envelope.event_id, seen);
    }
    saw
}
