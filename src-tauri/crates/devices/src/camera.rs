//! Cameras: sources of JPEG frames.

mod evidence;
mod folder;
mod look;
mod mjpeg;
mod multipart;
mod recording;
#[cfg(feature = "rtsp")]
mod rtsp;
mod segments;
mod shrink;
mod sign_in;
#[cfg(feature = "usb-cameras")]
mod usb;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::device::{DeviceId, DeviceState, FailureCode};
use crate::event::EventSender;
use crate::simulated::SimulatedCamera;

pub use evidence::{EvidenceProblem, without_place_and_person};
pub use folder::FolderCamera;
pub use look::{Flaw, Look, Usual};
pub use mjpeg::MjpegCamera;
pub use multipart::{Part, Parts};
pub use recording::{RecordingCamera, pictures_in};
#[cfg(feature = "rtsp")]
pub use rtsp::RtspCamera;
pub use shrink::{Size, shrunk};
pub use sign_in::SignIn;
#[cfg(feature = "usb-cameras")]
pub use usb::UsbCamera;

/// Whether cameras on USB can be opened.
pub const HAS_USB: bool = cfg!(feature = "usb-cameras");
/// Whether streams over RTSP can be opened.
pub const HAS_RTSP: bool = cfg!(feature = "rtsp");

/// One picture of a camera.
#[derive(Clone)]
pub struct Frame {
    /// The camera's own JPEG, byte for byte. Of a stream that holds none (H.264 over RTSP) one that was packed here, and says so
    /// in a comment.
    pub jpeg: Bytes,
    /// Counts the frames that the camera yielded, from 1; a gap means that the reader was too slow and skipped some.
    pub number: u64,
    /// When it had arrived in full.
    pub at: Instant,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("number", &self.number).field("bytes", &self.jpeg.len()).finish()
    }
}

/// A camera, real or simulated. Its states arrive through the [`crate::events`] queue.
pub trait Camera: Send + Sync {
    /// Which camera this is.
    fn id(&self) -> &DeviceId;

    /// How it fares now.
    fn state(&self) -> DeviceState;

    /// A view of the newest frame. A slow reader skips frames and never delays the camera. `None` until the first
    /// frame and while the camera is away.
    fn subscribe(&self) -> watch::Receiver<Option<Arc<Frame>>>;

    /// The newest frame.
    fn latest(&self) -> Option<Arc<Frame>> {
        self.subscribe().borrow().clone()
    }
}

/// A camera and where its frames come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// The camera's name.
    pub id: DeviceId,
    /// Where its frames come from.
    pub source: CameraSource,
}

/// Where a camera's frames come from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CameraSource {
    /// A stream of JPEGs over HTTP (`multipart/x-mixed-replace`).
    MjpegHttp {
        /// Such as `http://10.20.4.60/video`.
        url: String,
        /// Name and password, where the camera wants them; told in the way that it asks for, basic or digest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sign_in: Option<SignIn>,
    },
    /// A stream over RTSP. Only where the station was built with feature `rtsp`.
    Rtsp {
        /// Such as `rtsp://10.20.4.60/stream1`.
        url: String,
        /// Name and password, where the camera wants them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sign_in: Option<SignIn>,
    },
    /// A camera on USB that sends JPEG. Only where the station was built with feature `usb-cameras`.
    Usb {
        /// Its name as the system lists it, or its number.
        camera: String,
    },
    /// A file of JPEGs one after the other: `.mjpeg`, or an AVI with MJPEG pictures.
    Recording {
        /// The file.
        path: PathBuf,
        /// Pictures per second; as many as the file says unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fps: Option<f64>,
        /// Starts over after the last picture; true unless given. Otherwise the last one stays.
        #[serde(default = "default_repeat")]
        repeat: bool,
    },
    /// A folder of `.jpg`, `.jpeg` and `.png` pictures, played in the order of their names.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Pictures per second; 5 unless given.
        #[serde(default = "default_fps")]
        fps: f64,
        /// Starts over after the last picture; true unless given. Otherwise the last one stays.
        #[serde(default = "default_repeat")]
        repeat: bool,
    },
}

impl CameraSource {
    /// Where the frames come from, as a screen may show it: a password that stands in an address stays out of sight.
    pub fn place(&self) -> String {
        match self {
            Self::MjpegHttp { url, .. } | Self::Rtsp { url, .. } => sign_in::without_password(url),
            Self::Usb { camera } => camera.clone(),
            Self::Recording { path, .. } | Self::Folder { path, .. } => path.display().to_string(),
        }
    }
}

impl fmt::Debug for CameraSource {
    /// Without a password, wherever it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::MjpegHttp { .. } => "MjpegHttp",
            Self::Rtsp { .. } => "Rtsp",
            Self::Usb { .. } => "Usb",
            Self::Recording { .. } => "Recording",
            Self::Folder { .. } => "Folder",
        };
        f.debug_tuple(kind).field(&self.place()).finish()
    }
}

fn default_fps() -> f64 {
    5.0
}

fn default_repeat() -> bool {
    true
}

/// Starts a camera. Call it inside a tokio runtime; dropping the camera stops it.
pub fn open(config: CameraConfig, events: &EventSender) -> Arc<dyn Camera> {
    match config.source {
        CameraSource::MjpegHttp { url, sign_in } => {
            Arc::new(MjpegCamera::spawn_with(config.id, url, sign_in, events))
        }
        CameraSource::Rtsp { url, sign_in } => open_rtsp(config.id, &url, sign_in, events),
        CameraSource::Usb { camera } => usb(config.id, camera, events),
        CameraSource::Recording { path, fps, repeat } => {
            Arc::new(RecordingCamera::spawn(config.id, path, fps, repeat, events))
        }
        CameraSource::Folder { path, fps, repeat } => {
            Arc::new(FolderCamera::spawn(config.id, path, fps, repeat, events))
        }
    }
}

#[cfg(feature = "usb-cameras")]
fn usb(id: DeviceId, camera: String, events: &EventSender) -> Arc<dyn Camera> {
    match UsbCamera::spawn(id.clone(), camera, events) {
        Ok(camera) => Arc::new(camera),
        Err(error) => {
            tracing::error!(device = %id, %error, "camera not started");
            failing(id, FailureCode::CameraPicturesUnreadable, events)
        }
    }
}

#[cfg(not(feature = "usb-cameras"))]
fn usb(id: DeviceId, _camera: String, events: &EventSender) -> Arc<dyn Camera> {
    failing(id, FailureCode::CameraUsbLeftOut, events)
}

#[cfg(feature = "rtsp")]
fn open_rtsp(id: DeviceId, url: &str, sign_in: Option<SignIn>, events: &EventSender) -> Arc<dyn Camera> {
    match RtspCamera::spawn(id.clone(), url, sign_in, events) {
        Ok(camera) => Arc::new(camera),
        Err(error) => {
            tracing::error!(device = %id, %error, "camera not started");
            failing(id, FailureCode::CameraRtspStream, events)
        }
    }
}

#[cfg(not(feature = "rtsp"))]
fn open_rtsp(id: DeviceId, _: &str, _: Option<SignIn>, events: &EventSender) -> Arc<dyn Camera> {
    failing(id, FailureCode::CameraRtspLeftOut, events)
}

/// A camera that never shows anything and says why.
fn failing(id: DeviceId, code: FailureCode, events: &EventSender) -> Arc<dyn Camera> {
    let camera = SimulatedCamera::new(id, events);
    camera.set_state(DeviceState::Failing { code });
    Arc::new(camera)
}

/// True where the bytes begin and end as a JPEG does; a few bytes of padding after the end are tolerated.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    const PADDING: usize = 64;
    let tail = bytes.get(bytes.len().saturating_sub(PADDING)..).unwrap_or_default();
    bytes.starts_with(&[0xff, 0xd8, 0xff]) && memchr::memmem::find(tail, &[0xff, 0xd9]).is_some()
}
