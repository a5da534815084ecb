//! What head office reads out of events: units, RMA progress, settlement proposals; and what it sets aside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use jiff::Timestamp;
use returns::codes::{IntakeKind, Role, Stage};
use returns::event::UnitEvent;
use returns::ids::{EventId, OperatorId, Subject, UnitId};
use returns::lpn::Lpn;
use returns::rma::Rma;
use serde_json::json;
use support::{all_read, dispositioned, enrol, line, received, start, unit_id};
use uuid::Uuid;
use wire::{Actor, Envelope, Feed, FeedChange};

fn rma(number: &str, authorised: u32) -> Rma {
    serde_json::from_value(json!({
        "number": number, "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL",
        "lines": [{
            "id": "1", "sku": "SKU-1", "requested": authorised, "authorised": authorised,
            "reason": "TOO_SMALL", "preference": "REFUND"
        }]
    }))
    .unwrap()
}

fn of_line(counter: u32, number: &str) -> UnitEvent {
    UnitEvent::Received {
        lpn: Lpn::new(10_000, counter).unwrap(),
        preprinted: false,
        intake: IntakeKind::Rma,
        at: Timestamp::UNIX_EPOCH,
        parcel: None,
        rma: Some(number.parse().unwrap()),
        line: Some("1".parse().unwrap()),
        sku: Some("SKU-1".parse().unwrap()),
        owner: Some("NORD".parse().unwrap()),
    }
}

fn raw(unit: UnitId, kind: &str, body: serde_json::Value, seen: Option<EventId>) -> Vec<u8> {
    let envelope = Envelope {
        event_id: EventId(Uuid::now_v7()),
        kind: kind.to_owned(),
        version: 1,
        subject: Subject::Unit(unit),
        actor: Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader },
        recorded: Timestamp::UNIX_EPOCH,
        seen,
        body,
    };
    envelope.to_bytes().unwrap()
}

#[tokio::test]
async fn an_rma_tells_every_station_what_came_in() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let store = server.office().store();
    store.import(&[], &[rma("RMA-1", 2)]).unwrap();
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let other = enrol(&server, "MUC1", "MUC1-B01").await;
    let (items, mut cursor) = other.drain(Feed::Rmas, "").await;
    assert_eq!(items.len(), 1);

    for (counter, received, state) in [(1, 1, "PARTIALLY_RECEIVED"), (2, 2, "RECEIVED")] {
        let sent = station.batch(vec![line(unit_id(), of_line(counter, "RMA-1"), None).0]);
        station.push_ok(&sent).await;
        all_read(server.office()).await;
        let (items, next) = other.drain(Feed::Rmas, &cursor).await;
        cursor = next;
        let FeedChange::Put { value } = &items[0].change else { panic!("{items:?}") };
        let now: Rma = serde_json::from_value(value.clone()).unwrap();
        assert_eq!((now.lines[0].received, now.state.as_str()), (received, state));
    }
    // Imported again as it was, it still says what came in.
    store.import(&[], &[rma("RMA-1", 2)]).unwrap();
    assert!(other.drain(Feed::Rmas, &cursor).await.0.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_disposition_proposes_a_settlement_exactly_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let unit = unit_id();
    let (first, seen) = line(unit, of_line(1, "RMA-1"), None);
    let (provisional, seen) = line(unit, dispositioned(true), Some(seen));
    let (decided, seen) = line(unit, dispositioned(false), Some(seen));
    let sent = station.batch(vec![first, provisional, decided.clone()]);
    station.push_ok(&sent).await;
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    let proposals = || {
        let effects = server.office().store().effects().unwrap().into_iter();
        effects.filter(|(_, kind, _)| kind == "settlement-proposal").collect::<Vec<_>>()
    };
    let proposed = proposals();
    assert_eq!(proposed.len(), 1, "one for the disposition that holds, none for the provisional one");
    let body = &proposed[0].2;
    assert_eq!((&body["settlement"], &body["rma"]), (&json!("REFUND"), &json!("RMA-1")));

    // Bytes that were moved to another place keep their event id: they count once.
    let sent = station.batch(vec![decided, line(unit, received(9), Some(seen)).0]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    assert_eq!(proposals(), proposed);
    server.stop().await;
}

#[tokio::test]
async fn stock_moves_and_messages_follow_once_from_what_happened() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let unit = unit_id();
    let container = returns::ids::ContainerId(uuid::Uuid::now_v7());
    let (first, seen) = line(unit, of_line(1, "RMA-1"), None);
    let (decided, seen) = line(unit, dispositioned(false), Some(seen));
    let (staged, seen) = line(unit, UnitEvent::Staged { container }, Some(seen));
    let (closed, seen) = line(unit, UnitEvent::Closed { container, shipped: false }, Some(seen));
    let shipped = line(unit, UnitEvent::Closed { container, shipped: true }, Some(seen)).0;
    // A unit without a return has nobody to tell.
    let sent = station.batch([vec![first, decided, staged, closed], support::disposition()].concat());
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    let sent = station.batch(vec![shipped.clone(), shipped]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    let effects = server.office().store().effects().unwrap();
    let mut told: Vec<(&str, String)> = effects
        .iter()
        .filter(|(_, kind, _)| kind != "settlement-proposal")
        .map(|(_, kind, body)| match kind.as_str() {
            "customer-message" => ("message", format!("{} {}", body["message"], body["settlement"])),
            _ => ("stock", format!("{} {} {}", body["sku"], body["disposition"], body["shipped"])),
        })
        .collect();
    told.sort();
    let expected = [
        ("message", r#""DECIDED" "REFUND""#),
        ("message", r#""RECEIVED" null"#),
        ("stock", r#""SKU-1" "RESTOCK" false"#),
        ("stock", r#""SKU-1" "RESTOCK" true"#),
    ];
    assert_eq!(told, expected.map(|(kind, what)| (kind, what.to_owned())));
    let text = serde_json::to_string(&effects).unwrap();
    assert!(!text.contains("op-1"), "nobody is named");
    server.stop().await;
}

#[tokio::test]
async fn a_units_events_fold_in_the_order_of_what_was_seen_not_of_arrival() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut one = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut two = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let unit = unit_id();
    let (first, first_id) = line(unit, received(1), None);
    let started = UnitEvent::InspectionStarted {
        category: "APPAREL".parse().unwrap(),
        checklist_version: 1,
        owner: None,
        cycle: None,
        by: "op-1".parse().unwrap(),
    };
    let (second, _) = line(unit, started, Some(first_id));
    // The second bench's line is up first.
    let sent = two.batch(vec![second]);
    two.push_ok(&sent).await;
    all_read(server.office()).await;
    let sent = one.batch(vec![first]);
    one.push_ok(&sent).await;
    all_read(server.office()).await;
    let units = server.office().store().units().unwrap();
    assert_eq!(units.len(), 1);
    assert_eq!(units[0].state.stage, Some(Stage::Inspecting));
    assert!(!units[0].state.unreadable);
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_interpreted_is_kept_forwarded_and_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let other = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let unit = unit_id();
    let (first, seen) = line(unit, received(1), None);
    let lines = vec![
        first,
        raw(unit, "unit.from-the-future", json!({ "x": 1 }), Some(seen)),
        raw(unit_id(), "unit.graded", json!({ "grade": "Z" }), None),
        raw(unit_id(), "parcel.opened", json!({}), None),
    ];
    let sent = station.batch(lines.clone());
    assert_eq!(station.push_ok(&sent).await.stored_seq, 4, "no business rule refuses an event");
    all_read(server.office()).await;
    let store = server.office().store();
    let aside: Vec<String> = store.quarantined().unwrap().into_iter().map(|(_, code)| code).collect();
    assert_eq!(aside, ["event-unknown", "event-unknown", "event-unknown"]);
    let row = store.units().unwrap().into_iter().find(|row| row.unit == unit).unwrap();
    assert!(row.state.unreadable, "read-only where an event is not known");
    assert_eq!(row.state.stage, Some(Stage::Received));
    assert_eq!(other.drain(Feed::Units, "").await.0.len(), 4, "forwarded all the same");
    server.stop().await;
}

#[tokio::test]
async fn events_stored_while_nobody_read_are_read_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(support::arrivals(700));
    station.push_ok(&sent).await;
    server.stop().await;
    support::tamper(
        dir.path(),
        "DELETE FROM readings; DELETE FROM units; DELETE FROM positions WHERE name = 'interpreted'",
    );
    let server = start(dir.path()).await;
    all_read(server.office()).await;
    assert_eq!(server.office().store().totals().unwrap().units, 700);
    server.stop().await;
}
