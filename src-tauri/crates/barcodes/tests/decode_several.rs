//! Several codes in one picture, as on a carton: each is read once, none is invented, whatever the sizes, angles and contrasts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code, reason = "the benchmark draws more")]
#[path = "../benches/decode/draw.rs"]
mod draw;

use barcodes::decode::{Decoder, Luma, Mode, Symbol, Symbology, decode};
use draw::{Random, View, seen, symbol};
use image::{GrayImage, imageops};
use std::time::Duration;
use zxingcpp::BarcodeFormat;

/// Generous: what is checked is the content, not the time.
const BUDGET: Duration = Duration::from_secs(20);

const TWELVE: [(BarcodeFormat, Symbology, &str); 12] = [
    (BarcodeFormat::QRCode, Symbology::Qr, "RS:U:123450000159"),
    (BarcodeFormat::QRCode, Symbology::Qr, "https://id.gs1.org/01/09506000134352/21/4711"),
    (BarcodeFormat::DataMatrix, Symbology::DataMatrix, "RS:L:A-1"),
    (BarcodeFormat::DataMatrix, Symbology::DataMatrix, "PALLET 0815 OF 0816"),
    (BarcodeFormat::PDF417, Symbology::Pdf417, "PARCEL 4711"),
    (BarcodeFormat::Aztec, Symbology::Aztec, "RS:T:T-0231"),
    (BarcodeFormat::Code128, Symbology::Code128, "1Z999AA10123456784"),
    (BarcodeFormat::Code128, Symbology::Code128, "JJD000390007882823238"),
    (BarcodeFormat::EAN13, Symbology::Ean13, "4006381333931"),
    (BarcodeFormat::UPCA, Symbology::UpcA, "012345678905"),
    (BarcodeFormat::ITF, Symbology::Itf, "10012345678902"),
    (BarcodeFormat::Code39, Symbology::Code39, "SHELF-12"),
];

const CARTON: [(BarcodeFormat, Symbology, &str); 5] = [
    (BarcodeFormat::Code128, Symbology::Code128, "00376104250021234569"),
    (BarcodeFormat::EAN13, Symbology::Ean13, "4006381333931"),
    (BarcodeFormat::QRCode, Symbology::Qr, "RS:U:123450000159"),
    (BarcodeFormat::DataMatrix, Symbology::DataMatrix, "010950600013435217261231"),
    (BarcodeFormat::ITF, Symbology::Itf, "10012345678902"),
];

type Code = (BarcodeFormat, Symbology, &'static str);

/// Labels side by side on a carton, each seen in its own way. `gap` pixels of carton lie between two of them.
fn carton(codes: &[Code], size: (u32, u32), gap: u32, seed: u64) -> GrayImage {
    let mut random = Random::new(seed);
    for _ in 0..8 {
        random.unit();
    }
    let mut page = GrayImage::from_fn(size.0, size.1, |x, y| image::Luma([(118 + (x + y) / 60) as u8]));
    let (mut left, mut top, mut below) = (gap, gap, 0);
    for (place, (format, symbology, text)) in codes.iter().enumerate() {
        let grid = symbol(*format, text);
        let bars = symbology.is_bars();
        // Rows of PDF417 are followed near to upright only.
        let level = bars || *symbology == Symbology::Pdf417;
        let upright = if level { random.unit() * 16.0 - 8.0 } else { random.unit() * 80.0 - 40.0 };
        let view = View {
            px_per_module: if bars { 2.2 + random.unit() } else { 3.2 + 2.5 * random.unit() },
            turn: upright + 90.0 * (random.unit() * 4.0).floor(),
            dark: 20.0 + 50.0 * random.unit(),
            light: 170.0 + 70.0 * random.unit(),
            blur: 0.5 + 0.3 * random.unit(),
            noise: 1.0 + 3.0 * random.unit(),
            quality: 90,
            ..View::default()
        };
        let label = seen(&grid, &view, seed * 100 + place as u64);
        let label = cut(&label, &grid, &view);
        if left + label.width() + gap > size.0 {
            (left, top, below) = (gap, top + below + gap, 0);
        }
        assert!(top + label.height() <= size.1, "the page is too small for seed {seed}");
        imageops::replace(&mut page, &label, i64::from(left), i64::from(top));
        left += label.width() + gap;
        below = below.max(label.height());
    }
    page
}

/// The label around a symbol, which stands in the middle of the picture.
fn cut(picture: &Luma, grid: &draw::Grid, view: &View) -> GrayImage {
    let height = if grid.height < 4 { grid.width as f32 / 3.0 } else { grid.height as f32 };
    let (sin, cos) = view.turn.to_radians().sin_cos();
    let span = |a: f32, b: f32| (a.abs() + b.abs()) * view.px_per_module + 24.0;
    let width = (span(grid.width as f32 * cos, height * sin) as u32).min(picture.width());
    let tall = (span(grid.width as f32 * sin, height * cos) as u32).min(picture.height());
    let whole = GrayImage::from_raw(picture.width(), picture.height(), picture.pixels().to_vec()).unwrap();
    let (left, top) = ((picture.width() - width) / 2, (picture.height() - tall) / 2);
    imageops::crop_imm(&whole, left, top, width, tall).to_image()
}

fn luma(image: &GrayImage) -> Luma {
    Luma::new(image.width(), image.height(), image.as_raw().clone()).unwrap()
}

/// What is missing, what is there twice, and what no label says.
fn faults(codes: &[Code], symbols: &[Symbol]) -> Vec<String> {
    let mut faults = Vec::new();
    for (_, symbology, text) in codes {
        let times = symbols.iter().filter(|s| s.symbology == *symbology && s.text == *text).count();
        if times != 1 {
            faults.push(format!("{symbology:?} {text}: {times} times"));
        }
    }
    for symbol in symbols {
        if !codes.iter().any(|(_, symbology, text)| symbol.symbology == *symbology && symbol.text == *text) {
            faults.push(format!("invented: {symbol:?}"));
        }
    }
    faults
}

#[test]
fn twelve_codes_of_all_sizes_angles_and_contrasts_are_read_once_each() {
    for seed in 1..=6 {
        let page = carton(&TWELVE, (2800, 2100), 24, seed);
        let symbols = decode(&luma(&page), Mode::Still, BUDGET);
        assert_eq!(faults(&TWELVE, &symbols), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn five_labels_of_a_carton_are_read_once_each() {
    for seed in 1..=10 {
        let page = carton(&CARTON, (1920, 1400), 6, seed);
        let symbols = decode(&luma(&page), Mode::Still, BUDGET);
        assert_eq!(faults(&CARTON, &symbols), Vec::<String>::new(), "seed {seed}");
    }
}

/// A camera's sensor has noise of its own in every frame.
fn noisy(page: &GrayImage, random: &mut Random) -> Luma {
    let pixels = page
        .as_raw()
        .iter()
        .map(|value| (f32::from(*value) + (random.unit() - 0.5) * 6.0).clamp(0.0, 255.0) as u8);
    Luma::new(page.width(), page.height(), pixels.collect()).unwrap()
}

#[test]
fn a_camera_reads_them_over_some_frames() {
    for (codes, size, seed) in [(&CARTON[..], (1920, 1400), 3), (&TWELVE[..], (2800, 2100), 2)] {
        let page = carton(codes, size, 12, seed);
        let mut camera = Decoder::new();
        let mut random = Random::new(seed);
        let mut read: Vec<Symbol> = Vec::new();
        for _ in 0..40 {
            for symbol in camera.look(&noisy(&page, &mut random), BUDGET) {
                if !read
                    .iter()
                    .any(|known| known.symbology == symbol.symbology && known.bytes == symbol.bytes)
                {
                    read.push(symbol);
                }
            }
        }
        assert_eq!(faults(codes, &read), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn check_digits_of_their_kind_confirm_bars_at_first_sight() {
    let page = carton(&CARTON, (1920, 1400), 24, 5);
    let symbols = decode(&luma(&page), Mode::Still, BUDGET);
    let confirmed = |text: &str| symbols.iter().find(|s| s.text == text).map(|s| s.confirmed);
    assert_eq!(confirmed("4006381333931"), Some(true));
    assert_eq!(confirmed("10012345678902"), Some(true));
    assert_eq!(confirmed("RS:U:123450000159"), Some(true));
    assert_eq!(confirmed("00376104250021234569"), Some(false), "no FNC1 before it: it is no SSCC for sure");
}

/// Shelves, cartons, print and noise: nothing is read from a thousand frames of them.
#[test]
fn a_thousand_frames_without_a_code_hold_none() {
    let mut random = Random::new(99);
    let mut frames = 0;
    for scene in 0..50_u32 {
        let page = scenery(scene, &mut random);
        let mut camera = Decoder::new();
        for _ in 0..20 {
            let symbols = camera.look(&noisy(&page, &mut random), BUDGET);
            assert!(symbols.is_empty(), "scene {scene}: {symbols:?}");
            frames += 1;
        }
    }
    assert_eq!(frames, 1000);
}

/// Stripes of random widths, crosses, and words of blocks, as a shelf has them.
fn scenery(scene: u32, random: &mut Random) -> GrayImage {
    let mut page = GrayImage::from_pixel(640, 360, image::Luma([150 + (scene % 5 * 20) as u8]));
    for _ in 0..3 {
        let (left, top) = ((random.unit() * 500.0) as u32, (random.unit() * 250.0) as u32);
        let mut x = left;
        while x < (left + 180).min(640) {
            let width = 1 + (random.unit() * (3.0 + (scene % 4) as f32)) as u32;
            let grey = (random.unit() * 255.0) as u8;
            for (dx, y) in (0..width).flat_map(|dx| (top..(top + 90).min(360)).map(move |y| (dx, y))) {
                if x + dx < 640 && (!scene.is_multiple_of(3) || (y / 9 + x / 5) % 2 == 0) {
                    page.put_pixel(x + dx, y, image::Luma([grey]));
                }
            }
            x += width;
        }
    }
    page
}
