//! The closed vocabulary of CSV cells, both ways.
//!
//! | cell | means |
//! |---|---|
//! | empty or `*` | any |
//! | `A\|B` | one of these |
//! | `!A\|B` | none of these |
//! | `10..50` | at least 10 and below 50; `10..` and `..50` are open at one end |
//! | `yes`, `no` | must be so, must not be so |
//! | `149.00 EUR` | an amount |
//! | findings: `A\|B`, `C&D`, `!E\|F`, separated by spaces | at least one of, all of, none of; `&C` is all of one |

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use returns::codes::{Finding, UnknownCode};
use returns::ids::IdError;
use returns::money::{Currency, Money, MoneyError};
use returns::policy::{Cell, Findings, Flag, Range};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::write::WriteError;

/// What is wrong with a cell's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// Stable code.
    pub code: &'static str,
    /// What goes into the words for the code.
    pub args: BTreeMap<String, String>,
}

impl CellFault {
    pub(crate) fn of(code: &'static str, found: &str) -> Self {
        Self { code, args: BTreeMap::from([("found".to_owned(), found.chars().take(64).collect())]) }
    }
}

impl From<UnknownCode> for CellFault {
    fn from(unknown: UnknownCode) -> Self {
        let mut fault = Self::of(unknown.code(), &unknown.found);
        fault.args.insert("vocabulary".to_owned(), unknown.vocabulary.to_owned());
        fault
    }
}

impl From<IdError> for CellFault {
    fn from(error: IdError) -> Self {
        Self::of(error.code(), &error.found)
    }
}

impl From<MoneyError> for CellFault {
    fn from(error: MoneyError) -> Self {
        Self { code: error.code(), args: BTreeMap::new() }
    }
}

/// A list `A|B`, in its order. Nothing is there twice.
pub fn list<T>(text: &str) -> Result<Vec<T>, CellFault>
where
    T: FromStr + PartialEq,
    T::Err: Into<CellFault>,
{
    split(text, '|')
}

fn split<T>(text: &str, separator: char) -> Result<Vec<T>, CellFault>
where
    T: FromStr + PartialEq,
    T::Err: Into<CellFault>,
{
    let mut values: Vec<T> = Vec::new();
    for part in text.split(separator).map(str::trim) {
        if part.is_empty() {
            return Err(CellFault::of("cell-part-empty", text));
        }
        let value = part.parse::<T>().map_err(Into::into)?;
        if values.contains(&value) {
            return Err(CellFault::of("cell-part-twice", part));
        }
        values.push(value);
    }
    Ok(values)
}

/// A cell over a code or id.
pub fn cell<T>(text: &str) -> Result<Cell<T>, CellFault>
where
    T: FromStr + PartialEq,
    T::Err: Into<CellFault>,
{
    match text.strip_prefix('!') {
        _ if is_any(text) => Ok(Cell::Any),
        Some(these) => Ok(Cell::NoneOf(list(these)?)),
        None => Ok(Cell::OneOf(list(text)?)),
    }
}

/// A cell over a number, half-open.
pub fn range(text: &str) -> Result<Range, CellFault> {
    if is_any(text) {
        return Ok(Range::default());
    }
    let fault = || CellFault::of("range-unreadable", text);
    let (from, to) = text.split_once("..").ok_or_else(fault)?;
    let bound = |text: &str| match text.trim() {
        "" => Ok(None),
        text => number(text).map(Some).map_err(|_| fault()),
    };
    let range = Range { at_least: bound(from)?, below: bound(to)? };
    match (range.at_least, range.below) {
        (None, None) => Err(fault()),
        (Some(from), Some(to)) if from >= to => Err(CellFault::of("range-empty", text)),
        _ => Ok(range),
    }
}

/// A cell over a range of amounts in whole units of a currency, as a range of its minor units.
pub fn amounts(text: &str, currency: Currency) -> Result<Range, CellFault> {
    let Range { at_least, below } = range(text)?;
    let minor = |bound: Option<Decimal>| match bound {
        None => Ok(None),
        Some(bound) => minor_units(bound, currency, text).map(|minor| Some(Decimal::from(minor))),
    };
    Ok(Range { at_least: minor(at_least)?, below: minor(below)? })
}

/// A cell over a yes or no.
pub fn flag(text: &str) -> Result<Flag, CellFault> {
    match text {
        _ if is_any(text) => Ok(Flag::Any),
        _ => Ok(if yes_or_no(text)? { Flag::Yes } else { Flag::No }),
    }
}

/// `yes` or `no`.
pub fn yes_or_no(text: &str) -> Result<bool, CellFault> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(CellFault::of("neither-yes-nor-no", text)),
    }
}

/// A cell over the findings.
pub fn findings(text: &str) -> Result<Findings, CellFault> {
    let mut findings = Findings::default();
    if is_any(text) {
        return Ok(findings);
    }
    for part in text.split_whitespace() {
        let (to, these): (_, Vec<Finding>) = match part.strip_prefix('!') {
            Some(these) => (&mut findings.none_of, list(these)?),
            None if part.contains('&') => {
                (&mut findings.all_of, split(part.strip_prefix('&').unwrap_or(part), '&')?)
            }
            None => (&mut findings.any_of, list(part)?),
        };
        if !to.is_empty() {
            return Err(CellFault::of("findings-part-twice", part));
        }
        *to = these;
    }
    Ok(findings)
}

/// A decimal number.
pub fn number(text: &str) -> Result<Decimal, CellFault> {
    text.parse().map_err(|_| CellFault::of("number-unreadable", text))
}

/// A whole number from 0.
pub fn whole_number(text: &str) -> Result<u32, CellFault> {
    text.parse().map_err(|_| CellFault::of("number-unreadable", text))
}

/// An amount in whole units of a currency, such as `2.80`, as its minor units.
pub fn amount(text: &str, currency: Currency) -> Result<i64, CellFault> {
    let amount = number(text).map_err(|_| CellFault::of("amount-unreadable", text))?;
    minor_units(amount, currency, text)
}

/// An amount such as `149.00 EUR`, with at most the decimals that the currency has.
pub fn money(text: &str) -> Result<Money, CellFault> {
    let fault = || CellFault::of("amount-unreadable", text);
    let (amount, currency) = text.split_once(' ').ok_or_else(fault)?;
    let currency: Currency = currency.trim().parse().map_err(|_| fault())?;
    let amount = number(amount).map_err(|_| fault())?;
    Ok(Money::new(minor_units(amount, currency, text)?, currency))
}

fn minor_units(amount: Decimal, currency: Currency, text: &str) -> Result<i64, CellFault> {
    let minor = amount.checked_mul(Decimal::from(10_u32.pow(decimals(currency))));
    minor
        .filter(Decimal::is_integer)
        .and_then(|minor| minor.to_i64())
        .ok_or_else(|| CellFault::of("amount-unreadable", text))
}

/// Decimals of a currency (ISO 4217, minor unit).
fn decimals(currency: Currency) -> u32 {
    match currency.to_string().as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

fn is_any(text: &str) -> bool {
    matches!(text, "" | "*")
}

/// Writes a list.
pub(crate) fn write_list<T: Display>(values: &[T]) -> Result<String, WriteError> {
    let parts = values.iter().map(part).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.join("|"))
}

fn part<T: Display>(value: &T) -> Result<String, WriteError> {
    let text = value.to_string();
    if text.contains('|') || text.starts_with('!') || text == "*" {
        return Err(WriteError::NotACell { text });
    }
    Ok(text)
}

/// Writes a cell over a code or id.
pub(crate) fn write_cell<T: Display>(cell: &Cell<T>) -> Result<String, WriteError> {
    Ok(match cell {
        Cell::Any => String::new(),
        Cell::OneOf(these) => write_list(these)?,
        Cell::NoneOf(these) => format!("!{}", write_list(these)?),
    })
}

/// Writes a range.
pub(crate) fn write_range(range: Range) -> String {
    let bound = |bound: Option<Decimal>| bound.map(|bound| bound.normalize().to_string()).unwrap_or_default();
    if range.is_any() { String::new() } else { format!("{}..{}", bound(range.at_least), bound(range.below)) }
}

/// Writes a range of minor units in whole units of the currency.
pub(crate) fn write_amounts(range: Range, currency: Currency) -> String {
    let whole = |bound: Decimal| bound / Decimal::from(10_u32.pow(decimals(currency)));
    write_range(Range { at_least: range.at_least.map(whole), below: range.below.map(whole) })
}

/// Writes a cell over a yes or no.
pub(crate) fn write_flag(flag: Flag) -> String {
    match flag {
        Flag::Any => String::new(),
        Flag::Yes => "yes".to_owned(),
        Flag::No => "no".to_owned(),
    }
}

/// Writes `yes`, or nothing for no.
pub(crate) fn write_yes(yes: bool) -> String {
    if yes { "yes".to_owned() } else { String::new() }
}

/// Writes a cell over the findings.
pub(crate) fn write_findings(findings: &Findings) -> Result<String, WriteError> {
    let mut parts = Vec::new();
    if !findings.any_of.is_empty() {
        parts.push(write_list(&findings.any_of)?);
    }
    match findings.all_of.as_slice() {
        [] => {}
        [one] => parts.push(format!("&{one}")),
        these => parts.push(these.iter().map(Finding::to_string).collect::<Vec<_>>().join("&")),
    }
    if !findings.none_of.is_empty() {
        parts.push(format!("!{}", write_list(&findings.none_of)?));
    }
    Ok(parts.join(" "))
}

/// Writes an amount with the decimals of its currency: `149.00 EUR`.
pub fn write_money(money: Money) -> String {
    format!("{} {}", write_amount(money.minor, money.currency), money.currency)
}

/// Writes minor units in whole units of their currency.
pub(crate) fn write_amount(minor: i64, currency: Currency) -> String {
    Decimal::new(minor, decimals(currency)).to_string()
}

/// Writes what is there, else nothing.
pub(crate) fn write_optional<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use returns::codes::Disposition;
    use rstest::rstest;

    #[rstest]
    #[case("", Cell::Any)]
    #[case("*", Cell::Any)]
    #[case("DONATE", Cell::OneOf(vec![Disposition::Donate]))]
    #[case("RTV | DONATE", Cell::OneOf(vec![Disposition::Rtv, Disposition::Donate]))]
    #[case("!RTV|DONATE", Cell::NoneOf(vec![Disposition::Rtv, Disposition::Donate]))]
    fn cells_over_codes(#[case] text: &str, #[case] expected: Cell<Disposition>) {
        assert_eq!(cell(text), Ok(expected.clone()));
        assert_eq!(cell(&write_cell(&expected).unwrap()), Ok(expected));
    }

    #[rstest]
    #[case("KEEP", "unknown-code")]
    #[case("RTV|", "cell-part-empty")]
    #[case("!", "cell-part-empty")]
    #[case("RTV|RTV", "cell-part-twice")]
    #[case("RTV|!DONATE", "unknown-code")]
    #[case("rtv", "unknown-code")]
    fn wrong_cells_over_codes(#[case] text: &str, #[case] code: &str) {
        assert_eq!(cell::<Disposition>(text).unwrap_err().code, code);
    }

    #[rstest]
    #[case("10..50", Some(10), Some(50))]
    #[case("..50", None, Some(50))]
    #[case("10..", Some(10), None)]
    #[case("-3..0", Some(-3), Some(0))]
    #[case("", None, None)]
    #[case("*", None, None)]
    fn ranges(#[case] text: &str, #[case] at_least: Option<i64>, #[case] below: Option<i64>) {
        let expected = Range { at_least: at_least.map(Decimal::from), below: below.map(Decimal::from) };
        assert_eq!(range(text), Ok(expected));
        assert_eq!(range(&write_range(expected)), Ok(expected));
    }

    #[rstest]
    #[case("10", "range-unreadable")]
    #[case("..", "range-unreadable")]
    #[case("a..b", "range-unreadable")]
    #[case("50..10", "range-empty")]
    #[case("10..10", "range-empty")]
    fn wrong_ranges(#[case] text: &str, #[case] code: &str) {
        assert_eq!(range(text).unwrap_err().code, code);
    }

    #[rstest]
    #[case("USED|STAIN", &["USED", "STAIN"], &[], &[])]
    #[case("USED&STAIN", &[], &["USED", "STAIN"], &[])]
    #[case("&USED", &[], &["USED"], &[])]
    #[case("USED LIQUID&CRACKED !STAIN|ODOUR", &["USED"], &["LIQUID", "CRACKED"], &["STAIN", "ODOUR"])]
    fn cells_over_findings(
        #[case] text: &str,
        #[case] any_of: &[&str],
        #[case] all_of: &[&str],
        #[case] none_of: &[&str],
    ) {
        let codes = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Finding>>();
        let expected = Findings { any_of: codes(any_of), all_of: codes(all_of), none_of: codes(none_of) };
        assert_eq!(findings(text), Ok(expected.clone()));
        assert_eq!(write_findings(&expected).unwrap(), text);
    }

    #[rstest]
    #[case("SMELLY", "unknown-code")]
    #[case("USED STAIN", "findings-part-twice")]
    #[case("USED& STAIN", "cell-part-empty")]
    fn wrong_cells_over_findings(#[case] text: &str, #[case] code: &str) {
        assert_eq!(findings(text).unwrap_err().code, code);
    }

    #[rstest]
    #[case("149.00 EUR", 14_900)]
    #[case("149.5 EUR", 14_950)]
    #[case("149 EUR", 14_900)]
    #[case("1200 JPY", 1_200)]
    #[case("1.250 KWD", 1_250)]
    fn money_in_minor_units(#[case] text: &str, #[case] minor: i64) {
        let read = money(text).unwrap();
        assert_eq!(read.minor, minor);
        assert_eq!(money(&write_money(read)), Ok(read));
    }

    #[rstest]
    #[case("149.00")]
    #[case("149.005 EUR")]
    #[case("12.5 JPY")]
    #[case("149,00 EUR")]
    #[case("149.00 eur")]
    #[case("EUR 149.00")]
    fn wrong_money(#[case] text: &str) {
        assert_eq!(money(text).unwrap_err().code, "amount-unreadable");
    }

    #[test]
    fn a_text_that_would_be_read_otherwise_is_not_written() {
        assert_eq!(write_list(&["A|B"]).unwrap_err().code(), "not-a-cell");
        assert_eq!(write_list(&["!A"]).unwrap_err().code(), "not-a-cell");
    }
}
