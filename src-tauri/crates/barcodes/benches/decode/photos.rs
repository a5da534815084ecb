//! Photos of real codes.

use crate::Options;
use crate::figures::{Tally, shown, timed};
use crate::peers::{PEERS, Peer, same};
use barcodes::decode::{Luma, Mode, decode};
use barcodes::image_in;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What some photos hold besides the code that is expected of them, by that code: a Japanese book has a second EAN-13 of its
/// class and price under its number. Reading it, too, is no mistake.
const ALSO_THERE: &[(&str, &str)] = &[("9784872348880", "1920081045006")];

struct Photo {
    path: PathBuf,
    luma: Luma,
    expected: Vec<u8>,
}

pub fn measure(options: &Options) -> Value {
    let groups = load(&options.photos);
    if groups.is_empty() {
        println!("photos: none in {} – say --photos FOLDER", options.photos.display());
        return Value::Null;
    }
    let mut lines = BTreeMap::new();
    for (group, photos) in &groups {
        let empty = group.starts_with("falsepositives");
        println!("\n{group}: {} photos{}", photos.len(), if empty { " without a code" } else { "" });
        println!(
            "  {:16} {:>5} {:>6} {:>5} {:>9} {:>9} {:>9}",
            "", "read", "%", "wrong", "median ms", "p95 ms", "worst ms"
        );
        for peer in PEERS {
            let tally = tally(peer, photos, options.list);
            println!("  {}", line(peer.name, &tally));
            lines.entry(peer.name).or_insert_with(Vec::new).push((group.clone(), tally));
        }
    }
    println!("\nall but QR and scenes without a code");
    for peer in PEERS {
        let mut sum = Tally::default();
        for (group, tally) in lines.get(peer.name).into_iter().flatten() {
            if group != "qrcode" && !group.starts_with("falsepositives") {
                sum.add(tally);
            }
        }
        println!("  {}", line(peer.name, &sum));
    }
    goals(&lines);
    by_pass(&groups);
    json!(
        lines
            .into_iter()
            .map(|(name, groups)| {
                let groups: serde_json::Map<String, Value> =
                    groups.into_iter().map(|(group, tally)| (group, tally.to_json())).collect();
                (name.to_owned(), Value::Object(groups))
            })
            .collect::<serde_json::Map<String, Value>>()
    )
}

fn line(name: &str, tally: &Tally) -> String {
    format!(
        "{name:16} {:5} {:6.1} {:5} {:>9} {:>9} {:>9}",
        tally.read,
        tally.percent(),
        tally.wrong,
        shown(tally.at(0.5)),
        shown(tally.at(0.95)),
        shown(tally.at(1.0)),
    )
}

fn goals(lines: &BTreeMap<&'static str, Vec<(String, Tally)>>) {
    let ours = |reader: &str, group: &str| {
        lines
            .get(reader)
            .and_then(|all| all.iter().find(|(name, _)| name.starts_with(group)))
            .map(|(_, tally)| tally)
    };
    println!("\ngoals, and the ratio to each");
    if let Some(qr) = ours("still in 240 ms", "qrcode") {
        println!("  QR read: {:.1} % of at least 97 ({:.2})", qr.percent(), qr.percent() / 97.0);
        for (share, most, name) in [(0.95, 30.0, "p95"), (1.0, 250.0, "worst")] {
            let ms = qr.at(share).unwrap_or_default();
            println!("  QR still {name}: {ms:.1} ms of at most {most} ({:.2})", ms / most);
        }
    }
    if let Some(empty) = ours("still", "falsepositives") {
        println!("  reads where there is no code: {} of at most 0", empty.wrong);
    }
}

/// Which pass of ours read how many photos, and the CPU ms of the slowest of them: a pass that reads none does not earn its time.
fn by_pass(groups: &BTreeMap<String, Vec<Photo>>) {
    let mut passes: BTreeMap<&'static str, (usize, f64)> = BTreeMap::new();
    for photo in groups.values().flatten() {
        let (symbols, ms) = timed(|| decode(&photo.luma, Mode::Still, Duration::from_secs(2)));
        for symbol in &symbols {
            let (count, slowest) = passes.entry(symbol.pass).or_default();
            *count += 1;
            *slowest = slowest.max(ms);
        }
    }
    println!("\nread by pass (still), and the slowest in ms");
    for (pass, (count, slowest)) in &passes {
        println!("  {pass:16} {count:5} {slowest:9.1}");
    }
}

fn tally(peer: &Peer, photos: &[Photo], list: bool) -> Tally {
    let mut tally = Tally::default();
    for photo in photos {
        let (reads, ms) = timed(|| (peer.read)(&photo.luma));
        if peer.timed {
            tally.ms.push(ms);
        }
        tally.pictures += 1;
        let hit = reads.iter().any(|read| same(read, &photo.expected));
        tally.read += usize::from(hit);
        let wrong: Vec<_> = reads.iter().filter(|read| !stands_there(read, &photo.expected)).collect();
        tally.wrong += wrong.len();
        if list && peer.name == "still" {
            for wrong in wrong {
                println!("    wrong {} {:?} {:02x?}", photo.path.display(), wrong.1, wrong.0);
            }
            if !hit && !photo.expected.is_empty() {
                println!(
                    "    missed {} ({}×{}) {ms:.0} ms",
                    photo.path.display(),
                    photo.luma.width(),
                    photo.luma.height()
                );
            }
        }
    }
    tally
}

fn stands_there(read: &(Vec<u8>, String), expected: &[u8]) -> bool {
    let also =
        |(code, also): &(&str, &str)| code.as_bytes() == expected.trim_ascii() && same(read, also.as_bytes());
    same(read, expected) || ALSO_THERE.iter().any(also)
}

fn load(folder: &Path) -> BTreeMap<String, Vec<Photo>> {
    let mut groups: BTreeMap<String, Vec<Photo>> = BTreeMap::new();
    for kind in sorted(folder) {
        let name = kind.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let group = name.rsplit_once('-').map_or(name.as_str(), |(group, _)| group).to_owned();
        for path in sorted(&kind) {
            let Some(luma) = std::fs::read(&path).ok().and_then(|bytes| image_in::load(&bytes).ok()) else {
                continue;
            };
            let expected = ["txt", "bin"].iter().find_map(|ext| std::fs::read(path.with_extension(ext)).ok());
            groups.entry(group.clone()).or_default().push(Photo {
                path,
                luma,
                expected: expected.unwrap_or_default(),
            });
        }
    }
    groups
}

pub fn scenes(folder: &Path) -> Vec<Luma> {
    let groups = load(folder);
    groups
        .into_iter()
        .filter(|(name, _)| name.starts_with("falsepositives"))
        .flat_map(|(_, photos)| photos)
        .map(|p| p.luma)
        .collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}
