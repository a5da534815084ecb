//! What is put right afterwards, what that leaves standing, and facts at their edges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use jiff::civil::date;
use returns::codes::*;
use returns::event::Amendment;
use returns::unit::{Command, Verdict, inputs};
use returns::{Facts, Refusal, UnitEvent};
use rstest::rstest;

/// A coat without its tag, put away in a closed container.
fn closed(facts: &Facts<'_>) -> Bench {
    let mut bench = Bench::received(facts);
    let tagless: Vec<_> =
        CLEAN.iter().map(|(q, c)| if *q == "tag" { (*q, "yes") } else { (*q, *c) }).collect();
    bench.inspects(&tagless, facts);
    bench.does(Command::Dispose, facts);
    bench.labels(facts);
    let goes = |state| container(Disposition::Restock, "NORDWIND", state);
    let (open, shut) = (goes(ContainerState::Open), goes(ContainerState::Closed));
    bench.does(Command::Stage { container: tote(1) }, &Facts { container: Some(&open), ..facts.clone() });
    bench.does(Command::Close, &Facts { container: Some(&shut), ..facts.clone() });
    bench
}

#[test]
fn an_amendment_that_changes_nothing_is_refused_and_one_that_does_is_kept() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let supervisor = supervised(&depot, &facts);
    let mut bench = closed(&facts);
    let amend = Command::Amend;
    let twice = |bench: &mut Bench, amendment: Amendment, refusal: Refusal| {
        bench.does(amend(amendment.clone()), &supervisor);
        assert_eq!(bench.refuses(amend(amendment), &supervisor), refusal);
    };

    let (tag, stain) = (Finding::TagMissing, Finding::Stain);
    let not_there = Refusal::FindingNotThere { finding: stain };
    let removed = amend(Amendment::FindingRemoved { finding: stain });
    assert_eq!(bench.refuses(removed, &supervisor), not_there);
    twice(&mut bench, Amendment::FindingAdded { finding: stain }, Refusal::FindingThere { finding: stain });
    twice(&mut bench, Amendment::FindingRemoved { finding: tag }, Refusal::FindingNotThere { finding: tag });
    assert_eq!(bench.state.findings(), [stain].into(), "what an answer said goes, what was added stays");

    for serial in ["SN-1", "SN-2"] {
        twice(&mut bench, Amendment::Serial { serial: id(serial) }, Refusal::NoChange);
        assert_eq!(bench.state.serial, Some(id(serial)));
    }
    for acceptance in [Acceptance::Accepted, Acceptance::Rejected] {
        twice(&mut bench, Amendment::Acceptance { acceptance }, Refusal::NoChange);
        assert_eq!(bench.state.acceptance, acceptance);
    }
    for response in [SellerResponse::NoFaultFound, SellerResponse::ExcessiveWear] {
        twice(&mut bench, Amendment::Response { response }, Refusal::NoChange);
        assert_eq!(bench.state.response, Some(response));
    }
    assert_eq!(
        (bench.state.stage, bench.state.disposition(), bench.state.grade()),
        (Some(Stage::Closed), Some(Disposition::Restock), Some(Grade::A))
    );
}

#[test]
fn a_disposition_that_is_in_force_or_chosen_is_no_change() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let to = |disposition| {
        let reason = OverrideReason::Other;
        Command::OverrideDisposition { disposition, reason, note: None }
    };
    let mut bench = Bench::dispositioned(&facts);
    assert_eq!(bench.refuses(to(Disposition::Restock), &facts), Refusal::NoChange);
    bench.does(to(Disposition::Liquidate), &facts);
    assert_eq!(bench.refuses(to(Disposition::Liquidate), &facts), Refusal::NoChange);
    bench.does(to(Disposition::Donate), &facts);

    bench.does(Command::Dispose, &facts);
    bench.does(Command::Review(Verdict::approve()), &supervised(&depot, &facts));
    bench.does(Command::Dispose, &facts);
    let decision = bench.state.decision.as_ref().unwrap();
    let worth = depot.policy.policy.recovered(&decision.inputs, Disposition::Donate);
    assert!(worth.is_some());
    assert_eq!((decision.disposition, decision.recovered), (Disposition::Donate, worth), "its own value");
}

#[test]
fn a_reviewers_grade_outlives_the_decision_that_it_led_to() {
    let depot = Depot::new();
    let facts = Facts { sample_drawn: true, ..depot.facts("COAT", None) };
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &facts), &facts);
    bench.inspects(CLEAN, &facts);
    bench.does(Command::Dispose, &facts);
    bench.looked_at_blind(WORN, &depot, &facts);
    let change = Verdict { grade: Some(Grade::C), ..Verdict::change(OverrideReason::AnsweredWrong) };
    bench.does(Command::Review(change), &supervised(&depot, &facts));
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Liquidate));

    // Its RMA turns up: the policy decides anew, for the grade that stands.
    let matched = depot.facts("COAT", Some("1"));
    bench.does(Command::MatchLater, &matched);
    assert_eq!((bench.state.stage, bench.state.grade()), (Some(Stage::Graded), Some(Grade::C)));
    bench.does(Command::Dispose, &matched);
    let proposed = bench.state.review.proposal.as_ref().map(|proposal| proposal.disposition);
    assert_eq!(bench.state.disposition().or(proposed), Some(Disposition::Liquidate));
}

#[test]
fn a_hold_that_is_there_is_not_set_twice_and_one_that_is_not_is_set() {
    let depot = Depot::new();
    let facts = depot.facts("RECALLED", None);
    let dispose = |held: bool| {
        let mut bench = Bench::new();
        bench.does(receive(IntakeKind::Blind, &facts), &facts);
        bench.inspects(CLEAN, &facts);
        if held {
            bench.state.holds.insert(HoldReason::Recall);
        }
        let events = bench.tries(Command::Dispose, &facts);
        events.map(|events| events.iter().filter(|one| matches!(one, UnitEvent::Held { .. })).count())
    };
    assert_eq!(dispose(false), Ok(1));
    assert_ne!(dispose(true), Ok(1));
}

#[test]
fn shelf_note_and_printed_label_are_on_record() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    bench.does(Command::Locate { shelf: Some(id("A-07")) }, &facts);
    assert_eq!(bench.state.location, returns::unit::Location::Shelf { shelf: id("A-07") });
    bench.does(Command::Locate { shelf: None }, &facts);
    assert_eq!(bench.state.location, returns::unit::Location::Bench);
    bench.does(Command::Note { hash: hash(5) }, &facts);
    assert_eq!(bench.state.notes, [hash(5)]);
    bench.does(Command::RequestLabel { label: LabelKind::Disposition }, &facts);
    let print = bench.state.label.print;
    assert_eq!(bench.state.label.stage, LabelStage::PrintPending);
    bench.does(Command::LabelPrinted { label: LabelKind::Disposition, print }, &facts);
    assert_eq!(bench.state.label.stage, LabelStage::Printed);
}

#[rstest]
#[case(date(2026, 11, 11), Some(false))]
#[case(date(2026, 11, 12), Some(true))]
#[case(date(2026, 11, 13), Some(true))]
fn the_last_day_of_a_warranty_counts(#[case] end: jiff::civil::Date, #[case] covered: Option<bool>) {
    let mut depot = Depot::new();
    depot.rma.lines[0].warranty_end = Some(end);
    let facts = depot.facts("COAT", Some("1"));
    let seen = inputs(&Bench::graded(&facts).state, &facts).unwrap();
    assert_eq!(seen.in_warranty, covered);
}

#[test]
fn a_recall_is_the_products_or_what_was_found() {
    let depot = Depot::new();
    let coat = depot.facts("COAT", Some("1"));
    let mut bench = Bench::graded(&coat);
    assert_eq!(inputs(&bench.state, &coat).unwrap().recalled, Some(false));
    bench.state.added_findings.insert(Finding::Recalled);
    assert_eq!(inputs(&bench.state, &coat).unwrap().recalled, Some(true));
    let recalled = depot.facts("RECALLED", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &recalled), &recalled);
    bench.inspects(CLEAN, &recalled);
    assert_eq!(inputs(&bench.state, &recalled).unwrap().recalled, Some(true));
}

#[test]
fn a_seal_is_intact_only_where_somebody_saw_it_so() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let seal = |seen: &str| {
        let mut bench = Bench::received(&facts);
        let answers: Vec<_> =
            CLEAN.iter().map(|(q, c)| if *q == "seal" { (*q, seen) } else { (*q, *c) }).collect();
        bench.inspects(&answers, &facts);
        inputs(&bench.state, &facts).unwrap().seal_intact
    };
    assert_eq!((seal("intact"), seal("broken")), (Some(true), Some(false)));
}

#[test]
fn a_blind_unit_came_in_blind_until_its_line_is_known() {
    let depot = Depot::new();
    let blind = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &blind), &blind);
    bench.inspects(CLEAN, &blind);
    assert_eq!(inputs(&bench.state, &blind).unwrap().intake, Some(IntakeKind::Blind));
    let matched = depot.facts("COAT", Some("1"));
    assert_eq!(inputs(&bench.state, &matched).unwrap().intake, Some(IntakeKind::Rma));
}

#[test]
fn a_photo_is_kept_once_for_each_role() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(photo("FRONT", 1), &facts);
    assert_eq!(bench.refuses(photo("FRONT", 1), &facts), Refusal::NoChange);
    bench.does(photo("FRONT", 2), &facts);
    bench.does(photo("LABEL", 1), &facts);
    assert_eq!(bench.state.photos.len(), 3);
}

#[test]
fn only_a_photo_that_is_asked_for_and_not_there_is_skipped() {
    let depot = Depot::new();
    let skip = |role: &str| Command::SkipPhoto { role: id(role), reason: SkipReason::Camera };
    let not_required = |role: &str| Refusal::PhotoNotRequired { role: id(role) };

    let coat = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&coat);
    bench.does(Command::StartInspection, &coat);
    for role in ["SERIAL", "EXPIRY", "WEAR"] {
        assert_eq!(bench.refuses(skip(role), &coat), not_required(role));
    }
    bench.does(skip("FRONT"), &coat);
    assert_eq!(bench.refuses(skip("FRONT"), &coat), not_required("FRONT"), "it is skipped already");

    let phone = depot.facts("PHONE", Some("3"));
    let mut bench = Bench::received(&phone);
    bench.does(Command::StartInspection, &phone);
    for role in ["EXPIRY", "WEAR"] {
        assert_eq!(bench.refuses(skip(role), &phone), not_required(role));
    }
    bench.does(photo("FRONT", 1), &phone);
    assert_eq!(bench.refuses(skip("FRONT"), &phone), not_required("FRONT"), "it is there");
    bench.does(photo("SERIAL", 2), &phone);
    bench.does(skip("SERIAL"), &phone);
}

#[test]
fn receipt_for_an_rma_needs_its_line_and_what_nobody_announced_is_undeclared() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let found = |intake, facts: &Facts<'_>| {
        let mut bench = Bench::new();
        bench.tries(receive(intake, facts), facts).map(|_| bench.state.findings())
    };
    let (no_line, no_rma) = (Facts { line: None, ..facts.clone() }, Facts { rma: None, ..facts.clone() });
    assert_eq!(found(IntakeKind::Rma, &facts), Ok([].into()));
    assert_eq!(found(IntakeKind::Rma, &no_line), Err(Refusal::RmaUnknown));
    assert_eq!(found(IntakeKind::Rma, &no_rma), Err(Refusal::RmaUnknown));
    let unknown = depot.facts("COAT", None);
    let undeclared = || Ok([Finding::Undeclared].into());
    assert_eq!(found(IntakeKind::UnexpectedItem, &unknown), undeclared());
    assert_eq!(found(IntakeKind::UnexpectedItem, &no_line), undeclared());
    assert_eq!(found(IntakeKind::Blind, &unknown), Ok([].into()));
    // A line without its RMA: what it still expects is all that is known.
    assert_eq!(found(IntakeKind::Blind, &no_rma), Ok([].into()));
    let mut full = Depot::new();
    full.rma.lines[0].received = 1;
    let over = Facts { rma: None, ..full.facts("COAT", Some("1")) };
    assert_eq!(found(IntakeKind::Blind, &over), Ok([Finding::QtyOver].into()));
}

#[test]
fn a_late_match_takes_back_only_what_it_answers() {
    let depot = Depot::new();
    let blind = depot.facts("COAT", None);
    let received = |intake| {
        let mut bench = Bench::new();
        bench.does(receive(intake, &blind), &blind);
        bench
    };
    let taken_back = |events: &[UnitEvent]| {
        events.iter().filter(|event| matches!(event, UnitEvent::FindingRemoved { .. })).count()
    };
    let matched = depot.facts("COAT", Some("1"));
    let no_line = Facts { line: None, ..matched.clone() };
    let mut bench = received(IntakeKind::Blind);
    assert_eq!(taken_back(&bench.does(Command::MatchLater, &matched)), 0);
    let mut bench = received(IntakeKind::UnexpectedItem);
    assert_eq!(taken_back(&bench.does(Command::MatchLater, &matched)), 1);
    assert_eq!(bench.state.findings(), [].into());
    let mut bench = received(IntakeKind::UnexpectedItem);
    assert_eq!(taken_back(&bench.does(Command::MatchLater, &no_line)), 0);
    assert_eq!(bench.state.findings(), [Finding::Undeclared].into());
}

#[test]
fn a_contested_or_held_unit_is_not_voided_by_its_grader() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let void = || Command::Void { reason: VoidReason::NeverThere };
    let event = |n| returns::ids::EventId(uuid::Uuid::from_u128(n));
    let mut contested = Bench::dispositioned(&facts);
    contested.state.contested = Some((event(1), event(2)));
    let mut held = Bench::dispositioned(&facts);
    held.does(Command::Hold { reason: HoldReason::Fraud }, &facts);
    for bench in [&mut contested, &mut held] {
        assert_eq!(bench.refuses(void(), &facts), Refusal::SupervisorOnly);
        bench.does(void(), &supervised(&depot, &facts));
    }
    Bench::dispositioned(&facts).does(void(), &facts);
}

#[test]
fn the_same_product_of_the_same_line_is_no_other_identity() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    let same = || Command::ReIdentify { sku: id("COAT") };
    assert_eq!(bench.refuses(same(), &facts), Refusal::NoChange);
    let unmatched = depot.facts("COAT", None);
    let events = bench.does(same(), &unmatched);
    assert!(matches!(&events[0], UnitEvent::ReIdentified { rma: None, line: None, .. }), "{events:?}");
    assert_eq!(bench.refuses(same(), &unmatched), Refusal::NoChange);
}

#[test]
fn another_identity_is_compared_with_what_was_expected_of_it() {
    let depot = Depot::new();
    let unknown = depot.facts("COAT", None);
    let other = depot.facts("SHIRT", None);
    let expected = depot.facts("SHIRT", Some("2"));
    let turns_out = |intake, facts: &Facts<'_>| {
        let mut bench = Bench::new();
        bench.does(receive(intake, &unknown), &unknown);
        let events = bench.does(Command::ReIdentify { sku: id("SHIRT") }, facts);
        let undeclared = UnitEvent::FindingAdded { finding: Finding::Undeclared, by: None };
        events.contains(&undeclared)
    };
    assert!(!turns_out(IntakeKind::Blind, &other));
    assert!(turns_out(IntakeKind::UnexpectedItem, &other));
    assert!(!turns_out(IntakeKind::UnexpectedItem, &expected));
}

#[test]
fn the_line_that_counts_a_unit_is_not_over_because_of_it() {
    let mut depot = Depot::new();
    let mut other_rma = common::rma();
    other_rma.number = id("R-1002");
    other_rma.lines[0].received = 1;
    let facts = depot.facts("COAT", Some("1"));
    let received = Bench::received(&facts);
    // By now both lines are full, the first one with this unit.
    depot.rma.lines[0].received = 1;
    depot.rma.lines[1].received = 1;
    let over = |facts: &Facts<'_>| {
        let mut bench = Bench { state: received.state.clone(), history: vec![] };
        bench.does(Command::ReIdentify { sku: id("SHIRT") }, facts);
        bench.state.findings().contains(&Finding::QtyOver)
    };
    assert!(!over(&depot.facts("SHIRT", Some("1"))));
    assert!(over(&depot.facts("SHIRT", Some("2"))));
    let elsewhere =
        Facts { rma: Some(&other_rma), line: other_rma.line(&id("1")), ..depot.facts("SHIRT", Some("1")) };
    assert!(over(&elsewhere), "a line of that name in another RMA");
}

#[test]
fn a_unit_gets_a_new_number_until_it_has_left() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let number = || Command::RequestLabel { label: LabelKind::Lpn };
    let pending = UnitEvent::LabelPending { label: LabelKind::Lpn, print: 1 };
    assert_eq!(Bench::received(&facts).does(number(), &facts), [pending]);
    let left = closed(&facts).refuses(number(), &facts);
    assert_eq!(left, Refusal::WrongStage { stage: Stage::Closed });
}
