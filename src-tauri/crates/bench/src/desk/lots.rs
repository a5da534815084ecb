//! What stands on a package beside its product: serial, lot and expiry; scanned, or typed digit by digit.

use barcodes::gs1::ElementString;
use barcodes::meaning::{Meaning, Reading};
use returns::codes::{CommandCode, Finding, SkipReason, Stage};
use returns::ids::{Gtin, PhotoRole, UnitId};
use returns::unit;

use super::asking::Asking;
use super::draft::Known;
use super::in_hand::{InHand, typed_day};
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

impl Desk {
    /// Asks for the expiry where the product has one and nobody has read it; says whether it asked.
    pub(super) fn ask_expiry(&mut self, unit: UnitId, state: &unit::State) -> Result<bool, Coded> {
        let skipped = state.photos_skipped.keys().any(|role| role.as_str() == unit::EXPIRY_PHOTO);
        let wanted = state.stage == Some(Stage::Inspecting)
            && state.holds.is_empty()
            && state.expiry.is_none()
            && !skipped
            && !state.added_findings.contains(&Finding::EmptyBox)
            && self.work.asking.is_none();
        if !wanted {
            return Ok(false);
        }
        let known = Known::of_unit(&self.records(), unit, state)?;
        let tracked = known.item.is_some_and(|item| item.expiry_tracked);
        if tracked {
            self.ask(Asking::Expiry { digits: String::new() });
        }
        Ok(tracked)
    }

    /// Whether a number is typed digit by digit now.
    pub(super) fn typing(&self) -> bool {
        matches!(
            self.work.asking,
            Some(Asking::Expiry { .. } | Asking::HowMany { .. } | Asking::Weight { .. })
        ) && self.actor().is_ok()
    }

    /// A scan, or a text typed at once, while digits are asked for.
    pub(super) fn typed_scan(&mut self, reading: &Reading) -> Outcome {
        let text = reading.text.trim();
        let expiry = matches!(self.work.asking, Some(Asking::Expiry { .. }));
        let elements = reading.meanings.iter().find_map(|meaning| match meaning {
            Meaning::Product { elements, .. } | Meaning::Gs1 { elements } => Some(elements),
            _ => None,
        });
        if expiry && let Some(elements) = elements.filter(|elements| elements.expiry().is_some()) {
            let (unit, _) = self.current()?;
            return self.lot_read(unit, elements);
        }
        let most = self.work.asking.as_mut().and_then(Asking::typed).map_or(0, |(_, most)| most);
        if text.is_empty() || text.len() > most || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(coded("answer-first", []));
        }
        if let Some((digits, _)) = self.work.asking.as_mut().and_then(Asking::typed) {
            text.clone_into(digits);
        }
        self.enter_digits()
    }

    /// DIGIT-n, UNDO and ENTER while digits are asked for; none where the command means something else.
    pub(super) fn digit_command(&mut self, command: CommandCode) -> Option<Outcome> {
        let (digits, most) = self.work.asking.as_mut().and_then(Asking::typed)?;
        if let Some(digit) = command.digit() {
            if digits.len() < most {
                digits.push(char::from(b'0' + digit % 10));
            }
            return Some(Ok(Said::only(Tone::Ready, say("digit-typed", [("digits", digits.clone())]))));
        }
        match command {
            CommandCode::Undo => {
                digits.pop()?;
                Some(Ok(Said::only(Tone::Ready, say("digit-typed", [("digits", digits.clone())]))))
            }
            CommandCode::Enter | CommandCode::Next => Some(self.enter_digits()),
            _ => None,
        }
    }

    fn enter_digits(&mut self) -> Outcome {
        let asking = self.work.asking.clone().ok_or_else(|| coded("command-not-now", []))?;
        let done = match &asking {
            Asking::HowMany { item, title, digits } => {
                self.work.asking = None;
                self.receive_bulk(item.clone(), title, digits)
            }
            Asking::Expiry { digits } => self.expiry_typed(digits),
            Asking::Weight { digits, .. } => self.weight_typed(digits),
            _ => Err(coded("command-not-now", [])),
        };
        if done.is_err() {
            let mut again = asking;
            if let Some((digits, _)) = again.typed() {
                digits.clear();
            }
            self.work.asking = Some(again);
        }
        done
    }

    fn expiry_typed(&mut self, digits: &str) -> Outcome {
        let day = typed_day(digits, self.today());
        let day = day.ok_or_else(|| coded("expiry-not-a-day", [("digits", digits.to_owned())]))?;
        let (unit, _) = self.current()?;
        let state = self.act(unit, &unit::Command::ReadLot { lot: None, expiry: Some(day) })?;
        self.work.asking = None;
        Ok(self.lot_kept(&state))
    }

    /// The product's own code says lot and expiry.
    fn lot_read(&mut self, unit: UnitId, elements: &ElementString) -> Outcome {
        let in_hand = InHand::of(elements, self.today());
        let command = unit::Command::ReadLot { lot: in_hand.lot, expiry: in_hand.expiry };
        let state = self.act(unit, &command)?;
        self.work.asking = None;
        Ok(self.lot_kept(&state))
    }

    fn lot_kept(&self, state: &unit::State) -> Said {
        let expiry = state.expiry.map(|day| day.to_string()).unwrap_or_default();
        let lot = state.lot.as_ref().map(ToString::to_string).unwrap_or_default();
        let over = state.expiry.is_some_and(|day| day < self.today());
        let words = [("expiry", expiry), ("lot", lot)];
        match over {
            true => Said::saved(Tone::Warning, say("expiry-over", words)),
            false => Said::saved(Tone::Accepted, say("expiry-kept", words)),
        }
    }

    /// The expiry cannot be read: the unit goes to review with it.
    pub(super) fn skip_expiry(&mut self) -> Outcome {
        let (unit, _) = self.current()?;
        let role = PhotoRole::new(unit::EXPIRY_PHOTO).map_err(|error| coded(error.code(), []))?;
        let reason = SkipReason::NotThere;
        self.act(unit, &unit::Command::SkipPhoto { role, reason })?;
        Ok(Said::saved(Tone::Warning, say("expiry-skipped", [])))
    }

    /// The product's code of a unit that lies on the desk: what else it says is kept, if it is this product's.
    pub(super) fn product_of_unit(&mut self, unit: UnitId, gtin: &str, elements: &ElementString) -> Outcome {
        let gtin = Gtin::new(gtin).map_err(|error| coded(error.code(), []))?;
        let item = self.records().item_by_gtin(&gtin)?;
        let in_hand = InHand::of(elements, self.today());
        let mut draft = self.draft(unit)?;
        let same = item.is_some_and(|item| Some(&item.sku) == draft.state.sku.as_ref());
        let says = in_hand.serial.is_some() || in_hand.lot.is_some() || in_hand.expiry.is_some();
        if !same || !says {
            return Err(self.unit_first());
        }
        let mut read = false;
        if let Some(serial) = in_hand.serial.filter(|serial| draft.state.serial.as_ref() != Some(serial)) {
            draft.decide(&unit::Command::ReadSerial { serial })?;
            self.work.serial_read = true;
            self.answer_by_serial(&mut draft)?;
            read = true;
        }
        let new_lot = in_hand.lot.is_some() && in_hand.lot != draft.state.lot;
        let new_expiry = in_hand.expiry.is_some() && in_hand.expiry != draft.state.expiry;
        if new_lot || new_expiry {
            draft.decide(&unit::Command::ReadLot { lot: in_hand.lot, expiry: in_hand.expiry })?;
            read = true;
        }
        if !read {
            return Err(self.unit_first());
        }
        let state = self.commit_draft(draft)?;
        let serial = state.serial.as_ref().map(ToString::to_string).unwrap_or_default();
        let lot = state.lot.as_ref().map(ToString::to_string).unwrap_or_default();
        let expiry = state.expiry.map(|day| day.to_string()).unwrap_or_default();
        let words = [("serial", serial), ("lot", lot), ("expiry", expiry)];
        Ok(Said::saved(Tone::Accepted, say("code-kept", words)))
    }
}
