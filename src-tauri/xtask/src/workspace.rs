//! Where things are: the clone, the build folder, the programs, and what cargo knows of our packages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command;

/// The clone that `cargo xtask` was called in.
#[derive(Debug)]
pub struct Workspace {
    /// The top of the clone.
    pub root: PathBuf,
    /// Cargo's build folder; `CARGO_TARGET_DIR` moves it out of the clone.
    pub target: PathBuf,
    packages: Vec<Package>,
}

/// One cargo target (a library, program, test or benchmark) and its package.
#[derive(Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The package that owns it.
    pub package: &'a str,
    /// Its own name.
    pub name: &'a str,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    targets: Vec<MetadataTarget>,
}

#[derive(Debug, Deserialize)]
struct MetadataTarget {
    name: String,
    kind: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace around the working folder.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("there is no working folder")?;
        let answer =
            command::output(command::cargo(&here).args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Metadata =
            serde_json::from_str(&answer).context("cargo metadata answered something else")?;
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            packages: metadata.packages,
        })
    }

    /// The UI's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// Where cargo leaves a debug program of this name.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where tools that this project installs for itself lie, out of the clone and of the person's own folders.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// Every target of a kind ("test", "bench", "bin"), in the order that cargo names them.
    pub fn targets(&self, kind: &str) -> Vec<Target<'_>> {
        let mut found = Vec::new();
        for package in &self.packages {
            for target in &package.targets {
                if target.kind.iter().any(|its| its == kind) {
                    found.push(Target { package: &package.name, name: &target.name });
                }
            }
        }
        found
    }
}

/// The path as seen from the clone's top, for a person to read.
pub fn from_root<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_where_the_clone_is_and_which_tests_it_has() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.root.join("tauri.conf.json").is_file());
        assert!(workspace.targets("test").contains(&Target { package: "xtask", name: "arrows" }));
        assert!(workspace.targets("bin").contains(&Target { package: "xtask", name: "xtask" }));
        assert!(workspace.program("station").starts_with(&workspace.target));
    }
}
