//! Appending to the log. Event, projection, outbox row, photo row and LPN counter commit in one transaction,
//! or none of them does.

use jiff::Timestamp;
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, Sha256Hex, Subject, UnitId};
use rusqlite::{Connection, params};
use wire::{Actor, Chain, ChainHash, Envelope, Epoch, Head, Place, SecretKey};

use crate::events::{photo_in, purged_in};
use crate::figures::{self, Told};
use crate::projections::{State, last_seen, saw};
use crate::sql::{int, millis, parse, texts};
use crate::{Enrolment, Photos, Records, RecordsError, lpns, outbox, seals, texts as kept};

/// A seal is due when the sequence passes a multiple of this.
const SEAL_EVERY: u64 = 100;

/// An event to be appended. What it has seen, its place and its hash are added here.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
    /// Its own id, UUID v7.
    pub event_id: EventId,
    /// Who.
    pub actor: Actor,
    /// When, by the station's clock.
    pub recorded: Timestamp,
}

/// An event that is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub place: Place,
    /// Its id.
    pub event_id: EventId,
    /// What it is about.
    pub subject: Subject,
    /// Hash of the chain there.
    pub hash: ChainHash,
}

impl Records {
    /// Appends events, all or none. When this returns, they survive a power cut.
    ///
    /// # Errors
    /// `station-not-enrolled`, `event-too-long`, `event-repeated`, `subject-unreadable`, `lpn-taken`,
    /// `photo-not-kept`, `disk-full`; nothing is stored then.
    pub fn append(&mut self, events: Vec<NewEvent>) -> Result<Vec<Stored>, RecordsError> {
        let mut enrolment = self.enrolled()?.clone();
        let seal_key = self.secret_key()?;
        let photos = self.photos();
        let now_ms = millis(self.now());
        let transaction = self.writing()?;
        let head = outbox::head(&transaction, &enrolment.epoch)?;
        let mut log = Log {
            connection: &transaction,
            photos: &photos,
            chain: Chain::at(enrolment.station, enrolment.epoch, head),
            enrolment: &mut enrolment,
            now_ms,
        };
        let stored = events.iter().map(|event| log.append(event)).collect::<Result<Vec<_>, _>>()?;
        let new_head = log.chain.head();
        if let Some(key) = seal_key.filter(|_| head.seq / SEAL_EVERY != new_head.seq / SEAL_EVERY) {
            seal(&transaction, &enrolment, new_head, &key)?;
        }
        transaction.commit()?;
        self.enrolment = Some(enrolment);
        self.remove_purged(&events);
        self.write_witness(new_head);
        Ok(stored)
    }

    /// A purged photo's file goes after the commit; should that fail, it goes at the next opening. What was
    /// purged from the database must not live on in the write-ahead log either.
    fn remove_purged(&self, events: &[NewEvent]) {
        let purged: Vec<Sha256Hex> = events.iter().filter_map(|new| purged_in(&new.event)).collect();
        for hash in &purged {
            if let Err(error) = self.photos.remove(hash) {
                tracing::warn!(code = error.code(), %hash, "a purged photo's file is still there");
            }
        }
        if !purged.is_empty()
            && let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        {
            tracing::warn!(%error, "purged bytes may still stand in the write-ahead log");
        }
    }
}

fn seal(
    connection: &Connection,
    enrolment: &Enrolment,
    head: Head,
    key: &SecretKey,
) -> Result<(), RecordsError> {
    seals::store(connection, &wire::Seal::new(key, enrolment.station, enrolment.epoch, head))
}

/// One appending transaction.
struct Log<'a> {
    connection: &'a Connection,
    photos: &'a Photos,
    chain: Chain,
    enrolment: &'a mut Enrolment,
    now_ms: i64,
}

impl Log<'_> {
    fn append(&mut self, new: &NewEvent) -> Result<Stored, RecordsError> {
        self.check(new)?;
        let seen = last_seen(self.connection, new.subject)?;
        let envelope =
            Envelope::wrap(&new.event, new.event_id, new.subject, new.actor.clone(), new.recorded, seen)?;
        let bytes = envelope.to_bytes()?;
        let head = self.chain.push(&bytes);
        let epoch = self.enrolment.epoch;
        self.write_event(new, epoch, head, &bytes)?;
        self.keep_photo(new)?;
        if let Some(hash) = purged_in(&new.event) {
            kept::purge(self.connection, &hash, self.now_ms)?;
        }
        lpns::draw(self.connection, self.enrolment, &new.event)?;
        self.project(new)?;
        saw(self.connection, new.subject, new.event_id)?;
        let place = Place { station: self.enrolment.station, epoch, seq: head.seq };
        Ok(Stored { place, event_id: new.event_id, subject: new.subject, hash: head.hash })
    }

    fn check(&self, new: &NewEvent) -> Result<(), RecordsError> {
        let repeated = self
            .connection
            .prepare_cached("SELECT 1 FROM events WHERE event_id = ?1")?
            .exists(params![new.event_id.to_string()])?;
        if repeated {
            return Err(RecordsError::EventRepeated(new.event_id));
        }
        if let (Event::Unit(UnitEvent::Received { lpn, .. }), Subject::Unit(id)) = (&new.event, new.subject) {
            match lpns::bearer(self.connection, *lpn)?.filter(|unit: &UnitId| *unit != id) {
                Some(unit) => return Err(RecordsError::LpnTaken { lpn: *lpn, unit }),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    fn write_event(
        &self,
        new: &NewEvent,
        epoch: Epoch,
        head: Head,
        bytes: &[u8],
    ) -> Result<(), RecordsError> {
        let (epoch, seq) = (epoch.to_string(), int(head.seq));
        self.connection
            .prepare_cached(
                "INSERT INTO events (epoch, seq, event_id, subject, kind, recorded_ms, bytes, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                epoch,
                seq,
                new.event_id.to_string(),
                new.subject.to_string(),
                new.event.kind(),
                millis(new.recorded),
                bytes,
                head.hash.0,
            ])?;
        self.connection
            .prepare_cached("INSERT INTO outbox (epoch, seq) VALUES (?1, ?2)")?
            .execute(params![epoch, seq])?;
        Ok(())
    }

    fn keep_photo(&self, new: &NewEvent) -> Result<(), RecordsError> {
        let Some((hash, length)) = photo_in(&new.event) else { return Ok(()) };
        if self.photos.length(&hash) != Some(length) {
            return Err(RecordsError::PhotoNotKept(hash));
        }
        self.connection.execute(
            "INSERT INTO photos (sha256, length, subject) VALUES (?1, ?2, ?3)
             ON CONFLICT (sha256) DO UPDATE SET purged = 0",
            params![hash.to_string(), int(length), new.subject.to_string()],
        )?;
        Ok(())
    }

    fn project(&self, new: &NewEvent) -> Result<(), RecordsError> {
        let Some(empty) = State::empty(new.subject) else { return Ok(()) };
        let mut state = State::load(self.connection, new.subject)?.unwrap_or(empty);
        state.apply(&Parsed::Known(new.event.clone()));
        // The state before was readable, or nothing may be written about this subject here.
        if state.is_unreadable() {
            return Err(RecordsError::SubjectUnreadable(new.subject.to_string()));
        }
        state.store(self.connection, new.subject, millis(new.recorded))?;
        let told = Told {
            event: &new.event,
            event_id: new.event_id,
            station: self.enrolment.station,
            operator: &new.actor.operator,
            recorded_ms: millis(new.recorded),
        };
        figures::appended(self.connection, new.subject, &state, &told)
    }
}

/// Removes files of photos whose purge was committed before a power cut.
pub(crate) fn sweep_purged(records: &Records) -> Result<(), RecordsError> {
    for hash in texts(&records.connection, "SELECT sha256 FROM photos WHERE purged = 1", [])? {
        records.photos.remove(&parse::<Sha256Hex>(&hash)?)?;
    }
    Ok(())
}
