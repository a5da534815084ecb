//! Epochs closed and opened, copies of one disk noticed, LPN blocks handed out in time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use jiff::Timestamp;
use reqwest::Method;
use returns::codes::IntakeKind;
use returns::event::UnitEvent;
use returns::lpn::Lpn;
use support::{Reply, Station, all_read, arrivals, enrol, line, start, unit_id};
use wire::{
    Epoch, EpochsReply, Head, HelloReply, HelloRequest, Leaving, NextEpochReply, NextEpochRequest, Verdict,
};

async fn leave(station: &Station, because: Leaving) -> Reply {
    let request = NextEpochRequest {
        leaving: station.reply.epoch,
        head: station.chain.head(),
        because,
        instance: "instance".to_owned(),
    };
    let target = format!("/v1/stations/{}/epochs", station.id());
    station.caller.call(Method::POST, &target, serde_json::to_vec(&request).unwrap(), &[]).await
}

async fn hello_as(station: &Station, instance: &str) -> HelloReply {
    let hello = HelloRequest {
        epoch: station.reply.epoch,
        head: station.chain.head(),
        instance: instance.to_owned(),
        schema: 1,
        clock: Timestamp::now(),
        backlog: 0,
    };
    station.caller.call(Method::POST, "/v1/hello", serde_json::to_vec(&hello).unwrap(), &[]).await.ok()
}

#[tokio::test]
async fn a_forked_epoch_is_closed_and_the_divergent_tail_goes_into_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let mut copy = station.clone();
    let first = station.batch(arrivals(2));
    station.push_ok(&first).await;
    let other = copy.batch(arrivals(3));
    assert_eq!(copy.push(&other).await.problem(), (409, "events-fork".into()));

    let next: NextEpochReply = leave(&copy, Leaving::Forked).await.ok();
    assert_eq!(next.epoch, Epoch::Numbered(2));
    assert_eq!(next.held.len(), 1);
    assert_eq!((next.held[0].head, next.held[0].closed), (station.chain.head(), true));
    let again: NextEpochReply = leave(&copy, Leaving::Forked).await.ok();
    assert_eq!(again, next, "the reply may have been lost");

    // Nothing more goes into the old epoch, but what is there is confirmed still.
    let late = station.batch(arrivals(1));
    assert_eq!(station.push(&late).await.problem(), (410, "epoch-closed".into()));
    assert_eq!(station.push_ok(&first).await.stored_seq, 2);

    // The same bytes at places of the next epoch.
    copy.reply.epoch = next.epoch;
    copy.chain = wire::Chain::at(copy.id(), next.epoch, Head::EMPTY);
    let moved = copy.batch(other.lines.clone());
    assert_eq!(copy.push_ok(&moved).await.stored_seq, 3);
    all_read(server.office()).await;
    assert_eq!(server.office().store().totals().unwrap().units, 5);
    let third: NextEpochReply = leave(&copy, Leaving::Restored).await.ok();
    assert_eq!(third.epoch, Epoch::Numbered(3), "the second was written in");
    server.stop().await;
}

#[tokio::test]
async fn who_leaves_a_provisional_epoch_gets_a_number_and_another_reserve_block() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let alone = Epoch::Provisional([5; 16]);
    station.reply.epoch = alone;
    station.chain = wire::Chain::at(station.id(), alone, Head::EMPTY);
    let sent = station.batch(arrivals(2));
    station.push_ok(&sent).await;
    let next: NextEpochReply = leave(&station, Leaving::Provisional).await.ok();
    assert_eq!(next.epoch, Epoch::Numbered(1), "nobody had written in the first");
    assert!(next.held.iter().any(|held| held.epoch == alone && held.closed && held.head.seq == 2));
    station.reply.epoch = next.epoch;
    station.chain = wire::Chain::at(station.id(), next.epoch, Head::EMPTY);
    let sent = station.batch(arrivals(1));
    station.push_ok(&sent).await;

    let alone = Epoch::Provisional([6; 16]);
    station.reply.epoch = alone;
    let next: NextEpochReply = leave(&station, Leaving::Provisional).await.ok();
    assert_eq!(next.epoch, Epoch::Numbered(2));
    let reserve = next.lpn_reserve_block.unwrap();
    assert!(![station.reply.lpn_block, station.reply.lpn_reserve_block].contains(&reserve));
    let again: NextEpochReply = leave(&station, Leaving::Provisional).await.ok();
    assert_eq!(again, next, "the reply may have been lost");
    server.stop().await;
}

#[tokio::test]
async fn a_station_learns_what_is_held_of_it_and_of_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let other = enrol(&server, "LEJ2", "LEJ2-B05").await;
    let sent = station.batch(arrivals(2));
    station.push_ok(&sent).await;
    let target = format!("/v1/stations/{}/epochs", station.id());
    let told: EpochsReply = station.caller.call(Method::GET, &target, Vec::new(), &[]).await.ok();
    assert_eq!(told.held.len(), 1);
    assert_eq!((told.held[0].epoch, told.held[0].head), (Epoch::Numbered(1), station.chain.head()));
    let refused = other.caller.call(Method::GET, &target, Vec::new(), &[]).await;
    assert_eq!(refused.problem(), (403, "station-not-yours".into()));
    server.stop().await;
}

#[tokio::test]
async fn two_copies_that_take_turns_are_noticed_and_a_restart_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    for instance in ["first", "first", "restarted", "restarted", "once more"] {
        assert_eq!(hello_as(&station, instance).await.verdict, Verdict::Ok, "{instance}");
    }
    assert_eq!(hello_as(&station, "restarted").await.verdict, Verdict::Cloned, "it cannot come back");
    assert_eq!(hello_as(&station, "once more").await.verdict, Verdict::Cloned, "both are told");
    assert_eq!(leave(&station, Leaving::Forked).await.problem(), (409, "station-cloned".into()));
    server.office().store().release("LEJ2-B04").unwrap();
    assert_eq!(hello_as(&station, "once more").await.verdict, Verdict::Ok);
    assert_eq!(server.office().store().release("nobody").unwrap_err().code(), "station-unknown");
    server.stop().await;
}

#[tokio::test]
async fn a_further_lpn_block_comes_before_the_first_runs_out_and_only_one() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let arrival = |block: u32, counter: u32| {
        let lpn = Lpn::new(block, counter).unwrap();
        let event = UnitEvent::Received {
            lpn,
            preprinted: false,
            intake: IntakeKind::Blind,
            at: Timestamp::UNIX_EPOCH,
            parcel: None,
            rma: None,
            line: None,
            sku: None,
            owner: None,
        };
        line(unit_id(), event, None).0
    };
    let own = station.reply.lpn_block;
    let sent = station.batch(vec![arrival(own, 79_999)]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    assert_eq!(station.hello(station.chain.head(), 0).await.lpn_block, None);
    let sent = station.batch(vec![arrival(own, 80_000)]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    let further = station.hello(station.chain.head(), 0).await.lpn_block.unwrap();
    assert!(![own, station.reply.lpn_reserve_block].contains(&further));
    assert_eq!(station.hello(station.chain.head(), 0).await.lpn_block, Some(further), "the same one");
    let other = enrol(&server, "LEJ2", "LEJ2-B05").await;
    assert!(other.reply.lpn_block > further);
    let sent = station.batch(vec![arrival(further, 90_000)]);
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    let next = station.hello(station.chain.head(), 0).await.lpn_block.unwrap();
    assert!(next > other.reply.lpn_reserve_block);
    server.stop().await;
}
