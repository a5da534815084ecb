//! Arguments, output and exit codes of the command `head-office`.

mod commands;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use head_office::HeadOfficeError;
use head_office::import::Sources;
use serde_json::json;

/// Head office: takes events and photos from returns stations, gives them returns, documents and decisions.
///
/// Exit codes: 0 done; 1 failed, or something was refused or found broken; 2 the command line was wrong.
#[derive(Debug, Parser)]
#[command(name = "head-office", version, max_term_width = 100)]
struct Cli {
    /// Folder with the key, the database and the photos
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "HEAD_OFFICE_DATA",
        default_value = "head-office-data"
    )]
    data: PathBuf,
    /// Answer in JSON, one line; errors too, on standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer stations until SIGTERM or Ctrl-C
    ///
    /// Makes the data folder at the first start: key, database, folder of photos. Prints one line when ready.
    /// What it does is logged to standard error; RUST_LOG sets how much.
    Serve {
        /// Address and port to listen on; port 0 picks a free one
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8470")]
        listen: SocketAddr,
    },
    /// Give out a one-time code, with which one station can enrol within 24 hours
    Enrol {
        /// The station's depot, such as LEJ2
        #[arg(long)]
        depot: String,
        /// The station's name, such as LEJ2-B04
        #[arg(long)]
        name: String,
    },
    /// Let a station's key count no more; what it sent stays
    Revoke {
        /// The station's name
        #[arg(long)]
        name: String,
    },
    /// Import return authorisations, catalogue, operators, policies and checklists
    ///
    /// Good rows go in; each bad one is named with file, row and cell, and the exit code is then 1.
    Import(ImportArgs),
    /// Print the signed tokens of return labels, and draw the labels as PDF
    Labels {
        /// Only this return authorisation
        #[arg(long, value_name = "NUMBER")]
        rma: Option<String>,
        /// Write each label there as return-LABEL.pdf
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Tell what is there: stations, events, units, photos, reviews
    Status,
    /// Recompute every chain and every photo's hash; exit code 1 when anything is wrong
    Verify,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Return authorisations, a JSON list
    #[arg(long, value_name = "FILE", num_args = 1..)]
    rmas: Vec<PathBuf>,
    /// Catalogue items, CSV
    #[arg(long, value_name = "FILE", num_args = 1..)]
    catalogue: Vec<PathBuf>,
    /// Operators with badge, initials, role and PIN, CSV
    #[arg(long, value_name = "FILE", num_args = 1..)]
    operators: Vec<PathBuf>,
    /// A policy: a folder of tables, a workbook (*.xlsx), or one JSON file
    ///
    /// The one with the highest number counts; a lower number than one that is published is refused, and so is another
    /// text under a number that is taken, or anything that `station policy check` finds.
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    policy: Vec<PathBuf>,
    /// A folder of checklists, one *.json each
    #[arg(long, value_name = "DIR", num_args = 1..)]
    checklists: Vec<PathBuf>,
}

/// How a command ended that did not fail.
enum Outcome {
    Done,
    /// It ran, and what it found or was given is not all right.
    NotAllRight,
}

pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotAllRight) => ExitCode::FAILURE,
        Err(error) => {
            if cli.json {
                let error = json!({ "error": { "code": error.code(), "message": error.to_string() } });
                eprintln!("{error}");
            } else {
                eprintln!("{}: {error}", error.code());
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Outcome, HeadOfficeError> {
    let (data, as_json) = (cli.data.as_path(), cli.json);
    match &cli.command {
        Command::Serve { listen } => serve::serve(data, *listen, as_json),
        Command::Enrol { depot, name } => commands::enrol(data, depot, name, as_json),
        Command::Revoke { name } => commands::revoke(data, name, as_json),
        Command::Import(files) => {
            let sources = Sources {
                rmas: files.rmas.clone(),
                catalogue: files.catalogue.clone(),
                operators: files.operators.clone(),
                policies: files.policy.clone(),
                checklists: files.checklists.clone(),
            };
            commands::import(data, &sources, as_json)
        }
        Command::Labels { rma, out } => commands::labels(data, rma.as_deref(), out.as_deref(), as_json),
        Command::Status => commands::status(data, as_json),
        Command::Verify => commands::verify(data, as_json),
    }
}

/// A line on standard output. Whoever closed the other end does not want it.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
