//! A station with a head office that exists only as a key.
#![allow(dead_code)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use records::{NewEvent, Options, Records, Stored};
use returns::checklist::Because;
use returns::codes::{Disposition, Finding, Grade, IntakeKind, Role, Settlement};
use returns::event::{Event, UnitEvent};
use returns::ids::{EventId, OperatorId, PhotoRole, Sha256Hex, StationId, Subject, UnitId};
use returns::lpn::Lpn;
use returns::policy::{Decision, Inputs, NextBest, Policy};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Actor, ChainHash, Document, EnrolReply, Envelope, Epoch, Feed, FeedChange, FeedItem, FeedPage,
    Incarnation, Receipt, SecretKey, Signed, UnitsItem,
};

pub fn head_office() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

pub fn station_id() -> StationId {
    StationId([1; 16])
}

pub fn enrolment() -> EnrolReply {
    EnrolReply {
        station: station_id(),
        name: "LEJ2-B04".to_owned(),
        depot: "LEJ2".to_owned(),
        epoch: Epoch::Numbered(1),
        lpn_block: 417,
        lpn_reserve_block: 418,
        label_keys: vec![head_office().public()],
        sample_salt: "00ff".to_owned(),
        incarnation: Incarnation("first".to_owned()),
    }
}

/// A clock that moves on by a second with each look.
pub fn options() -> Options {
    let seconds = AtomicI64::new(1_795_000_000);
    let clock = move || Timestamp::from_second(seconds.fetch_add(1, Ordering::Relaxed)).unwrap();
    Options { program: "test".to_owned(), clock: Arc::new(clock), ..Options::default() }
}

pub fn open(dir: &Path) -> Records {
    Records::open(dir, options()).unwrap()
}

pub fn enrolled(dir: &Path) -> Records {
    let mut records = open(dir);
    records.keep_secret_key(&SecretKey::from_seed([9; 32])).unwrap();
    records.enrol(&enrolment(), "http://127.0.0.1:1", head_office().public()).unwrap();
    records
}

pub fn actor() -> Actor {
    Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader }
}

pub fn recorded() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub fn event_id() -> EventId {
    EventId(Uuid::now_v7())
}

pub fn new(subject: Subject, event: impl Into<Event>) -> NewEvent {
    NewEvent { subject, event: event.into(), event_id: event_id(), actor: actor(), recorded: recorded() }
}

pub fn unit() -> UnitId {
    UnitId(Uuid::now_v7())
}

pub fn received(lpn: Lpn) -> UnitEvent {
    UnitEvent::Received {
        lpn,
        preprinted: false,
        intake: IntakeKind::Blind,
        at: recorded(),
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    }
}

/// Receives a unit and reads its serial: two events.
pub fn receive(records: &mut Records, serial: &str) -> (UnitId, Vec<Stored>) {
    let id = unit();
    let lpn = records.next_lpn().unwrap();
    let read = UnitEvent::SerialRead { serial: serial.parse().unwrap() };
    let stored =
        records.append(vec![new(Subject::Unit(id), received(lpn)), new(Subject::Unit(id), read)]).unwrap();
    (id, stored)
}

pub fn photo_taken(hash: Sha256Hex, len: u64) -> UnitEvent {
    UnitEvent::PhotoTaken { role: PhotoRole::new("FRONT").unwrap(), hash, len, by: None, flaws: vec![] }
}

pub fn saw(finding: Finding) -> UnitEvent {
    UnitEvent::FindingAdded { finding, by: None }
}

pub fn receipt(seq: u64, hash: ChainHash) -> Receipt {
    Receipt {
        station: station_id(),
        epoch: Epoch::Numbered(1),
        stored_seq: seq,
        stored_hash: hash,
        incarnation: Incarnation("first".to_owned()),
    }
}

/// The line of an event as another bench wrote it.
pub fn foreign_line(subject: Subject, event: impl Into<Event>, id: EventId, seen: Option<EventId>) -> String {
    let envelope = Envelope::wrap(&event.into(), id, subject, actor(), recorded(), seen).unwrap();
    String::from_utf8(envelope.to_bytes().unwrap()).unwrap()
}

/// Changes the database behind the records' back.
pub fn tamper(dir: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(dir.join("station.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// A feed's page.
pub fn page(feed: Feed, items: Vec<(&str, Value)>) -> FeedPage {
    let items = items
        .into_iter()
        .map(|(key, value)| FeedItem { key: key.to_owned(), change: FeedChange::Put { value } })
        .collect();
    FeedPage { feed, items, cursor: "c".to_owned(), more: false }
}

/// One event of another bench comes down.
pub fn units_item(records: &mut Records, station: StationId, seq: u64, line: String) {
    let item = UnitsItem { station, epoch: Epoch::Numbered(1), seq, line };
    let key = format!("{station}/{seq}");
    let applied =
        records.apply_page(&page(Feed::Units, vec![(&key, serde_json::to_value(item).unwrap())])).unwrap();
    assert_eq!(applied.refused, 0);
}

/// An empty policy of number 7, signed and taken in; gives its hash.
pub fn take_policy(records: &mut Records) -> Sha256Hex {
    take_policy_with(records, json!({}))
}

/// The same with some fields set.
pub fn take_policy_with(records: &mut Records, fields: Value) -> Sha256Hex {
    let mut policy = json!({
        "number": 7, "date": "2026-11-01", "currency": "EUR", "review": {}, "provisional": null, "gates": [],
        "candidates": []
    });
    for (name, value) in fields.as_object().unwrap() {
        policy[name] = value.clone();
    }
    let policy: Policy = serde_json::from_value(policy).unwrap();
    let signed = Signed::sign(&head_office(), &Document::Policy(Box::new(policy))).unwrap();
    let (_, hash) = signed.verify(&head_office().public()).unwrap();
    records
        .apply_page(&page(Feed::Documents, vec![("policy", serde_json::to_value(signed).unwrap())]))
        .unwrap();
    hash.parse().unwrap()
}

pub fn graded(grade: Grade) -> UnitEvent {
    UnitEvent::Graded {
        grade,
        because: Because::NothingFound,
        by: OperatorId::new("op-1").unwrap(),
        sampled: false,
        function: None,
        cosmetic: None,
        dropped: Vec::new(),
    }
}

/// What the policy decided, all else unknown.
pub fn decision(disposition: Disposition, grade: Grade, policy: &Sha256Hex) -> Decision {
    Decision {
        disposition,
        settlement: Settlement::Refund,
        rows: vec!["R-1".parse().unwrap()],
        gate: None,
        inputs: Inputs::of_grade(grade),
        next_best: NextBest::None,
        recovered: None,
        why: Vec::new(),
        review: Vec::new(),
        holds: Vec::new(),
        preference: None,
        response: None,
        derogation: None,
        tier: None,
        policy_number: 7,
        policy_hash: *policy,
    }
}

pub fn dispositioned(decision: Decision) -> UnitEvent {
    UnitEvent::Dispositioned { decision: Box::new(decision), provisional: false }
}
