//! Properties of every walk: no sequence of commands reaches an illegal state, a refused command changes
//! nothing, and folding any prefix of the events gives the projection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod checker;
#[path = "../common/mod.rs"]
mod common;
mod depot;

use std::cell::Cell;
use std::collections::BTreeMap;

use common::*;
use depot::{Wish, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use returns::codes::*;
use returns::{Facts, container, parcel};

fn wish() -> impl Strategy<Value = Wish> {
    (any::<u8>(), any::<u8>(), any::<u8>(), any::<u16>()).prop_map(|(who, unit, what, dice)| Wish {
        who,
        unit,
        what,
        dice,
    })
}

#[test]
fn no_sequence_of_commands_reaches_an_illegal_state() {
    let seen = Cell::new(BTreeMap::<&'static str, usize>::new());
    let count = |what| {
        let mut counts = seen.take();
        *counts.entry(what).or_default() += 1;
        seen.set(counts);
    };
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    runner
        .run(&proptest::collection::vec(wish(), 40..400), |wishes| {
            let mut world = World::new();
            for wish in wishes {
                let n = usize::from(wish.unit) % world.units.len();
                let before = (world.units[n].state.clone(), world.units[n].history.len());
                if world.grant(wish).is_err() {
                    let after = (world.units[n].state.clone(), world.units[n].history.len());
                    prop_assert_eq!(before, after, "a refused command changes nothing");
                    count("refused");
                }
            }
            for unit in &world.units {
                unit.history.iter().for_each(|event| count(event.kind()));
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // The walks went everywhere: a property of walks that get nowhere would say little.
    let seen = seen.take();
    let untold = returns::UnitEvent::KINDS
        .iter()
        .map(|(kind, _)| *kind)
        .filter(|kind| !["unit.claim-answered", "unit.noted", "unit.task-done"].contains(kind))
        .filter(|kind| !seen.contains_key(kind));
    assert_eq!(untold.collect::<Vec<_>>(), Vec::<&str>::new(), "{seen:?}");
    assert!(seen["refused"] > 1_000, "{seen:?}");
}

#[test]
fn every_kind_of_unit_can_be_walked_to_its_end() {
    for n in 0..World::new().units.len() {
        let mut world = World::new();
        for step in 0..60_u16 {
            // A supervisor at another bench does what a grader may not.
            let by = |who, dice| Wish { who, unit: n as u8, what: 0, dice };
            if world.grant(by(0, 6 * step + 1)).is_err() {
                let _ = world.grant(by(2, 6 * step + 2));
            }
            if world.units[n].state.stage == Some(Stage::Closed) {
                break;
            }
        }
        let unit = &world.units[n];
        assert_eq!(unit.state.stage, Some(Stage::Closed), "{} {:#?}", unit.sku, unit.history.last());
    }
}

fn parcel_command() -> impl Strategy<Value = parcel::Command> {
    use parcel::Command::*;
    let line = |n: u8| Some(id(["1", "2", "3"][usize::from(n % 3)]));
    prop_oneof![
        Just(Expect { tracking: id("JD01"), rmas: vec![] }),
        any::<bool>().prop_map(|known| Arrive {
            tracking: known.then(|| id("JD01")),
            rmas: if known { vec![id("R-1001")] } else { vec![] },
        }),
        Just(Refuse { reason: ParcelRefusal::CarrierDamage }),
        Just(FindRma { rma: id("R-1001") }),
        Just(Open),
        Just(Open),
        Just(AddFinding { finding: Finding::CarrierDamage }),
        Just(TakePhoto { role: id("LABEL"), hash: hash(1), len: 1 }),
        (0..6_u8, any::<bool>()).prop_map(move |(n, known)| FindUnit {
            unit: unit_id(n.into()),
            rma: known.then(|| id("R-1001")),
            line: if known { line(n) } else { None },
        }),
        (0..6_u8).prop_map(|n| RemoveUnit { unit: unit_id(n.into()), reason: VoidReason::NeverThere }),
        Just(Empty),
    ]
}

fn container_command() -> impl Strategy<Value = container::Command> {
    use container::Command::*;
    prop_oneof![
        Just(Open { code: id("T-1"), disposition: Disposition::Restock, owner: id("NORDWIND") }),
        (0..4_u8).prop_map(|n| Place { unit: unit_id(n.into()) }),
        (0..4_u8).prop_map(|n| Place { unit: unit_id(n.into()) }),
        (0..4_u8).prop_map(|n| TakeOut { unit: unit_id(n.into()) }),
        Just(Close),
        Just(Ship { tracking: None }),
    ]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_parcel_only_goes_forward(commands in proptest::collection::vec(parcel_command(), 0..40)) {
        let depot = Depot::new();
        let rmas = [&depot.rma];
        let facts = Facts { parcel_rmas: &rmas, ..depot.facts("COAT", None) };
        let (mut state, mut history) = (parcel::State::default(), vec![]);
        for command in commands {
            let before = state.clone();
            let Ok(events) = parcel::decide(&state, &command, &facts) else {
                prop_assert_eq!(&state, &before);
                continue;
            };
            for event in events {
                parcel::apply(&mut state, &event);
                history.push(event);
                prop_assert_eq!(&parcel::fold(&history), &state);
            }
            prop_assert!(state.state >= before.state, "EXPECTED, ARRIVED or REFUSED, OPENED, EMPTIED");
            let refused = before.state == Some(ParcelState::Refused);
            prop_assert!(!refused || state.state == before.state, "what was refused is not opened");
            if before.state == Some(ParcelState::Emptied) {
                prop_assert_eq!((&state.units, state.outcome), (&before.units, before.outcome));
            }
            prop_assert_eq!(state.outcome.is_some(), state.state == Some(ParcelState::Emptied));
            prop_assert_eq!(state.outcome == Some(ParcelOutcome::Empty), state.outcome.is_some() && state.units.is_empty());
            let in_it = state.lines.iter().map(|line| line.found as usize).sum::<usize>();
            prop_assert!(in_it <= state.units.len());
        }
    }

    #[test]
    fn a_container_keeps_what_is_in_it(
        commands in proptest::collection::vec(container_command(), 0..40), blocked in 0..8_u8,
    ) {
        let depot = Depot::new();
        let blocked = [unit_id(blocked.into())];
        let facts = Facts { blocked_units: &blocked, ..depot.facts("COAT", None) };
        let (mut state, mut history) = (container::State::default(), vec![]);
        for command in commands {
            let before = state.clone();
            let Ok(events) = container::decide(&state, &command, &facts) else {
                prop_assert_eq!(&state, &before);
                continue;
            };
            for event in events {
                container::apply(&mut state, &event);
                history.push(event);
                prop_assert_eq!(&container::fold(&history), &state);
            }
            prop_assert!(state.state >= before.state);
            if state.state != Some(ContainerState::Open) {
                prop_assert_eq!(&state.units, &before.units, "closed is closed");
                prop_assert!(!state.units.is_empty() && !state.units.contains(&blocked[0]));
            }
            prop_assert!(before.code.is_none() || state.code == before.code);
        }
    }
}
