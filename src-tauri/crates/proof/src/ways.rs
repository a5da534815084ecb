//! What happens to a unit now and then: it is weighed, moved, taken for another, worked on, corrected, taken back.

use anyhow::Result;
use records::Records;
use returns::checklist::{Answer, Checklist};
use returns::codes::{Acceptance, Finding, LabelKind, Role, SellerResponse, Stage, Task, VoidReason};
use returns::event::Amendment;
use returns::ids::UnitId;
use returns::unit::{self, Command};

use crate::facts::Known;
use crate::work::{AT_HAND, Hand, PRODUCTS};

/// Findings that a person adds by hand.
const ADDED: [Finding; 4] = [Finding::Used, Finding::Stain, Finding::PackagingDamage, Finding::PartMissing];

impl Hand {
    /// The first of what its stage suggests that the domain allows.
    pub(crate) fn seldom(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        match self.dice.below(8) {
            0 => return self.match_later(records, id, state),
            1 => return self.take_for_another(records, id, state),
            2 if self.dice.chance(500) => return self.swap_labels(records, id, state),
            _ => {}
        }
        let mut wishes = self.wishes(state)?;
        self.dice.shuffle(&mut wishes);
        for (role, wish) in wishes {
            if self.ask(records, id, state, &[wish], role)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn wishes(&mut self, state: &unit::State) -> Result<Vec<(Role, Command)>> {
        let supervisor = Role::Supervisor;
        let weight_grams = u32::try_from(self.dice.between(50, 4000))?;
        let acceptance = [Acceptance::Accepted, Acceptance::Rejected, Acceptance::ManualInterventionRequired];
        let acceptance = self.dice.pick(&acceptance).copied().unwrap_or(Acceptance::Accepted);
        let finding = self.dice.pick(&ADDED).copied().unwrap_or(Finding::Used);
        let mut wishes = vec![
            (Role::Grader, Command::Weigh { weight_grams }),
            (supervisor, Command::AnswerClaim { acceptance, response: None }),
            (Role::Grader, Command::RequestLabel { label: LabelKind::Lpn }),
        ];
        wishes
            .extend(state.tasks.iter().map(|task: &Task| (supervisor, Command::FinishTask { task: *task })));
        let shelf = format!("S-{}", self.dice.below(9)).parse()?;
        let locate = Command::Locate { shelf: Some(shelf).filter(|_| self.dice.chance(700)) };
        match state.stage {
            Some(Stage::Received | Stage::Inspecting) => {
                let lot = Some(format!("L{:03}", self.dice.below(1000)).parse()?);
                let expiry = Some(jiff::civil::date(2027, 1, 1 + i8::try_from(self.dice.below(28))?));
                wishes.push((Role::Grader, Command::ReadLot { lot, expiry }));
                wishes.push((Role::Grader, Command::AddFinding { finding }));
                let added: Vec<Finding> = state.added_findings.iter().copied().collect();
                let mistake = self.dice.pick(&added).copied();
                let taken_back = mistake.map(|finding| (supervisor, Command::RemoveFinding { finding }));
                wishes.push((Role::Grader, locate));
                if let Some(taken_back) = taken_back.filter(|_| self.dice.chance(400)) {
                    wishes = vec![taken_back];
                }
            }
            Some(Stage::Graded) => {
                wishes.push((Role::Grader, Command::DisposeProvisionally));
                wishes.push((Role::Grader, locate));
            }
            Some(Stage::Dispositioned) => wishes.push((Role::Grader, locate)),
            Some(Stage::Closed) => {
                let response = SellerResponse::ALL;
                let response = self.dice.pick(response).copied().unwrap_or(SellerResponse::NoFaultFound);
                let amendment = match self.dice.below(3) {
                    0 => Amendment::FindingAdded { finding },
                    1 => Amendment::FindingRemoved { finding },
                    _ => Amendment::Response { response },
                };
                wishes.push((supervisor, Command::Amend(amendment)));
            }
            _ => {}
        }
        if self.dice.chance(120) {
            wishes = vec![(supervisor, Command::Void { reason: VoidReason::NeverThere })];
        }
        Ok(wishes)
    }

    /// Its return line becomes known.
    fn match_later(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let Some(sku) = state.sku.clone() else { return Ok(()) };
        let Some((rma, line)) = self.dice.pick(&records.rma_lines_by_sku(&sku)?).cloned() else {
            return Ok(());
        };
        let mut known = Known::of(records, id, state)?;
        (known.rma, known.line) = (Some(rma), Some(line.id));
        self.one(records, id, state, &known, &Command::MatchLater)
    }

    /// It is another product than was thought.
    fn take_for_another(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let sku: returns::ids::Sku = self.dice.pick(&PRODUCTS).copied().unwrap_or("HAL-CAP").parse()?;
        let other = unit::State { sku: Some(sku.clone()), ..state.clone() };
        let known = Known::of(records, id, &other)?;
        self.one(records, id, state, &known, &Command::ReIdentify { sku })
    }

    fn one(
        &mut self,
        records: &mut Records,
        id: UnitId,
        state: &unit::State,
        known: &Known,
        command: &Command,
    ) -> Result<()> {
        let mut draft = self.draft(records, Role::Grader)?;
        if !self.decide(&mut draft, id, &mut state.clone(), known, command) {
            self.tally.refused += 1;
        }
        self.commit(records, draft)
    }

    /// Two units have each other's labels: both are told in one act.
    fn swap_labels(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let units = records.recent_units(AT_HAND)?;
        let Some((other, of_other)) = self.dice.pick(&units).filter(|(other, _)| *other != id).cloned()
        else {
            return Ok(());
        };
        let mut draft = self.draft(records, Role::Grader)?;
        for (unit, mut state, with) in [(id, state.clone(), other), (other, of_other, id)] {
            let known = Known::of(records, unit, &state)?;
            if !self.decide(&mut draft, unit, &mut state, &known, &Command::SwapLabels { other: with }) {
                self.tally.refused += 1;
                return Ok(());
            }
        }
        self.commit(records, draft)
    }

    /// A second person's answers to every question that comes.
    pub(crate) fn answers(&mut self, checklist: &Checklist) -> Vec<Answer> {
        let mut answers = Vec::new();
        while let Some(question) = checklist.next_question(&answers) {
            let first = question.choices.first().filter(|_| self.dice.chance(850));
            let Some(choice) = first.or(self.dice.pick(&question.choices)) else { break };
            answers.push(Answer { question: question.id.clone(), choice: choice.id.clone() });
        }
        answers
    }
}
