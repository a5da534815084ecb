//! The one window.

use std::sync::Arc;

use bench::Bench;
use tauri::{WebviewUrl, WebviewWindowBuilder};

use crate::forward;

/// Opens the window and returns when it is closed.
pub(crate) fn run(bench: Arc<Bench>) -> tauri::Result<()> {
    let title = format!("Returns Station {}", bench.name());
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(bench)
        .register_asynchronous_uri_scheme_protocol("frame", |context, request, responder| {
            forward::frame(context, request.uri().path(), responder);
        })
        .register_asynchronous_uri_scheme_protocol("photo", |context, request, responder| {
            forward::photo(context, request.uri().path(), responder);
        })
        .invoke_handler(tauri::generate_handler![forward::ask, forward::listen])
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "bench", WebviewUrl::default())
                .title(title)
                .inner_size(1366.0, 768.0)
                .min_inner_size(1024.0, 700.0)
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    // Comes back when the window is closed, so that the bench can be stopped in order.
    let _ = app.run_return(|_, _| {});
    Ok(())
}
