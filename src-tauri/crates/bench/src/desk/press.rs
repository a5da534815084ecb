//! Command words: from the printed sheet, the keyboard or a glove on the screen.

use returns::codes::{CommandCode, Grade, HoldReason, LabelKind, OverrideReason, Stage};
use returns::unit;

use super::asking::{Asking, HOLD_REASONS, picked};
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

impl Desk {
    /// Takes one press. The band tells what came of it.
    pub(crate) fn press(&mut self, word: &str) -> Result<(), Coded> {
        let outcome = match word.parse::<CommandCode>() {
            Ok(command) => self.command(command),
            Err(_) => Err(coded("command-unknown", [("command", super::scan::shown(word))])),
        };
        self.tell(outcome)
    }

    pub(super) fn command(&mut self, command: CommandCode) -> Outcome {
        if self.actor().is_err() {
            return self.command_at_sign_in(command);
        }
        match command {
            CommandCode::LogOff => return self.sign_out(),
            CommandCode::Help => return Ok(Said::only(Tone::Ready, say("help", []))),
            _ => {}
        }
        if let Some(asking) = self.work.asking.clone() {
            return self.answer_desk(asking, command);
        }
        match self.current() {
            Ok((unit, state)) => self.command_on_unit(unit, &state, command),
            Err(_) => self.command_at_rest(command),
        }
    }

    fn command_at_sign_in(&mut self, command: CommandCode) -> Outcome {
        if let Some(digit) = command.digit() {
            return self.digit(digit);
        }
        match command {
            CommandCode::Enter | CommandCode::Next => self.enter_pin(),
            CommandCode::Cancel | CommandCode::Undo | CommandCode::LogOff => self.forget_pin(),
            CommandCode::Help => Ok(Said::only(Tone::Ready, say("help", []))),
            _ => Err(coded("sign-in-first", [])),
        }
    }

    /// Nothing on the desk but perhaps an open parcel or a container.
    fn command_at_rest(&mut self, command: CommandCode) -> Outcome {
        match command {
            CommandCode::ParcelDone => self.parcel_done(),
            CommandCode::NoLabel | CommandCode::Blind => self.item_without_code(false),
            CommandCode::EmptyBox => self.item_without_code(true),
            CommandCode::Close => self.close_container(),
            CommandCode::Cancel | CommandCode::Undo => self.leave_container(),
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    fn command_on_unit(
        &mut self,
        unit: returns::ids::UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Outcome {
        match command {
            CommandCode::Cancel => return self.aside(state),
            CommandCode::Hold => {
                self.work.asking = Some(Asking::HoldReason);
                return Ok(Said::only(Tone::Ready, say("asked", [])));
            }
            CommandCode::Photo => return self.photo(unit, state),
            CommandCode::Reprint => return self.reprint(unit, state),
            _ => {}
        }
        if !state.holds.is_empty() {
            return match command {
                CommandCode::Next => self.aside(state),
                _ => Err(coded("held", [("reasons", super::views::list(&state.holds))])),
            };
        }
        match state.stage {
            Some(Stage::Received) => self.command_received(unit, state, command),
            Some(Stage::Inspecting) => self.command_inspecting(unit, state, command),
            Some(Stage::Graded | Stage::Dispositioned) => self.command_decided(unit, state, command),
            Some(Stage::Staged) if command == CommandCode::TakeOut => self.take_out(unit),
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    fn command_received(
        &mut self,
        unit: returns::ids::UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Outcome {
        match command {
            CommandCode::Next if super::label::waits(&state.lpn_label) => self.start_inspection(unit),
            CommandCode::Next => Err(coded("scan-number-first", [("lpn", super::views::lpn(state))])),
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    /// The answer to a question of the desk's own.
    fn answer_desk(&mut self, asking: Asking, command: CommandCode) -> Outcome {
        if matches!(command, CommandCode::Cancel | CommandCode::Undo | CommandCode::No) {
            self.work.asking = None;
            if matches!(asking, Asking::TakeOut { .. }) {
                // It stays in its container, so it is not on the desk.
                self.set_unit_aside();
            }
            return Ok(Said::only(Tone::Ready, say("cancelled", [])));
        }
        if !asking.options().iter().any(|option| option.command == command) {
            return Err(coded("command-not-now", [("command", command.to_string())]));
        }
        self.work.asking = None;
        let done = match asking.clone() {
            Asking::BlindParcel { tracking, .. } => self.open_parcel(tracking, &[]),
            Asking::WhichLine { lines, sku, empty_box } => {
                let line = picked(command).and_then(|index| lines.get(index).cloned());
                let line =
                    line.ok_or_else(|| coded("command-not-now", [("command", command.to_string())]))?;
                self.receive_line(line.rma, line.line, sku.unwrap_or(line.sku), empty_box)
            }
            Asking::Unexpected { sku, .. } => self.receive_unexpected(sku),
            Asking::BlindItem { sku, .. } => self.receive_blind(Some(sku), false),
            Asking::UnknownItem { empty_box, .. } => self.receive_blind(None, empty_box),
            Asking::WhichReading { .. } => {
                match picked(command).and_then(|index| self.work.readings.get(index).cloned()) {
                    Some(meaning) => self.meant(meaning),
                    None => Err(coded("command-not-now", [("command", command.to_string())])),
                }
            }
            Asking::OtherGrade => self.ask_grade_reason(command.grade()),
            Asking::GradeReason { grade } => self.override_grade(grade, command),
            Asking::HoldReason => self.hold(command),
            Asking::TakeOut { .. } => self.current().and_then(|(unit, _)| self.take_out(unit)),
        };
        if done.is_err() && self.work.asking.is_none() {
            // Nothing happened, so the question stands.
            self.work.asking = Some(asking);
        }
        done
    }

    fn ask_grade_reason(&mut self, grade: Option<Grade>) -> Outcome {
        let grade = grade.ok_or_else(|| coded("command-not-now", []))?;
        self.work.asking = Some(Asking::GradeReason { grade });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    fn override_grade(&mut self, grade: Grade, command: CommandCode) -> Outcome {
        let reason = picked(command).and_then(|index| OverrideReason::ALL.get(index).copied());
        let reason = reason.ok_or_else(|| coded("command-not-now", [("command", command.to_string())]))?;
        let (unit, _) = self.current()?;
        let mut draft = self.draft(unit)?;
        draft.decide(&unit::Command::OverrideGrade { grade, reason, note: None })?;
        draft.decide(&unit::Command::Dispose)?;
        let state = self.commit_draft(draft)?;
        Ok(Said::saved(
            Tone::Warning,
            say("grade-overridden", [("grade", grade.to_string()), ("review", super::views::causes(&state))]),
        ))
    }

    fn hold(&mut self, command: CommandCode) -> Outcome {
        let reason: HoldReason = picked(command)
            .and_then(|index| HOLD_REASONS.get(index).copied())
            .ok_or_else(|| coded("command-not-now", [("command", command.to_string())]))?;
        let (unit, _) = self.current()?;
        self.act(unit, &unit::Command::Hold { reason })?;
        Ok(Said::saved(Tone::Supervisor, say("hold-set", [("hold", reason.to_string())])))
    }

    /// Puts the unit aside; it can be scanned again at any time.
    fn aside(&mut self, state: &unit::State) -> Outcome {
        let lpn = super::views::lpn(state);
        self.set_unit_aside();
        Ok(Said::saved(Tone::Ready, say("unit-aside", [("lpn", lpn)])))
    }

    fn reprint(&mut self, unit: returns::ids::UnitId, state: &unit::State) -> Outcome {
        let label = match state.stage {
            Some(Stage::Dispositioned) if state.label.print > 0 => LabelKind::Disposition,
            _ => LabelKind::Lpn,
        };
        self.print(unit, label)
    }
}
