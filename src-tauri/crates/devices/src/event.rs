//! The queue that carries scans and states from devices to the bench.
//!
//! Each device has a lane of its own in the queue. A lane that is full makes its own device wait and nobody else:
//! a babbling scanner neither grows memory without end nor holds up its neighbours, and no complete scan is dropped.
//! (One shared bounded channel would let the babbler fill it for all.)

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::device::{DeviceId, DeviceKind, DeviceState};

/// How many scans of one device may wait for the bench before that device has to wait.
pub const SCANS_PER_DEVICE: usize = 256;

/// How many states of one device may wait; after that the newest replaces the one before it.
const STATES_PER_DEVICE: usize = 32;

/// What a device tells the bench.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A complete scan, without its suffix. Empty where the device sent nothing but the suffix.
    Scan {
        /// Which scanner.
        device: DeviceId,
        /// The bytes as they came, AIM identifier included.
        bytes: Vec<u8>,
    },
    /// The device's state changed.
    State {
        /// Which device.
        device: DeviceId,
        /// Its kind.
        kind: DeviceKind,
        /// Its new state.
        state: DeviceState,
    },
    /// A scan was longer than the scanner's limit and was dropped up to its suffix.
    Overrun {
        /// Which scanner.
        device: DeviceId,
        /// How many bytes were dropped since the last such report.
        dropped_bytes: u64,
    },
    /// Bytes arrived, but no suffix after them: a cut-off scan, or a scanner set to another suffix.
    Unfinished {
        /// Which scanner.
        device: DeviceId,
        /// What had arrived, at most the scanner's length limit.
        bytes: Vec<u8>,
    },
}

impl Event {
    /// The device that this event is about.
    pub fn device(&self) -> &DeviceId {
        match self {
            Self::Scan { device, .. }
            | Self::State { device, .. }
            | Self::Overrun { device, .. }
            | Self::Unfinished { device, .. } => device,
        }
    }
}

/// A new queue. Devices get the sender (clone it as often as needed), the bench the receiver.
pub fn events() -> (EventSender, EventReceiver) {
    let shared = Arc::new(Shared { queue: Mutex::default(), arrived: Notify::new() });
    let sender = EventSender { side: Arc::new(SenderSide { shared: Arc::clone(&shared) }) };
    (sender, EventReceiver { shared })
}

/// The devices' end of the queue.
#[derive(Clone, Debug)]
pub struct EventSender {
    side: Arc<SenderSide>,
}

/// The bench's end of the queue.
#[derive(Debug)]
pub struct EventReceiver {
    shared: Arc<Shared>,
}

impl EventReceiver {
    /// The next event, in the order of arrival; `None` when every sender and device is gone and all is read.
    /// Safe to cancel: no event is lost.
    pub async fn recv(&mut self) -> Option<Event> {
        loop {
            {
                let mut queue = self.shared.lock();
                if let Some(event) = queue.pop() {
                    return Some(event);
                }
                if queue.senders_gone {
                    return None;
                }
            }
            self.shared.arrived.notified().await;
        }
    }

    /// The next event if there is one now.
    pub fn try_recv(&mut self) -> Option<Event> {
        self.shared.lock().pop()
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.receiver_gone = true;
        queue.waiting.clear();
    }
}

/// What became of an event that was offered to the queue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// The queue has it, or nobody listens any more.
    Taken,
    /// The device has too many waiting; it may offer the event again.
    Full(Event),
}

/// One device's share of the queue, and its present state.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) device: DeviceId,
    kind: DeviceKind,
    state: Mutex<DeviceState>,
    side: Arc<SenderSide>,
}

impl EventSender {
    /// A lane for one device, which starts out as connecting.
    pub(crate) fn lane(&self, device: DeviceId, kind: DeviceKind) -> Lane {
        Lane { device, kind, state: Mutex::new(DeviceState::Connecting), side: Arc::clone(&self.side) }
    }
}

impl Lane {
    /// Offers a scan, or word of a scan that was dropped.
    pub(crate) fn offer(&self, event: Event) -> Offered {
        self.side.shared.offer(event)
    }

    /// Notes the state and tells the bench if it is another than before.
    pub(crate) fn set_state(&self, state: DeviceState) {
        {
            let mut now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if *now == state {
                return;
            }
            *now = state.clone();
        }
        tracing::info!(device = %self.device, code = state.code(self.kind), "device state");
        self.side.shared.push_state(Event::State { device: self.device.clone(), kind: self.kind, state });
    }

    /// The present state.
    pub(crate) fn state(&self) -> DeviceState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// True once nobody will read events any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.side.shared.lock().receiver_gone
    }
}

/// Held by all senders and lanes together: when the last is gone, the receiver learns of it.
#[derive(Debug)]
struct SenderSide {
    shared: Arc<Shared>,
}

impl Drop for SenderSide {
    fn drop(&mut self) {
        self.shared.lock().senders_gone = true;
        self.shared.arrived.notify_one();
    }
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    arrived: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, event: Event) -> Offered {
        {
            let mut queue = self.lock();
            if queue.receiver_gone {
                return Offered::Taken;
            }
            let waiting = queue.waiting.entry(event.device().clone()).or_default();
            if waiting.scans >= SCANS_PER_DEVICE {
                return Offered::Full(event);
            }
            waiting.scans += 1;
            queue.events.push_back(event);
        }
        self.arrived.notify_one();
        Offered::Taken
    }

    fn push_state(&self, event: Event) {
        {
            let mut queue = self.lock();
            if queue.receiver_gone {
                return;
            }
            let waiting = queue.waiting.entry(event.device().clone()).or_default();
            if waiting.states >= STATES_PER_DEVICE {
                let newest = queue.events.iter_mut().rfind(
                    |queued| matches!(queued, Event::State { device, .. } if device == event.device()),
                );
                if let Some(newest) = newest {
                    *newest = event;
                }
            } else {
                waiting.states += 1;
                queue.events.push_back(event);
            }
        }
        self.arrived.notify_one();
    }
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Event>,
    waiting: HashMap<DeviceId, Waiting>,
    senders_gone: bool,
    receiver_gone: bool,
}

#[derive(Debug, Default)]
struct Waiting {
    scans: usize,
    states: usize,
}

impl Queue {
    fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        if let Some(waiting) = self.waiting.get_mut(event.device()) {
            match event {
                Event::State { .. } => waiting.states = waiting.states.saturating_sub(1),
                _ => waiting.scans = waiting.scans.saturating_sub(1),
            }
        }
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(device: &DeviceId, n: usize) -> Event {
        Event::Scan { device: device.clone(), bytes: n.to_string().into_bytes() }
    }

    #[test]
    fn a_full_lane_refuses_its_own_device_and_no_other() {
        let (sender, mut receiver) = events();
        let babbler = sender.lane(DeviceId::new("babbler"), DeviceKind::Scanner);
        let quiet = sender.lane(DeviceId::new("quiet"), DeviceKind::Scanner);
        for n in 0..SCANS_PER_DEVICE {
            assert_eq!(babbler.offer(scan(&babbler.device, n)), Offered::Taken);
        }
        assert!(matches!(babbler.offer(scan(&babbler.device, 0)), Offered::Full(_)));
        assert_eq!(quiet.offer(scan(&quiet.device, 7)), Offered::Taken);
        assert_eq!(receiver.try_recv(), Some(scan(&babbler.device, 0)));
        assert_eq!(babbler.offer(scan(&babbler.device, 256)), Offered::Taken);
    }

    #[test]
    fn states_that_nobody_reads_stay_bounded_and_the_newest_is_kept() {
        let (sender, mut receiver) = events();
        let lane = sender.lane(DeviceId::new("s"), DeviceKind::Scanner);
        for _ in 0..1000 {
            lane.set_state(DeviceState::Lost);
            lane.set_state(DeviceState::Working);
        }
        let mut last = None;
        let mut count = 0;
        while let Some(event) = receiver.try_recv() {
            count += 1;
            last = Some(event);
        }
        assert_eq!(count, STATES_PER_DEVICE);
        assert!(matches!(last, Some(Event::State { state: DeviceState::Working, .. })));
    }

    #[test]
    fn an_unchanged_state_is_told_once() {
        let (sender, mut receiver) = events();
        let lane = sender.lane(DeviceId::new("s"), DeviceKind::Scanner);
        lane.set_state(DeviceState::Busy);
        lane.set_state(DeviceState::Busy);
        assert!(receiver.try_recv().is_some());
        assert!(receiver.try_recv().is_none());
    }

    #[tokio::test]
    async fn the_receiver_ends_after_the_last_sender_and_the_last_event() {
        let (sender, mut receiver) = events();
        let lane = sender.lane(DeviceId::new("s"), DeviceKind::Scanner);
        drop(sender);
        let waiting = tokio::spawn(async move {
            let first = receiver.recv().await;
            (first, receiver.recv().await)
        });
        tokio::task::yield_now().await;
        let event = scan(&lane.device, 1);
        lane.offer(event.clone());
        drop(lane);
        assert_eq!(waiting.await.unwrap(), (Some(event), None));
    }

    #[test]
    fn nobody_listening_closes_the_lane() {
        let (sender, receiver) = events();
        let lane = sender.lane(DeviceId::new("s"), DeviceKind::Scanner);
        assert!(!lane.is_closed());
        drop(receiver);
        assert!(lane.is_closed());
        assert_eq!(lane.offer(scan(&lane.device, 1)), Offered::Taken);
    }
}
