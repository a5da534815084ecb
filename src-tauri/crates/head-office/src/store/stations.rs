//! Stations: codes, enrolment, LPN blocks, what they said of themselves.

use jiff::Timestamp;
use returns::ids::StationId;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use wire::{ChainHash, Epoch, HelloRequest, PublicKey};

use super::{Store, draw, signed, unreadable, unsigned};
use crate::enrolment::OneTimeCode;
use crate::error::HeadOfficeError;

/// LPN blocks are 5 digits; they begin at 10000 so that no LPN begins with a zero.
const FIRST_LPN_BLOCK: u64 = 10_000;
const LAST_LPN_BLOCK: u64 = 99_999;

/// Whether a station's key still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StationState {
    /// It does.
    Active,
    /// It does not any more.
    Revoked,
}

/// A station as it was enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its id.
    pub id: StationId,
    /// Its name.
    pub name: String,
    /// Its depot.
    pub depot: String,
    /// Its key.
    pub key: PublicKey,
    /// Whether the key still counts.
    pub state: StationState,
    /// LPN block to draw from.
    pub lpn_block: u32,
    /// LPN block for the day when its database was restored.
    pub lpn_reserve_block: u32,
}

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
    /// The key belongs to a station already.
    #[error("the key belongs to a station already")]
    KnownKey,
    /// Another station of that name was enrolled meanwhile.
    #[error("a station of that name is enrolled already")]
    NameTaken,
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
            Self::Trouble(error) => error.code(),
        }
    }
}

/// What a station said of itself last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// The epoch that it writes.
    pub epoch: String,
    /// Its head there.
    pub seq: u64,
    /// Events that waited.
    pub backlog: u64,
    /// When it said so, by head office's clock, in seconds since 1970.
    pub said_s: i64,
}

/// How far one epoch is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EpochStatus {
    /// The epoch.
    pub epoch: String,
    /// Last sequence stored.
    pub stored_seq: u64,
    /// Whether events may still be appended.
    pub open: bool,
}

/// A station with what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationStatus {
    /// Its id.
    pub station: StationId,
    /// Its name.
    pub name: String,
    /// Its depot.
    pub depot: String,
    /// Whether its key counts.
    pub state: StationState,
    /// What is stored, epoch by epoch.
    pub epochs: Vec<EpochStatus>,
    /// What it said last; none if it never called.
    pub hello: Option<Hello>,
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
                params![code.hash(), depot, name, expires_s],
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
        self.write(|tx| {
            let row: Option<(String, String, i64, Vec<u8>)> = tx
                .query_row(
                    "SELECT depot, name, expires_s, station FROM enrolment_codes WHERE code_hash = ?1",
                    [code.hash()],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
                )
                .optional()
                .map_err(HeadOfficeError::from)?;
            let (depot, name, expires_s, used_by) = row.ok_or(EnrolRefusal::UnknownCode)?;
            if !used_by.is_empty() {
                return enrolled_before(tx, &used_by, key);
            }
            if now.as_second() > expires_s {
                return Err(EnrolRefusal::ExpiredCode);
            }
            if name_taken(tx, &name)? {
                return Err(EnrolRefusal::NameTaken);
            }
            if key_known(tx, key)? {
                return Err(EnrolRefusal::KnownKey);
            }
            let station = add_station(tx, name, depot, *key, now)?;
            tx.execute(
                "UPDATE enrolment_codes SET station = ?1 WHERE code_hash = ?2",
                params![station.id.as_bytes(), code.hash()],
            )
            .map_err(HeadOfficeError::from)?;
            Ok(Enrolled { station, epoch: Epoch::Numbered(1) })
        })
    }

    /// The station of that id.
    pub fn station(&self, id: &StationId) -> Result<Option<Station>, HeadOfficeError> {
        self.read(|tx| find(tx, id.as_bytes()))
    }

    /// Its key counts no more. Its events stay.
    pub fn revoke(&self, name: &str) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE stations SET state = 'revoked' WHERE name = ?1 AND state = 'active'",
                [name],
            )?;
            if changed == 0 { Err(HeadOfficeError::NoSuchStation(name.to_owned())) } else { Ok(()) }
        })
    }

    /// Keeps what a station said of itself.
    pub fn keep_hello(
        &self,
        id: &StationId,
        hello: &HelloRequest,
        now: Timestamp,
    ) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO hellos (station, epoch, seq, instance, schema, backlog, said_s)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (station) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq,
                   instance = excluded.instance, schema = excluded.schema, backlog = excluded.backlog,
                   said_s = excluded.said_s",
                params![
                    id.as_bytes(),
                    hello.epoch.to_string(),
                    signed(hello.head.seq),
                    hello.instance,
                    hello.schema,
                    signed(hello.backlog),
                    now.as_second()
                ],
            )?;
            Ok(())
        })
    }

    /// All stations, by name.
    pub fn stations(&self) -> Result<Vec<StationStatus>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare(
                "SELECT s.station, s.name, s.depot, s.state, h.epoch, h.seq, h.backlog, h.said_s
                 FROM stations s LEFT JOIN hellos h ON h.station = s.station ORDER BY s.name, s.enrolled_s",
            )?;
            let rows = statement.query_map([], |row| {
                let hello = match row.get::<_, Option<String>>(4)? {
                    None => None,
                    Some(epoch) => Some(Hello {
                        epoch,
                        seq: unsigned(row.get(5)?),
                        backlog: unsigned(row.get(6)?),
                        said_s: row.get(7)?,
                    }),
                };
                Ok(StationStatus {
                    station: StationId(row.get(0)?),
                    name: row.get(1)?,
                    depot: row.get(2)?,
                    state: state(&row.get::<_, String>(3)?),
                    epochs: Vec::new(),
                    hello,
                })
            })?;
            let mut stations: Vec<StationStatus> = rows.collect::<Result<_, _>>()?;
            for station in &mut stations {
                station.epochs = epochs(tx, &station.station)?;
            }
            Ok(stations)
        })
    }
}

fn epochs(tx: &Transaction<'_>, id: &StationId) -> Result<Vec<EpochStatus>, HeadOfficeError> {
    let mut statement =
        tx.prepare_cached("SELECT epoch, seq, state FROM heads WHERE station = ?1 ORDER BY epoch")?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        Ok(EpochStatus {
            epoch: row.get(0)?,
            stored_seq: unsigned(row.get(1)?),
            open: row.get::<_, String>(2)? == "open",
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn add_station(
    tx: &Transaction<'_>,
    name: String,
    depot: String,
    key: PublicKey,
    now: Timestamp,
) -> Result<Station, HeadOfficeError> {
    let first_block = FIRST_LPN_BLOCK - 1 + draw(tx, "lpn-blocks", 2)?;
    if first_block + 1 > LAST_LPN_BLOCK {
        return Err(HeadOfficeError::LpnBlocksUsedUp);
    }
    let block = u32::try_from(first_block).map_err(|_| HeadOfficeError::LpnBlocksUsedUp)?;
    let station = Station {
        id: StationId(rand::random()),
        name,
        depot,
        key,
        state: StationState::Active,
        lpn_block: block,
        lpn_reserve_block: block + 1,
    };
    tx.execute(
        "INSERT INTO stations (station, name, depot, public_key, state, lpn_block, lpn_reserve_block, enrolled_s)
         VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?6, ?7)",
        params![
            station.id.as_bytes(),
            station.name,
            station.depot,
            station.key.to_bytes(),
            station.lpn_block,
            station.lpn_reserve_block,
            now.as_second()
        ],
    )?;
    tx.execute(
        "INSERT INTO heads (station, epoch, seq, hash, state) VALUES (?1, ?2, 0, ?3, 'open')",
        params![station.id.as_bytes(), Epoch::Numbered(1).to_string(), ChainHash::ZERO.0],
    )?;
    Ok(station)
}

fn enrolled_before(tx: &Transaction<'_>, id: &[u8], key: &PublicKey) -> Result<Enrolled, EnrolRefusal> {
    match find(tx, id)? {
        Some(station) if station.key == *key && station.state == StationState::Active => {
            Ok(Enrolled { station, epoch: Epoch::Numbered(1) })
        }
        _ => Err(EnrolRefusal::UsedCode),
    }
}

fn name_taken(tx: &Transaction<'_>, name: &str) -> Result<bool, HeadOfficeError> {
    Ok(tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM stations WHERE name = ?1 AND state = 'active')",
        [name],
        |row| row.get(0),
    )?)
}

fn key_known(tx: &Transaction<'_>, key: &PublicKey) -> Result<bool, HeadOfficeError> {
    Ok(tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM stations WHERE public_key = ?1)",
        [key.to_bytes()],
        |row| row.get(0),
    )?)
}

fn find(tx: &Transaction<'_>, id: &[u8]) -> Result<Option<Station>, HeadOfficeError> {
    let read = |row: &Row<'_>| {
        let key: Vec<u8> = row.get(3)?;
        let station = (
            row.get::<_, [u8; 16]>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(4)?,
            row.get::<_, u32>(5)?,
            row.get::<_, u32>(6)?,
        );
        Ok((station, key))
    };
    let row = tx
        .query_row(
            "SELECT station, name, depot, public_key, state, lpn_block, lpn_reserve_block
             FROM stations WHERE station = ?1",
            [id],
            read,
        )
        .optional()?;
    row.map(|((id, name, depot, in_state, lpn_block, lpn_reserve_block), key)| {
        Ok(Station {
            id: StationId(id),
            name,
            depot,
            key: PublicKey::from_bytes(&key).map_err(unreadable)?,
            state: state(&in_state),
            lpn_block,
            lpn_reserve_block,
        })
    })
    .transpose()
}

fn state(text: &str) -> StationState {
    if text == "active" { StationState::Active } else { StationState::Revoked }
}
