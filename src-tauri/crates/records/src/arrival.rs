//! What is known beside the unit that arrives: facts for the signals that something does not fit. Only what is
//! here is asked; no line is needed.

use returns::ids::{LineId, ParcelId, StationId, Subject, UnitId};
use returns::policy::FraudRules;
use returns::rma::Rma;
use returns::signal::Arrival;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::sql::{millis, uint};
use crate::{Records, RecordsError};

const DAY_MS: i64 = 86_400_000;

/// What arrives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arriving<'a> {
    /// The unit, where it has an id already: it is not held against itself.
    pub unit: Option<UnitId>,
    /// The parcel that it comes out of.
    pub parcel: Option<ParcelId>,
    /// Its RMA, as head office last wrote it.
    pub rma: Option<&'a Rma>,
    /// Its line.
    pub line: Option<&'a LineId>,
}

impl Records {
    /// What is known of an arrival.
    ///
    /// - `label_claimed_at`: another parcel came in by the same return label before – its RMA was found for it, but its
    ///   tracking number is none that the RMA announces – and everything agreed came out of other parcels: a second
    ///   carton of one return is no copy. Or head office says so (feed `label-claims`). The value names the station
    ///   or depot.
    /// - `received_elsewhere`: other benches' units of the line, or head office's count without this bench's own,
    ///   are as many as were authorised. Units out of this very parcel do not count.
    /// - `empty_boxes`: empty boxes and empty parcels of this customer's RMAs within the policy's days.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn arrival(&self, of: &Arriving<'_>) -> Result<Arrival, RecordsError> {
        let Some(rma) = of.rma else { return Ok(Arrival::default()) };
        Ok(Arrival {
            label_claimed_at: self.label_claimed_at(of, rma)?,
            received_elsewhere: self.received_elsewhere(of, rma)?,
            empty_boxes: self.empty_boxes(of, rma)?,
        })
    }

    fn label_claimed_at(&self, of: &Arriving<'_>, rma: &Rma) -> Result<Option<String>, RecordsError> {
        let (Some(label), Some(parcel)) = (&rma.label, of.parcel) else { return Ok(None) };
        if let Some(place) = self.label_claim(label.as_str())?.and_then(|claim| self.claimed(&claim, parcel))
        {
            return Ok(Some(place));
        }
        // A parcel that was announced by its tracking number needed no label.
        let by_label = |tracking: &str| !rma.tracking.iter().any(|announced| announced.as_str() == tracking);
        let sql = "SELECT tracking FROM parcel_figures WHERE parcel = ?1";
        let this: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![parcel.to_string()], |row| row.get(0))
            .optional()?;
        if !this.as_deref().is_none_or(by_label) || !self.all_brought(of, rma, parcel)? {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT station, tracking FROM parcel_rmas JOIN parcel_figures USING (parcel)
             WHERE rma = ?1 AND parcel <> ?2 AND arrived_ms > 0 ORDER BY arrived_ms, parcel",
        )?;
        let mut rows = statement.query(params![rma.number.as_str(), parcel.to_string()])?;
        while let Some(row) = rows.next()? {
            let (station, tracking): (String, String) = (row.get(0)?, row.get(1)?);
            if by_label(&tracking) {
                return Ok(Some(self.station_shown(&station)));
            }
        }
        Ok(None)
    }

    /// Whether other parcels have brought all pieces that were agreed to come back.
    fn all_brought(&self, of: &Arriving<'_>, rma: &Rma, parcel: ParcelId) -> Result<bool, RecordsError> {
        let agreed: u32 = rma.lines.iter().map(|line| line.authorised).sum();
        let sql = "SELECT count(*) FROM figures WHERE rma = ?1 AND parcel <> ?2 AND unit <> ?3 AND stage <> 'VOIDED'";
        let unit = of.unit.map(|unit| unit.to_string()).unwrap_or_default();
        let brought: i64 = self.connection.query_row(
            sql,
            params![rma.number.as_str(), parcel.to_string(), unit],
            |row| row.get(0),
        )?;
        Ok(uint(brought) >= u64::from(agreed))
    }

    /// Where head office says that the label was claimed, unless by this parcel, or by this bench without saying for
    /// which one.
    fn claimed(&self, claim: &Value, parcel: ParcelId) -> Option<String> {
        let field = |name: &str| claim.get(name).and_then(Value::as_str);
        let own = self.enrolment.as_ref().map(|enrolment| enrolment.station.to_string());
        match field("parcel") {
            Some(of) if of == parcel.to_string() => return None,
            None if field("station").is_some() && field("station") == own.as_deref() => return None,
            _ => {}
        }
        let place = field("depot").map(ToOwned::to_owned);
        Some(place.or(field("station").map(|station| self.station_shown(station))).unwrap_or_default())
    }

    /// A station as people know it: this one by name, others by the beginning of their id.
    fn station_shown(&self, station: &str) -> String {
        match &self.enrolment {
            Some(own) if own.station.to_string() == station => own.name.clone(),
            _ => station.chars().take(8).collect(),
        }
    }

    fn received_elsewhere(&self, of: &Arriving<'_>, rma: &Rma) -> Result<bool, RecordsError> {
        let Some(line) = of.line.and_then(|line| rma.line(line)).filter(|line| line.authorised > 0) else {
            return Ok(false);
        };
        let own = self.enrolment.as_ref().map(|enrolment| enrolment.station);
        let parcel = of.parcel.map(|parcel| parcel.to_string());
        // `counted`: what head office's count may hold of the units that are no other receipt.
        let (mut others, mut counted) = (0, 0);
        for (unit, station, from) in self.units_of_line(rma, &line.id)? {
            let here = own.is_some_and(|own| own == station);
            let of_parcel = !from.is_empty() && parcel.as_deref() == Some(from.as_str());
            if here || of_parcel || of.unit == Some(unit) {
                let sent = !here || self.is_receipt_sent(unit)?;
                counted += u32::from(sent);
            } else {
                others += 1;
            }
        }
        Ok(others.max(line.received.saturating_sub(counted)) >= line.authorised)
    }

    fn units_of_line(
        &self,
        rma: &Rma,
        line: &LineId,
    ) -> Result<Vec<(UnitId, StationId, String)>, RecordsError> {
        let sql = "SELECT unit, station, parcel FROM figures WHERE rma = ?1 AND line = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![rma.number.as_str(), line.as_str()])?;
        let mut units = Vec::new();
        while let Some(row) = rows.next()? {
            let (unit, station): (String, String) = (row.get(0)?, row.get(1)?);
            units.push((crate::sql::parse(&unit)?, crate::sql::parse(&station)?, row.get(2)?));
        }
        Ok(units)
    }

    /// Whether head office has confirmed that a unit was received here.
    fn is_receipt_sent(&self, unit: UnitId) -> Result<bool, RecordsError> {
        let sql = "SELECT 1 FROM events JOIN outbox USING (epoch, seq) WHERE subject = ?1 AND kind = 'unit.received'";
        let waits = self.connection.prepare_cached(sql)?.exists(params![Subject::Unit(unit).to_string()])?;
        Ok(!waits)
    }

    fn empty_boxes(&self, of: &Arriving<'_>, rma: &Rma) -> Result<u32, RecordsError> {
        let Some(customer) = &rma.customer else { return Ok(0) };
        let rules = self.policy()?.map_or(FraudRules::default(), |verified| verified.policy.fraud);
        let since = millis(self.now()) - i64::from(rules.empty_box_days) * DAY_MS;
        // One box counts once, whether it is known by its parcel, its unit or both.
        let sql = "SELECT count(*) FROM (
              SELECT CASE WHEN f.parcel <> '' THEN f.parcel ELSE f.unit END AS box
              FROM rmas r JOIN figures f ON f.rma = r.number
              WHERE r.customer = ?1 AND r.customer <> '' AND f.empty_box = 1 AND f.received_ms >= ?2 AND f.unit <> ?3
                AND (f.parcel = '' OR f.parcel <> ?4)
              UNION
              SELECT p.parcel FROM rmas r JOIN parcel_rmas pr ON pr.rma = r.number
                JOIN parcel_figures p ON p.parcel = pr.parcel
              WHERE r.customer = ?1 AND r.customer <> '' AND p.empty = 1 AND p.arrived_ms >= ?2 AND p.parcel <> ?4)";
        let unit = of.unit.map_or(String::new(), |unit| unit.to_string());
        let parcel = of.parcel.map_or(String::new(), |parcel| parcel.to_string());
        let count: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![customer.as_str(), since, unit, parcel], |row| row.get(0))?;
        Ok(u32::try_from(uint(count)).unwrap_or(u32::MAX))
    }
}
