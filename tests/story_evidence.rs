//! A unit from the scan to its evidence: figures, open units and the pack, asked for as a screen asks, and checked by
//! the command away from the bench.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::path::Path;
use std::process::Command;

use bench::seam::{InsightCell, InsightName, InsightView, Reply, Request};
use serde_json::Value;
use story::depot::Depot;
use story::hands::SHIRT;
use story::station::{KW, Person, Station};

/// A supervisor.
const TO: Person = Person { badge: "RS:O:TO-C40B77", pin: "8642" };

async fn insight(station: &Station, insight: InsightName, from: Option<&str>) -> InsightView {
    let wish = Request::Insight { insight, from: from.map(ToOwned::to_owned), until: None };
    match station.bench.ask(wish).await.unwrap() {
        Reply::Insight(view) => view,
        other => panic!("{other:?}"),
    }
}

fn verified(pack: &Path) -> (Option<i32>, Value) {
    let station = env!("CARGO_BIN_EXE_station");
    let output = Command::new(station).args(["verify", "--json", "--pack"]).arg(pack).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returns_figures_and_evidence_are_had_at_the_bench() {
    let depot = Depot::open().await;
    let dir = tempfile::tempdir().unwrap();
    depot.enrol(dir.path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    let station = Station::start(dir.path()).await;
    station.sign_in(KW).await;
    assert_eq!(insight(&station, InsightName::Dispositions, None).await.units, 0);

    station.carry(&SHIRT).await;
    let (unit, state) = station.unit_of(SHIRT.rma).unwrap();
    let view = insight(&station, InsightName::Dispositions, None).await;
    let went = InsightCell::Text(state.disposition().unwrap().to_string());
    assert_eq!((view.units, view.rows.len()), (1, 1));
    assert_eq!(view.rows[0][0], went);
    assert_eq!(insight(&station, InsightName::Dispositions, Some("2999-01-01")).await.units, 0);
    let steps = insight(&station, InsightName::UnitsPerHour, None).await;
    let names: Vec<_> = steps.rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(
        names,
        ["RECEIVED", "GRADED", "LABELLED", "STAGED"].map(|step| InsightCell::Text(step.to_owned()))
    );

    match station.bench.ask(Request::OpenUnits).await.unwrap() {
        Reply::OpenUnits(open) => {
            assert_eq!(open.len(), 1);
            assert_eq!((open[0].head.unit, Some(open[0].stage)), (unit, state.stage));
        }
        other => panic!("{other:?}"),
    }

    // How graders agree is for a supervisor.
    let wish = Request::Insight { insight: InsightName::AgreementByGrader, from: None, until: None };
    assert_eq!(station.bench.ask(wish.clone()).await.unwrap_err().code, "supervisor-only");
    station.press("LOG-OFF").await;
    station.sign_in(TO).await;
    assert!(station.bench.ask(wish).await.is_ok());

    let made = match station.bench.ask(Request::EvidencePack { unit }).await.unwrap() {
        Reply::Pack(made) => made,
        other => panic!("{other:?}"),
    };
    let (code, report) = verified(Path::new(&made.path));
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["events"].as_u64().unwrap(), u64::from(made.events));
    assert_eq!(report["disposition"].as_str(), state.disposition().map(|disposition| disposition.as_str()));
    assert_eq!(report["policies"].as_u64(), Some(1), "{report}");
    let mut bytes = std::fs::read(&made.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let forged = dir.path().join("forged.zip");
    std::fs::write(&forged, bytes).unwrap();
    assert_eq!(verified(&forged).0, Some(1));

    station.settled().await;
    station.until_sent().await;
    station.verified();
    depot.verified();
    station.stop().await;
    depot.close().await;
}
