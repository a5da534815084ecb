//! Seals: the station's signature over its head, every 100 events and on demand.

use rusqlite::{Connection, params};
use wire::{ChainHash, Head, Seal};

use crate::sql::{int, parse, uint};
use crate::{Records, RecordsError};

impl Records {
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
