//! Blind receipts and contested units.

use clap::Args;
use head_office::matching::MatchWish;
use head_office::{HeadOffice, HeadOfficeError};
use jiff::Timestamp;
use returns::ids::{LineId, OperatorId, RmaNumber};
use serde_json::json;

use super::{Outcome, Place, say};

#[derive(Debug, Args)]
pub struct MatchArgs {
    /// The unit, by its LPN or its id
    #[arg(long, value_name = "LPN|ID")]
    unit: String,
    /// The return authorisation
    #[arg(long, value_name = "NUMBER")]
    rma: RmaNumber,
    /// Its line; without one the return does not expect the unit, which then counts as undeclared
    #[arg(long, value_name = "LINE")]
    line: Option<LineId>,
    /// Who says so, as events name them
    #[arg(long, value_name = "OPERATOR", default_value = "head-office")]
    by: OperatorId,
}

pub fn unmatched(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let units = HeadOffice::open_in(place.data, &place.stores)?.unmatched()?;
    if place.as_json {
        say(json!({ "unmatched": units }));
        return Ok(Outcome::Done);
    }
    for unit in units {
        let received = unit.received.map(|at| at.to_string()).unwrap_or_default();
        say(format_args!(
            "{}\t{}\t{}\t{}\t{}\t{received}",
            unit.lpn, unit.depot, unit.stage, unit.sku, unit.serial
        ));
        for proposal in unit.proposals {
            let because = serde_json::to_value(proposal.because)?;
            say(format_args!(
                "\t--rma {} --line {}\tby its {}, {} still to come",
                proposal.rma,
                proposal.line,
                because.as_str().unwrap_or_default(),
                proposal.expected
            ));
        }
    }
    Ok(Outcome::Done)
}

pub fn match_unit(place: &Place<'_>, args: &MatchArgs) -> Result<Outcome, HeadOfficeError> {
    let office = HeadOffice::open_in(place.data, &place.stores)?;
    let wish = MatchWish {
        unit: office.find_unit(&args.unit)?,
        rma: args.rma.clone(),
        line: args.line.clone(),
        by: args.by.clone(),
    };
    let matched = office.match_unit(&wish, Timestamp::now())?;
    if place.as_json {
        say(serde_json::to_string(&matched)?);
    } else if matched.disposition.is_empty() {
        say(format_args!("{} belongs to {}; it is {} now", matched.lpn, args.rma, matched.stage));
    } else {
        say(format_args!(
            "{} belongs to {}; it is {} now: {}",
            matched.lpn, args.rma, matched.stage, matched.disposition
        ));
    }
    Ok(Outcome::Done)
}

pub fn contested(place: &Place<'_>) -> Result<Outcome, HeadOfficeError> {
    let contests = HeadOffice::open_in(place.data, &place.stores)?.contested()?;
    if place.as_json {
        say(json!({ "contested": contests }));
        return Ok(Outcome::Done);
    }
    for contest in contests {
        say(format_args!("{}\t{}", contest.lpn, contest.depot));
        for side in [contest.first, contest.second] {
            say(format_args!(
                "\t{} {}: {} {} {}",
                side.grade, side.disposition, side.station, side.operator, side.role
            ));
        }
    }
    Ok(Outcome::Done)
}
