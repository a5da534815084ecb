//! Lines across bars: how far bars reach, and what other lines across them say.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the line's own length; `any_line_is_followed` covers odd ones"
)]

use super::{Luma, Point};

/// Longest line that is sampled, in places.
const MOST_PLACES: usize = 1600;
/// Lines alike less than this (correlation, -1 to 1) cross other bars.
const ALIKE: f32 = 0.55;

/// A straight line in a picture, from its first place to its last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub from: Point,
    pub to: Point,
}

impl Line {
    /// The line on which bars with these corners were read: between the middles of their ends.
    pub fn of(corners: &[Point; 4]) -> Line {
        let between = |a: Point, b: Point| Point { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 };
        Line { from: between(corners[0], corners[3]), to: between(corners[1], corners[2]) }
    }

    /// In pixels.
    pub fn length(&self) -> f32 {
        (self.to.x - self.from.x).hypot(self.to.y - self.from.y)
    }

    /// One pixel along the line.
    fn along(&self) -> Point {
        let length = self.length().max(1.0);
        Point { x: (self.to.x - self.from.x) / length, y: (self.to.y - self.from.y) / length }
    }

    /// The same line so many pixels aside, to the right of its direction where `by` is positive.
    pub fn aside(&self, by: f32) -> Line {
        let along = self.along();
        let moved = |p: Point| Point { x: p.x - along.y * by, y: p.y + along.x * by };
        Line { from: moved(self.from), to: moved(self.to) }
    }

    /// The same line longer at both ends.
    pub fn longer(&self, by: f32) -> Line {
        let along = self.along();
        Line {
            from: Point { x: self.from.x - along.x * by, y: self.from.y - along.y * by },
            to: Point { x: self.to.x + along.x * by, y: self.to.y + along.y * by },
        }
    }

    /// Grey values along the line, about one a pixel; white outside the picture.
    pub fn sample(&self, luma: &Luma, places: usize, into: &mut Vec<f32>) {
        into.clear();
        let steps = places.max(2) as f32 - 1.0;
        let (dx, dy) = ((self.to.x - self.from.x) / steps, (self.to.y - self.from.y) / steps);
        into.extend(
            (0..places).map(|i| luma.between(self.from.x + dx * i as f32, self.from.y + dy * i as f32)),
        );
    }

    /// Places for about one a pixel.
    pub fn places(&self) -> usize {
        (self.length().round().max(0.0) as usize + 1).clamp(2, MOST_PLACES)
    }
}

impl Luma {
    /// The grey value between pixels; white outside.
    pub(super) fn between(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (width, height) = (self.width() as usize, self.height() as usize);
        if !(x >= -0.5 && y >= -0.5 && x < width as f32 && y < height as f32) {
            return 255.0;
        }
        let (x, y) = (x.max(0.0), y.max(0.0));
        let (left, top) = ((x as usize).min(width - 1), (y as usize).min(height - 1));
        let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
        let (dx, dy) = (x - left as f32, y - top as f32);
        let at = |x: usize, y: usize| f32::from(self.pixels()[y * width + x]);
        let upper = at(left, top) + (at(right, top) - at(left, top)) * dx;
        let lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * dx;
        upper + (lower - upper) * dy
    }
}

/// The whole outline of bars of which a reader told only some lines: as far aside as lines look like their neighbours.
pub(super) fn extent(luma: &Luma, corners: &[Point; 4]) -> [Point; 4] {
    let line = Line::of(corners);
    if !(8.0..1.0e5).contains(&line.length()) {
        return *corners;
    }
    let above = reach(luma, &line, -1.0);
    let below = reach(luma, &line, 1.0);
    let (upper, lower) = (line.aside(-above), line.aside(below));
    [upper.from, upper.to, lower.to, lower.from]
}

fn reach(luma: &Luma, line: &Line, side: f32) -> f32 {
    let places = line.places().min(600);
    let step = (line.length() / 120.0).clamp(2.0, 8.0);
    let most = line.length() * 1.5;
    let (mut before, mut now) = (Vec::new(), Vec::new());
    line.sample(luma, places, &mut before);
    level(&mut before);
    let strength = energy(&before);
    let (mut reached, mut at, mut missed) = (0.0, step, 0);
    let mut shift = 0_isize;
    while at <= most {
        line.aside(side * at).sample(luma, places, &mut now);
        level(&mut now);
        let best = (shift - 2..=shift + 2)
            .map(|shift| (alike(&before, &now, shift), shift))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap_or((0.0, 0));
        if best.0 >= ALIKE && energy(&now) >= strength * 0.2 {
            (reached, missed, shift) = (at, 0, 0);
            std::mem::swap(&mut before, &mut now);
        } else {
            missed += 1;
            shift = best.1;
            if missed > 2 {
                break;
            }
        }
        at += step;
    }
    reached
}

/// Takes the mean away.
fn level(values: &mut [f32]) {
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    values.iter_mut().for_each(|value| *value -= mean);
}

fn energy(values: &[f32]) -> f32 {
    values.iter().map(|value| value * value).sum()
}

/// Correlation of two levelled lines, the second shifted.
fn alike(a: &[f32], b: &[f32], shift: isize) -> f32 {
    let from = shift.unsigned_abs().min(a.len());
    let (a, b) = if shift >= 0 { (a, &b[from..]) } else { (&a[from..], b) };
    let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        product += a * b;
        left += a * a;
        right += b * b;
    }
    product / (left * right).sqrt().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bars between two heights, leaning by `lean` pixels a row.
    fn page(top: f32, bottom: f32, lean: f32, code: usize) -> Luma {
        let pixels = (0..400 * 300).map(|i| {
            let (x, y) = ((i % 400) as f32, (i / 400) as f32);
            let along = x - y * lean - 60.0;
            let bar = (along / 3.0) as usize + code;
            let dark = (0.0..240.0).contains(&along)
                && (top..bottom).contains(&y)
                && (bar.wrapping_mul(2_654_435_761) >> 9) % 5 < 2;
            if dark { 30 } else { 220 }
        });
        Luma::new(400, 300, pixels.collect()).unwrap()
    }

    #[test]
    fn bars_are_followed_to_their_ends_and_no_further() {
        for lean in [0.0, 0.1, -0.15] {
            let (top, bottom) = (80.0, 180.0);
            let luma = page(top, bottom, lean, 0);
            let at = |x: f32| Point { x: x + 60.0 + 130.0 * lean, y: 130.0 };
            let outline = extent(&luma, &[at(0.0), at(240.0), at(240.0), at(0.0)]);
            assert!((outline[0].y - top).abs() < 8.0 && (outline[2].y - bottom).abs() < 8.0, "{outline:?}");
        }
    }

    #[test]
    fn other_bars_below_are_another_code() {
        let (one, two) = (page(40.0, 120.0, 0.0, 0), page(126.0, 250.0, 0.0, 500));
        let pixels = one.pixels().iter().zip(two.pixels()).map(|(a, b)| *a.min(b)).collect();
        let luma = Luma::new(400, 300, pixels).unwrap();
        let at = |x: f32| Point { x, y: 80.0 };
        let outline = extent(&luma, &[at(60.0), at(300.0), at(300.0), at(60.0)]);
        assert!((outline[2].y - 120.0).abs() < 8.0, "{outline:?}");
    }

    proptest! {
        #[test]
        fn any_line_is_followed(width in 1..60_u32, height in 1..60_u32, places in proptest::array::uniform8(-100.0..160.0_f32), seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let luma = Luma::new(width, height, pixels).unwrap();
            let corners: [Point; 4] = std::array::from_fn(|i| Point { x: places[i * 2], y: places[i * 2 + 1] });
            prop_assert!(extent(&luma, &corners).iter().all(|p| p.x.is_finite() && p.y.is_finite()));
            let value = luma.between(places[0], places[1]);
            prop_assert!((0.0..=255.0).contains(&value));
        }
    }
}
