//! A camera that streams MJPEG over HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use digest_auth::{AuthContext, WwwAuthenticateHeader};
use futures_util::StreamExt;
use reqwest::{Response, StatusCode, Url, header};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::multipart::{Part, Parts};
use super::sign_in::{SignIn, without_password};
use super::{Camera, Frame, is_whole_jpeg};
use crate::backoff::Backoff;
use crate::device::{DeviceId, DeviceKind, DeviceState, FailureCode};
use crate::event::{EventSender, Lane};

/// A frame over this size is dropped.
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A camera that sends nothing for so long has gone.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);
/// After so many broken pictures in a row the camera counts as failing.
const BROKEN_IN_A_ROW: u32 = 10;

/// A running MJPEG camera, which reconnects by itself. Dropping it hangs up.
#[derive(Debug)]
pub struct MjpegCamera {
    lane: Arc<Lane>,
    frames: watch::Receiver<Option<Arc<Frame>>>,
    task: AbortHandle,
}

impl MjpegCamera {
    /// Starts to read the stream at `url` in a task of the present tokio runtime.
    pub fn spawn(id: DeviceId, url: String, events: &EventSender) -> Self {
        Self::spawn_with(id, url, None, events)
    }

    /// The same, for a camera that wants a name and a password: basic or digest (RFC 7617, RFC 7616), as it asks.
    /// What stands in the address counts where `sign_in` is none.
    pub fn spawn_with(id: DeviceId, url: String, sign_in: Option<SignIn>, events: &EventSender) -> Self {
        let (url, in_address) = SignIn::apart(&url);
        let sign_in = sign_in.or(in_address);
        let lane = Arc::new(events.lane(id, DeviceKind::Camera));
        let (sender, frames) = watch::channel(None);
        let stream = Stream { url, sign_in, lane: Arc::clone(&lane), frames: sender, number: 0 };
        let task = tokio::spawn(stream.run()).abort_handle();
        Self { lane, frames, task }
    }
}

impl Camera for MjpegCamera {
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

impl Drop for MjpegCamera {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Stream {
    url: String,
    sign_in: Option<SignIn>,
    lane: Arc<Lane>,
    frames: watch::Sender<Option<Arc<Frame>>>,
    number: u64,
}

impl Stream {
    async fn run(mut self) {
        let Some(client) = client() else {
            self.lane.set_state(DeviceState::Failing { code: FailureCode::CameraAddress });
            return;
        };
        let mut backoff = Backoff::new();
        loop {
            let before = self.number;
            match self.connect(&client).await {
                Ok(response) => {
                    let heard_bytes = self.read(response).await;
                    self.lane.set_state(self.state_after(before, heard_bytes));
                }
                Err(state) => self.lane.set_state(state),
            }
            // An old picture must not pass for the present one.
            self.frames.send_replace(None);
            if self.number > before {
                backoff.reset();
            }
            tokio::time::sleep(backoff.wait()).await;
        }
    }

    fn state_after(&self, number_before: u64, heard_bytes: u64) -> DeviceState {
        match self.lane.state() {
            state @ DeviceState::Failing { .. } => state,
            _ if self.number == number_before && heard_bytes > 0 => {
                DeviceState::Failing { code: FailureCode::CameraNotMjpeg }
            }
            _ => DeviceState::Lost,
        }
    }

    async fn connect(&self, client: &reqwest::Client) -> Result<Response, DeviceState> {
        let failing = |code| DeviceState::Failing { code };
        let mut response = self.get(client, None).await?;
        if response.status() == StatusCode::UNAUTHORIZED
            && let Some(sign_in) = &self.sign_in
            && let Some(answer) = authorization(sign_in, &response)
        {
            response = self.get(client, Some(answer)).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                return Err(failing(FailureCode::CameraSignIn));
            }
        }
        match response.status() {
            status if status.is_success() => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(DeviceState::PermissionDenied { group: None });
            }
            StatusCode::NOT_FOUND => return Err(DeviceState::Missing { what: without_password(&self.url) }),
            // Small cameras serve one viewer at a time and say so.
            StatusCode::SERVICE_UNAVAILABLE => return Err(DeviceState::Busy),
            _ => return Err(failing(FailureCode::CameraRefused)),
        }
        // Only what cannot be a stream is turned away here: some cameras, and ffmpeg, call theirs an octet stream.
        let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().trim_start().to_ascii_lowercase();
        if ["text/", "image/", "application/json"].iter().any(|other| media_type.starts_with(other)) {
            return Err(failing(FailureCode::CameraNotMjpeg));
        }
        Ok(response)
    }

    async fn get(
        &self,
        client: &reqwest::Client,
        authorization: Option<String>,
    ) -> Result<Response, DeviceState> {
        let mut request = client.get(&self.url);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request.send().await.map_err(|error| {
            tracing::debug!(device = %self.lane.device, error = %error.without_url(), "camera does not answer");
            if Url::parse(&self.url).is_ok_and(|url| url.scheme().starts_with("http")) {
                DeviceState::Missing { what: without_password(&self.url) }
            } else {
                DeviceState::Failing { code: FailureCode::CameraAddress }
            }
        })
    }

    /// Reads frames until the stream ends, breaks or falls silent; yields how many bytes came.
    async fn read(&mut self, response: Response) -> u64 {
        let mut parts = Parts::new(MAX_FRAME_BYTES);
        let mut chunks = response.bytes_stream();
        let mut broken = 0;
        let mut heard_bytes = 0;
        loop {
            let chunk = match tokio::time::timeout(SILENCE_TIMEOUT, chunks.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => {
                    let error = error.without_url();
                    tracing::info!(device = %self.lane.device, %error, "camera stream broke");
                    return heard_bytes;
                }
                Ok(None) | Err(_) => return heard_bytes,
            };
            heard_bytes += chunk.len() as u64;
            parts.push(&chunk);
            while let Some(part) = parts.next_part() {
                match part {
                    Part::Body(jpeg) if is_whole_jpeg(&jpeg) => {
                        broken = 0;
                        self.number += 1;
                        let frame = Frame { jpeg, number: self.number, at: Instant::now() };
                        self.frames.send_replace(Some(Arc::new(frame)));
                        self.lane.set_state(DeviceState::Working);
                    }
                    Part::Body(_) | Part::TooLarge => {
                        broken += 1;
                        if broken == BROKEN_IN_A_ROW {
                            let code = FailureCode::CameraPicturesUnreadable;
                            self.lane.set_state(DeviceState::Failing { code });
                        }
                    }
                }
            }
        }
    }
}

/// What to answer to the camera's challenge: digest where it offers that, for then the password stays here.
fn authorization(sign_in: &SignIn, response: &Response) -> Option<String> {
    let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
    let challenges: Vec<&str> = challenges.iter().filter_map(|value| value.to_str().ok()).collect();
    let of = |scheme: &str| {
        challenges
            .iter()
            .find(|text| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    };
    if let Some(digest) = of("digest ") {
        let url = response.url();
        let path =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut prompt = WwwAuthenticateHeader::parse(digest).ok()?;
        let context = AuthContext::new(sign_in.user.as_str(), sign_in.password.as_str(), path);
        return Some(prompt.respond(&context).ok()?.to_header_string());
    }
    of("basic").map(|_| {
        let pair = format!("{}:{}", sign_in.user, sign_in.password);
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    })
}

/// Cameras stand on the bench's own network: no proxy, no redirects elsewhere.
fn client() -> Option<reqwest::Client> {
    crate::tls::install_provider();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .inspect_err(|error| tracing::error!(%error, "no HTTP client"))
        .ok()
}
