//! Every kind of event keeps its name, its shape, and its way through JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::*;
use returns::checklist::Because;
use returns::codes::*;
use returns::event::Amendment;
use returns::ids::*;
use returns::lpn::{Lpn, LpnBlock};
use returns::parcel::LineCount;
use returns::policy::{Decision, Inputs};
use returns::signal::Signal;
use returns::{ContainerEvent, Event, ParcelEvent, Parsed, StationEvent, UnitEvent};
use uuid::Uuid;

fn decision() -> Box<Decision> {
    let inputs = Inputs { value: Some(eur(12_000)), ..Inputs::of_grade(Grade::B) };
    Box::new(policy().decide(&inputs))
}

fn unit_samples() -> Vec<UnitEvent> {
    let (by, event) = (|| id::<OperatorId>("GR1"), |n| EventId(Uuid::from_u128(n)));
    let container = ContainerId(Uuid::from_u128(3));
    vec![
        UnitEvent::Received {
            lpn: Lpn::new(417, 39_258).unwrap(),
            preprinted: true,
            intake: IntakeKind::Rma,
            at: at("2026-11-12T09:52:00Z"),
            parcel: Some(ParcelId(Uuid::from_u128(2))),
            rma: Some(id("R-1001")),
            line: Some(id("1")),
            sku: Some(id("COAT")),
            owner: Some(id("NORDWIND")),
        },
        UnitEvent::MatchedLater { rma: id("R-1001"), line: Some(id("1")), owner: id("NORDWIND") },
        UnitEvent::ReIdentified { sku: id("SHIRT"), rma: None, line: None, owner: Some(id("NORDWIND")) },
        UnitEvent::SerialRead { serial: id("SN-9") },
        UnitEvent::LotRead { lot: Some(id("L-22")), expiry: Some(jiff::civil::date(2027, 3, 31)) },
        UnitEvent::Weighed { weight_grams: 612 },
        UnitEvent::Signalled {
            cleared: vec![SignalKind::SerialMismatch],
            signals: vec![Signal {
                kind: SignalKind::WeightMismatch,
                args: [("expected".to_owned(), "612".to_owned()), ("found".to_owned(), "180".to_owned())]
                    .into(),
            }],
        },
        UnitEvent::BlindRegraded {
            by: by(),
            checklist_version: 3,
            answers: vec![answer("worn", "yes")],
            findings: vec![Finding::Used],
            grade: Grade::B,
        },
        UnitEvent::WorkDone {
            work: Work::PartAdded,
            part: Some(id("COAT-BELT")),
            seconds: 240,
            result: WorkResult::Done,
            by: by(),
        },
        UnitEvent::InspectionStarted {
            category: id("APPAREL"),
            checklist_version: 3,
            owner: Some(id("NORDWIND")),
            cycle: Some(Cycle::Service),
            by: by(),
        },
        UnitEvent::Answered {
            answer: answer("worn", "yes"),
            findings: vec![Finding::Used],
            seal: Some(Seal::Broken),
            review: true,
            by: None,
        },
        UnitEvent::FindingAdded { finding: Finding::Odour, by: Some(by()) },
        UnitEvent::FindingRemoved { finding: Finding::Odour, by: None },
        UnitEvent::PhotoTaken {
            role: id("FRONT"),
            hash: hash(1),
            len: 250_000,
            by: Some(by()),
            flaws: vec![],
        },
        UnitEvent::PhotoTaken {
            role: id("WEAR"),
            hash: hash(5),
            len: 180_000,
            by: Some(by()),
            flaws: vec![PhotoFlaw::Blurred, PhotoFlaw::Dark],
        },
        UnitEvent::PhotoSkipped { role: id("WEAR"), reason: SkipReason::Camera, by: Some(by()) },
        UnitEvent::Noted { hash: hash(2) },
        UnitEvent::Graded {
            grade: Grade::B,
            because: Because::Question { question: id("worn") },
            by: by(),
            sampled: true,
            function: Some(FunctionGrade::F4),
            cosmetic: Some(CosmeticGrade::C5),
            dropped: vec![id("tag")],
        },
        UnitEvent::GradeOverridden {
            grade: Grade::C,
            reason: OverrideReason::NotAsked,
            note: Some(hash(3)),
            by: by(),
        },
        UnitEvent::DispositionOverridden {
            disposition: Disposition::Donate,
            reason: OverrideReason::Other,
            note: None,
            by: by(),
        },
        UnitEvent::Dispositioned { decision: decision(), provisional: true },
        UnitEvent::ReviewRequested {
            causes: vec![ReviewCause::Sample],
            at: at("2026-11-12T09:53:00Z"),
            proposal: decision(),
        },
        UnitEvent::Reviewed {
            outcome: ReviewOutcome::Changed,
            by: id("SV1"),
            role: Role::Supervisor,
            grade: Some(Grade::C),
            disposition: Some(Disposition::Liquidate),
            settlement: Some(Settlement::PartialRefund),
            response: Some(SellerResponse::ExcessiveWear),
            acceptance: Some(Acceptance::Accepted),
            reason: Some(OverrideReason::WorseThanComputed),
        },
        UnitEvent::ClaimAnswered {
            acceptance: Acceptance::Rejected,
            response: Some(SellerResponse::NoFaultFound),
            by: id("SV1"),
        },
        UnitEvent::Held { reason: HoldReason::Battery },
        UnitEvent::Released { reason: HoldReason::Battery, by: id("SV1") },
        UnitEvent::LabelPending { label: LabelKind::Disposition, print: 2 },
        UnitEvent::LabelPrinted { label: LabelKind::Lpn, print: 1 },
        UnitEvent::LabelConfirmed { print: 2 },
        UnitEvent::LabelsSwapped { other: unit_id(5) },
        UnitEvent::Located { shelf: Some(id("S-04")) },
        UnitEvent::Staged { container },
        UnitEvent::TakenOut { container },
        UnitEvent::Closed { container, shipped: true },
        UnitEvent::RegradeStarted { reason: RegradeReason::Refurbished },
        UnitEvent::Voided { reason: VoidReason::ReceivedTwice },
        UnitEvent::Amended { amendment: Amendment::Serial { serial: id("SN-8") }, by: id("SV1") },
        UnitEvent::TaskOpened { task: Task::MatchedAfterStaging },
        UnitEvent::TaskDone { task: Task::MatchedAfterStaging },
        UnitEvent::Contested { first: event(1), second: event(2) },
        UnitEvent::ContestSettled { stands: event(2), grade: Some(Grade::B), by: id("SV1") },
    ]
}

fn samples() -> Vec<Event> {
    let parcels = [
        ParcelEvent::Expected { tracking: id("JD01"), rmas: vec![id("R-1001")] },
        ParcelEvent::Arrived {
            tracking: Some(id("JD01")),
            rmas: vec![id("R-1001")],
            at: Some(at("2026-11-12T09:50:00Z")),
        },
        ParcelEvent::IntakeSet { intake: IntakeKind::Rts },
        ParcelEvent::Refused { reason: ParcelRefusal::NotOurs },
        ParcelEvent::RmaFound { rma: id("R-1002") },
        ParcelEvent::Opened {},
        ParcelEvent::FindingAdded { finding: Finding::CarrierDamage },
        ParcelEvent::PhotoTaken { role: id("LABEL"), hash: hash(4), len: 90_000 },
        ParcelEvent::UnitFound { unit: unit_id(1), rma: Some(id("R-1001")), line: Some(id("1")) },
        ParcelEvent::UnitRemoved { unit: unit_id(1), reason: VoidReason::NeverThere },
        ParcelEvent::Emptied {
            outcome: ParcelOutcome::Short,
            lines: vec![LineCount { rma: id("R-1001"), line: id("1"), expected: 1, found: 0 }],
            undeclared: 1,
        },
    ];
    let containers = [
        ContainerEvent::Opened {
            code: id("T-12"),
            disposition: Disposition::RestockB,
            owner: id("NORDWIND"),
        },
        ContainerEvent::UnitPlaced { unit: unit_id(1) },
        ContainerEvent::UnitTakenOut { unit: unit_id(1) },
        ContainerEvent::Closed {},
        ContainerEvent::Shipped { tracking: Some(id("00340434161094015902")) },
    ];
    let station = [
        StationEvent::OperatorSignedIn { operator: id("GR1"), role: Role::Grader, list_expired: true },
        StationEvent::OperatorSignedOut { operator: id("GR1") },
        StationEvent::RawScanKept { hash: hash(5), len: 40 },
        StationEvent::BytesPurged { hash: hash(5), reason: PurgeReason::Age },
        StationEvent::LpnBlockReceived { block: LpnBlock::new(417, 0, 100_000).unwrap() },
        StationEvent::LpnsDrawn { block: 417, first: 10, count: 50 },
        StationEvent::DocumentTaken { document: DocumentKind::Policy, number: 12, hash: hash(9) },
    ];
    let units = unit_samples().into_iter().map(Event::from);
    units
        .chain(parcels.into_iter().map(Event::from))
        .chain(containers.into_iter().map(Event::from))
        .chain(station.into_iter().map(Event::from))
        .collect()
}

/// JSON with its keys in order, whatever order serde_json was built to keep.
fn sorted(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object};
    match value {
        Object(map) => {
            let mut fields: Vec<_> =
                map.iter().map(|(key, value)| format!("\"{key}\":{}", sorted(value))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[test]
fn every_kind_has_a_sample() {
    let sampled: BTreeSet<_> = samples().iter().map(|event| (event.kind(), event.version())).collect();
    assert_eq!(sampled, Event::kinds().collect());
    assert_eq!(sampled.len(), Event::kinds().count(), "no kind stands twice");
}

#[test]
fn a_renamed_kind_or_field_is_noticed() {
    let lines: Vec<String> = samples()
        .iter()
        .map(|event| format!("{} {} {}", event.kind(), event.version(), sorted(&event.body().unwrap())))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_kind_survives_its_json() {
    for event in samples() {
        let body = event.body().unwrap();
        assert!(body.is_object(), "{} has an object as body: {body}", event.kind());
        assert_eq!(Event::parse(event.kind(), event.version(), &body), Parsed::Known(event));
    }
}

#[test]
fn the_prefix_of_a_kind_names_its_subject() {
    for event in samples() {
        let prefix = event.kind().split('.').next().unwrap();
        let subject = match event {
            Event::Unit(_) => "unit",
            Event::Parcel(_) => "parcel",
            Event::Container(_) => "container",
            Event::Station(_) => "station",
        };
        assert_eq!(prefix, subject);
    }
}

#[test]
fn what_this_build_does_not_know_is_kept_not_refused() {
    let body = serde_json::json!({ "finding": "ODOUR" });
    assert_eq!(Event::parse("unit.teleported", 1, &body), Parsed::Unknown);
    assert_eq!(Event::parse("unit.finding-added", 2, &body), Parsed::Unknown);
    assert_eq!(Event::parse("nonsense", 1, &serde_json::Value::Null), Parsed::Unknown);
    let newer_code = serde_json::json!({ "finding": "MOULD" });
    assert_eq!(Event::parse("unit.finding-added", 1, &newer_code), Parsed::Unknown);
}

#[test]
fn a_field_that_a_newer_build_added_does_not_hurt() {
    let body = serde_json::json!({ "finding": "ODOUR", "intensity": 3 });
    let known = UnitEvent::FindingAdded { finding: Finding::Odour, by: None };
    assert_eq!(Event::parse("unit.finding-added", 1, &body), Parsed::Known(known.into()));
}

#[test]
fn an_event_fits_its_envelope() {
    for event in samples() {
        assert!(event.body().unwrap().to_string().len() < 16 * 1024, "{}", event.kind());
    }
}
