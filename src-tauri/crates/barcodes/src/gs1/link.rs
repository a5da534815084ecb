//! GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax, 1.6), uncompressed.

use super::element_string::{ElementError, ElementString};
use super::identifier::{Identifier, identifier};

/// Reads the keys out of a web address. `None`: not a Digital Link – no address, or no path in it that has the form
/// of a primary key with its value. An error: it has that form, and something in it is wrong.
pub fn parse_link(uri: &str) -> Option<Result<ElementString, ElementError>> {
    let (scheme, rest) = uri.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (_domain, path) = path.split_once('/')?;
    let segments: Vec<String> = path.trim_end_matches('/').split('/').map(decoded).collect();
    // The path before the key is anybody's; the key is the last one that has a valid form.
    let mut broken = None;
    for start in (0..segments.len()).rev() {
        let [ai, value, qualifiers @ ..] = segments.get(start..)? else { continue };
        let Some((entry, key)) = identifier(ai).and_then(|entry| Some((entry, entry.key?))) else { continue };
        let mut found = ElementString::default();
        match found.push(entry, ai, &padded(ai, value)) {
            Ok(()) => return Some(complete(found, key, qualifiers, query)),
            Err(error @ ElementError::CheckDigit { .. }) => broken = Some(Err(error)),
            Err(_) => {}
        }
    }
    broken
}

/// The link in the canonical form: `https://id.gs1.org/`, key, qualifiers in order, all else in the query. None if
/// no element is a primary key.
pub fn canonical_link(elements: &ElementString) -> Option<String> {
    let entries = || elements.elements().iter().filter_map(|e| Some((e, identifier(&e.ai)?)));
    let (key, alternatives) = entries().find_map(|(e, entry)| Some((e, entry.key?)))?;
    let fitting = |order: &&[&str]| order.iter().filter(|ai| elements.value(ai).is_some()).count();
    let order = alternatives.iter().copied().max_by_key(fitting).unwrap_or_default();
    let mut link = format!("https://id.gs1.org/{}/{}", key.ai, encoded(&key.value));
    for ai in order {
        if let Some(value) = elements.value(ai) {
            link.push_str(&format!("/{ai}/{}", encoded(value)));
        }
    }
    let mut separator = '?';
    for element in elements.elements().iter().filter(|e| e.ai != key.ai && !order.contains(&e.ai.as_str())) {
        link.push_str(&format!("{separator}{}={}", element.ai, encoded(&element.value)));
        separator = '&';
    }
    Some(link)
}

fn complete(
    mut found: ElementString,
    key: &[&[&str]],
    qualifiers: &[String],
    query: &str,
) -> Result<ElementString, ElementError> {
    let mut in_path = Vec::new();
    for pair in qualifiers.chunks(2) {
        let [ai, value] = pair else {
            return Err(ElementError::LinkPlace { ai: pair.concat() });
        };
        let entry = identifier(ai).ok_or_else(|| ElementError::LinkPlace { ai: ai.clone() })?;
        in_path.push(ai.as_str());
        if !key.iter().any(|order| is_ordered_part(&in_path, order)) {
            return Err(ElementError::LinkPlace { ai: ai.clone() });
        }
        found.push(entry, ai, value)?;
    }
    for pair in query.split(['&', ';']) {
        let (ai, value) = pair.split_once('=').unwrap_or((pair, ""));
        let numeric = !ai.is_empty() && ai.bytes().all(|b| b.is_ascii_digit());
        if !numeric {
            continue; // Such as linkType: for the web server, not for us.
        }
        let entry: &Identifier = identifier(ai)
            .filter(|entry| entry.attribute)
            .ok_or_else(|| ElementError::LinkPlace { ai: ai.to_owned() })?;
        found.push(entry, ai, &padded(ai, &decoded(value)))?;
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
    fn reads(#[case] uri: &str, #[case] expected: &str) {
        assert_eq!(parse_link(uri).unwrap().unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("https://id.gs1.org/01/09506000134353", "gs1-check-digit")]
    #[case("https://id.gs1.org/01/09506000134352/21/1/10/2", "gs1-link-place")]
    #[case("https://id.gs1.org/01/09506000134352/21", "gs1-link-place")]
    #[case("https://id.gs1.org/01/09506000134352?17=261331", "gs1-date")]
    #[case("https://id.gs1.org/01/09506000134352?21=1", "gs1-link-place")]
    #[case("https://id.gs1.org/01/09506000134352/10/%C3%A9", "gs1-character")]
    fn says_what_is_wrong(#[case] uri: &str, #[case] code: &str) {
        assert_eq!(parse_link(uri).unwrap().unwrap_err().code(), code);
    }

    #[rstest]
    #[case("https://shop.example/10/01/2026/news")]
    #[case("https://shop.example")]
    #[case("ftp://id.gs1.org/01/09506000134352")]
    #[case("01/09506000134352")]
    #[case("https://shop.example/01")]
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
}
