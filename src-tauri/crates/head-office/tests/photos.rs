//! Photos: resumed in the middle, kept only when the whole hash fits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use reqwest::Method;
use sha2::{Digest, Sha256};
use support::{Reply, Station, enrol, start};
use wire::{BlobOffer, BlobState};

fn photo(bytes: usize) -> (Vec<u8>, String) {
    let photo: Vec<u8> = (0..bytes).map(|n| (n * 31 % 251) as u8).collect();
    let hash = hex::encode(Sha256::digest(&photo));
    (photo, hash)
}

async fn offer(station: &Station, sha256: &str, length: usize) -> Reply {
    let offer = BlobOffer { sha256: sha256.to_owned(), length: length as u64 };
    station.caller.call(Method::POST, "/v1/blobs", serde_json::to_vec(&offer).unwrap(), &[]).await
}

async fn patch(station: &Station, sha256: &str, offset: usize, piece: &[u8]) -> Reply {
    let headers = [("upload-offset", offset.to_string())];
    station.caller.call(Method::PATCH, &format!("/v1/blobs/{sha256}"), piece.to_vec(), &headers).await
}

async fn offset(station: &Station, sha256: &str) -> (u16, String) {
    let reply = station.caller.call(Method::HEAD, &format!("/v1/blobs/{sha256}"), Vec::new(), &[]).await;
    let offset = reply.headers.get("upload-offset").map(|v| v.to_str().unwrap().to_owned());
    (reply.status, offset.unwrap_or_default())
}

#[tokio::test]
async fn an_upload_goes_on_in_the_middle_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let (photo, hash) = photo(300_000);
    let offered = offer(&station, &hash, photo.len()).await;
    assert_eq!(offered.status, 201);
    assert_eq!(offered.headers["location"], format!("/v1/blobs/{hash}").as_str());
    let state: BlobState = patch(&station, &hash, 0, &photo[..100_000]).await.ok();
    assert_eq!((state.offset, state.complete), (100_000, false));
    server.stop().await;

    let server = start(dir.path()).await;
    station.caller.url = server.url();
    assert_eq!(offset(&station, &hash).await, (200, "100000".into()));
    let wrong = patch(&station, &hash, 50_000, &photo[50_000..]).await;
    assert_eq!(wrong.problem(), (409, "blob-offset-wrong".into()));
    assert_eq!(wrong.arg("offset"), "100000");
    let state: BlobState = patch(&station, &hash, 100_000, &photo[100_000..]).await.ok();
    assert_eq!((state.offset, state.length, state.complete), (300_000, 300_000, true));

    assert_eq!(server.office().blobs().read(&hash.parse().unwrap()).unwrap(), photo);
    let held: BlobState = offer(&station, &hash, photo.len()).await.ok();
    assert!(held.complete, "200: held already");
    assert_eq!(offset(&station, &hash).await, (200, "300000".into()));
    let verified = server.office().verify(|_| {}).unwrap();
    assert_eq!((verified.blobs, verified.blobs_missing), (1, 0));
    server.stop().await;
}

#[tokio::test]
async fn bytes_of_another_hash_are_dropped_and_can_be_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let (photo, hash) = photo(5_000);
    let mut altered = photo.clone();
    altered[2_500] ^= 1;
    assert_eq!(offer(&station, &hash, photo.len()).await.status, 201);
    assert_eq!(patch(&station, &hash, 0, &altered).await.problem(), (422, "blob-hash-wrong".into()));
    assert_eq!(server.office().store().totals().unwrap().blobs, 0);
    assert_eq!(offset(&station, &hash).await, (200, "0".into()));
    assert_eq!(patch(&station, &hash, 0, &[0; 5_001]).await.problem(), (400, "blob-too-long".into()));
    let state: BlobState = patch(&station, &hash, 0, &photo).await.ok();
    assert!(state.complete);
    server.stop().await;
}

#[tokio::test]
async fn nobody_spoils_anothers_upload() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let one = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let two = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let (photo, hash) = photo(5_000);
    offer(&two, &hash, 9_999).await;
    patch(&two, &hash, 0, &[0; 4_000]).await;
    assert_eq!(offer(&one, &hash, photo.len()).await.status, 201);
    let state: BlobState = patch(&one, &hash, 0, &photo).await.ok();
    assert!(state.complete);
    server.stop().await;
}

#[tokio::test]
async fn odd_offers_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let (_, hash) = photo(10);
    assert_eq!(offer(&station, "../../etc/passwd", 10).await.problem(), (400, "blob-hash-unreadable".into()));
    assert_eq!(offer(&station, &hash, 0).await.problem(), (413, "blob-length".into()));
    assert_eq!(offer(&station, &hash, 1 << 30).await.problem(), (413, "blob-length".into()));
    assert_eq!(offset(&station, &hash).await.0, 404);
    assert_eq!(patch(&station, &hash, 0, b"x").await.problem(), (404, "blob-unknown".into()));
    server.stop().await;
}

#[tokio::test]
async fn verify_finds_a_photo_that_is_gone_or_altered_and_it_is_asked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let (photo, hash) = photo(2_000);
    offer(&station, &hash, photo.len()).await;
    patch(&station, &hash, 0, &photo).await;
    let path = support::photo_file(dir.path(), &hash);
    let mut altered = photo.clone();
    altered[7] ^= 1;
    std::fs::write(&path, altered).unwrap();
    let found = server.office().verify(|_| {}).unwrap();
    assert_eq!((found.blobs_missing, found.problems[0].code), (1, "blob-altered"));
    std::fs::remove_file(&path).unwrap();
    let found = server.office().verify(|_| {}).unwrap();
    assert_eq!((found.blobs_missing, found.problems[0].code), (1, "blob-missing"));
    assert_eq!(offer(&station, &hash, photo.len()).await.status, 201);
    let state: BlobState = patch(&station, &hash, 0, &photo).await.ok();
    assert!(state.complete);
    assert_eq!(server.office().verify(|_| {}).unwrap().blobs_missing, 0);
    server.stop().await;
}
