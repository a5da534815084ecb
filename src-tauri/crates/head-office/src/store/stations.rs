//! Stations: codes, enrolment, LPN blocks, what they said of themselves.

use jiff::Timestamp;
use returns::ids::StationId;
use serde::Serialize;
use wire::{ChainHash, Epoch, EpochHeld, Head, HelloRequest, NextEpochReply, PublicKey};

use super::events::adopt;
use super::session::{Row, Session, cells};
use super::{Store, draw, unreadable};
use crate::enrolment::OneTimeCode;
use crate::error::HeadOfficeError;

/// LPN blocks are 5 digits; they begin at 10000 so that no LPN begins with a zero.
const FIRST_LPN_BLOCK: u64 = 10_000;
const LAST_LPN_BLOCK: u64 = 99_999;
/// From this counter on a block of 100,000 runs low.
const LOW_FROM: u32 = 80_000;
/// Counter of the blocks that were given out.
pub(super) const LPN_BLOCKS: &str = "lpn-blocks";

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
    /// Last sequence that a verified backup holds.
    pub durable_seq: u64,
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
        self.write(|tx| {
            let row = tx.first(
                "SELECT depot, name, expires_s, station FROM enrolment_codes WHERE code_hash = ?1",
                &cells![code.hash()],
            )?;
            let row = row.ok_or(EnrolRefusal::UnknownCode)?;
            let (depot, name) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            let used_by = row.bytes(3)?;
            if !used_by.is_empty() {
                return enrolled_before(tx, used_by, key);
            }
            if now.as_second() > row.int(2)? {
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
                &cells![station.id.as_bytes(), code.hash()],
            )?;
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
                &cells![name],
            )?;
            if changed == 0 { Err(HeadOfficeError::NoSuchStation(name.to_owned())) } else { Ok(()) }
        })
    }

    /// Keeps what a station said of itself; tells whether two copies of it take turns. A restart changes the
    /// instance once; two copies of one disk change it back again.
    pub fn keep_hello(
        &self,
        id: &StationId,
        hello: &HelloRequest,
        now: Timestamp,
    ) -> Result<bool, HeadOfficeError> {
        self.write_shared(|tx| {
            tx.execute(
                "INSERT INTO hellos (station, epoch, seq, instance, schema, backlog, said_s)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (station) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq,
                   schema = excluded.schema, backlog = excluded.backlog, said_s = excluded.said_s,
                   cloned = CASE WHEN excluded.instance <> hellos.instance
                     AND excluded.instance = hellos.instance_before THEN 1 ELSE hellos.cloned END,
                   instance_before = CASE WHEN excluded.instance = hellos.instance
                     THEN hellos.instance_before ELSE hellos.instance END,
                   instance = excluded.instance",
                &cells![
                    id.as_bytes(),
                    hello.epoch.to_string(),
                    hello.head.seq,
                    &hello.instance,
                    hello.schema,
                    hello.backlog,
                    now.as_second()
                ],
            )?;
            tx.only("SELECT cloned FROM hellos WHERE station = ?1", &cells![id.as_bytes()])?.truth(0)
        })
    }

    /// The further LPN block of a station, if it needs one: the newest block that it has is used up to four fifths, by
    /// the numbers that its events named. Asked again it is the same one, for the reply may have been lost.
    pub fn further_block(&self, id: &StationId) -> Result<Option<u32>, HeadOfficeError> {
        let (first, further, low) = self.read(|tx| {
            let row = tx.only(
                "SELECT lpn_block, lpn_next_block FROM stations WHERE station = ?1",
                &cells![id.as_bytes()],
            )?;
            let (first, further) = (row.number(0)?, row.number(1)?);
            Ok((first, further, runs_low(tx, first.max(further))?))
        })?;
        if !low {
            return Ok(if further > 0 { Some(lpn_block(further)?) } else { None });
        }
        self.write(|tx| {
            // Another process may have been asked at the same time.
            let row =
                tx.only("SELECT lpn_next_block FROM stations WHERE station = ?1", &cells![id.as_bytes()])?;
            let newest = row.number(0)?;
            if newest != further && newest > first {
                return Ok(Some(lpn_block(newest)?));
            }
            let block = draw_blocks(tx, 1)?;
            tx.execute(
                "UPDATE stations SET lpn_next_block = ?2 WHERE station = ?1",
                &cells![id.as_bytes(), block],
            )?;
            Ok(Some(block))
        })
    }

    /// A station's epochs, in the order of their names; what head office holds of each.
    pub fn epochs_of(&self, id: &StationId) -> Result<Vec<EpochHeld>, HeadOfficeError> {
        self.read(|tx| held(tx, id))
    }

    /// Closes the epoch that a station leaves and gives it the number under which it goes on, with what is held of
    /// all others: an open epoch that nobody has written in yet, or a fresh one. A station that leaves a provisional
    /// epoch has drawn from its reserve block, and gets another. None while two copies of the
    /// station take turns.
    pub fn next_epoch(
        &self,
        id: &StationId,
        leaving: &Epoch,
    ) -> Result<Option<NextEpochReply>, HeadOfficeError> {
        self.write(|tx| {
            let cloned = tx.first("SELECT cloned FROM hellos WHERE station = ?1", &cells![id.as_bytes()])?;
            if cloned.is_some_and(|row| row.truth(0).unwrap_or(true)) {
                return Ok(None);
            }
            // An epoch that never reached head office is closed all the same.
            adopt(tx, id, leaving)?;
            let closed = tx.execute(
                "UPDATE heads SET state = 'closed' WHERE station = ?1 AND epoch = ?2 AND state = 'open'",
                &cells![id.as_bytes(), leaving.to_string()],
            )?;
            let mut held = held(tx, id)?;
            let number = |epoch: &EpochHeld| match epoch.epoch {
                Epoch::Numbered(number) => Some((number, epoch.head.seq == 0 && !epoch.closed)),
                Epoch::Provisional(_) => None,
            };
            let (highest, unused) = held.iter().filter_map(number).max().unwrap_or((0, false));
            let epoch = Epoch::Numbered(if unused { highest } else { highest + 1 });
            let alone = matches!(leaving, Epoch::Provisional(_));
            if unused {
                held.retain(|other| other.epoch != epoch);
            } else {
                add_epoch(tx, id, epoch)?;
            }
            if alone && closed > 0 {
                let block = draw_blocks(tx, 1)?;
                tx.execute(
                    "UPDATE stations SET lpn_reserve_block = ?2 WHERE station = ?1",
                    &cells![id.as_bytes(), block],
                )?;
            }
            let station = find(tx, id.as_bytes())?.filter(|_| alone);
            let lpn_reserve_block = station.map(|station| station.lpn_reserve_block);
            Ok(Some(NextEpochReply { epoch, held, lpn_reserve_block }))
        })
    }

    /// A person has seen to it that only one copy of the station is left: it may go on.
    pub fn release(&self, name: &str) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE hellos SET cloned = 0, instance_before = '' WHERE station IN
                 (SELECT station FROM stations WHERE name = ?1 AND state = 'active')",
                &cells![name],
            )?;
            if changed == 0 { Err(HeadOfficeError::NoSuchStation(name.to_owned())) } else { Ok(()) }
        })
    }

    /// All benches, by name. Head office's own stations draw no numbers.
    pub fn stations(&self) -> Result<Vec<StationStatus>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT s.station, s.name, s.depot, s.state, h.epoch, h.seq, h.backlog, h.said_s
                 FROM stations s LEFT JOIN hellos h ON h.station = s.station
                 WHERE s.lpn_block > 0 ORDER BY s.name, s.enrolled_s",
                &[],
            )?;
            let mut stations = Vec::with_capacity(rows.len());
            for row in &rows {
                let id = StationId(row.array(0)?);
                stations.push(StationStatus {
                    epochs: epochs(tx, &id)?,
                    station: id,
                    name: row.text(1)?.to_owned(),
                    depot: row.text(2)?.to_owned(),
                    state: state(row.text(3)?),
                    hello: said(row)?,
                });
            }
            Ok(stations)
        })
    }
}

fn said(row: &Row) -> Result<Option<Hello>, HeadOfficeError> {
    if row.is_null(4) {
        return Ok(None);
    }
    Ok(Some(Hello {
        epoch: row.text(4)?.to_owned(),
        seq: row.number(5)?,
        backlog: row.number(6)?,
        said_s: row.int(7)?,
    }))
}

fn epochs(tx: &mut dyn Session, id: &StationId) -> Result<Vec<EpochStatus>, HeadOfficeError> {
    let rows = tx.query(
        "SELECT h.epoch, h.seq, h.state, coalesce(d.seq, 0) FROM heads h
         LEFT JOIN durable d ON d.station = h.station AND d.epoch = h.epoch
         WHERE h.station = ?1 ORDER BY h.epoch",
        &cells![id.as_bytes()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(EpochStatus {
                epoch: row.text(0)?.to_owned(),
                stored_seq: row.number(1)?,
                open: row.text(2)? == "open",
                durable_seq: row.number(3)?,
            })
        })
        .collect()
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
    tx.execute(
        "INSERT INTO stations (station, name, depot, public_key, state, lpn_block, lpn_reserve_block, enrolled_s)
         VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?6, ?7)",
        &cells![
            station.id.as_bytes(),
            &station.name,
            &station.depot,
            station.key.to_bytes(),
            station.lpn_block,
            station.lpn_reserve_block,
            now.as_second()
        ],
    )?;
    add_epoch(tx, &station.id, Epoch::Numbered(1))?;
    Ok(station)
}

fn add_epoch(tx: &mut dyn Session, id: &StationId, epoch: Epoch) -> Result<(), HeadOfficeError> {
    tx.execute(
        "INSERT INTO heads (station, epoch, seq, hash, state) VALUES (?1, ?2, 0, ?3, 'open')",
        &cells![id.as_bytes(), epoch.to_string(), ChainHash::ZERO.0],
    )?;
    Ok(())
}

/// Draws so many LPN blocks in a row; gives the first.
fn draw_blocks(tx: &mut dyn Session, count: u64) -> Result<u32, HeadOfficeError> {
    let first = FIRST_LPN_BLOCK - 1 + draw(tx, LPN_BLOCKS, count)?;
    if first + count - 1 > LAST_LPN_BLOCK {
        return Err(HeadOfficeError::LpnBlocksUsedUp);
    }
    lpn_block(first)
}

fn lpn_block(number: u64) -> Result<u32, HeadOfficeError> {
    u32::try_from(number).map_err(|_| HeadOfficeError::LpnBlocksUsedUp)
}

/// Whether a block is used up to four fifths, as far as events have told.
fn runs_low(tx: &mut dyn Session, block: u64) -> Result<bool, HeadOfficeError> {
    let row = tx.only(
        "SELECT coalesce(max(lpn), '') FROM units WHERE lpn >= ?1 AND lpn < ?2",
        &cells![format!("{block:05}"), format!("{:05}", block + 1)],
    )?;
    let counter = row.text(0)?.get(5..10).and_then(|digits| digits.parse::<u32>().ok());
    Ok(counter.is_some_and(|counter| counter >= LOW_FROM))
}

fn held(tx: &mut dyn Session, id: &StationId) -> Result<Vec<EpochHeld>, HeadOfficeError> {
    let rows = tx.query(
        "SELECT epoch, seq, hash, state FROM heads WHERE station = ?1 ORDER BY epoch",
        &cells![id.as_bytes()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(EpochHeld {
                epoch: row.text(0)?.parse().map_err(unreadable)?,
                head: Head { seq: row.number(1)?, hash: ChainHash(row.array(2)?) },
                closed: row.text(3)? != "open",
            })
        })
        .collect()
}

fn enrolled_before(tx: &mut dyn Session, id: &[u8], key: &PublicKey) -> Result<Enrolled, EnrolRefusal> {
    match find(tx, id)? {
        Some(station) if station.key == *key && station.state == StationState::Active => {
            Ok(Enrolled { station, epoch: Epoch::Numbered(1) })
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

fn find(tx: &mut dyn Session, id: &[u8]) -> Result<Option<Station>, HeadOfficeError> {
    let row = tx.first(
        "SELECT station, name, depot, public_key, state, lpn_block, lpn_reserve_block
         FROM stations WHERE station = ?1",
        &cells![id],
    )?;
    row.map(|row| {
        Ok(Station {
            id: StationId(row.array(0)?),
            name: row.text(1)?.to_owned(),
            depot: row.text(2)?.to_owned(),
            key: PublicKey::from_bytes(row.bytes(3)?).map_err(unreadable)?,
            state: state(row.text(4)?),
            lpn_block: lpn_block(row.number(5)?)?,
            lpn_reserve_block: lpn_block(row.number(6)?)?,
        })
    })
    .transpose()
}

fn state(text: &str) -> StationState {
    if text == "active" { StationState::Active } else { StationState::Revoked }
}
