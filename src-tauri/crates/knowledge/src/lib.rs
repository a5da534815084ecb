//! Policy, checklist, catalogue, operator and RMA files, to and from typed values. Bytes in, values out: nothing
//! here opens a file; names are only for messages.
//!
//! | module | holds |
//! |---|---|
//! | [`policy`] | a folder of tables, a workbook or one JSON file ⇄ [`returns::policy::Policy`] |
//! | [`checklist`] | one category's questions, JSON |
//! | [`catalogue`] | products, CSV |
//! | [`operators`] | people with badge and PIN, CSV |
//! | [`rmas`] | return authorisations, a JSON list |
//! | [`why`] | words for the sentences that policy rows name |
//! | [`cells`] | the closed vocabulary of CSV cells |
//!
//! Reading never stops at the first fault: a [`Read`] holds what is good and a [`Problem`] for what is not, by file,
//! row and cell. A policy or a checklist with any problem is refused whole; of lists the good rows are kept.

pub mod catalogue;
pub mod cells;
pub mod checklist;
pub mod operators;
pub mod policy;
pub mod rmas;
pub mod why;

mod gtin;
mod json;
mod read;
mod table;
mod write;

pub use read::{File, Problem, Read};
pub use write::WriteError;
