//! The signed token of a return label (sync.md, Signed return labels).
//!
//! 96 bytes: version (1), key id (4), owner (4), label id (8), issued (4), expires (4), nonce (7), then the
//! Ed25519 signature (64) over the first 32. Integers big-endian, times in seconds since 1970.

use sha2::{Digest, Sha256};

use crate::{PublicKey, SecretKey, SignatureBytes};

const PREFIX: &str = "RS:R:";
const BODY: usize = 32;

/// What a return label's token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnLabel {
    /// Whose goods: see [`ReturnLabel::owner_tag`].
    pub owner: [u8; 4],
    /// Head office's number of the label; an RMA names it.
    pub label_id: u64,
    /// Seconds since 1970.
    pub issued: u32,
    /// Seconds since 1970.
    pub expires: u32,
    /// Makes two labels differ.
    pub nonce: [u8; 7],
}

/// Why a return label is not accepted. Expiry is the bench's question, not the token's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnLabelError {
    /// Not 96 bytes of base45 behind `RS:R:`, or another version.
    #[error("not a return label of ours")]
    NotALabel,
    /// No key here signs under that id: another tenant's label, or a newer key.
    #[error("signed by a key that is not known here")]
    UnknownKey,
    /// The signature does not fit: altered or forged.
    #[error("the label was altered")]
    Tampered,
}

impl ReturnLabelError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotALabel => "return-label-unreadable",
            Self::UnknownKey => "return-label-unknown-key",
            Self::Tampered => "return-label-tampered",
        }
    }
}

fn key_tag(key: &PublicKey) -> [u8; 4] {
    first_four(&Sha256::digest(key.to_bytes()))
}

fn first_four(bytes: &[u8]) -> [u8; 4] {
    let mut four = [0; 4];
    for (to, from) in four.iter_mut().zip(bytes) {
        *to = *from;
    }
    four
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

impl ReturnLabel {
    /// The tag that stands for an owner code: the first 4 bytes of its SHA-256.
    pub fn owner_tag(owner: &str) -> [u8; 4] {
        first_four(&Sha256::digest(owner.as_bytes()))
    }

    /// The code's content: `RS:R:` and 144 characters of base45 (RFC 9285). Spaces belong to it.
    pub fn sign(&self, key: &SecretKey) -> String {
        let mut bytes = vec![1];
        bytes.extend(key_tag(&key.public()));
        bytes.extend(self.owner);
        bytes.extend(self.label_id.to_be_bytes());
        bytes.extend(self.issued.to_be_bytes());
        bytes.extend(self.expires.to_be_bytes());
        bytes.extend(self.nonce);
        let signature = key.sign(&bytes);
        bytes.extend(signature.0);
        format!("{PREFIX}{}", base45::encode(bytes))
    }

    /// Reads and verifies a code's content against the keys known here, offline.
    pub fn verify(content: &str, keys: &[PublicKey]) -> Result<Self, ReturnLabelError> {
        let text = content.strip_prefix(PREFIX).ok_or(ReturnLabelError::NotALabel)?;
        let bytes = base45::decode(text).map_err(|_| ReturnLabelError::NotALabel)?;
        let (body, signature) = bytes.split_at_checked(BODY).ok_or(ReturnLabelError::NotALabel)?;
        let signature = SignatureBytes::from_slice(signature).map_err(|_| ReturnLabelError::NotALabel)?;
        let (tag, label) = Self::parse(body).ok_or(ReturnLabelError::NotALabel)?;
        let key = keys.iter().find(|key| key_tag(key) == tag).ok_or(ReturnLabelError::UnknownKey)?;
        key.verify(body, &signature).map_err(|_| ReturnLabelError::Tampered)?;
        Ok(label)
    }

    fn parse(mut body: &[u8]) -> Option<([u8; 4], Self)> {
        if take::<1>(&mut body)? != [1] {
            return None;
        }
        let tag = take::<4>(&mut body)?;
        let label = Self {
            owner: take::<4>(&mut body)?,
            label_id: u64::from_be_bytes(take::<8>(&mut body)?),
            issued: u32::from_be_bytes(take::<4>(&mut body)?),
            expires: u32::from_be_bytes(take::<4>(&mut body)?),
            nonce: take::<7>(&mut body)?,
        };
        Some((tag, label))
    }
}
