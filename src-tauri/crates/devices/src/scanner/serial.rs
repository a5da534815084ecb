//! A scanner on a serial port: one blocking thread, which reconnects by itself.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serialport::SerialPort;

use super::{Framed, Framer, Scanner, ScannerConfig, Suffix, port};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState};
use crate::event::{Event, EventSender, Lane, Offered};

/// A read waits this long at most, so that stopping takes no longer.
const READ_TIMEOUT: Duration = Duration::from_millis(50);
/// A begun scan whose suffix has not come after this silence is broken off.
const UNFINISHED_AFTER: Duration = Duration::from_secs(2);
/// A port that has been open this long counts as well again.
const STEADY_AFTER: Duration = Duration::from_secs(2);
const SLICE: Duration = Duration::from_millis(25);

/// A running serial scanner. Dropping it stops its thread and closes the port.
#[derive(Debug)]
pub struct SerialScanner {
    lane: Arc<Lane>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SerialScanner {
    /// Starts a thread that opens the port, reads it, and opens it again whenever it goes away.
    ///
    /// # Errors
    /// Only where the operating system grants no thread; a port that does not open is a state, not an error.
    pub fn spawn(config: ScannerConfig, events: &EventSender) -> io::Result<Self> {
        let lane = Arc::new(events.lane(config.id.clone(), DeviceKind::Scanner));
        let stop = Arc::new(AtomicBool::new(false));
        let reader = Reader { lane: Arc::clone(&lane), stop: Arc::clone(&stop), last: None, config };
        let thread = std::thread::Builder::new()
            .name(format!("scanner {}", lane.device))
            .spawn(move || reader.run())?;
        Ok(Self { lane, stop, thread: Some(thread) })
    }

    /// Stops the thread and waits until the port is closed.
    pub fn stop(self) {
        drop(self);
    }
}

impl Scanner for SerialScanner {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }
}

impl Drop for SerialScanner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(device = %self.lane.device, "scanner thread panicked");
        }
    }
}

struct Reader {
    config: ScannerConfig,
    lane: Arc<Lane>,
    stop: Arc<AtomicBool>,
    /// The last scan and when it was last seen, for the duplicate window.
    last: Option<(Vec<u8>, Instant)>,
}

impl Reader {
    fn run(mut self) {
        let mut backoff = Backoff::new();
        while !self.stopped() {
            match port::open(&self.config, self.read_timeout()) {
                Ok(port) => {
                    self.lane.set_state(DeviceState::Working);
                    let opened = Instant::now();
                    self.read_until_gone(port);
                    if self.stopped() {
                        return;
                    }
                    if opened.elapsed() >= STEADY_AFTER {
                        backoff.reset();
                    }
                    self.lane.set_state(DeviceState::Lost);
                }
                Err(state) => self.lane.set_state(state),
            }
            self.wait(backoff.wait());
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.lane.is_closed()
    }

    fn read_timeout(&self) -> Duration {
        match self.config.suffix {
            Suffix::None { gap_ms } => READ_TIMEOUT.min(Duration::from_millis(gap_ms.max(1))),
            _ => READ_TIMEOUT,
        }
    }

    fn silence_after(&self) -> Duration {
        match self.config.suffix {
            Suffix::None { gap_ms } => Duration::from_millis(gap_ms),
            _ => UNFINISHED_AFTER,
        }
    }

    fn read_until_gone(&mut self, mut port: Box<dyn SerialPort>) {
        let mut framer = Framer::new(&self.config);
        let mut buffer = [0; 1024];
        let mut heard = Instant::now();
        while !self.stopped() {
            match port.read(&mut buffer) {
                // A hung-up port reads as empty or broken for ever: anything but a mere timeout means that it is gone.
                Ok(0) => break,
                Ok(count) => {
                    heard = Instant::now();
                    let read = buffer.get(..count).unwrap_or_default();
                    framer.push(read, |framed| self.tell(framed));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    if heard.elapsed() >= self.silence_after()
                        && let Some(framed) = framer.silence()
                    {
                        self.tell(framed);
                    }
                }
                Err(error) => {
                    tracing::info!(device = %self.lane.device, %error, "scanner hung up");
                    break;
                }
            }
        }
        // What the unplugging cut off is told, not lost in silence.
        if let Some(framed) = framer.silence() {
            self.tell(framed);
        }
    }

    fn tell(&mut self, framed: Framed) {
        let device = self.lane.device.clone();
        match framed {
            Framed::Scan(bytes) => {
                if !self.is_duplicate(&bytes) {
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
        while let Offered::Full(back) = self.lane.offer(event) {
            if self.stopped() {
                tracing::warn!(device = %self.lane.device, "stopped with a scan that nobody took");
                return;
            }
            event = back;
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the next attempt, less long where a port appears that was not there before.
    fn wait(&self, time: Duration) {
        let path = Path::new(&self.config.path);
        let absent = !path.exists();
        let until = Instant::now() + time;
        while !self.stopped() && Instant::now() < until {
            std::thread::sleep(SLICE);
            if absent && path.exists() {
                return;
            }
        }
    }
}
