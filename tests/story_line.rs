//! The line is lost in the middle of a shift, or something else answers in head office's place: work goes on,
//! nothing is forgotten without head office's receipt, and everything arrives once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use bench::seam::{LineState, Reply, Request, Saved, SyncView};
use returns::ids::StationId;
use story::depot::Depot;
use story::hands::{DRILL, ESPRESSO, JACKET, SHIRT, SHOES};
use story::relay::{Mishap, Relay, Way};
use story::station::{KW, Station, told};
use story::until;
use story::words::assert_has_words;

const LOOK: Duration = Duration::from_millis(50);

/// A depot, a relay before it and a station behind the relay, taught and signed in.
struct Shift {
    depot: Depot,
    relay: Relay,
    station: Station,
    _dir: tempfile::TempDir,
}

impl Shift {
    async fn begin() -> Self {
        let depot = Depot::open().await;
        let relay = Relay::to(depot.address()).await;
        let dir = tempfile::tempdir().unwrap();
        depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &relay.url()).await;
        let station = Station::start(dir.path()).await;
        station.sign_in(KW).await;
        station.until_sent().await;
        Self { depot, relay, station, _dir: dir }
    }

    async fn sync_now(&self) -> SyncView {
        match self.station.bench.ask(Request::SyncNow).await.unwrap() {
            Reply::Sync(view) => view,
            other => panic!("{other:?}"),
        }
    }

    /// Asks for the line until it is in trouble with a code; gives what the screen says then.
    async fn until_trouble(&self, code: &str) -> SyncView {
        let deadline = Instant::now() + story::PATIENCE;
        loop {
            let view = self.sync_now().await;
            if view.trouble.as_ref().is_some_and(|trouble| trouble.code == code) {
                return view;
            }
            assert!(Instant::now() < deadline, "never in trouble with {code}: {view:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whatever answers, the outbox keeps what it holds, and the screen says what is wrong; once the line is
    /// right again, everything goes up.
    async fn clears_nothing(self, way: Way, code: &str, line: Option<LineState>) {
        self.relay.set(Way::Cut);
        self.station.carry(&DRILL).await;
        let (unsent, stored) = (self.station.unsent(), self.depot.lines_of(self.station.id()));
        assert!(unsent.events > 10 && unsent.photos > 0, "{unsent:?}");
        self.relay.set(way);
        let view = self.until_trouble(code).await;
        assert_has_words(code);
        // More than one try, so that a second answer clears nothing either.
        let (calls, deadline) = (self.relay.calls().len(), Instant::now() + story::PATIENCE);
        while self.relay.calls().len() < calls + 2 {
            assert!(Instant::now() < deadline, "it is not tried again");
            self.sync_now().await;
            tokio::time::sleep(LOOK).await;
        }
        assert_eq!(self.station.unsent(), unsent);
        assert_eq!(self.depot.lines_of(self.station.id()), stored);
        if let Some(line) = line {
            assert_eq!(view.line, line, "{view:?}");
            let screen = self.station.screen().await;
            assert_eq!(screen.status.line, line, "{}", told(&screen));
        }
        // Work goes on meanwhile.
        self.station.carry(&JACKET).await;
        assert!(self.station.unsent().events > unsent.events);
        self.end().await;
    }

    /// The line is right again: all is there, once, byte for byte.
    async fn end(self) {
        let Self { depot, relay, station, _dir } = self;
        relay.set(Way::Open);
        station.until_sent().await;
        station.until("the line is up", |screen| screen.status.line == LineState::Online).await;
        let lines = station.lines();
        assert_eq!(lines.len() as u64, station.events());
        assert_eq!(depot.lines_of(station.id()), lines, "head office's bytes are the station's");
        let ids: BTreeSet<String> = lines.iter().map(|line| event_id(line)).collect();
        assert_eq!(ids.len(), lines.len(), "an event came twice");
        let verified = depot.verified();
        assert_eq!(verified.events, lines.len() as u64);
        let photos = station.photos();
        assert_eq!(verified.blobs, photos.len() as u64);
        assert_eq!(depot.photos(), photos);
        station.verified();
        station.stop().await;
        depot.close().await;
    }
}

fn event_id(line: &[u8]) -> String {
    let event: serde_json::Value = serde_json::from_slice(line).unwrap();
    event["event_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_in_the_middle_of_a_shift_loses_and_doubles_nothing() {
    let shift = Shift::begin().await;
    let (station, relay) = (&shift.station, &shift.relay);
    station.carry(&SHIRT).await;
    station.until_sent().await;
    let stored = shift.depot.lines_of(station.id()).len();

    // Cut while a unit is in the middle of its inspection.
    station
        .carry_while(&JACKET, |_| station.unit_of(JACKET.rma).is_none_or(|(_, unit)| unit.answers.len() < 3))
        .await;
    relay.set(Way::Cut);
    station.carry(&JACKET).await;
    station.carry(&ESPRESSO).await;
    let screen = station
        .until("the screen says that there is no line", |screen| screen.status.line == LineState::Offline);
    let screen = screen.await;
    assert_eq!(screen.band.saved, Some(Saved::Here), "saved here is not sent: {}", told(&screen));
    assert!(screen.status.unsent > 20 && screen.status.oldest_unsent.is_some(), "{}", told(&screen));
    assert_eq!(station.unsent().photos, 4, "one of the jacket, of its stain, and two of the machine");
    assert!(shift.depot.lines_of(station.id()).len() < stored + 20);

    // It comes back badly: a reply is lost after head office has committed, calls are torn in the middle.
    for mishap in [
        Mishap::CallTorn("PUT"),
        Mishap::ReplyLost("PUT"),
        Mishap::ReplyLost("PATCH"),
        Mishap::CallTorn("PATCH"),
        Mishap::ReplyLost("PATCH"),
    ] {
        relay.next(mishap);
    }
    relay.set(Way::Open);
    station.until_sent().await;
    assert!(relay.all_happened(), "the line was kinder than it should have been");
    let screen =
        station.until("the band says that it is sent", |screen| screen.band.saved == Some(Saved::Sent));
    screen.await;
    station.carry(&SHOES).await;
    shift.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_the_commit_stores_nothing_twice() {
    let shift = Shift::begin().await;
    shift.relay.set(Way::Cut);
    shift.station.carry(&DRILL).await;
    let unsent = shift.station.unsent().events;
    for _ in 0..3 {
        shift.relay.next(Mishap::ReplyLost("PUT"));
    }
    shift.relay.set(Way::Open);
    let mut tries = 0;
    while !shift.relay.all_happened() {
        shift.sync_now().await;
        tokio::time::sleep(LOOK).await;
        tries += 1;
        assert!(tries < 1000, "the replies were never lost");
    }
    // Head office has committed, the station does not know it.
    until("head office has them", || {
        shift.depot.lines_of(shift.station.id()).len() as u64 == shift.station.events()
    })
    .await;
    assert!(unsent > 10);
    shift.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_answers_everything_with_200_clears_nothing() {
    let shift = Shift::begin().await;
    shift.clears_nothing(Way::Portal, "line-not-head-office", Some(LineState::Refused)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_office_with_another_key_clears_nothing() {
    let shift = Shift::begin().await;
    // It knows the station, as a copy would that somebody gave a key of its own.
    let other = Depot::empty().await;
    let database = rusqlite::Connection::open(other.dir().join("head-office.sqlite")).unwrap();
    let original = shift.depot.dir().join("head-office.sqlite");
    database.execute("ATTACH DATABASE ?1 AS original", [original.to_str().unwrap()]).unwrap();
    database
        .execute_batch(
            "BEGIN;
             INSERT INTO stations SELECT * FROM original.stations;
             INSERT INTO heads SELECT * FROM original.heads;
             COMMIT;",
        )
        .unwrap();
    drop(database);
    let way = Way::Elsewhere(other.address());
    let station = shift.station.id();
    shift.clears_nothing(way, "head-office-other-key", Some(LineState::Refused)).await;
    assert!(other.lines_of(station).is_empty(), "the other head office got events");
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_office_that_does_not_know_the_station_clears_nothing() {
    let shift = Shift::begin().await;
    let other = Depot::empty().await;
    let way = Way::Elsewhere(other.address());
    shift.clears_nothing(way, "station-unknown", Some(LineState::Refused)).await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_receipt_of_another_station_clears_nothing() {
    let shift = Shift::begin().await;
    let way = Way::ReceiptOf(StationId([0x5a; 16]), Box::new(shift.depot.office().key().clone()));
    shift.clears_nothing(way, "receipt-other-station", None).await;
}
