//! `station label`: what it writes is read back by readers that know nothing of us.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use returns::codes::LabelKind;
use returns::event::UnitEvent;
use returns::ids::Subject;
use rstest::rstest;
use serde_json::{Value, json};

use crate::folder;
use crate::ran::{keys, station};

const LPN: &str = "041733927088";
const TOKEN: &str = "6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTLRR+%3.ZH9M9ESIGUBA KWML";

fn run(command: &mut Command, package: &str) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{program} does not start ({error}): apt-get install {package}"));
    // zbarimg exits with 4 where it found nothing: the caller says what was missing.
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What zbar reads in a picture, without the kinds of symbol.
fn read(picture: &Path) -> BTreeSet<String> {
    let seen = run(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(picture), "zbar-tools");
    seen.lines().map(str::to_owned).collect()
}

/// What zbar reads on a PDF's first page as a 203 dpi printer prints it.
fn read_pdf(pdf: &Path) -> BTreeSet<String> {
    let page = pdf.with_extension("page");
    run(
        Command::new("pdftoppm").args(["-r", "203", "-gray", "-png", "-singlefile"]).args([pdf, &page]),
        "poppler-utils",
    );
    read(&page.with_extension("page.png"))
}

#[rstest]
#[case(&["lpn", "--lpn", LPN, "--title", "Trail shoe", "--received", "21 Nov 2026"], "RS:U:041733927088")]
#[case(&["lpn", "--lpn", "04173-39270-88"], "RS:U:041733927088")]
#[case(
    &["disposition", "--lpn", LPN, "--print", "3", "--product", "Trail shoe", "--grade", "B", "--disposition",
      "RESTOCK_B", "--owner", "NLK", "--station", "LEJ2-B04", "--date", "21 Nov 2026", "--container", "T-0231"],
    "RS:U:041733927088/3"
)]
#[case(&["container", "--container", "T-0231", "--disposition", "RECYCLE", "--owner", "NLK"], "RS:T:T-0231")]
#[case(&["return", "--token", TOKEN, "--rma", "R-2026-004711"], "RS:R:6BFOXN*TS0BI$ZD.P9UOL97O4-2HH77HRM3DSPTLRR+%3.ZH9M9ESIGUBA KWML")]
#[case(&["badge", "--badge", "KW-7F3A9C", "--initials", "KW", "--role", "Grader"], "RS:O:KW-7F3A9C")]
fn a_label_is_read_back(#[case] args: &[&str], #[case] code: &str) {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("label.pdf");
    let more = ["--png", "--json", "--out", pdf.to_str().unwrap()];
    let answer = station(["label"].iter().chain(args).chain(&more)).fine().json();
    assert_eq!(keys(&answer), ["codes", "label", "pages", "pdf", "png"]);
    let picture = pdf.with_extension("png");
    assert_eq!(answer["pdf"], json!(pdf));
    assert_eq!(answer["png"], json!([picture]));
    assert_eq!((&answer["pages"], &answer["codes"]), (&json!(1), &json!([code])));
    let expected = BTreeSet::from([code.to_owned()]);
    assert_eq!(read_pdf(&pdf), expected);
    assert_eq!(read(&picture), expected);
}

#[test]
fn the_command_sheet_holds_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("sheet.pdf");
    let args =
        ["label", "commands", "--station", "LEJ2-B04", "--png", "--json", "--out", pdf.to_str().unwrap()];
    let answer = station(args).fine().json();
    let codes: BTreeSet<String> =
        answer["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    assert!(codes.contains("RS:C:YES") && codes.contains("RS:C:LOG-OFF") && codes.len() > 40, "{codes:?}");
    let pictures = answer["png"].as_array().unwrap();
    assert_eq!(json!(pictures.len()), answer["pages"]);
    let seen: BTreeSet<String> =
        pictures.iter().flat_map(|path| read(Path::new(path.as_str().unwrap()))).collect();
    assert_eq!(seen, codes);
}

#[test]
fn a_label_that_no_bench_would_take_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("label.pdf");
    let refused = |args: &[&str]| {
        let ran = station(["label"].iter().chain(args).chain(&["--json", "--out", pdf.to_str().unwrap()]));
        assert!(!pdf.exists());
        let message = |answer: Value| answer["error"]["message"].as_str().unwrap().to_owned();
        (ran.error_code(), message(ran.json()))
    };
    let (code, words) = refused(&["lpn", "--lpn", "041733927089"]);
    assert_eq!(code, "label-code");
    assert!(words.contains("check digits"), "{words}");
    assert_eq!(refused(&["lpn", "--lpn", "12345"]).0, "label-lpn");
    assert_eq!(
        refused(&["disposition", "--lpn", "", "--print", "1", "--disposition", "RECYCLE"]).0,
        "label-lpn"
    );
    assert_eq!(refused(&["container", "--container", "T 1\n"]).0, "label-code");
    assert_eq!(refused(&["container", "--container", &"T".repeat(40)]).0, "code-too-long");
    assert_eq!(refused(&["return", "--token", "lower case", "--rma", "R-1"]).0, "label-code");
    assert_eq!(refused(&["badge", "--badge", ""]).0, "label-code");
    for usage in [
        &["disposition", "--lpn", LPN, "--print", "0", "--disposition", "RECYCLE"][..],
        &["disposition", "--lpn", LPN, "--print", "1", "--disposition", "KEEP"],
        &["disposition", "--lpn", LPN, "--print", "1", "--disposition", "RECYCLE", "--grade", "E"],
    ] {
        let ran = station(["label"].iter().chain(usage).chain(&["--out", pdf.to_str().unwrap()]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{usage:?}");
    }
    let nowhere = folder.path().join("no/folder/x.pdf");
    let ran = station(["label", "lpn", "--lpn", LPN, "--out", nowhere.to_str().unwrap()]);
    assert_eq!(ran.error_line(), "label-not-written");
    let ran = station(["label", "lpn", "--lpn", LPN, "--out", "/dev/full"]);
    assert_eq!(ran.error_line(), "label-not-written");
    let picture = folder.path().join("label.png");
    let ran = station(["label", "lpn", "--lpn", LPN, "--png", "--out", picture.to_str().unwrap()]);
    assert_eq!(ran.error_line(), "label-not-written");
    assert!(!picture.exists(), "the picture replaced the PDF");
}

#[test]
fn a_units_label_comes_from_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let (data, pdf) = (folder.path().join("station"), folder.path().join("unit.pdf"));
    let mut records = folder::enrolled(&data, "http://127.0.0.1:9");
    let (unit, lpn) = folder::receive(&mut records, "S-1");
    let args = [
        "label",
        "unit",
        "--json",
        "--data",
        data.to_str().unwrap(),
        "--out",
        pdf.to_str().unwrap(),
        "--lpn",
    ];
    let label = |lpn: &str, more: &[&str]| station(args.iter().chain(&[lpn]).chain(more));

    // Beside the station at work: `records` is open.
    let answer = label(&lpn.digits(), &[]).fine().json();
    assert_eq!(answer["codes"], json!([format!("RS:U:{}", lpn.digits())]));
    assert_eq!(label(&lpn.digits(), &["--label", "disposition"]).error_code(), "no-such-label");
    assert_eq!(label("041733927088", &[]).error_code(), "unit-unknown");
    assert_eq!(label("041733927089", &[]).error_code(), "lpn-check-digits");

    let pending = UnitEvent::LabelPending { label: LabelKind::Disposition, print: 1 };
    folder::append(&mut records, Subject::Unit(unit), pending);
    let answer = label(&lpn.digits(), &[]).fine().json();
    assert_eq!(answer["codes"], json!([format!("RS:U:{}/1", lpn.digits())]));
    assert_eq!(read_pdf(&pdf), BTreeSet::from([format!("RS:U:{}/1", lpn.digits())]));
    let answer = label(&lpn.digits(), &["--label", "lpn"]).fine().json();
    assert_eq!(answer["codes"], json!([format!("RS:U:{}", lpn.digits())]));
}
