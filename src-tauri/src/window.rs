//! The one window.

use std::sync::Arc;

use bench::Bench;
use bench::seam::Coded;
use tauri::{App, Builder, WebviewUrl, WebviewWindowBuilder, Wry};

use crate::forward;

const SIZE: (f64, f64) = (1366.0, 768.0);
const SMALLEST: (f64, f64) = (1024.0, 700.0);

/// Opens the window and returns when it is closed.
pub(crate) fn run(bench: Arc<Bench>) -> tauri::Result<()> {
    let title = format!("Returns Station {}", bench.name());
    let app = Builder::default()
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(bench)
        .register_asynchronous_uri_scheme_protocol("frame", |context, request, responder| {
            forward::frame(context, request.uri().path(), responder);
        })
        .register_asynchronous_uri_scheme_protocol("photo", |context, request, responder| {
            forward::photo(context, request.uri().path(), responder);
        })
        .invoke_handler(tauri::generate_handler![forward::ask, forward::listen])
        .setup(move |app| open(app, &title, WebviewUrl::default()))
        .build(tauri::generate_context!())?;
    // Comes back when the window is closed, so that the bench can be stopped in order.
    let _ = app.run_return(|_, _| {});
    Ok(())
}

/// Shows why there is no bench: the same page, told by its address what is wrong.
pub(crate) fn refuse(refusal: &Coded) -> tauri::Result<()> {
    let mut page = format!("index.html?failed={}", refusal.code);
    for (name, value) in &refusal.args {
        page.push_str(&format!("&{name}={}", encoded(value)));
    }
    let app = Builder::default()
        .setup(move |app| open(app, "Returns Station", WebviewUrl::App(page.into())))
        .build(tauri::generate_context!())?;
    let _ = app.run_return(|_, _| {});
    Ok(())
}

fn open(app: &mut App<Wry>, title: &str, page: WebviewUrl) -> Result<(), Box<dyn std::error::Error>> {
    WebviewWindowBuilder::new(app, "bench", page)
        .title(title)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .build()?;
    Ok(())
}

/// A value as it may stand in an address (RFC 3986, 2.3: unreserved characters stay as they are).
fn encoded(value: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_error_says_fits_into_an_address() {
        assert_eq!(encoded("pid 7 & Größe/x"), "pid%207%20%26%20Gr%C3%B6%C3%9Fe%2Fx");
    }
}
