//! EAN and UPC reads weighed against what lines across their bars look like, by another mechanism than any reader's. A wrong number
//! whose check digit fits is worse than none.

use super::allowance::Allowance;
use super::bars::{Line, extent};
use super::digits::Kind;
use super::likeness::compare;
use super::{Luma, Symbol, Symbology};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where bands of lines lie, as a share of the bars' height.
const BANDS: [f32; 3] = [0.5, 0.25, 0.75];
/// Bands that must say the same.
const ENOUGH: usize = 2;
/// Most lines in a band.
const MOST_LINES: f32 = 8.0;
/// Modules beside the ends that a reader told, in which the bars may begin and end.
const SLACK: f32 = 4.0;

/// What the bars look like.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// As what was read.
    Same,
    /// As another number.
    Other(String),
    /// They are not seen well enough.
    Unsure,
}

/// Confirms the reads of which bars look like what was read, and gives what the bars look like in place of those that they
/// contradict. When the allowance is over the first is weighed still, so that a read of the last moment is no wrong one; others are
/// left as they are.
pub(super) fn weighed(luma: &Luma, symbols: Vec<Symbol>, allowance: &Allowance<'_>) -> Vec<Symbol> {
    symbols
        .into_iter()
        .enumerate()
        .map(|(place, symbol)| {
            if symbol.confirmed || place > 0 && allowance.is_over() {
                return symbol;
            }
            let verdict = catch_unwind(AssertUnwindSafe(|| verdict(luma, &symbol)));
            match verdict.unwrap_or(Verdict::Unsure) {
                Verdict::Same => Symbol { confirmed: true, ..symbol },
                Verdict::Other(digits) => of_digits(symbol, digits),
                Verdict::Unsure => symbol,
            }
        })
        .collect()
}

/// The symbol with these digits: a UPC-A where they begin with 0.
pub(super) fn of_digits(symbol: Symbol, digits: String) -> Symbol {
    let (symbology, text) = match (digits.len(), digits.strip_prefix('0')) {
        (13, Some(rest)) => (Symbology::UpcA, rest.to_owned()),
        (13, None) => (Symbology::Ean13, digits),
        _ => (Symbology::Ean8, digits),
    };
    Symbol { symbology, bytes: text.clone().into_bytes(), text, ..symbol }
}

fn verdict(luma: &Luma, symbol: &Symbol) -> Verdict {
    let (kind, digits) = match symbol.symbology {
        Symbology::Ean13 => (Kind::Ean13, symbol.text.clone()),
        Symbology::UpcA => (Kind::Ean13, format!("0{}", symbol.text)),
        Symbology::Ean8 => (Kind::Ean8, symbol.text.clone()),
        _ => return Verdict::Unsure,
    };
    let outline = extent(luma, &symbol.corners);
    let mut same = 0;
    let mut others: Vec<String> = Vec::new();
    for band in BANDS {
        match band_says(luma, &outline, kind, band) {
            Some(said) if said == digits => same += 1,
            Some(said) => others.push(said),
            None => {}
        }
        if same == ENOUGH && others.is_empty() {
            return Verdict::Same;
        }
    }
    let agreed = |said: &&String| others.iter().filter(|other| other == said).count() >= ENOUGH;
    match others.iter().find(agreed) {
        Some(said) if same == 0 => Verdict::Other(said.clone()),
        _ => Verdict::Unsure,
    }
}

/// What the mean of some lines in a band says.
fn band_says(luma: &Luma, outline: &[super::Point; 4], kind: Kind, band: f32) -> Option<String> {
    let [a, b, c, d] = *outline;
    let between = |p: super::Point, q: super::Point, share: f32| super::Point {
        x: p.x + (q.x - p.x) * share,
        y: p.y + (q.y - p.y) * share,
    };
    let height = (d.x - a.x).hypot(d.y - a.y);
    let lines = (height * 0.2).clamp(1.0, MOST_LINES);
    let middle = Line { from: between(a, d, band), to: between(b, c, band) };
    let module = middle.length() / kind.modules() as f32;
    let beside = module * (SLACK + 5.0);
    let longer = middle.longer(beside);
    // Two places a pixel, so that no module falls between two.
    let places = ((longer.length() * 2.0) as usize).clamp(2, 3000);
    let mut mean = vec![0.0; places];
    let mut values = Vec::new();
    for i in 0..lines as usize {
        let aside = i as f32 - (lines.floor() - 1.0) / 2.0;
        longer.aside(aside).sample(luma, places, &mut values);
        mean.iter_mut().zip(&values).for_each(|(mean, value)| *mean += value / lines.floor());
    }
    let per_pixel = (places - 1) as f32 / longer.length().max(1.0);
    let (from, to) = (beside * per_pixel, (beside + middle.length()) * per_pixel);
    compare(&mean, kind, from, to, module * SLACK * per_pixel).map(|said| said.digits)
}

#[cfg(test)]
mod tests {
    use super::super::Point;
    use super::super::allowance::tests::Moved;
    use super::super::found::tests::symbol;
    use super::super::likeness::tests::line;
    use super::*;
    use std::time::Duration;

    /// Bars that light has made thinner.
    fn page(digits: &str, gain: f32) -> (Luma, [Point; 4]) {
        let (values, from) = line(digits, 3.0, 0.5, gain, 2.0, 1);
        let row: Vec<u8> = values.iter().map(|value| *value as u8).collect();
        let (width, to) = (row.len() as u32, values.len() as f32 - from);
        let corners = [(from, 40.0), (to, 40.0), (to, 60.0), (from, 60.0)].map(|(x, y)| Point { x, y });
        (Luma::new(width, 100, row.repeat(100)).unwrap(), corners)
    }

    fn read_as(
        luma: &Luma,
        corners: [Point; 4],
        symbology: Symbology,
        text: &str,
    ) -> (Symbology, String, bool) {
        let read = Symbol { symbology, corners, confirmed: false, ..symbol(text, "test") };
        let clock = Moved::default();
        let allowance = Allowance::begin(&clock, Duration::from_secs(1));
        let symbols = weighed(luma, vec![read], &allowance);
        (symbols[0].symbology, symbols[0].text.clone(), symbols[0].confirmed)
    }

    #[test]
    fn a_read_that_its_own_lines_contradict_is_put_right() {
        // What zxing-cpp and zbar read where light eats the bars: the check digit fits both.
        let (right, wrong) = ("023942431015", "9074932437075");
        for gain in [-0.4, -0.2, 0.0] {
            let (luma, corners) = page("0023942431015", gain);
            let put_right = (Symbology::UpcA, right.to_owned());
            let read = read_as(&luma, corners, Symbology::Ean13, wrong);
            assert_eq!((read.0, read.1), put_right, "{gain}");
            let read = read_as(&luma, corners, Symbology::UpcA, right);
            assert_eq!(read, (Symbology::UpcA, right.to_owned(), true), "{gain}");
        }
        let (luma, corners) = page("96385074", 0.0);
        assert!(read_as(&luma, corners, Symbology::Ean8, "96385074").2);
        let plain = Luma::new(300, 100, vec![200; 30_000]).unwrap();
        let read = read_as(&plain, corners, Symbology::Ean13, wrong);
        assert_eq!(
            read,
            (Symbology::Ean13, wrong.to_owned(), false),
            "where nothing is seen nothing is said"
        );
    }

    #[test]
    fn only_the_first_read_is_weighed_when_no_time_is_left() {
        let text = "023942431015";
        let (luma, corners) = page("0023942431015", 0.0);
        let read = Symbol { symbology: Symbology::UpcA, corners, confirmed: false, ..symbol(text, "test") };
        let clock = Moved::default();
        for (left_ms, confirmed) in [(0, [true, false, false]), (1, [true; 3])] {
            let allowance = Allowance::begin(&clock, Duration::from_millis(left_ms));
            let symbols = weighed(&luma, vec![read.clone(), read.clone(), read.clone()], &allowance);
            assert!(symbols.iter().map(|symbol| symbol.confirmed).eq(confirmed));
        }
    }
}
