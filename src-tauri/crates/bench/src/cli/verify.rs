//! `station verify`: everything recomputed from the bytes, of a data folder or of an evidence pack.

use std::path::{Path, PathBuf};

use clap::Args;
use records::{Chain, PackReport, Problem, Projections};
use wire::PublicKey;

use super::Outcome;
use super::out::{Out, shown};
use crate::seam::Coded;

/// Recompute the chain, the projections and every photo's hash; nothing is changed
///
/// Runs beside a station at work. With --json: {"events", "chain": "ok" or "broken", "projections": "ok" or "differ",
/// "photos_missing", "photos_purged", "photos_pruned", "problems": [{"code", "args"}]}. Exit code 1 where there is a problem.
///
/// With --pack a file that `station export pack` wrote is checked instead, anywhere, without a data folder: the
/// signatures over file and manifest, every member's hash, the chain and its seals, photos, notes, and head office's
/// signature over the policies. Compare the keys' fingerprints with those that head office names.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Check this evidence pack
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// Head office's public key (64 hex digits) that the pack must name
    #[arg(long, value_name = "KEY", requires = "pack", value_parser = head_office_key)]
    head_office_key: Option<PublicKey>,
}

fn head_office_key(text: &str) -> Result<PublicKey, String> {
    PublicKey::from_hex(text.trim()).map_err(|error| error.to_string())
}

impl Verify {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        if let Some(file) = &self.pack {
            return pack(&records::verify_pack(file, self.head_office_key.as_ref())?, out);
        }
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
            "{} events, chain {chain}, projections {projections}, photos: {} missing, {} purged, {} at head office only",
            report.events, report.photos_missing, report.photos_purged, report.photos_pruned
        ))?;
        report.problems.iter().try_for_each(|problem| out.line(line(problem)))?;
        Ok(outcome)
    }
}

/// What checking a pack found.
fn pack(report: &PackReport, out: &Out) -> Result<Outcome, Coded> {
    let outcome = Outcome::fine_if(report.is_clean());
    if out.as_json {
        out.json(report)?;
        return Ok(outcome);
    }
    let code = |code: Option<&'static str>| code.unwrap_or("-");
    out.line(format_args!(
        "unit {}: stage {}, grade {}, disposition {}",
        shown(&report.lpn),
        code(report.stage.map(|stage| stage.as_str())),
        code(report.grade.map(|grade| grade.as_str())),
        code(report.disposition.map(|disposition| disposition.as_str())),
    ))?;
    out.line(format_args!(
        "made {} by station {}, depot {}",
        report.made_at,
        shown(&report.station_name),
        shown(&report.depot)
    ))?;
    out.line(format_args!(
        "{} events ({} of other benches, which no chain here proves), {} in the chain",
        report.events, report.events_elsewhere, report.chain_events
    ))?;
    out.line(format_args!(
        "{} photos, {} policies, {} purged, {} not packed",
        report.photos, report.policies, report.purged, report.not_packed
    ))?;
    out.line(format_args!("station's key      {}", report.station_key_id))?;
    out.line(format_args!("head office's key  {}", report.head_office_key_id))?;
    report.problems.iter().try_for_each(|problem| out.line(line(problem)))?;
    out.line(if report.is_clean() { "nothing is wrong with it" } else { "it is not as it was made" })?;
    Ok(outcome)
}

/// `chain-broken: epoch 1, seq 7`
pub(super) fn line(problem: &Problem) -> String {
    let args: Vec<String> = problem.args.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{}: {}", problem.code, args.join(", "))
}
