//! GS1: identifier table, element strings, check digits, GTINs, dates, Digital Link (GS1 General Specifications;
//! the table is generated from GS1's own syntax dictionary).

mod element_string;
mod gtin;

pub use element_string::{Element, ElementError, ElementString};
pub use gtin::{Gtin, GtinError};
