//! A bench at work, without hands: returns are received, inspected, graded, decided, labelled and shipped by the domain's
//! own commands, at random from a seed. Whatever the records acknowledge goes into the ledger.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use records::{NewEvent, Records, RecordsError};
use returns::codes::{Disposition, IntakeKind, LabelKind, Role, Stage, Task};
use returns::event::{ContainerEvent, Event, UnitEvent};
use returns::ids::{ContainerId, EventId, OperatorId, ParcelId, StationId, Subject, UnitId};
use returns::parcel;
use returns::unit::{self, Command, LpnChoice};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::Actor;

use crate::dice::Dice;
use crate::facts::Known;
use crate::ledger::Ledger;
use crate::meeting;

/// Products of the demo's catalogue: with few and with many questions, with and without a serial.
pub(crate) const PRODUCTS: [&str; 9] = [
    "HAL-CAP",
    "NLK-SHIRT-M-M",
    "NLK-TEE-M-M",
    "SEN-DOCK",
    "SEN-MSE",
    "PLY-HARBOUR",
    "PAP-ATLAS",
    "NLK-CITY-39",
    "AUR-EB20",
];
/// Units that were touched last.
pub(crate) const AT_HAND: usize = 24;
/// Units under way at a time: few, so that each comes to its end, and benches meet at them.
const UNDER_WAY: usize = 10;
/// Setting: up to where other benches' decisions were looked at.
const MET: &str = "proof-met";

/// What came of the work so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Things tried.
    pub acts: u64,
    /// Events acknowledged.
    pub events: u64,
    /// Photos among them.
    pub photos: u64,
    /// Things that the domain or the records refused.
    pub refused: u64,
    /// Of these, for want of disk.
    pub full: u64,
}

/// Who works at a station's records.
#[derive(Debug)]
pub struct Hand {
    records: Arc<Mutex<Records>>,
    ledger: Ledger,
    clock: StationClock,
    /// Everything that is left to chance.
    pub dice: Dice,
    /// What came of it.
    pub tally: Tally,
}

/// A station's clock, which can be set wrong.
#[derive(Debug, Clone, Default)]
pub struct StationClock(Arc<AtomicI64>);

impl StationClock {
    /// Sets it so many seconds off.
    pub fn set_off(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        let off = SignedDuration::from_secs(self.0.load(Ordering::Relaxed));
        Timestamp::now().checked_add(off).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// One act's events.
pub(crate) struct Draft {
    pub(crate) actor: Actor,
    pub(crate) now: Timestamp,
    pub(crate) station: StationId,
    pub(crate) events: Vec<NewEvent>,
}

impl Hand {
    /// A hand at these records.
    pub fn new(records: Arc<Mutex<Records>>, ledger: Ledger, clock: StationClock, dice: Dice) -> Self {
        Self { records, ledger, clock, dice, tally: Tally::default() }
    }

    /// Does one thing. What is refused changes nothing.
    ///
    /// # Errors
    /// Where the records fail as they must not at any time but in a power cut.
    pub fn act(&mut self) -> Result<()> {
        self.tally.acts += 1;
        let shared = Arc::clone(&self.records);
        let mut records = lock(&shared);
        if records.enrolment().is_none() {
            self.tally.refused += 1;
            return Ok(());
        }
        let outcome = match self.dice.below(100) {
            0..3 => self.at_the_station(&mut records),
            3..11 => self.move_a_container(&mut records),
            11..17 => self.at_the_dock(&mut records),
            _ => self.go_on(&mut records),
        };
        self.forgive(outcome).map(drop)
    }

    /// What the records refuse for a reason is refused; anything else must not be.
    fn forgive<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        let error = match outcome {
            Ok(done) => return Ok(Some(done)),
            Err(error) => error,
        };
        match error.downcast_ref::<RecordsError>().map(RecordsError::code) {
            Some("disk-full") => self.tally.full += 1,
            Some("lpn-taken" | "lpn-block-empty" | "subject-unreadable" | "photo-not-kept") => {}
            _ => return Err(error),
        }
        self.tally.refused += 1;
        Ok(None)
    }

    /// Looks at decisions that met, and stops units over them. Says how many were stopped.
    ///
    /// # Errors
    /// As [`Hand::act`].
    pub fn meet(&mut self) -> Result<u64> {
        let met = self.try_to_meet();
        Ok(self.forgive(met)?.unwrap_or(0))
    }

    fn try_to_meet(&mut self) -> Result<u64> {
        let shared = Arc::clone(&self.records);
        let mut records = lock(&shared);
        let before: u64 = records.setting(MET)?.unwrap_or(0);
        let (mark, mut units) = records.decided_elsewhere(before)?;
        let back = records.decided_here_before()?;
        units.extend(&back);
        let mut stopped = 0;
        for id in units {
            let Some(state) = records.unit(&id)? else { continue };
            let history = records.history(Subject::Unit(id))?;
            let meeting = meeting::meeting(&history);
            let events = self.tally.events;
            if let Some((first, second)) = meeting.at_odds().filter(|_| state.contested.is_none()) {
                self.ask(&mut records, id, &state, &[Command::Contest { first, second }], Role::Supervisor)?;
            }
            if !meeting.too_late().is_empty() && !state.unreadable && !meeting::told_too_late(&history) {
                let mut draft = self.draft(&records, Role::Supervisor)?;
                let event = UnitEvent::TaskOpened { task: Task::DecidedAfterFact };
                self.add(&mut draft, Subject::Unit(id), event.into());
                self.commit(&mut records, draft)?;
            }
            stopped += u64::from(self.tally.events > events);
        }
        if mark != before {
            records.set_setting(MET, &mark)?;
        }
        if !back.is_empty() {
            records.looked_at_what_came_back(&back)?;
        }
        Ok(stopped)
    }

    pub(crate) fn draft(&mut self, records: &Records, role: Role) -> Result<Draft> {
        let prefix = match role {
            Role::Supervisor => "sup",
            Role::Technician => "tec",
            Role::Grader | Role::HeadOffice => "op",
        };
        let operator = OperatorId::new(format!("{prefix}-{}", self.dice.between(1, 4)))?;
        let station = records.enrolment().ok_or(RecordsError::NotEnrolled)?.station;
        Ok(Draft { actor: Actor { operator, role }, now: self.clock.now(), station, events: Vec::new() })
    }

    pub(crate) fn add(&mut self, draft: &mut Draft, subject: Subject, event: Event) {
        let (actor, recorded) = (draft.actor.clone(), draft.now);
        let event_id = EventId(self.fresh(recorded));
        draft.events.push(NewEvent { subject, event, event_id, actor, recorded });
    }

    /// An id as the station's clock would make it, wrong as that may be.
    pub(crate) fn fresh(&mut self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut random = [0; 10];
        random.copy_from_slice(&self.dice.bytes(10));
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Promise, append, ledger.
    pub(crate) fn commit(&mut self, records: &mut Records, draft: Draft) -> Result<()> {
        if draft.events.is_empty() {
            return Ok(());
        }
        self.ledger.promise(&draft.events)?;
        let stored = records.append(draft.events.clone())?;
        self.ledger.keep(&draft.events, &stored)?;
        self.tally.events += stored.len() as u64;
        let photos = draft.events.iter().filter(|new| crate::ledger::photo_in(&new.event).is_some());
        self.tally.photos += photos.count() as u64;
        Ok(())
    }

    /// Takes a unit in, by itself or out of a parcel.
    pub(crate) fn receive(
        &mut self,
        records: &mut Records,
        out_of: Option<(ParcelId, parcel::State)>,
    ) -> Result<()> {
        let mut draft = self.draft(records, Role::Grader)?;
        let id = UnitId(self.fresh(draft.now));
        let sku = self.dice.pick(&PRODUCTS).copied().unwrap_or("HAL-CAP").parse()?;
        let mut known = Known::of(records, id, &unit::State { sku: Some(sku), ..unit::State::default() })?;
        let sku = known.item.as_ref().map(|item| item.sku.clone());
        if let Some(sku) = sku.as_ref().filter(|_| self.dice.chance(300))
            && let Some((rma, line)) = self.dice.pick(&records.rma_lines_by_sku(sku)?).cloned()
        {
            (known.rma, known.line) = (Some(rma), Some(line.id));
        }
        known.lpn = Some(records.next_lpn()?);
        let intake = if known.rma.is_some() { IntakeKind::Rma } else { IntakeKind::Blind };
        let mut state = unit::State::default();
        let lpn = LpnChoice::Fresh;
        let (rma, line) = (known.rma.as_ref().map(|rma| rma.number.clone()), known.line.clone());
        if let Some((parcel, mut state)) = out_of.clone() {
            let found = parcel::Command::FindUnit { unit: id, rma, line };
            self.parcel(&mut draft, parcel, &mut state, &found, &[]);
        }
        let parcel = out_of.map(|(parcel, _)| parcel);
        for command in [
            Command::Receive { intake, parcel, sku, lpn },
            Command::RequestLabel { label: LabelKind::Lpn },
            Command::LabelPrinted { label: LabelKind::Lpn, print: 1 },
        ] {
            if !self.decide(&mut draft, id, &mut state, &known, &command) {
                break;
            }
        }
        self.commit(records, draft)
    }

    /// Decides one command on what the draft has made of the unit so far.
    pub(crate) fn decide(
        &mut self,
        draft: &mut Draft,
        id: UnitId,
        state: &mut unit::State,
        known: &Known,
        command: &Command,
    ) -> bool {
        let decided = unit::decide(state, command, &known.facts(&draft.actor, draft.station, draft.now));
        let Ok(events) = decided else { return false };
        for event in events {
            unit::apply(state, &event);
            if let UnitEvent::TakenOut { container } = &event {
                let taken = ContainerEvent::UnitTakenOut { unit: id };
                self.add(draft, Subject::Container(*container), taken.into());
            }
            self.add(draft, Subject::Unit(id), event.into());
        }
        true
    }

    /// Asks for the first of these that the domain allows.
    pub(crate) fn ask(
        &mut self,
        records: &mut Records,
        id: UnitId,
        state: &unit::State,
        commands: &[Command],
        role: Role,
    ) -> Result<bool> {
        let mut known = Known::of(records, id, state)?;
        known.sample_drawn = self.dice.chance(120);
        for command in commands {
            let mut draft = self.draft(records, role)?;
            let mut after = state.clone();
            if self.decide(&mut draft, id, &mut after, &known, command) {
                self.commit(records, draft)?;
                return Ok(true);
            }
        }
        self.tally.refused += 1;
        Ok(false)
    }

    /// One more step of a unit that is under way, now and then of one that is done; or another unit, where few are.
    fn go_on(&mut self, records: &mut Records) -> Result<()> {
        let units = records.recent_units(4 * AT_HAND)?;
        let is_done = |state: &unit::State| matches!(state.stage, None | Some(Stage::Closed | Stage::Voided));
        let (done, mut under_way): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|(_, state)| is_done(state));
        under_way.truncate(UNDER_WAY);
        if under_way.len() < UNDER_WAY && self.dice.chance(300) {
            return self.receive(records, None);
        }
        let from = if self.dice.chance(60) { &done } else { &under_way };
        let Some((id, state)) = self.dice.pick(from).cloned() else { return self.receive(records, None) };
        self.step(records, id, &state)
    }

    /// An open container is closed, a closed one shipped, with the units in it.
    fn move_a_container(&mut self, records: &mut Records) -> Result<()> {
        use returns::codes::ContainerState;
        use returns::container::{self, Command as Of};

        let own = self.container_prefix(records)?;
        let mut all = records.open_containers()?;
        all.extend(records.containers_here()?);
        all.retain(|(_, state)| {
            !state.units.is_empty() && state.code.as_ref().is_some_and(|code| code.as_str().starts_with(&own))
        });
        let Some((id, mut state)) = self.dice.pick(&all).cloned() else { return Ok(()) };
        let command = match state.state {
            Some(ContainerState::Open) => Of::Close,
            Some(ContainerState::Closed) => Of::Ship { tracking: None },
            _ => return Ok(()),
        };
        let mut draft = self.draft(records, Role::Grader)?;
        let mut blocked = Vec::new();
        for unit in &state.units {
            let of_unit = records.unit(unit)?;
            if of_unit.is_none_or(|of_unit| unit::may_leave(&of_unit).is_err()) {
                blocked.push(*unit);
            }
        }
        let facts = returns::facts::Facts {
            blocked_units: &blocked,
            ..returns::facts::Facts::of(&draft.actor.operator, draft.actor.role, draft.station, draft.now)
        };
        let Ok(events) = container::decide(&state, &command, &facts) else {
            self.tally.refused += 1;
            return Ok(());
        };
        for event in events {
            container::apply(&mut state, &event);
            self.add(&mut draft, Subject::Container(id), event.into());
        }
        for unit in state.units.clone() {
            let mut of_unit = records.unit(&unit)?.unwrap_or_default();
            let mut known = Known::of(records, unit, &of_unit)?;
            known.container = Some(state.clone());
            if !self.decide(&mut draft, unit, &mut of_unit, &known, &Command::Close) {
                self.tally.refused += 1;
                return Ok(());
            }
        }
        self.commit(records, draft)
    }

    fn container_prefix(&self, records: &Records) -> Result<String> {
        let station = records.enrolment().ok_or(RecordsError::NotEnrolled)?.station.to_string();
        Ok(format!("T-{}-", station.chars().take(6).collect::<String>()))
    }

    /// Puts a unit into an open container of this station; sets one up where there is none.
    pub(crate) fn put_into_container(
        &mut self,
        records: &mut Records,
        id: UnitId,
        state: &unit::State,
        disposition: Disposition,
    ) -> Result<()> {
        use returns::container::{self, Command as Of};

        let Some(owner) = state.owner.clone() else { return Ok(()) };
        let own = self.container_prefix(records)?;
        let mut draft = self.draft(records, Role::Grader)?;
        let open = records.open_containers()?.into_iter().find(|(_, open)| {
            (open.disposition, open.owner.as_ref()) == (Some(disposition), Some(&owner))
                && open.code.as_ref().is_some_and(|code| code.as_str().starts_with(&own))
        });
        let (container, of_container) = match open {
            Some(open) => open,
            None => {
                let code = format!("{own}{:08x}", self.dice.below(1 << 32)).parse()?;
                let container = ContainerId(self.fresh(draft.now));
                let event = ContainerEvent::Opened { code, disposition, owner };
                let mut opened = container::State::default();
                container::apply(&mut opened, &event);
                self.add(&mut draft, Subject::Container(container), event.into());
                (container, opened)
            }
        };
        let facts =
            returns::facts::Facts::of(&draft.actor.operator, draft.actor.role, draft.station, draft.now);
        let Ok(placed) = container::decide(&of_container, &Of::Place { unit: id }, &facts) else {
            self.tally.refused += 1;
            return Ok(());
        };
        for event in placed {
            self.add(&mut draft, Subject::Container(container), event.into());
        }
        let mut known = Known::of(records, id, state)?;
        known.container = Some(of_container);
        let mut after = state.clone();
        if !self.decide(&mut draft, id, &mut after, &known, &Command::Stage { container }) {
            self.tally.refused += 1;
            return Ok(());
        }
        self.commit(records, draft)
    }
}

fn lock(records: &Mutex<Records>) -> MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}
