//! `station policy explain`: every row and the first cell that said no.

use std::fs;
use std::path::{Path, PathBuf};

use barcodes::rs::typed_lpn;
use clap::Args;
use knowledge::cells::write_money;
use knowledge::policy::CONDITIONS;
use records::Records;
use returns::ids::CustomerTier;
use returns::lpn::Lpn;
use returns::policy::{Answered, Explanation, Inputs, NextBest, RowAnswer, VerifiedPolicy};
use serde::Serialize;
use serde_json::Value;

use super::super::out::{Out, shown};
use super::super::{Outcome, failed};
use super::files;
use crate::seam::Coded;

/// Explain a decision: every row with the first cell that said no, and the ranking
///
/// Of a unit in the records by the policy that decided it, or of a unit that is described in a file; by a draft where
/// one is given. With --json: {"number", "hash", "explanation"}.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(super) struct Explain {
    /// A unit in the records that a policy has decided
    #[arg(long, value_name = "LPN", group = "what")]
    unit: Option<String>,
    /// What the policy sees of a unit, as JSON: {"grade": "N", "category": "HOME", "tier": "GOLD", …}
    ///
    /// Named as the columns of conditions; "value" is {"minor": 14900, "currency": "EUR"}; what is left out is unknown.
    #[arg(long, value_name = "FILE.json", group = "what")]
    inputs: Option<PathBuf>,
    /// Decide by this policy; without it by the station's, and where there is none by the one that the program brings
    #[arg(long, value_name = "FILE|DIR")]
    draft: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Answer {
    number: u32,
    hash: String,
    explanation: Explanation,
}

impl Explain {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let draft = self.draft.as_deref().map(|path| files::draft(Some(path), out)).transpose()?;
        let (policy, inputs, tier) = match (&self.unit, &self.inputs) {
            (Some(lpn), _) => of_unit(data, lpn, draft)?,
            (None, Some(file)) => {
                let (inputs, tier) = described(file)?;
                let policy = match draft {
                    Some(draft) => draft,
                    None => in_force(data, out)?,
                };
                (policy, inputs, tier)
            }
            (None, None) => return Err(failed("usage", &"--unit or --inputs")),
        };
        let explanation = policy.explain(&inputs, tier.as_ref());
        let (number, hash) = (policy.policy.number, policy.hash.to_string());
        if out.as_json {
            out.json(&Answer { number, hash, explanation })?;
        } else {
            out.line(format_args!("policy {number}, {hash}"))?;
            tell(&explanation, out)?;
        }
        Ok(Outcome::Fine)
    }
}

type Seen = (VerifiedPolicy, Inputs, Option<CustomerTier>);

/// A unit, with the policy that decided it.
fn of_unit(data: &Path, typed: &str, draft: Option<VerifiedPolicy>) -> Result<Seen, Coded> {
    let digits = typed_lpn(typed).unwrap_or_else(|| typed.to_owned());
    let lpn: Lpn = digits.parse().map_err(|error: returns::lpn::LpnError| failed(error.code(), &error))?;
    let records = Records::open_read_only(data)?;
    let (_, unit) = records.unit_by_lpn(lpn)?.ok_or_else(|| failed("unit-unknown", &lpn.digits()))?;
    let decision = unit.decision.ok_or_else(|| failed("unit-not-decided", &lpn.digits()))?;
    let policy = match draft {
        Some(draft) => draft,
        None => {
            let missing = || failed("policy-missing", &format_args!("policy {}", decision.policy_number));
            records.policy_by_hash(&decision.policy_hash)?.ok_or_else(missing)?
        }
    };
    Ok((policy, decision.inputs, decision.tier))
}

/// The station's policy, else the one that the program brings with it.
fn in_force(data: &Path, out: &Out) -> Result<VerifiedPolicy, Coded> {
    let station = match Records::open_read_only(data) {
        Ok(records) => records.policy()?,
        Err(records::RecordsError::NoDatabase(_)) => None,
        Err(error) => return Err(error.into()),
    };
    station.map_or_else(|| files::draft(None, out), Ok)
}

/// What a file says of a unit. A misspelt name must not pass as a fact that is missing.
fn described(file: &Path) -> Result<(Inputs, Option<CustomerTier>), Coded> {
    let wrong = |detail: &dyn std::fmt::Display| {
        failed("inputs-unreadable", &format_args!("{}: {detail}", file.display()))
    };
    let bytes = fs::read(file)
        .map_err(|error| failed("file-unreadable", &format_args!("{}: {error}", file.display())))?;
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let fields = value.as_object_mut().ok_or_else(|| wrong(&"not an object"))?;
    let tier = fields.remove("tier").filter(|tier| !tier.is_null());
    let known = |name: &str| CONDITIONS.contains(&name) || name == "clock_behind";
    if let Some(name) = fields.keys().find(|name| !known(name)) {
        return Err(wrong(&format_args!("no policy looks at {name:?}")));
    }
    let tier = tier.map(serde_json::from_value).transpose().map_err(|error| wrong(&error))?;
    Ok((serde_json::from_value(value).map_err(|error| wrong(&error))?, tier))
}

fn tell(explanation: &Explanation, out: &Out) -> Result<(), Coded> {
    let decision = &explanation.decision;
    let recovered = decision.recovered.map(|money| format!(", {}", write_money(money))).unwrap_or_default();
    out.line(format_args!("{}, settlement {}{recovered}", decision.disposition, decision.settlement))?;
    match &decision.next_best {
        NextBest::Allowed { disposition, recovered, .. } => {
            let recovered = recovered.map(|money| format!(", {}", write_money(money))).unwrap_or_default();
            out.line(format_args!("next best {disposition}{recovered}"))?;
        }
        NextBest::Forbidden { disposition, gate, row } => {
            out.line(format_args!("next best {disposition}, forbidden by {gate}, row {row}"))?;
        }
        NextBest::None => {}
    }
    for why in &decision.why {
        let args: Vec<String> = why.args.iter().map(|(name, value)| format!("{name} {value}")).collect();
        out.line(shown(&format!("  {} {}", why.code, args.join(", "))))?;
    }
    out.line("\nwhat the policy saw")?;
    for (column, value) in explanation.facts.iter().filter(|(_, value)| !value.is_empty()) {
        out.line(shown(&format!("  {column:24} {value}")))?;
    }
    out.line("\nrows")?;
    for row in &explanation.rows {
        out.line(shown(&line(row)))?;
    }
    if !explanation.ranking.is_empty() {
        out.line("\nallowed, best first")?;
    }
    for (disposition, recovered) in &explanation.ranking {
        let recovered = recovered.map_or_else(|| "value unknown".to_owned(), write_money);
        out.line(format_args!("  {disposition:24} {recovered}"))?;
    }
    Ok(())
}

/// `  HYG-2  CANDIDATE  NO  seal_intact: asks no, has yes`
fn line(row: &RowAnswer) -> String {
    let cell = row.cell.as_ref().map_or_else(String::new, |cell| {
        let has = if cell.has.is_empty() { "unknown" } else { &cell.has };
        format!("  {}: asks {}, has {has}", cell.column, cell.asked)
    });
    let mark = if row.answer == Answered::Fired { ">" } else { " " };
    format!("{mark} {:12} {:10} {:11}{cell}", row.row, row.layer, row.answer).trim_end().to_owned()
}
