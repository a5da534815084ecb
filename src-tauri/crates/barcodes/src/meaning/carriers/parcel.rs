//! GLS, DPD, and any carrier that uses GS1's SSCC.

use super::{Carrier, Verdict, all_digits, candidate, last_digit_is, verdict, weighted_sum};
use crate::gs1::{self, check};

/// GLS (Uni-Box, 3.2.1): twelve digits, weights 3 1 from the left, one more, modulo 10. The eight characters of a track
/// ID have no check digit and are plain text here.
pub(super) fn gls(number: &str) -> Option<Verdict> {
    let fits =
        number.len() == 12 && last_digit_is(number, |before| (9 - weighted_sum(before, &[3, 1]) % 10) % 10);
    fits.then(|| Verdict::MayBe(candidate(Carrier::Gls, number)))
}

/// DPD: postcode (7), parcel number (14), service (3), country (3). The symbol has `%` before them and no check, the text
/// under it has the check character after them; a parcel number alone is printed with its own check character.
pub(super) fn dpd(number: &str) -> Option<Verdict> {
    if number.len() == 15 {
        let (parcel, check) = number.split_at_checked(14)?;
        // A digit in last place would make it FedEx's or any other number.
        let fits =
            all_digits(parcel) && check.bytes().all(|b| b.is_ascii_uppercase()) && mod_37_36_fits(number);
        return fits.then(|| Verdict::Fits(candidate(Carrier::Dpd, parcel)));
    }
    if number.len() != 28 {
        return None;
    }
    let symbol = number.strip_prefix('%');
    let label = symbol.or_else(|| number.get(..27))?;
    let (postcode, rest) = label.split_at_checked(7)?;
    let (parcel, rest) = rest.split_at_checked(14)?;
    let (service, country) = rest.split_at_checked(3)?;
    let capitals = postcode.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let form = capitals && all_digits(parcel) && all_digits(service) && gs1::is_country_number(country);
    let check = symbol.is_some() || number.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric());
    (form && check).then(|| verdict(Carrier::Dpd, parcel, symbol.is_some() || mod_37_36_fits(number)))
}

/// ISO 7064 mod 37,36: digits and capitals, the last one the check character.
fn mod_37_36_fits(text: &str) -> bool {
    let mut product = 36;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(value) = character.to_digit(36).filter(|_| !character.is_ascii_lowercase()) else {
            return false;
        };
        if characters.peek().is_none() {
            return (product + value) % 36 == 1;
        }
        let sum = match (product + value) % 36 {
            0 => 36,
            sum => sum,
        };
        product = sum * 2 % 37;
    }
    false
}

/// Eighteen digits, or AI 00 and eighteen from a scanner that sends no AIM identifier. Only with the 00 is a wrong check
/// digit a fault; eighteen digits may be any number.
pub(super) fn sscc(number: &str) -> Option<Verdict> {
    let digits = number.strip_prefix("00").filter(|digits| digits.len() == 18 && all_digits(digits));
    match digits {
        Some(digits) => Some(verdict(Carrier::Sscc, digits, check::digit_fits(digits))),
        None => (number.len() == 18 && all_digits(number) && check::digit_fits(number))
            .then(|| Verdict::Fits(candidate(Carrier::Sscc, number))),
    }
}
