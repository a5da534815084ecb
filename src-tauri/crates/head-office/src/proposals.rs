//! Return lines that a unit without one may belong to. Nothing is matched in silence: what fits is put before a person.

use std::collections::{BTreeMap, BTreeSet};

use returns::codes::RmaState;
use returns::ids::{LineId, RmaNumber};
use returns::rma::Rma;
use returns::{parcel, unit};
use serde::Serialize;

/// Why a line may be the unit's, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Because {
    /// This very serial was shipped for it.
    Serial,
    /// Its RMA announced the parcel that the unit came in.
    Tracking,
    /// It is of the same order as an RMA of the parcel.
    Order,
    /// It is the same product.
    Product,
}

/// A line that a unit may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The RMA.
    pub rma: RmaNumber,
    /// Its line.
    pub line: LineId,
    /// Why.
    pub because: Because,
    /// Pieces still to come.
    pub expected: u32,
}

/// All lines, to be looked up.
pub(crate) struct Lines {
    rmas: Vec<Rma>,
    by_serial: BTreeMap<String, Vec<(usize, usize)>>,
    by_sku: BTreeMap<String, Vec<(usize, usize)>>,
    by_tracking: BTreeMap<String, Vec<usize>>,
    by_order: BTreeMap<String, Vec<usize>>,
    by_number: BTreeMap<RmaNumber, usize>,
}

impl Lines {
    pub fn of(rmas: Vec<Rma>) -> Self {
        let mut lines = Self {
            by_serial: BTreeMap::new(),
            by_sku: BTreeMap::new(),
            by_tracking: BTreeMap::new(),
            by_order: BTreeMap::new(),
            by_number: BTreeMap::new(),
            rmas: Vec::new(),
        };
        for (at, rma) in rmas.iter().enumerate() {
            lines.by_number.insert(rma.number.clone(), at);
            for tracking in &rma.tracking {
                lines.by_tracking.entry(tracking.to_string()).or_default().push(at);
            }
            if let Some(order) = &rma.order {
                lines.by_order.entry(order.to_string()).or_default().push(at);
            }
            for (place, line) in rma.lines.iter().enumerate() {
                lines.by_sku.entry(line.sku.to_string()).or_default().push((at, place));
                for serial in &line.serials_shipped {
                    lines.by_serial.entry(serial.to_string()).or_default().push((at, place));
                }
            }
        }
        lines.rmas = rmas;
        lines
    }

    /// Lines that the unit may belong to, best first; within a rank those that still expect something, then in the
    /// order of their numbers.
    pub fn for_unit(&self, state: &unit::State, parcel: Option<&parcel::State>) -> Vec<Proposal> {
        let mut found: BTreeMap<(usize, usize), Because> = BTreeMap::new();
        let mut add = |places: &[(usize, usize)], because: Because| {
            for place in places {
                let known = found.entry(*place).or_insert(because);
                *known = (*known).min(because);
            }
        };
        let of = |index: &BTreeMap<String, Vec<(usize, usize)>>, key: Option<String>| {
            key.and_then(|key| index.get(&key).cloned()).unwrap_or_default()
        };
        add(&of(&self.by_serial, state.serial.as_ref().map(ToString::to_string)), Because::Serial);
        add(&of(&self.by_sku, state.sku.as_ref().map(ToString::to_string)), Because::Product);
        let mut announced: BTreeSet<usize> = BTreeSet::new();
        if let Some(tracking) = parcel.and_then(|parcel| parcel.tracking.as_ref()) {
            let of_it = self.by_tracking.get(tracking.as_str()).cloned().unwrap_or_default();
            of_it.iter().for_each(|at| add(&self.lines_of(*at), Because::Tracking));
            announced.extend(of_it);
        }
        let named = parcel.into_iter().flat_map(|parcel| &parcel.rmas).chain(&state.rma);
        announced.extend(named.filter_map(|number| self.by_number.get(number)));
        let orders = announced.into_iter().filter_map(|at| self.rmas.get(at)?.order.as_ref());
        for order in orders.map(ToString::to_string).collect::<BTreeSet<_>>() {
            for at in self.by_order.get(&order).into_iter().flatten() {
                add(&self.lines_of(*at), Because::Order);
            }
        }
        let mut proposals: Vec<(bool, Proposal)> =
            found.into_iter().filter_map(|(place, because)| self.proposal(place, because, state)).collect();
        proposals.sort_by(|(other_product, a), (than, b)| {
            (*other_product, a.because, a.expected == 0, &a.rma, &a.line).cmp(&(
                *than,
                b.because,
                b.expected == 0,
                &b.rma,
                &b.line,
            ))
        });
        proposals.into_iter().map(|(_, proposal)| proposal).collect()
    }

    fn lines_of(&self, at: usize) -> Vec<(usize, usize)> {
        let lines = self.rmas.get(at).map_or(0, |rma| rma.lines.len());
        (0..lines).map(|place| (at, place)).collect()
    }

    /// With whether it is for another product. By its product alone no line is proposed that awaits nothing any more.
    fn proposal(
        &self,
        (at, place): (usize, usize),
        because: Because,
        state: &unit::State,
    ) -> Option<(bool, Proposal)> {
        let rma = self.rmas.get(at)?;
        let line = rma.lines.get(place)?;
        let over = line.expected() == 0 || matches!(rma.state, RmaState::Closed | RmaState::Cancelled);
        if because == Because::Product && over {
            return None;
        }
        let other_product = state.sku.as_ref().is_some_and(|sku| *sku != line.sku);
        let (rma, line, expected) = (rma.number.clone(), line.id.clone(), line.expected());
        Some((other_product && because != Because::Serial, Proposal { rma, line, because, expected }))
    }
}
