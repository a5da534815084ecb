//! A draft against the policy in force, on the units of the past: what would change, in units and in money. Policies are
//! compared with each other, never with what people made of them: a draft that changes nothing moves nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::inputs::Inputs;
use super::table::VerifiedPolicy;
use crate::codes::{Disposition, Settlement};
use crate::ids::{CustomerTier, UnitId};
use crate::money::{Currency, Money};

/// A unit that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastUnit {
    /// The unit.
    pub unit: UnitId,
    /// What the policy saw.
    pub inputs: Inputs,
    /// The customer's tier.
    pub tier: Option<CustomerTier>,
    /// Whether a person chose the disposition, whatever the policy proposed.
    pub chosen_by_person: bool,
}

/// What a draft would change. Amounts are of the draft's currency; a unit whose value by either policy is unknown or
/// in another currency counts in none of them, on neither side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// Units of the past.
    pub units: u64,
    /// Those that both policies send the same way.
    pub unchanged: u64,
    /// Those for which a person chose; they count in all the rest by what the policies say.
    pub chosen_by_people: u64,
    /// Those without a comparable value.
    pub without_value: u64,
    /// Recovered by the policy in force, of all units.
    pub before: Money,
    /// Recovered by the draft, of all units.
    pub after: Money,
    /// Where units would go instead: the most units first.
    pub moves: Vec<Move>,
    /// What customers would get instead: the most units first.
    pub settlements: Vec<SettlementMove>,
    /// Units that would need a second person and do not now.
    pub reviews_added: u64,
    /// Units that need a second person now and would not.
    pub reviews_dropped: u64,
}

/// Units that would go elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where the policy in force sends them.
    pub from: Disposition,
    /// Where they would go.
    pub to: Disposition,
    /// How many.
    pub units: u64,
    /// Recovered by the policy in force.
    pub before: Money,
    /// Recovered by the draft.
    pub after: Money,
}

/// Units whose customers would get something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementMove {
    /// What the policy in force proposes.
    pub from: Settlement,
    /// What would be.
    pub to: Settlement,
    /// How many.
    pub units: u64,
}

/// Decides every unit of the past by the draft and by the policy in force.
pub fn simulate<'u>(
    draft: &VerifiedPolicy,
    in_force: &VerifiedPolicy,
    past: impl IntoIterator<Item = &'u PastUnit>,
) -> Simulation {
    let mut sums = Sums::default();
    for unit in past {
        sums.add(draft, in_force, unit);
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
    chosen_by_people: u64,
    without_value: u64,
    moves: BTreeMap<(Disposition, Disposition), Sum>,
    settlements: BTreeMap<(Settlement, Settlement), u64>,
    reviews_added: u64,
    reviews_dropped: u64,
}

impl Sums {
    fn add(&mut self, draft: &VerifiedPolicy, in_force: &VerifiedPolicy, unit: &PastUnit) {
        let before = in_force.decide_for(&unit.inputs, unit.tier.as_ref());
        let after = draft.decide_for(&unit.inputs, unit.tier.as_ref());
        let currency = draft.policy.currency;
        let minor =
            |money: Option<Money>| money.filter(|money| money.currency == currency).map(|money| money.minor);
        let worth = minor(before.recovered).zip(minor(after.recovered));
        self.all.count(worth);
        self.without_value += u64::from(worth.is_none());
        self.chosen_by_people += u64::from(unit.chosen_by_person);
        if before.disposition == after.disposition {
            self.unchanged += 1;
        } else {
            self.moves.entry((before.disposition, after.disposition)).or_default().count(worth);
        }
        if before.settlement != after.settlement {
            *self.settlements.entry((before.settlement, after.settlement)).or_default() += 1;
        }
        let (did, would) = (!before.review.is_empty(), !after.review.is_empty());
        self.reviews_added += u64::from(would && !did);
        self.reviews_dropped += u64::from(did && !would);
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
            chosen_by_people: self.chosen_by_people,
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
