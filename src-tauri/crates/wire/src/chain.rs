//! The hash chain over a station's events (sync.md, Events), and the seal over its head.

use std::fmt;
use std::str::FromStr;

use returns::ids::StationId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::{Epoch, KeyError, PublicKey, SecretKey, SignatureBytes};

/// One link of the chain; 64 hex digits in JSON and SQL exports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What stands before the first event of an epoch: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ChainHash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// `SHA-256("rs-event-1" ‖ station ‖ epoch ‖ seq ‖ previous ‖ length ‖ bytes)`, integers u64 big-endian.
pub fn chain_hash(
    station: &StationId,
    epoch: &Epoch,
    seq: u64,
    previous: &ChainHash,
    bytes: &[u8],
) -> ChainHash {
    let mut hash = Sha256::new();
    hash.update(b"rs-event-1");
    hash.update(station.as_bytes());
    hash.update(epoch.hash_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(previous.0);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
    ChainHash(hash.finalize().into())
}

/// Where a chain ends: the last sequence (0 for an empty epoch) and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Last sequence.
    pub seq: u64,
    /// Its hash.
    pub hash: ChainHash,
}

impl Head {
    /// Before the first event.
    pub const EMPTY: Self = Self { seq: 0, hash: ChainHash::ZERO };
}

/// Walks along one epoch of one station.
#[derive(Debug, Clone)]
pub struct Chain {
    station: StationId,
    epoch: Epoch,
    head: Head,
}

impl Chain {
    /// From a known head on.
    pub fn at(station: StationId, epoch: Epoch, head: Head) -> Self {
        Self { station, epoch, head }
    }

    /// Appends one event's bytes and gives its place.
    pub fn push(&mut self, bytes: &[u8]) -> Head {
        let seq = self.head.seq + 1;
        let hash = chain_hash(&self.station, &self.epoch, seq, &self.head.hash, bytes);
        self.head = Head { seq, hash };
        self.head
    }

    /// The head now.
    pub fn head(&self) -> Head {
        self.head
    }
}

/// A station's signature over its head. Stands beside the log and takes no sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// Over which head.
    pub head: Head,
    /// 128 hex digits.
    pub signature: String,
}

impl Seal {
    fn message(station: &StationId, epoch: &Epoch, head: &Head) -> Vec<u8> {
        let mut message = b"rs-seal-1".to_vec();
        message.extend(station.as_bytes());
        message.extend(epoch.hash_bytes());
        message.extend(head.seq.to_be_bytes());
        message.extend(head.hash.0);
        message
    }

    /// Seals a head.
    pub fn new(key: &SecretKey, station: StationId, epoch: Epoch, head: Head) -> Self {
        let signature = hex::encode(key.sign(&Self::message(&station, &epoch, &head)).0);
        Self { station, epoch, head, signature }
    }

    /// Whether it is this key's.
    pub fn verify(&self, key: &PublicKey) -> Result<(), KeyError> {
        let bytes = hex::decode(&self.signature).map_err(|_| KeyError::WrongSignature)?;
        key.verify(
            &Self::message(&self.station, &self.epoch, &self.head),
            &SignatureBytes::from_slice(&bytes)?,
        )
    }
}
