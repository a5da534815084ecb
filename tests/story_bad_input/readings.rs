//! Codes that can be read in two ways, and return labels that are not what they seem.

use bench::seam::{ReadingView, Reply, Request, Saved, Screen, Stage};
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

/// UPS's MaxiCode as ISO/IEC 16023 prints it, annex B.
const MAXICODE: &str = "[)>\u{1e}01\u{1d}96152382802\u{1d}840\u{1d}001\u{1d}1Z00004951\u{1d}UPSN\u{1d}06X610\u{1d}159\u{1d}1234567\u{1d}1/1\u{1d}\u{1d}Y\u{1d}634 ALPHA DR\u{1d}PITTSBURGH\u{1d}PA\u{1e}\u{4}";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_code_says_beside_its_meaning_is_told_and_asked_about_by_nobody() {
    let (depot, station, _dir) = crate::bench().await;
    let beside = |screen: &Screen| {
        let said = screen.band.beside.clone().unwrap_or_else(|| panic!("{}", told(screen)));
        assert_has_words(&said.code);
        said
    };
    // Who has not signed in is told nothing.
    assert_eq!(station.scan(MAXICODE).await.band.beside, None);
    station.sign_in(KW).await;

    // Where UPS's label goes; its tracking number is the parcel's.
    let screen = station.scan(MAXICODE).await;
    assert_eq!(screen.band.say.code, "rma-not-found", "{}", told(&screen));
    let routing = beside(&screen);
    assert_eq!(routing.code, "scan-routing");
    let said = ["postal", "country", "service"].map(|name| routing.args[name].as_str());
    assert_eq!(said, ["152382802", "840", "001"]);
    let screen = station.press("BLIND").await;
    assert_eq!(screen.band.beside, None, "it was of the scan before");
    let Stage::Idle { parcel: Some(parcel), .. } = &screen.stage else { panic!("{}", told(&screen)) };
    assert_eq!(parcel.tracking.as_deref(), Some("1Z06X6100100004951"));
    station.press("PARCEL-DONE").await;
    station.press("YES").await;

    // A count beside a product breaks a rule, and the product is received all the same.
    station.scan(SHIRT.tracking).await;
    let both = format!("]C1010{}3712", SHIRT.gtin);
    let screen = station.scan(&both).await;
    assert_eq!(screen.band.say.code, "unit-received", "{}", told(&screen));
    assert_eq!(screen.band.saved, Some(Saved::Here));
    let pair = beside(&screen);
    let said = ["ai", "title", "other", "other_title"].map(|name| pair.args[name].as_str());
    assert_eq!((pair.code.as_str(), said), ("gs1-pair", ["01", "GTIN", "37", "COUNT"]));
    assert_eq!(station.press("CANCEL").await.band.beside, None);

    // What is refused is told, too: a lot without the product that it is of.
    let screen = station.scan("]C110LOT7").await;
    assert_eq!(screen.band.say.code, "scan-not-expected", "{}", told(&screen));
    let alone = beside(&screen);
    assert_eq!((alone.code.as_str(), alone.args["needs"].as_str()), ("gs1-alone", "01,02,03,8006,8026"));
    // A code whose identifiers go together says nothing beside.
    let screen = station.scan(format!("]C1010{}10LOT7", SHIRT.gtin)).await;
    assert_eq!(screen.band.beside, None, "{}", told(&screen));
    crate::end(depot, station).await;
}
