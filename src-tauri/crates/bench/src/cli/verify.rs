//! `station verify`: everything recomputed from the bytes.

use std::path::Path;

use clap::Args;
use records::{Chain, Problem, Projections};

use super::Outcome;
use super::out::Out;
use crate::seam::Coded;

/// Recompute the chain, the projections and every photo's hash; nothing is changed
///
/// Runs beside a station at work. With --json: {"events", "chain": "ok" or "broken", "projections": "ok" or "differ",
/// "photos_missing", "photos_purged", "problems": [{"code", "args"}]}. Exit code 1 where there is a problem.
#[derive(Debug, Args)]
pub(super) struct Verify {}

impl Verify {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let report = records::verify(data)?;
        let outcome = Outcome::fine_if(report.is_clean());
        if out.as_json {
            out.json(&report)?;
            return Ok(outcome);
        }
        let chain = match report.chain {
            Chain::Ok => "ok",
            Chain::Broken => "broken",
        };
        let projections = match report.projections {
            Projections::Ok => "ok",
            Projections::Differ => "differ",
        };
        out.line(format_args!(
            "{} events, chain {chain}, projections {projections}, photos: {} missing, {} purged",
            report.events, report.photos_missing, report.photos_purged
        ))?;
        report.problems.iter().try_for_each(|problem| out.line(line(problem)))?;
        Ok(outcome)
    }
}

/// `chain-broken: epoch 1, seq 7`
pub(super) fn line(problem: &Problem) -> String {
    let args: Vec<String> = problem.args.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{}: {}", problem.code, args.join(", "))
}
