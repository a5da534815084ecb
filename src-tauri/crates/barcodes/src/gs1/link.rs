//! GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax, 1.6), uncompressed. Compressed links are left alone as
//! any other web address: the standard is about to drop them, and no label of a dock carries one.

use super::element_string::ElementString;
use super::error::ElementError;
use super::identifier::{Identifier, identifier};

/// GS1's own resolver: an address there that looks like a key is meant as one.
const RESOLVER: &str = "id.gs1.org";

/// Names of keys and qualifiers that links of version 1.0 and 1.1 have in place of their numbers.
const NAMES: [(&str, &str); 22] = [
    ("gtin", "01"),
    ("itip", "8006"),
    ("gmn", "8013"),
    ("cpid", "8010"),
    ("gln", "414"),
    ("party", "417"),
    ("payTo", "415"),
    ("gsrnp", "8017"),
    ("gsrn", "8018"),
    ("gcn", "255"),
    ("sscc", "00"),
    ("gdti", "253"),
    ("ginc", "401"),
    ("gsin", "402"),
    ("grai", "8003"),
    ("giai", "8004"),
    ("cpv", "22"),
    ("lot", "10"),
    ("ser", "21"),
    ("cpsn", "8011"),
    ("glnx", "254"),
    ("srin", "8019"),
];

/// One segment of the path: its place in the address, and what it says.
struct Segment {
    at: usize,
    text: String,
}

impl Segment {
    /// The identifier that it names.
    fn ai(&self) -> &str {
        NAMES.iter().find(|(name, _)| *name == self.text).map_or(self.text.as_str(), |(_, ai)| ai)
    }
}

/// Reads the keys out of a web address. `None`: not a Digital Link – no address, or no path in it that has the form
/// of a primary key with its value. An error: it has that form, and something in it is wrong.
pub fn parse_link(uri: &str) -> Option<Result<ElementString, ElementError>> {
    let (scheme, rest) = uri.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query_at = scheme.len() + "://".len() + path.len() + 1;
    let (domain, path) = path.split_once('/').filter(|(domain, _)| !domain.is_empty())?;
    let segments = segments(path, query_at - path.len() - 1);
    // The path before the key is anybody's; the key is the last one that has a valid form.
    let mut broken = None;
    for start in (0..segments.len()).rev() {
        let [key, value, qualifiers @ ..] = segments.get(start..)? else { continue };
        let Some((entry, orders)) = identifier(key.ai()).and_then(|entry| Some((entry, entry.key?))) else {
            continue;
        };
        let mut found = ElementString::default();
        match found.push(entry, key.ai(), &padded(key.ai(), &value.text), value.at) {
            Ok(()) => return Some(complete(found, orders, qualifiers, (query, query_at))),
            Err(error @ ElementError::CheckDigit { .. }) => broken = Some(Err(error)),
            Err(error) if domain.eq_ignore_ascii_case(RESOLVER) => broken = Some(Err(error)),
            Err(_) => {}
        }
    }
    broken
}

fn segments(path: &str, mut at: usize) -> Vec<Segment> {
    let mut segments = Vec::new();
    for raw in path.trim_end_matches('/').split('/') {
        segments.push(Segment { at, text: decoded(raw) });
        at += raw.len() + 1;
    }
    segments
}

/// The link in the canonical form: `https://id.gs1.org/`, key, qualifiers in order, all else in the query by identifier.
/// None if no element is a primary key, or none that lets all the others stand in a link.
pub fn canonical_link(elements: &ElementString) -> Option<String> {
    let mut sorted: Vec<_> =
        elements.elements().iter().filter_map(|e| Some((e, identifier(&e.ai)?))).collect();
    sorted.sort_by(|a, b| a.0.ai.cmp(&b.0.ai));
    let (key, order) = sorted.iter().find_map(|(key, entry)| {
        let orders = entry.key?;
        let fits = |order: &&[&str]| {
            sorted
                .iter()
                .all(|(e, entry)| e.ai == key.ai || entry.attribute || order.contains(&e.ai.as_str()))
        };
        let qualifiers = |order: &&[&str]| order.iter().filter(|ai| elements.value(ai).is_some()).count();
        let none: &[&str] = &[];
        let order = orders.iter().copied().chain([none]).filter(fits).max_by_key(qualifiers)?;
        Some((*key, order))
    })?;
    let mut link = format!("https://{RESOLVER}/{}/{}", key.ai, encoded(&key.value));
    for ai in order {
        if let Some(value) = elements.value(ai) {
            link.push_str(&format!("/{ai}/{}", encoded(value)));
        }
    }
    let mut separator = '?';
    for (element, _) in sorted.iter().filter(|(e, _)| e.ai != key.ai && !order.contains(&e.ai.as_str())) {
        link.push_str(&format!("{separator}{}={}", element.ai, encoded(&element.value)));
        separator = '&';
    }
    Some(link)
}

fn complete(
    mut found: ElementString,
    orders: &[&[&str]],
    qualifiers: &[Segment],
    (query, mut at): (&str, usize),
) -> Result<ElementString, ElementError> {
    let mut in_path = Vec::new();
    for pair in qualifiers.chunks(2) {
        let [name, rest @ ..] = pair else { continue };
        let misplaced = || ElementError::LinkPlace { ai: name.ai().to_owned(), at: name.at };
        let [value] = rest else { return Err(misplaced()) };
        let entry = identifier(name.ai()).ok_or_else(misplaced)?;
        in_path.push(name.ai());
        if !orders.iter().any(|order| is_ordered_part(&in_path, order)) {
            return Err(misplaced());
        }
        found.push(entry, name.ai(), &value.text, value.at)?;
    }
    for pair in query.split(['&', ';']) {
        let (ai, value) = pair.split_once('=').unwrap_or((pair, ""));
        let numeric = (2..=4).contains(&ai.len()) && ai.bytes().all(|b| b.is_ascii_digit());
        // Anything else, such as linkType, is for the web server, not for us.
        if numeric {
            let entry: &Identifier = identifier(ai)
                .filter(|entry| entry.attribute)
                .ok_or_else(|| ElementError::LinkPlace { ai: ai.to_owned(), at })?;
            found.push(entry, ai, &padded(ai, &decoded(value)), at + ai.len() + 1)?;
        }
        at += pair.len() + 1;
    }
    Ok(found)
}

/// True when `some` stand in `all` in the same order.
fn is_ordered_part(some: &[&str], all: &[&str]) -> bool {
    let mut all = all.iter();
    some.iter().all(|ai| all.any(|other| other == ai))
}

/// Older links carry GTINs of 8, 12 or 13 digits.
fn padded(ai: &str, value: &str) -> String {
    if ai == "01" && matches!(value.len(), 8 | 12 | 13) { format!("{value:0>14}") } else { value.to_owned() }
}

/// Percent-decoding; bytes outside ASCII become characters that no identifier's set holds.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        match after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(char::from(byte));
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    // Addresses of the Digital Link standard's examples.
    #[rstest]
    #[case("https://id.gs1.org/01/09506000134352", "(01)09506000134352")]
    #[case(
        "https://example.com/some/where/01/9506000134352/10/ABC%2F1?17=261231&linkType=all",
        "(01)09506000134352(10)ABC/1(17)261231"
    )]
    #[case(
        "http://id.gs1.org/01/09506000134352/22/2A/10/1234/21/9876#top",
        "(01)09506000134352(22)2A(10)1234(21)9876"
    )]
    #[case("https://id.gs1.org/00/195212340000000010?", "(00)195212340000000010")]
    #[case("HTTPS://ID.GS1.ORG/8003/09521121234545", "(8003)09521121234545")]
    #[case("https://example.com/gtin/9506000134352/lot/A/ser/B", "(01)09506000134352(10)A(21)B")]
    #[case("https://example.com/01/09506000134352?utm=1&12345=x&10=A%2Bb", "(01)09506000134352(10)A+b")]
    #[case("https://example.com/414/9521321000001/254/A%20", "gs1-character 43")]
    fn reads(#[case] uri: &str, #[case] expected: &str) {
        let shown = match parse_link(uri).unwrap() {
            Ok(read) => read.to_string(),
            Err(error) => format!("{} {}", error.code(), error.at().unwrap()),
        };
        assert_eq!(shown, expected);
    }

    #[rstest]
    #[case("https://id.gs1.org/01/09506000134353", "gs1-check-digit", "01", 22)]
    #[case("https://id.gs1.org/01/0950600013435", "gs1-check-digit", "01", 22)]
    #[case("https://id.gs1.org/01/095060", "gs1-length", "01", 22)]
    #[case("https://id.gs1.org/01/09506000134352/21/1/10/2", "gs1-link-place", "10", 42)]
    #[case("https://id.gs1.org/01/09506000134352/21", "gs1-link-place", "21", 37)]
    #[case("https://id.gs1.org/01/09506000134352/99/x", "gs1-link-place", "99", 37)]
    #[case("https://id.gs1.org/01/09506000134352?17=261331", "gs1-date", "17", 40)]
    #[case("https://id.gs1.org/01/09506000134352?a=b&21=1", "gs1-link-place", "21", 41)]
    #[case("https://id.gs1.org/01/09506000134352?10=", "gs1-length", "10", 40)]
    #[case("https://id.gs1.org/01/09506000134352/10/%C3%A9", "gs1-character", "10", 40)]
    #[case("https://id.gs1.org/01/09506000134352/10/A?10=B", "gs1-repeated", "10", 45)]
    fn says_what_is_wrong(#[case] uri: &str, #[case] code: &str, #[case] ai: &str, #[case] at: usize) {
        let error = parse_link(uri).unwrap().unwrap_err();
        assert_eq!((error.code(), error.ai(), error.at()), (code, Some(ai), Some(at)), "{error}");
    }

    #[rstest]
    #[case("https://shop.example/10/01/2026/news")]
    #[case("https://shop.example")]
    #[case("ftp://id.gs1.org/01/09506000134352")]
    #[case("01/09506000134352")]
    #[case("https://shop.example/01")]
    #[case("https://shop.example/01/12")]
    #[case("https:///01/09506000134352")]
    #[case("https://id.gs1.org/AQnYUc1ghc4")] // compressed
    fn leaves_other_addresses_alone(#[case] uri: &str) {
        assert!(parse_link(uri).is_none());
    }

    #[test]
    fn prints_canonically() {
        let read = parse_link("http://x.example/a/01/9506000134352/21/a%2Fb?17=261231").unwrap().unwrap();
        let link = canonical_link(&read).unwrap();
        assert_eq!(link, "https://id.gs1.org/01/09506000134352/21/a%2Fb?17=261231");
        assert_eq!(parse_link(&link).unwrap().unwrap(), read);
    }

    // Which key leads, what its qualifiers are, and what stands in the query.
    #[rstest]
    #[case("(21)B(10)A(01)09506000134352(22)C(17)261231", Some("01/09506000134352/22/C/10/A/21/B?17=261231"))]
    #[case("(3103)001750(17)261231(01)09506000134352", Some("01/09506000134352?17=261231&3103=001750"))]
    #[case(
        "(00)195212340000000010(01)09506000134352(10)A",
        Some("00/195212340000000010?01=09506000134352&10=A")
    )]
    #[case(
        "(00)195212340000000010(01)09506000134352(21)A",
        Some("01/09506000134352/21/A?00=195212340000000010")
    )]
    #[case("(01)09506000134352(235)A", Some("01/09506000134352/235/A"))]
    #[case("(414)9521321000001(254)A", Some("414/9521321000001/254/A"))]
    #[case("(01)09506000134352(254)A", None)] // neither qualifier nor attribute
    #[case("(01)09506000134352(235)A(22)B", None)] // of two orders
    #[case("(10)A", None)]
    fn finds_the_key(#[case] elements: &str, #[case] link: Option<&str>) {
        let read = ElementString::parse_bracketed(elements).unwrap();
        let link = link.map(|rest| format!("https://id.gs1.org/{rest}"));
        assert_eq!(canonical_link(&read), link);
    }
}
