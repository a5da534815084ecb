//! A camera's own JPEG as evidence: every bit of its picture, and nothing about place or person.
//!
//! Scan data, quantisation and Huffman tables stay as the camera wrote them. What cameras write beside them goes:
//! EXIF with its position, owner, serial number and maker notes, XMP, IPTC, comments, previews, and whatever lies
//! behind the end marker. Only the orientation stays, in an EXIF segment of its own, and the colour profile.

use image::metadata::Orientation;

use super::segments::{APP0, APP1, APP2, APP14, APP15, COMMENT, Piece, Stop, Walk};

const EXIF: &[u8] = b"Exif\0\0";
const JFIF: &[u8] = b"JFIF\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// JFIF's fixed part: name, version, units, densities, and the size of a preview that would follow.
const JFIF_BYTES: usize = 14;

/// Why bytes are no picture to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceProblem {
    /// No JPEG.
    #[error("not a JPEG")]
    NotAJpeg,
    /// A JPEG that is broken, or ends before its end marker.
    #[error("the JPEG is damaged or incomplete")]
    Damaged,
}

impl EvidenceProblem {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAJpeg => "image-not-an-image",
            Self::Damaged => "image-damaged",
        }
    }
}

impl From<Stop> for EvidenceProblem {
    fn from(_: Stop) -> Self {
        Self::Damaged
    }
}

/// The JPEG without place and person. What has neither comes back byte for byte, less what lies behind its end.
///
/// # Errors
/// Bytes that are no whole JPEG.
pub fn without_place_and_person(jpeg: &[u8]) -> Result<Vec<u8>, EvidenceProblem> {
    let walk = Walk::new(jpeg).map_err(|_| EvidenceProblem::NotAJpeg)?;
    let pieces = walk.collect::<Result<Vec<_>, Stop>>()?;
    if !pieces.iter().any(|piece| matches!(piece, Piece::Scan(_))) {
        return Err(EvidenceProblem::Damaged);
    }
    let mut kept = Vec::with_capacity(jpeg.len());
    kept.extend([0xff, 0xd8]);
    // JFIF wants to be first, EXIF right behind it.
    for piece in &pieces {
        if let Piece::Segment { marker: APP0, content, .. } = piece
            && content.starts_with(JFIF)
            && let Some(fixed) = content.get(..JFIF_BYTES - 2)
        {
            segment(&mut kept, APP0, &[fixed, &[0, 0]].concat());
            break;
        }
    }
    if let Some(orientation) = orientation(&pieces) {
        kept.extend(exif_segment(orientation));
    }
    for piece in pieces {
        match piece {
            Piece::Segment { marker, whole, content } if is_picture(marker, content) => kept.extend(whole),
            Piece::Segment { .. } => {}
            Piece::Scan(data) => kept.extend(data),
            Piece::End { .. } => kept.extend([0xff, 0xd9]),
        }
    }
    Ok(kept)
}

/// Whether a decoder needs the segment to show the picture as it was taken.
fn is_picture(marker: u8, content: &[u8]) -> bool {
    match marker {
        APP2 => content.starts_with(ICC),
        // Says how colours were turned into what was coded.
        APP14 => content.starts_with(ADOBE),
        APP0..=APP15 | COMMENT => false,
        _ => true,
    }
}

/// The segment that turns a picture as this one is turned; none where it is upright, or no JPEG.
pub(super) fn orientation_segment(jpeg: &[u8]) -> Option<Vec<u8>> {
    // What is broken further on may have begun with its orientation all the same.
    let pieces: Vec<Piece<'_>> = Walk::new(jpeg).ok()?.map_while(Result::ok).collect();
    orientation(&pieces).map(exif_segment)
}

/// A segment of its own with nothing but this orientation.
pub(super) fn exif_segment(orientation: Orientation) -> Vec<u8> {
    let mut whole = Vec::new();
    segment(&mut whole, APP1, &exif(orientation));
    whole
}

fn orientation(pieces: &[Piece<'_>]) -> Option<Orientation> {
    let exif = pieces.iter().find_map(|piece| match piece {
        Piece::Segment { marker: APP1, content, .. } => content.strip_prefix(EXIF),
        _ => None,
    })?;
    Orientation::from_exif_chunk(exif).filter(|orientation| *orientation != Orientation::NoTransforms)
}

/// An EXIF segment with nothing but the orientation (EXIF 2.32, 4.6.4 A; TIFF 6.0).
fn exif(orientation: Orientation) -> Vec<u8> {
    let mut bytes = EXIF.to_vec();
    bytes.extend(b"MM\0*\0\0\0\x08");
    // One field: tag 0x0112, type SHORT, one value, the value, no padding; then no further directory.
    bytes.extend([0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation.to_exif(), 0, 0, 0, 0, 0, 0]);
    bytes
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend(content);
}
