//! Items: one too many, too few, many of a kind, undelivered, taken back, with a number from a roll.

use bench::seam::{Choice, Request, Stage, Tone};
use returns::codes::{Finding, HoldReason, IntakeKind, Match, ParcelOutcome, Stage as UnitStage, VoidReason};
use returns::event::{Event, ParcelEvent, Parsed, UnitEvent};
use returns::ids::Subject;
use returns::lpn::Lpn;

use crate::desk::{
    assert_at_rest, assert_question, assert_said, bench, end, history, newest, number, receive, units,
};
use crate::found::{choices, command_for, gtin};
use crate::story::hands::{DRILL, JACKET, SHIRT};
use crate::story::station::{Station, told};
use crate::story::until;

fn outcome(station: &Station, tracking: &str) -> Option<ParcelOutcome> {
    let found = station.with(|records| records.parcel_by_tracking(&tracking.parse().unwrap()).unwrap());
    found.unwrap().1.outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn one_too_many_is_received_and_says_so() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    receive(&station, SHIRT.gtin).await;
    station.press("CANCEL").await;
    let events = station.events();
    let screen = station.scan(SHIRT.gtin).await;
    assert_said(&screen, "line-full");
    assert_eq!(station.events(), events);
    let screen = station.press("YES").await;
    assert_said(&screen, "unit-received-over");
    let state = station.unit(newest(&station)).unwrap();
    assert_eq!((state.matched, state.rma.unwrap().as_str()), (Some(Match::Matched), SHIRT.rma));
    assert!(state.added_findings.contains(&Finding::QtyOver));
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    assert_eq!(outcome(&station, SHIRT.tracking), Some(ParcelOutcome::Over));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_there_is_taken_back_from_unit_and_parcel() {
    let (depot, station, _dir) = bench().await;
    station.scan(SHIRT.tracking).await;
    let never = receive(&station, SHIRT.gtin).await;
    // UNDO asks why; and may be thought better of.
    station.press("UNDO").await;
    station.press("CANCEL").await;
    assert_eq!(station.unit(never).unwrap().stage, Some(UnitStage::Received));
    station.press("VOID").await;
    let screen = station.press("PICK-1").await;
    assert_said(&screen, "unit-taken-back");
    assert_at_rest(&screen);
    assert_eq!(station.unit(never).unwrap().stage, Some(UnitStage::Voided));
    let (parcel, state) = station
        .with(|records| records.parcel_by_tracking(&SHIRT.tracking.parse().unwrap()).unwrap())
        .unwrap();
    assert!(state.units.is_empty());
    let removed = station.with(|records| records.history(Subject::Parcel(parcel)).unwrap());
    assert!(removed.iter().any(|(_, envelope)| matches!(
        envelope.event(),
        Parsed::Known(Event::Parcel(ParcelEvent::UnitRemoved { unit, reason: VoidReason::NeverThere })) if unit == never
    )));

    // Its line waits again, also where head office had counted it, and its number is not given twice.
    station.until_sent().await;
    until("head office counts it no more", || {
        let rma = station.with(|records| records.rma(&SHIRT.rma.parse().unwrap()).unwrap()).unwrap();
        rma.lines[0].received == 0
    })
    .await;
    let again = receive(&station, SHIRT.gtin).await;
    let lpn = |unit| station.unit(unit).unwrap().lpn.unwrap();
    assert_ne!(lpn(never), lpn(again));
    assert!(station.unit(again).unwrap().added_findings.is_empty());
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    assert_eq!(outcome(&station, SHIRT.tracking), Some(ParcelOutcome::Complete));
    assert_said(&number(&station, never).await, "unit-closed");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_returns_of_one_carton_are_received_for_their_own_lines() {
    let (depot, station, _dir) = bench().await;
    let screen = station.scan("]C100340123450000000611").await;
    assert_said(&screen, "rma-found");
    let Stage::Idle { parcel: Some(parcel), .. } = &screen.stage else { panic!("{}", told(&screen)) };
    assert_eq!(parcel.rmas.len(), 3, "{:?}", parcel.rmas);
    for (sku, rma) in [("PLY-CHESS", "26-119010"), ("VAR-KNIFE3", "26-119008")] {
        receive(&station, &gtin(&station, sku)).await;
        assert_eq!(station.unit(newest(&station)).unwrap().rma.unwrap().as_str(), rma);
        station.press("CANCEL").await;
    }
    // The third is missing, by name.
    let screen = station.press("PARCEL-DONE").await;
    assert_said(&screen, "parcel-short");
    let sheet = station.with(|records| records.item(&"NID-SHEET160".parse().unwrap()).unwrap()).unwrap();
    assert_eq!(screen.band.say.args["missing"], format!("1 × {}", sheet.title));
    station.press("NO").await;
    receive(&station, sheet.gtins[0].as_str()).await;
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_of_a_kind_are_scanned_once_and_counted_by_hand() {
    let (depot, station, _dir) = bench().await;
    station.scan("CX473130078DE").await;
    let puzzle = gtin(&station, "KDL-PUZZ48");
    let bulk = |screen: &bench::seam::Screen| {
        let found = choices(screen).into_iter().find(|one| one.say.as_ref().unwrap().code == "choice-bulk");
        found.unwrap().command
    };
    let screen = station.press("MORE").await;
    assert_said(&station.press(&bulk(&screen)).await, "bulk-scan");
    let screen = station.scan(&puzzle).await;
    assert!(
        matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-how-many"),
        "{}",
        told(&screen)
    );
    // Every digit has its key and its code.
    let keys: Vec<String> = choices(&screen).iter().map(|choice| choice.key.clone()).collect();
    for digit in 0..=9 {
        assert!(keys.contains(&digit.to_string()), "{keys:?}");
    }
    let events = station.events();
    for wrong in ["ENTER", "DIGIT-9 DIGIT-9 DIGIT-9 ENTER"] {
        let mut screen = station.screen().await;
        for command in wrong.split(' ') {
            screen = station.press(command).await;
        }
        assert_said(&screen, "bulk-count");
    }
    assert_eq!(station.events(), events);
    // 43, and back to 4.
    for command in ["DIGIT-4", "DIGIT-3", "UNDO"] {
        station.press(command).await;
    }
    let screen = station.press("ENTER").await;
    assert_said(&screen, "bulk-received");
    assert_eq!(screen.band.say.args["pieces"], "4");
    assert_eq!(units(&station), 4);

    let received = station.with(|records| records.recent_units(10).unwrap());
    let lpns: std::collections::BTreeSet<String> =
        received.iter().map(|(_, state)| state.lpn.unwrap().digits()).collect();
    assert_eq!(lpns.len(), 4);
    assert!(received.iter().all(|(_, state)| state.intake == Some(IntakeKind::Bulk)));
    // Three were announced, the fourth is one too many of them.
    assert!(received.iter().all(|(_, state)| state.matched == Some(Match::Matched)));
    let over = received.iter().filter(|(_, state)| state.added_findings.contains(&Finding::QtyOver));
    assert_eq!(over.count(), 1);
    station.settled().await;
    until("four labels are printed", || {
        station
            .printer
            .jobs()
            .iter()
            .filter(|job| lpns.iter().any(|lpn| job.name.contains(lpn.as_str())))
            .count()
            == 4
    })
    .await;
    // Each goes on by its own number.
    let (unit, _) = received[0];
    number(&station, unit).await;
    assert_question(&number(&station, unit).await, 1);
    station.press("CANCEL").await;
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    assert_eq!(outcome(&station, "CX473130078DE"), Some(ParcelOutcome::Over));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_delivered_comes_back_as_such() {
    let (depot, station, _dir) = bench().await;
    station.scan("RA473124996PL").await;
    station.press("BLIND").await;
    let screen = station.press("MORE").await;
    let undelivered = choices(&screen)
        .into_iter()
        .find(|one| one.say.as_ref().unwrap().code == "choice-undelivered")
        .unwrap();
    assert_said(&station.press(&undelivered.command).await, "parcel-undelivered");
    // Not asked whether it was expected: nothing is, in such a parcel.
    let screen = station.scan(SHIRT.gtin).await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    assert_eq!(station.unit(newest(&station)).unwrap().intake, Some(IntakeKind::Rts));
    station.press("CANCEL").await;
    // Also after a power cut.
    let dir = station.dir.clone();
    station.stop().await;
    let station = Station::start(&dir).await;
    station.sign_in(crate::story::station::KW).await;
    station.scan("RA473124996PL").await;
    station.scan(JACKET.gtin).await;
    assert_eq!(station.unit(newest(&station)).unwrap().intake, Some(IntakeKind::Rts));
    station.press("CANCEL").await;
    // What was seen of the carton.
    let screen = station.press("MORE").await;
    let mixed = command_for(&screen, "finding", "MIXED_CARTON");
    assert_said(&station.press(&mixed).await, "parcel-seen");
    let (_, parcel) = station
        .with(|records| records.parcel_by_tracking(&"RA473124996PL".parse().unwrap()).unwrap())
        .unwrap();
    assert!(parcel.findings.contains(&Finding::MixedCarton));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_a_roll_is_stuck_on_instead_of_printed() {
    let (depot, station, _dir) = bench().await;
    station.scan(DRILL.tracking).await;
    let roll = Lpn::new(90_001, 17).unwrap();
    let events = station.events();
    let screen = station.scan(roll.code(None)).await;
    assert_said(&screen, "unit-unknown-here");
    assert_said(&station.press("YES").await, "preprinted-ready");
    assert_eq!(station.events(), events);
    let jobs = station.printer.jobs().len();
    let unit = receive(&station, DRILL.gtin).await;
    let state = station.unit(unit).unwrap();
    assert_eq!((state.lpn, state.preprinted), (Some(roll), true));
    assert_eq!(station.printer.jobs().len(), jobs, "nothing to print");
    assert_question(&station.scan(roll.code(None)).await, 1);
    station.press("CANCEL").await;
    // Used: it is that unit's now, and the next one is printed again.
    assert_said(&station.scan(roll.code(None)).await, "unit-taken-up");
    station.press("CANCEL").await;
    station.press("PARCEL-DONE").await;
    station.scan(SHIRT.tracking).await;
    let next = receive(&station, SHIRT.gtin).await;
    assert!(!station.unit(next).unwrap().preprinted);
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_lines_than_keys_are_turned_over_page_by_page() {
    let (depot, station, _dir) = bench().await;
    // A carton with all the returns that a person scans into it.
    station.scan(SHIRT.tracking).await;
    let rmas = [
        "26-118303",
        "26-118304",
        "26-118305",
        "26-118306",
        "26-118307",
        "26-118308",
        "26-118310",
        "26-118311",
        "26-118312",
        "26-118313",
    ];
    for rma in rmas {
        assert_said(&station.scan(rma).await, "another-rma");
        station.press("YES").await;
    }
    let screen = station.press("NO-LABEL").await;
    let first: Vec<Choice> = choices(&screen);
    assert_eq!(first.iter().filter(|one| one.command.starts_with("PICK")).count(), 9);
    let more = first.iter().find(|one| one.command == "MORE").unwrap();
    assert!(first.iter().filter(|one| one.key == more.key).count() == 1, "a key of its own");
    let screen = station.press("MORE").await;
    let second = choices(&screen);
    assert_eq!(second.iter().filter(|one| one.command.starts_with("PICK")).count(), 2);
    let last = command_for(&screen, "rma", "26-118313");
    let screen = station.press(&last).await;
    assert!(matches!(&screen.stage, Stage::StickNumber { .. }), "{}", told(&screen));
    assert_eq!(station.unit(newest(&station)).unwrap().rma.unwrap().as_str(), "26-118313");
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_box_stays_one_when_it_is_known_what_it_should_hold() {
    let (depot, station, _dir) = bench().await;
    assert_said(&station.press("EMPTY-BOX").await, "asked");
    assert_said(&station.press("YES").await, "unit-received-held");
    let unit = newest(&station);
    assert_said(&station.scan(SHIRT.gtin).await, "unit-identified");
    let state = station.unit(unit).unwrap();
    assert!(state.added_findings.contains(&Finding::EmptyBox), "{:?}", state.added_findings);
    assert!(state.holds.contains(&HoldReason::UnknownItem));
    // Held for something else, a grader does not take it back.
    let reason = HoldReason::Battery;
    station.bench.ask(Request::HoldUnit { unit, reason }).await.unwrap();
    station.press("VOID").await;
    let screen = station.press("PICK-1").await;
    assert_eq!(screen.band.tone, Tone::Supervisor, "{}", told(&screen));
    assert!(history(&station, unit).iter().all(|(_, event)| !matches!(event, UnitEvent::Voided { .. })));
    station.press("CANCEL").await;
    station.press("CANCEL").await;
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_among_many_tells_how_many_are_in_and_asks_only_for_the_rest() {
    let (depot, station, _dir) = bench().await;
    station.scan("CX473130078DE").await;
    let screen = station.press("MORE").await;
    let bulk =
        choices(&screen).into_iter().find(|one| one.say.as_ref().unwrap().code == "choice-bulk").unwrap();
    station.press(&bulk.command).await;
    station.scan(gtin(&station, "KDL-PUZZ48")).await;
    // The disk takes two units and no third.
    let disk = rusqlite::Connection::open(station.dir.join("station.db")).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER fault BEFORE INSERT ON events
         WHEN NEW.kind = 'unit.received' AND (SELECT count(*) FROM units) >= 2
         BEGIN SELECT RAISE(ABORT, 'fault'); END",
    )
    .unwrap();
    station.press("DIGIT-3").await;
    let screen = station.press("ENTER").await;
    assert_said(&screen, "bulk-stopped");
    assert_eq!((&*screen.band.say.args["pieces"], &*screen.band.say.args["of"]), ("2", "3"));
    assert_eq!(units(&station), 2);
    disk.execute_batch("DROP TRIGGER fault").unwrap();
    drop(disk);
    // The rest stands typed already.
    let screen = station.press("ENTER").await;
    assert_said(&screen, "bulk-received");
    assert_eq!(screen.band.say.args["pieces"], "1");
    assert_eq!(units(&station), 3);
    let received = station.with(|records| records.recent_units(10).unwrap());
    assert!(received.iter().all(|(_, state)| !state.added_findings.contains(&Finding::QtyOver)));
    assert_said(&station.press("PARCEL-DONE").await, "parcel-done");
    end(depot, station).await;
}
