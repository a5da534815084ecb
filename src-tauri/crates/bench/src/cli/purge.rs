//! `station purge`: texts, raw scans and photos go, on request or after their time.

use std::path::Path;

use clap::{ArgGroup, Args};
use jiff::{SignedDuration, Timestamp};
use records::Records;
use returns::codes::PurgeReason;
use returns::ids::{OperatorId, Sha256Hex, Subject};
use returns::lpn::Lpn;
use serde_json::json;
use wire::Actor;

use super::out::Out;
use super::{Outcome, failed, sync};
use crate::seam::Coded;
use crate::upkeep;

/// Purge what may be about a person: free text, raw scans, photos
///
/// The bytes go, from disk and write-ahead log; their hashes stay in the records, so that the chain still verifies and
/// counts them as purged. Each purge is a record of its own in the name of an operator. Backups lose their copies with
/// the next backup, and old databases in them with those after it. The station must not be at work. With --json:
/// {"purged"}.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("what").required(true).args(["unit", "older_than", "sha256"])))]
pub(super) struct Purge {
    /// Everything of this unit: notes and photos
    #[arg(long, value_name = "LPN")]
    unit: Option<Lpn>,
    /// Texts and raw scans, and photos of parcels that head office holds, of so many days ago and before
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    older_than: Option<u32>,
    /// The bytes with this hash
    #[arg(long, value_name = "HASH")]
    sha256: Option<Sha256Hex>,
    /// Who asks for it: an operator's id
    #[arg(long, value_name = "ID")]
    operator: OperatorId,
}

impl Purge {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        Records::open_read_only(data)?;
        let mut records = sync::open(data, "station purge")?;
        let role = match records.operator(&self.operator)? {
            Some(operator) => operator.role,
            None => {
                return Err(failed(
                    "operator-unknown",
                    &format!("no operator {} is known here", self.operator),
                ));
            }
        };
        let actor = Actor { operator: self.operator.clone(), role };
        let purged = match (&self.unit, self.older_than, &self.sha256) {
            (Some(lpn), _, _) => {
                let units = records.units_by_lpn(*lpn)?;
                if units.is_empty() {
                    return Err(failed("unit-unknown", lpn));
                }
                let mut hashes = Vec::new();
                for (unit, _) in units {
                    hashes.extend(records.personal_of(Subject::Unit(unit))?);
                }
                upkeep::purge(&mut records, &hashes, PurgeReason::Request, &actor, Timestamp::now())?
            }
            (_, Some(days), _) => older(&mut records, days, &actor)?,
            (_, _, Some(hash)) if records.is_kept(hash)? => {
                upkeep::purge(&mut records, &[*hash], PurgeReason::Request, &actor, Timestamp::now())?
            }
            _ => return Err(failed("nothing-to-purge", &"nothing with that hash is kept here")),
        };
        if out.as_json {
            out.json(&json!({ "purged": purged }))?;
        } else {
            out.line(format_args!("{purged} purged"))?;
        }
        Ok(Outcome::Fine)
    }
}

fn older(records: &mut Records, days: u32, actor: &Actor) -> Result<usize, Coded> {
    let now = Timestamp::now();
    let before = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
    let mut purged = 0;
    loop {
        let hashes = records.personal_before(before, 200)?;
        if hashes.is_empty() {
            return Ok(purged);
        }
        purged += upkeep::purge(records, &hashes, PurgeReason::Age, actor, now)?;
    }
}
