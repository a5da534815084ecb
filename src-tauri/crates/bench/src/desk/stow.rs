//! The last step: into the container of its disposition and owner, or onto a shelf.

use returns::codes::{ContainerState, Disposition, LabelStage, Stage};
use returns::facts::Facts;
use returns::ids::{ContainerCode, ContainerId, LocationId, OwnerCode, UnitId};
use returns::{container, unit};

use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::Tone;

impl Desk {
    /// `RS:T:`: puts the unit on the desk in, or shows the container.
    pub(super) fn container_scanned(&mut self, code: &str) -> Outcome {
        let code = ContainerCode::new(code).map_err(|error| coded(error.code(), []))?;
        let known = self.records().container_by_code(&code)?;
        let Ok((unit, state)) = self.current() else {
            let (id, container) =
                known.ok_or_else(|| coded("container-unknown", [("code", code.to_string())]))?;
            return Ok(self.show_container(id, &container));
        };
        if state.stage != Some(Stage::Dispositioned) {
            return Err(coded("container-not-now", [("code", code.to_string())]));
        }
        if state.label.stage != LabelStage::Confirmed {
            return Err(coded("label-not-confirmed", [("lpn", super::views::lpn(&state))]));
        }
        self.stow(unit, &state, code, known)
    }

    fn stow(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        code: ContainerCode,
        known: Option<(ContainerId, container::State)>,
    ) -> Outcome {
        let disposition = state.disposition().ok_or_else(|| coded("policy-missing", []))?;
        let owner = state.owner.clone().ok_or_else(|| coded("owner-unknown", []))?;
        let mut draft = self.draft(unit)?;
        let open = known.filter(|(_, container)| container.state == Some(ContainerState::Open));
        let (id, mut container) =
            open.unwrap_or_else(|| (clock::container_id(), container::State::default()));
        let mut events = Vec::new();
        if container.state.is_none() {
            let command = container::Command::Open { code: code.clone(), disposition, owner: owner.clone() };
            events.extend(step(&mut container, &command, &draft.facts())?);
        }
        draft.known.right_container = self.right_container(disposition, &owner)?;
        draft.known.container = Some(container.clone());
        draft.decide(&unit::Command::Stage { container: id })?;
        events.extend(step(&mut container, &container::Command::Place { unit }, &draft.facts())?);
        draft.with_container(id, events);
        let state = self.commit_draft(draft)?;
        self.set_unit_aside();
        let words = [("lpn", super::views::lpn(&state)), ("container", code.to_string())];
        Ok(Said::saved(Tone::Accepted, say("staged", words)))
    }

    /// The open container for this disposition and owner, if there is one.
    pub(super) fn right_container(
        &self,
        disposition: Disposition,
        owner: &OwnerCode,
    ) -> Result<Option<ContainerCode>, Coded> {
        let open = self.records().open_containers()?;
        let right = open.into_iter().map(|(_, container)| container).find(|container| {
            container.disposition == Some(disposition) && container.owner.as_ref() == Some(owner)
        });
        Ok(right.and_then(|container| container.code))
    }

    /// `RS:L:`: the unit lies on a shelf; any unit may, whatever stops it.
    pub(super) fn location_scanned(&mut self, id: &str) -> Outcome {
        let shelf = LocationId::new(id).map_err(|error| coded(error.code(), []))?;
        let (unit, state) = self.current().map_err(|_| coded("no-unit", []))?;
        self.act(unit, &unit::Command::Locate { shelf: Some(shelf.clone()) })?;
        self.set_unit_aside();
        let words = [("lpn", super::views::lpn(&state)), ("shelf", shelf.to_string())];
        Ok(Said::saved(Tone::Accepted, say("on-shelf", words)))
    }

    /// TAKE-OUT: back to the desk; goes with taking it out of its container.
    pub(super) fn take_out(&mut self, unit: UnitId) -> Outcome {
        let mut draft = self.draft(unit)?;
        let id = draft.state.container().ok_or_else(|| coded("not-in-container", []))?;
        let mut container = self.records().container(&id)?.ok_or_else(|| coded("container-unknown", []))?;
        draft.known.container = Some(container.clone());
        let events = step(&mut container, &container::Command::TakeOut { unit }, &draft.facts())?;
        draft.decide(&unit::Command::TakeOut)?;
        draft.with_container(id, events);
        let state = self.commit_draft(draft)?;
        self.work.asking = None;
        self.offer_work(&state);
        Ok(Said::saved(Tone::Accepted, say("taken-out", [("lpn", super::views::lpn(&state))])))
    }
}

pub(super) fn step(
    state: &mut container::State,
    command: &container::Command,
    facts: &Facts<'_>,
) -> Result<Vec<returns::event::ContainerEvent>, Coded> {
    let events = container::decide(state, command, facts)?;
    events.iter().for_each(|event| container::apply(state, event));
    Ok(events)
}
