//! The event log: original bytes at their places, appended under the lock of their chain's head.

use jiff::Timestamp;
use returns::ids::StationId;
use rusqlite::{OptionalExtension, Transaction, params};
use wire::{ChainHash, Epoch, Head};

use super::{Store, draw, signed, unreadable, unsigned};
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

impl Store {
    /// An epoch of a station. A provisional one that is not known yet is adopted as it is.
    pub fn epoch(&self, station: &StationId, epoch: &Epoch) -> Result<Option<EpochState>, HeadOfficeError> {
        match epoch {
            Epoch::Numbered(_) => self.read(|tx| epoch_state(tx, station, epoch)),
            Epoch::Provisional(_) => self.write(|tx| epoch_state(tx, station, epoch)),
        }
    }

    /// Every epoch of every station.
    pub fn chains(&self) -> Result<Vec<(StationId, Epoch, EpochState)>, HeadOfficeError> {
        self.read(|tx| {
            let mut statement =
                tx.prepare("SELECT station, epoch, seq, hash, state FROM heads ORDER BY station, epoch")?;
            let rows = statement.query_map([], |row| {
                let head = Head { seq: unsigned(row.get(2)?), hash: ChainHash(row.get(3)?) };
                let open = row.get::<_, String>(4)? == "open";
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?, EpochState { head, open }))
            })?;
            rows.map(|row| {
                let (station, epoch, state) = row?;
                Ok((StationId(station), epoch.parse().map_err(unreadable)?, state))
            })
            .collect()
        })
    }

    /// Appends what of a batch is new; gives the chain's head after it. The head row is locked from the
    /// first line on (IMMEDIATE), so two pushes of one station cannot interleave.
    pub fn append(&self, batch: CheckedBatch, depot: &str, now: Timestamp) -> Result<Head, AppendRefusal> {
        self.write(|tx| {
            let (station, epoch) = (batch.station, batch.epoch);
            let state = epoch_state(tx, &station, &epoch)?.ok_or(AppendRefusal::EpochUnknown)?;
            let (before, overlap) = batch.joints(state.head);
            let known = [
                (before, stored_hash(tx, &station, &epoch, before)?),
                (overlap, stored_hash(tx, &station, &epoch, overlap)?),
            ];
            let hash_at = |seq| known.iter().find(|(place, _)| *place == seq).and_then(|(_, hash)| *hash);
            let fresh = batch.continuing(state.head, hash_at)?;
            let Some(last) = fresh.last().map(|event| event.head) else {
                return Ok(state.head);
            };
            if !state.open {
                return Err(AppendRefusal::EpochClosed);
            }
            let first_position = draw(tx, EVENT_POSITIONS, fresh.len() as u64)?;
            let mut insert = tx
                .prepare_cached(
                    "INSERT INTO events (position, station, epoch, seq, hash, bytes, depot, envelope, received_s)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )
                .map_err(HeadOfficeError::from)?;
            for (position, event) in (first_position..).zip(&fresh) {
                insert
                    .execute(params![
                        signed(position),
                        station.as_bytes(),
                        epoch.to_string(),
                        signed(event.head.seq),
                        event.head.hash.0,
                        event.bytes,
                        depot,
                        event.envelope,
                        now.as_second()
                    ])
                    .map_err(HeadOfficeError::from)?;
            }
            tx.execute(
                "UPDATE heads SET seq = ?3, hash = ?4 WHERE station = ?1 AND epoch = ?2",
                params![station.as_bytes(), epoch.to_string(), signed(last.seq), last.hash.0],
            )
            .map_err(HeadOfficeError::from)?;
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
            let mut statement = tx.prepare_cached(
                "SELECT seq, hash, bytes FROM events
                 WHERE station = ?1 AND epoch = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
            )?;
            let mut rows = statement.query(params![
                station.as_bytes(),
                epoch.to_string(),
                signed(after),
                signed(most as u64)
            ])?;
            let (mut events, mut bytes_in_all) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let bytes: Vec<u8> = row.get(2)?;
                bytes_in_all += bytes.len();
                if bytes_in_all > most_bytes && !events.is_empty() {
                    break;
                }
                let head = Head { seq: unsigned(row.get(0)?), hash: ChainHash(row.get(1)?) };
                events.push(StoredEvent { head, bytes });
            }
            Ok(events)
        })
    }
}

fn epoch_state(
    tx: &Transaction<'_>,
    station: &StationId,
    epoch: &Epoch,
) -> Result<Option<EpochState>, HeadOfficeError> {
    if matches!(epoch, Epoch::Provisional(_)) {
        tx.execute(
            "INSERT INTO heads (station, epoch, seq, hash, state) VALUES (?1, ?2, 0, ?3, 'open')
             ON CONFLICT (station, epoch) DO NOTHING",
            params![station.as_bytes(), epoch.to_string(), ChainHash::ZERO.0],
        )?;
    }
    let row = tx
        .query_row(
            "SELECT seq, hash, state FROM heads WHERE station = ?1 AND epoch = ?2",
            params![station.as_bytes(), epoch.to_string()],
            |row| {
                let head = Head { seq: unsigned(row.get(0)?), hash: ChainHash(row.get(1)?) };
                Ok(EpochState { head, open: row.get::<_, String>(2)? == "open" })
            },
        )
        .optional()?;
    Ok(row)
}

fn stored_hash(
    tx: &Transaction<'_>,
    station: &StationId,
    epoch: &Epoch,
    seq: u64,
) -> Result<Option<ChainHash>, HeadOfficeError> {
    if seq == 0 {
        return Ok(Some(ChainHash::ZERO));
    }
    let hash: Option<[u8; 32]> = tx
        .prepare_cached("SELECT hash FROM events WHERE station = ?1 AND epoch = ?2 AND seq = ?3")?
        .query_row(params![station.as_bytes(), epoch.to_string(), signed(seq)], |row| row.get(0))
        .optional()?;
    Ok(hash.map(ChainHash))
}
