//! The numbers that an EAN or UPC symbol can hold: how its digits lie, and the likeliest ones that satisfy the check digit.
#![allow(
    clippy::indexing_slicing,
    reason = "loops over tables of fixed size; `the_likeliest_number_satisfies_the_check_digit` covers them"
)]

use super::digit_looks::bits;

/// Modules of quiet zone that are looked at on both sides.
pub(super) const QUIET: usize = 5;

/// A kind of symbol: two halves of digits between three guard patterns (GS1 General Specifications, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Thirteen digits, twelve of them in bars. UPC-A is one that begins with 0.
    Ean13,
    /// Eight digits.
    Ean8,
}

/// What the first digit of an EAN-13 makes of its left half: 1 for number set B.
pub(super) const SETS: [[usize; 6]; 10] = [
    [0, 0, 0, 0, 0, 0],
    [0, 0, 1, 0, 1, 1],
    [0, 0, 1, 1, 0, 1],
    [0, 0, 1, 1, 1, 0],
    [0, 1, 0, 0, 1, 1],
    [0, 1, 1, 0, 0, 1],
    [0, 1, 1, 1, 0, 0],
    [0, 1, 0, 1, 0, 1],
    [0, 1, 0, 1, 1, 0],
    [0, 1, 1, 0, 1, 0],
];

impl Kind {
    /// Digits in a half.
    pub const fn half(self) -> usize {
        match self {
            Kind::Ean13 => 6,
            Kind::Ean8 => 4,
        }
    }

    /// Modules from the first bar to the last.
    pub const fn modules(self) -> usize {
        11 + 14 * self.half()
    }

    /// The module at which a digit begins.
    pub const fn start(self, slot: usize) -> usize {
        let middle = if slot < self.half() { 0 } else { 5 };
        3 + 7 * slot + middle
    }

    /// First digits that are no bars, each with the number sets of the left half.
    fn firsts(self) -> &'static [[usize; 6]] {
        match self {
            Kind::Ean13 => &SETS,
            Kind::Ean8 => &SETS[..1],
        }
    }

    /// The modules that all symbols share, by their middles: 1 for dark, -1 for light.
    pub fn frame(self) -> Vec<(f32, f32)> {
        let mut frame = Vec::new();
        let mut know = |module: isize, dark: bool| {
            frame.push((module as f32 + 0.5, if dark { 1.0 } else { -1.0 }));
        };
        let (modules, middle) = (self.modules() as isize, (3 + 7 * self.half()) as isize);
        for at in 0..QUIET as isize {
            know(-1 - at, false);
            know(modules + at, false);
        }
        for at in 0..3 {
            know(at, at != 1);
            know(modules - 3 + at, at != 1);
        }
        for at in 0..5 {
            know(middle + at, at % 2 == 1);
        }
        for slot in 0..2 * self.half() {
            let (start, right) = (self.start(slot) as isize, slot >= self.half());
            know(start, right);
            know(start + 6, !right);
        }
        frame
    }
}

/// How badly each digit would fit in each slot: number set A or C in the first ten, B in the others.
pub(super) type Costs = Vec<[f32; 20]>;

/// A number that satisfies the check digit, and how badly it fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub cost: f32,
    first: usize,
    /// Patterns: a digit, and ten more in number set B.
    pub digits: [u8; 12],
}

/// How many of the likeliest numbers are told.
const KEPT: usize = 8;

impl Number {
    const NONE: Number = Number { cost: f32::MAX, first: 0, digits: [0; 12] };

    /// Its modules between the first bar and the last, true for dark.
    pub fn modules(&self, kind: Kind) -> Vec<bool> {
        let mut modules = vec![true, false, true];
        for (slot, pattern) in self.digits[..2 * kind.half()].iter().enumerate() {
            if slot == kind.half() {
                modules.extend([false, true, false, true, false]);
            }
            let bits = bits(usize::from(*pattern), slot >= kind.half());
            modules.extend((0..7).map(|bit| bits >> (6 - bit) & 1 == 1));
        }
        modules.extend([true, false, true]);
        modules
    }

    /// All its digits.
    pub fn text(&self, kind: Kind) -> String {
        let first = (kind == Kind::Ean13).then_some(self.first);
        let digits = self.digits[..2 * kind.half()].iter().map(|pattern| usize::from(*pattern) % 10);
        first.into_iter().chain(digits).filter_map(|digit| char::from_digit(digit as u32, 10)).collect()
    }
}

/// The numbers that fit best, the best first.
pub(super) fn decide(kind: Kind, costs: &Costs) -> Vec<Number> {
    let mut firsts: Vec<(Least, usize)> =
        kind.firsts().iter().enumerate().map(|(first, sets)| (least(kind, costs, sets), first)).collect();
    // The likeliest first: those after it need not be followed far.
    firsts.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    let mut best = [Number::NONE; KEPT];
    for (least, first) in firsts {
        if least[0] < best[KEPT - 1].cost {
            decide_after(kind, costs, first, &least, &mut best);
        }
    }
    best.into_iter().filter(|number| number.cost < f32::MAX).collect()
}

/// What the digits from each slot on cost at least.
type Least = [f32; 13];

fn least(kind: Kind, costs: &Costs, sets: &[usize; 6]) -> Least {
    let mut least = [0.0; 13];
    for slot in (0..2 * kind.half()).rev() {
        let set = if slot < kind.half() { sets[slot] } else { 0 };
        let of_slot = &costs[slot][set * 10..set * 10 + 10];
        least[slot] = least[slot + 1] + of_slot.iter().copied().fold(f32::MAX, f32::min);
    }
    least
}

/// Keeps the numbers with that first digit that fit better than what is kept.
fn decide_after(kind: Kind, costs: &Costs, first: usize, least: &Least, best: &mut [Number; KEPT]) {
    let slots = 2 * kind.half();
    let weight = |from_right: usize| if from_right.is_multiple_of(2) { 1 } else { 3 };
    let Some(sets) = kind.firsts().get(first) else { return };
    // The best beginnings by their remainder.
    let mut begun = [[Number::NONE; KEPT]; 10];
    begun[first * weight(slots) % 10][0] = Number { cost: 0.0, first, digits: [0; 12] };
    for slot in 0..slots {
        let set = if slot < kind.half() { sets[slot] } else { 0 };
        let mut longer = [[Number::NONE; KEPT]; 10];
        let most = best[KEPT - 1].cost - least[slot + 1];
        for (remainder, numbers) in begun.iter().enumerate() {
            for number in numbers.iter().filter(|number| number.cost < most) {
                for digit in 0..10 {
                    let pattern = set * 10 + digit;
                    let cost = number.cost + costs[slot][pattern];
                    let kept = &mut longer[(remainder + digit * weight(slots - 1 - slot)) % 10];
                    if cost < most && cost < kept[KEPT - 1].cost {
                        let mut number = Number { cost, ..*number };
                        number.digits[slot] = pattern as u8;
                        keep(kept, number);
                    }
                }
            }
        }
        begun = longer;
    }
    begun[0].iter().for_each(|number| keep(best, *number));
}

fn keep(best: &mut [Number; KEPT], number: Number) {
    if number.cost < best[KEPT - 1].cost {
        let place = best.partition_point(|held| held.cost <= number.cost);
        best[place..].rotate_right(1);
        best[place] = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_likeliest_number_satisfies_the_check_digit(costs in proptest::collection::vec(proptest::array::uniform20(0.0..9.0_f32), 12)) {
            for kind in [Kind::Ean13, Kind::Ean8] {
                let numbers = decide(kind, &costs);
                prop_assert!(numbers.iter().all(|number| crate::gs1::check::digit_fits(&number.text(kind))));
                prop_assert!(numbers.is_sorted_by(|a, b| a.cost <= b.cost) && numbers.len() == KEPT);
                let best = numbers[0];
                let sum: f32 = best.digits.iter().zip(&costs).take(2 * kind.half()).map(|(digit, costs)| costs[usize::from(*digit)]).sum();
                prop_assert!((best.cost - sum).abs() < 0.01);
            }
        }
    }
}
