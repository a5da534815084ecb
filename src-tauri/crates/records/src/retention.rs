//! Photos whose time on this disk is over, and those that come back. A photo goes when head office has held it for long
//! enough and a verified backup there has it, and nothing is still to be done about its unit; its event, its hash and its
//! small picture stay. It comes back when somebody wants to see it.

use returns::ids::{Sha256Hex, Subject};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::incidents::{self, IncidentKind};
use crate::photos::sha256;
use crate::sql::{int, millis, parse, uint};
use crate::{Records, RecordsError};

/// No photo goes earlier, whatever is set: days since head office had it, by head office's clock.
pub const KEPT_AT_LEAST_DAYS: u32 = 35;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Photos that may go, or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prunable {
    /// How many.
    pub photos: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Where the photos are that own events name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhotosKept {
    /// On this disk and nowhere else yet.
    pub only_here: Prunable,
    /// At head office, and no longer here.
    pub pruned: u64,
    /// Missing here, and asked for at head office.
    pub wanted: u64,
    /// Neither here nor there.
    pub lost: u64,
}

/// What came of a photo that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBack {
    /// It is here again.
    Here,
    /// Other bytes came.
    OtherBytes,
}

/// Sent so long ago that it may go, held by a backup of head office, of a subject with which all is done. `?1`: the latest
/// time of sending.
const MAY_GO: &str = "FROM photo_places l JOIN photos p ON p.sha256 = l.photo JOIN epochs s ON s.epoch = l.sent_epoch
  WHERE l.state = 'HERE' AND l.sent_ms BETWEEN 1 AND ?1 AND p.sent = 1 AND p.purged = 0
    AND (s.durable_seq > l.sent_seq
         OR EXISTS (SELECT 1 FROM epochs d WHERE d.position > s.position AND d.durable_seq > 0))
    AND CASE
      WHEN p.subject LIKE 'unit:%' THEN EXISTS (
        SELECT 1 FROM units u WHERE u.id = substr(p.subject, 6) AND u.stage IN ('CLOSED', 'VOIDED') AND u.held = 0
          AND u.unreadable = 0 AND u.review <> 'PENDING' AND u.state ->> 'tasks' = '[]')
      WHEN p.subject LIKE 'parcel:%' THEN EXISTS (
        SELECT 1 FROM parcels c WHERE c.id = substr(p.subject, 8) AND c.stage = 'EMPTIED' AND c.unreadable = 0)
        AND NOT EXISTS (
          SELECT 1 FROM units u WHERE u.parcel = substr(p.subject, 8) AND u.stage NOT IN ('CLOSED', 'VOIDED'))
      ELSE 0 END";

/// Notes what was being written when head office said that it holds a photo.
pub(crate) fn sent(connection: &Connection, hash: &Sha256Hex, now_ms: i64) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO photo_places (photo, state, sent_epoch, sent_seq, sent_ms)
             SELECT ?1, 'HERE', n.epoch, coalesce((SELECT max(seq) FROM events e WHERE e.epoch = n.epoch), 0), ?2
             FROM enrolment n WHERE true
             ON CONFLICT (photo) DO UPDATE SET sent_epoch = excluded.sent_epoch, sent_seq = excluded.sent_seq,
               sent_ms = excluded.sent_ms",
        )?
        .execute(params![hash.to_string(), now_ms])?;
    Ok(())
}

/// A photo's file was written again: it is here, and what was lost waits to be sent.
pub(crate) fn here_again(connection: &Connection, hash: &str) -> Result<(), RecordsError> {
    let sql = "SELECT state FROM photo_places WHERE photo = ?1 AND state <> 'HERE'";
    let state: Option<String> =
        connection.prepare_cached(sql)?.query_row(params![hash], |row| row.get(0)).optional()?;
    let Some(state) = state else { return Ok(()) };
    if state == "LOST" {
        connection.execute("UPDATE photos SET sent = 0 WHERE sha256 = ?1", params![hash])?;
    }
    connection.execute("UPDATE photo_places SET state = 'HERE' WHERE photo = ?1", params![hash])?;
    Ok(())
}

fn set_state(connection: &Connection, hash: &Sha256Hex, state: &str) -> Result<(), RecordsError> {
    connection
        .prepare_cached(
            "INSERT INTO photo_places (photo, state) VALUES (?1, ?2)
             ON CONFLICT (photo) DO UPDATE SET state = excluded.state",
        )?
        .execute(params![hash.to_string(), state])?;
    Ok(())
}

impl Records {
    /// Photos that may go, after so many days at head office.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have the others here.
    pub fn prunable(&self, days: u32) -> Result<Prunable, RecordsError> {
        let Some(before) = self.sent_before(days)? else { return Ok(Prunable::default()) };
        let sql = format!("SELECT count(*), coalesce(sum(p.length), 0) {MAY_GO}");
        let counted = self.connection.prepare_cached(&sql)?.query_row(params![before], |row| {
            Ok(Prunable { photos: uint(row.get(0)?), bytes: uint(row.get(1)?) })
        })?;
        Ok(counted)
    }

    /// Lets so many of them go: first it is written that head office alone has them, then the file goes. Should the power
    /// go in between, the file goes at the next look.
    ///
    /// # Errors
    /// `disk-full`, `file-failed`, `records-read-only`.
    pub fn prune_photos(&mut self, days: u32, most: usize) -> Result<Prunable, RecordsError> {
        let Some(before) = self.sent_before(days)? else { return Ok(Prunable::default()) };
        let photos = self.photos();
        let transaction = self.writing()?;
        let mut gone: Vec<(Sha256Hex, u64)> = Vec::new();
        {
            let sql = format!("SELECT p.sha256, p.length {MAY_GO} ORDER BY l.sent_ms LIMIT ?2");
            let mut statement = transaction.prepare_cached(&sql)?;
            let mut rows = statement.query(params![before, int(most as u64)])?;
            while let Some(row) = rows.next()? {
                gone.push((parse(&row.get::<_, String>(0)?)?, uint(row.get(1)?)));
            }
        }
        for (hash, _) in &gone {
            set_state(&transaction, hash, "PRUNED")?;
        }
        transaction.commit()?;
        for (hash, _) in &gone {
            photos.remove_full(hash)?;
        }
        Ok(Prunable { photos: gone.len() as u64, bytes: gone.iter().map(|(_, bytes)| bytes).sum() })
    }

    /// The latest time of sending that is so many days ago, by head office's clock alone: the bench's own may be wrong.
    fn sent_before(&self, days: u32) -> Result<Option<i64>, RecordsError> {
        let days = i64::from(days.max(KEPT_AT_LEAST_DAYS));
        Ok(self.head_office_time()?.map(|now| millis(now).saturating_sub(days * DAY_MS)))
    }

    /// Where the photos are.
    pub fn photos_kept(&self) -> Result<PhotosKept, RecordsError> {
        let sql = "SELECT count(*), coalesce(sum(length), 0) FROM photos WHERE sent = 0 AND purged = 0";
        let only_here = self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| Ok(Prunable { photos: uint(row.get(0)?), bytes: uint(row.get(1)?) }))?;
        let count = |state: &str| -> Result<u64, RecordsError> {
            let sql = "SELECT count(*) FROM photo_places WHERE state = ?1";
            Ok(uint(self.connection.prepare_cached(sql)?.query_row(params![state], |row| row.get(0))?))
        };
        Ok(PhotosKept { only_here, pruned: count("PRUNED")?, wanted: count("WANTED")?, lost: count("LOST")? })
    }

    /// Somebody wants to see a photo that is not here: it is asked for when there is a line. Says whether it will be.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn want_photo(&mut self, hash: &Sha256Hex) -> Result<bool, RecordsError> {
        if self.photos.length(hash).is_some() {
            return Ok(false);
        }
        let transaction = self.writing()?;
        let known = "SELECT 1 FROM photos p LEFT JOIN photo_places l ON l.photo = p.sha256
                     WHERE p.sha256 = ?1 AND p.purged = 0 AND coalesce(l.state, '') <> 'LOST'";
        let wanted = transaction.prepare_cached(known)?.exists(params![hash.to_string()])?;
        if wanted {
            set_state(&transaction, hash, "WANTED")?;
        }
        transaction.commit()?;
        Ok(wanted)
    }

    /// Looks at some photos that should be here, from a row on, and asks for those that are not: after a restore, a
    /// rebuild, or a file that somebody deleted. Gives the row to go on from; none: that was the last.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn want_missing(&mut self, after: i64, most: usize) -> Result<Option<i64>, RecordsError> {
        let photos = self.photos();
        let transaction = self.writing()?;
        let (mut seen, mut last) = (0, after);
        let mut missing: Vec<Sha256Hex> = Vec::new();
        {
            let sql = "SELECT p.rowid, p.sha256, p.length, coalesce(l.state, 'HERE') FROM photos p
                       LEFT JOIN photo_places l ON l.photo = p.sha256
                       WHERE p.rowid > ?1 AND p.purged = 0 ORDER BY p.rowid LIMIT ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            let mut rows = statement.query(params![after, int(most as u64)])?;
            while let Some(row) = rows.next()? {
                let (hash, length, state): (String, i64, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
                (seen, last) = (seen + 1, row.get(0)?);
                let hash: Sha256Hex = parse(&hash)?;
                match state.as_str() {
                    "HERE" if photos.length(&hash) != Some(uint(length)) => missing.push(hash),
                    // The power went before the file did.
                    "PRUNED" => photos.remove_full(&hash)?,
                    _ => {}
                }
            }
        }
        for hash in &missing {
            set_state(&transaction, hash, "WANTED")?;
        }
        transaction.commit()?;
        Ok((seen == most).then_some(last))
    }

    /// Photos to ask for, with their length in bytes.
    pub fn photos_wanted(&self, most: usize) -> Result<Vec<(Sha256Hex, u64)>, RecordsError> {
        let sql = "SELECT l.photo, p.length FROM photo_places l JOIN photos p ON p.sha256 = l.photo
                   WHERE l.state = 'WANTED' AND p.purged = 0 LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![int(most as u64)])?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next()? {
            photos.push((parse(&row.get::<_, String>(0)?)?, uint(row.get(1)?)));
        }
        Ok(photos)
    }

    /// A photo came back: it is kept where its hash is the one that was asked for. It is then at head office, too.
    ///
    /// # Errors
    /// `disk-full`, `file-failed`.
    pub fn photo_came_back(&mut self, hash: &Sha256Hex, jpeg: &[u8]) -> Result<CameBack, RecordsError> {
        if sha256(jpeg) != *hash {
            return Ok(CameBack::OtherBytes);
        }
        let photos = self.photos();
        // What lies there under its name is not it, or it would not have been asked for.
        photos.remove_full(hash)?;
        photos.keep(jpeg)?;
        let now_ms = self.head_office_time()?.map_or(0, millis);
        let transaction = self.writing()?;
        set_state(&transaction, hash, "HERE")?;
        transaction.execute("UPDATE photos SET sent = 1 WHERE sha256 = ?1", params![hash.to_string()])?;
        sent(&transaction, hash, now_ms)?;
        transaction.commit()?;
        Ok(CameBack::Here)
    }

    /// Head office does not have a photo either: it is nowhere, nobody waits for it any longer, and a person is told.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn photo_lost(&mut self, hash: &Sha256Hex) -> Result<(), RecordsError> {
        let now_ms = millis(self.now());
        let of = self.photo_of(hash)?;
        let transaction = self.writing()?;
        set_state(&transaction, hash, "LOST")?;
        transaction.execute("UPDATE photos SET sent = 1 WHERE sha256 = ?1", params![hash.to_string()])?;
        let args = incidents::args([("photo", hash.to_string()), ("of", of)]);
        incidents::note(&transaction, IncidentKind::PhotoLost, &args, now_ms)?;
        transaction.commit()?;
        Ok(())
    }

    /// A photo does not go up although it is here: head office refuses it, or its file is damaged. A person is told once.
    ///
    /// # Errors
    /// `disk-full`, `records-read-only`.
    pub fn photo_refused(&mut self, hash: &Sha256Hex, why: &str) -> Result<(), RecordsError> {
        let damaged = self.photos.read(hash)?.is_some_and(|bytes| sha256(&bytes) != *hash);
        let of = self.photo_of(hash)?;
        let now_ms = millis(self.now());
        let transaction = self.writing()?;
        if damaged {
            // Perhaps it is whole at head office: whoever sent it first may have been this bench.
            set_state(&transaction, hash, "WANTED")?;
        } else {
            let args = incidents::args([("photo", hash.to_string()), ("of", of), ("why", why.to_owned())]);
            incidents::note(&transaction, IncidentKind::PhotoRefused, &args, now_ms)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The number of the unit, or of the parcel, of which a photo was taken: what a person can look for.
    fn photo_of(&self, hash: &Sha256Hex) -> Result<String, RecordsError> {
        let sql = "SELECT subject FROM photos WHERE sha256 = ?1";
        let subject = crate::sql::text(&self.connection, sql, params![hash.to_string()])?;
        let name = match subject.as_deref().map(parse::<Subject>).transpose()? {
            Some(Subject::Unit(id)) => self.unit(&id)?.and_then(|unit| unit.lpn).map(|lpn| lpn.to_string()),
            Some(Subject::Parcel(id)) => {
                self.parcel(&id)?.and_then(|parcel| parcel.tracking).map(|tracking| tracking.to_string())
            }
            _ => None,
        };
        Ok(name.unwrap_or_else(|| subject.unwrap_or_default()))
    }
}
