//! `station doctor`: everything that a technician would look at, one line each.

mod devices;
mod folder;
mod kept;
mod line;

use std::fmt;
use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use records::Records;
use serde::Serialize;
use tokio::runtime::Runtime;

use super::out::{Out, message, shown};
use super::{Outcome, runtime};
use crate::seam::Coded;

/// Look at everything that can be wrong with this station
///
/// Data folder and disk, database, who holds the folder, reserve, witness and backups, what happened to the records,
/// enrolment, head office and clock, numbers left, what waits, policy and operators, the devices of station.json (each is opened for a moment, unless a station at work has them)
/// and the log. Nothing is repaired. Nothing is written but what is removed again, and a folder for labels where the
/// printer is one that is not there yet.
///
/// Each line says ok, warn or bad, a code, and words; with --json the answer is a list of {"level", "code",
/// "message"}. Exit code 1 where a line says bad.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Leave out what takes long in a full folder: every event and photo recomputed (as `station verify`)
    #[arg(long)]
    quick: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// As it should be.
    Ok,
    /// The bench works, and somebody should look.
    Warn,
    /// The bench does not work, or not for long.
    Bad,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        })
    }
}

/// One line.
#[derive(Debug, Serialize)]
struct Finding {
    level: Level,
    code: String,
    message: String,
}

impl Finding {
    fn new(level: Level, code: &str, message: impl Into<String>) -> Self {
        Self { level, code: code.to_owned(), message: shown(&message.into()) }
    }

    fn ok(code: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Ok, code, message)
    }

    fn warn(code: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Warn, code, message)
    }

    fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(Level::Bad, code, message)
    }

    /// An error in the words of the table.
    fn of(level: Level, coded: &Coded) -> Self {
        Self::new(level, &coded.code, message(coded))
    }
}

/// Takes the findings as they come, so that a person sees that it goes on.
struct Sheet<'a> {
    out: &'a Out,
    findings: Vec<Finding>,
}

impl Sheet<'_> {
    fn add(&mut self, finding: Finding) -> Result<(), Coded> {
        if !self.out.as_json {
            self.out.line(format_args!("{:<4} {} {}", finding.level, finding.code, finding.message))?;
        }
        self.findings.push(finding);
        Ok(())
    }

    fn add_all(&mut self, findings: impl IntoIterator<Item = Finding>) -> Result<(), Coded> {
        findings.into_iter().try_for_each(|finding| self.add(finding))
    }
}

impl Doctor {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        let mut sheet = Sheet { out, findings: Vec::new() };
        let runtime = runtime()?;
        let there = data.is_dir();
        sheet.add(folder::place(data))?;
        if there {
            sheet.add(folder::disk(data))?;
            sheet.add(folder::log(data))?;
            let held = folder::holder(data);
            sheet.add(folder::held(held.as_ref()))?;
            match Records::open_read_only(data) {
                Err(error) => sheet.add(Finding::of(Level::Bad, &Coded::from(error)))?,
                Ok(records) => self.records(&records, &runtime, &mut sheet)?,
            }
            sheet.add_all(kept::rebuilt(data))?;
            runtime.block_on(devices::look(data, held.is_some(), &mut sheet))?;
        }
        if out.as_json {
            out.json(&sheet.findings)?;
        }
        Ok(Outcome::fine_if(sheet.findings.iter().all(|finding| finding.level != Level::Bad)))
    }

    /// What the database tells.
    fn records(&self, records: &Records, runtime: &Runtime, sheet: &mut Sheet<'_>) -> Result<(), Coded> {
        sheet.add(folder::database())?;
        if !self.quick {
            sheet.add(folder::verified(records.dir()))?;
        }
        sheet.add_all(kept::keeping(records, records.dir(), Timestamp::now()))?;
        sheet.add_all(kept::incidents(records))?;
        sheet.add_all(kept::key(records.dir()))?;
        sheet.add(line::enrolment(records))?;
        if records.enrolment().is_some() {
            sheet.add_all(runtime.block_on(line::head_office(records)))?;
            sheet.add_all(line::numbers_and_queue(records, Timestamp::now()))?;
            sheet.add_all(line::knowledge(records))?;
        }
        Ok(())
    }
}
