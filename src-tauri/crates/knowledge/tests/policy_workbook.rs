//! A workbook as a person leaves it: cells that the spreadsheet took for numbers, dates and yes are read as they were
//! meant, and what is wrong is named by sheet, row and cell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use knowledge::policy::{self, Table};
use knowledge::{Problem, Read};
use returns::policy::{Flag, Policy};
use rstest::rstest;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

#[derive(Clone)]
enum Typed {
    Text(&'static str),
    Number(f64),
    Yes(bool),
    Date(u16, u8, u8),
    Broken,
}
use Typed::{Broken, Date, Number, Text, Yes};

type Sheets = Vec<(&'static str, Vec<Vec<Typed>>)>;

fn line(text: &'static str) -> Vec<Typed> {
    text.split(',').map(Text).collect()
}

fn sample() -> Sheets {
    vec![
        (
            "policy",
            vec![
                line("key,value"),
                vec![Text("number"), Number(7.0)],
                vec![Text("date"), Date(2026, 11, 16)],
                line("currency,EUR"),
                vec![],
                vec![Text("review.value_over_minor"), Number(40_000.0)],
                line("review.fraud_signals,EMPTY_BOX | WEIGHT_MISMATCH"),
                vec![Text("preference.may_cost_percent"), Number(2.5)],
            ],
        ),
        (
            "gates",
            vec![
                line("id,gate,battery,recalled,forbid,force,review,why"),
                vec![
                    Text("G-1"),
                    Text("DATA"),
                    Yes(true),
                    Text(""),
                    Text(""),
                    Text("QUARANTINE"),
                    Yes(false),
                    Text("data"),
                ],
                vec![],
                vec![
                    Number(12.0),
                    Text("RECALL"),
                    Text(""),
                    Text("yes"),
                    Text(""),
                    Text("QUARANTINE"),
                    Text(""),
                    Text("data"),
                ],
            ],
        ),
        ("candidates", vec![line("id,grade,allowed,settlement,why"), line("C-1,N,RESTOCK,REFUND,as-new")]),
        (
            "recovery",
            vec![line("grade,disposition,percent"), vec![Text("N"), Text("RESTOCK"), Number(0.1 + 0.2)]],
        ),
        (
            "seasons",
            vec![
                line("category,from,until,decay_percent"),
                vec![Text("TOYS"), Date(2026, 11, 15), Text("12-24"), Number(150.0)],
            ],
        ),
        ("why", vec![line("key,en,de"), line("as-new,As new.,Wie neu."), line("data,Data.")]),
        ("notes", vec![line("anything,at all")]),
    ]
}

fn book(sheets: &Sheets) -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("dd.mm.yyyy");
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Text("") => continue,
                    Text(text) => sheet.write_string(row, column, *text),
                    Number(number) => sheet.write_number(row, column, *number),
                    Yes(yes) => sheet.write_boolean(row, column, *yes),
                    Date(year, month, date) => {
                        let date = ExcelDateTime::from_ymd(*year, *month, *date).unwrap();
                        sheet.write_datetime_with_format(row, column, &date, &day)
                    }
                    Broken => sheet.write_formula(row, column, Formula::new("=1/0").set_result("#DIV/0!")),
                }
                .unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn told(read: &Read<Policy>) -> Vec<String> {
    let line = |problem: &Problem| {
        let row = problem.row.map_or("-".to_owned(), |row| row.to_string());
        let at = problem.args.get("at").map_or("-", String::as_str);
        format!("{} {row} {} {at} {}", problem.file, problem.cell.as_deref().unwrap_or("-"), problem.code)
    };
    read.problems.iter().map(line).collect()
}

#[test]
fn what_a_spreadsheet_makes_of_cells_is_read_as_it_was_meant() {
    let read = policy::read_xlsx(&book(&sample()), "p.xlsx");
    assert_eq!(told(&read), Vec::<String>::new());
    let policy = &read.values[0];
    assert_eq!((policy.number, policy.date.to_string()), (7, "2026-11-16".to_owned()));
    assert_eq!((policy.review.value_over_minor, policy.review.fraud_signals.len()), (Some(40_000), 2));
    assert_eq!(policy.preference.may_cost_percent.to_string(), "2.5");
    assert_eq!((policy.gates[0].when.battery, policy.gates[0].review), (Flag::Yes, false));
    assert_eq!((policy.gates[1].id.as_str(), policy.gates[1].when.recalled), ("12", Flag::Yes));
    assert_eq!(policy.recovery[0].percent.to_string(), "0.3");
    assert_eq!(policy.seasons[0].from.to_string(), "11-15");
    assert_eq!(policy.sentences["as-new"].in_language("de"), "Wie neu.");
}

#[rstest]
#[case("gates", 3, 1, Text("RECAL"), "p.xlsx#gates 4 gate B4 unknown-code")]
#[case("gates", 3, 0, Text("G-1"), "p.xlsx#gates 4 id A4 row-twice")]
#[case("gates", 0, 2, Text("batery"), "p.xlsx#gates 1 batery C1 column-unknown")]
#[case("gates", 1, 8, Text("stray"), "p.xlsx#gates 2 - - cell-count")]
#[case("candidates", 1, 2, Text(""), "p.xlsx#candidates 2 allowed C2 cell-empty")]
#[case("candidates", 1, 4, Text("no-such"), "p.xlsx#candidates 2 why E2 sentence-missing")]
#[case("recovery", 1, 2, Broken, "p.xlsx#recovery 2 percent C2 cell-unreadable")]
#[case("recovery", 1, 2, Number(130.0), "p.xlsx#recovery 2 percent C2 percent-out-of-range")]
#[case("recovery", 1, 2, Date(2026, 11, 16), "p.xlsx#recovery 2 percent C2 number-unreadable")]
#[case("policy", 1, 1, Number(7.5), "p.xlsx#policy 2 value B2 number-unreadable")]
#[case("policy", 3, 0, Text("currncy"), "p.xlsx#policy 4 key A4 head-key-unknown")]
#[case("policy", 5, 0, Text("number"), "p.xlsx#policy 6 key A6 row-twice")]
#[case("policy", 6, 1, Text("EMPTY"), "p.xlsx#policy 7 value B7 cell-unreadable")]
#[case("policy", 0, 1, Text("what"), "p.xlsx#policy 1 value B1 column-missing")]
#[case("why", 1, 0, Text("data"), "p.xlsx#why 3 key A3 row-twice")]
#[case("why", 1, 1, Text(""), "p.xlsx#why 2 key A2 words-missing")]
fn what_is_wrong_is_named_by_sheet_row_and_cell(
    #[case] sheet: &str,
    #[case] row: usize,
    #[case] column: usize,
    #[case] typed: Typed,
    #[case] expected: &str,
) {
    let mut sheets = sample();
    let (_, rows) = sheets.iter_mut().find(|(name, _)| *name == sheet).unwrap();
    let cells = rows[row].len().max(column + 1);
    rows[row].resize_with(cells, || Text(""));
    rows[row][column] = typed;
    let read = policy::read_xlsx(&book(&sheets), "p.xlsx");
    assert!(told(&read).iter().any(|line| line == expected), "{:#?}", told(&read));
    assert_eq!(read.values, []);
}

#[test]
fn sheets_are_known_by_name() {
    let mut sheets = sample();
    sheets.push(("candidate", vec![line("id")]));
    sheets.retain(|(name, _)| *name != "recovery");
    let read = policy::read_xlsx(&book(&sheets), "p.xlsx");
    let mut told = told(&read);
    told.sort_unstable();
    assert_eq!(told, ["p.xlsx#candidate - - - sheet-unknown", "p.xlsx#recovery - - - file-missing"]);
}

#[test]
fn a_stray_cell_far_out_is_no_reason_to_fill_the_memory() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("gates").unwrap().write_string(1_048_575, 16_383, "x").unwrap();
    let read = policy::read_xlsx(&book.save_to_buffer().unwrap(), "p.xlsx");
    assert_eq!(told(&read), ["p.xlsx#gates - - - sheet-too-large"]);
}

#[rstest]
#[case(b"".to_vec())]
#[case(b"id,gate".to_vec())]
#[case(book(&sample())[..600].to_vec())]
fn what_is_no_workbook_is_said(#[case] bytes: Vec<u8>) {
    assert_eq!(told(&policy::read_xlsx(&bytes, "p.xlsx")), ["p.xlsx - - - xlsx-unreadable"]);
}

#[test]
fn a_row_is_found_again_in_the_workbook() {
    let opened = policy::open_xlsx(&book(&sample()), "p.xlsx");
    let place = policy::Place { table: Table::Gates, at: Some(1), cell: "gate" };
    assert_eq!(opened.places.problem(place, "x").to_string(), "p.xlsx#gates, row 4, gate: x");
}
