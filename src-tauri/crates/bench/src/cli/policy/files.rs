//! A policy from the disk, or the one that the program brings with it.

use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use knowledge::policy::{self, Opened, Places};
use knowledge::{File, Read};
use returns::checklist::Checklist;
use returns::ids::Sha256Hex;
use returns::item::Item;
use returns::policy::{Policy, VerifiedPolicy};

use super::super::failed;
use super::super::out::Out;
use crate::seam::Coded;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../assets/policy");

/// The policy at a path, or the shipped one. What is wrong with it is told on standard error.
pub(super) fn read(path: Option<&Path>, out: &Out) -> Result<(Policy, Places), Coded> {
    let Opened { read, places } = match path {
        Some(path) => open(path)?,
        None => shipped(),
    };
    match read.one() {
        Ok(policy) => Ok((policy, places)),
        Err(problems) => {
            problems.iter().for_each(|problem| out.aside(super::super::out::shown(&problem.to_string())));
            Err(failed("policy-refused", &format_args!("problems: {}", problems.len())))
        }
    }
}

/// The policy at a path, to decide by. Its hash is that of its JSON text: no head office has signed it.
pub(super) fn draft(path: Option<&Path>, out: &Out) -> Result<VerifiedPolicy, Coded> {
    let (policy, _) = read(path, out)?;
    let text = policy::write_json(&policy).map_err(|error| failed(error.code(), &error))?;
    let mut hash = [0; 32];
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    hash.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    Ok(VerifiedPolicy { policy, hash: Sha256Hex(hash) })
}

/// The checklists of a folder; none without one. One that cannot be read is told, and the command fails.
pub(super) fn checklists(folder: Option<&Path>, out: &Out) -> Result<Vec<Checklist>, Coded> {
    all(folder, "json", out, knowledge::checklist::read)
}

/// The products of a catalogue or of a folder of them; none without one.
pub(super) fn items(path: Option<&Path>, out: &Out) -> Result<Vec<Item>, Coded> {
    all(path, "csv", out, knowledge::catalogue::read)
}

fn all<T>(
    path: Option<&Path>,
    ending: &str,
    out: &Out,
    read: impl Fn(&[u8], &str) -> Read<T>,
) -> Result<Vec<T>, Coded> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|error| unreadable(path, &error))?;
        files = entries.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == ending));
        files.sort();
    }
    let mut values = Vec::new();
    let mut problems = 0;
    for file in files {
        let bytes = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let found = read(&bytes, &file.display().to_string());
        problems += found.problems.len();
        found.problems.iter().for_each(|problem| out.aside(super::super::out::shown(&problem.to_string())));
        values.extend(found.values);
    }
    if problems > 0 {
        return Err(failed("file-unreadable", &format_args!("problems: {problems}")));
    }
    Ok(values)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Coded {
    failed("file-unreadable", &format_args!("{}: {error}", path.display()))
}

/// Whether a name is a workbook's.
pub(super) fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

/// Whether a name is that of a policy in one file.
pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn open(path: &Path) -> Result<Opened, Coded> {
    let bytes_of = |path: &Path| fs::read(path).map_err(|error| unreadable(path, &error));
    let name = path.display().to_string();
    if path.is_dir() {
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
            let file = entry.map_err(|error| unreadable(path, &error))?.path();
            // Every table is read, so that a misspelt name is noticed.
            let known = file.file_name().is_some_and(|name| policy::FILES.iter().any(|known| name == *known));
            if known || file.extension().is_some_and(|extension| extension == "csv") {
                files.push((file.display().to_string(), bytes_of(&file)?));
            }
        }
        files.sort();
        let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
        return Ok(policy::open(&files));
    }
    let bytes = bytes_of(path)?;
    Ok(if is_workbook(path) { policy::open_xlsx(&bytes, &name) } else { policy::open_json(&bytes, &name) })
}

fn shipped() -> Opened {
    let files: Vec<(String, &[u8])> = SHIPPED
        .files()
        .map(|file| (format!("assets/policy/{}", file.path().display()), file.contents()))
        .collect();
    let files: Vec<File<'_>> = files.iter().map(|(name, bytes)| File { name, bytes }).collect();
    policy::open(&files)
}
