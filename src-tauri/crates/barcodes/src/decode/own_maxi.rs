//! MaxiCode (ISO/IEC 16023) however it lies: zxing-cpp decodes one that fills the picture upright. The rings are found, their
//! ellipse tells how the symbol leans, six marks around them how it is turned; then the modules are sampled and drawn anew.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_picture_is_searched_for_rings` covers odd ones"
)]

use super::allowance::Allowance;
use super::flat::Flat;
use super::grid::{Map, Quad};
use super::with_zxing::read_clean_maxi;
use super::{Luma, Point, Symbol};

/// Modules of a row, and rows. The odd rows begin half a module further right and hold one less.
const COLUMNS: usize = 30;
const ROWS: usize = 33;
/// From row to row in widths of a module.
const PITCH: f32 = 0.866_025_4;
/// The rings' middle, in widths of a module from the middle of the first one: the place of a module that is not there.
const MIDDLE: Point = Point { x: 14.0, y: 16.0 * PITCH };
/// The outer ring's outer edge in widths of a module (figure 3: 3.87 mm where a module is 0.88 mm wide).
const OUTER: f32 = 4.40;
/// The modules around the rings that are the same in every symbol: row, column, dark (figure 5).
const MARKS: [(usize, usize, bool); 18] = [
    (9, 10, true),
    (9, 11, true),
    (10, 11, true),
    (9, 17, false),
    (10, 17, false),
    (10, 18, false),
    (15, 7, true),
    (16, 7, false),
    (16, 8, true),
    (16, 20, true),
    (16, 21, false),
    (17, 20, true),
    (22, 10, true),
    (22, 11, false),
    (23, 10, true),
    (22, 17, true),
    (23, 16, false),
    (23, 17, true),
];
/// Rays from the rings' middle.
const RAYS: usize = 48;
/// Most rings that are looked at.
const MOST_RINGS: usize = 3;
/// Fewer rows that cross the light middle are none.
const LEAST_ROWS: u32 = 2;
/// Directions in which a symbol may lie.
const TURNS: usize = 240;
/// Less agreement of the marks (-1 to 1) is no symbol.
const LEAST_AGREEMENT: f32 = 0.6;

/// All MaxiCodes, with outlines. Begins nothing new when the allowance is over.
pub(super) fn maxi_codes(
    luma: &Luma,
    radius: usize,
    allowance: &Allowance<'_>,
    pass: &'static str,
) -> Vec<Symbol> {
    let flat = Flat::of(luma, radius);
    let mut symbols = Vec::new();
    for middle in middles(&flat) {
        if allowance.is_over() {
            break;
        }
        symbols.extend(read(&flat, middle, pass));
    }
    symbols
}

/// Where rows and columns cross three rings.
fn middles(flat: &Flat) -> Vec<Point> {
    let mut middles: Vec<(Point, u32)> = Vec::new();
    for y in 0..flat.height {
        let mut runs = [0_usize; 7];
        let mut dark_now = false;
        for x in 0..=flat.width {
            let dark = flat.dark(x, y);
            if dark == dark_now && x < flat.width {
                runs[6] += 1;
                continue;
            }
            if dark_now && let Some(half) = rings(runs) {
                let middle = x as f32 - half;
                if let Some(middle_y) = crossed(flat, middle as usize, y, half) {
                    note(&mut middles, Point { x: middle, y: middle_y }, half);
                }
            }
            runs.rotate_left(1);
            runs[6] = 1;
            dark_now = dark;
        }
    }
    middles.retain(|(_, rows)| *rows >= LEAST_ROWS);
    middles.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    middles.truncate(MOST_RINGS);
    middles.into_iter().map(|(middle, _)| middle).collect()
}

/// Half the length of runs that cross three rings around a light middle; none where they do not.
fn rings(runs: [usize; 7]) -> Option<f32> {
    let total: usize = runs.iter().sum();
    let ring = total as f32 / 7.6;
    let slack = ring * 0.5 + 0.6;
    let off = |run: usize, rings: f32| (run as f32 - ring * rings).abs();
    let even = [0, 1, 2, 4, 5, 6].iter().all(|i| off(runs[*i], 1.0) < slack);
    (total >= 12 && even && off(runs[3], 1.6) < slack * 1.4).then_some(total as f32 / 2.0)
}

/// The middle of the rings down a column; none where there are none.
fn crossed(flat: &Flat, x: usize, y: usize, half: f32) -> Option<f32> {
    let most = (half * 4.0) as usize + 8;
    let ends = |up: bool| {
        let (mut turns, mut dark_now, mut at) = (0, false, y);
        for _ in 0..most {
            at = if up { at.checked_sub(1)? } else { at + 1 };
            if at >= flat.height {
                return None;
            }
            if flat.dark(x, at) != dark_now {
                dark_now = !dark_now;
                turns += 1;
                if turns == 6 {
                    return Some(at);
                }
            }
        }
        None
    };
    if flat.dark(x, y) {
        return None;
    }
    let (top, bottom) = (ends(true)?, ends(false)?);
    let other = (bottom - top) as f32 / 2.0;
    (other < half * 2.2 && half < other * 2.2).then_some((top + bottom) as f32 / 2.0 + 0.5)
}

fn note(middles: &mut Vec<(Point, u32)>, middle: Point, half: f32) {
    let near = |p: &Point| (p.x - middle.x).abs().max((p.y - middle.y).abs()) < half * 0.12 + 1.0;
    match middles.iter_mut().find(|(p, _)| near(p)) {
        Some((p, rows)) => {
            let old = *rows as f32;
            *p = Point { x: (p.x * old + middle.x) / (old + 1.0), y: (p.y * old + middle.y) / (old + 1.0) };
            *rows += 1;
        }
        None => middles.push((middle, 1)),
    }
}

fn read(flat: &Flat, middle: Point, pass: &'static str) -> Option<Symbol> {
    let (middle, axes) = ellipse(&outer_edge(flat, middle))?;
    // The outer edge's middle is the inner one's.
    if flat.at(middle.x, middle.y) < 0.0 {
        return None;
    }
    // Printers do not agree on how large the rings are.
    let seen = |turn: f32| {
        let sizes =
            [0.92, 0.96, 1.0, 1.04].map(|size| agreement(flat, &quad(middle, axes, turn, (size, size))));
        sizes.into_iter().flatten().reduce(f32::max)
    };
    let mut turned: Vec<(f32, f32)> = (0..TURNS)
        .map(|turn| turn as f32 / TURNS as f32 * std::f32::consts::TAU)
        .filter_map(|turn| Some((seen(turn)?, turn)))
        .filter(|(agreement, _)| *agreement >= LEAST_AGREEMENT)
        .collect();
    turned.sort_by(|a, b| b.0.total_cmp(&a.0));
    turned.truncate(4);
    turned.into_iter().find_map(|(_, turn)| {
        let sizes = (0..81).map(|i| (0.86 + (i % 9) as f32 * 0.025, 0.86 + (i / 9) as f32 * 0.025));
        let quads = sizes.map(|size| quad(middle, axes, turn, size));
        let mut quad = quads.max_by(|a, b| clear(flat, a).total_cmp(&clear(flat, b)))?;
        refine(flat, &mut quad);
        let map = map(&quad)?;
        let symbol = read_clean_maxi(&drawn(flat, &map)?, pass)?;
        let (right, bottom) = (COLUMNS as f32 - 0.5, (ROWS as f32 - 0.5) * PITCH);
        let corners = [(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)];
        Some(Symbol { corners: corners.map(|(x, y)| place(&map, x, y)), ..symbol })
    })
}

/// The outer ring's outer edge.
fn outer_edge(flat: &Flat, middle: Point) -> Vec<Point> {
    const STEP: f32 = 0.5;
    let most = (flat.width.max(flat.height) as f32 / 3.0 / STEP) as usize;
    let edge = |ray: usize| {
        let (sin, cos) = (ray as f32 / RAYS as f32 * std::f32::consts::TAU).sin_cos();
        let (mut turns, mut before) = (0, 1.0);
        for i in 0..most {
            let radius = i as f32 * STEP;
            let value = flat.at(middle.x + cos * radius, middle.y + sin * radius);
            if (value < 0.0) != (before < 0.0) {
                turns += 1;
                if turns == 6 {
                    let radius = radius - STEP * value / (value - before);
                    return Some(Point { x: middle.x + cos * radius, y: middle.y + sin * radius });
                }
            }
            before = value;
        }
        None
    };
    (0..RAYS).filter_map(edge).collect()
}

/// An ellipse's middle, and the symmetric matrix (xx, xy, yy) that makes it of a circle of radius 1.
fn ellipse(edge: &[Point]) -> Option<(Point, [f32; 3])> {
    let mut kept = edge.to_vec();
    for _ in 0..2 {
        let (middle, axes) = fitted(&kept)?;
        // Where a neighbouring module touches the ring its edge lies too far out.
        let [a, b, c] = inverse(axes)?;
        let far = |p: &Point| {
            let (x, y) = (p.x - middle.x, p.y - middle.y);
            (a * x + b * y).hypot(b * x + c * y)
        };
        let inside: Vec<Point> = kept.iter().filter(|p| (far(p) - 1.0).abs() < 0.09).copied().collect();
        if inside.len() >= RAYS / 2 {
            kept = inside;
        }
    }
    fitted(&kept)
}

fn inverse([a, b, c]: [f32; 3]) -> Option<[f32; 3]> {
    let area = a * c - b * b;
    (area > 1.0e-6).then(|| [c / area, -b / area, a / area])
}

/// By least squares around the middle of opposite points.
fn fitted(edge: &[Point]) -> Option<(Point, [f32; 3])> {
    if edge.len() < RAYS / 2 {
        return None;
    }
    let count = edge.len() as f64;
    let (x0, y0) = (
        edge.iter().map(|p| f64::from(p.x)).sum::<f64>() / count,
        edge.iter().map(|p| f64::from(p.y)).sum::<f64>() / count,
    );
    let scale = edge.iter().map(|p| (f64::from(p.x) - x0).hypot(f64::from(p.y) - y0)).sum::<f64>() / count;
    if scale < 3.0 {
        return None;
    }
    // a x² + b xy + c y² + d x + e y = 1
    let mut sums = [[0.0_f64; 6]; 5];
    for p in edge {
        let (x, y) = ((f64::from(p.x) - x0) / scale, (f64::from(p.y) - y0) / scale);
        let row = [x * x, x * y, y * y, x, y, 1.0];
        for i in 0..5 {
            for j in 0..6 {
                sums[i][j] += row[i] * row[j];
            }
        }
    }
    let [a, b, c, d, e] = super::lean::solved(&mut sums)?;
    let area = 4.0 * a * c - b * b;
    if area < 1.0e-3 || a <= 0.0 {
        return None;
    }
    let (x, y) = ((b * e - 2.0 * c * d) / area, (b * d - 2.0 * a * e) / area);
    let rest = 1.0 + a * x * x + b * x * y + c * y * y;
    // The root of the inverse of the form: a circle's points times it are the ellipse's.
    let (a, b, c) = (a / rest, b / 2.0 / rest, c / rest);
    let area = a * c - b * b;
    let (xx, xy, yy) = (c / area, -b / area, a / area);
    let root = (xx * yy - xy * xy).sqrt();
    let trace = (xx + yy + 2.0 * root).sqrt();
    let axes = [(xx + root) / trace, xy / trace, (yy + root) / trace].map(|value| (value * scale) as f32);
    let middle = Point { x: (x0 + x * scale) as f32, y: (y0 + y * scale) as f32 };
    (middle.x.is_finite() && middle.y.is_finite() && axes.iter().all(|value| value.is_finite()))
        .then_some((middle, axes))
}

/// A symbol's four places ten modules from its middle, turned by so much, and so many times as wide and high as its rings tell.
fn quad(middle: Point, [a, b, c]: [f32; 3], turn: f32, (wide, high): (f32, f32)) -> Quad {
    let (sin, cos) = turn.sin_cos();
    [(-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0)].map(|(x, y): (f32, f32)| {
        let (x, y) = (x * wide, y * high);
        let (x, y) = ((x * cos - y * sin) / OUTER, (x * sin + y * cos) / OUTER);
        Point { x: middle.x + a * x + b * y, y: middle.y + b * x + c * y }
    })
}

/// From places around the rings' middle to the picture.
fn map(quad: &Quad) -> Option<Map> {
    Map::between(quad, 27)
}

/// A place in widths of a module from the middle of the first one.
fn place(map: &Map, x: f32, y: f32) -> Point {
    map.place(x - MIDDLE.x + 13.5, y - MIDDLE.y + 13.5)
}

fn module(map: &Map, row: usize, column: usize) -> Point {
    place(map, column as f32 + (row % 2) as f32 * 0.5, row as f32 * PITCH)
}

/// How well the marks are seen (-1 to 1).
fn agreement(flat: &Flat, quad: &Quad) -> Option<f32> {
    let map = map(quad)?;
    let (mut agree, mut strength) = (0.0, 0.0);
    for (row, column, dark) in MARKS {
        let at = module(&map, row, column);
        let value = flat.at(at.x, at.y);
        agree += if dark { -value } else { value };
        strength += value.abs();
    }
    Some(agree / f32::max(strength, 18.0))
}

/// How dark and light the modules are, all together.
fn clear(flat: &Flat, quad: &Quad) -> f32 {
    let Some(map) = map(quad) else { return f32::MIN };
    let places = (0..ROWS).flat_map(|row| (0..29).map(move |column| (row, column)));
    let places = places.filter(|(row, column)| is_data(*row, *column)).step_by(2);
    let value = |(row, column): (usize, usize)| {
        let at = module(&map, row, column);
        flat.at(at.x, at.y).abs()
    };
    places.map(value).sum()
}

/// Moves the four places for as long as the modules get darker and lighter.
fn refine(flat: &Flat, quad: &mut Quad) {
    let width = (quad[1].x - quad[0].x).hypot(quad[1].y - quad[0].y) / 20.0;
    let mut best = clear(flat, quad);
    for step in [0.5, 0.25, 0.12] {
        for _ in 0..3 {
            let before = best;
            for corner in 0..4 {
                for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                    let mut moved = *quad;
                    moved[corner].x += dx * step * width;
                    moved[corner].y += dy * step * width;
                    let now = clear(flat, &moved);
                    if now > best {
                        (*quad, best) = (moved, now);
                    }
                }
            }
            if best <= before {
                break;
            }
        }
    }
}

/// False where the rings lie.
fn is_data(row: usize, column: usize) -> bool {
    let x = column as f32 + (row % 2) as f32 * 0.5 - MIDDLE.x;
    let y = row as f32 * PITCH - MIDDLE.y;
    x.hypot(y) > OUTER + 0.75
}

/// A flawless picture of the modules as zxing-cpp samples them, with a quiet zone.
fn drawn(flat: &Flat, map: &Map) -> Option<Luma> {
    const SCALE: usize = 4;
    const QUIET: usize = 12;
    let (width, height) = (COLUMNS * SCALE + 2 * QUIET, ROWS * SCALE + 2 * QUIET);
    let mut pixels = vec![255; width * height];
    for row in 0..ROWS {
        for column in 0..COLUMNS - row % 2 {
            let at = module(map, row, column);
            let mark = MARKS.iter().find(|(y, x, _)| (*y, *x) == (row, column)).map(|(.., dark)| *dark);
            // The two at the end of the first row are dark; zxing-cpp takes the symbol's width from them.
            let filler = row == 0 && column >= 28;
            if filler || mark.unwrap_or_else(|| flat.at(at.x, at.y) < 0.0) {
                let x = QUIET + column * SCALE + row % 2 * SCALE / 2;
                for y in QUIET + row * SCALE..QUIET + (row + 1) * SCALE {
                    pixels[y * width + x..y * width + x + SCALE].fill(0);
                }
            }
        }
    }
    Luma::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels).ok()
}

#[cfg(test)]
mod tests {
    use super::super::allowance::tests::Moved;
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const TEXT: &str = "PARCEL 1Z999AA10123456784 OF THE DOCK";

    /// A symbol by zxing-cpp's writer, turned and seen from aside, with noise.
    fn page(turn: f32, lean: f32, width: f32, noise: u32) -> Luma {
        let code = zxingcpp::create(zxingcpp::BarcodeFormat::MaxiCode).from_str(TEXT).unwrap();
        let image = code.to_image_with(&zxingcpp::write().scale(6)).unwrap();
        let (w, h) = (image.width() as u32, image.height() as u32);
        let drawn = Luma::new(w, h, image.data()).unwrap();
        let (side, scale) = (420_usize, w as f32 / width);
        let (sin, cos) = turn.to_radians().sin_cos();
        let mut state = 5_u32;
        let pixels = (0..side * side).map(|i| {
            let (x, y) = ((i % side) as f32 - 210.0, (i / side) as f32 - 210.0);
            let (x, y) = (x * cos + y * sin, (y * cos - x * sin) * lean);
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise =
                if noise == 0 { 0.0 } else { (state >> 8) as f32 % (2 * noise) as f32 - noise as f32 };
            // Four places a pixel, so that edges are as soft as a lens makes them.
            let around = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
            let mean = around.iter().map(|(dx, dy)| {
                drawn.between((x + dx) * scale + w as f32 / 2.0, (y + dy) * scale + h as f32 / 2.0)
            });
            (mean.sum::<f32>() / 4.0 * 0.6 + 40.0 + noise).clamp(0.0, 255.0) as u8
        });
        Luma::new(side as u32, side as u32, pixels.collect()).unwrap()
    }

    fn read(luma: &Luma) -> Vec<Symbol> {
        let clock = Moved::default();
        maxi_codes(luma, 40, &Allowance::begin(&clock, Duration::from_secs(1)), "test")
    }

    #[test]
    fn symbols_are_read_however_they_lie() {
        let mut missed = Vec::new();
        for turn in [0.0, 17.0, 45.0, 90.0, 133.0, 180.0, 271.0, 340.0] {
            for (lean, width, noise) in [(1.0, 260.0, 0), (1.2, 250.0, 4), (1.0, 170.0, 8)] {
                let read = read(&page(turn, lean, width, noise));
                if read.first().is_none_or(|symbol| symbol.text != TEXT) {
                    missed.push((turn, lean, width, noise));
                }
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
        let corners = read(&page(0.0, 1.0, 260.0, 0))[0].corners;
        assert!((corners[0].x - 80.0).abs() < 12.0 && (corners[2].x - 340.0).abs() < 12.0, "{corners:?}");
    }

    proptest! {
        #[test]
        fn any_picture_is_searched_for_rings(width in 1..120_u32, height in 1..120_u32, seed in any::<u64>(), x in -20.0..140.0_f32, y in -20.0..140.0_f32) {
            let mut state = seed | 1;
            let pixels = (0..width * height).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if state >> 62 == 0 { 0 } else { 255 }
            });
            let luma = Luma::new(width, height, pixels.collect()).unwrap();
            prop_assert!(read(&luma).is_empty());
            let flat = Flat::of(&luma, 9);
            if let Some((middle, axes)) = ellipse(&outer_edge(&flat, Point { x, y })) {
                let mut quad = quad(middle, axes, 1.0, (1.0, 1.0));
                refine(&flat, &mut quad);
                prop_assert!(quad.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
            }
        }
    }
}
