//! A depot with units, containers and people, driven by arbitrary commands.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use returns::codes::*;
use returns::event::Amendment;
use returns::ids::*;
use returns::lpn::Lpn;
use returns::policy::{Conditions, Decision, Flag};
use returns::signal::Arrival;
use returns::unit::{self, Command, LpnChoice, State, Verdict};
use returns::{Facts, Refusal, UnitEvent, container};
use uuid::Uuid;

use crate::checker::{Checker, Circumstances};
use crate::common::*;

/// One arbitrary wish: who, about which unit, and the dice for the rest.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub who: u8,
    pub unit: u8,
    pub what: u8,
    pub dice: u16,
}

pub struct Unit {
    pub id: UnitId,
    pub intake: IntakeKind,
    pub sku: &'static str,
    pub line: Option<&'static str>,
    pub state: State,
    pub history: Vec<UnitEvent>,
    pub checker: Checker,
}

pub struct World {
    pub depot: Depot,
    pub units: Vec<Unit>,
    pub containers: BTreeMap<ContainerId, container::State>,
    pub refused: usize,
    hours: i64,
    lpns: u32,
}

/// Two IMEIs, one without its check digit, one misread, and something else.
const SERIALS: [&str; 4] = ["490154203237518", "35209900176148", "490154203237519", "SN-1"];

impl Unit {
    fn last_decision(&self) -> Option<Decision> {
        self.history.iter().rev().find_map(|event| match event {
            UnitEvent::Dispositioned { decision, .. } => Some((**decision).clone()),
            UnitEvent::ReviewRequested { proposal, .. } => Some((**proposal).clone()),
            _ => None,
        })
    }
}

/// The depot, with a product that expires, one that has an IMEI, weights, and refurbishment of what is marked.
fn depot() -> Depot {
    let mut depot = Depot::new();
    for item in &mut depot.items {
        item.weight_grams = Some(200);
        match item.sku.as_str() {
            "SHIRT" => item.expiry_tracked = true,
            "PHONE" => item.serial_kind = SerialKind::Imei,
            _ => {}
        }
    }
    depot.rma.lines[2].serials_shipped = vec![id("49-015420-323751-8")];
    let marked = |refurbished| Conditions { refurbished, ..grades(&[Grade::C]) };
    let rows = &mut depot.policy.policy.candidates;
    rows[1].when = grades(&[Grade::B]);
    rows.push(candidate("C-WORK", marked(Flag::No), &[Disposition::Refurbish]));
    rows.push(candidate("C-WORKED", marked(Flag::Yes), &[Disposition::Liquidate, Disposition::Donate]));
    depot
}

impl World {
    /// Units that an RMA expects, a blind one, an unexpected one, an unknown and a recalled one.
    pub fn new() -> Self {
        let kinds = [
            (IntakeKind::Rma, "COAT", Some("1")),
            (IntakeKind::Blind, "SHIRT", None),
            (IntakeKind::UnexpectedItem, "COAT", None),
            (IntakeKind::Blind, "NOWHERE", None),
            (IntakeKind::Rma, "PHONE", Some("3")),
            (IntakeKind::Rts, "RECALLED", None),
        ];
        let unit = |(n, (intake, sku, line))| Unit {
            id: unit_id(n),
            intake,
            sku,
            line,
            state: State::default(),
            history: vec![],
            checker: Checker::default(),
        };
        let mut world = Self {
            depot: depot(),
            units: (0..).zip(kinds).map(unit).collect(),
            containers: BTreeMap::new(),
            refused: 0,
            hours: 0,
            lpns: 0,
        };
        for disposition in Disposition::ALL {
            world.open(*disposition, "NORDWIND");
        }
        world.open(Disposition::Restock, "SUEDWIND");
        world
    }

    fn open(&mut self, disposition: Disposition, owner: &str) {
        let n = self.containers.len() as u128;
        let open = container::Command::Open { code: id(&format!("T-{n}")), disposition, owner: id(owner) };
        let facts = self.depot.facts("COAT", None);
        let events = container::decide(&container::State::default(), &open, &facts).unwrap();
        self.containers.insert(ContainerId(Uuid::from_u128(n)), container::fold(&events));
    }

    fn container_for(&self, disposition: Option<Disposition>, owner: Option<&OwnerCode>) -> ContainerId {
        let fits = |(_, state): &(&ContainerId, &container::State)| {
            state.state == Some(ContainerState::Open)
                && state.disposition == disposition
                && state.owner.as_ref() == owner
        };
        self.containers.iter().find(fits).map_or(ContainerId(Uuid::from_u128(0)), |(id, _)| *id)
    }

    /// Grants a wish or has it refused, and checks everything either way.
    pub fn grant(&mut self, wish: Wish) -> Result<(), Refusal> {
        let n = usize::from(wish.unit) % self.units.len();
        self.hours += i64::from(wish.dice % 3);
        let command = self.command(n, wish);
        if command == Command::Close {
            return self.close(n, wish);
        }
        self.ask(n, wish, &command)
    }

    fn ask(&mut self, n: usize, wish: Wish, command: &Command) -> Result<(), Refusal> {
        let people = [
            (self.depot.grader.clone(), Role::Grader),
            (self.depot.other.clone(), Role::Grader),
            (self.depot.supervisor.clone(), Role::Supervisor),
            (id("HO1"), Role::HeadOffice),
            (self.depot.grader.clone(), Role::Supervisor),
            (id("TE1"), Role::Technician),
        ];
        let (actor, role) = &people[usize::from(wish.who) % people.len()];
        let unit = &self.units[n];
        let target = match command {
            Command::Stage { container } => Some(*container),
            _ => unit.state.container(),
        };
        let sku = match command {
            Command::ReIdentify { sku } => sku.to_string(),
            _ => unit.state.sku.as_ref().map_or(unit.sku.to_owned(), ToString::to_string),
        };
        let line = match command {
            Command::MatchLater => Some("2"),
            _ => unit.line,
        };
        let mut facts = self.depot.facts(&sku, line);
        (facts.actor, facts.role) = (actor, *role);
        facts.recorded = facts.recorded.checked_add(SignedDuration::from_hours(self.hours)).unwrap();
        facts.sample_drawn = wish.dice.is_multiple_of(7);
        facts.head_office_time = wish.dice.is_multiple_of(11).then(|| at("2030-01-01T00:00:00Z"));
        let arrival = Arrival {
            label_claimed_at: wish.dice.is_multiple_of(17).then(|| "BENCH-2".to_owned()),
            received_elsewhere: wish.dice.is_multiple_of(19),
            empty_boxes: u32::from(wish.dice % 3),
        };
        facts.arrival = &arrival;
        facts.lpn_taken = wish.dice.is_multiple_of(5);
        facts.fresh.lpn = Lpn::new(1, self.lpns).ok();
        facts.container = target.and_then(|id| self.containers.get(&id));
        if unit.intake == IntakeKind::UnexpectedItem {
            facts.rma = Some(&self.depot.rma);
        }
        let decided = unit::decide(&unit.state, command, &facts);
        assert_eq!(decided, unit::decide(&unit.state, command, &facts), "the same facts, the same answer");
        let events = decided.inspect_err(|_| self.refused += 1)?;
        assert!(!events.is_empty(), "granted without an event: {command:?}");
        let known = facts.container.cloned();
        let circumstances = Circumstances {
            by: actor,
            role: *role,
            today: facts.today(),
            container: known
                .as_ref()
                .and_then(|state| Some((state.disposition?, state.owner.as_ref()?, state.state?))),
        };
        self.lpns += 1;
        let unit = &mut self.units[n];
        for event in &events {
            unit.checker.follow(event, &circumstances);
            unit::apply(&mut unit.state, event);
            unit.history.push(event.clone());
            assert_eq!(unit::fold(&unit.history), unit.state, "the fold of every prefix is the projection");
        }
        unit.checker.agrees_with(&unit.state);
        let stored = serde_json::to_string(&unit.state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&stored).unwrap(), unit.state);
        let id = unit.id;
        events.iter().for_each(|event| self.mirror(id, event));
        Ok(())
    }

    /// What happens to a unit happens to its container too.
    fn mirror(&mut self, unit: UnitId, event: &UnitEvent) {
        let (container, command) = match event {
            UnitEvent::Staged { container } => (container, container::Command::Place { unit }),
            UnitEvent::TakenOut { container } => (container, container::Command::TakeOut { unit }),
            _ => return,
        };
        let facts = self.depot.facts("COAT", None);
        let state = self.containers.get_mut(container).unwrap();
        let events = container::decide(state, &command, &facts).expect("unit and container agree");
        events.iter().for_each(|event| container::apply(state, event));
    }

    /// Closes the unit's container with all that is in it, or ships it if it is closed.
    fn close(&mut self, n: usize, wish: Wish) -> Result<(), Refusal> {
        let Some(container) = self.units[n].state.container() else {
            return self.ask(n, wish, &Command::Close);
        };
        let blocked: Vec<_> = self
            .units
            .iter()
            .filter(|unit| unit.state.container() == Some(container))
            .filter(|unit| unit::may_leave(&unit.state).is_err())
            .map(|unit| unit.id)
            .collect();
        let facts = Facts { blocked_units: &blocked, ..self.depot.facts("COAT", None) };
        let before = self.containers[&container].clone();
        let command = match before.state {
            Some(ContainerState::Open) => container::Command::Close,
            _ => container::Command::Ship { tracking: None },
        };
        let events = container::decide(&before, &command, &facts).inspect_err(|_| self.refused += 1)?;
        let state = self.containers.get_mut(&container).unwrap();
        events.iter().for_each(|event| container::apply(state, event));
        for unit in &before.units {
            let m = self.units.iter().position(|other| other.id == *unit).unwrap();
            self.ask(m, wish, &Command::Close).expect("what may leave closes with its container");
        }
        if let (container::Command::Close, Some(disposition), Some(owner)) =
            (command, before.disposition, before.owner)
        {
            self.open(disposition, owner.as_str());
        }
        Ok(())
    }

    fn command(&self, n: usize, wish: Wish) -> Command {
        let unit = &self.units[n];
        if wish.what < 160 { self.sensible(unit, wish) } else { self.arbitrary(unit, wish) }
    }

    /// What a person would do next with the unit.
    pub fn sensible(&self, unit: &Unit, wish: Wish) -> Command {
        let (state, dice) = (&unit.state, usize::from(wish.dice));
        if let Some(reason) = state.holds.first() {
            return match unit.sku == "NOWHERE" && state.sku == Some(id("NOWHERE")) {
                true => Command::ReIdentify { sku: id("COAT") },
                false => Command::Release { reason: *reason },
            };
        }
        if let Some((first, _)) = state.contested {
            let decision = unit.last_decision().filter(|_| !dice.is_multiple_of(3)).map(Box::new);
            return Command::SettleContest { stands: first, decision };
        }
        match state.stage {
            None => Command::Receive {
                intake: unit.intake,
                parcel: None,
                sku: Some(id(unit.sku)),
                lpn: LpnChoice::Fresh,
            },
            Some(Stage::Received) => Command::StartInspection,
            Some(Stage::Inspecting) => self.inspect(state, dice),
            Some(Stage::Graded) if state.review_pending() && dice.is_multiple_of(4) => {
                Command::DisposeProvisionally
            }
            _ if state.review_pending()
                && state.blind.is_none()
                && state.review.causes.contains(&ReviewCause::Sample)
                && !dice.is_multiple_of(5) =>
            {
                self.regrade_blind(state, dice)
            }
            _ if state.review_pending() => Command::Review(Verdict::approve()),
            Some(Stage::Graded) => Command::Dispose,
            Some(Stage::Dispositioned) if state.provisional && state.review.by.is_some() => Command::Dispose,
            Some(Stage::Dispositioned | Stage::Staged)
                if matches!(state.disposition(), Some(Disposition::Refurbish | Disposition::Repair)) =>
            {
                Command::FinishWork {
                    work: Work::ALL[dice % 3],
                    part: dice.is_multiple_of(2).then(|| id("COAT-BELT")),
                    seconds: 120,
                    result: WorkResult::ALL[dice % 2],
                }
            }
            Some(Stage::Dispositioned) => {
                let print = state.label.print;
                let label = LabelKind::Disposition;
                match state.label.stage {
                    LabelStage::None => Command::RequestLabel { label },
                    LabelStage::PrintPending => Command::LabelPrinted { label, print },
                    LabelStage::Printed => Command::ConfirmLabel { lpn: state.lpn.unwrap(), print },
                    LabelStage::Confirmed => Command::Stage {
                        container: self.container_for(state.disposition(), state.owner.as_ref()),
                    },
                }
            }
            Some(Stage::Staged) if state.provisional => Command::TakeOut,
            Some(Stage::Staged | Stage::Closed | Stage::Voided) => Command::Close,
        }
    }

    /// Sees the same as the first grader, or something else.
    fn regrade_blind(&self, state: &State, dice: usize) -> Command {
        let checklist = &self.depot.checklist;
        let mut answers = if dice.is_multiple_of(2) { state.answers.clone() } else { vec![] };
        while let Some(question) = checklist.next_question(&answers) {
            let choice = &question.choices[dice % question.choices.len()];
            answers.push(answer(question.id.as_str(), choice.id.as_str()));
        }
        Command::RegradeBlind { answers, findings: state.added_findings.clone() }
    }

    fn inspect(&self, state: &State, dice: usize) -> Command {
        let checklist = &self.depot.checklist;
        if state.checklist.is_none() {
            return Command::StartInspection;
        }
        if let Some(question) = checklist.next_question(&state.answers) {
            let choice = if dice.is_multiple_of(3) { dice / 3 % question.choices.len() } else { 0 };
            return Command::Answer(answer(question.id.as_str(), question.choices[choice].id.as_str()));
        }
        let there = |role: &PhotoRole| {
            state.photos.iter().any(|photo| photo.role == *role) || state.photos_skipped.contains_key(role)
        };
        for role in checklist.required_photos(&state.answers) {
            if !there(&role) {
                return match dice % 4 {
                    0 => Command::SkipPhoto { role, reason: SkipReason::Camera },
                    _ => Command::TakePhoto { role, hash: hash(dice as u8), len: 1, flaws: vec![] },
                };
            }
        }
        if state.serial.is_none() && dice.is_multiple_of(2) {
            return Command::ReadSerial { serial: id(SERIALS[dice / 2 % SERIALS.len()]) };
        }
        if state.sku == Some(id("SHIRT")) && state.expiry.is_none() {
            let expiry = Some(jiff::civil::date(2026, 10 + (dice % 3) as i8, 28));
            return Command::ReadLot { lot: Some(id("L-1")), expiry };
        }
        if state.weight_grams.is_none() && dice.is_multiple_of(3) {
            return Command::Weigh { weight_grams: 190 + 100 * (dice as u32 % 2) };
        }
        Command::Grade
    }

    /// Anything at all.
    fn arbitrary(&self, unit: &Unit, wish: Wish) -> Command {
        let (state, dice) = (&unit.state, usize::from(wish.dice));
        let (low, high) = (dice % 16, dice / 16);
        let pick = |len: usize| high % len;
        let reason = OverrideReason::ALL[pick(OverrideReason::ALL.len())];
        let verdict = match low % 3 {
            0 => Verdict::approve(),
            1 => Verdict::send_back(reason),
            _ => Verdict {
                grade: Some(Grade::ALL[pick(6)]).filter(|_| high.is_multiple_of(2)),
                disposition: Some(Disposition::ALL[pick(14)]).filter(|_| high.is_multiple_of(3)),
                acceptance: Some(Acceptance::ALL[pick(4)]).filter(|_| high.is_multiple_of(5)),
                ..Verdict::change(reason)
            },
        };
        let (first, second) = (EventId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2)));
        let questions = &self.depot.checklist.questions;
        let question = &questions[pick(questions.len())];
        let label = LabelKind::ALL[low % 2];
        match wish.what % 36 {
            0 => Command::Receive {
                intake: IntakeKind::ALL[low % 6],
                parcel: None,
                sku: None,
                lpn: LpnChoice::Preprinted(Lpn::new(9, 900 + self.lpns).unwrap()),
            },
            1 => Command::MatchLater,
            2 => Command::ReIdentify { sku: id(["COAT", "SHIRT", "PHONE", "NOWHERE"][low % 4]) },
            3 => Command::ReadSerial { serial: id(SERIALS[low % SERIALS.len()]) },
            4 => Command::StartInspection,
            5 => Command::Answer(answer(question.id.as_str(), question.choices[low % 2].id.as_str())),
            6 => Command::AddFinding { finding: Finding::ALL[pick(Finding::ALL.len())] },
            7 => Command::RemoveFinding { finding: Finding::ALL[pick(Finding::ALL.len())] },
            8 => Command::TakePhoto {
                role: id(["FRONT", "WEAR"][low % 2]),
                hash: hash(high as u8),
                len: 1,
                flaws: vec![],
            },
            9 => Command::SkipPhoto { role: id(["FRONT", "SERIAL"][low % 2]), reason: SkipReason::Camera },
            10 => Command::Note { hash: hash(high as u8) },
            11 => Command::Grade,
            12 | 13 => Command::OverrideGrade { grade: Grade::ALL[pick(6)], reason, note: None },
            14 | 15 => {
                Command::OverrideDisposition { disposition: Disposition::ALL[pick(14)], reason, note: None }
            }
            16 => Command::Dispose,
            17 => Command::DisposeProvisionally,
            18 => Command::Review(verdict),
            19 => Command::Hold { reason: HoldReason::ALL[pick(8)] },
            20 => Command::Release { reason: HoldReason::ALL[pick(8)] },
            21 => Command::RequestLabel { label },
            22 => Command::LabelPrinted { label, print: high as u32 % 4 },
            23 => Command::ConfirmLabel {
                lpn: state.lpn.unwrap_or(Lpn::new(8, 8).unwrap()),
                print: high as u32 % 4,
            },
            24 => Command::SwapLabels { other: unit_id(77) },
            25 => Command::Locate { shelf: low.is_multiple_of(2).then(|| id("S-1")) },
            26 => Command::Stage { container: ContainerId(Uuid::from_u128(pick(16) as u128)) },
            27 => Command::TakeOut,
            28 => Command::Regrade { reason: RegradeReason::ALL[low % 2] },
            29 if low == 0 => Command::Void { reason: VoidReason::NeverThere },
            30 => Command::Amend(Amendment::FindingAdded { finding: Finding::ALL[pick(34)] }),
            32 => Command::Weigh { weight_grams: 50 * high as u32 },
            33 => Command::ReadLot {
                lot: low.is_multiple_of(2).then(|| id("L-2")),
                expiry: low.is_multiple_of(3).then(|| jiff::civil::date(2026, 11, 1 + low as i8)),
            },
            34 => self.regrade_blind(state, high),
            35 => Command::FinishWork {
                work: Work::ALL[low % 3],
                part: None,
                seconds: 60,
                result: WorkResult::ALL[high % 2],
            },
            31 if low.is_multiple_of(4) => Command::Contest { first, second },
            _ => Command::SettleContest {
                stands: if low.is_multiple_of(2) { first } else { second },
                decision: unit.last_decision().filter(|_| high.is_multiple_of(2)).map(Box::new),
            },
        }
    }
}
