//! What the policy decided, and why.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::inputs::Inputs;
use crate::codes::{
    Disposition, Gate, HoldReason, Preference, PreferenceOutcome, ReviewCause, SellerResponse, Settlement,
};
use crate::ids::{CustomerTier, DerogationCode, RowId, Sha256Hex};
use crate::money::Money;

/// A decision that explains itself: everything that it saw and every row that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Where the unit goes.
    pub disposition: Disposition,
    /// What the customer should get; head office settles.
    pub settlement: Settlement,
    /// Rows that fired, in order.
    pub rows: Vec<RowId>,
    /// The gate that forced the disposition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// What the policy saw.
    pub inputs: Inputs,
    /// Second choice, or why there is none.
    pub next_best: NextBest,
    /// Net recovered value, where the unit's value is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<Money>,
    /// The explanation, one sentence after the other.
    pub why: Vec<Why>,
    /// Why a second person must look before it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<ReviewCause>,
    /// The holds that gates set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldReason>,
    /// What became of the customer's preference, and the sentence to show them where it is not honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<PreferenceAnswer>,
    /// What the shop answers, as a proposal for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<SellerResponse>,
    /// The lawful exception under which it is destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derogation: Option<DerogationCode>,
    /// The customer's tier, which only the settlement may depend on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<CustomerTier>,
    /// The policy's number.
    pub policy_number: u32,
    /// The policy's hash.
    pub policy_hash: Sha256Hex,
}

/// What became of the customer's preference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceAnswer {
    /// What the customer would like.
    pub asked: Preference,
    /// What became of it.
    pub outcome: PreferenceOutcome,
    /// The sentence for the customer; none where it is honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// The second choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NextBest {
    /// It would have been allowed.
    Allowed {
        /// Where the unit would go.
        disposition: Disposition,
        /// Net recovered value, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovered: Option<Money>,
        /// How much less that is than the first choice brings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        less_by: Option<Money>,
    },
    /// The candidate row names it, a gate forbids it.
    Forbidden {
        /// Where the unit would go.
        disposition: Disposition,
        /// The gate.
        gate: Gate,
        /// Its row.
        row: RowId,
    },
    /// There is none.
    None,
}

/// One sentence of an explanation: a code that the screen has words for, and what goes into them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Why {
    /// Which sentence.
    pub code: WhyCode,
    /// Its arguments by name; values are codes, ids and amounts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Why {
    /// A sentence without arguments.
    pub fn of(code: WhyCode) -> Self {
        Self { code, args: BTreeMap::new() }
    }

    /// The sentence with one more argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Codes or ids as one argument of a sentence.
pub(super) fn list<T: fmt::Display>(these: &[T]) -> String {
    let mut text = String::new();
    for (at, one) in these.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{}{one}", if at == 0 { "" } else { " " });
    }
    text
}

crate::codes::codes! {
    /// Sentences of an explanation.
    WhyCode {
        /// `row`, `gate`, `why`, `disposition`.
        GateForces = "GATE_FORCES",
        /// `row`, `gate`, `why`, `dispositions`.
        GateForbids = "GATE_FORBIDS",
        /// `row`, `why`, `dispositions`.
        RowAllows = "ROW_ALLOWS",
        /// `disposition`, `recovered_minor`, `currency`.
        BestValue = "BEST_VALUE",
        /// `disposition`: the value is unknown, so the row's order counts.
        FirstPreference = "FIRST_PREFERENCE",
        /// `disposition`: nothing else is allowed.
        OnlyChoice = "ONLY_CHOICE",
        /// No row covers the unit.
        NoRow = "NO_ROW",
        /// `rows`: more than one candidate row matches.
        RowsOverlap = "ROWS_OVERLAP",
        /// `rows`: rows that a missing fact left open.
        FactMissing = "FACT_MISSING",
        /// `row`: gates forbid all that the row allows.
        AllForbidden = "ALL_FORBIDDEN",
        /// `value_minor`, `limit_minor`, `currency`.
        ValueOverLimit = "VALUE_OVER_LIMIT",
        /// There is a review limit, and the unit's value is unknown or in another currency.
        ValueUnknown = "VALUE_UNKNOWN",
        /// A fraud signal was seen.
        FraudSignal = "FRAUD_SIGNAL",
        /// The station's clock lies before head office's last signed time.
        ClockBehind = "CLOCK_BEHIND",
        /// `preference`, `disposition`: it is done as the customer would like.
        PreferenceHonoured = "PREFERENCE_HONOURED",
        /// `preference`, `gate`, `row`, `why`: law or safety forbids what the customer would like.
        PreferenceForbidden = "PREFERENCE_FORBIDDEN",
        /// `preference`, `row`: not offered for such a unit.
        PreferenceNotOffered = "PREFERENCE_NOT_OFFERED",
        /// `preference`, `cost_minor`, `limit_minor`, `currency`: it would cost more than the policy allows.
        PreferenceTooDear = "PREFERENCE_TOO_DEAR",
        /// `preference`: a person must look first.
        PreferenceUndecided = "PREFERENCE_UNDECIDED",
        /// `preference`, `disposition`: a person has chosen otherwise.
        PreferenceSetAside = "PREFERENCE_SET_ASIDE",
        /// `row`, `gate`, `derogation`, `dispositions`, `why`: a lawful exception applies.
        GatePermits = "GATE_PERMITS",
        /// `row`, `why`, `settlement`: what the customer gets.
        SettlementRow = "SETTLEMENT_ROW",
        /// `signals`: several things do not fit, so it is stopped until a person has looked.
        SeveralSignals = "SEVERAL_SIGNALS",
        /// A person chose it: `reason`, `instead_of`.
        Overridden = "OVERRIDDEN",
        /// A reviewer chose it.
        Reviewed = "REVIEWED",
        /// No second person in time: provisional.
        Provisional = "PROVISIONAL",
    }
}
