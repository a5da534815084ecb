//! A unit received without its return line, and the lines that it may belong to. Nothing is matched in silence: what
//! fits is put before a person.

use std::collections::BTreeSet;

use returns::checklist::Checklist;
use returns::codes::{Match, RegradeReason, Stage};
use returns::ids::{LineId, OrderNumber, RmaNumber, UnitId};
use returns::rma::{Rma, RmaLine};
use returns::unit;

use super::draft::Known;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::{MatchView, Tone};

/// Lines that are proposed at most.
const MOST: usize = 20;

/// Why a line may be the unit's, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Because {
    Serial,
    Tracking,
    Order,
    Product,
}

/// A line that a unit may belong to.
struct Proposal {
    because: Because,
    /// What was compared: the serial, the tracking number, the order, the product.
    by: String,
    /// It is the same product; unknown products fit any.
    same_product: bool,
    expects: bool,
    rma: Rma,
    line: RmaLine,
}

impl Desk {
    /// Lines that a unit may belong to, best first.
    pub(crate) fn matches_for(&self, unit: UnitId) -> Result<Vec<MatchView>, Coded> {
        self.actor()?;
        let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        if state.matched != Some(Match::Unmatched) {
            return Err(coded("matched-already", []));
        }
        let mut views = Vec::new();
        for proposal in self.proposals(&state)?.into_iter().take(MOST) {
            let item = self.records().item(&proposal.line.sku)?;
            views.push(MatchView {
                rma: proposal.rma.number.to_string(),
                line: Some(proposal.line.id.to_string()),
                title: item.map_or_else(|| proposal.line.sku.to_string(), |item| item.title),
                because: match proposal.because {
                    Because::Serial => say("match-serial", [("by", proposal.by)]),
                    Because::Tracking => say("match-tracking", [("by", proposal.by)]),
                    Because::Order => say("match-order", [("by", proposal.by)]),
                    Because::Product => say("match-product", [("by", proposal.by)]),
                },
            });
        }
        Ok(views)
    }

    /// Whether serial or parcel names exactly one line that came down since: somebody should look.
    pub(super) fn match_proposed(&self, state: &unit::State) -> Result<bool, Coded> {
        if state.matched != Some(Match::Unmatched) {
            return Ok(false);
        }
        let proposals = self.proposals(state)?;
        let certain = |because| {
            let mut of_it = proposals.iter().filter(|one| one.because == because && one.same_product);
            of_it.next().is_some() && of_it.next().is_none()
        };
        Ok(certain(Because::Serial) || certain(Because::Tracking))
    }

    fn proposals(&self, state: &unit::State) -> Result<Vec<Proposal>, Coded> {
        let mut found: Vec<Proposal> = Vec::new();
        let mut known: BTreeSet<(RmaNumber, LineId)> = BTreeSet::new();
        let mut add = |because, by: &str, rma: &Rma, line: &RmaLine| {
            if known.insert((rma.number.clone(), line.id.clone())) {
                found.push(Proposal {
                    because,
                    by: by.to_owned(),
                    same_product: state.sku.as_ref().is_none_or(|sku| *sku == line.sku),
                    expects: line.expected() > 0,
                    rma: rma.clone(),
                    line: line.clone(),
                });
            }
        };
        let records = self.records();
        let of_product = match &state.sku {
            Some(sku) => records.rma_lines_by_sku(sku)?,
            None => Vec::new(),
        };
        if let Some(serial) = &state.serial {
            for rma in records.rmas_by_serial(serial)? {
                let shipped = rma.lines.iter().filter(|line| line.serials_shipped.contains(serial));
                shipped.for_each(|line| add(Because::Serial, serial.as_str(), &rma, line));
            }
        }
        let parcel = state.parcel.map(|parcel| records.parcel(&parcel)).transpose()?.flatten();
        let mut announced = Vec::new();
        if let Some(tracking) = parcel.as_ref().and_then(|parcel| parcel.tracking.clone()) {
            announced = records.rmas_by_tracking(&tracking)?;
            for rma in &announced {
                rma.lines.iter().for_each(|line| add(Because::Tracking, tracking.as_str(), rma, line));
            }
        }
        for number in parcel.iter().flat_map(|parcel| &parcel.rmas).chain(&state.rma) {
            announced.extend(records.rma(number)?);
        }
        let orders: BTreeSet<OrderNumber> = announced.into_iter().filter_map(|rma| rma.order).collect();
        for order in orders {
            for rma in records.rmas_by_order(&order)? {
                rma.lines.iter().for_each(|line| add(Because::Order, order.as_str(), &rma, line));
            }
        }
        for (rma, line) in &of_product {
            add(Because::Product, line.sku.as_str(), rma, line);
        }
        drop(records);
        // Stable: within a rank they stay in the order of their numbers.
        found.sort_by_key(|one| {
            (one.because != Because::Serial, !one.same_product, one.because, !one.expects)
        });
        Ok(found)
    }

    /// The unit belongs to this line; before it is staged the policy decides again.
    pub(super) fn match_unit(&mut self, unit: UnitId, rma: &str, line: Option<&str>) -> Outcome {
        let number = RmaNumber::new(rma).map_err(|_| coded("rma-unknown", []))?;
        let line = line.map(LineId::new).transpose().map_err(|_| coded("rma-unknown", []))?;
        let mut draft = self.draft(unit)?;
        let known = self.known_line(&number, line.as_ref(), draft.state.sku.as_ref())?;
        if known.line.is_some() && known.rma_line().is_none() {
            return Err(coded("rma-unknown", []));
        }
        draft.known = Known { sampled: draft.known.sampled, ..known };
        draft.known.arriving(&self.records(), unit, draft.state.parcel)?;
        draft.decide(&unit::Command::MatchLater)?;
        let asked_otherwise = draft.state.stage == Some(Stage::Graded)
            && draft.known.checklist.as_ref().is_some_and(|list| asks_others(&draft.state, list));
        if asked_otherwise {
            // What was asked is not what this return is graded by.
            draft.decide(&unit::Command::Regrade { reason: RegradeReason::Regrade })?;
        } else {
            self.put_in_force(&mut draft)?;
        }
        let state = self.commit_draft(draft)?;
        if asked_otherwise && self.work.unit == Some(unit) {
            self.set_unit_aside();
        }
        let words = [("lpn", super::views::lpn(&state)), ("rma", number.to_string())];
        Ok(Said::saved(Tone::Accepted, say("unit-matched-later", words)))
    }
}

/// The checklist is for another owner or cycle than the one that the unit was graded with. A newer version of the same one
/// asks for no second inspection.
fn asks_others(state: &unit::State, list: &Checklist) -> bool {
    let graded_with = state.checklist.as_ref().map(|(category, _)| category);
    graded_with != Some(&list.category) || state.checklist_for != (list.owner.clone(), list.cycle)
}
