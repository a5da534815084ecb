//! The domain of returns: facts, rules and decisions, without I/O, clock, SQL or async.
//!
//! | module | holds |
//! |---|---|
//! | [`codes`] | the closed vocabularies, stored and shown by the same CAPITAL code |
//! | [`ids`], [`lpn`], [`money`] | names of things, licence plate numbers, amounts |
//! | [`item`], [`rma`] | what head office knows of goods and of return authorisations |
//! | [`checklist`] | the questions of a category, and the grade that follows from their answers |
//! | [`policy`] | the decision table and its decision |
//! | [`event`] | everything that can have happened |
//! | [`facts`], [`refusal`] | all that a decision may depend on, and why one is refused |
//! | [`mod@unit`], [`parcel`], [`container`] | `decide`, `apply` and `fold` of the three things with a life |
//! | [`serial`], [`signal`] | the form of serials and IMEIs; what does not fit, and the facts by which that is noticed |
//! | [`sample`], [`agreement`] | the draw for the blind re-grade, and how far two people agree |
//! | [`conflict`] | which of two decisions stands |

pub mod agreement;
pub mod checklist;
pub mod codes;
pub mod conflict;
pub mod container;
pub mod event;
pub mod facts;
pub mod ids;
pub mod item;
pub mod lpn;
pub mod money;
pub mod parcel;
pub mod policy;
pub mod refusal;
pub mod rma;
pub mod sample;
pub mod serial;
pub mod signal;
pub mod unit;

pub use event::{ContainerEvent, Event, ParcelEvent, Parsed, StationEvent, UnitEvent};
pub use facts::{Facts, Fresh};
pub use refusal::Refusal;
