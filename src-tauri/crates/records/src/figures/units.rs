//! One unit's row.

use std::collections::BTreeMap;

use returns::codes::{Finding, Grade, Reason, Stage};
use returns::event::UnitEvent;
use returns::ids::{EventId, UnitId};
use returns::unit::State;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::{Told, parcels};
use crate::RecordsError;
use crate::insights::{AVOIDABLE, CLAIMS_OF_A_FAULT};

/// A unit's columns, in the order of [`UnitFigures::values`].
const COLUMNS: &str = "unit, station, parcel, rma, line, sku, stage, category, owner, cycle, intake, reason,
  preference, grader, grade, function, disposition, settlement, currency, value_minor, recovered_minor,
  recovered_known, weight_grams, sampled, claimed_defect, no_fault, avoidable, empty_box, docked_ms, received_ms,
  graded_ms, decided_ms, staged_ms, closed_ms";
const COLUMN_COUNT: usize = 34;

/// What a unit's state does not hold: where and when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct UnitFigures {
    station: String,
    received_ms: i64,
    graded_ms: i64,
    decided_ms: i64,
    staged_ms: i64,
    closed_ms: i64,
    /// Blind second inspections, oldest first; after loading those that were stored, without their answers.
    pub(crate) blinds: Vec<Blind>,
}

/// A blind second inspection against the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blind {
    event_id: EventId,
    category: String,
    grader: String,
    second: String,
    first_grade: Grade,
    second_grade: Grade,
    received_ms: i64,
    /// Questions that both answered: the first and the second choice.
    answers: BTreeMap<String, (String, String)>,
}

impl UnitFigures {
    pub(crate) fn load(connection: &Connection, id: UnitId) -> Result<Self, RecordsError> {
        let sql = "SELECT station, received_ms, graded_ms, decided_ms, staged_ms, closed_ms FROM figures WHERE unit = ?1";
        let read = |row: &Row<'_>| {
            Ok(Self {
                station: row.get(0)?,
                received_ms: row.get(1)?,
                graded_ms: row.get(2)?,
                decided_ms: row.get(3)?,
                staged_ms: row.get(4)?,
                closed_ms: row.get(5)?,
                blinds: Vec::new(),
            })
        };
        let found = connection.prepare_cached(sql)?.query_row(params![id.to_string()], read);
        Ok(found.optional()?.unwrap_or_default())
    }

    /// One event, with the state after it. Of repeated steps the first counts.
    pub(crate) fn step(&mut self, state: &State, event: &UnitEvent, told: &Told<'_>) {
        let first = |held: i64| if held == 0 { told.recorded_ms.max(1) } else { held };
        match event {
            UnitEvent::Received { .. } if self.received_ms == 0 => {
                self.station = told.station.to_string();
                self.received_ms = first(0);
            }
            UnitEvent::Graded { .. } => self.graded_ms = first(self.graded_ms),
            UnitEvent::Dispositioned { provisional: false, .. } => self.decided_ms = first(self.decided_ms),
            UnitEvent::Staged { .. } => self.staged_ms = first(self.staged_ms),
            UnitEvent::Closed { .. } => self.closed_ms = first(self.closed_ms),
            UnitEvent::BlindRegraded { by, answers, grade, .. } => {
                let firsts: BTreeMap<_, _> =
                    state.answers.iter().map(|answer| (&answer.question, &answer.choice)).collect();
                let both = answers.iter().filter_map(|second| {
                    let first = firsts.get(&second.question)?;
                    Some((second.question.to_string(), (first.to_string(), second.choice.to_string())))
                });
                let Some(first_grade) = state.computed_grade else { return };
                self.blinds.push(Blind {
                    event_id: told.event_id,
                    category: category(state),
                    grader: text(state.grader.as_ref()),
                    second: by.to_string(),
                    first_grade,
                    second_grade: *grade,
                    received_ms: self.received_ms,
                    answers: both.collect(),
                });
            }
            _ => {}
        }
    }

    /// The row's values.
    fn values(&self, id: UnitId, state: &State, docked_ms: i64) -> Vec<Value> {
        let decision = state.decision.as_ref().or(state.review.proposal.as_ref());
        let inputs = decision.map(|decision| &decision.inputs);
        let value = inputs.and_then(|inputs| inputs.value);
        let recovered = state.decision.as_ref().and_then(|decision| decision.recovered);
        // Amounts of two currencies in one decision: the recovered one is left out.
        let recovered = recovered.filter(|sum| value.is_none_or(|value| value.currency == sum.currency));
        let reason = inputs.and_then(|inputs| inputs.reason);
        let findings = state.findings();
        let grade = state.grade();
        let defect = grade.is_some() && reason.is_some_and(|reason| CLAIMS_OF_A_FAULT.contains(&reason));
        let texts = [
            id.to_string(),
            self.station.clone(),
            text(state.parcel),
            text(state.rma.as_ref()),
            text(state.line.as_ref()),
            text(state.sku.as_ref()),
            text(state.stage),
            category(state),
            text(state.owner.as_ref()),
            text(inputs.and_then(|inputs| inputs.cycle)),
            text(state.intake),
            text(reason),
            text(inputs.and_then(|inputs| inputs.preference)),
            text(state.grader.as_ref()),
            text(grade),
            text(state.function),
            text(state.disposition()),
            text(state.settlement()),
            text(value.or(recovered).map(|sum| sum.currency)),
        ];
        let numbers = [
            value.map_or(0, |sum| sum.minor),
            recovered.map_or(0, |sum| sum.minor),
            recovered.is_some().into(),
            state.weight_grams.map_or(0, i64::from),
            state.sampled.into(),
            defect.into(),
            (defect && no_fault(grade, &findings)).into(),
            reason.is_some_and(|reason: Reason| AVOIDABLE.contains(&reason)).into(),
            findings.contains(&Finding::EmptyBox).into(),
            docked_ms,
            self.received_ms,
            self.graded_ms,
            self.decided_ms,
            self.staged_ms,
            self.closed_ms,
        ];
        texts.into_iter().map(Value::Text).chain(numbers.into_iter().map(Value::Integer)).collect()
    }

    /// Writes row and findings; a unit that never was has none.
    pub(crate) fn store(
        &self,
        connection: &Connection,
        id: UnitId,
        state: &State,
    ) -> Result<(), RecordsError> {
        let key = id.to_string();
        if gone(state) {
            connection.prepare_cached("DELETE FROM figures WHERE unit = ?1")?.execute(params![key])?;
            connection
                .prepare_cached("DELETE FROM figure_findings WHERE unit = ?1")?
                .execute(params![key])?;
            return Ok(());
        }
        let docked_ms = parcels::arrived_ms(connection, state.parcel)?;
        let values = self.values(id, state, docked_ms);
        if stored(connection, id)?.as_ref() != Some(&values) {
            let marks = (1..=COLUMN_COUNT).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
            let sql = format!("INSERT OR REPLACE INTO figures ({COLUMNS}) VALUES ({marks})");
            connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        }
        let now = self.findings(state);
        if findings_stored(connection, id)? != now {
            connection
                .prepare_cached("DELETE FROM figure_findings WHERE unit = ?1")?
                .execute(params![key])?;
            for (finding, reason, received_ms) in now {
                connection
                    .prepare_cached(
                        "INSERT INTO figure_findings (unit, finding, reason, received_ms) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![key, finding, reason, received_ms])?;
            }
        }
        Ok(())
    }

    /// What was found, once the unit is graded: finding, reason and when the unit was received.
    fn findings(&self, state: &State) -> Vec<(String, String, i64)> {
        if state.grade().is_none() || gone(state) {
            return Vec::new();
        }
        let decision = state.decision.as_ref().or(state.review.proposal.as_ref());
        let reason = text(decision.and_then(|decision| decision.inputs.reason));
        let mut found: Vec<String> = state.findings().iter().map(ToString::to_string).collect();
        if found.is_empty() {
            found.push(String::new());
        }
        found.sort();
        found.into_iter().map(|finding| (finding, reason.clone(), self.received_ms)).collect()
    }
}

fn gone(state: &State) -> bool {
    matches!(state.stage, None | Some(Stage::Voided))
}

/// A claim of a fault to which nothing was found: said so, or as good as new with nothing wrong about it.
fn no_fault(grade: Option<Grade>, findings: &std::collections::BTreeSet<Finding>) -> bool {
    let fine = matches!(grade, Some(Grade::N | Grade::A));
    findings.contains(&Finding::NoFaultFound)
        || (fine && !findings.iter().any(|finding| finding.is_condition()))
}

fn category(state: &State) -> String {
    let decision = state.decision.as_ref().or(state.review.proposal.as_ref());
    let decided = decision.and_then(|decision| decision.inputs.category.as_ref());
    text(decided.or(state.checklist.as_ref().map(|(category, _)| category)))
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn stored(connection: &Connection, id: UnitId) -> Result<Option<Vec<Value>>, RecordsError> {
    let sql = format!("SELECT {COLUMNS} FROM figures WHERE unit = ?1");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(params![id.to_string()], |row| (0..COLUMN_COUNT).map(|column| row.get(column)).collect())
        .optional()?)
}

fn findings_stored(connection: &Connection, id: UnitId) -> Result<Vec<(String, String, i64)>, RecordsError> {
    let sql = "SELECT finding, reason, received_ms FROM figure_findings WHERE unit = ?1 ORDER BY finding";
    let mut statement = connection.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![id.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Blind {
    pub(crate) fn store(&self, connection: &Connection, unit: UnitId) -> Result<(), RecordsError> {
        let event = self.event_id.to_string();
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO figure_blinds
                   (event_id, unit, category, grader, second, first_grade, second_grade, received_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params_from_iter(self.values(unit)))?;
        for (question, (first, second)) in &self.answers {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO figure_answers (event_id, question, first, second) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![event, question, first, second])?;
        }
        Ok(())
    }

    fn values(&self, unit: UnitId) -> Vec<Value> {
        let texts = [
            self.event_id.to_string(),
            unit.to_string(),
            self.category.clone(),
            self.grader.clone(),
            self.second.clone(),
            self.first_grade.to_string(),
            self.second_grade.to_string(),
        ];
        texts.into_iter().map(Value::Text).chain([Value::Integer(self.received_ms)]).collect()
    }

    /// Whether row and answers are stored just so.
    fn is_stored(&self, connection: &Connection, unit: UnitId) -> Result<bool, RecordsError> {
        let event = self.event_id.to_string();
        let sql = "SELECT event_id, unit, category, grader, second, first_grade, second_grade, received_ms
                   FROM figure_blinds WHERE event_id = ?1";
        let row: Option<Vec<Value>> = connection
            .prepare_cached(sql)?
            .query_row(params![event], |row| (0..8).map(|column| row.get(column)).collect())
            .optional()?;
        let sql = "SELECT question, first, second FROM figure_answers WHERE event_id = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let answers = statement
            .query_map(params![event], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
            .collect::<Result<BTreeMap<String, (String, String)>, _>>()?;
        Ok(row == Some(self.values(unit)) && answers == self.answers)
    }
}

/// Whether the stored rows say something else.
pub(crate) fn differs(
    connection: &Connection,
    id: UnitId,
    figures: &UnitFigures,
    state: &State,
) -> Result<bool, RecordsError> {
    let wanted = if gone(state) {
        None
    } else {
        Some(figures.values(id, state, parcels::arrived_ms(connection, state.parcel)?))
    };
    if stored(connection, id)? != wanted || findings_stored(connection, id)? != figures.findings(state) {
        return Ok(true);
    }
    let sql = "SELECT count(*) FROM figure_blinds WHERE unit = ?1";
    let blinds: i64 = connection.prepare_cached(sql)?.query_row(params![id.to_string()], |row| row.get(0))?;
    if usize::try_from(blinds).ok() != Some(figures.blinds.len()) {
        return Ok(true);
    }
    for blind in &figures.blinds {
        if !blind.is_stored(connection, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}
