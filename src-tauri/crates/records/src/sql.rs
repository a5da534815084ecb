//! Between SQLite's integers and texts, and ours.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::RecordsError;

/// SQLite's integers are signed; no count here comes near their end.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(crate) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// 0 stands for never.
pub(crate) fn time(millis: i64) -> Option<Timestamp> {
    if millis == 0 { None } else { Timestamp::from_millisecond(millis).ok() }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, RecordsError> {
    serde_json::to_string(value).map_err(RecordsError::row)
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, RecordsError> {
    serde_json::from_str(text).map_err(RecordsError::row)
}

pub(crate) fn parse<T>(text: &str) -> Result<T, RecordsError>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(RecordsError::row)
}

/// All first columns, as text.
pub(crate) fn texts<P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
) -> Result<Vec<String>, RecordsError> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_map(params, |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The first column of the first row, as text.
pub(crate) fn text<P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
) -> Result<Option<String>, RecordsError> {
    Ok(connection.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?)
}
