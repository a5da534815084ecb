//! A verdict for every row, from either form of a list; and imports that write nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

pub mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use head_office::HeadOffice;
use head_office::import::{Imported, Manner, Outcome, Sources, Verdict, Words};
use jiff::Timestamp;
use serde_json::json;
use wire::Feed;

const RMAS: &str = "\
number,state,owner,order,tracking,cycle,country,line,sku,requested,authorised,reason,preference,serials_shipped,sold
26-1,AUTHORISED,NORD,SO-1,JD1|JD2,COMMERCIAL,DE,1,SKU-1,2,2,TOO_SMALL,REFUND,S-1|S-2,2026-11-01
26-1,,,,,,,2,SKU-2,1,1,DEFECTIVE,EXCHANGE,,
26-2,AUTHORISED,NORD,,,COMMERCIAL,,1,SKU-1,1,2,TOO_SMALL,REFUND,,
26-3,AUTHORISED,NORD,,,COMMERCIAL,,1,SKU-1,one,1,TOO_SMALL,REFUND,,
26-4,AUTHORISED,NORD,,,COMMERCIAL,,1,SKU-1,1,1,TOO_SMALL,REFUND,,
26-4,AUTHORISED,OTHER,,,COMMERCIAL,,2,SKU-2,1,1,TOO_SMALL,REFUND,,
26-5,AUTHORISED,NORD,,,COMMERCIAL,,1,SKU-1,1,1,TOO_SMALL,REFUND,,
26-6,AUTHORISED,NORD,,,COMMERCIAL,,1,SKU-1,1,1,UNHEARD_OF,REFUND,,
";

fn office(dir: &Path) -> HeadOffice {
    let data = dir.join("data");
    std::fs::create_dir_all(&data).unwrap();
    HeadOffice::open_or_create_in(&data, &support::stores(&data)).unwrap()
}

fn file(dir: &Path, name: &str, content: &str) -> Vec<PathBuf> {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    vec![path]
}

fn import(office: &HeadOffice, sources: &Sources, manner: Manner) -> Verdict {
    office.import_as(sources, manner, Timestamp::now()).unwrap()
}

fn outcomes(verdict: &Verdict) -> Vec<(u32, &str, Outcome)> {
    verdict.rows.iter().map(|row| (row.row.unwrap_or(0), row.key.as_str(), row.outcome)).collect()
}

/// Row, cell and code of each refusal.
fn refusals(verdict: &Verdict) -> Vec<(u32, &str, &str)> {
    let told = |problem: &'_ knowledge::Problem| problem.row.unwrap_or(0);
    verdict
        .refused
        .iter()
        .map(|problem| (told(problem), problem.cell.as_deref().unwrap_or(""), problem.code))
        .collect()
}

#[test]
fn returns_come_from_a_table_with_a_row_for_each_line() {
    use Outcome::{Accepted, Refused};
    let dir = tempfile::tempdir().unwrap();
    let office = office(dir.path());
    let sources = Sources { rmas: file(dir.path(), "rmas.csv", RMAS), ..Sources::default() };
    let verdict = import(&office, &sources, Manner::default());
    assert_eq!(
        refusals(&verdict),
        [
            (4, "authorised", "more-authorised-than-requested"),
            (5, "requested", "cell-unreadable"),
            (7, "owner", "rma-contradicted"),
            (9, "reason", "cell-unreadable"),
        ]
    );
    assert_eq!(
        outcomes(&verdict),
        [
            (2, "26-1", Accepted),
            (4, "", Refused),
            (5, "", Refused),
            (7, "", Refused),
            (8, "26-5", Accepted),
            (9, "", Refused)
        ]
    );
    let rmas = office.store().rmas().unwrap();
    assert_eq!(rmas.len(), 2);
    let first = &rmas[0];
    assert_eq!((first.lines.len(), first.tracking.len()), (2, 2));
    assert_eq!(first.lines[0].serials_shipped.len(), 2);
    assert_eq!((first.lines[1].id.as_str(), first.lines[1].sku.as_str()), ("2", "SKU-2"));
}

#[test]
fn a_table_with_a_wrong_head_is_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let office = office(dir.path());
    let text = "number,state,owner,cycle,line,sku,requested,reason,colour,state\n26-1,A,B,C,1,S,1,X,red,A\n";
    let sources = Sources { rmas: file(dir.path(), "rmas.csv", text), ..Sources::default() };
    let verdict = import(&office, &sources, Manner::default());
    assert_eq!(
        refusals(&verdict),
        [(1, "colour", "column-unknown"), (1, "state", "column-twice"), (1, "authorised", "column-missing")]
    );
    assert!(office.store().rmas().unwrap().is_empty());
}

#[test]
fn products_and_operators_come_from_json_as_well_and_are_named_by_their_entry() {
    use Outcome::{Accepted, Refused, Unchanged};
    let dir = tempfile::tempdir().unwrap();
    let office = office(dir.path());
    let item = |sku: &str, gtin: &str, battery: serde_json::Value| {
        json!({ "sku": sku, "gtins": [gtin], "title": "Runner, red", "category": "FOOTWEAR", "owner": "NORD",
                "price": "89.90 EUR", "battery": battery, "weight_grams": 310 })
    };
    let items = json!([
        item("SKU-1", "4006381333931", json!(true)),
        item("SKU-1", "96385074", json!(false)),
        item("SKU-2", "4006381333932", json!("no")),
        item("SKU-3", "96385074", json!(null)),
    ]);
    let operators = json!([
        { "id": "op-1", "badge": "B1", "initials": "MK", "role": "GRADER", "pin": "2718",
          "valid_until": "2030-01-31" },
        { "id": "op-2", "badge": "B2", "initials": "AB", "role": "BOSS", "pin": "2718", "valid_until": null },
    ]);
    let sources = Sources {
        catalogue: file(dir.path(), "items.json", &items.to_string()),
        operators: file(dir.path(), "people.json", &operators.to_string()),
        ..Sources::default()
    };
    let verdict = import(&office, &sources, Manner::default());
    assert_eq!(verdict.imported, Imported { items: 2, operators: 1, ..Imported::default() });
    assert_eq!(
        refusals(&verdict),
        [(2, "role", "unknown-code"), (2, "sku", "row-twice"), (3, "gtins", "gtin-check-digit")]
    );
    let twice = verdict.refused.iter().find(|problem| problem.code == "row-twice").unwrap();
    assert_eq!(twice.args["first_row"], "1", "an entry, not a row of a table that nobody has");
    assert_eq!(
        outcomes(&verdict),
        [
            (1, "SKU-1", Accepted),
            (2, "", Refused),
            (3, "", Refused),
            (4, "SKU-3", Accepted),
            (1, "op-1", Accepted),
            (2, "", Refused)
        ]
    );
    assert!(!format!("{verdict:?}").contains("2718"), "no verdict holds a PIN");

    // The same again: the PIN is known again by its hash, and nobody is told of any news.
    let head = office.store().feed_head(Feed::Operators).unwrap();
    let again = import(&office, &sources, Manner::default());
    assert_eq!(again.imported, Imported::default());
    assert_eq!(again.unchanged, Imported { items: 2, operators: 1, ..Imported::default() });
    assert!(outcomes(&again).contains(&(1, "op-1", Unchanged)));
    assert_eq!(office.store().feed_head(Feed::Operators).unwrap(), head);
}

#[test]
fn a_check_and_an_import_of_all_or_nothing_leave_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let office = office(dir.path());
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let good = Sources {
        catalogue: vec![assets.join("catalogue/catalogue.csv")],
        checklists: vec![assets.join("checklists")],
        policies: vec![assets.join("policy")],
        rmas: vec![assets.join("demo/rmas.json")],
        operators: vec![assets.join("demo/operators.csv")],
    };
    let heads = || Feed::ALL.map(|feed| office.store().feed_head(feed).unwrap());
    let before = heads();
    let checked = import(&office, &good, Manner { check: true, all_or_nothing: false });
    assert!(checked.refused.is_empty() && !checked.written, "{:?}", checked.refused);
    assert!(checked.imported.policies == 1, "the policy may use words of the files beside it");
    assert_eq!(heads(), before);

    let mixed = Sources { rmas: file(dir.path(), "rmas.csv", RMAS), ..good.clone() };
    let nothing = import(&office, &mixed, Manner { check: false, all_or_nothing: true });
    assert!(!nothing.refused.is_empty() && !nothing.written);
    assert_eq!(heads(), before);

    let all = import(&office, &good, Manner { check: false, all_or_nothing: true });
    assert!(all.written);
    assert_eq!(all.imported, checked.imported);
    assert_ne!(heads(), before);
    // What was checked is what was written, row by row.
    assert_eq!(outcomes(&all), outcomes(&checked));
}

/// Codes of faults that `knowledge` and the policy's search give to rows.
fn codes_of_rows() -> BTreeSet<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    let mut folders = vec![crates.join("knowledge/src"), crates.join("returns/src/policy/check")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            for quoted in text.split('"').skip(1).step_by(2) {
                let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if quoted.contains('-') && quoted.chars().all(kebab) && !quoted.starts_with('-') {
                    found.insert(quoted.to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_code_of_a_refused_row_says_why_and_what_to_do() {
    // Told of what is written, or of a checklist, where the general words do.
    const GENERAL: [&str; 17] = [
        // A serde attribute.
        "kebab-case",
        "costs-twice",
        "csv-not-written",
        "effect-missing",
        "effect-twice",
        "finding-twice",
        "findings-part-twice",
        "json-not-written",
        "photo-twice",
        "sample-rate",
        "samples-twice",
        "serial-choices",
        "serial-kind",
        "xlsx-not-written",
        "row-allows-nothing",
        "words-missing",
        "day-unreadable",
    ];
    let codes = codes_of_rows();
    assert!(codes.len() > 50, "{codes:?}");
    let mute: Vec<&String> =
        codes.iter().filter(|code| !Words::known(code) && !GENERAL.contains(&code.as_str())).collect();
    assert!(mute.is_empty(), "no words for {mute:?}");
}
