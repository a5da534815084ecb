//! A weight as a scale shows it, and in grams.

use rust_decimal::Decimal;
use rust_decimal::prelude::{RoundingStrategy, ToPrimitive};
use serde::{Deserialize, Serialize};

/// Units of mass that scales show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Milligram.
    #[serde(rename = "mg")]
    Milligram,
    /// Gram.
    #[serde(rename = "g")]
    Gram,
    /// Kilogram.
    #[serde(rename = "kg")]
    Kilogram,
    /// Tonne.
    #[serde(rename = "t")]
    Tonne,
    /// Avoirdupois pound.
    #[serde(rename = "lb")]
    Pound,
    /// Avoirdupois ounce.
    #[serde(rename = "oz")]
    Ounce,
}

impl Unit {
    /// The unit that is written so, in whatever case: scales write `kg`, `KG` and `Kg`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "mg" => Self::Milligram,
            "g" => Self::Gram,
            "kg" => Self::Kilogram,
            "t" => Self::Tonne,
            "lb" | "lbs" => Self::Pound,
            "oz" => Self::Ounce,
            _ => return None,
        })
    }

    /// Grams in one of it, exactly (international yard and pound agreement of 1959).
    pub fn grams(self) -> Decimal {
        match self {
            Self::Milligram => Decimal::new(1, 3),
            Self::Gram => Decimal::new(1, 0),
            Self::Kilogram => Decimal::new(1000, 0),
            Self::Tonne => Decimal::new(1_000_000, 0),
            Self::Pound => Decimal::new(45_359_237, 5),
            Self::Ounce => Decimal::new(28_349_523_125, 9),
        }
    }
}

/// A weight: as shown, and in grams without any rounding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// As the scale's display shows it, such as `1.25 kg`.
    pub shown: String,
    /// In grams; negative where less than nothing lies on it.
    pub grams: Decimal,
}

impl Weight {
    /// A weight of this number and unit; `None` where the number is none, the unit unknown or the product too long.
    pub fn read(number: &str, unit: &str) -> Option<Self> {
        let shown = format!("{} {unit}", number.trim());
        let grams = decimal(number)?.checked_mul(Unit::named(unit)?.grams())?;
        Some(Self { shown, grams: grams.normalize() })
    }

    /// Pounds and ounces together, as some scales show them: `2 lb 3.4 oz`.
    pub(super) fn read_pounds_ounces(pounds: &str, ounces: &str) -> Option<Self> {
        let whole = Self::read(pounds, "lb")?;
        let rest = Self::read(ounces, "oz")?;
        let negative = pounds.trim_start().starts_with('-');
        let rest_grams = if negative && rest.grams > Decimal::ZERO { -rest.grams } else { rest.grams };
        Some(Self {
            shown: format!("{} {}", whole.shown, rest.shown),
            grams: whole.grams.checked_add(rest_grams)?.normalize(),
        })
    }

    /// Whole grams, half a gram upwards; `None` below zero and above what fits.
    pub fn whole_grams(&self) -> Option<u32> {
        self.grams.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_u32()
    }

    /// Nothing at all.
    pub fn is_zero(&self) -> bool {
        self.grams.is_zero()
    }

    /// More than nothing.
    pub fn is_positive(&self) -> bool {
        self.grams > Decimal::ZERO
    }
}

/// A decimal number as displays show it: spaces after its sign, no digit before its point, a comma for the point.
fn decimal(text: &str) -> Option<Decimal> {
    let compact: String =
        text.chars().filter(|c| *c != ' ').map(|c| if c == ',' { '.' } else { c }).collect();
    let (negative, digits) = match compact.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, compact.strip_prefix('+').unwrap_or(&compact)),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
    if !plain {
        return None;
    }
    let padded = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
    let value: Decimal = padded.trim_end_matches('.').parse().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("100.00", "g", Decimal::new(100, 0), Some(100))]
    #[case("1.2345", "kg", Decimal::new(12_345, 1), Some(1235))]
    #[case("0.4999", "kg", Decimal::new(4999, 1), Some(500))]
    #[case("1", "lb", Decimal::new(45_359_237, 5), Some(454))]
    #[case("0002.50", "LB", Decimal::new(1_133_980_925, 6), Some(1134))]
    #[case("0.001", "oz", Decimal::new(28_349_523_125, 12), Some(0))]
    #[case("-  0.5", "g", Decimal::new(-5, 1), None)]
    #[case("  .250", "kg", Decimal::new(250, 0), Some(250))]
    #[case("12,5", "g", Decimal::new(125, 1), Some(13))]
    #[case("+7.", "g", Decimal::new(7, 0), Some(7))]
    #[case("5000", "t", Decimal::new(5_000_000_000, 0), None)]
    fn weights_are_grams_without_rounding(
        #[case] number: &str,
        #[case] unit: &str,
        #[case] grams: Decimal,
        #[case] whole: Option<u32>,
    ) {
        let weight = Weight::read(number, unit).unwrap();
        assert_eq!((weight.grams, weight.whole_grams()), (grams, whole));
    }

    #[rstest]
    #[case("", "g")]
    #[case("-", "g")]
    #[case("1.2.3", "g")]
    #[case("1e3", "g")]
    #[case("------", "kg")]
    #[case("12", "pcs")]
    #[case("12", "")]
    #[case("99999999999999999999999999999", "g")]
    fn what_is_no_weight_is_none(#[case] number: &str, #[case] unit: &str) {
        assert_eq!(Weight::read(number, unit), None);
    }

    #[test]
    fn pounds_and_ounces_add_up() {
        assert_eq!(Weight::read_pounds_ounces("2", "3.2").unwrap().grams, Decimal::new(997_903_214, 6));
        assert_eq!(Weight::read_pounds_ounces("-1", "8").unwrap().grams, Decimal::new(-680_388_555, 6));
    }
}
