//! Seals: the station's signature over its head, every 100 events, every five minutes with events, and on demand.

use rusqlite::{Connection, params};
use wire::{ChainHash, Head, Seal};

use crate::sql::{int, millis, parse, uint};
use crate::{Records, RecordsError};

/// A head is sealed at least this often while events come.
const SEAL_EVERY_MS: i64 = 5 * 60 * 1000;

impl Records {
    /// Whether the last seal of this run is so old that the next event brings one.
    pub(crate) fn seal_due(&self, now_ms: i64) -> bool {
        now_ms.saturating_sub(self.sealed_ms.get()) >= SEAL_EVERY_MS
    }

    /// Seals the head where events came since the last seal, and that was five minutes ago.
    ///
    /// # Errors
    /// As [`Records::seal`].
    pub fn seal_if_due(&mut self) -> Result<Option<Seal>, RecordsError> {
        if self.enrolment.is_none() || !self.seal_due(millis(self.now())) {
            return Ok(None);
        }
        let epoch = self.enrolled()?.epoch;
        let sql = "SELECT 1 FROM seals WHERE epoch = ?1 AND seq = ?2";
        let head = self.head()?;
        let sealed =
            self.connection.prepare_cached(sql)?.exists(params![epoch.to_string(), int(head.seq)])?;
        if sealed { Ok(None) } else { self.seal() }
    }

    /// Seals the head now, at a shift's end for example. `None` where there is nothing to seal yet.
    ///
    /// # Errors
    /// `station-not-enrolled`, `disk-full`.
    pub fn seal(&mut self) -> Result<Option<Seal>, RecordsError> {
        let enrolment = self.enrolled()?;
        let (station, epoch) = (enrolment.station, enrolment.epoch);
        let head = self.head()?;
        let Some(key) = self.secret_key()?.filter(|_| head.seq > 0) else { return Ok(None) };
        let seal = Seal::new(&key, station, epoch, head);
        let transaction = self.writing()?;
        store(&transaction, &seal)?;
        transaction.commit()?;
        self.sealed_ms.set(millis(self.now()));
        Ok(Some(seal))
    }

    /// All seals, oldest first.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn seals(&self) -> Result<Vec<Seal>, RecordsError> {
        let Some(enrolment) = &self.enrolment else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare(
            "SELECT epoch, seq, hash, signature FROM seals JOIN epochs USING (epoch) ORDER BY position, seq",
        )?;
        let mut rows = statement.query([])?;
        let mut seals = Vec::new();
        while let Some(row) = rows.next()? {
            let hash: ChainHash = parse(&row.get::<_, String>(2)?)?;
            seals.push(Seal {
                station: enrolment.station,
                epoch: parse(&row.get::<_, String>(0)?)?,
                head: Head { seq: uint(row.get(1)?), hash },
                signature: row.get(3)?,
            });
        }
        Ok(seals)
    }
}

pub(crate) fn store(connection: &Connection, seal: &Seal) -> Result<(), RecordsError> {
    connection.execute(
        "INSERT INTO seals (epoch, seq, hash, signature) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![seal.epoch.to_string(), int(seal.head.seq), seal.head.hash.to_string(), seal.signature],
    )?;
    Ok(())
}
