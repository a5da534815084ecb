//! Everything that is left to chance, from one seed: a run can be played again. SplitMix64, written out here so that no
//! new release of a library gives an old seed another run.

/// A source of chance.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Another source, for a part of the run that draws a number of times nobody knows before.
    pub fn part(&self, label: u64) -> Self {
        let mut part = Self(self.0 ^ label.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        part.roll();
        part
    }

    /// 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `end`; 0 where nothing is below it.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll().checked_rem(end).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// Yes, so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.below(of.len() as u64);
        of.get(usize::try_from(at).unwrap_or(0))
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.roll().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// These in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = usize::try_from(self.below(at as u64 + 1)).unwrap_or(0);
            items.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_run_for_ever() {
        let mut dice = Dice::of(42);
        assert_eq!([dice.roll(), dice.roll()], [13_679_457_532_755_275_413, 2_949_826_092_126_892_291]);
        assert_ne!(Dice::of(42).part(1).roll(), Dice::of(42).part(2).roll());
    }

    #[test]
    fn nothing_falls_outside() {
        let mut dice = Dice::of(7);
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.below(0), 0);
        let hits = (0..10_000).filter(|_| dice.chance(100)).count();
        assert!((800..1200).contains(&hits), "{hits}");
        let mut items: Vec<u8> = (0..50).collect();
        dice.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<u8>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<u8>>());
    }
}
