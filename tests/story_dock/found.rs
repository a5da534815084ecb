//! The return behind what was scanned: by number, order, serial, product, label; expired, denied, closed or none.

use bench::seam::{Choice, Screen, Stage, Tone};
use returns::codes::{IntakeKind, Match, ParcelState};

use crate::desk::{assert_at_rest, assert_said, bench, end, newest, number, receive, units};
use crate::story::hands::{DRILL, ESPRESSO, JACKET, SHIRT};
use crate::story::station::{Station, told};

#[track_caller]
pub fn choices(screen: &Screen) -> Vec<Choice> {
    match &screen.stage {
        Stage::Pick { choices, .. } => choices.clone(),
        _ => panic!("{}", told(screen)),
    }
}

/// The command of the choice whose words have this argument.
#[track_caller]
pub fn command_for(screen: &Screen, name: &str, value: &str) -> String {
    let found = choices(screen).into_iter().find(|choice| {
        choice.say.as_ref().is_some_and(|say| say.args.get(name).is_some_and(|is| is == value))
    });
    found.unwrap_or_else(|| panic!("no {name} {value}: {:?}", choices(screen))).command
}

async fn leave(station: &Station) {
    assert_said(&station.press("PARCEL-DONE").await, "parcel-empty");
    assert_said(&station.press("YES").await, "parcel-done");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_on_the_goods_leads_to_the_return() {
    let (depot, station, _dir) = bench().await;
    let order = |rma: &str| {
        let rma = station.with(|records| records.rma(&rma.parse().unwrap()).unwrap()).unwrap();
        rma.order.unwrap().to_string()
    };
    // Number, order, serial that was shipped.
    let serial = ESPRESSO.answers[2].trim_start_matches('=');
    for (scanned, rma) in
        [(SHIRT.rma.to_owned(), SHIRT.rma), (order(DRILL.rma), DRILL.rma), (serial.to_owned(), ESPRESSO.rma)]
    {
        let screen = station.scan(&scanned).await;
        assert_said(&screen, "rma-found");
        assert_eq!(screen.band.say.args["rma"], rma, "{scanned}");
        leave(&station).await;
    }

    // A product without its carton: the line that waits for it is offered before it comes in blind.
    let screen = station.scan(JACKET.gtin).await;
    assert_said(&screen, "item-without-parcel");
    let commands: Vec<String> = choices(&screen).iter().map(|choice| choice.command.clone()).collect();
    assert!(commands.contains(&"BLIND".to_owned()), "{commands:?}");
    let line = command_for(&screen, "rma", JACKET.rma);
    let screen = station.press(&line).await;
    assert_said(&screen, "unit-received");
    let unit = newest(&station);
    let state = station.unit(unit).unwrap();
    assert_eq!((state.matched, state.intake), (Some(Match::Matched), Some(IntakeKind::Rma)));
    assert_eq!(state.rma.unwrap().as_str(), JACKET.rma);
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");

    // A unit by its number as a person types it.
    let lpn = station.unit(unit).unwrap().lpn.unwrap();
    let screen = station.scan(lpn.to_string()).await;
    assert_said(&screen, "unit-taken-up");
    assert!(matches!(&screen.stage, Stage::StickNumber { unit: head, .. } if head.unit == unit));
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_come_in_whatever_became_of_their_authorisation() {
    let (depot, station, _dir) = bench().await;
    for (tracking, said) in [
        ("1Z5R89390357563176", "rma-found-expired"),
        ("CX473124072FR", "rma-found-cancelled"),
        ("CX473130033DE", "rma-found-denied"),
        ("1Z5R89390357700124", "rma-found-closed"),
    ] {
        let screen = station.scan(tracking).await;
        assert_said(&screen, said);
        assert_eq!((screen.band.tone, screen.band.saved.is_some()), (Tone::Warning, true));
        leave_as_it_is(&station).await;
    }
    // Denied, and the item is received for its line all the same.
    station.scan("CX473130047AT").await;
    let gtin = gtin(&station, "AUR-SPK1");
    let screen = station.scan(&gtin).await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    let state = station.unit(newest(&station)).unwrap();
    assert_eq!(state.matched, Some(Match::Matched));
    assert!(state.added_findings.is_empty(), "{:?}", state.added_findings);
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    end(depot, station).await;
}

/// Nothing comes out of it; a carton of which nothing is expected is simply done.
async fn leave_as_it_is(station: &Station) {
    let screen = station.press("PARCEL-DONE").await;
    if screen.band.say.code == "parcel-empty" {
        station.press("YES").await;
    }
    assert_at_rest(&station.screen().await);
}

pub fn gtin(station: &Station, sku: &str) -> String {
    let item = station.with(|records| records.item(&sku.parse().unwrap()).unwrap());
    item.unwrap_or_else(|| panic!("no {sku}")).gtins[0].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carton_that_nobody_knows_is_found_again() {
    let (depot, station, _dir) = bench().await;
    // No number at all: begun blind, then another job comes between.
    assert_said(&station.scan("no such thing").await, "rma-not-found");
    assert_said(&station.press("BLIND").await, "parcel-blind");
    receive_unexpected(&station, SHIRT.gtin).await;
    let dir = station.dir.clone();
    station.stop().await;
    let station = Station::start(&dir).await;
    station.sign_in(crate::story::station::KW).await;

    // BLIND at rest offers it.
    let screen = station.press("BLIND").await;
    let begun: Vec<Choice> =
        choices(&screen).into_iter().filter(|choice| choice.command.starts_with("PICK")).collect();
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert_said(&station.press("PICK-1").await, "parcel-again");
    receive_unexpected(&station, JACKET.gtin).await;
    assert_eq!(units(&station), 2);
    let parcels = station.with(|records| records.parcels_at_hand().unwrap());
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0].1.units.len(), 2);
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    // Done: nothing to go on with, so it is an item without a code.
    let screen = station.press("BLIND").await;
    assert!(matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-unknown-item"));
    station.press("CANCEL").await;
    end(depot, station).await;
}

async fn receive_unexpected(station: &Station, gtin: &str) {
    assert_said(&station.scan(gtin).await, "item-not-expected");
    let screen = station.press("YES").await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    assert_eq!(station.unit(newest(station)).unwrap().intake, Some(IntakeKind::Blind));
    station.press("CANCEL").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_cartons_of_a_return_the_label_does_not_say_which() {
    let (depot, station, _dir) = bench().await;
    let (first, second) = ("CX473124055DE", "CX473124069DE");
    station.press("ARRIVALS").await;
    station.scan(first).await;
    station.scan(second).await;
    station.press("ARRIVALS").await;
    let screen = station.scan("26-118319").await;
    assert_said(&screen, "several-parcels");
    let screen = station.press(&command_for(&screen, "tracking", second)).await;
    assert_said(&screen, "rma-found");
    let state = |tracking: &str| {
        let found = station.with(|records| records.parcel_by_tracking(&tracking.parse().unwrap()).unwrap());
        found.unwrap().1.state.unwrap()
    };
    assert_eq!((state(first), state(second)), (ParcelState::Arrived, ParcelState::Opened));
    // Once it is begun, the label leads back to it.
    station.scan("26-118319").await;
    receive(&station, &gtin(&station, "NID-BLNKT")).await;
    number(&station, newest(&station)).await;
    station.press("CANCEL").await;
    end(depot, station).await;
}
