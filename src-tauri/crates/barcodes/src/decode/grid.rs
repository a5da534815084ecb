//! The modules of a QR code between three finder patterns: where they lie, and whether each is dark.
//!
//! The fourth corner is searched for and all four are moved until what is known of every symbol – finder, timing and alignment
//! patterns, the quiet zone (ISO/IEC 18004, 6.3) – fits best and the modules between are as dark or light as they get.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the symbol's own size; `any_picture_is_sampled` covers odd ones"
)]

use super::finder::Corner;
use super::flat::Flat;
use super::lean::Outlines;
use super::{Luma, Point};

/// Four places in the picture, clockwise from the top left: the middles of the three finder patterns, and the place that lies as
/// far from the fourth corner.
pub(super) type Quad = [Point; 4];

/// A symbol's place and size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub quad: Quad,
    /// Modules a side.
    pub side: usize,
    /// How well it fits: below [`FITS`] it is no symbol.
    pub fit: f32,
}

/// Grids with less are not worth decoding.
pub(super) const FITS: f32 = 0.40;

/// Grids with more are where they seem to be.
const CLEAR: f32 = 0.95;

/// Places of the fourth corner that are judged by the whole symbol, after what lies near them has been.
const LOOKED_AT_WHOLE: usize = 12;

/// What is known of every symbol of a size.
pub(super) struct Known {
    side: usize,
    /// Place in modules, and 1 for light, -1 for dark.
    pub modules: Vec<(f32, f32, f32)>,
    /// Every module's middle that is not known, or every other in large symbols.
    pub others: Vec<(f32, f32)>,
}

/// The likeliest grids between three finder patterns, the best first.
pub(super) fn grids(flat: &Flat, corner: &Corner) -> Vec<Grid> {
    let sides = sides(corner);
    let mut grids = Vec::new();
    if let Some(outlines) = Outlines::of(flat, corner) {
        let views = outlines.views(sides.get(sides.len() / 2).copied().unwrap_or(21));
        grids.extend(views.into_iter().map(|(side, quad)| Grid {
            quad,
            side,
            fit: Known::of(side).fit(flat, &quad),
        }));
    }
    // Where the finder patterns' edges tell it already, there is nothing to search for.
    if grids.iter().all(|grid| grid.fit < CLEAR) {
        grids.extend(sides.into_iter().map(|side| {
            let known = Known::of(side);
            let quad = fourth(flat, &known, corner);
            Grid { quad, side, fit: known.fit(flat, &quad) }
        }));
    }
    grids.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    let mut sizes = Vec::new();
    grids.retain(|grid| {
        !sizes.contains(&grid.side) && {
            sizes.push(grid.side);
            true
        }
    });
    grids.truncate(2);
    for grid in &mut grids {
        let known = Known::of(grid.side);
        known.refine(flat, grid);
    }
    grids.retain(|grid| grid.fit >= FITS);
    grids.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    grids
}

/// Sizes (17 + 4 × version) that the distances allow, the nearest three.
fn sides(corner: &Corner) -> Vec<usize> {
    let far = |a: Point, b: Point| (a.x - b.x).hypot(a.y - b.y);
    let (a, b, c) = (&corner.top_left, &corner.top_right, &corner.bottom_left);
    // A module's length along the side: what is measured across and down is longer on a turned symbol.
    let along = |from: Point, to: Point| {
        let turn = (to.y - from.y).atan2(to.x - from.x);
        turn.cos().abs().max(turn.sin().abs())
    };
    let modules = |from: Point, to: Point, size: f32| far(from, to) / (size * along(from, to)).max(0.5);
    let across = modules(a.middle, b.middle, (a.module + b.module) / 2.0);
    let down = modules(a.middle, c.middle, (a.module + c.module) / 2.0);
    let side = (across + down) / 2.0 + 7.0;
    let version = ((side - 17.0) / 4.0).round().clamp(1.0, 40.0) as usize;
    let spread = if version < 7 { 1 } else { 2 };
    (version.saturating_sub(spread).max(1)..=(version + spread).min(40))
        .map(|version| 17 + 4 * version)
        .collect()
}

/// The fourth corner where it fits best, searched around the place that it has without perspective.
fn fourth(flat: &Flat, known: &Known, corner: &Corner) -> Quad {
    let (a, b, c) = (corner.top_left.middle, corner.top_right.middle, corner.bottom_left.middle);
    let straight = Point { x: b.x + c.x - a.x, y: b.y + c.y - a.y };
    let modules = (known.side - 7) as f32;
    let (right, down) = (
        Point { x: (b.x - a.x) / modules, y: (b.y - a.y) / modules },
        Point { x: (c.x - a.x) / modules, y: (c.y - a.y) / modules },
    );
    let reach = ((modules * 0.25) as i32).clamp(4, 9);
    let near = known.near_the_fourth();
    let mut places = Vec::with_capacity((2 * reach as usize + 1).pow(2));
    for v in -reach..=reach {
        for u in -reach..=reach {
            let (u, v) = (u as f32, v as f32);
            let place =
                Point { x: straight.x + right.x * u + down.x * v, y: straight.y + right.y * u + down.y * v };
            let quad = [a, b, place, c];
            // Nothing else known, the straight place is the likeliest.
            let far = (u.abs() + v.abs()) * 0.002;
            places.push((near.fit(flat, &quad) - far, quad, far));
        }
    }
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = places.iter().take(LOOKED_AT_WHOLE).map(|(_, quad, far)| (known.fit(flat, quad) - far, quad));
    all.max_by(|a, b| a.0.total_cmp(&b.0)).map_or([a, b, straight, c], |(_, quad)| *quad)
}

impl Known {
    /// Of a symbol with so many modules a side.
    pub fn of(side: usize) -> Known {
        let last = side as f32 - 1.0;
        let mut modules = Vec::new();
        let mut taken = vec![false; side * side];
        let mut know = |x: usize, y: usize, dark: bool| {
            modules.push((x as f32 + 0.5, y as f32 + 0.5, if dark { -1.0 } else { 1.0 }));
            taken[y * side + x] = true;
        };
        for y in 0..8 {
            for x in 0..8 {
                let ring = (x as i32 - 3).abs().max((y as i32 - 3).abs());
                let dark = ring != 2 && ring != 4 && x < 7 && y < 7;
                know(x, y, dark);
                know(side - 1 - x, y, dark);
                know(x, side - 1 - y, dark);
            }
        }
        for at in 8..side - 8 {
            know(at, 6, at % 2 == 0);
            know(6, at, at % 2 == 0);
        }
        let alignments = alignments(side);
        for (i, y) in alignments.iter().enumerate() {
            for (j, x) in alignments.iter().enumerate() {
                let end = alignments.len() - 1;
                if (i, j) == (0, 0) || (i, j) == (0, end) || (i, j) == (end, 0) {
                    continue;
                }
                for place in 0..25 {
                    let (dx, dy) = (place % 5, place / 5);
                    let ring = (dx as i32 - 2).abs().max((dy as i32 - 2).abs());
                    know(x + dx - 2, y + dy - 2, ring != 1);
                }
            }
        }
        // The quiet zone's nearest line, all around.
        for at in 0..side {
            let at = at as f32 + 0.5;
            modules.extend([(at, -0.5, 1.0), (at, last + 1.5, 1.0), (-0.5, at, 1.0), (last + 1.5, at, 1.0)]);
        }
        let every = if side > 57 {
            3
        } else if side > 33 {
            2
        } else {
            1
        };
        let others = (0..side * side).filter(|place| !taken[*place]).step_by(every);
        let others = others.map(|place| ((place % side) as f32 + 0.5, (place / side) as f32 + 0.5)).collect();
        Known { side, modules, others }
    }

    /// The part of it that moves with the fourth corner, thinned out: enough to tell the likeliest places.
    fn near_the_fourth(&self) -> Known {
        let is_near = |x: f32, y: f32| x + y > self.side as f32;
        let modules = self.modules.iter().filter(|(x, y, _)| is_near(*x, *y)).copied().collect();
        let others = self.others.iter().filter(|(x, y)| is_near(*x, *y)).step_by(3).copied().collect();
        Known { side: self.side, modules, others }
    }

    /// 1 where every module is as expected; about 0 for anything but a symbol.
    fn fit(&self, flat: &Flat, quad: &Quad) -> f32 {
        let Some(map) = Map::between(quad, self.side) else { return f32::MIN };
        let (mut agree, mut strength) = (0.0, 0.0);
        for (x, y, sign) in &self.modules {
            let value = map.sample(flat, *x, *y);
            agree += value * sign;
            strength += value.abs();
        }
        let mut sharp = 0.0;
        for (x, y) in &self.others {
            sharp += map.sample(flat, *x, *y).abs();
        }
        let mean = strength / self.modules.len().max(1) as f32;
        let sharp = sharp / self.others.len().max(1) as f32;
        agree / strength.max(1.0) + 0.2 * (sharp / mean.max(1.0)).min(1.5)
    }

    /// Moves the corners, in ever smaller steps, for as long as it helps.
    fn refine(&self, flat: &Flat, grid: &mut Grid) {
        let far = |a: Point, b: Point| (a.x - b.x).hypot(a.y - b.y);
        let module = far(grid.quad[0], grid.quad[1]) / (self.side - 7) as f32;
        for step in [0.8, 0.4, 0.2] {
            for _ in 0..3 {
                let before = grid.fit;
                for place in [2, 0, 1, 3] {
                    for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                        let mut quad = grid.quad;
                        quad[place].x += dx * step * module;
                        quad[place].y += dy * step * module;
                        let fit = self.fit(flat, &quad);
                        if fit > grid.fit {
                            (grid.quad, grid.fit) = (quad, fit);
                        }
                    }
                }
                if grid.fit <= before {
                    break;
                }
            }
        }
    }
}

/// Middles of the alignment patterns, across and down (ISO/IEC 18004, annex E).
fn alignments(side: usize) -> Vec<usize> {
    let version = (side - 17) / 4;
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = if version == 32 { 26 } else { (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2 };
    let mut places: Vec<usize> = (0..count - 1).map(|i| side - 7 - i * step).collect();
    places.push(6);
    places.reverse();
    places
}

/// From places in modules to places in the picture.
pub(super) struct Map([f32; 8]);

impl Map {
    /// The middles of the corners' finder patterns, 3.5 modules from the edges, lie at the quad's places. None where that is no
    /// view of a plane.
    pub fn between(quad: &Quad, side: usize) -> Option<Map> {
        let [p0, p1, p2, p3] = quad;
        let (dx1, dy1) = (p1.x - p2.x, p1.y - p2.y);
        let (dx2, dy2) = (p3.x - p2.x, p3.y - p2.y);
        let (dx3, dy3) = (p0.x - p1.x + p2.x - p3.x, p0.y - p1.y + p2.y - p3.y);
        let area = dx1 * dy2 - dx2 * dy1;
        if area.abs() < 1.0 {
            return None;
        }
        let g = (dx3 * dy2 - dx2 * dy3) / area;
        let h = (dx1 * dy3 - dx3 * dy1) / area;
        // From the unit square to modules.
        let scale = 1.0 / (side as f32 - 7.0);
        let (a, b, c) = ((p1.x - p0.x + g * p1.x) * scale, (p3.x - p0.x + h * p3.x) * scale, p0.x);
        let (d, e, f) = ((p1.y - p0.y + g * p1.y) * scale, (p3.y - p0.y + h * p3.y) * scale, p0.y);
        Some(Map([a, b, c, d, e, f, g * scale, h * scale]))
    }

    pub fn place(&self, x: f32, y: f32) -> Point {
        let (x, y) = (x - 3.5, y - 3.5);
        let [a, b, c, d, e, f, g, h] = self.0;
        let depth = 1.0 / (g * x + h * y + 1.0);
        Point { x: (a * x + b * y + c) * depth, y: (d * x + e * y + f) * depth }
    }

    fn sample(&self, flat: &Flat, x: f32, y: f32) -> f32 {
        let place = self.place(x, y);
        flat.at(place.x, place.y)
    }
}

impl Grid {
    /// Every module's value: the mean of a few places in it, dark below zero. Row by row.
    pub fn values(&self, flat: &Flat) -> Vec<f32> {
        let Some(map) = Map::between(&self.quad, self.side) else { return Vec::new() };
        const INSIDE: [(f32, f32); 5] = [(0.5, 0.5), (0.32, 0.32), (0.68, 0.32), (0.32, 0.68), (0.68, 0.68)];
        let value = |x: usize, y: usize| {
            let sum: f32 = INSIDE.iter().map(|(dx, dy)| map.sample(flat, x as f32 + dx, y as f32 + dy)).sum();
            sum / INSIDE.len() as f32
        };
        (0..self.side * self.side).map(|place| value(place % self.side, place / self.side)).collect()
    }

    /// The outline's corners, clockwise from the top left.
    pub fn outline(&self) -> Quad {
        let side = self.side as f32;
        Map::between(&self.quad, self.side).map_or(self.quad, |map| {
            [map.place(0.0, 0.0), map.place(side, 0.0), map.place(side, side), map.place(0.0, side)]
        })
    }
}

/// How a module is called dark.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verdict {
    /// Darker than its surroundings in the picture.
    Plain,
    /// Darker than the modules around it.
    Neighbours,
    /// As [`Verdict::Neighbours`], after taking back what blur let spill over from next to it.
    Sharpened,
}

/// A flawless picture of the modules, with a quiet zone.
pub(super) fn draw(values: &[f32], side: usize, verdict: Verdict) -> Option<Luma> {
    const SCALE: usize = 3;
    const QUIET: usize = 4;
    let mut dark = judge(values, side, verdict);
    // What every symbol of the size has needs no judgement, and the decoder looks for it first.
    for (x, y, sign) in Known::of(side).modules {
        let inside = |at: f32| at > 0.0 && at < side as f32;
        if inside(x) && inside(y) {
            dark[y as usize * side + x as usize] = sign < 0.0;
        }
    }
    let width = (side + 2 * QUIET) * SCALE;
    let mut pixels = vec![255; width * width];
    for (place, dark) in dark.iter().enumerate() {
        if *dark {
            let (x, y) = ((place % side + QUIET) * SCALE, (place / side + QUIET) * SCALE);
            for row in y..y + SCALE {
                pixels[row * width + x..row * width + x + SCALE].fill(0);
            }
        }
    }
    Luma::new(u32::try_from(width).ok()?, u32::try_from(width).ok()?, pixels).ok()
}

fn judge(values: &[f32], side: usize, verdict: Verdict) -> Vec<bool> {
    const AROUND: usize = 3;
    let at = |x: usize, y: usize| values[y.min(side - 1) * side + x.min(side - 1)];
    let sharp = |x: usize, y: usize| {
        let beside = at(x.saturating_sub(1), y) + at(x + 1, y) + at(x, y.saturating_sub(1)) + at(x, y + 1);
        at(x, y) * 2.2 - beside * 0.3
    };
    let value =
        |x: usize, y: usize| if matches!(verdict, Verdict::Sharpened) { sharp(x, y) } else { at(x, y) };
    let middle = |x: usize, y: usize| {
        let (mut dark, mut light) = (f32::MAX, f32::MIN);
        for near_y in y.saturating_sub(AROUND)..(y + AROUND + 1).min(side) {
            for near_x in x.saturating_sub(AROUND)..(x + AROUND + 1).min(side) {
                let value = at(near_x, near_y);
                (dark, light) = (dark.min(value), light.max(value));
            }
        }
        (dark + light) / 2.0
    };
    let places = (0..side * side).map(|place| (place % side, place / side));
    match verdict {
        Verdict::Plain => values.iter().map(|value| *value < 0.0).collect(),
        _ => places.map(|(x, y)| value(x, y) < middle(x, y)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finder::corners;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn alignment_patterns_are_where_the_standard_says() {
        assert_eq!(alignments(21), Vec::<usize>::new());
        assert_eq!(alignments(25), [6, 18]);
        assert_eq!(alignments(45), [6, 22, 38]);
        assert_eq!(alignments(17 + 4 * 32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(alignments(17 + 4 * 40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn corners_of_the_map_are_the_quads() {
        let quad = [(10.0, 12.0), (90.0, 20.0), (80.0, 99.0), (5.0, 70.0)].map(|(x, y)| Point { x, y });
        let map = Map::between(&quad, 25).unwrap();
        for (place, expected) in [(3.5, 3.5), (21.5, 3.5), (21.5, 21.5), (3.5, 21.5)].into_iter().zip(quad) {
            let point = map.place(place.0, place.1);
            assert!((point.x - expected.x).abs() < 0.01 && (point.y - expected.y).abs() < 0.01);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn any_picture_is_sampled(width in 1..90_u32, height in 1..90_u32, places in proptest::array::uniform4((-50.0..150.0_f32, -50.0..150.0_f32)), version in 1..41_usize) {
            let pixels = (0..width * height).map(|i| (i * 37) as u8).collect();
            let flat = Flat::of(&Luma::new(width, height, pixels).unwrap(), 7);
            let quad = places.map(|(x, y)| Point { x, y });
            let mut grid = Grid { quad, side: 17 + 4 * version, fit: 0.0 };
            Known::of(grid.side).refine(&flat, &mut grid);
            let values = grid.values(&flat);
            if !values.is_empty() {
                for verdict in [Verdict::Plain, Verdict::Neighbours, Verdict::Sharpened] {
                    prop_assert!(draw(&values, grid.side, verdict).is_some());
                }
            }
            for corner in corners(&flat) {
                let _ = grids(&flat, &corner);
            }
        }
    }
}
