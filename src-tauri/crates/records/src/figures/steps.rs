//! How often each step was done, by quarter of an hour, station and operator: what "units per hour" is made of.

use returns::ids::{OperatorId, StationId};
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use crate::RecordsError;
use crate::sql::texts;

/// A quarter of an hour in milliseconds.
pub(crate) const QUARTER_MS: i64 = 900_000;

/// Event kinds that are a step, and the step's code.
const STEPS: [(&str, &str); 4] = [
    ("unit.received", "RECEIVED"),
    ("unit.graded", "GRADED"),
    ("unit.label-confirmed", "LABELLED"),
    ("unit.staged", "STAGED"),
];

/// Counts an event that is a step.
pub(crate) fn count(
    connection: &Connection,
    kind: &str,
    station: StationId,
    operator: &OperatorId,
    recorded_ms: i64,
) -> Result<(), RecordsError> {
    let Some((_, step)) = STEPS.iter().find(|(of, _)| *of == kind) else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO step_counts (quarter, step, station, operator, events) VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT DO UPDATE SET events = events + 1",
        )?
        .execute(params![recorded_ms.div_euclid(QUARTER_MS), step, station.to_string(), operator.as_str()])?;
    Ok(())
}

/// All counts from all events, as a query: `?1` is this station.
fn counted() -> String {
    let kinds = STEPS.map(|(kind, _)| format!("'{kind}'")).join(", ");
    let step: String = STEPS.map(|(kind, step)| format!(" WHEN '{kind}' THEN '{step}'")).concat();
    // An event that moved to another epoch stands at two places and is one step. Quarters are rounded down, also before 1970.
    format!(
        "SELECT (recorded_ms - ((recorded_ms % {QUARTER_MS}) + {QUARTER_MS}) % {QUARTER_MS}) / {QUARTER_MS} AS quarter,
           CASE kind{step} END AS step, station, CAST(bytes AS TEXT) ->> '$.actor.operator' AS operator,
           count(DISTINCT event_id) AS events
         FROM (SELECT ?1 AS station, kind, recorded_ms, bytes, event_id FROM events
               UNION ALL SELECT station, kind, recorded_ms, bytes, event_id FROM foreign_events)
         WHERE kind IN ({kinds}) GROUP BY 1, 2, 3, 4"
    )
}

/// Counts everything anew; the table is empty.
pub(crate) fn recount(connection: &Connection, station: Option<StationId>) -> Result<(), RecordsError> {
    let own = station.map_or(String::new(), |station| station.to_string());
    let sql = format!("INSERT INTO step_counts (quarter, step, station, operator, events) {}", counted());
    connection.execute(&sql, params![own])?;
    Ok(())
}

/// Whether the counts are what the events say.
pub(crate) fn same(connection: &Connection, station: Option<StationId>) -> Result<bool, RecordsError> {
    let own = Value::Text(station.map_or(String::new(), |station| station.to_string()));
    let counted = counted();
    let stored = "SELECT quarter, step, station, operator, events FROM step_counts";
    let sql = format!(
        "SELECT 'x' FROM (SELECT * FROM ({counted}) EXCEPT {stored})
         UNION ALL SELECT 'x' FROM ({stored} EXCEPT SELECT * FROM ({counted})) LIMIT 1"
    );
    Ok(texts(connection, &sql, [own])?.is_empty())
}
