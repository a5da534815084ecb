//! The page that the window shows: its npm packages, its build and its scripts, in the folder ui/.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use walkdir::WalkDir;

use crate::command;
use crate::workspace::Workspace;

/// Folders of ui/ that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", "test-results", "playwright-report", "coverage"];

#[derive(Debug, Deserialize)]
struct PackageFile {
    #[serde(default)]
    scripts: BTreeMap<String, String>,
}

/// package-lock.json, or npm's record of what is installed: packages by their place; "" is our own.
#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Locked {
    version: Option<String>,
    integrity: Option<String>,
    /// For another system's sake: npm leaves it out here.
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    dev_optional: bool,
}

impl Lock {
    fn is_met_by(&self, installed: &Lock) -> bool {
        let ours =
            |lock: &Self| lock.packages.keys().filter(|place| !place.is_empty()).cloned().collect::<Vec<_>>();
        let nothing_else = ours(installed).iter().all(|place| self.packages.contains_key(place));
        nothing_else
            && ours(self).iter().filter_map(|place| Some((place, self.packages.get(place)?))).all(
                |(place, wanted)| match installed.packages.get(place) {
                    Some(found) => found.version == wanted.version && found.integrity == wanted.integrity,
                    None => wanted.optional || wanted.dev_optional,
                },
            )
    }
}

/// The page's npm packages.
pub fn install(workspace: &Workspace) -> Result<()> {
    install_in(&workspace.ui())
}

/// `npm ci` in a folder, unless exactly the packages of its lock file are installed already.
pub fn install_in(folder: &Path) -> Result<()> {
    let wanted: Lock = read_json(&folder.join("package-lock.json"))?;
    // npm writes this when an installation is complete.
    let installed = read_json::<Lock>(&folder.join("node_modules/.package-lock.json")).ok();
    if installed.is_some_and(|installed| wanted.is_met_by(&installed)) {
        return Ok(());
    }
    println!(
        "npm packages are missing in {}, or other than those of its package-lock.json: installing them.",
        folder.display()
    );
    command::run(command::in_folder("npm", folder).args(["ci", "--no-audit", "--no-fund"]))
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
    let package: PackageFile = read_json(&workspace.ui().join("package.json"))?;
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

fn read_json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what npm writes", file.display()))
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

    const LOCK: &str = r#"{"packages": {
        "": {"version": "0.1.0"},
        "node_modules/svelte": {"version": "5.0.0", "integrity": "sha512-a"},
        "node_modules/for-another-system": {"version": "1.0.0", "integrity": "sha512-b", "optional": true}}}"#;

    #[test]
    fn only_exactly_the_locked_packages_will_do() {
        let lock: Lock = serde_json::from_str(LOCK).unwrap();
        let met = |installed: &str| lock.is_met_by(&serde_json::from_str(installed).unwrap());
        let svelte = r#""node_modules/svelte": {"version": "5.0.0", "integrity": "sha512-a"}"#;
        assert!(
            met(&format!(r#"{{"packages": {{{svelte}}}}}"#)),
            "what is for another system may be missing"
        );
        assert!(met(LOCK));
        assert!(!met(r#"{"packages": {}}"#));
        assert!(!met(&LOCK.replace("5.0.0", "5.0.1")), "another version");
        assert!(!met(&LOCK.replace("sha512-a", "sha512-z")), "other contents");
        assert!(!met(&LOCK.replace("another-system", "nobody")), "more than is locked");
    }

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
