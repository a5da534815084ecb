//! Scanners bound by what they are: plugged, renumbered and mixed up on real pseudo-terminals, listed by a list of our own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::fs::File;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use devices::scanner::{Answer, Encoding, ListedPort, Outcome, PortList, Protocol, UsbIdentity};
use devices::{
    DeviceState, Event, EventReceiver, FailureCode, Scanner, ScannerConfig, SerialScanner, events,
};

const DEADLINE: Duration = Duration::from_secs(30);

/// A list of ports that a test plugs into.
#[derive(Default)]
struct Hub(Mutex<Vec<ListedPort>>);

impl PortList for Hub {
    fn list(&self) -> Vec<ListedPort> {
        self.0.lock().unwrap().clone()
    }
}

/// A scanner's end of a pseudo-terminal.
struct Plug {
    wire: File,
    path: String,
}

impl Hub {
    fn plug_in(&self, usb: UsbIdentity) -> Plug {
        let pair = nix::pty::openpty(None, None).unwrap();
        let path = nix::unistd::ttyname(&pair.slave).unwrap().display().to_string();
        self.0.lock().unwrap().push(ListedPort { path: path.clone(), usb: Some(usb), name: None });
        Plug { wire: File::from(pair.master), path }
    }

    fn unplug(&self, plug: Plug) {
        self.0.lock().unwrap().retain(|port| port.path != plug.path);
    }
}

impl Plug {
    fn send(&mut self, bytes: &[u8]) {
        self.wire.write_all(bytes).unwrap();
    }
}

/// Takes the number that became free, so that the next one to be plugged in cannot get it.
fn occupy(path: &str) {
    for _ in 0..64 {
        let pair = nix::pty::openpty(None, None).unwrap();
        let got = nix::unistd::ttyname(&pair.slave).unwrap().display().to_string();
        std::mem::forget(pair);
        if got == path {
            return;
        }
    }
}

fn usb(serial: Option<&str>, socket: &str) -> UsbIdentity {
    UsbIdentity {
        vendor: 0x0c2e,
        product: 0x0b6a,
        serial: serial.map(str::to_owned),
        socket: Some(socket.to_owned()),
        interface: Some(0),
    }
}

fn bound(name: &str, usb: UsbIdentity) -> ScannerConfig {
    ScannerConfig { usb: Some(usb), ..ScannerConfig::new(name, "") }
}

async fn next(receiver: &mut EventReceiver) -> Event {
    tokio::time::timeout(DEADLINE, receiver.recv()).await.expect("an event in time").expect("an event")
}

async fn until_state(receiver: &mut EventReceiver, name: &str, wanted: &DeviceState) {
    loop {
        if let Event::State { state, device, .. } = next(receiver).await
            && device.as_str() == name
            && state == *wanted
        {
            return;
        }
    }
}

async fn next_scan(receiver: &mut EventReceiver) -> (String, Vec<u8>) {
    loop {
        match next(receiver).await {
            Event::Scan { bytes, device } => return (device.to_string(), bytes),
            Event::State { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_changed_port_number_changes_nothing() {
    let hub = Arc::new(Hub::default());
    let (sender, mut receiver) = events();
    let config = |name, serial| bound(name, UsbIdentity { socket: None, ..usb(Some(serial), "") });
    let left = SerialScanner::spawn_among(config("left", "L1"), &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "left", &DeviceState::Missing { what: "USB 0c2e:0b6a L1".into() }).await;
    let _right = SerialScanner::spawn_among(config("right", "R1"), &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "right", &DeviceState::Missing { what: "USB 0c2e:0b6a R1".into() }).await;

    let mut last_path = String::new();
    for round in 0..3 {
        // Plugged in the other order each time, so that each gets the number that the other had.
        let (mut l, mut r) = if round % 2 == 0 {
            let l = hub.plug_in(usb(Some("L1"), "1-1"));
            until_state(&mut receiver, "left", &DeviceState::Working).await;
            let r = hub.plug_in(usb(Some("R1"), "1-2"));
            until_state(&mut receiver, "right", &DeviceState::Working).await;
            (l, r)
        } else {
            let r = hub.plug_in(usb(Some("R1"), "1-1"));
            until_state(&mut receiver, "right", &DeviceState::Working).await;
            let l = hub.plug_in(usb(Some("L1"), "1-2"));
            until_state(&mut receiver, "left", &DeviceState::Working).await;
            (l, r)
        };
        assert_eq!(left.open_path(), Some(l.path.clone()));
        assert_ne!(l.path, last_path, "the path was to change");
        last_path.clone_from(&l.path);
        l.send(b"from the left\r");
        assert_eq!(next_scan(&mut receiver).await, ("left".into(), b"from the left".to_vec()));
        r.send(b"from the right\r");
        assert_eq!(next_scan(&mut receiver).await, ("right".into(), b"from the right".to_vec()));
        hub.unplug(l);
        until_state(&mut receiver, "left", &DeviceState::Lost).await;
        hub.unplug(r);
        until_state(&mut receiver, "right", &DeviceState::Lost).await;
        occupy(&last_path);
    }
}

#[tokio::test]
async fn twins_without_a_serial_number_are_told_apart_by_socket_or_reported() {
    let hub = Arc::new(Hub::default());
    let mut first = hub.plug_in(usb(None, "1-1"));
    let mut second = hub.plug_in(usb(None, "1-2"));
    let (sender, mut receiver) = events();
    let anywhere = UsbIdentity { socket: None, ..usb(None, "") };
    let lost = SerialScanner::spawn_among(bound("lost", anywhere), &sender, hub.clone()).unwrap();
    let alike = DeviceState::Failing { code: FailureCode::ScannerAlike };
    until_state(&mut receiver, "lost", &alike).await;
    assert_eq!(lost.open_path(), None);
    lost.stop();

    let one = SerialScanner::spawn_among(bound("one", usb(None, "1-1")), &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "one", &DeviceState::Working).await;
    let two = SerialScanner::spawn_among(bound("two", usb(None, "1-2")), &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "two", &DeviceState::Working).await;
    second.send(b"2\r");
    assert_eq!(next_scan(&mut receiver).await, ("two".into(), b"2".to_vec()));
    first.send(b"1\r");
    assert_eq!(next_scan(&mut receiver).await, ("one".into(), b"1".to_vec()));
    assert_eq!((one.open_path(), two.open_path()), (Some(first.path.clone()), Some(second.path.clone())));
    // The one that stays is not taken for the one that went.
    hub.unplug(first);
    until_state(&mut receiver, "one", &DeviceState::Missing { what: usb(None, "1-1").to_string() }).await;
    second.send(b"still 2\r");
    assert_eq!(next_scan(&mut receiver).await, ("two".into(), b"still 2".to_vec()));
}

#[tokio::test]
async fn the_scanners_encoding_becomes_utf8() {
    let hub = Arc::new(Hub::default());
    let mut plug = hub.plug_in(usb(Some("J"), "1-1"));
    let (sender, mut receiver) = events();
    let config = ScannerConfig { encoding: Encoding::ShiftJis, ..bound("s", usb(Some("J"), "1-1")) };
    let _scanner = SerialScanner::spawn_among(config, &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "s", &DeviceState::Working).await;
    plug.send(b"]Q1\x93\xfa\x96\x7b\r");
    assert_eq!(next_scan(&mut receiver).await.1, "]Q1日本".as_bytes());
}

#[tokio::test]
async fn a_plain_scanner_is_answered_as_set_and_the_line_can_be_looked_at() {
    let hub = Arc::new(Hub::default());
    let mut plug = hub.plug_in(usb(Some("B"), "1-1"));
    let (sender, mut receiver) = events();
    let config = ScannerConfig { answer: Answer::Bell, ..bound("s", usb(Some("B"), "1-1")) };
    let scanner = SerialScanner::spawn_among(config, &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "s", &DeviceState::Working).await;
    plug.send(b"ABC\r");
    assert_eq!(next_scan(&mut receiver).await.1, b"ABC");
    scanner.answer(Outcome::Accepted);
    let mut bell = [0; 1];
    plug.wire.read_exact(&mut bell).unwrap();
    assert_eq!(&bell, b"\x07");
    scanner.answer(Outcome::Refused);
    let mut bells = [0; 3];
    plug.wire.read_exact(&mut bells).unwrap();
    assert_eq!(&bells, b"\x07\x07\x07");
    let raw = scanner.raw_after(0);
    let came: Vec<u8> = raw.iter().filter(|c| !c.sent).flat_map(|c| c.bytes.clone()).collect();
    assert_eq!(came, b"ABC\r");
    let newest = raw.iter().map(|chunk| chunk.number).max().unwrap();
    plug.send(b"DE\r");
    assert_eq!(next_scan(&mut receiver).await.1, b"DE");
    assert_eq!(scanner.raw_after(newest).first().map(|c| c.bytes.clone()), Some(b"DE\r".to_vec()));
}

#[tokio::test]
async fn a_scanner_that_waits_to_be_acknowledged_is_at_once() {
    let hub = Arc::new(Hub::default());
    let mut plug = hub.plug_in(usb(Some("A"), "1-1"));
    let (sender, mut receiver) = events();
    let config = ScannerConfig { answer: Answer::Ack, ..bound("s", usb(Some("A"), "1-1")) };
    let _scanner = SerialScanner::spawn_among(config, &sender, hub.clone()).unwrap();
    until_state(&mut receiver, "s", &DeviceState::Working).await;
    for n in 0..3 {
        plug.send(format!("scan {n}\r").as_bytes());
        let mut ack = [0; 1];
        plug.wire.read_exact(&mut ack).unwrap();
        assert_eq!(&ack, b"\x06");
        assert_eq!(next_scan(&mut receiver).await.1, format!("scan {n}").into_bytes());
    }
}

#[test]
fn settings_written_before_there_were_identities_are_still_read() {
    let old = r#"{"id":"s","path":"/dev/ttyACM0","baud":9600,"suffix":{"kind":"cr"},"max_len":4096}"#;
    let config: ScannerConfig = serde_json::from_str(old).unwrap();
    assert_eq!(config, ScannerConfig::new("s", "/dev/ttyACM0"));
    assert_eq!(config.protocol, Protocol::Plain);
    let new = bound("s", usb(Some("A1"), "1-1.4"));
    assert_eq!(serde_json::from_str::<ScannerConfig>(&serde_json::to_string(&new).unwrap()).unwrap(), new);
}
