//! The policy, as a folder of files, as a workbook, or as one JSON file. [`FILES`] names the tables; assets/policy
//! holds one, and its README.md explains every column.

mod book;
mod candidates;
mod conditions;
mod costs;
mod examples;
mod figures;
mod gates;
mod head;
mod layout;
mod people;
mod publish;
mod rules;
mod settlements;
mod vocabulary;

use std::collections::BTreeMap;

use returns::policy::Policy;

use crate::json;
use crate::read::{File, Problem, Read};
use crate::table::{self, Columns, Row};
use crate::write::{Lines, WriteError, json_text};

pub use book::{open_xlsx, read_xlsx, write_xlsx};
pub use conditions::COLUMNS as CONDITIONS;
pub use layout::{FILES, Place, Places, Table};
pub use publish::{Publishable, cells, publishable};
pub use rules::unused_sentences;
pub use vocabulary::vocabulary;

/// A policy as files: names and texts, in the order of [`FILES`]. A table without rows is left out, unless a policy
/// cannot be without it.
pub type PolicyFiles = Vec<(&'static str, String)>;

/// A policy that was read, and where its rows stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// One policy, or none if anything is wrong with it.
    pub read: Read<Policy>,
    /// For messages about it.
    pub places: Places,
}

/// Reads a policy from its files, known by the last part of their names. One policy, or none if anything is wrong
/// with any of them: never half a policy.
///
/// Codes: `file-missing`, `file-twice`, `file-unknown`, `costs-twice`, `samples-twice`, those of
/// [`returns::policy::PolicyFault`], `rows-alike`, `row-unknown`, `effect-missing`, `effect-twice`,
/// `derogation-without-permit`, `key-unusable`, `sentence-missing`, `words-missing`, `percent-out-of-range`,
/// `sample-rate`, `one-signal-decides`, `day-unreadable`, `unknown-code`, `cell-unreadable`, `json-unreadable`, and
/// those of cells and tables.
pub fn read(files: &[File<'_>]) -> Read<Policy> {
    open(files).read
}

/// As [`read`], with the places of its rows.
pub fn open(files: &[File<'_>]) -> Opened {
    let mut reading = Reading { files: BTreeMap::new(), problems: unknown(files), places: BTreeMap::new() };
    for table in Table::ALL {
        let mut named = files.iter().copied().filter(|file| last_part(file.name) == table.file());
        match named.next() {
            Some(first) => {
                reading.places.insert(table, (first.name.to_owned(), Vec::new()));
                reading.files.insert(table, first);
            }
            None if table.is_required() => {
                reading.problems.push(Problem::of_file(table.file(), "file-missing"));
            }
            None => {}
        }
        reading.problems.extend(named.map(|file| Problem::of_file(file.name, "file-twice")));
    }
    let policy = reading.policy();
    let places = Places::Tables(reading.places);
    let mut problems = reading.problems;
    if let Some(policy) = &policy {
        let whole = problems.is_empty();
        problems.extend(rules::problems(policy, &places));
        if whole {
            problems.extend(rules::unknown_rows(policy, &places));
        }
    }
    Opened { read: Read::all_or_nothing(policy, problems), places }
}

/// Reads a policy from one JSON file, the form in which it is signed. One policy, or none.
///
/// Codes: as [`read`].
pub fn read_json(bytes: &[u8], file: &str) -> Read<Policy> {
    open_json(bytes, file).read
}

/// As [`read_json`], with the places of its rows.
pub fn open_json(bytes: &[u8], file: &str) -> Opened {
    let places = Places::Json(file.to_owned());
    let policy = match json::whole::<Policy>(File { name: file, bytes }) {
        Ok(policy) => policy,
        Err(problem) => return Opened { read: Read::refused(vec![problem]), places },
    };
    let mut problems = rules::problems(&policy, &places);
    problems.extend(rules::unknown_rows(&policy, &places));
    let words = crate::why::problems(&policy.sentences, file).into_iter();
    problems.extend(
        words.map(|problem| Problem { cell: problem.cell.map(|key| format!("sentences.{key}")), ..problem }),
    );
    Opened { read: Read::all_or_nothing(Some(policy), problems), places }
}

/// Writes a policy as files.
///
/// # Errors
/// `not-a-cell` for ids that the cell vocabulary cannot hold, `csv-not-written`, `json-not-written`.
pub fn write(policy: &Policy) -> Result<PolicyFiles, WriteError> {
    let mut files = PolicyFiles::new();
    for table in Table::ALL {
        let (rows, text) = match table {
            Table::Head => (1, json_text(&head::Head::of(policy))?),
            Table::Why => (policy.sentences.len(), crate::why::write(&policy.sentences)?),
            _ => {
                let lines = lines(policy, table)?;
                (lines.rows.len(), lines.csv()?)
            }
        };
        if rows > 0 || table.is_required() {
            files.push((table.file(), text));
        }
    }
    Ok(files)
}

/// The rows of a table as cells; head and sentences have none.
fn lines(policy: &Policy, table: Table) -> Result<Lines, WriteError> {
    let currency = policy.currency;
    match table {
        Table::Gates => gates::write(&policy.gates, currency),
        Table::Candidates => candidates::write(&policy.candidates, currency),
        Table::Recovery => costs::write_recovery(&policy.recovery),
        Table::Costs => costs::write_costs(&policy.costs, currency),
        Table::Settlements => settlements::write(&policy.settlements, currency),
        Table::Decay => figures::write_decay(&policy.decay),
        Table::Seasons => figures::write_seasons(&policy.seasons),
        Table::Routes => figures::write_routes(&policy.routes),
        Table::Samples => people::write_samples(&policy.review.samples),
        Table::Tiers => people::write_tiers(&policy.tiers),
        Table::Examples => examples::write(&policy.examples, currency),
        Table::Head | Table::Why => Lines::of([], &[], &[(); 0], |()| Ok(Vec::new())),
    }
}

/// Writes a policy as one JSON file.
///
/// # Errors
/// `json-not-written`.
pub fn write_json(policy: &Policy) -> Result<String, WriteError> {
    json_text(policy)
}

fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\', '#']).next().unwrap_or(name)
}

/// A misspelt table must not pass as notes.
fn unknown(files: &[File<'_>]) -> Vec<Problem> {
    let tables = files.iter().filter(|file| file.name.ends_with(".csv"));
    tables
        .filter(|file| !FILES.contains(&last_part(file.name)))
        .map(|file| Problem::of_file(file.name, "file-unknown"))
        .collect()
}

/// Files on their way to a policy.
struct Reading<'a> {
    files: BTreeMap<Table, File<'a>>,
    problems: Vec<Problem>,
    places: BTreeMap<Table, (String, Vec<u32>)>,
}

impl Reading<'_> {
    /// All that could be read; none without a head, for the currency is in it.
    fn policy(&mut self) -> Option<Policy> {
        let head = match json::whole::<head::Head>(*self.files.get(&Table::Head)?) {
            Ok(head) => head,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let mut policy = head.begin();
        let currency = policy.currency;
        policy.gates = self.rows(Table::Gates, gates::COLUMNS, |row| gates::read(row, currency));
        policy.candidates =
            self.rows(Table::Candidates, candidates::COLUMNS, |row| candidates::read(row, currency));
        policy.recovery = self.rows(Table::Recovery, costs::RECOVERY_COLUMNS, costs::recovery);
        policy.settlements =
            self.rows(Table::Settlements, settlements::COLUMNS, |row| settlements::read(row, currency));
        policy.decay = self.rows(Table::Decay, figures::DECAY_COLUMNS, figures::decay);
        policy.seasons = self.rows(Table::Seasons, figures::SEASONS_COLUMNS, figures::season);
        policy.routes = self.rows(Table::Routes, figures::ROUTES_COLUMNS, figures::route);
        policy.tiers = self.rows(Table::Tiers, people::TIERS_COLUMNS, people::tier);
        policy.examples = self.rows(Table::Examples, examples::COLUMNS, |row| examples::read(row, currency));
        if self.instead(Table::Costs, policy.costs.is_empty(), Place::head("costs"), "costs-twice") {
            policy.costs = self.rows(Table::Costs, costs::COSTS_COLUMNS, |row| costs::cost(row, currency));
        } else {
            self.in_head(Table::Costs, policy.costs.len());
        }
        let none = policy.review.samples.is_empty();
        if self.instead(Table::Samples, none, Place::head("review.samples"), "samples-twice") {
            policy.review.samples = self.rows(Table::Samples, people::SAMPLES_COLUMNS, people::sample);
        } else {
            self.in_head(Table::Samples, policy.review.samples.len());
        }
        if let Some(file) = self.files.get(&Table::Why) {
            let words = crate::why::read(file.bytes, file.name);
            self.problems.extend(words.problems);
            policy.sentences = words.values.into_iter().next().unwrap_or_default();
        }
        Some(policy)
    }

    /// The rows of a table; a table that is not there has none.
    fn rows<T>(
        &mut self,
        table: Table,
        columns: Columns,
        mut read: impl FnMut(&mut Row<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(file) = self.files.get(&table) else { return Vec::new() };
        let (rows, faults) = table::rows(*file, columns);
        self.problems.extend(faults);
        let mut values = Vec::with_capacity(rows.len());
        let mut numbers = Vec::with_capacity(rows.len());
        for mut row in rows {
            let number = row.number;
            let value = read(&mut row);
            if let Some(value) = row.finish(value, &mut self.problems) {
                values.push(value);
                numbers.push(number);
            }
        }
        self.places.insert(table, (file.name.to_owned(), numbers));
        values
    }

    /// Whether a table's own file counts; what the head holds as well is there twice.
    fn instead(&mut self, table: Table, head_has_none: bool, place: Place, code: &'static str) -> bool {
        let own = self.files.contains_key(&table);
        if own && !head_has_none {
            let head = self.files.get(&Table::Head).map_or(Table::Head.file(), |file| file.name);
            let problem = Problem::of_file(head, code).with("file", table.file());
            self.problems.push(Problem { cell: Some(place.cell.to_owned()), ..problem });
        }
        own
    }

    /// Rows that stand in the head are counted as JSON lists are, from 1.
    fn in_head(&mut self, table: Table, rows: usize) {
        if let Some(file) = self.files.get(&Table::Head) {
            let numbers = (1..).take(rows).collect();
            self.places.insert(table, (file.name.to_owned(), numbers));
        }
    }
}
