//! A CSV file as rows of known columns.

use std::collections::BTreeMap;

use crate::cells::CellFault;
use crate::json::without_bom;
use crate::read::{File, Problem};

/// The columns that a file may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// Must be there.
    pub(crate) required: &'static [&'static str],
    /// May be left out; their cells are then empty.
    pub(crate) optional: &'static [&'static [&'static str]],
}

impl Columns {
    /// Every column, the required ones first.
    pub(crate) fn all(self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional.iter().copied().flatten()).copied()
    }
}

/// One row; gathers what is wrong with its cells.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    file: &'a str,
    /// As a spreadsheet counts it: the header is row 1.
    pub(crate) number: u32,
    cells: BTreeMap<&'static str, String>,
    problems: Vec<Problem>,
}

/// The rows of a file. A file whose header is wrong has none: what its cells mean is not known.
pub(crate) fn rows(file: File<'_>, columns: Columns) -> (Vec<Row<'_>>, Vec<Problem>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(without_bom(file.bytes));
    let mut records = reader.records();
    let mut problems = Vec::new();
    let header = match records.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => return (Vec::new(), vec![unreadable(file.name, 1, &error)]),
        None => return (Vec::new(), vec![Problem::of_file(file.name, "file-empty")]),
    };
    let Some(places) = places(file.name, &header, columns, &mut problems) else {
        return (Vec::new(), problems);
    };
    let mut rows = Vec::new();
    for (number, record) in (2..).zip(records) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(unreadable(file.name, number, &error));
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != places.len() {
            problems.push(
                Problem::at(file.name, number, "", "cell-count")
                    .with("expected", places.len())
                    .with("found", record.len()),
            );
            continue;
        }
        let cells = places.iter().copied().zip(record.iter().map(str::to_owned)).collect();
        rows.push(Row { file: file.name, number, cells, problems: Vec::new() });
    }
    (rows, problems)
}

/// The column of each place in the header; none if the header is wrong.
fn places(
    file: &str,
    header: &csv::StringRecord,
    columns: Columns,
    problems: &mut Vec<Problem>,
) -> Option<Vec<&'static str>> {
    let mut places: Vec<&'static str> = Vec::new();
    for name in header {
        let known = columns.all().find(|column| *column == name);
        match known {
            None => problems.push(Problem::at(file, 1, name, "column-unknown").with("found", name)),
            Some(column) if places.contains(&column) => {
                problems.push(Problem::at(file, 1, name, "column-twice"))
            }
            Some(column) => places.push(column),
        }
    }
    for column in columns.required.iter().filter(|column| !places.contains(column)) {
        problems.push(Problem::at(file, 1, column, "column-missing"));
    }
    problems.is_empty().then_some(places)
}

fn unreadable(file: &str, row: u32, error: &csv::Error) -> Problem {
    let code =
        if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) { "not-utf8" } else { "csv-unreadable" };
    Problem::at(file, row, "", code).with("detail", error)
}

impl Row<'_> {
    /// The cell's text, without blanks around it; empty where the column is left out.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell as a value; an empty cell is none.
    pub(crate) fn optional<T, E: Into<CellFault>>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.text(column).is_empty() { None } else { self.cell(column, parse) }
    }

    /// The cell as a value; an empty cell is a problem.
    pub(crate) fn required<T, E: Into<CellFault>>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.text(column).is_empty() {
            self.problem(column, "cell-empty");
            return None;
        }
        self.cell(column, parse)
    }

    /// The cell as a value, empty or not.
    pub(crate) fn cell<T, E: Into<CellFault>>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.text(column)) {
            Ok(value) => Some(value),
            Err(fault) => {
                let fault = fault.into();
                let mut problem = Problem::at(self.file, self.number, column, fault.code);
                problem.args = fault.args;
                self.problems.push(problem);
                None
            }
        }
    }

    /// `yes` or `no`; an empty cell is no.
    pub(crate) fn yes(&mut self, column: &'static str) -> bool {
        self.optional(column, crate::cells::yes_or_no).unwrap_or(false)
    }

    /// Notes something that is wrong with a cell.
    pub(crate) fn problem(&mut self, column: &str, code: &'static str) {
        self.problems.push(Problem::at(self.file, self.number, column, code));
    }

    /// Notes something that is wrong with a cell, with its text.
    pub(crate) fn problem_with(
        &mut self,
        column: &str,
        code: &'static str,
        name: &str,
        value: impl ToString,
    ) {
        self.problems.push(Problem::at(self.file, self.number, column, code).with(name, value));
    }

    /// The row's value if nothing was wrong; its problems go to the others.
    pub(crate) fn finish<T>(self, value: Option<T>, problems: &mut Vec<Problem>) -> Option<T> {
        let good = self.problems.is_empty();
        problems.extend(self.problems);
        value.filter(|_| good)
    }
}
