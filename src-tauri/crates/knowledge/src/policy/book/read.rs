//! A workbook to a policy: each sheet becomes the text of its table, so that all are read by the same rules, and
//! what is wrong is named by sheet, row and cell.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use returns::policy::Policy;
use serde_json::{Map, Value};

use super::{HEAD_COLUMNS, NOT_READ, WHY_KEY, head, letters};
use crate::policy::{Opened, Places, Table, open};
use crate::read::{File, Problem, Read};

/// More is no policy: a stray cell at a sheet's far end must not fill the memory.
const MOST_ROWS: u32 = 20_000;
const MOST_COLUMNS: u32 = 500;

/// Reads a policy from a workbook (XLSX). One policy, or none.
///
/// Codes: as [`crate::policy::read`], and `xlsx-unreadable`, `sheet-unknown`, `sheet-too-large`, `head-key-unknown`.
/// A problem's file is `book.xlsx#sheet`; its argument `at` names the cell as the spreadsheet does.
pub fn read_xlsx(bytes: &[u8], file: &str) -> Read<Policy> {
    open_xlsx(bytes, file).read
}

/// As [`read_xlsx`], with the places of its rows.
pub fn open_xlsx(bytes: &[u8], file: &str) -> Opened {
    let mut problems = Vec::new();
    let sheets = match sheets(bytes, file, &mut problems) {
        Ok(sheets) => sheets,
        Err(problem) => {
            return Opened { read: Read::refused(vec![*problem]), places: Places::Json(file.to_owned()) };
        }
    };
    let texts: Vec<(String, String)> = sheets
        .iter()
        .map(|(table, sheet)| (format!("{file}#{}", table.file()), sheet.text(*table, file, &mut problems)))
        .collect();
    let files: Vec<File<'_>> =
        texts.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
    let Opened { read, places } = open(&files);
    let mut read = Read { problems: read.problems.into_iter().chain(problems).collect(), ..read };
    for problem in &mut read.problems {
        place(problem, file, &sheets);
    }
    read.values.retain(|_| read.problems.is_empty());
    Opened { read, places: renamed(places, file) }
}

/// Cells by row and column, from 0.
#[derive(Default)]
struct Sheet {
    rows: Vec<Vec<String>>,
}

fn sheets(
    bytes: &[u8],
    file: &str,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<Table, Sheet>, Box<Problem>> {
    let unreadable = |error: calamine::XlsxError| {
        Box::new(Problem::of_file(file, "xlsx-unreadable").with("detail", error))
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut sheets = BTreeMap::new();
    for name in book.sheet_names() {
        if NOT_READ.contains(&name.as_str()) {
            continue;
        }
        let place = format!("{file}#{name}");
        let Some(table) = Table::ALL.into_iter().find(|table| table.sheet() == name) else {
            problems.push(Problem::of_file(&place, "sheet-unknown"));
            continue;
        };
        let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
        let mut sheet = Sheet::default();
        while let Some(cell) = cells.next_cell().map_err(unreadable)? {
            let (row, column) = cell.get_position();
            if *cell.get_value() == DataRef::Empty {
                continue;
            }
            if row >= MOST_ROWS || column >= MOST_COLUMNS {
                return Err(Box::new(Problem::of_file(&place, "sheet-too-large")));
            }
            match text(cell.get_value(), table) {
                Ok(text) => sheet.put(row, column, text),
                Err(found) => {
                    let problem = Problem::at(&place, row + 1, &sheet.column(column), "cell-unreadable");
                    problems.push(problem.with("found", found));
                }
            }
        }
        sheets.insert(table, sheet);
    }
    Ok(sheets)
}

/// What a person means by a cell, as text; what they cannot have meant is an error.
fn text(value: &DataRef<'_>, table: Table) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => shown(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            match (table, hour, minute, second) {
                // A day of the year, typed where a spreadsheet sees a date.
                (Table::Seasons, ..) => format!("{month:02}-{day:02}"),
                (_, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTimeIso(date) => date.trim_end_matches("T00:00:00").to_owned(),
        DataRef::DateTime(duration) => return Err(duration.as_f64().to_string()),
        DataRef::DurationIso(duration) => return Err(duration.clone()),
        DataRef::Error(error) => return Err(error.to_string()),
    })
}

/// A number with the fifteen digits that a spreadsheet shows: 0.1 + 0.2 is 0.3.
fn shown(number: f64) -> String {
    format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string()
}

impl Sheet {
    fn put(&mut self, row: u32, column: u32, text: String) {
        let (row, column) = (row as usize, column as usize);
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        if let Some(cells) = self.rows.get_mut(row) {
            if cells.len() <= column {
                cells.resize_with(column + 1, String::new);
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
    }

    fn header(&self) -> &[String] {
        self.rows.first().map_or(&[], Vec::as_slice)
    }

    /// The heading of a column, else its letters.
    fn column(&self, column: u32) -> String {
        let heading = self.header().get(column as usize).filter(|heading| !heading.is_empty());
        heading.cloned().unwrap_or_else(|| letters(column as usize))
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|cells| cells.get(column)).map_or("", |text| text.trim())
    }

    fn text(&self, table: Table, file: &str, problems: &mut Vec<Problem>) -> String {
        let place = format!("{file}#{}", table.sheet());
        match table {
            Table::Head => self.head(&place, problems).to_string(),
            Table::Why => self.sentences(&place, problems).to_string(),
            _ => self.csv(&place, problems),
        }
    }

    fn csv(&self, place: &str, problems: &mut Vec<Problem>) -> String {
        let width = self.header().len();
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &self.rows {
            // Empty cells are not stored, so that a short row is a full one; a row that is too long stays so.
            let empty = std::iter::repeat_n("", width.saturating_sub(row.len()));
            if let Err(error) = writer.write_record(row.iter().map(String::as_str).chain(empty)) {
                problems.push(Problem::of_file(place, "xlsx-unreadable").with("detail", error));
            }
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn head(&self, place: &str, problems: &mut Vec<Problem>) -> Value {
        for (at, column) in
            HEAD_COLUMNS.iter().enumerate().filter(|(at, column)| self.cell(0, *at) != **column)
        {
            let problem = Problem::at(place, 1, column, "column-missing");
            problems.push(problem.with("at", format!("{}1", letters(at))));
        }
        let rows: Vec<(u32, String, String)> = (2..)
            .zip(1..self.rows.len())
            .map(|(number, at)| (number, self.cell(at, 0).to_owned(), self.cell(at, 1).to_owned()))
            .filter(|(_, key, value)| !key.is_empty() || !value.is_empty())
            .collect();
        head::json(place, &rows, problems)
    }

    fn sentences(&self, place: &str, problems: &mut Vec<Problem>) -> Value {
        if self.cell(0, 0) != WHY_KEY {
            problems.push(Problem::at(place, 1, WHY_KEY, "column-missing").with("at", "A1"));
        }
        let mut sentences = Map::new();
        for (number, at) in (2..).zip(1..self.rows.len()) {
            let key = self.cell(at, 0);
            let words: Map<String, Value> = (1..self.header().len())
                .filter(|column| !self.cell(at, *column).is_empty())
                .map(|column| (self.cell(0, column).to_owned(), Value::from(self.cell(at, column))))
                .collect();
            if key.is_empty() && words.is_empty() {
                continue;
            }
            if sentences.contains_key(key) {
                problems.push(Problem::at(place, number, WHY_KEY, "row-twice").with("found", key));
            }
            sentences.insert(key.to_owned(), Value::Object(words));
        }
        Value::Object(sentences)
    }

    /// The row of a key, as a spreadsheet counts.
    fn row_of(&self, key: &str) -> Option<u32> {
        let at = (1..self.rows.len()).find(|at| self.cell(*at, 0) == key)?;
        u32::try_from(at + 1).ok()
    }
}

/// Names a problem by sheet, row and cell.
fn place(problem: &mut Problem, file: &str, sheets: &BTreeMap<Table, Sheet>) {
    let Some(name) = problem.file.strip_prefix(file).map(|name| name.trim_start_matches('#')) else {
        // A required table that is not there is named by its file alone.
        if let Some(table) = Table::ALL.into_iter().find(|table| table.file() == problem.file) {
            problem.file = format!("{file}#{}", table.sheet());
        }
        return;
    };
    let named = |table: &Table| table.file() == name || table.sheet() == name;
    let Some(table) = Table::ALL.into_iter().find(named) else { return };
    problem.file = format!("{file}#{}", table.sheet());
    let Some(sheet) = sheets.get(&table) else { return };
    if matches!(table, Table::Head | Table::Why) && problem.row.is_none() {
        // What is wrong with the JSON that stands for it is wrong with the row of that key.
        let key = problem.cell.as_deref().unwrap_or_default().split('[').next().unwrap_or_default();
        problem.row = sheet.row_of(key);
        if problem.row.is_some() {
            problem.args.entry("key".to_owned()).or_insert_with(|| key.to_owned());
            problem.cell = Some(if table == Table::Head { "value" } else { WHY_KEY }.to_owned());
        }
    }
    if let (Some(row), Some(cell)) = (problem.row, &problem.cell) {
        let at = sheet.header().iter().position(|heading| heading.trim() == cell);
        if let Some(at) = at {
            problem.args.insert("at".to_owned(), format!("{}{row}", letters(at)));
        }
    }
}

fn renamed(places: Places, file: &str) -> Places {
    let Places::Tables(tables) = places else { return places };
    let named = |(table, (_, rows)): (Table, (String, Vec<u32>))| {
        (table, (format!("{file}#{}", table.sheet()), rows))
    };
    Places::Tables(tables.into_iter().map(named).collect())
}
