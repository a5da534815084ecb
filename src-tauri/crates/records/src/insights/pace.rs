//! How fast units go through.

use returns::ids::CategoryCode;
use rusqlite::params;

use super::reasons::optional;
use super::{Period, Table, float, float_signed};
use crate::figures::QUARTER_MS;
use crate::sql::uint;
use crate::{Records, RecordsError};

const HOUR_MS: f64 = 3_600_000.0;

/// Hours from the dock to the first decision that was not provisional. The dock is the parcel's arrival scan where it is
/// known, else the unit's receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct DockHours {
    /// Category; none for all together, the first row.
    pub category: Option<CategoryCode>,
    /// Units decided.
    pub units: u64,
    /// Half of them took at most so long.
    pub median_hours: f64,
    /// Nine of ten took at most so long.
    pub p90_hours: f64,
    /// Mean.
    pub mean_hours: f64,
}

/// How often a step was done in an hour of work at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// `RECEIVED`, `GRADED`, `LABELLED` or `STAGED`.
    pub step: String,
    /// How often it was done; again where a unit was graded or labelled again.
    pub done: u64,
    /// Hours of work: a quarter of an hour for each operator, station and quarter of an hour of the clock in which the
    /// operator did the step there at least once.
    pub operator_hours: f64,
    /// Done by those hours.
    pub per_hour: f64,
}

impl Records {
    /// Hours from dock to disposition: all together, then by category.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all questions.
    pub fn dock_to_disposition(&self, period: Period) -> Result<Table<DockHours>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT category, dock_ms FROM figures WHERE decided_ms > 0 AND received_ms BETWEEN ?1 AND ?2
             ORDER BY category, dock_ms",
        )?;
        let mut found = statement.query(params![from, until])?;
        let (mut all, mut categories) = (Vec::new(), Vec::<(String, Vec<i64>)>::new());
        while let Some(row) = found.next()? {
            let category = row.get_ref(0)?.as_str().map_err(RecordsError::row)?;
            let took: i64 = row.get(1)?;
            all.push(took);
            match categories.last_mut().filter(|(last, _)| last == category) {
                Some((_, times)) => times.push(took),
                None => categories.push((category.to_owned(), vec![took])),
            }
        }
        all.sort_unstable();
        let units = all.len() as u64;
        let mut rows = Vec::new();
        rows.extend(hours(None, &all));
        for (category, times) in categories {
            rows.extend(hours(optional(&category)?, &times));
        }
        Ok(Table { rows, units })
    }

    /// Units per hour by step. The period goes by the day of work.
    pub fn units_per_hour(&self, period: Period) -> Result<Table<Pace>, RecordsError> {
        let (from, until) = period.bounds();
        let (first, last) = (from.div_euclid(QUARTER_MS), until.div_euclid(QUARTER_MS));
        let mut statement = self.connection.prepare_cached(
            "SELECT coalesce(sum(events), 0), count(*) FROM step_counts WHERE step = ?1 AND quarter BETWEEN ?2 AND ?3",
        )?;
        let (mut rows, mut units) = (Vec::new(), 0);
        for step in ["RECEIVED", "GRADED", "LABELLED", "STAGED"] {
            let (done, quarters): (i64, i64) =
                statement.query_row(params![step, first, last], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (done, quarters) = (uint(done), uint(quarters));
            if quarters == 0 {
                continue;
            }
            if step == "RECEIVED" {
                units = done;
            }
            let operator_hours = float(quarters) / 4.0;
            let per_hour = float(done) / operator_hours;
            rows.push(Pace { step: step.to_owned(), done, operator_hours, per_hour });
        }
        Ok(Table { rows, units })
    }
}

/// Figures of sorted times in milliseconds; none without times.
fn hours(category: Option<CategoryCode>, sorted: &[i64]) -> Option<DockHours> {
    let at_most = |share: f64| {
        // The nearest rank: the smallest time that so many did not exceed.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        let rank = (float(sorted.len() as u64) * share).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).map(|took| float_signed(*took) / HOUR_MS)
    };
    let sum: i64 = sorted.iter().sum();
    Some(DockHours {
        category,
        units: sorted.len() as u64,
        median_hours: at_most(0.5)?,
        p90_hours: at_most(0.9)?,
        mean_hours: float_signed(sum) / float(sorted.len() as u64) / HOUR_MS,
    })
}
