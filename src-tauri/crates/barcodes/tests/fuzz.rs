//! Fuzz targets of everything that takes bytes from outside: a bounded number of inputs here, as many as wished by
//! `cargo xtask fuzz NAME --minutes N`. What fails shows its input; put it into a test beside the parser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[macro_use]
#[path = "../../../../tests/fuzzing/near.rs"]
mod near;

use barcodes::gs1::{ElementString, Gtin, canonical_link, check, parse_link};
use barcodes::meaning::{Meaning, read};
use barcodes::{Aim, rs};
use near::Input;

const ELEMENT_STRINGS: &[&str] = &[
    "010950600013435210ABC123\u{1d}17261231",
    "00376104250021234569",
    "800309521121234545SERIAL/1",
    "310300175039221299",
    "80080109506000134352260101120203",
    "(01)09506000134352(10)A\\(B(21)12345",
    "(253)4012345000054ABC(8013)1987654Ad4X4bL5ttr2310c2K",
    "(8003)09521121234545(4330)001234-(4309)01234567890123456789",
    "(01)09506000134352(3922)100(3103)000001(7040)1ABC",
];
const WORDS: &[&str] = &[
    "\u{1d}", "(", ")", "\\(", "(01)", "01", "10", "21", "17", "8006", "(99)", "00", "é", "\u{0}", "]C1",
    "]E3",
];

const LINKS: &[&str] = &[
    "https://id.gs1.org/01/09506000134352/22/2A/10/1234/21/9876?17=261231&linkType=all#top",
    "http://example.com/some/where/01/9506000134352/10/ABC%2F1?17=261231",
    "https://id.gs1.org/00/195212340000000010?",
    "HTTPS://ID.GS1.ORG/8003/09521121234545?3103=001750;3922=100",
    "https://id.gs1.org/414/9521321000001/254/A%20b",
];

const SCANS: &[&[u8]] = &[
    b"]C1010950600013435210ABC\x1d17261231\r\n",
    b"]E04006381333931",
    b"]E3400638133393112",
    b"]Q1RS:R:ABC 123 \r",
    b"\x02RS:T:CAGE-7\x03",
    b"RS:U:123450000159/3",
    b"RS:C:PICK-1",
    b"1Z999AA10123456784",
    b"RB123456785GB",
    b"]C142022153\x1d9101026837331000039521",
    b"9611020987654312345672",
    b"%008182709980000020045327276",
    b"JJD000390007882823238",
    b"https://id.gs1.org/01/09506000134352/21/XYZ?17=270100",
    b"[)>\x1e01\x1d96152382802\x1d840\x1d001\x1d1Z00004951\x1dUPSN\x1d06X610\x1d159\x1d1234567\x1d1/1\x1e\x04",
    b"Gr\xf6\xdfe",
];

#[test]
fn element_string() {
    fuzz!(ELEMENT_STRINGS, WORDS, |input: &Input| {
        for read in [ElementString::parse_raw(&input.0), ElementString::parse_bracketed(&input.text())] {
            match read {
                Ok(read) => same_in_every_form(&read),
                Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
            }
        }
    });
}

#[test]
fn digital_link() {
    fuzz!(
        LINKS,
        &["%", "%2", "%00", "/01/", "/10/", "?", "&", "=", ";", "#", "//", "21=", "é"],
        |input: &Input| {
            if let Some(Ok(read)) = parse_link(&input.text()) {
                same_in_every_form(&read);
            }
        }
    );
}

/// What was read is printed and read again: the same elements in each of the forms that can hold them.
fn same_in_every_form(read: &ElementString) {
    assert_eq!(&ElementString::parse_bracketed(&read.to_string()).unwrap(), read);
    assert_eq!(&ElementString::parse_raw(read.raw().as_bytes()).unwrap(), read);
    let canonical = read.canonical();
    assert_eq!(canonical.canonical(), canonical);
    assert_eq!(canonical.elements().len(), read.elements().len());
    if let Some(link) = canonical_link(read) {
        let back = parse_link(&link).unwrap_or_else(|| panic!("no link: {link}")).unwrap();
        assert_eq!(back.canonical(), canonical, "{link}");
        assert_eq!(canonical_link(&back).as_ref(), Some(&link));
    }
    let _ = read.check_pairs();
}

#[test]
fn aim() {
    fuzz!(&["]C1", "]e0x", "]Q3", "]"], &["]", "C", "0"], |input: &Input| {
        let (aim, rest) = Aim::split(&input.0);
        let front = aim.map(|aim| aim.to_string()).unwrap_or_default();
        assert_eq!([front.as_bytes(), rest].concat(), input.0);
    });
}

#[test]
fn meaning() {
    fuzz!(SCANS, WORDS, |input: &Input| {
        let reading = read(&input.0);
        assert!(!reading.meanings.is_empty() || reading.problem.is_some());
        if let Some(problem) = &reading.problem {
            assert!(!problem.code().is_empty());
            let _ = problem.args();
            assert!(reading.meanings.iter().all(|meaning| matches!(meaning, Meaning::Text { .. })));
            assert!(reading.routing.is_none());
        }
        if let Some(pairs) = &reading.pairs {
            assert!(matches!(pairs.code(), "gs1-alone" | "gs1-pair"));
        }
        serde_json::to_string(&reading).unwrap();
    });
}

#[test]
fn carriers() {
    let numbers: Vec<&[u8]> =
        SCANS.iter().filter(|scan| !scan.starts_with(b"]") && scan.is_ascii()).copied().collect();
    fuzz!(&numbers, &["1Z", "420", "96", "00", "%", "JJD", "GM", "61", "10", "0", "Z"], |input: &Input| {
        for meaning in read(&input.0).meanings {
            if let Meaning::Tracking { candidates } = meaning {
                assert!(!candidates.is_empty());
                // A number that is told is itself a number of that carrier, or of its form without routing.
                assert!(candidates.iter().all(|candidate| !candidate.number.is_empty()
                    && candidate.number.bytes().all(|b| b.is_ascii_alphanumeric())));
            }
        }
    });
}

#[test]
fn own_code() {
    fuzz!(
        &["RS:U:123450000159/3", "RS:T:CAGE-7", "RS:R:ABC 123", "RS:O:ANNA.K", "RS:X:1"],
        &["RS:", ":", "/", "0", "+", " "],
        |input: &Input| {
            let text = input.text();
            let _ = rs::typed_lpn(&text);
            if let Some(Ok(rs::OwnCode::Unit { lpn, print })) = rs::parse(&text) {
                let again = print.map_or_else(|| rs::unit(&lpn), |print| rs::disposition_label(&lpn, print));
                assert_eq!(again, text);
            }
        }
    );
}

#[test]
fn gtin() {
    fuzz!(&["4006381333931", "96385074", "01234565"], &["0", "é"], |input: &Input| {
        let text = input.text();
        if let Ok(gtin) = Gtin::new(&text) {
            assert_eq!(Gtin::new(gtin.shortest()), Ok(gtin));
        }
        let _ = (check::pair_fits(&text), barcodes::gs1::upc_e_to_upc_a(&text));
        let _ = barcodes::gs1::calendar::day(&text, 2026);
    });
}
