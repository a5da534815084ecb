//! What rows leave uncovered: exact, by dividing the space where the rows divide it.

use super::space::{Mask, Region};

/// Cases after which a search gives up. A table of some hundred rows needs some thousand.
const CASES: usize = 400_000;

/// A search, and what it found.
#[derive(Debug)]
pub(super) struct Search {
    /// Parts of the start that no row covers; no two share a unit.
    pub(super) uncovered: Vec<Region>,
    /// It gave up: there may be more.
    pub(super) gave_up: bool,
    wanted: usize,
    left: usize,
}

/// Looks for what the rows leave of the start; stops when so many parts are found.
pub(super) fn uncovered(start: Region, rows: &[&Region], wanted: usize) -> Search {
    let mut search = Search { uncovered: Vec::new(), gave_up: false, wanted, left: CASES };
    let start = start.plain();
    search.look(start, rows);
    search.merge();
    search
}

impl Search {
    fn look(&mut self, region: Region, rows: &[&Region]) {
        if self.uncovered.len() >= self.wanted || region.is_void() {
            return;
        }
        if self.left == 0 {
            self.gave_up = true;
            return;
        }
        self.left -= 1;
        let rows: Vec<&Region> = rows.iter().copied().filter(|row| row.meets(&region)).collect();
        if rows.iter().any(|row| row.holds(&region)) {
            return;
        }
        match widest(&region, &rows) {
            // No row is left that could divide it.
            None => self.uncovered.push(region),
            Some(Divide::Axis(at)) => {
                for mask in classes(&region, &rows, at) {
                    let mut part = region.clone();
                    if let Some(slot) = part.masks.get_mut(at) {
                        *slot = mask;
                    }
                    self.look(part, &rows);
                }
            }
            Some(Divide::Finding(bit)) => {
                let seen = Region { all: region.all | bit, ..region.clone() };
                self.look(seen.plain(), &rows);
                let unseen = Region { none: region.none | bit, ..region };
                self.look(unseen.plain(), &rows);
            }
        }
    }

    /// Joins parts that differ in one axis only, so that fewer and larger ones are told.
    fn merge(&mut self) {
        let axes = self.uncovered.first().map_or(0, |region| region.masks.len());
        let mut before = usize::MAX;
        while self.uncovered.len() < before {
            before = self.uncovered.len();
            for at in 0..axes {
                self.merge_along(at);
            }
        }
    }

    fn merge_along(&mut self, at: usize) {
        let but = |region: &Region| {
            let mut rest = region.clone();
            if at < rest.masks.len() {
                rest.masks.remove(at);
            }
            rest
        };
        let mut keyed: Vec<(Region, Region)> =
            self.uncovered.drain(..).map(|region| (but(&region), region)).collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut merged: Vec<(Region, Region)> = Vec::new();
        for (key, region) in keyed {
            match merged.last_mut() {
                Some((last, into)) if *last == key => {
                    if let (Some(slot), Some(mask)) = (into.masks.get_mut(at), region.masks.get(at)) {
                        *slot = slot.or(mask);
                    }
                }
                _ => merged.push((key, region)),
            }
        }
        self.uncovered = merged.into_iter().map(|(_, region)| region).collect();
    }
}

enum Divide {
    Axis(usize),
    Finding(u64),
}

/// Where most rows divide the region.
fn widest(region: &Region, rows: &[&Region]) -> Option<Divide> {
    let mut best: Option<(usize, Divide)> = None;
    let mut offer = |count: usize, divide: Divide| {
        if count > 0 && best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, divide));
        }
    };
    for (at, mask) in region.masks.iter().enumerate() {
        let divides = |row: &&&Region| row.masks.get(at).is_some_and(|own| !own.holds(mask));
        offer(rows.iter().filter(divides).count(), Divide::Axis(at));
    }
    let settled = region.all | region.none;
    let asks = |row: &Region| {
        let any = if row.any & region.all == 0 { row.any } else { 0 };
        (row.all | row.none | any) & !settled
    };
    let mut open = rows.iter().fold(0, |bits, row| bits | asks(row));
    while open != 0 {
        let bit = open & open.wrapping_neg();
        offer(rows.iter().filter(|row| asks(row) & bit != 0).count(), Divide::Finding(bit));
        open &= !bit;
    }
    best.map(|(_, divide)| divide)
}

/// The region's atoms of an axis, grouped by the rows that hold them.
fn classes(region: &Region, rows: &[&Region], at: usize) -> Vec<Mask> {
    let mut classes: Vec<Mask> = region.masks.get(at).cloned().into_iter().collect();
    for own in rows.iter().filter_map(|row| row.masks.get(at)) {
        let halves = |class: Mask| [class.and(own), class.without(own)];
        classes = classes.into_iter().flat_map(halves).filter(|half| !half.is_empty()).collect();
    }
    classes
}
