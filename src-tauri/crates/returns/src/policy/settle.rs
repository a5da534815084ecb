//! What the customer gets: after the disposition, and the only place that sees the customer's tier.

use super::cells::{Cell, Known};
use super::decide::Chosen;
use super::decision::{Why, WhyCode};
use super::inputs::Inputs;
use super::table::Policy;
use super::terms::SettlementRow;
use crate::codes::{Disposition, SellerResponse, Settlement};
use crate::ids::{CustomerTier, RowId};
use crate::money::Currency;

/// What the settlement rows say.
pub(super) struct Settled {
    pub(super) settlement: Settlement,
    pub(super) response: Option<SellerResponse>,
    pub(super) row: Option<RowId>,
    pub(super) why: Option<Why>,
}

impl Policy {
    /// The first settlement row that certainly fits; else what candidate row or gate propose. A row that lacks
    /// a fact does not fit: it is a proposal only, and head office settles. Where the unit itself was not
    /// decided, nothing is proposed.
    pub(super) fn settle(
        &self,
        inputs: &Inputs,
        tier: Option<&CustomerTier>,
        chosen: &Chosen<'_>,
    ) -> Settled {
        let fits =
            |row: &&SettlementRow| row.answer(inputs, tier, chosen.disposition, self.currency) == Known::Yes;
        match self.settlements.iter().filter(|_| chosen.decided).find(fits) {
            Some(row) => Settled {
                settlement: row.settlement,
                response: row.response,
                row: Some(row.id.clone()),
                why: Some(
                    Why::of(WhyCode::SettlementRow)
                        .with("row", &row.id)
                        .with("why", &row.why)
                        .with("settlement", row.settlement),
                ),
            },
            None => Settled { settlement: chosen.settlement, response: None, row: None, why: None },
        }
    }
}

impl SettlementRow {
    /// Whether it fits.
    pub(super) fn answer(
        &self,
        inputs: &Inputs,
        tier: Option<&CustomerTier>,
        disposition: Disposition,
        currency: Currency,
    ) -> Known {
        if !self.tier_fits(tier) {
            return Known::No;
        }
        self.disposition.matches(Some(&disposition)).and(self.when.matches(inputs, currency))
    }

    /// A customer without a tier fits only a row that asks for none.
    pub(super) fn tier_fits(&self, tier: Option<&CustomerTier>) -> bool {
        matches!((&self.tier, tier), (Cell::Any, _) | (_, Some(_))) && self.tier.matches(tier) != Known::No
    }
}
