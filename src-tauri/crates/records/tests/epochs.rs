//! A station that lost something goes on without giving a sequence or a number twice, and gets back what head
//! office holds of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use records::{Batch, Options, Records};
use returns::codes::Finding;
use returns::ids::{Subject, UnitId};
use support::*;
use wire::{Chain, ChainHash, Epoch, EpochHeld, Head};

const ONE: Epoch = Epoch::Numbered(1);

fn copy(from: &Path, to: &Path) {
    for file in ["station.db", "station.db-wal", "station.key"] {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
}

fn all(records: &Records) -> Batch {
    records.next_batch(10_000, 1 << 24).unwrap().unwrap()
}

fn head_of(batch: &Batch) -> Head {
    Head { seq: batch.last, hash: batch.last_hash }
}

fn codes(records: &Records) -> Vec<String> {
    records.incidents(10).unwrap().into_iter().map(|incident| incident.code).collect()
}

#[test]
fn what_was_decided_on_an_older_view_is_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, stored) = receive(&mut records, "SN-1");
    let subject = Subject::Unit(id);
    let seen = Some(stored[1].event_id);
    records.append_on(vec![new(subject, saw(Finding::Stain))], &[(subject, seen)]).unwrap();
    let late = records.append_on(vec![new(subject, saw(Finding::Odour))], &[(subject, seen)]);
    assert_eq!(late.unwrap_err().code(), "unit-changed");
    assert_eq!(records.head().unwrap().seq, 3);
    let nothing_yet = (Subject::Unit(unit()), None);
    records.append_on(vec![new(subject, saw(Finding::Odour))], &[nothing_yet]).unwrap();
}

#[test]
fn a_database_put_back_goes_on_in_an_epoch_of_its_own_with_numbers_of_the_reserve() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    drop(records);
    copy(dir.path(), image.path());
    let mut records = open(dir.path());
    receive(&mut records, "SN-2");
    let given = records.next_lpn().unwrap();
    drop(records);
    copy(image.path(), dir.path());

    let mut records = open(dir.path());
    let epoch = records.enrolment().unwrap().epoch;
    assert!(matches!(epoch, Epoch::Provisional(_)), "{epoch}");
    assert_eq!(codes(&records), ["station-restored"]);
    assert_eq!(records.next_lpn().unwrap().block(), 418, "numbers come from the reserve block");
    assert_ne!(records.next_lpn().unwrap(), given);
    receive(&mut records, "SN-3");
    assert_eq!(records.head().unwrap().seq, 2);
    drop(records);
    // Once: the witness knows the new epoch.
    let records = open(dir.path());
    assert_eq!((records.enrolment().unwrap().epoch, records.behind_witness()), (epoch, None));
    assert_eq!(records.unsent().unwrap().events, 4);
    let first = records.next_batch(100, 1 << 20).unwrap().unwrap();
    assert_eq!((first.epoch, first.last), (ONE, 2), "what waited before goes first");
    drop(records);
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn a_folder_put_back_as_a_whole_is_noticed_by_the_witness_elsewhere() {
    let (dir, image, stick) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let with_stick = || Options { witness_folder: Some(stick.path().to_owned()), ..options() };
    drop(enrolled(dir.path()));
    let mut records = Records::open(dir.path(), with_stick()).unwrap();
    receive(&mut records, "SN-1");
    assert_eq!(records.second_witness_works(), Some(true));
    drop(records);
    copy(dir.path(), image.path());
    std::fs::copy(dir.path().join("head.witness"), image.path().join("head.witness")).unwrap();
    let mut records = Records::open(dir.path(), with_stick()).unwrap();
    receive(&mut records, "SN-2");
    drop(records);
    copy(image.path(), dir.path());
    std::fs::copy(image.path().join("head.witness"), dir.path().join("head.witness")).unwrap();

    assert_eq!(open(image.path()).behind_witness(), None, "its own witness was put back with it");
    let records = Records::open(dir.path(), with_stick()).unwrap();
    assert_eq!(records.behind_witness().unwrap().head.seq, 4);
    assert!(matches!(records.enrolment().unwrap().epoch, Epoch::Provisional(_)));
}

/// A station with three units at head office, put back to one; its own witness is gone, too.
fn put_back(dir: &Path, image: &Path) -> (Records, Batch, Vec<UnitId>) {
    let mut records = enrolled(dir);
    let (first, stored) = receive(&mut records, "SN-1");
    records.acknowledge(&receipt(2, stored[1].hash)).unwrap();
    drop(records);
    copy(dir, image);
    let mut records = open(dir);
    let photo = records.photos().keep(b"jpeg").unwrap();
    let (second, _) = receive(&mut records, "SN-2");
    records.append(vec![new(Subject::Unit(second), photo_taken(photo, 4))]).unwrap();
    let (third, _) = receive(&mut records, "SN-3");
    let sent = all(&records);
    drop(records);
    copy(image, dir);
    std::fs::remove_file(dir.join("head.witness")).unwrap();
    (open(dir), sent, vec![first, second, third])
}

#[test]
fn what_a_restored_station_lost_comes_back_as_history_and_is_not_sent_again() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut records, sent, units) = put_back(dir.path(), image.path());
    let held = EpochHeld { epoch: ONE, head: head_of(&sent), closed: true };
    records.open_epoch(Epoch::Numbered(2), &[held], Some(500)).unwrap();
    assert_eq!(records.epochs_to_compare().unwrap(), [held]);
    let before = records.agreed(&ONE).unwrap();
    assert_eq!(before.seq, 2);
    // In two pages, as head office gives them.
    let page = records.take_back(ONE, before, &sent.lines[..2], held.head).unwrap();
    let end = records.take_back(ONE, page.head.unwrap(), &sent.lines[2..], held.head).unwrap();
    assert_eq!((page.fetched, end.fetched, end.moved, end.head), (2, 3, 0, Some(held.head)));
    records.note_fetched_back(ONE, 5).unwrap();
    records.epoch_compared(ONE).unwrap();
    assert!(records.epochs_to_compare().unwrap().is_empty());

    for (unit, serial) in units.iter().zip(["SN-1", "SN-2", "SN-3"]) {
        let state = records.unit(unit).unwrap().unwrap();
        assert_eq!(state.serial.unwrap().as_str(), serial);
    }
    let unsent = records.unsent().unwrap();
    assert_eq!((unsent.events, unsent.photos), (0, 1), "the photo is here and is offered again");
    assert_eq!(records.next_lpn().unwrap().counter(), 4, "numbers that were given stay given");
    receive(&mut records, "SN-4");
    assert_eq!(records.enrolment().unwrap().epoch, Epoch::Numbered(2));
    assert_eq!(all(&records).first, 1);
    assert_eq!(codes(&records), ["own-events-fetched-back"]);
    drop(records);
    let report = records::verify(dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!(report.events, 9);
}

#[test]
fn where_head_office_holds_others_the_own_ones_move_on_with_their_bytes_unchanged() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut records, sent, units) = put_back(dir.path(), image.path());
    // Nobody noticed: the bench went on at the places that it had used before.
    let (fourth, _) = receive(&mut records, "SN-4");
    records.append(vec![new(Subject::Unit(units[0]), saw(Finding::Stain))]).unwrap();
    records.seal().unwrap();
    let own = all(&records);
    assert_eq!((own.first, own.last), (3, 5));

    let held = EpochHeld { epoch: ONE, head: head_of(&sent), closed: true };
    records.open_epoch(Epoch::Numbered(2), &[held], None).unwrap();
    let before = records.agreed(&ONE).unwrap();
    let taken = records.take_back(ONE, before, &sent.lines, held.head).unwrap();
    assert_eq!((taken.fetched, taken.moved), (5, 3));
    let moved = all(&records);
    assert_eq!((moved.epoch, moved.first, moved.last), (Epoch::Numbered(2), 1, 3));
    assert_eq!(moved.lines, own.lines, "not a byte of them changed");
    let mut chain = Chain::at(station_id(), Epoch::Numbered(2), Head::EMPTY);
    for line in &moved.lines {
        chain.push(line);
    }
    assert_eq!(chain.head(), head_of(&moved));
    // Everything of both is there.
    for unit in units.iter().chain([&fourth]) {
        assert!(records.unit(unit).unwrap().is_some());
    }
    assert_eq!(records.unit(&units[0]).unwrap().unwrap().findings().len(), 1);
    assert_eq!(codes(&records), ["own-events-moved"]);
    // The same once more changes nothing.
    let again = records.take_back(ONE, before, &sent.lines, held.head).unwrap();
    assert_eq!((again.fetched, again.moved), (0, 0));
    drop(records);
    let report = records::verify(dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!(report.events, 2 + 5 + 3);
}

#[test]
fn own_events_that_do_not_add_up_change_nothing() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut records, sent, _) = put_back(dir.path(), image.path());
    let before = records.agreed(&ONE).unwrap();
    let other = Head { seq: sent.last, hash: ChainHash([8; 32]) };
    let elsewhere = Head { seq: 2, hash: ChainHash([8; 32]) };
    for (before, held) in [(before, other), (elsewhere, head_of(&sent))] {
        let error = records.take_back(ONE, before, &sent.lines, held).unwrap_err();
        assert_eq!(error.code(), "own-events-differ");
    }
    assert_eq!(records.head().unwrap().seq, 2);
    let used = records.open_epoch(ONE, &[], None).unwrap_err();
    assert_eq!(used.code(), "epoch-used", "a number that was written in is not taken again");
}

#[test]
fn an_epoch_that_this_database_never_knew_comes_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    records.open_epoch(Epoch::Numbered(3), &[], None).unwrap();
    let line = foreign_line(
        Subject::Unit(unit()),
        received(returns::lpn::Lpn::new(4190, 7).unwrap()),
        event_id(),
        None,
    );
    let mut chain = Chain::at(station_id(), Epoch::Numbered(2), Head::EMPTY);
    let head = chain.push(line.as_bytes());
    let taken = records.take_back(Epoch::Numbered(2), Head::EMPTY, &[line.into_bytes()], head).unwrap();
    assert_eq!(taken.fetched, 1);
    let order: Vec<String> = records.epochs().unwrap().iter().map(|here| here.epoch.to_string()).collect();
    assert_eq!(order, ["1", "2", "3"], "the one that is written stays the last");
    drop(records);
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn the_head_is_sealed_every_five_minutes_with_events() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let now = Arc::new(AtomicI64::new(1_795_000_000));
    let told = Arc::clone(&now);
    let clock = Arc::new(move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap());
    let mut records = Records::open(dir.path(), Options { clock, ..options() }).unwrap();
    let sealed = |records: &Records| -> Vec<u64> {
        records.seals().unwrap().iter().map(|seal| seal.head.seq).collect()
    };
    receive(&mut records, "SN-1");
    now.fetch_add(299, Ordering::Relaxed);
    receive(&mut records, "SN-2");
    assert!(sealed(&records).is_empty());
    now.fetch_add(1, Ordering::Relaxed);
    receive(&mut records, "SN-3");
    assert_eq!(sealed(&records), [6]);
    receive(&mut records, "SN-4");
    // A quiet bench is sealed by the clock alone, and once.
    now.fetch_add(300, Ordering::Relaxed);
    assert_eq!(records.seal_if_due().unwrap().map(|seal| seal.head.seq), Some(8));
    now.fetch_add(300, Ordering::Relaxed);
    assert_eq!(records.seal_if_due().unwrap(), None);
    assert_eq!(sealed(&records), [6, 8]);
}

#[test]
fn an_incident_is_told_until_a_person_has_seen_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let args = [("events".to_owned(), "3".to_owned())].into();
    for _ in 0..2 {
        records.note_incident(records::IncidentKind::Moved, &args).unwrap();
    }
    let told = records.incidents(10).unwrap();
    assert_eq!(told.len(), 1, "the same is not told twice");
    assert!(records.incident_seen(told[0].id).unwrap());
    assert!(!records.incident_seen(told[0].id).unwrap());
    assert!(records.incidents(10).unwrap().is_empty());
    records.note_incident(records::IncidentKind::Moved, &args).unwrap();
    assert_eq!(records.incidents(10).unwrap().len(), 1, "but again when it happens again");
}
