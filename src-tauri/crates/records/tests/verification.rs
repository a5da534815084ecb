//! Verification recomputes everything from the bytes and finds what was changed behind the records' back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;

use records::{Chain, Projections, VerifyReport};
use returns::ids::Subject;
use rstest::rstest;
use support::*;

fn shift(dir: &Path) {
    let mut records = enrolled(dir);
    for n in 0..55 {
        let (id, _) = receive(&mut records, &format!("SN-{n}"));
        if n % 10 == 0 {
            let jpeg = format!("jpeg {n}");
            let hash = records.photos().keep(jpeg.as_bytes()).unwrap();
            records.append(vec![new(Subject::Unit(id), photo_taken(hash, jpeg.len() as u64))]).unwrap();
        }
    }
}

fn codes(report: &VerifyReport) -> Vec<&str> {
    report.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn an_untouched_folder_is_clean_and_says_so_in_the_agreed_json() {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    let report = records::verify(dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    let said = serde_json::to_value(&report).unwrap();
    let expected = serde_json::json!({
        "events": 116, "chain": "ok", "projections": "ok", "photos_missing": 0, "photos_purged": 0,
        "photos_pruned": 0, "problems": []
    });
    assert_eq!(said, expected);
}

#[rstest]
#[case::flipped_byte(
    "UPDATE events SET bytes = CAST(replace(bytes, 'SN-7', 'SN-8') AS BLOB) WHERE seq = 17",
    "chain-broken"
)]
#[case::other_hash("UPDATE events SET hash = zeroblob(32) WHERE seq = 5", "chain-broken")]
#[case::event_removed(
    "PRAGMA foreign_keys=0; DELETE FROM outbox WHERE seq = 9; DELETE FROM events WHERE seq = 9",
    "chain-gap"
)]
#[case::index_altered("UPDATE events SET kind = 'unit.voided' WHERE seq = 3", "event-index-differs")]
fn a_changed_log_is_a_broken_chain(#[case] change: &str, #[case] code: &str) {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    tamper(dir.path(), change);
    let report = records::verify(dir.path()).unwrap();
    assert_eq!(report.chain, Chain::Broken);
    assert!(codes(&report).contains(&code), "{:?}", report.problems);
}

#[rstest]
#[case::state("UPDATE units SET state = json_set(state, '$.serial', 'FORGED') WHERE serial = 'SN-3'")]
#[case::column("UPDATE units SET stage = 'CLOSED' WHERE serial = 'SN-3'")]
#[case::lpn("UPDATE units SET lpn = '' WHERE serial = 'SN-3'")]
#[case::gone("DELETE FROM units WHERE serial = 'SN-3'")]
fn a_changed_projection_differs_until_it_is_rebuilt(#[case] change: &str) {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    tamper(dir.path(), change);
    let report = records::verify(dir.path()).unwrap();
    assert_eq!((report.chain, report.projections), (Chain::Ok, Projections::Differ));
    assert_eq!(codes(&report), ["projection-differs"]);
    let mut records = open(dir.path());
    let recent = records.recent_units(3).unwrap();
    records.rebuild_projections().unwrap();
    assert_eq!(records.recent_units(3).unwrap(), recent, "what was recent stays recent");
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn a_unit_that_no_event_made_is_found() {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    tamper(
        dir.path(),
        "INSERT INTO units SELECT '00000000-0000-7000-8000-000000000000', lpn, rma, serial, sku, parcel, container,
           stage, review, held, unreadable, touched, updated_ms, state FROM units LIMIT 1",
    );
    let report = records::verify(dir.path()).unwrap();
    assert_eq!(codes(&report), ["projection-without-events"]);
    assert_eq!(report.projections, Projections::Differ);
}

#[test]
fn an_event_that_left_the_outbox_without_a_receipt_is_found() {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    tamper(dir.path(), "DELETE FROM outbox WHERE seq = 4");
    assert_eq!(codes(&records::verify(dir.path()).unwrap()), ["outbox-lost"]);
}

#[test]
fn a_forged_seal_is_found() {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    tamper(dir.path(), "UPDATE seals SET signature = replace(signature, substr(signature, 1, 4), 'beef')");
    assert_eq!(codes(&records::verify(dir.path()).unwrap()), ["seal-broken"]);
}

#[test]
fn photos_that_are_gone_cut_or_altered_are_missing() {
    let dir = tempfile::tempdir().unwrap();
    shift(dir.path());
    let mut photos = Vec::new();
    for shelf in std::fs::read_dir(dir.path().join("photos")).unwrap() {
        photos.extend(std::fs::read_dir(shelf.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    assert_eq!(photos.len(), 6);
    std::fs::remove_file(&photos[0]).unwrap();
    std::fs::write(&photos[1], b"jpe").unwrap();
    let mut bytes = std::fs::read(&photos[2]).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&photos[2], bytes).unwrap();
    let report = records::verify(dir.path()).unwrap();
    assert_eq!((report.photos_missing, report.photos_purged), (3, 0));
    let mut found = codes(&report);
    found.sort_unstable();
    assert_eq!(found, ["photo-hash", "photo-length", "photo-missing"]);
    assert_eq!((report.chain, report.projections), (Chain::Ok, Projections::Ok));
}

#[test]
fn verification_runs_beside_a_station_at_work() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    assert_eq!(records::verify(dir.path()).unwrap().events, 2);
    receive(&mut records, "SN-2");
    assert_eq!(records::verify(dir.path()).unwrap().events, 4);
}
