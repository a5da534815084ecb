//! What is known beside a unit that arrives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use records::{Arriving, Records};
use returns::codes::{Finding, ParcelOutcome, ParcelRefusal, VoidReason};
use returns::event::{ParcelEvent, UnitEvent};
use returns::ids::{LineId, ParcelId, StationId, Subject, TrackingNumber, UnitId};
use returns::lpn::Lpn;
use returns::rma::Rma;
use serde_json::json;
use support::*;
use uuid::Uuid;
use wire::Feed;

const OTHER: StationId = StationId([2; 16]);

/// An RMA of one line, authorised for so many, of which head office counts so many; taken in.
fn rma(records: &mut Records, number: &str, customer: &str, authorised: u32, received: u32) -> Rma {
    let value = json!({
        "number": number, "state": "AUTHORISED", "owner": "ACME", "order": null, "tracking": ["1Z9"],
        "label": format!("label-{number}"), "expires": null, "customer": customer, "tier": null,
        "cycle": "COMMERCIAL", "country": null,
        "lines": [{"id": "1", "sku": "SKU-1", "requested": authorised, "authorised": authorised,
                   "received": received, "reason": "CHANGED_MIND", "preference": "REFUND",
                   "serials_shipped": ["SN-A", "SN-B"], "sold": null, "warranty_end": null}]
    });
    records.apply_page(&page(Feed::Rmas, vec![(number, value.clone())])).unwrap();
    serde_json::from_value(value).unwrap()
}

fn line() -> LineId {
    "1".parse().unwrap()
}

fn arrives(rma: &Rma, tracking: Option<&str>) -> ParcelEvent {
    ParcelEvent::Arrived {
        tracking: tracking.map(|text| TrackingNumber::new(text).unwrap()),
        rmas: vec![rma.number.clone()],
        at: None,
    }
}

fn parcel(records: &mut Records, rma: &Rma, tracking: Option<&str>) -> ParcelId {
    let id = ParcelId(Uuid::now_v7());
    records.append(vec![new(Subject::Parcel(id), arrives(rma, tracking))]).unwrap();
    id
}

fn out_of(rma: &Rma, parcel: Option<ParcelId>, lpn: Lpn) -> UnitEvent {
    let UnitEvent::Received { preprinted, intake, at, .. } = received(lpn) else { unreachable!() };
    let (rma, line) = (Some(rma.number.clone()), Some(line()));
    UnitEvent::Received { lpn, preprinted, intake, at, parcel, rma, line, sku: None, owner: None }
}

fn receive_of(records: &mut Records, rma: &Rma, parcel: Option<ParcelId>) -> UnitId {
    let id = unit();
    let event = out_of(rma, parcel, records.next_lpn().unwrap());
    records.append(vec![new(Subject::Unit(id), event)]).unwrap();
    id
}

fn receive_elsewhere(records: &mut Records, rma: &Rma, parcel: Option<ParcelId>, seq: u64) -> UnitId {
    let id = unit();
    let event = out_of(rma, parcel, Lpn::new(500, u32::try_from(seq).unwrap()).unwrap());
    units_item(records, OTHER, seq, foreign_line(Subject::Unit(id), event, event_id(), None));
    id
}

#[track_caller]
fn label_claimed(records: &Records, rma: &Rma, parcel: ParcelId) -> Option<String> {
    let of = Arriving { parcel: Some(parcel), rma: Some(rma), ..Arriving::default() };
    records.arrival(&of).unwrap().label_claimed_at
}

fn elsewhere(records: &Records, rma: &Rma, parcel: Option<ParcelId>, unit: Option<UnitId>) -> bool {
    let line = line();
    let of = Arriving { unit, parcel, rma: Some(rma), line: Some(&line) };
    records.arrival(&of).unwrap().received_elsewhere
}

#[test]
fn nothing_is_known_of_what_has_no_rma() {
    let dir = tempfile::tempdir().unwrap();
    let records = enrolled(dir.path());
    assert_eq!(records.arrival(&Arriving::default()).unwrap(), returns::signal::Arrival::default());
}

#[test]
fn a_label_that_brought_another_parcel_was_claimed_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let rma_1 = rma(&mut records, "RMA-1", "C-1", 2, 0);
    let first = parcel(&mut records, &rma_1, None);
    assert_eq!(label_claimed(&records, &rma_1, first), None, "not against itself");
    let second = parcel(&mut records, &rma_1, Some("UNANNOUNCED"));
    receive_of(&mut records, &rma_1, Some(first));
    assert_eq!(label_claimed(&records, &rma_1, second), None, "the second carton of one return is no copy");
    receive_of(&mut records, &rma_1, Some(first));
    assert_eq!(label_claimed(&records, &rma_1, second), Some("LEJ2-B04".to_owned()));
    let announced = parcel(&mut records, &rma_1, Some("1Z9"));
    assert_eq!(label_claimed(&records, &rma_1, announced), None, "its tracking number brought it");

    let rma_2 = rma(&mut records, "RMA-2", "C-1", 2, 0);
    let announced = parcel(&mut records, &rma_2, Some("1Z9"));
    let by_label = parcel(&mut records, &rma_2, None);
    assert_eq!(label_claimed(&records, &rma_2, by_label), None, "the first needed no label");
    assert_eq!(label_claimed(&records, &rma_2, announced), None);

    // One that was turned away claimed nothing; one found later for an open parcel did.
    let rma_3 = rma(&mut records, "RMA-3", "C-1", 2, 0);
    let refused = parcel(&mut records, &rma_3, None);
    let refusal = ParcelEvent::Refused { reason: ParcelRefusal::NotOurs };
    records.append(vec![new(Subject::Parcel(refused), refusal)]).unwrap();
    let next = parcel(&mut records, &rma_3, None);
    assert_eq!(label_claimed(&records, &rma_3, next), None);
    let found = ParcelEvent::RmaFound { rma: rma_3.number.clone() };
    records.append(vec![new(Subject::Parcel(second), found)]).unwrap();
    receive_of(&mut records, &rma_3, Some(second));
    receive_of(&mut records, &rma_3, Some(second));
    assert_eq!(label_claimed(&records, &rma_3, next), Some("LEJ2-B04".to_owned()));
}

#[test]
fn a_label_claimed_at_another_bench_or_depot_is_known_when_it_comes_down() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let rma = rma(&mut records, "RMA-1", "C-1", 2, 0);
    let here = parcel(&mut records, &rma, None);
    let there = ParcelId(Uuid::now_v7());
    let line = foreign_line(Subject::Parcel(there), arrives(&rma, None), event_id(), None);
    units_item(&mut records, OTHER, 1, line);
    receive_elsewhere(&mut records, &rma, Some(there), 2);
    receive_elsewhere(&mut records, &rma, Some(there), 3);
    assert_eq!(label_claimed(&records, &rma, here), Some("02020202".to_owned()));

    let claim =
        |parcel: &str, station: &str| json!({ "parcel": parcel, "station": station, "depot": "WAW1" });
    let claims = |value| page(Feed::LabelClaims, vec![("label-RMA-1", value)]);
    let own = station_id().to_string();
    records.apply_page(&claims(claim(&here.to_string(), &own))).unwrap();
    assert_eq!(label_claimed(&records, &rma, here), Some("02020202".to_owned()), "this parcel's own claim");
    records.apply_page(&claims(claim(&ParcelId(Uuid::now_v7()).to_string(), &own))).unwrap();
    assert_eq!(label_claimed(&records, &rma, here), Some("WAW1".to_owned()));
}

#[test]
fn a_line_that_came_in_at_other_benches_is_received_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let rma = rma(&mut records, "RMA-1", "C-1", 2, 0);
    let here = parcel(&mut records, &rma, None);
    assert!(!elsewhere(&records, &rma, Some(here), None));
    receive_elsewhere(&mut records, &rma, None, 1);
    assert!(!elsewhere(&records, &rma, Some(here), None), "one of two");
    receive_elsewhere(&mut records, &rma, Some(here), 2);
    assert!(!elsewhere(&records, &rma, Some(here), None), "out of this very parcel");
    receive_of(&mut records, &rma, None);
    assert!(!elsewhere(&records, &rma, Some(here), None), "here is not elsewhere");
    let third = receive_elsewhere(&mut records, &rma, None, 3);
    assert!(elsewhere(&records, &rma, Some(here), None));
    let voided = UnitEvent::Voided { reason: VoidReason::NeverThere };
    units_item(&mut records, OTHER, 4, foreign_line(Subject::Unit(third), voided, event_id(), None));
    assert!(!elsewhere(&records, &rma, Some(here), None), "what never was counts nothing");
}

#[test]
fn head_offices_count_holds_without_what_this_bench_told_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let full = rma(&mut records, "RMA-1", "C-1", 1, 1);
    assert!(elsewhere(&records, &full, None, None));
    let unit = receive_of(&mut records, &full, None);
    assert!(elsewhere(&records, &full, None, Some(unit)), "head office has not heard of this one");
    let head = records.head().unwrap();
    records.acknowledge(&receipt(head.seq, head.hash)).unwrap();
    assert!(!elsewhere(&records, &full, None, Some(unit)), "its count may be this very unit");
    let none = rma(&mut records, "RMA-2", "C-1", 0, 0);
    assert!(!elsewhere(&records, &none, None, None), "nothing was authorised, so nothing is full");
}

#[test]
fn empty_boxes_of_a_customer_are_counted_once_each_within_the_days() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let days = json!({ "fraud": { "empty_box_days": 30 } });
    take_policy_with(&mut records, days);
    let (one, two) = (rma(&mut records, "RMA-1", "C-1", 1, 0), rma(&mut records, "RMA-2", "C-1", 1, 0));
    let stranger = rma(&mut records, "RMA-3", "C-2", 1, 0);
    let count = |records: &Records, rma: &Rma, parcel, unit| {
        records.arrival(&Arriving { unit, parcel, rma: Some(rma), line: None }).unwrap().empty_boxes
    };
    assert_eq!(count(&records, &one, None, None), 0);
    // A box with a unit in it that is its empty box, seen on the parcel too.
    let first = parcel(&mut records, &one, None);
    let unit = receive_of(&mut records, &one, Some(first));
    records.append(vec![new(Subject::Unit(unit), saw(Finding::EmptyBox))]).unwrap();
    let seen = ParcelEvent::FindingAdded { finding: Finding::EmptyBox };
    records.append(vec![new(Subject::Parcel(first), seen)]).unwrap();
    assert_eq!(count(&records, &two, None, None), 1);
    assert_eq!(count(&records, &one, Some(first), Some(unit)), 0, "not against itself");
    // A parcel with nothing at all in it.
    let second = parcel(&mut records, &two, None);
    let emptied = ParcelEvent::Emptied { outcome: ParcelOutcome::Empty, lines: Vec::new(), undeclared: 0 };
    records.append(vec![new(Subject::Parcel(second), emptied)]).unwrap();
    assert_eq!(count(&records, &two, None, None), 2);
    assert_eq!(count(&records, &stranger, None, None), 0);
    // Older than the policy's days.
    let long_ago = returns::ids::UnitId(Uuid::now_v7());
    let event = out_of(&two, None, records.next_lpn().unwrap());
    let mut came = new(Subject::Unit(long_ago), event);
    came.recorded = "2026-10-01T10:00:00Z".parse().unwrap();
    records.append(vec![came, new(Subject::Unit(long_ago), saw(Finding::EmptyBox))]).unwrap();
    assert_eq!(count(&records, &two, None, None), 2);
    take_policy_with(&mut records, json!({ "number": 8, "fraud": { "empty_box_days": 100 } }));
    assert_eq!(count(&records, &two, None, None), 3, "the policy in force says how long");
    records.rebuild_projections().unwrap();
    assert_eq!(count(&records, &two, None, None), 3, "a rebuild forgets nothing");
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn an_rma_is_found_by_a_serial_that_was_shipped() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let known = rma(&mut records, "RMA-1", "C-1", 1, 0);
    let found = |records: &Records, serial: &str| records.rmas_by_serial(&serial.parse().unwrap()).unwrap();
    assert_eq!(found(&records, "SN-B"), std::slice::from_ref(&known));
    assert!(found(&records, "SN-C").is_empty());
    assert_eq!(records.rmas_of_customer(&"C-1".parse().unwrap()).unwrap(), std::slice::from_ref(&known));
    let mut value = serde_json::to_value(&known).unwrap();
    value["lines"][0]["serials_shipped"] = json!(["SN-C"]);
    records.apply_page(&page(Feed::Rmas, vec![("RMA-1", value)])).unwrap();
    assert!(found(&records, "SN-B").is_empty(), "what it no longer names");
    assert_eq!(found(&records, "SN-C").len(), 1);
}
