//! Decisions that meet: another bench, unaware of this one's, decided about the same unit. What stands is the domain's to
//! say (`returns::conflict`); where it cannot, the unit is stopped until a person decides.

use std::collections::{BTreeMap, BTreeSet};

use returns::conflict::{Met, Outcome, meet};
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
        let Some((first, second)) = at_odds(&history) else { return Ok(()) };
        let Some(actor) = self.who_decided_here(&history)? else { return Ok(()) };
        let mut draft = self.draft_as(unit, actor)?;
        if draft.state.contested.is_some() {
            return Ok(());
        }
        draft.decide(&unit::Command::Contest { first, second })?;
        self.commit_draft(draft)?;
        self.touched();
        Ok(())
    }

    /// The bench reports what it found; whoever is signed in answers for it, or who decided here. A bench that had no
    /// hand in the unit leaves it to those that had.
    fn who_decided_here(&self, history: &[(Place, Envelope)]) -> Result<Option<Actor>, Coded> {
        let station = self.station()?;
        let own = history
            .iter()
            .rev()
            .find(|(place, envelope)| place.station == station && decision_in(envelope).is_some());
        Ok(own.map(|(_, envelope)| self.actor().unwrap_or_else(|_| envelope.actor.clone())))
    }
}

/// Two decisions about one unit that were unaware of each other, and of which neither stands by itself.
fn at_odds(history: &[(Place, Envelope)]) -> Option<(EventId, EventId)> {
    let heads = heads(history);
    let mut pairs =
        heads.iter().enumerate().flat_map(|(at, one)| heads.iter().skip(at + 1).map(move |two| (one, two)));
    let (one, two) = pairs.find(|(one, two)| meet(one, two) == Outcome::Contested)?;
    Some((one.id.min(two.id), one.id.max(two.id)))
}

/// Decisions in force on some branch: no later decision, and no way back, has seen them.
fn heads(history: &[(Place, Envelope)]) -> Vec<Met> {
    let saw = ancestors(history);
    let mut decisions: Vec<Met> = Vec::new();
    let mut ended: BTreeSet<EventId> = BTreeSet::new();
    for (_, envelope) in history {
        let seen = saw.get(&envelope.event_id);
        if goes_back(envelope) {
            ended.extend(seen.into_iter().flatten());
        }
        let Some(decision) = decision_in(envelope) else { continue };
        let earlier = decisions.iter().map(|earlier| earlier.id);
        let saw: Vec<EventId> = earlier.filter(|id| seen.is_some_and(|seen| seen.contains(id))).collect();
        ended.extend(&saw);
        decisions.push(Met {
            id: envelope.event_id,
            saw,
            role: envelope.actor.role,
            physical: false,
            grade: Some(decision.inputs.grade),
            disposition: Some(decision.disposition),
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
            (envelope.event_id, envelope.seen.into_iter().chain(before).collect())
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
