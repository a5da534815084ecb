//! Head office's own station in a depot: what is decided here is an event like any other, in a chain of its own.

use jiff::Timestamp;
use returns::ids::{StationId, Subject, UnitId};
use wire::{Epoch, Head, PublicKey};

use super::events::{adopt, epoch_state};
use super::projections::{UnitRow, list, unit_row_of};
use super::session::cells;
use super::{Store, unreadable};
use crate::error::HeadOfficeError;

impl Store {
    /// Where the chain of head office's own station in a depot ends; the station and the epoch are made at first use.
    /// Such a station draws no LPNs and says no hello, and its key is head office's own.
    pub(crate) fn own_head(
        &self,
        station: &StationId,
        epoch: &Epoch,
        depot: &str,
        key: &PublicKey,
        now: Timestamp,
    ) -> Result<Head, HeadOfficeError> {
        self.write(|tx| {
            // No station can be enrolled under this name, for names hold no dot.
            tx.execute(
                "INSERT INTO stations (station, name, depot, public_key, state, lpn_block, lpn_reserve_block, enrolled_s)
                 VALUES (?1, ?2, ?3, ?4, 'active', 0, 0, ?5) ON CONFLICT (station) DO NOTHING",
                &cells![
                    station.as_bytes(),
                    format!("{depot}.head-office"),
                    depot,
                    key.to_bytes(),
                    now.as_second()
                ],
            )?;
            adopt(tx, station, epoch)?;
            let state = epoch_state(tx, station, epoch, "")?;
            state.map(|state| state.head).ok_or_else(|| unreadable("an epoch that was just made"))
        })
    }

    /// A unit as head office knows it.
    pub fn unit(&self, unit: &UnitId) -> Result<Option<UnitRow>, HeadOfficeError> {
        self.read(|tx| {
            let sql = "SELECT unit, depot, state FROM units WHERE unit = ?1";
            tx.first(sql, &cells![unit.to_string()])?.as_ref().map(unit_row_of).transpose()
        })
    }

    /// The units with an LPN, given as its 12 digits: more than one where a number was given twice.
    pub fn units_with_lpn(&self, digits: &str) -> Result<Vec<UnitRow>, HeadOfficeError> {
        self.read(|tx| {
            let sql = "SELECT unit, depot, state FROM units WHERE lpn = ?1 ORDER BY unit";
            tx.query(sql, &cells![digits])?.iter().map(unit_row_of).collect()
        })
    }

    /// The units of an RMA.
    pub fn units_of_rma(&self, number: &str) -> Result<Vec<UnitRow>, HeadOfficeError> {
        self.read(|tx| {
            let sql = "SELECT unit, depot, state FROM units WHERE rma = ?1 ORDER BY unit";
            tx.query(sql, &cells![number])?.iter().map(unit_row_of).collect()
        })
    }

    /// Units whose return line is not known, and that are not voided.
    pub fn units_unmatched(&self) -> Result<Vec<UnitRow>, HeadOfficeError> {
        let sql = "SELECT unit, depot, state FROM units
                   WHERE stage <> 'VOIDED' AND state LIKE '%\"matched\":\"UNMATCHED\"%' ORDER BY depot, lpn";
        self.read(|tx| tx.query(sql, &[])?.iter().map(unit_row_of).collect())
    }

    /// Units about which two decisions are at odds.
    pub fn units_contested(&self) -> Result<Vec<UnitRow>, HeadOfficeError> {
        let sql = "SELECT unit, depot, state FROM units
                   WHERE state LIKE '%\"contested\":[%' ORDER BY depot, lpn";
        self.read(|tx| tx.query(sql, &[])?.iter().map(unit_row_of).collect())
    }

    /// The station that received each of these units.
    pub(crate) fn received_at(&self, units: &[UnitId]) -> Result<Vec<(UnitId, StationId)>, HeadOfficeError> {
        let subjects: Vec<Subject> = units.iter().map(|unit| Subject::Unit(*unit)).collect();
        self.read(|tx| {
            let sql = format!(
                "SELECT r.subject, e.station FROM readings r JOIN events e USING (position)
                 WHERE r.kind = 'unit.received' AND r.subject IN {} ORDER BY r.position",
                tx.listed()
            );
            let mut found = Vec::new();
            for row in tx.query(&sql, &cells![list(&subjects)?])? {
                if let Subject::Unit(unit) = row.text(0)?.parse().map_err(unreadable)? {
                    found.push((unit, StationId(row.array(1)?)));
                }
            }
            Ok(found)
        })
    }

    /// A parcel as head office knows it.
    pub(crate) fn parcel(
        &self,
        parcel: &returns::ids::ParcelId,
    ) -> Result<Option<returns::parcel::State>, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.first("SELECT state FROM parcels WHERE parcel = ?1", &cells![parcel.to_string()])?;
            row.map(|row| serde_json::from_str(row.text(0)?).map_err(unreadable)).transpose()
        })
    }

    /// The name of a station, whether it is active or not; head office's own ones have none.
    pub fn station_name(&self, station: &StationId) -> Result<Option<String>, HeadOfficeError> {
        self.read(|tx| {
            let sql = "SELECT name FROM stations WHERE station = ?1 AND lpn_block > 0";
            let row = tx.first(sql, &cells![station.as_bytes()])?;
            row.map(|row| Ok(row.text(0)?.to_owned())).transpose()
        })
    }
}
