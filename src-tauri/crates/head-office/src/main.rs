//! The command `head-office`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
