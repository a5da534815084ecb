//! A station's events arrive once, in their places, and stay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

pub mod support;

use reqwest::Method;
use support::{Sent, all_read, arrivals, enrol, hashes, start};
use wire::{Epoch, Head, Receipt, Verdict};

#[tokio::test]
async fn a_push_is_stored_and_a_repeat_gets_a_fresh_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(5));
    let receipt = station.push_ok(&sent).await;
    assert_eq!(receipt.station, station.id());
    assert_eq!(receipt.epoch, Epoch::Numbered(1));
    assert_eq!((receipt.stored_seq, receipt.stored_hash), (5, station.chain.head().hash));
    assert_eq!(receipt.incarnation, station.reply.incarnation);

    assert_eq!(station.push_ok(&sent).await, receipt);
    assert_eq!(server.office().store().totals().unwrap().events, 5);

    // An older repeat is answered with the head as it is now.
    let more = station.batch(arrivals(2));
    station.push_ok(&more).await;
    assert_eq!(station.push_ok(&sent).await.stored_seq, 7);
    server.stop().await;
}

#[tokio::test]
async fn an_overlap_is_checked_and_the_rest_appended() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let start_of_all = station.chain.clone();
    let lines = arrivals(8);
    let first = station.batch(lines[..4].to_vec());
    station.push_ok(&first).await;
    let mut longer = station.clone();
    longer.chain = start_of_all;
    let whole = longer.batch(lines);
    let receipt = longer.push_ok(&whole).await;
    assert_eq!((receipt.stored_seq, receipt.stored_hash), (8, longer.chain.head().hash));
    assert_eq!(server.office().store().totals().unwrap().events, 8);
    assert!(server.office().verify(|_| {}).unwrap().problems.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_gap_and_forks_are_refused_with_where_head_office_stands() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut restored = station.clone();
    let first = station.batch(arrivals(3));
    station.push_ok(&first).await;
    let stored = station.chain.head();

    let mut ahead = station.clone();
    ahead.batch(arrivals(2));
    let late = ahead.batch(arrivals(1));
    let gap = ahead.push(&late).await;
    assert_eq!(gap.problem(), (409, "events-gap".into()));
    assert_eq!(gap.arg("stored_seq"), "3");
    assert_eq!(gap.arg("stored_hash"), stored.hash.to_string());
    assert!(gap.signed);

    // A restored station writes other events at places that are taken.
    let other = restored.batch(arrivals(2));
    assert_eq!(restored.push(&other).await.problem(), (409, "events-fork".into()));
    let longer = restored.batch(arrivals(3));
    assert_eq!(restored.push(&longer).await.problem(), (409, "events-fork".into()));
    // Behind the stored head, without overlap, but on another past.
    let mut another_past = station.clone();
    another_past.chain = wire::Chain::at(station.id(), Epoch::Numbered(1), Head::EMPTY);
    another_past.batch(arrivals(3));
    let next = another_past.batch(arrivals(1));
    assert_eq!((next.first, another_past.push(&next).await.problem()), (4, (409, "events-fork".into())));
    let mut overlapping = station.clone();
    overlapping.chain = wire::Chain::at(station.id(), Epoch::Numbered(1), Head::EMPTY);
    let all_other = overlapping.batch(arrivals(6));
    assert_eq!(overlapping.push(&all_other).await.problem(), (409, "events-fork".into()));

    assert_eq!(server.office().store().totals().unwrap().events, 3);
    assert!(server.office().verify(|_| {}).unwrap().problems.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_batch_whose_sums_do_not_fit_stores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(3));
    let body = wire::pack(&sent.lines).unwrap();

    let cut = body[..body.len() / 2].to_vec();
    assert_eq!(station.push_body(&sent, cut).await.problem(), (400, "body-not-zstd".into()));
    let mut unfinished = sent.lines.join(&b'\n');
    unfinished.truncate(unfinished.len() - 5);
    let unfinished = zstd_of(&unfinished);
    assert_eq!(station.push_body(&sent, unfinished).await.problem(), (400, "body-cut".into()));
    let fewer = wire::pack(&sent.lines[..2]).unwrap();
    assert_eq!(station.push_body(&sent, fewer).await.problem(), (400, "events-count-wrong".into()));
    let swapped = wire::pack(&[&sent.lines[1], &sent.lines[0], &sent.lines[2]]).unwrap();
    assert_eq!(station.push_body(&sent, swapped).await.problem(), (400, "events-hash-wrong".into()));
    for (first, last) in [(0, 2), (3, 1)] {
        let odd = Sent { first, last, ..sent.clone() };
        assert_eq!(station.push(&odd).await.problem(), (400, "events-count-wrong".into()));
    }
    let target = format!("/v1/stations/{}/epochs/1/events/1-3", station.id());
    let reply = station.caller.call(Method::PUT, &target, body.clone(), &[]).await;
    assert_eq!(reply.problem(), (400, "events-hash-unreadable".into()));
    let mut elsewhere = station.clone();
    elsewhere.chain = wire::Chain::at(station.id(), Epoch::Numbered(7), Head::EMPTY);
    let never_given = elsewhere.batch(sent.lines.clone());
    let unknown = elsewhere.push_to(Epoch::Numbered(7), &never_given, body).await;
    assert_eq!(unknown.problem(), (409, "epoch-unknown".into()));
    assert_eq!(server.office().store().totals().unwrap().events, 0);
    server.stop().await;
}

/// What `wire::pack` would make of lines, without the last line's end.
fn zstd_of(plain: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plain, 3).unwrap()
}

#[tokio::test]
async fn a_broken_envelope_is_refused_once_and_then_kept_as_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut lines = arrivals(2);
    lines.insert(1, b"{\"not\": \"an envelope\"}".to_vec());
    let sent = station.batch(lines);
    let refused = station.push(&sent).await;
    assert_eq!(refused.problem(), (422, "event-unreadable".into()));
    assert_eq!(refused.arg("seq"), "2");
    assert_eq!(server.office().store().totals().unwrap().events, 0, "all of a batch or nothing");

    let target = format!("/v1/stations/{}/unreadable?epoch=1&first=1&last=3", station.id());
    let body = wire::pack(&sent.lines).unwrap();
    let receipt: Receipt = station.caller.call(Method::POST, &target, body, &hashes(&sent)).await.ok();
    assert_eq!((receipt.stored_seq, receipt.stored_hash), (3, station.chain.head().hash));
    all_read(server.office()).await;
    let totals = server.office().store().totals().unwrap();
    assert_eq!((totals.events, totals.units, totals.quarantined), (3, 2, 1));

    // The chain goes on behind it.
    let more = station.batch(arrivals(1));
    assert_eq!(station.push_ok(&more).await.stored_seq, 4);
    assert!(server.office().verify(|_| {}).unwrap().problems.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn hello_tells_ok_behind_fork_and_rewound_apart() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut restored = station.clone();
    assert_eq!(station.hello(Head::EMPTY, 0).await.verdict, Verdict::Ok);
    let two = station.batch(arrivals(2));
    station.push_ok(&two).await;
    let at_two = station.chain.head();
    let three = station.batch(arrivals(3));
    let waiting = station.hello(station.chain.head(), 3).await;
    assert_eq!((waiting.verdict, waiting.stored), (Verdict::Ok, at_two));
    station.push_ok(&three).await;
    let current = station.hello(station.chain.head(), 0).await;
    assert_eq!((current.verdict, current.stored), (Verdict::Ok, station.chain.head()));
    assert!(current.limits.batch_events > 0 && current.limits.body_bytes > 0);

    assert_eq!(station.hello(at_two, 0).await.verdict, Verdict::Behind);
    restored.batch(arrivals(2));
    assert_eq!(restored.hello(restored.chain.head(), 2).await.verdict, Verdict::Fork);
    let beyond = Head { seq: 9, hash: wire::ChainHash([3; 32]) };
    assert_eq!(station.hello(beyond, 4).await.verdict, Verdict::Ok, "four wait: 5 were confirmed");
    assert_eq!(station.hello(beyond, 3).await.verdict, Verdict::ServerRewound, "6 were confirmed once");
    server.stop().await;
}

#[tokio::test]
async fn a_station_gets_its_own_events_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(6));
    station.push_ok(&sent).await;
    for after in [0, 4, 6] {
        let target = format!("/v1/stations/{}/epochs/1/events?after={after}", station.id());
        let reply = station.caller.call(Method::GET, &target, Vec::new(), &[]).await;
        assert!(reply.status == 200 && reply.signed);
        assert_eq!(wire::unpack(&reply.body).unwrap(), sent.lines[after..]);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_provisional_epoch_is_adopted_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let alone = Epoch::Provisional([5; 16]);
    station.reply.epoch = alone;
    station.chain = wire::Chain::at(station.id(), alone, Head::EMPTY);
    let sent = station.batch(arrivals(2));
    assert_eq!(station.hello(station.chain.head(), 2).await.verdict, Verdict::Ok);
    assert_eq!(station.push_ok(&sent).await.epoch, alone);
    assert!(server.office().verify(|_| {}).unwrap().problems.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(4));
    let receipt = station.push_ok(&sent).await;
    let (key, identity) = (server.office().public_key(), server.office().identity().clone());
    server.stop().await;

    let server = start(dir.path()).await;
    assert_eq!(server.office().public_key(), key);
    assert_eq!(server.office().identity(), &identity);
    station.caller.url = server.url();
    let hello = station.hello(station.chain.head(), 0).await;
    assert_eq!((hello.verdict, hello.stored), (Verdict::Ok, station.chain.head()));
    assert_eq!(station.push_ok(&sent).await, receipt);
    let more = station.batch(arrivals(1));
    assert_eq!(station.push_ok(&more).await.stored_seq, 5);
    all_read(server.office()).await;
    assert_eq!(server.office().store().totals().unwrap().units, 5);
    server.stop().await;
}

#[tokio::test]
async fn pushes_of_one_station_at_once_store_each_event_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(50));
    let pushes = (0..8).map(|_| {
        let (station, sent) = (station.clone(), sent.clone());
        tokio::spawn(async move { station.push_ok(&sent).await })
    });
    for push in pushes.collect::<Vec<_>>() {
        assert_eq!(push.await.unwrap().stored_seq, 50);
    }
    assert_eq!(server.office().store().totals().unwrap().events, 50);
    server.stop().await;
}
