//! What was read out of the events: readings, quarantine, units, parcels, containers, RMA progress. Written by
//! [`Store::keep_interpretation`] in one transaction with the place up to which events were read.

use std::collections::BTreeSet;

use returns::ids::{EventId, RmaNumber, StationId, Subject};
use returns::rma::Rma;
use returns::unit;
use rusqlite::{OptionalExtension, Transaction, params};
use wire::{Epoch, Feed};

use super::effects::{self, Effect};
use super::events::EVENT_POSITIONS;
use super::feeds::{Change, put};
use super::{Store, drawn, signed, unreadable, unsigned};
use crate::error::HeadOfficeError;
use crate::interpret::with_progress;

const INTERPRETED: &str = "interpreted";

/// An event that waits to be read.
#[derive(Debug, Clone)]
pub struct PendingEvent {
    /// Its position in head office's order.
    pub position: u64,
    /// Its station.
    pub station: StationId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its sequence.
    pub seq: u64,
    /// Its station's depot.
    pub depot: String,
    /// Original bytes.
    pub bytes: Vec<u8>,
}

/// What a reading made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingVerdict {
    /// Known to this release.
    Known,
    /// A kind, version or body that this release does not know.
    Unknown,
    /// The same event id came before; it counts once.
    Repeated,
}

impl ReadingVerdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Unknown => "unknown",
            Self::Repeated => "repeated",
        }
    }
}

/// One event, read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its position.
    pub position: u64,
    /// Its id.
    pub event_id: EventId,
    /// What it is about.
    pub subject: Subject,
    /// Its kind.
    pub kind: String,
    /// What was made of it.
    pub verdict: ReadingVerdict,
}

/// An event of a subject, for folding.
#[derive(Debug, Clone)]
pub struct SubjectEvent {
    /// Its station.
    pub station: StationId,
    /// Its epoch.
    pub epoch: Epoch,
    /// Its sequence.
    pub seq: u64,
    /// Original bytes.
    pub bytes: Vec<u8>,
}

/// A subject as the fold of its events.
#[derive(Debug, Clone)]
pub enum Projection {
    /// A unit.
    Unit(returns::ids::UnitId, Box<unit::State>),
    /// A parcel.
    Parcel(returns::ids::ParcelId, Box<returns::parcel::State>),
    /// A container.
    Container(returns::ids::ContainerId, Box<returns::container::State>),
}

/// A unit's row.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Its id.
    pub unit: returns::ids::UnitId,
    /// The depot that wrote of it last.
    pub depot: String,
    /// Its state.
    pub state: unit::State,
}

/// What was made of the events behind one position and up to another.
#[derive(Debug, Clone, Default)]
pub struct Interpretation {
    /// Position before the first event read.
    pub from: u64,
    /// Position of the last event read.
    pub to: u64,
    /// The readings.
    pub readings: Vec<Reading>,
    /// Positions set aside for a person, with the code of the reason.
    pub quarantined: Vec<(u64, &'static str)>,
    /// Subjects that changed, with the depot that wrote last.
    pub projections: Vec<(String, Projection)>,
    /// What follows.
    pub effects: Vec<Effect>,
}

impl Store {
    /// The position up to which events were read, and the events behind it, at most so many.
    pub fn pending(&self, most: usize) -> Result<(u64, Vec<PendingEvent>), HeadOfficeError> {
        self.read(|tx| {
            let from = drawn(tx, INTERPRETED)?;
            let mut statement = tx.prepare_cached(
                "SELECT position, station, epoch, seq, depot, bytes FROM events
                 WHERE position > ?1 ORDER BY position LIMIT ?2",
            )?;
            let mut rows = statement.query(params![signed(from), signed(most as u64)])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                events.push(PendingEvent {
                    position: unsigned(row.get(0)?),
                    station: StationId(row.get(1)?),
                    epoch: row.get::<_, String>(2)?.parse().map_err(unreadable)?,
                    seq: unsigned(row.get(3)?),
                    depot: row.get(4)?,
                    bytes: row.get(5)?,
                });
            }
            Ok((from, events))
        })
    }

    /// Whether an event of that id was read before.
    pub fn was_read(&self, id: &EventId) -> Result<bool, HeadOfficeError> {
        self.read(|tx| {
            Ok(tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM readings WHERE event_id = ?1)",
                [id.to_string()],
                |row| row.get(0),
            )?)
        })
    }

    /// The events of a subject that were read, in head office's order; one that moved to another place twice.
    pub fn subject_events(&self, subject: &Subject) -> Result<Vec<SubjectEvent>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT e.station, e.epoch, e.seq, e.bytes FROM readings r JOIN events e USING (position)
                 WHERE r.subject = ?1 ORDER BY r.position",
            )?;
            let mut rows = statement.query([subject.to_string()])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                events.push(SubjectEvent {
                    station: StationId(row.get(0)?),
                    epoch: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
                    seq: unsigned(row.get(2)?),
                    bytes: row.get(3)?,
                });
            }
            Ok(events)
        })
    }

    /// Keeps an interpretation whole, or nothing of it: false when another process was there first.
    pub fn keep_interpretation(&self, made: &Interpretation) -> Result<bool, HeadOfficeError> {
        self.write(|tx| {
            if drawn(tx, INTERPRETED)? != made.from {
                return Ok(false);
            }
            for reading in &made.readings {
                keep_reading(tx, reading)?;
            }
            for (position, code) in &made.quarantined {
                tx.execute(
                    "INSERT INTO quarantine (position, code) VALUES (?1, ?2) ON CONFLICT (position) DO NOTHING",
                    params![signed(*position), code],
                )?;
            }
            let mut rmas = BTreeSet::new();
            for (depot, projection) in &made.projections {
                keep_projection(tx, depot, projection, &mut rmas)?;
            }
            for effect in &made.effects {
                effects::keep(tx, effect)?;
            }
            for number in rmas {
                publish_rma(tx, &number)?;
            }
            tx.execute(
                "INSERT INTO positions (name, position) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET position = excluded.position",
                params![INTERPRETED, signed(made.to)],
            )?;
            Ok(true)
        })
    }

    /// Events stored and not read yet.
    pub fn unread(&self) -> Result<u64, HeadOfficeError> {
        self.read(|tx| Ok(drawn(tx, EVENT_POSITIONS)?.saturating_sub(drawn(tx, INTERPRETED)?)))
    }

    /// All units.
    pub fn units(&self) -> Result<Vec<UnitRow>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare("SELECT unit, depot, state FROM units ORDER BY unit")?;
            let mut rows = statement.query([])?;
            let mut units = Vec::new();
            while let Some(row) = rows.next()? {
                units.push(UnitRow {
                    unit: row.get::<_, String>(0)?.parse().map_err(unreadable)?,
                    depot: row.get(1)?,
                    state: serde_json::from_str(&row.get::<_, String>(2)?).map_err(unreadable)?,
                });
            }
            Ok(units)
        })
    }

    /// Positions set aside for a person, with the code of the reason.
    pub fn quarantined(&self) -> Result<Vec<(u64, String)>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare("SELECT position, code FROM quarantine ORDER BY position")?;
            let rows = statement.query_map([], |row| Ok((unsigned(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps RMAs as they were imported and publishes them with what came in since.
    pub fn import_rmas(&self, rmas: &[Rma]) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            for rma in rmas {
                tx.prepare_cached(
                    "INSERT INTO rmas (number, imported) VALUES (?1, ?2)
                     ON CONFLICT (number) DO UPDATE SET imported = excluded.imported",
                )?
                .execute(params![rma.number.as_str(), serde_json::to_string(rma)?])?;
                publish_rma(tx, &rma.number)?;
            }
            Ok(())
        })
    }

    /// All RMAs as they were imported.
    pub fn rmas(&self) -> Result<Vec<Rma>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare("SELECT imported FROM rmas ORDER BY number")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.map(|text| serde_json::from_str(&text?).map_err(unreadable)).collect()
        })
    }
}

fn keep_reading(tx: &Transaction<'_>, reading: &Reading) -> Result<(), HeadOfficeError> {
    tx.prepare_cached(
        "INSERT INTO readings (position, event_id, subject, kind, verdict) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        signed(reading.position),
        reading.event_id.to_string(),
        reading.subject.to_string(),
        reading.kind,
        reading.verdict.as_str()
    ])?;
    Ok(())
}

fn keep_projection(
    tx: &Transaction<'_>,
    depot: &str,
    projection: &Projection,
    rmas: &mut BTreeSet<RmaNumber>,
) -> Result<(), HeadOfficeError> {
    match projection {
        Projection::Unit(id, state) => {
            let before: Option<String> = tx
                .query_row("SELECT rma FROM units WHERE unit = ?1", [id.to_string()], |row| row.get(0))
                .optional()?;
            rmas.extend(before.and_then(|number| number.parse().ok()));
            rmas.extend(state.rma.clone());
            tx.prepare_cached(
                "INSERT INTO units (unit, depot, lpn, rma, stage, review, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (unit) DO UPDATE SET depot = excluded.depot, lpn = excluded.lpn,
                   rma = excluded.rma, stage = excluded.stage, review = excluded.review, state = excluded.state",
            )?
            .execute(params![
                id.to_string(),
                depot,
                state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default(),
                state.rma.as_ref().map(RmaNumber::as_str).unwrap_or_default(),
                state.stage.map(returns::codes::Stage::as_str).unwrap_or_default(),
                state.review.state.as_str(),
                serde_json::to_string(state)?
            ])?;
        }
        Projection::Parcel(id, state) => {
            keep_state(tx, "parcels", "parcel", &id.to_string(), depot, &serde_json::to_string(state)?)?;
        }
        Projection::Container(id, state) => {
            keep_state(
                tx,
                "containers",
                "container",
                &id.to_string(),
                depot,
                &serde_json::to_string(state)?,
            )?;
        }
    }
    Ok(())
}

fn keep_state(
    tx: &Transaction<'_>,
    table: &str,
    key: &str,
    id: &str,
    depot: &str,
    state: &str,
) -> Result<(), HeadOfficeError> {
    let sql = format!(
        "INSERT INTO {table} ({key}, depot, state) VALUES (?1, ?2, ?3)
         ON CONFLICT ({key}) DO UPDATE SET depot = excluded.depot, state = excluded.state"
    );
    tx.prepare_cached(&sql)?.execute(params![id, depot, state])?;
    Ok(())
}

fn publish_rma(tx: &Transaction<'_>, number: &RmaNumber) -> Result<(), HeadOfficeError> {
    let imported: Option<String> = tx
        .query_row("SELECT imported FROM rmas WHERE number = ?1", [number.as_str()], |row| row.get(0))
        .optional()?;
    let Some(imported) = imported else {
        return Ok(());
    };
    let rma: Rma = serde_json::from_str(&imported).map_err(unreadable)?;
    let mut statement = tx.prepare_cached("SELECT state FROM units WHERE rma = ?1")?;
    let states = statement.query_map([number.as_str()], |row| row.get::<_, String>(0))?;
    let units: Vec<unit::State> = states
        .map(|text| serde_json::from_str(&text?).map_err(unreadable))
        .collect::<Result<_, HeadOfficeError>>()?;
    let value = serde_json::to_value(with_progress(rma, &units))?;
    put(tx, Feed::Rmas, &Change { key: number.to_string(), value: Some(value) })
}
