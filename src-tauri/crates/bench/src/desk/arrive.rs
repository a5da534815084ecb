//! A parcel arrives: which RMAs it brings, or that nobody here knows it.

use barcodes::meaning::Candidate;
use returns::codes::{ParcelOutcome, ParcelState, RmaState};
use returns::event::ParcelEvent;
use returns::facts::Facts;
use returns::ids::{OrderNumber, ParcelId, RmaNumber, Serial, Subject, TrackingNumber};
use returns::parcel;
use returns::rma::Rma;
use wire::ReturnLabel;

use super::asking::Asking;
use super::draft::new_event;
use super::scan::shown;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::Tone;

impl Desk {
    /// `RS:R:`: a return label of ours, verified offline.
    pub(super) fn return_label_scanned(&mut self, token: &str) -> Outcome {
        let keys = self.records().enrolment().map(|enrolment| enrolment.label_keys.clone());
        let keys = keys.unwrap_or_default();
        let label =
            ReturnLabel::verify(&format!("RS:R:{token}"), &keys).map_err(|error| coded(error.code(), []))?;
        if i64::from(label.expires) < self.clock.now().as_second() {
            // The goods are here all the same: the RMA decides, the label only says whose they are.
            tracing::info!(label = label.label_id, "expired return label");
        }
        let found = self.records().rma_by_label_id(&label.label_id.to_string())?;
        match found {
            Some(rma) => self.parcel_of(None, vec![rma]),
            None => self.ask_blind(format!("{}", label.label_id), None),
        }
    }

    /// A carrier's tracking number. Every carrier whose rules fit is tried: the RMA list settles it.
    pub(super) fn tracking_scanned(&mut self, candidates: &[Candidate]) -> Outcome {
        let mut rmas: Vec<Rma> = Vec::new();
        let mut number = None;
        for candidate in candidates {
            let Ok(tracking) = TrackingNumber::new(candidate.number.clone()) else { continue };
            let arrived = self.records().parcel_by_tracking(&tracking)?;
            if let Some((parcel, _)) = arrived {
                return self.open_again(parcel);
            }
            let found = self.records().rmas_by_tracking(&tracking)?;
            if !found.is_empty() || number.is_none() {
                number = Some(tracking);
            }
            rmas.extend(found);
        }
        if rmas.is_empty() {
            let scanned = number.as_ref().map(ToString::to_string).unwrap_or_default();
            return self.ask_blind(scanned, number);
        }
        self.parcel_of(number, rmas)
    }

    /// Any other text: an RMA, an order, or a unit's serial.
    pub(super) fn text_scanned(&mut self, text: &str) -> Outcome {
        let text = text.trim();
        if let Ok(number) = RmaNumber::new(text) {
            let rma = self.records().rma(&number)?;
            if let Some(rma) = rma {
                return self.parcel_of(None, vec![rma]);
            }
        }
        if let Ok(order) = OrderNumber::new(text) {
            let rmas = self.records().rmas_by_order(&order)?;
            if !rmas.is_empty() {
                return self.parcel_of(None, rmas);
            }
        }
        if let Ok(serial) = Serial::new(text) {
            let units = self.records().units_by_serial(&serial)?;
            if let [(unit, _)] = units.as_slice() {
                return self.take_up(*unit);
            }
        }
        let tracking = TrackingNumber::new(text).ok();
        let parcel = match &tracking {
            Some(tracking) => self.records().parcel_by_tracking(tracking)?,
            None => None,
        };
        match parcel {
            Some((parcel, _)) => self.open_again(parcel),
            None => self.ask_blind(shown(text), None),
        }
    }

    fn ask_blind(&mut self, scanned: String, tracking: Option<TrackingNumber>) -> Outcome {
        if self.work.parcel.is_some() {
            return Err(coded("parcel-open", [("code", scanned)]));
        }
        self.work.asking = Some(Asking::BlindParcel { scanned: scanned.clone(), tracking });
        let words = [("code", scanned), ("age", self.rma_age())];
        Ok(Said::only(Tone::Warning, say("rma-not-found", words)))
    }

    /// How old the list of RMAs is, in minutes; empty if it never came.
    fn rma_age(&self) -> String {
        let current = self.records().current_at(wire::Feed::Rmas).ok().flatten();
        current.map(|at| (self.clock.now().duration_since(at).as_secs() / 60).to_string()).unwrap_or_default()
    }

    fn parcel_of(&mut self, tracking: Option<TrackingNumber>, rmas: Vec<Rma>) -> Outcome {
        if let Some(parcel) = self.work.parcel {
            // A carton with a number of its own is another parcel; a label or RMA number may belong to this one.
            return match tracking {
                Some(tracking) => Err(coded("parcel-open", [("code", tracking.to_string())])),
                None => self.rmas_found(parcel, rmas),
            };
        }
        let begun = match tracking {
            None => self.begun_parcel(&rmas)?,
            Some(_) => None,
        };
        match begun {
            Some(parcel) => self.open_again(parcel),
            None => self.open_parcel(tracking, &rmas),
        }
    }

    /// The parcel of these RMAs that was opened and not yet emptied: the power failed, or somebody else had
    /// the desk meanwhile.
    fn begun_parcel(&self, rmas: &[Rma]) -> Result<Option<ParcelId>, Coded> {
        let at_hand = self.records().parcels_at_hand()?;
        let begun = at_hand.into_iter().find(|(_, parcel)| {
            parcel.state == Some(ParcelState::Opened)
                && rmas.iter().any(|rma| parcel.rmas.contains(&rma.number))
        });
        Ok(begun.map(|(id, _)| id))
    }

    /// Takes the parcel in and opens it.
    pub(super) fn open_parcel(&mut self, tracking: Option<TrackingNumber>, rmas: &[Rma]) -> Outcome {
        let parcel = clock::parcel_id();
        let numbers: Vec<RmaNumber> = rmas.iter().map(|rma| rma.number.clone()).collect();
        let commands = [parcel::Command::Arrive { tracking, rmas: numbers.clone() }, parcel::Command::Open];
        self.decide_parcel(parcel, parcel::State::default(), &commands)?;
        self.work.parcel = Some(parcel);
        self.work.container = None;
        Ok(arrived(rmas))
    }

    fn open_again(&mut self, parcel: ParcelId) -> Outcome {
        if self.work.parcel == Some(parcel) {
            self.work.container = None;
            return Ok(Said::saved(Tone::Ready, say("parcel-open-already", [])));
        }
        if self.work.parcel.is_some() {
            return Err(coded("parcel-open", [("code", String::new())]));
        }
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        match state.state {
            Some(ParcelState::Opened) => {}
            Some(ParcelState::Emptied) => return Err(coded("parcel-emptied", [])),
            _ => {
                self.decide_parcel(parcel, state, &[parcel::Command::Open])?;
            }
        }
        self.work.parcel = Some(parcel);
        self.work.container = None;
        Ok(Said::saved(Tone::Accepted, say("parcel-again", [])))
    }

    /// A further RMA in the open parcel.
    fn rmas_found(&mut self, parcel: ParcelId, rmas: Vec<Rma>) -> Outcome {
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        self.work.container = None;
        let new: Vec<Rma> = rmas.into_iter().filter(|rma| !state.rmas.contains(&rma.number)).collect();
        if new.is_empty() {
            return Ok(Said::saved(Tone::Ready, say("parcel-open-already", [])));
        }
        let commands: Vec<parcel::Command> =
            new.iter().map(|rma| parcel::Command::FindRma { rma: rma.number.clone() }).collect();
        self.decide_parcel(parcel, state, &commands)?;
        Ok(arrived(&new))
    }

    /// PARCEL-DONE: nothing is left in it.
    pub(super) fn parcel_done(&mut self) -> Outcome {
        let parcel = self.work.parcel.ok_or_else(|| coded("no-parcel", []))?;
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        let state = self.decide_parcel(parcel, state, &[parcel::Command::Empty])?;
        self.work.parcel = None;
        self.work.container = None;
        let outcome = state.outcome.unwrap_or(ParcelOutcome::Complete);
        let tone = if outcome == ParcelOutcome::Complete { Tone::Accepted } else { Tone::Warning };
        Ok(Said::saved(tone, say("parcel-done", [("outcome", outcome.to_string())])))
    }

    /// Decides a parcel's commands one after the other and commits them together.
    fn decide_parcel(
        &mut self,
        id: ParcelId,
        mut state: parcel::State,
        commands: &[parcel::Command],
    ) -> Result<parcel::State, Coded> {
        let actor = self.actor()?;
        let station = self.station()?;
        let now = self.clock.now();
        let rmas = self.rmas_before(&state)?;
        let rmas: Vec<&Rma> = rmas.iter().collect();
        let mut events = Vec::new();
        for command in commands {
            let facts = Facts { parcel_rmas: &rmas, ..Facts::of(&actor.operator, actor.role, station, now) };
            for event in parcel::decide(&state, command, &facts)? {
                parcel::apply(&mut state, &event);
                events.push(new_event(Subject::Parcel(id), event.into(), &actor, now));
            }
        }
        self.commit(events)?;
        Ok(state)
    }

    /// The events that count a unit into its parcel, for the same commit as the unit's own.
    pub(super) fn count_into_parcel(
        &self,
        id: ParcelId,
        command: &parcel::Command,
        facts: &Facts<'_>,
    ) -> Result<Vec<ParcelEvent>, Coded> {
        let state = self.records().parcel(&id)?.unwrap_or_default();
        let rmas = self.rmas_of(&state)?;
        let rmas: Vec<&Rma> = rmas.iter().collect();
        Ok(parcel::decide(&state, command, &Facts { parcel_rmas: &rmas, ..facts.clone() })?)
    }

    /// The parcel's RMAs as they stood before it: what came out of it is not yet counted as received.
    fn rmas_before(&self, state: &parcel::State) -> Result<Vec<Rma>, Coded> {
        let mut rmas = self.rmas_of(state)?;
        for rma in &mut rmas {
            let progress = self.progress(rma)?;
            for line in &mut rma.lines {
                let of_line = |of: &&Option<(RmaNumber, returns::ids::LineId)>| {
                    of.as_ref().is_some_and(|(number, id)| *number == rma.number && *id == line.id)
                };
                let here = u32::try_from(state.units.values().filter(of_line).count()).unwrap_or(u32::MAX);
                let known =
                    progress.iter().find(|of| of.line == line.id).map_or(line.received, |of| of.received);
                line.received = known.saturating_sub(here);
            }
        }
        Ok(rmas)
    }

    /// RMAs of a parcel, as far as they are known here.
    pub(super) fn rmas_of(&self, state: &parcel::State) -> Result<Vec<Rma>, Coded> {
        let records = self.records();
        let mut rmas = Vec::new();
        for number in &state.rmas {
            rmas.extend(records.rma(number)?);
        }
        Ok(rmas)
    }
}

/// What the band says of a parcel's RMAs: goods come in whatever the RMA's state, but a person sees it.
fn arrived(rmas: &[Rma]) -> Said {
    let numbers: Vec<&str> = rmas.iter().map(|rma| rma.number.as_str()).collect();
    let doubtful = rmas.iter().find(|rma| {
        matches!(rma.state, RmaState::Denied | RmaState::Cancelled | RmaState::Expired | RmaState::Closed)
    });
    match (rmas, doubtful) {
        ([], _) => Said::saved(Tone::Warning, say("parcel-blind", [])),
        (_, Some(rma)) => Said::saved(
            Tone::Warning,
            say("rma-doubtful", [("rma", rma.number.to_string()), ("rma_state", rma.state.to_string())]),
        ),
        _ => {
            let pieces: u32 =
                rmas.iter().flat_map(|rma| &rma.lines).map(returns::rma::RmaLine::expected).sum();
            Said::saved(
                Tone::Accepted,
                say("rma-found", [("rma", numbers.join(", ")), ("pieces", pieces.to_string())]),
            )
        }
    }
}
