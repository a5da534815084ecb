//! Which photos are held, and which are on their way.

use jiff::Timestamp;
use returns::ids::{Sha256Hex, StationId};

use super::Store;
use super::session::cells;
use crate::error::HeadOfficeError;

impl Store {
    /// Length of a photo that is held whole.
    pub fn blob(&self, sha256: &Sha256Hex) -> Result<Option<u64>, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.first("SELECT length FROM blobs WHERE sha256 = ?1", &cells![sha256.as_bytes()])?;
            row.map(|row| row.number(0)).transpose()
        })
    }

    /// Keeps a station's word on how long a photo is.
    pub fn offer_blob(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
    ) -> Result<(), HeadOfficeError> {
        self.write_shared(|tx| {
            tx.execute(
                "INSERT INTO blob_offers (station, sha256, length) VALUES (?1, ?2, ?3)
                 ON CONFLICT (station, sha256) DO UPDATE SET length = excluded.length",
                &cells![station.as_bytes(), sha256.as_bytes(), length],
            )?;
            Ok(())
        })
    }

    /// The length that a station offered.
    pub fn offered_blob(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
    ) -> Result<Option<u64>, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.first(
                "SELECT length FROM blob_offers WHERE station = ?1 AND sha256 = ?2",
                &cells![station.as_bytes(), sha256.as_bytes()],
            )?;
            row.map(|row| row.number(0)).transpose()
        })
    }

    /// A photo is held whole: its file is durable already.
    pub fn keep_blob(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
        now: Timestamp,
    ) -> Result<(), HeadOfficeError> {
        self.write_shared(|tx| {
            tx.execute(
                "INSERT INTO blobs (sha256, length, station, received_s) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (sha256) DO NOTHING",
                &cells![sha256.as_bytes(), length, station.as_bytes(), now.as_second()],
            )?;
            tx.execute(
                "DELETE FROM blob_offers WHERE station = ?1 AND sha256 = ?2",
                &cells![station.as_bytes(), sha256.as_bytes()],
            )?;
            Ok(())
        })
    }

    /// Every photo that is held whole, with its length.
    pub fn blobs(&self) -> Result<Vec<(Sha256Hex, u64)>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query("SELECT sha256, length FROM blobs ORDER BY sha256", &[])?;
            rows.iter().map(|row| Ok((Sha256Hex(row.array(0)?), row.number(1)?))).collect()
        })
    }
}
