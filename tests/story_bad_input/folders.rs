//! A data folder that may not be opened.

use records::SCHEMA;

use crate::story::station::{KW, Station};
use crate::story::words::assert_has_words;

/// The code with which a bench does not start on a folder.
async fn refusal(dir: &std::path::Path) -> String {
    let refused = Station::try_start(dir).await.err().expect("the bench has started");
    assert_has_words(&refused.code);
    refused.code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bench_on_the_same_folder_does_not_start() {
    let (depot, station, dir) = crate::bench().await;
    assert_eq!(refusal(dir.path()).await, "data-in-use");
    // The first one does not notice; tools that only read run beside it.
    station.sign_in(KW).await;
    station.verified();
    crate::end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let (depot, station, dir) = crate::bench().await;
    station.stop().await;
    let file = dir.path().join("station.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    database
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (?1, 'later', '2027-01-01T00:00:00Z', '1')",
            [SCHEMA + 1],
        )
        .unwrap();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(database);
    let before = std::fs::read(&file).unwrap();
    assert_eq!(refusal(dir.path()).await, "database-newer");
    assert!(std::fs::read(&file).unwrap() == before, "the database was touched");
    depot.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("station.db");
    let rubbish = "this is a letter to the bank, not a database\n".repeat(1000);
    std::fs::write(&file, &rubbish).unwrap();
    assert_eq!(refusal(dir.path()).await, "records-not-rebuilt");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), rubbish);
}
