//! Element strings: application identifiers with their values, read and printed (GS1 General Specifications, 7.8).

use super::Gtin;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One application identifier with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The identifier's digits, such as `01`.
    pub ai: String,
    /// The value, already validated.
    pub value: String,
}

/// Application identifiers and values in the order in which they were scanned; every value is valid by the table.
/// As text (serde, `Display`) it is the bracketed form `(01)…(10)…`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ElementString {
    elements: Vec<Element>,
}

/// Why text is not an element string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ElementError {
    /// There is nothing in it.
    #[error("no element")]
    Empty,
    /// No application identifier stands where one must.
    #[error("unknown application identifier at {at}: {text}")]
    UnknownIdentifier {
        /// Byte offset in the text.
        at: usize,
        /// The first characters there.
        text: String,
    },
}

impl ElementError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            ElementError::Empty => "gs1-empty",
            ElementError::UnknownIdentifier { .. } => "gs1-unknown-identifier",
        }
    }
}

impl ElementString {
    /// Reads the bracketed form: `(01)09506000134352(10)ABC`. A `(` inside a value is written `\(`.
    pub fn parse_bracketed(_text: &str) -> Result<ElementString, ElementError> {
        Err(ElementError::Empty)
    }

    /// Reads the scanned form: no brackets, 0x1D (FNC1) after each element of variable length.
    pub fn parse_raw(_bytes: &[u8]) -> Result<ElementString, ElementError> {
        Err(ElementError::Empty)
    }

    /// The elements in the order in which they were scanned.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The value of an identifier.
    pub fn value(&self, ai: &str) -> Option<&str> {
        self.elements.iter().find(|e| e.ai == ai).map(|e| e.value.as_str())
    }

    /// AI 01.
    pub fn gtin(&self) -> Option<Gtin> {
        self.value("01").and_then(|digits| Gtin::new(digits).ok())
    }

    /// AI 00, eighteen digits.
    pub fn sscc(&self) -> Option<&str> {
        self.value("00")
    }

    /// AI 10.
    pub fn lot(&self) -> Option<&str> {
        self.value("10")
    }

    /// AI 21.
    pub fn serial(&self) -> Option<&str> {
        self.value("21")
    }

    /// AI 17 as scanned, YYMMDD; see the calendar functions for what a day of 00 means.
    pub fn expiry(&self) -> Option<&str> {
        self.value("17")
    }

    /// The scanned form: 0x1D only where a separator is needed.
    pub fn raw(&self) -> String {
        String::new()
    }
}

impl fmt::Display for ElementString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for element in &self.elements {
            write!(f, "({}){}", element.ai, element.value.replace('(', "\\("))?;
        }
        Ok(())
    }
}

impl From<ElementString> for String {
    fn from(elements: ElementString) -> String {
        elements.to_string()
    }
}

impl TryFrom<String> for ElementString {
    type Error = ElementError;

    fn try_from(text: String) -> Result<ElementString, ElementError> {
        ElementString::parse_bracketed(&text)
    }
}
