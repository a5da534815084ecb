//! One unit in the review room: what was seen and decided, what does not fit, what a person may do about it.

use returns::codes::{Disposition, SignalKind};
use returns::event::{Event, Parsed, UnitEvent};
use returns::ids::{EventId, StationId, Subject, UnitId};
use returns::policy::Decision;
use returns::signal::Signal;
use returns::unit::{self, Verdict};
use wire::{Envelope, Place};

use super::draft::{Draft, Known};
use super::review::in_question;
use super::screen::slots;
use super::views::money;
use super::{Coded, Desk, blind, coded, say};
use crate::seam::{ContestSide, ContestView, HistoryLine, NoteView, ReviewDetail, Say, SignalView};

/// Events that tell a second grader nothing of what the first one saw: how the unit came, its labels, where it lies.
const UNVEILED: [&str; 7] = [
    "unit.received",
    "unit.located",
    "unit.label-pending",
    "unit.label-printed",
    "unit.label-confirmed",
    "unit.staged",
    "unit.taken-out",
];

impl Desk {
    /// One unit with its evidence. Who is to grade it blind is shown nothing of the first grading.
    pub(crate) fn review_unit(&self, unit: UnitId) -> Result<ReviewDetail, Coded> {
        let draft = self.draft(unit)?;
        let (state, known) = (&draft.state, &draft.known);
        let history = self.records().history(Subject::Unit(unit))?;
        let shipped = known.rma_line().map(|line| super::views::list(&line.serials_shipped));
        let veiled = self.veiled(state);
        let shown = in_question(state).filter(|_| !veiled);
        Ok(ReviewDetail {
            row: self.review_row(unit, state, known)?,
            stage: state.stage.ok_or_else(|| coded("not-received", []))?,
            findings: if veiled { Vec::new() } else { state.findings().into_iter().collect() },
            serial: state.serial.as_ref().filter(|_| !veiled).map(ToString::to_string),
            serial_shipped: shipped.filter(|serials| !veiled && !serials.is_empty()),
            price: known.item.as_ref().and_then(|item| item.price).map(money),
            photos: if veiled { Vec::new() } else { slots(state, &[], false) },
            decision: shown.map(|decision| self.decision_view(decision)),
            history: self.lines_of(&history, veiled),
            blocked: self.blocked(&draft),
            allowed: shown.map(|shown| allowed(known, shown)).unwrap_or_default(),
            seen: history.last().map(|(_, envelope)| envelope.event_id),
            signals: if veiled { Vec::new() } else { state.signals.iter().map(signal_view).collect() },
            clock: self.clock_of(state, known)?.map(|(clock, _)| clock),
            contest: state.contested.filter(|_| !veiled).and_then(|pair| self.contest_view(&history, pair)),
            blind: blind::result(known.checklist.as_ref(), state),
            blind_wanted: blind::wanted(state),
            tasks: state.tasks.iter().copied().collect(),
            acceptance: state.acceptance,
            response: state.response,
            matched: state.matched,
            function: state.function.filter(|_| !veiled),
            cosmetic: state.cosmetic.filter(|_| !veiled),
            provisional: provisional(&draft),
            notes: if veiled { Vec::new() } else { self.notes_of(&history)? },
        })
    }

    /// Why the person signed in may not decide this one.
    fn blocked(&self, draft: &Draft) -> Option<Say> {
        let (_, role) = self.signed_in()?;
        if draft.state.review_pending() {
            // The domain knows who may; nothing is decided here.
            let command = unit::Command::Review(Verdict::approve());
            let refused = unit::decide(&draft.state, &command, &draft.facts()).err()?;
            let Coded { code, args } = refused.into();
            return Some(Say { code, args });
        }
        if !role.may_supervise() {
            return Some(say("supervisor-only", []));
        }
        self.had_a_hand(&draft.state).then(|| say("own-grading", []))
    }

    /// What happened to a unit, oldest first.
    pub(super) fn history_of(&self, unit: UnitId) -> Result<Vec<HistoryLine>, Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        let state = self.records().unit(&unit)?;
        let veiled = state.is_some_and(|state| self.veiled(&state));
        Ok(self.lines_of(&history, veiled))
    }

    fn lines_of(&self, history: &[(Place, Envelope)], veiled: bool) -> Vec<HistoryLine> {
        let shown =
            history.iter().filter(|(_, envelope)| !veiled || UNVEILED.contains(&envelope.kind.as_str()));
        shown
            .map(|(_, envelope)| HistoryLine {
                at: envelope.recorded.to_string(),
                operator: self.initials(Some(&envelope.actor.operator)),
                notable: notable(&envelope.kind),
                say: Say { code: envelope.kind.replace('.', "-"), args: scalars(&envelope.body) },
            })
            .collect()
    }

    /// Words about a unit, from the purgeable store.
    fn notes_of(&self, history: &[(Place, Envelope)]) -> Result<Vec<NoteView>, Coded> {
        let mut notes = Vec::new();
        for (_, envelope) in history {
            let Parsed::Known(Event::Unit(UnitEvent::Noted { hash })) = envelope.event() else { continue };
            let bytes = self.records().kept_text(&hash)?;
            notes.push(NoteView {
                at: envelope.recorded.to_string(),
                operator: self.initials(Some(&envelope.actor.operator)),
                text: bytes.and_then(|bytes| String::from_utf8(bytes).ok()),
            });
        }
        Ok(notes)
    }

    fn contest_view(
        &self,
        history: &[(Place, Envelope)],
        (first, second): (EventId, EventId),
    ) -> Option<ContestView> {
        let side = |event: EventId| {
            let (place, envelope) = history.iter().find(|(_, envelope)| envelope.event_id == event)?;
            let decision = decision_in(envelope)?;
            Some(ContestSide {
                event,
                disposition: decision.disposition,
                grade: decision.inputs.grade,
                operator: self.initials(Some(&envelope.actor.operator)),
                station: self.station_name(place.station),
                at: envelope.recorded.to_string(),
            })
        };
        Some(ContestView { first: side(first)?, second: side(second)? })
    }

    /// This station's name, or the beginning of another's id: no feed brings other benches' names.
    pub(super) fn station_name(&self, station: StationId) -> String {
        let own = self.records().enrolment().map(|enrolment| (enrolment.station, enrolment.name.clone()));
        match own {
            Some((own, name)) if own == station => name,
            _ => station.to_string().chars().take(8).collect(),
        }
    }
}

/// The decision that an event put in force for good.
pub(super) fn decision_in(envelope: &Envelope) -> Option<Decision> {
    match envelope.event() {
        Parsed::Known(Event::Unit(UnitEvent::Dispositioned { decision, provisional: false })) => {
            Some(*decision)
        }
        _ => None,
    }
}

/// What would be put in force if nobody came, where the policy allows that by now.
fn provisional(draft: &Draft) -> Option<Disposition> {
    let events = unit::decide(&draft.state, &unit::Command::DisposeProvisionally, &draft.facts()).ok()?;
    events.into_iter().find_map(|event| match event {
        UnitEvent::Dispositioned { decision, .. } => Some(decision.disposition),
        _ => None,
    })
}

/// Dispositions that the policy's gates leave open for this unit: the only one that a gate forces, else all that none
/// forbids.
fn allowed(known: &Known, shown: &Decision) -> Vec<Disposition> {
    let Some(policy) = &known.policy else { return Vec::new() };
    let open = |disposition: &Disposition| policy.forbids(&shown.inputs, *disposition).is_none();
    Disposition::ALL.iter().copied().filter(open).collect()
}

/// A signal in neutral words: what was compared, not who is to blame.
pub(super) fn signal_view(signal: &Signal) -> SignalView {
    let code = match signal.kind {
        SignalKind::SerialMismatch => "signal-serial-mismatch",
        SignalKind::WeightMismatch => "signal-weight-mismatch",
        SignalKind::LabelCopied => "signal-label-copied",
        SignalKind::RmaReceivedElsewhere => "signal-rma-received-elsewhere",
        SignalKind::FrequentEmptyBox => "signal-frequent-empty-box",
        SignalKind::SwappedItem => "signal-swapped-item",
    };
    SignalView { kind: signal.kind, say: Say { code: code.to_owned(), args: signal.args.clone() } }
}

/// Events that a reviewer should look at.
fn notable(kind: &str) -> bool {
    matches!(
        kind,
        "unit.finding-added"
            | "unit.photo-skipped"
            | "unit.grade-overridden"
            | "unit.disposition-overridden"
            | "unit.held"
            | "unit.review-requested"
            | "unit.signalled"
            | "unit.noted"
            | "unit.contested"
    )
}

/// The plain values of an event's body, as arguments for its words.
fn scalars(body: &serde_json::Value) -> std::collections::BTreeMap<String, String> {
    let fields = body.as_object().into_iter().flatten();
    fields
        .filter(|(_, value)| !value.is_object())
        .map(|(name, value)| (name.clone(), super::plain(value.clone())))
        .collect()
}
