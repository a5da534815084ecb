//! Symbols found so far, merged over passes and regions.

use super::bars::extent;
use super::{Luma, Point, Symbol, Symbology};

/// A part of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Region {
    /// All of a picture.
    pub fn whole(luma: &Luma) -> Region {
        Region { x: 0, y: 0, width: luma.width(), height: luma.height() }
    }

    /// Its pixels.
    pub fn pixels(self) -> u32 {
        self.width.saturating_mul(self.height)
    }

    /// True when the two are the same but for what noise moves at their edges.
    pub fn is_about(self, other: Region) -> bool {
        const APART: u32 = 33;
        let near = |a: u32, b: u32| a.abs_diff(b) < APART;
        near(self.x, other.x)
            && near(self.y, other.y)
            && near(self.x + self.width, other.x + other.width)
            && near(self.y + self.height, other.y + other.height)
    }

    /// Squares of that side in it, each begun so far after the one before; narrower at its edges.
    pub fn tiles(self, side: u32, step: usize) -> impl Iterator<Item = Region> {
        let common = side.saturating_sub(u32::try_from(step).unwrap_or(u32::MAX));
        let starts = move |length: u32| (0..length.saturating_sub(common).max(1)).step_by(step.max(1));
        starts(self.height).flat_map(move |y| {
            starts(self.width).map(move |x| Region {
                x: self.x + x,
                y: self.y + y,
                width: side.min(self.width - x),
                height: side.min(self.height - y),
            })
        })
    }

    /// True when the point lies in it.
    pub fn holds(self, point: Point) -> bool {
        let inside =
            |at: f32, start: u32, length: u32| at >= start as f32 && at < start as f32 + length as f32;
        inside(point.x, self.x, self.width) && inside(point.y, self.y, self.height)
    }
}

/// Symbols by kind and content: the same from two passes is one.
#[derive(Default)]
pub(super) struct Found {
    symbols: Vec<Symbol>,
}

impl Found {
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    pub fn symbols_mut(&mut self) -> &mut [Symbol] {
        &mut self.symbols
    }

    pub fn into_symbols(self) -> Vec<Symbol> {
        self.symbols
    }

    /// True when the symbol is among them.
    pub fn has(&self, symbol: &Symbol) -> bool {
        self.symbols.iter().any(|held| held.same(symbol))
    }

    /// Adds what a pass read. True when something of it is new.
    pub fn add(&mut self, symbols: Vec<Symbol>) -> bool {
        let mut new = false;
        for symbol in symbols {
            let is_known = |held: &Symbol| {
                held.same(&symbol) || held.holds_by_chance(&symbol) || held.has_as_a_slice(&symbol)
            };
            if self.symbols.iter().any(is_known) {
                continue;
            }
            self.symbols.retain(|held| !symbol.holds_by_chance(held) && !symbol.has_as_a_slice(held));
            self.symbols.push(symbol);
            new = true;
        }
        new
    }

    /// The outline of each symbol, of bars as far as they reach.
    pub fn outlines(&self, luma: &Luma) -> Vec<[Point; 4]> {
        let outline = |symbol: &Symbol| match symbol.symbology.is_bars() {
            true => extent(luma, &symbol.corners),
            false => symbol.corners,
        };
        self.symbols.iter().map(outline).collect()
    }

    /// True when a symbol lies in the region, the first `known` left out.
    pub fn has_new_in(&self, region: Region, known: usize) -> bool {
        self.symbols.iter().skip(known).any(|symbol| region.holds(symbol.middle()))
    }
}

impl Symbol {
    /// The same content, or the same square: two readers may tell the bytes of one symbol differently.
    pub(super) fn same(&self, other: &Symbol) -> bool {
        self.symbology == other.symbology
            && (self.bytes == other.bytes || (!self.symbology.is_bars() && self.holds(other.middle())))
    }

    /// True where the other is of a kind with little checking and lies in this one: modules that look like bars.
    fn holds_by_chance(&self, other: &Symbol) -> bool {
        let weak = |symbol: &Symbol| match symbol.symbology {
            Symbology::Ean8 | Symbology::UpcE | Symbology::Code39 | Symbology::Code93 => true,
            Symbology::Itf => symbol.bytes.len() != 14,
            _ => false,
        };
        weak(other) && !weak(self) && self.holds(other.middle())
    }

    /// True where the other is a slice of this one's bars: interleaved 2 of 5 cut off between two digits is the same with fewer.
    fn has_as_a_slice(&self, other: &Symbol) -> bool {
        self.symbology == Symbology::Itf
            && other.symbology == Symbology::Itf
            && self.text.len() > other.text.len()
            && self.text.contains(&other.text)
    }

    /// True when the point lies between the corners, in whatever order they are told.
    fn holds(&self, point: Point) -> bool {
        hull_holds(&self.corners, point)
    }

    /// Its middle.
    pub(super) fn middle(&self) -> Point {
        let mean = |of: fn(&Point) -> f32| self.corners.iter().map(of).sum::<f32>() / 4.0;
        Point { x: mean(|p| p.x), y: mean(|p| p.y) }
    }

    /// The part of the picture that it lies in, with as much again around it as its quiet zone may take.
    pub(super) fn surroundings(&self, luma: &Luma) -> Region {
        let span = |of: fn(&Point) -> f32, most: u32| {
            let all = || self.corners.iter().map(of);
            let (low, high) = (all().fold(f32::MAX, f32::min), all().fold(f32::MIN, f32::max));
            let margin = (high - low) * 0.25 + 24.0;
            let start = ((low - margin).max(0.0) as u32).min(most.saturating_sub(1));
            let end = ((high + margin).max(0.0) as u32).min(most).max(start + 1);
            (start, end - start)
        };
        let (x, width) = span(|p| p.x, luma.width());
        let (y, height) = span(|p| p.y, luma.height());
        Region { x, y, width, height }
    }

    /// The same symbol seen in a picture that is so many times as large.
    pub(super) fn scaled(mut self, factor: f32) -> Symbol {
        self.corners = self.corners.map(|p| Point { x: p.x * factor, y: p.y * factor });
        self
    }

    /// The same symbol seen from the picture that `region` was cut from.
    pub(super) fn moved(mut self, region: Region) -> Symbol {
        self.corners = self.corners.map(|p| Point { x: p.x + region.x as f32, y: p.y + region.y as f32 });
        self
    }
}

/// True when the point lies in what four points span; on a line of no width, never.
pub(super) fn hull_holds(corners: &[Point; 4], point: Point) -> bool {
    let in_order = around(corners);
    let mut sides = in_order.iter().zip(in_order.iter().cycle().skip(1));
    sides.all(|(a, b)| (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0.0)
}

/// The points in their order around their middle.
pub(super) fn around(corners: &[Point; 4]) -> [Point; 4] {
    let mean = |of: fn(&Point) -> f32| corners.iter().map(of).sum::<f32>() / 4.0;
    let (x, y) = (mean(|p| p.x), mean(|p| p.y));
    let mut sorted = *corners;
    sorted.sort_by(|a, b| (a.y - y).atan2(a.x - x).total_cmp(&(b.y - y).atan2(b.x - x)));
    sorted
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Symbology;
    use super::*;

    pub(in super::super) fn symbol(text: &str, pass: &'static str) -> Symbol {
        let corner = Point { x: 0.0, y: 0.0 };
        Symbol {
            symbology: Symbology::Qr,
            aim: "]Q1".to_owned(),
            bytes: text.as_bytes().to_vec(),
            text: text.to_owned(),
            corners: [corner; 4],
            confirmed: true,
            pass,
        }
    }

    fn at(text: &str, symbology: Symbology, x: f32, side: f32) -> Symbol {
        let corners = [(x, 10.0), (x + side, 10.0), (x + side, 10.0 + side), (x, 10.0 + side)];
        Symbol { symbology, corners: corners.map(|(x, y)| Point { x, y }), ..symbol(text, "1") }
    }

    #[test]
    fn merges() {
        let mut found = Found::default();
        assert!(found.add(vec![symbol("A", "1"), symbol("B", "1")]));
        assert!(!found.add(vec![symbol("A", "2")]));
        assert!(found.add(vec![at("A", Symbology::Code39, 500.0, 40.0)]));
        assert_eq!(found.symbols().len(), 3);
    }

    #[test]
    fn a_slice_of_bars_is_no_other_code() {
        let mut found = Found::default();
        assert!(found.add(vec![at("0012345678", Symbology::Itf, 0.0, 0.0)]));
        assert!(found.add(vec![at("10012345678902", Symbology::Itf, 0.0, 0.0)]));
        assert!(!found.add(vec![at("345678", Symbology::Itf, 0.0, 0.0)]));
        assert_eq!(found.symbols().len(), 1);
    }

    #[test]
    fn one_square_told_twice_is_one_symbol() {
        let mut found = Found::default();
        assert!(found.add(vec![at("Gr\u{f6}\u{df}e", Symbology::Qr, 100.0, 60.0)]));
        assert!(!found.add(vec![at("Gr??e", Symbology::Qr, 102.0, 58.0)]));
        assert!(found.add(vec![at("Gr??e", Symbology::Qr, 300.0, 58.0)]));
    }

    #[test]
    fn bars_that_a_square_seems_to_hold_are_none() {
        let mut found = Found::default();
        assert!(found.add(vec![
            at("AB12", Symbology::Code39, 120.0, 10.0),
            at("123456", Symbology::Itf, 700.0, 10.0)
        ]));
        assert!(found.add(vec![at("RS:C:YES", Symbology::DataMatrix, 100.0, 60.0)]));
        assert!(!found.add(vec![at("00123456", Symbology::Ean8, 125.0, 10.0)]));
        let texts: Vec<&str> = found.symbols().iter().map(|symbol| symbol.text.as_str()).collect();
        assert_eq!(texts, ["123456", "RS:C:YES"]);
    }

    #[test]
    fn tiles_cover_a_region() {
        for (width, height) in [(1000, 700), (420, 421), (10, 3000), (1, 1)] {
            let region = Region { x: 7, y: 9, width, height };
            let tiles: Vec<Region> = region.tiles(420, 300).collect();
            assert!(tiles.iter().all(|tile| tile.width <= 420 && tile.height <= 420));
            for (x, y) in [(7, 9), (6 + width, 8 + height), (7 + width / 2, 9 + height / 3)] {
                let point = Point { x: x as f32, y: y as f32 };
                assert!(tiles.iter().any(|tile| tile.holds(point)), "{point:?} of {region:?}");
                assert!(region.holds(point));
            }
        }
    }

    #[test]
    fn corners_in_any_order_span_the_same() {
        let points = [(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)].map(|(x, y)| Point { x, y });
        assert!(hull_holds(&points, Point { x: 5.0, y: 5.0 }));
        assert!(!hull_holds(&points, Point { x: 11.0, y: 5.0 }));
        assert!(!hull_holds(&[Point { x: 1.0, y: 1.0 }; 4], Point { x: 1.0, y: 1.0 }));
    }
}
