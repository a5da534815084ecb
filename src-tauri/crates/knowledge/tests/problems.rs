//! Everything that can be wrong with a file is named by file, row and cell, and costs only what it must: one row of a
//! list, but a policy or a checklist whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use knowledge::{Problem, Read, catalogue, checklist, operators, rmas, why};
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
#[case("battery", "serial_kind", "2 serial_kind unknown-code")]
#[case("battery,vendor", "expiry_tracked,expiry_tracked", "1 expiry_tracked column-twice")]
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
#[case("\"grade\": \"D\"}]", "\"function\": \"F9\"}]", "- questions[1].choices[1].function cell-unreadable")]
#[case("\"grade\": \"D\"}]", "\"cosmetic\": \"C0\"}]", "- questions[1].choices[1].cosmetic cell-unreadable")]
#[case(
    "\"text\": {\"en\": \"Works?\"}",
    "\"picture\": 7, \"text\": {\"en\": \"W\"}",
    "- questions[1].picture cell-unreadable"
)]
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
