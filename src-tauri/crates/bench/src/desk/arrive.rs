//! What a scan says of a carton: a return label, a tracking number, an RMA, an order, a serial, or nothing
//! that is known here.

use barcodes::meaning::Candidate;
use records::Arriving;
use returns::ids::{OrderNumber, ParcelId, RmaNumber, Serial, TrackingNumber};
use returns::lpn::Lpn;
use returns::rma::Rma;
use wire::ReturnLabel;

use super::asking::Asking;
use super::scan::shown;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

/// A carrier's number as it is known here.
pub(super) struct Carton {
    /// The number; of several readings the one that is known here, else the likeliest.
    pub(super) number: Option<TrackingNumber>,
    /// The parcel of that number, where it is here already.
    pub(super) parcel: Option<ParcelId>,
    /// RMAs that announce it.
    pub(super) rmas: Vec<Rma>,
}

impl Desk {
    /// `RS:R:`: a return label of ours, verified offline.
    pub(super) fn return_label_scanned(&mut self, token: &str) -> Outcome {
        let (signed, expired) = self.return_label(token)?;
        let label = signed.label_id.to_string();
        let found = self.records().rma_by_label_id(&label)?;
        // Genuine, but of another owner under the same number: never somebody else's RMA by mistake.
        if let Some(rma) =
            found.as_ref().filter(|rma| signed.owner != ReturnLabel::owner_tag(rma.owner.as_str()))
        {
            return Err(coded("return-label-other-owner", [("rma", rma.number.to_string())]));
        }
        if self.work.arrivals.is_some() {
            return match found {
                Some(rma) => self.arrived_with(vec![rma]),
                None => Err(coded("arrival-unknown-label", [("code", label)])),
            };
        }
        let Some(rma) = found else { return self.ask_blind(label, None) };
        let number = rma.number.to_string();
        let said = self.parcel_of(None, vec![rma.clone()])?;
        if said.say.code != "rma-found" {
            return Ok(said);
        }
        // The goods are here all the same: the RMA decides, the label only says whose they are. What was claimed
        // before is a signal of each unit out of this parcel, and a case for head office.
        let arriving = Arriving { parcel: self.work.parcel, rma: Some(&rma), ..Arriving::default() };
        let claimed = self.records().arrival(&arriving)?.label_claimed_at;
        if let Some(station) = claimed {
            let words = [("rma", number), ("station", station)];
            return Ok(Said::saved(Tone::Warning, say("rma-found-label-copied", words)));
        }
        if expired {
            return Ok(Said::saved(Tone::Warning, say("rma-found-label-expired", [("rma", number)])));
        }
        Ok(said)
    }

    /// What a label says, and whether its last day is over.
    fn return_label(&self, token: &str) -> Result<(ReturnLabel, bool), Coded> {
        let keys = self.records().enrolment().map(|enrolment| enrolment.label_keys.clone());
        let keys = keys.unwrap_or_default();
        let label =
            ReturnLabel::verify(&format!("RS:R:{token}"), &keys).map_err(|error| coded(error.code(), []))?;
        let expired = i64::from(label.expires) < self.clock.now().as_second();
        Ok((label, expired))
    }

    /// Every carrier whose rules fit is tried: the RMA list settles it.
    pub(super) fn carton(&self, candidates: &[Candidate]) -> Result<Carton, Coded> {
        let mut carton = Carton { number: None, parcel: None, rmas: Vec::new() };
        for candidate in candidates {
            let Ok(tracking) = TrackingNumber::new(candidate.number.clone()) else { continue };
            if let Some((parcel, _)) = self.records().parcel_by_tracking(&tracking)? {
                return Ok(Carton { number: Some(tracking), parcel: Some(parcel), rmas: Vec::new() });
            }
            let found = self.records().rmas_by_tracking(&tracking)?;
            if !found.is_empty() || carton.number.is_none() {
                carton.number = Some(tracking);
            }
            carton.rmas.extend(found);
        }
        Ok(carton)
    }

    /// A carrier's tracking number.
    pub(super) fn tracking_scanned(&mut self, candidates: &[Candidate]) -> Outcome {
        let carton = self.carton(candidates)?;
        if let Some(parcel) = carton.parcel {
            return self.open_again(parcel);
        }
        if carton.rmas.is_empty() {
            let scanned = carton.number.as_ref().map(ToString::to_string).unwrap_or_default();
            return self.ask_blind(scanned, carton.number);
        }
        self.parcel_of(carton.number, carton.rmas)
    }

    /// RMAs that a text names: by number, by order, by the serial of something shipped.
    pub(super) fn rmas_named_by(&self, text: &str) -> Result<Vec<Rma>, Coded> {
        let records = self.records();
        if let Ok(number) = RmaNumber::new(text)
            && let Some(rma) = records.rma(&number)?
        {
            return Ok(vec![rma]);
        }
        if let Ok(order) = OrderNumber::new(text) {
            let rmas = records.rmas_by_order(&order)?;
            if !rmas.is_empty() {
                return Ok(rmas);
            }
        }
        match Serial::new(text) {
            Ok(serial) => Ok(records.rmas_by_serial(&serial)?),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Any other text: an RMA, an order, a serial, a unit's number.
    pub(super) fn text_scanned(&mut self, text: &str) -> Outcome {
        let text = text.trim();
        if let Ok(lpn) = text.parse::<Lpn>() {
            let known = self.records().unit_by_lpn(lpn)?;
            if known.is_some() {
                return self.number_scanned(lpn);
            }
        }
        if let Ok(serial) = Serial::new(text) {
            // What is here already weighs more than what may still come.
            let units = self.records().units_by_serial(&serial)?;
            if let [(unit, state)] = units.as_slice()
                && !matches!(state.stage, Some(returns::codes::Stage::Closed | returns::codes::Stage::Voided))
            {
                return self.take_up(*unit);
            }
        }
        let rmas = self.rmas_named_by(text)?;
        if rmas.len() > 1 {
            let rmas = rmas.into_iter().map(|rma| rma.number).collect();
            self.ask(Asking::WhichRma { scanned: shown(text), rmas });
            return Ok(Said::only(Tone::Warning, say("several-rmas", [("code", shown(text))])));
        }
        if !rmas.is_empty() {
            return self.parcel_of(None, rmas);
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
        let begun = if tracking.is_none() { self.blind_parcels_begun()? } else { Vec::new() };
        self.ask(Asking::BlindParcel { scanned: scanned.clone(), tracking, begun });
        let words = [("code", scanned), ("age", self.rma_age())];
        Ok(Said::only(Tone::Warning, say("rma-not-found", words)))
    }

    /// How old the list of RMAs is, in minutes; empty if it never came.
    fn rma_age(&self) -> String {
        let current = self.records().current_at(wire::Feed::Rmas).ok().flatten();
        current.map(|at| (self.clock.now().duration_since(at).as_secs() / 60).to_string()).unwrap_or_default()
    }
}
