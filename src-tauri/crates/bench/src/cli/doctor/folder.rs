//! The data folder: room, rights, lock, database, log.

use std::fs::{File, TryLockError};
use std::path::Path;

use records::Holder;

use super::super::verify;
use super::{Finding, Level};
use crate::seam::Coded;

/// Below this the disk is as good as full: a day's photos do not fit.
const LEAST_BYTES: u64 = 200 * 1024 * 1024;
/// Below this somebody should look.
const FEW_PERCENT: u8 = 10;
/// Problems of a verification that are named; `station verify` names all.
const NAMED: usize = 3;

/// Whether the folder is there and can be written.
pub(super) fn place(data: &Path) -> Finding {
    let shown = data.display();
    if !data.is_dir() {
        return Finding::bad("data-folder-missing", format!("there is no folder {shown}"));
    }
    match tempfile::Builder::new().prefix(".doctor-").tempfile_in(data) {
        Ok(_) => Finding::ok("data-folder", format!("{shown} can be written")),
        Err(error) => Finding::bad("data-folder-not-writable", format!("{shown}: {error}")),
    }
}

/// Room on the folder's disk.
pub(super) fn disk(data: &Path) -> Finding {
    let (Ok(free), Some(percent)) = (fs4::available_space(data), crate::disk::free_percent(data)) else {
        return Finding::warn("disk-room-unknown", "the system does not say how much room is left");
    };
    let words = format!("{} MiB free, {percent} %", free / 1024 / 1024);
    match () {
        () if free < LEAST_BYTES => Finding::bad("disk-nearly-full", words),
        () if percent < FEW_PERCENT => Finding::warn("disk-room-low", words),
        () => Finding::ok("disk-room", words),
    }
}

/// Whether the log can be written. A station that never ran has none yet.
pub(super) fn log(data: &Path) -> Finding {
    let folder = data.join("log");
    if !folder.exists() {
        return Finding::ok("log-none-yet", "there is no log yet");
    }
    let newest = std::fs::read_dir(&folder).into_iter().flatten().flatten().filter_map(|entry| {
        let written = entry.metadata().ok()?.modified().ok()?;
        Some((written, entry.file_name().to_string_lossy().into_owned()))
    });
    let newest = newest.max().map(|(_, name)| format!(", newest {name}")).unwrap_or_default();
    match tempfile::Builder::new().prefix(".doctor-").tempfile_in(&folder) {
        Ok(_) => Finding::ok("log-folder", format!("{}{newest}", folder.display())),
        Err(error) => Finding::warn("log-not-writable", format!("{}: {error}", folder.display())),
    }
}

/// Who has the folder open for writing.
pub(super) enum Held {
    /// Who, as they said.
    By(Holder),
    /// Somebody who did not say.
    Unknown,
}

/// Looks who holds the lock; without taking it for longer than the look.
pub(super) fn holder(data: &Path) -> Option<Held> {
    let lock = File::options().write(true).open(data.join("station.lock")).ok()?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let said = std::fs::read(data.join("station.holder")).unwrap_or_default();
            Some(serde_json::from_slice(&said).map_or(Held::Unknown, Held::By))
        }
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// A station at work is no fault.
pub(super) fn held(held: Option<&Held>) -> Finding {
    match held {
        None => Finding::ok("data-free", "no station is at work in this folder"),
        Some(Held::By(holder)) => Finding::ok("data-in-use", format!("in use by {holder}")),
        Some(Held::Unknown) => Finding::ok("data-in-use", "in use by another program"),
    }
}

/// The database opened.
pub(super) fn database() -> Finding {
    Finding::ok("database", format!("schema {}, as this release knows it", records::SCHEMA))
}

/// Everything recomputed.
pub(super) fn verified(data: &Path) -> Finding {
    match records::verify(data) {
        Ok(report) if report.is_clean() => {
            let (purged, pruned) = (report.photos_purged, report.photos_pruned);
            let words =
                format!("{} events, {purged} photos purged, {pruned} at head office only", report.events);
            Finding::ok("records-verified", words)
        }
        Ok(report) => {
            let count = report.problems.len();
            let mut named: Vec<String> = report.problems.iter().take(NAMED).map(verify::line).collect();
            if count > NAMED {
                named.push(format!("{} more", count - NAMED));
            }
            Finding::bad("records-wrong", named.join("; "))
        }
        Err(error) => Finding::of(Level::Bad, &Coded::from(error)),
    }
}
