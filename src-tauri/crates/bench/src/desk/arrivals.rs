//! Cartons as they arrive: scanned one after the other, opened another day or at another bench.

use barcodes::meaning::{Candidate, Meaning};
use returns::codes::{Finding, ParcelRefusal, ParcelState};
use returns::ids::{ParcelId, PhotoRole, RmaNumber, TrackingNumber};
use returns::parcel;
use returns::rma::Rma;

use super::asking::{Asking, refusal_words};
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::{ArrivedParcel, Tone};

/// Cartons shown.
const SHOWN: usize = 12;
/// Role of a carton's photo.
const CARTON: &str = "CARTON";

/// Arrivals as they stand.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// Newest first.
    pub(super) arrived: Vec<ArrivedParcel>,
    /// The carton scanned last: photos are of it.
    last: Option<ParcelId>,
    /// The next carton is not taken in, for this reason.
    refusing: Option<ParcelRefusal>,
}

impl Desk {
    /// ARRIVALS: from now on cartons are scanned as they arrive; again to leave.
    pub(super) fn arrivals(&mut self) -> Outcome {
        if self.work.arrivals.take().is_some() {
            return Ok(Said::only(Tone::Ready, say("arrivals-left", [])));
        }
        if self.work.parcel.is_some() {
            return Err(coded("parcel-open", [("code", String::new())]));
        }
        self.work.container = None;
        self.work.arrivals = Some(Arrivals::default());
        Ok(Said::only(Tone::Ready, say("arrivals-begun", [])))
    }

    /// HOLD: the next carton is not taken in; the reason first.
    pub(super) fn ask_refusal(&mut self) -> Outcome {
        self.ask(Asking::RefuseParcel);
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    pub(super) fn refuse_next(&mut self, place: Option<usize>) -> Outcome {
        let reason = place.and_then(|place| ParcelRefusal::ALL.get(place).copied());
        let reason = reason.ok_or_else(|| coded("command-not-now", []))?;
        let arrivals = self.work.arrivals.as_mut().ok_or_else(|| coded("command-not-now", []))?;
        arrivals.refusing = Some(reason);
        Ok(Said::only(Tone::Warning, say("refuse-scan", [("fault", refusal_words(reason).to_owned())])))
    }

    /// UNDO or CANCEL: the next carton is taken in after all; without a refusal begun, arrivals are left.
    pub(super) fn leave_arrivals(&mut self) -> Outcome {
        let refusing = self.work.arrivals.as_mut().and_then(|arrivals| arrivals.refusing.take());
        match refusing {
            Some(_) => Ok(Said::only(Tone::Ready, say("cancelled", []))),
            None => self.arrivals(),
        }
    }

    /// Whether the next carton is to be refused.
    pub(super) fn refusing(&self) -> Option<ParcelRefusal> {
        self.work.arrivals.as_ref().and_then(|arrivals| arrivals.refusing)
    }

    /// A scan while cartons arrive. Of several readings the carrier's counts, for only cartons are scanned now.
    pub(super) fn arrival_scanned(&mut self, meaning: Meaning) -> Outcome {
        match meaning {
            Meaning::Tracking { candidates } => self.arrival_by_tracking(&candidates),
            Meaning::ReturnLabel { token } => self.return_label_scanned(&token),
            Meaning::Text { text } => self.arrival_by_text(text.trim()),
            _ => Err(coded("arrivals-cartons-only", [])),
        }
    }

    fn arrival_by_tracking(&mut self, candidates: &[Candidate]) -> Outcome {
        let carton = self.carton(candidates)?;
        let number = carton.number.ok_or_else(|| coded("scan-unreadable", []))?;
        match carton.parcel {
            Some(parcel) => self.arrived_again(parcel),
            None => self.arrive(Some(number), &carton.rmas),
        }
    }

    /// A number that no carrier's rules fit: an RMA, an order, or, if a person says so, a carton's number.
    fn arrival_by_text(&mut self, text: &str) -> Outcome {
        let tracking = TrackingNumber::new(text).map_err(|error| coded(error.code(), []))?;
        let known = self.records().parcel_by_tracking(&tracking)?;
        if let Some((parcel, _)) = known {
            return self.arrived_again(parcel);
        }
        let announced = self.records().rmas_by_tracking(&tracking)?;
        if !announced.is_empty() {
            return self.arrive(Some(tracking), &announced);
        }
        let rmas = self.rmas_named_by(text)?;
        match rmas.len() {
            0 => {
                self.ask(Asking::UnknownArrival { tracking });
                Ok(Said::only(Tone::Warning, say("rma-not-found", [("code", text.to_owned())])))
            }
            1 => self.arrived_with(rmas),
            _ => {
                let rmas = rmas.into_iter().map(|rma| rma.number).collect();
                self.ask(Asking::WhichRma { scanned: text.to_owned(), rmas });
                Ok(Said::only(Tone::Warning, say("several-rmas", [("code", text.to_owned())])))
            }
        }
    }

    /// A carton without a number of its own: the return's label or number was scanned.
    pub(super) fn arrived_with(&mut self, rmas: Vec<Rma>) -> Outcome {
        let at_hand = self.records().parcels_at_hand()?;
        let same = at_hand.into_iter().find(|(_, parcel)| {
            parcel.tracking.is_none() && rmas.iter().any(|rma| parcel.rmas.contains(&rma.number))
        });
        let Some((parcel, _)) = same else { return self.arrive(None, &rmas) };
        // Scanned twice, or another carton with a copy of the same label: only a person can see that.
        let refusing = self.refusing();
        let said = self.arrived_again(parcel)?;
        if let Some(arrivals) = &mut self.work.arrivals {
            arrivals.refusing = refusing;
        }
        self.ask(Asking::AnotherCarton { rmas: rmas.into_iter().map(|rma| rma.number).collect() });
        Ok(said)
    }

    /// Yes: another carton of these returns arrives.
    pub(super) fn another_carton(&mut self, numbers: &[RmaNumber]) -> Outcome {
        let rmas = self.rmas_named(numbers)?;
        self.arrive(None, &rmas)
    }

    /// Takes a carton in without opening it, or refuses it.
    pub(super) fn arrive(&mut self, tracking: Option<TrackingNumber>, rmas: &[Rma]) -> Outcome {
        let numbers: Vec<RmaNumber> = rmas.iter().map(|rma| rma.number.clone()).collect();
        let id = clock::parcel_id();
        let refused = self.refusing();
        let commands = match (refused, tracking.clone()) {
            // Its number is told first, so that it is known when it comes again.
            (Some(reason), Some(tracking)) => vec![
                parcel::Command::Expect { tracking, rmas: numbers.clone() },
                parcel::Command::Refuse { reason },
            ],
            (Some(reason), None) => vec![parcel::Command::Refuse { reason }],
            (None, tracking) => vec![parcel::Command::Arrive { tracking, rmas: numbers.clone() }],
        };
        self.decide_parcel(id, parcel::State::default(), &commands)?;
        let code = tracking.as_ref().map(ToString::to_string).unwrap_or_default();
        let words = [("code", code), ("rma", super::views::list(&numbers))];
        if let Some(arrivals) = &mut self.work.arrivals {
            arrivals.refusing = None;
            arrivals.last = Some(id);
        }
        if let Some(reason) = refused {
            let [code, rma] = words;
            let words = [code, rma, ("fault", refusal_words(reason).to_owned())];
            return Ok(Said::saved(Tone::Warning, say("arrival-refused", words)));
        }
        self.show_arrived(tracking.as_ref(), &numbers, false);
        Ok(if rmas.is_empty() {
            Said::saved(Tone::Warning, say("arrived-unknown", words))
        } else {
            Said::saved(Tone::Accepted, say("arrived", words))
        })
    }

    /// A carton that is known here already: arrived, refused, opened, or announced and only now here.
    fn arrived_again(&mut self, id: ParcelId) -> Outcome {
        let state = self.records().parcel(&id)?.unwrap_or_default();
        let code = state.tracking.as_ref().map(ToString::to_string).unwrap_or_default();
        if state.state == Some(ParcelState::Expected) {
            let numbers: Vec<RmaNumber> = state.rmas.iter().cloned().collect();
            let tracking = state.tracking.clone();
            let command = match self.refusing() {
                Some(reason) => parcel::Command::Refuse { reason },
                None => parcel::Command::Arrive { tracking: tracking.clone(), rmas: numbers.clone() },
            };
            self.decide_parcel(id, state, &[command])?;
            if let Some(arrivals) = &mut self.work.arrivals {
                arrivals.refusing = None;
                arrivals.last = Some(id);
            }
            self.show_arrived(tracking.as_ref(), &numbers, false);
            let words = [("code", code), ("rma", super::views::list(&numbers))];
            return Ok(Said::saved(Tone::Accepted, say("arrived", words)));
        }
        if let Some(arrivals) = &mut self.work.arrivals {
            arrivals.last = Some(id);
            arrivals.refusing = None;
        }
        let numbers: Vec<RmaNumber> = state.rmas.iter().cloned().collect();
        self.show_arrived(state.tracking.as_ref(), &numbers, true);
        if let Some(reason) = state.refused {
            let words = [("code", code), ("fault", refusal_words(reason).to_owned())];
            return Ok(Said::only(Tone::Warning, say("arrived-refused-before", words)));
        }
        Ok(Said::only(Tone::Warning, say("arrived-again", [("code", code)])))
    }

    fn show_arrived(&mut self, tracking: Option<&TrackingNumber>, rmas: &[RmaNumber], again: bool) {
        let at = self.clock.now().to_string();
        let Some(arrivals) = &mut self.work.arrivals else { return };
        let arrived = ArrivedParcel {
            tracking: tracking.map(ToString::to_string),
            rmas: rmas.iter().map(ToString::to_string).collect(),
            at,
            again,
        };
        arrivals.arrived.insert(0, arrived);
        arrivals.arrived.truncate(SHOWN);
    }

    /// PHOTO while cartons arrive, or of the carton on the desk: kept as evidence of how it came. One that is
    /// photographed as it arrives is damaged.
    pub(super) fn carton_photo(&mut self) -> Outcome {
        let (id, damaged) = match (&self.work.arrivals, self.work.parcel) {
            (Some(arrivals), _) => (arrivals.last.ok_or_else(|| coded("scan-carton-first", []))?, true),
            (None, Some(parcel)) => (parcel, false),
            (None, None) => return Err(coded("no-parcel", [])),
        };
        let (hash, len) = self.keep_picture()?;
        let role = PhotoRole::new(CARTON).map_err(|error| coded(error.code(), []))?;
        let state = self.records().parcel(&id)?.unwrap_or_default();
        let mut commands = vec![parcel::Command::TakePhoto { role: role.clone(), hash, len }];
        let refused = state.state == Some(ParcelState::Refused);
        if damaged && !refused && !state.findings.contains(&Finding::CarrierDamage) {
            commands.push(parcel::Command::AddFinding { finding: Finding::CarrierDamage });
        }
        self.decide_parcel(id, state, &commands)?;
        let code = if damaged { "carton-damage-kept" } else { "photo-taken" };
        Ok(Said::saved(Tone::Accepted, say(code, [("role", role.to_string())])))
    }

    /// Arrived today, and arrived but not emptied over all days.
    pub(super) fn arrival_counts(&self) -> Result<(u32, u32), Coded> {
        let records = self.records();
        let today = records.counters(self.midnight())?.of("parcel.arrived");
        let waiting = records.parcels_at_hand()?.len();
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok((count(today), count(waiting as u64)))
    }
}
