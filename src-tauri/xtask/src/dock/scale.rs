//! The demo's scale: a pseudo-terminal that answers in MT-SICS, on which lies what the shift says.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::scanner::lay_line;

const POLL: Duration = Duration::from_millis(50);

/// A scale that is plugged in until this goes out of scope.
#[derive(Debug)]
pub struct Scale {
    /// The path that the station opens.
    pub line: PathBuf,
    grams: Arc<AtomicU32>,
    unplugged: Arc<AtomicBool>,
}

impl Scale {
    /// Plugs a scale in with nothing on it; `line` is a link to the station's end.
    pub fn plug_in(line: &Path) -> Result<Self> {
        let ours = lay_line(line).context("no line for the scale")?;
        let (grams, unplugged) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        std::thread::spawn({
            let (grams, unplugged) = (Arc::clone(&grams), Arc::clone(&unplugged));
            move || answer(ours, &grams, &unplugged)
        });
        Ok(Self { line: line.to_owned(), grams, unplugged })
    }

    /// So many grams lie on it from now on.
    pub fn put(&self, grams: u32) {
        self.grams.store(grams, Ordering::Relaxed);
    }
}

impl Drop for Scale {
    fn drop(&mut self) {
        self.unplugged.store(true, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.line);
    }
}

/// Answers whatever the station asks, line by line.
fn answer(mut line: File, grams: &AtomicU32, unplugged: &AtomicBool) {
    let mut bytes = [0; 256];
    let mut asked = Vec::new();
    while !unplugged.load(Ordering::Relaxed) {
        let mut ready = [PollFd::new(line.as_fd(), PollFlags::POLLIN)];
        let said = poll(&mut ready, PollTimeout::from(50_u8)).is_ok()
            && ready.iter().all(|line| line.revents().is_some_and(|news| news.contains(PollFlags::POLLIN)));
        // Reading fails while nobody has the other end open.
        let count = if said { line.read(&mut bytes).unwrap_or(0) } else { 0 };
        if count == 0 {
            std::thread::sleep(POLL);
            continue;
        }
        asked.extend_from_slice(bytes.get(..count).unwrap_or_default());
        while let Some(end) = asked.iter().position(|byte| *byte == b'\n') {
            let question: Vec<u8> = asked.drain(..=end).collect();
            let reply = reply(String::from_utf8_lossy(&question).trim(), grams.load(Ordering::Relaxed));
            let _ = line.write_all(format!("{reply}\r\n").as_bytes());
        }
    }
}

fn reply(question: &str, grams: u32) -> String {
    match question {
        "SI" | "S" => format!("S S {grams:>10} g"),
        "TA" => "TA A          0 g".to_owned(),
        "I4" => "I4 A \"0\"".to_owned(),
        "Z" | "T" | "TAC" => format!("{question} A"),
        _ => "ES".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_answers_with_what_lies_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let scale = Scale::plug_in(&folder.path().join("scale")).unwrap();
        scale.put(140);
        let mut station = File::options().read(true).write(true).open(&scale.line).unwrap();
        station.write_all(b"SI\r\n").unwrap();
        let mut heard = Vec::new();
        let mut byte = [0];
        while !heard.ends_with(b"\r\n") {
            station.read_exact(&mut byte).unwrap();
            heard.push(byte[0]);
        }
        assert_eq!(String::from_utf8(heard).unwrap(), "S S        140 g\r\n");
        assert_eq!(reply("XYZ", 0), "ES");
    }
}
