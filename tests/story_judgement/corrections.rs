//! Voided, amended, swapped: what was wrong is set right by further events, and container, parcel and labels follow.

use std::path::Path;

use bench::seam::{Reply, Request};
use returns::codes::{ContainerState, Finding, LabelStage, Stage as UnitStage, VoidReason};
use returns::container;
use returns::ids::UnitId;
use sha2::{Digest, Sha256};

use crate::desk::{TO, assert_at_rest, assert_said, bench, end, receive};
use crate::people::{ask, change, leave, refused};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{KW, Station};
use crate::story::until;

fn tote(station: &Station, code: &str) -> container::State {
    station.with(|records| records.container_by_code(&code.parse().unwrap()).unwrap()).unwrap().1
}

fn lpn(station: &Station, unit: UnitId) -> String {
    station.unit(unit).unwrap().lpn.unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_never_was_leaves_its_container_and_its_parcel() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (staged, _) = station.unit_of(SHIRT.rma).unwrap();
    station.scan(JACKET.tracking).await;
    let twice = receive(&station, JACKET.gtin).await;
    let void = |unit, reason| Request::VoidUnit { unit, reason };
    assert_eq!(refused(&station, void(twice, VoidReason::ReceivedTwice)).await, "supervisor-only");

    station.sign_in(TO).await;
    let shown = change(&station, void(twice, VoidReason::ReceivedTwice)).await;
    assert_eq!(shown.stage, UnitStage::Voided);
    assert_at_rest(&station.screen().await);
    let parcel = station.unit(twice).unwrap().parcel.unwrap();
    let parcel = station.with(|records| records.parcel(&parcel).unwrap()).unwrap();
    assert!(!parcel.units.contains_key(&twice));

    change(&station, void(staged, VoidReason::NeverThere)).await;
    assert!(tote(&station, SHIRT.container).units.is_empty(), "its container has let it go");
    assert_eq!(refused(&station, void(staged, VoidReason::NeverThere)).await, "wrong-stage");
    // Its place in the parcel is free, once head office does not count it any more: what really came is received.
    let jacket = JACKET.rma.parse().unwrap();
    until("head office does not count it", || {
        station.with(|records| records.rma(&jacket).unwrap()).unwrap().lines[0].received == 0
    })
    .await;
    station.sign_in(KW).await;
    let again = receive(&station, JACKET.gtin).await;
    assert_ne!(again, twice);
    assert!(!station.unit(again).unwrap().added_findings.contains(&Finding::QtyOver));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_unit_is_amended_and_nothing_else() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (unit, _) = station.unit_of(SHIRT.rma).unwrap();
    let amend = |finding, remove, serial: Option<&str>| Request::AmendUnit {
        unit,
        finding,
        remove,
        serial: serial.map(str::to_owned),
    };
    station.sign_in(TO).await;
    let stain = Some(Finding::Stain);
    assert_eq!(refused(&station, amend(stain, false, None)).await, "wrong-stage", "it is not closed");
    station.scan(format!("RS:T:{}", SHIRT.container)).await;
    assert_said(&station.press("CLOSE").await, "container-closed");
    assert_eq!(tote(&station, SHIRT.container).state, Some(ContainerState::Closed));

    assert_eq!(refused(&station, amend(None, false, Some(" "))).await, "no-change");
    let shown = change(&station, amend(stain, false, Some("SN-4711"))).await;
    assert_eq!((shown.stage, shown.serial.as_deref()), (UnitStage::Closed, Some("SN-4711")));
    assert!(shown.findings.contains(&Finding::Stain));
    assert_eq!(refused(&station, amend(stain, false, None)).await, "finding-there");
    assert!(!change(&station, amend(stain, true, None)).await.findings.contains(&Finding::Stain));
    station.sign_in(KW).await;
    assert_eq!(refused(&station, amend(stain, false, None)).await, "supervisor-only");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn swapped_labels_are_printed_anew_for_both() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (staged, _) = station.unit_of(SHIRT.rma).unwrap();
    station.scan(JACKET.tracking).await;
    let received = receive(&station, JACKET.gtin).await;
    station.settled().await;
    let printed = station.printer.jobs().len();

    let swap = |other: String| Request::SwapLabels { unit: received, other };
    assert_eq!(refused(&station, swap(lpn(&station, received))).await, "swap-with-itself");
    assert_eq!(refused(&station, swap("41573".to_owned())).await, "lpn-unreadable");
    change(&station, swap(format!("RS:U:{}", lpn(&station, staged).replace('-', "")))).await;
    // Out of the container, for nobody knows which of the two lies in it.
    assert_eq!(station.unit(staged).unwrap().stage, Some(UnitStage::Dispositioned));
    assert!(tote(&station, SHIRT.container).units.is_empty());
    until("three labels are printed", || station.printer.jobs().len() == printed + 3).await;
    until("the labels are on record as printed", || {
        [staged, received].into_iter().all(|unit| {
            let state = station.unit(unit).unwrap();
            (state.lpn_label.stage, state.lpn_label.print) == (LabelStage::Printed, 2)
        })
    })
    .await;
    assert_eq!(station.unit(staged).unwrap().label.print, 2, "the old disposition label counts no more");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_a_unit_is_one_file() {
    let (depot, station, dir) = bench().await;
    station.carry(&DRILL).await;
    let (unit, _) = station.unit_of(DRILL.rma).unwrap();
    leave(&station).await;
    let Reply::Pack(pack) = ask(&station, Request::EvidencePack { unit }).await.unwrap() else { panic!() };
    assert!(Path::new(&pack.path).starts_with(dir.path().join("packs")), "{}", pack.path);
    let bytes = std::fs::read(&pack.path).unwrap();
    assert_eq!(hex::encode(Sha256::digest(&bytes)), pack.sha256);
    assert!(pack.events >= 10 && pack.photos >= 1, "{pack:?}");
    let nobody = UnitId(uuid::Uuid::from_u128(7));
    assert_eq!(refused(&station, Request::EvidencePack { unit: nobody }).await, "unit-unknown");
    end(depot, station).await;
}
