//! Epochs (sync.md, Events; At the station): the one from head office, those that the station had to open alone,
//! and what comes back of its own after it lost something.

use std::collections::BTreeSet;

use returns::event::Parsed;
use returns::ids::{StationId, Subject};
use rusqlite::{Connection, OptionalExtension, params};
use wire::{Chain, ChainHash, Envelope, Epoch, EpochHeld, Head};

use crate::events::{photo_in, purged_in};
use crate::figures::recount_steps;
use crate::incidents::{self, IncidentKind};
use crate::outbox::{hash_at, head};
use crate::projections::refold;
use crate::sql::{int, millis, parse, uint};
use crate::{Enrolment, Photos, Records, RecordsError, Witness, append, lpns, meeting, texts};

/// Why a station opens an epoch alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The database was put back from a copy.
    Restored,
    /// Another computer writes in this station's name.
    Cloned,
    /// The database was made anew from a damaged one.
    Rebuilt,
}

impl Because {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Cloned => "cloned",
            Self::Rebuilt => "rebuilt",
        }
    }
}

/// An epoch that this station writes or wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochHere {
    /// Which.
    pub epoch: Epoch,
    /// Its head.
    pub head: Head,
    /// Head office has confirmed it up to here.
    pub acknowledged: u64,
    /// A verified backup of head office holds it up to here.
    pub durable: u64,
    /// Bodies are gone up to here.
    pub pruned: u64,
    /// Why it was opened here: empty where head office gave it.
    pub because: String,
}

/// What came of own events that head office gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenBack {
    /// Events that were missing here.
    pub fetched: u64,
    /// Own events that stood where head office holds others: they went on in the present epoch, bytes unchanged.
    pub moved: u64,
    /// Head of that epoch now.
    pub head: Option<Head>,
}

/// Setting: the witness that knew more than the database.
pub(crate) const RESTORED_FROM: &str = "restored-from";

/// Setting: epochs whose events at head office are still to be compared with those here.
const TO_COMPARE: &str = "epochs-to-compare";

impl Records {
    /// Every epoch of this station, in the order in which they were opened.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`.
    pub fn epochs(&self) -> Result<Vec<EpochHere>, RecordsError> {
        let sql =
            "SELECT epoch, acknowledged_seq, durable_seq, pruned_seq, because FROM epochs ORDER BY position";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let epoch: Epoch = parse(&row.get::<_, String>(0)?)?;
            found.push(EpochHere {
                epoch,
                head: head(&self.connection, &epoch)?,
                acknowledged: uint(row.get(1)?),
                durable: uint(row.get(2)?),
                pruned: uint(row.get(3)?),
                because: row.get(4)?,
            });
        }
        Ok(found)
    }

    /// Goes on in an epoch of the station's own, and draws numbers from the reserve block.
    ///
    /// # Errors
    /// `station-not-enrolled`, `disk-full`.
    pub fn open_provisional(&mut self, because: Because) -> Result<Epoch, RecordsError> {
        let mut enrolment = self.enrolled()?.clone();
        let random: [u8; 16] = rand::random();
        let transaction = self.writing()?;
        let epoch = provisional(&transaction, &mut enrolment, random, because)?;
        transaction.commit()?;
        self.enrolment = Some(enrolment);
        self.keep_copy();
        self.write_witness(Head::EMPTY);
        Ok(epoch)
    }

    /// Goes on in the epoch that head office gave, and remembers what it holds of the others, to be compared. Of an
    /// epoch that is opened already nothing changes but that.
    ///
    /// # Errors
    /// `epoch-used` where events of this station stand in it; `disk-full`.
    pub fn open_epoch(
        &mut self,
        epoch: Epoch,
        held: &[EpochHeld],
        reserve_block: Option<u32>,
    ) -> Result<(), RecordsError> {
        let mut enrolment = self.enrolled()?.clone();
        let transaction = self.writing()?;
        if head(&transaction, &epoch)?.seq > 0 {
            return Err(RecordsError::EpochUsed(epoch));
        }
        enter(&transaction, &mut enrolment, epoch, "")?;
        if let Some(block) = reserve_block.filter(|_| enrolment.lpn_reserve_block == 0) {
            enrolment.lpn_reserve_block = block;
            lpns::write(&transaction, &enrolment)?;
        }
        remember_to_compare(&transaction, held)?;
        transaction.commit()?;
        self.enrolment = Some(enrolment);
        self.keep_copy();
        self.write_witness(Head::EMPTY);
        Ok(())
    }

    /// Epochs that are still to be compared with what head office holds.
    ///
    /// # Errors
    /// `database-corrupt`.
    pub fn epochs_to_compare(&self) -> Result<Vec<EpochHeld>, RecordsError> {
        Ok(self.setting(TO_COMPARE)?.unwrap_or_default())
    }

    /// An epoch was compared. When it was the last one, a person is told what came of it all.
    ///
    /// # Errors
    /// `disk-full`.
    pub fn epoch_compared(&mut self, epoch: Epoch) -> Result<(), RecordsError> {
        let mut left = self.epochs_to_compare()?;
        left.retain(|held| held.epoch != epoch);
        self.set_setting(TO_COMPARE, &left)
    }

    /// Tells a person what came back, and what did not: events that the witness knew and head office never got.
    ///
    /// # Errors
    /// `disk-full`.
    pub fn note_fetched_back(&mut self, epoch: Epoch, events: u64) -> Result<(), RecordsError> {
        let witness: Option<Witness> = self.setting(RESTORED_FROM)?;
        let known = witness.filter(|witness| witness.epoch == epoch).map_or(0, |witness| witness.head.seq);
        let lost = known.saturating_sub(head(&self.connection, &epoch)?.seq);
        let args = incidents::args([
            ("events", events.to_string()),
            ("epoch", epoch.to_string()),
            ("lost", lost.to_string()),
        ]);
        self.note_incident(IncidentKind::FetchedBack, &args)
    }

    /// The last place of an epoch where head office and this station are known to agree: what it confirmed.
    ///
    /// # Errors
    /// `database-corrupt`.
    pub fn agreed(&self, epoch: &Epoch) -> Result<Head, RecordsError> {
        let sql = "SELECT acknowledged_seq FROM epochs WHERE epoch = ?1";
        let seq: Option<i64> = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![epoch.to_string()], |row| row.get(0))
            .optional()?;
        let seq = uint(seq.unwrap_or(0));
        Ok(hash_at(&self.connection, epoch, seq)?.map_or(Head::EMPTY, |hash| Head { seq, hash }))
    }

    /// Takes back own events as head office holds them, consecutive from after `before`, a place where both agree.
    /// What is missing here is added as history that was sent; what stands here in their place goes on in the epoch
    /// that is being written, unchanged, unless head office has it already.
    ///
    /// # Errors
    /// `own-events-differ` where they do not continue from `before`, or do not end in `held` at its sequence;
    /// nothing is changed then.
    pub fn take_back(
        &mut self,
        epoch: Epoch,
        before: Head,
        lines: &[Vec<u8>],
        held: Head,
    ) -> Result<TakenBack, RecordsError> {
        let mut enrolment = self.enrolled()?.clone();
        let now_ms = millis(self.now());
        let photos = self.photos();
        let transaction = self.writing()?;
        if hash_at(&transaction, &epoch, before.seq)? != Some(before.hash) {
            return Err(RecordsError::OwnEventsDiffer(epoch));
        }
        let mut back = Back {
            connection: &transaction,
            station: enrolment.station,
            epoch,
            chain: Chain::at(enrolment.station, epoch, before),
            photos: &photos,
            subjects: BTreeSet::new(),
            aside: Vec::new(),
            taken: TakenBack::default(),
        };
        back.know_epoch()?;
        for line in lines {
            back.take(line, &mut enrolment)?;
        }
        let end = back.chain.head();
        if end.seq > held.seq || (end.seq == held.seq && end.hash != held.hash) {
            return Err(RecordsError::OwnEventsDiffer(epoch));
        }
        let Back { aside, subjects, mut taken, .. } = back;
        taken.moved = move_on(&transaction, &enrolment, aside, now_ms)?;
        if taken.fetched + taken.moved > 0 {
            confirm(&transaction, &epoch, end.seq)?;
            for subject in &subjects {
                refold(&transaction, Some(enrolment.station), *subject)?;
            }
            meeting::note_back(&transaction, &subjects)?;
            transaction.execute("DELETE FROM step_counts", [])?;
            recount_steps(&transaction, Some(enrolment.station))?;
            lpns::write(&transaction, &enrolment)?;
        }
        transaction.commit()?;
        taken.head = Some(end);
        if taken.fetched > 0 {
            append::sweep_purged(self)?;
        }
        self.enrolment = Some(enrolment);
        let head = self.head()?;
        self.write_witness(head);
        Ok(taken)
    }
}

/// Opens an epoch of the station's own within a transaction.
pub(crate) fn provisional(
    connection: &Connection,
    enrolment: &mut Enrolment,
    random: [u8; 16],
    because: Because,
) -> Result<Epoch, RecordsError> {
    let epoch = Epoch::Provisional(random);
    enter(connection, enrolment, epoch, because.as_str())?;
    lpns::leave_block(enrolment, random.first().copied().unwrap_or_default())?;
    lpns::write(connection, enrolment)?;
    Ok(epoch)
}

fn enter(
    connection: &Connection,
    enrolment: &mut Enrolment,
    epoch: Epoch,
    because: &str,
) -> Result<(), RecordsError> {
    connection.execute(
        "INSERT INTO epochs (epoch, position, because)
         VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM epochs), ?2)
         ON CONFLICT (epoch) DO UPDATE SET position = excluded.position",
        params![epoch.to_string(), because],
    )?;
    connection.execute("UPDATE enrolment SET epoch = ?1", params![epoch.to_string()])?;
    enrolment.epoch = epoch;
    Ok(())
}

fn remember_to_compare(connection: &Connection, held: &[EpochHeld]) -> Result<(), RecordsError> {
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![TO_COMPARE, crate::sql::json(&held)?],
    )?;
    Ok(())
}

fn confirm(connection: &Connection, epoch: &Epoch, seq: u64) -> Result<(), RecordsError> {
    let (epoch, seq) = (epoch.to_string(), int(seq));
    connection.execute("DELETE FROM outbox WHERE epoch = ?1 AND seq <= ?2", params![epoch, seq])?;
    connection.execute(
        "UPDATE epochs SET acknowledged_seq = max(acknowledged_seq, ?2) WHERE epoch = ?1",
        params![epoch, seq],
    )?;
    Ok(())
}

/// An own event that lost its place.
pub(crate) struct Aside {
    pub(crate) seq: u64,
    pub(crate) hash: ChainHash,
    pub(crate) event_id: String,
    pub(crate) subject: String,
    pub(crate) kind: String,
    pub(crate) recorded_ms: i64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) from: Epoch,
}

/// Own events on their way back.
struct Back<'a> {
    connection: &'a Connection,
    station: StationId,
    epoch: Epoch,
    chain: Chain,
    photos: &'a Photos,
    subjects: BTreeSet<Subject>,
    aside: Vec<Aside>,
    taken: TakenBack,
}

impl Back<'_> {
    /// An epoch that this database has never heard of stands before the one that is written now.
    fn know_epoch(&self) -> Result<(), RecordsError> {
        let mut known = self.connection.prepare_cached("SELECT 1 FROM epochs WHERE epoch = ?1")?;
        if known.exists(params![self.epoch.to_string()])? {
            return Ok(());
        }
        // Positions are unique: the present epoch steps back by one.
        self.connection.execute(
            "UPDATE epochs SET position = position + 1 WHERE position = (SELECT max(position) FROM epochs)",
            [],
        )?;
        self.connection.execute(
            "INSERT INTO epochs (epoch, position) VALUES (?1, (SELECT max(position) - 1 FROM epochs))",
            params![self.epoch.to_string()],
        )?;
        Ok(())
    }

    fn take(&mut self, line: &[u8], enrolment: &mut Enrolment) -> Result<(), RecordsError> {
        let place = self.chain.push(line);
        let epoch = self.epoch.to_string();
        let held: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT hash FROM events WHERE epoch = ?1 AND seq = ?2")?
            .query_row(params![epoch, int(place.seq)], |row| row.get(0))
            .optional()?;
        match held {
            Some(hash) if hash == place.hash.0 => return Ok(()),
            Some(_) => self.set_aside(place.seq)?,
            None => {}
        }
        // What head office could not read stands in the chain all the same.
        let envelope = Envelope::parse(line).ok();
        let (event_id, subject, kind, recorded_ms) = match &envelope {
            Some(envelope) => (
                envelope.event_id.to_string(),
                envelope.subject.to_string(),
                envelope.kind.clone(),
                millis(envelope.recorded),
            ),
            None => (format!("unreadable-{epoch}-{}", place.seq), String::new(), String::new(), 0),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO events (epoch, seq, event_id, subject, kind, recorded_ms, bytes, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                epoch,
                int(place.seq),
                event_id,
                subject,
                kind,
                recorded_ms,
                line,
                place.hash.0
            ])?;
        // Where it came down as another bench's before, it is our own now.
        self.connection
            .prepare_cached("DELETE FROM foreign_events WHERE station = ?1 AND epoch = ?2 AND seq = ?3")?
            .execute(params![self.station.to_string(), epoch, int(place.seq)])?;
        self.taken.fetched += 1;
        if let Some(envelope) = envelope {
            self.know(&envelope, enrolment)?;
        }
        Ok(())
    }

    /// What a fresh event would have left behind: its number counts as drawn, its photo is known.
    fn know(&mut self, envelope: &Envelope, enrolment: &mut Enrolment) -> Result<(), RecordsError> {
        self.subjects.insert(envelope.subject);
        let Parsed::Known(event) = envelope.event() else { return Ok(()) };
        lpns::draw(enrolment, &event)?;
        // What was purged once does not come back with a copy of the disk.
        if let Some(hash) = purged_in(&event) {
            texts::purge(self.connection, &hash, millis(envelope.recorded))?;
        }
        if let Some((hash, length)) = photo_in(&event) {
            // A photo that is here is offered again; one that is not can only be at head office.
            let gone = self.photos.length(&hash) != Some(length);
            self.connection
                .prepare_cached(
                    "INSERT INTO photos (sha256, length, subject, sent) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![hash.to_string(), int(length), envelope.subject.to_string(), gone])?;
        }
        Ok(())
    }

    /// Takes own events from a place on out of the epoch.
    fn set_aside(&mut self, seq: u64) -> Result<(), RecordsError> {
        let epoch = self.epoch.to_string();
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, hash, event_id, subject, kind, recorded_ms, bytes FROM events
             WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq",
        )?;
        let mut rows = statement.query(params![epoch, int(seq)])?;
        while let Some(row) = rows.next()? {
            let subject: String = row.get(3)?;
            self.subjects.extend(subject.parse::<Subject>().ok());
            self.aside.push(Aside {
                seq: uint(row.get(0)?),
                hash: ChainHash(row.get(1)?),
                event_id: row.get(2)?,
                subject,
                kind: row.get(4)?,
                recorded_ms: row.get(5)?,
                bytes: row.get(6)?,
                from: self.epoch,
            });
        }
        // The station's signature was over places that these events no longer have.
        for table in ["outbox", "seals", "events"] {
            self.connection.execute(
                &format!("DELETE FROM {table} WHERE epoch = ?1 AND seq >= ?2"),
                params![epoch, int(seq)],
            )?;
        }
        Ok(())
    }
}

/// Puts events that lost their place behind the head of the present epoch, to be sent; those that stand elsewhere
/// in this station's log already only leave their trace.
fn move_on(
    connection: &Connection,
    enrolment: &Enrolment,
    aside: Vec<Aside>,
    now_ms: i64,
) -> Result<u64, RecordsError> {
    let to = enrolment.epoch;
    let mut chain = Chain::at(enrolment.station, to, head(connection, &to)?);
    let mut moved = 0;
    for event in aside {
        connection.execute(
            "INSERT INTO moved_events (epoch, seq, hash, event_id, moved_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
            params![event.from.to_string(), int(event.seq), event.hash.0, event.event_id, now_ms],
        )?;
        if insert_again(connection, &mut chain, &to, &event)? {
            moved += 1;
        }
    }
    if moved > 0 {
        let args = incidents::args([("events", moved.to_string()), ("epoch", to.to_string())]);
        incidents::note(connection, IncidentKind::Moved, &args, now_ms)?;
    }
    Ok(moved)
}

pub(crate) fn insert_again(
    connection: &Connection,
    chain: &mut Chain,
    to: &Epoch,
    event: &Aside,
) -> Result<bool, RecordsError> {
    let known = connection
        .prepare_cached("SELECT 1 FROM events WHERE event_id = ?1")?
        .exists(params![event.event_id])?;
    if known {
        return Ok(false);
    }
    let place = chain.push(&event.bytes);
    let (epoch, seq) = (to.to_string(), int(place.seq));
    connection
        .prepare_cached(
            "INSERT INTO events (epoch, seq, event_id, subject, kind, recorded_ms, bytes, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            epoch,
            seq,
            event.event_id,
            event.subject,
            event.kind,
            event.recorded_ms,
            event.bytes,
            place.hash.0,
        ])?;
    connection
        .prepare_cached("INSERT INTO outbox (epoch, seq) VALUES (?1, ?2)")?
        .execute(params![epoch, seq])?;
    Ok(true)
}
