//! QR codes by our own detector: it finds what the others lose to blur, tilt, glare and dirt, and leaves the decoding of a
//! module matrix to them.

use super::allowance::Allowance;
use super::bent::read_bent;
use super::finder::corners;
use super::flat::Flat;
use super::grid::{Grid, Verdict, draw, grids};
use super::with_zxing::read_clean_qr;
use super::{Luma, Symbol};

/// A grid that fits less is no symbol that could be bent.
const BENT: f32 = 0.6;
/// Grids that are taken for bent, the best fitting ones.
const MOST_BENT: usize = 3;

/// All QR codes between three finder patterns each, with outlines. Begins nothing new when the allowance is over.
pub(super) fn qr_codes(
    luma: &Luma,
    radius: usize,
    inverted: bool,
    allowance: &Allowance<'_>,
    pass: &'static str,
) -> Vec<Symbol> {
    let mut flat = Flat::of(luma, radius);
    if inverted {
        flat.invert();
    }
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut unread: Vec<Grid> = Vec::new();
    for corner in corners(&flat) {
        if allowance.is_over() {
            break;
        }
        let grids = grids(&flat, &corner);
        let plain = |grid: &Grid| read(grid, &grid.values(&flat), pass);
        match grids.iter().find_map(plain) {
            Some(symbol) => symbols.push(symbol),
            None => unread.extend(grids.into_iter().filter(|grid| grid.fit >= BENT)),
        }
    }
    // That takes long: only where nothing lies flat.
    if symbols.is_empty() {
        unread.sort_by(|a, b| b.fit.total_cmp(&a.fit));
        let bent = |grid: &Grid| read_bent(grid, &flat, allowance, |values| read(grid, values, pass));
        symbols.extend(unread.iter().take(MOST_BENT).find_map(bent));
    }
    symbols
}

/// The symbol in a grid with these values, with its outline.
fn read(grid: &Grid, values: &[f32], pass: &'static str) -> Option<Symbol> {
    let read = |verdict: &Verdict| read_clean_qr(&draw(values, grid.side, *verdict)?, pass);
    let symbol = [Verdict::Plain, Verdict::Neighbours, Verdict::Sharpened].iter().find_map(read)?;
    Some(Symbol { corners: grid.outline(), ..symbol })
}

#[cfg(test)]
mod tests {
    use super::super::allowance::tests::Moved;
    use super::super::lean::tests::leaning;
    use super::*;
    use std::time::Duration;

    #[test]
    fn symbols_are_read_however_they_lean() {
        let clock = Moved::default();
        let allowance = Allowance::begin(&clock, Duration::from_secs(1));
        let mut missed = Vec::new();
        for text in ["RS:U:123450000159", &"RS:R:AB12CD34EF56GH78IJ90".repeat(4)] {
            for tilt in [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0] {
                for turn in [0.0, 90.0, 180.0, 270.0, 25.0, 130.0] {
                    let (luma, ..) = leaning(text, tilt, turn);
                    let read = qr_codes(&luma, 40, false, &allowance, "test");
                    if read.first().is_none_or(|symbol| symbol.text != *text) {
                        missed.push((text.len(), tilt, turn));
                    }
                }
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
    }
}
