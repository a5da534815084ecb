//! Which verified backups there are, and up to where they hold each chain.

use jiff::Timestamp;
use returns::ids::StationId;
use serde::Serialize;
use wire::{Epoch, Head};

use super::lpn_blocks::LPN_BLOCKS;
use super::session::{Turn, cells};
use super::{Store, copy, draw, events};
use crate::error::HeadOfficeError;

/// LPN blocks that a restored head office leaves out: it may have given them out after the backup was taken.
const BLOCKS_LEFT_OUT: u64 = 500;

/// A backup that was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupRecord {
    /// Its name.
    pub backup: String,
    /// Where it was put.
    pub place: String,
    /// When it was taken, in seconds since 1970.
    pub taken_s: i64,
    /// When it was verified.
    pub verified_s: i64,
    /// Events in it.
    pub events: u64,
    /// Photos in it.
    pub blobs: u64,
}

impl Store {
    /// Copies everything, as one transaction sees it, into another store that is empty, and in one transaction there.
    /// With a time it is the beginning of a new life after a restore: another incarnation, by which stations notice, and
    /// LPN blocks beyond those that may have been given out since the backup.
    pub(crate) fn copy_to(&self, other: &Self, new_life: Option<Timestamp>) -> Result<(), HeadOfficeError> {
        self.database.read(&mut |from| {
            other.database.write(Turn::Alone, &mut |to| {
                copy::all(from, to)?;
                if let Some(now) = new_life {
                    draw(to, LPN_BLOCKS, BLOCKS_LEFT_OUT)?;
                    to.execute(
                        "UPDATE head_office SET incarnation = ?1, restored_s = ?2",
                        &cells![hex::encode(rand::random::<[u8; 16]>()), now.as_second()],
                    )?;
                }
                Ok(true)
            })?;
            Ok(true)
        })
    }

    /// Where every chain ends.
    pub(crate) fn heads(&self) -> Result<Vec<(StationId, Epoch, Head)>, HeadOfficeError> {
        let chains = self.read(events::chains)?;
        Ok(chains.into_iter().map(|(station, epoch, state)| (station, epoch, state.head)).collect())
    }

    /// Keeps that a backup was verified, and up to where it holds each chain. What is durable only grows.
    pub(crate) fn keep_backup(
        &self,
        record: &BackupRecord,
        heads: &[(StationId, Epoch, Head)],
    ) -> Result<(), HeadOfficeError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO backups (backup, place, taken_s, verified_s, events, blobs)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (backup) DO NOTHING",
                &cells![
                    &record.backup,
                    &record.place,
                    record.taken_s,
                    record.verified_s,
                    record.events,
                    record.blobs
                ],
            )?;
            for (station, epoch, head) in heads {
                tx.execute(
                    "INSERT INTO durable (station, epoch, seq) VALUES (?1, ?2, ?3)
                     ON CONFLICT (station, epoch) DO UPDATE
                     SET seq = CASE WHEN excluded.seq > durable.seq THEN excluded.seq ELSE durable.seq END",
                    &cells![station.as_bytes(), epoch.to_string(), head.seq],
                )?;
            }
            Ok(())
        })
    }

    /// Backups that were verified, the newest first.
    pub fn backups(&self) -> Result<Vec<BackupRecord>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT backup, place, taken_s, verified_s, events, blobs FROM backups
                 ORDER BY taken_s DESC, backup DESC",
                &[],
            )?;
            rows.iter()
                .map(|row| {
                    Ok(BackupRecord {
                        backup: row.text(0)?.to_owned(),
                        place: row.text(1)?.to_owned(),
                        taken_s: row.int(2)?,
                        verified_s: row.int(3)?,
                        events: row.number(4)?,
                        blobs: row.number(5)?,
                    })
                })
                .collect()
        })
    }

    /// Up to where a verified backup holds a chain.
    pub fn durable_seq(&self, station: &StationId, epoch: &Epoch) -> Result<u64, HeadOfficeError> {
        self.read(|tx| {
            let row = tx.first(
                "SELECT seq FROM durable WHERE station = ?1 AND epoch = ?2",
                &cells![station.as_bytes(), epoch.to_string()],
            )?;
            row.map_or(Ok(0), |row| row.number(0))
        })
    }
}
