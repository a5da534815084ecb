//! Laws that every policy keeps, whatever is written in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod policies;

use policies::*;
use proptest::prelude::*;
use returns::codes::*;
use returns::ids::CustomerTier;
use returns::policy::*;

/// What a decision holds beside what the tier may change.
fn but_settlement(decision: Decision) -> Decision {
    let settled = |why: &Why| why.code == WhyCode::SettlementRow;
    let about_settlement = |answer: &PreferenceAnswer| answer.asked.settlement().is_some();
    Decision {
        settlement: Settlement::None,
        response: None,
        tier: None,
        rows: decision.rows.into_iter().filter(|row| !row.as_str().starts_with('S')).collect(),
        why: decision.why.into_iter().filter(|why| !settled(why)).collect(),
        preference: decision.preference.filter(|answer| !about_settlement(answer)),
        ..decision
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn the_tier_reaches_the_settlement_only(
        policy in policies(),
        unit in units(),
        tier in proptest::option::of(proptest::sample::select(TIERS.to_vec())),
    ) {
        let policy = verified(policy);
        let tier: Option<CustomerTier> = tier.map(id);
        let with = policy.decide_for(&unit, tier.as_ref());
        prop_assert_eq!(&with.tier, &tier);
        prop_assert_eq!(but_settlement(with), but_settlement(policy.decide(&unit)));
    }

    #[test]
    fn no_single_signal_moves_a_unit(
        policy in policies(),
        unit in units(),
        signal in proptest::sample::select(SignalKind::ALL.to_vec()),
        finding in any::<bool>(),
    ) {
        let alone = policy.check(&Vocabulary::default()).faults;
        let decides = |fault: &CheckFault| matches!(fault, CheckFault::SignalDecides { .. });
        prop_assert!(!alone.iter().any(decides), "the generator wrote {:?}", alone);
        let policy = verified(policy);
        let clean = policy.decide(&unit);
        let signalled = Inputs { signals: [signal].into(), fraud_signal: finding, ..unit };
        let decision = policy.decide(&signalled);
        prop_assert_eq!(decision.disposition, clean.disposition);
        prop_assert_eq!(&decision.holds, &clean.holds);
        prop_assert_eq!(&decision.rows, &clean.rows);
        prop_assert!(decision.review.contains(&ReviewCause::FraudSignal));
    }

    #[test]
    fn several_signals_hold_the_unit_and_say_which(policy in policies(), unit in units()) {
        let signals = [SignalKind::WeightMismatch, SignalKind::LabelCopied];
        let decision = verified(policy).decide(&Inputs { signals: signals.into(), ..unit });
        prop_assert!(decision.holds.contains(&HoldReason::Fraud));
        prop_assert!(decision.review.contains(&ReviewCause::FraudSignal));
        let said = decision.why.iter().find(|why| why.code == WhyCode::SeveralSignals).unwrap();
        prop_assert_eq!(&said.args["signals"], "WEIGHT_MISMATCH LABEL_COPIED");
    }

    #[test]
    fn what_a_gate_forbids_is_never_chosen(policy in policies(), unit in units()) {
        let policy = verified(policy);
        let decision = policy.decide(&unit);
        let certain = decision.why.iter().all(|why| {
            !matches!(why.code, WhyCode::FactMissing | WhyCode::AllForbidden | WhyCode::NoRow | WhyCode::RowsOverlap)
        });
        if certain {
            prop_assert_eq!(policy.forbids(&unit, decision.disposition), None);
        } else {
            prop_assert_eq!(decision.disposition, Disposition::Quarantine);
        }
        if let Some(derogation) = &decision.derogation {
            prop_assert_eq!(Some(derogation.clone()), policy.derogation(&unit, decision.disposition));
        }
    }

    #[test]
    fn a_preference_that_is_honoured_is_done(policy in policies(), unit in units()) {
        let decision = verified(policy).decide(&unit);
        let answer = decision.preference.unwrap();
        let asked = unit.preference.unwrap_or(Preference::None);
        prop_assert_eq!(answer.asked, asked);
        let done = asked.dispositions().contains(&decision.disposition)
            || asked.settlement() == Some(decision.settlement);
        match answer.outcome {
            PreferenceOutcome::Honoured => prop_assert!(done && answer.why.is_none()),
            PreferenceOutcome::NoPreference => prop_assert_eq!(asked, Preference::None),
            PreferenceOutcome::Undecided => prop_assert!(answer.why.is_some()),
            _ => prop_assert!(!done && answer.why.is_some(), "{:?} {:?}", answer, decision.disposition),
        }
    }

    #[test]
    fn the_explanation_says_what_decided(
        policy in policies(),
        unit in units(),
        tier in proptest::option::of(proptest::sample::select(TIERS.to_vec())),
    ) {
        let policy = verified(policy);
        let tier: Option<CustomerTier> = tier.map(id);
        let explained = policy.explain(&unit, tier.as_ref());
        prop_assert_eq!(&explained.decision, &policy.decide_for(&unit, tier.as_ref()));
        let rows = &policy.policy;
        prop_assert_eq!(explained.rows.len(), rows.gates.len() + rows.candidates.len() + rows.settlements.len());
        let fired = |layer| {
            let of = move |row: &&RowAnswer| row.layer == layer && row.answer == Answered::Fired;
            explained.rows.iter().filter(of).map(|row| row.row.clone()).collect::<Vec<_>>()
        };
        let decided = |first: char| {
            let of = |row: &&returns::ids::RowId| row.as_str().starts_with(first);
            explained.decision.rows.iter().filter(of).cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(fired(Layer::Gate), decided('G'));
        prop_assert_eq!(fired(Layer::Settlement), decided('S'));
        for row in &rows.candidates {
            let told = explained.rows.iter().find(|answer| answer.row == row.id).unwrap();
            let wanted = match row.when.matches(&unit, rows.currency) {
                Known::Yes => Answered::Fired,
                Known::No => Answered::No,
                Known::Unknown => Answered::Unknown,
            };
            prop_assert_eq!((told.answer, told.cell.is_some()), (wanted, wanted != Answered::Fired));
        }
        if let [row] = decided('C').as_slice()
            && explained.decision.gate.is_none()
            && let Some((best, worth)) = explained.ranking.first()
            && !explained.decision.why.iter().any(|why| matches!(why.code, WhyCode::FactMissing | WhyCode::PreferenceHonoured))
        {
            prop_assert_eq!((*best, *worth), (explained.decision.disposition, explained.decision.recovered), "{}", row);
        }
    }
}

#[test]
fn the_columns_are_those_of_the_conditions() {
    let any = Range { at_least: Some(1.into()), below: None };
    let full = serde_json::to_value(Conditions {
        findings: Findings { any_of: vec![Finding::Stain], ..Findings::default() },
        value_minor: any,
        weekly_decay_percent: any,
        days_since_sale: any,
        days_in_queue: any,
        days_past_authorisation: any,
        days_to_expiry: any,
        signals: any,
        category: Cell::OneOf(vec![]),
        owner: Cell::OneOf(vec![]),
        cycle: Cell::OneOf(vec![]),
        intake: Cell::OneOf(vec![]),
        reason: Cell::OneOf(vec![]),
        preference: Cell::OneOf(vec![]),
        grade: Cell::OneOf(vec![]),
        country: Cell::OneOf(vec![]),
        authorisation: Cell::OneOf(vec![]),
        function: Cell::OneOf(vec![]),
        cosmetic: Cell::OneOf(vec![]),
        in_warranty: Flag::Yes,
        vendor_takes_back: Flag::Yes,
        recalled: Flag::Yes,
        hygiene_seal: Flag::Yes,
        seal_intact: Flag::Yes,
        battery: Flag::Yes,
        dangerous_goods: Flag::Yes,
        data_bearing: Flag::Yes,
        weee: Flag::Yes,
        fraud_signal: Flag::Yes,
        refurbished: Flag::Yes,
    })
    .unwrap();
    let fields: Vec<&str> =
        full.as_object().unwrap().keys().map(|key| key.trim_end_matches("_minor")).collect();
    let explained = verified(empty()).explain(&Inputs::of_grade(Grade::A), None);
    let mut columns: Vec<&str> = explained.facts.iter().map(|(column, _)| column.as_str()).collect();
    columns.sort_unstable();
    assert_eq!(columns, fields, "every condition is a column that is explained and checked");
}
