//! The columns of conditions by their names in the tables, and the text of their cells.

use std::fmt::Display;

use rust_decimal::Decimal;

use super::cells::{Cell, Findings, Flag, Range};
use super::conditions::Conditions;
use super::inputs::Inputs;
use crate::money::Currency;

/// Looks at the columns of a row one after the other, each with what the unit has.
pub(super) trait Visit {
    fn codes<T: Display + PartialEq>(&mut self, column: &'static str, cell: &Cell<T>, fact: Option<&T>);
    fn range(&mut self, column: &'static str, cell: Range, fact: Option<Decimal>);
    fn flag(&mut self, column: &'static str, cell: Flag, fact: Option<bool>);
    fn findings(&mut self, column: &'static str, cell: &Findings, inputs: &Inputs);
}

impl Conditions {
    /// Shows every column, in the order in which the tables have them.
    pub(super) fn visit(&self, inputs: &Inputs, currency: Currency, visit: &mut impl Visit) {
        let days = |days: Option<i32>| days.map(Decimal::from);
        visit.codes("category", &self.category, inputs.category.as_ref());
        visit.codes("owner", &self.owner, inputs.owner.as_ref());
        visit.codes("cycle", &self.cycle, inputs.cycle.as_ref());
        visit.codes("intake", &self.intake, inputs.intake.as_ref());
        visit.codes("reason", &self.reason, inputs.reason.as_ref());
        visit.codes("preference", &self.preference, inputs.preference.as_ref());
        visit.codes("grade", &self.grade, Some(&inputs.grade));
        visit.findings("findings", &self.findings, inputs);
        visit.range("value", self.value_minor, inputs.value_in(currency));
        visit.range("weekly_decay_percent", self.weekly_decay_percent, inputs.weekly_decay_percent);
        visit.range("days_since_sale", self.days_since_sale, days(inputs.days_since_sale));
        visit.range("days_in_queue", self.days_in_queue, days(inputs.days_in_queue));
        visit.flag("in_warranty", self.in_warranty, inputs.in_warranty);
        visit.flag("vendor_takes_back", self.vendor_takes_back, inputs.vendor_takes_back);
        visit.flag("recalled", self.recalled, inputs.recalled);
        visit.flag("hygiene_seal", self.hygiene_seal, inputs.hygiene_seal);
        visit.flag("seal_intact", self.seal_intact, inputs.seal_intact);
        visit.flag("battery", self.battery, inputs.battery);
        visit.flag("dangerous_goods", self.dangerous_goods, inputs.dangerous_goods);
        visit.flag("data_bearing", self.data_bearing, inputs.data_bearing);
        visit.flag("weee", self.weee, inputs.weee);
        visit.codes("country", &self.country, inputs.country.as_ref());
        visit.flag("fraud_signal", self.fraud_signal, Some(inputs.fraud_signal));
        visit.range("signals", self.signals, Some(Decimal::from(inputs.signals.len())));
        visit.codes("authorisation", &self.authorisation, inputs.authorisation.as_ref());
        visit.range(
            "days_past_authorisation",
            self.days_past_authorisation,
            days(inputs.days_past_authorisation),
        );
        visit.range("days_to_expiry", self.days_to_expiry, days(inputs.days_to_expiry));
        visit.codes("function", &self.function, inputs.function.as_ref());
        visit.codes("cosmetic", &self.cosmetic, inputs.cosmetic.as_ref());
        visit.flag("refurbished", self.refurbished, inputs.refurbished);
    }
}

/// What the unit has, column by column, as text; empty where it is unknown.
pub(super) fn facts(inputs: &Inputs, currency: Currency) -> Vec<(&'static str, String)> {
    struct Facts(Vec<(&'static str, String)>, Currency);
    impl Visit for Facts {
        fn codes<T: Display + PartialEq>(&mut self, column: &'static str, _: &Cell<T>, fact: Option<&T>) {
            self.0.push((column, fact.map(T::to_string).unwrap_or_default()));
        }
        fn range(&mut self, column: &'static str, _: Range, fact: Option<Decimal>) {
            self.0.push((column, fact.map(|fact| number(column, fact, self.1)).unwrap_or_default()));
        }
        fn flag(&mut self, column: &'static str, _: Flag, fact: Option<bool>) {
            self.0.push((column, fact.map(yes_or_no).unwrap_or_default().to_owned()));
        }
        fn findings(&mut self, column: &'static str, _: &Findings, inputs: &Inputs) {
            self.0.push((column, joined(inputs.findings.iter(), "|")));
        }
    }
    let mut facts = Facts(Vec::new(), currency);
    Conditions::default().visit(inputs, currency, &mut facts);
    facts.0
}

/// A cell over codes as a table writes it.
pub(super) fn codes_text<T: Display>(cell: &Cell<T>) -> String {
    match cell {
        Cell::Any => "*".to_owned(),
        Cell::OneOf(these) => joined(these.iter(), "|"),
        Cell::NoneOf(these) => format!("!{}", joined(these.iter(), "|")),
    }
}

/// A cell over a range as a table writes it; amounts in whole units of the currency.
pub(super) fn range_text(column: &str, range: Range, currency: Currency) -> String {
    let bound =
        |bound: Option<Decimal>| bound.map(|bound| number(column, bound, currency)).unwrap_or_default();
    if range.is_any() { "*".to_owned() } else { format!("{}..{}", bound(range.at_least), bound(range.below)) }
}

/// A cell over a yes or no as a table writes it.
pub(super) const fn flag_text(flag: Flag) -> &'static str {
    match flag {
        Flag::Any => "*",
        Flag::Yes => "yes",
        Flag::No => "no",
    }
}

/// A cell over findings as a table writes it.
pub(super) fn findings_text(cell: &Findings) -> String {
    let mut parts = Vec::new();
    if !cell.any_of.is_empty() {
        parts.push(joined(cell.any_of.iter(), "|"));
    }
    match cell.all_of.as_slice() {
        [] => {}
        [one] => parts.push(format!("&{one}")),
        these => parts.push(joined(these.iter(), "&")),
    }
    if !cell.none_of.is_empty() {
        parts.push(format!("!{}", joined(cell.none_of.iter(), "|")));
    }
    if parts.is_empty() { "*".to_owned() } else { parts.join(" ") }
}

pub(super) const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// A number of a column; the value in whole units of its currency.
pub(super) fn number(column: &str, number: Decimal, currency: Currency) -> String {
    if column == "value" {
        let scale = Decimal::from(10_u32.pow(currency.decimals()));
        return number.checked_div(scale).unwrap_or(number).normalize().to_string();
    }
    number.normalize().to_string()
}

fn joined<T: Display>(these: impl Iterator<Item = T>, by: &str) -> String {
    these.map(|one| one.to_string()).collect::<Vec<_>>().join(by)
}
