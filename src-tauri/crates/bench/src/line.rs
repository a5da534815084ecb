//! The line to head office as the desk hears of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use records::Records;
use sync::{Line, LineConfig, LineHandle, LineStatus, SyncError};
use tokio_util::sync::CancellationToken;

use crate::desk::LineNews;
use crate::seam::{Coded, LineState, Say};

/// Starts the line where the station is enrolled.
pub(crate) fn spawn(
    records: &Arc<Mutex<Records>>,
    poll: Option<Duration>,
    ceiling_bytes_per_second: Option<u32>,
) -> Result<Option<LineHandle>, Coded> {
    let config = {
        let open = records.lock().unwrap_or_else(PoisonError::into_inner);
        if open.enrolment().is_none() {
            return Ok(None);
        }
        LineConfig::of(&open).map_err(|error| trouble(&error))?
    };
    let mut config = config;
    if let Some(poll) = poll {
        config.pace.poll = poll;
    }
    config.pace.ceiling_bytes_per_second = ceiling_bytes_per_second;
    Line::spawn(config, Arc::clone(records)).map(Some).map_err(|error| trouble(&error))
}

/// An error of the line as a refusal.
pub(crate) fn trouble(error: &SyncError) -> Coded {
    Coded { code: error.code().to_owned(), args: error.args() }
}

/// Passes on every change of the line's state.
pub(crate) fn forward(
    line: &Arc<Mutex<Option<LineHandle>>>,
    news: impl Fn(LineStatus) + Send + Sync + 'static,
    cancel: CancellationToken,
) {
    let state = line.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(LineHandle::state);
    let Some(mut state) = state else { return };
    tokio::spawn(async move {
        loop {
            let status = state.borrow_and_update().clone();
            news(status);
            let changed = tokio::select! {
                changed = state.changed() => changed,
                () = cancel.cancelled() => return,
            };
            if changed.is_err() {
                return;
            }
        }
    });
}

/// Troubles in which something answers, but not as our head office: waiting does not help, a person must look.
const NOT_OURS: [&str; 4] =
    ["head-office-other-key", "head-office-signature-wrong", "line-not-head-office", "station-unknown"];

/// A state of the line in the seam's words.
pub(crate) fn news(status: &LineStatus) -> LineNews {
    let not_ours = status.trouble.as_ref().is_some_and(|trouble| NOT_OURS.contains(&trouble.code.as_str()));
    LineNews {
        state: Some(match status.line {
            sync::LineState::Online => LineState::Online,
            sync::LineState::Offline if not_ours => LineState::Refused,
            sync::LineState::Offline => LineState::Offline,
            sync::LineState::Refused => LineState::Refused,
        }),
        since: Some(status.since),
        last_sent: status.last_receipt,
        trouble: status.trouble.clone().map(|trouble| Say { code: trouble.code, args: trouble.args }),
        next_try: status.next_try,
    }
}
