//! Appending to the log. Event, projection, outbox row, photo row and LPN counter commit in one transaction,
//! or none of them does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, Sha256Hex, Subject, UnitId};
use returns::lpn::Lpn;
use rusqlite::{Connection, params};
use wire::{Actor, Chain, ChainHash, Envelope, Epoch, Head, Place, SecretKey};

use crate::events::{photo_in, purged_in};
use crate::figures::{self, Told};
use crate::projections::{State, last_seen, saw};
use crate::sql::{int, millis, parse, texts};
use crate::{Enrolment, Photos, Records, RecordsError, lpns, outbox, retention, seals, texts as kept};

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
        self.append_on(events, &[])
    }

    /// Appends events that were decided on what was known then: of each subject named, the newest event that was
    /// seen. A review's approval so names the proposal that it approves.
    ///
    /// # Errors
    /// `unit-changed` where something came in about one of them since; and those of [`Records::append`].
    pub fn append_on(
        &mut self,
        events: Vec<NewEvent>,
        seen: &[(Subject, Option<EventId>)],
    ) -> Result<Vec<Stored>, RecordsError> {
        match self.try_append(&events, seen) {
            // The reserve is kept for exactly this: what was just graded still gets onto the disk.
            Err(RecordsError::DiskFull) if self.give_reserve() => self.try_append(&events, seen),
            other => other,
        }
    }

    fn try_append(
        &mut self,
        events: &[NewEvent],
        seen: &[(Subject, Option<EventId>)],
    ) -> Result<Vec<Stored>, RecordsError> {
        let mut enrolment = self.enrolled()?.clone();
        // A seal can wait for a keyring that does not answer; what was graded cannot.
        let key = self.secret_key().unwrap_or_else(|error| {
            tracing::error!(code = error.code(), %error, "no seal");
            None
        });
        let photos = self.photos();
        let now_ms = millis(self.now());
        let seal_due = self.seal_due(now_ms);
        let transaction = self.writing()?;
        for (subject, seen) in seen {
            if last_seen(&transaction, *subject)? != *seen {
                return Err(RecordsError::SubjectChanged(subject.to_string()));
            }
        }
        let head = outbox::head(&transaction, &enrolment.epoch)?;
        let mut log = Log {
            connection: &transaction,
            photos: &photos,
            chain: Chain::at(enrolment.station, enrolment.epoch, head),
            enrolment: &mut enrolment,
            now_ms,
            drawn: false,
            folded: BTreeMap::new(),
            lpns: BTreeMap::new(),
        };
        let stored = events.iter().map(|event| log.append(event)).collect::<Result<Vec<_>, _>>()?;
        log.finish()?;
        let new_head = log.chain.head();
        let full = head.seq / SEAL_EVERY != new_head.seq / SEAL_EVERY;
        let key = key.filter(|_| new_head.seq > head.seq && (full || seal_due));
        if let Some(key) = &key {
            seal(&transaction, &enrolment, new_head, key)?;
        }
        transaction.commit()?;
        if key.is_some() {
            self.sealed_ms.set(now_ms);
        }
        self.enrolment = Some(enrolment);
        self.remove_purged(events);
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
    /// A number was drawn.
    drawn: bool,
    /// What the events so far made of each subject; written once, at the end.
    folded: BTreeMap<Subject, Folded>,
    /// Numbers given in this append.
    lpns: BTreeMap<Lpn, UnitId>,
}

/// A subject in the middle of an append.
struct Folded {
    /// `None` for the station, which has no projection.
    state: Option<State>,
    last_event: Option<EventId>,
    recorded_ms: i64,
    figures: figures::Pending,
}

impl Log<'_> {
    fn append(&mut self, new: &NewEvent) -> Result<Stored, RecordsError> {
        self.check(new)?;
        let mut folded = match self.folded.remove(&new.subject) {
            Some(folded) => folded,
            None => Folded {
                state: State::load(self.connection, new.subject)?.or_else(|| State::empty(new.subject)),
                last_event: last_seen(self.connection, new.subject)?,
                recorded_ms: 0,
                figures: figures::Pending::default(),
            },
        };
        let (recorded, seen) = (new.recorded, folded.last_event);
        let envelope =
            Envelope::wrap(&new.event, new.event_id, new.subject, new.actor.clone(), recorded, seen)?;
        let bytes = envelope.to_bytes()?;
        let head = self.chain.push(&bytes);
        let epoch = self.enrolment.epoch;
        self.write_event(new, epoch, head, &bytes)?;
        self.keep_photo(new)?;
        if let Some(hash) = purged_in(&new.event) {
            kept::purge(self.connection, &hash, self.now_ms)?;
        }
        self.drawn |= lpns::draw(self.enrolment, &new.event)?;
        self.project(new, &mut folded)?;
        folded.last_event = Some(new.event_id);
        folded.recorded_ms = millis(recorded);
        self.folded.insert(new.subject, folded);
        let place = Place { station: self.enrolment.station, epoch, seq: head.seq };
        Ok(Stored { place, event_id: new.event_id, subject: new.subject, hash: head.hash })
    }

    fn check(&mut self, new: &NewEvent) -> Result<(), RecordsError> {
        let repeated = self
            .connection
            .prepare_cached("SELECT 1 FROM events WHERE event_id = ?1")?
            .exists(params![new.event_id.to_string()])?;
        if repeated {
            return Err(RecordsError::EventRepeated(new.event_id));
        }
        if let (Event::Unit(UnitEvent::Received { lpn, .. }), Subject::Unit(id)) = (&new.event, new.subject) {
            let bearer = match self.lpns.insert(*lpn, id) {
                Some(unit) => Some(unit),
                None => lpns::bearer(self.connection, *lpn)?,
            };
            if let Some(unit) = bearer.filter(|unit| *unit != id) {
                return Err(RecordsError::LpnTaken { lpn: *lpn, unit });
            }
        }
        Ok(())
    }

    /// Writes what the events made of their subjects, in the order of their last events.
    fn finish(&mut self) -> Result<(), RecordsError> {
        if self.drawn {
            lpns::write(self.connection, self.enrolment)?;
        }
        for (subject, folded) in &self.folded {
            if let Some(state) = &folded.state {
                state.store(self.connection, *subject, folded.recorded_ms)?;
                folded.figures.write(self.connection, *subject, state)?;
            }
            if let Some(last) = folded.last_event {
                saw(self.connection, *subject, last)?;
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
        self.connection
            .prepare_cached(
                "INSERT INTO photos (sha256, length, subject) VALUES (?1, ?2, ?3)
                 ON CONFLICT (sha256) DO UPDATE SET purged = 0",
            )?
            .execute(params![hash.to_string(), int(length), new.subject.to_string()])?;
        retention::here_again(self.connection, &hash.to_string())
    }

    fn project(&self, new: &NewEvent, folded: &mut Folded) -> Result<(), RecordsError> {
        let Some(state) = &mut folded.state else { return Ok(()) };
        state.apply(&Parsed::Known(new.event.clone()));
        // The state before was readable, or nothing may be written about this subject here.
        if state.is_unreadable() {
            return Err(RecordsError::SubjectUnreadable(new.subject.to_string()));
        }
        let told = Told {
            event: &new.event,
            event_id: new.event_id,
            station: self.enrolment.station,
            operator: &new.actor.operator,
            recorded_ms: millis(new.recorded),
        };
        folded.figures.step(self.connection, new.subject, state, &told)
    }
}

/// Removes files of photos whose purge was committed before a power cut.
pub(crate) fn sweep_purged(records: &Records) -> Result<(), RecordsError> {
    for hash in texts(&records.connection, "SELECT sha256 FROM photos WHERE purged = 1", [])? {
        records.photos.remove(&parse::<Sha256Hex>(&hash)?)?;
    }
    Ok(())
}
