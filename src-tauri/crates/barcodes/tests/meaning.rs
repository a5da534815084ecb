//! What scans mean: own codes, products, parcels, GS1, and everything that is not right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use barcodes::meaning::{Carrier, MAX_SCAN_BYTES, Meaning, read};
use barcodes::rs;
use proptest::prelude::*;
use rstest::rstest;

const LPN: &str = "123450000159";

/// A valid LPN for a block and counter: check digits by ISO 7064 mod 97-10.
fn lpn(block_and_counter: u64) -> String {
    let check = 98 - block_and_counter * 100 % 97;
    format!("{block_and_counter:010}{check:02}")
}

/// The only meaning, in a short form.
fn short(meaning: &Meaning) -> String {
    match meaning {
        Meaning::ReturnLabel { token } => format!("return-label {token}"),
        Meaning::Unit { lpn, print } => format!("unit {lpn} {print:?}"),
        Meaning::Container { id } => format!("container {id}"),
        Meaning::Location { id } => format!("location {id}"),
        Meaning::Command { payload } => format!("command {payload}"),
        Meaning::Operator { badge } => format!("operator {badge}"),
        Meaning::Product { gtin, elements } => format!("product {gtin} {elements}"),
        Meaning::Gs1 { elements } => format!("gs1 {elements}"),
        Meaning::Tracking { candidates } => {
            let all: Vec<String> =
                candidates.iter().map(|c| format!("{:?} {}", c.carrier, c.number)).collect();
            format!("tracking {}", all.join(", "))
        }
        Meaning::Text { text } => format!("text {text}"),
    }
}

#[test]
fn the_constant_lpn_is_valid() {
    assert_eq!(lpn(1_234_500_001), LPN);
}

#[rstest]
// own codes
#[case(b"RS:U:123450000159\r\n", "unit 123450000159 None")]
#[case(b"]C0RS:U:123450000159/3\r", "unit 123450000159 Some(3)")]
#[case(b"\x02RS:T:CAGE-7\x03", "container CAGE-7")]
#[case(b"RS:L:A.01/2", "location A.01/2")]
#[case(b"RS:C:PICK-1", "command PICK-1")]
#[case(b"]Q1RS:O:ANNA.K", "operator ANNA.K")]
#[case(b"]Q1RS:R:ABC 123 \r\n", "return-label ABC 123 ")]
#[case(b"RS:R: BC 1\t", "return-label  BC 1")]
// products
#[case(b"]E04006381333931\r", "product 04006381333931 (01)04006381333931")]
#[case(b"4006381333931", "product 04006381333931 (01)04006381333931")]
#[case(b"]E0614141000036", "product 00614141000036 (01)00614141000036")]
#[case(b"]E496385074", "product 00000096385074 (01)00000096385074")]
#[case(b"]E001234565", "product 00012345000065 (01)00012345000065")]
#[case(b"]E3400638133393112", "product 04006381333931 (01)04006381333931")]
#[case(b"]I110614141000415", "product 10614141000415 (01)10614141000415")]
#[case(b"]C1010950600013435210ABC\x1d17261231", "product 09506000134352 (01)09506000134352(10)ABC(17)261231")]
#[case(b"]C1\x1d0109506000134352", "product 09506000134352 (01)09506000134352")]
#[case(b"]d201095060001343522112345", "product 09506000134352 (01)09506000134352(21)12345")]
#[case(b"010950600013435210ABC\x1d17261231", "product 09506000134352 (01)09506000134352(10)ABC(17)261231")]
#[case(b"01095060001343521726123110ABC", "product 09506000134352 (01)09506000134352(17)261231(10)ABC")]
#[case(b"(01)09506000134352(21)A\\(1", "product 09506000134352 (01)09506000134352(21)A\\(1")]
#[case(
    b"https://id.gs1.org/01/09506000134352/21/XYZ?17=270100",
    "product 09506000134352 (01)09506000134352(21)XYZ(17)270100"
)]
// other GS1
#[case(b"]C1800309521121234545", "gs1 (8003)09521121234545")]
#[case(b"]C14149521321000001", "gs1 (414)9521321000001")]
// parcels
#[case(b"]C100376104250021234569", "tracking Sscc 376104250021234569")]
#[case(b"00376104250021234569", "tracking Sscc 376104250021234569")]
#[case(b"(00)376104250021234569", "tracking Sscc 376104250021234569")]
#[case(b"]C01Z999AA10123456784", "tracking Ups 1Z999AA10123456784")]
#[case(b" 1Z 999 AA1 01 2345 6784 ", "tracking Ups 1Z999AA10123456784")]
#[case(b"RB123456785GB", "tracking Post RB123456785GB")]
#[case(b"]C1420221539101026837331000039521", "tracking Usps 9101026837331000039521")]
#[case(b"]C142022153\x1d9101026837331000039521", "tracking Usps 9101026837331000039521")]
#[case(b"JJD000390007882823238", "tracking Dhl JJD000390007882823238")]
#[case(b"986578788855", "tracking FedEx 986578788855")]
#[case(b"]C19611020987654312345672", "tracking FedEx 987654312345672")]
#[case(b"]C19622001900000000000000776632517510", "tracking FedEx 776632517510")]
#[case(b"9261292700768711948021", "tracking FedEx 9261292700768711948021, Usps 9261292700768711948021")]
#[case(b"]C092748931507708513018050063", "tracking Usps 92748931507708513018050063")]
#[case(b"]C0%008182709980000020045327276", "tracking Dpd 09980000020045")]
#[case(b"0081 827 0998 0000 0200 45 327 276 N", "tracking Dpd 09980000020045")]
#[case(b"]A0GM295117494011169042", "tracking Dhl GM295117494011169042")]
#[case(b"JVGL0999999990", "tracking Dhl JVGL0999999990")]
#[case(b"376104250021234569", "tracking Sscc 376104250021234569")]
// somebody's own AIs, not a carrier's
#[case(b"]C19611020987654312345673", "gs1 (96)11020987654312345673")]
#[case(b"]C19400111202555842332660", "gs1 (94)00111202555842332660")]
// DataBar, in a row, stacked or composite
#[case(b"]e00109506000134352", "product 09506000134352 (01)09506000134352")]
#[case(
    b"]e0010950600013435231030017503922995\x1d10A",
    "product 09506000134352 (01)09506000134352(3103)001750(3922)995(10)A"
)]
#[case(b"]e10109506000134352\x1d21S", "product 09506000134352 (01)09506000134352(21)S")]
// ECI: interpretations are taken off, doubled backslashes halved
#[case(b"]Q2\\000026Gr\xc3\xb6\xc3\x9fe", "text Größe")]
#[case(b"]Q2a\\\\b", "text a\\b")]
#[case(b"]Q2a\\b", "text a\\b")]
#[case(b"]Q4\\0000030109506000134352", "product 09506000134352 (01)09506000134352")]
#[case(b"]d50109506000134352", "product 09506000134352 (01)09506000134352")]
// anything else
#[case(b"RMA-2026-00042", "text RMA-2026-00042")]
#[case(b"  4711 ", "text 4711")]
#[case(b"20261130", "text 20261130")]
#[case("Größe 42".as_bytes(), "text Größe 42")]
#[case(b"Gr\xf6\xdfe", "text Größe")]
#[case(b"https://shop.example/returns/4711", "text https://shop.example/returns/4711")]
#[case(b"]C00109506000134352", "text 0109506000134352")]
fn certain(#[case] scan: &[u8], #[case] expected: &str) {
    let reading = read(scan);
    assert_eq!(reading.problem, None, "{reading:?}");
    let meaning = reading.certain().unwrap_or_else(|| panic!("ambiguous: {reading:?}"));
    assert_eq!(short(meaning), expected);
}

#[rstest]
#[case(b"", "scan-empty", None)]
#[case(b"\r\n", "scan-empty", None)]
#[case(b"   ", "scan-empty", None)]
#[case(b"]C1", "scan-empty", None)]
#[case(b"AB\x00C", "scan-control-character", None)]
#[case(b"AB\x1b[2J", "scan-control-character", None)]
#[case(b"line\nline", "scan-control-character", None)]
#[case(b"RS:U:123450000158", "scan-wrong-check-digit", None)]
#[case(b"RS:U:12345000010", "scan-bad-own-code", None)]
#[case(b"RS:U:123450000159/0", "scan-bad-own-code", None)]
#[case(b"RS:U:123450000159/01", "scan-bad-own-code", None)]
#[case(b"RS:U:123450000159/+1", "scan-bad-own-code", None)]
#[case(b"RS:U:123450000159/99999999999", "scan-bad-own-code", None)]
#[case(b"RS:U:123450000159 ", "scan-bad-own-code", None)]
#[case(b"RS:T:", "scan-bad-own-code", None)]
#[case(b"RS:T:A B", "scan-bad-own-code", None)]
#[case(b"RS:R:abc", "scan-bad-own-code", None)]
#[case(b"RS:X:1", "scan-unknown-own-code", None)]
#[case(b"RS:", "scan-unknown-own-code", None)]
#[case(b"]E04006381333932", "scan-wrong-check-digit", None)]
#[case(b"]E040063813339x1", "scan-not-ean-upc", None)]
#[case(b"4006381333932", "scan-wrong-check-digit", Some("text 4006381333932"))]
#[case(b"1Z999AA10123456785", "scan-wrong-check-digit", Some("text 1Z999AA10123456785"))]
#[case(b"]C1420221539101026837331000039522", "scan-wrong-check-digit", None)]
#[case(b"]C1010950600013435310ABC", "gs1-check-digit", None)]
#[case(b"]C10109506000134352178", "gs1-length", None)]
#[case(b"]C1010950600013435217261331", "gs1-date", None)]
#[case(b"]C19", "gs1-unknown-identifier", None)]
#[case(b"]d2010950600013435210A\xe9", "gs1-character", None)]
#[case(b"(01)09506000134353", "gs1-check-digit", Some("text (01)09506000134353"))]
#[case(b"(see note)", "gs1-unknown-identifier", Some("text (see note)"))]
#[case(b"https://id.gs1.org/01/09506000134353", "gs1-check-digit", None)]
fn problems(#[case] scan: &[u8], #[case] code: &str, #[case] beside: Option<&str>) {
    let reading = read(scan);
    assert_eq!(reading.problem.as_ref().map(|p| p.code()), Some(code), "{reading:?}");
    let meanings: Vec<String> = reading.meanings.iter().map(short).collect();
    assert_eq!(meanings.first().map(String::as_str), beside);
    assert_eq!(meanings.len(), usize::from(beside.is_some()));
    assert_eq!(reading.certain(), None);
}

#[test]
fn too_long_a_scan_is_cut_and_said() {
    let scan = vec![b'7'; 10 * 1024];
    let reading = read(&scan);
    let problem = reading.problem.unwrap();
    assert_eq!(problem.code(), "scan-too-long");
    assert_eq!(problem.args(), vec![("length", "10240".to_owned()), ("limit", "4096".to_owned())]);
    assert_eq!(reading.content.len(), MAX_SCAN_BYTES);
    assert!(reading.meanings.is_empty());
    assert!(read(&vec![b'7'; MAX_SCAN_BYTES]).problem.is_none());
}

#[test]
fn two_readings_are_both_given() {
    // A UPC-A whose digits also satisfy FedEx's check.
    let twelve = (0..2000_u64)
        .map(|n| format!("{:011}", 61_414_100_000 + n))
        .filter_map(|d| barcodes::gs1::check::digit_for(&d).map(|check| format!("{d}{check}")))
        .find(|d| {
            let fedex = |meaning: &Meaning| {
                matches!(meaning, Meaning::Tracking { candidates } if candidates[0].carrier == Carrier::FedEx)
            };
            read(d.as_bytes()).meanings.iter().any(fedex)
        })
        .unwrap();
    let reading = read(twelve.as_bytes());
    assert_eq!(reading.certain(), None);
    assert!(matches!(reading.meanings[0], Meaning::Product { .. }));
    let Meaning::Tracking { candidates } = &reading.meanings[1] else { panic!("{reading:?}") };
    assert_eq!(candidates[0].carrier, Carrier::FedEx);
    // An AIM identifier settles it.
    let certain = read(format!("]E0{twelve}").as_bytes());
    assert!(matches!(certain.certain(), Some(Meaning::Product { .. })));
    assert_eq!(reading.number(), Some(twelve.as_str()));
}

/// One number in seven or ten has a check digit that fits by chance: the likeliest first, and a person decides.
#[rstest]
#[case(b"3318810025", &["tracking Dhl 3318810025", "text 3318810025"])]
#[case(b"]C0501234567899", &["tracking Gls 501234567899", "text 501234567899"])]
#[case(b"]I0563102430313", &["tracking Dhl 563102430313", "text 563102430313"])]
fn weak_check_digits_are_no_proof(#[case] scan: &[u8], #[case] expected: &[&str]) {
    let reading = read(scan);
    assert_eq!(reading.meanings.iter().map(short).collect::<Vec<_>>(), expected);
    assert_eq!((reading.problem.as_ref(), reading.certain()), (None, None));
}

/// What is wrong names the identifier and the place, counted from 1, for the words on the screen.
#[rstest]
#[case(b"]C1010950600013435217261331", &[("ai", "17"), ("at", "19"), ("value", "261331")])]
#[case(b"]C10109506000134352178", &[("ai", "17"), ("at", "19"), ("length", "1"), ("allowed", "6")])]
#[case(b"]C1010950600013435210A B", &[("ai", "10"), ("at", "20"), ("character", " ")])]
#[case(b"]C10109506000134352A", &[("ai", "A"), ("at", "17")])]
#[case(b"]d210A\x1d10B", &[("ai", "10"), ("at", "7")])]
#[case(b"(01)09506000134352(21)A(B", &[("at", "24")])]
#[case(b"https://id.gs1.org/01/09506000134352?17=261331", &[("ai", "17"), ("at", "41"), ("value", "261331")])]
fn problems_name_identifier_and_place(#[case] scan: &[u8], #[case] expected: &[(&str, &str)]) {
    let args = read(scan).problem.unwrap().args();
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(args, expected);
}

#[test]
fn what_the_builders_write_is_read_back() {
    for (code, expected) in [
        (rs::unit(LPN), format!("unit {LPN} None")),
        (rs::disposition_label(LPN, 12), format!("unit {LPN} Some(12)")),
        (rs::container("T-1"), "container T-1".to_owned()),
        (rs::location("SHELF-3"), "location SHELF-3".to_owned()),
        (rs::return_label("6BF+70"), "return-label 6BF+70".to_owned()),
        (rs::command("GRADE-A"), "command GRADE-A".to_owned()),
        (rs::operator("OP-17"), "operator OP-17".to_owned()),
    ] {
        assert_eq!(short(read(code.as_bytes()).certain().unwrap()), expected);
    }
}

#[test]
fn a_typed_lpn_is_checked() {
    assert_eq!(rs::typed_lpn("12345-00001-59").as_deref(), Some(LPN));
    assert_eq!(rs::typed_lpn("12345 00001 06"), None);
}

/// Scans of carriers, each with where a digit may change unnoticed: a check promises less where weights share a factor
/// with its modulus, or where two remainders have one digit. The check digit itself is always noticed.
const SINGLE_CHANGES: &[(&str, &str)] = &[
    // modulo 10, weights 3 1; and ISO 7064 mod 37,36: every single change is noticed
    ("9400111202555842332669", ""),
    ("92748931507708513018050063", ""),
    ("00376104250021234569", "01"),
    ("9611020987654312345672", "0123456"),
    ("008182709980000020033350276C", ""),
    ("501234567899", ""),
    // weights 1 2: a change by five at the doubled places
    ("1Z5R89390357567127", "01+5"),
    // modulo 7: a change by seven
    ("3318810025", "+7"),
];

#[test]
fn a_single_changed_digit_is_noticed_where_the_check_promises_it() {
    let told = |scan: &str| {
        read(scan.as_bytes()).meanings.iter().find_map(|meaning| match meaning {
            Meaning::Tracking { candidates } => Some(candidates[0].carrier),
            _ => None,
        })
    };
    for (scan, blind) in SINGLE_CHANGES {
        let carrier = told(scan).unwrap();
        let (places, step) = blind.split_once('+').unwrap_or((blind, "0"));
        let step: u8 = step.parse().unwrap();
        for at in places.len()..scan.len() {
            let mut bytes = scan.as_bytes().to_vec();
            let old = bytes[at];
            if !old.is_ascii_digit() {
                continue;
            }
            for new in (b'0'..=b'9').filter(|new| *new != old) {
                bytes[at] = new;
                let changed = String::from_utf8(bytes.clone()).unwrap();
                if step != 0 && new.abs_diff(old) == step {
                    continue;
                }
                assert_ne!(told(&changed), Some(carrier), "{scan} → {changed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let reading = read(&bytes);
        prop_assert!(!reading.meanings.is_empty() || reading.problem.is_some());
        if let Some(problem) = &reading.problem {
            prop_assert!(!problem.code().is_empty());
            let only_text = reading.meanings.iter().all(|m| matches!(m, Meaning::Text { .. }));
            prop_assert!(only_text);
        }
    }

    #[test]
    fn anything_behind_our_prefix_or_an_identifier_is_answered(
        head in prop::sample::select(vec!["RS:", "RS:U:", "RS:R:", "]C1", "]E0", "]d2", "(01)", "https://x/01/", "1Z", "420"]),
        rest in ".{0,60}",
    ) {
        let reading = read(format!("{head}{rest}").as_bytes());
        prop_assert!(!reading.meanings.is_empty() || reading.problem.is_some());
        // Nothing behind our own prefix is ever taken for somebody else's code.
        if head.starts_with("RS:") {
            let foreign = reading.meanings.iter().any(|m| {
                matches!(m, Meaning::Text { .. } | Meaning::Product { .. } | Meaning::Tracking { .. } | Meaning::Gs1 { .. })
            });
            prop_assert!(!foreign);
        }
    }

    #[test]
    fn one_wrong_lpn_digit_is_noticed(number in 0..10_000_000_000_u64, at in 0..12_usize, by in 1..10_u8) {
        let lpn = lpn(number);
        let scan = read(rs::unit(&lpn).as_bytes());
        let is_unit = matches!(scan.certain(), Some(Meaning::Unit { .. }));
        prop_assert!(is_unit);
        let mut digits = lpn.into_bytes();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        let wrong = read(rs::unit(std::str::from_utf8(&digits).unwrap()).as_bytes());
        prop_assert_eq!(wrong.problem.map(|p| p.code()), Some("scan-wrong-check-digit"));
    }

    #[test]
    fn tokens_survive_whole(mut token in "[0-9A-Z $%*+./:-]{3,144}") {
        // Base45 never leaves one character over.
        if token.len() % 3 == 1 {
            token.pop();
        }
        let reading = read(format!("]Q1{}\r\n", rs::return_label(&token)).as_bytes());
        prop_assert_eq!(reading.certain(), Some(&Meaning::ReturnLabel { token }));
    }
}

#[test]
fn identifiers_that_need_or_bar_each_other_are_told_beside_the_meaning() {
    // A lot says nothing without the product that it is of.
    let lot = read(b"]C110ABC123");
    assert_eq!(lot.pairs.as_ref().map(|pairs| pairs.code()), Some("gs1-alone"));
    assert!(lot.problem.is_none() && matches!(lot.certain(), Some(Meaning::Gs1 { .. })));
    // A trade item and the trade items that a pallet holds exclude each other.
    let both = read(b"]C101095060001343520209506000134352370005");
    assert_eq!(both.pairs.as_ref().map(|pairs| pairs.code()), Some("gs1-pair"));
    assert!(matches!(both.certain(), Some(Meaning::Product { .. })), "{both:?}");
    let fine = read(b"]C1010950600013435210ABC123");
    assert_eq!(fine.pairs, None);
    let link = read(b"https://id.gs1.org/01/09506000134352/10/ABC?17=261231");
    assert_eq!(link.pairs, None);
}

#[test]
fn a_carriers_message_tells_where_the_parcel_goes_and_its_number() {
    // The example of ISO/IEC 16023, annex B.
    let ups = b"]U1[)>\x1e01\x1d96152382802\x1d840\x1d001\x1d1Z00004951\x1dUPSN\x1d06X610\x1d159\x1d1234567\x1d1/1\x1d\x1dY\x1d634 ALPHA DR\x1dPITTSBURGH\x1dPA\x1e\x04";
    let reading = read(ups);
    assert_eq!(reading.meanings.iter().map(short).collect::<Vec<_>>(), ["tracking Ups 1Z06X6100100004951"]);
    let routing = reading.routing.unwrap();
    assert_eq!(
        (routing.postal_code.as_str(), routing.country.as_str(), routing.service_class.as_str()),
        ("152382802", "840", "001")
    );
    let wrong = ups.map(|byte| if byte == b'4' { b'5' } else { byte });
    assert_eq!(read(&wrong).problem.unwrap().code(), "scan-wrong-check-digit");
    // Which service it is the message does not always tell: then no number is made up.
    let other: Vec<u8> =
        String::from_utf8(ups.to_vec()).unwrap().replace("\x1d001\x1d", "\x1d412\x1d").into_bytes();
    let reading = read(&other);
    assert_eq!(reading.meanings.iter().map(short).collect::<Vec<_>>(), ["text 1Z00004951"]);
    assert!(reading.problem.is_none() && reading.routing.is_some());
}
