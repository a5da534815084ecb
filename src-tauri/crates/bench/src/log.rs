//! The log: a file a day in the data folder's `log/`, at most fourteen of them, and warnings on the terminal.
//! No customer and no raw scan is ever written to it.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;

/// Days that are kept.
const DAYS: usize = 14;

/// Starts logging. A folder that cannot be written costs the file, never the start.
pub fn start(data: &Path) {
    let filter = || EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let folder = data.join("log");
    // Made beforehand, for the appender complains on the terminal about a folder that is not there yet.
    let _ = std::fs::create_dir_all(&folder);
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("station")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .ok()
        .map(|appender| {
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(std::sync::Mutex::new(appender))
                .with_filter(filter())
        });
    let terminal =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(LevelFilter::ERROR);
    // A second start within one process (tests) keeps the first one's subscriber.
    let _ = tracing_subscriber::registry().with(file).with(terminal).try_init();
}
