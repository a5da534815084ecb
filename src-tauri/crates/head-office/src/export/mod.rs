//! What happened, for others' systems: a table, GS1 EPCIS 2.0 or X12. An export reads events by when head office received
//! them, for a bench that was without a line for weeks sends old ones: one window after the other misses nothing
//! and has nothing twice. No export holds anything about a customer.

mod epcis;
mod table;
mod x12;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use jiff::Timestamp;
use returns::ids::{Sku, Subject, UnitId};
use returns::item::Item;
use returns::unit;
use serde::Serialize;
use wire::Envelope;

use crate::error::HeadOfficeError;
use crate::interpret::interpret_all;
use crate::office::HeadOffice;
use crate::store::{ExportedEvent, UnitRow};

pub use x12::Partners;

/// Events read at once.
const EVENTS_AT_ONCE: usize = 1000;

/// In which form.
#[derive(Debug, Clone)]
pub enum Form {
    /// Units as they are now, a row each (CSV, RFC 4180).
    Csv,
    /// Events, an EPCIS 2.0 document in JSON-LD. Names of our own get this prefix, such as `urn:x-returns-station:`.
    Epcis {
        /// The prefix.
        names: String,
    },
    /// Return authorisations and what came of them: X12 180, release 004010.
    X12(Partners),
}

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportWish {
    /// In which form.
    pub form: Form,
    /// From the first event that head office received then …
    pub since: Timestamp,
    /// … to the last before then.
    pub until: Timestamp,
}

/// What was exported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Units of which something came in the window.
    pub units: u64,
    /// Rows, EPCIS events, or transaction sets that were written.
    pub written: u64,
    /// Units that this form has no place for: X12 180 is about RMAs.
    pub left_out: u64,
    /// Values that had to be written otherwise, since the form does not allow their characters or length.
    pub altered: u64,
    /// X12: the interchange's control number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_number: Option<u64>,
}

impl HeadOffice {
    /// Writes an export.
    ///
    /// # Errors
    /// `window-empty` where it ends before it begins; `partner-unusable`, `export-unwritable`, and head office's own troubles.
    pub fn export(
        &self,
        wish: &ExportWish,
        now: Timestamp,
        out: &mut dyn Write,
    ) -> Result<Exported, HeadOfficeError> {
        if wish.until <= wish.since {
            return Err(HeadOfficeError::WindowEmpty);
        }
        if let Form::X12(Partners { sender, receiver }) = &wish.form {
            partner(sender)?;
            partner(receiver)?;
        }
        interpret_all(self.store())?;
        let mut source = Source { office: self, wish, items: BTreeMap::new() };
        let exported = match &wish.form {
            Form::Csv => table::write(&mut source, out)?,
            Form::Epcis { names } => epcis::write(&mut source, names, now, out)?,
            Form::X12(partners) => x12::write(&mut source, partners, now, out)?,
        };
        out.flush().map_err(unwritable)?;
        Ok(exported)
    }
}

/// Where an export reads.
struct Source<'a> {
    office: &'a HeadOffice,
    wish: &'a ExportWish,
    items: BTreeMap<Sku, Option<Item>>,
}

impl Source<'_> {
    /// Hands over each event of the window, in head office's order.
    fn each_event(
        &self,
        mut each: impl FnMut(&ExportedEvent, &Envelope) -> Result<(), HeadOfficeError>,
    ) -> Result<(), HeadOfficeError> {
        // Whole seconds, as they are stored: a window ends where the next begins.
        let (since_s, until_s) = (self.wish.since.as_second(), self.wish.until.as_second());
        let mut behind = 0;
        loop {
            let events = self.office.store().events_received(since_s, until_s, behind, EVENTS_AT_ONCE)?;
            let Some(last) = events.last() else { return Ok(()) };
            behind = last.position;
            for event in &events {
                let envelope = Envelope::parse(&event.bytes)?;
                each(event, &envelope)?;
            }
        }
    }

    /// Units of which something came in the window, as they are now.
    fn units(&self) -> Result<Vec<UnitRow>, HeadOfficeError> {
        let mut units: BTreeSet<UnitId> = BTreeSet::new();
        self.each_event(|_, envelope| {
            if let Subject::Unit(unit) = envelope.subject {
                units.insert(unit);
            }
            Ok(())
        })?;
        units.iter().filter_map(|unit| self.office.store().unit(unit).transpose()).collect()
    }

    /// The product of a unit, where it is known.
    fn item(&mut self, state: &unit::State) -> Result<Option<&Item>, HeadOfficeError> {
        let Some(sku) = &state.sku else { return Ok(None) };
        if !self.items.contains_key(sku) {
            let item = self.office.item(sku)?;
            self.items.insert(sku.clone(), item);
        }
        Ok(self.items.get(sku).and_then(Option::as_ref))
    }

    /// The unit's GTIN in the digits that the catalogue has.
    fn gtin(&mut self, state: &unit::State) -> Result<Option<String>, HeadOfficeError> {
        Ok(self.item(state)?.and_then(|item| item.gtins.first()).map(ToString::to_string))
    }
}

/// An id of both envelopes, ISA and GS: the narrower one's length.
fn partner(id: &str) -> Result<(), HeadOfficeError> {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if (2..=15).contains(&id.len()) && id.bytes().all(allowed) {
        return Ok(());
    }
    Err(HeadOfficeError::PartnerUnusable(id.chars().take(40).collect()))
}

/// What cannot be written to where the export goes.
fn unwritable(error: impl std::fmt::Display) -> HeadOfficeError {
    HeadOfficeError::ExportUnwritable(error.to_string())
}
