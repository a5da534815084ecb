//! `station insights`: the figures on a terminal, as JSON or as CSV.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use records::Records;
use serde_json::json;

use super::Outcome;
use super::out::{Out, shown};
use crate::figures::{self, ALL};
use crate::seam::{Coded, ColumnKind, InsightCell, InsightName, InsightView};

/// Print a table of figures from what is recorded here; without a name, list the tables
///
/// Runs beside a station at work and needs no line. Days are those on which units were received (units per hour: on
/// which was worked), by this computer's time zone. Amounts are in minor units with --json, else with two decimals.
#[derive(Debug, Args)]
pub(super) struct Insights {
    /// Which table
    #[arg(value_name = "NAME", value_parser = names())]
    name: Option<String>,
    /// First day, such as 2026-11-01
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Last day, included
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Comma-separated values (RFC 4180) with a line of column names
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

fn names() -> clap::builder::PossibleValuesParser {
    ALL.map(|(_, name)| name).into()
}

impl Insights {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let Some((insight, _)) = ALL.iter().find(|(_, name)| Some(*name) == self.name.as_deref()) else {
            return list(out);
        };
        let period = figures::period(self.from.as_deref(), self.until.as_deref())?;
        let records = Records::open_read_only(data)?;
        let view = figures::insight(&records, *insight, period, Timestamp::now())?;
        if out.as_json {
            out.json(&view)?;
        } else if self.csv {
            csv(&view, out)?;
        } else {
            table(&view, out)?;
        }
        Ok(Outcome::Fine)
    }
}

fn list(out: &Out) -> Result<Outcome, Coded> {
    if out.as_json {
        out.json(&json!(ALL.map(|(_, name)| name)))?;
    } else {
        ALL.iter()
            .try_for_each(|(insight, name)| out.line(format_args!("{name:<23} {}", about(*insight))))?;
    }
    Ok(Outcome::Fine)
}

fn about(insight: InsightName) -> &'static str {
    match insight {
        InsightName::ReasonByFinding => "what customers said against what was found",
        InsightName::Dispositions => "units by disposition and category",
        InsightName::Recovery => "net recovered value against value as new, by category and grade",
        InsightName::DockToDisposition => "hours from the dock to the decision",
        InsightName::UnitsPerHour => "units per hour of work, by step",
        InsightName::NoFaultFound => "claims of a fault that had none",
        InsightName::AgreementByGrader => "blind re-grades: agreement by grader",
        InsightName::AgreementByQuestion => "blind re-grades: agreement by question",
        InsightName::Diversion => "weight kept from landfill, and CO2e, by disposition",
        InsightName::AvoidableReasons => "products with most avoidable returns",
    }
}

/// A cell as text; amounts with a point before their two last digits.
fn plain(cell: &InsightCell, kind: ColumnKind) -> String {
    match cell {
        InsightCell::Empty(()) => String::new(),
        InsightCell::Text(text) => shown(text),
        InsightCell::Number(amount) if kind == ColumnKind::Money => format!("{:.2}", amount / 100.0),
        InsightCell::Number(number) if kind == ColumnKind::Percent => format!("{number:.1}"),
        InsightCell::Number(number) => number.to_string(),
    }
}

fn cells(view: &InsightView) -> impl Iterator<Item = Vec<String>> {
    view.rows
        .iter()
        .map(|row| row.iter().zip(&view.columns).map(|(cell, column)| plain(cell, column.kind)).collect())
}

fn csv(view: &InsightView, out: &Out) -> Result<(), Coded> {
    let heads: Vec<String> = view.columns.iter().map(|column| column.key.clone()).collect();
    std::iter::once(heads).chain(cells(view)).try_for_each(|row| {
        let fields: Vec<String> = row.iter().map(|field| quoted(field)).collect();
        out.line(format_args!("{}\r", fields.join(",")))
    })
}

/// A field as RFC 4180 wants it. What a spreadsheet would run as a formula is made text.
fn quoted(field: &str) -> String {
    let formula =
        field.starts_with(['=', '+', '@', '\t']) || (field.starts_with('-') && field.parse::<f64>().is_err());
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

fn table(view: &InsightView, out: &Out) -> Result<(), Coded> {
    let heads: Vec<String> = view.columns.iter().map(|column| column.key.replace('_', " ")).collect();
    let lines: Vec<Vec<String>> = std::iter::once(heads).chain(cells(view)).collect();
    let width =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..view.columns.len()).map(|at| width(at).unwrap_or(0)).collect();
    for line in &lines {
        let padded =
            line.iter().zip(&view.columns).zip(&widths).map(|((cell, column), width)| match column.kind {
                ColumnKind::Code | ColumnKind::Text => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
        out.line(padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    let units = if view.units == 1 { "unit" } else { "units" };
    out.line(format_args!("{} {units}", view.units))?;
    view.sources.iter().try_for_each(|source| out.line(format_args!("source: {}", shown(source))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_never_a_formula() {
        for (field, wanted) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "'=1+1"),
            ("-2.5", "-2.5"),
            ("-cmd", "'-cmd"),
            ("", ""),
        ] {
            assert_eq!(quoted(field), wanted);
        }
    }

    #[test]
    fn every_table_says_what_it_is() {
        let mut said: Vec<_> = ALL.iter().map(|(insight, _)| about(*insight)).collect();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), ALL.len());
    }
}
