//! What stations fetch: signed, behind a cursor, nothing skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeMap;

use returns::codes::Finding;
use returns::event::UnitEvent;
use serde_json::{Value, json};
use support::{arrivals, enrol, line, received, start, unit_id};
use wire::{Feed, FeedChange, FeedPage, UnitsItem};

use head_office::store::Change;

fn put(key: String, n: u32) -> Change {
    Change { key, value: Some(json!({ "n": n })) }
}

fn value(change: &FeedChange) -> Option<Value> {
    match change {
        FeedChange::Put { value } => Some(value.clone()),
        FeedChange::Gone => None,
    }
}

#[tokio::test]
async fn a_reader_never_misses_a_change_while_others_write() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    // Writers with stores of their own, as the command beside the server has.
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let dir = dir.path().to_path_buf();
            std::thread::spawn(move || {
                let office = support::open(&dir);
                for n in 0..60u32 {
                    let changes = [put(format!("{writer}-{n}"), n), put("shared".into(), writer * 100 + n)];
                    office.store().publish(Feed::LabelClaims, &changes).unwrap();
                }
            })
        })
        .collect();
    let (mut seen, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let finished = writers.iter().all(std::thread::JoinHandle::is_finished);
        let (items, next) = station.drain(Feed::LabelClaims, &cursor).await;
        seen.extend(items.into_iter().map(|item| (item.key, value(&item.change))));
        cursor = next;
        if finished {
            break;
        }
    }
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(seen.len(), 241);
    for (key, stored) in server.office().store().feed_values(Feed::LabelClaims).unwrap() {
        assert_eq!(seen[&key], Some(stored), "{key}");
    }
    server.stop().await;
}

#[tokio::test]
async fn pages_tombstones_and_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let store = server.office().store();
    let changes: Vec<Change> = (0..1200).map(|n| put(format!("{n:04}"), n)).collect();
    store.publish(Feed::LabelClaims, &changes).unwrap();
    let first = station.page(Feed::LabelClaims, "").await;
    assert!(first.more);
    let (rest, cursor) = station.drain(Feed::LabelClaims, &first.cursor).await;
    let keys: Vec<&str> = first.items.iter().chain(&rest).map(|item| item.key.as_str()).collect();
    let expected: Vec<String> = (0..1200).map(|n| format!("{n:04}")).collect();
    assert_eq!(keys, expected);

    let gone = [Change { key: "0007".into(), value: None }, Change { key: "never".into(), value: None }];
    store.publish(Feed::LabelClaims, &gone).unwrap();
    store.publish(Feed::LabelClaims, &[put("0008".into(), 8)]).unwrap();
    let (news, newer) = station.drain(Feed::LabelClaims, &cursor).await;
    assert_eq!(news.len(), 1, "an unchanged value is no news, and neither is what never was");
    assert_eq!((news[0].key.as_str(), &news[0].change), ("0007", &FeedChange::Gone));
    assert!(station.page(Feed::LabelClaims, &newer).await.items.is_empty());

    let target = "/v1/feeds/label-claims/snapshot";
    let snapshot: FeedPage = station.caller.call(reqwest::Method::GET, target, Vec::new(), &[]).await.ok();
    assert!(snapshot.items.iter().all(|item| item.change != FeedChange::Gone));
    // Further pages come from the feed itself, tombstones among them; together they give what is there.
    let (rest, _) = station.drain(Feed::LabelClaims, &snapshot.cursor).await;
    let mut there: BTreeMap<String, Value> = BTreeMap::new();
    for item in snapshot.items.into_iter().chain(rest) {
        match value(&item.change) {
            Some(value) => there.insert(item.key, value),
            None => there.remove(&item.key),
        };
    }
    let stored: BTreeMap<String, Value> = store.feed_values(Feed::LabelClaims).unwrap().into_iter().collect();
    assert_eq!(there.len(), 1199);
    assert_eq!(there, stored);
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_of_another_feed_or_another_life_leads_to_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let cursor = station.page(Feed::Rmas, "").await.cursor;
    let incarnation = &server.office().identity().incarnation.0;
    let elsewhere = [
        cursor.replace("rmas", "operators"),
        cursor.replace(incarnation, &"0".repeat(32)),
        cursor.replace(".0", ".99"),
        "x".into(),
    ];
    for wrong in elsewhere {
        let target = format!("/v1/feeds/rmas?after={wrong}");
        let reply = station.caller.call(reqwest::Method::GET, &target, Vec::new(), &[]).await;
        assert_eq!(reply.problem(), (409, "cursor-unknown".into()), "{wrong}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_bench_sees_what_others_of_its_depot_did_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut one = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut two = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let far = enrol(&server, "MUC1", "MUC1-B01").await;
    let unit = unit_id();
    let (first, first_id) = line(unit, received(1), None);
    let sent = one.batch(vec![first.clone()]);
    one.push_ok(&sent).await;

    let (items, cursor) = two.drain(Feed::Units, "").await;
    let FeedChange::Put { value } = &items[0].change else { panic!("{items:?}") };
    let item: UnitsItem = serde_json::from_value(value.clone()).unwrap();
    assert_eq!((item.station, item.seq, item.line.as_bytes()), (one.id(), 1, first.as_slice()));
    assert_eq!(items.len(), 1);

    let finding = UnitEvent::FindingAdded { finding: Finding::Stain, by: None };
    let (second, _) = line(unit, finding, Some(first_id));
    let sent = two.batch(vec![second.clone()]);
    two.push_ok(&sent).await;
    let own = one.drain(Feed::Units, "").await.0;
    assert_eq!(own.len(), 1, "the other's, not its own");
    assert!(own[0].key.starts_with(&two.id().to_string()));
    assert!(two.drain(Feed::Units, &cursor).await.0.is_empty(), "its own is no news");
    assert!(far.drain(Feed::Units, "").await.0.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn the_units_feed_loses_nothing_while_stations_push_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let reader = enrol(&server, "LEJ2", "LEJ2-B01").await;
    let mut pushes = Vec::new();
    for name in ["LEJ2-B02", "LEJ2-B03", "LEJ2-B04"] {
        let mut station = enrol(&server, "LEJ2", name).await;
        pushes.push(tokio::spawn(async move {
            for _ in 0..20 {
                let sent = station.batch(arrivals(3));
                station.push_ok(&sent).await;
            }
        }));
    }
    let (mut seen, mut cursor) = (BTreeMap::<String, u32>::new(), String::new());
    loop {
        let finished = pushes.iter().all(tokio::task::JoinHandle::is_finished);
        let (items, next) = reader.drain(Feed::Units, &cursor).await;
        items.into_iter().for_each(|item| *seen.entry(item.key).or_default() += 1);
        cursor = next;
        if finished {
            break;
        }
    }
    for push in pushes {
        push.await.unwrap();
    }
    assert_eq!(seen.len(), 180);
    assert!(seen.values().all(|times| *times == 1), "each once");
    server.stop().await;
}
