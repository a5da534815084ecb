//! What `verify` finds in a damaged database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::{Sent, all_read, arrivals, enrol, start};
use wire::{Epoch, Head};

#[tokio::test]
async fn verify_finds_a_flipped_byte_a_missing_event_and_a_moved_head() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path()).await;
    let mut station = enrol(&server, "LEJ2", "LEJ2-B04").await;
    let sent = station.batch(arrivals(5));
    station.push_ok(&sent).await;
    all_read(server.office()).await;
    server.stop().await;
    let office = head_office::HeadOffice::open(dir.path()).unwrap();
    let sound = office.verify(|_| {}).unwrap();
    assert!(sound.problems.is_empty());
    assert_eq!((sound.stations, sound.events), (1, 5));
    let database = dir.path().join(head_office::store::DATABASE_FILE);
    let db = rusqlite::Connection::open(database).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for (harm, code) in [
        (
            "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), 'op-1', 'op-2') AS BLOB) WHERE seq = 3",
            "event-altered",
        ),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 2", "event-altered"),
        ("DELETE FROM events WHERE seq = 4", "event-missing"),
        ("DELETE FROM events WHERE seq = 5", "head-differs"),
        ("UPDATE heads SET seq = 4", "head-differs"),
    ] {
        db.execute_batch("BEGIN").unwrap();
        assert!(db.execute(harm, []).unwrap() > 0, "{harm}");
        db.execute_batch("COMMIT").unwrap();
        let found = office.verify(|_| {}).unwrap();
        assert!(found.problems.iter().any(|problem| problem.code == code), "{harm}: {found:?}");
        assert_eq!(found.chain, head_office::verify::ChainVerdict::Broken);
        restore(&db, &sent, &station);
        assert!(office.verify(|_| {}).unwrap().problems.is_empty(), "restored after {harm}");
    }
}

/// Puts the five events and the head back as they were.
fn restore(db: &rusqlite::Connection, sent: &Sent, station: &support::Station) {
    let mut chain = wire::Chain::at(station.id(), Epoch::Numbered(1), Head::EMPTY);
    for line in &sent.lines {
        let head = chain.push(line);
        let seq = i64::try_from(head.seq).unwrap();
        db.execute(
            "INSERT INTO events (position, station, epoch, seq, hash, bytes, depot, envelope, received_s)
             VALUES (?1, ?2, '1', ?1, ?3, ?4, 'LEJ2', 1, 0)
             ON CONFLICT (position) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes",
            rusqlite::params![seq, station.id().as_bytes(), head.hash.0, line],
        )
        .unwrap();
    }
    db.execute("UPDATE heads SET seq = 5, hash = ?1", [chain.head().hash.0]).unwrap();
}
