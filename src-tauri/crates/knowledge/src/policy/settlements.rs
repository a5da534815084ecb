//! What the customer gets: `settlements.csv`.

use returns::money::Currency;
use returns::policy::SettlementRow;

use super::conditions;
use crate::cells::{self, write_cell, write_optional};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const AFTER: [&str; 5] = ["tier", "disposition", "settlement", "response", "why"];
const REQUIRED: &[&str] = &["id", "settlement", "why"];
pub(super) const COLUMNS: Columns =
    Columns { required: REQUIRED, optional: &[&conditions::COLUMNS, &["tier", "disposition", "response"]] };

pub(super) fn read(row: &mut Row<'_>, currency: Currency) -> Option<SettlementRow> {
    let id = row.required("id", str::parse);
    let when = conditions::read(row, currency);
    let tier = row.cell("tier", cells::cell);
    let disposition = row.cell("disposition", cells::cell);
    let settlement = row.required("settlement", str::parse);
    let response = row.optional("response", str::parse);
    let why = row.required("why", conditions::why);
    Some(SettlementRow {
        id: id?,
        when,
        tier: tier?,
        disposition: disposition?,
        settlement: settlement?,
        response,
        why: why?,
    })
}

pub(super) fn write(settlements: &[SettlementRow], currency: Currency) -> Result<Lines, WriteError> {
    let columns = ["id"].into_iter().chain(conditions::COLUMNS).chain(AFTER);
    let row = |row: &SettlementRow| {
        let mut cells = vec![row.id.to_string()];
        cells.extend(conditions::write(&row.when, currency)?);
        cells.extend([
            write_cell(&row.tier)?,
            write_cell(&row.disposition)?,
            row.settlement.to_string(),
            write_optional(row.response),
            row.why.clone(),
        ]);
        Ok(cells)
    };
    Lines::of(columns, REQUIRED, settlements, row)
}
