//! `proof`: the fault harness as a program. A run starts it again and again, as stations.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use proof::{office, soak, station};

/// Stations and a head office under every fault, and the checker that looks at what is left.
#[derive(Debug, Parser)]
#[command(name = "proof", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run faults for so many minutes, and check what is left after every few of them
    ///
    /// Ends with a line of JSON: faults, events, photos, violations. Exit code 1 where anything was violated.
    Soak(soak::Options),
    /// A station of a run: orders on standard input, answers on standard output
    #[command(hide = true)]
    Station(station::StationArgs),
    /// A head office of a run
    #[command(hide = true)]
    Office(office::OfficeArgs),
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr).init();
    let done = match Arguments::parse().command {
        Command::Soak(options) => soak::run(&options),
        Command::Station(args) => station::run(&args).map(|()| true),
        Command::Office(args) => office::serve(&args).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
