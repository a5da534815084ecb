//! One category's checklist, JSON.

use returns::checklist::{Checklist, ChecklistFault, Question, Text};
use returns::codes::QuestionKind;

use crate::json;
use crate::read::{File, Problem, Read};
use crate::write::{WriteError, json_text};

/// Id of the question that a bench answers by comparing the scanned serial with the one shipped.
pub const SERIAL: &str = "SERIAL";
/// Choices that [`SERIAL`] must have.
pub const SERIAL_CHOICES: [&str; 2] = ["MATCHES", "DIFFERS"];

/// Reads a checklist: one, or none if anything is wrong with it.
///
/// Codes: those of [`ChecklistFault`], `words-missing` (every text needs at least English), `serial-choices`,
/// `serial-kind`, `finding-twice`, `photo-twice`, `cell-unreadable`, `json-unreadable`.
pub fn read(bytes: &[u8], file: &str) -> Read<Checklist> {
    match json::whole::<Checklist>(File { name: file, bytes }) {
        Err(problem) => Read::refused(vec![problem]),
        Ok(checklist) => {
            let mut problems: Vec<Problem> =
                checklist.faults().iter().map(|fault| problem(file, &checklist, fault)).collect();
            problems.extend(words(file, &checklist));
            problems.extend(serial(file, &checklist));
            problems.extend(twice(file, &checklist));
            Read::all_or_nothing(Some(checklist), problems)
        }
    }
}

/// Writes a checklist as JSON.
///
/// # Errors
/// `json-not-written`.
pub fn write(checklist: &Checklist) -> Result<String, WriteError> {
    json_text(checklist)
}

fn in_cell(file: &str, cell: String, code: &'static str) -> Problem {
    Problem { cell: Some(cell), ..Problem::of_file(file, code) }
}

fn problem(file: &str, checklist: &Checklist, fault: &ChecklistFault) -> Problem {
    let question = match fault {
        ChecklistFault::Empty => return in_cell(file, "questions".to_owned(), fault.code()),
        ChecklistFault::QuestionTwice(id)
        | ChecklistFault::ChoiceTwice(id, _)
        | ChecklistFault::ChoiceCount(id)
        | ChecklistFault::Order(id)
        | ChecklistFault::GradeTag(id)
        | ChecklistFault::SettlesN(id) => id,
    };
    // The last of that id: of two alike the second is the one too many.
    let at = checklist.questions.iter().rposition(|one| one.id == *question).unwrap_or_default();
    let cell = match fault {
        ChecklistFault::QuestionTwice(_) => format!("questions[{at}].id"),
        ChecklistFault::GradeTag(_) => format!("questions[{at}].grade"),
        ChecklistFault::Order(_) => format!("questions[{at}]"),
        _ => format!("questions[{at}].choices"),
    };
    in_cell(file, cell, fault.code()).with("question", question)
}

fn words(file: &str, checklist: &Checklist) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut check = |cell: String, text: &Text| {
        if text.0.get("en").is_none_or(|words| words.trim().is_empty()) {
            problems.push(in_cell(file, cell, "words-missing").with("language", "en"));
        }
    };
    for (at, question) in checklist.questions.iter().enumerate() {
        check(format!("questions[{at}].text"), &question.text);
        if let Some(hint) = &question.hint {
            check(format!("questions[{at}].hint"), hint);
        }
        for (place, choice) in question.choices.iter().enumerate() {
            check(format!("questions[{at}].choices[{place}].label"), &choice.label);
        }
    }
    problems
}

fn serial(file: &str, checklist: &Checklist) -> Vec<Problem> {
    let of_serial = |(_, question): &(usize, &Question)| question.id.as_str() == SERIAL;
    let Some((at, question)) = checklist.questions.iter().enumerate().find(of_serial) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let has = |id: &str| question.choices.iter().any(|choice| choice.id.as_str() == id);
    if !SERIAL_CHOICES.iter().all(|id| has(id)) {
        problems.push(in_cell(file, format!("questions[{at}].choices"), "serial-choices"));
    }
    if question.kind != QuestionKind::Identity {
        problems.push(in_cell(file, format!("questions[{at}].kind"), "serial-kind"));
    }
    problems
}

fn twice(file: &str, checklist: &Checklist) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, chip) in checklist.findings.iter().enumerate() {
        if checklist.findings.iter().take(at).any(|earlier| earlier.finding == chip.finding) {
            let cell = format!("findings[{at}].finding");
            problems.push(in_cell(file, cell, "finding-twice").with("finding", chip.finding));
        }
    }
    for (at, role) in checklist.photos.iter().enumerate() {
        if checklist.photos.iter().take(at).any(|earlier| earlier == role) {
            problems.push(in_cell(file, format!("photos[{at}]"), "photo-twice").with("role", role));
        }
    }
    problems
}
