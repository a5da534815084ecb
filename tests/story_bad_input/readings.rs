//! Codes that can be read in two ways, and return labels that are not what they seem.

use bench::seam::{ReadingView, Reply, Request};
use head_office::store::Change;
use serde_json::json;
use wire::{Feed, ReturnLabel};

use crate::story::hands::SHIRT;
use crate::story::station::{KW, Station, told};
use crate::story::until;
use crate::story::words::assert_has_words;

/// Numbers whose last digit is GLS's check digit, as one order's number in ten has it by chance.
const OF_GLS: [&str; 3] = ["501234567899", "201000000017", "456800001232"];
/// The same of DHL Express.
const OF_DHL: &str = "3318810025";

async fn readings(station: &Station, request: Request) -> Vec<ReadingView> {
    match station.bench.ask(request).await.unwrap() {
        Reply::Readings(readings) => readings,
        other => panic!("{other:?}"),
    }
}

async fn said(station: &Station, scan: &str) -> String {
    let screen = station.scan(scan).await;
    let code = screen.band.say.code.clone();
    assert_has_words(&code);
    if code != "scan-ambiguous" {
        // Nobody announced it: a question of its own, which is not what this is about.
        assert_eq!(code, "rma-not-found", "{}", told(&screen));
    }
    station.press("CANCEL").await;
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_two_meanings_is_asked_about_once() {
    let (depot, station, dir) = crate::bench().await;
    station.sign_in(KW).await;
    assert!(readings(&station, Request::Readings).await.is_empty());
    // Left unanswered nothing is remembered.
    assert_eq!(said(&station, OF_GLS[0]).await, "scan-ambiguous");
    assert!(readings(&station, Request::Readings).await.is_empty());

    assert_eq!(station.scan(OF_GLS[0]).await.band.say.code, "scan-ambiguous");
    let screen = station.press("PICK-1").await;
    assert_eq!(screen.band.say.code, "rma-not-found", "{}", told(&screen));
    station.press("CANCEL").await;
    let kept = readings(&station, Request::Readings).await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].length, kept[0].readings.len()), (12, 2));
    assert_eq!(kept[0].chosen.args["carrier"], "GLS");
    kept[0].readings.iter().for_each(|say| assert_has_words(&say.code));

    // The next one of that carrier is taken as it was said; another carrier's is asked about.
    assert_eq!(said(&station, OF_GLS[1]).await, "rma-not-found");
    assert_eq!(said(&station, OF_DHL).await, "scan-ambiguous");

    // It outlives the bench, until somebody forgets it.
    station.stop().await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    assert_eq!(said(&station, OF_GLS[2]).await, "rma-not-found");
    assert!(readings(&station, Request::ForgetReading { id: kept[0].id.clone() }).await.is_empty());
    assert_eq!(said(&station, OF_GLS[2]).await, "scan-ambiguous");
    let again = station.bench.ask(Request::ForgetReading { id: kept[0].id.clone() }).await.unwrap_err();
    assert_eq!(again.code, "reading-not-remembered");
    assert_has_words(&again.code);
    crate::end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_label_that_came_in_elsewhere_is_told_at_the_scan() {
    let (depot, station, _dir) = crate::bench().await;
    station.sign_in(KW).await;
    let token = depot.return_label(SHIRT.rma);
    let label = ReturnLabel::verify(&token, &[depot.office().key().public()]).unwrap();
    let id = label.label_id.to_string();
    let claim = Change { key: id.clone(), value: Some(json!({ "depot": "POZ1" })) };
    depot.office().store().publish(Feed::LabelClaims, &[claim]).unwrap();
    until("the claim comes down", || station.with(|records| records.label_claim(&id).unwrap().is_some()))
        .await;
    // Genuine, but of another owner under the same number.
    let other = ReturnLabel { owner: ReturnLabel::owner_tag("SOMEBODY"), ..label };
    let screen = station.scan(other.sign(depot.office().key())).await;
    assert_eq!((screen.band.say.code.as_str(), screen.band.saved), ("return-label-other-owner", None));
    assert_has_words(&screen.band.say.code);
    station.bench.ask(Request::Acknowledge).await.unwrap();

    let screen = station.scan(token).await;
    assert_eq!(screen.band.say.code, "rma-found-label-copied", "{}", told(&screen));
    assert_eq!(screen.band.say.args["station"], "POZ1");
    assert_has_words(&screen.band.say.code);
    crate::end(depot, station).await;
}
