//! `station backup`, `station restore`, and what `station doctor` says of how the records are kept.

use std::fs;

use returns::codes::Role;
use returns::event::{StationEvent, UnitEvent};
use returns::ids::{OperatorId, Subject};
use serde_json::{Value, json};
use wire::{Feed, FeedChange, FeedItem, FeedPage, Operator, Signed};

use crate::folder::{append, enrolled, head_office, open, receive};
use crate::ran::{Ran, on, station};

fn finding(ran: &Ran, code: &str) -> Option<(String, String)> {
    let Value::Array(findings) = ran.json() else { panic!("no list: {}", ran.stdout) };
    let found = findings.iter().find(|finding| finding["code"] == code)?;
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    Some((text("level"), text("message")))
}

#[test]
fn a_backup_is_made_beside_the_records_and_put_back_on_another_computer() {
    let (folder, second, other) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(folder.path(), "http://127.0.0.1:1");
    receive(&mut records, "SN-1");
    // Beside a station at work, too.
    let to = second.path().to_str().unwrap();
    let made = on(folder.path(), &["backup", "--to", to]).fine().json();
    assert_eq!((made["name"].as_str(), made["head"]["seq"].as_u64()), (Some("LEJ2-B04"), Some(2)));
    let back = on(other.path(), &["restore", "--from", to]).fine().json();
    assert_eq!((back["key"].as_bool(), &back["aside"]), (Some(true), &Value::Null));
    assert!(back["epoch"].as_str().unwrap().starts_with("p-"));
    let restored = open(other.path());
    assert_eq!(restored.unsent().unwrap().events, 2);
    drop(restored);
    assert_eq!(on(other.path(), &["verify"]).fine().json()["events"], 2);
    let told = station(["restore", "--from", to, "--data", other.path().to_str().unwrap()]).fine().stdout;
    assert!(told.contains("what was here lies in "), "{told}");
    assert_eq!(on(folder.path(), &["restore", "--from", to]).error_code(), "data-in-use");
    assert_eq!(on(folder.path(), &["restore", "--from", "/nonexistent"]).error_code(), "backup-bad");
    assert_eq!(on(folder.path(), &["backup"]).error_code(), "backup-folder-missing");
}

#[test]
fn the_doctor_tells_of_reserve_witness_backup_and_what_happened() {
    let (folder, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut records = enrolled(folder.path(), "http://127.0.0.1:1");
    receive(&mut records, "SN-1");
    drop(records);
    let settings = json!({ "keeping": {
        "reserve_mib": 1, "witness_folder": "/dev/null/nowhere", "backup": { "folder": second.path() }
    } });
    fs::write(folder.path().join("station.json"), settings.to_string()).unwrap();
    let told = on(folder.path(), &["doctor", "--quick"]);
    for (code, level) in
        [("reserve-missing", "warn"), ("witness-not-writable", "warn"), ("backup-missing", "warn")]
    {
        assert_eq!(finding(&told, code).expect(code).0, level, "{code}");
    }
    on(folder.path(), &["backup"]).fine();
    let (level, words) = finding(&on(folder.path(), &["doctor", "--quick"]), "backup").unwrap();
    assert!(level == "ok" && words.contains("LEJ2-B04"), "{words}");
    // A backup that rotted is worse than none.
    let database = fs::read_dir(second.path()).unwrap().flatten().next().unwrap().path();
    let newest = fs::read_dir(&database).unwrap().flatten().map(|entry| entry.path());
    let newest = newest.filter(|path| path.join("backup.json").exists()).max().unwrap().join("station.db");
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    assert_eq!(finding(&on(folder.path(), &["doctor", "--quick"]), "backup-bad").unwrap().0, "bad");
    // The records are damaged and made anew: the doctor says so, and where the damaged ones lie.
    let path = folder.path().join("station.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0);
    fs::write(&path, bytes).unwrap();
    let (_, report) = records::Records::open_or_rebuild(folder.path(), records::Options::default()).unwrap();
    let told = on(folder.path(), &["doctor", "--quick"]);
    let (_, words) = finding(&told, "records-rebuilt").unwrap();
    let _ = report.expect("made anew");
    assert!(words.contains("damaged"), "{words}");
}

#[test]
fn what_may_be_about_a_person_is_purged_on_request_and_by_age_and_the_chain_still_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:1");
    let (unit, lpn) = receive(&mut records, "SN-1");
    let note = records.keep_text(b"the customer rang, her name is in this note").unwrap();
    append(&mut records, Subject::Unit(unit), UnitEvent::Noted { hash: note });
    let scan = records.keep_text(b"a label with an address").unwrap();
    let kept = StationEvent::RawScanKept { hash: scan, len: 23 };
    append(&mut records, Subject::Station, kept);
    let operator = Operator {
        id: OperatorId::new("op-1").unwrap(),
        initials: "KW".to_owned(),
        badge: "KW-7F3A9C".to_owned(),
        role: Role::Supervisor,
        pin_hash: String::new(),
        valid_until: "2030-01-01T00:00:00Z".parse().unwrap(),
    };
    let value = serde_json::to_value(Signed::sign(&head_office(), &operator).unwrap()).unwrap();
    let item = FeedItem { key: "op-1".to_owned(), change: FeedChange::Put { value } };
    let page = FeedPage { feed: Feed::Operators, items: vec![item], cursor: "c".to_owned(), more: false };
    assert_eq!(records.apply_page(&page).unwrap().refused, 0);
    drop(records);

    let purge = |rest: &[&str]| on(folder.path(), &[&["purge", "--operator", "op-1"], rest].concat());
    assert_eq!(
        on(folder.path(), &["purge", "--operator", "op-9", "--older-than", "1"]).error_code(),
        "operator-unknown"
    );
    assert_eq!(purge(&["--unit", &lpn.to_string()]).fine().json()["purged"], 1);
    assert_eq!(purge(&["--older-than", "1"]).fine().json()["purged"], 0, "a day has not gone by");
    assert_eq!(
        purge(&["--sha256", &note.to_string()]).error_code(),
        "nothing-to-purge",
        "it is gone already"
    );
    assert_eq!(purge(&["--sha256", &scan.to_string()]).fine().json()["purged"], 1);
    for file in ["station.db", "station.db-wal"] {
        let bytes = fs::read(folder.path().join(file)).unwrap_or_default();
        for word in ["her name is in this note", "a label with an address"] {
            assert!(!bytes.windows(word.len()).any(|piece| piece == word.as_bytes()), "{word} in {file}");
        }
    }
    assert_eq!(on(folder.path(), &["verify"]).fine().json()["chain"], "ok");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_told_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(enrolled(folder.path(), "http://127.0.0.1:1"));
    let told = on(folder.path(), &["doctor", "--quick"]);
    assert_eq!(finding(&told, "key-in-file").unwrap().0, "ok");
    fs::set_permissions(folder.path().join("station.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let told = on(folder.path(), &["doctor", "--quick"]);
    assert_eq!(finding(&told, "key-readable-by-others").unwrap().0, "bad");
}
