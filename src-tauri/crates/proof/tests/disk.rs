//! The disk that loses power is a judge: it tells a database that waits for the disk from one that does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use proof::dice::Dice;
use proof::disk::Disk;
use rusqlite::Connection;

/// Commits rows until the power goes; how many were acknowledged and are gone afterwards.
fn lost(synchronous: &str, seed: u64) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = Disk::mount(folder.path()).expect("this test needs root and /dev/fuse");
    let path = folder.path().join("rows.db");
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    connection.pragma_update(None, "synchronous", synchronous).unwrap();
    connection.execute_batch("CREATE TABLE rows (number INTEGER PRIMARY KEY, bytes BLOB)").unwrap();
    let mut dice = Dice::of(seed);
    disk.cut_after(dice.between(50, 400));
    let mut acknowledged = 0;
    while connection.execute("INSERT INTO rows (bytes) VALUES (?1)", [dice.bytes(700)]).is_ok() {
        acknowledged += 1;
    }
    drop(connection);
    disk.come_back(&mut dice).unwrap();
    let connection = Connection::open(&path).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let left: i64 = connection.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap_or(0);
    drop(connection);
    drop(disk);
    assert!(acknowledged > 10, "{acknowledged} commits before the cut");
    acknowledged - left.min(acknowledged)
}

#[test]
fn a_power_cut_takes_what_was_not_synced_and_nothing_else() {
    let full: Vec<i64> = (0..12).map(|seed| lost("full", seed)).collect();
    let normal: Vec<i64> = (0..12).map(|seed| lost("normal", seed)).collect();
    println!("lost by cut: full {full:?}, normal {normal:?}");
    assert!(full.iter().all(|lost| *lost == 0), "synced commits were lost: {full:?}");
    assert!(normal.iter().filter(|lost| **lost > 0).count() > 3, "nothing is ever lost: {normal:?}");
}

#[test]
fn a_folder_on_it_behaves_as_folders_do() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(folder.path()).expect("this test needs root and /dev/fuse");
    let below = folder.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("one"), b"1").unwrap();
    std::fs::rename(below.join("one"), folder.path().join("two")).unwrap();
    assert_eq!(std::fs::read(folder.path().join("two")).unwrap(), b"1");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a", "two"]);
    std::fs::remove_dir_all(folder.path().join("a")).unwrap();
    assert!(!below.exists());
    drop(disk);
    assert!(!folder.path().join("two").exists(), "it is unmounted");
}
