//! One unit with its history, driven step by step.

use returns::codes::*;
use returns::ids::*;
use returns::unit::{self, Command, LpnChoice, State};
use returns::{Facts, Refusal, UnitEvent, container};
use uuid::Uuid;

use super::*;

pub const CLEAN: &[(&str, &str)] = &[
    ("smell", "no"),
    ("same", "yes"),
    ("seal", "broken"),
    ("torn", "no"),
    ("broken", "no"),
    ("stained", "no"),
    ("worn", "no"),
    ("tag", "no"),
];

pub const WORN: &[(&str, &str)] = &[
    ("smell", "no"),
    ("same", "yes"),
    ("seal", "broken"),
    ("torn", "no"),
    ("broken", "no"),
    ("stained", "no"),
    ("worn", "yes"),
];

/// A unit with its history.
pub struct Bench {
    pub state: State,
    pub history: Vec<UnitEvent>,
}

impl Bench {
    pub fn new() -> Self {
        Self { state: State::default(), history: vec![] }
    }

    pub fn received(facts: &Facts<'_>) -> Self {
        let mut bench = Self::new();
        bench.does(receive(IntakeKind::Rma, facts), facts);
        bench
    }

    pub fn graded(facts: &Facts<'_>) -> Self {
        let mut bench = Self::received(facts);
        bench.inspects(CLEAN, facts);
        bench
    }

    pub fn dispositioned(facts: &Facts<'_>) -> Self {
        let mut bench = Self::graded(facts);
        bench.does(Command::Dispose, facts);
        assert_eq!(bench.state.stage, Some(Stage::Dispositioned), "{:?}", bench.state.review.causes);
        bench
    }

    pub fn confirmed(facts: &Facts<'_>) -> Self {
        let mut bench = Self::dispositioned(facts);
        bench.labels(facts);
        bench
    }

    pub fn tries(&mut self, command: Command, facts: &Facts<'_>) -> Result<Vec<UnitEvent>, Refusal> {
        let events = unit::decide(&self.state, &command, facts)?;
        events.iter().for_each(|event| unit::apply(&mut self.state, event));
        self.history.extend(events.clone());
        Ok(events)
    }

    pub fn does(&mut self, command: Command, facts: &Facts<'_>) -> Vec<UnitEvent> {
        let what = format!("{command:?}");
        self.tries(command, facts).unwrap_or_else(|refusal| panic!("{what}: {refusal:?}"))
    }

    pub fn refuses(&mut self, command: Command, facts: &Facts<'_>) -> Refusal {
        self.tries(command, facts).expect_err("refused")
    }

    pub fn inspects(&mut self, answers: &[(&str, &str)], facts: &Facts<'_>) {
        self.does(Command::StartInspection, facts);
        for (question, choice) in answers {
            self.does(Command::Answer(answer(question, choice)), facts);
        }
        self.does(photo("FRONT", 100 + self.state.photos.len() as u8), facts);
        self.does(Command::Grade, facts);
    }

    /// The other grader looks without seeing the first answers.
    pub fn looked_at_blind(&mut self, answers: &[(&str, &str)], depot: &Depot, facts: &Facts<'_>) {
        let answers = answers.iter().map(|(question, choice)| answer(question, choice)).collect();
        let command = Command::RegradeBlind { answers, findings: [].into() };
        self.does(command, &Facts { actor: &depot.other, ..facts.clone() });
    }

    pub fn labels(&mut self, facts: &Facts<'_>) {
        self.does(Command::RequestLabel { label: LabelKind::Disposition }, facts);
        let print = self.state.label.print;
        self.does(Command::LabelPrinted { label: LabelKind::Disposition, print }, facts);
        self.does(Command::ConfirmLabel { lpn: self.state.lpn.unwrap(), print }, facts);
    }
}

pub fn receive(intake: IntakeKind, facts: &Facts<'_>) -> Command {
    let sku = facts.item.map(|item| item.sku.clone());
    Command::Receive { intake, parcel: None, sku, lpn: LpnChoice::Fresh }
}

pub fn photo(role: &str, n: u8) -> Command {
    Command::TakePhoto { role: id(role), hash: hash(n), len: 1_000, flaws: vec![] }
}

pub fn tote(n: u128) -> ContainerId {
    ContainerId(Uuid::from_u128(n))
}

pub fn container(disposition: Disposition, owner: &str, state: ContainerState) -> container::State {
    container::State {
        state: Some(state),
        code: Some(id("T-1")),
        disposition: Some(disposition),
        owner: Some(id(owner)),
        ..container::State::default()
    }
}
