//! A one-time code makes a key a station's: once, for a day, for that key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use jiff::{SignedDuration, Timestamp};
use support::{bare, enrol, enrol_with, newcomer, start};
use wire::{EnrolReply, Epoch, Verdict};

#[tokio::test]
async fn a_code_enrols_one_station_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let code = server.office().issue_code("LEJ2", "LEJ2-B04", Timestamp::now()).unwrap();
    let first = newcomer(&server);
    let reply = enrol_with(&first, &bare(&code)).await;
    let enrolled: EnrolReply = reply.ok();
    assert_eq!((enrolled.name.as_str(), enrolled.depot.as_str()), ("LEJ2-B04", "LEJ2"));
    assert_eq!(enrolled.epoch, Epoch::Numbered(1));
    assert_ne!(enrolled.lpn_block, enrolled.lpn_reserve_block);
    assert_eq!(enrolled.label_keys, [server.office().public_key()]);
    assert_eq!(enrolled.sample_salt.len(), 64);
    assert_eq!(
        reply.headers["rs-head-office-key"].to_str().unwrap(),
        hex::encode(server.office().public_key().to_bytes())
    );

    let second = newcomer(&server);
    assert_eq!(enrol_with(&second, &bare(&code)).await.problem(), (403, "enrol-code-used".to_owned()));
    assert_eq!(server.office().store().stations().unwrap().len(), 1);

    // The reply may have been lost: the same key gets the same answer.
    let again: EnrolReply = enrol_with(&first, &bare(&code)).await.ok();
    assert_eq!(again, enrolled);
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_an_old_and_a_garbled_code_enrol_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let yesterday = Timestamp::now() - SignedDuration::from_hours(25);
    let old = server.office().issue_code("LEJ2", "LEJ2-B04", yesterday).unwrap();
    let station = newcomer(&server);
    for (code, expected) in [
        (bare(&old), "enrol-code-expired"),
        ("0000-0000-0000".to_owned(), "enrol-code-unknown"),
        ("nonsense".to_owned(), "enrol-code-unknown"),
        (String::new(), "enrol-code-unknown"),
    ] {
        assert_eq!(enrol_with(&station, &code).await.problem(), (403, expected.to_owned()), "{code:?}");
    }
    assert!(server.office().store().stations().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn two_stations_never_share_lpn_blocks_or_names() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let one = enrol(&server, "LEJ2", "LEJ2-B04").await.reply;
    let two = enrol(&server, "LEJ2", "LEJ2-B05").await.reply;
    let mut blocks = vec![one.lpn_block, one.lpn_reserve_block, two.lpn_block, two.lpn_reserve_block];
    blocks.dedup();
    assert_eq!(blocks.len(), 4);
    assert!(blocks.iter().all(|block| (10_000..100_000).contains(block)));
    let taken = server.office().issue_code("LEJ2", "LEJ2-B04", Timestamp::now()).unwrap_err();
    assert_eq!(taken.code(), "station-name-taken");
    server.stop().await;
}

#[tokio::test]
async fn a_revoked_station_is_told_so_and_may_do_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(support::arrivals(1));
    station.push_ok(&sent).await;
    server.office().store().revoke("LEJ2-B04").unwrap();

    let hello = station.hello(station.chain.head(), 0).await;
    assert_eq!(hello.verdict, Verdict::Revoked);
    let more = station.batch(support::arrivals(1));
    let refused = station.push(&more).await;
    assert_eq!(refused.problem(), (403, "station-revoked".to_owned()));
    assert!(refused.signed, "a refusal that stops a station must be head office's");
    let feed = station.caller.call(reqwest::Method::GET, "/v1/feeds/rmas", Vec::new(), &[]).await;
    assert_eq!(feed.problem(), (403, "station-revoked".to_owned()));
    assert_eq!(server.office().store().totals().unwrap().events, 1, "what it sent stays");

    // Its old key is no way back in; a new one under the same name is another station.
    let code = server.office().issue_code("LEJ2", "LEJ2-B04", Timestamp::now()).unwrap();
    let back = support::enrol_as(&station.caller, &bare(&code), Some(station.before())).await;
    assert_eq!(back.problem(), (409, "enrol-key-known".to_owned()));
    let anew: EnrolReply = enrol_with(&newcomer(&server), &bare(&code)).await.ok();
    assert_ne!((anew.station, anew.lpn_block), (station.id(), station.reply.lpn_block));
    server.stop().await;
}
