//! What stands against publishing a policy is named at its place, as the files have it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use knowledge::File;
use knowledge::policy::{self, Opened, Publishable, publishable};
use returns::policy::Vocabulary;
use rstest::rstest;

fn sample() -> BTreeMap<&'static str, String> {
    let texts = [
        ("policy.json", r#"{"number": 7, "date": "2026-11-16", "currency": "EUR", "review": {}}"#),
        (
            "gates.csv",
            "id,gate,battery,forbid,force,permit,derogation,why\n\
             G-1,UNSOLD_GOODS,yes,,,DESTROY,UNSAFE,why\nG-2,UNSOLD_GOODS,,DESTROY,,,,why\n",
        ),
        (
            "candidates.csv",
            "id,category,grade,allowed,settlement,why\nC-1,,N,RESTOCK,REFUND,why\nC-2,,!N,LIQUIDATE,REFUND,why\n",
        ),
        ("recovery.csv", "grade,disposition,percent\nN,RESTOCK,90\n"),
        ("decay.csv", "category,weekly_percent\nTOYS,1\n,2\n"),
        (
            "settlements.csv",
            "id,grade,tier,settlement,why\nS-1,N,GOLD,REFUND,why\nS-2,N,GOLD,NONE,why\nS-3,N,,NONE,why\n",
        ),
        ("tiers.csv", "tier,queue_percent\nGOLD,200\n"),
        ("why.json", r#"{"why": {"en": "So it is."}, "old": {"en": "So it was."}}"#),
        (
            "examples.csv",
            "name,grade,expect_disposition,expect_settlement\nnew,N,RESTOCK,\nused,B,LIQUIDATE,REFUND\n",
        ),
    ];
    texts.into_iter().map(|(name, text)| (name, text.to_owned())).collect()
}

fn judge(texts: &BTreeMap<&str, String>, vocabulary: &Vocabulary) -> Publishable {
    let files: Vec<File<'_>> =
        texts.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
    let Opened { read, places } = policy::open(&files);
    publishable(&read.one().unwrap(), &places, vocabulary)
}

/// The sample without what is wrong with it on purpose.
fn good() -> BTreeMap<&'static str, String> {
    let mut texts = sample();
    texts.insert("settlements.csv", sample()["settlements.csv"].replace("S-2,N,GOLD,NONE,why\n", ""));
    texts
}

#[test]
fn a_policy_without_a_fault_may_be_published() {
    let found = judge(&good(), &Vocabulary::default());
    assert_eq!(found.problems, []);
    assert_eq!((found.report.rows, found.report.examples), (6, 2));
    assert_eq!(found.unused, ["old"]);
}

#[rstest]
#[case("candidates.csv", "C-2,,!N", "C-2,,A|B", "candidates.csv: policy-gap, cells \"grade C|D|X\"")]
#[case(
    "candidates.csv",
    "C-2,,!N",
    "C-2,TOYS,",
    "candidates.csv, row 3, id: rows-overlap, cells \"grade N, category TOYS\", other \"C-1\", row \"C-2\""
)]
#[case(
    "settlements.csv",
    "S-3",
    "S-2,N,GOLD,NONE,why\nS-3",
    "settlements.csv, row 3, id: row-shadowed, by \"S-1\", row \"S-2\""
)]
#[case(
    "examples.csv",
    "LIQUIDATE",
    "RESTOCK",
    "examples.csv, row 3, expect_disposition: example-fails, expected \"RESTOCK\", found \"LIQUIDATE\", name \"used\""
)]
#[case("gates.csv", ",DESTROY,UNSAFE", ",DONATE,UNSAFE", "gates.csv, row 2, permit: permits-nothing")]
#[case("gates.csv", "battery", "fraud_signal", "gates.csv, row 2, fraud_signal: signal-decides")]
#[case("settlements.csv", "N,GOLD", "N,SILVER", "settlements.csv, row 2, tier: unknown-word")]
#[case("decay.csv", "TOYS", "TOY", "decay.csv, row 2, category: unknown-word")]
fn what_is_wrong_is_named_at_its_place(
    #[case] name: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
) {
    let mut texts = good();
    let text = texts.get_mut(name).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    *text = text.replacen(from, to, 1);
    let categories = Some(BTreeSet::from(["TOYS".parse().unwrap()]));
    let found = judge(&texts, &Vocabulary { categories, ..Vocabulary::default() });
    let lines: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.starts_with(expected)), "{lines:#?}");
}

#[test]
fn sentences_that_are_missing_stand_against_it() {
    let mut texts = good();
    texts.remove("why.json");
    let found = judge(&texts, &Vocabulary::default());
    let missing = found.problems.iter().filter(|problem| problem.code == "sentence-missing");
    assert_eq!(missing.count(), 6);
}

/// The toys' checklist and the demo's catalogue, as they lie in assets/.
fn known() -> Vocabulary {
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets");
    let bytes = |file: &str| std::fs::read(assets.join(file)).unwrap();
    let checklist = knowledge::checklist::read(&bytes("checklists/toys.json"), "toys.json").one().unwrap();
    let items =
        knowledge::catalogue::read(&bytes("catalogue/catalogue.csv"), "catalogue.csv").whole().unwrap();
    policy::vocabulary(&[checklist], &items)
}

/// What no checklist and no product has is named; what nobody said which there are is not looked at.
#[rstest]
#[case("candidates.csv", "C-1,,N", "C-1,TOIS,N", "candidates.csv, row 2, category: unknown-word", "TOIS")]
#[case("decay.csv", "TOYS", "TOIS", "decay.csv, row 2, category: unknown-word", "TOIS")]
#[case(
    "gates.csv",
    "battery,forbid,force,permit,derogation,why\nG-1,UNSOLD_GOODS,yes",
    "owner,forbid,force,permit,derogation,why\nG-1,UNSOLD_GOODS,KLD",
    "gates.csv, row 2, owner: unknown-word",
    "KLD"
)]
#[case(
    "gates.csv",
    "battery,forbid,force,permit,derogation,why\nG-1,UNSOLD_GOODS,yes",
    "findings,forbid,force,permit,derogation,why\nG-1,UNSOLD_GOODS,ACCOUNT_LOCKED",
    "gates.csv, row 2, findings: unknown-word",
    "ACCOUNT_LOCKED"
)]
fn a_word_that_no_checklist_and_no_product_has_is_named(
    #[case] name: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
    #[case] word: &str,
) {
    assert_eq!(judge(&good(), &known()).problems, [], "as it stands all its words are known");
    let mut texts = good();
    let text = texts.get_mut(name).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    *text = text.replacen(from, to, 1);
    let found = judge(&texts, &known());
    let lines: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.starts_with(expected) && line.contains(word)), "{lines:#?}");
    let without = judge(&texts, &policy::vocabulary(&[], &[]));
    assert!(without.problems.iter().all(|problem| problem.code != "unknown-word"));
}
