//! Everything that can be wrong with a file is named by file, row and cell, and costs only what it must: one row of a
//! list, but a policy or a checklist whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use knowledge::policy::{self, PolicyFiles};
use knowledge::{File, Problem, Read, catalogue, checklist, operators, rmas, why};
use returns::policy::{CandidateRow, GateEffect, Policy};
use rstest::rstest;

/// `row cell code` of every problem.
fn told<T>(read: &Read<T>) -> Vec<String> {
    read.problems.iter().map(line).collect()
}

fn line(problem: &Problem) -> String {
    let row = problem.row.map_or("-".to_owned(), |row| row.to_string());
    format!("{row} {} {}", problem.cell.as_deref().unwrap_or("-"), problem.code)
}

const GOODS: &str = "\
sku,gtins,title,category,owner,price,weekly_decay_percent,weight_grams,battery,vendor,rtv_until,rtv_from_value
A-1,2901180001017,One,HOME,NLK,12.50 EUR,0.5,120,yes,VEN,2027-01-31,5.00 EUR
A-2,2901180001086|96385074,Two,HOME,NLK,,,,,,,
";

fn goods(from: &str, to: &str) -> Read<returns::item::Item> {
    assert!(from.is_empty() || GOODS.contains(from), "{from:?} is not in the sample");
    catalogue::read(GOODS.replacen(from, to, usize::from(!from.is_empty())).as_bytes(), "goods.csv")
}

#[test]
fn good_goods_are_read() {
    let read = goods("", "");
    assert_eq!(told(&read), Vec::<String>::new());
    let [one, two] = read.values.as_slice() else { panic!("{read:?}") };
    assert_eq!(one.price.unwrap().minor, 1250);
    assert!(one.battery && !two.battery);
    assert_eq!(one.vendor.as_ref().unwrap().rtv_until.unwrap().to_string(), "2027-01-31");
    assert_eq!((two.gtins.len(), two.price, two.vendor.is_some()), (2, None, false));
}

#[rstest]
#[case("A-2,", "A-1,", "3 sku row-twice")]
#[case("A-1,", ",", "2 sku cell-empty")]
#[case("2901180001086", "2901180001017", "3 gtins gtin-taken")]
#[case("2901180001086", "02901180001017", "3 gtins gtin-taken")]
#[case("2901180001086", "2901180001087", "3 gtins gtin-check-digit")]
#[case("2901180001086", "29011800", "3 gtins gtin-check-digit")]
#[case("2901180001086", "290118000108", "3 gtins gtin-check-digit")]
#[case("2901180001086", "290118", "3 gtins gtin-shape")]
#[case("12.50 EUR", "12.50", "2 price amount-unreadable")]
#[case("0.5", "101", "2 weekly_decay_percent percent-out-of-range")]
#[case("120", "-1", "2 weight_grams number-unreadable")]
#[case("yes", "ja", "2 battery neither-yes-nor-no")]
#[case("2027-01-31", "31.01.2027", "2 rtv_until date-unreadable")]
#[case("VEN,", ",", "2 rtv_until agreement-without-vendor")]
#[case(",VEN,2027-01-31,5.00 EUR", ",VEN", "2 - cell-count")]
#[case("battery", "batery", "1 batery column-unknown")]
#[case("battery", "vendor", "1 vendor column-twice")]
#[case("price", "recalled", "1 price column-missing")]
fn bad_goods_are_named(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    let read = goods(from, to);
    assert_eq!(told(&read)[0], expected, "{:?}", told(&read));
    assert!(read.problems.iter().all(|problem| problem.file == "goods.csv"));
}

#[test]
fn a_bad_row_costs_only_itself() {
    let read = goods("12.50 EUR", "free");
    assert_eq!(read.values.len(), 1);
    assert_eq!(read.values[0].sku.as_str(), "A-2");
}

#[test]
fn a_bad_header_costs_the_file() {
    assert_eq!(goods("battery", "batery").values, []);
}

#[test]
fn every_bad_cell_of_a_row_is_named() {
    let text = "sku,gtins,title,category,owner,price\n,x,,,,y\n";
    let read = catalogue::read(text.as_bytes(), "goods.csv");
    let cells: Vec<_> = read.problems.iter().filter_map(|problem| problem.cell.as_deref()).collect();
    assert_eq!(cells, ["sku", "gtins", "title", "category", "owner", "price"]);
}

#[rstest]
#[case(b"", "- - file-empty")]
#[case(b"sku,gtins,title,category,owner,price\nA-1,,\xff\xfe,HOME,NLK,\n", "2 - not-utf8")]
fn bytes_that_are_no_table(#[case] bytes: &[u8], #[case] expected: &str) {
    assert_eq!(told(&catalogue::read(bytes, "goods.csv")), [expected]);
}

#[test]
fn a_byte_order_mark_and_spreadsheet_line_ends_do_no_harm() {
    let text = format!("\u{feff}{}", GOODS.replace('\n', "\r\n"));
    assert_eq!(catalogue::read(text.as_bytes(), "goods.csv").whole().unwrap().len(), 2);
}

const PEOPLE: &str = "\
id,badge,initials,role,pin,valid_until
op-1,KW-1,KW,GRADER,2468,
op-2,TO-1,TO,SUPERVISOR,8642,2027-01-31
";

#[rstest]
#[case("op-2", "op-1", "3 id row-twice")]
#[case("TO-1", "KW-1", "3 badge badge-twice")]
#[case("TO-1", "TO 1", "3 badge badge-unusable")]
#[case("KW,", "KWKWK,", "2 initials initials-unusable")]
#[case("GRADER", "BOSS", "2 role unknown-code")]
#[case("GRADER", "HEAD_OFFICE", "2 role role-not-at-a-station")]
#[case("2468", "246", "2 pin pin-unusable")]
#[case("2468", "24a8", "2 pin pin-unusable")]
#[case("2027-01-31", "soon", "3 valid_until date-unreadable")]
fn bad_people_are_named(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    let read = operators::read(PEOPLE.replacen(from, to, 1).as_bytes(), "people.csv");
    assert_eq!(told(&read), [expected]);
    assert_eq!(read.values.len(), 1);
}

#[test]
fn a_day_counts_to_its_end() {
    let read = operators::read(PEOPLE.as_bytes(), "people.csv").whole().unwrap();
    assert_eq!(read[1].valid_until.unwrap().to_string(), "2027-02-01T00:00:00Z");
    assert_eq!(read[0].valid_until, None);
}

#[test]
fn no_message_holds_a_pin() {
    let read = operators::read(PEOPLE.replace("2468", "24-68").as_bytes(), "people.csv");
    let words: String = read.problems.iter().map(ToString::to_string).collect();
    assert!(!words.contains("24-68"), "{words}");
}

const RETURNS: &str = r#"[
 {"number": "26-1", "state": "IN_TRANSIT", "owner": "NLK", "label": "7", "tracking": ["T1", "T2"],
  "cycle": "COMMERCIAL", "lines": [
   {"id": "1", "sku": "A-1", "requested": 2, "authorised": 2, "reason": "GIFT", "preference": "REFUND"}]},
 {"number": "26-2", "state": "AUTHORISED", "owner": "NLK", "label": "8", "cycle": "COMMERCIAL", "lines": [
   {"id": "1", "sku": "A-2", "requested": 1, "authorised": 1, "reason": "GIFT", "preference": "REFUND"},
   {"id": "2", "sku": "A-1", "requested": 1, "authorised": 1, "reason": "GIFT", "preference": "REFUND"}]}
]"#;

#[rstest]
#[case("26-2", "26-1", "2 number row-twice")]
#[case("\"8\"", "\"7\"", "2 label label-taken")]
#[case("\"8\"", "\"L8\"", "2 label label-id-unusable")]
#[case("\"8\"", "\"08\"", "2 label label-id-unusable")]
#[case("\"T2\"", "\"T1\"", "1 tracking[1] tracking-twice")]
#[case("\"id\": \"2\"", "\"id\": \"1\"", "2 lines[1].id row-twice")]
#[case("\"authorised\": 2", "\"authorised\": 3", "1 lines[0].authorised more-authorised-than-requested")]
#[case(
    "\"authorised\": 2",
    "\"authorised\": 2, \"accepted\": 1",
    "1 lines[0].accepted more-accepted-than-received"
)]
#[case("\"authorised\": 2", "\"authorised\": \"2\"", "1 lines[0].authorised cell-unreadable")]
#[case("\"reason\": \"GIFT\"", "\"reason\": \"BORED\"", "1 lines[0].reason cell-unreadable")]
#[case(
    "\"owner\": \"NLK\", \"label\": \"8\"",
    "\"owner\": \"\", \"label\": \"8\"",
    "2 owner cell-unreadable"
)]
fn bad_returns_are_named(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    assert!(RETURNS.contains(from));
    let read = rmas::read(RETURNS.replacen(from, to, 1).as_bytes(), "rmas.json");
    assert_eq!(told(&read), [expected]);
    assert_eq!(read.values.len(), 1);
}

#[rstest]
#[case("\"owner\"", "\"customer_name\": \"Ada\", \"owner\"")]
#[case("\"sku\": \"A-1\"", "\"sku\": \"A-1\", \"colour\": \"red\"")]
fn an_unknown_field_costs_the_return(#[case] from: &str, #[case] to: &str) {
    let read = rmas::read(RETURNS.replacen(from, to, 1).as_bytes(), "rmas.json");
    assert_eq!((read.values.len(), read.problems.len()), (1, 1));
    assert_eq!((read.problems[0].row, read.problems[0].code), (Some(1), "cell-unreadable"));
}

#[test]
fn a_field_twice_is_no_guess() {
    let read =
        rmas::read(RETURNS.replacen("\"owner\"", "\"owner\": \"BRW\", \"owner\"", 1).as_bytes(), "r.json");
    assert_eq!((read.values.len(), read.problems.len()), (0, 1));
}

#[test]
fn a_cut_list_names_its_line() {
    let read = rmas::read(&RETURNS.as_bytes()[..RETURNS.len() - 2], "r.json");
    assert_eq!(told(&read), ["- - json-unreadable"]);
    assert_eq!(read.problems[0].args["line"], "7");
}

const QUESTIONS: &str = r#"{"category": "HOME", "version": 1, "photos": ["FRONT", "BACK"],
 "findings": [{"finding": "USED", "grade": "B"}, {"finding": "STAIN"}],
 "questions": [
  {"id": "SERIAL", "kind": "IDENTITY", "text": {"en": "Which?"}, "choices": [
   {"id": "MATCHES", "label": {"en": "The one"}}, {"id": "DIFFERS", "label": {"en": "Another"}}]},
  {"id": "WORKS", "kind": "CONDITION", "grade": "D", "text": {"en": "Works?"}, "choices": [
   {"id": "YES", "label": {"en": "Yes"}}, {"id": "NO", "label": {"en": "No"}, "grade": "D"}]}]}"#;

#[test]
fn a_good_checklist_is_read() {
    assert!(checklist::read(QUESTIONS.as_bytes(), "home.json").one().is_ok());
}

#[rstest]
#[case("\"WORKS\"", "\"SERIAL\"", "- questions[1].id question-twice")]
#[case("\"DIFFERS\"", "\"MATCHES\"", "- questions[0].choices choice-twice")]
#[case("\"DIFFERS\"", "\"OTHER\"", "- questions[0].choices serial-choices")]
#[case("\"CONDITION\", \"grade\": \"D\"", "\"CONDITION\"", "- questions[1].grade question-grade-tag")]
#[case("\"kind\": \"CONDITION\", \"grade\": \"D\"", "\"kind\": \"SAFETY\"", "- questions[1] question-order")]
#[case("\"kind\": \"IDENTITY\"", "\"kind\": \"SAFETY\"", "- questions[0].kind serial-kind")]
#[case(
    "\"label\": {\"en\": \"No\"}, \"grade\": \"D\"",
    "\"label\": {\"en\": \"No\"}, \"grade\": \"N\"",
    "- questions[1].choices question-settles-n"
)]
#[case("{\"en\": \"Works?\"}", "{\"de\": \"Geht es?\"}", "- questions[1].text words-missing")]
#[case("{\"en\": \"Another\"}", "{\"en\": \" \"}", "- questions[0].choices[1].label words-missing")]
#[case("\"STAIN\"", "\"USED\"", "- findings[1].finding finding-twice")]
#[case("\"BACK\"", "\"FRONT\"", "- photos[1] photo-twice")]
#[case("\"STAIN\"", "\"SPOT\"", "- findings[1].finding cell-unreadable")]
#[case("\"version\": 1", "\"version\": -1", "- version cell-unreadable")]
fn a_bad_checklist_is_refused_whole(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    assert!(QUESTIONS.contains(from), "{from}");
    let read = checklist::read(QUESTIONS.replacen(from, to, 1).as_bytes(), "home.json");
    assert!(told(&read).iter().any(|line| line == expected), "{:?}", told(&read));
    assert_eq!(read.values, []);
}

#[rstest]
#[case(r#"{"Bad Key": {"en": "x"}}"#, "- Bad Key key-unusable")]
#[case(r#"{"a-key": {"de": "x"}}"#, "- a-key words-missing")]
#[case(r#"{"a": {"en": "x"}, "b": 1}"#, "- b cell-unreadable")]
fn bad_words_are_named(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(told(&why::read(text.as_bytes(), "why.json")), [expected]);
}

fn sample() -> PolicyFiles {
    PolicyFiles {
        head: r#"{"number": 7, "date": "2026-11-16", "currency": "EUR",
 "review": {"value_over_minor": 40000, "fraud_signals": ["EMPTY_BOX"], "sample_per_mille": 20},
 "provisional": {"disposition": "QUARANTINE", "after_hours": 48},
 "costs": [{"disposition": "RTV", "cost_minor": 650, "days": 14}]}"#
            .to_owned(),
        gates: "\
id,gate,category,findings,battery,forbid,force,settlement,hold,review,why
G-1,DANGEROUS_GOODS,,BATTERY_SWOLLEN,yes,,QUARANTINE,REFUND,BATTERY,yes,battery-swollen
G-2,HYGIENE,HOME|COSMETICS,,,RESTOCK|RESTOCK_B,,,,,hygiene
"
        .to_owned(),
        candidates: "\
id,grade,value,allowed,settlement,why
C-1,N,..400,RESTOCK|RTV,REFUND,as-new
C-2,!N,,LIQUIDATE,REFUND,marked
"
        .to_owned(),
        recovery: "grade,disposition,percent\nN,RESTOCK,95\nN,RTV,80.5\n".to_owned(),
    }
}

fn read(files: &PolicyFiles) -> Read<Policy> {
    policy::read(&[
        File { name: "p/policy.json", bytes: files.head.as_bytes() },
        File { name: "p/gates.csv", bytes: files.gates.as_bytes() },
        File { name: "p/candidates.csv", bytes: files.candidates.as_bytes() },
        File { name: "p/recovery.csv", bytes: files.recovery.as_bytes() },
        File { name: "p/README.md", bytes: b"notes" },
        File { name: "p/why.json", bytes: b"{}" },
    ])
}

#[test]
fn a_good_policy_is_read_and_written() {
    let policy = read(&sample()).one().unwrap();
    assert_eq!(policy.number, 7);
    let [first, second] = policy.gates.as_slice() else { panic!("{policy:?}") };
    assert_eq!(first.hold, Some(returns::codes::HoldReason::Battery));
    assert!(first.review && matches!(&second.effect, GateEffect::Forbid(these) if these.len() == 2));
    // Amounts are written in whole units and read in minor ones.
    assert_eq!(policy.candidates[0].when.value_minor.below, Some(40_000.into()));
    let written = policy::write(&policy).unwrap();
    assert!(written.candidates.contains("..400,"), "{}", written.candidates);
    assert_eq!(read(&written).one().unwrap(), policy);
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
#[case("head", "]}", "]", "p/policy.json", "- - json-unreadable")]
fn a_bad_policy_is_refused_whole(
    #[case] which: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] file: &str,
    #[case] expected: &str,
) {
    let mut files = sample();
    let text = match which {
        "head" => &mut files.head,
        "gates" => &mut files.gates,
        "candidates" => &mut files.candidates,
        _ => &mut files.recovery,
    };
    let at = if from == "]}" { text.rfind(from) } else { text.find(from) }.expect("in the sample");
    text.replace_range(at..at + from.len(), to);
    let read = read(&files);
    let named = read.problems.iter().any(|problem| problem.file == file && line(problem) == expected);
    assert!(named, "{:?}", read.problems.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(read.values, []);
}

#[test]
fn a_policy_needs_each_of_its_files_once() {
    let files = sample();
    let gates = File { name: "gates.csv", bytes: files.gates.as_bytes() };
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
fn a_policy_in_one_file_is_checked_alike() {
    let mut policy = read(&sample()).one().unwrap();
    let twin = CandidateRow { id: "C-9".parse().unwrap(), ..policy.candidates[0].clone() };
    policy.candidates.push(twin);
    let text = policy::write_json(&policy).unwrap();
    let read = policy::read_json(text.as_bytes(), "p.json");
    assert_eq!(told(&read), ["- candidates[2] rows-alike"]);
    let text = text.replacen("\"number\"", "\"moon\": 1, \"number\"", 1);
    assert_eq!(told(&policy::read_json(text.as_bytes(), "p.json")), ["- moon cell-unreadable"]);
}

#[test]
fn an_id_that_a_cell_would_split_is_not_written() {
    let mut policy = read(&sample()).one().unwrap();
    policy.candidates[0].when.category = returns::policy::Cell::OneOf(vec!["A|B".parse().unwrap()]);
    assert_eq!(policy::write(&policy).unwrap_err().code(), "not-a-cell");
}
