//! The blind second inspection: who makes it sees nothing of the first before it is on record.

use bench::seam::{BlindView, Reply, Request, Stage, WaitsFor};
use returns::codes::{ReviewCause, ReviewOutcome, ReviewState, Stage as UnitStage};
use returns::ids::UnitId;
use returns::unit;

use crate::desk::{TO, bench, end};
use crate::people::{
    ask, change, detail, graded, leave, newer_policy, newer_policy_with, refused, row, verdict,
};
use crate::story::depot::Depot;
use crate::story::hands::{JACKET, SHIRT};
use crate::story::station::{KW, MB, Station};

type Answers = Vec<(String, String)>;

async fn blind(station: &Station, unit: UnitId, answers: &Answers, commit: bool) -> BlindView {
    let wish = Request::BlindRegrade { unit, answers: answers.clone(), findings: Vec::new(), commit };
    match ask(station, wish).await {
        Ok(Reply::Blind(view)) => *view,
        other => panic!("{other:?}"),
    }
}

/// A shirt that KW graded and that was drawn.
async fn drawn() -> (Depot, Station, tempfile::TempDir, UnitId, unit::State) {
    let (depot, station, dir) = bench().await;
    newer_policy(&depot, &station, |head| head["review"]["sample_per_mille"] = 1000.into()).await;
    let unit = graded(&station, &SHIRT).await;
    leave(&station).await;
    let state = station.unit(unit).unwrap();
    assert!(state.review_pending() && state.sampled);
    (depot, station, dir, unit, state)
}

/// Goes through all questions, as the first grader did but for the last of them where wanted.
async fn walk(station: &Station, unit: UnitId, first: &unit::State, otherwise: bool) -> Answers {
    let mut answers = Answers::new();
    loop {
        let view = blind(station, unit, &answers, false).await;
        assert_eq!(view.result, None, "nothing is said before it is on record");
        let Some(question) = view.question_id else { return answers };
        assert!(matches!(view.question, Some(Stage::Question { .. })), "{:?}", view.question);
        let given = first.answers.iter().rev().find(|answer| answer.question.as_str() == question);
        let last = answers.len() + 1 == first.answers.len();
        let choice = match given.map(|answer| answer.choice.to_string()) {
            Some(choice) if otherwise && last => {
                view.choice_ids.into_iter().find(|other| *other != choice).unwrap()
            }
            Some(choice) => choice,
            None => view.choice_ids[0].clone(),
        };
        answers.push((question, choice));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_first_grading_is_shown_to_who_is_to_grade_it_blind() {
    let (depot, station, _dir, unit, first) = drawn().await;
    change(&station, Request::Note { unit, text: "The collar is worn.".to_owned() }).await;
    for person in [MB, TO] {
        station.sign_in(person).await;
        let shown = detail(&station, unit).await;
        assert!(shown.blind_wanted && shown.blind.is_none());
        assert!(shown.findings.is_empty() && shown.decision.is_none() && shown.photos.is_empty());
        assert_eq!((shown.row.grade, shown.row.disposition, shown.function), (None, None, None));
        let told: Vec<&str> = shown.history.iter().map(|line| line.say.code.as_str()).collect();
        assert!(told.contains(&"unit-received"), "{told:?}");
        // How it came and its label, nothing else.
        let harmless = ["unit-received", "unit-label-pending", "unit-label-printed"];
        assert!(told.iter().all(|code| harmless.contains(code)), "{told:?}");
        assert!(shown.notes.is_empty() && shown.serial.is_none() && shown.contest.is_none());
        assert_eq!(shown.row.causes, [ReviewCause::Sample], "nor why else somebody is to look");
        assert_eq!(refused(&station, Request::EvidencePack { unit }).await, "blind-first");
        let row = row(&station, unit).await.unwrap();
        assert_eq!((row.grade, row.disposition, &row.waits_for[..]), (None, None, &[WaitsFor::Blind][..]));
        let Reply::Found(found) = ask(&station, Request::Find { query: SHIRT.rma.to_owned() }).await.unwrap()
        else {
            panic!()
        };
        assert_eq!((found[0].grade, found[0].disposition), (None, None), "nor in the find room");
        assert!(found[0].history.iter().all(|line| line.say.code != "unit-graded"));
        // Nor at the bench, where its number is scanned.
        let screen = crate::desk::number(&station, unit).await;
        assert!(matches!(screen.stage, Stage::Held { .. }), "{}", crate::story::station::told(&screen));
        let Stage::Idle { recent, .. } = station.press("CANCEL").await.stage else { panic!() };
        assert_eq!((recent[0].grade, recent[0].disposition), (None, None));
        assert_eq!(refused(&station, Request::ExplainUnit { unit }).await, "blind-first");
    }
    // Who graded it knows anyway, and does not grade it again.
    station.sign_in(KW).await;
    let shown = detail(&station, unit).await;
    assert!(shown.row.grade.is_some() && shown.notes.len() == 1);
    assert_eq!(shown.row.causes, first.review.causes);
    let view = blind(&station, unit, &Answers::new(), false).await;
    assert_eq!((view.blocked.unwrap().code.as_str(), view.question), ("own-grading", None));
    let wish = Request::BlindRegrade { unit, answers: Vec::new(), findings: Vec::new(), commit: true };
    assert_eq!(refused(&station, wish).await, "own-grading");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_agree_let_the_unit_go_on() {
    let (depot, station, _dir, unit, first) = drawn().await;
    station.sign_in(MB).await;
    let asked = blind(&station, unit, &Answers::new(), false).await.question_id.unwrap();
    assert_eq!(asked, first.answers[0].question.as_str());
    let open = Request::BlindRegrade { unit, answers: Vec::new(), findings: Vec::new(), commit: true };
    assert_eq!(refused(&station, open).await, "question-open");

    let answers = walk(&station, unit, &first, false).await;
    assert_eq!(answers.len(), first.answers.len());
    let view = blind(&station, unit, &answers, true).await;
    let result = view.result.unwrap();
    assert!(result.saved && result.differ.is_empty() && result.findings.is_empty(), "{result:?}");
    assert_eq!((result.first, Some(result.second)), (result.second, first.grade()));
    let state = station.unit(unit).unwrap();
    assert_eq!((state.stage, state.review.state), (Some(UnitStage::Dispositioned), ReviewState::Approved));
    // It is on record for good.
    assert_eq!(blind(&station, unit, &Answers::new(), true).await.result, Some(result));
    assert_eq!(station.unit(unit).unwrap(), state);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_differ_leave_it_to_a_supervisor_who_sees_both() {
    let (depot, station, _dir, unit, first) = drawn().await;
    // Before the second look there is nothing to decide.
    station.sign_in(TO).await;
    let blocked = detail(&station, unit).await.blocked.map(|say| say.code);
    let too_early = ask(&station, verdict(unit, ReviewOutcome::Approved)).await.err().map(|coded| coded.code);
    assert_eq!(blocked, too_early, "what the room says beforehand is so");
    assert!(too_early.is_some());

    station.sign_in(MB).await;
    let answers = walk(&station, unit, &first, true).await;
    let result = blind(&station, unit, &answers, true).await.result.unwrap();
    let asked = first.answers.last().unwrap().question.to_string();
    assert!(result.differ.contains(&asked), "{result:?}");
    assert!(station.unit(unit).unwrap().review_pending());

    station.sign_in(TO).await;
    let shown = detail(&station, unit).await;
    assert_eq!((shown.blind, shown.blind_wanted), (Some(result), false));
    assert!(shown.row.grade.is_some() && shown.decision.is_some());
    assert_eq!(row(&station, unit).await.unwrap().waits_for, [WaitsFor::Review]);
    ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Dispositioned));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_drawn_is_graded_blind() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    station.sign_in(MB).await;
    let wish = Request::BlindRegrade { unit, answers: Vec::new(), findings: Vec::new(), commit: false };
    assert_eq!(refused(&station, wish).await, "blind-not-wanted");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_may_be_one_graders() {
    let (depot, station, _dir) = bench().await;
    let table = ("samples.csv", "category,grader,per_mille\nAPPAREL,op-1012,1000\n");
    let none = |head: &mut serde_json::Value| head["review"]["sample_per_mille"] = 0.into();
    newer_policy_with(&depot, &station, none, Some(table)).await;
    let by_kw = graded(&station, &SHIRT).await;
    leave(&station).await;
    station.sign_in(MB).await;
    let by_mb = graded(&station, &JACKET).await;
    assert_eq!(station.unit(by_kw).map(|state| state.sampled), Some(false));
    assert_eq!(station.unit(by_mb).map(|state| state.sampled), Some(true));
    end(depot, station).await;
}
