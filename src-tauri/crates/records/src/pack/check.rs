//! Checking a pack: nothing but the file is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, Sha256Hex, Subject};
use returns::unit;
use serde::de::DeserializeOwned;
use wire::{Document, Envelope, Epoch, Link, Place, PublicKey, Signed, chain_hash, fold_order};

use super::build::decision_in;
use super::members::{EVENTS, MANIFEST, MANIFEST_SIGNATURE, manifest_message, read, signature, verify_file};
use super::{ChainLine, EventLine, Kept, Manifest, PACK_FORMAT, PackReport, Segment};
use crate::events::{photo_in, text_in};
use crate::photos::sha256;
use crate::{Problem, RecordsError};

/// Checks an evidence pack: the signature over the whole file and over the manifest, every member's hash, the chain
/// and its seals, that every event of the unit in the log is told and no other, the photos and notes that the events
/// name, and head office's signature over the policies. With `head_office_key` also that it is this head office.
///
/// A clean report says that the station whose key it names told all this. Whether that key is that station's, head
/// office knows: compare the fingerprints.
///
/// # Errors
/// `pack-unreadable` where the file is no pack that this release can read, `file-failed`.
pub fn verify_pack(file: &Path, head_office_key: Option<&PublicKey>) -> Result<PackReport, RecordsError> {
    let bytes = std::fs::read(file).map_err(RecordsError::file(file))?;
    verify_bytes(&bytes, head_office_key)
}

fn verify_bytes(file: &[u8], head_office_key: Option<&PublicKey>) -> Result<PackReport, RecordsError> {
    let members = read(file)?;
    let manifest = members.get(MANIFEST).ok_or_else(|| unreadable("it has no manifest"))?;
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(unreadable)?;
    if manifest.format != PACK_FORMAT {
        return Err(unreadable(format!(
            "it has format {}, this release reads {PACK_FORMAT}",
            manifest.format
        )));
    }
    let mut check = Check { members: &members, manifest: &manifest, problems: Vec::new() };
    check.signatures(file, head_office_key);
    check.members();
    let events = check.events();
    let chain_events = check.chain(&events);
    let state = check.folded(&events);
    let photos = check.photos(&events);
    check.notes(&events);
    let policies = check.policies(&events);
    let problems = check.problems;
    let states = || {
        let photos = manifest.photos.iter().map(|photo| photo.state);
        let notes = manifest.notes.iter().map(|note| note.state);
        photos.chain(notes).chain(manifest.policies.iter().map(|policy| policy.state))
    };
    Ok(PackReport {
        unit: manifest.unit,
        lpn: manifest.lpn.clone(),
        made_at: manifest.made_at,
        station: manifest.station,
        station_name: manifest.station_name.clone(),
        depot: manifest.depot.clone(),
        station_key: manifest.station_key,
        station_key_id: manifest.station_key.id().0,
        head_office_key: manifest.head_office_key,
        head_office_key_id: manifest.head_office_key.id().0,
        events: events.len() as u64,
        events_elsewhere: events.iter().filter(|told| told.line.hash.is_none()).count() as u64,
        chain_events,
        photos,
        purged: states().filter(|state| *state == Kept::Purged).count() as u64,
        not_packed: states().filter(|state| matches!(state, Kept::Elsewhere | Kept::Withheld)).count() as u64,
        policies,
        stage: state.stage,
        grade: state.grade(),
        disposition: state.disposition(),
        problems,
    })
}

fn unreadable(why: impl ToString) -> RecordsError {
    RecordsError::Pack(why.to_string())
}

/// An event of the pack, read.
struct ToldEvent {
    line: EventLine,
    envelope: Envelope,
    event: Parsed,
}

impl ToldEvent {
    fn place(&self) -> Place {
        Place { station: self.line.station, epoch: self.line.epoch, seq: self.line.seq }
    }

    fn known(&self) -> Option<&Event> {
        match &self.event {
            Parsed::Known(event) => Some(event),
            Parsed::Unknown => None,
        }
    }
}

struct Check<'a> {
    members: &'a BTreeMap<String, Vec<u8>>,
    manifest: &'a Manifest,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem<const N: usize>(&mut self, code: &'static str, args: [(&'static str, String); N]) {
        self.problems.push(Problem { code, args: args.into_iter().collect() });
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.members.get(name).map_or(&[], Vec::as_slice)
    }

    fn signatures(&mut self, file: &[u8], head_office_key: Option<&PublicKey>) {
        let key = &self.manifest.station_key;
        if verify_file(file, key).is_err() {
            self.problem("pack-signature-wrong", []);
        }
        let signed = signature(self.bytes(MANIFEST_SIGNATURE))
            .and_then(|signature| key.verify(&manifest_message(self.bytes(MANIFEST)), &signature));
        if signed.is_err() {
            self.problem("manifest-signature-wrong", []);
        }
        if head_office_key.is_some_and(|key| *key != self.manifest.head_office_key) {
            self.problem("head-office-other-key", [("key", self.manifest.head_office_key.id().0)]);
        }
    }

    /// Each member is what the manifest says, and there is no other.
    fn members(&mut self) {
        for (name, member) in &self.manifest.members {
            match self.members.get(name) {
                None => self.problem("member-missing", [("member", name.clone())]),
                Some(bytes) if bytes.len() as u64 != member.bytes || sha256(bytes) != member.sha256 => {
                    self.problem("member-changed", [("member", name.clone())]);
                }
                Some(_) => {}
            }
        }
        for name in self.members.keys() {
            let known =
                self.manifest.members.contains_key(name) || name == MANIFEST || name == MANIFEST_SIGNATURE;
            if !known {
                self.problem("member-unknown", [("member", name.clone())]);
            }
        }
    }

    /// The lines of a member; what cannot be read is a problem.
    fn lines<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let bytes = self.bytes(name);
        let mut read = Vec::new();
        let mut wrong = Vec::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            match serde_json::from_slice(line) {
                Ok(line) => read.push(line),
                // The last line ends with a break.
                Err(_) if line.is_empty() && index > 0 => {}
                Err(_) => wrong.push(index + 1),
            }
        }
        for line in wrong {
            self.problem("line-unreadable", [("member", name.to_owned()), ("line", line.to_string())]);
        }
        read
    }

    fn events(&mut self) -> Vec<ToldEvent> {
        let mut events = Vec::new();
        for line in self.lines::<EventLine>(EVENTS) {
            match Envelope::parse(line.line.as_bytes()) {
                Ok(envelope) => events.push(ToldEvent { event: envelope.event(), line, envelope }),
                Err(error) => self.problem(error.code(), [("seq", line.seq.to_string())]),
            }
        }
        events
    }

    /// Every segment recomputes and is sealed; what it holds about the subjects, and nothing else, is told.
    fn chain(&mut self, events: &[ToldEvent]) -> u64 {
        let mut chained: BTreeMap<(Epoch, u64), (String, wire::ChainHash)> = BTreeMap::new();
        let subjects: BTreeSet<Subject> = events.iter().map(|told| told.envelope.subject).collect();
        let segments = &self.manifest.segments;
        for segment in segments {
            for line in self.segment(segment) {
                let about = Envelope::parse(line.line.as_bytes()).map(|envelope| envelope.subject);
                let told = || {
                    events.iter().any(|told| {
                        told.line.station == self.manifest.station
                            && (told.line.epoch, told.line.seq) == (segment.epoch, line.seq)
                    })
                };
                if about.is_ok_and(|subject| subjects.contains(&subject)) && !told() {
                    self.problem("event-left-out", place(segment.epoch, line.seq));
                }
                chained.insert((segment.epoch, line.seq), (line.line, line.hash));
            }
        }
        for told in events.iter().filter(|told| told.line.hash.is_some()) {
            let held = chained.get(&(told.line.epoch, told.line.seq));
            let same = held.is_some_and(|(line, hash)| {
                *line == told.line.line
                    && Some(*hash) == told.line.hash
                    && told.line.station == self.manifest.station
            });
            if !same {
                self.problem("event-not-in-chain", place(told.line.epoch, told.line.seq));
            }
        }
        chained.len() as u64
    }

    fn segment(&mut self, segment: &Segment) -> Vec<ChainLine> {
        let station = self.manifest.station;
        let lines: Vec<ChainLine> = self.lines(&format!("chain/{}.jsonl", segment.epoch));
        let (mut expected, mut previous) = (segment.first, segment.prev_hash);
        for line in &lines {
            if line.seq != expected {
                self.problem("chain-gap", place(segment.epoch, line.seq));
            }
            if chain_hash(&station, &segment.epoch, line.seq, &previous, line.line.as_bytes()) != line.hash {
                self.problem("chain-broken", place(segment.epoch, line.seq));
            }
            (expected, previous) = (line.seq.saturating_add(1), line.hash);
        }
        let seal = &segment.seal;
        let about = seal.station == station && seal.epoch == segment.epoch && seal.head.seq == segment.last;
        let at_end =
            lines.last().is_some_and(|line| (line.seq, line.hash) == (seal.head.seq, seal.head.hash));
        if !about || !at_end || seal.verify(&self.manifest.station_key).is_err() {
            self.problem("seal-broken", place(segment.epoch, seal.head.seq));
        }
        lines
    }

    /// The unit as the fold of its events; what it had seen must be there, and its subjects be the unit and its
    /// parcels.
    fn folded(&mut self, events: &[ToldEvent]) -> unit::State {
        let ids: BTreeSet<EventId> = events.iter().map(|told| told.envelope.event_id).collect();
        for told in events {
            if told.envelope.seen.is_some_and(|seen| !ids.contains(&seen)) {
                self.problem("event-link-missing", place(told.line.epoch, told.line.seq));
            }
        }
        let unit = Subject::Unit(self.manifest.unit);
        let of_unit: Vec<&ToldEvent> = events.iter().filter(|told| told.envelope.subject == unit).collect();
        let links: Vec<Link> = of_unit.iter().map(|told| Link::of(told.place(), &told.envelope)).collect();
        let mut state = unit::State::default();
        let mut parcels = BTreeSet::new();
        for told in fold_order(&links).into_iter().filter_map(|index| of_unit.get(index)) {
            match told.known() {
                Some(Event::Unit(event)) => {
                    if let UnitEvent::Received { parcel: Some(parcel), .. } = event {
                        parcels.insert(Subject::Parcel(*parcel));
                    }
                    unit::apply(&mut state, event);
                }
                _ => state.mark_unreadable(),
            }
        }
        for told in events {
            if told.envelope.subject != unit && !parcels.contains(&told.envelope.subject) {
                self.problem("event-of-another", place(told.line.epoch, told.line.seq));
            }
        }
        if state.lpn.map(|lpn| lpn.to_string()).unwrap_or_default() != self.manifest.lpn || of_unit.is_empty()
        {
            self.problem("unit-differs", [("lpn", self.manifest.lpn.clone())]);
        }
        state
    }

    /// Photos that the events name; gives the count of those that are here and right.
    fn photos(&mut self, events: &[ToldEvent]) -> u64 {
        let listed: BTreeMap<Sha256Hex, (u64, Kept)> =
            self.manifest.photos.iter().map(|photo| (photo.sha256, (photo.bytes, photo.state))).collect();
        let named: BTreeMap<Sha256Hex, u64> =
            events.iter().filter_map(|told| told.known().and_then(photo_in)).collect();
        let mut right = 0;
        for (hash, length) in named {
            let kept = listed.get(&hash).filter(|(bytes, _)| *bytes == length).map(|(_, state)| *state);
            if self.kept(&hash, kept, &format!("photos/{hash}.jpg"), "photo", Some(length)) {
                right += 1;
            }
        }
        right
    }

    fn notes(&mut self, events: &[ToldEvent]) {
        let listed: BTreeMap<Sha256Hex, Kept> =
            self.manifest.notes.iter().map(|note| (note.sha256, note.state)).collect();
        let named: BTreeSet<Sha256Hex> =
            events.iter().filter_map(|told| told.known().and_then(text_in)).collect();
        for hash in named {
            self.kept(&hash, listed.get(&hash).copied(), &format!("notes/{hash}.txt"), "note", None);
        }
    }

    /// Whether bytes that an event names are here and are these; says what is wrong where they should be.
    fn kept(
        &mut self,
        hash: &Sha256Hex,
        state: Option<Kept>,
        member: &str,
        what: &'static str,
        length: Option<u64>,
    ) -> bool {
        let args = || [(what, hash.to_string())];
        match (state, self.members.get(member)) {
            (Some(Kept::Packed), Some(bytes)) => {
                let right =
                    sha256(bytes) == *hash && length.is_none_or(|length| bytes.len() as u64 == length);
                if !right {
                    self.problem(if what == "photo" { "photo-hash" } else { "text-hash" }, args());
                }
                return right;
            }
            (Some(Kept::Purged | Kept::Elsewhere | Kept::Withheld), None) => {}
            _ => self.problem(if what == "photo" { "photo-missing" } else { "text-missing" }, args()),
        }
        false
    }

    /// Policies that the decisions name; gives the count of those that head office signed.
    fn policies(&mut self, events: &[ToldEvent]) -> u64 {
        let listed: BTreeMap<Sha256Hex, Kept> =
            self.manifest.policies.iter().map(|policy| (policy.sha256, policy.state)).collect();
        let named: BTreeSet<Sha256Hex> = events
            .iter()
            .filter_map(|told| told.known().and_then(decision_in))
            .map(|decision| decision.policy_hash)
            .collect();
        let mut right = 0;
        for hash in named {
            let args = [("policy", hash.to_string())];
            match listed.get(&hash) {
                Some(Kept::Packed) => match self.policy(&hash) {
                    Ok(()) => right += 1,
                    Err(code) => self.problem(code, args),
                },
                Some(Kept::Elsewhere) => {}
                _ => self.problem("policy-missing", args),
            }
        }
        right
    }

    fn policy(&self, hash: &Sha256Hex) -> Result<(), &'static str> {
        let bytes = self.members.get(&format!("policy/{hash}.json")).ok_or("policy-missing")?;
        let signed: Signed<Document> = serde_json::from_slice(bytes).map_err(|_| "document-unreadable")?;
        let (document, found) =
            signed.verify(&self.manifest.head_office_key).map_err(|error| error.code())?;
        let same = found == hash.to_string() && matches!(document, Document::Policy(_));
        if same { Ok(()) } else { Err("policy-other") }
    }
}

fn place(epoch: Epoch, seq: u64) -> [(&'static str, String); 2] {
    [("epoch", epoch.to_string()), ("seq", seq.to_string())]
}
