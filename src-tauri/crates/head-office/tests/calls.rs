//! Only calls that a station signed, over exactly what was sent, are heard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::Method;
use sha2::{Digest, Sha256};
use support::{Spoil, arrivals, enrol, hashes, http, start};
use wire::SecretKey;

/// A nonce as head office would have given it at that time.
fn nonce_given(key: &SecretKey, seconds: i64) -> String {
    let said = format!("{seconds}.{}", hex::encode([7; 16]));
    let derived = Sha256::digest([b"rs-challenge-1".as_slice(), &key.seed()].concat());
    let mut mac = Hmac::<Sha256>::new_from_slice(&derived).unwrap();
    mac.update(said.as_bytes());
    format!("{said}.{}", hex::encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn calls_that_are_not_the_stations_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(2));
    let target = format!("/v1/stations/{}/epochs/1/events/1-2", station.id());
    let body = wire::pack(&sent.lines).unwrap();
    let put = async |caller: &support::Caller, body: Vec<u8>, spoil: Spoil| {
        caller.spoilt(Method::PUT, &target, body, &hashes(&sent), spoil).await
    };
    let now = Timestamp::now().as_second();
    let key = server.office().key();

    let unsigned = Spoil { unsigned: true, ..Spoil::default() };
    assert_eq!(put(&station.caller, body.clone(), unsigned).await.problem(), (401, "call-unsigned".into()));

    let other_path = Spoil { signed_path: Some("/v1/hello".into()), ..Spoil::default() };
    let refused = put(&station.caller, body.clone(), other_path).await;
    assert_eq!(refused.problem(), (401, "call-signature-wrong".into()));
    assert!(!refused.signed, "head office signs nothing for those it does not know");

    let mut stranger = station.caller.clone();
    stranger.key = SecretKey::from_seed([9; 32]);
    let refused = put(&stranger, body.clone(), Spoil::default()).await;
    assert_eq!(refused.problem(), (401, "call-signature-wrong".into()));

    stranger.key_id = "00".repeat(16);
    let refused = put(&stranger, body.clone(), Spoil::default()).await;
    assert_eq!(refused.problem(), (401, "station-unknown".into()));

    let mut altered = body.clone();
    altered[10] ^= 1;
    let digest = Spoil { digest: Some(wire::content_digest(&body)), ..Spoil::default() };
    assert_eq!(put(&station.caller, altered, digest).await.problem(), (400, "call-digest-wrong".into()));

    let stale = Spoil { challenge: Some(nonce_given(key, now - 600)), ..Spoil::default() };
    assert_eq!(put(&station.caller, body.clone(), stale).await.problem(), (401, "call-nonce-stale".into()));
    let made_up = Spoil { challenge: Some("made-up".into()), ..Spoil::default() };
    assert_eq!(put(&station.caller, body.clone(), made_up).await.problem(), (401, "call-nonce-stale".into()));
    assert_eq!(server.office().store().totals().unwrap().events, 0, "nothing of all this was stored");

    let fresh = Spoil { challenge: Some(nonce_given(key, now)), ..Spoil::default() };
    assert_eq!(put(&station.caller, body, fresh).await.status, 200, "only its age was wrong");
    server.stop().await;
}

#[tokio::test]
async fn a_station_cannot_write_or_read_anothers_events() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let one = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut two = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let sent = two.batch(arrivals(1));
    let body = wire::pack(&sent.lines).unwrap();
    let target = format!("/v1/stations/{}/epochs/1/events/1-1", two.id());
    let refused = one.caller.call(Method::PUT, &target, body, &hashes(&sent)).await;
    assert_eq!(refused.problem(), (403, "station-not-yours".into()));
    let target = format!("/v1/stations/{}/epochs/1/events?after=0", two.id());
    let refused = one.caller.call(Method::GET, &target, Vec::new(), &[]).await;
    assert_eq!(refused.problem(), (403, "station-not-yours".into()));
    server.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_next_call_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let target = format!("/v1/stations/{}/epochs/1/events/1-1", station.id());
    let too_long = vec![0; head_office::server::MAX_BODY_BYTES + 1];
    let refused = station.caller.call(Method::PUT, &target, too_long, &[]).await;
    assert_eq!(refused.problem(), (413, "body-too-large".into()));
    station.hello(station.chain.head(), 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_unpacks_to_far_more_than_it_is_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(1));
    let bomb = wire::pack(&[vec![b' '; wire::MAX_BATCH_BYTES + 1]]).unwrap();
    assert!(bomb.len() < 100_000);
    assert_eq!(station.push_body(&sent, bomb).await.problem(), (413, "body-too-large".into()));
    server.stop().await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    for (method, path, status, code) in [
        (Method::GET, "/", 404, "call-unknown"),
        (Method::GET, "/v1/nothing", 404, "call-unknown"),
        (Method::POST, "/v1/challenge", 405, "call-method-wrong"),
        (Method::DELETE, "/v1/hello", 405, "call-method-wrong"),
        (Method::GET, "/v1/feeds/nothing", 404, "feed-unknown"),
        (Method::GET, "/v1/feeds/rmas?after=x", 409, "cursor-unknown"),
        (Method::POST, "/v1/hello", 400, "body-unreadable"),
        (Method::POST, "/v1/blobs", 400, "body-unreadable"),
    ] {
        let reply = station.caller.call(method.clone(), path, Vec::new(), &[]).await;
        assert_eq!(reply.problem(), (status, code.to_owned()), "{method} {path}");
    }
    let plain = http().get(format!("{}/v1/feeds/rmas", server.url())).send().await.unwrap();
    assert_eq!(plain.status(), 401);
    server.stop().await;
}
