//! What comes down. A page's items and its cursor commit in one transaction; an item that cannot be trusted or
//! read is set aside with its code, and the rest goes in.

use jiff::Timestamp;
use returns::ids::Subject;
use returns::item::Item;
use returns::rma::Rma;
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::{Document, Envelope, Feed, FeedChange, FeedPage, Operator, PublicKey, Signed, UnitsItem};

use crate::figures::count_step;
use crate::knowledge::keep_policy;
use crate::projections::refold;
use crate::sql::{int, json, millis, text, time};
use crate::{Enrolment, Records, RecordsError};

/// A cursor that head office does not know: it answers with everything that there is.
pub(crate) const FROM_THE_BEGINNING: &str = "from-the-beginning";

/// What a page changed here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Items that went in, tombstones included.
    pub items: u64,
    /// Items set aside.
    pub refused: u64,
    /// Subjects whose projection was folded anew (feed `units`).
    pub subjects: Vec<Subject>,
}

/// An item of a feed that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// Which feed.
    pub feed: Feed,
    /// Its key.
    pub item: String,
    /// Why: a stable code.
    pub code: String,
    /// When.
    pub refused: Option<Timestamp>,
}

impl Records {
    /// Where to go on with a feed; `None` before its first page.
    pub fn cursor(&self, feed: Feed) -> Result<Option<String>, RecordsError> {
        text(&self.connection, "SELECT cursor FROM feeds WHERE feed = ?1", params![feed.as_str()])
    }

    /// When a feed was last known to be complete here, by the station's clock; `None`: never.
    pub fn current_at(&self, feed: Feed) -> Result<Option<Timestamp>, RecordsError> {
        let current: Option<i64> = self
            .connection
            .prepare_cached("SELECT current_ms FROM feeds WHERE feed = ?1")?
            .query_row(params![feed.as_str()], |row| row.get(0))
            .optional()?;
        Ok(current.and_then(time))
    }

    /// Forgets where the feeds stand: head office answers with everything that there is, and items that were set
    /// aside are looked at anew. What is here stays until then.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn fetch_again(&mut self) -> Result<(), RecordsError> {
        let transaction = self.writing()?;
        transaction.execute("UPDATE feeds SET cursor = ?1", params![FROM_THE_BEGINNING])?;
        transaction.execute("DELETE FROM refused_items", [])?;
        transaction.commit()?;
        Ok(())
    }

    /// Applies a page of changes. The caller has verified head office's signature over it.
    ///
    /// # Errors
    /// `station-not-enrolled`, `disk-full`; nothing is applied then.
    pub fn apply_page(&mut self, page: &FeedPage) -> Result<Applied, RecordsError> {
        self.apply(page, false)
    }

    /// Applies the first page of a feed's snapshot: what was known of the feed before is replaced. Events of
    /// the `units` feed stay, for events never go away.
    ///
    /// # Errors
    /// As [`Records::apply_page`].
    pub fn apply_snapshot(&mut self, page: &FeedPage) -> Result<Applied, RecordsError> {
        self.apply(page, true)
    }

    fn apply(&mut self, page: &FeedPage, replace: bool) -> Result<Applied, RecordsError> {
        let enrolment = self.enrolled()?.clone();
        let now = millis(self.now()).max(1);
        let transaction = self.writing()?;
        if replace {
            clear(&transaction, page.feed)?;
        }
        let mut applied = Applied::default();
        let mut subjects = BTreeSet::new();
        for item in &page.items {
            let outcome = match &item.change {
                FeedChange::Put { value } => {
                    put(&transaction, &enrolment, page.feed, &item.key, value, &mut subjects)?
                }
                FeedChange::Gone => {
                    gone(&transaction, page.feed, &item.key)?;
                    Ok(())
                }
            };
            match outcome {
                Ok(()) => {
                    applied.items += 1;
                    transaction
                        .prepare_cached("DELETE FROM refused_items WHERE feed = ?1 AND item = ?2")?
                        .execute(params![page.feed.as_str(), item.key])?;
                }
                Err(code) => {
                    applied.refused += 1;
                    let value = match &item.change {
                        FeedChange::Put { value } => json(value)?,
                        FeedChange::Gone => String::new(),
                    };
                    tracing::warn!(feed = %page.feed, item = item.key, code, "set an item aside");
                    refuse(&transaction, page.feed, &item.key, code, &value, now)?;
                }
            }
        }
        for subject in &subjects {
            refold(&transaction, Some(enrolment.station), *subject)?;
        }
        transaction.execute(
            "INSERT INTO feeds (feed, cursor, current_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor,
               current_ms = CASE WHEN excluded.current_ms > 0 THEN excluded.current_ms ELSE current_ms END",
            params![page.feed.as_str(), page.cursor, if page.more { 0 } else { now }],
        )?;
        if page.feed == Feed::Units && !page.more {
            transaction.execute("DELETE FROM settings WHERE key = ?1", params![FOREIGN_UNPROVEN])?;
        }
        transaction.commit()?;
        applied.subjects = subjects.into_iter().collect();
        Ok(applied)
    }

    /// Items that were set aside, newest first.
    pub fn refused_items(&self) -> Result<Vec<RefusedItem>, RecordsError> {
        let sql = "SELECT feed, item, code, refused_ms FROM refused_items ORDER BY refused_ms DESC, item";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut refused = Vec::new();
        while let Some(row) = rows.next()? {
            let feed: String = row.get(0)?;
            let feed = feed.parse().map_err(|()| RecordsError::row(format!("no feed {feed}")))?;
            refused.push(RefusedItem {
                feed,
                item: row.get(1)?,
                code: row.get(2)?,
                refused: time(row.get(3)?),
            });
        }
        Ok(refused)
    }

    /// Sets a stored item aside that no longer verifies; only where writing is allowed.
    pub(crate) fn set_aside(
        &self,
        feed: Feed,
        key: &str,
        code: &str,
        value: &str,
    ) -> Result<(), RecordsError> {
        tracing::warn!(%feed, item = key, code, "set a stored item aside");
        if self.is_writable() {
            refuse(&self.connection, feed, key, code, value, millis(self.now()))?;
        }
        Ok(())
    }
}

fn refuse(
    connection: &Connection,
    feed: Feed,
    key: &str,
    code: &str,
    value: &str,
    now_ms: i64,
) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO refused_items (feed, item, code, value, refused_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (feed, item) DO UPDATE SET code = excluded.code, value = excluded.value,
               refused_ms = excluded.refused_ms",
        )?
        .execute(params![feed.as_str(), key, code, value, now_ms])?;
    Ok(())
}

/// The outer error is the database's, the inner one the item's: a stable code.
pub(crate) type Outcome = Result<Result<(), &'static str>, RecordsError>;

pub(crate) fn put(
    connection: &Connection,
    enrolment: &Enrolment,
    feed: Feed,
    key: &str,
    value: &Value,
    subjects: &mut BTreeSet<Subject>,
) -> Outcome {
    let pinned = &enrolment.head_office_key;
    match feed {
        Feed::Rmas => match serde_json::from_value::<Rma>(value.clone()) {
            Ok(rma) => put_rma(connection, &rma).map(Ok),
            Err(_) => Ok(Err("rma-unreadable")),
        },
        Feed::Catalogue => match signed::<Item>(pinned, value) {
            Ok((item, _)) => put_item(connection, key, &item, value).map(Ok),
            Err(code) => Ok(Err(code)),
        },
        Feed::Operators => match signed::<Operator>(pinned, value) {
            Ok((operator, _)) => put_operator(connection, key, &operator, value).map(Ok),
            Err(code) => Ok(Err(code)),
        },
        Feed::Documents => match signed::<Document>(pinned, value) {
            Ok((document, hash)) => put_document(connection, key, &document, value, &hash).map(Ok),
            Err(code) => Ok(Err(code)),
        },
        Feed::Units => match serde_json::from_value::<UnitsItem>(value.clone()) {
            Ok(item) => put_event(connection, enrolment, &item, subjects),
            Err(_) => Ok(Err("units-item-unreadable")),
        },
        Feed::LabelClaims => {
            let sql = "INSERT INTO label_claims (key, claim) VALUES (?1, ?2)
                       ON CONFLICT (key) DO UPDATE SET claim = excluded.claim";
            connection.prepare_cached(sql)?.execute(params![key, json(value)?])?;
            Ok(Ok(()))
        }
    }
}

/// The document, with the SHA-256 of its signed bytes.
fn signed<T: serde::Serialize + DeserializeOwned>(
    key: &PublicKey,
    value: &Value,
) -> Result<(T, String), &'static str> {
    let signed: Signed<T> = serde_json::from_value(value.clone()).map_err(|_| "document-unreadable")?;
    signed.verify(key).map_err(|error| error.code())
}

fn put_rma(connection: &Connection, rma: &Rma) -> Result<(), RecordsError> {
    let number = rma.number.as_str();
    connection.prepare_cached("DELETE FROM rmas WHERE number = ?1")?.execute(params![number])?;
    connection
        .prepare_cached("INSERT INTO rmas (number, state, order_id, label, customer, rma) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            number,
            rma.state.as_str(),
            rma.order.as_ref().map_or("", |order| order.as_str()),
            rma.label.as_ref().map_or("", |label| label.as_str()),
            rma.customer.as_ref().map_or("", |customer| customer.as_str()),
            json(rma)?,
        ])?;
    for tracking in &rma.tracking {
        connection
            .prepare_cached(
                "INSERT INTO rma_tracking (tracking, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![tracking.as_str(), number])?;
    }
    for line in &rma.lines {
        connection
            .prepare_cached("INSERT INTO rma_skus (sku, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![line.sku.as_str(), number])?;
        for serial in &line.serials_shipped {
            connection
                .prepare_cached(
                    "INSERT INTO rma_serials (serial, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute(params![serial.as_str(), number])?;
        }
    }
    Ok(())
}

fn put_item(connection: &Connection, key: &str, item: &Item, signed: &Value) -> Result<(), RecordsError> {
    connection.prepare_cached("DELETE FROM items WHERE key = ?1")?.execute(params![key])?;
    connection
        .prepare_cached("INSERT INTO items (key, sku, signed) VALUES (?1, ?2, ?3)")?
        .execute(params![key, item.sku.as_str(), json(signed)?])?;
    for gtin in &item.gtins {
        connection
            .prepare_cached("INSERT INTO item_gtins (gtin, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![crate::knowledge::gtin_14(gtin.as_str()), key])?;
    }
    Ok(())
}

fn put_operator(
    connection: &Connection,
    key: &str,
    operator: &Operator,
    signed: &Value,
) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO operators (key, id, badge, signed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET id = excluded.id, badge = excluded.badge, signed = excluded.signed",
        )?
        .execute(params![key, operator.id.as_str(), operator.badge, json(signed)?])?;
    Ok(())
}

fn put_document(
    connection: &Connection,
    key: &str,
    document: &Document,
    signed: &Value,
    hash: &str,
) -> Result<(), RecordsError> {
    if let Document::Policy(policy) = document {
        keep_policy(connection, hash, policy.number, &json(signed)?)?;
    }
    let (kind, name, number) = match document {
        Document::Policy(policy) => ("policy", "", policy.number),
        Document::Checklist(checklist) => ("checklist", checklist.category.as_str(), checklist.version),
    };
    connection
        .prepare_cached(
            "INSERT INTO documents (key, kind, name, number, signed) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, name = excluded.name,
               number = excluded.number, signed = excluded.signed",
        )?
        .execute(params![key, kind, name, number, json(signed)?])?;
    Ok(())
}

fn put_event(
    connection: &Connection,
    enrolment: &Enrolment,
    item: &UnitsItem,
    subjects: &mut BTreeSet<Subject>,
) -> Outcome {
    let bytes = item.line.as_bytes();
    let envelope = match Envelope::parse(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Ok(Err(error.code())),
    };
    let (station, epoch, seq) = (item.station.to_string(), item.epoch.to_string(), int(item.seq));
    // Our own events come back only when this database was restored; what is here already needs no second row.
    let own: Option<Vec<u8>> = if item.station == enrolment.station {
        connection
            .prepare_cached("SELECT bytes FROM events WHERE epoch = ?1 AND seq = ?2")?
            .query_row(params![epoch, seq], |row| row.get(0))
            .optional()?
    } else {
        None
    };
    let held = match own {
        Some(bytes) => Some(bytes),
        None => connection
            .prepare_cached(
                "SELECT bytes FROM foreign_events WHERE station = ?1 AND epoch = ?2 AND seq = ?3",
            )?
            .query_row(params![station, epoch, seq], |row| row.get(0))
            .optional()?,
    };
    match held {
        Some(held) if held == bytes => return Ok(Ok(())),
        // What was read out of a damaged database had no proof; this has head office's signature.
        Some(_) if foreign_unproven(connection)? && replace_foreign(connection, item, &envelope)? => {
            subjects.insert(envelope.subject);
            return Ok(Ok(()));
        }
        Some(_) => return Ok(Err("event-forked")),
        None => {}
    }
    connection
        .prepare_cached(
            "INSERT INTO foreign_events (station, epoch, seq, event_id, subject, kind, recorded_ms, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            station,
            epoch,
            seq,
            envelope.event_id.to_string(),
            envelope.subject.to_string(),
            envelope.kind,
            millis(envelope.recorded),
            bytes,
        ])?;
    let recorded_ms = millis(envelope.recorded);
    count_step(connection, &envelope.kind, item.station, &envelope.actor.operator, recorded_ms)?;
    if envelope.subject != Subject::Station {
        subjects.insert(envelope.subject);
    }
    Ok(Ok(()))
}

/// Setting: events of other benches were read out of a damaged database, and did not all come down again yet.
pub(crate) const FOREIGN_UNPROVEN: &str = "foreign-events-unproven";

fn foreign_unproven(connection: &Connection) -> Result<bool, RecordsError> {
    let sql = "SELECT 1 FROM settings WHERE key = ?1";
    Ok(connection.prepare_cached(sql)?.exists(params![FOREIGN_UNPROVEN])?)
}

/// Says whether there was one of another bench at that place.
fn replace_foreign(
    connection: &Connection,
    item: &UnitsItem,
    envelope: &Envelope,
) -> Result<bool, RecordsError> {
    let changed = connection.execute(
        "UPDATE foreign_events SET event_id = ?4, subject = ?5, kind = ?6, recorded_ms = ?7, bytes = ?8
         WHERE station = ?1 AND epoch = ?2 AND seq = ?3",
        params![
            item.station.to_string(),
            item.epoch.to_string(),
            int(item.seq),
            envelope.event_id.to_string(),
            envelope.subject.to_string(),
            envelope.kind,
            millis(envelope.recorded),
            item.line.as_bytes(),
        ],
    )?;
    Ok(changed > 0)
}

fn gone(connection: &Connection, feed: Feed, key: &str) -> Result<(), RecordsError> {
    let sql = match feed {
        Feed::Rmas => "DELETE FROM rmas WHERE number = ?1",
        Feed::Catalogue => "DELETE FROM items WHERE key = ?1",
        Feed::Operators => "DELETE FROM operators WHERE key = ?1",
        Feed::Documents => "DELETE FROM documents WHERE key = ?1",
        Feed::LabelClaims => "DELETE FROM label_claims WHERE key = ?1",
        Feed::Units => return Ok(()),
    };
    connection.prepare_cached(sql)?.execute(params![key])?;
    Ok(())
}

fn clear(connection: &Connection, feed: Feed) -> Result<(), RecordsError> {
    let sql = match feed {
        Feed::Rmas => "DELETE FROM rmas",
        Feed::Catalogue => "DELETE FROM items",
        Feed::Operators => "DELETE FROM operators",
        Feed::Documents => "DELETE FROM documents",
        Feed::LabelClaims => "DELETE FROM label_claims",
        Feed::Units => return Ok(()),
    };
    connection.execute(sql, [])?;
    Ok(())
}
