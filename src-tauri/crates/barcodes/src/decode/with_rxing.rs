//! All symbologies by rxing.

use super::bars::Line;
use super::plausible::is_plausible;
use super::{Luma, Point, Symbol, Symbology};
use rxing::aztec::AztecReader;
use rxing::common::HybridBinarizer;
use rxing::datamatrix::DataMatrixReader;
use rxing::multi::MultipleBarcodeReader;
use rxing::oned::MultiFormatOneDReader;
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source, RXingResult, RXingResultMetadataType,
    RXingResultMetadataValue, Reader,
};
use std::collections::HashSet;

type Picture<'a> = BinaryBitmap<HybridBinarizer<Luma8Source<'a>>>;

/// Everything that rxing finds: all QR codes and one symbol of each other kind. Formats are limited to what a dock sees, and
/// payloads are checked, because with all formats rxing reads codes out of empty scenes.
pub(super) fn read_all(luma: &Luma, pass: &'static str) -> Vec<Symbol> {
    let Ok(source) = Luma8Source::new_with_slice(luma.pixels(), luma.width(), luma.height()) else {
        return Vec::new();
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = hints();
    let mut results = qr_codes(&mut picture, &hints);
    results.extend(one_dimensional(&mut picture, &hints).filter(|result| is_sure(luma, result)));
    results.extend(DataMatrixReader.decode_with_hints(&mut picture, &hints));
    results.extend(PDF417Reader.decode_with_hints(&mut picture, &hints));
    results.extend(AztecReader.decode_with_hints(&mut picture, &hints));
    results.iter().filter_map(|result| symbol(result, pass)).collect()
}

fn hints() -> DecodeHints {
    let formats = HashSet::from([
        BarcodeFormat::QR_CODE,
        BarcodeFormat::CODE_128,
        BarcodeFormat::EAN_13,
        BarcodeFormat::EAN_8,
        BarcodeFormat::UPC_A,
        BarcodeFormat::UPC_E,
        BarcodeFormat::ITF,
        BarcodeFormat::CODE_39,
        BarcodeFormat::CODE_93,
    ]);
    DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(formats),
        // Code 128 keeps its FNC1 only so.
        AssumeGs1: Some(true),
        ..DecodeHints::default()
    }
}

fn qr_codes(picture: &mut Picture<'_>, hints: &DecodeHints) -> Vec<RXingResult> {
    let all = QrReader.decode_multiple_with_hints(picture, hints).unwrap_or_default();
    if all.is_empty() { QRCodeReader.decode_with_hints(picture, hints).into_iter().collect() } else { all }
}

fn one_dimensional(picture: &mut Picture<'_>, hints: &DecodeHints) -> Option<RXingResult> {
    MultiFormatOneDReader::new(hints).decode_with_hints(picture, hints).ok()
}

/// Codes with little checking are read out of fences and shelves: they count when other lines across the bars, a few pixels
/// aside, say the same.
fn is_sure(luma: &Luma, result: &RXingResult) -> bool {
    let enough = match result.getBarcodeFormat() {
        BarcodeFormat::EAN_8 | BarcodeFormat::UPC_E | BarcodeFormat::CODE_39 | BarcodeFormat::CODE_93 => 3,
        BarcodeFormat::ITF if result.getText().len() != 14 => 3,
        BarcodeFormat::EAN_13 | BarcodeFormat::UPC_A | BarcodeFormat::ITF => 1,
        _ => return true,
    };
    let [a, b, ..] = result.getPoints() else { return false };
    let line = Line { from: Point { x: a.x, y: a.y }, to: Point { x: b.x, y: b.y } };
    says_also(luma, &line, result.getText(), enough)
}

/// True when so many other lines across bars, a few pixels aside of the one on which a text was read, say the same.
pub(super) fn says_also(luma: &Luma, line: &Line, text: &str, enough: usize) -> bool {
    const ASIDE: [f32; 6] = [-3.0, 3.0, -6.0, 6.0, -9.0, 9.0];
    let hints = hints();
    // With its quiet zones.
    let line = line.longer(line.length() * 0.15 + 6.0);
    let mut values = Vec::new();
    let mut same = |aside: &&f32| {
        line.aside(**aside).sample(luma, line.places(), &mut values);
        let pixels = values.iter().map(|value| *value as u8).collect();
        let line = u32::try_from(values.len()).ok().and_then(|width| Luma::new(width, 1, pixels).ok());
        line.and_then(|line| one_line(&line, &hints)).is_some_and(|read| read == text)
    };
    ASIDE.iter().filter(|aside| same(aside)).take(enough).count() == enough
}

fn one_line(line: &Luma, hints: &DecodeHints) -> Option<String> {
    let source = Luma8Source::new_with_slice(line.pixels(), line.width(), line.height()).ok()?;
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(false), ..hints.clone() };
    one_dimensional(&mut picture, &hints).map(|result| result.getText().to_owned())
}

fn symbol(result: &RXingResult, pass: &'static str) -> Option<Symbol> {
    let symbology = match result.getBarcodeFormat() {
        BarcodeFormat::QR_CODE => Symbology::Qr,
        BarcodeFormat::DATA_MATRIX => Symbology::DataMatrix,
        BarcodeFormat::PDF_417 => Symbology::Pdf417,
        BarcodeFormat::AZTEC => Symbology::Aztec,
        BarcodeFormat::CODE_128 => Symbology::Code128,
        BarcodeFormat::EAN_13 => Symbology::Ean13,
        BarcodeFormat::EAN_8 => Symbology::Ean8,
        BarcodeFormat::UPC_A => Symbology::UpcA,
        BarcodeFormat::UPC_E => Symbology::UpcE,
        BarcodeFormat::ITF => Symbology::Itf,
        BarcodeFormat::CODE_39 => Symbology::Code39,
        BarcodeFormat::CODE_93 => Symbology::Code93,
        _ => return None,
    };
    let aim = match result.getRXingResultMetadata().get(&RXingResultMetadataType::SYMBOLOGY_IDENTIFIER) {
        // rxing takes a check character of value 97 for an FNC2.
        Some(RXingResultMetadataValue::SymbologyIdentifier(aim)) if aim == "]C4" => "]C0".to_owned(),
        Some(RXingResultMetadataValue::SymbologyIdentifier(aim)) => aim.clone(),
        _ => return None,
    };
    let (bytes, text) = content(result, symbology, &aim);
    is_plausible(symbology, &text).then(|| Symbol {
        symbology,
        corners: corners(result),
        aim,
        bytes,
        text,
        confirmed: !symbology.is_bars(),
        pass,
    })
}

/// Bytes and text without AIM identifier and leading FNC1.
fn content(result: &RXingResult, symbology: Symbology, aim: &str) -> (Vec<u8>, String) {
    let gs1 = crate::Aim::split(aim.as_bytes()).0.is_some_and(crate::Aim::is_gs1);
    let mut text = result.getText();
    if gs1 {
        text = text.strip_prefix(aim).unwrap_or(text);
        text = text.strip_prefix('\u{1d}').unwrap_or(text);
    }
    if symbology == Symbology::Code128 {
        // A last FNC1 separates nothing; and rxing takes a check character of value 102 for one.
        text = text.trim_end_matches('\u{1d}');
    }
    let segments = match result.getRXingResultMetadata().get(&RXingResultMetadataType::BYTE_SEGMENTS) {
        Some(RXingResultMetadataValue::ByteSegments(segments)) => segments.concat(),
        _ => Vec::new(),
    };
    let latin_1 = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect::<String>();
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes) == Ok(text) || latin_1(bytes) == text;
    let bytes = if text.is_ascii() {
        text.as_bytes().to_vec()
    } else if is_text(&segments) {
        segments
    } else if symbology == Symbology::Qr && segments.is_empty() {
        // This reader gives the content's bytes, the other one the codewords and the byte segments.
        result.getRawBytes().to_vec()
    } else {
        let narrow: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        narrow.unwrap_or_else(|| text.as_bytes().to_vec())
    };
    (bytes, text.to_owned())
}

fn corners(result: &RXingResult) -> [Point; 4] {
    let points: Vec<Point> = result.getPoints().iter().map(|p| Point { x: p.x, y: p.y }).collect();
    match points.as_slice() {
        [a, b, c, d] => [*a, *b, *c, *d],
        // Three finder patterns of a QR code: bottom left, top left, top right.
        [bottom_left, top_left, top_right] => {
            let fourth = Point {
                x: bottom_left.x + top_right.x - top_left.x,
                y: bottom_left.y + top_right.y - top_left.y,
            };
            [*top_left, *top_right, fourth, *bottom_left]
        }
        [a, b] => [*a, *b, *b, *a],
        _ => outline(&points),
    }
}

fn outline(points: &[Point]) -> [Point; 4] {
    let xs = || points.iter().map(|p| p.x);
    let ys = || points.iter().map(|p| p.y);
    let (left, right) = (xs().fold(f32::MAX, f32::min), xs().fold(0.0, f32::max));
    let (top, bottom) = (ys().fold(f32::MAX, f32::min), ys().fold(0.0, f32::max));
    [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| Point { x, y })
}
