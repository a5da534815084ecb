//! Where units go, and what that brings in.

use std::collections::BTreeMap;

use returns::codes::{Disposition, Grade};
use returns::ids::CategoryCode;
use returns::money::Money;
use rusqlite::params;

use super::reasons::optional;
use super::{Period, Table, float_signed, percent};
use crate::sql::{parse, uint};
use crate::{Records, RecordsError};

/// Units of a category with one disposition.
#[derive(Debug, Clone, PartialEq)]
pub struct DispositionShare {
    /// Category; none where the product is unknown.
    pub category: Option<CategoryCode>,
    /// Where they go.
    pub disposition: Disposition,
    /// Units.
    pub units: u64,
    /// Of the category's units, percent.
    pub percent: f64,
}

/// What units of a category and grade bring in, against their value as new.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Category; none where the product is unknown.
    pub category: Option<CategoryCode>,
    /// Grade.
    pub grade: Grade,
    /// Units with a decision whose value and net recovered value are known.
    pub units: u64,
    /// Units with a decision of which one of the two is not.
    pub unknown: u64,
    /// Their value as new.
    pub value: Money,
    /// Net recovered value, as the decisions have it; costs may make it negative.
    pub recovered: Money,
    /// Recovered of value, percent; none where the value is nothing.
    pub percent: Option<f64>,
}

#[derive(Default)]
struct Sums {
    units: u64,
    unknown: u64,
    value: i64,
    recovered: i64,
}

impl Records {
    /// Units by category and disposition; within a category the most frequent first.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all questions.
    pub fn dispositions(&self, period: Period) -> Result<Table<DispositionShare>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT category, disposition, count(*) FROM figures
             WHERE disposition <> '' AND received_ms BETWEEN ?1 AND ?2 GROUP BY category, disposition",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut categories: BTreeMap<String, Vec<(Disposition, u64)>> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let disposition = parse(&row.get::<_, String>(1)?)?;
            categories.entry(row.get(0)?).or_default().push((disposition, uint(row.get(2)?)));
        }
        let (mut rows, mut all) = (Vec::new(), 0);
        for (category, mut shares) in categories {
            let total: u64 = shares.iter().map(|(_, units)| units).sum();
            all += total;
            shares.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
            let category: Option<CategoryCode> = optional(&category)?;
            rows.extend(shares.into_iter().map(|(disposition, units)| DispositionShare {
                category: category.clone(),
                disposition,
                units,
                percent: percent(units, total).unwrap_or_default(),
            }));
        }
        Ok(Table { rows, units: all })
    }

    /// Recovered against value, by category and grade; one row for each currency.
    pub fn recovery(&self, period: Period) -> Result<Table<Recovery>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT category, grade, currency, count(*),
               count(*) FILTER (WHERE recovered_known = 1 AND value_minor > 0),
               coalesce(sum(value_minor) FILTER (WHERE recovered_known = 1 AND value_minor > 0), 0),
               coalesce(sum(recovered_minor) FILTER (WHERE recovered_known = 1 AND value_minor > 0), 0)
             FROM figures WHERE disposition <> '' AND grade <> '' AND received_ms BETWEEN ?1 AND ?2
             GROUP BY category, grade, currency",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut groups: BTreeMap<(String, Grade, String), Sums> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let grade = parse(&row.get::<_, String>(1)?)?;
            let sums = groups.entry((row.get(0)?, grade, row.get(2)?)).or_default();
            let (all, known) = (uint(row.get(3)?), uint(row.get(4)?));
            sums.units += known;
            sums.unknown += all - known;
            sums.value += row.get::<_, i64>(5)?;
            sums.recovered += row.get::<_, i64>(6)?;
        }
        let (mut rows, mut units) = (Vec::new(), 0);
        for ((category, grade, currency), sums) in groups {
            units += sums.units;
            // Without a currency there is no sum to show.
            let Some(currency) = optional(&currency)? else { continue };
            let share = float_signed(sums.recovered) / float_signed(sums.value) * 100.0;
            rows.push(Recovery {
                category: optional(&category)?,
                grade,
                units: sums.units,
                unknown: sums.unknown,
                value: Money::new(sums.value, currency),
                recovered: Money::new(sums.recovered, currency),
                percent: (sums.value > 0).then_some(share),
            });
        }
        Ok(Table { rows, units })
    }
}
