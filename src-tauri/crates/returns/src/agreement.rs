//! How far two people who saw the same units agree, beyond what chance would give.

use crate::codes::Grade;

/// Cohen's kappa of pairs (first, second): (observed − expected) / (1 − expected), where expected is the share of
/// agreement that two people with these habits would have by chance (J. Cohen, "A coefficient of agreement for
/// nominal scales", 1960). 1 is full agreement, 0 is chance, below 0 is less than chance. None without pairs, and
/// where both always said one and the same thing: then chance explains everything, and nothing is measured.
pub fn kappa<T: PartialEq>(pairs: &[(T, T)]) -> Option<f64> {
    let values: Vec<&T> = distinct(pairs.iter().flat_map(|(first, second)| [first, second]));
    let place = |value: &T| values.iter().position(|one| *one == value).unwrap_or_default();
    let places: Vec<_> = pairs.iter().map(|(first, second)| (place(first), place(second))).collect();
    weighted(&places, values.len(), |one, other| if one == other { 0.0 } else { 1.0 })
}

/// Cohen's kappa of grades, linearly weighted by their distance in N A B C D X: a B for an A is nearly agreement, a D is
/// not (J. Cohen, "Weighted kappa", 1968). None as with [`kappa`].
pub fn kappa_of_grades(pairs: &[(Grade, Grade)]) -> Option<f64> {
    let place = |grade: Grade| Grade::ALL.iter().position(|one| *one == grade).unwrap_or_default();
    let places: Vec<_> = pairs.iter().map(|(first, second)| (place(*first), place(*second))).collect();
    kappa_of_ranks(&places, Grade::ALL.len())
}

/// Linearly weighted kappa of places on a scale of so many steps, counted from 0. None as with [`kappa`].
pub fn kappa_of_ranks(pairs: &[(usize, usize)], steps: usize) -> Option<f64> {
    weighted(pairs, steps, |one, other| count(one.abs_diff(other)))
}

/// Share of pairs that agree, 0 to 1; none without pairs.
pub fn agreement<T: PartialEq>(pairs: &[(T, T)]) -> Option<f64> {
    let same = pairs.iter().filter(|(first, second)| first == second).count();
    (!pairs.is_empty()).then(|| count(same) / count(pairs.len()))
}

/// 1 − (observed disagreement / disagreement expected by chance), each disagreement weighed.
fn weighted(pairs: &[(usize, usize)], steps: usize, weigh: impl Fn(usize, usize) -> f64) -> Option<f64> {
    if pairs.is_empty() {
        return None;
    }
    let all = count(pairs.len());
    let times = |side: fn(&(usize, usize)) -> usize, step| {
        count(pairs.iter().filter(|pair| side(pair) == step).count()) / all
    };
    let firsts: Vec<_> = (0..steps).map(|step| times(|pair| pair.0, step)).collect();
    let seconds: Vec<_> = (0..steps).map(|step| times(|pair| pair.1, step)).collect();
    let observed: f64 = pairs.iter().map(|(first, second)| weigh(*first, *second)).sum::<f64>() / all;
    let mut expected = 0.0;
    for (one, first) in firsts.iter().enumerate() {
        for (other, second) in seconds.iter().enumerate() {
            expected += first * second * weigh(one, other);
        }
    }
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

fn distinct<'a, T: PartialEq>(values: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut seen: Vec<&T> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(got: Option<f64>, wanted: f64) {
        let got = got.unwrap();
        assert!((got - wanted).abs() < 5e-4, "{got} is not {wanted}");
    }

    fn table<T: Copy>(cells: &[(T, T, usize)]) -> Vec<(T, T)> {
        cells.iter().flat_map(|(first, second, n)| std::iter::repeat_n((*first, *second), *n)).collect()
    }

    /// Fifty grant proposals that two readers judged: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no. Observed 0.7, by
    /// chance 0.5, so 0.4: the worked example of most textbooks.
    #[test]
    fn fifty_proposals() {
        let pairs = table(&[("yes", "yes", 20), ("yes", "no", 5), ("no", "yes", 10), ("no", "no", 15)]);
        close(kappa(&pairs), 0.4);
        close(agreement(&pairs), 0.7);
    }

    /// Same share of agreement (0.60), different habits: 0.1304 and 0.2593.
    #[test]
    fn the_same_agreement_is_worth_more_where_chance_gives_less() {
        let even = table(&[(true, true, 45), (true, false, 15), (false, true, 25), (false, false, 15)]);
        let uneven = table(&[(true, true, 25), (true, false, 35), (false, true, 5), (false, false, 35)]);
        close(kappa(&even), 0.1304);
        close(kappa(&uneven), 0.2593);
        close(agreement(&even), 0.6);
        close(agreement(&uneven), 0.6);
    }

    /// Three steps, by hand: observed disagreement (5·2 + 5·1 + 10·1) / 50 = 0.5; expected from the margins
    /// (20, 15, 15) and (20, 20, 10): 0.4·0.8 + 0.3·0.6 + 0.3·1.2 = 0.86; so 1 − 0.5 / 0.86.
    #[test]
    fn weights_count_how_far_apart() {
        let pairs = table(&[(0, 0, 15), (0, 2, 5), (1, 1, 10), (1, 0, 5), (2, 1, 10), (2, 2, 5)]);
        close(kappa_of_ranks(&pairs, 3), 0.4186);
    }

    #[test]
    fn a_near_miss_weighs_less_than_a_far_one() {
        use Grade::{A, B, C, X};
        let near = table(&[(A, A, 10), (B, B, 10), (A, B, 5), (X, X, 5)]);
        let far = table(&[(A, A, 10), (B, B, 10), (A, X, 5), (X, X, 5)]);
        assert!(kappa_of_grades(&near) > kappa_of_grades(&far));
        // Unweighted both are the same number of misses.
        close(agreement(&near), agreement(&far).unwrap());
        let apart = [(A, C), (C, A)];
        close(kappa_of_grades(&apart), -1.0);
    }

    #[test]
    fn what_measures_nothing_says_so() {
        assert_eq!(kappa::<bool>(&[]), None);
        assert_eq!(agreement::<bool>(&[]), None);
        assert_eq!(kappa(&[(true, true), (true, true)]), None, "nobody ever said anything else");
        assert_eq!(kappa(&[(true, true), (false, false)]), Some(1.0));
        assert_eq!(kappa_of_grades(&[(Grade::N, Grade::X)]), Some(0.0), "each said always the same");
    }

    proptest! {
        #[test]
        fn never_above_one_and_the_same_from_both_sides(pairs in proptest::collection::vec((0..6_usize, 0..6_usize), 1..60)) {
            let swapped: Vec<_> = pairs.iter().map(|(first, second)| (*second, *first)).collect();
            for (one, other) in [(kappa(&pairs), kappa(&swapped)), (kappa_of_ranks(&pairs, 6), kappa_of_ranks(&swapped, 6))] {
                prop_assert_eq!(one.is_some(), other.is_some());
                if let (Some(one), Some(other)) = (one, other) {
                    prop_assert!((one - other).abs() < 1e-9);
                    prop_assert!((-1.0 - 1e-9..=1.0 + 1e-9).contains(&one), "{}", one);
                }
            }
        }
    }
}
