//! The second look, the claim, holds, and decisions at odds.

use super::command::Verdict;
use super::dispose::{allowed, asked, in_force};
use super::guard::supervisor;
use super::state::State;
use crate::codes::{Acceptance, HoldReason, ReviewCause, ReviewOutcome, Role, SellerResponse, Stage, Task};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::EventId;
use crate::policy::Decision;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

/// Holds do not stop it: looking is no step forward.
pub(super) fn review(state: &State, facts: &Facts<'_>, verdict: &Verdict) -> Events {
    state.within(&[Stage::Graded, Stage::Dispositioned, Stage::Staged])?;
    if !state.review_pending() {
        return Err(Refusal::NoReview { review: state.review.state });
    }
    supervisor(facts)?;
    state.had_no_hand(facts)?;
    third_person(state, facts)?;
    complete(verdict)?;
    if verdict.outcome != ReviewOutcome::SentBack {
        blind_done(state, facts)?;
    }
    if let Some(acceptance) = verdict.acceptance {
        may_answer(state, acceptance)?;
    }
    if let Some(grade) = verdict.grade {
        state.may_be(grade)?;
    }
    if let Some(disposition) = verdict.disposition {
        let (policy, mut inputs) = asked(state, facts)?;
        inputs.grade = verdict.grade.unwrap_or(inputs.grade);
        allowed(policy, &inputs, disposition)?;
    }
    let mut events = match verdict.outcome {
        ReviewOutcome::SentBack => state.out_of_container(),
        ReviewOutcome::Approved | ReviewOutcome::Changed => Vec::new(),
    };
    events.push(UnitEvent::Reviewed {
        outcome: verdict.outcome,
        by: facts.actor.clone(),
        role: facts.role,
        grade: verdict.grade,
        disposition: verdict.disposition,
        settlement: verdict.settlement,
        response: verdict.response,
        acceptance: verdict.acceptance,
        reason: verdict.reason,
    });
    Ok(events)
}

/// A unit drawn as a sample is judged after its blind second inspection; else the sample would measure nothing. Not so
/// for head office, which cannot look at the unit, nor where the checklist has changed since, so that nobody can
/// answer the same questions any more. Sending back is free: inspecting again draws the sample again.
fn blind_done(state: &State, facts: &Facts<'_>) -> Result<(), Refusal> {
    let wanted = state.review.causes.contains(&ReviewCause::Sample) && state.blind.is_none();
    let can = facts.role != Role::HeadOffice
        && facts.checklist.is_some_and(|checklist| state.began_with(checklist));
    if wanted && can { Err(Refusal::BlindFirst) } else { Ok(()) }
}

/// Where the blind second inspection settled nothing, who made it is a party and does not judge. Head office may: it is
/// the last to be asked.
fn third_person(state: &State, facts: &Facts<'_>) -> Result<(), Refusal> {
    let second = state.blind.as_ref().is_some_and(|blind| blind.by == *facts.actor);
    if second && facts.role != Role::HeadOffice { Err(Refusal::OwnGrading) } else { Ok(()) }
}

/// A change names what it changes and why, going back says why, an approval changes nothing.
fn complete(verdict: &Verdict) -> Result<(), Refusal> {
    let changes = verdict.grade.is_some() || verdict.disposition.is_some() || verdict.settlement.is_some();
    let fits = match verdict.outcome {
        ReviewOutcome::Approved => !changes,
        ReviewOutcome::Changed => changes && verdict.reason.is_some(),
        ReviewOutcome::SentBack => !changes && verdict.reason.is_some(),
    };
    if fits { Ok(()) } else { Err(Refusal::ReviewIncomplete) }
}

fn may_answer(state: &State, acceptance: Acceptance) -> Result<(), Refusal> {
    if state.acceptance.may_become(acceptance) {
        Ok(())
    } else {
        Err(Refusal::ClaimSettled { acceptance: state.acceptance })
    }
}

pub(super) fn answer_claim(
    state: &State,
    facts: &Facts<'_>,
    acceptance: Acceptance,
    response: Option<SellerResponse>,
) -> Events {
    state.living()?;
    supervisor(facts)?;
    may_answer(state, acceptance)?;
    Ok(vec![UnitEvent::ClaimAnswered { acceptance, response, by: facts.actor.clone() }])
}

pub(super) fn hold(state: &State, reason: HoldReason) -> Events {
    match state.living()? {
        Stage::Closed => Err(Refusal::WrongStage { stage: Stage::Closed }),
        _ if state.holds.contains(&reason) => Err(Refusal::HeldAlready { reason }),
        _ => Ok(vec![UnitEvent::Held { reason }]),
    }
}

pub(super) fn release(state: &State, facts: &Facts<'_>, reason: HoldReason) -> Events {
    state.living()?;
    supervisor(facts)?;
    if !state.holds.contains(&reason) {
        return Err(Refusal::NotHeld { reason });
    }
    Ok(vec![UnitEvent::Released { reason, by: facts.actor.clone() }])
}

pub(super) fn contest(state: &State, first: EventId, second: EventId) -> Events {
    state.living()?;
    if first == second {
        return Err(Refusal::NotContested);
    }
    if state.contested.is_some() {
        return Err(Refusal::Contested);
    }
    Ok(vec![UnitEvent::Contested { first, second }])
}

/// The decision that stands is put in force; whoever made one of the two does not settle. A gate holds here too. After
/// the unit was closed it can only leave work for a person.
pub(super) fn settle_contest(
    state: &State,
    facts: &Facts<'_>,
    stands: EventId,
    decision: Option<&Decision>,
) -> Events {
    let stage = state.living()?;
    supervisor(facts)?;
    if !state.contested.is_some_and(|(first, second)| [first, second].contains(&stands)) {
        return Err(Refusal::NotContested);
    }
    state.had_no_hand(facts)?;
    let settled = |grade| UnitEvent::ContestSettled { stands, grade, by: facts.actor.clone() };
    let Some(decision) = decision.filter(|decision| !state.follows(decision)) else {
        return Ok(vec![settled(None)]);
    };
    if stage == Stage::Closed {
        return Ok(vec![settled(None), UnitEvent::TaskOpened { task: Task::DecidedAfterFact }]);
    }
    state.within(&[Stage::Graded, Stage::Dispositioned, Stage::Staged])?;
    if !state.holds.is_empty() {
        return Err(Refusal::Held { reasons: state.holds.iter().copied().collect() });
    }
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    let grade = decision.inputs.grade;
    state.may_be(grade)?;
    let (policy, mut inputs) = asked(state, facts)?;
    inputs.grade = grade;
    allowed(policy, &inputs, decision.disposition)?;
    let mut events = state.out_of_container();
    events.push(settled(Some(grade).filter(|grade| state.grade() != Some(*grade))));
    events.extend(in_force(state, decision.clone(), false));
    Ok(events)
}

impl State {
    /// The actor had no hand in this inspection, nor set a grade or disposition by hand.
    pub(super) fn had_no_hand(&self, facts: &Facts<'_>) -> Result<(), Refusal> {
        let set_by_hand =
            [&self.grader, &self.overridden_by].into_iter().flatten().any(|by| by == facts.actor);
        if set_by_hand || self.inspectors.contains(facts.actor) {
            return Err(Refusal::OwnGrading);
        }
        Ok(())
    }

    /// That decision is what the unit follows now.
    fn follows(&self, decision: &Decision) -> bool {
        !self.provisional
            && self.grade() == Some(decision.inputs.grade)
            && self.decision.as_ref().is_some_and(|now| {
                (now.disposition, now.settlement) == (decision.disposition, decision.settlement)
            })
    }
}
