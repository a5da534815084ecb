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

/// Moves the counter past what an event drew. Says whether it moved; [`write`] then keeps it, in the event's own
/// transaction.
pub(crate) fn draw(enrolment: &mut Enrolment, event: &Event) -> Result<bool, RecordsError> {
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
    Ok(true)
}

/// Keeps the counter.
pub(crate) fn write(connection: &Connection, enrolment: &Enrolment) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "UPDATE enrolment SET lpn_block = ?1, lpn_further_block = ?2, lpn_reserve_block = ?3",
        )?
        .execute(params![
            json(&enrolment.lpn_block)?,
            enrolment.lpn_further_block.unwrap_or(0),
            enrolment.lpn_reserve_block,
        ])?;
    Ok(())
}

/// Numbers that a lost state may have given are never given again: from here on the station draws from its reserve,
/// beginning at one of many places, so that two copies of one disk hardly meet. Without a reserve it leaps ahead.
pub(crate) fn leave_block(enrolment: &mut Enrolment, random: u8) -> Result<(), RecordsError> {
    if enrolment.lpn_reserve_block != 0 {
        let start = u32::from(random % RESERVE_STARTS) * 1000 + 1;
        enrolment.lpn_block =
            LpnBlock::new(enrolment.lpn_reserve_block, start, 100_000).map_err(RecordsError::row)?;
        enrolment.lpn_reserve_block = 0;
    } else {
        let mut block = drawing(enrolment)?;
        if Some(block.block) == enrolment.lpn_further_block {
            enrolment.lpn_further_block = None;
        }
        block.next = block.next.saturating_add(LEAP).min(block.end);
        enrolment.lpn_block = block;
    }
    Ok(())
}

/// Places in the reserve block where a station may begin: the first half of its thousands.
const RESERVE_STARTS: u8 = 50;
/// Numbers passed over where no reserve is left: more than a bench gives in weeks without a line.
const LEAP: u32 = 5000;
