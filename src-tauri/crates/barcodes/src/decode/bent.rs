//! A QR code on cloth, a bag or a curled label: where its modules lie is no view of a plane, and yet neighbours stay neighbours.
//! Points of a net over the symbol are moved until the modules around each are as dark or light as they get.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over a net of fixed size; `any_net_is_pulled` covers odd pictures"
)]

use super::Point;
use super::allowance::Allowance;
use super::flat::Flat;
use super::grid::{Grid, Known, Map};

/// Points of the net a side.
const POINTS: usize = 6;
/// How far points may lie from where a plane has them, in modules.
const FARTHEST: f32 = 1.6;
/// What a point that leaves its neighbours' way by a module must gain, in shares of what its modules have.
const STIFF: f32 = 0.12;

/// Modules of unknown content around a point that are looked at, about.
const OTHERS: usize = 50;

type Net = [[(f32, f32); POINTS]; POINTS];

/// What is read from every module's value as [`Grid::values`] tells it, the net pulled over the symbol: roughly first, then finely.
/// None where the allowance is over before it lies.
pub(super) fn read_bent<T>(
    grid: &Grid,
    flat: &Flat,
    allowance: &Allowance<'_>,
    mut read: impl FnMut(&[f32]) -> Option<T>,
) -> Option<T> {
    let map = Map::between(&grid.quad, grid.side)?;
    let known = Known::of(grid.side);
    let module = {
        let (a, b) = (&grid.quad[0], &grid.quad[1]);
        (a.x - b.x).hypot(a.y - b.y) / (grid.side as f32 - 7.0)
    };
    let mut net: Net = [[(0.0, 0.0); POINTS]; POINTS];
    let around = modules_around(&known, grid.side, &map);
    let side = grid.side;
    let middle = |place: usize| ((place % side) as f32 + 0.5, (place / side) as f32 + 0.5);
    let all: Vec<Module> =
        (0..side * side).map(middle).map(|(x, y)| Module::of(x, y, 0.0, side, &map)).collect();
    for steps in [[0.5, 0.3], [0.3, 0.15]] {
        for step in steps {
            for (point, around) in around.iter().enumerate() {
                if allowance.is_over() {
                    return None;
                }
                pull(&mut net, point, step, around, &|net, held| held.sample(net, flat, module));
            }
        }
        let values: Vec<f32> = all.iter().map(|held| held.sample(&net, flat, module)).collect();
        if let Some(read) = read(&values) {
            return Some(read);
        }
    }
    None
}

/// A module in the net.
#[derive(Debug, Clone, Copy)]
struct Module {
    /// Where a plane has its middle.
    place: Point,
    /// 1 where it must be light, -1 where it must be dark, 0 where it is unknown.
    sign: f32,
    /// The point of the net above and to the left of it, and how far it lies from there to the next ones (0 to 1).
    row: usize,
    column: usize,
    within: (f32, f32),
}

impl Module {
    /// The one with its middle at a place in modules.
    fn of(x: f32, y: f32, sign: f32, side: usize, map: &Map) -> Module {
        let scale = (POINTS - 1) as f32 / side as f32;
        let last = POINTS as f32 - 1.001;
        let (u, v) = ((x * scale).clamp(0.0, last), (y * scale).clamp(0.0, last));
        let (column, row) = (u as usize, v as usize);
        Module { place: map.place(x, y), sign, row, column, within: (u - column as f32, v - row as f32) }
    }

    /// Its value where the net, which is in modules of so many pixels, moves it.
    fn sample(&self, net: &Net, flat: &Flat, module: f32) -> f32 {
        let (u, v) = self.within;
        let (upper, lower) = (&net[self.row], &net[self.row + 1]);
        let mix = |of: fn(&(f32, f32)) -> f32| {
            let left = of(&upper[self.column]) * (1.0 - v) + of(&lower[self.column]) * v;
            let right = of(&upper[self.column + 1]) * (1.0 - v) + of(&lower[self.column + 1]) * v;
            left * (1.0 - u) + right * u
        };
        flat.at(self.place.x + mix(|d| d.0) * module, self.place.y + mix(|d| d.1) * module)
    }
}

/// The modules that each point of the net moves: those that are known, and of the others no more than tell enough.
fn modules_around(known: &Known, side: usize, map: &Map) -> Vec<Vec<Module>> {
    let cell = side as f32 / (POINTS - 1) as f32;
    let inside = |at: f32| (0.0..side as f32).contains(&at);
    let all = known.modules.iter().copied().filter(|(x, y, _)| inside(*x) && inside(*y));
    let all: Vec<(f32, f32, f32)> = all.collect();
    let others: Vec<(f32, f32, f32)> = known.others.iter().map(|(x, y)| (*x, *y, 0.0)).collect();
    (0..POINTS * POINTS)
        .map(|point| {
            let (x, y) = ((point % POINTS) as f32 * cell, (point / POINTS) as f32 * cell);
            let near = |m: &&(f32, f32, f32)| (m.0 - x).abs() < cell && (m.1 - y).abs() < cell;
            let every = (others.iter().filter(near).count() / OTHERS).max(1);
            let modules = all.iter().filter(near).chain(others.iter().filter(near).step_by(every));
            modules.map(|(x, y, sign)| Module::of(*x, *y, *sign, side, map)).collect()
        })
        .collect()
}

/// Moves a point to where its modules are clearest, for as long as that helps.
fn pull(net: &mut Net, point: usize, step: f32, around: &[Module], sample: &impl Fn(&Net, &Module) -> f32) {
    let (row, column) = (point / POINTS, point % POINTS);
    let clear = |net: &Net| {
        let (mut sum, mut strength) = (0.0, 0.0);
        for module in around {
            let value = sample(net, module);
            // What is known weighs more than what is only clear.
            sum += if module.sign == 0.0 { value.abs() } else { 2.0 * value * module.sign };
            strength += value.abs();
        }
        (sum, strength)
    };
    let stray = |net: &Net| {
        let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
        for (near_row, near_column) in [
            (row.wrapping_sub(1), column),
            (row + 1, column),
            (row, column.wrapping_sub(1)),
            (row, column + 1),
        ] {
            if let Some((dx, dy)) = net.get(near_row).and_then(|row| row.get(near_column)) {
                (x, y, count) = (x + dx, y + dy, count + 1.0);
            }
        }
        let (dx, dy) = net[row][column];
        (dx - x / count).hypot(dy - y / count)
    };
    let (sum, strength) = clear(net);
    let stiff = strength.max(1.0) * STIFF;
    let mut best = sum - stray(net) * stiff;
    for _ in 0..2 {
        let before = best;
        for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
            let held = net[row][column];
            let now = (held.0 + dx, held.1 + dy);
            if now.0.hypot(now.1) > FARTHEST {
                continue;
            }
            net[row][column] = now;
            let score = clear(net).0 - stray(net) * stiff;
            if score > best {
                best = score;
            } else {
                net[row][column] = held;
            }
        }
        if best <= before {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Luma;
    use super::super::allowance::tests::Moved;
    use super::super::finder::corners;
    use super::super::grid::grids;
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    /// A symbol on cloth with folds so many modules high.
    fn crumpled(text: &str, by: f32) -> Luma {
        let modules = crate::write::qr(text.as_bytes(), crate::write::Level::M).unwrap();
        let (count, scale) = (modules.width() as f32, 5.0);
        let side = ((count + 12.0) * scale) as usize;
        let pixels = (0..side * side).map(|i| {
            let (x, y) = ((i % side) as f32 / scale - 6.0, (i / side) as f32 / scale - 6.0);
            let fold = std::f32::consts::TAU / count;
            let (x, y) = (x + by * (y * fold * 1.3 + 0.6).sin(), y + by * (x * fold * 1.1 + 1.1).sin());
            let dark = x >= 0.0 && y >= 0.0 && modules.dark(x as usize, y as usize);
            if dark { 50 } else { 200 }
        });
        Luma::new(side as u32, side as u32, pixels.collect()).unwrap()
    }

    #[test]
    fn folds_are_followed() {
        let text = "RS:R:AB12CD34EF56GH78IJ90".repeat(3);
        let truth = crate::write::qr(text.as_bytes(), crate::write::Level::M).unwrap();
        let side = truth.width();
        for by in [0.0, 0.2, 0.35] {
            let flat = Flat::of(&crumpled(&text, by), 40);
            let corner = &corners(&flat)[0];
            let grid = grids(&flat, corner).into_iter().find(|grid| grid.side == side).unwrap();
            let wrong = |values: &[f32]| {
                values
                    .iter()
                    .enumerate()
                    .filter(|(i, v)| (**v < 0.0) != truth.dark(i % side, i / side))
                    .count()
            };
            let clock = Moved::default();
            let enough = Allowance::begin(&clock, Duration::from_secs(1));
            let read = |values: &[f32]| (wrong(values) == 0).then_some(());
            assert!(read_bent(&grid, &flat, &enough, read).is_some(), "{by}");
            assert!(read_bent(&grid, &flat, &enough.at_most(Duration::ZERO), read).is_none());
            assert!(by < 0.3 || wrong(&grid.values(&flat)) > 50, "this is flat: it shows nothing");
        }
    }

    proptest! {
        #[test]
        fn any_net_is_pulled(width in 1..90_u32, height in 1..90_u32, places in proptest::array::uniform8(-40.0..130.0_f32), version in 1..8_usize, seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let flat = Flat::of(&Luma::new(width, height, pixels).unwrap(), 7);
            let quad = std::array::from_fn(|i| Point { x: places[i * 2], y: places[i * 2 + 1] });
            let side = 17 + 4 * version;
            let clock = Moved::default();
            let enough = Allowance::begin(&clock, Duration::from_secs(1));
            let mut sizes = Vec::new();
            let read = read_bent(&Grid { quad, side, fit: 0.0 }, &flat, &enough, |values| {
                sizes.push((values.len(), values.iter().all(|value| value.is_finite())));
                None::<()>
            });
            prop_assert!(read.is_none());
            prop_assert!(sizes.is_empty() || sizes == [(side * side, true); 2], "{:?}", sizes);
        }
    }
}
