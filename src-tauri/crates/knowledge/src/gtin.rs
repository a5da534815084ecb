//! The check digit of trade item numbers.

use returns::ids::Gtin;

use crate::cells::CellFault;

/// A GTIN of 8, 12, 13 or 14 digits whose check digit fits (GS1 General Specifications, 7.9).
pub(crate) fn gtin(text: &str) -> Result<Gtin, CellFault> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(text.len(), 8 | 12 | 13 | 14) {
        return Err(CellFault::of("gtin-shape", text));
    }
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    if !sum.is_multiple_of(10) {
        return Err(CellFault::of("gtin-check-digit", text));
    }
    Ok(Gtin::new(text)?)
}
