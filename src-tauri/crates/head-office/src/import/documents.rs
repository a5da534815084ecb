//! Policies and checklists: checked, signed, published; whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use knowledge::policy::{self, Opened};
use knowledge::{File, Problem};
use returns::checklist::Checklist;
use returns::item::Item;
use returns::policy::Vocabulary;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{Document, Feed, Signed};

use super::{Verdict, bytes_of, name_of};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

/// Before the number in a policy's key among the documents.
const POLICY_KEY: &str = "policy/";

/// A policy: a folder of tables, a workbook, or one JSON file. One with gaps, overlaps, rows that never act, unknown
/// words or examples that come out otherwise is refused.
pub fn policy(
    office: &HeadOffice,
    path: &Path,
    known: &Vocabulary,
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let opened = open_policy(path)?;
    let places = opened.places;
    let policy = match opened.read.one() {
        Ok(policy) => policy,
        Err(problems) => {
            verdict.refused.extend(problems);
            return Ok(());
        }
    };
    let found = policy::publishable(&policy, &places, known);
    if !found.problems.is_empty() {
        verdict.refused.extend(found.problems);
        return Ok(());
    }
    let number = policy.number;
    let key = format!("{POLICY_KEY}{number}");
    let value = signed(office, &Document::Policy(Box::new(policy)))?;
    // Events name a policy by number and hash: one number must stay one text.
    let code = match office.store().feed_value(Feed::Documents, &key)? {
        Some(before) if before != value => Some("policy-number-taken"),
        None if newest_policy(office)?.is_some_and(|newest| number < newest) => Some("policy-number-lower"),
        _ => None,
    };
    if let Some(code) = code {
        let place = policy::Place { table: policy::Table::Head, at: None, cell: "number" };
        let mut problem = places.problem(place, code);
        problem.args.insert("found".to_owned(), number.to_string());
        verdict.refused.push(problem);
        return Ok(());
    }
    verdict.imported.policies += 1;
    office.store().publish(Feed::Documents, &[Change { key, value: Some(value) }])
}

/// The words that a policy may use: those of the checklists and products that are published here.
pub fn vocabulary(office: &HeadOffice) -> Result<Vocabulary, HeadOfficeError> {
    let checklists = published::<Document>(office, Feed::Documents)?.into_iter();
    let checklists: Vec<Checklist> = checklists
        .filter_map(|document| match document {
            Document::Checklist(checklist) => Some(*checklist),
            Document::Policy(_) => None,
        })
        .collect();
    Ok(policy::vocabulary(&checklists, &published::<Item>(office, Feed::Catalogue)?))
}

/// What a feed holds under our own key. What another key signed says nothing here.
fn published<T: Serialize + DeserializeOwned>(
    office: &HeadOffice,
    feed: Feed,
) -> Result<Vec<T>, HeadOfficeError> {
    let key = office.public_key();
    let values = office.store().feed_values(feed)?.into_iter();
    Ok(values
        .filter_map(|(_, value)| serde_json::from_value::<Signed<T>>(value).ok()?.verify(&key).ok())
        .map(|(value, _)| value)
        .collect())
}

/// The highest number that is published.
fn newest_policy(office: &HeadOffice) -> Result<Option<u32>, HeadOfficeError> {
    let documents = office.store().feed_values(Feed::Documents)?;
    let numbers = documents.iter().filter_map(|(key, _)| key.strip_prefix(POLICY_KEY)?.parse().ok());
    Ok(numbers.max())
}

fn open_policy(path: &Path) -> Result<Opened, HeadOfficeError> {
    if path.is_dir() {
        return policy_folder(path);
    }
    let (name, bytes) = (name_of(path), bytes_of(path)?);
    let workbook = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
    Ok(if workbook { policy::open_xlsx(&bytes, &name) } else { policy::open_json(&bytes, &name) })
}

/// Its tables. Every `*.csv` is read, so that a misspelt name is noticed.
fn policy_folder(folder: &Path) -> Result<Opened, HeadOfficeError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(HeadOfficeError::file(folder))? {
        let path = entry.map_err(HeadOfficeError::file(folder))?.path();
        let known = path.file_name().is_some_and(|name| policy::FILES.iter().any(|file| name == *file));
        if known || path.extension().is_some_and(|extension| extension == "csv") {
            files.push((name_of(&path), bytes_of(&path)?));
        }
    }
    files.sort();
    let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
    Ok(policy::open(&files))
}

/// The checklists of a folder, one `*.json` each. A folder without any is refused: it was meant to hold some.
pub fn checklists(office: &HeadOffice, folder: &Path, verdict: &mut Verdict) -> Result<(), HeadOfficeError> {
    let files = json_files(folder)?;
    if files.is_empty() {
        verdict.refused.push(Problem {
            file: name_of(folder),
            row: None,
            cell: None,
            code: "folder-empty",
            args: BTreeMap::new(),
        });
    }
    for file in files {
        match knowledge::checklist::read(&bytes_of(&file)?, &name_of(&file)).one() {
            Err(problems) => verdict.refused.extend(problems),
            Ok(checklist) => {
                let key = checklist_key(&checklist);
                let value = signed(office, &Document::Checklist(Box::new(checklist)))?;
                office.store().publish(Feed::Documents, &[Change { key, value: Some(value) }])?;
                verdict.imported.checklists += 1;
            }
        }
    }
    Ok(())
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, HeadOfficeError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(HeadOfficeError::file(folder))? {
        let path = entry.map_err(HeadOfficeError::file(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One newest text for each category, owner and cycle.
fn checklist_key(checklist: &Checklist) -> String {
    let owner = checklist.owner.as_ref().map_or("*", |owner| owner.as_str());
    let cycle = checklist.cycle.map_or("*", |cycle| cycle.as_str());
    format!("checklist/{}/{owner}/{cycle}", checklist.category)
}

fn signed(office: &HeadOffice, document: &Document) -> Result<Value, HeadOfficeError> {
    Ok(serde_json::to_value(Signed::sign(office.key(), document)?)?)
}
