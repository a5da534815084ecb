//! What is written is read back from pixels; what is not there is not read; files that are no pictures are refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use barcodes::decode::{Luma, Mode, Symbol, Symbology, decode};
use barcodes::gs1::ElementString;
use barcodes::image_in;
use barcodes::meaning::{Meaning, read};
use barcodes::write::{Bars, Level, Modules, code128, gs1_128, qr};
use image::{GrayImage, ImageFormat};
use proptest::prelude::*;
use rstest::rstest;
use std::io::Cursor;
use std::process::Command;
use std::time::{Duration, Instant};

const SCALE: usize = 4;
/// Generous: what is checked is the content, not the time.
const BUDGET: Duration = Duration::from_secs(20);

/// A white page to draw codes on.
struct Page {
    width: usize,
    pixels: Vec<u8>,
}

impl Page {
    fn new(width: usize, height: usize) -> Page {
        Page { width, pixels: vec![255; width * height] }
    }

    fn draw_modules(&mut self, modules: &Modules, left: usize, top: usize) {
        for y in 0..modules.height() * SCALE {
            for x in 0..modules.width() * SCALE {
                if modules.dark(x / SCALE, y / SCALE) {
                    self.pixels[(top + y) * self.width + left + x] = 0;
                }
            }
        }
    }

    fn draw_bars(&mut self, bars: &Bars, left: usize, top: usize, height: usize) {
        let mut x = left;
        for (place, width) in bars.widths().iter().enumerate() {
            let width = usize::from(*width) * SCALE;
            if place % 2 == 0 {
                for y in top..top + height {
                    self.pixels[y * self.width + x..y * self.width + x + width].fill(0);
                }
            }
            x += width;
        }
    }

    fn luma(&self) -> Luma {
        let height = self.pixels.len() / self.width;
        Luma::new(self.width as u32, height as u32, self.pixels.clone()).unwrap()
    }

    fn image(&self) -> GrayImage {
        let height = self.pixels.len() / self.width;
        GrayImage::from_raw(self.width as u32, height as u32, self.pixels.clone()).unwrap()
    }
}

fn page_of_modules(modules: &Modules) -> Page {
    let side = (modules.width() + 8) * SCALE;
    let mut page = Page::new(side, side);
    page.draw_modules(modules, 4 * SCALE, 4 * SCALE);
    page
}

fn page_of_bars(bars: &Bars) -> Page {
    let mut page = Page::new((bars.modules() + 20) * SCALE, 120);
    page.draw_bars(bars, 10 * SCALE, 10, 100);
    page
}

fn only(symbols: Vec<Symbol>) -> Symbol {
    assert_eq!(symbols.len(), 1, "{symbols:?}");
    symbols.into_iter().next().unwrap()
}

fn png(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn qr_of_any_text_is_read_back(text in "[ -~]{1,120}", level in prop::sample::select(vec![Level::L, Level::M, Level::Q, Level::H])) {
        let page = page_of_modules(&qr(text.as_bytes(), level).unwrap());
        let symbol = only(decode(&page.luma(), Mode::Live, BUDGET));
        prop_assert_eq!(symbol.symbology, Symbology::Qr);
        prop_assert_eq!(&symbol.text, &text);
        prop_assert_eq!(symbol.bytes, text.into_bytes());
    }

    #[test]
    fn qr_of_any_bytes_is_read_back(bytes in proptest::collection::vec(any::<u8>(), 1..80)) {
        let page = page_of_modules(&qr(&bytes, Level::M).unwrap());
        prop_assert_eq!(only(decode(&page.luma(), Mode::Still, BUDGET)).bytes, bytes);
    }

    #[test]
    fn code_128_of_any_text_is_read_back(text in "[ -~]{4,40}") {
        let page = page_of_bars(&code128(&text).unwrap());
        let symbol = only(decode(&page.luma(), Mode::Live, BUDGET));
        prop_assert_eq!((symbol.symbology, symbol.aim.as_str()), (Symbology::Code128, "]C0"));
        prop_assert_eq!(symbol.bytes, text.into_bytes());
    }

    #[test]
    fn code_128_of_digits_is_read_back(digits in "[0-9]{4,30}") {
        let page = page_of_bars(&code128(&digits).unwrap());
        prop_assert_eq!(only(decode(&page.luma(), Mode::Live, BUDGET)).text, digits);
    }

    #[test]
    fn any_pixels_are_answered(width in 1..90_u32, height in 1..90_u32, seed in any::<u64>()) {
        let mut state = seed | 1;
        let pixels = (0..width * height).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if state >> 63 == 0 { 0 } else { 255 }
        });
        let luma = Luma::new(width, height, pixels.collect()).unwrap();
        for mode in [Mode::Live, Mode::Still] {
            let _ = decode(&luma, mode, BUDGET);
        }
    }
}

#[test]
fn gs1_128_keeps_its_separators() {
    let elements = ElementString::parse_bracketed("(01)09506000134352(10)LOT1(21)S/7").unwrap();
    let page = page_of_bars(&gs1_128(&elements).unwrap());
    let symbol = only(decode(&page.luma(), Mode::Live, BUDGET));
    assert_eq!(symbol.aim, "]C1");
    assert_eq!(symbol.bytes, b"010950600013435210LOT1\x1d21S/7");
    let reading = read(&symbol.scan());
    assert!(matches!(reading.certain(), Some(Meaning::Product { elements: read, .. }) if *read == elements));
}

#[test]
fn all_codes_of_a_picture_are_read_and_told_apart() {
    let mut page = Page::new(1200, 800);
    for (text, left, top) in
        [("RS:U:123450000159", 40, 40), ("RS:L:A-1", 600, 60), ("RS:C:YES", 60, 400), ("RS:C:NO", 900, 500)]
    {
        page.draw_modules(&qr(text.as_bytes(), Level::M).unwrap(), left, top);
    }
    page.draw_bars(&code128("1Z999AA10123456784").unwrap(), 250, 660, 100);
    let symbols = decode(&page.luma(), Mode::Still, BUDGET);
    let mut texts: Vec<&str> = symbols.iter().map(|s| s.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["1Z999AA10123456784", "RS:C:NO", "RS:C:YES", "RS:L:A-1", "RS:U:123450000159"]);
    let at = |text: &str| symbols.iter().find(|s| s.text == text).unwrap().corners[0];
    assert!(at("RS:L:A-1").x > 550.0 && at("RS:L:A-1").y < 200.0);
    assert!(at("RS:C:NO").x > 850.0 && at("RS:C:NO").y > 450.0);
}

#[rstest]
#[case::one_dimensional(page_of_bars(&code128("RS:U:123450000159").unwrap()))]
#[case::two_dimensional(page_of_modules(&qr(b"RS:U:123450000159", Level::M).unwrap()))]
fn turned_codes_are_read(#[case] page: Page) {
    let image = page.image();
    for turned in [
        image::imageops::rotate90(&image),
        image::imageops::rotate180(&image),
        image::imageops::rotate270(&image),
    ] {
        let luma = Luma::new(turned.width(), turned.height(), turned.into_raw()).unwrap();
        assert_eq!(only(decode(&luma, Mode::Still, BUDGET)).text, "RS:U:123450000159");
    }
}

#[test]
fn an_empty_scene_holds_nothing() {
    for shade in [0, 127, 255] {
        let luma = Luma::new(1280, 720, vec![shade; 1280 * 720]).unwrap();
        assert_eq!(decode(&luma, Mode::Still, BUDGET), vec![]);
    }
    // Fences: bars of equal width.
    let fence = (0..640 * 480).map(|i| if i % 640 / 7 % 2 == 0 { 0 } else { 255 }).collect();
    assert_eq!(decode(&Luma::new(640, 480, fence).unwrap(), Mode::Still, BUDGET), vec![]);
}

#[test]
fn a_large_picture_ends_within_its_budget() {
    let noise = (0..4000 * 3000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let luma = Luma::new(4000, 3000, noise).unwrap();
    let start = Instant::now();
    let _ = decode(&luma, Mode::Still, Duration::from_millis(50));
    // Without the bound this takes far longer; the margin is for a loaded machine.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

/// Another reader than those that this crate decodes with.
#[rstest]
#[case("CODE-128:RS:U:123450000159/3", page_of_bars(&code128("RS:U:123450000159/3").unwrap()))]
#[case("QR-Code:RS:R:AB12 $%*+-./: Z", page_of_modules(&qr(b"RS:R:AB12 $%*+-./: Z", Level::M).unwrap()))]
fn zbar_reads_what_is_written(#[case] expected: &str, #[case] page: Page) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.png");
    std::fs::write(&path, png(&page.image())).unwrap();
    let output = Command::new("zbarimg")
        .arg("--quiet")
        .arg(&path)
        .output()
        .expect("zbarimg is missing: install the package zbar-tools (`cargo xtask test` does)");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n'), expected);
}

#[test]
fn digits_take_half_the_room_and_alphanumerics_their_own_mode() {
    // Start, six pairs, check: eight characters of 11 modules, and the stop of 13.
    assert_eq!(code128("123450000159").unwrap().modules(), 8 * 11 + 13);
    assert_eq!(code128("123450000159").unwrap().widths().len() % 2, 1);
    // Start B, RS:U:, change to C, six pairs, check.
    assert_eq!(code128("RS:U:123450000159").unwrap().modules(), 14 * 11 + 13);
    // A return label of 149 alphanumeric characters is a version 6 at level M: 41 modules.
    let label = format!("RS:R:{}", "A1".repeat(72));
    assert_eq!(qr(label.as_bytes(), Level::M).unwrap().width(), 41);
    assert!(qr(label.to_lowercase().as_bytes(), Level::M).unwrap().width() > 41);
    assert!(!qr(b"A", Level::M).unwrap().dark(21, 0), "outside is light");
}

#[test]
fn what_cannot_be_written_is_said() {
    assert_eq!(qr(b"", Level::M).unwrap_err().code(), "code-empty");
    assert_eq!(qr(&[b'x'; 5000], Level::M).unwrap_err().code(), "code-too-long");
    assert_eq!(qr(&[0xff; 5000], Level::M).unwrap_err().code(), "code-too-long");
    assert_eq!(code128("").unwrap_err().code(), "code-empty");
    assert_eq!(code128("Größe").unwrap_err().code(), "code-unwritable");
    assert_eq!(code128("\u{f1}01").unwrap_err().code(), "code-unwritable");
    assert_eq!(code128(&"x".repeat(81)).unwrap_err().code(), "code-too-long");
}

#[test]
fn pictures_are_loaded_and_others_refused() {
    let picture = page_of_modules(&qr(b"RS:C:YES", Level::M).unwrap()).image();
    let luma = image_in::load(&png(&picture)).unwrap();
    assert_eq!((luma.width(), luma.height()), picture.dimensions());
    assert_eq!(luma.pixels(), picture.as_raw().as_slice());

    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let read = only(decode(&image_in::load(&jpeg).unwrap(), Mode::Still, BUDGET));
    assert_eq!(read.text, "RS:C:YES");

    let code = |bytes: &[u8]| image_in::load(bytes).unwrap_err().code();
    assert_eq!(code(b""), "image-not-an-image");
    assert_eq!(code(b"RS:C:YES"), "image-not-an-image");
    assert_eq!(code(&jpeg[..jpeg.len() / 2]), "image-damaged");
    assert_eq!(code(&jpeg[..20]), "image-damaged");
    let png_bytes = png(&picture);
    assert_eq!(code(&png_bytes[..png_bytes.len() / 2]), "image-damaged");
    assert_eq!(code(&png(&GrayImage::new(20_000, 2))), "image-too-large");
    assert_eq!(code(&png(&GrayImage::new(2, 20_000))), "image-too-large");
    assert_eq!(code(&png_claiming_to_be(8000, 8000)), "image-too-large");
    assert_eq!(code(b"GIF89a\x01\0\x01\0\0\0\0;"), "image-unsupported");
}

/// A small PNG file whose header claims 16-bit RGBA of the given size: 488 MiB unpacked.
fn png_claiming_to_be(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&GrayImage::new(1, 1));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes[24] = 16;
    bytes[25] = 6;
    let mut crc = u32::MAX;
    for byte in &bytes[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    bytes
}

proptest! {
    #[test]
    fn any_file_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300), head in prop::sample::select(vec![&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])) {
        let _ = image_in::load(&[head, &bytes].concat());
    }
}
