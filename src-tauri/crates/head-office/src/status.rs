//! What is there.

use serde::Serialize;

use crate::error::HeadOfficeError;
use crate::key::fingerprint;
use crate::office::HeadOffice;
use crate::store::{StationStatus, Totals};

/// What `head-office status` tells.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Head office's public key, hex.
    pub key: String,
    /// First digits of its id, as one-time codes carry them.
    pub fingerprint: String,
    /// This life of the store.
    pub incarnation: String,
    /// Stations with what is stored of each.
    pub stations: Vec<StationStatus>,
    /// How much there is.
    #[serde(flatten)]
    pub totals: Totals,
    /// Events stored and not read yet.
    pub unread: u64,
}

impl HeadOffice {
    /// What is there.
    pub fn status(&self) -> Result<Status, HeadOfficeError> {
        Ok(Status {
            key: hex::encode(self.public_key().to_bytes()),
            fingerprint: fingerprint(&self.public_key()),
            incarnation: self.identity().incarnation.to_string(),
            stations: self.store().stations()?,
            totals: self.store().totals()?,
            unread: self.store().unread()?,
        })
    }
}
