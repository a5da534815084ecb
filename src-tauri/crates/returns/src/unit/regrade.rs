//! A second inspection: blind, for the sample; or after light refurbishment.

use std::collections::BTreeSet;

use super::dispose::asked;
use super::state::State;
use crate::checklist::{Answer, Checklist};
use crate::codes::{
    Disposition, Finding, Grade, HoldReason, RegradeReason, ReviewCause, ReviewOutcome, Role, Stage, Work,
    WorkResult,
};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::Sku;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

/// Anybody may who had no hand in the unit: a grader, too. Where the sample is the only cause of the review, and the
/// second person comes to the same grade and would send the unit to the same place, their look is the second look, and the
/// unit goes on. Else a supervisor sees both. Photos are not taken again.
/// Holds do not stop it: looking is no step forward.
pub(super) fn blind(
    state: &State,
    facts: &Facts<'_>,
    answers: &[Answer],
    findings: &BTreeSet<Finding>,
) -> Events {
    state.within(&[Stage::Graded, Stage::Dispositioned, Stage::Staged])?;
    if !state.review_pending() || !state.review.causes.contains(&ReviewCause::Sample) {
        return Err(Refusal::NoReview { review: state.review.state });
    }
    state.had_no_hand(facts)?;
    if state.blind.is_some() {
        return Err(Refusal::ReviewDone);
    }
    let checklist = state.begun(facts)?;
    if let Some(wrong) = answers.iter().find(|answer| checklist.choice(answer).is_none()) {
        return Err(Refusal::NoSuchChoice { question: wrong.question.clone() });
    }
    if let Some(open) = checklist.next_question(answers) {
        return Err(Refusal::QuestionOpen { question: open.id.clone() });
    }
    let second = Second::of(checklist, answers, findings);
    let mut events = vec![UnitEvent::BlindRegraded {
        by: facts.actor.clone(),
        checklist_version: checklist.version,
        answers: answers.to_vec(),
        findings: second.findings.iter().copied().collect(),
        grade: second.grade,
    }];
    // What stops a unit stops it whoever sees it.
    let holds = second.holds.iter().filter(|hold| !state.holds.contains(hold));
    events.extend(holds.map(|hold| UnitEvent::Held { reason: *hold }));
    if second.agrees(state, facts) {
        events.push(UnitEvent::Reviewed {
            outcome: ReviewOutcome::Approved,
            by: facts.actor.clone(),
            role: facts.role,
            grade: None,
            disposition: None,
            settlement: None,
            response: None,
            acceptance: None,
            reason: None,
        });
    }
    Ok(events)
}

/// What the second person saw.
struct Second {
    grade: Grade,
    findings: BTreeSet<Finding>,
    holds: BTreeSet<HoldReason>,
    review: bool,
}

impl Second {
    fn of(checklist: &Checklist, answers: &[Answer], added: &BTreeSet<Finding>) -> Self {
        let counted = checklist.effective(answers);
        let seen = counted.iter().flat_map(|(_, choice)| choice.findings.iter().copied());
        Self {
            grade: checklist.grade(answers, added).grade,
            findings: seen.chain(added.iter().copied()).collect(),
            holds: counted.iter().filter_map(|(_, choice)| choice.hold).collect(),
            review: counted.iter().any(|(_, choice)| choice.review),
        }
    }

    /// The same grade, and the same place for what was seen. What comparing found stands whoever looks.
    fn agrees(&self, state: &State, facts: &Facts<'_>) -> bool {
        let only_sample = state.review.causes.iter().all(|cause| *cause == ReviewCause::Sample);
        if !only_sample || self.review || !self.holds.is_empty() || state.grade() != Some(self.grade) {
            return false;
        }
        let Ok((policy, mut inputs)) = asked(state, facts) else { return false };
        let compared = state.added_findings.iter().filter(|finding| finding.is_comparison());
        inputs.findings = self.findings.iter().chain(compared).copied().collect();
        let decided = policy.decide(&inputs);
        let proposed = state.review.proposal.as_ref().map(|proposal| proposal.disposition);
        Some(decided.disposition) == proposed && decided.review.is_empty()
    }
}

/// A technician's or a supervisor's work. Done or not possible, the unit is inspected again: it is not what it was, or it
/// must go elsewhere.
pub(super) fn work(
    state: &State,
    facts: &Facts<'_>,
    work: Work,
    part: Option<&Sku>,
    seconds: u32,
    result: WorkResult,
) -> Events {
    if facts.role == Role::Grader {
        return Err(Refusal::TechnicianOnly);
    }
    state.forward(&[Stage::Dispositioned, Stage::Staged])?;
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    let disposition = state.disposition();
    if !matches!(disposition, Some(Disposition::Refurbish | Disposition::Repair)) {
        return Err(Refusal::NotForWork { disposition });
    }
    if work == Work::PartAdded && result == WorkResult::Done && part.is_none() {
        return Err(Refusal::PartUnnamed);
    }
    let mut events = state.out_of_container();
    events.push(UnitEvent::WorkDone { work, part: part.cloned(), seconds, result, by: facts.actor.clone() });
    events.push(UnitEvent::RegradeStarted { reason: RegradeReason::Refurbished });
    Ok(events)
}
