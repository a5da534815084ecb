//! Blind receipts: found, matched by a person at head office, and told to the depot's benches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

pub mod support;

use head_office::matching::MatchWish;
use head_office::proposals::Because;
use jiff::Timestamp;
use returns::codes::{Disposition, Match, Role, Stage, Task};
use returns::event::UnitEvent;
use returns::ids::{StationId, UnitId};
use returns::rma::Rma;
use serde_json::json;
use support::{Station, all_read, dispositioned, enrol, line, received, start, unit_id};
use wire::{Envelope, Epoch, Feed, FeedChange, UnitsItem};

fn rma(number: &str, sku: &str, serial: &str) -> Rma {
    serde_json::from_value(json!({
        "number": number, "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL",
        "lines": [{
            "id": "1", "sku": sku, "requested": 1, "authorised": 1, "reason": "TOO_SMALL", "preference": "REFUND",
            "serials_shipped": if serial.is_empty() { vec![] } else { vec![serial] }
        }]
    }))
    .unwrap()
}

fn wish(unit: UnitId, rma: &str, line: Option<&str>) -> MatchWish {
    MatchWish {
        unit,
        rma: rma.parse().unwrap(),
        line: line.map(|line| line.parse().unwrap()),
        by: "kay".parse().unwrap(),
    }
}

/// A unit that came in without a line, with a serial.
async fn blind(station: &mut Station, counter: u32, serial: &str) -> UnitId {
    let unit = unit_id();
    let (first, seen) = line(unit, received(counter), None);
    let serial = UnitEvent::SerialRead { serial: serial.parse().unwrap() };
    let sent = station.batch(vec![first, line(unit, serial, Some(seen)).0]);
    station.push_ok(&sent).await;
    unit
}

async fn from_head_office(station: &Station, own: StationId) -> Vec<(UnitsItem, Envelope)> {
    let items = station.drain(Feed::Units, "").await.0.into_iter();
    items
        .map(|item| match item.change {
            FeedChange::Put { value } => serde_json::from_value::<UnitsItem>(value).unwrap(),
            FeedChange::Gone => panic!("gone"),
        })
        .filter(|item| item.station == own)
        .map(|item| (item.clone(), Envelope::parse(item.line.as_bytes()).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_match_is_an_event_in_a_chain_of_head_offices_own_and_reaches_the_depot() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let office = server.office();
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let elsewhere = enrol(&server, "HAM1", "HAM1-B01").await;
    office.store().import(&[], &[rma("26-1", "SKU-1", "S-1"), rma("26-2", "SKU-1", "S-2")]).unwrap();
    let unit = blind(&mut station, 1, "S-2").await;
    all_read(office).await;

    let listed = office.unmatched().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].unit, listed[0].depot.as_str(), listed[0].serial.as_str()), (unit, "LEJ2", "S-2"));
    let proposed: Vec<_> = listed[0].proposals.iter().map(|one| (one.rma.as_str(), one.because)).collect();
    assert_eq!(proposed, [("26-2", Because::Serial)]);
    assert_eq!(office.find_unit(&listed[0].lpn).unwrap(), unit);
    assert_eq!(office.find_unit(&unit.to_string()).unwrap(), unit);

    let matched = office.match_unit(&wish(unit, "26-2", Some("1")), Timestamp::now()).unwrap();
    assert_eq!(matched.events, ["unit.matched-later"]);
    let state = office.store().unit(&unit).unwrap().unwrap().state;
    assert_eq!((state.matched, state.owner.unwrap().as_str()), (Some(Match::MatchedLater), "NORD"));
    assert!(office.unmatched().unwrap().is_empty());
    let again = office.match_unit(&wish(unit, "26-1", Some("1")), Timestamp::now()).unwrap_err();
    assert_eq!(again.code(), "matched-already");

    // As any bench's: chained, verified, and in the feed of the depot alone.
    let own = office.own_station("LEJ2");
    let told = from_head_office(&station, own).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0.epoch, told[0].0.seq), (Epoch::Numbered(1), 1));
    assert_eq!((told[0].1.actor.role, told[0].1.actor.operator.as_str()), (Role::HeadOffice, "kay"));
    assert!(told[0].1.seen.is_some(), "it names what it had seen");
    assert!(from_head_office(&elsewhere, own).await.is_empty());
    assert!(office.verify(|_| ()).unwrap().problems.is_empty());
    let names: Vec<String> = office.store().stations().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["HAM1-B01", "LEJ2-B04"], "head office's own station is no bench");
    // Counted onto the line.
    let (items, _) = station.drain(Feed::Rmas, "").await;
    let counted = items.iter().find(|item| item.key == "26-2").unwrap();
    let FeedChange::Put { value } = &counted.change else { panic!("gone") };
    assert_eq!(value["lines"][0]["received"], json!(1));
    server.stop().await;
}

#[tokio::test]
async fn a_unit_that_was_put_away_leaves_a_task_whether_head_office_knew_of_it_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let office = server.office();
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    office.store().import(&[], &[rma("26-1", "SKU-1", ""), rma("26-2", "SKU-1", "")]).unwrap();
    for (number, knew) in [("26-1", true), ("26-2", false)] {
        let unit = unit_id();
        let (begun, seen) = line(unit, received(u32::from(knew)), None);
        let (decided, seen) = line(unit, dispositioned(false), Some(seen));
        let container = returns::ids::ContainerId(uuid::Uuid::now_v7());
        let put_away = line(unit, UnitEvent::Staged { container }, Some(seen)).0;
        let (before, meanwhile) = if knew {
            (vec![begun, decided, put_away], vec![])
        } else {
            (vec![begun], vec![decided, put_away])
        };
        let sent = station.batch(before);
        station.push_ok(&sent).await;
        let matched = office.match_unit(&wish(unit, number, Some("1")), Timestamp::now()).unwrap();
        assert_eq!(matched.events.contains(&"unit.task-opened"), knew, "{:?}", matched.events);
        if !knew {
            let sent = station.batch(meanwhile);
            station.push_ok(&sent).await;
        }
        all_read(office).await;
        let state = office.store().unit(&unit).unwrap().unwrap().state;
        assert_eq!((state.stage, state.matched), (Some(Stage::Staged), Some(Match::MatchedLater)), "{knew}");
        assert_eq!(state.tasks, [Task::MatchedAfterStaging].into(), "{knew}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_matched_is_refused_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let office = server.office();
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    office.store().import(&[], &[rma("26-1", "SKU-1", "")]).unwrap();
    let unit = blind(&mut station, 1, "S-1").await;
    let (one, two) = (blind(&mut station, 2, "S-2").await, blind(&mut station, 2, "S-3").await);
    assert_ne!(one, two);
    all_read(office).await;
    let refused = |wish: MatchWish| office.match_unit(&wish, Timestamp::now()).unwrap_err().code();
    assert_eq!(refused(wish(unit, "26-9", None)), "rma-unknown");
    assert_eq!(refused(wish(unit, "26-1", Some("7"))), "rma-unknown");
    assert_eq!(refused(wish(unit_id(), "26-1", None)), "unit-unknown");
    assert_eq!(office.find_unit("nonsense").unwrap_err().code(), "unit-unknown");
    let twice = returns::lpn::Lpn::new(10_000, 2).unwrap().to_string();
    assert_eq!(office.find_unit(&twice).unwrap_err().code(), "lpn-ambiguous");
    assert_eq!(office.store().totals().unwrap().events, 6);
    server.stop().await;
}

#[tokio::test]
async fn two_people_at_once_match_a_unit_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    server.office().store().import(&[], &[rma("26-1", "SKU-1", ""), rma("26-2", "SKU-1", "")]).unwrap();
    for counter in 1..6 {
        let unit = blind(&mut station, counter, &format!("S-{counter}")).await;
        let people = ["26-1", "26-2"].map(|number| {
            let path = dir.path().to_path_buf();
            std::thread::spawn(move || {
                let office = support::open(&path);
                office.match_unit(&wish(unit, number, Some("1")), Timestamp::now()).map_err(|e| e.code())
            })
        });
        let outcomes = people.map(|person| person.join().unwrap());
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(done, 1, "{outcomes:?}");
        assert!(outcomes.contains(&Err("matched-already")), "{outcomes:?}");
    }
    assert!(server.office().verify(|_| ()).unwrap().problems.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn after_a_restore_head_office_writes_in_an_epoch_that_no_bench_has_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (data, backups, restored) =
        (dir.path().join("data"), dir.path().join("backups"), dir.path().join("restored"));
    std::fs::create_dir_all(&data).unwrap();
    let server = start(&data).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    server.office().store().import(&[], &[rma("26-1", "SKU-1", ""), rma("26-2", "SKU-1", "")]).unwrap();
    let (first, second) = (blind(&mut station, 1, "S-1").await, blind(&mut station, 2, "S-2").await);
    all_read(server.office()).await;
    let backup = server.office().backup(&backups, Timestamp::now()).unwrap();
    server.office().match_unit(&wish(first, "26-1", Some("1")), Timestamp::now()).unwrap();
    server.stop().await;

    std::fs::create_dir_all(&restored).unwrap();
    let stores = support::stores(&restored);
    head_office::backup::restore(std::path::Path::new(&backup.place), &restored, &stores, Timestamp::now())
        .unwrap();
    let office = support::open(&restored);
    office.match_unit(&wish(second, "26-2", Some("1")), Timestamp::now()).unwrap();
    let own = office.own_station("LEJ2");
    let epochs: Vec<Epoch> = office.store().epochs_of(&own).unwrap().iter().map(|held| held.epoch).collect();
    assert_eq!(epochs, [office.own_epoch()]);
    assert_ne!(office.own_epoch(), Epoch::Numbered(1));
    assert!(office.verify(|_| ()).unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_contested_unit_is_listed_with_both_sides_until_somebody_says_which_stands() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let office = server.office();
    let mut one = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut two = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let unit = unit_id();
    let (begun, seen) = line(unit, received(7), None);
    let decide = |to: Disposition| {
        let UnitEvent::Dispositioned { mut decision, provisional } = dispositioned(false) else { panic!() };
        decision.disposition = to;
        line(unit, UnitEvent::Dispositioned { decision, provisional }, Some(seen))
    };
    let ((first_line, first), (second_line, second)) =
        (decide(Disposition::Restock), decide(Disposition::Donate));
    let sent = one.batch(vec![begun, first_line]);
    one.push_ok(&sent).await;
    assert!(office.contested().unwrap().is_empty());
    let (stop, stopped) = line(unit, UnitEvent::Contested { first, second }, Some(second));
    let sent = two.batch(vec![second_line, stop]);
    two.push_ok(&sent).await;
    all_read(office).await;

    let listed = office.contested().unwrap();
    assert_eq!(listed.len(), 1);
    let told = [&listed[0].first, &listed[0].second].map(|side| {
        (
            side.event,
            side.station.as_str(),
            side.disposition.as_str(),
            side.operator.as_str(),
            side.role.as_str(),
        )
    });
    assert_eq!(
        told,
        [(first, "LEJ2-B04", "RESTOCK", "op-1", "GRADER"), (second, "LEJ2-B05", "DONATE", "op-1", "GRADER")]
    );
    let by = "op-9".parse().unwrap();
    let settled = UnitEvent::ContestSettled { stands: first, grade: None, by };
    let sent = one.batch(vec![line(unit, settled, Some(stopped)).0]);
    one.push_ok(&sent).await;
    all_read(office).await;
    assert!(office.contested().unwrap().is_empty());
    server.stop().await;
}
