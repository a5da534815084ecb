//! Figures from what is recorded here, and the open units by what waiting costs.

use super::{Coded, Desk, coded};
use crate::seam::{InsightName, InsightView, OpenUnit};

impl Desk {
    /// One table of figures.
    pub(crate) fn insight(
        &self,
        insight: InsightName,
        from: Option<&str>,
        until: Option<&str>,
    ) -> Result<InsightView, Coded> {
        let _ = (insight, from, until);
        Err(coded("command-not-now", []))
    }

    /// Open units, dearest loss first.
    pub(crate) fn open_units(&self) -> Result<Vec<OpenUnit>, Coded> {
        Err(coded("command-not-now", []))
    }
}
