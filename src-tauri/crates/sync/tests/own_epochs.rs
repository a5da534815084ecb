//! Put back from a copy, forked, cloned, alone in an epoch of its own; head office restored; and the lanes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use records::{Because, Options, Records};
use returns::event::{Event, Parsed};
use returns::ids::{Sha256Hex, Subject, UnitId};
use serde_json::json;
use support::*;
use sync::LineState;
use wire::{Epoch, Head, Leaving, Verdict};

fn copy(from: &Path, to: &Path) {
    for file in ["station.db", "station.db-wal", "station.key"] {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
}

/// A station that sent two units, was put back to one, and has no witness of it.
async fn put_back(office: &Office) -> (Station, Vec<UnitId>) {
    let mut station = Station::of(office);
    let first = station.receive();
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    let image = tempfile::tempdir().unwrap();
    copy(station.dir.path(), image.path());
    let second = station.receive();
    line.kick();
    office.until("both", |inside| inside.lines.len() == 4).await;
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    let elsewhere = tempfile::tempdir().unwrap();
    copy(image.path(), elsewhere.path());
    let records = Records::open(elsewhere.path(), Options::default()).unwrap();
    station.records = Arc::new(Mutex::new(records));
    station.dir = elsewhere;
    (station, vec![first, second])
}

fn epoch(station: &Station) -> Epoch {
    station.with(|records| records.enrolment().unwrap().epoch)
}

fn told(station: &Station) -> Vec<String> {
    station.with(|records| records.incidents(9).unwrap().into_iter().map(|told| told.code).collect())
}

#[tokio::test]
async fn a_station_that_was_put_back_fetches_its_own_and_goes_on_in_the_next_epoch() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let (station, units) = put_back(&office).await;
    assert!(station.with(|records| records.unit(&units[1]).unwrap()).is_none());
    office.with(|inside| inside.verdict = Some(Verdict::Behind));
    let line = station.line();
    status(&line, "online", |status| status.line == LineState::Online).await;
    until("it is back", || station.with(|records| records.unit(&units[1]).unwrap().is_some())).await;
    assert_eq!(epoch(&station), Epoch::Numbered(2));
    let asked = office.with(|inside| inside.asked_next.clone());
    assert_eq!((asked.len(), asked[0].because, asked[0].head.seq), (1, Leaving::Restored, 2));
    assert_eq!(told(&station), ["own-events-fetched-back"]);
    station.receive();
    line.kick();
    until("sent", || station.unsent() == 0).await;
    let (one, two) = office.with(|inside| (inside.lines.len(), inside.others["2"].1.len()));
    assert_eq!((one, two), (4, 2), "nothing was sent twice");
    line.stop().await;
    let report = records::verify(station.dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

#[tokio::test]
async fn what_was_written_at_used_places_moves_on_and_nothing_is_lost_on_either_side() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let (station, units) = put_back(&office).await;
    let third = station.receive();
    office.with(|inside| inside.verdict = Some(Verdict::Fork));
    let line = station.line();
    until("all is there", || station.unsent() == 0).await;
    let lines = office.with(|inside| (inside.lines.clone(), inside.others["2"].1.clone()));
    assert_eq!((lines.0.len(), lines.1.len()), (4, 2));
    for unit in units.iter().chain([&third]) {
        assert!(station.with(|records| records.unit(unit).unwrap()).is_some());
    }
    assert_eq!(office.with(|inside| inside.asked_next[0].because), Leaving::Forked);
    let told = told(&station);
    assert!(told.contains(&"own-events-moved".to_owned()), "{told:?}");
    line.stop().await;
    assert!(records::verify(station.dir.path()).unwrap().is_clean());
}

#[tokio::test]
async fn an_epoch_of_its_own_goes_up_and_is_followed_by_a_number() {
    let office = Office::start().await;
    let station = Station::of(&office);
    station.receive();
    let own = station.with(|records| records.open_provisional(Because::Restored).unwrap());
    station.receive();
    let line = station.line();
    // This head office does not know how to go on; the events go up all the same.
    until("all is sent", || station.unsent() == 0).await;
    let lasting = status(&line, "told", |status| code(status) == "epoch-not-settled").await;
    assert_eq!(lasting.line, LineState::Online);
    assert_eq!(epoch(&station), own);
    office.with(|inside| inside.next_epoch = Some(2));
    line.try_now();
    until("a number", || epoch(&station) == Epoch::Numbered(2)).await;
    status(&line, "no trouble left", |status| status.trouble.is_none()).await;
    assert_eq!(office.with(|inside| inside.others[&own.to_string()].1.len()), 2);
    assert_eq!(station.with(|records| records.enrolment().unwrap().lpn_reserve_block), 500);
    line.stop().await;
    assert!(records::verify(station.dir.path()).unwrap().is_clean());
}

#[tokio::test]
async fn a_clone_stops_sending_and_grades_on_in_an_epoch_of_its_own() {
    // Once as head office sees it, once as this run knows it: it was in order, and now somebody else wrote.
    for verdict in [Verdict::Cloned, Verdict::Behind, Verdict::Fork] {
        let office = Office::start().await;
        let station = Station::of(&office);
        station.receive();
        let line = station.line();
        until("sent", || station.unsent() == 0).await;
        office.with(|inside| inside.verdict = Some(verdict));
        // The next hello, as after five minutes, or after the line was away.
        office.next("/feeds/", Nasty::Status(500, None));
        let told_so = status(&line, "cloned", |status| status.line == LineState::Refused).await;
        assert_eq!(code(&told_so), "station-cloned", "{verdict:?}");
        assert!(matches!(epoch(&station), Epoch::Provisional(_)));
        let pushes = office.with(|inside| inside.pushes.len());
        station.receive();
        line.kick();
        line.try_now();
        status(&line, "tried again", |status| status.next_try.is_none()).await;
        status(&line, "still", |status| status.line == LineState::Refused).await;
        assert_eq!(station.unsent(), 2);
        assert_eq!(office.with(|inside| inside.pushes.len()), pushes);
        assert_eq!(told(&station), ["station-cloned"], "told once");
        line.stop().await;
    }
}

#[tokio::test]
async fn a_restored_head_office_gets_what_it_lost_of_every_epoch() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let station = Station::of(&office);
    station.receive();
    station.with(|records| records.open_epoch(Epoch::Numbered(2), &[], None).unwrap());
    station.receive();
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    // Its new life holds one event of the first epoch, and nothing of the second.
    office.with(|inside| {
        inside.others.clear();
        inside.lines.truncate(1);
        let mut chain = wire::Chain::at(station_id(), Epoch::Numbered(1), Head::EMPTY);
        for line in &inside.lines {
            chain.push(line);
        }
        inside.head = Some(chain.head());
        inside.incarnation = Some("second");
    });
    let line = station.line();
    office
        .until("all of both", |inside| {
            inside.lines.len() == 2 && inside.others.get("2").is_some_and(|(_, lines)| lines.len() == 2)
        })
        .await;
    until("confirmed", || station.unsent() == 0).await;
    line.stop().await;
}

#[tokio::test]
async fn an_event_that_left_the_outbox_without_a_receipt_is_put_back() {
    let office = Office::start().await;
    let station = Station::of(&office);
    station.receive();
    let path = station.dir.path().join("station.db");
    rusqlite::Connection::open(path).unwrap().execute_batch("DELETE FROM outbox").unwrap();
    let line = station.line();
    office.until("both", |inside| inside.lines.len() == 2).await;
    until("confirmed", || station.unsent() == 0).await;
    line.stop().await;
}

fn photograph(station: &Station, unit: UnitId, jpeg: &[u8], small: &[u8]) -> Sha256Hex {
    let hash = station.with(|records| records.photos().keep(jpeg).unwrap());
    let body = json!({ "role": "FRONT", "hash": hash.to_string(), "len": jpeg.len() });
    let Parsed::Known(Event::Unit(taken)) = Event::parse("unit.photo-taken", 1, &body) else {
        panic!("no photo event");
    };
    station.append(unit, taken);
    station.with(|records| records.keep_thumbnail(&hash, small).unwrap());
    hash
}

#[tokio::test]
async fn events_go_before_small_pictures_and_these_before_photos() {
    let office = Office::start().await;
    let station = Station::of(&office);
    let unit = station.receive();
    let photos = [
        photograph(&station, unit, &[1; 50_000], b"small-1"),
        photograph(&station, unit, &[2; 50_000], b"small-2"),
    ];
    let line = station.line();
    until("all photos", || station.with(|records| records.unsent().unwrap().photos) == 0).await;
    let calls = office.with(|inside| inside.calls.clone());
    let first = |part: &str| calls.iter().position(|call| call.contains(part)).unwrap();
    let last_small = calls.iter().rposition(|call| {
        call.starts_with("PATCH") && !photos.iter().any(|photo| call.contains(&photo.to_string()))
    });
    assert!(first("/events/") < last_small.unwrap());
    assert!(last_small.unwrap() < first(&photos[0].to_string()));
    assert!(station.with(|records| records.is_sent(Subject::Unit(unit)).unwrap()));
    // The count is told after what it counts is on disk.
    let told = line.state();
    until("the count", || {
        let told = told.borrow();
        (told.thumbnails, told.photos) == (2, 2)
    })
    .await;
    line.stop().await;
}

#[tokio::test]
async fn a_photo_goes_on_where_head_office_stands_in_smaller_pieces_after_a_cut() {
    let office = Office::start().await;
    let mut station = Station::of(&office);
    station.config.pace.photo_piece_bytes = 40_000;
    let unit = station.receive();
    let jpeg: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
    let hash = photograph(&station, unit, &jpeg, b"small");
    let name: &'static str = Box::leak(format!("/blobs/{hash}").into_boxed_str());
    for _ in 0..3 {
        office.next(name, Nasty::CutReply);
    }
    let line = station.line();
    until("sent", || station.with(|records| records.unsent().unwrap().photos) == 0).await;
    // The office refuses a piece at any other place than where it stands.
    assert_eq!(office.with(|inside| inside.blobs[&hash.to_string()].1.clone()), jpeg);
    line.stop().await;
}
