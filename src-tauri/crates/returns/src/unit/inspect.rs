//! The checklist, findings, photos, and the grade that follows.

use std::collections::BTreeSet;

use super::guard::supervisor;
use super::receive::is_expired;
use super::state::State;
use crate::checklist::Answer;
use crate::codes::{Finding, Grade, PhotoFlaw, SkipReason, Stage};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::{PhotoRole, QuestionId, Sha256Hex};
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

/// Role of the photo that is skipped where a required serial cannot be read; the unit then goes to review.
pub const SERIAL_PHOTO: &str = "SERIAL";

/// Role of the photo that is skipped where a required expiry cannot be read; the unit then goes to review.
pub const EXPIRY_PHOTO: &str = "EXPIRY";

pub(super) fn start(state: &State, facts: &Facts<'_>) -> Events {
    let stage = state.forward(&[Stage::Received, Stage::Inspecting])?;
    let item = state.item(facts)?;
    let checklist = facts
        .checklist
        .filter(|checklist| checklist.category == item.category)
        .ok_or(Refusal::ChecklistMissing)?;
    if stage == Stage::Inspecting && state.begun(facts).is_ok() {
        return Err(Refusal::WrongStage { stage });
    }
    Ok(vec![UnitEvent::InspectionStarted {
        category: checklist.category.clone(),
        checklist_version: checklist.version,
        owner: checklist.owner.clone(),
        cycle: checklist.cycle,
        by: facts.actor.clone(),
    }])
}

pub(super) fn answer(state: &State, facts: &Facts<'_>, answer: &Answer) -> Events {
    state.forward(&[Stage::Inspecting])?;
    let checklist = state.begun(facts)?;
    let Some(choice) = checklist.choice(answer) else {
        return Err(Refusal::NoSuchChoice { question: answer.question.clone() });
    };
    let before = state.answers.iter().rev().find(|earlier| earlier.question == answer.question);
    if before == Some(answer) {
        return Err(Refusal::NoChange);
    }
    let next = checklist.next_question(&state.answers).map(|question| &question.id);
    if before.is_none() && next != Some(&answer.question) {
        return Err(Refusal::OutOfOrder { next: next.cloned() });
    }
    let mut events = vec![UnitEvent::Answered {
        answer: answer.clone(),
        findings: choice.findings.clone(),
        seal: choice.seal,
        review: choice.review,
        by: Some(facts.actor.clone()),
    }];
    events.extend(choice.hold.map(|reason| UnitEvent::Held { reason }));
    Ok(events)
}

pub(super) fn add_finding(state: &State, facts: &Facts<'_>, finding: Finding) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    if state.added_findings.contains(&finding) {
        return Err(Refusal::FindingThere { finding });
    }
    Ok(vec![UnitEvent::FindingAdded { finding, by: Some(facts.actor.clone()) }])
}

pub(super) fn remove_finding(state: &State, facts: &Facts<'_>, finding: Finding) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    if !state.added_findings.contains(&finding) {
        return Err(Refusal::FindingNotThere { finding });
    }
    if finding.is_comparison() {
        supervisor(facts)?;
    }
    Ok(vec![UnitEvent::FindingRemoved { finding, by: Some(facts.actor.clone()) }])
}

/// No hold blocks a photo.
pub(super) fn take_photo(
    state: &State,
    facts: &Facts<'_>,
    role: &PhotoRole,
    hash: Sha256Hex,
    len: u64,
    flaws: &[PhotoFlaw],
) -> Events {
    state.living()?;
    if state.photos.iter().any(|photo| photo.hash == hash && photo.role == *role) {
        return Err(Refusal::NoChange);
    }
    let by = Some(facts.actor.clone());
    Ok(vec![UnitEvent::PhotoTaken { role: role.clone(), hash, len, by, flaws: flaws.to_vec() }])
}

pub(super) fn skip_photo(state: &State, facts: &Facts<'_>, role: &PhotoRole, reason: SkipReason) -> Events {
    state.forward(&[Stage::Inspecting])?;
    let checklist = state.begun(facts)?;
    let reading = (role.as_str() == SERIAL_PHOTO && serial_required(state, facts)?)
        || (role.as_str() == EXPIRY_PHOTO && expiry_required(state, facts)?);
    let required = reading || checklist.required_photos(&state.answers).contains(role);
    if !required || (state.has_photo(role) && !reading) || state.photos_skipped.contains_key(role) {
        return Err(Refusal::PhotoNotRequired { role: role.clone() });
    }
    Ok(vec![UnitEvent::PhotoSkipped { role: role.clone(), reason, by: Some(facts.actor.clone()) }])
}

/// No hold blocks a note.
pub(super) fn note(state: &State, hash: Sha256Hex) -> Events {
    state.living()?;
    Ok(vec![UnitEvent::Noted { hash }])
}

pub(super) fn grade(state: &State, facts: &Facts<'_>) -> Events {
    state.forward(&[Stage::Inspecting])?;
    let checklist = state.begun(facts)?;
    if let Some(open) = checklist.next_question(&state.answers) {
        return Err(Refusal::QuestionOpen { question: open.id.clone() });
    }
    for role in checklist.required_photos(&state.answers) {
        if !state.has_photo(&role) && !state.photos_skipped.contains_key(&role) {
            return Err(Refusal::PhotoMissing { role });
        }
    }
    let mut added = state.added_findings.clone();
    // It may have expired while it waited, or while nobody knew the day.
    let expired = is_expired(state.expiry, facts) == Some(true) && added.insert(Finding::Expired);
    let result = checklist.grade(&state.answers, &added);
    // What is wrong, missing or junk may have nothing to read.
    if result.grade != Grade::X {
        if serial_required(state, facts)? && !state.skipped(SERIAL_PHOTO) {
            return Err(Refusal::SerialMissing);
        }
        if expiry_required(state, facts)? && !state.skipped(EXPIRY_PHOTO) {
            return Err(Refusal::ExpiryMissing);
        }
    }
    let counted: BTreeSet<&QuestionId> =
        checklist.effective(&state.answers).into_iter().map(|(question, _)| &question.id).collect();
    let mut dropped: Vec<QuestionId> = Vec::new();
    for answer in &state.answers {
        if !counted.contains(&answer.question) && !dropped.contains(&answer.question) {
            dropped.push(answer.question.clone());
        }
    }
    let graded = UnitEvent::Graded {
        grade: result.grade,
        because: result.because,
        by: facts.actor.clone(),
        sampled: facts.sample_drawn,
        function: checklist.function_grade(&state.answers),
        cosmetic: checklist.cosmetic_grade(&state.answers),
        dropped,
    };
    let expired = expired.then_some(UnitEvent::FindingAdded { finding: Finding::Expired, by: None });
    Ok(expired.into_iter().chain([graded]).collect())
}

fn serial_required(state: &State, facts: &Facts<'_>) -> Result<bool, Refusal> {
    Ok(state.item(facts)?.serial_required && state.serial.is_none())
}

fn expiry_required(state: &State, facts: &Facts<'_>) -> Result<bool, Refusal> {
    Ok(state.item(facts)?.expiry_tracked && state.expiry.is_none())
}

impl State {
    fn has_photo(&self, role: &PhotoRole) -> bool {
        self.photos.iter().any(|photo| photo.role == *role)
    }

    fn skipped(&self, reading: &str) -> bool {
        self.photos_skipped.keys().any(|role| role.as_str() == reading)
    }
}
