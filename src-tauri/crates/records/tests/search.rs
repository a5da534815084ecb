//! Searching: the index finds what a walk over every unit finds, and keeps up with what changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use records::{Found, Records};
use returns::event::{ParcelEvent, UnitEvent};
use returns::ids::{ParcelId, Subject, UnitId};
use support::*;
use uuid::Uuid;

fn units(found: &[Found]) -> BTreeSet<UnitId> {
    found.iter().filter_map(|found| if let Found::Unit(id, _) = found { Some(*id) } else { None }).collect()
}

fn found(records: &Records, query: &str) -> BTreeSet<UnitId> {
    units(&records.find(query, 1000).unwrap())
}

#[test]
fn a_unit_is_found_by_every_part_of_its_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let parcel = ParcelId(Uuid::now_v7());
    let tracking = Some("1Z999AA10123456784".parse().unwrap());
    let arrived = ParcelEvent::Arrived { tracking, rmas: Vec::new(), at: Some(recorded()) };
    records.append(vec![new(Subject::Parcel(parcel), arrived)]).unwrap();
    let (id, lpn) = (unit(), records.next_lpn().unwrap());
    let UnitEvent::Received { preprinted, intake, at, line, owner, .. } = received(lpn) else { panic!() };
    let came = UnitEvent::Received {
        lpn,
        preprinted,
        intake,
        at,
        parcel: Some(parcel),
        rma: Some("RMA-2026-00417".parse().unwrap()),
        line,
        sku: Some("SKU-JACKET-M".parse().unwrap()),
        owner,
    };
    let read = UnitEvent::SerialRead { serial: "Q7-ÄX-0042".parse().unwrap() };
    records.append(vec![new(Subject::Unit(id), came), new(Subject::Unit(id), read)]).unwrap();
    receive(&mut records, "OTHER");
    let digits = lpn.digits();
    let shown = format!("{}-{}-{}", &digits[..5], &digits[5..10], &digits[10..]);
    for query in [
        digits.as_str(),
        &digits[4..8],
        shown.as_str(),
        "00417",
        "rma-2026",
        "-00",
        "SKU-JACKET",
        "ket-m",
        "x-0042",
        "Q7",
        "q7",
        "RM",
        "1z999aa1",
        "56784",
        "1Z",
        "ÄX-",
    ] {
        assert!(found(&records, query).contains(&id), "{query}");
    }
    for query in ["RMA-2027", "%", "00_17", "\"", "AND", "q8", "Z9", "no such thing", "OTHER*"] {
        assert!(!found(&records, query).contains(&id), "{query}");
    }
    // Another serial, and what was is no longer found.
    let read = UnitEvent::SerialRead { serial: "NEWSERIAL".parse().unwrap() };
    records.append(vec![new(Subject::Unit(id), read)]).unwrap();
    assert!(found(&records, "newserial").contains(&id));
    assert!(!found(&records, "x-0042").contains(&id));
    // Folded anew from all events, the index still says the same.
    records.rebuild_projections().unwrap();
    assert!(found(&records, "newserial").contains(&id) && found(&records, "00417").contains(&id));
    assert_eq!(found(&records, "newserial").len(), 1);
}

#[test]
fn no_more_than_asked_for_and_the_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let all: Vec<UnitId> = (0..30).map(|n| receive(&mut records, &format!("SERIAL-{n}")).0).collect();
    let newest: Vec<UnitId> = records
        .find("serial", 5)
        .unwrap()
        .into_iter()
        .filter_map(|found| if let Found::Unit(id, _) = found { Some(id) } else { None })
        .collect();
    assert_eq!(newest, all.iter().rev().take(5).copied().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_index_finds_what_a_walk_finds(
        serials in prop::collection::vec("[ABab1-3 %_'\"-]{3,9}", 1..25),
        queries in prop::collection::vec("[ABab1-3 %_'\"-]{3,5}", 1..12),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut records = enrolled(dir.path());
        let mut known = Vec::new();
        for serial in &serials {
            if serial.trim().parse::<returns::ids::Serial>().is_ok() {
                known.push((receive(&mut records, serial.trim()).0, serial.trim().to_lowercase()));
            }
        }
        for query in &queries {
            let query = query.trim();
            if query.chars().count() < 3 || query.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b' ')) {
                continue;
            }
            let walked: BTreeSet<UnitId> = known
                .iter()
                .filter(|(_, serial)| serial.contains(&query.to_lowercase()))
                .map(|(id, _)| *id)
                .collect();
            prop_assert_eq!(found(&records, query), walked, "{}", query);
        }
    }
}
