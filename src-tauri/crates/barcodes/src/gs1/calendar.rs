//! Dates in six digits (GS1 General Specifications, 7.12).

use serde::{Deserialize, Serialize};

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day {
    /// With century.
    pub year: u16,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
}

/// YYMMDD → a day, with the century that GS1's sliding window gives for the year in which it is read (from 49 years
/// back to 50 ahead). A day of 00 means the last of the month. None if there is no such day.
pub fn day(yymmdd: &str, this_year: u16) -> Option<Day> {
    let (yy, month, day) = split(yymmdd)?;
    let years = i32::from(yy) - i32::from(this_year % 100);
    let century = i32::from(this_year / 100) * 100;
    let year = century
        + i32::from(yy)
        + if years >= 51 {
            -100
        } else if years <= -50 {
            100
        } else {
            0
        };
    let year = u16::try_from(year).ok()?;
    let last = days_in(year, month)?;
    let day = if day == 0 { last } else { day };
    (day <= last).then_some(Day { year, month, day })
}

/// True when YYMMDD is a day of some century; a day of 00 counts only where `zero_day` allows it.
pub fn is_day(yymmdd: &str, zero_day: bool) -> bool {
    let Some((yy, month, day)) = split(yymmdd) else { return false };
    // A two-digit year is a leap year by its own digits, 00 being 2000.
    let last = days_in(2000 + u16::from(yy), month);
    last.is_some_and(|last| day <= last && (day > 0 || zero_day))
}

/// True when YYYYMMDD is a day.
pub fn is_long_day(yyyymmdd: &str) -> bool {
    let number = |range| yyyymmdd.get(range).and_then(|text: &str| text.parse::<u16>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(4..6), number(6..8)) else {
        return false;
    };
    let last = u8::try_from(month).ok().and_then(|month| days_in(year, month));
    yyyymmdd.len() == 8 && last.is_some_and(|last| (1..=u16::from(last)).contains(&day))
}

fn split(yymmdd: &str) -> Option<(u8, u8, u8)> {
    if yymmdd.len() != 6 || !yymmdd.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |range| yymmdd.get(range).and_then(|text: &str| text.parse::<u8>().ok());
    Some((number(0..2)?, number(2..4)?, number(4..6)?))
}

fn days_in(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("260131", 2026, Some((2026, 1, 31)))]
    #[case("260200", 2026, Some((2026, 2, 28)))]
    #[case("280200", 2026, Some((2028, 2, 29)))]
    #[case("760101", 2026, Some((2076, 1, 1)))] // 50 ahead
    #[case("770101", 2026, Some((1977, 1, 1)))] // 51 ahead is 49 back
    #[case("990101", 2026, Some((1999, 1, 1)))]
    #[case("010101", 2060, Some((2101, 1, 1)))]
    #[case("260230", 2026, None)]
    #[case("261301", 2026, None)]
    #[case("26010", 2026, None)]
    #[case("2601-1", 2026, None)]
    fn centuries_and_last_days(
        #[case] text: &str,
        #[case] this_year: u16,
        #[case] expected: Option<(u16, u8, u8)>,
    ) {
        assert_eq!(day(text, this_year).map(|d| (d.year, d.month, d.day)), expected);
    }

    #[test]
    fn day_zero_only_where_allowed() {
        assert!(is_day("260200", true));
        assert!(!is_day("260200", false));
        assert!(is_day("240229", false));
        assert!(!is_day("250229", false));
        assert!(!is_day("260001", true));
        assert!(is_long_day("19991231"));
        assert!(!is_long_day("19991200"));
        assert!(!is_long_day("199912011"));
    }
}
