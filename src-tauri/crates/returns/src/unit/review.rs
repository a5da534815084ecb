//! The second look, the claim, holds, and decisions at odds.

use super::command::Verdict;
use super::dispose::{allowed, asked};
use super::guard::supervisor;
use super::state::State;
use crate::codes::{Acceptance, HoldReason, ReviewOutcome, SellerResponse, Stage};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::EventId;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

/// Holds do not stop it: looking is no step forward.
pub(super) fn review(state: &State, facts: &Facts<'_>, verdict: &Verdict) -> Events {
    state.within(&[Stage::Graded, Stage::Dispositioned, Stage::Staged])?;
    if !state.review_pending() {
        return Err(Refusal::NoReview { review: state.review.state });
    }
    supervisor(facts)?;
    let had_a_hand = [&state.grader, &state.overridden_by].contains(&&Some(facts.actor.clone()));
    if had_a_hand || state.inspectors.contains(facts.actor) {
        return Err(Refusal::OwnGrading);
    }
    complete(verdict)?;
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

pub(super) fn settle_contest(state: &State, facts: &Facts<'_>, stands: EventId) -> Events {
    state.living()?;
    supervisor(facts)?;
    match state.contested {
        Some((first, second)) if stands == first || stands == second => {
            Ok(vec![UnitEvent::ContestSettled { stands, by: facts.actor.clone() }])
        }
        _ => Err(Refusal::NotContested),
    }
}
