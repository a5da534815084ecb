//! The thread of one scanner.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serialport::SerialPort;

use super::Shared;
use crate::backoff::Backoff;
use crate::device::{DeviceState, FailureCode};
use crate::event::{Event, Offered};
use crate::scanner::identity::PortList;
use crate::scanner::ssi::{Command, Host, Said};
use crate::scanner::whereabouts::{Astray, Whereabouts};
use crate::scanner::{Framed, Framer, Protocol, ScannerConfig, Suffix, port};

/// A read waits this long at most, so that stopping takes no longer.
const READ_TIMEOUT: Duration = Duration::from_millis(50);
/// … and this long where packets are to be answered.
const PACKET_TIMEOUT: Duration = Duration::from_millis(10);
/// A begun scan whose suffix has not come after this silence is broken off.
const UNFINISHED_AFTER: Duration = Duration::from_secs(2);
/// A port that has been open this long counts as well again.
const STEADY_AFTER: Duration = Duration::from_secs(2);

pub(super) struct Reader {
    config: ScannerConfig,
    at: Whereabouts,
    shared: Arc<Shared>,
    /// The last scan and when it was last seen, for the duplicate window.
    last: Option<(Vec<u8>, Instant)>,
}

impl Reader {
    pub(super) fn new(config: ScannerConfig, ports: Arc<dyn PortList>, shared: Arc<Shared>) -> Self {
        let at = Whereabouts::new(&config.path, config.usb.as_ref(), ports);
        Self { config, at, shared, last: None }
    }

    pub(super) fn run(mut self) {
        let mut backoff = Backoff::new();
        while !self.shared.stopped() {
            match self.open() {
                Ok((port, path)) => {
                    self.shared.set_open_path(Some(path));
                    self.shared.lane.set_state(DeviceState::Working);
                    // What was said about scans of an earlier connection comes too late.
                    drop(self.shared.take_answers());
                    let opened = Instant::now();
                    match self.config.protocol {
                        Protocol::Plain => self.read_plain(port),
                        Protocol::Ssi => self.read_packets(port),
                    }
                    self.shared.set_open_path(None);
                    if self.shared.stopped() {
                        return;
                    }
                    if opened.elapsed() >= STEADY_AFTER {
                        backoff.reset();
                    }
                    self.shared.lane.set_state(DeviceState::Lost);
                }
                Err(state) => self.shared.lane.set_state(state),
            }
            self.at.wait(backoff.wait(), || self.shared.stopped(), || ());
        }
    }

    fn open(&self) -> Result<(Box<dyn SerialPort>, String), DeviceState> {
        let path = self.at.path().map_err(|astray| match astray {
            Astray::Absent(what) => DeviceState::Missing { what },
            Astray::Alike => DeviceState::Failing { code: FailureCode::ScannerAlike },
        })?;
        let at = ScannerConfig { path, ..self.config.clone() };
        port::open(&at, self.read_timeout()).map(|port| (port, at.path))
    }

    fn read_timeout(&self) -> Duration {
        match (self.config.protocol, self.config.suffix) {
            (Protocol::Ssi, _) => PACKET_TIMEOUT,
            (_, Suffix::None { gap_ms }) => READ_TIMEOUT.min(Duration::from_millis(gap_ms.max(1))),
            _ => READ_TIMEOUT,
        }
    }

    fn silence_after(&self) -> Duration {
        match self.config.suffix {
            Suffix::None { gap_ms } => Duration::from_millis(gap_ms),
            _ => UNFINISHED_AFTER,
        }
    }

    fn read_plain(&mut self, mut port: Box<dyn SerialPort>) {
        let mut framer = Framer::new(&self.config);
        let mut buffer = [0; 1024];
        let mut heard = Instant::now();
        let mut line = Vec::new();
        while !self.shared.stopped() {
            match self.read(port.as_mut(), &mut buffer) {
                Heard::Gone => break,
                Heard::Bytes(bytes) => {
                    heard = Instant::now();
                    framer.push(bytes, |framed| {
                        if matches!(framed, Framed::Scan(_)) {
                            line.extend_from_slice(self.config.answer.on_arrival());
                        }
                        self.tell(framed);
                    });
                }
                Heard::Nothing => {
                    if heard.elapsed() >= self.silence_after()
                        && let Some(framed) = framer.silence()
                    {
                        self.tell(framed);
                    }
                }
            }
            for outcome in self.shared.take_answers() {
                line.extend_from_slice(self.config.answer.of(outcome));
            }
            self.send(port.as_mut(), &mut line);
        }
        // What the unplugging cut off is told, not lost in silence.
        if let Some(framed) = framer.silence() {
            self.tell(framed);
        }
    }

    fn read_packets(&mut self, mut port: Box<dyn SerialPort>) {
        let mut host = Host::new(self.config.max_len);
        let mut buffer = [0; 1024];
        let mut line = Vec::new();
        let began = Instant::now();
        while !self.shared.stopped() {
            for outcome in self.shared.take_answers() {
                host.command(&Command::Tell(outcome));
            }
            let mut said = Vec::new();
            match self.read(port.as_mut(), &mut buffer) {
                Heard::Gone => break,
                Heard::Bytes(bytes) => {
                    host.hear(bytes, began.elapsed(), &mut line, |what| said.push(what));
                }
                Heard::Nothing => host.wait(began.elapsed(), &mut line, |what| said.push(what)),
            }
            // Acknowledged first: the bench may take its time with the scan.
            self.send(port.as_mut(), &mut line);
            for what in said {
                match what {
                    Said::Decode(bytes) => self.tell(Framed::Scan(bytes)),
                    Said::TooLong { dropped_bytes } => self.tell(Framed::TooLong { dropped_bytes }),
                    Said::NotTaken { opcode, reason } => {
                        tracing::debug!(device = %self.shared.lane.device, opcode, ?reason, "command not taken");
                    }
                }
            }
        }
        // No light stays on that nobody will put out.
        host.farewell(&mut line);
        self.send(port.as_mut(), &mut line);
    }

    fn read<'buffer>(&self, port: &mut dyn SerialPort, buffer: &'buffer mut [u8]) -> Heard<'buffer> {
        match port.read(buffer) {
            // A hung-up port reads as empty or broken for ever: anything but a mere timeout means that it is gone.
            Ok(0) => Heard::Gone,
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.shared.raw.came(bytes);
                Heard::Bytes(bytes)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut) => {
                Heard::Nothing
            }
            Err(error) => {
                tracing::info!(device = %self.shared.lane.device, %error, "scanner hung up");
                Heard::Gone
            }
        }
    }

    /// Sends what is in `line` and empties it. A scanner that does not listen is no reason to stop reading.
    fn send(&self, port: &mut dyn SerialPort, line: &mut Vec<u8>) {
        if line.is_empty() {
            return;
        }
        match port.write_all(line) {
            Ok(()) => self.shared.raw.went(line),
            Err(error) => {
                tracing::debug!(device = %self.shared.lane.device, %error, "answer not sent");
            }
        }
        line.clear();
    }

    fn tell(&mut self, framed: Framed) {
        let device = self.shared.lane.device.clone();
        match framed {
            Framed::Scan(bytes) => {
                if !self.is_duplicate(&bytes) {
                    let bytes = self.config.encoding.to_utf8(bytes);
                    self.offer(Event::Scan { device, bytes });
                }
            }
            Framed::TooLong { dropped_bytes } => self.offer(Event::Overrun { device, dropped_bytes }),
            Framed::Unfinished(bytes) => self.offer(Event::Unfinished { device, bytes }),
        }
    }

    fn is_duplicate(&mut self, bytes: &[u8]) -> bool {
        if self.config.duplicate_window_ms == 0 {
            return false;
        }
        let window = Duration::from_millis(self.config.duplicate_window_ms);
        let now = Instant::now();
        let same =
            self.last.as_ref().is_some_and(|(last, at)| last == bytes && now.duration_since(*at) < window);
        self.last = Some((bytes.to_vec(), now));
        same
    }

    /// Waits while this scanner has too many scans waiting: reading stops, and the port itself holds the sender back.
    fn offer(&self, mut event: Event) {
        while let Offered::Full(back) = self.shared.lane.offer(event) {
            if self.shared.stopped() {
                tracing::warn!(device = %self.shared.lane.device, "stopped with a scan that nobody took");
                return;
            }
            event = back;
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// What a read brought.
enum Heard<'buffer> {
    Bytes(&'buffer [u8]),
    Nothing,
    Gone,
}
