//! The demo's shift, played by the real programs: every return, a power cut and a lost line, everything sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use records::Records;
use returns::codes::{
    Authorisation, Cycle, Disposition, Grade, IntakeKind, Match, PreferenceOutcome, ReviewCause, ReviewState,
    Settlement, SignalKind, Stage, WorkResult,
};
use returns::unit::State;
use serde_json::Value;
use story::depot::asset;

const STATION: &str = env!("CARGO_BIN_EXE_station");

/// The `head-office` program: named by HEAD_OFFICE_BIN, or the one beside `station`.
fn head_office() -> PathBuf {
    let beside = || Path::new(STATION).with_file_name(format!("head-office{}", std::env::consts::EXE_SUFFIX));
    let program = std::env::var_os("HEAD_OFFICE_BIN").map_or_else(beside, PathBuf::from);
    let how = "build it with `cargo build -p head-office`, or name it in HEAD_OFFICE_BIN";
    assert!(program.is_file(), "{} is missing: {how}", program.display());
    program
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    })
}

#[test]
fn the_demo_shift_goes_through_and_everything_is_sent() {
    let head_office = head_office();
    let dir = tempfile::tempdir().unwrap();
    let shift = asset("demo/shift.json");
    let played = Command::new(STATION)
        .arg("replay")
        .arg(&shift)
        .args(["--json", "--data"])
        .arg(dir.path())
        .env("HEAD_OFFICE_BIN", &head_office)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&played.stderr);
    assert!(!told.contains("panicked"), "{told}");
    let summary = last_line(&played);
    assert!(played.status.success(), "{summary}\n{told}");
    let count = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("no {name} in {summary}"));
    for (name, least) in [("returns", 95), ("units", 70), ("labels", 130), ("photos", 90), ("events", 1500)] {
        assert!(count(name) >= least, "{name}: {summary}");
    }
    assert_eq!((count("unsent"), count("refused")), (0, 0), "{told}");

    // What it says is what is there.
    let station =
        Command::new(STATION).args(["verify", "--json", "--data"]).arg(dir.path()).output().unwrap();
    let verified = last_line(&station);
    assert!(station.status.success(), "{verified}");
    assert_eq!(verified["events"].as_u64(), Some(count("events")));
    assert_eq!((&verified["chain"], &verified["projections"]), (&"ok".into(), &"ok".into()));
    assert_eq!((&verified["photos_missing"], &verified["problems"]), (&0.into(), &Value::Array(vec![])));
    let server = Command::new(&head_office)
        .args(["verify", "--json", "--data"])
        .arg(dir.path().join("head-office"))
        .output()
        .unwrap();
    let verified = last_line(&server);
    assert!(server.status.success(), "{verified}");
    assert_eq!((verified["events"].as_u64(), &verified["chain"]), (Some(count("events")), &"ok".into()));
    assert_eq!(&verified["problems"], &Value::Array(vec![]));

    let records = Records::open_read_only(dir.path()).unwrap();
    let units: Vec<State> =
        records.recent_units(10_000).unwrap().into_iter().map(|(_, state)| state).collect();
    assert_eq!(units.len() as u64, count("units"));
    every_kind_of_return_was_there(&units);
    preferences_are_honoured_or_it_is_said_why(&units);
    signals_ask_and_decide_nothing(&units);
    second_looks_agree_and_differ(&units);
    what_the_law_allows_is_named(&units);
    the_evidence_can_be_verified_by_anybody(&dir.path().join("packs"));

    // The shift that was played holds a power cut and a line that was lost.
    let shift: Value = serde_json::from_slice(&std::fs::read(shift).unwrap()).unwrap();
    let steps: Vec<&Value> = shift["returns"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["steps"].as_array().unwrap())
        .collect();
    assert!(steps.iter().any(|step| step["power-cut"] == true), "no power cut");
    assert!(steps.iter().any(|step| step["line"] == "down"), "no lost line");
}

/// The values that some units have.
fn seen<T: Ord>(units: &[State], of: impl Fn(&State) -> Option<T>) -> BTreeSet<T> {
    units.iter().filter_map(of).collect()
}

/// The unit of this RMA.
#[track_caller]
fn unit<'a>(units: &'a [State], rma: &str) -> &'a State {
    let mut of_it =
        units.iter().filter(|unit| unit.rma.as_ref().is_some_and(|number| number.as_str() == rma));
    let found = of_it.next().unwrap_or_else(|| panic!("no unit of {rma}"));
    assert!(of_it.next().is_none(), "several units of {rma}");
    found
}

fn settled(unit: &State) -> Option<Settlement> {
    unit.decision.as_ref().map(|decision| decision.settlement)
}

/// Every disposition that there is (the demo's policy allows all of them), all three cycles, every kind of arrival and
/// whatever became of the authorisation.
fn every_kind_of_return_was_there(units: &[State]) {
    let all: BTreeSet<&str> = Disposition::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(seen(units, |unit| unit.disposition().map(|one| one.as_str())), all);
    let cycles = seen(units, |unit| unit.decision.as_ref()?.inputs.cycle);
    assert_eq!(cycles, BTreeSet::from([Cycle::Commercial, Cycle::Service, Cycle::EndOfLife]));
    let intakes = seen(units, |unit| unit.intake);
    let kinds =
        [IntakeKind::Rma, IntakeKind::Blind, IntakeKind::Rts, IntakeKind::UnexpectedItem, IntakeKind::Bulk];
    assert_eq!(intakes, BTreeSet::from(kinds));
    let authorisations = seen(units, |unit| unit.decision.as_ref()?.inputs.authorisation);
    assert_eq!(authorisations, Authorisation::ALL.iter().copied().collect());
    assert_eq!(
        units.iter().filter(|unit| unit.stage == Some(Stage::Voided)).count(),
        1,
        "received by mistake"
    );
    assert_eq!(units.iter().filter(|unit| unit.matched == Some(Match::MatchedLater)).count(), 1);
    assert!(units.iter().any(|unit| unit.shipped), "no cage left");
    // A technician washed one, and it went on the shelf again as what it is.
    let washed: Vec<&State> = units.iter().filter(|unit| !unit.work.is_empty()).collect();
    assert_eq!(washed.len(), 1);
    assert_eq!((washed[0].work[0].result, washed[0].refurbished), (WorkResult::Done, true));
    assert_eq!(washed[0].disposition(), Some(Disposition::Restock));
    // A tier changes what the customer gets, never the grade.
    let (plus, gold) = (unit(units, "26-119014"), unit(units, "26-119015"));
    assert_eq!((plus.grade(), plus.disposition()), (gold.grade(), gold.disposition()));
    assert_eq!((settled(plus), settled(gold)), (Some(Settlement::Repair), Some(Settlement::Replace)));
    // Lot and expiry, from one scan; over its date it is not sold.
    let food: BTreeMap<&str, &State> = units
        .iter()
        .filter(|unit| unit.expiry.is_some())
        .map(|unit| (unit.sku.as_ref().unwrap().as_str(), unit))
        .collect();
    assert_eq!(food["MRN-OIL3L"].lot.as_ref().unwrap().as_str(), "M-0712");
    assert_eq!(food["MRN-OIL3L"].disposition(), Some(Disposition::Restock));
    assert_eq!(food["MRN-PESTO4"].disposition(), Some(Disposition::Recycle));
}

fn preferences_are_honoured_or_it_is_said_why(units: &[State]) {
    for (rma, outcome) in [
        ("26-119023", PreferenceOutcome::Honoured),
        ("26-119024", PreferenceOutcome::TooDear),
        ("26-119025", PreferenceOutcome::Honoured),
        ("26-119026", PreferenceOutcome::NotOffered),
        ("26-119027", PreferenceOutcome::Forbidden),
    ] {
        let answer = unit(units, rma).decision.as_ref().unwrap().preference.as_ref().unwrap();
        assert_eq!(answer.outcome, outcome, "{rma}");
        assert_eq!(answer.why.is_none(), outcome == PreferenceOutcome::Honoured, "{rma}: {answer:?}");
    }
}

fn signals_ask_and_decide_nothing(units: &[State]) {
    let kinds: BTreeSet<SignalKind> =
        units.iter().flat_map(|unit| unit.signals.iter().map(|signal| signal.kind)).collect();
    for kind in [
        SignalKind::LabelCopied,
        SignalKind::SerialMismatch,
        SignalKind::SwappedItem,
        SignalKind::RmaReceivedElsewhere,
        SignalKind::FrequentEmptyBox,
    ] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    // Two signals stop it; a supervisor let it go on, and it went where the policy sends such a unit.
    let copied = |unit: &&State| unit.signals.iter().any(|signal| signal.kind == SignalKind::LabelCopied);
    let stopped = units.iter().find(copied).expect("a copied label");
    assert_eq!((stopped.signals.len(), stopped.holds.len()), (2, 0));
    assert_eq!((stopped.review.state, stopped.notes.len()), (ReviewState::Approved, 1));
    assert_eq!(stopped.disposition(), Some(Disposition::ShipBack));
    // What looks like a fake waits for a second person, and is not judged by that alone.
    assert!(unit(units, "26-119030").review_pending());
}

fn second_looks_agree_and_differ(units: &[State]) {
    let drawn: Vec<&State> = units.iter().filter(|unit| unit.sampled).collect();
    let agreed =
        drawn.iter().filter(|unit| unit.blind.as_ref().unwrap().grade == unit.grade().unwrap()).count();
    assert_eq!((drawn.len(), agreed), (3, 2));
    assert!(drawn.iter().all(|unit| unit.review.state == ReviewState::Approved));
    let differ = unit(units, "26-119037");
    assert_eq!((differ.grade(), differ.blind.as_ref().unwrap().grade), (Some(Grade::C), Grade::B));
    // Who set the policy aside does not look at it a second time.
    let aside = unit(units, "26-119045");
    assert!(aside.review_pending() && aside.review.causes.contains(&ReviewCause::DispositionOverridden));
}

fn what_the_law_allows_is_named(units: &[State]) {
    let destroyed = unit(units, "26-119007");
    assert_eq!(destroyed.disposition(), Some(Disposition::Destroy));
    let derogation = |unit: &State| unit.decision.as_ref()?.derogation.as_ref().map(ToString::to_string);
    assert_eq!(derogation(destroyed).as_deref(), Some("EU-2026/296-2F"));
    assert_eq!(derogation(unit(units, "26-119031")).as_deref(), Some("EU-2011/83-16E"));
}

/// `station verify --pack` needs no data folder.
fn the_evidence_can_be_verified_by_anybody(packs: &Path) {
    let packs: Vec<PathBuf> = std::fs::read_dir(packs).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(packs.len(), 1, "{packs:?}");
    let verified =
        Command::new(STATION).args(["verify", "--json", "--pack"]).arg(&packs[0]).output().unwrap();
    let report = last_line(&verified);
    assert!(verified.status.success(), "{report}");
    assert_eq!((&report["photos"], &report["problems"]), (&2.into(), &Value::Array(vec![])));
}
