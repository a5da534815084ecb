//! What is wrong with a policy before it is published: cases that no candidate row covers, rows that meet, rows
//! that can never act, words that nobody knows, examples that come out otherwise.
//!
//! Gaps, overlaps and shadowed rows are found exactly, over the closed vocabulary: the columns that rows use are
//! divided into the parts that rows distinguish (a code named or any other, a stretch between bounds, yes and no, a
//! finding seen or not), and the combinations are searched, all facts known. A fact that is missing is no gap: it
//! ends in QUARANTINE by design.

mod faults;
mod search;
mod space;
mod witness;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use faults::CheckFault;
pub use witness::Part;

use self::search::uncovered;
use self::space::{Asking, Region, Space};
use super::decision::Decision;
use super::explain::Layer;
use super::inputs::Inputs;
use super::table::{Policy, VerifiedPolicy};
use crate::codes::{Finding, Gate};
use crate::ids::{CategoryCode, CustomerTier, OwnerCode, RowId, Sha256Hex};

/// Findings of one kind after which no more are looked for: such a policy is refused all the same.
const MOST: usize = 1_000;

/// Words that are known beside the policy's own. What is not given is not checked.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Categories, those with a checklist or a product.
    pub categories: Option<BTreeSet<CategoryCode>>,
    /// Owners.
    pub owners: Option<BTreeSet<OwnerCode>>,
    /// Tiers beside those that the policy has queue weights for.
    pub tiers: Option<BTreeSet<CustomerTier>>,
    /// Findings that some checklist or the station itself can come to.
    pub findings: Option<BTreeSet<Finding>>,
    /// Keys of sentences beside the policy's own.
    pub sentences: BTreeSet<String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// Rows of gates, candidates and settlements.
    pub rows: usize,
    /// Cases that no candidate row covers, at most 1,000.
    pub gaps: Vec<Gap>,
    /// Candidate rows that both match some unit, at most 1,000.
    pub overlaps: Vec<Overlap>,
    /// Rows that can never act.
    pub shadowed: Vec<Shadowed>,
    /// Everything else.
    pub faults: Vec<CheckFault>,
    /// Examples that were run.
    pub examples: usize,
    /// Those that came out otherwise.
    pub failed: Vec<FailedExample>,
}

impl PolicyReport {
    /// Whether the policy may be published.
    pub fn is_clean(&self) -> bool {
        self.gaps.is_empty()
            && self.overlaps.is_empty()
            && self.shadowed.is_empty()
            && self.faults.is_empty()
            && self.failed.is_empty()
    }
}

/// Units that no candidate row covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The cells that a row would need; a column that is not there may be anything.
    pub cells: Vec<Part>,
    /// One of them.
    pub witness: Inputs,
}

/// Two candidate rows that both match some unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The first.
    pub first: RowId,
    /// The other.
    pub second: RowId,
    /// What both match.
    pub cells: Vec<Part>,
    /// A unit that both match.
    pub witness: Inputs,
}

/// A row that can never act: a gate's or settlement row whose units the rows before it take, or a candidate row
/// whose units all match another row too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shadowed {
    /// The row.
    pub row: RowId,
    /// Its layer.
    pub layer: Layer,
    /// The rows that take its units.
    pub by: Vec<RowId>,
    /// A unit that the row matches, and on which another acts.
    pub witness: Inputs,
}

/// An example that did not come out as it must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedExample {
    /// Its name.
    pub name: String,
    /// What differs.
    pub differs: Vec<Difference>,
    /// What the policy decided.
    pub decision: Decision,
}

/// Something that an example expected otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// `disposition`, `settlement`, `row`, `review`, `preference` or `derogation`.
    pub what: String,
    /// As expected.
    pub expected: String,
    /// As decided; empty where there is none.
    pub found: String,
}

impl Policy {
    /// Everything that stands against publishing the policy.
    pub fn check(&self, vocabulary: &Vocabulary) -> PolicyReport {
        let mut report = PolicyReport {
            rows: self.gates.len() + self.candidates.len() + self.settlements.len(),
            gaps: Vec::new(),
            overlaps: Vec::new(),
            shadowed: Vec::new(),
            faults: self.check_faults(vocabulary),
            examples: self.examples.len(),
            failed: self.failed_examples(),
        };
        self.check_gates(&mut report);
        self.check_candidates(&mut report);
        self.check_settlements(&mut report);
        report
    }

    fn check_gates(&self, report: &mut PolicyReport) {
        for gate in Gate::ALL {
            let rows: Vec<_> = self.gates.iter().filter(|row| row.gate == *gate).collect();
            let asking: Vec<_> = rows.iter().map(|row| Asking::of(&row.when)).collect();
            let placed = Placed::of(self, &asking, rows.iter().map(|row| &row.id));
            // A row that permits does not end its gate: it shadows other rows that permit the same, at most.
            let before = |at: usize| -> Vec<usize> {
                (0..at).filter(|one| rows.get(*one).is_some_and(|row| !row.effect.permits())).collect()
            };
            placed.shadowed(Layer::Gate, before, report);
        }
    }

    fn check_candidates(&self, report: &mut PolicyReport) {
        let asking: Vec<_> = self.candidates.iter().map(|row| Asking::of(&row.when)).collect();
        let placed = Placed::of(self, &asking, self.candidates.iter().map(|row| &row.id));
        placed.gaps(report);
        placed.overlaps(report);
        let others = |at: usize| (0..self.candidates.len()).filter(|one| *one != at).collect();
        placed.shadowed(Layer::Candidate, others, report);
    }

    fn check_settlements(&self, report: &mut PolicyReport) {
        let asking: Vec<_> = self
            .settlements
            .iter()
            .map(|row| Asking { when: &row.when, tier: Some(&row.tier), disposition: Some(&row.disposition) })
            .collect();
        let placed = Placed::of(self, &asking, self.settlements.iter().map(|row| &row.id));
        placed.shadowed(Layer::Settlement, |at| (0..at).collect(), report);
    }

    fn failed_examples(&self) -> Vec<FailedExample> {
        let verified = VerifiedPolicy { policy: self.clone(), hash: Sha256Hex([0; 32]) };
        let run = |example: &super::terms::Example| {
            let decision = verified.decide_for(&example.inputs, example.tier.as_ref());
            let differs = example.expect.differs(&decision);
            (!differs.is_empty()).then(|| FailedExample { name: example.name.clone(), differs, decision })
        };
        self.examples.iter().filter_map(run).collect()
    }
}

/// Rows as regions of one space.
struct Placed<'p> {
    space: Space,
    rows: Vec<(&'p RowId, Region)>,
}

impl<'p> Placed<'p> {
    fn of(policy: &Policy, asking: &[Asking<'_>], ids: impl Iterator<Item = &'p RowId>) -> Self {
        let space = Space::of(asking, policy.currency);
        let rows = ids.zip(asking.iter().map(|row| space.region(row))).collect();
        Self { space, rows }
    }

    fn gaps(&self, report: &mut PolicyReport) {
        let regions: Vec<&Region> = self.rows.iter().map(|(_, region)| region).collect();
        let search = uncovered(self.space.whole(), &regions, MOST);
        if search.gave_up {
            report.faults.push(CheckFault::NotSearched);
        }
        report.gaps.extend(search.uncovered.iter().map(|region| Gap {
            cells: witness::parts(&self.space, region),
            witness: witness::witness(&self.space, region).0,
        }));
    }

    fn overlaps(&self, report: &mut PolicyReport) {
        let pairs = self.rows.iter().enumerate().flat_map(|(at, first)| {
            let later = self.rows.iter().skip(at + 1);
            later.filter(|second| first.1.meets(&second.1)).map(move |second| (first, second))
        });
        report.overlaps.extend(pairs.take(MOST).map(|((first, one), (second, other))| {
            let both = one.shared(other);
            Overlap {
                first: (*first).clone(),
                second: (*second).clone(),
                cells: witness::parts(&self.space, &both),
                witness: witness::witness(&self.space, &both).0,
            }
        }));
    }

    /// Rows whose units are all taken by others of theirs.
    fn shadowed(&self, layer: Layer, others: impl Fn(usize) -> Vec<usize>, report: &mut PolicyReport) {
        for (at, (row, region)) in self.rows.iter().enumerate() {
            if region.is_void() {
                report.faults.push(CheckFault::NeverMatches { row: (*row).clone() });
                continue;
            }
            let met: Vec<_> = others(at)
                .into_iter()
                .filter_map(|other| self.rows.get(other))
                .filter(|(_, other)| !other.is_void() && other.meets(region))
                .collect();
            let regions: Vec<&Region> = met.iter().map(|(_, other)| other).collect();
            let search = uncovered(region.clone(), &regions, 1);
            if search.gave_up {
                report.faults.push(CheckFault::NotSearched);
            } else if search.uncovered.is_empty() {
                report.shadowed.push(Shadowed {
                    row: (*row).clone(),
                    layer,
                    by: met.iter().map(|(id, _)| (*id).clone()).collect(),
                    witness: witness::witness(&self.space, region).0,
                });
            }
        }
    }
}

impl Region {
    /// What is in both, which must meet. Of two choices of findings one is made, so that it may be less.
    fn shared(&self, other: &Self) -> Self {
        let masks = self.masks.iter().zip(&other.masks).map(|(a, b)| a.and(b)).collect();
        let (all, none) = (self.all | other.all, self.none | other.none);
        let pick = |any: u64, all: u64| {
            let left = if any & all == 0 { any & !none } else { 0 };
            left & left.wrapping_neg()
        };
        match (self.any, other.any) {
            (any, 0) | (0, any) => Self { masks, all, none, any },
            (one, two) if one == two => Self { masks, all, none, any: one },
            (one, two) => {
                let common = pick(one & two, all);
                let all = all | common;
                let all = all | pick(one, all);
                Self { masks, all: all | pick(two, all), none, any: 0 }
            }
        }
        .plain()
    }
}

impl super::terms::Expect {
    /// What a decision has otherwise than expected.
    pub fn differs(&self, decision: &Decision) -> Vec<Difference> {
        fn text<T: ToString>(value: Option<T>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let mut differs = Vec::new();
        let mut compare = |what: &str, expected: Option<String>, found: String| {
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                differs.push(Difference { what: what.to_owned(), expected, found });
            }
        };
        compare("disposition", Some(self.disposition.to_string()), decision.disposition.to_string());
        compare("settlement", self.settlement.map(|one| one.to_string()), decision.settlement.to_string());
        let rows = decision.rows.iter().map(RowId::as_str).collect::<Vec<_>>().join(" ");
        let fired = self.row.as_ref().filter(|row| decision.rows.contains(row)).map(RowId::to_string);
        compare("row", self.row.as_ref().map(RowId::to_string), fired.unwrap_or(rows));
        let review = |review: bool| super::columns::yes_or_no(review).to_owned();
        compare("review", self.review.map(review), review(!decision.review.is_empty()));
        let outcome = decision.preference.as_ref().map(|answer| answer.outcome);
        compare("preference", self.preference.map(|one| one.to_string()), text(outcome));
        let derogation = self.derogation.as_ref().map(ToString::to_string);
        compare("derogation", derogation, text(decision.derogation.as_ref()));
        differs
    }
}
