//! Carriers' tracking numbers and their check digits.

use crate::gs1::check;
use serde::{Deserialize, Serialize};

/// Whose tracking number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A postal operator: UPU S10, 13 characters.
    Post,
    /// UPS 1Z, 18 characters.
    Ups,
    /// FedEx: Express (12 digits), Ground (15), Ground 96 (22), or the 34 digits on the label that end in 12.
    FedEx,
    /// USPS IMpb: 22 digits, with or without 420 + ZIP before them.
    Usps,
    /// DHL parcel (JJD, JD). It has no published check digit: only its form is known.
    Dhl,
    /// Any carrier that labels parcels with GS1's SSCC.
    Sscc,
}

/// One carrier whose rules fit a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Whose number it would be.
    pub carrier: Carrier,
    /// The tracking number as that carrier prints it, without routing and spaces.
    pub number: String,
}

/// What a carrier's rules say about a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Form and check digit fit.
    Fits(Candidate),
    /// The form is unmistakable, the check digit is wrong.
    WrongCheck,
}

/// Every carrier's verdict on a scan without blanks, likeliest first; carriers with another form are left out.
pub(super) fn verdicts(number: &str) -> Vec<Verdict> {
    [ups(number), s10(number), dhl(number), usps(number), fedex(number), sscc(number)]
        .into_iter()
        .flatten()
        .collect()
}

/// 420, ZIP (5 or 9 digits) and IMpb number, as the GS1-128 symbol of USPS holds them: an AI 420 of variable
/// length, with or without the separator after it.
pub(super) fn usps(number: &str) -> Option<Verdict> {
    let digits = number.replace('\u{1d}', "");
    if !all_digits(&digits) {
        return None;
    }
    let routed = digits.strip_prefix("420").filter(|rest| matches!(rest.len(), 27 | 31));
    let number = match routed {
        Some(rest) => rest.get(rest.len() - 22..)?,
        None => digits.as_str(),
    };
    if number.len() != 22 || !matches!(number.get(..2)?, "91" | "92" | "93" | "94" | "95") {
        return None;
    }
    Some(verdict(Carrier::Usps, number, check::digit_fits(number)))
}

fn verdict(carrier: Carrier, number: &str, check_fits: bool) -> Verdict {
    if check_fits {
        Verdict::Fits(Candidate { carrier, number: number.to_owned() })
    } else {
        Verdict::WrongCheck
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn weighted_sum(digits: &str, weights: &[u32]) -> u32 {
    digits.bytes().zip(weights).map(|(b, weight)| u32::from(b.saturating_sub(b'0')) * weight).sum()
}

/// UPS: `1Z`, 15 letters or digits, check digit over those 15. A letter counts as its place from A = 2, modulo 10.
fn ups(number: &str) -> Option<Verdict> {
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

/// UPU S10: two letters for the service, eight digits, a check digit modulo 11, two letters for the country.
fn s10(number: &str) -> Option<Verdict> {
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

/// DHL: `JJD` or `JD` and 16 to 20 digits.
fn dhl(number: &str) -> Option<Verdict> {
    let digits = number.strip_prefix("JJD").or_else(|| number.strip_prefix("JD"))?;
    (all_digits(digits) && (16..=20).contains(&digits.len())).then(|| verdict(Carrier::Dhl, number, true))
}

/// FedEx. Only the 96 form is unmistakable; for the others a wrong check digit means another kind of number.
fn fedex(number: &str) -> Option<Verdict> {
    if !all_digits(number) {
        return None;
    }
    match number.len() {
        12 => express_fits(number).then(|| verdict(Carrier::FedEx, number, true)),
        15 => check::digit_fits(number).then(|| verdict(Carrier::FedEx, number, true)),
        22 if number.starts_with("96") => {
            let ground = number.get(7..)?;
            Some(verdict(Carrier::FedEx, ground, check::digit_fits(ground)))
        }
        34 if !number.starts_with("420") => {
            let express = number.get(22..)?;
            express_fits(express).then(|| verdict(Carrier::FedEx, express, true))
        }
        _ => None,
    }
}

/// Twelve digits: weights 3 1 7 over the first eleven, modulo 11, modulo 10.
fn express_fits(number: &str) -> bool {
    const WEIGHTS: [u32; 11] = [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1];
    let Some((counted, check)) = number.split_at_checked(11) else { return false };
    check.parse() == Ok(weighted_sum(counted, &WEIGHTS) % 11 % 10)
}

/// AI 00 and eighteen digits, from a scanner that sends no AIM identifier.
fn sscc(number: &str) -> Option<Verdict> {
    let digits = number.strip_prefix("00").filter(|digits| digits.len() == 18 && all_digits(digits))?;
    Some(verdict(Carrier::Sscc, digits, check::digit_fits(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    // Numbers that the carriers print in their own guides, and the check digit's neighbour.
    #[rstest]
    #[case("1Z5R89390357567127", Carrier::Ups, "1Z5R89390357567127")]
    #[case("1Z879E930346834440", Carrier::Ups, "1Z879E930346834440")]
    #[case("1Z999AA10123456784", Carrier::Ups, "1Z999AA10123456784")]
    #[case("RB123456785GB", Carrier::Post, "RB123456785GB")]
    #[case("RA473124829BB", Carrier::Post, "RA473124829BB")]
    #[case("986578788855", Carrier::FedEx, "986578788855")]
    #[case("477179081230", Carrier::FedEx, "477179081230")]
    #[case("041441760228964", Carrier::FedEx, "041441760228964")]
    #[case("9611020987654312345672", Carrier::FedEx, "987654312345672")]
    #[case("1001921334250001000300779017972697", Carrier::FedEx, "779017972697")]
    #[case("9400111202555842332669", Carrier::Usps, "9400111202555842332669")]
    #[case("420221539101026837331000039521", Carrier::Usps, "9101026837331000039521")]
    #[case("42022153\u{1d}9101026837331000039521", Carrier::Usps, "9101026837331000039521")]
    #[case("JJD000390007882823238", Carrier::Dhl, "JJD000390007882823238")]
    #[case("JD014600006281230704", Carrier::Dhl, "JD014600006281230704")]
    #[case("00376104250021234569", Carrier::Sscc, "376104250021234569")]
    fn fits(#[case] scan: &str, #[case] carrier: Carrier, #[case] number: &str) {
        let expected = Verdict::Fits(Candidate { carrier, number: number.to_owned() });
        assert_eq!(verdicts(scan), vec![expected]);
    }

    #[rstest]
    #[case("1Z5R89390357567128")]
    #[case("RB123456786GB")]
    #[case("9611020987654312345673")]
    #[case("9400111202555842332660")]
    #[case("00376104250021234568")]
    fn wrong_check_digits(#[case] scan: &str) {
        assert_eq!(verdicts(scan), vec![Verdict::WrongCheck]);
    }

    #[rstest]
    #[case("986578788856")]
    #[case("1Z5R8939035756712")]
    #[case("1z5R89390357567127")]
    #[case("RB12345678GB")]
    #[case("RMA-2026-00042")]
    #[case("")]
    #[case("é")]
    fn other_numbers(#[case] scan: &str) {
        assert_eq!(verdicts(scan), vec![]);
    }
}
