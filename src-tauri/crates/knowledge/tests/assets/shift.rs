//! The demo shift names what exists: RMAs, products, badges, frames, and everything that a shift has to show.

use std::collections::BTreeSet;
use std::time::Duration;

use barcodes::decode::{Mode, decode};
use returns::codes::{CommandCode, Disposition};
use serde_json::Value;

use crate::files::{ITEMS, OPERATORS, RMAS, assets, bytes};

struct Shift {
    names: Vec<String>,
    /// Step by step, with the place of the return.
    steps: Vec<(usize, Value)>,
}

fn shift() -> Shift {
    let shift: Value = serde_json::from_slice(&bytes("demo/shift.json")).unwrap();
    let returns = shift["returns"].as_array().unwrap();
    let names = returns.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    let steps = returns
        .iter()
        .enumerate()
        .flat_map(|(at, one)| one["steps"].as_array().unwrap().iter().map(move |step| (at, step.clone())))
        .collect();
    Shift { names, steps }
}

impl Shift {
    fn texts(&self, act: &str) -> Vec<&str> {
        self.steps.iter().filter_map(|(_, step)| step[act].as_str()).collect()
    }
}

#[test]
fn every_step_does_one_known_thing() {
    const ACTS: [&str; 15] = [
        "scan",
        "command",
        "pin",
        "frame",
        "seen",
        "photo",
        "line",
        "power-cut",
        "printer",
        "scale",
        "review",
        "blind",
        "ask",
        "look",
        "expect",
    ];
    for (at, step) in &shift().steps {
        let beside = |key: &&String| ["refused", "shows"].contains(&key.as_str());
        let keys: Vec<&String> = step.as_object().unwrap().keys().filter(|key| !beside(key)).collect();
        assert!(matches!(keys.as_slice(), [one] if ACTS.contains(&one.as_str())), "return {at}: {step}");
    }
}

#[test]
fn names_are_told_apart() {
    let shift = shift();
    let distinct: BTreeSet<&String> = shift.names.iter().collect();
    assert_eq!(distinct.len(), shift.names.len());
    assert!(shift.names.len() >= 26);
}

#[test]
fn what_it_names_exists() {
    let shift = shift();
    for word in shift.texts("command") {
        assert!(word.parse::<CommandCode>().is_ok(), "no command {word}");
    }
    for file in shift.texts("frame") {
        assert!(assets().join("demo/frames").join(file).is_file(), "no frame {file}");
    }
    for scan in shift.texts("scan") {
        if let Some(number) = scan.strip_prefix("{return-label:").and_then(|rest| rest.strip_suffix('}')) {
            let rma = RMAS.iter().find(|rma| rma.number.as_str() == number);
            assert!(rma.is_some_and(|rma| rma.label.is_some()), "{number} has no return label");
        }
        if let Some(of) = scan.strip_prefix("{lpn:").or_else(|| scan.strip_prefix("{label:")) {
            let of = of.trim_end_matches('}').to_owned();
            assert!(shift.names.contains(&of), "no return {of}");
        }
        if let Some(badge) = scan.strip_prefix("RS:O:") {
            assert!(OPERATORS.iter().any(|operator| operator.badge == badge), "no badge {badge}");
        }
    }
    for (_, step) in shift.steps.iter().filter(|(_, step)| step.get("review").is_some()) {
        let unit = step["review"]["unit"].as_str().unwrap().to_owned();
        assert!(shift.names.contains(&unit), "no return {unit}");
    }
}

/// Scans of products that are not meant to fail are in the catalogue; nobody is expected whose RMA nobody scans.
#[test]
fn what_it_scans_is_known() {
    let shift = shift();
    let gtins: BTreeSet<&str> = ITEMS.iter().flat_map(|item| &item.gtins).map(|gtin| gtin.as_str()).collect();
    for (place, (at, step)) in shift.steps.iter().enumerate() {
        let Some(scan) = step["scan"].as_str().map(|scan| scan.trim_start_matches("]E0")) else { continue };
        let article = scan.len() == 13 && scan.starts_with("2901180");
        let then = shift.steps.get(place + 1).map(|(_, next)| &next["expect"]["band"]);
        // A refused product may be known all the same: it was scanned where none is taken.
        if article && step["refused"] == true {
            continue;
        }
        let stranger = then.is_some_and(|band| band == "item-not-in-catalogue");
        assert_eq!(article && !stranger, gtins.contains(scan), "{}: {scan}", shift.names[*at]);
    }
    let scans = shift.texts("scan");
    let arrived = RMAS.iter().filter(|rma| {
        let by_label = scans.contains(&format!("{{return-label:{}}}", rma.number).as_str());
        by_label || rma.tracking.iter().any(|number| scans.iter().any(|scan| scan.ends_with(number.as_str())))
    });
    assert!(arrived.count() >= 26);
}

#[test]
fn it_shows_everything_that_a_shift_has_to_show() {
    let shift = shift();
    let count = |act: &str| shift.steps.iter().filter(|(_, step)| step.get(act).is_some()).count();
    assert!(count("photo") >= 8);
    assert_eq!(count("power-cut"), 1);
    assert_eq!(shift.texts("line"), ["down", "up"]);
    assert_eq!(shift.texts("printer"), ["dead", "well"]);
    assert!(shift.texts("command").contains(&"OVERRIDE"));
    assert!(shift.texts("command").contains(&"SKIP-PHOTO"));
    assert!(count("review") >= 2);
    assert!(shift.steps.iter().filter(|(_, step)| step["refused"] == true).count() >= 5);
    let expected: BTreeSet<&str> =
        shift.steps.iter().filter_map(|(_, step)| step["expect"]["disposition"].as_str()).collect();
    let all: BTreeSet<&str> = Disposition::ALL.iter().map(|disposition| disposition.as_str()).collect();
    assert_eq!(expected, all);
}

#[test]
fn frames_are_small_pictures_of_the_camera_size() {
    let mut seen = 0;
    for entry in std::fs::read_dir(assets().join("demo/frames")).unwrap() {
        let path = entry.unwrap().path();
        let jpeg = std::fs::read(&path).unwrap();
        assert!(jpeg.len() <= 60 * 1024, "{} has {} bytes", path.display(), jpeg.len());
        assert_eq!(jpeg_size(&jpeg), Some((1280, 720)), "{}", path.display());
        // The bench looks for codes in every frame: one that holds any would scan by itself.
        let symbols = decode(&barcodes::image_in::load(&jpeg).unwrap(), Mode::Live, Duration::from_secs(5));
        assert_eq!(symbols, [], "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 6);
}

/// Width and height from the frame header (SOF0 to SOF2) of a JPEG.
fn jpeg_size(jpeg: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2;
    while let [0xff, marker, high, low, ..] = *jpeg.get(at..)? {
        if (0xc0..=0xc2).contains(&marker) {
            let two = |at: usize| Some(u16::from_be_bytes([*jpeg.get(at)?, *jpeg.get(at + 1)?]));
            return Some((two(at + 7)?, two(at + 5)?));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    None
}
