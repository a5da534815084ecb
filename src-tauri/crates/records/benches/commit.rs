//! What a commit costs against what the disk alone asks for, and how fast a batch goes in.
//! `cargo xtask bench commit`: scan to committed p99 at most 2.5 × the p99 of a bare fsync on the same disk;
//! at least 20,000 events a second in batches. As in a station at work, the write-ahead log is taken over beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod support;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use records::{Checkpoints, NewEvent, Records};
use returns::codes::{Finding, IntakeKind, Role};
use returns::event::{Event, UnitEvent};
use returns::ids::{EventId, OperatorId, Subject, UnitId};
use returns::lpn::Lpn;
use support::enrolled;
use uuid::Uuid;
use wire::Actor;

const ROUNDS: usize = 1500;
const TIMES: f64 = 2.5;
const EVENTS_PER_SECOND: f64 = 20_000.0;
/// Between two looks of the upkeep.
const LOOK: Duration = Duration::from_secs(5);
/// Events of one batch of an import.
const BATCH: usize = 1000;
const BATCHES: usize = 40;

fn main() {
    // On the disk that the build is on: a folder in memory would know no fsync.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut records = enrolled(dir.path());
    let (stop, stopped) = channel::<()>();
    let path = dir.path().to_owned();
    let upkeep = std::thread::spawn(move || upkeep(&path, &stopped));
    let mut log = File::create(dir.path().join("bare")).unwrap();
    let (mut bare, mut commits) = (Vec::new(), Vec::new());
    // Taken in turns, so that whatever else the disk does weighs on both alike.
    for round in 0..ROUNDS {
        bare.push(bare_fsync(&mut log));
        commits.push(commit(&mut records, round));
    }
    let (bare_50, bare_99) = quantiles(&mut bare);
    let (commit_50, commit_99) = quantiles(&mut commits);
    println!("bare fsync of 4 KiB      p50 {bare_50:>7.2} ms  p99 {bare_99:>7.2} ms");
    println!("scan to committed        p50 {commit_50:>7.2} ms  p99 {commit_99:>7.2} ms");
    let ratio = commit_99 / bare_99;
    println!("p99 against p99          {ratio:.2} of at most {TIMES} ({:.2})", ratio / TIMES);
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    for _ in 0..BATCHES {
        records.append(batch(&records)).unwrap();
    }
    let rate = f64::from(u32::try_from(BATCH * BATCHES).unwrap()) / begun.elapsed().as_secs_f64();
    println!(
        "batches of {BATCH}         {rate:>9.0} events/s of at least {EVENTS_PER_SECOND} ({:.2})",
        rate / EVENTS_PER_SECOND
    );
    // On a busy machine the clock on the wall says little.
    if let (Some(before), Some(after)) = (cpu, cpu_seconds()) {
        let rate = f64::from(u32::try_from(BATCH * BATCHES).unwrap()) / (after - before).max(0.01);
        println!("  of this thread's time  {rate:>9.0} events/s ({:.2})", rate / EVENTS_PER_SECOND);
    }
    drop(stop);
    let (times, pages) = upkeep.join().unwrap();
    println!("taken over beside        {times} times, {pages} pages");
}

/// This thread's own time so far, where the system tells it (proc(5), hundredths of a second).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// What the station's upkeep does meanwhile, at its own pace.
fn upkeep(dir: &Path, stopped: &Receiver<()>) -> (u64, u64) {
    let checkpoints = Checkpoints::beside(dir).unwrap();
    let (mut times, mut pages) = (0, 0);
    while matches!(stopped.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) {
        let taken = checkpoints.take_over().unwrap();
        times += u64::from(taken > 0);
        pages += taken;
    }
    (times, pages)
}

/// What the disk asks for, without a database.
fn bare_fsync(log: &mut File) -> f64 {
    let begun = Instant::now();
    log.write_all(&[0x55; 4096]).unwrap();
    log.sync_data().unwrap();
    begun.elapsed().as_secs_f64() * 1000.0
}

/// One scan: every other one receives a unit, the next finds something on it.
fn commit(records: &mut Records, round: usize) -> f64 {
    let subject = Subject::Unit(UnitId(Uuid::now_v7()));
    let event = if round.is_multiple_of(2) {
        received(records.next_lpn().unwrap()).into()
    } else {
        UnitEvent::FindingAdded { finding: Finding::Stain, by: None }.into()
    };
    let event = new(subject, event);
    let begun = Instant::now();
    records.append(vec![event]).unwrap();
    begun.elapsed().as_secs_f64() * 1000.0
}

fn batch(records: &Records) -> Vec<NewEvent> {
    let mut next = records.next_lpn().unwrap();
    let mut events = Vec::new();
    while events.len() < BATCH {
        let subject = Subject::Unit(UnitId(Uuid::now_v7()));
        events.push(new(subject, received(next).into()));
        for finding in [Finding::Stain, Finding::Used, Finding::Scratched] {
            events.push(new(subject, UnitEvent::FindingAdded { finding, by: None }.into()));
        }
        next = Lpn::new(next.block(), next.counter() + 1).unwrap();
    }
    events
}

fn received(lpn: Lpn) -> UnitEvent {
    UnitEvent::Received {
        lpn,
        preprinted: false,
        intake: IntakeKind::Blind,
        at: Timestamp::now(),
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    }
}

fn new(subject: Subject, event: Event) -> NewEvent {
    let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
    NewEvent { subject, event, event_id: EventId(Uuid::now_v7()), actor, recorded: Timestamp::now() }
}

/// Median and 99th of a hundred.
fn quantiles(took: &mut [f64]) -> (f64, f64) {
    took.sort_by(f64::total_cmp);
    let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}
