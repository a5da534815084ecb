//! What the screen shows of the line.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::SyncError;

/// Whether there is a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// Head office answered, and what waited went up.
    Online,
    /// It did not.
    Offline,
    /// It answered, and takes no events from this station until a person has looked: see the trouble's code.
    Refused,
}

/// What is wrong, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Stable code.
    pub code: String,
    /// What the words need.
    pub args: BTreeMap<String, String>,
}

impl Trouble {
    pub(crate) fn new<const N: usize>(code: &str, args: [(&str, String); N]) -> Self {
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { code: code.to_owned(), args }
    }
}

impl From<&SyncError> for Trouble {
    fn from(error: &SyncError) -> Self {
        Self { code: error.code().to_owned(), args: error.args() }
    }
}

/// The line as it is now. Every receipt and every applied change makes a new one, so that whoever watches it
/// also learns when to look into the records again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineStatus {
    /// Whether there is a line.
    pub line: LineState,
    /// Since when, by the station's clock.
    pub since: Timestamp,
    /// When head office last confirmed events.
    pub last_receipt: Option<Timestamp>,
    /// What is wrong; may be set while online too.
    pub trouble: Option<Trouble>,
    /// When the next try is due; `None` while one is under way.
    pub next_try: Option<Timestamp>,
    /// Sequence up to which a verified backup of head office holds this station's events.
    pub durable: u64,
    /// Receipts taken in since the start.
    pub receipts: u64,
    /// Feed items taken in since the start.
    pub items: u64,
    /// Small pictures sent since the start.
    pub thumbnails: u64,
    /// Photos sent since the start.
    pub photos: u64,
    /// Photos fetched back since the start.
    pub photos_back: u64,
}

impl LineStatus {
    pub(crate) fn at_start() -> Self {
        Self {
            line: LineState::Offline,
            since: Timestamp::now(),
            last_receipt: None,
            trouble: None,
            next_try: None,
            durable: 0,
            receipts: 0,
            items: 0,
            thumbnails: 0,
            photos: 0,
            photos_back: 0,
        }
    }

    pub(crate) fn set_line(&mut self, line: LineState) {
        if self.line != line {
            self.line = line;
            self.since = Timestamp::now();
        }
    }
}
