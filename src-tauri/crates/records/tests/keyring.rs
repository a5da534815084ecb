//! The station's key in a real keyring: GNOME Keyring on a bus of the test's own, its files in a folder of the test's own.
//! Debian packages: dbus, gnome-keyring.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use records::{Keyring, Options, Records, SecretIn, Secrets};
use support::*;

/// Set for the test's second half, which runs inside of the session.
const INSIDE: &str = "RS_TEST_KEYRING";

/// Starts the keyring, unlocked, and then the test again; a login does the same.
const SESSION: &str = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null && exec \"$0\" \
                       --exact a_key_is_taken_over_into_the_keyring_and_read_from_there --nocapture";

fn open_with(dir: &Path, secrets: SecretIn) -> Records {
    Records::open(dir, Options { secrets, ..options() }).unwrap()
}

#[test]
fn a_key_is_taken_over_into_the_keyring_and_read_from_there() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let home = tempfile::tempdir().unwrap();
    for (name, mode) in [("run", 0o700), ("data", 0o700), ("config", 0o700), ("station", 0o700)] {
        fs::create_dir(home.path().join(name)).unwrap();
        fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let told = Command::new("dbus-run-session")
        .args(["--", "bash", "-c", SESSION])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, home.path().join("station"))
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path().join("run"))
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .expect("dbus-run-session is missing: apt-get install dbus gnome-keyring");
    let words = String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success() && words.contains("1 passed"), "dbus and gnome-keyring: {words}");
}

fn inside() {
    let dir = std::env::var_os(INSIDE).unwrap();
    let dir = Path::new(&dir);
    assert!(Keyring::is_there(), "is gnome-keyring installed?");
    drop(enrolled(dir));
    // First without a keyring, then with one: the sealed file is taken over too.
    drop(open_with(dir, SecretIn::SealedFile));
    let mut records = open_with(dir, SecretIn::Keyring);
    assert_eq!(records.key_place(), Some(SecretIn::Keyring));
    assert_eq!(records.secret_key().unwrap().unwrap().seed(), [9; 32]);
    assert!(!dir.join("station.key").exists() && !dir.join("secrets/station.sealed").exists());
    receive(&mut records, "SN-1");
    assert!(records.seal().unwrap().is_some());
    drop(records);
    assert_eq!(open(dir).secret_key().unwrap().unwrap().seed(), [9; 32], "by whoever opens it");
    assert!(records::verify(dir).unwrap().is_clean());
    let secrets = Secrets::of(dir, SecretIn::Keyring);
    assert_eq!(secrets.keep("camera-dock", b"open sesame").unwrap(), SecretIn::Keyring);
    assert_eq!(secrets.read("camera-dock").unwrap().unwrap(), b"open sesame");
    secrets.forget("camera-dock").unwrap();
    assert_eq!(secrets.read("camera-dock").unwrap(), None);
    assert_eq!(open(dir).secret_key().unwrap().unwrap().seed(), [9; 32], "the others stay");
}
