//! The generator's own ledger, outside the database: what it was about to do, and what it was told is saved. Written and
//! synced after each commit that was acknowledged, it is what every later claim is held against.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result};
use records::{NewEvent, Stored};
use returns::event::{Event, ParcelEvent, StationEvent, UnitEvent};
use returns::ids::{EventId, Sha256Hex, StationId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wire::{Envelope, Epoch};

/// An event that is about to be appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Its id.
    pub id: EventId,
    /// What it says, by [`content_of`].
    pub content: String,
}

/// An event of which the records said that it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its id.
    pub id: EventId,
    /// Whose.
    pub station: StationId,
    /// Where it stood then.
    pub epoch: Epoch,
    /// Its sequence then.
    pub seq: u64,
    /// Its kind.
    #[serde(default)]
    pub kind: String,
    /// The photo that it names, and its length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<(Sha256Hex, u64)>,
    /// The bytes that it purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged: Option<Sha256Hex>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Promised(Vec<Promise>),
    Kept(Vec<Kept>),
}

/// A ledger, open for writing.
#[derive(Debug)]
pub struct Ledger {
    file: File,
}

impl Ledger {
    /// Opens a ledger, or begins one.
    pub fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let mut file = file.with_context(|| format!("ledger {}", path.display()))?;
        // Whoever was killed before may have left half a line.
        file.write_all(b"\n")?;
        Ok(Self { file })
    }

    /// Notes what is about to be appended. Not synced: a killed process loses nothing of it.
    pub fn promise(&mut self, events: &[NewEvent]) -> Result<()> {
        let promised =
            events.iter().map(|new| Ok(Promise { id: new.event_id, content: content_of_new(new)? }));
        self.write(&Line::Promised(promised.collect::<Result<_>>()?))
    }

    /// Notes what is on disk by the records' word, and syncs.
    pub fn keep(&mut self, events: &[NewEvent], stored: &[Stored]) -> Result<()> {
        let kept = events.iter().zip(stored).map(|(new, stored)| Kept {
            id: stored.event_id,
            station: stored.place.station,
            epoch: stored.place.epoch,
            seq: stored.place.seq,
            kind: new.event.kind().to_owned(),
            photo: photo_in(&new.event),
            purged: purged_in(&new.event),
        });
        self.write(&Line::Kept(kept.collect()))?;
        Ok(self.file.sync_data()?)
    }

    fn write(&mut self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        Ok(self.file.write_all(&text)?)
    }
}

/// What a ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Contents of all that was ever attempted, by id.
    pub promised: BTreeMap<EventId, String>,
    /// All that was acknowledged, in order.
    pub kept: Vec<Kept>,
}

impl Account {
    /// Reads a ledger. A last line that was cut is no acknowledgement.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("ledger {}", path.display())),
        };
        let mut account = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(Line::Promised(events)) => {
                    account.promised.extend(events.into_iter().map(|promise| (promise.id, promise.content)));
                }
                Ok(Line::Kept(events)) => account.kept.extend(events),
                Err(_) => {}
            }
        }
        Ok(account)
    }

    /// Takes in another ledger of the same station.
    pub fn join(&mut self, other: Self) {
        self.promised.extend(other.promised);
        self.kept.extend(other.kept);
    }
}

/// How often each kind was acknowledged in the part of a ledger that was not read yet; moves on what was read.
///
/// # Errors
/// Where the ledger cannot be read.
pub fn kinds_since(path: &Path, read: &mut u64) -> Result<BTreeMap<String, u64>> {
    let mut kinds = BTreeMap::new();
    let Ok(mut file) = File::open(path) else { return Ok(kinds) };
    file.seek(SeekFrom::Start(*read))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    // A last line that is not whole yet is read the next time.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    *read += whole as u64;
    for line in text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n') {
        if let Ok(Line::Kept(events)) = serde_json::from_slice(line) {
            events.into_iter().for_each(|kept| *kinds.entry(kept.kind).or_default() += 1);
        }
    }
    Ok(kinds)
}

fn content_of_new(new: &NewEvent) -> Result<String> {
    let (kind, version, body) = (new.event.kind(), new.event.version(), new.event.body()?);
    digest(&(kind, version, new.subject, &new.actor, new.recorded, body))
}

/// What an event says, whatever its place and whatever its author had seen: SHA-256, hex.
pub fn content_of(envelope: &Envelope) -> Result<String> {
    let Envelope { kind, version, subject, actor, recorded, body, .. } = envelope;
    digest(&(kind, version, subject, actor, recorded, body))
}

fn digest(content: &impl Serialize) -> Result<String> {
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(content)?)))
}

/// The photo that an event names.
pub fn photo_in(event: &Event) -> Option<(Sha256Hex, u64)> {
    match event {
        Event::Unit(UnitEvent::PhotoTaken { hash, len, .. })
        | Event::Parcel(ParcelEvent::PhotoTaken { hash, len, .. }) => Some((*hash, *len)),
        _ => None,
    }
}

/// The bytes that an event purges.
pub fn purged_in(event: &Event) -> Option<Sha256Hex> {
    match event {
        Event::Station(StationEvent::BytesPurged { hash, .. }) => Some(*hash),
        _ => None,
    }
}
