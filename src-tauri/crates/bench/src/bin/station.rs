//! Entry point of the headless command `station`.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::cli::run()
}
