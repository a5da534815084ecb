//! What the desk asks when several benches and people decide about one unit: the newest event, what came from
//! elsewhere, which policy a decision was made by.

use std::collections::BTreeSet;

use returns::ids::{EventId, Sha256Hex, Subject, UnitId};
use returns::policy::VerifiedPolicy;
use returns::unit;
use rusqlite::{Connection, OptionalExtension, params};
use wire::Document;

use crate::projections::last_seen;
use crate::sql::{from_json, int, json, parse, uint};
use crate::{Records, RecordsError};

/// The most units of one kind of question that a room is told of.
const MOST: usize = 500;

/// Setting: units of which own events came back.
const CAME_BACK: &str = "decisions-came-back";

/// Notes units of which own events came back, in the transaction that brings them.
pub(crate) fn note_back(connection: &Connection, subjects: &BTreeSet<Subject>) -> Result<(), RecordsError> {
    let known: Option<String> = connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
        .query_row(params![CAME_BACK], |row| row.get(0))
        .optional()?;
    let mut units: BTreeSet<UnitId> = known.map(|known| from_json(&known)).transpose()?.unwrap_or_default();
    units.extend(subjects.iter().filter_map(|subject| match subject {
        Subject::Unit(unit) => Some(*unit),
        _ => None,
    }));
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![CAME_BACK, json(&units)?],
    )?;
    Ok(())
}

impl Records {
    /// The newest event of a subject, in fold order: what a decision made now has seen.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all look-ups.
    pub fn last_event(&self, subject: Subject) -> Result<Option<EventId>, RecordsError> {
        last_seen(&self.connection, subject)
    }

    /// The policy of this number and hash, also one that is no longer in force, as long as it is here.
    pub fn policy_of(&self, number: u32, hash: &Sha256Hex) -> Result<Option<VerifiedPolicy>, RecordsError> {
        let sql = "SELECT key, signed FROM documents WHERE kind = 'policy' AND number = ?1";
        let found = self.first_document(sql, params![number])?;
        Ok(found.and_then(|(document, found)| match document {
            Document::Policy(policy) if found == *hash => {
                Some(VerifiedPolicy { policy: *policy, hash: found })
            }
            _ => None,
        }))
    }

    /// Units about which other benches, or head office, decided something after a mark, with the new mark. Marks count up
    /// in the order of arrival; 0 is the beginning.
    pub fn decided_elsewhere(&self, after: u64) -> Result<(u64, Vec<UnitId>), RecordsError> {
        let sql = "SELECT rowid, subject, kind FROM foreign_events WHERE rowid > ?1 ORDER BY rowid";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![int(after)])?;
        let (mut mark, mut units) = (after, Vec::new());
        while let Some(row) = rows.next()? {
            let (place, subject, kind): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            mark = uint(place);
            if !matches!(kind.as_str(), "unit.dispositioned" | "unit.closed" | "unit.contest-settled") {
                continue;
            }
            if let Subject::Unit(unit) = parse(&subject)?
                && !units.contains(&unit)
            {
                units.push(unit);
            }
        }
        Ok((mark, units))
    }

    /// Units of which own events came back since [`Records::looked_at_what_came_back`]: what this bench decided before it
    /// was put back, and what it decided since without knowing, may be at odds.
    pub fn decided_here_before(&self) -> Result<Vec<UnitId>, RecordsError> {
        Ok(self.setting(CAME_BACK)?.unwrap_or_default())
    }

    /// The decisions about these units were looked at.
    ///
    /// # Errors
    /// `disk-full`.
    pub fn looked_at_what_came_back(&mut self, units: &[UnitId]) -> Result<(), RecordsError> {
        let mut left = self.decided_here_before()?;
        left.retain(|unit| !units.contains(unit));
        self.set_setting(CAME_BACK, &left)
    }

    /// Units that left work for a person, longest waiting first.
    pub fn units_with_tasks(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        // The plus keeps SQLite from walking over every closed unit by its stage.
        let rest = "WHERE +stage IN ('STAGED', 'CLOSED') AND state ->> 'tasks' <> '[]'
                    ORDER BY updated_ms, touched LIMIT ?1";
        self.rows("units", rest, &[crate::projections::limit(MOST)])
    }

    /// Units under way whose return line is not known here, newest first.
    pub fn units_unmatched(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        let rest = "WHERE stage IN ('RECEIVED', 'INSPECTING', 'GRADED', 'DISPOSITIONED')
                    AND state ->> 'matched' = 'UNMATCHED' ORDER BY touched DESC LIMIT ?1";
        self.rows("units", rest, &[crate::projections::limit(MOST)])
    }
}
