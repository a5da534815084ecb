//! The view of a leaning QR code: the outlines of its three finder patterns, twelve corners whose places in modules are known,
//! tell where the fourth corner lies and how many modules there are.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over places in small tables of fixed size; `any_finder_is_outlined` covers odd pictures"
)]

use super::Point;
use super::finder::{Corner, Finder};
use super::flat::Flat;

/// Directions in which a finder pattern's edge is looked for.
const RAYS: usize = 72;

/// The twelve corners: of each finder pattern the top left one first, then clockwise as the symbol stands.
pub(super) struct Outlines([[Point; 4]; 3]);

impl Outlines {
    /// None where an edge is not to be seen.
    pub fn of(flat: &Flat, corner: &Corner) -> Option<Outlines> {
        let Corner { top_left, top_right, bottom_left, .. } = corner;
        let right = minus(top_right.middle, top_left.middle);
        let down = minus(bottom_left.middle, top_left.middle);
        let one = |finder: &Finder| in_place(&outline(flat, finder)?, finder.middle, right, down);
        Some(Outlines([one(top_left)?, one(top_right)?, one(bottom_left)?]))
    }

    /// The symbol's likeliest numbers of modules a side near `side`, each with the places of the finder patterns' middles and of
    /// the place as far from the fourth corner.
    pub fn views(&self, side: usize) -> Vec<(usize, [Point; 4])> {
        let version = side.saturating_sub(17) / 4;
        let versions = version.saturating_sub(3).max(1)..=(version + 4).min(40);
        let mut views: Vec<(f64, usize, [Point; 4])> =
            versions.filter_map(|version| self.view(17 + 4 * version)).collect();
        views.sort_by(|a, b| a.0.total_cmp(&b.0));
        views.truncate(3);
        views.into_iter().map(|(_, side, quad)| (side, quad)).collect()
    }

    /// The view of a symbol of that size that fits the corners best: how far it misses them, the size, the four places.
    fn view(&self, side: usize) -> Option<(f64, usize, [Point; 4])> {
        let far = side as f64 - 7.0;
        let starts = [(0.0, 0.0), (far, 0.0), (0.0, far)];
        let mut pairs = Vec::with_capacity(12);
        for ((x, y), corners) in starts.into_iter().zip(&self.0) {
            for ((dx, dy), seen) in [(0.0, 0.0), (7.0, 0.0), (7.0, 7.0), (0.0, 7.0)].into_iter().zip(corners)
            {
                // About 1, for the sums' sake.
                let scale = side as f64;
                pairs.push(((x + dx) / scale, (y + dy) / scale, f64::from(seen.x), f64::from(seen.y)));
            }
        }
        let map = plane_view(&pairs)?;
        let missed: f64 = pairs
            .iter()
            .map(|(x, y, seen_x, seen_y)| {
                let (at_x, at_y) = apply(&map, *x, *y);
                (at_x - seen_x).powi(2) + (at_y - seen_y).powi(2)
            })
            .sum();
        let (near, far) = (3.5 / side as f64, (side as f64 - 3.5) / side as f64);
        let quad = [(near, near), (far, near), (far, far), (near, far)].map(|(x, y)| {
            let (x, y) = apply(&map, x, y);
            Point { x: x as f32, y: y as f32 }
        });
        quad.iter().all(|p| p.x.is_finite() && p.y.is_finite()).then_some((missed, side, quad))
    }
}

fn minus(a: Point, b: Point) -> Point {
    Point { x: a.x - b.x, y: a.y - b.y }
}

/// The four corners of a finder pattern's outer edge, clockwise from anywhere.
fn outline(flat: &Flat, finder: &Finder) -> Option<[Point; 4]> {
    let edge: Vec<Point> = (0..RAYS).filter_map(|ray| edge(flat, finder, ray)).collect();
    if edge.len() < RAYS * 3 / 4 {
        return None;
    }
    let far = |a: &Point, b: &Point| (a.x - b.x).hypot(a.y - b.y);
    let farthest = |from: &Point| edge.iter().max_by(|a, b| far(a, from).total_cmp(&far(b, from))).copied();
    let a = farthest(&finder.middle)?;
    let c = farthest(&a)?;
    let side = |p: &Point| (c.x - a.x) * (p.y - a.y) - (c.y - a.y) * (p.x - a.x);
    let b = edge.iter().max_by(|p, q| side(p).total_cmp(&side(q))).copied()?;
    let d = edge.iter().min_by(|p, q| side(p).total_cmp(&side(q))).copied()?;
    // With y downwards what lies to the right of a line is its positive side: a, d, c, b is clockwise.
    let rough = [a, d, c, b];
    let lines: Option<Vec<(Point, Point)>> =
        (0..4).map(|i| fitted(&edge, rough[i], rough[(i + 1) % 4], finder.module)).collect();
    let lines = lines?;
    let mut corners = rough;
    for (i, corner) in corners.iter_mut().enumerate() {
        *corner = crossing(lines[(i + 3) % 4], lines[i])?;
        if far(corner, &rough[i]) > finder.module * 2.5 {
            return None;
        }
    }
    Some(corners)
}

/// Where the outer dark ring ends in a direction: dark, light, dark, and light again.
fn edge(flat: &Flat, finder: &Finder, ray: usize) -> Option<Point> {
    const STEP: f32 = 0.5;
    let (sin, cos) = (ray as f32 / RAYS as f32 * std::f32::consts::TAU).sin_cos();
    let most = (finder.module * 11.0 / STEP) as usize + 8;
    let (mut turns, mut before) = (0, f32::MIN);
    for i in 0..most {
        let radius = i as f32 * STEP;
        let value = flat.at(finder.middle.x + cos * radius, finder.middle.y + sin * radius);
        let (dark_now, dark_then) = (value < 0.0, before < 0.0);
        if dark_now != dark_then {
            turns += 1;
            if turns == 3 {
                let share = (before / (before - value)).clamp(0.0, 1.0);
                let radius = radius - STEP + STEP * share;
                return Some(Point { x: finder.middle.x + cos * radius, y: finder.middle.y + sin * radius });
            }
        }
        before = value;
    }
    None
}

/// The straight line through what lies between two corners: a point on it and its direction.
fn fitted(edge: &[Point], from: Point, to: Point, module: f32) -> Option<(Point, Point)> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let square = dx * dx + dy * dy;
    if square < 1.0 {
        return None;
    }
    let near = |p: &&Point| {
        let along = ((p.x - from.x) * dx + (p.y - from.y) * dy) / square;
        let aside = ((p.x - from.x) * dy - (p.y - from.y) * dx) / square.sqrt();
        (0.15..0.85).contains(&along) && aside.abs() < module * 1.2
    };
    let (mut count, mut x, mut y) = (0.0, 0.0, 0.0);
    for p in edge.iter().filter(near) {
        (count, x, y) = (count + 1.0, x + p.x, y + p.y);
    }
    if count < 4.0 {
        return None;
    }
    let middle = Point { x: x / count, y: y / count };
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for p in edge.iter().filter(near) {
        let (dx, dy) = (p.x - middle.x, p.y - middle.y);
        (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
    }
    let angle = (2.0 * xy).atan2(xx - yy) / 2.0;
    Some((middle, Point { x: angle.cos(), y: angle.sin() }))
}

fn crossing((p, u): (Point, Point), (q, v): (Point, Point)) -> Option<Point> {
    let area = u.x * v.y - u.y * v.x;
    if area.abs() < 0.05 {
        return None;
    }
    let along = ((q.x - p.x) * v.y - (q.y - p.y) * v.x) / area;
    Some(Point { x: p.x + u.x * along, y: p.y + u.y * along })
}

/// The corners as the symbol stands: top left, top right, bottom right, bottom left.
fn in_place(corners: &[Point; 4], middle: Point, right: Point, down: Point) -> Option<[Point; 4]> {
    let area = right.x * down.y - right.y * down.x;
    if area.abs() < 1.0 {
        return None;
    }
    let mut placed = [None; 4];
    for corner in corners {
        let p = minus(*corner, middle);
        let along = (p.x * down.y - p.y * down.x) / area;
        let below = (right.x * p.y - right.y * p.x) / area;
        let place = match (along > 0.0, below > 0.0) {
            (false, false) => 0,
            (true, false) => 1,
            (true, true) => 2,
            (false, true) => 3,
        };
        placed[place] = Some(*corner);
    }
    let [Some(a), Some(b), Some(c), Some(d)] = placed else { return None };
    Some([a, b, c, d])
}

fn apply(map: &[f64; 8], x: f64, y: f64) -> (f64, f64) {
    let depth = map[6] * x + map[7] * y + 1.0;
    ((map[0] * x + map[1] * y + map[2]) / depth, (map[3] * x + map[4] * y + map[5]) / depth)
}

/// The view of a plane that takes the first two of each four numbers nearest to the other two, by least squares.
fn plane_view(pairs: &[(f64, f64, f64, f64)]) -> Option<[f64; 8]> {
    let mut sums = [[0.0_f64; 9]; 8];
    for (x, y, u, v) in pairs {
        for (row, value) in [
            ([*x, *y, 1.0, 0.0, 0.0, 0.0, -x * u, -y * u], *u),
            ([0.0, 0.0, 0.0, *x, *y, 1.0, -x * v, -y * v], *v),
        ] {
            for i in 0..8 {
                for j in 0..8 {
                    sums[i][j] += row[i] * row[j];
                }
                sums[i][8] += row[i] * value;
            }
        }
    }
    solved(&mut sums)
}

/// The unknowns of as many linear equations, each followed by its right side. None where they do not tell all.
pub(super) fn solved<const N: usize, const M: usize>(rows: &mut [[f64; M]; N]) -> Option<[f64; N]> {
    for i in 0..N {
        let largest = (i..N).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))?;
        rows.swap(i, largest);
        if rows[i][i].abs() < 1.0e-12 {
            return None;
        }
        for j in i + 1..N {
            let share = rows[j][i] / rows[i][i];
            let above = rows[i];
            rows[j].iter_mut().zip(above).skip(i).for_each(|(value, above)| *value -= share * above);
        }
    }
    let mut unknowns = [0.0; N];
    for i in (0..N).rev() {
        let rest: f64 = (i + 1..N).map(|j| rows[i][j] * unknowns[j]).sum();
        unknowns[i] = (rows[i][N] - rest) / rows[i][i];
    }
    Some(unknowns)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Luma;
    use super::super::finder::corners;
    use super::*;
    use proptest::prelude::*;

    /// A QR code tilted away from the camera and turned, in degrees; from places in the picture to modules; modules a side.
    pub(in super::super) fn leaning(
        text: &str,
        tilt: f32,
        turn: f32,
    ) -> (Luma, impl Fn(Point) -> (f32, f32), usize) {
        let modules = crate::write::qr(text.as_bytes(), crate::write::Level::M).unwrap();
        let count = modules.width();
        let (side, scale) = ((count as f32 + 14.0) * 6.0, 5.0);
        let (turn_sin, turn_cos) = turn.to_radians().sin_cos();
        let (tilt_sin, tilt_cos) = tilt.to_radians().sin_cos();
        let distance = count as f32 * 2.6;
        let into_modules = move |p: Point| {
            let (x, y) = ((p.x - side / 2.0) / scale, (p.y - side / 2.0) / scale);
            let (x, y) = (x * turn_cos + y * turn_sin, y * turn_cos - x * turn_sin);
            let depth = distance / (distance * tilt_cos - x * tilt_sin).max(0.1);
            (x * depth + count as f32 / 2.0, y * depth + count as f32 / 2.0)
        };
        let pixels = (0..side as usize * side as usize).map(|i| {
            let (x, y) = ((i % side as usize) as f32, (i / side as usize) as f32);
            let dark = (0..9).filter(|sub| {
                let (dx, dy) = ((sub % 3) as f32 / 3.0 + 0.17, (sub / 3) as f32 / 3.0 + 0.17);
                let (x, y) = into_modules(Point { x: x + dx, y: y + dy });
                x >= 0.0 && y >= 0.0 && modules.dark(x as usize, y as usize)
            });
            220 - (dark.count() * 20) as u8
        });
        (Luma::new(side as u32, side as u32, pixels.collect()).unwrap(), into_modules, count)
    }

    #[test]
    fn a_view_is_found_from_its_points() {
        let map = [310.0, 24.0, 12.0, -18.0, 290.0, 40.0, 0.35, -0.2];
        let places = [(0.0, 0.0), (0.3, 0.1), (1.0, 0.0), (0.9, 0.2), (0.0, 1.0), (0.2, 0.8)];
        let pairs = places.map(|(x, y)| {
            let (u, v) = apply(&map, x, y);
            (x, y, u, v)
        });
        let found = plane_view(&pairs).unwrap();
        assert!(map.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1.0e-3), "{found:?}");
        assert!(plane_view(&pairs[..3]).is_none());
    }

    #[test]
    fn the_size_and_the_fourth_corner_of_a_leaning_symbol() {
        for (tilt, turn) in [(0.0, 0.0), (30.0, 20.0), (50.0, 0.0), (50.0, 110.0)] {
            let text = "A".repeat(60);
            let (luma, into_modules, count) = leaning(&text, tilt, turn);
            let flat = Flat::of(&luma, 30);
            let corner = corners(&flat)[0];
            let views = Outlines::of(&flat, &corner).unwrap().views(count);
            assert_eq!(views[0].0, count, "{tilt} {turn}: {views:?}");
            let (x, y) = into_modules(views[0].1[2]);
            let expected = count as f32 - 3.5;
            assert!((x - expected).hypot(y - expected) < 1.0, "{tilt} {turn}: {x} {y}, not {expected}");
        }
    }

    proptest! {
        #[test]
        fn any_finder_is_outlined(width in 1..90_u32, height in 1..90_u32, x in -20.0..110.0_f32, y in -20.0..110.0_f32, module in 0.1..9.0_f32, seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let flat = Flat::of(&Luma::new(width, height, pixels).unwrap(), 7);
            let finder = Finder { middle: Point { x, y }, module, rows: 1 };
            if let Some(corners) = outline(&flat, &finder) {
                prop_assert!(corners.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
            }
        }
    }
}
