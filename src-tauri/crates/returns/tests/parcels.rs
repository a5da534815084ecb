//! Parcels, containers, and what a return line has come to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use returns::codes::*;
use returns::rma::{Rma, progress};
use returns::{Facts, ParcelEvent, Refusal, container, parcel};
use rstest::rstest;

fn does(state: &mut parcel::State, command: parcel::Command, facts: &Facts<'_>) -> Vec<ParcelEvent> {
    let what = format!("{command:?}");
    let events = parcel::decide(state, &command, facts).unwrap_or_else(|no| panic!("{what}: {no:?}"));
    events.iter().for_each(|event| parcel::apply(state, event));
    events
}

fn arrive() -> parcel::Command {
    parcel::Command::Arrive { tracking: Some(id("JD01")), rmas: vec![id("R-1001")] }
}

fn opened(facts: &Facts<'_>) -> parcel::State {
    let mut state = parcel::State::default();
    does(&mut state, arrive(), facts);
    does(&mut state, parcel::Command::Open, facts);
    state
}

fn found(n: u128, line: Option<&str>) -> parcel::Command {
    let rma = line.map(|_| id("R-1001"));
    parcel::Command::FindUnit { unit: unit_id(n), rma, line: line.map(id) }
}

/// Lines 1, 2 and 3 expect a piece each.
#[rstest]
#[case(&[Some("1"), Some("2"), Some("3")], ParcelOutcome::Complete, 0)]
#[case(&[Some("1"), Some("2")], ParcelOutcome::Short, 0)]
#[case(&[Some("1"), Some("2"), Some("3"), Some("3")], ParcelOutcome::Over, 0)]
#[case(&[Some("1"), Some("2"), Some("3"), None], ParcelOutcome::Over, 1)]
#[case(&[Some("1"), Some("1"), None], ParcelOutcome::Short, 1)]
#[case(&[], ParcelOutcome::Empty, 0)]
fn an_emptied_parcel_is_compared_with_its_rma(
    #[case] units: &[Option<&str>],
    #[case] outcome: ParcelOutcome,
    #[case] undeclared: u32,
) {
    let depot = Depot::new();
    let rmas = [&depot.rma];
    let facts = Facts { parcel_rmas: &rmas, ..depot.facts("COAT", None) };
    let mut state = opened(&facts);
    for (n, line) in units.iter().enumerate() {
        does(&mut state, found(n as u128, *line), &facts);
    }
    let events = does(&mut state, parcel::Command::Empty, &facts);
    let Some(ParcelEvent::Emptied { outcome: got, lines, undeclared: rest }) = events.last() else {
        panic!()
    };
    assert_eq!((*got, *rest, lines.len()), (outcome, undeclared, 3));
    assert_eq!((state.state, state.outcome), (Some(ParcelState::Emptied), Some(outcome)));
}

#[test]
fn one_of_several_parcels_is_never_short() {
    let mut depot = Depot::new();
    depot.rma.tracking.push(id("JD02"));
    let rmas = [&depot.rma];
    let facts = Facts { parcel_rmas: &rmas, ..depot.facts("COAT", None) };
    let mut state = opened(&facts);
    does(&mut state, found(1, Some("1")), &facts);
    does(&mut state, parcel::Command::Empty, &facts);
    assert_eq!(state.outcome, Some(ParcelOutcome::Complete));
}

fn findings(
    depot: &Depot,
    units: &[Option<&str>],
    intake: Option<IntakeKind>,
) -> (ParcelOutcome, Vec<Finding>) {
    let rmas = [&depot.rma];
    let facts = Facts { parcel_rmas: &rmas, ..depot.facts("COAT", None) };
    let mut state = opened(&facts);
    if let Some(intake) = intake {
        does(&mut state, parcel::Command::SetIntake { intake }, &facts);
    }
    for (n, line) in units.iter().enumerate() {
        does(&mut state, found(n as u128, *line), &facts);
    }
    does(&mut state, parcel::Command::Empty, &facts);
    (state.outcome.unwrap(), state.findings.into_iter().collect())
}

#[test]
fn what_does_not_fit_is_noted_on_the_parcel() {
    let depot = Depot::new();
    let of = |units: &[Option<&str>]| findings(&depot, units, None).1;
    assert_eq!(of(&[Some("1"), Some("2"), Some("3")]), []);
    assert_eq!(of(&[Some("1")]), [Finding::QtyUnder]);
    assert_eq!(of(&[Some("1"), Some("2"), Some("3"), None]), [Finding::QtyOver]);
    assert_eq!(of(&[Some("1"), Some("1")]), [Finding::QtyOver, Finding::QtyUnder]);
    assert_eq!(of(&[]), [Finding::EmptyBox]);
}

#[test]
fn goods_of_two_rmas_in_one_carton_are_mixed() {
    let depot = Depot::new();
    let mut other = depot.rma.clone();
    other.number = id("R-1002");
    let rmas = [&depot.rma, &other];
    let facts = Facts { parcel_rmas: &rmas, ..depot.facts("COAT", None) };
    let mut state = opened(&facts);
    does(&mut state, found(1, Some("1")), &facts);
    let of_other =
        parcel::Command::FindUnit { unit: unit_id(2), rma: Some(id("R-1002")), line: Some(id("1")) };
    does(&mut state, of_other, &facts);
    does(&mut state, parcel::Command::Empty, &facts);
    assert!(state.findings.contains(&Finding::MixedCarton));
}

#[rstest]
#[case(RmaState::Denied)]
#[case(RmaState::Cancelled)]
#[case(RmaState::Expired)]
#[case(RmaState::Closed)]
fn of_an_rma_that_is_not_agreed_nothing_is_missing(#[case] state: RmaState) {
    let mut depot = Depot::new();
    depot.rma.state = state;
    assert_eq!(findings(&depot, &[Some("1")], None), (ParcelOutcome::Complete, vec![]));
}

#[rstest]
#[case(IntakeKind::Rts)]
#[case(IntakeKind::Bulk)]
fn what_nobody_expected_to_come_is_not_too_much(#[case] intake: IntakeKind) {
    let mut depot = Depot::new();
    depot.rma.lines.clear();
    let came = findings(&depot, &[None, None], Some(intake));
    assert_eq!(came, (ParcelOutcome::Complete, vec![]));
    assert_eq!(findings(&depot, &[None], None).0, ParcelOutcome::Over, "unless nobody said so");
    assert_eq!(findings(&depot, &[], Some(intake)).0, ParcelOutcome::Empty);
}

#[test]
fn a_parcel_arrives_on_one_day_and_is_opened_on_another_at_another_bench() {
    let depot = Depot::new();
    let dock = depot.facts("COAT", None);
    let mut state = parcel::State::default();
    does(&mut state, arrive(), &dock);
    assert_eq!(state.arrived, Some(at("2026-11-12T09:52:00Z")));
    let bench = Facts {
        actor: &depot.other,
        station: returns::ids::StationId([8; 16]),
        recorded: at("2026-11-19T07:00:00Z"),
        ..dock
    };
    does(&mut state, parcel::Command::Open, &bench);
    assert_eq!((state.state, state.arrived), (Some(ParcelState::Opened), Some(at("2026-11-12T09:52:00Z"))));
}

#[test]
fn a_blind_parcel_holds_what_nobody_expected() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", None);
    let mut state = parcel::State::default();
    does(&mut state, parcel::Command::Arrive { tracking: None, rmas: vec![] }, &facts);
    does(&mut state, parcel::Command::Open, &facts);
    does(&mut state, found(1, None), &facts);
    does(&mut state, parcel::Command::Empty, &facts);
    assert_eq!(state.outcome, Some(ParcelOutcome::Over));
}

#[test]
fn a_parcels_steps_come_in_order() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", None);
    let mut state = parcel::State::default();
    let refuses = |state: &parcel::State, command| parcel::decide(state, &command, &facts).unwrap_err();
    assert_eq!(refuses(&state, parcel::Command::Open), Refusal::NotReceived);
    does(&mut state, parcel::Command::Expect { tracking: id("JD01"), rmas: vec![] }, &facts);
    let closed = Refusal::WrongParcelState { state: ParcelState::Expected };
    assert_eq!(refuses(&state, parcel::Command::Open), closed);
    does(&mut state, arrive(), &facts);
    assert_eq!(refuses(&state, arrive()), Refusal::ReceivedBefore);
    assert_eq!(refuses(&state, found(1, None)), Refusal::WrongParcelState { state: ParcelState::Arrived });
    does(&mut state, parcel::Command::Open, &facts);
    does(&mut state, found(1, None), &facts);
    assert_eq!(refuses(&state, found(1, None)), Refusal::WrongUnitCount { unit: unit_id(1) });
    let gone = parcel::Command::RemoveUnit { unit: unit_id(1), reason: VoidReason::NeverThere };
    does(&mut state, gone.clone(), &facts);
    assert_eq!(refuses(&state, gone), Refusal::WrongUnitCount { unit: unit_id(1) });
    assert_eq!(refuses(&state, parcel::Command::FindRma { rma: id("R-1001") }), Refusal::NoChange);
    does(&mut state, parcel::Command::FindRma { rma: id("R-1002") }, &facts);
    let mut refused = parcel::State::default();
    does(&mut refused, parcel::Command::Refuse { reason: ParcelRefusal::NotOurs }, &facts);
    assert_eq!(refuses(&refused, arrive()), Refusal::ReceivedBefore);
    refused.mark_unreadable();
    assert_eq!(refuses(&refused, parcel::Command::Open), Refusal::Unreadable);
}

#[test]
fn a_container_opens_fills_closes_and_ships() {
    use container::Command;
    let depot = Depot::new();
    let facts = depot.facts("COAT", None);
    let mut state = container::State::default();
    let refuses = |state: &container::State, facts: &Facts<'_>, command| {
        container::decide(state, &command, facts).unwrap_err()
    };
    let place = |n| Command::Place { unit: unit_id(n) };
    assert_eq!(refuses(&state, &facts, place(1)), Refusal::ContainerUnknown);
    let open = Command::Open { code: id("T-1"), disposition: Disposition::Restock, owner: id("NORDWIND") };
    let does = |state: &mut container::State, command: Command| {
        let events = container::decide(state, &command, &facts).unwrap();
        events.iter().for_each(|event| container::apply(state, event));
    };
    does(&mut state, open.clone());
    assert_eq!(refuses(&state, &facts, open), Refusal::ReceivedBefore);
    assert_eq!(refuses(&state, &facts, Command::Close), Refusal::ContainerEmpty);
    does(&mut state, place(1));
    does(&mut state, place(2));
    assert_eq!(refuses(&state, &facts, place(1)), Refusal::InContainerAlready);
    does(&mut state, Command::TakeOut { unit: unit_id(2) });
    assert_eq!(refuses(&state, &facts, Command::TakeOut { unit: unit_id(2) }), Refusal::NotInContainer);
    let blocked = [unit_id(1), unit_id(2)];
    let with_blocked = Facts { blocked_units: &blocked, ..facts.clone() };
    let still_in = Refusal::UnitsBlocked { units: vec![unit_id(1)] };
    assert_eq!(refuses(&state, &with_blocked, Command::Close), still_in);
    let early = Refusal::WrongContainerState { state: ContainerState::Open };
    assert_eq!(refuses(&state, &facts, Command::Ship { tracking: None }), early);
    does(&mut state, Command::Close);
    let closed = Refusal::WrongContainerState { state: ContainerState::Closed };
    assert_eq!(refuses(&state, &facts, place(3)), closed);
    assert_eq!(refuses(&state, &with_blocked, Command::Ship { tracking: None }), still_in);
    does(&mut state, Command::Ship { tracking: Some(id("00340434161094015902")) });
    assert_eq!(state.state, Some(ContainerState::Shipped));
    assert_eq!(state.tracking, Some(id("00340434161094015902")));
    assert_eq!(state.units, [unit_id(1)].into(), "what left in it can still be listed");
}

#[test]
fn units_are_counted_onto_their_lines() {
    let depot = Depot::new();
    let mut rma: Rma = depot.rma.clone();
    rma.lines[0].authorised = 3;
    rma.lines[1].received = 1;
    let facts = depot.facts("COAT", Some("1"));
    let one = Bench::received(&facts);
    let mut accepted = Bench::received(&facts);
    accepted.does(
        returns::unit::Command::AnswerClaim { acceptance: Acceptance::Accepted, response: None },
        &supervised(&depot, &facts),
    );
    let mut voided = Bench::received(&facts);
    voided.does(returns::unit::Command::Void { reason: VoidReason::NeverThere }, &facts);
    let stranger = Bench::new();
    let lines = progress(&rma, [&one.state, &accepted.state, &voided.state, &stranger.state]);
    let counts: Vec<_> = lines
        .iter()
        .map(|line| (line.authorised, line.received, line.expected, line.not_received, line.accepted))
        .collect();
    assert_eq!(counts, [(3, 2, 1, 1, 1), (1, 1, 0, 0, 0), (1, 0, 1, 1, 0)]);
}
