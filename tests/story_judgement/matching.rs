//! A unit that came in without a return line, and the line that comes down later.

use bench::seam::{MatchView, Reply, Request, Stage, WaitsFor};
use head_office::import::Sources;
use returns::codes::{Cycle, Finding, Match, Stage as UnitStage, Task};
use returns::ids::{Sku, UnitId};
use returns::item::Item;
use serde_json::json;

use crate::desk::{TO, bench, end, newest, number, photograph};
use crate::people::{ask, change, refused, row};
use crate::story::depot::Depot;
use crate::story::hands::SHIRT;
use crate::story::relay::{Relay, Way};
use crate::story::station::{KW, Station, told};
use crate::story::until;

/// A carrier's number that no RMA names.
const TRACKING: &str = "RA473124996PL";

/// Something of the catalogue that no RMA expects and that needs no serial.
pub fn unexpected(station: &Station) -> Item {
    unexpected_where(station, |_| true)
}

fn unexpected_where(station: &Station, wished: impl Fn(&Item) -> bool) -> Item {
    station.with(|records| {
        let all = records.find_items("", 1000).unwrap();
        let fits = |item: &Item| {
            let plain = !item.serial_required && !item.expiry_tracked && !item.recalled;
            plain
                && wished(item)
                && !item.gtins.is_empty()
                && records.rma_lines_by_sku(&item.sku).unwrap().is_empty()
                && records.checklist(&item.category, Some(&item.owner), None).unwrap().is_some()
        };
        all.into_iter().find(fits).expect("the catalogue has something that nobody sends back")
    })
}

/// Takes it in out of a parcel that nobody knows.
pub async fn received_blind(station: &Station, item: &Item) -> UnitId {
    for code in [TRACKING, item.gtins[0].as_str()] {
        let mut screen = station.scan(code).await;
        for _ in 0..3 {
            let Stage::Pick { choices, .. } = &screen.stage else { break };
            let yes = choices[0].command.clone();
            screen = station.press(&yes).await;
        }
        assert!(!matches!(screen.stage, Stage::Pick { .. }), "{}", told(&screen));
    }
    let unit = newest(station);
    assert_eq!(station.unit(unit).unwrap().matched, Some(Match::Unmatched));
    unit
}

/// Head office finds out about it.
pub async fn announced(depot: &Depot, station: &Station, number: &str, sku: &Sku, tracking: Option<&str>) {
    announced_in(depot, station, number, sku, tracking, Cycle::Commercial).await;
}

async fn announced_in(
    depot: &Depot,
    station: &Station,
    number: &str,
    sku: &Sku,
    tracking: Option<&str>,
    cycle: Cycle,
) {
    let rma = json!([{
        "number": number, "state": "IN_TRANSIT", "owner": "NLK", "order": "SO-990001",
        "tracking": tracking.into_iter().collect::<Vec<_>>(), "expires": "2036-12-31", "cycle": cycle,
        "country": "DE",
        "lines": [{
            "id": "1", "sku": sku.as_str(), "requested": 1, "authorised": 1, "reason": "CHANGED_MIND",
            "preference": "REFUND", "sold": "2026-11-01"
        }]
    }]);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rmas.json");
    std::fs::write(&file, rma.to_string()).unwrap();
    let verdict = depot.import(Sources { rmas: vec![file], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    let number = number.parse().unwrap();
    until("the RMA is known", || station.with(|records| records.rma(&number).unwrap()).is_some()).await;
}

async fn matches(station: &Station, unit: UnitId) -> Vec<MatchView> {
    match ask(station, Request::MatchesFor { unit }).await.unwrap() {
        Reply::Matches(matches) => matches,
        other => panic!("{other:?}"),
    }
}

fn match_to(unit: UnitId, rma: &str) -> Request {
    Request::MatchUnit { unit, rma: rma.to_owned(), line: Some("1".to_owned()) }
}

/// Answers everything that keeps a unit well, by what the checklist's file says.
pub async fn grade(station: &Station, unit: UnitId) {
    number(station, unit).await;
    for _ in 0..20 {
        let screen = station.settled().await;
        let Stage::Question { choices, .. } = &screen.stage else { break };
        let state = station.unit(unit).unwrap();
        let (category, _) = state.checklist.clone().unwrap();
        let list = station.with(|r| r.checklist(&category, state.owner.as_ref(), None).unwrap()).unwrap();
        let question = list.next_question(&state.answers).unwrap();
        let harmless = |choice: &returns::checklist::Choice| {
            choice.hold.is_none() && !choice.review && choice.grade.is_none() && choice.findings.is_empty()
        };
        let place = question.choices.iter().position(harmless);
        let place = place.unwrap_or_else(|| panic!("{:?} {}", question.kind, question.id));
        station.press(&choices[place].command.clone()).await;
    }
    photograph(station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_comes_down_later_is_proposed_and_a_person_matches_it() {
    let (depot, station, _dir) = bench().await;
    let item = unexpected(&station);
    let unit = received_blind(&station, &item).await;
    assert!(matches(&station, unit).await.is_empty());
    assert_eq!(row(&station, unit).await, None);

    announced(&depot, &station, "26-990001", &item.sku, None).await;
    announced(&depot, &station, "26-990002", &item.sku, Some(TRACKING)).await;
    let proposed = matches(&station, unit).await;
    let shown: Vec<(&str, &str)> =
        proposed.iter().map(|one| (one.rma.as_str(), one.because.code.as_str())).collect();
    assert_eq!(shown, [("26-990002", "match-tracking"), ("26-990001", "match-order")], "one order has both");
    assert_eq!(proposed[0].title, item.title);
    assert_eq!(row(&station, unit).await.unwrap().waits_for, [WaitsFor::Match], "nobody need look for it");
    assert_eq!(station.unit(unit).unwrap().matched, Some(Match::Unmatched), "nothing happens by itself");

    assert_eq!(refused(&station, match_to(unit, "26-000000")).await, "rma-unknown");
    let shown = change(&station, match_to(unit, "26-990002")).await;
    assert_eq!(
        (shown.matched, shown.row.head.rma.as_deref()),
        (Some(Match::MatchedLater), Some("26-990002"))
    );
    assert_eq!(row(&station, unit).await, None);
    assert_eq!(refused(&station, match_to(unit, "26-990001")).await, "matched-already");
    assert_eq!(refused(&station, Request::MatchesFor { unit }).await, "matched-already");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn matched_before_it_is_staged_the_policy_decides_again() {
    let (depot, station, _dir) = bench().await;
    let item = unexpected(&station);
    let unit = received_blind(&station, &item).await;
    grade(&station, unit).await;
    let before = station.unit(unit).unwrap();
    let blind = before.decision.or(before.review.proposal).expect("it is decided");
    assert_eq!(blind.inputs.reason, None);

    announced(&depot, &station, "26-990003", &item.sku, None).await;
    change(&station, match_to(unit, "26-990003")).await;
    let after = station.unit(unit).unwrap();
    let decision = after.decision.or(after.review.proposal).expect("it is decided again");
    assert_eq!(decision.inputs.reason.map(|reason| reason.as_str()), Some("CHANGED_MIND"));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn matched_to_a_return_that_asks_other_questions_it_is_inspected_again() {
    let (depot, station, _dir) = bench().await;
    let item = unexpected_where(&station, |item| item.category.as_str() == "HOME");
    let unit = received_blind(&station, &item).await;
    grade(&station, unit).await;
    assert_eq!(station.unit(unit).unwrap().checklist_for.1, None);

    announced_in(&depot, &station, "26-990005", &item.sku, None, Cycle::Service).await;
    let no_line = Request::MatchUnit { unit, rma: "26-990005".to_owned(), line: Some("9".to_owned()) };
    assert_eq!(refused(&station, no_line).await, "rma-unknown");
    let shown = change(&station, match_to(unit, "26-990005")).await;
    assert_eq!((shown.stage, shown.decision), (UnitStage::Inspecting, None), "graded by other questions");
    assert_eq!(shown.matched, Some(Match::MatchedLater));
    let screen = number(&station, unit).await;
    assert!(matches!(screen.stage, Stage::Question { number: 1, .. }), "{}", told(&screen));
    assert_eq!(station.unit(unit).unwrap().checklist_for.1, Some(Cycle::Service));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_match_knows_what_has_come_in_for_the_line() {
    let (depot, station, _dir) = bench().await;
    let item = unexpected(&station);
    let one = received_blind(&station, &item).await;
    station.press("CANCEL").await;
    let mut screen = station.scan(&item.gtins[0].to_string()).await;
    for _ in 0..3 {
        let Stage::Pick { choices, .. } = &screen.stage else { break };
        let yes = choices[0].command.clone();
        screen = station.press(&yes).await;
    }
    let other = newest(&station);
    assert_ne!(one, other, "{}", told(&screen));

    announced(&depot, &station, "26-990006", &item.sku, None).await;
    assert!(!change(&station, match_to(one, "26-990006")).await.findings.contains(&Finding::QtyOver));
    assert!(change(&station, match_to(other, "26-990006")).await.findings.contains(&Finding::QtyOver));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_pieces_that_head_office_has_not_heard_of_are_no_receipt_elsewhere() {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    let line = Relay::to(depot.address()).await;
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &line.url()).await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    line.set(Way::Cut);
    station.scan(SHIRT.tracking).await;
    crate::desk::receive(&station, SHIRT.gtin).await;
    station.press("CANCEL").await;
    let mut screen = station.scan(SHIRT.gtin).await;
    for _ in 0..3 {
        let Stage::Pick { choices, .. } = &screen.stage else { break };
        let yes = choices[0].command.clone();
        screen = station.press(&yes).await;
    }
    let state = station.unit(newest(&station)).unwrap();
    assert!(state.added_findings.contains(&Finding::QtyOver), "{}", told(&screen));
    assert!(state.signals.is_empty(), "{:?}", state.signals);
    line.set(Way::Open);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn matched_after_it_was_staged_somebody_has_a_task() {
    let (depot, station, _dir) = bench().await;
    let item = unexpected(&station);
    let unit = received_blind(&station, &item).await;
    grade(&station, unit).await;
    if station.unit(unit).unwrap().review_pending() {
        station.press("CANCEL").await;
        station.sign_in(TO).await;
        ask(&station, crate::people::verdict(unit, returns::codes::ReviewOutcome::Approved)).await.unwrap();
        station.sign_in(KW).await;
        number(&station, unit).await;
    }
    for hold in station.unit(unit).unwrap().holds {
        station.sign_in(TO).await;
        change(&station, Request::ReleaseUnit { unit, reason: hold }).await;
        station.sign_in(KW).await;
        number(&station, unit).await;
    }
    station.press("NEXT").await;
    let state = station.unit(unit).unwrap();
    station.settled().await;
    station.scan(format!("{}/{}", state.lpn.unwrap().code(None), state.label.print)).await;
    let screen = station.scan("RS:T:T-0777").await;
    assert_eq!(screen.band.say.code, "staged", "{}", told(&screen));

    announced(&depot, &station, "26-990004", &item.sku, None).await;
    let shown = change(&station, match_to(unit, "26-990004")).await;
    assert_eq!((shown.stage, shown.tasks), (UnitStage::Staged, vec![Task::MatchedAfterStaging]));
    assert_eq!(row(&station, unit).await.unwrap().waits_for, [WaitsFor::Task]);
    let done = Request::FinishTask { unit, task: Task::MatchedAfterStaging };
    assert!(change(&station, done.clone()).await.tasks.is_empty());
    assert_eq!(row(&station, unit).await, None);
    assert_eq!(refused(&station, done).await, "no-task");
    end(depot, station).await;
}
