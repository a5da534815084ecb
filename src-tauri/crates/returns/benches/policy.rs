//! How fast the policy decides and explains, and how fast a draft runs against the past.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "../tests/policies/mod.rs"]
mod policies;

use std::hint::black_box;
use std::time::{Duration, Instant};

use policies::{id, large, large_unit, verified};
use returns::ids::UnitId;
use returns::policy::{PastUnit, Vocabulary, simulate};

const ROWS: usize = 500;
const DECISION_GOAL: Duration = Duration::from_micros(20);
const UNITS: usize = 100_000;
const SIMULATION_GOAL: Duration = Duration::from_secs(2);
const CHECK_GOAL: Duration = Duration::from_secs(1);

fn main() {
    let policy = verified(large(ROWS));
    let units: Vec<_> = (0..ROWS).map(large_unit).collect();
    let mut rounds: Vec<Duration> = (0..2_000)
        .map(|round| {
            let unit = &units[(round * 7) % units.len()];
            let start = Instant::now();
            for _ in 0..10 {
                black_box(policy.decide_for(black_box(unit), None));
            }
            start.elapsed() / 10
        })
        .collect();
    rounds.sort();
    told(&format!("decide and explain, {ROWS} rows, median"), rounds[rounds.len() / 2], DECISION_GOAL);
    told(
        &format!("decide and explain, {ROWS} rows, 99 of 100"),
        rounds[rounds.len() * 99 / 100],
        DECISION_GOAL,
    );

    let past: Vec<_> = (0..UNITS)
        .map(|at| PastUnit {
            unit: UnitId(uuid::Uuid::from_u128(at as u128)),
            inputs: units[at % units.len()].clone(),
            tier: (at % 5 == 0).then(|| id("GOLD")),
            chosen_by_person: false,
        })
        .collect();
    let draft = verified(large(ROWS));
    let start = Instant::now();
    let simulation = black_box(simulate(&draft, &policy, &past));
    told(&format!("simulation, {} units, {ROWS} rows", simulation.units), start.elapsed(), SIMULATION_GOAL);

    let start = Instant::now();
    let report = black_box(policy.policy.check(&Vocabulary::default()));
    told(&format!("check, {} rows", report.rows), start.elapsed(), CHECK_GOAL);
}

fn told(what: &str, took: Duration, goal: Duration) {
    let ratio = took.as_secs_f64() / goal.as_secs_f64();
    println!("{what}: {took:.2?} ({ratio:.2} of {goal:?})");
}
