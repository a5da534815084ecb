//! The start and the upkeep: a schema that is not the migrations', room for the last events, files that nobody
//! names, and counts that equal a walk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs::File;
use std::time::{Duration, SystemTime};

use records::Records;
use returns::codes::PurgeReason;
use returns::event::StationEvent;
use returns::ids::{Sha256Hex, Subject};
use support::*;

#[test]
fn a_schema_that_the_migrations_do_not_make_is_refused() {
    for sql in ["DROP INDEX units_by_lpn", "DROP TRIGGER photos_added", "ALTER TABLE seals ADD COLUMN x TEXT"]
    {
        let dir = tempfile::tempdir().unwrap();
        drop(enrolled(dir.path()));
        tamper(dir.path(), sql);
        let error = Records::open(dir.path(), options()).unwrap_err();
        assert_eq!(error.code(), "database-corrupt", "{sql}");
    }
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    tamper(dir.path(), "ANALYZE");
    open(dir.path());
}

fn age(path: &std::path::Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
}

#[test]
fn files_that_no_event_names_go_after_a_day_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let photos = records.photos();
    let [named, orphan, young, again] = [b"aaaa", b"bbbb", b"cccc", b"dddd"].map(|b| photos.keep(b).unwrap());
    records.append(vec![new(Subject::Unit(id), photo_taken(named, 4))]).unwrap();
    records.keep_thumbnail(&named, b"small").unwrap();
    for hash in [&named, &orphan, &again] {
        age(&photos.path(hash), 25);
    }
    age(&photos.thumbnail_path(&named), 25);
    let half = photos.path(&orphan).with_file_name(".new-x1");
    std::fs::write(&half, b"half").unwrap();
    age(&half, 25);
    // The same picture was taken once more a moment ago; its event is on its way.
    photos.keep(b"dddd").unwrap();
    let gone: u64 = (0..=255).map(|shelf| records.collect_orphans(shelf).unwrap()).sum();
    assert_eq!(gone, 2);
    assert!(photos.path(&named).exists() && photos.path(&young).exists() && photos.path(&again).exists());
    assert!(photos.thumbnail_path(&named).exists());
    assert!(!photos.path(&orphan).exists() && !half.exists());
}

/// The first release called them `<sha256>.small.jpg`.
#[test]
fn small_pictures_of_the_first_release_are_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let photos = records.photos();
    let [read, walked, purged, orphan] =
        [b"aaaa", b"bbbb", b"cccc", b"dddd"].map(|b| photos.keep(b).unwrap());
    let before = |hash: &Sha256Hex| photos.path(hash).with_extension("small.jpg");
    for hash in [read, walked, purged] {
        records.append(vec![new(Subject::Unit(id), photo_taken(hash, 4))]).unwrap();
        records.keep_thumbnail(&hash, b"small").unwrap();
        assert_eq!(photos.thumbnail_path(&hash), photos.path(&hash).with_extension("thumb"));
        std::fs::rename(photos.thumbnail_path(&hash), before(&hash)).unwrap();
    }
    std::fs::write(before(&orphan), b"small").unwrap();
    age(&photos.path(&orphan), 25);
    age(&before(&orphan), 25);

    assert_eq!(records.thumbnail(&read).unwrap().as_deref(), Some(b"small".as_slice()));
    assert!(photos.thumbnail_path(&read).exists() && !before(&read).exists());
    let purge = StationEvent::BytesPurged { hash: purged, reason: PurgeReason::Age };
    records.append(vec![new(Subject::Station, purge)]).unwrap();
    assert!(!before(&purged).exists(), "the small picture is purged with it");
    let gone: u64 = (0..=255).map(|shelf| records.collect_orphans(shelf).unwrap()).sum();
    assert_eq!(gone, 2, "the orphan and its small picture");
    assert!(!before(&orphan).exists() && !photos.thumbnail_path(&orphan).exists());
    assert!(photos.thumbnail_path(&walked).exists() && !before(&walked).exists());
}

#[test]
fn counts_of_what_waits_equal_a_walk() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let mut photos: Vec<Sha256Hex> = Vec::new();
    for n in 0..4u8 {
        let (id, _) = receive(&mut records, &format!("SN-{n}"));
        let hash = records.photos().keep(&[n; 4]).unwrap();
        records.append(vec![new(Subject::Unit(id), photo_taken(hash, 4))]).unwrap();
        photos.push(hash);
    }
    assert_eq!(records.photos_without_thumbnail(10).unwrap(), photos);
    records.keep_thumbnail(&photos[0], b"small-0").unwrap();
    records.keep_thumbnail(&photos[1], b"small-1").unwrap();
    assert_eq!(records.photos_without_thumbnail(10).unwrap(), photos[2..]);
    let waiting = records.thumbnails_to_send(10).unwrap();
    assert_eq!(waiting.iter().map(|small| small.photo).collect::<Vec<_>>(), photos[..2]);
    let unsent = records.unsent().unwrap();
    assert_eq!((unsent.events, unsent.thumbnails, unsent.photos), (12, 2, 4));
    assert_eq!(unsent.oldest, Some(recorded()));
    records.photo_sent(&photos[0]).unwrap();
    records.photo_sent(&photos[0]).unwrap();
    records.thumbnail_sent(&photos[0]).unwrap();
    let purge = StationEvent::BytesPurged { hash: photos[1], reason: PurgeReason::Age };
    records.append(vec![new(Subject::Station, purge)]).unwrap();
    assert!(!records.photos().thumbnail_path(&photos[1]).exists(), "the small picture is purged with it");
    let unsent = records.unsent().unwrap();
    assert_eq!((unsent.events, unsent.thumbnails, unsent.photos), (13, 0, 2));
    assert_eq!(records.pictures().unwrap(), (4, 1));
    let head = records.next_batch(5, 1 << 20).unwrap().unwrap();
    records.acknowledge(&receipt(5, head.last_hash)).unwrap();
    assert_eq!(records.unsent().unwrap().events, 8);
    let walked = rusqlite::Connection::open(dir.path().join("station.db")).unwrap();
    let count = |sql: &str| walked.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM outbox"), 8);
    assert_eq!(count("SELECT count(*) FROM photos WHERE sent = 0 AND purged = 0"), 2);
}

/// Overwrites one page of a large table, not of those that a start rests on.
fn damage_a_page(dir: &std::path::Path) {
    let path = dir.join("station.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'units_by_serial'";
    let page: usize = connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap().try_into().unwrap();
    drop(connection);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn damage_that_is_found_at_work_is_repaired_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (unit, _) = receive(&mut records, "SN-1");
    // So large that a start looks at a part of it only.
    tamper(dir.path(), "INSERT INTO settings VALUES ('big', hex(zeroblob(13000000)))");
    drop(records);
    damage_a_page(dir.path());
    let (records, made) = records::Records::open_or_rebuild(dir.path(), options()).unwrap();
    assert!(made.is_none(), "a start does not look there");
    drop(records);
    assert!(!records::damaged_pages(dir.path()).unwrap().is_empty(), "who looks everywhere finds it");
    records::doubt(dir.path()).unwrap();
    let (records, made) = records::Records::open_or_rebuild(dir.path(), options()).unwrap();
    assert!(made.is_some());
    assert!(records.unit(&unit).unwrap().is_some());
    drop(records);
    assert!(records::damaged_pages(dir.path()).unwrap().is_empty());
    let (_, made) = records::Records::open_or_rebuild(dir.path(), options()).unwrap();
    assert!(made.is_none(), "once");
}
