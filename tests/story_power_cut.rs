//! The power goes in the middle of a shift, again and again: the bench is a process of its own, and is killed.
//! What its screen called saved is on disk; the next one goes on where this one was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/story/mod.rs"]
mod story;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bench::seam::{Saved, Screen, Stage};
use devices::simulated::SimulatedPrinter;
use devices::{DeviceId, Printer};
use records::Records;
use returns::codes::{LabelStage, Stage as UnitStage};
use returns::ids::{StationId, UnitId};
use returns::unit;
use serde::{Deserialize, Serialize};
use story::depot::Depot;
use story::hands::SHIFT;
use story::station::{self, KW, Station, label_pending};

/// Where the bench in a process of its own finds its data folder.
const DATA: &str = "STORY_DATA";
/// Set where its printer is dead.
const DEAD_PRINTER: &str = "STORY_DEAD_PRINTER";
/// What the bench's lines begin with, among those of the test harness.
const MARK: &str = "STORY ";
/// Cuts, and the seed of their places.
const CUTS: u64 = 12;
const SEED: u64 = 0x5eed_2026_1122;

/// What the bench says, a line each.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    /// It is open, and printed so many labels that waited.
    Open { printed: usize },
    /// Something was done, and this is what the screen shows.
    Did { code: String, saved: bool, stage: String, unit: Option<UnitId>, seq: u64, hash: String },
    /// The label waits for a printer; nothing can be done about it here.
    Stuck,
    /// Every return is through and sent.
    Done,
}

fn say(said: &Said) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{MARK}{}", serde_json::to_string(said).unwrap()).unwrap();
    out.flush().unwrap();
}

/// The bench that is killed. Run by the story below, in a process of its own.
#[test]
#[ignore = "not a test by itself: the story starts it in a process of its own"]
fn a_bench_until_the_power_is_cut() {
    let Some(data) = std::env::var_os(DATA) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(shift(Path::new(&data)));
}

async fn shift(data: &Path) {
    let printer = Arc::new(SimulatedPrinter::new(DeviceId::new("printer")));
    let dead = std::env::var_os(DEAD_PRINTER).is_some();
    if dead {
        printer.die();
    }
    let station = Station::with_printer(data, Arc::clone(&printer)).await.unwrap();
    if !dead {
        story::until("labels that wait are printed", || station.with(|records| labels_waiting(records)) == 0)
            .await;
    }
    say(&Said::Open { printed: printer.jobs().len() });
    station.sign_in(KW).await;
    did(&station, &station.screen().await);
    for of in &SHIFT {
        loop {
            let screen = station.settled().await;
            if station.is_through(of, &screen) {
                break;
            }
            if matches!(screen.stage, Stage::StickLabel { .. }) && label_pending(&screen) && dead {
                say(&Said::Stuck);
                std::thread::sleep(Duration::from_secs(600));
            }
            did(&station, &station.step(of).await);
        }
    }
    assert!(printer.check().await.is_ok());
    station.until_sent().await;
    say(&Said::Done);
    station.stop().await;
}

fn did(station: &Station, screen: &Screen) {
    let head = station.with(|records| records.head().unwrap());
    let stage = serde_json::to_value(&screen.stage).unwrap();
    say(&Said::Did {
        code: screen.band.say.code.clone(),
        saved: matches!(screen.band.saved, Some(Saved::Here | Saved::Sent)),
        unit: serde_json::from_value(stage["unit"]["unit"].clone()).ok(),
        stage: stage["stage"].as_str().unwrap().to_owned(),
        seq: head.seq,
        hash: head.hash.to_string(),
    });
}

fn labels_waiting(records: &Records) -> usize {
    let units = records.units_under_way().unwrap();
    let labels = units.iter().flat_map(|(_, unit)| [unit.lpn_label.stage, unit.label.stage]);
    labels.filter(|stage| *stage == LabelStage::PrintPending).count()
}

/// A bench in a process of its own.
struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(data: &Path, dead_printer: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_bench_until_the_power_is_cut", "--ignored", "--nocapture"]);
        command.env(DATA, data).stdout(Stdio::piped()).stderr(Stdio::inherit());
        if dead_printer {
            command.env(DEAD_PRINTER, "1");
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn hear(&mut self) -> Said {
        loop {
            let line = self.lines.next().expect("the bench ended before it was killed").unwrap();
            if let Some(said) = line.strip_prefix(MARK) {
                return serde_json::from_str(said).unwrap();
            }
        }
    }

    /// The power goes. What it said before and was not heard yet is heard now: it stood on the screen.
    fn cut(mut self) -> Vec<Said> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let lines = self.lines.map_while(Result::ok);
        // The last line may be torn.
        lines.filter_map(|line| serde_json::from_str(line.strip_prefix(MARK)?).ok()).collect()
    }
}

/// Small numbers, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// What lay on disk when the power went.
struct Left {
    labels: usize,
    lines: Vec<Vec<u8>>,
    units: Vec<(UnitId, unit::State)>,
}

fn look(data: &Path) -> Left {
    station::verified(data);
    let records = Records::open_read_only(data).unwrap();
    Left {
        labels: labels_waiting(&records),
        lines: station::lines_in(data),
        units: records.recent_units(100).unwrap(),
    }
}

/// What the screen called saved is on disk: the chain there goes through the very head that stood behind it.
fn saved_is_there(data: &Path, said: &[Said]) -> usize {
    let database = station::database(data);
    let mut saved = 0;
    for did in said {
        let Said::Did { saved: true, seq, hash, code, .. } = did else { continue };
        let found: Vec<u8> = database
            .query_row("SELECT hash FROM events WHERE seq = ?1", [*seq as i64], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{code} was called saved, event {seq} is not there: {error}"));
        assert_eq!(&hex::encode(found), hash, "{code}, event {seq}");
        saved += 1;
    }
    saved
}

/// A unit that was under way lies on the bench again as it was.
fn taken_up_where_it_was(left: &Left, said: &[Said]) -> bool {
    let taken = said.iter().find_map(|said| match said {
        Said::Did { code, stage, unit: Some(unit), .. } if code == "unit-taken-up" => Some((stage, unit)),
        _ => None,
    });
    let Some((shown, id)) = taken else { return false };
    let (_, unit) = left.units.iter().find(|(known, _)| known == id).expect("a unit that was on disk");
    let fits = match unit.stage.unwrap() {
        UnitStage::Received => shown == "stick-number",
        UnitStage::Inspecting => shown == "question" || shown == "photos",
        UnitStage::Graded => shown == "decision",
        UnitStage::Dispositioned => match unit.label.stage {
            LabelStage::None => shown == "decision",
            LabelStage::PrintPending | LabelStage::Printed => shown == "stick-label",
            LabelStage::Confirmed => shown == "stow",
        },
        other => panic!("{other} is not under way"),
    };
    assert!(fits, "{:?} with label {:?} came back as {shown}", unit.stage, unit.label.stage);
    true
}

#[test]
fn what_was_called_saved_survives_every_power_cut() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let (depot, id) = runtime.block_on(enrolled(data));

    let mut dice = Dice(SEED);
    let (mut left, mut saved, mut taken_up, mut labels) = (look(data), 0, 0, 0);
    for cut in 0..CUTS {
        // Twice the printer is dead, so that a label waits when the power goes.
        let dead_printer = cut % 6 == 3;
        let mut process = Process::start(data, dead_printer);
        let (steps, pause) = (2 + dice.below(5), Duration::from_millis(dice.below(25)));
        let mut said = Vec::new();
        loop {
            said.push(process.hear());
            let did = said.iter().filter(|said| matches!(said, Said::Did { .. })).count() as u64;
            match said.last() {
                Some(Said::Open { printed }) if !dead_printer => {
                    assert_eq!(*printed, left.labels, "cut {cut}: labels that waited are printed, once");
                    labels += printed;
                }
                Some(Said::Stuck) => break,
                Some(Said::Done) => panic!("the shift was over before cut {cut}"),
                _ if did == steps && !dead_printer => break,
                _ => {}
            }
        }
        std::thread::sleep(pause);
        said.extend(process.cut());

        let now = look(data);
        saved += saved_is_there(data, &said);
        assert!(now.lines.starts_with(&left.lines), "cut {cut}: history was changed");
        let stored = depot.lines_of(id);
        assert!(now.lines.starts_with(&stored), "cut {cut}: head office has what the station has not");
        taken_up += usize::from(taken_up_where_it_was(&left, &said));
        left = now;
    }
    assert!(saved > 30, "{saved}");
    assert!(taken_up > 5, "{taken_up} units lay on the bench when the power went");
    assert!(labels > 0, "no label waited when the power went");

    // The last one is left alone, and finishes the shift.
    let mut process = Process::start(data, false);
    while !matches!(process.hear(), Said::Done) {}
    assert!(process.child.wait().unwrap().success());
    let end = look(data);
    assert_eq!((end.labels, end.units.len()), (0, SHIFT.len()));
    for (id, unit) in &end.units {
        let of = SHIFT.iter().find(|of| unit.rma.as_ref().unwrap().as_str() == of.rma).unwrap();
        assert_eq!(unit.stage, Some(UnitStage::Staged), "{id}");
        assert_eq!(unit.disposition().unwrap().as_str(), of.disposition, "{id}");
        assert_eq!(unit.answers.len(), of.answers.len(), "{id}: a question was asked twice");
    }
    assert_eq!(depot.lines_of(id), end.lines);
    assert_eq!(depot.photos(), station::photos_in(data));
    depot.verified();
    runtime.block_on(depot.close());
}

/// A depot and a data folder that is enrolled and knows all it needs.
async fn enrolled(data: &Path) -> (Depot, StationId) {
    let depot = Depot::open().await;
    let id = depot.enrol(data, "LEJ2", "LEJ2-B04", &depot.url()).await;
    Station::start(data).await.stop().await;
    (depot, id)
}
