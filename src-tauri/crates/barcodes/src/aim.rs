//! AIM symbology identifiers (ISO/IEC 15424): `]`, a code letter, a modifier.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An AIM symbology identifier such as `]C1`, as scanners put it in front of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Aim {
    letter: char,
    modifier: char,
}

impl Aim {
    /// Code 128 without FNC1 in first position.
    pub const CODE_128: Aim = Aim { letter: 'C', modifier: '0' };
    /// GS1-128.
    pub const GS1_128: Aim = Aim { letter: 'C', modifier: '1' };
    /// EAN-13, UPC-A, UPC-E.
    pub const EAN_UPC: Aim = Aim { letter: 'E', modifier: '0' };
    /// EAN-8.
    pub const EAN_8: Aim = Aim { letter: 'E', modifier: '4' };
    /// GS1 QR.
    pub const GS1_QR: Aim = Aim { letter: 'Q', modifier: '3' };
    /// GS1 DataMatrix.
    pub const GS1_DATA_MATRIX: Aim = Aim { letter: 'd', modifier: '2' };

    /// Splits an identifier off the front of scanned bytes. Only known code letters count, so that data that
    /// happens to begin with `]` stays data.
    pub fn split(bytes: &[u8]) -> (Option<Aim>, &[u8]) {
        match bytes {
            [b']', letter, modifier, rest @ ..] => match Aim::from_bytes(*letter, *modifier) {
                Some(aim) => (Some(aim), rest),
                None => (None, bytes),
            },
            _ => (None, bytes),
        }
    }

    /// From letter and modifier; none if the letter is not one of ISO/IEC 15424's.
    pub fn from_bytes(letter: u8, modifier: u8) -> Option<Aim> {
        const LETTERS: &[u8] = b"ABCDEFGHIKLMNOPQRSTUXYZacdehjloprsxz";
        (LETTERS.contains(&letter) && modifier.is_ascii_alphanumeric())
            .then(|| Aim { letter: char::from(letter), modifier: char::from(modifier) })
    }

    /// True when the identifier says that the data is a GS1 element string (FNC1 in first position).
    pub fn is_gs1(self) -> bool {
        matches!(
            (self.letter, self.modifier),
            ('C', '1')
                | ('Q', '3' | '4')
                | ('d', '2' | '5')
                | ('e', '0' | '1' | '2' | '3')
                | ('J', '1')
                | ('z', '1' | '4')
        )
    }

    /// True when the identifier says that the scanner sends Extended Channel Interpretations: `\` and six digits, and
    /// each backslash of the data twice (ISO/IEC 15424 with AIM's ECI protocol).
    pub fn has_eci(self) -> bool {
        match self.letter {
            'Q' => matches!(self.modifier, '2' | '4' | '6'),
            'd' => matches!(self.modifier, '4' | '5' | '6'),
            'z' => matches!(self.modifier, '3'..='5'),
            'L' => self.modifier == '1',
            _ => false,
        }
    }

    /// True when the identifier says EAN or UPC.
    pub fn is_ean_upc(self) -> bool {
        self.letter == 'E'
    }

    /// The symbology's common name, for a device's live view.
    pub fn symbology(self) -> &'static str {
        match (self.letter, self.modifier) {
            ('A', _) => "Code 39",
            ('C', '1') => "GS1-128",
            ('C', _) => "Code 128",
            ('E', '4') => "EAN-8",
            ('E', _) => "EAN/UPC",
            ('F', _) => "Codabar",
            ('G', _) => "Code 93",
            ('I', _) => "ITF",
            ('L', _) => "PDF417",
            ('Q', '3') => "GS1 QR",
            ('Q', _) => "QR",
            ('U', _) => "MaxiCode",
            ('d', '2') => "GS1 DataMatrix",
            ('d', _) => "DataMatrix",
            ('e', _) => "GS1 DataBar",
            ('z', _) => "Aztec",
            _ => "other",
        }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "]{}{}", self.letter, self.modifier)
    }
}

impl From<Aim> for String {
    fn from(aim: Aim) -> String {
        aim.to_string()
    }
}

impl TryFrom<String> for Aim {
    type Error = String;

    fn try_from(text: String) -> Result<Aim, String> {
        match Aim::split(text.as_bytes()) {
            (Some(aim), []) => Ok(aim),
            _ => Err(format!("not an AIM identifier: {text}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_known_letters_only() {
        assert_eq!(Aim::split(b"]C1010"), (Some(Aim::GS1_128), &b"010"[..]));
        assert_eq!(Aim::split(b"]C"), (None, &b"]C"[..]));
        assert_eq!(Aim::split(b"]!0x"), (None, &b"]!0x"[..]));
        assert_eq!(Aim::split(b"C1"), (None, &b"C1"[..]));
    }

    #[test]
    fn survives_json() {
        let json = serde_json::to_string(&Aim::GS1_QR).unwrap();
        assert_eq!(json, "\"]Q3\"");
        assert_eq!(serde_json::from_str::<Aim>(&json).unwrap(), Aim::GS1_QR);
        assert!(serde_json::from_str::<Aim>("\"Q3\"").is_err());
    }
}
