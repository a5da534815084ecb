//! The second look: who may, on what, with which outcome.

use std::collections::BTreeMap;

use jiff::Timestamp;
use returns::codes::{
    Acceptance, Disposition, Grade, HoldReason, OverrideReason, ReviewCause, ReviewOutcome, SellerResponse,
    Settlement, Stage,
};
use returns::ids::{EventId, Subject, UnitId};
use returns::money::Currency;
use returns::unit::{self, Verdict};

use super::draft::{Draft, Known};
use super::views::money;
use super::{Coded, Desk, Said, blind, coded, say};
use crate::seam::{ClockView, ReviewQueue, ReviewRow, Tone, WaitsFor};

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
    /// Units that wait for a person, dearest loss first: reviews, blind second inspections, holds, contradictions, tasks,
    /// and return lines that fit a unit received without one.
    pub(crate) fn review_queue(&self) -> Result<ReviewQueue, Coded> {
        self.actor()?;
        let mut units = BTreeMap::new();
        {
            let records = self.records();
            units.extend(records.units_in_review()?);
            units.extend(records.units_on_hold()?);
            units.extend(records.units_with_tasks()?);
        }
        let unmatched = self.records().units_unmatched()?;
        for (unit, state) in unmatched {
            if !units.contains_key(&unit) && self.match_proposed(&state)? {
                units.insert(unit, state);
            }
        }
        let mut rows = Vec::new();
        for (unit, state) in &units {
            let known = Known::of_unit(&self.records(), *unit, state)?;
            rows.push(self.review_row(*unit, state, &known)?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.centicents_per_hour));
        Ok(ReviewQueue { rows })
    }

    pub(super) fn review_row(
        &self,
        unit: UnitId,
        state: &unit::State,
        known: &Known,
    ) -> Result<ReviewRow, Coded> {
        let history = self.records().history(Subject::Unit(unit))?;
        let updated = history.last().map(|(_, envelope)| envelope.recorded);
        let station = history.first().map(|(place, _)| self.station_name(place.station));
        let shown = in_question(state);
        let veiled = self.veiled(state);
        Ok(ReviewRow {
            head: self.head(unit, state),
            grade: state.grade().filter(|_| !veiled),
            disposition: shown.map(|decision| decision.disposition).filter(|_| !veiled),
            causes: causes(state, veiled),
            station: station.unwrap_or_default(),
            grader: self.initials(state.grader.as_ref()),
            since: state.review.since.or(updated).map(|at: Timestamp| at.to_string()).unwrap_or_default(),
            centicents_per_hour: self.clock_of(state, known)?.map_or(0, |(_, order)| order),
            waits_for: self.waits_for_person(state)?,
        })
    }

    fn waits_for_person(&self, state: &unit::State) -> Result<Vec<WaitsFor>, Coded> {
        let blind = blind::wanted(state);
        Ok([
            (WaitsFor::Contest, state.contested.is_some()),
            (WaitsFor::Blind, blind),
            (WaitsFor::Review, state.review_pending() && !blind),
            (WaitsFor::Hold, !state.holds.is_empty()),
            (WaitsFor::Match, self.match_proposed(state)?),
            (WaitsFor::Task, !state.tasks.is_empty()),
        ]
        .into_iter()
        .filter_map(|(waits_for, holds)| holds.then_some(waits_for))
        .collect())
    }

    /// A unit's value now and what an hour costs; with it the order in queues, in hundredths of a minor unit per hour,
    /// weighted by the customer's tier. None where the price is not known.
    pub(super) fn clock_of(
        &self,
        state: &unit::State,
        known: &Known,
    ) -> Result<Option<(ClockView, i64)>, Coded> {
        let (Some(item), Some(policy), Some(received)) = (&known.item, &known.policy, state.received) else {
            return Ok(None);
        };
        let Some(price) = item.price else { return Ok(None) };
        let weekly = Some(item.weekly_decay_percent);
        let clock = policy.policy.clock(price, Some(&item.category), weekly, received, self.clock.now());
        let tier = known.rma.as_ref().and_then(|rma| rma.tier.as_ref());
        let order = clock.weighted(policy.policy.queue_percent(tier));
        let per_hour = per_hour(clock.per_hour_centi, price.currency);
        Ok(Some((ClockView { now: money(clock.now), per_hour }, order)))
    }

    pub(super) fn initials(&self, operator: Option<&returns::ids::OperatorId>) -> String {
        let Some(id) = operator else { return String::new() };
        let known = self.records().operator(id).ok().flatten();
        known.map_or_else(|| id.to_string(), |operator| operator.initials)
    }

    /// Gives the outcome of the second look, and puts it in force.
    pub(crate) fn review_decide(&mut self, unit: UnitId, decided: &Decided) -> Result<(), Coded> {
        let outcome = self.reviewed(unit, decided);
        self.tell(outcome)
    }

    fn reviewed(&mut self, unit: UnitId, decided: &Decided) -> super::Outcome {
        let mut draft = self.draft(unit)?;
        if decided.seen.is_some() && decided.seen != draft.seen() {
            return Err(coded("unit-changed", []));
        }
        let verdict = Verdict {
            outcome: decided.outcome,
            grade: decided.grade,
            disposition: decided.disposition,
            settlement: decided.settlement,
            response: decided.response,
            acceptance: decided.acceptance,
            reason: decided.reason,
        };
        let lay_in = draft.state.container();
        let events = draft.decide(&unit::Command::Review(verdict))?;
        self.taken_out_in(&mut draft, lay_in, &events)?;
        let decides = decided.outcome != ReviewOutcome::SentBack;
        if decides {
            self.put_in_force(&mut draft)?;
        }
        let state = self.commit_draft(draft)?;
        if self.work.unit == Some(unit) && !decides {
            // Sent back: whoever takes it up begins its checklist again.
            self.set_unit_aside();
        }
        let words = [("lpn", super::views::lpn(&state)), ("outcome", decided.outcome.to_string())];
        Ok(Said::saved(Tone::Accepted, say("reviewed", words)))
    }

    /// Puts in force what may be by now: a unit graded, or decided provisionally, that nothing stops and nobody is to look
    /// at any more. Out of the container of a provisional decision it comes first.
    pub(super) fn put_in_force(&self, draft: &mut Draft) -> Result<(), Coded> {
        let state = &draft.state;
        if state.review_pending() || !state.holds.is_empty() || state.contested.is_some() {
            return Ok(());
        }
        if state.stage == Some(Stage::Staged) && state.provisional {
            let lay_in = state.container();
            let events = draft.decide(&unit::Command::TakeOut)?;
            self.taken_out_in(draft, lay_in, &events)?;
        }
        let state = &draft.state;
        let open = match state.stage {
            Some(Stage::Graded) => true,
            Some(Stage::Dispositioned) => state.provisional,
            _ => false,
        };
        if open {
            draft.decide(&unit::Command::Dispose)?;
        }
        Ok(())
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

/// Why a second person is to look. Who is to grade it blind is told that it was drawn, and nothing else.
fn causes(state: &unit::State, veiled: bool) -> Vec<ReviewCause> {
    let pending = state.review_pending().then_some(&state.review.causes);
    let shown = pending.into_iter().flatten().filter(|cause| !veiled || **cause == ReviewCause::Sample);
    shown.copied().collect()
}

/// An amount per hour, in hundredths of a minor unit, as money with four decimals.
fn per_hour(hundredths: i64, currency: Currency) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    format!("{sign}{}.{:04} {currency}", hundredths / 10_000, hundredths % 10_000)
}

/// The decision to look at: what is proposed while a review is pending, else what is in force (or was proposed, where
/// nothing is).
pub(super) fn in_question(state: &unit::State) -> Option<&returns::policy::Decision> {
    let proposed = state.review.proposal.as_ref();
    let pending = proposed.filter(|_| state.review_pending());
    pending.or(state.decision.as_ref()).or(proposed)
}
