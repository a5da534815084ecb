//! Image file → grey pixels, with limits: a file from outside may be anything.

use crate::decode::Luma;
use image::{ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Longest side that is accepted, in pixels.
pub const MAX_SIDE_PX: u32 = 8192;
/// Most memory that unpacking may take, in bytes.
pub const MAX_MEMORY_BYTES: u64 = 96 * 1024 * 1024;

/// Why a file gives no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    /// Neither JPEG nor PNG.
    #[error("not a JPEG or PNG image")]
    NotAnImage,
    /// The file ends early or its content is broken.
    #[error("the image is damaged or incomplete: {detail}")]
    Damaged {
        /// What the reader said, for the log.
        detail: String,
    },
    /// More pixels than are accepted.
    #[error("the image is too large (at most {MAX_SIDE_PX} pixels a side)")]
    TooLarge,
    /// A variety of the format that is not read.
    #[error("this kind of image is not supported: {detail}")]
    Unsupported {
        /// What the reader said, for the log.
        detail: String,
    },
}

impl ImageProblem {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            ImageProblem::NotAnImage => "image-not-an-image",
            ImageProblem::Damaged { .. } => "image-damaged",
            ImageProblem::TooLarge => "image-too-large",
            ImageProblem::Unsupported { .. } => "image-unsupported",
        }
    }
}

/// Unpacks a JPEG or PNG file to grey. Turning by EXIF is left out: codes are read in any direction.
pub fn load(bytes: &[u8]) -> Result<Luma, ImageProblem> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|e| ImageProblem::Damaged { detail: e.to_string() })?;
    if reader.format().is_none() {
        return Err(ImageProblem::NotAnImage);
    }
    if reader.format() == Some(ImageFormat::Jpeg) && !jpeg_is_whole(bytes) {
        return Err(ImageProblem::Damaged { detail: "the JPEG ends before its end marker".to_owned() });
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    let grey = reader.decode().map_err(problem)?.into_luma8();
    let (width, height) = grey.dimensions();
    Luma::new(width, height, grey.into_raw()).map_err(|e| ImageProblem::Damaged { detail: e.to_string() })
}

/// Unpacks a camera's JPEG frame to grey, in about half of [`load`]'s time: the colours are never computed. Anything that
/// is no whole JPEG is refused, with [`load`]'s words.
pub fn load_frame(bytes: &[u8]) -> Result<Luma, ImageProblem> {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return load(bytes);
    }
    if !jpeg_is_whole(bytes) {
        return Err(ImageProblem::Damaged { detail: "the JPEG ends before its end marker".to_owned() });
    }
    let side = MAX_SIDE_PX as usize;
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let damaged = |detail: String| ImageProblem::Damaged { detail };
    decoder.decode_headers().map_err(|e| damaged(e.to_string()))?;
    let length = decoder.output_buffer_size().unwrap_or_default();
    if length as u64 > MAX_MEMORY_BYTES {
        return Err(ImageProblem::TooLarge);
    }
    let Some(info) = decoder.info() else { return Err(damaged("no header".to_owned())) };
    let grey = decoder.decode().map_err(|e| damaged(e.to_string()))?;
    match Luma::new(u32::from(info.width), u32::from(info.height), grey) {
        Ok(luma) => Ok(luma),
        // Not every kind of JPEG can be had in grey.
        Err(_) => load(bytes),
    }
}

fn problem(error: ImageError) -> ImageProblem {
    match error {
        ImageError::Limits(_) => ImageProblem::TooLarge,
        ImageError::Unsupported(e) => ImageProblem::Unsupported { detail: e.to_string() },
        e => ImageProblem::Damaged { detail: e.to_string() },
    }
}

/// Walks the JPEG's segments (ITU T.81, annex B) to its end marker. The decoder fills what is missing with grey and
/// says nothing.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    const END: u8 = 0xd9;
    let mut rest = bytes.get(2..).unwrap_or_default();
    // Inside a scan everything is data but a marker: 0xFF and neither a stuffed zero nor a restart.
    while let Some(at) = rest.windows(2).position(|w| matches!(w, [0xff, 0x01..=0xcf | 0xd8..=0xfe])) {
        let Some([_, marker, after @ ..]) = rest.get(at..) else { return false };
        if *marker == END {
            return true;
        }
        let [high, low, ..] = after else { return false };
        rest = after.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default();
    }
    false
}
