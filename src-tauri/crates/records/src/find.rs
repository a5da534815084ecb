//! Looking things up: by what was scanned, by what is open. What a person types is found by `search`.

use returns::ids::{
    ContainerCode, ContainerId, CustomerTier, ParcelId, RmaNumber, Serial, Sku, Subject, TrackingNumber,
    UnitId,
};
use returns::lpn::Lpn;
use returns::rma::Rma;
use returns::{container, parcel, unit};
use rusqlite::types::Value;

use crate::projections::limit;
use crate::sql::parse;
use crate::{Records, RecordsError};

/// Something that a query found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A unit.
    Unit(UnitId, Box<unit::State>),
    /// A parcel.
    Parcel(ParcelId, Box<parcel::State>),
    /// A container.
    Container(ContainerId, Box<container::State>),
    /// An RMA.
    Rma(Box<Rma>),
}

impl Found {
    /// As the subject of events; `None` for an RMA.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::Unit(id, _) => Some(Subject::Unit(*id)),
            Self::Parcel(id, _) => Some(Subject::Parcel(*id)),
            Self::Container(id, _) => Some(Subject::Container(*id)),
            Self::Rma(_) => None,
        }
    }
}

/// What puts an open unit in its order: read by the thousand, so without its whole state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InOrder {
    /// Which.
    pub unit: UnitId,
    /// The product, where it is known.
    pub sku: Option<Sku>,
    /// The tier of its RMA's customer.
    pub tier: Option<CustomerTier>,
}

fn value(value: impl ToString) -> Value {
    Value::Text(value.to_string())
}

impl Records {
    /// The unit with this LPN; where two bear it, the one touched last.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all look-ups.
    pub fn unit_by_lpn(&self, lpn: Lpn) -> Result<Option<(UnitId, unit::State)>, RecordsError> {
        Ok(self.units_by_lpn(lpn)?.into_iter().next())
    }

    /// Every unit with this LPN, the one touched last first: more than one is a fault to be shown.
    pub fn units_by_lpn(&self, lpn: Lpn) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE lpn = ?1 ORDER BY touched DESC", &[value(lpn.digits())])
    }

    /// Units with this serial, newest first.
    pub fn units_by_serial(&self, serial: &Serial) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE serial = ?1 ORDER BY touched DESC", &[value(serial)])
    }

    /// Units of an RMA, in the order in which they were last touched.
    pub fn units_of_rma(&self, number: &RmaNumber) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE rma = ?1 ORDER BY touched", &[value(number)])
    }

    /// Units that came out of a parcel.
    pub fn units_of_parcel(&self, parcel: &ParcelId) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE parcel = ?1 ORDER BY touched", &[value(parcel)])
    }

    /// Units in a container.
    pub fn units_in_container(
        &self,
        container: &ContainerId,
    ) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE container = ?1 ORDER BY touched", &[value(container)])
    }

    /// The units touched last, newest first.
    pub fn recent_units(&self, most: usize) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "ORDER BY touched DESC LIMIT ?1", &[limit(most)])
    }

    /// Units whose review is pending, or that two decisions contest; longest waiting first.
    pub fn units_in_review(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        let rest = "WHERE review = 'PENDING' OR (held = 1 AND state ->> 'contested' IS NOT NULL) ORDER BY updated_ms, touched";
        self.rows("units", rest, &[])
    }

    /// Units with a hold, longest waiting first.
    pub fn units_on_hold(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        self.rows("units", "WHERE held = 1 ORDER BY updated_ms, touched", &[])
    }

    /// Units begun and neither staged, closed nor voided; newest first.
    pub fn units_under_way(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        let rest =
            "WHERE stage IN ('RECEIVED', 'INSPECTING', 'GRADED', 'DISPOSITIONED') ORDER BY touched DESC";
        self.rows("units", rest, &[])
    }

    /// Units neither closed nor voided, the one touched longest ago first.
    pub fn units_open(&self) -> Result<Vec<(UnitId, unit::State)>, RecordsError> {
        let rest =
            "WHERE stage IN ('RECEIVED', 'INSPECTING', 'GRADED', 'DISPOSITIONED', 'STAGED') ORDER BY touched";
        self.rows("units", rest, &[])
    }

    /// The same units, with what puts them in order.
    pub fn units_in_order(&self) -> Result<Vec<InOrder>, RecordsError> {
        let sql = "SELECT u.id, u.sku, coalesce(r.rma ->> '$.tier', '')
                   FROM units u LEFT JOIN rmas r ON r.number = u.rma
                   WHERE u.stage IN ('RECEIVED', 'INSPECTING', 'GRADED', 'DISPOSITIONED', 'STAGED') ORDER BY u.touched";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (unit, sku, tier): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            found.push(InOrder {
                unit: parse(&unit)?,
                sku: (!sku.is_empty()).then(|| parse(&sku)).transpose()?,
                tier: (!tier.is_empty()).then(|| parse(&tier)).transpose()?,
            });
        }
        Ok(found)
    }

    /// The parcel with this tracking number; the one touched last, should a number come twice.
    pub fn parcel_by_tracking(
        &self,
        tracking: &TrackingNumber,
    ) -> Result<Option<(ParcelId, parcel::State)>, RecordsError> {
        let found =
            self.rows("parcels", "WHERE tracking = ?1 ORDER BY touched DESC LIMIT 1", &[value(tracking)])?;
        Ok(found.into_iter().next())
    }

    /// The parcel opened last that is not emptied.
    pub fn open_parcel(&self) -> Result<Option<(ParcelId, parcel::State)>, RecordsError> {
        let found = self.rows("parcels", "WHERE stage = 'OPENED' ORDER BY touched DESC LIMIT 1", &[])?;
        Ok(found.into_iter().next())
    }

    /// Parcels that arrived and are not emptied, newest first.
    pub fn parcels_at_hand(&self) -> Result<Vec<(ParcelId, parcel::State)>, RecordsError> {
        self.rows("parcels", "WHERE stage IN ('ARRIVED', 'OPENED') ORDER BY touched DESC", &[])
    }

    /// The container with this code: an open one before one that is closed.
    pub fn container_by_code(
        &self,
        code: &ContainerCode,
    ) -> Result<Option<(ContainerId, container::State)>, RecordsError> {
        let rest = "WHERE code = ?1 ORDER BY stage = 'OPEN' DESC, touched DESC LIMIT 1";
        Ok(self.rows("containers", rest, &[value(code)])?.into_iter().next())
    }

    /// Open containers by code.
    pub fn open_containers(&self) -> Result<Vec<(ContainerId, container::State)>, RecordsError> {
        self.rows("containers", "WHERE stage = 'OPEN' ORDER BY code", &[])
    }

    /// Containers that are not shipped, by code.
    pub fn containers_here(&self) -> Result<Vec<(ContainerId, container::State)>, RecordsError> {
        self.rows("containers", "WHERE stage IN ('OPEN', 'CLOSED') ORDER BY code, touched", &[])
    }
}
