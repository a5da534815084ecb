//! Policies and checklists: checked, signed, published; whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use knowledge::policy::{self, Opened};
use knowledge::{File, Problem};
use returns::checklist::Checklist;
use returns::item::Item;
use returns::policy::Vocabulary;
use serde_json::Value;
use wire::{Document, Feed, Signed};

use super::plan::{About, Plan};
use super::{Kind, bytes_of, name_of};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;

/// Before the number in a policy's key among the documents.
const POLICY_KEY: &str = "policy/";

/// A policy: a folder of tables, a workbook, or one JSON file. One with gaps, overlaps, rows that never act, unknown
/// words or examples that come out otherwise is refused.
pub fn policy(
    office: &HeadOffice,
    path: &Path,
    known: &Vocabulary,
    plan: &mut Plan,
) -> Result<(), HeadOfficeError> {
    let opened = open_policy(path)?;
    let places = opened.places;
    let policy = match opened.read.one() {
        Ok(policy) => policy,
        Err(problems) => {
            plan.refuse(Kind::Policy, problems);
            return Ok(());
        }
    };
    let found = policy::publishable(&policy, &places, known);
    if !found.problems.is_empty() {
        plan.refuse(Kind::Policy, found.problems);
        return Ok(());
    }
    let number = policy.number;
    let key = format!("{POLICY_KEY}{number}");
    let value = signed(office, &Document::Policy(Box::new(policy)))?;
    // Events name a policy by number and hash: one number must stay one text.
    let published = office.store().feed_value(Feed::Documents, &key)?;
    let before = plan.policies.get(&number).cloned().or(published);
    let newest = newest_policy(office)?.max(plan.policies.keys().next_back().copied());
    let code = match &before {
        Some(before) if *before != value => Some("policy-number-taken"),
        None if newest.is_some_and(|newest| number < newest) => Some("policy-number-lower"),
        _ => None,
    };
    if let Some(code) = code {
        let place = policy::Place { table: policy::Table::Head, at: None, cell: "number" };
        let mut problem = places.problem(place, code);
        problem.args.insert("found".to_owned(), number.to_string());
        plan.refuse(Kind::Policy, vec![problem]);
        return Ok(());
    }
    let about = About { file: name_of(path), row: None, kind: Kind::Policy, key: number.to_string() };
    plan.policies.insert(number, value.clone());
    plan.put(about, Feed::Documents, key, value, before.as_ref());
    Ok(())
}

/// The words that a policy may use: those of the checklists and products that are published here, or are about to be.
pub fn vocabulary(office: &HeadOffice, plan: &Plan) -> Result<Vocabulary, HeadOfficeError> {
    let checklists = office.published::<Document>(Feed::Documents)?.into_iter();
    let checklists: Vec<Checklist> = checklists
        .filter_map(|(document, _)| match document {
            Document::Checklist(checklist) => Some(*checklist),
            Document::Policy(_) => None,
        })
        .chain(plan.checklists.iter().cloned())
        .collect();
    let items = office.published::<Item>(Feed::Catalogue)?.into_iter();
    Ok(policy::vocabulary(
        &checklists,
        &items.map(|(item, _)| item).chain(plan.items.iter().cloned()).collect::<Vec<_>>(),
    ))
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
pub fn checklists(office: &HeadOffice, folder: &Path, plan: &mut Plan) -> Result<(), HeadOfficeError> {
    let files = json_files(folder)?;
    if files.is_empty() {
        let code = "folder-empty";
        let problem = Problem { file: name_of(folder), row: None, cell: None, code, args: BTreeMap::new() };
        plan.refuse(Kind::Checklist, vec![problem]);
    }
    for file in files {
        match knowledge::checklist::read(&bytes_of(&file)?, &name_of(&file)).one() {
            Err(problems) => plan.refuse(Kind::Checklist, problems),
            Ok(checklist) => {
                let key = checklist_key(&checklist);
                plan.checklists.push(checklist.clone());
                let value = signed(office, &Document::Checklist(Box::new(checklist)))?;
                let before = office.store().feed_value(Feed::Documents, &key)?;
                let about =
                    About { file: name_of(&file), row: None, kind: Kind::Checklist, key: key.clone() };
                plan.put(about, Feed::Documents, key, value, before.as_ref());
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
