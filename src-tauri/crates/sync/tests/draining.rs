//! A queue with a line drains by itself: events and photos up, feeds down, through cuts and restarts, once each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::sync::Arc;

use returns::event::UnitEvent;
use returns::ids::{PhotoRole, RmaNumber, Subject};
use serde_json::json;
use support::*;
use sync::LineState;
use wire::{FeedChange, FeedItem, Problem};

fn rma(number: &str) -> FeedItem {
    let value = json!({
        "number": number, "state": "AUTHORISED", "owner": "ACME", "order": null, "tracking": ["1Z"], "label": null,
        "expires": null, "customer": null, "tier": null, "cycle": "COMMERCIAL", "country": null, "lines": []
    });
    FeedItem { key: number.to_owned(), change: FeedChange::Put { value } }
}

#[tokio::test]
async fn what_waited_goes_up_and_what_is_new_follows_a_kick() {
    let office = Office::start().await;
    let station = Station::of(&office);
    let unit = station.receive();
    let line = station.line();
    let first = status(&line, "online", |status| status.line == LineState::Online).await;
    assert_eq!(station.unsent(), 0);
    assert!(station.with(|records| records.is_sent(Subject::Unit(unit)).unwrap()));
    assert!(first.last_receipt.is_some());
    assert_eq!(office.with(|inside| inside.lines.len()), 2);

    station.receive();
    line.kick();
    status(&line, "a second receipt", |status| status.receipts == 2).await;
    assert_eq!(station.unsent(), 0);
    assert_eq!(office.with(|inside| inside.pushes.clone()), [(1, 2), (3, 4)]);
    line.stop().await;
}

#[tokio::test]
async fn head_offices_time_and_hello_are_taken_in() {
    let office = Office::start().await;
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    status(&line, "online", |status| status.line == LineState::Online).await;
    let hello = office.with(|inside| inside.hellos[0].clone());
    assert_eq!((hello.head.seq, hello.backlog), (2, 2));
    assert_eq!(hello.instance.len(), 32);
    assert!(station.with(|records| records.head_office_time().unwrap()).is_some());
    line.stop().await;
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_shift_doubles_and_loses_nothing() {
    let office = Office::start().await;
    let station = Station::of(&office);
    let line = station.line();
    for _ in 0..20 {
        station.receive();
    }
    line.kick();
    office.until("the first half", |inside| inside.lines.len() == 40).await;

    let (inside, address) = office.stop().await;
    for _ in 0..20 {
        station.receive();
    }
    line.kick();
    let down =
        status(&line, "offline", |status| status.line == LineState::Offline && status.trouble.is_some())
            .await;
    assert!(["line-unreachable", "line-cut"].contains(&code(&down)), "{down:?}");
    assert!(station.unsent() >= 40);

    let office = Office::start_with(inside, &address).await;
    office.until("everything", |inside| inside.lines.len() == 80).await;
    status(&line, "online again", |status| status.line == LineState::Online).await;
    until("the outbox is empty", || station.unsent() == 0).await;
    // `take` in the office checked every hash and that no sequence came twice with other bytes.
    assert_eq!(office.with(|inside| inside.head.unwrap().seq), 80);
    line.stop().await;
    assert!(records::verify(station.dir.path()).unwrap().is_clean());
}

#[tokio::test]
async fn a_reply_lost_after_the_commit_is_asked_for_again_and_nothing_is_stored_twice() {
    let office = Office::start().await;
    let station = Station::of(&office);
    station.receive();
    office.next("/events/", Nasty::CutReply);
    let line = station.line();
    status(&line, "online", |status| status.line == LineState::Online).await;
    assert_eq!(station.unsent(), 0);
    assert_eq!(office.with(|inside| inside.pushes.clone()), [(1, 2), (1, 2)]);
    assert_eq!(office.with(|inside| inside.lines.len()), 2);
    line.stop().await;
}

#[tokio::test]
async fn feeds_come_down_page_by_page_and_again_from_the_beginning_when_asked() {
    let office = Office::start().await;
    office.with(|inside| {
        inside.feeds.insert("rmas".to_owned(), (0..5).map(|n| rma(&format!("RMA-{n}"))).collect());
    });
    let station = Station::of(&office);
    let line = station.line();
    status(&line, "all items", |status| status.items == 5).await;
    let number = RmaNumber::new("RMA-4").unwrap();
    assert!(station.with(|records| records.rma(&number).unwrap()).is_some());

    // Head office no longer knows our place: what it has now replaces what we had.
    office.with(|inside| {
        inside.feeds.insert("rmas".to_owned(), vec![rma("RMA-7")]);
    });
    let lost = wire::Problem { code: "cursor-unknown".to_owned(), args: Default::default() };
    office.next("/feeds/rmas", Nasty::Refuse(409, lost));
    office.until("a snapshot", |inside| inside.snapshots == 1).await;
    let replaced = RmaNumber::new("RMA-7").unwrap();
    until("replaced", || station.with(|records| records.rma(&replaced).unwrap()).is_some()).await;
    assert!(station.with(|records| records.rma(&number).unwrap()).is_none());
    assert!(station.with(|records| records.current_at(wire::Feed::Rmas).unwrap()).is_some());
    line.stop().await;
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_set_aside_and_told_of_until_it_is_mended() {
    let office = Office::start().await;
    let broken =
        FeedItem { key: "RMA-1".to_owned(), change: FeedChange::Put { value: json!({"number": 3}) } };
    office.with(|inside| {
        inside.feeds.insert("rmas".to_owned(), vec![broken, rma("RMA-2")]);
    });
    let station = Station::of(&office);
    let line = station.line();
    let told = status(&line, "told", |status| code(status) == "feed-items-refused").await;
    assert_eq!(told.line, LineState::Online);
    assert_eq!(told.trouble.unwrap().args["why"], "rma-unreadable");
    let good = RmaNumber::new("RMA-2").unwrap();
    assert!(station.with(|records| records.rma(&good).unwrap()).is_some(), "the rest goes on");
    office.with(|inside| inside.feeds.get_mut("rmas").unwrap().push(rma("RMA-1")));
    status(&line, "mended", |status| status.trouble.is_none()).await;
    line.stop().await;
}

#[tokio::test]
async fn photos_go_up_in_pieces_after_their_events_and_go_on_where_a_cut_left_them() {
    let office = Office::start().await;
    let mut station = Station::of(&office);
    station.config.pace.photo_piece_bytes = 1000;
    let unit = station.receive();
    let jpeg: Vec<u8> = (0..4500u32).map(|n| (n * 7 % 251) as u8).collect();
    let hash = station.with(|records| records.photos().keep(&jpeg).unwrap());
    let role = PhotoRole::new("FRONT").unwrap();
    station
        .append(unit, UnitEvent::PhotoTaken { role, hash, len: jpeg.len() as u64, by: None, flaws: vec![] });
    // The second piece arrives, its reply does not.
    office.next("/blobs/", Nasty::Changed(|_| {}));
    office.next("/blobs/", Nasty::CutReply);
    let line = station.line();
    status(&line, "sent", |status| status.photos == 1).await;
    assert_eq!(office.with(|inside| inside.blobs[&hash.to_string()].1.clone()), jpeg);
    assert_eq!(station.with(|records| records.unsent().unwrap().photos), 0);
    assert_eq!(station.with(|records| records.photos_unsent(Subject::Unit(unit)).unwrap()), 0);
    let calls = office.with(|inside| inside.calls.clone());
    let first = |what: &str| calls.iter().position(|call| call.contains(what)).unwrap();
    assert!(first("/events/") < first("/blobs"), "events go first: {calls:?}");
    line.stop().await;
}

#[tokio::test]
async fn a_photo_that_is_gone_does_not_stop_the_next() {
    let office = Office::start().await;
    let station = Station::of(&office);
    let unit = station.receive();
    let role = PhotoRole::new("FRONT").unwrap();
    let [lost, kept] = [b"lost".as_slice(), b"kept"].map(|jpeg| {
        let hash = station.with(|records| records.photos().keep(jpeg).unwrap());
        station.append(
            unit,
            UnitEvent::PhotoTaken { role: role.clone(), hash, len: 4, by: None, flaws: vec![] },
        );
        hash
    });
    std::fs::remove_file(station.with(|records| records.photos().path(&lost))).unwrap();
    let line = station.line();
    until("told", || !station.with(|records| records.incidents(9).unwrap()).is_empty()).await;
    until("sent", || station.with(|records| records.unsent().unwrap().photos) == 0).await;
    assert!(office.with(|inside| inside.blobs.contains_key(&kept.to_string())));
    // Head office was asked for it, has none either, and a person is told of which unit it was: nobody waits any longer.
    let told = station.with(|records| records.incidents(9).unwrap().remove(0));
    assert_eq!((told.code.as_str(), &told.args["photo"]), ("photo-lost", &lost.to_string()));
    let lpn = station.with(|records| records.unit(&unit).unwrap().unwrap().lpn.unwrap().to_string());
    assert_eq!(told.args["of"], lpn);
    assert_eq!(station.with(|records| records.photos_kept().unwrap().lost), 1);
    line.stop().await;
    // Taken again, byte by byte the same, it goes up like any other.
    station.with(|records| records.photos().keep(b"lost").unwrap());
    let role = PhotoRole::new("BACK").unwrap();
    station.append(unit, UnitEvent::PhotoTaken { role, hash: lost, len: 4, by: None, flaws: vec![] });
    let line = station.line();
    until("sent after all", || station.with(|records| records.unsent().unwrap().photos) == 0).await;
    assert!(office.with(|inside| inside.blobs.contains_key(&lost.to_string())));
    line.stop().await;
}

#[tokio::test]
async fn a_restored_head_office_gets_again_what_it_lost() {
    let office = Office::start().await;
    let station = Station::of(&office);
    for _ in 0..5 {
        station.receive();
    }
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    // A backup from after the fourth event is put back.
    office.with(|inside| {
        inside.lines.truncate(4);
        let mut chain = wire::Chain::at(station_id(), wire::Epoch::Numbered(1), wire::Head::EMPTY);
        for line in inside.lines.iter() {
            chain.push(line);
        }
        inside.head = Some(chain.head());
        inside.verdict = Some(wire::Verdict::ServerRewound);
    });
    let line = station.line();
    office.until("everything again", |inside| inside.lines.len() == 10).await;
    until("sent again", || station.unsent() == 0).await;
    line.stop().await;
    drop(Arc::clone(&station.records));
}

#[tokio::test]
async fn a_dictionary_that_head_office_offers_is_used_and_one_that_it_then_refuses_is_not() {
    let office = Office::start().await;
    let offers = Nasty::Changed(|said| said["limits"]["dictionary"] = json!(wire::DICTIONARY));
    office.with(|inside| inside.nasty_always = Some(("/v1/hello", offers)));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    status(&line, "a receipt", |status| status.receipts == 1).await;
    // A process of head office that does not know it: the same events go again, packed the usual way, and so do others.
    let unknown = Problem { code: "body-dictionary-unknown".to_owned(), args: Default::default() };
    office.next("/events/", Nasty::Refuse(400, unknown));
    station.receive();
    line.kick();
    status(&line, "a second receipt", |status| status.receipts == 2).await;
    station.receive();
    line.kick();
    status(&line, "a third receipt", |status| status.receipts == 3).await;
    assert_eq!(office.with(|inside| inside.with_dictionary.clone()), [true, false, false]);
    assert_eq!(station.unsent(), 0);
    line.stop().await;
}

#[tokio::test]
async fn a_shared_line_is_used_no_faster_than_its_ceiling() {
    let office = Office::start().await;
    let mut station = Station::of(&office);
    station.config.pace.ceiling_bytes_per_second = Some(8_000);
    let unit = station.receive();
    let jpeg = vec![7; 30_000];
    let hash = station.with(|records| records.photos().keep(&jpeg).unwrap());
    let role = PhotoRole::new("FRONT").unwrap();
    station.append(unit, UnitEvent::PhotoTaken { role, hash, len: 30_000, by: None, flaws: vec![] });
    let begun = std::time::Instant::now();
    let line = station.line();
    until("sent", || station.with(|records| records.unsent().unwrap().photos) == 0).await;
    // Pieces of 8 KiB: the fourth may go when the three before it have had their time, some three seconds.
    assert!(begun.elapsed() >= std::time::Duration::from_secs(3), "{:?}", begun.elapsed());
    line.stop().await;
}
