//! A scale on a serial port: one blocking thread, which asks, listens and reconnects by itself.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serialport::SerialPort;
use tokio::sync::{oneshot, watch};

use super::{Adjustment, Answer, Load, Protocol, Reading, Scale, ScaleConfig, ScaleFault, nci, sics};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};
use crate::scanner::whereabouts::{Astray, Whereabouts};
use crate::scanner::{PortList, SystemPorts, port};

/// A read waits this long at most, so that stopping takes no longer.
const READ_TIMEOUT: Duration = Duration::from_millis(40);
/// Between two questions: quick enough to watch a weight settle, slow enough for 2400 baud.
const PACE: Duration = Duration::from_millis(200);
/// A question that is not answered for so long is asked again. A late answer still counts.
const REPLY_TIMEOUT: Duration = Duration::from_millis(1500);
/// A scale may wait so long for rest before it zeroes or tares.
const ADJUST_TIMEOUT: Duration = Duration::from_secs(12);
/// So many questions in a row without an answer, or with rubbish for one, are a failure.
const IN_A_ROW: u32 = 3;
/// Each so many weights the tare is asked for.
const TARE_EACH: u64 = 10;
/// No answer is longer.
const MAX_FRAME_BYTES: usize = 200;
/// A port that has been open this long counts as well again.
const STEADY_AFTER: Duration = Duration::from_secs(2);

type Order = (Adjustment, oneshot::Sender<Result<(), ScaleFault>>);

/// A running serial scale. Dropping it stops its thread and closes the port.
#[derive(Debug)]
pub struct SerialScale {
    lane: Arc<Lane>,
    readings: watch::Receiver<Option<Arc<Reading>>>,
    orders: Mutex<Sender<Order>>,
    open_path: Arc<Mutex<Option<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SerialScale {
    /// Starts a thread that opens the port, asks the scale, and opens the port again whenever it goes away.
    ///
    /// # Errors
    /// Only where the operating system grants no thread; a port that does not open is a state, not an error.
    pub fn spawn(config: ScaleConfig, events: &EventSender) -> io::Result<Self> {
        Self::spawn_among(config, events, Arc::new(SystemPorts))
    }

    /// The same, with another list of ports than the system's.
    ///
    /// # Errors
    /// Only where the operating system grants no thread.
    pub fn spawn_among(
        config: ScaleConfig,
        events: &EventSender,
        ports: Arc<dyn PortList>,
    ) -> io::Result<Self> {
        let lane = Arc::new(events.lane(config.id.clone(), DeviceKind::Scale));
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, readings) = watch::channel(None);
        let (orders, inbox) = channel();
        let open_path = Arc::default();
        let talk = Talk {
            at: Whereabouts::new(&config.path, config.usb.as_ref(), ports),
            open_path: Arc::clone(&open_path),
            lane: Arc::clone(&lane),
            stop: Arc::clone(&stop),
            readings: sender,
            inbox,
            heard: Heard::default(),
            number: 0,
            config,
        };
        let thread =
            std::thread::Builder::new().name(format!("scale {}", lane.device)).spawn(move || talk.run())?;
        Ok(Self { lane, readings, orders: Mutex::new(orders), open_path, stop, thread: Some(thread) })
    }
}

impl Scale for SerialScale {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }

    fn open_path(&self) -> Option<String> {
        self.open_path.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn subscribe(&self) -> watch::Receiver<Option<Arc<Reading>>> {
        self.readings.clone()
    }

    fn adjust(&self, adjustment: Adjustment) -> BoxFuture<'_, Result<(), ScaleFault>> {
        let (reply, answer) = oneshot::channel();
        let sent = self.orders.lock().unwrap_or_else(PoisonError::into_inner).send((adjustment, reply));
        async move {
            sent.map_err(|_| ScaleFault::Gone)?;
            answer.await.unwrap_or(Err(ScaleFault::Gone))
        }
        .boxed()
    }
}

impl Drop for SerialScale {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(device = %self.lane.device, "scale thread panicked");
        }
    }
}

struct Talk {
    config: ScaleConfig,
    at: Whereabouts,
    open_path: Arc<Mutex<Option<String>>>,
    lane: Arc<Lane>,
    stop: Arc<AtomicBool>,
    readings: watch::Sender<Option<Arc<Reading>>>,
    inbox: Receiver<Order>,
    heard: Heard,
    number: u64,
}

/// What has been heard since the port was opened.
#[derive(Debug, Default)]
struct Heard {
    /// The beginning of an answer that is still on its way.
    begun: Vec<u8>,
    /// Questions in a row that nothing answered.
    silent: u32,
    /// Answers in a row that made no sense.
    rubbish: u32,
    /// Of those: some that the other protocol would say.
    other: u32,
    /// A tare is subtracted.
    net: bool,
    weights: u64,
}

/// A question that waits for its answer.
struct Asked {
    until: Instant,
    order: Option<oneshot::Sender<Result<(), ScaleFault>>>,
}

impl Talk {
    fn run(mut self) {
        let mut backoff = Backoff::new();
        while !self.stopped() {
            match self.open() {
                Ok((port, path)) => {
                    let opened = Instant::now();
                    self.heard = Heard::default();
                    self.set_open_path(Some(path));
                    self.talk_until_gone(port);
                    self.set_open_path(None);
                    if self.stopped() {
                        return;
                    }
                    self.readings.send_replace(None);
                    if opened.elapsed() >= STEADY_AFTER {
                        backoff.reset();
                    }
                    self.lane.set_state(DeviceState::Lost);
                }
                Err(state) => self.lane.set_state(state),
            }
            self.refuse_orders();
            self.at.wait(backoff.wait(), || self.stopped(), || self.refuse_orders());
        }
    }

    fn open(&self) -> Result<(Box<dyn SerialPort>, String), DeviceState> {
        let path = self.at.path().map_err(|astray| match astray {
            Astray::Absent(what) => DeviceState::Missing { what },
            Astray::Alike => DeviceState::Failing { code: FailureCode::ScaleAlike },
        })?;
        let port = port::open(&self.config.port(&path), READ_TIMEOUT).map_err(of_a_scale)?;
        Ok((port, path))
    }

    fn set_open_path(&self, path: Option<String>) {
        *self.open_path.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.lane.is_closed()
    }

    fn talk_until_gone(&mut self, mut port: Box<dyn SerialPort>) {
        let mut buffer = [0; 256];
        let mut next = Instant::now();
        let mut asked: Option<Asked> = None;
        if self.config.protocol == Protocol::MtSics && port.write_all(sics::IDENTIFY).is_err() {
            return;
        }
        while !self.stopped() {
            if asked.is_none() && Instant::now() >= next {
                next = Instant::now() + PACE;
                match self.ask(&mut port) {
                    Ok(question) => asked = question,
                    Err(error) => return self.hung_up(&error),
                }
            }
            match port.read(&mut buffer) {
                // A hung-up port reads as empty or broken for ever: anything but a mere timeout means that it is gone.
                Ok(0) => return,
                Ok(count) => self.hear(buffer.get(..count).unwrap_or_default(), &mut asked),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                Err(error) => return self.hung_up(&error),
            }
            if let Some(late) = asked.take_if(|asked| Instant::now() >= asked.until) {
                self.unanswered(late);
            }
        }
    }

    fn hung_up(&self, error: &io::Error) {
        tracing::info!(device = %self.lane.device, %error, "scale hung up");
    }

    /// Sends what is to be asked next: what a person wishes, the weight, and now and then the tare.
    fn ask(&mut self, port: &mut Box<dyn SerialPort>) -> io::Result<Option<Asked>> {
        let sics = self.config.protocol == Protocol::MtSics;
        let (bytes, order) = match self.inbox.try_recv() {
            Ok((adjustment, order)) => {
                let command = if sics { Some(sics::command(adjustment)) } else { nci::command(adjustment) };
                let Some(command) = command else {
                    let _ = order.send(Err(ScaleFault::Unknown));
                    return Ok(None);
                };
                (command, Some(order))
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                let tare = sics && self.heard.weights % TARE_EACH == 1;
                self.heard.weights += u64::from(tare);
                let poll = if sics { sics::POLL } else { nci::POLL };
                (if tare { sics::ASK_TARE } else { poll }, None)
            }
        };
        port.write_all(bytes)?;
        let timeout = if order.is_some() { ADJUST_TIMEOUT } else { REPLY_TIMEOUT };
        Ok(Some(Asked { until: Instant::now() + timeout, order }))
    }

    fn hear(&mut self, bytes: &[u8], asked: &mut Option<Asked>) {
        let end = if self.config.protocol == Protocol::MtSics { b'\n' } else { nci::END };
        for byte in bytes {
            if *byte != end {
                self.heard.begun.push(*byte);
                if self.heard.begun.len() > MAX_FRAME_BYTES {
                    self.heard.begun.clear();
                    self.make_no_sense(b"");
                }
                continue;
            }
            let frame = std::mem::take(&mut self.heard.begun);
            self.answered(&frame, asked);
        }
    }

    fn answered(&mut self, frame: &[u8], asked: &mut Option<Asked>) {
        let adjusting = asked.as_ref().is_some_and(|asked| asked.order.is_some());
        let answer = match self.config.protocol {
            Protocol::MtSics => std::str::from_utf8(frame).map_or(Answer::Rubbish, sics::answer),
            Protocol::Nci if adjusting => nci::adjusted(frame),
            Protocol::Nci => nci::answer(frame),
        };
        let reply = match answer {
            Answer::Rubbish => return self.make_no_sense(frame),
            Answer::Done => Some(Ok(())),
            Answer::Refused(fault) => Some(Err(fault)),
            Answer::NotUnderstood if adjusting => Some(Err(ScaleFault::Unknown)),
            _ => None,
        };
        self.heard.silent = 0;
        self.heard.rubbish = 0;
        self.heard.other = 0;
        if let Some(reply) = reply {
            // The tare may be another now.
            self.heard.weights = 1;
            if let Some(order) = asked.take().and_then(|asked| asked.order) {
                let _ = order.send(reply);
            }
            return;
        }
        if !adjusting {
            *asked = None;
        }
        self.said(answer);
    }

    fn said(&mut self, answer: Answer) {
        let failing = |code| DeviceState::Failing { code };
        match answer {
            Answer::Load(load, net) => {
                self.heard.weights += 1;
                self.heard.net = net.unwrap_or(self.heard.net);
                self.show(load);
            }
            Answer::Wait => self.show(Load::Moving { weight: None }),
            Answer::Tare(net) => self.heard.net = net,
            Answer::Defect => self.fail(failing(FailureCode::ScaleDefect)),
            Answer::OtherUnit => self.fail(failing(FailureCode::ScaleUnit)),
            Answer::NotUnderstood => self.fail(failing(FailureCode::ScaleOtherProtocol)),
            Answer::Aside | Answer::Done | Answer::Refused(_) | Answer::Rubbish => {}
        }
    }

    fn show(&mut self, load: Load) {
        self.number += 1;
        let reading = Reading { load, net: self.heard.net, number: self.number, at: Instant::now() };
        self.readings.send_replace(Some(Arc::new(reading)));
        self.lane.set_state(DeviceState::Working);
    }

    fn fail(&self, state: DeviceState) {
        self.readings.send_replace(None);
        self.lane.set_state(state);
    }

    /// Half an answer, a wrong baud rate, or another language. One such is noise, several are a failure.
    fn make_no_sense(&mut self, frame: &[u8]) {
        self.heard.rubbish += 1;
        self.heard.silent = 0;
        let other = match self.config.protocol {
            Protocol::MtSics => frame.contains(&nci::END) || frame.trim_ascii() == b"?",
            Protocol::Nci => false,
        };
        self.heard.other += u32::from(other);
        if self.heard.rubbish >= IN_A_ROW {
            let code = match self.heard.other {
                0 => FailureCode::ScaleUnreadable,
                _ => FailureCode::ScaleOtherProtocol,
            };
            self.fail(DeviceState::Failing { code });
        }
    }

    fn unanswered(&mut self, asked: Asked) {
        if let Some(order) = asked.order {
            let _ = order.send(Err(ScaleFault::NotNow));
        }
        self.heard.silent += 1;
        if self.heard.silent < IN_A_ROW {
            return;
        }
        // What came without an end may say why: bytes of another baud rate, or MT-SICS that found a syntax error.
        let begun = std::mem::take(&mut self.heard.begun);
        let sics = begun
            .split(|byte| *byte == b'\n')
            .any(|line| std::str::from_utf8(line).is_ok_and(|line| sics::answer(line) != Answer::Rubbish));
        let code = match self.config.protocol {
            Protocol::Nci if sics => FailureCode::ScaleOtherProtocol,
            _ if begun.contains(&nci::END) => FailureCode::ScaleOtherProtocol,
            _ if begun.is_empty() => FailureCode::ScaleSilent,
            _ => FailureCode::ScaleUnreadable,
        };
        self.fail(DeviceState::Failing { code });
    }

    fn refuse_orders(&self) {
        while let Ok((_, order)) = self.inbox.try_recv() {
            let _ = order.send(Err(ScaleFault::Gone));
        }
    }
}

/// Ports are opened as a scanner's are; what is wrong with them is told of the scale.
fn of_a_scale(state: DeviceState) -> DeviceState {
    match state {
        DeviceState::Failing { code: FailureCode::ScannerPortSettings } => {
            DeviceState::Failing { code: FailureCode::ScalePortSettings }
        }
        DeviceState::Failing { code: FailureCode::ScannerNotAPort } => {
            DeviceState::Failing { code: FailureCode::ScaleNotAPort }
        }
        other => other,
    }
}
