//! What is looked at before the first scan: SQLite's quick check, and whether the schema is the one that the
//! migrations make.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::RecordsError;
use crate::database::{DATABASE, migrate};
use crate::enrolment::write_durably;
use crate::sql::texts;

/// Databases up to this many bytes are checked whole; of larger ones only what the start rests on, and the rest in
/// the background, for a bench must be ready within seconds.
const CHECKED_WHOLE: u64 = 24 * 1024 * 1024;

/// Tables without which no event can be written.
const RESTS_ON: [&str; 5] = ["enrolment", "epochs", "settings", "seals", "tallies"];

/// Lies beside a database in which damage was found while the station was at work: the next start looks at all of it.
const DAMAGE_FILE: &str = "station.damaged";

/// Refuses a database that is damaged or not what the migrations make.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), RecordsError> {
    let small = fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_WHOLE);
    let doubted = path.with_file_name(DAMAGE_FILE);
    if small || doubted.exists() {
        quick(connection, "PRAGMA quick_check(1)")?;
        trusted_again(&doubted);
    } else {
        for table in RESTS_ON {
            quick(connection, &format!("PRAGMA quick_check('{table}')"))?;
        }
    }
    schema(connection)
}

/// It was made anew, or a copy that is whole was put back.
fn trusted_again(doubted: &Path) {
    if doubted.exists()
        && let Err(error) = fs::remove_file(doubted)
    {
        tracing::warn!(%error, "the database will be looked at once more");
    }
}

/// Damage was found in a database that is in use. The next start looks at every page, and makes the records anew where they
/// are damaged still.
///
/// # Errors
/// `disk-full`, `file-failed`.
pub fn doubt(dir: &Path) -> Result<(), RecordsError> {
    write_durably(dir, DAMAGE_FILE, b"")
}

fn quick(connection: &Connection, sql: &str) -> Result<(), RecordsError> {
    match texts(connection, sql, [])?.into_iter().find(|line| line != "ok") {
        Some(what) => Err(RecordsError::Corrupt(what)),
        None => Ok(()),
    }
}

/// Whatever the migrations make is there as they make it. What is there beside it (statistics, for one) is let be.
fn schema(connection: &Connection) -> Result<(), RecordsError> {
    let mut fresh = Connection::open_in_memory()?;
    migrate(&mut fresh)?;
    let found = objects(connection)?;
    for (name, sql) in objects(&fresh)? {
        match found.get(&name) {
            None => return Err(RecordsError::Corrupt(format!("{name} is missing in the database"))),
            Some(other) if *other != sql => {
                return Err(RecordsError::Corrupt(format!("{name} is not as the migrations make it")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn objects(connection: &Connection) -> Result<BTreeMap<String, String>, RecordsError> {
    let sql =
        "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// SQLite's quick check of every page, read-only, beside a running station; it takes as long as the disk takes to
/// read the database. Empty where nothing is wrong. [`crate::verify`] looks at everything.
///
/// # Errors
/// `database-failed`, `database-corrupt` where not even that can be read.
pub fn damaged_pages(dir: &Path) -> Result<Vec<String>, RecordsError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(dir.join(DATABASE), flags)?;
    let found = texts(&connection, "PRAGMA quick_check(20)", [])?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
