//! What dispositions cost and what comes back: `recovery.csv` and `costs.csv`.

use returns::money::Currency;
use returns::policy::{CostRow, RecoveryRow};

use crate::cells::{self, write_cell};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const RECOVERY: [&str; 5] = ["category", "grade", "disposition", "percent", "source"];
const RECOVERY_REQUIRED: &[&str] = &["grade", "disposition", "percent"];
pub(super) const RECOVERY_COLUMNS: Columns =
    Columns { required: RECOVERY_REQUIRED, optional: &[&["category", "source"]] };

const COSTS: [&str; 5] = ["category", "disposition", "cost", "days", "source"];
const COSTS_REQUIRED: &[&str] = &["disposition", "cost"];
pub(super) const COSTS_COLUMNS: Columns =
    Columns { required: COSTS_REQUIRED, optional: &[&["category", "days", "source"]] };

pub(super) fn recovery(row: &mut Row<'_>) -> Option<RecoveryRow> {
    let category = row.cell("category", cells::cell);
    let grade = row.required("grade", str::parse);
    let disposition = row.required("disposition", str::parse);
    let percent = row.required("percent", cells::number);
    Some(RecoveryRow {
        category: category?,
        grade: grade?,
        disposition: disposition?,
        percent: percent?,
        source: row.text("source").to_owned(),
    })
}

pub(super) fn cost(row: &mut Row<'_>, currency: Currency) -> Option<CostRow> {
    let category = row.cell("category", cells::cell);
    let disposition = row.required("disposition", str::parse);
    let cost_minor = row.required("cost", |text| cells::amount(text, currency));
    let days = row.optional("days", cells::whole_number).unwrap_or_default();
    Some(CostRow {
        category: category?,
        disposition: disposition?,
        cost_minor: cost_minor?,
        days,
        source: row.text("source").to_owned(),
    })
}

pub(super) fn write_recovery(recovery: &[RecoveryRow]) -> Result<Lines, WriteError> {
    let row = |row: &RecoveryRow| {
        Ok(vec![
            write_cell(&row.category)?,
            row.grade.to_string(),
            row.disposition.to_string(),
            row.percent.to_string(),
            row.source.clone(),
        ])
    };
    Lines::of(RECOVERY, RECOVERY_REQUIRED, recovery, row)
}

pub(super) fn write_costs(costs: &[CostRow], currency: Currency) -> Result<Lines, WriteError> {
    let row = |row: &CostRow| {
        Ok(vec![
            write_cell(&row.category)?,
            row.disposition.to_string(),
            cells::write_amount(row.cost_minor, currency),
            if row.days == 0 { String::new() } else { row.days.to_string() },
            row.source.clone(),
        ])
    };
    Lines::of(COSTS, COSTS_REQUIRED, costs, row)
}
