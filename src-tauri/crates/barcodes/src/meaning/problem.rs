//! What can be wrong with a scan.

use crate::gs1::ElementError;
use crate::rs::OwnCodeProblem;
use serde::{Deserialize, Serialize};

/// What a check digit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// EAN, UPC or another GTIN.
    Gtin,
    /// A unit's LPN.
    Lpn,
    /// A carrier's tracking number.
    Tracking,
}

/// Why a scan cannot be used as it is. Each has a stable code and arguments for the words on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScanProblem {
    /// Nothing but framing or blanks.
    #[error("the scan is empty")]
    Empty,
    /// More bytes than any label holds.
    #[error("the scan has {length} bytes, at most {limit} are read")]
    TooLong {
        /// Bytes that came.
        length: usize,
        /// Bytes that are read.
        limit: usize,
    },
    /// A control character that belongs to no label.
    #[error("control character 0x{byte:02X} at {at}")]
    ControlCharacter {
        /// The character's code (U+0000–U+009F).
        byte: u8,
        /// Its place, counted in characters from 0.
        at: usize,
    },
    /// A check digit that does not fit.
    #[error("check digit does not fit: {number}")]
    WrongCheckDigit {
        /// What the digit belongs to.
        what: Checked,
        /// The whole number as scanned.
        number: String,
    },
    /// The scanner says EAN or UPC, and the content is none.
    #[error("not the digits of an EAN or UPC: {number}")]
    NotEanUpc {
        /// The content as scanned.
        number: String,
    },
    /// A code of ours that is not right; never with a wrong check digit, which is [`ScanProblem::WrongCheckDigit`].
    #[error("{problem}")]
    OwnCode {
        /// What is wrong with it.
        problem: OwnCodeProblem,
    },
    /// The scanner or the code says GS1, and the content is not a valid element string.
    #[error("{problem}")]
    ElementString {
        /// What is wrong with it.
        problem: ElementError,
    },
}

impl ScanProblem {
    /// A stable code for this problem.
    pub fn code(&self) -> &'static str {
        match self {
            ScanProblem::Empty => "scan-empty",
            ScanProblem::TooLong { .. } => "scan-too-long",
            ScanProblem::ControlCharacter { .. } => "scan-control-character",
            ScanProblem::WrongCheckDigit { .. } => "scan-wrong-check-digit",
            ScanProblem::NotEanUpc { .. } => "scan-not-ean-upc",
            ScanProblem::OwnCode { problem: OwnCodeProblem::UnknownKind { .. } } => "scan-unknown-own-code",
            ScanProblem::OwnCode { .. } => "scan-bad-own-code",
            ScanProblem::ElementString { problem } => problem.code(),
        }
    }

    /// Names and values for the words on the screen.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            ScanProblem::Empty => vec![],
            ScanProblem::TooLong { length, limit } => {
                vec![("length", length.to_string()), ("limit", limit.to_string())]
            }
            ScanProblem::ControlCharacter { byte, at } => {
                vec![("byte", format!("{byte:02X}")), ("at", at.to_string())]
            }
            ScanProblem::WrongCheckDigit { what, number } => {
                let what = match what {
                    Checked::Gtin => "gtin",
                    Checked::Lpn => "lpn",
                    Checked::Tracking => "tracking",
                };
                vec![("what", what.to_owned()), ("number", number.clone())]
            }
            ScanProblem::NotEanUpc { number } => vec![("number", number.clone())],
            ScanProblem::OwnCode { problem } => match problem {
                OwnCodeProblem::UnknownKind { letter } | OwnCodeProblem::BadPayload { letter } => {
                    vec![("letter", letter.clone())]
                }
                OwnCodeProblem::WrongLpnCheck { lpn } => vec![("number", lpn.clone())],
            },
            ScanProblem::ElementString { problem } => problem.args(),
        }
    }
}

impl From<OwnCodeProblem> for ScanProblem {
    fn from(problem: OwnCodeProblem) -> ScanProblem {
        match problem {
            OwnCodeProblem::WrongLpnCheck { lpn } => {
                ScanProblem::WrongCheckDigit { what: Checked::Lpn, number: lpn }
            }
            problem => ScanProblem::OwnCode { problem },
        }
    }
}

impl From<ElementError> for ScanProblem {
    fn from(problem: ElementError) -> ScanProblem {
        ScanProblem::ElementString { problem }
    }
}
