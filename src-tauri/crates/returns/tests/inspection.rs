//! Taking a unit in, inspecting and grading it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use returns::codes::*;
use returns::lpn::Lpn;
use returns::policy::Cell;
use returns::unit::{self, Command, LpnChoice};
use returns::{Facts, Refusal};

#[test]
fn a_blind_receipt_with_an_unknown_item_is_held() {
    let depot = Depot::new();
    let mut facts = depot.facts("NOWHERE", None);
    let mut bench = Bench::new();
    let command = Command::Receive {
        intake: IntakeKind::Blind,
        parcel: None,
        sku: Some(id("NOWHERE")),
        lpn: LpnChoice::Fresh,
    };
    bench.does(command, &facts);
    assert_eq!(bench.state.matched, Some(Match::Unmatched));
    assert_eq!(bench.state.owner, None);
    assert_eq!(bench.state.holds, [HoldReason::UnknownItem].into());
    let held = Refusal::Held { reasons: vec![HoldReason::UnknownItem] };
    assert_eq!(bench.refuses(Command::StartInspection, &facts), held);
    // It can lie on a shelf, be photographed, and be recognised later.
    bench.does(Command::Locate { shelf: Some(id("S-01")) }, &facts);
    bench.does(photo("FRONT", 1), &facts);
    facts.item = depot.item("COAT");
    bench.does(Command::ReIdentify { sku: id("COAT") }, &facts);
    assert_eq!(bench.state.photos.len(), 1);
    bench.does(Command::Release { reason: HoldReason::UnknownItem }, &supervised(&depot, &facts));
    bench.inspects(CLEAN, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.owner, Some(id("NORDWIND")));
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock), "no row asks for the reason");
}

#[test]
fn a_blind_unit_whose_reason_the_policy_asks_for_is_not_guessed() {
    let mut depot = Depot::new();
    depot.policy.policy.candidates[0].when.reason = Cell::OneOf(vec![Reason::TooSmall]);
    let facts = depot.facts("COAT", None);
    let mut bench = Bench::new();
    bench.does(receive(IntakeKind::Blind, &facts), &facts);
    bench.inspects(CLEAN, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.state, ReviewState::Pending);
    assert_eq!(bench.state.review.causes, [ReviewCause::Policy]);
    let proposal = bench.state.review.proposal.clone().unwrap();
    assert_eq!(proposal.disposition, Disposition::Quarantine);
}

#[test]
fn receipt_compares_with_what_was_expected() {
    let mut depot = Depot::new();
    let unexpected = |facts: &Facts<'_>, intake| {
        let mut bench = Bench::new();
        bench.does(receive(intake, facts), facts);
        bench.state.findings()
    };
    let facts = Facts { rma: Some(&depot.rma), ..depot.facts("COAT", None) };
    assert_eq!(unexpected(&facts, IntakeKind::UnexpectedItem), [Finding::Undeclared].into());
    let facts = Facts { line: depot.rma.line(&id("2")), ..depot.facts("COAT", Some("1")) };
    assert_eq!(unexpected(&facts, IntakeKind::Rma), [Finding::ProductMismatch].into());
    assert_eq!(unexpected(&depot.facts("RECALLED", None), IntakeKind::Blind), [Finding::Recalled].into());
    depot.rma.lines[0].received = 1;
    assert_eq!(unexpected(&depot.facts("COAT", Some("1")), IntakeKind::Rma), [Finding::QtyOver].into());
    let no_rma = depot.facts("COAT", None);
    assert_eq!(Bench::new().refuses(receive(IntakeKind::Rma, &no_rma), &no_rma), Refusal::RmaUnknown);
}

#[test]
fn an_lpn_is_given_once() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    assert_eq!(bench.refuses(receive(IntakeKind::Rma, &facts), &facts), Refusal::ReceivedBefore);
    let lpn = Lpn::new(9, 9).unwrap();
    let command = |lpn| Command::Receive { intake: IntakeKind::Rma, parcel: None, sku: None, lpn };
    let taken = Facts { lpn_taken: true, ..facts.clone() };
    let refusal = Bench::new().refuses(command(LpnChoice::Preprinted(lpn)), &taken);
    assert_eq!(refusal, Refusal::LpnTaken { lpn });
    let mut roll = Bench::new();
    roll.does(command(LpnChoice::Preprinted(lpn)), &facts);
    assert_eq!((roll.state.lpn, roll.state.preprinted), (Some(lpn), true));
    let none_left = Facts { fresh: returns::Fresh::default(), ..facts.clone() };
    assert_eq!(Bench::new().refuses(command(LpnChoice::Fresh), &none_left), Refusal::NoLpn);
}

#[test]
fn questions_come_in_order_and_can_be_corrected() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    let early = bench.refuses(Command::Answer(answer("torn", "no")), &facts);
    assert_eq!(early, Refusal::OutOfOrder { next: Some(id("smell")) });
    let nonsense = bench.refuses(Command::Answer(answer("smell", "perhaps")), &facts);
    assert_eq!(nonsense, Refusal::NoSuchChoice { question: id("smell") });
    bench.does(Command::Answer(answer("smell", "no")), &facts);
    assert_eq!(bench.refuses(Command::Answer(answer("smell", "no")), &facts), Refusal::NoChange);
    let early = bench.refuses(Command::Answer(answer("seal", "broken")), &facts);
    assert_eq!(early, Refusal::OutOfOrder { next: Some(id("same")) }, "whatever was answered before");
    for (question, choice) in &CLEAN[1..6] {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(Command::Answer(answer("stained", "yes")), &facts);
    assert!(bench.state.findings().contains(&Finding::Stain));
    bench.does(Command::Answer(answer("torn", "yes")), &facts);
    bench.does(photo("FRONT", 1), &facts);
    bench.does(Command::Grade, &facts);
    assert_eq!(bench.state.grade(), Some(Grade::X));
    assert!(!bench.state.findings().contains(&Finding::Stain), "an answer that no longer counts");
}

#[test]
fn grading_needs_all_answers_and_photos() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    assert_eq!(bench.refuses(Command::Grade, &facts), Refusal::QuestionOpen { question: id("smell") });
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    assert_eq!(bench.refuses(Command::Grade, &facts), Refusal::PhotoMissing { role: id("FRONT") });
    let not_required =
        bench.refuses(Command::SkipPhoto { role: id("WEAR"), reason: SkipReason::Camera }, &facts);
    assert_eq!(not_required, Refusal::PhotoNotRequired { role: id("WEAR") });
    bench.does(Command::SkipPhoto { role: id("FRONT"), reason: SkipReason::Camera }, &facts);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::PhotoSkipped]);
    assert_eq!(bench.state.stage, Some(Stage::Graded));
}

#[test]
fn a_photo_taken_after_all_needs_no_review() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    bench.does(Command::SkipPhoto { role: id("FRONT"), reason: SkipReason::Camera }, &facts);
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(photo("FRONT", 1), &facts);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.stage, Some(Stage::Dispositioned));
}

#[test]
fn a_serial_is_read_and_compared() {
    let mut depot = Depot::new();
    depot.rma.lines[2].serials_shipped = vec![id("SN-1")];
    depot.policy.policy.review.value_over_minor = None;
    let facts = depot.facts("PHONE", Some("3"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(photo("FRONT", 1), &facts);
    assert_eq!(bench.refuses(Command::Grade, &facts), Refusal::SerialMissing);
    bench.does(Command::ReadSerial { serial: id("SN-2") }, &facts);
    assert!(bench.state.findings().contains(&Finding::SerialMismatch));
    let hidden = bench.refuses(Command::RemoveFinding { finding: Finding::SerialMismatch }, &facts);
    assert_eq!(hidden, Refusal::SupervisorOnly);
    bench.does(Command::ReadSerial { serial: id("SN-1") }, &facts);
    assert!(!bench.state.findings().contains(&Finding::SerialMismatch), "it had been misread");
    bench.does(Command::ReadSerial { serial: id("SN-2") }, &facts);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::FraudSignal, ReviewCause::SerialMismatch]);
}

#[test]
fn an_unreadable_serial_goes_to_review() {
    let mut depot = Depot::new();
    depot.policy.policy.review.value_over_minor = None;
    let facts = depot.facts("PHONE", Some("3"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), &facts);
    }
    bench.does(photo("FRONT", 1), &facts);
    bench.does(Command::SkipPhoto { role: id(unit::SERIAL_PHOTO), reason: SkipReason::NotThere }, &facts);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.review.causes, [ReviewCause::PhotoSkipped]);
}

#[test]
fn an_answer_can_hold_the_unit_and_only_a_supervisor_releases() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::StartInspection, &facts);
    bench.does(Command::Answer(answer("smell", "yes")), &facts);
    let held = Refusal::Held { reasons: vec![HoldReason::Hazmat] };
    assert_eq!(bench.refuses(Command::Answer(answer("same", "yes")), &facts), held);
    bench.does(photo("SPILL", 1), &facts);
    bench.does(Command::Note { hash: hash(2) }, &facts);
    let release = || Command::Release { reason: HoldReason::Hazmat };
    assert_eq!(bench.refuses(release(), &facts), Refusal::SupervisorOnly);
    let technician = Facts { role: Role::Technician, ..facts.clone() };
    assert_eq!(bench.refuses(release(), &technician), Refusal::SupervisorOnly);
    let supervisor = supervised(&depot, &facts);
    bench.does(release(), &supervisor);
    assert_eq!(bench.refuses(release(), &supervisor), Refusal::NotHeld { reason: HoldReason::Hazmat });
    bench.does(Command::Answer(answer("same", "yes")), &facts);
    bench.does(Command::Hold { reason: HoldReason::Fraud }, &facts);
    let twice = bench.refuses(Command::Hold { reason: HoldReason::Fraud }, &facts);
    assert_eq!(twice, Refusal::HeldAlready { reason: HoldReason::Fraud });
}

#[test]
fn dates_are_unknown_when_the_clock_is_behind_head_office() {
    let mut depot = Depot::new();
    depot.items[0].vendor = Some(returns::item::VendorAgreement {
        vendor: id("V1"),
        rtv_until: Some(jiff::civil::date(2026, 11, 30)),
        from_value: Some(eur(12_000)),
    });
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::graded(&facts);
    let seen = unit::inputs(&bench.state, &facts).unwrap();
    assert_eq!((seen.days_since_sale, seen.vendor_takes_back), (Some(23), Some(true)));
    let after = Facts { recorded: at("2026-12-01T00:00:00Z"), ..facts.clone() };
    let seen = unit::inputs(&bench.state, &after).unwrap();
    assert_eq!((seen.days_in_queue, seen.vendor_takes_back), (Some(19), Some(false)));
    let behind = Facts { head_office_time: Some(at("2026-11-12T09:52:01Z")), ..facts.clone() };
    let seen = unit::inputs(&bench.state, &behind).unwrap();
    assert_eq!((seen.days_since_sale, seen.days_in_queue, seen.vendor_takes_back), (None, None, None));
    bench.does(Command::Dispose, &behind);
    assert_eq!(bench.state.review.causes, [ReviewCause::Policy]);
}

#[test]
fn only_the_checklist_of_its_own_category_begins_an_inspection() {
    let mut depot = Depot::new();
    depot.checklist.category = id("FOOTWEAR");
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    assert_eq!(bench.refuses(Command::StartInspection, &facts), Refusal::ChecklistMissing);
    let none = Facts { checklist: None, ..facts };
    assert_eq!(bench.refuses(Command::StartInspection, &none), Refusal::ChecklistMissing);
}

#[test]
fn a_newer_checklist_begins_the_inspection_again() {
    let mut depot = Depot::new();
    let old = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&old);
    bench.does(Command::StartInspection, &old);
    bench.does(Command::Answer(answer("smell", "no")), &old);
    let again = bench.refuses(Command::StartInspection, &old);
    assert_eq!(again, Refusal::WrongStage { stage: Stage::Inspecting }, "no answer is thrown away");
    depot.checklist.version = 4;
    let new = depot.facts("COAT", Some("1"));
    let refusal = bench.refuses(Command::Answer(answer("same", "yes")), &new);
    assert_eq!(refusal, Refusal::ChecklistChanged { began: 3 });
    bench.does(Command::StartInspection, &new);
    assert!(bench.state.answers.is_empty());
}
