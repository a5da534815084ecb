//! A recording that stands in for a camera: JPEGs one after the other in a file, as a `.mjpeg` or in an AVI of ffmpeg's,
//! played at the pace at which they were taken.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::segments::{self, Stop};
use super::{Camera, Frame};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};

/// A picture over this size is passed over.
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
const READ_BYTES: usize = 256 * 1024;
/// The pace of a file that says none.
const USUAL_FPS: f64 = 25.0;

/// A running recording. Dropping it stops it.
#[derive(Debug)]
pub struct RecordingCamera {
    lane: Arc<Lane>,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    task: AbortHandle,
}

impl RecordingCamera {
    /// Plays the file at `path` in a task of the present tokio runtime, with so many pictures per second, or as many as
    /// the file says.
    pub fn spawn(id: DeviceId, path: PathBuf, fps: Option<f64>, repeat: bool, events: &EventSender) -> Self {
        let lane = Arc::new(events.lane(id, DeviceKind::Camera));
        let (sender, frames) = watch::channel(None);
        let player = Player { path, fps, repeat, lane: Arc::clone(&lane), frames: sender, number: 0 };
        let task = tokio::spawn(player.run()).abort_handle();
        Self { lane, frames, task }
    }
}

impl Camera for RecordingCamera {
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

impl Drop for RecordingCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Player {
    path: PathBuf,
    fps: Option<f64>,
    repeat: bool,
    lane: Arc<Lane>,
    frames: watch::Sender<Option<Arc<Frame>>>,
    number: u64,
}

impl Player {
    async fn run(mut self) {
        let mut backoff = Backoff::new();
        loop {
            let before = self.number;
            if let Err(error) = self.play().await {
                self.lane.set_state(match error.kind() {
                    io::ErrorKind::PermissionDenied => DeviceState::PermissionDenied { group: None },
                    _ => DeviceState::Missing { what: self.path.display().to_string() },
                });
            } else if self.number == before {
                self.lane.set_state(DeviceState::Failing { code: FailureCode::CameraRecordingEmpty });
            }
            if self.number > before && !self.repeat {
                // The last picture stays for as long as the camera lives.
                return self.frames.closed().await;
            }
            if self.number > before {
                backoff.reset();
            } else {
                self.frames.send_replace(None);
                tokio::time::sleep(backoff.wait()).await;
            }
        }
    }

    /// Plays the file once.
    async fn play(&mut self) -> io::Result<()> {
        let path = self.path.clone();
        let mut file = blocking(move || Pictures::read(std::fs::File::open(&path)?)).await?;
        let said = self.fps.or(file.fps).filter(|fps| fps.is_finite()).unwrap_or(USUAL_FPS);
        let pause = Duration::from_secs_f64(1.0 / said.clamp(0.1, 120.0));
        let mut due = tokio::time::Instant::now();
        loop {
            let (back, picture) = blocking(move || {
                let picture = file.next_picture()?;
                Ok((file, picture))
            })
            .await?;
            file = back;
            let Some(jpeg) = picture else { return Ok(()) };
            tokio::time::sleep_until(due).await;
            // From one due moment to the next, so that reading the file takes nothing of the pace.
            due = tokio::time::Instant::now().max(due + pause);
            self.number += 1;
            let frame = Frame { jpeg, number: self.number, at: Instant::now() };
            self.frames.send_replace(Some(Arc::new(frame)));
            self.lane.set_state(DeviceState::Working);
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The JPEGs of a file, one after the other, whatever stands between them.
struct Pictures<R> {
    file: R,
    buffer: BytesMut,
    /// As the file's own header says.
    fps: Option<f64>,
    ended: bool,
}

/// The whole JPEGs of an MJPEG file or an AVI, in their order; it ends where the file does, or cannot be read on.
pub fn pictures_in(file: impl Read) -> impl Iterator<Item = Bytes> {
    let mut pictures = Pictures::read(file).ok();
    std::iter::from_fn(move || pictures.as_mut()?.next_picture().ok().flatten())
}

impl<R: Read> Pictures<R> {
    fn read(file: R) -> io::Result<Self> {
        let mut pictures = Self { file, buffer: BytesMut::new(), fps: None, ended: false };
        pictures.read_more()?;
        pictures.fps = avi_fps(&pictures.buffer);
        Ok(pictures)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut read = vec![0; READ_BYTES];
        let count = self.file.read(&mut read)?;
        self.buffer.extend_from_slice(read.get(..count).unwrap_or_default());
        self.ended = count == 0;
        Ok(())
    }

    fn next_picture(&mut self) -> io::Result<Option<Bytes>> {
        const START: &[u8] = &[0xff, 0xd8, 0xff];
        loop {
            match memchr::memmem::find(&self.buffer, START) {
                Some(at) => self.buffer.advance(at),
                None => self.buffer.advance(self.buffer.len().saturating_sub(START.len() - 1)),
            }
            let step = match segments::length(&self.buffer) {
                Ok(length) => return Ok(Some(self.buffer.split_to(length).freeze())),
                Err(Stop::Cut) if !self.ended && self.buffer.len() < MAX_FRAME_BYTES => None,
                Err(_) if self.buffer.is_empty() || (self.ended && self.buffer.len() < START.len()) => {
                    if self.ended {
                        return Ok(None);
                    }
                    None
                }
                // Three bytes that looked like a picture's beginning: the next one is behind them.
                Err(_) => Some(1),
            };
            match step {
                Some(bytes) => self.buffer.advance(bytes),
                None => self.read_more()?,
            }
        }
    }
}

/// Pictures per second of an AVI: its main header's first field is microseconds per picture.
fn avi_fps(head: &[u8]) -> Option<f64> {
    if !head.starts_with(b"RIFF") || head.get(8..12)? != b"AVI " {
        return None;
    }
    let header = memchr::memmem::find(head.get(..512.min(head.len()))?, b"avih")?;
    let micros = u32::from_le_bytes(head.get(header + 8..header + 12)?.try_into().ok()?);
    (micros > 0).then(|| 1e6 / f64::from(micros))
}
