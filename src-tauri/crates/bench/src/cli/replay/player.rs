//! Plays a scenario's steps on a real bench with simulated scanner, camera and label printer.
//!
//! Runs as a process of its own, so that a power cut can be a real one: at that step it tells its parent,
//! stands still, and is killed. The next player goes on behind it, on what was on disk.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use devices::simulated::{SimulatedCamera, SimulatedScale, SimulatedScanner};
use devices::{DeviceId, Job, PrintFault, Printed, Printer};
use futures_util::future::BoxFuture;
use returns::ids::UnitId;
use serde::{Deserialize, Serialize};

use super::picture;
use super::scenario::{Act, Expect, Line, PrinterHealth, Scenario, Step};
use crate::clock::Clock;
use crate::desk::coded;
use crate::seam::{Coded, Reply, Request, Saved, Screen, Stage, Tone};
use crate::{Bench, Dock};

/// How long a step may take until the screen shows its result.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(15);

/// What a player has to remember over a power cut.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The unit's LPN, in digits, and its newest print number, by name of the return.
    pub(crate) units: BTreeMap<String, (UnitId, String, u32)>,
    /// The return whose unit was on the desk last: what `{lpn}` and `{label}` mean.
    pub(crate) last: Option<String>,
    /// Return label tokens by RMA.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Steps refused that should not have been, or the other way round, and expectations not met.
    pub(crate) refused: u32,
    /// The picture that the camera shows.
    pub(crate) frame: Option<PathBuf>,
}

/// What a player tells its parent, one JSON line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
pub(crate) enum Told {
    /// A return is through.
    Return {
        /// Its name.
        name: String,
        /// What became of it.
        result: String,
    },
    /// A step went otherwise than the scenario says.
    Wrong {
        /// Of this return.
        name: String,
        /// The step's place within it, from 1.
        step: usize,
        /// What happened.
        detail: String,
    },
    /// Please set the line; the answer is a line on standard input.
    Line {
        /// Cut or mended.
        line: Line,
    },
    /// Please kill me.
    PowerCut {
        /// The step to go on with.
        next: usize,
        /// What the next player must know.
        memory: Memory,
    },
    /// All steps are through and everything is sent, or the wait was too long.
    Done {
        /// What is known at the end.
        memory: Memory,
    },
}

/// Says one thing to the parent.
pub(crate) fn tell(told: &Told) -> Result<(), Coded> {
    let line =
        serde_json::to_string(told).map_err(|error| coded("replay", [("detail", error.to_string())]))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| coded("replay", [("detail", error.to_string())]))
}

/// A PDF folder that can die.
struct SwitchedPrinter {
    inner: Arc<dyn Printer>,
    dead: AtomicBool,
}

impl Printer for SwitchedPrinter {
    fn id(&self) -> &DeviceId {
        self.inner.id()
    }

    fn print(&self, job: Job) -> BoxFuture<'_, Result<Printed, PrintFault>> {
        if self.dead.load(Ordering::SeqCst) {
            return Box::pin(async { Err(PrintFault::Unreachable { detail: "switched off".to_owned() }) });
        }
        self.inner.print(job)
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PrintFault>> {
        if self.dead.load(Ordering::SeqCst) {
            return Box::pin(async { Err(PrintFault::Unreachable { detail: "switched off".to_owned() }) });
        }
        self.inner.check()
    }
}

/// One player.
pub(crate) struct Player {
    scenario: Scenario,
    base: PathBuf,
    pub(super) bench: Bench,
    scanner: SimulatedScanner,
    camera: Arc<SimulatedCamera>,
    scale: Arc<SimulatedScale>,
    printer: Arc<SwitchedPrinter>,
    pub(super) memory: Memory,
}

impl Player {
    /// Starts the bench on a data folder.
    pub(crate) async fn start(
        scenario: Scenario,
        base: PathBuf,
        data: &Path,
        memory: Memory,
    ) -> Result<Self, Coded> {
        let queue = devices::events();
        let scanner = SimulatedScanner::new(DeviceId::new("scanner"), &queue.0);
        let camera = Arc::new(SimulatedCamera::new(DeviceId::new("camera"), &queue.0));
        let folder = devices::PrinterTarget::PdfFolder { dir: data.join("labels") };
        let inner =
            devices::printer::open(devices::PrinterConfig { id: DeviceId::new("printer"), target: folder });
        let printer = Arc::new(SwitchedPrinter { inner, dead: AtomicBool::new(false) });
        let scale = Arc::new(SimulatedScale::new(DeviceId::new("scale"), &queue.0));
        let dock = Dock::of(queue, Vec::new(), Some(camera.clone()), Some(printer.clone()));
        let dock = dock.with_scale(scale.clone());
        let poll = Some(Duration::from_secs(1));
        let bench = Bench::start_with(data, dock, Clock::system(), poll).await?;
        let player = Self { scenario, base, bench, scanner, camera, scale, printer, memory };
        if let Some(frame) = player.memory.frame.clone() {
            player.show(&frame)?;
        }
        Ok(player)
    }

    /// Plays from a step on, to the end or the next power cut.
    pub(crate) async fn play(&mut self, from: usize) -> Result<(), Coded> {
        let steps: Vec<(usize, Step)> =
            self.scenario.steps().map(|(place, step)| (place, step.clone())).collect();
        for (number, (place, step)) in steps.iter().enumerate().skip(from) {
            let name = self.scenario.returns.get(*place).map(|one| one.name.clone()).unwrap_or_default();
            if let Act::PowerCut(true) = step.act {
                tell(&Told::PowerCut { next: number + 1, memory: self.memory.clone() })?;
                std::thread::sleep(Duration::from_secs(3600));
            }
            let first = steps.iter().position(|(other, _)| other == place).unwrap_or(number);
            if let Err(wrong) = self.step(&name, step).await {
                self.memory.refused += 1;
                tell(&Told::Wrong {
                    name: name.clone(),
                    step: number - first + 1,
                    detail: words_of(&wrong),
                })?;
            }
            let last = steps.get(number + 1).is_none_or(|(next, _)| next != place);
            if last {
                tell(&Told::Return { result: self.result_of(&name), name })?;
            }
        }
        self.drain().await?;
        tell(&Told::Done { memory: self.memory.clone() })?;
        self.bench.stop().await;
        Ok(())
    }

    async fn step(&mut self, name: &str, step: &Step) -> Result<(), Coded> {
        match &step.act {
            Act::Scan(text) => self.scan(name, &self.filled(name, text)?, step.refused).await,
            Act::Command(word) => self.scan(name, &format!("RS:C:{word}"), step.refused).await,
            Act::Photo(_) => self.scan(name, "RS:C:PHOTO", step.refused).await,
            Act::Pin(pin) => {
                for digit in pin.chars() {
                    self.scan(name, &format!("RS:C:DIGIT-{digit}"), false).await?;
                }
                self.scan(name, "RS:C:ENTER", step.refused).await
            }
            Act::Frame(file) => {
                self.memory.frame = Some(file.clone());
                self.show(file)
            }
            Act::Scale(grams) => {
                self.scale.put(*grams);
                Ok(())
            }
            Act::Seen(text) => self.seen(name, &self.filled(name, text)?, step.refused).await,
            Act::Line(line) => self.line(*line),
            Act::Printer(health) => {
                self.printer.dead.store(*health == PrinterHealth::Dead, Ordering::SeqCst);
                Ok(())
            }
            Act::Review(review) => self.review(review, step.refused).await,
            Act::Blind(blind) => self.blind(blind, step.refused).await,
            Act::Ask(wish) => self.ask(name, wish, &step.shows, step.refused).await,
            Act::Look(look) => self.look(look),
            Act::Expect(expect) => self.expect(expect).await,
            Act::PowerCut(_) => Ok(()),
        }
    }

    fn show(&self, file: &Path) -> Result<(), Coded> {
        let path = self.base.join("frames").join(file);
        let jpeg = std::fs::read(&path).map_err(|error| {
            coded("scenario-file", [("path", path.display().to_string()), ("detail", error.to_string())])
        })?;
        self.camera.show(jpeg);
        Ok(())
    }

    /// Sends bytes as a scanner does and waits until the band tells what came of it.
    async fn scan(&mut self, name: &str, text: &str, refused: bool) -> Result<(), Coded> {
        let before = self.settled().await?;
        self.scanner.scan(text.as_bytes()).await;
        self.came_of(name, before.band.blink, text, refused).await
    }

    async fn seen(&mut self, name: &str, text: &str, refused: bool) -> Result<(), Coded> {
        let before = self.settled().await?;
        let frame = self.memory.frame.as_ref().map(|file| self.base.join("frames").join(file));
        self.camera.show(picture::with_code(text, frame.as_deref())?);
        self.came_of(name, before.band.blink, text, refused).await
    }

    async fn came_of(&mut self, name: &str, blink: u64, text: &str, refused: bool) -> Result<(), Coded> {
        let after = self.until(|screen| screen.band.blink > blink).await?;
        self.remember(name, &after);
        let said = is_refusal(&after);
        if said == refused {
            return Ok(());
        }
        let what = if said { "was refused" } else { "was not refused" };
        Err(coded(
            "replay",
            [("detail", format!("{text:.60} {what}: {} {:?}", after.band.say.code, after.band.say.args))],
        ))
    }

    /// The screen once no label is on its way to a printer that works.
    async fn settled(&mut self) -> Result<Screen, Coded> {
        let dead = self.printer.dead.load(Ordering::SeqCst);
        self.until(|screen| dead || !prints(&screen.stage)).await
    }

    async fn until(&mut self, fits: impl Fn(&Screen) -> bool) -> Result<Screen, Coded> {
        let started = Instant::now();
        loop {
            let screen = self.screen().await?;
            if fits(&screen) {
                return Ok(screen);
            }
            if started.elapsed() > PATIENCE {
                let stage = stage_name(&screen.stage);
                let detail = format!("nothing came of it: stage {stage}, band {}", screen.band.say.code);
                return Err(coded("replay", [("detail", detail)]));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn screen(&self) -> Result<Screen, Coded> {
        match self.bench.ask(Request::Screen).await? {
            Reply::Screen(screen) => Ok(*screen),
            _ => Err(coded("replay", [("detail", "no screen".to_owned())])),
        }
    }

    /// Keeps the numbers of the unit on the desk, so that later steps can name them.
    fn remember(&mut self, name: &str, screen: &Screen) {
        let (unit, print) = match &screen.stage {
            Stage::StickLabel { unit, label, .. } => (unit, label.print_number),
            Stage::StickNumber { unit, .. }
            | Stage::Question { unit, .. }
            | Stage::Photos { unit, .. }
            | Stage::Decision { unit, .. }
            | Stage::Stow { unit, .. }
            | Stage::Held { unit, .. } => (unit, 0),
            _ => return,
        };
        let digits: String =
            unit.lpn.iter().flat_map(|lpn| lpn.chars()).filter(char::is_ascii_digit).collect();
        // A unit taken up again keeps the name under which it came in.
        let known =
            self.memory.units.iter().find(|(_, (id, ..))| *id == unit.unit).map(|(name, _)| name.clone());
        let known = known.unwrap_or_else(|| name.to_owned());
        self.memory.last = Some(known.clone());
        let entry = self.memory.units.entry(known);
        let (_, _, newest) = entry.or_insert((unit.unit, digits, 0));
        *newest = print.max(*newest);
    }

    /// A step's text with its placeholders filled in.
    pub(super) fn filled(&self, name: &str, text: &str) -> Result<String, Coded> {
        let unit = |of: &str| {
            let known = self.memory.units.get(of);
            known.ok_or_else(|| coded("replay", [("detail", format!("no unit of {of:?} yet"))]))
        };
        let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return Ok(text.to_owned());
        };
        let last = self.memory.last.as_deref().unwrap_or(name);
        let (what, of) = inner.split_once(':').unwrap_or((inner, last));
        match what {
            "lpn" => Ok(barcodes::rs::unit(&unit(of)?.1)),
            "label" => unit(of).map(|(_, lpn, print)| barcodes::rs::disposition_label(lpn, *print)),
            "return-label" => {
                let token = self.memory.tokens.get(of).cloned();
                token.ok_or_else(|| coded("replay", [("detail", format!("no return label of {of}"))]))
            }
            _ => Ok(text.to_owned()),
        }
    }

    fn line(&self, line: Line) -> Result<(), Coded> {
        tell(&Told::Line { line })?;
        let mut answer = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut answer)
            .map_err(|error| coded("replay", [("detail", error.to_string())]))?;
        Ok(())
    }

    async fn expect(&mut self, expect: &Expect) -> Result<(), Coded> {
        let screen = self.settled().await?;
        let (grade, disposition) = match &screen.stage {
            Stage::Decision { grade, decision, .. } => {
                (Some(*grade), decision.as_ref().map(|d| d.disposition))
            }
            Stage::StickLabel { grade, label, .. } => (Some(*grade), label.disposition),
            Stage::Stow { grade, disposition, .. } => (Some(*grade), Some(*disposition)),
            _ => (None, None),
        };
        let stage = stage_name(&screen.stage);
        let fits = expect.stage.as_ref().is_none_or(|wanted| *wanted == stage)
            && expect.band.as_ref().is_none_or(|wanted| *wanted == screen.band.say.code)
            && expect.grade.is_none_or(|wanted| grade == Some(wanted))
            && expect.disposition.is_none_or(|wanted| disposition == Some(wanted));
        if fits {
            return Ok(());
        }
        let band = &screen.band.say.code;
        let seen = format!(
            "seen stage {stage}, band {band}, grade {grade:?}, disposition {disposition:?}; expected {expect:?}"
        );
        Err(coded("replay", [("detail", seen)]))
    }

    fn result_of(&self, name: &str) -> String {
        let Some((unit, lpn, _)) = self.memory.units.get(name) else { return "no unit".to_owned() };
        let records = self.bench.records();
        let records = records.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Ok(Some(state)) = records.unit(unit) else { return format!("{lpn}: not on record") };
        let word = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let mut words = format!(
            "{lpn} {} grade {} {}",
            word(state.stage.map(|stage| stage.to_string())),
            word(state.grade().map(|grade| grade.to_string())),
            word(state.disposition().map(|disposition| disposition.to_string())),
        );
        if !state.holds.is_empty() {
            words.push_str(" HELD");
        }
        if state.review_pending() {
            words.push_str(" IN REVIEW");
        }
        words
    }

    /// Waits until head office has everything.
    async fn drain(&mut self) -> Result<(), Coded> {
        let _ = self.bench.ask(Request::SyncNow).await;
        let started = Instant::now();
        while started.elapsed() < PATIENCE * 3 {
            let left = {
                let records = self.bench.records();
                let records = records.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let unsent = records.unsent()?;
                unsent.events + unsent.photos
            };
            if left == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}

/// What went wrong, as one line.
fn words_of(wrong: &Coded) -> String {
    wrong.args.get("detail").cloned().unwrap_or_else(|| format!("{} {:?}", wrong.code, wrong.args))
}

/// The bench said no: nothing was saved, and no question of its own stands open.
fn is_refusal(screen: &Screen) -> bool {
    matches!(screen.band.tone, Tone::Rejected | Tone::Locked | Tone::Supervisor)
        && screen.band.saved != Some(Saved::Here)
        && screen.band.saved != Some(Saved::Sent)
}

fn prints(stage: &Stage) -> bool {
    matches!(stage, Stage::StickNumber { label, .. } | Stage::StickLabel { label, .. } if label.pending)
}

/// The stage's name as the seam writes it.
fn stage_name(stage: &Stage) -> String {
    let json = serde_json::to_value(stage).unwrap_or_default();
    json.get("stage").and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
