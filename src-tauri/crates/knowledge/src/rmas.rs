//! Return authorisations, a JSON list.

use std::collections::{BTreeMap, BTreeSet};

use returns::ids::{LabelId, RmaNumber};
use returns::rma::Rma;

use crate::json;
use crate::read::{File, Problem, Read};
use crate::write::{WriteError, json_text};

/// Reads return authorisations. Good ones are kept.
///
/// Codes: `row-twice`, `label-taken`, `label-id-unusable`, `tracking-twice`, `lines-missing`,
/// `more-authorised-than-requested`, `more-accepted-than-received`, `cell-unreadable`, `json-unreadable`.
pub fn read(bytes: &[u8], file: &str) -> Read<Rma> {
    let Read { values: entries, mut problems } = json::list::<Rma>(File { name: file, bytes });
    let mut numbers: BTreeSet<RmaNumber> = BTreeSet::new();
    let mut labels: BTreeMap<LabelId, RmaNumber> = BTreeMap::new();
    let mut values = Vec::with_capacity(entries.len());
    for (row, rma) in entries {
        let mut faults = faults(file, row, &rma);
        if numbers.contains(&rma.number) {
            faults.push(Problem::at(file, row, "number", "row-twice").with("found", &rma.number));
        }
        if let Some(other) = rma.label.as_ref().and_then(|label| labels.get(label)) {
            faults.push(Problem::at(file, row, "label", "label-taken").with("rma", other));
        }
        if faults.is_empty() {
            numbers.insert(rma.number.clone());
            labels.extend(rma.label.clone().map(|label| (label, rma.number.clone())));
            values.push(rma);
        }
        problems.extend(faults);
    }
    problems.sort_by_key(|problem| problem.row);
    Read { values, problems }
}

fn faults(file: &str, row: u32, rma: &Rma) -> Vec<Problem> {
    let mut faults = Vec::new();
    if rma.label.as_ref().is_some_and(|label| !is_label_number(label)) {
        faults.push(Problem::at(file, row, "label", "label-id-unusable"));
    }
    for (at, number) in rma.tracking.iter().enumerate() {
        if rma.tracking.iter().take(at).any(|earlier| earlier == number) {
            let cell = format!("tracking[{at}]");
            faults.push(Problem::at(file, row, &cell, "tracking-twice").with("found", number));
        }
    }
    if rma.lines.is_empty() {
        faults.push(Problem::at(file, row, "lines", "lines-missing"));
    }
    let mut ids = BTreeSet::new();
    for (at, line) in rma.lines.iter().enumerate() {
        let mut fault = |cell: &str, code| {
            faults.push(Problem::at(file, row, &format!("lines[{at}].{cell}"), code).with("line", &line.id));
        };
        if !ids.insert(&line.id) {
            fault("id", "row-twice");
        }
        if line.authorised > line.requested {
            fault("authorised", "more-authorised-than-requested");
        }
        if line.accepted > line.received {
            fault("accepted", "more-accepted-than-received");
        }
    }
    faults
}

/// A signed return label carries its id as a number from 1.
fn is_label_number(label: &LabelId) -> bool {
    label.as_str().parse::<u64>().is_ok_and(|number| number > 0 && number.to_string() == label.as_str())
}

/// Writes return authorisations as a JSON list.
///
/// # Errors
/// `json-not-written`.
pub fn write(rmas: &[Rma]) -> Result<String, WriteError> {
    json_text(rmas)
}
