//! A file's rows as typed values, or where they are wrong.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::RefusedRow;

/// The rows of a JSON list, each read on its own. A file that is no list is one refusal with row 0.
pub fn list<T: DeserializeOwned>(file: &Path, bytes: &[u8]) -> (Vec<(usize, T)>, Vec<RefusedRow>) {
    match serde_json::from_slice::<Vec<Value>>(bytes) {
        Err(error) => (Vec::new(), vec![refused(file, 0, "", "file-unreadable", &error.to_string())]),
        Ok(values) => {
            let (mut rows, mut bad) = (Vec::new(), Vec::new());
            for (number, value) in (1..).zip(values) {
                match one(file, number, value) {
                    Ok(row) => rows.push((number, row)),
                    Err(row) => bad.push(row),
                }
            }
            (rows, bad)
        }
    }
}

/// The one value of a file.
pub fn whole<T: DeserializeOwned>(file: &Path, bytes: &[u8]) -> Result<T, RefusedRow> {
    let value = serde_json::from_slice(bytes)
        .map_err(|error| refused(file, 0, "", "file-unreadable", &error.to_string()))?;
    one(file, 1, value)
}

fn one<T: DeserializeOwned>(file: &Path, row: usize, value: Value) -> Result<T, RefusedRow> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let cell = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        refused(file, row, &cell, "cell-unreadable", &error.inner().to_string())
    })
}

/// A refusal of one cell.
pub fn refused(file: &Path, row: usize, cell: &str, code: &'static str, message: &str) -> RefusedRow {
    RefusedRow { file: file.to_path_buf(), row, cell: cell.to_owned(), code, message: message.to_owned() }
}
