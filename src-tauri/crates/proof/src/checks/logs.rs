//! Logs: that they are whole, the same on both sides, and forgotten only on head office's word.

use std::collections::{BTreeMap, BTreeSet};

use returns::ids::StationId;
use sha2::{Digest, Sha256};
use wire::{ChainHash, Epoch, Place};

use crate::evidence::{Run, StoredEvent};

type Log<'a> = BTreeMap<(StationId, Epoch), Vec<&'a StoredEvent>>;

fn by_epoch<'a>(events: impl IntoIterator<Item = &'a StoredEvent>) -> Log<'a> {
    let mut logs: Log<'a> = BTreeMap::new();
    for event in events {
        logs.entry((event.place.station, event.place.epoch)).or_default().push(event);
    }
    for log in logs.values_mut() {
        log.sort_by_key(|event| event.place.seq);
    }
    logs
}

/// Every log of both sides, with where it was found.
fn all_logs(run: &Run) -> Vec<(String, Log<'_>)> {
    let mut all = vec![("head office".to_owned(), by_epoch(&run.office.events))];
    all.extend(run.stations.iter().map(|station| (station.name.clone(), by_epoch(&station.events))));
    all
}

/// From 1, each once.
pub fn sequences_are_gap_free_and_unique(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for (side, logs) in all_logs(run) {
        for ((station, epoch), log) in logs {
            for (expected, event) in (1..).zip(&log) {
                if event.place.seq != expected {
                    found.push(format!(
                        "{side}: {station}/{epoch} has {} in place of {expected}",
                        event.place.seq
                    ));
                    break;
                }
            }
        }
    }
    for ((station, epoch), (seq, _)) in &run.office.heads {
        let log = run
            .office
            .events
            .iter()
            .filter(|event| (event.place.station, event.place.epoch) == (*station, *epoch));
        let last = log.map(|event| event.place.seq).max().unwrap_or(0);
        if last != *seq {
            found.push(format!(
                "head office says it holds {station}/{epoch} up to {seq}, and has it up to {last}"
            ));
        }
    }
    found
}

/// The formula of the protocol, by another hand than the product's.
fn hash_of(place: &Place, previous: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"rs-event-1");
    hasher.update(place.station.0);
    match place.epoch {
        Epoch::Numbered(number) => hasher.update(number.to_be_bytes()),
        Epoch::Provisional(random) => {
            hasher.update(b"p-");
            hasher.update(random);
        }
    }
    hasher.update(place.seq.to_be_bytes());
    hasher.update(previous);
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
    hasher.finalize().into()
}

/// Each hash covers the bytes and the hash before.
pub fn chains_recompute_on_both_sides(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for (side, logs) in all_logs(run) {
        for log in logs.values() {
            let mut previous = [0; 32];
            for event in log {
                if hash_of(&event.place, &previous, &event.bytes) != event.hash.0 {
                    found.push(format!("{side}: the chain breaks at {}", event.place));
                    break;
                }
                previous = event.hash.0;
            }
        }
    }
    for ((station, epoch), (seq, hash)) in &run.office.heads {
        let place = Place { station: *station, epoch: *epoch, seq: *seq };
        let held = run.office.events.iter().find(|event| event.place == place);
        if held.map_or(ChainHash::ZERO, |event| event.hash) != *hash {
            found.push(format!("head office's head of {place} has another hash than its event"));
        }
    }
    found
}

/// At rest, whatever a station wrote is at head office, bit for bit.
pub fn head_office_holds_the_stations_bytes(run: &Run) -> Vec<String> {
    let held: BTreeMap<Place, &[u8]> =
        run.office.events.iter().map(|event| (event.place, event.bytes.as_slice())).collect();
    let mut found = Vec::new();
    for station in &run.stations {
        for event in &station.events {
            match held.get(&event.place) {
                Some(bytes) if *bytes == event.bytes => {}
                Some(_) => found.push(format!("{}: other bytes at {}", station.name, event.place)),
                None => found.push(format!("{}: head office lacks {}", station.name, event.place)),
            }
        }
        for (place, bytes) in &station.foreign {
            if held.get(place) != Some(&bytes.as_slice()) {
                found.push(format!("{}: came down with other bytes, or from nowhere: {place}", station.name));
            }
        }
    }
    found
}

/// What does not wait was confirmed, and what was confirmed is at head office with that very hash.
pub fn nothing_left_the_outbox_without_a_receipt(run: &Run) -> Vec<String> {
    let held: BTreeMap<Place, ChainHash> =
        run.office.events.iter().map(|event| (event.place, event.hash)).collect();
    let mut found = Vec::new();
    for station in &run.stations {
        for event in &station.events {
            let place = (event.place.epoch, event.place.seq);
            let confirmed = station.acknowledged.get(&place.0).copied().unwrap_or(0);
            if place.1 > confirmed && !station.outbox.contains(&place) {
                found.push(format!("{}: {} neither waits nor was confirmed", station.name, event.place));
            }
            if place.1 <= confirmed && held.get(&event.place) != Some(&event.hash) {
                found.push(format!(
                    "{}: {} counts as confirmed, and head office has it not",
                    station.name, event.place
                ));
            }
        }
    }
    found
}

/// Within one life, what head office holds only grows.
pub fn stored_never_falls_within_an_incarnation(run: &Run) -> Vec<String> {
    let mut highest = BTreeMap::new();
    let mut found = Vec::new();
    for seen in &run.seen {
        let before = highest.entry((&seen.incarnation, seen.station, seen.epoch)).or_insert(seen.seq);
        if seen.seq < *before {
            found.push(format!("{}/{} fell from {before} to {}", seen.station, seen.epoch, seen.seq));
        }
        *before = seen.seq.max(*before);
    }
    for ((station, epoch), (seq, _)) in &run.office.heads {
        let before = highest.get(&(&run.office.incarnation, *station, *epoch)).copied().unwrap_or(0);
        if *seq < before {
            found.push(format!("{station}/{epoch} fell from {before} to {seq}"));
        }
    }
    found
}

/// One place, one hash: at stations, at head office now, and at head office whenever it was looked at.
pub fn no_place_has_two_hashes(run: &Run) -> Vec<String> {
    let mut hashes: BTreeMap<Place, BTreeSet<[u8; 32]>> = BTreeMap::new();
    let seen = run
        .seen
        .iter()
        .map(|seen| (Place { station: seen.station, epoch: seen.epoch, seq: seen.seq }, seen.hash.0));
    let stored = run.office.events.iter().chain(run.stations.iter().flat_map(|station| &station.events));
    for (place, hash) in seen.chain(stored.map(|event| (event.place, event.hash.0))) {
        if place.seq > 0 {
            hashes.entry(place).or_default().insert(hash);
        }
    }
    hashes
        .into_iter()
        .filter(|(_, hashes)| hashes.len() > 1)
        .map(|(place, hashes)| format!("{place} has {} hashes", hashes.len()))
        .collect()
}

/// A new release sends what an old one wrote, bit for bit.
pub fn unsent_bytes_survive_an_upgrade(run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for upgrade in &run.upgrades {
        let after: BTreeMap<Place, &StoredEvent> =
            upgrade.after.iter().map(|event| (event.place, event)).collect();
        for event in &upgrade.before {
            match after.get(&event.place) {
                Some(same) if **same == *event => {}
                Some(_) => found.push(format!("{}: the upgrade changed {}", upgrade.station, event.place)),
                None => found.push(format!("{}: the upgrade lost {}", upgrade.station, event.place)),
            }
        }
    }
    found
}
