//! Third layer: `recovery.csv`, the share of the price that a disposition brings in.

use returns::policy::RecoveryRow;
use rust_decimal::Decimal;

use crate::cells::{self, CellFault, write_cell};
use crate::read::{File, Problem};
use crate::table::{self, Columns, Row};
use crate::write::{WriteError, csv_text};

const REQUIRED: &[&str] = &["grade", "disposition", "percent"];
const COLUMNS: Columns = Columns { required: REQUIRED, optional: &[&["category"]] };

pub(super) fn read(file: File<'_>, problems: &mut Vec<Problem>) -> Vec<(u32, RecoveryRow)> {
    let (rows, faults) = table::rows(file, COLUMNS);
    problems.extend(faults);
    let mut values: Vec<(u32, RecoveryRow)> = Vec::with_capacity(rows.len());
    for mut row in rows {
        let number = row.number;
        let value = recovery(&mut row);
        let alike = |other: &&(u32, RecoveryRow)| {
            value.as_ref().is_some_and(|value| {
                let other = &other.1;
                (other.grade, other.disposition, &other.category)
                    == (value.grade, value.disposition, &value.category)
            })
        };
        if let Some((first, _)) = values.iter().find(alike) {
            row.problem_with("disposition", "row-twice", "first_row", first);
        }
        values.extend(row.finish(value, problems).map(|value| (number, value)));
    }
    values
}

fn recovery(row: &mut Row<'_>) -> Option<RecoveryRow> {
    let category = row.cell("category", cells::cell);
    let grade = row.required("grade", str::parse);
    let disposition = row.required("disposition", str::parse);
    let percent = row.required("percent", percent);
    Some(RecoveryRow {
        category: category?,
        grade: grade?,
        disposition: disposition?,
        percent: percent?,
        source: String::new(),
    })
}

fn percent(text: &str) -> Result<Decimal, CellFault> {
    let percent = cells::number(text)?;
    if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
        return Err(CellFault::of("percent-out-of-range", text));
    }
    Ok(percent)
}

pub(super) fn write(recovery: &[RecoveryRow]) -> Result<String, WriteError> {
    let row = |row: &RecoveryRow| {
        Ok(vec![
            write_cell(&row.category)?,
            row.grade.to_string(),
            row.disposition.to_string(),
            row.percent.to_string(),
        ])
    };
    let rows = recovery.iter().map(row).collect::<Result<Vec<_>, WriteError>>()?;
    csv_text(&["category", "grade", "disposition", "percent"], REQUIRED, &rows)
}
