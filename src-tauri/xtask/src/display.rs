//! A screen for the window: the person's own, or Xvfb on a number that it picks itself.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command;
use crate::running::Running;

/// Wide enough for a bench screen; 24 bits, as WebKit wants.
const SCREEN: &str = "1600x1000x24";

/// An invisible X display.
#[derive(Debug)]
pub struct Display {
    /// As in the variable DISPLAY: ":7".
    pub name: String,
    _xvfb: Running,
}

impl Display {
    /// Starts Xvfb; it takes the first number that is free and says which. Its log lies in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        let log = folder.join("xvfb.log");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]);
        let mut xvfb = Running::start("Xvfb", &xvfb, &log)?;
        let number = xvfb
            .until(Duration::from_secs(20), || number_in(&log))
            .context("no invisible screen (package xvfb)")?;
        Ok(Self { name: format!(":{number}"), _xvfb: xvfb })
    }

    /// What a program needs to open its window here, and not on the person's own screen.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("DISPLAY", self.name.clone()), ("GDK_BACKEND", "x11".into()), ("NO_AT_BRIDGE", "1".into())]
    }

    /// Takes a picture of the whole screen.
    pub fn picture(&self, file: &Path) -> Result<()> {
        let mut import = Command::new("import");
        import.args(["-display", &self.name, "-window", "root"]).arg(file);
        command::output(&mut import).context("no picture of the screen (package imagemagick)")?;
        Ok(())
    }
}

/// Whether this terminal belongs to a person who sits before a screen.
pub fn person_has_one() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// The display number is the only line of digits alone that Xvfb prints.
fn number_in(log: &Path) -> Option<u32> {
    std::fs::read_to_string(log).ok()?.lines().find_map(|line| line.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_displays_differ_and_give_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        std::fs::create_dir_all(&one).unwrap();
        std::fs::create_dir_all(&two).unwrap();
        let first = Display::start(&one).unwrap();
        let second = Display::start(&two).unwrap();
        assert_ne!(first.name, second.name);
        let picture = folder.path().join("screen.png");
        second.picture(&picture).unwrap();
        let bytes = std::fs::read(&picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
    }
}
