//! `station decode`.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use barcodes::gs1::ElementString;
use barcodes::write::{Level, gs1_128, qr};
use image::{GrayImage, ImageFormat, Luma};
use serde_json::json;

use crate::ran::{Ran, command, keys, station};

const SCALE: u32 = 4;
const QUIET: u32 = 10;

/// Columns and rows of modules, dark or not, as a picture with a quiet zone.
fn picture(width: u32, height: u32, dark: impl Fn(usize, usize) -> bool) -> GrayImage {
    GrayImage::from_fn((width + 2 * QUIET) * SCALE, (height + 2 * QUIET) * SCALE, |x, y| {
        let (x, y) = ((x / SCALE).checked_sub(QUIET), (y / SCALE).checked_sub(QUIET));
        let ink = x.zip(y).is_some_and(|(x, y)| x < width && y < height && dark(x as usize, y as usize));
        Luma([if ink { 0 } else { 255 }])
    })
}

fn qr_picture(content: &[u8]) -> GrayImage {
    let modules = qr(content, Level::M).unwrap();
    picture(modules.width() as u32, modules.height() as u32, |x, y| modules.dark(x, y))
}

fn gs1_128_picture(bracketed: &str) -> GrayImage {
    let bars = gs1_128(&ElementString::parse_bracketed(bracketed).unwrap()).unwrap();
    let columns: Vec<bool> = (0..)
        .zip(bars.widths())
        .flat_map(|(place, width)| vec![place % 2 == 0; usize::from(*width)])
        .collect();
    picture(columns.len() as u32, 40, |x, _| columns[x])
}

fn encoded(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn decode(paths: &[&Path]) -> Ran {
    let paths = paths.iter().map(|path| path.as_os_str());
    station(["decode".as_ref(), "--json".as_ref()].into_iter().chain(paths))
}

#[test]
fn codes_are_read_and_told_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let one = file(folder.path(), "one.jpg", &encoded(&qr_picture(b"RS:C:YES"), ImageFormat::Jpeg));
    let two = gs1_128_picture("(01)09506000134352(10)LOT1(21)S7");
    let two = file(folder.path(), "two.png", &encoded(&two, ImageFormat::Png));
    let none = file(
        folder.path(),
        "none.png",
        &encoded(&GrayImage::from_pixel(80, 60, Luma([200])), ImageFormat::Png),
    );
    let ran = decode(&[&one, &two, &none]).fine();
    assert_eq!(ran.stderr, "");
    let lines = ran.lines();
    let [yes, element_string, nothing] = &lines[..] else { panic!("{}", ran.stdout) };
    for (line, path) in lines.iter().zip([&one, &two, &none]) {
        assert_eq!(keys(line), ["ms", "path", "symbols"], "{line}");
        assert_eq!(line["path"], json!(path.to_str().unwrap()));
        assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    }
    assert_eq!(
        yes["symbols"],
        json!([{ "symbology": "qr", "text": "RS:C:YES", "bytes_hex": "52533a433a594553" }])
    );
    // No AIM identifier, no leading FNC1; the separator behind the lot is 1d.
    let symbols = element_string["symbols"].as_array().unwrap();
    assert_eq!(symbols.len(), 1, "{element_string}");
    assert_eq!(keys(&symbols[0]), ["bytes_hex", "symbology", "text"]);
    assert_eq!(symbols[0]["symbology"], json!("code128"));
    assert_eq!(symbols[0]["bytes_hex"], json!(hex::encode(b"010950600013435210LOT1\x1d21S7")));
    assert_eq!(nothing["symbols"], json!([]));
}

#[test]
fn for_people_a_line_has_no_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "code.png", &encoded(&qr_picture(b"a\x1b[2Jb"), ImageFormat::Png));
    let blank = file(folder.path(), "blank.png", &encoded(&GrayImage::new(40, 40), ImageFormat::Png));
    let ran = station(["decode".as_ref(), path.as_os_str(), blank.as_os_str()]).fine();
    let expected = format!("{}: qr a\\u{{1b}}[2Jb\n{}: no code\n", path.display(), blank.display());
    assert_eq!(ran.stdout, expected);
}

#[test]
fn what_is_no_picture_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = encoded(&qr_picture(b"RS:C:NO"), ImageFormat::Jpeg);
    let huge = encoded(&GrayImage::new(20_000, 100), ImageFormat::Png);
    let cases: [(&str, &[u8], &str); 5] = [
        ("truncated.jpg", &jpeg[..jpeg.len() / 2], "image-damaged"),
        ("huge.png", &huge, "image-too-large"),
        ("empty.jpg", b"", "image-not-an-image"),
        ("text.png", b"RS:C:YES\n", "image-not-an-image"),
        ("animated.gif", b"GIF89a\x01\0\x01\0\0\0\0;", "image-unsupported"),
    ];
    let mut paths: Vec<PathBuf> =
        cases.iter().map(|(name, bytes, _)| file(folder.path(), name, bytes)).collect();
    paths.push(file(folder.path(), "good.jpg", &jpeg));
    let ran = decode(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    // Every file could be opened, whatever was in it.
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let lines = ran.lines();
    assert_eq!(lines.len(), paths.len());
    for ((line, path), (_, _, code)) in lines.iter().zip(&paths).zip(&cases) {
        assert_eq!(keys(line), ["error", "ms", "path", "symbols"], "{line}");
        assert_eq!(keys(&line["error"]), ["code", "message"]);
        assert_eq!(line["path"], json!(path.to_str().unwrap()));
        assert_eq!((&line["error"]["code"], &line["symbols"]), (&json!(code), &json!([])), "{line}");
        assert!(!line["error"]["message"].as_str().unwrap().is_empty(), "{line}");
    }
    assert_eq!(lines[5]["symbols"][0]["text"], json!("RS:C:NO"));
}

#[test]
fn a_file_that_cannot_be_opened_fails_the_command_and_not_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(folder.path(), "good.png", &encoded(&qr_picture(b"RS:C:NO"), ImageFormat::Png));
    let missing = folder.path().join("missing.png");
    let ran = decode(&[&missing, folder.path(), &good]);
    assert_eq!(ran.code, Some(1));
    let lines = ran.lines();
    let codes: Vec<_> = lines.iter().map(|line| line["error"]["code"].as_str()).collect();
    assert_eq!(codes, [Some("file-missing"), Some("file-is-a-folder"), None]);
    assert_eq!(lines[2]["symbols"][0]["text"], json!("RS:C:NO"));

    let ran = station(["decode".as_ref(), missing.as_os_str(), good.as_os_str()]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with(&format!("file-missing: {}: ", missing.display())), "{}", ran.stderr);
    assert!(ran.stdout.ends_with("qr RS:C:NO\n"), "{}", ran.stdout);
}

/// A reader that overruns its time cannot be stopped, and while it runs only half of the others are tried. So the
/// process gives way to a new one, which knows only the rest.
#[test]
fn a_picture_that_takes_too_long_costs_the_others_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let noise = GrayImage::from_fn(3000, 2000, |x, y| {
        Luma([(x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) as u8])
    });
    let noise = file(folder.path(), "noise.png", &encoded(&noise, ImageFormat::Png));
    let picture = encoded(&qr_picture(b"RS:C:NO"), ImageFormat::Png);
    let missing = folder.path().join("missing.png");
    let dash = file(folder.path(), "-dash.png", &picture);
    // A pipe holds the command until somebody writes into it.
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = command(["decode", "--json", "--budget-ms", "1", "--"]);
    command.args([&missing, &noise, &pipe, &dash]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let mut writer = File::options().write(true).open(&pipe).unwrap();
    let now = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let now = String::from_utf8(now).unwrap();
    writer.write_all(&picture).unwrap();
    drop(writer);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "the missing file is forgotten: {}", ran.stdout);
    let lines = ran.lines();
    let paths: Vec<_> = lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [&missing, &noise, &pipe, &dash].map(|path| path.to_str().unwrap()));
    assert!(lines[1..].iter().all(|line| keys(line) == ["ms", "path", "symbols"]), "{}", ran.stdout);
    let rest: Vec<_> = now.split('\0').skip_while(|argument| *argument != "--").collect();
    assert_eq!(rest, ["--", pipe.to_str().unwrap(), dash.to_str().unwrap(), ""], "no new process: {now:?}");
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(folder.path(), "good.png", &encoded(&qr_picture(b"RS:C:NO"), ImageFormat::Png));
    let mut command = command(["decode", "--json"]);
    command.args(vec![&good; 40]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(folder.path(), "good.png", &encoded(&qr_picture(b"RS:C:NO"), ImageFormat::Png));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command(["decode", "--json"]).arg(&good).stdout(full).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.error_line(), "output-failed");
}
