//! `station sync`: everything that waits goes up, everything new comes down.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use records::{Options, Records, Unsent};
use serde::Serialize;
use sync::{Line, LineConfig, LineState, LineStatus, SyncError};

use super::out::{ErrorView, Out};
use super::{Outcome, runtime, seconds};
use crate::seam::Coded;

/// How often a person is told how many events wait.
const PROGRESS: Duration = Duration::from_secs(2);

/// Send what waits to head office, and fetch what is new
///
/// Opens the data folder as its only writer; where a station is at work, its own line does the same. With --json:
/// {"unsent", "sent", "photos_waiting", "line": "online", "offline" or "refused"}, and {"error": {"code", "message"}}
/// beside them where the line has trouble. Exit code 1 where something is left, or the feeds are not current.
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// Try again until nothing waits, instead of once
    #[arg(long)]
    until_empty: bool,
    /// The most time for it, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    timeout: Duration,
}

/// The answer.
#[derive(Debug, Serialize)]
struct Drained {
    unsent: u64,
    sent: u64,
    photos_waiting: u64,
    line: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
}

impl Sync {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        // Not created where there is none: a mistyped folder must not look like one with nothing to send.
        Records::open_read_only(data).map(drop).or_else(|error| match error.code() {
            // An older database is brought up to date by opening it for writing.
            "database-older" => Ok(()),
            _ => Err(Coded::from(error)),
        })?;
        let records = shared(open(data, "station sync")?);
        crate::log::start(data);
        let before = unsent(&records)?;
        let until = if self.until_empty { Until::Empty } else { Until::RoundMade };
        let ended = runtime()?.block_on(async {
            let told = (!out.as_json).then(|| tokio::spawn(tell(Arc::clone(&records))));
            let ended = run_line(&records, until, self.timeout).await;
            if let Some(told) = told {
                told.abort();
            }
            ended
        })?;
        let left = unsent(&records)?;
        let drained = Drained {
            unsent: left.events,
            sent: before.events.saturating_sub(left.events),
            photos_waiting: left.photos,
            line: match ended.line {
                LineState::Online => "online",
                LineState::Offline => "offline",
                LineState::Refused => "refused",
            },
            error: ended.trouble.as_ref().map(ErrorView::from),
        };
        if out.as_json {
            out.json(&drained)?;
        } else {
            out.line(format_args!(
                "{} sent, {} unsent, {} photos wait, line {}",
                drained.sent, drained.unsent, drained.photos_waiting, drained.line
            ))?;
            if let Some(trouble) = &ended.trouble {
                out.complain(trouble, "");
            }
        }
        Ok(Outcome::fine_if(ended.settled && left.events == 0 && left.photos == 0))
    }
}

/// Says now and then how far it is.
async fn tell(records: Arc<Mutex<Records>>) {
    let out = Out::new(false);
    loop {
        tokio::time::sleep(PROGRESS).await;
        if let Ok(left) = unsent(&records) {
            out.aside(format_args!("{} events and {} photos wait", left.events, left.photos));
        }
    }
}

/// When the line may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// After one round, well or not.
    RoundMade,
    /// When nothing waits any more.
    Empty,
}

/// How the line was when it stopped.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its state.
    pub(super) line: LineState,
    /// A whole round was made: events up, feeds down, photos up.
    pub(super) settled: bool,
    /// What is wrong.
    pub(super) trouble: Option<Coded>,
}

/// Runs the line as the records' enrolment says, until then or until the time is up.
pub(super) async fn run_line(
    records: &Arc<Mutex<Records>>,
    until: Until,
    timeout: Duration,
) -> Result<Ended, Coded> {
    let mut config = {
        let records = records.lock().unwrap_or_else(PoisonError::into_inner);
        LineConfig::of(&records).map_err(|error| coded_of(&error))?
    };
    // Somebody waits for this command: no long pauses between two tries.
    config.pace.longest_unreached = Duration::from_secs(10);
    config.pace.longest_retry = Duration::from_secs(10);
    let line = Line::spawn(config, Arc::clone(records)).map_err(|error| coded_of(&error))?;
    let mut state = line.state();
    let deadline = Instant::now() + timeout;
    let mut settled = false;
    loop {
        let status = state.borrow_and_update().clone();
        let round_made = status.next_try.is_some();
        settled |= round_made && status.line == LineState::Online;
        let enough = match until {
            Until::RoundMade => round_made,
            Until::Empty => settled && is_empty(records)?,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let changed = async {
            // The sender is gone only with the line's task.
            state.changed().await.is_ok()
        };
        if enough || !matches!(tokio::time::timeout(left, changed).await, Ok(true)) {
            line.stop().await;
            return Ok(ended(&status, settled));
        }
    }
}

fn ended(status: &LineStatus, settled: bool) -> Ended {
    let trouble = status.trouble.as_ref();
    let trouble = trouble.map(|trouble| Coded { code: trouble.code.clone(), args: trouble.args.clone() });
    Ended { line: status.line, settled, trouble }
}

/// Opens a data folder for writing.
pub(super) fn open(data: &Path, program: &str) -> Result<Records, Coded> {
    Ok(Records::open(data, Options { program: program.to_owned(), ..Options::default() })?)
}

pub(super) fn shared(records: Records) -> Arc<Mutex<Records>> {
    Arc::new(Mutex::new(records))
}

fn unsent(records: &Arc<Mutex<Records>>) -> Result<Unsent, Coded> {
    Ok(records.lock().unwrap_or_else(PoisonError::into_inner).unsent()?)
}

fn is_empty(records: &Arc<Mutex<Records>>) -> Result<bool, Coded> {
    let left = unsent(records)?;
    Ok(left.events == 0 && left.photos == 0)
}

/// An error of the line in the seam's words.
pub(super) fn coded_of(error: &SyncError) -> Coded {
    let mut args = error.args();
    args.insert("detail".to_owned(), error.to_string());
    Coded { code: error.code().to_owned(), args }
}
