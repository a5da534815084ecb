//! Evidence packs: whoever has the file can check it, and no byte of it changes unnoticed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use records::{Manifest, PackReport, Records, verify_pack};
use returns::codes::{Disposition, Grade, PurgeReason, SignalKind};
use returns::event::{ParcelEvent, StationEvent, UnitEvent};
use returns::ids::{ParcelId, PhotoRole, Sha256Hex, StationId, Subject, TrackingNumber, UnitId};
use returns::signal::Signal;
use sha2::{Digest, Sha256};
use support::*;
use uuid::Uuid;
use wire::SecretKey;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A unit out of a parcel, with photos, a note, a signal and a decision; other work before, between and after.
fn story(records: &mut Records) -> UnitId {
    let signed = take_policy(records);
    receive(records, "BEFORE");
    let parcel = Subject::Parcel(ParcelId(Uuid::now_v7()));
    let Subject::Parcel(parcel_id) = parcel else { unreachable!() };
    let tracking = Some(TrackingNumber::new("1Z9").unwrap());
    records.append(vec![new(parcel, ParcelEvent::Arrived { tracking, rmas: Vec::new(), at: None })]).unwrap();
    records.append(vec![new(parcel, ParcelEvent::Opened {})]).unwrap();
    for (role, jpeg) in [("CARTON", "a carton"), ("PARCEL-LABEL", "Jane Doe, 1 Example Street")] {
        let hash = records.photos().keep(jpeg.as_bytes()).unwrap();
        let taken =
            ParcelEvent::PhotoTaken { role: PhotoRole::new(role).unwrap(), hash, len: jpeg.len() as u64 };
        records.append(vec![new(parcel, taken)]).unwrap();
    }
    let id = unit();
    let subject = Subject::Unit(id);
    let UnitEvent::Received { lpn, preprinted, intake, at, .. } = received(records.next_lpn().unwrap())
    else {
        unreachable!()
    };
    let came = UnitEvent::Received {
        lpn,
        preprinted,
        intake,
        at,
        parcel: Some(parcel_id),
        rma: Some("RMA-1".parse().unwrap()),
        line: None,
        sku: Some("SKU-1".parse().unwrap()),
        owner: Some("ACME".parse().unwrap()),
    };
    records.append(vec![new(subject, came)]).unwrap();
    receive(records, "BETWEEN");
    let photo = records.photos().keep(b"a front").unwrap();
    let note = records.keep_text(b"the seal looked glued").unwrap();
    let expected =
        BTreeMap::from([("expected".to_owned(), "A".to_owned()), ("found".to_owned(), "B".to_owned())]);
    let signals = vec![Signal { kind: SignalKind::SerialMismatch, args: expected }];
    for event in [
        photo_taken(photo, 7),
        UnitEvent::Noted { hash: note },
        UnitEvent::Weighed { weight_grams: 530 },
        UnitEvent::Signalled { signals, cleared: Vec::new() },
        graded(Grade::B),
        dispositioned(decision(Disposition::Liquidate, Grade::B, &signed)),
    ] {
        records.append(vec![new(subject, event)]).unwrap();
    }
    receive(records, "AFTER");
    id
}

fn packed(dir: &Path) -> (Records, UnitId, PathBuf) {
    let mut records = enrolled(dir);
    let unit = story(&mut records);
    let file = dir.join("unit.evidence.zip");
    records.evidence_pack(unit, &file).unwrap();
    (records, unit, file)
}

fn codes(report: &PackReport) -> Vec<&str> {
    report.problems.iter().map(|problem| problem.code).collect()
}

fn members(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(fs::read(file).unwrap())).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut member = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn manifest(file: &Path) -> Manifest {
    let found = members(file).into_iter().find(|(name, _)| name == "manifest.json").unwrap();
    serde_json::from_slice(&found.1).unwrap()
}

/// Writes other members, and signs manifest and file anew with this key: what a forger with a key could do.
fn forge(file: &Path, key: &SecretKey, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>, &mut Manifest)) {
    let mut all: BTreeMap<_, _> = members(file).into_iter().collect();
    let mut manifest: Manifest = serde_json::from_slice(&all["manifest.json"]).unwrap();
    let before = all.clone();
    change(&mut all, &mut manifest);
    manifest.members.retain(|name, _| all.contains_key(name));
    for (name, bytes) in &all {
        if name.starts_with("manifest.") || before.get(name) == Some(bytes) {
            continue;
        }
        let member =
            records::Member { bytes: bytes.len() as u64, sha256: Sha256Hex(Sha256::digest(bytes).into()) };
        manifest.members.insert(name.clone(), member);
    }
    let text = serde_json::to_vec_pretty(&manifest).unwrap();
    let signature = key.sign(&[b"rs-evidence-1".as_slice(), &text].concat());
    all.insert("manifest.sig".to_owned(), hex::encode(signature.0).into_bytes());
    all.insert("manifest.json".to_owned(), text);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &all {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let comment = format!("rs-evidence-1 {}", "0".repeat(128));
    zip.set_comment(comment.as_str()).unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    bytes.truncate(bytes.len() - comment.len());
    let message = [b"rs-evidence-file-1".as_slice(), &Sha256::digest(&bytes)].concat();
    bytes.extend(format!("rs-evidence-1 {}", hex::encode(key.sign(&message).0)).bytes());
    fs::write(file, bytes).unwrap();
}

fn station_key() -> SecretKey {
    SecretKey::from_seed([9; 32])
}

#[test]
fn a_pack_holds_everything_and_is_clean_far_from_its_station() {
    let dir = tempfile::tempdir().unwrap();
    let (records, unit, file) = packed(dir.path());
    let made = records.evidence_pack(unit, &file).unwrap();
    assert_eq!((made.events, made.photos), (11, 2));
    assert_eq!(made.sha256, Sha256Hex(Sha256::digest(fs::read(&file).unwrap()).into()));
    drop(records);
    let away = tempfile::tempdir().unwrap();
    let copy = away.path().join("copy.zip");
    fs::rename(&file, &copy).unwrap();
    drop(dir);

    let report = verify_pack(&copy, Some(&head_office().public())).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!((report.events, report.events_elsewhere, report.photos, report.policies), (11, 0, 2, 1));
    assert_eq!((report.purged, report.not_packed), (0, 1), "the parcel's label is withheld");
    assert_eq!((report.grade, report.disposition), (Some(Grade::B), Some(Disposition::Liquidate)));
    assert_eq!(report.station_key_id, station_key().public().id().0);
    assert_eq!(report.head_office_key_id, head_office().public().id().0);
    assert!(report.chain_events > report.events, "the log is whole, other units' events in between");

    let names: Vec<String> = members(&copy).into_iter().map(|(name, _)| name).collect();
    for start in
        ["manifest.json", "manifest.sig", "events.jsonl", "chain/1.jsonl", "photos/", "notes/", "policy/"]
    {
        assert!(names.iter().any(|name| name.starts_with(start)), "{start}: {names:?}");
    }
    let all: Vec<u8> = members(&copy).into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert!(!all.windows(8).any(|bytes| bytes == b"Jane Doe"), "no name leaves the station");
    let summary = members(&copy).into_iter().find(|(name, _)| name == "summary.txt").unwrap().1;
    let summary = String::from_utf8(summary).unwrap();
    for words in
        ["00417-00002", "530 g", "LIQUIDATE", "not one of those recorded as shipped (expected A, found B)"]
    {
        assert!(summary.contains(words), "{words}: {summary}");
    }
    assert!(!summary.to_lowercase().contains("fraud"), "{summary}");
}

#[test]
fn no_byte_of_the_file_can_change() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, file) = packed(dir.path());
    let sound = fs::read(&file).unwrap();
    let flipped = dir.path().join("flipped.zip");
    let fails = |at: usize, bit: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << bit;
        fs::write(&flipped, &bytes).unwrap();
        match verify_pack(&flipped, None) {
            Ok(report) => assert!(!report.is_clean(), "bit {bit} of byte {at} of {}", sound.len()),
            Err(error) => assert_eq!(error.code(), "pack-unreadable", "bit {bit} of byte {at}"),
        }
    };
    // Every part of the file, and every byte of its end, where the directory and the signature stand.
    (0..sound.len()).step_by(5).for_each(|at| fails(at, at % 8));
    (sound.len() - 200..sound.len()).for_each(|at| [0, 5].into_iter().for_each(|bit| fails(at, bit)));
    for cut in [1, 100, sound.len() / 2, sound.len()] {
        fs::write(&flipped, &sound[..sound.len() - cut]).unwrap();
        assert!(verify_pack(&flipped, None).map_or(true, |report| !report.is_clean()), "{cut} bytes cut");
    }
    fs::write(&flipped, [sound.as_slice(), b"x"].concat()).unwrap();
    assert!(verify_pack(&flipped, None).map_or(true, |report| !report.is_clean()), "a byte more");
}

#[test]
fn each_member_that_is_changed_or_gone_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, file) = packed(dir.path());
    let sound = members(&file);
    let written = dir.path().join("other.zip");
    let rewrite = |all: &[(String, Vec<u8>)]| {
        let mut zip = ZipWriter::new(fs::File::create(&written).unwrap());
        for (name, bytes) in all {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        verify_pack(&written, None)
    };
    for (index, (name, _)) in sound.iter().enumerate() {
        let mut changed = sound.clone();
        let byte = changed[index].1.last_mut().unwrap();
        *byte ^= 1;
        let without: Vec<_> = sound.iter().filter(|(other, _)| other != name).cloned().collect();
        for (all, wanted) in [(changed, "member-changed"), (without, "member-missing")] {
            match rewrite(&all) {
                Err(error) => assert_eq!((error.code(), name.as_str()), ("pack-unreadable", "manifest.json")),
                Ok(report) if name == "manifest.sig" => {
                    assert!(codes(&report).contains(&"manifest-signature-wrong"), "{:?}", report.problems);
                }
                Ok(report) => {
                    let found = report
                        .problems
                        .iter()
                        .any(|problem| problem.code == wanted && problem.args.get("member") == Some(name));
                    assert!(found, "{name} {wanted}: {:?}", report.problems);
                }
            }
        }
    }
    let mut more = sound.clone();
    more.push(("photos/smuggled.jpg".to_owned(), b"x".to_vec()));
    assert!(codes(&rewrite(&more).unwrap()).contains(&"member-unknown"));
    // The same members in another archive: all fits, but it is not the file that was signed.
    assert_eq!(codes(&rewrite(&sound).unwrap()), ["pack-signature-wrong"]);
}

#[test]
fn who_has_another_key_forges_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, _, file) = packed(dir.path());
    let other = SecretKey::from_seed([3; 32]);
    forge(&file, &other, |_, manifest| manifest.station_key = other.public());
    let report = verify_pack(&file, None).unwrap();
    assert_eq!(codes(&report), ["seal-broken"], "the seals are still the station's");
    assert_ne!(report.station_key_id, station_key().public().id().0);

    let (_, _, file) = packed(tempfile::tempdir().unwrap().keep().as_path());
    let report = verify_pack(&file, Some(&other.public())).unwrap();
    assert_eq!(codes(&report), ["head-office-other-key"]);
}

type Change<'a> = &'a dyn Fn(&mut BTreeMap<String, Vec<u8>>, &mut Manifest);

/// Even the station's own key does not make another story of a sealed log.
#[test]
fn what_the_log_holds_is_told_and_nothing_else() {
    let forged = |change: Change<'_>| {
        let dir = tempfile::tempdir().unwrap();
        let (_, _, file) = packed(dir.path());
        forge(&file, &station_key(), change);
        let report = verify_pack(&file, None).unwrap();
        codes(&report).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert!(forged(&|_, _| {}).is_empty(), "the forger of this test signs well");
    let replace = |bytes: &mut Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains(from));
        *bytes = text.replace(from, to).into_bytes();
    };
    let graded_other = forged(&|all, _| {
        replace(all.get_mut("events.jsonl").unwrap(), r#"\"grade\":\"B\""#, r#"\"grade\":\"A\""#)
    });
    assert!(graded_other.contains(&"event-not-in-chain".to_owned()), "{graded_other:?}");
    let in_both = forged(&|all, _| {
        for member in ["events.jsonl", "chain/1.jsonl"] {
            replace(all.get_mut(member).unwrap(), r#"\"grade\":\"B\""#, r#"\"grade\":\"A\""#);
        }
    });
    assert!(in_both.contains(&"chain-broken".to_owned()), "{in_both:?}");
    let left_out = forged(&|all, _| {
        let lines = all.get_mut("events.jsonl").unwrap();
        let text = String::from_utf8(lines.clone()).unwrap();
        let kept: String = text
            .lines()
            .filter(|line| !line.contains("unit.signalled"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(kept.len() < text.len());
        *lines = kept.into_bytes();
    });
    assert!(left_out.contains(&"event-left-out".to_owned()), "{left_out:?}");
    let cut = forged(&|all, manifest| {
        let lines = all.get_mut("chain/1.jsonl").unwrap();
        let text = String::from_utf8(lines.clone()).unwrap();
        let kept: Vec<&str> = text.lines().collect();
        *lines =
            kept[..kept.len() - 3].iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes();
        manifest.segments[0].last -= 3;
    });
    assert!(cut.contains(&"seal-broken".to_owned()), "{cut:?}");
    let no_photo = forged(&|all, manifest| {
        let photo = all.keys().find(|name| name.starts_with("photos/")).unwrap().clone();
        all.remove(&photo);
        manifest.photos.retain(|entry| !photo.contains(&entry.sha256.to_string()));
    });
    assert_eq!(no_photo, ["photo-missing"]);
    let other_policy = forged(&|all, _| {
        let policy = all.keys().find(|name| name.starts_with("policy/")).unwrap().clone();
        replace(all.get_mut(&policy).unwrap(), r#""signature":""#, r#""signature":"00"#);
    });
    assert_eq!(other_policy, ["document-signature-wrong"]);
    let other_unit = forged(&|_, manifest| manifest.lpn = "00417-00001-00".to_owned());
    assert_eq!(other_unit, ["unit-differs"]);
}

#[test]
fn what_was_purged_is_purged_and_what_is_lost_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut records, unit, file) = packed(dir.path());
    let state = records.unit(&unit).unwrap().unwrap();
    let (photo, note) = (state.photos[0].hash, state.notes[0]);
    fs::remove_file(records.photos().path(&photo)).unwrap();
    records.evidence_pack(unit, &file).unwrap();
    assert_eq!(codes(&verify_pack(&file, None).unwrap()), ["photo-missing"]);

    for hash in [photo, note] {
        let purged = StationEvent::BytesPurged { hash, reason: PurgeReason::Request };
        records.append(vec![new(Subject::Station, purged)]).unwrap();
    }
    let made = records.evidence_pack(unit, &file).unwrap();
    assert_eq!(made.photos, 1);
    let report = verify_pack(&file, None).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!((report.purged, report.photos), (2, 1));
    assert!(manifest(&file).photos.iter().any(|entry| entry.state == records::Kept::Purged));
}

#[test]
fn another_benchs_events_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let id = unit();
    let subject = Subject::Unit(id);
    let (first, second) = (event_id(), event_id());
    let lpn = returns::lpn::Lpn::new(500, 1).unwrap();
    let taken = photo_taken(Sha256Hex([5; 32]), 9);
    let lines = [
        foreign_line(subject, received(lpn), first, None),
        foreign_line(subject, taken, second, Some(first)),
    ];
    for (index, line) in lines.into_iter().enumerate() {
        units_item(&mut records, StationId([2; 16]), index as u64 + 1, line);
    }
    records.append(vec![new(subject, graded(Grade::A))]).unwrap();
    let file = dir.path().join("x.zip");
    let made = records.evidence_pack(id, &file).unwrap();
    assert_eq!((made.events, made.photos), (3, 0));
    let report = verify_pack(&file, None).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    assert_eq!((report.events, report.events_elsewhere, report.not_packed), (3, 2, 1));
    assert_eq!(manifest(&file).segments.len(), 1);
}

#[test]
fn a_unit_that_is_not_here_has_no_pack_and_other_files_are_none() {
    let dir = tempfile::tempdir().unwrap();
    let records = enrolled(dir.path());
    let file = dir.path().join("x.zip");
    assert_eq!(records.evidence_pack(unit(), &file).unwrap_err().code(), "pack-unit-unknown");
    assert!(!file.exists());
    for bytes in [&b""[..], b"PK\x03\x04 and nothing more", &[0; 5000]] {
        fs::write(&file, bytes).unwrap();
        assert_eq!(verify_pack(&file, None).unwrap_err().code(), "pack-unreadable");
    }
    assert_eq!(verify_pack(&dir.path().join("no.zip"), None).unwrap_err().code(), "file-failed");
}

#[test]
fn a_sealed_head_is_used_and_a_reader_can_pack_too() {
    let dir = tempfile::tempdir().unwrap();
    let (mut records, unit, file) = packed(dir.path());
    let seal = records.seal().unwrap().unwrap();
    receive(&mut records, "LATER");
    let reader = Records::open_read_only(dir.path()).unwrap();
    reader.evidence_pack(unit, &file).unwrap();
    assert_eq!(manifest(&file).segments[0].seal, seal);
    assert!(verify_pack(&file, Some(&head_office().public())).unwrap().is_clean());
}
