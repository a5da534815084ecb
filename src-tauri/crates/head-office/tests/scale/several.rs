//! Several server processes over one database and one place for photos. Only where the stores can bear it.

use std::collections::BTreeMap;
use std::path::Path;

use head_office::{Server, Stores};
use reqwest::Method;
use sha2::{Digest, Sha256};
use wire::{BlobOffer, BlobState, Feed, Receipt};

use super::events::support::{self, all_read, arrivals, enrol, hashes};

/// A further server with a data folder of its own that holds only the key.
async fn beside(first: &Path, second: &Path) -> Server {
    std::fs::copy(first.join("head-office.key"), second.join("head-office.key")).unwrap();
    let mut settings = support::settings(first);
    settings.stores = support::stores(first);
    Server::start_with(second, settings).await.unwrap()
}

#[tokio::test]
async fn a_challenge_of_one_process_is_good_at_another_and_both_append_to_one_chain() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = support::start(dir.path()).await;
    let two = beside(dir.path(), other_dir.path()).await;
    let mut station = enrol(&one, "LEJ2", "LEJ2-B04").await;
    let nonce = station.caller.challenge().await;
    let sent = station.batch(arrivals(3));
    let target = format!("/v1/stations/{}/epochs/1/events/1-3", station.id());
    let spoil = support::Spoil { challenge: Some(nonce), ..support::Spoil::default() };
    station.caller.url = two.url();
    let body = wire::pack(&sent.lines).unwrap();
    let receipt: Receipt =
        station.caller.spoilt(Method::PUT, &target, body, &hashes(&sent), spoil).await.ok();
    assert_eq!(receipt.stored_seq, 3);
    station.caller.url = one.url();
    let more = station.batch(arrivals(2));
    assert_eq!(station.push_ok(&more).await.stored_seq, 5);
    all_read(two.office()).await;
    assert_eq!(two.office().store().totals().unwrap().units, 5);
    assert!(two.office().verify(|_| {}).unwrap().problems.is_empty());
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn pushes_through_two_processes_at_once_store_each_event_once_and_no_reader_misses_one() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = support::start(dir.path()).await;
    let two = beside(dir.path(), other_dir.path()).await;
    let reader = enrol(&one, "LEJ2", "LEJ2-B01").await;
    let mut pushes = Vec::new();
    for n in 2..6 {
        let mut station = enrol(&one, "LEJ2", &format!("LEJ2-B{n:02}")).await;
        let urls = [one.url(), two.url()];
        pushes.push(tokio::spawn(async move {
            for round in 0..15 {
                let sent = station.batch(arrivals(4));
                // The same batch to both at once, as a station whose reply was lost would send it again.
                let (mut here, mut there) = (station.clone(), station.clone());
                here.caller.url.clone_from(&urls[round % 2]);
                there.caller.url.clone_from(&urls[(round + 1) % 2]);
                let (first, second) = tokio::join!(here.push_ok(&sent), there.push_ok(&sent));
                assert_eq!((first.stored_seq, second.stored_seq), (sent.last, sent.last));
            }
        }));
    }
    let (mut seen, mut cursor) = (BTreeMap::<String, u32>::new(), String::new());
    loop {
        let finished = pushes.iter().all(tokio::task::JoinHandle::is_finished);
        let (items, next) = reader.drain(Feed::Units, &cursor).await;
        items.into_iter().for_each(|item| *seen.entry(item.key).or_default() += 1);
        cursor = next;
        if finished {
            break;
        }
    }
    for push in pushes {
        push.await.unwrap();
    }
    assert_eq!(seen.len(), 240);
    assert!(seen.values().all(|times| *times == 1), "each once");
    all_read(one.office()).await;
    let totals = two.office().store().totals().unwrap();
    assert_eq!((totals.events, totals.units), (240, 240));
    assert!(one.office().verify(|_| {}).unwrap().problems.is_empty());
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_photo_begun_at_one_process_is_finished_at_another() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = support::start(dir.path()).await;
    let two = beside(dir.path(), other_dir.path()).await;
    let mut station = enrol(&one, "LEJ2", "LEJ2-B04").await;
    // Long enough to go to its place in several parts.
    let photo: Vec<u8> = (0..12_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let sha256 = hex::encode(Sha256::digest(&photo));
    let offer = BlobOffer { sha256: sha256.clone(), length: photo.len() as u64 };
    let offer = serde_json::to_vec(&offer).unwrap();
    assert_eq!(station.caller.call(Method::POST, "/v1/blobs", offer, &[]).await.status, 201);
    let mut offset = 0;
    for (server, piece) in [(&one, 5_000_000), (&two, 4_000_000), (&one, 3_000_000)] {
        station.caller.url = server.url();
        let headers = [("upload-offset", offset.to_string())];
        let bytes = photo[offset..offset + piece].to_vec();
        let state: BlobState =
            station.caller.call(Method::PATCH, &format!("/v1/blobs/{sha256}"), bytes, &headers).await.ok();
        offset += piece;
        assert_eq!((state.offset, state.complete), (offset as u64, offset == photo.len()));
    }
    assert_eq!(two.office().blobs().read(&sha256.parse().unwrap()).unwrap(), photo);
    let verified = two.office().verify(|_| {}).unwrap();
    assert_eq!((verified.blobs, verified.blobs_missing), (1, 0));
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_piece_that_two_processes_take_at_once_leaves_the_photo_whole_in_the_end() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = support::start(dir.path()).await;
    let two = beside(dir.path(), other_dir.path()).await;
    let station = enrol(&one, "LEJ2", "LEJ2-B04").await;
    let there = support::Caller { url: two.url(), ..station.caller.clone() };
    for round in 0..10u8 {
        let photo: Vec<u8> =
            (0..60_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ round).collect();
        let sha256 = hex::encode(Sha256::digest(&photo));
        let offer = serde_json::to_vec(&BlobOffer { sha256: sha256.clone(), length: 60_000 }).unwrap();
        assert_eq!(station.caller.call(Method::POST, "/v1/blobs", offer, &[]).await.status, 201);
        let target = format!("/v1/blobs/{sha256}");
        let at = [("upload-offset", "0".to_owned())];
        let (short, long) = tokio::join!(
            station.caller.call(Method::PATCH, &target, photo[..20_000].to_vec(), &at),
            there.call(Method::PATCH, &target, photo[..40_000].to_vec(), &at)
        );
        // An object store refuses one of them. This one looks before it writes, and may take both: the later piece counts.
        let statuses = [short.status, long.status];
        assert!(
            statuses.contains(&200) && statuses.iter().all(|status| [200, 409].contains(status)),
            "{statuses:?}"
        );
        let held = there.call(Method::HEAD, &target, Vec::new(), &[]).await;
        let offset: usize = held.headers["upload-offset"].to_str().unwrap().parse().unwrap();
        assert!([20_000, 40_000].contains(&offset), "{offset}");
        let at = [("upload-offset", offset.to_string())];
        let state: BlobState = there.call(Method::PATCH, &target, photo[offset..].to_vec(), &at).await.ok();
        assert!(state.complete, "round {round}");
        assert_eq!(one.office().blobs().read(&sha256.parse().unwrap()).unwrap(), photo);
    }
    one.stop().await;
    two.stop().await;
}

#[test]
fn a_database_of_a_newer_release_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let stores = support::stores(dir.path());
    drop(head_office::HeadOffice::open_or_create_in(dir.path(), &stores).unwrap());
    let url = stores.database.clone().unwrap();
    support::cluster::cluster().run(
        &url,
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'later', '', '0')",
    );
    let refused = head_office::HeadOffice::open_in(dir.path(), &stores).unwrap_err();
    assert_eq!(refused.code(), "database-newer");
    assert!(refused.to_string().contains("99"), "{refused}");
}

#[test]
fn a_data_folder_without_the_key_or_with_another_is_refused() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stores = support::stores(dir.path());
    drop(head_office::HeadOffice::open_or_create_in(dir.path(), &stores).unwrap());
    let missing = head_office::HeadOffice::open_or_create_in(other.path(), &stores).unwrap_err();
    assert_eq!(missing.code(), "key-missing");
    assert!(!other.path().join("head-office.key").exists(), "no second key is made");
    std::fs::write(other.path().join("head-office.key"), "11".repeat(32)).unwrap();
    let wrong = head_office::HeadOffice::open_in(other.path(), &stores).unwrap_err();
    assert_eq!(wrong.code(), "key-other");
}

#[test]
fn a_database_that_is_not_there_is_an_error_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = Stores { database: Some("postgres://x@127.0.0.1:1/none".into()), photos: None };
    let error = head_office::HeadOffice::open_or_create_in(dir.path(), &nowhere).unwrap_err();
    assert_eq!(error.code(), "database-unreachable");
    let odd = Stores { database: Some("nonsense".into()), photos: None };
    assert_eq!(
        head_office::HeadOffice::open_or_create_in(dir.path(), &odd).unwrap_err().code(),
        "address-unusable"
    );
}

#[tokio::test]
async fn two_processes_that_read_the_same_events_derive_each_effect_once() {
    let (dir, other_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = support::start(dir.path()).await;
    let two = beside(dir.path(), other_dir.path()).await;
    one.office().add_webhook("shop", "http://127.0.0.1:9/nobody", jiff::Timestamp::now()).unwrap();
    let mut pushes = Vec::new();
    for n in 0..4 {
        let mut station = enrol(&one, "LEJ2", &format!("LEJ2-B{n:02}")).await;
        let urls = [one.url(), two.url()];
        pushes.push(tokio::spawn(async move {
            for round in 0..10 {
                let lines: Vec<Vec<u8>> = (0..5).flat_map(|_| support::disposition()).collect();
                let sent = station.batch(lines);
                station.caller.url.clone_from(&urls[round % 2]);
                station.push_ok(&sent).await;
            }
        }));
    }
    // Both read all the time, beside what their own loops do.
    let readers: Vec<_> = [one.office(), two.office()]
        .map(|office| office.dir().to_path_buf())
        .into_iter()
        .map(|folder| {
            let stores = support::stores(dir.path());
            std::thread::spawn(move || {
                let office = head_office::HeadOffice::open_in(&folder, &stores).unwrap();
                for _ in 0..40 {
                    head_office::interpret::interpret_all(office.store()).unwrap();
                }
            })
        })
        .collect();
    for push in pushes {
        push.await.unwrap();
    }
    for reader in readers {
        reader.join().unwrap();
    }
    all_read(one.office()).await;
    let effects = two.office().store().effects().unwrap();
    assert_eq!(effects.len(), 200, "one for each disposition");
    let ids: std::collections::BTreeSet<&String> = effects.iter().map(|(id, ..)| id).collect();
    assert_eq!(ids.len(), 200);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_reader_never_passes_a_row_that_another_transaction_has_not_committed_yet() {
    let dir = tempfile::tempdir().unwrap();
    let server = support::start(dir.path()).await;
    let mut slow = enrol(&server, "LEJ2", "LEJ2-B01").await;
    let mut quick = enrol(&server, "LEJ2", "LEJ2-B02").await;
    let reader = enrol(&server, "LEJ2", "LEJ2-B03").await;
    let url = support::stores(dir.path()).database.unwrap();
    // A transaction that has drawn its positions and dawdles before it commits, as the slower of two servers would.
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let sent = slow.batch(arrivals(1));
    let hash = sent.last_hash.0.to_vec();
    client.batch_execute("BEGIN").await.unwrap();
    client
        .execute(
            "UPDATE heads SET seq = 1, hash = $2 WHERE station = $1 AND epoch = '1'",
            &[&slow.id().as_bytes().to_vec(), &hash],
        )
        .await
        .unwrap();
    let drawn = client
        .query_one(
            "INSERT INTO positions (name, position) VALUES ('events', 1)
             ON CONFLICT (name) DO UPDATE SET position = positions.position + 1 RETURNING position",
            &[],
        )
        .await
        .unwrap();
    let position: i64 = drawn.get(0);
    client
        .execute(
            "INSERT INTO events (position, station, epoch, seq, hash, bytes, depot, envelope, received_s)
             VALUES ($1, $2, '1', 1, $3, $4, 'LEJ2', 1, 0)",
            &[&position, &slow.id().as_bytes().to_vec(), &hash, &sent.lines[0]],
        )
        .await
        .unwrap();
    // The quick one would have the next position. It must not be seen before the slow one's.
    let push = tokio::spawn(async move {
        let sent = quick.batch(arrivals(1));
        quick.push_ok(&sent).await;
    });
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..20 {
        let (items, next) = reader.drain(Feed::Units, &cursor).await;
        assert!(items.is_empty(), "nothing is committed yet: {items:?}");
        cursor = next;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    client.batch_execute("COMMIT").await.unwrap();
    push.await.unwrap();
    while seen.len() < 2 {
        let (items, next) = reader.drain(Feed::Units, &cursor).await;
        seen.extend(items.into_iter().map(|item| item.key));
        cursor = next;
    }
    assert!(seen[0].starts_with(&slow.id().to_string()), "in the order of their positions: {seen:?}");
    drop(client);
    connection.abort();
    server.stop().await;
}
