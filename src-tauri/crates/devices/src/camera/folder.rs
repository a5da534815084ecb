//! A folder of pictures that stands in for a camera.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, ImageReader, Limits};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Camera, Frame, is_whole_jpeg};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};

const JPEG_QUALITY: u8 = 90;
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
const MAX_SIDE_PIXELS: u32 = 8192;
const MAX_DECODED_BYTES: u64 = 96 * 1024 * 1024;

/// A running folder camera. Dropping it stops it.
#[derive(Debug)]
pub struct FolderCamera {
    lane: Arc<Lane>,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    task: AbortHandle,
}

impl FolderCamera {
    /// Plays the pictures of `path` in a task of the present tokio runtime: JPEGs as they are, PNGs as JPEGs.
    pub fn spawn(id: DeviceId, path: PathBuf, fps: f64, repeat: bool, events: &EventSender) -> Self {
        let lane = Arc::new(events.lane(id, DeviceKind::Camera));
        let (sender, frames) = watch::channel(None);
        let pause = Duration::from_secs_f64(1.0 / if fps.is_finite() { fps.clamp(0.1, 60.0) } else { 1.0 });
        let player = Player { path, pause, repeat, lane: Arc::clone(&lane), frames: sender, number: 0 };
        let task = tokio::spawn(player.run()).abort_handle();
        Self { lane, frames, task }
    }
}

impl Camera for FolderCamera {
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

impl Drop for FolderCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Player {
    path: PathBuf,
    pause: Duration,
    repeat: bool,
    lane: Arc<Lane>,
    frames: watch::Sender<Option<Arc<Frame>>>,
    number: u64,
}

impl Player {
    async fn run(mut self) {
        let mut backoff = Backoff::new();
        loop {
            let yielded = self.play().await;
            if yielded && !self.repeat {
                // The last picture stays for as long as the camera lives.
                return self.frames.closed().await;
            }
            if yielded {
                backoff.reset();
            } else {
                self.frames.send_replace(None);
                tokio::time::sleep(backoff.wait()).await;
            }
        }
    }

    /// Plays the folder once; false if not one picture could be shown.
    async fn play(&mut self) -> bool {
        let folder = self.path.clone();
        let pictures = match blocking(move || pictures(&folder)).await {
            Ok(pictures) if pictures.is_empty() => {
                self.lane.set_state(DeviceState::Failing { code: FailureCode::CameraFolderEmpty });
                return false;
            }
            Ok(pictures) => pictures,
            Err(error) => {
                self.lane.set_state(match error.kind() {
                    io::ErrorKind::PermissionDenied => DeviceState::PermissionDenied { group: None },
                    _ => DeviceState::Missing { what: self.path.display().to_string() },
                });
                return false;
            }
        };
        let mut yielded = false;
        for picture in pictures {
            let shown = picture.clone();
            match blocking(move || jpeg_of(&picture)).await {
                Ok(jpeg) => {
                    yielded = true;
                    self.number += 1;
                    let frame = Frame { jpeg, number: self.number, at: Instant::now() };
                    self.frames.send_replace(Some(Arc::new(frame)));
                    self.lane.set_state(DeviceState::Working);
                    tokio::time::sleep(self.pause).await;
                }
                Err(error) => {
                    tracing::warn!(device = %self.lane.device, path = %shown.display(), %error, "picture skipped");
                }
            }
        }
        if !yielded {
            self.lane.set_state(DeviceState::Failing { code: FailureCode::CameraPicturesUnreadable });
        }
        yielded
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The folder's pictures by name.
fn pictures(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && format_of(&path).is_some() {
            pictures.push(path);
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn format_of(path: &Path) -> Option<ImageFormat> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" => Some(ImageFormat::Jpeg),
        "png" => Some(ImageFormat::Png),
        _ => None,
    }
}

/// The picture as JPEG. Files over 64 MiB, 8192 pixels a side or 96 MiB unpacked are refused.
fn jpeg_of(path: &Path) -> io::Result<Bytes> {
    if std::fs::metadata(path)?.len() > MAX_FILE_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let bytes = std::fs::read(path)?;
    if format_of(path) == Some(ImageFormat::Jpeg) {
        return if is_whole_jpeg(&bytes) {
            Ok(bytes.into())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "no whole JPEG"))
        };
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PIXELS);
    limits.max_image_height = Some(MAX_SIDE_PIXELS);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(io::Error::other)?.into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(&picture)
        .map_err(io::Error::other)?;
    Ok(jpeg.into())
}
