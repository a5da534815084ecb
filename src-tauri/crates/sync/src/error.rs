//! What can go wrong between a station and head office.

use std::collections::BTreeMap;
use std::time::Duration;

use records::RecordsError;
use wire::{Problem, SignatureError};

/// Why a call failed. None of these ever clears anything.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Not an http(s) address.
    #[error("not an address of a head office: {0}")]
    Address(String),
    /// Not an enrolment code as head office prints it.
    #[error("not an enrolment code")]
    CodeUnreadable,
    /// The station has no key yet, or is not enrolled.
    #[error("this station is not enrolled")]
    NotEnrolled,
    /// No HTTP client could be made, for want of TLS roots for example.
    #[error("no client could be made: {0}")]
    Client(String),
    /// Nobody answers at the address.
    #[error("head office cannot be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("head office did not answer in time")]
    TimedOut,
    /// The answer broke off.
    #[error("the line broke in the middle of an answer: {0}")]
    Cut(String),
    /// An answer that is not head office's: a captive portal, or another server at the address.
    #[error("something else answers in head office's place (HTTP status {status})")]
    NotHeadOffice {
        /// HTTP status.
        status: u16,
    },
    /// Signed, but by another key than the pinned one.
    #[error("another head office answers: its key is {found}")]
    OtherKey {
        /// The key's id, as it names itself.
        found: String,
    },
    /// Said to be the pinned key's, but the signature does not fit this request and reply.
    #[error("the answer's signature is wrong: {0}")]
    SignatureWrong(SignatureError),
    /// 429 or 503: come back later.
    #[error("head office is busy (HTTP status {status})")]
    Busy {
        /// HTTP status.
        status: u16,
        /// When to come back, if it said so.
        retry_after: Option<Duration>,
    },
    /// A server error.
    #[error("head office has trouble of its own (HTTP status {status})")]
    Unavailable {
        /// HTTP status.
        status: u16,
    },
    /// A refusal. Only a `proven` one, signed by the pinned key, may change what the station does.
    #[error("head office refused: {} (HTTP status {status})", problem.code)]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its code and arguments.
        problem: Problem,
        /// Signed by the pinned key.
        proven: bool,
    },
    /// Signed by head office, but not what this release understands.
    #[error("head office's answer cannot be read: {0}")]
    Unreadable(String),
    /// A signed receipt that did not clear the batch that it answers.
    #[error("head office confirmed less than was sent")]
    NoProgress,
    /// A single event that head office takes for too long.
    #[error("head office takes no event of that length")]
    EventTooLong,
    /// The station's own records.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

/// Codes of head office that the screen has words for.
const KNOWN: [&str; 28] = [
    "blob-hash-wrong",
    "blob-length",
    "blob-offset-wrong",
    "blob-unknown",
    "body-dictionary-unknown",
    "body-too-large",
    "call-nonce-stale",
    "call-signature-wrong",
    "calls-too-many",
    "cursor-unknown",
    "enrol-code-expired",
    "enrol-code-unknown",
    "enrol-code-used",
    "enrol-key-known",
    "enrol-station-other",
    "epoch-closed",
    "epoch-unknown",
    "event-unreadable",
    "events-count-wrong",
    "events-fork",
    "events-gap",
    "events-hash-wrong",
    "events-too-many",
    "feed-unknown",
    "station-name-taken",
    "station-revoked",
    "station-unknown",
    "store-unreachable",
];

impl SyncError {
    /// Stable code. A refusal's code is head office's own where this release knows it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "head-office-address-wrong",
            Self::CodeUnreadable => "enrol-code-unreadable",
            Self::NotEnrolled => "station-not-enrolled",
            Self::Client(_) => "line-client-failed",
            Self::Unreachable(_) => "line-unreachable",
            Self::TimedOut => "line-timed-out",
            Self::Cut(_) => "line-cut",
            Self::NotHeadOffice { .. } => "line-not-head-office",
            Self::OtherKey { .. } => "head-office-other-key",
            Self::SignatureWrong(_) => "head-office-signature-wrong",
            Self::Busy { .. } => "head-office-busy",
            Self::Unavailable { .. } => "head-office-unavailable",
            Self::Refused { problem, .. } => {
                KNOWN.into_iter().find(|known| *known == problem.code).unwrap_or("head-office-refused")
            }
            Self::Unreadable(_) => "head-office-answer-unreadable",
            Self::NoProgress => "receipt-without-progress",
            Self::EventTooLong => "event-too-long-for-head-office",
            Self::Records(error) => error.code(),
        }
    }

    /// What the words need.
    pub fn args(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: String| BTreeMap::from([(name.to_owned(), value)]);
        match self {
            Self::Refused { status, problem, .. } => {
                let mut args = problem.args.clone();
                args.insert("status".to_owned(), status.to_string());
                args.insert("code".to_owned(), problem.code.clone());
                args
            }
            Self::NotHeadOffice { status } | Self::Unavailable { status } | Self::Busy { status, .. } => {
                one("status", status.to_string())
            }
            Self::OtherKey { found } => one("found", found.clone()),
            Self::Address(address) => one("address", address.clone()),
            _ => BTreeMap::new(),
        }
    }

    /// Nothing came back at all: the line is down, as far as can be told from here.
    pub(crate) fn is_line_down(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::TimedOut
                | Self::Cut(_)
                | Self::NotHeadOffice { .. }
                | Self::Unavailable { .. }
                | Self::Busy { retry_after: None, .. }
        )
    }

    /// Status and code of a refusal that head office signed.
    pub(crate) fn proven(&self) -> Option<(u16, &Problem)> {
        match self {
            Self::Refused { status, problem, proven: true } => Some((*status, problem)),
            _ => None,
        }
    }

    pub(crate) fn from_transport(error: &reqwest::Error) -> Self {
        // The address may hold nothing secret, but it says nothing new either.
        let text = {
            let mut text = String::new();
            let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
            while let Some(inner) = source {
                text = inner.to_string();
                source = inner.source();
            }
            text
        };
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable(text)
        } else if error.is_builder() {
            Self::Client(text)
        } else {
            Self::Cut(text)
        }
    }
}
