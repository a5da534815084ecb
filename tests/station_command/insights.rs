//! `station insights`.

use serde_json::json;

use crate::folder::{enrolled, receive};
use crate::ran::{keys, on, station};

const NAMES: [&str; 10] = [
    "reason-by-finding",
    "dispositions",
    "recovery",
    "dock-to-disposition",
    "units-per-hour",
    "no-fault-found",
    "agreement-by-grader",
    "agreement-by-question",
    "diversion",
    "avoidable-reasons",
];

#[test]
fn each_of_the_ten_tables_is_listed_and_printed() {
    assert_eq!(station(["insights", "--json"]).fine().json(), json!(NAMES));
    let list = station(["insights"]).fine().stdout;
    assert_eq!(list.lines().count(), 10);
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:9");
    receive(&mut records, "S-1");
    receive(&mut records, "S-2");
    for name in NAMES {
        assert!(list.contains(name), "{name}");
        let view = on(folder.path(), &["insights", name]).fine().json();
        assert_eq!(keys(&view), ["at", "columns", "insight", "rows", "sources", "units"]);
        assert_eq!(view["insight"], json!(name));
        let columns = view["columns"].as_array().unwrap().len();
        for row in view["rows"].as_array().unwrap() {
            assert_eq!(row.as_array().unwrap().len(), columns, "{name}");
        }
    }
    let data = folder.path().to_str().unwrap();
    let csv = station(["insights", "units-per-hour", "--csv", "--data", data]).fine().stdout;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "step,units,hours,per_hour");
    assert!(lines[1].starts_with("RECEIVED,2,0."), "{csv}");
    let table = station(["insights", "units-per-hour", "--data", data]).fine().stdout;
    assert!(table.starts_with("step") && table.ends_with("\n2 units\n"), "{table}");
}

#[test]
fn days_bound_the_units_and_rubbish_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = enrolled(folder.path(), "http://127.0.0.1:9");
    receive(&mut records, "S-1");
    let units = |args: &[&str]| {
        let all: Vec<&str> = ["insights", "units-per-hour"].iter().chain(args).copied().collect();
        on(folder.path(), &all).fine().json()["units"].clone()
    };
    assert_eq!(units(&[]), json!(1));
    assert_eq!(units(&["--until", "2020-01-01"]), json!(0));
    assert_eq!(units(&["--from", "2020-01-01"]), json!(1));
    let refused = |args: &[&str]| {
        let all: Vec<&str> = ["insights", "recovery"].iter().chain(args).copied().collect();
        on(folder.path(), &all).error_code()
    };
    assert_eq!(refused(&["--from", "yesterday"]), "day-unreadable");
    assert_eq!(refused(&["--from", "2026-01-02", "--until", "2026-01-01"]), "days-reversed");
    assert_eq!(station(["insights", "profits"]).code, Some(2));
    assert_eq!(station(["insights", "recovery", "--csv", "--json"]).code, Some(2));
}
