//! Find, and whether all is sent.

use records::Found;
use returns::ids::Subject;

use super::{Coded, Desk, coded};
use crate::seam::FoundUnit;

/// Results of one search.
const MOST: usize = 50;

impl Desk {
    /// Units that fit a query.
    pub(crate) fn find(&self, query: &str) -> Result<Vec<FoundUnit>, Coded> {
        self.actor()?;
        if query.trim().chars().count() < 2 {
            return Err(coded("query-too-short", []));
        }
        let found = self.records().find(query, MOST)?;
        let mut units = Vec::new();
        for found in found {
            let Found::Unit(unit, state) = found else { continue };
            let Some(stage) = state.stage else { continue };
            let location = match &state.location {
                returns::unit::Location::Bench => None,
                returns::unit::Location::Shelf { shelf } => Some(shelf.to_string()),
                returns::unit::Location::Container { container } => {
                    let container = self.records().container(container)?;
                    container.and_then(|container| container.code).map(|code| code.to_string())
                }
            };
            let veiled = self.veiled(&state);
            units.push(FoundUnit {
                head: self.head(unit, &state),
                stage,
                grade: state.grade().filter(|_| !veiled),
                disposition: state.disposition().filter(|_| !veiled),
                location,
                history: self.history_of(unit)?,
            });
        }
        Ok(units)
    }

    /// Whether head office has confirmed everything about the unit on the desk or, without one, everything.
    pub(crate) fn all_sent(&self) -> bool {
        let records = self.records();
        match self.work.unit {
            Some(unit) => records.is_sent(Subject::Unit(unit)).unwrap_or(false),
            None => records.unsent().is_ok_and(|unsent| unsent.events == 0),
        }
    }
}
