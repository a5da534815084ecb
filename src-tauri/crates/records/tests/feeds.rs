//! What comes down: items and cursor together, nothing unverified, foreign events folded in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use proptest::prelude::*;
use records::{Found, Records};
use returns::checklist::Checklist;
use returns::codes::{Finding, Role, Stage};
use returns::event::UnitEvent;
use returns::ids::{
    CategoryCode, EventId, Gtin, OperatorId, RmaNumber, Sku, StationId, Subject, TrackingNumber, UnitId,
};
use returns::item::Item;
use returns::lpn::Lpn;
use serde_json::{Value, json};
use support::*;
use wire::{Document, Epoch, Feed, FeedChange, FeedItem, FeedPage, Operator, SecretKey, Signed, UnitsItem};

fn page(feed: Feed, cursor: &str, items: Vec<(&str, Value)>) -> FeedPage {
    let items = items
        .into_iter()
        .map(|(key, value)| FeedItem { key: key.to_owned(), change: FeedChange::Put { value } })
        .collect();
    FeedPage { feed, items, cursor: cursor.to_owned(), more: false }
}

fn rma(number: &str, tracking: &str, sku: &str) -> Value {
    json!({
        "number": number, "state": "AUTHORISED", "owner": "ACME", "order": "ORD-1", "tracking": [tracking],
        "label": "77", "expires": null, "customer": null, "tier": null, "cycle": "COMMERCIAL", "country": null,
        "lines": [{"id": "1", "sku": sku, "requested": 1, "authorised": 1, "reason": "CHANGED_MIND",
                   "preference": "REFUND", "sold": null, "warranty_end": null}]
    })
}

fn item(sku: &str, gtin: &str) -> Item {
    serde_json::from_value(json!({
        "sku": sku, "gtins": [gtin], "title": "Rain jacket", "category": "APPAREL", "owner": "ACME", "price": null,
        "weight_grams": null, "weee": null, "vendor": null
    }))
    .unwrap()
}

fn signed<T: serde::Serialize + serde::de::DeserializeOwned>(key: &SecretKey, document: &T) -> Value {
    serde_json::to_value(Signed::sign(key, document).unwrap()).unwrap()
}

fn operator(id: &str, badge: &str) -> Operator {
    Operator {
        id: OperatorId::new(id).unwrap(),
        badge: badge.to_owned(),
        initials: "AB".to_owned(),
        role: Role::Grader,
        pin_hash: "x".to_owned(),
        valid_until: recorded(),
    }
}

fn checklist(version: u32, owner: Option<&str>) -> Document {
    let list: Checklist = serde_json::from_value(json!({
        "category": "APPAREL", "owner": owner, "cycle": null, "version": version, "questions": []
    }))
    .unwrap();
    Document::Checklist(Box::new(list))
}

#[test]
fn rmas_are_found_by_everything_that_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let rows = vec![("RMA-1", rma("RMA-1", "1Z9", "SKU-1")), ("RMA-2", rma("RMA-2", "1Z8", "SKU-1"))];
    let applied = records.apply_page(&page(Feed::Rmas, "c1", rows)).unwrap();
    assert_eq!((applied.items, applied.refused), (2, 0));
    let number = RmaNumber::new("RMA-1").unwrap();
    let tracking = TrackingNumber::new("1Z9").unwrap();
    assert_eq!(records.rma(&number).unwrap().unwrap().number, number);
    assert_eq!(records.rma_by_tracking(&tracking).unwrap().unwrap().number, number);
    assert_eq!(records.rma_by_label_id("77").unwrap().unwrap().number, number);
    assert_eq!(records.rma_by_label_id("").unwrap(), None);
    assert_eq!(records.rmas_by_order(&"ORD-1".parse().unwrap()).unwrap().len(), 2);
    assert_eq!(records.rma_lines_by_sku(&Sku::new("SKU-1").unwrap()).unwrap().len(), 2);
    assert!(
        matches!(records.find("1z9", 5).unwrap().as_slice(), [Found::Rma(found)] if found.number == number)
    );

    // An update replaces the look-ups too; a tombstone removes them.
    records.apply_page(&page(Feed::Rmas, "c2", vec![("RMA-1", rma("RMA-1", "1Z7", "SKU-2"))])).unwrap();
    assert_eq!(records.rma_by_tracking(&tracking).unwrap(), None);
    assert_eq!(records.rma_lines_by_sku(&Sku::new("SKU-1").unwrap()).unwrap().len(), 1);
    let mut tombstone = page(Feed::Rmas, "c3", vec![]);
    tombstone.items.push(FeedItem { key: "RMA-1".to_owned(), change: FeedChange::Gone });
    records.apply_page(&tombstone).unwrap();
    assert_eq!(records.rma(&number).unwrap(), None);
    assert_eq!(records.cursor(Feed::Rmas).unwrap().as_deref(), Some("c3"));
}

#[test]
fn items_and_cursor_go_in_together_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    records.apply_page(&page(Feed::Rmas, "c1", vec![("RMA-1", rma("RMA-1", "1Z9", "S"))])).unwrap();
    tamper(dir.path(), "CREATE TRIGGER broken BEFORE UPDATE ON feeds BEGIN SELECT raise(ABORT, 'no'); END");
    let error = records.apply_page(&page(Feed::Rmas, "c2", vec![("RMA-2", rma("RMA-2", "1Z8", "S"))]));
    assert_eq!(error.unwrap_err().code(), "database-failed");
    assert_eq!(records.cursor(Feed::Rmas).unwrap().as_deref(), Some("c1"));
    assert_eq!(records.rma(&RmaNumber::new("RMA-2").unwrap()).unwrap(), None);
}

#[test]
fn a_feed_counts_as_current_only_after_its_last_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let mut first = page(Feed::Rmas, "c1", vec![]);
    first.more = true;
    records.apply_page(&first).unwrap();
    assert_eq!(records.current_at(Feed::Rmas).unwrap(), None);
    records.apply_page(&page(Feed::Rmas, "c2", vec![])).unwrap();
    let at = records.current_at(Feed::Rmas).unwrap().unwrap();
    records.apply_page(&first).unwrap();
    assert_eq!(records.current_at(Feed::Rmas).unwrap(), Some(at), "a page in between does not make it older");
}

#[test]
fn only_what_head_office_signed_goes_in_and_the_rest_of_the_page_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (ours, other) = (head_office(), SecretKey::from_seed([66; 32]));
    let mut altered = signed(&ours, &item("SKU-3", "4006381333931"));
    altered["payload"] = signed(&ours, &item("SKU-9", "4006381333931"))["payload"].clone();
    let rows = vec![
        ("1", signed(&ours, &item("SKU-1", "4006381333931"))),
        ("2", signed(&other, &item("SKU-2", "4006381333948"))),
        ("3", altered),
        ("4", json!("nonsense")),
        ("5", signed(&ours, &json!({"sku": "SKU-5"}))),
    ];
    let applied = records.apply_page(&page(Feed::Catalogue, "c1", rows)).unwrap();
    assert_eq!((applied.items, applied.refused), (1, 4));
    let mut refused: Vec<_> =
        records.refused_items().unwrap().into_iter().map(|item| (item.item, item.code)).collect();
    refused.sort();
    let expected = [
        ("2", "document-other-key"),
        ("3", "document-signature-wrong"),
        ("4", "document-unreadable"),
        ("5", "document-unreadable"),
    ];
    assert_eq!(refused, expected.map(|(item, code)| (item.to_owned(), code.to_owned())));
    let found = |records: &Records, sku: &str| records.item(&Sku::new(sku).unwrap()).unwrap().is_some();
    assert!(found(&records, "SKU-1"));
    assert!(!found(&records, "SKU-2") && !found(&records, "SKU-3"));
    // A 13-digit number and the same as GTIN-14.
    for gtin in ["4006381333931", "04006381333931"] {
        assert_eq!(records.item_by_gtin(&Gtin::new(gtin).unwrap()).unwrap().unwrap().sku.as_str(), "SKU-1");
    }
    assert_eq!(records.find_items("jacket rain", 5).unwrap().len(), 1);
    // Once it comes rightly signed, it is set aside no more.
    records
        .apply_page(&page(Feed::Catalogue, "c2", vec![("2", signed(&ours, &item("SKU-2", "4006381333948")))]))
        .unwrap();
    assert!(found(&records, "SKU-2"));
    assert_eq!(records.refused_items().unwrap().len(), 3);
}

#[test]
fn what_was_altered_on_disk_is_not_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let key = head_office();
    let rows = vec![
        ("op-1", signed(&key, &operator("op-1", "B1"))),
        ("op-2", signed(&key, &operator("op-2", "B2"))),
    ];
    records.apply_page(&page(Feed::Operators, "c1", rows)).unwrap();
    assert_eq!(records.operator_by_badge("B1").unwrap().unwrap().id.as_str(), "op-1");
    // Somebody makes himself an operator.
    let forged =
        serde_json::to_string(&signed(&SecretKey::from_seed([66; 32]), &operator("op-1", "B1"))).unwrap();
    tamper(dir.path(), &format!("UPDATE operators SET signed = '{forged}' WHERE id = 'op-1'"));
    assert_eq!(records.operator_by_badge("B1").unwrap(), None);
    assert_eq!(records.operator(&OperatorId::new("op-1").unwrap()).unwrap(), None);
    assert_eq!(records.operators().unwrap().len(), 1);
    let refused = records.refused_items().unwrap();
    assert_eq!((refused.len(), refused[0].code.as_str()), (1, "document-other-key"));
}

#[test]
fn the_newest_policy_and_the_most_special_checklist_count() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let key = head_office();
    let policy = |number: u32| {
        let policy = serde_json::from_value(json!({
            "number": number, "date": "2026-11-01", "currency": "EUR", "review": {}, "provisional": null,
            "gates": [], "candidates": []
        }));
        Document::Policy(Box::new(policy.unwrap()))
    };
    let rows = vec![
        ("policy/2", signed(&key, &policy(2))),
        ("policy/10", signed(&key, &policy(10))),
        ("checklist/a", signed(&key, &checklist(3, None))),
        ("checklist/b", signed(&key, &checklist(1, Some("ACME")))),
    ];
    assert_eq!(records.apply_page(&page(Feed::Documents, "c1", rows)).unwrap().refused, 0);
    let verified = records.policy().unwrap().unwrap();
    assert_eq!(verified.policy.number, 10);
    let (_, hash) = Signed::sign(&key, &policy(10)).unwrap().verify(&key.public()).unwrap();
    assert_eq!(verified.hash.to_string(), hash);
    let category = CategoryCode::new("APPAREL").unwrap();
    let acme = "ACME".parse().unwrap();
    assert_eq!(records.checklist(&category, None, None).unwrap().unwrap().version, 3);
    assert_eq!(records.checklist(&category, Some(&acme), None).unwrap().unwrap().version, 1);
    assert_eq!(records.checklist(&CategoryCode::new("TOYS").unwrap(), None, None).unwrap(), None);
}

#[test]
fn a_snapshot_replaces_a_feed() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    records.apply_page(&page(Feed::Rmas, "c1", vec![("RMA-1", rma("RMA-1", "1Z9", "S"))])).unwrap();
    records.apply_snapshot(&page(Feed::Rmas, "s1", vec![("RMA-2", rma("RMA-2", "1Z8", "S"))])).unwrap();
    assert_eq!(records.rma_count().unwrap(), 1);
    assert!(records.rma(&RmaNumber::new("RMA-2").unwrap()).unwrap().is_some());
}

fn station_b() -> StationId {
    StationId([2; 16])
}

fn units_item(seq: u64, line: String) -> Value {
    serde_json::to_value(UnitsItem { station: station_b(), epoch: Epoch::Numbered(1), seq, line }).unwrap()
}

#[test]
fn what_another_bench_received_can_be_graded_here() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (unit, first) = (unit(), event_id());
    let lpn = Lpn::new(500, 1).unwrap();
    let line = foreign_line(Subject::Unit(unit), received(lpn), first, None);
    let applied =
        records.apply_page(&page(Feed::Units, "c1", vec![("b/1/1", units_item(1, line.clone()))])).unwrap();
    assert_eq!(applied.subjects, [Subject::Unit(unit)]);
    let (found, state) = records.unit_by_lpn(lpn).unwrap().unwrap();
    assert_eq!((found, state.stage), (unit, Some(Stage::Received)));

    let stored = records.append(vec![new(Subject::Unit(unit), saw(Finding::Stain))]).unwrap();
    let history = records.history(Subject::Unit(unit)).unwrap();
    assert_eq!(history[0].0.station, station_b());
    assert_eq!(history[1].1.seen, Some(first), "the foreign event was seen");
    assert_eq!(history[1].0, stored[0].place);
    assert_eq!(records.unsent().unwrap().events, 1, "only our own goes up");
    // The same again changes nothing; other bytes at the same place are set aside.
    let again = records.apply_page(&page(Feed::Units, "c2", vec![("b/1/1", units_item(1, line))])).unwrap();
    assert_eq!((again.refused, again.subjects.len()), (0, 0));
    let forked = foreign_line(Subject::Unit(unit), received(lpn), event_id(), None);
    let forked =
        records.apply_page(&page(Feed::Units, "c3", vec![("b/1/1", units_item(1, forked))])).unwrap();
    assert_eq!(forked.refused, 1);
    assert_eq!(records.refused_items().unwrap()[0].code, "event-forked");
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn an_event_of_a_newer_release_makes_its_unit_read_only_here() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let line = foreign_line(Subject::Unit(id), saw(Finding::Odour), event_id(), None)
        .replace("unit.finding-added", "unit.teleported");
    records.apply_page(&page(Feed::Units, "c1", vec![("b/1/1", units_item(1, line))])).unwrap();
    assert!(records.unit(&id).unwrap().unwrap().unreadable);
    assert_eq!(records.history(Subject::Unit(id)).unwrap().len(), 3, "it is kept and shown");
    let error = records.append(vec![new(Subject::Unit(id), saw(Finding::Stain))]).unwrap_err();
    assert_eq!(error.code(), "subject-unreadable");
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

/// Two benches write about one unit; each event of B has seen one of B's or of A's, or none.
#[derive(Debug, Clone)]
struct Shift {
    /// Per event of B: which earlier event it saw, among those of both.
    seen: Vec<Option<prop::sample::Index>>,
    /// In which order B's events come here.
    order: Vec<usize>,
    /// After how many of them each own event is appended.
    own_after: Vec<usize>,
}

fn shifts() -> impl Strategy<Value = Shift> {
    (1usize..7).prop_flat_map(|count| {
        (
            prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), count),
            Just((0..count).collect::<Vec<_>>()).prop_shuffle(),
            prop::collection::vec(0..=count, 0..4),
        )
            .prop_map(|(seen, order, own_after)| Shift { seen, order, own_after })
    })
}

const FINDINGS: [Finding; 6] =
    [Finding::Stain, Finding::Odour, Finding::Scratched, Finding::Cracked, Finding::Liquid, Finding::Used];

/// Adding and removing findings, and moving between shelves, does not commute: the order shows.
fn step(n: usize) -> UnitEvent {
    let finding = FINDINGS[n % 3];
    match n % 4 {
        0 | 2 => UnitEvent::FindingAdded { finding, by: None },
        1 => UnitEvent::FindingRemoved { finding, by: None },
        _ => UnitEvent::Located { shelf: format!("A-{n}").parse().ok() },
    }
}

#[test]
fn fetching_again_forgets_the_place_and_what_was_set_aside_and_keeps_what_is_here() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let good = rma("RMA-1", "1Z999AA10123456784", "SKU-1");
    records.apply_page(&page(Feed::Rmas, "c1", vec![("RMA-1", good.clone()), ("RMA-2", json!({}))])).unwrap();
    assert_eq!(records.refused_items().unwrap().len(), 1);
    let current = records.current_at(Feed::Rmas).unwrap();
    records.fetch_again().unwrap();
    assert!(records.refused_items().unwrap().is_empty());
    assert_ne!(records.cursor(Feed::Rmas).unwrap().as_deref(), Some("c1"));
    assert_eq!((records.rma_count().unwrap(), records.current_at(Feed::Rmas).unwrap()), (1, current));
    // What is still wrong is set aside once more.
    records.apply_snapshot(&page(Feed::Rmas, "c2", vec![("RMA-1", good), ("RMA-2", json!({}))])).unwrap();
    assert_eq!(records.refused_items().unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_arrival_gives_the_same_unit(shift in shifts()) {
        let dir = tempfile::tempdir().unwrap();
        let mut records = enrolled(dir.path());
        let (unit, own) = receive(&mut records, "SN-1");
        let subject = Subject::Unit(unit);
        let ids: Vec<EventId> = (0..shift.seen.len()).map(|_| event_id()).collect();
        let lines: Vec<String> = shift.seen.iter().enumerate().map(|(n, seen)| {
            let known: Vec<EventId> = own.iter().map(|stored| stored.event_id).chain(ids[..n].iter().copied()).collect();
            foreign_line(subject, step(n), ids[n], seen.map(|seen| *seen.get(&known)))
        }).collect();
        for (arrived, n) in shift.order.iter().enumerate() {
            for _ in shift.own_after.iter().filter(|after| **after == arrived) {
                records.append(vec![new(subject, saw(FINDINGS[arrived % 3]))]).unwrap();
            }
            let item = units_item(*n as u64 + 1, lines[*n].clone());
            records.apply_page(&page(Feed::Units, &format!("c{arrived}"), vec![("k", item)])).unwrap();
        }
        let state = records.unit(&unit).unwrap().unwrap();

        // Another bench gets all of it in the order of places.
        let other_dir = tempfile::tempdir().unwrap();
        let mut other = open(other_dir.path());
        let reply = wire::EnrolReply { station: StationId([3; 16]), ..enrolment() };
        other.enrol(&reply, "http://127.0.0.1:1", head_office().public()).unwrap();
        let batch = records.next_batch(100, 1 << 20).unwrap().unwrap();
        let ours = batch.lines.iter().enumerate().map(|(index, line)| {
            let line = String::from_utf8(line.clone()).unwrap();
            let item = UnitsItem { station: station_id(), epoch: Epoch::Numbered(1), seq: index as u64 + 1, line };
            serde_json::to_value(item).unwrap()
        });
        let theirs = lines.iter().enumerate().map(|(n, line)| units_item(n as u64 + 1, line.clone()));
        let everything = ours.chain(theirs).map(|item| ("k", item)).collect();
        other.apply_page(&page(Feed::Units, "all", everything)).unwrap();
        prop_assert_eq!(other.unit(&unit).unwrap().unwrap(), state);
        prop_assert!(records::verify(dir.path()).unwrap().is_clean());
        prop_assert!(records::verify(other_dir.path()).unwrap().is_clean());
        records.rebuild_projections().unwrap();
        prop_assert_eq!(records.unit(&unit).unwrap(), other.unit(&unit).unwrap());
    }
}

#[test]
fn a_unit_is_found_by_what_a_person_types() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "IMEI-35-209900");
    receive(&mut records, "IMEI-99");
    let found = |query: &str| -> Vec<UnitId> {
        records
            .find(query, 10)
            .unwrap()
            .into_iter()
            .filter_map(|found| match found {
                Found::Unit(id, _) => Some(id),
                _ => None,
            })
            .collect()
    };
    let lpn = Lpn::new(417, 1).unwrap();
    for query in [lpn.to_string(), lpn.digits(), "imei-35".to_owned(), " 209900 ".to_owned()] {
        assert_eq!(found(&query), [id], "{query}");
    }
    assert!(found("%").is_empty() && found("_").is_empty() && found("").is_empty());
    assert_eq!(records.recent_units(1).unwrap()[0].1.serial.as_ref().unwrap().as_str(), "IMEI-99");
}
