//! The labels that the demo's printer has made, read back as a scanner would: rendered at the printer's dots, then
//! read by zbar.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// The dots of a 203 dpi label printer.
const DPI: &str = "203";

/// The folder that the printer writes its PDF files to.
#[derive(Debug)]
pub struct Labels {
    folder: PathBuf,
    seen: BTreeSet<PathBuf>,
}

/// A code on a label.
#[derive(Debug, PartialEq, Eq)]
pub struct Printed {
    /// The label's file name.
    pub label: String,
    /// The text in the code.
    pub code: String,
}

impl Labels {
    /// Nothing seen yet.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), seen: BTreeSet::new() }
    }

    /// The codes on labels that were printed since the last look.
    pub fn look(&mut self) -> Result<Vec<Printed>> {
        let mut codes = Vec::new();
        for pdf in self.pdfs()? {
            if self.seen.contains(&pdf) {
                continue;
            }
            let label = pdf.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            codes.extend(codes_on(&pdf)?.into_iter().map(|code| Printed { label: label.clone(), code }));
            self.seen.insert(pdf);
        }
        Ok(codes)
    }

    fn pdfs(&self) -> Result<Vec<PathBuf>> {
        if !self.folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut pdfs = Vec::new();
        for entry in std::fs::read_dir(&self.folder).context("the printer's folder cannot be read")? {
            let path = entry.context("the printer's folder cannot be read")?.path();
            if path.extension().is_some_and(|ending| ending == "pdf") {
                pdfs.push(path);
            }
        }
        pdfs.sort();
        Ok(pdfs)
    }
}

fn codes_on(pdf: &Path) -> Result<Vec<String>> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    command::output(
        Command::new("pdftoppm").args(["-r", DPI, "-gray", "-png"]).arg(pdf).arg(folder.path().join("label")),
    )
    .context("package poppler-utils has it")?;
    let mut codes = Vec::new();
    for page in std::fs::read_dir(folder.path()).context("the rendered label cannot be read")? {
        let page = page.context("the rendered label cannot be read")?.path();
        // It exits with 4 where a page has no code; what it prints is right all the same.
        let answer = Command::new("zbarimg")
            .args(["--quiet", "--raw"])
            .arg(&page)
            .output()
            .context("zbarimg did not start: package zbar-tools has it")?;
        codes.extend(String::from_utf8_lossy(&answer.stdout).lines().map(str::to_owned));
    }
    Ok(codes)
}
