//! Containers: looked at, closed, and units that come out of them again.

use bench::seam::Stage;
use returns::codes::{ContainerState, Stage as UnitStage};
use returns::container;

use crate::desk::{assert_at_rest, assert_said, bench, end, number, put_away, receive};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{KW, Station, told};

fn container(station: &Station, code: &str) -> container::State {
    station.with(|records| records.container_by_code(&code.parse().unwrap()).unwrap()).unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_in_its_container_stays_there_or_is_taken_out() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (unit, staged) = station.unit_of(SHIRT.rma).unwrap();

    // On second thoughts it stays: nothing is on the desk, and work goes on.
    let events = station.events();
    let screen = number(&station, unit).await;
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-take-out"),
        "{}",
        told(&screen)
    );
    let screen = station.press("CANCEL").await;
    assert_at_rest(&screen);
    assert_eq!((station.events(), station.unit(unit)), (events, Some(staged.clone())));
    assert_said(&station.scan(DRILL.tracking).await, "rma-found");
    let between = receive(&station, DRILL.gtin).await;
    assert_eq!(station.unit(between).unwrap().stage, Some(UnitStage::Received));
    station.press("CANCEL").await;

    // Its disposition label is as good as its number.
    let screen = station.scan(format!("{}/{}", station.number(&SHIRT), staged.label.print)).await;
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-take-out"),
        "{}",
        told(&screen)
    );
    let screen = station.press("TAKE-OUT").await;
    assert_said(&screen, "taken-out");
    assert!(matches!(&screen.stage, Stage::Stow { .. }), "{}", told(&screen));
    assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Dispositioned));
    assert!(container(&station, SHIRT.container).units.is_empty());

    // And back.
    assert_said(&station.scan(format!("RS:T:{}", SHIRT.container)).await, "staged");
    assert!(container(&station, SHIRT.container).units.contains(&unit));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn close_means_the_container_on_the_screen_and_no_other() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    // Opened and put aside half done, so that it can be opened again.
    station.scan(JACKET.tracking).await;
    let jacket = receive(&station, JACKET.gtin).await;
    station.press("CANCEL").await;
    let tote = format!("RS:T:{}", SHIRT.container);

    // Each of these is other work, after which nobody looks at the container any more.
    let (label, again) = (depot.return_label("26-118305"), depot.return_label(JACKET.rma));
    for work in
        ["CANCEL", "TAKE-UP", &label, &again, JACKET.tracking, "PARCEL-DONE", DRILL.tracking, "SIGN-IN"]
    {
        assert_said(&station.scan(&tote).await, "container-shown");
        match work {
            "TAKE-UP" => {
                assert_said(&number(&station, jacket).await, "unit-taken-up");
                station.press("CANCEL").await;
            }
            "SIGN-IN" => station.sign_in(KW).await,
            "CANCEL" | "PARCEL-DONE" => drop(station.press(work).await),
            scan => {
                let screen = station.scan(scan).await;
                if screen.band.say.code == "another-rma" {
                    // Not in this parcel after all.
                    station.press("NO").await;
                }
            }
        }
        assert_said(&station.press("CLOSE").await, "no-container");
        assert_eq!(container(&station, SHIRT.container).state, Some(ContainerState::Open), "{work}");
    }

    // Looked at, and closed.
    station.scan(&tote).await;
    assert_said(&station.press("CLOSE").await, "container-closed");
    assert_eq!(container(&station, SHIRT.container).state, Some(ContainerState::Closed));
    assert_eq!(station.unit_of(SHIRT.rma).unwrap().1.stage, Some(UnitStage::Closed));
    assert_said(&number(&station, station.unit_of(SHIRT.rma).unwrap().0).await, "unit-closed");

    // The next unit opens it anew.
    number(&station, jacket).await;
    number(&station, jacket).await;
    crate::desk::answer(&station, JACKET.answers).await;
    put_away(&station, jacket, SHIRT.container).await;
    assert_eq!(container(&station, SHIRT.container).state, Some(ContainerState::Open));
    end(depot, station).await;
}
