//! Global Trade Item Numbers (GS1 General Specifications, 3.3.2 and 7.9).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A GTIN of any length, kept as fourteen digits with leading zeros; its check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Gtin(String);

/// Why digits are not a GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// Not 8, 12, 13 or 14 digits.
    #[error("a GTIN has 8, 12, 13 or 14 digits")]
    NotDigits,
    /// The last digit does not fit the others.
    #[error("check digit {found} should be {expected}")]
    WrongCheckDigit {
        /// The digit that would fit, 0–9.
        expected: u8,
        /// The digit that stands there, 0–9.
        found: u8,
    },
}

impl GtinError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            GtinError::NotDigits => "gtin-not-digits",
            GtinError::WrongCheckDigit { .. } => "gtin-wrong-check-digit",
        }
    }
}

impl Gtin {
    /// From 8, 12, 13 or 14 digits.
    pub fn new(_digits: &str) -> Result<Gtin, GtinError> {
        Err(GtinError::NotDigits)
    }

    /// Fourteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Gtin> for String {
    fn from(gtin: Gtin) -> String {
        gtin.0
    }
}

impl TryFrom<String> for Gtin {
    type Error = GtinError;

    fn try_from(text: String) -> Result<Gtin, GtinError> {
        Gtin::new(&text)
    }
}
