//! Forwards what the page asks to the bench, and what the bench says to the page.

use std::sync::Arc;

use bench::Bench;
use bench::seam::{Coded, Notice, Reply, Request};
use tauri::http::{Response, StatusCode, header};
use tauri::ipc::Channel;
use tauri::{Manager, State, UriSchemeContext, UriSchemeResponder, Wry};

/// The one command.
#[tauri::command]
pub(crate) async fn ask(bench: State<'_, Arc<Bench>>, request: Request) -> Result<Reply, Coded> {
    bench.ask(request).await
}

/// Gives the page the bench's notices until the page is gone.
#[tauri::command]
pub(crate) fn listen(bench: State<'_, Arc<Bench>>, channel: Channel<Notice>) {
    let mut notices = bench.notices();
    tauri::async_runtime::spawn(async move {
        while let Some(notice) = notices.next().await {
            if channel.send(notice).is_err() {
                return;
            }
        }
    });
}

/// `frame://localhost/<camera>`: the newest picture of a camera.
pub(crate) fn frame(context: UriSchemeContext<'_, Wry>, path: &str, responder: UriSchemeResponder) {
    let bench = Arc::clone(&context.app_handle().state::<Arc<Bench>>());
    let picture = bench.frame(path.trim_start_matches('/'));
    responder.respond(jpeg(picture.map(|bytes| bytes.to_vec()), "no-store"));
}

/// `photo://localhost/<sha256>`: a kept photo.
pub(crate) fn photo(context: UriSchemeContext<'_, Wry>, path: &str, responder: UriSchemeResponder) {
    let bench = Arc::clone(&context.app_handle().state::<Arc<Bench>>());
    let sha256 = path.trim_start_matches('/').to_owned();
    tauri::async_runtime::spawn_blocking(move || {
        responder.respond(jpeg(bench.photo(&sha256), "max-age=31536000, immutable"));
    });
}

fn jpeg(bytes: Option<Vec<u8>>, cache: &'static str) -> Response<Vec<u8>> {
    let builder = match &bytes {
        Some(_) => Response::builder()
            .header(header::CONTENT_TYPE, "image/jpeg")
            .header(header::CACHE_CONTROL, cache)
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        None => Response::builder().status(StatusCode::NOT_FOUND),
    };
    builder.body(bytes.unwrap_or_default()).unwrap_or_default()
}
