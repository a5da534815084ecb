//! Bars by our own hand: found at any angle, averaged along the bars, blur and movement taken back, and drawn anew for
//! zxing-cpp to decode. It reads what is too noisy, too soft or too slanting for single lines.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the profile's own length; `any_profile_is_sharpened` covers odd ones"
)]

use super::allowance::Allowance;
use super::bars::Line;
use super::digits::Kind;
use super::likeness::compare;
use super::stripes::{Stripes, stripes};
use super::weighed::of_digits;
use super::with_zxing::read_line;
use super::{Luma, Symbol, Symbology};

/// Bands of the bars that are averaged each by itself. Noise differs from band to band: what two of them say is there.
const BANDS: usize = 3;
/// Most lines that are averaged in a band.
const MOST_LINES: usize = 32;
/// Places a pixel in what is drawn.
const FINER: usize = 3;

/// What is taken back.
#[derive(Debug, Clone, Copy)]
enum Blur {
    None,
    /// Standard deviation in pixels.
    Soft(f32),
    /// Length of a movement across the bars in pixels.
    Moved(usize),
}

const BLURS: &[Blur] = &[
    Blur::None,
    Blur::Soft(1.2),
    Blur::Soft(2.0),
    Blur::Moved(4),
    Blur::Soft(3.0),
    Blur::Moved(7),
    Blur::Moved(10),
    Blur::Soft(4.2),
    Blur::Moved(13),
];

/// All bars that can be read.
pub(super) fn read_bars(luma: &Luma, allowance: &Allowance<'_>, pass: &'static str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for area in stripes(luma) {
        if allowance.is_over() {
            break;
        }
        symbols.extend(read_area(luma, &straight(luma, area), allowance, pass));
    }
    symbols
}

/// What two bands agree on: as digits look, or the least sharpened first.
fn read_area(luma: &Luma, area: &Stripes, allowance: &Allowance<'_>, pass: &'static str) -> Option<Symbol> {
    let beside = area.line.length() * 0.12 + 8.0;
    let line = area.line.longer(beside);
    let bands: Vec<Vec<f32>> = (0..BANDS).map(|band| profile(luma, &line, area.half_height, band)).collect();
    let mut said: Vec<(usize, Symbol)> = Vec::new();
    for blur in BLURS {
        if allowance.is_over() {
            return None;
        }
        for (band, values) in bands.iter().enumerate() {
            let sharp = sharpened(values, *blur);
            let Some(read) = drawn(&sharp).and_then(|line| read_line(&line, pass)) else { continue };
            let others = said.iter().filter(|(of, known)| *of != band && known.same(&read));
            let mut others: Vec<usize> = others.map(|(of, _)| *of).collect();
            others.sort_unstable();
            others.dedup();
            if others.len() + 1 >= bands_needed(&read) {
                return Some(Symbol { corners: area.outline(), ..read });
            }
            said.push((band, read));
        }
        if matches!(blur, Blur::None)
            && said.is_empty()
            && let Some(digits) = alike(&bands, beside, allowance)
        {
            return Some(of_digits(seen(area, pass), digits));
        }
    }
    None
}

/// The digits of an EAN-13 that two bands look like, begun and ended so many pixels from the ends of the bands.
fn alike(bands: &[Vec<f32>], beside: f32, allowance: &Allowance<'_>) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    for (place, values) in bands.iter().enumerate() {
        if allowance.is_over() {
            return None;
        }
        // About one place a pixel.
        let end = values.len() as f32 - beside;
        if let Some(found) = compare(values, Kind::Ean13, beside, end, beside.min(24.0)) {
            if said.contains(&found.digits) {
                return Some(found.digits);
            }
            said.push(found.digits);
        } else if place > said.len() {
            return None;
        }
    }
    None
}

/// A symbol in the area, its content still unknown.
fn seen(area: &Stripes, pass: &'static str) -> Symbol {
    Symbol {
        symbology: Symbology::Ean13,
        aim: "]E0".to_owned(),
        bytes: Vec::new(),
        text: String::new(),
        corners: area.outline(),
        confirmed: false,
        pass,
    }
}

fn bands_needed(symbol: &Symbol) -> usize {
    match symbol.symbology {
        Symbology::Code128 | Symbology::Ean13 | Symbology::UpcA => 2,
        Symbology::Itf if symbol.text.len() == 14 => 2,
        _ => BANDS,
    }
}

/// The area turned so that its lines cross the bars squarely: then averaged bars are the darkest.
fn straight(luma: &Luma, area: Stripes) -> Stripes {
    let turned = |by: f32| {
        let middle = ((area.line.from.x + area.line.to.x) / 2.0, (area.line.from.y + area.line.to.y) / 2.0);
        let (sin, cos) = by.to_radians().sin_cos();
        let turn = |p: super::Point| {
            let (x, y) = (p.x - middle.0, p.y - middle.1);
            super::Point { x: middle.0 + x * cos - y * sin, y: middle.1 + x * sin + y * cos }
        };
        Stripes { line: Line { from: turn(area.line.from), to: turn(area.line.to) }, ..area }
    };
    let change = |area: &Stripes| {
        let mut values = Vec::new();
        let mut sum = vec![0.0; area.line.places()];
        for i in -5..=5 {
            area.line.aside(area.half_height * i as f32 / 7.0).sample(luma, sum.len(), &mut values);
            sum.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value);
        }
        sum.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f32>()
    };
    let best_of = |around: f32, step: f32| {
        let angles = (-4..=4).map(|i| around + i as f32 * step);
        angles
            .map(|by| (change(&turned(by)), by))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(0.0, |best| best.1)
    };
    turned(best_of(best_of(0.0, 1.5), 0.4))
}

/// The mean of a band's lines, about one value a pixel.
fn profile(luma: &Luma, line: &Line, half_height: f32, band: usize) -> Vec<f32> {
    let places = line.places();
    let mut mean = vec![0.0; places];
    let mut values = Vec::new();
    let height = (half_height * 1.8 / BANDS as f32).max(1.0);
    let lines = (height as usize).clamp(1, MOST_LINES);
    let start = -half_height * 0.9 + height * band as f32;
    for i in 0..lines {
        line.aside(start + height * (i as f32 + 0.5) / lines as f32).sample(luma, places, &mut values);
        mean.iter_mut().zip(&values).for_each(|(mean, value)| *mean += value / lines as f32);
    }
    mean
}

/// Takes a blur back, by Richardson's and Lucy's iteration, on values so many times finer.
fn sharpened(values: &[f32], blur: Blur) -> Vec<f32> {
    const ROUNDS: usize = 14;
    const LEAST: f32 = 4.0;
    let seen: Vec<f32> = finer(values).into_iter().map(|value| value + LEAST).collect();
    let kernel = match blur {
        Blur::None => return seen,
        Blur::Soft(pixels) => {
            let sigma = pixels * FINER as f32;
            let radius = (sigma * 2.5) as i32;
            (-radius..=radius).map(|i| (-(i * i) as f32 / (2.0 * sigma * sigma)).exp()).collect::<Vec<_>>()
        }
        Blur::Moved(pixels) => vec![1.0; (pixels * FINER) | 1],
    };
    let sum: f32 = kernel.iter().sum();
    let kernel: Vec<f32> = kernel.iter().map(|weight| weight / sum).collect();
    let (mut guess, mut blurred, mut factor) = (seen.clone(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        blurred_into(&guess, &kernel, &mut blurred);
        blurred.iter_mut().zip(&seen).for_each(|(blurred, seen)| *blurred = seen / blurred.max(1.0));
        // Both kernels are the same in either direction.
        blurred_into(&blurred, &kernel, &mut factor);
        guess
            .iter_mut()
            .zip(&factor)
            .for_each(|(guess, factor)| *guess = (*guess * factor).clamp(1.0, 400.0));
    }
    guess
}

fn blurred_into(values: &[f32], kernel: &[f32], into: &mut Vec<f32>) {
    let radius = kernel.len() / 2;
    let (first, last) =
        (values.first().copied().unwrap_or_default(), values.last().copied().unwrap_or_default());
    let mut padded = vec![first; radius];
    padded.extend_from_slice(values);
    padded.resize(values.len() + 2 * radius, last);
    into.clear();
    into.extend(
        padded
            .windows(kernel.len())
            .map(|near| near.iter().zip(kernel).map(|(value, weight)| value * weight).sum::<f32>()),
    );
}

fn finer(values: &[f32]) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len() * FINER);
    for pair in values.windows(2) {
        for part in 0..FINER {
            out.push(pair[0] + (pair[1] - pair[0]) * part as f32 / FINER as f32);
        }
    }
    out
}

/// Black and white, each place against the middle between the darkest and the lightest around it; a few rows high.
fn drawn(values: &[f32]) -> Option<Luma> {
    const ROWS: usize = 4;
    let reach = (values.len() / 14).max(16 * FINER);
    let lightest = running(values, reach, f32::max);
    let darkest = running(values, reach, f32::min);
    let row: Vec<u8> = (0..values.len())
        .map(|i| if values[i] < (lightest[i] + darkest[i]) / 2.0 { 0 } else { 255 })
        .collect();
    Luma::new(u32::try_from(row.len()).ok()?, ROWS as u32, row.repeat(ROWS)).ok()
}

/// The extreme of all values at most so many places away, by blocks: exact enough for a threshold.
pub(super) fn running(values: &[f32], reach: usize, extreme: fn(f32, f32) -> f32) -> Vec<f32> {
    let block = (reach / 2).max(1);
    let blocks: Vec<f32> =
        values.chunks(block).map(|block| block.iter().copied().reduce(extreme).unwrap_or_default()).collect();
    let around = |at: usize| {
        let near = &blocks[at.saturating_sub(2)..(at + 3).min(blocks.len())];
        near.iter().copied().reduce(extreme).unwrap_or_default()
    };
    (0..values.len()).map(|i| around(i / block)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::allowance::tests::Moved;
    use super::*;
    use crate::write::code128;
    use proptest::prelude::*;
    use std::time::Duration;

    const TEXT: &str = "RS:U:123450000159";

    /// Bars turned and moved, with noise.
    fn page(turn: f32, moved: usize, noise: u32) -> Luma {
        let widths = code128(TEXT).unwrap();
        let mut bars = Vec::new();
        for (place, width) in widths.widths().iter().enumerate() {
            bars.extend(std::iter::repeat_n(place % 2 == 0, usize::from(*width)));
        }
        let (sin, cos) = turn.to_radians().sin_cos();
        let (side, scale) = (640_usize, 2.5);
        let mut state = 1_u32;
        let pixels = (0..side * side).map(|i| {
            let (mut sum, steps) = (0.0, moved.max(1));
            for step in 0..steps {
                let (x, y) = ((i % side) as f32 - 320.0, (i / side) as f32 - 320.0);
                let along = (x * cos + y * sin + step as f32) / scale + bars.len() as f32 / 2.0;
                let dark = along >= 0.0
                    && (y * cos - x * sin).abs() < 70.0
                    && bars.get(along as usize).copied().unwrap_or(false);
                sum += if dark { 40.0 } else { 210.0 };
            }
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise =
                if noise == 0 { 0.0 } else { (state >> 8) as f32 % (2 * noise) as f32 - noise as f32 };
            (sum / steps as f32 + noise).clamp(0.0, 255.0) as u8
        });
        Luma::new(side as u32, side as u32, pixels.collect()).unwrap()
    }

    fn read(luma: &Luma) -> Vec<String> {
        let clock = Moved::default();
        let allowance = Allowance::begin(&clock, Duration::from_secs(1));
        read_bars(luma, &allowance, "test").into_iter().map(|symbol| symbol.text).collect()
    }

    #[test]
    fn bars_are_read_at_any_angle_in_noise_and_in_movement() {
        for turn in [0.0, 45.0, 100.0, 200.0, 315.0] {
            assert_eq!(read(&page(turn, 0, 0)), [TEXT], "{turn}");
        }
        assert_eq!(read(&page(30.0, 0, 70)), [TEXT], "noise");
        assert_eq!(read(&page(0.0, 4, 4)), [TEXT], "movement");
    }

    #[test]
    fn noise_and_fences_are_no_bars() {
        let mut state = 7_u32;
        let noise = (0..500 * 500).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        assert!(read(&Luma::new(500, 500, noise.collect()).unwrap()).is_empty());
        for period in [4, 7, 12] {
            let fence = (0..500 * 500).map(|i| if i % 500 / period % 2 == 0 { 30 } else { 210 }).collect();
            assert!(read(&Luma::new(500, 500, fence).unwrap()).is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_profile_is_sharpened(values in proptest::collection::vec(0.0..255.0_f32, 0..80), blur in 0..BLURS.len()) {
            let sharp = sharpened(&values, BLURS[blur]);
            prop_assert_eq!(sharp.len(), values.len().saturating_sub(1) * FINER);
            prop_assert!(sharp.iter().all(|value| value.is_finite()));
            prop_assert_eq!(drawn(&sharp).is_none(), sharp.is_empty());
        }
    }
}
