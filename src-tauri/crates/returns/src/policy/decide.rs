//! The three layers, and the explanation.

use std::collections::BTreeMap;

use super::cells::Known;
use super::decision::{Decision, NextBest, Why, WhyCode};
use super::inputs::Inputs;
use super::table::{CandidateRow, GateEffect, GateRow, Policy, VerifiedPolicy};
use crate::codes::{Disposition, Gate, ReviewCause, Settlement};
use crate::ids::RowId;

impl VerifiedPolicy {
    /// Decides, and explains itself.
    pub fn decide(&self, inputs: &Inputs) -> Decision {
        let gates = Gates::ask(&self.policy, inputs);
        let chosen = choose(&self.policy, inputs, &gates);
        let mut why = gates.why.clone();
        why.extend(chosen.why);
        let mut review = chosen.review;
        review.extend(gates.fired.iter().any(|row| row.review).then_some(ReviewCause::Policy));
        self.policy.review_causes(inputs, &mut review, &mut why);
        review.sort();
        review.dedup();
        let mut holds: Vec<_> = gates.fired.iter().filter_map(|row| row.hold).collect();
        holds.sort();
        holds.dedup();
        let rows = gates.fired.iter().map(|row| row.id.clone()).chain(chosen.rows).collect();
        Decision {
            disposition: chosen.disposition,
            settlement: chosen.settlement,
            rows,
            gate: chosen.gate,
            recovered: self.policy.recovered(inputs, chosen.disposition),
            inputs: inputs.clone(),
            next_best: chosen.next_best,
            why,
            review,
            holds,
            preference: None,
            response: None,
            derogation: None,
            tier: None,
            policy_number: self.policy.number,
            policy_hash: self.hash,
        }
    }

    /// The gate and its row that stand against a disposition, if any do: one that forbids it, or one that
    /// forces another.
    pub fn forbids(&self, inputs: &Inputs, disposition: Disposition) -> Option<(Gate, RowId)> {
        let gates = Gates::ask(&self.policy, inputs);
        if let Some(row) = gates.forbidding(disposition) {
            return Some((row.gate, row.id.clone()));
        }
        let (row, forced) = gates.forced?;
        (forced != disposition).then(|| (row.gate, row.id.clone()))
    }
}

/// First layer: what the gates say of a unit.
struct Gates<'p> {
    fired: Vec<&'p GateRow>,
    forced: Option<(&'p GateRow, Disposition)>,
    /// Rows that a missing fact left open, and that come before their gate's first match.
    open: Vec<&'p GateRow>,
    why: Vec<Why>,
}

impl<'p> Gates<'p> {
    fn ask(policy: &'p Policy, inputs: &Inputs) -> Self {
        let mut gates = Self { fired: Vec::new(), forced: None, open: Vec::new(), why: Vec::new() };
        for gate in Gate::ALL {
            for row in policy.gates.iter().filter(|row| row.gate == *gate) {
                match row.when.matches(inputs, policy.currency) {
                    Known::Yes => {
                        gates.fire(row);
                        break;
                    }
                    Known::Unknown => gates.open.push(row),
                    Known::No => {}
                }
            }
        }
        gates
    }

    fn fire(&mut self, row: &'p GateRow) {
        self.fired.push(row);
        let why = match &row.effect {
            GateEffect::Forbid(these) => why(WhyCode::GateForbids, [("dispositions", list(these))]),
            GateEffect::Permit { dispositions, derogation } => {
                why(WhyCode::GatePermits, [("dispositions", list(dispositions))])
                    .with("derogation", derogation)
            }
            GateEffect::Force(disposition) => {
                self.forced = self.forced.or(Some((row, *disposition)));
                why(WhyCode::GateForces, [("disposition", disposition.to_string())])
            }
        };
        self.why.push(why.with("row", &row.id).with("gate", row.gate).with("why", &row.why));
    }

    fn forbidding(&self, disposition: Disposition) -> Option<&'p GateRow> {
        self.fired
            .iter()
            .copied()
            .find(|row| matches!(&row.effect, GateEffect::Forbid(these) if these.contains(&disposition)))
    }

    /// Open rows that would have changed the result, had the missing fact let them fire.
    fn open_against(&self, disposition: Disposition) -> Vec<RowId> {
        let matters = |row: &&&GateRow| {
            if row.hold.is_some() || row.review {
                return true;
            }
            match &row.effect {
                GateEffect::Forbid(these) => these.contains(&disposition),
                GateEffect::Permit { .. } => false,
                GateEffect::Force(forced) => {
                    let settled_before = self.forced.is_some_and(|(first, _)| first.gate < row.gate);
                    *forced != disposition && !settled_before
                }
            }
        };
        self.open.iter().filter(matters).map(|row| row.id.clone()).collect()
    }
}

/// What the layers chose, before the rules on review.
struct Chosen {
    disposition: Disposition,
    settlement: Settlement,
    rows: Vec<RowId>,
    gate: Option<Gate>,
    next_best: NextBest,
    why: Vec<Why>,
    review: Vec<ReviewCause>,
}

impl Chosen {
    /// What is left when nothing may be chosen.
    fn quarantine(why: Why) -> Self {
        Self {
            disposition: Disposition::Quarantine,
            settlement: Settlement::None,
            rows: Vec::new(),
            gate: None,
            next_best: NextBest::None,
            why: vec![why],
            review: Vec::new(),
        }
    }

    fn reviewed(mut self) -> Self {
        self.review.push(ReviewCause::Policy);
        self
    }
}

fn choose(policy: &Policy, inputs: &Inputs, gates: &Gates<'_>) -> Chosen {
    let chosen = match gates.forced {
        Some((row, disposition)) => forced(policy, inputs, gates, row, disposition),
        None => candidate(policy, inputs, gates),
    };
    let open = gates.open_against(chosen.disposition);
    if open.is_empty() {
        return chosen;
    }
    let missing = Chosen::quarantine(why(WhyCode::FactMissing, [("rows", list(&open))])).reviewed();
    Chosen { rows: chosen.rows, ..missing }
}

fn forced(
    policy: &Policy,
    inputs: &Inputs,
    gates: &Gates<'_>,
    row: &GateRow,
    disposition: Disposition,
) -> Chosen {
    if let Some(against) = gates.forbidding(disposition) {
        let why = why(WhyCode::AllForbidden, [("row", against.id.to_string())]);
        return Chosen::quarantine(why).reviewed();
    }
    let settlement = row.settlement.or_else(|| match matching(policy, inputs) {
        Matching::One(candidate) => Some(candidate.settlement),
        _ => None,
    });
    Chosen {
        disposition,
        settlement: settlement.unwrap_or(Settlement::None),
        rows: Vec::new(),
        gate: Some(row.gate),
        next_best: NextBest::None,
        why: Vec::new(),
        review: Vec::new(),
    }
}

/// Second layer: which candidate row matches.
enum Matching<'p> {
    One(&'p CandidateRow),
    None,
    Several(Vec<RowId>),
    /// A missing fact left these open, beside whatever matches.
    Open(Vec<RowId>),
}

fn matching<'p>(policy: &'p Policy, inputs: &Inputs) -> Matching<'p> {
    let answered = |wanted: Known| {
        let fits = move |row: &&CandidateRow| row.when.matches(inputs, policy.currency) == wanted;
        policy.candidates.iter().filter(fits).collect::<Vec<_>>()
    };
    let ids = |rows: &[&CandidateRow]| rows.iter().map(|row| row.id.clone()).collect();
    let (certain, open) = (answered(Known::Yes), answered(Known::Unknown));
    match certain.as_slice() {
        [_, _, ..] => Matching::Several(ids(&certain)),
        _ if !open.is_empty() => Matching::Open(ids(&open)),
        [row] => Matching::One(row),
        [] => Matching::None,
    }
}

fn candidate(policy: &Policy, inputs: &Inputs, gates: &Gates<'_>) -> Chosen {
    let row = match matching(policy, inputs) {
        Matching::One(row) => row,
        Matching::None => return Chosen::quarantine(why(WhyCode::NoRow, [])),
        Matching::Several(rows) => {
            return Chosen::quarantine(why(WhyCode::RowsOverlap, [("rows", list(&rows))])).reviewed();
        }
        Matching::Open(rows) => {
            return Chosen::quarantine(why(WhyCode::FactMissing, [("rows", list(&rows))])).reviewed();
        }
    };
    let allows = why(WhyCode::RowAllows, [("dispositions", list(&row.allowed))])
        .with("row", &row.id)
        .with("why", &row.why);
    let mut chosen = rank(policy, inputs, gates, row);
    chosen.why.insert(0, allows);
    chosen.rows = vec![row.id.clone()];
    if row.review {
        chosen = chosen.reviewed();
    }
    chosen
}

/// Third layer: the best net recovered value among what row and gates allow, equals in the row's order.
fn rank(policy: &Policy, inputs: &Inputs, gates: &Gates<'_>, row: &CandidateRow) -> Chosen {
    let forbidden = row.allowed.iter().find_map(|one| Some((*one, gates.forbidding(*one)?)));
    let forbidden = forbidden.map_or(NextBest::None, |(disposition, row)| NextBest::Forbidden {
        disposition,
        gate: row.gate,
        row: row.id.clone(),
    });
    let mut ranked: Vec<_> = row
        .allowed
        .iter()
        .filter(|one| gates.forbidding(**one).is_none())
        .map(|one| (*one, policy.recovered(inputs, *one)))
        .collect();
    ranked.sort_by_key(|(_, recovered)| std::cmp::Reverse(recovered.map(|money| money.minor)));
    let mut ranked = ranked.into_iter();
    let Some((disposition, recovered)) = ranked.next() else {
        let why = why(WhyCode::AllForbidden, [("row", row.id.to_string())]);
        return Chosen { next_best: forbidden, settlement: row.settlement, ..Chosen::quarantine(why) };
    };
    let second = ranked.next();
    let code = match (&second, recovered) {
        (None, _) => WhyCode::OnlyChoice,
        (_, Some(_)) => WhyCode::BestValue,
        (_, None) => WhyCode::FirstPreference,
    };
    let mut sentence = why(code, [("disposition", disposition.to_string())]);
    if let Some(money) = recovered {
        sentence = sentence.with("recovered_minor", money.minor).with("currency", money.currency);
    }
    let next_best = second.map_or(forbidden, |(next, worth)| NextBest::Allowed {
        disposition: next,
        recovered: worth,
        less_by: recovered.zip(worth).and_then(|(first, next)| first.minus(next).ok()),
    });
    Chosen {
        disposition,
        settlement: row.settlement,
        rows: Vec::new(),
        gate: None,
        next_best,
        why: vec![sentence],
        review: Vec::new(),
    }
}

impl Policy {
    /// What calls for a second person whatever the rows say.
    fn review_causes(&self, inputs: &Inputs, causes: &mut Vec<ReviewCause>, because: &mut Vec<Why>) {
        if let Some(limit) = self.review_limit() {
            match inputs.value.map(|value| (value, value.is_over(limit))) {
                Some((_, Ok(false))) => {}
                Some((value, Ok(true))) => {
                    causes.push(ReviewCause::ValueOverLimit);
                    because.push(
                        why(WhyCode::ValueOverLimit, [("value_minor", value.minor.to_string())])
                            .with("limit_minor", limit.minor)
                            .with("currency", limit.currency),
                    );
                }
                // No value, or one that cannot be compared: it might be over.
                Some((_, Err(_))) | None => {
                    causes.push(ReviewCause::Policy);
                    because.push(why(WhyCode::ValueUnknown, []));
                }
            }
        }
        if inputs.fraud_signal {
            causes.push(ReviewCause::FraudSignal);
            because.push(why(WhyCode::FraudSignal, []));
        }
        if inputs.clock_behind {
            causes.push(ReviewCause::Policy);
            because.push(why(WhyCode::ClockBehind, []));
        }
    }
}

fn why<const N: usize>(code: WhyCode, args: [(&str, String); N]) -> Why {
    Why {
        code,
        args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
    }
}

fn list<T: ToString>(these: &[T]) -> String {
    these.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
