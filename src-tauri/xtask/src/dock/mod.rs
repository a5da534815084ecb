//! `cargo xtask run`: a demo dock around the real station. A scanner and a scale on pseudo-terminals, a camera over HTTP, a
//! printer that writes PDF files, a line that can be cut, a head office on loopback – and this terminal as the hand.

pub mod camera;
pub mod codes;
pub mod hand;
pub mod head_office;
pub mod labels;
pub mod line;
pub mod picture;
pub mod player;
pub mod printer;
pub mod review;
mod rooms;
pub mod scale;
pub mod scanner;
pub mod seen;
pub mod shift;
pub mod window;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::display::{self, Display};
use crate::install::{self, Purpose};
use crate::programs::{self, Programs};
use crate::workspace::Workspace;
use crate::{command, page};

use camera::Camera;
use codes::Codes;
use head_office::HeadOffice;
use labels::Labels;
use line::Line;
use printer::Printer;
use scale::Scale;
use scanner::Scanner;
use shift::Shift;
use window::Window;

/// How to run the demo.
#[derive(Debug, Args)]
pub struct Options {
    /// Keep everything in this folder and go on with what lies there; otherwise demo/ in the build folder is used,
    /// and emptied first
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Run the whole shift by itself on an invisible screen, even if there is a display
    #[arg(long)]
    no_window: bool,
    /// Install and build nothing: take the programs as they were built last
    #[arg(long)]
    as_built: bool,
}

/// A dock's devices, its line and its head office; all end when this goes out of scope.
#[derive(Debug)]
pub struct Dock {
    /// Everything that the dock makes lies here.
    pub folder: PathBuf,
    /// What the programs say while they run.
    pub logs: PathBuf,
    /// The serial scanner, while it is plugged in.
    pub scanner: Option<Scanner>,
    /// The scale on the bench.
    pub scale: Scale,
    /// The camera over the bench.
    pub camera: Camera,
    /// The label printer.
    pub printer: Printer,
    /// What it has printed.
    pub labels: Labels,
    /// The line to head office.
    pub line: Line,
    /// Head office.
    pub head_office: HeadOffice,
    /// The shift that the dock is made for.
    pub shift: Shift,
    programs: Programs,
}

/// What a dock must find again when its folder is used once more.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The station knows head office by this port of the line.
    line_port: u16,
}

impl Dock {
    /// Opens a dock in a folder, with a station that is enrolled; `assets` is the clone's folder of that name.
    pub fn open(programs: &Programs, assets: &Path, folder: &Path) -> Result<Self> {
        let folder =
            std::path::absolute(folder).with_context(|| format!("{} is no path", folder.display()))?;
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;
        let demo = assets.join("demo");
        let shift = Shift::read(&demo.join("shift.json"))?;
        let head_office = HeadOffice::open(&programs.head_office, &folder.join("head-office"), &logs)?;
        let kept = Kept::read(&folder)?;
        let line = Line::lay(head_office.address, kept.as_ref().map(|kept| kept.line_port))?;
        let dock = Self {
            scanner: Some(Scanner::plug_in(&folder.join("scanner"))?),
            scale: Scale::plug_in(&folder.join("scale"))?,
            camera: Camera::switch_on(&demo.join("frames"))?,
            printer: Printer::switch_on(&folder.join("labels"))?,
            labels: Labels::of(&folder.join("labels")),
            programs: programs.clone(),
            logs,
            line,
            head_office,
            shift,
            folder,
        };
        dock.write_settings()?;
        if kept.is_none() {
            dock.head_office.import(&dock.shift, &demo)?;
            dock.enrol()?;
            Kept { line_port: dock.line.port() }.write(&dock.folder)?;
        }
        Ok(dock)
    }

    /// The station's own folder.
    pub fn station(&self) -> PathBuf {
        self.folder.join("station")
    }

    /// Opens the window under WebKit's driver. `screen` is what it needs to find its display.
    pub fn open_window(&self, screen: &[(&'static str, String)]) -> Result<Window> {
        Window::open(&self.programs.window, &self.station(), screen, &self.logs)
    }

    /// The window as a person starts it.
    pub fn window_command(&self) -> Command {
        let mut window = Command::new(&self.programs.window);
        window.arg("--data").arg(self.station());
        window
    }

    /// Codes that can be scanned: return labels from head office, nothing printed yet.
    pub fn codes(&self) -> Result<Codes> {
        Ok(Codes::new(self.head_office.return_labels()?))
    }

    /// Takes note of what was printed since the last look.
    pub fn look_at_labels(&mut self, during: &str, codes: &mut Codes) -> Result<()> {
        for printed in self.labels.look()? {
            codes.note(during, &printed.code);
        }
        Ok(())
    }

    /// Plugs the scanner out and, if wanted, in again.
    pub fn plug_scanner(&mut self, plugged: bool) -> Result<()> {
        self.scanner = None;
        if plugged {
            self.scanner = Some(Scanner::plug_in(&self.folder.join("scanner"))?);
        }
        Ok(())
    }

    /// Recomputes the station's and head office's records. The station must have stopped.
    pub fn verify(&self) -> Result<()> {
        let mut verify = Command::new(&self.programs.station);
        verify.args(["verify", "--json", "--data"]).arg(self.station());
        command::output(&mut verify).context("the station's records are wrong")?;
        self.head_office.verify().map(drop)
    }

    fn enrol(&self) -> Result<()> {
        let code = self.head_office.enrolment_code()?;
        let mut enrol = Command::new(&self.programs.station);
        enrol.args(["enrol", "--json", "--head-office", &self.line.url(), "--code", &code, "--data"]);
        command::output(enrol.arg(self.station())).context("the station cannot enrol")?;
        Ok(())
    }

    fn write_settings(&self) -> Result<()> {
        let station = self.station();
        std::fs::create_dir_all(&station).with_context(|| format!("cannot make {}", station.display()))?;
        let settings = json!({
            "scanners": [{ "id": "scanner", "path": self.folder.join("scanner") }],
            "scale": { "id": "scale", "path": self.folder.join("scale") },
            "camera": { "id": "camera", "source": { "kind": "mjpeg-http", "url": self.camera.url } },
            "printer": { "id": "printer", "target": { "kind": "pdf-folder", "dir": self.printer.folder } },
            "simulated": true,
            "poll_seconds": 1,
        });
        std::fs::write(station.join("station.json"), format!("{settings:#}\n"))
            .context("the station's settings cannot be written")
    }
}

impl Kept {
    fn file(folder: &Path) -> PathBuf {
        folder.join("dock.json")
    }

    fn read(folder: &Path) -> Result<Option<Self>> {
        let file = Self::file(folder);
        if !file.is_file() {
            return Ok(None);
        }
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_str(&text).map(Some).with_context(|| format!("{} is not ours", file.display()))
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let file = Self::file(folder);
        let text = serde_json::to_string(self).context("the dock cannot be described")?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// Installs, builds, opens the dock, and obeys the terminal – or runs the shift by itself where there is no display.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let by_hand = !options.no_window && display::person_has_one();
    if !options.as_built {
        install::install(workspace, Purpose::RUN)?;
        page::build(workspace)?;
        programs::build(workspace)?;
    }
    let folder = demo_folder(workspace, options)?;
    println!("Head office is started, and a station enrols with it …");
    let dock = Dock::open(&Programs::built(workspace), &workspace.root.join("assets"), &folder)?;
    println!("The dock is open; everything that it makes is in {}", folder.display());
    if by_hand {
        if !std::io::stdin().is_terminal() {
            println!("(the hand reads from what is not a terminal; --no-window runs the shift by itself)");
        }
        hand::work(dock)
    } else {
        player::work(dock)
    }
}

/// The folder of this demo. Only our own default one is ever emptied.
fn demo_folder(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    let folder = match &options.data {
        Some(folder) => {
            std::path::absolute(folder).with_context(|| format!("{} is no path", folder.display()))?
        }
        None => {
            let folder = workspace.target.join("demo");
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

/// An invisible screen for a dock, and what programs need to find it.
pub fn invisible_screen(dock: &Dock) -> Result<(Display, Vec<(&'static str, String)>)> {
    let display = Display::start(&dock.logs)?;
    let environment = display.environment();
    Ok((display, environment))
}
