//! The page that the window shows: its npm packages, its build and its scripts, in the folder ui/.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use walkdir::WalkDir;

use crate::command;
use crate::workspace::Workspace;

/// Folders of ui/ that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", "test-results", "playwright-report", "coverage"];

#[derive(Debug, Deserialize)]
struct PackageFile {
    #[serde(default)]
    scripts: std::collections::BTreeMap<String, String>,
}

/// `npm ci`, unless exactly these packages are installed already.
pub fn install(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    let lock = ui.join("package-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let installed = ui.join("node_modules/.installed-lock");
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("The page's npm packages are missing or old: installing them.");
    command::run(command::in_folder("npm", &ui).args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

/// Builds ui/dist, unless it was built from exactly what lies there now.
pub fn build(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    let sources = state_of(&[ui.clone(), workspace.root.join("assets")])?;
    let stamp = ui.join("node_modules/.built-from");
    let built = ui.join("dist/index.html");
    if built.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|from| from == sources) {
        println!("ui/dist is up to date");
        return Ok(());
    }
    command::run(command::in_folder("npm", &ui).args(["run", "build"]))?;
    if !built.is_file() {
        bail!("npm run build left no ui/dist/index.html");
    }
    std::fs::write(&stamp, sources).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Whether ui/package.json has this script.
pub fn has_script(workspace: &Workspace, script: &str) -> Result<bool> {
    let file = workspace.ui().join("package.json");
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let package: PackageFile =
        serde_json::from_str(&text).with_context(|| format!("{} is not a package file", file.display()))?;
    Ok(package.scripts.contains_key(script))
}

/// Runs one script of ui/package.json with further arguments and variables.
pub fn script(
    workspace: &Workspace,
    script: &str,
    arguments: &[String],
    environment: &[(&'static str, String)],
) -> Result<()> {
    let mut npm = command::in_folder("npm", &workspace.ui());
    npm.args(["run", script]);
    if !arguments.is_empty() {
        npm.arg("--").args(arguments);
    }
    command::run(npm.envs(environment.iter().map(|(name, value)| (*name, value))))
}

/// Every file below these folders with the time of its last change: differs after any addition, removal, renaming
/// or writing.
fn state_of(folders: &[PathBuf]) -> Result<String> {
    let mut state = String::new();
    for folder in folders {
        let written = WalkDir::new(folder).sort_by_file_name().into_iter();
        for entry in written.filter_entry(|entry| !is_made(folder, entry.path())) {
            let entry = entry.with_context(|| format!("{} cannot be read", folder.display()))?;
            if entry.file_type().is_file() {
                let changed =
                    entry.metadata().map_err(anyhow::Error::from).and_then(|it| Ok(it.modified()?))?;
                let nanos = changed.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
                state.push_str(&format!("{nanos} {}\n", entry.path().display()));
            }
        }
    }
    Ok(state)
}

fn is_made(folder: &Path, path: &Path) -> bool {
    path.parent() == Some(folder)
        && path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_every_kind_of_change_and_ignores_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let ui = folder.path().join("ui");
        std::fs::create_dir_all(ui.join("src")).unwrap();
        std::fs::create_dir_all(ui.join("dist")).unwrap();
        std::fs::write(ui.join("src/one.ts"), "1").unwrap();
        let state = || state_of(std::slice::from_ref(&ui)).unwrap();

        let first = state();
        std::fs::write(ui.join("dist/index.html"), "built").unwrap();
        assert_eq!(state(), first, "what is made does not count");

        let file = std::fs::File::options().write(true).open(ui.join("src/one.ts")).unwrap();
        file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(60)).unwrap();
        let touched = state();
        assert_ne!(touched, first, "a written file counts");

        std::fs::rename(ui.join("src/one.ts"), ui.join("src/two.ts")).unwrap();
        let renamed = state();
        assert_ne!(renamed, touched, "a renamed file counts");

        std::fs::remove_file(ui.join("src/two.ts")).unwrap();
        assert_ne!(state(), renamed, "a removed file counts");
    }
}
