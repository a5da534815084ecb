//! A draft against the units of the past: what would change, in units and in money.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::inputs::Inputs;
use super::table::VerifiedPolicy;
use crate::codes::{Disposition, Settlement};
use crate::ids::{CustomerTier, UnitId};
use crate::money::{Currency, Money};

/// A unit as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastUnit {
    /// The unit.
    pub unit: UnitId,
    /// What the policy saw.
    pub inputs: Inputs,
    /// The customer's tier.
    pub tier: Option<CustomerTier>,
    /// Where it went.
    pub disposition: Disposition,
    /// What was proposed for the customer.
    pub settlement: Settlement,
    /// Net recovered value as reckoned then.
    pub recovered: Option<Money>,
    /// Whether the policy asked for a second person.
    pub review: bool,
}

/// What a draft would change. Amounts are of the draft's currency; a unit whose value then or now is unknown or in
/// another currency counts in none of them, on neither side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// Units of the past.
    pub units: u64,
    /// Those that would go where they went.
    pub unchanged: u64,
    /// Those without a comparable value.
    pub without_value: u64,
    /// Recovered then, of all units.
    pub before: Money,
    /// Recovered by the draft, of all units.
    pub after: Money,
    /// Where units would go instead: the most units first.
    pub moves: Vec<Move>,
    /// What customers would get instead: the most units first.
    pub settlements: Vec<SettlementMove>,
    /// Units that would need a second person and did not.
    pub reviews_added: u64,
    /// Units that needed a second person and would not.
    pub reviews_dropped: u64,
}

/// Units that would go elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where they went.
    pub from: Disposition,
    /// Where they would go.
    pub to: Disposition,
    /// How many.
    pub units: u64,
    /// Recovered then.
    pub before: Money,
    /// Recovered by the draft.
    pub after: Money,
}

/// Units whose customers would get something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementMove {
    /// What was proposed.
    pub from: Settlement,
    /// What would be.
    pub to: Settlement,
    /// How many.
    pub units: u64,
}

/// Decides every unit of the past by the draft.
pub fn simulate<'u>(draft: &VerifiedPolicy, past: impl IntoIterator<Item = &'u PastUnit>) -> Simulation {
    let mut sums = Sums::default();
    for unit in past {
        sums.add(draft, unit);
    }
    sums.told(draft.policy.currency)
}

#[derive(Default)]
struct Sum {
    units: u64,
    before: i64,
    after: i64,
}

#[derive(Default)]
struct Sums {
    all: Sum,
    unchanged: u64,
    without_value: u64,
    moves: BTreeMap<(Disposition, Disposition), Sum>,
    settlements: BTreeMap<(Settlement, Settlement), u64>,
    reviews_added: u64,
    reviews_dropped: u64,
}

impl Sums {
    fn add(&mut self, draft: &VerifiedPolicy, unit: &PastUnit) {
        let decision = draft.decide_for(&unit.inputs, unit.tier.as_ref());
        let currency = draft.policy.currency;
        let minor =
            |money: Option<Money>| money.filter(|money| money.currency == currency).map(|money| money.minor);
        let worth = minor(unit.recovered).zip(minor(decision.recovered));
        self.all.count(worth);
        self.without_value += u64::from(worth.is_none());
        if decision.disposition == unit.disposition {
            self.unchanged += 1;
        } else {
            self.moves.entry((unit.disposition, decision.disposition)).or_default().count(worth);
        }
        if decision.settlement != unit.settlement {
            *self.settlements.entry((unit.settlement, decision.settlement)).or_default() += 1;
        }
        let review = !decision.review.is_empty();
        self.reviews_added += u64::from(review && !unit.review);
        self.reviews_dropped += u64::from(!review && unit.review);
    }

    fn told(self, currency: Currency) -> Simulation {
        let money = |minor| Money::new(minor, currency);
        let told = |((from, to), sum): ((_, _), Sum)| Move {
            from,
            to,
            units: sum.units,
            before: money(sum.before),
            after: money(sum.after),
        };
        let mut moves: Vec<Move> = self.moves.into_iter().map(told).collect();
        moves.sort_by_key(|change| std::cmp::Reverse(change.units));
        let told = |((from, to), units)| SettlementMove { from, to, units };
        let mut settlements: Vec<SettlementMove> = self.settlements.into_iter().map(told).collect();
        settlements.sort_by_key(|change| std::cmp::Reverse(change.units));
        Simulation {
            units: self.all.units,
            unchanged: self.unchanged,
            without_value: self.without_value,
            before: money(self.all.before),
            after: money(self.all.after),
            moves,
            settlements,
            reviews_added: self.reviews_added,
            reviews_dropped: self.reviews_dropped,
        }
    }
}

impl Sum {
    fn count(&mut self, worth: Option<(i64, i64)>) {
        self.units += 1;
        if let Some((before, after)) = worth {
            self.before = self.before.saturating_add(before);
            self.after = self.after.saturating_add(after);
        }
    }
}
