//! What reading a file gives.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// A file's name and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Name or path, as messages show it.
    pub name: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

/// Values that could be read, and what is wrong with the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// The good ones, in the file's order.
    pub values: Vec<T>,
    /// What is wrong; empty when everything was read.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, as it was named by the caller.
    pub file: String,
    /// CSV: the row as a spreadsheet counts it, the header being row 1. JSON lists: the entry, from 1. None: the
    /// file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// CSV: the column. JSON: the path, such as `lines[0].sku`. None: the row as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Stable code.
    pub code: &'static str,
    /// What goes into the words for the code, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self { values: Vec::new(), problems: Vec::new() }
    }
}

impl<T> Read<T> {
    /// The values, if nothing is wrong at all.
    pub fn whole(self) -> Result<Vec<T>, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.values) } else { Err(self.problems) }
    }

    /// The one value of a file that holds one, if nothing is wrong.
    pub fn one(self) -> Result<T, Vec<Problem>> {
        match (self.values.into_iter().next(), self.problems) {
            (Some(value), problems) if problems.is_empty() => Ok(value),
            (_, problems) => Err(problems),
        }
    }

    pub(crate) fn refused(problems: Vec<Problem>) -> Self {
        Self { values: Vec::new(), problems }
    }

    /// All or nothing: the value, unless something is wrong.
    pub(crate) fn all_or_nothing(value: Option<T>, problems: Vec<Problem>) -> Self {
        let values = value.filter(|_| problems.is_empty()).into_iter().collect();
        Self { values, problems }
    }
}

impl Problem {
    pub(crate) fn of_file(file: &str, code: &'static str) -> Self {
        Self { file: file.to_owned(), row: None, cell: None, code, args: BTreeMap::new() }
    }

    pub(crate) fn at(file: &str, row: u32, cell: &str, code: &'static str) -> Self {
        let cell = (!cell.is_empty()).then(|| cell.to_owned());
        Self { row: Some(row), cell, ..Self::of_file(file, code) }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for Problem {
    /// For logs and terminals: file, row, cell, code and arguments. Screens map the code to words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(cell) = &self.cell {
            write!(f, ", {cell}")?;
        }
        write!(f, ": {}", self.code)?;
        for (name, value) in &self.args {
            write!(f, ", {name} {value:?}")?;
        }
        Ok(())
    }
}
