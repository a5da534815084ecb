//! Rows of a damaged database into the tables of a new one: those that prove themselves at once, and the station's own
//! events as candidates for the chain.

use std::collections::BTreeSet;
use std::path::Path;

use returns::ids::StationId;
use rusqlite::{Connection, params};
use wire::{Document, Envelope, Epoch, Feed, PublicKey, Signed};

use super::carve::{Carved, Cell, carve};
use super::pages::Pages;
use crate::enrolment::{self, Copy};
use crate::feeds::{FOREIGN_UNPROVEN, FROM_THE_BEGINNING};
use crate::photos::sha256;
use crate::{Enrolment, RecordsError, feeds, knowledge};

/// What was gathered, beside what is in the tables.
pub(crate) struct Gathered {
    pub(crate) enrolment: Enrolment,
    pub(crate) from_copy: bool,
    pub(crate) carved: Carved,
    pub(crate) foreign: u64,
    pub(crate) items: u64,
}

pub(crate) fn gather(
    connection: &Connection,
    pages: &mut Pages,
    dir: &Path,
) -> Result<Gathered, RecordsError> {
    connection.execute_batch(
        "CREATE TEMP TABLE candidates (
           epoch TEXT NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL, subject TEXT NOT NULL,
           kind TEXT NOT NULL, recorded_ms INTEGER NOT NULL, bytes BLOB NOT NULL, hash BLOB NOT NULL);
         CREATE INDEX temp.candidates_by_place ON candidates (epoch, seq);
         CREATE TEMP TABLE epochs_read (
           epoch TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL, acknowledged_seq INTEGER NOT NULL,
           durable_seq INTEGER NOT NULL, because TEXT NOT NULL, pruned_seq INTEGER NOT NULL);
         CREATE TEMP TABLE outbox_read (epoch TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (epoch, seq));
         CREATE TEMP TABLE seals_read (
           epoch TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL);
         CREATE TEMP TABLE photos_read (sha256 TEXT NOT NULL PRIMARY KEY, sent INTEGER NOT NULL, purged INTEGER NOT NULL);
         CREATE TEMP TABLE items_read (feed TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL);
         CREATE TEMP TABLE foreign_read (
           station TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL);
         BEGIN;",
    )?;
    let mut sieve = Sieve { connection, enrolled: None };
    let carved = carve(pages, |table, row| sieve.take(table, &row))?;
    let read = sieve.enrolled.take();
    let copy = enrolment::read_copy(dir);
    let from_copy = read.is_none();
    let enrolment = settle_enrolment(connection, read, copy)?;
    let foreign = keep_foreign(connection)?;
    let items = keep_items(connection, &enrolment)?;
    for feed in Feed::ALL {
        connection.execute(
            "INSERT INTO feeds (feed, cursor, current_ms) VALUES (?1, ?2, 0)
             ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor",
            params![feed.as_str(), FROM_THE_BEGINNING],
        )?;
    }
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?1, 'true') ON CONFLICT DO NOTHING",
        params![FOREIGN_UNPROVEN],
    )?;
    connection.execute_batch("COMMIT")?;
    Ok(Gathered { enrolment, from_copy, carved, foreign, items })
}

/// Lets through what can be what it says.
struct Sieve<'a> {
    connection: &'a Connection,
    /// The row of the enrolment, as texts in the order of its columns.
    enrolled: Option<Copy>,
}

impl Sieve<'_> {
    fn take(&mut self, table: &str, row: &[Cell]) -> Result<(), RecordsError> {
        // A value that does not fit leaves its row out, and nothing else.
        let _kept: Option<()> = match table {
            "events" => self.event(row)?,
            "foreign_events" => self.foreign(row)?,
            "enrolment" => self.enrolment(row),
            "epochs" => self.epoch(row)?,
            "outbox" => self.outbox(row)?,
            "seals" => self.seal(row)?,
            "kept_texts" => self.text(row)?,
            "photos" => self.photo(row)?,
            "items" => self.item(Feed::Catalogue.as_str(), row.first(), row.get(2))?,
            "operators" => self.item(Feed::Operators.as_str(), row.first(), row.get(3))?,
            "documents" => self.item(Feed::Documents.as_str(), row.first(), row.get(4))?,
            "policies" => self.item("policies", row.first(), row.get(2))?,
            "rmas" => self.item(Feed::Rmas.as_str(), row.first(), row.get(4))?,
            "label_claims" => self.item(Feed::LabelClaims.as_str(), row.first(), row.get(1))?,
            "settings" => self.setting(row)?,
            "feeds" => self.feed(row)?,
            "moved_events" => self.moved(row)?,
            "incidents" => self.incident(row)?,
            _ => None,
        };
        Ok(())
    }

    fn event(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        let [epoch, seq, event_id, subject, kind, recorded, bytes, hash] = row else { return Ok(None) };
        let (Some(epoch), Some(seq), Some(hash)) = (text(epoch), int(seq), hash.blob()) else {
            return Ok(None);
        };
        if seq < 1 || hash.len() != 32 || epoch.parse::<Epoch>().is_err() {
            return Ok(None);
        }
        self.connection
            .prepare_cached("INSERT INTO candidates VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
            .execute(params![
                epoch,
                seq,
                text(event_id),
                text(subject),
                text(kind),
                int(recorded),
                bytes.blob(),
                hash
            ])?;
        Ok(Some(()))
    }

    fn foreign(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        let [station, epoch, seq, event_id, subject, kind, _, bytes] = row else { return Ok(None) };
        let (Some(station), Some(epoch), Some(seq), Some(bytes)) =
            (text(station), text(epoch), int(seq), bytes.blob())
        else {
            return Ok(None);
        };
        let Ok(envelope) = Envelope::parse(bytes) else { return Ok(None) };
        let named = [envelope.event_id.to_string(), envelope.subject.to_string(), envelope.kind];
        let same = [event_id, subject, kind].iter().zip(&named).all(|(cell, own)| text(cell) == Some(own));
        if !same || station.parse::<StationId>().is_err() || epoch.parse::<Epoch>().is_err() || seq < 1 {
            return Ok(None);
        }
        self.connection
            .prepare_cached("INSERT INTO foreign_read VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![station, epoch, seq, bytes])?;
        Ok(Some(()))
    }

    fn enrolment(&mut self, row: &[Cell]) -> Option<()> {
        let at = |index: usize| row.get(index).and_then(text).map(str::to_owned);
        let number = |index: usize| row.get(index).and_then(int).and_then(|n| u32::try_from(n).ok());
        let copy = Copy {
            station: at(1)?,
            name: at(2)?,
            depot: at(3)?,
            epoch: at(4)?,
            head_office_url: at(5)?,
            head_office_key: at(6)?,
            incarnation: at(7)?,
            lpn_block: at(8)?,
            lpn_reserve_block: number(9)?,
            lpn_further_block: number(10)?,
            label_keys: at(11)?,
            sample_salt: at(12)?,
        };
        copy.enrolment().ok()?;
        self.enrolled = Some(copy);
        Some(())
    }

    fn epoch(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        let Some(epoch) = row.first().and_then(text).filter(|epoch| epoch.parse::<Epoch>().is_ok()) else {
            return Ok(None);
        };
        let number = |index: usize| row.get(index).and_then(int).unwrap_or(0).max(0);
        let because = row.get(4).and_then(text).unwrap_or_default();
        self.connection.execute(
            "INSERT INTO epochs_read VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            params![epoch, number(1), number(2), number(3), because, number(5)],
        )?;
        Ok(Some(()))
    }

    fn outbox(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(epoch), Cell::Int(seq)] = row {
            let sql = "INSERT INTO outbox_read VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![epoch, seq])?;
        }
        Ok(Some(()))
    }

    fn seal(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(epoch), Cell::Int(seq), Cell::Text(hash), Cell::Text(signature)] = row {
            let sql = "INSERT INTO seals_read VALUES (?1, ?2, ?3, ?4)";
            self.connection.prepare_cached(sql)?.execute(params![epoch, seq, hash, signature])?;
        }
        Ok(Some(()))
    }

    /// A text proves itself by its hash; that it was purged is as good.
    fn text(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(hash), Cell::Blob(bytes), Cell::Int(kept), Cell::Int(purged)] = row
            && ((*purged > 0 && bytes.is_empty()) || sha256(bytes).to_string() == *hash)
        {
            let sql = "INSERT INTO kept_texts (sha256, bytes, kept_ms, purged_ms) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![hash, bytes, kept, purged])?;
        }
        Ok(Some(()))
    }

    fn photo(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(hash), _, _, Cell::Int(sent), Cell::Int(purged)] = row {
            let sql = "INSERT INTO photos_read VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![hash, sent, purged])?;
        }
        Ok(Some(()))
    }

    fn item(&self, feed: &str, key: Option<&Cell>, value: Option<&Cell>) -> Result<Option<()>, RecordsError> {
        if let (Some(Cell::Text(key)), Some(Cell::Text(value))) = (key, value) {
            let sql = "INSERT INTO items_read VALUES (?1, ?2, ?3)";
            self.connection.prepare_cached(sql)?.execute(params![feed, key, value])?;
        }
        Ok(Some(()))
    }

    fn setting(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(key), Cell::Text(value)] = row
            && serde_json::from_str::<serde_json::Value>(value).is_ok()
        {
            let sql = "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![key, value])?;
        }
        Ok(Some(()))
    }

    fn feed(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(feed), Cell::Text(_), Cell::Int(current)] = row
            && feed.parse::<Feed>().is_ok()
        {
            let sql =
                "INSERT INTO feeds (feed, cursor, current_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![feed, FROM_THE_BEGINNING, current])?;
        }
        Ok(Some(()))
    }

    fn moved(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [Cell::Text(epoch), Cell::Int(seq), Cell::Blob(hash), Cell::Text(id), Cell::Int(moved)] = row
            && hash.len() == 32
        {
            let sql = "INSERT INTO moved_events (epoch, seq, hash, event_id, moved_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            self.connection.prepare_cached(sql)?.execute(params![epoch, seq, hash, id, moved])?;
        }
        Ok(Some(()))
    }

    fn incident(&self, row: &[Cell]) -> Result<Option<()>, RecordsError> {
        if let [_, Cell::Text(code), Cell::Text(args), Cell::Int(at), Cell::Int(seen)] = row
            && serde_json::from_str::<std::collections::BTreeMap<String, String>>(args).is_ok()
        {
            let sql = "INSERT INTO incidents (code, args, at_ms, seen_ms) VALUES (?1, ?2, ?3, ?4)";
            self.connection.prepare_cached(sql)?.execute(params![code, args, at, seen])?;
        }
        Ok(Some(()))
    }
}

fn text(cell: &Cell) -> Option<&str> {
    cell.text()
}

fn int(cell: &Cell) -> Option<i64> {
    cell.int()
}

/// Who the station is: from the copy, whose hash proves it, with the row's counter of numbers; or from either alone.
fn settle_enrolment(
    connection: &Connection,
    read: Option<Copy>,
    copy: Option<Copy>,
) -> Result<Enrolment, RecordsError> {
    let nobody = || RecordsError::NothingReadable("no enrolment in the database or beside it".to_owned());
    let settled = match (read, copy) {
        (Some(read), Some(copy)) => copy.with_counter_of(&read),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Err(nobody()),
    };
    let enrolment = settled.enrolment()?;
    // The table's epochs follow: foreign keys are looked at when all is in.
    enrolment::insert(connection, &settled)?;
    Ok(enrolment)
}

fn keep_foreign(connection: &Connection) -> Result<u64, RecordsError> {
    let mut read =
        connection.prepare("SELECT station, epoch, seq, bytes FROM foreign_read ORDER BY rowid")?;
    let mut rows = read.query([])?;
    let mut kept = 0;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(3)?;
        let envelope = Envelope::parse(&bytes)?;
        kept += connection
            .prepare_cached(
                "INSERT INTO foreign_events (station, epoch, seq, event_id, subject, kind, recorded_ms, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                envelope.event_id.to_string(),
                envelope.subject.to_string(),
                envelope.kind,
                crate::sql::millis(envelope.recorded),
                bytes
            ])?;
    }
    Ok(kept as u64)
}

/// What head office signed proves itself; RMAs are taken as far as they can be read, until they come down again.
fn keep_items(connection: &Connection, enrolment: &Enrolment) -> Result<u64, RecordsError> {
    let mut read = connection.prepare("SELECT feed, key, value FROM items_read ORDER BY rowid")?;
    let mut rows = read.query([])?;
    let mut kept = 0;
    let mut subjects = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (feed, key, value): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if feed == "policies" {
            kept += u64::from(keep_policy(connection, &enrolment.head_office_key, &key, &value)?);
            continue;
        }
        let (Ok(feed), Ok(value)) = (feed.parse::<Feed>(), serde_json::from_str(&value)) else { continue };
        kept += u64::from(feeds::put(connection, enrolment, feed, &key, &value, &mut subjects)?.is_ok());
    }
    Ok(kept)
}

fn keep_policy(
    connection: &Connection,
    pinned: &PublicKey,
    hash: &str,
    value: &str,
) -> Result<bool, RecordsError> {
    let Ok(signed) = serde_json::from_str::<Signed<Document>>(value) else { return Ok(false) };
    match signed.verify(pinned) {
        Ok((Document::Policy(policy), found)) if found == hash => {
            knowledge::keep_policy(connection, hash, policy.number, value)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
