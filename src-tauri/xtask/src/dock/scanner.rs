//! The demo's scanner: a pseudo-terminal whose far end the station opens like any serial port.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

/// What the demo's scanner sends after each code.
const SUFFIX: &[u8] = b"\r\n";
const POLL: Duration = Duration::from_millis(50);

/// Our end of the line. The station's end has a fixed name, whatever terminal the kernel gives us.
#[derive(Debug)]
pub struct Scanner {
    /// The path that the station opens.
    pub line: PathBuf,
    ours: File,
    unplugged: Arc<AtomicBool>,
}

impl Scanner {
    /// Plugs a scanner in: a new pseudo-terminal, with `line` as a link to the station's end.
    pub fn plug_in(line: &Path) -> Result<Self> {
        let ours = lay_line(line)?;
        let unplugged = Arc::new(AtomicBool::new(false));
        let beeps = ours.try_clone().context("the pseudo-terminal cannot be shared")?;
        std::thread::spawn({
            let unplugged = Arc::clone(&unplugged);
            move || swallow(beeps, &unplugged)
        });
        Ok(Self { line: line.to_owned(), ours, unplugged })
    }

    /// Sends one code as a scanner does. Waits for the station to open its end, at most `patience`.
    pub fn send(&self, code: &[u8], patience: Duration) -> Result<()> {
        let began = Instant::now();
        while !self.is_heard()? {
            if began.elapsed() > patience {
                bail!("nobody listens on the scanner's line {}", self.line.display());
            }
            std::thread::sleep(POLL);
        }
        let mut bytes = code.to_vec();
        bytes.extend_from_slice(SUFFIX);
        (&self.ours).write_all(&bytes).context("the scanner's line is broken")
    }

    /// Whether the station has its end open. A write alone does not tell: without a listener the kernel keeps the
    /// bytes, and drops them.
    fn is_heard(&self) -> Result<bool> {
        let mut line = [PollFd::new(self.ours.as_fd(), PollFlags::empty())];
        poll(&mut line, PollTimeout::ZERO).context("the scanner's line is broken")?;
        Ok(line.iter().all(|line| !line.revents().is_some_and(|news| news.contains(PollFlags::POLLHUP))))
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.unplugged.store(true, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.line);
    }
}

/// A new pseudo-terminal, with `line` as a link to the station's end; the other end is ours.
pub(super) fn lay_line(line: &Path) -> Result<File> {
    // Not with openpty: programs that we start would inherit both its ends.
    let ours = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)
        .and_then(|ours| grantpt(&ours).and(unlockpt(&ours)).map(|()| ours))
        .context("no pseudo-terminal to be had")?;
    let theirs = ptsname_r(&ours).context("the pseudo-terminal has no name")?;
    make_raw(Path::new(&theirs))?;
    if line.is_symlink() {
        std::fs::remove_file(line).with_context(|| format!("{} cannot be replaced", line.display()))?;
    }
    symlink(&theirs, line).with_context(|| format!("cannot make the link {}", line.display()))?;

    // The station's end is not kept open here: an exclusive lock that a killed station left on it would
    // outlive the station, and nobody could tell whether the station listens.
    Ok(File::from(ours.as_fd().try_clone_to_owned().context("the pseudo-terminal cannot be shared")?))
}

/// Every byte as it is, and no echo: what arrives before the station has set up its line would otherwise come back.
fn make_raw(terminal: &Path) -> Result<()> {
    let terminal = File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open(terminal)
        .context("the pseudo-terminal cannot be opened")?;
    let mut settings = tcgetattr(&terminal).context("the pseudo-terminal has no settings")?;
    cfmakeraw(&mut settings);
    tcsetattr(&terminal, SetArg::TCSANOW, &settings).context("the pseudo-terminal cannot be made raw")
}

/// Takes what the station says to its scanner (beeps, lamps), so that the line never fills up. Never sleeps in a read:
/// the line hangs up only when nobody here holds our end any more.
fn swallow(mut line: File, unplugged: &AtomicBool) {
    let mut bytes = [0; 256];
    while !unplugged.load(Ordering::Relaxed) {
        let mut ready = [PollFd::new(line.as_fd(), PollFlags::POLLIN)];
        let said = poll(&mut ready, PollTimeout::from(50_u8)).is_ok()
            && ready.iter().all(|line| line.revents().is_some_and(|news| news.contains(PollFlags::POLLIN)));
        // Reading fails while nobody has the other end open.
        if !said || line.read(&mut bytes).is_err() {
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scanned_arrives_byte_for_byte_and_a_station_may_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let line = folder.path().join("scanner");
        let scanner = Scanner::plug_in(&line).unwrap();
        for code in [b"RS:U:123456789012".as_slice(), b"]C1\x1d10LOT\x0321"] {
            let mut station = File::options().read(true).write(true).open(&line).unwrap();
            scanner.send(code, Duration::from_secs(10)).unwrap();
            let mut got = vec![0; code.len() + SUFFIX.len()];
            station.read_exact(&mut got).unwrap();
            assert_eq!(got, [code, SUFFIX].concat());
        }
    }

    #[test]
    fn a_scan_that_nobody_hears_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let scanner = Scanner::plug_in(&folder.path().join("scanner")).unwrap();
        let error = scanner.send(b"123", Duration::from_millis(200)).unwrap_err();
        assert!(error.to_string().starts_with("nobody listens"), "{error}");
    }

    #[test]
    fn a_station_that_has_the_line_open_notices_that_the_scanner_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let line = folder.path().join("scanner");
        let scanner = Scanner::plug_in(&line).unwrap();
        let mut station = File::options().read(true).write(true).open(&line).unwrap();
        let waits = std::thread::spawn(move || station.read(&mut [0; 8]));
        drop(scanner);
        let began = Instant::now();
        while !waits.is_finished() {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the station still waits for a scanner that is gone"
            );
            std::thread::sleep(POLL);
        }
        assert!(matches!(waits.join().unwrap(), Ok(0) | Err(_)));
    }

    #[test]
    fn unplugging_removes_the_line_and_plugging_in_again_brings_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let line = folder.path().join("scanner");
        drop(Scanner::plug_in(&line).unwrap());
        assert!(!line.exists() && !line.is_symlink());
        let _again = Scanner::plug_in(&line).unwrap();
        assert!(line.exists());
    }
}
