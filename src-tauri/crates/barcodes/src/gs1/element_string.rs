//! Element strings: application identifiers with their values, read and printed (GS1 General Specifications, 7.8).

use super::identifier::{Identifier, Part, Rule, identifier, matches};
use super::{Gtin, rules};
use serde::{Deserialize, Serialize};
use std::fmt;

/// FNC1 as scanners send it between elements.
pub const SEPARATOR: char = '\u{1d}';

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
    /// The bracketed form does not begin with a bracket, or a bracket is not closed.
    #[error("brackets do not fit at {at}")]
    Brackets {
        /// Byte offset in the text.
        at: usize,
    },
    /// No application identifier stands where one must.
    #[error("unknown application identifier at {at}: {text}")]
    UnknownIdentifier {
        /// Byte offset in the text.
        at: usize,
        /// The first characters there.
        text: String,
    },
    /// The value is too short or too long.
    #[error("({ai}) has {length} characters, not {min} to {max}")]
    Length {
        /// The identifier.
        ai: String,
        /// Characters that are there.
        length: usize,
        /// Least number of characters.
        min: usize,
        /// Greatest number of characters.
        max: usize,
    },
    /// A character that the identifier's set does not hold.
    #[error("({ai}) must not hold {character:?}")]
    Character {
        /// The identifier.
        ai: String,
        /// The character.
        character: char,
    },
    /// A check digit or check pair that does not fit.
    #[error("the check digit of ({ai}){value} does not fit")]
    CheckDigit {
        /// The identifier.
        ai: String,
        /// Its value.
        value: String,
    },
    /// No such day or time.
    #[error("({ai}){value} is no date")]
    Date {
        /// The identifier.
        ai: String,
        /// Its value.
        value: String,
    },
    /// Content that the identifier does not allow.
    #[error("({ai}) must not be {value}")]
    Content {
        /// The identifier.
        ai: String,
        /// Its value.
        value: String,
    },
    /// One identifier twice with different values.
    #[error("({ai}) stands there twice with different values")]
    Repeated {
        /// The identifier.
        ai: String,
    },
    /// An identifier that needs another one beside it.
    #[error("({ai}) needs one of {needs} beside it")]
    Alone {
        /// The identifier.
        ai: String,
        /// Alternatives, as in GS1's dictionary: `01+21,02`.
        needs: String,
    },
    /// Two identifiers that must not stand together.
    #[error("({ai}) and ({other}) must not stand together")]
    Pair {
        /// One identifier.
        ai: String,
        /// The other.
        other: String,
    },
    /// A Digital Link whose qualifiers or attributes are not allowed with its key.
    #[error("({ai}) may not stand there in a Digital Link")]
    LinkPlace {
        /// The identifier.
        ai: String,
    },
}

impl ElementError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            ElementError::Empty => "gs1-empty",
            ElementError::Brackets { .. } => "gs1-brackets",
            ElementError::UnknownIdentifier { .. } => "gs1-unknown-identifier",
            ElementError::Length { .. } => "gs1-length",
            ElementError::Character { .. } => "gs1-character",
            ElementError::CheckDigit { .. } => "gs1-check-digit",
            ElementError::Date { .. } => "gs1-date",
            ElementError::Content { .. } => "gs1-content",
            ElementError::Repeated { .. } => "gs1-repeated",
            ElementError::Alone { .. } => "gs1-alone",
            ElementError::Pair { .. } => "gs1-pair",
            ElementError::LinkPlace { .. } => "gs1-link-place",
        }
    }

    /// The identifier that it is about, where there is one.
    pub fn ai(&self) -> Option<&str> {
        match self {
            ElementError::Length { ai, .. }
            | ElementError::Character { ai, .. }
            | ElementError::CheckDigit { ai, .. }
            | ElementError::Date { ai, .. }
            | ElementError::Content { ai, .. }
            | ElementError::Repeated { ai }
            | ElementError::Alone { ai, .. }
            | ElementError::Pair { ai, .. }
            | ElementError::LinkPlace { ai } => Some(ai),
            _ => None,
        }
    }
}

impl ElementString {
    /// Reads the bracketed form: `(01)09506000134352(10)ABC`. A `(` inside a value is written `\(`; blanks around
    /// values are left out.
    pub fn parse_bracketed(text: &str) -> Result<ElementString, ElementError> {
        let mut found = ElementString::default();
        let mut rest = text.trim_start();
        while let Some(after) = rest.strip_prefix('(') {
            let at = text.len() - rest.len();
            let (ai, after) = after.split_once(')').ok_or(ElementError::Brackets { at })?;
            let entry = identifier(ai).ok_or_else(|| unknown(at, rest))?;
            let end = value_end(after);
            let (value, after) = after.split_at_checked(end).ok_or(ElementError::Brackets { at })?;
            found.push(entry, ai, &value.trim().replace("\\(", "("))?;
            rest = after;
        }
        if rest.is_empty() {
            found.unless_empty()
        } else {
            Err(ElementError::Brackets { at: text.len() - rest.len() })
        }
    }

    /// Reads the scanned form: no brackets, 0x1D (FNC1) after each element whose length is not predefined. One
    /// before the first element and after elements of predefined length is let pass.
    pub fn parse_raw(bytes: &[u8]) -> Result<ElementString, ElementError> {
        // Bytes outside ASCII become characters that no set holds.
        let text: String = bytes.iter().map(|b| char::from(*b)).collect();
        let mut found = ElementString::default();
        let mut rest = text.strip_prefix(SEPARATOR).unwrap_or(&text);
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let (ai, entry) = leading_identifier(rest).ok_or_else(|| unknown(at, rest))?;
            let after = rest.get(ai.len()..).unwrap_or_default();
            let until = after.find(SEPARATOR).unwrap_or(after.len());
            let length = if entry.predefined { until.min(entry.lengths().1) } else { until };
            let (value, after) = after.split_at_checked(length).ok_or_else(|| unknown(at, rest))?;
            found.push(entry, ai, value)?;
            rest = after.strip_prefix(SEPARATOR).unwrap_or(after);
        }
        found.unless_empty()
    }

    /// Adds an element after checking it against the table. The same element twice counts once.
    pub(super) fn push(&mut self, entry: &Identifier, ai: &str, value: &str) -> Result<(), ElementError> {
        validate(entry, ai, value)?;
        match self.value(ai) {
            Some(held) if held == value => Ok(()),
            Some(_) => Err(ElementError::Repeated { ai: ai.to_owned() }),
            None => {
                self.elements.push(Element { ai: ai.to_owned(), value: value.to_owned() });
                Ok(())
            }
        }
    }

    pub(super) fn unless_empty(self) -> Result<ElementString, ElementError> {
        if self.elements.is_empty() { Err(ElementError::Empty) } else { Ok(self) }
    }

    /// A single GTIN as an element string, `(01)…`.
    pub fn of_gtin(gtin: &Gtin) -> ElementString {
        let element = Element { ai: "01".to_owned(), value: gtin.as_str().to_owned() };
        ElementString { elements: vec![element] }
    }

    /// The elements in the order in which they were scanned; never empty when parsed.
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

    /// AI 17 as scanned, YYMMDD; [`super::calendar::day`] says which day that is.
    pub fn expiry(&self) -> Option<&str> {
        self.value("17")
    }

    /// The same elements with those of predefined length first, as GS1 advises for symbols.
    pub fn canonical(&self) -> ElementString {
        let mut elements = self.elements.clone();
        elements.sort_by_key(|e| !predefined(&e.ai));
        ElementString { elements }
    }

    /// The scanned form: 0x1D only where a separator is needed.
    pub fn raw(&self) -> String {
        let mut raw = String::new();
        let mut separate = false;
        for element in &self.elements {
            if separate {
                raw.push(SEPARATOR);
            }
            raw.push_str(&element.ai);
            raw.push_str(&element.value);
            separate = !predefined(&element.ai);
        }
        raw
    }

    /// Checks which identifiers need or exclude each other. GS1 asks for this over all codes on one item together,
    /// so reading a single code does not include it.
    pub fn check_pairs(&self) -> Result<(), ElementError> {
        for Element { ai, .. } in &self.elements {
            let Some(entry) = identifier(ai) else { continue };
            let present =
                |pattern: &str| self.elements.iter().any(|e| e.ai != *ai && matches(pattern, &e.ai));
            for alternatives in entry.requires {
                if !alternatives.iter().any(|all| all.iter().all(|pattern| present(pattern))) {
                    let needs: Vec<String> = alternatives.iter().map(|all| all.join("+")).collect();
                    return Err(ElementError::Alone { ai: ai.clone(), needs: needs.join(",") });
                }
            }
            let barred = |other: &&Element| {
                other.ai != *ai && entry.excludes.iter().any(|pattern| matches(pattern, &other.ai))
            };
            if let Some(other) = self.elements.iter().find(barred) {
                return Err(ElementError::Pair { ai: ai.clone(), other: other.ai.clone() });
            }
        }
        Ok(())
    }
}

/// Where a bracketed value ends: at the next `(` that is not escaped.
fn value_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == '(' && !escaped {
            return at;
        }
        escaped = c == '\\';
    }
    text.len()
}

fn leading_identifier(text: &str) -> Option<(&str, &'static Identifier)> {
    (2..=4).find_map(|length| {
        let ai = text.get(..length)?;
        identifier(ai).map(|entry| (ai, entry))
    })
}

fn predefined(ai: &str) -> bool {
    identifier(ai).is_some_and(|entry| entry.predefined)
}

fn unknown(at: usize, text: &str) -> ElementError {
    ElementError::UnknownIdentifier { at, text: text.chars().take(8).collect() }
}

/// Checks a value's length, characters and rules, part by part.
fn validate(entry: &Identifier, ai: &str, value: &str) -> Result<(), ElementError> {
    let wrong_length = || {
        let (min, max) = entry.lengths();
        ElementError::Length { ai: ai.to_owned(), length: value.chars().count(), min, max }
    };
    let mut rest = value;
    for part in entry.parts {
        if rest.is_empty() && part.optional {
            break;
        }
        let end = rest.char_indices().nth(usize::from(part.max)).map_or(rest.len(), |(at, _)| at);
        let (data, after) = rest.split_at_checked(end).ok_or_else(wrong_length)?;
        if let Some(character) = data.chars().find(|c| !part.set.holds(*c)) {
            return Err(ElementError::Character { ai: ai.to_owned(), character });
        }
        if data.len() < usize::from(part.min) {
            return Err(wrong_length());
        }
        check_rules(part, ai, value, data)?;
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(wrong_length()) }
}

fn check_rules(part: &Part, ai: &str, value: &str, data: &str) -> Result<(), ElementError> {
    let Some(rule) = part.rules.iter().find(|rule| !rules::holds(**rule, data)) else { return Ok(()) };
    let (ai, value) = (ai.to_owned(), value.to_owned());
    Err(match rule {
        Rule::Csum | Rule::Csumalpha => ElementError::CheckDigit { ai, value },
        Rule::Yymmd0 | Rule::Yymmdd | Rule::Yyyymmdd | Rule::Hh | Rule::Hhmi | Rule::Mi | Rule::Ss => {
            ElementError::Date { ai, value }
        }
        _ => ElementError::Content { ai, value },
    })
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
