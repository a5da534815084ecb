//! A serial scanner on a real pseudo-terminal: framing, unplugging, replugging, ports in use and forbidden ones, babble.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use devices::scanner::{ScannerConfig, Suffix};
use devices::{DeviceState, Event, EventReceiver, FailureCode, Scanner, SerialScanner, events};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(30);

/// The scanner's end of a pseudo-terminal pair, and the path of the station's end.
struct Plug {
    wire: File,
    port: PathBuf,
}

impl Plug {
    fn new() -> Self {
        let pair = nix::pty::openpty(None, None).unwrap();
        let port = nix::unistd::ttyname(&pair.slave).unwrap();
        Self { wire: File::from(pair.master), port }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.wire.write_all(bytes).unwrap();
    }
}

/// A path that stays while what is plugged in changes, as udev's links do.
struct Socket {
    _dir: TempDir,
    path: PathBuf,
}

impl Socket {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("scanner");
        Self { _dir: dir, path }
    }

    fn plug_in(&self) -> Plug {
        let plug = Plug::new();
        symlink(&plug.port, &self.path).unwrap();
        plug
    }

    fn unplug(&self, plug: Plug) {
        std::fs::remove_file(&self.path).unwrap();
        drop(plug);
    }

    fn config(&self) -> ScannerConfig {
        config(&self.path)
    }
}

fn config(path: &Path) -> ScannerConfig {
    ScannerConfig::new("scanner", path.to_str().unwrap())
}

async fn next(receiver: &mut EventReceiver) -> Event {
    tokio::time::timeout(DEADLINE, receiver.recv()).await.expect("an event in time").expect("an event")
}

async fn next_scan(receiver: &mut EventReceiver) -> String {
    loop {
        match next(receiver).await {
            Event::Scan { bytes, .. } => return String::from_utf8(bytes).unwrap(),
            Event::State { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn until_state(receiver: &mut EventReceiver, wanted: &DeviceState) {
    loop {
        if let Event::State { state, .. } = next(receiver).await
            && state == *wanted
        {
            return;
        }
    }
}

#[tokio::test]
async fn scans_arrive_whole_however_they_are_cut() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let scanner = SerialScanner::spawn(socket.config(), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    assert_eq!(scanner.state(), DeviceState::Working);

    plug.send(b"]C1010952012340");
    tokio::time::sleep(Duration::from_millis(120)).await;
    plug.send(b"0149");
    tokio::time::sleep(Duration::from_millis(120)).await;
    plug.send(b"\r");
    assert_eq!(next_scan(&mut receiver).await, "]C10109520123400149");

    plug.send(b"first\rsecond\rthi");
    plug.send(b"rd\x1d\r\n");
    assert_eq!(next_scan(&mut receiver).await, "first");
    assert_eq!(next_scan(&mut receiver).await, "second");
    assert_eq!(next_scan(&mut receiver).await, "third\x1d");

    plug.send(b"\r");
    assert_eq!(next_scan(&mut receiver).await, "");
}

#[tokio::test]
async fn every_byte_value_passes_unchanged() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let config = ScannerConfig { suffix: Suffix::Lf, ..socket.config() };
    let _scanner = SerialScanner::spawn(config, &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    let all: Vec<u8> = (0..=255).filter(|&byte| byte != b'\n').collect();
    plug.send(&all);
    plug.send(b"\n");
    let Event::Scan { bytes, .. } = next(&mut receiver).await else { panic!("no scan") };
    assert_eq!(bytes, all);
}

#[tokio::test]
async fn silence_ends_a_scan_without_a_suffix() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let config = ScannerConfig { suffix: Suffix::None { gap_ms: 60 }, ..socket.config() };
    let _scanner = SerialScanner::spawn(config, &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    plug.send(b"no suffix\r\n");
    assert_eq!(next_scan(&mut receiver).await, "no suffix\r\n");
}

#[tokio::test]
async fn a_scan_without_its_suffix_is_told_and_does_not_spoil_the_next() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let _scanner = SerialScanner::spawn(socket.config(), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    plug.send(b"cut off");
    assert!(matches!(next(&mut receiver).await, Event::Unfinished { bytes, .. } if bytes == b"cut off"));
    plug.send(b"whole\r");
    assert_eq!(next_scan(&mut receiver).await, "whole");
}

#[tokio::test]
async fn the_same_code_twice_within_the_window_counts_once() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let config = ScannerConfig { duplicate_window_ms: 60_000, ..socket.config() };
    let _scanner = SerialScanner::spawn(config, &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    plug.send(b"one\rone\rtwo\rone\r");
    for expected in ["one", "two", "one"] {
        assert_eq!(next_scan(&mut receiver).await, expected);
    }
}

#[tokio::test]
async fn unplugged_and_plugged_in_again_it_carries_on() {
    let socket = Socket::new();
    let (sender, mut receiver) = events();
    let scanner = SerialScanner::spawn(socket.config(), &sender).unwrap();
    let missing = DeviceState::Missing { what: socket.path.display().to_string() };
    until_state(&mut receiver, &missing).await;

    for round in 0..3 {
        let mut plug = socket.plug_in();
        until_state(&mut receiver, &DeviceState::Working).await;
        plug.send(format!("round {round}\rhalf a sc").as_bytes());
        assert_eq!(next_scan(&mut receiver).await, format!("round {round}"));
        socket.unplug(plug);
        until_state(&mut receiver, &DeviceState::Lost).await;
        until_state(&mut receiver, &missing).await;
    }
    assert_eq!(scanner.state(), missing);
}

#[tokio::test]
async fn a_port_in_use_is_busy_until_it_is_free() {
    let mut plug = Plug::new();
    let holder = serialport::new(plug.port.to_str().unwrap(), 9600).open().unwrap();
    let (sender, mut receiver) = events();
    let _scanner = SerialScanner::spawn(config(&plug.port), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Busy).await;
    // Another descriptor keeps the line from hanging up while the holder lets go.
    let _open = File::open(&plug.port);
    drop(holder);
    until_state(&mut receiver, &DeviceState::Working).await;
    plug.send(b"mine now\r");
    assert_eq!(next_scan(&mut receiver).await, "mine now");
}

/// Root may open everything, so that for root this test runs itself once more as another user.
#[test]
fn a_forbidden_port_is_told_apart_from_a_busy_one() {
    if nix::unistd::geteuid().is_root() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        let copy = dir.path().join("test");
        std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        std::fs::set_permissions(&copy, Permissions::from_mode(0o755)).unwrap();
        let output = std::process::Command::new(&copy)
            .args(["--exact", "a_forbidden_port_is_told_apart_from_a_busy_one", "--nocapture"])
            .current_dir("/")
            .env("TMPDIR", "/tmp")
            .uid(65534)
            .gid(65534)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
        return;
    }
    let plug = Plug::new();
    std::fs::set_permissions(&plug.port, Permissions::from_mode(0o000)).unwrap();
    let (sender, mut receiver) = events();
    let _scanner = SerialScanner::spawn(config(&plug.port), &sender).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Event::State { state, kind, .. } = runtime.block_on(next(&mut receiver)) else { panic!("no state") };
    assert_eq!(state.code(kind), "scanner-permission-denied");
    assert!(matches!(state, DeviceState::PermissionDenied { group: Some(_) }));
}

#[tokio::test]
async fn a_path_that_is_no_port_says_so() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (sender, mut receiver) = events();
    let _scanner = SerialScanner::spawn(config(file.path()), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Failing { code: FailureCode::ScannerNotAPort }).await;
}

#[tokio::test]
async fn ten_kilobytes_are_reported_and_the_next_scan_is_whole() {
    let socket = Socket::new();
    let mut plug = socket.plug_in();
    let (sender, mut receiver) = events();
    let _scanner = SerialScanner::spawn(socket.config(), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    let writing = std::thread::spawn(move || {
        plug.send(&[b'x'; 10_240]);
        plug.send(b"\rnext\r");
        plug
    });
    assert!(matches!(next(&mut receiver).await, Event::Overrun { dropped_bytes: 10_240, .. }));
    assert_eq!(next_scan(&mut receiver).await, "next");
    drop(writing.join().unwrap());
}

#[tokio::test]
async fn a_babbler_loses_nothing_and_holds_up_nobody() {
    const SCANS: usize = 20_000;
    let (babbler, quiet) = (Socket::new(), Socket::new());
    let (mut babbling, mut quiet_plug) = (babbler.plug_in(), quiet.plug_in());
    let (sender, mut receiver) = events();
    let named = |name: &str, socket: &Socket| ScannerConfig::new(name, socket.path.to_str().unwrap());
    let _babbler = SerialScanner::spawn(named("babbler", &babbler), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;
    let _quiet = SerialScanner::spawn(named("quiet", &quiet), &sender).unwrap();
    until_state(&mut receiver, &DeviceState::Working).await;

    let writing = std::thread::spawn(move || {
        for n in 0..SCANS {
            babbling.send(format!("{n}\r").as_bytes());
        }
        babbling
    });
    // Nobody reads events: the babbler fills its share and has to wait, so its writer cannot come to an end.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!writing.is_finished(), "the babbler's scans are held somewhere without a bound");
    quiet_plug.send(b"me too\r");
    tokio::time::sleep(Duration::from_millis(500)).await;

    let (mut babbled, mut before_quiet) = (0, None);
    while babbled < SCANS {
        match next(&mut receiver).await {
            Event::Scan { device, bytes } if device.as_str() == "babbler" => {
                assert_eq!(String::from_utf8(bytes).unwrap(), babbled.to_string());
                babbled += 1;
            }
            Event::Scan { bytes, .. } => {
                assert_eq!(bytes, b"me too");
                before_quiet = Some(babbled);
            }
            other => panic!("{other:?}"),
        }
    }
    let before_quiet = before_quiet.expect("the quiet scanner's scan");
    assert!(before_quiet <= 2 * devices::event::SCANS_PER_DEVICE, "{before_quiet} scans came before");
    drop(writing.join().unwrap());
}

#[tokio::test]
async fn stopping_frees_the_port_and_ends_the_events() {
    let plug = Plug::new();
    let (sender, mut receiver) = events();
    let scanner = SerialScanner::spawn(config(&plug.port), &sender).unwrap();
    drop(sender);
    until_state(&mut receiver, &DeviceState::Working).await;
    scanner.stop();
    assert_eq!(tokio::time::timeout(DEADLINE, receiver.recv()).await.unwrap(), None);
    serialport::new(plug.port.to_str().unwrap(), 9600).open().expect("the port is free");
}
