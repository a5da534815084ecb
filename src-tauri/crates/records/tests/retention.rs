//! Photos go from this disk when head office has them for good, never before, and come back when they are wanted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use jiff::{SignedDuration, Timestamp};
use records::{CameBack, Prunable, Records};
use returns::codes::{Grade, HoldReason};
use returns::event::UnitEvent;
use returns::ids::{Sha256Hex, Subject, UnitId};
use support::*;
use wire::{Head, HelloReply, Incarnation, Limits, Verdict};

const BYTES: &[u8] = b"a photo of some bytes";
const DAYS: u32 = 35;

fn day(days: i64) -> Timestamp {
    recorded() + SignedDuration::from_hours(24 * days)
}

/// Head office says hello, on a day of its clock, with a verified backup up to a sequence.
fn hello(records: &mut Records, days: i64, durable_seq: u64) {
    let reply = HelloReply {
        incarnation: Incarnation("first".to_owned()),
        stored: Head::EMPTY,
        durable_seq,
        limits: Limits { batch_events: 1000, body_bytes: 1 << 20, dictionary: None },
        verdict: Verdict::Ok,
        time: day(days),
        lpn_block: None,
    };
    records.heard(&reply).unwrap();
}

/// A unit with a photo that head office took on day 0, and that is closed or not.
fn photographed(records: &mut Records, bytes: &[u8], closed: bool) -> (UnitId, Sha256Hex) {
    let (unit, _) = receive(records, "SN-1");
    let photo = records.photos().keep(bytes).unwrap();
    records.append(vec![new(Subject::Unit(unit), photo_taken(photo, bytes.len() as u64))]).unwrap();
    if closed {
        close(records, unit);
    }
    hello(records, 0, 0);
    records.photo_sent(&photo).unwrap();
    (unit, photo)
}

fn close(records: &mut Records, unit: UnitId) {
    let policy = Sha256Hex([0; 32]);
    let decision = decision(returns::codes::Disposition::Recycle, Grade::D, &policy);
    let container = returns::ids::ContainerId(uuid::Uuid::now_v7());
    let closed = UnitEvent::Closed { container, shipped: false };
    let events = [graded(Grade::D), dispositioned(decision), closed];
    records.append(events.into_iter().map(|event| new(Subject::Unit(unit), event)).collect()).unwrap();
}

fn head(records: &Records) -> u64 {
    records.head().unwrap().seq
}

fn is_here(records: &Records, photo: &Sha256Hex) -> bool {
    records.photo(photo).unwrap().is_some()
}

#[test]
fn a_photo_goes_when_its_time_is_over_and_a_later_backup_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (unit, photo) = photographed(&mut records, BYTES, true);
    let sent_at = head(&records);
    let none = Prunable::default();
    let one = Prunable { photos: 1, bytes: BYTES.len() as u64 };
    hello(&mut records, 400, sent_at);
    assert_eq!(records.prune_photos(DAYS, 9).unwrap(), none, "the backup may be older than the photo");
    receive(&mut records, "SN-2");
    hello(&mut records, 400, sent_at + 1);
    assert_eq!(records.prunable(DAYS).unwrap(), one);
    assert_eq!(records.prunable(401).unwrap(), none);
    assert_eq!(records.prune_photos(DAYS, 9).unwrap(), one);
    assert!(!is_here(&records, &photo));
    assert_eq!(records.prune_photos(DAYS, 9).unwrap(), none, "once");
    assert_eq!(records.photos_kept().unwrap().pruned, 1);
    let report = records::verify(dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!((report.photos_missing, report.photos_purged, report.photos_pruned), (0, 0, 1));
    records.rebuild_projections().unwrap();
    assert_eq!(records.unit(&unit).unwrap().unwrap().photos.len(), 1, "its event stays");
}

#[test]
fn no_setting_lets_a_photo_go_within_five_weeks_of_head_offices_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    photographed(&mut records, BYTES, true);
    receive(&mut records, "SN-2");
    let all = head(&records);
    hello(&mut records, 34, all);
    assert_eq!(records.prunable(0).unwrap().photos, 0);
    hello(&mut records, 35, all);
    assert_eq!(records.prunable(0).unwrap().photos, 1);
}

#[test]
fn what_is_not_finished_or_not_sent_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    photographed(&mut records, b"of an open unit", false);
    let (held, _) = photographed(&mut records, b"of a held unit", true);
    records
        .append(vec![new(Subject::Unit(held), UnitEvent::Held { reason: HoldReason::Supervisor })])
        .unwrap();
    let (unit, _) = receive(&mut records, "SN-3");
    let unsent = records.photos().keep(b"never sent").unwrap();
    records.append(vec![new(Subject::Unit(unit), photo_taken(unsent, 10))]).unwrap();
    close(&mut records, unit);
    let all = head(&records);
    hello(&mut records, 400, all);
    assert_eq!(records.prune_photos(DAYS, 9).unwrap(), Prunable::default());
    let kept = records.photos_kept().unwrap();
    assert_eq!(kept.only_here, Prunable { photos: 1, bytes: 10 });
}

#[test]
fn a_photo_that_somebody_wants_comes_back_and_only_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (_, photo) = photographed(&mut records, BYTES, true);
    assert!(!records.want_photo(&photo).unwrap(), "it is here");
    receive(&mut records, "SN-2");
    let all = head(&records);
    hello(&mut records, 400, all);
    records.prune_photos(DAYS, 9).unwrap();
    assert!(records.photos_wanted(9).unwrap().is_empty());
    assert!(records.want_photo(&photo).unwrap());
    assert_eq!(records.photos_wanted(9).unwrap(), [(photo, BYTES.len() as u64)]);
    assert_eq!(records.photo_came_back(&photo, b"another").unwrap(), CameBack::OtherBytes);
    assert!(!is_here(&records, &photo));
    assert_eq!(records.photo_came_back(&photo, BYTES).unwrap(), CameBack::Here);
    assert!(is_here(&records, &photo) && records.photos_wanted(9).unwrap().is_empty());
    assert_eq!(records.unsent().unwrap().photos, 0);
    assert_eq!(records.prunable(DAYS).unwrap().photos, 0, "its time begins anew");
    assert!(!records.want_photo(&Sha256Hex([3; 32])).unwrap(), "nobody names it");
}

#[test]
fn a_file_that_went_missing_is_asked_for_and_a_power_cut_leaves_no_file_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (_, missing) = photographed(&mut records, b"deleted by somebody", true);
    let (_, pruned) = photographed(&mut records, b"still there after the power cut", true);
    std::fs::remove_file(records.photos().path(&missing)).unwrap();
    tamper(dir.path(), &format!("UPDATE photo_places SET state = 'PRUNED' WHERE photo = '{pruned}'"));
    let next = records.want_missing(0, 1).unwrap();
    assert!(next.is_some(), "the second one follows");
    assert_eq!(records.want_missing(next.unwrap(), 9).unwrap(), None);
    assert_eq!(records.photos_wanted(9).unwrap().len(), 1);
    assert_eq!(records.photos_wanted(9).unwrap()[0].0, missing);
    assert!(!is_here(&records, &pruned));
    records.photo_lost(&missing).unwrap();
    let told = records.incidents(9).unwrap().remove(0);
    assert_eq!((told.code.as_str(), &told.args["photo"]), ("photo-lost", &missing.to_string()));
    assert_eq!((records.photos_wanted(9).unwrap().len(), records.photos_kept().unwrap().lost), (0, 1));
    assert!(!records.want_photo(&missing).unwrap(), "it is asked for once");
}

#[test]
fn a_backup_misses_nothing_that_went_for_good_reason() {
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(dir.path());
    photographed(&mut records, BYTES, true);
    receive(&mut records, "SN-2");
    let all = head(&records);
    hello(&mut records, 400, all);
    records.prune_photos(DAYS, 9).unwrap();
    let made = records::back_up(dir.path(), second.path(), 2, recorded()).unwrap();
    assert_eq!((made.photos, made.photos_missing), (0, 0));
}
