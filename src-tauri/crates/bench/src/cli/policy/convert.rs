//! `station policy convert`: folder, workbook, JSON.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use knowledge::policy::{self, FILES};
use knowledge::{File, WriteError};
use returns::policy::Policy;
use serde_json::json;

use super::super::out::Out;
use super::super::{Outcome, failed};
use super::files;
use crate::seam::Coded;

/// Write a policy as a folder of tables, a workbook (OUT.xlsx) or one JSON file (OUT.json)
///
/// What was written reads as the same policy; notes beside the tables are not carried over. With --json: {"number", "out",
/// "files": []}.
#[derive(Debug, Args)]
pub(super) struct Convert {
    /// The policy to read
    #[arg(value_name = "IN")]
    from: PathBuf,
    /// Where it goes: a name ending in .xlsx or .json, else a folder
    #[arg(value_name = "OUT")]
    to: PathBuf,
    /// Write over what is there; tables that the policy does not have are removed from the folder
    #[arg(long)]
    replace: bool,
}

impl Convert {
    pub(super) fn run(&self, out: &Out) -> Result<Outcome, Coded> {
        let (policy, _) = files::read(Some(&self.from), out)?;
        let to = self.to.as_path();
        if !self.replace && is_taken(to) {
            return Err(failed("file-exists", &to.display()));
        }
        let written = if files::is_workbook(to) {
            let bytes = policy::write_xlsx(&policy).map_err(not_written)?;
            same(&policy, policy::read_xlsx(&bytes, "").one().ok())?;
            keep(to, &bytes)?;
            vec![to.to_owned()]
        } else if files::is_json(to) {
            let text = policy::write_json(&policy).map_err(not_written)?;
            same(&policy, policy::read_json(text.as_bytes(), "").one().ok())?;
            keep(to, text.as_bytes())?;
            vec![to.to_owned()]
        } else {
            folder(&policy, to)?
        };
        if out.as_json {
            let files: Vec<String> = written.iter().map(|file| file.display().to_string()).collect();
            out.json(&json!({ "number": policy.number, "out": to.display().to_string(), "files": files }))?;
        } else {
            out.line(format_args!("policy {} written to {}", policy.number, to.display()))?;
        }
        Ok(Outcome::Fine)
    }
}

/// A file that is there, or a folder with anything in it.
fn is_taken(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.exists(),
    }
}

fn folder(policy: &Policy, to: &Path) -> Result<Vec<PathBuf>, Coded> {
    let texts = policy::write(policy).map_err(not_written)?;
    let files: Vec<File<'_>> =
        texts.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect();
    same(policy, policy::read(&files).one().ok())?;
    fs::create_dir_all(to).map_err(|error| unwritable(to, &error))?;
    let mut written = Vec::new();
    for name in FILES {
        let path = to.join(name);
        match texts.iter().find(|(written, _)| *written == name) {
            Some((_, text)) => {
                keep(&path, text.as_bytes())?;
                written.push(path);
            }
            // A table of the policy that was here before would become part of this one.
            None if path.exists() => fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?,
            None => {}
        }
    }
    Ok(written)
}

/// Nothing is written that would be read as another policy.
fn same(policy: &Policy, again: Option<Policy>) -> Result<(), Coded> {
    match again {
        Some(again) if again == *policy => Ok(()),
        _ => Err(failed("policy-not-kept", &"it would be read as another policy")),
    }
}

fn keep(path: &Path, bytes: &[u8]) -> Result<(), Coded> {
    fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Coded {
    failed("file-unwritable", &format_args!("{}: {error}", path.display()))
}

fn not_written(error: WriteError) -> Coded {
    failed(error.code(), &error)
}
