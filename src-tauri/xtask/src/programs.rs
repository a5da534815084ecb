//! Building the three programs that the dock and the tests start.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command;
use crate::workspace::Workspace;

/// Embeds the page in the window; without it the window asks a development server for the page.
pub const EMBEDDED_PAGE: &[&str] = &["--features", "returns-station/custom-protocol"];

/// Builds the programs as a person would use them, with the window, unoptimised.
pub fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["build", "--workspace", "--bins"]).args(EMBEDDED_PAGE);
    command::run(&mut cargo)
}

/// Where the three programs lie.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `station`, without a window.
    pub station: PathBuf,
    /// `head-office`.
    pub head_office: PathBuf,
    /// The window.
    pub window: PathBuf,
}

impl Programs {
    /// As cargo built them.
    pub fn built(workspace: &Workspace) -> Self {
        Self {
            station: workspace.program("station"),
            head_office: workspace.program("head-office"),
            window: workspace.program("returns-station"),
        }
    }

    /// Where `cargo xtask test` says that they are.
    pub fn told() -> Result<Self> {
        let told = |variable: &str| {
            let path = std::env::var_os(variable).map(PathBuf::from);
            path.with_context(|| {
                format!("{variable} is not set: run this with cargo xtask test --only window")
            })
        };
        Ok(Self {
            station: told("STATION_BIN")?,
            head_office: told("HEAD_OFFICE_BIN")?,
            window: told("RETURNS_STATION_BIN")?,
        })
    }
}

/// The programs' paths, by the names of the variables under which the tests look for them.
pub fn environment(workspace: &Workspace) -> Vec<(&'static str, String)> {
    [
        ("STATION_BIN", "station"),
        ("HEAD_OFFICE_BIN", "head-office"),
        ("RETURNS_STATION_BIN", "returns-station"),
    ]
    .into_iter()
    .map(|(variable, program)| (variable, workspace.program(program).to_string_lossy().into_owned()))
    .collect()
}
