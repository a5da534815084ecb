//! What is in the files hangs together.

use std::collections::{BTreeMap, BTreeSet};

use barcodes::meaning::{self, Meaning};
use returns::codes::{Cycle, Preference, Reason, RmaState, Role};
use returns::rma::Rma;

use crate::files::{CHECKLISTS, ITEMS, OPERATORS, POLICY, RMAS, item};

#[test]
fn there_is_enough_of_it() {
    assert!(ITEMS.len() >= 200, "{} items", ITEMS.len());
    assert!(RMAS.len() >= 80, "{} RMAs", RMAS.len());
    assert_eq!(POLICY.number, 119);
    let roles = |role| OPERATORS.iter().filter(|operator| operator.role == role).count();
    assert!(roles(Role::Grader) >= 2 && roles(Role::Supervisor) >= 1 && roles(Role::Technician) >= 1);
}

#[test]
fn written_again_everything_reads_the_same() {
    let items = knowledge::catalogue::write(&ITEMS).unwrap();
    assert_eq!(knowledge::catalogue::read(items.as_bytes(), "again").whole().unwrap(), *ITEMS);
    let operators = knowledge::operators::write(&OPERATORS).unwrap();
    assert_eq!(knowledge::operators::read(operators.as_bytes(), "again").whole().unwrap(), *OPERATORS);
    let rmas = knowledge::rmas::write(&RMAS).unwrap();
    assert_eq!(knowledge::rmas::read(rmas.as_bytes(), "again").whole().unwrap(), *RMAS);
    for (name, checklist) in CHECKLISTS.iter() {
        let text = knowledge::checklist::write(checklist).unwrap();
        assert_eq!(knowledge::checklist::read(text.as_bytes(), name).one().unwrap(), *checklist);
    }
    let json = knowledge::policy::write_json(&POLICY).unwrap();
    assert_eq!(knowledge::policy::read_json(json.as_bytes(), "again").one().unwrap(), *POLICY);
    let files = knowledge::policy::write(&POLICY).unwrap();
    let files: Vec<knowledge::File<'_>> =
        files.iter().map(|(name, text)| knowledge::File { name, bytes: text.as_bytes() }).collect();
    let again = knowledge::policy::read(&files);
    assert_eq!(again.one().unwrap(), *POLICY);
}

/// The scanner's side reads every article number, and reads it as nothing else.
#[test]
fn every_gtin_scans_as_that_product() {
    for item in ITEMS.iter() {
        assert!(!item.gtins.is_empty(), "{} cannot be scanned", item.sku);
        for gtin in &item.gtins {
            let reading = meaning::read(gtin.as_str().as_bytes());
            match reading.meanings.as_slice() {
                [Meaning::Product { gtin: read, .. }] => assert_eq!(read.shortest(), gtin.as_str()),
                other => panic!("{gtin} of {} reads as {other:?}", item.sku),
            }
        }
    }
}

#[test]
fn every_tracking_number_scans_as_one() {
    for number in RMAS.iter().flat_map(|rma| &rma.tracking) {
        // An SSCC is stored without the identifier 00 that the symbol holds.
        let sscc = number.as_str().len() == 18 && number.as_str().bytes().all(|b| b.is_ascii_digit());
        let scan = if sscc { format!("]C100{number}") } else { number.to_string() };
        let reading = meaning::read(scan.as_bytes());
        let tracking = reading.meanings.iter().find_map(|meaning| match meaning {
            Meaning::Tracking { candidates } => Some(candidates),
            _ => None,
        });
        let tracking = tracking.unwrap_or_else(|| panic!("{scan} reads as {reading:?}"));
        assert!(tracking.iter().any(|candidate| candidate.number == number.as_str()), "{scan}: {tracking:?}");
    }
}

#[test]
fn rmas_name_goods_of_the_catalogue() {
    for rma in RMAS.iter() {
        for line in &rma.lines {
            let item = item(line.sku.as_str());
            assert_eq!(item.owner, rma.owner, "{}: {} belongs to somebody else", rma.number, line.sku);
            assert_eq!(item.serial_required, !line.serials_shipped.is_empty(), "{} {}", rma.number, line.sku);
        }
    }
}

#[test]
fn the_dock_sees_all_kinds_of_rmas() {
    let several_lines = RMAS.iter().filter(|rma| rma.lines.len() > 1).count();
    assert!(several_lines >= 2);
    assert!(RMAS.iter().any(|rma| rma.tracking.len() > 1), "one RMA in two parcels");
    let mut parcels: BTreeMap<_, usize> = BTreeMap::new();
    RMAS.iter().flat_map(|rma| &rma.tracking).for_each(|number| *parcels.entry(number).or_default() += 1);
    assert!(parcels.values().any(|rmas| *rmas > 2), "one parcel with three RMAs");
    for state in [
        RmaState::Authorised,
        RmaState::PartiallyAuthorised,
        RmaState::InTransit,
        RmaState::PartiallyReceived,
        RmaState::Received,
        RmaState::Expired,
        RmaState::Cancelled,
        RmaState::Denied,
        RmaState::Closed,
    ] {
        assert!(RMAS.iter().any(|rma| rma.state == state), "no RMA is {state}");
    }
    for tier in ["PLUS", "GOLD"] {
        let of_tier = |rma: &&Rma| rma.tier.as_ref().is_some_and(|one| one.as_str() == tier);
        assert!(RMAS.iter().any(|rma| of_tier(&rma)), "no customer is {tier}");
    }
    let found_otherwise = |rma: &Rma| rma.tracking.is_empty() && rma.label.is_none() && rma.order.is_some();
    assert!(RMAS.iter().any(found_otherwise), "one that only its order finds");
    let empty_boxes: Vec<_> = RMAS.iter().filter_map(|rma| rma.customer.as_ref()).collect();
    let most = empty_boxes.iter().map(|one| empty_boxes.iter().filter(|other| other == &one).count()).max();
    assert!(most >= Some(3), "one customer with several RMAs");
    for cycle in Cycle::ALL {
        assert!(RMAS.iter().any(|rma| rma.cycle == *cycle), "no RMA is {cycle}");
    }
    let lines = || RMAS.iter().flat_map(|rma| &rma.lines);
    let reasons: BTreeSet<Reason> = lines().map(|line| line.reason).collect();
    let preferences: BTreeSet<Preference> = lines().map(|line| line.preference).collect();
    assert!(reasons.len() >= 14, "{reasons:?}");
    let asked = Preference::ALL.iter().filter(|one| **one != Preference::None);
    for preference in asked {
        assert!(preferences.contains(preference), "nobody asks for {preference}");
    }
    assert!(lines().any(|line| line.requested > line.authorised), "more asked for than agreed");
    assert!(lines().any(|line| line.received > 0 && line.expected() > 0), "partly received");
}
