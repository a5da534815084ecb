//! The blind second inspection of a drawn unit: another person answers the same questions and sees nothing of what the
//! first one answered until it is on record.

use std::collections::{BTreeMap, BTreeSet};

use returns::checklist::{Answer, Checklist};
use returns::codes::{Finding, ReviewCause};
use returns::ids::{ChoiceId, QuestionId, UnitId};
use returns::unit;

use super::asking::texts;
use super::draft::{Draft, Known};
use super::screen::{answers as answers_of, ladder};
use super::{Coded, Desk, Said, coded, say};
use crate::seam::{BlindResult, BlindView, FindingChip, Say, Stage, Tone};

/// A unit drawn for the blind second inspection, of which there is none yet.
pub(super) fn wanted(state: &unit::State) -> bool {
    state.review_pending() && state.review.causes.contains(&ReviewCause::Sample) && state.blind.is_none()
}

/// The two inspections side by side.
pub(super) fn result(checklist: Option<&Checklist>, state: &unit::State) -> Option<BlindResult> {
    let blind = state.blind.as_ref()?;
    let first: BTreeSet<Finding> = own_findings(state.findings());
    let second = own_findings(blind.findings.iter().copied().collect());
    let differ = differing(checklist, &state.answers, &blind.answers);
    let asked = checklist.into_iter().flat_map(|list| &list.questions);
    let asked = asked.map(|question| (question.id.to_string(), texts(&question.text)));
    Some(BlindResult {
        first: state.computed_grade?,
        second: blind.grade,
        questions: asked.filter(|(id, _)| differ.contains(id)).collect(),
        differ,
        findings: first.symmetric_difference(&second).copied().collect(),
        saved: true,
    })
}

/// What comparing with the records found is nobody's eye.
fn own_findings(all: BTreeSet<Finding>) -> BTreeSet<Finding> {
    all.into_iter().filter(|finding| !finding.is_comparison()).collect()
}

/// Questions that count for one of them and were not answered alike by both.
fn differing(checklist: Option<&Checklist>, first: &[Answer], second: &[Answer]) -> Vec<String> {
    let counted = |answers: &[Answer]| -> BTreeMap<QuestionId, ChoiceId> {
        let effective = checklist.map(|list| list.effective(answers));
        match effective {
            Some(counted) => counted
                .into_iter()
                .map(|(question, choice)| (question.id.clone(), choice.id.clone()))
                .collect(),
            None => answers.iter().map(|answer| (answer.question.clone(), answer.choice.clone())).collect(),
        }
    };
    let (first, second) = (counted(first), counted(second));
    let asked: BTreeSet<&QuestionId> = first.keys().chain(second.keys()).collect();
    let unlike = asked.into_iter().filter(|question| first.get(question) != second.get(question));
    unlike.map(ToString::to_string).collect()
}

impl Desk {
    /// Whether the person signed in must not see what the first grader saw: the unit waits for a blind second
    /// inspection, which anybody may make who had no hand in the first.
    pub(super) fn veiled(&self, state: &unit::State) -> bool {
        wanted(state) && !self.had_a_hand(state)
    }

    pub(super) fn had_a_hand(&self, state: &unit::State) -> bool {
        let Some((operator, _)) = self.signed_in() else { return false };
        [&state.grader, &state.overridden_by].contains(&&Some(operator.id.clone()))
            || state.inspectors.contains(&operator.id)
    }

    /// The next question, or, once recorded, the result.
    pub(crate) fn blind_regrade(
        &mut self,
        unit: UnitId,
        answers: &[(String, String)],
        findings: &[Finding],
        commit: bool,
    ) -> Result<BlindView, Coded> {
        let draft = self.draft(unit)?;
        let head = self.head(unit, &draft.state);
        if draft.state.blind.is_some() {
            let result = result(draft.known.checklist.as_ref(), &draft.state);
            return Ok(BlindView { result, ..empty(head) });
        }
        if !wanted(&draft.state) {
            return Err(coded("blind-not-wanted", []));
        }
        if let Some(blocked) = self.blind_blocked(&draft) {
            if commit {
                let refused = coded("own-grading", []);
                return self.tell(Err(Coded { args: blocked.args, ..refused })).map(|()| empty(head));
            }
            return Ok(BlindView { blocked: Some(blocked), ..empty(head) });
        }
        let answers = answered(answers)?;
        let findings: BTreeSet<Finding> = findings.iter().copied().collect();
        if commit {
            let outcome = self.record_blind(draft, answers, findings);
            self.tell(outcome)?;
            let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
            let known = Known::of_unit(&self.records(), unit, &state)?;
            return Ok(BlindView { result: result(known.checklist.as_ref(), &state), ..empty(head) });
        }
        let checklist = checklist_begun(&draft)?;
        Ok(question_view(checklist, &answers, &findings, empty(head)))
    }

    /// Whoever had a hand in the first inspection does not make the second.
    fn blind_blocked(&self, draft: &Draft) -> Option<Say> {
        self.had_a_hand(&draft.state).then(|| say("own-grading", []))
    }

    fn record_blind(
        &mut self,
        mut draft: Draft,
        answers: Vec<Answer>,
        findings: BTreeSet<Finding>,
    ) -> super::Outcome {
        draft.decide(&unit::Command::RegradeBlind { answers, findings })?;
        self.put_in_force(&mut draft)?;
        let state = self.commit_draft(draft)?;
        let grade = state.blind.as_ref().map(|blind| blind.grade.to_string()).unwrap_or_default();
        let words = [("lpn", super::views::lpn(&state)), ("grade", grade)];
        Ok(Said::saved(Tone::Accepted, say("unit-blind-regraded", words)))
    }
}

/// The checklist with which the first inspection began; a newer one asks other questions, and compares nothing.
fn checklist_begun(draft: &Draft) -> Result<&Checklist, Coded> {
    let checklist = draft.known.checklist.as_ref().ok_or_else(|| coded("checklist-missing", []))?;
    match &draft.state.checklist {
        Some((category, version)) if (category, *version) == (&checklist.category, checklist.version) => {
            Ok(checklist)
        }
        began => {
            let began = began.as_ref().map_or(0, |(_, version)| *version);
            Err(coded("checklist-changed", [("began", began.to_string())]))
        }
    }
}

fn answered(answers: &[(String, String)]) -> Result<Vec<Answer>, Coded> {
    let no_such = |_| coded("no-such-choice", []);
    let pairs = answers.iter().map(|(question, choice)| {
        Ok(Answer {
            question: QuestionId::new(question.as_str()).map_err(no_such)?,
            choice: ChoiceId::new(choice.as_str()).map_err(no_such)?,
        })
    });
    pairs.collect()
}

fn empty(head: crate::seam::UnitHead) -> BlindView {
    BlindView {
        head,
        question: None,
        question_id: None,
        choice_ids: Vec::new(),
        chips: Vec::new(),
        result: None,
        blocked: None,
    }
}

fn question_view(
    checklist: &Checklist,
    answers: &[Answer],
    findings: &BTreeSet<Finding>,
    view: BlindView,
) -> BlindView {
    // A chip here is a switch of the page's own: no command of the sheet belongs to it.
    let chips = checklist.findings.iter().map(|chip| FindingChip {
        command: String::new(),
        key: String::new(),
        finding: Some(chip.finding),
        on: findings.contains(&chip.finding),
    });
    let chips = chips.collect();
    let Some(question) = checklist.next_question(answers) else { return BlindView { chips, ..view } };
    let place = checklist.questions.iter().position(|other| other.id == question.id).unwrap_or(0);
    let stage = Stage::Question {
        unit: view.head.clone(),
        texts: texts(&question.text),
        hint: question.hint.as_ref().map(texts),
        picture: question.picture.clone(),
        number: u32::try_from(place + 1).unwrap_or(u32::MAX),
        of: u32::try_from(checklist.questions.len()).unwrap_or(u32::MAX),
        ladder: ladder(question),
        choices: answers_of(question),
        chips: Vec::new(),
    };
    BlindView {
        question: Some(stage),
        question_id: Some(question.id.to_string()),
        choice_ids: question.choices.iter().map(|choice| choice.id.to_string()).collect(),
        chips,
        ..view
    }
}
