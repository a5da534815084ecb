//! Lists, row by row: operators, catalogue, return authorisations.

use std::collections::BTreeMap;
use std::path::Path;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use jiff::{Timestamp, ToSpan};
use knowledge::Read;
use knowledge::operators::OperatorRow;
use returns::rma::Rma;
use serde_json::Value;
use wire::{Feed, Operator, Signed};

use super::plan::{About, Plan};
use super::{Kind, bytes_of, name_of, tables};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

/// Hours for which an entry grants supervisor powers, where the file names no end: 30 days.
const VALID_HOURS: i64 = 30 * 24;

/// Operators: the file has their PINs, a station only gets Argon2id hashes.
pub fn operators(
    office: &HeadOffice,
    file: &Path,
    now: Timestamp,
    plan: &mut Plan,
) -> Result<(), HeadOfficeError> {
    let (bytes, name) = (bytes_of(file)?, name_of(file));
    let (read, rows) = tables::read(&bytes, &name, knowledge::operators::read);
    plan.refuse(Kind::Operator, read.problems);
    let published: BTreeMap<String, Value> =
        office.store().feed_values(Feed::Operators)?.into_iter().collect();
    for (row, operator) in rows.into_iter().zip(read.values) {
        let key = operator.id.to_string();
        let before = published.get(&key);
        let known: Option<Operator> = before.and_then(|value| Some(office.own::<Operator>(value.clone())?.0));
        // A hash has salt: the one that is there stays as long as the PIN is the same.
        let hash = match known.as_ref().filter(|known| same_pin(&known.pin_hash, &operator.pin)) {
            Some(known) => known.pin_hash.clone(),
            None => hash_pin(&operator.pin)?,
        };
        let value = serde_json::to_value(Signed::sign(office.key(), &entry(operator, hash, now))?)?;
        let about = About { file: name.clone(), row, kind: Kind::Operator, key: key.clone() };
        plan.put(about, Feed::Operators, key, value, before);
    }
    Ok(())
}

fn entry(row: OperatorRow, pin_hash: String, now: Timestamp) -> Operator {
    Operator {
        id: row.id,
        badge: row.badge,
        initials: row.initials,
        role: row.role,
        pin_hash,
        valid_until: match row.valid_until {
            Some(end) => end,
            None => now.checked_add(VALID_HOURS.hours()).unwrap_or(Timestamp::MAX),
        },
    }
}

/// Catalogue items, signed one by one.
pub fn catalogue(office: &HeadOffice, file: &Path, plan: &mut Plan) -> Result<(), HeadOfficeError> {
    let (bytes, name) = (bytes_of(file)?, name_of(file));
    let (read, rows) = tables::read(&bytes, &name, knowledge::catalogue::read);
    plan.refuse(Kind::Item, read.problems);
    let published: BTreeMap<String, Value> =
        office.store().feed_values(Feed::Catalogue)?.into_iter().collect();
    for (row, item) in rows.into_iter().zip(read.values) {
        let key = item.sku.to_string();
        let value = serde_json::to_value(Signed::sign(office.key(), &item)?)?;
        let about = About { file: name.clone(), row, kind: Kind::Item, key: key.clone() };
        let before = published.get(&key);
        plan.put(about, Feed::Catalogue, key, value, before);
        plan.items.push(item);
    }
    Ok(())
}

/// Return authorisations, published with what came in since.
pub fn rmas(office: &HeadOffice, file: &Path, plan: &mut Plan) -> Result<(), HeadOfficeError> {
    let (bytes, name) = (bytes_of(file)?, name_of(file));
    let (read, rows): (Read<Rma>, _) = tables::read_rmas(&bytes, &name);
    plan.refuse(Kind::Rma, read.problems);
    let imported = office.store().rmas()?;
    let imported: BTreeMap<&str, &Rma> = imported.iter().map(|rma| (rma.number.as_str(), rma)).collect();
    for (row, rma) in rows.into_iter().zip(read.values) {
        let key = rma.number.to_string();
        let before = imported.get(key.as_str()).copied();
        plan.rma(About { file: name.clone(), row, kind: Kind::Rma, key: key.clone() }, rma, before);
    }
    Ok(())
}

fn same_pin(hash: &str, pin: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2id().verify_password(pin.as_bytes(), &hash).is_ok())
}

/// Argon2id with the parameters that OWASP names for it (19 MiB, 2 passes), which are the crate's default.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash_pin(pin: &str) -> Result<String, HeadOfficeError> {
    argon2id()
        .hash_password(pin.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HeadOfficeError::PinUnhashable(error.to_string()))
}
