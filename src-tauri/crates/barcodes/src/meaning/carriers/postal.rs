//! Posts: UPU S10, and the Intelligent Mail package barcode of USPS.

use super::{Candidate, Carrier, Verdict, all_digits, verdict, weighted_sum};
use crate::gs1::check;

/// UPU S10: two letters for the service, eight digits, a check digit modulo 11, two letters for the country.
pub(super) fn s10(number: &str) -> Option<Verdict> {
    let (service, rest) = number.split_at_checked(2)?;
    let (digits, rest) = rest.split_at_checked(8)?;
    let (check, country) = rest.split_at_checked(1)?;
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    if !letters(service) || !letters(country) || !all_digits(digits) || !all_digits(check) {
        return None;
    }
    let expected = match 11 - weighted_sum(digits, &[8, 6, 4, 2, 3, 5, 9, 7]) % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    Some(verdict(Carrier::Post, number, check.parse() == Ok(expected)))
}

/// The package identification code of USPS (Publication 199): 22 digits, or 26 of some mailers, that begin with 91 to
/// 95; as the symbol holds it with 420 and the ZIP of 5 or 9 digits before. 34 digits can be split in two ways.
pub(super) fn usps(number: &str) -> Vec<Verdict> {
    if !all_digits(number) {
        return vec![];
    }
    let starts: &[usize] = match (number.starts_with("420"), number.len()) {
        (false, 22 | 26) => &[0],
        (true, 30) => &[8],
        (true, 34) => &[12, 8],
        (true, 38) => &[12],
        _ => return vec![],
    };
    let numbers: Vec<&str> = starts
        .iter()
        .filter_map(|start| number.get(*start..))
        .filter(|rest| matches!(rest.get(..2), Some("91" | "92" | "93" | "94" | "95")))
        .collect();
    let fits: Vec<Verdict> = numbers
        .iter()
        .filter(|number| check::digit_fits(number))
        .map(|number| Verdict::Fits(Candidate { carrier: Carrier::Usps, number: (*number).to_owned() }))
        .collect();
    match (numbers.is_empty(), fits.is_empty()) {
        (true, _) => vec![],
        (false, true) => vec![Verdict::WrongCheck],
        (false, false) => fits,
    }
}
