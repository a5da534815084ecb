//! The first look at a frame: half its size, how lively each small square of it is, what changed, and which parts are busy
//! enough to hold a code. Cheap enough for every frame; buffers are kept from frame to frame.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_frame_is_glanced_at` covers odd ones"
)]

use super::found::{Region, around, hull_holds};
use super::{Luma, Point};

/// Side of a cell in pixels of the half picture.
const CELL: usize = 8;
/// Side of a cell in pixels of the frame.
const CELL_PX: u32 = 16;
/// Mean difference between neighbours, across and down together, from which a cell is busy. A sensor's noise stays below 4.
const BUSY: u32 = 9;
/// Cells around a busy part for its quiet zone, and for what fades away at its edges.
const AROUND: usize = 4;
/// Most parts that are handed on of a frame of which nothing is known yet.
const MOST_PARTS: usize = 8;
/// Cells' mean grey values further apart than this have changed.
const CHANGED: u8 = 6;

/// A busy part of the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub region: Region,
    /// True where lines across see few edges and lines down many: bars that lie.
    pub lying: bool,
    busyness: u64,
}

/// What is known of a frame after the first look.
#[derive(Debug, Default)]
pub(super) struct Glance {
    half: Vec<u8>,
    columns: usize,
    rows: usize,
    across: Vec<u32>,
    down: Vec<u32>,
    /// A row of cells before its columns are summed up: differences across and down, and grey values.
    by_column: [Vec<u16>; 3],
    means: Vec<u8>,
    means_before: Vec<u8>,
    seen: Vec<bool>,
    covered: Vec<bool>,
    stack: Vec<usize>,
    parts: Vec<Part>,
}

impl Glance {
    /// Takes a frame in. Returns the share of the frame (0 to 1) that changed since the last one; 1 for the first frame or
    /// a new size.
    pub fn take(&mut self, frame: &Luma) -> f32 {
        std::mem::swap(&mut self.means, &mut self.means_before);
        let (width, height) = (frame.width() as usize / 2, frame.height() as usize / 2);
        self.halve(frame, width, height);
        self.measure(width, height);
        self.covered.clear();
        self.covered.resize(self.columns * self.rows, false);
        self.find_parts(frame, MOST_PARTS);
        changed(&self.means, &self.means_before)
    }

    /// Leaves out what lies in the outlines of symbols, and finds at most so many parts in the rest.
    pub fn cover(&mut self, outlines: &[[Point; 4]], frame: &Luma, most: usize) {
        for outline in outlines {
            self.cover_one(&grown(outline));
        }
        self.find_parts(frame, most);
    }

    fn cover_one(&mut self, outline: &[Point; 4]) {
        let side = CELL_PX as f32;
        let span = |of: fn(&Point) -> f32, cells: usize| {
            let all = || outline.iter().map(of);
            let (low, high) = (all().fold(f32::MAX, f32::min), all().fold(f32::MIN, f32::max));
            ((low / side).max(0.0) as usize).min(cells)..((high / side).max(0.0) as usize + 1).min(cells)
        };
        for row in span(|p| p.y, self.rows) {
            for column in span(|p| p.x, self.columns) {
                let middle = Point { x: (column as f32 + 0.5) * side, y: (row as f32 + 0.5) * side };
                self.covered[row * self.columns + column] |= hull_holds(outline, middle);
            }
        }
    }

    /// The busy parts, the busiest first. Empty where the frame holds nothing that could be a code.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// One grey value a cell: enough to tell whether a scene is still the same.
    pub fn thumbnail(&self) -> &[u8] {
        &self.means
    }

    fn halve(&mut self, frame: &Luma, width: usize, height: usize) {
        self.half.resize(width * height, 0);
        if width == 0 {
            return;
        }
        let stride = frame.width() as usize;
        for (rows, out) in frame.pixels().chunks_exact(stride * 2).zip(self.half.chunks_exact_mut(width)) {
            let (top, bottom) = rows.split_at(stride);
            for ((a, b), out) in top.chunks_exact(2).zip(bottom.chunks_exact(2)).zip(out) {
                // Two neighbours as one number: any processor adds many of those at a time.
                let (a, b) = (u16::from_ne_bytes([a[0], a[1]]), u16::from_ne_bytes([b[0], b[1]]));
                *out = (((a & 0xff) + (a >> 8) + (b & 0xff) + (b >> 8) + 2) / 4) as u8;
            }
        }
    }

    fn measure(&mut self, width: usize, height: usize) {
        (self.columns, self.rows) = (width.saturating_sub(1) / CELL, height.saturating_sub(1) / CELL);
        let cells = self.columns * self.rows;
        for sums in [&mut self.across, &mut self.down] {
            sums.clear();
            sums.reserve(cells);
        }
        self.means.clear();
        let used = self.columns * CELL;
        for cell_row in 0..if used == 0 { 0 } else { self.rows } {
            for sums in &mut self.by_column {
                sums.clear();
                sums.resize(used, 0);
            }
            for y in cell_row * CELL..(cell_row + 1) * CELL {
                let here = &self.half[y * width..y * width + used];
                let right = &self.half[y * width + 1..y * width + 1 + used];
                let below = &self.half[(y + 1) * width..(y + 1) * width + used];
                let [across, down, sum] = &mut self.by_column;
                add_differences(across, here, right);
                add_differences(down, here, below);
                sum.iter_mut().zip(here).for_each(|(sum, here)| *sum += u16::from(*here));
            }
            let [across, down, sum] = &self.by_column;
            let cell_sum = |cell: &[u16]| cell.iter().map(|sum| u32::from(*sum)).sum::<u32>();
            self.across.extend(across.chunks_exact(CELL).map(cell_sum));
            self.down.extend(down.chunks_exact(CELL).map(cell_sum));
            let area = (CELL * CELL) as u32;
            self.means.extend(sum.chunks_exact(CELL).map(|cell| (cell_sum(cell) / area) as u8));
        }
    }

    fn busy(&self, cell: usize) -> bool {
        self.across[cell] + self.down[cell] >= BUSY * (CELL * CELL) as u32 && !self.covered[cell]
    }

    fn find_parts(&mut self, frame: &Luma, most: usize) {
        self.parts.clear();
        self.seen.clear();
        self.seen.resize(self.columns * self.rows, false);
        for cell in 0..self.seen.len() {
            if !self.seen[cell] && self.busy(cell) {
                self.gather(cell, frame);
            }
        }
        self.parts.sort_by_key(|part| std::cmp::Reverse(part.busyness));
        self.parts.truncate(most);
    }

    /// Takes a cell, and all busy ones that are at most one quiet cell away, into one part.
    fn gather(&mut self, start: usize, frame: &Luma) {
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        let (mut count, mut across, mut down) = (0_u64, 0_u64, 0_u64);
        self.seen[start] = true;
        self.stack.push(start);
        while let Some(cell) = self.stack.pop() {
            let (x, y) = (cell % self.columns, cell / self.columns);
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            count += 1;
            across += u64::from(self.across[cell]);
            down += u64::from(self.down[cell]);
            for near_y in y.saturating_sub(2)..(y + 3).min(self.rows) {
                for near_x in x.saturating_sub(2)..(x + 3).min(self.columns) {
                    let near = near_y * self.columns + near_x;
                    if !self.seen[near] && self.busy(near) {
                        self.seen[near] = true;
                        self.stack.push(near);
                    }
                }
            }
        }
        // A code of 16 modules at a pixel and a half each is two cells wide.
        if count < 2 || (right - left).max(bottom - top) < 1 {
            return;
        }
        let cells = |cells: usize| u32::try_from(cells).unwrap_or(u32::MAX).saturating_mul(CELL_PX);
        let x = cells(left.saturating_sub(AROUND));
        let y = cells(top.saturating_sub(AROUND));
        let width = cells(right + 1 + AROUND).min(frame.width()).saturating_sub(x);
        let height = cells(bottom + 1 + AROUND).min(frame.height()).saturating_sub(y);
        let busyness = (across + down) / count.isqrt().max(1);
        self.parts.push(Part { region: Region { x, y, width, height }, lying: down > across * 2, busyness });
    }
}

/// The outline with half a cell more on all sides, and an eighth of its size: some readers tell middles of finder patterns.
fn grown(outline: &[Point; 4]) -> [Point; 4] {
    let mean = |of: fn(&Point) -> f32| outline.iter().map(of).sum::<f32>() / 4.0;
    let (x, y) = (mean(|p| p.x), mean(|p| p.y));
    around(outline).map(|p| {
        let (dx, dy) = (p.x - x, p.y - y);
        let by = 1.125 + CELL_PX as f32 / 2.0 * std::f32::consts::SQRT_2 / dx.hypot(dy).max(1.0);
        Point { x: x + dx * by, y: y + dy * by }
    })
}

/// Row by row over whole rows, so that neighbouring columns are one operation.
fn add_differences(sums: &mut [u16], a: &[u8], b: &[u8]) {
    for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
        *sum += u16::from(a.abs_diff(*b));
    }
}

/// Share of the cells (0 to 1) that differ; 1 where there is nothing to compare with.
pub(super) fn changed(now: &[u8], before: &[u8]) -> f32 {
    if now.is_empty() || now.len() != before.len() {
        return 1.0;
    }
    let differing = now.iter().zip(before).filter(|(a, b)| a.abs_diff(**b) > CHANGED).count();
    differing as f32 / now.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stripes(width: u32, height: u32, holds: impl Fn(u32, u32) -> bool) -> Luma {
        let pixels = (0..width * height).map(|i| {
            let (x, y) = (i % width, i / width);
            if holds(x, y) && x / 3 % 2 == 0 { 30 } else { 200 }
        });
        Luma::new(width, height, pixels.collect()).unwrap()
    }

    #[test]
    fn two_busy_parts_are_told_apart_and_a_plain_frame_has_none() {
        let frame = stripes(640, 480, |x, y| (100..200).contains(&y) && ((80..200).contains(&x) || x > 400));
        let mut glance = Glance::default();
        assert!(glance.take(&frame) > 0.99);
        assert_eq!(glance.parts().len(), 2);
        assert!(glance.parts().iter().all(|part| !part.lying && part.region.y >= 20 && part.region.y <= 100));
        assert!(glance.take(&frame) < 0.01);
        assert!(glance.take(&stripes(640, 480, |_, _| false)) > 0.01);
        assert!(glance.parts().is_empty());
    }

    #[test]
    fn what_is_covered_is_no_part_and_its_neighbour_is() {
        let frame = stripes(640, 480, |x, y| {
            (100..200).contains(&y) && ((80..200).contains(&x) || (216..400).contains(&x))
        });
        let mut glance = Glance::default();
        glance.take(&frame);
        assert_eq!(glance.parts().len(), 1, "so near to each other they are one part");
        let outline =
            [(80.0, 100.0), (200.0, 100.0), (200.0, 200.0), (80.0, 200.0)].map(|(x, y)| Point { x, y });
        glance.cover(&[outline], &frame, 32);
        assert_eq!(glance.parts().len(), 1);
        let part = glance.parts()[0].region;
        assert!(part.x >= 120 && part.x + part.width >= 400, "{part:?}");
        glance.cover(
            &[[(216.0, 100.0), (400.0, 200.0), (216.0, 200.0), (400.0, 100.0)].map(|(x, y)| Point { x, y })],
            &frame,
            32,
        );
        assert!(glance.parts().is_empty());
    }

    #[test]
    fn a_strip_narrower_than_a_cell_has_no_parts() {
        for (width, height) in [(1, 18), (1, 200), (18, 1), (17, 17)] {
            let mut glance = Glance::default();
            glance.take(&stripes(width, height, |_, _| true));
            assert!(glance.parts().is_empty(), "{width} by {height}");
        }
    }

    proptest! {
        #[test]
        fn any_frame_is_glanced_at(width in 1..300_u32, height in 1..200_u32, seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let frame = Luma::new(width, height, pixels).unwrap();
            let mut glance = Glance::default();
            glance.take(&frame);
            let odd = [(f32::from(seed), -9.0), (f32::NAN, 40.0), (1.0e9, 60.0), (3.0, 200.0)];
            glance.cover(&[odd.map(|(x, y)| Point { x, y })], &frame, 3);
            for part in glance.parts() {
                prop_assert!(frame.cut(part.region).is_some());
            }
        }
    }
}
