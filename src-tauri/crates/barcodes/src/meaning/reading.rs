//! The reading itself: framing off, then own codes, GS1, EAN/UPC, links, carriers, and plain text last.

use super::carriers::{self, Candidate, Carrier, Message, Routing, Verdict};
use super::{Checked, MAX_SCAN_BYTES, Meaning, Reading, ScanProblem};
use crate::Aim;
use crate::gs1::{ElementError, ElementString, Gtin, GtinError, SEPARATOR, parse_link, upc_e_to_upc_a};
use crate::rs::{self, OwnCode};

/// Says what scanned bytes may mean. Takes what a scanner sends: an AIM identifier, the data, a line end; each but the
/// data may be missing.
pub fn read(bytes: &[u8]) -> Reading {
    let (aim, content) = Aim::split(unframed(bytes));
    let kept = content.get(..MAX_SCAN_BYTES).unwrap_or(content);
    let text = match aim {
        Some(aim) if aim.has_eci() => without_eci(text_of(kept)),
        _ => text_of(kept),
    };
    let found = if content.len() > MAX_SCAN_BYTES {
        Err(ScanProblem::TooLong { length: content.len(), limit: MAX_SCAN_BYTES })
    } else {
        meanings(aim, &text)
    };
    let Found { meanings, problem, pairs, routing } =
        found.unwrap_or_else(|problem| Found { problem: Some(problem), ..Found::default() });
    Reading { aim, content: kept.to_vec(), text, meanings, problem, pairs, routing }
}

/// What was found, perhaps with a problem beside a plain text.
#[derive(Default)]
struct Found {
    meanings: Vec<Meaning>,
    problem: Option<ScanProblem>,
    pairs: Option<ElementError>,
    routing: Option<Routing>,
}

impl Found {
    fn one(meaning: Meaning) -> Found {
        Found { meanings: vec![meaning], ..Found::default() }
    }

    fn text_despite(text: &str, problem: Option<ScanProblem>) -> Found {
        Found { meanings: vec![Meaning::Text { text: text.to_owned() }], problem, ..Found::default() }
    }
}

/// Takes off what scanners put around the data: STX before; CR, LF, TAB and ETX after. Never a blank: a return
/// label's base45 may end in one.
fn unframed(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes.strip_prefix(&[0x02]).unwrap_or(bytes);
    while let [before @ .., b'\r' | b'\n' | b'\t' | 0x03] = bytes {
        bytes = before;
    }
    bytes
}

/// UTF-8, else Latin-1, in which every byte is a character.
fn text_of(content: &[u8]) -> String {
    match std::str::from_utf8(content) {
        Ok(text) => text.to_owned(),
        Err(_) => content.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Takes off interpretations (`\000026`: the bytes are UTF-8) and halves doubled backslashes. A text in which a backslash
/// stands for neither is left as it is: not every scanner that names the channel uses it.
fn without_eci(text: String) -> String {
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let interpretation = after.get(..6).is_some_and(|six| six.bytes().all(|b| b.is_ascii_digit()));
        if interpretation {
            rest = after.get(6..).unwrap_or_default();
        } else if let Some(after) = after.strip_prefix('\\') {
            plain.push('\\');
            rest = after;
        } else {
            return text;
        }
    }
    plain.push_str(rest);
    plain
}

fn meanings(aim: Option<Aim>, text: &str) -> Result<Found, ScanProblem> {
    if text.trim_matches([' ', SEPARATOR]).is_empty() {
        return Err(ScanProblem::Empty);
    }
    if let Some(message) = carriers::message(aim, text) {
        return of_message(message);
    }
    if let Some(problem) = control_character(text) {
        return Err(problem);
    }
    if let Some(own) = rs::parse(text) {
        return own.map(|code| Found::one(own_meaning(code))).map_err(ScanProblem::from);
    }
    if aim.is_some_and(Aim::is_gs1) || text.contains(SEPARATOR) {
        return from_gs1(text);
    }
    let text = text.trim_matches(' ');
    if aim.is_some_and(Aim::is_ean_upc) {
        return product(ean_upc_digits(aim, text)).map(Found::one);
    }
    if text.starts_with('(') {
        return Ok(from_bracketed(text));
    }
    match parse_link(text) {
        Some(Ok(elements)) => Ok(of_elements(elements)),
        Some(Err(problem)) => Err(problem.into()),
        None => Ok(from_plain(aim, text)),
    }
}

/// FNC1 is the only control character that labels of a dock hold.
fn control_character(text: &str) -> Option<ScanProblem> {
    let (at, c) = text.chars().enumerate().find(|(_, c)| c.is_control() && *c != SEPARATOR)?;
    u8::try_from(u32::from(c)).ok().map(|byte| ScanProblem::ControlCharacter { byte, at })
}

fn own_meaning(code: OwnCode) -> Meaning {
    match code {
        OwnCode::Unit { lpn, print } => Meaning::Unit { lpn, print },
        OwnCode::Container { id } => Meaning::Container { id },
        OwnCode::Location { id } => Meaning::Location { id },
        OwnCode::ReturnLabel { token } => Meaning::ReturnLabel { token },
        OwnCode::Command { payload } => Meaning::Command { payload },
        OwnCode::Operator { badge } => Meaning::Operator { badge },
    }
}

fn from_gs1(text: &str) -> Result<Found, ScanProblem> {
    let verdicts = carriers::in_gs1(text);
    let candidates: Vec<Candidate> = verdicts.iter().filter_map(fitting).collect();
    if !candidates.is_empty() {
        return Ok(Found::one(Meaning::Tracking { candidates }));
    }
    if !verdicts.is_empty() {
        return Err(wrong_tracking(text));
    }
    let elements = ElementString::parse_raw(text.as_bytes())?;
    Ok(of_elements(elements))
}

/// A person may have typed it from under the bars, so that what does not parse may be any text.
fn from_bracketed(text: &str) -> Found {
    match ElementString::parse_bracketed(text) {
        Ok(elements) => of_elements(elements),
        Err(problem) => Found::text_despite(text, Some(problem.into())),
    }
}

/// A parcel by AI 00, a product by AI 01; both on one code are two meanings.
fn of_elements(elements: ElementString) -> Found {
    let pairs = elements.check_pairs().err();
    let mut meanings = Vec::new();
    if let Some(sscc) = elements.sscc() {
        let candidate = Candidate { carrier: Carrier::Sscc, number: sscc.to_owned() };
        meanings.push(Meaning::Tracking { candidates: vec![candidate] });
    }
    if let Some(gtin) = elements.gtin() {
        meanings.push(Meaning::Product { gtin, elements });
    } else if meanings.is_empty() {
        meanings.push(Meaning::Gs1 { elements });
    }
    Found { meanings, pairs, ..Found::default() }
}

/// The parcel that a carrier's message is about; where its whole number is not told, what is told of it.
fn of_message(message: Message) -> Result<Found, ScanProblem> {
    let Message { routing, number, candidates, wrong_check } = message;
    if wrong_check {
        return Err(wrong_tracking(&number));
    }
    let meaning =
        if candidates.is_empty() { Meaning::Text { text: number } } else { Meaning::Tracking { candidates } };
    Ok(Found { routing: Some(routing), ..Found::one(meaning) })
}

/// The digits that are checked: without an add-on (`]E3`), and UPC-E as the UPC-A that it stands for.
fn ean_upc_digits(aim: Option<Aim>, text: &str) -> String {
    let with_add_on = aim.is_some_and(|aim| aim.to_string() == "]E3") && matches!(text.len(), 15 | 18);
    if with_add_on && let Some(main) = text.get(..13) {
        return main.to_owned();
    }
    if aim != Some(Aim::EAN_8)
        && let Some(upc_a) = upc_e_to_upc_a(text)
    {
        return upc_a;
    }
    text.to_owned()
}

fn product(digits: String) -> Result<Meaning, ScanProblem> {
    match Gtin::new(&digits) {
        Ok(gtin) => Ok(Meaning::Product { elements: ElementString::of_gtin(&gtin), gtin }),
        Err(GtinError::WrongCheckDigit { .. }) => {
            Err(ScanProblem::WrongCheckDigit { what: Checked::Gtin, number: digits })
        }
        Err(GtinError::NotDigits) => Err(ScanProblem::NotEanUpc { number: digits }),
    }
}

fn fitting(verdict: &Verdict) -> Option<Candidate> {
    match verdict {
        Verdict::Fits(candidate) | Verdict::MayBe(candidate) => Some(candidate.clone()),
        Verdict::WrongCheck => None,
    }
}

fn wrong_tracking(number: &str) -> ScanProblem {
    ScanProblem::WrongCheckDigit { what: Checked::Tracking, number: number.to_owned() }
}

/// Text that says nothing about itself: everything that fits, or plain text with the nearest thing that does not.
fn from_plain(aim: Option<Aim>, text: &str) -> Found {
    let mut meanings = Vec::new();
    let mut problem = None;
    match product(text.to_owned()) {
        Ok(meaning) => meanings.push(meaning),
        // Eight digits are too often an order number or a date.
        Err(wrong @ ScanProblem::WrongCheckDigit { .. }) if text.len() > 8 => problem = Some(wrong),
        Err(_) => {}
    }
    let unspaced = text.replace(' ', "");
    let verdicts = carriers::verdicts(&unspaced);
    if verdicts.contains(&Verdict::WrongCheck) {
        problem = Some(wrong_tracking(&unspaced));
    }
    let certain = !meanings.is_empty() || verdicts.iter().any(|verdict| matches!(verdict, Verdict::Fits(_)));
    let candidates: Vec<Candidate> = verdicts.iter().filter_map(fitting).collect();
    if !candidates.is_empty() {
        meanings.push(Meaning::Tracking { candidates });
        // A check digit that one number in ten satisfies tells a carrier's number from an order's no better.
        if !certain {
            meanings.push(Meaning::Text { text: text.to_owned() });
        }
    }
    if !meanings.is_empty() {
        return Found { meanings, ..Found::default() };
    }
    match unannounced_gs1(text).filter(|_| aim.is_none()) {
        Some(elements) => of_elements(elements),
        None => Found::text_despite(text, problem),
    }
}

/// A GS1 symbol from a scanner that sends no AIM identifier. Only what begins with a GTIN and goes on is taken for
/// one; anything shorter says too little.
fn unannounced_gs1(text: &str) -> Option<ElementString> {
    if text.len() < 16 || !text.starts_with("01") {
        return None;
    }
    ElementString::parse_raw(text.as_bytes()).ok()
}
