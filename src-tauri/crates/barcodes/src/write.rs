//! Content → symbols: QR modules and Code 128 bars, without quiet zones and without a unit of length.

use crate::gs1::ElementString;
use qrcode::bits::{Bits, encode_auto};
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};
use rxing::oned::{Code128Writer, OneDimensionalCodeWriter};

/// QR error correction level (ISO/IEC 18004, 7.5): share of codewords that may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// 7 %.
    L,
    /// 15 %.
    #[default]
    M,
    /// 25 %.
    Q,
    /// 30 %.
    H,
}

/// The modules of a two-dimensional symbol, row by row from the top left, without quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Width in modules.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in modules.
    pub fn height(&self) -> usize {
        self.height
    }

    /// True for a dark module; outside the symbol all is light.
    pub fn dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }
}

/// The bars of a one-dimensional symbol: widths in modules, a bar first, then space, bar, …, a bar last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    widths: Vec<u8>,
}

impl Bars {
    /// Widths in modules: even places are bars, odd places are spaces.
    pub fn widths(&self) -> &[u8] {
        &self.widths
    }

    /// The whole symbol's width in modules, without quiet zones.
    pub fn modules(&self) -> usize {
        self.widths.iter().map(|w| usize::from(*w)).sum()
    }
}

/// Why content cannot be written as a symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// There is nothing to write.
    #[error("nothing to write")]
    Empty,
    /// More than the symbology holds.
    #[error("{length} bytes do not fit in the symbol")]
    TooLong {
        /// Length of the content in bytes.
        length: usize,
    },
    /// A character that the symbology does not hold.
    #[error("character {character:?} at {at} cannot be written in Code 128")]
    Unwritable {
        /// The character.
        character: char,
        /// Its place, counted in characters from 0.
        at: usize,
    },
}

impl WriteError {
    /// A stable code for this error.
    pub fn code(&self) -> &'static str {
        match self {
            WriteError::Empty => "code-empty",
            WriteError::TooLong { .. } => "code-too-long",
            WriteError::Unwritable { .. } => "code-unwritable",
        }
    }
}

/// Writes a QR code in the smallest version that holds the content. Digits and the 45 alphanumeric characters
/// are packed in their own modes.
pub fn qr(content: &[u8], level: Level) -> Result<Modules, WriteError> {
    if content.is_empty() {
        return Err(WriteError::Empty);
    }
    let too_long = |_: QrError| WriteError::TooLong { length: content.len() };
    let level = match level {
        Level::L => EcLevel::L,
        Level::M => EcLevel::M,
        Level::Q => EcLevel::Q,
        Level::H => EcLevel::H,
    };
    let bits = if content.is_ascii() {
        encode_auto(content, level)
    } else {
        // The library would pack pairs of non-ASCII bytes as Kanji, which readers turn into other text.
        one_byte_segment(content, level)
    };
    let code = bits.and_then(|bits| QrCode::with_bits(bits, level)).map_err(too_long)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().map(|c| c == Color::Dark).collect();
    Ok(Modules { width, height: width, dark })
}

fn one_byte_segment(content: &[u8], level: EcLevel) -> Result<Bits, QrError> {
    for version in 1..=40 {
        let mut bits = Bits::new(Version::Normal(version));
        if bits.push_byte_data(content).and_then(|()| bits.push_terminator(level)).is_ok() {
            return Ok(bits);
        }
    }
    Err(QrError::DataTooLong)
}

/// Writes ASCII text as Code 128 (ISO/IEC 15417), at most 80 characters. Runs of digits are packed two to a
/// symbol character (set C), the rest in set B or A.
pub fn code128(text: &str) -> Result<Bars, WriteError> {
    if let Some((at, character)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii()) {
        return Err(WriteError::Unwritable { character, at });
    }
    bars(text)
}

/// Where a code that sets a reader up has its FNC3 (ISO/IEC 15417, 4.3.3.4: "reader programming").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fnc3 {
    /// Before the content.
    First,
    /// Behind it.
    Last,
}

/// Writes ASCII text as Code 128 with FNC3, which a reader takes as meant for itself and not as data.
pub fn code128_for_readers(text: &str, fnc3: Fnc3) -> Result<Bars, WriteError> {
    if text.is_empty() {
        return Err(WriteError::Empty);
    }
    if let Some((at, character)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii()) {
        return Err(WriteError::Unwritable { character, at });
    }
    match fnc3 {
        Fnc3::First => bars(&format!("{FNC3}{text}")),
        Fnc3::Last => bars(&format!("{text}{FNC3}")),
    }
}

/// Writes an element string as GS1-128: FNC1 first, FNC1 after each element that needs a separator.
pub fn gs1_128(elements: &ElementString) -> Result<Bars, WriteError> {
    bars(&format!("{FNC1}{}", elements.raw().replace('\u{1d}', FNC1)))
}

/// The encoder's own escape for FNC1.
const FNC1: &str = "\u{f1}";
/// … and for FNC3.
const FNC3: &str = "\u{f3}";

fn bars(text: &str) -> Result<Bars, WriteError> {
    if text.is_empty() {
        return Err(WriteError::Empty);
    }
    let modules = Code128Writer.encode_oned(text).map_err(|_| WriteError::TooLong { length: text.len() })?;
    let mut widths: Vec<u8> = Vec::new();
    let mut last = false;
    for dark in modules {
        match widths.last_mut() {
            Some(width) if last == dark => *width += 1,
            _ => widths.push(1),
        }
        last = dark;
    }
    Ok(Bars { widths })
}
