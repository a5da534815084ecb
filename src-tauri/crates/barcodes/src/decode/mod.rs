//! Grey pixels → symbols.

mod allowance;
mod bars;
mod bent;
mod bounded;
mod confirmed;
mod digit_looks;
mod digits;
mod filters;
mod finder;
mod flat;
mod found;
mod glance;
mod grid;
mod lean;
mod likeness;
mod live;
mod luma;
mod own_bars;
mod own_maxi;
mod own_qr;
mod passes;
mod plausible;
mod soften;
mod still;
mod stripes;
mod weighed;
mod whole_looks;
mod with_rqrr;
mod with_rxing;
mod with_zxing;

pub use bounded::decode;
pub use live::Decoder;
pub use luma::{Luma, LumaError};

use serde::{Deserialize, Serialize};

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A camera frame: what reads quickly.
    Live,
    /// A picture: all passes that fit the budget until one reads something, then every busy part of the picture that
    /// no symbol covers.
    Still,
}

/// The kinds of symbol that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbology {
    /// QR code, GS1 QR.
    Qr,
    /// Micro QR.
    MicroQr,
    /// rMQR.
    RmQr,
    /// DataMatrix, GS1 DataMatrix.
    DataMatrix,
    /// PDF417.
    Pdf417,
    /// Aztec.
    Aztec,
    /// Code 128, GS1-128.
    Code128,
    /// EAN-13.
    Ean13,
    /// EAN-8.
    Ean8,
    /// UPC-A.
    UpcA,
    /// UPC-E.
    UpcE,
    /// Interleaved 2 of 5, ITF-14.
    Itf,
    /// Code 39.
    Code39,
    /// Code 93.
    Code93,
    /// GS1 DataBar.
    DataBar,
    /// MaxiCode: UPS labels.
    MaxiCode,
}

impl Symbology {
    /// True for one-dimensional codes: bars that say the same on every line across.
    pub fn is_bars(self) -> bool {
        use Symbology::{Code39, Code93, Code128, DataBar, Ean8, Ean13, Itf, UpcA, UpcE};
        matches!(self, Code128 | Ean13 | Ean8 | UpcA | UpcE | Itf | Code39 | Code93 | DataBar)
    }
}

/// A place in the picture, in pixels from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// One symbol that was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Symbol {
    /// Its kind.
    pub symbology: Symbology,
    /// Its AIM identifier, such as `]C1`.
    pub aim: String,
    /// The content without AIM identifier or leading FNC1; an FNC1 separator is 0x1D.
    pub bytes: Vec<u8>,
    /// The content as text.
    pub text: String,
    /// The outline, or what the reader says of it: the finder patterns' places of some QR codes; for a
    /// one-dimensional code the line on which it was read, there and back.
    pub corners: [Point; 4],
    /// True when one sight of it is enough: a code with error correction, or bars of a kind with check digit and length
    /// of its own that further lines across them say as well, by another mechanism. Other bars in a stream count when two
    /// frames agree.
    pub confirmed: bool,
    /// The pass that read it.
    pub pass: &'static str,
}

impl Symbol {
    /// The bytes as a scanner with AIM identifiers would send them: what [`crate::meaning::read`] wants.
    pub fn scan(&self) -> Vec<u8> {
        [self.aim.as_bytes(), &self.bytes].concat()
    }
}
