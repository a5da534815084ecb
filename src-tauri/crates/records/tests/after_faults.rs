//! What the fault harness found in the records, each once by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;

use records::{Batch, Records};
use returns::checklist::Answer;
use returns::codes::{Finding, PurgeReason};
use returns::event::{StationEvent, UnitEvent};
use returns::ids::{Sha256Hex, Subject};
use support::*;
use wire::{ChainHash, Epoch, EpochHeld, Head};

const ONE: Epoch = Epoch::Numbered(1);
const TWO: Epoch = Epoch::Numbered(2);

fn all(records: &Records) -> Batch {
    records.next_batch(10_000, 1 << 24).unwrap().unwrap()
}

fn clean(dir: &Path) {
    let report = records::verify(dir).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

/// The answer to a question can say that the box is empty; the unit's row of figures says it with it.
#[test]
fn an_answer_that_finds_an_empty_box_changes_the_figures_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let answered = UnitEvent::Answered {
        answer: Answer { question: "BOX".parse().unwrap(), choice: "EMPTY".parse().unwrap() },
        findings: vec![Finding::EmptyBox],
        seal: None,
        review: false,
        by: None,
    };
    records.append(vec![new(Subject::Unit(id), answered)]).unwrap();
    drop(records);
    clean(dir.path());
}

/// Written while head office closed the epoch: no receipt can come for it there, so it goes on in the next.
#[test]
fn what_stands_behind_the_end_of_a_closed_epoch_goes_on_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (_, stored) = receive(&mut records, "SN-1");
    let end = Head { seq: 2, hash: stored[1].hash };
    records.acknowledge(&receipt(2, end.hash)).unwrap();
    let (late, _) = receive(&mut records, "SN-2");
    let tail = all(&records);
    assert_eq!((tail.epoch, tail.first, tail.last), (ONE, 3, 4));
    records.open_epoch(TWO, &[], None).unwrap();
    receive(&mut records, "SN-3");

    let open = EpochHeld { epoch: ONE, head: end, closed: false };
    assert_eq!(records.move_tail(&open).unwrap(), 0, "it may still be taken where it stands");
    let other = EpochHeld { epoch: ONE, head: Head { seq: 2, hash: ChainHash([8; 32]) }, closed: true };
    assert_eq!(records.move_tail(&other).unwrap(), 0, "that is not the end of our chain");
    let closed = EpochHeld { epoch: ONE, head: end, closed: true };
    assert_eq!(records.move_tail(&closed).unwrap(), 2);
    let moved = all(&records);
    assert_eq!((moved.epoch, moved.first, moved.last), (TWO, 1, 4));
    assert_eq!(moved.lines[2..], tail.lines, "not a byte of them changed");
    assert_eq!(records.unit(&late).unwrap().unwrap().serial.unwrap().as_str(), "SN-2");
    assert_eq!(records.move_tail(&closed).unwrap(), 0, "once");
    drop(records);
    clean(dir.path());
}

/// What a bench decided before it was put back comes back as its own history, not as another bench's.
#[test]
fn units_of_which_own_events_came_back_wait_to_be_looked_at() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    let (_, stored) = receive(&mut records, "SN-1");
    records.acknowledge(&receipt(2, stored[1].hash)).unwrap();
    let before = Head { seq: 2, hash: stored[1].hash };
    drop(records);
    for file in ["station.db", "station.key"] {
        std::fs::copy(dir.path().join(file), image.path().join(file)).unwrap();
    }
    let mut records = open(dir.path());
    let (lost, _) = receive(&mut records, "SN-2");
    let sent = all(&records);
    let held = EpochHeld { epoch: ONE, head: Head { seq: sent.last, hash: sent.last_hash }, closed: true };
    drop(records);
    let mut records = open(image.path());
    records.open_epoch(TWO, &[held], None).unwrap();
    assert_eq!(records.decided_here_before().unwrap(), []);
    records.take_back(ONE, before, &sent.lines, held.head).unwrap();
    assert_eq!(records.decided_here_before().unwrap(), [lost]);
    assert_eq!(records.decided_elsewhere(0).unwrap().1, [], "no other bench's");
    records.looked_at_what_came_back(&[lost]).unwrap();
    assert_eq!(records.decided_here_before().unwrap(), []);
}

fn purged(hash: Sha256Hex) -> StationEvent {
    StationEvent::BytesPurged { hash, reason: PurgeReason::Request }
}

/// The disk is put back to before a purge, bytes and all; with the own events the purge comes back, too.
#[test]
fn what_was_purged_does_not_come_back_with_a_copy_of_the_disk() {
    let (dir, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let (photo, words) = (records.photos().keep(b"jpeg").unwrap(), records.keep_text(b"words").unwrap());
    let noted = UnitEvent::Noted { hash: words };
    let taken = photo_taken(photo, 4);
    let stored = records.append(vec![new(Subject::Unit(id), taken), new(Subject::Unit(id), noted)]).unwrap();
    records.acknowledge(&receipt(4, stored[1].hash)).unwrap();
    let before = Head { seq: 4, hash: stored[1].hash };
    drop(records);
    for file in ["station.db", "station.key"] {
        std::fs::copy(dir.path().join(file), image.path().join(file)).unwrap();
    }
    let mut records = open(dir.path());
    records.append([photo, words].map(|hash| new(Subject::Station, purged(hash))).to_vec()).unwrap();
    let sent = all(&records);
    let held = EpochHeld { epoch: ONE, head: Head { seq: sent.last, hash: sent.last_hash }, closed: true };
    drop(records);

    let mut records = open(image.path());
    records.photos().keep(b"jpeg").unwrap();
    assert!(records.kept_text(&words).unwrap().is_some(), "the copy has them");
    records.open_epoch(TWO, &[held], None).unwrap();
    let taken = records.take_back(ONE, before, &sent.lines, held.head).unwrap();
    assert_eq!(taken.fetched, 2);
    assert!(!records.photos().path(&photo).exists());
    assert_eq!(records.kept_text(&words).unwrap(), None);
    assert_eq!(records.unsent().unwrap().photos, 0, "nothing of it is offered");
    drop(records);
    clean(image.path());
}

/// A photo came after head office's backup, of an event that came before it.
#[test]
fn a_restored_head_office_is_offered_every_photo_that_is_here() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let photos: Vec<Sha256Hex> =
        [b"one.", b"two.", b"thr."].iter().map(|jpeg| records.photos().keep(*jpeg).unwrap()).collect();
    for photo in &photos {
        records.append(vec![new(Subject::Unit(id), photo_taken(*photo, 4))]).unwrap();
        records.photo_sent(photo).unwrap();
    }
    records.append(vec![new(Subject::Station, purged(photos[1]))]).unwrap();
    std::fs::remove_file(records.photos().path(&photos[2])).unwrap();
    assert_eq!(records.photos_to_send(9).unwrap(), []);
    assert_eq!(records.offer_photos_again().unwrap(), 1);
    assert_eq!(
        records.photos_to_send(9).unwrap(),
        [(photos[0], 4)],
        "not what was purged, nor what only it can hold"
    );
}
