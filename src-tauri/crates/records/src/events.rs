//! What the records must know of single kinds of events, and counts over the log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use returns::event::{Event, ParcelEvent, StationEvent, UnitEvent};
use returns::ids::Sha256Hex;
use rusqlite::params;

use crate::sql::{millis, uint};
use crate::{Records, RecordsError};

/// The photo that an event names: hash and length in bytes.
pub(crate) fn photo_in(event: &Event) -> Option<(Sha256Hex, u64)> {
    match event {
        Event::Unit(UnitEvent::PhotoTaken { hash, len, .. })
        | Event::Parcel(ParcelEvent::PhotoTaken { hash, len, .. }) => Some((*hash, *len)),
        _ => None,
    }
}

/// The text or raw scan in the purgeable store that an event names.
pub(crate) fn text_in(event: &Event) -> Option<Sha256Hex> {
    match event {
        Event::Unit(UnitEvent::Noted { hash }) | Event::Station(StationEvent::RawScanKept { hash, .. }) => {
            Some(*hash)
        }
        Event::Unit(
            UnitEvent::GradeOverridden { note, .. } | UnitEvent::DispositionOverridden { note, .. },
        ) => *note,
        _ => None,
    }
}

/// The bytes that an event purges.
pub(crate) fn purged_in(event: &Event) -> Option<Sha256Hex> {
    match event {
        Event::Station(StationEvent::BytesPurged { hash, .. }) => Some(*hash),
        _ => None,
    }
}

/// Own events by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Count of each kind.
    pub by_kind: BTreeMap<String, u64>,
}

impl Counters {
    /// Events of one kind.
    pub fn of(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or(0)
    }

    /// All events.
    pub fn events(&self) -> u64 {
        self.by_kind.values().sum()
    }
}

impl Records {
    /// Counts this station's events recorded at or after a time.
    pub fn counters(&self, since: Timestamp) -> Result<Counters, RecordsError> {
        let sql = "SELECT kind, count(*) FROM events WHERE recorded_ms >= ?1 GROUP BY kind";
        let mut statement = self.connection.prepare_cached(sql)?;
        let counts =
            statement.query_map(params![millis(since)], |row| Ok((row.get(0)?, uint(row.get(1)?))))?;
        Ok(Counters { by_kind: counts.collect::<Result<_, _>>()? })
    }
}
