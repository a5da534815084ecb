//! A second inspection: blind, for the sample; or after light refurbishment.

use std::collections::BTreeSet;

use super::state::State;
use crate::checklist::Answer;
use crate::codes::{Finding, RegradeReason, ReviewCause, Stage, Work, WorkResult};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::Sku;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

pub(super) fn blind(
    state: &State,
    facts: &Facts<'_>,
    answers: &[Answer],
    findings: &BTreeSet<Finding>,
) -> Events {
    state.forward(&[Stage::Graded])?;
    if !state.review_pending() || !state.review.causes.contains(&ReviewCause::Sample) {
        return Err(Refusal::NoReview { review: state.review.state });
    }
    if state.inspectors.contains(facts.actor) {
        return Err(Refusal::OwnGrading);
    }
    let checklist = state.begun(facts)?;
    if let Some(open) = checklist.next_question(answers) {
        return Err(Refusal::QuestionOpen { question: open.id.clone() });
    }
    let seen = checklist.effective(answers).into_iter().flat_map(|(_, choice)| choice.findings.clone());
    let seen: BTreeSet<Finding> = seen.chain(findings.iter().copied()).collect();
    Ok(vec![UnitEvent::BlindRegraded {
        by: facts.actor.clone(),
        checklist_version: checklist.version,
        answers: answers.to_vec(),
        findings: seen.into_iter().collect(),
        grade: checklist.grade(answers, findings).grade,
    }])
}

pub(super) fn work(
    state: &State,
    facts: &Facts<'_>,
    work: Work,
    part: Option<&Sku>,
    seconds: u32,
    result: WorkResult,
) -> Events {
    state.forward(&[Stage::Dispositioned])?;
    let done = UnitEvent::WorkDone { work, part: part.cloned(), seconds, result, by: facts.actor.clone() };
    Ok(vec![done, UnitEvent::RegradeStarted { reason: RegradeReason::Refurbished }])
}
