//! First layer: what the gates say of a unit.

use super::cells::Known;
use super::decision::{NextBest, Why, WhyCode, list};
use super::inputs::Inputs;
use super::table::{GateEffect, GateRow, Policy, VerifiedPolicy};
use crate::codes::{Disposition, Gate};
use crate::ids::{DerogationCode, RowId};

impl VerifiedPolicy {
    /// The gate and its row that stand against a disposition, if any do: one that forbids it, or one that
    /// forces another.
    pub fn forbids(&self, inputs: &Inputs, disposition: Disposition) -> Option<(Gate, RowId)> {
        let gates = Gates::ask(&self.policy, inputs);
        if let Some(row) = gates.forbidding(disposition) {
            return Some((row.gate, row.id.clone()));
        }
        let (row, forced) = gates.forced?;
        (forced != disposition).then(|| (row.gate, row.id.clone()))
    }

    /// The lawful exception under which a unit may go there, where a gate's row permits it.
    pub fn derogation(&self, inputs: &Inputs, disposition: Disposition) -> Option<DerogationCode> {
        Gates::ask(&self.policy, inputs).derogation(disposition)
    }
}

/// The rows of the gates that act on a unit.
///
/// Within a gate the first row that matches acts. A row that permits is no such end: it lifts from the gate's
/// acting row what it names, and nothing else. The gates add up.
pub(super) struct Gates<'p> {
    /// Rows that act, in the order of the gates.
    pub(super) fired: Vec<&'p GateRow>,
    /// The first of them that forces.
    pub(super) forced: Option<(&'p GateRow, Disposition)>,
    /// Rows that a missing fact left open, and that come before their gate's acting row.
    pub(super) open: Vec<&'p GateRow>,
    /// Their sentences.
    pub(super) why: Vec<Why>,
}

impl<'p> Gates<'p> {
    pub(super) fn ask(policy: &'p Policy, inputs: &Inputs) -> Self {
        let mut gates = Self { fired: Vec::new(), forced: None, open: Vec::new(), why: Vec::new() };
        for gate in Gate::ALL {
            for row in policy.gates.iter().filter(|row| row.gate == *gate) {
                match row.when.matches(inputs, policy.currency) {
                    Known::Yes => {
                        gates.fire(row);
                        if !row.effect.permits() {
                            break;
                        }
                    }
                    Known::Unknown => gates.open.push(row),
                    Known::No => {}
                }
            }
        }
        gates
    }

    fn fire(&mut self, row: &'p GateRow) {
        self.fired.push(row);
        let why = match &row.effect {
            GateEffect::Forbid(these) => Why::of(WhyCode::GateForbids).with("dispositions", list(these)),
            GateEffect::Permit { dispositions, derogation } => Why::of(WhyCode::GatePermits)
                .with("dispositions", list(dispositions))
                .with("derogation", derogation),
            GateEffect::Force(disposition) => {
                self.forced = self.forced.or(Some((row, *disposition)));
                Why::of(WhyCode::GateForces).with("disposition", disposition)
            }
        };
        self.why.push(why.with("row", &row.id).with("gate", row.gate).with("why", &row.why));
    }

    /// The first acting row that forbids it.
    pub(super) fn forbidding(&self, disposition: Disposition) -> Option<&'p GateRow> {
        let forbids = |row: &&GateRow| {
            matches!(&row.effect, GateEffect::Forbid(these) if these.contains(&disposition))
                && !self.permitted(row.gate, disposition)
        };
        self.fired.iter().copied().find(forbids)
    }

    /// The same as the answer to the question for a second choice.
    pub(super) fn forbidden(&self, disposition: Disposition) -> Option<NextBest> {
        self.forbidding(disposition).map(|row| NextBest::Forbidden {
            disposition,
            gate: row.gate,
            row: row.id.clone(),
        })
    }

    /// The gates, had this open row acted in place of its gate's acting row; none where it takes nobody's place.
    pub(super) fn instead(&self, open: &'p GateRow) -> Option<Self> {
        let acting = |row: &&GateRow| row.gate == open.gate && !row.effect.permits();
        if open.effect.permits() || !self.fired.iter().any(acting) {
            return None;
        }
        let put = |row: &'p GateRow| if acting(&row) { open } else { row };
        let fired: Vec<_> = self.fired.iter().copied().map(put).collect();
        let forced = fired.iter().copied().find_map(|row| match row.effect {
            GateEffect::Force(disposition) => Some((row, disposition)),
            _ => None,
        });
        Some(Self { fired, forced, open: Vec::new(), why: Vec::new() })
    }

    fn permitted(&self, gate: Gate, disposition: Disposition) -> bool {
        self.fired.iter().any(|row| row.gate == gate && row.effect.derogation(disposition).is_some())
    }

    /// The exception under which it is allowed.
    pub(super) fn derogation(&self, disposition: Disposition) -> Option<DerogationCode> {
        self.fired.iter().find_map(|row| row.effect.derogation(disposition)).cloned()
    }

    /// Open rows that would have changed the result, had the missing fact let them fire. An exception that
    /// lacks its facts is none.
    pub(super) fn open_against(&self, disposition: Disposition) -> Vec<RowId> {
        let matters = |row: &&&GateRow| {
            if row.hold.is_some() || row.review {
                return true;
            }
            match &row.effect {
                GateEffect::Forbid(these) => {
                    these.contains(&disposition) && !self.permitted(row.gate, disposition)
                }
                GateEffect::Permit { .. } => false,
                GateEffect::Force(forced) => {
                    let settled_before = self.forced.is_some_and(|(first, _)| first.gate < row.gate);
                    *forced != disposition && !settled_before
                }
            }
        };
        self.open.iter().filter(matters).map(|row| row.id.clone()).collect()
    }
}

impl GateEffect {
    pub(super) const fn permits(&self) -> bool {
        matches!(self, Self::Permit { .. })
    }

    fn derogation(&self, disposition: Disposition) -> Option<&DerogationCode> {
        match self {
            Self::Permit { dispositions, derogation } if dispositions.contains(&disposition) => {
                Some(derogation)
            }
            _ => None,
        }
    }
}
