//! Where the unit goes: the policy decides, or a person, or the reviewer.

use super::inputs::inputs;
use super::state::State;
use crate::codes::{
    Disposition, Finding, Grade, HoldReason, OverrideReason, ReviewCause, ReviewState, Settlement, Stage,
};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::{CustomerTier, Sha256Hex};
use crate::policy::{Decision, Inputs, PreferenceAnswer, VerifiedPolicy, Why, WhyCode};
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

pub(super) fn override_grade(
    state: &State,
    facts: &Facts<'_>,
    grade: Grade,
    reason: OverrideReason,
    note: Option<Sha256Hex>,
) -> Events {
    state.may_override()?;
    state.may_be(grade)?;
    if state.grade() == Some(grade) {
        return Err(Refusal::NoChange);
    }
    Ok(vec![UnitEvent::GradeOverridden { grade, reason, note, by: facts.actor.clone() }])
}

pub(super) fn override_disposition(
    state: &State,
    facts: &Facts<'_>,
    disposition: Disposition,
    reason: OverrideReason,
    note: Option<Sha256Hex>,
) -> Events {
    state.may_override()?;
    if state.disposition() == Some(disposition)
        || state.overridden_disposition.is_some_and(|(chosen, _)| chosen == disposition)
    {
        return Err(Refusal::NoChange);
    }
    let (policy, inputs) = asked(state, facts)?;
    allowed(policy, &inputs, disposition)?;
    Ok(vec![UnitEvent::DispositionOverridden { disposition, reason, note, by: facts.actor.clone() }])
}

pub(super) fn dispose(state: &State, facts: &Facts<'_>) -> Events {
    let stage = state.forward(&[Stage::Graded, Stage::Dispositioned])?;
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    if stage == Stage::Dispositioned && !state.provisional {
        return Err(Refusal::WrongStage { stage });
    }
    match state.review.state {
        ReviewState::Approved => approved(state, facts),
        ReviewState::Changed => changed(state, facts),
        ReviewState::None | ReviewState::SentBack | ReviewState::Pending => decided(state, facts),
    }
}

/// Nobody reviewed it: the policy decides, or asks for a second person.
fn decided(state: &State, facts: &Facts<'_>) -> Events {
    let (policy, inputs) = asked(state, facts)?;
    let mut decision = policy.decide_for(&inputs, tier(facts));
    if let Some((disposition, reason)) = state.overridden_disposition {
        allowed(policy, &inputs, disposition)?;
        let instead_of = decision.disposition;
        decision = decision.with_disposition(
            policy,
            disposition,
            Why::of(WhyCode::Overridden).with("reason", reason).with("instead_of", instead_of),
        );
    }
    let causes = state.review_causes(&decision);
    if causes.is_empty() {
        return Ok(in_force(state, decision, false));
    }
    // Several signals stop the unit at once, not only after somebody has approved what they ask to look at.
    let suspicion = HoldReason::Fraud;
    let stopped = decision.holds.contains(&suspicion) && !state.holds.contains(&suspicion);
    let requested = UnitEvent::ReviewRequested { causes, at: facts.recorded, proposal: Box::new(decision) };
    let held = stopped.then_some(UnitEvent::Held { reason: suspicion });
    Ok(std::iter::once(requested).chain(held).collect())
}

/// What the reviewer was shown and approved, exactly.
fn approved(state: &State, facts: &Facts<'_>) -> Events {
    let Some(mut decision) = state.review.proposal.clone() else { return decided(state, facts) };
    decision.why.push(Why::of(WhyCode::Reviewed));
    Ok(in_force(state, looked_at(decision), false))
}

/// The policy's decision for the reviewer's grade, with what the reviewer set in its place.
fn changed(state: &State, facts: &Facts<'_>) -> Events {
    let (policy, inputs) = asked(state, facts)?;
    let mut decision = policy.decide_for(&inputs, tier(facts));
    let kept = state.overridden_disposition.map(|(disposition, _)| disposition);
    // A changed grade lets the policy decide anew; without one, what was proposed stands.
    let kept = kept.filter(|_| state.review.grade.is_none());
    if let Some(disposition) = state.review.disposition.or(kept) {
        allowed(policy, &inputs, disposition)?;
        decision = decision.with_disposition(policy, disposition, Why::of(WhyCode::Reviewed));
    } else {
        decision.why.push(Why::of(WhyCode::Reviewed));
    }
    if let Some(settlement) = state.review.settlement {
        decision = decision.with_settlement(settlement);
    }
    Ok(in_force(state, looked_at(decision), false))
}

pub(super) fn provisionally(state: &State, facts: &Facts<'_>) -> Events {
    state.forward(&[Stage::Graded])?;
    if !state.review_pending() {
        return Err(Refusal::NoReview { review: state.review.state });
    }
    let policy = facts.policy.ok_or(Refusal::PolicyMissing)?;
    let provisional = policy
        .policy
        .provisional
        .filter(|provisional| provisional.disposition.stays_in_building())
        .ok_or(Refusal::NoProvisional { hours_left: None })?;
    let hours_left = state.hours_left(facts, provisional.after_hours);
    if hours_left > 0 {
        return Err(Refusal::NoProvisional { hours_left: Some(hours_left) });
    }
    let proposal = state.review.proposal.clone().ok_or(Refusal::NoReview { review: state.review.state })?;
    let mut decision =
        proposal.with_disposition(policy, provisional.disposition, Why::of(WhyCode::Provisional));
    decision.settlement = Settlement::None;
    decision.preference = decision.preference.map(PreferenceAnswer::left_open);
    Ok(in_force(state, decision, true))
}

/// A person has looked at what did not fit: that stop was lifted, and is not set again.
fn looked_at(mut decision: Decision) -> Decision {
    decision.holds.retain(|hold| *hold != HoldReason::Fraud);
    decision
}

pub(super) fn in_force(state: &State, decision: Decision, provisional: bool) -> Vec<UnitEvent> {
    let holds: Vec<_> = decision.holds.iter().filter(|hold| !state.holds.contains(hold)).copied().collect();
    // A supervisor who approved the proposal has seen its holds; they are set all the same and lifted one by one.
    let decided = UnitEvent::Dispositioned { decision: Box::new(decision), provisional };
    std::iter::once(decided).chain(holds.into_iter().map(|reason| UnitEvent::Held { reason })).collect()
}

/// The customer's tier, which the policy lets reach the settlement alone.
fn tier<'a>(facts: &Facts<'a>) -> Option<&'a CustomerTier> {
    facts.rma.and_then(|rma| rma.tier.as_ref())
}

/// The policy in force, and what it sees.
pub(super) fn asked<'a>(state: &State, facts: &Facts<'a>) -> Result<(&'a VerifiedPolicy, Inputs), Refusal> {
    let policy = facts.policy.ok_or(Refusal::PolicyMissing)?;
    let stage = state.stage.ok_or(Refusal::NotReceived)?;
    let inputs = inputs(state, facts).ok_or(Refusal::WrongStage { stage })?;
    Ok((policy, inputs))
}

/// No person, not even a reviewer, goes past a gate.
pub(super) fn allowed(
    policy: &VerifiedPolicy,
    inputs: &Inputs,
    disposition: Disposition,
) -> Result<(), Refusal> {
    match policy.forbids(inputs, disposition) {
        None => Ok(()),
        Some((gate, row)) => Err(Refusal::Forbidden { disposition, gate, row }),
    }
}

impl State {
    /// Graded, nothing stops it, and no reviewer is or was at it.
    fn may_override(&self) -> Result<(), Refusal> {
        self.forward(&[Stage::Graded, Stage::Dispositioned])?;
        match self.review.state {
            ReviewState::Pending => Err(Refusal::ReviewPending),
            ReviewState::Approved | ReviewState::Changed => Err(Refusal::ReviewDone),
            ReviewState::None | ReviewState::SentBack => Ok(()),
        }
    }

    /// All that calls for a second person.
    fn review_causes(&self, decision: &Decision) -> Vec<ReviewCause> {
        let mut causes = decision.review.clone();
        causes.extend(
            [
                (ReviewCause::GradeOverridden, self.overridden_grade.is_some()),
                (ReviewCause::DispositionOverridden, self.overridden_disposition.is_some()),
                (ReviewCause::FraudSignal, !self.signals.is_empty()),
                (ReviewCause::SerialMismatch, self.findings().contains(&Finding::SerialMismatch)),
                (ReviewCause::PhotoSkipped, !self.photos_skipped.is_empty()),
                (ReviewCause::Policy, !self.answer_review.is_empty()),
                (ReviewCause::Sample, self.sampled),
            ]
            .into_iter()
            .filter_map(|(cause, holds)| holds.then_some(cause)),
        );
        causes.sort();
        causes.dedup();
        causes
    }

    /// Hours that the review must still have waited. A clock that is behind proves no waiting.
    fn hours_left(&self, facts: &Facts<'_>, after_hours: u32) -> u32 {
        let waited =
            self.review.since.filter(|_| !facts.clock_behind()).map_or(0, |since| {
                u32::try_from(facts.recorded.duration_since(since).as_hours()).unwrap_or(0)
            });
        after_hours.saturating_sub(waited)
    }
}

impl Decision {
    /// The same decision with another disposition, and the sentence that says why. What hangs on the disposition goes
    /// with it: the value, the lawful exception, and what becomes of the customer's preference.
    fn with_disposition(self, policy: &VerifiedPolicy, disposition: Disposition, why: Why) -> Self {
        let recovered = policy.policy.recovered(&self.inputs, disposition);
        let derogation = policy.derogation(&self.inputs, disposition);
        let settlement = self.settlement;
        let preference = self.preference.map(|answer| answer.chosen_by_person(disposition, settlement));
        let mut sentences = self.why;
        sentences.push(why);
        Self { disposition, recovered, derogation, preference, why: sentences, ..self }
    }

    /// The same decision with another settlement, and what becomes of the customer's preference by it.
    fn with_settlement(self, settlement: Settlement) -> Self {
        let disposition = self.disposition;
        let preference = self.preference.map(|answer| answer.chosen_by_person(disposition, settlement));
        Self { settlement, preference, ..self }
    }
}
