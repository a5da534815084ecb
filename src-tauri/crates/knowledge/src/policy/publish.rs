//! Whether a policy may be published: what its check found, at the places in its files.

use returns::ids::RowId;
use returns::policy::{CheckFault, FailedExample, Part, Policy, PolicyReport, Vocabulary};

use super::layout::{Place, Places, Table};
use super::rules;
use crate::read::Problem;

/// What stands against publishing a policy, and what is only odd.
#[derive(Debug, Clone)]
pub struct Publishable {
    /// What the check found.
    pub report: PolicyReport,
    /// The same by file, row and cell. Empty: it may be published.
    pub problems: Vec<Problem>,
    /// Sentences that no row names.
    pub unused: Vec<String>,
}

/// Checks a policy that was read: gaps, overlaps, rows that never act, unknown words, examples.
///
/// Codes of problems: `policy-gap`, `rows-overlap`, `row-shadowed`, `example-fails`, and those of [`CheckFault`].
pub fn publishable(policy: &Policy, places: &Places, vocabulary: &Vocabulary) -> Publishable {
    let report = policy.check(vocabulary);
    let found = Found { policy, places };
    let mut problems: Vec<Problem> = report.faults.iter().map(|fault| found.fault(fault)).collect();
    problems.extend(report.gaps.iter().map(|gap| {
        let place = Place { table: Table::Candidates, at: None, cell: "" };
        places.problem(place, "policy-gap").with("cells", cells(&gap.cells))
    }));
    problems.extend(report.overlaps.iter().map(|overlap| {
        let problem = found.row(&overlap.second, "id", "rows-overlap");
        problem.with("other", &overlap.first).with("cells", cells(&overlap.cells))
    }));
    problems.extend(report.shadowed.iter().map(|shadowed| {
        let by: Vec<&str> = shadowed.by.iter().map(RowId::as_str).collect();
        found.row(&shadowed.row, "id", "row-shadowed").with("by", by.join(" "))
    }));
    problems.extend(report.failed.iter().flat_map(|failed| found.failed(failed)));
    let unused = rules::unused_sentences(policy).into_iter().map(str::to_owned).collect();
    Publishable { report, problems, unused }
}

/// `grade N, category HOME`: a region as cells; empty for everything.
pub fn cells(parts: &[Part]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("{} {}", part.column, part.cell)).collect();
    if parts.is_empty() { "*".to_owned() } else { parts.join(", ") }
}

struct Found<'a> {
    policy: &'a Policy,
    places: &'a Places,
}

impl Found<'_> {
    fn row(&self, id: &RowId, cell: &'static str, code: &'static str) -> Problem {
        let place = rules::row_place(self.policy, id, cell).unwrap_or(Place::head(""));
        self.places.problem(place, code).with("row", id)
    }

    fn fault(&self, fault: &CheckFault) -> Problem {
        let problem = match fault {
            // Reading says so as well, at its place; JSON that was never read comes here.
            CheckFault::Written { .. } => self.places.problem(Place::head(""), "policy-faulty"),
            CheckFault::NeverMatches { row } => self.row(row, "id", "row-never-matches"),
            CheckFault::SignalDecides { row, column } => {
                let cell = if column == "signals" { "signals" } else { "fraud_signal" };
                self.row(row, cell, "signal-decides")
            }
            CheckFault::SentenceMissing { row, .. } => self.row(row, "why", "sentence-missing"),
            CheckFault::PermitsNothing { row } => self.row(row, "permit", "permits-nothing"),
            CheckFault::UnknownWord { place, column, .. } => {
                self.places.problem(self.word(place, column), "unknown-word")
            }
            CheckFault::ExampleTwice { name } => {
                self.places.problem(self.example(name, "name"), "example-twice")
            }
            CheckFault::ExampleRow { name, .. } => {
                self.places.problem(self.example(name, "expect_row"), "example-row-missing")
            }
            CheckFault::NotSearched => {
                self.places.problem(Place { table: Table::Candidates, at: None, cell: "" }, "not-searched")
            }
        };
        problem.with("detail", fault)
    }

    /// A word's place: the id of its row, or `table[place]`.
    fn word(&self, place: &str, column: &str) -> Place {
        let cell = ["category", "owner", "findings", "tier"].into_iter().find(|known| *known == column);
        let cell = cell.unwrap_or_default();
        let by_id = place.parse().ok().and_then(|id| rules::row_place(self.policy, &id, cell));
        by_id.or_else(|| listed(place, cell)).unwrap_or(Place::head(""))
    }

    fn example(&self, name: &str, cell: &'static str) -> Place {
        let at = self.policy.examples.iter().rposition(|example| example.name == name);
        Place { table: Table::Examples, at, cell }
    }

    fn failed(&self, failed: &FailedExample) -> Vec<Problem> {
        let differs = failed.differs.iter().map(|difference| {
            let cell =
                EXPECTED.into_iter().find(|cell| cell.strip_prefix("expect_") == Some(&difference.what));
            let problem =
                self.places.problem(self.example(&failed.name, cell.unwrap_or_default()), "example-fails");
            problem
                .with("name", &failed.name)
                .with("expected", &difference.expected)
                .with("found", &difference.found)
        });
        differs.collect()
    }
}

const EXPECTED: [&str; 6] = super::examples::EXPECTED;

/// `decay[3]`.
fn listed(place: &str, cell: &'static str) -> Option<Place> {
    let (table, at) = place.strip_suffix(']')?.split_once('[')?;
    let table = Table::ALL.into_iter().find(|known| known.sheet() == table)?;
    Some(Place { table, at: at.parse().ok(), cell })
}
