//! Making a pack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{ParcelId, Sha256Hex, Subject, UnitId};
use returns::policy::Decision;
use returns::unit;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use wire::{ChainHash, Envelope, Epoch, Head, Place, Seal, SecretKey};

use super::members::{EVENTS, MANIFEST, MANIFEST_SIGNATURE, SUMMARY, manifest_message, write};
use super::{
    ChainLine, EventLine, Kept, Manifest, Member, NoteEntry, PACK_FORMAT, PackMade, PhotoEntry, PolicyEntry,
    Segment, summary,
};
use crate::enrolment::write_durably;
use crate::events::{photo_in, text_in};
use crate::outbox::{hash_at, head};
use crate::photos::sha256;
use crate::sql::{int, parse, uint};
use crate::{Enrolment, Records, RecordsError};

/// What a parcel's photo shows when it shows who sent it.
const LABEL: &str = "LABEL";

impl Records {
    /// Writes the evidence pack of a unit to a file, replacing what was there. Needs no right to write here.
    ///
    /// # Errors
    /// `pack-unit-unknown`, `station-not-enrolled` (also without the station's key), `disk-full`, `file-failed`.
    pub fn evidence_pack(&self, unit: UnitId, out: &Path) -> Result<PackMade, RecordsError> {
        let enrolment = self.enrolled()?.clone();
        let key = self.secret_key()?.ok_or(RecordsError::NotEnrolled)?;
        // One view of the database from beginning to end; a handle that is in a transaction already has one.
        let _view = self.connection.unchecked_transaction()?;
        let state = self.unit(&unit)?.filter(|state| state.stage.is_some());
        let state = state.ok_or(RecordsError::UnitUnknown(unit))?;
        let (bytes, events, photos) = Packing::of(self, &enrolment, unit, &state)?.pack(&key)?;
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Some(name) = out.file_name().and_then(|name| name.to_str()) else {
            return Err(RecordsError::Pack("the file has no name".to_owned()));
        };
        write_durably(folder, name, &bytes)?;
        let made = PackMade {
            path: out.to_owned(),
            events,
            photos,
            sha256: sha256(&bytes),
            bytes: bytes.len() as u64,
        };
        Ok(made)
    }
}

/// A pack under way.
struct Packing<'a> {
    records: &'a Records,
    enrolment: &'a Enrolment,
    unit: UnitId,
    state: &'a unit::State,
    /// Of the parcel, then of the unit, each in fold order.
    events: Vec<(Place, Envelope)>,
    members: Vec<(String, Vec<u8>)>,
}

impl<'a> Packing<'a> {
    fn of(
        records: &'a Records,
        enrolment: &'a Enrolment,
        unit: UnitId,
        state: &'a unit::State,
    ) -> Result<Self, RecordsError> {
        let of_unit = records.history(Subject::Unit(unit))?;
        let mut events = Vec::new();
        for parcel in parcels(&of_unit) {
            events.extend(records.history(Subject::Parcel(parcel))?);
        }
        events.extend(of_unit);
        Ok(Self { records, enrolment, unit, state, events, members: Vec::new() })
    }

    /// The file's bytes, with the counts of events and of photos in it.
    fn pack(mut self, key: &SecretKey) -> Result<(Vec<u8>, u32, u32), RecordsError> {
        self.write_events()?;
        let segments = self.segments(key)?;
        let photos = self.photos()?;
        let notes = self.notes()?;
        let policies = self.policies()?;
        let mut manifest = Manifest {
            format: PACK_FORMAT,
            unit: self.unit,
            lpn: self.state.lpn.map(|lpn| lpn.to_string()).unwrap_or_default(),
            made_at: self.records.now(),
            station: self.enrolment.station,
            station_name: self.enrolment.name.clone(),
            depot: self.enrolment.depot.clone(),
            station_key: key.public(),
            head_office_key: self.enrolment.head_office_key,
            segments,
            photos,
            notes,
            policies,
            members: BTreeMap::new(),
        };
        let words = summary::of(&manifest, self.state, &self.events);
        self.members.push((SUMMARY.to_owned(), words.into_bytes()));
        manifest.members = self.members.iter().map(|(name, bytes)| (name.clone(), member(bytes))).collect();
        let text = serde_json::to_vec_pretty(&manifest).map_err(RecordsError::row)?;
        let signature = hex::encode(key.sign(&manifest_message(&text)).0);
        let mut all =
            vec![(MANIFEST.to_owned(), text), (MANIFEST_SIGNATURE.to_owned(), signature.into_bytes())];
        all.append(&mut self.members);
        let packed = manifest.photos.iter().filter(|photo| photo.state == Kept::Packed);
        let names: BTreeSet<Sha256Hex> = packed.map(|photo| photo.sha256).collect();
        Ok((write(&all, key)?, count(self.events.len()), count(names.len())))
    }

    fn write_events(&mut self) -> Result<(), RecordsError> {
        let mut lines = Vec::new();
        for (place, _) in &self.events {
            let (line, hash) = self.stored(place)?;
            let event = EventLine { station: place.station, epoch: place.epoch, seq: place.seq, hash, line };
            push_line(&mut lines, &event)?;
        }
        self.members.push((EVENTS.to_owned(), lines));
        Ok(())
    }

    /// An event's original line and, in this station's own log, its hash.
    fn stored(&self, place: &Place) -> Result<(String, Option<ChainHash>), RecordsError> {
        let connection = &self.records.connection;
        let (epoch, seq) = (place.epoch.to_string(), int(place.seq));
        let own: Option<(Vec<u8>, [u8; 32])> = if place.station == self.enrolment.station {
            connection
                .prepare_cached("SELECT bytes, hash FROM events WHERE epoch = ?1 AND seq = ?2")?
                .query_row(params![epoch, seq], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?
        } else {
            None
        };
        if let Some((bytes, hash)) = own {
            return Ok((text(bytes)?, Some(ChainHash(hash))));
        }
        let sql = "SELECT bytes FROM foreign_events WHERE station = ?1 AND epoch = ?2 AND seq = ?3";
        let bytes = connection
            .prepare_cached(sql)?
            .query_row(params![place.station.to_string(), epoch, seq], |row| row.get(0))?;
        Ok((text(bytes)?, None))
    }

    /// This station's log from the first of the events to the next seal after the last, by epoch.
    fn segments(&mut self, key: &SecretKey) -> Result<Vec<Segment>, RecordsError> {
        let mut spans: BTreeMap<Epoch, (u64, u64)> = BTreeMap::new();
        for (place, _) in &self.events {
            if place.station == self.enrolment.station && self.stored(place)?.1.is_some() {
                let (first, last) = spans.entry(place.epoch).or_insert((place.seq, place.seq));
                (*first, *last) = ((*first).min(place.seq), (*last).max(place.seq));
            }
        }
        let mut segments = Vec::new();
        for (epoch, (first, last)) in spans {
            let seal = self.seal_after(key, epoch, last)?;
            let prev_hash = hash_at(&self.records.connection, &epoch, first.saturating_sub(1))?
                .ok_or_else(|| RecordsError::row(format!("no event before {first} of epoch {epoch}")))?;
            let lines = self.chain_lines(epoch, first, seal.head.seq)?;
            self.members.push((format!("chain/{epoch}.jsonl"), lines));
            segments.push(Segment { epoch, first, last: seal.head.seq, prev_hash, seal });
        }
        Ok(segments)
    }

    /// The first seal at or after a sequence; where there is none yet, one made now over the head.
    fn seal_after(&self, key: &SecretKey, epoch: Epoch, seq: u64) -> Result<Seal, RecordsError> {
        let connection = &self.records.connection;
        let sql =
            "SELECT seq, hash, signature FROM seals WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1";
        let found: Option<(i64, String, String)> = connection
            .prepare_cached(sql)?
            .query_row(params![epoch.to_string(), int(seq)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let station = self.enrolment.station;
        match found {
            Some((seq, hash, signature)) => {
                let head = Head { seq: uint(seq), hash: parse(&hash)? };
                Ok(Seal { station, epoch, head, signature })
            }
            None => Ok(Seal::new(key, station, epoch, head(connection, &epoch)?)),
        }
    }

    fn chain_lines(&self, epoch: Epoch, first: u64, last: u64) -> Result<Vec<u8>, RecordsError> {
        let mut statement = self.records.connection.prepare_cached(
            "SELECT seq, hash, bytes FROM events WHERE epoch = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
        )?;
        let mut rows = statement.query(params![epoch.to_string(), int(first), int(last)])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let line =
                ChainLine { seq: uint(row.get(0)?), hash: ChainHash(row.get(1)?), line: text(row.get(2)?)? };
            push_line(&mut lines, &line)?;
        }
        Ok(lines)
    }

    fn photos(&mut self) -> Result<Vec<PhotoEntry>, RecordsError> {
        let mut entries: Vec<PhotoEntry> = Vec::new();
        let mut members = BTreeMap::new();
        for (place, envelope) in &self.events {
            let Parsed::Known(event) = envelope.event() else { continue };
            let (Some((hash, bytes)), Some(role)) = (photo_in(&event), role_of(&event)) else { continue };
            let withheld = matches!(event, Event::Parcel(_)) && role.as_str().contains(LABEL);
            let read = if withheld { None } else { self.records.photos.read(&hash)? };
            let state = match read {
                _ if withheld => Kept::Withheld,
                Some(jpeg) => {
                    members.insert(format!("photos/{hash}.jpg"), jpeg);
                    Kept::Packed
                }
                None => self.absent(&hash, place)?,
            };
            entries.push(PhotoEntry { sha256: hash, bytes, role, of: envelope.subject, state });
        }
        self.members.extend(members);
        Ok(entries)
    }

    fn notes(&mut self) -> Result<Vec<NoteEntry>, RecordsError> {
        let mut entries = Vec::new();
        let mut members = BTreeMap::new();
        for (place, envelope) in &self.events {
            let Parsed::Known(event) = envelope.event() else { continue };
            let Some(hash) = text_in(&event) else { continue };
            let state = match self.records.kept_text(&hash)? {
                Some(bytes) => {
                    members.insert(format!("notes/{hash}.txt"), bytes);
                    Kept::Packed
                }
                None => self.absent(&hash, place)?,
            };
            entries.push(NoteEntry { sha256: hash, state });
        }
        self.members.extend(members);
        Ok(entries)
    }

    /// Why bytes that an event names are not here.
    fn absent(&self, hash: &Sha256Hex, place: &Place) -> Result<Kept, RecordsError> {
        let sql = "SELECT 1 FROM photos WHERE sha256 = ?1 AND purged = 1
                   UNION ALL SELECT 1 FROM kept_texts WHERE sha256 = ?1 AND purged_ms > 0";
        let purged = self.records.connection.prepare_cached(sql)?.exists(params![hash.to_string()])?;
        Ok(match (purged, place.station == self.enrolment.station) {
            (true, _) => Kept::Purged,
            (false, true) => Kept::Missing,
            (false, false) => Kept::Elsewhere,
        })
    }

    fn policies(&mut self) -> Result<Vec<PolicyEntry>, RecordsError> {
        let mut named: BTreeMap<Sha256Hex, u32> = BTreeMap::new();
        for (_, envelope) in &self.events {
            if let Parsed::Known(event) = envelope.event() {
                named.extend(
                    decision_in(&event).map(|decision| (decision.policy_hash, decision.policy_number)),
                );
            }
        }
        let mut entries = Vec::new();
        for (hash, number) in named {
            let signed = self.records.policy_signed(&hash)?;
            let state = if signed.is_some() { Kept::Packed } else { Kept::Elsewhere };
            self.members.extend(signed.map(|text| (format!("policy/{hash}.json"), text.into_bytes())));
            entries.push(PolicyEntry { sha256: hash, number, state });
        }
        Ok(entries)
    }
}

/// Parcels that a unit came out of; more than one only where benches disagree.
fn parcels(history: &[(Place, Envelope)]) -> BTreeSet<ParcelId> {
    let parcel = |envelope: &Envelope| match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Received { parcel, .. })) => parcel,
        _ => None,
    };
    history.iter().filter_map(|(_, envelope)| parcel(envelope)).collect()
}

fn role_of(event: &Event) -> Option<returns::ids::PhotoRole> {
    use returns::event::ParcelEvent;
    match event {
        Event::Unit(UnitEvent::PhotoTaken { role, .. })
        | Event::Parcel(ParcelEvent::PhotoTaken { role, .. }) => Some(role.clone()),
        _ => None,
    }
}

/// The decision that an event holds.
pub(super) fn decision_in(event: &Event) -> Option<&Decision> {
    match event {
        Event::Unit(UnitEvent::Dispositioned { decision, .. }) => Some(decision),
        Event::Unit(UnitEvent::ReviewRequested { proposal, .. }) => Some(proposal),
        _ => None,
    }
}

fn member(bytes: &[u8]) -> Member {
    Member { bytes: bytes.len() as u64, sha256: sha256(bytes) }
}

fn push_line(lines: &mut Vec<u8>, line: &impl Serialize) -> Result<(), RecordsError> {
    serde_json::to_writer(&mut *lines, line).map_err(RecordsError::row)?;
    lines.push(b'\n');
    Ok(())
}

/// Events are JSON and so UTF-8; other bytes were never accepted.
fn text(bytes: Vec<u8>) -> Result<String, RecordsError> {
    String::from_utf8(bytes).map_err(RecordsError::row)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
