//! One bench of a depot, and the steps that these stories take on it.

use bench::seam::{Screen, Stage, Tone};
use returns::codes::Stage as UnitStage;
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{OperatorId, Subject, UnitId};
use returns::unit;

use crate::story::depot::Depot;
use crate::story::picture;
use crate::story::station::{KW, Person, Station, told};

pub const TO: Person = Person { badge: "RS:O:TO-C40B77", pin: "8642" };

/// A depot, and a bench of it that is taught, where KW is signed in.
pub async fn bench() -> (Depot, Station, tempfile::TempDir) {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    (depot, station, dir)
}

/// Everything is sent, and sound at both ends.
pub async fn end(depot: Depot, station: Station) {
    station.settled().await;
    station.until_sent().await;
    station.verified();
    depot.verified();
    station.stop().await;
    depot.close().await;
}

/// What came of the last scan or press.
#[track_caller]
pub fn assert_said(screen: &Screen, code: &str) {
    assert_eq!(screen.band.say.code, code, "{}", told(screen));
}

/// The checklist's question on the screen, by its place.
#[track_caller]
pub fn assert_question(screen: &Screen, place: u32) {
    assert!(
        matches!(&screen.stage, Stage::Question { number, .. } if *number == place),
        "{place}: {}",
        told(screen)
    );
}

#[track_caller]
pub fn assert_at_rest(screen: &Screen) {
    assert!(matches!(&screen.stage, Stage::Idle { .. }), "{}", told(screen));
}

/// An item comes out of the parcel; its unit lies on the desk then.
pub async fn receive(station: &Station, gtin: &str) -> UnitId {
    let screen = station.scan(gtin).await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{gtin}: {}", told(&screen));
    newest(station)
}

/// The unit that something happened to last.
pub fn newest(station: &Station) -> UnitId {
    station.with(|records| records.recent_units(1).unwrap())[0].0
}

pub fn units(station: &Station) -> usize {
    station.with(|records| records.recent_units(1000).unwrap()).len()
}

/// Scans a unit's own number.
pub async fn number(station: &Station, unit: UnitId) -> Screen {
    let lpn = station.unit(unit).unwrap().lpn.unwrap();
    station.scan(lpn.code(None)).await
}

/// Answers one question after the other; `=…` is a serial that is scanned.
pub async fn answer(station: &Station, answers: &[&str]) -> Screen {
    let mut screen = station.settled().await;
    for given in answers {
        screen = match given.strip_prefix('=') {
            Some(serial) => station.scan(serial).await,
            None => station.press(given).await,
        };
        assert!(screen.band.tone != Tone::Rejected, "{given}: {}", told(&screen));
    }
    screen
}

/// Photographs the unit on the desk as often as it must be.
pub async fn photograph(station: &Station) -> Screen {
    let mut screen = station.settled().await;
    for _ in 0..5 {
        if !matches!(&screen.stage, Stage::Photos { .. }) {
            return screen;
        }
        station.camera.show(picture::of_goods());
        screen = station.press("PHOTO").await;
    }
    panic!("no end of photos: {}", told(&screen));
}

/// From the last answer into a container.
pub async fn put_away(station: &Station, unit: UnitId, container: &str) -> unit::State {
    let screen = photograph(station).await;
    assert!(matches!(&screen.stage, Stage::Decision { decision: Some(_), .. }), "{}", told(&screen));
    station.press("NEXT").await;
    let state = station.unit(unit).unwrap();
    let label = format!("{}/{}", state.lpn.unwrap().code(None), state.label.print);
    assert_said(&station.scan(label).await, "label-confirmed");
    assert_said(&station.scan(format!("RS:T:{container}")).await, "staged");
    let state = station.unit(unit).unwrap();
    assert_eq!(state.stage, Some(UnitStage::Staged));
    state
}

/// What happened to a unit, and by whose hand.
pub fn history(station: &Station, unit: UnitId) -> Vec<(OperatorId, UnitEvent)> {
    let history = station.with(|records| records.history(Subject::Unit(unit)).unwrap());
    let known = history.into_iter().map(|(_, envelope)| match envelope.event() {
        Parsed::Known(Event::Unit(event)) => (envelope.actor.operator.clone(), event),
        other => panic!("{}: {other:?}", envelope.kind),
    });
    known.collect()
}

/// How often something happened to a unit.
pub fn times(station: &Station, unit: UnitId, fits: impl Fn(&UnitEvent) -> bool) -> usize {
    history(station, unit).iter().filter(|(_, event)| fits(event)).count()
}

/// Answers on record to one question, oldest first: who gave which.
pub fn answers_to(station: &Station, unit: UnitId, question: &str) -> Vec<(String, String)> {
    let given = history(station, unit).into_iter().filter_map(|(operator, event)| match event {
        UnitEvent::Answered { answer, .. } if answer.question.as_str() == question => {
            Some((operator.to_string(), answer.choice.to_string()))
        }
        _ => None,
    });
    given.collect()
}
