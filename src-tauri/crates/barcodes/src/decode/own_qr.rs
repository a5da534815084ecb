//! QR codes by our own detector: it finds what the others lose to blur, tilt, glare and dirt, and leaves the decoding of a
//! module matrix to them.

use super::finder::corners;
use super::flat::Flat;
use super::grid::{Verdict, draw, grids};
use super::with_zxing::read_clean_qr;
use super::{Luma, Symbol};
use std::time::Instant;

/// All QR codes between three finder patterns each. Begins nothing new after `until`.
pub(super) fn qr_codes(
    luma: &Luma,
    radius: usize,
    inverted: bool,
    until: Instant,
    pass: &'static str,
) -> Vec<Symbol> {
    let mut flat = Flat::of(luma, radius);
    if inverted {
        flat.invert();
    }
    let mut symbols: Vec<Symbol> = Vec::new();
    for corner in corners(&flat) {
        if Instant::now() >= until {
            break;
        }
        let mut grids = grids(&flat, &corner).into_iter();
        symbols.extend(grids.find_map(|grid| {
            let values = grid.values(&flat);
            let read = |verdict: &Verdict| read_clean_qr(&draw(&values, grid.side, *verdict)?, pass);
            let symbol = [Verdict::Plain, Verdict::Neighbours, Verdict::Sharpened].iter().find_map(read)?;
            Some(Symbol { corners: grid.outline(), ..symbol })
        }));
    }
    symbols
}
