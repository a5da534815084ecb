//! The next step of one unit, at random among those that its stage suggests.

use anyhow::Result;
use records::Records;
use returns::checklist::Answer;
use returns::codes::{
    Disposition, Grade, HoldReason, LabelKind, LabelStage, OverrideReason, RegradeReason, ReviewCause, Role,
    SkipReason, Stage, Work, WorkResult,
};
use returns::ids::{EventId, PhotoRole, Subject, UnitId};
use returns::unit::{self, Command, EXPIRY_PHOTO, SERIAL_PHOTO, Verdict};

use crate::facts::Known;
use crate::meeting::decision_in;
use crate::work::Hand;

/// Longest photo, in bytes.
const PHOTO_BYTES: u64 = 40_000;

impl Hand {
    pub(crate) fn step(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        if state.unreadable {
            self.tally.refused += 1;
            return Ok(());
        }
        if let Some((first, second)) = state.contested
            && self.dice.chance(500)
        {
            return self.settle(records, id, state, first, second);
        }
        if let Some(reason) = state.holds.iter().next().copied()
            && self.dice.chance(600)
        {
            return self.ask(records, id, state, &[Command::Release { reason }], Role::Supervisor).map(drop);
        }
        match self.dice.below(100) {
            0..4 => return self.note(records, id, state),
            4..8 => return self.photograph(records, id, state, "DETAIL"),
            8..10 => {
                let hold = Command::Hold { reason: HoldReason::Supervisor };
                return self.ask(records, id, state, &[hold], Role::Grader).map(drop);
            }
            10..18 => return self.seldom(records, id, state),
            _ if state.stage == Some(Stage::Closed) => return self.seldom(records, id, state),
            _ => {}
        }
        match state.stage {
            Some(Stage::Received) => {
                self.ask(records, id, state, &[Command::StartInspection], Role::Grader).map(drop)
            }
            Some(Stage::Inspecting) => self.inspect(records, id, state),
            Some(Stage::Graded) => self.judge(records, id, state),
            Some(Stage::Dispositioned) => self.label(records, id, state),
            Some(Stage::Staged) if self.dice.chance(150) => {
                let again = Command::Regrade { reason: RegradeReason::Regrade };
                let one = if self.dice.chance(500) { Command::TakeOut } else { again };
                self.ask(records, id, state, &[one], Role::Grader).map(drop)
            }
            _ => {
                self.tally.refused += 1;
                Ok(())
            }
        }
    }

    fn inspect(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let known = Known::of(records, id, state)?;
        let Some(checklist) = known.checklist.as_ref().filter(|checklist| state.began_with(checklist)) else {
            return self.ask(records, id, state, &[Command::StartInspection], Role::Grader).map(drop);
        };
        if let Some(question) = checklist.next_question(&state.answers) {
            // Mostly the first choice, which is the harmless one: else every other unit would be junk.
            let first = question.choices.first().filter(|_| self.dice.chance(750));
            let Some(choice) = first.or(self.dice.pick(&question.choices)) else { return Ok(()) };
            let answer = Answer { question: question.id.clone(), choice: choice.id.clone() };
            return self.ask(records, id, state, &[Command::Answer(answer)], Role::Grader).map(drop);
        }
        let missing = checklist.required_photos(&state.answers).into_iter().find(|role| {
            !state.photos.iter().any(|photo| photo.role == *role) && !state.photos_skipped.contains_key(role)
        });
        if let Some(role) = missing {
            if self.dice.chance(850) {
                return self.photograph(records, id, state, role.as_str());
            }
            let skip = Command::SkipPhoto { role, reason: SkipReason::Camera };
            return self.ask(records, id, state, &[skip], Role::Grader).map(drop);
        }
        let skip = |role: &str| {
            PhotoRole::new(role).map(|role| Command::SkipPhoto { role, reason: SkipReason::NotThere })
        };
        let serial = format!("SN-{:06}", self.dice.below(1_000_000)).parse()?;
        let wishes =
            [Command::Grade, Command::ReadSerial { serial }, skip(SERIAL_PHOTO)?, skip(EXPIRY_PHOTO)?];
        self.ask(records, id, state, &wishes, Role::Grader).map(drop)
    }

    fn judge(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        if state.review_pending()
            && state.blind.is_none()
            && state.review.causes.contains(&ReviewCause::Sample)
        {
            let known = Known::of(records, id, state)?;
            if let Some(checklist) = &known.checklist {
                let answers = self.answers(checklist);
                let blind = Command::RegradeBlind { answers, findings: Default::default() };
                return self.ask(records, id, state, &[blind], Role::Technician).map(drop);
            }
        }
        if state.review_pending() {
            let mut verdict = match self.dice.below(10) {
                0 => Verdict::send_back(OverrideReason::AnsweredWrong),
                1..4 => Verdict::change(OverrideReason::WorseThanComputed),
                _ => Verdict::approve(),
            };
            if verdict.reason == Some(OverrideReason::WorseThanComputed) {
                verdict.grade = self.dice.pick(Grade::ALL).copied();
            }
            let wishes = [Command::Review(verdict), Command::Review(Verdict::approve())];
            return self.ask(records, id, state, &wishes, Role::Supervisor).map(drop);
        }
        let mut wishes = vec![Command::Dispose];
        let reason = OverrideReason::Other;
        if self.dice.chance(80) {
            let grade = self.dice.pick(Grade::ALL).copied().unwrap_or(Grade::C);
            wishes.insert(0, Command::OverrideGrade { grade, reason, note: None });
        }
        if self.dice.chance(300) {
            let any = self.dice.pick(Disposition::ALL).copied().unwrap_or(Disposition::Quarantine);
            let disposition = if self.dice.chance(700) { Disposition::Refurbish } else { any };
            wishes.insert(0, Command::OverrideDisposition { disposition, reason, note: None });
        }
        self.ask(records, id, state, &wishes, Role::Grader).map(drop)
    }

    fn label(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let label = LabelKind::Disposition;
        let print = state.label.print;
        let to_work = matches!(state.disposition(), Some(Disposition::Refurbish | Disposition::Repair));
        if to_work && self.dice.chance(900) {
            let (work, result, seconds) = (Work::Cleaning, WorkResult::Done, 300);
            let done = Command::FinishWork { work, part: None, seconds, result };
            return self.ask(records, id, state, &[done], Role::Technician).map(drop);
        }
        let wish = match (self.dice.below(10), state.label.stage) {
            (0, _) => Command::Regrade { reason: RegradeReason::Regrade },
            (_, LabelStage::None) => Command::RequestLabel { label },
            (_, LabelStage::PrintPending) => Command::LabelPrinted { label, print },
            (_, LabelStage::Printed) => match state.lpn {
                Some(lpn) => Command::ConfirmLabel { lpn, print },
                None => return Ok(()),
            },
            (_, LabelStage::Confirmed) => match state.disposition() {
                Some(disposition) => return self.put_into_container(records, id, state, disposition),
                None => return Ok(()),
            },
        };
        self.ask(records, id, state, &[wish], Role::Grader).map(drop)
    }

    fn settle(
        &mut self,
        records: &mut Records,
        id: UnitId,
        state: &unit::State,
        first: EventId,
        second: EventId,
    ) -> Result<()> {
        let stands = if self.dice.chance(500) { first } else { second };
        let history = records.history(Subject::Unit(id))?;
        let decision = history.iter().find(|(_, envelope)| envelope.event_id == stands);
        let decision = decision.and_then(|(_, envelope)| decision_in(envelope)).map(Box::new);
        let wish = Command::SettleContest { stands, decision };
        self.ask(records, id, state, &[wish], Role::Supervisor).map(drop)
    }

    fn note(&mut self, records: &mut Records, id: UnitId, state: &unit::State) -> Result<()> {
        let words = format!("note {:016x}", self.dice.roll());
        let hash = records.keep_text(words.as_bytes())?;
        self.ask(records, id, state, &[Command::Note { hash }], Role::Grader).map(drop)
    }

    /// A photo that no camera took: it begins and ends as a JPEG does.
    pub(crate) fn jpeg(&mut self) -> Vec<u8> {
        let length = usize::try_from(self.dice.between(200, PHOTO_BYTES)).unwrap_or(200);
        let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0];
        jpeg.extend(self.dice.bytes(length));
        jpeg.extend([0xff, 0xd9]);
        jpeg
    }

    fn photograph(
        &mut self,
        records: &mut Records,
        id: UnitId,
        state: &unit::State,
        role: &str,
    ) -> Result<()> {
        let jpeg = self.jpeg();
        let hash = records.photos().keep(&jpeg)?;
        let role = PhotoRole::new(role)?;
        let taken = Command::TakePhoto { role, hash, len: jpeg.len() as u64, flaws: Vec::new() };
        let kept = self.ask(records, id, state, &[taken], Role::Grader)?;
        if kept && self.dice.chance(500) {
            let small = jpeg.get(..jpeg.len().min(500)).unwrap_or(&jpeg).to_vec();
            records.keep_thumbnail(&hash, &small)?;
        }
        Ok(())
    }
}
