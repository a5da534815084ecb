//! The whole shift by itself: each step through the dock's own devices, each result read from the window's page.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::codes::Codes;
use super::seen::Seen;
use super::shift::{Act, Expect, Health, LineState, Step};
use super::window::Window;
use super::{Dock, invisible_screen, picture, review, rooms};
use crate::display::Display;

/// A first start opens the database and the devices; a slow machine may take its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Some pictures of the camera after it was given another one.
const NEW_PICTURE: Duration = Duration::from_millis(500);

/// Plays a dock's shift in its window.
#[derive(Debug)]
pub struct Player {
    /// The dock.
    pub dock: Dock,
    /// Codes printed so far.
    pub codes: Codes,
    /// Its window; none while the power is cut.
    pub window: Option<Window>,
    screen: Vec<(&'static str, String)>,
    printer_is_dead: bool,
    picture: Option<String>,
}

/// Plays the whole shift on an invisible screen, tells it return by return, and fails where a step went otherwise than
/// the shift says, something stayed unsent, or the records do not verify.
pub fn work(dock: Dock) -> Result<()> {
    let (display, screen) = invisible_screen(&dock)?;
    let folder = dock.folder.clone();
    let mut player = Player::begin(dock, screen)?;
    let picture = folder.join("window.png");
    let wrong = player.play(&picture);
    let ended = player.end(&picture, &display);
    let wrong = wrong?;
    ended?;
    println!("labels:  {}", folder.join("labels").display());
    println!("photos:  {}", folder.join("photos").display());
    println!("window:  {}", picture.display());
    if wrong > 0 {
        bail!(
            "{wrong} steps went otherwise than the shift says; logs are in {}",
            folder.join("logs").display()
        );
    }
    Ok(())
}

impl Player {
    /// Opens the window on the dock's station.
    pub fn begin(dock: Dock, screen: Vec<(&'static str, String)>) -> Result<Self> {
        let window = dock.open_window(&screen)?;
        let codes = dock.codes()?;
        Ok(Self { dock, codes, window: Some(window), screen, printer_is_dead: false, picture: None })
    }

    /// Plays every return and prints what came of it; `picture` shows the window after the last return while somebody
    /// was signed in. The answer is how many steps went wrong.
    pub fn play(&mut self, picture: &Path) -> Result<u32> {
        let (returns, began) = (self.dock.shift.returns.clone(), Instant::now());
        let mut wrong = 0;
        for (place, one) in returns.iter().enumerate() {
            let mut result = Outcome::default();
            for (number, step) in one.steps.iter().enumerate() {
                match self.step(&one.name, step) {
                    Ok(seen) => result.add(seen),
                    Err(error) => {
                        wrong += 1;
                        println!("  WRONG  {}, step {} ({}): {error:#}", one.name, number + 1, step.words());
                        self.expect_window()?;
                    }
                }
            }
            let now = self.window()?.seen()?;
            if now.operator.is_some() && now.stage.is_some() {
                self.window()?.picture(picture)?;
            }
            println!(
                "{:3}/{}  {:5.1} s  {:28} {}",
                place + 1,
                returns.len(),
                began.elapsed().as_secs_f64(),
                one.name,
                result.words()
            );
        }
        Ok(wrong)
    }

    /// The window that is played in.
    pub fn window(&self) -> Result<&Window> {
        self.window.as_ref().context("there is no window")
    }

    /// One step; the answer is what the window shows after it, where the step has to do with the window.
    pub fn step(&mut self, name: &str, step: &Step) -> Result<Option<Seen>> {
        match &step.act {
            Act::Scan(text) => self.scan(name, text, step.refused).map(Some),
            Act::Command(word) => self.scan(name, &format!("RS:C:{word}"), step.refused).map(Some),
            Act::Photo(_) => self.scan(name, "RS:C:PHOTO", step.refused).map(Some),
            Act::Pin(pin) => {
                for digit in pin.chars() {
                    self.scan(name, &format!("RS:C:DIGIT-{digit}"), false)?;
                }
                self.scan(name, "RS:C:ENTER", step.refused).map(Some)
            }
            Act::Frame(picture) => self.show(picture).map(|()| None),
            Act::Scale(grams) => self.weigh(*grams).map(|()| None),
            Act::Seen(text) => self.hold_under_camera(name, text, step.refused).map(Some),
            Act::Line(LineState::Down) => {
                self.dock.line.cut();
                Ok(None)
            }
            Act::Line(LineState::Up) => {
                self.dock.line.mend();
                Ok(None)
            }
            Act::PowerCut(_) => self.cut_power().map(|()| None),
            Act::Printer(health) => self.set_printer(*health).map(|()| None),
            Act::Review(wanted) => {
                let number = self.codes.number_of(&wanted.unit);
                let number = number.with_context(|| format!("no unit of {} yet", wanted.unit))?;
                review::decide(self.window()?, number, wanted, step.refused).map(|()| None)
            }
            Act::Blind(_) | Act::Ask(_) | Act::Look(_) => {
                self.settled()?;
                self.dock.look_at_labels(name, &mut self.codes)?;
                rooms::play(self.window()?, &self.codes, step).map(|()| None)
            }
            Act::Expect(expect) => self.expect(expect).map(Some),
        }
    }

    /// Scans a code on the dock's scanner and waits for its result on the screen.
    pub fn scan(&mut self, name: &str, text: &str, refused: bool) -> Result<Seen> {
        let before = self.settled()?;
        self.dock.look_at_labels(name, &mut self.codes)?;
        let code = self.codes.fill(text)?;
        let scanner = self.dock.scanner.as_ref().context("the scanner is not plugged in")?;
        scanner.send(code.as_bytes(), PATIENCE)?;
        self.came_of(&before, &code, refused)
    }

    fn hold_under_camera(&mut self, name: &str, text: &str, refused: bool) -> Result<Seen> {
        let before = self.settled()?;
        self.dock.look_at_labels(name, &mut self.codes)?;
        let code = self.codes.fill(text)?;
        let behind = self.dock.camera.file(self.picture.as_deref().unwrap_or("mat"))?;
        self.dock.camera.show_jpeg(picture::with_code(&code, behind)?);
        self.came_of(&before, &code, refused)
    }

    fn came_of(&self, before: &Seen, code: &str, refused: bool) -> Result<Seen> {
        let what = format!("what came of {code:.60}");
        let after =
            self.window()?.until(&what, |seen| seen.band.is_some() && seen.blink() > before.blink())?;
        if after.is_refusal() != refused {
            let not = if refused { "not " } else { "" };
            bail!("{code:.60} was {not}refused: {}", after.words());
        }
        Ok(after)
    }

    fn show(&mut self, picture: &str) -> Result<()> {
        self.dock.camera.show(picture)?;
        self.picture = Some(picture.to_owned());
        std::thread::sleep(NEW_PICTURE);
        Ok(())
    }

    /// The station asks its scale several times a second; what it has not heard yet it does not weigh.
    fn weigh(&mut self, grams: u32) -> Result<()> {
        self.dock.scale.put(grams);
        let asked = serde_json::json!({ "ask": "scale" });
        let (began, wanted) = (Instant::now(), (grams > 0).then_some(u64::from(grams)));
        while began.elapsed() < PATIENCE {
            let says = self.window()?.ask(&asked)?.map_err(|code| anyhow::anyhow!(code))?;
            let at_rest = says.pointer("/grams").and_then(serde_json::Value::as_u64);
            if says.is_object() && at_rest == wanted {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the station does not hear its scale say {grams} g")
    }

    fn set_printer(&mut self, health: Health) -> Result<()> {
        self.printer_is_dead = health == Health::Dead;
        if self.printer_is_dead { self.dock.printer.take_away() } else { self.dock.printer.bring_back() }
    }

    /// Kills the window as a power cut does, and starts it again.
    pub fn cut_power(&mut self) -> Result<()> {
        self.window.take().context("there is no window")?.cut_power()?;
        self.window = Some(self.dock.open_window(&self.screen)?);
        Ok(())
    }

    fn expect(&mut self, wanted: &Expect) -> Result<Seen> {
        let seen = self.settled()?;
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| found == Some(wanted.as_str()))
        };
        let fits = same(&wanted.stage, seen.stage.as_deref())
            && same(&wanted.band, Some(seen.said()))
            && same(&wanted.grade, seen.grade.as_deref())
            && same(&wanted.disposition, seen.disposition.as_deref());
        if !fits {
            bail!("{}, and shows {}", wanted.words(), seen.words());
        }
        Ok(seen)
    }

    /// The screen once no label is on its way to a printer that works.
    fn settled(&self) -> Result<Seen> {
        let dead = self.printer_is_dead;
        self.window()?.until("the bench without a label on its way", |seen| {
            seen.stage.is_some() && (dead || !seen.printing)
        })
    }

    /// After a failed step: goes on only if there still is a window that answers.
    fn expect_window(&self) -> Result<()> {
        let seen = self.window()?.seen().context("the window is gone")?;
        if seen.stage.is_none() {
            self.window()?.press("Escape")?;
        }
        Ok(())
    }

    /// Waits until head office has everything, closes the window and verifies all records.
    fn end(mut self, picture: &Path, display: &Display) -> Result<()> {
        if !picture.is_file() {
            display.picture(picture)?;
        }
        let sent = self.window()?.until("that everything is sent", |seen| seen.unsent == Some(0));
        self.window.take().context("there is no window")?.close()?;
        sent?;
        println!("everything is sent; the records are verified …");
        self.dock.verify()?;
        let photos = copy_photos(&self.dock.station().join("photos"), &self.dock.folder.join("photos"))?;
        let printed = self.codes.printed().count() + self.dock.labels.look()?.len();
        println!("{printed} codes on printed labels, {photos} photos");
        Ok(())
    }
}

/// What became of a return, as the window showed it.
#[derive(Debug, Default)]
struct Outcome {
    unit: Option<String>,
    grade: Option<String>,
    disposition: Option<String>,
    last: String,
}

impl Outcome {
    fn add(&mut self, seen: Option<Seen>) {
        let Some(seen) = seen else { return };
        let keep = |kept: &mut Option<String>, new: &Option<String>| {
            if new.is_some() {
                kept.clone_from(new);
            }
        };
        keep(&mut self.unit, &seen.unit);
        keep(&mut self.grade, &seen.grade);
        keep(&mut self.disposition, &seen.disposition);
        self.last = format!("{} / {}", seen.stage.as_deref().unwrap_or("-"), seen.said());
    }

    fn words(&self) -> String {
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        format!(
            "{:12} grade {}  {:16} {}",
            word(&self.unit),
            word(&self.grade),
            word(&self.disposition),
            self.last
        )
    }
}

/// Copies every photo, which lie by their hashes in folders of two letters, into one folder for people.
fn copy_photos(from: &Path, to: &Path) -> Result<usize> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let mut copied = 0;
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.context("the photos cannot be read")?;
        let name = entry.file_name().to_string_lossy();
        let is_photo = name.ends_with(".jpg");
        if is_photo && entry.file_type().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).context("a photo cannot be copied")?;
            copied += 1;
        }
    }
    Ok(copied)
}
