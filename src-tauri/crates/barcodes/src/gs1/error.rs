//! What can be wrong with an element string or a Digital Link: which identifier, where, and why.

use serde::{Deserialize, Serialize};

/// Why text is not an element string. Places (`at`) are byte offsets in what was read, from 0; in a Digital Link those
/// of a value in the path or the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ElementError {
    /// There is nothing in it.
    #[error("no element")]
    Empty,
    /// The bracketed form does not begin with a bracket, or a bracket is not closed.
    #[error("brackets do not fit at {at}: write (AI)value, and a bracket within a value as \\(")]
    Brackets {
        /// The bracket, or where one is missing.
        at: usize,
    },
    /// No application identifier stands where one must.
    #[error(
        "no application identifier begins with {text:?} at {at}: perhaps a separator (FNC1) is missing before it"
    )]
    UnknownIdentifier {
        /// Where it should begin.
        at: usize,
        /// The first characters there.
        text: String,
    },
    /// The value is too short or too long.
    #[error("({ai}) at {at} has {length} characters, not {min} to {max}")]
    Length {
        /// The identifier.
        ai: String,
        /// Where the value begins.
        at: usize,
        /// Characters that are there.
        length: usize,
        /// Least number of characters.
        min: usize,
        /// Greatest number of characters.
        max: usize,
    },
    /// A character that the identifier's set does not hold.
    #[error("({ai}) must not hold {character:?} at {at}")]
    Character {
        /// The identifier.
        ai: String,
        /// The character's place.
        at: usize,
        /// The character.
        character: char,
    },
    /// A check digit or check pair that does not fit.
    #[error("the check digit of ({ai}){value} at {at} does not fit")]
    CheckDigit {
        /// The identifier.
        ai: String,
        /// Where the checked part begins.
        at: usize,
        /// The checked part of its value.
        value: String,
    },
    /// No such day or time.
    #[error("({ai}) at {at}: {value} is no date")]
    Date {
        /// The identifier.
        ai: String,
        /// Where the date begins.
        at: usize,
        /// The date as it stands there.
        value: String,
    },
    /// Content that the identifier does not allow.
    #[error("({ai}) at {at} must not be {value}")]
    Content {
        /// The identifier.
        ai: String,
        /// Where the part begins.
        at: usize,
        /// The part that is not allowed.
        value: String,
    },
    /// One identifier twice with different values.
    #[error("({ai}) stands there twice with different values, again at {at}")]
    Repeated {
        /// The identifier.
        ai: String,
        /// Where the second value begins.
        at: usize,
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
    #[error("({ai}) may not stand at {at} in a Digital Link")]
    LinkPlace {
        /// The identifier.
        ai: String,
        /// Where it stands.
        at: usize,
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

    /// The identifier that it is about; of an unknown one the characters that stand there.
    pub fn ai(&self) -> Option<&str> {
        match self {
            ElementError::Length { ai, .. }
            | ElementError::Character { ai, .. }
            | ElementError::CheckDigit { ai, .. }
            | ElementError::Date { ai, .. }
            | ElementError::Content { ai, .. }
            | ElementError::Repeated { ai, .. }
            | ElementError::Alone { ai, .. }
            | ElementError::Pair { ai, .. }
            | ElementError::LinkPlace { ai, .. } => Some(ai),
            ElementError::UnknownIdentifier { text, .. } => Some(text),
            ElementError::Empty | ElementError::Brackets { .. } => None,
        }
    }

    /// Its place in what was read, a byte offset from 0.
    pub fn at(&self) -> Option<usize> {
        match self {
            ElementError::Brackets { at }
            | ElementError::UnknownIdentifier { at, .. }
            | ElementError::Length { at, .. }
            | ElementError::Character { at, .. }
            | ElementError::CheckDigit { at, .. }
            | ElementError::Date { at, .. }
            | ElementError::Content { at, .. }
            | ElementError::Repeated { at, .. }
            | ElementError::LinkPlace { at, .. } => Some(*at),
            ElementError::Empty | ElementError::Alone { .. } | ElementError::Pair { .. } => None,
        }
    }

    /// Names and values for the words on the screen. The place is counted from 1 there.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mut args = Vec::new();
        args.extend(self.ai().map(|ai| ("ai", ai.to_owned())));
        args.extend(self.at().map(|at| ("at", (at + 1).to_string())));
        match self {
            ElementError::Length { length, min, max, .. } => {
                args.push(("length", length.to_string()));
                args.push(("allowed", if min == max { min.to_string() } else { format!("{min}–{max}") }));
            }
            ElementError::Character { character, .. } => args.push(("character", character.to_string())),
            ElementError::CheckDigit { value, .. }
            | ElementError::Date { value, .. }
            | ElementError::Content { value, .. } => args.push(("value", value.clone())),
            ElementError::Alone { needs, .. } => args.push(("needs", needs.clone())),
            ElementError::Pair { other, .. } => args.push(("other", other.clone())),
            _ => {}
        }
        args
    }
}
