//! Recomputing everything from the bytes, read-only: the chain, the projections, the photos.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use returns::event::Parsed;
use returns::ids::{Sha256Hex, Subject};
use rusqlite::params;
use serde::Serialize;
use wire::{ChainHash, Envelope, Epoch, chain_hash};

use crate::events::{photo_in, purged_in, text_in};
use crate::figures::steps_are_same;
use crate::photos::sha256;
use crate::projections::{figures_of, fold, history, projected, subjects};
use crate::sql::{parse, texts, uint};
use crate::{Records, RecordsError};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Own events looked at.
    pub events: u64,
    /// Whether the chain recomputes.
    pub chain: Chain,
    /// Whether every projection equals the fold of its events.
    pub projections: Projections,
    /// Photos that own events name and that are missing, of another length, or of another hash.
    pub photos_missing: u64,
    /// Photos that own events name and an event purged.
    pub photos_purged: u64,
    /// Photos that own events name and that went because head office holds them durably.
    pub photos_pruned: u64,
    /// Everything found, in order.
    pub problems: Vec<Problem>,
}

/// State of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Chain {
    /// Gap-free, and every hash recomputes.
    Ok,
    /// Not so.
    Broken,
}

/// State of the projections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Projections {
    /// Each equals its fold.
    Ok,
    /// At least one does not.
    Differ,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// What the words need.
    pub args: BTreeMap<&'static str, String>,
}

impl VerifyReport {
    /// Nothing found.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Verifies a data folder, beside a running station too.
///
/// # Errors
/// Only where the records cannot be read at all: `database-missing`, `database-newer`, `database-corrupt`.
pub fn verify(dir: &Path) -> Result<VerifyReport, RecordsError> {
    let records = Records::open_read_only(dir)?;
    // One view of the database from beginning to end, however long that takes.
    let _view = records.connection.unchecked_transaction()?;
    let mut walk = Walk { records: &records, named: Named::default(), problems: Vec::new(), events: 0 };
    walk.pages()?;
    walk.chain()?;
    let chain = if walk.problems.is_empty() { Chain::Ok } else { Chain::Broken };
    let before = walk.problems.len();
    walk.projections()?;
    let projections = if walk.problems.len() == before { Projections::Ok } else { Projections::Differ };
    walk.outbox()?;
    walk.seals()?;
    let [photos_missing, photos_purged, photos_pruned] = walk.photos()?;
    walk.texts()?;
    let Walk { problems, events, .. } = walk;
    Ok(VerifyReport { events, chain, projections, photos_missing, photos_purged, photos_pruned, problems })
}

/// What own events name outside the log.
#[derive(Default)]
struct Named {
    photos: BTreeMap<Sha256Hex, u64>,
    texts: BTreeSet<Sha256Hex>,
    purged: BTreeSet<Sha256Hex>,
}

struct Walk<'a> {
    records: &'a Records,
    named: Named,
    problems: Vec<Problem>,
    events: u64,
}

impl Walk<'_> {
    fn problem<const N: usize>(&mut self, code: &'static str, args: [(&'static str, String); N]) {
        self.problems.push(Problem { code, args: args.into_iter().collect() });
    }

    /// SQLite's own check of its pages and indices.
    fn pages(&mut self) -> Result<(), RecordsError> {
        let found = texts(&self.records.connection, "PRAGMA integrity_check", [])?;
        for what in found.into_iter().filter(|line| line != "ok") {
            self.problem("database-damaged", [("what", what)]);
        }
        Ok(())
    }

    fn chain(&mut self) -> Result<(), RecordsError> {
        let Some(enrolment) = self.records.enrolment() else { return Ok(()) };
        let epochs = texts(&self.records.connection, "SELECT epoch FROM epochs ORDER BY position", [])?;
        for name in epochs {
            let epoch: Epoch = parse(&name)?;
            let mut statement = self.records.connection.prepare(
                "SELECT seq, bytes, hash, event_id, subject, kind FROM events WHERE epoch = ?1 ORDER BY seq",
            )?;
            let mut rows = statement.query(params![name])?;
            let (mut expected, mut previous) = (1, ChainHash::ZERO);
            while let Some(row) = rows.next()? {
                let (seq, bytes, stored) =
                    (uint(row.get(0)?), row.get::<_, Vec<u8>>(1)?, ChainHash(row.get(2)?));
                let columns: [String; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
                self.events += 1;
                let place = || [("epoch", name.clone()), ("seq", seq.to_string())];
                if seq != expected {
                    self.problem("chain-gap", place());
                }
                if chain_hash(&enrolment.station, &epoch, seq, &previous, &bytes) != stored {
                    self.problem("chain-broken", place());
                }
                // Going on from what is stored shows each damaged place once.
                (expected, previous) = (seq + 1, stored);
                match Envelope::parse(&bytes) {
                    Ok(envelope) => {
                        let own = [
                            envelope.event_id.to_string(),
                            envelope.subject.to_string(),
                            envelope.kind.clone(),
                        ];
                        if own != columns {
                            self.problem("event-index-differs", place());
                        }
                        self.note(&envelope);
                    }
                    Err(error) => self.problem(error.code(), place()),
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, envelope: &Envelope) {
        if let Parsed::Known(event) = envelope.event() {
            self.named.photos.extend(photo_in(&event));
            self.named.texts.extend(text_in(&event));
            self.named.purged.extend(purged_in(&event));
        }
    }

    fn projections(&mut self) -> Result<(), RecordsError> {
        let connection = &self.records.connection;
        let station = self.records.enrolment().map(|enrolment| enrolment.station);
        let with_events: BTreeSet<Subject> = subjects(connection)?.into_iter().collect();
        for subject in projected(connection)? {
            if !with_events.contains(&subject) {
                self.problem("projection-without-events", [("subject", subject.to_string())]);
            }
        }
        for subject in with_events {
            // Unreadable bytes were told of above, or lie in a foreign event: the fold cannot be had.
            let history = match history(connection, station, subject) {
                Ok(history) => history,
                Err(RecordsError::Event(_)) => {
                    self.problem("projection-unfoldable", [("subject", subject.to_string())]);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let same = match fold(subject, &history) {
                Some(state) => state.is_stored(connection, subject)?,
                None => true,
            };
            if !same {
                self.problem("projection-differs", [("subject", subject.to_string())]);
            }
            // The row of figures is a projection too. Bytes that were changed above differ here as well.
            if let Some(figures) = figures_of(subject, &history)
                && figures.differs(connection, subject)?
            {
                self.problem("figures-differ", [("subject", subject.to_string())]);
            }
        }
        if !steps_are_same(connection, station)? {
            self.problem("figures-differ", [("subject", "steps".to_owned())]);
        }
        Ok(())
    }

    /// Nothing may have left the outbox without a receipt.
    fn outbox(&mut self) -> Result<(), RecordsError> {
        let sql = "SELECT e.epoch || '/' || e.seq FROM events e JOIN epochs p ON p.epoch = e.epoch
                   LEFT JOIN outbox o ON o.epoch = e.epoch AND o.seq = e.seq
                   WHERE e.seq > p.acknowledged_seq AND o.seq IS NULL";
        for place in texts(&self.records.connection, sql, [])? {
            self.problem("outbox-lost", [("place", place)]);
        }
        Ok(())
    }

    fn seals(&mut self) -> Result<(), RecordsError> {
        let key = self.records.secret_key().ok().flatten().map(|key| key.public());
        for seal in self.records.seals()? {
            let held = crate::outbox::hash_at(&self.records.connection, &seal.epoch, seal.head.seq)?;
            let signed = key.as_ref().is_none_or(|key| seal.verify(key).is_ok());
            if held != Some(seal.head.hash) || !signed {
                self.problem(
                    "seal-broken",
                    [("epoch", seal.epoch.to_string()), ("seq", seal.head.seq.to_string())],
                );
            }
        }
        Ok(())
    }

    /// How many are missing, purged, pruned.
    fn photos(&mut self) -> Result<[u64; 3], RecordsError> {
        let (mut missing, mut purged, mut pruned) = (0, 0, 0);
        for (hash, length) in std::mem::take(&mut self.named.photos) {
            let fault = match self.records.photos.read(&hash)? {
                Some(bytes) if bytes.len() as u64 != length => Some("photo-length"),
                Some(bytes) if sha256(&bytes) != hash => Some("photo-hash"),
                Some(_) => None,
                None if self.named.purged.contains(&hash) => {
                    purged += 1;
                    None
                }
                None if self.is_pruned(&hash)? => {
                    pruned += 1;
                    None
                }
                None => Some("photo-missing"),
            };
            if let Some(code) = fault {
                missing += 1;
                self.problem(code, [("photo", hash.to_string())]);
            }
        }
        Ok([missing, purged, pruned])
    }

    fn is_pruned(&self, hash: &Sha256Hex) -> Result<bool, RecordsError> {
        let sql = "SELECT 1 FROM photo_places WHERE photo = ?1 AND state = 'PRUNED'";
        Ok(self.records.connection.prepare_cached(sql)?.exists(params![hash.to_string()])?)
    }

    fn texts(&mut self) -> Result<(), RecordsError> {
        for hash in std::mem::take(&mut self.named.texts) {
            match self.records.kept_text(&hash)? {
                Some(bytes) if sha256(&bytes) != hash => {
                    self.problem("text-hash", [("text", hash.to_string())])
                }
                None if !self.named.purged.contains(&hash) => {
                    self.problem("text-missing", [("text", hash.to_string())])
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}
