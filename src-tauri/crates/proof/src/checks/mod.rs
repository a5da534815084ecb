//! The checker: what must hold after any run of faults, once the line is back and everything is at rest. One function for
//! each line of the protocol's list; its name says what it proves.
//!
//! | module | holds |
//! |---|---|
//! | `logs` | events on disk, sequences, chains, the outbox, receipts, upgrades |
//! | `books` | the generator's ledger against what is there; photos; progress |
//! | `meaning` | projections, replicas, contested units, clocks |

mod books;
mod logs;
mod meaning;

use std::fmt;

pub use books::{
    a_line_with_a_backlog_makes_progress, effects_happen_once, every_acknowledged_event_is_on_disk,
    every_photo_is_there_or_purged, no_event_is_lost_doubled_or_invented,
};
pub use logs::{
    chains_recompute_on_both_sides, head_office_holds_the_stations_bytes, no_place_has_two_hashes,
    nothing_left_the_outbox_without_a_receipt, sequences_are_gap_free_and_unique,
    stored_never_falls_within_an_incarnation, unsent_bytes_survive_an_upgrade,
};
pub use meaning::{
    Folding, contested_units_never_ship, decisions_at_odds_stop_the_unit, fold_in_order, histories,
    projections_equal_the_fold, replicas_agree_at_rest, who_wins_is_independent_of_clocks,
    winners_hold_under_other_clocks,
};

use crate::evidence::Run;

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which check found it.
    pub check: &'static str,
    /// What it found.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)
    }
}

/// A check: everything that it finds.
pub type Check = fn(&Run) -> Vec<String>;

/// Every check by its name.
pub const CHECKS: &[(&str, Check)] = &[
    ("every acknowledged event is on disk", every_acknowledged_event_is_on_disk),
    ("sequences are gap-free and unique", sequences_are_gap_free_and_unique),
    ("chains recompute on both sides", chains_recompute_on_both_sides),
    ("head office holds the stations' bytes", head_office_holds_the_stations_bytes),
    ("nothing left the outbox without a receipt", nothing_left_the_outbox_without_a_receipt),
    ("stored never falls within an incarnation", stored_never_falls_within_an_incarnation),
    ("no place has two hashes", no_place_has_two_hashes),
    ("no event is lost, doubled or invented", no_event_is_lost_doubled_or_invented),
    ("effects happen once", effects_happen_once),
    ("projections equal the fold", projections_equal_the_fold),
    ("replicas agree at rest", replicas_agree_at_rest),
    ("every photo is there or purged", every_photo_is_there_or_purged),
    ("contested units never ship", contested_units_never_ship),
    ("decisions at odds stop the unit", decisions_at_odds_stop_the_unit),
    ("who wins is independent of clocks", who_wins_is_independent_of_clocks),
    ("unsent bytes survive an upgrade", unsent_bytes_survive_an_upgrade),
    ("a line with a backlog makes progress", a_line_with_a_backlog_makes_progress),
];

/// Runs every check.
pub fn check(run: &Run) -> Vec<Violation> {
    let found = CHECKS
        .iter()
        .flat_map(|&(name, check)| check(run).into_iter().map(move |what| Violation { check: name, what }));
    found.collect()
}
