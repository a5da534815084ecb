//! Figures by category: `decay.csv`, `seasons.csv`, `routes.csv`.

use returns::policy::{DecayRow, MonthDay, RouteRow, SeasonRow};

use crate::cells::{self, CellFault, write_cell};
use crate::table::{Columns, Row};
use crate::write::{Lines, WriteError};

const DECAY: [&str; 3] = ["category", "weekly_percent", "source"];
const DECAY_REQUIRED: &[&str] = &["weekly_percent"];
pub(super) const DECAY_COLUMNS: Columns =
    Columns { required: DECAY_REQUIRED, optional: &[&["category", "source"]] };

const SEASONS: [&str; 5] = ["category", "from", "until", "decay_percent", "source"];
const SEASONS_REQUIRED: &[&str] = &["from", "until", "decay_percent"];
pub(super) const SEASONS_COLUMNS: Columns =
    Columns { required: SEASONS_REQUIRED, optional: &[&["category", "source"]] };

const ROUTES: [&str; 5] = ["category", "disposition", "landfill_percent", "co2_grams_per_kg", "source"];
const ROUTES_REQUIRED: &[&str] = &["disposition", "landfill_percent", "co2_grams_per_kg", "source"];
pub(super) const ROUTES_COLUMNS: Columns = Columns { required: ROUTES_REQUIRED, optional: &[&["category"]] };

pub(super) fn decay(row: &mut Row<'_>) -> Option<DecayRow> {
    let category = row.cell("category", cells::cell);
    let weekly_percent = row.required("weekly_percent", cells::number);
    Some(DecayRow {
        category: category?,
        weekly_percent: weekly_percent?,
        source: row.text("source").to_owned(),
    })
}

pub(super) fn season(row: &mut Row<'_>) -> Option<SeasonRow> {
    let category = row.cell("category", cells::cell);
    let from = row.required("from", day);
    let until = row.required("until", day);
    let decay_percent = row.required("decay_percent", cells::number);
    Some(SeasonRow {
        category: category?,
        from: from?,
        until: until?,
        decay_percent: decay_percent?,
        source: row.text("source").to_owned(),
    })
}

fn day(text: &str) -> Result<MonthDay, CellFault> {
    text.parse().map_err(|_| CellFault::of("day-unreadable", text))
}

pub(super) fn route(row: &mut Row<'_>) -> Option<RouteRow> {
    let category = row.cell("category", cells::cell);
    let disposition = row.required("disposition", str::parse);
    let landfill_percent = row.required("landfill_percent", cells::number);
    let co2_grams_per_kg = row.required("co2_grams_per_kg", cells::number);
    let source = row.required("source", |text| Ok::<_, CellFault>(text.to_owned()));
    Some(RouteRow {
        category: category?,
        disposition: disposition?,
        landfill_percent: landfill_percent?,
        co2_grams_per_kg: co2_grams_per_kg?,
        source: source?,
    })
}

pub(super) fn write_decay(decay: &[DecayRow]) -> Result<Lines, WriteError> {
    let row = |row: &DecayRow| {
        Ok(vec![write_cell(&row.category)?, row.weekly_percent.to_string(), row.source.clone()])
    };
    Lines::of(DECAY, DECAY_REQUIRED, decay, row)
}

pub(super) fn write_seasons(seasons: &[SeasonRow]) -> Result<Lines, WriteError> {
    let row = |row: &SeasonRow| {
        Ok(vec![
            write_cell(&row.category)?,
            row.from.to_string(),
            row.until.to_string(),
            row.decay_percent.to_string(),
            row.source.clone(),
        ])
    };
    Lines::of(SEASONS, SEASONS_REQUIRED, seasons, row)
}

pub(super) fn write_routes(routes: &[RouteRow]) -> Result<Lines, WriteError> {
    let row = |row: &RouteRow| {
        Ok(vec![
            write_cell(&row.category)?,
            row.disposition.to_string(),
            row.landfill_percent.to_string(),
            row.co2_grams_per_kg.to_string(),
            row.source.clone(),
        ])
    };
    Lines::of(ROUTES, ROUTES_REQUIRED, routes, row)
}
