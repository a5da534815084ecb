//! The layers one after the other, and the explanation.

use super::cells::Known;
use super::decision::{Decision, NextBest, PreferenceAnswer, Why, WhyCode, list};
use super::gates::Gates;
use super::inputs::Inputs;
use super::table::{CandidateRow, GateRow, Policy, VerifiedPolicy};
use crate::codes::{Disposition, Gate, HoldReason, ReviewCause, Settlement};
use crate::ids::{CustomerTier, RowId, Sha256Hex};
use crate::money::Money;

impl VerifiedPolicy {
    /// Decides for a customer without a tier, and explains itself.
    pub fn decide(&self, inputs: &Inputs) -> Decision {
        self.decide_for(inputs, None)
    }

    /// Decides, and explains itself. The tier may change what the customer gets: the settlement, the shop's
    /// answer, their row and sentence, and with them what becomes of a preference for a settlement. Nothing else.
    pub fn decide_for(&self, inputs: &Inputs, tier: Option<&CustomerTier>) -> Decision {
        self.policy.decided(inputs, tier, self.hash)
    }
}

impl Policy {
    pub(super) fn decided(
        &self,
        inputs: &Inputs,
        tier: Option<&CustomerTier>,
        policy_hash: Sha256Hex,
    ) -> Decision {
        let mut gates = Gates::ask(self, inputs);
        let chosen = choose(self, inputs, &gates);
        let settled = self.settle(inputs, tier, &chosen);
        let preference = chosen.answered(inputs, &settled);
        let mut why = std::mem::take(&mut gates.why);
        why.extend(chosen.why);
        why.extend(settled.why);
        let mut review = chosen.review;
        review.extend(gates.fired.iter().any(|row| row.review).then_some(ReviewCause::Policy));
        let mut holds: Vec<_> = gates.fired.iter().filter_map(|row| row.hold).collect();
        self.review_causes(inputs, &mut review, &mut why);
        self.signalled(inputs, &mut review, &mut holds, &mut why);
        review.sort();
        review.dedup();
        holds.sort();
        holds.dedup();
        let rows =
            gates.fired.iter().map(|row| row.id.clone()).chain(chosen.rows).chain(settled.row).collect();
        Decision {
            disposition: chosen.disposition,
            settlement: settled.settlement,
            rows,
            gate: chosen.gate,
            recovered: chosen.recovered,
            inputs: inputs.clone(),
            next_best: chosen.next_best,
            why,
            review,
            holds,
            preference: Some(preference),
            response: settled.response,
            derogation: gates.derogation(chosen.disposition),
            tier: tier.cloned(),
            policy_number: self.number,
            policy_hash,
        }
    }

    /// What calls for a second person whatever the rows say.
    fn review_causes(&self, inputs: &Inputs, causes: &mut Vec<ReviewCause>, because: &mut Vec<Why>) {
        if let Some(limit) = self.review_limit() {
            match inputs.value.map(|value| (value, value.is_over(limit))) {
                Some((_, Ok(false))) => {}
                Some((value, Ok(true))) => {
                    causes.push(ReviewCause::ValueOverLimit);
                    because.push(
                        Why::of(WhyCode::ValueOverLimit)
                            .with("value_minor", value.minor)
                            .with("limit_minor", limit.minor)
                            .with("currency", limit.currency),
                    );
                }
                // No value, or one that cannot be compared: it might be over.
                Some((_, Err(_))) | None => {
                    causes.push(ReviewCause::Policy);
                    because.push(Why::of(WhyCode::ValueUnknown));
                }
            }
        }
        if inputs.clock_behind {
            causes.push(ReviewCause::Policy);
            because.push(Why::of(WhyCode::ClockBehind));
        }
    }

    /// What signals do: each asks for a second look, several stop the unit. None touches the disposition.
    fn signalled(
        &self,
        inputs: &Inputs,
        causes: &mut Vec<ReviewCause>,
        holds: &mut Vec<HoldReason>,
        because: &mut Vec<Why>,
    ) {
        if !inputs.fraud_signal && inputs.signals.is_empty() {
            return;
        }
        causes.push(ReviewCause::FraudSignal);
        let signals = inputs.signals.iter().map(|signal| signal.as_str()).collect::<Vec<_>>().join(" ");
        if inputs.signals.len() >= usize::from(self.fraud.hold_from_signals.max(2)) {
            holds.push(HoldReason::Fraud);
            because.push(Why::of(WhyCode::SeveralSignals).with("signals", signals));
        } else if signals.is_empty() {
            because.push(Why::of(WhyCode::FraudSignal));
        } else {
            because.push(Why::of(WhyCode::FraudSignal).with("signals", signals));
        }
    }
}

/// Where a preference stands after the disposition is chosen.
pub(super) enum Wish {
    /// The customer has none, or none that a disposition answers.
    None,
    /// It is done.
    Honoured,
    /// It is not, for this outcome and sentence.
    Refused(crate::codes::PreferenceOutcome, Why),
    /// Nothing was decided yet.
    Undecided,
}

/// What the layers chose, before the settlement and the rules on review.
pub(super) struct Chosen<'p> {
    pub(super) disposition: Disposition,
    /// What the row or the gate proposes that the customer gets.
    pub(super) settlement: Settlement,
    /// False where nothing covered the unit, or a fact was missing.
    pub(super) decided: bool,
    pub(super) recovered: Option<Money>,
    pub(super) rows: Vec<RowId>,
    /// The row of the gate that forced it.
    pub(super) forced_by: Option<&'p GateRow>,
    pub(super) gate: Option<Gate>,
    pub(super) next_best: NextBest,
    pub(super) wish: Wish,
    pub(super) why: Vec<Why>,
    pub(super) review: Vec<ReviewCause>,
}

impl<'p> Chosen<'p> {
    /// What is left when nothing may be chosen.
    fn quarantine(policy: &Policy, inputs: &Inputs, why: Why) -> Self {
        Self {
            disposition: Disposition::Quarantine,
            settlement: Settlement::None,
            decided: false,
            recovered: policy.recovered(inputs, Disposition::Quarantine),
            rows: Vec::new(),
            forced_by: None,
            gate: None,
            next_best: NextBest::None,
            wish: Wish::Undecided,
            why: vec![why],
            review: Vec::new(),
        }
    }

    fn reviewed(mut self) -> Self {
        self.review.push(ReviewCause::Policy);
        self
    }

    /// What becomes of the preference, now that the settlement is known too.
    fn answered(&self, inputs: &Inputs, settled: &super::settle::Settled) -> PreferenceAnswer {
        super::preference::answer(inputs, self, settled)
    }
}

fn choose<'p>(policy: &'p Policy, inputs: &Inputs, gates: &Gates<'p>) -> Chosen<'p> {
    let chosen = choose_behind(policy, inputs, gates);
    let mut open = gates.open_against(chosen.disposition);
    // An open row that would act in place of another might also set free what that one forbids or forces.
    for row in &gates.open {
        let otherwise = gates.instead(row).map(|gates| choose_behind(policy, inputs, &gates).disposition);
        if otherwise.is_some_and(|otherwise| otherwise != chosen.disposition) && !open.contains(&row.id) {
            open.push(row.id.clone());
        }
    }
    if open.is_empty() {
        return chosen;
    }
    let missing = Why::of(WhyCode::FactMissing).with("rows", list(&open));
    Chosen { rows: chosen.rows, ..Chosen::quarantine(policy, inputs, missing).reviewed() }
}

fn choose_behind<'p>(policy: &'p Policy, inputs: &Inputs, gates: &Gates<'p>) -> Chosen<'p> {
    match gates.forced {
        Some((row, disposition)) => forced(policy, inputs, gates, row, disposition),
        None => candidate(policy, inputs, gates),
    }
}

fn forced<'p>(
    policy: &'p Policy,
    inputs: &Inputs,
    gates: &Gates<'p>,
    row: &'p GateRow,
    disposition: Disposition,
) -> Chosen<'p> {
    if let Some(against) = gates.forbidding(disposition) {
        let why = Why::of(WhyCode::AllForbidden).with("row", &against.id);
        return Chosen::quarantine(policy, inputs, why).reviewed();
    }
    let candidate = match matching(policy, inputs) {
        Matching::One(candidate) => Some(candidate),
        _ => None,
    };
    let settlement = row.settlement.or(candidate.map(|candidate| candidate.settlement));
    Chosen {
        disposition,
        settlement: settlement.unwrap_or(Settlement::None),
        decided: true,
        recovered: policy.recovered(inputs, disposition),
        rows: Vec::new(),
        forced_by: Some(row),
        gate: Some(row.gate),
        next_best: candidate
            .map_or(NextBest::None, |other| behind(policy, inputs, gates, row, disposition, other)),
        wish: super::preference::forced(inputs, row, disposition),
        why: Vec::new(),
        review: Vec::new(),
    }
}

/// What would have been chosen, had the gate not forced.
fn behind(
    policy: &Policy,
    inputs: &Inputs,
    gates: &Gates<'_>,
    row: &GateRow,
    forced: Disposition,
    candidate: &CandidateRow,
) -> NextBest {
    let ranked = policy.ranked(inputs, candidate, |one| one != forced && gates.forbidding(one).is_none());
    match ranked.first() {
        Some((disposition, _)) => {
            NextBest::Forbidden { disposition: *disposition, gate: row.gate, row: row.id.clone() }
        }
        None => {
            let others = candidate.allowed.iter().filter(|one| **one != forced);
            others.copied().find_map(|one| gates.forbidden(one)).unwrap_or(NextBest::None)
        }
    }
}

/// Second layer: which candidate row matches.
pub(super) enum Matching<'p> {
    One(&'p CandidateRow),
    None,
    Several(Vec<RowId>),
    /// A missing fact left these open, beside whatever matches.
    Open(Vec<RowId>),
}

pub(super) fn matching<'p>(policy: &'p Policy, inputs: &Inputs) -> Matching<'p> {
    let (mut certain, mut open) = (Vec::new(), Vec::new());
    for row in &policy.candidates {
        match row.when.matches(inputs, policy.currency) {
            Known::Yes => certain.push(row),
            Known::Unknown => open.push(row),
            Known::No => {}
        }
    }
    let ids = |rows: &[&CandidateRow]| rows.iter().map(|row| row.id.clone()).collect();
    match certain.as_slice() {
        [_, _, ..] => Matching::Several(ids(&certain)),
        _ if !open.is_empty() => Matching::Open(ids(&open)),
        [row] => Matching::One(row),
        [] => Matching::None,
    }
}

fn candidate<'p>(policy: &'p Policy, inputs: &Inputs, gates: &Gates<'p>) -> Chosen<'p> {
    let undecided = |why| Chosen::quarantine(policy, inputs, why);
    let row = match matching(policy, inputs) {
        Matching::One(row) => row,
        Matching::None => return undecided(Why::of(WhyCode::NoRow)),
        Matching::Several(rows) => {
            return undecided(Why::of(WhyCode::RowsOverlap).with("rows", list(&rows))).reviewed();
        }
        Matching::Open(rows) => {
            return undecided(Why::of(WhyCode::FactMissing).with("rows", list(&rows))).reviewed();
        }
    };
    let allows = Why::of(WhyCode::RowAllows)
        .with("dispositions", list(&row.allowed))
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

/// Third and fourth layer: the best net recovered value among what row and gates allow, equals in the row's
/// order; then the customer's preference, where following it costs little enough.
fn rank<'p>(policy: &'p Policy, inputs: &Inputs, gates: &Gates<'p>, row: &CandidateRow) -> Chosen<'p> {
    let forbidden = row.allowed.iter().find_map(|one| gates.forbidden(*one)).unwrap_or(NextBest::None);
    let ranked = policy.ranked(inputs, row, |one| gates.forbidding(one).is_none());
    let Some((best, best_worth)) = ranked.first().copied() else {
        let why = Why::of(WhyCode::AllForbidden).with("row", &row.id);
        let wish = super::preference::all_forbidden(inputs, gates);
        return Chosen {
            next_best: forbidden,
            settlement: row.settlement,
            wish,
            decided: true,
            ..Chosen::quarantine(policy, inputs, why)
        };
    };
    let (wish, follow) = super::preference::weigh(policy, inputs, gates, row, &ranked);
    let (disposition, recovered) = follow.unwrap_or((best, best_worth));
    let code = match (ranked.len(), recovered) {
        _ if disposition != best => WhyCode::PreferenceHonoured,
        (1, _) => WhyCode::OnlyChoice,
        (_, Some(_)) => WhyCode::BestValue,
        (_, None) => WhyCode::FirstPreference,
    };
    let mut sentence = Why::of(code).with("disposition", disposition);
    if let Some(preference) = inputs.preference.filter(|_| code == WhyCode::PreferenceHonoured) {
        sentence = sentence.with("preference", preference);
    }
    if let Some(money) = recovered {
        sentence = sentence.with("recovered_minor", money.minor).with("currency", money.currency);
    }
    let second = ranked.iter().copied().find(|(one, _)| *one != disposition);
    let next_best = second.map_or(forbidden, |(next, worth)| NextBest::Allowed {
        disposition: next,
        recovered: worth,
        less_by: recovered.zip(worth).and_then(|(first, next)| first.minus(next).ok()),
    });
    Chosen {
        disposition,
        settlement: row.settlement,
        decided: true,
        recovered,
        rows: Vec::new(),
        forced_by: None,
        gate: None,
        next_best,
        wish,
        why: vec![sentence],
        review: Vec::new(),
    }
}

impl Policy {
    /// What the row allows and the filter lets through, best net recovered value first; equals, and all where
    /// the value is unknown, in the row's order.
    pub(super) fn ranked(
        &self,
        inputs: &Inputs,
        row: &CandidateRow,
        keep: impl Fn(Disposition) -> bool,
    ) -> Vec<(Disposition, Option<Money>)> {
        let kept = row.allowed.iter().copied().filter(|one| keep(*one));
        let mut ranked: Vec<_> = kept.map(|one| (one, self.recovered(inputs, one))).collect();
        ranked.sort_by_key(|(_, recovered)| std::cmp::Reverse(recovered.map(|money| money.minor)));
        ranked
    }
}
