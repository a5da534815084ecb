//! Check digits and check characters (GS1 General Specifications, 7.9).

/// GS1's modulo 10 check digit for the digits that stand before it, 0–9. None if there is anything but digits.
pub fn digit_for(digits: &str) -> Option<u8> {
    let mut sum = 0_u32;
    for (place, byte) in digits.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return None;
        }
        let weight = if place % 2 == 0 { 3 } else { 1 };
        sum += u32::from(byte - b'0') * weight;
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// True when the last digit is GS1's modulo 10 check digit for those before it.
pub fn digit_fits(digits: &str) -> bool {
    split_last_digit(digits).is_some_and(|(before, last)| digit_for(before) == Some(last))
}

/// Everything before the last digit, and the last digit, 0–9.
pub fn split_last_digit(digits: &str) -> Option<(&str, u8)> {
    let last = digits.bytes().last().filter(u8::is_ascii_digit)?;
    let before = digits.get(..digits.len() - 1).filter(|before| !before.is_empty())?;
    Some((before, last - b'0'))
}

/// The check character pair for the CSET 82 characters that stand before it (7.9.5), as in a GMN. None if a
/// character is outside CSET 82 or there are more than 97.
pub fn pair_for(text: &str) -> Option<[char; 2]> {
    const CSET_82: &str =
        "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    const CSET_32: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut sum = 0_usize;
    let mut primes = primes();
    for c in text.chars().rev() {
        let value = CSET_82.find(c)?;
        sum += value * primes.next().filter(|prime| *prime <= 509)?;
    }
    sum %= 1021;
    let character = |value: usize| CSET_32.get(value).copied().map(char::from);
    Some([character(sum >> 5)?, character(sum & 31)?])
}

/// True when the last two characters are the check pair for those before them.
pub fn pair_fits(text: &str) -> bool {
    let Some(at) = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)) else {
        return false;
    };
    let (before, pair) = text.split_at(at);
    pair_for(before).is_some_and(|expected| pair.chars().eq(expected))
}

fn primes() -> impl Iterator<Item = usize> {
    (2_usize..).filter(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    // Examples of the GS1 General Specifications and of GS1's check digit calculator.
    #[rstest]
    #[case("629104150021", 3)] // GTIN-13
    #[case("9638507", 4)] // GTIN-8
    #[case("61414100003", 6)] // GTIN-12
    #[case("1061414100041", 5)] // GTIN-14
    #[case("37610425002123456", 9)] // SSCC
    fn check_digits(#[case] before: &str, #[case] expected: u8) {
        assert_eq!(digit_for(before), Some(expected));
        assert!(digit_fits(&format!("{before}{expected}")));
        assert!(!digit_fits(&format!("{before}{}", (expected + 1) % 10)));
    }

    #[test]
    fn no_digits_no_check() {
        assert_eq!(digit_for("12a"), None);
        assert!(!digit_fits(""));
        assert!(!digit_fits("7"));
        assert!(!digit_fits("12é"));
    }

    // From GS1's reference tests of check character pairs.
    #[rstest]
    #[case("1987654Ad4X4bL5ttr2310c2K", true)]
    #[case("1987654Ad4X4bL5ttr2310cXK", false)]
    #[case("12345678901234567890123NT", true)]
    #[case("12345_!\"%&'()*+,-./LC", true)]
    #[case("62577B8fRG7HJK", true)]
    #[case("!22", true)]
    #[case("22", true)]
    #[case("2", false)]
    #[case("123456789 1234567890123NT", false)]
    #[case("aé", false)]
    fn check_pairs(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(pair_fits(text), fits);
    }
}
