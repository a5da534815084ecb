//! A USB camera, through nokhwa: V4L2 on Linux, Media Foundation on Windows.
//!
//! Only cameras that send JPEG themselves are taken: a photo is evidence and is never packed by us. Reading blocks, so it
//! has a thread of its own; a thread that waits for a frame that never comes is left behind when the camera is dropped.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use super::{Camera, Frame, is_whole_jpeg};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};

/// After so many broken pictures in a row the camera counts as failing.
const BROKEN_IN_A_ROW: u32 = 10;
const SLICE: Duration = Duration::from_millis(50);

/// A running USB camera, which is opened anew by itself. Dropping it lets go of it with its next frame.
#[derive(Debug)]
pub struct UsbCamera {
    lane: Arc<Lane>,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    stop: Arc<AtomicBool>,
}

impl UsbCamera {
    /// Starts to read the camera of this number or name in a thread.
    ///
    /// # Errors
    /// Only where the operating system grants no thread; a camera that does not open is a state, not an error.
    pub fn spawn(id: DeviceId, camera: String, events: &EventSender) -> io::Result<Self> {
        Self::spawn_from(id, camera.clone(), events, move || native::open(&camera))
    }

    fn spawn_from<G: Grab + 'static>(
        id: DeviceId,
        camera: String,
        events: &EventSender,
        open: impl FnMut() -> Result<G, DeviceState> + Send + 'static,
    ) -> io::Result<Self> {
        let lane = Arc::new(events.lane(id, DeviceKind::Camera));
        let (sender, frames) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let reader =
            Reader { camera, lane: Arc::clone(&lane), frames: sender, stop: Arc::clone(&stop), number: 0 };
        std::thread::Builder::new()
            .name(format!("camera {}", lane.device))
            .spawn(move || reader.run(open))?;
        Ok(Self { lane, frames, stop })
    }
}

impl Camera for UsbCamera {
    fn id(&self) -> &DeviceId {
        &self.lane.device
    }

    fn state(&self) -> DeviceState {
        self.lane.state()
    }

    fn subscribe(&self) -> watch::Receiver<Option<Arc<Frame>>> {
        self.frames.clone()
    }
}

impl Drop for UsbCamera {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// An open camera, as little of it as is needed here.
trait Grab {
    /// Waits for the next picture; `None` when the camera has gone.
    fn grab(&mut self) -> Option<Bytes>;
}

struct Reader {
    camera: String,
    lane: Arc<Lane>,
    frames: watch::Sender<Option<Arc<Frame>>>,
    stop: Arc<AtomicBool>,
    number: u64,
}

impl Reader {
    fn run<G: Grab>(mut self, mut open: impl FnMut() -> Result<G, DeviceState>) {
        let mut backoff = Backoff::new();
        while !self.stopped() {
            let before = self.number;
            match open() {
                Ok(grab) => self.read(grab),
                Err(state) => self.lane.set_state(state),
            }
            // An old picture must not pass for the present one.
            self.frames.send_replace(None);
            if self.number > before {
                backoff.reset();
            }
            let until = Instant::now() + backoff.wait();
            while !self.stopped() && Instant::now() < until {
                std::thread::sleep(SLICE);
            }
        }
        tracing::debug!(device = %self.lane.device, camera = self.camera, "camera let go");
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.lane.is_closed()
    }

    fn read(&mut self, mut camera: impl Grab) {
        let mut broken = 0;
        while !self.stopped() {
            let Some(jpeg) = camera.grab() else { return self.lane.set_state(DeviceState::Lost) };
            if is_whole_jpeg(&jpeg) {
                broken = 0;
                self.number += 1;
                let frame = Frame { jpeg, number: self.number, at: Instant::now() };
                self.frames.send_replace(Some(Arc::new(frame)));
                self.lane.set_state(DeviceState::Working);
            } else {
                broken += 1;
                if broken == BROKEN_IN_A_ROW {
                    let code = FailureCode::CameraPicturesUnreadable;
                    self.lane.set_state(DeviceState::Failing { code });
                }
            }
        }
    }
}

/// Why a camera that the system lists does not open: its node tells more than the error's words.
fn why_not(node: Option<PathBuf>, camera: &str) -> DeviceState {
    let missing = DeviceState::Missing { what: camera.to_owned() };
    // Without a node (Windows) a listed camera that does not open is in use.
    let Some(node) = node else { return DeviceState::Busy };
    match OpenOptions::new().read(true).write(true).open(node) {
        Ok(_) => DeviceState::Busy,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => missing,
            io::ErrorKind::PermissionDenied => {
                DeviceState::PermissionDenied { group: cfg!(unix).then(|| "video".to_owned()) }
            }
            io::ErrorKind::ResourceBusy => DeviceState::Busy,
            // The node is there and nothing is behind it any more.
            _ => missing,
        },
    }
}

mod native {
    use std::path::PathBuf;

    use bytes::Bytes;
    use nokhwa::utils::{
        ApiBackend, CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType,
    };

    use super::{DeviceState, FailureCode, Grab, why_not};

    pub(super) struct Native(nokhwa::Camera);

    impl Grab for Native {
        fn grab(&mut self) -> Option<Bytes> {
            self.0.frame_raw().ok().map(|jpeg| Bytes::copy_from_slice(&jpeg))
        }
    }

    /// Opens the camera of this number or name at its highest resolution in JPEG.
    pub(super) fn open(camera: &str) -> Result<Native, DeviceState> {
        let listed = nokhwa::query(ApiBackend::Auto).unwrap_or_default();
        let found =
            listed.into_iter().find(|one| one.human_name() == camera || number(one.index()) == camera);
        let Some(found) = found else { return Err(DeviceState::Missing { what: camera.to_owned() }) };
        let node = cfg!(unix).then(|| PathBuf::from(format!("/dev/video{}", number(found.index()))));
        let formats = [FrameFormat::MJPEG];
        let wanted = RequestedFormat::with_formats(RequestedFormatType::AbsoluteHighestResolution, &formats);
        let refused = |error: nokhwa::NokhwaError| {
            tracing::info!(camera, %error, "camera does not open");
            why_not(node.clone(), camera)
        };
        let mut native = nokhwa::Camera::new(found.index().clone(), wanted).map_err(refused)?;
        let format: CameraFormat = native.camera_format();
        if format.format() != FrameFormat::MJPEG {
            return Err(DeviceState::Failing { code: FailureCode::CameraNotMjpeg });
        }
        native.open_stream().map_err(refused)?;
        Ok(Native(native))
    }

    fn number(index: &CameraIndex) -> String {
        match index {
            CameraIndex::Index(number) => number.to_string(),
            CameraIndex::String(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::event::{Event, EventReceiver, events};

    /// A camera whose pictures come down a channel: unplugged when that is cut.
    struct Wire(Receiver<Vec<u8>>);

    impl Grab for Wire {
        fn grab(&mut self) -> Option<Bytes> {
            self.0.recv().ok().map(Bytes::from)
        }
    }

    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xd9];

    async fn until(receiver: &mut EventReceiver, wanted: DeviceState) {
        let waiting = async {
            loop {
                match receiver.recv().await {
                    Some(Event::State { state, .. }) if state == wanted => return,
                    Some(_) => {}
                    None => panic!("never {wanted:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("a state in time");
    }

    #[tokio::test]
    async fn a_camera_that_is_in_use_then_free_then_unplugged_and_back() {
        let (sender, mut receiver) = events();
        let plugged: Arc<Mutex<Option<Wire>>> = Arc::default();
        let socket = Arc::clone(&plugged);
        let camera = UsbCamera::spawn_from(DeviceId::new("camera"), "0".to_owned(), &sender, move || {
            socket.lock().unwrap().take().ok_or(DeviceState::Busy)
        })
        .unwrap();
        until(&mut receiver, DeviceState::Busy).await;
        let plug = || -> Sender<Vec<u8>> {
            let (wire, end) = channel();
            *plugged.lock().unwrap() = Some(Wire(end));
            wire
        };
        let wire = plug();
        wire.send(JPEG.to_vec()).unwrap();
        until(&mut receiver, DeviceState::Working).await;
        assert_eq!(camera.latest().map(|frame| frame.number), Some(1));
        // Broken pictures are no frames, and many in a row are a failure.
        for _ in 0..BROKEN_IN_A_ROW {
            wire.send(b"half".to_vec()).unwrap();
        }
        until(&mut receiver, DeviceState::Failing { code: FailureCode::CameraPicturesUnreadable }).await;
        drop(wire);
        until(&mut receiver, DeviceState::Lost).await;
        let mut frames = camera.subscribe();
        frames.wait_for(Option::is_none).await.unwrap();
        let wire = plug();
        wire.send(JPEG.to_vec()).unwrap();
        until(&mut receiver, DeviceState::Working).await;
        assert_eq!(camera.latest().map(|frame| frame.number), Some(2));
    }

    #[tokio::test]
    async fn a_slow_reader_skips_frames_and_delays_nobody() {
        let (sender, mut receiver) = events();
        let (wire, end) = channel();
        let mut socket = Some(Wire(end));
        let camera = UsbCamera::spawn_from(DeviceId::new("camera"), "0".to_owned(), &sender, move || {
            socket.take().ok_or(DeviceState::Busy)
        })
        .unwrap();
        let mut frames = camera.subscribe();
        for _ in 0..1000 {
            wire.send(JPEG.to_vec()).unwrap();
        }
        until(&mut receiver, DeviceState::Working).await;
        // Nobody has looked meanwhile: what there is to see is the newest.
        let newest = |frame: &Option<Arc<Frame>>| frame.as_ref().is_some_and(|frame| frame.number == 1000);
        frames.wait_for(newest).await.unwrap();
    }

    #[tokio::test]
    async fn a_camera_that_is_not_there_is_missing() {
        let (sender, mut receiver) = events();
        let _camera =
            UsbCamera::spawn(DeviceId::new("camera"), "No such camera".to_owned(), &sender).unwrap();
        until(&mut receiver, DeviceState::Missing { what: "No such camera".to_owned() }).await;
    }

    #[cfg(unix)]
    #[test]
    fn its_node_says_why_a_camera_does_not_open() {
        let dir = tempfile::tempdir().unwrap();
        let node = dir.path().join("video0");
        assert_eq!(why_not(Some(node.clone()), "0"), DeviceState::Missing { what: "0".to_owned() });
        std::fs::write(&node, "").unwrap();
        assert_eq!(why_not(Some(node), "0"), DeviceState::Busy, "it can be opened, and yet does not stream");
    }
}
