//! The policy as head office writes and signs it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cells::Cell;
use super::conditions::Conditions;
use super::terms::{
    DecayRow, Example, FraudRules, PreferenceRules, RouteRow, SampleRow, SeasonRow, SettlementRow, TierRow,
};
use crate::checklist::Text;
use crate::codes::{Disposition, Finding, Gate, Grade, HoldReason, Settlement};
use crate::ids::{CategoryCode, DerogationCode, RowId, Sha256Hex};
use crate::money::{Currency, Money};

/// A policy whose signature was verified, with the hash of its signed bytes. Who makes one vouches for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPolicy {
    /// The policy.
    pub policy: Policy,
    /// SHA-256 of the original bytes.
    pub hash: Sha256Hex,
}

/// The decision table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Rises with every change.
    pub number: u32,
    /// Day of issue.
    pub date: Date,
    /// Currency of its limits and costs. A unit valued in another has, for this policy, no known value.
    pub currency: Currency,
    /// What calls for a second person.
    pub review: ReviewRules,
    /// What happens to a unit for which no second person can be found; without one it waits.
    pub provisional: Option<Provisional>,
    /// First layer. Hit policy FIRST within each gate.
    pub gates: Vec<GateRow>,
    /// Second layer. Hit policy UNIQUE.
    pub candidates: Vec<CandidateRow>,
    /// Share of the price that a disposition brings in, by grade. The first row that fits counts; none: 0.
    #[serde(default)]
    pub recovery: Vec<RecoveryRow>,
    /// What a disposition costs. The first row that fits counts; none: nothing.
    #[serde(default)]
    pub costs: Vec<CostRow>,
    /// What the customer gets, after the disposition is chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settlements: Vec<SettlementRow>,
    /// How far the customer's preference is followed.
    #[serde(default)]
    pub preference: PreferenceRules,
    /// How fast whose returns are worked on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierRow>,
    /// When signals stop a unit.
    #[serde(default)]
    pub fraud: FraudRules,
    /// Value lost per week by category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decay: Vec<DecayRow>,
    /// Seasons in which it is lost faster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<SeasonRow>,
    /// What dispositions mean for waste and climate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteRow>,
    /// The sentences that rows name by their key; to be shown to customers too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sentences: BTreeMap<String, Text>,
    /// Cases that it must decide as said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// What calls for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewRules {
    /// Units of a higher value are reviewed, in minor units of the policy's currency.
    pub value_over_minor: Option<i64>,
    /// Findings that count as a fraud signal; each alone only asks for the second look.
    pub fraud_signals: Vec<Finding>,
    /// Blind re-grades among a thousand units.
    pub sample_per_mille: u16,
    /// The same by category and grader.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SampleRow>,
    /// Days that an expired operator list still grants supervisor powers.
    pub supervisor_grace_days: u16,
}

/// What happens to a unit whose review cannot take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisional {
    /// Must stay in the building.
    pub disposition: Disposition,
    /// Hours that the review must have waited.
    pub after_hours: u32,
}

/// A row of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRow {
    /// Unique in the policy.
    pub id: RowId,
    /// Which gate.
    pub gate: Gate,
    /// When it acts.
    #[serde(default)]
    pub when: Conditions,
    /// What it does.
    pub effect: GateEffect,
    /// The settlement that a forced disposition proposes.
    pub settlement: Option<Settlement>,
    /// The hold that it sets.
    pub hold: Option<HoldReason>,
    /// The unit goes to review.
    #[serde(default)]
    pub review: bool,
    /// Key of the sentence that explains it.
    pub why: String,
}

/// What a gate row does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateEffect {
    /// These dispositions are not allowed.
    Forbid(Vec<Disposition>),
    /// This one it must be.
    Force(Disposition),
    /// What later rows of the same gate forbid is allowed here, under this derogation.
    Permit {
        /// These dispositions.
        dispositions: Vec<Disposition>,
        /// The lawful exception that is recorded with the decision.
        derogation: DerogationCode,
    },
}

/// A row of candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateRow {
    /// Unique in the policy.
    pub id: RowId,
    /// When it applies.
    #[serde(default)]
    pub when: Conditions,
    /// Allowed dispositions in order of preference.
    pub allowed: Vec<Disposition>,
    /// The settlement that it proposes.
    pub settlement: Settlement,
    /// The unit goes to review.
    #[serde(default)]
    pub review: bool,
    /// Key of the sentence that explains it.
    pub why: String,
}

/// Share of the price that a disposition brings in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryRow {
    /// For these categories.
    #[serde(default)]
    pub category: Cell<CategoryCode>,
    /// For this grade.
    pub grade: Grade,
    /// For this disposition.
    pub disposition: Disposition,
    /// Percent of the price.
    pub percent: Decimal,
    /// Where the figure comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What a disposition costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRow {
    /// For these categories.
    #[serde(default)]
    pub category: Cell<CategoryCode>,
    /// For this disposition.
    pub disposition: Disposition,
    /// Work and transport, in minor units of the policy's currency.
    pub cost_minor: i64,
    /// Days until the value is recovered; the item loses its weekly decay meanwhile.
    #[serde(default)]
    pub days: u32,
    /// Where the figures come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Policy {
    /// A policy without rows: everything goes to QUARANTINE.
    pub fn empty(number: u32, date: Date, currency: Currency) -> Self {
        Self {
            number,
            date,
            currency,
            review: ReviewRules::default(),
            provisional: None,
            gates: Vec::new(),
            candidates: Vec::new(),
            recovery: Vec::new(),
            costs: Vec::new(),
            settlements: Vec::new(),
            preference: PreferenceRules::default(),
            tiers: Vec::new(),
            fraud: FraudRules::default(),
            decay: Vec::new(),
            seasons: Vec::new(),
            routes: Vec::new(),
            sentences: BTreeMap::new(),
            examples: Vec::new(),
        }
    }

    /// The limit above which a unit is reviewed.
    pub fn review_limit(&self) -> Option<Money> {
        self.review.value_over_minor.map(|minor| Money::new(minor, self.currency))
    }

    /// Everything that is wrong with the policy as written; empty when it can be used.
    pub fn faults(&self) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        let gates = self.gates.iter().map(|row| &row.id);
        let mut seen = std::collections::BTreeSet::new();
        for id in gates.chain(self.candidates.iter().map(|row| &row.id)) {
            if !seen.insert(id) {
                faults.push(PolicyFault::RowTwice(id.clone()));
            }
        }
        for row in self.candidates.iter().filter(|row| row.allowed.is_empty()) {
            faults.push(PolicyFault::AllowsNothing(row.id.clone()));
        }
        if let Some(provisional) = self.provisional
            && !provisional.disposition.stays_in_building()
        {
            faults.push(PolicyFault::ProvisionalLeaves(provisional.disposition));
        }
        for row in &self.gates {
            if matches!(&row.effect, GateEffect::Forbid(these) if these.contains(&Disposition::Quarantine)) {
                faults.push(PolicyFault::ForbidsQuarantine(row.id.clone()));
            }
        }
        if self.review.sample_per_mille > 1000 {
            faults.push(PolicyFault::SampleRate(self.review.sample_per_mille));
        }
        faults
    }
}

/// What is wrong with a policy as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Two rows with one id.
    #[error("row {0} is there twice")]
    RowTwice(RowId),
    /// A candidate row that allows nothing.
    #[error("row {0} allows no disposition")]
    AllowsNothing(RowId),
    /// A provisional disposition that leaves the building.
    #[error("{0} leaves the building and cannot be provisional")]
    ProvisionalLeaves(Disposition),
    /// QUARANTINE is what is left when nothing else is allowed.
    #[error("row {0} forbids QUARANTINE")]
    ForbidsQuarantine(RowId),
    /// More than a thousand in a thousand.
    #[error("a sample of {0} per mille")]
    SampleRate(u16),
}

impl PolicyFault {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RowTwice(_) => "row-twice",
            Self::AllowsNothing(_) => "row-allows-nothing",
            Self::ProvisionalLeaves(_) => "provisional-leaves",
            Self::ForbidsQuarantine(_) => "forbids-quarantine",
            Self::SampleRate(_) => "sample-rate",
        }
    }
}
