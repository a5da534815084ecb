//! The headless command `station`, run as a process: answers, errors, exit codes, and bad input of every kind.
//! Needs pdftoppm (poppler-utils), zbarimg (zbar-tools) and socat.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "station_command/decode.rs"]
mod decode;
#[path = "station_command/doctor.rs"]
mod doctor;
#[path = "station_command/folder.rs"]
mod folder;
#[path = "station_command/insights.rs"]
mod insights;
#[path = "station_command/kept.rs"]
mod kept;
#[path = "station_command/label.rs"]
mod label;
#[path = "station_command/line.rs"]
mod line;
#[path = "station_command/office.rs"]
mod office;
#[path = "station_command/pack.rs"]
mod pack;
#[path = "station_command/policy.rs"]
mod policy;
#[path = "station_command/ran.rs"]
mod ran;
#[path = "station_command/verify.rs"]
mod verify;

use ran::station;
use serde_json::json;

const COMMANDS: &[&str] = &[
    "replay", "decode", "label", "enrol", "sync", "verify", "backup", "restore", "purge", "export",
    "insights", "policy", "doctor",
];

#[test]
fn every_command_explains_itself() {
    let help = station(["--help"]).fine().stdout;
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help:\n{help}");
        let own = station([command, "--help"]).fine().stdout;
        for option in ["--json", "--data"] {
            assert!(own.contains(option), "{command} does not explain {option}:\n{own}");
        }
    }
    for kind in ["lpn", "disposition", "container", "return", "badge", "commands", "unit"] {
        assert!(station(["label", kind, "--help"]).fine().stdout.contains("--out"), "{kind}");
    }
}

#[test]
fn a_wrong_command_line_is_no_failed_command() {
    for wrong in [
        &[][..],
        &["dekode"],
        &["decode"],
        &["decode", "--budget-ms", "soon", "a.png"],
        &["sync", "--timeout", "-1"],
    ] {
        let ran = station(wrong);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(ran.stderr.contains("Usage") || ran.stderr.contains("--help"), "{wrong:?}: {}", ran.stderr);
    }
    let ran = station(["decode", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    let answer = ran.json();
    assert_eq!(answer["error"]["code"], json!("usage"));
    assert!(answer["error"]["message"].as_str().unwrap().contains("<PATH>"), "{answer}");
}

#[test]
fn without_a_folder_of_records_each_command_says_so_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/station");
    let data = missing.to_str().unwrap();
    for command in [
        &["verify"][..],
        &["sync"],
        &["insights", "recovery"],
        &["label", "unit", "--lpn", "041733927088", "--out", "x.pdf"],
    ] {
        let ran = station(command.iter().chain(&["--data", data]));
        assert_eq!(ran.error_line(), "database-missing", "{command:?}");
        let ran = station(command.iter().chain(&["--json", "--data", data]));
        assert_eq!(ran.error_code(), "database-missing", "{command:?}");
        assert!(!missing.exists(), "{command:?} made {data}");
    }
}
