//! `cargo xtask bench`: the benchmarks that the crates have.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use crate::command;
use crate::workspace::{Target, Workspace};

/// Benchmarks that answer one question together, by the name of the question.
const TOGETHER: &[(&str, &[&str])] = &[("sync", &["commit", "ingest", "line", "million"])];

/// Which benchmark.
#[derive(Debug, Args)]
pub struct Options {
    /// The benchmark's name; without it, those that exist are listed
    name: Option<String>,
    /// Handed to the benchmark as it is; a file or folder that exists is handed with its whole path
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
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
        for (name, parts) in TOGETHER {
            println!("{name}  ({}, one after the other)", parts.join(", "));
        }
        return Ok(());
    };
    let wanted = parts_of(name);
    let chosen: Vec<&Target<'_>> =
        wanted.iter().filter_map(|part| all.iter().find(|bench| bench.name == *part)).collect();
    if chosen.len() != wanted.len() {
        let names: Vec<&str> = all.iter().map(|bench| bench.name).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        bail!("there is no benchmark {name:?}; there is: {known}");
    }
    for bench in chosen {
        let mut cargo = command::cargo(&workspace.root);
        cargo.args(["bench", "--package", bench.package, "--bench", bench.name]);
        if !options.arguments.is_empty() {
            cargo.arg("--").args(options.arguments.iter().map(|argument| whole_path(argument)));
        }
        command::run(&mut cargo)?;
    }
    Ok(())
}

/// The benchmarks behind a name.
fn parts_of(name: &str) -> Vec<&str> {
    TOGETHER.iter().find(|(group, _)| *group == name).map_or_else(|| vec![name], |(_, parts)| parts.to_vec())
}

/// A benchmark runs in the folder of its crate, where a path from here leads nowhere.
fn whole_path(argument: &str) -> String {
    let is_path = argument.contains('/') && Path::new(argument).exists();
    let whole = is_path.then(|| std::path::absolute(argument).ok()).flatten();
    whole.map_or_else(|| argument.to_owned(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_its_benchmarks_and_any_other_name_is_one() {
        assert_eq!(parts_of("sync"), ["commit", "ingest", "line", "million"]);
        assert_eq!(parts_of("decode"), ["decode"]);
    }

    #[test]
    fn a_path_is_handed_whole_and_anything_else_as_it_is() {
        assert_eq!(
            whole_path("src/lib.rs"),
            std::path::absolute("src/lib.rs").unwrap().display().to_string()
        );
        for other in ["--photos", "src", "no/such/file", "7"] {
            assert_eq!(whole_path(other), other);
        }
    }
}
