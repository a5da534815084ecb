//! EAN-13, UPC-A and EAN-8 by likeness: a line across the bars is compared with what each digit would look like in it, blurred and
//! printed too thin or too thick. It tells what edges alone do not: bars that light has eaten away make a 2 of a 7 and a 1 of an 8,
//! and two such slips pass the check digit.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over tables of fixed size and over samples whose number comes from them; `any_line_is_compared` covers odd ones"
)]

use super::digit_looks::{Look, PER_MODULE, Pattern, WINDOW, look, looks};
use super::digits::{Costs, Kind, Number, QUIET, decide};
use super::whole_looks::{darkness, in_even_light, missed, unexplained};

/// A line that the likeliest digits explain less of is none across these bars (share of its variance).
const LEAST_FIT: f32 = 0.9;
/// Share of the samples' energy that the likeliest digits may leave, whatever number they are.
const MOST_UNLIKE: f32 = 0.7;
/// In more blur (standard deviation in modules) digits look too much alike.
const MOST_BLUR: f32 = 0.75;
/// A line that more is missed of before its place is settled is none.
const MAY_BE: f32 = 0.6;
/// By how much the next best digits must fit worse: the logarithm of how much likelier the best ones are.
const LEAST_LEAD: f32 = 8.0;
/// Numbers of which the blur and the gain are searched for: others have missed more.
const SEARCHED: usize = 4;
/// Numbers that are looked at beside the likeliest in its own light.
const NEAR_MISSES: usize = 6;
/// The share of the variance that even the right digits leave unexplained.
const LEAST_MISSED: f32 = 0.01;
/// Module by module, how well the bars that every symbol has must be seen (-1 to 1) to go on.
const LEAST_FRAME: f32 = 0.3;

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub digits: String,
    /// Share of the line's variance that the digits explain.
    pub fit: f32,
    /// Logarithm of how much likelier they are than the next best ones.
    pub lead: f32,
}

/// Where symbols lie in a line: its first and its last edge, and how far the middle is off by perspective.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: f32,
    to: f32,
    bend: f32,
}

impl Place {
    /// The place in the line at a share of the symbol's modules, counted from the first edge.
    fn at(&self, t: f32) -> f32 {
        self.from + (self.to - self.from) * (t + self.bend * t * (1.0 - t))
    }
}

/// What the bars between two places of a line say, each known to so many places. None where nothing is said clearly.
pub(super) fn compare(values: &[f32], kind: Kind, from: f32, to: f32, slack: f32) -> Option<Said> {
    let module = (to - from) / kind.modules() as f32;
    if !(0.6..60.0).contains(&module) || values.len() < kind.modules() / 2 || !slack.is_finite() {
        return None;
    }
    let relative = relative(values, (module * 9.0) as usize + 2);
    let mut best: Option<Said> = None;
    for place in places(&relative, kind, Place { from, to, bend: 0.0 }, slack.min(module * 14.0)) {
        let said = digits_at(values, &relative, kind, &place);
        let better = |best: &Said| said.as_ref().is_some_and(|said| said.fit > best.fit);
        if best.as_ref().is_none_or(better) {
            best = said.or(best);
        }
        if best.as_ref().is_some_and(|said| said.fit > 0.96) {
            break;
        }
    }
    best.filter(|said| said.fit >= LEAST_FIT && said.lead >= LEAST_LEAD)
}

/// Between the darkest (1) and the lightest (-1) within so many places.
fn relative(values: &[f32], reach: usize) -> Vec<f32> {
    let lightest = super::own_bars::running(values, reach, f32::max);
    let darkest = super::own_bars::running(values, reach, f32::min);
    let spread = |i: usize| lightest[i] - darkest[i];
    let widest = (0..values.len()).map(spread).fold(0.0, f32::max);
    (0..values.len())
        .map(|i| {
            let half = (spread(i) / 2.0).max(widest * 0.1).max(1.0);
            (((lightest[i] + darkest[i]) / 2.0 - values[i]) / half).clamp(-1.2, 1.2)
        })
        .collect()
}

fn value(values: &[f32], at: f32) -> f32 {
    let last = values.len() - 1;
    let at = at.clamp(0.0, last as f32);
    let left = at as usize;
    let right = (left + 1).min(last);
    values[left] + (values[right] - values[left]) * (at - left as f32)
}

/// Where the frame that all symbols share is seen best: up to three places, the best first.
fn places(relative: &[f32], kind: Kind, around: Place, slack: f32) -> Vec<Place> {
    const BENDS: [f32; 5] = [0.0, -0.05, 0.05, -0.1, 0.1];
    const MOST: usize = 3;
    let modules = kind.modules() as f32;
    let frame: Vec<(f32, f32)> = kind.frame().into_iter().map(|(at, sign)| (at / modules, sign)).collect();
    let module = (around.to - around.from) / modules;
    let seen = |place: &Place| {
        let sum: f32 = frame.iter().map(|(at, sign)| value(relative, place.at(*at) - 0.5) * sign).sum();
        sum / frame.len() as f32
    };
    let step = (module * 0.5).max(0.25);
    let steps = (slack / step).ceil() as i32;
    let mut all: Vec<(f32, Place)> = Vec::new();
    for (i, j) in (-steps..=steps).flat_map(|i| (-steps..=steps).map(move |j| (i, j))) {
        let (from, to) = (around.from + i as f32 * step, around.to + j as f32 * step);
        let place = Place { from, to, bend: 0.0 };
        let score = seen(&place);
        if score >= LEAST_FRAME / 3.0 {
            all.push((score, place));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best: Vec<Place> = Vec::new();
    for (_, place) in all {
        let near =
            |held: &Place| (held.from - place.from).abs().max((held.to - place.to).abs()) < module * 2.0;
        if !best.iter().any(near) {
            best.push(place);
        }
        if best.len() == MOST {
            break;
        }
    }
    for place in &mut best {
        let bent = BENDS.map(|bend| Place { bend, ..*place });
        *place = bent.into_iter().max_by(|a, b| seen(a).total_cmp(&seen(b))).unwrap_or(*place);
        refine(place, module, &seen);
    }
    best.retain(|place| seen(place) >= LEAST_FRAME);
    best
}

/// Moves a place in ever smaller steps for as long as it helps.
fn refine(place: &mut Place, module: f32, seen: &impl Fn(&Place) -> f32) {
    let mut score = seen(place);
    for step in [0.25, 0.12, 0.06] {
        for _ in 0..4 {
            let before = score;
            for (from, to, bend) in [(step, 0.0, 0.0), (0.0, step, 0.0), (0.0, 0.0, step * 0.08)] {
                for sign in [1.0, -1.0] {
                    let moved = Place {
                        from: place.from + from * module * sign,
                        to: place.to + to * module * sign,
                        bend: place.bend + bend * sign,
                    };
                    let now = seen(&moved);
                    if now > score {
                        (*place, score) = (moved, now);
                    }
                }
            }
            if score <= before {
                break;
            }
        }
    }
}

/// Samples of the modules and of their quiet zones, from either end.
fn samples_of(values: &[f32], kind: Kind, place: &Place, backwards: bool) -> Vec<f32> {
    let per_sample = 1.0 / (PER_MODULE * kind.modules()) as f32;
    let at = |i: usize| (i as f32 + 0.5 - (QUIET * PER_MODULE) as f32) * per_sample;
    let count = (kind.modules() + 2 * QUIET) * PER_MODULE;
    let sample = |i: usize| value(values, place.at(at(i)) - 0.5);
    if backwards { (0..count).rev().map(sample).collect() } else { (0..count).map(sample).collect() }
}

/// A number that the line may say.
struct Candidate {
    missed: f32,
    backwards: bool,
    number: Number,
    look: (f32, f32),
}

impl Candidate {
    fn says(&self, other: &Candidate) -> bool {
        (self.backwards, &self.number.digits) == (other.backwards, &other.number.digits)
    }
}

fn digits_at(values: &[f32], relative: &[f32], kind: Kind, place: &Place) -> Option<Said> {
    let mut place = *place;
    let mut all = candidates(relative, kind, &place);
    rank(&mut all, values, kind, &place);
    let best = all.first().filter(|best| best.missed < MAY_BE)?;
    // Whatever misses much more than that is nothing by any light.
    let worth = best.missed * 3.0 + 0.05;
    settle(&mut place, best, values, kind);
    let more = near_misses(best, values, kind, &place);
    for candidate in more.into_iter().flatten() {
        if !all.iter().any(|known| known.says(&candidate)) {
            all.push(candidate);
        }
    }
    search(&mut all, values, kind, &place, worth);
    let best = all.first().filter(|best| best.look.0 <= MOST_BLUR)?;
    let next = all.get(1).map_or(1.0, |next| next.missed);
    // No model is truer than that; and one module's samples say the same, they count as one.
    let lead = (next - best.missed) / (best.missed + LEAST_MISSED) * kind.modules() as f32 / 2.0;
    Some(Said { digits: best.number.text(kind), fit: 1.0 - best.missed, lead })
}

/// The numbers that look likeliest digit by digit, in the direction that does.
fn candidates(relative: &[f32], kind: Kind, place: &Place) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for backwards in [false, true] {
        let samples = samples_of(relative, kind, place, backwards);
        let (costs, look, least) = costs_of(&samples, kind);
        let energy = samples.iter().map(|value| value * value).sum::<f32>();
        // As many samples as the slots have.
        let energy = energy * (2 * kind.half() * WINDOW) as f32 / samples.len() as f32;
        if least > energy * MOST_UNLIKE {
            continue;
        }
        let numbers = decide(kind, &costs).into_iter();
        all.extend(numbers.map(|number| Candidate { missed: 1.0, backwards, number, look }));
    }
    let least = all.iter().map(|candidate| candidate.number.cost).fold(f32::MAX, f32::min);
    all.retain(|candidate| candidate.number.cost <= least * 4.0);
    all
}

/// Numbers as likely as the candidate in its own light, blur and gain: where it is a wrong one, the right one is among them.
fn near_misses(best: &Candidate, values: &[f32], kind: Kind, place: &Place) -> Option<Vec<Candidate>> {
    let samples = samples_of(values, kind, place, best.backwards);
    let dark = darkness(&best.number.modules(kind), samples.len(), best.look);
    let even = in_even_light(&samples, &dark)?;
    let look = look(best.look.0, best.look.1);
    let costs: Costs = (0..2 * kind.half()).map(|slot| slot_costs(&even, kind, slot, &look)).collect();
    let near = |number: Number| {
        let dark = darkness(&number.modules(kind), samples.len(), best.look);
        Candidate { missed: missed(&samples, &dark), number, ..*best }
    };
    Some(decide(kind, &costs).into_iter().take(NEAR_MISSES).map(near).collect())
}

/// By how little of the line each leaves unexplained in its blur and gain so far.
fn rank(all: &mut [Candidate], values: &[f32], kind: Kind, place: &Place) {
    let samples = [false, true].map(|backwards| samples_of(values, kind, place, backwards));
    for candidate in all.iter_mut() {
        let samples = &samples[usize::from(candidate.backwards)];
        let modules = candidate.number.modules(kind);
        candidate.missed = missed(samples, &darkness(&modules, samples.len(), candidate.look));
    }
    all.sort_by(|a, b| a.missed.total_cmp(&b.missed));
}

/// The same in the blur and the gain that suit each best, of the few that miss no more than is worth the search.
fn search(all: &mut [Candidate], values: &[f32], kind: Kind, place: &Place, worth: f32) {
    rank(all, values, kind, place);
    let samples = [false, true].map(|backwards| samples_of(values, kind, place, backwards));
    for candidate in all.iter_mut().take(SEARCHED).filter(|candidate| candidate.missed < worth) {
        let samples = &samples[usize::from(candidate.backwards)];
        let modules = candidate.number.modules(kind);
        (candidate.missed, candidate.look) = unexplained(samples, &modules, candidate.look);
    }
    all.sort_by(|a, b| a.missed.total_cmp(&b.missed));
}

/// Moves the place to where the candidate explains the most.
fn settle(place: &mut Place, best: &Candidate, values: &[f32], kind: Kind) {
    let count = (kind.modules() + 2 * QUIET) * PER_MODULE;
    let dark = darkness(&best.number.modules(kind), count, best.look);
    let module = (place.to - place.from) / kind.modules() as f32;
    let seen = |place: &Place| -missed(&samples_of(values, kind, place, best.backwards), &dark);
    refine(place, module, &seen);
}

/// The costs in the look in which the line is explained best, its blur and gain, and the sum of the least of them.
fn costs_of(samples: &[f32], kind: Kind) -> (Costs, (f32, f32), f32) {
    let of = |look: &Look| {
        let costs: Costs = (0..2 * kind.half()).map(|slot| slot_costs(samples, kind, slot, look)).collect();
        let sum: f32 = costs.iter().map(|slot| slot.iter().copied().fold(f32::MAX, f32::min)).sum();
        (sum, (costs, (look.blur, look.gain)))
    };
    let looks = looks();
    let mut best = (f32::MAX, (Costs::new(), (0.0, 0.0)));
    let mut blur = 0;
    for (place, by_gain) in looks.iter().enumerate() {
        let now = of(&by_gain[0]);
        if now.0 < best.0 {
            (best, blur) = (now, place);
        }
    }
    for look in &looks[blur][1..] {
        let now = of(look);
        if now.0 < best.0 {
            best = now;
        }
    }
    let (least, (costs, look)) = best;
    (costs, look, least)
}

fn slot_costs(samples: &[f32], kind: Kind, slot: usize, look: &Look) -> [f32; 20] {
    let right = slot >= kind.half();
    let start = (kind.start(slot) + QUIET) * PER_MODULE - PER_MODULE / 2;
    let mut costs = [f32::MAX; 20];
    for from in [start, start - 1, start + 1] {
        let Some(window) = samples[from..].first_chunk::<WINDOW>() else { continue };
        for (cost, pattern) in costs.iter_mut().zip(look.patterns(right)) {
            *cost = cost.min(apart(window, pattern));
        }
    }
    costs
}

/// The sum of squared differences, eight side by side.
fn apart(a: &Pattern, b: &Pattern) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::digit_looks::bits;
    use super::super::digits::SETS;
    use super::*;
    use proptest::prelude::*;

    /// Modules of a symbol, true for dark.
    fn modules(digits: &str) -> Vec<bool> {
        let digits: Vec<usize> = digits.bytes().map(|byte| usize::from(byte - b'0')).collect();
        let (sets, bars) =
            if digits.len() == 13 { (SETS[digits[0]], &digits[1..]) } else { (SETS[0], &digits[..]) };
        let half = bars.len() / 2;
        let mut modules = vec![true, false, true];
        for (slot, digit) in bars.iter().enumerate() {
            if slot == half {
                modules.extend([false, true, false, true, false]);
            }
            let set = if slot < half { sets[slot] } else { 0 };
            let bits = bits(digit + set * 10, slot >= half);
            modules.extend((0..7).map(|bit| bits >> (6 - bit) & 1 == 1));
        }
        modules.extend([true, false, true]);
        modules
    }

    /// A line across the symbol: so many places a module, blurred by so many modules, bars so much too wide, with noise; and
    /// where the first bar begins.
    pub(in super::super) fn line(
        digits: &str,
        module: f32,
        blur: f32,
        gain: f32,
        noise: f32,
        seed: u32,
    ) -> (Vec<f32>, f32) {
        const FINE: usize = 20;
        let quiet = 8;
        let modules = modules(digits);
        let grow = (gain * FINE as f32 / 2.0).round() as isize;
        let dark_at = |i: isize| {
            let dark = |i: isize| {
                let module = i.div_euclid(FINE as isize) - quiet;
                usize::try_from(module)
                    .ok()
                    .and_then(|module| modules.get(module))
                    .is_some_and(|module| *module)
            };
            match grow {
                0 => dark(i),
                1.. => (-grow..=grow).any(|by| dark(i + by)),
                _ => (grow..=-grow).all(|by| dark(i + by)),
            }
        };
        let count = (modules.len() as isize + 2 * quiet) * FINE as isize;
        let sharp: Vec<f32> = (0..count).map(|i| if dark_at(i) { 50.0 } else { 200.0 }).collect();
        let reach = (blur * FINE as f32 * 2.5) as isize + 1;
        let weight = |by: isize| (-(by * by) as f32 / (2.0 * (blur * FINE as f32).powi(2)).max(1.0)).exp();
        let all: f32 = (-reach..=reach).map(weight).sum();
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let places = (count as f32 / FINE as f32 * module) as usize;
        let values = (0..places).map(|place| {
            let at = ((place as f32 + 0.5) / module * FINE as f32) as isize;
            let seen: f32 =
                (-reach..=reach).map(|by| sharp[(at + by).clamp(0, count - 1) as usize] * weight(by)).sum();
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seen / all + ((state >> 8) as f32 / 8_388_608.0 - 1.0) * noise
        });
        (values.collect(), quiet as f32 * module)
    }

    fn said(values: &[f32], from: f32, module: f32, kind: Kind) -> Option<String> {
        let to = from + kind.modules() as f32 * module;
        compare(values, kind, from + module * 2.0, to - module * 1.6, module * 3.0).map(|said| said.digits)
    }

    #[test]
    fn digits_are_told_however_wide_light_or_ink_made_the_bars() {
        let mut missed = Vec::new();
        for digits in ["4006381333931", "0023942431015", "9784872348880", "5901234123457"] {
            for module in [1.6, 2.0, 4.0] {
                for gain in [-0.3, -0.15, 0.0, 0.3] {
                    for blur in [0.2, 0.4, 0.5] {
                        let (mut values, from) = line(digits, module, blur, gain, 8.0, 3);
                        if said(&values, from, module, Kind::Ean13).as_deref() != Some(digits) {
                            missed.push((digits, module, gain, blur));
                        }
                        values.reverse();
                        if said(&values, from, module, Kind::Ean13).as_deref() != Some(digits) {
                            missed.push((digits, module, gain, blur + 100.0));
                        }
                    }
                }
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
        let (values, from) = line("96385074", 2.0, 0.5, -0.2, 8.0, 3);
        assert_eq!(said(&values, from, 2.0, Kind::Ean8).as_deref(), Some("96385074"));
    }

    #[test]
    fn what_is_no_symbol_says_nothing() {
        let mut state = 9_u32;
        let noise: Vec<f32> = (0..300)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as f32
            })
            .collect();
        for kind in [Kind::Ean13, Kind::Ean8] {
            assert_eq!(compare(&noise, kind, 50.0, 250.0, 20.0), None);
            assert_eq!(compare(&[200.0; 300], kind, 50.0, 250.0, 20.0), None);
            for period in [2, 4, 7] {
                let fence: Vec<f32> =
                    (0..300).map(|i| if i / period % 2 == 0 { 40.0 } else { 200.0 }).collect();
                assert_eq!(compare(&fence, kind, 50.0, 250.0, 20.0), None);
            }
        }
        // One digit of another number: the check digit does not fit.
        let (values, from) = line("4006381333981", 2.0, 0.3, 0.0, 3.0, 1);
        assert_eq!(said(&values, from, 2.0, Kind::Ean13), None);
    }

    proptest! {
        #[test]
        fn any_line_is_compared(values in proptest::collection::vec(0.0..255.0_f32, 0..400), from in -50.0..300.0_f32, to in -50.0..500.0_f32, slack in -1.0..90.0_f32) {
            for kind in [Kind::Ean13, Kind::Ean8] {
                if let Some(said) = compare(&values, kind, from, to, slack) {
                    prop_assert!(said.fit >= LEAST_FIT && said.lead >= LEAST_LEAD, "{:?}", said);
                }
            }
        }

        #[test]
        fn a_line_says_its_own_number_or_nothing(number in 0..10_u64.pow(12), module in 1.0..4.0_f32, blur in 0.2..1.2_f32, gain in -0.45..0.45_f32, noise in 0.0..60.0_f32, seed in any::<u32>()) {
            let digits = format!("{number:012}");
            let sum: u32 = digits.bytes().rev().enumerate().map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 3 } else { 1 }).sum();
            let digits = format!("{digits}{}", (10 - sum % 10) % 10);
            let (values, from) = line(&digits, module, blur, gain, noise, seed);
            if let Some(said) = said(&values, from, module, Kind::Ean13) {
                prop_assert_eq!(said, digits);
            }
        }
    }
}
