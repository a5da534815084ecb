//! A demo dock with the real window in it, for stories about the window.

#![allow(dead_code, reason = "each story uses a part")]

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use xtask::dock::Dock;
use xtask::dock::player::Player;
use xtask::dock::seen::Seen;
use xtask::dock::shift::{Act, Step};
use xtask::dock::window::Window;
use xtask::programs::Programs;

/// How long anything on the screen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two windows at once would starve each other on a small machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// One story: a dock of its own, with a fresh head office, a station that is enrolled, and its window.
pub struct Story {
    /// Scans, and reads the page.
    pub player: Player,
    pictures: PathBuf,
    name: &'static str,
    _folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Story {
    /// Opens the dock and the window.
    pub fn open(name: &'static str) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()),
            "DISPLAY is not set: run this with cargo xtask test --only window"
        );
        let folder = tempfile::Builder::new().prefix("rs-window-").tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let dock = Dock::open(&Programs::told().unwrap(), &root.join("assets"), folder.path()).unwrap();
        let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("window");
        std::fs::create_dir_all(&pictures).unwrap();
        let player = Player::begin(dock, Vec::new()).unwrap_or_else(|error| {
            let log = std::fs::read_to_string(folder.path().join("logs/window.log")).unwrap_or_default();
            panic!("{error:#}\n{log}")
        });
        Self { player, pictures, name, _folder: folder, _alone: alone }
    }

    /// The window.
    pub fn window(&self) -> &Window {
        self.player.window().unwrap()
    }

    /// Scans codes, one after the other; the bench must take each. Gives what is seen after the last.
    pub fn scan(&mut self, codes: &[&str]) -> Seen {
        let mut last = Seen::default();
        for code in codes {
            last =
                self.player.scan(self.name, code, false).unwrap_or_else(|error| panic!("{code}: {error:#}"));
        }
        last
    }

    /// Scans a code that the bench must refuse.
    pub fn scan_refused(&mut self, code: &str) -> Seen {
        self.player.scan(self.name, code, true).unwrap_or_else(|error| panic!("{code}: {error:#}"))
    }

    /// Scans command words.
    pub fn command(&mut self, words: &[&str]) -> Seen {
        let codes: Vec<String> = words.iter().map(|word| format!("RS:C:{word}")).collect();
        self.scan(&codes.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Signs in with badge and PIN, by scanner.
    pub fn sign_in(&mut self, badge: &str, pin: &str) {
        self.scan(&[badge]);
        self.act(Act::Pin(pin.into()));
    }

    /// Does something else with the dock.
    pub fn act(&mut self, act: Act) {
        let step = Step { act, refused: false, shows: Default::default() };
        self.player.step(self.name, &step).unwrap_or_else(|error| panic!("{}: {error:#}", step.words()));
    }

    /// Waits until the window shows what fits.
    #[track_caller]
    pub fn until(&self, what: &str, fits: impl Fn(&Seen) -> bool) -> Seen {
        match self.window().until(what, fits) {
            Ok(seen) => seen,
            Err(error) => {
                self.picture("failed");
                panic!("{error:#}")
            }
        }
    }

    /// Waits until the stage stands, with no label on its way.
    #[track_caller]
    pub fn until_stage(&self, stage: &str) -> Seen {
        self.until(stage, |seen| seen.stage.as_deref() == Some(stage) && !seen.printing)
    }

    /// Waits until a picture in the page has loaded; an address that the page may not load, or that gives none, never does.
    #[track_caller]
    pub fn until_loaded(&self, css: &str) {
        let loaded = format!(
            "const img = document.querySelector({css:?}); return img !== null && img.complete && img.naturalWidth > 0"
        );
        if let Err(error) = self.window().until_true(&format!("the picture {css}"), &loaded) {
            self.picture("failed");
            panic!("{error:#}");
        }
    }

    /// The code that a placeholder stands for, waiting until it is printed.
    pub fn code(&mut self, placeholder: &str) -> String {
        let began = Instant::now();
        loop {
            let Player { dock, codes, .. } = &mut self.player;
            dock.look_at_labels(self.name, codes).unwrap();
            match codes.fill(placeholder) {
                Ok(code) => return code,
                Err(error) => assert!(began.elapsed() < PATIENCE, "{error:#}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Presses keys, one after the other as a person does, each after the bench has answered the last.
    pub fn keys(&self, keys: &[&str]) -> Seen {
        let mut last = self.window().seen().unwrap();
        for key in keys {
            let before = last.blink();
            self.window().press(key).unwrap();
            last = self.until(&format!("what came of the key {key}"), |seen| seen.blink() > before);
        }
        last
    }

    /// Types a code into the line that F2 opens.
    pub fn type_code(&self, code: &str) -> Seen {
        let before = self.window().seen().unwrap().blink();
        self.window().press("F2").unwrap();
        let line = "return document.activeElement?.dataset.testid === 'typed'";
        self.window().until_true("the line for a typed code", line).unwrap();
        for character in code.chars() {
            self.window().press(&character.to_string()).unwrap();
            // Faster would be a scanner.
            std::thread::sleep(Duration::from_millis(70));
        }
        let typed = format!("return document.activeElement?.value === {code:?}");
        if let Err(error) = self.window().until_true("the typed code", &typed) {
            self.picture("failed");
            panic!("{error:#}");
        }
        self.window().press("Enter").unwrap();
        self.until(&format!("what came of {code}"), |seen| seen.blink() > before)
    }

    /// Keeps a picture of the window in the build folder.
    pub fn picture(&self, of: &str) {
        self.window().picture(&self.pictures.join(format!("{}-{of}.png", self.name))).unwrap();
    }

    /// Closes the window, and has the station's and head office's records verified.
    pub fn close(self) {
        let Player { dock, window, .. } = self.player;
        window.unwrap().close().unwrap();
        dock.verify().unwrap();
    }
}
