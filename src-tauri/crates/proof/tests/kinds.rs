//! The harness writes nearly every kind of event that there is: a kind that it never writes is met by no fault.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod depot;

use std::collections::BTreeSet;

use depot::{Depot, STATIONS};
use proof::dice::Dice;
use returns::event::Event;
use wire::Envelope;

/// Rounds until nothing new is expected: each bench works so long unaware of the others.
const ROUNDS: u64 = 45;
const ACTS: u64 = 40;
/// So many may stay away in one walk: they are left to chance.
const SELDOM: usize = 3;

#[test]
fn nearly_every_kind_of_event_is_written_by_benches_at_work() {
    let all: BTreeSet<String> = Event::kinds().map(|(kind, _)| kind.to_owned()).collect();
    let mut depot = Depot::new();
    let mut met = BTreeSet::new();
    for round in 0..ROUNDS {
        for bench in 0..STATIONS {
            let hand = &mut depot.benches[bench].hand;
            hand.dice = Dice::of(round * 7 + bench as u64);
            (0..ACTS).for_each(|_| hand.act().unwrap());
        }
        depot.come_to_rest();
        if round % 5 != 4 {
            continue;
        }
        let events = depot.left().office.events;
        met = events.iter().map(|event| Envelope::parse(&event.bytes).unwrap().kind).collect();
        if met == all {
            println!("all {} kinds after {} rounds and {} events", all.len(), round + 1, events.len());
            return;
        }
    }
    let never: Vec<&String> = all.difference(&met).collect();
    println!("not written this time: {never:?}");
    assert!(never.len() <= SELDOM, "never written: {never:?}");
}
