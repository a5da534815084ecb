//! `station enrol`: this station becomes head office's.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use records::Records;
use serde_json::json;
use wire::Feed;

use super::out::{Out, shown};
use super::sync::{Until, open, run_line, shared};
use super::{Outcome, failed, runtime, seconds};
use crate::seam::Coded;

/// Enrol this station with a head office, and fetch what it has to know
///
/// Draws the station's key and keeps it in the data folder, shows the code to head office, and keeps what it gives:
/// name, depot, LPN blocks, keys. The code also names head office's key, so that nobody else can answer in its place.
/// A station that is enrolled already stays who it is; where head office has forgotten it – it was restored from an older
/// backup – a new code for the same name makes it known again. Then operators, policy, checklists, catalogue and returns are
/// fetched once.
///
/// With --json: {"station", "name", "depot", "head_office", "feeds": "current" or "waiting"}. Exit code 1 where the
/// station could not enrol, or where it did and could not fetch everything: `station sync` goes on then.
#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// Head office's address, such as https://returns.example.org
    #[arg(long, value_name = "URL")]
    head_office: String,
    /// The one-time code, as `head-office enrol` prints it
    #[arg(long)]
    code: String,
    /// The most time for fetching, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

impl Enrol {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let records = shared(open(data, "station enrol")?);
        crate::log::start(data);
        runtime()?.block_on(async {
            let enrolled = sync::enrol_station(&records, &self.head_office, &self.code).await;
            let enrolment = enrolled.map_err(|error| super::sync::coded_of(&error))?;
            let ended = run_line(&records, Until::RoundMade, self.timeout).await?;
            let current = ended.settled && fetched(&records)?;
            let feeds = if current { "current" } else { "waiting" };
            if out.as_json {
                out.json(&json!({
                    "station": enrolment.station.to_string(),
                    "name": enrolment.name,
                    "depot": enrolment.depot,
                    "head_office": enrolment.head_office_url,
                    "feeds": feeds,
                }))?;
            } else {
                out.line(format_args!(
                    "enrolled as {} of depot {} at {}; feeds {feeds}",
                    shown(&enrolment.name),
                    shown(&enrolment.depot),
                    shown(&enrolment.head_office_url)
                ))?;
            }
            if let Some(trouble) = ended.trouble.filter(|_| !current) {
                out.complain(&trouble, "");
            }
            Ok(Outcome::fine_if(current))
        })
    }
}

/// Whether what a bench cannot do without has come down.
fn fetched(records: &std::sync::Arc<std::sync::Mutex<Records>>) -> Result<bool, Coded> {
    let records = records.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for feed in [Feed::Operators, Feed::Documents, Feed::Catalogue, Feed::Rmas] {
        let came = records.current_at(feed).map_err(|error| failed(error.code(), &error))?;
        if came.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
