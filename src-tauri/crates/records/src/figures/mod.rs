//! Figures: one row of plain columns for each unit, from its events alone, written with its projection. The
//! insights and the arrival history ask these tables and nothing else.

mod parcels;
mod steps;
mod units;

use returns::event::{Event, ParcelEvent, UnitEvent};
use returns::ids::{EventId, OperatorId, StationId, Subject};
use rusqlite::{Connection, params};

use crate::RecordsError;
use crate::projections::State;
use crate::sql::{parse, texts};

pub(crate) use parcels::{ParcelFigures, differs as parcel_differs};
pub(crate) use steps::{QUARTER_MS, count as count_step, recount as recount_steps, same as steps_are_same};
pub(crate) use units::{UnitFigures, differs as unit_differs};

/// An event with what the figures need of its envelope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) event: &'a Event,
    pub(crate) event_id: EventId,
    /// Whose log it stands in.
    pub(crate) station: StationId,
    pub(crate) operator: &'a OperatorId,
    pub(crate) recorded_ms: i64,
}

/// A subject's figures in the middle of an append: written once, at its end, however many events tell of it.
#[derive(Debug, Default)]
pub(crate) enum Pending {
    /// Nothing that the figures count.
    #[default]
    Nothing,
    Unit(UnitFigures),
    /// With whether the arrival may have changed, of which its units learn.
    Parcel(ParcelFigures, bool),
}

impl Pending {
    /// An event was appended; `state` is the one after it.
    pub(crate) fn step(
        &mut self,
        connection: &Connection,
        subject: Subject,
        state: &State,
        told: &Told<'_>,
    ) -> Result<(), RecordsError> {
        count_step(connection, told.event.kind(), told.station, told.operator, told.recorded_ms)?;
        match (subject, state, told.event) {
            (Subject::Unit(id), State::Unit(unit), Event::Unit(event)) if matters(event) => {
                let mut figures = match std::mem::take(self) {
                    Self::Unit(figures) => figures,
                    _ => UnitFigures::load(connection, id)?,
                };
                figures.step(unit, event, told);
                *self = Self::Unit(figures);
            }
            (Subject::Parcel(id), State::Parcel(_), Event::Parcel(event)) => {
                let (mut figures, arrived) = match std::mem::take(self) {
                    Self::Parcel(figures, arrived) => (figures, arrived),
                    _ => (ParcelFigures::load(connection, id)?, false),
                };
                let arrives = matches!(event, ParcelEvent::Arrived { .. } | ParcelEvent::Refused { .. });
                figures.step(event, told);
                *self = Self::Parcel(figures, arrived || arrives);
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes them, with the state at the end.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        subject: Subject,
        state: &State,
    ) -> Result<(), RecordsError> {
        match (subject, state, self) {
            (Subject::Unit(id), State::Unit(unit), Self::Unit(figures)) => {
                figures.store(connection, id, unit)?;
                figures.blinds.iter().try_for_each(|blind| blind.store(connection, id))
            }
            (Subject::Parcel(id), State::Parcel(parcel), Self::Parcel(figures, arrives)) => {
                figures.store(connection, id, parcel, *arrives)
            }
            _ => Ok(()),
        }
    }
}

/// Whether an event can change a unit's row.
fn matters(event: &UnitEvent) -> bool {
    !matches!(
        event,
        UnitEvent::SerialRead { .. }
            | UnitEvent::LotRead { .. }
            | UnitEvent::Signalled { .. }
            | UnitEvent::PhotoTaken { .. }
            | UnitEvent::PhotoSkipped { .. }
            | UnitEvent::Noted { .. }
            | UnitEvent::WorkDone { .. }
            | UnitEvent::ClaimAnswered { .. }
            | UnitEvent::Held { .. }
            | UnitEvent::Released { .. }
            | UnitEvent::LabelPending { .. }
            | UnitEvent::LabelPrinted { .. }
            | UnitEvent::LabelConfirmed { .. }
            | UnitEvent::LabelsSwapped { .. }
            | UnitEvent::Located { .. }
            | UnitEvent::TaskOpened { .. }
            | UnitEvent::TaskDone { .. }
            | UnitEvent::Contested { .. }
            | UnitEvent::ContestSettled { .. }
    )
}

/// Every row anew from every event. The projections stand already.
pub(crate) fn fill(connection: &Connection, station: Option<StationId>) -> Result<(), RecordsError> {
    clear(connection)?;
    let sql = "SELECT 'parcel:' || id FROM parcels UNION ALL SELECT 'unit:' || id FROM units";
    for name in texts(connection, sql, [])? {
        crate::projections::refigure(connection, station, parse(&name)?)?;
    }
    recount_steps(connection, station)
}

pub(crate) fn clear(connection: &Connection) -> Result<(), RecordsError> {
    connection.execute_batch(
        "DELETE FROM figures; DELETE FROM figure_findings; DELETE FROM figure_answers; DELETE FROM figure_blinds;
         DELETE FROM step_counts; DELETE FROM parcel_figures; DELETE FROM parcel_rmas;",
    )?;
    Ok(())
}

/// Writes what a folded history says.
pub(crate) fn store(connection: &Connection, subject: Subject, folded: &Folded) -> Result<(), RecordsError> {
    match (subject, folded) {
        (Subject::Unit(id), Folded::Unit(figures, state)) => {
            connection
                .prepare_cached(
                    "DELETE FROM figure_answers WHERE event_id IN (SELECT event_id FROM figure_blinds WHERE unit = ?1)",
                )?
                .execute(params![id.to_string()])?;
            connection
                .prepare_cached("DELETE FROM figure_blinds WHERE unit = ?1")?
                .execute(params![id.to_string()])?;
            figures.store(connection, id, state)?;
            figures.blinds.iter().try_for_each(|blind| blind.store(connection, id))
        }
        (Subject::Parcel(id), Folded::Parcel(figures, state)) => figures.store(connection, id, state, true),
        _ => Ok(()),
    }
}

/// The figures of a whole history, with the state at its end.
pub(crate) enum Folded {
    Unit(UnitFigures, Box<returns::unit::State>),
    Parcel(ParcelFigures, Box<returns::parcel::State>),
}

impl Folded {
    /// Before the first event; `None` for what has no figures.
    pub(crate) fn empty(subject: Subject) -> Option<Self> {
        match subject {
            Subject::Unit(_) => Some(Self::Unit(UnitFigures::default(), Box::default())),
            Subject::Parcel(_) => Some(Self::Parcel(ParcelFigures::default(), Box::default())),
            Subject::Container(_) | Subject::Station => None,
        }
    }

    /// One event more.
    pub(crate) fn step(&mut self, told: &Told<'_>) {
        match (self, told.event) {
            (Self::Unit(figures, state), Event::Unit(event)) => {
                returns::unit::apply(state, event);
                figures.step(state, event, told);
            }
            (Self::Parcel(figures, state), Event::Parcel(event)) => {
                returns::parcel::apply(state, event);
                figures.step(event, told);
            }
            _ => {}
        }
    }

    /// Whether the stored rows say something else.
    pub(crate) fn differs(&self, connection: &Connection, subject: Subject) -> Result<bool, RecordsError> {
        match (subject, self) {
            (Subject::Unit(id), Self::Unit(figures, state)) => unit_differs(connection, id, figures, state),
            (Subject::Parcel(id), Self::Parcel(figures, state)) => {
                parcel_differs(connection, id, figures, state)
            }
            _ => Ok(false),
        }
    }
}
