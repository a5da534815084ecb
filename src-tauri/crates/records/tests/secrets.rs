//! The station's key: in the best place that there is, taken over from where it lay before, never lost on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;
use std::path::Path;

use records::{Options, Records, SecretIn, Secrets};
use support::*;

fn open_with(dir: &Path, secrets: SecretIn) -> Records {
    Records::open(dir, Options { secrets, ..options() }).unwrap()
}

/// Every file of a folder, whole.
fn files(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        all.extend(if path.is_dir() { files(&path) } else { fs::read(path).unwrap() });
    }
    all
}

fn holds(dir: &Path, what: &[u8]) -> bool {
    files(dir).windows(what.len()).any(|window| window == what)
}

#[test]
fn a_key_in_a_file_is_taken_over_into_a_sealed_one() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let plain = hex::encode([9; 32]);
    assert!(holds(dir.path(), plain.as_bytes()));
    let mut records = open_with(dir.path(), SecretIn::SealedFile);
    assert_eq!(records.key_place(), Some(SecretIn::SealedFile), "is there no /etc/machine-id?");
    assert_eq!(records.secret_key().unwrap().unwrap().seed(), [9; 32]);
    assert!(!holds(dir.path(), plain.as_bytes()) && !holds(dir.path(), &[9; 32]), "nothing of it lies open");
    receive(&mut records, "SN-1");
    assert!(records.seal().unwrap().is_some());
    drop(records);
    // Whoever opens it otherwise finds it all the same.
    assert_eq!(open(dir.path()).secret_key().unwrap().unwrap().seed(), [9; 32]);
    assert!(records::verify(dir.path()).unwrap().is_clean());
}

#[test]
fn what_another_machine_sealed_is_told_of_and_work_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    drop(open_with(dir.path(), SecretIn::SealedFile));
    let path = dir.path().join("secrets/station.sealed");
    let sealed = fs::read_to_string(&path).unwrap();
    let mut there: serde_json::Value = serde_json::from_str(&sealed).unwrap();
    there["salt"] = hex::encode([1; 32]).into();
    fs::write(&path, there.to_string()).unwrap();
    let mut records = open_with(dir.path(), SecretIn::SealedFile);
    assert_eq!(records.secret_key().unwrap_err().code(), "secret-sealed-elsewhere");
    receive(&mut records, "SN-1");
    assert_eq!(records.unsent().unwrap().events, 2, "graded, saved, waiting");
    assert!(path.is_file(), "nothing that cannot be read is thrown away");
}

#[test]
fn a_key_that_a_backup_brings_counts_before_the_one_that_cannot_be_read() {
    let (dir, second, other) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(enrolled(dir.path()));
    drop(open_with(dir.path(), SecretIn::SealedFile));
    records::back_up(dir.path(), second.path(), 1, recorded()).unwrap();
    // Another computer, on which an unreadable one lies.
    fs::create_dir_all(other.path().join("secrets")).unwrap();
    fs::write(other.path().join("secrets/station.sealed"), "{}").unwrap();
    let options = Options { secrets: SecretIn::SealedFile, ..options() };
    let back = records::put_back(second.path(), other.path(), options).unwrap();
    assert!(back.key);
    let records = open_with(other.path(), SecretIn::SealedFile);
    assert_eq!(records.secret_key().unwrap().unwrap().seed(), [9; 32]);
    assert_eq!(records.key_place(), Some(SecretIn::SealedFile));
}

#[test]
fn other_secrets_have_their_own_names_and_are_forgotten_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::of(dir.path(), SecretIn::SealedFile);
    assert_eq!(secrets.read("camera-dock").unwrap(), None);
    assert_eq!(secrets.keep("camera-dock", b"open sesame").unwrap(), SecretIn::SealedFile);
    assert_eq!(secrets.keep("camera-gate", b"another").unwrap(), SecretIn::SealedFile);
    assert_eq!(secrets.read("camera-dock").unwrap().unwrap(), b"open sesame");
    assert!(!holds(dir.path(), b"open sesame"));
    secrets.forget("camera-dock").unwrap();
    assert_eq!(secrets.read("camera-dock").unwrap(), None);
    assert_eq!(secrets.read("camera-gate").unwrap().unwrap(), b"another");
    for wrong in ["../station", "Camera", "a/b"] {
        assert_eq!(secrets.keep(wrong, b"x").unwrap_err().code(), "secret-too-long", "{wrong}");
    }
}
