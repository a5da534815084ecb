//! RMAs, catalogue, operators, policies and checklists from files: each row gets its verdict, the good ones go in.

mod documents;
mod lists;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use knowledge::Problem;
use returns::policy::Vocabulary;
use serde::Serialize;

use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

/// Files to import, in the formats of [`knowledge`]. All of it may be empty.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Return authorisations, JSON lists.
    pub rmas: Vec<PathBuf>,
    /// Catalogues, CSV.
    pub catalogue: Vec<PathBuf>,
    /// Operators with their PINs, CSV.
    pub operators: Vec<PathBuf>,
    /// Policies: a folder with files of [`knowledge::policy::FILES`], a workbook (`*.xlsx`), or one JSON file, each.
    pub policies: Vec<PathBuf>,
    /// Folders of checklists, one `*.json` each.
    pub checklists: Vec<PathBuf>,
}

/// How many went in.
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
    /// How many went in.
    pub imported: Imported,
    /// What is wrong with what did not, by file, row and cell.
    pub refused: Vec<Problem>,
}

impl HeadOffice {
    /// Imports files. Of lists the good rows go in; a document with anything wrong does not.
    pub fn import(&self, sources: &Sources, now: Timestamp) -> Result<Verdict, HeadOfficeError> {
        let Sources { rmas, catalogue, operators, policies, checklists } = sources;
        if [rmas, catalogue, operators, policies, checklists].iter().all(|files| files.is_empty()) {
            return Err(HeadOfficeError::NothingToImport);
        }
        let mut verdict = Verdict::default();
        // People and rules before work, as a station fetches them.
        for file in operators {
            lists::operators(self, file, now, &mut verdict)?;
        }
        for folder in checklists {
            documents::checklists(self, folder, &mut verdict)?;
        }
        for file in catalogue {
            lists::catalogue(self, file, &mut verdict)?;
        }
        // After what says which categories, owners and findings there are.
        let known = if policies.is_empty() { Vocabulary::default() } else { documents::vocabulary(self)? };
        for path in policies {
            documents::policy(self, path, &known, &mut verdict)?;
        }
        for file in rmas {
            lists::rmas(self, file, &mut verdict)?;
        }
        Ok(verdict)
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, HeadOfficeError> {
    fs::read(file).map_err(HeadOfficeError::file(file))
}

fn name_of(file: &Path) -> String {
    file.display().to_string()
}
