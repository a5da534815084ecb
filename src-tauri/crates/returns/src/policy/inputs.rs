//! What the policy saw of a unit. Stored with every decision.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::codes::{
    Authorisation, CosmeticGrade, Cycle, Finding, FunctionGrade, Grade, IntakeKind, Preference, Reason,
    SignalKind,
};
use crate::ids::{CategoryCode, Country, OwnerCode};
use crate::money::{Currency, Money};

/// All that a policy may look at. `None` is a fact that is missing: unknown, not no. The customer's tier is
/// not among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Goods category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryCode>,
    /// Whose goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerCode>,
    /// Return cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    /// How it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<IntakeKind>,
    /// What the customer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What the customer would like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// The unit's grade.
    pub grade: Grade,
    /// What the grader saw.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub findings: BTreeSet<Finding>,
    /// Value of the unit as new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// Percent of value lost per week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly_decay_percent: Option<Decimal>,
    /// Days from sale to receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_since_sale: Option<i32>,
    /// Days since the unit was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_in_queue: Option<i32>,
    /// Within warranty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_warranty: Option<bool>,
    /// The vendor takes it back: agreement, date and value fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_takes_back: Option<bool>,
    /// Under recall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalled: Option<bool>,
    /// Sold under a hygiene seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hygiene_seal: Option<bool>,
    /// The seal is intact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_intact: Option<bool>,
    /// Holds a lithium battery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<bool>,
    /// Other dangerous goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dangerous_goods: Option<bool>,
    /// May hold a customer's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_bearing: Option<bool>,
    /// Is electrical waste if thrown away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weee: Option<bool>,
    /// Country that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// A fraud signal was seen.
    #[serde(default)]
    pub fraud_signal: bool,
    /// Signals that something does not fit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub signals: BTreeSet<SignalKind>,
    /// Whether the goods were agreed to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<Authorisation>,
    /// Days from the last day of the authorisation to receipt; negative before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_past_authorisation: Option<i32>,
    /// Days until the goods expire; negative after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_to_expiry: Option<i32>,
    /// Function of electronics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionGrade>,
    /// Looks of electronics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosmetic: Option<CosmeticGrade>,
    /// It came back from light refurbishment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refurbished: Option<bool>,
    /// The recorded time lies before head office's last signed time: dates were unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clock_behind: bool,
}

impl Inputs {
    /// The value in minor units, where it is known in this currency.
    pub(super) fn value_in(&self, currency: Currency) -> Option<Decimal> {
        self.value.filter(|value| value.currency == currency).map(|value| value.minor.into())
    }

    /// Inputs of which only the grade is known.
    pub fn of_grade(grade: Grade) -> Self {
        Self {
            category: None,
            owner: None,
            cycle: None,
            intake: None,
            reason: None,
            preference: None,
            grade,
            findings: BTreeSet::new(),
            value: None,
            weekly_decay_percent: None,
            days_since_sale: None,
            days_in_queue: None,
            in_warranty: None,
            vendor_takes_back: None,
            recalled: None,
            hygiene_seal: None,
            seal_intact: None,
            battery: None,
            dangerous_goods: None,
            data_bearing: None,
            weee: None,
            country: None,
            fraud_signal: false,
            signals: BTreeSet::new(),
            authorisation: None,
            days_past_authorisation: None,
            days_to_expiry: None,
            function: None,
            cosmetic: None,
            refurbished: None,
            clock_behind: false,
        }
    }
}
