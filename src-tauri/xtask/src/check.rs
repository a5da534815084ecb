//! `cargo xtask check`: what can be said about the code without running it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::install::{self, Purpose};
use crate::steps::{Passed, Steps};
use crate::workspace::Workspace;
use crate::{command, page};

/// The release of cargo-deny that deny.toml is written for.
const CARGO_DENY: &str = "0.20.2";

/// Which checks to run.
#[derive(Debug, Args)]
pub struct Options {
    /// Run only this check; may be given several times
    #[arg(long, value_enum, value_name = "CHECK")]
    only: Vec<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// rustfmt
    Format,
    /// clippy, on every target of every package
    Clippy,
    /// rustdoc: no broken link
    Docs,
    /// cargo-deny: bans, licences and sources; advisories when their database can be reached
    Deny,
    /// svelte-check, tsc, eslint and prettier
    Page,
}

type Work = fn(&Workspace) -> Result<Passed>;

impl Check {
    const ALL: &'static [(Self, &'static str, Work)] = &[
        (Self::Format, "format", format),
        (Self::Clippy, "clippy", clippy),
        (Self::Docs, "docs", docs),
        (Self::Deny, "deny", deny),
        (Self::Page, "page", check_page),
    ];
}

/// Runs the checks; fails if one fails.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    let wanted = |check| options.only.is_empty() || options.only.contains(&check);
    let compiles = wanted(Check::Clippy) || wanted(Check::Docs);
    let mut ready = true;
    if compiles || wanted(Check::Page) {
        ready = steps.step("install what is missing", "cargo xtask install", || {
            install::install(workspace, Purpose::CHECK)?;
            Ok(Passed::Whole)
        });
    }
    if compiles {
        // The window's code embeds the page, so it does not compile without it.
        ready = ready
            && steps.step("build the page", "cd ui && npm run build", || {
                page::build(workspace)?;
                Ok(Passed::Whole)
            });
    }
    if ready {
        for (check, name, work) in Check::ALL.iter().filter(|(check, ..)| wanted(*check)) {
            debug_assert!(check.to_possible_value().is_some_and(|value| value.get_name() == *name));
            steps.step(name, &format!("cargo xtask check --only {name}"), || work(workspace));
        }
    }
    steps.finish()
}

fn format(workspace: &Workspace) -> Result<Passed> {
    install::expect_rust_components(workspace)?;
    command::run(command::cargo(&workspace.root).args(["fmt", "--all", "--check"]))?;
    Ok(Passed::Whole)
}

fn clippy(workspace: &Workspace) -> Result<Passed> {
    install::expect_rust_components(workspace)?;
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]);
    command::run(&mut cargo)?;
    Ok(Passed::Whole)
}

fn docs(workspace: &Workspace) -> Result<Passed> {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings");
    command::run(&mut cargo)?;
    Ok(Passed::Whole)
}

fn deny(workspace: &Workspace) -> Result<Passed> {
    let cargo_deny = cargo_deny(workspace)?;
    let deny = || {
        let mut deny = command::in_folder(&cargo_deny, &workspace.root);
        deny.args(["--workspace", "--all-features"]);
        deny
    };
    command::run(deny().args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    // A machine behind a wall may wait for an answer for ever.
    let mut fetch = Command::new("timeout");
    fetch.arg("120").arg(&cargo_deny).args(["fetch", "db"]).current_dir(&workspace.root);
    if !command::succeeds(&mut fetch) {
        return Ok(Passed::But(
            "the advisory database cannot be reached: advisories were not checked".into(),
        ));
    }
    command::run(deny().args(["check", "--hide-inclusion-graph", "--disable-fetch", "advisories"]))?;
    Ok(Passed::Whole)
}

/// The path of cargo-deny: this project's own copy, compiled at the first call.
fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.tools();
    let program = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let version =
        command::output(command::in_folder(&program, &workspace.root).arg("--version")).unwrap_or_default();
    if version.trim() == format!("cargo-deny {CARGO_DENY}") {
        return Ok(program);
    }
    println!("cargo-deny {CARGO_DENY} is compiled once, into {} (some minutes)", tools.display());
    let build = tools.join("build");
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["install", "--locked", "--version", CARGO_DENY, "--profile", "dev", "--root"]);
    cargo.arg(&tools).arg("--target-dir").arg(&build).arg("cargo-deny");
    // It runs for seconds, so it need not be fast, only soon here.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    command::run(&mut cargo).context("cargo-deny could not be installed")?;
    // Its build is of no further use.
    let _ = std::fs::remove_dir_all(&build);
    Ok(program)
}

fn check_page(workspace: &Workspace) -> Result<Passed> {
    page::script(workspace, "check", &[], &[])?;
    Ok(Passed::Whole)
}
