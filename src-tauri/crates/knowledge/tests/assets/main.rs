//! The content that ships: all of `assets/` reads without a problem, hangs together, and every disposition can be
//! reached by a unit that could really lie on the bench.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod catalogue;
mod checklists;
mod content;
mod dispositions;
mod files;
mod policy;
mod shift;
