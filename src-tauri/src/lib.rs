//! The desktop shell: starts the bench, forwards to it, nothing else.
//!
//! One command (`ask`), one channel (`listen`) and two address schemes (`frame://` for camera pictures,
//! `photo://` for kept photos). Whatever a person may or may not do is the bench's to decide.

mod arguments;
mod forward;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use bench::Bench;

/// Runs the window until it is closed. Errors before there is a window go to the terminal and to a plain page.
pub fn run() -> ExitCode {
    let arguments = match arguments::parse() {
        Ok(arguments) => arguments,
        Err(words) => {
            eprintln!("{words}");
            return ExitCode::from(2);
        }
    };
    bench::log::start(&arguments.data);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    tauri::async_runtime::set(runtime.handle().clone());
    let bench = match runtime.block_on(Bench::start(&arguments.data)) {
        Ok(bench) => Arc::new(bench),
        Err(coded) => {
            eprintln!("{}: {}", coded.code, bench::words::sentence(&coded));
            // Nobody reads the terminal at a dock: say it in a window too, where there can be one.
            if let Err(error) = window::refuse(&coded) {
                eprintln!("cannot open the window: {error}");
            }
            return ExitCode::FAILURE;
        }
    };
    let ended = window::run(Arc::clone(&bench));
    runtime.block_on(bench.stop());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot open the window: {error}");
            ExitCode::FAILURE
        }
    }
}
