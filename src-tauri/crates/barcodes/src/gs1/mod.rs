//! GS1: identifier table, element strings, check digits, GTINs, dates, Digital Link (GS1 General Specifications;
//! the table is generated from GS1's own syntax dictionary).

pub mod calendar;
pub mod check;
mod element_string;
mod error;
mod gtin;
mod identifier;
mod iso;
mod link;
mod rules;
mod table;

pub use element_string::{Element, ElementString, SEPARATOR};
pub use error::ElementError;
pub use gtin::{Gtin, GtinError, upc_e_to_upc_a};
pub use identifier::{Identifier, Part, Rule, Set, identifier};
pub(crate) use iso::is_country_number;
pub use link::{canonical_link, parse_link};
