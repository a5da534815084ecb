//! The station's own events back into their places: as far as the chain proves them. What lies behind a gap keeps its
//! bytes and goes on elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use returns::event::Parsed;
use returns::ids::{Sha256Hex, StationId, Subject};
use rusqlite::{Connection, params};
use wire::{Chain, ChainHash, Envelope, Epoch, Head, PublicKey, Seal, chain_hash};

use crate::epochs::{Aside, insert_again, provisional};
use crate::events::{photo_in, purged_in, text_in};
use crate::sql::{int, millis, parse, texts, uint};
use crate::{Because, Enrolment, Photos, RecordsError, Witness, lpns};

/// Counts, as in the report.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) events: u64,
    pub(crate) moved: u64,
    pub(crate) history: u64,
    pub(crate) unproven: u64,
    pub(crate) missing: u64,
    pub(crate) lost: u64,
    pub(crate) photos_missing: u64,
    pub(crate) texts_missing: u64,
}

/// Puts every epoch's events where they belong, and opens the epoch in which work goes on.
pub(crate) fn walk(
    connection: &Connection,
    enrolment: &mut Enrolment,
    beside: &Beside,
) -> Result<Walked, RecordsError> {
    let witness = beside.witness.as_ref();
    let mut walk = Walk {
        connection,
        station: enrolment.station,
        enrolment,
        walked: Walked::default(),
        key: beside.key,
        named: Named::default(),
        behind: Vec::new(),
    };
    for epoch in walk.epochs(witness)? {
        walk.epoch(&epoch, witness)?;
    }
    walk.go_on(beside.now_ms)?;
    walk.photos(&beside.photos)?;
    walk.texts()?;
    Ok(walk.walked)
}

/// What lies beside the database.
pub(crate) struct Beside {
    pub(crate) photos: Photos,
    pub(crate) witness: Option<Witness>,
    /// The station's own key, where it is here: seals are kept only as it signed them.
    pub(crate) key: Option<PublicKey>,
    pub(crate) now_ms: i64,
}

/// What events name outside the log.
#[derive(Default)]
struct Named {
    photos: BTreeMap<Sha256Hex, (u64, Subject)>,
    texts: BTreeSet<Sha256Hex>,
    purged: BTreeSet<Sha256Hex>,
}

struct Walk<'a> {
    connection: &'a Connection,
    station: StationId,
    enrolment: &'a mut Enrolment,
    key: Option<PublicKey>,
    walked: Walked,
    named: Named,
    /// Own events behind a gap that head office does not have.
    behind: Vec<Aside>,
}

/// An event as it was read.
struct Candidate {
    event_id: String,
    subject: String,
    kind: String,
    recorded_ms: i64,
    bytes: Vec<u8>,
    hash: ChainHash,
    /// It can be read, and the columns beside it say the same.
    agrees: bool,
}

/// How far an epoch is known to have gone.
struct Reach {
    /// Its row was read.
    read: bool,
    acknowledged: u64,
    durable: u64,
    because: String,
}

impl Walk<'_> {
    /// Every epoch that anything tells of, in the order in which they were opened as far as that is known.
    fn epochs(&self, witness: Option<&Witness>) -> Result<Vec<Epoch>, RecordsError> {
        let sql = "SELECT epoch FROM epochs_read ORDER BY position, epoch";
        let mut found: Vec<Epoch> = Vec::new();
        let mut names = texts(self.connection, sql, [])?;
        names.extend(texts(self.connection, "SELECT DISTINCT epoch FROM candidates ORDER BY 1", [])?);
        let own = Some(self.enrolment.epoch.to_string());
        names.extend(own.into_iter().chain(witness.map(|witness| witness.epoch.to_string())));
        for name in names {
            let epoch = parse(&name)?;
            if !found.contains(&epoch) {
                found.push(epoch);
            }
        }
        Ok(found)
    }

    fn epoch(&mut self, epoch: &Epoch, witness: Option<&Witness>) -> Result<(), RecordsError> {
        let (reach, name) = (self.reach(epoch)?, epoch.to_string());
        let mut log = Log {
            epoch: *epoch,
            chain: Chain::at(self.station, *epoch, Head::EMPTY),
            before: Some(Head::EMPTY),
            whole: true,
            acknowledged: reach.acknowledged,
            kept: 0,
            confirmed: 0,
            last: 0,
        };
        let sequences: Vec<i64> = {
            let sql = "SELECT DISTINCT seq FROM candidates WHERE epoch = ?1 ORDER BY seq";
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map(params![name], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for seq in sequences {
            self.place(&mut log, uint(seq))?;
        }
        let head = log.chain.head();
        let current =
            self.enrolment.epoch == *epoch || witness.is_some_and(|witness| witness.epoch == *epoch);
        // A name that only damaged rows bear is no epoch of ours.
        if head.seq == 0 && !reach.read && !current {
            return Ok(());
        }
        self.connection.execute(
            "INSERT INTO epochs (epoch, position, because, acknowledged_seq, durable_seq)
             VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM epochs), ?2, ?3, ?4)",
            params![
                name,
                reach.because,
                int(reach.acknowledged.min(head.seq)),
                int(reach.durable.min(head.seq))
            ],
        )?;
        self.outbox(&name, reach.acknowledged)?;
        self.seals(epoch)?;
        self.count_missing(&log, &name, witness)
    }

    /// What the damaged files say of an epoch. What still stood in the outbox was not confirmed, whatever its row says.
    fn reach(&self, epoch: &Epoch) -> Result<Reach, RecordsError> {
        let name = epoch.to_string();
        let waiting: Option<i64> = self.connection.query_row(
            "SELECT min(seq) FROM outbox_read WHERE epoch = ?1 AND seq > 0",
            params![name],
            |row| row.get(0),
        )?;
        let confirmed = waiting.map(|seq| uint(seq).saturating_sub(1));
        let sql = "SELECT acknowledged_seq, durable_seq, because FROM epochs_read WHERE epoch = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![name])?;
        let Some(row) = rows.next()? else {
            let acknowledged = confirmed.unwrap_or(0);
            return Ok(Reach { read: false, acknowledged, durable: 0, because: String::new() });
        };
        let acknowledged = uint(row.get(0)?);
        Ok(Reach {
            read: true,
            acknowledged: confirmed.map_or(acknowledged, |confirmed| confirmed.min(acknowledged)),
            durable: uint(row.get(1)?).min(acknowledged),
            because: row.get(2)?,
        })
    }

    fn candidates(&self, epoch: &Epoch, seq: u64) -> Result<Vec<Candidate>, RecordsError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT event_id, subject, kind, recorded_ms, bytes, hash FROM candidates
             WHERE epoch = ?1 AND seq = ?2 ORDER BY rowid",
        )?;
        let rows = statement.query_map(params![epoch.to_string(), int(seq)], |row| {
            let event = Candidate {
                event_id: row.get(0)?,
                subject: row.get(1)?,
                kind: row.get(2)?,
                recorded_ms: row.get(3)?,
                bytes: row.get(4)?,
                hash: ChainHash(row.get(5)?),
                agrees: false,
            };
            Ok(event.read())
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One sequence: to its place, behind the gap, or nowhere.
    fn place(&mut self, log: &mut Log, seq: u64) -> Result<(), RecordsError> {
        log.last = log.last.max(seq);
        let mut found = self.candidates(&log.epoch, seq)?;
        if log.before.is_none_or(|before| before.seq + 1 != seq) {
            (log.before, log.whole) = (None, false);
        }
        let next = self.candidates(&log.epoch, seq + 1)?;
        let Some((index, proof)) = log.choose(self.station, seq, &found, &next) else {
            // Nothing that could stand here: what follows is behind a gap. Its hash, where it was read, still proves
            // the next one.
            log.whole = false;
            log.before = found.first().map(|candidate| Head { seq, hash: candidate.hash });
            return Ok(());
        };
        let chosen = found.swap_remove(index);
        let hash = match proof {
            Proof::Repaired(hash) => hash,
            Proof::Chain | Proof::None => chosen.hash,
        };
        log.before = Some(Head { seq, hash });
        log.kept += 1;
        log.confirmed += u64::from(seq <= log.acknowledged);
        if log.whole {
            log.chain = Chain::at(self.station, log.epoch, Head { seq, hash });
            self.keep(log.epoch, seq, hash, &chosen)?;
            self.walked.events += 1;
        } else {
            self.walked.unproven += u64::from(matches!(proof, Proof::None));
            self.behind(log, seq, hash, chosen)?;
        }
        Ok(())
    }

    fn keep(
        &mut self,
        epoch: Epoch,
        seq: u64,
        hash: ChainHash,
        event: &Candidate,
    ) -> Result<(), RecordsError> {
        self.connection
            .prepare_cached(
                "INSERT INTO events (epoch, seq, event_id, subject, kind, recorded_ms, bytes, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                epoch.to_string(),
                int(seq),
                event.event_id,
                event.subject,
                event.kind,
                event.recorded_ms,
                event.bytes,
                hash.0
            ])?;
        self.note(&event.bytes)
    }

    /// Behind a gap: what head office confirmed is known here as history until it is fetched back to its place; what
    /// it never had goes on.
    fn behind(&mut self, log: &Log, seq: u64, hash: ChainHash, event: Candidate) -> Result<(), RecordsError> {
        if event.bytes.is_empty() {
            return Ok(());
        }
        self.note(&event.bytes)?;
        if seq > log.acknowledged {
            self.behind.push(Aside {
                seq,
                hash,
                event_id: event.event_id,
                subject: event.subject,
                kind: event.kind,
                recorded_ms: event.recorded_ms,
                bytes: event.bytes,
                from: log.epoch,
            });
            return Ok(());
        }
        self.walked.history += 1;
        self.connection
            .prepare_cached(
                "INSERT INTO foreign_events (station, epoch, seq, event_id, subject, kind, recorded_ms, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                self.station.to_string(),
                log.epoch.to_string(),
                int(seq),
                event.event_id,
                event.subject,
                event.kind,
                event.recorded_ms,
                event.bytes
            ])?;
        Ok(())
    }

    /// What a fresh event would have left behind.
    fn note(&mut self, bytes: &[u8]) -> Result<(), RecordsError> {
        let Ok(envelope) = Envelope::parse(bytes) else { return Ok(()) };
        let Parsed::Known(event) = envelope.event() else { return Ok(()) };
        lpns::draw(self.enrolment, &event)?;
        if let Some((hash, length)) = photo_in(&event) {
            self.named.photos.entry(hash).or_insert((length, envelope.subject));
        }
        self.named.texts.extend(text_in(&event));
        self.named.purged.extend(purged_in(&event));
        Ok(())
    }

    fn outbox(&self, epoch: &str, acknowledged: u64) -> Result<(), RecordsError> {
        self.connection.execute(
            "INSERT INTO outbox (epoch, seq) SELECT epoch, seq FROM events WHERE epoch = ?1 AND seq > ?2",
            params![epoch, int(acknowledged)],
        )?;
        Ok(())
    }

    /// Seals over places that are as they were.
    fn seals(&self, epoch: &Epoch) -> Result<(), RecordsError> {
        let sql = "SELECT s.seq, s.signature, e.hash FROM seals_read s
                   JOIN events e ON e.epoch = s.epoch AND e.seq = s.seq AND lower(hex(e.hash)) = s.hash
                   WHERE s.epoch = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![epoch.to_string()])?;
        while let Some(row) = rows.next()? {
            let head = Head { seq: uint(row.get(0)?), hash: ChainHash(row.get(2)?) };
            let seal = Seal { station: self.station, epoch: *epoch, head, signature: row.get(1)? };
            if self.key.is_none_or(|key| seal.verify(&key).is_ok()) {
                crate::seals::store(self.connection, &seal)?;
            }
        }
        Ok(())
    }

    /// Sequences that were given, by anybody's account, and whose events are not here.
    fn count_missing(
        &mut self,
        log: &Log,
        name: &str,
        witness: Option<&Witness>,
    ) -> Result<(), RecordsError> {
        let told: i64 = self.connection.query_row(
            "SELECT max(coalesce((SELECT max(seq) FROM outbox_read WHERE epoch = ?1), 0),
                        coalesce((SELECT max(seq) FROM seals_read WHERE epoch = ?1), 0))",
            params![name],
            |row| row.get(0),
        )?;
        let witnessed = witness.filter(|witness| witness.epoch == log.epoch);
        let witnessed = witnessed.map_or(0, |witness| witness.head.seq);
        // A number in a damaged row may be anything: one far beyond all others says nothing.
        let told = uint(told).min(log.last.max(witnessed).max(log.acknowledged));
        let reach = log.last.max(told).max(witnessed).max(log.acknowledged);
        self.walked.missing += reach.saturating_sub(log.kept);
        let unsent = reach.saturating_sub(log.acknowledged);
        self.walked.lost += unsent.saturating_sub(log.kept - log.confirmed);
        Ok(())
    }

    /// Opens the epoch in which work goes on, and puts what lay behind gaps into it.
    fn go_on(&mut self, now_ms: i64) -> Result<(), RecordsError> {
        let epoch = provisional(self.connection, self.enrolment, rand::random(), Because::Rebuilt)?;
        let mut chain = Chain::at(self.station, epoch, Head::EMPTY);
        for event in std::mem::take(&mut self.behind) {
            self.connection.execute(
                "INSERT INTO moved_events (epoch, seq, hash, event_id, moved_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                params![event.from.to_string(), int(event.seq), event.hash.0, event.event_id, now_ms],
            )?;
            self.walked.moved += u64::from(insert_again(self.connection, &mut chain, &epoch, &event)?);
        }
        Ok(())
    }

    /// Photos that events name: sent or not as far as that was read, and whether the file is here.
    fn photos(&mut self, photos: &Photos) -> Result<(), RecordsError> {
        for (hash, (length, subject)) in &self.named.photos {
            let name = hash.to_string();
            let read: Option<(i64, i64)> = {
                let sql = "SELECT sent, purged FROM photos_read WHERE sha256 = ?1";
                let mut statement = self.connection.prepare_cached(sql)?;
                let mut rows = statement.query(params![name])?;
                rows.next()?.map(|row| Ok::<_, RecordsError>((row.get(0)?, row.get(1)?))).transpose()?
            };
            let purged = self.named.purged.contains(hash) || read.is_some_and(|(_, purged)| purged == 1);
            let gone = photos.length(hash) != Some(*length);
            self.walked.photos_missing += u64::from(gone && !purged);
            // One that is not here can only be at head office.
            let sent = gone || read.is_some_and(|(sent, _)| sent == 1);
            self.connection
                .prepare_cached(
                    "INSERT INTO photos (sha256, length, subject, sent, purged) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![name, int(*length), subject.to_string(), sent, purged])?;
        }
        Ok(())
    }

    fn texts(&mut self) -> Result<(), RecordsError> {
        for hash in &self.named.texts {
            let kept = self
                .connection
                .prepare_cached("SELECT 1 FROM kept_texts WHERE sha256 = ?1")?
                .exists(params![hash.to_string()])?;
            self.walked.texts_missing += u64::from(!kept && !self.named.purged.contains(hash));
        }
        Ok(())
    }
}

/// One epoch on the way.
struct Log {
    epoch: Epoch,
    /// As far as everything is there and proven.
    chain: Chain,
    /// The place before the next one, where its hash is known.
    before: Option<Head>,
    /// No gap so far.
    whole: bool,
    acknowledged: u64,
    kept: u64,
    confirmed: u64,
    last: u64,
}

/// Why an event may be trusted.
enum Proof {
    /// Its hash follows from the one before.
    Chain,
    /// The next event's hash follows from its bytes: only the hash beside it was damaged.
    Repaired(ChainHash),
    /// The event before is missing; it can be read and agrees with its row.
    None,
}

impl Log {
    fn choose(
        &self,
        station: StationId,
        seq: u64,
        found: &[Candidate],
        next: &[Candidate],
    ) -> Option<(usize, Proof)> {
        let link =
            |previous: &ChainHash, seq, bytes: &[u8]| chain_hash(&station, &self.epoch, seq, previous, bytes);
        let Some(before) = self.before else {
            let index = found.iter().position(|event| event.agrees)?;
            return Some((index, Proof::None));
        };
        let chained = |event: &Candidate| {
            !event.bytes.is_empty() && link(&before.hash, seq, &event.bytes) == event.hash
        };
        if let Some(index) = found.iter().position(chained) {
            return Some((index, Proof::Chain));
        }
        let follows = |hash: &ChainHash| {
            next.iter()
                .any(|after| !after.bytes.is_empty() && link(hash, seq + 1, &after.bytes) == after.hash)
        };
        for (index, event) in found.iter().enumerate() {
            let hash = link(&before.hash, seq, &event.bytes);
            if !event.bytes.is_empty() && follows(&hash) {
                return Some((index, Proof::Repaired(hash)));
            }
        }
        None
    }
}

impl Candidate {
    /// The columns beside the bytes say what these say. What head office could not read either has only a made-up id.
    fn read(self) -> Self {
        let Ok(envelope) = Envelope::parse(&self.bytes) else {
            let agrees = !self.bytes.is_empty() && self.event_id.starts_with("unreadable-");
            return Self { agrees, ..self };
        };
        let (event_id, subject) = (envelope.event_id.to_string(), envelope.subject.to_string());
        let agrees = event_id == self.event_id && subject == self.subject && envelope.kind == self.kind;
        let recorded_ms = millis(envelope.recorded);
        Self { event_id, subject, kind: envelope.kind, recorded_ms, agrees, ..self }
    }
}
