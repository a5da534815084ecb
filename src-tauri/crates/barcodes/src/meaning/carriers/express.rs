//! UPS, FedEx and DHL.

use super::{Carrier, Verdict, all_digits, candidate, last_digit_is, verdict, weighted_sum};
use crate::gs1::check;

/// UPS: `1Z`, 15 letters or digits, check digit over those 15. A letter counts as its place from A = 2, modulo 10.
pub(super) fn ups(number: &str) -> Option<Verdict> {
    let body = number.strip_prefix("1Z").filter(|body| body.len() == 16)?;
    if !body.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return None;
    }
    let (counted, check) = body.split_at_checked(15)?;
    let value = |b: u8| u32::from(if b.is_ascii_digit() { b - b'0' } else { b.saturating_sub(63) % 10 });
    let sum: u32 =
        counted.bytes().enumerate().map(|(place, b)| value(b) * if place % 2 == 0 { 1 } else { 2 }).sum();
    let fits = check.parse::<u32>().is_ok_and(|check| check == (10 - sum % 10) % 10);
    Some(verdict(Carrier::Ups, number, fits))
}

/// FedEx. Only the 96 form of 22 digits is unmistakable; for the others a wrong check digit means another number.
pub(super) fn fedex(number: &str) -> Option<Verdict> {
    if !all_digits(number) {
        return None;
    }
    let found = |number: &str| Verdict::Fits(candidate(Carrier::FedEx, number));
    match number.len() {
        12 => express_fits(number).then(|| found(number)),
        15 => check::digit_fits(number).then(|| found(number)),
        // A Ground label may carry an SSCC, its container type 0 to 4 written with two digits.
        18 if number.starts_with('0') => check::digit_fits(number).then(|| found(number)),
        20 if number.starts_with("61") => {
            // Printed without the 92 before it, which the check digit counts.
            let whole = format!("92{number}");
            check::digit_fits(&whole).then(|| found(&whole))
        }
        22 if number.starts_with("96") => {
            let ground = number.get(7..)?;
            Some(verdict(Carrier::FedEx, ground, check::digit_fits(ground)))
        }
        34 if number.starts_with("10") || number.starts_with("96") => {
            // Fourteen digits, of which the first two are mostly zero and then not printed.
            let long = number.get(20..)?;
            let printed = long.strip_prefix("00").unwrap_or(long);
            express_fits(long).then(|| found(printed))
        }
        _ => None,
    }
}

/// Weights 3 1 7 over the digits before the last, counted so that the eleventh from the end has 3; modulo 11, modulo 10.
fn express_fits(number: &str) -> bool {
    let weights: &[u32] = if number.len() == 14 { &[1, 7, 3] } else { &[3, 1, 7] };
    last_digit_is(number, |before| weighted_sum(before, weights) % 11 % 10)
}

/// DHL: piece numbers (`JJD`, `JVGL`, `JD`) and eCommerce (`GM`), known by form alone; Express, ten digits modulo 7;
/// the twelve digits of a German parcel (Identcode), weights 4 9.
pub(super) fn dhl(number: &str) -> Option<Verdict> {
    const FORMS: [(&str, std::ops::RangeInclusive<usize>); 4] =
        [("JJD", 9..=20), ("JVGL", 9..=20), ("JD", 16..=20), ("GM", 10..=39)];
    let by_form = FORMS.iter().any(|(prefix, lengths)| {
        number.strip_prefix(prefix).is_some_and(|rest| all_digits(rest) && lengths.contains(&rest.len()))
    });
    if by_form {
        return Some(verdict(Carrier::Dhl, number, true));
    }
    let fits = match number.len() {
        10 => last_digit_is(number, |before| before.parse::<u32>().map_or(10, |number| number % 7)),
        12 => last_digit_is(number, |before| (10 - weighted_sum(before, &[4, 9]) % 10) % 10),
        _ => false,
    };
    fits.then(|| Verdict::MayBe(candidate(Carrier::Dhl, number)))
}
