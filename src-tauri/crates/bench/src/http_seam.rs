//! The seam over loopback HTTP, so that a browser test can drive the real backend. Behind the cargo feature
//! `http-seam`, which release builds do not have: there is no authentication here.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::Stream;

use crate::Bench;
use crate::seam::Request;

/// Serves the seam on a free loopback port and gives its address. Ends with the process.
pub async fn serve(bench: Arc<Bench>) -> std::io::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/ask", post(ask))
        .route("/notices", get(notices))
        .route("/frame/{camera}", get(frame))
        .route("/photo/{*name}", get(photo))
        .with_state(bench);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the seam over HTTP ended");
        }
    });
    Ok(address)
}

async fn ask(State(bench): State<Arc<Bench>>, Json(request): Json<Request>) -> Response {
    match bench.ask(request).await {
        Ok(reply) => Json(reply).into_response(),
        Err(coded) => (StatusCode::UNPROCESSABLE_ENTITY, Json(coded)).into_response(),
    }
}

async fn notices(State(bench): State<Arc<Bench>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = futures_util::stream::unfold(bench.notices(), |mut notices| async move {
        let notice = notices.next().await?;
        let event = Event::default().json_data(notice).unwrap_or_default();
        Some((Ok(event), notices))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

async fn frame(State(bench): State<Arc<Bench>>, Path(camera): Path<String>) -> Response {
    jpeg(bench.frame(&camera).map(|bytes| bytes.to_vec()))
}

async fn photo(State(bench): State<Arc<Bench>>, Path(name): Path<String>) -> Response {
    jpeg(bench.photo(&name))
}

fn jpeg(bytes: Option<Vec<u8>>) -> Response {
    match bytes {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")], bytes)
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
