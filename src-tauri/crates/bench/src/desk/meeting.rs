//! Decisions that meet: another bench, unaware of this one's, decided about the same unit. What stands is the domain's to
//! say (`returns::conflict`); where it cannot, the unit is stopped until a person decides.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::{Role, Stage, Task};
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
        let mut again = false;
        for unit in units {
            // One unit's trouble is not the others'.
            if let Err(coded) = self.meet_about(unit) {
                tracing::error!(code = coded.code, %unit, "decisions that meet");
                again |= passes(&coded);
            }
        }
        if mark != before && !again {
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
        if beyond_contest(&draft.state) {
            return Ok(());
        }
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

/// Nothing can be decided about it any more, or nothing here: a voided unit, or one with an event of a newer version.
fn beyond_contest(state: &unit::State) -> bool {
    state.unreadable || matches!(state.stage, None | Some(Stage::Voided))
}

/// A trouble that may be over at the next look: something came in meanwhile, or the records failed.
fn passes(coded: &Coded) -> bool {
    [super::draft::CHANGED, "database-failed", "database-corrupt"].contains(&coded.code.as_str())
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use returns::codes::{Disposition, Grade, RegradeReason, Settlement};
    use returns::ids::{OperatorId, Sha256Hex};
    use returns::policy::{Decision, Inputs, NextBest};
    use uuid::Uuid;
    use wire::Epoch;

    use super::*;

    /// A log of one unit: bench, what had been seen, what happened.
    #[derive(Default)]
    struct Log(Vec<(Place, Envelope)>);

    impl Log {
        fn add(&mut self, bench: u128, seen: Option<usize>, role: Role, event: UnitEvent) -> usize {
            let number = self.0.len();
            let actor = Actor { operator: OperatorId::new(format!("op-{bench}")).unwrap(), role };
            let seen = seen.map(|of| self.0[of].1.event_id);
            let id = EventId(Uuid::from_u128(number as u128 + 1));
            let subject = Subject::Unit(UnitId(Uuid::nil()));
            let envelope =
                Envelope::wrap(&Event::Unit(event), id, subject, actor, Timestamp::UNIX_EPOCH, seen).unwrap();
            let station = StationId(bench.to_be_bytes());
            self.0.push((Place { station, epoch: Epoch::Numbered(1), seq: number as u64 + 1 }, envelope));
            number
        }

        fn decide(&mut self, bench: u128, seen: Option<usize>, role: Role, to: Disposition) -> usize {
            let decision = Box::new(decision(to));
            self.add(bench, seen, role, UnitEvent::Dispositioned { decision, provisional: false })
        }

        fn id(&self, of: usize) -> EventId {
            self.0[of].1.event_id
        }

        fn standing(&self) -> Standing {
            standing(&open_decisions(&self.0))
        }
    }

    fn decision(disposition: Disposition) -> Decision {
        Decision {
            disposition,
            settlement: Settlement::Refund,
            rows: Vec::new(),
            gate: None,
            inputs: Inputs::of_grade(Grade::A),
            next_best: NextBest::None,
            recovered: None,
            why: Vec::new(),
            review: Vec::new(),
            holds: Vec::new(),
            preference: None,
            response: None,
            derogation: None,
            tier: None,
            policy_number: 1,
            policy_hash: Sha256Hex([0; 32]),
        }
    }

    const G: Role = Role::Grader;

    #[test]
    fn unaware_of_each_other_and_different_is_at_odds() {
        let mut log = Log::default();
        let one = log.decide(1, None, G, Disposition::Restock);
        let two = log.decide(2, None, G, Disposition::Donate);
        assert_eq!(log.standing(), Standing::Contested { first: log.id(one), second: log.id(two) });
        // Who saw it supersedes it: by name, or because the same bench wrote it before.
        let three = log.decide(2, Some(one), G, Disposition::Recycle);
        assert!(matches!(log.standing(), Standing::Stands { winner, .. } if winner == log.id(three)));
    }

    #[test]
    fn what_a_way_back_has_seen_is_no_decision_any_more() {
        let mut log = Log::default();
        let one = log.decide(1, None, G, Disposition::Restock);
        log.add(1, Some(one), G, UnitEvent::RegradeStarted { reason: RegradeReason::Regrade });
        assert_eq!(log.standing(), Standing::Undecided);
        let two = log.decide(2, Some(one), G, Disposition::Donate);
        assert!(matches!(log.standing(), Standing::Stands { winner, .. } if winner == log.id(two)));
    }

    #[test]
    fn who_calls_two_at_odds_has_seen_both_whatever_their_events_name() {
        for (one, two) in [(1, 2), (2, 1)] {
            let mut log = Log::default();
            let first = log.decide(one, None, Role::Supervisor, Disposition::Restock);
            let second = log.decide(two, None, Role::Supervisor, Disposition::Donate);
            let contested = UnitEvent::Contested { first: log.id(first), second: log.id(second) };
            // The bench of the first names only what itself wrote last.
            let contested = log.add(one, Some(first), G, contested);
            let by = OperatorId::new("op-9").unwrap();
            let stands = log.id(first);
            let settled = UnitEvent::ContestSettled { stands, grade: None, by };
            let settled = log.add(one, Some(contested), Role::Supervisor, settled);
            let third = log.decide(one, Some(settled), Role::Supervisor, Disposition::Restock);
            let winner = log.id(third);
            assert!(matches!(log.standing(), Standing::Stands { winner: found, .. } if found == winner));
        }
    }

    #[test]
    fn a_reviewers_word_outranks_who_pressed_the_key_elsewhere() {
        let mut log = Log::default();
        let one = log.decide(1, None, G, Disposition::Restock);
        let two = log.decide(2, None, Role::Supervisor, Disposition::Donate);
        let Standing::Stands { winner, .. } = log.standing() else { panic!("{:?}", log.standing()) };
        assert_eq!(winner, log.id(two));
        let open = open_decisions(&log.0);
        assert_eq!(overruled(&log.0, &open, winner), None, "the unit follows it, for it folds last");
        log.0.swap(one, two);
        let open = open_decisions(&log.0);
        assert!(overruled(&log.0, &open, winner).is_some(), "the unit follows the other: nothing overwrites");
    }
    #[test]
    fn what_is_gone_or_unread_is_not_contested_and_only_what_passes_is_looked_at_again() {
        let voided = unit::State { stage: Some(Stage::Voided), ..unit::State::default() };
        let graded = unit::State { stage: Some(Stage::Graded), ..unit::State::default() };
        let unread = unit::State { unreadable: true, ..graded.clone() };
        assert!(beyond_contest(&voided) && beyond_contest(&unread) && !beyond_contest(&graded));
        let passing = |code: &str| passes(&super::super::coded(code, []));
        assert!(passing("unit-changed") && passing("database-failed"));
        assert!(!passing("unreadable") && !passing("wrong-stage"), "it would stop all others for ever");
    }
}
