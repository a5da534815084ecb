//! A damaged database: set aside as it is, and made anew from whatever can be proven.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use records::{RebuildReport, Records, rebuild_report};
use returns::codes::Grade;
use returns::ids::{StationId, Subject, UnitId};
use returns::lpn::Lpn;
use support::*;
use wire::{Epoch, Feed};

/// A station at work: so many units, the first half of its events confirmed, with photos, texts, a policy, and an event
/// of another bench.
struct Worked {
    dir: tempfile::TempDir,
    units: Vec<UnitId>,
    /// Every own event's bytes by epoch and sequence, as they were.
    log: BTreeMap<(String, u64), Vec<u8>>,
    acknowledged: u64,
}

fn worked(units: u32) -> Worked {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let policy = take_policy(&mut records);
    let mut ids = Vec::new();
    for n in 0..units {
        let (id, _) = receive(&mut records, &format!("SN-{n}"));
        let photo = records.photos().keep(format!("photo {n}").as_bytes()).unwrap();
        let length = format!("photo {n}").len() as u64;
        let note = records.keep_text(format!("note {n}").as_bytes()).unwrap();
        let decided = dispositioned(decision(returns::codes::Disposition::Restock, Grade::A, &policy));
        records
            .append(vec![
                new(Subject::Unit(id), photo_taken(photo, length)),
                new(Subject::Unit(id), returns::event::UnitEvent::Noted { hash: note }),
                new(Subject::Unit(id), graded(Grade::A)),
                new(Subject::Unit(id), decided),
            ])
            .unwrap();
        ids.push(id);
    }
    let line = foreign_line(Subject::Unit(unit()), received(Lpn::new(900, 1).unwrap()), event_id(), None);
    units_item(&mut records, StationId([2; 16]), 1, line);
    let half = records.next_batch(usize::try_from(units).unwrap() * 3, usize::MAX).unwrap().unwrap();
    records.acknowledge(&receipt(half.last, half.last_hash)).unwrap();
    drop(records);
    // The log goes into the one file, so that whatever is damaged is all there is.
    let connection = rusqlite::Connection::open(dir.path().join("station.db")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut statement = connection.prepare("SELECT epoch, seq, bytes FROM events").unwrap();
    let log = statement
        .query_map([], |row| Ok(((row.get(0)?, row.get::<_, i64>(1)? as u64), row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    Worked { units: ids, log, acknowledged: half.last, dir }
}

fn database(dir: &Path) -> Vec<u8> {
    fs::read(dir.join("station.db")).unwrap()
}

/// What holds after any damage from which the records could be made anew.
fn check(worked: &Worked, damaged: &[u8]) -> RebuildReport {
    let (records, report) = Records::open_or_rebuild(worked.dir.path(), options()).unwrap();
    let report = report.expect("the damage was noticed");
    assert_eq!(fs::read(report.folder.join("station.db")).unwrap(), damaged, "set aside as it was");
    assert_eq!(rebuild_report(worked.dir.path()).as_ref(), Some(&report));
    let enrolment = records.enrolment().unwrap();
    assert_eq!((enrolment.station, enrolment.name.as_str()), (station_id(), "LEJ2-B04"));
    assert!(matches!(enrolment.epoch, Epoch::Provisional(_)));
    assert_eq!(enrolment.lpn_block.block, 418, "no number is given twice: the reserve block is drawn from");
    assert_eq!(records.incidents(9).unwrap()[0].code, "records-rebuilt");
    // No byte of any event changed on the way, and each is accounted for.
    let connection = rusqlite::Connection::open(worked.dir.path().join("station.db")).unwrap();
    let mut statement = connection
        .prepare("SELECT event_id, bytes FROM events UNION ALL SELECT event_id, bytes FROM foreign_events WHERE station = ?1")
        .unwrap();
    let here: BTreeMap<String, Vec<u8>> = statement
        .query_map([station_id().to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let known: std::collections::BTreeSet<&Vec<u8>> = worked.log.values().collect();
    assert!(here.values().all(|bytes| known.contains(bytes)), "an event was invented or changed");
    assert_eq!(report.events + report.moved + report.history, here.len() as u64);
    assert!(report.missing + here.len() as u64 >= worked.log.len() as u64, "{report:?}");
    drop(statement);
    drop(connection);
    drop(records);
    let report_of_all = records::verify(worked.dir.path()).unwrap();
    // Texts and photos whose rows or files are gone are told of; nothing else may be wrong.
    let other: Vec<_> = report_of_all
        .problems
        .iter()
        .filter(|problem| !matches!(problem.code, "text-missing" | "photo-missing"))
        .collect();
    assert!(other.is_empty(), "{other:?}");
    report
}

/// Whether SQLite finds anything wrong with it: a flipped bit in an event's text is none of its business.
fn noticed(dir: &Path) -> bool {
    match Records::open(dir, options()) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.code(), "database-corrupt");
            true
        }
    }
}

#[test]
fn a_zeroed_header_costs_nothing() {
    let worked = worked(40);
    let mut bytes = database(worked.dir.path());
    bytes[..100].fill(0);
    fs::write(worked.dir.path().join("station.db"), &bytes).unwrap();
    let report = check(&worked, &bytes);
    assert_eq!((report.missing, report.lost, report.moved, report.history), (0, 0, 0, 0), "{report:?}");
    assert_eq!((report.photos_missing, report.texts_missing, report.foreign), (0, 0, 1));
    let records = open(worked.dir.path());
    for unit in &worked.units {
        assert_eq!(records.unit(unit).unwrap().unwrap().grade(), Some(Grade::A));
    }
    assert!(records.policy().unwrap().is_some(), "what head office signed is kept");
    assert_eq!(records.cursor(Feed::Rmas).unwrap().as_deref(), Some("from-the-beginning"));
    assert_eq!(records.unsent().unwrap().events, worked.log.len() as u64 - worked.acknowledged);
}

#[test]
fn what_the_write_ahead_log_holds_counts_too() {
    let worked = worked(10);
    // A station that is killed leaves its newest events in the log alone.
    let mut records = open(worked.dir.path());
    let (id, _) = receive(&mut records, "SN-LAST");
    let copy = tempfile::tempdir().unwrap();
    for file in fs::read_dir(worked.dir.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    // Of the database itself next to nothing is left.
    let mut bytes = database(copy.path());
    bytes.truncate(8192);
    fs::write(copy.path().join("station.db"), &bytes).unwrap();
    let (rebuilt, report) = Records::open_or_rebuild(copy.path(), options()).unwrap();
    let report = report.expect("the damage was noticed");
    assert!(report.moved >= 2, "{report:?}");
    assert_eq!(rebuilt.unit(&id).unwrap(), records.unit(&id).unwrap());
    assert!(rebuilt.unit(&id).unwrap().is_some());
}

#[test]
fn pages_overwritten_at_random_lose_what_stood_in_them_and_nothing_else() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = SmallRng::seed_from_u64(seed);
    let mut rebuilt = 0;
    for _ in 0..12 {
        let worked = worked(60);
        let mut bytes = database(worked.dir.path());
        let pages = bytes.len() / 4096;
        for _ in 0..random.random_range(1..4) {
            let page = random.random_range(0..pages) * 4096;
            let from = random.random_range(0..4096);
            let until = random.random_range(from..4096);
            for byte in &mut bytes[page + from..=page + until] {
                *byte = random.random();
            }
        }
        fs::write(worked.dir.path().join("station.db"), &bytes).unwrap();
        if noticed(worked.dir.path()) {
            assert_eq!(database(worked.dir.path()), bytes, "opening alone changes nothing");
            let report = check(&worked, &bytes);
            assert!(report.lost <= report.missing, "{report:?}");
            rebuilt += 1;
        }
    }
    assert!(rebuilt > 0, "no damage was ever noticed");
}

#[test]
fn single_bits_flipped_at_random_never_change_an_event() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = SmallRng::seed_from_u64(seed);
    for _ in 0..12 {
        let worked = worked(30);
        let mut bytes = database(worked.dir.path());
        for _ in 0..random.random_range(1..60) {
            let at = random.random_range(0..bytes.len());
            bytes[at] ^= 1 << random.random_range(0..8);
        }
        // In any case something that SQLite notices.
        bytes[16] = 0xff;
        fs::write(worked.dir.path().join("station.db"), &bytes).unwrap();
        check(&worked, &bytes);
    }
}

#[test]
fn a_file_that_ends_early_gives_what_it_still_has() {
    for tenths in [1, 5, 9] {
        let worked = worked(60);
        let mut bytes = database(worked.dir.path());
        bytes.truncate(bytes.len() * tenths / 10 + 77);
        fs::write(worked.dir.path().join("station.db"), &bytes).unwrap();
        assert!(noticed(worked.dir.path()));
        check(&worked, &bytes);
    }
}

#[test]
fn a_database_that_is_gone_is_not_begun_anew_in_silence() {
    let worked = worked(5);
    for empty in [true, false] {
        if empty {
            fs::write(worked.dir.path().join("station.db"), b"").unwrap();
        } else {
            fs::remove_file(worked.dir.path().join("station.db")).unwrap();
        }
        assert!(noticed(worked.dir.path()));
    }
    let (records, report) = Records::open_or_rebuild(worked.dir.path(), options()).unwrap();
    let report = report.unwrap();
    assert!(report.from_copy);
    assert_eq!(
        (report.events, report.missing),
        (0, worked.log.len() as u64),
        "the witness knows how many there were"
    );
    assert_eq!(records.enrolment().unwrap().name, "LEJ2-B04");
    assert_eq!(records.epochs().unwrap().last().unwrap().because, "rebuilt");
}

#[test]
fn records_that_do_not_say_whose_they_are_are_left_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let garbage = vec![0x5a; 8192];
    fs::write(dir.path().join("station.db"), &garbage).unwrap();
    let error = Records::open_or_rebuild(dir.path(), options()).unwrap_err();
    assert_eq!(error.code(), "records-not-rebuilt");
    assert_eq!(database(dir.path()), garbage);
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().map(|file| file.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("damaged-")), "{left:?}");
}

#[test]
fn a_swap_that_a_power_cut_stopped_is_finished_at_the_next_start() {
    for moved in [0, 1, 2] {
        let worked = worked(8);
        let path = worked.dir.path().to_owned();
        let mut bytes = database(&path);
        bytes[..100].fill(0);
        fs::write(path.join("station.db"), &bytes).unwrap();
        // The new one is whole in a copy of the folder; here it waits for its place.
        let copy = tempfile::tempdir().unwrap();
        for file in fs::read_dir(&path).unwrap().flatten().filter(|file| file.path().is_file()) {
            fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        fs::create_dir(copy.path().join("photos")).unwrap();
        drop(Records::open_or_rebuild(copy.path(), options()).unwrap());
        let connection = rusqlite::Connection::open(copy.path().join("station.db")).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(connection);
        fs::copy(copy.path().join("station.db"), path.join("station.made")).unwrap();
        fs::write(path.join("station.db-wal"), b"of the damaged one").unwrap();
        if moved > 0 {
            fs::create_dir(path.join("damaged-20261122T100000Z")).unwrap();
            fs::rename(path.join("station.db-wal"), path.join("damaged-20261122T100000Z/station.db-wal"))
                .unwrap();
        }
        if moved > 1 {
            fs::rename(path.join("station.db"), path.join("damaged-20261122T100000Z/station.db")).unwrap();
        }
        let records = open(&path);
        assert_eq!(records.enrolment().unwrap().name, "LEJ2-B04");
        for unit in &worked.units {
            assert!(records.unit(unit).unwrap().is_some());
        }
        assert!(!path.join("station.made").exists());
    }
}
