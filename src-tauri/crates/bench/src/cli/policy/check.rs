//! `station policy check`: may it be published?

use std::path::PathBuf;

use clap::Args;
use knowledge::policy::{Publishable, cells, publishable, vocabulary};
use returns::policy::{PolicyReport, Vocabulary};
use serde::Serialize;

use super::super::Outcome;
use super::super::out::{Out, shown};
use super::files;
use crate::seam::Coded;

/// Look for gaps, overlaps, rows that never act and examples that come out otherwise
///
/// Categories, owners and findings are looked up in the checklists and the catalogue that go with the policy: those
/// named, else those that lie beside it (checklists/*.json, catalogue/*.csv), else none and no word is unknown.
///
/// Each is named by file, row and cell, with a unit that shows it. With --json one line: {"rows", "gaps", "overlaps",
/// "shadowed", "examples", "failed"}, and what else is wrong on standard error. Exit code 1 where anything is wrong.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The policy: a folder, a workbook or one JSON file; without it the one that the program brings with it
    #[arg(value_name = "FILE|DIR")]
    policy: Option<PathBuf>,
    /// Folder of checklists whose categories and findings the policy may name
    #[arg(long, value_name = "DIR")]
    checklists: Option<PathBuf>,
    /// Catalogue (CSV) whose categories and owners the policy may name
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

/// Counts, in this order.
#[derive(Debug, Serialize)]
struct Counts {
    rows: usize,
    gaps: usize,
    overlaps: usize,
    shadowed: usize,
    examples: usize,
    failed: usize,
}

impl Counts {
    fn of(report: &PolicyReport) -> Self {
        Self {
            rows: report.rows,
            gaps: report.gaps.len(),
            overlaps: report.overlaps.len(),
            shadowed: report.shadowed.len(),
            examples: report.examples,
            failed: report.failed.len(),
        }
    }
}

impl Check {
    pub(super) fn run(&self, out: &Out) -> Result<Outcome, Coded> {
        let (policy, places) = files::read(self.policy.as_deref(), out)?;
        let found = publishable(&policy, &places, &self.known(out)?);
        let counts = Counts::of(&found.report);
        let outcome = Outcome::fine_if(found.problems.is_empty());
        if out.as_json {
            out.json(&counts)?;
            found.problems.iter().for_each(|problem| out.aside(shown(&problem.to_string())));
            return Ok(outcome);
        }
        let Counts { rows, gaps, overlaps, shadowed, examples, failed } = counts;
        out.line(format_args!(
            "policy {}: {rows} rows, {gaps} gaps, {overlaps} overlaps, {shadowed} shadowed, {examples} examples, {failed} failed",
            policy.number
        ))?;
        found.problems.iter().try_for_each(|problem| out.line(shown(&problem.to_string())))?;
        witnesses(&found, out)?;
        for key in &found.unused {
            out.line(format_args!("no row names the sentence {key}"))?;
        }
        if outcome == Outcome::Fine {
            out.line("it may be published")?;
        }
        Ok(outcome)
    }
}

impl Check {
    /// The words that checklists and catalogue bring.
    fn known(&self, out: &Out) -> Result<Vocabulary, Coded> {
        let beside = |name: &str| {
            let place = self.policy.as_deref()?.parent()?.join(name);
            place.is_dir().then_some(place)
        };
        let checklists = self.checklists.clone().or_else(|| beside("checklists"));
        let catalogue = self.catalogue.clone().or_else(|| beside("catalogue"));
        Ok(vocabulary(
            &files::checklists(checklists.as_deref(), out)?,
            &files::items(catalogue.as_deref(), out)?,
        ))
    }
}

/// A unit for each finding, as `station policy explain --inputs` takes it.
fn witnesses(found: &Publishable, out: &Out) -> Result<(), Coded> {
    let report = &found.report;
    let gaps = report.gaps.iter().map(|gap| (format!("gap, {}", cells(&gap.cells)), &gap.witness));
    let overlaps = report.overlaps.iter().map(|overlap| {
        (
            format!("overlap of {} and {}, {}", overlap.first, overlap.second, cells(&overlap.cells)),
            &overlap.witness,
        )
    });
    let shadowed = report.shadowed.iter().map(|row| (format!("{} never acts", row.row), &row.witness));
    for (what, witness) in gaps.chain(overlaps).chain(shadowed) {
        let unit = serde_json::to_string(witness).unwrap_or_default();
        out.line(shown(&format!("{what}: such as {unit}")))?;
    }
    Ok(())
}
