//! Files in, row by row; signed out to the stations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::{Path, PathBuf};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use head_office::HeadOffice;
use head_office::import::{Imported, Sources, Verdict};
use jiff::Timestamp;
use returns::item::Item;
use serde_json::{Value, json};
use support::{Station, enrol, start};
use wire::{Document, Feed, FeedChange, Operator, ReturnLabel, Signed};

const CATALOGUE: &str = "\
sku,gtins,title,category,owner,price
SKU-1,4006381333931,Runner,FOOTWEAR,NORD,89.90 EUR
SKU-1,96385074,Again,FOOTWEAR,NORD,89.90 EUR
SKU-2,4006381333932,Wrong check digit,FOOTWEAR,NORD,89.90 EUR
SKU-3,96385074,Walker,FOOTWEAR,NORD,49.90 EUR
";

const OPERATORS: &str = "\
id,badge,initials,role,pin
op-1,B1,MK,GRADER,271828
op-2,B1,AB,GRADER,1234
op-3,B3,CD,SUPERVISOR,12
op-4,B4,EF,BOSS,1234
";

fn file(dir: &Path, name: &str, content: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn import(office: &HeadOffice, sources: &Sources) -> Verdict {
    office.import(sources, Timestamp::now()).unwrap()
}

/// Last part of the file's name, row, cell and code of each refusal.
fn refusals(verdict: &Verdict) -> Vec<(&str, u32, &str, &str)> {
    let named = |row: &'_ knowledge::Problem| -> String {
        Path::new(&row.file).file_name().unwrap().to_str().unwrap().to_owned()
    };
    verdict
        .refused
        .iter()
        .map(|row| {
            let name: &str = row.file.rsplit('/').next().unwrap();
            assert_eq!(name, named(row));
            (name, row.row.unwrap_or(0), row.cell.as_deref().unwrap_or(""), row.code)
        })
        .collect()
}

async fn values(station: &Station, feed: Feed) -> Vec<(String, Value)> {
    let items = station.drain(feed, "").await.0;
    items
        .into_iter()
        .map(|item| match item.change {
            FeedChange::Put { value } => (item.key, value),
            FeedChange::Gone => panic!("gone"),
        })
        .collect()
}

fn rma(number: &str, label: &str) -> Value {
    json!({ "number": number, "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL", "label": label,
            "expires": "2030-01-31",
            "lines": [{ "id": "1", "sku": "SKU-1", "requested": 1, "authorised": 1,
                        "reason": "TOO_SMALL", "preference": "REFUND" }] })
}

fn policy(number: u32) -> Value {
    json!({ "number": number, "date": "2026-11-01", "currency": "EUR", "review": {}, "provisional": null,
            "gates": [], "sentences": { "wait": { "en": "It waits." } },
            "candidates": [{ "id": "C-1", "allowed": ["QUARANTINE"], "settlement": "NONE", "why": "wait" }] })
}

#[tokio::test]
async fn good_rows_go_in_and_bad_ones_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let rmas = json!([rma("RMA-1", "1"), rma("RMA-3", "L-3"), rma("RMA-1", "4"), rma("RMA-5", "5")]);
    let sources = Sources {
        catalogue: vec![file(dir.path(), "catalogue.csv", CATALOGUE)],
        rmas: vec![file(dir.path(), "rmas.json", &rmas.to_string())],
        ..Sources::default()
    };
    let verdict = import(server.office(), &sources);
    assert_eq!(verdict.imported, Imported { items: 2, rmas: 2, ..Imported::default() });
    assert_eq!(
        refusals(&verdict),
        [
            ("catalogue.csv", 3, "sku", "row-twice"),
            ("catalogue.csv", 4, "gtins", "gtin-check-digit"),
            ("rmas.json", 2, "label", "label-id-unusable"),
            ("rmas.json", 3, "number", "row-twice"),
        ]
    );
    let items = values(&station, Feed::Catalogue).await;
    assert_eq!(items.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["SKU-1", "SKU-3"]);
    let signed: Signed<Item> = serde_json::from_value(items[0].1.clone()).unwrap();
    let (first, _) = signed.verify(&server.office().public_key()).unwrap();
    assert_eq!(first.title, "Runner");
    let rmas = values(&station, Feed::Rmas).await;
    assert_eq!(rmas.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["RMA-1", "RMA-5"]);

    // The same again is no news for any station.
    let cursor = station.drain(Feed::Catalogue, "").await.1;
    import(server.office(), &sources);
    assert!(station.drain(Feed::Catalogue, &cursor).await.0.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn operators_travel_with_a_hash_of_their_pin_and_never_the_pin() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sources =
        Sources { operators: vec![file(dir.path(), "operators.csv", OPERATORS)], ..Sources::default() };
    let verdict = import(server.office(), &sources);
    assert_eq!(verdict.imported.operators, 1);
    assert_eq!(
        refusals(&verdict),
        [
            ("operators.csv", 3, "badge", "badge-twice"),
            ("operators.csv", 4, "pin", "pin-unusable"),
            ("operators.csv", 5, "role", "unknown-code"),
        ]
    );
    let items = values(&station, Feed::Operators).await;
    assert_eq!(items[0].0, "op-1");
    let signed: Signed<Operator> = serde_json::from_value(items[0].1.clone()).unwrap();
    let (operator, _) = signed.verify(&server.office().public_key()).unwrap();
    assert!(operator.valid_until > Timestamp::now());
    assert!(operator.pin_hash.starts_with("$argon2id$"));
    let hash = PasswordHash::new(&operator.pin_hash).unwrap();
    assert!(Argon2::default().verify_password(b"271828", &hash).is_ok());
    assert!(Argon2::default().verify_password(b"271829", &hash).is_err());
    assert!(!serde_json::to_string(&operator).unwrap().contains("271828"));
    server.stop().await;
}

#[tokio::test]
async fn documents_are_checked_signed_and_one_number_stays_one_text() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut unknown = policy(8);
    unknown["surprise"] = json!(true);
    let mut other = policy(7);
    other["date"] = json!("2026-11-02");
    let mut faulty = policy(9);
    faulty["review"] = json!({ "sample_per_mille": 2000 });
    let mut policies: Vec<PathBuf> = [policy(7), unknown, other, faulty, policy(7), policy(6)]
        .iter()
        .enumerate()
        .map(|(n, policy)| file(dir.path(), &format!("policy-{n}.json"), &policy.to_string()))
        .collect();
    policies.push(dir.path().join("half"));
    file(dir.path(), "half/gates.csv", "id");
    file(dir.path(), "half/candidate.csv", "id");
    let checklists = dir.path().join("checklists");
    let checklist =
        json!({ "category": "MEDIA", "owner": null, "cycle": null, "version": "one", "questions": [] });
    file(&checklists, "media.json", &checklist.to_string());
    file(&checklists, "notes.txt", "not a checklist");
    let sources = Sources { policies, checklists: vec![checklists], ..Sources::default() };
    let verdict = import(server.office(), &sources);
    let told = (verdict.imported.policies, verdict.unchanged.policies);
    assert_eq!(told, (1, 1), "one, and once more the same text");
    let refused = refusals(&verdict);
    for expected in [
        ("policy-1.json", 0, "surprise", "cell-unreadable"),
        ("policy-2.json", 0, "number", "policy-number-taken"),
        ("policy-5.json", 0, "number", "policy-number-lower"),
        ("policy.json", 0, "", "file-missing"),
        ("candidate.csv", 0, "", "file-unknown"),
        ("media.json", 0, "version", "cell-unreadable"),
    ] {
        assert!(refused.contains(&expected), "{expected:?} in {refused:?}");
    }
    assert!(refused.iter().any(|(file, ..)| *file == "policy-3.json"), "{refused:?}");
    let items = values(&station, Feed::Documents).await;
    assert_eq!(items.len(), 1);
    let (key, value) = &items[0];
    let signed: Signed<Document> = serde_json::from_value(value.clone()).unwrap();
    let (document, _) = signed.verify(&server.office().public_key()).unwrap();
    assert!(matches!(document, Document::Policy(policy) if policy.number == 7), "{key}");
    server.stop().await;
}

#[test]
fn a_policy_is_the_same_as_a_folder_a_workbook_and_json() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let text = policy(7).to_string();
    let read = knowledge::policy::read_json(text.as_bytes(), "p").one().unwrap();
    let workbook = dir.path().join("policy.XLSX");
    std::fs::write(&workbook, knowledge::policy::write_xlsx(&read).unwrap()).unwrap();
    let folder = dir.path().join("policy");
    for (name, text) in knowledge::policy::write(&read).unwrap() {
        file(&folder, name, &text);
    }
    let policies = vec![file(dir.path(), "policy.json", &text), workbook, folder];
    let verdict = import(&office, &Sources { policies, ..Sources::default() });
    let told = (verdict.imported.policies, verdict.unchanged.policies);
    assert_eq!((told, refusals(&verdict)), ((1, 2), vec![]));
    let mut changed = read;
    changed.review.value_over_minor = Some(1);
    let workbook = dir.path().join("changed.xlsx");
    std::fs::write(&workbook, knowledge::policy::write_xlsx(&changed).unwrap()).unwrap();
    let verdict = import(&office, &Sources { policies: vec![workbook], ..Sources::default() });
    assert_eq!(refusals(&verdict), [("changed.xlsx#policy", 0, "number", "policy-number-taken")]);
}

#[test]
fn a_policy_with_gaps_overlaps_or_failed_examples_is_not_published() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let row = |id: &str, grades: Value| json!({ "id": id, "when": { "grade": grades }, "allowed": ["QUARANTINE"], "settlement": "NONE", "why": "wait" });
    let mut gap = policy(8);
    gap["candidates"] = json!([row("C-1", json!({ "one_of": ["N"] }))]);
    let mut overlap = policy(9);
    overlap["candidates"] = json!([row("C-1", json!("any")), row("C-2", json!({ "one_of": ["N"] }))]);
    let mut example = policy(10);
    example["examples"] =
        json!([{ "name": "new", "inputs": { "grade": "N" }, "expect": { "disposition": "RESTOCK" } }]);
    let mut silent = policy(11);
    silent["sentences"] = json!({});
    let bad = [gap, overlap, example, silent];
    let policies = bad.iter().enumerate();
    let policies =
        policies.map(|(n, policy)| file(dir.path(), &format!("policy-{n}.json"), &policy.to_string()));
    let verdict = import(&office, &Sources { policies: policies.collect(), ..Sources::default() });
    assert_eq!(verdict.imported, Imported::default());
    let refused = refusals(&verdict);
    for expected in [
        ("policy-0.json", 0, "candidates", "policy-gap"),
        ("policy-1.json", 0, "candidates[1].id", "rows-overlap"),
        ("policy-2.json", 0, "examples[0].expect.disposition", "example-fails"),
        ("policy-3.json", 0, "candidates[0].why", "sentence-missing"),
    ] {
        assert!(refused.contains(&expected), "{expected:?} in {refused:?}");
    }
    assert!(office.store().feed_values(Feed::Documents).unwrap().is_empty());
}

#[test]
fn a_word_that_no_checklist_and_no_product_has_is_named_and_the_policy_not_published() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let row = |id: &str, when: Value| json!({ "id": id, "when": when, "allowed": ["QUARANTINE"], "settlement": "NONE", "why": "wait" });
    let folder = |number: u32, category: &str, owner: &str| {
        let mut text = policy(number);
        text["candidates"] = json!([
            row("C-1", json!({ "category": { "one_of": [category] } })),
            row("C-2", json!({ "category": { "none_of": [category] }, "owner": { "one_of": [owner] } })),
            row("C-3", json!({ "category": { "none_of": [category] }, "owner": { "none_of": [owner] } })),
        ]);
        let read = knowledge::policy::read_json(text.to_string().as_bytes(), "p").one().unwrap();
        let folder = dir.path().join(format!("{number}"));
        for (name, text) in knowledge::policy::write(&read).unwrap() {
            file(&folder, name, &text);
        }
        Sources { policies: vec![folder], ..Sources::default() }
    };
    // As long as nobody said which categories and owners there are, none is unknown.
    assert_eq!(import(&office, &folder(1, "TOIS", "KLD")).imported.policies, 1);
    let sources = Sources {
        checklists: vec![assets.join("checklists")],
        catalogue: vec![assets.join("catalogue/catalogue.csv")],
        ..folder(2, "TOIS", "KDL")
    };
    let verdict = import(&office, &sources);
    assert_eq!(verdict.imported.policies, 0);
    assert!(refusals(&verdict).contains(&("candidates.csv", 2, "category", "unknown-word")), "{verdict:?}");
    // What was published before is known as well.
    let verdict = import(&office, &folder(3, "TOYS", "KLD"));
    assert!(refusals(&verdict).contains(&("candidates.csv", 3, "owner", "unknown-word")), "{verdict:?}");
    assert_eq!(import(&office, &folder(4, "TOYS", "KDL")).imported.policies, 1);
}

#[test]
fn labels_are_signed_for_the_rmas_that_have_one() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let mut without = rma("RMA-2", "1");
    without["label"] = Value::Null;
    let rmas = json!([rma("RMA-1", "4711"), without]).to_string();
    import(&office, &Sources { rmas: vec![file(dir.path(), "rmas.json", &rmas)], ..Sources::default() });
    let labels = office.return_labels(None, Timestamp::now()).unwrap();
    assert_eq!(labels.len(), 1);
    assert_eq!(labels[0].token.len(), 149);
    let read = ReturnLabel::verify(&labels[0].token, &[office.public_key()]).unwrap();
    assert_eq!((read.label_id, read.owner), (4711, ReturnLabel::owner_tag("NORD")));
    let last_second = Timestamp::from_second(i64::from(read.expires) - 1).unwrap();
    assert!(last_second.to_string().starts_with("2030-01-31T23:59:59"));
    let missing = office.return_labels(Some(&"RMA-2".parse().unwrap()), Timestamp::now()).unwrap_err();
    assert_eq!(missing.code(), "label-unknown");
}

#[test]
fn files_that_are_not_there_or_not_what_they_should_be() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let missing = Sources { rmas: vec![dir.path().join("nothing.json")], ..Sources::default() };
    assert_eq!(office.import(&missing, Timestamp::now()).unwrap_err().code(), "file-unusable");
    assert_eq!(office.import(&Sources::default(), Timestamp::now()).unwrap_err().code(), "nothing-to-import");
    for content in ["", "[{\"number\": ", "x"] {
        let rmas = vec![file(dir.path(), "broken.json", content)];
        let verdict = import(&office, &Sources { rmas, ..Sources::default() });
        assert_eq!(refusals(&verdict), [("broken.json", 0, "", "json-unreadable")], "{content:?}");
    }
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let verdict = import(&office, &Sources { checklists: vec![empty], ..Sources::default() });
    assert_eq!(refusals(&verdict), [("empty", 0, "", "folder-empty")]);
}
