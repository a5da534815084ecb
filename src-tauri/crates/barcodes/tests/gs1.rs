//! Element strings against GS1's table: read, refused, printed back; and the table against its source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "../../../xtask/src/gs1.rs"]
mod generator;

use barcodes::gs1::{ElementString, Gtin, Rule, canonical_link, identifier, parse_link};
use proptest::prelude::*;
use rstest::rstest;
use sha2::{Digest, Sha256};
use std::path::Path;

const TABLE: &str = include_str!("../src/gs1/table.rs");
/// SHA-256 of the table as generated; changes only together with a new release of the dictionary.
const TABLE_SHA256: &str = "ab54fac7bb60c51e41dd7c337a6638670573a1962d4ef1329b9e3a49e4d8eaae";

/// With `GS1_DICTIONARY` the table is generated again and compared; without, its recorded hash is.
#[test]
fn the_table_is_what_the_generator_makes_of_the_dictionary() {
    match std::env::var("GS1_DICTIONARY") {
        Ok(dictionary) => {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("table.rs");
            generator::generate(Path::new(&dictionary), &out).expect("generating the table");
            let made = std::fs::read_to_string(&out).unwrap();
            assert!(
                made == TABLE,
                "src/gs1/table.rs is stale: run `cargo xtask gs1 --dictionary {dictionary}`"
            );
        }
        Err(_) => println!("GS1_DICTIONARY is not set: comparing the table's recorded hash only"),
    }
    let hash: String = Sha256::digest(TABLE).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, TABLE_SHA256, "src/gs1/table.rs was edited, or generated anew: record its hash here");
}

#[test]
fn the_table_names_its_source() {
    for part in ["GS1 Barcode Syntax Dictionary, release", "Apache License 2.0", "GS1 AISBL", "do not edit"] {
        assert!(TABLE.contains(part), "{part}");
    }
}

#[test]
fn identifiers_of_a_dock_are_there() {
    for (ai, title, predefined) in [
        ("00", "SSCC", true),
        ("01", "GTIN", true),
        ("10", "BATCH/LOT", false),
        ("17", "USE BY or EXPIRY", true),
        ("21", "SERIAL", false),
        ("400", "ORDER NUMBER", false),
        ("402", "GSIN", false),
        ("414", "LOC No.", true),
        ("7020", "REFURB LOT", false),
        ("7021", "FUNC STAT", false),
        ("8003", "GRAI", false),
        ("8004", "GIAI", false),
        ("8018", "GSRN - RECIPIENT", false),
        ("99", "INTERNAL", false),
    ] {
        let entry = identifier(ai).unwrap_or_else(|| panic!("{ai} is missing"));
        assert_eq!((entry.title, entry.predefined), (title, predefined), "{ai}");
    }
    assert_eq!(identifier("8003").unwrap().lengths(), (14, 30));
    assert!(identifier("17").unwrap().parts[0].rules.contains(&Rule::Yymmd0));
}

// Examples of the GS1 General Specifications, in both forms.
#[rstest]
#[case("(01)09506000134352(10)ABC123(17)261231", "010950600013435210ABC123\u{1d}17261231")]
#[case("(02)09506000134352(37)24", "02095060001343523724")]
#[case("(00)376104250021234569", "00376104250021234569")]
#[case("(8003)09521121234545SERIAL/1", "800309521121234545SERIAL/1")]
#[case("(3103)001750(3922)1299", "310300175039221299")]
#[case("(253)4012345000054ABC", "2534012345000054ABC")]
#[case("(8008)260101(10)X", "__invalid")]
#[case("(8008)26010112(10)X", "800826010112\u{1d}10X")]
#[case("(8013)1987654Ad4X4bL5ttr2310c2K", "80131987654Ad4X4bL5ttr2310c2K")]
#[case("(4330)001234-", "4330001234-")]
#[case("(10)A\\(B\\(", "10A(B(")]
fn reads_and_prints_both_forms(#[case] bracketed: &str, #[case] raw: &str) {
    let read = ElementString::parse_bracketed(bracketed);
    if raw == "__invalid" {
        assert_eq!(read.unwrap_err().code(), "gs1-length");
        return;
    }
    let read = read.unwrap();
    assert_eq!(read.to_string(), bracketed);
    assert_eq!(read.raw(), raw);
    assert_eq!(ElementString::parse_raw(raw.as_bytes()).unwrap(), read);
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<ElementString>(&json).unwrap(), read);
}

#[rstest]
#[case("", "gs1-empty")]
#[case("(01)09506000134353", "gs1-check-digit")]
#[case("(00)376104250021234560", "gs1-check-digit")]
#[case("(8013)1987654Ad4X4bL5ttr2310cXK", "gs1-check-digit")]
#[case("(01)9506000134352", "gs1-length")]
#[case("(01)095060001343521", "gs1-length")]
#[case("(01)0950600013435x", "gs1-character")]
#[case("(10)", "gs1-length")]
#[case("(10)123456789012345678901", "gs1-length")]
#[case("(10)A B", "gs1-character")]
#[case("(10)A#B", "gs1-character")]
#[case("(10)Ä", "gs1-character")]
#[case("(8010)952112ab", "gs1-character")]
#[case("(17)261331", "gs1-date")]
#[case("(17)260230", "gs1-date")]
#[case("(7006)260200", "gs1-date")]
#[case("(7003)2601012460", "gs1-date")]
#[case("(402)12345678901234567", "gs1-check-digit")]
#[case("(422)999", "gs1-content")]
#[case("(8004)ABC1", "gs1-content")]
#[case("(4321)2", "gs1-content")]
#[case("(8006)095060001343520302", "gs1-content")]
#[case("(05)1", "gs1-unknown-identifier")]
#[case("(1)1", "gs1-unknown-identifier")]
#[case("(01", "gs1-brackets")]
#[case("01)1", "gs1-brackets")]
#[case("(21)A(B", "gs1-brackets")]
#[case("(21)A(21)B", "gs1-repeated")]
fn refuses(#[case] bracketed: &str, #[case] code: &str) {
    assert_eq!(ElementString::parse_bracketed(bracketed).unwrap_err().code(), code);
}

#[rstest]
#[case(b"0109506000134352\x1d10A", "(01)09506000134352(10)A")] // a separator that need not be there
#[case(b"\x1d10A\x1d21B\x1d", "(10)A(21)B")]
#[case(b"10A\x1d10A", "(10)A")] // the same twice
fn reads_what_scanners_send(#[case] raw: &[u8], #[case] expected: &str) {
    assert_eq!(ElementString::parse_raw(raw).unwrap().to_string(), expected);
}

#[rstest]
#[case(b"10A\x1d\x1d21B", "gs1-unknown-identifier")]
#[case(b"01095060001343", "gs1-length")]
#[case(b"01095060\x1d00134352", "gs1-length")]
#[case(b"10A\x1d10B", "gs1-repeated")]
#[case(b"10\xc3\xa9", "gs1-character")]
#[case(b"\x1d", "gs1-empty")]
#[case(b"3", "gs1-unknown-identifier")]
fn refuses_raw(#[case] raw: &[u8], #[case] code: &str) {
    assert_eq!(ElementString::parse_raw(raw).unwrap_err().code(), code);
}

#[rstest]
#[case("(01)09506000134352(10)A", None)]
#[case("(10)A", Some("gs1-alone"))]
#[case("(02)09506000134352", Some("gs1-alone"))]
#[case("(02)09506000134352(37)2(00)376104250021234569", None)]
#[case("(01)09506000134352(02)09506000134352(37)1(00)376104250021234569", Some("gs1-pair"))]
#[case("(01)09506000134352(3103)000001(3102)000001", Some("gs1-pair"))]
#[case("(01)09506000134352(21)A(250)B", None)]
#[case("(01)09506000134352(250)B", Some("gs1-alone"))]
#[case("(01)09506000134352(3922)100(3103)000001", None)]
fn pairs(#[case] bracketed: &str, #[case] code: Option<&str>) {
    let read = ElementString::parse_bracketed(bracketed).unwrap();
    assert_eq!(read.check_pairs().err().map(|e| e.code()), code);
}

#[test]
fn canonical_order_puts_predefined_lengths_first() {
    let read = ElementString::parse_bracketed("(10)A(01)09506000134352(21)B(17)261231").unwrap();
    assert_eq!(read.canonical().raw(), "01095060001343521726123110A\u{1d}21B");
}

#[test]
fn values_by_name() {
    let read = ElementString::parse_bracketed("(01)09506000134352(10)L(17)261200(21)S").unwrap();
    assert_eq!(read.gtin(), Gtin::new("9506000134352").ok());
    assert_eq!((read.lot(), read.serial(), read.expiry()), (Some("L"), Some("S"), Some("261200")));
    assert_eq!(read.sscc(), None);
}

fn with_check_digit(digits: &str) -> String {
    format!("{digits}{}", barcodes::gs1::check::digit_for(digits).unwrap())
}

/// Element strings that are valid by construction.
fn element_strings() -> impl Strategy<Value = String> {
    let text = "[!\"%&'()*+,./0-9:;<=>?A-Z_a-z-]{1,20}";
    (
        proptest::option::of("[0-9]{13}".prop_map(|d| with_check_digit(&d))),
        proptest::option::of(text),
        proptest::option::of("[0-9]{2}(0[1-9]|1[0-2])(0[0-9]|1[0-9]|2[0-8])"),
        proptest::option::of(text),
        proptest::option::of("[0-9]{1,8}"),
        any::<bool>(),
    )
        .prop_filter_map("something", |(gtin, lot, expiry, serial, count, late)| {
            let mut parts: Vec<String> =
                [("01", gtin), ("10", lot), ("17", expiry), ("21", serial), ("30", count)]
                    .into_iter()
                    .filter_map(|(ai, value)| value.map(|v| format!("({ai}){}", v.replace('(', "\\("))))
                    .collect();
            if late {
                parts.reverse();
            }
            (!parts.is_empty()).then(|| parts.concat())
        })
}

proptest! {
    #[test]
    fn print_and_parse_agree(bracketed in element_strings()) {
        let read = ElementString::parse_bracketed(&bracketed).unwrap();
        prop_assert_eq!(&read.to_string(), &bracketed);
        let raw = read.raw();
        let again = ElementString::parse_raw(raw.as_bytes()).unwrap();
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.raw(), raw);
        let canonical = read.canonical();
        prop_assert_eq!(ElementString::parse_raw(canonical.raw().as_bytes()).unwrap(), canonical);
    }

    #[test]
    fn links_carry_the_same_elements(bracketed in element_strings()) {
        let read = ElementString::parse_bracketed(&bracketed).unwrap();
        if let Some(link) = canonical_link(&read) {
            let back = parse_link(&link).unwrap().unwrap();
            for element in read.elements() {
                prop_assert_eq!(back.value(&element.ai), Some(element.value.as_str()));
            }
            prop_assert_eq!(back.elements().len(), read.elements().len());
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(read) = ElementString::parse_raw(&bytes) {
            prop_assert_eq!(ElementString::parse_raw(read.raw().as_bytes()).unwrap(), read);
        }
    }

    #[test]
    fn any_digits_and_separators_are_answered(text in "[0-9\u{1d}]{0,60}") {
        if let Ok(read) = ElementString::parse_raw(text.as_bytes()) {
            prop_assert_eq!(ElementString::parse_bracketed(&read.to_string()).unwrap(), read);
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}", brackets in "(\\([0-9]{2,4}\\)[0-9A-Z(\\\\]{0,20}){0,4}") {
        let _ = ElementString::parse_bracketed(&text);
        if let Ok(read) = ElementString::parse_bracketed(&brackets) {
            prop_assert_eq!(ElementString::parse_bracketed(&read.to_string()).unwrap(), read);
        }
        let _ = parse_link(&format!("https://{text}"));
    }

    #[test]
    fn one_wrong_digit_in_a_gtin_is_noticed(digits in "[0-9]{13}", at in 0..14_usize, by in 1..10_u8) {
        let mut digits = with_check_digit(&digits).into_bytes();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        prop_assert!(Gtin::new(std::str::from_utf8(&digits).unwrap()).is_err());
    }
}
