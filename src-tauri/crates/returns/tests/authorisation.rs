//! Goods that were not agreed to come back arrive all the same, and are never refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use jiff::civil::date;
use returns::Facts;
use returns::codes::*;
use returns::unit::{self, Command};
use rstest::rstest;

fn seen(facts: &Facts<'_>) -> (Option<Authorisation>, Option<i32>) {
    let inputs = unit::inputs(&Bench::graded(facts).state, facts).unwrap();
    (inputs.authorisation, inputs.days_past_authorisation)
}

#[rstest]
#[case(RmaState::Requested, Authorisation::None)]
#[case(RmaState::PartiallyAuthorised, Authorisation::Valid)]
#[case(RmaState::Authorised, Authorisation::Valid)]
#[case(RmaState::Denied, Authorisation::Denied)]
#[case(RmaState::InTransit, Authorisation::Valid)]
#[case(RmaState::PartiallyReceived, Authorisation::Valid)]
#[case(RmaState::Received, Authorisation::Valid)]
#[case(RmaState::Processing, Authorisation::Valid)]
#[case(RmaState::Settlement, Authorisation::Valid)]
#[case(RmaState::Closed, Authorisation::Closed)]
#[case(RmaState::Cancelled, Authorisation::Cancelled)]
#[case(RmaState::Expired, Authorisation::Expired)]
fn whatever_head_office_says_of_the_rma_the_unit_is_taken_in(
    #[case] state: RmaState,
    #[case] expected: Authorisation,
) {
    let mut depot = Depot::new();
    depot.rma.state = state;
    assert_eq!(seen(&depot.facts("COAT", Some("1"))).0, Some(expected));
}

#[rstest]
#[case("2026-11-11T23:59:59Z", Authorisation::Valid, -1)]
#[case("2026-11-12T23:59:59Z", Authorisation::Valid, 0)]
#[case("2026-11-13T00:00:00Z", Authorisation::Expired, 1)]
#[case("2027-01-01T00:00:00Z", Authorisation::Expired, 50)]
fn the_last_day_counts(#[case] recorded: &str, #[case] expected: Authorisation, #[case] past: i32) {
    let mut depot = Depot::new();
    depot.rma.expires = Some(date(2026, 11, 12));
    let facts = Facts { recorded: at(recorded), ..depot.facts("COAT", Some("1")) };
    assert_eq!(seen(&facts), (Some(expected), Some(past)));
}

#[test]
fn a_parcel_that_waited_at_the_dock_came_in_time() {
    let mut depot = Depot::new();
    depot.rma.expires = Some(date(2026, 11, 10));
    let facts = depot.facts("COAT", Some("1"));
    assert_eq!(seen(&facts), (Some(Authorisation::Expired), Some(2)));
    let waited = Facts { arrived: Some(at("2026-11-09T16:00:00Z")), ..facts };
    assert_eq!(seen(&waited), (Some(Authorisation::Valid), Some(-1)));
    let since_sale = unit::inputs(&Bench::graded(&waited).state, &waited).unwrap().days_since_sale;
    assert_eq!(since_sale, Some(20), "from the sale to the dock");
}

#[test]
fn without_a_clock_the_last_day_is_unknown_but_what_head_office_said_is_not() {
    let mut depot = Depot::new();
    let behind = |depot: &Depot| {
        let facts = depot.facts("COAT", Some("1"));
        seen(&Facts { head_office_time: Some(at("2026-12-01T00:00:00Z")), ..facts })
    };
    assert_eq!(behind(&depot), (None, None));
    depot.rma.state = RmaState::Denied;
    assert_eq!(behind(&depot), (Some(Authorisation::Denied), None));
    depot.rma.state = RmaState::Authorised;
    depot.rma.expires = None;
    assert_eq!(behind(&depot), (Some(Authorisation::Valid), None), "it does not end");
}

#[test]
fn a_blind_unit_has_none_until_it_is_matched() {
    let depot = Depot::new();
    let blind = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.inspects(CLEAN, &blind);
    let now = |bench: &Bench, facts| unit::inputs(&bench.state, facts).unwrap().authorisation;
    assert_eq!(now(&bench, &blind), Some(Authorisation::None));
    let known = depot.facts("COAT", Some("1"));
    bench.does(Command::MatchLater, &known);
    assert_eq!(now(&bench, &known), Some(Authorisation::Valid));
    // The RMA is named but not here: nobody knows what was agreed.
    assert_eq!(now(&bench, &blind), None);
}

#[rstest]
#[case(RmaState::Authorised, 1, 0, false)]
#[case(RmaState::Authorised, 1, 1, true)]
#[case(RmaState::PartiallyAuthorised, 0, 0, true)]
#[case(RmaState::Denied, 0, 0, false)]
#[case(RmaState::Denied, 0, 1, true)]
#[case(RmaState::Cancelled, 0, 0, false)]
fn one_too_many_is_noted_and_a_denied_one_is_not_one_too_many(
    #[case] state: RmaState,
    #[case] authorised: u32,
    #[case] received: u32,
    #[case] over: bool,
) {
    let mut depot = Depot::new();
    depot.rma.state = state;
    (depot.rma.lines[0].authorised, depot.rma.lines[0].received) = (authorised, received);
    let bench = Bench::received(&depot.facts("COAT", Some("1")));
    assert_eq!(bench.state.findings().contains(&Finding::QtyOver), over);
    // The same when the line becomes known later.
    let blind = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.does(Command::MatchLater, &depot.facts("COAT", Some("1")));
    assert_eq!(bench.state.findings().contains(&Finding::QtyOver), over);
}
