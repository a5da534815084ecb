//! A camera's own JPEG as evidence: every bit of its picture, and nothing about place or person.
//!
//! Scan data, quantisation and Huffman tables stay as the camera wrote them. What cameras write beside them goes:
//! EXIF with its position, owner, serial number and maker notes, XMP, IPTC, comments, previews, and whatever lies
//! behind the end marker. Only the orientation stays, in an EXIF segment of its own, the colour profile, and that a picture was
//! packed here.

use image::metadata::Orientation;

use super::segments::{APP0, APP1, APP2, APP14, APP15, COMMENT, Piece, Stop, Walk};

const EXIF: &[u8] = b"Exif\0\0";
const JFIF: &[u8] = b"JFIF\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// JFIF's fixed part: name, version, units, densities, and the size of a preview that would follow.
const JFIF_BYTES: usize = 14;

/// Says that a picture is not the camera's own file: its codec stands in between.
const PACKED: (&[u8], &[u8]) =
    (b"packed as JPEG once, by the station, from a stream of ", b"; not the camera's own file");
/// No codec's name is longer.
const CODEC_BYTES: usize = 12;

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

/// The picture with a comment that says that it was packed here, from a stream of that codec; none where it is no JPEG, or the
/// codec's name is none. The comment is evidence of how the picture came about, and stays with it.
#[cfg_attr(not(feature = "rtsp"), allow(dead_code, reason = "only what no camera packed needs it"))]
pub(super) fn packed_here(jpeg: &[u8], codec: &str) -> Option<Vec<u8>> {
    let rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    let comment = [PACKED.0, codec.as_bytes(), PACKED.1].concat();
    if !says_packed_here(&comment) {
        return None;
    }
    let mut said = vec![0xff, 0xd8];
    segment(&mut said, COMMENT, &comment);
    said.extend(rest);
    Some(said)
}

/// Nothing else can stand in such a comment than a codec's name.
fn says_packed_here(comment: &[u8]) -> bool {
    let codec = comment.strip_prefix(PACKED.0).and_then(|rest| rest.strip_suffix(PACKED.1));
    codec.is_some_and(|codec| {
        (1..=CODEC_BYTES).contains(&codec.len())
            && codec.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'-')
    })
}

/// Whether a decoder needs the segment to show the picture as it was taken, or it says how the picture came about.
fn is_picture(marker: u8, content: &[u8]) -> bool {
    match marker {
        COMMENT => says_packed_here(content),
        APP2 => content.starts_with(ICC),
        // Says how colours were turned into what was coded.
        APP14 => content.starts_with(ADOBE),
        APP0..=APP15 => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let mut jpeg = Vec::new();
        let picture = image::GrayImage::from_pixel(16, 16, image::Luma([90]));
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg).encode_image(&picture).unwrap();
        jpeg
    }

    #[test]
    fn that_a_picture_was_packed_here_stays_with_it_and_no_other_comment_does() {
        let said = packed_here(&jpeg(), "H264").unwrap();
        let words: &[u8] = b"from a stream of H264; not the camera's own file";
        let tells = |bytes: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(tells(&said));
        let kept = without_place_and_person(&said).unwrap();
        assert!(tells(&kept));
        assert_eq!(without_place_and_person(&kept).unwrap(), kept);
        let (before, after) = (image::load_from_memory(&jpeg()), image::load_from_memory(&kept));
        assert_eq!(before.unwrap(), after.unwrap());
        // A person's name cannot hide in it.
        for name in ["Anna Nowak", "h264", "", "H264, OF ANNA", "ABCDEFGHIJKLMN"] {
            assert_eq!(packed_here(&jpeg(), name), None, "{name}");
        }
        let mut told = vec![0xff, 0xd8];
        segment(&mut told, COMMENT, &[PACKED.0, b"Anna Nowak", PACKED.1].concat());
        told.extend(&jpeg()[2..]);
        let kept = without_place_and_person(&told).unwrap();
        assert!(!kept.windows(4).any(|part| part == b"Anna"), "a comment of the camera's stays");
        assert_eq!(packed_here(b"no JPEG", "H264"), None);
    }
}
