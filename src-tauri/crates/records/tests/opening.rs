//! Opening a data folder: one writer, no newer or damaged database, nothing overwritten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use records::{Options, Records, RecordsError, SCHEMA};
use support::*;

const ROLE: &str = "RECORDS_TEST_HOLD";

/// Not a test of its own: the other process of `another_process_holds_the_folder`, which runs this binary anew.
#[test]
fn hold_as_another_process() {
    let Ok(dir) = std::env::var(ROLE) else { return };
    let options = Options { program: "the other one".to_owned(), ..options() };
    let _records = Records::open(Path::new(&dir), options).unwrap();
    println!("held");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

fn another_process(dir: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_as_another_process", "--nocapture"])
        .env(ROLE, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("held")), "the other process opened");
    child
}

#[test]
fn another_process_holds_the_folder_until_it_dies() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = another_process(dir.path());
    let error = Records::open(dir.path(), options()).unwrap_err();
    assert_eq!(error.code(), "data-in-use");
    let RecordsError::InUse { holder: Some(holder) } = error else { panic!("nobody named") };
    assert_eq!((holder.pid, holder.program.as_str()), (child.id(), "the other one"));
    // Readers need no lock.
    assert!(Records::open_read_only(dir.path()).is_ok());
    // However the holder ends, its lock goes with it.
    child.kill().unwrap();
    child.wait().unwrap();
    Records::open(dir.path(), options()).unwrap();
}

#[test]
fn a_second_handle_of_the_same_process_is_refused_too() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    assert_eq!(Records::open(dir.path(), options()).unwrap_err().code(), "data-in-use");
    drop(first);
    open(dir.path());
}

#[test]
fn a_database_of_a_newer_release_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let newer = SCHEMA + 1;
    tamper(
        dir.path(),
        &format!(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES ({newer}, 'later', '2027-01-01T00:00:00Z', '1')"
        ),
    );
    let before = std::fs::read(dir.path().join("station.db")).unwrap();
    for error in [
        Records::open(dir.path(), options()).unwrap_err(),
        Records::open_read_only(dir.path()).unwrap_err(),
        records::verify(dir.path()).unwrap_err(),
    ] {
        assert_eq!(error.code(), "database-newer");
        assert!(
            matches!(error, RecordsError::DatabaseNewer { found, known } if (found, known) == (newer, SCHEMA))
        );
    }
    assert_eq!(std::fs::read(dir.path().join("station.db")).unwrap(), before);
}

#[test]
fn the_schema_number_told_to_head_office_is_the_last_migrations() {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let newest = std::fs::read_dir(migrations)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .map(|name| name[1..].split_once("__").unwrap().0.parse::<u32>().unwrap())
        .max();
    assert_eq!(newest, Some(SCHEMA));
}

#[test]
fn damaged_and_foreign_databases_are_refused_and_left_as_they_are() {
    let garbage = vec![0x5a; 8192];
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("station.db"), &garbage).unwrap();
    assert_eq!(Records::open(dir.path(), options()).unwrap_err().code(), "database-corrupt");
    assert_eq!(std::fs::read(dir.path().join("station.db")).unwrap(), garbage);

    let dir = tempfile::tempdir().unwrap();
    tamper(dir.path(), "CREATE TABLE somebody_elses (x)");
    assert_eq!(Records::open(dir.path(), options()).unwrap_err().code(), "database-corrupt");

    // A page in the middle overwritten.
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    for n in 0..60 {
        receive(&mut records, &format!("SN-{n}"));
    }
    drop(records);
    let path = dir.path().join("station.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for page in 1..bytes.len() / 4096 {
        bytes[page * 4096..page * 4096 + 512].fill(0xa5);
    }
    std::fs::write(&path, &bytes).unwrap();
    let error = Records::open(dir.path(), options()).unwrap_err();
    assert_eq!(error.code(), "database-corrupt");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_reader_finds_nothing_where_nothing_is_and_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Records::open_read_only(dir.path()).unwrap_err().code(), "database-missing");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_works_beside_a_running_station_and_sees_its_commits() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    let reader = Records::open_read_only(dir.path()).unwrap();
    let (id, _) = receive(&mut records, "SN-1");
    assert!(reader.unit(&id).unwrap().is_some());
}

#[test]
fn the_settings_that_durability_rests_on_are_in_force() {
    let dir = tempfile::tempdir().unwrap();
    drop(enrolled(dir.path()));
    let connection = rusqlite::Connection::open(dir.path().join("station.db")).unwrap();
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    // STRICT, and NOT NULL in every column of ours.
    let loose: i64 = connection
        .query_row(
            "SELECT count(*) FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'
               AND name <> 'refinery_schema_history'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0);
    let nullable: i64 = connection
        .query_row(
            "SELECT count(*) FROM pragma_table_list t JOIN pragma_table_info(t.name) c
             WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
               AND t.name <> 'refinery_schema_history' AND c.\"notnull\" = 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(nullable, 0);
    assert!(rusqlite::version_number() >= records::SQLITE_AT_LEAST);
}

#[test]
fn a_database_put_back_from_a_copy_is_behind_its_witness() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = enrolled(dir.path());
    receive(&mut records, "SN-1");
    drop(records);
    let copy = std::fs::read(dir.path().join("station.db")).unwrap();
    let mut records = open(dir.path());
    assert_eq!(records.behind_witness(), None);
    let (_, stored) = receive(&mut records, "SN-2");
    drop(records);
    std::fs::write(dir.path().join("station.db"), copy).unwrap();
    let records = open(dir.path());
    let witness = records.behind_witness().expect("the restored database is noticed");
    assert_eq!((witness.head.seq, witness.head.hash), (4, stored[1].hash));
}
