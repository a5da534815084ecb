//! `cargo xtask bench`: the benchmarks that the crates have.

use anyhow::{Result, bail};
use clap::Args;

use crate::command;
use crate::workspace::Workspace;

/// Which benchmark.
#[derive(Debug, Args)]
pub struct Options {
    /// The benchmark's name; without it, those that exist are listed
    name: Option<String>,
    /// Handed to the benchmark as it is
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs a benchmark of any crate by its name, or lists them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let all = workspace.targets("bench");
    let Some(name) = &options.name else {
        if all.is_empty() {
            println!("There is no benchmark yet.");
        }
        for bench in &all {
            println!("{}  (crate {})", bench.name, bench.package);
        }
        return Ok(());
    };
    let Some(bench) = all.iter().find(|bench| bench.name == name) else {
        let names: Vec<&str> = all.iter().map(|bench| bench.name).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        bail!("there is no benchmark {name:?}; there is: {known}");
    };
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["bench", "--package", bench.package, "--bench", bench.name]);
    if !options.arguments.is_empty() {
        cargo.arg("--").args(&options.arguments);
    }
    command::run(&mut cargo)
}
