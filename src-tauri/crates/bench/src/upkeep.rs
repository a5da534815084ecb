//! What a bench does for its records while nobody looks: seals, room on the disk, orphans, damaged pages and backups, and
//! what may be about a person after its time. A thread of its own, that holds the records only for moments.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use records::{Checkpoints, IncidentKind, NewEvent, Prunable, Records, RecordsError};
use returns::codes::{PurgeReason, Role};
use returns::event::StationEvent;
use returns::ids::{OperatorId, Sha256Hex, Subject};
use serde::{Deserialize, Serialize};
use wire::Actor;

use crate::clock::Clock;
use crate::desk::new_event;
use crate::keeping::{BackupKeeping, Keeping};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// Looks between two shelves of photos: all 256 in six hours.
const SHELF_LOOKS: u64 = 17;
/// Looks between two checks of every page: a day.
const PAGES_LOOKS: u64 = 17_280;
/// Looks between two tries of a backup that failed: a quarter of an hour.
const RETRY_LOOKS: u64 = 180;
/// Bytes that are purged at a look, of each kind.
const PURGED_AT_ONCE: usize = 20;

/// Photos that go from this disk at a look.
const PRUNED_AT_ONCE: usize = 50;
/// Photos whose files are looked for at a look: a million in a day.
const LOOKED_FOR_AT_ONCE: usize = 60;
/// Looks between two counts of what may go: a quarter of an hour.
const COUNT_LOOKS: u64 = 180;

/// Setting: photos that may go from this disk, as last counted.
const PRUNABLE: &str = "photos-prunable";

/// Photos that may go from this disk, as upkeep last counted them.
pub(crate) fn prunable(records: &Records) -> Result<Prunable, RecordsError> {
    Ok(records.setting(PRUNABLE)?.unwrap_or_default())
}

/// Setting: the last backup that was made, or why none could be.
const LAST_BACKUP: &str = "last-backup";

/// The last backup, as the records remember it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastBackup {
    /// When the newest good one was made.
    pub(crate) made: Option<Timestamp>,
    /// Why a later one was not.
    pub(crate) failed: Option<String>,
}

/// The last backup of these records.
pub(crate) fn last_backup(records: &Records) -> Result<LastBackup, RecordsError> {
    Ok(records.setting(LAST_BACKUP)?.unwrap_or_default())
}

/// Remembers that a backup was made, or why not.
pub(crate) fn remember_backup(
    records: &mut Records,
    made: Result<Timestamp, &RecordsError>,
) -> Result<(), RecordsError> {
    let last = match made {
        Ok(at) => LastBackup { made: Some(at), failed: None },
        Err(error) => LastBackup { failed: Some(error.code().to_owned()), ..last_backup(records)? },
    };
    records.set_setting(LAST_BACKUP, &last)
}

/// Purges bytes, each by an event of its own. Gives how many.
pub(crate) fn purge(
    records: &mut Records,
    hashes: &[Sha256Hex],
    reason: PurgeReason,
    actor: &Actor,
    now: Timestamp,
) -> Result<usize, RecordsError> {
    let events: Vec<NewEvent> = hashes
        .iter()
        .map(|hash| StationEvent::BytesPurged { hash: *hash, reason })
        .map(|event| new_event(Subject::Station, event.into(), actor, now))
        .collect();
    let count = events.len();
    if count > 0 {
        records.append(events)?;
    }
    Ok(count)
}

/// In whose name a station purges by itself what has had its time.
fn by_itself() -> Option<Actor> {
    Some(Actor { operator: OperatorId::new("station").ok()?, role: Role::Technician })
}

/// The thread, running until it is stopped or dropped.
#[derive(Debug)]
pub(crate) struct Upkeep {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Upkeep {
    /// Starts it; `news` is called where a room would show something else now.
    pub(crate) fn start(
        records: &Arc<Mutex<Records>>,
        data: &Path,
        keeping: &Keeping,
        clock: Clock,
        news: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let at_work = AtWork {
            records: Arc::clone(records),
            data: data.to_owned(),
            keeping: keeping.clone(),
            clock,
            news: Box::new(news),
            looks: 0,
            shelf: 0,
            retry_at: 0,
            photo: 0,
            checkpoints: None,
        };
        let thread =
            std::thread::Builder::new().name("upkeep".to_owned()).spawn(move || at_work.run(&stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Stops it and waits for what it has begun.
    pub(crate) fn stop(mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct AtWork {
    records: Arc<Mutex<Records>>,
    data: PathBuf,
    keeping: Keeping,
    clock: Clock,
    news: Box<dyn Fn() + Send>,
    looks: u64,
    shelf: u8,
    /// The look at which a backup may be tried again.
    retry_at: u64,
    /// The row of the photo that was looked for last.
    photo: i64,
    /// Takes the write-ahead log over, so that no scan has to.
    checkpoints: Option<Checkpoints>,
}

impl AtWork {
    fn run(mut self, stopped: &Receiver<()>) {
        self.checkpoints = Checkpoints::beside(&self.data)
            .inspect_err(|error| tracing::warn!(%error, "commits take the write-ahead log over themselves"))
            .ok();
        self.pages();
        while matches!(stopped.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) {
            self.looks += 1;
            self.look();
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a start cannot wait for: every page of a large database.
    fn pages(&self) {
        let begun = Instant::now();
        let damaged = match records::damaged_pages(&self.data) {
            Ok(damaged) => damaged,
            Err(error) => vec![error.to_string()],
        };
        tracing::info!(damaged = damaged.len(), ms = begun.elapsed().as_millis(), "looked at every page");
        if let Some(first) = damaged.first() {
            told("the doubt", records::doubt(&self.data));
            let args = [("what".to_owned(), first.clone())];
            let noted = self.records().note_incident(IncidentKind::PagesDamaged, &args.into());
            told("damaged pages", noted);
            (self.news)();
        }
    }

    fn look(&mut self) {
        if let Some(checkpoints) = &self.checkpoints {
            told("the write-ahead log", checkpoints.take_over());
        }
        told("the seal", self.records().seal_if_due());
        self.records().keep_reserve();
        if self.looks.is_multiple_of(PAGES_LOOKS) {
            self.pages();
        }
        if self.looks.is_multiple_of(SHELF_LOOKS) {
            let gone = self.records().collect_orphans(self.shelf);
            told("orphans", gone);
            self.shelf = self.shelf.wrapping_add(1);
        }
        told("photos that should be here", self.photos_missing());
        if let Some(days) = self.keeping.photo_days {
            told("photos that may go", self.prune(days));
        }
        if let Some(days) = self.keeping.personal_days {
            told("purging", self.purge_old(days));
        }
        if let Some(backup) = self.keeping.backup.clone() {
            self.back_up(&backup);
        }
    }

    /// Some photos more are looked for; what is not here is asked for at head office.
    fn photos_missing(&mut self) -> Result<(), RecordsError> {
        let next = self.records().want_missing(self.photo, LOOKED_FOR_AT_ONCE)?;
        self.photo = next.unwrap_or(0);
        Ok(())
    }

    /// Photos whose time on this disk is over, a little at a look.
    fn prune(&self, days: u32) -> Result<(), RecordsError> {
        let mut records = self.records();
        let gone = records.prune_photos(days, PRUNED_AT_ONCE)?;
        if gone.photos > 0 {
            tracing::info!(photos = gone.photos, bytes = gone.bytes, "photos went: head office has them");
        }
        if self.looks % COUNT_LOOKS == 1 {
            let left = records.prunable(days)?;
            if left != prunable(&records)? {
                records.set_setting(PRUNABLE, &left)?;
            }
        }
        Ok(())
    }

    /// What may be about a person and has had its time, a little at a look.
    fn purge_old(&self, days: u32) -> Result<usize, RecordsError> {
        let now = self.clock.now();
        let before =
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
        let mut records = self.records();
        let (Some(actor), Some(_)) = (by_itself(), records.enrolment()) else { return Ok(0) };
        let hashes = records.personal_before(before, PURGED_AT_ONCE)?;
        purge(&mut records, &hashes, PurgeReason::Age, &actor, now)
    }

    fn back_up(&mut self, keeping: &BackupKeeping) {
        let now = self.clock.now();
        let last = match last_backup(&self.records()) {
            Ok(last) => last,
            Err(error) => return tracing::warn!(%error, "the last backup"),
        };
        let every = SignedDuration::try_from(keeping.every()).unwrap_or(SignedDuration::MAX);
        let due = last.made.is_none_or(|made| now.duration_since(made) >= every || made > now);
        if !due || self.looks < self.retry_at || self.records().enrolment().is_none() {
            return;
        }
        // Nobody waits for it: it reads beside the station at work.
        let keep = usize::try_from(keeping.keep).unwrap_or(usize::MAX);
        let made = records::back_up(&self.data, &keeping.folder, keep, now);
        if made.is_err() {
            self.retry_at = self.looks + RETRY_LOOKS;
        }
        let mut records = self.records();
        if let Err(error) = &made {
            tracing::error!(code = error.code(), %error, "the backup failed");
            let args = [
                ("folder".to_owned(), keeping.folder.display().to_string()),
                ("why".to_owned(), error.code().to_owned()),
            ];
            told("the backup's failure", records.note_incident(IncidentKind::BackupFailed, &args.into()));
        }
        told("the last backup", remember_backup(&mut records, made.as_ref().map(|backup| backup.at)));
        drop(records);
        (self.news)();
    }
}

fn told<T>(what: &str, outcome: Result<T, RecordsError>) {
    if let Err(error) = outcome {
        tracing::warn!(code = error.code(), %error, "upkeep: {what}");
    }
}
