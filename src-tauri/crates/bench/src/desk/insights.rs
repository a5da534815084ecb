//! Figures from what is recorded here, and the open units by what waiting costs.

use super::draft::Known;
use super::{Coded, Desk, coded};
use crate::figures;
use crate::seam::{InsightName, InsightView, OpenUnit};

/// Open units shown: those that lose most.
const MOST: usize = 500;

impl Desk {
    /// One table of figures. How single graders agree with others is for a supervisor.
    pub(crate) fn insight(
        &self,
        insight: InsightName,
        from: Option<&str>,
        until: Option<&str>,
    ) -> Result<InsightView, Coded> {
        let actor = self.actor()?;
        if insight == InsightName::AgreementByGrader && !actor.role.may_supervise() {
            return Err(coded("supervisor-only", []));
        }
        figures::insight(&self.records(), insight, figures::period(from, until)?, self.clock.now())
    }

    /// Open units, dearest loss first.
    pub(crate) fn open_units(&self) -> Result<Vec<OpenUnit>, Coded> {
        self.actor()?;
        let open = self.records().units_open()?;
        let mut units = Vec::new();
        for (unit, state) in open {
            let rma = state.rma.as_ref();
            let known = Known::look_up(&self.records(), rma, state.line.as_ref(), state.sku.as_ref())?;
            let clock = self.clock_of(&state, &known)?;
            let order = clock.as_ref().map_or(0, |(_, order)| *order);
            units.push((order, unit, state, clock.map(|(clock, _)| clock)));
        }
        // Of equals the one that came first; the records give them so.
        units.sort_by_key(|(order, ..)| std::cmp::Reverse(*order));
        let rows = units.into_iter().take(MOST).filter_map(|(order, unit, state, clock)| {
            let stage = state.stage?;
            let since = state.review.since.or(state.received).map(|at| at.to_string()).unwrap_or_default();
            Some(OpenUnit { head: self.head(unit, &state), stage, clock, centicents_per_hour: order, since })
        });
        Ok(rows.collect())
    }
}
