//! QR codes by our own detector: it finds what the others lose to blur, tilt, glare and dirt, and leaves the decoding of a
//! module matrix to them.

use super::allowance::Allowance;
use super::bent::bent_values;
use super::finder::corners;
use super::flat::Flat;
use super::grid::{Verdict, draw, grids};
use super::with_zxing::read_clean_qr;
use super::{Luma, Symbol};

/// A grid that fits less is no symbol that could be bent.
const BENT: f32 = 0.6;

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
    for corner in corners(&flat) {
        if allowance.is_over() {
            break;
        }
        let mut grids = grids(&flat, &corner).into_iter();
        symbols.extend(grids.find_map(|grid| {
            let read = |values: &[f32]| {
                let read = |verdict: &Verdict| read_clean_qr(&draw(values, grid.side, *verdict)?, pass);
                [Verdict::Plain, Verdict::Neighbours, Verdict::Sharpened].iter().find_map(read)
            };
            let bent = || (grid.fit >= BENT).then(|| bent_values(&grid, &flat)).flatten();
            let symbol = read(&grid.values(&flat)).or_else(|| read(&bent()?))?;
            Some(Symbol { corners: grid.outline(), ..symbol })
        }));
    }
    symbols
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
