//! A camera that streams over RTSP, through GStreamer.
//!
//! A stream of JPEGs (RFC 2435) yields the camera's own pictures. Of any other – H.264, H.265 – there are no pictures of
//! the camera's to keep: each is unpacked and packed as JPEG once, here, and says so in a comment of its own.
//! GStreamer does its work on threads of its own; one thread here takes the newest picture and looks after it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gstreamer::prelude::*;
use gstreamer::{self as gst, MessageView};
use gstreamer_app::AppSink;
use tokio::sync::watch;

use super::evidence::packed_here;
use super::sign_in::{SignIn, without_password};
use super::{Camera, Frame, is_whole_jpeg};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};

/// A picture over this size is dropped.
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
/// A camera that sends no picture for so long has gone.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(8);
/// Between two looks whether to stop, and what GStreamer says.
const SLICE: gst::ClockTime = gst::ClockTime::from_mseconds(100);
const PAUSE: Duration = Duration::from_millis(50);
/// After so many broken pictures in a row the camera counts as failing.
const BROKEN_IN_A_ROW: u32 = 10;
/// What takes JPEGs out of their stream.
const UNPACK: &str = "rtpjpegdepay";
/// What packs decoded pictures as JPEG. Not more of them than a screen shows.
const PACK: &str = "videoconvert ! videorate drop-only=true max-rate=15 ! jpegenc quality=92";
const JPEG: &str = "JPEG";

/// A running RTSP camera, which reconnects by itself. Dropping it hangs up.
#[derive(Debug)]
pub struct RtspCamera {
    lane: Arc<Lane>,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    stop: Arc<AtomicBool>,
}

impl RtspCamera {
    /// Starts to read the stream at `url` in a thread. What stands in the address counts where `sign_in` is none.
    ///
    /// # Errors
    /// Only where the operating system grants no thread; a camera that does not answer is a state, not an error.
    pub fn spawn(id: DeviceId, url: &str, sign_in: Option<SignIn>, events: &EventSender) -> io::Result<Self> {
        let lane = Arc::new(events.lane(id, DeviceKind::Camera));
        let (sender, frames) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let (url, in_address) = SignIn::apart(url);
        let reader = Reader {
            url,
            sign_in: sign_in.or(in_address),
            lane: Arc::clone(&lane),
            frames: sender,
            stop: Arc::clone(&stop),
            number: 0,
        };
        std::thread::Builder::new().name(format!("camera {}", lane.device)).spawn(move || reader.run())?;
        Ok(Self { lane, frames, stop })
    }
}

impl Camera for RtspCamera {
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

impl Drop for RtspCamera {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Reader {
    url: String,
    sign_in: Option<SignIn>,
    lane: Arc<Lane>,
    frames: watch::Sender<Option<Arc<Frame>>>,
    stop: Arc<AtomicBool>,
    number: u64,
}

/// What stands between the camera's stream and its pictures.
struct Line {
    pipeline: gst::Pipeline,
    sink: AppSink,
    /// How the camera packs its stream, once it has said so.
    encoding: Arc<Mutex<Option<String>>>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Err(error) = self.pipeline.set_state(gst::State::Null) {
            tracing::debug!(%error, "an RTSP stream was not taken down");
        }
    }
}

impl Reader {
    fn run(mut self) {
        if let Err(error) = gst::init() {
            tracing::error!(device = %self.lane.device, %error, "GStreamer does not start");
            return self.lane.set_state(failing(FailureCode::CameraRtspPlugins));
        }
        let mut backoff = Backoff::new();
        while !self.stopped() {
            let before = self.number;
            let state = match self.lay() {
                Ok(line) => self.read(&line),
                Err(state) => state,
            };
            if self.stopped() {
                return;
            }
            self.lane.set_state(state);
            // An old picture must not pass for the present one.
            self.frames.send_replace(None);
            if self.number > before {
                backoff.reset();
            }
            let until = Instant::now() + backoff.wait();
            while !self.stopped() && Instant::now() < until {
                std::thread::sleep(PAUSE);
            }
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.lane.is_closed()
    }

    /// Asks the camera for its stream. What becomes of it is told on the line.
    fn lay(&self) -> Result<Line, DeviceState> {
        let without_plugins = |error: gst::glib::BoolError| {
            tracing::error!(device = %self.lane.device, %error, "GStreamer lacks a plugin");
            failing(FailureCode::CameraRtspPlugins)
        };
        // Over TCP: a picture of which a packet is lost is no evidence.
        let mut source = gst::ElementFactory::make("rtspsrc")
            .property("location", self.url.as_str())
            .property("latency", 100_u32)
            .property_from_str("protocols", "tcp");
        if let Some(sign_in) = &self.sign_in {
            source = source
                .property("user-id", sign_in.user.as_str())
                .property("user-pw", sign_in.password.as_str());
        }
        let source = source.build().map_err(without_plugins)?;
        let caps = gst::Caps::builder("image/jpeg").build();
        // Only the newest picture counts, and none waits for a clock.
        let sink = AppSink::builder().caps(&caps).max_buffers(1).drop(true).sync(false).build();
        let pipeline = gst::Pipeline::new();
        pipeline.add_many([&source, sink.upcast_ref()]).map_err(without_plugins)?;
        let line = Line { pipeline, sink, encoding: Arc::default() };
        line.join_when_it_comes(&source);
        match line.pipeline.set_state(gst::State::Playing) {
            Ok(_) => Ok(line),
            Err(_) => Err(self.why_not(&line).unwrap_or_else(|| self.missing())),
        }
    }

    /// Takes pictures until the stream ends, breaks or falls silent; tells how the camera fares then.
    fn read(&mut self, line: &Line) -> DeviceState {
        let mut heard = Instant::now();
        let mut broken = 0;
        let before = self.number;
        while !self.stopped() {
            let jpeg = line.sink.try_pull_sample(SLICE).and_then(|sample| {
                let map = sample.buffer()?.map_readable().ok()?;
                Some(Bytes::copy_from_slice(map.as_slice()))
            });
            if let Some(jpeg) = jpeg {
                heard = Instant::now();
                if jpeg.len() <= MAX_FRAME_BYTES && is_whole_jpeg(&jpeg) {
                    broken = 0;
                    self.show(line.own_or_packed(jpeg));
                } else {
                    broken += 1;
                    if broken == BROKEN_IN_A_ROW {
                        self.lane.set_state(failing(FailureCode::CameraPicturesUnreadable));
                    }
                }
            }
            if let Some(state) = self.why_not(line) {
                // What had worked is gone, whatever it is called; what never worked says why.
                return if self.number > before { DeviceState::Lost } else { state };
            }
            if heard.elapsed() >= SILENCE_TIMEOUT {
                return if self.number > before { DeviceState::Lost } else { self.missing() };
            }
        }
        DeviceState::Lost
    }

    fn show(&mut self, jpeg: Bytes) {
        self.number += 1;
        let frame = Frame { jpeg, number: self.number, at: Instant::now() };
        self.frames.send_replace(Some(Arc::new(frame)));
        self.lane.set_state(DeviceState::Working);
    }

    /// What GStreamer says against going on, if anything.
    fn why_not(&self, line: &Line) -> Option<DeviceState> {
        let bus = line.pipeline.bus()?;
        let wanted = [gst::MessageType::Error, gst::MessageType::Eos];
        let message = bus.pop_filtered(&wanted)?;
        let MessageView::Error(error) = message.view() else { return Some(DeviceState::Lost) };
        // Its debug text may hold the address; the message does not.
        tracing::info!(device = %self.lane.device, error = %error.error().message(), "RTSP stream broke");
        let error = error.error();
        let of_resource = |one: gst::ResourceError| error.matches(one);
        Some(match () {
            () if of_resource(gst::ResourceError::NotAuthorized) => failing(FailureCode::CameraSignIn),
            () if of_resource(gst::ResourceError::Busy) => DeviceState::Busy,
            () if error.is::<gst::CoreError>() => failing(FailureCode::CameraRtspPlugins),
            () if error.is::<gst::StreamError>() => failing(FailureCode::CameraRtspStream),
            () => self.missing(),
        })
    }

    fn missing(&self) -> DeviceState {
        DeviceState::Missing { what: without_password(&self.url) }
    }
}

impl Line {
    /// Joins the camera's video to the sink, as soon as the camera has said how it is packed.
    fn join_when_it_comes(&self, source: &gst::Element) {
        let (pipeline, sink) = (self.pipeline.downgrade(), self.sink.downgrade());
        let encoding = Arc::clone(&self.encoding);
        source.connect_pad_added(move |source, pad| {
            let (Some(pipeline), Some(sink)) = (pipeline.upgrade(), sink.upgrade()) else { return };
            let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
            let Some(said) = caps.structure(0) else { return };
            let text = |field: &str| said.get::<String>(field).unwrap_or_default();
            let mut joined = encoding.lock().unwrap_or_else(PoisonError::into_inner);
            if text("media") != "video" || joined.is_some() {
                return;
            }
            let packed = text("encoding-name").to_uppercase();
            if let Err(error) = join(&pipeline, pad, &packed, sink.upcast_ref()) {
                gst::element_error!(source, gst::CoreError::MissingPlugin, ("{error}"));
            }
            *joined = Some(packed);
        });
    }

    /// The camera's own picture, or one that says that it was packed here.
    fn own_or_packed(&self, jpeg: Bytes) -> Bytes {
        match self.encoding.lock().unwrap_or_else(PoisonError::into_inner).as_deref() {
            Some(JPEG) | None => jpeg,
            Some(codec) => packed_here(&jpeg, codec).map_or(jpeg, Bytes::from),
        }
    }
}

/// Joins a stream of JPEGs as it is, and any other by way of a decoder.
fn join(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    packed: &str,
    sink: &gst::Element,
) -> Result<(), Box<dyn std::error::Error>> {
    let own = packed == JPEG;
    let bin = gst::parse_bin_from_description(if own { UNPACK } else { PACK }, true)?;
    pipeline.add(&bin)?;
    bin.link(sink)?;
    bin.sync_state_with_parent()?;
    let entry = bin.static_pad("sink").ok_or("a part without entry")?;
    if own {
        pad.link(&entry)?;
        return Ok(());
    }
    let decoder = gst::ElementFactory::make("decodebin").build()?;
    pipeline.add(&decoder)?;
    // What comes out of it shows once it has seen what goes in.
    decoder.connect_pad_added(move |_, decoded| {
        if !entry.is_linked()
            && let Err(error) = decoded.link(&entry)
        {
            tracing::warn!(%error, "a decoded stream is of no use");
        }
    });
    decoder.sync_state_with_parent()?;
    pad.link(&decoder.static_pad("sink").ok_or("a decoder without entry")?)?;
    Ok(())
}

fn failing(code: FailureCode) -> DeviceState {
    DeviceState::Failing { code }
}
