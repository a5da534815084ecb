//! The checklist: one question after the other, findings beside them, photos.

use returns::checklist::{Answer, Checklist, Question};
use returns::codes::{CommandCode, Finding, HoldReason, SkipReason, Stage};
use returns::ids::{ChoiceId, PhotoRole, QuestionId, Serial, UnitId};
use returns::{serial, unit};

use super::asking::{Asking, pick, picked};
use super::draft::Draft;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

/// Identifier of the question that is answered by scanning the serial, and of its two answers.
const SERIAL: &str = "SERIAL";
const SERIAL_MATCHES: &str = "MATCHES";
const SERIAL_DIFFERS: &str = "DIFFERS";
/// First key of the finding chips: 1–4 are answers.
const FIRST_CHIP: usize = 4;
/// Chips on one page.
pub(super) const CHIPS: usize = 3;

impl Desk {
    /// The LPN's label was scanned: the unit is the one on the desk, or is taken up.
    pub(super) fn number_scanned(&mut self, lpn: returns::lpn::Lpn) -> Outcome {
        let Ok((unit, state)) = self.current() else {
            let found = self.records().unit_by_lpn(lpn)?;
            return match found {
                Some((unit, _)) => self.take_up(unit),
                // Nothing is begun with a number that nobody knows: a person says whether it comes from a roll.
                None if self.work.preprinted == Some(lpn) => {
                    Ok(Said::only(Tone::Ready, say("preprinted-ready", [("lpn", lpn.to_string())])))
                }
                None => {
                    self.ask(Asking::Preprinted { lpn });
                    Ok(Said::only(Tone::Warning, say("unit-unknown-here", [("lpn", lpn.to_string())])))
                }
            };
        };
        if state.lpn != Some(lpn) {
            let words = [("expected", super::views::lpn(&state)), ("got", lpn.to_string())];
            return Err(coded("wrong-number-label", words));
        }
        match state.stage {
            Some(Stage::Received) if state.holds.is_empty() => self.start_inspection(unit),
            Some(Stage::Received) => {
                Ok(Said::only(Tone::Supervisor, say("held", [("reasons", super::views::list(&state.holds))])))
            }
            _ => Ok(Said::only(Tone::Warning, say("number-again", [("lpn", lpn.to_string())]))),
        }
    }

    /// Takes up a unit that was put aside, here or at another bench.
    pub(super) fn take_up(&mut self, unit: UnitId) -> Outcome {
        let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        if matches!(state.stage, Some(Stage::Closed | Stage::Voided) | None) {
            let stage = state.stage.map(|stage| stage.to_string()).unwrap_or_default();
            return Err(coded("unit-closed", [("lpn", super::views::lpn(&state)), ("stage", stage)]));
        }
        self.work.unit = Some(unit);
        self.work.container = None;
        if matches!(state.location, unit::Location::Shelf { .. }) {
            self.act(unit, &unit::Command::Locate { shelf: None })?;
        }
        self.begin_again(unit, &state)?;
        if let Some(container) = state.container() {
            let container = self.records().container(&container)?.and_then(|container| container.code);
            self.ask(Asking::TakeOut {
                container: container.map(|code| code.to_string()).unwrap_or_default(),
            });
        }
        self.offer_work(&state);
        let state = self.records().unit(&unit)?.unwrap_or(state);
        self.ask_expiry(unit, &state)?;
        Ok(Said::only(Tone::Accepted, say("unit-taken-up", [("lpn", super::views::lpn(&state))])))
    }

    /// A unit that a reviewer sent back, or that is graded anew, begins its checklist again.
    fn begin_again(&mut self, unit: UnitId, state: &unit::State) -> Result<(), Coded> {
        if state.stage != Some(Stage::Inspecting) || !state.holds.is_empty() {
            return Ok(());
        }
        let known = super::draft::Known::of_unit(&self.records(), unit, state)?;
        if !known.checklist.is_some_and(|checklist| state.began_with(&checklist)) {
            self.act(unit, &unit::Command::StartInspection)?;
        }
        Ok(())
    }

    /// Where the checklist changed while the unit lies on the desk, its inspection begins anew with the new one:
    /// answers to the old one no longer count.
    pub(super) fn begin_anew_if_changed(
        &mut self,
        unit: UnitId,
        state: &unit::State,
    ) -> Result<Option<Said>, Coded> {
        let Some((_, began)) = state.checklist.as_ref().filter(|_| state.stage == Some(Stage::Inspecting))
        else {
            return Ok(None);
        };
        let checklist = self.checklist_of(state)?;
        if state.began_with(&checklist) {
            return Ok(None);
        }
        self.act(unit, &unit::Command::StartInspection)?;
        self.work.revisit = None;
        self.work.page = 0;
        let words = [("began", began.to_string())];
        Ok(Some(Said::saved(Tone::Warning, say("checklist-changed", words))))
    }

    /// The product of a unit that came in unknown is scanned: now it is known, though still held.
    pub(super) fn identify(&mut self, unit: UnitId, gtin: &str) -> Outcome {
        let gtin = returns::ids::Gtin::new(gtin).map_err(|error| coded(error.code(), []))?;
        let item = self.records().item_by_gtin(&gtin)?;
        let item = item.ok_or_else(|| coded("item-not-in-catalogue", [("code", gtin.to_string())]))?;
        let title = item.title.clone();
        let mut draft = self.draft(unit)?;
        let sku = item.sku.clone();
        draft.known.item = Some(item);
        let line = self.open_lines()?.into_iter().find(|line| line.sku == sku);
        if let Some(line) =
            line.filter(|_| self.work.parcel.is_some() && draft.state.parcel == self.work.parcel)
        {
            draft.known.rma = self.records().rma(&line.rma)?;
            draft.known.line = Some(line.line);
        }
        // An empty box stays one, whatever should have been in it.
        let empty_box = draft.state.added_findings.contains(&Finding::EmptyBox);
        draft.decide(&unit::Command::ReIdentify { sku })?;
        if empty_box {
            draft.seen_at_receipt(Finding::EmptyBox);
        }
        let state = self.commit_draft(draft)?;
        let words = [("lpn", super::views::lpn(&state)), ("title", title)];
        Ok(Said::saved(Tone::Accepted, say("unit-identified", words)))
    }

    /// The number is on the unit: ask the first question.
    pub(super) fn start_inspection(&mut self, unit: UnitId) -> Outcome {
        let mut draft = self.draft(unit)?;
        match draft.decide(&unit::Command::StartInspection) {
            Ok(_) => {}
            Err(refusal) if refusal.code == "checklist-missing" || refusal.code == "item-unknown" => {
                draft.decide(&unit::Command::Hold { reason: HoldReason::UnknownItem })?;
                self.commit_draft(draft)?;
                return Err(refusal);
            }
            Err(refusal) => return Err(refusal),
        }
        self.answer_by_serial(&mut draft)?;
        let state = self.commit_draft(draft)?;
        self.ask_expiry(unit, &state)?;
        Ok(Said::saved(Tone::Accepted, say("number-confirmed", [("lpn", super::views::lpn(&state))])))
    }

    pub(super) fn command_inspecting(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Outcome {
        if let Some(said) = self.begin_anew_if_changed(unit, state)? {
            return Ok(said);
        }
        let checklist = self.checklist_of(state)?;
        match command {
            CommandCode::Undo => return self.undo(&checklist, state),
            CommandCode::SkipPhoto => return self.skip_photo(unit, state, &checklist),
            CommandCode::More => return self.more_chips(&checklist, state),
            _ => {}
        }
        let question = self.question(&checklist, state);
        let own_keys = question.as_ref().is_some_and(needs_all_keys);
        if let Some(finding) = self.chip(&checklist, command).filter(|_| !own_keys) {
            return self.toggle(unit, state, finding);
        }
        let Some(question) = question else {
            return match command {
                CommandCode::Next => self.finish_inspection(unit),
                _ => Err(coded("command-not-now", [("command", command.to_string())])),
            };
        };
        let choice = question
            .choices
            .iter()
            .enumerate()
            .find(|(index, choice)| choice_command(*index, &choice.id) == Some(command));
        let Some((_, choice)) = choice else {
            return Err(coded("command-not-now", [("command", command.to_string())]));
        };
        let serial = question.id.as_str() == SERIAL && self.serial_required(state)?;
        if serial && matches!(choice.id.as_str(), SERIAL_MATCHES | SERIAL_DIFFERS) {
            return Err(coded("scan-serial-first", []));
        }
        let answer = Answer { question: question.id.clone(), choice: choice.id.clone() };
        self.answer(unit, &checklist, answer, serial)
    }

    fn serial_required(&self, state: &unit::State) -> Result<bool, Coded> {
        let records = self.records();
        let item = state.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
        Ok(item.is_some_and(|item| item.serial_required))
    }

    /// The question on the screen: one that UNDO brought back, else the next one.
    pub(super) fn question(&self, checklist: &Checklist, state: &unit::State) -> Option<Question> {
        let again = self.work.revisit.as_ref().and_then(|id| checklist.question(id));
        again.or_else(|| checklist.next_question(&state.answers)).cloned()
    }

    pub(super) fn checklist_of(&self, state: &unit::State) -> Result<Checklist, Coded> {
        let (category, _) = state.checklist.as_ref().ok_or_else(|| coded("checklist-missing", []))?;
        let records = self.records();
        let rma = state.rma.as_ref().map(|rma| records.rma(rma)).transpose()?.flatten();
        let found = records.checklist(category, state.owner.as_ref(), rma.map(|rma| rma.cycle))?;
        found.ok_or_else(|| coded("checklist-missing", []))
    }

    /// Whether a plain text scanned now is the serial that the question on the screen asks for.
    pub(super) fn expects_text(&self) -> bool {
        let Ok((_, state)) = self.current() else { return false };
        if state.stage != Some(Stage::Inspecting) || self.work.asking.is_some() {
            return false;
        }
        let question = self.checklist_of(&state).ok().and_then(|checklist| self.question(&checklist, &state));
        question.is_some_and(|question| question.id.as_str() == SERIAL)
    }

    /// The serial was scanned: keep it and answer the question by comparing it with what was shipped.
    pub(super) fn serial(&mut self, text: &str) -> Outcome {
        let (unit, state) = self.current()?;
        let serial = Serial::new(text.trim()).map_err(|_| coded("serial-unreadable", []))?;
        if let Some(said) = self.begin_anew_if_changed(unit, &state)? {
            return Ok(said);
        }
        let checklist = self.checklist_of(&state)?;
        let mut draft = self.draft(unit)?;
        let shipped = draft.known.rma_line().map(|line| line.serials_shipped.clone()).unwrap_or_default();
        if draft.state.serial.as_ref() != Some(&serial) {
            match draft.decide(&unit::Command::ReadSerial { serial: serial.clone() }) {
                // The same number, written in another way.
                Err(refusal) if refusal.code == "no-change" => {}
                read => drop(read?),
            }
        }
        self.work.serial_read = false;
        let serial = draft.state.serial.clone().unwrap_or(serial);
        let kind = draft.known.item.as_ref().map(|item| item.serial_kind).unwrap_or_default();
        let fits = serial::is_shipped(kind, &serial, &shipped) != Some(false);
        let choice = if fits { SERIAL_MATCHES } else { SERIAL_DIFFERS };
        let question = QuestionId::new(SERIAL).map_err(|error| coded(error.code(), []))?;
        let choice = ChoiceId::new(choice).map_err(|error| coded(error.code(), []))?;
        let answer = Answer { question, choice };
        if given(&draft.state, &answer) {
            // Asked again and answered the same: nothing to correct.
            self.work.revisit = None;
            return Ok(Said::only(Tone::Accepted, say("answered", [])));
        }
        draft.decide(&unit::Command::Answer(answer))?;
        let state = self.commit_draft(draft)?;
        self.work.revisit = None;
        let finished = self.finish_if_complete(unit, &state, &checklist)?;
        let words = [("serial", serial.to_string()), ("shipped", super::views::list(&shipped))];
        Ok(finished.unwrap_or_else(|| match (fits, shipped.is_empty()) {
            (_, true) => Said::saved(Tone::Accepted, say("serial-kept", words)),
            (true, _) => Said::saved(Tone::Accepted, say("serial-matches", words)),
            (false, _) => Said::saved(Tone::Warning, say("serial-differs", words)),
        }))
    }

    /// The serial was read with the product's own code: its question needs no second scan.
    pub(super) fn answer_by_serial(&mut self, draft: &mut Draft) -> Result<(), Coded> {
        let inspecting = draft.state.stage == Some(Stage::Inspecting) && draft.state.holds.is_empty();
        if !self.work.serial_read || !inspecting {
            return Ok(());
        }
        let (Some(checklist), Some(serial)) = (&draft.known.checklist, &draft.state.serial) else {
            return Ok(());
        };
        let next = checklist.next_question(&draft.state.answers);
        let Some(question) = next.filter(|question| question.id.as_str() == SERIAL) else { return Ok(()) };
        let shipped = draft.known.rma_line().map(|line| line.serials_shipped.clone()).unwrap_or_default();
        let kind = draft.known.item.as_ref().map(|item| item.serial_kind).unwrap_or_default();
        let fits = serial::is_shipped(kind, serial, &shipped) != Some(false);
        let choice = if fits { SERIAL_MATCHES } else { SERIAL_DIFFERS };
        let choice = question.choices.iter().find(|one| one.id.as_str() == choice).map(|one| one.id.clone());
        let Some(choice) = choice else { return Ok(()) };
        let answer = Answer { question: question.id.clone(), choice };
        draft.decide(&unit::Command::Answer(answer))?;
        self.work.serial_read = false;
        Ok(())
    }

    /// Commits an answer. A required serial that cannot be read is left out with a reason, as a photo is.
    fn answer(
        &mut self,
        unit: UnitId,
        checklist: &Checklist,
        answer: Answer,
        without_serial: bool,
    ) -> Outcome {
        let hold = checklist.choice(&answer).and_then(|choice| choice.hold);
        let mut draft = self.draft(unit)?;
        if self.work.revisit.is_some() && given(&draft.state, &answer) {
            self.work.revisit = None;
            return Ok(Said::only(Tone::Accepted, say("answered", [])));
        }
        draft.decide(&unit::Command::Answer(answer))?;
        self.answer_by_serial(&mut draft)?;
        if without_serial && draft.state.holds.is_empty() {
            let role = PhotoRole::new(SERIAL).map_err(|error| coded(error.code(), []))?;
            if !draft.state.photos_skipped.contains_key(&role) {
                draft.decide(&unit::Command::SkipPhoto { role, reason: SkipReason::NotThere })?;
            }
        }
        let state = self.commit_draft(draft)?;
        self.work.revisit = None;
        self.work.page = 0;
        if let Some(hold) = hold {
            return Ok(Said::saved(Tone::Supervisor, say("hold-set", [("hold", hold.to_string())])));
        }
        let finished = self.finish_if_complete(unit, &state, checklist)?;
        Ok(finished.unwrap_or_else(|| Said::saved(Tone::Accepted, say("answered", []))))
    }

    /// UNDO: the last answer is asked again; the new one is a correction, and both stay on record.
    fn undo(&mut self, checklist: &Checklist, state: &unit::State) -> Outcome {
        let answered = checklist.effective(&state.answers);
        let before = match &self.work.revisit {
            Some(now) => answered.iter().take_while(|(question, _)| &question.id != now).last(),
            None => answered.last(),
        };
        let (question, _) = before.ok_or_else(|| coded("nothing-to-undo", []))?;
        self.work.revisit = Some(question.id.clone());
        Ok(Said::only(Tone::Ready, say("asked-again", [])))
    }

    /// MORE: the next findings; where the answers need all keys, a list of them.
    fn more_chips(&mut self, checklist: &Checklist, state: &unit::State) -> Outcome {
        if self.question(checklist, state).as_ref().is_some_and(needs_all_keys) {
            let findings = checklist.findings.iter().map(|chip| chip.finding);
            let findings = findings.map(|one| (one, state.added_findings.contains(&one))).collect();
            self.ask(Asking::WhichFinding { findings });
            return Ok(Said::only(Tone::Ready, say("asked", [])));
        }
        let pages = checklist.findings.len().div_ceil(CHIPS).max(1);
        self.work.page = (self.work.page + 1) % pages;
        Ok(Said::only(Tone::Ready, say("more", [])))
    }

    /// The finding that a command marks on this page.
    fn chip(&self, checklist: &Checklist, command: CommandCode) -> Option<Finding> {
        let place = picked(command)?.checked_sub(FIRST_CHIP).filter(|place| *place < CHIPS)?;
        checklist.findings.get(self.work.page * CHIPS + place).map(|chip| chip.finding)
    }

    /// The chips of this page with their commands.
    pub(super) fn chips(&self, checklist: &Checklist) -> Vec<(CommandCode, Finding)> {
        checklist
            .findings
            .iter()
            .skip(self.work.page * CHIPS)
            .take(CHIPS)
            .enumerate()
            .filter_map(|(place, chip)| Some((pick(FIRST_CHIP + place)?, chip.finding)))
            .collect()
    }

    pub(super) fn toggle(&mut self, unit: UnitId, state: &unit::State, finding: Finding) -> Outcome {
        let on = state.added_findings.contains(&finding);
        let command =
            if on { unit::Command::RemoveFinding { finding } } else { unit::Command::AddFinding { finding } };
        self.act(unit, &command)?;
        let code = if on { "finding-removed" } else { "finding-added" };
        Ok(Said::saved(Tone::Accepted, say(code, [("finding", finding.to_string())])))
    }

    fn skip_photo(&mut self, unit: UnitId, state: &unit::State, checklist: &Checklist) -> Outcome {
        let role = missing_photos(checklist, state).into_iter().next();
        let role = role.ok_or_else(|| coded("no-photo-needed", []))?;
        let reason = if self.camera_works { SkipReason::NotThere } else { SkipReason::Camera };
        let state = self.act(unit, &unit::Command::SkipPhoto { role: role.clone(), reason })?;
        let finished = self.finish_if_complete(unit, &state, checklist)?;
        Ok(finished.unwrap_or_else(|| {
            let words = [("role", role.to_string()), ("skip", reason.to_string())];
            Said::saved(Tone::Warning, say("photo-skipped", words))
        }))
    }

    /// Grades and decides as soon as nothing is missing any more.
    pub(super) fn finish_if_complete(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        checklist: &Checklist,
    ) -> Result<Option<Said>, Coded> {
        let open = checklist.next_question(&state.answers).is_some();
        if open || !missing_photos(checklist, state).is_empty() || !state.holds.is_empty() {
            return Ok(None);
        }
        self.finish_inspection(unit).map(Some)
    }
}

/// Whether an answer is the one on record.
fn given(state: &unit::State, answer: &Answer) -> bool {
    state.answers.iter().rev().find(|earlier| earlier.question == answer.question) == Some(answer)
}

/// Required photos that are neither there nor skipped.
pub(super) fn missing_photos(checklist: &Checklist, state: &unit::State) -> Vec<PhotoRole> {
    checklist
        .required_photos(&state.answers)
        .into_iter()
        .filter(|role| !state.photos.iter().any(|photo| &photo.role == role))
        .filter(|role| !state.photos_skipped.contains_key(role))
        .collect()
}

/// The command that gives an answer: YES and NO where the choices are called so, else PICK-n.
pub(super) fn choice_command(index: usize, choice: &ChoiceId) -> Option<CommandCode> {
    match choice.as_str() {
        "YES" => Some(CommandCode::Yes),
        "NO" => Some(CommandCode::No),
        _ => pick(index),
    }
}

/// Whether the answers take the keys on which findings stand else: the findings are a list of their own then.
pub(super) fn needs_all_keys(question: &Question) -> bool {
    let taken = |(index, choice): (usize, &returns::checklist::Choice)| {
        index >= FIRST_CHIP && choice_command(index, &choice.id) == pick(index)
    };
    question.choices.iter().enumerate().any(taken)
}
