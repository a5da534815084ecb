//! What the events mean: the same everywhere, and never by a clock.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::{HoldReason, Stage};
use returns::conflict::Standing;
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, Subject, UnitId};
use returns::unit;
use serde_json::Value;
use uuid::Uuid;
use wire::{Envelope, Link, Place, fold_order};

use crate::dice::Dice;
use crate::evidence::{Run, StoredEvent};
use crate::meeting::{History, ancestors, decision_in, meeting, ships};

/// How a unit's events are put in order.
pub type Folding = fn(&[(Place, Envelope)]) -> Vec<usize>;

/// As the protocol says: by what each had seen, then by place.
pub fn fold_in_order(events: &[(Place, Envelope)]) -> Vec<usize> {
    let links: Vec<Link> = events.iter().map(|(place, envelope)| Link::of(*place, envelope)).collect();
    fold_order(&links)
}

/// Every unit's events at head office, in the order in which they fold.
pub fn histories(events: &[StoredEvent], folding: Folding) -> BTreeMap<UnitId, History> {
    let mut of: BTreeMap<UnitId, Vec<(Place, Envelope)>> = BTreeMap::new();
    for event in events {
        let Some(envelope) = event.envelope() else { continue };
        if let Subject::Unit(unit) = envelope.subject {
            of.entry(unit).or_default().push((event.place, envelope));
        }
    }
    of.into_iter().map(|(unit, events)| (unit, in_order(&events, folding))).collect()
}

fn in_order(events: &[(Place, Envelope)], folding: Folding) -> History {
    folding(events).into_iter().filter_map(|at| events.get(at).cloned()).collect()
}

/// A unit from its events, in this order.
fn folded(history: &[(Place, Envelope)]) -> unit::State {
    let mut state = unit::State::default();
    for (_, envelope) in history {
        match envelope.event() {
            Parsed::Known(Event::Unit(event)) => unit::apply(&mut state, &event),
            _ => state.mark_unreadable(),
        }
    }
    state
}

fn json(state: &unit::State) -> Value {
    serde_json::to_value(state).unwrap_or_default()
}

/// Each projection, at stations and at head office, is the fold of the events beside it.
pub fn projections_equal_the_fold(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for station in &run.stations {
        found.extend(station.problems.iter().map(|problem| format!("{}: {problem}", station.name)));
        let missing = station.texts_missing.difference(&run.lost_here);
        found.extend(missing.map(|text| format!("{}: text {text} is missing", station.name)));
    }
    let expected = histories(&run.office.events, fold_in_order);
    for (id, history) in &expected {
        if run.office.units.get(id) != Some(&json(&folded(history))) {
            found.push(format!("head office: unit {id} is not the fold of its {} events", history.len()));
        }
    }
    for id in run.office.units.keys().filter(|id| !expected.contains_key(*id)) {
        found.push(format!("head office: unit {id} has no events"));
    }
    found
}

/// At rest, every bench of the depot sees every unit as head office does.
pub fn replicas_agree_at_rest(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for station in &run.stations {
        for (id, state) in &run.office.units {
            match station.units.get(id) {
                Some(here) if here == state => {}
                Some(_) => found.push(format!("{}: sees unit {id} otherwise", station.name)),
                None => found.push(format!("{}: does not know unit {id}", station.name)),
            }
        }
        for id in station.units.keys().filter(|id| !run.office.units.contains_key(*id)) {
            found.push(format!("{}: knows unit {id}, which nobody else does", station.name));
        }
    }
    found
}

/// Nobody ships what they know to be contested or held. Known for sure is what an event names as seen, and what its own
/// bench wrote before it; a stop so known must have been lifted by an event that folds after it and does not come after
/// the shipment. Two benches may stop a unit for the same reason, unaware of each other: who lifts that reason need not
/// have seen both.
pub fn contested_units_never_ship(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for (id, history) in histories(&run.office.events, fold_in_order) {
        let saw = ancestors(&history);
        let knew = |later: &Envelope, earlier: &Envelope| {
            saw.get(&later.event_id).is_some_and(|seen| seen.contains(&earlier.event_id))
        };
        for (place, shipment) in history.iter().filter(|(_, envelope)| ships(envelope)) {
            for (at, (_, stop)) in history.iter().enumerate().filter(|(_, (_, stop))| knew(shipment, stop)) {
                let Some(stopped) = stops(stop) else { continue };
                let lifted = history
                    .iter()
                    .skip(at)
                    .any(|(_, envelope)| lifts(envelope, &stopped) && !knew(envelope, shipment));
                if !lifted {
                    let which = stop.event_id;
                    found.push(format!("unit {id} shipped at {place}, known to be {stopped:?} by {which}"));
                }
            }
        }
    }
    found
}

/// At rest, a unit about which two decisions are at odds is stopped, or out of reach: nothing is overwritten in silence.
pub fn decisions_at_odds_stop_the_unit(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for (id, history) in histories(&run.office.events, fold_in_order) {
        let state = folded(&history);
        let beyond = state.unreadable || matches!(state.stage, None | Some(Stage::Voided));
        let odds = meeting(&history).at_odds().filter(|_| !beyond && state.contested.is_none());
        found.extend(
            odds.map(|(one, other)| format!("unit {id} goes on, though {one} and {other} are at odds")),
        );
    }
    found
}

/// What keeps a unit in the building.
#[derive(Debug, PartialEq, Eq)]
enum Stopped {
    Contested,
    Held(HoldReason),
}

fn stops(envelope: &Envelope) -> Option<Stopped> {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Contested { .. })) => Some(Stopped::Contested),
        Parsed::Known(Event::Unit(UnitEvent::Held { reason })) => Some(Stopped::Held(reason)),
        _ => None,
    }
}

fn lifts(envelope: &Envelope, stopped: &Stopped) -> bool {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::ContestSettled { .. })) => *stopped == Stopped::Contested,
        Parsed::Known(Event::Unit(UnitEvent::Released { reason, .. })) => *stopped == Stopped::Held(reason),
        _ => false,
    }
}

/// The same histories with all clocks turned: the same decisions stand.
pub fn who_wins_is_independent_of_clocks(run: &Run) -> Vec<String> {
    winners_hold_under_other_clocks(&run.office.events, fold_in_order)
}

/// Gives every event another time and, since ids carry a time, another id; folds again, and compares. The folding is
/// given, so that a test can give a wrong one.
pub fn winners_hold_under_other_clocks(events: &[StoredEvent], folding: Folding) -> Vec<String> {
    let mut found = Vec::new();
    for (id, history) in histories(events, folding) {
        let mut dice = Dice::of(id.0.as_u128() as u64);
        let ids: BTreeMap<EventId, EventId> = history
            .iter()
            .map(|(_, envelope)| (envelope.event_id, EventId(Uuid::from_u64_pair(dice.roll(), dice.roll()))))
            .collect();
        let turned: Vec<(Place, Envelope)> =
            history.iter().map(|(place, envelope)| (*place, turn(envelope, &ids, &mut dice))).collect();
        let again = in_order(&turned, folding);
        let back: BTreeMap<EventId, EventId> = ids.iter().map(|(old, new)| (*new, *old)).collect();
        if outcome(&history, None) != outcome(&again, Some(&back)) {
            found.push(format!("unit {id}: other clocks, another outcome"));
        }
    }
    found
}

/// Another time and other ids in the same event.
fn turn(envelope: &Envelope, ids: &BTreeMap<EventId, EventId>, dice: &mut Dice) -> Envelope {
    let other = |id: EventId| ids.get(&id).copied().unwrap_or(id);
    let mut turned = envelope.clone();
    turned.event_id = other(envelope.event_id);
    turned.seen = envelope.seen.map(other);
    let seconds = i64::try_from(dice.below(1 << 32)).unwrap_or(0);
    turned.recorded = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let named = match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Contested { first, second })) => {
            Some(UnitEvent::Contested { first: other(first), second: other(second) })
        }
        Parsed::Known(Event::Unit(UnitEvent::ContestSettled { stands, grade, by })) => {
            Some(UnitEvent::ContestSettled { stands: other(stands), grade, by })
        }
        _ => None,
    };
    if let Some(body) = named.and_then(|event| Event::Unit(event).body().ok()) {
        turned.body = body;
    }
    turned
}

/// What came of a unit: its stage, grade, disposition, and what stands among its decisions, by what they say.
fn outcome(history: &History, names: Option<&BTreeMap<EventId, EventId>>) -> String {
    let state = folded(history);
    let decided = |id: &EventId| {
        let made = history.iter().find(|(_, envelope)| envelope.event_id == *id);
        let made = made.and_then(|(_, envelope)| decision_in(envelope));
        made.map(|decision| (decision.inputs.grade, decision.disposition))
    };
    let old = |id: &EventId| names.and_then(|names| names.get(id)).copied().unwrap_or(*id);
    let standing = match meeting(history).standing {
        Standing::Undecided => "undecided".to_owned(),
        Standing::Stands { winner, lost, too_late } => {
            let lost: BTreeSet<EventId> = lost.iter().map(|(id, _)| old(id)).collect();
            let too_late: BTreeSet<EventId> = too_late.iter().map(old).collect();
            format!("{:?} stands, lost {lost:?}, too late {too_late:?}", decided(&winner))
        }
        // Of more than two at odds, which two are named goes by id; that they are at odds does not.
        Standing::Contested { .. } => "contested".to_owned(),
    };
    let contested: Option<BTreeSet<EventId>> =
        state.contested.map(|(first, second)| [old(&first), old(&second)].into());
    format!("{:?} {:?} {:?} {contested:?}: {standing}", state.stage, state.grade(), state.disposition())
}
