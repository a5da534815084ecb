//! RMAs, catalogue, operators, policies and checklists from files: each row gets its verdict, the good ones go in.

mod catalogue;
mod documents;
mod operators;
mod rmas;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

/// Files to import. All of it may be empty.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Return authorisations, a JSON list.
    pub rmas: Vec<PathBuf>,
    /// Catalogue items, a JSON list.
    pub catalogue: Vec<PathBuf>,
    /// Operators with their PINs, a JSON list.
    pub operators: Vec<PathBuf>,
    /// Policies, one each.
    pub policies: Vec<PathBuf>,
    /// Folders of checklists, one `*.json` each.
    pub checklists: Vec<PathBuf>,
}

/// A row that did not go in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// The file.
    pub file: PathBuf,
    /// Row from 1; 0 when the file as a whole is meant.
    pub row: usize,
    /// The field, as a path such as `lines[0].sku`; empty when the row as a whole is meant.
    pub cell: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, for a person.
    pub message: String,
}

/// How many rows went in.
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

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many rows went in.
    pub imported: Imported,
    /// Rows that did not.
    pub refused: Vec<RefusedRow>,
}

impl HeadOffice {
    /// Imports files. Good rows go in; bad ones are listed with file, row and cell.
    pub fn import(&self, sources: &Sources, now: Timestamp) -> Result<Verdict, HeadOfficeError> {
        let mut verdict = Verdict::default();
        let checklists = documents::checklist_files(&sources.checklists, &mut verdict)?;
        let nothing =
            [&sources.rmas, &sources.catalogue, &sources.operators, &sources.policies, &sources.checklists]
                .iter()
                .all(|files| files.is_empty());
        if nothing {
            return Err(HeadOfficeError::NothingToImport);
        }
        for file in &sources.operators {
            operators::import(self, file, &read(file)?, now, &mut verdict)?;
        }
        for file in &sources.policies {
            documents::import_policy(self, file, &read(file)?, &mut verdict)?;
        }
        for file in &checklists {
            documents::import_checklist(self, file, &read(file)?, &mut verdict)?;
        }
        for file in &sources.catalogue {
            catalogue::import(self, file, &read(file)?, &mut verdict)?;
        }
        for file in &sources.rmas {
            rmas::import(self, file, &read(file)?, &mut verdict)?;
        }
        Ok(verdict)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, HeadOfficeError> {
    fs::read(file).map_err(HeadOfficeError::file(file))
}
