//! One decision about a unit: gather the facts, decide, apply, and commit everything at once.

use jiff::Timestamp;
use records::{Arriving, NewEvent, Records};
use returns::checklist::Checklist;
use returns::codes::{Finding, Task};
use returns::event::{ContainerEvent, Event, ParcelEvent, UnitEvent};
use returns::facts::{Facts, Fresh};
use returns::ids::{
    ContainerCode, ContainerId, EventId, LineId, ParcelId, RmaNumber, Sku, StationId, Subject, UnitId,
};
use returns::item::Item;
use returns::lpn::Lpn;
use returns::policy::VerifiedPolicy;
use returns::rma::{Rma, RmaLine};
use returns::signal::Arrival;
use returns::{container, sample, unit};
use wire::Actor;

use super::{Coded, Desk, Effect, coded};
use crate::clock;

/// Something came in about the unit since the draft was begun.
pub(super) const CHANGED: &str = "unit-changed";
/// How often a single command is decided anew for that.
const TRIES: u32 = 3;

/// An event ready to be appended.
pub(crate) fn new_event(subject: Subject, event: Event, actor: &Actor, recorded: Timestamp) -> NewEvent {
    NewEvent { subject, event, event_id: clock::event_id(), actor: actor.clone(), recorded }
}

/// All that the records know for decisions about one unit.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) rma: Option<Rma>,
    pub(super) line: Option<LineId>,
    pub(super) item: Option<Item>,
    pub(super) checklist: Option<Checklist>,
    pub(super) policy: Option<VerifiedPolicy>,
    pub(super) container: Option<container::State>,
    pub(super) right_container: Option<ContainerCode>,
    pub(super) lpn: Option<Lpn>,
    pub(super) lpn_taken: bool,
    pub(super) sampled: bool,
    pub(super) arrival: Arrival,
    /// When its parcel arrived at the dock.
    pub(super) arrived: Option<Timestamp>,
}

impl Known {
    /// Looks up what belongs to an RMA line and a product.
    pub(super) fn look_up(
        records: &Records,
        rma: Option<&RmaNumber>,
        line: Option<&LineId>,
        sku: Option<&Sku>,
    ) -> Result<Self, Coded> {
        let rma = rma.map(|number| records.rma(number)).transpose()?.flatten();
        let item = sku.map(|sku| records.item(sku)).transpose()?.flatten();
        let cycle = rma.as_ref().map(|rma| rma.cycle);
        let checklist = match &item {
            Some(item) => records.checklist(&item.category, Some(&item.owner), cycle)?,
            None => None,
        };
        Ok(Self { rma, line: line.cloned(), item, checklist, policy: records.policy()?, ..Self::default() })
    }

    /// What belongs to a unit as it is.
    pub(super) fn of_unit(records: &Records, unit: UnitId, state: &unit::State) -> Result<Self, Coded> {
        let mut known = Self::look_up(records, state.rma.as_ref(), state.line.as_ref(), state.sku.as_ref())?;
        if let (Some(enrolment), Some(policy)) = (records.enrolment(), &known.policy) {
            let review = &policy.policy.review;
            let category = known.item.as_ref().map(|item| &item.category);
            let by_grader = state.grader.as_ref().map(|grader| review.sample_rate(category, grader));
            let rate = by_grader.unwrap_or(review.sample_per_mille);
            known.sampled = sample::is_drawn(enrolment.sample_salt.as_bytes(), unit, rate);
        }
        known.arriving(records, unit, state.parcel)?;
        Ok(known)
    }

    /// What is known of a unit's arrival beside the unit itself: when its parcel came, and facts for the signals.
    pub(super) fn arriving(
        &mut self,
        records: &Records,
        unit: UnitId,
        parcel: Option<ParcelId>,
    ) -> Result<(), Coded> {
        let of_parcel = parcel.map(|parcel| records.parcel(&parcel)).transpose()?.flatten();
        self.arrived = of_parcel.and_then(|parcel| parcel.arrived);
        // Head office's own count: what this bench knows of the line may have been written into its copy.
        let written = self.rma.as_ref().map(|rma| records.rma(&rma.number)).transpose()?.flatten();
        let (rma, line) = (written.as_ref(), self.line.as_ref());
        self.arrival = records.arrival(&Arriving { unit: Some(unit), parcel, rma, line })?;
        Ok(())
    }

    pub(super) fn rma_line(&self) -> Option<&RmaLine> {
        self.rma.as_ref().zip(self.line.as_ref()).and_then(|(rma, line)| rma.line(line))
    }

    pub(super) fn facts<'a>(
        &'a self,
        actor: &'a Actor,
        station: StationId,
        recorded: Timestamp,
        head_office_time: Option<Timestamp>,
    ) -> Facts<'a> {
        Facts {
            head_office_time,
            rma: self.rma.as_ref(),
            line: self.rma_line(),
            item: self.item.as_ref(),
            checklist: self.checklist.as_ref(),
            policy: self.policy.as_ref(),
            sample_drawn: self.sampled,
            arrival: &self.arrival,
            arrived: self.arrived,
            fresh: Fresh { lpn: self.lpn },
            lpn_taken: self.lpn_taken,
            container: self.container.as_ref(),
            right_container: self.right_container.as_ref(),
            ..Facts::of(&actor.operator, actor.role, station, recorded)
        }
    }
}

/// Events about one unit (and what they bring with them), decided one after the other, committed together.
pub(super) struct Draft {
    pub(super) unit: UnitId,
    pub(super) state: unit::State,
    pub(super) known: Known,
    actor: Actor,
    station: StationId,
    now: Timestamp,
    head_office_time: Option<Timestamp>,
    /// The unit's newest event as the draft was begun.
    seen: Option<EventId>,
    events: Vec<NewEvent>,
}

impl Draft {
    /// Decides one command and applies what follows from it.
    pub(super) fn decide(&mut self, command: &unit::Command) -> Result<Vec<UnitEvent>, Coded> {
        let facts = self.known.facts(&self.actor, self.station, self.now, self.head_office_time);
        let events = unit::decide(&self.state, command, &facts)?;
        for event in &events {
            unit::apply(&mut self.state, event);
            self.events.push(new_event(
                Subject::Unit(self.unit),
                event.clone().into(),
                &self.actor,
                self.now,
            ));
        }
        Ok(events)
    }

    /// Adds what was seen as the unit came in. It belongs to its receipt, so no hold set there stops it.
    pub(super) fn seen_at_receipt(&mut self, finding: Finding) {
        if self.state.added_findings.contains(&finding) {
            return;
        }
        let by = Some(self.actor.operator.clone());
        let event = UnitEvent::FindingAdded { finding, by };
        unit::apply(&mut self.state, &event);
        self.events.push(new_event(Subject::Unit(self.unit), event.into(), &self.actor, self.now));
    }

    /// Opens a task for what came down too late to be done: a fact of the log, and no hold stops it.
    pub(super) fn late_fact(&mut self, task: Task) {
        let event = UnitEvent::TaskOpened { task };
        unit::apply(&mut self.state, &event);
        self.events.push(new_event(Subject::Unit(self.unit), event.into(), &self.actor, self.now));
    }

    /// Adds a container's events to the same commit.
    pub(super) fn with_container(&mut self, container: ContainerId, events: Vec<ContainerEvent>) {
        for event in events {
            self.events.push(new_event(Subject::Container(container), event.into(), &self.actor, self.now));
        }
    }

    /// Adds a parcel's events to the same commit.
    pub(super) fn with_parcel(&mut self, parcel: returns::ids::ParcelId, events: Vec<ParcelEvent>) {
        for event in events {
            self.events.push(new_event(Subject::Parcel(parcel), event.into(), &self.actor, self.now));
        }
    }

    /// The unit's newest event as the draft was begun.
    pub(super) fn seen(&self) -> Option<EventId> {
        self.seen
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        self.known.facts(&self.actor, self.station, self.now, self.head_office_time)
    }
}

impl Desk {
    /// A draft about a unit as it is.
    pub(super) fn draft(&self, unit: UnitId) -> Result<Draft, Coded> {
        let records = self.records();
        let state = records.unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        let known = Known::of_unit(&records, unit, &state)?;
        let seen = records.last_event(Subject::Unit(unit))?;
        drop(records);
        Ok(Draft { seen, ..self.draft_with(unit, state, known)? })
    }

    /// A draft about a unit that is about to be received.
    pub(super) fn draft_with(&self, unit: UnitId, state: unit::State, known: Known) -> Result<Draft, Coded> {
        self.draft_by(self.actor()?, unit, state, known)
    }

    fn draft_by(&self, actor: Actor, unit: UnitId, state: unit::State, known: Known) -> Result<Draft, Coded> {
        let station = self.station()?;
        let head_office_time = self.records().head_office_time()?;
        Ok(Draft {
            unit,
            state,
            known,
            actor,
            station,
            now: self.clock.now(),
            head_office_time,
            seen: None,
            events: Vec::new(),
        })
    }

    /// A draft in somebody else's name: whoever asked for what a machine now reports.
    pub(super) fn draft_as(&self, unit: UnitId, actor: Actor) -> Result<Draft, Coded> {
        let records = self.records();
        let state = records.unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        let known = Known::of_unit(&records, unit, &state)?;
        let seen = records.last_event(Subject::Unit(unit))?;
        drop(records);
        Ok(Draft { seen, ..self.draft_by(actor, unit, state, known)? })
    }

    /// Decides one command about a unit and commits it. Where another bench's events came in between, it is decided again
    /// on what is known then.
    pub(super) fn act(&mut self, unit: UnitId, command: &unit::Command) -> Result<unit::State, Coded> {
        for _ in 1..TRIES {
            match self.act_once(unit, command) {
                Err(refusal) if refusal.code == CHANGED => {}
                outcome => return outcome,
            }
        }
        self.act_once(unit, command)
    }

    fn act_once(&mut self, unit: UnitId, command: &unit::Command) -> Result<unit::State, Coded> {
        let mut draft = self.draft(unit)?;
        draft.decide(command)?;
        self.commit_draft(draft)
    }

    /// Commits a draft and gives the unit as it is then.
    ///
    /// # Errors
    /// `unit-changed` where something came in about the unit since the draft was begun; nothing is stored then.
    pub(super) fn commit_draft(&mut self, draft: Draft) -> Result<unit::State, Coded> {
        let state = draft.state.clone();
        self.commit_drafts(vec![draft])?;
        Ok(state)
    }

    /// Commits drafts about several units, all or none; as [`Desk::commit_draft`].
    pub(super) fn commit_drafts(&mut self, drafts: Vec<Draft>) -> Result<(), Coded> {
        self.commit_drafts_on(drafts, &[])
    }

    /// The same, where also nothing may have happened to these since their newest event was looked at.
    pub(super) fn commit_drafts_on(
        &mut self,
        drafts: Vec<Draft>,
        looked_at: &[(Subject, Option<EventId>)],
    ) -> Result<(), Coded> {
        // What was looked at is compared in the very transaction that appends.
        let mut seen = looked_at.to_vec();
        seen.extend(drafts.iter().map(|draft| (Subject::Unit(draft.unit), draft.seen)));
        let events: Vec<NewEvent> = drafts.into_iter().flat_map(|draft| draft.events).collect();
        let nothing = events.is_empty();
        self.records().append_on(events, &seen)?;
        if nothing {
            return Ok(());
        }
        self.committed();
        Ok(())
    }

    /// This station's id.
    pub(super) fn station(&self) -> Result<StationId, Coded> {
        let station = self.records().enrolment().map(|enrolment| enrolment.station);
        station.ok_or_else(|| coded("station-not-enrolled", []))
    }

    /// Commits events: on disk when this returns.
    pub(super) fn commit(&mut self, events: Vec<NewEvent>) -> Result<(), Coded> {
        if events.is_empty() {
            return Ok(());
        }
        self.records().append(events)?;
        self.committed();
        Ok(())
    }

    fn committed(&mut self) {
        self.effects.push(Effect::Kick);
        self.effects.push(Effect::RoomsChanged);
    }
}
