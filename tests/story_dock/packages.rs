//! What a package says beside its product: serial, lot and expiry in one scan, or typed, or not to be read.

use bench::seam::Stage;
use returns::codes::{Finding, SignalKind};
use returns::event::UnitEvent;

use crate::desk::{assert_question, assert_said, bench, end, newest, number, receive, times};
use crate::found::gtin;
use crate::story::hands::ESPRESSO;
use crate::story::station::{Station, told};

/// A carton with chocolates, which have an expiry.
const CHOCOLATES: &str = "CX473130245DE";

/// A GS1 DataMatrix with the product, an expiry, a lot and a serial.
fn data_matrix(gtin: &str, expiry: &str, lot: &str, serial: &str) -> String {
    format!("]d201{gtin:0>14}17{expiry}10{lot}\u{1d}21{serial}")
}

#[track_caller]
fn assert_asks_expiry(screen: &bench::seam::Screen) {
    assert!(matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-expiry"), "{}", told(screen));
}

async fn chocolates(station: &Station) -> returns::ids::UnitId {
    station.scan(CHOCOLATES).await;
    receive(station, &gtin(station, "MRN-CHOC")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_scan_gives_product_serial_and_lot_and_answers_the_serial_question() {
    let (depot, station, _dir) = bench().await;
    let serial = ESPRESSO.answers[2].trim_start_matches('=');
    station.scan(ESPRESSO.tracking).await;
    let code = data_matrix(ESPRESSO.gtin, "291231", "L-44", serial);
    let screen = station.scan(&code).await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    let unit = newest(&station);
    let state = station.unit(unit).unwrap();
    assert_eq!(state.serial.unwrap().as_str(), serial);
    assert_eq!(state.lot.unwrap().as_str(), "L-44");
    assert_eq!(state.expiry.unwrap().to_string(), "2029-12-31");
    number(&station, unit).await;
    assert_question(&station.screen().await, 1);
    // Up to the serial's question, which needs no second scan.
    let asked = |screen: &bench::seam::Screen| match &screen.stage {
        Stage::Question { number, .. } => *number,
        _ => panic!("{}", told(screen)),
    };
    station.press("NO").await;
    let screen = station.press("YES").await;
    assert_eq!(asked(&screen), 4, "{}", told(&screen));
    assert_eq!(crate::desk::answers_to(&station, unit, "SERIAL").len(), 1);
    assert_eq!(crate::desk::answers_to(&station, unit, "SERIAL")[0].1, "MATCHES");
    assert_eq!(times(&station, unit, |event| matches!(event, UnitEvent::SerialRead { .. })), 1);
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_is_typed_digit_by_digit_before_the_first_question() {
    let (depot, station, _dir) = bench().await;
    let unit = chocolates(&station).await;
    assert_asks_expiry(&number(&station, unit).await);
    for digit in "3102".chars() {
        station.press(&format!("DIGIT-{digit}")).await;
    }
    // A month that has no such day.
    for digit in "29".chars() {
        station.press(&format!("DIGIT-{digit}")).await;
    }
    assert_said(&station.press("ENTER").await, "expiry-not-a-day");
    assert_asks_expiry(&station.screen().await);
    for digit in "3112289".chars() {
        // The seventh digit is one too many and does not count.
        station.press(&format!("DIGIT-{digit}")).await;
    }
    let screen = station.press("ENTER").await;
    assert_said(&screen, "expiry-kept");
    assert_question(&screen, 1);
    let state = station.unit(unit).unwrap();
    assert_eq!(state.expiry.unwrap().to_string(), "2028-12-31");
    assert!(!state.added_findings.contains(&Finding::Expired));
    // It is not asked again.
    station.press("CANCEL").await;
    assert_question(&number(&station, unit).await, 1);
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_that_is_over_is_found_and_one_that_cannot_be_read_is_skipped() {
    let (depot, station, _dir) = bench().await;
    let unit = chocolates(&station).await;
    assert_asks_expiry(&number(&station, unit).await);
    // Put aside, and asked again when it is taken up.
    station.press("CANCEL").await;
    assert_question(&station.screen().await, 1);
    station.press("CANCEL").await;
    assert_asks_expiry(&number(&station, unit).await);
    let screen = station.scan(data_matrix(&gtin(&station, "MRN-CHOC"), "240131", "A1", "1")).await;
    assert_said(&screen, "expiry-over");
    assert!(station.unit(unit).unwrap().added_findings.contains(&Finding::Expired));
    assert_question(&screen, 1);
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");

    station.scan("1Z5R89390357700188").await;
    let oil = receive(&station, &gtin(&station, "MRN-OIL3L")).await;
    assert_asks_expiry(&number(&station, oil).await);
    let screen = station.press("SKIP-PHOTO").await;
    assert_said(&screen, "expiry-skipped");
    assert_question(&screen, 1);
    let state = station.unit(oil).unwrap();
    assert!(state.photos_skipped.keys().any(|role| role.as_str() == "EXPIRY"));
    station.press("CANCEL").await;
    assert_question(&number(&station, oil).await, 1);
    // Read after all, from the package that lies on the desk.
    let screen = station.scan(data_matrix(&gtin(&station, "MRN-OIL3L"), "300630", "B2", "7")).await;
    assert_said(&screen, "code-kept");
    assert_eq!(station.unit(oil).unwrap().expiry.unwrap().to_string(), "2030-06-30");
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_is_too_light_is_told_and_noted_only_where_a_person_says_so() {
    let (depot, station, _dir) = bench().await;
    station.scan("26-118301").await;
    let unit = receive(&station, &gtin(&station, "AUR-WH900-BLK")).await;
    let screen = station.press("WEIGH").await;
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-weight"),
        "{}",
        told(&screen)
    );
    assert_said(&station.press("ENTER").await, "weight-none");
    for digit in ["DIGIT-1", "DIGIT-8", "DIGIT-0"] {
        station.press(digit).await;
    }
    let screen = station.press("ENTER").await;
    assert_said(&screen, "weight-off");
    assert_eq!((&*screen.band.say.args["weight"], &*screen.band.say.args["expected"]), ("180", "612"));
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-note-finding"),
        "{}",
        told(&screen)
    );
    station.press("NO").await;
    let state = station.unit(unit).unwrap();
    assert_eq!(state.weight_grams, Some(180));
    assert!(
        state.signals.iter().any(|signal| signal.kind == SignalKind::WeightMismatch),
        "{:?}",
        state.signals
    );
    assert!(state.added_findings.is_empty(), "nothing is noted by itself");

    // Weighed again at the checklist, and noted.
    number(&station, unit).await;
    station.press("WEIGH").await;
    assert_said(&station.scan("180").await, "weight-off");
    assert_said(&station.press("YES").await, "finding-added");
    assert!(station.unit(unit).unwrap().added_findings.contains(&Finding::WeightMismatch));
    assert_question(&station.screen().await, 1);
    // What fits is asked nothing.
    station.press("WEIGH").await;
    let screen = station.scan("615").await;
    assert_said(&screen, "weight-kept");
    assert_question(&screen, 1);
    assert!(station.unit(unit).unwrap().signals.is_empty());
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    end(depot, station).await;
}
