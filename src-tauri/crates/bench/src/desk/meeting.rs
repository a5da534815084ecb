//! Decisions that meet: another bench, unaware of this one's, decided about the same unit. What stands is the domain's to
//! say (`returns::conflict`); where it cannot, the unit is stopped until a person decides.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::{Role, Task};
use returns::conflict::{Met, Standing, standing};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, StationId, Subject, UnitId};
use returns::unit;
use wire::{Actor, Envelope, Place};

use super::detail::decision_in;
use super::{Coded, Desk};

/// Up to where other benches' decisions were looked at: a setting of this bench.
const MET: &str = "decisions_met";

impl Desk {
    /// Looks at what other benches decided since the last look. Nobody asked for it, so what fails is logged.
    pub(crate) fn decisions_meet(&mut self) {
        if let Err(coded) = self.meet_new_decisions() {
            tracing::error!(code = coded.code, "decisions that meet");
        }
    }

    fn meet_new_decisions(&mut self) -> Result<(), Coded> {
        let before: u64 = self.records().setting(MET)?.unwrap_or(0);
        let (mark, units) = self.records().decided_elsewhere(before)?;
        for unit in units {
            self.meet_about(unit)?;
        }
        if mark != before {
            self.records().set_setting(MET, &mark)?;
        }
        Ok(())
    }

    fn meet_about(&mut self, unit: UnitId) -> Result<(), Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        let open = open_decisions(&history);
        let (at_odds, too_late) = match standing(&open) {
            Standing::Undecided => return Ok(()),
            Standing::Contested { first, second } => (Some((first, second)), false),
            Standing::Stands { winner, too_late, .. } => {
                (overruled(&history, &open, winner), !too_late.is_empty())
            }
        };
        let Some(actor) = self.who_decided_here(&history)? else { return Ok(()) };
        let mut draft = self.draft_as(unit, actor)?;
        if let Some((first, second)) = at_odds
            && draft.state.contested.is_none()
        {
            draft.decide(&unit::Command::Contest { first, second })?;
        }
        if too_late && !opened_before(&history) {
            draft.late_fact(Task::DecidedAfterFact);
        }
        self.commit_draft(draft)?;
        self.touched();
        Ok(())
    }

    /// The bench reports what it found; whoever is signed in answers for it, or who decided here. A bench that had no
    /// hand in the unit leaves it to those that had.
    fn who_decided_here(&self, history: &[(Place, Envelope)]) -> Result<Option<Actor>, Coded> {
        let station = self.station()?;
        let own = |(place, envelope): &&(Place, Envelope)| {
            place.station == station && (decision_in(envelope).is_some() || shipped_in(envelope))
        };
        let own = history.iter().rev().find(own);
        Ok(own.map(|(_, envelope)| self.actor().unwrap_or_else(|_| envelope.actor.clone())))
    }
}

/// What stands, and the decision that the unit follows in its place, where it follows another: nothing overwrites in
/// silence.
fn overruled(history: &[(Place, Envelope)], open: &[Met], winner: EventId) -> Option<(EventId, EventId)> {
    let stands = open.iter().find(|met| met.id == winner)?;
    let followed = history.iter().rev().find(|(_, envelope)| decision_in(envelope).is_some())?.1.event_id;
    let followed = open.iter().find(|met| met.id == followed)?;
    let same = (stands.grade, stands.disposition) == (followed.grade, followed.disposition);
    let fact = stands.physical;
    (!same && !fact).then(|| (winner.min(followed.id), winner.max(followed.id)))
}

fn opened_before(history: &[(Place, Envelope)]) -> bool {
    history.iter().any(|(_, envelope)| {
        let event = envelope.event();
        matches!(event, Parsed::Known(Event::Unit(UnitEvent::TaskOpened { task: Task::DecidedAfterFact })))
    })
}

fn shipped_in(envelope: &Envelope) -> bool {
    matches!(envelope.event(), Parsed::Known(Event::Unit(UnitEvent::Closed { shipped: true, .. })))
}

/// The reviewer's role, where an event is a reviewer's verdict.
fn reviewer_in(envelope: &Envelope) -> Option<Role> {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Reviewed { role, .. })) => Some(role),
        _ => None,
    }
}

/// Decisions that no way back and no settled contradiction has seen, with those that they supersede.
fn open_decisions(history: &[(Place, Envelope)]) -> Vec<Met> {
    let saw = ancestors(history);
    let mut decisions: Vec<Met> = Vec::new();
    let mut ended: BTreeSet<EventId> = BTreeSet::new();
    let mut verdict: BTreeMap<StationId, Option<Role>> = BTreeMap::new();
    for (place, envelope) in history {
        let seen = saw.get(&envelope.event_id);
        let reviewer = verdict.insert(place.station, reviewer_in(envelope)).flatten();
        if goes_back(envelope) {
            ended.extend(seen.into_iter().flatten());
        }
        let earlier = decisions.iter().filter(|met| seen.is_some_and(|seen| seen.contains(&met.id)));
        let earlier: Vec<Met> = earlier.cloned().collect();
        let physical = shipped_in(envelope);
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

/// After it no earlier decision holds: a way back, or a person's word which of two stands.
fn goes_back(envelope: &Envelope) -> bool {
    matches!(
        envelope.event(),
        Parsed::Known(Event::Unit(
            UnitEvent::RegradeStarted { .. }
                | UnitEvent::ReIdentified { .. }
                | UnitEvent::InspectionStarted { .. }
                | UnitEvent::Voided { .. }
                | UnitEvent::ContestSettled { .. }
        ))
    )
}

/// The two decisions that an event says are at odds: whoever wrote it had seen both.
fn contested_in(envelope: &Envelope) -> Vec<EventId> {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Contested { first, second })) => vec![first, second],
        _ => Vec::new(),
    }
}

/// What each event's author had seen: what it names, what its own bench wrote before, and what those had seen.
fn ancestors(history: &[(Place, Envelope)]) -> BTreeMap<EventId, BTreeSet<EventId>> {
    let mut last_of: BTreeMap<StationId, EventId> = BTreeMap::new();
    let mut saw: BTreeMap<EventId, BTreeSet<EventId>> = BTreeMap::new();
    // In fold order an event comes after what it names; a bench's own come in its order.
    let mut in_place: Vec<&(Place, Envelope)> = history.iter().collect();
    in_place.sort_by_key(|(place, _)| *place);
    let parents: BTreeMap<EventId, Vec<EventId>> = in_place
        .into_iter()
        .map(|(place, envelope)| {
            let before = last_of.insert(place.station, envelope.event_id);
            (
                envelope.event_id,
                envelope.seen.into_iter().chain(before).chain(contested_in(envelope)).collect(),
            )
        })
        .collect();
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
