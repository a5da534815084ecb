//! The demo's shift, played by the real programs: every return, a power cut and a lost line, everything sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use records::Records;
use returns::codes::Disposition;
use serde_json::Value;
use story::depot::asset;

const STATION: &str = env!("CARGO_BIN_EXE_station");

/// The `head-office` program: named by HEAD_OFFICE_BIN, or the one beside `station`.
fn head_office() -> PathBuf {
    let beside = || Path::new(STATION).with_file_name(format!("head-office{}", std::env::consts::EXE_SUFFIX));
    let program = std::env::var_os("HEAD_OFFICE_BIN").map_or_else(beside, PathBuf::from);
    let how = "build it with `cargo build -p head-office`, or name it in HEAD_OFFICE_BIN";
    assert!(program.is_file(), "{} is missing: {how}", program.display());
    program
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    })
}

#[test]
fn the_demo_shift_goes_through_and_everything_is_sent() {
    let head_office = head_office();
    let dir = tempfile::tempdir().unwrap();
    let shift = asset("demo/shift.json");
    let played = Command::new(STATION)
        .arg("replay")
        .arg(&shift)
        .args(["--json", "--data"])
        .arg(dir.path())
        .env("HEAD_OFFICE_BIN", &head_office)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&played.stderr);
    assert!(!told.contains("panicked"), "{told}");
    let summary = last_line(&played);
    assert!(played.status.success(), "{summary}\n{told}");
    let count = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("no {name} in {summary}"));
    for (name, least) in [("returns", 24), ("units", 24), ("labels", 20), ("photos", 5), ("events", 150)] {
        assert!(count(name) >= least, "{name}: {summary}");
    }
    assert_eq!((count("unsent"), count("refused")), (0, 0), "{told}");

    // What it says is what is there.
    let station =
        Command::new(STATION).args(["verify", "--json", "--data"]).arg(dir.path()).output().unwrap();
    let verified = last_line(&station);
    assert!(station.status.success(), "{verified}");
    assert_eq!(verified["events"].as_u64(), Some(count("events")));
    assert_eq!((&verified["chain"], &verified["projections"]), (&"ok".into(), &"ok".into()));
    assert_eq!((&verified["photos_missing"], &verified["problems"]), (&0.into(), &Value::Array(vec![])));
    let server = Command::new(&head_office)
        .args(["verify", "--json", "--data"])
        .arg(dir.path().join("head-office"))
        .output()
        .unwrap();
    let verified = last_line(&server);
    assert!(server.status.success(), "{verified}");
    assert_eq!((verified["events"].as_u64(), &verified["chain"]), (Some(count("events")), &"ok".into()));
    assert_eq!(&verified["problems"], &Value::Array(vec![]));

    // The shift has every disposition that there is; the demo's policy allows all of them.
    let records = Records::open_read_only(dir.path()).unwrap();
    let units = records.recent_units(10_000).unwrap();
    assert_eq!(units.len() as u64, count("units"));
    let seen: BTreeSet<&str> = units
        .iter()
        .filter_map(|(_, unit)| unit.disposition())
        .map(|disposition| disposition.as_str())
        .collect();
    let all: BTreeSet<&str> = Disposition::ALL.iter().map(|disposition| disposition.as_str()).collect();
    assert_eq!(seen, all);

    // The shift that was played holds a power cut and a line that was lost.
    let shift: Value = serde_json::from_slice(&std::fs::read(shift).unwrap()).unwrap();
    let steps: Vec<&Value> = shift["returns"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["steps"].as_array().unwrap())
        .collect();
    assert!(steps.iter().any(|step| step["power-cut"] == true), "no power cut");
    assert!(steps.iter().any(|step| step["line"] == "down"), "no lost line");
}
