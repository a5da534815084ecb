//! The camera as a scanner: a code held under it counts once and only where it is what the bench waits for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::time::{Duration, Instant};

use bench::Notices;
use bench::seam::{Notice, Screen, Stage};
use returns::codes::Stage as UnitStage;
use story::depot::Depot;
use story::hands::{JACKET, SHIRT};
use story::station::{KW, Station, told};
use story::{PATIENCE, picture};

/// Shows a frame until the bench has read this code in it, or nothing at all. As a camera does, it is sent again
/// and again: a frame that takes too long to read is passed over.
async fn looked_at(station: &Station, notices: &mut Notices, frame: Vec<u8>, code: Option<&str>) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        station.camera.show(frame.clone());
        let looked = tokio::time::timeout(Duration::from_millis(300), read_in_view(notices, code)).await;
        if looked.is_ok() {
            return;
        }
    }
    panic!("the bench never looked at {code:?}");
}

/// Waits for the outline of a code, or for the news that there is none.
async fn read_in_view(notices: &mut Notices, code: Option<&str>) {
    while let Some(notice) = notices.next().await {
        let Notice::Outlines(outlines) = notice else { continue };
        let texts: Vec<&str> = outlines.iter().map(|outline| outline.text.as_str()).collect();
        match code {
            // An outline shows 64 characters of its text.
            Some(code) if texts.iter().any(|text| !text.is_empty() && code.starts_with(text)) => return,
            None if texts.is_empty() => return,
            _ => {}
        }
    }
    panic!("the bench has stopped");
}

/// Holds a code under the camera, three times a little elsewhere, and gives the screen after the last.
async fn hold(station: &Station, notices: &mut Notices, code: &str) -> Screen {
    for place in [0, 3, 9] {
        looked_at(station, notices, picture::of_code(code, place), Some(code)).await;
    }
    station.settled().await
}

/// Nothing lies under the camera any more.
async fn take_away(station: &Station, notices: &mut Notices) {
    looked_at(station, notices, picture::of_mat(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_view_counts_once_and_only_where_it_is_waited_for() {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(dir.path()).await;
    let mut notices = station.bench.notices();

    // A badge that lies in view signs nobody in.
    let screen = hold(&station, &mut notices, KW.badge).await;
    assert!(matches!(&screen.stage, Stage::SignIn { operator: None, .. }), "{}", told(&screen));
    station.sign_in(KW).await;
    take_away(&station, &mut notices).await;

    // A return label held under the camera opens its parcel, once.
    let (events, blink) = (station.events(), station.screen().await.band.blink);
    let label = depot.return_label(SHIRT.rma);
    let screen = hold(&station, &mut notices, &label).await;
    assert_eq!(
        (screen.band.say.code.as_str(), screen.band.blink),
        ("rma-found", blink + 1),
        "{}",
        told(&screen)
    );
    assert!(matches!(&screen.stage, Stage::Idle { parcel: Some(parcel), .. } if parcel.rmas == [SHIRT.rma]));
    let arrived = station.events();
    assert!(arrived > events);

    // It stays there: nothing more comes of it.
    let screen = hold(&station, &mut notices, &label).await;
    assert_eq!((screen.band.blink, station.events()), (blink + 1, arrived), "{}", told(&screen));
    take_away(&station, &mut notices).await;

    // The item is scanned by hand; its number's label is read from the picture.
    station.scan(SHIRT.gtin).await;
    let number = station.number(&SHIRT);
    let screen = hold(&station, &mut notices, &number).await;
    assert_eq!(screen.band.say.code, "number-confirmed", "{}", told(&screen));
    let (unit, state) = station.unit_of(SHIRT.rma).unwrap();
    assert_eq!(state.stage, Some(UnitStage::Inspecting));

    // Now a unit is in work. Neither another parcel's label, nor commands, nor another unit disturb it.
    let (events, blink) = (station.events(), station.screen().await.band.blink);
    let strangers =
        [JACKET.tracking, "RS:C:YES", "RS:C:NO", "RS:C:CANCEL", "RS:C:LOG-OFF", "RS:T:T-0202", &number];
    for stranger in strangers {
        let screen = hold(&station, &mut notices, stranger).await;
        assert_eq!(screen.band.blink, blink, "{stranger}: {}", told(&screen));
        assert!(matches!(&screen.stage, Stage::Question { number: 1, .. }), "{stranger}: {}", told(&screen));
    }
    assert_eq!(station.events(), events);
    assert_eq!(station.unit(unit), Some(state));

    // The same command from the scanner is taken.
    let screen = station.scan("RS:C:NO").await;
    assert!(matches!(&screen.stage, Stage::Question { number: 2, .. }), "{}", told(&screen));
    station.verified();
    station.stop().await;
    depot.close().await;
}
