//! One trouble at a time, from harmless to hopeless, on symbols drawn with fixed seeds.

use crate::Options;
use crate::draw::{Grid, Random, View, seen, symbol};
use crate::figures::{Tally, shown, timed};
use crate::peers::{PEERS, Reads};
use serde_json::{Value, json};
use zxingcpp::BarcodeFormat;

const LEVELS: u8 = 8;

/// A trouble's name, and how it grows from 0 to 1.
type Trouble = (&'static str, fn(&mut View, f32));

const TROUBLES: &[Trouble] = &[
    ("blur", |view, by| view.blur = 0.7 + by * 4.3),
    ("noise", |view, by| view.noise = 3.0 + by * 67.0),
    ("tilt", |view, by| view.tilt = by * 70.0),
    ("turn", |view, by| view.turn = by * 47.0),
    ("contrast", |view, by| {
        view.light = 210.0 - by * 160.0;
        view.noise = 2.0;
    }),
    ("shade", |view, by| view.shade = 0.1 + by * 1.6),
    ("glare", |view, by| view.glare = by * 0.45),
    ("motion", |view, by| view.motion = by * 15.0),
    ("px per module", |view, by| view.px_per_module = 4.0 - by * 3.1),
    ("thick print", |view, by| view.gain = by * 0.8),
    ("thin print", |view, by| view.gain = by * -0.8),
    ("damage", |view, by| view.damage = by * 0.35),
    ("curvature", |view, by| view.curve = by * 85.0),
    ("JPEG quality", |view, by| {
        view.quality = (60.0 - by * 58.0) as u8;
        view.px_per_module = 3.0;
    }),
];

const CODES: &[(BarcodeFormat, &str)] = &[
    (BarcodeFormat::QRCode, "RS:U:123450000159"),
    (
        BarcodeFormat::QRCode,
        "RS:R:AB12CD34EF56GH78IJ90KL12MN34OP56QR78ST90UV12WX34YZ56AB12CD34EF56GH78IJ90KL12MN34OP56QR78ST90",
    ),
    (BarcodeFormat::Code128, "RS:U:123450000159"),
    (BarcodeFormat::EAN13, "4006381333931"),
    (BarcodeFormat::DataMatrix, "010950600013435217261231"),
    (BarcodeFormat::PDF417, "PARCEL 1Z999AA10123456784 OF THE DOCK"),
];

pub fn measure(options: &Options) -> Value {
    if options.seed > 0 {
        return json!({"unseen": sweep(options.seed, options.list)});
    }
    json!({"seen": sweep(0, options.list), "unseen": sweep(1, options.list)})
}

fn sweep(seed: u64, list: bool) -> Value {
    let grids: Vec<(Grid, &str)> =
        CODES.iter().map(|(format, text)| (symbol(*format, text), *text)).collect();
    let known = if seed == 0 { "limits were chosen with it" } else { "unseen: nothing was chosen with it" };
    println!(
        "\nsweep, seed {seed} ({known}): frames read of {} a trouble; wrong reads and CPU ms over all",
        LEVELS as usize * grids.len()
    );
    print!("  {:16}", "");
    for peer in PEERS {
        print!("{:>15}", peer.name);
    }
    println!();
    let mut sums = vec![Tally::default(); PEERS.len()];
    for (trouble, grow) in TROUBLES {
        let mut tallies = vec![Tally::default(); PEERS.len()];
        for level in 1..=LEVELS {
            for (place, (grid, text)) in grids.iter().enumerate() {
                let mut view = View::default();
                grow(&mut view, f32::from(level) / f32::from(LEVELS));
                let mut random = Random::new(seed.wrapping_mul(7919) + u64::from(level) * 100 + place as u64);
                if seed > 0 {
                    // Another place on the lens and other light, too.
                    view.turn += random.unit() * 8.0 - 4.0;
                    view.dark += random.unit() * 20.0 - 10.0;
                }
                let frame = seen(grid, &view, (seed * 10_000) + u64::from(level) * 100 + place as u64);
                let mut readers = Vec::new();
                for (peer, tally) in PEERS.iter().zip(&mut tallies) {
                    let (reads, ms) = timed(|| (peer.read)(&frame));
                    if count(tally, &reads, text, ms, peer.timed) {
                        readers.push(peer.name);
                    }
                }
                if list && !readers.contains(&"still") {
                    println!(
                        "    missed {trouble} {level} {:?} ({}), read by {readers:?}",
                        CODES[place].0, grid.width
                    );
                }
            }
        }
        print!("  {trouble:16}");
        for (tally, sum) in tallies.iter().zip(&mut sums) {
            print!("{:>15}", tally.read);
            sum.add(tally);
        }
        println!();
    }
    let row = |name: &str, value: &dyn Fn(&Tally) -> String| {
        let values: String = sums.iter().map(|tally| format!("{:>15}", value(tally))).collect();
        println!("  {name:16}{values}");
    };
    row("all", &|tally| tally.read.to_string());
    row("wrong", &|tally| tally.wrong.to_string());
    row("median ms", &|tally| shown(tally.at(0.5)));
    row("p95 ms", &|tally| shown(tally.at(0.95)));
    row("worst ms", &|tally| shown(tally.at(1.0)));
    let best = sums.iter().zip(PEERS).skip(3).map(|(tally, _)| tally.read).max().unwrap_or_default();
    println!("  still beside the best single reader: {:.3}", sums[0].read as f64 / best.max(1) as f64);
    json!(
        PEERS
            .iter()
            .zip(&sums)
            .map(|(peer, sum)| (peer.name.to_owned(), sum.to_json()))
            .collect::<serde_json::Map<_, _>>()
    )
}

fn count(tally: &mut Tally, reads: &Reads, text: &str, ms: f64, timed: bool) -> bool {
    let right = |read: &(Vec<u8>, String)| crate::peers::same(read, text.as_bytes());
    tally.pictures += 1;
    tally.read += usize::from(reads.iter().any(right));
    tally.wrong += reads.iter().filter(|read| !right(read)).count();
    if timed {
        tally.ms.push(ms);
    }
    reads.iter().any(right)
}
