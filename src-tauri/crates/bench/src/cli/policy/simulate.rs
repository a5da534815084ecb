//! `station policy simulate`: a draft against the units of the past.

use std::path::{Path, PathBuf};

use clap::Args;
use knowledge::cells::write_money;
use records::Records;
use returns::codes::ReviewState;
use returns::ids::UnitId;
use returns::money::Money;
use returns::policy::{PastUnit, Simulation, WhyCode, simulate};
use returns::unit;
use serde::Serialize;

use super::super::Outcome;
use super::super::out::Out;
use super::files;
use crate::desk::coded;
use crate::seam::Coded;

/// Decide the units of the past by a draft and by the policy in force: what would change, in units and money
///
/// Every unit that was decided counts with what the policy saw of it then. What people chose in place of a policy is
/// counted, and compared with nothing. Nothing is changed; it runs beside a station at work. With --json: {"number",
/// "in_force", "units", "unchanged", "chosen_by_people", "without_value", "before", "after", "moves": [{"from", "to",
/// "units", "before", "after"}], "settlements": [], "reviews_added", "reviews_dropped"}.
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// The draft: a folder, a workbook or one JSON file
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,
}

#[derive(Debug, Serialize)]
struct Answer {
    number: u32,
    in_force: u32,
    #[serde(flatten)]
    simulation: Simulation,
}

impl Simulate {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let draft = files::draft(Some(&self.draft), out)?;
        let records = Records::open_read_only(data)?;
        let in_force = records.policy()?.ok_or_else(|| coded("policy-missing", []))?;
        let units = records.recent_units(usize::MAX)?;
        let past: Vec<PastUnit> = units.into_iter().filter_map(past).collect();
        let simulation = simulate(&draft, &in_force, &past);
        let (number, in_force) = (draft.policy.number, in_force.policy.number);
        if out.as_json {
            out.json(&Answer { number, in_force, simulation })?;
        } else {
            tell(number, in_force, &simulation, out)?;
        }
        Ok(Outcome::Fine)
    }
}

/// A unit that a policy has decided.
fn past((unit, state): (UnitId, unit::State)) -> Option<PastUnit> {
    // A reviewer who changes the grade lets the policy decide; one who changes the disposition does not.
    let by_reviewer = state.review.state == ReviewState::Changed && state.review.disposition.is_some();
    let decision = state.decision?;
    let overridden = decision.why.iter().any(|why| why.code == WhyCode::Overridden);
    Some(PastUnit {
        unit,
        chosen_by_person: overridden || by_reviewer,
        tier: decision.tier,
        inputs: decision.inputs,
    })
}

fn tell(number: u32, in_force: u32, simulation: &Simulation, out: &Out) -> Result<(), Coded> {
    let Simulation { units, unchanged, chosen_by_people, without_value, before, after, .. } = simulation;
    out.line(format_args!(
        "policy {number} against {in_force} in force, on {units} units: {unchanged} would go the same way"
    ))?;
    out.line(format_args!("people chose for {chosen_by_people} of them, whatever the policy proposed"))?;
    out.line(format_args!(
        "recovered {} instead of {}, {}; {without_value} units without a value to compare",
        write_money(*after),
        write_money(*before),
        difference(*before, *after)
    ))?;
    if !simulation.moves.is_empty() {
        out.line(format_args!(
            "\n{:17}{:17}{:>7}{:>16}{:>16}{:>16}",
            "from", "to", "units", "before", "after", "difference"
        ))?;
    }
    for one in &simulation.moves {
        out.line(format_args!(
            "{:17}{:17}{:>7}{:>16}{:>16}{:>16}",
            one.from,
            one.to,
            one.units,
            write_money(one.before),
            write_money(one.after),
            difference(one.before, one.after)
        ))?;
    }
    if !simulation.settlements.is_empty() {
        out.line(format_args!("\n{:17}{:17}{:>7}", "settlement", "instead", "units"))?;
    }
    for one in &simulation.settlements {
        out.line(format_args!("{:17}{:17}{:>7}", one.from, one.to, one.units))?;
    }
    out.line(format_args!(
        "\nreviews: {} more, {} fewer",
        simulation.reviews_added, simulation.reviews_dropped
    ))
}

fn difference(before: Money, after: Money) -> String {
    let difference = Money::new(after.minor.saturating_sub(before.minor), after.currency);
    let sign = if difference.minor > 0 { "+" } else { "" };
    format!("{sign}{}", write_money(difference))
}
