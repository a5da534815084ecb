//! What customers said, and what it turned out to be.

use std::collections::BTreeMap;

use returns::codes::{Finding, Reason};
use returns::ids::{CategoryCode, Sku};
use rusqlite::params;

use super::{Period, Table, percent};
use crate::sql::{parse, uint};
use crate::{Records, RecordsError};

/// Units with one reason and one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonFinding {
    /// What the customer said; none where nobody knows.
    pub reason: Option<Reason>,
    /// What the grader saw; none: nothing.
    pub finding: Option<Finding>,
    /// Units. One with two findings counts in two rows.
    pub units: u64,
}

/// Claims of a fault, and how many had none.
#[derive(Debug, Clone, PartialEq)]
pub struct NoFaultFound {
    /// Category.
    pub category: Option<CategoryCode>,
    /// The product; none for the whole category.
    pub sku: Option<Sku>,
    /// Graded units whose customer claimed a fault ([`super::CLAIMS_OF_A_FAULT`]).
    pub claims: u64,
    /// Of those: found NO_FAULT_FOUND, or graded N or A without any finding about their condition.
    pub no_fault: u64,
    /// Of the claims, percent.
    pub percent: f64,
}

/// A product that comes back for reasons that could be avoided.
#[derive(Debug, Clone, PartialEq)]
pub struct AvoidableReasons {
    /// The product; none where it was never identified.
    pub sku: Option<Sku>,
    /// Category.
    pub category: Option<CategoryCode>,
    /// Units that came back for one of [`super::AVOIDABLE`].
    pub units: u64,
    /// The most frequent of those reasons.
    pub reason: Reason,
    /// Units with that one.
    pub of_reason: u64,
    /// All units of the product that came back.
    pub returned: u64,
    /// Avoidable ones of all that came back, percent.
    pub percent: f64,
}

/// A text of the database as a code or id; empty is none.
pub(super) fn optional<T>(text: &str) -> Result<Option<T>, RecordsError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

impl Records {
    /// What customers said against what was found, graded units; most frequent first.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all questions.
    pub fn reason_by_finding(&self, period: Period) -> Result<Table<ReasonFinding>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT reason, finding, count(*) AS units FROM figure_findings WHERE received_ms BETWEEN ?1 AND ?2
             GROUP BY reason, finding ORDER BY units DESC, reason, finding",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(ReasonFinding {
                reason: optional(row.get_ref(0)?.as_str().map_err(RecordsError::row)?)?,
                finding: optional(row.get_ref(1)?.as_str().map_err(RecordsError::row)?)?,
                units: uint(row.get(2)?),
            });
        }
        let sql = "SELECT count(*) FROM figures WHERE grade <> '' AND received_ms BETWEEN ?1 AND ?2";
        let units =
            uint(self.connection.prepare_cached(sql)?.query_row(params![from, until], |row| row.get(0))?);
        Ok(Table { rows, units })
    }

    /// Claims of a fault that had none: each category, then its products, those with most such claims first; at most
    /// so many products of a category.
    pub fn no_fault_found(
        &self,
        period: Period,
        most_products: usize,
    ) -> Result<Table<NoFaultFound>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT category, sku, count(*), sum(no_fault) FROM figures
             WHERE claimed_defect = 1 AND received_ms BETWEEN ?1 AND ?2 GROUP BY category, sku",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut categories: BTreeMap<String, Vec<NoFaultFound>> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let (category, sku): (String, String) = (row.get(0)?, row.get(1)?);
            let (claims, no_fault) = (uint(row.get(2)?), uint(row.get(3)?));
            let row = NoFaultFound {
                category: optional(&category)?,
                sku: optional(&sku)?,
                claims,
                no_fault,
                percent: percent(no_fault, claims).unwrap_or_default(),
            };
            categories.entry(category).or_default().push(row);
        }
        let (mut rows, mut units) = (Vec::new(), 0);
        for (category, mut products) in categories {
            let claims = products.iter().map(|row| row.claims).sum();
            let no_fault = products.iter().map(|row| row.no_fault).sum();
            units += claims;
            rows.push(NoFaultFound {
                category: optional(&category)?,
                sku: None,
                claims,
                no_fault,
                percent: percent(no_fault, claims).unwrap_or_default(),
            });
            products.retain(|row| row.sku.is_some());
            products.sort_by(|one, other| {
                other
                    .no_fault
                    .cmp(&one.no_fault)
                    .then(other.claims.cmp(&one.claims))
                    .then(one.sku.cmp(&other.sku))
            });
            rows.extend(products.into_iter().take(most_products));
        }
        Ok(Table { rows, units })
    }

    /// Products with most avoidable returns, at most so many.
    pub fn avoidable_reasons(
        &self,
        period: Period,
        most: usize,
    ) -> Result<Table<AvoidableReasons>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT sku, category, reason, count(*) FROM figures
             WHERE avoidable = 1 AND received_ms BETWEEN ?1 AND ?2 GROUP BY sku, category, reason",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut products: BTreeMap<(String, String), BTreeMap<String, u64>> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let reasons = products.entry((row.get(0)?, row.get(1)?)).or_default();
            reasons.insert(row.get(2)?, uint(row.get(3)?));
        }
        let units = products.values().flat_map(BTreeMap::values).sum();
        let mut ranked: Vec<_> = products
            .into_iter()
            .map(|(product, reasons)| (reasons.values().sum::<u64>(), product, reasons))
            .collect();
        ranked.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut rows = Vec::new();
        for (avoidable, (sku, category), reasons) in ranked.into_iter().take(most) {
            let Some((reason, of_reason)) =
                reasons.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)))
            else {
                continue;
            };
            let sql = "SELECT count(*) FROM figures WHERE sku = ?1 AND received_ms BETWEEN ?2 AND ?3";
            let returned = uint(
                self.connection
                    .prepare_cached(sql)?
                    .query_row(params![sku, from, until], |row| row.get(0))?,
            );
            rows.push(AvoidableReasons {
                sku: optional(&sku)?,
                category: optional(&category)?,
                units: avoidable,
                reason: parse(&reason)?,
                of_reason,
                returned,
                percent: percent(avoidable, returned).unwrap_or_default(),
            });
        }
        Ok(Table { rows, units })
    }
}
