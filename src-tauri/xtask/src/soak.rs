//! `cargo xtask soak`: stations and a head office under every fault, for as long as wished.

use anyhow::{Context, Result};
use clap::Args;

use crate::command;
use crate::workspace::Workspace;

/// How long, and from which seed.
#[derive(Debug, Args)]
pub struct Options {
    /// How long to let faults happen
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Of everything that is left to chance; without it another one each time
    #[arg(long)]
    seed: Option<u64>,
    /// What head office keeps things in: folder, or postgres with two servers at once
    #[arg(long, default_value = "folder")]
    store: String,
    /// Handed to `proof soak` as it is: --steps, --only, --stations, --keep and more
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Builds the programs and runs them. The last line printed is JSON: faults, events, photos, violations.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    command::run(command::cargo(&workspace.root).args([
        "build",
        "--package",
        "proof",
        "--package",
        "head-office",
        "--bins",
    ]))?;
    let mut proof = command::in_folder(workspace.program("proof"), &workspace.root);
    proof.arg("soak").arg("--assets").arg(workspace.root.join("assets"));
    proof.arg("--head-office").arg(workspace.program("head-office"));
    proof.args(["--seed", &options.seed.map_or_else(any_seed, Ok)?.to_string()]);
    proof.args(["--store", &options.store]);
    if !options.arguments.iter().any(|argument| argument.starts_with("--steps")) {
        proof.args(["--minutes", &options.minutes.to_string()]);
    }
    command::run(proof.args(&options.arguments))
}

/// Printed with the command, so that the run can be had again.
fn any_seed() -> Result<u64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Ok(now.context("the clock stands before 1970")?.as_secs())
}
