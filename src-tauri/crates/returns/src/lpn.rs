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
