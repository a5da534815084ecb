//! The tables that a policy is made of, and where their rows stand.

use std::collections::BTreeMap;

use crate::read::Problem;

/// A file of a policy's folder, a sheet of its workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Number, date, limits and rules.
    Head,
    /// First layer.
    Gates,
    /// Second layer.
    Candidates,
    /// Share of the price that comes back.
    Recovery,
    /// What a disposition costs.
    Costs,
    /// What the customer gets.
    Settlements,
    /// Value lost per week.
    Decay,
    /// Seasons in which it is lost faster.
    Seasons,
    /// Waste and climate.
    Routes,
    /// Blind re-grades.
    Samples,
    /// How fast whose returns are worked on.
    Tiers,
    /// Sentences.
    Why,
    /// Cases that must be decided as said.
    Examples,
}

/// Names of the files that a policy may be made of. The first four must be there. What else lies in its folder
/// (notes) is not read, but a table of another name is a problem.
pub const FILES: [&str; 13] = [
    "policy.json",
    "gates.csv",
    "candidates.csv",
    "recovery.csv",
    "costs.csv",
    "settlements.csv",
    "decay.csv",
    "seasons.csv",
    "routes.csv",
    "samples.csv",
    "tiers.csv",
    "why.json",
    "examples.csv",
];

impl Table {
    /// All of them, in the order of [`FILES`].
    pub const ALL: [Self; 13] = [
        Self::Head,
        Self::Gates,
        Self::Candidates,
        Self::Recovery,
        Self::Costs,
        Self::Settlements,
        Self::Decay,
        Self::Seasons,
        Self::Routes,
        Self::Samples,
        Self::Tiers,
        Self::Why,
        Self::Examples,
    ];

    /// Name of its file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Head => "policy.json",
            Self::Gates => "gates.csv",
            Self::Candidates => "candidates.csv",
            Self::Recovery => "recovery.csv",
            Self::Costs => "costs.csv",
            Self::Settlements => "settlements.csv",
            Self::Decay => "decay.csv",
            Self::Seasons => "seasons.csv",
            Self::Routes => "routes.csv",
            Self::Samples => "samples.csv",
            Self::Tiers => "tiers.csv",
            Self::Why => "why.json",
            Self::Examples => "examples.csv",
        }
    }

    /// Name of its sheet: the file's without its ending.
    pub fn sheet(self) -> &'static str {
        self.file().split('.').next().unwrap_or_default()
    }

    /// Whether a policy cannot be without it.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Head | Self::Gates | Self::Candidates | Self::Recovery)
    }

    /// Where its rows are in the policy as one JSON file.
    const fn path(self) -> &'static str {
        match self {
            Self::Head => "",
            Self::Gates => "gates",
            Self::Candidates => "candidates",
            Self::Recovery => "recovery",
            Self::Costs => "costs",
            Self::Settlements => "settlements",
            Self::Decay => "decay",
            Self::Seasons => "seasons",
            Self::Routes => "routes",
            Self::Samples => "review.samples",
            Self::Tiers => "tiers",
            Self::Why => "sentences",
            Self::Examples => "examples",
        }
    }
}

/// A cell of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its table.
    pub table: Table,
    /// Its row, from 0; none for the table as a whole, and for [`Table::Head`].
    pub at: Option<usize>,
    /// The column; of [`Table::Head`] the path; empty for the row as a whole.
    pub cell: &'static str,
}

impl Place {
    pub(super) const fn row(table: Table, at: usize, cell: &'static str) -> Self {
        Self { table, at: Some(at), cell }
    }

    pub(super) const fn head(path: &'static str) -> Self {
        Self { table: Table::Head, at: None, cell: path }
    }
}

/// Where the rows of a policy stand in the files that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Places {
    /// In a folder's files or a workbook's sheets: name and row numbers of each table.
    Tables(BTreeMap<Table, (String, Vec<u32>)>),
    /// In one JSON file of this name.
    Json(String),
}

impl Places {
    /// A problem at that place.
    pub fn problem(&self, place: Place, code: &'static str) -> Problem {
        match self {
            Self::Json(file) => Problem {
                cell: Some(json_path(place)).filter(|path| !path.is_empty()),
                ..Problem::of_file(file, code)
            },
            Self::Tables(tables) => {
                let known = tables.get(&place.table);
                let file = known.map_or(place.table.file(), |(file, _)| file.as_str());
                let row = place.at.and_then(|at| known.and_then(|(_, rows)| rows.get(at)));
                match row {
                    Some(row) => Problem::at(file, *row, place.cell, code),
                    None => Problem {
                        cell: Some(place.cell.to_owned()).filter(|cell| !cell.is_empty()),
                        ..Problem::of_file(file, code)
                    },
                }
            }
        }
    }

    /// The row as a message names it: its number, or its path in JSON.
    pub fn row(&self, table: Table, at: usize) -> String {
        match self {
            Self::Json(_) => json_path(Place::row(table, at, "")),
            Self::Tables(tables) => {
                let row = tables.get(&table).and_then(|(_, rows)| rows.get(at));
                row.map(u32::to_string).unwrap_or_default()
            }
        }
    }
}

/// `gates[3].when.value_minor`: what a column is called in JSON.
fn json_path(place: Place) -> String {
    let Place { table, at, cell } = place;
    let field = match (table, cell) {
        (Table::Gates, "forbid" | "force" | "permit" | "derogation") => "effect",
        (Table::Costs, "cost") => "cost_minor",
        (Table::Examples, "expect_disposition") => "expect.disposition",
        (Table::Examples, "expect_settlement") => "expect.settlement",
        (Table::Examples, "expect_row") => "expect.row",
        (Table::Examples, "expect_review") => "expect.review",
        (Table::Examples, "expect_preference") => "expect.preference",
        (Table::Examples, "expect_derogation") => "expect.derogation",
        (_, cell) => cell,
    };
    let row = at.map_or_else(|| table.path().to_owned(), |at| format!("{}[{at}]", table.path()));
    match (row.is_empty(), field.is_empty()) {
        (_, true) => row,
        (true, false) => field.to_owned(),
        (false, false) => format!("{row}.{field}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_the_tables() {
        assert_eq!(Table::ALL.map(Table::file), FILES);
        assert_eq!(Table::ALL.iter().filter(|table| table.is_required()).count(), 4);
        assert_eq!((Table::Head.sheet(), Table::Why.sheet()), ("policy", "why"));
    }

    #[test]
    fn a_place_is_named_as_its_file_has_it() {
        let place = Place::row(Table::Samples, 1, "per_mille");
        let json = Places::Json("p.json".to_owned());
        assert_eq!(json.problem(place, "x").cell.as_deref(), Some("review.samples[1].per_mille"));
        let tables = BTreeMap::from([(Table::Samples, ("s.csv".to_owned(), vec![2, 7]))]);
        let problem = Places::Tables(tables).problem(place, "x");
        assert_eq!(
            (problem.file.as_str(), problem.row, problem.cell.as_deref()),
            ("s.csv", Some(7), Some("per_mille"))
        );
    }
}
