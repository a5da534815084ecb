//! A station's database as an older release would have left it: made by that release's own migrations, with the rows that
//! it could hold.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::Connection;

use crate::dice::Dice;

/// Migrations of the releases before this one, in order. Released ones never change.
const OLDER: [&str; 2] = [
    include_str!("../../records/migrations/V1__records.sql"),
    include_str!("../../records/migrations/V2__figures.sql"),
];

/// Puts a database of an older release in place of the present one, with the same events, the same backlog. Nobody may
/// have it open.
///
/// # Errors
/// Where the present database cannot be read.
pub fn as_older_release_left_it(folder: &Path, dice: &mut Dice) -> Result<()> {
    let release = usize::try_from(dice.between(1, OLDER.len() as u64))?;
    let (present, older) = (folder.join("station.db"), folder.join("older.db"));
    let connection = Connection::open(&present)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let history = "SELECT sql FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let history: String = connection.query_row(history, [], |row| row.get(0))?;
    drop(connection);

    let made = Connection::open(&older)?;
    made.pragma_update(None, "foreign_keys", false)?;
    for sql in OLDER.iter().take(release) {
        made.execute_batch(sql)?;
    }
    made.execute_batch(&history)?;
    made.pragma_update(None, "application_id", id)?;
    made.execute("ATTACH ?1 AS present", [present.to_string_lossy()])?;
    for table in
        texts(&made, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
    {
        let columns =
            texts(&made, &format!("SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0"))?
                .join(", ");
        made.execute_batch(&format!("DELETE FROM main.{table};")).with_context(|| table.clone())?;
        let rows = if table == "refinery_schema_history" {
            format!("WHERE version <= {release}")
        } else {
            String::new()
        };
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM present.{table} {rows}");
        made.execute(&copy, []).with_context(|| copy.clone())?;
    }
    made.execute_batch("DETACH present")?;
    made.close().map_err(|(_, error)| error)?;
    for name in ["station.db-wal", "station.db-shm"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    std::fs::rename(older, present)?;
    Ok(std::fs::File::open(folder)?.sync_all()?)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
