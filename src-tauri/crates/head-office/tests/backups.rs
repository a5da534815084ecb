//! Backup, restore, and what stations notice of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use head_office::{HeadOffice, Server};
use jiff::Timestamp;
use reqwest::Method;
use sha2::{Digest, Sha256};
use support::{Station, all_read, arrivals, bare, enrol, enrol_as, line, newcomer, start, unit_id};
use wire::{BlobOffer, EnrolReply, EnrolledBefore, Epoch, Head, Verdict};

async fn send_photo(station: &Station, photo: &[u8]) -> String {
    let sha256 = hex::encode(Sha256::digest(photo));
    let offer = BlobOffer { sha256: sha256.clone(), length: photo.len() as u64 };
    let offer = serde_json::to_vec(&offer).unwrap();
    assert_eq!(station.caller.call(Method::POST, "/v1/blobs", offer, &[]).await.status, 201);
    let target = format!("/v1/blobs/{sha256}");
    let headers = [("upload-offset", "0".to_owned())];
    assert_eq!(station.caller.call(Method::PATCH, &target, photo.to_vec(), &headers).await.status, 200);
    sha256
}

#[tokio::test]
async fn only_a_verified_backup_makes_events_durable() {
    let (dir, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(5));
    station.push_ok(&sent).await;
    let sha256 = send_photo(&station, b"a photo").await;
    all_read(server.office()).await;
    assert_eq!(station.hello(station.chain.head(), 0).await.durable_seq, 0);

    let first = server.office().backup(backups.path(), Timestamp::now()).unwrap();
    assert_eq!((first.events, first.blobs), (5, 1));
    assert_eq!(station.hello(station.chain.head(), 0).await.durable_seq, 5);
    let more = station.batch(arrivals(2));
    station.push_ok(&more).await;
    assert_eq!(station.hello(station.chain.head(), 0).await.durable_seq, 5, "two came after it");

    // The backup is a data folder of its own.
    let copy = HeadOffice::open(std::path::Path::new(&first.place)).unwrap();
    assert_eq!(copy.public_key(), server.office().public_key());
    assert_eq!(copy.store().totals().unwrap().units, 5);
    assert_eq!(copy.blobs().read(&sha256.parse().unwrap()).unwrap(), b"a photo");
    drop(copy);

    // A photo that cannot be read any more: the backup is not sound, and nothing more counts as durable.
    std::fs::write(support::photo_file(dir.path(), &sha256), b"A photo").unwrap();
    std::fs::remove_dir_all(&first.place).unwrap();
    let unsound = server.office().backup(backups.path(), Timestamp::now()).unwrap_err();
    assert_eq!(unsound.code(), "backup-unsound");
    assert_eq!(station.hello(station.chain.head(), 0).await.durable_seq, 5);
    assert_eq!(server.office().store().backups().unwrap().len(), 1);
    let left: Vec<_> =
        std::fs::read_dir(backups.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.len() == 1 && left[0].extension().unwrap() == "unsound", "{left:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_second_backup_links_what_the_first_has() {
    let (dir, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sha256 = send_photo(&station, &[7; 10_000]).await;
    let place = |backup: &head_office::store::BackupRecord| {
        std::path::Path::new(&backup.place).join("blobs").join(&sha256[..2]).join(&sha256)
    };
    let first = server.office().backup(backups.path(), "2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
    let second = server.office().backup(backups.path(), "2026-01-02T00:00:00Z".parse().unwrap()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let inode = |backup| std::fs::metadata(place(backup)).unwrap().ino();
        assert_eq!(inode(&first), inode(&second));
    }
    std::fs::remove_dir_all(&first.place).unwrap();
    let left = HeadOffice::open(std::path::Path::new(&second.place)).unwrap();
    assert!(left.verify(|_| {}).unwrap().problems.is_empty(), "the second needs nothing of the first");
    server.stop().await;
}

/// Head office after its stores were lost and filled from a backup.
async fn restored(from: &str, dir: &std::path::Path) -> Server {
    let stores = support::stores(dir);
    let from = std::path::Path::new(from);
    let told = head_office::backup::restore(from, dir, &stores, Timestamp::now()).unwrap();
    let again = head_office::backup::restore(from, dir, &stores, Timestamp::now()).unwrap_err();
    assert_eq!(again.code(), "restore-not-empty");
    let server = start(dir).await;
    assert_eq!(server.office().identity().incarnation.0, told.incarnation);
    server
}

#[tokio::test]
async fn a_restored_head_office_is_noticed_and_gets_again_what_it_lost() {
    let (dir, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let new = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let kept = station.batch(arrivals(4));
    station.push_ok(&kept).await;
    send_photo(&station, b"kept").await;
    all_read(server.office()).await;
    let backup = server.office().backup(backups.path(), Timestamp::now()).unwrap();
    let at_backup = station.chain.head();
    let lost = station.batch(arrivals(3));
    station.push_ok(&lost).await;
    // A station that enrolled after the backup, and its LPN block.
    let late = enrol(&server, "LEJ2", "LEJ2-B05").await;
    server.stop().await;

    let server = restored(&backup.place, new.path()).await;
    station.caller.url = server.url();
    let hello = station.hello(station.chain.head(), 0).await;
    assert_eq!((hello.verdict, hello.stored), (Verdict::ServerRewound, at_backup));
    assert_ne!(hello.incarnation, station.reply.incarnation);
    assert_eq!(hello.durable_seq, 4);
    assert_eq!(station.push_ok(&lost).await.stored_seq, 7);
    assert_eq!(station.hello(station.chain.head(), 0).await.verdict, Verdict::Ok);
    let verified = server.office().verify(|_| {}).unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
    assert_eq!((verified.events, verified.blobs), (7, 1));

    // It may of course also begin anew, as another station.
    let again = enrol(&server, "LEJ2", "LEJ2-B05").await;
    assert!(again.reply.lpn_block > late.reply.lpn_reserve_block, "no block is given out twice");
    server.stop().await;
}

#[tokio::test]
async fn an_epoch_that_the_backup_does_not_know_is_taken_up_again() {
    let (dir, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let new = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let backup = server.office().backup(backups.path(), Timestamp::now()).unwrap();
    let next = server.office().store().next_epoch(&station.id(), &station.reply.epoch).unwrap().unwrap();
    let epoch = next.epoch;
    station.reply.epoch = epoch;
    station.chain = wire::Chain::at(station.id(), epoch, Head::EMPTY);
    let (one, _) = line(unit_id(), support::received(1), None);
    let sent = station.batch(vec![one]);
    station.push_ok(&sent).await;
    server.stop().await;

    let server = restored(&backup.place, new.path()).await;
    station.caller.url = server.url();
    let hello = station.hello(station.chain.head(), 0).await;
    assert_eq!((hello.verdict, hello.stored), (Verdict::ServerRewound, Head::EMPTY));
    assert_eq!(station.push_ok(&sent).await.stored_seq, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_station_younger_than_the_backup_enrols_again_as_who_it_was() {
    let (dir, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let new = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let known = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let backup = server.office().backup(backups.path(), Timestamp::now()).unwrap();
    // Two epochs of its own, with events in both.
    let mut late = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let first = late.batch(arrivals(3));
    late.push_ok(&first).await;
    let next = server.office().store().next_epoch(&late.id(), &late.reply.epoch).unwrap().unwrap();
    late.reply.epoch = next.epoch;
    late.chain = wire::Chain::at(late.id(), next.epoch, Head::EMPTY);
    let second = late.batch(arrivals(2));
    late.push_ok(&second).await;
    server.stop().await;

    let server = restored(&backup.place, new.path()).await;
    late.caller.url = server.url();
    let unknown = late.caller.call(Method::GET, "/v1/feeds/rmas", Vec::new(), &[]).await;
    assert_eq!(unknown.problem(), (401, "station-unknown".into()));

    let code = |name: &str| bare(&server.office().issue_code("LEJ2", name, Timestamp::now()).unwrap());
    let for_it = code("LEJ2-B05");
    let refused = async |code: &str, before: EnrolledBefore| {
        enrol_as(&late.caller, code, Some(before)).await.problem().1
    };
    let before = late.before();
    assert_eq!(refused(&code("LEJ2-B06"), before.clone()).await, "enrol-station-other");
    let elsewhere = EnrolledBefore { depot: "HAM1".into(), ..before.clone() };
    assert_eq!(refused(&for_it, elsewhere).await, "enrol-station-other");
    let grasping = EnrolledBefore { lpn_block: 99_000, ..before.clone() };
    assert_eq!(refused(&for_it, grasping).await, "enrol-blocks-unknown");
    let nothing = EnrolledBefore { lpn_reserve_block: 0, ..before.clone() };
    assert_eq!(refused(&for_it, nothing).await, "enrol-blocks-unknown");
    let own = server.office().own_station("LEJ2");
    let head_office = EnrolledBefore { station: own, ..before.clone() };
    assert_eq!(refused(&for_it, head_office).await, "enrol-station-other", "nobody becomes head office");
    let neighbour = EnrolledBefore { station: known.id(), ..before.clone() };
    assert_eq!(
        refused(&for_it, neighbour).await,
        "enrol-key-known",
        "nobody becomes a station that is known"
    );

    let enrolled: EnrolReply = enrol_as(&late.caller, &for_it, Some(before.clone())).await.ok();
    let kept = (enrolled.station, enrolled.lpn_block, enrolled.lpn_reserve_block, enrolled.epoch);
    let had = (late.id(), late.reply.lpn_block, late.reply.lpn_reserve_block, late.reply.epoch);
    assert_eq!(kept, had);
    assert_ne!(enrolled.incarnation, late.reply.incarnation);
    // The reply may have been lost.
    let again: EnrolReply = enrol_as(&late.caller, &for_it, Some(before.clone())).await.ok();
    assert_eq!(again, enrolled);

    let hello = late.hello(late.chain.head(), 0).await;
    assert_eq!((hello.verdict, hello.stored), (Verdict::ServerRewound, Head::EMPTY));
    assert_eq!(late.push_to(Epoch::Numbered(1), &first, wire::pack(&first.lines).unwrap()).await.status, 200);
    assert_eq!(late.push_ok(&second).await.stored_seq, 2);
    assert_eq!(late.hello(late.chain.head(), 0).await.verdict, Verdict::Ok);
    all_read(server.office()).await;
    let verified = server.office().verify(|_| {}).unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
    assert_eq!(verified.events, 5);

    let another = enrol_as(&newcomer(&server), &code("LEJ2-B07"), None).await.ok::<EnrolReply>();
    assert!(another.lpn_block > late.reply.lpn_reserve_block, "no block is given out twice");
    let spare = code("LEJ2-B08");
    assert_eq!(
        refused(&spare, before).await,
        "enrol-key-known",
        "and no code is spent on a station that is known"
    );
    assert_eq!(enrol_as(&newcomer(&server), &spare, None).await.status, 200);
    server.stop().await;
}
