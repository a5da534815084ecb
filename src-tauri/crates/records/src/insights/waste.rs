//! What the ways of disposing mean for waste and climate.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::Disposition;
use returns::ids::{CategoryCode, Sku};
use returns::policy::{Known, RouteRow};
use rusqlite::params;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::reasons::optional;
use super::{Period, Table};
use crate::sql::{parse, uint};
use crate::{Records, RecordsError};

/// Goods that went one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Diversion {
    /// Which way.
    pub disposition: Disposition,
    /// Units.
    pub units: u64,
    /// Of those: neither weighed, nor is their weight in the catalogue. Nothing below holds them.
    pub unweighed: u64,
    /// Of those: the policy in force knows no factors for them. Their weight counts, their waste and CO₂ do not.
    pub unrouted: u64,
    /// Kilograms.
    pub kilograms: f64,
    /// Kilograms with factors that do not end in a landfill or in a fire without use.
    pub diverted_kilograms: f64,
    /// Of the kilograms with factors, percent; none without any.
    pub diverted_percent: Option<f64>,
    /// Kilograms of CO₂e; negative where new products are spared.
    pub co2_kilograms: f64,
    /// Where the factors come from.
    pub sources: BTreeSet<String>,
}

#[derive(Default)]
struct Way {
    units: u64,
    unweighed: u64,
    unrouted: u64,
    grams: Decimal,
    routed_grams: Decimal,
    landfill_grams: Decimal,
    co2_grams: Decimal,
    sources: BTreeSet<String>,
}

impl Way {
    fn add(&mut self, units: u64, grams: u64, row: Option<&RouteRow>) {
        let grams = Decimal::from(grams);
        self.grams += grams;
        let Some(row) = row else {
            self.unrouted += units;
            return;
        };
        self.routed_grams += grams;
        self.landfill_grams += grams * row.landfill_percent / Decimal::ONE_HUNDRED;
        self.co2_grams += grams * row.co2_grams_per_kg / Decimal::ONE_THOUSAND;
        if !row.source.is_empty() {
            self.sources.insert(row.source.clone());
        }
    }

    fn row(self, disposition: Disposition) -> Diversion {
        let diverted = self.routed_grams - self.landfill_grams;
        let percent = diverted * Decimal::ONE_HUNDRED;
        Diversion {
            disposition,
            units: self.units,
            unweighed: self.unweighed,
            unrouted: self.unrouted,
            kilograms: kilograms(self.grams),
            diverted_kilograms: kilograms(diverted),
            diverted_percent: percent.checked_div(self.routed_grams).and_then(|share| share.to_f64()),
            co2_kilograms: kilograms(self.co2_grams),
            sources: self.sources,
        }
    }
}

fn kilograms(grams: Decimal) -> f64 {
    (grams / Decimal::ONE_THOUSAND).to_f64().unwrap_or_default()
}

impl Records {
    /// Kept from landfill, and CO₂, by the factors of the policy in force. A unit that was not weighed weighs what the
    /// catalogue says.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all questions.
    pub fn diversion(&self, period: Period) -> Result<Table<Diversion>, RecordsError> {
        let (from, until) = period.bounds();
        let routes = self.policy()?.map(|verified| verified.policy.routes).unwrap_or_default();
        let mut statement = self.connection.prepare_cached(
            "SELECT category, disposition, sku, count(*), sum(weight_grams),
               count(*) FILTER (WHERE weight_grams = 0)
             FROM figures WHERE disposition <> '' AND received_ms BETWEEN ?1 AND ?2
             GROUP BY category, disposition, sku",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut ways: BTreeMap<Disposition, Way> = BTreeMap::new();
        let mut weights: BTreeMap<String, Option<u32>> = BTreeMap::new();
        let mut all = 0;
        while let Some(row) = found.next()? {
            let (category, sku): (String, String) = (row.get(0)?, row.get(2)?);
            let disposition: Disposition = parse(&row.get::<_, String>(1)?)?;
            let (units, grams, unweighed) = (uint(row.get(3)?), uint(row.get(4)?), uint(row.get(5)?));
            all += units;
            let way = ways.entry(disposition).or_default();
            way.units += units;
            let category: Option<CategoryCode> = optional(&category)?;
            let route = routes.iter().find(|row| {
                row.disposition == disposition && row.category.matches(category.as_ref()) == Known::Yes
            });
            if units > unweighed {
                way.add(units - unweighed, grams, route);
            }
            if unweighed > 0 {
                let known = match weights.get(&sku) {
                    Some(known) => *known,
                    None => *weights.entry(sku.clone()).or_insert(self.catalogue_grams(&sku)?),
                };
                match known {
                    Some(each) => way.add(unweighed, unweighed * u64::from(each), route),
                    None => way.unweighed += unweighed,
                }
            }
        }
        let rows = ways.into_iter().map(|(disposition, way)| way.row(disposition)).collect();
        Ok(Table { rows, units: all })
    }

    fn catalogue_grams(&self, sku: &str) -> Result<Option<u32>, RecordsError> {
        let Some(sku) = optional::<Sku>(sku)? else { return Ok(None) };
        Ok(self.item(&sku)?.and_then(|item| item.weight_grams).filter(|grams| *grams > 0))
    }
}
