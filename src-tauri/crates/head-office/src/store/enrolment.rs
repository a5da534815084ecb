//! One-time codes, and the stations that they enrol.

use jiff::Timestamp;
use returns::ids::StationId;
use wire::{EnrolledBefore, Epoch, PublicKey};

use super::Store;
use super::epochs::add_epoch;
use super::events::adopt;
use super::lpn_blocks::{draw_blocks, leave_out};
use super::session::{Session, cells};
use super::stations::{Station, StationState, find};
use crate::enrolment::OneTimeCode;
use crate::error::HeadOfficeError;
use crate::own_station::LAST_OF_ALL;

/// A station that has just been enrolled, or asked again with the same code and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The station.
    pub station: Station,
    /// Its first epoch.
    pub epoch: Epoch,
}

/// Why a code enrols nobody.
#[derive(Debug, thiserror::Error)]
pub enum EnrolRefusal {
    /// No such code was given out.
    #[error("no such code")]
    UnknownCode,
    /// Another station used it.
    #[error("the code was used")]
    UsedCode,
    /// Older than a day.
    #[error("the code has expired")]
    ExpiredCode,
    /// The key, or the id, belongs to a station already.
    #[error("the key belongs to a station already")]
    KnownKey,
    /// Another station of that name was enrolled meanwhile.
    #[error("a station of that name is enrolled already")]
    NameTaken,
    /// The code is for a station of another name or depot than the one that was forgotten.
    #[error("the code is for another station")]
    OtherStation,
    /// The LPN blocks that the station says it has were never given out.
    #[error("no head office gave these LPN blocks")]
    BlocksUnknown,
    /// Head office's own trouble.
    #[error(transparent)]
    Trouble(#[from] HeadOfficeError),
}

impl EnrolRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCode => "enrol-code-unknown",
            Self::UsedCode => "enrol-code-used",
            Self::ExpiredCode => "enrol-code-expired",
            Self::KnownKey => "enrol-key-known",
            Self::NameTaken => "station-name-taken",
            Self::OtherStation => "enrol-station-other",
            Self::BlocksUnknown => "enrol-blocks-unknown",
            Self::Trouble(error) => error.code(),
        }
    }
}

impl Store {
    /// Keeps a one-time code for a station of that name.
    pub fn add_code(
        &self,
        code: &OneTimeCode,
        depot: &str,
        name: &str,
        expires_s: i64,
    ) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            if name_taken(tx, name)? {
                return Err(HeadOfficeError::NameTaken(name.to_owned()));
            }
            tx.execute(
                "INSERT INTO enrolment_codes (code_hash, depot, name, expires_s) VALUES (?1, ?2, ?3, ?4)",
                &cells![code.hash(), depot, name, expires_s],
            )?;
            Ok(())
        })
    }

    /// Enrols a station: a code once, for one key. The same code with the same key gives the same station
    /// again, for the reply may have been lost.
    pub fn redeem(
        &self,
        code: &OneTimeCode,
        key: &PublicKey,
        now: Timestamp,
    ) -> Result<Enrolled, EnrolRefusal> {
        self.redeem_as(code, key, None, now)
    }

    /// The same for a station that was one before: head office was restored from a backup that is older than the
    /// station. It keeps its id, its epoch and its LPN blocks, under the name that it had.
    pub fn redeem_as(
        &self,
        code: &OneTimeCode,
        key: &PublicKey,
        before: Option<&EnrolledBefore>,
        now: Timestamp,
    ) -> Result<Enrolled, EnrolRefusal> {
        self.write(|tx| {
            let row = tx.first(
                "SELECT depot, name, expires_s, station FROM enrolment_codes WHERE code_hash = ?1",
                &cells![code.hash()],
            )?;
            let row = row.ok_or(EnrolRefusal::UnknownCode)?;
            let (depot, name) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            let used_by = row.bytes(3)?;
            if !used_by.is_empty() {
                let epoch = before.map_or(Epoch::Numbered(1), |before| before.epoch);
                return enrolled_before(tx, used_by, key, epoch);
            }
            if now.as_second() > row.int(2)? {
                return Err(EnrolRefusal::ExpiredCode);
            }
            let known = before.map(|before| find(tx, before.station.as_bytes())).transpose()?.flatten();
            if known.is_some() || key_known(tx, key)? {
                return Err(EnrolRefusal::KnownKey);
            }
            if name_taken(tx, &name)? {
                return Err(EnrolRefusal::NameTaken);
            }
            let station = match before {
                Some(before) if before.name != name || before.depot != depot => {
                    return Err(EnrolRefusal::OtherStation);
                }
                Some(before) => take_up(tx, before, *key, now)?,
                None => add_station(tx, name, depot, *key, now)?,
            };
            tx.execute(
                "UPDATE enrolment_codes SET station = ?1 WHERE code_hash = ?2",
                &cells![station.id.as_bytes(), code.hash()],
            )?;
            Ok(Enrolled { station, epoch: before.map_or(Epoch::Numbered(1), |before| before.epoch) })
        })
    }
}

fn add_station(
    tx: &mut dyn Session,
    name: String,
    depot: String,
    key: PublicKey,
    now: Timestamp,
) -> Result<Station, HeadOfficeError> {
    let block = draw_blocks(tx, 2)?;
    let station = Station {
        id: StationId(rand::random()),
        name,
        depot,
        key,
        state: StationState::Active,
        lpn_block: block,
        lpn_reserve_block: block + 1,
    };
    insert(tx, &station, 0, now)?;
    add_epoch(tx, &station.id, Epoch::Numbered(1))?;
    Ok(station)
}

/// A station that was forgotten, with what it says that it was given. Its events come again by themselves: its next
/// hello finds that head office has less than it once confirmed.
fn take_up(
    tx: &mut dyn Session,
    before: &EnrolledBefore,
    key: PublicKey,
    now: Timestamp,
) -> Result<Station, EnrolRefusal> {
    if before.station.as_bytes().starts_with(&LAST_OF_ALL) {
        return Err(EnrolRefusal::OtherStation);
    }
    for block in [before.lpn_block, before.lpn_reserve_block].into_iter().chain(before.lpn_further_block) {
        if !leave_out(tx, block)? {
            return Err(EnrolRefusal::BlocksUnknown);
        }
    }
    let station = Station {
        id: before.station,
        name: before.name.clone(),
        depot: before.depot.clone(),
        key,
        state: StationState::Active,
        lpn_block: before.lpn_block,
        lpn_reserve_block: before.lpn_reserve_block,
    };
    insert(tx, &station, before.lpn_further_block.unwrap_or(0), now)?;
    adopt(tx, &station.id, &before.epoch)?;
    Ok(station)
}

fn insert(
    tx: &mut dyn Session,
    station: &Station,
    further_block: u32,
    now: Timestamp,
) -> Result<(), HeadOfficeError> {
    tx.execute(
        "INSERT INTO stations (station, name, depot, public_key, state, lpn_block, lpn_reserve_block, enrolled_s,
           lpn_next_block)
         VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?6, ?7, ?8)",
        &cells![
            station.id.as_bytes(),
            &station.name,
            &station.depot,
            station.key.to_bytes(),
            station.lpn_block,
            station.lpn_reserve_block,
            now.as_second(),
            further_block
        ],
    )?;
    Ok(())
}

fn enrolled_before(
    tx: &mut dyn Session,
    id: &[u8],
    key: &PublicKey,
    epoch: Epoch,
) -> Result<Enrolled, EnrolRefusal> {
    match find(tx, id)? {
        Some(station) if station.key == *key && station.state == StationState::Active => {
            Ok(Enrolled { station, epoch })
        }
        _ => Err(EnrolRefusal::UsedCode),
    }
}

fn name_taken(tx: &mut dyn Session, name: &str) -> Result<bool, HeadOfficeError> {
    let taken = tx.first("SELECT 1 FROM stations WHERE name = ?1 AND state = 'active'", &cells![name])?;
    Ok(taken.is_some())
}

fn key_known(tx: &mut dyn Session, key: &PublicKey) -> Result<bool, HeadOfficeError> {
    Ok(tx.first("SELECT 1 FROM stations WHERE public_key = ?1", &cells![key.to_bytes()])?.is_some())
}
