//! `station export`: what leaves the station as a file for others.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use records::Records;
use returns::lpn::Lpn;

use super::out::Out;
use super::{Outcome, failed};
use crate::desk::coded;
use crate::seam::Coded;

/// Write what is recorded here to a file for others
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Pack(Pack),
}

/// The evidence about one unit, signed, as one zip file that anybody can check with `station verify --pack`
///
/// It holds the unit's events in their original bytes, this station's log around them up to its seal, photos, notes,
/// the policies that decided, and a summary in plain words. Runs beside a station at work. With --json: {"path",
/// "events", "photos", "sha256", "bytes"}.
#[derive(Debug, Args)]
struct Pack {
    /// The unit's licence plate number, with dashes or without
    #[arg(long, value_name = "LPN")]
    unit: Lpn,
    /// The file to write; what is there is replaced [default: <LPN>.evidence.zip]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let What::Pack(pack) = &self.what;
        let records = Records::open_read_only(data)?;
        let found = records.unit_by_lpn(pack.unit)?;
        let (unit, _) = found.ok_or_else(|| coded("unit-unknown", [("lpn", pack.unit.to_string())]))?;
        let file = pack.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.evidence.zip", pack.unit)));
        let made = records.evidence_pack(unit, &file).map_err(|error| failed(error.code(), &error))?;
        if out.as_json {
            out.json(&made)?;
        } else {
            let path = made.path.display();
            out.line(format_args!(
                "{path}: {} events, {} photos, sha256 {}",
                made.events, made.photos, made.sha256
            ))?;
        }
        Ok(Outcome::Fine)
    }
}
