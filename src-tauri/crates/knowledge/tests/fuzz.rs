//! Fuzz targets of every file that an office may send: a bounded number of inputs here, as many as wished by
//! `cargo xtask fuzz NAME --minutes N`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[macro_use]
#[path = "../../../../tests/fuzzing/near.rs"]
mod near;

use std::sync::LazyLock;

use knowledge::{File, Problem, catalogue, cells, checklist, operators, policy, rmas, why};
use near::Input;
use returns::money::Currency;

/// Files are long, and reading one takes a while: fewer inputs than of a scan.
const FILES: usize = 300;
const CSV: &[&str] = &[
    ",",
    "\"",
    "\n",
    "\r\n",
    "any",
    "!",
    "..",
    "-1",
    "&",
    "EUR",
    "é",
    "\u{feff}",
    "1e9",
    "9999999999999999999",
];
const JSON: &[&str] =
    &["{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "\\u0000", "é", "{\"a\":"];

fn asset(path: &str) -> Vec<u8> {
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    std::fs::read(assets.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The first lines of a table: enough to be near to one, and quick to read.
fn head(path: &str, lines: usize) -> Vec<u8> {
    asset(path).split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect()
}

/// Whatever is wrong has a code, and names the file.
fn told(problems: &[Problem]) {
    assert!(problems.iter().all(|problem| !problem.code.is_empty() && !problem.file.is_empty()));
}

#[test]
fn cell() {
    const CELLS: &[&str] =
        &["any", "!A,B", "N,A", "10..20", "..5", "&SCRATCHED&STAIN !USED", "yes", "149.00 EUR", "2.80"];
    let euro: Currency = "EUR".parse().unwrap();
    fuzz!(CELLS, CSV, |input: &Input| {
        let text = input.text();
        let _ = (cells::range(&text), cells::flag(&text), cells::findings(&text), cells::money(&text));
        let _ = (cells::list::<returns::codes::Grade>(&text), cells::cell::<returns::codes::Reason>(&text));
        let _ = (cells::whole_number(&text), cells::amounts(&text, euro));
        if let Ok(minor) = cells::amount(&text, euro) {
            let money = returns::money::Money { minor, currency: euro };
            assert_eq!(cells::money(&cells::write_money(money)).unwrap(), money);
        }
    });
}

#[test]
fn catalogue_file() {
    fuzz!(FILES, &[head("catalogue/catalogue.csv", 4)], CSV, |input: &Input| {
        let read = catalogue::read(&input.0, "catalogue.csv");
        told(&read.problems);
        if !read.values.is_empty() {
            let again = catalogue::read(catalogue::write(&read.values).unwrap().as_bytes(), "again.csv");
            assert_eq!(again.values, read.values);
        }
    });
}

#[test]
fn operators_file() {
    fuzz!(FILES, &[head("demo/operators.csv", 4)], CSV, |input: &Input| {
        told(&operators::read(&input.0, "operators.csv").problems);
    });
}

#[test]
fn rmas_file() {
    let all = asset("demo/rmas.json");
    let first: Vec<serde_json::Value> = serde_json::from_slice(&all).unwrap();
    let one = serde_json::to_vec(&first[..1]).unwrap();
    fuzz!(FILES, &[one], JSON, |input: &Input| told(&rmas::read(&input.0, "rmas.json").problems));
}

#[test]
fn checklist_file() {
    fuzz!(FILES, &[asset("checklists/media.json")], JSON, |input: &Input| {
        told(&checklist::read(&input.0, "media.json").problems);
    });
}

#[test]
fn why_file() {
    let words: &[&[u8]] = &[br#"{"G-1": {"en": "Because.", "de": "Weil."}}"#];
    fuzz!(words, JSON, |input: &Input| told(&why::read(&input.0, "why.json").problems));
}

/// The demo's policy, one of its files wrong at a time.
#[test]
fn policy_folder() {
    static NAMES: [&str; 12] = [
        "candidates.csv",
        "costs.csv",
        "decay.csv",
        "gates.csv",
        "policy.json",
        "recovery.csv",
        "routes.csv",
        "samples.csv",
        "seasons.csv",
        "settlements.csv",
        "tiers.csv",
        "why.json",
    ];
    static FILES: LazyLock<Vec<Vec<u8>>> =
        LazyLock::new(|| NAMES.iter().map(|name| asset(&format!("policy/{name}"))).collect());
    let wrong = (near::inputs(&FILES, CSV), 0..NAMES.len());
    bolero::check!().with_generator(wrong).with_iterations(120).with_test_time(near::AT_MOST).for_each(
        |(input, at): &(Input, usize)| {
            let files: Vec<File<'_>> = NAMES
                .iter()
                .zip(FILES.iter())
                .enumerate()
                .map(|(of, (name, bytes))| File { name, bytes: if of == *at { &input.0 } else { bytes } })
                .collect();
            let read = policy::read(&files);
            told(&read.problems);
            assert!(read.values.is_empty() != read.problems.is_empty(), "a policy or what is wrong with it");
        },
    );
}

#[test]
fn policy_workbook() {
    fuzz!(
        FILES,
        &[b"PK\x03\x04\x14\x00\x00\x00\x08\x00".to_vec()],
        &["PK\u{1}\u{2}", "PK\u{5}\u{6}", "xl/workbook.xml"],
        |input: &Input| {
            let read = policy::read_xlsx(&input.0, "policy.xlsx");
            told(&read.problems);
            assert!(read.values.is_empty());
        }
    );
}

/// A whole workbook with a few bytes of it wrong.
#[test]
fn policy_workbook_spoiled() {
    let names = [
        "candidates.csv",
        "costs.csv",
        "decay.csv",
        "examples.csv",
        "gates.csv",
        "policy.json",
        "recovery.csv",
        "routes.csv",
        "samples.csv",
        "seasons.csv",
        "settlements.csv",
        "tiers.csv",
        "why.json",
    ];
    let bytes: Vec<Vec<u8>> = names.iter().map(|name| asset(&format!("policy/{name}"))).collect();
    let files: Vec<File<'_>> = names.iter().zip(&bytes).map(|(name, bytes)| File { name, bytes }).collect();
    let policy = policy::read(&files).one().unwrap();
    let book = policy::write_xlsx(&policy).unwrap();
    fuzz!(60, &[book], &["PK\u{1}\u{2}", "<", "\u{0}\u{0}\u{0}\u{0}"], |input: &Input| {
        told(&policy::read_xlsx(&input.0, "policy.xlsx").problems);
    });
}
