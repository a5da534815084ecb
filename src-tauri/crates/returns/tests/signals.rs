//! Serial, lot, expiry, weight and arrival: what is compared, and what is signalled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use common::bench::*;
use common::*;
use jiff::civil::date;
use returns::codes::*;
use returns::signal::{Arrival, Signal, proposed_findings};
use returns::unit::{self, Command};
use returns::{Facts, Refusal, UnitEvent};
use rstest::rstest;

const IMEI: &str = "490154203237518";

fn kinds(bench: &Bench) -> Vec<SignalKind> {
    bench.state.signals.iter().map(|signal| signal.kind).collect()
}

/// The one signal of that kind.
fn signal(bench: &Bench, kind: SignalKind) -> &Signal {
    bench.state.signals.iter().find(|signal| signal.kind == kind).expect("signalled")
}

fn phones() -> Depot {
    let mut depot = Depot::new();
    depot.policy.policy.review.value_over_minor = None;
    depot.items[3].serial_kind = SerialKind::Imei;
    depot.rma.lines[2].serials_shipped = vec![id("49-015420-323751-8")];
    depot
}

fn answered(facts: &Facts<'_>) -> Bench {
    let mut bench = Bench::received(facts);
    bench.does(Command::StartInspection, facts);
    for (question, choice) in CLEAN {
        bench.does(Command::Answer(answer(question, choice)), facts);
    }
    bench.does(photo("FRONT", 1), facts);
    bench
}

fn read(serial: &str) -> Command {
    Command::ReadSerial { serial: id(serial) }
}

fn lot(expiry: Option<jiff::civil::Date>) -> Command {
    Command::ReadLot { lot: Some(id("L-1")), expiry }
}

#[test]
fn an_imei_is_checked_kept_in_one_form_and_compared() {
    let depot = phones();
    let facts = depot.facts("PHONE", Some("3"));
    let mut bench = answered(&facts);
    assert_eq!(bench.refuses(read("490154203237519"), &facts), Refusal::ImeiWrong);
    assert_eq!(bench.refuses(read("SN-1"), &facts), Refusal::ImeiForm { digits: 1 });
    bench.does(read("49015420323751"), &facts);
    assert_eq!(bench.state.serial, Some(id(IMEI)), "with its check digit");
    assert_eq!((bench.state.findings().len(), kinds(&bench).len()), (0, 0), "it is the one shipped");
    assert_eq!(bench.refuses(read("49 015420 323751 8"), &facts), Refusal::NoChange);
    bench.does(Command::Grade, &facts);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.stage, Some(Stage::Dispositioned), "{:?}", bench.state.review.causes);
}

#[test]
fn a_plain_serial_is_not_held_to_the_form_of_an_imei() {
    let depot = Depot::new();
    let facts = depot.facts("PHONE", Some("3"));
    let mut bench = answered(&facts);
    bench.does(read("SN-1"), &facts);
    assert_eq!(bench.state.serial, Some(id("SN-1")));
}

#[test]
fn another_serial_is_signalled_with_what_was_compared_until_it_is_read_right() {
    let depot = phones();
    let facts = depot.facts("PHONE", Some("3"));
    let mut bench = answered(&facts);
    let events = bench.does(read("352099001761481"), &facts);
    assert!(bench.state.findings().contains(&Finding::SerialMismatch));
    let args = &signal(&bench, SignalKind::SerialMismatch).args;
    assert_eq!(
        (args["found"].as_str(), args["expected"].as_str()),
        ("352099001761481", "49-015420-323751-8")
    );
    let signalled = |events: &[UnitEvent]| {
        events.iter().filter(|event| matches!(event, UnitEvent::Signalled { .. })).count()
    };
    assert_eq!(signalled(&events), 1);
    // Grading compares again, and says nothing that was said.
    let mut graded = Bench { state: bench.state.clone(), history: vec![] };
    assert_eq!(signalled(&graded.does(Command::Grade, &facts)), 0);
    graded.does(Command::Dispose, &facts);
    assert_eq!(graded.state.review.causes, [ReviewCause::FraudSignal, ReviewCause::SerialMismatch]);
    let proposal = graded.state.review.proposal.as_ref().unwrap();
    assert_eq!(proposal.disposition, Disposition::Restock, "a signal decides nothing");
    // It had been misread.
    bench.does(read(IMEI), &facts);
    assert_eq!((kinds(&bench), bench.state.findings().len()), (vec![], 0));
}

#[test]
fn who_sends_the_wrong_item_back_as_such_has_swapped_nothing() {
    let mut depot = Depot::new();
    let no = [("smell", "no"), ("same", "no"), ("seal", "broken"), ("torn", "no")];
    let inspected = |depot: &Depot| {
        let facts = depot.facts("COAT", Some("1"));
        let mut bench = Bench::received(&facts);
        bench.inspects(&no, &facts);
        assert!(bench.state.findings().contains(&Finding::ProductMismatch));
        bench
    };
    let bench = inspected(&depot);
    let args = &signal(&bench, SignalKind::SwappedItem).args;
    assert_eq!((args["found"].as_str(), args["expected"].as_str()), ("PRODUCT_MISMATCH", "COAT"));
    depot.rma.lines[0].reason = Reason::WrongItem;
    assert_eq!(kinds(&inspected(&depot)), []);
    // Nor can anything be swapped against a line that is not known.
    let facts = depot.facts("COAT", None);
    let mut blind = Bench::new();
    blind.does(receive(IntakeKind::Blind, &facts), &facts);
    blind.inspects(&no, &facts);
    assert_eq!(kinds(&blind), []);
}

#[test]
fn a_swapped_item_that_proves_the_right_one_is_cleared() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.inspects(&[("smell", "no"), ("same", "no"), ("seal", "broken"), ("torn", "no")], &facts);
    assert_eq!(kinds(&bench), [SignalKind::SwappedItem]);
    bench.does(Command::Regrade { reason: RegradeReason::Regrade }, &facts);
    bench.inspects(CLEAN, &facts);
    assert_eq!(kinds(&bench), []);
}

#[rstest]
#[case(200, 10, 180, false)]
#[case(200, 10, 179, true)]
#[case(200, 10, 220, false)]
#[case(200, 10, 221, true)]
#[case(200, 0, 201, true)]
#[case(200, 100, 0, false)]
fn a_weight_is_compared_with_the_policys_tolerance(
    #[case] expected: u32,
    #[case] tolerance: u8,
    #[case] found: u32,
    #[case] off: bool,
) {
    let mut depot = Depot::new();
    depot.items[0].weight_grams = Some(expected);
    depot.policy.policy.fraud.weight_tolerance_percent = tolerance;
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::Weigh { weight_grams: found }, &facts);
    assert_eq!(kinds(&bench).contains(&SignalKind::WeightMismatch), off);
    // For a person to confirm: nothing is added by itself.
    assert!(bench.state.findings().is_empty());
    let proposed = proposed_findings(&bench.state, &facts);
    assert_eq!(proposed.contains(&Finding::WeightMismatch), off);
    bench.does(Command::Weigh { weight_grams: expected }, &facts);
    assert_eq!(kinds(&bench), [], "weighed again");
}

#[rstest]
#[case(900, 224, &[Finding::EmptyBox, Finding::WeightMismatch])]
#[case(900, 225, &[Finding::WeightMismatch])]
#[case(900, 1500, &[Finding::WeightMismatch])]
#[case(900, 905, &[])]
fn a_package_that_is_much_too_light_is_proposed_to_be_empty(
    #[case] expected: u32,
    #[case] found: u32,
    #[case] proposed: &[Finding],
) {
    let mut depot = Depot::new();
    depot.items[0].weight_grams = Some(expected);
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::Weigh { weight_grams: found }, &facts);
    let now: Vec<_> = proposed_findings(&bench.state, &facts).into_iter().collect();
    assert_eq!(now, proposed, "the emptier word first, for a person to confirm or decline");
    assert!(bench.state.findings().is_empty(), "none is added in silence");
    bench.does(Command::AddFinding { finding: Finding::EmptyBox }, &facts);
    assert!(proposed_findings(&bench.state, &facts).is_empty(), "an empty box explains its weight");
}

#[test]
fn a_weight_nobody_knows_is_compared_with_nothing() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::Weigh { weight_grams: 1 }, &facts);
    assert_eq!((bench.state.weight_grams, kinds(&bench)), (Some(1), vec![]));
}

#[rstest]
#[case(0, &[])]
#[case(1, &[SignalKind::FrequentEmptyBox])]
#[case(4, &[SignalKind::FrequentEmptyBox])]
fn an_empty_box_is_a_pattern_only_with_others(#[case] before: u32, #[case] expected: &[SignalKind]) {
    let mut depot = Depot::new();
    depot.items[0].weight_grams = Some(900);
    let arrival = Arrival { empty_boxes: before, ..Arrival::default() };
    let facts = Facts { arrival: &arrival, ..depot.facts("COAT", Some("1")) };
    let mut bench = Bench::received(&facts);
    bench.does(Command::AddFinding { finding: Finding::EmptyBox }, &facts);
    bench.does(Command::Weigh { weight_grams: 120 }, &facts);
    bench.inspects(CLEAN, &facts);
    assert_eq!(kinds(&bench), expected, "its weight says the same thing once more, and is not counted");
    if let Some(signal) = bench.state.signals.first() {
        let count = (before + 1).to_string();
        assert_eq!((signal.args["count"].as_str(), signal.args["days"].as_str()), (count.as_str(), "180"));
    }
}

#[test]
fn one_empty_box_is_never_a_pattern_whatever_the_policy_says() {
    let mut depot = Depot::new();
    depot.policy.policy.fraud.empty_boxes = 0;
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(Command::AddFinding { finding: Finding::EmptyBox }, &facts);
    bench.inspects(CLEAN, &facts);
    assert_eq!(kinds(&bench), []);
}

#[rstest]
#[case(true, false, SignalKind::LabelCopied, "station", "LEJ2-B05")]
#[case(false, true, SignalKind::RmaReceivedElsewhere, "rma", "R-1001")]
// The copied label says why the goods had come in before: one observation.
#[case(true, true, SignalKind::LabelCopied, "station", "LEJ2-B05")]
fn a_copied_label_or_an_rma_received_elsewhere_is_told_at_receipt_and_stays(
    #[case] copied: bool,
    #[case] received_elsewhere: bool,
    #[case] told: SignalKind,
    #[case] by: &str,
    #[case] value: &str,
) {
    let depot = Depot::new();
    let label_claimed_at = copied.then(|| "LEJ2-B05".to_owned());
    let arrival = Arrival { label_claimed_at, received_elsewhere, ..Arrival::default() };
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&Facts { arrival: &arrival, ..facts.clone() });
    assert_eq!(kinds(&bench), [told]);
    assert_eq!(signal(&bench, told).args[by], value);
    // A later step need not know of the arrival, nor of all of it.
    bench.inspects(CLEAN, &facts);
    assert_eq!(kinds(&bench), [told]);
    bench.does(Command::Dispose, &facts);
    assert!(bench.state.review.causes.contains(&ReviewCause::FraudSignal));
    assert_eq!(unit::inputs(&bench.state, &facts).unwrap().signals, [told].into());
    assert!(bench.state.holds.is_empty(), "one observation stops nothing");
}

#[test]
fn a_copied_label_that_becomes_known_explains_what_was_received_elsewhere() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let elsewhere = Arrival { received_elsewhere: true, ..Arrival::default() };
    let both = Arrival { label_claimed_at: Some("LEJ2-B05".to_owned()), ..elsewhere.clone() };
    let mut bench = Bench::received(&Facts { arrival: &elsewhere, ..facts.clone() });
    assert_eq!(kinds(&bench), [SignalKind::RmaReceivedElsewhere]);
    bench.does(Command::Weigh { weight_grams: 1 }, &Facts { arrival: &both, ..facts.clone() });
    assert_eq!(kinds(&bench), [SignalKind::LabelCopied]);
    // The other way round: the label was noticed, and only then that the goods had come in before.
    bench.does(Command::Weigh { weight_grams: 2 }, &Facts { arrival: &elsewhere, ..facts.clone() });
    assert_eq!(kinds(&bench), [SignalKind::LabelCopied]);
}

#[test]
fn what_fits_less_than_it_did_is_told_where_something_is_compared_and_not_by_the_way() {
    let depot = Depot::new();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::dispositioned(&facts);
    let elsewhere = Arrival { received_elsewhere: true, ..Arrival::default() };
    let later = Facts { arrival: &elsewhere, ..facts.clone() };
    let shelved = bench.does(Command::Locate { shelf: Some(id("S-01")) }, &later);
    assert_eq!((shelved.len(), kinds(&bench)), (1, vec![]), "a shelf compares nothing");
    bench.does(Command::Weigh { weight_grams: 1 }, &later);
    assert_eq!(kinds(&bench), [SignalKind::RmaReceivedElsewhere]);
}

#[test]
fn another_product_has_another_serial_and_is_one_signal() {
    let mut depot = phones();
    let no = [("smell", "no"), ("same", "no"), ("seal", "broken"), ("torn", "no")];
    let inspected = |depot: &Depot| {
        let facts = depot.facts("PHONE", Some("3"));
        let mut bench = Bench::received(&facts);
        bench.does(read("352099001761481"), &facts);
        let before = kinds(&bench);
        bench.inspects(&no, &facts);
        bench.does(Command::Dispose, &facts);
        assert!(bench.state.findings().contains(&Finding::SerialMismatch), "what was compared is on record");
        assert!(bench.state.holds.is_empty(), "one observation stops nothing");
        (before, kinds(&bench))
    };
    assert_eq!(inspected(&depot), (vec![SignalKind::SerialMismatch], vec![SignalKind::SwappedItem]));
    // Who was sent the wrong item was sent its serial, too.
    depot.rma.lines[2].reason = Reason::WrongItem;
    assert_eq!(inspected(&depot), (vec![], vec![]));
}

#[test]
fn several_signals_stop_the_unit_until_a_person_has_looked() {
    let mut depot = Depot::new();
    depot.items[0].weight_grams = Some(900);
    let arrival = Arrival { label_claimed_at: Some("LEJ2-B05".to_owned()), ..Arrival::default() };
    let facts = Facts { arrival: &arrival, ..depot.facts("COAT", Some("1")) };
    let supervisor = supervised(&depot, &facts);
    let mut bench = Bench::graded(&facts);
    bench.does(Command::Weigh { weight_grams: 120 }, &facts);
    assert_eq!(kinds(&bench).len(), 2);
    bench.does(Command::Dispose, &facts);
    assert_eq!((bench.state.stage, bench.state.review_pending()), (Some(Stage::Graded), true));
    assert_eq!(bench.state.holds, [HoldReason::Fraud].into(), "at once");
    bench.does(Command::Review(unit::Verdict::approve()), &supervisor);
    assert_eq!(bench.refuses(Command::Dispose, &supervisor).code(), "held");
    bench.does(Command::Release { reason: HoldReason::Fraud }, &supervisor);
    bench.does(Command::Dispose, &facts);
    assert_eq!(bench.state.disposition(), Some(Disposition::Restock), "as it would have been without");
    assert!(bench.state.holds.is_empty(), "not stopped again for what was looked at");
}

fn food() -> Depot {
    let mut depot = Depot::new();
    depot.items[0].expiry_tracked = true;
    depot
}

#[test]
fn what_expires_is_not_graded_without_its_expiry() {
    let depot = food();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = answered(&facts);
    assert_eq!(bench.refuses(Command::Grade, &facts), Refusal::ExpiryMissing);
    bench.does(lot(None), &facts);
    assert_eq!(bench.refuses(Command::Grade, &facts), Refusal::ExpiryMissing, "the lot alone is not enough");
    let mut unreadable = Bench { state: bench.state.clone(), history: vec![] };
    let skip = || Command::SkipPhoto { role: id(unit::EXPIRY_PHOTO), reason: SkipReason::NotThere };
    unreadable.does(skip(), &facts);
    unreadable.does(Command::Grade, &facts);
    unreadable.does(Command::Dispose, &facts);
    assert_eq!(unreadable.state.review.causes, [ReviewCause::PhotoSkipped]);
    bench.does(lot(Some(date(2027, 1, 31))), &facts);
    assert_eq!(bench.refuses(skip(), &facts), Refusal::PhotoNotRequired { role: id(unit::EXPIRY_PHOTO) });
    bench.does(Command::Grade, &facts);
    assert_eq!(unit::inputs(&bench.state, &facts).unwrap().days_to_expiry, Some(80));
    assert_eq!(bench.state.lot, Some(id("L-1")));
}

#[test]
fn junk_needs_no_expiry() {
    let depot = food();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.inspects(&[("smell", "no"), ("same", "yes"), ("seal", "broken"), ("torn", "yes")], &facts);
    assert_eq!(bench.state.grade(), Some(Grade::X));
}

#[rstest]
#[case(date(2026, 11, 11), true)]
#[case(date(2026, 11, 12), false)]
fn the_last_day_itself_is_still_good(#[case] expiry: jiff::civil::Date, #[case] expired: bool) {
    let depot = food();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = Bench::received(&facts);
    bench.does(lot(Some(expiry)), &facts);
    assert_eq!(bench.state.findings().contains(&Finding::Expired), expired);
    bench.does(lot(Some(date(2026, 12, 1))), &facts);
    assert!(!bench.state.findings().contains(&Finding::Expired), "it had been misread");
}

#[test]
fn what_expires_while_it_waits_is_noticed_when_it_is_graded() {
    let depot = food();
    let facts = depot.facts("COAT", Some("1"));
    let mut bench = answered(&facts);
    bench.does(lot(Some(date(2026, 11, 20))), &facts);
    let later = Facts { recorded: at("2026-11-21T00:00:00Z"), ..facts.clone() };
    bench.does(Command::Grade, &later);
    assert!(bench.state.findings().contains(&Finding::Expired));
    // Inspected again it has still expired.
    bench.does(Command::Regrade { reason: RegradeReason::Regrade }, &later);
    bench.inspects(CLEAN, &later);
    assert!(bench.state.findings().contains(&Finding::Expired));
}

#[test]
fn a_clock_that_is_behind_expires_nothing() {
    let depot = food();
    let facts = depot.facts("COAT", Some("1"));
    let behind = Facts { head_office_time: Some(at("2026-12-01T00:00:00Z")), ..facts };
    let mut bench = answered(&behind);
    bench.does(lot(Some(date(2020, 1, 1))), &behind);
    bench.does(Command::Grade, &behind);
    assert!(!bench.state.findings().contains(&Finding::Expired));
    assert_eq!(unit::inputs(&bench.state, &behind).unwrap().days_to_expiry, None);
}
