//! A policy's files, both ways: what is wrong is named by file, row and cell, and refuses the policy whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;

use knowledge::policy::{self, Table};
use knowledge::{File, Problem, Read};
use returns::codes::{Disposition, HoldReason, PreferenceOutcome, SellerResponse, Settlement, SignalKind};
use returns::policy::{CandidateRow, GateEffect, Policy};
use rstest::rstest;

fn line(problem: &Problem) -> String {
    let row = problem.row.map_or("-".to_owned(), |row| row.to_string());
    format!("{row} {} {}", problem.cell.as_deref().unwrap_or("-"), problem.code)
}

fn told<T>(read: &Read<T>) -> Vec<String> {
    read.problems.iter().map(line).collect()
}

type Texts = BTreeMap<&'static str, String>;

fn sample() -> Texts {
    let texts = [
        (
            "policy.json",
            r#"{"number": 7, "date": "2026-11-16", "currency": "EUR",
 "review": {"value_over_minor": 40000, "fraud_signals": ["EMPTY_BOX"], "sample_per_mille": 20},
 "preference": {"may_cost_percent": "2.5", "may_cost_minor": 500},
 "fraud": {"hold_from_signals": 3},
 "provisional": {"disposition": "QUARANTINE", "after_hours": 48}}"#,
        ),
        (
            "gates.csv",
            "\
id,gate,category,findings,battery,forbid,force,permit,derogation,settlement,hold,review,why
G-1,DANGEROUS_GOODS,,BATTERY_SWOLLEN,yes,,QUARANTINE,,,REFUND,BATTERY,yes,battery-swollen
G-2,HYGIENE,HOME|COSMETICS,,,RESTOCK|RESTOCK_B,,,,,,,hygiene
G-3,UNSOLD_GOODS,,,,,,DESTROY,OPENED,,,,hygiene
",
        ),
        (
            "candidates.csv",
            "\
id,grade,value,allowed,settlement,why
C-1,N,..400,RESTOCK|RTV,REFUND,as-new
C-2,!N,,LIQUIDATE,REFUND,marked
",
        ),
        ("recovery.csv", "grade,disposition,percent,source\nN,RESTOCK,95,own sales\nN,RTV,80.5,\n"),
        ("costs.csv", "category,disposition,cost,days,source\nHOME,RTV,5,,\n,RTV,6.50,14,tariff\n,RESTOCK,-1.20,,\n"),
        (
            "settlements.csv",
            "\
id,preference,days_past_authorisation,tier,disposition,settlement,response,why
S-1,STORE_CREDIT,,GOLD|SILVER,REFURBISH,STORE_CREDIT,,as-new
S-2,,1..,,,NONE,RT,late
",
        ),
        ("decay.csv", "category,weekly_percent,source\nAPPAREL,1.5,a guess\n,0.4,\n"),
        ("seasons.csv", "category,from,until,decay_percent,source\nAPPAREL,11-15,02-29,150,sales\n"),
        (
            "routes.csv",
            "\
category,disposition,landfill_percent,co2_grams_per_kg,source
,DESTROY,100,540,the figures
,RESTOCK,0,-3200.5,the figures
",
        ),
        ("samples.csv", "category,grader,per_mille\nHOME,op-2,50\nHOME,!op-1,20\nHOME,,10\n"),
        ("tiers.csv", "tier,queue_percent\nGOLD,200\nSILVER,150\n"),
        (
            "why.json",
            r#"{"battery-swollen": {"en": "Swollen.", "de": "Dick."}, "hygiene": {"en": "Opened."},
 "as-new": {"en": "As new."}, "marked": {"en": "Marked."}, "late": {"en": "Late."}}"#,
        ),
        (
            "examples.csv",
            "\
name,category,grade,findings,value,signals,battery,days_to_expiry,refurbished,tier,expect_disposition,expect_settlement,expect_row,expect_review,expect_preference,expect_derogation
as new,HOME,N,,12.50,WEIGHT_MISMATCH,no,-3,no,GOLD,RESTOCK,REFUND,C-1,no,HONOURED,
swollen battery,,D,BATTERY_SWOLLEN|USED,149 USD,,yes,,,,QUARANTINE,,,yes,,OPENED
",
        ),
    ];
    texts.into_iter().map(|(name, text)| (name, text.to_owned())).collect()
}

fn read(texts: &Texts) -> Read<Policy> {
    let names: Vec<String> = texts.keys().map(|name| format!("p/{name}")).collect();
    let mut files: Vec<File<'_>> = (names.iter().zip(texts.values()))
        .map(|(name, text)| File { name, bytes: text.as_bytes() })
        .collect();
    files.push(File { name: "p/README.md", bytes: b"notes" });
    policy::read(&files)
}

fn again(policy: &Policy) -> Policy {
    read(&policy::write(policy).unwrap().into_iter().collect()).one().unwrap()
}

#[test]
fn a_good_policy_is_read_and_written() {
    let read = read(&sample());
    assert_eq!(told(&read), Vec::<String>::new());
    let policy = read.one().unwrap();
    assert_eq!(policy.number, 7);
    let [first, second, third] = policy.gates.as_slice() else { panic!("{policy:?}") };
    assert_eq!(first.hold, Some(HoldReason::Battery));
    assert!(first.review && matches!(&second.effect, GateEffect::Forbid(these) if these.len() == 2));
    let GateEffect::Permit { dispositions, derogation } = &third.effect else { panic!("{third:?}") };
    assert_eq!((dispositions.as_slice(), derogation.as_str()), (&[Disposition::Destroy][..], "OPENED"));
    // Amounts are written in whole units and read in minor ones.
    assert_eq!(policy.candidates[0].when.value_minor.below, Some(40_000.into()));
    let written: Texts = policy::write(&policy).unwrap().into_iter().collect();
    assert!(written["candidates.csv"].contains("..400,"), "{}", written["candidates.csv"]);
    assert_eq!(again(&policy), policy);
}

#[test]
fn every_table_says_what_it_said() {
    let policy = read(&sample()).one().unwrap();
    assert_eq!(
        (policy.costs[1].cost_minor, policy.costs[1].days, policy.costs[2].cost_minor),
        (650, 14, -120)
    );
    let [credit, late] = policy.settlements.as_slice() else { panic!("{policy:?}") };
    assert_eq!((credit.settlement, credit.response), (Settlement::StoreCredit, None));
    assert_eq!((late.settlement, late.response), (Settlement::None, Some(SellerResponse::PastTimeLimit)));
    assert_eq!(policy.recovery[0].source, "own sales");
    assert_eq!(
        (policy.decay[0].weekly_percent.to_string(), policy.decay[1].category.is_any()),
        ("1.5".into(), true)
    );
    let season = &policy.seasons[0];
    assert_eq!((season.from.to_string(), season.until.to_string()), ("11-15".into(), "02-29".into()));
    assert_eq!(policy.routes[1].co2_grams_per_kg.to_string(), "-3200.5");
    assert_eq!(policy.review.samples.iter().map(|row| row.per_mille).collect::<Vec<_>>(), [50, 20, 10]);
    assert_eq!(policy.tiers[0].queue_percent, 200);
    assert_eq!((policy.preference.may_cost_minor, policy.fraud.hold_from_signals), (Some(500), 3));
    assert_eq!(policy.sentences["battery-swollen"].in_language("de"), "Dick.");
    let [new, swollen] = policy.examples.as_slice() else { panic!("{policy:?}") };
    assert_eq!(new.inputs.value.unwrap().minor, 1250);
    assert_eq!((new.inputs.days_to_expiry, new.inputs.refurbished), (Some(-3), Some(false)));
    assert!(new.inputs.signals.contains(&SignalKind::WeightMismatch));
    assert_eq!((new.expect.review, new.expect.preference), (Some(false), Some(PreferenceOutcome::Honoured)));
    assert_eq!(swollen.inputs.value.unwrap().currency.to_string(), "USD");
    assert_eq!(
        (swollen.inputs.findings.len(), swollen.inputs.battery, swollen.expect.review),
        (2, Some(true), Some(true))
    );
    assert_eq!(swollen.expect.derogation.as_ref().unwrap().as_str(), "OPENED");
}

#[rstest]
#[case("gates", "G-2", "G-1", "p/gates.csv", "3 id row-twice")]
#[case("gates", "G-2", "C-1", "p/candidates.csv", "2 id row-twice")]
#[case("gates", "BATTERY_SWOLLEN", "SWOLLEN", "p/gates.csv", "2 findings unknown-code")]
#[case("gates", "DANGEROUS_GOODS", "FIRE", "p/gates.csv", "2 gate unknown-code")]
#[case("gates", ",yes,,QUARANTINE", ",maybe,,QUARANTINE", "p/gates.csv", "2 battery neither-yes-nor-no")]
#[case("gates", ",yes,,QUARANTINE", ",yes,RTV,QUARANTINE", "p/gates.csv", "2 force effect-twice")]
#[case("gates", "RESTOCK|RESTOCK_B", "", "p/gates.csv", "3 force effect-missing")]
#[case("gates", "RESTOCK|RESTOCK_B", "QUARANTINE", "p/gates.csv", "3 forbid forbids-quarantine")]
#[case("gates", ",BATTERY,", ",FIRE,", "p/gates.csv", "2 hold unknown-code")]
#[case("gates", ",battery,", ",batteries,", "p/gates.csv", "1 batteries column-unknown")]
#[case("gates", "battery-swollen", "Battery swollen", "p/gates.csv", "2 why key-unusable")]
#[case("candidates", "RESTOCK|RTV", "RESTOCK|KEEP", "p/candidates.csv", "2 allowed unknown-code")]
#[case("candidates", "RESTOCK|RTV", "", "p/candidates.csv", "2 allowed cell-empty")]
#[case("candidates", "RESTOCK|RTV", "RTV|RTV", "p/candidates.csv", "2 allowed cell-part-twice")]
#[case("candidates", "..400", "400", "p/candidates.csv", "2 value range-unreadable")]
#[case("candidates", "..400", "..400.001", "p/candidates.csv", "2 value amount-unreadable")]
#[case("candidates", "C-2,!N,", "C-2,N,..400", "p/candidates.csv", "3 id rows-alike")]
#[case("candidates", "REFUND,marked", "CASH,marked", "p/candidates.csv", "3 settlement unknown-code")]
#[case("recovery", "80.5", "180.5", "p/recovery.csv", "3 percent percent-out-of-range")]
#[case("recovery", "RTV", "RESTOCK", "p/recovery.csv", "3 disposition row-twice")]
#[case("gates", "OPENED,", ",", "p/gates.csv", "4 derogation cell-empty")]
#[case("gates", ",DESTROY,OPENED,", ",,OPENED,", "p/gates.csv", "4 derogation derogation-without-permit")]
#[case("gates", ",,DESTROY,OPENED", ",RTV,DESTROY,OPENED", "p/gates.csv", "4 permit effect-twice")]
#[case("gates", "hygiene\n", "hygene\n", "p/gates.csv", "3 why sentence-missing")]
#[case("costs", "6.50", "6.505", "p/costs.csv", "3 cost amount-unreadable")]
#[case("costs", "6.50", "", "p/costs.csv", "3 cost cell-empty")]
#[case("costs", ",RESTOCK,", ",RTV,", "p/costs.csv", "4 disposition row-twice")]
#[case("costs", "14", "14.5", "p/costs.csv", "3 days number-unreadable")]
#[case("settlements", "S-2", "S-1", "p/settlements.csv", "3 id row-twice")]
#[case("settlements", "S-2", "G-1", "p/settlements.csv", "3 id row-twice")]
#[case(
    "settlements",
    "REFURBISH,STORE_CREDIT",
    "REFURBISH,CASH",
    "p/settlements.csv",
    "2 settlement unknown-code"
)]
#[case("settlements", ",RT,", ",XX,", "p/settlements.csv", "3 response unknown-code")]
#[case("settlements", "REFURBISH", "REPLACE", "p/settlements.csv", "2 disposition unknown-code")]
#[case("settlements", "late\n", "too-late\n", "p/settlements.csv", "3 why sentence-missing")]
#[case("decay", "1.5", "-1.5", "p/decay.csv", "2 weekly_percent percent-out-of-range")]
#[case("decay", "APPAREL", "", "p/decay.csv", "3 category row-twice")]
#[case("seasons", "02-29", "02-30", "p/seasons.csv", "2 until day-unreadable")]
#[case("seasons", "11-15", "15.11.", "p/seasons.csv", "2 from day-unreadable")]
#[case("seasons", "150", "-150", "p/seasons.csv", "2 decay_percent percent-out-of-range")]
#[case("routes", "100,540", "101,540", "p/routes.csv", "2 landfill_percent percent-out-of-range")]
#[case("routes", ",the figures", ",", "p/routes.csv", "2 source cell-empty")]
#[case("routes", "RESTOCK", "DESTROY", "p/routes.csv", "3 disposition row-twice")]
#[case("samples", "50", "1050", "p/samples.csv", "2 per_mille sample-rate")]
#[case("samples", "50", "70000", "p/samples.csv", "2 per_mille sample-rate")]
#[case("samples", "!op-1", "", "p/samples.csv", "4 category row-twice")]
#[case("tiers", "SILVER", "GOLD", "p/tiers.csv", "3 tier row-twice")]
#[case("tiers", "200", "twice", "p/tiers.csv", "2 queue_percent number-unreadable")]
#[case("examples", "C-1", "C-7", "p/examples.csv", "2 expect_row row-unknown")]
#[case("examples", "swollen battery", "as new", "p/examples.csv", "3 name row-twice")]
#[case("examples", "BATTERY_SWOLLEN", "SWOLLEN", "p/examples.csv", "3 findings unknown-code")]
#[case("examples", "12.50", "12,50", "p/examples.csv", "2 - cell-count")]
#[case("examples", "12.50", "12.505", "p/examples.csv", "2 value amount-unreadable")]
#[case("examples", "-3", "-3.5", "p/examples.csv", "2 days_to_expiry number-unreadable")]
#[case("examples", "HONOURED", "DONE", "p/examples.csv", "2 expect_preference unknown-code")]
#[case("why", "\"as-new\"", "\"as new\"", "p/why.json", "- as new key-unusable")]
#[case("why", "{\"en\": \"Late", "{\"de\": \"Late", "p/why.json", "- late words-missing")]
#[case(
    "head",
    "\"hold_from_signals\": 3",
    "\"hold_from_signals\": 1",
    "p/policy.json",
    "- fraud.hold_from_signals one-signal-decides"
)]
#[case("head", "\"2.5\"", "\"102.5\"", "p/policy.json", "- preference.may_cost_percent percent-out-of-range")]
#[case(
    "head",
    "\"number\"",
    "\"costs\": [{\"disposition\": \"RTV\", \"cost_minor\": 1}], \"number\"",
    "p/policy.json",
    "- costs costs-twice"
)]
#[case(
    "head",
    "\"sample_per_mille\"",
    "\"samples\": [{\"per_mille\": 5}], \"sample_per_mille\"",
    "p/policy.json",
    "- review.samples samples-twice"
)]
#[case("head", "\"number\": 7", "\"number\": 7, \"moon\": 1", "p/policy.json", "- moon cell-unreadable")]
#[case("head", "\"sample_per_mille\"", "\"sample\"", "p/policy.json", "- review.sample cell-unreadable")]
#[case("head", "\"EMPTY_BOX\"", "\"EMPTY\"", "p/policy.json", "- review.fraud_signals[0] cell-unreadable")]
#[case(
    "head",
    "\"QUARANTINE\"",
    "\"LIQUIDATE\"",
    "p/policy.json",
    "- provisional.disposition provisional-leaves"
)]
#[case("head", ": 20}", ": 2000}", "p/policy.json", "- review.sample_per_mille sample-rate")]
#[case("head", "}}", "}", "p/policy.json", "- - json-unreadable")]
fn a_bad_policy_is_refused_whole(
    #[case] which: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] file: &str,
    #[case] expected: &str,
) {
    let table = if which == "head" { "policy" } else { which };
    let name = Table::ALL.into_iter().find(|one| one.sheet() == table).unwrap().file();
    let mut texts = sample();
    let text = texts.get_mut(name).unwrap();
    let at = if from == "}}" { text.rfind(from) } else { text.find(from) }.expect("in the sample");
    text.replace_range(at..at + from.len(), to);
    let read = read(&texts);
    let named = read.problems.iter().any(|problem| problem.file == file && line(problem) == expected);
    assert!(named, "{:?}", read.problems.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(read.values, []);
}

#[test]
fn a_policy_needs_each_of_its_files_once() {
    let gates = File { name: "gates.csv", bytes: b"" };
    let read = policy::read(&[gates, gates, File { name: "candidate.csv", bytes: b"" }]);
    let mut codes: Vec<_> =
        read.problems.iter().map(|problem| (problem.file.as_str(), problem.code)).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            ("candidate.csv", "file-unknown"),
            ("candidates.csv", "file-missing"),
            ("gates.csv", "file-twice"),
            ("policy.json", "file-missing"),
            ("recovery.csv", "file-missing"),
        ]
    );
}

#[test]
fn tables_that_may_be_left_out_are() {
    let mut texts = sample();
    texts.retain(|name, _| Table::ALL.iter().any(|table| table.file() == *name && table.is_required()));
    let policy = read(&texts).one().unwrap();
    assert!(policy.sentences.is_empty() && policy.examples.is_empty() && policy.costs.is_empty());
    let names: Vec<&str> = policy::write(&policy).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["policy.json", "gates.csv", "candidates.csv", "recovery.csv"]);
    assert_eq!(again(&policy), policy);
}

#[test]
fn costs_may_stand_in_the_head_and_are_written_to_their_table() {
    let mut texts = sample();
    texts.remove("costs.csv");
    let head = texts.get_mut("policy.json").unwrap();
    *head = head.replacen('{', r#"{"costs": [{"disposition": "RTV", "cost_minor": 650, "days": 14}],"#, 1);
    let policy = read(&texts).one().unwrap();
    let written: Texts = policy::write(&policy).unwrap().into_iter().collect();
    assert_eq!(written["costs.csv"], "disposition,cost,days\nRTV,6.50,14\n");
    assert!(!written["policy.json"].contains("costs"));
    assert_eq!(again(&policy), policy);
}

#[test]
fn a_policy_in_one_file_is_checked_alike() {
    let mut policy = read(&sample()).one().unwrap();
    let text = policy::write_json(&policy).unwrap();
    assert_eq!(policy::read_json(text.as_bytes(), "p.json").one().unwrap(), policy);
    let twin = CandidateRow { id: "C-9".parse().unwrap(), ..policy.candidates[0].clone() };
    policy.candidates.push(twin);
    policy.decay[1].weekly_percent = 200.into();
    policy.review.samples[0].per_mille = 2000;
    policy.examples[0].expect.row = Some("C-0".parse().unwrap());
    policy.gates[1].why = "no-such".to_owned();
    policy.sentences.insert("Bad key".to_owned(), Default::default());
    let text = policy::write_json(&policy).unwrap();
    let read = policy::read_json(text.as_bytes(), "p.json");
    let mut told = told(&read);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "- candidates[2].id rows-alike",
            "- decay[1].weekly_percent percent-out-of-range",
            "- examples[0].expect.row row-unknown",
            "- gates[1].why sentence-missing",
            "- review.samples[0].per_mille sample-rate",
            "- sentences.Bad key key-unusable",
            "- sentences.Bad key words-missing",
        ]
    );
    let text = text.replacen("\"number\"", "\"moon\": 1, \"number\"", 1);
    let read = policy::read_json(text.as_bytes(), "p.json");
    assert_eq!(read.problems.iter().map(line).collect::<Vec<_>>(), ["- moon cell-unreadable"]);
}

#[test]
fn an_id_that_a_cell_would_split_is_not_written() {
    let mut policy = read(&sample()).one().unwrap();
    policy.candidates[0].when.category = returns::policy::Cell::OneOf(vec!["A|B".parse().unwrap()]);
    assert_eq!(policy::write(&policy).unwrap_err().code(), "not-a-cell");
}
