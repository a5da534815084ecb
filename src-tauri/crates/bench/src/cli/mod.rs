//! The headless command `station`: arguments, output, exit codes. Each command is a file here.

mod backup;
mod decode;
mod doctor;
mod enrol;
mod export;
mod insights;
mod label;
mod out;
mod policy;
mod prune;
mod purge;
mod replay;
mod sync;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use serde_json::json;

use crate::desk::coded;
use crate::seam::Coded;
use out::Out;

/// A returns station without its window.
///
/// Exit codes: 0 all is well; 1 something failed or was found wrong; 2 the command line was wrong.
/// Errors go to standard error as `code: words`; with --json they are one line on standard output,
/// {"error":{"code","message"}}.
#[derive(Debug, Parser)]
#[command(name = "station", version, max_term_width = 100)]
struct Cli {
    /// The station's folder: records, photos, key, settings
    #[arg(long, global = true, value_name = "DIR", default_value_os_t = crate::default_data_dir())]
    data: PathBuf,
    /// Answer in JSON, a line each
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Replay(replay::ReplayArgs),
    Decode(decode::Decode),
    Label(label::LabelArgs),
    Enrol(enrol::Enrol),
    Sync(sync::Sync),
    Verify(verify::Verify),
    Backup(backup::MakeBackup),
    Restore(backup::Restore),
    Purge(purge::Purge),
    Prune(prune::Prune),
    Export(export::Export),
    Insights(insights::Insights),
    Policy(policy::PolicyArgs),
    Doctor(doctor::Doctor),
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// It did its work, and what it looked at is not all right.
    FoundWrong,
}

impl Outcome {
    fn fine_if(fine: bool) -> Self {
        if fine { Self::Fine } else { Self::FoundWrong }
    }
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let out = Out::new(cli.json);
    match dispatch(&cli, &out) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::FoundWrong) => ExitCode::FAILURE,
        Err(coded) => {
            out.failed(&coded);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli, out: &Out) -> Result<Outcome, Coded> {
    match &cli.command {
        Command::Replay(replay) => replay.run(&cli.data, out),
        Command::Decode(decode) => decode.run(out),
        Command::Label(label) => label.run(&cli.data, out),
        Command::Enrol(enrol) => enrol.run(&cli.data, out),
        Command::Sync(sync) => sync.run(&cli.data, out),
        Command::Verify(verify) => verify.run(&cli.data, out),
        Command::Backup(backup) => backup.run(&cli.data, out),
        Command::Restore(restore) => restore.run(&cli.data, out),
        Command::Purge(purge) => purge.run(&cli.data, out),
        Command::Prune(prune) => prune.run(&cli.data, out),
        Command::Export(export) => export.run(&cli.data, out),
        Command::Insights(insights) => insights.run(&cli.data, out),
        Command::Policy(policy) => policy.run(&cli.data, out),
        Command::Doctor(doctor) => doctor.run(&cli.data, out),
    }
}

/// Help and version, or what is wrong with the command line.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let message = error.render().to_string();
        // Nobody is told where even this cannot be written; the exit code stands.
        let _ = Out::new(true).json(&json!({ "error": { "code": "usage", "message": message.trim() } }));
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// An error of another crate, with its own words for the log and the technician.
fn failed(code: &str, detail: &impl std::fmt::Display) -> Coded {
    coded(code, [("detail", detail.to_string())])
}

/// The runtime of a command that calls over a network or asks a device.
fn runtime() -> Result<tokio::runtime::Runtime, Coded> {
    crate::tls::install();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| failed("station-not-started", &error))
}

/// Seconds as a person gives them.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "not a possible number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_is_explained() {
        fn look(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }

    #[test]
    fn seconds_may_have_a_fraction_and_rubbish_is_refused() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for text in ["", "x", "-1", "NaN", "1e300"] {
            assert!(seconds(text).is_err(), "{text:?}");
        }
    }
}
