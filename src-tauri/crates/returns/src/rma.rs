//! Return authorisations, and what has come of them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::codes::{Acceptance, Authorisation, Cycle, Preference, Reason, RmaState, Stage};
use crate::ids::{
    Country, CustomerRef, CustomerTier, LabelId, LineId, OrderNumber, OwnerCode, RmaNumber, Serial, Sku,
    TrackingNumber,
};
use crate::unit;

/// Head office's agreement that goods may come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rma {
    /// Its number.
    pub number: RmaNumber,
    /// Where head office has it.
    pub state: RmaState,
    /// Whose goods come back.
    pub owner: OwnerCode,
    /// The shop's order.
    pub order: Option<OrderNumber>,
    /// Parcels announced for it.
    #[serde(default)]
    pub tracking: Vec<TrackingNumber>,
    /// The signed return label given out for it.
    pub label: Option<LabelId>,
    /// Last day of the authorisation.
    pub expires: Option<Date>,
    /// Opaque reference to the customer.
    pub customer: Option<CustomerRef>,
    /// The customer's tier: speed and settlement, never the grade.
    pub tier: Option<CustomerTier>,
    /// Cycle, which picks checklist and policy rows.
    pub cycle: Cycle,
    /// Where the goods come from.
    pub country: Option<Country>,
    /// Its lines.
    pub lines: Vec<RmaLine>,
}

impl Rma {
    /// The line of that id.
    pub fn line(&self, id: &LineId) -> Option<&RmaLine> {
        self.lines.iter().find(|line| &line.id == id)
    }

    /// Whether goods that arrived on that day were agreed to come back. Without the day (the clock is behind head
    /// office's) it is unknown where the last day of the authorisation would decide. The last day counts.
    pub fn authorisation(&self, arrived: Option<Date>) -> Option<Authorisation> {
        match self.state {
            RmaState::Requested => Some(Authorisation::None),
            RmaState::Denied => Some(Authorisation::Denied),
            RmaState::Cancelled => Some(Authorisation::Cancelled),
            RmaState::Closed => Some(Authorisation::Closed),
            RmaState::Expired => Some(Authorisation::Expired),
            RmaState::PartiallyAuthorised
            | RmaState::Authorised
            | RmaState::InTransit
            | RmaState::PartiallyReceived
            | RmaState::Received
            | RmaState::Processing
            | RmaState::Settlement => match (self.expires, arrived) {
                (Some(_), None) => None,
                (Some(last), Some(day)) if day > last => Some(Authorisation::Expired),
                _ => Some(Authorisation::Valid),
            },
        }
    }

    /// One more of that line is more than was agreed. Where nothing at all was agreed, nothing is too many
    /// until more came than was asked for.
    pub fn is_over(&self, line: &RmaLine) -> bool {
        let agreed_nothing =
            matches!(self.state, RmaState::Requested | RmaState::Denied | RmaState::Cancelled);
        let agreed = if agreed_nothing { line.requested.max(line.authorised) } else { line.authorised };
        line.received >= agreed
    }

    /// The lines of a product, those that still expect one first.
    pub fn lines_of<'a>(&'a self, sku: &'a Sku) -> Vec<&'a RmaLine> {
        let mut lines: Vec<_> = self.lines.iter().filter(|line| &line.sku == sku).collect();
        lines.sort_by_key(|line| line.expected() == 0);
        lines
    }
}

/// One product on an RMA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RmaLine {
    /// Unique within the RMA.
    pub id: LineId,
    /// The product.
    pub sku: Sku,
    /// Pieces that the customer asked to send.
    pub requested: u32,
    /// Pieces that head office agreed to.
    pub authorised: u32,
    /// Pieces that had come in when head office wrote this.
    #[serde(default)]
    pub received: u32,
    /// Pieces whose claim head office had accepted.
    #[serde(default)]
    pub accepted: u32,
    /// What the customer said.
    pub reason: Reason,
    /// What the customer would like.
    pub preference: Preference,
    /// Serials that were shipped; empty where unknown.
    #[serde(default)]
    pub serials_shipped: Vec<Serial>,
    /// Day of sale.
    pub sold: Option<Date>,
    /// Last day of the warranty.
    pub warranty_end: Option<Date>,
}

impl RmaLine {
    /// Pieces still to come.
    pub const fn expected(&self) -> u32 {
        self.authorised.saturating_sub(self.received)
    }
}

/// Counts of a return line, with the units known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProgress {
    /// The line.
    pub line: LineId,
    /// As asked.
    pub requested: u32,
    /// As agreed.
    pub authorised: u32,
    /// Still to come.
    pub expected: u32,
    /// Come in.
    pub received: u32,
    /// Agreed and not come in.
    pub not_received: u32,
    /// Claims accepted.
    pub accepted: u32,
}

/// Counts units onto the lines of their RMA. `units` are all units known of this RMA; voided ones and those
/// of other RMAs do not count. Head office's own counts hold where they are higher (it may know of units that
/// this station has not seen).
pub fn progress<'a>(rma: &Rma, units: impl IntoIterator<Item = &'a unit::State>) -> Vec<LineProgress> {
    let units: Vec<&unit::State> = units
        .into_iter()
        .filter(|unit| unit.rma.as_ref() == Some(&rma.number) && unit.stage.is_some())
        .filter(|unit| unit.stage != Some(Stage::Voided))
        .collect();
    rma.lines
        .iter()
        .map(|line| {
            let of_line = || units.iter().filter(|unit| unit.line.as_ref() == Some(&line.id));
            let received = count(of_line().count()).max(line.received);
            let accepted = count(of_line().filter(|unit| unit.acceptance == Acceptance::Accepted).count());
            let open = line.authorised.saturating_sub(received);
            LineProgress {
                line: line.id.clone(),
                requested: line.requested,
                authorised: line.authorised,
                expected: open,
                received,
                not_received: open,
                accepted: accepted.max(line.accepted),
            }
        })
        .collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
