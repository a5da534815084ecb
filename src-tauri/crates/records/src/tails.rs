//! Own events behind the end of an epoch that head office has closed: they were written while it was asked for the next
//! number, and no receipt can come for them where they stand.

use std::collections::BTreeSet;

use returns::ids::Subject;
use rusqlite::{Connection, params};
use wire::{Chain, ChainHash, EpochHeld};

use crate::epochs::{Aside, insert_again};
use crate::incidents::{self, IncidentKind};
use crate::outbox::{hash_at, head};
use crate::projections::refold;
use crate::sql::{int, millis, uint};
use crate::{Records, RecordsError};

impl Records {
    /// Moves what stands behind the end of a closed epoch on into the one that is written now, bytes unchanged, to be
    /// sent there. Returns how many events moved; none where the end is not on our chain.
    ///
    /// # Errors
    /// `station-not-enrolled`, `disk-full`; nothing is changed then.
    pub fn move_tail(&mut self, held: &EpochHeld) -> Result<u64, RecordsError> {
        let enrolment = self.enrolled()?.clone();
        let now_ms = millis(self.now());
        let to = enrolment.epoch;
        if !held.closed || to == held.epoch {
            return Ok(0);
        }
        let transaction = self.writing()?;
        if hash_at(&transaction, &held.epoch, held.head.seq)? != Some(held.head.hash) {
            return Ok(0);
        }
        let tail = behind(&transaction, held)?;
        if tail.is_empty() {
            return Ok(0);
        }
        let from = held.epoch.to_string();
        for table in ["outbox", "seals", "events"] {
            let sql = format!("DELETE FROM {table} WHERE epoch = ?1 AND seq > ?2");
            transaction.execute(&sql, params![from, int(held.head.seq)])?;
        }
        let mut chain = Chain::at(enrolment.station, to, head(&transaction, &to)?);
        let (mut moved, mut subjects) = (0, BTreeSet::new());
        for event in &tail {
            transaction.execute(
                "INSERT INTO moved_events (epoch, seq, hash, event_id, moved_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                params![from, int(event.seq), event.hash.0, event.event_id, now_ms],
            )?;
            moved += u64::from(insert_again(&transaction, &mut chain, &to, event)?);
            subjects.extend(event.subject.parse::<Subject>().ok());
        }
        for subject in subjects {
            refold(&transaction, Some(enrolment.station), subject)?;
        }
        let args = incidents::args([("events", moved.to_string()), ("epoch", to.to_string())]);
        incidents::note(&transaction, IncidentKind::Moved, &args, now_ms)?;
        transaction.commit()?;
        let head = self.head()?;
        self.write_witness(head);
        Ok(moved)
    }
}

fn behind(connection: &Connection, held: &EpochHeld) -> Result<Vec<Aside>, RecordsError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, hash, event_id, subject, kind, recorded_ms, bytes FROM events
         WHERE epoch = ?1 AND seq > ?2 ORDER BY seq",
    )?;
    let mut rows = statement.query(params![held.epoch.to_string(), int(held.head.seq)])?;
    let mut tail = Vec::new();
    while let Some(row) = rows.next()? {
        tail.push(Aside {
            seq: uint(row.get(0)?),
            hash: ChainHash(row.get(1)?),
            event_id: row.get(2)?,
            subject: row.get(3)?,
            kind: row.get(4)?,
            recorded_ms: row.get(5)?,
            bytes: row.get(6)?,
            from: held.epoch,
        });
    }
    Ok(tail)
}
