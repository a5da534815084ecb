//! Licence plate numbers: given once, never reused, drawn from the station's own block.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A unit's own number: 12 digits – block 5, counter 5, ISO 7064 MOD 97-10 check 2. Stored as 12 digits,
/// shown 5-5-2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Lpn(u64);

/// Why a text is no LPN, or none can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LpnError {
    /// Not 12 digits (dashes only as 5-5-2).
    #[error("not 12 digits")]
    Shape,
    /// The check digits do not fit: misread or mistyped.
    #[error("check digits are {found:02}, should be {expected:02}")]
    CheckDigits {
        /// What the other ten digits call for.
        expected: u8,
        /// What stands there.
        found: u8,
    },
    /// Block or counter above 99,999.
    #[error("block or counter above 99999")]
    Range,
    /// The block has no number left.
    #[error("the block is used up")]
    BlockEmpty,
}

impl LpnError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape => "lpn-shape",
            Self::CheckDigits { .. } => "lpn-check-digits",
            Self::Range => "lpn-range",
            Self::BlockEmpty => "lpn-block-empty",
        }
    }
}

impl Lpn {
    /// The LPN of a block and a counter, both at most 99,999.
    pub fn new(block: u32, counter: u32) -> Result<Self, LpnError> {
        if block > 99_999 || counter > 99_999 {
            return Err(LpnError::Range);
        }
        let body = u64::from(block) * 100_000 + u64::from(counter);
        Ok(Self(body * 100 + u64::from(check_digits(body))))
    }

    /// The block, 0 to 99,999.
    pub const fn block(self) -> u32 {
        (self.0 / 10_000_000) as u32
    }

    /// The counter, 0 to 99,999.
    pub const fn counter(self) -> u32 {
        (self.0 / 100 % 100_000) as u32
    }

    /// The 12 digits without dashes, as codes carry them.
    pub fn digits(self) -> String {
        format!("{:012}", self.0)
    }

    /// The payload of the unit's own code: `RS:U:<LPN>`, on a disposition label `RS:U:<LPN>/<print>`.
    pub fn code(self, print: Option<u32>) -> String {
        match print {
            None => format!("RS:U:{:012}", self.0),
            Some(print) => format!("RS:U:{:012}/{print}", self.0),
        }
    }
}

/// ISO 7064 MOD 97-10: with its two check digits, the number is 1 modulo 97.
fn check_digits(body: u64) -> u8 {
    (98 - (body * 100) % 97) as u8
}

impl fmt::Display for Lpn {
    /// Shown as 5-5-2.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}-{:05}-{:02}", self.block(), self.counter(), self.0 % 100)
    }
}

impl fmt::Debug for Lpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lpn({self})")
    }
}

impl FromStr for Lpn {
    type Err = LpnError;

    /// Twelve digits, or 5-5-2 with dashes.
    fn from_str(text: &str) -> Result<Self, LpnError> {
        let digits: String = match text.len() {
            12 => text.to_owned(),
            14 => match text.split('-').collect::<Vec<_>>().as_slice() {
                [a, b, c] if a.len() == 5 && b.len() == 5 && c.len() == 2 => [*a, *b, *c].concat(),
                _ => return Err(LpnError::Shape),
            },
            _ => return Err(LpnError::Shape),
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(LpnError::Shape);
        }
        let number: u64 = digits.parse().map_err(|_| LpnError::Shape)?;
        let expected = check_digits(number / 100);
        let found = (number % 100) as u8;
        if expected == found { Ok(Self(number)) } else { Err(LpnError::CheckDigits { expected, found }) }
    }
}

impl TryFrom<String> for Lpn {
    type Error = LpnError;

    fn try_from(text: String) -> Result<Self, LpnError> {
        text.parse()
    }
}

impl From<Lpn> for String {
    fn from(lpn: Lpn) -> String {
        lpn.digits()
    }
}

/// A run of LPNs that head office gave to one station's epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct LpnBlock {
    /// The block's five digits.
    pub block: u32,
    /// First counter of the run.
    pub start: u32,
    /// Next counter to be given.
    pub next: u32,
    /// First counter after the run (at most 100,000).
    pub end: u32,
}

impl LpnBlock {
    /// A fresh run of counters `start..end`.
    pub fn new(block: u32, start: u32, end: u32) -> Result<Self, LpnError> {
        if block > 99_999 || end > 100_000 || start >= end {
            return Err(LpnError::Range);
        }
        Ok(Self { block, start, next: start, end })
    }

    /// The next LPN, and the block without it. The caller stores both or neither.
    pub fn draw(self) -> Result<(Lpn, Self), LpnError> {
        if self.next >= self.end {
            return Err(LpnError::BlockEmpty);
        }
        Ok((Lpn::new(self.block, self.next)?, Self { next: self.next + 1, ..self }))
    }

    /// How many are left.
    pub const fn left(&self) -> u32 {
        self.end.saturating_sub(self.next)
    }

    /// Below a fifth: the station asks head office for more.
    pub const fn is_low(&self) -> bool {
        self.left() < self.end.saturating_sub(self.start) / 5
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn check_digits_by_hand() {
        // 0 → 98 - 0; 1 → 98 - 3; 0041739258 → 12: (41739258 * 100 + 12) mod 97 = 1.
        for (block, counter, digits) in
            [(0, 0, "000000000098"), (0, 1, "000000000195"), (417, 39_258, "004173925812")]
        {
            let lpn = Lpn::new(block, counter).unwrap();
            assert_eq!(lpn.digits(), digits);
            assert_eq!(digits.parse::<u64>().unwrap() % 97, 1, "ISO 7064 MOD 97-10");
            assert_eq!((lpn.block(), lpn.counter()), (block, counter));
        }
    }

    #[test]
    fn is_shown_and_read_as_5_5_2() {
        let lpn = Lpn::new(417, 39_258).unwrap();
        assert_eq!(lpn.to_string(), "00417-39258-12");
        assert_eq!("00417-39258-12".parse(), Ok(lpn));
        assert_eq!("004173925812".parse(), Ok(lpn));
        assert_eq!(lpn.code(None), "RS:U:004173925812");
        assert_eq!(lpn.code(Some(2)), "RS:U:004173925812/2");
    }

    #[test]
    fn what_is_no_lpn() {
        for text in ["", "00417392581", "0041739258123", "0041-739258-12", "00417 39258 12", "00417392581x"] {
            assert_eq!(text.parse::<Lpn>(), Err(LpnError::Shape), "{text}");
        }
        let wrong = LpnError::CheckDigits { expected: 12, found: 13 };
        assert_eq!("004173925813".parse::<Lpn>(), Err(wrong));
        // Multi-byte characters of the right length in bytes.
        assert_eq!("ééééééé".parse::<Lpn>(), Err(LpnError::Shape));
        assert_eq!(Lpn::new(100_000, 0), Err(LpnError::Range));
        assert_eq!(Lpn::new(0, 100_000), Err(LpnError::Range));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_and_two_swapped_ones_are_noticed(
            block in 0_u32..100_000, counter in 0_u32..100_000, place in 0_usize..12, other in 0_u8..10,
        ) {
            let digits = Lpn::new(block, counter).unwrap().digits().into_bytes();
            let read = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().parse::<Lpn>();
            let mut wrong = digits.clone();
            wrong[place] = b'0' + other;
            prop_assert_eq!(read(&wrong).is_ok(), wrong == digits);
            let mut swapped = digits.clone();
            swapped.swap(place, (place + 1) % 12);
            if place < 11 {
                prop_assert_eq!(read(&swapped).is_ok(), swapped == digits);
            }
        }

        #[test]
        fn a_block_gives_each_number_once(start in 0_u32..50, len in 1_u32..50) {
            let mut block = LpnBlock::new(7, start, start + len).unwrap();
            let mut drawn = std::collections::BTreeSet::new();
            while let Ok((lpn, rest)) = block.draw() {
                prop_assert!(drawn.insert(lpn));
                prop_assert_eq!(rest.left() + 1, block.left());
                block = rest;
            }
            prop_assert_eq!(drawn.len(), len as usize);
            prop_assert_eq!(block.draw(), Err(LpnError::BlockEmpty));
        }
    }

    #[test]
    fn a_block_is_low_below_a_fifth() {
        let mut block = LpnBlock::new(7, 0, 10).unwrap();
        block.next = 8;
        assert!(!block.is_low());
        block.next = 9;
        assert!(block.is_low());
        assert_eq!(LpnBlock::new(7, 5, 5), Err(LpnError::Range));
        assert_eq!(LpnBlock::new(7, 5, 100_001), Err(LpnError::Range));
    }
}
