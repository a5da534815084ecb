//! Units, parcels and containers: each the fold of its own and foreign events, in the order of
//! [`wire::fold_order`]. Appending, feeds, rebuild and verification all go through here.

use jiff::Timestamp;
use returns::event::{Event, Parsed};
use returns::ids::{ContainerId, EventId, ParcelId, StationId, Subject, UnitId};
use returns::{container, parcel, unit};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::de::DeserializeOwned;
use wire::{Envelope, Link, Place, fold_order};

use crate::figures::{self, Folded, Told};
use crate::sql::{from_json, int, json, millis, parse, texts, uint};
use crate::{Records, RecordsError};

/// A subject's state. Boxed: a unit with its decision is large.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State {
    Unit(Box<unit::State>),
    Parcel(Box<parcel::State>),
    Container(Box<container::State>),
}

/// A table of projections: its name and the look-up columns taken from the state.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
}

const UNITS: Table = Table {
    name: "units",
    columns: &["lpn", "rma", "serial", "sku", "parcel", "container", "stage", "review", "held", "unreadable"],
};
const PARCELS: Table = Table { name: "parcels", columns: &["tracking", "stage", "unreadable"] };
const CONTAINERS: Table = Table { name: "containers", columns: &["code", "stage", "unreadable"] };

fn text<T: ToString>(value: Option<T>) -> Value {
    Value::Text(value.map_or(String::new(), |value| value.to_string()))
}

fn flag(value: bool) -> Value {
    Value::Integer(value.into())
}

impl State {
    /// Nothing known yet; `None` for the station itself, which has no projection.
    pub(crate) fn empty(subject: Subject) -> Option<Self> {
        match subject {
            Subject::Unit(_) => Some(Self::Unit(Box::default())),
            Subject::Parcel(_) => Some(Self::Parcel(Box::default())),
            Subject::Container(_) => Some(Self::Container(Box::default())),
            Subject::Station => None,
        }
    }

    fn table(&self) -> &'static Table {
        match self {
            Self::Unit(_) => &UNITS,
            Self::Parcel(_) => &PARCELS,
            Self::Container(_) => &CONTAINERS,
        }
    }

    /// One step of the fold. What this release does not know, or what does not belong to such a subject, makes
    /// it read-only here.
    pub(crate) fn apply(&mut self, event: &Parsed) {
        match (self, event) {
            (Self::Unit(state), Parsed::Known(Event::Unit(event))) => unit::apply(state, event),
            (Self::Parcel(state), Parsed::Known(Event::Parcel(event))) => parcel::apply(state, event),
            (Self::Container(state), Parsed::Known(Event::Container(event))) => {
                container::apply(state, event)
            }
            (Self::Unit(state), _) => state.unreadable = true,
            (Self::Parcel(state), _) => state.unreadable = true,
            (Self::Container(state), _) => state.unreadable = true,
        }
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        match self {
            Self::Unit(state) => state.unreadable,
            Self::Parcel(state) => state.unreadable,
            Self::Container(state) => state.unreadable,
        }
    }

    pub(crate) fn json(&self) -> Result<String, RecordsError> {
        match self {
            Self::Unit(state) => json(state),
            Self::Parcel(state) => json(state),
            Self::Container(state) => json(state),
        }
    }

    /// Values of the table's look-up columns, in their order.
    fn columns(&self) -> Vec<Value> {
        match self {
            Self::Unit(state) => vec![
                text(state.lpn.map(|lpn| lpn.digits())),
                text(state.rma.as_ref()),
                text(state.serial.as_ref()),
                text(state.sku.as_ref()),
                text(state.parcel),
                text(state.container()),
                text(state.stage),
                text(Some(state.review.state)),
                flag(!state.holds.is_empty() || state.contested.is_some()),
                flag(state.unreadable),
            ],
            Self::Parcel(state) => {
                vec![text(state.tracking.as_ref()), text(state.state), flag(state.unreadable)]
            }
            Self::Container(state) => {
                vec![text(state.code.as_ref()), text(state.state), flag(state.unreadable)]
            }
        }
    }

    /// Reads the projection as stored.
    pub(crate) fn load(connection: &Connection, subject: Subject) -> Result<Option<Self>, RecordsError> {
        Ok(match subject {
            Subject::Unit(id) => row(connection, UNITS.name, &id.to_string())?.map(Box::new).map(Self::Unit),
            Subject::Parcel(id) => {
                row(connection, PARCELS.name, &id.to_string())?.map(Box::new).map(Self::Parcel)
            }
            Subject::Container(id) => {
                row(connection, CONTAINERS.name, &id.to_string())?.map(Box::new).map(Self::Container)
            }
            Subject::Station => None,
        })
    }

    /// Writes the projection and marks it as touched.
    pub(crate) fn store(
        &self,
        connection: &Connection,
        subject: Subject,
        updated_ms: i64,
    ) -> Result<(), RecordsError> {
        let Table { name, columns } = self.table();
        let set: String = columns.iter().map(|column| format!("{column} = excluded.{column}, ")).collect();
        let marks: String = (4..4 + columns.len()).map(|number| format!("?{number}, ")).collect();
        let sql = format!(
            "INSERT INTO {name} (id, {}, updated_ms, state, touched)
             VALUES (?1, {marks}?2, ?3, (SELECT coalesce(max(touched), 0) + 1 FROM {name}))
             ON CONFLICT (id) DO UPDATE SET {set}updated_ms = excluded.updated_ms, state = excluded.state,
               touched = excluded.touched",
            columns.join(", "),
        );
        let mut values =
            vec![Value::Text(id_of(subject)), Value::Integer(updated_ms), Value::Text(self.json()?)];
        values.extend(self.columns());
        connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }

    /// Whether the stored row says the same, in state and look-up columns.
    pub(crate) fn is_stored(&self, connection: &Connection, subject: Subject) -> Result<bool, RecordsError> {
        let Table { name, columns } = self.table();
        let sql = format!("SELECT state, {} FROM {name} WHERE id = ?1", columns.join(", "));
        let stored: Option<Vec<Value>> = connection
            .prepare_cached(&sql)?
            .query_row(params![id_of(subject)], |row| {
                (0..=columns.len()).map(|column| row.get(column)).collect()
            })
            .optional()?;
        let Some((Value::Text(state), rest)) = stored.as_ref().and_then(|row| row.split_first()) else {
            return Ok(false);
        };
        let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        Ok(same(state).is_some() && same(state) == same(&self.json()?) && rest == self.columns())
    }
}

fn row<S: DeserializeOwned>(
    connection: &Connection,
    table: &str,
    id: &str,
) -> Result<Option<S>, RecordsError> {
    let sql = format!("SELECT state FROM {table} WHERE id = ?1");
    let state: Option<String> =
        connection.prepare_cached(&sql)?.query_row(params![id], |row| row.get(0)).optional()?;
    state.map(|state| from_json(&state)).transpose()
}

/// The subject's own id, without its kind.
fn id_of(subject: Subject) -> String {
    match subject {
        Subject::Unit(id) => id.to_string(),
        Subject::Parcel(id) => id.to_string(),
        Subject::Container(id) => id.to_string(),
        Subject::Station => String::new(),
    }
}

/// A subject's events, own and foreign, in fold order.
pub(crate) fn history(
    connection: &Connection,
    station: Option<StationId>,
    subject: Subject,
) -> Result<Vec<(Place, Envelope)>, RecordsError> {
    let mut found = Vec::new();
    let name = subject.to_string();
    if let Some(station) = station {
        let mut own = connection.prepare_cached("SELECT epoch, seq, bytes FROM events WHERE subject = ?1")?;
        let mut rows = own.query(params![name])?;
        while let Some(row) = rows.next()? {
            let place = Place { station, epoch: parse(&row.get::<_, String>(0)?)?, seq: uint(row.get(1)?) };
            found.push((place, Envelope::parse(row.get_ref(2)?.as_blob().map_err(RecordsError::row)?)?));
        }
    }
    // Every station writes about itself under the same subject: only its own log tells them apart.
    if subject != Subject::Station {
        let sql = "SELECT station, epoch, seq, bytes FROM foreign_events WHERE subject = ?1";
        let mut foreign = connection.prepare_cached(sql)?;
        let mut rows = foreign.query(params![name])?;
        while let Some(row) = rows.next()? {
            let place = Place {
                station: parse(&row.get::<_, String>(0)?)?,
                epoch: parse(&row.get::<_, String>(1)?)?,
                seq: uint(row.get(2)?),
            };
            found.push((place, Envelope::parse(row.get_ref(3)?.as_blob().map_err(RecordsError::row)?)?));
        }
    }
    let links: Vec<Link> = found.iter().map(|(place, envelope)| Link::of(*place, envelope)).collect();
    let mut found: Vec<_> = found.into_iter().map(Some).collect();
    let ordered = fold_order(&links);
    Ok(ordered.into_iter().filter_map(|index| found.get_mut(index).and_then(Option::take)).collect())
}

/// The fold of a subject's history; `None` where there is no history or no projection.
pub(crate) fn fold(subject: Subject, history: &[(Place, Envelope)]) -> Option<State> {
    let mut state = State::empty(subject).filter(|_| !history.is_empty())?;
    history.iter().for_each(|(_, envelope)| state.apply(&envelope.event()));
    Some(state)
}

/// Folds a subject anew from its whole history and stores the result.
pub(crate) fn refold(
    connection: &Connection,
    station: Option<StationId>,
    subject: Subject,
) -> Result<(), RecordsError> {
    let history = history(connection, station, subject)?;
    let Some((_, last)) = history.last() else { return Ok(()) };
    saw(connection, subject, last.event_id)?;
    match fold(subject, &history) {
        Some(state) => state.store(connection, subject, millis(last.recorded))?,
        None => return Ok(()),
    }
    store_figures(connection, subject, &history)
}

/// Writes a subject's figures anew from its whole history.
pub(crate) fn refigure(
    connection: &Connection,
    station: Option<StationId>,
    subject: Subject,
) -> Result<(), RecordsError> {
    store_figures(connection, subject, &history(connection, station, subject)?)
}

fn store_figures(
    connection: &Connection,
    subject: Subject,
    history: &[(Place, Envelope)],
) -> Result<(), RecordsError> {
    figures_of(subject, history).map_or(Ok(()), |folded| figures::store(connection, subject, &folded))
}

/// The figures that follow from a history; `None` for what has none. What this release does not know is passed over.
pub(crate) fn figures_of(subject: Subject, history: &[(Place, Envelope)]) -> Option<Folded> {
    let mut folded = Folded::empty(subject)?;
    for (place, envelope) in history {
        if let Parsed::Known(event) = envelope.event() {
            folded.step(&Told {
                event: &event,
                event_id: envelope.event_id,
                station: place.station,
                operator: &envelope.actor.operator,
                recorded_ms: millis(envelope.recorded),
            });
        }
    }
    Some(folded)
}

/// The last event of a subject in fold order: what its next event has seen.
pub(crate) fn last_seen(connection: &Connection, subject: Subject) -> Result<Option<EventId>, RecordsError> {
    let last: Option<String> = connection
        .prepare_cached("SELECT last_event FROM subjects WHERE subject = ?1")?
        .query_row(params![subject.to_string()], |row| row.get(0))
        .optional()?;
    last.map(|last| parse(&last)).transpose()
}

/// Remembers the last event of a subject.
pub(crate) fn saw(connection: &Connection, subject: Subject, event: EventId) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO subjects (subject, last_event) VALUES (?1, ?2)
             ON CONFLICT (subject) DO UPDATE SET last_event = excluded.last_event",
        )?
        .execute(params![subject.to_string(), event.to_string()])?;
    Ok(())
}

/// Every subject that has events here.
pub(crate) fn subjects(connection: &Connection) -> Result<Vec<Subject>, RecordsError> {
    let sql =
        "SELECT subject FROM events WHERE subject <> '' UNION SELECT subject FROM foreign_events ORDER BY 1";
    let names = texts(connection, sql, [])?;
    names.iter().map(|name| parse(name)).collect()
}

/// Subjects that have a projection.
pub(crate) fn projected(connection: &Connection) -> Result<Vec<Subject>, RecordsError> {
    let sql = "SELECT 'unit:' || id FROM units UNION ALL SELECT 'parcel:' || id FROM parcels
               UNION ALL SELECT 'container:' || id FROM containers";
    let names = texts(connection, sql, [])?;
    names.iter().map(|name| parse(name)).collect()
}

impl Records {
    /// Folds every projection anew from the events, in one transaction.
    ///
    /// # Errors
    /// `disk-full`, `database-corrupt`, `records-read-only`.
    pub fn rebuild_projections(&mut self) -> Result<(), RecordsError> {
        let station = self.enrolment.as_ref().map(|enrolment| enrolment.station);
        let transaction = self.writing()?;
        let mut by_touch: Vec<Subject> = Vec::new();
        for (table, kind) in [("units", "unit"), ("parcels", "parcel"), ("containers", "container")] {
            let sql = format!("SELECT '{kind}:' || id FROM {table} ORDER BY touched");
            for name in texts(&transaction, &sql, [])? {
                by_touch.push(parse(&name)?);
            }
        }
        transaction.execute_batch(
            "DELETE FROM units; DELETE FROM parcels; DELETE FROM containers; DELETE FROM subjects;",
        )?;
        figures::clear(&transaction)?;
        let all = subjects(&transaction)?;
        // What was recent stays recent: known ones first, in the order in which they were touched.
        let known: std::collections::BTreeSet<Subject> = by_touch.iter().copied().collect();
        let new = all.into_iter().filter(|subject| !known.contains(subject));
        for subject in new.collect::<Vec<_>>().into_iter().chain(by_touch) {
            refold(&transaction, station, subject)?;
        }
        figures::recount_steps(&transaction, station)?;
        transaction.commit()?;
        Ok(())
    }

    /// A unit.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all look-ups.
    pub fn unit(&self, id: &UnitId) -> Result<Option<unit::State>, RecordsError> {
        row(&self.connection, UNITS.name, &id.to_string())
    }

    /// A parcel.
    pub fn parcel(&self, id: &ParcelId) -> Result<Option<parcel::State>, RecordsError> {
        row(&self.connection, PARCELS.name, &id.to_string())
    }

    /// A container.
    pub fn container(&self, id: &ContainerId) -> Result<Option<container::State>, RecordsError> {
        row(&self.connection, CONTAINERS.name, &id.to_string())
    }

    /// The history of a subject, own and foreign events, in fold order. For [`Subject::Station`]: this
    /// station's own.
    pub fn history(&self, subject: Subject) -> Result<Vec<(Place, Envelope)>, RecordsError> {
        history(&self.connection, self.enrolment.as_ref().map(|enrolment| enrolment.station), subject)
    }

    /// When a subject's last event was recorded, by its author's clock.
    pub fn updated(&self, subject: Subject) -> Result<Option<Timestamp>, RecordsError> {
        let table = match State::empty(subject) {
            Some(state) => state.table().name,
            None => return Ok(None),
        };
        let sql = format!("SELECT updated_ms FROM {table} WHERE id = ?1");
        let updated: Option<i64> = self
            .connection
            .prepare_cached(&sql)?
            .query_row(params![id_of(subject)], |row| row.get(0))
            .optional()?;
        Ok(updated.and_then(crate::sql::time))
    }

    pub(crate) fn rows<I, S>(
        &self,
        table: &str,
        rest: &str,
        values: &[Value],
    ) -> Result<Vec<(I, S)>, RecordsError>
    where
        I: std::str::FromStr,
        I::Err: std::fmt::Display,
        S: DeserializeOwned,
    {
        let sql = format!("SELECT id, state FROM {table} {rest}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, state): (String, String) = (row.get(0)?, row.get(1)?);
            found.push((parse(&id)?, from_json(&state)?));
        }
        Ok(found)
    }
}

/// A limit as SQLite takes it.
pub(crate) fn limit(limit: usize) -> Value {
    Value::Integer(int(limit as u64))
}
