//! Enrolment: the one-time code makes this station's key known to head office, and its fingerprint makes head
//! office's key known here.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use records::{Enrolment, Records};
use wire::{EnrolReply, EnrolRequest, EnrolledBefore, PublicKey, SecretKey};

use crate::office::{Call, Office, Trust};
use crate::shared::Shared;
use crate::{Pace, SyncError};

/// Letters of the one-time code.
const LETTERS: usize = 12;
/// Hex digits of head office's key id.
const FINGERPRINT: usize = 16;

/// An enrolment code as head office prints it: `XXXX-XXXX-XXXX-FINGERPRINT`. Case, dashes and spaces do not
/// matter, O is read as 0, I and L as 1.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode {
    code: String,
    fingerprint: String,
}

impl EnrolCode {
    /// The one-time part, as head office expects it.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// With what head office's key id begins: 16 hex digits in lower case.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolCode(…, {})", self.fingerprint)
    }
}

impl FromStr for EnrolCode {
    type Err = SyncError;

    fn from_str(text: &str) -> Result<Self, SyncError> {
        let letters: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let (code, fingerprint) = letters.split_at_checked(LETTERS).ok_or(SyncError::CodeUnreadable)?;
        let fits = fingerprint.len() == FINGERPRINT
            && fingerprint.iter().all(char::is_ascii_hexdigit)
            && code.iter().all(char::is_ascii_alphanumeric);
        if !fits {
            return Err(SyncError::CodeUnreadable);
        }
        let groups: Vec<String> = code.chunks(4).map(|group| group.iter().collect()).collect();
        let fingerprint = fingerprint.iter().map(char::to_ascii_lowercase).collect();
        Ok(Self { code: groups.join("-"), fingerprint })
    }
}

/// What a verified enrolment brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Head office's answer.
    pub reply: EnrolReply,
    /// Head office's key, to be pinned: its id begins with the code's fingerprint, and it signed the answer.
    pub head_office_key: PublicKey,
}

/// Enrols a station's key with the head office at an address.
///
/// # Errors
/// `enrol-code-unreadable`, `head-office-other-key` where the key is not the one that the code names,
/// `line-not-head-office`, `enrol-code-used` and other refusals of head office.
pub async fn enrol(url: &str, code: &str, key: &SecretKey) -> Result<Enrolled, SyncError> {
    enrol_as(url, code, key, None).await
}

async fn enrol_as(
    url: &str,
    code: &str,
    key: &SecretKey,
    before: Option<EnrolledBefore>,
) -> Result<Enrolled, SyncError> {
    let code: EnrolCode = code.parse()?;
    let trust = Trust::Fingerprint(code.fingerprint.clone());
    let office = Office::new(url, trust, key.public().id().0, key.clone(), &Pace::default())?;
    let request = EnrolRequest { code: code.code, station_key: key.public(), before };
    let answer = office.call(&Call::post_json("/v1/enrol", &request)?).await?;
    Ok(Enrolled { reply: answer.json()?, head_office_key: answer.key })
}

/// Enrols the station whose records these are. Its key is drawn and kept first, so that a reply that gets lost
/// leaves nothing half-done. A station that is enrolled already stays who it is: with a new code of the same head office it
/// makes itself known there again, for that may have been restored from a backup that is older than the station.
///
/// # Errors
/// As [`enrol`], and those of the records; `station-enrolled-already` where head office knows the station well, or the code is
/// another head office's.
pub async fn enrol_station(
    records: &Arc<Mutex<Records>>,
    url: &str,
    code: &str,
) -> Result<Enrolment, SyncError> {
    let shared = Shared(Arc::clone(records));
    let (key, enrolment) = shared
        .with(|records| {
            let enrolment = records.enrolment().cloned();
            match records.secret_key()? {
                Some(key) => Ok((key, enrolment)),
                // Without its key it is not the station that it was.
                None if enrolment.is_some() => Err(records::RecordsError::AlreadyEnrolled),
                None => {
                    let key = SecretKey::from_seed(rand::random());
                    records.keep_secret_key(&key)?;
                    Ok((key, None))
                }
            }
        })
        .await?;
    if let Some(enrolment) = enrolment {
        return known_again(enrolment, url, code, &key).await;
    }
    let enrolled = enrol(url, code, &key).await?;
    let url = url.trim().to_owned();
    shared.with(move |records| records.enrol(&enrolled.reply, &url, enrolled.head_office_key).cloned()).await
}

/// Tells head office who the station was. Nothing changes here: what head office lacks goes up again by itself.
async fn known_again(
    enrolment: Enrolment,
    url: &str,
    code: &str,
    key: &SecretKey,
) -> Result<Enrolment, SyncError> {
    let named: EnrolCode = code.parse()?;
    if !enrolment.head_office_key.id().0.starts_with(named.fingerprint()) {
        return Err(records::RecordsError::AlreadyEnrolled.into());
    }
    let before = EnrolledBefore {
        station: enrolment.station,
        name: enrolment.name.clone(),
        depot: enrolment.depot.clone(),
        epoch: enrolment.epoch,
        lpn_block: enrolment.lpn_block.block,
        lpn_reserve_block: enrolment.lpn_reserve_block,
        lpn_further_block: enrolment.lpn_further_block,
    };
    let enrolled = match enrol_as(url, code, key, Some(before)).await {
        Err(error) if error.code() == "enrol-key-known" => {
            return Err(records::RecordsError::AlreadyEnrolled.into());
        }
        enrolled => enrolled?,
    };
    // The fingerprint is half of a key's id; who answered must be whom the station knows. An older head office takes
    // no notice of what the station was, and makes it another one.
    if enrolled.head_office_key != enrolment.head_office_key || enrolled.reply.station != enrolment.station {
        return Err(records::RecordsError::AlreadyEnrolled.into());
    }
    Ok(enrolment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code: EnrolCode = "AB0D-EFGH-1KMN-0123456789abcdef".parse().unwrap();
        assert_eq!((code.code(), code.fingerprint()), ("AB0D-EFGH-1KMN", "0123456789abcdef"));
        assert_eq!(" abodefgh lkmn 0123456789ABCDEF".parse::<EnrolCode>().unwrap(), code);
    }

    #[test]
    fn other_text_is_no_code() {
        for text in ["", "AB0D-EFGH-1KMN", "AB0D-EFGH-1KMN-0123", "AB0D-EFGH-1KMN-0123456789abcdeg", "äöü"]
        {
            let error = text.parse::<EnrolCode>().unwrap_err();
            assert_eq!(error.code(), "enrol-code-unreadable", "{text:?}");
        }
    }
}
