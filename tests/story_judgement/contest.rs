//! Two benches decide about one unit without knowing of each other.

use bench::seam::{Request, Stage, WaitsFor};
use returns::codes::{ReviewOutcome, ReviewState, Stage as UnitStage};
use returns::ids::{EventId, UnitId};

use crate::desk::{TO, answer, number, photograph};
use crate::people::{ask, change, detail, refused, row, verdict};
use crate::story::depot::Depot;
use crate::story::hands::SHIRT;
use crate::story::relay::{Relay, Way};
use crate::story::station::{KW, MB, Station, told};
use crate::story::until;

/// A depot, two benches of it, and what each of the two lines is like.
struct Two {
    depot: Depot,
    lines: [Relay; 2],
    first: Station,
    second: Station,
    _dirs: [tempfile::TempDir; 2],
}

impl Two {
    async fn open() -> Self {
        let depot = Depot::open().await;
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let lines = [Relay::to(depot.address()).await, Relay::to(depot.address()).await];
        depot.enrol(dirs[0].path(), "LEJ2", "LEJ2-B04", &lines[0].url()).await;
        depot.enrol(dirs[1].path(), "LEJ2", "LEJ2-B05", &lines[1].url()).await;
        let first = Station::start(dirs[0].path()).await;
        let second = Station::start(dirs[1].path()).await;
        Self { depot, lines, first, second, _dirs: dirs }
    }

    fn line(&self, open: bool) {
        self.lines.iter().for_each(|line| line.set(if open { Way::Open } else { Way::Cut }));
    }

    async fn close(self) {
        let Self { depot, first, second, .. } = self;
        for station in [&first, &second] {
            station.until_sent().await;
            station.verified();
        }
        depot.verified();
        for station in [first, second] {
            station.stop().await;
        }
        depot.close().await;
    }
}

/// A shirt whose inspection both know as just begun; then the lines are cut, and each bench finishes it.
async fn decided_twice(two: &Two, at_second: &[&str]) -> UnitId {
    let Two { first, second, .. } = two;
    first.sign_in(KW).await;
    first.scan(SHIRT.tracking).await;
    let unit = crate::desk::receive(first, SHIRT.gtin).await;
    number(first, unit).await;
    first.until_sent().await;
    until("the second bench hears of it", || {
        second.unit(unit).is_some_and(|state| state.stage == Some(UnitStage::Inspecting))
    })
    .await;
    two.line(false);
    answer(first, SHIRT.answers).await;
    photograph(first).await;
    first.press("CANCEL").await;
    second.sign_in(MB).await;
    number(second, unit).await;
    answer(second, at_second).await;
    photograph(second).await;
    second.press("CANCEL").await;
    for station in [first, second] {
        assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Dispositioned));
    }
    unit
}

fn contested(station: &Station, unit: UnitId) -> bool {
    station.unit(unit).unwrap().contested.is_some()
}

/// Each has the other's events, and neither has more to say.
async fn until_agreed(two: &Two, unit: UnitId) {
    let Two { first, second, .. } = two;
    let mut quiet = 0;
    until("both benches know the same", || {
        let sent = first.unsent().events + second.unsent().events == 0;
        quiet = if sent && first.unit(unit) == second.unit(unit) { quiet + 1 } else { 0 };
        // Longer than the benches take between two looks at what came down.
        quiet > 50
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_decision_twice_is_one_decision() {
    let two = Two::open().await;
    let unit = decided_twice(&two, SHIRT.answers).await;
    two.line(true);
    until_agreed(&two, unit).await;
    let state = two.first.unit(unit).unwrap();
    assert_eq!((state.contested, state.stage), (None, Some(UnitStage::Dispositioned)));
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_at_odds_stop_the_unit_until_a_person_says_which_stands() {
    let two = Two::open().await;
    let mut worn = SHIRT.answers.to_vec();
    *worn.last_mut().unwrap() = "YES";
    let unit = decided_twice(&two, &worn).await;
    let Two { first, second, .. } = &two;
    let decided = [first, second].map(|station| {
        let state = station.unit(unit).unwrap();
        (state.grade().unwrap(), state.disposition().unwrap())
    });
    assert_ne!(decided[0], decided[1]);
    two.line(true);
    until("both benches have stopped it", || contested(first, unit) && contested(second, unit)).await;
    until_agreed(&two, unit).await;

    // Nobody goes past it, and both sides are shown.
    first.sign_in(TO).await;
    let queued = row(first, unit).await.unwrap();
    assert_eq!(queued.waits_for, [WaitsFor::Contest]);
    let screen = number(first, unit).await;
    let said = match &screen.stage {
        Stage::Decision { review: Some(review), .. } => review.code.as_str(),
        _ => "",
    };
    assert_eq!(said, "contested", "{}", told(&screen));
    let pressed = first.press("NEXT").await;
    assert_eq!(first.unit(unit).unwrap().label.print, 0, "{}", told(&pressed));
    assert!(!matches!(pressed.stage, Stage::Decision { .. }), "{}", told(&pressed));
    let contest = detail(first, unit).await.contest.unwrap();
    let sides = [&contest.first, &contest.second];
    let mut shown = sides.map(|side| (side.grade, side.disposition));
    shown.sort();
    let mut wanted = decided;
    wanted.sort();
    assert_eq!(shown, wanted);
    let mut people = sides.map(|side| side.operator.as_str());
    people.sort_unstable();
    assert_eq!(people, ["KW", "MB"]);

    // Whoever decided one of them does not say which stands, and no third decision does.
    let settle = |stands| Request::SettleContest { unit, stands };
    let other = no_event();
    assert_eq!(refused(first, settle(other)).await, "not-contested");
    second.sign_in(MB).await;
    assert_eq!(refused(second, settle(contest.first.event)).await, "supervisor-only");

    // The one that is not in force now is put in force.
    let now = first.unit(unit).unwrap();
    let in_force = (now.grade().unwrap(), now.disposition().unwrap());
    let stands = sides.into_iter().find(|side| (side.grade, side.disposition) != in_force).unwrap();
    let after = change(first, settle(stands.event)).await;
    assert_eq!((after.contest, after.row.grade), (None, Some(stands.grade)));
    assert_eq!(after.decision.unwrap().disposition, stands.disposition);
    until_agreed(&two, unit).await;
    for station in [first, second] {
        let state = station.unit(unit).unwrap();
        assert_eq!(
            (state.contested, state.grade(), state.disposition()),
            (None, Some(stands.grade), Some(stands.disposition))
        );
    }
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_on_what_is_contested_waits_for_which_decision_stands() {
    let two = Two::open().await;
    let mut worn = SHIRT.answers.to_vec();
    *worn.last_mut().unwrap() = "YES";
    let unit = decided_twice(&two, &worn).await;
    let Two { first, second, .. } = &two;
    // The one whose events fold last asks for a second person, too.
    let id = |station: &Station| station.with(|records| records.enrolment().unwrap().station);
    let later = if id(first) > id(second) { first } else { second };
    number(later, unit).await;
    for key in ["OVERRIDE", "GRADE-D", "PICK-3"] {
        later.press(key).await;
    }
    assert!(later.unit(unit).unwrap().review_pending());
    two.line(true);
    until("both benches have stopped it", || contested(first, unit) && contested(second, unit)).await;
    until_agreed(&two, unit).await;
    let state = first.unit(unit).unwrap();
    assert!(state.review_pending() && state.stage == Some(UnitStage::Graded));

    first.sign_in(TO).await;
    assert_eq!(row(first, unit).await.unwrap().waits_for, [WaitsFor::Contest, WaitsFor::Review]);
    let contest = detail(first, unit).await.contest.unwrap();
    let settle = Request::SettleContest { unit, stands: contest.first.event };
    assert_eq!(refused(first, settle.clone()).await, "review-pending");
    ask(first, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    let state = first.unit(unit).unwrap();
    assert_eq!((state.review.state, state.stage), (ReviewState::Approved, Some(UnitStage::Graded)));
    assert!(state.contested.is_some(), "a verdict is no word about the other decision");
    let after = change(first, settle).await;
    assert_eq!((after.contest, after.stage), (None, UnitStage::Dispositioned));
    assert_eq!(first.unit(unit).unwrap().disposition(), Some(contest.first.disposition));
    until_agreed(&two, unit).await;
    two.close().await;
}

fn no_event() -> EventId {
    EventId(uuid::Uuid::from_u128(11))
}
