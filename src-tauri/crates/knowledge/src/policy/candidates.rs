//! Second layer: `candidates.csv`.

use returns::money::Currency;
use returns::policy::CandidateRow;

use super::conditions;
use crate::cells::{self, write_list, write_yes};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const AFTER: [&str; 4] = ["allowed", "settlement", "review", "why"];
const REQUIRED: &[&str] = &["id", "allowed", "settlement", "why"];
pub(super) const COLUMNS: Columns =
    Columns { required: REQUIRED, optional: &[&conditions::COLUMNS, &["review"]] };

pub(super) fn read(row: &mut Row<'_>, currency: Currency) -> Option<CandidateRow> {
    let id = row.required("id", str::parse);
    let when = conditions::read(row, currency);
    let allowed = row.required("allowed", cells::list);
    let settlement = row.required("settlement", str::parse);
    let review = row.yes("review");
    let why = row.required("why", conditions::why);
    Some(CandidateRow { id: id?, when, allowed: allowed?, settlement: settlement?, review, why: why? })
}

pub(super) fn write(candidates: &[CandidateRow], currency: Currency) -> Result<Lines, WriteError> {
    let columns = ["id"].into_iter().chain(conditions::COLUMNS).chain(AFTER);
    Lines::of(columns, REQUIRED, candidates, |row| cells_of(row, currency))
}

fn cells_of(row: &CandidateRow, currency: Currency) -> Result<Vec<String>, WriteError> {
    let mut cells = vec![row.id.to_string()];
    cells.extend(conditions::write(&row.when, currency)?);
    cells.extend([
        write_list(&row.allowed)?,
        row.settlement.to_string(),
        write_yes(row.review),
        row.why.clone(),
    ]);
    Ok(cells)
}
