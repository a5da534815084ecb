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

#[cfg(test)]
mod tests {
    use super::*;

    /// A label with one Code 39 symbol: `*A1*`, wide elements twice the narrow ones.
    fn label() -> String {
        let symbol = ["100101101101", "110101001011", "110100101011", "100101101101"].join("0");
        let mut bars = String::new();
        for (at, module) in symbol.bytes().enumerate() {
            if module == b'1' {
                bars.push_str(&format!("{} 20 1.4 40 re f\n", 20.0 + 1.4 * at as f64));
            }
        }
        format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 80]/Contents 4 0 R>>endobj\n\
             4 0 obj<</Length {}>>stream\n{bars}endstream endobj\ntrailer<</Root 1 0 R>>\n",
            bars.len()
        )
    }

    #[test]
    fn each_label_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut labels = Labels::of(&folder.path().join("labels"));
        assert_eq!(labels.look().unwrap(), [], "before anything was printed there is no folder");
        std::fs::create_dir(folder.path().join("labels")).unwrap();
        std::fs::write(folder.path().join("labels/0001-unit.pdf"), label()).unwrap();
        assert_eq!(labels.look().unwrap(), [Printed { label: "0001-unit".into(), code: "A1".into() }]);
        assert_eq!(labels.look().unwrap(), []);
    }
}
