//! Where and when a parcel arrived, with which RMAs, and whether it was empty.

use returns::codes::{Finding, ParcelOutcome};
use returns::event::ParcelEvent;
use returns::ids::ParcelId;
use returns::parcel::State;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::Told;
use crate::RecordsError;
use crate::sql::texts;

/// A parcel's row before it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ParcelFigures {
    /// Where it arrived.
    station: String,
    arrived_ms: i64,
}

impl ParcelFigures {
    pub(crate) fn load(connection: &Connection, id: ParcelId) -> Result<Self, RecordsError> {
        let sql = "SELECT station, arrived_ms FROM parcel_figures WHERE parcel = ?1";
        let found = connection.prepare_cached(sql)?.query_row(params![id.to_string()], |row| {
            Ok(Self { station: row.get(0)?, arrived_ms: row.get(1)? })
        });
        Ok(found.optional()?.unwrap_or_default())
    }

    /// The first arrival counts; a refused parcel never arrived.
    pub(crate) fn step(&mut self, event: &ParcelEvent, told: &Told<'_>) {
        match event {
            ParcelEvent::Arrived { .. } if self.arrived_ms == 0 => {
                self.station = told.station.to_string();
                self.arrived_ms = told.recorded_ms.max(1);
            }
            ParcelEvent::Refused { .. } => *self = Self::default(),
            _ => {}
        }
    }

    fn values(&self, id: ParcelId, state: &State) -> Vec<Value> {
        let empty =
            state.outcome == Some(ParcelOutcome::Empty) || state.findings.contains(&Finding::EmptyBox);
        vec![
            Value::Text(id.to_string()),
            Value::Text(self.station.clone()),
            Value::Text(state.tracking.as_ref().map_or(String::new(), ToString::to_string)),
            Value::Integer(self.arrived_ms),
            Value::Integer(empty.into()),
        ]
    }

    /// Writes the row; where the arrival may have changed, its units learn of it.
    pub(crate) fn store(
        &self,
        connection: &Connection,
        id: ParcelId,
        state: &State,
        arrives: bool,
    ) -> Result<(), RecordsError> {
        connection
            .prepare_cached(
                "INSERT INTO parcel_figures (parcel, station, tracking, arrived_ms, empty) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (parcel) DO UPDATE SET station = excluded.station, tracking = excluded.tracking,
                   arrived_ms = excluded.arrived_ms, empty = excluded.empty",
            )?
            .execute(params_from_iter(self.values(id, state)))?;
        // RMAs are only ever added to a parcel.
        for rma in &state.rmas {
            connection
                .prepare_cached(
                    "INSERT INTO parcel_rmas (rma, parcel) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute(params![rma.as_str(), id.to_string()])?;
        }
        if arrives {
            connection
                .prepare_cached("UPDATE figures SET docked_ms = ?2 WHERE parcel = ?1 AND docked_ms <> ?2")?
                .execute(params![id.to_string(), self.arrived_ms])?;
        }
        Ok(())
    }
}

/// When a parcel arrived; 0 where that is not known.
pub(super) fn arrived_ms(connection: &Connection, parcel: Option<ParcelId>) -> Result<i64, RecordsError> {
    let Some(parcel) = parcel else { return Ok(0) };
    let sql = "SELECT arrived_ms FROM parcel_figures WHERE parcel = ?1";
    let found = connection.prepare_cached(sql)?.query_row(params![parcel.to_string()], |row| row.get(0));
    Ok(found.optional()?.unwrap_or(0))
}

/// Whether the stored rows say something else.
pub(crate) fn differs(
    connection: &Connection,
    id: ParcelId,
    figures: &ParcelFigures,
    state: &State,
) -> Result<bool, RecordsError> {
    let sql = "SELECT parcel, station, tracking, arrived_ms, empty FROM parcel_figures WHERE parcel = ?1";
    let stored: Option<Vec<Value>> = connection
        .prepare_cached(sql)?
        .query_row(params![id.to_string()], |row| (0..5).map(|column| row.get(column)).collect())
        .optional()?;
    let rmas = texts(
        connection,
        "SELECT rma FROM parcel_rmas WHERE parcel = ?1 ORDER BY rma",
        params![id.to_string()],
    )?;
    let named: Vec<String> = state.rmas.iter().map(ToString::to_string).collect();
    Ok(stored != Some(figures.values(id, state)) || rmas != named)
}
