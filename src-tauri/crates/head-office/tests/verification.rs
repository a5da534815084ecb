//! What `verify` finds in a damaged database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use support::{Sent, all_read, arrivals, blob, enrol, start, tamper};
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
    let office = support::open(dir.path());
    let sound = office.verify(|_| {}).unwrap();
    assert!(sound.problems.is_empty());
    assert_eq!((sound.stations, sound.events), (1, 5));
    let other_author = String::from_utf8(sent.lines[2].clone()).unwrap().replace("op-1", "op-2");
    for (harm, code) in [
        (
            format!("UPDATE events SET bytes = {} WHERE seq = 3", blob(other_author.as_bytes())),
            "event-altered",
        ),
        (format!("UPDATE events SET hash = {} WHERE seq = 2", blob(&[0; 32])), "event-altered"),
        ("DELETE FROM events WHERE seq = 4".to_owned(), "event-missing"),
        ("DELETE FROM events WHERE seq = 5".to_owned(), "head-differs"),
        ("UPDATE heads SET seq = 4".to_owned(), "head-differs"),
    ] {
        tamper(dir.path(), &harm);
        let found = office.verify(|_| {}).unwrap();
        assert!(found.problems.iter().any(|problem| problem.code == code), "{harm}: {found:?}");
        assert_eq!(found.chain, head_office::verify::ChainVerdict::Broken);
        tamper(dir.path(), &restoring(&sent, &station));
        assert!(office.verify(|_| {}).unwrap().problems.is_empty(), "restored after {harm}");
    }
}

/// Puts the five events and the head back as they were.
fn restoring(sent: &Sent, station: &support::Station) -> String {
    let mut chain = wire::Chain::at(station.id(), Epoch::Numbered(1), Head::EMPTY);
    let mut sql = String::new();
    for line in &sent.lines {
        let head = chain.push(line);
        sql.push_str(&format!(
            "INSERT INTO events (position, station, epoch, seq, hash, bytes, depot, envelope, received_s)
             VALUES ({0}, {1}, '1', {0}, {2}, {3}, 'LEJ2', 1, 0)
             ON CONFLICT (position) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes;\n",
            head.seq,
            blob(station.id().as_bytes()),
            blob(&head.hash.0),
            blob(line)
        ));
    }
    sql + &format!("UPDATE heads SET seq = 5, hash = {}", blob(&chain.head().hash.0))
}
