//! The closed vocabulary of a row's cells. A cell asked about a fact that is missing answers unknown.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::codes::Finding;

/// A cell's or row's answer. Unknown is never taken for yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It matches.
    Yes,
    /// It does not.
    No,
    /// The fact that it asks for is missing.
    Unknown,
}

impl Known {
    /// Both: one no settles it, one unknown leaves it open.
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Yes,
        }
    }

    const fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// A cell over a code or id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell<T> {
    /// Asks nothing.
    #[default]
    Any,
    /// One of these.
    OneOf(Vec<T>),
    /// None of these; a missing fact is unknown here too.
    NoneOf(Vec<T>),
}

impl<T: PartialEq> Cell<T> {
    /// Whether the fact fits.
    pub fn matches(&self, fact: Option<&T>) -> Known {
        match (self, fact) {
            (Self::Any, _) => Known::Yes,
            (_, None) => Known::Unknown,
            (Self::OneOf(these), Some(fact)) => Known::from(these.contains(fact)),
            (Self::NoneOf(these), Some(fact)) => Known::from(!these.contains(fact)),
        }
    }

    /// Whether it asks nothing.
    pub const fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

/// A cell over a number: `at_least <= fact < below`. Without bounds it asks nothing. Half-open, so that
/// neighbouring rows leave no gap and do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Lower bound, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Decimal>,
    /// Upper bound, excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Decimal>,
}

impl Range {
    /// Whether the fact fits.
    pub fn matches(&self, fact: Option<Decimal>) -> Known {
        if self.is_any() {
            return Known::Yes;
        }
        let Some(fact) = fact else { return Known::Unknown };
        let over = self.at_least.is_none_or(|bound| fact >= bound);
        let under = self.below.is_none_or(|bound| fact < bound);
        Known::from(over && under)
    }

    /// Whether it asks nothing.
    pub const fn is_any(&self) -> bool {
        self.at_least.is_none() && self.below.is_none()
    }
}

/// A cell over a yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Asks nothing.
    #[default]
    Any,
    /// Must be so.
    Yes,
    /// Must not be so.
    No,
}

impl Flag {
    /// Whether the fact fits.
    pub const fn matches(self, fact: Option<bool>) -> Known {
        match (self, fact) {
            (Self::Any, _) | (Self::Yes, Some(true)) | (Self::No, Some(false)) => Known::Yes,
            (_, None) => Known::Unknown,
            _ => Known::No,
        }
    }

    /// Whether it asks nothing.
    pub const fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

/// A cell over the findings, which are always known: what the grader did not see was not found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Findings {
    /// At least one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Finding>,
    /// All of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<Finding>,
    /// None of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<Finding>,
}

impl Findings {
    /// Whether the findings fit.
    pub fn matches(&self, findings: &BTreeSet<Finding>) -> Known {
        let has = |finding: &Finding| findings.contains(finding);
        let any = self.any_of.is_empty() || self.any_of.iter().any(has);
        let all = self.all_of.iter().all(has);
        let none = !self.none_of.iter().any(has);
        Known::from(any && all && none)
    }

    /// Whether it asks nothing.
    pub const fn is_any(&self) -> bool {
        self.any_of.is_empty() && self.all_of.is_empty() && self.none_of.is_empty()
    }
}
