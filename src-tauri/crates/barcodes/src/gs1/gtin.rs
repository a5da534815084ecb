//! Global Trade Item Numbers (GS1 General Specifications, 3.3.2 and 7.9).

use super::check;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A GTIN of any length, kept as fourteen digits with leading zeros; its check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Gtin(String);

/// Why digits are not a GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// Not 8, 12, 13 or 14 digits.
    #[error("a GTIN has 8, 12, 13 or 14 digits")]
    NotDigits,
    /// The last digit does not fit the others.
    #[error("check digit {found} should be {expected}")]
    WrongCheckDigit {
        /// The digit that would fit, 0–9.
        expected: u8,
        /// The digit that stands there, 0–9.
        found: u8,
    },
}

impl GtinError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            GtinError::NotDigits => "gtin-not-digits",
            GtinError::WrongCheckDigit { .. } => "gtin-wrong-check-digit",
        }
    }
}

impl Gtin {
    /// From 8, 12, 13 or 14 digits.
    pub fn new(digits: &str) -> Result<Gtin, GtinError> {
        if !matches!(digits.len(), 8 | 12 | 13 | 14) {
            return Err(GtinError::NotDigits);
        }
        let (before, found) = check::split_last_digit(digits).ok_or(GtinError::NotDigits)?;
        let expected = check::digit_for(before).ok_or(GtinError::NotDigits)?;
        if found != expected {
            return Err(GtinError::WrongCheckDigit { expected, found });
        }
        Ok(Gtin(format!("{digits:0>14}")))
    }

    /// Fourteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits as they stand under an EAN or UPC symbol: 8, 12 or 13 where leading zeros allow it, else 14.
    pub fn shortest(&self) -> &str {
        let significant = self.0.trim_start_matches('0').len();
        let length = match significant {
            0..=8 => 8,
            9..=12 => 12,
            13 => 13,
            _ => 14,
        };
        self.0.get(14 - length..).unwrap_or(&self.0)
    }
}

/// The twelve UPC-A digits that eight UPC-E digits (number system 0 or 1, six, check) stand for (ISO/IEC 15420).
/// None if they are no UPC-E or the check digit does not fit.
pub fn upc_e_to_upc_a(digits: &str) -> Option<String> {
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) || !digits.starts_with(['0', '1']) {
        return None;
    }
    let (system, rest) = digits.split_at_checked(1)?;
    let (six, check) = rest.split_at_checked(6)?;
    let part = |range| six.get(range);
    let body = match six.bytes().last()? {
        last @ b'0'..=b'2' => format!("{}{}0000{}", part(0..2)?, char::from(last), part(2..5)?),
        b'3' => format!("{}00000{}", part(0..3)?, part(3..5)?),
        b'4' => format!("{}00000{}", part(0..4)?, part(4..5)?),
        last => format!("{}0000{}", part(0..5)?, char::from(last)),
    };
    let upc_a = format!("{system}{body}{check}");
    check::digit_fits(&upc_a).then_some(upc_a)
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Gtin> for String {
    fn from(gtin: Gtin) -> String {
        gtin.0
    }
}

impl TryFrom<String> for Gtin {
    type Error = GtinError;

    fn try_from(text: String) -> Result<Gtin, GtinError> {
        Gtin::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("96385074", "00000096385074", "96385074")]
    #[case("614141000036", "00614141000036", "614141000036")]
    #[case("4006381333931", "04006381333931", "4006381333931")]
    #[case("10614141000415", "10614141000415", "10614141000415")]
    fn every_length_becomes_fourteen(#[case] digits: &str, #[case] full: &str, #[case] shortest: &str) {
        let gtin = Gtin::new(digits).unwrap();
        assert_eq!(gtin.as_str(), full);
        assert_eq!(gtin.shortest(), shortest);
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = GtinError::WrongCheckDigit { expected: 1, found: 2 };
        assert_eq!(Gtin::new("4006381333932"), Err(wrong));
        assert_eq!(Gtin::new("40063813339"), Err(GtinError::NotDigits));
        assert_eq!(Gtin::new("400638133393x"), Err(GtinError::NotDigits));
        assert_eq!(Gtin::new("x006381333931"), Err(GtinError::NotDigits));
        assert_eq!(Gtin::new("é00638133393"), Err(GtinError::NotDigits));
    }

    #[rstest]
    #[case("01234565", Some("012345000065"))]
    #[case("04252614", Some("042100005264"))]
    #[case("01234566", None)]
    #[case("21234565", None)]
    #[case("0123456", None)]
    fn upc_e(#[case] short: &str, #[case] long: Option<&str>) {
        assert_eq!(upc_e_to_upc_a(short).as_deref(), long);
    }
}
