//! A finding in words, and a unit that shows it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::super::cells::Range;
use super::super::columns::{range_text, yes_or_no};
use super::super::inputs::Inputs;
use super::space::{Atom, Axis, Mask, Region, Space, findings};
use crate::codes::{Authorisation, Cycle, Finding, Grade, IntakeKind, Preference, Reason, SignalKind};
use crate::ids::CustomerTier;
use crate::money::{Currency, Money};

/// One column of a finding: where it lies there, as the tables write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The column's name in the tables.
    pub column: String,
    /// The cell that it would take to cover it.
    pub cell: String,
}

/// The columns in which a region is less than everything.
pub(super) fn parts(space: &Space, region: &Region) -> Vec<Part> {
    let mut parts: Vec<Part> = space
        .axes
        .iter()
        .zip(&region.masks)
        .zip(&space.whole().masks)
        .filter(|((_, mask), whole)| mask != whole)
        .map(|((axis, mask), _)| Part {
            column: axis.column.to_owned(),
            cell: cell(axis, mask, space.currency),
        })
        .collect();
    let joined = |bits: u64, by: &str| findings(bits).map(Finding::as_str).collect::<Vec<_>>().join(by);
    let mut asked = Vec::new();
    if region.any != 0 {
        asked.push(joined(region.any, "|"));
    }
    if region.all != 0 {
        let one = if region.all.count_ones() == 1 { "&" } else { "" };
        asked.push(format!("{one}{}", joined(region.all, "&")));
    }
    if region.none != 0 {
        asked.push(format!("!{}", joined(region.none, "|")));
    }
    if !asked.is_empty() {
        parts.push(Part { column: "findings".to_owned(), cell: asked.join(" ") });
    }
    parts
}

/// A set of atoms as a table would write it.
fn cell(axis: &Axis, mask: &Mask, currency: Currency) -> String {
    let chosen = || axis.atoms.iter().zip(mask.bits());
    let codes = |wanted: bool| {
        let named = chosen().filter_map(|(atom, held)| match atom {
            Atom::Code(code) if held == wanted => Some(code.as_str()),
            _ => None,
        });
        named.collect::<Vec<_>>().join("|")
    };
    if chosen().any(|(atom, held)| held && *atom == Atom::Other) {
        return format!("!{}", codes(false));
    }
    let mut texts: Vec<String> = Vec::new();
    let mut open: Option<Range> = None;
    for (atom, _) in chosen().filter(|(_, held)| *held) {
        match atom {
            Atom::Flag(flag) => texts.push(yes_or_no(*flag).to_owned()),
            Atom::Span(span) => match &mut open {
                Some(last) if last.below == span.at_least => last.below = span.below,
                _ => {
                    texts.extend(open.replace(*span).map(|span| range_text(axis.column, span, currency)));
                }
            },
            Atom::Code(_) | Atom::Other | Atom::Absent => {}
        }
    }
    texts.extend(open.map(|span| range_text(axis.column, span, currency)));
    if texts.is_empty() { codes(true) } else { texts.join(", ") }
}

/// A unit of which everything is known and about which nothing is special.
fn plain_unit(currency: Currency) -> Inputs {
    Inputs {
        category: "OTHER".parse().ok(),
        owner: "OTHER".parse().ok(),
        cycle: Some(Cycle::Commercial),
        intake: Some(IntakeKind::Rma),
        reason: Some(Reason::ChangedMind),
        preference: Some(Preference::None),
        value: Some(Money::new(0, currency)),
        weekly_decay_percent: Some(Decimal::ZERO),
        days_since_sale: Some(0),
        days_in_queue: Some(0),
        in_warranty: Some(false),
        vendor_takes_back: Some(false),
        recalled: Some(false),
        hygiene_seal: Some(false),
        seal_intact: Some(true),
        battery: Some(false),
        dangerous_goods: Some(false),
        data_bearing: Some(false),
        weee: Some(false),
        country: "ZZ".parse().ok(),
        authorisation: Some(Authorisation::Valid),
        days_past_authorisation: Some(0),
        days_to_expiry: Some(365),
        refurbished: Some(false),
        ..Inputs::of_grade(Grade::A)
    }
}

/// A unit of the region, and its customer's tier where rows ask for one. All facts are known.
pub(super) fn witness(space: &Space, region: &Region) -> (Inputs, Option<CustomerTier>) {
    let mut unit = plain_unit(space.currency);
    let mut tier = None;
    for (axis, mask) in space.axes.iter().zip(&region.masks) {
        let atoms: Vec<&Atom> =
            axis.atoms.iter().zip(mask.bits()).filter(|(_, held)| *held).map(|(atom, _)| atom).collect();
        set(&mut unit, &mut tier, axis, &atoms);
    }
    let any = if region.any & region.all == 0 { region.any & !region.none } else { 0 };
    let one = any & any.wrapping_neg();
    unit.findings = findings(region.all | one).collect();
    (unit, tier)
}

/// Sets the fact of an axis to one of the atoms; what it was stays where that is one of them.
fn set(unit: &mut Inputs, tier: &mut Option<CustomerTier>, axis: &Axis, atoms: &[&Atom]) {
    let flag = atoms.iter().find_map(|atom| match atom {
        Atom::Flag(flag) => Some(*flag),
        _ => None,
    });
    let number =
        || atoms.iter().find_map(|atom| if let Atom::Span(span) = atom { inside(*span) } else { None });
    let whole = || number().and_then(|number| number.to_i32());
    let both = atoms.len() == axis.atoms.len();
    if both && tier_or_disposition(axis.column) {
        return;
    }
    match axis.column {
        "category" => unit.category = code(axis, atoms).or(unit.category.take()),
        "owner" => unit.owner = code(axis, atoms).or(unit.owner.take()),
        "country" => unit.country = country(axis, atoms).or(unit.country),
        "tier" => *tier = code(axis, atoms),
        "cycle" => unit.cycle = code(axis, atoms).or(unit.cycle),
        "intake" => unit.intake = code(axis, atoms).or(unit.intake),
        "reason" => unit.reason = code(axis, atoms).or(unit.reason),
        "preference" => unit.preference = code(axis, atoms).or(unit.preference),
        "grade" => unit.grade = code(axis, atoms).unwrap_or(unit.grade),
        "authorisation" => unit.authorisation = code(axis, atoms).or(unit.authorisation),
        "function" => unit.function = code(axis, atoms),
        "cosmetic" => unit.cosmetic = code(axis, atoms),
        "value" => {
            let minor = number().and_then(|number| number.to_i64());
            unit.value = unit.value.map(|value| Money::new(minor.unwrap_or(value.minor), value.currency));
        }
        "weekly_decay_percent" => unit.weekly_decay_percent = number().or(unit.weekly_decay_percent),
        "days_since_sale" => unit.days_since_sale = whole().or(unit.days_since_sale),
        "days_in_queue" => unit.days_in_queue = whole().or(unit.days_in_queue),
        "days_past_authorisation" => {
            unit.days_past_authorisation = whole().or(unit.days_past_authorisation);
        }
        "days_to_expiry" => unit.days_to_expiry = whole().or(unit.days_to_expiry),
        "signals" => {
            let count = number().and_then(|number| number.to_usize()).unwrap_or(0);
            unit.signals = SignalKind::ALL.iter().copied().take(count).collect();
        }
        "fraud_signal" => unit.fraud_signal = flag.unwrap_or(unit.fraud_signal),
        "in_warranty" => unit.in_warranty = flag.or(unit.in_warranty),
        "vendor_takes_back" => unit.vendor_takes_back = flag.or(unit.vendor_takes_back),
        "recalled" => unit.recalled = flag.or(unit.recalled),
        "hygiene_seal" => unit.hygiene_seal = flag.or(unit.hygiene_seal),
        "seal_intact" => unit.seal_intact = flag.or(unit.seal_intact),
        "battery" => unit.battery = flag.or(unit.battery),
        "dangerous_goods" => unit.dangerous_goods = flag.or(unit.dangerous_goods),
        "data_bearing" => unit.data_bearing = flag.or(unit.data_bearing),
        "weee" => unit.weee = flag.or(unit.weee),
        "refurbished" => unit.refurbished = flag.or(unit.refurbished),
        _ => {}
    }
}

fn tier_or_disposition(column: &str) -> bool {
    matches!(column, "tier" | "disposition")
}

/// The first code among the atoms; for the codes that no row names, one of them.
fn code<T: std::str::FromStr>(axis: &Axis, atoms: &[&Atom]) -> Option<T> {
    match atoms.first()? {
        Atom::Code(code) => code.parse().ok(),
        Atom::Absent => None,
        _ => {
            let named =
                |text: &str| axis.atoms.iter().any(|atom| matches!(atom, Atom::Code(code) if code == text));
            let mut text = "OTHER".to_owned();
            while named(&text) {
                text.push('X');
            }
            text.parse().ok()
        }
    }
}

/// The same for countries, whose codes have two letters.
fn country(axis: &Axis, atoms: &[&Atom]) -> Option<crate::ids::Country> {
    if let Some(Atom::Code(code)) = atoms.first() {
        return code.parse().ok();
    }
    let letters = || (b'A'..=b'Z').rev().map(char::from);
    let named = |text: &str| axis.atoms.iter().any(|atom| matches!(atom, Atom::Code(code) if code == text));
    let free = letters()
        .flat_map(|one| letters().map(move |other| format!("{one}{other}")))
        .find(|text| !named(text));
    free?.parse().ok()
}

/// A number within the bounds.
fn inside(span: Range) -> Option<Decimal> {
    match (span.at_least, span.below) {
        (Some(least), _) => Some(least),
        (None, Some(below)) => below.checked_sub(Decimal::ONE),
        (None, None) => Some(Decimal::ZERO),
    }
}
