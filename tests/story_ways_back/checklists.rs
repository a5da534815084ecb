//! A checklist that changes while units are inspected by it.

use std::path::Path;

use bench::seam::{Stage, Tone};
use head_office::import::Sources;
use returns::event::UnitEvent;
use returns::ids::UnitId;
use serde_json::Value;

use crate::desk::{
    answer, assert_question, assert_said, bench, end, number, photograph, put_away, receive, times,
};
use crate::story::depot::{Depot, asset};
use crate::story::hands::{JACKET, SHIRT};
use crate::story::station::{Station, told};
use crate::story::until;

/// Head office publishes another version of the checklist for apparel: nobody is asked for the tag any more.
async fn publish(depot: &Depot, station: &Station, version: u32) {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), version);
    let verdict = depot.import(Sources { checklists: vec![dir.path().to_owned()], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    until("the new checklist is here", || {
        let found =
            station.with(|records| records.checklist(&"APPAREL".parse().unwrap(), None, None).unwrap());
        found.unwrap().version == version
    })
    .await;
}

fn write(dir: &Path, version: u32) {
    let text = std::fs::read(asset("checklists/apparel.json")).unwrap();
    let mut checklist: Value = serde_json::from_slice(&text).unwrap();
    checklist["version"] = version.into();
    checklist["questions"].as_array_mut().unwrap().retain(|question| question["id"] != "TAG");
    std::fs::write(dir.join("apparel.json"), checklist.to_string()).unwrap();
}

fn begun(station: &Station, unit: UnitId) -> usize {
    times(station, unit, |event| matches!(event, UnitEvent::InspectionStarted { .. }))
}

fn version(station: &Station, unit: UnitId) -> u32 {
    station.unit(unit).unwrap().checklist.unwrap().1
}

/// Answers without the one for the tag.
fn without_tag(answers: &[&'static str]) -> Vec<&'static str> {
    answers.iter().enumerate().filter(|(place, _)| *place != 2).map(|(_, answer)| *answer).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_put_aside_begins_anew_with_the_new_checklist() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let unit = receive(&station, SHIRT.gtin).await;
    number(&station, unit).await;
    answer(&station, &["NO", "YES", "YES"]).await;
    station.press("CANCEL").await;
    publish(&depot, &station, 2).await;

    let screen = number(&station, unit).await;
    assert_said(&screen, "unit-taken-up");
    assert_question(&screen, 1);
    assert_eq!((begun(&station, unit), version(&station, unit)), (2, 2));
    answer(&station, &without_tag(SHIRT.answers)).await;
    put_away(&station, unit, SHIRT.container).await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_on_the_desk_begins_anew_with_the_new_checklist() {
    let (depot, station, _dir) = bench().await;
    station.scan(JACKET.tracking).await;
    let unit = receive(&station, JACKET.gtin).await;
    number(&station, unit).await;
    answer(&station, &["NO", "YES"]).await;
    publish(&depot, &station, 2).await;

    // The answer was meant for the old list: it is not taken, but the person is led to the new one.
    let screen = station.press("NO").await;
    assert_said(&screen, "checklist-changed");
    assert_eq!(screen.band.tone, Tone::Warning, "{}", told(&screen));
    assert_question(&screen, 1);
    assert!(station.unit(unit).unwrap().answers.is_empty());
    assert_eq!((begun(&station, unit), version(&station, unit)), (2, 2));

    // Once more where only the photo is missing: the photo is kept, the answers are asked for anew.
    let screen = answer(&station, &without_tag(JACKET.answers)).await;
    assert!(matches!(&screen.stage, Stage::Photos { .. }), "{}", told(&screen));
    publish(&depot, &station, 3).await;
    let screen = photograph(&station).await;
    assert_said(&screen, "checklist-changed");
    assert_question(&screen, 1);
    assert_eq!((begun(&station, unit), version(&station, unit)), (3, 3));
    answer(&station, &without_tag(JACKET.answers)).await;
    let state = put_away(&station, unit, JACKET.container).await;
    assert_eq!(state.disposition().unwrap().as_str(), JACKET.disposition);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_scanned_for_the_old_checklist_begins_anew_too() {
    let (depot, station, _dir) = bench().await;
    let unit = {
        station.scan("1Z5R89390357563194").await;
        receive(&station, "2901180001017").await
    };
    number(&station, unit).await;
    answer(&station, &["NO", "YES"]).await;
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(asset("checklists/electronics.json")).unwrap();
    std::fs::write(dir.path().join("electronics.json"), text.replacen("\"version\": 1", "\"version\": 2", 1))
        .unwrap();
    let verdict = depot.import(Sources { checklists: vec![dir.path().to_owned()], ..Sources::default() });
    assert!(verdict.refused.is_empty(), "{:?}", verdict.refused);
    until("the new checklist is here", || {
        let found =
            station.with(|records| records.checklist(&"ELECTRONICS".parse().unwrap(), None, None).unwrap());
        found.unwrap().version == 2
    })
    .await;

    let screen = station.scan("3F21-0098-533").await;
    assert_said(&screen, "checklist-changed");
    assert_question(&screen, 1);
    answer(&station, &["NO", "YES", "=3F21-0098-533", "NO", "NO", "YES", "NO", "NO"]).await;
    put_away(&station, unit, "T-0201").await;
    end(depot, station).await;
}
