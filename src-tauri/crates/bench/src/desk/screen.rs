//! The bench's screen: what the records and the desk's open question say, as data.

use returns::checklist::{Checklist, Question};
use returns::codes::{CommandCode, Grade, LabelKind, QuestionKind, Stage as UnitStage};
use returns::ids::UnitId;
use returns::{parcel, unit};

use super::asking::{AnswerOption, Asking, texts};
use super::inspect::{choice_command, missing_photos, needs_all_keys};
use super::label::waits;
use super::views::{choice, key_of, plain_choice};
use super::{Coded, Desk, say};
use crate::printing;
use crate::seam::{
    Action, CameraStrip, CameraView, Choice, Counters, FindingChip, LabelView, LadderStep, LineState,
    OperatorView, ParcelLineView, ParcelView, PhotoSlot, PhotoSlotState, RecentUnit, Say, Screen, Stage,
    StatusBar, StepState, Texts,
};

/// The key of MORE where the digits are taken.
const MORE_KEY: &str = "M";
/// Units shown as recent.
const RECENT: usize = 5;

impl Desk {
    /// The whole bench as it is now.
    pub(crate) fn screen(&self) -> Screen {
        let (stage, next) = self.stage().unwrap_or_else(|refusal| {
            // A screen that cannot be built says why, and the next scan is answered all the same.
            tracing::error!(code = refusal.code, "screen");
            (self.idle(), Say { code: refusal.code, args: refusal.args })
        });
        Screen {
            revision: self.revision,
            status: self.status(),
            band: self.band.clone(),
            camera: (!matches!(stage, Stage::SignIn { .. })).then(|| self.strip()),
            actions: self.actions(&stage),
            stage,
            next,
        }
    }

    /// The status bar alone.
    pub(crate) fn status(&self) -> StatusBar {
        let records = self.records();
        let unsent = records.unsent().ok();
        let mut devices = self.devices.clone();
        devices.sort_by_key(|device| device.well);
        StatusBar {
            station: records.enrolment().map(|enrolment| enrolment.name.clone()).unwrap_or_default(),
            operator: self
                .signed_in()
                .map(|(operator, role)| OperatorView { initials: operator.initials.clone(), role }),
            line: self.line.state.unwrap_or(LineState::None),
            line_since: self.line.since.map(|at| at.to_string()),
            unsent: unsent.as_ref().map_or(0, |unsent| unsent.events),
            last_sent: self.line.last_sent.map(|at| at.to_string()),
            oldest_unsent: unsent.and_then(|unsent| unsent.oldest).map(|at| at.to_string()),
            policy: records.policy().ok().flatten().map(|policy| format!("P-{}", policy.policy.number)),
            devices,
            disk_free_percent: self.disk_free_percent,
            incidents: records.incidents(99).map_or(0, |incidents| incidents.len().try_into().unwrap_or(99)),
            reviews_waiting: u32::try_from(records.units_in_review().map_or(0, |units| units.len()))
                .unwrap_or(u32::MAX),
            now: self.clock.now().to_string(),
            simulated: self.simulated,
        }
    }

    fn stage(&self) -> Result<(Stage, Say), Coded> {
        if self.signed_in().is_none() {
            return Ok(self.sign_in_stage());
        }
        let on_desk = self.current().ok();
        if let Some(asking) = &self.work.asking {
            let unit = on_desk.map(|(unit, state)| self.head(unit, &state));
            let options = asking.options(self.work.asking_page);
            let choices: Vec<Choice> = options.into_iter().map(listed_choice).collect();
            let next = match asking {
                Asking::HowMany { .. } | Asking::Expiry { .. } => say("next-type-digits", []),
                Asking::ShipTracking { .. } => say("next-scan-tracking", []),
                _ => say("next-pick", []),
            };
            return Ok((Stage::Pick { ask: asking.ask(), code: asking.code(), unit, choices }, next));
        }
        if let Some(arrivals) = &self.work.arrivals {
            let (today, waiting) = self.arrival_counts()?;
            let arrived = arrivals.arrived.clone();
            let next = if self.refusing().is_some() { "next-scan-refused" } else { "next-scan-carton" };
            return Ok((Stage::Arrivals { arrived, today, waiting }, say(next, [])));
        }
        let Some((unit, state)) = on_desk else {
            return match self.work.container {
                Some(container) => self.container_stage(container),
                None => Ok((self.idle(), self.idle_next())),
            };
        };
        if let Some(work) = self.work_stage(unit, &state) {
            return Ok(work);
        }
        if !state.holds.is_empty() {
            let choices = vec![plain_choice(CommandCode::Next, "choice-aside")];
            let stage = Stage::Held { unit: self.head(unit, &state), choices };
            return Ok((stage, say("next-held", [])));
        }
        match state.stage {
            Some(UnitStage::Received) => self.number_stage(unit, &state),
            Some(UnitStage::Inspecting) => self.inspect_stage(unit, &state),
            Some(UnitStage::Graded | UnitStage::Dispositioned) => self.decided_stage(unit, &state),
            _ => {
                // Another bench has staged, closed or voided it meanwhile: it can only be put aside.
                let choices = vec![plain_choice(CommandCode::Cancel, "choice-aside")];
                let stage = Stage::Held { unit: self.head(unit, &state), choices };
                Ok((stage, say("next-held", [])))
            }
        }
    }

    fn sign_in_stage(&self) -> (Stage, Say) {
        let badge = self.badge_shown();
        let stage = Stage::SignIn {
            operator: badge
                .map(|operator| OperatorView { initials: operator.initials.clone(), role: operator.role }),
            digits: u8::try_from(self.digits_typed()).unwrap_or(u8::MAX),
            locked_seconds: self.locked_seconds(),
        };
        (stage, say(if badge.is_some() { "next-type-pin" } else { "next-scan-badge" }, []))
    }

    fn idle(&self) -> Stage {
        let records = self.records();
        let counters = records.counters(self.midnight()).unwrap_or_default();
        let count = |kind: &str| u32::try_from(counters.of(kind)).unwrap_or(u32::MAX);
        let under_way = records.units_under_way().unwrap_or_default();
        let recent = records.recent_units(RECENT).unwrap_or_default();
        drop(records);
        let stopped = under_way.iter().filter(|(_, unit)| unit.review_pending() || !unit.holds.is_empty());
        let labels = under_way.iter().filter(|(_, unit)| waits(&unit.label) || waits(&unit.lpn_label));
        Stage::Idle {
            today: Counters {
                received: count("unit.received"),
                dispositioned: count("unit.dispositioned"),
                staged: count("unit.staged"),
                waiting: u32::try_from(stopped.count()).unwrap_or(u32::MAX),
            },
            labels_pending: u32::try_from(labels.count()).unwrap_or(u32::MAX),
            recent: recent.iter().map(|(unit, state)| self.recent(*unit, state)).collect(),
            parcel: self.parcel_view().ok().flatten(),
        }
    }

    fn idle_next(&self) -> Say {
        match (self.work.parcel, self.work.bulk, self.work.preprinted) {
            (_, true, _) => say("next-scan-bulk", []),
            (_, _, Some(lpn)) => say("next-scan-for-number", [("lpn", lpn.to_string())]),
            (Some(_), ..) => say("next-scan-item", []),
            (None, ..) => say("next-scan-parcel", []),
        }
    }

    fn recent(&self, unit: UnitId, state: &unit::State) -> RecentUnit {
        let updated = self.records().updated(returns::ids::Subject::Unit(unit)).ok().flatten();
        RecentUnit {
            head: self.head(unit, state),
            grade: state.grade().filter(|_| !self.veiled(state)),
            disposition: state.disposition().filter(|_| !self.veiled(state)),
            at: updated.map(|at| at.to_string()).unwrap_or_default(),
        }
    }

    fn parcel_view(&self) -> Result<Option<ParcelView>, Coded> {
        let Some(parcel) = self.work.parcel else { return Ok(None) };
        let state: parcel::State = self.records().parcel(&parcel)?.unwrap_or_default();
        let mut lines = Vec::new();
        for rma in self.rmas_of(&state)? {
            for progress in self.progress(&rma)? {
                let Some(line) = rma.line(&progress.line) else { continue };
                let item = self.records().item(&line.sku)?;
                lines.push(ParcelLineView {
                    title: item.map_or_else(|| line.sku.to_string(), |item| item.title),
                    sku: line.sku.to_string(),
                    rma: rma.number.to_string(),
                    expected: progress.authorised,
                    received: progress.received,
                });
            }
        }
        Ok(Some(ParcelView {
            tracking: state.tracking.map(|tracking| tracking.to_string()),
            rmas: state.rmas.iter().map(ToString::to_string).collect(),
            lines,
        }))
    }

    fn number_stage(&self, unit: UnitId, state: &unit::State) -> Result<(Stage, Say), Coded> {
        let label = self.label_view(unit, state, LabelKind::Lpn)?;
        let next = say("next-scan-number", [("lpn", super::views::lpn(state))]);
        Ok((Stage::StickNumber { unit: self.head(unit, state), label }, next))
    }

    fn inspect_stage(&self, unit: UnitId, state: &unit::State) -> Result<(Stage, Say), Coded> {
        let checklist = self.checklist_of(state)?;
        let head = self.head(unit, state);
        let Some(question) = self.question(&checklist, state) else {
            if missing_photos(&checklist, state).is_empty() {
                // Everything is there, and grading it failed or was cut short: it can be asked for again.
                let choices = vec![plain_choice(CommandCode::Next, "choice-grade-now")];
                return Ok((Stage::Photos { unit: head, choices }, say("next-grade", [])));
            }
            let mut choices = vec![plain_choice(CommandCode::Photo, "choice-photo")];
            choices.push(plain_choice(CommandCode::SkipPhoto, "choice-skip-photo"));
            return Ok((Stage::Photos { unit: head, choices }, say("next-take-photo", [])));
        };
        let place = checklist.questions.iter().position(|other| other.id == question.id).unwrap_or(0);
        let choices = answers(&question);
        let keys: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
        let next = if self.expects_text() {
            say("next-scan-serial", [])
        } else {
            say("next-answer", [("keys", keys.join(", "))])
        };
        let stage = Stage::Question {
            unit: head,
            texts: texts(&question.text),
            hint: question.hint.as_ref().map(texts),
            picture: question.picture.clone(),
            number: u32::try_from(place + 1).unwrap_or(u32::MAX),
            of: u32::try_from(checklist.questions.len()).unwrap_or(u32::MAX),
            ladder: ladder(&question),
            choices,
            chips: self.chip_views(&checklist, state),
        };
        Ok((stage, next))
    }

    fn chip_views(&self, checklist: &Checklist, state: &unit::State) -> Vec<FindingChip> {
        if self.question(checklist, state).as_ref().is_some_and(needs_all_keys) {
            let more = CommandCode::More.to_string();
            return vec![FindingChip { command: more, key: MORE_KEY.to_owned(), finding: None, on: false }];
        }
        let mut chips: Vec<FindingChip> = self
            .chips(checklist)
            .into_iter()
            .map(|(command, finding)| FindingChip {
                command: command.to_string(),
                key: key_of(command),
                finding: Some(finding),
                on: state.added_findings.contains(&finding),
            })
            .collect();
        if checklist.findings.len() > super::inspect::CHIPS {
            let (command, key) = (CommandCode::More.to_string(), key_of(CommandCode::More));
            chips.push(FindingChip { command, key, finding: None, on: false });
        }
        chips
    }

    fn decided_stage(&self, unit: UnitId, state: &unit::State) -> Result<(Stage, Say), Coded> {
        use returns::codes::LabelStage;
        if self.veiled(state) {
            // Whoever may grade it blind must not see here what the first grader saw.
            let choices = vec![plain_choice(CommandCode::Next, "choice-aside")];
            let stage = Stage::Held { unit: self.head(unit, state), choices };
            return Ok((stage, say("next-shelf-or-leave", [])));
        }
        let grade = state.grade().unwrap_or(Grade::X);
        if state.contested.is_some() {
            return Ok(self.decision_stage(unit, state, grade));
        }
        match (state.stage, state.label.stage, state.disposition()) {
            (
                Some(UnitStage::Dispositioned),
                LabelStage::PrintPending | LabelStage::Printed,
                Some(disposition),
            ) => {
                let owner = state.owner.clone();
                let container = owner.map(|owner| self.right_container(disposition, &owner)).transpose()?;
                let stage = Stage::StickLabel {
                    unit: self.head(unit, state),
                    grade,
                    label: self.label_view(unit, state, LabelKind::Disposition)?,
                    container: container.flatten().map(|code| code.to_string()),
                };
                Ok((stage, say("next-scan-label", [("lpn", super::views::lpn(state))])))
            }
            (Some(UnitStage::Dispositioned), LabelStage::Confirmed, Some(disposition)) => {
                let owner = state.owner.clone();
                let container = owner.map(|owner| self.right_container(disposition, &owner)).transpose()?;
                let container = container.flatten().map(|code| code.to_string());
                let next = say("next-scan-container", [("container", container.clone().unwrap_or_default())]);
                Ok((Stage::Stow { unit: self.head(unit, state), grade, disposition, container }, next))
            }
            _ => Ok(self.decision_stage(unit, state, grade)),
        }
    }

    fn decision_stage(&self, unit: UnitId, state: &unit::State, grade: Grade) -> (Stage, Say) {
        // Nobody prints or stows it before a person has said which of two decisions stands.
        let contested = state.contested.is_some();
        let pending = state.review_pending();
        let waits = if contested {
            Some(say("contested", []))
        } else {
            pending.then(|| say("review-pending", [("causes", super::views::causes(state))]))
        };
        let shown = state.decision.as_ref().or(state.review.proposal.as_ref());
        let (words, next) = if waits.is_some() {
            ("choice-to-review", say("next-shelf-or-leave", []))
        } else {
            ("choice-print", say("next-print", []))
        };
        let mut choices = vec![Choice { suggested: true, ..plain_choice(CommandCode::Next, words) }];
        choices.push(plain_choice(CommandCode::Override, "choice-override"));
        choices.push(plain_choice(CommandCode::Hold, "choice-hold"));
        let stage = Stage::Decision {
            unit: self.head(unit, state),
            grade,
            computed: state.computed_grade.filter(|computed| *computed != grade),
            findings: state.findings().into_iter().collect(),
            decision: shown.map(|decision| Box::new(self.decision_view(decision))),
            review: waits,
            choices,
        };
        (stage, next)
    }

    fn label_picture(
        &self,
        unit: UnitId,
        state: &unit::State,
        kind: LabelKind,
        print: u32,
    ) -> Result<String, Coded> {
        if let Some((of, which, number, picture)) = self.label_picture.borrow().as_ref()
            && (*of, *which, *number) == (unit, kind, print)
        {
            return Ok(picture.clone());
        }
        let picture = printing::preview(&self.records(), state, kind)?;
        *self.label_picture.borrow_mut() = Some((unit, kind, print, picture.clone()));
        Ok(picture)
    }

    /// Whether a label asked for now may be expected to come out.
    fn printer_prints(&self) -> bool {
        let prints = |code: &str| matches!(code, "printer-working" | "printer-connecting");
        self.devices.iter().any(|device| device.kind == "printer" && prints(&device.state.code))
    }

    fn label_view(&self, unit: UnitId, state: &unit::State, kind: LabelKind) -> Result<LabelView, Coded> {
        let label = match kind {
            LabelKind::Lpn => state.lpn_label,
            LabelKind::Disposition => state.label,
        };
        Ok(LabelView {
            disposition: match kind {
                LabelKind::Lpn => None,
                LabelKind::Disposition => state.disposition(),
            },
            lpn: super::views::lpn(state),
            print_number: if kind == LabelKind::Lpn { 0 } else { label.print },
            png: self.label_picture(unit, state, kind, label.print)?,
            pending: waits(&label),
            stuck: waits(&label) && !self.printer_prints(),
        })
    }

    fn strip(&self) -> CameraStrip {
        let (photos, needed) = self.photo_slots();
        let looking = match (&self.camera, self.camera_works) {
            (None, _) => CameraView::None,
            (_, false) => CameraView::Lost,
            (_, true) if self.codes_in_view => CameraView::CodeFound,
            (_, true) => CameraView::Looking,
        };
        let reprint = self.current().is_ok_and(|(_, state)| {
            waits(&state.label)
                || matches!(state.stage, Some(UnitStage::Dispositioned)) && state.label.print > 0
        });
        let command = if reprint { CommandCode::Reprint } else { CommandCode::Photo };
        let action = self.work.unit.map(|_| Action {
            command: command.to_string(),
            key: key_of(command),
            disabled: None,
        });
        CameraStrip { camera: self.camera.clone(), state: looking, photos, photos_needed: needed, action }
    }

    fn photo_slots(&self) -> (Vec<PhotoSlot>, u32) {
        let Ok((_, state)) = self.current() else { return (Vec::new(), 0) };
        let inspecting = state.stage == Some(UnitStage::Inspecting);
        let checklist = self.checklist_of(&state).ok().filter(|_| inspecting);
        let missing = checklist.map(|checklist| missing_photos(&checklist, &state)).unwrap_or_default();
        let needed = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        (slots(&state, &missing, inspecting), needed)
    }

    fn actions(&self, stage: &Stage) -> Vec<Action> {
        let commands: &[CommandCode] = match stage {
            Stage::SignIn { .. } | Stage::Pick { .. } | Stage::Container { .. } => &[CommandCode::Help],
            Stage::Arrivals { .. } => {
                &[CommandCode::Arrivals, CommandCode::Hold, CommandCode::Photo, CommandCode::Help]
            }
            Stage::Idle { parcel: Some(_), .. } => &[
                CommandCode::NoLabel,
                CommandCode::EmptyBox,
                CommandCode::ParcelDone,
                CommandCode::More,
                CommandCode::Help,
            ],
            Stage::Idle { .. } => {
                &[CommandCode::Arrivals, CommandCode::More, CommandCode::LogOff, CommandCode::Help]
            }
            Stage::Question { .. } => {
                &[CommandCode::Undo, CommandCode::Weigh, CommandCode::Hold, CommandCode::Help]
            }
            Stage::StickNumber { .. } => &[
                CommandCode::Cancel,
                CommandCode::Void,
                CommandCode::Weigh,
                CommandCode::Hold,
                CommandCode::Help,
            ],
            _ => &[CommandCode::Cancel, CommandCode::Hold, CommandCode::Help],
        };
        commands
            .iter()
            .map(|command| Action { command: command.to_string(), key: key_of(*command), disabled: None })
            .collect()
    }
}

/// A choice of the desk's own questions; MORE leaves the digits to the list.
fn listed_choice(option: AnswerOption) -> Choice {
    let more = option.command == CommandCode::More;
    let choice = choice(option);
    if more { Choice { key: MORE_KEY.to_owned(), ..choice } } else { choice }
}

/// Photos taken, then those needed or skipped, then a spare place.
pub(super) fn slots(state: &unit::State, missing: &[returns::ids::PhotoRole], spare: bool) -> Vec<PhotoSlot> {
    let slot =
        |role: String, slot_state, sha256| PhotoSlot { role, texts: Texts::new(), state: slot_state, sha256 };
    let taken = state
        .photos
        .iter()
        .map(|photo| slot(photo.role.to_string(), PhotoSlotState::Taken, Some(photo.hash.to_string())));
    let needed = missing.iter().map(|role| slot(role.to_string(), PhotoSlotState::Needed, None));
    let skipped =
        state.photos_skipped.keys().map(|role| slot(role.to_string(), PhotoSlotState::Skipped, None));
    let spare = spare.then(|| slot("SPARE".to_owned(), PhotoSlotState::Spare, None));
    taken.chain(needed).chain(skipped).chain(spare).collect()
}

pub(super) fn answers(question: &Question) -> Vec<Choice> {
    question
        .choices
        .iter()
        .enumerate()
        .filter_map(|(index, answer)| {
            let command = choice_command(index, &answer.id)?;
            let effect = match (answer.hold, answer.grade, answer.review) {
                (Some(hold), ..) => Some(say("effect-hold", [("hold", hold.to_string())])),
                (_, Some(grade), _) => Some(say("effect-grade", [("grade", grade.to_string())])),
                (.., true) => Some(say("effect-review", [])),
                _ => Some(say("effect-go-on", [])),
            };
            let option = AnswerOption { command, texts: Some(texts(&answer.label)), say: None };
            Some(Choice { effect, ..choice(option) })
        })
        .collect()
}

pub(super) fn ladder(question: &Question) -> Vec<LadderStep> {
    let Some(now) = question.grade.filter(|_| question.kind == QuestionKind::Condition) else {
        return Vec::new();
    };
    [Grade::X, Grade::D, Grade::C, Grade::B, Grade::A]
        .into_iter()
        .map(|grade| LadderStep {
            grade,
            state: match grade.cmp(&now) {
                std::cmp::Ordering::Greater => StepState::Done,
                std::cmp::Ordering::Equal => StepState::Now,
                std::cmp::Ordering::Less => StepState::ToCome,
            },
        })
        .collect()
}
