//! Finds out what is missing on this machine and installs it, saying what. A second call does nothing.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{command, debian, page};

/// The oldest Node that the page's tools run on.
const NODE_MAJOR: u32 = 20;

/// Others' readers of what head office exports, from npm.
const JUDGES: &str = "src-tauri/crates/head-office/tests/judges";

/// What the machine is wanted for; each needs other packages.
#[derive(Debug, Clone, Copy)]
pub struct Purpose(&'static [&'static [&'static str]]);

impl Purpose {
    /// Static checks: they compile everything.
    pub const CHECK: Self = Self(&[debian::BUILD, debian::CHECK]);
    /// The demo dock.
    pub const RUN: Self = Self(&[debian::BUILD, debian::DOCK]);
    /// All tests.
    pub const TEST: Self = Self(&[debian::BUILD, debian::TEST]);
    /// Everything.
    pub const ALL: Self = Self(&[debian::BUILD, debian::CHECK, debian::DOCK, debian::TEST]);
}

/// Makes sure that all of it is here: Debian packages, Node, and the npm packages of the page and of the tests.
pub fn install(workspace: &Workspace, purpose: Purpose) -> Result<()> {
    let wanted: BTreeSet<&str> = purpose.0.iter().flat_map(|list| list.iter().copied()).collect();
    debian::install(&wanted, &workspace.root)?;
    expect_node(workspace)?;
    page::install(workspace)?;
    page::install_in(&workspace.root.join(JUDGES))
}

/// Fails, saying what to do, unless rustfmt and clippy are here.
pub fn expect_rust_components(workspace: &Workspace) -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !command::succeeds(command::cargo(&workspace.root).args([subcommand, "--version"])) {
            bail!("the Rust component {component} is missing; get it with: rustup component add {component}");
        }
    }
    Ok(())
}

fn expect_node(workspace: &Workspace) -> Result<()> {
    let needed = format!("Node {NODE_MAJOR} or newer is needed (https://nodejs.org)");
    let version = command::output(command::in_folder("node", &workspace.root).arg("--version"))
        .with_context(|| needed.clone())?;
    match major(&version) {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        _ => bail!("{needed}; here is {}", version.trim()),
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major("node 20"), None);
    }
}
