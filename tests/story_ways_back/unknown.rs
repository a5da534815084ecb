//! Items that nobody knows yet, and boxes with nothing in them.

use bench::seam::{Reply, Request, Stage};
use returns::codes::{Disposition, Finding, HoldReason, IntakeKind, Match, Stage as UnitStage};
use returns::event::UnitEvent;
use returns::ids::UnitId;

use crate::desk::{
    TO, answer, assert_at_rest, assert_question, assert_said, bench, end, newest, number, photograph,
    put_away, receive, times, units,
};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{KW, Station, told};

/// A product that no catalogue has.
const STRANGE: &str = "4006381333931";

async fn release(station: &Station, unit: UnitId, reason: HoldReason) {
    station.sign_in(TO).await;
    let reply = station.bench.ask(Request::ReleaseUnit { unit, reason }).await.unwrap();
    assert!(matches!(reply, Reply::ReviewUnit(_)), "{reply:?}");
    station.sign_in(KW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_item_that_is_identified_meets_the_line_that_waits_for_it() {
    let (depot, station, _dir) = bench().await;
    station.scan(JACKET.tracking).await;
    assert_said(&station.scan(STRANGE).await, "item-not-in-catalogue");
    let screen = station.press("YES").await;
    assert!(matches!(&screen.stage, Stage::Held { .. }), "{}", told(&screen));
    let unit = newest(&station);
    let state = station.unit(unit).unwrap();
    assert_eq!((state.sku, state.matched), (None, Some(Match::Unmatched)));
    assert!(state.holds.contains(&HoldReason::UnknownItem));
    // Put aside until somebody finds out what it is.
    station.press("NEXT").await;
    assert_said(&number(&station, unit).await, "unit-taken-up");

    assert_said(&station.scan(JACKET.gtin).await, "unit-identified");
    let state = station.unit(unit).unwrap();
    assert_eq!((state.matched, state.sku.unwrap().as_str()), (Some(Match::Matched), "HAL-SKI-M-L"));
    assert_eq!(state.rma.unwrap().as_str(), JACKET.rma);
    // Identified is not released.
    assert_said(&number(&station, unit).await, "held");
    release(&station, unit, HoldReason::UnknownItem).await;
    let screen = station.screen().await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    assert_question(&number(&station, unit).await, 1);
    answer(&station, JACKET.answers).await;
    let state = put_away(&station, unit, "T-0298").await;
    assert_eq!((state.matched, state.answers.len()), (Some(Match::Matched), JACKET.answers.len()));
    // Its line is what the policy goes by, not that nobody knew it at first.
    assert_ne!(state.disposition(), Some(Disposition::Quarantine));
    // The line has its piece: a second one is one too many.
    assert_said(&station.scan(JACKET.gtin).await, "line-full");
    station.press("CANCEL").await;
    assert_at_rest(&station.screen().await);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_box_is_taken_in_once_and_says_so() {
    let (depot, station, _dir) = bench().await;
    let received = |unit| times(&station, unit, |event| matches!(event, UnitEvent::Received { .. }));
    let seen_empty = |unit| {
        let empty =
            |event: &UnitEvent| matches!(event, UnitEvent::FindingAdded { finding: Finding::EmptyBox, .. });
        times(&station, unit, empty)
    };

    // The only line that waits: there is nothing to choose.
    station.scan(SHIRT.tracking).await;
    assert_said(&station.press("EMPTY-BOX").await, "unit-received");
    let unit = newest(&station);
    let state = station.unit(unit).unwrap();
    assert_eq!((state.matched, state.intake), (Some(Match::Matched), Some(IntakeKind::Rma)));
    assert!(state.findings().contains(&Finding::EmptyBox));
    // A second press takes in no second box.
    assert_said(&station.press("EMPTY-BOX").await, "command-not-now");
    assert_eq!((units(&station), received(unit), seen_empty(unit)), (1, 1, 1));
    number(&station, unit).await;
    answer(&station, &["NO", "PICK-4", "NO", "NO"]).await;
    photograph(&station).await;
    let state = station.unit(unit).unwrap();
    assert_eq!(state.stage, Some(UnitStage::Graded));
    assert!(state.review_pending(), "an empty box is a fraud signal");
    station.press("NEXT").await;

    // Nothing more is expected: it is a box that nobody knows.
    assert_said(&station.press("EMPTY-BOX").await, "nothing-expected");
    let screen = station.press("YES").await;
    assert_said(&screen, "unit-received-held");
    let unknown = newest(&station);
    assert_eq!((units(&station), received(unknown), seen_empty(unknown)), (2, 1, 1));
    let state = station.unit(unknown).unwrap();
    assert!(state.holds.contains(&HoldReason::UnknownItem));
    assert!(state.findings().contains(&Finding::EmptyBox));
    station.press("NEXT").await;
    station.press("PARCEL-DONE").await;

    // Without any parcel, too.
    assert_said(&station.press("EMPTY-BOX").await, "asked");
    assert_said(&station.press("YES").await, "unit-received-held");
    let alone = newest(&station);
    assert_eq!((units(&station), received(alone), seen_empty(alone)), (3, 1, 1));
    station.press("NEXT").await;
    station.scan(DRILL.tracking).await;
    receive(&station, DRILL.gtin).await;
    end(depot, station).await;
}
