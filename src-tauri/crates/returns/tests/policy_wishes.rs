//! Exceptions, the customer's preference, settlement rows, signals and the second choice, case by case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod policies;

use policies::*;
use returns::codes::*;
use returns::policy::*;
use rstest::rstest;
use rust_decimal::Decimal;

use Disposition::*;

fn gate(name: &str, when: Conditions, effect: GateEffect) -> GateRow {
    GateRow {
        id: id(name),
        gate: Gate::UnsoldGoods,
        when,
        effect,
        settlement: None,
        hold: None,
        review: false,
        why: "law".to_owned(),
    }
}

fn seen(finding: Finding) -> Conditions {
    Conditions {
        findings: Findings { any_of: vec![finding], ..Findings::default() },
        ..Conditions::default()
    }
}

/// One row that allows everything named; 100.00, of which the dispositions bring so many percent.
fn policy(worth: &[(Disposition, i64)]) -> Policy {
    let recovery = worth.iter().map(|(disposition, percent)| RecoveryRow {
        category: Cell::Any,
        grade: Grade::B,
        disposition: *disposition,
        percent: Decimal::from(*percent),
        source: String::new(),
    });
    Policy {
        candidates: vec![CandidateRow {
            id: id("C"),
            when: Conditions::default(),
            allowed: worth.iter().map(|(disposition, _)| *disposition).collect(),
            settlement: Settlement::Refund,
            review: false,
            why: "graded".to_owned(),
        }],
        recovery: recovery.collect(),
        preference: PreferenceRules { may_cost_percent: Decimal::from(10), may_cost_minor: Some(800) },
        ..empty()
    }
}

fn unit(preference: Preference) -> Inputs {
    Inputs { preference: Some(preference), value: Some(eur(10_000)), ..Inputs::of_grade(Grade::B) }
}

fn decide(policy: Policy, unit: &Inputs) -> Decision {
    verified(policy).decide(unit)
}

fn answer(decision: &Decision) -> (PreferenceOutcome, Option<WhyCode>) {
    let answer = decision.preference.as_ref().unwrap();
    (answer.outcome, answer.why.as_ref().map(|why| why.code))
}

fn arg<'d>(decision: &'d Decision, name: &str) -> &'d str {
    &decision.preference.as_ref().unwrap().why.as_ref().unwrap().args[name]
}

#[rstest]
#[case(Preference::Donate, Donate)]
#[case(Preference::Recycle, Recycle)]
#[case(Preference::Repair, WarrantyService)]
#[case(Preference::ReturnToMe, ShipBack)]
fn a_preference_is_followed_where_it_costs_little(#[case] wish: Preference, #[case] done: Disposition) {
    let policy = policy(&[(Liquidate, 30), (done, 22)]);
    let decision = decide(policy, &unit(wish));
    assert_eq!((decision.disposition, decision.recovered), (done, Some(eur(2_200))));
    assert_eq!(answer(&decision), (PreferenceOutcome::Honoured, None));
    let said = decision.why.last().unwrap();
    assert_eq!(said.code, WhyCode::PreferenceHonoured);
    assert_eq!(
        (said.args["preference"].as_str(), said.args["disposition"].as_str()),
        (wish.as_str(), done.as_str())
    );
    let best =
        NextBest::Allowed { disposition: Liquidate, recovered: Some(eur(3_000)), less_by: Some(eur(-800)) };
    assert_eq!(decision.next_best, best, "what would have brought most");
}

#[test]
fn of_two_ways_to_follow_it_the_better_one_is_taken() {
    let decision =
        decide(policy(&[(Liquidate, 30), (Repair, 22), (WarrantyService, 25)]), &unit(Preference::Repair));
    assert_eq!(decision.disposition, WarrantyService);
}

#[rstest]
#[case(10_000, Some(800), 800)]
#[case(7_000, Some(900), 700)]
#[case(10_000, None, 1_000)]
fn the_limit_is_the_smaller_of_percent_and_amount(
    #[case] value: i64,
    #[case] most: Option<i64>,
    #[case] limit: i64,
) {
    for (brings, followed) in [(limit, true), (limit + 1, false)] {
        let mut policy = policy(&[(Liquidate, 100), (Donate, 0)]);
        policy.preference.may_cost_minor = most;
        // Liquidation brings exactly so much.
        policy.recovery[0].percent = Decimal::from(brings) * Decimal::ONE_HUNDRED / Decimal::from(value);
        let unit = Inputs { value: Some(eur(value)), ..unit(Preference::Donate) };
        let decision = decide(policy, &unit);
        assert_eq!(decision.disposition == Donate, followed, "{brings} of {value}");
        if !followed {
            assert_eq!(answer(&decision), (PreferenceOutcome::TooDear, Some(WhyCode::PreferenceTooDear)));
            assert_eq!(arg(&decision, "cost_minor"), (limit + 1).to_string());
            assert_eq!(arg(&decision, "limit_minor"), limit.to_string());
            assert_eq!((arg(&decision, "currency"), arg(&decision, "preference")), ("EUR", "DONATE"));
        }
    }
}

#[test]
fn what_is_best_anyway_costs_nothing() {
    let mut policy = policy(&[(Donate, 30), (Liquidate, 20)]);
    policy.preference = PreferenceRules::default();
    let decision = decide(policy, &unit(Preference::Donate));
    assert_eq!(answer(&decision), (PreferenceOutcome::Honoured, None));
    assert_eq!(decision.why.last().unwrap().code, WhyCode::BestValue);
}

#[test]
fn a_preference_that_the_law_forbids_names_the_law() {
    let mut policy = policy(&[(Liquidate, 30), (Recycle, 30)]);
    policy.gates = vec![gate("LAW", Conditions::default(), GateEffect::Forbid(vec![Recycle, Donate]))];
    for wish in [Preference::Recycle, Preference::Donate] {
        let decision = decide(policy.clone(), &unit(wish));
        assert_eq!(decision.disposition, Liquidate);
        assert_eq!(answer(&decision), (PreferenceOutcome::Forbidden, Some(WhyCode::PreferenceForbidden)));
        assert_eq!(
            (arg(&decision, "row"), arg(&decision, "gate"), arg(&decision, "why")),
            ("LAW", "UNSOLD_GOODS", "law")
        );
    }
    policy.gates[0].effect = GateEffect::Forbid(vec![Liquidate, Recycle]);
    let decision = decide(policy, &unit(Preference::Recycle));
    assert_eq!((decision.disposition, answer(&decision).0), (Quarantine, PreferenceOutcome::Forbidden));
    assert_eq!(decision.settlement, Settlement::Refund, "the goods wait, the customer does not");
}

#[test]
fn what_no_row_offers_is_not_offered_and_what_is_open_is_undecided() {
    let decision = decide(policy(&[(Liquidate, 30)]), &unit(Preference::Donate));
    assert_eq!(answer(&decision), (PreferenceOutcome::NotOffered, Some(WhyCode::PreferenceNotOffered)));
    assert_eq!(arg(&decision, "row"), "C");
    for wish in [Preference::Donate, Preference::Refund] {
        let decision = decide(empty(), &unit(wish));
        assert_eq!(answer(&decision), (PreferenceOutcome::Undecided, Some(WhyCode::PreferenceUndecided)));
    }
    let unvalued = Inputs { value: None, ..unit(Preference::Donate) };
    let decision = decide(policy(&[(Liquidate, 30), (Donate, 30)]), &unvalued);
    assert_eq!((decision.disposition, answer(&decision).0), (Liquidate, PreferenceOutcome::Undecided));
    for wish in [Some(Preference::None), None] {
        let decision =
            decide(policy(&[(Liquidate, 30)]), &Inputs { preference: wish, ..unit(Preference::None) });
        assert_eq!(answer(&decision), (PreferenceOutcome::NoPreference, None));
    }
}

#[test]
fn behind_a_gate_that_forces_the_gate_is_named_and_what_it_forbade() {
    let mut policy = policy(&[(Liquidate, 30), (Donate, 25)]);
    policy.gates = vec![gate("F", Conditions::default(), GateEffect::Force(Recycle))];
    let decision = decide(policy.clone(), &unit(Preference::Donate));
    assert_eq!(answer(&decision), (PreferenceOutcome::Forbidden, Some(WhyCode::PreferenceForbidden)));
    assert_eq!(arg(&decision, "row"), "F");
    let behind =
        |disposition, row: &str| NextBest::Forbidden { disposition, gate: Gate::UnsoldGoods, row: id(row) };
    assert_eq!(decision.next_best, behind(Liquidate, "F"));
    assert_eq!(answer(&decide(policy.clone(), &unit(Preference::Recycle))).0, PreferenceOutcome::Honoured);

    policy.gates[0].effect = GateEffect::Force(Liquidate);
    assert_eq!(decide(policy.clone(), &unit(Preference::None)).next_best, behind(Donate, "F"), "not itself");

    let law =
        GateRow { gate: Gate::Safety, ..gate("S", Conditions::default(), GateEffect::Forbid(vec![Donate])) };
    policy.gates.push(law);
    let forbidden = NextBest::Forbidden { disposition: Donate, gate: Gate::Safety, row: id("S") };
    assert_eq!(decide(policy.clone(), &unit(Preference::None)).next_best, forbidden, "by another gate");
    policy.candidates.clear();
    assert_eq!(decide(policy, &unit(Preference::None)).next_best, NextBest::None);
}

#[test]
fn an_exception_lifts_what_it_names_and_is_recorded() {
    let mut policy = policy(&[(Destroy, 30), (Recycle, 20), (Liquidate, 10)]);
    let permit = GateEffect::Permit { dispositions: vec![Destroy], derogation: id("ESPR-A") };
    policy.gates = vec![
        gate("P", seen(Finding::Cracked), permit),
        gate("F", Conditions::default(), GateEffect::Forbid(vec![Destroy, Recycle])),
    ];
    let plain = decide(policy.clone(), &unit(Preference::None));
    assert_eq!((plain.disposition, plain.derogation), (Liquidate, None));
    let cracked = Inputs { findings: [Finding::Cracked].into(), ..unit(Preference::None) };
    let decision = decide(policy.clone(), &cracked);
    assert_eq!((decision.disposition, decision.derogation.clone()), (Destroy, Some(id("ESPR-A"))));
    let rows: Vec<_> = decision.rows.iter().map(|row| row.as_str()).collect();
    assert_eq!(rows, ["P", "F", "C"], "the gate's own row acts behind it");
    let permits = decision.why.iter().find(|why| why.code == WhyCode::GatePermits).unwrap();
    assert_eq!(
        (permits.args["derogation"].as_str(), permits.args["dispositions"].as_str()),
        ("ESPR-A", "DESTROY")
    );
    let forbidden =
        NextBest::Allowed { disposition: Liquidate, recovered: Some(eur(1_000)), less_by: Some(eur(2_000)) };
    assert_eq!(decision.next_best, forbidden, "RECYCLE stays forbidden");
    let verified_policy = verified(policy.clone());
    assert_eq!(verified_policy.forbids(&cracked, Destroy), None);
    assert_eq!(verified_policy.forbids(&cracked, Recycle), Some((Gate::UnsoldGoods, id("F"))));
    assert_eq!(verified_policy.derogation(&cracked, Destroy), Some(id("ESPR-A")));
    assert_eq!(verified_policy.derogation(&cracked, Recycle), None);

    // Where it is not used, none is recorded; and another gate is not lifted.
    let dearer = Policy { recovery: vec![], ..policy.clone() };
    let dearer = Policy {
        candidates: vec![CandidateRow { allowed: vec![Liquidate, Destroy], ..dearer.candidates[0].clone() }],
        ..dearer
    };
    assert_eq!(decide(dearer, &cracked).derogation, None);
    policy.gates[1].gate = Gate::Safety;
    assert_eq!(decide(policy, &cracked).disposition, Liquidate);
}

#[test]
fn an_exception_whose_facts_are_missing_is_none() {
    let mut policy = policy(&[(Destroy, 30), (Liquidate, 10)]);
    let battery = Conditions { battery: Flag::Yes, ..Conditions::default() };
    let permit = GateEffect::Permit { dispositions: vec![Destroy], derogation: id("E") };
    policy.gates =
        vec![gate("P", battery, permit), gate("F", Conditions::default(), GateEffect::Forbid(vec![Destroy]))];
    let decision = decide(policy.clone(), &unit(Preference::None));
    assert_eq!((decision.disposition, decision.derogation), (Liquidate, None));
    // A row that may forbid what is permitted for certain does not matter.
    policy.gates[0].when = Conditions::default();
    policy.gates[1].when = Conditions { weee: Flag::Yes, ..Conditions::default() };
    assert_eq!(decide(policy, &unit(Preference::None)).disposition, Destroy);
}

#[test]
fn an_open_row_that_may_act_in_place_of_another_matters_where_the_result_would_differ() {
    let battery = || Conditions { battery: Flag::Yes, ..Conditions::default() };
    let mut policy = policy(&[(Restock, 30), (Liquidate, 10)]);
    let forbid = |these: &[Disposition]| GateEffect::Forbid(these.to_vec());
    let decided = |policy: &Policy| {
        let decision = decide(policy.clone(), &unit(Preference::None));
        (decision.disposition, decision.why.last().unwrap().args.get("rows").cloned())
    };
    let open = (Quarantine, Some("OPEN".to_owned()));
    // It might set RESTOCK free.
    policy.gates = vec![
        gate("OPEN", battery(), forbid(&[Donate])),
        gate("ACTS", Conditions::default(), forbid(&[Restock])),
    ];
    assert_eq!(decided(&policy), open);
    // What it might set free is worth less than what is chosen.
    policy.gates[1].effect = forbid(&[Liquidate]);
    assert_eq!(decided(&policy).0, Restock);
    // It might keep another from forcing; or force the same.
    policy.gates[1].effect = GateEffect::Force(Recycle);
    assert_eq!(decided(&policy), open);
    policy.gates[0].effect = GateEffect::Force(Recycle);
    assert_eq!(decided(&policy).0, Recycle);
    // In another gate it takes nobody's place.
    policy.gates[0] = GateRow { gate: Gate::Safety, effect: forbid(&[Donate]), ..policy.gates[0].clone() };
    assert_eq!(decided(&policy).0, Recycle);
    assert_eq!(
        decide(policy, &Inputs { battery: Some(false), ..unit(Preference::None) }).disposition,
        Recycle
    );
}

fn settle(tier: Option<&str>, wish: Preference) -> Decision {
    let row =
        |name: &str, tier: Cell<returns::ids::CustomerTier>, disposition, wish, settlement| SettlementRow {
            id: id(name),
            when: Conditions { preference: wish, ..Conditions::default() },
            tier,
            disposition,
            settlement,
            response: Some(SellerResponse::NoFaultFound),
            why: "settled".to_owned(),
        };
    let mut policy = policy(&[(Liquidate, 30)]);
    let credit = Cell::OneOf(vec![Preference::StoreCredit]);
    policy.settlements = vec![
        row("S-ELSE", Cell::Any, Cell::OneOf(vec![Restock]), Cell::Any, Settlement::Keep),
        row("S-GOLD", Cell::OneOf(vec![id("GOLD")]), Cell::Any, Cell::Any, Settlement::Replace),
        row("S-NOT", Cell::NoneOf(vec![id("SILVER")]), Cell::Any, credit.clone(), Settlement::None),
        row("S-CREDIT", Cell::Any, Cell::OneOf(vec![Liquidate]), credit, Settlement::StoreCredit),
    ];
    verified(policy).decide_for(&unit(wish), tier.map(id).as_ref())
}

#[rstest]
#[case(None, Preference::StoreCredit, Settlement::StoreCredit, "S-CREDIT")]
#[case(Some("SILVER"), Preference::StoreCredit, Settlement::StoreCredit, "S-CREDIT")]
#[case(Some("BRONZE"), Preference::StoreCredit, Settlement::None, "S-NOT")]
#[case(Some("GOLD"), Preference::StoreCredit, Settlement::Replace, "S-GOLD")]
#[case(None, Preference::Refund, Settlement::Refund, "C")]
fn the_first_settlement_row_that_fits_counts(
    #[case] tier: Option<&str>,
    #[case] wish: Preference,
    #[case] settlement: Settlement,
    #[case] row: &str,
) {
    let decision = settle(tier, wish);
    assert_eq!((decision.settlement, decision.rows.last().unwrap().as_str()), (settlement, row));
    assert_eq!(decision.tier, tier.map(id));
    let by_row = row.starts_with('S');
    assert_eq!(decision.response, by_row.then_some(SellerResponse::NoFaultFound));
    assert_eq!(decision.why.last().unwrap().code == WhyCode::SettlementRow, by_row);
    let wanted = wish.settlement().unwrap() == settlement;
    let outcome = if wanted { PreferenceOutcome::Honoured } else { PreferenceOutcome::NotOffered };
    assert_eq!(answer(&decision).0, outcome);
    if !wanted {
        assert_eq!(arg(&decision, "row"), row);
    }
}

#[test]
fn an_exchange_is_a_replacement() {
    assert_eq!(answer(&settle(Some("GOLD"), Preference::Exchange)).0, PreferenceOutcome::Honoured);
    let refused = settle(None, Preference::Exchange);
    assert_eq!((answer(&refused).0, arg(&refused, "row")), (PreferenceOutcome::NotOffered, "C"));
}

#[test]
fn nothing_is_settled_where_nothing_was_decided_and_a_gate_is_named() {
    let mut policy = policy(&[(Liquidate, 30)]);
    policy.settlements = settled_always();
    policy.candidates.clear();
    let decision = decide(policy.clone(), &unit(Preference::Refund));
    assert_eq!((decision.settlement, decision.rows.len()), (Settlement::None, 0));
    let mut explained = verified(policy.clone()).explain(&unit(Preference::Refund), None).rows;
    assert_eq!(explained.pop().unwrap().answer, Answered::NotReached);
    policy.settlements.clear();
    let force = GateRow {
        settlement: Some(Settlement::None),
        ..gate("F", Conditions::default(), GateEffect::Force(Destroy))
    };
    policy.gates = vec![force];
    let decision = decide(policy, &unit(Preference::Refund));
    assert_eq!(answer(&decision), (PreferenceOutcome::Forbidden, Some(WhyCode::PreferenceForbidden)));
    assert_eq!(arg(&decision, "row"), "F");
}

#[test]
fn an_explanation_names_the_first_cell_that_said_no_or_did_not_know() {
    let mut policy = policy(&[(Restock, 30), (Liquidate, 40)]);
    let row =
        |name: &str, when: Conditions| CandidateRow { id: id(name), when, ..policy.candidates[0].clone() };
    let money = Range { at_least: Some(2_050.into()), below: Some(10_000.into()) };
    let list = Findings {
        any_of: vec![Finding::Used, Finding::Stain],
        all_of: vec![Finding::Odour],
        none_of: vec![Finding::Cracked],
    };
    let any = Conditions::default;
    policy.candidates = vec![
        row("VALUE", Conditions { value_minor: money, ..any() }),
        row(
            "GRADE",
            Conditions { grade: Cell::NoneOf(vec![Grade::B, Grade::X]), battery: Flag::No, ..any() },
        ),
        row("OPEN", Conditions { battery: Flag::No, country: Cell::OneOf(vec![id("DE")]), ..any() }),
        row("LATER", Conditions { battery: Flag::No, findings: list.clone(), ..any() }),
        row(
            "TWO",
            Conditions {
                findings: Findings { all_of: vec![Finding::Used, Finding::Odour], ..list },
                ..any()
            },
        ),
        row("DAYS", Conditions { days_in_queue: Range { at_least: None, below: Some(3.into()) }, ..any() }),
        row("SEAL", Conditions { seal_intact: Flag::Yes, ..any() }),
    ];
    let unit = Inputs {
        findings: [Finding::Used, Finding::Stain].into(),
        days_in_queue: Some(3),
        seal_intact: Some(false),
        ..unit(Preference::None)
    };
    let explained = verified(policy).explain(&unit, None);
    let told = |row: &RowAnswer| {
        let cell = row.cell.as_ref().unwrap();
        format!("{} {} {}: {} / {}", row.row, row.answer, cell.column, cell.asked, cell.has)
    };
    let told: Vec<_> = explained.rows.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "VALUE NO value: 20.5..100 / 100",
            "GRADE NO grade: !B|X / B",
            "OPEN UNKNOWN battery: no / ",
            "LATER NO findings: USED|STAIN &ODOUR !CRACKED / USED|STAIN",
            "TWO NO findings: USED|STAIN USED&ODOUR !CRACKED / USED|STAIN",
            "DAYS NO days_in_queue: ..3 / 3",
            "SEAL NO seal_intact: yes / no",
        ]
    );
    let fact = |name: &str| {
        explained.facts.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_str())
    };
    assert_eq!((fact("value"), fact("battery"), fact("seal_intact")), (Some("100"), Some(""), Some("no")));
    assert_eq!(
        (fact("findings"), fact("signals"), fact("grade")),
        (Some("USED|STAIN"), Some("0"), Some("B"))
    );
}

#[test]
fn a_settlement_row_says_which_of_its_cells_does_not_fit() {
    let mut policy = policy(&[(Liquidate, 30)]);
    let row = |name: &str, tier: Cell<returns::ids::CustomerTier>, disposition| SettlementRow {
        id: id(name),
        tier,
        disposition,
        ..settled_always().remove(0)
    };
    policy.settlements = vec![
        row("TIER", Cell::OneOf(vec![id("GOLD")]), Cell::Any),
        row("PLACE", Cell::Any, Cell::NoneOf(vec![Liquidate])),
        row("FITS", Cell::Any, Cell::Any),
        row("AFTER", Cell::Any, Cell::Any),
    ];
    let told = |row: &RowAnswer| {
        let cell = row.cell.as_ref().map(|cell| format!(" {}: {} / {}", cell.column, cell.asked, cell.has));
        format!("{} {}{}", row.row, row.answer, cell.unwrap_or_default())
    };
    let rows = verified(policy).explain(&unit(Preference::None), Some(&id("BRONZE"))).rows;
    let told: Vec<_> = rows.iter().filter(|row| row.layer == Layer::Settlement).map(told).collect();
    assert_eq!(
        told,
        [
            "TIER NO tier: GOLD / BRONZE",
            "PLACE NO disposition: !LIQUIDATE / LIQUIDATE",
            "FITS FIRED",
            "AFTER NOT_REACHED"
        ]
    );
}

fn settled_always() -> Vec<SettlementRow> {
    vec![SettlementRow {
        id: id("S"),
        when: Conditions::default(),
        tier: Cell::Any,
        disposition: Cell::Any,
        settlement: Settlement::Refund,
        response: None,
        why: "settled".to_owned(),
    }]
}

#[rstest]
#[case(0, 2, true)]
#[case(1, 2, true)]
#[case(3, 2, false)]
#[case(3, 3, true)]
#[case(2, 1, false)]
fn signals_hold_from_the_policys_number_and_never_one_alone(
    #[case] hold_from_signals: u8,
    #[case] count: usize,
    #[case] held: bool,
) {
    let mut policy = policy(&[(Liquidate, 30)]);
    policy.fraud.hold_from_signals = hold_from_signals;
    let signals = SignalKind::ALL.iter().copied().take(count).collect();
    let decision = decide(policy, &Inputs { signals, ..unit(Preference::None) });
    assert_eq!(decision.disposition, Liquidate);
    assert_eq!(decision.holds, if held { vec![HoldReason::Fraud] } else { vec![] });
    assert_eq!(decision.review, [ReviewCause::FraudSignal]);
    let last = decision.why.last().unwrap();
    assert_eq!(last.code, if held { WhyCode::SeveralSignals } else { WhyCode::FraudSignal });
    assert_eq!(last.args["signals"].split(' ').count(), count);
}
