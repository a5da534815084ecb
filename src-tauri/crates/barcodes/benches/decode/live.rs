//! What a live frame costs: one scene after the other, each for a while, with fresh noise in every frame.

use crate::Options;
use crate::draw::{Random, View, seen, symbol};
use crate::figures::{at, shown, timed};
use crate::peers::{fast, zxing};
use crate::photos::scenes;
use barcodes::decode::{Decoder, Luma};
use image::imageops::{FilterType, resize};
use image::{GrayImage, ImageBuffer};
use serde_json::{Value, json};
use std::time::Duration;
use zxingcpp::BarcodeFormat;

const FRAMES_A_SCENE: usize = 24;
const BUDGET: Duration = Duration::from_millis(120);
const LABEL: &str = "RS:U:123450000159";

pub fn measure(options: &Options) -> Value {
    let scenes = scenes(&options.photos);
    if scenes.is_empty() {
        println!("live: no scenes without a code in {}", options.photos.display());
        return Value::Null;
    }
    println!("\nlive, CPU ms a frame over {} scenes of {FRAMES_A_SCENE} frames", scenes.len());
    println!(
        "  {:32} {:>7} {:>7} {:>7} {:>7} {:>9} {:>6} {:>6} {:>11} {:>11}",
        "", "median", "mean", "p95", "worst", "of limit", "read", "wrong", "zxing fast", "zxing-cpp"
    );
    let mut out = Vec::new();
    for (width, height, empty_ms, label_ms) in [(1280, 720, 3.0, 4.0), (1920, 1080, 8.0, 8.0)] {
        for (label, most) in [
            (None, empty_ms),
            (Some(BarcodeFormat::QRCode), label_ms),
            (Some(BarcodeFormat::Code128), label_ms),
        ] {
            let name =
                format!("{width}×{height} {}", label.map_or_else(|| "empty".to_owned(), |l| l.to_string()));
            out.push(sequence(&name, &scenes, (width, height), label, most));
        }
    }
    json!(out)
}

fn sequence(
    name: &str,
    scenes: &[Luma],
    (width, height): (u32, u32),
    label: Option<BarcodeFormat>,
    most: f64,
) -> Value {
    let mut decoder = Decoder::new();
    let (mut ours, mut fast_ms, mut default_ms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut read, mut wrong, mut frames) = (0, 0, 0);
    for (place, scene) in scenes.iter().enumerate() {
        let picture = GrayImage::from_raw(scene.width(), scene.height(), scene.pixels().to_vec()).unwrap();
        let mut picture = resize(&picture, width, height, FilterType::Triangle);
        if let Some(format) = label {
            stick(&mut picture, format, place);
        }
        let mut random = Random::new(place as u64 + 1);
        let mut hits = 0;
        for frame in 0..FRAMES_A_SCENE {
            let noisy = noisy(&picture, &mut random);
            let (symbols, ms) = timed(|| decoder.look(&noisy, BUDGET));
            ours.push(ms);
            hits += usize::from(symbols.iter().any(|s| s.text == LABEL));
            wrong += symbols.iter().filter(|s| s.text != LABEL).count();
            if frame == 0 {
                fast_ms.push(timed(|| zxing(&noisy, &fast())).1);
                default_ms.push(timed(|| zxing(&noisy, &zxingcpp::read())).1);
            }
        }
        frames += FRAMES_A_SCENE;
        read += hits;
    }
    let median = at(&ours, 0.5).unwrap_or_default();
    let mean = ours.iter().sum::<f64>() / ours.len().max(1) as f64;
    println!(
        "  {name:32} {median:7.2} {mean:7.2} {:>7} {:>7} {:9.2} {:>6} {wrong:6} {:>11} {:>11}",
        shown(at(&ours, 0.95)),
        shown(at(&ours, 1.0)),
        median / most,
        if label.is_some() {
            format!("{:.0}%", 100.0 * read as f64 / frames as f64)
        } else {
            "–".to_owned()
        },
        shown(at(&fast_ms, 0.5)),
        shown(at(&default_ms, 0.5)),
    );
    json!({"name": name, "median_ms": median, "mean_ms": mean, "limit_ms": most, "frames": frames, "read": read, "wrong": wrong})
}

/// A label of about a sixth of the picture's width, somewhere, turned somehow.
fn stick(picture: &mut GrayImage, format: BarcodeFormat, place: usize) {
    let grid = symbol(format, LABEL);
    let px = f64::from(picture.width()) / 5.0 / grid.width as f64;
    let turn = if format == BarcodeFormat::QRCode { place * 15 % 90 } else { place % 3 * 4 };
    let view = View {
        px_per_module: px.max(2.0) as f32,
        turn: turn as f32,
        quality: 100,
        noise: 0.0,
        ..View::default()
    };
    let label = seen(&grid, &view, 7);
    let (side, width, height) = (label.width(), picture.width(), picture.height());
    let left = (place as u32 * 97) % width.saturating_sub(side).max(1);
    let top = (place as u32 * 61) % height.saturating_sub(side).max(1);
    for y in 0..side.min(height - top) {
        for x in 0..side.min(width - left) {
            picture.get_pixel_mut(left + x, top + y).0[0] = label.pixels()[(y * side + x) as usize];
        }
    }
}

fn noisy(picture: &ImageBuffer<image::Luma<u8>, Vec<u8>>, random: &mut Random) -> Luma {
    let pixels = picture
        .as_raw()
        .iter()
        .map(|value| (f32::from(*value) + (random.unit() - 0.5) * 6.0).clamp(0.0, 255.0) as u8);
    Luma::new(picture.width(), picture.height(), pixels.collect()).unwrap()
}
