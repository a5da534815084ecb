//! Policies and checklists: checked for faults, signed, published.

use std::fs;
use std::path::{Path, PathBuf};

use returns::checklist::Checklist;
use returns::policy::Policy;
use serde_json::Value;
use wire::{Document, Feed, Signed};

use super::Verdict;
use super::rows::{refused, whole};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

pub fn import_policy(
    office: &HeadOffice,
    file: &Path,
    bytes: &[u8],
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let policy: Policy = match whole(file, bytes) {
        Ok(policy) => policy,
        Err(row) => {
            verdict.refused.push(row);
            return Ok(());
        }
    };
    let faults = policy.faults();
    if !faults.is_empty() {
        let rows = faults.iter().map(|fault| refused(file, 1, "", fault.code(), &fault.to_string()));
        verdict.refused.extend(rows);
        return Ok(());
    }
    let key = format!("policy/{}", policy.number);
    let value = signed(office, &Document::Policy(Box::new(policy)))?;
    // Events name a policy by number and hash: one number must stay one text.
    match office.store().feed_value(Feed::Documents, &key)? {
        Some(before) if before != value => {
            let words = "this number was given to another text; a changed policy takes a higher number";
            verdict.refused.push(refused(file, 1, "number", "policy-number-taken", words));
            return Ok(());
        }
        _ => office.store().publish(Feed::Documents, &[Change { key, value: Some(value) }])?,
    }
    verdict.imported.policies += 1;
    Ok(())
}

pub fn import_checklist(
    office: &HeadOffice,
    file: &Path,
    bytes: &[u8],
    verdict: &mut Verdict,
) -> Result<(), HeadOfficeError> {
    let checklist: Checklist = match whole(file, bytes) {
        Ok(checklist) => checklist,
        Err(row) => {
            verdict.refused.push(row);
            return Ok(());
        }
    };
    let faults = checklist.faults();
    if !faults.is_empty() {
        let rows = faults.iter().map(|fault| refused(file, 1, "", fault.code(), &fault.to_string()));
        verdict.refused.extend(rows);
        return Ok(());
    }
    let key = checklist_key(&checklist);
    let value = signed(office, &Document::Checklist(Box::new(checklist)))?;
    office.store().publish(Feed::Documents, &[Change { key, value: Some(value) }])?;
    verdict.imported.checklists += 1;
    Ok(())
}

/// The `*.json` files of the folders, by name. A folder without any is refused: it was meant to hold some.
pub fn checklist_files(folders: &[PathBuf], verdict: &mut Verdict) -> Result<Vec<PathBuf>, HeadOfficeError> {
    let mut files = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(folder).map_err(HeadOfficeError::file(folder))?;
        let before = files.len();
        for entry in entries {
            let path = entry.map_err(HeadOfficeError::file(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        if files.len() == before {
            verdict.refused.push(refused(folder, 0, "", "folder-empty", "no *.json in this folder"));
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
