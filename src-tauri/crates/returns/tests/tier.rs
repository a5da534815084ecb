//! The customer's tier changes speed and settlement, never the grade nor where the unit goes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::cell::Cell as Counter;

use common::bench::*;
use common::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use returns::codes::*;
use returns::ids::CustomerTier;
use returns::policy::{Cell, Decision, PreferenceRules, SettlementRow};
use returns::unit::{Command, State};

/// One unit's story: everything but the tier.
#[derive(Debug, Clone)]
struct Story {
    line: usize,
    choices: Vec<usize>,
    added: Vec<Finding>,
    reason: Reason,
    preference: Preference,
    overridden: Option<Grade>,
    sampled: bool,
}

fn story() -> impl Strategy<Value = Story> {
    let one_of = |all: usize| 0..all;
    (
        one_of(2),
        proptest::collection::vec(0..6_usize, 12),
        proptest::collection::vec(proptest::sample::select(Finding::ALL), 0..3),
        proptest::sample::select(Reason::ALL),
        proptest::sample::select(Preference::ALL),
        proptest::option::of(proptest::sample::select(Grade::ALL)),
        any::<bool>(),
    )
        .prop_map(|(line, choices, added, reason, preference, overridden, sampled)| Story {
            line,
            choices,
            added,
            reason,
            preference,
            overridden,
            sampled,
        })
}

/// A depot whose settlement rows look at the tier.
fn depot(story: &Story, tier: Option<&str>) -> Depot {
    let mut depot = Depot::new();
    depot.rma.tier = tier.map(id::<CustomerTier>);
    let line = &mut depot.rma.lines[story.line];
    (line.reason, line.preference) = (story.reason, story.preference);
    let row = |name: &str, tier: Cell<CustomerTier>, settlement| SettlementRow {
        id: id(name),
        when: returns::policy::Conditions::default(),
        tier,
        disposition: Cell::Any,
        settlement,
        response: None,
        why: "by-tier".to_owned(),
    };
    let policy = &mut depot.policy.policy;
    policy.preference = PreferenceRules { may_cost_percent: 20.into(), may_cost_minor: None };
    policy.settlements = vec![
        row("S-GOLD", Cell::OneOf(vec![id("GOLD")]), Settlement::Replace),
        row("S-REST", Cell::Any, Settlement::StoreCredit),
    ];
    depot
}

/// Walks the story through, and gives what came of it.
fn walked(story: &Story, tier: Option<&str>) -> (State, Option<Decision>) {
    let depot = depot(story, tier);
    let (sku, line) = [("COAT", "1"), ("SHIRT", "2")][story.line];
    let mut facts = depot.facts(sku, Some(line));
    facts.sample_drawn = story.sampled;
    let mut bench = Bench::received(&facts);
    for finding in &story.added {
        let _ = bench.tries(Command::AddFinding { finding: *finding }, &facts);
    }
    bench.does(Command::StartInspection, &facts);
    let mut choices = story.choices.iter().cycle();
    while let Some(question) = depot.checklist.next_question(&bench.state.answers) {
        let choice = &question.choices[choices.next().unwrap() % question.choices.len()];
        bench.does(Command::Answer(answer(question.id.as_str(), choice.id.as_str())), &facts);
        if let Some(reason) = bench.state.holds.first().copied() {
            bench.does(Command::Release { reason }, &supervised(&depot, &facts));
        }
    }
    for role in depot.checklist.required_photos(&bench.state.answers) {
        bench.does(photo(role.as_str(), 1), &facts);
    }
    bench.does(Command::Grade, &facts);
    if let Some(grade) = story.overridden {
        let reason = OverrideReason::Other;
        let _ = bench.tries(Command::OverrideGrade { grade, reason, note: None }, &facts);
    }
    bench.does(Command::Dispose, &facts);
    let decision = bench.state.decision.clone().or(bench.state.review.proposal.clone());
    (bench.state, decision)
}

#[test]
fn no_tier_changes_the_grade_or_where_the_unit_goes() {
    let settled_differently = Counter::new(0);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    runner
        .run(&story(), |story| {
            let (plain, without) = walked(&story, None);
            let without = without.expect("decided");
            for tier in ["GOLD", "BASIC"] {
                let (state, decision) = walked(&story, Some(tier));
                let decision = decision.expect("decided");
                prop_assert_eq!(state.grade(), plain.grade());
                prop_assert_eq!(state.stage, plain.stage);
                prop_assert_eq!(&state.review.causes, &plain.review.causes);
                prop_assert_eq!(state.findings(), plain.findings());
                prop_assert_eq!(&state.holds, &plain.holds);
                prop_assert_eq!(decision.disposition, without.disposition);
                prop_assert_eq!(decision.recovered, without.recovered);
                prop_assert_eq!(&decision.next_best, &without.next_best);
                prop_assert_eq!(&decision.holds, &without.holds);
                prop_assert_eq!(&decision.review, &without.review);
                prop_assert_eq!(decision.gate, without.gate);
                if decision.settlement != without.settlement {
                    settled_differently.set(settled_differently.get() + 1);
                }
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // Else the tier reached nothing, and the property said nothing.
    assert!(settled_differently.get() > 0, "the settlement follows the tier");
}
