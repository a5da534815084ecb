//! The policy, layer by layer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::*;
use returns::codes::*;
use returns::money::Money;
use returns::policy::*;
use rstest::rstest;
use rust_decimal::Decimal;

/// A coat of which everything is known.
fn coat(grade: Grade) -> Inputs {
    Inputs {
        category: Some(id("APPAREL")),
        owner: Some(id("NORDWIND")),
        cycle: Some(Cycle::Commercial),
        intake: Some(IntakeKind::Rma),
        reason: Some(Reason::TooSmall),
        preference: Some(Preference::Refund),
        value: Some(eur(12_000)),
        weekly_decay_percent: Some(Decimal::from(2)),
        days_since_sale: Some(23),
        days_in_queue: Some(0),
        in_warranty: Some(false),
        vendor_takes_back: Some(false),
        recalled: Some(false),
        hygiene_seal: Some(false),
        seal_intact: Some(false),
        battery: Some(false),
        dangerous_goods: Some(false),
        data_bearing: Some(false),
        weee: Some(false),
        country: Some(id("DE")),
        ..Inputs::of_grade(grade)
    }
}

fn codes(decision: &Decision) -> Vec<WhyCode> {
    decision.why.iter().map(|why| why.code).collect()
}

fn rows(decision: &Decision) -> Vec<&str> {
    decision.rows.iter().map(|row| row.as_str()).collect()
}

fn with(change: impl FnOnce(&mut Policy)) -> VerifiedPolicy {
    let mut verified = policy();
    change(&mut verified.policy);
    verified
}

#[rstest]
#[case(Grade::N, Disposition::Restock, "C-NEW")]
#[case(Grade::A, Disposition::Restock, "C-NEW")]
#[case(Grade::B, Disposition::RestockB, "C-GOOD")]
#[case(Grade::C, Disposition::Liquidate, "C-GOOD")]
#[case(Grade::D, Disposition::Recycle, "C-PARTS")]
fn the_best_value_among_the_allowed_wins(
    #[case] grade: Grade,
    #[case] disposition: Disposition,
    #[case] row: &str,
) {
    let decision = policy().decide(&coat(grade));
    assert_eq!(decision.disposition, disposition);
    assert_eq!(decision.settlement, Settlement::Refund);
    assert_eq!(rows(&decision), ["G-UNSOLD", row]);
    assert!(codes(&decision).contains(&WhyCode::BestValue));
    assert_eq!(decision.review, []);
    assert_eq!((decision.policy_number, decision.policy_hash), (12, hash(9)));
    assert_eq!(decision.inputs, coat(grade));
}

#[test]
fn no_row_means_quarantine() {
    let decision = policy().decide(&coat(Grade::X));
    assert_eq!((decision.disposition, decision.settlement), (Disposition::Quarantine, Settlement::None));
    assert_eq!(rows(&decision), ["G-UNSOLD"]);
    assert!(codes(&decision).contains(&WhyCode::NoRow));
    assert_eq!(decision.next_best, NextBest::None);
}

#[test]
fn recovered_is_price_times_grade_less_decay_and_cost() {
    let decision = policy().decide(&coat(Grade::A));
    // 95 % of 120.00 = 114.00, 2 % of it lost in the week it takes, 1.50 of work.
    assert_eq!(decision.recovered, Some(eur(11_400 - 228 - 150)));
    // 70 % = 84.00, 4 % lost in two weeks, 3.00 of work.
    let second = eur(8_400 - 336 - 300);
    assert_eq!(
        decision.next_best,
        NextBest::Allowed {
            disposition: Disposition::RestockB,
            recovered: Some(second),
            less_by: Some(eur(11_022 - second.minor)),
        }
    );
}

#[test]
fn without_a_value_the_rows_order_counts() {
    let verified = with(|policy| policy.review.value_over_minor = None);
    let decision = verified.decide(&Inputs { value: None, ..coat(Grade::C) });
    assert_eq!(decision.disposition, Disposition::RestockB);
    assert_eq!(decision.recovered, None);
    assert!(codes(&decision).contains(&WhyCode::FirstPreference));
}

#[test]
fn equal_value_keeps_the_rows_order() {
    let verified = with(|policy| policy.recovery.clear());
    let verified = VerifiedPolicy { policy: Policy { costs: vec![], ..verified.policy }, ..verified };
    assert_eq!(verified.decide(&coat(Grade::C)).disposition, Disposition::RestockB);
}

#[test]
fn a_gate_forbids_what_would_bring_most() {
    let opened = Inputs { hygiene_seal: Some(true), ..coat(Grade::A) };
    let decision = policy().decide(&opened);
    assert_eq!(decision.disposition, Disposition::Liquidate);
    assert_eq!(rows(&decision), ["G-UNSOLD", "G-HYGIENE", "C-NEW"]);
    let forbidden =
        NextBest::Forbidden { disposition: Disposition::Restock, gate: Gate::Hygiene, row: id("G-HYGIENE") };
    assert_eq!(decision.next_best, forbidden);
    assert!(codes(&decision).contains(&WhyCode::OnlyChoice));
    assert_eq!(
        policy().decide(&Inputs { seal_intact: Some(true), ..opened }).disposition,
        Disposition::Restock
    );
}

#[test]
fn a_gate_forces_and_sets_its_hold() {
    let decision = policy().decide(&Inputs { recalled: Some(true), ..coat(Grade::A) });
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert_eq!(decision.gate, Some(Gate::Recall));
    assert_eq!(decision.holds, [HoldReason::Recall]);
    assert_eq!(decision.settlement, Settlement::Refund, "the candidate row's, the gate names none");
}

#[test]
fn a_forced_disposition_takes_the_gates_settlement_and_review() {
    let mut inputs = coat(Grade::X);
    inputs.findings.insert(Finding::EmptyBox);
    let decision = policy().decide(&inputs);
    assert_eq!((decision.disposition, decision.settlement), (Disposition::Missing, Settlement::None));
    assert_eq!(decision.review, [ReviewCause::Policy]);
}

#[test]
fn within_a_gate_the_first_row_that_matches_acts() {
    let verified = with(|policy| {
        let any = Conditions::default;
        let forbid = |these: &[Disposition]| GateEffect::Forbid(these.to_vec());
        policy.gates = vec![
            gate("S1", Gate::Safety, finding_of(&[Finding::Odour]), forbid(&[Disposition::Donate])),
            gate("S2", Gate::Safety, any(), forbid(&[Disposition::RestockB])),
            gate("S3", Gate::Safety, any(), GateEffect::Force(Disposition::Recycle)),
        ];
    });
    let decision = verified.decide(&coat(Grade::B));
    assert_eq!(rows(&decision), ["S2", "C-GOOD"]);
    assert_eq!(decision.disposition, Disposition::Liquidate);
}

#[test]
fn gates_add_up_and_law_comes_before_identity() {
    let verified = with(|policy| {
        let any = Conditions::default;
        policy.gates = vec![
            gate("I", Gate::Identity, any(), GateEffect::Force(Disposition::ShipBack)),
            gate("D", Gate::Data, any(), GateEffect::Force(Disposition::Quarantine)),
        ];
    });
    let decision = verified.decide(&coat(Grade::B));
    assert_eq!((decision.disposition, decision.gate), (Disposition::Quarantine, Some(Gate::Data)));
    assert_eq!(rows(&decision), ["D", "I"]);
}

#[test]
fn what_one_gate_forces_and_another_forbids_is_quarantined_for_review() {
    let verified = with(|policy| {
        policy.gates.push(gate(
            "D",
            Gate::Data,
            Conditions::default(),
            GateEffect::Force(Disposition::Destroy),
        ));
    });
    let decision = verified.decide(&coat(Grade::B));
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert_eq!(decision.review, [ReviewCause::Policy]);
    assert!(codes(&decision).contains(&WhyCode::AllForbidden));
}

#[test]
fn all_forbidden_means_quarantine() {
    let verified = with(|policy| {
        let all = vec![Disposition::HarvestParts, Disposition::Recycle];
        policy.gates = vec![gate("S", Gate::Safety, Conditions::default(), GateEffect::Forbid(all))];
    });
    let decision = verified.decide(&coat(Grade::D));
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert!(matches!(decision.next_best, NextBest::Forbidden { disposition: Disposition::HarvestParts, .. }));
}

#[test]
fn two_rows_mean_quarantine_and_review() {
    let verified = with(|policy| {
        policy.candidates.push(candidate("C-TWICE", grades(&[Grade::B]), &[Disposition::Donate]));
    });
    let decision = verified.decide(&coat(Grade::B));
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert_eq!(decision.review, [ReviewCause::Policy]);
    assert_eq!(decision.why.last().unwrap().args["rows"], "C-GOOD C-TWICE");
}

#[test]
fn a_missing_fact_that_a_candidate_row_asks_for_is_never_guessed() {
    let verified = with(|policy| {
        policy.candidates[1].when.country = Cell::OneOf(vec![id("DE")]);
    });
    assert_eq!(verified.decide(&coat(Grade::B)).disposition, Disposition::RestockB);
    let decision = verified.decide(&Inputs { country: None, ..coat(Grade::B) });
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert_eq!(decision.review, [ReviewCause::Policy]);
    assert_eq!(decision.why.last().unwrap().args["rows"], "C-GOOD");
    let unaffected = verified.decide(&Inputs { country: None, ..coat(Grade::A) });
    assert_eq!((unaffected.disposition, unaffected.review), (Disposition::Restock, vec![]));
}

#[test]
fn a_missing_fact_that_a_gate_asks_for_counts_only_where_it_matters() {
    let unknown_seal = |grade| Inputs { hygiene_seal: Some(true), seal_intact: None, ..coat(grade) };
    let decision = policy().decide(&unknown_seal(Grade::A));
    assert_eq!(decision.disposition, Disposition::Quarantine);
    assert_eq!(decision.review, [ReviewCause::Policy]);
    assert_eq!(decision.why.last().unwrap().code, WhyCode::FactMissing);
    // Grade C goes to LIQUIDATE whatever the seal is.
    let decision = policy().decide(&unknown_seal(Grade::C));
    assert_eq!((decision.disposition, decision.review), (Disposition::Liquidate, vec![]));
    // An unknown recall would have set a hold: it always matters.
    let decision = policy().decide(&Inputs { recalled: None, ..coat(Grade::C) });
    assert_eq!(decision.disposition, Disposition::Quarantine);
}

#[rstest]
#[case(Some(eur(50_000)), vec![])]
#[case(Some(eur(50_001)), vec![ReviewCause::ValueOverLimit])]
#[case(None, vec![ReviewCause::Policy])]
#[case(Some(Money::new(1, "USD".parse().unwrap())), vec![ReviewCause::Policy])]
fn value_over_the_limit_asks_for_a_second_person(
    #[case] value: Option<Money>,
    #[case] review: Vec<ReviewCause>,
) {
    assert_eq!(policy().decide(&Inputs { value, ..coat(Grade::A) }).review, review);
}

#[test]
fn a_fraud_signal_asks_for_a_second_person_and_decides_nothing() {
    let decision = policy().decide(&Inputs { fraud_signal: true, ..coat(Grade::A) });
    assert_eq!(decision.disposition, Disposition::Restock);
    assert_eq!(decision.review, [ReviewCause::FraudSignal]);
}

#[test]
fn a_clock_behind_asks_for_a_second_person() {
    let decision = policy().decide(&Inputs { clock_behind: true, ..coat(Grade::A) });
    assert_eq!(decision.review, [ReviewCause::Policy]);
    assert!(codes(&decision).contains(&WhyCode::ClockBehind));
}

#[test]
fn forbids_names_the_gate_that_stands_against_a_choice() {
    let verified = policy();
    let coat = coat(Grade::A);
    assert_eq!(verified.forbids(&coat, Disposition::Destroy), Some((Gate::UnsoldGoods, id("G-UNSOLD"))));
    assert_eq!(verified.forbids(&coat, Disposition::Donate), None);
    let recalled = Inputs { recalled: Some(true), ..coat };
    assert_eq!(verified.forbids(&recalled, Disposition::Donate), Some((Gate::Recall, id("G-RECALL"))));
    assert_eq!(verified.forbids(&recalled, Disposition::Quarantine), None);
}

#[rstest]
#[case(Some(10), None, 9, Known::No)]
#[case(Some(10), None, 10, Known::Yes)]
#[case(None, Some(10), 9, Known::Yes)]
#[case(None, Some(10), 10, Known::No)]
#[case(Some(1), Some(10), 5, Known::Yes)]
fn a_range_is_half_open(
    #[case] at_least: Option<i64>,
    #[case] below: Option<i64>,
    #[case] fact: i64,
    #[case] result: Known,
) {
    let range = Range { at_least: at_least.map(Decimal::from), below: below.map(Decimal::from) };
    assert_eq!(range.matches(Some(Decimal::from(fact))), result);
    assert_eq!(range.matches(None), Known::Unknown);
}

#[test]
fn a_cell_knows_what_it_does_not_know() {
    let none_of = Cell::NoneOf(vec![Grade::X]);
    assert_eq!(none_of.matches(None), Known::Unknown);
    assert_eq!(none_of.matches(Some(&Grade::X)), Known::No);
    assert_eq!(none_of.matches(Some(&Grade::A)), Known::Yes);
    assert_eq!(Cell::<Grade>::Any.matches(None), Known::Yes);
    assert_eq!((Flag::No.matches(None), Flag::Any.matches(None)), (Known::Unknown, Known::Yes));
    assert_eq!(Known::Unknown.and(Known::No), Known::No);
    assert_eq!(Known::Yes.and(Known::Unknown), Known::Unknown);
}

#[test]
fn findings_are_all_any_and_none_of() {
    let cell = Findings {
        any_of: vec![Finding::Stain, Finding::Odour],
        all_of: vec![Finding::Used],
        none_of: vec![Finding::Cracked],
    };
    let matches = |these: &[Finding]| cell.matches(&these.iter().copied().collect());
    assert_eq!(matches(&[Finding::Used, Finding::Odour]), Known::Yes);
    assert_eq!(matches(&[Finding::Used]), Known::No);
    assert_eq!(matches(&[Finding::Odour]), Known::No);
    assert_eq!(matches(&[Finding::Used, Finding::Odour, Finding::Cracked]), Known::No);
}

#[test]
fn a_policy_survives_its_json_and_refuses_an_unknown_field() {
    let text = serde_json::to_string(&policy().policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy().policy);
    let with_extra = text.replacen("\"recalled\":", "\"recaled\":", 1);
    let error = serde_json::from_str::<Policy>(&with_extra).unwrap_err().to_string();
    assert!(error.contains("recaled"), "{error}");
}

#[test]
fn faults_of_a_written_policy_are_named() {
    assert_eq!(policy().policy.faults(), []);
    let broken = with(|policy| {
        policy.candidates[1].id = policy.candidates[0].id.clone();
        policy.candidates[2].allowed.clear();
        policy.provisional = Some(Provisional { disposition: Disposition::Donate, after_hours: 0 });
        policy.review.sample_per_mille = 1001;
        let quarantine = GateEffect::Forbid(vec![Disposition::Quarantine]);
        policy.gates.push(gate("Q", Gate::Safety, Conditions::default(), quarantine));
    });
    let codes: Vec<_> = broken.policy.faults().iter().map(PolicyFault::code).collect();
    assert_eq!(
        codes,
        ["row-twice", "row-allows-nothing", "provisional-leaves", "forbids-quarantine", "sample-rate"]
    );
}

#[test]
fn an_open_gate_row_with_a_hold_always_matters() {
    let verified = with(|policy| {
        let battery = Conditions { battery: Flag::Yes, ..Conditions::default() };
        let forbid = GateEffect::Forbid(vec![Disposition::ShipBack]);
        let row = gate("B", Gate::DangerousGoods, battery, forbid);
        policy.gates = vec![GateRow { hold: Some(HoldReason::Battery), ..row }];
    });
    let unknown = Inputs { battery: None, ..coat(Grade::A) };
    let decision = verified.decide(&unknown);
    assert_eq!((decision.disposition, decision.review), (Disposition::Quarantine, vec![ReviewCause::Policy]));
    let harmless = with(|policy| {
        policy.gates = verified.policy.gates.clone();
        policy.gates[0].hold = None;
    });
    assert_eq!(harmless.decide(&unknown).disposition, Disposition::Restock, "it would forbid another only");
}

#[test]
fn more_than_everything_is_never_lost() {
    let inputs = Inputs { weekly_decay_percent: Some(Decimal::from(90)), ..coat(Grade::B) };
    // 180 % over two weeks: the 72.00 are gone, and the 3.00 of work.
    assert_eq!(policy().policy.recovered(&inputs, Disposition::RestockB), Some(eur(-300)));
}

#[test]
fn an_open_row_behind_a_gate_that_forced_does_not_matter() {
    let verified = with(|policy| {
        let seal = Conditions { seal_intact: Flag::Yes, ..Conditions::default() };
        policy.gates = vec![
            gate("D", Gate::Data, Conditions::default(), GateEffect::Force(Disposition::Recycle)),
            gate("I", Gate::Identity, seal.clone(), GateEffect::Force(Disposition::ShipBack)),
        ];
    });
    let unknown = Inputs { seal_intact: None, ..coat(Grade::A) };
    let decision = verified.decide(&unknown);
    assert_eq!((decision.disposition, decision.review), (Disposition::Recycle, vec![]));
    let before = with(|policy| {
        policy.gates = verified.policy.gates.clone();
        policy.gates[1].gate = Gate::UnsoldGoods;
    });
    assert_eq!(before.decide(&unknown).disposition, Disposition::Quarantine, "it might have forced first");
}
