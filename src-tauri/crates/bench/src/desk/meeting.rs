//! Decisions that meet: another bench, unaware of this one's, decided about the same unit. What stands is the domain's to
//! say (`returns::conflict`); where it cannot, the unit is stopped until a person decides.

use returns::codes::{Stage, Task};
use returns::conflict::{Meeting, Standing, Told};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{StationId, Subject, UnitId};
use returns::unit;
use wire::{Actor, Envelope, Epoch, Place};

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
        let (mark, mut units) = self.records().decided_elsewhere(before)?;
        let back = self.records().decided_here_before()?;
        units.extend(back.iter().filter(|unit| !units.contains(unit)).copied().collect::<Vec<_>>());
        let mut again = false;
        for unit in units {
            // One unit's trouble is not the others'.
            if let Err(coded) = self.meet_about(unit) {
                tracing::error!(code = coded.code, %unit, "decisions that meet");
                again |= passes(&coded);
            }
        }
        if again {
            return Ok(());
        }
        if mark != before {
            self.records().set_setting(MET, &mark)?;
        }
        if !back.is_empty() {
            self.records().looked_at_what_came_back(&back)?;
        }
        Ok(())
    }

    fn meet_about(&mut self, unit: UnitId) -> Result<(), Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        let meeting = met_in(&history);
        if meeting.standing == Standing::Undecided {
            return Ok(());
        }
        let Some(actor) = self.who_decided_here(&history)? else { return Ok(()) };
        let mut draft = self.draft_as(unit, actor)?;
        if beyond_contest(&draft.state) {
            return Ok(());
        }
        if let Some((first, second)) = meeting.at_odds()
            && draft.state.contested.is_none()
        {
            draft.decide(&unit::Command::Contest { first, second })?;
        }
        if !meeting.too_late().is_empty() && !opened_before(&history) {
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

fn opened_before(history: &[(Place, Envelope)]) -> bool {
    history.iter().any(|(_, envelope)| {
        let event = envelope.event();
        matches!(event, Parsed::Known(Event::Unit(UnitEvent::TaskOpened { task: Task::DecidedAfterFact })))
    })
}

fn shipped_in(envelope: &Envelope) -> bool {
    matches!(envelope.event(), Parsed::Known(Event::Unit(UnitEvent::Closed { shipped: true, .. })))
}

/// A unit's decisions as they meet, from its events in fold order.
fn met_in(history: &[(Place, Envelope)]) -> Meeting {
    let told: Vec<Told<(StationId, Epoch)>> = history
        .iter()
        .map(|(place, envelope)| Told {
            id: envelope.event_id,
            log: (place.station, place.epoch),
            seq: place.seq,
            seen: envelope.seen,
            role: envelope.actor.role,
            event: match envelope.event() {
                Parsed::Known(Event::Unit(event)) => Some(event),
                _ => None,
            },
        })
        .collect();
    Meeting::of(&told)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use returns::codes::{Disposition, Grade, Role, Settlement};
    use returns::ids::{EventId, OperatorId, Sha256Hex};
    use returns::policy::{Decision, Inputs, NextBest};
    use uuid::Uuid;

    use super::*;

    /// A grader's decision as it lies in a log.
    fn decided(number: u64, epoch: Epoch, seq: u64, disposition: Disposition) -> (Place, Envelope) {
        let decision = Box::new(Decision {
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
        });
        let event = Event::Unit(UnitEvent::Dispositioned { decision, provisional: false });
        let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
        let (id, unit) = (EventId(Uuid::from_u64_pair(1, number)), Subject::Unit(UnitId(Uuid::nil())));
        let envelope = Envelope::wrap(&event, id, unit, actor, Timestamp::UNIX_EPOCH, None).unwrap();
        (Place { station: StationId([1; 16]), epoch, seq }, envelope)
    }

    /// A bench was put back from a copy, opened an epoch alone, and decided without knowing what it had decided before;
    /// then head office gave it its next epoch.
    #[test]
    fn a_bench_that_was_put_back_has_not_seen_what_it_lost() {
        let (first, alone) = (Epoch::Numbered(1), Epoch::Provisional([7; 16]));
        for (one, two) in [(first, alone), (alone, Epoch::Numbered(2))] {
            let lost = decided(1, one, 9, Disposition::Restock);
            let again = decided(2, two, 10, Disposition::Donate);
            let history = [lost, again];
            let pair = (history[0].1.event_id, history[1].1.event_id);
            assert_eq!(met_in(&history).at_odds(), Some(pair), "{one} and {two}");
            let same = [history[0].clone(), decided(3, one, 10, Disposition::Donate)];
            assert_eq!(met_in(&same).at_odds(), None, "in one log the later has seen the earlier");
        }
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
