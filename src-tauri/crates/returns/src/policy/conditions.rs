//! A row's conditions: one cell for each thing that a policy may look at.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Findings, Flag, Known, Range};
use super::inputs::Inputs;
use crate::codes::{
    Authorisation, CosmeticGrade, Cycle, FunctionGrade, Grade, IntakeKind, Preference, Reason,
};
use crate::ids::{CategoryCode, Country, OwnerCode};
use crate::money::Currency;

/// A row's cells, all of which must match. A cell that is not written asks nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Goods category.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub category: Cell<CategoryCode>,
    /// Whose goods.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub owner: Cell<OwnerCode>,
    /// Return cycle.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub cycle: Cell<Cycle>,
    /// How it came in.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub intake: Cell<IntakeKind>,
    /// What the customer said.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub reason: Cell<Reason>,
    /// What the customer would like.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub preference: Cell<Preference>,
    /// The unit's grade.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub grade: Cell<Grade>,
    /// What the grader saw.
    #[serde(skip_serializing_if = "Findings::is_any")]
    pub findings: Findings,
    /// Unit value in minor units of the policy's currency.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub value_minor: Range,
    /// Percent of value lost per week.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub weekly_decay_percent: Range,
    /// Days from sale to receipt.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub days_since_sale: Range,
    /// Days since the unit was received.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub days_in_queue: Range,
    /// Within warranty.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub in_warranty: Flag,
    /// The vendor takes it back: agreement, date and value fit.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub vendor_takes_back: Flag,
    /// Under recall.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub recalled: Flag,
    /// Sold under a hygiene seal.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub hygiene_seal: Flag,
    /// The seal is intact.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub seal_intact: Flag,
    /// Holds a lithium battery.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub battery: Flag,
    /// Other dangerous goods.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub dangerous_goods: Flag,
    /// May hold a customer's data.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub data_bearing: Flag,
    /// Is electrical waste if thrown away.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub weee: Flag,
    /// Country that it came from.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub country: Cell<Country>,
    /// A fraud signal was seen.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub fraud_signal: Flag,
    /// Different signals that something does not fit.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub signals: Range,
    /// Whether the goods were agreed to come back.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub authorisation: Cell<Authorisation>,
    /// Days from the last day of the authorisation to receipt; negative before it.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub days_past_authorisation: Range,
    /// Days until the goods expire; negative after it.
    #[serde(skip_serializing_if = "Range::is_any")]
    pub days_to_expiry: Range,
    /// Function of electronics.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub function: Cell<FunctionGrade>,
    /// Looks of electronics.
    #[serde(skip_serializing_if = "Cell::is_any")]
    pub cosmetic: Cell<CosmeticGrade>,
    /// It came back from light refurbishment.
    #[serde(skip_serializing_if = "Flag::is_any")]
    pub refurbished: Flag,
}

/// Asks one cell after the other, until one says no.
macro_rules! all_of {
    ($($answer:expr),+ $(,)?) => {{
        let mut all = Known::Yes;
        $(match $answer {
            Known::No => return Known::No,
            Known::Unknown => all = Known::Unknown,
            Known::Yes => {}
        })+
        all
    }};
}

impl Conditions {
    /// Whether all cells match. What says no soonest and costs least is asked first; the answer does not depend
    /// on the order.
    pub fn matches(&self, inputs: &Inputs, currency: Currency) -> Known {
        let days = |range: Range, days: Option<i32>| range.matches(days.map(Decimal::from));
        all_of![
            self.grade.matches(Some(&inputs.grade)),
            self.cycle.matches(inputs.cycle.as_ref()),
            self.intake.matches(inputs.intake.as_ref()),
            self.preference.matches(inputs.preference.as_ref()),
            self.authorisation.matches(inputs.authorisation.as_ref()),
            self.reason.matches(inputs.reason.as_ref()),
            self.category.matches(inputs.category.as_ref()),
            self.findings.matches(&inputs.findings),
            self.function.matches(inputs.function.as_ref()),
            self.cosmetic.matches(inputs.cosmetic.as_ref()),
            self.in_warranty.matches(inputs.in_warranty),
            self.vendor_takes_back.matches(inputs.vendor_takes_back),
            self.recalled.matches(inputs.recalled),
            self.hygiene_seal.matches(inputs.hygiene_seal),
            self.seal_intact.matches(inputs.seal_intact),
            self.battery.matches(inputs.battery),
            self.dangerous_goods.matches(inputs.dangerous_goods),
            self.data_bearing.matches(inputs.data_bearing),
            self.weee.matches(inputs.weee),
            self.refurbished.matches(inputs.refurbished),
            self.fraud_signal.matches(Some(inputs.fraud_signal)),
            self.owner.matches(inputs.owner.as_ref()),
            self.country.matches(inputs.country.as_ref()),
            self.value_minor.matches(inputs.value_in(currency)),
            self.weekly_decay_percent.matches(inputs.weekly_decay_percent),
            days(self.days_since_sale, inputs.days_since_sale),
            days(self.days_in_queue, inputs.days_in_queue),
            days(self.days_past_authorisation, inputs.days_past_authorisation),
            days(self.days_to_expiry, inputs.days_to_expiry),
            self.signals.matches(Some(Decimal::from(inputs.signals.len()))),
        ]
    }
}
