//! Nothing saved is lost: records that the disk damaged are made anew and complete again with the line, backups are
//! made on a second drive by themselves and put back, and a person reads in the sync room what happened.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bench::keeping::{BackupKeeping, Keeping};
use bench::seam::{Reply, Request, SyncView};
use records::{Options, put_back};
use returns::ids::UnitId;
use returns::unit;
use story::depot::Depot;
use story::hands::{JACKET, SHIRT, SHOES};
use story::station::{KW, Station, verified};
use story::words::assert_has_words;
use wire::Epoch;

const LOOK: Duration = Duration::from_millis(50);

async fn sync(station: &Station, request: Request) -> SyncView {
    match station.bench.ask(request).await.unwrap() {
        Reply::Sync(view) => view,
        other => panic!("{other:?}"),
    }
}

fn units(station: &Station) -> BTreeMap<UnitId, unit::State> {
    [SHIRT, SHOES, JACKET].iter().filter_map(|of| station.unit_of(of.rma)).collect()
}

/// Overwrites every page of the database but some, beginning with the first.
fn damage(dir: &Path) {
    let path = dir.join("station.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0);
    let pages = bytes.len() / 4096;
    for page in (3..pages).step_by(7) {
        bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
    }
    fs::write(&path, bytes).unwrap();
}

/// Waits until head office and the station hold the same, and the station writes in an epoch of head office's again.
async fn until_whole(depot: &Depot, station: &Station) {
    let deadline = Instant::now() + story::PATIENCE;
    loop {
        let numbered =
            station.with(|records| matches!(records.enrolment().unwrap().epoch, Epoch::Numbered(_)));
        let compared = station.with(|records| records.epochs_to_compare().unwrap().is_empty());
        if numbered && compared && station.unsent().events == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "never whole again: {:?}", station.unsent());
        tokio::time::sleep(LOOK).await;
    }
    let (mut here, mut there) = (station.lines(), depot.lines_of(station.id()));
    here.sort();
    there.sort();
    assert_eq!(here, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_records_are_made_anew_and_whole_again_with_the_line() {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    station.carry(&SHIRT).await;
    station.carry(&SHOES).await;
    station.until_sent().await;
    let before = units(&station);
    assert_eq!(before.len(), 2);
    station.stop().await;

    damage(dir.path());
    let station = Station::try_start(dir.path()).await.unwrap();
    let view = sync(&station, Request::Sync).await;
    let told = view
        .incidents
        .iter()
        .find(|incident| incident.say.code == "records-rebuilt")
        .expect("a person is told");
    assert_has_words(&told.say.code);
    assert!(!told.say.args["folder"].is_empty());
    assert!(station.screen().await.status.incidents > 0);
    until_whole(&depot, &station).await;
    assert_eq!(units(&station), before);
    station.until_taught().await;
    // Work goes on with numbers that were never given.
    station.sign_in(KW).await;
    station.carry(&JACKET).await;
    let (_, jacket) = station.unit_of(JACKET.rma).unwrap();
    let block = |unit: &unit::State| unit.lpn.unwrap().block();
    assert!(before.values().all(|unit| block(unit) != block(&jacket)));
    // What was read is gone from the screen, and stays on disk.
    let told = sync(&station, Request::Sync).await.incidents;
    for incident in &told {
        sync(&station, Request::IncidentSeen { incident: incident.id }).await;
    }
    assert!(sync(&station, Request::Sync).await.incidents.is_empty());
    assert_eq!(station.screen().await.status.incidents, 0);
    station.until_sent().await;
    until_whole(&depot, &station).await;
    station.stop().await;
    verified(dir.path());
    depot.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_by_themselves_and_one_of_them_replaces_a_dead_disk() {
    let depot = Depot::open().await;
    let (dir, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let backup = BackupKeeping { folder: second.path().to_owned(), every_hours: 1, keep: 2 };
    let keeping = Keeping { backup: Some(backup), ..Keeping::bare() };
    let station = Station::keeping(dir.path(), keeping.clone()).await.unwrap();
    station.until_taught().await;
    let code = |view: &SyncView, begin: &str| view.kept.iter().any(|kept| kept.say.code.starts_with(begin));
    let deadline = Instant::now() + story::PATIENCE;
    while !code(&sync(&station, Request::Sync).await, "kept-backup-made") {
        assert!(Instant::now() < deadline, "no backup is ever made");
        tokio::time::sleep(LOOK).await;
    }
    // After the backup the shift goes on, and goes up; then the disk dies.
    station.sign_in(KW).await;
    station.carry(&SHIRT).await;
    station.until_sent().await;
    let before = units(&station);
    station.stop().await;
    drop(dir);

    let dir = tempfile::tempdir().unwrap();
    let back = put_back(second.path(), dir.path(), Options::default()).unwrap();
    assert!(back.key && back.aside.is_none());
    let station = Station::keeping(dir.path(), keeping).await.unwrap();
    let view = sync(&station, Request::Sync).await;
    assert!(view.incidents.iter().any(|incident| incident.say.code == "station-restored"), "{view:?}");
    until_whole(&depot, &station).await;
    assert_eq!(units(&station), before, "head office gives back what the backup did not have");
    // Photos that were taken after the backup are at head office alone: who looks at one gets it back.
    // Small pictures lie there too.
    let mut taken = depot.photos();
    taken.retain(|photo, _| station.with(|records| records.is_kept(photo).unwrap()));
    assert!(!taken.is_empty());
    let deadline = Instant::now() + story::PATIENCE;
    for (photo, jpeg) in &taken {
        loop {
            match station.bench.photo(&photo.to_string()) {
                Some(kept) => break assert!(kept == *jpeg, "{photo}"),
                None => assert!(Instant::now() < deadline, "{photo} never comes back"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    station.stop().await;
    verified(dir.path());
    depot.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sync_room_says_how_the_records_are_kept_and_fetches_again() {
    let depot = Depot::open().await;
    let (dir, witness) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let keeping = Keeping {
        reserve_mib: 1,
        witness_folder: Some(witness.path().to_owned()),
        backup: Some(BackupKeeping { folder: "/dev/null/nowhere".into(), every_hours: 1, keep: 1 }),
        ..Keeping::bare()
    };
    let station = Station::keeping(dir.path(), keeping).await.unwrap();
    station.until_taught().await;
    station.sign_in(KW).await;
    assert_eq!(fs::metadata(dir.path().join("space.reserve")).unwrap().len(), 1 << 20);
    assert_eq!(fs::read_dir(witness.path()).unwrap().count(), 1);
    let deadline = Instant::now() + story::PATIENCE;
    let view = loop {
        let view = sync(&station, Request::Sync).await;
        if view.kept.iter().any(|kept| kept.say.code == "kept-backup-never") {
            break view;
        }
        assert!(Instant::now() < deadline, "the backup's failure is never told: {view:?}");
        tokio::time::sleep(LOOK).await;
    };
    let first = &view.kept[0];
    assert!(first.attention && first.say.code == "kept-backup-never", "what needs attention stands first");
    assert_eq!(view.incidents[0].say.code, "backup-failed");
    for kept in &view.kept {
        assert_has_words(&kept.say.code);
    }
    assert!(view.kept.iter().any(|kept| kept.say.code == "kept-reserve-held" && !kept.attention));
    assert!(view.kept.iter().any(|kept| kept.say.code == "kept-witness-works" && !kept.attention));
    assert_eq!(
        view.lanes.iter().map(|lane| lane.lane.as_str()).collect::<Vec<_>>(),
        ["events", "thumbnails", "photos"]
    );
    // What comes down is asked for from the beginning, and what was set aside is looked at anew.
    let before = station.with(|records| records.cursor(wire::Feed::Rmas).unwrap());
    sync(&station, Request::FetchAgain).await;
    let deadline = Instant::now() + story::PATIENCE;
    while station.with(|records| records.cursor(wire::Feed::Rmas).unwrap()) != before {
        assert!(Instant::now() < deadline, "the feed never came again");
        tokio::time::sleep(LOOK).await;
    }
    station.stop().await;
    depot.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_about_a_person_goes_by_itself_when_its_time_is_over() {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let (old, young) = {
        let mut records = records::Records::open(dir.path(), Options::default()).unwrap();
        (records.keep_text(b"her name, of last year").unwrap(), records.keep_text(b"of today").unwrap())
    };
    let connection = rusqlite::Connection::open(dir.path().join("station.db")).unwrap();
    connection.pragma_update(None, "secure_delete", true).unwrap();
    connection.execute("UPDATE kept_texts SET kept_ms = 1 WHERE sha256 = ?1", [old.to_string()]).unwrap();
    drop(connection);
    let keeping = Keeping { personal_days: Some(30), ..Keeping::bare() };
    let station = Station::keeping(dir.path(), keeping).await.unwrap();
    let deadline = Instant::now() + story::PATIENCE;
    while station.with(|records| records.is_kept(&old).unwrap()) {
        assert!(Instant::now() < deadline, "it is never purged");
        tokio::time::sleep(LOOK).await;
    }
    assert!(station.with(|records| records.is_kept(&young).unwrap()));
    station.stop().await;
    for file in ["station.db", "station.db-wal"] {
        let bytes = fs::read(dir.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(8).any(|piece| piece == b"her name"), "{file}");
    }
    depot.close().await;
}
