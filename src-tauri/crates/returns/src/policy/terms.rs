//! What a policy holds beside its rows: settlement, tiers, decay, routes, fraud, sentences, examples.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::cells::Cell;
use super::conditions::Conditions;
use super::inputs::Inputs;
use crate::codes::{Disposition, PreferenceOutcome, SellerResponse, Settlement};
use crate::ids::{CategoryCode, CustomerTier, DerogationCode, IdError, OperatorId, RowId};

/// What the customer gets, by preference, tier and what was found. Hit policy FIRST; without a row that fits
/// the candidate row's (or forcing gate's) own settlement counts. The only place of a policy that may look at
/// the customer's tier, and it comes after the disposition is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementRow {
    /// Unique in the policy.
    pub id: RowId,
    /// When it applies.
    #[serde(default)]
    pub when: Conditions,
    /// For customers of these tiers. A customer without a tier fits only [`Cell::Any`].
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub tier: Cell<CustomerTier>,
    /// When the unit goes there.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub disposition: Cell<Disposition>,
    /// What is proposed.
    pub settlement: Settlement,
    /// What the shop answers, as a proposal for review (X12 element 1294).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<SellerResponse>,
    /// Key of the sentence that explains it.
    pub why: String,
}

/// How far the customer's preference is followed where law allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PreferenceRules {
    /// Net recovered value that following it may cost against the best choice: percent of the unit's value.
    pub may_cost_percent: Decimal,
    /// And at most this, in minor units of the policy's currency; none: no such limit.
    pub may_cost_minor: Option<i64>,
}

/// How fast a customer's return is worked on. Never what it is graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierRow {
    /// Whose.
    pub tier: CustomerTier,
    /// Weight of the loss per hour when queues are sorted, in percent; 100 for everybody else.
    pub queue_percent: u32,
}

/// Blind re-grades among a thousand units; the first row that fits counts, else
/// [`super::ReviewRules::sample_per_mille`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRow {
    /// Of these categories.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub category: Cell<CategoryCode>,
    /// Graded by these.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub grader: Cell<OperatorId>,
    /// So many.
    pub per_mille: u16,
}

/// When signals that something does not fit stop a unit. One alone never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FraudRules {
    /// So many different signals set the hold FRAUD; at least two.
    pub hold_from_signals: u8,
    /// So many empty boxes of one customer are a signal.
    pub empty_boxes: u32,
    /// Counted over so many days.
    pub empty_box_days: u32,
    /// A weight may be off by so many percent of the catalogue's.
    pub weight_tolerance_percent: u8,
}

impl Default for FraudRules {
    fn default() -> Self {
        Self { hold_from_signals: 2, empty_boxes: 2, empty_box_days: 180, weight_tolerance_percent: 10 }
    }
}

/// Value lost per week by category, for items of which the catalogue says nothing. The first row that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecayRow {
    /// For these categories.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub category: Cell<CategoryCode>,
    /// Percent of the value lost per week.
    pub weekly_percent: Decimal,
    /// Where the figure comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A day of the year without its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = IdError;

    /// `MM-DD`; the 29th of February counts.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new("MonthDay", text, "not MM-DD");
        let (month, day) = text.split_once('-').ok_or_else(wrong)?;
        let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
        jiff::civil::Date::new(2024, month, day).map_err(|_| wrong())?;
        Ok(Self { month, day })
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A season in which a category loses value faster (or slower). The first row that fits counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonRow {
    /// For these categories.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub category: Cell<CategoryCode>,
    /// First day, `MM-DD`.
    pub from: MonthDay,
    /// Last day, `MM-DD`; before `from` it lies in the next year.
    pub until: MonthDay,
    /// The weekly decay is multiplied by this many percent.
    pub decay_percent: Decimal,
    /// Where the figure comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What a way of disposing means for waste and climate. The first row that fits counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteRow {
    /// For these categories.
    #[serde(default, skip_serializing_if = "Cell::is_any")]
    pub category: Cell<CategoryCode>,
    /// Of this disposition.
    pub disposition: Disposition,
    /// Percent of the weight that ends in a landfill or in a fire without use.
    pub landfill_percent: Decimal,
    /// Grams of CO₂e per kilogram of goods; negative where a new product is spared.
    pub co2_grams_per_kg: Decimal,
    /// Where the figures come from.
    pub source: String,
}

/// A case that the policy must decide as said, before it can be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Unique in the policy.
    pub name: String,
    /// What the policy sees.
    pub inputs: Inputs,
    /// The customer's tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<CustomerTier>,
    /// What must come of it.
    pub expect: Expect,
}

/// What must come of an example; what is not said does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Where the unit goes.
    pub disposition: Disposition,
    /// What the customer gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
    /// A row that must have fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    /// Whether a second person must look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<bool>,
    /// What becomes of the customer's preference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<PreferenceOutcome>,
    /// The derogation under which it is destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derogation: Option<DerogationCode>,
}
