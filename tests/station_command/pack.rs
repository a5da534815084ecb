//! `station export pack` and `station verify --pack`.

use std::fs;

use serde_json::json;

use crate::folder::{enrolled, head_office, photograph, receive};
use crate::ran::{keys, on, station};

#[test]
fn a_pack_is_checked_without_a_data_folder_and_no_changed_byte_passes() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:9");
    let (unit, lpn) = receive(&mut records, "S-1");
    receive(&mut records, "S-2");
    photograph(&mut records, unit);
    let file = folder.path().join("unit.zip");
    let path = file.to_str().unwrap();
    // Beside a station at work.
    let made =
        on(folder.path(), &["export", "pack", "--unit", &lpn.to_string(), "--out", path]).fine().json();
    assert_eq!(keys(&made), ["bytes", "events", "path", "photos", "sha256"]);
    assert_eq!((&made["events"], &made["photos"]), (&json!(3), &json!(1)));
    drop(records);
    let away = tempfile::tempdir().unwrap();
    let copy = away.path().join("copy.zip");
    fs::rename(&file, &copy).unwrap();
    drop(folder);
    let copy = copy.to_str().unwrap();

    let report = station(["verify", "--pack", copy, "--json"]).fine().json();
    assert_eq!(
        (&report["events"], &report["photos"], &report["problems"]),
        (&json!(3), &json!(1), &json!([]))
    );
    let key = hex::encode(head_office().public().to_bytes());
    assert_eq!(report["head_office_key"], json!(key));
    let said = station(["verify", "--pack", copy, "--head-office-key", &key]).fine().stdout;
    assert!(said.contains(report["station_key_id"].as_str().unwrap()), "{said}");
    assert!(said.ends_with("nothing is wrong with it\n"), "{said}");

    let other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let ran = station(["verify", "--pack", copy, "--head-office-key", other]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("head-office-other-key"), "{}", ran.stdout);

    let mut bytes = fs::read(copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(copy, &bytes).unwrap();
    assert_eq!(station(["verify", "--pack", copy]).code, Some(1));
    fs::write(copy, b"a shopping list").unwrap();
    let unreadable = station(["verify", "--pack", copy, "--json"]);
    assert_eq!(unreadable.error_code(), "pack-unreadable");
    assert!(!unreadable.stdout.contains("{$") && unreadable.stdout.contains("Zip"), "{}", unreadable.stdout);
    assert_eq!(station(["verify", "--pack", "/nonexistent.zip", "--json"]).error_code(), "file-failed");
}

#[test]
fn what_is_not_here_has_no_pack_and_a_wrong_key_is_a_wrong_command_line() {
    let folder = tempfile::tempdir().unwrap();
    enrolled(folder.path(), "http://127.0.0.1:9");
    let out = folder.path().join("unit.zip");
    let ran =
        on(folder.path(), &["export", "pack", "--unit", "041733927088", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.error_code(), "unit-unknown");
    assert!(!out.exists());
    assert_eq!(station(["verify", "--pack", "x.zip", "--head-office-key", "beef"]).code, Some(2));
    assert_eq!(station(["verify", "--head-office-key", "beef"]).code, Some(2));
    assert_eq!(station(["export", "pack", "--unit", "12"]).code, Some(2));
}
