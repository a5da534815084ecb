//! A scan: what it means, and what it means here and now.

use barcodes::meaning::{self, Meaning, Reading, ScanProblem};
use returns::codes::{CommandCode, LabelStage, Stage};
use returns::event::StationEvent;
use returns::ids::{Gtin, Serial, Subject, TrackingNumber};
use returns::lpn::Lpn;

use super::asking::{Asking, reading_words};
use super::beside;
use super::draft::new_event;
use super::remembered::ScanKind;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

impl Desk {
    /// Takes one scan. The band tells what came of it.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<(), Coded> {
        let reading = meaning::read(bytes);
        // Who has not signed in is told nothing of what lies there.
        self.beside = self.actor().ok().and_then(|_| beside::of(&reading));
        let outcome = self.read(bytes, &reading);
        self.tell(outcome)
    }

    /// Takes a code in the camera's view, where it is what the desk waits for, and says whether it did. Anything
    /// else that happens to lie in view is left alone: nobody scanned it.
    pub(crate) fn seen(&mut self, bytes: &[u8]) -> bool {
        let reading = meaning::read(bytes);
        let fits = reading.certain().is_some_and(|meaning| self.waits_for(meaning));
        if fits {
            let _ = self.scan(bytes);
        }
        fits
    }

    fn waits_for(&self, meaning: &Meaning) -> bool {
        if self.actor().is_err() || self.work.asking.is_some() {
            return false;
        }
        if self.work.arrivals.is_some() {
            return matches!(meaning, Meaning::ReturnLabel { .. } | Meaning::Tracking { .. });
        }
        let Ok((_, state)) = self.current() else {
            return match meaning {
                Meaning::ReturnLabel { .. } | Meaning::Tracking { .. } => self.work.parcel.is_none(),
                Meaning::Product { .. } => self.work.parcel.is_some(),
                _ => false,
            };
        };
        match meaning {
            Meaning::Unit { print: None, .. } => state.stage == Some(Stage::Received),
            Meaning::Unit { print: Some(_), .. } => {
                matches!(state.label.stage, LabelStage::PrintPending | LabelStage::Printed)
            }
            Meaning::Container { .. } | Meaning::Location { .. } => {
                state.label.stage == LabelStage::Confirmed
            }
            _ => false,
        }
    }

    fn read(&mut self, bytes: &[u8], reading: &Reading) -> Outcome {
        if self.expects_text()
            && let Some(text) = serial_text(reading)
        {
            return self.serial(&text);
        }
        if self.typing() && reading.meanings.iter().all(|meaning| !own(meaning)) {
            return self.typed_scan(reading);
        }
        if let Some(problem) = &reading.problem
            && !self.knows_number(reading)?
        {
            return Err(self.not_understood(bytes, problem));
        }
        let meanings = self.known_meanings(&self.fitting(&reading.meanings))?;
        match meanings.as_slice() {
            [] => Err(coded("scan-unreadable", [])),
            [meaning] => self.meant(meaning.clone()),
            several => {
                let kind = ScanKind::of(reading, several);
                if let Some(meaning) = self.remembered_reading(&kind, several)? {
                    return self.meant(meaning);
                }
                let readings = several.iter().map(reading_words).collect();
                self.actor()?;
                self.work.reading_kind = Some(kind);
                self.work.reading_beside.clone_from(&self.beside);
                self.work.readings = several.to_vec();
                let scanned = shown(&reading.text);
                self.ask(Asking::WhichReading { scanned: scanned.clone(), readings });
                Ok(Said::only(Tone::Warning, say("scan-ambiguous", [("code", scanned)])))
            }
        }
    }

    /// Readings that can be meant here and now: while cartons are scanned, a number that may be a carrier's is.
    fn fitting(&self, meanings: &[Meaning]) -> Vec<Meaning> {
        let carton = |meaning: &&Meaning| matches!(meaning, Meaning::Tracking { .. });
        match meanings.iter().find(carton) {
            Some(carton) if self.only_cartons() && meanings.len() > 1 => vec![carton.clone()],
            _ => meanings.to_vec(),
        }
    }

    /// Nothing but the numbers of cartons is wanted now.
    fn only_cartons(&self) -> bool {
        (self.work.arrivals.is_some() && self.work.asking.is_none())
            || matches!(self.work.asking, Some(Asking::ShipTracking { .. }))
    }

    /// Whether a number with something wrong about it is known here all the same: as an RMA's, an order's, a
    /// shipped serial or a unit's own number.
    fn knows_number(&self, reading: &Reading) -> Result<bool, Coded> {
        match reading.number() {
            Some(number) => self.knows_text(number),
            None => Ok(false),
        }
    }

    fn knows_text(&self, text: &str) -> Result<bool, Coded> {
        if !self.rmas_named_by(text)?.is_empty() {
            return Ok(true);
        }
        let records = self.records();
        if let Ok(lpn) = text.parse::<Lpn>()
            && records.unit_by_lpn(lpn)?.is_some()
        {
            return Ok(true);
        }
        match Serial::new(text) {
            Ok(serial) => Ok(!records.units_by_serial(&serial)?.is_empty()),
            Err(_) => Ok(false),
        }
    }

    /// Of several meanings the one that is known here; all of them where none or several are: a person is asked.
    fn known_meanings(&self, meanings: &[Meaning]) -> Result<Vec<Meaning>, Coded> {
        if meanings.len() < 2 {
            return Ok(meanings.to_vec());
        }
        let mut known = Vec::new();
        for meaning in meanings {
            if self.is_known(meaning)? {
                known.push(meaning.clone());
            }
        }
        Ok(if known.len() == 1 { known } else { meanings.to_vec() })
    }

    fn is_known(&self, meaning: &Meaning) -> Result<bool, Coded> {
        if let Meaning::Text { text } = meaning {
            return self.knows_text(text.trim());
        }
        let records = self.records();
        match meaning {
            Meaning::Product { gtin, .. } => match Gtin::new(gtin.to_string()) {
                Ok(gtin) => Ok(records.item_by_gtin(&gtin)?.is_some()),
                Err(_) => Ok(false),
            },
            Meaning::Tracking { candidates } => {
                for candidate in candidates {
                    let Ok(tracking) = TrackingNumber::new(candidate.number.clone()) else { continue };
                    if records.rma_by_tracking(&tracking)?.is_some()
                        || records.parcel_by_tracking(&tracking)?.is_some()
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    /// One meaning, here and now.
    pub(super) fn meant(&mut self, meaning: Meaning) -> Outcome {
        match meaning {
            Meaning::Command { payload } => match payload.parse::<CommandCode>() {
                Ok(command) => self.command(command),
                Err(_) => Err(coded("command-unknown", [("command", shown(&payload))])),
            },
            Meaning::Operator { badge } => self.badge(&badge),
            _ if self.actor().is_err() => Err(coded("sign-in-first", [])),
            meaning if matches!(self.work.asking, Some(Asking::ShipTracking { .. })) => {
                self.ship_with(&meaning)
            }
            _ if self.work.asking.is_some() => Err(coded("answer-first", [])),
            meaning if self.work.arrivals.is_some() => self.arrival_scanned(meaning),
            Meaning::Unit { lpn, print } => {
                let lpn: Lpn = lpn.parse().map_err(|_| coded("scan-wrong-check-digit", [("number", lpn)]))?;
                match print {
                    None => self.number_scanned(lpn),
                    Some(print) => self.label_scanned(lpn, print),
                }
            }
            Meaning::Container { id } => self.container_scanned(&id),
            Meaning::Location { id } => self.location_scanned(&id),
            Meaning::Product { gtin, elements } => match (self.unidentified(), self.work.unit) {
                (Some(unit), _) => self.identify(unit, &gtin.to_string()),
                (None, Some(_)) if self.part_wanted() => self.part_scanned(&gtin.to_string()),
                (None, Some(unit)) => self.product_of_unit(unit, &gtin.to_string(), &elements),
                (None, None) => self.product_scanned(&gtin.to_string(), &elements),
            },
            _ if self.work.unit.is_some() => Err(self.unit_first()),
            Meaning::ReturnLabel { token } => self.return_label_scanned(&token),
            Meaning::Tracking { candidates } => self.tracking_scanned(&candidates),
            Meaning::Text { text } => self.text_scanned(&text),
            Meaning::Gs1 { .. } => Err(coded("scan-not-expected", [])),
        }
    }

    /// The unit on the desk, where nobody knows yet what it is.
    fn unidentified(&self) -> Option<returns::ids::UnitId> {
        self.current().ok().filter(|(_, state)| state.sku.is_none()).map(|(unit, _)| unit)
    }

    /// The refusal to start something else while a unit is in work.
    pub(super) fn unit_first(&self) -> Coded {
        let lpn = self.current().ok().and_then(|(_, state)| state.lpn).map(|lpn| lpn.to_string());
        coded("unit-first", [("lpn", lpn.unwrap_or_default())])
    }

    /// A scan that means nothing is kept in the purgeable store, so that a person can look at it later.
    fn not_understood(&mut self, bytes: &[u8], problem: &ScanProblem) -> Coded {
        let refusal = coded_problem(problem);
        let Ok(actor) = self.actor() else { return refusal };
        if bytes.is_empty() || bytes.len() > meaning::MAX_SCAN_BYTES {
            return refusal;
        }
        let kept = self.records().keep_text(bytes).map_err(Coded::from).map(|hash| {
            let event = StationEvent::RawScanKept { hash, len: bytes.len() as u64 };
            new_event(Subject::Station, event.into(), &actor, self.clock.now())
        });
        match kept.and_then(|event| self.commit(vec![event])) {
            Ok(()) => refusal,
            Err(worse) => worse,
        }
    }
}

/// The serial in a scan: identifier 21 of GS1, else the plain text.
fn serial_text(reading: &Reading) -> Option<String> {
    if reading.meanings.is_empty() || reading.meanings.iter().any(own) {
        return None;
    }
    let coded = reading.meanings.iter().find_map(|meaning| match meaning {
        Meaning::Product { elements, .. } | Meaning::Gs1 { elements } => elements.serial(),
        _ => None,
    });
    // Bare digits may look like a product or a tracking number and still be the serial that is asked for.
    Some(coded.map_or_else(|| reading.text.trim().to_owned(), str::to_owned))
}

/// A code of our own, which can be nothing else.
fn own(meaning: &Meaning) -> bool {
    !matches!(
        meaning,
        Meaning::Product { .. } | Meaning::Tracking { .. } | Meaning::Text { .. } | Meaning::Gs1 { .. }
    )
}

fn coded_problem(problem: &ScanProblem) -> Coded {
    let args = problem.args().into_iter().map(|(name, value)| (name.to_string(), shown(&value.to_string())));
    Coded { code: problem.code().to_owned(), args: args.collect() }
}

/// Scanned text as it can be shown: no control characters, not too long.
pub(super) fn shown(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if shown.chars().count() < text.chars().filter(|c| !c.is_control()).count() {
        shown + "…"
    } else {
        shown
    }
}
