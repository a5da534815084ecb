//! A damaged database made anew: its files are set aside as they are, and what can be read of them – page by page,
//! proven by the chain's hashes – goes into a fresh one, with the photos' folder and the copy of the enrolment. What
//! head office holds comes back over the line.

mod carve;
mod gather;
mod pages;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::database::{DATABASE, Options, configure, migrate};
use crate::enrolment::{sync_folder, write_durably};
use crate::incidents::{IncidentKind, args};
use crate::lock::Lock;
use crate::{Photos, Records, RecordsError, Secrets, Witness, enrolment, epochs, witness};

use gather::Gathered;
use pages::Pages;
use walk::Beside;

/// The fresh database while it is being made.
const MAKING: &str = "station.making";
/// The fresh database when it is whole and waits for its place.
const MADE: &str = "station.made";
/// What a set-aside folder's name begins with.
const ASIDE: &str = "damaged-";
/// The report within it.
const REPORT: &str = "report.json";

/// What became of a damaged database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebuildReport {
    /// When, by the station's clock.
    pub at: Timestamp,
    /// Where the damaged files lie.
    pub folder: PathBuf,
    /// Why it was made anew.
    pub why: String,
    /// Pages of the damaged files.
    pub pages: u64,
    /// Pages that could not be read, or not whole.
    pub pages_damaged: u64,
    /// The station's own events that kept their place.
    pub events: u64,
    /// Own events behind a gap that head office does not have: they went on, unchanged, in the new epoch.
    pub moved: u64,
    /// Own events behind a gap that head office confirmed: known here, and fetched back to their place with the line.
    pub history: u64,
    /// Of the two before, those of which no hash could prove that no byte changed.
    pub unproven: u64,
    /// Sequences known to have been given whose events could not be read. What head office confirmed of them comes back.
    pub missing: u64,
    /// Of those, how many head office never confirmed: they are lost.
    pub lost: u64,
    /// Events of other benches.
    pub foreign: u64,
    /// Photos that events name and whose files are not here.
    pub photos_missing: u64,
    /// Texts that events name and that could not be read.
    pub texts_missing: u64,
    /// Items, documents and operators of head office that were kept; the rest comes down again.
    pub items: u64,
    /// The enrolment came from the copy beside the database.
    pub from_copy: bool,
    /// The epoch in which work goes on.
    pub epoch: String,
}

impl Records {
    /// Opens as [`Records::open`] does; a database that is damaged is set aside and made anew first.
    ///
    /// # Errors
    /// `records-not-rebuilt` where nothing says whose records they are: everything is left as it was. And those of
    /// [`Records::open`].
    pub fn open_or_rebuild(
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Option<RebuildReport>), RecordsError> {
        match Self::open(dir, options.clone()) {
            Ok(records) => Ok((records, None)),
            Err(RecordsError::Corrupt(why)) => {
                tracing::error!(why, "the records are damaged and are made anew");
                let report = rebuild(dir, &options, &why)?;
                Ok((Self::open(dir, options)?, Some(report)))
            }
            Err(error) => Err(error),
        }
    }
}

/// The newest report of a data folder, where its records were ever made anew.
pub fn rebuild_report(dir: &Path) -> Option<RebuildReport> {
    let folders = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    let reports = folders
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE)))
        .filter_map(|path| serde_json::from_slice(&fs::read(path.join(REPORT)).ok()?).ok());
    reports.max_by_key(|report: &RebuildReport| report.at)
}

/// Finishes what a power cut left half done; called with the folder's lock held, before the database is opened.
pub(crate) fn finish(dir: &Path, now: Timestamp) -> Result<(), RecordsError> {
    remove(&dir.join(MAKING))?;
    if dir.join(MADE).exists() { put_in_place(dir, now).map(drop) } else { Ok(()) }
}

fn rebuild(dir: &Path, options: &Options, why: &str) -> Result<RebuildReport, RecordsError> {
    let now = (options.clock)();
    let lock = Lock::take(dir, &options.program, now)?;
    finish(dir, now)?;
    let making = dir.join(MAKING);
    let made = make(dir, &making, options, lock, why);
    let (mut report, head, lock) = match made {
        Ok(made) => made,
        Err(error) => {
            remove(&making)?;
            return Err(error);
        }
    };
    // From here on the new one is whole: whenever the power goes, the next start puts it in place.
    let failed = RecordsError::file(&making);
    fs::rename(making.join(DATABASE), dir.join(MADE)).map_err(failed)?;
    sync_folder(dir)?;
    remove(&making)?;
    witness::put(dir, options.witness_folder.as_deref(), &head);
    report.folder = put_in_place(dir, now)?;
    let text = serde_json::to_vec_pretty(&report).map_err(RecordsError::row)?;
    write_durably(&report.folder, REPORT, &text)?;
    drop(lock);
    Ok(report)
}

/// Makes the new database in a folder of its own.
fn make(
    dir: &Path,
    making: &Path,
    options: &Options,
    lock: Lock,
    why: &str,
) -> Result<(RebuildReport, Witness, Lock), RecordsError> {
    fs::create_dir_all(making).map_err(RecordsError::file(making))?;
    let path = making.join(DATABASE);
    let mut connection = fresh(&path)?;
    let mut pages = Pages::open(&dir.join(DATABASE), &dir.join(format!("{DATABASE}-wal")))?;
    let now_ms = crate::sql::millis((options.clock)());
    let gathered = gather::gather(&connection, &mut pages, dir)?;
    let Gathered { enrolment, from_copy, carved, foreign, items } = gathered;
    let witness = witness::newest(dir, options.witness_folder.as_deref(), enrolment.station);
    let transaction = connection.transaction()?;
    let mut own = enrolment;
    let key = enrolment::read_key(&Secrets::of(dir, options.secrets)).ok().flatten().map(|key| key.public());
    let at = Beside { photos: Photos::in_folder(dir), witness: witness.clone(), key, now_ms };
    let walked = walk::walk(&transaction, &mut own, &at)?;
    let epoch = own.epoch;
    transaction.commit()?;
    let mut records = Records::around(connection, dir, options.clock.clone())?;
    records.lend_lock(lock, options.witness_folder.clone());
    records.rebuild_projections()?;
    let report = RebuildReport {
        at: (options.clock)(),
        folder: dir.join(aside_name((options.clock)())),
        why: why.to_owned(),
        pages: carved.pages,
        pages_damaged: carved.damaged,
        events: walked.events,
        moved: walked.moved,
        history: walked.history,
        unproven: walked.unproven,
        missing: walked.missing,
        lost: walked.lost,
        foreign,
        photos_missing: walked.photos_missing,
        texts_missing: walked.texts_missing,
        items,
        from_copy,
        epoch: epoch.to_string(),
    };
    tell(&mut records, &report, witness.as_ref())?;
    let head = Witness { station: own.station, epoch, head: records.head()? };
    let lock = close(records, &path)?;
    Ok((report, head, lock))
}

/// A person is told; and the witness is remembered, so that after the line came back they are told what did not.
fn tell(
    records: &mut Records,
    report: &RebuildReport,
    witness: Option<&Witness>,
) -> Result<(), RecordsError> {
    if let Some(witness) = witness {
        records.set_setting(epochs::RESTORED_FROM, witness)?;
    }
    let folder = report.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let told = args([
        ("events", (report.events + report.history).to_string()),
        ("moved", report.moved.to_string()),
        ("missing", report.missing.to_string()),
        ("lost", report.lost.to_string()),
        ("photos", report.photos_missing.to_string()),
        ("folder", folder.unwrap_or_default()),
    ]);
    records.note_incident(IncidentKind::Rebuilt, &told)
}

/// A new database, not yet durable: nothing of it counts before it is whole.
fn fresh(path: &Path) -> Result<Connection, RecordsError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    configure(&connection, None)?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Everything into the one file, and the file onto the disk.
fn close(records: Records, path: &Path) -> Result<Lock, RecordsError> {
    let faults = crate::sql::texts(&records.connection, "PRAGMA foreign_key_check", [])?;
    if let Some(table) = faults.first() {
        return Err(RecordsError::Corrupt(format!("the new records do not hang together: {table}")));
    }
    records.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let (connection, lock) = records.into_parts();
    connection.close().map_err(|(_, error)| error)?;
    fs::File::options()
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(RecordsError::file(path))?;
    lock.ok_or(RecordsError::ReadOnly)
}

fn aside_name(now: Timestamp) -> String {
    let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
    format!("{ASIDE}{}", zoned.strftime("%Y%m%dT%H%M%SZ"))
}

/// Sets the damaged files aside and puts the new one in their place. Each step may be the last before a power cut:
/// done again, it goes on where it stood.
fn put_in_place(dir: &Path, now: Timestamp) -> Result<PathBuf, RecordsError> {
    let parts = ["-wal", "-shm", ""].map(|end| format!("{DATABASE}{end}"));
    let folder = aside(dir, now, &parts);
    fs::create_dir_all(&folder).map_err(RecordsError::file(&folder))?;
    for part in parts {
        let from = dir.join(&part);
        if from.exists() {
            fs::rename(&from, folder.join(&part)).map_err(RecordsError::file(&from))?;
        }
    }
    sync_folder(&folder)?;
    let made = dir.join(MADE);
    fs::rename(&made, dir.join(DATABASE)).map_err(RecordsError::file(&made))?;
    sync_folder(dir)?;
    Ok(folder)
}

/// Where the damaged files go: on with a folder that a power cut left without its report, or a new one. Nothing that
/// lies there is ever overwritten.
fn aside(dir: &Path, now: Timestamp, parts: &[String]) -> PathBuf {
    let folders = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let begun = folders
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ASIDE)))
        .filter(|path| !path.join(REPORT).exists());
    let name = aside_name(now);
    let fresh =
        (1u32..).map(|turn| dir.join(if turn == 1 { name.clone() } else { format!("{name}-{turn}") }));
    let free =
        |folder: &PathBuf| parts.iter().all(|part| !dir.join(part).exists() || !folder.join(part).exists());
    let new = |folder: &PathBuf| free(folder) && !folder.join(REPORT).exists();
    begun.filter(free).max().or_else(|| fresh.take(1000).find(new)).unwrap_or_else(|| dir.join(name))
}

/// Puts a copy of a database in the place of the one that is there, which is set aside; `mark` is done to the copy
/// before it counts. Gives where the old one lies.
pub(crate) fn put_copy_in_place(
    copy: &Path,
    dir: &Path,
    now: Timestamp,
    mark: impl Fn(&Path) -> Result<(), RecordsError>,
) -> Result<Option<PathBuf>, RecordsError> {
    let making = dir.join(MAKING);
    remove(&making)?;
    fs::create_dir_all(&making).map_err(RecordsError::file(&making))?;
    let path = making.join(DATABASE);
    fs::copy(copy, &path).map_err(RecordsError::file(&path))?;
    mark(&path)?;
    let synced = fs::File::options().write(true).open(&path).and_then(|file| file.sync_all());
    synced.map_err(RecordsError::file(&path))?;
    fs::rename(&path, dir.join(MADE)).map_err(RecordsError::file(&path))?;
    sync_folder(dir)?;
    remove(&making)?;
    let had = dir.join(DATABASE).exists();
    let folder = put_in_place(dir, now)?;
    if !had {
        // Nothing was set aside: no folder is to say that something was damaged.
        drop(fs::remove_dir(&folder));
    }
    Ok(had.then_some(folder))
}

fn remove(folder: &Path) -> Result<(), RecordsError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(RecordsError::file(folder)(error)),
        _ => Ok(()),
    }
}
