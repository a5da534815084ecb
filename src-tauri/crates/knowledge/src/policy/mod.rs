//! The policy: `policy.json` (head, limits, costs), `gates.csv`, `candidates.csv`, `recovery.csv`.

mod candidates;
mod conditions;
mod gates;
mod head;
mod recovery;

use returns::ids::RowId;
use returns::policy::{CandidateRow, Policy, PolicyFault};

use crate::json;
use crate::read::{File, Problem, Read};
use crate::write::{WriteError, json_text};

/// Name of the file with number, date, limits and costs.
pub const HEAD: &str = "policy.json";
/// Name of the file with the first layer.
pub const GATES: &str = "gates.csv";
/// Name of the file with the second layer.
pub const CANDIDATES: &str = "candidates.csv";
/// Name of the file with the shares of the price that come back.
pub const RECOVERY: &str = "recovery.csv";
/// Files that a policy is made of. What else lies in its folder (words, notes) is not read.
pub const FILES: [&str; 4] = [HEAD, GATES, CANDIDATES, RECOVERY];

/// A policy as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFiles {
    /// `policy.json`.
    pub head: String,
    /// `gates.csv`.
    pub gates: String,
    /// `candidates.csv`.
    pub candidates: String,
    /// `recovery.csv`.
    pub recovery: String,
}

/// Reads a policy from its four files, known by the last part of their names. One policy, or none if anything is
/// wrong with any of them: never half a policy.
///
/// Codes: `file-missing`, `file-twice`, `file-unknown`, those of [`PolicyFault`], `rows-alike`, `effect-missing`,
/// `effect-twice`, `key-unusable`, `percent-out-of-range`, `unknown-code`, `cell-unreadable`, `json-unreadable`,
/// and those of cells and tables.
pub fn read(files: &[File<'_>]) -> Read<Policy> {
    let mut problems = unknown(files);
    let mut only = |name: &'static str| {
        let mut named = files.iter().copied().filter(|file| last_part(file.name) == name);
        let first = named.next();
        if first.is_none() {
            problems.push(Problem::of_file(name, "file-missing"));
        }
        problems.extend(named.map(|file| Problem::of_file(file.name, "file-twice")));
        first
    };
    let (head, gates, candidates, recovery) = (only(HEAD), only(GATES), only(CANDIDATES), only(RECOVERY));
    let (Some(head), Some(gates), Some(candidates), Some(recovery)) = (head, gates, candidates, recovery)
    else {
        return Read::refused(problems);
    };
    let head_file = head;
    let head = match json::whole::<head::Head>(head) {
        Ok(head) => head,
        Err(problem) => {
            problems.push(problem);
            return Read::refused(problems);
        }
    };
    let gate_rows = gates::read(gates, head.currency, &mut problems);
    let candidate_rows = candidates::read(candidates, head.currency, &mut problems);
    let recovery_rows = recovery::read(recovery, &mut problems);
    let places = Places {
        gates: (gates.name, gate_rows.iter().map(|(row, _)| *row).collect()),
        candidates: (candidates.name, candidate_rows.iter().map(|(row, _)| *row).collect()),
        head: head_file.name,
    };
    let policy = head.with_rows(values(gate_rows), values(candidate_rows), values(recovery_rows));
    problems.extend(policy.faults().iter().map(|fault| places.problem(&policy, fault)));
    problems.extend(
        alike(&policy).map(|(at, first)| places.of_candidate(at, "id", "rows-alike").with("other", first)),
    );
    Read::all_or_nothing(Some(policy), problems)
}

/// Reads a policy from one JSON file, the form in which it is signed. One policy, or none.
///
/// Codes: as [`read`].
pub fn read_json(bytes: &[u8], file: &str) -> Read<Policy> {
    let policy = match json::whole::<Policy>(File { name: file, bytes }) {
        Ok(policy) => policy,
        Err(problem) => return Read::refused(vec![problem]),
    };
    let in_cell = |cell: String, code| Problem { cell: Some(cell), ..Problem::of_file(file, code) };
    let mut problems: Vec<Problem> = policy
        .faults()
        .iter()
        .map(|fault| in_cell(json_place(&policy, fault), fault.code()).with("detail", fault))
        .collect();
    problems.extend(
        alike(&policy)
            .map(|(at, first)| in_cell(format!("candidates[{at}]"), "rows-alike").with("other", first)),
    );
    Read::all_or_nothing(Some(policy), problems)
}

/// Writes a policy as its four files.
///
/// # Errors
/// `not-a-cell` for ids that the cell vocabulary cannot hold, `csv-not-written`, `json-not-written`.
pub fn write(policy: &Policy) -> Result<PolicyFiles, WriteError> {
    Ok(PolicyFiles {
        head: json_text(&head::Head::of(policy))?,
        gates: gates::write(&policy.gates, policy.currency)?,
        candidates: candidates::write(&policy.candidates, policy.currency)?,
        recovery: recovery::write(&policy.recovery)?,
    })
}

/// Writes a policy as one JSON file.
///
/// # Errors
/// `json-not-written`.
pub fn write_json(policy: &Policy) -> Result<String, WriteError> {
    json_text(policy)
}

fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A misspelt table must not pass as notes.
fn unknown(files: &[File<'_>]) -> Vec<Problem> {
    let tables = files.iter().filter(|file| file.name.ends_with(".csv"));
    tables
        .filter(|file| !FILES.contains(&last_part(file.name)))
        .map(|file| Problem::of_file(file.name, "file-unknown"))
        .collect()
}

fn values<T>(rows: Vec<(u32, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, value)| value).collect()
}

/// Candidate rows that ask exactly the same as an earlier one: no unit could ever match only one of them. Gives the
/// place of the later row and the id of the earlier.
fn alike(policy: &Policy) -> impl Iterator<Item = (usize, &RowId)> {
    policy.candidates.iter().enumerate().filter_map(|(at, row)| {
        let same = |earlier: &&CandidateRow| earlier.when == row.when;
        policy.candidates.iter().take(at).find(same).map(|first| (at, &first.id))
    })
}

/// Where the rows of a policy stand in its files.
struct Places<'a> {
    gates: (&'a str, Vec<u32>),
    candidates: (&'a str, Vec<u32>),
    head: &'a str,
}

impl Places<'_> {
    fn problem(&self, policy: &Policy, fault: &PolicyFault) -> Problem {
        let problem = match fault {
            PolicyFault::RowTwice(id) => {
                // The last of that id is the one too many.
                match policy.candidates.iter().rposition(|row| row.id == *id) {
                    Some(at) => self.of_candidate(at, "id", fault.code()),
                    None => {
                        self.of_gate(policy.gates.iter().rposition(|row| row.id == *id), "id", fault.code())
                    }
                }
            }
            PolicyFault::AllowsNothing(id) => {
                let at = policy.candidates.iter().position(|row| row.id == *id);
                self.of_candidate(at.unwrap_or_default(), "allowed", fault.code())
            }
            PolicyFault::ForbidsQuarantine(id) => {
                self.of_gate(policy.gates.iter().position(|row| row.id == *id), "forbid", fault.code())
            }
            PolicyFault::ProvisionalLeaves(_) | PolicyFault::SampleRate(_) => {
                Problem { cell: Some(json_place(policy, fault)), ..Problem::of_file(self.head, fault.code()) }
            }
        };
        problem.with("detail", fault)
    }

    fn of_candidate(&self, at: usize, cell: &str, code: &'static str) -> Problem {
        let row = self.candidates.1.get(at).copied().unwrap_or_default();
        Problem::at(self.candidates.0, row, cell, code)
    }

    fn of_gate(&self, at: Option<usize>, cell: &str, code: &'static str) -> Problem {
        let row = at.and_then(|at| self.gates.1.get(at).copied()).unwrap_or_default();
        Problem::at(self.gates.0, row, cell, code)
    }
}

fn json_place(policy: &Policy, fault: &PolicyFault) -> String {
    let gate = |id: &RowId| policy.gates.iter().rposition(|row| row.id == *id);
    let candidate = |id: &RowId| policy.candidates.iter().rposition(|row| row.id == *id);
    match fault {
        PolicyFault::RowTwice(id) => match (candidate(id), gate(id)) {
            (Some(at), _) => format!("candidates[{at}].id"),
            (None, at) => format!("gates[{}].id", at.unwrap_or_default()),
        },
        PolicyFault::AllowsNothing(id) => {
            format!("candidates[{}].allowed", candidate(id).unwrap_or_default())
        }
        PolicyFault::ForbidsQuarantine(id) => format!("gates[{}].effect", gate(id).unwrap_or_default()),
        PolicyFault::ProvisionalLeaves(_) => "provisional.disposition".to_owned(),
        PolicyFault::SampleRate(_) => "review.sample_per_mille".to_owned(),
    }
}
