//! What lies where: the top level, the length of files, the ban on unsafe code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the product consists of. Beside it only documents, lock files, tools' configuration and dotfiles.
const TOP: &[&str] = &["Cargo.toml", "assets", "src-tauri", "tauri.conf.json", "tests", "ui"];
const DOCUMENTS: &[&str] = &["LICENSE", "NOTICE"];
const LOCKS: &[&str] = &["Cargo.lock"];
const CONFIGURATION: &[&str] = &["clippy.toml", "deny.toml", "rustfmt.toml"];

const MOST_LINES: usize = 520;
/// Generated from GS1's dictionary, a row each.
const GENERATED: &[&str] = &["src-tauri/crates/barcodes/src/gs1/table.rs"];

#[test]
fn the_top_level_holds_the_product_and_its_papers() {
    let strangers = strangers(&tracked(&[]));
    assert!(strangers.is_empty(), "these do not belong at the top level: {strangers:?}");
}

#[test]
fn a_stranger_at_the_top_level_is_reported() {
    let files = ["Cargo.toml", "README.md", ".ci/run", "ui/package.json", "scripts/build.sh", "helpers.rs"];
    let files: Vec<String> = files.map(str::to_owned).to_vec();
    assert_eq!(strangers(&files), BTreeSet::from(["scripts".to_owned(), "helpers.rs".to_owned()]));
}

#[test]
fn no_rust_file_is_too_long_to_read() {
    let mut long = Vec::new();
    for file in tracked(&["*.rs"]).iter().filter(|file| !GENERATED.contains(&file.as_str())) {
        // A file that is deleted but not yet committed is still listed.
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        let lines = text.lines().count();
        if lines > MOST_LINES {
            long.push(format!("{file}: {lines}"));
        }
    }
    assert!(long.is_empty(), "files with more than {MOST_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn every_member_obeys_the_lints_and_they_forbid_unsafe_code() {
    let workspace = manifest("Cargo.toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for file in tracked(&["Cargo.toml", "*/Cargo.toml"]) {
        let lints = manifest(&file).get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(lints, Some(true), "{file} lacks:\n[lints]\nworkspace = true");
    }
}

#[test]
fn the_ci_entry_can_be_run() {
    let listed = git(&["ls-files", "--stage", "--", ".ci/run"]);
    assert!(listed.starts_with("100755 "), ".ci/run is not tracked as executable: {listed:?}");
}

fn strangers(files: &[String]) -> BTreeSet<String> {
    files
        .iter()
        .filter_map(|file| file.split('/').next())
        .filter(|top| !belongs(top))
        .map(str::to_owned)
        .collect()
}

fn belongs(top: &str) -> bool {
    top.starts_with('.')
        || Path::new(top).extension().is_some_and(|ending| ending == "md")
        || [TOP, DOCUMENTS, LOCKS, CONFIGURATION].iter().any(|list| list.contains(&top))
}

fn tracked(patterns: &[&str]) -> Vec<String> {
    let mut arguments = vec!["ls-files", "-z", "--"];
    arguments.extend(patterns);
    let files: Vec<String> = git(&arguments).split_terminator('\0').map(str::to_owned).collect();
    assert!(!files.is_empty(), "git lists no file");
    files
}

fn git(arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(root()).output().expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn manifest(file: &str) -> toml::Table {
    std::fs::read_to_string(root().join(file)).unwrap().parse().unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
