//! `station replay`: a whole shift on the real bench, without a window, against a real head office.

mod office;
mod picture;
mod player;
mod rooms;
mod scenario;
mod switch;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::Outcome;
use super::out::Out;
use super::runtime;
use super::sync::{Until, coded_of, open, run_line, shared};
use crate::desk::coded;
use crate::seam::Coded;
use office::Office;
use player::{Memory, Player, Told};
use scenario::{Line, Scenario};
use switch::Switch;

/// The longest that fetching operators, policy and returns may take.
const FETCH: Duration = Duration::from_secs(120);

/// Play a whole shift on the real bench, without a window, against a real head office
///
/// Without --data it plays in a fresh folder and names it; with --data that folder must not hold a station yet.
///
/// Scanner, camera and printer are simulated (labels are real PDFs, in the data folder's labels/), everything else is
/// the bench itself. A power cut kills it; a cut line is a cut connection. Told return by return on standard error.
///
/// With --json the last line is {"returns","units","labels","photos","events","unsent","refused"}; refused counts
/// the steps that went otherwise than the scenario says. Exit code 1 where a step did, or something was not sent.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The shift: a JSON file such as assets/demo/shift.json
    pub file: PathBuf,
    /// A head office that runs already; without it the `head-office` program beside this one is started on a
    /// free loopback port, with its own folder under the data folder
    #[arg(long, value_name = "URL", requires = "code")]
    pub head_office: Option<String>,
    /// With --head-office: the one-time code to enrol with
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// Used by the program itself: play from this step on, in this process
    #[arg(long, hide = true, value_name = "STEP")]
    pub from: Option<usize>,
}

/// The last line of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Summary {
    /// Returns played.
    returns: u64,
    /// Units on record.
    units: u64,
    /// Labels printed.
    labels: u64,
    /// Photos kept.
    photos: u64,
    /// Events written.
    events: u64,
    /// Events and photos that head office does not have.
    unsent: u64,
    /// Steps that went otherwise than the scenario says.
    refused: u64,
}

impl ReplayArgs {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        if let Some(from) = self.from {
            return play(self, data, from).map(|()| Outcome::Fine);
        }
        let folder = folder(data)?;
        let summary = replay(self, &folder, out.as_json)?;
        if out.as_json {
            out.json(&serde_json::to_value(&summary).map_err(|error| failed(&error))?)?;
        } else {
            out.line(format_args!(
                "{} returns, {} units, {} labels, {} photos, {} events; {} not sent, {} steps went wrong",
                summary.returns,
                summary.units,
                summary.labels,
                summary.photos,
                summary.events,
                summary.unsent,
                summary.refused
            ))?;
        }
        Ok(Outcome::fine_if(summary.refused == 0 && summary.unsent == 0))
    }
}

/// Where to play: never the folder of the station that really works here, and none that was played in before.
fn folder(data: &Path) -> Result<PathBuf, Coded> {
    if data == crate::default_data_dir() {
        let fresh =
            tempfile::Builder::new().prefix("station-replay-").tempdir().map_err(|error| failed(&error))?;
        let fresh = fresh.keep();
        eprintln!("playing in {}", fresh.display());
        return Ok(fresh);
    }
    if records::Records::open_read_only(data).is_ok_and(|records| records.enrolment().is_some()) {
        return Err(coded("replay-folder-used", [("detail", data.display().to_string())]));
    }
    Ok(data.to_owned())
}

/// Plays a shift and gives its summary. What happens is told return by return on standard error, or with
/// `quiet` only what goes wrong.
fn replay(args: &ReplayArgs, data: &Path, quiet: bool) -> Result<Summary, Coded> {
    let scenario = Scenario::load(&args.file)?;
    std::fs::create_dir_all(data).map_err(|error| failed(&error))?;
    let (address, _office, memory, code) = head_office(args, &scenario, data)?;
    let switch = Switch::to(address).map_err(|error| failed(&error))?;
    if let Some(code) = code {
        enrol(data, &switch.url(), &code)?;
    }
    let memory = parent(args, data, &switch, memory, quiet)?;
    summary(data, &scenario, &memory)
}

/// The part of a replay that runs in a process of its own.
fn play(args: &ReplayArgs, data: &Path, from: usize) -> Result<(), Coded> {
    let scenario = Scenario::load(&args.file)?;
    let base = args.file.parent().unwrap_or(Path::new(".")).to_owned();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| failed(&error))?;
    let memory = serde_json::from_str(&line).map_err(|error| failed(&error))?;
    runtime()?.block_on(async {
        let mut player = Player::start(scenario, base, data, memory).await?;
        player.play(from).await
    })
}

/// Where head office is, what it gave out, and the code to enrol with, if the station has not yet.
fn head_office(
    args: &ReplayArgs,
    scenario: &Scenario,
    data: &Path,
) -> Result<(SocketAddr, Option<Office>, Memory, Option<String>), Coded> {
    if let Some(url) = &args.head_office {
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let address = host.to_socket_addrs().map_err(|error| failed(&error))?.next();
        let address = address.ok_or_else(|| coded("head-office-address", [("url", url.clone())]))?;
        return Ok((address, None, Memory::default(), args.code.clone()));
    }
    let office = Office::start(&data.join("head-office"))?;
    let base = args.file.parent().unwrap_or(Path::new("."));
    office.import(base, &scenario.head_office)?;
    let tokens = office.labels()?.into_iter().collect();
    let code = office.code("LEJ2", "LEJ2-B04")?;
    Ok((office.address, Some(office), Memory { tokens, ..Memory::default() }, Some(code)))
}

/// Runs players one after the other, kills them where the power is cut, and sets the line as they ask.
fn parent(
    args: &ReplayArgs,
    data: &Path,
    switch: &Switch,
    mut memory: Memory,
    quiet: bool,
) -> Result<Memory, Coded> {
    let mut from = 0;
    loop {
        let mut child = start_player(args, data, from, &memory)?;
        match listen(&mut child, switch, quiet)? {
            Ended::PowerCut { next, then } => {
                child.kill().map_err(|error| failed(&error))?;
                child.wait().map_err(|error| failed(&error))?;
                if !quiet {
                    eprintln!("  power cut: the bench was killed, and starts again");
                }
                (from, memory) = (next, then);
            }
            Ended::Done(memory) => {
                child.wait().map_err(|error| failed(&error))?;
                return Ok(memory);
            }
        }
    }
}

enum Ended {
    PowerCut { next: usize, then: Memory },
    Done(Memory),
}

fn start_player(args: &ReplayArgs, data: &Path, from: usize, memory: &Memory) -> Result<Child, Coded> {
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut child = Command::new(program)
        .arg("replay")
        .arg(&args.file)
        .args(["--from", &from.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let line = serde_json::to_string(memory).map_err(|error| failed(&error))?;
    let stdin = child.stdin.as_mut().ok_or_else(|| failed(&"no standard input"))?;
    writeln!(stdin, "{line}").map_err(|error| failed(&error))?;
    Ok(child)
}

fn listen(child: &mut Child, switch: &Switch, quiet: bool) -> Result<Ended, Coded> {
    let stdout = child.stdout.take().ok_or_else(|| failed(&"no standard output"))?;
    for line in BufReader::new(stdout).lines() {
        let line = line.map_err(|error| failed(&error))?;
        match serde_json::from_str(&line).map_err(|error| failed(&error))? {
            Told::Return { name, result } if !quiet => eprintln!("  {name}: {result}"),
            Told::Return { .. } => {}
            Told::Wrong { name, step, detail } => eprintln!("  WRONG {name}, step {step}: {detail}"),
            Told::Line { line } => {
                switch.set(line == Line::Down);
                if !quiet {
                    eprintln!("  line {}", if line == Line::Down { "cut" } else { "mended" });
                }
                let stdin = child.stdin.as_mut().ok_or_else(|| failed(&"no standard input"))?;
                writeln!(stdin, "ok").map_err(|error| failed(&error))?;
            }
            Told::PowerCut { next, memory } => return Ok(Ended::PowerCut { next, then: memory }),
            Told::Done { memory } => return Ok(Ended::Done(memory)),
        }
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    Err(coded("replay", [("detail", format!("the bench ended early: {status}"))]))
}

fn summary(data: &Path, scenario: &Scenario, memory: &Memory) -> Result<Summary, Coded> {
    let records = records::Records::open_read_only(data)?;
    let counters = records.counters(jiff::Timestamp::UNIX_EPOCH)?;
    let unsent = records.unsent()?;
    Ok(Summary {
        returns: scenario.returns.len() as u64,
        units: counters.of("unit.received"),
        labels: counters.of("unit.label-printed"),
        photos: counters.of("unit.photo-taken") + counters.of("parcel.photo-taken"),
        events: counters.events(),
        unsent: unsent.events + unsent.photos,
        refused: u64::from(memory.refused),
    })
}

/// Enrols the station and fetches what it has to know before anyone can sign in.
fn enrol(data: &Path, url: &str, code: &str) -> Result<(), Coded> {
    let records = shared(open(data, "station replay")?);
    runtime()?.block_on(async {
        let enrolled = sync::enrol_station(&records, url, code).await;
        enrolled.map_err(|error| coded_of(&error))?;
        run_line(&records, Until::RoundMade, FETCH).await?;
        Ok(())
    })
}

fn failed(error: &dyn std::fmt::Display) -> Coded {
    coded("replay", [("detail", error.to_string())])
}
