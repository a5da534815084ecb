//! Where a picture changes in one direction only, as bars do, at any angle.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_picture_is_searched_for_stripes` covers odd ones"
)]

use super::bars::Line;
use super::{Luma, Point};

/// Side of a cell in pixels.
const CELL: usize = 8;
/// Squared change a pixel, in one direction more than across it, from which a cell is striped.
const LEAST_CHANGE: f32 = 40.0;
/// That part of the change is in one direction.
const LEAST_SHARE: f32 = 0.45;
/// Directions whose double angles' cosine is below that belong to different bars.
const SAME_DIRECTION: f32 = 0.75;
/// Most areas that are handed on.
const MOST_AREAS: usize = 6;

/// An area of bars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stripes {
    /// Across the bars, through their middle.
    pub line: Line,
    /// How far the bars reach to each side of the line, in pixels.
    pub half_height: f32,
    /// Change across the bars, all of it.
    pub strength: f32,
}

impl Stripes {
    /// The outline.
    pub fn outline(&self) -> [Point; 4] {
        let (upper, lower) = (self.line.aside(-self.half_height), self.line.aside(self.half_height));
        [upper.from, upper.to, lower.to, lower.from]
    }
}

/// Change in a cell: of how much, and in which direction, as a vector of double the angle.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    all: f32,
    double: (f32, f32),
}

impl Change {
    fn in_one_direction(&self) -> f32 {
        self.double.0.hypot(self.double.1)
    }

    fn is_striped(&self) -> bool {
        let one = self.in_one_direction();
        one > LEAST_CHANGE * (CELL * CELL) as f32 && one > self.all * LEAST_SHARE
    }

    fn add(&mut self, other: &Change) {
        self.all += other.all;
        self.double.0 += other.double.0;
        self.double.1 += other.double.1;
    }

    fn is_along(&self, other: &Change) -> bool {
        let product = self.double.0 * other.double.0 + self.double.1 * other.double.1;
        product > SAME_DIRECTION * self.in_one_direction() * other.in_one_direction()
    }
}

/// Areas of bars, the most striking first.
pub(super) fn stripes(luma: &Luma) -> Vec<Stripes> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let (columns, rows) = (width.saturating_sub(2) / CELL, height.saturating_sub(2) / CELL);
    let changes: Vec<Change> =
        (0..columns * rows).map(|cell| change(luma, cell % columns * CELL, cell / columns * CELL)).collect();
    let mut seen = vec![false; changes.len()];
    let mut areas = Vec::new();
    for cell in 0..changes.len() {
        if !seen[cell] && changes[cell].is_striped() {
            let (cells, sum) = gather(cell, columns, rows, &changes, &mut seen);
            areas.extend(area(&cells, columns, &sum));
        }
    }
    areas.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    areas.truncate(MOST_AREAS);
    areas
}

fn change(luma: &Luma, left: usize, top: usize) -> Change {
    let width = luma.width() as usize;
    let (mut xx, mut yy, mut xy) = (0_i32, 0_i32, 0_i32);
    for y in top + 1..=top + CELL {
        let row = |y: usize| &luma.pixels()[y * width + left..y * width + left + CELL + 2];
        let (above, here, below) = (row(y - 1), row(y), row(y + 1));
        for x in 1..=CELL {
            let across = i32::from(here[x + 1]) - i32::from(here[x - 1]);
            let down = i32::from(below[x]) - i32::from(above[x]);
            xx += across * across;
            yy += down * down;
            xy += across * down;
        }
    }
    Change { all: (xx + yy) as f32, double: ((xx - yy) as f32, 2.0 * xy as f32) }
}

/// A striped cell, and all near it that are striped in the same direction.
fn gather(
    start: usize,
    columns: usize,
    rows: usize,
    changes: &[Change],
    seen: &mut [bool],
) -> (Vec<usize>, Change) {
    let mut cells = vec![start];
    let mut sum = changes[start];
    seen[start] = true;
    let mut next = 0;
    while next < cells.len() {
        let (x, y) = (cells[next] % columns, cells[next] / columns);
        next += 1;
        for near_y in y.saturating_sub(2)..(y + 3).min(rows) {
            for near_x in x.saturating_sub(2)..(x + 3).min(columns) {
                let near = near_y * columns + near_x;
                if !seen[near] && changes[near].is_striped() && changes[near].is_along(&sum) {
                    seen[near] = true;
                    sum.add(&changes[near]);
                    cells.push(near);
                }
            }
        }
    }
    (cells, sum)
}

fn area(cells: &[usize], columns: usize, sum: &Change) -> Option<Stripes> {
    const LEAST_LENGTH_PX: f32 = 40.0;
    if cells.len() < 5 {
        return None;
    }
    let angle = sum.double.1.atan2(sum.double.0) / 2.0;
    let (sin, cos) = angle.sin_cos();
    let places = || {
        cells.iter().map(|cell| {
            let (x, y) = ((cell % columns * CELL) as f32 + 5.0, (cell / columns * CELL) as f32 + 5.0);
            (x * cos + y * sin, y * cos - x * sin)
        })
    };
    // A stray cell at an edge is no part of the bars: a tenth of the cells on either side may lie outside.
    let span = |values: &mut Vec<f32>, share: usize| {
        values.sort_by(f32::total_cmp);
        let outside = values.len() * share / 100;
        let (low, high) = (values.get(outside), values.get(values.len() - 1 - outside));
        (low.copied().unwrap_or_default() - 4.0, high.copied().unwrap_or_default() + 4.0)
    };
    let (left, right) = span(&mut places().map(|(along, _)| along).collect(), 0);
    let (top, bottom) = span(&mut places().map(|(_, aside)| aside).collect(), 10);
    if right - left < LEAST_LENGTH_PX {
        return None;
    }
    let middle = (top + bottom) / 2.0;
    let point = |along: f32| Point { x: along * cos - middle * sin, y: along * sin + middle * cos };
    Some(Stripes {
        line: Line { from: point(left), to: point(right) },
        half_height: (bottom - top) / 2.0,
        strength: sum.in_one_direction(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bars_at_any_angle_are_found_where_they_are() {
        for turn in [0.0_f32, 20.0, 45.0, 90.0, 130.0] {
            let (sin, cos) = turn.to_radians().sin_cos();
            let pixels = (0..400 * 400).map(|i| {
                let (x, y) = ((i % 400) as f32 - 200.0, (i / 400) as f32 - 200.0);
                let (along, aside) = (x * cos + y * sin, y * cos - x * sin);
                let dark =
                    along.abs() < 120.0 && aside.abs() < 40.0 && ((along + 120.0) / 4.0) as i32 % 3 != 0;
                if dark { 30 } else { 220 }
            });
            let found = stripes(&Luma::new(400, 400, pixels.collect()).unwrap());
            let first = found[0];
            let middle = Point {
                x: (first.line.from.x + first.line.to.x) / 2.0,
                y: (first.line.from.y + first.line.to.y) / 2.0,
            };
            assert!((middle.x - 200.0).hypot(middle.y - 200.0) < 12.0, "{turn}: {first:?}");
            assert!((first.line.length() - 240.0).abs() < 24.0, "{turn}: {first:?}");
            assert!((first.half_height - 40.0).abs() < 10.0, "{turn}: {first:?}");
        }
    }

    proptest! {
        #[test]
        fn any_picture_is_searched_for_stripes(width in 1..200_u32, height in 1..120_u32, seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let found = stripes(&Luma::new(width, height, pixels).unwrap());
            prop_assert!(found.len() <= MOST_AREAS);
            prop_assert!(found.iter().all(|area| area.line.length().is_finite()));
        }
    }
}
