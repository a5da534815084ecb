//! Policies and checklists: checked, signed, published; whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use knowledge::{File, Problem, Read, policy};
use returns::checklist::Checklist;
use returns::policy::Policy;
use serde_json::Value;
use wire::{Document, Feed, Signed};

use super::{Verdict, bytes_of, name_of};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

/// A policy: one JSON file, or a folder with its files.
pub fn policy(office: &HeadOffice, path: &Path, verdict: &mut Verdict) -> Result<(), HeadOfficeError> {
    let policy = match read_policy(path)?.one() {
        Ok(policy) => policy,
        Err(problems) => {
            verdict.refused.extend(problems);
            return Ok(());
        }
    };
    let number = policy.number;
    let key = format!("policy/{number}");
    let value = signed(office, &Document::Policy(Box::new(policy)))?;
    // Events name a policy by number and hash: one number must stay one text.
    match office.store().feed_value(Feed::Documents, &key)? {
        Some(before) if before != value => {
            verdict.refused.push(Problem {
                file: name_of(path),
                row: None,
                cell: Some("number".to_owned()),
                code: "policy-number-taken",
                args: BTreeMap::from([("found".to_owned(), number.to_string())]),
            });
            Ok(())
        }
        _ => {
            verdict.imported.policies += 1;
            office.store().publish(Feed::Documents, &[Change { key, value: Some(value) }])
        }
    }
}

fn read_policy(path: &Path) -> Result<Read<Policy>, HeadOfficeError> {
    if !path.is_dir() {
        return Ok(policy::read_json(&bytes_of(path)?, &name_of(path)));
    }
    let mut files = Vec::new();
    for name in policy::FILES {
        let file = path.join(name);
        if file.exists() {
            files.push((name_of(&file), bytes_of(&file)?));
        }
    }
    let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
    Ok(policy::read(&files))
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
