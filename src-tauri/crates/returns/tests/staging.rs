//! Labels, containers, closing, and every way back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use returns::codes::*;
use returns::ids::*;
use returns::lpn::Lpn;
use returns::unit::{self, Command};
use returns::{Facts, Refusal, UnitEvent};

#[test]
fn one_return_from_receipt_to_closed() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::confirmed(&facts);
    assert_eq!(bench.state.grade(), Some(Grade::A));
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock));
    assert_eq!(bench.state.settlement(), Some(Settlement::Refund));
    assert_eq!(bench.state.matched, Some(Match::Matched));
    assert_eq!(bench.state.label_code().unwrap(), "RS:U:004173925812/1");

    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    let with_open = Facts { container: Some(&open), ..facts.clone() };
    bench.does(Command::Stage { container: tote(1) }, &with_open);
    assert_eq!(bench.state.container(), Some(tote(1)));
    let refusal = bench.refuses(Command::Close, &with_open);
    assert_eq!(refusal, Refusal::WrongContainerState { state: ContainerState::Open });

    let closed = container(Disposition::Restock, "NORDWIND", ContainerState::Closed);
    let with_closed = Facts { container: Some(&closed), ..facts.clone() };
    bench.does(Command::Close, &with_closed);
    assert_eq!((bench.state.stage, bench.state.shipped), (Some(Stage::Closed), false));
    let again = Refusal::WrongStage { stage: Stage::Closed };
    assert_eq!(bench.refuses(Command::Close, &with_closed), again);
    let shipped = container(Disposition::Restock, "NORDWIND", ContainerState::Shipped);
    let with_shipped = Facts { container: Some(&shipped), ..facts.clone() };
    bench.does(Command::Close, &with_shipped);
    assert!(bench.state.shipped);
    for facts in [&with_closed, &with_shipped] {
        assert_eq!(bench.refuses(Command::Close, facts), again);
    }
    assert_eq!(unit::fold(&bench.history), bench.state);
}

#[test]
fn only_the_newest_label_of_this_unit_confirms() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    let lpn = bench.state.lpn.unwrap();
    let confirm = |lpn, print| Command::ConfirmLabel { lpn, print };
    let label = LabelKind::Disposition;
    let none = Refusal::NoSuchLabel { label, print: 1 };
    assert_eq!(bench.refuses(confirm(lpn, 1), &facts), none);
    bench.does(Command::RequestLabel { label }, &facts);
    bench.does(Command::LabelPrinted { label, print: 1 }, &facts);
    bench.does(Command::RequestLabel { label }, &facts);
    assert_eq!(bench.state.label.stage, LabelStage::PrintPending);
    let late = bench.refuses(Command::LabelPrinted { label, print: 1 }, &facts);
    assert_eq!(late, Refusal::NoSuchLabel { label, print: 1 });
    let other = Lpn::new(417, 1).unwrap();
    assert_eq!(bench.refuses(confirm(other, 2), &facts), Refusal::WrongLabel { expected: lpn, got: other });
    let old = Refusal::SupersededLabel { newest: 2, got: 1 };
    assert_eq!(bench.refuses(confirm(lpn, 1), &facts), old);
    assert_eq!(bench.refuses(confirm(lpn, 3), &facts), Refusal::NoSuchLabel { label, print: 3 });
    // The power went before the printer's word was recorded; the label itself proves it.
    let events = bench.does(confirm(lpn, 2), &facts);
    assert_eq!(events.len(), 2);
    assert_eq!(bench.state.label.stage, LabelStage::Confirmed);
    assert_eq!(bench.refuses(confirm(lpn, 2), &facts), Refusal::NoChange);
}

#[test]
fn the_wrong_container_is_refused_with_the_right_one_named() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::confirmed(&facts);
    let right: ContainerCode = id("T-7");
    for (disposition, owner) in [(Disposition::Donate, "NORDWIND"), (Disposition::Restock, "SUEDWIND")] {
        let wrong = container(disposition, owner, ContainerState::Open);
        let facts = Facts { container: Some(&wrong), right_container: Some(&right), ..facts.clone() };
        let refusal = bench.refuses(Command::Stage { container: tote(1) }, &facts);
        let expected = Refusal::WrongContainer {
            expected: Disposition::Restock,
            got: disposition,
            expected_owner: id("NORDWIND"),
            got_owner: id(owner),
            right: Some(right.clone()),
        };
        assert_eq!(refusal, expected);
    }
    let closed = container(Disposition::Restock, "NORDWIND", ContainerState::Closed);
    let with_closed = Facts { container: Some(&closed), ..facts.clone() };
    let refusal = bench.refuses(Command::Stage { container: tote(1) }, &with_closed);
    assert_eq!(refusal, Refusal::WrongContainerState { state: ContainerState::Closed });
    assert_eq!(bench.refuses(Command::Stage { container: tote(1) }, &facts), Refusal::ContainerUnknown);
    let mut unlabelled = Bench::dispositioned(&facts);
    assert_eq!(unlabelled.refuses(Command::Stage { container: tote(1) }, &facts), Refusal::LabelNotConfirmed);
}

#[test]
fn a_later_match_lets_the_policy_decide_again_or_opens_a_task() {
    let depot = Depot::new();
    let blind = depot.facts("COAT", None);
    let known = depot.facts("COAT", Some("1"));
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.inspects(CLEAN, &blind);
    bench.does(Command::Dispose, &blind);
    bench.labels(&blind);
    let mut staged = Bench { state: bench.state.clone(), history: vec![] };

    bench.does(Command::MatchLater, &known);
    assert_eq!(bench.state.matched, Some(Match::MatchedLater));
    assert_eq!((bench.state.stage, bench.state.label.stage), (Some(Stage::Graded), LabelStage::None));
    assert_eq!(bench.refuses(Command::MatchLater, &known), Refusal::MatchedAlready);
    bench.does(Command::Dispose, &known);
    let inputs = bench.state.decision.unwrap().inputs;
    assert_eq!((inputs.reason, inputs.intake), (Some(Reason::TooSmall), Some(IntakeKind::Rma)));

    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    staged.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..blind.clone() });
    staged.does(Command::MatchLater, &known);
    assert_eq!(staged.state.stage, Some(Stage::Staged));
    assert_eq!(staged.state.tasks, [Task::MatchedAfterStaging].into());
    let mut taken_out = Bench { state: staged.state.clone(), history: vec![] };
    staged.does(Command::FinishTask { task: Task::MatchedAfterStaging }, &known);
    assert!(staged.state.tasks.is_empty());
    // Or it is dealt with: put away again by what is known now.
    taken_out.does(Command::TakeOut, &known);
    assert_eq!(taken_out.state.tasks, [Task::MatchedAfterStaging].into());
    taken_out.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..known.clone() });
    assert!(taken_out.state.tasks.is_empty());
}

#[test]
fn a_match_by_somebody_who_did_not_know_that_it_was_put_away_opens_the_task_all_the_same() {
    let depot = Depot::new();
    let known = depot.facts("COAT", Some("1"));
    let matched = UnitEvent::MatchedLater {
        rma: known.rma.unwrap().number.clone(),
        line: Some("1".parse().unwrap()),
        owner: known.rma.unwrap().owner.clone(),
    };
    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    let blind = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.inspects(CLEAN, &blind);
    bench.does(Command::Dispose, &blind);
    bench.labels(&blind);
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..blind.clone() });
    for (before, stage) in [(bench.state.clone(), Stage::Staged), (closed(&bench), Stage::Closed)] {
        let mut state = before;
        unit::apply(&mut state, &matched);
        assert_eq!((state.stage, state.tasks), (Some(stage), [Task::MatchedAfterStaging].into()));
    }
    // Decided anew, too: it still lies where it was put, and can be taken out.
    let mut state = bench.state.clone();
    unit::apply(&mut state, &matched);
    let decision = Box::new(bench.state.decision.clone().unwrap());
    unit::apply(&mut state, &UnitEvent::Dispositioned { decision, provisional: false });
    let mut again = Bench { state, history: vec![] };
    again.does(Command::TakeOut, &known);
    assert_eq!((again.state.stage, again.state.container()), (Some(Stage::Dispositioned), None));
    assert_eq!(again.refuses(Command::TakeOut, &known), Refusal::NotInContainer);
    unit::apply(&mut again.state, &UnitEvent::RegradeStarted { reason: RegradeReason::Regrade });
    unit::apply(&mut again.state, &UnitEvent::TakenOut { container: tote(1) });
    assert_eq!(again.state.stage, Some(Stage::Inspecting), "it is not decided by being carried");
}

fn closed(bench: &Bench) -> unit::State {
    let mut state = bench.state.clone();
    unit::apply(&mut state, &UnitEvent::Closed { container: tote(1), shipped: false });
    state
}

#[test]
fn every_way_back_supersedes_the_label_and_keeps_number_and_photos() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    let with_open = Facts { container: Some(&open), ..facts.clone() };
    let shirt = depot.facts("SHIRT", Some("2"));
    let ways = [
        (Command::Regrade { reason: RegradeReason::Regrade }, &facts, Stage::Inspecting),
        (Command::Regrade { reason: RegradeReason::Refurbished }, &facts, Stage::Inspecting),
        (Command::ReIdentify { sku: id("SHIRT") }, &shirt, Stage::Received),
        (Command::SwapLabels { other: unit_id(8) }, &facts, Stage::Dispositioned),
        (Command::Void { reason: VoidReason::NeverThere }, &facts, Stage::Voided),
    ];
    for (command, facts, stage) in ways {
        let mut bench = Bench::confirmed(&depot.facts("COAT", Some("1")));
        bench.does(Command::Stage { container: tote(1) }, &with_open);
        let before = bench.state.clone();
        let events = bench.does(command.clone(), facts);
        assert_eq!(events[0], UnitEvent::TakenOut { container: tote(1) }, "{command:?}");
        assert_eq!(bench.state.stage, Some(stage), "{command:?}");
        assert_eq!(bench.state.container(), None);
        assert_eq!((bench.state.lpn, &bench.state.photos), (before.lpn, &before.photos));
        assert_eq!((bench.state.label.stage, bench.state.label.print), (LabelStage::None, 1), "{command:?}");
    }
    let mut bench = Bench::confirmed(&facts);
    bench.does(Command::Stage { container: tote(1) }, &with_open);
    bench.does(Command::TakeOut, &facts);
    assert_eq!(bench.state.label.stage, LabelStage::Confirmed, "taking out decides nothing anew");
}

#[test]
fn after_closing_a_correction_is_an_amendment() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::confirmed(&facts);
    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    let amend = || Command::Amend(returns::event::Amendment::FindingAdded { finding: Finding::Stain });
    let supervisor = supervised(&depot, &facts);
    assert_eq!(bench.refuses(amend(), &supervisor), Refusal::WrongStage { stage: Stage::Staged });
    let closed = container(Disposition::Restock, "NORDWIND", ContainerState::Closed);
    bench.does(Command::Close, &Facts { container: Some(&closed), ..facts.clone() });
    for command in [
        Command::Void { reason: VoidReason::NeverThere },
        Command::Regrade { reason: RegradeReason::Regrade },
        Command::ReIdentify { sku: id("COAT") },
        Command::TakeOut,
        Command::Hold { reason: HoldReason::Fraud },
        Command::SwapLabels { other: unit_id(8) },
    ] {
        assert_eq!(bench.refuses(command, &facts), Refusal::WrongStage { stage: Stage::Closed });
    }
    assert_eq!(bench.refuses(amend(), &facts), Refusal::SupervisorOnly);
    bench.does(amend(), &supervisor);
    assert_eq!(bench.state.stage, Some(Stage::Closed));
    assert!(bench.state.findings().contains(&Finding::Stain));
}

#[test]
fn a_label_that_is_only_printed_does_not_stage() {
    let depot = Depot::new();
    let open = container(Disposition::Restock, "NORDWIND", ContainerState::Open);
    let facts = Facts { container: Some(&open), ..depot.facts("COAT", Some("1")) };
    let mut bench = Bench::dispositioned(&facts);
    let (label, stage) = (LabelKind::Disposition, || Command::Stage { container: tote(1) });
    assert_eq!(bench.refuses(stage(), &facts), Refusal::LabelNotConfirmed);
    bench.does(Command::RequestLabel { label }, &facts);
    assert_eq!(bench.refuses(stage(), &facts), Refusal::LabelNotConfirmed);
    bench.does(Command::LabelPrinted { label, print: 1 }, &facts);
    assert_eq!(bench.refuses(stage(), &facts), Refusal::LabelNotConfirmed);
    bench.does(Command::ConfirmLabel { lpn: bench.state.lpn.unwrap(), print: 1 }, &facts);
    bench.does(stage(), &facts);
}

#[test]
fn inspecting_again_forgets_what_was_seen_but_not_what_comparing_found() {
    let depot = Depot::new();
    let facts = Facts { rma: Some(&depot.rma), ..depot.facts("COAT", None) };
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::UnexpectedItem, &facts), &facts);
    bench.does(Command::AddFinding { finding: Finding::Odour }, &facts);
    bench.inspects(&[("smell", "no"), ("same", "no"), ("seal", "broken"), ("torn", "yes")], &facts);
    let seen = [Finding::Odour, Finding::PartMissing, Finding::ProductMismatch, Finding::Undeclared];
    assert_eq!(bench.state.findings(), seen.into());
    bench.does(Command::Regrade { reason: RegradeReason::Refurbished }, &facts);
    assert_eq!(bench.state.findings(), [Finding::Undeclared].into());
    assert_eq!((bench.state.answers.len(), bench.state.seal()), (0, None));
}
