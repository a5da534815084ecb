//! Blocks of LPNs: each is given to one station, and never again.

use returns::ids::StationId;

use super::session::{Session, cells};
use super::{Store, draw, drawn};
use crate::error::HeadOfficeError;

/// LPN blocks are 5 digits; they begin at 10000 so that no LPN begins with a zero.
const FIRST_LPN_BLOCK: u64 = 10_000;
const LAST_LPN_BLOCK: u64 = 99_999;
/// From this counter on a block of 100,000 runs low.
const LOW_FROM: u32 = 80_000;
/// Counter of the blocks that were given out.
pub(super) const LPN_BLOCKS: &str = "lpn-blocks";

impl Store {
    /// The further LPN block of a station, if it needs one: the newest block that it has is used up to four fifths, by
    /// the numbers that its events named. Asked again it is the same one, for the reply may have been lost.
    pub fn further_block(&self, id: &StationId) -> Result<Option<u32>, HeadOfficeError> {
        let (first, further, low) = self.read(|tx| {
            let row = tx.only(
                "SELECT lpn_block, lpn_next_block FROM stations WHERE station = ?1",
                &cells![id.as_bytes()],
            )?;
            let (first, further) = (row.number(0)?, row.number(1)?);
            Ok((first, further, runs_low(tx, first.max(further))?))
        })?;
        if !low {
            return Ok(if further > 0 { Some(lpn_block(further)?) } else { None });
        }
        self.write(|tx| {
            // Another process may have been asked at the same time.
            let row =
                tx.only("SELECT lpn_next_block FROM stations WHERE station = ?1", &cells![id.as_bytes()])?;
            let newest = row.number(0)?;
            if newest != further && newest > first {
                return Ok(Some(lpn_block(newest)?));
            }
            let block = draw_blocks(tx, 1)?;
            tx.execute(
                "UPDATE stations SET lpn_next_block = ?2 WHERE station = ?1",
                &cells![id.as_bytes(), block],
            )?;
            Ok(Some(block))
        })
    }
}

/// Draws so many LPN blocks in a row; gives the first.
pub(super) fn draw_blocks(tx: &mut dyn Session, count: u64) -> Result<u32, HeadOfficeError> {
    let first = FIRST_LPN_BLOCK - 1 + draw(tx, LPN_BLOCKS, count)?;
    if first + count - 1 > LAST_LPN_BLOCK {
        return Err(HeadOfficeError::LpnBlocksUsedUp);
    }
    lpn_block(first)
}

pub(super) fn lpn_block(number: u64) -> Result<u32, HeadOfficeError> {
    u32::try_from(number).map_err(|_| HeadOfficeError::LpnBlocksUsedUp)
}

/// How far beyond the last block given out a station may say that it was given one: a head office that was restored has
/// forgotten as many at most.
const FORGOTTEN_AT_MOST: u64 = 1000;

/// Sees to it that a block which a forgotten station has is given to nobody else; false where it cannot have been given.
pub(super) fn leave_out(tx: &mut dyn Session, block: u32) -> Result<bool, HeadOfficeError> {
    let Some(number) = (u64::from(block) + 1).checked_sub(FIRST_LPN_BLOCK) else { return Ok(false) };
    let last = drawn(tx, LPN_BLOCKS)?;
    let given = number > 0 && u64::from(block) <= LAST_LPN_BLOCK && number <= last + FORGOTTEN_AT_MOST;
    if given && number > last {
        draw(tx, LPN_BLOCKS, number - last)?;
    }
    Ok(given)
}

/// Whether a block is used up to four fifths, as far as events have told.
fn runs_low(tx: &mut dyn Session, block: u64) -> Result<bool, HeadOfficeError> {
    let row = tx.only(
        "SELECT coalesce(max(lpn), '') FROM units WHERE lpn >= ?1 AND lpn < ?2",
        &cells![format!("{block:05}"), format!("{:05}", block + 1)],
    )?;
    let counter = row.text(0)?.get(5..10).and_then(|digits| digits.parse::<u32>().ok());
    Ok(counter.is_some_and(|counter| counter >= LOW_FROM))
}
