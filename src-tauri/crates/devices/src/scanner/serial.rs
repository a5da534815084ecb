//! A scanner on a serial port: one blocking thread, which finds it, reads it, and reconnects by itself.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::identity::{PortList, SystemPorts};
use super::raw::{Chunk, RawBytes};
use super::{Outcome, Scanner, ScannerConfig};
use crate::device::{DeviceId, DeviceKind, DeviceState};
use crate::event::{EventSender, Lane};

mod reader;

use reader::Reader;

/// Answers that may wait for the thread to send them; beyond that the oldest is forgotten.
const ANSWERS_WAITING: usize = 4;

/// A running serial scanner. Dropping it stops its thread and closes the port.
#[derive(Debug)]
pub struct SerialScanner {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and its owner both look at.
#[derive(Debug)]
struct Shared {
    lane: Lane,
    stop: AtomicBool,
    raw: RawBytes,
    open_path: Mutex<Option<String>>,
    answers: Mutex<Vec<Outcome>>,
}

impl SerialScanner {
    /// Starts a thread that opens the port, reads it, and opens it again whenever it goes away.
    ///
    /// # Errors
    /// Only where the operating system grants no thread; a port that does not open is a state, not an error.
    pub fn spawn(config: ScannerConfig, events: &EventSender) -> io::Result<Self> {
        Self::spawn_among(config, events, Arc::new(SystemPorts))
    }

    /// The same, with another list of ports than the system's.
    ///
    /// # Errors
    /// Only where the operating system grants no thread.
    pub fn spawn_among(
        config: ScannerConfig,
        events: &EventSender,
        ports: Arc<dyn PortList>,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            lane: events.lane(config.id.clone(), DeviceKind::Scanner),
            stop: AtomicBool::new(false),
            raw: RawBytes::new(),
            open_path: Mutex::default(),
            answers: Mutex::default(),
        });
        let reader = Reader::new(config, ports, Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name(format!("scanner {}", shared.lane.device))
            .spawn(move || reader.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Stops the thread and waits until the port is closed.
    pub fn stop(self) {
        drop(self);
    }
}

impl Scanner for SerialScanner {
    fn id(&self) -> &DeviceId {
        &self.shared.lane.device
    }

    fn state(&self) -> DeviceState {
        self.shared.lane.state()
    }

    fn open_path(&self) -> Option<String> {
        self.shared.open_path.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, outcome: Outcome) {
        let mut answers = self.shared.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS_WAITING {
            answers.remove(0);
        }
        answers.push(outcome);
    }

    fn raw_after(&self, number: u64) -> Vec<Chunk> {
        self.shared.raw.after(number)
    }
}

impl Drop for SerialScanner {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(device = %self.shared.lane.device, "scanner thread panicked");
        }
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.lane.is_closed()
    }

    fn set_open_path(&self, path: Option<String>) {
        *self.open_path.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }

    fn take_answers(&self) -> Vec<Outcome> {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
