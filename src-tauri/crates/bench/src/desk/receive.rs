//! An item comes out of the parcel: which line it belongs to, its LPN, its first label.

use returns::codes::{Finding, HoldReason, IntakeKind, LabelKind, Match};
use returns::ids::{Gtin, LineId, RmaNumber, Sku, UnitId};
use returns::rma::{self, Rma};
use returns::unit::LpnChoice;
use returns::{parcel, unit};

use super::asking::{Asking, LineOption};
use super::draft::Known;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::clock;
use crate::seam::Tone;

impl Desk {
    /// A product's code: which line expects it.
    pub(super) fn product_scanned(&mut self, gtin: &str) -> Outcome {
        let gtin = Gtin::new(gtin).map_err(|error| coded(error.code(), []))?;
        let item = self.records().item_by_gtin(&gtin)?;
        let Some(item) = item else {
            self.work.asking = Some(Asking::UnknownItem { scanned: gtin.to_string(), empty_box: false });
            let words = [("code", gtin.to_string())];
            return Ok(Said::only(Tone::Warning, say("item-not-in-catalogue", words)));
        };
        let Some(_) = self.work.parcel else {
            self.work.asking = Some(Asking::BlindItem { sku: item.sku, title: item.title.clone() });
            return Ok(Said::only(Tone::Warning, say("item-without-parcel", [("title", item.title)])));
        };
        let lines: Vec<LineOption> =
            self.open_lines()?.into_iter().filter(|line| line.sku == item.sku).collect();
        match lines.as_slice() {
            [] => {
                let title = item.title.clone();
                self.work.asking = Some(Asking::Unexpected { sku: item.sku, title: item.title });
                Ok(Said::only(Tone::Warning, say("item-not-expected", [("title", title)])))
            }
            [line] => self.receive_line(line.rma.clone(), line.line.clone(), item.sku, false),
            _ => {
                self.work.asking = Some(Asking::WhichLine { sku: Some(item.sku), lines, empty_box: false });
                Ok(Said::only(Tone::Warning, say("several-lines", [("title", item.title)])))
            }
        }
    }

    /// NO-LABEL or EMPTY-BOX: there is nothing to scan, so the line is chosen.
    pub(super) fn item_without_code(&mut self, empty_box: bool) -> Outcome {
        if self.work.parcel.is_none() {
            self.work.asking = Some(Asking::UnknownItem { scanned: String::new(), empty_box });
            return Ok(Said::only(Tone::Ready, say("asked", [])));
        }
        let lines = self.open_lines()?;
        match lines.as_slice() {
            [] => {
                self.work.asking = Some(Asking::UnknownItem { scanned: String::new(), empty_box });
                Ok(Said::only(Tone::Warning, say("nothing-expected", [])))
            }
            [line] if empty_box => {
                self.receive_line(line.rma.clone(), line.line.clone(), line.sku.clone(), true)
            }
            _ => {
                self.work.asking = Some(Asking::WhichLine { sku: None, lines, empty_box });
                Ok(Said::only(Tone::Ready, say("asked", [])))
            }
        }
    }

    /// Lines of the open parcel's RMAs that still expect something.
    pub(super) fn open_lines(&self) -> Result<Vec<LineOption>, Coded> {
        let Some(parcel) = self.work.parcel else { return Ok(Vec::new()) };
        let state = self.records().parcel(&parcel)?.unwrap_or_default();
        let mut options = Vec::new();
        for rma in self.rmas_of(&state)? {
            for progress in self.progress(&rma)?.into_iter().filter(|line| line.expected > 0) {
                let Some(line) = rma.line(&progress.line) else { continue };
                let title = self.records().item(&line.sku)?.map(|item| item.title);
                options.push(LineOption {
                    rma: rma.number.clone(),
                    line: line.id.clone(),
                    sku: line.sku.clone(),
                    title: title.unwrap_or_else(|| line.sku.to_string()),
                });
            }
        }
        Ok(options)
    }

    /// What of an RMA has come in, counted over all units known here.
    pub(super) fn progress(&self, rma: &Rma) -> Result<Vec<rma::LineProgress>, Coded> {
        let units = self.records().units_of_rma(&rma.number)?;
        Ok(rma::progress(rma, units.iter().map(|(_, state)| state)))
    }

    /// Takes in a unit that a line expects.
    pub(super) fn receive_line(
        &mut self,
        number: RmaNumber,
        line: LineId,
        sku: Sku,
        empty_box: bool,
    ) -> Outcome {
        let known = Known::look_up(&self.records(), Some(&number), Some(&line), Some(&sku))?;
        self.receive(IntakeKind::Rma, Some(sku), known, empty_box)
    }

    /// Takes in an item that no line of the open parcel expects.
    pub(super) fn receive_unexpected(&mut self, sku: Sku) -> Outcome {
        let rma = match self.work.parcel {
            Some(parcel) => {
                let state = self.records().parcel(&parcel)?.unwrap_or_default();
                state.rmas.into_iter().next()
            }
            None => None,
        };
        let known = Known::look_up(&self.records(), rma.as_ref(), None, Some(&sku))?;
        let intake = if known.rma.is_some() { IntakeKind::UnexpectedItem } else { IntakeKind::Blind };
        self.receive(intake, Some(sku), known, false)
    }

    /// Takes in an item without any RMA; without a product it is held as unknown.
    pub(super) fn receive_blind(&mut self, sku: Option<Sku>, empty_box: bool) -> Outcome {
        let known = Known::look_up(&self.records(), None, None, sku.as_ref())?;
        self.receive(IntakeKind::Blind, sku, known, empty_box)
    }

    /// Takes a unit in: its number, its label, its place in the parcel and, for an empty box, what was found,
    /// all in one commit.
    fn receive(
        &mut self,
        intake: IntakeKind,
        sku: Option<Sku>,
        mut known: Known,
        empty_box: bool,
    ) -> Outcome {
        let unit = clock::unit_id();
        known.lpn = Some(self.records().next_lpn()?);
        let unknown_item = known.item.is_none();
        let title = known.item.as_ref().map_or_else(String::new, |item| item.title.clone());
        let (number, line) = (known.rma.as_ref().map(|rma| rma.number.clone()), known.line.clone());
        let mut draft = self.draft_with(unit, unit::State::default(), known)?;
        let parcel = self.work.parcel;
        draft.decide(&unit::Command::Receive { intake, parcel, sku, lpn: LpnChoice::Fresh })?;
        if unknown_item && !draft.state.holds.contains(&HoldReason::UnknownItem) {
            draft.decide(&unit::Command::Hold { reason: HoldReason::UnknownItem })?;
        }
        let printed = draft.decide(&unit::Command::RequestLabel { label: LabelKind::Lpn })?;
        if empty_box {
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
        self.work.unit = Some(unit);
        self.work.container = None;
        self.wish_prints(unit, &printed);
        Ok(received(&state, title))
    }

    /// The unit on the desk with its state.
    pub(super) fn current(&self) -> Result<(UnitId, unit::State), Coded> {
        let unit = self.work.unit.ok_or_else(|| coded("no-unit", []))?;
        let state = self.records().unit(&unit)?.ok_or_else(|| coded("unit-unknown", []))?;
        Ok((unit, state))
    }
}

fn received(state: &unit::State, title: String) -> Said {
    let words = [("lpn", super::views::lpn(state)), ("title", title)];
    if !state.holds.is_empty() {
        return Said::saved(Tone::Supervisor, say("unit-received-held", words));
    }
    match state.matched {
        Some(Match::Matched) => Said::saved(Tone::Accepted, say("unit-received", words)),
        _ => Said::saved(Tone::Warning, say("unit-received-unmatched", words)),
    }
}
