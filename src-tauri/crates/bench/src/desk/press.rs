//! Command words: from the printed sheet, the keyboard or a glove on the screen.

use returns::codes::{CommandCode, Grade, HoldReason, LabelKind, OverrideReason, Stage};
use returns::unit;

use super::asking::{Asking, HOLD_REASONS};
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
        if self.work.arrivals.is_some() {
            return self.command_at_arrivals(command);
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
            CommandCode::Undo => self.undo_digit(),
            CommandCode::Cancel | CommandCode::LogOff => self.forget_pin(),
            CommandCode::Help => Ok(Said::only(Tone::Ready, say("help", []))),
            _ => Err(coded("sign-in-first", [])),
        }
    }

    fn command_at_arrivals(&mut self, command: CommandCode) -> Outcome {
        match command {
            CommandCode::Arrivals => self.arrivals(),
            CommandCode::Cancel | CommandCode::Undo => self.leave_arrivals(),
            CommandCode::Hold => self.ask_refusal(),
            CommandCode::Photo => self.carton_photo(),
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    /// Nothing on the desk but perhaps an open parcel or a container.
    fn command_at_rest(&mut self, command: CommandCode) -> Outcome {
        if self.work.container.is_some()
            && let Some(done) = self.command_on_container(command)
        {
            return done;
        }
        match command {
            CommandCode::Arrivals => self.arrivals(),
            CommandCode::ParcelDone => self.parcel_done(),
            CommandCode::NoLabel | CommandCode::Blind => self.blind_at_rest(command),
            CommandCode::EmptyBox => self.item_without_code(true),
            CommandCode::More => self.desk_more(),
            CommandCode::Photo => self.carton_photo(),
            CommandCode::Close | CommandCode::Ship => Err(coded("no-container", [])),
            CommandCode::Cancel | CommandCode::Undo => self.leave_prepared(),
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    /// CANCEL at rest: what was prepared for the next item is forgotten.
    fn leave_prepared(&mut self) -> Outcome {
        let prepared = self.work.preprinted.take().is_some() | std::mem::take(&mut self.work.bulk);
        if prepared {
            Ok(Said::only(Tone::Ready, say("cancelled", [])))
        } else {
            Err(coded("nothing-to-undo", []))
        }
    }

    fn command_on_unit(
        &mut self,
        unit: returns::ids::UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Outcome {
        if let Some(done) = self.work_command(unit, state, command) {
            return done;
        }
        match command {
            CommandCode::Cancel => return self.aside(state),
            CommandCode::Hold => {
                self.ask(Asking::HoldReason);
                return Ok(Said::only(Tone::Ready, say("asked", [])));
            }
            CommandCode::Void if matches!(state.stage, Some(Stage::Received | Stage::Inspecting)) => {
                self.ask(Asking::VoidReason);
                return Ok(Said::only(Tone::Ready, say("asked", [])));
            }
            CommandCode::Weigh if matches!(state.stage, Some(Stage::Received | Stage::Inspecting)) => {
                return self.weigh();
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
            CommandCode::Undo => {
                self.ask(Asking::VoidReason);
                Ok(Said::only(Tone::Ready, say("asked", [])))
            }
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    /// The answer to a question of the desk's own.
    fn answer_desk(&mut self, asking: Asking, command: CommandCode) -> Outcome {
        if let Some(typed) = self.digit_command(command) {
            return typed;
        }
        if let (Asking::NoteFinding { finding }, CommandCode::No) = (&asking, command) {
            return self.decline_finding(*finding);
        }
        if matches!(command, CommandCode::Cancel | CommandCode::Undo | CommandCode::No) {
            self.work.asking = None;
            if matches!(asking, Asking::TakeOut { .. }) {
                // It stays in its container, so it is not on the desk.
                self.set_unit_aside();
            }
            return Ok(Said::only(Tone::Ready, say("cancelled", [])));
        }
        let page = self.work.asking_page;
        if !asking.options(page).iter().any(|option| option.command == command) {
            return Err(coded("command-not-now", [("command", command.to_string())]));
        }
        if command == CommandCode::More {
            self.work.asking_page += 1;
            return Ok(Said::only(Tone::Ready, say("more", [])));
        }
        self.work.asking = None;
        let chosen = asking.chosen(page, command);
        let done = self.answered(asking.clone(), command, chosen);
        if done.is_err() && self.work.asking.is_none() {
            // Nothing happened, so the question stands.
            self.work.asking = Some(asking);
        }
        done
    }

    fn answered(&mut self, asking: Asking, command: CommandCode, chosen: Option<usize>) -> Outcome {
        let not_now = || coded("command-not-now", [("command", command.to_string())]);
        match asking {
            Asking::BlindParcel { tracking, begun, scanned } => match chosen {
                Some(place) => self.open_again(begun.get(place).ok_or_else(not_now)?.parcel),
                None if scanned.is_empty() => self.item_without_code(false),
                None => self.open_parcel(tracking, &[]),
            },
            Asking::UnknownArrival { tracking } => self.arrive(Some(tracking), &[]),
            Asking::AnotherCarton { rmas } => self.another_carton(&rmas),
            Asking::WhichRma { rmas, .. } => {
                let number = chosen.and_then(|place| rmas.get(place)).ok_or_else(not_now)?;
                let rma = self.records().rma(number)?.ok_or_else(|| coded("rma-unknown", []))?;
                if self.work.arrivals.is_some() {
                    return self.arrived_with(vec![rma]);
                }
                self.parcel_of(None, vec![rma])
            }
            Asking::WhichParcel { parcels, rmas } => match chosen {
                Some(place) => self.open_again(parcels.get(place).ok_or_else(not_now)?.parcel),
                None => self.open_another(&rmas),
            },
            Asking::AnotherRma { rmas } => self.another_rma(&rmas),
            Asking::ParcelShort { .. } => self.parcel_done_short(),
            Asking::DeskMore { parcel } => self.desk_matter(parcel, chosen),
            Asking::RefuseParcel => self.refuse_next(chosen),
            Asking::WhichLine { .. }
            | Asking::OneMore { .. }
            | Asking::Unexpected { .. }
            | Asking::BlindItem { .. }
            | Asking::UnknownItem { .. } => self.item_answered(asking, chosen),
            Asking::Preprinted { lpn } => {
                self.work.preprinted = Some(lpn);
                Ok(Said::only(Tone::Ready, say("preprinted-ready", [("lpn", lpn.to_string())])))
            }
            Asking::Expiry { .. } => self.skip_expiry(),
            Asking::NoteFinding { finding } => {
                let (unit, _) = self.current()?;
                self.note_finding(unit, finding)
            }
            Asking::PhotoAgain { flaws, jpeg } => self.photo_again(command, &jpeg, flaws),
            Asking::WhichReading { .. } => self.read_as(chosen),
            Asking::WhichFinding { findings } => {
                let (finding, _) = chosen.and_then(|place| findings.get(place)).ok_or_else(not_now)?;
                let (unit, state) = self.current()?;
                self.toggle(unit, &state, *finding)
            }
            Asking::OtherGrade => self.ask_grade_reason(command.grade()),
            Asking::GradeReason { grade } => self.override_grade(grade, chosen),
            Asking::HoldReason => self.hold(chosen),
            Asking::VoidReason => self.void(chosen),
            Asking::TakeOut { .. } => self.current().and_then(|(unit, _)| self.take_out(unit)),
            Asking::ShipTracking { .. } => self.ship_container(None),
            // Answered digit by digit.
            Asking::HowMany { .. } | Asking::Weight { .. } => Err(not_now()),
        }
    }

    /// How an item comes in.
    fn item_answered(&mut self, asking: Asking, chosen: Option<usize>) -> Outcome {
        match asking {
            Asking::WhichLine { item, lines } => {
                let line = chosen.and_then(|place| lines.get(place));
                self.receive_line(line.ok_or_else(|| coded("command-not-now", []))?, item)
            }
            Asking::OneMore { item, line } => self.receive_line(&line, item),
            Asking::Unexpected { item, .. } => self.receive_unexpected(item),
            Asking::BlindItem { item, lines, .. } => match chosen.and_then(|place| lines.get(place)) {
                Some(line) => self.receive_for_line(line, item),
                None => self.receive_blind(item),
            },
            Asking::UnknownItem { item, .. } => self.receive_blind(item),
            _ => Err(coded("command-not-now", [])),
        }
    }

    fn ask_grade_reason(&mut self, grade: Option<Grade>) -> Outcome {
        let grade = grade.ok_or_else(|| coded("command-not-now", []))?;
        self.ask(Asking::GradeReason { grade });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    fn override_grade(&mut self, grade: Grade, chosen: Option<usize>) -> Outcome {
        let reason = chosen.and_then(|index| OverrideReason::ALL.get(index).copied());
        let reason = reason.ok_or_else(|| coded("command-not-now", []))?;
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

    fn hold(&mut self, chosen: Option<usize>) -> Outcome {
        let reason: HoldReason = chosen
            .and_then(|index| HOLD_REASONS.get(index).copied())
            .ok_or_else(|| coded("command-not-now", []))?;
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
