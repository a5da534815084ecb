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

/// A camera's frames: whole JPEGs with some bytes wrong.
#[test]
fn camera_frame() {
    let jpeg = |content: &str, scale: usize| {
        let pixels = qr(content, scale);
        let side = u32::try_from(exact_side(pixels.len())).unwrap();
        let mut jpeg = std::io::Cursor::new(Vec::new());
        image::GrayImage::from_raw(side, side, pixels)
            .unwrap()
            .write_to(&mut jpeg, image::ImageFormat::Jpeg)
            .unwrap();
        jpeg.into_inner()
    };
    let whole = [jpeg("RS:C:YES", 1), jpeg("RS:U:123450000159", 2)];
    fuzz!(&whole, &["\u{0}", "JFIF", "\u{7f}\u{7f}"], |input: &Input| {
        if let Ok(luma) = image_in::load_frame(&input.0) {
            assert_eq!(luma.pixels().len(), luma.width() as usize * luma.height() as usize);
        } else {
            assert!(!image_in::load_frame(&input.0).unwrap_err().code().is_empty());
        }
    });
}

/// One camera's frames one after the other, of any sizes: what a decoder remembers never fits the next frame for sure.
#[test]
fn camera_frames() {
    let examples = [qr("RS:U:123450000159", 3), qr("RS:T:CAGE-7", 2), bars()];
    bolero::check!()
        .with_generator((near::inputs(&examples, &["\u{0}\u{0}\u{0}\u{0}"]), 20..700_usize, 1..6_usize))
        .with_iterations(60)
        .with_test_time(near::AT_MOST)
        .for_each(|(input, width, frames): &(Input, usize, usize)| {
            let mut decoder = barcodes::decode::Decoder::new();
            for frame in 0..*frames {
                let pixels: Vec<u8> =
                    input.0.iter().copied().cycle().skip(frame).take(width * width / 2).collect();
                let (wide, high) = ((*width + frame) as u32, (pixels.len() / (*width + frame)) as u32);
                let Ok(luma) = Luma::new(wide, high, pixels[..(wide * high) as usize].to_vec()) else {
                    return;
                };
                for symbol in decoder.look(&luma, Duration::from_millis(100)) {
                    let _ = read(&symbol.scan());
                }
            }
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
