//! What was in a parcel against what was announced.

use bench::seam::{Stage, Tone};
use returns::codes::{Match, ParcelOutcome};
use returns::event::{Event, ParcelEvent, Parsed};
use returns::ids::{ParcelId, Subject};

use crate::desk::{assert_at_rest, assert_said, bench, end, newest, receive, units};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{Station, told};
use crate::story::until;

/// Two lines, one piece of each, in one parcel.
const TWO_LINES: &str = "26-118316";
/// One line, two pieces.
const TWO_PIECES: &str = "26-118332";
const MOUSE: &str = "2901180001710";
const CAP: &str = "2901180002274";

/// Takes a piece out of the open parcel and puts it aside.
async fn take(station: &Station, gtin: &str) {
    receive(station, gtin).await;
    assert_said(&station.press("CANCEL").await, "unit-aside");
}

/// Waits until head office has counted the pieces of each line and told the station.
async fn counted(station: &Station, rma: &str, received: &[u32]) {
    station.settled().await;
    station.until_sent().await;
    until("the counts come back", || {
        let rma = station.with(|records| records.rma(&rma.parse().unwrap()).unwrap()).unwrap();
        rma.lines.iter().map(|line| line.received).eq(received.iter().copied())
    })
    .await;
}

/// Nothing is left in the parcel: what the band says, and what is on record. Where something is missing it is
/// asked once more, and nothing is on record until then.
async fn done(station: &Station, tracking: &str) -> ParcelOutcome {
    let (parcel, _) =
        station.with(|records| records.parcel_by_tracking(&tracking.parse().unwrap()).unwrap()).unwrap();
    let events = station.events();
    let mut screen = station.press("PARCEL-DONE").await;
    if matches!(screen.band.say.code.as_str(), "parcel-short" | "parcel-empty") {
        assert_eq!(station.events(), events);
        assert_said(&station.press("NO").await, "cancelled");
        assert_eq!(station.events(), events);
        let asked = station.press("PARCEL-DONE").await;
        assert!(matches!(&asked.stage, Stage::Pick { .. }), "{}", told(&asked));
        screen = station.press("YES").await;
        let outcome = outcome_of(station, parcel);
        assert!(matches!(outcome, ParcelOutcome::Short | ParcelOutcome::Empty), "{outcome:?}");
    }
    assert_said(&screen, "parcel-done");
    let outcome = outcome_of(station, parcel);
    assert_eq!(screen.band.say.args["outcome"], outcome.to_string());
    let tone = if outcome == ParcelOutcome::Complete { Tone::Accepted } else { Tone::Warning };
    assert_eq!(screen.band.tone, tone, "{}", told(&screen));
    outcome
}

fn outcome_of(station: &Station, parcel: ParcelId) -> ParcelOutcome {
    let history = station.with(|records| records.history(Subject::Parcel(parcel)).unwrap());
    let emptied: Vec<ParcelOutcome> = history
        .iter()
        .filter_map(|(_, envelope)| match envelope.event() {
            Parsed::Known(Event::Parcel(ParcelEvent::Emptied { outcome, .. })) => Some(outcome),
            _ => None,
        })
        .collect();
    assert_eq!(emptied.len(), 1, "{emptied:?}");
    emptied[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_is_counted_against_what_was_still_to_come_before_it() {
    let (depot, station, _dir) = bench().await;

    // All there, whether or not head office has heard of it.
    station.scan(SHIRT.tracking).await;
    take(&station, SHIRT.gtin).await;
    assert_eq!(done(&station, SHIRT.tracking).await, ParcelOutcome::Complete);
    station.scan("1Z5R89390357563130").await;
    take(&station, "2901180002410").await;
    take(&station, "2901180002625").await;
    counted(&station, TWO_LINES, &[1, 1]).await;
    assert_eq!(done(&station, "1Z5R89390357563130").await, ParcelOutcome::Complete);

    // One of two pieces: the other is named.
    station.scan("CX473124112DE").await;
    take(&station, MOUSE).await;
    counted(&station, TWO_PIECES, &[1]).await;
    let screen = station.press("PARCEL-DONE").await;
    assert_said(&screen, "parcel-short");
    assert_eq!(screen.band.say.args["missing"], "1 × Senda wireless mouse");
    station.press("CANCEL").await;
    assert_eq!(done(&station, "CX473124112DE").await, ParcelOutcome::Short);

    // One more than announced.
    station.scan(JACKET.tracking).await;
    take(&station, JACKET.gtin).await;
    assert_said(&station.scan(CAP).await, "item-not-expected");
    station.press("YES").await;
    station.press("CANCEL").await;
    counted(&station, JACKET.rma, &[1]).await;
    assert_eq!(done(&station, JACKET.tracking).await, ParcelOutcome::Over);

    // Nothing.
    station.scan(DRILL.tracking).await;
    assert_eq!(done(&station, DRILL.tracking).await, ParcelOutcome::Empty);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_in_two_cartons_is_short_in_neither() {
    let (depot, station, _dir) = bench().await;
    station.scan("CX473124055DE").await;
    take(&station, "2901180003462").await;
    // The other carton comes while this one lies open: it has to wait.
    let screen = station.scan("CX473124069DE").await;
    assert_said(&screen, "parcel-open");
    assert_eq!(done(&station, "CX473124055DE").await, ParcelOutcome::Complete);
    counted(&station, "26-118319", &[1, 0]).await;

    station.scan("CX473124069DE").await;
    take(&station, "2901180003530").await;
    counted(&station, "26-118319", &[1, 1]).await;
    assert_eq!(done(&station, "CX473124069DE").await, ParcelOutcome::Complete);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_parcel_takes_another_return_but_no_other_carton() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let parcel_of = |tracking: &str| {
        station.with(|records| records.parcel_by_tracking(&tracking.parse().unwrap()).unwrap())
    };

    // Another carton: one that is announced, and one that nobody knows.
    for tracking in [DRILL.tracking, "1Z5R89390357563201"] {
        let events = station.events();
        let screen = station.scan(tracking).await;
        assert_eq!(screen.band.tone, Tone::Rejected, "{tracking}: {}", told(&screen));
        assert_eq!(station.events(), events, "{tracking}");
        assert_at_rest(&screen);
    }
    assert_said(&station.scan(DRILL.tracking).await, "parcel-open");
    assert!(parcel_of(DRILL.tracking).is_none());
    assert_said(&station.scan(SHIRT.tracking).await, "parcel-open-already");

    // The label of another return lies in it.
    let events = station.events();
    assert_said(&station.scan(depot.return_label(JACKET.rma)).await, "another-rma");
    station.press("NO").await;
    assert_eq!(station.events(), events);
    station.scan(depot.return_label(JACKET.rma)).await;
    assert_said(&station.press("YES").await, "rma-found");
    let (parcel, state) = parcel_of(SHIRT.tracking).unwrap();
    let rmas: Vec<&str> = state.rmas.iter().map(|rma| rma.as_str()).collect();
    assert_eq!(rmas, [SHIRT.rma, JACKET.rma]);
    assert_said(&station.scan(depot.return_label(JACKET.rma)).await, "parcel-open-already");

    // Its item is expected now.
    take(&station, JACKET.gtin).await;
    let unit = station.unit(newest(&station)).unwrap();
    assert_eq!((unit.matched, unit.parcel), (Some(Match::Matched), Some(parcel)));
    assert_eq!(unit.rma.unwrap().as_str(), JACKET.rma);
    take(&station, SHIRT.gtin).await;
    assert_eq!(units(&station), 2);
    assert_eq!(done(&station, SHIRT.tracking).await, ParcelOutcome::Complete);

    // A parcel that is done is not opened again, and the other carton may come now.
    assert_said(&station.scan(SHIRT.tracking).await, "parcel-emptied");
    assert_said(&station.scan(DRILL.tracking).await, "rma-found");
    end(depot, station).await;
}
