//! The head of a policy: everything that is no table.

use jiff::civil::Date;
use returns::money::Currency;
use returns::policy::{CandidateRow, CostRow, GateRow, Policy, Provisional, RecoveryRow, ReviewRules};
use serde::{Deserialize, Serialize};

/// `policy.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) number: u32,
    pub(super) date: Date,
    pub(super) currency: Currency,
    pub(super) review: ReviewRules,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) provisional: Option<Provisional>,
    #[serde(default)]
    pub(super) costs: Vec<CostRow>,
}

impl Head {
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            number: policy.number,
            date: policy.date,
            currency: policy.currency,
            review: policy.review.clone(),
            provisional: policy.provisional,
            costs: policy.costs.clone(),
        }
    }

    pub(super) fn with_rows(
        self,
        gates: Vec<GateRow>,
        candidates: Vec<CandidateRow>,
        recovery: Vec<RecoveryRow>,
    ) -> Policy {
        Policy {
            review: self.review,
            provisional: self.provisional,
            gates,
            candidates,
            recovery,
            costs: self.costs,
            ..Policy::empty(self.number, self.date, self.currency)
        }
    }
}
