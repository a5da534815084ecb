//! First layer: `gates.csv`.

use returns::money::Currency;
use returns::policy::{GateEffect, GateRow};

use super::conditions;
use crate::cells::{self, write_list, write_optional, write_yes};
use crate::read::{File, Problem};
use crate::table::{self, Columns, Row};
use crate::write::{WriteError, csv_text};

const BEFORE: [&str; 2] = ["id", "gate"];
const AFTER: [&str; 6] = ["forbid", "force", "settlement", "hold", "review", "why"];
const REQUIRED: &[&str] = &["id", "gate", "forbid", "force", "why"];
const COLUMNS: Columns =
    Columns { required: REQUIRED, optional: &[&conditions::COLUMNS, &["settlement", "hold", "review"]] };

pub(super) fn read(file: File<'_>, currency: Currency, problems: &mut Vec<Problem>) -> Vec<(u32, GateRow)> {
    let (rows, faults) = table::rows(file, COLUMNS);
    problems.extend(faults);
    let mut values = Vec::with_capacity(rows.len());
    for mut row in rows {
        let number = row.number;
        let value = gate(&mut row, currency);
        values.extend(row.finish(value, problems).map(|value| (number, value)));
    }
    values
}

fn gate(row: &mut Row<'_>, currency: Currency) -> Option<GateRow> {
    let id = row.required("id", str::parse);
    let gate = row.required("gate", str::parse);
    let when = conditions::read(row, currency);
    let effect = effect(row);
    let settlement = row.optional("settlement", str::parse);
    let hold = row.optional("hold", str::parse);
    let review = row.yes("review");
    let why = row.required("why", conditions::why);
    Some(GateRow { id: id?, gate: gate?, when, effect: effect?, settlement, hold, review, why: why? })
}

fn effect(row: &mut Row<'_>) -> Option<GateEffect> {
    match (row.text("forbid").is_empty(), row.text("force").is_empty()) {
        (true, true) => {
            row.problem("force", "effect-missing");
            None
        }
        (false, false) => {
            row.problem("force", "effect-twice");
            None
        }
        (false, true) => row.required("forbid", cells::list).map(GateEffect::Forbid),
        (true, false) => row.required("force", str::parse).map(GateEffect::Force),
    }
}

pub(super) fn write(gates: &[GateRow], currency: Currency) -> Result<String, WriteError> {
    let columns: Vec<&'static str> = BEFORE.into_iter().chain(conditions::COLUMNS).chain(AFTER).collect();
    let rows: Vec<Vec<String>> = gates.iter().map(|row| cells_of(row, currency)).collect::<Result<_, _>>()?;
    csv_text(&columns, REQUIRED, &rows)
}

fn cells_of(row: &GateRow, currency: Currency) -> Result<Vec<String>, WriteError> {
    let (forbid, force) = match &row.effect {
        GateEffect::Forbid(these) => (write_list(these)?, String::new()),
        GateEffect::Force(disposition) => (String::new(), disposition.to_string()),
        GateEffect::Permit { dispositions, .. } => (write_list(dispositions)?, String::new()),
    };
    let mut cells = vec![row.id.to_string(), row.gate.to_string()];
    cells.extend(conditions::write(&row.when, currency)?);
    cells.extend([
        forbid,
        force,
        write_optional(row.settlement),
        write_optional(row.hold),
        write_yes(row.review),
        row.why.clone(),
    ]);
    Ok(cells)
}
