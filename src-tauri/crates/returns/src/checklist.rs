//! A category's checklist, and the grade that follows from its answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::codes::{CosmeticGrade, Cycle, Finding, FunctionGrade, Grade, HoldReason, QuestionKind, Seal};
use crate::ids::{CategoryCode, ChoiceId, OwnerCode, PhotoRole, QuestionId};

/// Words in several languages, by language tag such as `en` or `de`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub BTreeMap<String, String>);

impl Text {
    /// The words in that language, else in English, else in any.
    pub fn in_language(&self, language: &str) -> &str {
        let found = self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next());
        found.map_or("", String::as_str)
    }
}

/// What is asked of a unit of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Category whose units it is for.
    pub category: CategoryCode,
    /// Only for this owner's goods; without one for all.
    pub owner: Option<OwnerCode>,
    /// Only for this cycle; without one for all.
    pub cycle: Option<Cycle>,
    /// Rises with every change.
    pub version: u32,
    /// In the order asked: safety, identity, then condition from X to A.
    pub questions: Vec<Question>,
    /// Photos that every unit needs.
    #[serde(default)]
    pub photos: Vec<PhotoRole>,
    /// Findings that can be added beside the questions.
    #[serde(default)]
    pub findings: Vec<FindingChip>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Unique within the checklist, stable over versions.
    pub id: QuestionId,
    /// Safety and identity are always asked, first.
    pub kind: QuestionKind,
    /// For a condition question: the grade that is at stake.
    pub grade: Option<Grade>,
    /// The question.
    pub text: Text,
    /// How to look.
    pub hint: Option<Text>,
    /// A picture that shows how to look: name of a file in `assets/checklists/pictures`, without its ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What can be answered, two to nine.
    pub choices: Vec<Choice>,
}

/// One answer that can be given, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Unique within the question.
    pub id: ChoiceId,
    /// The answer's words.
    pub label: Text,
    /// What has been seen if this is chosen.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The grade that it settles: the unit is at best this.
    pub grade: Option<Grade>,
    /// The hold that it sets.
    pub hold: Option<HoldReason>,
    /// The unit goes to review.
    #[serde(default)]
    pub review: bool,
    /// The photo that it requires.
    pub photo: Option<PhotoRole>,
    /// What it says of the seal.
    pub seal: Option<Seal>,
    /// Electronics: function is at best this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionGrade>,
    /// Electronics: looks are at best this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosmetic: Option<CosmeticGrade>,
}

/// A finding that can be added at any time, and the best grade that a unit with it can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingChip {
    /// The finding.
    pub finding: Finding,
    /// At best this grade; without one it only excludes N.
    pub grade: Option<Grade>,
}

/// A question answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub question: QuestionId,
    /// Which choice.
    pub choice: ChoiceId,
}

/// What settled a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Because {
    /// An answer.
    Question {
        /// To this question.
        question: QuestionId,
    },
    /// A finding beside the questions.
    Finding {
        /// This one.
        finding: Finding,
    },
    /// Nothing was found and the seal is intact.
    SealIntact,
    /// Nothing was found, and the unit was opened.
    NothingFound,
}

/// A grade with what settled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeResult {
    /// The grade.
    pub grade: Grade,
    /// What settled it.
    pub because: Because,
}

/// What is wrong with a checklist as written. Given by question so that an editor can show it there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistFault {
    /// No question at all.
    #[error("the checklist has no question")]
    Empty,
    /// Two questions with one id.
    #[error("question {0} is there twice")]
    QuestionTwice(QuestionId),
    /// Two choices with one id.
    #[error("question {0} has choice {1} twice")]
    ChoiceTwice(QuestionId, ChoiceId),
    /// Not two to nine choices.
    #[error("question {0} needs two to nine choices")]
    ChoiceCount(QuestionId),
    /// Not in the order safety, identity, condition X to A.
    #[error("question {0} is out of order: safety, identity, then condition from X to A")]
    Order(QuestionId),
    /// A condition question without its grade, or another with one.
    #[error("question {0}: a condition question names a grade, and only it")]
    GradeTag(QuestionId),
    /// A choice settles grade N: only an intact seal gives it.
    #[error("question {0}: no answer settles grade N")]
    SettlesN(QuestionId),
}

impl ChecklistFault {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "checklist-empty",
            Self::QuestionTwice(_) => "question-twice",
            Self::ChoiceTwice(..) => "choice-twice",
            Self::ChoiceCount(_) => "choice-count",
            Self::Order(_) => "question-order",
            Self::GradeTag(_) => "question-grade-tag",
            Self::SettlesN(_) => "question-settles-n",
        }
    }
}

impl Checklist {
    /// The question of that id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| &question.id == id)
    }

    /// The choice that an answer names.
    pub fn choice(&self, answer: &Answer) -> Option<&Choice> {
        self.question(&answer.question)?.choices.iter().find(|choice| choice.id == answer.choice)
    }

    /// Everything that is wrong with the checklist as written; empty when it can be used.
    pub fn faults(&self) -> Vec<ChecklistFault> {
        let mut faults = Vec::new();
        if self.questions.is_empty() {
            faults.push(ChecklistFault::Empty);
        }
        let mut seen = BTreeSet::new();
        let mut last = (QuestionKind::Safety, std::cmp::Reverse(Grade::X));
        for question in &self.questions {
            let id = &question.id;
            if !seen.insert(id) {
                faults.push(ChecklistFault::QuestionTwice(id.clone()));
            }
            if question.grade.is_some() != (question.kind == QuestionKind::Condition) {
                faults.push(ChecklistFault::GradeTag(id.clone()));
            }
            let place = (question.kind, std::cmp::Reverse(question.grade.unwrap_or(Grade::X)));
            if place < last {
                faults.push(ChecklistFault::Order(id.clone()));
            }
            last = last.max(place);
            question.choice_faults(&mut faults);
        }
        faults
    }

    /// The question to ask now, or none when the questions are done. Safety and identity are always asked;
    /// a settled grade skips the milder condition questions.
    pub fn next_question(&self, answers: &[Answer]) -> Option<&Question> {
        let mut settled = None;
        for question in &self.questions {
            if question.is_skipped(settled) {
                continue;
            }
            let Some(choice) = question.chosen(answers) else { return Some(question) };
            settled = worse_of(settled, choice.grade);
        }
        None
    }

    /// The answers that count: those of the questions that are asked, in their order. An answer to a question
    /// that a corrected one made superfluous does not count.
    pub fn effective<'a>(&'a self, answers: &[Answer]) -> Vec<(&'a Question, &'a Choice)> {
        let mut settled = None;
        let mut counted = Vec::new();
        for question in &self.questions {
            if question.is_skipped(settled) {
                continue;
            }
            if let Some(choice) = question.chosen(answers) {
                settled = worse_of(settled, choice.grade);
                counted.push((question, choice));
            }
        }
        counted
    }

    /// The grade that follows from answers and added findings: the worst that any of them settles. Without
    /// any it is N where an answer says that the seal is intact, else A. The customer is no argument here,
    /// so no tier can change it.
    pub fn grade(&self, answers: &[Answer], added: &BTreeSet<Finding>) -> GradeResult {
        let counted = self.effective(answers);
        let mut worst: Option<GradeResult> = None;
        let mut settle = |grade: Grade, because: Because| {
            if worst.as_ref().is_none_or(|w| w.grade.is_milder_than(grade)) {
                worst = Some(GradeResult { grade, because });
            }
        };
        for (question, choice) in &counted {
            if let Some(grade) = choice.grade {
                settle(grade, Because::Question { question: question.id.clone() });
            }
        }
        for finding in added {
            let chip = self.findings.iter().find(|chip| chip.finding == *finding);
            let at_best = chip.and_then(|chip| chip.grade);
            if let Some(grade) = at_best.or(finding.is_condition().then_some(Grade::A)) {
                settle(grade, Because::Finding { finding: *finding });
            }
        }
        worst.unwrap_or_else(|| self.unsettled_grade(&counted))
    }

    /// Function of electronics as these answers have it: the worst that any of them names; none where none does.
    pub fn function_grade(&self, answers: &[Answer]) -> Option<FunctionGrade> {
        self.effective(answers).into_iter().filter_map(|(_, choice)| choice.function).min()
    }

    /// Looks of electronics as these answers have them: the worst that any of them names; none where none does.
    pub fn cosmetic_grade(&self, answers: &[Answer]) -> Option<CosmeticGrade> {
        self.effective(answers).into_iter().filter_map(|(_, choice)| choice.cosmetic).min()
    }

    /// Photos that these answers require, the checklist's own first.
    pub fn required_photos(&self, answers: &[Answer]) -> Vec<PhotoRole> {
        let mut roles = self.photos.clone();
        for (_, choice) in self.effective(answers) {
            if let Some(role) = &choice.photo
                && !roles.contains(role)
            {
                roles.push(role.clone());
            }
        }
        roles
    }

    fn unsettled_grade(&self, counted: &[(&Question, &Choice)]) -> GradeResult {
        let says = |seal| counted.iter().any(|(_, choice)| choice.seal == Some(seal));
        let broken =
            says(Seal::Broken) || counted.iter().any(|(_, c)| c.findings.contains(&Finding::SealBroken));
        if says(Seal::Intact) && !broken {
            GradeResult { grade: Grade::N, because: Because::SealIntact }
        } else {
            GradeResult { grade: Grade::A, because: Because::NothingFound }
        }
    }
}

impl Question {
    fn is_skipped(&self, settled: Option<Grade>) -> bool {
        match (self.kind, self.grade, settled) {
            (QuestionKind::Condition, Some(grade), Some(settled)) => grade.is_milder_than(settled),
            _ => false,
        }
    }

    fn chosen(&self, answers: &[Answer]) -> Option<&Choice> {
        let answer = answers.iter().rev().find(|answer| answer.question == self.id)?;
        self.choices.iter().find(|choice| choice.id == answer.choice)
    }

    fn choice_faults(&self, faults: &mut Vec<ChecklistFault>) {
        if !(2..=9).contains(&self.choices.len()) {
            faults.push(ChecklistFault::ChoiceCount(self.id.clone()));
        }
        let mut seen = BTreeSet::new();
        for choice in &self.choices {
            if !seen.insert(&choice.id) {
                faults.push(ChecklistFault::ChoiceTwice(self.id.clone(), choice.id.clone()));
            }
            if choice.grade == Some(Grade::N) {
                faults.push(ChecklistFault::SettlesN(self.id.clone()));
            }
        }
    }
}

fn worse_of(a: Option<Grade>, b: Option<Grade>) -> Option<Grade> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.worse(b)),
        (one, other) => one.or(other),
    }
}
