//! Figures from what is recorded here, offline: SQL over the rows of figures, and a little folding. Each question
//! gives a [`Table`]; a period goes by the day on which units were received (for units per hour: by the day of work).
//!
//! | question | method |
//! |---|---|
//! | what customers said against what was found | [`crate::Records::reason_by_finding`] |
//! | units by disposition and category | [`crate::Records::dispositions`] |
//! | recovered against value | [`crate::Records::recovery`] |
//! | hours from dock to disposition | [`crate::Records::dock_to_disposition`] |
//! | units per hour by step | [`crate::Records::units_per_hour`] |
//! | claims of a fault that had none | [`crate::Records::no_fault_found`] |
//! | agreement of blind re-grades | [`crate::Records::agreement_by_grader`], [`crate::Records::agreement_by_question`] |
//! | kept from landfill, and CO₂ | [`crate::Records::diversion`] |
//! | products by avoidable reason | [`crate::Records::avoidable_reasons`] |

mod agreement;
mod outcome;
mod pace;
mod reasons;
mod waste;

use jiff::Timestamp;
use returns::codes::Reason;

pub use agreement::{GraderAgreement, QuestionAgreement};
pub use outcome::{DispositionShare, Recovery};
pub use pace::{DockHours, Pace};
pub use reasons::{AvoidableReasons, NoFaultFound, ReasonFinding};
pub use waste::Diversion;

/// Reasons by which a customer claims that something is wrong with the goods themselves.
pub const CLAIMS_OF_A_FAULT: [Reason; 6] = [
    Reason::Defective,
    Reason::WarrantyRepair,
    Reason::NotAsDescribed,
    Reason::Damaged,
    Reason::DamagedTransit,
    Reason::MissingParts,
];

/// Reasons that better picking, packing, words, pictures or size tables avoid: what a shop can do something about.
/// A change of mind, a gift or the end of a thing's life is not among them.
pub const AVOIDABLE: [Reason; 9] = [
    Reason::WrongItem,
    Reason::NotAsDescribed,
    Reason::TooSmall,
    Reason::TooLarge,
    Reason::Colour,
    Reason::DamagedTransit,
    Reason::MissingParts,
    Reason::ArrivedLate,
    Reason::Expired,
];

/// A span of time; open ends take in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// From here on, included.
    pub from: Option<Timestamp>,
    /// Until here, excluded.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Milliseconds since 1970: first and last, both included.
    fn bounds(self) -> (i64, i64) {
        let until = self.until.map_or(i64::MAX, |until| until.as_millisecond().saturating_sub(1));
        (self.from.map_or(i64::MIN, Timestamp::as_millisecond), until)
    }
}

/// Rows, and how many units they are about.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Units counted.
    pub units: u64,
}

/// Percent of a whole; none of nothing.
fn percent(part: u64, whole: u64) -> Option<f64> {
    ratio(part, whole).map(|share| share * 100.0)
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

/// Counts here stay far below the 2⁵³ that a float holds exactly.
#[allow(clippy::cast_precision_loss, reason = "counts and sums of minor units far below 2⁵³")]
fn float(value: u64) -> f64 {
    value as f64
}

#[allow(clippy::cast_precision_loss, reason = "sums of minor units and milliseconds far below 2⁵³")]
fn float_signed(value: i64) -> f64 {
    value as f64
}
