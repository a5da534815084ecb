//! What is left after a run, read from the databases and files themselves and by no code of the product: rows, bytes,
//! hashes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use returns::ids::{EventId, Sha256Hex, StationId, UnitId};
use rusqlite::{Connection, Row};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wire::{ChainHash, Envelope, Epoch, Place};

use crate::ledger::Account;
use crate::life::{Cells, Life};
use crate::station::read_only;

/// One event where it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place.
    pub place: Place,
    /// The chain's hash there.
    pub hash: ChainHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl StoredEvent {
    /// As an envelope, where it is one.
    pub fn envelope(&self) -> Option<Envelope> {
        Envelope::parse(&self.bytes).ok()
    }
}

/// A photo file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoFile {
    /// Its length in bytes.
    pub length: u64,
    /// Whether its bytes have the hash that it is named by.
    pub hash_fits: bool,
}

/// What is on a station's disk.
#[derive(Debug, Clone, Default)]
pub struct StationLeft {
    /// What the run calls it.
    pub name: String,
    /// Its id.
    pub id: Option<StationId>,
    /// Own events, by epoch and sequence.
    pub events: Vec<StoredEvent>,
    /// Other benches' events: place and bytes.
    pub foreign: Vec<(Place, Vec<u8>)>,
    /// Places that wait.
    pub outbox: BTreeSet<(Epoch, u64)>,
    /// Confirmed up to here, by epoch.
    pub acknowledged: BTreeMap<Epoch, u64>,
    /// Units as they are projected.
    pub units: BTreeMap<UnitId, Value>,
    /// Photo files.
    pub photos: BTreeMap<Sha256Hex, PhotoFile>,
    /// What the product's own verification found beside photos and texts, as code and arguments.
    pub problems: Vec<String>,
    /// Texts that own events name and that are not here.
    pub texts_missing: BTreeSet<Sha256Hex>,
    /// What a person is told of, by code.
    pub incidents: Vec<String>,
    /// What was acknowledged here, in all lives of this station's disk.
    pub account: Account,
}

/// What head office has.
#[derive(Debug, Clone, Default)]
pub struct OfficeLeft {
    /// Its present life.
    pub incarnation: String,
    /// Events of all stations.
    pub events: Vec<StoredEvent>,
    /// The head that it says it holds, by station and epoch.
    pub heads: BTreeMap<(StationId, Epoch), (u64, ChainHash)>,
    /// How often each event was taken as new.
    pub taken: BTreeMap<EventId, u64>,
    /// Units as they are projected.
    pub units: BTreeMap<UnitId, Value>,
    /// Photos held by the database's account, and what lies in the folder.
    pub photos: BTreeMap<Sha256Hex, (u64, Option<PhotoFile>)>,
    /// Events of which an effect was made, by kind.
    pub effects: Vec<(String, EventId)>,
}

/// What was seen at head office during the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// In which life.
    pub incarnation: String,
    /// Of which station.
    pub station: StationId,
    /// Of which epoch.
    pub epoch: Epoch,
    /// Stored up to here.
    pub seq: u64,
    /// With this hash.
    pub hash: ChainHash,
}

/// Bytes that waited before an upgrade, and the same places after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upgraded {
    /// Whose.
    pub station: String,
    /// Unsent events before.
    pub before: Vec<StoredEvent>,
    /// Unsent events after.
    pub after: Vec<StoredEvent>,
}

/// Everything that the checker looks at.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Stations, copies of their disks that a person gave up left out.
    pub stations: Vec<StationLeft>,
    /// Head office.
    pub office: OfficeLeft,
    /// What was seen of head office while it ran, in order.
    pub seen: Vec<Seen>,
    /// Upgrades.
    pub upgrades: Vec<Upgraded>,
    /// Events that went with a disk before anybody else had them: nobody can have them any more.
    pub gone: BTreeSet<EventId>,
    /// Photos and texts that went so; texts are nowhere but at their bench.
    pub gone_photos: BTreeSet<Sha256Hex>,
    /// Photos and texts that a station lost with a disk, whether or not head office holds them.
    pub lost_here: BTreeSet<Sha256Hex>,
    /// Times when a line with a backlog made no progress.
    pub stalls: Vec<String>,
}

impl StationLeft {
    /// Reads a data folder that nobody writes.
    ///
    /// # Errors
    /// Where its database cannot be read.
    pub fn read(name: &str, folder: &Path, account: Account) -> Result<Self> {
        let connection = read_only(&folder.join("station.db"))?;
        let own: Option<String> =
            connection.query_row("SELECT max(station) FROM enrolment", [], |row| row.get(0))?;
        let id: Option<StationId> = own.map(|id| id.parse()).transpose()?;
        let station = id.unwrap_or(StationId([0; 16]));
        let mut left = Self { name: name.to_owned(), id, account, ..Self::default() };
        left.events =
            rows(&connection, "SELECT epoch, seq, hash, bytes FROM events ORDER BY epoch, seq", |row| {
                let place = Place { station, epoch: epoch(row, 0)?, seq: number(row, 1)? };
                Ok(StoredEvent { place, hash: ChainHash(row.get(2)?), bytes: row.get(3)? })
            })?;
        left.foreign = rows(&connection, "SELECT station, epoch, seq, bytes FROM foreign_events", |row| {
            let station: String = row.get(0)?;
            let place = Place { station: station.parse()?, epoch: epoch(row, 1)?, seq: number(row, 2)? };
            Ok((place, row.get(3)?))
        })?;
        let waiting =
            rows(&connection, "SELECT epoch, seq FROM outbox", |row| Ok((epoch(row, 0)?, number(row, 1)?)))?;
        left.outbox = waiting.into_iter().collect();
        let confirmed = "SELECT epoch, acknowledged_seq FROM epochs";
        left.acknowledged =
            rows(&connection, confirmed, |row| Ok((epoch(row, 0)?, number(row, 1)?)))?.into_iter().collect();
        left.units = units(&connection, "SELECT id, state FROM units")?;
        left.incidents =
            rows(&connection, "SELECT code FROM incidents ORDER BY id", |row| Ok(row.get::<_, String>(0)?))?;
        left.photos = photo_files(&folder.join("photos"))?;
        let report = records::verify(folder)?;
        for problem in &report.problems {
            let text = problem.args.get("text").and_then(|text| text.parse().ok());
            match (problem.code, text) {
                ("text-missing", Some(text)) => drop(left.texts_missing.insert(text)),
                (code, _) if code.starts_with("photo-") => {}
                (code, _) => left.problems.push(format!("{code} {:?}", problem.args)),
            }
        }
        Ok(left)
    }
}

const INCARNATION: &str = "SELECT incarnation FROM head_office";
const HEADS: &str = "SELECT station, epoch, seq, hash FROM heads";

impl OfficeLeft {
    /// Reads what a life of head office keeps, beside its servers too.
    ///
    /// # Errors
    /// Where its database cannot be read.
    pub fn read(life: &Life) -> Result<Self> {
        let [incarnation, events, told, taken, projected, effects, held] = life.ask([
            INCARNATION,
            "SELECT station, epoch, seq, hash, bytes FROM events ORDER BY station, epoch, seq",
            HEADS,
            "SELECT event_id FROM readings WHERE verdict <> 'repeated'",
            "SELECT unit, state FROM units",
            "SELECT kind, event_id FROM effects",
            "SELECT sha256, length FROM blobs",
        ])?;
        let mut left =
            Self { incarnation: incarnation_in(&incarnation)?, heads: heads(&told)?, ..Self::default() };
        for row in &events {
            let place = Place {
                station: StationId(row.array(0)?),
                epoch: row.text(1)?.parse()?,
                seq: row.number(2)?,
            };
            left.events.push(StoredEvent { place, hash: ChainHash(row.array(3)?), bytes: row.bytes(4)? });
        }
        for row in &taken {
            *left.taken.entry(row.text(0)?.parse()?).or_default() += 1;
        }
        for row in &projected {
            left.units.insert(row.text(0)?.parse()?, serde_json::from_str(row.text(1)?)?);
        }
        for row in &effects {
            left.effects.push((row.text(0)?.to_owned(), row.text(1)?.parse()?));
        }
        let files = photo_files(&life.photos())?;
        for row in &held {
            let hash = Sha256Hex(row.array(0)?);
            left.photos.insert(hash, (row.number(1)?, files.get(&hash).copied()));
        }
        Ok(left)
    }
}

/// The heads that head office says it holds, seen beside its servers.
///
/// # Errors
/// Where its database cannot be read.
pub fn look_at_heads(life: &Life) -> Result<Vec<Seen>> {
    let [incarnation, told] = life.ask([INCARNATION, HEADS])?;
    let incarnation = incarnation_in(&incarnation)?;
    let seen = heads(&told)?.into_iter().map(|((station, epoch), (seq, hash))| Seen {
        incarnation: incarnation.clone(),
        station,
        epoch,
        seq,
        hash,
    });
    Ok(seen.collect())
}

fn incarnation_in(rows: &[Cells]) -> Result<String> {
    Ok(rows.first().context("head office has an incarnation")?.text(0)?.to_owned())
}

/// What somebody has: events by id, photos and texts by hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Events.
    pub events: BTreeSet<EventId>,
    /// Photos and texts.
    pub bytes: BTreeSet<Sha256Hex>,
}

impl Held {
    /// What this has and the other has not.
    pub fn but(&self, other: &Self) -> Self {
        Self { events: &self.events - &other.events, bytes: &self.bytes - &other.bytes }
    }
}

/// What a station has of its own, in a folder that may be a copy.
///
/// # Errors
/// Where its database cannot be read.
pub fn held_in(folder: &Path) -> Result<Held> {
    let mut held = Held::default();
    held.bytes.extend(photo_files(&folder.join("photos"))?.into_keys());
    let path = folder.join("station.db");
    if !path.exists() {
        return Ok(held);
    }
    let connection = read_only(&path)?;
    let ids = rows(&connection, "SELECT event_id FROM events", |row| Ok(row.get::<_, String>(0)?))?;
    held.events.extend(ids.iter().filter_map(|id| id.parse::<EventId>().ok()));
    let texts = "SELECT sha256 FROM kept_texts WHERE purged_ms = 0";
    let texts = rows(&connection, texts, |row| Ok(row.get::<_, String>(0)?.parse::<Sha256Hex>()?))?;
    held.bytes.extend(texts);
    Ok(held)
}

/// What head office has.
///
/// # Errors
/// Where its database cannot be read.
pub fn held_by(life: &Life) -> Result<Held> {
    let [lines, photos] = life.ask(["SELECT bytes FROM events", "SELECT sha256 FROM blobs"])?;
    let mut held = Held::default();
    for row in &lines {
        held.events.extend(Envelope::parse(&row.bytes(0)?).ok().map(|envelope| envelope.event_id));
    }
    for row in &photos {
        held.bytes.insert(Sha256Hex(row.array(0)?));
    }
    Ok(held)
}

/// A station's unsent events as they lie in its database.
///
/// # Errors
/// Where its database cannot be read.
pub fn unsent_in(folder: &Path) -> Result<Vec<StoredEvent>> {
    let connection = read_only(&folder.join("station.db"))?;
    let sql = "SELECT e.epoch, e.seq, e.hash, e.bytes, (SELECT station FROM enrolment) FROM outbox o
               JOIN events e ON e.epoch = o.epoch AND e.seq = o.seq ORDER BY e.epoch, e.seq";
    rows(&connection, sql, |row| {
        let station: String = row.get(4)?;
        let place = Place { station: station.parse()?, epoch: epoch(row, 0)?, seq: number(row, 1)? };
        Ok(StoredEvent { place, hash: ChainHash(row.get(2)?), bytes: row.get(3)? })
    })
}

type Heads = BTreeMap<(StationId, Epoch), (u64, ChainHash)>;

fn heads(rows: &[Cells]) -> Result<Heads> {
    let all = rows.iter().map(|row| {
        let of = (StationId(row.array(0)?), row.text(1)?.parse()?);
        Ok((of, (row.number(2)?, ChainHash(row.array(3)?))))
    });
    all.collect()
}

fn units(connection: &Connection, sql: &str) -> Result<BTreeMap<UnitId, Value>> {
    let all = rows(connection, sql, |row| {
        let (id, state): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((id.parse()?, serde_json::from_str(&state)?))
    })?;
    Ok(all.into_iter().collect())
}

fn rows<T>(connection: &Connection, sql: &str, read: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let mut statement = connection.prepare(sql).with_context(|| sql.to_owned())?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn epoch(row: &Row<'_>, at: usize) -> Result<Epoch> {
    Ok(row.get::<_, String>(at)?.parse()?)
}

fn number(row: &Row<'_>, at: usize) -> Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?)?)
}

/// Photo files below a folder, `ab/abcd…` with or without an ending; small pictures left out.
fn photo_files(folder: &Path) -> Result<BTreeMap<Sha256Hex, PhotoFile>> {
    let mut found = BTreeMap::new();
    let Ok(shelves) = std::fs::read_dir(folder) else { return Ok(found) };
    for shelf in shelves.flatten().filter(|shelf| shelf.file_name().len() == 2) {
        for file in std::fs::read_dir(shelf.path())?.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let stem = name.strip_suffix(".jpg").unwrap_or(&name);
            let Ok(hash) = stem.parse::<Sha256Hex>() else { continue };
            let bytes = std::fs::read(file.path())?;
            let hash_fits = hash.0 == <[u8; 32]>::from(Sha256::digest(&bytes));
            found.insert(hash, PhotoFile { length: bytes.len() as u64, hash_fits });
        }
    }
    Ok(found)
}
