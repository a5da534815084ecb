//! The running bench: devices, camera, printer, line and screens around the desk.
//!
//! The desk is synchronous and lives on a thread of its own; everything else sends it orders through one
//! queue, so that scans, presses and news are taken one after the other.

mod instruments;
mod pictures;
mod scanners;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use devices::{DeviceKind, DeviceState, Event};
use records::{Options, Records};
use sync::{LineHandle, LineStatus};
use tokio::sync::{Notify, broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::desk::{Desk, Effect, coded};
use crate::dock::{Devices, Dock, Instruments};
use crate::eyes::Seen;
use crate::keeping::Keeping;
use crate::line;
use crate::printer::{self, Wish};
use crate::seam::{Coded, Notice, Reply, Request};
use crate::settings::Settings;
use crate::small_pictures;
use crate::stream::Stream;
use crate::upkeep::Upkeep;

use instruments::Watch;

/// How often the desk looks at clock, disk and line while nothing else happens.
const TICK: Duration = Duration::from_secs(5);
/// Notices kept for a slow screen before it gets the whole screen instead.
const NOTICES: usize = 64;

/// What the desk's thread is told.
enum Order {
    Device(Event),
    Seen(Seen),
    Scale(Option<Arc<devices::Reading>>),
    Printed(Wish, printer::Outcome),
    PrinterState(DeviceState),
    Line(Box<LineStatus>),
    /// The records were looked after: rooms may show something else.
    Upkept,
    Ask(Box<Request>, oneshot::Sender<Result<Reply, Coded>>),
    Stop,
}

/// A running bench. Dropping it without [`Bench::stop`] loses nothing: all that a screen called saved is on disk.
pub struct Bench {
    name: String,
    orders: Sender<Order>,
    notices: broadcast::Sender<Notice>,
    instruments: Instruments,
    photos: records::Photos,
    records: Arc<Mutex<Records>>,
    line: Arc<Mutex<Option<LineHandle>>>,
    cancel: CancellationToken,
    upkeep: Mutex<Option<Upkeep>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

/// The bench's notices, one after the other.
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
    orders: Sender<Order>,
}

impl Notices {
    /// The next notice; `None` when the bench has stopped. A listener that was too slow gets the whole screen.
    pub async fn next(&mut self) -> Option<Notice> {
        match self.receiver.recv().await {
            Ok(notice) => Some(notice),
            Err(broadcast::error::RecvError::Closed) => None,
            Err(broadcast::error::RecvError::Lagged(_)) => {
                let (reply, answer) = oneshot::channel();
                self.orders.send(Order::Ask(Box::new(Request::Screen), reply)).ok()?;
                match answer.await.ok()? {
                    Ok(Reply::Screen(screen)) => Some(Notice::Screen(screen)),
                    _ => None,
                }
            }
        }
    }
}

impl Bench {
    /// Opens a data folder with the devices of its settings.
    pub async fn start(data: &Path) -> Result<Self, Coded> {
        if let Err(error) = Settings::keep_private(data) {
            tracing::warn!(code = error.code(), %error, "others may read the settings");
        }
        let settings =
            Settings::load(data).map_err(|error| coded(error.code(), [("detail", error.to_string())]))?;
        let (poll, keeping) = (settings.poll_seconds, settings.keeping.clone());
        let poll = poll.map(Duration::from_secs);
        Self::start_keeping(data, Dock::open(settings), Clock::system(), poll, keeping).await
    }

    /// Opens a data folder with these devices and this clock, and keeps nothing beside the records.
    pub async fn start_with(
        data: &Path,
        dock: Dock,
        clock: Clock,
        poll: Option<Duration>,
    ) -> Result<Self, Coded> {
        Self::start_keeping(data, dock, clock, poll, Keeping::bare()).await
    }

    /// Opens a data folder with these devices and this clock; records that are damaged are made anew first.
    pub async fn start_keeping(
        data: &Path,
        dock: Dock,
        clock: Clock,
        poll: Option<Duration>,
        keeping: Keeping,
    ) -> Result<Self, Coded> {
        crate::tls::install();
        let told = clock.clone();
        let options = Options { clock: Arc::new(move || told.now()), ..keeping.options("returns-station") };
        let (records, _) = Records::open_or_rebuild(data, options)?;
        let name = records.enrolment().map(|enrolment| enrolment.name.clone()).unwrap_or_default();
        let photos = records.photos();
        let records = Arc::new(Mutex::new(records));
        let (orders, inbox) = channel();
        let (notices, _) = broadcast::channel(NOTICES);
        let cancel = CancellationToken::new();
        let (mut events, devices) = Devices::split(dock);

        let line = Arc::new(Mutex::new(line::spawn(&records, poll, keeping.ceiling_bytes_per_second())?));
        line::forward(&line, orders_for(&orders, |status| Order::Line(Box::new(status))), cancel.clone());
        let wishes = printer::spawn(
            devices.printer.clone(),
            Arc::clone(&records),
            orders_for(&orders, |(wish, outcome)| Order::Printed(wish, outcome)),
            orders_for(&orders, Order::PrinterState),
            cancel.clone(),
        );
        if let Err(coded) = crate::makers::check() {
            tracing::error!(code = coded.code, detail = ?coded.args, "makers' codes");
        }
        let stream = Stream::default();
        stream.expect_mat(devices.mat().map(|mat| mat.tiles.clone()));
        let instruments = devices.instruments();
        let watch = Watch::begin(instruments.clone(), stream.clone(), orders.clone(), cancel.clone());
        let photo_kept = Arc::new(Notify::new());
        tokio::spawn(small_pictures::make(Arc::clone(&records), Arc::clone(&photo_kept), cancel.clone()));
        let to_desk = orders.clone();
        let stop = cancel.clone();
        tokio::spawn(async move {
            loop {
                let event = tokio::select! {
                    event = events.recv() => event,
                    () = stop.cancelled() => None,
                };
                let Some(event) = event else { return };
                if to_desk.send(Order::Device(event)).is_err() {
                    return;
                }
            }
        });

        let upkeep = Upkeep::start(&records, data, &keeping, clock.clone(), {
            let orders = orders.clone();
            move || drop(orders.send(Order::Upkept))
        });
        let upkeep = upkeep.map_err(|error| coded("cannot-start", [("detail", error.to_string())]))?;
        let mut desk = new_desk(&records, clock, &devices, &instruments, &stream);
        desk.keeping = keeping;
        let loop_ = DeskLoop {
            desk,
            devices,
            watch,
            photo_kept,
            data: data.to_owned(),
            inbox,
            notices: notices.clone(),
            wishes,
            line: Arc::clone(&line),
            taken: HashSet::new(),
            shown: 0,
        };
        let thread = std::thread::Builder::new()
            .name("desk".to_owned())
            .spawn(move || loop_.run())
            .map_err(|error| coded("cannot-start", [("detail", error.to_string())]))?;
        Ok(Self {
            name,
            orders,
            notices,
            instruments,
            photos,
            records,
            line,
            cancel,
            upkeep: Mutex::new(Some(upkeep)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// The station's name, such as `LEJ2-B04`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Answers a screen.
    pub async fn ask(&self, request: Request) -> Result<Reply, Coded> {
        let gone = || coded("bench-stopped", []);
        if let Request::ScaleAdjust { order } = &request {
            let scale = self.instruments.scale().ok_or_else(|| coded("scale-gone", []))?;
            // A scale may take seconds until it is at rest: the desk does not wait for it.
            let adjustment = instruments::adjustment(*order);
            scale.adjust(adjustment).await.map_err(|fault| coded(fault.code(), []))?;
            return Ok(Reply::Scale(instruments::scale_view(Some(scale.as_ref()))));
        }
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order::Ask(Box::new(request), reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// What the bench tells its screens from now on.
    pub fn notices(&self) -> Notices {
        Notices { receiver: self.notices.subscribe(), orders: self.orders.clone() }
    }

    /// The records, for tools that run the bench without a window.
    pub fn records(&self) -> Arc<Mutex<Records>> {
        Arc::clone(&self.records)
    }

    /// Stops devices and line, and waits until the desk has laid down its pen.
    pub async fn stop(&self) {
        self.cancel.cancel();
        let _ = self.orders.send(Order::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        let upkeep = self.upkeep.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(upkeep) = upkeep {
            let _ = tokio::task::spawn_blocking(move || upkeep.stop()).await;
        }
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(line) = line {
            line.stop().await;
        }
    }
}

fn new_desk(
    records: &Arc<Mutex<Records>>,
    clock: Clock,
    devices: &Devices,
    instruments: &Instruments,
    stream: &Stream,
) -> Desk {
    let at = instruments.clone();
    let picture = Box::new(move || Some(at.camera()?.latest()?.jpeg.clone()));
    let mut desk = Desk::new(Arc::clone(records), clock, picture);
    let at = instruments.clone();
    desk.scale = Box::new(move || at.scale()?.latest());
    desk.stream = stream.clone();
    desk.judges_photos = !devices.simulated();
    desk.camera = instruments.camera().map(|camera| camera.id().to_string());
    desk.camera_works = devices.camera_works();
    desk.simulated = devices.simulated();
    desk.devices = devices.views();
    desk
}

/// A way for a task to send one kind of order.
fn orders_for<T>(
    orders: &Sender<Order>,
    order: impl Fn(T) -> Order + Send + Sync + 'static,
) -> impl Fn(T) + Send + Sync + 'static {
    let orders = orders.clone();
    move |news| drop(orders.send(order(news)))
}

/// The desk's thread.
struct DeskLoop {
    desk: Desk,
    devices: Devices,
    watch: Watch,
    /// Woken after each commit: a photo may be among it.
    photo_kept: Arc<Notify>,
    data: PathBuf,
    inbox: Receiver<Order>,
    notices: broadcast::Sender<Notice>,
    wishes: mpsc::UnboundedSender<Wish>,
    line: Arc<Mutex<Option<LineHandle>>>,
    /// Codes in the camera's view that the desk has taken.
    taken: HashSet<Vec<u8>>,
    /// Revision of the screen that was last sent.
    shown: u64,
}

impl DeskLoop {
    fn run(mut self) {
        self.tick();
        if let Err(coded) = self.desk.wish_waiting_prints() {
            tracing::error!(code = coded.code, "labels that wait");
        }
        loop {
            match self.inbox.recv_timeout(TICK) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => self.tick(),
            }
            self.carry_out();
            self.show();
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Device(event) => self.device(event),
            Order::Seen(seen) => {
                let _ = self.notices.send(Notice::Outlines(seen.outlines.clone()));
                if self.desk.codes_in_view == seen.outlines.is_empty() {
                    self.desk.codes_in_view = !seen.outlines.is_empty();
                    self.desk.touched();
                }
                self.taken.retain(|code| seen.in_view.contains(code));
                for code in seen.in_view {
                    // Taken once as long as it stays in view; what the desk has no use for now it may want later.
                    if !self.taken.contains(&code) && self.desk.seen(&code) {
                        self.taken.insert(code);
                    }
                }
            }
            Order::Scale(reading) => self.desk.scale_said(reading.as_deref()),
            Order::Printed(Wish::Label(wish), outcome) => self.desk.printed(&wish, outcome.err()),
            Order::Printed(Wish::Contents(container), outcome) => {
                self.desk.list_printed(container, outcome.map(Option::unwrap_or_default));
            }
            Order::PrinterState(state) => self.printer_state(state),
            Order::Line(status) => {
                self.desk.line = line::news(&status);
                self.desk.line_changed();
                self.desk.decisions_meet();
                let _ = self.notices.send(Notice::RoomsChanged);
            }
            Order::Upkept => {
                self.desk.touched();
                let _ = self.notices.send(Notice::RoomsChanged);
            }
            Order::Ask(request, reply) => {
                let answer = self.answer(*request);
                // Whoever asked may be gone; what was done stands.
                let _ = reply.send(answer);
            }
            Order::Stop => {}
        }
    }

    fn device(&mut self, event: Event) {
        self.devices.saw(event.device(), jiff::Timestamp::now());
        match event {
            Event::Scan { device, bytes } => self.scan(&device, &bytes),
            Event::State { device, .. } if self.devices.is_gone(&device) => {}
            Event::State { device, kind, state } => {
                self.devices.set_state(&device, kind, state);
                self.devices_changed();
            }
            Event::Overrun { device, dropped_bytes } => {
                self.desk.scan_lost(&device.to_string(), dropped_bytes)
            }
            Event::Unfinished { device, bytes } => {
                self.desk.scan_lost(&device.to_string(), bytes.len() as u64);
            }
        }
    }

    fn printer_state(&mut self, state: DeviceState) {
        let Some(printer) = &self.devices.printer else { return };
        let id = printer.id().clone();
        let back = state == DeviceState::Working;
        self.devices.set_state(&id, DeviceKind::Printer, state);
        self.devices_changed();
        if back && let Err(coded) = self.desk.wish_waiting_prints() {
            tracing::error!(code = coded.code, "labels that wait");
        }
    }

    fn devices_changed(&mut self) {
        self.desk.devices = self.devices.views();
        self.desk.camera_works = self.devices.camera_works();
        self.desk.touched();
        let _ = self.notices.send(Notice::RoomsChanged);
    }

    fn tick(&mut self) {
        self.desk.disk_free_percent = crate::disk::free_percent(&self.data);
        self.desk.decisions_meet();
        let _ = self.notices.send(Notice::Status(self.desk.status()));
    }

    fn answer(&mut self, request: Request) -> Result<Reply, Coded> {
        match request {
            Request::Screen => {}
            // What came of a scan or press stands in the band: the screen itself is the answer.
            Request::Scan { text } => self.typed(&text),
            Request::Press { command } => drop(self.desk.press(&command)),
            Request::Acknowledge => self.desk.acknowledge(),
            Request::ReviewQueue => return self.desk.review_queue().map(Reply::ReviewQueue),
            Request::ReviewUnit { unit } => return self.review_unit(unit),
            Request::HoldUnit { unit, reason } => {
                self.desk.hold_unit(unit, reason, false)?;
                return self.review_unit(unit);
            }
            Request::ReleaseUnit { unit, reason } => {
                self.desk.hold_unit(unit, reason, true)?;
                return self.review_unit(unit);
            }
            Request::Find { query } => return self.desk.find(&query).map(Reply::Found),
            Request::Sync => return self.desk.sync_view().map(Reply::Sync),
            Request::IncidentSeen { incident } => return self.desk.incident_seen(incident).map(Reply::Sync),
            Request::FetchAgain => {
                self.desk.fetch_again()?;
                self.with_line(LineHandle::try_now);
                return self.desk.sync_view().map(Reply::Sync);
            }
            Request::SyncNow => {
                self.with_line(LineHandle::try_now);
                return self.desk.sync_view().map(Reply::Sync);
            }
            asked @ (Request::Devices
            | Request::ScannerPath { .. }
            | Request::ScannerSave { .. }
            | Request::ScannerRemove { .. }
            | Request::ScannerRaw { .. }
            | Request::ScannerCodes
            | Request::TestCode) => return self.ask_devices(asked),
            asked @ (Request::CameraCheck
            | Request::CameraSave { .. }
            | Request::CameraRemove
            | Request::MatTake
            | Request::MatForget
            | Request::Scale
            | Request::ScaleSave { .. }
            | Request::ScaleRemove) => return self.ask_instruments(asked),
            // What is asked of one unit, of containers and of figures.
            other => return self.desk.room(other),
        }
        // Wishes first: the screen that answers a press is the one after it.
        self.carry_out();
        Ok(Reply::Screen(Box::new(self.desk.screen())))
    }

    fn review_unit(&self, unit: returns::ids::UnitId) -> Result<Reply, Coded> {
        self.desk.review_unit(unit).map(|detail| Reply::ReviewUnit(Box::new(detail)))
    }

    fn carry_out(&mut self) {
        let mut rooms_changed = false;
        for effect in std::mem::take(&mut self.desk.effects) {
            match effect {
                Effect::Print(wish) => drop(self.wishes.send(Wish::Label(wish))),
                Effect::PrintContents(container) => drop(self.wishes.send(Wish::Contents(container))),
                Effect::Kick => {
                    self.photo_kept.notify_one();
                    self.with_line(LineHandle::kick);
                }
                Effect::Sound(cue) => drop(self.notices.send(Notice::Sound(cue))),
                Effect::RoomsChanged => rooms_changed = true,
            }
        }
        if rooms_changed {
            let _ = self.notices.send(Notice::RoomsChanged);
        }
    }

    fn with_line(&self, tell: impl Fn(&LineHandle)) {
        if let Some(line) = self.line.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            tell(line);
        }
    }

    fn show(&mut self) {
        if self.desk.revision() != self.shown {
            self.shown = self.desk.revision();
            let _ = self.notices.send(Notice::Screen(Box::new(self.desk.screen())));
        }
    }
}
