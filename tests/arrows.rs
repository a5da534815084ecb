//! Who may know whom. Reads `cargo metadata` and the UI's imports, and fails on any arrow that the design does not have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use regex::Regex;
use serde_json::Value;

const SHELL: &str = "returns-station";

/// Each of our crates, and the ones of ours that it may know.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("returns", &[]),
    ("barcodes", &[]),
    ("devices", &[]),
    ("wire", &["returns"]),
    ("knowledge", &["returns"]),
    ("labels", &["barcodes"]),
    ("records", &["returns", "wire"]),
    ("sync", &["returns", "wire", "records"]),
    ("bench", &["returns", "barcodes", "devices", "wire", "knowledge", "labels", "records", "sync"]),
    ("head-office", &["returns", "wire", "knowledge", "labels", "barcodes"]),
    ("proof", &["returns", "wire", "records", "sync", "head-office", "knowledge"]),
    (SHELL, &["bench"]),
    ("xtask", &[]),
];

/// Crates that are pure: no I/O, no clock, no SQL, no async. None of these may be among what they build with.
const PURE: &[&str] = &["returns", "wire", "knowledge", "barcodes", "labels"];
const IMPURE: &[&str] =
    &["tokio", "futures-util", "reqwest", "axum", "rusqlite", "refinery", "object_store", "tauri"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Normal,
    Build,
    Dev,
}

#[derive(Debug, Clone)]
struct Arrow {
    from: String,
    to: String,
    kind: Kind,
}

#[test]
fn crates_know_only_whom_the_design_lets_them_know() {
    let metadata = metadata();
    let wrong = wrong_arrows(&members(&metadata), &arrows(&metadata));
    assert!(wrong.is_empty(), "arrows that the design does not have:\n{}", wrong.join("\n"));
}

#[test]
fn every_crate_of_the_design_is_a_member() {
    let members = members(&metadata());
    let missing: Vec<_> =
        MAY_KNOW.iter().map(|(name, _)| *name).filter(|name| !members.contains(*name)).collect();
    assert!(missing.is_empty(), "the design has crates that the workspace lacks: {missing:?}");
}

#[test]
fn a_plain_build_has_every_crate_but_the_window() {
    let metadata = metadata();
    let default: BTreeSet<&str> = metadata["workspace_default_members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    for package in packages(&metadata) {
        let name = package["name"].as_str().unwrap();
        let is_default = default.contains(package["id"].as_str().unwrap());
        assert_eq!(is_default, name != SHELL, "{name} in default-members");
    }
}

#[test]
fn wrong_arrows_between_crates_are_reported() {
    let members: BTreeSet<String> = MAY_KNOW.iter().map(|(name, _)| (*name).to_owned()).collect();
    let arrow = |from: &str, to: &str, kind: Kind| Arrow { from: from.into(), to: to.into(), kind };
    let reported = |from, to, kind| wrong_arrows(&members, &[arrow(from, to, kind)]).len() == 1;

    assert!(reported("returns", "wire", Kind::Normal), "the domain knows nobody");
    assert!(reported("sync", "bench", Kind::Normal), "upwards");
    assert!(reported("head-office", "records", Kind::Build), "a build-dependency is an arrow too");
    assert!(reported("xtask", "bench", Kind::Normal), "xtask runs programs, and knows no crate");
    assert!(reported("bench", SHELL, Kind::Normal), "nothing knows the shell");
    assert!(reported("bench", SHELL, Kind::Dev), "no test either");
    assert!(reported("head-office", "proof", Kind::Normal), "the harness is no part of the product");
    assert!(reported("returns", "tokio", Kind::Normal), "pure");
    assert!(reported("labels", "reqwest", Kind::Build), "pure");

    assert!(!reported("wire", "returns", Kind::Normal));
    assert!(!reported("bench", "head-office", Kind::Dev), "a story needs both");
    assert!(!reported("returns", "tokio", Kind::Dev));
    assert!(!reported("bench", "tokio", Kind::Normal));

    let mut more = members.clone();
    more.insert("helpers".into());
    assert_eq!(wrong_arrows(&more, &[]).len(), 1, "a crate that the design does not name");
}

#[test]
fn the_ui_imports_only_what_the_design_lets_it_import() {
    let src = root().join("ui/src");
    let mut files = Vec::new();
    ui_files(&src, &mut files);
    assert!(!files.is_empty(), "no .ts or .svelte file under {}", src.display());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let inside = file.strip_prefix(&src).unwrap();
        wrong.extend(imports(&text).iter().filter_map(|import| wrong_import(inside, import)));
    }
    assert!(wrong.is_empty(), "imports that the design does not have:\n{}", wrong.join("\n"));
}

#[test]
fn wrong_imports_in_the_ui_are_reported() {
    let reported = |file: &str, import: &str| wrong_import(Path::new(file), import).is_some();

    assert!(reported("rooms/bench/Bench.svelte", "../review/Queue.svelte"), "another room");
    assert!(reported("rooms/bench/parts/Ask.svelte", "../../review/queue"), "another room, from deeper");
    assert!(reported("rooms/bench/parts/Ask.svelte", "$rooms/review/queue"), "another room, by an alias");
    assert!(reported("rooms/bench/Bench.svelte", "@/rooms/review/queue"), "another room, by an alias");
    assert!(reported("rooms/bench/Bench.svelte", "../../App.svelte"), "neither shared nor platform");
    assert!(reported("rooms/bench/Bench.svelte", "@tauri-apps/api/core"), "only platform knows Tauri");
    assert!(reported("shared/sounds.ts", "@tauri-apps/plugin-dialog"), "only platform knows Tauri");
    assert!(reported("App.svelte", "@tauri-apps/api"), "only platform knows Tauri");
    assert!(reported("shared/Button.svelte", "../rooms/bench/state"), "shared serves rooms, it knows none");
    assert!(reported("platform/http.ts", "../rooms/bench/state"), "platform serves rooms, it knows none");
    assert!(reported("rooms/bench/Bench.svelte", "../../../../src-tauri/thing"), "out of the UI");

    assert!(!reported("rooms/bench/Bench.svelte", "./parts/Ask.svelte"));
    assert!(!reported("rooms/bench/parts/Ask.svelte", "../state"));
    assert!(!reported("rooms/bench/parts/Ask.svelte", "../../bench/state"));
    assert!(!reported("rooms/bench/Bench.svelte", "../../shared/Button.svelte"));
    assert!(!reported("rooms/bench/Bench.svelte", "$platform/types"));
    assert!(!reported("rooms/bench/Bench.svelte", "svelte/store"));
    assert!(!reported("platform/tauri.ts", "@tauri-apps/api/core"));
    assert!(!reported("App.svelte", "./rooms/bench/Bench.svelte"));
    assert!(!reported("shared/words.ts", "../../../assets/languages/en.ftl?raw"));
}

#[test]
fn every_way_of_importing_is_seen() {
    let text = r#"
        <script lang="ts">
        import one from './one'
        import { two,
            three } from "./two";
        import type { Four } from './four'
        import './five.css'
        export * from './six'
        export { seven } from "./seven"
        const eight = await import('./eight')
        const nine = import.meta.glob('./nine/*.ts')
        vi.mock('./ten')
        </script>
        <p>We import nothing from 'elsewhere' in words.</p>
    "#;
    let found = imports(text);
    for expected in ["./one", "./two", "./four", "./five.css", "./six", "./seven", "./eight", "./nine/*.ts"] {
        assert!(found.contains(expected), "{expected} in {found:?}");
    }
}

/// What is wrong with these arrows, a line each.
fn wrong_arrows(members: &BTreeSet<String>, arrows: &[Arrow]) -> Vec<String> {
    let may_know: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let mut wrong: Vec<String> = members
        .iter()
        .filter(|member| !may_know.contains_key(member.as_str()))
        .map(|member| format!("{member} is not in the design's table"))
        .collect();
    for Arrow { from, to, kind } in arrows {
        if *kind == Kind::Dev {
            if to == SHELL {
                wrong.push(format!("{from} → {to}: nothing may know the shell, tests included"));
            }
        } else if members.contains(to) {
            if !may_know.get(from.as_str()).is_some_and(|known| known.contains(&to.as_str())) {
                wrong.push(format!("{from} → {to}"));
            }
        } else if PURE.contains(&from.as_str()) && IMPURE.contains(&to.as_str()) {
            wrong.push(format!("{from} → {to}: {from} is pure"));
        }
    }
    wrong
}

/// What is wrong with this import in this file of ui/src, if anything.
fn wrong_import(file: &Path, import: &str) -> Option<String> {
    let first =
        |path: &Path| path.components().next().map(|it| it.as_os_str().to_string_lossy().into_owned());
    let ours = first(file).unwrap_or_default();
    let complaint = |why: &str| Some(format!("ui/src/{}: {import:?}: {why}", file.display()));

    if import.starts_with("@tauri-apps") {
        return if ours == "platform" { None } else { complaint("only platform/ knows Tauri") };
    }
    // A package from npm: nothing of ours.
    let target = aim(file, import)?;
    let theirs = target.as_deref().and_then(first).unwrap_or_default();
    match ours.as_str() {
        "rooms" => match theirs.as_str() {
            "shared" | "platform" => None,
            "rooms" if room(file) == target.as_deref().and_then(room) => None,
            "rooms" => complaint("a room knows no other room"),
            _ => complaint("a room knows only shared/ and platform/"),
        },
        "shared" | "platform" if theirs == "rooms" => complaint("what rooms build on knows no room"),
        _ => None,
    }
}

/// Where an import leads inside ui/src; `Some(None)` is a place outside, `None` a package from npm.
fn aim(file: &Path, import: &str) -> Option<Option<PathBuf>> {
    let path = import.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with('.') {
        return Some(normal(&file.parent()?.join(path)));
    }
    let aliased =
        ["@/", "~/", "$src/", "/src/", "src/", "$"].iter().find_map(|alias| path.strip_prefix(alias))?;
    let is_ours = ["rooms", "shared", "platform"].iter().any(|top| Path::new(aliased).starts_with(top));
    is_ours.then(|| normal(Path::new(aliased)))
}

/// The path without `.` and `..`; nothing when it climbs out of ui/src.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if clean.pop() => {}
            Component::ParentDir => return None,
            Component::Normal(part) => clean.push(part),
            _ => {}
        }
    }
    Some(clean)
}

/// `rooms/<this>/…`; a file that lies in rooms/ itself belongs to no room.
fn room(path: &Path) -> Option<PathBuf> {
    let mut components = path.components().skip(1);
    components.next().map(|room| PathBuf::from(room.as_os_str()))
}

fn imports(text: &str) -> BTreeSet<String> {
    let patterns = [
        r#"(?m)\b(?:import|export)\b[^'";<>()]*?\bfrom\s*['"]([^'"\n]+)['"]"#,
        r#"(?m)\bimport\s*\(?\s*['"]([^'"\n]+)['"]"#,
        r#"(?m)\bimport\.meta\.glob(?:<[^>]*>)?\(\s*['"]([^'"\n]+)['"]"#,
    ];
    let mut found = BTreeSet::new();
    for pattern in patterns {
        found.extend(Regex::new(pattern).unwrap().captures_iter(text).map(|its| its[1].to_owned()));
    }
    found
}

fn ui_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            ui_files(&path, files);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "ts" || ending == "js" || ending == "svelte")
        {
            files.push(path);
        }
    }
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn packages(metadata: &Value) -> &Vec<Value> {
    metadata["packages"].as_array().unwrap()
}

fn members(metadata: &Value) -> BTreeSet<String> {
    packages(metadata).iter().map(|package| package["name"].as_str().unwrap().to_owned()).collect()
}

fn arrows(metadata: &Value) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for package in packages(metadata) {
        for dependency in package["dependencies"].as_array().unwrap() {
            let kind = match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("build") => Kind::Build,
                Some("dev") => Kind::Dev,
                Some(other) => panic!("a kind of dependency that this test does not know: {other}"),
            };
            // `name` is the package's own name, also where the dependency is renamed.
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            arrows.push(Arrow { from: text(&package["name"]), to: text(&dependency["name"]), kind });
        }
    }
    arrows
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
