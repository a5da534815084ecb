//! The event log: original bytes at their places, appended under the lock of their chain's head.

use jiff::Timestamp;
use returns::ids::StationId;
use wire::{ChainHash, Epoch, Head};

use super::session::{Session, cells};
use super::{Store, draw, unreadable};
use crate::error::HeadOfficeError;
use crate::ledger::{BatchRefusal, CheckedBatch};

/// Counter of the places of events in head office's own order, which is the order of the `units` feed.
pub(super) const EVENT_POSITIONS: &str = "events";

/// An epoch as head office has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochState {
    /// Where its chain ends.
    pub head: Head,
    /// Whether events may still be appended.
    pub open: bool,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendRefusal {
    /// The batch does not continue the chain.
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    /// Head office never gave out this epoch.
    #[error("no such epoch")]
    EpochUnknown,
    /// The epoch is closed: the station goes on in another.
    #[error("the epoch is closed")]
    EpochClosed,
    /// Head office's own trouble.
    #[error(transparent)]
    Trouble(#[from] HeadOfficeError),
}

/// One event as it is stored.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Sequence and hash.
    pub head: Head,
    /// Original bytes.
    pub bytes: Vec<u8>,
}

/// Columns of `events` in the order in which rows are made.
pub(super) const EVENT_COLUMNS: [&str; 9] =
    ["position", "station", "epoch", "seq", "hash", "bytes", "depot", "envelope", "received_s"];

impl Store {
    /// An epoch of a station. A provisional one that is not known yet is adopted as it is.
    pub fn epoch(&self, station: &StationId, epoch: &Epoch) -> Result<Option<EpochState>, HeadOfficeError> {
        let known = self.read(|tx| epoch_state(tx, station, epoch, ""))?;
        match (known, epoch) {
            (None, Epoch::Provisional(_)) => self.write_shared(|tx| {
                adopt(tx, station, epoch)?;
                epoch_state(tx, station, epoch, "")
            }),
            (known, _) => Ok(known),
        }
    }

    /// Takes up an epoch that this life of head office never gave out: a restored one forgot that it had.
    pub fn adopt_epoch(&self, station: &StationId, epoch: &Epoch) -> Result<EpochState, HeadOfficeError> {
        self.write_shared(|tx| {
            adopt(tx, station, epoch)?;
            epoch_state(tx, station, epoch, "")?.ok_or_else(|| unreadable("an epoch that was just made"))
        })
    }

    /// Every epoch of every station.
    pub fn chains(&self) -> Result<Vec<(StationId, Epoch, EpochState)>, HeadOfficeError> {
        self.read(chains)
    }

    /// Appends what of a batch is new; gives the chain's head after it. The head row is locked from the
    /// first line on, so two pushes of one station cannot interleave.
    pub fn append(&self, batch: CheckedBatch, depot: &str, now: Timestamp) -> Result<Head, AppendRefusal> {
        let row_lock = self.database.row_lock();
        self.write_shared(|tx| {
            let (station, epoch) = (batch.station, batch.epoch);
            if matches!(epoch, Epoch::Provisional(_)) {
                adopt(tx, &station, &epoch)?;
            }
            let mut state = epoch_state(tx, &station, &epoch, row_lock)?;
            if state.is_none() && forgotten(tx, &station, &epoch)? {
                adopt(tx, &station, &epoch)?;
                state = epoch_state(tx, &station, &epoch, row_lock)?;
            }
            let state = state.ok_or(AppendRefusal::EpochUnknown)?;
            let (before, overlap) = batch.joints(state.head);
            let mut known = Vec::with_capacity(2);
            for place in [before, overlap] {
                // The head itself needs no look at the events.
                let hash = if place == state.head.seq {
                    Some(state.head.hash)
                } else {
                    stored_hash(tx, &station, &epoch, place)?
                };
                known.push((place, hash));
            }
            let hash_at = |seq| known.iter().find(|(place, _)| *place == seq).and_then(|(_, hash)| *hash);
            let fresh = batch.continuing(state.head, hash_at)?;
            let Some(last) = fresh.last().map(|event| event.head) else {
                return Ok(state.head);
            };
            if !state.open {
                return Err(AppendRefusal::EpochClosed);
            }
            tx.execute(
                "UPDATE heads SET seq = ?3, hash = ?4 WHERE station = ?1 AND epoch = ?2",
                &cells![station.as_bytes(), epoch.to_string(), last.seq, last.hash.0],
            )?;
            // Last of all locks, so that it is held only while the rows go in.
            let first_position = draw(tx, EVENT_POSITIONS, fresh.len() as u64)?;
            let epoch = epoch.to_string();
            let rows: Vec<_> = (first_position..)
                .zip(fresh)
                .map(|(position, event)| {
                    cells![
                        position,
                        station.as_bytes(),
                        &epoch,
                        event.head.seq,
                        event.head.hash.0,
                        event.bytes,
                        depot,
                        event.envelope,
                        now.as_second()
                    ]
                    .into()
                })
                .collect();
            tx.insert("events", &EVENT_COLUMNS, &rows)?;
            Ok(last)
        })
    }

    /// The hash stored at a place; for place 0 the zero hash.
    pub fn hash_at(
        &self,
        station: &StationId,
        epoch: &Epoch,
        seq: u64,
    ) -> Result<Option<ChainHash>, HeadOfficeError> {
        self.read(|tx| stored_hash(tx, station, epoch, seq))
    }

    /// Events of a chain behind `after`, in order, at most so many and about so many bytes.
    pub fn events_after(
        &self,
        station: &StationId,
        epoch: &Epoch,
        after: u64,
        most: usize,
        most_bytes: usize,
    ) -> Result<Vec<StoredEvent>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT seq, hash, bytes FROM events
                 WHERE station = ?1 AND epoch = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
                &cells![station.as_bytes(), epoch.to_string(), after, most as u64],
            )?;
            let (mut events, mut bytes_in_all) = (Vec::new(), 0);
            for row in &rows {
                let bytes = row.bytes(2)?.to_vec();
                bytes_in_all += bytes.len();
                if bytes_in_all > most_bytes && !events.is_empty() {
                    break;
                }
                let head = Head { seq: row.number(0)?, hash: ChainHash(row.array(1)?) };
                events.push(StoredEvent { head, bytes });
            }
            Ok(events)
        })
    }
}

/// Every epoch of every station, as this transaction sees them.
pub(super) fn chains(tx: &mut dyn Session) -> Result<Vec<(StationId, Epoch, EpochState)>, HeadOfficeError> {
    let rows = tx.query("SELECT station, epoch, seq, hash, state FROM heads ORDER BY station, epoch", &[])?;
    rows.iter()
        .map(|row| {
            let head = Head { seq: row.number(2)?, hash: ChainHash(row.array(3)?) };
            let state = EpochState { head, open: row.text(4)? == "open" };
            Ok((StationId(row.array(0)?), row.text(1)?.parse().map_err(unreadable)?, state))
        })
        .collect()
}

/// Whether an epoch that is not known must have been given out all the same: head office was restored since, or the
/// station has a higher number.
fn forgotten(tx: &mut dyn Session, station: &StationId, epoch: &Epoch) -> Result<bool, HeadOfficeError> {
    let Epoch::Numbered(number) = epoch else { return Ok(true) };
    if tx.only("SELECT restored_s FROM head_office", &[])?.int(0)? > 0 {
        return Ok(true);
    }
    let rows = tx.query("SELECT epoch FROM heads WHERE station = ?1", &cells![station.as_bytes()])?;
    Ok(rows.iter().any(|row| {
        let known = row.text(0).map(str::parse::<Epoch>);
        matches!(known, Ok(Ok(Epoch::Numbered(known))) if known > *number)
    }))
}

/// Opens an epoch under the name that the station gave it, if it is not known yet.
pub(super) fn adopt(tx: &mut dyn Session, station: &StationId, epoch: &Epoch) -> Result<(), HeadOfficeError> {
    tx.execute(
        "INSERT INTO heads (station, epoch, seq, hash, state) VALUES (?1, ?2, 0, ?3, 'open')
         ON CONFLICT (station, epoch) DO NOTHING",
        &cells![station.as_bytes(), epoch.to_string(), ChainHash::ZERO.0],
    )?;
    Ok(())
}

/// An epoch as it is stored; `row_lock` is appended to the SELECT.
pub(super) fn epoch_state(
    tx: &mut dyn Session,
    station: &StationId,
    epoch: &Epoch,
    row_lock: &str,
) -> Result<Option<EpochState>, HeadOfficeError> {
    let sql = format!("SELECT seq, hash, state FROM heads WHERE station = ?1 AND epoch = ?2{row_lock}");
    let row = tx.first(&sql, &cells![station.as_bytes(), epoch.to_string()])?;
    row.map(|row| {
        let head = Head { seq: row.number(0)?, hash: ChainHash(row.array(1)?) };
        Ok(EpochState { head, open: row.text(2)? == "open" })
    })
    .transpose()
}

fn stored_hash(
    tx: &mut dyn Session,
    station: &StationId,
    epoch: &Epoch,
    seq: u64,
) -> Result<Option<ChainHash>, HeadOfficeError> {
    if seq == 0 {
        return Ok(Some(ChainHash::ZERO));
    }
    let row = tx.first(
        "SELECT hash FROM events WHERE station = ?1 AND epoch = ?2 AND seq = ?3",
        &cells![station.as_bytes(), epoch.to_string(), seq],
    )?;
    row.map(|row| Ok(ChainHash(row.array(0)?))).transpose()
}
