//! Serial numbers and IMEIs: their form, and whether one is among those that were shipped.

use crate::codes::SerialKind;
use crate::ids::Serial;
use crate::refusal::Refusal;

/// A serial as it is kept, with what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// In the form in which it is kept and compared.
    pub serial: Serial,
    /// What was done to what was read; none: nothing but leaving out spaces and dashes.
    pub note: Option<ReadingNote>,
}

/// What was done to a number as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingNote {
    /// 14 digits of an IMEI: its check digit was computed.
    CheckDigitAdded,
    /// 16 digits are an IMEISV: its software version was cut off and the check digit computed.
    SoftwareVersionCut,
}

impl ReadingNote {
    /// Stable code, for which a screen has words.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CheckDigitAdded => "imei-check-added",
            Self::SoftwareVersionCut => "imei-software-cut",
        }
    }
}

/// Digits of an IMEI without its check digit: type allocation code and serial number (3GPP TS 23.003, 6.2.1).
const IMEI_BODY: usize = 14;

/// Checks a number of that kind as it was read. A serial is kept as it is. An IMEI is kept as its 15 digits
/// (3GPP TS 23.003, 6.2.1): spaces, dashes, dots and slashes are left out, 14 digits get their check digit
/// (annex B), and of an IMEISV's 16 (6.2.2) the software version is cut off.
///
/// # Errors
///
/// [`Refusal::ImeiForm`] where it is no such number of digits, [`Refusal::ImeiWrong`] where the check digit
/// does not fit.
pub fn read(kind: SerialKind, text: &Serial) -> Result<Reading, Refusal> {
    match kind {
        SerialKind::Serial => Ok(Reading { serial: text.clone(), note: None }),
        SerialKind::Imei => read_imei(text),
    }
}

fn read_imei(text: &Serial) -> Result<Reading, Refusal> {
    let mut digits: String = text.as_str().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/')).collect();
    let form = |digits: &str| Refusal::ImeiForm {
        digits: u32::try_from(digits.chars().filter(char::is_ascii_digit).count()).unwrap_or(u32::MAX),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(form(&digits));
    }
    let note = match digits.len() {
        15 => None,
        IMEI_BODY => Some(ReadingNote::CheckDigitAdded),
        16 => Some(ReadingNote::SoftwareVersionCut),
        _ => return Err(form(&digits)),
    };
    let read = digits.split_off(IMEI_BODY);
    let check = luhn(&digits);
    if note.is_none() && !read.starts_with(check) {
        return Err(Refusal::ImeiWrong);
    }
    digits.push(check);
    let serial = Serial::new(digits).map_err(|_| Refusal::ImeiWrong)?;
    Ok(Reading { serial, note })
}

/// The Luhn check digit that belongs behind these digits (ISO/IEC 7812-1, annex B): from the right every other
/// digit counts twice, beginning with the last.
fn luhn(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte.saturating_sub(b'0')))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Whether that number is among those shipped; none where it is not known which were. Case, spaces and dashes
/// do not count: shop systems and scanners write them as they please. A shipped IMEI may stand there without
/// its check digit or with its software version.
pub fn is_shipped(kind: SerialKind, serial: &Serial, shipped: &[Serial]) -> Option<bool> {
    if shipped.is_empty() {
        return None;
    }
    let wanted = comparable(kind, serial);
    Some(shipped.iter().any(|one| comparable(kind, one) == wanted))
}

/// Whether two texts are one number of that kind; see [`is_shipped`].
pub fn same(kind: SerialKind, one: &Serial, other: &Serial) -> bool {
    comparable(kind, one) == comparable(kind, other)
}

fn comparable(kind: SerialKind, serial: &Serial) -> String {
    let kept = read(kind, serial).map_or_else(|_| serial.clone(), |reading| reading.serial);
    let counts = |c: &char| !c.is_whitespace() && *c != '-';
    kept.as_str().chars().filter(counts).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn serial(text: &str) -> Serial {
        Serial::new(text).unwrap()
    }

    fn imei(text: &str) -> Result<(String, Option<ReadingNote>), Refusal> {
        read(SerialKind::Imei, &serial(text)).map(|reading| (reading.serial.to_string(), reading.note))
    }

    #[rstest]
    // The example of 3GPP TS 23.003, annex B.1, and published examples of whole numbers.
    #[case("26053179311383", "260531793113837", Some(ReadingNote::CheckDigitAdded))]
    #[case("490154203237518", "490154203237518", None)]
    #[case("35-209900-176148-1", "352099001761481", None)]
    #[case("35 209900 176148 1", "352099001761481", None)]
    #[case("3520990017614823", "352099001761481", Some(ReadingNote::SoftwareVersionCut))]
    #[case("000000000000000", "000000000000000", None)]
    fn an_imei_is_its_fifteen_digits(
        #[case] read: &str,
        #[case] kept: &str,
        #[case] note: Option<ReadingNote>,
    ) {
        assert_eq!(imei(read), Ok((kept.to_owned(), note)));
    }

    #[rstest]
    #[case("490154203237519", Refusal::ImeiWrong)]
    #[case("490154203237581", Refusal::ImeiWrong)]
    #[case("4901542032375", Refusal::ImeiForm { digits: 13 })]
    #[case("35209900176148233", Refusal::ImeiForm { digits: 17 })]
    #[case("A90154203237518", Refusal::ImeiForm { digits: 14 })]
    #[case("SN-1", Refusal::ImeiForm { digits: 1 })]
    #[case("٤٩٠١٥٤٢٠٣٢٣٧٥١٨", Refusal::ImeiForm { digits: 0 })]
    fn what_is_no_imei_is_refused(#[case] read: &str, #[case] refusal: Refusal) {
        assert_eq!(imei(read), Err(refusal));
    }

    #[test]
    fn a_serial_is_kept_as_it_is() {
        let read = read(SerialKind::Serial, &serial("ab-12 3")).unwrap();
        assert_eq!((read.serial.as_str(), read.note), ("ab-12 3", None));
    }

    #[rstest]
    #[case(SerialKind::Serial, "SN-100", &[], None)]
    #[case(SerialKind::Serial, "SN-100", &["SN-1", "sn 100"], Some(true))]
    #[case(SerialKind::Serial, "SN-100", &["SN-1000"], Some(false))]
    #[case(SerialKind::Serial, "490154203237518", &["49015420323751"], Some(false))]
    #[case(SerialKind::Imei, "490154203237518", &["49015420323751"], Some(true))]
    #[case(SerialKind::Imei, "490154203237518", &["4901542032375178"], Some(true))]
    #[case(SerialKind::Imei, "490154203237518", &["49-015420-323751-8"], Some(true))]
    #[case(SerialKind::Imei, "490154203237518", &["352099001761481"], Some(false))]
    fn compared_with_what_was_shipped(
        #[case] kind: SerialKind,
        #[case] read: &str,
        #[case] shipped: &[&str],
        #[case] known: Option<bool>,
    ) {
        let shipped: Vec<_> = shipped.iter().map(|text| serial(text)).collect();
        assert_eq!(is_shipped(kind, &serial(read), &shipped), known);
    }

    proptest! {
        /// What the check digit is for: one wrong digit, or two neighbours swapped (but 0 and 9), are noticed.
        #[test]
        fn one_wrong_digit_is_noticed(body in "[0-9]{14}", place in 0..15_usize, by in 1..10_u8) {
            let (whole, _) = imei(&body).unwrap();
            prop_assert_eq!(imei(&whole), Ok((whole.clone(), None)));
            let mut wrong = whole.clone().into_bytes();
            wrong[place] = b'0' + (wrong[place] - b'0' + by) % 10;
            prop_assert_eq!(imei(&String::from_utf8(wrong).unwrap()), Err(Refusal::ImeiWrong));
            let mut swapped = whole.clone().into_bytes();
            let next = (place + 1) % 15;
            swapped.swap(place, next);
            let pair = [whole.as_bytes()[place], whole.as_bytes()[next]];
            let seen = next != 0 && pair[0] != pair[1] && !matches!(&pair, b"09" | b"90");
            if seen {
                prop_assert_eq!(imei(&String::from_utf8(swapped).unwrap()), Err(Refusal::ImeiWrong));
            }
        }
    }
}
