//! The policy row by row: what each asked, and what the unit had.

use std::fmt::Display;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Findings, Flag, Known, Range};
use super::columns::{self, Visit, codes_text, findings_text, flag_text, number, range_text, yes_or_no};
use super::conditions::Conditions;
use super::decide::{Matching, matching};
use super::decision::Decision;
use super::gates::Gates;
use super::inputs::Inputs;
use super::table::{Policy, VerifiedPolicy};
use super::terms::SettlementRow;
use crate::codes::{Disposition, Gate};
use crate::ids::{CustomerTier, RowId};
use crate::money::{Currency, Money};

/// A decision with the answer of every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What was decided.
    pub decision: Decision,
    /// What the policy saw: column and value as the tables write them; empty where it is unknown.
    pub facts: Vec<(String, String)>,
    /// Gates in the order in which they are asked, then candidates, then settlement rows.
    pub rows: Vec<RowAnswer>,
    /// What row and gates allow by net recovered value, best first; empty where no single row matches.
    pub ranking: Vec<(Disposition, Option<Money>)>,
}

/// What one row answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowAnswer {
    /// The row.
    pub row: RowId,
    /// Its layer.
    pub layer: Layer,
    /// Its answer.
    pub answer: Answered,
    /// The first cell that said no; without one, the first that lacked its fact. None for a row that fired or
    /// was not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<AskedCell>,
}

/// A cell and what it met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedCell {
    /// The column's name in the tables.
    pub column: String,
    /// What it asks, as the tables write it.
    pub asked: String,
    /// What the unit has; empty where that is unknown.
    pub has: String,
}

crate::codes::codes! {
    /// A layer of rows.
    Layer {
        Gate = "GATE",
        Candidate = "CANDIDATE",
        Settlement = "SETTLEMENT",
    }
}

crate::codes::codes! {
    /// What a row answered.
    Answered {
        /// It matches and acts.
        Fired = "FIRED",
        /// A cell does not fit.
        No = "NO",
        /// A fact is missing.
        Unknown = "UNKNOWN",
        /// A row before it acted.
        NotReached = "NOT_REACHED",
    }
}

impl VerifiedPolicy {
    /// Decides, and gives the answer of every row.
    pub fn explain(&self, inputs: &Inputs, tier: Option<&CustomerTier>) -> Explanation {
        let decision = self.decide_for(inputs, tier);
        let policy = &self.policy;
        let mut rows = Vec::new();
        policy.explain_gates(inputs, &mut rows);
        rows.extend(
            policy
                .candidates
                .iter()
                .map(|row| asked(&row.id, Layer::Candidate, &row.when, inputs, policy.currency)),
        );
        policy.explain_settlements(inputs, tier, &decision, &mut rows);
        let gates = Gates::ask(policy, inputs);
        let ranking = match matching(policy, inputs) {
            Matching::One(row) => policy.ranked(inputs, row, |one| gates.forbidding(one).is_none()),
            _ => Vec::new(),
        };
        let facts = columns::facts(inputs, policy.currency);
        let facts = facts.into_iter().map(|(column, value)| (column.to_owned(), value)).collect();
        Explanation { decision, facts, rows, ranking }
    }
}

impl Policy {
    fn explain_gates(&self, inputs: &Inputs, rows: &mut Vec<RowAnswer>) {
        for gate in Gate::ALL {
            let mut acted = false;
            for row in self.gates.iter().filter(|row| row.gate == *gate) {
                if acted {
                    rows.push(not_reached(&row.id, Layer::Gate));
                    continue;
                }
                let answer = asked(&row.id, Layer::Gate, &row.when, inputs, self.currency);
                acted = answer.answer == Answered::Fired && !row.effect.permits();
                rows.push(answer);
            }
        }
    }

    fn explain_settlements(
        &self,
        inputs: &Inputs,
        tier: Option<&CustomerTier>,
        decision: &Decision,
        rows: &mut Vec<RowAnswer>,
    ) {
        let mut acted = false;
        for row in &self.settlements {
            let answer = row.explained(inputs, tier, decision.disposition, self.currency);
            let fires = answer.answer == Answered::Fired;
            // Where nothing was decided of the unit, no settlement row is asked.
            let reached = !acted && (!fires || decision.rows.contains(&row.id));
            rows.push(if reached { answer } else { not_reached(&row.id, Layer::Settlement) });
            acted |= fires;
        }
    }
}

impl SettlementRow {
    fn explained(
        &self,
        inputs: &Inputs,
        tier: Option<&CustomerTier>,
        disposition: Disposition,
        currency: Currency,
    ) -> RowAnswer {
        let refused = |column: &str, asked: String, has: String| RowAnswer {
            row: self.id.clone(),
            layer: Layer::Settlement,
            answer: Answered::No,
            cell: Some(AskedCell { column: column.to_owned(), asked, has }),
        };
        if !self.tier_fits(tier) {
            return refused(
                "tier",
                codes_text(&self.tier),
                tier.map(ToString::to_string).unwrap_or_default(),
            );
        }
        if self.disposition.matches(Some(&disposition)) == Known::No {
            return refused("disposition", codes_text(&self.disposition), disposition.to_string());
        }
        asked(&self.id, Layer::Settlement, &self.when, inputs, currency)
    }
}

fn not_reached(row: &RowId, layer: Layer) -> RowAnswer {
    RowAnswer { row: row.clone(), layer, answer: Answered::NotReached, cell: None }
}

/// The answer of a row's conditions, with the first cell that stands against it.
fn asked(row: &RowId, layer: Layer, when: &Conditions, inputs: &Inputs, currency: Currency) -> RowAnswer {
    let mut against = Against { currency, no: None, unknown: None };
    when.visit(inputs, currency, &mut against);
    let (answer, cell) = match (against.no, against.unknown) {
        (Some(cell), _) => (Answered::No, Some(cell)),
        (None, Some(cell)) => (Answered::Unknown, Some(cell)),
        (None, None) => (Answered::Fired, None),
    };
    RowAnswer { row: row.clone(), layer, answer, cell }
}

/// The first cell that says no, and the first that does not know.
struct Against {
    currency: Currency,
    no: Option<AskedCell>,
    unknown: Option<AskedCell>,
}

impl Against {
    fn note(&mut self, answer: Known, column: &str, texts: impl FnOnce() -> (String, String)) {
        let slot = match answer {
            Known::Yes => return,
            Known::No => &mut self.no,
            Known::Unknown => &mut self.unknown,
        };
        if slot.is_none() {
            let (asked, has) = texts();
            *slot = Some(AskedCell { column: column.to_owned(), asked, has });
        }
    }
}

impl Visit for Against {
    fn codes<T: Display + PartialEq>(&mut self, column: &'static str, cell: &Cell<T>, fact: Option<&T>) {
        let texts = || (codes_text(cell), fact.map(T::to_string).unwrap_or_default());
        self.note(cell.matches(fact), column, texts);
    }

    fn range(&mut self, column: &'static str, cell: Range, fact: Option<Decimal>) {
        let currency = self.currency;
        let has = || fact.map(|fact| number(column, fact, currency)).unwrap_or_default();
        self.note(cell.matches(fact), column, || (range_text(column, cell, currency), has()));
    }

    fn flag(&mut self, column: &'static str, cell: Flag, fact: Option<bool>) {
        let has = || fact.map(yes_or_no).unwrap_or_default().to_owned();
        self.note(cell.matches(fact), column, || (flag_text(cell).to_owned(), has()));
    }

    fn findings(&mut self, column: &'static str, cell: &Findings, inputs: &Inputs) {
        let has = || inputs.findings.iter().map(|one| one.as_str()).collect::<Vec<_>>().join("|");
        self.note(cell.matches(&inputs.findings), column, || (findings_text(cell), has()));
    }
}
