//! All symbologies by zxing-cpp: C++ behind a safe binding, and the best single reader of the photos that were tried.

use super::bars::Line;
use super::found::Region;
use super::plausible::is_plausible;
use super::with_rxing::says_also;
use super::{Luma, Point, Symbol, Symbology};
use zxingcpp::{Barcode, BarcodeFormat, BarcodeReader, ImageFormat, ImageView, PointI, TextMode};

/// What zxing-cpp does with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// A few lines across, nothing turned.
    Glance,
    /// As [`Effort::Glance`], the picture turned by a right angle: for bars that lie.
    Lying,
    /// Every line, turned, inverted and scaled down.
    All,
    /// As [`Effort::All`], a pixel counts as dark against the whole picture instead of its neighbours.
    Global,
    /// The picture holds nothing but a symbol drawn without a flaw.
    Clean,
    /// The picture is black and white, and a few equal rows across bars.
    Line,
}

const FORMATS: &[BarcodeFormat] = &[
    BarcodeFormat::QRCode,
    BarcodeFormat::MicroQRCode,
    BarcodeFormat::RMQRCode,
    BarcodeFormat::DataMatrix,
    BarcodeFormat::PDF417,
    BarcodeFormat::Aztec,
    BarcodeFormat::Code128,
    BarcodeFormat::DataBar,
    BarcodeFormat::EANUPC,
    BarcodeFormat::ITF,
    BarcodeFormat::Code39,
    BarcodeFormat::Code93,
    BarcodeFormat::MaxiCode,
];

/// Those of them that are bars with enough checking to be read from what was sharpened.
const LINE_FORMATS: &[BarcodeFormat] = &[
    BarcodeFormat::Code128,
    BarcodeFormat::EANUPC,
    BarcodeFormat::ITF,
    BarcodeFormat::Code39,
    BarcodeFormat::Code93,
];

const MOST_SYMBOLS: i32 = 32;

/// Everything in a part of the picture. Corners are in the whole picture's pixels.
pub(super) fn read_part(luma: &Luma, part: Region, effort: Effort, pass: &'static str) -> Vec<Symbol> {
    read_formats(luma, part, effort, FORMATS, pass)
}

/// Everything in the picture.
pub(super) fn read_whole(luma: &Luma, effort: Effort, pass: &'static str) -> Vec<Symbol> {
    read_part(luma, Region::whole(luma), effort, pass)
}

/// A QR code drawn without a flaw: what a sampled grid becomes.
pub(super) fn read_clean_qr(luma: &Luma, pass: &'static str) -> Option<Symbol> {
    read_formats(luma, Region::whole(luma), Effort::Clean, &[BarcodeFormat::QRCode], pass).into_iter().next()
}

/// A MaxiCode drawn without a flaw.
pub(super) fn read_clean_maxi(luma: &Luma, pass: &'static str) -> Option<Symbol> {
    read_formats(luma, Region::whole(luma), Effort::Clean, &[BarcodeFormat::MaxiCode], pass)
        .into_iter()
        .next()
}

/// Bars drawn without a flaw in a picture that holds nothing else: what averaged lines become.
pub(super) fn read_line(luma: &Luma, pass: &'static str) -> Option<Symbol> {
    read_formats(luma, Region::whole(luma), Effort::Line, LINE_FORMATS, pass).into_iter().next()
}

fn read_formats(
    luma: &Luma,
    part: Region,
    effort: Effort,
    formats: &[BarcodeFormat],
    pass: &'static str,
) -> Vec<Symbol> {
    let Ok(view) = ImageView::from_slice(luma.pixels(), luma.width(), luma.height(), ImageFormat::Lum) else {
        return Vec::new();
    };
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let view = view.cropped(number(part.x), number(part.y), number(part.width), number(part.height));
    let view = if effort == Effort::Lying { view.rotated(90) } else { view };
    let codes = reader(effort, formats).from(view).unwrap_or_default();
    codes
        .iter()
        .filter_map(|code| symbol(code, pass))
        .map(|symbol| in_whole(symbol, part, effort))
        .filter_map(|symbol| as_code_39(luma, symbol))
        .collect()
}

fn reader(effort: Effort, formats: &[BarcodeFormat]) -> BarcodeReader {
    let thorough = matches!(effort, Effort::All | Effort::Global);
    let binarizer = match effort {
        Effort::Global => zxingcpp::Binarizer::GlobalHistogram,
        Effort::Clean | Effort::Line => zxingcpp::Binarizer::FixedThreshold,
        _ => zxingcpp::Binarizer::LocalAverage,
    };
    let mut reader = BarcodeReader::new()
        .formats(formats)
        .try_harder(thorough)
        .try_rotate(thorough)
        .try_invert(thorough)
        .try_downscale(thorough)
        .is_pure(effort == Effort::Clean);
    reader.set_binarizer(binarizer);
    // Other modes rewrite GS1 content for people to read.
    reader.set_text_mode(TextMode::Plain);
    reader.set_max_number_of_symbols(MOST_SYMBOLS);
    reader
}

fn in_whole(symbol: Symbol, part: Region, effort: Effort) -> Symbol {
    if effort != Effort::Lying {
        return symbol.moved(part);
    }
    // The part was turned clockwise: (x, y) there is (y, height - x) here.
    let height = part.height as f32;
    let corners = symbol.corners.map(|p| Point { x: p.y, y: height - p.x });
    Symbol { corners, ..symbol }.moved(part)
}

fn symbol(code: &Barcode, pass: &'static str) -> Option<Symbol> {
    if !code.is_valid() {
        return None;
    }
    let symbology = symbology(code)?;
    let aim = code.symbology_identifier();
    let mut bytes = code.bytes();
    let mut text = whole_text(&bytes, code.text());
    if crate::Aim::split(aim.as_bytes()).0.is_some_and(crate::Aim::is_gs1) {
        if let Some(rest) = bytes.strip_prefix(b"\x1d") {
            bytes = rest.to_vec();
        }
        text = text.strip_prefix('\u{1d}').unwrap_or(&text).to_owned();
    }
    if symbology == Symbology::Code128 {
        // A last FNC1 separates nothing.
        while bytes.last() == Some(&0x1d) {
            bytes.pop();
        }
        text.truncate(text.trim_end_matches('\u{1d}').len());
    }
    let (symbology, bytes, text) = as_printed(symbology, bytes, text);
    let position = code.position();
    let corners =
        [position.top_left, position.top_right, position.bottom_right, position.bottom_left].map(point);
    let confirmed = !symbology.is_bars();
    is_plausible(symbology, &text).then_some(Symbol { symbology, aim, bytes, text, corners, confirmed, pass })
}

/// The text of these bytes. The binding ends one at a NUL, and gives none where an ECI names a character set that it does not know.
fn whole_text(bytes: &[u8], text: String) -> String {
    let is_cut = bytes.get(text.len()).is_some_and(|next| *next == 0) && bytes.starts_with(text.as_bytes());
    if !is_cut && !text.is_empty() {
        return text;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// An EAN-13 that begins with 0 is a UPC-A: the readers agree on one name, so that the same code is not found twice.
fn as_printed(symbology: Symbology, bytes: Vec<u8>, text: String) -> (Symbology, Vec<u8>, String) {
    let upc_a = match symbology {
        Symbology::Ean13 | Symbology::UpcA => text.strip_prefix('0').filter(|rest| rest.len() == 12),
        _ => None,
    };
    match upc_a {
        Some(digits) => (Symbology::UpcA, digits.as_bytes().to_vec(), digits.to_owned()),
        None => (symbology, bytes, text),
    }
}

fn symbology(code: &Barcode) -> Option<Symbology> {
    // `format` may have a value that the binding's enum lacks (Code 32): it is asked only within families that it knows.
    Some(match code.symbology() {
        BarcodeFormat::QRCode => match code.format() {
            BarcodeFormat::MicroQRCode => Symbology::MicroQr,
            BarcodeFormat::RMQRCode => Symbology::RmQr,
            _ => Symbology::Qr,
        },
        BarcodeFormat::EANUPC => match code.format() {
            BarcodeFormat::EAN13 | BarcodeFormat::ISBN => Symbology::Ean13,
            BarcodeFormat::EAN8 => Symbology::Ean8,
            BarcodeFormat::UPCA => Symbology::UpcA,
            BarcodeFormat::UPCE => Symbology::UpcE,
            _ => return None,
        },
        BarcodeFormat::DataMatrix => Symbology::DataMatrix,
        BarcodeFormat::PDF417 => Symbology::Pdf417,
        BarcodeFormat::Aztec => Symbology::Aztec,
        BarcodeFormat::Code128 => Symbology::Code128,
        BarcodeFormat::ITF => Symbology::Itf,
        BarcodeFormat::Code39 => Symbology::Code39,
        BarcodeFormat::Code93 => Symbology::Code93,
        BarcodeFormat::DataBar => Symbology::DataBar,
        BarcodeFormat::MaxiCode => Symbology::MaxiCode,
        _ => return None,
    })
}

/// What Code 39 bars say. zxing-cpp takes six of their characters for an Italian pharmaceutical code (Code 32) wherever the
/// check digit happens to fit, and gives `A` and nine digits instead; another reader says which of the two stands there.
fn as_code_39(luma: &Luma, symbol: Symbol) -> Option<Symbol> {
    let Some(six) = (symbol.symbology == Symbology::Code39).then(|| six_of_code_32(&symbol.text)).flatten()
    else {
        return Some(symbol);
    };
    let line = Line::of(&symbol.corners);
    let says = |text: &str| says_also(luma, &line, text, 1);
    if says(&six) {
        Some(Symbol { bytes: six.clone().into_bytes(), text: six, ..symbol })
    } else {
        says(&symbol.text).then_some(symbol)
    }
}

/// The six characters that a Code 32 number is printed as: its value in base 32 without A, E, I and O.
fn six_of_code_32(text: &str) -> Option<String> {
    const DIGITS: &[u8; 32] = b"0123456789BCDFGHJKLMNPQRSTUVWXYZ";
    let digits = text.strip_prefix('A').filter(|digits| digits.len() == 9)?;
    let mut value: usize = digits.parse().ok()?;
    let mut six = [b'0'; 6];
    for place in six.iter_mut().rev() {
        *place = DIGITS.get(value % 32).copied()?;
        value /= 32;
    }
    (value == 0).then(|| six.iter().map(|byte| char::from(*byte)).collect())
}

fn point(point: PointI) -> Point {
    Point { x: point.x as f32, y: point.y as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements of a character, wide ones 1, bar first (ISO/IEC 16388, table 1).
    fn elements(character: char) -> u32 {
        match character {
            '0' => 0x034,
            'B' => 0x049,
            'C' => 0x148,
            'D' => 0x019,
            'S' => 0x046,
            _ => 0x094,
        }
    }

    fn page(text: &str) -> Luma {
        let mut row = vec![230_u8; 60];
        for character in format!("*{text}*").chars() {
            for element in 0..9 {
                let wide = elements(character) >> (8 - element) & 1 == 1;
                let grey = if element % 2 == 0 { 20 } else { 230 };
                row.extend(std::iter::repeat_n(grey, if wide { 8 } else { 3 }));
            }
            row.extend([230; 3]);
        }
        row.resize(row.len() + 60, 230);
        Luma::new(row.len() as u32, 80, row.repeat(80)).unwrap()
    }

    #[test]
    fn bytes_that_are_no_text_lose_nothing() {
        assert_eq!(whole_text(b"AB", "AB".to_owned()), "AB");
        assert_eq!(whole_text(b"AB\0CD", "AB".to_owned()), "AB\0CD");
        assert_eq!(whole_text(b"\0A\0B", "AB".to_owned()), "AB", "UTF-16 by its ECI");
        assert_eq!(whole_text(b"\xe1\xa1", String::new()), "\u{e1}\u{a1}");
        let content = b"AB\0CD";
        let code = zxingcpp::create(BarcodeFormat::QRCode).from_slice(content).unwrap();
        let image = code.to_image_with(&zxingcpp::write().scale(4).add_quiet_zones(true)).unwrap();
        let (width, height) = (image.width() as u32, image.height() as u32);
        let read = read_whole(&Luma::new(width, height, image.data()).unwrap(), Effort::All, "test");
        assert_eq!((read[0].bytes.as_slice(), read[0].text.as_str()), (&content[..], "AB\0CD"));
    }

    #[test]
    fn six_characters_of_code_39_are_no_pharmaceutical_code() {
        assert_eq!(six_of_code_32("A012345676").as_deref(), Some("0CSSBD"));
        for not in ["A01234567", "B012345676", "A0123456789", "ABCDEFGHIJ", ""] {
            assert_eq!(six_of_code_32(not), None, "{not}");
        }
        for text in ["0CSSBD", "0CSSBB"] {
            for effort in [Effort::Glance, Effort::All, Effort::Line] {
                let read = read_whole(&page(text), effort, "test");
                let said: Vec<_> =
                    read.iter().map(|symbol| (symbol.symbology, symbol.text.as_str())).collect();
                assert_eq!(said, [(Symbology::Code39, text)], "{effort:?}");
            }
        }
    }
}
