//! Fuzz targets of what devices send: a bounded number of inputs here, as many as wished by
//! `cargo xtask fuzz NAME --minutes N`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[macro_use]
#[path = "../../../../tests/fuzzing/near.rs"]
mod near;

use devices::camera::{Part, Parts, Size, pictures_in, shrunk, without_place_and_person};
use devices::printer::read_answer;
use devices::scale::load_of;
use devices::scanner::ssi::{Command, Host, Packet, Parsed, Said};
use devices::scanner::{Framed, Framer, Outcome, Suffix};
use devices::{CameraConfig, PrinterConfig, ScaleConfig, ScannerConfig, Weight};
use near::Input;
use std::time::Duration;

/// However the reads cut the stream, the scans are the same, and none is longer than allowed.
#[test]
fn framer() {
    let suffixes = [Suffix::Cr, Suffix::Lf, Suffix::CrLf, Suffix::StxEtx, Suffix::None { gap_ms: 50 }];
    let stream: &[&[u8]] = &[
        b"]C1010950600013435210ABC\x1d17261231\r\n4006381333931\r",
        b"\x02ONE\x03\r\n\x02TWO\x03",
        b"\r\r\n\n",
    ];
    fuzz!(stream, &["\r", "\n", "\r\n", "\u{2}", "\u{3}", "]E0"], |input: &Input| {
        for suffix in suffixes {
            let config =
                ScannerConfig { suffix, max_len: 16, prefix: b"]".to_vec(), ..ScannerConfig::new("s", "p") };
            let scans = |reads: &mut dyn Iterator<Item = &[u8]>| {
                let mut framer = Framer::new(&config);
                let mut scans = Vec::new();
                reads.for_each(|read| framer.push(read, |framed| scans.push(framed)));
                scans.extend(framer.silence());
                assert!(!framer.is_midway());
                scans
            };
            let whole = scans(&mut std::iter::once(input.0.as_slice()));
            assert_eq!(scans(&mut input.0.chunks(1)), whole);
            assert_eq!(scans(&mut input.0.chunks(5)), whole);
            for framed in whole {
                if let Framed::Scan(bytes) = framed {
                    assert!(bytes.len() <= 16);
                }
            }
        }
    });
}

const STREAM: &[u8] = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\n\xff\xd8ab\xd9\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8cde\xff\xd9\r\n--frame--\r\n";

/// However the chunks cut the stream, the parts are the same, and none is longer than allowed.
#[test]
fn camera_stream() {
    fuzz!(
        &[STREAM],
        &["--frame", "\r\n", "\n", "Content-Length: 5", "Content-Length: 99999999999999999999", "--"],
        |input: &Input| {
            let parts = |chunk: usize| {
                let mut stream = Parts::new(64);
                let mut parts = Vec::new();
                for chunk in input.0.chunks(chunk) {
                    stream.push(chunk);
                    while let Some(part) = stream.next_part() {
                        assert!(!matches!(&part, Part::Body(body) if body.len() > 64));
                        parts.push(part);
                    }
                }
                parts
            };
            let (whole, single, few) = (parts(usize::MAX), parts(1), parts(7));
            // A part over the limit is dropped as it comes: what of the rest looks like a boundary then depends on the cut.
            if ![&whole, &single, &few].iter().any(|parts| parts.contains(&Part::TooLarge)) {
                assert_eq!(single, whole);
                assert_eq!(few, whole);
            }
        }
    );
}

#[test]
fn packet() {
    let whole = Packet { opcode: 0xF3, from_host: false, status: 0, data: b"\x03ABC".to_vec() }.bytes();
    fuzz!(&[whole], &["\u{4}", "\u{0}"], |input: &Input| {
        if let Parsed::Whole(packet, length) = Packet::parse(&input.0) {
            assert!(length <= input.0.len());
            assert_eq!(Packet::parse(&packet.bytes()), Parsed::Whole(packet.clone(), packet.bytes().len()));
        }
    });
}

/// The conversation with a scanner that sends anything: no decode over the limit, and as long an answer as a scanner
/// could want, but no more.
#[test]
fn conversation() {
    let decode = |text: &str| Packet {
        opcode: 0xF3,
        from_host: false,
        status: 0,
        data: [b"\x03", text.as_bytes()].concat(),
    };
    let nak = Packet { opcode: 0xD1, from_host: false, status: 0, data: vec![1] };
    let bytes = [decode("ABC").bytes(), nak.bytes(), decode("DEF").bytes()].concat();
    fuzz!(&[bytes], &["\u{5}", "\u{0}", "\u{2}", "\u{3}"], |input: &Input| {
        let mut host = Host::new(64);
        let mut line = Vec::new();
        for (n, chunk) in input.0.chunks(5).enumerate() {
            host.command(&Command::Tell(Outcome::Refused));
            host.hear(chunk, Duration::from_millis(n as u64 * 40), &mut line, |said| {
                // An AIM identifier, perhaps with GS1's 01, and the content.
                assert!(!matches!(&said, Said::Decode(bytes) if bytes.len() > 64 + 5));
            });
        }
        host.farewell(&mut line);
        assert!(line.len() <= (input.0.len() + 10) * 16);
    });
}

/// What a scale answers, in either language: a load says as many digits as arrived.
#[test]
fn scale_reply() {
    use devices::scale::Protocol::{MtSics, Nci};
    let replies: &[&[u8]] = &[
        b"S S     100.00 g",
        b"S D    -12.5 kg",
        b"S +",
        b"TA A      0.00 g",
        b"\n 1.25LB\r\n00\r",
        b"\n---\r\nS80\r",
    ];
    fuzz!(replies, &["S S", "Error", " kg", "LB", "\r\n", "\n", "00", "\u{3}"], |input: &Input| {
        for protocol in [MtSics, Nci] {
            if let Some(load) = load_of(protocol, &input.0) {
                let digits =
                    |text: &[u8]| text.iter().filter(|byte| (**byte & 0x7f).is_ascii_digit()).count();
                assert!(digits(load.shown().as_bytes()) <= digits(&input.0));
                let _ = (load.code(), load.settled().map(Weight::whole_grams));
            }
        }
    });
}

/// A small JPEG as a camera writes it: EXIF with an orientation, a comment, something behind its end.
fn jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 16, y as u8 * 16, 99]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
    let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let comment = b"\xff\xfe\x00\x0eKarin 51.34N";
    [&bytes[..2], exif, comment, &bytes[2..], b"behind"].concat()
}

/// A photo without place and person: cleaned once it is clean, and nothing of the comment is left.
#[test]
fn evidence() {
    assert!(without_place_and_person(&jpeg()).is_ok());
    fuzz!(&[jpeg()], &["Exif\0\0", "ICC_PROFILE\0", "Adobe", "Karin 51.34N"], |input: &Input| {
        if let Ok(clean) = without_place_and_person(&input.0) {
            assert!(clean.starts_with(&[0xff, 0xd8]));
            assert_eq!(without_place_and_person(&clean).as_deref(), Ok(clean.as_slice()));
        }
        let _ = shrunk(&input.0, Size { longest_px: 8, quality: 70 });
    });
}

/// A recording cut anywhere, with anything between its pictures: every picture is a whole JPEG, and none comes from nowhere.
#[test]
fn recording() {
    let avi = [
        b"RIFF\0\0\0\0AVI LIST\0\0\0\0hdrlavih\x38\0\0\0\x40\x9c\0\0".as_slice(),
        &jpeg(),
        b"00dc\x10\0\0\0",
        &jpeg(),
    ]
    .concat();
    assert_eq!(pictures_in(avi.as_slice()).count(), 2);
    fuzz!(&[avi], &["00dc", "RIFF", "avih", "\u{0}\u{0}"], |input: &Input| {
        let mut length = 0;
        for picture in pictures_in(input.0.as_slice()) {
            assert!(picture.starts_with(&[0xff, 0xd8, 0xff]) && picture.ends_with(&[0xff, 0xd9]));
            length += picture.len();
        }
        assert!(length <= input.0.len());
    });
}

#[test]
fn weight() {
    fuzz!(&["100.00", "-0.5", "+12"], &["e9", ".", "-", "9999999999999999999999999999"], |input: &Input| {
        for unit in ["g", "kg", "lb", "oz", "t", ""] {
            if let Some(weight) = Weight::read(&input.text(), unit) {
                let _ = (weight.whole_grams(), weight.is_zero(), weight.is_positive());
            }
        }
    });
}

/// What a printer answers, read as the printer's line reads it.
#[test]
fn printer_answer() {
    let answer: &[u8] = b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x48\x00\x1battributes-natural-language\x00\x05en-us\x04\x23\x00\x0dprinter-state\x00\x04\x00\x00\x00\x03\x44\x00\x15printer-state-reasons\x00\x04none\x03";
    let with_language: &[u8] =
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x35\x00\x0estatus-message\x00\x0a\x00\x02en\x00\x04okay\x03";
    for valid in [answer, with_language] {
        assert!(read_answer(valid.to_vec()).unwrap().header().status_code().is_success());
    }
    fuzz!(
        &[answer, with_language],
        &["\u{0}\u{1}", "\u{4}", "\u{3}", "\u{34}", "\u{37}", "media-col", "\u{7f}\u{7f}"],
        |input: &Input| {
            if let Ok(answer) = read_answer(input.0.clone()) {
                let _ = (answer.header().status_code().is_success(), format!("{:?}", answer.attributes()));
            }
        }
    );
}

/// A settings file that a person wrote by hand.
#[test]
fn settings() {
    let scanner =
        r#"{"id":"s","path":"/dev/ttyACM0","baud":9600,"suffix":{"kind":"none","gap_ms":50},"prefix":[93]}"#;
    let camera = r#"{"id":"c","source":{"kind":"folder","path":"/x"}}"#;
    fuzz!(&[scanner, camera], &["{", "}", "\"", ":", ",", "null", "-1", "1e99", "[]"], |input: &Input| {
        let _ = serde_json::from_slice::<ScannerConfig>(&input.0);
        let _ = serde_json::from_slice::<CameraConfig>(&input.0);
        let _ = serde_json::from_slice::<PrinterConfig>(&input.0);
        let _ = serde_json::from_slice::<ScaleConfig>(&input.0);
    });
}
