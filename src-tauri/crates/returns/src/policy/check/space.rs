//! All units that rows can tell apart, as a space: one axis for each column that some row asks about, divided
//! into the parts that rows distinguish; and one yes or no for each finding.

use std::collections::BTreeSet;
use std::fmt::Display;

use rust_decimal::Decimal;

use super::super::cells::{Cell, Findings, Flag, Range};
use super::super::columns::Visit;
use super::super::conditions::Conditions;
use super::super::inputs::Inputs;
use crate::codes::{
    Authorisation, CosmeticGrade, Cycle, Disposition, Finding, FunctionGrade, Grade, IntakeKind, Preference,
    Reason, SignalKind,
};
use crate::ids::CustomerTier;
use crate::money::Currency;

/// A set of atoms of one axis.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mask(Vec<u64>);

impl Mask {
    fn of(atoms: impl Iterator<Item = bool>) -> Self {
        let atoms: Vec<bool> = atoms.collect();
        let word = |bits: &[bool]| bits.iter().rev().fold(0, |word, bit| (word << 1) | u64::from(*bit));
        Self(atoms.chunks(64).map(word).collect())
    }

    fn zip(&self, other: &Self, by: impl Fn(u64, u64) -> u64) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| by(*a, *b)).collect())
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub(super) fn holds(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| b & !a == 0)
    }

    /// Whether each atom is in it.
    pub(super) fn bits(&self) -> impl Iterator<Item = bool> {
        self.0.iter().flat_map(|word| (0..64).map(move |bit| (word >> bit) & 1 == 1))
    }
}

/// A part of an axis that no row divides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Atom {
    Code(String),
    /// Every code that no row names.
    Other,
    /// No code at all: a customer without a tier.
    Absent,
    Span(Range),
    Flag(bool),
}

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) column: &'static str,
    pub(super) atoms: Vec<Atom>,
}

/// A set of units: a box, and what is asked of the findings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Region {
    /// By axis.
    pub(super) masks: Vec<Mask>,
    /// Findings that must be there, one bit each.
    pub(super) all: u64,
    /// Findings that must not.
    pub(super) none: u64,
    /// Of these at least one, where there are any.
    pub(super) any: u64,
}

impl Region {
    /// With its findings in the simplest form.
    pub(super) fn plain(mut self) -> Self {
        if self.any & self.all != 0 {
            self.any = 0;
        }
        let left = self.any & !self.none;
        if left.count_ones() == 1 {
            self.all |= left;
            self.any = 0;
        } else if left != 0 {
            self.any = left;
        }
        self
    }

    /// Whether no unit is in it.
    pub(super) fn is_void(&self) -> bool {
        let nothing_left = self.any != 0 && self.any & !self.none == 0;
        self.all & self.none != 0 || nothing_left || self.masks.iter().any(Mask::is_empty)
    }

    /// Whether some unit is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let none = self.none | other.none;
        let possible = |any: u64| any == 0 || any & !none != 0;
        (self.all | other.all) & none == 0
            && possible(self.any)
            && possible(other.any)
            && self.masks.iter().zip(&other.masks).all(|(a, b)| a.meets(b))
    }

    /// Whether all units of the other are in it. The other must be plain and not void.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let any = self.any == 0
            || self.any & other.all != 0
            || (other.any != 0 && (other.any & !other.none) & !self.any == 0);
        self.all & !other.all == 0
            && self.none & !other.none == 0
            && any
            && self.masks.iter().zip(&other.masks).all(|(a, b)| a.holds(b))
    }
}

/// The conditions of a row, with those of settlement rows beside them.
pub(super) struct Asking<'p> {
    pub(super) when: &'p Conditions,
    pub(super) tier: Option<&'p Cell<CustomerTier>>,
    pub(super) disposition: Option<&'p Cell<Disposition>>,
}

impl<'p> Asking<'p> {
    pub(super) const fn of(when: &'p Conditions) -> Self {
        Self { when, tier: None, disposition: None }
    }

    fn visit(&self, currency: Currency, visit: &mut impl Visit) {
        self.when.visit(&Inputs::of_grade(Grade::N), currency, visit);
        if let Some(tier) = self.tier {
            visit.codes("tier", tier, None);
        }
        if let Some(disposition) = self.disposition {
            visit.codes("disposition", disposition, None);
        }
    }
}

/// The axes of some rows.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) axes: Vec<Axis>,
    pub(super) currency: Currency,
}

impl Space {
    /// The space that these rows divide.
    pub(super) fn of(rows: &[Asking<'_>], currency: Currency) -> Self {
        let mut named = Named::default();
        for row in rows {
            row.visit(currency, &mut named);
        }
        Self { axes: named.axes.into_iter().map(NamedAxis::divided).collect(), currency }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Region {
        let masks = self.axes.iter().map(|axis| Mask::of(axis.atoms.iter().map(|_| true))).collect();
        Region { masks, all: 0, none: 0, any: 0 }
    }

    /// The units that match a row. Its cells must have been among those that made the space.
    pub(super) fn region(&self, row: &Asking<'_>) -> Region {
        let mut boxed = Boxed { space: self, region: self.whole() };
        row.visit(self.currency, &mut boxed);
        boxed.region.plain()
    }
}

/// What a column's rows name.
struct NamedAxis {
    column: &'static str,
    codes: BTreeSet<String>,
    bounds: BTreeSet<Decimal>,
    flag: bool,
}

#[derive(Default)]
struct Named {
    axes: Vec<NamedAxis>,
}

impl Named {
    fn axis(&mut self, column: &'static str) -> Option<&mut NamedAxis> {
        if !self.axes.iter().any(|axis| axis.column == column) {
            let (codes, bounds) = (BTreeSet::new(), BTreeSet::new());
            self.axes.push(NamedAxis { column, codes, bounds, flag: false });
        }
        self.axes.iter_mut().find(|axis| axis.column == column)
    }
}

impl Visit for Named {
    fn codes<T: Display + PartialEq>(&mut self, column: &'static str, cell: &Cell<T>, _: Option<&T>) {
        if let Cell::OneOf(these) | Cell::NoneOf(these) = cell
            && let Some(axis) = self.axis(column)
        {
            axis.codes.extend(these.iter().map(T::to_string));
        }
    }

    fn range(&mut self, column: &'static str, cell: Range, _: Option<Decimal>) {
        if !cell.is_any()
            && let Some(axis) = self.axis(column)
        {
            let bounds = [cell.at_least, cell.below].into_iter().flatten();
            axis.bounds.extend(bounds.map(|bound| whole(column, bound)));
        }
    }

    fn flag(&mut self, column: &'static str, cell: Flag, _: Option<bool>) {
        if !cell.is_any()
            && let Some(axis) = self.axis(column)
        {
            axis.flag = true;
        }
    }

    fn findings(&mut self, _: &'static str, _: &Findings, _: &Inputs) {}
}

impl NamedAxis {
    fn divided(self) -> Axis {
        let column = self.column;
        let atoms = if self.flag {
            vec![Atom::Flag(true), Atom::Flag(false)]
        } else if !self.bounds.is_empty() {
            spans(column, &self.bounds)
        } else if let Some(closed) = closed(column) {
            closed.into_iter().map(Atom::Code).collect()
        } else {
            let absent = (column == "tier").then_some(Atom::Absent);
            self.codes.into_iter().map(Atom::Code).chain([Atom::Other]).chain(absent).collect()
        };
        Axis { column, atoms }
    }
}

/// The parts between the bounds, within what the column can hold.
fn spans(column: &str, bounds: &BTreeSet<Decimal>) -> Vec<Atom> {
    let lows = std::iter::once(None).chain(bounds.iter().copied().map(Some));
    let highs = bounds.iter().copied().map(Some).chain([None]);
    let (least, end) = limits(column);
    let within = |(low, high): (Option<Decimal>, Option<Decimal>)| {
        let at_least = low.max(least);
        let below = match (high, end) {
            (Some(high), Some(end)) => Some(high.min(end)),
            (high, end) => high.or(end),
        };
        let empty = at_least.zip(below).is_some_and(|(low, high)| low >= high);
        (!empty).then_some(Atom::Span(Range { at_least, below }))
    };
    lows.zip(highs).filter_map(within).collect()
}

/// Least number that a column can hold, and the first above all.
fn limits(column: &str) -> (Option<Decimal>, Option<Decimal>) {
    match column {
        "value" | "weekly_decay_percent" => (Some(Decimal::ZERO), None),
        "signals" => (Some(Decimal::ZERO), Some(Decimal::from(SignalKind::ALL.len() + 1))),
        _ => (None, None),
    }
}

/// A bound as far as the column can tell: days, signals and minor units are whole numbers.
fn whole(column: &str, bound: Decimal) -> Decimal {
    if column == "weekly_decay_percent" { bound.normalize() } else { bound.ceil().normalize() }
}

/// The codes of a column whose vocabulary is closed.
fn closed(column: &str) -> Option<Vec<String>> {
    fn all<T: Display>(codes: &[T]) -> Option<Vec<String>> {
        Some(codes.iter().map(T::to_string).collect())
    }
    match column {
        "cycle" => all(Cycle::ALL),
        "intake" => all(IntakeKind::ALL),
        "reason" => all(Reason::ALL),
        "preference" => all(Preference::ALL),
        "grade" => all(Grade::ALL),
        "authorisation" => all(Authorisation::ALL),
        "function" => all(FunctionGrade::ALL),
        "cosmetic" => all(CosmeticGrade::ALL),
        "disposition" => all(Disposition::ALL),
        _ => None,
    }
}

/// A row on its way to a region.
struct Boxed<'s> {
    space: &'s Space,
    region: Region,
}

impl Boxed<'_> {
    fn keep(&mut self, column: &str, fits: impl Fn(&Atom) -> bool) {
        for (axis, mask) in self.space.axes.iter().zip(&mut self.region.masks) {
            if axis.column == column {
                *mask = Mask::of(axis.atoms.iter().map(&fits));
            }
        }
    }
}

impl Visit for Boxed<'_> {
    fn codes<T: Display + PartialEq>(&mut self, column: &'static str, cell: &Cell<T>, _: Option<&T>) {
        let (these, wanted) = match cell {
            Cell::Any => return,
            Cell::OneOf(these) => (these, true),
            Cell::NoneOf(these) => (these, false),
        };
        let these: BTreeSet<String> = these.iter().map(T::to_string).collect();
        self.keep(column, |atom| match atom {
            Atom::Code(code) => these.contains(code) == wanted,
            // Who has no tier fits only a row that asks for none.
            Atom::Absent => false,
            _ => !wanted,
        });
    }

    fn range(&mut self, column: &'static str, cell: Range, _: Option<Decimal>) {
        if cell.is_any() {
            return;
        }
        let low = cell.at_least.map(|bound| whole(column, bound));
        let high = cell.below.map(|bound| whole(column, bound));
        self.keep(column, |atom| {
            let Atom::Span(span) = atom else { return false };
            let over = low.is_none_or(|low| span.at_least.is_some_and(|least| least >= low));
            let under = high.is_none_or(|high| span.below.is_some_and(|below| below <= high));
            over && under
        });
    }

    fn flag(&mut self, column: &'static str, cell: Flag, _: Option<bool>) {
        if !cell.is_any() {
            self.keep(column, |atom| *atom == Atom::Flag(cell == Flag::Yes));
        }
    }

    fn findings(&mut self, _: &'static str, cell: &Findings, _: &Inputs) {
        self.region.all |= bits(&cell.all_of);
        self.region.none |= bits(&cell.none_of);
        self.region.any |= bits(&cell.any_of);
    }
}

/// Findings as bits, in the order of the vocabulary.
fn bits(findings: &[Finding]) -> u64 {
    let bit = |finding: &Finding| Finding::ALL.iter().position(|one| one == finding);
    findings.iter().filter_map(bit).fold(0, |bits, at| bits | (1 << at))
}

/// The findings of these bits.
pub(super) fn findings(bits: u64) -> impl Iterator<Item = Finding> {
    Finding::ALL
        .iter()
        .copied()
        .enumerate()
        .filter_map(move |(at, finding)| ((bits >> at) & 1 == 1).then_some(finding))
}
