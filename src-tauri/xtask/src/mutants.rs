//! `cargo xtask mutants`: changes the rules one by one and looks whether a test notices. Not part of the checks, for it
//! takes hours.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::command;
use crate::workspace::Workspace;

/// What decides where a unit goes: the decision table and the unit's rules.
const RULES: [&str; 2] = ["src-tauri/crates/returns/src/policy/**", "src-tauri/crates/returns/src/unit/**"];

/// What to change, and for how long.
#[derive(Debug, Args)]
pub struct Options {
    /// Stop after so many minutes; what was tried until then is counted
    #[arg(long)]
    minutes: Option<u32>,
    /// Only a part of all, such as 1/8
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Where the outcome is kept
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Files to change, as globs; without any, the decision table and the unit's rules
    files: Vec<String>,
    /// Handed to `cargo test` as it is, such as `--test policy`
    #[arg(last = true)]
    tests: Vec<String>,
}

/// The part of cargo-mutants' outcomes.json that is told.
#[derive(Debug, Deserialize)]
struct Outcomes {
    total_mutants: u32,
    caught: u32,
    missed: u32,
    timeout: u32,
    unviable: u32,
}

/// Runs cargo-mutants and tells its counts; fails where a change went unnoticed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !command::succeeds(command::cargo(&workspace.root).args(["mutants", "--version"])) {
        bail!("cargo-mutants is not installed; get it with: cargo install cargo-mutants --locked");
    }
    let output = match &options.output {
        Some(output) => std::path::absolute(output).context("no such folder")?,
        None => workspace.target.join("mutants"),
    };
    std::fs::create_dir_all(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let mut cargo = match options.minutes {
        None => Command::new("cargo"),
        Some(minutes) => {
            let mut timeout = Command::new("timeout");
            timeout.args(["--signal=INT", &format!("{minutes}m"), "cargo"]);
            timeout
        }
    };
    cargo.current_dir(&workspace.root).args([
        "mutants",
        "--package",
        "returns",
        "--no-shuffle",
        "--colors=never",
    ]);
    cargo.arg("--output").arg(&output);
    let rules: Vec<String> = RULES.iter().map(|glob| (*glob).to_owned()).collect();
    for glob in if options.files.is_empty() { &rules } else { &options.files } {
        cargo.args(["--file", glob]);
    }
    if let Some(shard) = &options.shard {
        cargo.args(["--shard", shard]);
    }
    if !options.tests.is_empty() {
        cargo.arg("--").args(&options.tests);
    }
    // Survivors, a timeout and an interruption are told by exit codes of its own: the outcome's file says which.
    let ended = cargo.status().context("cargo mutants does not start")?;
    let file = output.join("mutants.out/outcomes.json");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cargo mutants ended with {ended} and left no {}", file.display()))?;
    let found: Outcomes = serde_json::from_str(&text).context("cargo mutants tells its outcome otherwise")?;
    let tried = found.caught + found.missed + found.timeout + found.unviable;
    println!(
        "{} changes, {tried} tried: {} caught, {} missed, {} ran out of time, {} do not compile",
        found.total_mutants, found.caught, found.missed, found.timeout, found.unviable
    );
    if found.missed > 0 {
        let missed = output.join("mutants.out/missed.txt");
        print!("{}", std::fs::read_to_string(&missed).unwrap_or_default());
        bail!("{} changes went unnoticed", found.missed);
    }
    if tried < found.total_mutants {
        println!("not all were tried: give it more minutes, or --shard K/N");
    }
    Ok(())
}
