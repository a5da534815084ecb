//! The same on a real pseudo-terminal, with the real thread and clock.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use devices::scanner::{Outcome, Protocol};
use devices::{DeviceState, Event, Scanner, ScannerConfig, SerialScanner, events};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::Harm;
use crate::scanner::{SimulatedSsi, packets};

const BEEP: u8 = 0xE6;
const LED_ON: u8 = 0xE7;
const LED_OFF: u8 = 0xE8;

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_on_a_bad_line_is_heard_once_and_answered() {
    let contents: Vec<Vec<u8>> = (0..6).map(|n| format!("code number {n}").into_bytes()).collect();
    let pair = nix::pty::openpty(None, None).unwrap();
    let path = nix::unistd::ttyname(&pair.slave).unwrap().display().to_string();
    let (sender, mut receiver) = events();
    let config = ScannerConfig { protocol: Protocol::Ssi, ..ScannerConfig::new("ssi", path) };
    let scanner = SerialScanner::spawn(config, &sender).unwrap();
    while scanner.state() != DeviceState::Working {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let simulated = Arc::new(Mutex::new(SimulatedSsi::new(&contents)));
    let stop = Arc::new(AtomicBool::new(false));
    let well = Arc::new(AtomicBool::new(false));
    let wire = File::from(pair.master);
    let on_the_line = std::thread::spawn({
        let (simulated, stop, well) = (simulated.clone(), stop.clone(), well.clone());
        move || run(wire, &simulated, &stop, &well)
    });

    let mut heard = Vec::new();
    while heard.len() < contents.len() {
        let event = tokio::time::timeout(Duration::from_secs(60), receiver.recv()).await.unwrap().unwrap();
        if let Event::Scan { bytes, .. } = event {
            scanner.answer(if heard.len() == 3 { Outcome::Refused } else { Outcome::Accepted });
            heard.push(bytes);
        }
    }
    assert_eq!(heard, contents);
    let until = Instant::now() + Duration::from_secs(30);
    let wanted = [(BEEP, vec![0x00]), (LED_ON, vec![0x01]), (BEEP, vec![0x07]), (LED_ON, vec![0x02])];
    loop {
        let commands = simulated.lock().unwrap().commands.clone();
        if wanted.iter().all(|command| commands.contains(command)) && simulated.lock().unwrap().is_done() {
            break;
        }
        assert!(Instant::now() < until, "beeps and lights that arrived: {commands:02x?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The light goes off by itself, once nobody scans any more.
    let off = (LED_OFF, vec![0x03]);
    let offs = || simulated.lock().unwrap().commands.iter().filter(|command| **command == off).count();
    while simulated.lock().unwrap().commands.last() != Some(&off) {
        assert!(Instant::now() < until, "a light stays on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Nothing was told twice in the meantime.
    assert!(!matches!(receiver.try_recv(), Some(Event::Scan { .. })));
    // Where the port is closed while a light is on, it goes off before.
    well.store(true, Ordering::Relaxed);
    let (before, told) = (offs(), simulated.lock().unwrap().commands.len());
    scanner.answer(Outcome::Accepted);
    let on = (LED_ON, vec![0x01]);
    while !simulated.lock().unwrap().commands[told..].contains(&on) {
        assert!(Instant::now() < until, "no light came on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(scanner);
    while offs() == before {
        assert!(Instant::now() < until, "the light stays on when the port is closed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::Relaxed);
    on_the_line.join().unwrap();
}

fn run(mut wire: File, simulated: &Mutex<SimulatedSsi>, stop: &AtomicBool, well: &AtomicBool) {
    let harms = [
        Harm::Lost,
        Harm::None,
        Harm::None,
        Harm::Spoiled(5, 0x10),
        Harm::Copied,
        Harm::None,
        Harm::Shortened(3),
        Harm::None,
    ];
    let mut count = 0;
    let mut harm = || {
        count += 1;
        if well.load(Ordering::Relaxed) {
            return Harm::None;
        }
        // Later on, one packet in eight is lost.
        harms.get(count - 1).copied().unwrap_or(if count % 8 == 0 { Harm::Lost } else { Harm::None })
    };
    let began = Instant::now();
    let mut received = Vec::new();
    let mut buffer = [0; 512];
    while !stop.load(Ordering::Relaxed) {
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap();
        let packet = simulated.lock().unwrap().speak(ms);
        if let Some(packet) = packet {
            wire.write_all(&harm().to(&packet)).unwrap();
        }
        let mut fds = [PollFd::new(wire.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(2_u8)).unwrap() == 0 {
            continue;
        }
        let count = wire.read(&mut buffer).unwrap();
        received.extend_from_slice(&buffer[..count]);
        // The station writes whole packets, but a read may cut them.
        let whole = whole_packets(&received);
        for packet in packets(&received[..whole]) {
            simulated.lock().unwrap().hear(&harm().to(&packet), ms);
        }
        received.drain(..whole);
    }
}

fn whole_packets(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let end = at + usize::from(bytes[at]) + 2;
        if end > bytes.len() {
            break;
        }
        at = end;
    }
    at
}
