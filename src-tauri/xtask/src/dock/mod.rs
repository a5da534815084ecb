//! `cargo xtask run`: a demo dock around the real station. A scanner on a pseudo-terminal, a camera over HTTP, a
//! printer that writes PDF files, a head office on loopback – and this terminal as the hand that scans.

mod camera;
mod hand;
mod head_office;
mod labels;
mod scanner;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::display::{self, Display};
use crate::install::{self, Purpose};
use crate::running::Running;
use crate::workspace::{Workspace, from_root};
use crate::{command, page, programs};

use camera::Camera;
use hand::{Scan, Scans};
use head_office::HeadOffice;
use labels::Labels;
use scanner::Scanner;

/// A station's first start opens its database and asks head office; a slow machine may take its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two scans of a shift without a person: a quick grader's pace.
const PACE: Duration = Duration::from_millis(800);

/// How to run the demo.
#[derive(Debug, Args)]
pub struct Options {
    /// Keep everything in this folder and go on with what lies there; otherwise demo-out/ is used, and emptied first
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Run the whole shift by itself on an invisible screen, even if there is a display
    #[arg(long)]
    no_window: bool,
}

/// The dock's devices and programs. Fields are in the order of their ends: the window first, its folder last.
struct Dock {
    window: Running,
    display: Option<Display>,
    scanner: Scanner,
    camera: Camera,
    labels: Labels,
    _head_office: HeadOffice,
    folder: PathBuf,
}

/// Installs, builds, opens the dock, and obeys the terminal – or runs the shift by itself where there is no display.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    install::install(workspace, Purpose::RUN)?;
    page::build(workspace)?;
    programs::build(workspace)?;

    let folder = demo_folder(workspace, options)?;
    let mut scans = Scans::read(&workspace.root.join("assets/demo/scans.json"))?;
    let by_hand = !options.no_window && display::person_has_one() && std::io::stdin().is_terminal();
    let mut dock = Dock::open(workspace, &folder, !by_hand)?;
    println!(
        "The dock is open; everything that it makes is in {}",
        from_root(&workspace.root, &folder).display()
    );
    if by_hand { dock.by_hand(&mut scans) } else { dock.by_itself(&mut scans) }
}

impl Dock {
    fn open(workspace: &Workspace, folder: &Path, invisible: bool) -> Result<Self> {
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
        let scanner = Scanner::plug_in(&folder.join("scanner"))?;
        let camera = Camera::switch_on(&workspace.root.join("assets/demo/camera"))?;
        let head_office = HeadOffice::open(workspace, &folder.join("head-office"), &logs)?;
        let display = if invisible { Some(Display::start(&logs)?) } else { None };

        let mut window = command::in_folder(workspace.program("returns-station"), &workspace.root);
        window.arg("--data").arg(folder.join("station"));
        window.arg("--scanner").arg(&scanner.line).args(["--camera", &camera.url]);
        window.arg("--printer").arg(folder.join("labels"));
        window.args(["--head-office", &head_office.url, "--enrol", &head_office.enrolment_code]);
        if let Some(display) = &display {
            window.envs(display.environment());
        }
        let window = Running::start("returns-station", &window, &logs.join("window.log"))?;
        let labels = Labels::of(&folder.join("labels"));
        let folder = folder.to_owned();
        Ok(Self { window, display, scanner, camera, labels, _head_office: head_office, folder })
    }

    fn by_hand(&mut self, scans: &mut Scans) -> Result<()> {
        let Self { scanner, camera, labels, .. } = self;
        let look = |scans: &mut Scans| offer_printed(labels, scans);
        hand::obey(std::io::stdin().lock(), std::io::stdout(), scans, look, |scan| {
            send(scanner, camera, scan)
        })
    }

    fn by_itself(&mut self, scans: &mut Scans) -> Result<()> {
        let mut done = 0_u32;
        while let Some(scan) = scans.next_of_shift() {
            send(&self.scanner, &self.camera, &scan)?;
            done += 1;
            println!("{done:4}  {}", scan.words);
            std::thread::sleep(PACE);
            if let Some(status) = self.window.ended()? {
                bail!(
                    "the window closed by itself with {status}; see {}",
                    self.folder.join("logs").display()
                );
            }
        }
        let printed = self.labels.look()?;
        println!("{done} scans, {} codes on printed labels", printed.len());
        if let Some(display) = &self.display {
            display.picture(&self.folder.join("window.png"))?;
        }
        println!("Labels, photos, logs and window.png are in {}", self.folder.display());
        Ok(())
    }
}

fn send(scanner: &Scanner, camera: &Camera, scan: &Scan) -> Result<()> {
    if let Some(picture) = &scan.picture {
        camera.show(picture)?;
    }
    scanner.send(scan.code.as_bytes(), PATIENCE)
}

fn offer_printed(labels: &mut Labels, scans: &mut Scans) {
    match labels.look() {
        Ok(printed) => {
            for code in printed {
                scans.offer(&format!("printed label {}", code.label), &code.code);
            }
        }
        Err(error) => println!("the printed labels cannot be read back: {error:#}"),
    }
}

/// The folder of this demo. Only our own default one is ever emptied.
fn demo_folder(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    let folder = match &options.data {
        Some(folder) => {
            std::path::absolute(folder).with_context(|| format!("{} is no path", folder.display()))?
        }
        None => {
            let folder = workspace.root.join("demo-out");
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .with_context(|| format!("cannot empty {}", folder.display()))?;
            }
            folder
        }
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
