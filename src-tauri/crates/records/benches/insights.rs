//! How long the ten questions take over 100,000 units, against the 50 ms that a screen may wait; and what the
//! figures cost when an event is appended. `cargo bench -p records --bench insights`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod support;

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use records::insights::Period;
use records::{NewEvent, Records, RecordsError};
use returns::codes::{Finding, IntakeKind, Role};
use returns::event::UnitEvent;
use returns::ids::{EventId, OperatorId, Subject, UnitId};
use support::enrolled;
use uuid::Uuid;
use wire::Actor;

const UNITS: u32 = 100_000;
const ALLOWED_MS: f64 = 50.0;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    appending(&mut records);
    drop(records);
    fill(dir.path());
    let records = Records::open_read_only(dir.path()).unwrap();
    let always = Period::default();
    let month = Period {
        from: Some("2026-03-01T00:00:00Z".parse().unwrap()),
        until: Some("2026-04-01T00:00:00Z".parse().unwrap()),
    };
    for (span, period) in [("all", always), ("a month", month)] {
        time(span, "reason-by-finding", || records.reason_by_finding(period).map(|table| table.units));
        time(span, "dispositions", || records.dispositions(period).map(|table| table.units));
        time(span, "recovery", || records.recovery(period).map(|table| table.units));
        time(span, "dock-to-disposition", || records.dock_to_disposition(period).map(|table| table.units));
        time(span, "units-per-hour", || records.units_per_hour(period).map(|table| table.units));
        time(span, "no-fault-found", || records.no_fault_found(period, 20).map(|table| table.units));
        time(span, "agreement-by-grader", || records.agreement_by_grader(period).map(|table| table.units));
        time(span, "agreement-by-question", || {
            records.agreement_by_question(period).map(|table| table.units)
        });
        time(span, "diversion", || records.diversion(period).map(|table| table.units));
        time(span, "avoidable-reasons", || records.avoidable_reasons(period, 20).map(|table| table.units));
    }
}

/// Median of eleven runs.
fn time(span: &str, name: &str, ask: impl Fn() -> Result<u64, RecordsError>) {
    let mut units = 0;
    let mut took: Vec<f64> = (0..11)
        .map(|_| {
            let start = Instant::now();
            units = ask().unwrap();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    println!(
        "{name:<22} {span:<8} {units:>7} units {median:>8.1} ms  {:>5.2} of {ALLOWED_MS} ms",
        median / ALLOWED_MS
    );
}

fn appending(records: &mut Records) {
    let mut took = Vec::new();
    for _ in 0..200 {
        let subject = Subject::Unit(UnitId(Uuid::now_v7()));
        let lpn = records.next_lpn().unwrap();
        let received = UnitEvent::Received {
            lpn,
            preprinted: false,
            intake: IntakeKind::Blind,
            at: Timestamp::now(),
            parcel: None,
            rma: None,
            line: None,
            sku: None,
            owner: None,
        };
        for event in [received, UnitEvent::FindingAdded { finding: Finding::Stain, by: None }] {
            let start = Instant::now();
            let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
            let event_id = EventId(Uuid::now_v7());
            let event =
                NewEvent { subject, event: event.into(), event_id, actor, recorded: Timestamp::now() };
            records.append(vec![event]).unwrap();
            took.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    took.sort_by(f64::total_cmp);
    println!("append, one event: {:.2} ms", took.get(took.len() / 2).copied().unwrap_or_default());
}

/// Rows as a year of work leaves them: twelve categories, 200 products, forty graders, spread unevenly.
fn fill(dir: &Path) {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {UNITS}),
         r AS (SELECT i, abs(random()) AS a, abs(random()) AS b, 1767225600000 + i * 315000 AS at FROM n)
         INSERT INTO figures (unit, station, parcel, rma, line, sku, stage, category, owner, cycle, intake, reason,
           preference, grader, grade, function, disposition, settlement, currency, value_minor, recovered_minor,
           recovered_known, weight_grams, sampled, claimed_defect, no_fault, avoidable, empty_box, docked_ms,
           received_ms, graded_ms, decided_ms, staged_ms, closed_ms)
         SELECT printf('%08d-0000-7000-8000-000000000000', i), 's', 'p' || (i / 3), 'RMA-' || i, '1', 'SKU-' || (a % 200), 'CLOSED',
           'CATEGORY_' || (a % 200 % 12), 'ACME', 'COMMERCIAL', 'RMA',
           json_extract('[\"TOO_SMALL\",\"CHANGED_MIND\",\"DEFECTIVE\",\"WRONG_ITEM\",\"GIFT\"]', '$[' || (b % 5) || ']'),
           'REFUND', 'op-' || (b % 40), substr('NABCDX', 1 + a % 6, 1), '',
           json_extract('[\"RESTOCK\",\"RESTOCK_B\",\"LIQUIDATE\",\"DONATE\",\"RECYCLE\",\"RTV\"]', '$[' || (b % 6) || ']'),
           'REFUND', 'EUR', 1000 + a % 50000, a % 9000, 1, 0, b % 20 = 0, b % 5 = 2, a % 3 = 0, b % 5 IN (0, 3),
           0, at - 3600000, at, at + 60000, at + a % 90000000, at + 90000000, at + 99000000 FROM r;
         INSERT INTO figure_findings SELECT unit, '', reason, received_ms FROM figures WHERE rowid % 3 = 0;
         INSERT INTO figure_findings SELECT unit, json_extract('[\"STAIN\",\"USED\",\"SCRATCHED\",\"ODOUR\"]', '$[' || (rowid % 4) || ']'),
           reason, received_ms FROM figures WHERE rowid % 3 > 0;
         INSERT INTO figure_findings SELECT unit, 'PART_MISSING', reason, received_ms FROM figures WHERE rowid % 3 = 1;
         INSERT INTO figure_blinds SELECT unit, unit, category, grader, 'op-x', grade, substr('NABCDX', 1 + abs(random()) % 6, 1),
           received_ms FROM figures WHERE sampled = 1;
         WITH q(question) AS (VALUES ('q1'), ('q2'), ('q3'), ('q4'), ('q5'), ('q6'), ('q7'), ('q8'))
         INSERT INTO figure_answers SELECT event_id, question, 'c' || (abs(random()) % 3), 'c' || (abs(random()) % 3)
           FROM figure_blinds, q;
         INSERT INTO step_counts (quarter, step, station, operator, events) SELECT received_ms / 900000, 'RECEIVED', 's', grader, count(*) FROM figures GROUP BY 1, 4;
         INSERT INTO step_counts (quarter, step, station, operator, events) SELECT graded_ms / 900000, 'GRADED', 's', grader, count(*) FROM figures GROUP BY 1, 4;
         INSERT INTO step_counts (quarter, step, station, operator, events) SELECT staged_ms / 900000, 'STAGED', 's', grader, count(*) FROM figures GROUP BY 1, 4;
         ANALYZE;"
    );
    rusqlite::Connection::open(dir.join("station.db")).unwrap().execute_batch(&sql).unwrap();
}
