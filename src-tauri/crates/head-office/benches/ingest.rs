//! How fast head office takes events in: `cargo xtask bench ingest`.
//!
//! PostgreSQL against COPY of the same rows into the same table; the whole signed path over HTTP; two hundred stations
//! at once; bytes on the wire. Limits and peers in the same run; the last line is JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "support/cpu.rs"]
mod cpu;
#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use head_office::ledger::{Batch, Content};
use head_office::{HeadOffice, Server, Settings, Stores};
use jiff::Timestamp;
use serde_json::json;
use support::cluster::Cluster;
use support::{Station, enrol, hashes};
use tokio::runtime::Handle;
use wire::{Chain, Epoch, Head, RequestParts, content_digest, sign_request};

const BATCH: usize = 1000;
const ROUNDS: usize = 12;
const STATIONS: usize = 200;
/// Stations that send long batches, and how many each.
const LONG_SENDERS: usize = 4;
const LONG_BATCHES: usize = 40;

/// Events of a played shift; ids, hashes, times and numbers are drawn anew for each use. The dictionary was trained on
/// other returns than these.
const SHIFT: &str = include_str!("shift.ndjson");

fn main() {
    let begun = Instant::now();
    let note = std::env::temp_dir().join(format!("head-office-bench-{}", std::process::id()));
    let cluster = Cluster::start(&note, &["-c", "max_wal_size=4GB"]);
    let threads = |name: &str| {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(2).thread_name(name).enable_all().build().unwrap()
    };
    let (runtime, stations) = (threads("head-office"), threads("stations"));
    let (ours, copy) = against_copy(&cluster, &runtime);
    let ratio = ours / copy;
    println!(
        "batch of {BATCH} into PostgreSQL: {ours:.0} events/s, COPY {copy:.0}/s: {ratio:.2} of it (limit 0.80)"
    );
    let (path, read) = runtime.block_on(whole_path(&cluster, stations.handle()));
    println!("whole signed path: {path:.0} events/s (limit 20000): {:.2} of it", path / 20_000.0);
    println!("and until head office has read what they mean: {read:.0} events/s");
    let (calls, errors, seconds) = runtime.block_on(all_at_once(&cluster, stations.handle()));
    println!("{STATIONS} stations at once: {calls} pushes in {seconds:.1} s, {errors} errors (limit 0)");
    let (at_200, at_50) = (on_the_wire(200), on_the_wire(50));
    println!(
        "on the wire: {:.1} bytes an event at 200 (limit 48; without dictionary {:.1}), {:.1} at 50 (limit 60; {:.1})",
        at_200.0, at_200.1, at_50.0, at_50.1
    );
    let (bare_200, bare_50) = (entropy(200), entropy(50));
    println!(
        "of these, random bits that no packing can spare (ids, photos' hashes, numbers, digits below a second): {bare_200:.1} at 200, {bare_50:.1} at 50"
    );
    println!("took {:.0} s", begun.elapsed().as_secs_f64());
    let line = json!({
        "bench": "ingest",
        "events_per_second": ours.round(), "copy_per_second": copy.round(), "of_copy": ratio,
        "path_events_per_second": path.round(), "of_path_limit": path / 20_000.0,
        "read_events_per_second": read.round(),
        "stations": STATIONS, "errors": errors,
        "wire_bytes_200": at_200.0, "wire_bytes_50": at_50.0,
        "wire_bytes_200_plain": at_200.1, "wire_bytes_50_plain": at_50.1,
        "entropy_bytes_200": bare_200, "entropy_bytes_50": bare_50,
        "seconds": begun.elapsed().as_secs_f64().round(),
    });
    println!("{line}");
}

/// Lines as a station writes them, no two alike.
fn lines(count: usize) -> Vec<Vec<u8>> {
    let shift: Vec<&str> = SHIFT.lines().collect();
    let mut fresh: HashMap<String, String> = HashMap::new();
    let mut clock = Timestamp::now();
    let mut made = Vec::with_capacity(count);
    for n in 0..count {
        if n % shift.len() == 0 {
            fresh.clear();
        }
        clock += jiff::SignedDuration::from_nanos(rand::random_range(0..8_000_000_000));
        made.push(renewed(shift[n % shift.len()], clock, &mut fresh).into_bytes());
    }
    made
}

/// The line with new ids, hashes, times and numbers, the same new one for the same old one.
fn renewed(line: &str, clock: Timestamp, fresh: &mut HashMap<String, String>) -> String {
    let parts = line.split('"').map(|part| {
        let (prefix, value) = match part.split_once(':') {
            Some((prefix, id)) if id.len() == 36 => (&part[..=prefix.len()], id),
            _ => ("", part),
        };
        let all_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let new = match value.len() {
            36 if uuid::Uuid::parse_str(value).is_ok() => id_of(clock),
            64 if all_hex => hex::encode(rand::random::<[u8; 32]>()),
            12 if all_hex => format!("1000{:08}", rand::random_range(0..100_000_000)),
            9 if value.starts_with("26-") => format!("26-{:06}", rand::random_range(0..1_000_000)),
            20.. if value.parse::<Timestamp>().is_ok() => clock.to_string(),
            _ => return part.to_owned(),
        };
        format!("{prefix}{}", fresh.entry(value.to_owned()).or_insert(new))
    });
    parts.collect::<Vec<_>>().join("\"")
}

/// An id of that moment: seconds lie between a bench's events, and all else in an id is random.
fn id_of(clock: Timestamp) -> String {
    let ms = u64::try_from(clock.as_millisecond()).unwrap();
    uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid().to_string()
}

/// Events a second: our append, and COPY of the same rows, in turns.
fn against_copy(cluster: &Cluster, runtime: &tokio::runtime::Runtime) -> (f64, f64) {
    let dir = tempfile::tempdir().unwrap();
    let url = cluster.fresh_database();
    let stores = Stores { database: Some(url.clone()), photos: None };
    let office = HeadOffice::open_or_create_in(dir.path(), &stores).unwrap();
    let code = head_office::enrolment::OneTimeCode::random();
    office.store().add_code(&code, "LEJ2", "bench", i64::MAX).unwrap();
    let key = wire::SecretKey::from_seed([5; 32]).public();
    let station = office.store().redeem(&code, &key, Timestamp::now()).unwrap().station;
    let mut chain = Chain::at(station.id, Epoch::Numbered(1), Head::EMPTY);
    let (client, connection) =
        runtime.block_on(tokio_postgres::connect(&url, tokio_postgres::NoTls)).unwrap();
    runtime.spawn(connection);
    let (mut ours, mut copies) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let lines = lines(BATCH);
        let before = chain.head();
        let heads: Vec<Head> = lines.iter().map(|line| chain.push(line)).collect();
        let batch = Batch {
            station: station.id,
            epoch: Epoch::Numbered(1),
            first: before.seq + 1,
            last: chain.head().seq,
            previous: before.hash,
            last_hash: chain.head().hash,
            lines: lines.clone(),
        };
        let checked = batch.check(Content::Envelopes).unwrap();
        let begun = Instant::now();
        office.store().append(checked, "LEJ2", Timestamp::now()).unwrap();
        ours.push(begun.elapsed());
        let begun = Instant::now();
        runtime.block_on(copy_in(&client, round, &station.id, &heads, &lines));
        copies.push(begun.elapsed());
    }
    (per_second(&mut ours), per_second(&mut copies))
}

/// The same rows into the same table, under another epoch and far positions.
async fn copy_in(
    client: &tokio_postgres::Client,
    round: usize,
    station: &returns::ids::StationId,
    heads: &[Head],
    lines: &[Vec<u8>],
) {
    use futures_util::SinkExt;
    let mut text = String::new();
    for (n, (head, line)) in heads.iter().zip(lines).enumerate() {
        let position = 1_000_000_000 + round * BATCH + n;
        text.push_str(&format!(
            "{position}\t\\\\x{}\tcopy\t{}\t\\\\x{}\t\\\\x{}\tLEJ2\t1\t0\n",
            hex::encode(station.as_bytes()),
            head.seq,
            head.hash,
            hex::encode(line)
        ));
    }
    let sink = client
        .copy_in::<_, bytes::Bytes>(
            "COPY events (position, station, epoch, seq, hash, bytes, depot, envelope, received_s) FROM STDIN",
        )
        .await
        .unwrap();
    let mut sink = std::pin::pin!(sink);
    sink.send(bytes::Bytes::from(text)).await.unwrap();
    assert_eq!(sink.finish().await.unwrap(), lines.len() as u64);
}

/// By the median round.
fn per_second(rounds: &mut [Duration]) -> f64 {
    rounds.sort_unstable();
    BATCH as f64 / rounds[rounds.len() / 2].as_secs_f64()
}

async fn serve(cluster: &Cluster, dir: &std::path::Path) -> Server {
    let mut settings = Settings::new("127.0.0.1:0".parse().unwrap());
    settings.stores.database = Some(cluster.fresh_database());
    settings.calls_per_minute = 1_000_000.try_into().unwrap();
    Server::start_with(dir, settings).await.unwrap()
}

/// A batch that only has to be signed and sent.
struct Ready {
    target: String,
    body: Vec<u8>,
    digest: String,
    hashes: [(&'static str, String); 2],
}

fn ready(station: &mut Station, events: usize) -> Ready {
    let sent = station.batch(lines(events));
    let body = wire::pack(&sent.lines).unwrap();
    Ready {
        target: format!("/v1/stations/{}/epochs/1/events/{}-{}", station.id(), sent.first, sent.last),
        digest: content_digest(&body),
        body,
        hashes: hashes(&sent),
    }
}

async fn push(station: &Station, challenge: &str, ready: &Ready) -> bool {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let parts = RequestParts {
        method: "PUT",
        path: &ready.target,
        query: "",
        content_digest: &ready.digest,
        station_nonce: &nonce,
    };
    let (input, signature) = sign_request(&station.caller.key, &station.caller.key_id, challenge, &parts);
    let mut request = station.caller.http.put(format!("{}{}", station.caller.url, ready.target));
    for (name, value) in &ready.hashes {
        request = request.header(*name, value);
    }
    let reply = request
        .header("signature-input", input)
        .header("signature", signature)
        .header("content-digest", &ready.digest)
        .header("rs-nonce", nonce)
        .body(ready.body.clone())
        .send()
        .await;
    match reply {
        Ok(reply) => reply.status().as_u16() == 200 && reply.bytes().await.is_ok(),
        Err(_) => false,
    }
}

/// Each station sends what it has, all at the same time; how many calls failed, of how many.
async fn send_all(stations: Vec<(Station, Vec<Ready>)>, on: &Handle) -> (usize, usize) {
    let tasks: Vec<_> = stations
        .into_iter()
        .map(|(station, batches)| {
            on.spawn(async move {
                let challenge = station.caller.challenge().await;
                let mut errors = 0;
                for batch in &batches {
                    errors += usize::from(!push(&station, &challenge, batch).await);
                }
                (batches.len(), errors)
            })
        })
        .collect();
    let (mut calls, mut errors) = (0, 0);
    for task in tasks {
        let (sent, failed) = task.await.unwrap();
        calls += sent;
        errors += failed;
    }
    (calls, errors)
}

/// Events a second from stations that send long batches, all on this computer: server, PostgreSQL and stations. From the
/// first call to the last receipt; and to the moment when the last event is read, too.
async fn whole_path(cluster: &Cluster, on: &Handle) -> (f64, f64) {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(cluster, dir.path()).await;
    let mut stations = Vec::new();
    for n in 0..LONG_SENDERS {
        let mut station = enrol(&server, "LEJ2", &format!("B{n}")).await;
        let batches: Vec<Ready> = (0..LONG_BATCHES).map(|_| ready(&mut station, BATCH)).collect();
        stations.push((station, batches));
    }
    let before = cpu::used(cluster.port());
    let begun = Instant::now();
    let (calls, errors) = send_all(stations, on).await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((calls, errors), (LONG_SENDERS * LONG_BATCHES, 0));
    let events = (calls * BATCH) as f64;
    let shares = cpu::since(&before, &cpu::used(cluster.port()))
        .into_iter()
        .map(|(name, used)| format!("{name} {:.0} µs", used / events * 1e6));
    println!("processor time for an event: {}", shares.collect::<Vec<_>>().join(", "));
    println!(
        "read meanwhile: {:.0} of {events:.0} events",
        events - server.office().store().unread().unwrap() as f64
    );
    while server.office().store().unread().unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let read = begun.elapsed().as_secs_f64();
    server.stop().await;
    (events / seconds, events / read)
}

/// Every station sends ten batches of fifty, all at the same time.
async fn all_at_once(cluster: &Cluster, on: &Handle) -> (usize, usize, f64) {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(cluster, dir.path()).await;
    let mut stations = Vec::new();
    for n in 0..STATIONS {
        let mut station = enrol(&server, "LEJ2", &format!("B{n:03}")).await;
        let batches: Vec<Ready> = (0..10).map(|_| ready(&mut station, 50)).collect();
        stations.push((station, batches));
    }
    let begun = Instant::now();
    let (calls, errors) = send_all(stations, on).await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(server.office().store().totals().unwrap().events as usize, (STATIONS * 10 - errors) * 50);
    server.stop().await;
    (calls, errors, seconds)
}

/// Bytes of the body for each event: with the dictionary, and without.
fn on_the_wire(batch: usize) -> (f64, f64) {
    let (mut with, mut without) = (0, 0);
    let lines = lines(batch * 10);
    for lines in lines.chunks(batch) {
        with += wire::pack_with_dictionary(lines).unwrap().len();
        without += wire::pack(lines).unwrap().len();
    }
    (with as f64 / lines.len() as f64, without as f64 / lines.len() as f64)
}

/// Bytes for each event that were drawn at random and are new in their batch, whatever writes them down.
fn entropy(batch: usize) -> f64 {
    /// Random bits of a UUID of version 7 (RFC 9562, 5.7).
    const ID_BITS: f64 = 74.0;
    let mut bits = 0.0;
    let lines = lines(batch * 10);
    for lines in lines.chunks(batch) {
        let mut seen: HashSet<&str> = HashSet::new();
        for part in lines.iter().flat_map(|line| std::str::from_utf8(line).unwrap().split('"')) {
            let value = part.rsplit_once(':').map_or(part, |(_, id)| if id.len() == 36 { id } else { part });
            let all_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
            let drawn = match value.len() {
                36 if uuid::Uuid::parse_str(value).is_ok() => ID_BITS,
                64 if all_hex => 256.0,
                12 if all_hex => 8.0 * 10_f64.log2(),
                9 if value.starts_with("26-") => 6.0 * 10_f64.log2(),
                20.. if value.parse::<Timestamp>().is_ok() => 9.0 * 10_f64.log2(),
                _ => continue,
            };
            if seen.insert(value) {
                bits += drawn;
            }
        }
    }
    bits / 8.0 / lines.len() as f64
}
