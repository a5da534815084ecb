//! What was read out of the events: readings, quarantine, units, parcels, containers, RMA progress. Written by
//! [`Store::keep_interpretation`] in one transaction with the place up to which events were read.

use std::collections::{BTreeMap, BTreeSet};

use returns::ids::{EventId, RmaNumber, StationId, Subject};
use returns::rma::Rma;
use returns::unit;
use wire::{Epoch, Feed};

use super::effects::{self, Effect};
use super::events::EVENT_POSITIONS;
use super::feeds::{Change, put};
use super::session::{Cell, Row, Session, cells};
use super::{Store, drawn, unreadable};
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
            let rows = tx.query(
                "SELECT position, station, epoch, seq, depot, bytes FROM events
                 WHERE position > ?1 ORDER BY position LIMIT ?2",
                &cells![from, most as u64],
            )?;
            let events: Result<Vec<PendingEvent>, HeadOfficeError> = rows
                .iter()
                .map(|row| {
                    Ok(PendingEvent {
                        position: row.number(0)?,
                        station: StationId(row.array(1)?),
                        epoch: row.text(2)?.parse().map_err(unreadable)?,
                        seq: row.number(3)?,
                        depot: row.text(4)?.to_owned(),
                        bytes: row.bytes(5)?.to_vec(),
                    })
                })
                .collect();
            Ok((from, events?))
        })
    }

    /// Those of the events that were read before.
    pub fn read_before(&self, ids: &[EventId]) -> Result<BTreeSet<EventId>, HeadOfficeError> {
        self.read(|tx| {
            tx.by_index()?;
            let sql = format!("SELECT event_id FROM readings WHERE event_id IN {}", tx.listed());
            let rows = tx.query(&sql, &cells![list(ids)?])?;
            rows.iter().map(|row| row.text(0)?.parse().map_err(unreadable)).collect()
        })
    }

    /// The events of each subject that were read, in head office's order; one that moved to another place twice.
    pub fn subjects_events(
        &self,
        subjects: &[Subject],
    ) -> Result<BTreeMap<Subject, Vec<SubjectEvent>>, HeadOfficeError> {
        self.read(|tx| {
            tx.by_index()?;
            let sql = format!(
                "SELECT r.subject, e.station, e.epoch, e.seq, e.bytes FROM readings r JOIN events e USING (position)
                 WHERE r.subject IN {} ORDER BY r.position",
                tx.listed()
            );
            let mut events: BTreeMap<Subject, Vec<SubjectEvent>> = BTreeMap::new();
            for row in tx.query(&sql, &cells![list(subjects)?])? {
                let subject = row.text(0)?.parse().map_err(unreadable)?;
                events.entry(subject).or_default().push(SubjectEvent {
                    station: StationId(row.array(1)?),
                    epoch: row.text(2)?.parse().map_err(unreadable)?,
                    seq: row.number(3)?,
                    bytes: row.bytes(4)?.to_vec(),
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
            tx.by_index()?;
            keep_readings(tx, &made.readings)?;
            for (position, code) in &made.quarantined {
                tx.execute(
                    "INSERT INTO quarantine (position, code) VALUES (?1, ?2) ON CONFLICT (position) DO NOTHING",
                    &cells![*position, *code],
                )?;
            }
            let rmas = keep_projections(tx, &made.projections)?;
            effects::keep(tx, &made.effects)?;
            for number in imported(tx, &rmas)? {
                publish_rma(tx, &number)?;
            }
            tx.execute(
                "INSERT INTO positions (name, position) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET position = excluded.position",
                &cells![INTERPRETED, made.to],
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
            let rows = tx.query("SELECT unit, depot, state FROM units ORDER BY unit", &[])?;
            rows.iter().map(unit_row_of).collect()
        })
    }

    /// Positions set aside for a person, with the code of the reason.
    pub fn quarantined(&self) -> Result<Vec<(u64, String)>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query("SELECT position, code FROM quarantine ORDER BY position", &[])?;
            rows.iter().map(|row| Ok((row.number(0)?, row.text(1)?.to_owned()))).collect()
        })
    }

    /// Keeps what was imported, all in one transaction: changes of keyed feeds, and RMAs as they were imported, which
    /// are published with what came in since.
    pub fn import(&self, changes: &[(Feed, Vec<Change>)], rmas: &[Rma]) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            for (feed, changes) in changes {
                changes.iter().try_for_each(|change| put(tx, *feed, change))?;
            }
            for rma in rmas {
                tx.execute(
                    "INSERT INTO rmas (number, imported) VALUES (?1, ?2)
                     ON CONFLICT (number) DO UPDATE SET imported = excluded.imported",
                    &cells![rma.number.as_str(), serde_json::to_string(rma)?],
                )?;
                publish_rma(tx, &rma.number)?;
            }
            Ok(())
        })
    }

    /// All RMAs as they were imported.
    pub fn rmas(&self) -> Result<Vec<Rma>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query("SELECT imported FROM rmas ORDER BY number", &[])?;
            rows.iter().map(|row| serde_json::from_str(row.text(0)?).map_err(unreadable)).collect()
        })
    }
}

/// A unit from its columns `unit, depot, state`.
pub(super) fn unit_row_of(row: &Row) -> Result<UnitRow, HeadOfficeError> {
    Ok(UnitRow {
        unit: row.text(0)?.parse().map_err(unreadable)?,
        depot: row.text(1)?.to_owned(),
        state: serde_json::from_str(row.text(2)?).map_err(unreadable)?,
    })
}

/// A JSON list of texts, as [`Session::listed`] takes it.
pub(super) fn list<T: ToString>(values: &[T]) -> Result<String, HeadOfficeError> {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    Ok(serde_json::to_string(&texts)?)
}

fn keep_readings(tx: &mut dyn Session, readings: &[Reading]) -> Result<(), HeadOfficeError> {
    let rows: Vec<Vec<Cell>> = readings
        .iter()
        .map(|reading| {
            cells![
                reading.position,
                reading.event_id.to_string(),
                reading.subject.to_string(),
                &reading.kind,
                reading.verdict.as_str()
            ]
            .into()
        })
        .collect();
    tx.insert("readings", &["position", "event_id", "subject", "kind", "verdict"], &rows)
}

/// Puts the new states in place of the old ones; gives the RMAs whose progress may have changed.
fn keep_projections(
    tx: &mut dyn Session,
    projections: &[(String, Projection)],
) -> Result<BTreeSet<RmaNumber>, HeadOfficeError> {
    let mut rmas = BTreeSet::new();
    let (mut units, mut parcels, mut containers) = (Vec::new(), Vec::new(), Vec::new());
    for (depot, projection) in projections {
        match projection {
            Projection::Unit(id, state) => {
                rmas.extend(state.rma.clone());
                units.push((id.to_string(), unit_row(&id.to_string(), depot, state)?));
            }
            Projection::Parcel(id, state) => {
                let row = cells![id.to_string(), depot, serde_json::to_string(state)?].into();
                parcels.push((id.to_string(), row));
            }
            Projection::Container(id, state) => {
                let row = cells![id.to_string(), depot, serde_json::to_string(state)?].into();
                containers.push((id.to_string(), row));
            }
        }
    }
    let ids: Vec<&String> = units.iter().map(|(id, _)| id).collect();
    let sql = format!("SELECT rma FROM units WHERE rma <> '' AND unit IN {}", tx.listed());
    for row in tx.query(&sql, &cells![list(&ids)?])? {
        rmas.extend(row.text(0)?.parse());
    }
    replace(tx, "units", &UNIT_COLUMNS, units)?;
    replace(tx, "parcels", &["parcel", "depot", "state"], parcels)?;
    replace(tx, "containers", &["container", "depot", "state"], containers)?;
    Ok(rmas)
}

const UNIT_COLUMNS: [&str; 7] = ["unit", "depot", "lpn", "rma", "stage", "review", "state"];

fn unit_row(id: &str, depot: &str, state: &unit::State) -> Result<Vec<Cell>, HeadOfficeError> {
    Ok(cells![
        id,
        depot,
        state.lpn.map(returns::lpn::Lpn::digits).unwrap_or_default(),
        state.rma.as_ref().map(RmaNumber::as_str).unwrap_or_default(),
        state.stage.map(returns::codes::Stage::as_str).unwrap_or_default(),
        state.review.state.as_str(),
        serde_json::to_string(state)?
    ]
    .into())
}

/// Puts rows in place of those with the same first column.
fn replace(
    tx: &mut dyn Session,
    table: &'static str,
    columns: &[&'static str],
    rows: Vec<(String, Vec<Cell>)>,
) -> Result<(), HeadOfficeError> {
    let (ids, rows): (Vec<String>, Vec<Vec<Cell>>) = rows.into_iter().unzip();
    let Some(key) = columns.first().filter(|_| !rows.is_empty()) else { return Ok(()) };
    let sql = format!("DELETE FROM {table} WHERE {key} IN {}", tx.listed());
    tx.execute(&sql, &cells![list(&ids)?])?;
    tx.insert(table, columns, &rows)
}

/// Those of the RMAs that head office knows.
fn imported(tx: &mut dyn Session, rmas: &BTreeSet<RmaNumber>) -> Result<Vec<RmaNumber>, HeadOfficeError> {
    if rmas.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<&RmaNumber> = rmas.iter().collect();
    let sql = format!("SELECT number FROM rmas WHERE number IN {} ORDER BY number", tx.listed());
    let rows = tx.query(&sql, &cells![list(&numbers)?])?;
    rows.iter().map(|row| row.text(0)?.parse().map_err(unreadable)).collect()
}

fn publish_rma(tx: &mut dyn Session, number: &RmaNumber) -> Result<(), HeadOfficeError> {
    let imported = tx.first("SELECT imported FROM rmas WHERE number = ?1", &cells![number.as_str()])?;
    let Some(imported) = imported else {
        return Ok(());
    };
    let rma: Rma = serde_json::from_str(imported.text(0)?).map_err(unreadable)?;
    let rows = tx.query("SELECT state FROM units WHERE rma = ?1", &cells![number.as_str()])?;
    let units: Vec<unit::State> = rows
        .iter()
        .map(|row| serde_json::from_str(row.text(0)?).map_err(unreadable))
        .collect::<Result<_, HeadOfficeError>>()?;
    let value = serde_json::to_value(with_progress(rma, &units))?;
    put(tx, Feed::Rmas, &Change { key: number.to_string(), value: Some(value) })
}
