//! `station verify`.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use crate::folder::{enrolled, make_newer, photograph, receive, tamper};
use crate::ran::{Ran, command, keys, on, station};

#[test]
fn sound_records_are_fine_also_while_a_station_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:9");
    let (unit, _) = receive(&mut records, "S-1");
    receive(&mut records, "S-2");
    photograph(&mut records, unit);
    let ran = on(folder.path(), &["verify"]).fine();
    assert_eq!(
        ran.stdout,
        "{\"events\":5,\"chain\":\"ok\",\"projections\":\"ok\",\"photos_missing\":0,\"photos_purged\":0,\"photos_pruned\":0,\"problems\":[]}\n"
    );
    let ran = station(["verify", "--data", folder.path().to_str().unwrap()]).fine();
    assert_eq!(
        ran.stdout,
        "5 events, chain ok, projections ok, photos: 0 missing, 0 purged, 0 at head office only\n"
    );
}

#[test]
fn a_changed_byte_and_a_lost_photo_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:9");
    let (unit, _) = receive(&mut records, "S-1");
    let photo = photograph(&mut records, unit);
    fs::remove_file(records.photos().path(&photo)).unwrap();
    drop(records);
    let ran = on(folder.path(), &["verify"]);
    assert_eq!(ran.code, Some(1));
    let report = ran.json();
    assert_eq!(
        keys(&report),
        ["chain", "events", "photos_missing", "photos_pruned", "photos_purged", "problems", "projections"]
    );
    assert_eq!((&report["chain"], &report["photos_missing"]), (&json!("ok"), &json!(1)));
    assert_eq!(
        report["problems"],
        json!([{ "code": "photo-missing", "args": { "photo": photo.to_string() } }])
    );

    tamper(
        folder.path(),
        "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), 'S-1', 'S-7') AS BLOB) WHERE seq = 2",
    );
    let ran = on(folder.path(), &["verify"]);
    assert_eq!(ran.code, Some(1));
    let report = ran.json();
    assert_eq!((&report["chain"], &report["projections"]), (&json!("broken"), &json!("differ")));
    assert_eq!(
        report["problems"][0],
        json!({ "code": "chain-broken", "args": { "epoch": "1", "seq": "2" } })
    );
    let ran = station(["verify", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("\nchain-broken: epoch 1, seq 2\n"), "{}", ran.stdout);

    // The verdict stands although nobody reads it.
    let mut command = command(["verify", "--json", "--data", folder.path().to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(Ran::from(child.wait_with_output().unwrap()).code, Some(1));
}

#[test]
fn a_newer_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    receive(&mut enrolled(folder.path(), "http://127.0.0.1:9"), "S-1");
    make_newer(folder.path());
    let before = fs::read(folder.path().join("station.db")).unwrap();
    for refused in
        [&["verify"][..], &["sync"], &["enrol", "--head-office", "http://127.0.0.1:9", "--code", "x"]]
    {
        assert_eq!(on(folder.path(), refused).error_code(), "database-newer", "{refused:?}");
    }
    assert!(fs::read(folder.path().join("station.db")).unwrap() == before, "it was changed");
}

#[test]
fn what_is_no_database_is_said_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"this is a shopping list, and long enough not to pass for an empty file\n".repeat(100);
    fs::write(folder.path().join("station.db"), &text).unwrap();
    assert_eq!(on(folder.path(), &["verify"]).error_code(), "database-corrupt");
    assert_eq!(on(folder.path(), &["sync"]).error_code(), "database-corrupt");
    assert!(fs::read(folder.path().join("station.db")).unwrap() == text, "it was changed");
}
