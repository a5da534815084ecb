//! QR codes by rqrr.

use super::{Luma, Point, Symbol, Symbology};
use rqrr::PreparedImage;

/// All QR codes that rqrr finds. It knows neither FNC1 nor ECI, so that what it reads is plain by construction.
pub(super) fn qr_codes(luma: &Luma, pass: &'static str) -> Vec<Symbol> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let pixels = luma.pixels();
    let mut prepared = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels.get(y * width + x).copied().unwrap_or(255)
    });
    let mut symbols = Vec::new();
    for grid in prepared.detect_grids() {
        let mut bytes = Vec::new();
        if grid.decode_to(&mut bytes).is_err() || bytes.is_empty() {
            continue;
        }
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
        };
        let corners = grid.bounds.map(|p| Point { x: p.x as f32, y: p.y as f32 });
        symbols.push(Symbol {
            symbology: Symbology::Qr,
            aim: "]Q1".to_owned(),
            bytes,
            text,
            corners,
            confirmed: true,
            pass,
        });
    }
    symbols
}
