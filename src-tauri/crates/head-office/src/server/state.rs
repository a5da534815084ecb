//! How the server is: whether it lives, whether it can take calls, and figures in Prometheus' form.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use super::Desk;
use super::reply::Refusal;

/// Upper ends of the classes in which the duration of calls is counted, in seconds.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 60.0];

/// Figures belong to the process, whatever servers run in it.
static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count.
pub(super) fn install_metrics() {
    FIGURES.get_or_init(|| {
        let builder = match PrometheusBuilder::new().set_buckets(&SECONDS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        builder.install_recorder().ok()
    });
}

fn figures() -> Option<&'static PrometheusHandle> {
    FIGURES.get().and_then(Option::as_ref)
}

/// What has to be done now and then, so that figures do not pile up.
pub(super) fn upkeep() {
    if let Some(figures) = figures() {
        figures.run_upkeep();
    }
}

/// Counts calls, and how long they take, by route and status.
pub(super) async fn counted(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (call, method) = (route.unwrap_or_else(|| "other".to_owned()), request.method().to_string());
    let begun = Instant::now();
    let reply = next.run(request).await;
    let status = reply.status().as_u16().to_string();
    metrics::counter!("head_office_calls_total", "call" => call.clone(), "method" => method, "status" => status)
        .increment(1);
    metrics::histogram!("head_office_call_seconds", "call" => call).record(begun.elapsed().as_secs_f64());
    reply
}

/// The process answers. Whoever watches it restarts it when it does not.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Whether calls should be sent here: the stores answer, and the server is not about to stop.
pub(super) async fn ready(State(desk): State<Desk>) -> Response {
    let stopping = desk.stopping.load(Ordering::Relaxed);
    let stores =
        desk.work(|office| Ok((office.store().answers(), office.blobs().answers()))).await.map_err(|_| ());
    let (database, photos) = match &stores {
        Ok((database, photos)) => {
            (database.as_ref().err().map(|e| e.code()), photos.as_ref().err().map(|e| e.code()))
        }
        Err(()) => (Some("internal"), Some("internal")),
    };
    let ready = !stopping && database.is_none() && photos.is_none();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told = json!({
        "ready": ready,
        "stopping": stopping,
        "database": database.unwrap_or("ok"),
        "photos": photos.unwrap_or("ok"),
    });
    (status, Json(told)).into_response()
}

/// The routes of the listener for figures.
pub(super) fn metrics_router(desk: Desk) -> Router {
    Router::new()
        .route("/metrics", get(told))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .fallback(|| async { Refusal::new(StatusCode::NOT_FOUND, "call-unknown") })
        .with_state(desk)
}

async fn told(State(desk): State<Desk>) -> Response {
    let measured = desk
        .work(|office| {
            let store = office.store();
            Ok((store.totals()?, store.unread()?, store.stations()?, store.backups()?))
        })
        .await;
    let (totals, unread, stations, backups) = match measured {
        Ok(measured) => measured,
        Err(refusal) => return refusal.into_response(),
    };
    desk.turns.tidy();
    let now_s = Timestamp::now().as_second();
    set("head_office_events", totals.events);
    set("head_office_units", totals.units);
    set("head_office_photos", totals.blobs);
    set("head_office_reviews_waiting", totals.reviews);
    set("head_office_quarantined", totals.quarantined);
    set("head_office_events_unread", unread);
    set("head_office_stations", stations.len() as u64);
    let backlog =
        stations.iter().filter_map(|station| station.hello.as_ref()).map(|hello| hello.backlog).sum();
    set("head_office_station_backlog", backlog);
    if let Some(newest) = backups.first() {
        set("head_office_backup_age_seconds", u64::try_from(now_s - newest.taken_s).unwrap_or(0));
    }
    let text = figures().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn set(name: &'static str, value: u64) {
    #[allow(clippy::cast_precision_loss, reason = "figures for people and alarms")]
    metrics::gauge!(name).set(value as f64);
}
