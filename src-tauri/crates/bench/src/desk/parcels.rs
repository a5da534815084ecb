//! The parcel on the desk: opened, taken up again, told more of, counted and done.

use jiff::Timestamp;
use returns::codes::{Authorisation, CommandCode, Finding, IntakeKind, ParcelOutcome, ParcelState};
use returns::event::ParcelEvent;
use returns::facts::Facts;
use returns::ids::{ParcelId, RmaNumber, Subject, TrackingNumber};
use returns::parcel;
use returns::rma::Rma;

use super::asking::{Asking, DeskMatter, ParcelOption, refusal_words};
use super::draft::new_event;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::Tone;

impl Desk {
    /// The RMAs that a scan names: the open parcel holds them, too, or their own parcel is opened.
    pub(super) fn parcel_of(&mut self, tracking: Option<TrackingNumber>, rmas: Vec<Rma>) -> Outcome {
        if let Some(parcel) = self.work.parcel {
            // A carton with a number of its own is another parcel; a label or RMA number may belong to this one.
            return match tracking {
                Some(tracking) => Err(coded("parcel-open", [("code", tracking.to_string())])),
                None => self.rmas_in_parcel(parcel, &rmas),
            };
        }
        if tracking.is_some() {
            return self.open_parcel(tracking, &rmas);
        }
        let parcels = self.parcels_of(&rmas)?;
        let one_carton = rmas.iter().all(|rma| rma.tracking.len() < 2);
        match parcels.as_slice() {
            [] => self.open_parcel(None, &rmas),
            [only] if one_carton || only.opened => self.open_again(only.parcel),
            // Which of its cartons this is, the label does not say.
            _ => {
                let rmas = rmas.into_iter().map(|rma| rma.number).collect();
                self.ask(Asking::WhichParcel { parcels, rmas });
                Ok(Said::only(Tone::Warning, say("several-parcels", [])))
            }
        }
    }

    /// None of the parcels that are here: another carton of these returns.
    pub(super) fn open_another(&mut self, numbers: &[RmaNumber]) -> Outcome {
        let rmas = self.rmas_named(numbers)?;
        self.open_parcel(None, &rmas)
    }

    pub(super) fn rmas_named(&self, numbers: &[RmaNumber]) -> Result<Vec<Rma>, Coded> {
        let records = self.records();
        let mut rmas = Vec::new();
        for number in numbers {
            rmas.extend(records.rma(number)?);
        }
        Ok(rmas)
    }

    /// Parcels of these RMAs that are here: the one that was opened and not yet emptied (the power failed, or
    /// somebody else had the desk meanwhile), else all that arrived.
    pub(super) fn parcels_of(&self, rmas: &[Rma]) -> Result<Vec<ParcelOption>, Coded> {
        let at_hand = self.records().parcels_at_hand()?;
        let of_these = |parcel: &parcel::State| rmas.iter().any(|rma| parcel.rmas.contains(&rma.number));
        let (opened, arrived): (Vec<_>, Vec<_>) = at_hand
            .into_iter()
            .filter(|(_, parcel)| of_these(parcel))
            .partition(|(_, parcel)| parcel.state == Some(ParcelState::Opened));
        let chosen = if opened.is_empty() { arrived } else { opened.into_iter().take(1).collect() };
        Ok(chosen.iter().map(|(id, parcel)| self.parcel_option(*id, parcel)).collect())
    }

    /// Parcels without RMA that were opened and not emptied: nothing can be scanned to find them again.
    pub(super) fn blind_parcels_begun(&self) -> Result<Vec<ParcelOption>, Coded> {
        let at_hand = self.records().parcels_at_hand()?;
        let begun = at_hand.iter().filter(|(id, parcel)| {
            parcel.state == Some(ParcelState::Opened)
                && parcel.rmas.is_empty()
                && parcel.tracking.is_none()
                && self.work.parcel != Some(*id)
        });
        Ok(begun.map(|(id, parcel)| self.parcel_option(*id, parcel)).collect())
    }

    fn parcel_option(&self, id: ParcelId, parcel: &parcel::State) -> ParcelOption {
        let at = self.records().updated(Subject::Parcel(id)).ok().flatten();
        ParcelOption {
            parcel: id,
            tracking: parcel.tracking.as_ref().map(ToString::to_string).unwrap_or_default(),
            at: at.map(|at| at.to_string()).unwrap_or_default(),
            pieces: parcel.units.len(),
            opened: parcel.state == Some(ParcelState::Opened),
        }
    }

    /// Takes the parcel in and opens it.
    pub(super) fn open_parcel(&mut self, tracking: Option<TrackingNumber>, rmas: &[Rma]) -> Outcome {
        let parcel = clock::parcel_id();
        let numbers: Vec<RmaNumber> = rmas.iter().map(|rma| rma.number.clone()).collect();
        let commands = [parcel::Command::Arrive { tracking, rmas: numbers.clone() }, parcel::Command::Open];
        self.decide_parcel(parcel, parcel::State::default(), &commands)?;
        self.lay_open(parcel);
        Ok(self.found(rmas, None))
    }

    fn lay_open(&mut self, parcel: ParcelId) {
        self.work.parcel = Some(parcel);
        self.work.container = None;
        self.work.bulk = false;
    }

    /// A parcel that is known here: arrived, or opened before.
    pub(super) fn open_again(&mut self, parcel: ParcelId) -> Outcome {
        if self.work.parcel == Some(parcel) {
            self.work.container = None;
            return Ok(Said::saved(Tone::Ready, say("parcel-open-already", [])));
        }
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        if self.work.parcel.is_some() {
            let tracking = state.tracking.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(coded("parcel-open", [("code", tracking)]));
        }
        match state.state {
            Some(ParcelState::Opened) => {
                self.lay_open(parcel);
                Ok(Said::saved(Tone::Accepted, say("parcel-again", [])))
            }
            Some(ParcelState::Emptied) => Err(coded("parcel-emptied", [])),
            Some(ParcelState::Refused) => {
                let refusal = state.refused.map_or("", refusal_words).to_owned();
                Err(coded("parcel-refused-before", [("fault", refusal)]))
            }
            // Announced, and now it is here.
            Some(ParcelState::Expected) => {
                let rmas = self.rmas_of(&state)?;
                let numbers = rmas.iter().map(|rma| rma.number.clone()).collect();
                let tracking = state.tracking.clone();
                let commands = [parcel::Command::Arrive { tracking, rmas: numbers }, parcel::Command::Open];
                self.decide_parcel(parcel, state, &commands)?;
                self.lay_open(parcel);
                Ok(self.found(&rmas, None))
            }
            Some(ParcelState::Arrived) | None => self.open_arrived(parcel, state),
        }
    }

    /// A parcel that arrived before, here or at another bench. RMAs that came down since then are found now.
    fn open_arrived(&mut self, parcel: ParcelId, state: parcel::State) -> Outcome {
        let mut commands = Vec::new();
        if let Some(tracking) = &state.tracking {
            let known = self.records().rmas_by_tracking(tracking)?;
            let new = known.into_iter().filter(|rma| !state.rmas.contains(&rma.number));
            commands.extend(new.map(|rma| parcel::Command::FindRma { rma: rma.number }));
        }
        commands.push(parcel::Command::Open);
        let state = self.decide_parcel(parcel, state, &commands)?;
        let rmas = self.rmas_of(&state)?;
        self.lay_open(parcel);
        Ok(self.found(&rmas, state.arrived))
    }

    /// A label or number of returns while a parcel lies open: those that are new to it are asked about.
    fn rmas_in_parcel(&mut self, parcel: ParcelId, rmas: &[Rma]) -> Outcome {
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        self.work.container = None;
        let new: Vec<RmaNumber> =
            rmas.iter().map(|rma| rma.number.clone()).filter(|rma| !state.rmas.contains(rma)).collect();
        if new.is_empty() {
            return Ok(Said::saved(Tone::Ready, say("parcel-open-already", [])));
        }
        let words = [("rma", super::views::list(&new))];
        self.ask(Asking::AnotherRma { rmas: new });
        Ok(Said::only(Tone::Warning, say("another-rma", words)))
    }

    /// Yes: these returns are in the open parcel, too.
    pub(super) fn another_rma(&mut self, numbers: &[RmaNumber]) -> Outcome {
        let parcel = self.work.parcel.ok_or_else(|| coded("no-parcel", []))?;
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        let commands: Vec<parcel::Command> =
            numbers.iter().map(|rma| parcel::Command::FindRma { rma: rma.clone() }).collect();
        let state = self.decide_parcel(parcel, state, &commands)?;
        Ok(self.found(&self.rmas_named(numbers)?, state.arrived))
    }

    /// MORE at rest: what is special about the parcel, or about the next items.
    pub(super) fn desk_more(&mut self) -> Outcome {
        self.ask(Asking::DeskMore { parcel: self.work.parcel.is_some() });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    pub(super) fn desk_matter(&mut self, parcel: bool, place: Option<usize>) -> Outcome {
        let matter = place.and_then(|place| DeskMatter::all(parcel).get(place).copied());
        match matter.ok_or_else(|| coded("command-not-now", []))? {
            DeskMatter::Bulk => {
                self.work.bulk = true;
                Ok(Said::only(Tone::Ready, say("bulk-scan", [])))
            }
            DeskMatter::Undelivered => {
                let (parcel, state) = self.open_state()?;
                let intake = parcel::Command::SetIntake { intake: IntakeKind::Rts };
                self.decide_parcel(parcel, state, &[intake])?;
                Ok(Said::saved(Tone::Warning, say("parcel-undelivered", [])))
            }
            DeskMatter::Seen(finding) => self.seen_on_parcel(finding),
        }
    }

    fn seen_on_parcel(&mut self, finding: Finding) -> Outcome {
        let (parcel, state) = self.open_state()?;
        self.decide_parcel(parcel, state, &[parcel::Command::AddFinding { finding }])?;
        Ok(Said::saved(Tone::Accepted, say("parcel-seen", [("finding", finding.to_string())])))
    }

    /// PARCEL-DONE: nothing is left in it. Where something is missing a person says so once more.
    pub(super) fn parcel_done(&mut self) -> Outcome {
        let (parcel, state) = self.open_state()?;
        let rmas = self.rmas_before(&state)?;
        let rmas: Vec<&Rma> = rmas.iter().collect();
        let actor = self.actor()?;
        let now = self.clock.now();
        let facts =
            Facts { parcel_rmas: &rmas, ..Facts::of(&actor.operator, actor.role, self.station()?, now) };
        let counted = parcel::decide(&state, &parcel::Command::Empty, &facts)?;
        let (mut empty, mut missing) = (false, Vec::new());
        for event in &counted {
            let ParcelEvent::Emptied { outcome, lines, .. } = event else { continue };
            empty = *outcome == ParcelOutcome::Empty;
            if matches!(outcome, ParcelOutcome::Short | ParcelOutcome::Empty) {
                for line in lines.iter().filter(|line| line.found < line.expected) {
                    missing.push(self.missing(line)?);
                }
            }
        }
        if !empty && missing.is_empty() {
            return self.empty_parcel(parcel, state);
        }
        let words = [("missing", missing.join(", "))];
        self.ask(Asking::ParcelShort { missing: missing.join(", "), empty });
        let code = if empty { "parcel-empty" } else { "parcel-short" };
        Ok(Said::only(Tone::Warning, say(code, words)))
    }

    /// "2 × Wireless mouse".
    fn missing(&self, line: &parcel::LineCount) -> Result<String, Coded> {
        let records = self.records();
        let sku = records.rma(&line.rma)?.and_then(|rma| rma.line(&line.line).map(|line| line.sku.clone()));
        let title = match sku {
            Some(sku) => records.item(&sku)?.map_or_else(|| sku.to_string(), |item| item.title),
            None => line.line.to_string(),
        };
        Ok(format!("{} × {title}", line.expected.saturating_sub(line.found)))
    }

    /// Yes: it is done all the same.
    pub(super) fn parcel_done_short(&mut self) -> Outcome {
        let (parcel, state) = self.open_state()?;
        self.empty_parcel(parcel, state)
    }

    fn open_state(&self) -> Result<(ParcelId, parcel::State), Coded> {
        let parcel = self.work.parcel.ok_or_else(|| coded("no-parcel", []))?;
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        Ok((parcel, state))
    }

    fn empty_parcel(&mut self, parcel: ParcelId, state: parcel::State) -> Outcome {
        let state = self.decide_parcel(parcel, state, &[parcel::Command::Empty])?;
        self.work.parcel = None;
        self.work.container = None;
        self.work.bulk = false;
        let outcome = state.outcome.unwrap_or(ParcelOutcome::Complete);
        let tone = if outcome == ParcelOutcome::Complete { Tone::Accepted } else { Tone::Warning };
        Ok(Said::saved(tone, say("parcel-done", [("outcome", outcome.to_string())])))
    }

    /// Decides a parcel's commands one after the other and commits them together.
    pub(super) fn decide_parcel(
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
        let numbers: Vec<RmaNumber> = state.rmas.iter().cloned().collect();
        self.rmas_named(&numbers)
    }

    /// What the band says of a parcel's RMAs: goods come in whatever the RMA's state, but a person sees it, and
    /// what becomes of them.
    pub(super) fn found(&self, rmas: &[Rma], arrived: Option<Timestamp>) -> Said {
        let numbers: Vec<&str> = rmas.iter().map(|rma| rma.number.as_str()).collect();
        if rmas.is_empty() {
            return Said::saved(Tone::Warning, say("parcel-blind", []));
        }
        let day = arrived.map_or_else(|| self.today(), |at| at.to_zoned(jiff::tz::TimeZone::UTC).date());
        let doubtful = rmas.iter().find_map(|rma| {
            let code = match rma.authorisation(Some(day))? {
                Authorisation::Denied => "rma-found-denied",
                Authorisation::Cancelled => "rma-found-cancelled",
                Authorisation::Closed => "rma-found-closed",
                Authorisation::Expired => "rma-found-expired",
                Authorisation::Valid | Authorisation::None => return None,
            };
            Some((code, rma))
        });
        if let Some((code, rma)) = doubtful {
            let expires = rma.expires.map(|day| day.to_string()).unwrap_or_default();
            let words = [("rma", rma.number.to_string()), ("expires", expires)];
            return Said::saved(Tone::Warning, say(code, words));
        }
        let pieces: u32 = rmas.iter().flat_map(|rma| &rma.lines).map(returns::rma::RmaLine::expected).sum();
        let words = [("rma", numbers.join(", ")), ("pieces", pieces.to_string())];
        Said::saved(Tone::Accepted, say("rma-found", words))
    }

    /// The commands that the desk takes while nothing but perhaps a parcel lies on it.
    pub(super) fn blind_at_rest(&mut self, command: CommandCode) -> Outcome {
        let begun = match (command, self.work.parcel) {
            (CommandCode::Blind, None) => self.blind_parcels_begun()?,
            _ => Vec::new(),
        };
        if begun.is_empty() {
            return self.item_without_code(false);
        }
        self.ask(Asking::BlindParcel { scanned: String::new(), tracking: None, begun });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }
}
