//! Fuzz targets of pictures: files and grey pixels. As `fuzz.rs`, but slower.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[macro_use]
#[path = "../../../../tests/fuzzing/near.rs"]
mod near;

use barcodes::decode::{Luma, Mode, decode};
use barcodes::meaning::read;
use barcodes::{image_in, write};
use near::Input;
use std::time::Duration;

#[test]
fn picture_file() {
    let png =
        [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0];
    let jpeg =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xDB];
    fuzz!(&[png.as_slice(), jpeg.as_slice()], &["IDAT", "IEND", "\u{0}"], |input: &Input| {
        let _ = image_in::load(&input.0);
    });
}

/// Small pictures: noise, and symbols with some of their pixels wrong, at odd sizes.
#[test]
fn picture() {
    let examples = [qr("RS:U:123450000159", 2), qr("https://id.gs1.org/01/09506000134352", 1), bars()];
    bolero::check!()
        .with_generator((
            near::inputs(&examples, &["\u{0}\u{0}\u{0}\u{0}", "~~~~"]),
            1..90_usize,
            bolero::produce::<bool>(),
        ))
        .with_iterations(40)
        .with_test_time(near::AT_MOST)
        .for_each(|(input, width, live): &(Input, usize, bool)| {
            let side = if input.0.len() >= 29 * 29 { exact_side(input.0.len()) } else { *width };
            let height = input.0.len() / side.max(1);
            let (Ok(wide), Ok(high)) = (u32::try_from(side), u32::try_from(height)) else { return };
            let Ok(luma) = Luma::new(wide, high, input.0[..side * height].to_vec()) else { return };
            let mode = if *live { Mode::Live } else { Mode::Still };
            for symbol in decode(&luma, mode, Duration::from_millis(200)) {
                let _ = read(&symbol.scan());
            }
        });
}

/// The width at which rows of a square example stand under each other again.
fn exact_side(length: usize) -> usize {
    (1..).take_while(|side| side * side <= length).last().unwrap_or(1)
}

fn qr(content: &str, scale: usize) -> Vec<u8> {
    let modules = write::qr(content.as_bytes(), write::Level::M).unwrap();
    let side = (modules.width() + 8) * scale;
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / scale).wrapping_sub(4), (y / scale).wrapping_sub(4));
        modules.dark(x, y)
    };
    (0..side * side).map(|at| if dark(at % side, at / side) { 0 } else { 255 }).collect()
}

fn bars() -> Vec<u8> {
    let bars = write::code128("RS:U:123450000159").unwrap();
    let mut row = vec![255_u8; 12];
    for (at, width) in bars.widths().iter().enumerate() {
        row.extend(std::iter::repeat_n(if at % 2 == 0 { 0 } else { 255 }, usize::from(*width)));
    }
    row.resize(row.len() + 12, 255);
    row.repeat(row.len())
}
