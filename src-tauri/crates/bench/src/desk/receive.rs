//! An item comes out of the parcel: which line it belongs to, its LPN, its first label.

use barcodes::gs1::ElementString;
use returns::codes::{Finding, HoldReason, IntakeKind, LabelKind, Match, ParcelState, VoidReason};
use returns::event::UnitEvent;
use returns::ids::{Gtin, LineId, RmaNumber, Serial, Sku, UnitId};
use returns::item::Item;
use returns::rma::{self, Rma, RmaLine};
use returns::unit::LpnChoice;
use returns::{parcel, unit};

use super::asking::{Asking, LineOption, VOID_REASONS};
use super::draft::{Draft, Known};
use super::in_hand::InHand;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::Tone;

/// Lines offered for a product that is scanned without a parcel.
const LINES_OFFERED: usize = 45;
/// Most pieces counted in at once.
const MOST_PIECES: u32 = 200;

impl Desk {
    /// A product's code: which line expects it.
    pub(super) fn product_scanned(&mut self, gtin: &str, elements: &ElementString) -> Outcome {
        let gtin = Gtin::new(gtin).map_err(|error| coded(error.code(), []))?;
        let in_hand = InHand::of(elements, self.today());
        let item = self.records().item_by_gtin(&gtin)?;
        let Some(item) = item else {
            self.ask(Asking::UnknownItem { scanned: gtin.to_string(), item: in_hand });
            let words = [("code", gtin.to_string())];
            return Ok(Said::only(Tone::Warning, say("item-not-in-catalogue", words)));
        };
        let in_hand = in_hand.product(item.sku.clone());
        if std::mem::take(&mut self.work.bulk) {
            self.ask(Asking::HowMany { item: in_hand, title: item.title, digits: String::new() });
            return Ok(Said::only(Tone::Ready, say("asked", [])));
        }
        if self.work.parcel.is_none() {
            return self.item_without_parcel(item, in_hand);
        }
        let of_product: Vec<(LineOption, bool)> =
            self.parcel_lines()?.into_iter().filter(|(line, _)| line.sku == item.sku).collect();
        let open: Vec<LineOption> =
            of_product.iter().filter(|(_, open)| *open).map(|(line, _)| line.clone()).collect();
        match (self.line_of_serial(&open, in_hand.serial.as_ref())?, open.as_slice()) {
            (Some(line), _) => self.receive_line(&line, in_hand),
            (None, [line]) => self.receive_line(line, in_hand),
            (None, []) => self.item_not_expected(item, in_hand, of_product),
            (None, _) => {
                self.ask(Asking::WhichLine { item: in_hand, lines: open });
                Ok(Said::only(Tone::Warning, say("several-lines", [("title", item.title)])))
            }
        }
    }

    /// The line whose shipped serial is the one in hand, where exactly one is.
    fn line_of_serial(
        &self,
        lines: &[LineOption],
        serial: Option<&Serial>,
    ) -> Result<Option<LineOption>, Coded> {
        let Some(serial) = serial else { return Ok(None) };
        let mut found = Vec::new();
        for line in lines {
            let rma = self.records().rma(&line.rma)?;
            let shipped = rma.as_ref().and_then(|rma| rma.line(&line.line));
            if shipped.is_some_and(|shipped| shipped.serials_shipped.contains(serial)) {
                found.push(line.clone());
            }
        }
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// No line of the open parcel waits for it: one too many of a line, or not announced at all.
    fn item_not_expected(&mut self, item: Item, in_hand: InHand, full: Vec<(LineOption, bool)>) -> Outcome {
        let title = item.title;
        if self.intake_now()? == Some(IntakeKind::Rts) {
            return self.receive_unexpected(in_hand);
        }
        match full.into_iter().next() {
            Some((line, _)) => {
                self.ask(Asking::OneMore { item: in_hand, line });
                Ok(Said::only(Tone::Warning, say("line-full", [("title", title)])))
            }
            None => {
                self.ask(Asking::Unexpected { item: in_hand, title: title.clone() });
                Ok(Said::only(Tone::Warning, say("item-not-expected", [("title", title)])))
            }
        }
    }

    /// No parcel lies open: lines that wait for such an item are offered before it comes in blind.
    fn item_without_parcel(&mut self, item: Item, in_hand: InHand) -> Outcome {
        let mut lines = Vec::new();
        let of_product = self.records().rma_lines_by_sku(&item.sku)?;
        for (rma, line) in of_product {
            if lines.len() >= LINES_OFFERED {
                break;
            }
            let received = self.progress(&rma)?.into_iter().find(|of| of.line == line.id);
            let received = received.map_or(line.received, |of| of.received);
            if !rma.is_over(&RmaLine { received, ..line.clone() }) {
                lines.push(LineOption {
                    rma: rma.number,
                    line: line.id,
                    sku: line.sku,
                    title: item.title.clone(),
                });
            }
        }
        if let Some(line) = self.line_of_serial(&lines, in_hand.serial.as_ref())? {
            lines = vec![line];
        }
        self.ask(Asking::BlindItem { item: in_hand, title: item.title.clone(), lines });
        Ok(Said::only(Tone::Warning, say("item-without-parcel", [("title", item.title)])))
    }

    /// The line that a person chose for an item without a parcel: its carton is opened with it.
    pub(super) fn receive_for_line(&mut self, line: &LineOption, in_hand: InHand) -> Outcome {
        let rma = self.records().rma(&line.rma)?.ok_or_else(|| coded("rma-unknown", []))?;
        let at_hand = self.parcels_of(std::slice::from_ref(&rma))?;
        match at_hand.as_slice() {
            [parcel] => self.open_again(parcel.parcel)?,
            _ => self.open_parcel(None, std::slice::from_ref(&rma))?,
        };
        self.receive_line(line, in_hand)
    }

    /// NO-LABEL or EMPTY-BOX: there is nothing to scan, so the line is chosen.
    pub(super) fn item_without_code(&mut self, empty_box: bool) -> Outcome {
        let in_hand = InHand::without_code(empty_box);
        let unknown = Asking::UnknownItem { scanned: String::new(), item: in_hand.clone() };
        if self.work.parcel.is_none() {
            self.ask(unknown);
            return Ok(Said::only(Tone::Ready, say("asked", [])));
        }
        let lines = self.open_lines()?;
        match lines.as_slice() {
            [] => {
                self.ask(unknown);
                Ok(Said::only(Tone::Warning, say("nothing-expected", [])))
            }
            [line] if empty_box => {
                let line = line.clone();
                self.receive_line(&line, in_hand)
            }
            _ => {
                self.ask(Asking::WhichLine { item: in_hand, lines });
                Ok(Said::only(Tone::Ready, say("asked", [])))
            }
        }
    }

    /// Lines of the open parcel's RMAs that still expect something.
    pub(super) fn open_lines(&self) -> Result<Vec<LineOption>, Coded> {
        let lines = self.parcel_lines()?;
        Ok(lines.into_iter().filter(|(_, open)| *open).map(|(line, _)| line).collect())
    }

    /// Lines of the open parcel's RMAs, and whether one more of each is not yet one too many.
    fn parcel_lines(&self) -> Result<Vec<(LineOption, bool)>, Coded> {
        let Some(parcel) = self.work.parcel else { return Ok(Vec::new()) };
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        let mut options = Vec::new();
        for rma in self.rmas_of(&state)? {
            for progress in self.progress(&rma)? {
                let Some(line) = rma.line(&progress.line) else { continue };
                let title = self.records().item(&line.sku)?.map(|item| item.title);
                let option = LineOption {
                    rma: rma.number.clone(),
                    line: line.id.clone(),
                    sku: line.sku.clone(),
                    title: title.unwrap_or_else(|| line.sku.to_string()),
                };
                let counted = RmaLine { received: progress.received, ..line.clone() };
                options.push((option, !rma.is_over(&counted)));
            }
        }
        Ok(options)
    }

    /// What of an RMA has come in, counted over all units known here.
    pub(super) fn progress(&self, rma: &Rma) -> Result<Vec<rma::LineProgress>, Coded> {
        let units = self.records().units_of_rma(&rma.number)?;
        Ok(rma::progress(rma, units.iter().map(|(_, state)| state)))
    }

    /// Takes in a unit that a line expects, or one too many of it.
    pub(super) fn receive_line(&mut self, line: &LineOption, in_hand: InHand) -> Outcome {
        let in_hand = match in_hand.sku {
            Some(_) => in_hand,
            None => in_hand.product(line.sku.clone()),
        };
        let known = self.known_line(&line.rma, Some(&line.line), in_hand.sku.as_ref())?;
        let intake = self.intake_now()?.unwrap_or(IntakeKind::Rma);
        self.receive(intake, in_hand, known)
    }

    /// Takes in an item that no line of the open parcel expects.
    pub(super) fn receive_unexpected(&mut self, in_hand: InHand) -> Outcome {
        let rma = match self.work.parcel {
            Some(parcel) => {
                let state = self.records().parcel(&parcel)?.unwrap_or_default();
                state.rmas.into_iter().next()
            }
            None => None,
        };
        let Some(rma) = rma else { return self.receive_blind(in_hand) };
        let known = self.known_line(&rma, None, in_hand.sku.as_ref())?;
        let intake = if known.rma.is_some() { IntakeKind::UnexpectedItem } else { IntakeKind::Blind };
        let intake = self.intake_now()?.unwrap_or(intake);
        self.receive(intake, in_hand, known)
    }

    /// Takes in an item without any RMA; without a product it is held as unknown.
    pub(super) fn receive_blind(&mut self, in_hand: InHand) -> Outcome {
        let known = Known::look_up(&self.records(), None, None, in_hand.sku.as_ref())?;
        let intake = self.intake_now()?.unwrap_or(IntakeKind::Blind);
        self.receive(intake, in_hand, known)
    }

    /// What is known of a line, with all that has come in for it until now.
    pub(super) fn known_line(
        &self,
        rma: &RmaNumber,
        line: Option<&LineId>,
        sku: Option<&Sku>,
    ) -> Result<Known, Coded> {
        let mut known = Known::look_up(&self.records(), Some(rma), line, sku)?;
        if let Some(rma) = &mut known.rma {
            for progress in self.progress(rma)? {
                if let Some(line) = rma.lines.iter_mut().find(|line| line.id == progress.line) {
                    line.received = progress.received;
                }
            }
        }
        Ok(known)
    }

    /// How the items of the open parcel come in, where that is not by its RMA.
    fn intake_now(&self) -> Result<Option<IntakeKind>, Coded> {
        let Some(parcel) = self.work.parcel else { return Ok(None) };
        Ok(self.records().parcel(&parcel)?.and_then(|parcel| parcel.intake))
    }

    /// Takes one unit in; it lies on the desk then.
    fn receive(&mut self, intake: IntakeKind, in_hand: InHand, known: Known) -> Outcome {
        let (unit, state, title) = self.take_in(intake, &in_hand, known)?;
        self.work.unit = Some(unit);
        self.work.container = None;
        self.work.serial_read = state.serial.is_some();
        Ok(received(&state, title))
    }

    /// Takes a unit in: its number, its label, its place in the parcel and what its code said, all in one
    /// commit.
    fn take_in(
        &mut self,
        intake: IntakeKind,
        in_hand: &InHand,
        mut known: Known,
    ) -> Result<(UnitId, unit::State, String), Coded> {
        let unit = clock::unit_id();
        let lpn = self.next_number(&mut known)?;
        known.arriving(&self.records(), unit, self.work.parcel)?;
        let unknown_item = known.item.is_none();
        let title = known.item.as_ref().map_or_else(String::new, |item| item.title.clone());
        let (number, line) = (known.rma.as_ref().map(|rma| rma.number.clone()), known.line.clone());
        let mut draft = self.draft_with(unit, unit::State::default(), known)?;
        let parcel = self.work.parcel;
        draft.decide(&unit::Command::Receive { intake, parcel, sku: in_hand.sku.clone(), lpn })?;
        if unknown_item && !draft.state.holds.contains(&HoldReason::UnknownItem) {
            draft.decide(&unit::Command::Hold { reason: HoldReason::UnknownItem })?;
        }
        let printed = match lpn {
            LpnChoice::Fresh => draft.decide(&unit::Command::RequestLabel { label: LabelKind::Lpn })?,
            // The number is on its label already.
            LpnChoice::Preprinted(_) => Vec::<UnitEvent>::new(),
        };
        read_at_receipt(&mut draft, in_hand);
        if in_hand.empty_box {
            draft.seen_at_receipt(Finding::EmptyBox);
            if draft.known.checklist.is_some() && draft.state.holds.is_empty() {
                draft.decide(&unit::Command::StartInspection)?;
            }
        }
        if let Some(parcel) = parcel {
            let found = parcel::Command::FindUnit { unit, rma: line.as_ref().and(number), line };
            let events = self.count_into_parcel(parcel, &found, &draft.facts())?;
            draft.with_parcel(parcel, events);
        }
        let state = self.commit_draft(draft)?;
        self.work.preprinted = None;
        self.wish_prints(unit, &printed);
        Ok((unit, state, title))
    }

    /// The number of the next unit: one of a roll that was scanned for it, else the next of the block.
    fn next_number(&self, known: &mut Known) -> Result<LpnChoice, Coded> {
        let records = self.records();
        match self.work.preprinted {
            Some(lpn) => {
                known.lpn_taken = records.unit_by_lpn(lpn)?.is_some();
                Ok(LpnChoice::Preprinted(lpn))
            }
            None => {
                known.lpn = Some(records.next_lpn()?);
                Ok(LpnChoice::Fresh)
            }
        }
    }

    /// So many pieces of one kind: each gets its own number and label, one after the other. Lines that wait
    /// for the product get theirs first.
    pub(super) fn receive_bulk(&mut self, in_hand: InHand, title: &str, digits: &str) -> Outcome {
        let pieces: u32 = digits.parse().unwrap_or(0);
        if pieces == 0 || pieces > MOST_PIECES {
            return Err(coded("bulk-count", [("most", MOST_PIECES.to_string())]));
        }
        if self.records().lpns_left() < pieces {
            return Err(coded("no-lpn", []));
        }
        self.work.preprinted = None;
        for piece in 0..pieces {
            let Err(fault) = self.one_of_bulk(&in_hand) else { continue };
            if piece == 0 {
                return Err(fault);
            }
            // Those before it are on record: only the rest is asked for again.
            let words = [("pieces", piece.to_string()), ("of", pieces.to_string()), ("fault", fault.code)];
            let digits = (pieces - piece).to_string();
            self.ask(Asking::HowMany { item: in_hand, title: title.to_owned(), digits });
            return Ok(Said::saved(Tone::Warning, say("bulk-stopped", words)));
        }
        let words = [("pieces", pieces.to_string()), ("title", title.to_owned())];
        Ok(Said::saved(Tone::Accepted, say("bulk-received", words)))
    }

    /// One piece: for a line that waits for it, else one too many of a line that is full, else nobody's.
    fn one_of_bulk(&mut self, in_hand: &InHand) -> Result<(), Coded> {
        let undelivered = self.intake_now()? == Some(IntakeKind::Rts);
        let lines = self.parcel_lines()?.into_iter();
        let of_product: Vec<(LineOption, bool)> =
            lines.filter(|(line, _)| Some(&line.sku) == in_hand.sku.as_ref()).collect();
        let waits = of_product.iter().find(|(_, open)| *open);
        let line = waits.or_else(|| of_product.first().filter(|_| !undelivered));
        let known = match line {
            Some((line, _)) => self.known_line(&line.rma, Some(&line.line), in_hand.sku.as_ref())?,
            None => Known::look_up(&self.records(), None, None, in_hand.sku.as_ref())?,
        };
        self.take_in(IntakeKind::Bulk, in_hand, known)?;
        Ok(())
    }

    /// VOID: what was just received was never there.
    pub(super) fn void(&mut self, place: Option<usize>) -> Outcome {
        let reason = place.and_then(|place| VOID_REASONS.get(place).copied());
        let reason: VoidReason = reason.ok_or_else(|| coded("command-not-now", []))?;
        let (unit, _) = self.current()?;
        let mut draft = self.draft(unit)?;
        draft.decide(&unit::Command::Void { reason })?;
        if let Some(parcel) = draft.state.parcel {
            let state = self.records().parcel(&parcel)?.unwrap_or_default();
            if state.state == Some(ParcelState::Opened) && state.units.contains_key(&unit) {
                let removed = parcel::Command::RemoveUnit { unit, reason };
                let events = self.count_into_parcel(parcel, &removed, &draft.facts())?;
                draft.with_parcel(parcel, events);
            }
        }
        let state = self.commit_draft(draft)?;
        self.set_unit_aside();
        let words = [("lpn", super::views::lpn(&state)), ("reason", reason.to_string())];
        Ok(Said::saved(Tone::Warning, say("unit-taken-back", words)))
    }

    /// The unit on the desk with its state.
    pub(super) fn current(&self) -> Result<(UnitId, unit::State), Coded> {
        let unit = self.work.unit.ok_or_else(|| coded("no-unit", []))?;
        let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        Ok((unit, state))
    }
}

/// Serial, lot and expiry that the product's own code said. What is not taken now is asked for at inspection.
fn read_at_receipt(draft: &mut Draft, in_hand: &InHand) {
    if !draft.state.holds.is_empty() {
        return;
    }
    if let Some(serial) = in_hand.serial.clone() {
        let read = draft.decide(&unit::Command::ReadSerial { serial });
        if let Err(refusal) = read {
            tracing::info!(code = refusal.code, "serial of the product's code");
        }
    }
    if in_hand.lot.is_some() || in_hand.expiry.is_some() {
        let command = unit::Command::ReadLot { lot: in_hand.lot.clone(), expiry: in_hand.expiry };
        if let Err(refusal) = draft.decide(&command) {
            tracing::info!(code = refusal.code, "lot of the product's code");
        }
    }
}

fn received(state: &unit::State, title: String) -> Said {
    let words = [("lpn", super::views::lpn(state)), ("title", title)];
    if !state.holds.is_empty() {
        return Said::saved(Tone::Supervisor, say("unit-received-held", words));
    }
    if state.added_findings.contains(&Finding::QtyOver) {
        return Said::saved(Tone::Warning, say("unit-received-over", words));
    }
    if let Some(signal) = state.signals.first() {
        let [lpn, title] = words;
        let words = [lpn, title, ("signals", signal.kind.to_string())];
        return Said::saved(Tone::Warning, say("unit-received-signal", words));
    }
    match state.matched {
        Some(Match::Matched) => Said::saved(Tone::Accepted, say("unit-received", words)),
        _ => Said::saved(Tone::Warning, say("unit-received-unmatched", words)),
    }
}
