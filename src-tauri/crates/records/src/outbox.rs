//! The outbox: own events that head office has not confirmed, and photos that it does not hold.

use jiff::Timestamp;
use returns::ids::{Sha256Hex, StationId, Subject};
use rusqlite::{Connection, OptionalExtension, params};
use wire::{ChainHash, Epoch, Head, HelloReply, Receipt};

use crate::sql::{int, millis, parse, time, uint};
use crate::{ReceiptRefusal, Records, RecordsError, retention};

/// Consecutive events of one epoch, to be sent as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// First sequence.
    pub first: u64,
    /// Last sequence.
    pub last: u64,
    /// Hash before the first.
    pub prev_hash: ChainHash,
    /// Hash at the last.
    pub last_hash: ChainHash,
    /// The events' bytes, without line breaks.
    pub lines: Vec<Vec<u8>>,
}

/// What head office does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unsent {
    /// Events in the outbox.
    pub events: u64,
    /// When the oldest of them was recorded.
    pub oldest: Option<Timestamp>,
    /// Small pictures of photos.
    pub thumbnails: u64,
    /// Photos.
    pub photos: u64,
}

/// Head of an epoch that this station writes or wrote.
pub(crate) fn head(connection: &Connection, epoch: &Epoch) -> Result<Head, RecordsError> {
    let sql = "SELECT seq, hash FROM events WHERE epoch = ?1 ORDER BY seq DESC LIMIT 1";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![epoch.to_string()], |row| {
            Ok(Head { seq: uint(row.get(0)?), hash: ChainHash(row.get(1)?) })
        })
        .optional()?;
    Ok(found.unwrap_or(Head::EMPTY))
}

/// The chain's hash at a sequence; 0 is before the first.
pub(crate) fn hash_at(
    connection: &Connection,
    epoch: &Epoch,
    seq: u64,
) -> Result<Option<ChainHash>, RecordsError> {
    if seq == 0 {
        return Ok(Some(ChainHash::ZERO));
    }
    Ok(connection
        .prepare_cached("SELECT hash FROM events WHERE epoch = ?1 AND seq = ?2")?
        .query_row(params![epoch.to_string(), int(seq)], |row| row.get(0).map(ChainHash))
        .optional()?)
}

impl Records {
    /// The head of the epoch that this station writes.
    ///
    /// # Errors
    /// `station-not-enrolled`.
    pub fn head(&self) -> Result<Head, RecordsError> {
        head(&self.connection, &self.enrolled()?.epoch)
    }

    /// The next events to send: from one epoch, consecutive, at most so many events and (but for a single
    /// event) so many bytes. `None` when nothing waits.
    pub fn next_batch(&self, max_events: usize, max_bytes: usize) -> Result<Option<Batch>, RecordsError> {
        let Some(enrolment) = &self.enrolment else { return Ok(None) };
        let sql = "SELECT o.epoch, o.seq FROM outbox o JOIN epochs e USING (epoch)
                   ORDER BY e.position, o.seq LIMIT 1";
        let start: Option<(String, i64)> = self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((epoch, first)) = start else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, bytes, hash FROM events WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = statement.query(params![epoch, first, int(max_events.max(1) as u64)])?;
        let epoch: Epoch = parse(&epoch)?;
        let first = uint(first);
        let prev_hash = hash_at(&self.connection, &epoch, first - 1)?
            .ok_or_else(|| RecordsError::row(format!("no event before {first} of epoch {epoch}")))?;
        let mut batch = Batch {
            station: enrolment.station,
            epoch,
            first,
            last: first,
            prev_hash,
            last_hash: prev_hash,
            lines: Vec::new(),
        };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let line: Vec<u8> = row.get(1)?;
            bytes += line.len() + 1;
            if !batch.lines.is_empty() && bytes > max_bytes {
                break;
            }
            batch.last = uint(row.get(0)?);
            batch.last_hash = ChainHash(row.get(2)?);
            batch.lines.push(line);
        }
        Ok(Some(batch))
    }

    /// Takes in a receipt whose signature the caller has verified. Only if it is ours, and its hash is ours at
    /// that sequence, are the events up to there forgotten by the outbox. Returns how many were. A receipt for
    /// what was confirmed before clears nothing and is no error.
    ///
    /// # Errors
    /// `receipt-other-station`, `receipt-other-epoch`, `receipt-beyond-head`, `receipt-hash-differs`.
    pub fn acknowledge(&mut self, receipt: &Receipt) -> Result<u64, RecordsError> {
        let refused = |refusal| Err(RecordsError::Receipt(refusal));
        if self.enrolled()?.station != receipt.station {
            return refused(ReceiptRefusal::OtherStation);
        }
        let transaction = self.writing()?;
        let epoch = receipt.epoch.to_string();
        if !transaction.prepare_cached("SELECT 1 FROM epochs WHERE epoch = ?1")?.exists(params![epoch])? {
            return refused(ReceiptRefusal::OtherEpoch);
        }
        let head = head(&transaction, &receipt.epoch)?;
        if receipt.stored_seq > head.seq {
            return refused(ReceiptRefusal::BeyondHead { stored: receipt.stored_seq, head: head.seq });
        }
        if hash_at(&transaction, &receipt.epoch, receipt.stored_seq)? != Some(receipt.stored_hash) {
            return refused(ReceiptRefusal::HashDiffers { seq: receipt.stored_seq });
        }
        let seq = int(receipt.stored_seq);
        let cleared =
            transaction.execute("DELETE FROM outbox WHERE epoch = ?1 AND seq <= ?2", params![epoch, seq])?;
        transaction.execute(
            "UPDATE epochs SET acknowledged_seq = max(acknowledged_seq, ?2) WHERE epoch = ?1",
            params![epoch, seq],
        )?;
        transaction.commit()?;
        Ok(cleared as u64)
    }

    /// Head office lost what it had confirmed of an epoch after this head (its verdict `server_rewound`): those
    /// events, and the photos that they name, wait again. Returns how many events.
    ///
    /// # Errors
    /// `receipt-hash-differs` if head office's head is not on our chain.
    pub fn send_again_after(&mut self, epoch: Epoch, stored: &Head) -> Result<u64, RecordsError> {
        let transaction = self.writing()?;
        if hash_at(&transaction, &epoch, stored.seq)? != Some(stored.hash) {
            return Err(RecordsError::Receipt(ReceiptRefusal::HashDiffers { seq: stored.seq }));
        }
        let (name, seq) = (epoch.to_string(), int(stored.seq));
        // Bodies that were pruned are in a verified backup of head office: it has them from there.
        let queued = transaction.execute(
            "INSERT INTO outbox (epoch, seq) SELECT epoch, seq FROM events WHERE epoch = ?1 AND seq > ?2
             ON CONFLICT DO NOTHING",
            params![name, seq],
        )?;
        transaction
            .execute("UPDATE epochs SET acknowledged_seq = ?2 WHERE epoch = ?1", params![name, seq])?;
        for sql in [
            "UPDATE thumbnails SET sent = 0 WHERE photo IN (SELECT sha256 FROM photos WHERE subject IN
               (SELECT subject FROM events WHERE epoch = ?1 AND seq > ?2))",
            "UPDATE photos SET sent = 0 WHERE subject IN
               (SELECT subject FROM events WHERE epoch = ?1 AND seq > ?2)",
        ] {
            transaction.execute(sql, params![name, seq])?;
        }
        transaction.commit()?;
        Ok(queued as u64)
    }

    /// Takes in what a verified hello said: incarnation, durable sequence, time, a further LPN block.
    pub fn heard(&mut self, reply: &HelloReply) -> Result<(), RecordsError> {
        let enrolment = self.enrolled()?.clone();
        let known =
            [Some(enrolment.lpn_block.block), enrolment.lpn_further_block, Some(enrolment.lpn_reserve_block)];
        let further = reply.lpn_block.filter(|block| !known.contains(&Some(*block)));
        let transaction = self.writing()?;
        transaction.execute("UPDATE enrolment SET incarnation = ?1", params![reply.incarnation.0])?;
        if let (Some(block), None) = (further, enrolment.lpn_further_block) {
            transaction.execute("UPDATE enrolment SET lpn_further_block = ?1", params![block])?;
        }
        transaction.execute(
            "UPDATE epochs SET durable_seq = max(durable_seq, ?2) WHERE epoch = ?1",
            params![enrolment.epoch.to_string(), int(reply.durable_seq)],
        )?;
        // Head office's signed time only ever goes forward here.
        transaction.execute(
            "INSERT INTO settings (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
            params![HEAD_OFFICE_TIME, millis(reply.time).to_string()],
        )?;
        transaction.commit()?;
        self.reload_enrolment()
    }

    /// Head office's last signed time.
    pub fn head_office_time(&self) -> Result<Option<Timestamp>, RecordsError> {
        Ok(self.setting::<i64>(HEAD_OFFICE_TIME)?.and_then(time))
    }

    /// What head office does not have yet. Asked for by every screen: nothing is walked, however much waits.
    pub fn unsent(&self) -> Result<Unsent, RecordsError> {
        let sql = "SELECT e.epoch, e.acknowledged_seq,
                     coalesce((SELECT max(seq) FROM events v WHERE v.epoch = e.epoch), 0)
                   FROM epochs e ORDER BY e.position";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let (mut events, mut first) = (0, None);
        while let Some(row) = rows.next()? {
            let (epoch, acknowledged, head): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let waiting = head.saturating_sub(acknowledged).max(0);
            if waiting > 0 && first.is_none() {
                first = Some((epoch, acknowledged + 1));
            }
            events += uint(waiting);
        }
        let oldest = match first {
            Some((epoch, seq)) => self
                .connection
                .prepare_cached("SELECT recorded_ms FROM events WHERE epoch = ?1 AND seq = ?2")?
                .query_row(params![epoch, seq], |row| row.get(0))
                .optional()?,
            None => None,
        };
        let (thumbnails, photos) = (self.tally("thumbnails-waiting")?, self.tally("photos-waiting")?);
        Ok(Unsent { events, oldest: oldest.and_then(time), thumbnails, photos })
    }

    /// A count that the database keeps: `photos`, `photos-waiting`, `thumbnails`, `thumbnails-waiting`.
    pub(crate) fn tally(&self, name: &str) -> Result<u64, RecordsError> {
        let sql = "SELECT count FROM tallies WHERE name = ?1";
        let count: i64 = self.connection.prepare_cached(sql)?.query_row(params![name], |row| row.get(0))?;
        Ok(uint(count))
    }

    /// Photos and small pictures that own events ever named, sent or not.
    pub fn pictures(&self) -> Result<(u64, u64), RecordsError> {
        Ok((self.tally("photos")?, self.tally("thumbnails")?))
    }

    /// Whether head office has confirmed every own event of a subject. Photos count apart.
    pub fn is_sent(&self, subject: Subject) -> Result<bool, RecordsError> {
        let sql = "SELECT 1 FROM events e JOIN outbox o ON o.epoch = e.epoch AND o.seq = e.seq
                   WHERE e.subject = ?1 LIMIT 1";
        Ok(!self.connection.prepare_cached(sql)?.exists(params![subject.to_string()])?)
    }

    /// Photos of a subject that head office does not hold yet.
    pub fn photos_unsent(&self, subject: Subject) -> Result<u64, RecordsError> {
        let sql = "SELECT count(*) FROM photos WHERE subject = ?1 AND sent = 0 AND purged = 0";
        let count: i64 =
            self.connection.prepare_cached(sql)?.query_row(params![subject.to_string()], |row| row.get(0))?;
        Ok(uint(count))
    }

    /// Photos to send, oldest first, with their length in bytes.
    pub fn photos_to_send(&self, most: usize) -> Result<Vec<(Sha256Hex, u64)>, RecordsError> {
        let sql = "SELECT sha256, length FROM photos WHERE sent = 0 AND purged = 0 ORDER BY rowid LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![int(most as u64)])?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next()? {
            photos.push((parse(&row.get::<_, String>(0)?)?, uint(row.get(1)?)));
        }
        Ok(photos)
    }

    /// Marks a photo as held by head office, which said so over its whole hash.
    pub fn photo_sent(&mut self, hash: &Sha256Hex) -> Result<(), RecordsError> {
        let now_ms = self.head_office_time()?.map_or(0, millis);
        let transaction = self.writing()?;
        transaction.execute("UPDATE photos SET sent = 1 WHERE sha256 = ?1", params![hash.to_string()])?;
        retention::sent(&transaction, hash, now_ms)?;
        transaction.commit()?;
        Ok(())
    }

    /// Head office was restored, and may lack photos of events that it still has: every photo that is here is offered
    /// again. What it holds it says so of, at the cost of a call. Returns how many.
    ///
    /// # Errors
    /// `disk-full`.
    pub fn offer_photos_again(&mut self) -> Result<u64, RecordsError> {
        let photos = self.photos.clone();
        let transaction = self.writing()?;
        let sql = "SELECT sha256, length FROM photos WHERE sent = 1 AND purged = 0";
        let sent: Vec<(String, i64)> = transaction
            .prepare(sql)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut offered = 0;
        for (name, length) in sent {
            // One that is not here can only be there.
            if photos.length(&parse(&name)?) == Some(uint(length)) {
                transaction.execute("UPDATE photos SET sent = 0 WHERE sha256 = ?1", params![name])?;
                offered += 1;
            }
        }
        transaction.commit()?;
        Ok(offered)
    }

    /// A photo's bytes; `None` if it is not here.
    pub fn photo(&self, hash: &Sha256Hex) -> Result<Option<Vec<u8>>, RecordsError> {
        self.photos.read(hash)
    }
}

const HEAD_OFFICE_TIME: &str = "head-office-time-ms";
