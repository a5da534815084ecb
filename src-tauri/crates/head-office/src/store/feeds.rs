//! Feeds: what stations fetch, behind a cursor.
//!
//! A keyed feed holds the newest change of each key, and every change takes a new position inside the
//! writing transaction. The `units` feed is the event log itself, read by depot. Either way positions commit in
//! order, so a cursor never passes a row that is still to come.

use returns::ids::StationId;
use serde_json::Value;
use wire::{Feed, FeedChange, FeedItem, Incarnation, UnitsItem};

use super::events::EVENT_POSITIONS;
use super::session::{Row, Session, cells};
use super::{Store, draw, drawn, unreadable};
use crate::error::HeadOfficeError;

/// Items of one page.
const PAGE_ITEMS: usize = 500;
/// About the bytes of one page; a single item may be longer.
const PAGE_BYTES: usize = 2 * 1024 * 1024;

/// One change to a keyed feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Key within the feed.
    pub key: String,
    /// The new value; none when the key is gone.
    pub value: Option<Value>,
}

/// A page of a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSlice {
    /// Changes in order.
    pub items: Vec<FeedItem>,
    /// Position to go on from.
    pub position: u64,
    /// Whether more waits already.
    pub more: bool,
}

/// A cursor that leads nowhere here: the reader fetches the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not of this feed in this life of head office")]
pub struct CursorError;

/// The cursor for a position. It names the incarnation: after a restore positions mean other rows.
pub(crate) fn cursor(incarnation: &Incarnation, feed: Feed, position: u64) -> String {
    format!("{incarnation}.{feed}.{position}")
}

/// The position that a cursor stands for; an empty cursor stands before everything.
pub(crate) fn position(text: &str, incarnation: &Incarnation, feed: Feed) -> Result<u64, CursorError> {
    if text.is_empty() {
        return Ok(0);
    }
    let rest = text.strip_prefix(&format!("{incarnation}.{feed}.")).ok_or(CursorError)?;
    if rest.starts_with('+') { Err(CursorError) } else { rest.parse().map_err(|_| CursorError) }
}

impl Store {
    /// Puts changes into a keyed feed. A value that is there already takes no new position.
    pub fn publish(&self, feed: Feed, changes: &[Change]) -> Result<(), HeadOfficeError> {
        self.write(|tx| changes.iter().try_for_each(|change| put(tx, feed, change)))
    }

    /// The value of a key now.
    pub fn feed_value(&self, feed: Feed, key: &str) -> Result<Option<Value>, HeadOfficeError> {
        self.read(|tx| Ok(current(tx, feed, key)?.flatten()))
    }

    /// All keys of a feed that are not gone, with their values.
    pub fn feed_values(&self, feed: Feed) -> Result<Vec<(String, Value)>, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT key, value FROM feed_items WHERE feed = ?1 AND change = 'put' ORDER BY key",
                &cells![feed.as_str()],
            )?;
            rows.iter()
                .map(|row| {
                    let value = serde_json::from_str(row.text(1)?).map_err(unreadable)?;
                    Ok((row.text(0)?.to_owned(), value))
                })
                .collect()
        })
    }

    /// One page of a keyed feed behind a position. A snapshot leaves out what is gone.
    pub fn keyed_page(&self, feed: Feed, after: u64, snapshot: bool) -> Result<FeedSlice, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT key, position, change, value FROM feed_items
                 WHERE feed = ?1 AND position > ?2 AND (change = 'put' OR CAST(?3 AS BIGINT) = 0)
                 ORDER BY position LIMIT ?4",
                &cells![feed.as_str(), after, snapshot, PAGE_ITEMS as u64 + 1],
            )?;
            let mut page = Page::new();
            for row in &rows {
                let text = row.text(3)?;
                let change = if row.text(2)? == "put" {
                    FeedChange::Put { value: serde_json::from_str(text).map_err(unreadable)? }
                } else {
                    FeedChange::Gone
                };
                let item = FeedItem { key: row.text(0)?.to_owned(), change };
                if !page.take(item, row.number(1)?, text.len()) {
                    break;
                }
            }
            Ok(page.end_at(drawn(tx, feed.as_str())?.max(after)))
        })
    }

    /// One page of what other stations of a depot did.
    pub fn units_page(
        &self,
        depot: &str,
        but_station: &StationId,
        after: u64,
    ) -> Result<FeedSlice, HeadOfficeError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT position, station, epoch, seq, bytes FROM events
                 WHERE depot = ?1 AND position > ?2 AND station <> ?3 AND envelope = 1
                 ORDER BY position LIMIT ?4",
                &cells![depot, after, but_station.as_bytes(), PAGE_ITEMS as u64 + 1],
            )?;
            let mut page = Page::new();
            for row in &rows {
                let item = units_item(row)?;
                let bytes = item.line.len();
                let key = format!("{}/{}/{}", item.station, item.epoch, item.seq);
                let change = FeedChange::Put { value: serde_json::to_value(item)? };
                if !page.take(FeedItem { key, change }, row.number(0)?, bytes) {
                    break;
                }
            }
            Ok(page.end_at(drawn(tx, EVENT_POSITIONS)?.max(after)))
        })
    }

    /// The newest position of a feed.
    pub fn feed_head(&self, feed: Feed) -> Result<u64, HeadOfficeError> {
        let counter = if feed == Feed::Units { EVENT_POSITIONS } else { feed.as_str() };
        self.read(|tx| drawn(tx, counter))
    }
}

struct Page {
    items: Vec<FeedItem>,
    position: u64,
    bytes: usize,
    more: bool,
}

impl Page {
    fn new() -> Self {
        Self { items: Vec::new(), position: 0, bytes: 0, more: false }
    }

    /// Takes one more item; false when the page was full before it.
    fn take(&mut self, item: FeedItem, position: u64, bytes: usize) -> bool {
        let full = self.items.len() >= PAGE_ITEMS || self.bytes + bytes > PAGE_BYTES;
        if full && !self.items.is_empty() {
            self.more = true;
            return false;
        }
        self.items.push(item);
        self.position = position;
        self.bytes += bytes;
        true
    }

    /// Where nothing more waits, the reader goes on from the newest position of all.
    fn end_at(self, newest: u64) -> FeedSlice {
        let position = if self.more { self.position } else { newest };
        FeedSlice { items: self.items, position, more: self.more }
    }
}

fn units_item(row: &Row) -> Result<UnitsItem, HeadOfficeError> {
    Ok(UnitsItem {
        station: StationId(row.array(1)?),
        epoch: row.text(2)?.parse().map_err(unreadable)?,
        seq: row.number(3)?,
        line: std::str::from_utf8(row.bytes(4)?).map_err(unreadable)?.to_owned(),
    })
}

fn current(tx: &mut dyn Session, feed: Feed, key: &str) -> Result<Option<Option<Value>>, HeadOfficeError> {
    let row = tx.first(
        "SELECT change, value FROM feed_items WHERE feed = ?1 AND key = ?2",
        &cells![feed.as_str(), key],
    )?;
    Ok(match row {
        None => None,
        Some(row) if row.text(0)? == "gone" => Some(None),
        Some(row) => Some(Some(serde_json::from_str(row.text(1)?).map_err(unreadable)?)),
    })
}

/// Puts one change, inside a writing transaction that is alone.
pub(super) fn put(tx: &mut dyn Session, feed: Feed, change: &Change) -> Result<(), HeadOfficeError> {
    let before = current(tx, feed, &change.key)?;
    if before.as_ref() == Some(&change.value) || (before.is_none() && change.value.is_none()) {
        return Ok(());
    }
    let (word, text) = match &change.value {
        Some(value) => ("put", serde_json::to_string(value)?),
        None => ("gone", String::new()),
    };
    let position = draw(tx, feed.as_str(), 1)?;
    tx.execute(
        "INSERT INTO feed_items (feed, key, position, change, value) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (feed, key) DO UPDATE
         SET position = excluded.position, change = excluded.change, value = excluded.value",
        &cells![feed.as_str(), &change.key, position, word, text],
    )?;
    Ok(())
}
