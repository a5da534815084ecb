//! Light refurbishment: a technician takes a unit up that waits for it, does one piece of work, and the
//! inspection begins again.

use jiff::Timestamp;
use returns::codes::{
    CommandCode, Disposition, HoldReason, LabelStage, Role, Stage as UnitStage, Work, WorkResult,
};
use returns::ids::{Gtin, Sku, UnitId};
use returns::unit;

use super::asking::{pick, picked};
use super::views::choice;
use super::{Desk, Outcome, Said, coded, say};
use crate::seam::{Choice, Say, Stage, Tone, WorkView};

/// The work on the unit on the desk; only its result is a fact.
#[derive(Debug, Clone, Default)]
pub(super) struct BenchWork {
    /// What is being done, and since when.
    begun: Option<(Work, Timestamp)>,
    /// The part that is added.
    part: Option<(Sku, String)>,
}

impl Desk {
    /// Whether the person on the desk can work on such a unit now.
    fn can_work(&self, state: &unit::State) -> bool {
        let role = self.signed_in().map(|(_, role)| role);
        matches!(role, Some(Role::Technician | Role::Supervisor))
            && state.stage == Some(UnitStage::Dispositioned)
            && state.label.stage == LabelStage::Confirmed
            && state.holds.is_empty()
            && matches!(state.disposition(), Some(Disposition::Refurbish | Disposition::Repair))
    }

    /// A unit was taken up: work is offered where it waits for some.
    pub(super) fn offer_work(&mut self, state: &unit::State) {
        self.work.bench_work = self.can_work(state).then(BenchWork::default);
    }

    /// The stage of the work, where the unit on the desk is worked on.
    pub(super) fn work_stage(&self, unit: UnitId, state: &unit::State) -> Option<(Stage, Say)> {
        let work = self.work.bench_work.as_ref().filter(|_| self.can_work(state))?;
        let (codes, next): (Vec<Say>, Say) = match &work.begun {
            None => (Work::ALL.iter().map(work_words).collect(), say("next-pick-work", [])),
            Some((Work::PartAdded, _)) if work.part.is_none() => {
                (vec![result_words(&WorkResult::NotPossible)], say("next-scan-part", []))
            }
            Some(_) => (WorkResult::ALL.iter().map(result_words).collect(), say("next-finish-work", [])),
        };
        let choices: Vec<Choice> = codes
            .into_iter()
            .enumerate()
            .filter_map(|(place, words)| {
                let command = pick(place)?;
                Some(choice(super::asking::AnswerOption { command, texts: None, say: Some(words) }))
            })
            .collect();
        let since = work.begun.as_ref().map(|(_, since)| since.to_string());
        let stage = Stage::Work {
            unit: self.head(unit, state),
            findings: state.findings().into_iter().collect(),
            work: WorkView { since, choices },
        };
        Some((stage, next))
    }

    /// A command while a unit is worked on; none where it means what it always means.
    pub(super) fn work_command(
        &mut self,
        unit: UnitId,
        state: &unit::State,
        command: CommandCode,
    ) -> Option<Outcome> {
        if !self.can_work(state) {
            self.work.bench_work = None;
        }
        let now = self.clock.now();
        let work = self.work.bench_work.as_mut()?;
        let place = picked(command);
        match (&work.begun, command) {
            (Some(_), CommandCode::Undo | CommandCode::Cancel) => {
                *work = BenchWork::default();
                Some(Ok(Said::only(Tone::Ready, say("work-left", []))))
            }
            (None, _) => {
                let kind = Work::ALL.get(place?).copied()?;
                work.begun = Some((kind, now));
                work.part = None;
                Some(Ok(Said::only(Tone::Ready, say("work-begun", [("work", kind.to_string())]))))
            }
            (Some((kind, since)), _) => {
                let waits_for_part = *kind == Work::PartAdded && work.part.is_none();
                let results: &[WorkResult] =
                    if waits_for_part { &[WorkResult::NotPossible] } else { WorkResult::ALL };
                let result = results.get(place?).copied()?;
                let (kind, since) = (*kind, *since);
                let part = work.part.clone().map(|(sku, _)| sku);
                let seconds = u32::try_from(now.duration_since(since).as_secs()).unwrap_or(0);
                Some(self.finish_work(unit, kind, part, seconds, result))
            }
        }
    }

    fn finish_work(
        &mut self,
        unit: UnitId,
        work: Work,
        part: Option<Sku>,
        seconds: u32,
        result: WorkResult,
    ) -> Outcome {
        let mut draft = self.draft(unit)?;
        draft.decide(&unit::Command::FinishWork { work, part, seconds, result })?;
        // What was done is a fact, also where it cannot be inspected again now.
        let begun = match draft.decide(&unit::Command::StartInspection) {
            Err(refusal) if refusal.code == "checklist-missing" || refusal.code == "item-unknown" => {
                draft.decide(&unit::Command::Hold { reason: HoldReason::UnknownItem })?;
                Err(refusal)
            }
            begun => begun,
        };
        let state = self.commit_draft(draft)?;
        self.work.bench_work = None;
        begun?;
        self.ask_expiry(unit, &state)?;
        let minutes = seconds.div_ceil(60);
        let words =
            [("work", work.to_string()), ("result", result.to_string()), ("minutes", minutes.to_string())];
        Ok(Said::saved(Tone::Accepted, say("work-finished", words)))
    }

    /// Whether the next product scanned is a part for the unit on the desk.
    pub(super) fn part_wanted(&self) -> bool {
        let begun = self.work.bench_work.as_ref().and_then(|work| work.begun);
        begun.is_some_and(|(work, _)| work == Work::PartAdded)
    }

    /// The part that is added, by its own code.
    pub(super) fn part_scanned(&mut self, gtin: &str) -> Outcome {
        let gtin = Gtin::new(gtin).map_err(|error| coded(error.code(), []))?;
        let item = self.records().item_by_gtin(&gtin)?;
        let item = item.ok_or_else(|| coded("item-unknown", [("code", gtin.to_string())]))?;
        let work = self.work.bench_work.as_mut().ok_or_else(|| coded("command-not-now", []))?;
        work.part = Some((item.sku, item.title.clone()));
        Ok(Said::only(Tone::Accepted, say("part-scanned", [("title", item.title)])))
    }
}

fn work_words(work: &Work) -> Say {
    let code = match work {
        Work::Cleaning => "choice-work-cleaning",
        Work::Repacking => "choice-work-repacking",
        Work::PartAdded => "choice-work-part-added",
    };
    say(code, [])
}

fn result_words(result: &WorkResult) -> Say {
    let code = match result {
        WorkResult::Done => "choice-work-done",
        WorkResult::NotPossible => "choice-work-not-possible",
    };
    say(code, [])
}
