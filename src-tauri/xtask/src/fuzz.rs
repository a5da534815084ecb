//! `cargo xtask fuzz`: the fuzz targets of the crates for longer than a test run takes. They are ordinary tests in files
//! whose names begin with `fuzz`, on the stable toolchain; bolero makes the inputs.

use anyhow::{Result, bail};
use clap::Args;

use crate::command;
use crate::workspace::{Target, Workspace};

/// Which target, and for how long.
#[derive(Debug, Args)]
pub struct Options {
    /// The target's name, such as `meaning`; without it, all of them
    target: Option<String>,
    /// How long each target gets
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Name the targets and stop
    #[arg(long)]
    list: bool,
}

/// Runs fuzz targets until the time is over or an input fails; the failing input is printed, as small as it could be made.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let files: Vec<Target<'_>> =
        workspace.targets("test").into_iter().filter(|file| file.name.starts_with("fuzz")).collect();
    let mut known = Vec::new();
    for file in &files {
        for name in
            names(&command::output(cargo_test(workspace, file).args(["--", "--list", "--format=terse"]))?)
        {
            known.push((file, name));
        }
    }
    if options.list {
        for (file, name) in &known {
            println!("{name}  (crate {})", file.package);
        }
        return Ok(());
    }
    let wanted = |name: &str| options.target.as_ref().is_none_or(|target| target == name);
    let chosen: Vec<_> = known.iter().filter(|(_, name)| wanted(name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).collect();
        bail!("there is no such fuzz target; there is: {}", names.join(", "));
    }
    for file in &files {
        let mut names = chosen.iter().filter(|(of, _)| *of == file).map(|(_, name)| name).peekable();
        if names.peek().is_none() {
            continue;
        }
        let mut cargo = cargo_test(workspace, file);
        cargo.args(["--", "--exact"]).args(names);
        // A target stops after its number of inputs or its time, whichever comes first: only the time counts here.
        cargo.env("BOLERO_RANDOM_ITERATIONS", usize::MAX.to_string());
        cargo.env("BOLERO_RANDOM_TEST_TIME_MS", (options.minutes * 60_000).to_string());
        command::run(&mut cargo)?;
    }
    Ok(())
}

fn cargo_test(workspace: &Workspace, file: &Target<'_>) -> std::process::Command {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "--quiet", "--package", file.package, "--test", file.name]);
    cargo
}

/// Test names in what `--list --format=terse` prints.
fn names(listed: &str) -> Vec<String> {
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_are_targets() {
        assert_eq!(
            names("element_string: test\nmeaning: test\nx: benchmark\n\n"),
            ["element_string", "meaning"]
        );
    }
}
