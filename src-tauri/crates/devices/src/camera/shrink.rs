//! A smaller picture of a picture: for the live preview, and for lists of photos. Pure.
//!
//! Blocks of whole pixels are averaged, so that neither print nor noise flickers; the picture keeps its orientation.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageFormat, ImageReader, Limits};

use super::evidence::{EvidenceProblem, orientation_segment};

/// Files from outside may be anything: no more than this is unpacked.
const MAX_SIDE_PIXELS: u32 = 8192;
const MAX_DECODED_BYTES: u64 = 96 * 1024 * 1024;
const CHANNELS: usize = 3;

/// How small a picture should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its longer side at most, in pixels.
    pub longest_px: u32,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
}

impl Size {
    /// What a screen shows live: 640 × 360 of most cameras.
    pub const PREVIEW: Self = Self { longest_px: 640, quality: 75 };
    /// What stands in a list of photos.
    pub const SMALL: Self = Self { longest_px: 320, quality: 70 };
}

/// The picture at a whole fraction of its size that is no larger than asked for; `None` where it is small enough.
///
/// # Errors
/// Bytes that are no whole JPEG, or one with more pixels than are taken in.
pub fn shrunk(jpeg: &[u8], size: Size) -> Result<Option<Vec<u8>>, EvidenceProblem> {
    if !jpeg.starts_with(&[0xff, 0xd8]) {
        return Err(EvidenceProblem::NotAJpeg);
    }
    let damaged = |_| EvidenceProblem::Damaged;
    let mut reader = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PIXELS);
    limits.max_image_height = Some(MAX_SIDE_PIXELS);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(damaged)?.into_rgb8();
    let longest = picture.width().max(picture.height());
    let ratio = longest.div_ceil(size.longest_px.max(1));
    if ratio <= 1 {
        return Ok(None);
    }
    let (width, height) = (picture.width() / ratio, picture.height() / ratio);
    if width == 0 || height == 0 {
        return Ok(None);
    }
    let pixels = averaged(picture.as_raw(), picture.width() as usize, ratio as usize);
    let mut small = Vec::with_capacity(pixels.len() / 8);
    JpegEncoder::new_with_quality(&mut small, size.quality.clamp(1, 100))
        .encode(&pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(damaged)?;
    Ok(Some(match orientation_segment(jpeg) {
        Some(exif) => with_segment(&small, &exif),
        None => small,
    }))
}

/// Means of blocks of `ratio` × `ratio` pixels; what is left over at the right and the bottom is dropped.
fn averaged(rgb: &[u8], width: usize, ratio: usize) -> Vec<u8> {
    let row_bytes = width * CHANNELS;
    let mut sums = vec![0_u32; width / ratio * CHANNELS];
    let pixels = u32::try_from(ratio * ratio).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(rgb.len() / (ratio * ratio));
    for band in rgb.chunks_exact(row_bytes * ratio) {
        sums.fill(0);
        for row in band.chunks_exact(row_bytes) {
            for (sum, block) in sums.chunks_exact_mut(CHANNELS).zip(row.chunks_exact(ratio * CHANNELS)) {
                for pixel in block.chunks_exact(CHANNELS) {
                    for (total, value) in sum.iter_mut().zip(pixel) {
                        *total += u32::from(*value);
                    }
                }
            }
        }
        out.extend(sums.iter().map(|sum| u8::try_from((sum + pixels / 2) / pixels).unwrap_or(u8::MAX)));
    }
    out
}

/// The segment behind the JFIF header, or behind the start where there is none.
fn with_segment(jpeg: &[u8], segment: &[u8]) -> Vec<u8> {
    let at = match jpeg {
        [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    };
    let (head, rest) = jpeg.split_at_checked(at).unwrap_or((jpeg, &[]));
    [head, segment, rest].concat()
}

#[cfg(test)]
mod tests {
    use image::metadata::Orientation;
    use image::{ImageDecoder, Rgb, RgbImage};

    use super::*;

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(picture).unwrap();
        bytes
    }

    #[test]
    fn blocks_become_their_mean_and_what_is_left_over_is_dropped() {
        // Two rows of five pixels: one block of 2 × 2, another one, and a column that is left over.
        let grey = |values: [u8; 10]| values.iter().flat_map(|v| [*v; 3]).collect::<Vec<u8>>();
        let pixels = grey([10, 20, 100, 100, 7, 30, 40, 100, 101, 7]);
        assert_eq!(averaged(&pixels, 5, 2), [25, 25, 25, 100, 100, 100]);
    }

    #[test]
    fn a_picture_is_made_no_larger_than_asked_and_looks_the_same() {
        let picture = RgbImage::from_fn(1280, 720, |x, y| {
            if x < 640 { Rgb([200, 40, 40]) } else { Rgb([20, (y / 4) as u8, 220]) }
        });
        let small = shrunk(&jpeg(&picture), Size::PREVIEW).unwrap().unwrap();
        let small = image::load_from_memory(&small).unwrap().into_rgb8();
        assert_eq!(small.dimensions(), (640, 360));
        for (x, y) in [(100, 100), (200, 300), (400, 40), (600, 340)] {
            let (there, here) = (picture.get_pixel(x * 2, y * 2), small.get_pixel(x, y));
            for (there, here) in there.0.iter().zip(here.0) {
                assert!(there.abs_diff(here) <= 10, "{x},{y}: {there} is {here}");
            }
        }
        let tall = RgbImage::from_pixel(1000, 3000, Rgb([1, 2, 3]));
        let tall = shrunk(&jpeg(&tall), Size::SMALL).unwrap().unwrap();
        assert_eq!(image::load_from_memory(&tall).unwrap().into_rgb8().dimensions(), (100, 300));
        let already = jpeg(&RgbImage::from_pixel(320, 200, Rgb([9, 9, 9])));
        assert_eq!(shrunk(&already, Size::SMALL).unwrap(), None);
    }

    #[test]
    fn a_picture_taken_on_its_side_stays_on_its_side() {
        let upright = jpeg(&RgbImage::from_pixel(800, 400, Rgb([90, 120, 30])));
        let exif = super::super::evidence::exif_segment(Orientation::Rotate90);
        let turned = with_segment(&upright, &exif);
        let small = shrunk(&turned, Size::SMALL).unwrap().unwrap();
        let mut decoder =
            ImageReader::with_format(Cursor::new(&small), ImageFormat::Jpeg).into_decoder().unwrap();
        assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90);
        let plain = shrunk(&upright, Size::SMALL).unwrap().unwrap();
        assert!(orientation_segment(&plain).is_none());
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let whole = jpeg(&RgbImage::from_pixel(800, 400, Rgb([90, 120, 30])));
        assert_eq!(shrunk(b"GIF89a", Size::SMALL), Err(EvidenceProblem::NotAJpeg));
        assert_eq!(shrunk(&whole[..40], Size::SMALL), Err(EvidenceProblem::Damaged));
    }
}
