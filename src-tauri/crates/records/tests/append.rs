//! Appending: everything of one append is stored, or nothing of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use records::{Records, RecordsError};
use returns::codes::{Finding, PurgeReason, Stage};
use returns::event::{StationEvent, UnitEvent};
use returns::ids::{Sha256Hex, Subject};
use returns::lpn::Lpn;
use sha2::{Digest, Sha256};
use support::*;
use wire::{ChainHash, Envelope};

#[test]
fn what_was_appended_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, stored) = receive(&mut records, "SN-1");
    let state = records.unit(&id).unwrap().unwrap();
    assert_eq!(state.stage, Some(Stage::Received));
    assert_eq!(state.lpn, Some(Lpn::new(417, 1).unwrap()));
    drop(records);

    let records = open(dir.path());
    assert_eq!(records.enrolment().unwrap().name, "LEJ2-B04");
    assert_eq!(records.enrolment().unwrap().lpn_block.next, 2);
    assert_eq!(records.unit(&id).unwrap().unwrap(), state);
    assert_eq!(records.head().unwrap().hash, stored[1].hash);
    assert_eq!(records.unsent().unwrap().events, 2);
    assert!(!records.is_sent(Subject::Unit(id)).unwrap());
    let history = records.history(Subject::Unit(id)).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].1.seen, None);
    assert_eq!(history[1].1.seen, Some(stored[0].event_id), "an event names the last one of its subject");
    assert_eq!(history[1].0, stored[1].place);
    assert_eq!(records.behind_witness(), None);
}

#[test]
fn the_chain_recomputes_by_another_hand() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    (0..5).for_each(|n| drop(receive(&mut records, &format!("SN-{n}"))));
    let batch = records.next_batch(100, 1 << 20).unwrap().unwrap();
    assert_eq!((batch.first, batch.last, batch.prev_hash), (1, 10, ChainHash::ZERO));
    let mut previous = [0u8; 32];
    for (index, line) in batch.lines.iter().enumerate() {
        let mut text = b"rs-event-1".to_vec();
        text.extend([1u8; 16]);
        text.extend(1u64.to_be_bytes());
        text.extend((index as u64 + 1).to_be_bytes());
        text.extend(previous);
        text.extend((line.len() as u64).to_be_bytes());
        text.extend(line);
        previous = Sha256::digest(&text).into();
    }
    assert_eq!(batch.last_hash.0, previous);
}

#[test]
fn one_bad_event_and_nothing_of_its_append_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let id = unit();
    let lpn = records.next_lpn().unwrap();
    let absent = Sha256Hex([3; 32]);
    let error = records
        .append(vec![new(Subject::Unit(id), received(lpn)), new(Subject::Unit(id), photo_taken(absent, 5))])
        .unwrap_err();
    assert_eq!(error.code(), "photo-not-kept");
    assert_eq!(records.unit(&id).unwrap(), None);
    assert_eq!(records.head().unwrap().seq, 0);
    assert_eq!(records.unsent().unwrap().events, 0);
    assert_eq!(records.next_lpn().unwrap(), lpn, "the number was not drawn");
    assert!(records.history(Subject::Unit(id)).unwrap().is_empty());
}

#[test]
fn a_projection_that_cannot_be_written_takes_its_event_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    tamper(
        dir.path(),
        "CREATE TRIGGER broken BEFORE UPDATE ON units BEGIN SELECT raise(ABORT, 'no projection'); END",
    );
    let error = records.append(vec![new(Subject::Unit(id), saw(Finding::Stain))]).unwrap_err();
    assert_eq!(error.code(), "database-failed");
    assert_eq!(records.head().unwrap().seq, 2);
    assert_eq!(records.unsent().unwrap().events, 2);
    assert_eq!(records.history(Subject::Unit(id)).unwrap().len(), 2);
    tamper(dir.path(), "DROP TRIGGER broken");
    records.append(vec![new(Subject::Unit(id), saw(Finding::Stain))]).unwrap();
    assert_eq!(records.head().unwrap().seq, 3);
}

#[test]
fn an_event_is_appended_once_and_an_lpn_given_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let event = new(Subject::Unit(unit()), received(records.next_lpn().unwrap()));
    records.append(vec![event.clone()]).unwrap();
    assert_eq!(records.append(vec![event]).unwrap_err().code(), "event-repeated");

    let taken = Lpn::new(417, 1).unwrap();
    let error = records.append(vec![new(Subject::Unit(unit()), received(taken))]).unwrap_err();
    assert!(matches!(error, RecordsError::LpnTaken { lpn, .. } if lpn == taken));
}

#[test]
fn numbers_go_on_in_the_further_block_when_the_first_is_used_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    // A pre-printed number of our own block is on a unit already: it is passed over.
    let rolled = Lpn::new(417, 2).unwrap();
    let UnitEvent::Received { intake, at, .. } = received(rolled) else { unreachable!() };
    let from_roll = UnitEvent::Received {
        lpn: rolled,
        preprinted: true,
        intake,
        at,
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    };
    records.append(vec![new(Subject::Unit(unit()), from_roll)]).unwrap();
    receive(&mut records, "SN-1");
    assert_eq!(records.next_lpn().unwrap(), Lpn::new(417, 3).unwrap());

    let rest = StationEvent::LpnsDrawn { block: 417, first: 3, count: 99_997 };
    records.append(vec![new(Subject::Station, rest)]).unwrap();
    assert_eq!(records.next_lpn().unwrap_err().code(), "lpn-block-empty");
    records.heard(&hello(Some(500))).unwrap();
    assert_eq!(records.next_lpn().unwrap(), Lpn::new(500, 1).unwrap());
    receive(&mut records, "SN-2");
    assert_eq!(records.next_lpn().unwrap(), Lpn::new(500, 2).unwrap());
    assert_eq!(records.enrolment().unwrap().lpn_further_block, None);
}

fn hello(lpn_block: Option<u32>) -> wire::HelloReply {
    wire::HelloReply {
        incarnation: wire::Incarnation("first".to_owned()),
        stored: wire::Head::EMPTY,
        durable_seq: 0,
        limits: wire::Limits { batch_events: 10, body_bytes: 1000, dictionary: None },
        verdict: wire::Verdict::Ok,
        time: recorded(),
        lpn_block,
    }
}

#[test]
fn an_event_over_64_kib_is_refused_before_anything_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let lines = (0..2000)
        .map(|n| serde_json::json!({"rma": format!("RMA-{n:040}"), "line": "1", "expected": 1, "found": 1}))
        .collect::<Vec<_>>();
    let body = serde_json::json!({"kind": "parcel.emptied", "body": {"outcome": "SHORT", "lines": lines}});
    let long: returns::event::ParcelEvent = serde_json::from_value(body).unwrap();
    let parcel = Subject::Parcel(returns::ids::ParcelId(uuid::Uuid::now_v7()));
    assert_eq!(records.append(vec![new(parcel, long)]).unwrap_err().code(), "event-too-long");
    assert_eq!(records.head().unwrap().seq, 0);
}

#[test]
fn nothing_is_appended_before_enrolment_or_through_a_reader() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = open(dir.path());
    let event = || vec![new(Subject::Unit(unit()), saw(Finding::Stain))];
    assert_eq!(records.append(event()).unwrap_err().code(), "station-not-enrolled");
    drop(records);
    drop(enrolled(dir.path()));
    let mut reader = Records::open_read_only(dir.path()).unwrap();
    assert_eq!(reader.append(event()).unwrap_err().code(), "records-read-only");
    assert_eq!(reader.keep_text(b"x").unwrap_err().code(), "records-read-only");
}

#[test]
fn enrolment_happens_once_and_its_key_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let again = records.enrol(&enrolment(), "http://elsewhere", head_office().public());
    assert_eq!(again.unwrap_err().code(), "station-enrolled-already");
    let other = wire::SecretKey::from_seed([8; 32]);
    assert_eq!(records.keep_secret_key(&other).unwrap_err().code(), "station-enrolled-already");
    assert_eq!(records.secret_key().unwrap().unwrap().seed(), [9; 32]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path().join("station.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn every_hundredth_event_is_sealed_by_the_station() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    for n in 0..51 {
        receive(&mut records, &format!("SN-{n}"));
    }
    let seals = records.seals().unwrap();
    assert_eq!(seals.iter().map(|seal| seal.head.seq).collect::<Vec<_>>(), [100]);
    let key = wire::SecretKey::from_seed([9; 32]).public();
    seals[0].verify(&key).unwrap();
    let now = records.seal().unwrap().unwrap();
    assert_eq!(now.head, records.head().unwrap());
    now.verify(&key).unwrap();
}

#[test]
fn a_purge_is_an_event_and_leaves_no_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let (id, _) = receive(&mut records, "SN-1");
    let secret = b"a customer's name nobody should find";
    let text = records.keep_text(secret).unwrap();
    let photo = records.photos().keep(b"jpeg of a parcel label").unwrap();
    records
        .append(vec![
            new(Subject::Station, StationEvent::RawScanKept { hash: text, len: secret.len() as u64 }),
            new(Subject::Unit(id), photo_taken(photo, 22)),
        ])
        .unwrap();
    assert_eq!(records.kept_text(&text).unwrap().unwrap(), secret);
    let reason = PurgeReason::ALL[0];
    records
        .append(vec![
            new(Subject::Station, StationEvent::BytesPurged { hash: text, reason }),
            new(Subject::Station, StationEvent::BytesPurged { hash: photo, reason }),
        ])
        .unwrap();
    assert_eq!(records.kept_text(&text).unwrap(), None);
    assert_eq!(records.photo(&photo).unwrap(), None);
    assert_eq!(records.unsent().unwrap().photos, 0);
    let report = records::verify(dir.path()).unwrap();
    assert_eq!((report.photos_missing, report.photos_purged), (0, 1));
    assert!(report.is_clean(), "{:?}", report.problems);
    // Looked for while the station still runs: in the write-ahead log too.
    for file in std::fs::read_dir(dir.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret);
        assert!(!found, "the purged text is still in {:?}", file.path());
    }
}

#[test]
fn events_hold_what_they_were_given() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let event = new(Subject::Unit(unit()), received(records.next_lpn().unwrap()));
    records.append(vec![event.clone()]).unwrap();
    let batch = records.next_batch(1, 1).unwrap().unwrap();
    let envelope = Envelope::parse(&batch.lines[0]).unwrap();
    assert_eq!(envelope.event_id, event.event_id);
    assert_eq!(envelope.actor, event.actor);
    assert_eq!(envelope.recorded, event.recorded);
    assert_eq!(envelope.event(), returns::event::Parsed::Known(event.event));
}
