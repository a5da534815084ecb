//! Documents signed by head office over their original bytes.

use std::marker::PhantomData;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{KeyId, PublicKey, SecretKey, SignatureBytes};

/// A signed document that cannot be trusted or read.
#[derive(Debug, thiserror::Error)]
pub enum SignedError {
    /// Another key signed it.
    #[error("signed by key {0}, not by head office's")]
    OtherKey(KeyId),
    /// The signature does not fit the bytes.
    #[error("the signature does not fit the document")]
    WrongSignature,
    /// The signature fits, but the bytes are no such document: this release may be too old for it.
    #[error("signed by head office, but unreadable: {0}")]
    Unreadable(#[source] serde_json::Error),
    /// Could not be written as JSON.
    #[error("cannot be written: {0}")]
    Unwritable(#[source] serde_json::Error),
}

impl SignedError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherKey(_) => "document-other-key",
            Self::WrongSignature => "document-signature-wrong",
            Self::Unreadable(_) => "document-unreadable",
            Self::Unwritable(_) => "document-unwritable",
        }
    }
}

/// A document of type `T` with head office's signature over its original bytes. What is inside can only be
/// had by verifying it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed<T> {
    /// Original bytes (JSON), base64.
    payload: String,
    /// Who signed.
    pub key_id: KeyId,
    /// 128 hex digits over `"rs-document-1" ‖ payload bytes`.
    signature: String,
    #[serde(skip)]
    holds: PhantomData<fn() -> T>,
}

fn message(bytes: &[u8]) -> Vec<u8> {
    [b"rs-document-1".as_slice(), bytes].concat()
}

impl<T: Serialize + DeserializeOwned> Signed<T> {
    /// Signs a document.
    pub fn sign(key: &SecretKey, document: &T) -> Result<Self, SignedError> {
        let bytes = serde_json::to_vec(document).map_err(SignedError::Unwritable)?;
        Ok(Self {
            payload: BASE64_STANDARD.encode(&bytes),
            key_id: key.public().id(),
            signature: hex::encode(key.sign(&message(&bytes)).0),
            holds: PhantomData,
        })
    }

    /// The document, if this key signed exactly these bytes; with the SHA-256 of the bytes in hex, by which
    /// events name it.
    pub fn verify(&self, key: &PublicKey) -> Result<(T, String), SignedError> {
        if key.id() != self.key_id {
            return Err(SignedError::OtherKey(self.key_id.clone()));
        }
        let bytes = BASE64_STANDARD.decode(&self.payload).map_err(|_| SignedError::WrongSignature)?;
        let signature = hex::decode(&self.signature).map_err(|_| SignedError::WrongSignature)?;
        let signature = SignatureBytes::from_slice(&signature).map_err(|_| SignedError::WrongSignature)?;
        key.verify(&message(&bytes), &signature).map_err(|_| SignedError::WrongSignature)?;
        let document = serde_json::from_slice(&bytes).map_err(SignedError::Unreadable)?;
        Ok((document, hex::encode(Sha256::digest(&bytes))))
    }
}
