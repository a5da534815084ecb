//! RMAs, catalogue, operators, policies and checklists from files: each row gets its verdict, the good ones go in.
//!
//! Everything is read and judged first, and written afterwards: so a file can be checked without a trace, and an import
//! can be all or nothing.

mod documents;
mod lists;
mod plan;
mod tables;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use knowledge::Problem;
use serde::Serialize;

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use plan::Plan;

pub use words::Words;

/// Files to import, in the formats of [`knowledge`]. All of it may be empty.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Return authorisations: JSON lists, or CSV with a row for each line.
    pub rmas: Vec<PathBuf>,
    /// Catalogues: CSV, or JSON lists of objects with the same columns.
    pub catalogue: Vec<PathBuf>,
    /// Operators with their PINs: CSV, or JSON lists of objects with the same columns.
    pub operators: Vec<PathBuf>,
    /// Policies: a folder with files of [`knowledge::policy::FILES`], a workbook (`*.xlsx`), or one JSON file, each.
    pub policies: Vec<PathBuf>,
    /// Folders of checklists, one `*.json` each.
    pub checklists: Vec<PathBuf>,
}

/// How to import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// Judge everything and write nothing.
    pub check: bool,
    /// Write nothing where anything is refused.
    pub all_or_nothing: bool,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Return authorisations.
    pub rmas: usize,
    /// Catalogue items.
    pub items: usize,
    /// Operators.
    pub operators: usize,
    /// Policies.
    pub policies: usize,
    /// Checklists.
    pub checklists: usize,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A return authorisation.
    Rma,
    /// A catalogue item.
    Item,
    /// An operator.
    Operator,
    /// A policy.
    Policy,
    /// A checklist.
    Checklist,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// New, or other than what is there.
    Accepted,
    /// There already, just so.
    Unchanged,
    /// Something is wrong with it.
    Refused,
}

/// The verdict on one row: of a table the row, of a JSON list the entry, of a document the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowVerdict {
    /// The file.
    pub file: String,
    /// CSV: the row as a spreadsheet counts it. JSON: the entry, from 1. None: a document as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// What it is about.
    pub kind: Kind,
    /// Its key, such as the RMA's number; empty where it could not be read.
    pub key: String,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many are new or changed; they went in if `written` says so.
    pub imported: Imported,
    /// How many were there already.
    pub unchanged: Imported,
    /// What is wrong with what did not go in, by file, row and cell.
    pub refused: Vec<Problem>,
    /// A verdict for every row.
    pub rows: Vec<RowVerdict>,
    /// Whether anything was to be written: not when it was only checked, nor when it was all or nothing and something
    /// is refused.
    pub written: bool,
}

impl HeadOffice {
    /// Imports files. Of lists the good rows go in; a document with anything wrong does not.
    ///
    /// # Errors
    /// `nothing-to-import`, `file-unusable`, and head office's own troubles; what is wrong with rows is in the verdict.
    pub fn import(&self, sources: &Sources, now: Timestamp) -> Result<Verdict, HeadOfficeError> {
        self.import_as(sources, Manner::default(), now)
    }

    /// The same, only checked, or all or nothing.
    ///
    /// # Errors
    /// As [`HeadOffice::import`].
    pub fn import_as(
        &self,
        sources: &Sources,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Verdict, HeadOfficeError> {
        let Sources { rmas, catalogue, operators, policies, checklists } = sources;
        if [rmas, catalogue, operators, policies, checklists].iter().all(|files| files.is_empty()) {
            return Err(HeadOfficeError::NothingToImport);
        }
        let mut plan = Plan::default();
        // People and rules before work, as a station fetches them.
        for file in operators {
            lists::operators(self, file, now, &mut plan)?;
        }
        for folder in checklists {
            documents::checklists(self, folder, &mut plan)?;
        }
        for file in catalogue {
            lists::catalogue(self, file, &mut plan)?;
        }
        if !policies.is_empty() {
            // After what says which categories, owners and findings there are.
            let known = documents::vocabulary(self, &plan)?;
            for path in policies {
                documents::policy(self, path, &known, &mut plan)?;
            }
        }
        for file in rmas {
            lists::rmas(self, file, &mut plan)?;
        }
        plan.carry_out(self, manner)
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, HeadOfficeError> {
    fs::read(file).map_err(HeadOfficeError::file(file))
}

fn name_of(file: &Path) -> String {
    file.display().to_string()
}
