//! First layer: `gates.csv`.

use returns::money::Currency;
use returns::policy::{GateEffect, GateRow};

use super::conditions;
use crate::cells::{self, write_list, write_optional, write_yes};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const BEFORE: [&str; 2] = ["id", "gate"];
const AFTER: [&str; 8] = ["forbid", "force", "permit", "derogation", "settlement", "hold", "review", "why"];
const REQUIRED: &[&str] = &["id", "gate", "forbid", "force", "why"];
pub(super) const COLUMNS: Columns = Columns {
    required: REQUIRED,
    optional: &[&conditions::COLUMNS, &["permit", "derogation", "settlement", "hold", "review"]],
};

pub(super) fn read(row: &mut Row<'_>, currency: Currency) -> Option<GateRow> {
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

/// Exactly one of the three; a permission with the lawful exception that it rests on.
fn effect(row: &mut Row<'_>) -> Option<GateEffect> {
    let given: Vec<&'static str> =
        ["forbid", "force", "permit"].into_iter().filter(|column| !row.text(column).is_empty()).collect();
    if !given.contains(&"permit") && !row.text("derogation").is_empty() {
        row.problem("derogation", "derogation-without-permit");
    }
    match given.as_slice() {
        [] => {
            row.problem("force", "effect-missing");
            None
        }
        ["forbid"] => row.required("forbid", cells::list).map(GateEffect::Forbid),
        ["force"] => row.required("force", str::parse).map(GateEffect::Force),
        ["permit"] => {
            let dispositions = row.required("permit", cells::list);
            let derogation = row.required("derogation", str::parse);
            Some(GateEffect::Permit { dispositions: dispositions?, derogation: derogation? })
        }
        [_, second, ..] | [second] => {
            row.problem(second, "effect-twice");
            None
        }
    }
}

pub(super) fn write(gates: &[GateRow], currency: Currency) -> Result<Lines, WriteError> {
    let columns = BEFORE.into_iter().chain(conditions::COLUMNS).chain(AFTER);
    Lines::of(columns, REQUIRED, gates, |row| cells_of(row, currency))
}

fn cells_of(row: &GateRow, currency: Currency) -> Result<Vec<String>, WriteError> {
    let [mut forbid, mut force, mut permit, mut exception] = [const { String::new() }; 4];
    match &row.effect {
        GateEffect::Forbid(these) => forbid = write_list(these)?,
        GateEffect::Force(disposition) => force = disposition.to_string(),
        GateEffect::Permit { dispositions, derogation } => {
            permit = write_list(dispositions)?;
            exception = derogation.to_string();
        }
    }
    let mut cells = vec![row.id.to_string(), row.gate.to_string()];
    cells.extend(conditions::write(&row.when, currency)?);
    cells.extend([
        forbid,
        force,
        permit,
        exception,
        write_optional(row.settlement),
        write_optional(row.hold),
        write_yes(row.review),
        row.why.clone(),
    ]);
    Ok(cells)
}
