//! Epochs: the numbering spaces of a station's events (sync.md, Events).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Not an epoch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an epoch: {0:?}")]
pub struct EpochError(pub String);

/// Either a number from head office, from 1, or one that a station had to open alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Epoch {
    /// Given by head office.
    Numbered(u64),
    /// Opened by the station: 128 random bits, written `p-` and 32 hex digits.
    Provisional([u8; 16]),
}

impl Epoch {
    /// The bytes that go into the chain's hash: u64 big-endian, or `p-` and the 16 bytes. A number of head
    /// office never grows so large that the two could be taken for each other.
    pub fn hash_bytes(&self) -> Vec<u8> {
        match self {
            Self::Numbered(number) => number.to_be_bytes().to_vec(),
            Self::Provisional(random) => [b"p-".as_slice(), random].concat(),
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbered(number) => write!(f, "{number}"),
            Self::Provisional(random) => write!(f, "p-{}", hex::encode(random)),
        }
    }
}

impl FromStr for Epoch {
    type Err = EpochError;

    fn from_str(text: &str) -> Result<Self, EpochError> {
        let wrong = || EpochError(text.chars().take(40).collect());
        if let Some(random) = text.strip_prefix("p-") {
            let bytes = hex::decode(random).map_err(|_| wrong())?;
            return bytes.try_into().map(Self::Provisional).map_err(|_| wrong());
        }
        match text.parse::<u64>() {
            Ok(number) if number > 0 && number < 1 << 62 && !text.starts_with(['0', '+']) => {
                Ok(Self::Numbered(number))
            }
            _ => Err(wrong()),
        }
    }
}

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Epoch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
