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
    /// The same region seen from the picture that `outer` was cut from.
    pub fn moved(self, outer: Region) -> Region {
        Region { x: self.x + outer.x, y: self.y + outer.y, ..self }
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

    /// The same symbol seen from the picture that `region` was cut from.
    pub(super) fn moved(mut self, region: Region) -> Symbol {
        self.corners = self.corners.map(|p| Point { x: p.x + region.x as f32, y: p.y + region.y as f32 });
        self
    }

    /// The parts of a picture left of, above, right of and below the symbol that could hold another one.
    pub(super) fn around(&self, luma: &Luma) -> Vec<Region> {
        const LEAST_SIDE: u32 = 48;
        let (width, height) = (luma.width(), luma.height());
        let xs = || self.corners.iter().map(|p| p.x);
        let ys = || self.corners.iter().map(|p| p.y);
        let pixel = |value: f32, most: u32| (value.max(0.0) as u32).min(most);
        let left = pixel(xs().fold(f32::MAX, f32::min), width);
        let right = pixel(xs().fold(0.0, f32::max), width);
        let top = pixel(ys().fold(f32::MAX, f32::min), height);
        let bottom = pixel(ys().fold(0.0, f32::max), height);
        [
            Region { x: 0, y: 0, width: left, height },
            Region { x: 0, y: 0, width, height: top },
            Region { x: right, y: 0, width: width - right, height },
            Region { x: 0, y: bottom, width, height: height - bottom },
        ]
        .into_iter()
        .filter(|r| r.width >= LEAST_SIDE && r.height >= LEAST_SIDE)
        .collect()
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

    #[test]
    fn regions_around_stay_inside() {
        let luma = Luma::new(200, 100, vec![0; 20_000]).unwrap();
        let corners = [(60.0, -5.0), (120.0, 0.0), (120.0, 50.0), (60.0, 50.0)].map(|(x, y)| Point { x, y });
        let regions = Symbol { corners, ..symbol("A", "1") }.around(&luma);
        assert_eq!(
            regions,
            vec![
                Region { x: 0, y: 0, width: 60, height: 100 },
                Region { x: 120, y: 0, width: 80, height: 100 },
                Region { x: 0, y: 50, width: 200, height: 50 },
            ]
        );
        assert!(regions.iter().all(|r| luma.cut(*r).is_some()));
    }
}
