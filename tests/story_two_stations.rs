//! Two stations of one depot: what the first received and left half inspected, the second takes up, grades and
//! labels. At rest all agree. A station of another depot sees nothing of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::sync::Arc;

use bench::seam::{Stage, Tone};
use devices::DeviceId;
use devices::simulated::SimulatedPrinter;
use returns::codes::{LabelStage, Stage as UnitStage};
use story::depot::Depot;
use story::hands::{JACKET, SHIRT};
use story::station::{KW, MB, Station, told};
use story::until;
use wire::Feed;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_station_leaves_the_other_finishes() {
    let depot = Depot::open().await;
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (dir, (site, name)) in
        dirs.iter().zip([("LEJ2", "LEJ2-B04"), ("LEJ2", "LEJ2-B05"), ("HAM1", "HAM1-B01")])
    {
        depot.enrol(dir.path(), site, name, &depot.url()).await;
    }
    let first = Station::start(dirs[0].path()).await;
    let second = Station::start(dirs[1].path()).await;
    let elsewhere = Station::start(dirs[2].path()).await;

    // The first receives it, answers two questions and puts it aside.
    first.sign_in(KW).await;
    first
        .carry_while(&SHIRT, |_| first.unit_of(SHIRT.rma).is_none_or(|(_, state)| state.answers.len() < 2))
        .await;
    let aside = first.press("CANCEL").await;
    assert_eq!(aside.band.say.code, "unit-aside", "{}", told(&aside));
    first.until_sent().await;
    let (unit, left) = first.unit_of(SHIRT.rma).unwrap();
    assert_eq!((left.stage, left.answers.len()), (Some(UnitStage::Inspecting), 2));

    // The second knows it as it was left, and takes it up by its number.
    until("the second station hears of the unit", || second.unit(unit).as_ref() == Some(&left)).await;
    second.sign_in(MB).await;
    let taken = second.scan(left.lpn.unwrap().code(None)).await;
    assert_eq!(taken.band.say.code, "unit-taken-up", "{}", told(&taken));
    let Stage::Question { unit: head, number, .. } = &taken.stage else { panic!("{}", told(&taken)) };
    assert_eq!((head.unit, *number), (unit, 3), "the third question is the next one");
    let staged = second
        .carry_while(&SHIRT, |_| {
            second.unit_of(SHIRT.rma).is_some_and(|(_, state)| state.stage != Some(UnitStage::Staged))
        })
        .await;
    assert_eq!(staged.band.tone, Tone::Accepted, "{}", told(&staged));
    second.until_sent().await;

    // At rest all agree: both stations and head office.
    let done = second.unit(unit).unwrap();
    assert_eq!(done.stage, Some(UnitStage::Staged));
    assert_eq!(done.disposition().unwrap().as_str(), SHIRT.disposition);
    assert_eq!(done.label.stage, LabelStage::Confirmed);
    assert_eq!(done.answers.len(), SHIRT.answers.len());
    until("the first station hears of the rest", || first.unit(unit).as_ref() == Some(&done)).await;
    assert_eq!(depot.units().await.get(&unit), Some(&done));
    let container = done.container().unwrap();
    let at_second = second.with(|records| records.container(&container).unwrap());
    assert!(at_second.is_some());
    until("the first station hears of the container", || {
        first.with(|records| records.container(&container).unwrap()) == at_second
    })
    .await;

    // Each printed the label that was asked for at its own bench, and no other.
    assert_eq!(first.printer.jobs().len(), 1, "the number's label");
    assert_eq!(second.printer.jobs().len(), 1, "the disposition label");

    // The other depot's station has been told everything that is meant for it, and that is nothing.
    let place = |station: &Station| station.with(|records| records.cursor(Feed::Units).unwrap());
    until("the other depot has asked since", || place(&elsewhere) == place(&first)).await;
    assert_eq!(elsewhere.unit(unit), None);
    assert!(elsewhere.unit_of(SHIRT.rma).is_none());
    elsewhere.sign_in(KW).await;
    let stranger = elsewhere.scan(left.lpn.unwrap().code(None)).await;
    assert_eq!((stranger.band.tone, stranger.band.say.code.as_str()), (Tone::Warning, "unit-unknown-here"));

    for station in [&first, &second, &elsewhere] {
        station.verified();
    }
    depot.verified();
    for station in [first, second, elsewhere] {
        station.stop().await;
    }
    depot.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_waits_at_one_bench_is_not_printed_at_the_other() {
    let depot = Depot::open().await;
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    depot.enrol(dirs[0].path(), "LEJ2", "LEJ2-B04", &depot.url()).await;
    depot.enrol(dirs[1].path(), "LEJ2", "LEJ2-B05", &depot.url()).await;

    let first = Station::start(dirs[0].path()).await;
    first.printer.die();
    first.sign_in(KW).await;
    let waiting = first.carry_while(&JACKET, |screen| !story::station::label_pending(screen)).await;
    assert!(story::station::label_pending(&waiting), "{}", told(&waiting));
    first.until_sent().await;
    let (unit, state) = first.unit_of(JACKET.rma).unwrap();
    assert_eq!(state.lpn_label.stage, LabelStage::PrintPending);

    // The second hears of it, and starts anew with a printer that works: the moment at which waiting labels are printed.
    let second = Station::start(dirs[1].path()).await;
    until("the second station hears of the unit", || second.unit(unit).is_some()).await;
    second.stop().await;
    let printer = Arc::new(SimulatedPrinter::new(DeviceId::new("printer")));
    let second = Station::with_printer(dirs[1].path(), printer).await.unwrap();
    second.sign_in(MB).await;
    assert_eq!(second.printer.jobs().len(), 0, "the label lies at the other bench");

    // At its own bench it is printed as soon as the printer is back.
    first.printer.set_fault(None);
    until("the label is printed", || {
        first.unit(unit).is_some_and(|state| state.lpn_label.stage == LabelStage::Printed)
    })
    .await;
    assert_eq!(first.printer.jobs().len(), 1);
    for station in [first, second] {
        station.stop().await;
    }
    depot.close().await;
}
