//! The head of a policy: everything that is no table.

use jiff::civil::Date;
use returns::money::Currency;
use returns::policy::{CostRow, FraudRules, Policy, PreferenceRules, Provisional, ReviewRules};
use serde::{Deserialize, Serialize};

/// `policy.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) number: u32,
    pub(super) date: Date,
    pub(super) currency: Currency,
    pub(super) review: ReviewRules,
    #[serde(default)]
    pub(super) preference: PreferenceRules,
    #[serde(default)]
    pub(super) fraud: FraudRules,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) provisional: Option<Provisional>,
    /// Where there is no `costs.csv`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) costs: Vec<CostRow>,
}

impl Head {
    /// The head alone: what has a table of its own is not in it.
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            number: policy.number,
            date: policy.date,
            currency: policy.currency,
            review: ReviewRules { samples: Vec::new(), ..policy.review.clone() },
            preference: policy.preference,
            fraud: policy.fraud,
            provisional: policy.provisional,
            costs: Vec::new(),
        }
    }

    /// A policy of which the tables are still missing.
    pub(super) fn begin(self) -> Policy {
        Policy {
            review: self.review,
            preference: self.preference,
            fraud: self.fraud,
            provisional: self.provisional,
            costs: self.costs,
            ..Policy::empty(self.number, self.date, self.currency)
        }
    }
}
