//! The epochs of a station: what is held of each, and the number under which it goes on.

use returns::ids::StationId;
use wire::{ChainHash, Epoch, EpochHeld, Head, NextEpochReply};

use super::events::adopt;
use super::lpn_blocks::draw_blocks;
use super::session::{Session, cells};
use super::stations::find;
use super::{Store, unreadable};
use crate::error::HeadOfficeError;

impl Store {
    /// A station's epochs, in the order of their names; what head office holds of each.
    pub fn epochs_of(&self, id: &StationId) -> Result<Vec<EpochHeld>, HeadOfficeError> {
        self.read(|tx| held(tx, id))
    }

    /// Closes the epoch that a station leaves and gives it the number under which it goes on, with what is held of
    /// all others: an open epoch that nobody has written in yet, or a fresh one. A station that leaves a provisional
    /// epoch has drawn from its reserve block, and gets another. None while two copies of the
    /// station take turns.
    pub fn next_epoch(
        &self,
        id: &StationId,
        leaving: &Epoch,
    ) -> Result<Option<NextEpochReply>, HeadOfficeError> {
        self.write(|tx| {
            let cloned = tx.first("SELECT cloned FROM hellos WHERE station = ?1", &cells![id.as_bytes()])?;
            if cloned.is_some_and(|row| row.truth(0).unwrap_or(true)) {
                return Ok(None);
            }
            // An epoch that never reached head office is closed all the same.
            adopt(tx, id, leaving)?;
            let closed = tx.execute(
                "UPDATE heads SET state = 'closed' WHERE station = ?1 AND epoch = ?2 AND state = 'open'",
                &cells![id.as_bytes(), leaving.to_string()],
            )?;
            let mut held = held(tx, id)?;
            let number = |epoch: &EpochHeld| match epoch.epoch {
                Epoch::Numbered(number) => Some((number, epoch.head.seq == 0 && !epoch.closed)),
                Epoch::Provisional(_) => None,
            };
            let (highest, unused) = held.iter().filter_map(number).max().unwrap_or((0, false));
            let epoch = Epoch::Numbered(if unused { highest } else { highest + 1 });
            let alone = matches!(leaving, Epoch::Provisional(_));
            if unused {
                held.retain(|other| other.epoch != epoch);
            } else {
                add_epoch(tx, id, epoch)?;
            }
            if alone && closed > 0 {
                let block = draw_blocks(tx, 1)?;
                tx.execute(
                    "UPDATE stations SET lpn_reserve_block = ?2 WHERE station = ?1",
                    &cells![id.as_bytes(), block],
                )?;
            }
            let station = find(tx, id.as_bytes())?.filter(|_| alone);
            let lpn_reserve_block = station.map(|station| station.lpn_reserve_block);
            Ok(Some(NextEpochReply { epoch, held, lpn_reserve_block }))
        })
    }
}

pub(super) fn add_epoch(tx: &mut dyn Session, id: &StationId, epoch: Epoch) -> Result<(), HeadOfficeError> {
    tx.execute(
        "INSERT INTO heads (station, epoch, seq, hash, state) VALUES (?1, ?2, 0, ?3, 'open')",
        &cells![id.as_bytes(), epoch.to_string(), ChainHash::ZERO.0],
    )?;
    Ok(())
}

fn held(tx: &mut dyn Session, id: &StationId) -> Result<Vec<EpochHeld>, HeadOfficeError> {
    let rows = tx.query(
        "SELECT epoch, seq, hash, state FROM heads WHERE station = ?1 ORDER BY epoch",
        &cells![id.as_bytes()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(EpochHeld {
                epoch: row.text(0)?.parse().map_err(unreadable)?,
                head: Head { seq: row.number(1)?, hash: ChainHash(row.array(2)?) },
                closed: row.text(3)? != "open",
            })
        })
        .collect()
}
