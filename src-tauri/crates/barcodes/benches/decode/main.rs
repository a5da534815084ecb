//! What is read, what is not, and what it costs, beside other readers in the same run:
//! `cargo xtask bench decode --photos FOLDER`.
//!
//! FOLDER holds one folder per kind of code (named `qrcode-1`, `ean13-2`, …), and beside each picture its expected content
//! in a `.txt` or `.bin` of the same name. Folders named `falsepositives…` hold scenes without a code. With `--list`
//! every photo that was not read is named; `--only photos|sweep|live` measures less; `--json` ends with one line of JSON.
//!
//! The photos and the sweep's own seed were looked at when the order of passes and their limits were chosen. The sweep with
//! another `--seed` was not: without one, a second sweep with seed 1 is printed as what is unseen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod draw;
mod figures;
mod live;
mod peers;
mod photos;
mod sweep;

use serde_json::{Value, json};
use std::path::PathBuf;

pub struct Options {
    photos: PathBuf,
    only: Option<String>,
    list: bool,
    json: bool,
    seed: u64,
}

fn main() {
    let options = options();
    let wanted = |part: &str| options.only.as_deref().is_none_or(|only| only == part);
    let mut all = serde_json::Map::new();
    let mut part = |name: &str, measure: &dyn Fn() -> Value| {
        if wanted(name) {
            all.insert(name.to_owned(), measure());
        }
    };
    part("photos", &|| photos::measure(&options));
    part("sweep", &|| sweep::measure(&options));
    part("live", &|| live::measure(&options));
    if options.json {
        println!("{}", json!(all));
    }
}

fn options() -> Options {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
    let mut options =
        Options { photos: root.join("../shared/photos"), only: None, list: false, json: false, seed: 0 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--photos" => options.photos = arguments.next().expect("--photos FOLDER").into(),
            "--only" => options.only = arguments.next(),
            "--list" => options.list = true,
            "--seed" => options.seed = arguments.next().and_then(|n| n.parse().ok()).expect("--seed NUMBER"),
            "--json" => options.json = true,
            // Cargo's own.
            "--bench" => {}
            other => {
                eprintln!(
                    "unknown: {other}; there are --photos FOLDER, --only PART, --seed NUMBER, --list, --json"
                );
                std::process::exit(2);
            }
        }
    }
    options
}
