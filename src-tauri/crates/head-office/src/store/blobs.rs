//! Which photos are held, and which are on their way.

use jiff::Timestamp;
use returns::ids::{Sha256Hex, StationId};
use rusqlite::{OptionalExtension, params};

use super::{Store, signed, unsigned};
use crate::error::HeadOfficeError;

impl Store {
    /// Length of a photo that is held whole.
    pub fn blob(&self, sha256: &Sha256Hex) -> Result<Option<u64>, HeadOfficeError> {
        self.read(|tx| {
            let length: Option<i64> = tx
                .query_row("SELECT length FROM blobs WHERE sha256 = ?1", [sha256.as_bytes()], |row| {
                    row.get(0)
                })
                .optional()?;
            Ok(length.map(unsigned))
        })
    }

    /// Keeps a station's word on how long a photo is.
    pub fn offer_blob(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
    ) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO blob_offers (station, sha256, length) VALUES (?1, ?2, ?3)
                 ON CONFLICT (station, sha256) DO UPDATE SET length = excluded.length",
                params![station.as_bytes(), sha256.as_bytes(), signed(length)],
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
            let length: Option<i64> = tx
                .query_row(
                    "SELECT length FROM blob_offers WHERE station = ?1 AND sha256 = ?2",
                    params![station.as_bytes(), sha256.as_bytes()],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(length.map(unsigned))
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
        self.write(|tx| {
            tx.execute(
                "INSERT INTO blobs (sha256, length, station, received_s) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (sha256) DO NOTHING",
                params![sha256.as_bytes(), signed(length), station.as_bytes(), now.as_second()],
            )?;
            tx.execute(
                "DELETE FROM blob_offers WHERE station = ?1 AND sha256 = ?2",
                params![station.as_bytes(), sha256.as_bytes()],
            )?;
            Ok(())
        })
    }

    /// Every photo that is held whole, with its length.
    pub fn blobs(&self) -> Result<Vec<(Sha256Hex, u64)>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement = tx.prepare("SELECT sha256, length FROM blobs ORDER BY sha256")?;
            let rows = statement.query_map([], |row| Ok((Sha256Hex(row.get(0)?), unsigned(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
