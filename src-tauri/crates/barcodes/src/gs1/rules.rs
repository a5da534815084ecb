//! Content rules of components, as GS1's dictionary names them.

use super::identifier::Rule;
use super::{calendar, check, iso};

/// True when a component's content satisfies the rule. Length and character set have been checked before.
pub(super) fn holds(rule: Rule, data: &str) -> bool {
    let number = || data.parse::<u64>().ok();
    match rule {
        Rule::Csum => check::digit_fits(data),
        Rule::Csumalpha => check::pair_fits(data),
        Rule::Gcppos1 => company_prefix(data),
        Rule::Gcppos2 => data.get(1..).is_some_and(company_prefix),
        Rule::Hasnondigit => data.bytes().any(|b| !b.is_ascii_digit()),
        Rule::Hh => number().is_some_and(|n| n < 24),
        Rule::Mi | Rule::Ss => number().is_some_and(|n| n < 60),
        Rule::Hhmi => number().is_some_and(|n| n / 100 < 24 && n % 100 < 60),
        Rule::Hyphen => data.bytes().all(|b| b == b'-'),
        Rule::Iban => iban(data),
        Rule::Importeridx => data.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
        Rule::Iso3166 => iso::is_country_number(data),
        Rule::Iso3166999 => data == "999" || iso::is_country_number(data),
        Rule::Iso3166alpha2 => iso::is_country_letters(data),
        Rule::Iso4217 => iso::is_currency_number(data),
        Rule::Iso5218 => matches!(data, "0" | "1" | "2" | "9"),
        Rule::Latitude => number().is_some_and(|n| n <= 1_800_000_000),
        Rule::Longitude => number().is_some_and(|n| n <= 3_600_000_000),
        Rule::Mediatype => number().is_some_and(|n| matches!(n, 1..=10 | 80..=99)),
        Rule::Nonzero => data.bytes().any(|b| b != b'0'),
        Rule::Nozeroprefix => data == "0" || !data.starts_with('0'),
        Rule::Pcenc => percent_encoding(data),
        Rule::Pieceoftotal => piece_of_total(data),
        Rule::Posinseqslash => position_of_total(data),
        Rule::Winding => matches!(data, "0" | "1" | "9"),
        Rule::Yesno => matches!(data, "0" | "1"),
        Rule::Yymmd0 => calendar::is_day(data, true),
        Rule::Yymmdd => calendar::is_day(data, false),
        Rule::Yyyymmdd => calendar::is_long_day(data),
        Rule::Zero => data.bytes().all(|b| b == b'0'),
        // Package type codes and coupon contents are only looked at for length and characters.
        Rule::Packagetype | Rule::Couponcode | Rule::Couponposoffer => true,
    }
}

/// A GS1 company prefix begins with at least four digits; which prefixes are allocated is not known here.
fn company_prefix(data: &str) -> bool {
    data.len() >= 4 && data.bytes().take(4).all(|b| b.is_ascii_digit())
}

/// ISO 13616: country, check digits, account; modulo 97 leaves 1.
fn iban(data: &str) -> bool {
    if data.len() <= 10 || !data.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return false;
    }
    let Some((head, account)) = data.split_at_checked(4) else { return false };
    let Some((country, _)) = head.split_at_checked(2) else { return false };
    if !iso::is_country_letters(country) {
        return false;
    }
    let mut rest = 0_u32;
    for c in account.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36) else { return false };
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    rest == 1
}

fn percent_encoding(data: &str) -> bool {
    let mut pieces = data.split('%');
    pieces.next();
    pieces.all(|piece| piece.len() >= 2 && piece.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// Two numbers of equal length, such as `0103`: piece 1 of 3.
fn piece_of_total(data: &str) -> bool {
    let Some((piece, total)) = data.split_at_checked(data.len() / 2) else { return false };
    piece.len() == total.len() && within(piece, total)
}

/// `1/3`.
fn position_of_total(data: &str) -> bool {
    let plain = |number: &str| {
        !number.is_empty() && !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit())
    };
    data.split_once('/').is_some_and(|(place, end)| plain(place) && plain(end) && within(place, end))
}

fn within(place: &str, end: &str) -> bool {
    match (place.parse::<u64>(), end.parse::<u64>()) {
        (Ok(place), Ok(end)) => (1..=end).contains(&place),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Rule::Csum, "24012345678905", true)]
    #[case(Rule::Csum, "24012345678909", false)]
    #[case(Rule::Gcppos1, "1234abc", true)]
    #[case(Rule::Gcppos1, "123a", false)]
    #[case(Rule::Gcppos1, "123", false)]
    #[case(Rule::Gcppos2, "x1234", true)]
    #[case(Rule::Hasnondigit, "123", false)]
    #[case(Rule::Hasnondigit, "12A", true)]
    #[case(Rule::Hhmi, "2359", true)]
    #[case(Rule::Hhmi, "2400", false)]
    #[case(Rule::Hhmi, "1260", false)]
    #[case(Rule::Iban, "GB82WEST12345698765432", true)]
    #[case(Rule::Iban, "GB83WEST12345698765432", false)]
    #[case(Rule::Iban, "XX82WEST12345698765432", false)]
    #[case(Rule::Iso3166, "826", true)]
    #[case(Rule::Iso3166, "999", false)]
    #[case(Rule::Iso3166999, "999", true)]
    #[case(Rule::Iso4217, "978", true)]
    #[case(Rule::Iso5218, "3", false)]
    #[case(Rule::Latitude, "1800000001", false)]
    #[case(Rule::Longitude, "3600000000", true)]
    #[case(Rule::Mediatype, "11", false)]
    #[case(Rule::Nonzero, "0000", false)]
    #[case(Rule::Nozeroprefix, "0", true)]
    #[case(Rule::Nozeroprefix, "01", false)]
    #[case(Rule::Pcenc, "ABC%20", true)]
    #[case(Rule::Pcenc, "ABC%2", false)]
    #[case(Rule::Pcenc, "%gf", false)]
    #[case(Rule::Pieceoftotal, "0203", true)]
    #[case(Rule::Pieceoftotal, "0302", false)]
    #[case(Rule::Pieceoftotal, "0001", false)]
    #[case(Rule::Posinseqslash, "9/10", true)]
    #[case(Rule::Posinseqslash, "10/9", false)]
    #[case(Rule::Posinseqslash, "01/2", false)]
    #[case(Rule::Posinseqslash, "1/2/3", false)]
    #[case(Rule::Winding, "2", false)]
    #[case(Rule::Yymmd0, "260900", true)]
    #[case(Rule::Yymmdd, "260900", false)]
    #[case(Rule::Zero, "0", true)]
    #[case(Rule::Hyphen, "-", true)]
    #[case(Rule::Importeridx, "_", true)]
    fn rules(#[case] rule: Rule, #[case] data: &str, #[case] expected: bool) {
        assert_eq!(holds(rule, data), expected, "{rule:?} {data}");
    }
}
