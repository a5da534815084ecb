//! The demo's label printer: a folder of PDF files, which can be taken away from the station and brought back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder that the station prints into.
#[derive(Debug)]
pub struct Printer {
    /// Where the labels are, while the printer works.
    pub folder: PathBuf,
}

impl Printer {
    /// A printer that works.
    pub fn switch_on(folder: &Path) -> Result<Self> {
        let printer = Self { folder: folder.to_owned() };
        printer.bring_back()?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(printer)
    }

    /// The printer dies: where its folder was stands a file, into which nobody can print, root neither.
    pub fn take_away(&self) -> Result<()> {
        if self.folder.is_dir() {
            std::fs::rename(&self.folder, self.elsewhere()).context("the printer cannot be switched off")?;
            std::fs::write(&self.folder, "the label printer is switched off\n")
                .context("the printer cannot be switched off")?;
        }
        Ok(())
    }

    /// The printer works again, with what it had printed before.
    pub fn bring_back(&self) -> Result<()> {
        if self.elsewhere().is_dir() {
            if self.folder.is_file() {
                std::fs::remove_file(&self.folder).context("the printer cannot be switched on")?;
            }
            std::fs::rename(self.elsewhere(), &self.folder).context("the printer cannot be switched on")?;
        }
        Ok(())
    }

    fn elsewhere(&self) -> PathBuf {
        let mut name = self.folder.file_name().unwrap_or_default().to_owned();
        name.push("-switched-off");
        self.folder.with_file_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_prints_into_a_printer_that_is_off_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let printer = Printer::switch_on(&folder.path().join("labels")).unwrap();
        std::fs::write(printer.folder.join("1.pdf"), "1").unwrap();
        printer.take_away().unwrap();
        printer.take_away().unwrap();
        assert!(std::fs::create_dir_all(&printer.folder).is_err());
        assert!(std::fs::write(printer.folder.join("2.pdf"), "2").is_err());
        printer.bring_back().unwrap();
        printer.bring_back().unwrap();
        assert_eq!(std::fs::read_to_string(printer.folder.join("1.pdf")).unwrap(), "1");
    }
}
