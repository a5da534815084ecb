//! Operators: the file has their PINs, a station only gets Argon2id hashes.

use std::collections::BTreeSet;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use jiff::{Timestamp, ToSpan};
use returns::codes::Role;
use returns::ids::OperatorId;
use serde::Deserialize;
use wire::{Feed, Operator, Signed};

use super::Verdict;
use super::rows::{list, refused};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

/// Hours for which an entry grants supervisor powers, where the file names no end: 30 days.
const VALID_HOURS: i64 = 30 * 24;

/// A row of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorRow {
    id: OperatorId,
    badge: String,
    initials: String,
    role: Role,
    pin: String,
    valid_until: Option<Timestamp>,
}

pub fn import(
    office: &HeadOffice,
    file: &Path,
    bytes: &[u8],
    now: Timestamp,
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let (rows, bad) = list::<OperatorRow>(file, bytes);
    verdict.refused.extend(bad);
    let (mut ids, mut badges) = (BTreeSet::new(), BTreeSet::new());
    let mut changes = Vec::with_capacity(rows.len());
    for (row, operator) in rows {
        if let Some((cell, code, words)) = fault(&operator) {
            verdict.refused.push(refused(file, row, cell, code, words));
            continue;
        }
        if !ids.insert(operator.id.clone()) {
            verdict.refused.push(refused(file, row, "id", "row-twice", "the id is there twice"));
            continue;
        }
        if !badges.insert(operator.badge.clone()) {
            verdict.refused.push(refused(file, row, "badge", "badge-twice", "the badge is there twice"));
            continue;
        }
        let key = operator.id.to_string();
        let entry = Operator {
            id: operator.id,
            badge: operator.badge,
            initials: operator.initials,
            role: operator.role,
            pin_hash: hash_pin(&operator.pin)?,
            valid_until: match operator.valid_until {
                Some(end) => end,
                None => now.checked_add(VALID_HOURS.hours()).unwrap_or(Timestamp::MAX),
            },
        };
        let value = serde_json::to_value(Signed::sign(office.key(), &entry)?)?;
        changes.push(Change { key, value: Some(value) });
        verdict.imported.operators += 1;
    }
    office.store().publish(Feed::Operators, &changes)
}

fn fault(row: &OperatorRow) -> Option<(&'static str, &'static str, &'static str)> {
    let printable = |text: &str| !text.is_empty() && text.len() <= 32 && !text.chars().any(char::is_control);
    if !printable(&row.badge) {
        return Some(("badge", "badge-unusable", "1 to 32 characters"));
    }
    if !printable(&row.initials) || row.initials.chars().count() > 4 {
        return Some(("initials", "initials-unusable", "1 to 4 characters"));
    }
    if row.role == Role::HeadOffice {
        return Some(("role", "role-not-at-a-station", "nobody signs in at a station as head office"));
    }
    let digits = row.pin.len();
    if !(4..=12).contains(&digits) || !row.pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(("pin", "pin-unusable", "4 to 12 digits"));
    }
    None
}

/// Argon2id with the parameters that OWASP names for it (19 MiB, 2 passes), which are the crate's default.
fn hash_pin(pin: &str) -> Result<String, HeadOfficeError> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
        .hash_password(pin.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HeadOfficeError::PinUnhashable(error.to_string()))
}
