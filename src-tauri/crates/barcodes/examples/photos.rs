//! Reads a folder of photos as in ZXing's test data and says how many were read, and how fast.
//!
//! `cargo run --release -p barcodes --example photos -- FOLDER`, where FOLDER holds one folder per kind of code, and
//! beside each picture its expected content in a `.txt` or `.bin` of the same name. Folders named `falsepositives…` hold scenes
//! without a code. With `--list` every photo that was not read is named.

use barcodes::decode::{Mode, decode};
use barcodes::image_in;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const BUDGET: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Tally {
    photos: usize,
    read: usize,
    wrong: usize,
    milliseconds: Vec<f64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let list = arguments.iter().any(|a| a == "--list");
    let Some(folder) = arguments.iter().find(|a| !a.starts_with("--")) else {
        eprintln!("usage: photos FOLDER [--list]");
        std::process::exit(2);
    };
    for mode in [Mode::Still, Mode::Live] {
        println!("{mode:?}: folder, photos, read, wrong, median ms, p95 ms, worst ms");
        let mut passes = BTreeMap::new();
        for kind in sorted(Path::new(folder)) {
            let tally = measure(&kind, mode, list, &mut passes);
            if tally.photos > 0 {
                report(&kind, tally);
            }
        }
        println!("  by pass: {passes:?}");
    }
}

fn measure(kind: &Path, mode: Mode, list: bool, passes: &mut BTreeMap<&'static str, usize>) -> Tally {
    let mut tally = Tally::default();
    for path in sorted(kind) {
        let Some(luma) = std::fs::read(&path).ok().and_then(|bytes| image_in::load(&bytes).ok()) else {
            continue;
        };
        let expected = ["txt", "bin"].iter().find_map(|ext| std::fs::read(path.with_extension(ext)).ok());
        let expected = expected.unwrap_or_default();
        let start = Instant::now();
        let symbols = decode(&luma, mode, BUDGET);
        tally.milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        tally.photos += 1;
        for symbol in &symbols {
            *passes.entry(symbol.pass).or_default() += 1;
        }
        let right = |s: &&barcodes::decode::Symbol| same(&s.bytes, &s.text, &expected);
        let hit = !expected.is_empty() && symbols.iter().any(|s| right(&s));
        tally.read += usize::from(hit);
        tally.wrong += symbols.iter().filter(|s| !right(s)).count();
        if list {
            for wrong in symbols.iter().filter(|s| !right(s)) {
                println!(
                    "    wrong {} {:?} {:?} by {}",
                    path.display(),
                    wrong.symbology,
                    wrong.text,
                    wrong.pass
                );
            }
            if !hit && !expected.is_empty() {
                println!("    missed {} ({}×{})", path.display(), luma.width(), luma.height());
            }
        }
    }
    tally
}

/// Expected texts are UTF-8 or the code's own bytes; line ends at their end do not count.
fn same(bytes: &[u8], text: &str, expected: &[u8]) -> bool {
    let trimmed = expected.trim_ascii_end();
    bytes.trim_ascii_end() == trimmed || text.trim_end().as_bytes() == trimmed
}

fn report(kind: &Path, mut tally: Tally) {
    tally.milliseconds.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (tally.milliseconds.len() as f64 * share) as usize;
        tally
            .milliseconds
            .get(place.min(tally.milliseconds.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    println!(
        "  {:20} {:4} {:4} {:4} {:8.1} {:8.1} {:8.1}",
        kind.file_name().unwrap_or_default().to_string_lossy(),
        tally.photos,
        tally.read,
        tally.wrong,
        at(0.5),
        at(0.95),
        at(1.0),
    );
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}
