//! Devices without hardware, for training and tests, behind the same traits as the real ones.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use rust_decimal::Decimal;
use tokio::sync::watch;

use crate::camera::{Camera, Frame};
use crate::device::{DeviceId, DeviceKind, DeviceState};
use crate::event::{Event, EventSender, Lane, Offered};
use crate::printer::{Job, PrintFault, Printed, Printer};
use crate::scale::{Adjustment, Load, Reading, Scale, ScaleFault, Weight};
use crate::scanner::Scanner;

/// A scanner that sends what it is told to.
#[derive(Debug)]
pub struct SimulatedScanner {
    lane: Lane,
}

impl SimulatedScanner {
    /// A working scanner.
    pub fn new(id: DeviceId, events: &EventSender) -> Self {
        let lane = events.lane(id, DeviceKind::Scanner);
        lane.set_state(DeviceState::Working);
        Self { lane }
    }

    /// Sends a scan, without a suffix; waits while the bench has too many of this scanner's waiting.
    pub async fn scan(&self, bytes: impl Into<Vec<u8>>) {
        let mut event = Event::Scan { device: self.lane.device.clone(), bytes: bytes.into() };
        while let Offered::Full(back) = self.lane.offer(event) {
            event = back;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Unplugs it, plugs it in again, or puts it into any other state.
    pub fn set_state(&self, state: DeviceState) {
        self.lane.set_state(state);
    }
}

impl Scanner for SimulatedScanner {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }
}

/// A camera that shows the pictures that it is given.
#[derive(Debug)]
pub struct SimulatedCamera {
    lane: Lane,
    frames: watch::Sender<Option<Arc<Frame>>>,
}

impl SimulatedCamera {
    /// A working camera with no picture yet.
    pub fn new(id: DeviceId, events: &EventSender) -> Self {
        let lane = events.lane(id, DeviceKind::Camera);
        lane.set_state(DeviceState::Working);
        Self { lane, frames: watch::channel(None).0 }
    }

    /// Shows a JPEG until the next one.
    pub fn show(&self, jpeg: impl Into<Bytes>) {
        let jpeg = jpeg.into();
        self.frames.send_modify(|frame| {
            let number = frame.as_ref().map_or(0, |frame| frame.number) + 1;
            *frame = Some(Arc::new(Frame { jpeg, number, at: Instant::now() }));
        });
    }

    /// Unplugs it, plugs it in again, or puts it into any other state. Its picture goes unless it works.
    pub fn set_state(&self, state: DeviceState) {
        if state != DeviceState::Working {
            self.frames.send_replace(None);
        }
        self.lane.set_state(state);
    }
}

impl Camera for SimulatedCamera {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }

    fn subscribe(&self) -> watch::Receiver<Option<Arc<Frame>>> {
        self.frames.subscribe()
    }
}

/// A scale on which lies what it is told.
#[derive(Debug)]
pub struct SimulatedScale {
    lane: Lane,
    readings: watch::Sender<Option<Arc<Reading>>>,
}

impl SimulatedScale {
    /// A working scale with nothing on it.
    pub fn new(id: DeviceId, events: &EventSender) -> Self {
        let lane = events.lane(id, DeviceKind::Scale);
        lane.set_state(DeviceState::Working);
        let scale = Self { lane, readings: watch::channel(None).0 };
        scale.put(0);
        scale
    }

    /// Puts so many grams on it, at rest, instead of what lay there.
    pub fn put(&self, grams: u32) {
        let shown = format!("{grams} g");
        self.say(Load::Stable { weight: Weight { shown, grams: Decimal::from(grams) } });
    }

    /// Says this: that it moves, or is overloaded.
    pub fn say(&self, load: Load) {
        self.readings.send_modify(|reading| {
            let number = reading.as_ref().map_or(0, |reading| reading.number) + 1;
            *reading = Some(Arc::new(Reading { load, net: false, number, at: Instant::now() }));
        });
    }

    /// Unplugs it, plugs it in again, or puts it into any other state. Its reading goes unless it works.
    pub fn set_state(&self, state: DeviceState) {
        if state != DeviceState::Working {
            self.readings.send_replace(None);
        }
        self.lane.set_state(state);
    }
}

impl Scale for SimulatedScale {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }

    fn subscribe(&self) -> watch::Receiver<Option<Arc<Reading>>> {
        self.readings.subscribe()
    }

    /// It says the same again and again, as a scale does that is asked several times a second.
    fn latest(&self) -> Option<Arc<Reading>> {
        let reading = self.readings.borrow().clone()?;
        Some(Arc::new(Reading { at: Instant::now(), ..reading.as_ref().clone() }))
    }

    fn adjust(&self, adjustment: Adjustment) -> BoxFuture<'_, Result<(), ScaleFault>> {
        let there = self.readings.borrow().is_some();
        if there && adjustment != Adjustment::ClearTare {
            self.put(0);
        }
        ready(if there { Ok(()) } else { Err(ScaleFault::Gone) }).boxed()
    }
}

/// A printer that keeps its jobs in memory.
#[derive(Debug)]
pub struct SimulatedPrinter {
    id: DeviceId,
    jobs: Mutex<Vec<Job>>,
    fault: Mutex<Option<PrintFault>>,
}

impl SimulatedPrinter {
    /// A working printer.
    pub fn new(id: DeviceId) -> Self {
        Self { id, jobs: Mutex::default(), fault: Mutex::default() }
    }

    /// Everything that it printed, oldest first.
    pub fn jobs(&self) -> Vec<Job> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on every job ends in this fault; with `None` it works again.
    pub fn set_fault(&self, fault: Option<PrintFault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// A dead printer: nothing answers any more.
    pub fn die(&self) {
        self.set_fault(Some(PrintFault::Unreachable { detail: self.id.to_string() }));
    }

    fn now(&self) -> Result<(), PrintFault> {
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }
}

impl Printer for SimulatedPrinter {
    fn id(&self) -> &DeviceId {
        &self.id
    }

    fn print(&self, job: Job) -> BoxFuture<'_, Result<Printed, PrintFault>> {
        let printed = self.now().map(|()| {
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.push(job);
            Printed { detail: format!("job {}", jobs.len()) }
        });
        ready(printed).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PrintFault>> {
        ready(self.now()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::events;

    #[tokio::test]
    async fn a_scan_arrives_after_the_state() {
        let (sender, mut receiver) = events();
        let scanner = SimulatedScanner::new(DeviceId::new("s"), &sender);
        scanner.scan("RS:C:YES").await;
        assert!(matches!(receiver.recv().await, Some(Event::State { state: DeviceState::Working, .. })));
        let expected = Event::Scan { device: DeviceId::new("s"), bytes: b"RS:C:YES".to_vec() };
        assert_eq!(receiver.recv().await, Some(expected));
    }

    #[test]
    fn an_unplugged_camera_shows_no_old_picture() {
        let (sender, _receiver) = events();
        let camera = SimulatedCamera::new(DeviceId::new("c"), &sender);
        camera.show("one");
        camera.show("two");
        let frame = camera.latest().unwrap();
        assert_eq!((frame.number, frame.jpeg.as_ref()), (2, b"two".as_slice()));
        camera.set_state(DeviceState::Lost);
        assert!(camera.latest().is_none());
    }

    #[tokio::test]
    async fn a_dead_printer_prints_nothing_until_it_is_back() {
        let printer = SimulatedPrinter::new(DeviceId::new("p"));
        let job = Job { name: "x".into(), pdf: Bytes::from_static(b"%PDF"), media_mm: (51.0, 25.0) };
        printer.die();
        assert_eq!(printer.print(job.clone()).await.unwrap_err().code(), "printer-missing");
        assert!(printer.check().await.is_err() && printer.jobs().is_empty());
        printer.set_fault(None);
        printer.print(job.clone()).await.unwrap();
        assert_eq!(printer.jobs(), [job]);
    }
}
