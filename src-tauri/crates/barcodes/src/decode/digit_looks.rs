//! What the digits of an EAN look like across their bars, in several blurs and with bars that print or light made thinner or
//! thicker than they should be.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over tables of fixed size; `digits_look_like_themselves` covers all of them"
)]

use std::sync::OnceLock;

/// Samples a module.
pub(super) const PER_MODULE: usize = 4;
/// Samples of a digit: its seven modules, and half a module of its neighbours on both sides.
pub(super) const WINDOW: usize = 8 * PER_MODULE;
/// Blurs: standard deviations in modules.
const BLURS: [f32; 5] = [0.25, 0.42, 0.62, 0.85, 1.15];
/// What bars are too wide by, in modules; the first is none.
const GAINS: [f32; 7] = [0.0, -0.15, 0.15, -0.3, 0.3, -0.45, 0.45];
/// Modules of number set A, the first one in bit 6 (GS1 General Specifications, figure 5.2.1.2.1-1). Set C has dark and light
/// exchanged, set B is set C read backwards.
const SET_A: [u8; 10] = [0x0d, 0x19, 0x13, 0x3d, 0x23, 0x31, 0x2f, 0x3b, 0x37, 0x0b];

/// A digit's samples, 1 for dark and -1 for light.
pub(super) type Pattern = [f32; WINDOW];

/// All digits in one blur and one gain.
#[derive(Debug)]
pub(super) struct Look {
    /// Standard deviation in modules.
    pub blur: f32,
    /// What bars are too wide by, in modules.
    pub gain: f32,
    left: [Pattern; 20],
    right: [Pattern; 10],
}

impl Look {
    /// The digits of a half: on the left those of number set A and then those of set B, on the right those of set C.
    pub fn patterns(&self, right: bool) -> &[Pattern] {
        if right { &self.right } else { &self.left }
    }
}

/// All looks by their blur, each first without gain.
pub(super) fn looks() -> &'static Vec<Vec<Look>> {
    static LOOKS: OnceLock<Vec<Vec<Look>>> = OnceLock::new();
    LOOKS.get_or_init(|| {
        let by_gain = |blur: f32| GAINS.iter().map(|gain| look(blur, *gain)).collect();
        BLURS.iter().map(|blur| by_gain(*blur)).collect()
    })
}

/// All digits in any blur and gain.
pub(super) fn look(blur: f32, gain: f32) -> Look {
    Look {
        blur,
        gain,
        left: std::array::from_fn(|pattern| drawn(bits(pattern, false), true, blur, gain)),
        right: std::array::from_fn(|digit| drawn(bits(digit, true), false, blur, gain)),
    }
}

/// The modules of a digit, the first one in bit 6: on the left of number set A or, with ten more, B; on the right of set C.
pub(super) fn bits(pattern: usize, right: bool) -> u8 {
    let a = SET_A[pattern % 10];
    let c = !a & 0x7f;
    match (right, pattern < 10) {
        (true, _) => c,
        (false, true) => a,
        (false, false) => c.reverse_bits() >> 1,
    }
}

/// A digit between its neighbours: a bar before and a space after it on the left, the other way round on the right.
fn drawn(modules: u8, after_bar: bool, blur: f32, gain: f32) -> Pattern {
    // Light and dark in turn beyond the neighbours, of which nothing is known.
    let dark = |module: isize| match module {
        0..=6 => modules >> (6 - module) & 1 == 1,
        -1 => after_bar,
        7 => !after_bar,
        -2 => !after_bar,
        _ => after_bar,
    };
    let bars = (-2..9).filter(|module| dark(*module));
    let edges: Vec<(f32, f32)> = bars
        .map(|module| {
            // Only where a bar ends does it grow.
            let grows = |next: isize| if dark(next) { 0.0 } else { gain / 2.0 };
            (module as f32 - grows(module - 1), module as f32 + 1.0 + grows(module + 1))
        })
        .collect();
    std::array::from_fn(|i| {
        let at = (i as f32 + 0.5) / PER_MODULE as f32 - 0.5;
        let covered: f32 =
            edges.iter().map(|(from, to)| step((at - from) / blur) - step((at - to) / blur)).sum();
        2.0 * covered - 1.0
    })
}

/// The share of a normal distribution below so many standard deviations, nearly.
pub(super) fn step(x: f32) -> f32 {
    1.0 / (1.0 + (-1.702 * x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_look_like_themselves() {
        let sharp = &looks()[0][0];
        let middle =
            |pattern: &Pattern, module: usize| pattern[PER_MODULE / 2 + module * PER_MODULE + 1] > 0.0;
        let modules =
            |pattern: &Pattern| (0..7).map(|module| u8::from(middle(pattern, module))).collect::<Vec<_>>();
        // The digit 5 in the three number sets.
        assert_eq!(modules(&sharp.patterns(false)[5]), [0, 1, 1, 0, 0, 0, 1]);
        assert_eq!(modules(&sharp.patterns(false)[15]), [0, 1, 1, 1, 0, 0, 1]);
        assert_eq!(modules(&sharp.patterns(true)[5]), [1, 0, 0, 1, 1, 1, 0]);
        for look in looks().iter().flatten() {
            for right in [false, true] {
                let patterns = look.patterns(right);
                for (i, a) in patterns.iter().enumerate() {
                    assert!(a.iter().all(|value| value.abs() < 1.01));
                    for b in &patterns[..i] {
                        let apart: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
                        assert!(apart > 0.1, "{i}: {apart}");
                    }
                }
            }
        }
    }
}
