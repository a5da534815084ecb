//! Symbols found so far, merged over passes and regions.

use super::{Luma, Point, Symbol};

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

    /// True when the two have something in common.
    pub fn meets(self, other: Region) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
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

    pub fn into_symbols(self) -> Vec<Symbol> {
        self.symbols
    }

    /// Adds what a pass read and returns what is new.
    pub fn add(&mut self, symbols: Vec<Symbol>) -> Vec<Symbol> {
        let mut new = Vec::new();
        for symbol in symbols {
            if self.symbols.iter().any(|held| held.same(&symbol)) {
                continue;
            }
            self.symbols.push(symbol.clone());
            new.push(symbol);
        }
        new
    }
}

impl Symbol {
    fn same(&self, other: &Symbol) -> bool {
        self.symbology == other.symbology && self.bytes == other.bytes
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
            pass,
        }
    }

    #[test]
    fn merges() {
        let mut found = Found::default();
        assert_eq!(found.add(vec![symbol("A", "1"), symbol("B", "1")]).len(), 2);
        assert_eq!(found.add(vec![symbol("A", "2")]).len(), 0);
        let other = Symbol { symbology: Symbology::Code39, ..symbol("A", "1") };
        assert_eq!(found.add(vec![other]).len(), 1);
        assert_eq!(found.symbols().len(), 3);
    }
}
