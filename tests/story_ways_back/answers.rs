//! Answers taken back, given again, or given by two people.

use bench::seam::Stage;
use returns::codes::{Finding, Stage as UnitStage};
use returns::event::UnitEvent;

use crate::desk::{
    answer, answers_to, assert_question, assert_said, bench, end, history, number, photograph, put_away,
    receive, times,
};
use crate::story::hands::{ESPRESSO, SHIRT};
use crate::story::station::{MB, told};

const KW_ID: &str = "op-1007";
const MB_ID: &str = "op-1012";

fn given(by: &str, choices: &[&str]) -> Vec<(String, String)> {
    choices.iter().map(|choice| (by.to_owned(), (*choice).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_taken_back_goes_on_where_it_stays_and_is_corrected_where_it_does_not() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let unit = receive(&station, SHIRT.gtin).await;
    number(&station, unit).await;
    assert_question(&answer(&station, &["NO", "YES", "YES"]).await, 4);

    // The same once more: nothing new on record.
    let screen = station.press("UNDO").await;
    assert_said(&screen, "asked-again");
    assert_question(&screen, 3);
    let events = station.events();
    let screen = answer(&station, &["YES"]).await;
    assert_said(&screen, "answered");
    assert_question(&screen, 4);
    assert_eq!(station.events(), events);

    // Two back, and both as they were.
    station.press("UNDO").await;
    assert_question(&station.press("UNDO").await, 2);
    assert_question(&answer(&station, &["YES"]).await, 4);
    assert_eq!(station.events(), events);

    // Another answer: both are on record, the later one counts.
    station.press("UNDO").await;
    assert_question(&answer(&station, &["NO"]).await, 4);
    assert_eq!(answers_to(&station, unit, "TAG"), given(KW_ID, &["YES", "NO"]));
    assert!(station.unit(unit).unwrap().findings().contains(&Finding::TagMissing));

    // Also after the last question, where only the photo is missing.
    let screen = answer(&station, &["NO", "NO", "NO", "NO"]).await;
    assert!(matches!(&screen.stage, Stage::Photos { .. }), "{}", told(&screen));
    assert_question(&station.press("UNDO").await, 7);
    answer(&station, &["YES"]).await;
    assert_eq!(answers_to(&station, unit, "WORN"), given(KW_ID, &["NO", "YES"]));
    let state = put_away(&station, unit, "T-0202").await;
    assert_eq!(state.grade().unwrap().to_string(), "B");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_made_others_superfluous_can_be_taken_back() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let unit = receive(&station, SHIRT.gtin).await;
    number(&station, unit).await;
    // Ruined: no question after it.
    let screen = answer(&station, &["NO", "YES", "YES", "YES"]).await;
    assert!(matches!(&screen.stage, Stage::Photos { .. }), "{}", told(&screen));
    assert_question(&station.press("UNDO").await, 4);
    assert_question(&answer(&station, &["NO"]).await, 5);
    // Stained for good, then on second thoughts not.
    let screen = answer(&station, &["PICK-2"]).await;
    assert!(matches!(&screen.stage, Stage::Photos { .. }), "{}", told(&screen));
    assert_question(&station.press("UNDO").await, 5);
    answer(&station, &["NO", "NO", "NO"]).await;
    assert_eq!(answers_to(&station, unit, "LASTING"), given(KW_ID, &["STAIN", "NO"]));
    let state = put_away(&station, unit, "T-0202").await;
    assert!(state.findings().is_empty(), "{:?}", state.findings());
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_is_read_again_when_its_unit_is_graded_again() {
    let (depot, station, _dir) = bench().await;
    let serial = ESPRESSO.answers[2].trim_start_matches('=');
    station.scan(ESPRESSO.tracking).await;
    let unit = receive(&station, ESPRESSO.gtin).await;
    number(&station, unit).await;
    answer(&station, &["NO", "YES"]).await;
    assert_said(&station.scan(serial).await, "serial-matches");

    // Asked again while it is inspected: the same serial is no news, another one is a correction, and so is this.
    station.press("UNDO").await;
    assert_question(&station.scan(serial).await, 4);
    station.press("UNDO").await;
    assert_said(&station.scan("KE4-220917-0062").await, "serial-differs");
    station.press("UNDO").await;
    assert_said(&station.scan(serial).await, "serial-matches");
    assert_eq!(answers_to(&station, unit, "SERIAL"), given(KW_ID, &["MATCHES", "DIFFERS", "MATCHES"]));

    answer(&station, &ESPRESSO.answers[3..]).await;
    let screen = photograph(&station).await;
    assert!(matches!(&screen.stage, Stage::Decision { .. }), "{}", told(&screen));
    let screen = station.press("UNDO").await;
    assert_said(&screen, "regrade-started");
    assert_question(&screen, 1);
    answer(&station, &["NO", "YES"]).await;
    let screen = station.scan(serial).await;
    assert_said(&screen, "serial-matches");
    assert_question(&screen, 4);
    answer(&station, &ESPRESSO.answers[3..]).await;
    let state = put_away(&station, unit, ESPRESSO.container).await;
    assert_eq!(state.disposition().unwrap().as_str(), ESPRESSO.disposition);
    assert_eq!(state.serial.unwrap().as_str(), serial);
    assert_eq!(times(&station, unit, |event| matches!(event, UnitEvent::Graded { .. })), 2);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_changes_hands_in_the_middle() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let unit = receive(&station, SHIRT.gtin).await;
    number(&station, unit).await;
    answer(&station, &["NO", "YES"]).await;
    let screen = station.press("LOG-OFF").await;
    assert!(matches!(&screen.stage, Stage::SignIn { operator: None, .. }), "{}", told(&screen));
    let events = station.events();
    assert_said(&station.press("YES").await, "sign-in-first");
    assert_said(&number(&station, unit).await, "sign-in-first");
    assert_eq!(station.events(), events);

    station.sign_in(MB).await;
    assert_question(&station.screen().await, 3);
    answer(&station, &SHIRT.answers[2..]).await;
    let state = put_away(&station, unit, SHIRT.container).await;
    assert_eq!(state.grader.unwrap().as_str(), MB_ID);
    assert_eq!(answers_to(&station, unit, "PRODUCT"), given(KW_ID, &["YES"]));
    assert_eq!(answers_to(&station, unit, "TAG"), given(MB_ID, &["YES"]));
    let by = |fits: fn(&UnitEvent) -> bool| {
        let found = history(&station, unit).into_iter().find(|(_, event)| fits(event));
        found.unwrap().0.to_string()
    };
    assert_eq!(by(|event| matches!(event, UnitEvent::Received { .. })), KW_ID);
    assert_eq!(by(|event| matches!(event, UnitEvent::InspectionStarted { .. })), KW_ID);
    assert_eq!(by(|event| matches!(event, UnitEvent::Graded { .. })), MB_ID);
    assert_eq!(by(|event| matches!(event, UnitEvent::Staged { .. })), MB_ID);
    assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Staged));
    end(depot, station).await;
}
