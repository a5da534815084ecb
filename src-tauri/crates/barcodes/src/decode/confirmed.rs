//! Bars of which one sight is enough: their kind has a check digit and a length of its own, and lines beside the one that was
//! read say the same to another reader. EAN and UPC are weighed instead: where bars are thin every reader makes the same mistake.

use super::bars::Line;
use super::with_rxing::says_also;
use super::{Luma, Symbol, Symbology};
use crate::gs1::check;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Looks at each symbol that is not confirmed yet.
pub(super) fn confirm(luma: &Luma, symbols: &mut [Symbol]) {
    for symbol in symbols.iter_mut().filter(|symbol| !symbol.confirmed) {
        let Some(lines) = lines_that_confirm(symbol) else { continue };
        let line = Line::of(&symbol.corners);
        let text = as_read_by_rxing(symbol);
        let says = || says_also(luma, &line, &text, lines);
        symbol.confirmed = catch_unwind(AssertUnwindSafe(says)).unwrap_or_default();
    }
}

/// How many other lines must say it; none where no number of lines is enough.
fn lines_that_confirm(symbol: &Symbol) -> Option<usize> {
    match symbol.symbology {
        Symbology::Itf if symbol.text.len() == 14 => Some(2),
        // An SSCC in a code that has a check character of its own.
        Symbology::Code128 if symbol.aim == "]C1" => {
            let digits = symbol.text.strip_prefix("00").unwrap_or_default();
            (digits.len() == 18 && check::digit_fits(digits)).then_some(1)
        }
        _ => None,
    }
}

/// rxing says GS1 content with its AIM identifier before it.
fn as_read_by_rxing(symbol: &Symbol) -> String {
    if symbol.aim == "]C1" { format!("]C1{}", symbol.text) } else { symbol.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::Point;
    use super::super::found::tests::symbol;
    use super::*;
    use crate::gs1::ElementString;
    use crate::write::{Bars, code128, gs1_128};

    fn page(bars: &Bars) -> (Luma, [Point; 4]) {
        let mut row = vec![230_u8; 60];
        for (place, width) in bars.widths().iter().enumerate() {
            row.extend(std::iter::repeat_n(if place % 2 == 0 { 20 } else { 230 }, usize::from(*width) * 3));
        }
        let end = row.len() as f32;
        row.resize(row.len() + 60, 230);
        let (width, pixels) = (row.len() as u32, row.repeat(80));
        let corners = [(60.0, 38.0), (end, 38.0), (end, 42.0), (60.0, 42.0)].map(|(x, y)| Point { x, y });
        (Luma::new(width, 80, pixels).unwrap(), corners)
    }

    fn confirmed(luma: &Luma, corners: [Point; 4], text: &str, aim: &str) -> bool {
        let bars = Symbol {
            symbology: Symbology::Code128,
            aim: aim.to_owned(),
            corners,
            confirmed: false,
            ..symbol(text, "test")
        };
        let mut symbols = [bars];
        confirm(luma, &mut symbols);
        symbols[0].confirmed
    }

    #[test]
    fn an_sscc_that_other_lines_say_too_is_confirmed_and_nothing_else() {
        let sscc = "00376104250021234569";
        let elements = ElementString::parse_raw(sscc.as_bytes()).unwrap();
        let (luma, corners) = page(&gs1_128(&elements).unwrap());
        assert!(confirmed(&luma, corners, sscc, "]C1"));
        assert!(!confirmed(&luma, corners, "00340433836442636597", "]C1"), "other lines say something else");
        assert!(!confirmed(&luma, corners, "00376104250021234568", "]C1"), "the check digit does not fit");
        let (luma, corners) = page(&code128("RS:U:123450000159").unwrap());
        assert!(!confirmed(&luma, corners, "RS:U:123450000159", "]C0"), "this kind has no length of its own");
        let empty = Luma::new(200, 200, vec![200; 40_000]).unwrap();
        assert!(!confirmed(&empty, corners, sscc, "]C1"));
    }
}
