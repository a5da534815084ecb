//! The second look: who may, on what, with which outcome.

use jiff::Timestamp;
use returns::codes::{
    Acceptance, Disposition, Grade, HoldReason, OverrideReason, ReviewOutcome, SellerResponse, Settlement,
};
use returns::ids::{EventId, Subject, UnitId};
use returns::policy::GateEffect;
use returns::unit::{self, Verdict};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::screen::slots;
use super::views::{decision, money};
use super::{Coded, Desk, Said, coded, say};
use crate::seam::{HistoryLine, ReviewDetail, ReviewQueue, ReviewRow, Say, Tone};

/// What a reviewer decided.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) outcome: ReviewOutcome,
    pub(crate) grade: Option<Grade>,
    pub(crate) disposition: Option<Disposition>,
    pub(crate) reason: Option<OverrideReason>,
    pub(crate) response: Option<SellerResponse>,
    pub(crate) settlement: Option<Settlement>,
    pub(crate) acceptance: Option<Acceptance>,
    /// The newest event that the reviewer saw.
    pub(crate) seen: Option<EventId>,
}

impl Desk {
    /// Units that wait for a second person, dearest loss first.
    pub(crate) fn review_queue(&self) -> Result<ReviewQueue, Coded> {
        self.actor()?;
        let mut units = self.records().units_in_review()?;
        let held = self.records().units_on_hold()?;
        for (unit, state) in held {
            if !units.iter().any(|(known, _)| *known == unit) {
                units.push((unit, state));
            }
        }
        let mut rows = Vec::new();
        for (unit, state) in &units {
            rows.push(self.review_row(*unit, state)?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.centicents_per_hour));
        Ok(ReviewQueue { rows })
    }

    fn review_row(&self, unit: UnitId, state: &unit::State) -> Result<ReviewRow, Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        let updated = history.last().map(|(_, envelope)| envelope.recorded);
        let station = history.first().map(|(place, _)| place.station);
        let own = self.records().enrolment().map(|enrolment| (enrolment.station, enrolment.name.clone()));
        let station = match (station, own) {
            (Some(station), Some((own, name))) if station == own => name,
            (Some(station), _) => station.to_string().chars().take(8).collect(),
            (None, _) => String::new(),
        };
        Ok(ReviewRow {
            head: self.head(unit, state),
            grade: state.grade(),
            disposition: state.review.proposal.as_ref().or(state.decision.as_ref()).map(|d| d.disposition),
            causes: state.review.causes.clone(),
            station,
            grader: self.initials(state.grader.as_ref()),
            since: state.review.since.or(updated).map(|at: Timestamp| at.to_string()).unwrap_or_default(),
            centicents_per_hour: self.loss_per_hour(state)?,
        })
    }

    /// Value lost in an hour, in hundredths of a minor unit: price × weekly decay / 168 hours.
    fn loss_per_hour(&self, state: &unit::State) -> Result<i64, Coded> {
        let records = self.records();
        let item = state.sku.as_ref().map(|sku| records.item(sku)).transpose()?.flatten();
        let Some((price, decay)) = item.and_then(|item| Some((item.price?, item.weekly_decay_percent)))
        else {
            return Ok(0);
        };
        let hundredths = Decimal::from(price.minor) * decay / Decimal::from(168);
        Ok(hundredths.round().to_i64().unwrap_or(0))
    }

    pub(super) fn initials(&self, operator: Option<&returns::ids::OperatorId>) -> String {
        let Some(id) = operator else { return String::new() };
        let known = self.records().operator(id).ok().flatten();
        known.map_or_else(|| id.to_string(), |operator| operator.initials)
    }

    /// One unit with its evidence.
    pub(crate) fn review_unit(&self, unit: UnitId) -> Result<ReviewDetail, Coded> {
        self.actor()?;
        let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        let known = super::draft::Known::of_unit(&self.records(), unit, &state)?;
        let shipped = known.rma_line().map(|line| super::views::list(&line.serials_shipped));
        let newest =
            self.records().history(Subject::Unit(unit))?.last().map(|(_, envelope)| envelope.event_id);
        let shown = state.review.proposal.as_ref().or(state.decision.as_ref());
        Ok(ReviewDetail {
            row: self.review_row(unit, &state)?,
            stage: state.stage.ok_or_else(|| coded("not-received", []))?,
            findings: state.findings().into_iter().collect(),
            serial: state.serial.as_ref().map(ToString::to_string),
            serial_shipped: shipped.filter(|serials| !serials.is_empty()),
            price: known.item.as_ref().and_then(|item| item.price).map(money),
            photos: slots(&state, &[], false),
            decision: shown.map(decision),
            history: self.history_of(unit)?,
            blocked: self.blocked(&state),
            allowed: allowed(&known, &state),
            seen: newest,
            signals: Vec::new(),
            clock: None,
            contest: None,
            blind: None,
            blind_wanted: false,
            tasks: state.tasks.iter().copied().collect(),
            acceptance: state.acceptance,
            response: state.response,
            matched: state.matched,
            function: state.function,
            cosmetic: state.cosmetic,
            provisional: None,
        })
    }

    /// Why the person signed in may not decide this one.
    fn blocked(&self, state: &unit::State) -> Option<Say> {
        let (operator, role) = self.signed_in()?;
        if !role.may_supervise() {
            return Some(say("supervisor-only", []));
        }
        let had_a_hand = [&state.grader, &state.overridden_by].contains(&&Some(operator.id.clone()));
        if had_a_hand || state.inspectors.contains(&operator.id) {
            return Some(say("own-grading", []));
        }
        None
    }

    /// What happened to a unit, oldest first.
    pub(super) fn history_of(&self, unit: UnitId) -> Result<Vec<HistoryLine>, Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        Ok(history
            .into_iter()
            .map(|(_, envelope)| HistoryLine {
                at: envelope.recorded.to_string(),
                operator: self.initials(Some(&envelope.actor.operator)),
                notable: notable(&envelope.kind),
                say: Say { code: envelope.kind.replace('.', "-"), args: scalars(&envelope.body) },
            })
            .collect())
    }

    /// Gives the outcome of the second look, and puts it in force.
    pub(crate) fn review_decide(&mut self, unit: UnitId, decided: &Decided) -> Result<(), Coded> {
        let outcome = self.reviewed(unit, decided);
        self.tell(outcome)
    }

    fn reviewed(&mut self, unit: UnitId, decided: &Decided) -> super::Outcome {
        let newest =
            self.records().history(Subject::Unit(unit))?.last().map(|(_, envelope)| envelope.event_id);
        if decided.seen.is_some() && decided.seen != newest {
            return Err(coded("unit-changed", []));
        }
        let mut draft = self.draft(unit)?;
        let verdict = Verdict {
            outcome: decided.outcome,
            grade: decided.grade,
            disposition: decided.disposition,
            settlement: decided.settlement,
            response: decided.response,
            acceptance: decided.acceptance,
            reason: decided.reason,
        };
        draft.decide(&unit::Command::Review(verdict))?;
        let decides = decided.outcome != ReviewOutcome::SentBack;
        if decides && draft.state.stage == Some(returns::codes::Stage::Graded) && draft.state.holds.is_empty()
        {
            draft.decide(&unit::Command::Dispose)?;
        }
        let state = self.commit_draft(draft)?;
        if self.work.unit == Some(unit) && !decides {
            // Sent back: whoever takes it up begins its checklist again.
            self.set_unit_aside();
        }
        let words = [("lpn", super::views::lpn(&state)), ("outcome", decided.outcome.to_string())];
        Ok(Said::saved(Tone::Accepted, say("reviewed", words)))
    }

    /// A hold set or released from the review room.
    pub(crate) fn hold_unit(&mut self, unit: UnitId, reason: HoldReason, release: bool) -> Result<(), Coded> {
        let command =
            if release { unit::Command::Release { reason } } else { unit::Command::Hold { reason } };
        let code = if release { "hold-released" } else { "hold-set" };
        let outcome = self
            .act(unit, &command)
            .map(|_| Said::saved(Tone::Accepted, say(code, [("hold", reason.to_string())])));
        self.tell(outcome)
    }
}

/// Dispositions that no gate forbids for this unit; none while a gate forces one.
fn allowed(known: &super::draft::Known, state: &unit::State) -> Vec<Disposition> {
    let (Some(policy), Some(shown)) =
        (&known.policy, state.review.proposal.as_ref().or(state.decision.as_ref()))
    else {
        return Vec::new();
    };
    let policy = &policy.policy;
    let mut forbidden = Vec::new();
    for gate in &policy.gates {
        if gate.when.matches(&shown.inputs, policy.currency) != returns::policy::Known::Yes {
            continue;
        }
        match &gate.effect {
            GateEffect::Force(only) => return vec![*only],
            GateEffect::Forbid(those) => forbidden.extend(those),
            GateEffect::Permit { .. } => {}
        }
    }
    Disposition::ALL.iter().copied().filter(|disposition| !forbidden.contains(disposition)).collect()
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
