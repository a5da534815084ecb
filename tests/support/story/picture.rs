//! Pictures as the camera over the bench would send them.

use std::io::Cursor;

use barcodes::write::{Level, qr};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
/// Grey of the mat.
const MAT: u8 = 150;
/// Pixels of a module.
const MODULE: u32 = 7;
/// Modules of quiet zone.
const QUIET: u32 = 4;

pub fn jpeg(picture: &GrayImage) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(picture).unwrap();
    jpeg.into_inner()
}

/// A picture of goods; no two are alike.
pub fn of_goods() -> Vec<u8> {
    let id = uuid::Uuid::new_v4();
    let mut picture = GrayImage::from_pixel(320, 240, Luma([MAT]));
    for (place, byte) in (0u32..).zip(id.as_bytes()) {
        let (left, top) = (20 + place % 4 * 70, 20 + place / 4 * 50);
        for (x, y) in (0..40).flat_map(|x| (0..30).map(move |y| (x, y))) {
            picture.put_pixel(left + x, top + y, Luma([*byte]));
        }
    }
    jpeg(&picture)
}

/// An empty mat.
pub fn of_mat() -> Vec<u8> {
    jpeg(&GrayImage::from_pixel(WIDTH, HEIGHT, Luma([MAT])))
}

/// A QR code held under the camera, a little differently each time: `place` moves it by pixels.
pub fn of_code(text: &str, place: u32) -> Vec<u8> {
    let modules = qr(text.as_bytes(), Level::M).unwrap();
    let mut picture = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([MAT]));
    let side = (modules.width() as u32 + 2 * QUIET) * MODULE;
    assert!(side + place < HEIGHT, "{text} does not fit under the camera");
    let (left, top) = ((WIDTH - side) / 2 + place, (HEIGHT - side) / 2);
    for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
        let module = |at: u32| (at / MODULE).checked_sub(QUIET).map(|at| at as usize);
        let dark = matches!((module(x), module(y)), (Some(x), Some(y))
            if x < modules.width() && y < modules.height() && modules.dark(x, y));
        picture.put_pixel(left + x, top + y, Luma([if dark { 20 } else { 240 }]));
    }
    jpeg(&picture)
}

/// A JPEG whose second half never came.
pub fn truncated() -> Vec<u8> {
    let mut whole = of_code("RS:T:T-0202", 0);
    whole.truncate(whole.len() / 2);
    whole
}

/// A PNG 20,000 pixels wide.
pub fn huge_png() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(GrayImage::new(20_000, 2_000)).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}
