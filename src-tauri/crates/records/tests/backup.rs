//! Backups on a second folder: whole, read back, few, and put back in an epoch of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use records::{Records, back_up, backups, check_backup, put_back};
use returns::codes::PurgeReason;
use returns::event::StationEvent;
use returns::ids::{Sha256Hex, Subject};
use support::*;
use wire::Epoch;

fn at(minute: i8) -> Timestamp {
    format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()
}

fn with_photo(records: &mut Records, serial: &str) -> Sha256Hex {
    let (id, _) = receive(records, serial);
    let bytes = format!("photo of {serial}");
    let photo = records.photos().keep(bytes.as_bytes()).unwrap();
    records.append(vec![new(Subject::Unit(id), photo_taken(photo, bytes.len() as u64))]).unwrap();
    photo
}

fn photo_in(folder: &Path, photo: &Sha256Hex) -> std::path::PathBuf {
    let name = photo.to_string();
    folder.join(station_id().to_string()).join("photos").join(&name[..2]).join(format!("{name}.jpg"))
}

#[test]
fn a_backup_beside_a_station_at_work_is_whole_and_put_back_elsewhere() {
    let (dir, second, elsewhere) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    let photo = with_photo(&mut records, "SN-1");
    let made = back_up(dir.path(), second.path(), 3, at(1)).unwrap();
    assert_eq!((made.head, made.photos, made.photos_missing), (records.head().unwrap(), 1, 0));
    assert_eq!(made.name, "LEJ2-B04");
    check_backup(&made).unwrap();
    // The station goes on, and its disk dies.
    receive(&mut records, "SN-2");
    drop(records);
    drop(dir);
    let back = put_back(second.path(), elsewhere.path(), options()).unwrap();
    assert_eq!((back.photos, back.photos_missing, back.key, back.aside), (1, 0, true, None));
    assert!(matches!(back.epoch, Epoch::Provisional(_)), "no sequence is given twice");
    let mut records = open(elsewhere.path());
    assert_eq!(records.enrolment().unwrap().lpn_block.block, 418, "nor any number");
    assert_eq!(records.incidents(9).unwrap()[0].code, "station-restored");
    assert!(records.photo(&photo).unwrap().is_some());
    assert!(records.secret_key().unwrap().is_some());
    receive(&mut records, "SN-3");
    drop(records);
    let report = records::verify(elsewhere.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!(report.events, 5);
    // Opened once more, it does not step aside again.
    assert_eq!(open(elsewhere.path()).epochs().unwrap().len(), 2);
}

#[test]
fn what_was_here_is_set_aside_when_a_backup_is_put_back() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    back_up(dir.path(), second.path(), 3, at(1)).unwrap();
    receive(&mut records, "SN-2");
    let busy = put_back(second.path(), dir.path(), options()).unwrap_err();
    assert_eq!(busy.code(), "data-in-use");
    drop(records);
    let back = put_back(second.path(), dir.path(), options()).unwrap();
    let aside = rusqlite::Connection::open(back.aside.unwrap().join("station.db")).unwrap();
    let before: i64 = aside.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(before, 4);
    let records = open(dir.path());
    assert_eq!(records.epochs().unwrap().len(), 2, "the witness and the mark are one reason");
    assert_eq!(records.incidents(9).unwrap().len(), 1);
}

#[test]
fn only_the_newest_are_kept_and_a_photo_that_rotted_is_copied_anew() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    let photo = with_photo(&mut records, "SN-1");
    back_up(dir.path(), second.path(), 2, at(1)).unwrap();
    let copy = photo_in(second.path(), &photo);
    let good = fs::read(&copy).unwrap();
    let mut rotten = good.clone();
    rotten[0] ^= 1;
    fs::write(&copy, rotten).unwrap();
    // Each backup reads a share of the photos back: after as many as there are shares, all were.
    for minute in 2..=17 {
        back_up(dir.path(), second.path(), 2, at(minute)).unwrap();
    }
    assert_eq!(backups(second.path(), Some(station_id())).len(), 2);
    assert_eq!(fs::read(&copy).unwrap(), good);
}

#[test]
fn a_purged_photo_goes_from_the_backup_too() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    let photo = with_photo(&mut records, "SN-1");
    back_up(dir.path(), second.path(), 2, at(1)).unwrap();
    assert!(photo_in(second.path(), &photo).exists());
    let purge = StationEvent::BytesPurged { hash: photo, reason: PurgeReason::Request };
    records.append(vec![new(Subject::Station, purge)]).unwrap();
    let made = back_up(dir.path(), second.path(), 2, at(2)).unwrap();
    assert_eq!((made.photos, made.photos_missing), (0, 0));
    assert!(!photo_in(second.path(), &photo).exists());
}

#[test]
fn a_backup_that_is_not_as_it_was_written_is_not_put_back() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    let made = back_up(dir.path(), second.path(), 2, at(1)).unwrap();
    drop(records);
    let path = made.folder.join("station.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let before = fs::read(dir.path().join("station.db")).unwrap();
    assert_eq!(put_back(second.path(), dir.path(), options()).unwrap_err().code(), "backup-bad");
    assert_eq!(fs::read(dir.path().join("station.db")).unwrap(), before);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(put_back(empty.path(), dir.path(), options()).unwrap_err().code(), "backup-bad");
}

#[test]
fn a_second_folder_that_cannot_be_written_is_told_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(back_up(dir.path(), file.path(), 2, at(1)).unwrap_err().code(), "file-failed");
}
