//! Building the three programs that the dock and the tests start.

use anyhow::Result;

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
