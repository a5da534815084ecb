//! `station policy`: a small policy of two rows, whole and broken, and units that it decided.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use knowledge::File;
use knowledge::policy::{self, FILES};
use records::Records;
use returns::codes::{Disposition, Grade, IntakeKind};
use returns::event::UnitEvent;
use returns::ids::{Subject, UnitId};
use returns::lpn::Lpn;
use returns::money::Money;
use returns::policy::{Inputs, Policy, VerifiedPolicy, Why, WhyCode};
use serde_json::json;
use uuid::Uuid;
use wire::{Document, Feed, FeedChange, FeedItem, FeedPage, Signed};

use crate::folder::{append, enrolled, head_office, receive};
use crate::ran::{Ran, keys, on, station};

const TABLES: [(&str, &str); 6] = [
    (
        "policy.json",
        r#"{"number": 7, "date": "2026-11-16", "currency": "EUR", "review": {"value_over_minor": 50000}}"#,
    ),
    ("gates.csv", "id,gate,battery,forbid,force,why\nG-1,DANGEROUS_GOODS,yes,RESTOCK,,battery\n"),
    (
        "candidates.csv",
        "id,grade,allowed,settlement,why\nC-1,N,RESTOCK|LIQUIDATE,REFUND,as-new\nC-2,!N,LIQUIDATE,PARTIAL_REFUND,marked\n",
    ),
    ("recovery.csv", "grade,disposition,percent\nN,RESTOCK,90\nN,LIQUIDATE,40\nA,LIQUIDATE,30\n"),
    (
        "why.json",
        r#"{"as-new": {"en": "As new."}, "marked": {"en": "Marked."}, "battery": {"en": "A battery."}}"#,
    ),
    (
        "examples.csv",
        "name,grade,value,battery,expect_disposition,expect_row,expect_review\nnew,N,100,no,RESTOCK,C-1,no\nold,B,,,LIQUIDATE,C-2,\n",
    ),
];

/// The tables in a folder, one of them changed.
fn tables(dir: &Path, name: &str, from: &str, to: &str) -> PathBuf {
    let folder = dir.join(format!("tables-{}", Uuid::now_v7()));
    fs::create_dir(&folder).unwrap();
    for (file, text) in TABLES {
        let changed = if file == name { text.replacen(from, to, 1) } else { text.to_owned() };
        assert!(file != name || from.is_empty() || changed != text, "{from:?} is not in {name}");
        fs::write(folder.join(file), changed).unwrap();
    }
    folder
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
        })
        .collect()
}

fn read(folder: &Path) -> Policy {
    let texts = texts(folder);
    let files: Vec<File<'_>> =
        texts.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
    policy::read(&files).one().unwrap()
}

fn run(args: &[&str], path: &Path) -> Ran {
    station(["policy"].iter().chain(args).copied().chain([path.to_str().unwrap()]))
}

#[test]
fn a_policy_without_a_fault_may_be_published() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let ran = run(&["check", "--json"], &folder).fine();
    assert_eq!(
        ran.stdout,
        "{\"rows\":3,\"gaps\":0,\"overlaps\":0,\"shadowed\":0,\"examples\":2,\"failed\":0}\n"
    );
    assert_eq!(ran.stderr, "");
    let ran = run(&["check"], &folder).fine();
    assert!(
        ran.stdout.starts_with("policy 7: 3 rows, 0 gaps") && ran.stdout.contains("\nit may be published\n")
    );
}

#[test]
fn what_is_wrong_is_counted_and_named_with_a_unit_that_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    for (name, from, to, key, named) in [
        ("candidates.csv", "C-2,!N", "C-2,A|B", "gaps", "candidates.csv: policy-gap"),
        ("candidates.csv", "C-2,!N", "C-2,", "overlaps", "candidates.csv, row 3, id: rows-overlap"),
        (
            "gates.csv",
            "battery\n",
            "battery\nG-2,DANGEROUS_GOODS,yes,LIQUIDATE,,battery\n",
            "shadowed",
            "gates.csv, row 3, id: row-shadowed",
        ),
        (
            "examples.csv",
            ",RESTOCK,",
            ",DONATE,",
            "failed",
            "examples.csv, row 2, expect_disposition: example-fails",
        ),
        (
            "examples.csv",
            ",C-1,no",
            ",C-1,yes",
            "failed",
            "examples.csv, row 2, expect_review: example-fails",
        ),
    ] {
        let folder = tables(dir.path(), name, from, to);
        let ran = run(&["check", "--json"], &folder);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.stdout, ran.stderr);
        let counts = ran.json();
        assert_eq!(keys(&counts), ["examples", "failed", "gaps", "overlaps", "rows", "shadowed"]);
        assert!(counts[key].as_u64().unwrap() > 0, "{key}: {counts}");
        assert!(ran.stderr.contains(named), "{named} is not in {}", ran.stderr);
        let ran = run(&["check"], &folder);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.contains(named), "{named} is not in {}", ran.stdout);
        // The unit that shows it can be explained as it stands.
        let Some((_, unit)) = ran.stdout.split_once("such as ") else {
            assert_eq!(key, "failed", "{}", ran.stdout);
            continue;
        };
        let file = dir.path().join("unit.json");
        fs::write(&file, unit.lines().next().unwrap()).unwrap();
        let args = ["explain", "--json", "--inputs", file.to_str().unwrap(), "--draft"];
        let disposition = run(&args, &folder).fine().json()["explanation"]["decision"]["disposition"].clone();
        assert_eq!(
            disposition == json!("QUARANTINE"),
            matches!(key, "gaps" | "overlaps"),
            "{key}: {disposition}"
        );
    }
    // What no count speaks of is wrong all the same.
    let folder = tables(dir.path(), "gates.csv", "gate,battery", "gate,fraud_signal");
    let ran = run(&["check", "--json"], &folder);
    assert_eq!((ran.code, ran.json()["gaps"].as_u64()), (Some(1), Some(0)));
    assert!(ran.stderr.contains("gates.csv, row 2, fraud_signal: signal-decides"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_read_is_named_by_file_row_and_cell() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "candidates.csv", "RESTOCK|", "RESTOK|");
    let ran = run(&["check", "--json"], &folder);
    assert_eq!(ran.error_code(), "policy-refused");
    assert!(ran.stderr.contains("candidates.csv, row 2, allowed: unknown-code"), "{}", ran.stderr);
    fs::write(folder.join("candidate.csv"), "id").unwrap();
    assert!(run(&["check"], &folder).stderr.contains("candidate.csv: file-unknown"));
    let ran = run(&["check", "--json"], &dir.path().join("no-such.xlsx"));
    assert_eq!(ran.error_code(), "file-unreadable");
}

#[test]
fn the_program_brings_the_policy_of_the_assets_with_it() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/policy");
    let (own, folder) = (station(["policy", "check", "--json"]), run(&["check", "--json"], &shipped));
    assert_eq!((own.code, &own.stdout), (Some(0), &folder.stdout), "{}", own.stderr);
    let counts = own.json();
    for key in ["gaps", "overlaps", "shadowed", "failed"] {
        assert_eq!(counts[key], json!(0), "{key}: {}", own.stderr);
    }
    assert!(counts["rows"].as_u64().unwrap() >= 60, "{counts}");
}

#[test]
fn a_policy_goes_through_a_workbook_and_json_and_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let [book, json, again] = ["p.xlsx", "p.json", "again"].map(|name| dir.path().join(name));
    for (from, to) in [(&folder, &book), (&book, &json), (&json, &again)] {
        let answer = run(&["convert", "--json", from.to_str().unwrap()], to).fine().json();
        assert_eq!((&answer["number"], &answer["out"]), (&json!(7), &json!(to.to_str().unwrap())));
        let counts = run(&["check", "--json"], to).fine().stdout;
        assert_eq!(counts, run(&["check", "--json"], &folder).stdout);
    }
    assert_eq!(read(&again), read(&folder));
    assert_eq!(texts(&again).keys().map(String::as_str).collect::<Vec<_>>(), {
        let mut names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    });
}

#[test]
fn what_is_there_is_not_written_over_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let to = dir.path().join("to");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("tiers.csv"), "tier,queue_percent\nGOLD,200\n").unwrap();
    fs::write(to.join("notes.md"), "mine").unwrap();
    let from = folder.to_str().unwrap();
    assert_eq!(run(&["convert", "--json", from], &to).error_code(), "file-exists");
    assert_eq!(fs::read_dir(&to).unwrap().count(), 2);
    run(&["convert", "--replace", from], &to).fine();
    // A table of the policy that was there before is no part of this one.
    assert!(!to.join("tiers.csv").exists() && to.join("notes.md").exists());
    assert_eq!(read(&to), read(&folder));
    assert!(FILES.contains(&"tiers.csv"));
}

/// A unit that the policy decided.
fn decided(records: &mut Records, policy: &VerifiedPolicy, grade: Grade, minor: i64) -> Lpn {
    let unit = UnitId(Uuid::now_v7());
    let lpn = records.next_lpn().unwrap();
    let received = UnitEvent::Received {
        lpn,
        preprinted: false,
        intake: IntakeKind::Blind,
        at: Timestamp::now(),
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    };
    append(records, Subject::Unit(unit), received);
    let value = Some(Money::new(minor, "EUR".parse().unwrap()));
    let inputs = Inputs { value, battery: Some(false), ..Inputs::of_grade(grade) };
    let decision = Box::new(policy.decide(&inputs));
    append(records, Subject::Unit(unit), UnitEvent::Dispositioned { decision, provisional: false });
    lpn
}

/// A station with a policy from head office.
fn with_policy(dir: &Path, policy: &Policy) -> (Records, VerifiedPolicy) {
    let mut records = enrolled(dir, "http://127.0.0.1:9");
    let document = Signed::sign(&head_office(), &Document::Policy(Box::new(policy.clone()))).unwrap();
    let change = FeedChange::Put { value: serde_json::to_value(document).unwrap() };
    let items = vec![FeedItem { key: format!("policy/{}", policy.number), change }];
    let page = FeedPage { feed: Feed::Documents, items, cursor: "1".to_owned(), more: false };
    assert_eq!(records.apply_page(&page).unwrap().refused, 0);
    let policy = records.policy().unwrap().unwrap();
    (records, policy)
}

#[test]
fn a_decision_is_explained_row_by_row() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let (mut records, policy) = with_policy(&data, &read(&folder));
    let lpn = decided(&mut records, &policy, Grade::N, 10_000).digits();
    let answer = on(&data, &["policy", "explain", "--unit", &lpn]).fine().json();
    assert_eq!((&answer["number"], &answer["hash"]), (&json!(7), &json!(policy.hash.to_string())));
    let explanation = &answer["explanation"];
    assert_eq!(explanation["decision"]["disposition"], json!("RESTOCK"));
    let rows = explanation["rows"].as_array().unwrap();
    let named = |id: &str| rows.iter().find(|row| row["row"] == json!(id)).unwrap();
    assert_eq!(named("C-1")["answer"], json!("FIRED"));
    assert_eq!(named("C-2")["cell"], json!({ "column": "grade", "asked": "!N", "has": "N" }));
    assert_eq!(named("G-1")["cell"], json!({ "column": "battery", "asked": "yes", "has": "no" }));
    assert_eq!(
        explanation["ranking"],
        json!([
            ["RESTOCK", { "minor": 9000, "currency": "EUR" }],
            ["LIQUIDATE", { "minor": 4000, "currency": "EUR" }]
        ])
    );
    let ran = station(["policy", "explain", "--unit", &lpn, "--data", data.to_str().unwrap()]).fine();
    for line in [
        "RESTOCK, settlement REFUND, 90.00 EUR",
        "grade: asks !N, has N",
        "LIQUIDATE                40.00 EUR",
    ] {
        assert!(ran.stdout.contains(line), "{line} is not in\n{}", ran.stdout);
    }

    // The same unit by a draft.
    let draft = tables(dir.path(), "candidates.csv", "RESTOCK|LIQUIDATE", "LIQUIDATE");
    let args = ["policy", "explain", "--unit", &lpn, "--draft", draft.to_str().unwrap()];
    let answer = on(&data, &args).fine().json();
    assert_eq!(answer["explanation"]["decision"]["disposition"], json!("LIQUIDATE"));

    let (_, undecided) = receive(&mut records, "S-1");
    let undecided = undecided.digits();
    assert_eq!(on(&data, &["policy", "explain", "--unit", &undecided]).error_code(), "unit-not-decided");
    let nobody = records.next_lpn().unwrap().digits();
    assert_eq!(on(&data, &["policy", "explain", "--unit", &nobody]).error_code(), "unit-unknown");
}

#[test]
fn a_unit_that_is_described_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let draft = folder.to_str().unwrap();
    let file = dir.path().join("unit.json");
    let explain = |text: &str| {
        fs::write(&file, text).unwrap();
        on(dir.path(), &["policy", "explain", "--draft", draft, "--inputs", file.to_str().unwrap()])
    };
    let answer = explain(r#"{"grade": "N", "battery": true, "tier": "GOLD"}"#).fine().json();
    let decision = &answer["explanation"]["decision"];
    assert_eq!((&decision["disposition"], &decision["tier"]), (&json!("LIQUIDATE"), &json!("GOLD")));
    // What is not known leaves the gate open, and nothing is guessed.
    let answer = explain(r#"{"grade": "N"}"#).fine().json();
    assert_eq!(answer["explanation"]["decision"]["disposition"], json!("QUARANTINE"));
    for wrong in [r#"{"grade": "N", "batery": true}"#, r#"{"grade": "S"}"#, "[]", "{", r#"{"battery": true}"#]
    {
        assert_eq!(explain(wrong).error_code(), "inputs-unreadable", "{wrong}");
    }
    // Without a draft and without records, the shipped policy answers.
    fs::write(&file, r#"{"grade": "N"}"#).unwrap();
    let ran = on(dir.path(), &["policy", "explain", "--inputs", file.to_str().unwrap()]).fine();
    assert!(ran.json()["number"].as_u64().unwrap() >= 118);
    assert_eq!(station(["policy", "explain"]).code, Some(2));
}

/// What a person chose in place of the policy is no change that a draft brings.
#[test]
fn a_draft_that_changes_nothing_moves_nothing_that_people_moved() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let (mut records, policy) = with_policy(&data, &read(&folder));
    decided(&mut records, &policy, Grade::N, 10_000);
    let (unit, _) = receive(&mut records, "S-1");
    let inputs = Inputs { battery: Some(false), ..Inputs::of_grade(Grade::N) };
    let mut chosen = policy.decide(&inputs);
    assert_eq!(chosen.disposition, Disposition::Restock);
    chosen.disposition = Disposition::Donate;
    chosen.why.push(Why::of(WhyCode::Overridden));
    let event = UnitEvent::Dispositioned { decision: Box::new(chosen), provisional: false };
    append(&mut records, Subject::Unit(unit), event);
    let same = on(&data, &["policy", "simulate", folder.to_str().unwrap()]).fine().json();
    assert_eq!((&same["units"], &same["unchanged"], &same["moves"]), (&json!(2), &json!(2), &json!([])));
    assert_eq!((&same["chosen_by_people"], &same["settlements"]), (&json!(1), &json!([])));
    assert_eq!((&same["reviews_added"], &same["reviews_dropped"]), (&json!(0), &json!(0)));
}

/// The checklists and the catalogue beside a policy say which categories, owners and findings there are.
#[test]
fn a_word_that_no_checklist_and_no_product_has_is_named() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let (checklists, catalogue) = (assets.join("checklists"), assets.join("catalogue/catalogue.csv"));
    let dir = tempfile::tempdir().unwrap();
    for (from, to, named) in [
        ("id,grade,allowed", "id,category,grade,allowed", "candidates.csv, row 2, category: unknown-word"),
        ("id,grade,allowed", "id,owner,grade,allowed", "candidates.csv, row 2, owner: unknown-word"),
    ] {
        let folder = tables(dir.path(), "candidates.csv", from, to);
        let rows = fs::read_to_string(folder.join("candidates.csv")).unwrap();
        let rows = rows.replace("C-1,", "C-1,TOIS,").replace("C-2,", "C-2,,");
        fs::write(folder.join("candidates.csv"), rows).unwrap();
        let known =
            ["--checklists", checklists.to_str().unwrap(), "--catalogue", catalogue.to_str().unwrap()];
        let ran = run(&[&["check", "--json"][..], &known].concat(), &folder);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(
            ran.stderr.contains(named) && ran.stderr.contains("TOIS"),
            "{named} is not in {}",
            ran.stderr
        );
        assert!(
            !run(&["check", "--json"], &folder).stderr.contains("unknown-word"),
            "nobody said which there are"
        );
    }
    // Beside the policy they are found by themselves.
    fs::create_dir(dir.path().join("checklists")).unwrap();
    fs::copy(checklists.join("toys.json"), dir.path().join("checklists/toys.json")).unwrap();
    let folder = tables(dir.path(), "candidates.csv", "id,grade,allowed", "id,category,grade,allowed");
    let rows = fs::read_to_string(folder.join("candidates.csv")).unwrap();
    fs::write(folder.join("candidates.csv"), rows.replace("C-1,", "C-1,TOIS,").replace("C-2,", "C-2,,"))
        .unwrap();
    assert!(run(&["check", "--json"], &folder).stderr.contains("category: unknown-word"));
}

#[test]
fn a_draft_is_tried_on_the_units_of_the_past() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tables(dir.path(), "", "", "");
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let (mut records, policy) = with_policy(&data, &read(&folder));
    decided(&mut records, &policy, Grade::N, 10_000);
    decided(&mut records, &policy, Grade::N, 20_000);
    decided(&mut records, &policy, Grade::A, 10_000);
    receive(&mut records, "S-1");
    let events = records.counters(Timestamp::UNIX_EPOCH).unwrap().events();
    let same = on(&data, &["policy", "simulate", folder.to_str().unwrap()]).fine().json();
    assert_eq!((&same["units"], &same["unchanged"], &same["moves"]), (&json!(3), &json!(3), &json!([])));
    assert_eq!((&same["in_force"], &same["chosen_by_people"]), (&json!(7), &json!(0)));
    let draft = tables(dir.path(), "candidates.csv", "RESTOCK|LIQUIDATE,REFUND", "LIQUIDATE,STORE_CREDIT");
    let answer = on(&data, &["policy", "simulate", draft.to_str().unwrap()]).fine().json();
    let money = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
    assert_eq!(
        (&answer["number"], &answer["units"], &answer["unchanged"]),
        (&json!(7), &json!(3), &json!(1))
    );
    assert_eq!((&answer["before"], &answer["after"]), (&money(30_000), &money(15_000)));
    assert_eq!(
        answer["moves"],
        json!([{ "from": "RESTOCK", "to": "LIQUIDATE", "units": 2, "before": money(27_000), "after": money(12_000) }])
    );
    assert_eq!(answer["settlements"], json!([{ "from": "REFUND", "to": "STORE_CREDIT", "units": 2 }]));
    let ran =
        station(["policy", "simulate", draft.to_str().unwrap(), "--data", data.to_str().unwrap()]).fine();
    let row = ran.stdout.lines().find(|line| line.starts_with("RESTOCK")).expect(&ran.stdout);
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words, ["RESTOCK", "LIQUIDATE", "2", "270.00", "EUR", "120.00", "EUR", "-150.00", "EUR"]);
    // It only looked.
    assert_eq!(records.counters(Timestamp::UNIX_EPOCH).unwrap().events(), events);
    assert_eq!(
        on(&dir.path().join("none"), &["policy", "simulate", draft.to_str().unwrap()]).error_code(),
        "database-missing"
    );
}
