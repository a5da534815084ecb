//! Events as an export reads them: by when head office received them, in its own order.

use returns::ids::StationId;

use super::session::cells;
use super::{Store, draw};
use crate::error::HeadOfficeError;

/// Counter of the interchanges that went out.
const INTERCHANGES: &str = "interchanges";

/// An event that this release can read, with when it came.
#[derive(Debug, Clone)]
pub struct ExportedEvent {
    /// Its position in head office's order.
    pub position: u64,
    /// Its station.
    pub station: StationId,
    /// Its depot.
    pub depot: String,
    /// When head office received it, in seconds since 1970.
    pub received_s: i64,
    /// Original bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Events received at or after `since_s` and before `until_s`, behind a position, at most so many. Only what was
    /// read and counts: what came twice or is not known to this release is left out.
    pub fn events_received(
        &self,
        since_s: i64,
        until_s: i64,
        behind: u64,
        most: usize,
    ) -> Result<Vec<ExportedEvent>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT e.position, e.station, e.depot, e.received_s, e.bytes
                 FROM events e JOIN readings r USING (position)
                 WHERE e.position > ?1 AND e.received_s >= ?2 AND e.received_s < ?3 AND r.verdict = 'known'
                 ORDER BY e.position LIMIT ?4",
                &cells![behind, since_s, until_s, most as u64],
            )?;
            rows.iter()
                .map(|row| {
                    Ok(ExportedEvent {
                        position: row.number(0)?,
                        station: StationId(row.array(1)?),
                        depot: row.text(2)?.to_owned(),
                        received_s: row.int(3)?,
                        bytes: row.bytes(4)?.to_vec(),
                    })
                })
                .collect()
        })
    }

    /// A number that no interchange had before.
    pub(crate) fn next_interchange(&self) -> Result<u64, HeadOfficeError> {
        self.write(|tx| draw(tx, INTERCHANGES, 1))
    }
}
