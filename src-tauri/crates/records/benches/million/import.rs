//! The database of two years of work, imported in batches through the records' own door: real events, real states, real
//! figures.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use records::{Checkpoints, NewEvent, Options, Records};
use returns::checklist::Because;
use returns::codes::{
    Disposition, Finding, Grade, HoldReason, IntakeKind, ParcelOutcome, Reason, ReviewCause, Role, Settlement,
};
use returns::event::{ContainerEvent, Event, ParcelEvent, UnitEvent};
use returns::ids::{ContainerId, EventId, OperatorId, ParcelId, Sha256Hex, Subject, UnitId};
use returns::lpn::Lpn;
use returns::money::Money;
use returns::policy::{Decision, Inputs, NextBest};
use rusqlite::Connection;
use wire::Actor;

use super::support::enrolled;

pub const FIRST_MS: i64 = 1_767_225_600_000;
pub const EVERY_MS: i64 = 36_000;
/// Units of a batch.
const BATCH: u32 = 1000;
/// Units under way, and units staged, at the end.
pub const UNDER_WAY: u32 = 300;
pub const OPEN: u32 = 2000;
/// Units of a parcel.
pub const OF_A_PARCEL: u32 = 10;
pub const CONTAINERS: u32 = 5000;

const REASONS: [Reason; 5] =
    [Reason::TooSmall, Reason::ChangedMind, Reason::Defective, Reason::WrongItem, Reason::Gift];
const GRADES: [Grade; 6] = [Grade::N, Grade::A, Grade::B, Grade::C, Grade::D, Grade::X];
const DISPOSITIONS: [Disposition; 6] = [
    Disposition::Restock,
    Disposition::RestockB,
    Disposition::Liquidate,
    Disposition::Donate,
    Disposition::Recycle,
    Disposition::Rtv,
];

/// An RMA without lines; the number that is looked for stands in its own column.
const RMA: &str = r#"{"number":"RMA-2026-0000000","state":"CLOSED","owner":"ACME","order":null,"tracking":[],"label":null,"expires":null,"customer":null,"tier":null,"cycle":"COMMERCIAL","country":null,"lines":[]}"#;

/// Imports so many units.
pub fn import(dir: &Path, units: u32) {
    drop(enrolled(dir));
    // As an import is: nobody else reads, and the log is taken over by itself.
    let mut records = Records::open(dir, Options::default()).unwrap();
    let checkpoints = Checkpoints::beside(dir).unwrap();
    containers(&mut records);
    let begun = Instant::now();
    let (mut events, mut told) = (0, Instant::now());
    let mut first = 1;
    while first <= units {
        let last = (first + BATCH - 1).min(units);
        let batch: Vec<NewEvent> = (first..=last).flat_map(|unit| events_of(unit, units)).collect();
        events += batch.len();
        records.append(batch).unwrap();
        checkpoints.take_over().unwrap();
        first = last + 1;
        if told.elapsed().as_secs() >= 20 {
            told = Instant::now();
            println!("  {last} of {units} units");
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a count far below 2⁵³")]
    let rate = events as f64 / seconds;
    println!("  {events} events in {seconds:.0} s, {rate:.0} events/s into a database that grows");
    drop((records, checkpoints));
    rest(dir, units);
}

fn containers(records: &mut Records) {
    let mut batch = Vec::new();
    for number in 0..CONTAINERS {
        let id = container(number);
        let opened = ContainerEvent::Opened {
            code: format!("T-{number}").parse().unwrap(),
            disposition: Disposition::Recycle,
            owner: "ACME".parse().unwrap(),
        };
        let subject = Subject::Container(id);
        batch.push(event(subject, opened.into(), 0, 10));
        if number < CONTAINERS - 50 {
            batch.push(event(subject, ContainerEvent::Shipped { tracking: None }.into(), 0, 11));
        }
    }
    for (place, event) in batch.iter_mut().enumerate() {
        event.event_id = EventId(format!("{place:08}-0000-7000-b999-000000000000").parse().unwrap());
    }
    records.append(batch).unwrap();
}

/// What became of one unit, and of its parcel.
fn events_of(unit: u32, units: u32) -> Vec<NewEvent> {
    let subject = Subject::Unit(id(unit));
    let mut events = Vec::new();
    if unit % OF_A_PARCEL == 1 {
        let tracking = Some(tracking(unit / OF_A_PARCEL).parse().unwrap());
        let at = Some(time(unit));
        let arrived = ParcelEvent::Arrived { tracking, rmas: vec![], at };
        events.push(event(Subject::Parcel(parcel(unit)), arrived.into(), unit, 20));
    }
    let mut tell = |told: UnitEvent, turn: u32| events.push(event(subject, told.into(), unit, turn));
    tell(received(unit), 0);
    tell(UnitEvent::SerialRead { serial: serial(unit).parse().unwrap() }, 1);
    let decision = decision(unit);
    if unit.is_multiple_of(20_011) {
        let causes = vec![ReviewCause::Sample];
        tell(graded(unit), 2);
        let proposal = Box::new(decision);
        tell(UnitEvent::ReviewRequested { causes, at: time(unit), proposal }, 3);
    } else if unit + UNDER_WAY > units {
        tell(graded(unit), 2);
    } else {
        if unit.is_multiple_of(7) {
            tell(UnitEvent::FindingAdded { finding: Finding::Stain, by: None }, 4);
        }
        tell(graded(unit), 2);
        tell(UnitEvent::Dispositioned { decision: Box::new(decision), provisional: false }, 3);
        let container = container(unit % CONTAINERS);
        if unit + OPEN > units {
            tell(UnitEvent::Staged { container }, 5);
        } else {
            tell(UnitEvent::Closed { container, shipped: true }, 6);
        }
    }
    if unit.is_multiple_of(33_331) {
        tell(UnitEvent::Held { reason: HoldReason::Supervisor }, 7);
    }
    if unit.is_multiple_of(OF_A_PARCEL) || unit == units {
        let emptied = ParcelEvent::Emptied { outcome: ParcelOutcome::Complete, lines: vec![], undeclared: 0 };
        events.push(event(Subject::Parcel(parcel(unit - 1)), emptied.into(), unit, 21));
    }
    events
}

fn received(unit: u32) -> UnitEvent {
    UnitEvent::Received {
        lpn: lpn(unit),
        preprinted: true,
        intake: IntakeKind::Rma,
        at: time(unit),
        parcel: Some(parcel(unit - 1)),
        rma: Some(rma(unit).parse().unwrap()),
        line: None,
        sku: Some(format!("SKU-{}", unit % 2000).parse().unwrap()),
        owner: None,
    }
}

fn graded(unit: u32) -> UnitEvent {
    UnitEvent::Graded {
        grade: pick(&GRADES, unit / 5),
        because: Because::NothingFound,
        by: operator(unit),
        sampled: false,
        function: None,
        cosmetic: None,
        dropped: Vec::new(),
    }
}

fn decision(unit: u32) -> Decision {
    let grade = pick(&GRADES, unit / 5);
    let euro = |minor: u32| Money::new(i64::from(minor), "EUR".parse().unwrap());
    Decision {
        disposition: pick(&DISPOSITIONS, unit / 3),
        settlement: Settlement::Refund,
        rows: vec!["R-1".parse().unwrap()],
        gate: None,
        inputs: Inputs {
            category: Some(format!("CATEGORY_{}", unit % 2000 % 12).parse().unwrap()),
            reason: Some(pick(&REASONS, unit)),
            value: Some(euro(1000 + unit % 50_000)),
            ..Inputs::of_grade(grade)
        },
        next_best: NextBest::None,
        recovered: Some(euro(unit % 900)),
        why: Vec::new(),
        review: Vec::new(),
        holds: Vec::new(),
        preference: None,
        response: None,
        derogation: None,
        tier: None,
        policy_number: 7,
        policy_hash: Sha256Hex([7; 32]),
    }
}

fn event(subject: Subject, told: Event, unit: u32, turn: u32) -> NewEvent {
    let event_id = EventId(format!("{unit:08}-0000-7000-b{turn:03}-000000000000").parse().unwrap());
    let actor = Actor { operator: operator(unit), role: Role::Grader };
    NewEvent { subject, event: told, event_id, actor, recorded: time(unit) }
}

fn operator(unit: u32) -> OperatorId {
    OperatorId::new(format!("op-{}", unit % 40)).unwrap()
}

fn pick<T: Copy>(from: &[T], turn: u32) -> T {
    from.get(turn as usize % from.len()).copied().unwrap()
}

pub fn time(unit: u32) -> Timestamp {
    Timestamp::from_millisecond(FIRST_MS + i64::from(unit) * EVERY_MS).unwrap()
}

pub fn id(unit: u32) -> UnitId {
    UnitId(format!("{unit:08}-0000-7000-8000-000000000000").parse().unwrap())
}

pub fn container(number: u32) -> ContainerId {
    ContainerId(format!("{number:08}-0000-7000-9000-000000000000").parse().unwrap())
}

/// The parcel of the unit that follows.
fn parcel(unit: u32) -> ParcelId {
    ParcelId(format!("{:08}-0000-7000-a000-000000000000", unit / OF_A_PARCEL).parse().unwrap())
}

pub fn lpn(unit: u32) -> Lpn {
    Lpn::new(500 + unit / 90_000, 1 + unit % 90_000).unwrap()
}

pub fn rma(unit: u32) -> String {
    format!("RMA-2026-{unit:07}")
}

pub fn serial(unit: u32) -> String {
    format!("SN{unit:09}X")
}

pub fn tracking(parcel: u32) -> String {
    format!("1Z{parcel:016}")
}

/// What came down, and that head office has all but the last nine hundred events.
fn rest(dir: &Path, units: u32) {
    let connection = Connection::open(dir.join("station.db")).unwrap();
    connection
        .execute_batch(&format!(
            "BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {units})
             INSERT INTO rmas (number, state, order_id, label, customer, rma)
               SELECT printf('RMA-2026-%07d', i), 'CLOSED', 'O-' || i, '', '', '{RMA}' FROM n WHERE i % 50 = 0;
             UPDATE epochs SET acknowledged_seq = (SELECT max(seq) - 900 FROM events);
             DELETE FROM outbox WHERE seq <= (SELECT acknowledged_seq FROM epochs);
             COMMIT; ANALYZE;"
        ))
        .unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}
