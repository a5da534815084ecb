//! Amounts in integer minor units with their currency.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A currency as ISO 4217, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Decimals of its minor unit (ISO 4217).
    pub const fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

/// Why amounts do not combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three capital letters.
    #[error("not three capital letters")]
    Currency,
    /// Amounts in two currencies never mix.
    #[error("{0} and {1} do not mix")]
    Mixed(Currency, Currency),
    /// The result does not fit in 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl MoneyError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Currency => "bad-currency",
            Self::Mixed(..) => "currencies-mixed",
            Self::Overflow => "amount-too-large",
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::Currency),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0.map(char::from);
        write!(f, "{a}{b}{c}")
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.to_string()
    }
}

/// An amount: minor units (cents for EUR) of one currency. May be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    #[ts(type = "number")]
    pub minor: i64,
    /// Their currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// So many percent of the amount, rounded half to even.
    pub fn percent(self, percent: Decimal) -> Result<Self, MoneyError> {
        let share = Decimal::from(self.minor)
            .checked_mul(percent)
            .and_then(|product| product.checked_div(Decimal::ONE_HUNDRED))
            .ok_or(MoneyError::Overflow)?;
        let minor = share
            .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
            .to_i64()
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Whether it is more than the other.
    pub fn is_over(self, other: Self) -> Result<bool, MoneyError> {
        self.same(other)?;
        Ok(self.minor > other.minor)
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed(self.currency, other.currency))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, currency: &str) -> Money {
        Money::new(minor, currency.parse().unwrap())
    }

    #[test]
    fn currencies_never_mix() {
        let (euro, dollar) = (money(100, "EUR"), money(100, "USD"));
        for result in
            [euro.plus(dollar).map(drop), euro.minus(dollar).map(drop), euro.is_over(dollar).map(drop)]
        {
            assert_eq!(result, Err(MoneyError::Mixed(euro.currency, dollar.currency)));
        }
        assert_eq!("eur".parse::<Currency>(), Err(MoneyError::Currency));
        assert_eq!("EURO".parse::<Currency>(), Err(MoneyError::Currency));
    }

    #[test]
    fn nothing_wraps() {
        let most = money(i64::MAX, "EUR");
        assert_eq!(most.plus(money(1, "EUR")), Err(MoneyError::Overflow));
        assert_eq!(money(i64::MIN, "EUR").minus(money(1, "EUR")), Err(MoneyError::Overflow));
        assert_eq!(most.percent(Decimal::from(101)), Err(MoneyError::Overflow));
        assert_eq!(most.percent(Decimal::MAX), Err(MoneyError::Overflow));
        assert_eq!(money(2, "EUR").plus(money(3, "EUR")), Ok(money(5, "EUR")));
    }

    #[test]
    fn percent_rounds_half_to_even() {
        let half = |minor| money(minor, "EUR").percent(Decimal::from(50)).unwrap().minor;
        assert_eq!((half(1), half(3), half(5), half(-1)), (0, 2, 2, 0));
    }
}
