//! Arguments, output and exit codes of the command `head-office`.

mod commands;
mod export;
mod serve;
mod units;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use head_office::blobs::Objects;
use head_office::import::{Manner, Sources};
use head_office::server::Tls;
use head_office::webhooks::Patience;
use head_office::{HeadOfficeError, Settings, Stores};
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
    /// A PostgreSQL database, postgres://USER:PASSWORD@HOST/DATABASE; without it SQLite in the data folder
    #[arg(long, global = true, value_name = "URL", env = "HEAD_OFFICE_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Bucket of an S3 object store for photos; without it a folder. Account and region come from AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY and AWS_REGION
    #[arg(long, global = true, value_name = "BUCKET", env = "HEAD_OFFICE_PHOTOS")]
    photos: Option<String>,
    /// Address of the object store, where it is not Amazon's
    #[arg(long, global = true, value_name = "URL", env = "HEAD_OFFICE_PHOTOS_ENDPOINT")]
    photos_endpoint: Option<String>,
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
    /// What it does is logged to standard error, as JSON with --json; RUST_LOG sets how much.
    Serve(ServeArgs),
    /// Give out a one-time code, with which one station can enrol within 24 hours
    Enrol {
        /// The station's depot, such as LEJ2
        #[arg(long)]
        depot: String,
        /// The station's name, such as LEJ2-B04
        #[arg(long)]
        name: String,
    },
    /// Let a station go on whose disk had been copied, once only one of the copies is left
    Release {
        /// The station's name
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
    /// Good rows go in; each bad one is named with file, row and cell, why and what to do, and the exit code is then 1.
    Import(ImportArgs),
    /// Write what happened for others: a table, GS1 EPCIS 2.0, or X12 180
    Export(export::ExportArgs),
    /// List units that came in without a return line, with the lines that may be theirs
    Unmatched,
    /// Say which return line a unit belongs to; before it is staged the policy decides again
    Match(units::MatchArgs),
    /// List units about which two decisions are at odds; they are held until a person decides at a bench
    Contested,
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
    /// Others that are told of effects, such as settlement proposals
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Make a backup in a folder of its own, verify it, and let stations forget what it holds
    ///
    /// Runs beside servers. A backup is a data folder by itself: SQLite, photos and the key, so keep it as you would
    /// keep a key. `head-office verify --data BACKUP` looks at it again.
    Backup {
        /// Folder of backups; each gets a folder of its own below it
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Fill an empty head office from a backup; its stations notice, and send again what it lost
    Restore {
        /// The backup's folder
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Tell an address of every effect from now on; prints the secret that its signatures are made with
    Add {
        /// A name for it
        #[arg(long)]
        name: String,
        /// Where effects are sent
        #[arg(long)]
        url: String,
    },
    /// List them, and what could not be told
    List,
    /// Try again what was given up
    Revive,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Address and port on which figures are told in Prometheus' form; not for the open network
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
    /// Certificate chain for TLS, PEM; without it plain HTTP, for a proxy in front
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Calls that one station may make in a minute
    #[arg(long, value_name = "NUMBER", default_value = "6000")]
    calls_per_minute: NonZeroU32,
}

impl ServeArgs {
    fn settings(&self, stores: Stores) -> Settings {
        let tls = self.tls_cert.clone().zip(self.tls_key.clone());
        Settings {
            listen: self.listen,
            metrics: self.metrics,
            stores,
            tls: tls.map(|(certificates, key)| Tls { certificates, key }),
            calls_per_minute: self.calls_per_minute,
            patience: Patience::default(),
        }
    }
}

impl Cli {
    fn stores(&self) -> Stores {
        Stores {
            database: self.database.clone(),
            photos: self.photos.as_ref().map(|bucket| Objects {
                bucket: bucket.clone(),
                endpoint: self.photos_endpoint.clone(),
                credentials: None,
            }),
        }
    }
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Return authorisations, a JSON list or CSV with a row for each line
    #[arg(long, value_name = "FILE", num_args = 1..)]
    rmas: Vec<PathBuf>,
    /// Catalogue items, CSV or a JSON list of objects with the same columns
    #[arg(long, value_name = "FILE", num_args = 1..)]
    catalogue: Vec<PathBuf>,
    /// Operators with badge, initials, role and PIN, CSV or a JSON list of objects with the same columns
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
    /// Judge every row and write nothing
    #[arg(long)]
    check: bool,
    /// Write nothing where anything is refused
    #[arg(long)]
    all_or_nothing: bool,
    /// Tell the verdict on each row, the good ones too
    #[arg(long)]
    rows: bool,
}

impl ImportArgs {
    fn sources(&self) -> Sources {
        Sources {
            rmas: self.rmas.clone(),
            catalogue: self.catalogue.clone(),
            operators: self.operators.clone(),
            policies: self.policy.clone(),
            checklists: self.checklists.clone(),
        }
    }
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
    let place = Place { data: &cli.data, stores: cli.stores(), as_json: cli.json };
    match &cli.command {
        Command::Serve(args) => serve::serve(&cli.data, args.settings(place.stores), cli.json),
        Command::Enrol { depot, name } => commands::enrol(&place, depot, name),
        Command::Release { name } => commands::release(&place, name),
        Command::Revoke { name } => commands::revoke(&place, name),
        Command::Import(args) => {
            let manner = Manner { check: args.check, all_or_nothing: args.all_or_nothing };
            commands::import(&place, &args.sources(), manner, args.rows)
        }
        Command::Export(args) => export::export(&place, args),
        Command::Unmatched => units::unmatched(&place),
        Command::Match(args) => units::match_unit(&place, args),
        Command::Contested => units::contested(&place),
        Command::Labels { rma, out } => commands::labels(&place, rma.as_deref(), out.as_deref()),
        Command::Status => commands::status(&place),
        Command::Verify => commands::verify(&place),
        Command::Webhook(WebhookCommand::Add { name, url }) => commands::add_webhook(&place, name, url),
        Command::Webhook(WebhookCommand::List) => commands::webhooks(&place),
        Command::Webhook(WebhookCommand::Revive) => commands::revive(&place),
        Command::Backup { to } => commands::backup(&place, to),
        Command::Restore { from } => commands::restore(&place, from),
    }
}

/// Which head office, and how to answer.
struct Place<'a> {
    data: &'a std::path::Path,
    stores: Stores,
    as_json: bool,
}

/// A line on standard output. Whoever closed the other end does not want it.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
