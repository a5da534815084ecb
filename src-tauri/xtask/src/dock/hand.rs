//! The demo's hand: this terminal. Enter does the next step of the shift; a list offers any code at any time.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::codes::Codes;
use super::shift::{Act, Health, LineState, Step, kind_of};
use super::{Dock, picture};
use crate::running::Running;

/// A station that starts opens its database and its devices first.
const PATIENCE: Duration = Duration::from_secs(60);
/// A label is on its way from the bench to the printer's folder.
const PRINTING: Duration = Duration::from_secs(15);
/// Between two digits of a PIN.
const BETWEEN_DIGITS: Duration = Duration::from_millis(150);

const KEYS: &str = "Enter: next step of the shift · ?: what can be scanned · a number: scan that one · =TEXT: scan \
                    this text\nseen TEXT: hold this code under the camera · camera NAME · line down|up · printer \
                    dead|well · power-cut · q: stop";

/// Codes that a bench must refuse or ask about, and why.
const BAD: &[(&str, &str)] = &[
    ("a product with a wrong check digit", "2901180002138"),
    ("a product that is not in the catalogue", "2901180999994"),
    ("a unit's number with a wrong check digit", "RS:U:100000000191"),
    ("a unit's number that this bench has never seen", "RS:U:100009999902"),
    ("a command that does not exist", "RS:C:DANCE"),
    ("a return label that nobody signed", "RS:R:NOBODY SIGNED THIS"),
    ("a tracking number that belongs to nothing", "RA473124996PL"),
    ("control characters", "29011\u{1}8000\u{7f}2342"),
    ("an unknown badge", "RS:O:XX-000000"),
    ("a web address", "https://example.org/"),
];

/// What the person at the terminal wants.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Next,
    List,
    Number(usize),
    Do(Act),
    Stop,
}

/// One entry of the list.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    words: String,
    code: String,
}

/// The hand, with the window that the person sees.
struct Hand {
    dock: Dock,
    codes: Codes,
    window: Running,
    next: usize,
    picture: String,
    during: String,
}

/// Opens the window on the person's own screen, and obeys the terminal until it says stop or the window is closed.
pub fn work(dock: Dock) -> Result<()> {
    let window = start_window(&dock)?;
    let codes = dock.codes()?;
    let mut hand = Hand { dock, codes, window, next: 0, picture: "mat".into(), during: String::new() };
    hand.look();
    println!("{KEYS}");
    hand.quiet_steps()?;
    hand.announce();
    for line in std::io::stdin().lock().lines() {
        if hand.window.ended()?.is_some() {
            println!("The window was closed.");
            return Ok(());
        }
        let wish = wish(&line.context("the terminal cannot be read")?);
        if wish == Wish::Stop {
            return Ok(());
        }
        if let Err(error) = hand.obey(wish) {
            println!("not done: {error:#}");
        }
        std::io::stdout().flush().context("the terminal is gone")?;
    }
    Ok(())
}

fn start_window(dock: &Dock) -> Result<Running> {
    Running::start("returns-station", &dock.window_command(), &dock.logs.join("window.log"))
}

impl Hand {
    fn obey(&mut self, wish: Wish) -> Result<()> {
        match wish {
            Wish::Stop => {}
            Wish::Next => self.next()?,
            Wish::List => {
                self.look();
                print!("{}", listing(&self.offers()));
            }
            Wish::Number(number) => {
                self.look();
                let offers = self.offers();
                let chosen = number.checked_sub(1).and_then(|place| offers.get(place));
                let code = chosen.context("there is no such number; ? lists them")?.code.clone();
                self.act(&Act::Scan(code))?;
            }
            Wish::Do(act) => self.act(&act)?,
        }
        Ok(())
    }

    /// The next step that is a deed; what only says what should be seen is told, not done.
    fn next(&mut self) -> Result<()> {
        let steps = self.steps();
        let Some((name, step)) = steps.get(self.next).cloned() else {
            bail!("the shift is over; ? lists what can still be scanned");
        };
        self.during.clone_from(&name);
        println!("[{name}] {}", step.words());
        self.act(&step.act)?;
        self.next += 1;
        self.quiet_steps()?;
        self.announce();
        Ok(())
    }

    /// Pictures and looks at the screen need no hand of their own: they are done when the next scan comes.
    fn quiet_steps(&mut self) -> Result<()> {
        let steps = self.steps();
        while let Some((_, step)) = steps.get(self.next).filter(|(_, step)| is_quiet(&step.act)) {
            println!("    {}", step.words());
            self.act(&step.act)?;
            self.next += 1;
        }
        Ok(())
    }

    fn announce(&self) {
        match self.steps().get(self.next) {
            Some((name, step)) => println!("next: [{name}] {}", step.words()),
            None => println!("The shift is over; ? lists what can still be scanned."),
        }
    }

    fn steps(&self) -> Vec<(String, Step)> {
        self.dock.shift.steps().map(|(name, step)| (name.to_owned(), step.clone())).collect()
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Scan(text) => self.scan(text),
            Act::Command(word) => self.scan(&format!("RS:C:{word}")),
            Act::Photo(_) => self.scan("RS:C:PHOTO"),
            Act::Pin(pin) => {
                for digit in pin.chars() {
                    self.scan(&format!("RS:C:DIGIT-{digit}"))?;
                    std::thread::sleep(BETWEEN_DIGITS);
                }
                self.scan("RS:C:ENTER")
            }
            Act::Frame(picture) => {
                self.dock.camera.show(picture)?;
                self.picture.clone_from(picture);
                Ok(())
            }
            Act::Scale(grams) => {
                self.dock.scale.put(*grams);
                Ok(())
            }
            Act::Seen(text) => {
                let code = self.filled(text)?;
                let behind = self.dock.camera.file(&self.picture)?;
                self.dock.camera.show_jpeg(picture::with_code(&code, behind)?);
                Ok(())
            }
            Act::Line(LineState::Down) => {
                self.dock.line.cut();
                Ok(())
            }
            Act::Line(LineState::Up) => {
                self.dock.line.mend();
                Ok(())
            }
            Act::PowerCut(_) => {
                self.window.kill();
                self.window = start_window(&self.dock)?;
                Ok(())
            }
            Act::Printer(Health::Dead) => self.dock.printer.take_away(),
            Act::Printer(Health::Well) => self.dock.printer.bring_back(),
            // Said already; the person's own hand and eyes do it.
            Act::Review(_) | Act::Blind(_) | Act::Ask(_) | Act::Look(_) | Act::Expect(_) => Ok(()),
        }
    }

    fn scan(&mut self, text: &str) -> Result<()> {
        let code = self.filled(text)?;
        let scanner = self.dock.scanner.as_ref().context("the scanner is not plugged in")?;
        scanner.send(code.as_bytes(), PATIENCE)
    }

    /// The code; where it is on a label that is being printed, waits for the label.
    fn filled(&mut self, text: &str) -> Result<String> {
        let began = std::time::Instant::now();
        if text.starts_with('{') {
            // The newest label may still be on its way: one look is not enough.
            std::thread::sleep(BETWEEN_DIGITS);
        }
        loop {
            self.look();
            match self.codes.fill(text) {
                Err(error) if began.elapsed() > PRINTING => return Err(error),
                Err(_) => std::thread::sleep(BETWEEN_DIGITS),
                found => return found,
            }
        }
    }

    fn look(&mut self) {
        if let Err(error) = self.dock.look_at_labels(&self.during, &mut self.codes) {
            println!("the printed labels cannot be read back: {error:#}");
        }
    }

    fn offers(&self) -> Vec<Offer> {
        offers(self.dock.shift.steps(), &self.codes)
    }
}

fn is_quiet(act: &Act) -> bool {
    matches!(act, Act::Expect(_) | Act::Look(_) | Act::Frame(_) | Act::Scale(_))
}

/// Everything that can be scanned: codes of the shift, commands, bad codes, and what was printed so far.
fn offers<'a>(steps: impl Iterator<Item = (&'a str, &'a Step)>, codes: &Codes) -> Vec<Offer> {
    let mut all: Vec<Offer> = Vec::new();
    let mut offer = |words: String, code: String| {
        if !all.iter().any(|one| one.code == code) {
            all.push(Offer { words, code });
        }
    };
    let mut commands = Vec::new();
    for (name, step) in steps {
        match &step.act {
            Act::Scan(code) if step.refused && !code.starts_with('{') => {
                offer(format!("{}, which the bench refuses in {name}", kind_of(code)), code.clone());
            }
            Act::Scan(code) if code.starts_with("{return-label") => {
                offer(format!("{} of {name}", kind_of(code)), code.clone());
            }
            Act::Scan(code) if !code.starts_with('{') => {
                offer(format!("{} in {name}", kind_of(code)), code.clone());
            }
            Act::Command(word) => commands.push(word.clone()),
            _ => {}
        }
    }
    for (words, code) in BAD {
        offer(format!("bad: {words}"), (*code).to_owned());
    }
    offer("bad: ten thousand characters".to_owned(), "9".repeat(10_000));
    commands.extend(["PHOTO", "UNDO", "HOLD", "REPRINT", "HELP"].map(str::to_owned));
    for word in commands {
        offer(format!("the command {word}"), format!("RS:C:{word}"));
    }
    for (during, code) in codes.printed() {
        offer(format!("printed during {during}"), code.to_owned());
    }
    all
}

fn listing(offers: &[Offer]) -> String {
    let mut text = String::new();
    for (at, Offer { words, code }) in offers.iter().enumerate() {
        let shown: String = code.chars().take(48).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:4}  {words}   {shown:?}", at + 1);
    }
    text
}

fn wish(line: &str) -> Wish {
    let line = line.trim_end_matches(['\r', '\n']);
    if let Some(code) = line.strip_prefix('=') {
        return Wish::Do(Act::Scan(code.to_owned()));
    }
    let line = line.trim();
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match (word, rest.trim()) {
        ("", _) => Wish::Next,
        ("q" | "Q", _) => Wish::Stop,
        ("line", "down") => Wish::Do(Act::Line(LineState::Down)),
        ("line", "up") => Wish::Do(Act::Line(LineState::Up)),
        ("printer", "dead") => Wish::Do(Act::Printer(Health::Dead)),
        ("printer", "well") => Wish::Do(Act::Printer(Health::Well)),
        ("power-cut", _) => Wish::Do(Act::PowerCut(true)),
        ("camera", picture) => Wish::Do(Act::Frame(picture.to_owned())),
        ("scale", grams) if grams.parse::<u32>().is_ok() => Wish::Do(Act::Scale(grams.parse().unwrap_or(0))),
        ("seen", code) if !code.is_empty() => Wish::Do(Act::Seen(code.to_owned())),
        _ => line.parse().map_or(Wish::List, Wish::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let text = r#"[{"scan": "RS:O:KW-1"}, {"scan": "290118000", "refused": true}, {"command": "YES"},
            {"scan": "{return-label:26-1}"}, {"scan": "{lpn}"}, {"scan": "RS:O:KW-1"}]"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_list_has_good_and_bad_codes_commands_and_printed_labels_each_once() {
        let steps = steps();
        let mut codes = Codes::default();
        codes.note("shirt", "RS:U:100000000190/1");
        let offers = offers(steps.iter().map(|step| ("shirt", step)), &codes);
        let count = |code: &str| offers.iter().filter(|offer| offer.code == code).count();
        for code in ["RS:O:KW-1", "290118000", "RS:C:YES", "{return-label:26-1}", "RS:U:100000000190/1"] {
            assert_eq!(count(code), 1, "{code}");
        }
        assert_eq!(count("{lpn}"), 0, "which number it stands for changes all the time");
        assert!(offers.iter().filter(|offer| offer.words.starts_with("bad: ")).count() >= 10);
        let longest = listing(&offers).lines().map(|line| line.chars().count()).max();
        assert!(longest < Some(200), "a code of ten thousand characters floods the terminal: {longest:?}");
    }

    #[test]
    fn every_wish_is_understood_and_anything_else_lists_what_there_is() {
        assert_eq!(wish("\n"), Wish::Next);
        assert_eq!(wish("q"), Wish::Stop);
        assert_eq!(wish("12"), Wish::Number(12));
        assert_eq!(
            wish("=RS:R:AB C \n"),
            Wish::Do(Act::Scan("RS:R:AB C ".into())),
            "typed text is not trimmed"
        );
        assert_eq!(wish("line down"), Wish::Do(Act::Line(LineState::Down)));
        assert_eq!(wish("printer well"), Wish::Do(Act::Printer(Health::Well)));
        assert_eq!(wish("scale 140"), Wish::Do(Act::Scale(140)));
        assert_eq!(wish("scale much"), Wish::List);
        assert_eq!(wish("camera shoes"), Wish::Do(Act::Frame("shoes".into())));
        assert_eq!(wish("seen {label}"), Wish::Do(Act::Seen("{label}".into())));
        assert_eq!(wish("power-cut"), Wish::Do(Act::PowerCut(true)));
        assert_eq!(wish("?"), Wish::List);
        assert_eq!(wish("what"), Wish::List);
    }
}
