//! The second look: sent back, and by whom.

use bench::seam::{Coded, Reply, Request, ReviewDetail, Stage};
use head_office::import::Sources;
use returns::codes::{OverrideReason, ReviewOutcome, ReviewState, Stage as UnitStage};
use returns::ids::UnitId;

use crate::desk::{
    TO, answer, assert_at_rest, assert_question, assert_said, bench, end, number, photograph, put_away,
    receive,
};
use crate::story::depot::{Depot, asset};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{KW, Person, Station, told};
use crate::story::until;

/// A second supervisor, who is not on the demo's list.
const RH: Person = Person { badge: "RS:O:RH-2B9E14", pin: "4826" };

async fn second_supervisor(depot: &Depot, station: &Station) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("operators.csv");
    let known = std::fs::read_to_string(asset("demo/operators.csv")).unwrap();
    std::fs::write(&file, format!("{}\nop-1031,RH-2B9E14,RH,SUPERVISOR,4826\n", known.trim_end())).unwrap();
    let verdict = depot.import(Sources { operators: vec![file], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    until("the second supervisor is known", || {
        station.with(|records| records.operator_by_badge("RH-2B9E14").unwrap()).is_some()
    })
    .await;
}

async fn decide(station: &Station, unit: UnitId, outcome: ReviewOutcome) -> Result<Reply, Coded> {
    let reason = (outcome == ReviewOutcome::SentBack).then_some(OverrideReason::AnsweredWrong);
    let wish = Request::ReviewDecide {
        unit,
        outcome,
        grade: None,
        disposition: None,
        reason,
        seller_response: None,
        settlement: None,
        acceptance: None,
        seen: None,
    };
    station.bench.ask(wish).await
}

async fn looked_up(station: &Station, unit: UnitId) -> ReviewDetail {
    match station.bench.ask(Request::ReviewUnit { unit }).await.unwrap() {
        Reply::ReviewUnit(detail) => *detail,
        other => panic!("{other:?}"),
    }
}

/// The review room says beforehand that this person may not, and it is so.
async fn may_not(station: &Station, unit: UnitId, code: &str) {
    let before = station.unit(unit);
    assert_eq!(looked_up(station, unit).await.blocked.unwrap().code, code);
    assert_eq!(decide(station, unit, ReviewOutcome::Approved).await.unwrap_err().code, code);
    assert_eq!(station.unit(unit), before);
}

async fn approves(station: &Station, unit: UnitId) {
    assert_eq!(looked_up(station, unit).await.blocked, None);
    decide(station, unit, ReviewOutcome::Approved).await.unwrap();
    let state = station.unit(unit).unwrap();
    assert_eq!((state.stage, state.review.state), (Some(UnitStage::Dispositioned), ReviewState::Approved));
}

/// Another grade than the computed one: a second person has to look.
async fn override_grade(station: &Station) {
    station.press("OVERRIDE").await;
    station.press("GRADE-C").await;
    assert_said(&station.press("PICK-3").await, "grade-overridden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_sent_back_leaves_the_desk_and_is_taken_up_by_its_number() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let unit = receive(&station, SHIRT.gtin).await;
    number(&station, unit).await;
    answer(&station, SHIRT.answers).await;
    photograph(&station).await;
    override_grade(&station).await;
    may_not(&station, unit, "supervisor-only").await;

    // The supervisor comes to the desk where it lies.
    station.sign_in(TO).await;
    let screen = station.screen().await;
    assert!(matches!(&screen.stage, Stage::Decision { .. }), "{}", told(&screen));
    decide(&station, unit, ReviewOutcome::SentBack).await.unwrap();
    assert_at_rest(&station.screen().await);
    assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Inspecting));

    // Another unit may come in between.
    station.sign_in(KW).await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    station.scan(DRILL.tracking).await;
    let between = receive(&station, DRILL.gtin).await;
    station.press("CANCEL").await;

    let screen = number(&station, unit).await;
    assert_said(&screen, "unit-taken-up");
    assert_question(&screen, 1);
    answer(&station, SHIRT.answers).await;
    let state = put_away(&station, unit, SHIRT.container).await;
    assert_eq!(state.disposition().unwrap().as_str(), SHIRT.disposition);
    assert_eq!(station.unit(between).unwrap().stage, Some(UnitStage::Received));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_had_a_hand_in_a_grade_does_not_review_it() {
    let (depot, station, _dir) = bench().await;
    second_supervisor(&depot, &station).await;

    // TO answers one question of a unit that KW grades.
    station.scan(JACKET.tracking).await;
    let answered = receive(&station, JACKET.gtin).await;
    number(&station, answered).await;
    answer(&station, &JACKET.answers[..2]).await;
    station.sign_in(TO).await;
    answer(&station, &JACKET.answers[2..3]).await;
    station.sign_in(KW).await;
    answer(&station, &JACKET.answers[3..]).await;
    photograph(&station).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-B").await;
    assert_said(&station.press("PICK-2").await, "grade-overridden");
    assert_said(&station.press("NEXT").await, "unit-to-review");
    station.press("PARCEL-DONE").await;

    // TO overrides the grade of a unit that KW inspected.
    station.scan(DRILL.tracking).await;
    let overridden = receive(&station, DRILL.gtin).await;
    number(&station, overridden).await;
    answer(&station, DRILL.answers).await;
    photograph(&station).await;
    station.sign_in(TO).await;
    override_grade(&station).await;
    assert_said(&station.press("NEXT").await, "unit-to-review");

    for unit in [answered, overridden] {
        may_not(&station, unit, "own-grading").await;
    }
    station.sign_in(RH).await;
    for unit in [answered, overridden] {
        approves(&station, unit).await;
    }
    // What is approved goes on at the desk.
    station.sign_in(KW).await;
    for (unit, container) in [(answered, "T-0203"), (overridden, "T-0204")] {
        assert_said(&number(&station, unit).await, "unit-taken-up");
        put_away(&station, unit, container).await;
    }
    end(depot, station).await;
}
