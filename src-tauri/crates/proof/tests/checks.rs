//! Each check finds what it is there to find: a run in which all is well, and one thing bent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use jiff::Timestamp;
use proof::checks::{self, CHECKS, check, fold_in_order, winners_hold_under_other_clocks};
use proof::evidence::{OfficeLeft, PhotoFile, Run, Seen, StationLeft, StoredEvent, Upgraded};
use proof::ledger::{Account, Kept, content_of};
use returns::codes::{Disposition, Grade, HoldReason, IntakeKind, Role, Settlement};
use returns::event::{Event, StationEvent, UnitEvent};
use returns::ids::{ContainerId, EventId, OperatorId, PhotoRole, Sha256Hex, StationId, Subject, UnitId};
use returns::lpn::Lpn;
use returns::policy::{Decision, Inputs, NextBest};
use returns::unit;
use uuid::Uuid;
use wire::{Actor, Chain, ChainHash, Envelope, Epoch, Head, Place};

const UNIT: UnitId = UnitId(Uuid::from_u128(1));
const PHOTO: Sha256Hex = Sha256Hex([5; 32]);
const CONTAINER: ContainerId = ContainerId(Uuid::from_u128(9));

fn station(number: u8) -> StationId {
    StationId([number; 16])
}

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// A log being written.
struct Log {
    chain: Chain,
    station: StationId,
    events: Vec<StoredEvent>,
}

impl Log {
    fn of(number: u8) -> Self {
        let chain = Chain::at(station(number), Epoch::Numbered(1), Head::EMPTY);
        Self { chain, station: station(number), events: Vec::new() }
    }

    fn say(&mut self, number: u128, seen: Option<u128>, subject: Subject, event: Event) {
        let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
        let recorded = Timestamp::from_second(1_795_000_000 + number as i64).unwrap();
        let envelope = Envelope::wrap(&event, id(number), subject, actor, recorded, seen.map(id)).unwrap();
        let bytes = envelope.to_bytes().unwrap();
        let head = self.chain.push(&bytes);
        let place = Place { station: self.station, epoch: Epoch::Numbered(1), seq: head.seq };
        self.events.push(StoredEvent { place, hash: head.hash, bytes });
    }

    fn of_unit(&mut self, number: u128, seen: Option<u128>, event: UnitEvent) {
        self.say(number, seen, Subject::Unit(UNIT), event.into());
    }
}

fn received() -> UnitEvent {
    UnitEvent::Received {
        lpn: Lpn::new(417, 1).unwrap(),
        preprinted: false,
        intake: IntakeKind::Blind,
        at: Timestamp::UNIX_EPOCH,
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    }
}

fn decided(disposition: Disposition) -> UnitEvent {
    let decision = Decision {
        disposition,
        settlement: Settlement::Refund,
        rows: Vec::new(),
        gate: None,
        inputs: Inputs::of_grade(Grade::B),
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
        policy_hash: PHOTO,
    };
    UnitEvent::Dispositioned { decision: Box::new(decision), provisional: false }
}

fn shipped() -> UnitEvent {
    UnitEvent::Closed { container: CONTAINER, shipped: true }
}

/// What is left where these logs were written and everything went well.
fn all_well(logs: &[&Log]) -> Run {
    let mut run = Run::default();
    let all: Vec<StoredEvent> = logs.iter().flat_map(|log| log.events.clone()).collect();
    let mut units = std::collections::BTreeMap::new();
    for (id, history) in checks::histories(&all, fold_in_order) {
        let mut state = unit::State::default();
        for (_, envelope) in &history {
            let returns::event::Parsed::Known(Event::Unit(event)) = envelope.event() else { panic!() };
            unit::apply(&mut state, &event);
        }
        units.insert(id, serde_json::to_value(state).unwrap());
    }
    for log in logs {
        let mut account = Account::default();
        for event in &log.events {
            let envelope = event.envelope().unwrap();
            account.promised.insert(envelope.event_id, content_of(&envelope).unwrap());
            let Place { station, epoch, seq } = event.place;
            let (id, kind) = (envelope.event_id, envelope.kind.clone());
            account.kept.push(Kept { id, station, epoch, seq, kind, photo: None, purged: None });
        }
        let others = all.iter().filter(|event| event.place.station != log.station);
        run.stations.push(StationLeft {
            name: format!("B{:02}", log.station.0[0]),
            id: Some(log.station),
            events: log.events.clone(),
            foreign: others.map(|event| (event.place, event.bytes.clone())).collect(),
            acknowledged: [(Epoch::Numbered(1), log.events.len() as u64)].into(),
            units: units.clone(),
            account,
            ..StationLeft::default()
        });
        let head = log.chain.head();
        run.office.heads.insert((log.station, Epoch::Numbered(1)), (head.seq, head.hash));
    }
    run.office.taken = all.iter().map(|event| (event.envelope().unwrap().event_id, 1)).collect();
    run.office = OfficeLeft { incarnation: "first".to_owned(), events: all, units, ..run.office };
    run.seen = seen(&run);
    run
}

fn seen(run: &Run) -> Vec<Seen> {
    let heads = run.office.heads.iter();
    heads
        .map(|((station, epoch), (seq, hash))| Seen {
            incarnation: "first".to_owned(),
            station: *station,
            epoch: *epoch,
            seq: *seq,
            hash: *hash,
        })
        .collect()
}

/// Two benches, one unit, one photo.
fn sound() -> Run {
    let (mut one, mut two) = (Log::of(1), Log::of(2));
    one.of_unit(1, None, received());
    let role = PhotoRole::new("FRONT").unwrap();
    one.of_unit(2, Some(1), UnitEvent::PhotoTaken { role, hash: PHOTO, len: 3, by: None, flaws: vec![] });
    two.of_unit(3, Some(2), UnitEvent::Held { reason: HoldReason::Supervisor });
    let mut run = all_well(&[&one, &two]);
    let file = PhotoFile { length: 3, hash_fits: true };
    run.stations[0].photos.insert(PHOTO, file);
    run.office.photos.insert(PHOTO, (3, Some(file)));
    run
}

/// Only this check complains, and of this.
fn found(run: &Run, name: &str) -> String {
    let violations = check(run);
    let named: Vec<&str> = violations.iter().map(|violation| violation.check).collect();
    assert!(named.contains(&name), "{name} found nothing; there was {violations:?}");
    violations.iter().find(|violation| violation.check == name).unwrap().what.clone()
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(check(&sound()), []);
}

#[test]
fn an_acknowledged_event_that_is_not_on_disk() {
    let name = "every acknowledged event is on disk";
    let mut run = sound();
    run.stations[0].events.pop();
    assert!(found(&run, name).contains(&id(2).to_string()));
    run.gone.insert(id(2));
    assert!(check(&run).iter().all(|violation| violation.check != name), "it went with a disk");
    let mut run = sound();
    *run.stations[1].account.promised.get_mut(&id(3)).unwrap() = "another content".to_owned();
    found(&run, name);
}

#[test]
fn a_gap_and_a_head_that_says_more_than_there_is() {
    let name = "sequences are gap-free and unique";
    let mut run = sound();
    run.office.events.remove(0);
    found(&run, name);
    let mut run = sound();
    let twice = run.stations[0].events[1].clone();
    run.stations[0].events.push(twice);
    found(&run, name);
    let mut run = sound();
    run.office.heads.values_mut().next().unwrap().0 = 9;
    found(&run, name);
}

#[test]
fn a_byte_that_the_chain_does_not_cover() {
    let name = "chains recompute on both sides";
    for side in 0..2 {
        let mut run = sound();
        let events = if side == 0 { &mut run.stations[0].events } else { &mut run.office.events };
        events[0].bytes.push(b' ');
        found(&run, name);
    }
    let mut run = sound();
    run.office.heads.values_mut().next().unwrap().1 = ChainHash([1; 32]);
    found(&run, name);
}

#[test]
fn other_bytes_at_head_office() {
    let name = "head office holds the stations' bytes";
    let mut run = sound();
    run.office.events[1].bytes.push(b' ');
    found(&run, name);
    let mut run = sound();
    run.office.events.retain(|event| event.place.station != station(2));
    found(&run, name);
    let mut run = sound();
    run.stations[1].foreign[0].1.push(b' ');
    found(&run, name);
}

#[test]
fn an_event_that_neither_waits_nor_was_confirmed() {
    let name = "nothing left the outbox without a receipt";
    let mut run = sound();
    run.stations[0].acknowledged.insert(Epoch::Numbered(1), 1);
    found(&run, name);
    run.stations[0].outbox.insert((Epoch::Numbered(1), 2));
    assert_eq!(check(&run), []);
    let mut run = sound();
    run.office.events.remove(1);
    found(&run, name);
}

#[test]
fn a_head_that_falls() {
    let name = "stored never falls within an incarnation";
    let mut run = sound();
    let mut lower = run.seen[0].clone();
    lower.seq -= 1;
    run.seen.push(lower.clone());
    found(&run, name);
    run.seen.last_mut().unwrap().incarnation = "second".to_owned();
    assert!(check(&run).iter().all(|violation| violation.check != name), "it was restored");
    let mut run = sound();
    run.seen[0].seq += 5;
    found(&run, name);
}

#[test]
fn two_hashes_at_one_place() {
    let name = "no place has two hashes";
    let mut run = sound();
    run.stations[0].events[1].hash = ChainHash([1; 32]);
    found(&run, name);
    let mut run = sound();
    run.seen[1].hash = ChainHash([1; 32]);
    found(&run, name);
}

#[test]
fn an_event_that_is_lost_doubled_or_invented() {
    let name = "no event is lost, doubled or invented";
    let mut run = sound();
    run.office.events.remove(1);
    assert!(found(&run, name).starts_with("lost"));
    let mut run = sound();
    run.stations[1].account.promised.clear();
    assert!(found(&run, name).starts_with("invented"));
    let mut run = sound();
    run.office.taken.insert(id(1), 2);
    assert!(found(&run, name).starts_with("taken 2 times"));
    let mut run = sound();
    run.office.taken.remove(&id(1));
    assert!(found(&run, name).starts_with("taken 0 times"));
}

#[test]
fn an_effect_that_happens_twice() {
    let name = "effects happen once";
    let mut run = sound();
    run.office.effects = vec![("settlement-proposal".to_owned(), id(1)); 2];
    found(&run, name);
    run.office.effects = vec![("settlement-proposal".to_owned(), id(77))];
    found(&run, name);
}

#[test]
fn a_projection_that_is_no_fold() {
    let name = "projections equal the fold";
    let mut run = sound();
    run.office.units.get_mut(&UNIT).unwrap()["shipped"] = true.into();
    found(&run, name);
    let mut run = sound();
    run.stations[0].problems.push("projection-differs".to_owned());
    found(&run, name);
}

#[test]
fn replicas_that_disagree() {
    let name = "replicas agree at rest";
    let mut run = sound();
    run.stations[1].units.get_mut(&UNIT).unwrap()["holds"] = serde_json::json!([]);
    found(&run, name);
    let mut run = sound();
    run.stations[1].units.clear();
    found(&run, name);
    let mut run = sound();
    run.stations[0].units.insert(UnitId(Uuid::from_u128(2)), serde_json::json!({}));
    found(&run, name);
}

#[test]
fn a_photo_that_is_missing_short_or_bent() {
    let name = "every photo is there or purged";
    for file in [
        None,
        Some(PhotoFile { length: 2, hash_fits: true }),
        Some(PhotoFile { length: 3, hash_fits: false }),
    ] {
        let mut run = sound();
        run.office.photos.insert(PHOTO, (3, file));
        found(&run, name);
        let mut run = sound();
        run.stations[0].photos.remove(&PHOTO);
        run.stations[0].photos.extend(file.map(|file| (PHOTO, file)));
        found(&run, name);
    }
    // Purged by an event, it is not missing.
    let (mut one, mut two) = (Log::of(1), Log::of(2));
    one.of_unit(1, None, received());
    let role = PhotoRole::new("FRONT").unwrap();
    one.of_unit(2, Some(1), UnitEvent::PhotoTaken { role, hash: PHOTO, len: 3, by: None, flaws: vec![] });
    let purged = StationEvent::BytesPurged { hash: PHOTO, reason: returns::codes::PurgeReason::Request };
    two.say(3, None, Subject::Station, purged.into());
    assert_eq!(check(&all_well(&[&one, &two])), []);
}

#[test]
fn a_unit_that_ships_although_its_bench_knows_better() {
    let name = "contested units never ship";
    let contested = UnitEvent::Contested { first: id(1), second: id(2) };
    let settled =
        UnitEvent::ContestSettled { stands: id(1), grade: None, by: OperatorId::new("sup-1").unwrap() };
    for (stop, lift) in [
        (contested, settled),
        (
            UnitEvent::Held { reason: HoldReason::Fraud },
            UnitEvent::Released { reason: HoldReason::Fraud, by: OperatorId::new("sup-1").unwrap() },
        ),
    ] {
        let mut log = Log::of(1);
        log.of_unit(1, None, received());
        log.of_unit(2, Some(1), stop.clone());
        log.of_unit(3, Some(2), shipped());
        found(&all_well(&[&log]), name);
        let mut log = Log::of(1);
        log.of_unit(1, None, received());
        log.of_unit(2, Some(1), stop.clone());
        log.of_unit(3, Some(2), lift);
        log.of_unit(4, Some(3), shipped());
        assert_eq!(check(&all_well(&[&log])), []);
        // Nobody told the bench that shipped it.
        let (mut one, mut two) = (Log::of(1), Log::of(2));
        one.of_unit(1, None, received());
        one.of_unit(2, Some(1), shipped());
        two.of_unit(3, Some(1), stop);
        assert_eq!(check(&all_well(&[&one, &two])), []);
    }
}

#[test]
fn decisions_at_odds_that_nobody_stopped() {
    let name = "decisions at odds stop the unit";
    let write = |stopped: bool| {
        let (mut one, mut two) = (Log::of(1), Log::of(2));
        one.of_unit(1, None, received());
        one.of_unit(2, Some(1), decided(Disposition::Donate));
        two.of_unit(3, Some(1), decided(Disposition::Recycle));
        if stopped {
            two.of_unit(4, Some(3), UnitEvent::Contested { first: id(2), second: id(3) });
        }
        all_well(&[&one, &two])
    };
    assert!(found(&write(false), name).contains(&id(2).to_string()));
    assert_eq!(check(&write(true)), []);
}

#[test]
fn a_winner_that_hangs_on_a_clock() {
    let (mut one, mut two) = (Log::of(1), Log::of(2));
    one.of_unit(1, None, received());
    one.of_unit(2, Some(1), decided(Disposition::Donate));
    two.of_unit(3, Some(1), decided(Disposition::Recycle));
    let run = all_well(&[&one, &two]);
    assert_eq!(winners_hold_under_other_clocks(&run.office.events, fold_in_order), Vec::<String>::new());
    // Whoever folds by the clock, or by ids that carry a clock, is found out.
    let by_clock = |events: &[(Place, Envelope)]| {
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| events[*at].1.recorded);
        order
    };
    let by_id = |events: &[(Place, Envelope)]| {
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| events[*at].1.event_id);
        order
    };
    let turned = (1..40).filter(|number| {
        let mut run = run.clone();
        for event in &mut run.office.events {
            let mut envelope = event.envelope().unwrap();
            envelope.subject = Subject::Unit(UnitId(Uuid::from_u128(*number)));
            event.bytes = envelope.to_bytes().unwrap();
        }
        let events = &run.office.events;
        let both = [
            winners_hold_under_other_clocks(events, by_clock),
            winners_hold_under_other_clocks(events, by_id),
        ];
        both.iter().all(|found| !found.is_empty())
    });
    assert!(turned.count() > 3, "folding by a clock went unnoticed");
}

#[test]
fn an_upgrade_that_touches_what_waits() {
    let name = "unsent bytes survive an upgrade";
    let mut run = sound();
    let before = run.stations[0].events.clone();
    let mut after = before.clone();
    run.upgrades = vec![Upgraded { station: "B01".to_owned(), before: before.clone(), after: after.clone() }];
    assert_eq!(check(&run), []);
    after[0].bytes.push(b' ');
    run.upgrades[0].after = after;
    found(&run, name);
    run.upgrades[0].after = Vec::new();
    found(&run, name);
}

#[test]
fn a_line_that_stands_still() {
    let mut run = sound();
    run.stalls.push("nothing moved".to_owned());
    found(&run, "a line with a backlog makes progress");
}

#[test]
fn the_protocols_list_is_covered() {
    assert_eq!(CHECKS.len(), 17);
    let names: std::collections::BTreeSet<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CHECKS.len());
}
