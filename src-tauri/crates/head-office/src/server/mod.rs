//! The calls of a station over HTTP (sync.md, Calls).
//!
//! Every call but `GET /v1/challenge` is signed by its station, and every reply to a call whose signature
//! fitted is signed by head office, refusals among them.

mod blobs;
mod challenge;
mod enrol;
mod events;
mod feeds;
mod hello;
mod reply;
mod signed_calls;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post, put};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::error::HeadOfficeError;
use crate::interpret::interpret_all;
use crate::office::HeadOffice;
use reply::Refusal;

pub use signed_calls::MAX_BODY_BYTES;

/// Events that a batch may hold.
pub const MAX_BATCH_EVENTS: u32 = 1000;

/// After this a call is answered 503, which a station takes as "later".
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Events that another process appended are read at the latest after this.
const INTERPRET_INTERVAL: Duration = Duration::from_secs(5);

/// A running server. Dropping it without [`Server::stop`] stops it too, without waiting.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    desk: Desk,
    stopping: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// What every call works with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    office: Arc<HeadOffice>,
    appended: Arc<Notify>,
}

impl Server {
    /// Opens (or makes) a data folder and answers calls on `listen`; port 0 picks a free one.
    pub async fn start(dir: &Path, listen: SocketAddr) -> Result<Self, HeadOfficeError> {
        let dir = dir.to_path_buf();
        let office = tokio::task::spawn_blocking(move || HeadOffice::open_or_create(&dir))
            .await
            .map_err(|error| HeadOfficeError::Stopped(error.to_string()))??;
        let listening = |source| HeadOfficeError::Listen { address: listen.to_string(), source };
        let listener = TcpListener::bind(listen).await.map_err(listening)?;
        let addr = listener.local_addr().map_err(listening)?;
        let desk = Desk { office: Arc::new(office), appended: Arc::default() };
        let stopping = CancellationToken::new();
        let app = router(desk.clone());
        let shutdown = stopping.clone().cancelled_owned();
        let answering = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(shutdown).await {
                tracing::error!(%error, "the server stopped");
            }
        });
        let reading = tokio::spawn(interpret_continually(desk.clone(), stopping.clone()));
        Ok(Self { addr, desk, stopping, tasks: vec![answering, reading] })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its address as a station is told.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The data folder behind it.
    pub fn office(&self) -> &HeadOffice {
        &self.desk.office
    }

    /// Answers the calls under way, some seconds long at most, and ends.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        for task in std::mem::take(&mut self.tasks) {
            let abort = task.abort_handle();
            if tokio::time::timeout(STOP_TIMEOUT, task).await.is_err() {
                abort.abort();
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Desk {
    /// Runs work that blocks (store, files, signatures over much) on a thread that may.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&HeadOffice) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let office = Arc::clone(&self.office);
        match tokio::task::spawn_blocking(move || work(&office)).await {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a call's work ended abnormally");
                Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
            }
        }
    }
}

fn router(desk: Desk) -> Router {
    let signed = from_fn_with_state(desk.clone(), signed_calls::signed_calls);
    Router::new()
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/hello", post(hello::hello))
        .route("/v1/stations/{station}/epochs/{epoch}/events/{range}", put(events::append))
        .route("/v1/stations/{station}/epochs/{epoch}/events", get(events::own))
        .route("/v1/stations/{station}/unreadable", post(events::append_unreadable))
        .route("/v1/feeds/{feed}", get(feeds::page))
        .route("/v1/feeds/{feed}/snapshot", get(feeds::snapshot))
        .route("/v1/blobs", post(blobs::offer))
        .route("/v1/blobs/{sha256}", head(blobs::state).patch(blobs::write))
        .route_layer(signed)
        .route("/v1/challenge", get(challenge::challenge))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "call-unknown") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "call-method-wrong")
        })
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, CALL_TIMEOUT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http())
        .with_state(desk)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a call panicked");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response()
}

/// Reads events as they come in. A station's receipt never waits for it.
async fn interpret_continually(desk: Desk, stopping: CancellationToken) {
    loop {
        let office = Arc::clone(&desk.office);
        match tokio::task::spawn_blocking(move || interpret_all(office.store())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(code = error.code(), %error, "events could not be read"),
            Err(error) => tracing::error!(%error, "reading events ended abnormally"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = desk.appended.notified() => {}
            () = tokio::time::sleep(INTERPRET_INTERVAL) => {}
        }
    }
}
