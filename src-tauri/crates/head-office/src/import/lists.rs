//! Lists, row by row: operators, catalogue, return authorisations.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use wire::{Feed, Operator, Signed};

use super::{Verdict, bytes_of, name_of};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

/// Hours for which an entry grants supervisor powers, where the file names no end: 30 days.
const VALID_HOURS: i64 = 30 * 24;

/// Operators: the file has their PINs, a station only gets Argon2id hashes.
pub fn operators(
    office: &HeadOffice,
    file: &Path,
    now: Timestamp,
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let read = knowledge::operators::read(&bytes_of(file)?, &name_of(file));
    verdict.refused.extend(read.problems);
    let mut changes = Vec::with_capacity(read.values.len());
    for row in read.values {
        let entry = Operator {
            id: row.id,
            badge: row.badge,
            initials: row.initials,
            role: row.role,
            pin_hash: hash_pin(&row.pin)?,
            valid_until: match row.valid_until {
                Some(end) => end,
                None => now.checked_add(VALID_HOURS.hours()).unwrap_or(Timestamp::MAX),
            },
        };
        let value = serde_json::to_value(Signed::sign(office.key(), &entry)?)?;
        changes.push(put(entry.id.to_string(), value));
    }
    verdict.imported.operators += changes.len();
    office.store().publish(Feed::Operators, &changes)
}

/// Catalogue items, signed one by one.
pub fn catalogue(office: &HeadOffice, file: &Path, verdict: &mut Verdict) -> Result<(), HeadOfficeError> {
    let read = knowledge::catalogue::read(&bytes_of(file)?, &name_of(file));
    verdict.refused.extend(read.problems);
    let mut changes = Vec::with_capacity(read.values.len());
    for item in read.values {
        let value = serde_json::to_value(Signed::sign(office.key(), &item)?)?;
        changes.push(put(item.sku.to_string(), value));
    }
    verdict.imported.items += changes.len();
    office.store().publish(Feed::Catalogue, &changes)
}

/// Return authorisations, published with what came in since.
pub fn rmas(office: &HeadOffice, file: &Path, verdict: &mut Verdict) -> Result<(), HeadOfficeError> {
    let read = knowledge::rmas::read(&bytes_of(file)?, &name_of(file));
    verdict.refused.extend(read.problems);
    office.store().import_rmas(&read.values)?;
    verdict.imported.rmas += read.values.len();
    Ok(())
}

fn put(key: String, value: Value) -> Change {
    Change { key, value: Some(value) }
}

/// Argon2id with the parameters that OWASP names for it (19 MiB, 2 passes), which are the crate's default.
fn hash_pin(pin: &str) -> Result<String, HeadOfficeError> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
        .hash_password(pin.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HeadOfficeError::PinUnhashable(error.to_string()))
}
