//! Whole EAN symbols drawn as a line would see them, and how well a line's samples are one: the last word on numbers that look alike
//! digit by digit.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over samples whose number comes from the modules; `a_line_is_its_own_symbol` covers them"
)]

use super::digit_looks::{PER_MODULE, step};
use super::digits::QUIET;
use super::lean::solved;

/// Blurs (standard deviations in modules) between which the best one is searched for, and its first step.
const BLURS: (f32, f32, f32) = (0.15, 1.6, 0.16);
/// The same for what bars are too wide by.
const GAINS: (f32, f32, f32) = (-0.6, 0.6, 0.12);

/// The share of the samples' variance that these modules leave unexplained in the blur, gain and light that suit them best. Begins
/// with a blur and a gain that suit a similar symbol.
pub(super) fn unexplained(samples: &[f32], modules: &[bool], (blur, gain): (f32, f32)) -> (f32, (f32, f32)) {
    let edges = edges(modules);
    let missed = |blur: f32, gain: f32| missed(samples, &drawn(&edges, samples.len(), blur, gain));
    let (mut blur, mut gain) = (blur, gain);
    let mut least = missed(blur, gain);
    let mut scale = 1.0;
    for _ in 0..3 {
        for _ in 0..3 {
            let before = least;
            for (by_blur, by_gain) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                let blur_now = (blur + by_blur * BLURS.2 * scale).clamp(BLURS.0, BLURS.1);
                let gain_now = (gain + by_gain * GAINS.2 * scale).clamp(GAINS.0, GAINS.1);
                let now = missed(blur_now, gain_now);
                if now < least {
                    (blur, gain, least) = (blur_now, gain_now, now);
                }
            }
            if least >= before {
                break;
            }
        }
        scale *= 0.5;
    }
    (least, (blur, gain))
}

/// Where modules change, in modules from the first sample; 1 where dark begins, -1 where it ends.
fn edges(modules: &[bool]) -> Vec<(f32, f32)> {
    let before = std::iter::once(false).chain(modules.iter().copied());
    let after = modules.iter().copied().chain(std::iter::once(false));
    before
        .zip(after)
        .enumerate()
        .filter(|(_, (before, after))| before != after)
        .map(|(place, (_, after))| ((place + QUIET) as f32, if after { 1.0 } else { -1.0 }))
        .collect()
}

/// How dark each sample is, 0 to 1.
fn drawn(edges: &[(f32, f32)], count: usize, blur: f32, gain: f32) -> Vec<f32> {
    /// Places of the step function's table for each module.
    const FINE: f32 = 32.0;
    let reach = blur * 3.5;
    let table: Vec<f32> =
        (0..=(2.0 * reach * FINE) as usize).map(|place| step((place as f32 / FINE - reach) / blur)).collect();
    let mut dark = vec![0.0; count];
    // Beyond the table's end a step is whole: that is added up from edge to edge.
    let mut whole = vec![0.0; count + 1];
    for (place, sign) in edges {
        // Bars grow to both sides.
        let place = place - sign * gain / 2.0;
        let sample = |place: f32| ((place * PER_MODULE as f32 + 0.5).floor().max(0.0) as usize).min(count);
        let (first, end) = (sample(place - reach), sample(place + reach));
        for (i, dark) in dark[first..end].iter_mut().enumerate() {
            let from = ((first + i) as f32 + 0.5) / PER_MODULE as f32 - place + reach;
            *dark += sign * table[((from * FINE).max(0.0) as usize).min(table.len() - 1)];
        }
        whole[end] += sign;
    }
    let mut sum = 0.0;
    for (dark, whole) in dark.iter_mut().zip(whole) {
        sum += whole;
        *dark += sum;
    }
    dark
}

/// How dark each sample of these modules is in a blur and a gain, 0 to 1.
pub(super) fn darkness(modules: &[bool], count: usize, (blur, gain): (f32, f32)) -> Vec<f32> {
    drawn(&edges(modules), count, blur, gain)
}

/// The share of the samples' variance that the darkness leaves unexplained, in light that changes evenly along the line.
pub(super) fn missed(samples: &[f32], dark: &[f32]) -> f32 {
    let count = samples.len() as f64;
    let mut rows = [[0.0_f64; 6]; 5];
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for (i, (value, dark)) in samples.iter().zip(dark).enumerate() {
        let (value, dark, along) = (f64::from(*value), f64::from(*dark), i as f64 / count - 0.5);
        let row = [1.0, along, along * along, dark, dark * along, value];
        for i in 0..5 {
            for j in 0..6 {
                rows[i][j] += row[i] * row[j];
            }
        }
        (sum, squares) = (sum + value, squares + value * value);
    }
    let right: [f64; 5] = std::array::from_fn(|i| rows[i][5]);
    let Some(light) = solved(&mut rows) else { return 1.0 };
    // Dark must be darker than light all along.
    if light[3] + light[4].abs() * 0.5 >= 0.0 {
        return 1.0;
    }
    let explained: f64 = light.iter().zip(right).map(|(light, right)| light * right).sum();
    let variance = squares - sum * sum / count;
    if variance < 1.0 { 1.0 } else { ((squares - explained) / variance).clamp(0.0, 1.0) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_own_symbol() {
        let modules: Vec<bool> = (0..95).map(|i| i % 3 == 0 || i % 7 == 1 || i == 94).collect();
        let other: Vec<bool> = modules.iter().enumerate().map(|(i, dark)| *dark ^ (i == 40)).collect();
        for (blur, gain) in [(0.2, 0.0), (0.9, -0.3), (0.5, 0.3)] {
            let dark = drawn(&edges(&modules), (95 + 2 * QUIET) * PER_MODULE, blur, gain);
            assert!(dark.iter().all(|dark| (-0.1..1.1).contains(dark)), "{blur} {gain}: {dark:?}");
            assert!(dark[0].abs() < 0.01 && dark[dark.len() - 1].abs() < 0.01);
            let samples: Vec<f32> =
                dark.iter().enumerate().map(|(i, dark)| 200.0 - 120.0 * dark + i as f32 * 0.1).collect();
            let (least, (found_blur, found_gain)) = unexplained(&samples, &modules, (0.5, 0.0));
            assert!(least < 0.005, "{least}");
            assert!(
                (found_blur - blur).abs() < 0.1 && (found_gain - gain).abs() < 0.1,
                "{found_blur} {found_gain}"
            );
            assert!(unexplained(&samples, &other, (blur, gain)).0 > least * 3.0 + 0.002);
        }
        assert_eq!(missed(&[100.0; 420], &[0.0; 420]), 1.0);
    }
}
