//! The item in a person's hand before it is a unit: what its code says at once.

use barcodes::gs1::{ElementString, calendar};
use jiff::civil::Date;
use returns::ids::{Lot, Serial, Sku};

/// What is known of an item before it is received.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct InHand {
    /// The product; none where nothing names it.
    pub(crate) sku: Option<Sku>,
    /// Identifier 21.
    pub(crate) serial: Option<Serial>,
    /// Identifier 10.
    pub(crate) lot: Option<Lot>,
    /// Identifier 17.
    pub(crate) expiry: Option<Date>,
    /// Its box is empty.
    pub(crate) empty_box: bool,
}

impl InHand {
    /// Nothing can be scanned on it.
    pub(crate) fn without_code(empty_box: bool) -> Self {
        Self { empty_box, ..Self::default() }
    }

    /// What the identifiers of one scan say beside the product.
    pub(crate) fn of(elements: &ElementString, today: Date) -> Self {
        Self {
            sku: None,
            serial: elements.serial().and_then(|serial| Serial::new(serial).ok()),
            lot: elements.lot().and_then(|lot| Lot::new(lot).ok()),
            expiry: elements.expiry().and_then(|yymmdd| day(yymmdd, today)),
            empty_box: false,
        }
    }

    /// As this product.
    pub(crate) fn product(self, sku: Sku) -> Self {
        Self { sku: Some(sku), ..self }
    }
}

/// A GS1 date, its century by the year in which it is read.
fn day(yymmdd: &str, today: Date) -> Option<Date> {
    let day = calendar::day(yymmdd, u16::try_from(today.year()).ok()?)?;
    Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
}

/// Six digits as they stand on packages in the order of the languages here: day, month, year. A day of 00 is
/// the last of the month.
pub(crate) fn typed_day(ddmmyy: &str, today: Date) -> Option<Date> {
    let (day_of, month, year) = (ddmmyy.get(0..2)?, ddmmyy.get(2..4)?, ddmmyy.get(4..6)?);
    (ddmmyy.len() == 6).then(|| day(&format!("{year}{month}{day_of}"), today)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_a_day() {
        let today = Date::constant(2026, 11, 22);
        assert_eq!(typed_day("311227", today), Some(Date::constant(2027, 12, 31)));
        assert_eq!(typed_day("000228", today), Some(Date::constant(2028, 2, 29)));
        assert_eq!(typed_day("010199", today), Some(Date::constant(1999, 1, 1)));
        for wrong in ["310227", "1", "3112277", "", "311327"] {
            assert_eq!(typed_day(wrong, today), None, "{wrong}");
        }
    }

    #[test]
    fn one_scan_says_all_at_once() {
        let elements =
            ElementString::parse_bracketed("(01)02901180001017(17)271231(10)L-44(21)3F21-0098-417").unwrap();
        let item = InHand::of(&elements, Date::constant(2026, 11, 22));
        assert_eq!(item.serial.unwrap().as_str(), "3F21-0098-417");
        assert_eq!(item.lot.unwrap().as_str(), "L-44");
        assert_eq!(item.expiry, Some(Date::constant(2027, 12, 31)));
    }
}
