//! What the fault harness found on the line, each once by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use records::{Options, Records};
use returns::event::UnitEvent;
use returns::ids::PhotoRole;
use support::*;
use wire::{Epoch, Head, Problem};

const TWO: Epoch = Epoch::Numbered(2);

fn copy(from: &Path, to: &Path) {
    for file in ["station.db", "station.db-wal", "station.key"] {
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
}

fn image(station: &Station) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    copy(station.dir.path(), image.path());
    image
}

fn opened(dir: &Path) -> Arc<Mutex<Records>> {
    Arc::new(Mutex::new(Records::open(dir, Options::default()).unwrap()))
}

fn refuse(status: u16, code: &str) -> Nasty {
    Nasty::Refuse(status, Problem { code: code.to_owned(), args: BTreeMap::new() })
}

/// Goes on in epoch 2; of the answer only the number got through, not what head office holds.
fn go_on_in_two(station: &Station) {
    station.with(|records| records.open_epoch(TWO, &[], None).unwrap());
}

async fn all_is_sent_and_sound(office: &Office, station: &Station, in_two: usize) {
    let line = station.line();
    until("all is sent", || station.unsent() == 0).await;
    office.until("in the next epoch", |inside| of_two(inside) == in_two).await;
    line.stop().await;
    let report = records::verify(station.dir.path()).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

fn of_two(inside: &Inside) -> usize {
    inside.others.get("2").map_or(0, |(_, lines)| lines.len())
}

/// It was written while head office was asked for the next number, and stands behind the end of the closed epoch.
#[tokio::test]
async fn what_waits_in_a_closed_epoch_goes_on_in_the_present_one() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    let late = station.receive();
    go_on_in_two(&station);
    office.with(|inside| {
        inside.nasty_always = Some(("/epochs/1/events/", refuse(410, "epoch-closed")));
    });
    all_is_sent_and_sound(&office, &station, 2).await;
    assert!(station.with(|records| records.unit(&late).unwrap().is_some()));
    assert_eq!(office.with(|inside| inside.lines.len()), 2, "and not where nobody takes it");
}

/// A copy of the disk wrote at its places, and this one writes in another epoch by now.
#[tokio::test]
async fn what_waits_where_a_copy_wrote_goes_on_in_the_present_epoch() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let station = Station::of(&office);
    station.receive();
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    let copied = image(&station);
    let twin = Station { records: opened(copied.path()), dir: copied, config: station.config.clone() };
    let theirs = twin.receive();
    let batch = twin.with(|records| records.next_batch(100, 1 << 20).unwrap().unwrap());
    office.with(|inside| {
        inside.lines.extend(batch.lines.clone());
        inside.head = Some(Head { seq: batch.last, hash: batch.last_hash });
    });
    let ours = station.receive();
    go_on_in_two(&station);
    office.next("/epochs/1/events/", refuse(409, "events-fork"));
    all_is_sent_and_sound(&office, &station, 2).await;
    for unit in [ours, theirs] {
        assert!(
            station.with(|records| records.unit(&unit).unwrap().is_some()),
            "nothing is lost on either side"
        );
    }
}

/// The database was put back, and went on in another epoch; head office has more of the first one than is here.
#[tokio::test]
async fn a_receipt_for_more_than_is_here_brings_the_rest_back() {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let mut station = Station::of(&office);
    let first = station.receive();
    let before = image(&station);
    let second = station.receive();
    let line = station.line();
    until("sent", || station.unsent() == 0).await;
    line.stop().await;
    station.records = opened(before.path());
    station.dir = before;
    assert_eq!(station.unsent(), 2, "it does not know that they were sent");
    go_on_in_two(&station);
    all_is_sent_and_sound(&office, &station, 0).await;
    for unit in [first, second] {
        assert!(station.with(|records| records.unit(&unit).unwrap().is_some()));
    }
}

/// Head office was restored from a backup that holds the event of a photo, and not the photo. An older head office cannot
/// tell what it holds of each epoch.
#[tokio::test]
async fn a_photo_that_a_restored_head_office_lacks_is_sent_again() {
    for older in [false, true] {
        lacks_a_photo(older).await;
    }
}

async fn lacks_a_photo(older: bool) {
    let office = Office::start().await;
    office.with(|inside| inside.next_epoch = Some(2));
    let station = Station::of(&office);
    let unit = station.receive();
    let jpeg = vec![3; 20_000];
    let hash = station.with(|records| records.photos().keep(&jpeg).unwrap());
    let role = PhotoRole::new("FRONT").unwrap();
    let len = jpeg.len() as u64;
    station.append(unit, UnitEvent::PhotoTaken { role, hash, len, by: None, flaws: vec![] });
    let line = station.line();
    let unsent = || station.with(|records| records.unsent().unwrap());
    until("sent", || unsent().events + unsent().photos == 0).await;
    line.stop().await;
    let events = office.with(|inside| {
        inside.blobs.clear();
        inside.incarnation = Some("second");
        inside.nasty_always = older.then(|| ("/epochs", refuse(404, "call-unknown")));
        inside.lines.len()
    });
    let line = station.line();
    let name = hash.to_string();
    office
        .until("the photo again", |inside| inside.blobs.get(&name).is_some_and(|held| held.1 == jpeg))
        .await;
    until("said so", || unsent().photos == 0).await;
    line.stop().await;
    assert_eq!(office.with(|inside| inside.lines.len()), events, "no event twice");
}
