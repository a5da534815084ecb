//! Scanned bytes → what they may mean. Never a silent guess: more than one meaning, and the bench asks.

mod carriers;
mod problem;
mod reading;

pub use carriers::{Candidate, Carrier, Routing};
pub use problem::{Checked, ScanProblem};
pub use reading::read;

use crate::Aim;
use crate::gs1::{ElementError, ElementString, Gtin};
use serde::{Deserialize, Serialize};

/// Longest scan that is looked at, in bytes, scanner framing excluded.
pub const MAX_SCAN_BYTES: usize = 4096;

/// What one scan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The AIM identifier, if the scanner sent one.
    pub aim: Option<Aim>,
    /// The data without AIM identifier and scanner framing; of a scan that is too long, the beginning.
    pub content: Vec<u8>,
    /// The content as text: UTF-8, else Latin-1.
    pub text: String,
    /// What it may mean, likeliest first. More than one: the caller asks. None: see `problem`.
    pub meanings: Vec<Meaning>,
    /// What is wrong with it. Where meanings stand beside a problem they are only [`Meaning::Text`]: a caller that
    /// knows the text as an order or RMA number may go on, anyone else shows the problem.
    pub problem: Option<ScanProblem>,
    /// Which of the scan's GS1 identifiers needs another one beside it, or must not stand beside it. No problem of the scan:
    /// GS1 asks for this over all codes on one item together, and goods are identified all the same. A caller may show it.
    pub pairs: Option<ElementError>,
    /// Where a carrier's label says that the parcel goes, and by which service.
    pub routing: Option<Routing>,
}

impl Reading {
    /// The meaning, if there is exactly one and nothing is wrong.
    pub fn certain(&self) -> Option<&Meaning> {
        match (self.meanings.as_slice(), &self.problem) {
            ([meaning], None) => Some(meaning),
            _ => None,
        }
    }

    /// The text to look up among known order, RMA and tracking numbers, whatever else it may mean: a number that the
    /// station itself knows weighs more than a check digit that happens to fit. None for codes of our own.
    pub fn number(&self) -> Option<&str> {
        let text = self.text.trim_matches(' ');
        (!text.is_empty() && !text.starts_with(crate::rs::PREFIX)).then_some(text)
    }
}

/// What a scan may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Meaning {
    /// `RS:R:` – a return label; the token is not yet decoded or verified.
    ReturnLabel {
        /// Base45, spaces included.
        token: String,
    },
    /// `RS:U:` – a unit's LPN label, or its disposition label when there is a print number.
    Unit {
        /// Twelve digits, check digits right.
        lpn: String,
        /// Print number of the disposition label, from 1.
        print: Option<u32>,
    },
    /// `RS:T:` – a container.
    Container {
        /// Its id.
        id: String,
    },
    /// `RS:L:` – a location, such as a shelf.
    Location {
        /// Its id.
        id: String,
    },
    /// `RS:C:` – a command such as `YES` or `PICK-1`.
    Command {
        /// What follows the prefix.
        payload: String,
    },
    /// `RS:O:` – an operator's badge.
    Operator {
        /// What follows the prefix.
        badge: String,
    },
    /// A product, from EAN/UPC, an element string or a GS1 Digital Link.
    Product {
        /// Its GTIN as 14 digits.
        gtin: Gtin,
        /// All identifiers of the scan, AI 01 among them: lot 10, expiry 17, serial 21, …
        elements: ElementString,
    },
    /// A GS1 element string that names no product and no parcel: a GRAI on a tote, a GIAI, a location, …
    Gs1 {
        /// All identifiers of the scan.
        elements: ElementString,
    },
    /// A parcel's tracking number; more than one candidate when several carriers' rules fit.
    Tracking {
        /// Carriers whose rules fit, likeliest first.
        candidates: Vec<Candidate>,
    },
    /// Any other printable text: may be an order or RMA number.
    Text {
        /// The text, trimmed.
        text: String,
    },
}
