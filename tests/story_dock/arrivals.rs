//! Cartons as they arrive: counted at the dock, refused, photographed, and opened later or elsewhere.

use bench::seam::{Screen, Stage, Tone};
use returns::codes::{Finding, ParcelRefusal, ParcelState};
use returns::parcel;

use crate::desk::{assert_at_rest, assert_said, bench, end, receive};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::picture;
use crate::story::station::{MB, Station, told};
use crate::story::until;

/// A carrier's number that no RMA announces.
const STRANGER: &str = "1Z5R89390357563201";

fn parcel(station: &Station, tracking: &str) -> Option<parcel::State> {
    let found = station.with(|records| records.parcel_by_tracking(&tracking.parse().unwrap()).unwrap());
    found.map(|(_, state)| state)
}

/// What the arrivals' screen counts: shown, today, waiting.
#[track_caller]
fn counted(screen: &Screen) -> (usize, u32, u32) {
    match &screen.stage {
        Stage::Arrivals { arrived, today, waiting } => (arrived.len(), *today, *waiting),
        _ => panic!("{}", told(screen)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cartons_are_counted_as_they_arrive_and_opened_another_day_by_somebody_else() {
    let (depot, station, _dir) = bench().await;
    let screen = station.press("ARRIVALS").await;
    assert_said(&screen, "arrivals-begun");
    assert_eq!(counted(&screen), (0, 0, 0));

    let screen = station.scan(SHIRT.tracking).await;
    assert_said(&screen, "arrived");
    assert_eq!(screen.band.say.args["rma"], SHIRT.rma);
    assert_eq!(counted(&screen), (1, 1, 1));
    // A carton whose only code is the return label.
    assert_said(&station.scan(depot.return_label(JACKET.rma)).await, "arrived");
    let screen = station.scan(STRANGER).await;
    assert_said(&screen, "arrived-unknown");
    assert_eq!(counted(&screen), (3, 3, 3));
    assert_eq!(parcel(&station, SHIRT.tracking).unwrap().state, Some(ParcelState::Arrived));

    // Scanned twice: told, and nothing new on record.
    let events = station.events();
    for again in [SHIRT.tracking.to_owned(), depot.return_label(JACKET.rma)] {
        let mut screen = station.scan(again).await;
        assert_said(&screen, "arrived-again");
        if matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-another-carton") {
            screen = station.press("NO").await;
        }
        assert_eq!(counted(&screen).1, 3);
        assert!(matches!(&screen.stage, Stage::Arrivals { arrived, .. } if arrived[0].again));
    }
    // Items, units and containers are no cartons.
    for other in [SHIRT.gtin, "RS:T:T-0202", "RS:L:R-01"] {
        let screen = station.scan(other).await;
        assert_said(&screen, "arrivals-cartons-only");
        assert_eq!(screen.band.tone, Tone::Rejected);
    }
    assert_eq!(station.events(), events);
    assert_at_rest(&station.press("ARRIVALS").await);

    // On Thursday, another person.
    station.sign_in(MB).await;
    assert_said(&station.scan(SHIRT.tracking).await, "rma-found");
    let opened = parcel(&station, SHIRT.tracking).unwrap();
    assert_eq!(opened.state, Some(ParcelState::Opened));
    assert!(opened.arrived.is_some());
    receive(&station, SHIRT.gtin).await;
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    // The one without a number of its own, by its label.
    assert_said(&station.scan(depot.return_label(JACKET.rma)).await, "rma-found");
    let parcels = station.with(|records| records.parcels_at_hand().unwrap());
    let jackets: Vec<_> =
        parcels.iter().filter(|(_, state)| state.rmas.iter().any(|rma| rma.as_str() == JACKET.rma)).collect();
    assert_eq!(jackets.len(), 1, "{jackets:?}");
    assert_eq!(jackets[0].1.state, Some(ParcelState::Opened));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carton_that_is_not_ours_is_refused_and_a_damaged_one_is_photographed() {
    let (depot, station, _dir) = bench().await;
    station.press("ARRIVALS").await;
    assert_said(&station.press("PHOTO").await, "scan-carton-first");

    station.press("HOLD").await;
    let screen = station.press("PICK-1").await;
    assert_said(&screen, "refuse-scan");
    let screen = station.scan(STRANGER).await;
    assert_said(&screen, "arrival-refused");
    let refused = parcel(&station, STRANGER).unwrap();
    assert_eq!((refused.state, refused.refused), (Some(ParcelState::Refused), Some(ParcelRefusal::NotOurs)));
    // Known when it comes again, at the dock and at the desk; and the next carton is taken in.
    assert_said(&station.scan(STRANGER).await, "arrived-refused-before");
    assert_said(&station.scan(DRILL.tracking).await, "arrived");
    assert_eq!(parcel(&station, DRILL.tracking).unwrap().state, Some(ParcelState::Arrived));

    // Chosen and thought better of.
    station.press("HOLD").await;
    station.press("PICK-2").await;
    assert_said(&station.press("UNDO").await, "cancelled");
    assert_said(&station.scan(SHIRT.tracking).await, "arrived");

    // The carton scanned last is damaged.
    station.camera.show(picture::of_goods());
    assert_said(&station.press("PHOTO").await, "carton-damage-kept");
    let shirt = parcel(&station, SHIRT.tracking).unwrap();
    assert_eq!((shirt.photos.len(), shirt.findings.contains(&Finding::CarrierDamage)), (1, true));
    assert!(parcel(&station, DRILL.tracking).unwrap().photos.is_empty());
    station.camera.show(picture::of_goods());
    station.press("PHOTO").await;
    assert_eq!(parcel(&station, SHIRT.tracking).unwrap().photos.len(), 2);

    assert_at_rest(&station.press("CANCEL").await);
    let screen = station.scan(STRANGER).await;
    assert_said(&screen, "parcel-refused-before");
    assert_at_rest(&screen);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carton_arrives_at_one_bench_and_is_opened_at_another() {
    let (depot, dock, _dir) = bench().await;
    let elsewhere = tempfile::tempdir().unwrap();
    depot.enrol(elsewhere.path(), "LEJ2", "LEJ2-B05", &depot.url()).await;
    let desk = Station::start(elsewhere.path()).await;
    desk.sign_in(MB).await;

    dock.press("ARRIVALS").await;
    dock.scan(SHIRT.tracking).await;
    dock.press("ARRIVALS").await;
    dock.until_sent().await;
    until("the arrival comes down", || parcel(&desk, SHIRT.tracking).is_some()).await;
    assert_said(&desk.scan(SHIRT.tracking).await, "rma-found");
    receive(&desk, SHIRT.gtin).await;
    desk.press("CANCEL").await;
    assert_said(&desk.press("PARCEL-DONE").await, "parcel-done");
    desk.until_sent().await;
    until("the parcel's end comes down", || {
        parcel(&dock, SHIRT.tracking).unwrap().state == Some(ParcelState::Emptied)
    })
    .await;
    assert_said(&dock.scan(SHIRT.tracking).await, "parcel-emptied");
    desk.stop().await;
    end(depot, dock).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_no_carrier_has_is_asked_about() {
    let (depot, station, _dir) = bench().await;
    station.press("ARRIVALS").await;
    let events = station.events();
    let screen = station.scan("KURIER 77-A").await;
    assert!(matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-unknown-arrival"));
    assert_said(&station.press("CANCEL").await, "cancelled");
    assert_eq!(station.events(), events);
    station.scan("KURIER 77-A").await;
    assert_said(&station.press("YES").await, "arrived-unknown");
    assert_eq!(parcel(&station, "KURIER 77-A").unwrap().state, Some(ParcelState::Arrived));
    // An RMA's number does for a carton's.
    assert_said(&station.scan(DRILL.rma).await, "arrived");
    station.press("ARRIVALS").await;
    // Both are found again.
    assert_said(&station.scan("KURIER 77-A").await, "parcel-blind");
    assert_said(&station.press("PARCEL-DONE").await, "parcel-empty");
    station.press("YES").await;
    assert_said(&station.scan(DRILL.rma).await, "rma-found");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_carton_with_the_same_label_arrives_where_a_person_says_so() {
    let (depot, station, _dir) = bench().await;
    station.press("ARRIVALS").await;
    let label = depot.return_label(JACKET.rma);
    assert_said(&station.scan(&label).await, "arrived");
    let events = station.events();
    let screen = station.scan(&label).await;
    assert_said(&screen, "arrived-again");
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-another-carton"),
        "{}",
        told(&screen)
    );
    assert_eq!(station.events(), events);
    let screen = station.press("YES").await;
    assert_said(&screen, "arrived");
    assert_eq!(counted(&screen), (3, 2, 2));
    assert_eq!(station.with(|records| records.parcels_at_hand().unwrap()).len(), 2);
    station.press("ARRIVALS").await;
    end(depot, station).await;
}
