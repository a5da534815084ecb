//! `cargo xtask shot`: the pictures of the window that the documents show, taken from the real window.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::dock::player::Player;
use crate::dock::shift::{Act, LineState, Step};
use crate::dock::{Dock, invisible_screen, review};
use crate::install::{self, Purpose};
use crate::programs::{self, Programs};
use crate::workspace::Workspace;
use crate::{command, page};

/// A document's picture is no bigger than this.
const MOST_BYTES: u64 = 150 * 1024;

/// How to take the pictures.
#[derive(Debug, Args)]
pub struct Options {
    /// Where to put them
    #[arg(long, value_name = "DIR", default_value = "assets/screens")]
    out: PathBuf,
    /// Install and build nothing: take the programs as they were built last
    #[arg(long)]
    as_built: bool,
}

/// A picture of the bench: taken when the stage is first seen in this return.
const OF_THE_BENCH: &[(&str, &str, &str)] = &[
    ("headphones-scratched", "question", "bench-question"),
    ("headphones-scratched", "photos", "bench-photos"),
    ("headphones-scratched", "decision", "bench-decision"),
    ("headphones-scratched", "stick-label", "bench-label"),
    ("tablet-cracked", "decision", "bench-review-needed"),
];

/// Returns that are played; the rest of the shift shows nothing that these do not.
const PLAYED: &[&str] =
    &["headphones-scratched", "shirt-unworn", "jacket-stained", "fleece-overridden", "tablet-cracked"];

/// Rooms as they look after that: their picture, the key that opens them, and what stands there when they are ready.
const ROOMS: &[(&str, &str, &str)] = &[
    ("insights", "Alt+9", "[data-testid=insights] table"),
    ("containers", "Alt+8", "[data-testid=containers]"),
    ("devices", "Alt+5", "[data-testid=devices-room]"),
];

/// Plays part of the shift and takes the pictures.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !options.as_built {
        install::install(workspace, Purpose::RUN)?;
        page::build(workspace)?;
        programs::build(workspace)?;
    }
    let out = workspace.root.join(&options.out);
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let folder = tempfile::Builder::new().prefix("rs-shot-").tempdir().context("no temporary folder")?;
    let dock = Dock::open(&Programs::built(workspace), &workspace.root.join("assets"), folder.path())?;
    let (_display, screen) = invisible_screen(&dock)?;
    let mut photographer = Photographer { player: Player::begin(dock, screen)?, out, taken: Vec::new() };
    photographer.bench()?;
    photographer.offline()?;
    photographer.review()?;
    for (room, key, there) in ROOMS {
        photographer.room(room, key, there)?;
    }
    let window = photographer.player.window.take().context("there is no window")?;
    window.close()
}

struct Photographer {
    player: Player,
    out: PathBuf,
    taken: Vec<String>,
}

impl Photographer {
    fn bench(&mut self) -> Result<()> {
        let returns = self.player.dock.shift.returns.clone();
        for one in returns.iter().filter(|one| PLAYED.contains(&one.name.as_str())) {
            println!("{} …", one.name);
            for step in &one.steps {
                let seen = self.player.step(&one.name, step)?;
                let stage = seen.and_then(|seen| seen.stage).unwrap_or_default();
                let wanted = OF_THE_BENCH.iter().find(|(name, at, _)| *name == one.name && *at == stage);
                if let Some((.., picture)) = wanted {
                    // A label that is on its way looks otherwise for a moment.
                    self.player.window()?.until("the printed label", |seen| !seen.printing)?;
                    self.take(picture)?;
                }
            }
        }
        Ok(())
    }

    /// Two scans while the line is down, then the room that tells what waits.
    fn offline(&mut self) -> Result<()> {
        self.act(Act::Line(LineState::Down))?;
        self.player
            .window()?
            .until("that the line is down", |seen| seen.line.as_deref() == Some("offline"))?;
        for code in ["CX473124015DE", "2901180003257", "{lpn}"] {
            self.act(Act::Scan(code.into()))?;
        }
        self.player.window()?.press("Alt+4")?;
        let there = "return document.querySelector('[data-testid=sync]')?.dataset.line === 'offline'";
        self.player.window()?.until_true("the sync room", there)?;
        self.take("sync-offline")?;
        self.player.window()?.press("Escape")?;
        self.act(Act::Line(LineState::Up))?;
        self.player.window()?.until("that everything is sent", |seen| seen.unsent == Some(0)).map(drop)
    }

    fn review(&mut self) -> Result<()> {
        self.act(Act::Command("LOG-OFF".into()))?;
        self.act(Act::Scan("RS:O:TO-C40B77".into()))?;
        self.act(Act::Pin("8642".into()))?;
        let number = self.player.codes.number_of("tablet-cracked").context("there is no tablet")?.to_owned();
        let window = self.player.window()?;
        review::enter(window)?;
        if !review::select(window, &number)? {
            bail!("the tablet is not in the review queue");
        }
        let loaded = "const all = [...document.querySelectorAll(\".review img\")]; \
                      return all.length > 0 && all.every((img) => img.complete && img.naturalWidth > 0)";
        window.until_true("the photos", loaded)?;
        self.take("review-queue")
    }

    fn room(&mut self, room: &str, key: &str, there: &str) -> Result<()> {
        let window = self.player.window()?;
        window.press(key)?;
        window.until_true(room, &format!("return document.querySelector('{there}') !== null"))?;
        self.take(room)
    }

    fn act(&mut self, act: Act) -> Result<()> {
        self.player.step("shot", &Step { act, refused: false, shows: Default::default() }).map(drop)
    }

    fn take(&mut self, picture: &str) -> Result<()> {
        if self.taken.iter().any(|taken| taken == picture) {
            return Ok(());
        }
        let file = self.out.join(format!("{picture}.png"));
        self.player.window()?.picture(&file)?;
        make_small(&file)?;
        println!("taken: {}", file.display());
        self.taken.push(picture.to_owned());
        Ok(())
    }
}

/// Fewer colours make a smaller file; a screen has few.
fn make_small(file: &Path) -> Result<()> {
    for colours in ["256", "96", "32"] {
        let mut small = std::ffi::OsString::from("png8:");
        small.push(file);
        let mut convert = Command::new("convert");
        convert.arg(file).args(["-strip", "-colors", colours, "-define", "png:compression-level=9"]);
        command::output(convert.arg(small))
            .context("the picture cannot be made small (package imagemagick)")?;
        let bytes = file.metadata().with_context(|| format!("{} is gone", file.display()))?.len();
        if bytes <= MOST_BYTES {
            return Ok(());
        }
    }
    bail!("{} stays bigger than {MOST_BYTES} bytes", file.display())
}
