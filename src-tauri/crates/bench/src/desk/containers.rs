//! Containers: what is in them, closing, shipping, the contents list. The desk and the room do the same.

use barcodes::meaning::Meaning;
use returns::codes::{CommandCode, ContainerState, Stage as UnitStage};
use returns::facts::Facts;
use returns::ids::{ContainerId, Subject, TrackingNumber, UnitId};
use returns::{container, unit};

use super::asking::Asking;
use super::draft::new_event;
use super::stow::step;
use super::views::plain_choice;
use super::{Coded, Desk, Effect, Outcome, Said, coded, say};
use crate::seam::{Choice, ContainerDetail, ContainerView, ContentLine, Reply, Say, Stage, Tone};

impl Desk {
    /// All containers that are not shipped.
    pub(crate) fn containers(&self) -> Result<Vec<ContainerView>, Coded> {
        self.actor()?;
        let containers = self.records().containers_here()?;
        Ok(containers.into_iter().filter_map(|(id, state)| view(id, &state)).collect())
    }

    /// One container with its contents.
    pub(crate) fn container_reply(&self, container: ContainerId) -> Result<Reply, Coded> {
        self.actor()?;
        self.container_detail(container).map(|detail| Reply::Container(Box::new(detail)))
    }

    /// Closes it.
    pub(crate) fn container_closed(&mut self, container: ContainerId) -> Result<Reply, Coded> {
        self.move_container(container, &container::Command::Close)?;
        self.touched();
        self.container_reply(container)
    }

    /// Ships it.
    pub(crate) fn container_shipped(
        &mut self,
        container: ContainerId,
        tracking: Option<String>,
    ) -> Result<Reply, Coded> {
        let tracking = tracking.filter(|number| !number.trim().is_empty());
        let tracking = tracking.map(|number| TrackingNumber::new(number.trim())).transpose();
        let tracking = tracking.map_err(|error| coded(error.code(), []))?;
        self.move_container(container, &container::Command::Ship { tracking })?;
        self.touched();
        self.container_reply(container)
    }

    /// Prints its contents list.
    pub(crate) fn contents_printed(&mut self, container: ContainerId) -> Result<Reply, Coded> {
        self.actor()?;
        self.list_contents(container)?;
        self.container_reply(container)
    }

    /// A container was scanned with nothing on the desk: here it is.
    pub(super) fn show_container(&mut self, id: ContainerId, state: &container::State) -> Said {
        self.work.container = Some(id);
        Said::only(Tone::Ready, shown(state))
    }

    /// The container on the desk, its contents, and what can be done with it.
    pub(super) fn container_stage(&self, id: ContainerId) -> Result<(Stage, Say), Coded> {
        let detail = self.container_detail(id)?;
        let (command, words, next) = match detail.container.state {
            ContainerState::Open => (CommandCode::Close, "choice-close", say("next-close-container", [])),
            ContainerState::Closed => (CommandCode::Ship, "choice-ship", say("next-ship-container", [])),
            ContainerState::Shipped => (CommandCode::Cancel, "choice-leave", say("next-leave-container", [])),
        };
        let mut choices: Vec<Choice> =
            vec![Choice { disabled: detail.blocked.clone(), ..plain_choice(command, words) }];
        choices.push(plain_choice(CommandCode::Reprint, "choice-contents"));
        if command != CommandCode::Cancel {
            choices.push(plain_choice(CommandCode::Cancel, "choice-leave"));
        }
        Ok((Stage::Container { container: detail, choices }, next))
    }

    /// A command while a container lies on the desk; none where it is other work.
    pub(super) fn command_on_container(&mut self, command: CommandCode) -> Option<Outcome> {
        let id = self.work.container?;
        match command {
            CommandCode::Close => Some(self.close_container(id)),
            CommandCode::Ship => Some(self.ask_shipping(id)),
            CommandCode::Reprint => Some(self.list_contents(id)),
            CommandCode::Cancel | CommandCode::Undo => {
                self.work.container = None;
                Some(Ok(Said::only(Tone::Ready, say("ready", []))))
            }
            _ => None,
        }
    }

    /// CLOSE: nothing more goes into it; its units are closed with it.
    fn close_container(&mut self, id: ContainerId) -> Outcome {
        let state = self.move_container(id, &container::Command::Close)?;
        self.work.container = None;
        let words = [("container", code(&state)), ("pieces", state.units.len().to_string())];
        Ok(Said::saved(Tone::Accepted, say("container-closed", words)))
    }

    /// SHIP: the carrier's number first.
    fn ask_shipping(&mut self, id: ContainerId) -> Outcome {
        let state = self.records().container(&id)?.ok_or_else(|| coded("container-unknown", []))?;
        if let Some(state) = state.state.filter(|state| *state != ContainerState::Closed) {
            return Err(coded("wrong-container-state", [("state", state.to_string())]));
        }
        self.ask(Asking::ShipTracking { container: code(&state) });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    /// The carrier's number was scanned.
    pub(super) fn ship_with(&mut self, meaning: &Meaning) -> Outcome {
        let number = match meaning {
            Meaning::Tracking { candidates } => candidates.first().map(|one| one.number.clone()),
            Meaning::Text { text } => Some(text.trim().to_owned()),
            _ => None,
        };
        let number = number.ok_or_else(|| coded("answer-first", []))?;
        let tracking = TrackingNumber::new(number).map_err(|error| coded(error.code(), []))?;
        self.ship_container(Some(tracking))
    }

    /// It leaves the building.
    pub(super) fn ship_container(&mut self, tracking: Option<TrackingNumber>) -> Outcome {
        let id = self.work.container.ok_or_else(|| coded("no-container", []))?;
        let number = tracking.as_ref().map(ToString::to_string).unwrap_or_default();
        let state = self.move_container(id, &container::Command::Ship { tracking })?;
        self.work.asking = None;
        self.work.container = None;
        let pieces = state.units.len().to_string();
        let words = [("container", code(&state)), ("pieces", pieces), ("tracking", number)];
        Ok(Said::saved(Tone::Accepted, say("container-shipped-out", words)))
    }

    /// Closes or ships: its units follow it, in the same commit. What may not leave is named.
    fn move_container(
        &mut self,
        id: ContainerId,
        command: &container::Command,
    ) -> Result<container::State, Coded> {
        let actor = self.actor()?;
        let station = self.station()?;
        let now = self.clock.now();
        let (seen, state) = {
            let records = self.records();
            (records.last_event(Subject::Container(id))?, records.container(&id)?)
        };
        let mut state = state.ok_or_else(|| coded("container-unknown", []))?;
        let blocked = self.blocked_units(&state)?;
        let facts = Facts { blocked_units: &blocked, ..Facts::of(&actor.operator, actor.role, station, now) };
        let moved = match step(&mut state, command, &facts) {
            Err(refusal) if refusal.code == "units-blocked" => return Err(self.named(&blocked)?),
            moved => moved?,
        };
        let mut moved = Some(moved);
        let mut drafts = Vec::new();
        for unit in &state.units {
            let mut draft = self.draft(*unit)?;
            draft.known.container = Some(state.clone());
            // The container's own events come first.
            moved.take().into_iter().for_each(|events| draft.with_container(id, events));
            draft.decide(&unit::Command::Close)?;
            drafts.push(draft);
        }
        // A unit that another bench stopped meanwhile does not leave.
        self.commit_drafts_on(drafts, &[(Subject::Container(id), seen)])?;
        for event in moved.into_iter().flatten() {
            self.commit(vec![new_event(Subject::Container(id), event.into(), &actor, now)])?;
        }
        Ok(state)
    }

    /// Units that may not leave with it: held, contested, under review, or only provisionally decided.
    fn blocked_units(&self, state: &container::State) -> Result<Vec<UnitId>, Coded> {
        let mut blocked = Vec::new();
        for unit in &state.units {
            let of_unit = self.records().unit(unit)?;
            if of_unit.is_none_or(|of_unit| stays(&of_unit)) {
                blocked.push(*unit);
            }
        }
        Ok(blocked)
    }

    /// The refusal to let these leave, by their numbers.
    fn named(&self, units: &[UnitId]) -> Result<Coded, Coded> {
        let mut numbers = Vec::new();
        for unit in units {
            let of_unit = self.records().unit(unit)?;
            numbers.push(of_unit.as_ref().map(super::views::lpn).unwrap_or_default());
        }
        Ok(coded("units-blocked", [("units", numbers.join(", "))]))
    }

    fn container_detail(&self, id: ContainerId) -> Result<ContainerDetail, Coded> {
        let state = self.records().container(&id)?.ok_or_else(|| coded("container-unknown", []))?;
        let container = view(id, &state).ok_or_else(|| coded("container-unknown", []))?;
        let mut contents = Vec::new();
        for unit in &state.units {
            let records = self.records();
            let of_unit = records.unit(unit)?.unwrap_or_default();
            let item = of_unit.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
            contents.push(ContentLine {
                unit: *unit,
                lpn: super::views::lpn(&of_unit),
                title: item.map(|item| item.title).unwrap_or_default(),
                sku: of_unit.sku.as_ref().map(ToString::to_string),
                serial: of_unit.serial.as_ref().map(ToString::to_string),
                grade: of_unit.grade(),
                blocked: stays(&of_unit),
            });
        }
        contents.sort_by(|a, b| a.lpn.cmp(&b.lpn));
        let stay: Vec<&String> = contents.iter().filter(|line| line.blocked).map(|line| &line.lpn).collect();
        let blocked = match (container.state, stay.is_empty()) {
            (ContainerState::Shipped, _) => None,
            (_, false) => Some(say("units-blocked", [("units", super::views::list(stay))])),
            _ if contents.is_empty() => Some(say("container-empty", [])),
            _ => None,
        };
        let printed = self.listed.as_ref().filter(|(of, _)| *of == id).map(|(_, place)| place.clone());
        Ok(ContainerDetail { container, contents, blocked, printed })
    }

    /// REPRINT: its contents list.
    fn list_contents(&mut self, id: ContainerId) -> Outcome {
        let state = self.records().container(&id)?.ok_or_else(|| coded("container-unknown", []))?;
        self.effects.push(Effect::PrintContents(id));
        Ok(Said::only(Tone::Ready, say("contents-asked", [("container", code(&state))])))
    }

    /// The printer has taken a contents list, or has not.
    pub(crate) fn list_printed(&mut self, id: ContainerId, outcome: Result<String, &'static str>) {
        let state = self.records().container(&id).ok().flatten().unwrap_or_default();
        let code = code(&state);
        let told = match outcome {
            Ok(place) => {
                self.listed = Some((id, place.clone()));
                Ok(Said::only(
                    Tone::Accepted,
                    say("contents-printed", [("container", code), ("place", place)]),
                ))
            }
            Err(fault) => Ok(Said::only(
                Tone::Warning,
                say("contents-not-printed", [("container", code), ("fault", fault.to_owned())]),
            )),
        };
        let _ = self.tell(told);
        self.effects.push(Effect::RoomsChanged);
    }
}

fn view(id: ContainerId, state: &container::State) -> Option<ContainerView> {
    Some(ContainerView {
        container: id,
        code: code(state),
        state: state.state?,
        disposition: state.disposition?,
        owner: state.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
        units: u32::try_from(state.units.len()).unwrap_or(u32::MAX),
    })
}

/// Whether a unit must stay in the building.
fn stays(state: &unit::State) -> bool {
    if state.stage != Some(UnitStage::Closed) {
        return unit::may_leave(state).is_err();
    }
    !state.holds.is_empty() || state.contested.is_some() || state.review_pending() || state.provisional
}

fn code(state: &container::State) -> String {
    state.code.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn shown(container: &container::State) -> Say {
    say(
        "container-shown",
        [
            ("container", code(container)),
            ("disposition", container.disposition.map(|one| one.to_string()).unwrap_or_default()),
            ("owner", container.owner.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("pieces", container.units.len().to_string()),
        ],
    )
}
