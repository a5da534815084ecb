//! JSON with errors that name the place.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::read::{File, Problem, Read};

/// The one value of a file. Strict: an unknown or repeated field is an error.
pub(crate) fn whole<T: DeserializeOwned>(file: File<'_>) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(without_bom(file.bytes));
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let problem = if inner.is_data() {
            let mut problem = Problem::of_file(file.name, "cell-unreadable");
            problem.cell = (path != ".").then_some(path);
            problem
        } else {
            Problem::of_file(file.name, "json-unreadable")
                .with("line", inner.line())
                .with("column", inner.column())
        };
        problem.with("detail", inner)
    })?;
    deserializer.end().map_err(|error| {
        Problem::of_file(file.name, "json-unreadable")
            .with("line", error.line())
            .with("column", error.column())
            .with("detail", error)
    })?;
    Ok(value)
}

/// The entries of a JSON list, each with its number from 1. An entry that cannot be read costs the others nothing.
pub(crate) fn list<T: DeserializeOwned>(file: File<'_>) -> Read<(u32, T)> {
    let strict = match whole::<Vec<T>>(file) {
        Ok(values) => return Read { values: (1..).zip(values).collect(), problems: Vec::new() },
        Err(problem) => problem,
    };
    let Ok(entries) = whole::<Vec<Value>>(file) else { return Read::refused(vec![strict]) };
    let mut read = Read::default();
    for (row, entry) in (1..).zip(entries) {
        match serde_path_to_error::deserialize(entry) {
            Ok(value) => read.values.push((row, value)),
            Err(error) => {
                let path = error.path().to_string();
                let cell = if path == "." { "" } else { path.as_str() };
                let problem = Problem::at(file.name, row, cell, "cell-unreadable");
                read.problems.push(problem.with("detail", error.inner()));
            }
        }
    }
    if read.problems.is_empty() {
        // Every entry passes alone, the list does not: a field is there twice.
        return Read::refused(vec![strict]);
    }
    read
}

pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
