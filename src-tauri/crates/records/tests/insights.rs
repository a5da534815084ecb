//! Figures: what the questions count, that the rows follow the events wherever these come from, and that a
//! database of before gets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use records::Records;
use records::insights::Period;
use returns::checklist::Answer;
use returns::codes::{Disposition, Finding, Grade, Reason, RegradeReason, VoidReason};
use returns::event::{Event, ParcelEvent, UnitEvent};
use returns::ids::{OperatorId, ParcelId, StationId, Subject, UnitId};
use returns::lpn::Lpn;
use returns::money::Money;
use returns::policy::{Decision, Inputs};
use serde_json::json;
use support::*;
use uuid::Uuid;
use wire::Feed;

/// What one unit goes through.
struct Walk {
    sku: &'static str,
    category: &'static str,
    reason: Reason,
    grade: Grade,
    findings: &'static [Finding],
    disposition: Disposition,
    value: i64,
    recovered: Option<i64>,
    /// Minutes after 10:00 on the 22nd.
    received: i64,
    decided: i64,
}

const PLAIN: Walk = Walk {
    sku: "SKU-1",
    category: "APPAREL",
    reason: Reason::TooSmall,
    grade: Grade::A,
    findings: &[],
    disposition: Disposition::Restock,
    value: 10_000,
    recovered: Some(8_000),
    received: 0,
    decided: 60,
};

fn at(minutes: i64) -> Timestamp {
    recorded() + SignedDuration::from_mins(minutes)
}

fn euro(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

fn add(records: &mut Records, unit: UnitId, minutes: i64, event: impl Into<Event>) {
    let mut event = new(Subject::Unit(unit), event);
    event.recorded = at(minutes);
    records.append(vec![event]).unwrap();
}

fn received_as(walk: &Walk, lpn: Lpn, parcel: Option<ParcelId>) -> UnitEvent {
    let UnitEvent::Received { preprinted, intake, at, rma, line, owner, .. } = received(lpn) else {
        unreachable!()
    };
    let sku = Some(walk.sku.parse().unwrap());
    UnitEvent::Received { lpn, preprinted, intake, at, parcel, rma, line, sku, owner }
}

fn decided(walk: &Walk, policy: &returns::ids::Sha256Hex) -> Decision {
    Decision {
        recovered: walk.recovered.map(euro),
        inputs: Inputs {
            category: Some(walk.category.parse().unwrap()),
            reason: Some(walk.reason),
            findings: walk.findings.iter().copied().collect(),
            value: (walk.value > 0).then(|| euro(walk.value)),
            ..Inputs::of_grade(walk.grade)
        },
        ..decision(walk.disposition, walk.grade, policy)
    }
}

fn walk_out_of(records: &mut Records, walk: &Walk, parcel: Option<ParcelId>) -> UnitId {
    let id = unit();
    let lpn = records.next_lpn().unwrap();
    let policy = returns::ids::Sha256Hex([0; 32]);
    add(records, id, walk.received, received_as(walk, lpn, parcel));
    for finding in walk.findings {
        add(records, id, walk.received, saw(*finding));
    }
    add(records, id, walk.decided, graded(walk.grade));
    add(records, id, walk.decided, dispositioned(decided(walk, &policy)));
    id
}

fn walk(records: &mut Records, walk: &Walk) -> UnitId {
    walk_out_of(records, walk, None)
}

const ALWAYS: Period = Period { from: None, until: None };

fn clean(dir: &Path) {
    let report = records::verify(dir).unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
}

#[test]
fn reasons_stand_against_findings() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let two = Walk { findings: &[Finding::Stain, Finding::TagMissing], grade: Grade::C, ..PLAIN };
    walk(&mut records, &PLAIN);
    walk(&mut records, &PLAIN);
    walk(&mut records, &two);
    walk(&mut records, &Walk { reason: Reason::Defective, received: 5000, decided: 5001, ..PLAIN });
    let table = records.reason_by_finding(ALWAYS).unwrap();
    let rows: Vec<_> = table.rows.iter().map(|row| (row.reason, row.finding, row.units)).collect();
    let small = Some(Reason::TooSmall);
    assert_eq!(
        rows,
        [
            (small, None, 2),
            (Some(Reason::Defective), None, 1),
            (small, Some(Finding::Stain), 1),
            (small, Some(Finding::TagMissing), 1)
        ]
    );
    assert_eq!(table.units, 4, "a unit with two findings is one");
    let until = records.reason_by_finding(Period { from: None, until: Some(at(5000)) }).unwrap();
    assert_eq!((until.units, until.rows.len()), (3, 3), "the end is excluded");
    let from = records.reason_by_finding(Period { from: Some(at(5000)), until: None }).unwrap();
    assert_eq!((from.units, from.rows.len()), (1, 1), "the beginning is included");
    clean(dir.path());
}

#[test]
fn dispositions_recovery_and_a_unit_that_never_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    walk(&mut records, &PLAIN);
    walk(&mut records, &Walk { recovered: Some(4_000), ..PLAIN });
    walk(&mut records, &Walk { recovered: None, disposition: Disposition::Donate, ..PLAIN });
    walk(
        &mut records,
        &Walk { grade: Grade::D, recovered: Some(-500), disposition: Disposition::Recycle, ..PLAIN },
    );
    walk(&mut records, &Walk { category: "MEDIA", value: 0, recovered: None, ..PLAIN });
    let never = walk(&mut records, &PLAIN);
    add(&mut records, never, 90, UnitEvent::Voided { reason: VoidReason::NeverThere });

    let table = records.dispositions(ALWAYS).unwrap();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.category.as_ref().unwrap().to_string(), row.disposition, row.units, row.percent))
        .collect();
    let apparel = || "APPAREL".to_owned();
    assert_eq!(
        rows,
        [
            (apparel(), Disposition::Restock, 2, 50.0),
            (apparel(), Disposition::Donate, 1, 25.0),
            (apparel(), Disposition::Recycle, 1, 25.0),
            ("MEDIA".to_owned(), Disposition::Restock, 1, 100.0),
        ]
    );
    assert_eq!(table.units, 5);

    let table = records.recovery(ALWAYS).unwrap();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.grade, row.units, row.unknown, row.value.minor, row.recovered.minor, row.percent))
        .collect();
    assert_eq!(
        rows,
        [(Grade::A, 2, 1, 20_000, 12_000, Some(60.0)), (Grade::D, 1, 0, 10_000, -500, Some(-5.0))]
    );
    clean(dir.path());
}

#[test]
fn the_dock_is_where_the_parcel_arrived() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    for minutes in [60, 120, 180, 240, 300, 360, 420, 480, 540, 600] {
        walk(&mut records, &Walk { decided: minutes, ..PLAIN });
    }
    let table = records.dock_to_disposition(ALWAYS).unwrap();
    assert_eq!(table.units, 10);
    for (row, category) in table.rows.iter().zip([None, Some("APPAREL")]) {
        assert_eq!(row.category.as_ref().map(|category| category.as_str()), category);
        assert_eq!((row.median_hours, row.p90_hours, row.mean_hours), (5.0, 9.0, 5.5));
    }
    // Arrived the day before it was received.
    let parcel = ParcelId(Uuid::now_v7());
    let mut arrived =
        new(Subject::Parcel(parcel), ParcelEvent::Arrived { tracking: None, rmas: Vec::new(), at: None });
    arrived.recorded = at(-24 * 60);
    records.append(vec![arrived]).unwrap();
    walk_out_of(&mut records, &Walk { category: "HOME", ..PLAIN }, Some(parcel));
    let table = records.dock_to_disposition(ALWAYS).unwrap();
    assert_eq!(table.rows[2].median_hours, 25.0);
    clean(dir.path());
}

#[test]
fn an_arrival_told_later_moves_the_dock_of_its_units() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let parcel = ParcelId(Uuid::now_v7());
    walk_out_of(&mut records, &PLAIN, Some(parcel));
    assert_eq!(records.dock_to_disposition(ALWAYS).unwrap().rows[0].median_hours, 1.0);
    let arrived = ParcelEvent::Arrived { tracking: None, rmas: Vec::new(), at: None };
    let envelope =
        wire::Envelope::wrap(&arrived.into(), event_id(), Subject::Parcel(parcel), actor(), at(-120), None)
            .unwrap();
    let line = String::from_utf8(envelope.to_bytes().unwrap()).unwrap();
    units_item(&mut records, StationId([2; 16]), 1, line);
    assert_eq!(records.dock_to_disposition(ALWAYS).unwrap().rows[0].median_hours, 3.0);
    clean(dir.path());
}

#[test]
fn units_per_hour_go_by_quarters_of_an_hour_in_which_somebody_did_the_step() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    // Five in one quarter, one in the next, and one by somebody else at another bench: three quarters.
    for minutes in [0, 1, 2, 3, 14, 15] {
        walk(&mut records, &Walk { received: minutes, decided: 60, ..PLAIN });
    }
    let elsewhere = unit();
    let line = foreign_line(Subject::Unit(elsewhere), received(Lpn::new(500, 1).unwrap()), event_id(), None);
    units_item(&mut records, StationId([2; 16]), 1, line.clone());
    let table = records.units_per_hour(ALWAYS).unwrap();
    let steps: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.step.as_str(), row.done, row.operator_hours, row.per_hour))
        .collect();
    assert_eq!(steps, [("RECEIVED", 7, 0.75, 7.0 / 0.75), ("GRADED", 6, 0.25, 24.0)]);
    units_item(&mut records, StationId([2; 16]), 1, line);
    assert_eq!(records.units_per_hour(ALWAYS).unwrap(), table, "an event that comes twice counts once");
    let later = Period { from: Some(at(60)), until: None };
    assert_eq!(records.units_per_hour(later).unwrap().rows.len(), 1, "by the time of the work");
    records.rebuild_projections().unwrap();
    assert_eq!(records.units_per_hour(ALWAYS).unwrap(), table);
    clean(dir.path());
}

#[test]
fn a_claimed_fault_that_nobody_found_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let claim = Walk { reason: Reason::Defective, category: "ELECTRONICS", ..PLAIN };
    walk(&mut records, &claim);
    walk(
        &mut records,
        &Walk { grade: Grade::B, findings: &[Finding::NoFaultFound, Finding::Scratched], ..claim },
    );
    walk(&mut records, &Walk { grade: Grade::D, findings: &[Finding::NotPoweringOn], ..claim });
    walk(&mut records, &Walk { findings: &[Finding::SealBroken], ..claim });
    walk(&mut records, &Walk { sku: "SKU-2", findings: &[Finding::CarrierDamage], ..claim });
    walk(&mut records, &Walk { reason: Reason::ChangedMind, ..claim });
    let table = records.no_fault_found(ALWAYS, 1).unwrap();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.sku.as_ref().map(ToString::to_string), row.claims, row.no_fault, row.percent))
        .collect();
    assert_eq!(rows, [(None, 5, 3, 60.0), (Some("SKU-1".to_owned()), 4, 2, 50.0)]);
    assert_eq!(table.units, 5);
    clean(dir.path());
}

fn answer(question: &str, choice: &str) -> Answer {
    serde_json::from_value(json!({ "question": question, "choice": choice })).unwrap()
}

#[test]
fn agreement_is_counted_by_grader_and_question_and_outlives_a_regrade() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let second = |grade, choice: &str| UnitEvent::BlindRegraded {
        by: OperatorId::new("op-2").unwrap(),
        checklist_version: 1,
        answers: vec![answer("powers-on", choice), answer("only-second", "yes")],
        findings: Vec::new(),
        grade,
    };
    let mut last = None;
    for (first, blind, choice) in [
        (Grade::A, Grade::A, "yes"),
        (Grade::A, Grade::B, "no"),
        (Grade::C, Grade::C, "yes"),
        (Grade::C, Grade::C, "yes"),
    ] {
        let id = unit();
        let lpn = records.next_lpn().unwrap();
        add(&mut records, id, 0, received_as(&PLAIN, lpn, None));
        let begun = UnitEvent::InspectionStarted {
            category: "HOME".parse().unwrap(),
            checklist_version: 1,
            by: OperatorId::new("op-1").unwrap(),
            cycle: None,
            owner: None,
        };
        add(&mut records, id, 1, begun);
        let answered = UnitEvent::Answered {
            answer: answer("powers-on", "yes"),
            findings: Vec::new(),
            seal: None,
            review: false,
            by: None,
        };
        add(&mut records, id, 2, answered);
        add(&mut records, id, 3, graded(first));
        add(&mut records, id, 4, second(blind, choice));
        last = Some(id);
    }
    add(&mut records, last.unwrap(), 5, UnitEvent::RegradeStarted { reason: RegradeReason::Regrade });
    let table = records.agreement_by_grader(ALWAYS).unwrap();
    assert_eq!(table.units, 4);
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.grader.as_str(), row.category.is_some(), row.pairs, row.same, row.percent))
        .collect();
    assert_eq!(rows, [("op-1", false, 4, 3, 75.0), ("op-1", true, 4, 3, 75.0)]);
    // Observed 3/4; by chance 2/4 · 1/4 + 2/4 · 2/4 = 3/8; (3/4 − 3/8) / (5/8) = 0.6.
    assert!((table.rows[0].kappa.unwrap() - 0.6).abs() < 1e-9, "{:?}", table.rows[0].kappa);
    let table = records.agreement_by_question(ALWAYS).unwrap();
    let rows: Vec<_> = table.rows.iter().map(|row| (row.question.as_str(), row.pairs, row.same)).collect();
    assert_eq!(rows, [("powers-on", 4, 3)], "what only one was asked does not count");
    clean(dir.path());
    records.rebuild_projections().unwrap();
    assert_eq!(records.agreement_by_question(ALWAYS).unwrap(), table);
    clean(dir.path());
}

#[test]
fn waste_goes_by_weight_and_the_policys_factors() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let routes = json!([
        { "category": { "one_of": ["MEDIA"] }, "disposition": "RECYCLE", "landfill_percent": "50",
          "co2_grams_per_kg": "100", "source": "Media" },
        { "disposition": "RECYCLE", "landfill_percent": "10", "co2_grams_per_kg": "-20", "source": "All else" },
    ]);
    take_policy_with(&mut records, json!({ "routes": routes }));
    let item = json!({
        "sku": "SKU-1", "gtins": [], "title": "Jacket", "category": "APPAREL", "owner": "ACME", "price": null,
        "weight_grams": 2000, "weee": null, "vendor": null
    });
    let item: returns::item::Item = serde_json::from_value(item).unwrap();
    let signed = wire::Signed::sign(&head_office(), &item).unwrap();
    records
        .apply_page(&page(Feed::Catalogue, vec![("SKU-1", serde_json::to_value(signed).unwrap())]))
        .unwrap();
    let recycled = Walk { disposition: Disposition::Recycle, ..PLAIN };
    walk(&mut records, &recycled);
    let weighed = walk(&mut records, &Walk { category: "MEDIA", ..recycled });
    add(&mut records, weighed, 70, UnitEvent::Weighed { weight_grams: 1000 });
    walk(&mut records, &Walk { sku: "UNKNOWN", ..recycled });
    walk(&mut records, &PLAIN);
    let table = records.diversion(ALWAYS).unwrap();
    assert_eq!(table.units, 4);
    let [restocked, recycled] = &table.rows[..] else { panic!("{:?}", table.rows) };
    assert_eq!((restocked.units, restocked.unrouted, restocked.kilograms), (1, 1, 2.0));
    assert_eq!((restocked.diverted_percent, restocked.co2_kilograms), (None, 0.0));
    assert_eq!((recycled.units, recycled.unweighed, recycled.unrouted, recycled.kilograms), (3, 1, 0, 3.0));
    // 2 kg at 10 % and 1 kg at 50 % end in a landfill: 0.7 of 3 kg.
    assert!((recycled.diverted_kilograms - 2.3).abs() < 1e-9);
    assert!((recycled.co2_kilograms - (0.1 - 0.04)).abs() < 1e-9, "{}", recycled.co2_kilograms);
    assert_eq!(recycled.sources.iter().collect::<Vec<_>>(), ["All else", "Media"]);
}

#[test]
fn products_stand_by_what_could_be_avoided() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    for reason in [Reason::TooSmall, Reason::TooSmall, Reason::WrongItem, Reason::ChangedMind] {
        walk(&mut records, &Walk { reason, ..PLAIN });
    }
    walk(&mut records, &Walk { sku: "SKU-2", reason: Reason::DamagedTransit, ..PLAIN });
    walk(&mut records, &Walk { sku: "SKU-3", reason: Reason::Gift, ..PLAIN });
    let table = records.avoidable_reasons(ALWAYS, 10).unwrap();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            (
                row.sku.as_ref().unwrap().as_str(),
                row.units,
                row.reason,
                row.of_reason,
                row.returned,
                row.percent,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [("SKU-1", 3, Reason::TooSmall, 2, 4, 75.0), ("SKU-2", 1, Reason::DamagedTransit, 1, 1, 100.0)]
    );
    assert_eq!(table.units, 4);
    assert_eq!(records.avoidable_reasons(ALWAYS, 1).unwrap().rows.len(), 1);
}

#[test]
fn a_changed_row_of_figures_is_found_and_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    walk(&mut records, &Walk { findings: &[Finding::Stain], ..PLAIN });
    clean(dir.path());
    for change in [
        "UPDATE figures SET recovered_minor = 9999",
        "DELETE FROM figures",
        "UPDATE figure_findings SET finding = 'USED'",
        "UPDATE step_counts SET events = 50 WHERE step = 'GRADED'",
        "DELETE FROM step_counts WHERE step = 'RECEIVED'",
    ] {
        tamper(dir.path(), change);
        let report = records::verify(dir.path()).unwrap();
        let codes: Vec<_> = report.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["figures-differ"], "{change}");
        records.rebuild_projections().unwrap();
        clean(dir.path());
    }
}

#[test]
fn a_database_of_before_gets_its_figures_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let policy = take_policy(&mut records);
    walk(&mut records, &PLAIN);
    let before = (records.dispositions(ALWAYS).unwrap(), records.units_per_hour(ALWAYS).unwrap());
    drop(records);
    // As the first release left it.
    tamper(
        dir.path(),
        "DROP TRIGGER rmas_added; DROP TRIGGER rmas_gone; DROP TABLE photo_places;
         DROP TRIGGER unit_search_added; DROP TRIGGER unit_search_changed; DROP TRIGGER unit_search_gone;
         DROP TRIGGER parcel_search_added; DROP TRIGGER parcel_search_changed; DROP TRIGGER parcel_search_gone;
         DROP TRIGGER rma_search_added; DROP TRIGGER rma_search_gone; DROP TRIGGER tracking_search_added;
         DROP TRIGGER tracking_search_gone; DROP TABLE unit_search; DROP TABLE parcel_search; DROP TABLE rma_search;
         DROP TABLE tracking_search; DROP INDEX units_with_tasks;
         DROP TRIGGER photos_added; DROP TRIGGER photos_changed; DROP TRIGGER photos_gone; DROP TABLE thumbnails;
         DROP TABLE tallies; DROP TABLE incidents; DROP TABLE moved_events; DROP INDEX photos_waiting;
         CREATE INDEX photos_unsent ON photos (sent) WHERE sent = 0; DROP INDEX events_by_time;
         CREATE INDEX events_by_time ON events (recorded_ms); ALTER TABLE epochs DROP COLUMN pruned_seq;
         ALTER TABLE epochs DROP COLUMN because;
         DROP TABLE figures; DROP TABLE figure_findings; DROP TABLE figure_blinds; DROP TABLE figure_answers;
         DROP TABLE step_counts; DROP TABLE parcel_figures; DROP TABLE parcel_rmas; DROP TABLE policies;
         DROP TABLE rma_serials; DROP TABLE upkeep; DROP INDEX rmas_by_customer; DROP INDEX units_by_stage;
         DROP INDEX units_held; ALTER TABLE rmas DROP COLUMN customer;
         INSERT INTO rmas (number, state, order_id, label, rma) VALUES ('OLD', 'AUTHORISED', '', '',
           '{\"customer\":\"C-9\",\"lines\":[{\"serials_shipped\":[\"SN-1\"]},{\"serials_shipped\":[]},{}]}');
         DELETE FROM refinery_schema_history WHERE version >= 2",
    );
    assert_eq!(Records::open_read_only(dir.path()).err().unwrap().code(), "database-older");
    let records = open(dir.path());
    assert_eq!((records.dispositions(ALWAYS).unwrap(), records.units_per_hour(ALWAYS).unwrap()), before);
    assert_eq!(records.policy_by_hash(&policy).unwrap().unwrap().policy.number, 7);
    drop(records);
    clean(dir.path());
    tamper(
        dir.path(),
        "CREATE TABLE seen AS SELECT (SELECT customer FROM rmas) AS customer, (SELECT serial FROM rma_serials) AS serial",
    );
    let seen = rusqlite::Connection::open(dir.path().join("station.db")).unwrap();
    let found: (String, String) = seen
        .query_row("SELECT customer, serial FROM seen", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(found, ("C-9".to_owned(), "SN-1".to_owned()));
}

#[test]
fn a_policy_that_is_no_longer_in_force_is_still_had() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let old = take_policy(&mut records);
    let new = take_policy_with(&mut records, json!({ "number": 8 }));
    assert_eq!(records.policy().unwrap().unwrap().policy.number, 8);
    assert_eq!(records.policy_by_hash(&old).unwrap().unwrap().policy.number, 7);
    assert_eq!(records.policy_by_hash(&new).unwrap().unwrap().hash, new);
    tamper(dir.path(), "UPDATE policies SET signed = replace(signed, 'signature\":\"', 'signature\":\"00')");
    assert_eq!(
        records.policy_by_hash(&old).unwrap(),
        None,
        "what was altered is not loaded, though it was before"
    );
}
