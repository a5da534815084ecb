//! A database of the oldest release, brought up to date with what it holds. PostgreSQL's tables have had one form so far.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use refinery::{Runner, Target, load_sql_migrations};
use support::{arrivals, start};
use wire::{Chain, Epoch, Head, SecretKey, Verdict};

#[tokio::test]
async fn a_head_office_of_the_oldest_release_goes_on_with_its_stations_and_their_events() {
    let dir = tempfile::tempdir().unwrap();
    let (key, station_key) = (SecretKey::from_seed([3; 32]), SecretKey::from_seed([4; 32]));
    std::fs::write(dir.path().join("head-office.key"), hex::encode(key.seed())).unwrap();
    let mut db = rusqlite::Connection::open(dir.path().join(head_office::store::DATABASE_FILE)).unwrap();
    let known = load_sql_migrations(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap();
    let newest = known.iter().map(refinery::Migration::version).max().unwrap();
    Runner::new(&known).set_target(Target::Version(1)).run(&mut db).unwrap();

    let id = returns::ids::StationId([5; 16]);
    let lines = arrivals(3);
    let mut chain = Chain::at(id, Epoch::Numbered(1), Head::EMPTY);
    let heads: Vec<Head> = lines.iter().map(|line| chain.push(line)).collect();
    db.execute(
        "INSERT INTO head_office VALUES (1, '00112233445566778899aabbccddeeff', zeroblob(32), ?1, 0)",
        [key.public().to_bytes()],
    )
    .unwrap();
    db.execute(
        "INSERT INTO stations VALUES (?1, 'LEJ2-B04', 'LEJ2', ?2, 'active', 10000, 10001, 0)",
        rusqlite::params![id.as_bytes(), station_key.public().to_bytes()],
    )
    .unwrap();
    db.execute(
        "INSERT INTO heads VALUES (?1, '1', 3, ?2, 'open')",
        rusqlite::params![id.as_bytes(), chain.head().hash.0],
    )
    .unwrap();
    db.execute("INSERT INTO hellos VALUES (?1, '1', 3, 'instance', 1, 0, 0)", [id.as_bytes()]).unwrap();
    for (head, line) in heads.iter().zip(&lines) {
        let seq = i64::try_from(head.seq).unwrap();
        db.execute(
            "INSERT INTO events VALUES (?1, ?2, '1', ?1, ?3, ?4, 'LEJ2', 1, 0)",
            rusqlite::params![seq, id.as_bytes(), head.hash.0, line],
        )
        .unwrap();
    }
    db.execute_batch("INSERT INTO positions VALUES ('events', 3), ('lpn-blocks', 2)").unwrap();
    drop(db);

    let server = start(dir.path()).await;
    assert_eq!(server.office().identity().incarnation.0, "00112233445566778899aabbccddeeff");
    assert!(!server.office().identity().restored);
    support::all_read(server.office()).await;
    assert_eq!(server.office().store().totals().unwrap().units, 3, "its events are read");
    let mut caller = support::newcomer(&server);
    (caller.key, caller.key_id) = (station_key, id.to_string());
    let mut station = support::enrol(&server, "LEJ2", "LEJ2-B05").await;
    assert_eq!(station.reply.lpn_block, 10_002, "blocks go on where they were");
    (station.caller, station.chain) = (caller, chain);
    station.reply.station = id;
    let sent = station.batch(arrivals(2));
    assert_eq!(station.push_ok(&sent).await.stored_seq, 5);
    assert_eq!(station.hello(station.chain.head(), 0).await.verdict, Verdict::Ok);
    let verified = server.office().verify(|_| {}).unwrap();
    assert!(verified.problems.is_empty(), "{verified:?}");
    assert_eq!(verified.events, 5);
    server.stop().await;
    let db = rusqlite::Connection::open(dir.path().join(head_office::store::DATABASE_FILE)).unwrap();
    let found: i64 =
        db.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0)).unwrap();
    assert_eq!(found, i64::from(newest));
}
