//! Camera and scale around the desk: watched while they stand there, changed while the bench runs.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use devices::DeviceId;
use devices::camera::Flaw;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{DeskLoop, Order};
use crate::desk::{coded, say};
use crate::dock::{Instruments, camera_kinds};
use crate::eyes::{self, Seen};
use crate::preview;
use crate::seam::{CameraCheck, CameraKinds, Coded, MatView, Notice, Reply, Request, ScaleOrder, ScaleView};
use crate::settings::Mat;
use crate::stream::Stream;

/// What a scale says unchanged is told again: who asked for the weight meanwhile still waits for it.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// What a screen is told of a camera that is gone.
const NOTHING_SEEN: Seen = Seen { outlines: Vec::new(), in_view: Vec::new() };

/// The tasks that watch camera and scale. Each ends when another one takes its place.
pub(super) struct Watch {
    pub(super) instruments: Instruments,
    stream: Stream,
    orders: Sender<Order>,
    runtime: Handle,
    stop: CancellationToken,
    camera: CancellationToken,
    scale: CancellationToken,
}

impl Watch {
    /// Begins to watch what stands on the bench now. Call it inside a tokio runtime.
    pub(super) fn begin(
        instruments: Instruments,
        stream: Stream,
        orders: Sender<Order>,
        stop: CancellationToken,
    ) -> Self {
        let (camera, scale) = (stop.child_token(), stop.child_token());
        let mut watch = Self { instruments, stream, orders, runtime: Handle::current(), stop, camera, scale };
        watch.camera_anew();
        watch.scale_anew();
        watch
    }

    /// Watches the camera that stands there now.
    fn camera_anew(&mut self) {
        self.camera.cancel();
        self.camera = self.stop.child_token();
        self.stream.forget();
        let Some(camera) = self.instruments.camera() else {
            drop(self.orders.send(Order::Seen(NOTHING_SEEN)));
            return;
        };
        let (sender, mut seen) = mpsc::channel(4);
        let (looked_at, stream, cancel) = (Arc::clone(&camera), self.stream.clone(), self.camera.clone());
        self.runtime.spawn(async move {
            tokio::select! {
                () = eyes::watch(looked_at, stream, sender) => {}
                () = cancel.cancelled() => {}
            }
        });
        let orders = self.orders.clone();
        self.runtime.spawn(async move {
            while let Some(seen) = seen.recv().await {
                if orders.send(Order::Seen(seen)).is_err() {
                    return;
                }
            }
            // What the last camera saw is in nobody's view any more.
            drop(orders.send(Order::Seen(NOTHING_SEEN)));
        });
        let (small, cancel) = (self.instruments.preview.clone(), self.camera.clone());
        self.runtime.spawn(async move {
            tokio::select! {
                () = preview::make(camera, small.clone()) => {}
                () = cancel.cancelled() => small.forget(),
            }
        });
    }

    /// Watches the scale that stands there now, where that is another one than `before`.
    pub(super) fn scale_since(&mut self, before: Option<&Arc<dyn devices::Scale>>) {
        let now = self.instruments.scale();
        let same = match (before, &now) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        if !same {
            self.scale_anew();
        }
    }

    /// Tells the desk what the scale says that stands there now, where it says something else than before, or once a second.
    fn scale_anew(&mut self) {
        self.scale.cancel();
        self.scale = self.stop.child_token();
        let Some(scale) = self.instruments.scale() else {
            drop(self.orders.send(Order::Scale(None)));
            return;
        };
        let (mut readings, orders, cancel) = (scale.subscribe(), self.orders.clone(), self.scale.clone());
        self.runtime.spawn(async move {
            let (mut told, mut at) = (None, Instant::now());
            loop {
                let reading = readings.borrow_and_update().clone();
                let says = reading.as_ref().map(|reading| (reading.load.clone(), reading.net));
                if says != told || at.elapsed() >= TELL_AGAIN {
                    at = Instant::now();
                    if orders.send(Order::Scale(reading)).is_err() {
                        return;
                    }
                }
                told = says;
                tokio::select! {
                    changed = readings.changed() => if changed.is_err() { return },
                    () = cancel.cancelled() => return,
                }
            }
        });
    }
}

impl DeskLoop {
    /// Answers the device room about camera and scale; setting them up is a supervisor's.
    pub(super) fn ask_instruments(&mut self, request: Request) -> Result<Reply, Coded> {
        match request {
            Request::CameraCheck => return Ok(Reply::CameraCheck(self.camera_check())),
            Request::Scale => {
                return Ok(Reply::Scale(scale_view(self.watch.instruments.scale().as_deref())));
            }
            Request::MatTake => {
                self.desk.signed_in_or_refuse()?;
                self.take_mat()?;
                return Ok(Reply::CameraCheck(self.camera_check()));
            }
            Request::MatForget => {
                self.desk.signed_in_or_refuse()?;
                self.devices.remember_mat(&self.data, None)?;
                self.desk.stream.expect_mat(None);
                return Ok(Reply::CameraCheck(self.camera_check()));
            }
            Request::CameraSave { setup } => {
                self.desk.supervisor_or_refuse()?;
                let runtime = self.watch.runtime.clone();
                let _inside = runtime.enter();
                self.devices.save_camera(&self.data, &setup, &self.watch.instruments)?;
                self.camera_changed();
            }
            Request::CameraRemove => {
                self.desk.supervisor_or_refuse()?;
                self.devices.remove_camera(&self.data, &self.watch.instruments)?;
                self.camera_changed();
            }
            Request::ScaleSave { setup, bind } => {
                self.desk.supervisor_or_refuse()?;
                let instruments = &self.watch.instruments;
                self.devices.save_scale(&self.data, &setup, bind.as_deref(), instruments)?;
                self.watch.scale_anew();
            }
            Request::ScaleRemove => {
                self.desk.supervisor_or_refuse()?;
                self.devices.remove_scale(&self.data, &self.watch.instruments)?;
                self.watch.scale_anew();
            }
            _ => return Err(coded("not-now", [])),
        }
        self.devices_changed();
        Ok(Reply::Devices(self.devices_view()))
    }

    fn camera_changed(&mut self) {
        self.watch.camera_anew();
        self.desk.camera = self.watch.instruments.camera().map(|camera| camera.id().to_string());
        self.desk.stream.expect_mat(self.devices.mat().map(|mat| mat.tiles.clone()));
    }

    /// The mat with nothing on it, as the camera sees it now. What is too dark or too bright to tell anything from is
    /// refused: whatever lies there later would look the same.
    pub(super) fn take_mat(&mut self) -> Result<(), Coded> {
        let look = self.desk.stream.newest().ok_or_else(|| coded("camera-no-picture", []))?;
        let light = look.set_up_flaws().into_iter().find(|flaw| matches!(flaw, Flaw::Dark | Flaw::Bright));
        if let Some(flaw) = light {
            return Err(coded("mat-light", [("flaw", flaw.code().to_owned())]));
        }
        let mat = Mat { taken: jiff::Timestamp::now(), tiles: look.tiles };
        self.desk.stream.expect_mat(Some(mat.tiles.clone()));
        self.devices.remember_mat(&self.data, Some(mat))
    }

    /// A scan of the code beside the button does as the button does.
    pub(super) fn mat_scanned(&mut self, device: &DeviceId) {
        use crate::seam::Cue;
        use devices::scanner::Outcome;
        let taken = self.desk.signed_in_or_refuse().and_then(|()| self.take_mat());
        let (cue, outcome) = match taken {
            Ok(()) => (Cue::Accepted, Outcome::Accepted),
            Err(coded) => {
                tracing::info!(code = coded.code, "the empty mat was not taken");
                (Cue::Rejected, Outcome::Refused)
            }
        };
        let _ = self.notices.send(Notice::Sound(cue));
        let _ = self.notices.send(Notice::RoomsChanged);
        self.devices.answer(device, outcome);
    }

    fn camera_check(&self) -> Option<CameraCheck> {
        let look = self.desk.stream.newest()?;
        let mat = self.devices.mat().map(|mat| MatView {
            taken: mat.taken.to_string(),
            empty_now: !look.shows_something_on(&mat.tiles),
        });
        Some(eyes::check(&look, mat))
    }
}

/// What this program can open.
pub(super) fn kinds() -> CameraKinds {
    camera_kinds()
}

pub(super) fn adjustment(order: ScaleOrder) -> devices::Adjustment {
    match order {
        ScaleOrder::Zero => devices::Adjustment::Zero,
        ScaleOrder::Tare => devices::Adjustment::Tare,
        ScaleOrder::ClearTare => devices::Adjustment::ClearTare,
    }
}

pub(super) fn scale_view(scale: Option<&dyn devices::Scale>) -> Option<ScaleView> {
    let reading = scale?.latest()?;
    let shown = reading.load.shown().to_owned();
    Some(ScaleView {
        say: say(reading.load.code(), [("shown", shown)]),
        grams: reading.load.settled().and_then(devices::Weight::whole_grams),
        net: reading.net,
    })
}
