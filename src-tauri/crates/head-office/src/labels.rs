//! Signed return labels: what a customer sticks on the parcel.

use jiff::Timestamp;
use jiff::civil::Date;
use labels::{Captions, to_pdf};
use returns::ids::{LabelId, OwnerCode, RmaNumber};
use returns::rma::Rma;
use serde::Serialize;
use sha2::{Digest, Sha256};
use wire::ReturnLabel;

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

/// Seconds for which a label holds where its RMA names no last day: 60 days.
const LABEL_LIFETIME_S: i64 = 60 * 24 * 60 * 60;

/// A return label as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrintedLabel {
    /// The RMA.
    pub rma: RmaNumber,
    /// The label's id, as the RMA names it.
    pub label: LabelId,
    /// Whose goods come back.
    pub owner: OwnerCode,
    /// Last day, where the RMA names one.
    pub valid_until: Option<Date>,
    /// Content of its QR code: `RS:R:` and base45. Spaces belong to it.
    pub token: String,
}

impl PrintedLabel {
    /// The label as a PDF page of 100 × 50 mm, in English.
    pub fn to_pdf(&self) -> Result<Vec<u8>, HeadOfficeError> {
        let undrawable = |source| HeadOfficeError::Undrawable { rma: self.rma.to_string(), source };
        let label = labels::return_label(&labels::ReturnLabel {
            token: self.token.strip_prefix("RS:R:").unwrap_or(&self.token).to_owned(),
            rma: self.rma.to_string(),
            owner: self.owner.to_string(),
            valid_until: self.valid_until.map(|day| day.to_string()).unwrap_or_default(),
            note: "Stick this label on the outside of the parcel.".to_owned(),
            captions: Captions::default(),
        })
        .map_err(undrawable)?;
        to_pdf(&[label]).map_err(undrawable)
    }
}

/// The number of a label: ids are decimal numbers from 1, without leading zeros.
pub fn label_number(id: &LabelId) -> Option<u64> {
    let number: u64 = id.as_str().parse().ok()?;
    (number > 0 && number.to_string() == id.as_str()).then_some(number)
}

impl HeadOffice {
    /// The return labels of all RMAs that have one, or of one RMA. A label printed again has the same id and nonce.
    pub fn return_labels(
        &self,
        only: Option<&RmaNumber>,
        now: Timestamp,
    ) -> Result<Vec<PrintedLabel>, HeadOfficeError> {
        let labels: Vec<PrintedLabel> = self
            .store()
            .rmas()?
            .iter()
            .filter(|rma| only.is_none_or(|number| *number == rma.number))
            .filter_map(|rma| self.return_label(rma, now))
            .collect();
        match only {
            Some(number) if labels.is_empty() => Err(HeadOfficeError::NoSuchLabel(number.to_string())),
            _ => Ok(labels),
        }
    }

    fn return_label(&self, rma: &Rma, now: Timestamp) -> Option<PrintedLabel> {
        let label = rma.label.clone()?;
        let label_id = label_number(&label)?;
        let expires = rma
            .expires
            .and_then(|day| day.tomorrow().ok())
            .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map_or(now.as_second().saturating_add(LABEL_LIFETIME_S), |end| end.timestamp().as_second());
        let token = ReturnLabel {
            owner: ReturnLabel::owner_tag(rma.owner.as_str()),
            label_id,
            issued: seconds(now.as_second().min(expires)),
            expires: seconds(expires),
            nonce: self.label_nonce(label_id),
        }
        .sign(self.key());
        Some(PrintedLabel {
            rma: rma.number.clone(),
            label,
            owner: rma.owner.clone(),
            valid_until: rma.expires,
            token,
        })
    }

    /// Nobody without the key can tell it beforehand, and it needs no storage.
    fn label_nonce(&self, label_id: u64) -> [u8; 7] {
        let mut hash = Sha256::new();
        hash.update(b"rs-label-nonce-1");
        hash.update(self.key().seed());
        hash.update(label_id.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut nonce = [0; 7];
        nonce.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        nonce
    }
}

fn seconds(at: i64) -> u32 {
    u32::try_from(at.max(0)).unwrap_or(u32::MAX)
}
