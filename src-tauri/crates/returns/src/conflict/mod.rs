//! Which of several decisions about one unit stands. Never a clock.
//!
//! Logs merge by union; only decisions meet. When other benches' events about a unit come down, a bench
//!
//! 1. folds all events of the unit in fold order, as ever: the projection follows the last decision of that order;
//! 2. lists the decisions that are still open ([`Meeting::of`]): every `unit.dispositioned` (and `unit.closed` that
//!    shipped, as a physical fact) that no way back (re-grade, re-identification, void) and no settled contest has seen; what a person
//!    let stand is open again, with that person's authority.
//!    What an author had seen is told by the events' `seen` and by the author's own log ([`ancestors`]). Where a
//!    reviewer's verdict is put in force, the role is the reviewer's, whoever pressed the key;
//! 3. asks [`standing`]. [`Standing::Contested`] becomes `unit::Command::Contest`, once: benches that look at the same
//!    events name the same two. [`Standing::Stands`] needs no event where it is what the projection follows; where it is
//!    not, the unit is contested all the same, between the two, for nothing overwrites silently
//!    ([`Meeting::at_odds`]). `too_late` means work for a person: [`crate::codes::Task::DecidedAfterFact`].
//!
//! A contest ends with `unit::Command::SettleContest`, which puts the chosen decision in force.

mod meeting;
mod rules;

pub use meeting::{Meeting, Told, ancestors};
pub use rules::{Met, Outcome, Rule, Standing, meet, standing};
