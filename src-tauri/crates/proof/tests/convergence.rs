//! Three stations and head office, without a line between them: logs are exchanged in any order, in any pieces, twice, with
//! receipts lost and clocks wrong. In the end everybody sees the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod depot;

use depot::{Depot, STATIONS};
use head_office::interpret::interpret_all;
use proof::checks::check;
use proof::dice::Dice;
use proptest::prelude::*;

const YEAR_S: i64 = 365 * 24 * 3600;

/// What can happen between and at them.
#[derive(Debug, Clone)]
enum Move {
    Work { bench: usize, acts: u8, seed: u64 },
    Meet { bench: usize },
    Push { bench: usize, most: usize, heard: bool },
    PushAgain { bench: usize },
    Read,
    Pull { bench: usize, backwards: u64, seed: u64 },
    Clock { bench: usize, years: i64 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let bench = 0..STATIONS;
    let one = prop_oneof![
        5 => (bench.clone(), 1..30u8, any::<u64>()).prop_map(|(bench, acts, seed)| Move::Work { bench, acts, seed }),
        1 => bench.clone().prop_map(|bench| Move::Meet { bench }),
        3 => (bench.clone(), 1..60usize, any::<bool>())
            .prop_map(|(bench, most, heard)| Move::Push { bench, most, heard }),
        1 => bench.clone().prop_map(|bench| Move::PushAgain { bench }),
        1 => Just(Move::Read),
        3 => (bench.clone(), prop_oneof![Just(0u64), 0..40u64], any::<u64>())
            .prop_map(|(bench, backwards, seed)| Move::Pull { bench, backwards, seed }),
        1 => (bench, -10..=10i64).prop_map(|(bench, years)| Move::Clock { bench, years }),
    ];
    prop::collection::vec(one, 4..40)
}

fn go(depot: &mut Depot, one: Move) {
    match one {
        Move::Work { bench, acts, seed } => {
            let hand = &mut depot.benches[bench].hand;
            hand.dice = Dice::of(seed);
            (0..acts).for_each(|_| hand.act().unwrap());
        }
        Move::Meet { bench } => drop(depot.benches[bench].hand.meet().unwrap()),
        Move::Push { bench, most, heard } => drop(depot.push(bench, most, heard)),
        Move::PushAgain { bench } => {
            if let Some(batch) = depot.benches[bench].sent.clone() {
                depot.store(&batch).unwrap();
            }
        }
        Move::Read => interpret_all(depot.office.store()).unwrap(),
        Move::Pull { bench, backwards, seed } => drop(depot.pull(bench, backwards, seed)),
        Move::Clock { bench, years } => depot.benches[bench].clock.set_off(years * YEAR_S),
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn all_replicas_fold_to_the_same(moves in moves()) {
        let mut depot = Depot::new();
        for one in moves {
            go(&mut depot, one);
        }
        depot.come_to_rest();
        let run = depot.left();
        let violations: Vec<String> = check(&run)
            .into_iter()
            // Photos have no line here.
            .filter(|violation| !violation.check.contains("photo"))
            .map(|violation| violation.to_string())
            .collect();
        prop_assert!(violations.is_empty(), "{violations:#?}");
    }
}
