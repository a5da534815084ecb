//! What happened to a unit.

use super::state::{BlindRegrade, Label, Location, Photo, Review, State, WorkRecord};
use crate::codes::{
    Finding, LabelKind, LabelStage, Match, RegradeReason, ReviewOutcome, ReviewState, Stage, Task,
};
use crate::event::{Amendment, UnitEvent};
use crate::ids::OperatorId;

/// A unit from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a UnitEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}

/// What happened to a unit. Never fails: an event is a fact.
pub fn apply(state: &mut State, event: &UnitEvent) {
    match event {
        UnitEvent::Received { .. }
        | UnitEvent::MatchedLater { .. }
        | UnitEvent::ReIdentified { .. }
        | UnitEvent::SerialRead { .. }
        | UnitEvent::LotRead { .. }
        | UnitEvent::Weighed { .. }
        | UnitEvent::Signalled { .. } => apply_identity(state, event),
        UnitEvent::InspectionStarted { .. }
        | UnitEvent::Answered { .. }
        | UnitEvent::FindingAdded { .. }
        | UnitEvent::FindingRemoved { .. }
        | UnitEvent::PhotoTaken { .. }
        | UnitEvent::PhotoSkipped { .. }
        | UnitEvent::Noted { .. }
        | UnitEvent::BlindRegraded { .. }
        | UnitEvent::WorkDone { .. }
        | UnitEvent::Graded { .. } => apply_inspection(state, event),
        UnitEvent::GradeOverridden { .. }
        | UnitEvent::DispositionOverridden { .. }
        | UnitEvent::Dispositioned { .. }
        | UnitEvent::ReviewRequested { .. }
        | UnitEvent::Reviewed { .. }
        | UnitEvent::ClaimAnswered { .. }
        | UnitEvent::Held { .. }
        | UnitEvent::Released { .. }
        | UnitEvent::Contested { .. }
        | UnitEvent::ContestSettled { .. } => apply_judgement(state, event),
        UnitEvent::LabelPending { .. }
        | UnitEvent::LabelPrinted { .. }
        | UnitEvent::LabelConfirmed { .. }
        | UnitEvent::LabelsSwapped { .. }
        | UnitEvent::Located { .. }
        | UnitEvent::Staged { .. }
        | UnitEvent::TakenOut { .. }
        | UnitEvent::Closed { .. }
        | UnitEvent::RegradeStarted { .. }
        | UnitEvent::Voided { .. }
        | UnitEvent::Amended { .. }
        | UnitEvent::TaskOpened { .. }
        | UnitEvent::TaskDone { .. } => apply_whereabouts(state, event),
    }
}

fn apply_identity(state: &mut State, event: &UnitEvent) {
    match event {
        UnitEvent::Received { lpn, preprinted, intake, at, parcel, rma, line, sku, owner } => {
            state.stage = Some(Stage::Received);
            state.lpn = Some(*lpn);
            state.preprinted = *preprinted;
            state.intake = Some(*intake);
            state.received = Some(*at);
            state.parcel = *parcel;
            state.matched = Some(if line.is_some() { Match::Matched } else { Match::Unmatched });
            state.rma.clone_from(rma);
            state.line.clone_from(line);
            state.sku.clone_from(sku);
            state.owner.clone_from(owner);
        }
        UnitEvent::MatchedLater { rma, line, owner } => {
            state.rma = Some(rma.clone());
            state.line.clone_from(line);
            state.owner = Some(owner.clone());
            state.matched = Some(Match::MatchedLater);
            match state.stage {
                Some(Stage::Graded | Stage::Dispositioned) => state.decide_again(),
                // Whoever wrote it may not have known that the unit was put away, and opened no task.
                Some(Stage::Staged | Stage::Closed) => {
                    state.tasks.insert(Task::MatchedAfterStaging);
                }
                _ => {}
            }
        }
        UnitEvent::ReIdentified { sku, rma, line, owner } => {
            state.inspect_again();
            let of_the_carton =
                |seen: &Finding| matches!(seen, Finding::MixedCarton | Finding::CarrierDamage);
            state.added_findings.retain(of_the_carton);
            state.findings_by.retain(|seen, _| of_the_carton(seen));
            state.stage = Some(Stage::Received);
            state.serial = None;
            state.grader = None;
            state.sku = Some(sku.clone());
            state.matched = Some(if line.is_some() { Match::Matched } else { Match::Unmatched });
            state.rma.clone_from(rma);
            state.line.clone_from(line);
            state.owner.clone_from(owner);
        }
        UnitEvent::SerialRead { serial } => state.serial = Some(serial.clone()),
        UnitEvent::LotRead { lot, expiry } => {
            state.lot = lot.clone().or(state.lot.take());
            state.expiry = expiry.or(state.expiry);
        }
        UnitEvent::Weighed { weight_grams } => state.weight_grams = Some(*weight_grams),
        UnitEvent::Signalled { signals, cleared } => {
            state.signals.retain(|earlier| !cleared.contains(&earlier.kind));
            for signal in signals {
                state.signals.retain(|earlier| earlier.kind != signal.kind);
                state.signals.push(signal.clone());
            }
        }
        _ => {}
    }
}

fn apply_inspection(state: &mut State, event: &UnitEvent) {
    match event {
        UnitEvent::InspectionStarted { category, checklist_version, owner, cycle, by } => {
            state.forget_answers();
            state.stage = Some(Stage::Inspecting);
            state.checklist = Some((category.clone(), *checklist_version));
            state.checklist_for = (owner.clone(), *cycle);
            state.grader = Some(by.clone());
            state.inspectors.clear();
            state.inspectors.insert(by.clone());
            state.inspectors.extend(state.findings_by.values().cloned());
        }
        UnitEvent::Answered { answer, findings, seal, review, by } => {
            state.inspectors.extend(by.clone());
            let question = &answer.question;
            state.forget_answer(question);
            state.answers.push(answer.clone());
            if !findings.is_empty() {
                state.answer_findings.insert(question.clone(), findings.clone());
            }
            if let Some(seal) = seal {
                state.answer_seal.insert(question.clone(), *seal);
            }
            if *review {
                state.answer_review.insert(question.clone());
            }
        }
        UnitEvent::FindingAdded { finding, by } => {
            state.added_findings.insert(*finding);
            state.had_a_hand_in(*finding, by.as_ref());
        }
        UnitEvent::FindingRemoved { finding, by } => {
            state.added_findings.remove(finding);
            state.had_a_hand_in(*finding, by.as_ref());
        }
        UnitEvent::PhotoTaken { role, hash, len, .. } => {
            state.photos_skipped.remove(role);
            state.photos.push(Photo { role: role.clone(), hash: *hash, len: *len });
        }
        UnitEvent::PhotoSkipped { role, reason, by } => {
            state.inspectors.extend(by.clone());
            state.photos_skipped.insert(role.clone(), *reason);
        }
        UnitEvent::Noted { hash } => state.notes.push(*hash),
        UnitEvent::BlindRegraded { by, answers, findings, grade, .. } => {
            state.blind = Some(BlindRegrade {
                by: by.clone(),
                answers: answers.clone(),
                findings: findings.clone(),
                grade: *grade,
            });
        }
        UnitEvent::WorkDone { work, part, seconds, result, by } => {
            state.work.push(WorkRecord {
                work: *work,
                part: part.clone(),
                seconds: *seconds,
                result: *result,
                by: by.clone(),
            });
        }
        UnitEvent::Graded { grade, because, by, sampled, function, cosmetic, dropped } => {
            state.function = *function;
            state.cosmetic = *cosmetic;
            dropped.iter().for_each(|question| state.forget_answer(question));
            state.stage = Some(Stage::Graded);
            state.computed_grade = Some(*grade);
            state.because = Some(because.clone());
            state.grader = Some(by.clone());
            state.sampled = *sampled;
        }
        _ => {}
    }
}

fn apply_judgement(state: &mut State, event: &UnitEvent) {
    match event {
        UnitEvent::GradeOverridden { grade, reason, by, .. } => {
            state.overridden_grade = Some((*grade, *reason));
            state.overridden_by = Some(by.clone());
            state.decide_again();
            state.review.grade = None;
        }
        UnitEvent::DispositionOverridden { disposition, reason, by, .. } => {
            state.decide_again();
            state.overridden_disposition = Some((*disposition, *reason));
            state.overridden_by = Some(by.clone());
        }
        UnitEvent::Dispositioned { decision, provisional } => {
            state.stage = Some(Stage::Dispositioned);
            state.decision = Some((**decision).clone());
            state.provisional = *provisional;
            state.label.supersede();
        }
        UnitEvent::ReviewRequested { causes, at, proposal } => {
            state.review = Review {
                state: ReviewState::Pending,
                causes: causes.clone(),
                since: Some(*at),
                proposal: Some((**proposal).clone()),
                ..Review::default()
            };
        }
        UnitEvent::Reviewed { .. } => apply_reviewed(state, event),
        UnitEvent::ClaimAnswered { acceptance, response, .. } => {
            state.acceptance = *acceptance;
            state.response = response.or(state.response);
        }
        UnitEvent::Held { reason } => {
            state.holds.insert(*reason);
        }
        UnitEvent::Released { reason, .. } => {
            state.holds.remove(reason);
        }
        UnitEvent::Contested { first, second } => state.contested = Some((*first, *second)),
        UnitEvent::ContestSettled { grade, .. } => {
            state.contested = None;
            // A supervisor has seen both sides: the grade of the one that stands counts like a reviewer's.
            state.review.grade = grade.or(state.review.grade);
        }
        _ => {}
    }
}

fn apply_reviewed(state: &mut State, event: &UnitEvent) {
    let UnitEvent::Reviewed { outcome, by, grade, disposition, settlement, response, acceptance, .. } = event
    else {
        return;
    };
    match outcome {
        ReviewOutcome::Approved => state.review.state = ReviewState::Approved,
        ReviewOutcome::Changed => state.review.state = ReviewState::Changed,
        ReviewOutcome::SentBack => {
            state.inspect_again();
            state.review.state = ReviewState::SentBack;
        }
    }
    state.review.by = Some(by.clone());
    state.review.grade = *grade;
    state.review.disposition = *disposition;
    state.review.settlement = *settlement;
    state.response = response.or(state.response);
    state.acceptance = acceptance.unwrap_or(state.acceptance);
}

fn apply_whereabouts(state: &mut State, event: &UnitEvent) {
    match event {
        UnitEvent::LabelPending { label, print } => {
            *state.label_mut(*label) = Label { stage: LabelStage::PrintPending, print: *print };
        }
        UnitEvent::LabelPrinted { label, print } => {
            *state.label_mut(*label) = Label { stage: LabelStage::Printed, print: *print };
        }
        UnitEvent::LabelConfirmed { print } => {
            state.label = Label { stage: LabelStage::Confirmed, print: *print };
        }
        UnitEvent::LabelsSwapped { .. } => {
            state.lpn_label.supersede();
            state.label.supersede();
        }
        UnitEvent::Located { shelf } => {
            state.location = shelf.clone().map_or(Location::Bench, |shelf| Location::Shelf { shelf });
        }
        UnitEvent::Staged { container } => {
            state.stage = Some(Stage::Staged);
            // Put away again by what is known of it now.
            state.tasks.remove(&Task::MatchedAfterStaging);
            state.location = Location::Container { container: *container };
        }
        UnitEvent::TakenOut { .. } => {
            if !matches!(state.stage, Some(Stage::Received | Stage::Inspecting | Stage::Graded)) {
                state.stage = Some(Stage::Dispositioned);
            }
            state.location = Location::Bench;
        }
        UnitEvent::Closed { container, shipped } => {
            state.stage = Some(Stage::Closed);
            state.location = Location::Container { container: *container };
            state.shipped |= *shipped;
        }
        UnitEvent::RegradeStarted { reason } => {
            state.inspect_again();
            state.refurbished |= *reason == RegradeReason::Refurbished;
        }
        UnitEvent::Voided { .. } => {
            state.stage = Some(Stage::Voided);
            state.label.supersede();
            state.lpn_label.supersede();
        }
        UnitEvent::Amended { amendment, .. } => apply_amendment(state, amendment),
        UnitEvent::TaskOpened { task } => {
            state.tasks.insert(*task);
        }
        UnitEvent::TaskDone { task } => {
            state.tasks.remove(task);
        }
        _ => {}
    }
}

fn apply_amendment(state: &mut State, amendment: &Amendment) {
    match amendment {
        Amendment::FindingAdded { finding } => {
            state.added_findings.insert(*finding);
        }
        Amendment::FindingRemoved { finding } => {
            state.added_findings.remove(finding);
            state.answer_findings.values_mut().for_each(|seen| seen.retain(|one| one != finding));
        }
        Amendment::Serial { serial } => state.serial = Some(serial.clone()),
        Amendment::Acceptance { acceptance } => state.acceptance = *acceptance,
        Amendment::Response { response } => state.response = Some(*response),
    }
}

impl State {
    fn label_mut(&mut self, label: LabelKind) -> &mut Label {
        match label {
            LabelKind::Lpn => &mut self.lpn_label,
            LabelKind::Disposition => &mut self.label,
        }
    }

    /// Back to GRADED: the decision, its label and its review no longer hold.
    fn decide_again(&mut self) {
        self.stage = Some(Stage::Graded);
        self.overridden_disposition = None;
        self.decision = None;
        self.provisional = false;
        self.review = Review { grade: self.review.grade, ..Review::default() };
        self.label.supersede();
    }

    /// Back to INSPECTING. Photos, notes, serial and what comparing found stay.
    fn inspect_again(&mut self) {
        self.decide_again();
        self.forget_answers();
        self.stage = Some(Stage::Inspecting);
        self.checklist = None;
        self.checklist_for = (None, None);
        self.added_findings.retain(|finding| finding.is_comparison());
        self.findings_by.retain(|finding, _| finding.is_comparison());
        self.review = Review::default();
        self.computed_grade = None;
        self.because = None;
        self.function = None;
        self.cosmetic = None;
        self.blind = None;
        self.sampled = false;
        self.overridden_grade = None;
        self.overridden_by = None;
    }

    fn had_a_hand_in(&mut self, finding: Finding, by: Option<&OperatorId>) {
        if let Some(by) = by {
            self.findings_by.insert(finding, by.clone());
            self.inspectors.insert(by.clone());
        }
    }

    fn forget_answers(&mut self) {
        self.answers.clear();
        self.answer_findings.clear();
        self.answer_seal.clear();
        self.answer_review.clear();
        self.photos_skipped.clear();
    }

    fn forget_answer(&mut self, question: &crate::ids::QuestionId) {
        self.answers.retain(|answer| answer.question != *question);
        self.answer_findings.remove(question);
        self.answer_seal.remove(question);
        self.answer_review.remove(question);
    }
}

impl Label {
    /// The label on the unit no longer holds; its number is not given again.
    fn supersede(&mut self) {
        self.stage = LabelStage::None;
    }
}
