//! A blind receipt that a bench graded without a line, and head office matched later.

use bench::seam::Request;
use head_office::matching::MatchWish;
use jiff::Timestamp;
use returns::codes::{LabelStage, Match, ReviewOutcome, Stage, Task};
use returns::ids::UnitId;

use crate::desk::{TO, number};
use crate::matching::{announced, grade, received_blind, unexpected};
use crate::people::{ask, change, verdict};
use crate::story::depot::Depot;
use crate::story::relay::{Relay, Way};
use crate::story::station::{KW, Station, told};
use crate::story::until;

/// A bench with a line that can be cut, and somebody at it.
async fn bench_with_a_line() -> (Depot, Station, Relay, tempfile::TempDir) {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    let line = Relay::to(depot.address()).await;
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &line.url()).await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    (depot, station, line, dir)
}

/// Graded, looked at where somebody must, labelled: all without a line.
async fn decided_and_labelled(station: &Station, unit: UnitId) {
    grade(station, unit).await;
    if station.unit(unit).unwrap().review_pending() {
        station.press("CANCEL").await;
        station.sign_in(TO).await;
        ask(station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
        station.sign_in(KW).await;
        number(station, unit).await;
    }
    for hold in station.unit(unit).unwrap().holds {
        station.sign_in(TO).await;
        change(station, Request::ReleaseUnit { unit, reason: hold }).await;
        station.sign_in(KW).await;
        number(station, unit).await;
    }
    station.press("NEXT").await;
    station.settled().await;
    let state = station.unit(unit).unwrap();
    assert_eq!((state.stage, state.label.print), (Some(Stage::Dispositioned), 1));
}

fn matched(depot: &Depot, unit: UnitId, rma: &str) {
    let wish = MatchWish {
        unit,
        rma: rma.parse().unwrap(),
        line: Some("1".parse().unwrap()),
        by: "kay".parse().unwrap(),
    };
    let matched = depot.office().match_unit(&wish, Timestamp::now()).unwrap();
    assert_eq!(matched.events.first(), Some(&"unit.matched-later"));
}

/// Bench and head office know the same of the unit.
async fn until_agreed(depot: &Depot, station: &Station, unit: UnitId) {
    until("bench and head office know the same", || {
        let there = depot.office().store().unit(&unit).unwrap().map(|row| row.state);
        station.unsent().events == 0 && there.is_some() && there == station.unit(unit)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_at_head_office_decides_again_and_the_bench_asks_for_the_new_label() {
    let (depot, station, line, _dir) = bench_with_a_line().await;
    let item = unexpected(&station);
    line.set(Way::Cut);
    let unit = received_blind(&station, &item).await;
    decided_and_labelled(&station, unit).await;
    let blind = station.unit(unit).unwrap().decision.unwrap();
    assert_eq!(blind.inputs.reason, None);
    line.set(Way::Open);
    station.until_sent().await;

    announced(&depot, &station, "26-990010", &item.sku, None).await;
    let listed = depot.office().unmatched().unwrap();
    let listed = listed.iter().find(|one| one.unit == unit).expect("head office lists it");
    assert_eq!(listed.proposals[0].rma.as_str(), "26-990010");
    matched(&depot, unit, "26-990010");
    until("the bench hears of it", || station.unit(unit).unwrap().matched == Some(Match::MatchedLater)).await;
    until_agreed(&depot, &station, unit).await;

    let after = station.unit(unit).unwrap();
    assert_eq!(after.rma.as_ref().unwrap().as_str(), "26-990010");
    assert_eq!(after.contested, None, "head office had seen the bench's decision");
    let decision = after.decision.clone().or(after.review.proposal.clone()).expect("decided again");
    assert_eq!(decision.inputs.reason.map(|reason| reason.as_str()), Some("CHANGED_MIND"));
    assert_eq!((after.label.stage, after.label.print), (LabelStage::None, 1), "the old label is superseded");

    if after.review_pending() {
        station.press("CANCEL").await;
        station.sign_in(TO).await;
        ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
        station.sign_in(KW).await;
    }
    let screen = number(&station, unit).await;
    assert_eq!(station.unit(unit).unwrap().stage, Some(Stage::Dispositioned), "{}", told(&screen));
    station.press("NEXT").await;
    station.settled().await;
    assert_eq!(station.unit(unit).unwrap().label.print, 2, "a new label for what is decided now");
    crate::desk::end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_away_meanwhile_is_not_left_in_the_wrong_place_in_silence() {
    let (depot, station, line, _dir) = bench_with_a_line().await;
    let item = unexpected(&station);
    let unit = received_blind(&station, &item).await;
    decided_and_labelled(&station, unit).await;
    station.until_sent().await;
    announced(&depot, &station, "26-990011", &item.sku, None).await;
    line.set(Way::Cut);
    matched(&depot, unit, "26-990011");
    let state = station.unit(unit).unwrap();
    assert_eq!(state.matched, Some(Match::Unmatched), "the bench cannot know yet");
    station.scan(format!("{}/{}", state.lpn.unwrap().code(None), state.label.print)).await;
    let screen = station.scan("RS:T:T-0778").await;
    assert_eq!(screen.band.say.code, "staged", "{}", told(&screen));
    line.set(Way::Open);
    until_agreed(&depot, &station, unit).await;

    let after = station.unit(unit).unwrap();
    assert_eq!(after.matched, Some(Match::MatchedLater));
    assert_ne!(after.stage, Some(Stage::Staged), "it asks to be put where it belongs now");
    assert_eq!(after.label.stage, LabelStage::None, "under a label of its own");

    // It still lies in the tote: out of it, its new label, and away again.
    if after.review_pending() {
        station.press("CANCEL").await;
        station.sign_in(TO).await;
        ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
        station.sign_in(KW).await;
    }
    assert!(station.unit(unit).unwrap().container().is_some());
    number(&station, unit).await;
    let screen = station.press("TAKE-OUT").await;
    assert_eq!(station.unit(unit).unwrap().container(), None, "{}", told(&screen));
    station.press("NEXT").await;
    station.settled().await;
    let state = station.unit(unit).unwrap();
    assert_eq!((state.stage, state.label.print), (Some(Stage::Dispositioned), 2));
    station.scan(format!("{}/2", state.lpn.unwrap().code(None))).await;
    let screen = station.scan("RS:T:T-0779").await;
    assert_eq!(screen.band.say.code, "staged", "{}", told(&screen));
    assert!(station.unit(unit).unwrap().tasks.is_empty());
    crate::desk::end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_graded_and_put_away_by_a_bench_that_could_not_know_leaves_a_task() {
    let (depot, station, line, _dir) = bench_with_a_line().await;
    let item = unexpected(&station);
    let unit = received_blind(&station, &item).await;
    station.until_sent().await;
    announced(&depot, &station, "26-990012", &item.sku, None).await;
    line.set(Way::Cut);
    matched(&depot, unit, "26-990012");
    decided_and_labelled(&station, unit).await;
    let state = station.unit(unit).unwrap();
    assert_eq!(state.matched, Some(Match::Unmatched), "the bench cannot know yet");
    station.scan(format!("{}/{}", state.lpn.unwrap().code(None), state.label.print)).await;
    let screen = station.scan("RS:T:T-0780").await;
    assert_eq!(screen.band.say.code, "staged", "{}", told(&screen));
    line.set(Way::Open);
    until_agreed(&depot, &station, unit).await;
    let after = station.unit(unit).unwrap();
    assert_eq!((after.stage, after.matched), (Some(Stage::Staged), Some(Match::MatchedLater)));
    assert_eq!(after.tasks, [Task::MatchedAfterStaging].into());
    crate::desk::end(depot, station).await;
}
