//! Whose work is looked at again, and whose returns come first: `samples.csv`, `tiers.csv`.

use returns::policy::{SampleRow, TierRow};

use crate::cells::{self, CellFault, write_cell};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const SAMPLES: [&str; 3] = ["category", "grader", "per_mille"];
const SAMPLES_REQUIRED: &[&str] = &["per_mille"];
pub(super) const SAMPLES_COLUMNS: Columns =
    Columns { required: SAMPLES_REQUIRED, optional: &[&["category", "grader"]] };

const TIERS: [&str; 2] = ["tier", "queue_percent"];
pub(super) const TIERS_COLUMNS: Columns = Columns { required: &TIERS, optional: &[] };

pub(super) fn sample(row: &mut Row<'_>) -> Option<SampleRow> {
    let category = row.cell("category", cells::cell);
    let grader = row.cell("grader", cells::cell);
    let per_mille = row.required("per_mille", |text| {
        let rate = cells::whole_number(text)?;
        u16::try_from(rate).map_err(|_| CellFault::of("sample-rate", text))
    });
    Some(SampleRow { category: category?, grader: grader?, per_mille: per_mille? })
}

pub(super) fn tier(row: &mut Row<'_>) -> Option<TierRow> {
    let tier = row.required("tier", str::parse);
    let queue_percent = row.required("queue_percent", cells::whole_number);
    Some(TierRow { tier: tier?, queue_percent: queue_percent? })
}

pub(super) fn write_samples(samples: &[SampleRow]) -> Result<Lines, WriteError> {
    let row = |row: &SampleRow| {
        Ok(vec![write_cell(&row.category)?, write_cell(&row.grader)?, row.per_mille.to_string()])
    };
    Lines::of(SAMPLES, SAMPLES_REQUIRED, samples, row)
}

pub(super) fn write_tiers(tiers: &[TierRow]) -> Result<Lines, WriteError> {
    let row = |row: &TierRow| Ok(vec![row.tier.to_string(), row.queue_percent.to_string()]);
    Lines::of(TIERS, &TIERS, tiers, row)
}
