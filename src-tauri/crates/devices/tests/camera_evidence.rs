//! Photos as evidence: place and person go, every bit of the picture stays. ImageMagick and ffmpeg are the judges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};

use devices::camera::{EvidenceProblem, without_place_and_person};
use image::{ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

fn picture() -> RgbImage {
    RgbImage::from_fn(320, 200, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, (x ^ y) as u8]))
}

fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture().write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], length.as_slice(), content].concat()
}

/// EXIF as a camera writes it: orientation, its owner and serial number, maker notes, and where it stood.
fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let texts: [&[u8]; 3] = [b"KARIN WAGNER\0", b"SN-00998877\0", b"MAKERNOTE-POSITION-51.34N\0"];
    // Orientation, artist, body serial number, pointer to the position; then the texts behind both directories.
    let first_text = 8 + 2 + 4 * 12 + 4 + 2 + 2 * 12 + 4;
    tiff.extend(4_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    tiff.extend(entry(0x013b, 2, texts[0].len() as u32, first_text as u32));
    tiff.extend(entry(0x8825, 4, 1, 8 + 2 + 4 * 12 + 4));
    tiff.extend(entry(0xa431, 2, texts[1].len() as u32, (first_text + texts[0].len()) as u32));
    tiff.extend([0; 4]);
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, u32::from(b'N')));
    tiff.extend(entry(0x0003, 2, 2, u32::from(b'E')));
    tiff.extend([0; 4]);
    texts.iter().for_each(|text| tiff.extend(*text));
    [b"Exif\0\0", tiff.as_slice()].concat()
}

static TALKS: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| talkative(3));

/// All that cameras and programs write beside a picture.
fn talkative(orientation: u16) -> Vec<u8> {
    let bare = jpeg();
    let mut all = bare[..2].to_vec();
    all.extend(segment(0xe1, &exif(orientation)));
    all.extend(segment(
        0xe1,
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPSLatitude 51.34 Creator Karin</x:xmpmeta>",
    ));
    all.extend(segment(0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0cBylineKarin."));
    all.extend(segment(0xe2, b"MPF\0with a second picture's place"));
    all.extend(segment(0xe5, b"maker's own: Karin"));
    all.extend(segment(0xfe, b"taken by Karin in Leipzig"));
    all.extend(&bare[2..]);
    all.extend(b"\0\0trailer: 51.34N Karin");
    all.extend(jpeg());
    all
}

fn magick(path: &Path, what: &str) -> String {
    let out = Command::new("identify")
        .args(["-quiet", "-format", what])
        .arg(path)
        .output()
        .expect("identify is missing: apt-get install imagemagick, or run cargo xtask test");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// From the first quantisation table to the end: what a decoder makes the picture of.
fn heart(jpeg: &[u8]) -> &[u8] {
    &jpeg[jpeg.windows(2).position(|pair| pair == [0xff, 0xdb]).unwrap()..]
}

#[test]
fn place_and_person_go_and_the_picture_stays_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    let (before, after) = (dir.path().join("before.jpg"), dir.path().join("after.jpg"));
    let camera = talkative(6);
    std::fs::write(&before, &camera).unwrap();
    assert!(magick(&before, "%[EXIF:*]").contains("KARIN"), "the judge sees what is to go");

    let kept = without_place_and_person(&camera).unwrap();
    std::fs::write(&after, &kept).unwrap();
    assert_eq!(heart(&kept), heart(&jpeg()), "tables and scan data are the camera's");
    for word in ["Karin", "KARIN", "51.34", "MAKERNOTE", "SN-0099", "Leipzig"] {
        assert!(!kept.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is still there");
    }
    let exif = magick(&after, "%[EXIF:*]");
    assert_eq!(exif.trim(), "exif:Orientation=6", "nothing but the orientation is left");
    let decoded = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).unwrap().into_rgb8();
    let camera = image::load_from_memory_with_format(&jpeg(), ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(decoded, camera);
    assert_eq!(without_place_and_person(&kept).unwrap(), kept, "a second time changes nothing");
}

#[test]
fn a_picture_that_tells_nothing_comes_back_as_it_was() {
    let bare = jpeg();
    assert_eq!(without_place_and_person(&bare).unwrap(), bare);
    let upright = without_place_and_person(&talkative(1)).unwrap();
    assert_eq!(upright, bare, "an upright picture needs no word about that");
}

#[test]
fn progressive_pictures_with_words_between_their_scans_are_cleaned_too() {
    let dir = tempfile::tempdir().unwrap();
    let (source, out) = (dir.path().join("source.png"), dir.path().join("progressive.jpg"));
    picture().save(&source).unwrap();
    let done = Command::new("convert")
        .arg(&source)
        .args(["-interlace", "JPEG", "-quality", "85"])
        .arg(&out)
        .status();
    assert!(done.expect("convert is missing: apt-get install imagemagick").success());
    let progressive = without_place_and_person(&std::fs::read(&out).unwrap()).unwrap();
    // Put a comment in front of the last table or scan.
    let at = progressive.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let mut talks = progressive[..at].to_vec();
    talks.extend(segment(0xfe, b"Karin"));
    talks.extend(&progressive[at..]);
    image::load_from_memory_with_format(&talks, ImageFormat::Jpeg).unwrap();
    assert_eq!(without_place_and_person(&talks).unwrap(), progressive);
}

#[test]
fn frames_of_ffmpeg_come_back_with_their_scan_data() {
    let dir = tempfile::tempdir().unwrap();
    let (source, out) = (dir.path().join("source.png"), dir.path().join("frame.jpg"));
    picture().save(&source).unwrap();
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "fatal", "-i"])
        .arg(&source)
        .args(["-c:v", "mjpeg", "-q:v", "3", "-metadata", "comment=Karin"])
        .arg(&out)
        .stdin(Stdio::null())
        .status();
    assert!(done.expect("ffmpeg is missing: apt-get install ffmpeg, or run cargo xtask test").success());
    let frame = std::fs::read(&out).unwrap();
    assert!(frame.windows(4).any(|part| part == b"Lavc"), "ffmpeg signs in a comment");
    let kept = without_place_and_person(&frame).unwrap();
    assert_eq!(heart(&kept), heart(&frame));
    assert!(!kept.windows(4).any(|part| part == b"Lavc"));
}

#[test]
fn what_is_no_whole_jpeg_is_refused() {
    let whole = talkative(8);
    assert_eq!(without_place_and_person(b"\x89PNG"), Err(EvidenceProblem::NotAJpeg));
    assert_eq!(without_place_and_person(b""), Err(EvidenceProblem::NotAJpeg));
    assert_eq!(without_place_and_person(b"\xff\xd8\xff\xd9"), Err(EvidenceProblem::Damaged));
    let picture_ends = whole.windows(7).position(|part| part == b"trailer").unwrap() - 2;
    for end in (3..picture_ends).step_by(97) {
        assert_eq!(without_place_and_person(&whole[..end]), Err(EvidenceProblem::Damaged), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_what_it_keeps_it_keeps_again(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
        spots in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let _ = without_place_and_person(&bytes);
        bytes.splice(0..0, [0xff, 0xd8]);
        let _ = without_place_and_person(&bytes);
        let mut spoilt = TALKS.clone();
        for (at, byte) in spots {
            let at = at.index(spoilt.len());
            spoilt[at] = byte;
        }
        if let Ok(kept) = without_place_and_person(&spoilt) {
            prop_assert_eq!(without_place_and_person(&kept).unwrap(), kept);
        }
    }
}
