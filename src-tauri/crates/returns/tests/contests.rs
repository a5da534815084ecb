//! Two decisions at odds, and which of them stands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use returns::codes::*;
use returns::ids::*;
use returns::policy::Decision;
use returns::unit::{self, Command};
use returns::{Facts, Refusal};
use uuid::Uuid;

/// A clean coat that was drawn, waiting for its second look.
fn drawn(facts: &Facts<'_>) -> Bench {
    let mut bench = Bench::graded(facts);
    bench.does(Command::Dispose, facts);
    bench
}

const ONE: EventId = EventId(Uuid::from_u128(1));
const TWO: EventId = EventId(Uuid::from_u128(2));

/// Another bench's decision: graded C, so liquidated.
fn theirs(depot: &Depot, facts: &Facts<'_>, bench: &Bench) -> Box<Decision> {
    let mut inputs = unit::inputs(&bench.state, facts).unwrap();
    inputs.grade = Grade::C;
    Box::new(depot.policy.decide(&inputs))
}

fn contest() -> Command {
    Command::Contest { first: ONE, second: TWO }
}

fn settle(stands: EventId, decision: Option<Box<Decision>>) -> Command {
    Command::SettleContest { stands, decision }
}

#[test]
fn another_place_for_the_same_grade_is_put_in_force() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::confirmed(&facts);
    let ours = bench.state.decision.clone().unwrap();
    let theirs = Box::new(Decision { disposition: Disposition::RestockB, ..ours });
    bench.does(contest(), &facts);
    bench.does(settle(TWO, Some(theirs)), &supervised(&depot, &facts));
    assert_eq!(bench.state.disposition(), Some(Disposition::RestockB));
    assert_eq!(bench.state.label.stage, LabelStage::None, "the printed one names the wrong place");
}

#[test]
fn the_decision_that_stands_is_put_in_force() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    let mut bench = Bench::confirmed(&facts);
    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    let (ours, theirs) = (Box::new(bench.state.decision.clone().unwrap()), theirs(&depot, &facts, &bench));
    bench.does(contest(), &facts);
    assert_eq!(unit::may_leave(&bench.state), Err(Refusal::Contested));
    assert_eq!(bench.refuses(settle(TWO, Some(theirs.clone())), &facts), Refusal::SupervisorOnly);
    let own = Facts { role: Role::Supervisor, ..facts.clone() };
    assert_eq!(bench.refuses(settle(ONE, Some(ours.clone())), &own), Refusal::OwnGrading);

    let mut kept = Bench { state: bench.state.clone(), history: vec![] };
    kept.does(settle(ONE, Some(ours)), &supervisor);
    assert_eq!(
        (kept.state.stage, kept.state.contested),
        (Some(Stage::Staged), None),
        "it stays where it lies"
    );
    assert_eq!(unit::may_leave(&kept.state), Ok(()));

    bench.does(settle(TWO, Some(theirs)), &supervisor);
    assert_eq!((bench.state.stage, bench.state.container()), (Some(Stage::Dispositioned), None));
    assert_eq!(
        (bench.state.grade(), bench.state.disposition()),
        (Some(Grade::C), Some(Disposition::Liquidate))
    );
    assert_eq!(bench.state.label.stage, LabelStage::None, "it needs another label");
}

#[test]
fn what_is_settled_passes_no_gate_no_hold_and_no_review() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    let mut bench = Bench::dispositioned(&facts);
    let other = theirs(&depot, &facts, &bench);
    bench.does(contest(), &facts);
    let destroyed = Box::new(Decision { disposition: Disposition::Destroy, ..(*other).clone() });
    assert_eq!(bench.refuses(settle(TWO, Some(destroyed)), &supervisor).code(), "forbidden");
    bench.does(Command::Hold { reason: HoldReason::Data }, &facts);
    assert_eq!(bench.refuses(settle(TWO, Some(other.clone())), &supervisor).code(), "held");
    bench.does(Command::Release { reason: HoldReason::Data }, &supervisor);
    bench.does(settle(TWO, Some(other)), &supervisor);

    let drawn_facts = Facts { sample_drawn: true, ..facts.clone() };
    let mut pending = drawn(&drawn_facts);
    let other = theirs(&depot, &facts, &pending);
    pending.does(contest(), &facts);
    assert_eq!(pending.refuses(settle(TWO, Some(other)), &supervisor), Refusal::ReviewPending);
}

#[test]
fn a_unit_at_odds_does_not_leave_even_when_its_container_is_closed() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::confirmed(&facts);
    let in_state = |state| container(Disposition::Restock, "NORDWIND", state);
    let (open, closed, shipped) =
        (in_state(ContainerState::Open), in_state(ContainerState::Closed), in_state(ContainerState::Shipped));
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    bench.does(Command::Close, &Facts { container: Some(&closed), ..facts.clone() });
    assert_eq!(unit::may_leave(&bench.state), Ok(()));
    let other = theirs(&depot, &facts, &bench);
    bench.does(contest(), &facts);
    assert_eq!(unit::may_leave(&bench.state), Err(Refusal::Contested));
    let with_shipped = Facts { container: Some(&shipped), ..facts.clone() };
    assert_eq!(bench.refuses(Command::Close, &with_shipped), Refusal::Contested);
    // What is closed cannot be decided again; a person must deal with it.
    bench.does(settle(TWO, Some(other)), &supervised(&depot, &facts));
    assert_eq!(bench.state.tasks, [Task::DecidedAfterFact].into());
    let done = || Command::FinishTask { task: Task::DecidedAfterFact };
    assert_eq!(bench.refuses(done(), &facts), Refusal::SupervisorOnly);
    bench.does(done(), &supervised(&depot, &facts));
    assert!(bench.state.tasks.is_empty());
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock));
    bench.does(Command::Close, &with_shipped);
}

#[test]
fn a_unit_that_is_inspected_again_is_settled_without_a_decision() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    let other = theirs(&depot, &facts, &bench);
    bench.does(Command::Regrade { reason: RegradeReason::Regrade }, &facts);
    bench.does(contest(), &facts);
    let supervisor = supervised(&depot, &facts);
    let wrong = Refusal::WrongStage { stage: Stage::Inspecting };
    assert_eq!(bench.refuses(settle(TWO, Some(other)), &supervisor), wrong);
    bench.does(settle(TWO, None), &supervisor);
    bench.inspects(CLEAN, &facts);
}

#[test]
fn a_unit_that_proved_another_product_is_settled_before_it_is_inspected() {
    let depot = Depot::new();
    let facts = depot.facts("SHIRT", Some("2"));
    let mut bench = Bench::dispositioned(&depot.facts("COAT", Some("1")));
    bench.does(Command::ReIdentify { sku: id("SHIRT") }, &facts);
    bench.does(contest(), &facts);
    assert_eq!(bench.state.stage, Some(Stage::Received));
    assert_eq!(bench.refuses(Command::StartInspection, &facts), Refusal::Contested);
    bench.does(settle(TWO, None), &supervised(&depot, &facts));
    bench.does(Command::StartInspection, &facts);
}
