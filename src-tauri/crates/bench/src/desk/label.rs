//! Grade, decision and the disposition label: printed, stuck on, scanned back.

use returns::codes::{CommandCode, LabelKind, LabelStage, RegradeReason, Stage};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{Subject, UnitId};
use returns::lpn::Lpn;
use returns::unit::{self, Label};

use super::asking::Asking;
use super::{Coded, Desk, Effect, Outcome, PrintWish, Said, coded, say};
use crate::seam::{Say, Tone};

/// Whether a label waits for a printer.
pub(super) fn waits(label: &Label) -> bool {
    label.stage == LabelStage::PrintPending
}

impl Desk {
    /// Computes the grade and lets the policy decide, in one commit.
    pub(super) fn finish_inspection(&mut self, unit: UnitId) -> Outcome {
        let mut draft = self.draft(unit)?;
        if let Err(refusal) = draft.decide(&unit::Command::Grade) {
            if refusal.code != "expiry-missing" {
                return Err(refusal);
            }
            self.ask(Asking::Expiry { digits: String::new() });
            return Ok(Said::only(Tone::Warning, Say { code: refusal.code, args: refusal.args }));
        }
        draft.decide(&unit::Command::Dispose)?;
        let state = self.commit_draft(draft)?;
        Ok(decided(&state))
    }

    pub(super) fn command_decided(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Outcome {
        match (command, state.stage) {
            (CommandCode::Next, stage)
                if state.contested.is_some() || (stage == Some(Stage::Graded) && state.review_pending()) =>
            {
                let lpn = super::views::lpn(state);
                self.set_unit_aside();
                Ok(Said::saved(Tone::Supervisor, say("unit-to-review", [("lpn", lpn)])))
            }
            (CommandCode::Next, stage) if stage == Some(Stage::Graded) || settled(state) => {
                let state = self.act(unit, &unit::Command::Dispose)?;
                Ok(decided(&state))
            }
            (CommandCode::Next, _) if state.label.stage == LabelStage::None => {
                self.print(unit, LabelKind::Disposition)
            }
            (CommandCode::Next, _) if waits(&state.label) => {
                let lpn = super::views::lpn(state);
                self.set_unit_aside();
                Ok(Said::saved(Tone::Warning, say("label-waits", [("lpn", lpn)])))
            }
            (CommandCode::Next, _) if state.label.stage == LabelStage::Printed => {
                Err(coded("scan-label-first", [("lpn", super::views::lpn(state))]))
            }
            (CommandCode::Next, _) => Err(coded("scan-container-first", [])),
            (CommandCode::Override, _) => {
                self.ask(Asking::OtherGrade);
                Ok(Said::only(Tone::Ready, say("asked", [])))
            }
            (CommandCode::Undo, _) => {
                let mut draft = self.draft(unit)?;
                draft.decide(&unit::Command::Regrade { reason: RegradeReason::Regrade })?;
                draft.decide(&unit::Command::StartInspection)?;
                self.commit_draft(draft)?;
                self.work.serial_read = false;
                Ok(Said::saved(Tone::Warning, say("regrade-started", [])))
            }
            _ => Err(coded("command-not-now", [("command", command.to_string())])),
        }
    }

    /// Asks for a label and for its printing.
    pub(super) fn print(&mut self, unit: UnitId, label: LabelKind) -> Outcome {
        let mut draft = self.draft(unit)?;
        let events = draft.decide(&unit::Command::RequestLabel { label })?;
        let state = self.commit_draft(draft)?;
        self.wish_prints(unit, &events);
        Ok(Said::saved(Tone::Ready, say("label-asked", [("lpn", super::views::lpn(&state))])))
    }

    /// Wishes the labels printed that these events ask for.
    pub(super) fn wish_prints(&mut self, unit: UnitId, events: &[UnitEvent]) {
        for event in events {
            if let UnitEvent::LabelPending { label, print } = event {
                self.wish_print(PrintWish { unit, label: *label, print: *print });
            }
        }
    }

    /// Wishes every label printed that still waits: at start, and when the printer is back. A label that was
    /// asked for at another bench waits for that bench's printer.
    pub(crate) fn wish_waiting_prints(&mut self) -> Result<(), Coded> {
        let waiting = self.records().units_under_way()?;
        for (unit, state) in waiting {
            for (label, which) in [(LabelKind::Lpn, state.lpn_label), (LabelKind::Disposition, state.label)] {
                let wish = PrintWish { unit, label, print: which.print };
                if waits(&which) && self.asked_here(&wish)? {
                    self.wish_print(wish);
                }
            }
        }
        Ok(())
    }

    /// Wishes a label printed, unless it is on its way to the printer already.
    fn wish_print(&mut self, wish: PrintWish) {
        if self.printing.insert(wish.clone()) {
            self.effects.push(Effect::Print(wish));
        }
    }

    fn asked_here(&self, wish: &PrintWish) -> Result<bool, Coded> {
        let station = self.station()?;
        let history = self.records().history(Subject::Unit(wish.unit))?;
        let asked = history.iter().rev().find(|(_, envelope)| {
            matches!(envelope.event(), Parsed::Known(Event::Unit(UnitEvent::LabelPending { label, print }))
                if label == wish.label && print == wish.print)
        });
        Ok(asked.is_some_and(|(place, _)| place.station == station))
    }

    /// The printer has, or has not, printed a label.
    pub(crate) fn printed(&mut self, wish: &PrintWish, fault: Option<&str>) {
        self.printing.remove(wish);
        let current = self.work.unit == Some(wish.unit);
        let outcome = match fault {
            Some(code) => Ok(Said::saved(Tone::Warning, say("label-pending", [("fault", code.to_owned())]))),
            None => self.label_printed(wish),
        };
        // The number's label is in the picture already; the band keeps saying which unit came in.
        let quiet = fault.is_none() && wish.label == LabelKind::Lpn;
        match outcome {
            Ok(said) if current && !quiet => drop(self.tell(Ok(said))),
            Ok(_) => self.touched(),
            Err(coded) => drop(self.tell(Err(coded))),
        }
    }

    fn label_printed(&mut self, wish: &PrintWish) -> Outcome {
        let state = self.records().unit(&wish.unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        let newest = match wish.label {
            LabelKind::Lpn => state.lpn_label,
            LabelKind::Disposition => state.label,
        };
        if newest.print != wish.print || !waits(&newest) {
            // A newer label was asked for meanwhile, or this one is confirmed: nothing to add.
            return Ok(Said::saved(Tone::Ready, say("label-superseded", [])));
        }
        // The printer is nobody's hand: whoever is signed in, or was when the label was asked for, answers for it.
        let command = unit::Command::LabelPrinted { label: wish.label, print: wish.print };
        let state = self.act_for_machine(wish.unit, &command)?;
        let words = [("lpn", super::views::lpn(&state)), ("label", wish.label.to_string())];
        Ok(Said::saved(Tone::Accepted, say("label-printed", words)))
    }

    /// A disposition label's own code was scanned.
    pub(super) fn label_scanned(&mut self, lpn: Lpn, print: u32) -> Outcome {
        let (unit, state) = match self.current() {
            Ok(current) => current,
            Err(_) => {
                let found = self.records().unit_by_lpn(lpn)?;
                let (unit, _) = found.ok_or_else(|| coded("unit-unknown", [("lpn", lpn.to_string())]))?;
                self.take_up(unit)?;
                self.current()?
            }
        };
        if state.lpn == Some(lpn) && state.label.stage == LabelStage::Confirmed && state.label.print == print
        {
            return Ok(Said::only(Tone::Warning, say("label-again", [("lpn", lpn.to_string())])));
        }
        let state = self.act(unit, &unit::Command::ConfirmLabel { lpn, print })?;
        Ok(Said::saved(Tone::Accepted, say("label-confirmed", [("lpn", super::views::lpn(&state))])))
    }

    fn act_for_machine(&mut self, unit: UnitId, command: &unit::Command) -> Result<unit::State, Coded> {
        if self.actor().is_ok() {
            return self.act(unit, command);
        }
        let history = self.records().history(Subject::Unit(unit))?;
        let actor = history.last().map(|(_, envelope)| envelope.actor.clone());
        let actor = actor.ok_or_else(|| coded("sign-in-first", []))?;
        let mut draft = self.draft_as(unit, actor)?;
        draft.decide(command)?;
        self.commit_draft(draft)
    }
}

/// Decided provisionally, and the second person has looked by now: what they said can be put in force.
fn settled(state: &unit::State) -> bool {
    state.stage == Some(Stage::Dispositioned) && state.provisional && !state.review_pending()
}

/// What the band says of a fresh decision.
fn decided(state: &unit::State) -> Said {
    let grade = state.grade().map(|grade| grade.to_string()).unwrap_or_default();
    if state.review_pending() {
        let words = [("grade", grade), ("causes", super::views::causes(state))];
        return Said::saved(Tone::Supervisor, say("review-needed", words));
    }
    if !state.holds.is_empty() {
        return Said::saved(Tone::Supervisor, say("hold-set", [("hold", super::views::list(&state.holds))]));
    }
    let disposition = state.disposition().map(|disposition| disposition.to_string()).unwrap_or_default();
    Said::saved(Tone::Accepted, say("dispositioned", [("grade", grade), ("disposition", disposition)]))
}
