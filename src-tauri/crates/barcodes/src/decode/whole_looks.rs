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

/// The modules before which there is a change, counted from the first sample; 1 where dark begins, -1 where it ends.
fn edges(modules: &[bool]) -> Vec<(usize, f32)> {
    let before = std::iter::once(false).chain(modules.iter().copied());
    let after = modules.iter().copied().chain(std::iter::once(false));
    before
        .zip(after)
        .enumerate()
        .filter(|(_, (before, after))| before != after)
        .map(|(place, (_, after))| (place + QUIET, if after { 1.0 } else { -1.0 }))
        .collect()
}

/// How far from an edge its blur is drawn, in standard deviations.
const REACH: f32 = 3.5;

/// An edge in samples: the first one that is not as before it, counted from where its module begins, and each one's share of the step
/// from there on.
struct Edge {
    first: isize,
    shares: Vec<f32>,
}

impl Edge {
    /// So many modules behind where its module begins.
    fn of(place: f32, blur: f32) -> Edge {
        let sample = |place: f32| (place * PER_MODULE as f32).round() as isize;
        let (first, end) = (sample(place - blur * REACH), sample(place + blur * REACH));
        let at = |i: isize| (i as f32 + 0.5) / PER_MODULE as f32 - place;
        Edge { first, shares: (first..end).map(|i| step(at(i) / blur)).collect() }
    }
}

/// How dark each sample is, 0 to 1.
fn drawn(edges: &[(usize, f32)], count: usize, blur: f32, gain: f32) -> Vec<f32> {
    // Bars grow to both sides; those of one kind look the same wherever they are.
    let [begin, end] = [-gain / 2.0, gain / 2.0].map(|place| Edge::of(place, blur));
    let mut dark = vec![0.0; count];
    // Beyond an edge's last sample its step is whole: that is added up from edge to edge.
    let mut whole = vec![0.0; count + 1];
    for (module, sign) in edges {
        let edge = if *sign > 0.0 { &begin } else { &end };
        let first = (module * PER_MODULE) as isize + edge.first;
        let skipped = first.min(0).unsigned_abs().min(edge.shares.len());
        let (first, shares) = (first.max(0) as usize, &edge.shares[skipped..]);
        let first = first.min(count);
        dark[first..].iter_mut().zip(shares).for_each(|(dark, share)| *dark += sign * share);
        whole[(first + shares.len()).min(count)] += sign;
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

/// Any grey: sums of what lies around zero are exact enough.
const GREY: f32 = 128.0;
/// Samples that are summed up side by side.
const LANES: usize = 8;
/// Sums that the light is reckoned from: of the values, of the darkness, of both, and of each with powers of the place.
const SUMS: usize = 13;

/// The share of the samples' variance that the darkness leaves unexplained, in light that changes evenly along the line.
pub(super) fn missed(samples: &[f32], dark: &[f32]) -> f32 {
    fitted(samples, dark).map_or(1.0, |(missed, _)| missed)
}

/// The samples as the light that suits the darkness best would show them if it were even: 1 for dark and -1 for light. None where
/// there is no such light.
pub(super) fn in_even_light(samples: &[f32], dark: &[f32]) -> Option<Vec<f32>> {
    let (_, light) = fitted(samples, dark)?;
    let [one, a, aa, d, da] = light.map(|part| part as f32);
    let per_sample = 1.0 / samples.len().max(1) as f32;
    let even = |(i, value): (usize, &f32)| {
        let along = i as f32 * per_sample - 0.5;
        let lightest = one + GREY + (a + aa * along) * along;
        (2.0 * (value - lightest) / (d + da * along) - 1.0).clamp(-2.0, 2.0)
    };
    Some(samples.iter().enumerate().map(even).collect())
}

/// The share that is missed, and the light: its value, its slope and its bend, and what dark takes from it and how that changes.
fn fitted(samples: &[f32], dark: &[f32]) -> Option<(f32, [f64; 5])> {
    let count = samples.len().min(dark.len());
    let per_sample = 1.0 / count.max(1) as f32;
    let mut lanes = [[0.0_f32; LANES]; SUMS];
    let parts = samples.chunks_exact(LANES).zip(dark.chunks_exact(LANES));
    for (place, (values, darks)) in parts.enumerate() {
        for lane in 0..LANES {
            let along = (place * LANES + lane) as f32 * per_sample - 0.5;
            let terms = terms(values[lane], darks[lane], along);
            (0..SUMS).for_each(|sum| lanes[sum][lane] += terms[sum]);
        }
    }
    for i in count / LANES * LANES..count {
        let terms = terms(samples[i], dark[i], i as f32 * per_sample - 0.5);
        (0..SUMS).for_each(|sum| lanes[sum][0] += terms[sum]);
    }
    let [v, va, vaa, vv, d, da, daa, daaa, dd, dda, ddaa, dv, dva] =
        lanes.map(|lanes| lanes.iter().map(|sum| f64::from(*sum)).sum::<f64>());
    let [one, a, aa, aaa, aaaa] = powers_along(count);
    let mut rows = [
        [one, a, aa, d, da, v],
        [a, aa, aaa, da, daa, va],
        [aa, aaa, aaaa, daa, daaa, vaa],
        [d, da, daa, dd, dda, dv],
        [da, daa, daaa, dda, ddaa, dva],
    ];
    let right = rows.map(|row| row[5]);
    let light = solved(&mut rows)?;
    // Dark must be darker than light all along.
    if light[3] + light[4].abs() * 0.5 >= 0.0 {
        return None;
    }
    let explained: f64 = light.iter().zip(right).map(|(light, right)| light * right).sum();
    let variance = vv - v * v / one;
    let missed = if variance < 1.0 { 1.0 } else { ((vv - explained) / variance).clamp(0.0, 1.0) };
    Some((missed as f32, light))
}

/// What a sample adds to the sums.
fn terms(value: f32, dark: f32, along: f32) -> [f32; SUMS] {
    let v = value - GREY;
    let (va, da) = (v * along, dark * along);
    let daa = da * along;
    let dd = dark * dark;
    [v, va, va * along, v * v, dark, da, daa, daa * along, dd, dd * along, da * da, dark * v, dark * va]
}

/// Sums of the powers 0 to 4 of so many samples' places, which go from -0.5 nearly to 0.5.
fn powers_along(count: usize) -> [f64; 5] {
    let n = count as f64;
    let (s1, s2) = (n * (n - 1.0) / 2.0, n * (n - 1.0) * (2.0 * n - 1.0) / 6.0);
    let (s3, s4) = (s1 * s1, s2 * (3.0 * n * n - 3.0 * n - 1.0) / 5.0);
    let m = n / 2.0;
    let a = s1 - m * n;
    let aa = s2 - 2.0 * m * s1 + m * m * n;
    let aaa = s3 - 3.0 * m * s2 + 3.0 * m * m * s1 - m.powi(3) * n;
    let aaaa = s4 - 4.0 * m * s3 + 6.0 * m * m * s2 - 4.0 * m.powi(3) * s1 + m.powi(4) * n;
    let n = n.max(1.0);
    [n, a / n, aa / n.powi(2), aaa / n.powi(3), aaaa / n.powi(4)]
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
            let even = in_even_light(&samples, &dark).unwrap();
            assert!(even.iter().zip(&dark).all(|(even, dark)| (even - (2.0 * dark - 1.0)).abs() < 0.05));
            assert!(unexplained(&samples, &other, (blur, gain)).0 > least * 3.0 + 0.002);
        }
        assert_eq!(missed(&[100.0; 420], &[0.0; 420]), 1.0);
    }

    #[test]
    fn powers_are_summed_up() {
        for count in [1, 7, 420] {
            let along = |i: usize| i as f64 / count as f64 - 0.5;
            for (power, sum) in powers_along(count).into_iter().enumerate() {
                let one_by_one: f64 = (0..count).map(|i| along(i).powi(power as i32)).sum();
                assert!((sum - one_by_one).abs() < 1.0e-6, "{count} {power}: {sum} {one_by_one}");
            }
        }
    }
}
