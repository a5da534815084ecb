//! `station policy`: what a policy's author needs. Nothing here changes a record.

mod check;
mod convert;
mod explain;
mod files;
mod simulate;

use std::path::Path;

use clap::{Args, Subcommand};

use super::Outcome;
use super::out::Out;
use crate::seam::Coded;

/// Check a policy, explain a decision, try a draft on the past, convert between folder, workbook and JSON
///
/// A policy is a folder of tables, a workbook (*.xlsx) or one JSON file (*.json). What cannot be read is named by file,
/// row and cell on standard error, and the command fails with policy-refused.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Check(check::Check),
    Explain(explain::Explain),
    Simulate(simulate::Simulate),
    Convert(convert::Convert),
}

impl PolicyArgs {
    pub(super) fn run(&self, data: &Path, out: &Out) -> Result<Outcome, Coded> {
        match &self.task {
            Task::Check(check) => check.run(out),
            Task::Explain(explain) => explain.run(data, out),
            Task::Simulate(simulate) => simulate.run(data, out),
            Task::Convert(convert) => convert.run(out),
        }
    }
}
