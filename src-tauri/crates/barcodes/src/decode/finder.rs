//! QR finder patterns (ISO/IEC 18004, 6.3.3): runs of 1:1:3:1:1 across and down, and three of them that could be the
//! corners of one symbol.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_picture_is_searched` covers odd ones"
)]

use super::Point;
use super::flat::Flat;

/// A finder pattern's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finder {
    pub middle: Point,
    /// Side of a module in pixels, roughly.
    pub module: f32,
    /// Rows that saw it.
    pub rows: u32,
}

/// Three finder patterns in their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corner {
    pub top_left: Finder,
    pub top_right: Finder,
    pub bottom_left: Finder,
    /// How far from a right angle of equal sides; less is better.
    oddness: f32,
}

/// Most finder patterns that are combined.
const MOST_FINDERS: usize = 14;
/// Most combinations handed on.
const MOST_CORNERS: usize = 12;
/// Neighbouring runs of one colour, from dark to dark.
type Runs = [usize; 5];

/// Combinations of three, the likeliest first.
pub(super) fn corners(flat: &Flat) -> Vec<Corner> {
    let mut finders = finders(flat);
    finders.sort_by_key(|finder| std::cmp::Reverse(finder.rows));
    finders.truncate(MOST_FINDERS);
    let mut corners = Vec::new();
    for (i, a) in finders.iter().enumerate() {
        for (j, b) in finders.iter().enumerate().skip(i + 1) {
            for c in finders.iter().skip(j + 1) {
                corners.extend(corner([*a, *b, *c]));
            }
        }
    }
    corners.sort_by(|a, b| a.oddness.total_cmp(&b.oddness));
    corners.truncate(MOST_CORNERS);
    corners
}

fn finders(flat: &Flat) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    let step = if flat.height > 900 { 2 } else { 1 };
    for y in (0..flat.height).step_by(step) {
        let row = &flat.values[y * flat.width..(y + 1) * flat.width];
        let mut runs: Runs = [0; 5];
        let mut dark_now = false;
        for x in 0..=flat.width {
            let dark = row.get(x).is_some_and(|value| *value < -3);
            if dark == dark_now && x < flat.width {
                runs[4] += 1;
                continue;
            }
            if dark_now && is_finder(runs) {
                note(flat, x, y, runs, &mut found);
            }
            runs.rotate_left(1);
            runs[4] = 1;
            dark_now = dark;
        }
    }
    found
}

/// Checks a row's finding downwards and across again, and adds it to what is known.
fn note(flat: &Flat, end: usize, y: usize, runs: Runs, found: &mut Vec<Finder>) {
    let middle = end as f32 - (runs[4] + runs[3]) as f32 - runs[2] as f32 / 2.0;
    let across = runs.iter().sum::<usize>() as f32 / 7.0;
    let Some((middle_y, down)) = crossed(|at| flat.dark(middle as usize, at), y, flat.height, across) else {
        return;
    };
    let Some((middle_x, across)) =
        crossed(|at| flat.dark(at, middle_y as usize), middle as usize, flat.width, down)
    else {
        return;
    };
    let module = (across * down).sqrt();
    let (x, y) = (middle_x, middle_y);
    for known in found.iter_mut() {
        let near =
            (known.middle.x - x).abs().max((known.middle.y - y).abs()) < module.max(known.module) * 2.5;
        if near && module < known.module * 1.7 && known.module < module * 1.7 {
            let old = known.rows as f32;
            let mean = |before: f32, now: f32| (before * old + now) / (old + 1.0);
            known.middle = Point { x: mean(known.middle.x, x), y: mean(known.middle.y, y) };
            known.module = mean(known.module, module);
            known.rows += 1;
            return;
        }
    }
    found.push(Finder { middle: Point { x, y }, module, rows: 1 });
}

/// The runs along a line around a dark pixel: their middle and a module's length there; none if they are no finder pattern.
fn crossed(dark: impl Fn(usize) -> bool, start: usize, length: usize, other: f32) -> Option<(f32, f32)> {
    let most = (other * 9.0) as usize + 4;
    if start >= length || !dark(start) {
        return None;
    }
    let run = |mut at: usize, forward: bool, colour: bool| {
        let mut count = 0;
        while count <= most {
            let next = if forward { at + 1 } else { at.wrapping_sub(1) };
            if next >= length || dark(next) != colour {
                break;
            }
            at = next;
            count += 1;
        }
        (at, count)
    };
    let (top, above) = run(start, false, true);
    let (bottom, below) = run(start, true, true);
    let (top, light_above) = run(top, false, false);
    let (_, dark_above) = run(top, false, true);
    let (bottom, light_below) = run(bottom, true, false);
    let (_, dark_below) = run(bottom, true, true);
    let runs = [dark_above, light_above, above + 1 + below, light_below, dark_below];
    let middle = start as f32 + 0.5 + (below as f32 - above as f32) / 2.0;
    let module = runs.iter().sum::<usize>() as f32 / 7.0;
    (is_finder(runs) && module < other * 2.5 && other < module * 2.5).then_some((middle, module))
}

/// 1:1:3:1:1, each run off by no more than blur and tilt make it.
fn is_finder(runs: Runs) -> bool {
    let total: usize = runs.iter().sum();
    if runs.contains(&0) || total < 7 {
        return false;
    }
    let module = total as f32 / 7.0;
    let slack = module * 0.62 + 0.4;
    let off = |run: usize, modules: f32| (run as f32 - module * modules).abs();
    off(runs[2], 3.0) < slack * 2.0
        && [runs[0], runs[1], runs[3], runs[4]].iter().all(|run| off(*run, 1.0) < slack)
}

fn corner(three: [Finder; 3]) -> Option<Corner> {
    let far = |a: &Finder, b: &Finder| (a.middle.x - b.middle.x).hypot(a.middle.y - b.middle.y);
    let [a, b, c] = three;
    // The longest side lies across from the top left one.
    let (ab, bc, ca) = (far(&a, &b), far(&b, &c), far(&c, &a));
    let (top_left, one, two) = if bc >= ab && bc >= ca {
        (a, b, c)
    } else if ca >= ab {
        (b, c, a)
    } else {
        (c, a, b)
    };
    let (u, v) = (
        (one.middle.x - top_left.middle.x, one.middle.y - top_left.middle.y),
        (two.middle.x - top_left.middle.x, two.middle.y - top_left.middle.y),
    );
    let (top_right, bottom_left) = if u.0 * v.1 - u.1 * v.0 > 0.0 { (one, two) } else { (two, one) };
    let (long, short) = (u.0.hypot(u.1).max(v.0.hypot(v.1)), u.0.hypot(u.1).min(v.0.hypot(v.1)));
    let cosine = ((u.0 * v.0 + u.1 * v.1) / (long * short).max(1.0)).abs();
    let modules = three.map(|finder| finder.module);
    let (small, large) =
        (modules.iter().copied().fold(f32::MAX, f32::min), modules.iter().copied().fold(0.0, f32::max));
    let module = (small * large).sqrt();
    // Version 1 has 14 modules between two finder patterns, version 40 has 170.
    if short < module * 8.0
        || long > module * 210.0
        || cosine > 0.75
        || long > short * 2.6
        || large > small * 2.6
    {
        return None;
    }
    let rows = three.iter().map(|finder| finder.rows).min().unwrap_or_default().min(8) as f32;
    let oddness = (long / short).ln() + cosine + (large / small).ln() * 0.7 - rows * 0.05;
    Some(Corner { top_left, top_right, bottom_left, oddness })
}

#[cfg(test)]
mod tests {
    use super::super::Luma;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_corners_of_a_symbol_come_first() {
        let modules = crate::write::qr(b"RS:U:123450000159", crate::write::Level::M).unwrap();
        let side = modules.width() * 5 + 40;
        let pixels = (0..side * side).map(|i| {
            let (x, y) = (i % side, i / side);
            let dark = x >= 20 && y >= 20 && modules.dark((x - 20) / 5, (y - 20) / 5);
            if dark { 20 } else { 220 }
        });
        let luma = Luma::new(side as u32, side as u32, pixels.collect()).unwrap();
        let corner = corners(&Flat::of(&luma, 30))[0];
        let (near, far) = (20.0 + 3.5 * 5.0, side as f32 - 20.0 - 3.5 * 5.0);
        for (finder, x, y) in
            [(corner.top_left, near, near), (corner.top_right, far, near), (corner.bottom_left, near, far)]
        {
            assert!((finder.middle.x - x).abs() < 1.5 && (finder.middle.y - y).abs() < 1.5, "{finder:?}");
            assert!((finder.module - 5.0).abs() < 0.6);
        }
    }

    proptest! {
        #[test]
        fn any_picture_is_searched(width in 1..120_u32, height in 1..120_u32, seed in any::<u64>()) {
            let mut state = seed | 1;
            let pixels = (0..width * height).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if state >> 62 == 0 { 0 } else { 255 }
            });
            let luma = Luma::new(width, height, pixels.collect()).unwrap();
            prop_assert!(corners(&Flat::of(&luma, 9)).len() <= MOST_CORNERS);
        }
    }
}
