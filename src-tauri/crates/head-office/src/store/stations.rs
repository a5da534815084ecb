//! Stations as they were enrolled, and what they said of themselves.

use jiff::Timestamp;
use returns::ids::StationId;
use serde::Serialize;
use wire::{HelloRequest, PublicKey};

use super::lpn_blocks::lpn_block;
use super::session::{Row, Session, cells};
use super::{Store, unreadable};
use crate::error::HeadOfficeError;

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

pub(super) fn find(tx: &mut dyn Session, id: &[u8]) -> Result<Option<Station>, HeadOfficeError> {
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
