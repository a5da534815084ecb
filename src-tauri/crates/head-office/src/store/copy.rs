//! Copies all tables from one store into another that is empty. A backup of either database is a SQLite file, and
//! either database can be filled from one.

use super::session::{Cell, Row, Session};
use crate::error::HeadOfficeError;

/// Rows in one statement.
const ROWS_AT_ONCE: usize = 500;

/// Every table, those that others refer to first: name, columns of its key, further columns.
const TABLES: [(&str, &[&str], &[&str]); 19] = [
    ("head_office", &["id"], &["incarnation", "sample_salt", "public_key", "created_s", "restored_s"]),
    ("positions", &["name"], &["position"]),
    ("enrolment_codes", &["code_hash"], &["depot", "name", "expires_s", "station"]),
    (
        "stations",
        &["station"],
        &[
            "name",
            "depot",
            "public_key",
            "state",
            "lpn_block",
            "lpn_reserve_block",
            "enrolled_s",
            "lpn_next_block",
        ],
    ),
    (
        "hellos",
        &["station"],
        &["epoch", "seq", "instance", "schema", "backlog", "said_s", "instance_before", "cloned"],
    ),
    ("heads", &["station", "epoch"], &["seq", "hash", "state"]),
    (
        "events",
        &["position"],
        &["station", "epoch", "seq", "hash", "bytes", "depot", "envelope", "received_s"],
    ),
    ("readings", &["position"], &["event_id", "subject", "kind", "verdict"]),
    ("quarantine", &["position"], &["code"]),
    ("units", &["unit"], &["depot", "lpn", "rma", "stage", "review", "state"]),
    ("parcels", &["parcel"], &["depot", "state"]),
    ("containers", &["container"], &["depot", "state"]),
    ("effects", &["effect"], &["kind", "event_id", "subject", "body"]),
    ("rmas", &["number"], &["imported"]),
    ("feed_items", &["feed", "key"], &["position", "change", "value"]),
    ("blobs", &["sha256"], &["length", "station", "received_s"]),
    ("durable", &["station", "epoch"], &["seq"]),
    ("webhooks", &["webhook"], &["url", "secret", "added_s"]),
    ("deliveries", &["webhook", "effect"], &["state", "attempts", "next_s", "trouble"]),
];

/// Tables whose rows mean nothing elsewhere: offers name uploads that are not in a backup, and a backup does not list
/// itself.
#[cfg(test)]
const LEFT_OUT: [&str; 2] = ["blob_offers", "backups"];

/// Copies all of them. What the other store was born with is replaced.
pub(super) fn all(from: &mut dyn Session, to: &mut dyn Session) -> Result<(), HeadOfficeError> {
    to.execute("DELETE FROM head_office", &[])?;
    for (table, key, further) in TABLES {
        let columns: Vec<&'static str> = key.iter().chain(further).copied().collect();
        let mut behind: Option<Row> = None;
        loop {
            let rows = page(from, table, key, &columns, behind.as_ref())?;
            let more = rows.len() == ROWS_AT_ONCE;
            behind = rows.last().cloned();
            let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| row.0).collect();
            to.insert(table, &columns, &rows)?;
            if !more {
                break;
            }
        }
    }
    Ok(())
}

/// The rows behind one, in the order of their keys.
fn page(
    from: &mut dyn Session,
    table: &str,
    key: &[&str],
    columns: &[&str],
    behind: Option<&Row>,
) -> Result<Vec<Row>, HeadOfficeError> {
    let (mut condition, mut params) = (String::new(), Vec::new());
    if let Some(behind) = behind {
        let places: Vec<String> = (1..=key.len()).map(|number| format!("?{number}")).collect();
        condition = format!("WHERE ({}) > ({})", key.join(", "), places.join(", "));
        params.extend(behind.0.iter().take(key.len()).cloned());
    }
    let sql = format!(
        "SELECT {} FROM {table} {condition} ORDER BY {} LIMIT {ROWS_AT_ONCE}",
        columns.join(", "),
        key.join(", ")
    );
    from.query(&sql, &params)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_and_column_is_copied_or_left_out_on_purpose() {
        let dir = tempfile::tempdir().unwrap();
        super::super::Store::sqlite(dir.path(), jiff::Timestamp::now()).unwrap();
        let db = rusqlite::Connection::open(dir.path().join(super::super::DATABASE_FILE)).unwrap();
        let names = |sql: &str| -> BTreeSet<String> {
            let mut statement = db.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let tables =
            names("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'refinery%'");
        let copied: BTreeSet<String> = TABLES.iter().map(|(table, ..)| (*table).to_owned()).collect();
        let known: BTreeSet<String> = copied.iter().cloned().chain(LEFT_OUT.map(str::to_owned)).collect();
        assert_eq!(tables, known);
        for (table, key, further) in TABLES {
            let there = names(&format!("SELECT name FROM pragma_table_info('{table}')"));
            let copied: BTreeSet<String> = key.iter().chain(further).map(|name| (*name).to_owned()).collect();
            assert_eq!(there, copied, "{table}");
        }
    }
}
