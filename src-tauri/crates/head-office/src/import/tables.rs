//! The other form of each list: RMAs as a table, catalogue and operators as JSON. They are turned into the form that
//! [`knowledge`] reads, so that one set of rules judges both, and what it says is turned back to the file's own places.

use std::collections::{BTreeMap, BTreeSet};

use knowledge::{Problem, Read};
use returns::rma::Rma;
use serde_json::{Map, Value};

/// Columns of an RMA; on each row of the same number they say the same, or nothing.
const OF_RMA: [&str; 11] = [
    "number", "state", "owner", "order", "tracking", "label", "expires", "customer", "tier", "cycle",
    "country",
];
/// Columns of its line: one row each.
const OF_LINE: [&str; 11] = [
    "line",
    "sku",
    "requested",
    "authorised",
    "received",
    "accepted",
    "reason",
    "preference",
    "serials_shipped",
    "sold",
    "warranty_end",
];
const REQUIRED: [&str; 9] =
    ["number", "state", "owner", "cycle", "line", "sku", "requested", "authorised", "reason"];
/// Cells with several values, `A|B`.
const LISTS: [&str; 2] = ["tracking", "serials_shipped"];
const NUMBERS: [&str; 4] = ["requested", "authorised", "received", "accepted"];

/// Values with the row of each.
pub(super) type Rows = Vec<Option<u32>>;

/// Reads a list that [`knowledge`] has as CSV, from CSV or from JSON.
pub(super) fn read<T>(bytes: &[u8], name: &str, parse: fn(&[u8], &str) -> Read<T>) -> (Read<T>, Rows) {
    if !is_json(bytes) {
        let read = parse(bytes, name);
        let rows = remaining(csv_rows(bytes), &read);
        return (read, rows);
    }
    let table = match objects(bytes, name).and_then(|entries| as_csv(&entries, name)) {
        Ok(table) => table,
        Err(problem) => return (refused(problem), Vec::new()),
    };
    let mut read = parse(table.as_bytes(), name);
    let rows = remaining(csv_rows(table.as_bytes()), &read);
    // Row 2 of the table is the first entry; its head is nobody's.
    let entry = |row: u32| row.checked_sub(1).filter(|row| *row > 0);
    for problem in &mut read.problems {
        problem.row = problem.row.and_then(entry);
        if let Some(first) = problem.args.get_mut("first_row")
            && let Some(row) = first.parse().ok().and_then(entry)
        {
            *first = row.to_string();
        }
    }
    (read, rows.into_iter().map(|row| row.and_then(entry)).collect())
}

/// Reads RMAs, from JSON or from CSV.
pub(super) fn read_rmas(bytes: &[u8], name: &str) -> (Read<Rma>, Rows) {
    let json = is_json(bytes) || without_bom(bytes).iter().all(u8::is_ascii_whitespace);
    if json || !looks_like_a_table(bytes) {
        let read = knowledge::rmas::read(bytes, name);
        let entries = serde_json::from_slice::<Vec<Value>>(without_bom(bytes)).map_or(0, |all| all.len());
        let all: Vec<u32> = (1..).take(entries).collect();
        let rows = remaining(all, &read);
        return (read, rows);
    }
    let table = match Table::read(bytes, name) {
        Ok(table) => table,
        Err(problems) => return (Read { values: Vec::new(), problems }, Vec::new()),
    };
    let mut read = knowledge::rmas::read(Value::Array(table.entries.clone()).to_string().as_bytes(), name);
    let entries: Vec<u32> = (1..).take(table.entries.len()).collect();
    let rows = remaining(entries, &read).into_iter();
    let rows: Rows = rows.map(|entry| table.row_of(entry, None)).collect();
    // What the table itself contradicts is refused, whatever else holds.
    let contradicted: BTreeSet<Option<u32>> =
        table.problems.iter().map(|problem| table.first_row_of(problem.row)).collect();
    let (mut values, mut kept) = (Vec::new(), Vec::new());
    for (value, row) in read.values.into_iter().zip(rows) {
        if !contradicted.contains(&row) {
            values.push(value);
            kept.push(row);
        }
    }
    for problem in &mut read.problems {
        table.place(problem);
    }
    read.problems.extend(table.problems);
    read.problems.sort_by_key(|problem| problem.row);
    (Read { values, problems: read.problems }, kept)
}

/// A table of RMAs, as entries of a list.
struct Table {
    entries: Vec<Value>,
    /// The rows of each entry's lines.
    rows: Vec<Vec<u32>>,
    problems: Vec<Problem>,
}

impl Table {
    fn read(bytes: &[u8], name: &str) -> Result<Self, Vec<Problem>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(without_bom(bytes));
        let mut records = (1_u32..).zip(reader.records());
        let columns: Vec<String> = match records.next() {
            Some((_, Ok(head))) => head.iter().map(str::to_owned).collect(),
            _ => return Err(vec![at(name, 1, None, "csv-unreadable")]),
        };
        let problems = head_problems(&columns, name);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut table = Self { entries: Vec::new(), rows: Vec::new(), problems: Vec::new() };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (row, record) in records {
            let Ok(record) = record else {
                table.problems.push(at(name, row, None, "csv-unreadable"));
                continue;
            };
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() != columns.len() {
                let problem = at(name, row, None, "cell-count");
                let problem = with(problem, "expected", columns.len());
                table.problems.push(with(problem, "found", record.len()));
                continue;
            }
            let cells: BTreeMap<&str, &str> = columns.iter().map(String::as_str).zip(record.iter()).collect();
            table.take(name, row, &cells, &mut places);
        }
        Ok(table)
    }

    fn take(
        &mut self,
        name: &str,
        row: u32,
        cells: &BTreeMap<&str, &str>,
        places: &mut BTreeMap<String, usize>,
    ) {
        let number = cells.get("number").copied().unwrap_or_default();
        if number.is_empty() {
            self.problems.push(at(name, row, Some("number"), "cell-empty"));
            return;
        }
        let place = *places.entry(number.to_owned()).or_insert_with(|| {
            self.entries.push(Value::Object(values(cells, &OF_RMA)));
            self.rows.push(Vec::new());
            self.entries.len() - 1
        });
        if let (Some(entry), Some(rows)) = (self.entries.get_mut(place), self.rows.get_mut(place)) {
            for (column, value) in values(cells, &OF_RMA) {
                if entry.get(&column).is_some_and(|first| *first != value) {
                    let problem = at(name, row, Some(&column), "rma-contradicted");
                    self.problems.push(with(problem, "first_row", rows.first().copied().unwrap_or(row)));
                }
            }
            let mut line = values(cells, &OF_LINE);
            if let Some(id) = line.remove("line") {
                line.insert("id".to_owned(), id);
            }
            if let Some(lines) = entry.as_object_mut() {
                let lines = lines.entry("lines").or_insert_with(|| Value::Array(Vec::new()));
                lines.as_array_mut().into_iter().for_each(|lines| lines.push(Value::Object(line.clone())));
            }
            rows.push(row);
        }
    }

    /// The row of an entry, or of one of its lines.
    fn row_of(&self, entry: Option<u32>, line: Option<usize>) -> Option<u32> {
        let rows = self.rows.get(entry?.checked_sub(1)? as usize)?;
        rows.get(line.unwrap_or(0)).copied()
    }

    /// The first row of the entry that a row belongs to.
    fn first_row_of(&self, row: Option<u32>) -> Option<u32> {
        let row = row?;
        self.rows.iter().find(|rows| rows.contains(&row))?.first().copied()
    }

    /// Puts a problem with an entry where it stands in the table: `lines[1].sku` of entry 3 is a cell of some row.
    fn place(&self, problem: &mut Problem) {
        let cell = problem.cell.take().unwrap_or_default();
        let line = cell.strip_prefix("lines[").and_then(|rest| rest.split_once(']'));
        let (line, column) = match line {
            Some((number, rest)) => (number.parse().ok(), rest.trim_start_matches('.')),
            None => (None, cell.as_str()),
        };
        let column = column.split(['[', '.']).next().unwrap_or_default();
        let column = if line.is_some() && column == "id" { "line" } else { column };
        problem.cell = (!column.is_empty()).then(|| column.to_owned());
        problem.row = self.row_of(problem.row, line).or(problem.row);
    }
}

fn head_problems(columns: &[String], name: &str) -> Vec<Problem> {
    let known = |column: &&String| OF_RMA.contains(&column.as_str()) || OF_LINE.contains(&column.as_str());
    let unknown = columns.iter().filter(|column| !known(column));
    let mut problems: Vec<Problem> =
        unknown.map(|column| with(at(name, 1, Some(column), "column-unknown"), "found", column)).collect();
    for (place, column) in columns.iter().enumerate() {
        if columns.iter().take(place).any(|earlier| earlier == column) {
            problems.push(at(name, 1, Some(column), "column-twice"));
        }
    }
    let missing = REQUIRED.iter().filter(|column| columns.iter().all(|there| there != *column));
    problems.extend(missing.map(|column| at(name, 1, Some(column), "column-missing")));
    problems
}

/// The cells of these columns that hold something, as JSON.
fn values(cells: &BTreeMap<&str, &str>, columns: &[&str]) -> Map<String, Value> {
    let filled = columns.iter().filter_map(|column| Some((*column, *cells.get(column)?)));
    filled
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| {
            let value = if LISTS.contains(&column) {
                Value::Array(text.split('|').map(|part| Value::from(part.trim())).collect())
            } else if NUMBERS.contains(&column) {
                // What is no number stays a text, and is refused where its place is known.
                text.parse::<u32>().map_or_else(|_| Value::from(text), Value::from)
            } else {
                Value::from(text)
            };
            (column.to_owned(), value)
        })
        .collect()
}

/// Rows that were not refused, in their order: those of the values that were read.
fn remaining<T>(rows: Vec<u32>, read: &Read<T>) -> Rows {
    let refused: BTreeSet<u32> = read.problems.iter().filter_map(|problem| problem.row).collect();
    let good: Rows = rows.into_iter().filter(|row| !refused.contains(row)).map(Some).collect();
    // Never a wrong row rather than none.
    if good.len() == read.values.len() { good } else { vec![None; read.values.len()] }
}

/// The rows of a table that hold something, as a spreadsheet counts them.
fn csv_rows(bytes: &[u8]) -> Vec<u32> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(without_bom(bytes));
    let rows = (1_u32..).zip(reader.records()).skip(1);
    rows.filter(|(_, record)| record.as_ref().is_ok_and(|cells| !cells.iter().all(str::is_empty)))
        .map(|(row, _)| row)
        .collect()
}

fn objects(bytes: &[u8], name: &str) -> Result<Vec<Map<String, Value>>, Problem> {
    serde_json::from_slice(without_bom(bytes)).map_err(|error| {
        let problem = of_file(name, "json-unreadable");
        let problem = with(problem, "line", error.line());
        with(with(problem, "column", error.column()), "detail", error)
    })
}

/// A table with a row for each entry and a column for each field that any of them has.
fn as_csv(entries: &[Map<String, Value>], name: &str) -> Result<String, Problem> {
    let columns: BTreeSet<&String> = entries.iter().flat_map(Map::keys).collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    let unwritable = |_| of_file(name, "json-unreadable");
    table.write_record(columns.iter().map(|column| column.as_bytes())).map_err(unwritable)?;
    for entry in entries {
        let cells = columns.iter().map(|column| entry.get(*column).map(cell).unwrap_or_default());
        table.write_record(cells).map_err(unwritable)?;
    }
    let bytes = table.into_inner().map_err(|_| of_file(name, "json-unreadable"))?;
    String::from_utf8(bytes).map_err(|_| of_file(name, "not-utf8"))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(cell).collect::<Vec<_>>().join("|"),
        other => other.to_string(),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    without_bom(bytes).iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'[')
}

/// Its first line names a column that RMAs have.
fn looks_like_a_table(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(without_bom(bytes));
    let head = text.lines().next().unwrap_or_default();
    head.split(',').any(|column| column.trim().trim_matches('"') == "number")
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn refused<T>(problem: Problem) -> Read<T> {
    Read { values: Vec::new(), problems: vec![problem] }
}

fn of_file(file: &str, code: &'static str) -> Problem {
    Problem { file: file.to_owned(), row: None, cell: None, code, args: BTreeMap::new() }
}

fn at(file: &str, row: u32, cell: Option<&str>, code: &'static str) -> Problem {
    Problem { row: Some(row), cell: cell.map(str::to_owned), ..of_file(file, code) }
}

fn with(mut problem: Problem, name: &str, value: impl ToString) -> Problem {
    problem.args.insert(name.to_owned(), value.to_string());
    problem
}
