//! A technician takes up what waits for work, works on it, and it is inspected again.

use bench::seam::{Screen, Stage};
use returns::codes::{Stage as UnitStage, Work, WorkResult};

use crate::desk::{TO, assert_question, assert_said, bench, end, number};
use crate::story::hands::JACKET;
use crate::story::station::{KW, Person, told};

const SN: Person = Person { badge: "RS:O:SN-0E96A1", pin: "9753" };

#[track_caller]
fn offered(screen: &Screen) -> (bool, Vec<String>) {
    match &screen.stage {
        Stage::Work { work, .. } => (
            work.since.is_some(),
            work.choices.iter().map(|choice| choice.say.as_ref().unwrap().code.clone()).collect(),
        ),
        _ => panic!("{}", told(screen)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_cleans_a_unit_and_it_is_inspected_again() {
    let (depot, station, _dir) = bench().await;
    station.carry(&JACKET).await;
    let (unit, staged) = station.unit_of(JACKET.rma).unwrap();

    // A grader who takes it out can only put it back.
    number(&station, unit).await;
    let screen = station.press("TAKE-OUT").await;
    assert!(matches!(&screen.stage, Stage::Stow { .. }), "{}", told(&screen));
    station.scan(format!("RS:T:{}", JACKET.container)).await;

    station.sign_in(SN).await;
    number(&station, unit).await;
    let screen = station.press("TAKE-OUT").await;
    assert_said(&screen, "taken-out");
    let (begun, choices) = offered(&screen);
    assert!(!begun);
    assert_eq!(choices, ["choice-work-cleaning", "choice-work-repacking", "choice-work-part-added"]);
    let events = station.events();
    let screen = station.press("PICK-1").await;
    assert_said(&screen, "work-begun");
    assert_eq!(offered(&screen), (true, vec!["choice-work-done".into(), "choice-work-not-possible".into()]));
    // Thought better of, nothing is on record; and begun again.
    assert_said(&station.press("UNDO").await, "work-left");
    assert_eq!(station.events(), events);
    station.press("PICK-1").await;
    let screen = station.press("PICK-1").await;
    assert_said(&screen, "work-finished");
    assert_question(&screen, 1);

    let state = station.unit(unit).unwrap();
    assert_eq!(state.stage, Some(UnitStage::Inspecting));
    assert_eq!(state.work.len(), 1);
    let work = &state.work[0];
    assert_eq!((work.work, work.result, work.by.as_str()), (Work::Cleaning, WorkResult::Done, "op-1021"));
    assert_eq!(state.label.stage, returns::codes::LabelStage::None);
    assert!(state.label.print >= staged.label.print);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_added_is_scanned_and_what_cannot_be_done_is_said() {
    let (depot, station, _dir) = bench().await;
    station.carry(&JACKET).await;
    let (unit, _) = station.unit_of(JACKET.rma).unwrap();
    station.sign_in(TO).await;
    number(&station, unit).await;
    station.press("TAKE-OUT").await;
    let screen = station.press("PICK-3").await;
    // Without the part it cannot be done.
    assert_eq!(offered(&screen).1, ["choice-work-not-possible"]);
    assert_said(&station.scan("4006381333931").await, "item-unknown");
    let screen = station.scan("2901180002274").await;
    assert_said(&screen, "part-scanned");
    assert_eq!(offered(&screen).1.len(), 2);
    assert_said(&station.press("PICK-1").await, "work-finished");
    let state = station.unit(unit).unwrap();
    assert_eq!(
        (state.work[0].work, state.work[0].part.as_ref().unwrap().as_str()),
        (Work::PartAdded, "HAL-CAP")
    );
    assert_question(&station.screen().await, 1);
    station.press("CANCEL").await;
    station.sign_in(KW).await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_may_put_it_away_again_without_work() {
    let (depot, station, _dir) = bench().await;
    station.carry(&JACKET).await;
    let (unit, _) = station.unit_of(JACKET.rma).unwrap();
    station.sign_in(SN).await;
    number(&station, unit).await;
    station.press("TAKE-OUT").await;
    offered(&station.screen().await);
    assert_said(&station.scan(format!("RS:T:{}", JACKET.container)).await, "staged");
    // Or cannot be done: it is inspected again all the same.
    number(&station, unit).await;
    station.press("TAKE-OUT").await;
    station.press("PICK-2").await;
    assert_said(&station.press("PICK-2").await, "work-finished");
    let state = station.unit(unit).unwrap();
    assert_eq!((state.work[0].work, state.work[0].result), (Work::Repacking, WorkResult::NotPossible));
    assert_question(&station.screen().await, 1);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_kept_also_where_no_inspection_can_begin_again() {
    let (depot, station, _dir) = bench().await;
    station.carry(&JACKET).await;
    let (unit, _) = station.unit_of(JACKET.rma).unwrap();
    station.sign_in(SN).await;
    number(&station, unit).await;
    station.press("TAKE-OUT").await;
    station.press("PICK-1").await;
    // Meanwhile the checklists are gone.
    let database = rusqlite::Connection::open(station.dir.join("station.db")).unwrap();
    database.execute_batch("DELETE FROM documents WHERE kind = 'checklist'").unwrap();
    drop(database);
    assert_said(&station.press("PICK-1").await, "checklist-missing");
    let state = station.unit(unit).unwrap();
    assert_eq!(state.work.len(), 1);
    assert!(state.holds.contains(&returns::codes::HoldReason::UnknownItem));
    end(depot, station).await;
}
