//! `head-office serve`.

use std::io::IsTerminal;
use std::path::Path;

use head_office::key::fingerprint;
use head_office::{HeadOfficeError, Server, Settings};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use super::{Outcome, say};

pub fn serve(data: &Path, settings: Settings, as_json: bool) -> Result<Outcome, HeadOfficeError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let _ = if as_json { log.json().try_init() } else { log.try_init() };
    let stopped = |error: std::io::Error| HeadOfficeError::Stopped(error.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(stopped)?;
    runtime.block_on(async {
        let end = EndSignal::listen().map_err(stopped)?;
        let server = Server::start_with(data, settings).await?;
        let key = server.office().public_key();
        let (url, fingerprint) = (server.url(), fingerprint(&key));
        if as_json {
            let metrics = server.metrics_addr();
            let key = hex::encode(key.to_bytes());
            say(json!({ "listening": url, "key": key, "fingerprint": fingerprint, "metrics": metrics }));
        } else {
            say(format_args!("listening on {url}"));
        }
        tracing::info!(url, fingerprint, data = %data.display(), "ready");
        end.wait().await;
        tracing::info!("stopping");
        server.stop().await;
        Ok(Outcome::Done)
    })
}

/// SIGTERM and Ctrl-C, heard from before the first call is answered.
struct EndSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl EndSignal {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl EndSignal {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
