//! Licence plate numbers: drawn from the station's own block, given once.

use returns::event::{Event, StationEvent, UnitEvent};
use returns::ids::UnitId;
use returns::lpn::{Lpn, LpnBlock};
use rusqlite::{Connection, OptionalExtension, params};

use crate::enrolment::{Enrolment, fresh_block};
use crate::sql::{json, parse};
use crate::{Records, RecordsError};

impl Records {
    /// The LPN that the next unit gets. It is drawn when a `unit.received` that bears it is appended; until
    /// then the same one is given again.
    ///
    /// # Errors
    /// `lpn-block-empty`, `station-not-enrolled`.
    pub fn next_lpn(&self) -> Result<Lpn, RecordsError> {
        let mut block = drawing(self.enrolled()?)?;
        loop {
            let (lpn, rest) = block.draw().map_err(|_| RecordsError::LpnsUsedUp)?;
            if bearer(&self.connection, lpn)?.is_none() {
                return Ok(lpn);
            }
            block = rest;
        }
    }

    /// LPNs that this station can still give.
    pub fn lpns_left(&self) -> u32 {
        self.enrolment.as_ref().map_or(0, |enrolment| {
            enrolment.lpn_block.left() + enrolment.lpn_further_block.map_or(0, |_| 99_999)
        })
    }
}

/// The block from which numbers are drawn now.
fn drawing(enrolment: &Enrolment) -> Result<LpnBlock, RecordsError> {
    match enrolment.lpn_further_block {
        Some(further) if enrolment.lpn_block.left() == 0 => fresh_block(further),
        _ => Ok(enrolment.lpn_block),
    }
}

/// Who bears an LPN.
pub(crate) fn bearer(connection: &Connection, lpn: Lpn) -> Result<Option<UnitId>, RecordsError> {
    let mut statement = connection.prepare_cached("SELECT id FROM units WHERE lpn = ?1 LIMIT 1")?;
    let id: Option<String> = statement.query_row(params![lpn.digits()], |row| row.get(0)).optional()?;
    id.map(|id| parse(&id)).transpose()
}

/// Moves the counter past what an event drew; within the event's own transaction. Says whether it moved.
pub(crate) fn draw(
    connection: &Connection,
    enrolment: &mut Enrolment,
    event: &Event,
) -> Result<bool, RecordsError> {
    let (number, next) = match event {
        Event::Unit(UnitEvent::Received { lpn, preprinted: false, .. }) => (lpn.block(), lpn.counter() + 1),
        Event::Station(StationEvent::LpnsDrawn { block, first, count }) => {
            (*block, first.saturating_add(*count))
        }
        _ => return Ok(false),
    };
    let mut block = drawing(enrolment)?;
    if number != block.block || next <= block.next {
        return Ok(false);
    }
    block.next = next.min(block.end);
    if Some(block.block) == enrolment.lpn_further_block {
        enrolment.lpn_further_block = None;
    }
    enrolment.lpn_block = block;
    connection.execute(
        "UPDATE enrolment SET lpn_block = ?1, lpn_further_block = ?2",
        params![json(&block)?, enrolment.lpn_further_block.unwrap_or(0)],
    )?;
    Ok(true)
}
