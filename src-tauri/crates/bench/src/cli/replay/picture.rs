//! A camera picture with a code in it: what the bench's camera sees when a label is held under it.

use std::io::Cursor;
use std::path::Path;

use barcodes::write::{Level, qr};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};

use crate::desk::coded;
use crate::seam::Coded;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
/// Grey of the mat.
const MAT: u8 = 150;
/// Pixels of a module.
const MODULE: u32 = 7;
/// Modules of quiet zone.
const QUIET: u32 = 4;

/// A JPEG of 1280 × 720 with this QR code on a white label, on the given picture or on an empty mat.
pub(crate) fn with_code(text: &str, background: Option<&Path>) -> Result<Vec<u8>, Coded> {
    let failed = |detail: String| coded("scenario-file", [("detail", detail)]);
    let modules = qr(text.as_bytes(), Level::M).map_err(|error| failed(error.to_string()))?;
    let mut picture = background
        .and_then(|path| image::open(path).ok())
        .map(|picture| {
            picture.resize_to_fill(WIDTH, HEIGHT, image::imageops::FilterType::Triangle).to_luma8()
        })
        .unwrap_or_else(|| GrayImage::from_pixel(WIDTH, HEIGHT, Luma([MAT])));
    let side = (u32::try_from(modules.width()).unwrap_or(0) + 2 * QUIET) * MODULE;
    let (left, top) = (WIDTH.saturating_sub(side) / 2, HEIGHT.saturating_sub(side) / 2);
    for y in 0..side.min(HEIGHT) {
        for x in 0..side.min(WIDTH) {
            let module = |at: u32| (at / MODULE).checked_sub(QUIET).map(|at| at as usize);
            let dark = matches!((module(x), module(y)), (Some(x), Some(y))
                if x < modules.width() && y < modules.height() && modules.dark(x, y));
            picture.put_pixel(left + x, top + y, Luma([if dark { 20 } else { 240 }]));
        }
    }
    let mut jpeg = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .encode_image(&picture)
        .map_err(|error| failed(error.to_string()))?;
    Ok(jpeg.into_inner())
}
