//! Element strings: application identifiers with their values, read and printed (GS1 General Specifications, 7.8).

use super::identifier::{Identifier, Part, Rule, identifier, matches};
use super::{ElementError, Gtin, rules};
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
            // The value begins behind the identifier's brackets and the blanks that are left out.
            let blanks = value.len() - value.trim_start().len();
            found.push(entry, ai, &value.trim().replace("\\(", "("), at + ai.len() + 2 + blanks)?;
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
            found.push(entry, ai, value, at + ai.len())?;
            rest = after.strip_prefix(SEPARATOR).unwrap_or(after);
        }
        found.unless_empty()
    }

    /// Adds an element after checking it against the table. The same element twice counts once. `at` is where the
    /// value begins in what is being read.
    pub(super) fn push(
        &mut self,
        entry: &Identifier,
        ai: &str,
        value: &str,
        at: usize,
    ) -> Result<(), ElementError> {
        validate(entry, ai, value, at)?;
        match self.value(ai) {
            Some(held) if held == value => Ok(()),
            Some(_) => Err(ElementError::Repeated { ai: ai.to_owned(), at }),
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

    /// The same elements in the one order that stands for all: those of predefined length first, as GS1 advises for
    /// symbols, each by its identifier.
    pub fn canonical(&self) -> ElementString {
        let mut elements = self.elements.clone();
        elements.sort_by(|a, b| (!predefined(&a.ai), &a.ai).cmp(&(!predefined(&b.ai), &b.ai)));
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
fn validate(entry: &Identifier, ai: &str, value: &str, at: usize) -> Result<(), ElementError> {
    let wrong_length = || {
        let (min, max) = entry.lengths();
        ElementError::Length { ai: ai.to_owned(), at, length: value.chars().count(), min, max }
    };
    let mut rest = value;
    for part in entry.parts {
        if rest.is_empty() && part.optional {
            break;
        }
        let place = at + value.len() - rest.len();
        let end = rest.char_indices().nth(usize::from(part.max)).map_or(rest.len(), |(at, _)| at);
        let (data, after) = rest.split_at_checked(end).ok_or_else(wrong_length)?;
        if let Some((offset, character)) = data.char_indices().find(|(_, c)| !part.set.holds(*c)) {
            return Err(ElementError::Character { ai: ai.to_owned(), at: place + offset, character });
        }
        if data.len() < usize::from(part.min) {
            return Err(wrong_length());
        }
        check_rules(part, ai, data, place)?;
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(wrong_length()) }
}

fn check_rules(part: &Part, ai: &str, data: &str, at: usize) -> Result<(), ElementError> {
    let Some(rule) = part.rules.iter().find(|rule| !rules::holds(**rule, data)) else { return Ok(()) };
    let (ai, value) = (ai.to_owned(), data.to_owned());
    Err(match rule {
        Rule::Csum | Rule::Csumalpha => ElementError::CheckDigit { ai, at, value },
        Rule::Yymmd0 | Rule::Yymmdd | Rule::Yyyymmdd | Rule::Hh | Rule::Hhmi | Rule::Mi | Rule::Ss => {
            ElementError::Date { ai, at, value }
        }
        _ => ElementError::Content { ai, at, value },
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
