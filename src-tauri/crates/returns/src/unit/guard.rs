//! Guards that several steps share.

use super::state::State;
use crate::checklist::Checklist;
use crate::codes::{Grade, Seal, Stage};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::item::Item;
use crate::refusal::Refusal;

/// Whether the unit may leave with its container: staged or closed, not held, not contested, not under
/// review, and its disposition not provisional.
pub fn may_leave(state: &State) -> Result<(), Refusal> {
    if state.unreadable {
        return Err(Refusal::Unreadable);
    }
    state.forward(&[Stage::Staged, Stage::Closed])?;
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    if state.provisional { Err(Refusal::Provisional) } else { Ok(()) }
}

impl State {
    /// The stage; a unit that was never received, or was voided, has none to go on from.
    pub(super) fn living(&self) -> Result<Stage, Refusal> {
        match self.stage {
            None => Err(Refusal::NotReceived),
            Some(Stage::Voided) => Err(Refusal::WrongStage { stage: Stage::Voided }),
            Some(stage) => Ok(stage),
        }
    }

    /// In one of these stages.
    pub(super) fn within(&self, stages: &[Stage]) -> Result<Stage, Refusal> {
        let stage = self.stage.ok_or(Refusal::NotReceived)?;
        if stages.contains(&stage) { Ok(stage) } else { Err(Refusal::WrongStage { stage }) }
    }

    /// In one of these stages, and nothing stops it: any hold blocks every forward step.
    pub(super) fn forward(&self, stages: &[Stage]) -> Result<Stage, Refusal> {
        let stage = self.within(stages)?;
        if !self.holds.is_empty() {
            return Err(Refusal::Held { reasons: self.holds.iter().copied().collect() });
        }
        if self.contested.is_some() { Err(Refusal::Contested) } else { Ok(stage) }
    }

    /// The unit's catalogue item, if the facts hold it.
    pub(crate) fn item<'a>(&self, facts: &Facts<'a>) -> Result<&'a Item, Refusal> {
        facts.item.filter(|item| Some(&item.sku) == self.sku.as_ref()).ok_or(Refusal::ItemUnknown)
    }

    /// The checklist with which the inspection began.
    pub(super) fn begun<'a>(&self, facts: &Facts<'a>) -> Result<&'a Checklist, Refusal> {
        let checklist = facts.checklist.ok_or(Refusal::ChecklistMissing)?;
        if self.began_with(checklist) {
            return Ok(checklist);
        }
        let began = self.checklist.as_ref().map_or(0, |(_, version)| *version);
        Err(Refusal::ChecklistChanged { began })
    }

    /// Grade N is only for a unit whose seal somebody saw intact.
    pub(super) fn may_be(&self, grade: Grade) -> Result<(), Refusal> {
        if grade == Grade::N && self.seal() != Some(Seal::Intact) {
            Err(Refusal::SealNotIntact)
        } else {
            Ok(())
        }
    }

    /// The event that takes the unit out of its container, where it lies in one; before any way back.
    pub(super) fn out_of_container(&self) -> Vec<UnitEvent> {
        self.container().map(|container| UnitEvent::TakenOut { container }).into_iter().collect()
    }
}

/// The actor may supervise.
pub(super) fn supervisor(facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.role.may_supervise() { Ok(()) } else { Err(Refusal::SupervisorOnly) }
}
