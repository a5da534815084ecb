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

fn file(dir: &Path, name: &str, content: &Value) -> PathBuf {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content.to_string()).unwrap();
    path
}

fn import(office: &HeadOffice, sources: &Sources) -> Verdict {
    office.import(sources, Timestamp::now()).unwrap()
}

fn refusals(verdict: &Verdict) -> Vec<(usize, &str, &str)> {
    verdict.refused.iter().map(|row| (row.row, row.cell.as_str(), row.code)).collect()
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

fn item(sku: &str, gtin: &str) -> Value {
    json!({ "sku": sku, "gtins": [gtin], "title": "Runner", "category": "FOOTWEAR", "owner": "NORD",
            "price": { "minor": 8990, "currency": "EUR" } })
}

fn rma(number: &str, label: &str) -> Value {
    json!({ "number": number, "state": "AUTHORISED", "owner": "NORD", "cycle": "COMMERCIAL", "label": label,
            "expires": "2030-01-31",
            "lines": [{ "id": "1", "sku": "SKU-1", "requested": 1, "authorised": 1,
                        "reason": "TOO_SMALL", "preference": "REFUND" }] })
}

fn policy(number: u32) -> Value {
    json!({ "number": number, "date": "2026-11-01", "currency": "EUR", "review": {}, "provisional": null,
            "gates": [], "candidates": [] })
}

#[tokio::test]
async fn good_rows_go_in_and_bad_ones_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(&dir.path().join("data")).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut no_price_currency = item("SKU-3", "3");
    no_price_currency["price"]["currency"] = json!("euro");
    let mut unknown_field = item("SKU-4", "4");
    unknown_field["colour"] = json!("blue");
    let catalogue = json!([
        item("SKU-1", "1"),
        item("SKU-1", "2"),
        no_price_currency,
        unknown_field,
        item("SKU-5", "1"),
        7,
        item("SKU-6", "6")
    ]);
    let mut twice = rma("RMA-2", "2");
    twice["lines"] = json!([twice["lines"][0], twice["lines"][0]]);
    let rmas = json!([rma("RMA-1", "1"), twice, rma("RMA-3", "L-3"), rma("RMA-1", "4")]);
    let sources = Sources {
        catalogue: vec![file(dir.path(), "catalogue.json", &catalogue)],
        rmas: vec![file(dir.path(), "rmas.json", &rmas)],
        ..Sources::default()
    };
    let verdict = import(server.office(), &sources);
    assert_eq!(verdict.imported, Imported { items: 2, rmas: 1, ..Imported::default() });
    assert_eq!(
        refusals(&verdict),
        [
            (3, "price.currency", "cell-unreadable"),
            (4, "colour", "cell-unreadable"),
            (6, "", "cell-unreadable"),
            (2, "sku", "row-twice"),
            (5, "gtins", "gtin-taken"),
            (2, "lines[1].id", "row-twice"),
            (3, "label", "label-id-unusable"),
            (4, "number", "row-twice"),
        ]
    );
    let items = values(&station, Feed::Catalogue).await;
    assert_eq!(items.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["SKU-1", "SKU-6"]);
    let signed: Signed<Item> = serde_json::from_value(items[0].1.clone()).unwrap();
    let (first, _) = signed.verify(&server.office().public_key()).unwrap();
    assert_eq!(first.title, "Runner");

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
    let row = |id: &str, badge: &str, pin: &str, role: &str| json!({ "id": id, "badge": badge, "initials": "MK", "role": role, "pin": pin });
    let operators = json!([
        row("op-1", "B1", "271828", "GRADER"),
        row("op-2", "B1", "1234", "GRADER"),
        row("op-3", "B3", "12", "SUPERVISOR"),
        row("op-4", "B4", "1234", "HEAD_OFFICE"),
        row("op-5", "B5", "1234", "BOSS"),
    ]);
    let sources =
        Sources { operators: vec![file(dir.path(), "operators.json", &operators)], ..Sources::default() };
    let verdict = import(server.office(), &sources);
    assert_eq!(verdict.imported.operators, 1);
    assert_eq!(
        refusals(&verdict),
        [
            (5, "role", "cell-unreadable"),
            (2, "badge", "badge-twice"),
            (3, "pin", "pin-unusable"),
            (4, "role", "role-not-at-a-station"),
        ]
    );
    let items = values(&station, Feed::Operators).await;
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
    let mut faulty_checklist =
        json!({ "category": "MEDIA", "owner": null, "cycle": null, "version": 1, "questions": [] });
    let checklists = dir.path().join("checklists");
    file(&checklists, "media.json", &faulty_checklist);
    faulty_checklist["version"] = json!("one");
    file(&checklists, "other.json", &faulty_checklist);
    file(&checklists, "notes.txt", &json!("not a checklist"));
    let sources = Sources {
        policies: [policy(7), unknown, other, faulty]
            .iter()
            .enumerate()
            .map(|(n, policy)| file(dir.path(), &format!("policy-{n}.json"), policy))
            .collect(),
        checklists: vec![checklists],
        ..Sources::default()
    };
    let verdict = import(server.office(), &sources);
    assert_eq!(verdict.imported.policies, 1);
    let codes: Vec<_> = verdict
        .refused
        .iter()
        .map(|row| (row.file.file_name().unwrap().to_str().unwrap(), row.cell.as_str(), row.code))
        .collect();
    assert!(codes.contains(&("policy-1.json", "surprise", "cell-unreadable")), "{codes:?}");
    assert!(codes.contains(&("policy-2.json", "number", "policy-number-taken")), "{codes:?}");
    assert!(codes.iter().any(|(file, _, _)| *file == "policy-3.json"), "{codes:?}");
    assert!(codes.contains(&("other.json", "version", "cell-unreadable")), "{codes:?}");
    let items = values(&station, Feed::Documents).await;
    let (key, value) = items.iter().find(|(key, _)| key == "policy/7").unwrap();
    let signed: Signed<Document> = serde_json::from_value(value.clone()).unwrap();
    let (document, _) = signed.verify(&server.office().public_key()).unwrap();
    assert!(matches!(document, Document::Policy(policy) if policy.number == 7), "{key}");
    server.stop().await;
}

#[test]
fn labels_are_signed_for_the_rmas_that_have_one() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let mut without = rma("RMA-2", "1");
    without["label"] = Value::Null;
    let rmas = json!([rma("RMA-1", "4711"), without]);
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
fn files_that_are_not_there_or_not_json() {
    let dir = tempfile::tempdir().unwrap();
    let office = HeadOffice::open_or_create(&dir.path().join("data")).unwrap();
    let missing = Sources { rmas: vec![dir.path().join("nothing.json")], ..Sources::default() };
    assert_eq!(office.import(&missing, Timestamp::now()).unwrap_err().code(), "file-unusable");
    assert_eq!(office.import(&Sources::default(), Timestamp::now()).unwrap_err().code(), "nothing-to-import");
    let path = dir.path().join("broken.json");
    for content in ["", "{}", "[{\"number\": ", "\u{feff}x"] {
        std::fs::write(&path, content).unwrap();
        let verdict = import(&office, &Sources { rmas: vec![path.clone()], ..Sources::default() });
        assert_eq!(refusals(&verdict), [(0, "", "file-unreadable")], "{content:?}");
    }
}
