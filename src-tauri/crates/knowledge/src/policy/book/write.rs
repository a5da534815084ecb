//! A policy to a workbook.

use returns::policy::Policy;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError,
};

use super::{HEAD_COLUMNS, WHY_KEY, codes, head, letters};
use crate::policy::{Table, lines};
use crate::write::WriteError;

/// Rows below the last one for which lists are offered too.
const SPARE_ROWS: usize = 200;
/// Widest column, in characters.
const WIDEST: usize = 60;

/// Writes a policy as a workbook (XLSX). The same policy gives the same bytes.
///
/// # Errors
/// `not-a-cell` for ids that the cell vocabulary cannot hold, `xlsx-not-written`, `json-not-written`.
pub fn write_xlsx(policy: &Policy) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    let date = policy.date;
    let year = u16::try_from(date.year()).unwrap_or(1900);
    let day = |part: i8| u8::try_from(part).unwrap_or(1);
    let created = ExcelDateTime::from_ymd(year, day(date.month()), day(date.day()))?;
    book.set_properties(
        &DocProperties::new().set_title(format!("Policy {}", policy.number)).set_creation_datetime(&created),
    );
    for table in Table::ALL {
        let (columns, rows) = cells(policy, table)?;
        let sheet = book.add_worksheet().set_name(table.sheet())?;
        fill(sheet, &columns, &rows)?;
        if !matches!(table, Table::Head | Table::Why) {
            offer(sheet, table, &columns, rows.len())?;
        }
    }
    vocabularies(book.add_worksheet())?;
    Ok(book.save_to_buffer()?)
}

fn cells(policy: &Policy, table: Table) -> Result<(Vec<String>, Vec<Vec<String>>), WriteError> {
    let owned = |columns: &[&str]| columns.iter().map(|column| (*column).to_owned()).collect();
    match table {
        Table::Head => {
            let value = serde_json::to_value(crate::policy::head::Head::of(policy))?;
            let rows = head::rows(&value).into_iter().map(|(key, text)| vec![key.to_owned(), text]);
            Ok((owned(&HEAD_COLUMNS), rows.collect()))
        }
        Table::Why => Ok(sentences(policy)),
        _ => {
            let lines = lines(policy, table)?;
            Ok((owned(&lines.columns), lines.rows))
        }
    }
}

/// A column for each language, English first.
fn sentences(policy: &Policy) -> (Vec<String>, Vec<Vec<String>>) {
    let mut languages: Vec<&String> = policy.sentences.values().flat_map(|text| text.0.keys()).collect();
    languages.sort_unstable_by_key(|language| (*language != "en", *language));
    languages.dedup();
    let rows = policy.sentences.iter().map(|(key, text)| {
        let words = languages.iter().map(|language| text.0.get(*language).cloned().unwrap_or_default());
        [key.clone()].into_iter().chain(words).collect()
    });
    let columns = [WHY_KEY.to_owned()].into_iter().chain(languages.iter().map(|one| (*one).clone()));
    (columns.collect(), rows.collect())
}

fn fill(sheet: &mut Worksheet, columns: &[String], rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_background_color(Color::RGB(0xE7_EC_F0));
    for (at, column) in columns.iter().enumerate() {
        sheet.write_string_with_format(0, place(at), column, &heading)?;
        let longest = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let width = longest.unwrap_or_default().max(column.chars().count()).min(WIDEST) + 2;
        sheet.set_column_width(place(at), u32::try_from(width).unwrap_or(10))?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match columns.get(at).and_then(|column| number(column, cell)) {
                Some(number) => sheet.write_number(row, place(at), number)?,
                None => sheet.write_string(row, place(at), cell)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

/// A spreadsheet has at most 16,384 columns.
fn place(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// The cell as a number, if its column holds numbers and nothing is lost by it. Ids such as `007` stay text.
fn number(column: &str, cell: &str) -> Option<f64> {
    let is_figure = column.ends_with("percent")
        || matches!(column, "cost" | "days" | "per_mille" | "co2_grams_per_kg" | "value");
    let exact: Decimal = cell.parse().ok().filter(|_| is_figure)?;
    let float: f64 = cell.parse().ok()?;
    (float.to_string().parse() == Ok(exact) && digits(exact) <= 15).then_some(float)
}

/// A spreadsheet keeps fifteen digits.
fn digits(number: Decimal) -> usize {
    number.normalize().mantissa().unsigned_abs().to_string().len()
}

/// Offers the words of closed vocabularies.
fn offer(sheet: &mut Worksheet, table: Table, columns: &[String], rows: usize) -> Result<(), XlsxError> {
    let last = u32::try_from(rows + SPARE_ROWS).unwrap_or(u32::MAX);
    let vocabularies = codes::all();
    for (at, column) in columns.iter().enumerate() {
        let Some((name, only)) = codes::of(table, column) else { continue };
        let Some(from) = vocabularies.iter().position(|(known, _)| *known == name) else { continue };
        let words = vocabularies.get(from).map_or(0, |(_, words)| words.len());
        let column = letters(from);
        let list = format!("=codes!${column}$2:${column}${}", words + 1);
        let validation =
            DataValidation::new().allow_list_formula(Formula::new(list)).show_error_message(only);
        sheet.add_data_validation(1, place(at), last, place(at), &validation)?;
    }
    Ok(())
}

fn vocabularies(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let vocabularies = codes::all();
    let columns: Vec<String> = vocabularies.iter().map(|(name, _)| (*name).to_owned()).collect();
    let longest = vocabularies.iter().map(|(_, words)| words.len()).max().unwrap_or_default();
    let rows: Vec<Vec<String>> = (0..longest)
        .map(|at| vocabularies.iter().map(|(_, words)| words.get(at).cloned().unwrap_or_default()).collect())
        .collect();
    fill(sheet.set_name("codes")?, &columns, &rows)
}
