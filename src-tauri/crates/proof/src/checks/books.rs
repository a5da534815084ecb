//! The generator's ledger against what is there.

use std::collections::{BTreeMap, BTreeSet};

use returns::event::Parsed;
use returns::ids::{EventId, Sha256Hex};
use wire::Place;

use crate::evidence::Run;
use crate::ledger::{content_of, photo_in, purged_in};

/// Whatever the records said was saved is on that station's disk, and says what it said.
pub fn every_acknowledged_event_is_on_disk(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for station in &run.stations {
        let own = station.events.iter().map(|event| event.bytes.as_slice());
        let all = own.chain(station.foreign.iter().map(|(_, bytes)| bytes.as_slice()));
        let there: BTreeMap<EventId, String> = all
            .filter_map(|bytes| wire::Envelope::parse(bytes).ok())
            .filter_map(|envelope| Some((envelope.event_id, content_of(&envelope).ok()?)))
            .collect();
        for kept in station.account.kept.iter().filter(|kept| !run.gone.contains(&kept.id)) {
            match (there.get(&kept.id), station.account.promised.get(&kept.id)) {
                (None, _) => {
                    found.push(format!(
                        "{}: {} was acknowledged at {}/{}",
                        station.name, kept.id, kept.epoch, kept.seq
                    ));
                }
                (Some(there), Some(promised)) if there != promised => {
                    found.push(format!("{}: {} says something else", station.name, kept.id));
                }
                _ => {}
            }
        }
    }
    found
}

/// At head office there is what was attempted, all that was acknowledged, and each event counts once.
pub fn no_event_is_lost_doubled_or_invented(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    let mut there: BTreeMap<EventId, Vec<Place>> = BTreeMap::new();
    let mut said: BTreeMap<EventId, BTreeSet<String>> = BTreeMap::new();
    for event in &run.office.events {
        let Some(envelope) = event.envelope() else {
            found.push(format!("invented: bytes at {} that are no event", event.place));
            continue;
        };
        there.entry(envelope.event_id).or_default().push(event.place);
        said.entry(envelope.event_id).or_default().extend(content_of(&envelope).ok());
    }
    let mut promised: BTreeMap<EventId, &String> = BTreeMap::new();
    for station in &run.stations {
        promised.extend(station.account.promised.iter().map(|(id, content)| (*id, content)));
    }
    for (id, contents) in &said {
        match promised.get(id) {
            None => found.push(format!("invented: {id}")),
            Some(content) if contents.len() != 1 || !contents.contains(*content) => {
                found.push(format!("invented: {id} says what nobody said"));
            }
            Some(_) => {}
        }
    }
    for kept in run.stations.iter().flat_map(|station| &station.account.kept) {
        if !there.contains_key(&kept.id) && !run.gone.contains(&kept.id) {
            found.push(format!("lost: {} of {}/{}/{}", kept.id, kept.station, kept.epoch, kept.seq));
        }
    }
    for (id, places) in &there {
        let taken = run.office.taken.get(id).copied().unwrap_or(0);
        if taken != 1 {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            found.push(format!("taken {taken} times: {id} at {}", places.join(", ")));
        }
    }
    found
}

/// No effect twice, and none of an event that is not there.
pub fn effects_happen_once(run: &Run) -> Vec<String> {
    let there: BTreeSet<EventId> = run
        .office
        .events
        .iter()
        .filter_map(|event| event.envelope())
        .map(|envelope| envelope.event_id)
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (kind, event) in &run.office.effects {
        if !seen.insert((kind, event)) {
            found.push(format!("{kind} of {event} happened twice"));
        }
        if !there.contains(event) {
            found.push(format!("{kind} of {event}, which is not there"));
        }
    }
    found
}

/// A photo that an event names is at its station and at head office with its length and hash, or an event purged it. One
/// that went with a disk may be at head office alone, or nowhere.
pub fn every_photo_is_there_or_purged(run: &Run) -> Vec<String> {
    let mut named: BTreeMap<Sha256Hex, u64> = BTreeMap::new();
    let mut purged = BTreeSet::new();
    for event in &run.office.events {
        let Some(Parsed::Known(event)) = event.envelope().map(|envelope| envelope.event()) else { continue };
        named.extend(photo_in(&event));
        purged.extend(purged_in(&event));
    }
    let mut found = Vec::new();
    for (hash, length) in named.iter().filter(|(hash, _)| !purged.contains(*hash)) {
        match run.office.photos.get(hash) {
            Some((held, Some(file))) if held == length && file.length == *length && file.hash_fits => {}
            Some(_) => found.push(format!("head office's photo {hash} is not what it should be")),
            None if run.gone_photos.contains(hash) => {}
            None => found.push(format!("head office lacks photo {hash} of {length} bytes")),
        }
    }
    for station in &run.stations {
        let own = station.events.iter().filter_map(|event| event.envelope());
        for event in own.filter_map(|envelope| match envelope.event() {
            Parsed::Known(event) => Some(event),
            Parsed::Unknown => None,
        }) {
            let Some((hash, length)) = photo_in(&event) else { continue };
            match station.photos.get(&hash) {
                Some(file) if file.length == length && file.hash_fits => {}
                Some(_) => found.push(format!("{}: photo {hash} is not what it should be", station.name)),
                None if purged.contains(&hash) || run.lost_here.contains(&hash) => {}
                None => found.push(format!("{}: photo {hash} is missing", station.name)),
            }
        }
    }
    found
}

/// Wherever the line was up and something waited, something moved.
pub fn a_line_with_a_backlog_makes_progress(run: &Run) -> Vec<String> {
    run.stalls.clone()
}
