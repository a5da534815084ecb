//! The calls of a station over HTTP (sync.md, Calls).
//!
//! Every call but `GET /v1/challenge` is signed by its station, and every reply to a call whose signature
//! fitted is signed by head office, refusals among them.

mod blobs;
mod challenge;
mod enrol;
mod epochs;
mod events;
mod feeds;
mod hello;
mod intake;
mod listening;
mod openapi;
mod reply;
mod settings;
mod signed_calls;
mod state;
mod turns;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post, put};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::error::HeadOfficeError;
use crate::interpret::interpret_some;
use crate::office::HeadOffice;
use crate::webhooks::{self, Patience};
use intake::Intake;
use listening::Listening;
use reply::Refusal;
use turns::Turns;

pub use settings::{Settings, Tls};
pub use signed_calls::MAX_BODY_BYTES;

/// Events that a batch may hold.
pub const MAX_BATCH_EVENTS: u32 = 1000;

/// After this a call is answered 503, which a station takes as "later".
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Effects are looked for this often.
const TELL_INTERVAL: Duration = Duration::from_secs(1);
/// Events that another process appended are read at the latest after this.
const INTERPRET_INTERVAL: Duration = Duration::from_secs(5);

/// A running server. Dropping it without [`Server::stop`] stops it too, without waiting.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    metrics_addr: Option<SocketAddr>,
    scheme: &'static str,
    desk: Desk,
    stopping: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// What every call works with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    office: Arc<HeadOffice>,
    appended: Arc<Notify>,
    intake: Arc<Intake>,
    turns: Arc<Turns>,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Opens (or makes) a data folder and answers calls on `listen`; port 0 picks a free one.
    pub async fn start(dir: &Path, listen: SocketAddr) -> Result<Self, HeadOfficeError> {
        Self::start_with(dir, Settings::new(listen)).await
    }

    /// Opens (or makes) a data folder, and answers calls as the settings say.
    pub async fn start_with(dir: &Path, settings: Settings) -> Result<Self, HeadOfficeError> {
        let (dir, stores) = (dir.to_path_buf(), settings.stores.clone());
        let office = tokio::task::spawn_blocking(move || HeadOffice::open_or_create_in(&dir, &stores))
            .await
            .map_err(|error| HeadOfficeError::Stopped(error.to_string()))??;
        state::install_metrics();
        let desk = Desk {
            office: Arc::new(office),
            appended: Arc::default(),
            intake: Arc::default(),
            turns: Arc::new(Turns::new(settings.calls_per_minute)),
            stopping: Arc::default(),
        };
        let stopping = CancellationToken::new();
        let listening = Listening::open(settings.listen, settings.tls.as_ref()).await?;
        let (addr, scheme) = (listening.addr(), listening.scheme());
        let mut tasks = vec![tokio::spawn(listening.answer(router(desk.clone()), stopping.clone()))];
        let mut metrics_addr = None;
        if let Some(listen) = settings.metrics {
            let listening = Listening::open(listen, None).await?;
            metrics_addr = Some(listening.addr());
            tasks.push(tokio::spawn(listening.answer(state::metrics_router(desk.clone()), stopping.clone())));
        }
        tasks.push(tokio::spawn(interpret_continually(desk.clone(), stopping.clone())));
        tasks.push(tokio::spawn(tell_continually(desk.clone(), settings.patience, stopping.clone())));
        Ok(Self { addr, metrics_addr, scheme, desk, stopping, tasks })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its address as a station is told.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.addr)
    }

    /// Where figures are told, if anywhere.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_addr
    }

    /// The data folder behind it.
    pub fn office(&self) -> &HeadOffice {
        &self.desk.office
    }

    /// Answers the calls under way, some seconds long at most, and ends.
    pub async fn stop(mut self) {
        self.desk.stopping.store(true, Ordering::Relaxed);
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
        .route("/v1/stations/{station}/epochs", post(epochs::next).get(epochs::held))
        .route("/v1/stations/{station}/epochs/{epoch}/events/{range}", put(events::append))
        .route("/v1/stations/{station}/epochs/{epoch}/events", get(events::own))
        .route("/v1/stations/{station}/unreadable", post(events::append_unreadable))
        .route("/v1/feeds/{feed}", get(feeds::page))
        .route("/v1/feeds/{feed}/snapshot", get(feeds::snapshot))
        .route("/v1/blobs", post(blobs::offer))
        .route("/v1/blobs/{sha256}", head(blobs::state).get(blobs::read).patch(blobs::write))
        .route_layer(signed)
        // The signature's check has measured the body; axum's own limit is below ours.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .route("/v1/challenge", get(challenge::challenge))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/healthz", get(state::alive))
        .route("/readyz", get(state::ready))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "call-unknown") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "call-method-wrong")
        })
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, CALL_TIMEOUT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(state::counted))
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
        let more = match tokio::task::spawn_blocking(move || interpret_some(office.store())).await {
            Ok(Ok(more)) => more,
            Ok(Err(error)) => {
                tracing::error!(code = error.code(), %error, "events could not be read");
                false
            }
            Err(error) => {
                tracing::error!(%error, "reading events ended abnormally");
                false
            }
        };
        state::upkeep();
        if !more {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = desk.appended.notified() => {}
                () = tokio::time::sleep(INTERPRET_INTERVAL) => {}
            }
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = desk.intake.quiet() => {}
        }
    }
}

/// Tells others of effects, one after the other, until this process is to stop.
async fn tell_continually(desk: Desk, patience: Patience, stopping: CancellationToken) {
    let client = match webhooks::client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "nobody can be told of effects");
            return;
        }
    };
    loop {
        let now_s = jiff::Timestamp::now().as_second();
        let due = desk
            .work(move |office| {
                Ok(office.store().due_deliveries(now_s, now_s + webhooks::LEASE_S, webhooks::AT_ONCE)?)
            })
            .await
            .unwrap_or_default();
        let more = due.len() == webhooks::AT_ONCE;
        for delivery in due {
            let outcome = webhooks::deliver(&client, &delivery, patience).await;
            metrics::counter!("head_office_deliveries_total", "outcome" => said(&outcome)).increment(1);
            let settled =
                desk.work(move |office| Ok(office.store().settle_delivery(&delivery, &outcome)?)).await;
            if settled.is_err() || stopping.is_cancelled() {
                break;
            }
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(if more { Duration::ZERO } else { TELL_INTERVAL }) => {}
        }
    }
}

fn said(outcome: &crate::store::Outcome) -> &'static str {
    match outcome {
        crate::store::Outcome::Delivered => "delivered",
        crate::store::Outcome::Again(..) => "again",
        crate::store::Outcome::Dead(_) => "dead",
    }
}
