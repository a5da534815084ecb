//! `cargo xtask`: every developer command.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use xtask::install::Purpose;
use xtask::workspace::Workspace;
use xtask::{bench, check, command, dock, fuzz, gs1, install, mutants, shot, soak, test};

/// Every developer command of the returns station.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing on this machine, saying what: Debian packages and the page's npm packages
    Install,
    /// Open the station's window with a demo dock; this terminal is the dock's hand
    Run(dock::Options),
    /// Take the pictures of the window that the documents show, into assets/screens/
    Shot(shot::Options),
    /// Run every test: crates, stories, the real window, the page in node and in a browser
    Test(test::Options),
    /// Run the static checks: format, clippy, documentation, dependencies, and the page's own
    Check(check::Options),
    /// Run a benchmark by name; without a name, list those that exist
    Bench(bench::Options),
    /// Feed parsers and decoder with inputs that nobody thought of, for as long as wished
    Fuzz(fuzz::Options),
    /// Let everything go wrong between stations and a head office, and check what is left; exit code 1 on any violation
    Soak(soak::Options),
    /// Change the decision table and the unit's rules one by one, and look whether a test notices (hours)
    Mutants(mutants::Options),
    /// Generate the table of GS1 application identifiers from GS1's syntax dictionary
    Gs1 {
        /// The file gs1-syntax-dictionary.txt of a GS1 release
        #[arg(long)]
        dictionary: PathBuf,
    },
}

fn main() -> ExitCode {
    match obey(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncargo xtask failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Install => install::install(&workspace, Purpose::ALL),
        Command::Run(options) => dock::run(&workspace, &options),
        Command::Shot(options) => shot::run(&workspace, &options),
        Command::Test(options) => test::run(&workspace, &options),
        Command::Check(options) => check::run(&workspace, &options),
        Command::Bench(options) => bench::run(&workspace, &options),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::Soak(options) => soak::run(&workspace, &options),
        Command::Mutants(options) => mutants::run(&workspace, &options),
        Command::Gs1 { dictionary } => generate_gs1(&workspace, &dictionary),
    }
}

fn generate_gs1(workspace: &Workspace, dictionary: &std::path::Path) -> Result<()> {
    let table = workspace.root.join("src-tauri/crates/barcodes/src/gs1/table.rs");
    gs1::generate(dictionary, &table)?;
    command::run(
        command::in_folder("rustfmt", &workspace.root)
            .args(["--edition", "2024", "--config-path", "."])
            .arg(&table),
    )
    .context("the table is written, but rustfmt refuses it")?;
    println!("written: {}", table.display());
    Ok(())
}
