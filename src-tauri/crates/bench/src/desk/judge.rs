//! What a supervisor (or a second grader) asks of one unit beside the review itself.

use returns::codes::{
    Acceptance, Disposition, Finding, LabelKind, OverrideReason, ParcelState, ReviewState, SellerResponse,
    Stage, Task, VoidReason,
};
use returns::event::{Amendment, UnitEvent};
use returns::ids::{ContainerId, EventId, Serial, Subject, UnitId};
use returns::lpn::Lpn;
use returns::{container, parcel, unit};

use super::detail::decision_in;
use super::draft::Draft;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::{Reply, Request, Tone};

/// The most characters of a note.
const NOTE_CHARACTERS: usize = 2000;

impl Desk {
    /// Requests about one unit. Those that change something answer with the unit as it is afterwards.
    pub(crate) fn judge(&mut self, request: Request) -> Result<Reply, Coded> {
        let (unit, outcome) = match request {
            Request::OverrideDisposition { unit, disposition, reason } => {
                (unit, self.override_disposition(unit, disposition, reason))
            }
            Request::AnswerClaim { unit, acceptance, response } => {
                (unit, self.answer_claim(unit, acceptance, response))
            }
            Request::SettleContest { unit, stands } => (unit, self.settle_contest(unit, stands)),
            Request::DisposeProvisionally { unit } => (unit, self.dispose_provisionally(unit)),
            Request::Note { unit, text } => (unit, self.note(unit, &text)),
            Request::VoidUnit { unit, reason } => (unit, self.void_unit(unit, reason)),
            Request::AmendUnit { unit, finding, remove, serial } => {
                (unit, self.amend(unit, finding, remove, serial))
            }
            Request::FinishTask { unit, task } => (unit, self.finish_task(unit, task)),
            Request::SwapLabels { unit, other } => (unit, self.swap_labels(unit, &other)),
            Request::MatchUnit { unit, rma, line } => (unit, self.match_unit(unit, &rma, line.as_deref())),
            Request::MatchesFor { unit } => return self.matches_for(unit).map(Reply::Matches),
            Request::BlindRegrade { unit, answers, findings, commit } => {
                let view = self.blind_regrade(unit, &answers, &findings, commit)?;
                return Ok(Reply::Blind(Box::new(view)));
            }
            Request::ExplainUnit { unit } => return self.explain_unit(unit).map(Reply::Explained),
            Request::EvidencePack { unit } => return self.evidence_pack(unit).map(Reply::Pack),
            _ => return Err(coded("command-not-now", [])),
        };
        self.tell(outcome)?;
        self.review_unit(unit).map(|detail| Reply::ReviewUnit(Box::new(detail)))
    }

    pub(crate) fn supervisor_or_refuse(&self) -> Result<(), Coded> {
        match self.signed_in() {
            Some((_, role)) if role.may_supervise() => Ok(()),
            Some(_) => Err(coded("supervisor-only", [])),
            None => Err(coded("sign-in-first", [])),
        }
    }

    /// The policy's choice is set aside; a second person looks at it before it holds.
    fn override_disposition(
        &mut self,
        unit: UnitId,
        disposition: Disposition,
        reason: OverrideReason,
    ) -> Outcome {
        self.supervisor_or_refuse()?;
        let mut draft = self.draft(unit)?;
        draft.decide(&unit::Command::OverrideDisposition { disposition, reason, note: None })?;
        draft.decide(&unit::Command::Dispose)?;
        let state = self.commit_draft(draft)?;
        let words = [("lpn", super::views::lpn(&state)), ("disposition", disposition.to_string())];
        Ok(Said::saved(Tone::Warning, say("unit-disposition-overridden", words)))
    }

    fn answer_claim(
        &mut self,
        unit: UnitId,
        acceptance: Acceptance,
        response: Option<SellerResponse>,
    ) -> Outcome {
        let state = self.act(unit, &unit::Command::AnswerClaim { acceptance, response })?;
        let words = [("lpn", super::views::lpn(&state)), ("acceptance", acceptance.to_string())];
        Ok(Said::saved(Tone::Accepted, say("unit-claim-answered", words)))
    }

    /// Which of two decisions stands: what it decided is put in force anew, where it is not. A unit that is being
    /// inspected (again), or waits to be, is decided by that inspection.
    fn settle_contest(&mut self, unit: UnitId, stands: EventId) -> Outcome {
        let mut draft = self.draft(unit)?;
        let history = self.records().history(Subject::Unit(unit))?;
        let chosen = history.iter().find(|(_, envelope)| envelope.event_id == stands);
        let decision = chosen.and_then(|(_, envelope)| decision_in(envelope)).map(Box::new);
        let undecided = matches!(draft.state.stage, Some(Stage::Received | Stage::Inspecting));
        let decision = decision.filter(|_| !undecided);
        let lay_in = draft.state.container();
        let events = draft.decide(&unit::Command::SettleContest { stands, decision })?;
        self.taken_out_in(&mut draft, lay_in, &events)?;
        if matches!(draft.state.review.state, ReviewState::Approved | ReviewState::Changed) {
            // The second look came first, and had to wait for this word.
            self.put_in_force(&mut draft)?;
        }
        let state = self.commit_draft(draft)?;
        let disposition = state.disposition().map(|disposition| disposition.to_string());
        let words = [("lpn", super::views::lpn(&state)), ("disposition", disposition.unwrap_or_default())];
        Ok(Said::saved(Tone::Accepted, say("unit-contest-settled", words)))
    }

    fn dispose_provisionally(&mut self, unit: UnitId) -> Outcome {
        let state = self.act(unit, &unit::Command::DisposeProvisionally)?;
        let disposition = state.disposition().map(|disposition| disposition.to_string());
        let words = [("lpn", super::views::lpn(&state)), ("disposition", disposition.unwrap_or_default())];
        Ok(Said::saved(Tone::Warning, say("provisionally-disposed", words)))
    }

    /// The words go to the purgeable store, their hash into the event.
    fn note(&mut self, unit: UnitId, text: &str) -> Outcome {
        let text = text.trim();
        if text.is_empty() {
            return Err(coded("note-empty", []));
        }
        if text.chars().count() > NOTE_CHARACTERS {
            return Err(coded("note-too-long", [("most", NOTE_CHARACTERS.to_string())]));
        }
        let mut draft = self.draft(unit)?;
        let hash = self.records().keep_text(text.as_bytes())?;
        draft.decide(&unit::Command::Note { hash })?;
        let state = self.commit_draft(draft)?;
        Ok(Said::saved(Tone::Accepted, say("unit-noted", [("lpn", super::views::lpn(&state))])))
    }

    fn void_unit(&mut self, unit: UnitId, reason: VoidReason) -> Outcome {
        self.supervisor_or_refuse()?;
        let mut draft = self.draft(unit)?;
        let lay_in = draft.state.container();
        self.remove_from_parcel_in(&mut draft, reason)?;
        let events = draft.decide(&unit::Command::Void { reason })?;
        self.taken_out_in(&mut draft, lay_in, &events)?;
        let state = self.commit_draft(draft)?;
        if self.work.unit == Some(unit) {
            self.set_unit_aside();
        }
        let words = [("lpn", super::views::lpn(&state)), ("reason", reason.to_string())];
        Ok(Said::saved(Tone::Warning, say("unit-voided", words)))
    }

    /// One correction after the other, in one commit.
    fn amend(
        &mut self,
        unit: UnitId,
        finding: Option<Finding>,
        remove: bool,
        serial: Option<String>,
    ) -> Outcome {
        let mut amendments = Vec::new();
        amendments.extend(finding.map(|finding| match remove {
            true => Amendment::FindingRemoved { finding },
            false => Amendment::FindingAdded { finding },
        }));
        if let Some(serial) = serial.as_deref().map(str::trim).filter(|serial| !serial.is_empty()) {
            let serial = Serial::new(serial).map_err(|_| coded("serial-unreadable", []))?;
            amendments.push(Amendment::Serial { serial });
        }
        if amendments.is_empty() {
            return Err(coded("no-change", []));
        }
        let mut draft = self.draft(unit)?;
        for amendment in amendments {
            draft.decide(&unit::Command::Amend(amendment))?;
        }
        let state = self.commit_draft(draft)?;
        Ok(Said::saved(Tone::Accepted, say("unit-amended", [("lpn", super::views::lpn(&state))])))
    }

    fn finish_task(&mut self, unit: UnitId, task: Task) -> Outcome {
        let state = self.act(unit, &unit::Command::FinishTask { task })?;
        let words = [("lpn", super::views::lpn(&state)), ("task", task.to_string())];
        Ok(Said::saved(Tone::Accepted, say("unit-task-done", words)))
    }

    /// The stickers of two units were mixed up: both come out of their containers, and both get their labels anew.
    fn swap_labels(&mut self, unit: UnitId, other: &str) -> Outcome {
        let lpn = lpn_of(other)?;
        let found = self.records().unit_by_lpn(lpn)?;
        let (other, _) = found.ok_or_else(|| coded("unit-unknown", [("lpn", lpn.to_string())]))?;
        if other == unit {
            return Err(coded("swap-with-itself", []));
        }
        let (one, one_prints) = self.swapped(unit, other)?;
        let (two, two_prints) = self.swapped(other, unit)?;
        let words = [("lpn", super::views::lpn(&one.state)), ("other", super::views::lpn(&two.state))];
        self.commit_drafts(vec![one, two])?;
        self.wish_prints(unit, &one_prints);
        self.wish_prints(other, &two_prints);
        Ok(Said::saved(Tone::Warning, say("unit-labels-swapped", words)))
    }

    fn swapped(&self, unit: UnitId, other: UnitId) -> Result<(Draft, Vec<UnitEvent>), Coded> {
        let mut draft = self.draft(unit)?;
        let lay_in = draft.state.container();
        let events = draft.decide(&unit::Command::SwapLabels { other })?;
        self.taken_out_in(&mut draft, lay_in, &events)?;
        let mut printed = draft.decide(&unit::Command::RequestLabel { label: LabelKind::Lpn })?;
        let labelled = draft.state.label.print > 0;
        let goes_on = draft.state.holds.is_empty() && draft.state.contested.is_none();
        if draft.state.stage == Some(Stage::Dispositioned) && labelled && goes_on {
            printed.extend(draft.decide(&unit::Command::RequestLabel { label: LabelKind::Disposition })?);
        }
        Ok((draft, printed))
    }

    /// The container's own event where these took a unit out of it.
    pub(super) fn taken_out_in(
        &self,
        draft: &mut Draft,
        lay_in: Option<ContainerId>,
        events: &[UnitEvent],
    ) -> Result<(), Coded> {
        let taken_out = events.iter().any(|event| matches!(event, UnitEvent::TakenOut { .. }));
        let Some(id) = lay_in.filter(|_| taken_out) else { return Ok(()) };
        let state = self.records().container(&id)?.ok_or_else(|| coded("container-unknown", []))?;
        let command = container::Command::TakeOut { unit: draft.unit };
        let events = container::decide(&state, &command, &draft.facts())?;
        draft.with_container(id, events);
        Ok(())
    }

    /// The parcel's own event where a unit never came out of it. An emptied parcel's count stays as it was confirmed.
    fn remove_from_parcel_in(&self, draft: &mut Draft, reason: VoidReason) -> Result<(), Coded> {
        let Some(id) = draft.state.parcel else { return Ok(()) };
        let Some(state) = self.records().parcel(&id)? else { return Ok(()) };
        if state.state != Some(ParcelState::Opened) || !state.units.contains_key(&draft.unit) {
            return Ok(());
        }
        let command = parcel::Command::RemoveUnit { unit: draft.unit, reason };
        let events = parcel::decide(&state, &command, &draft.facts())?;
        draft.with_parcel(id, events);
        Ok(())
    }
}

/// An LPN as it is scanned (`RS:U:` and perhaps a print number) or typed.
fn lpn_of(text: &str) -> Result<Lpn, Coded> {
    let text = text.trim();
    let text = text.strip_prefix("RS:U:").unwrap_or(text);
    let number = text.split('/').next().unwrap_or_default();
    number.parse().map_err(|_| coded("lpn-unreadable", [("code", super::scan::shown(text))]))
}
