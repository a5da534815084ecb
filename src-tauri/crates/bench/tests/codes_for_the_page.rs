//! `assets/codes.json` lists every code that a screen can be given words for; the page's own test asks each
//! language for them. Write it anew with `WRITE_CODES=1 cargo test -p bench --test codes_for_the_page`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates whose codes reach a screen.
const CRATES: [&str; 7] = ["barcodes", "bench", "devices", "labels", "records", "returns", "sync"];
/// Calls whose first argument is a code.
const CALLS: [&str; 6] = ["say(", "coded(", "plain_choice(", "option(", "Trouble::new(", "self.bar("];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The text before the unit tests of a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

fn is_code(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Quoted texts in a piece of source.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// First arguments of the calls that take a code; several where the code is chosen on the spot.
fn called(text: &str, found: &mut BTreeSet<String>) {
    for call in CALLS {
        for rest in text.split(call).skip(1) {
            let first = rest.trim_start().chars().take(160).collect::<String>();
            let first = first.split([',', ';']).next().unwrap_or_default().to_owned();
            found.extend(quoted(&first).filter(|text| is_code(text)).map(str::to_owned));
        }
    }
}

/// In the desk's own sources every hyphenated text is a code, however it gets into a message.
fn hyphenated(text: &str, found: &mut BTreeSet<String>) {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    found
        .extend(lines.flat_map(quoted).filter(|text| is_code(text) && text.contains('-')).map(str::to_owned));
}

/// Codes that `fn code` and `fn as_str` of error and state types give.
fn given(text: &str, found: &mut BTreeSet<String>) {
    for line in text.lines().filter(|line| line.contains("=> \"")) {
        let code = quoted(line).next().unwrap_or_default();
        if is_code(code) && code.contains('-') {
            found.insert(code.to_owned());
        }
    }
}

fn codes() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut found = BTreeSet::new();
    for name in CRATES {
        let mut files = Vec::new();
        sources(&crates.join(name).join("src"), &mut files);
        // What a terminal says, and what the decoder calls its passes, reaches no screen.
        files.retain(|file| {
            !file.components().any(|part| part.as_os_str() == "cli") && !file.ends_with("decode/live.rs")
        });
        for file in &files {
            let text = fs::read_to_string(file).unwrap();
            let text = without_tests(&text);
            called(text, &mut found);
            given(text, &mut found);
            if file.components().any(|part| part.as_os_str() == "desk") {
                hyphenated(text, &mut found);
            }
        }
    }
    found.extend(returns::event::Event::kinds().map(|(kind, _)| kind.replace('.', "-")));
    let why = returns::policy::WhyCode::ALL.iter();
    found.extend(why.map(|code| format!("why-{}", code.as_str().to_lowercase().replace('_', "-"))));
    found.into_iter().collect()
}

#[test]
fn the_list_of_codes_is_complete() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/codes.json");
    let now = serde_json::to_string_pretty(&codes()).unwrap() + "\n";
    if std::env::var_os("WRITE_CODES").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "{} is stale: run WRITE_CODES=1 cargo test -p bench --test codes_for_the_page",
        path.display()
    );
}

#[test]
fn codes_are_found_however_they_are_given() {
    let mut found = BTreeSet::new();
    called(r#"Err(coded("no-unit", []))  say(if yes { "one-way" } else { "other-way" }, [])"#, &mut found);
    hyphenated(r#"let code = if on { "finding-removed" } else { "finding-added" };"#, &mut found);
    given(r#"            Self::Busy => "scanner-busy","#, &mut found);
    for code in ["no-unit", "one-way", "other-way", "finding-removed", "finding-added", "scanner-busy"] {
        assert!(found.contains(code), "{code}: {found:?}");
    }
}
