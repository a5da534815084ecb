//! Backups on a second folder, best on a drive of its own: the database by SQLite's online backup, photos by their
//! hash, both read back after writing. A backup that is put back goes on in an epoch of its own.
//!
//! ```text
//! <folder>/<station>/photos/ab/abcdef….jpg     shared by all backups of the station
//! <folder>/<station>/20261122T101500Z/         station.db, backup.json, and station.key with its owner's rights
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use returns::ids::{Sha256Hex, StationId};
use rusqlite::backup::{Backup as Copying, StepResult};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wire::{Epoch, Head};

use crate::database::{DATABASE, Options};
use crate::enrolment::{self, KEY_FILE, sync_folder, write_durably};
use crate::lock::Lock;
use crate::sql::{parse, texts, uint};
use crate::{Photos, Records, RecordsError, Secrets, rebuild};

const MANIFEST: &str = "backup.json";
/// What a backup's folder is called while it is being made.
const MAKING: &str = ".making";
/// Of the photos that are there already, each backup reads back one in so many.
const SHARES: u64 = 16;

/// A backup, as its own file tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// When, by the station's clock.
    pub at: Timestamp,
    /// Whose.
    pub station: StationId,
    /// Its name, such as `LEJ2-B04`.
    pub name: String,
    /// The epoch that was being written.
    pub epoch: Epoch,
    /// Its head.
    pub head: Head,
    /// SHA-256 of the database file.
    pub sha256: Sha256Hex,
    /// Its bytes.
    pub bytes: u64,
    /// Photos that the database names and that are in the backup.
    pub photos: u64,
    /// Photos that it names and that were not to be had.
    pub photos_missing: u64,
    /// Which one it is, counted from 0: says which share of the photos was read back.
    #[serde(default)]
    pub turn: u64,
    /// Where it lies; not kept in the file, for drives get other names.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// Makes a backup of a data folder, beside a station at work, reads it back, and keeps the newest so many.
///
/// # Errors
/// `backup-bad` where what was written does not hold what it should; `disk-full`, `file-failed` of the second
/// folder; those of [`Records::open_read_only`].
pub fn back_up(dir: &Path, folder: &Path, keep: usize, now: Timestamp) -> Result<Backup, RecordsError> {
    let records = Records::open_read_only(dir)?;
    let own = records.enrolled()?;
    let home = folder.join(own.station.to_string());
    let making = home.join(MAKING);
    remove(&making)?;
    fs::create_dir_all(&making).map_err(RecordsError::file(&making))?;
    copy_database(&records.connection, &making.join(DATABASE))?;
    let copy = open_copy(&making.join(DATABASE))?;
    // Another share each time, whatever is kept of the ones before.
    let turn = backups(folder, Some(own.station)).first().map_or(0, |last| last.turn + 1);
    let (photos, photos_missing) = copy_photos(&copy, &records.photos, &Photos::in_folder(&home), turn)?;
    let (sha256, bytes) = hash(&making.join(DATABASE))?;
    let (epoch, head) = head_of(&copy)?;
    drop(copy);
    let (name, station) = (own.name.clone(), own.station);
    let mut made = Backup {
        at: now,
        station,
        name,
        epoch,
        head,
        sha256,
        bytes,
        photos,
        photos_missing,
        turn,
        folder: making,
    };
    // Plain, for another computer must be able to go on with it: the drive is to be kept like a key.
    match records.secret_key() {
        Ok(Some(key)) => write_durably(&made.folder, KEY_FILE, hex::encode(key.seed()).as_bytes())?,
        Ok(None) => {}
        Err(error) => tracing::error!(code = error.code(), %error, "a backup without the station's key"),
    }
    let text = serde_json::to_vec_pretty(&made).map_err(RecordsError::row)?;
    write_durably(&made.folder, MANIFEST, &text)?;
    let place = home.join(now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string());
    remove(&place)?;
    fs::rename(&made.folder, &place).map_err(RecordsError::file(&place))?;
    sync_folder(&home)?;
    made.folder = place;
    for old in backups(folder, Some(station)).into_iter().skip(keep.max(1)) {
        remove(&old.folder)?;
    }
    Ok(made)
}

/// Backups of one station, or of any, newest first. What cannot be read is no backup.
pub fn backups(folder: &Path, station: Option<StationId>) -> Vec<Backup> {
    let below =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut places: Vec<PathBuf> = vec![folder.to_owned()];
    places.extend(below(folder));
    places.extend(below(folder).flat_map(|home| below(&home).collect::<Vec<_>>()));
    let mut found: Vec<Backup> = places.iter().filter_map(|place| read(place)).collect();
    found.retain(|backup| station.is_none_or(|station| backup.station == station));
    found.sort_by_key(|backup| std::cmp::Reverse(backup.at));
    found.dedup_by(|one, other| one.folder == other.folder);
    found
}

fn read(place: &Path) -> Option<Backup> {
    if place.file_name().is_some_and(|name| name == MAKING) {
        return None;
    }
    let backup: Backup = serde_json::from_slice(&fs::read(place.join(MANIFEST)).ok()?).ok()?;
    Some(Backup { folder: place.to_owned(), ..backup })
}

/// Reads a backup's database back: its bytes are those that were written, and SQLite finds nothing wrong.
///
/// # Errors
/// `backup-bad`.
pub fn check_backup(backup: &Backup) -> Result<(), RecordsError> {
    let path = backup.folder.join(DATABASE);
    let (found, _) = hash(&path)?;
    if found != backup.sha256 {
        return Err(RecordsError::BackupBad(format!("{} is not as it was written", path.display())));
    }
    let (epoch, head) = head_of(&open_copy(&path)?)?;
    if (epoch, head) != (backup.epoch, backup.head) {
        return Err(RecordsError::BackupBad(format!("{} ends at another event", path.display())));
    }
    Ok(())
}

/// What came of putting a backup back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PutBack {
    /// Which backup.
    pub backup: Backup,
    /// Where the records that were here before lie now.
    pub aside: Option<PathBuf>,
    /// Photos that were copied back.
    pub photos: u64,
    /// Photos that are neither here nor in the backup.
    pub photos_missing: u64,
    /// The station's key came from the backup, for there was none here.
    pub key: bool,
    /// The epoch in which work goes on.
    pub epoch: Epoch,
}

/// Puts the newest backup of a folder back into a data folder: `folder` is the backups' folder, a station's within it,
/// or one backup. What was there is set aside, and work goes on in an epoch of the station's own.
///
/// # Errors
/// `backup-bad` where there is none, where several stations have one, or where it does not hold what it should;
/// nothing is changed then. `data-in-use`, `disk-full`.
pub fn put_back(folder: &Path, dir: &Path, options: Options) -> Result<PutBack, RecordsError> {
    let none = || RecordsError::BackupBad(format!("there is no backup in {}", folder.display()));
    let found = backups(folder, None);
    let backup = found.first().cloned().ok_or_else(none)?;
    if found.iter().any(|other| other.station != backup.station) {
        return Err(RecordsError::BackupBad(
            "several stations have backups there: name one of them".to_owned(),
        ));
    }
    check_backup(&backup)?;
    fs::create_dir_all(dir).map_err(RecordsError::file(dir))?;
    let now = (options.clock)();
    let lock = Lock::take(dir, &options.program, now)?;
    rebuild::finish(dir, now)?;
    let known = matches!(enrolment::read_key(&Secrets::of(dir, options.secrets)), Ok(Some(_)));
    let key = !known && backup.folder.join(KEY_FILE).exists();
    if key {
        let path = backup.folder.join(KEY_FILE);
        write_durably(dir, KEY_FILE, &fs::read(&path).map_err(RecordsError::file(&path))?)?;
    }
    let aside = rebuild::put_copy_in_place(&backup.folder.join(DATABASE), dir, now, mark)?;
    drop(lock);
    let records = Records::open(dir, options)?;
    let home = backup.folder.parent().unwrap_or(&backup.folder);
    let (photos, photos_missing) = fetch_photos(&records, &Photos::in_folder(home))?;
    let epoch = records.enrolled()?.epoch;
    Ok(PutBack { backup, aside, photos, photos_missing, key, epoch })
}

/// Marks a copy as put back: whatever the witness knows, it opens an epoch of its own before it writes.
fn mark(copy: &Path) -> Result<(), RecordsError> {
    let connection = Connection::open(copy)?;
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?1, 'true') ON CONFLICT (key) DO NOTHING",
        [PUT_BACK],
    )?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Setting: this database was put back from a backup, and no epoch was opened for it yet.
pub(crate) const PUT_BACK: &str = "put-back-from-backup";

fn copy_database(from: &Connection, path: &Path) -> Result<(), RecordsError> {
    let mut to = Connection::open(path)?;
    {
        let copying = Copying::new(from, &mut to)?;
        // In one go: a station at work commits meanwhile, and a copy in steps would begin anew each time.
        match copying.step(-1)? {
            StepResult::Done => {}
            other => return Err(RecordsError::BackupBad(format!("the copy did not end: {other:?}"))),
        }
    }
    // One file, that can be read where nothing may be written.
    to.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    to.close().map_err(|(_, error)| error)?;
    let synced = fs::File::options().write(true).open(path).and_then(|file| file.sync_all());
    synced.map_err(RecordsError::file(path))
}

fn open_copy(path: &Path) -> Result<Connection, RecordsError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(path, flags)?;
    match texts(&copy, "PRAGMA quick_check(1)", [])?.into_iter().find(|line| line != "ok") {
        Some(what) => Err(RecordsError::BackupBad(what)),
        None => Ok(copy),
    }
}

fn head_of(copy: &Connection) -> Result<(Epoch, Head), RecordsError> {
    let epoch: String = copy.query_row("SELECT epoch FROM enrolment", [], |row| row.get(0))?;
    let epoch = parse(&epoch)?;
    Ok((epoch, crate::outbox::head(copy, &epoch)?))
}

/// Copies what is missing, reads back what was written and a share of the rest, and removes what was purged.
fn copy_photos(copy: &Connection, from: &Photos, to: &Photos, turn: u64) -> Result<(u64, u64), RecordsError> {
    let mut statement = copy.prepare(
        "SELECT p.sha256, p.length, p.purged, coalesce(l.state = 'PRUNED', 0) FROM photos p
         LEFT JOIN photo_places l ON l.photo = p.sha256",
    )?;
    let mut rows = statement.query([])?;
    let (mut there, mut missing) = (0, 0);
    while let Some(row) = rows.next()? {
        let (hash, length, purged): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let pruned = row.get::<_, i64>(3)? == 1;
        let hash: Sha256Hex = parse(&hash)?;
        if purged == 1 {
            to.remove(&hash)?;
            continue;
        }
        let looked_at = u64::from(hash.0.first().copied().unwrap_or_default()) % SHARES == turn % SHARES;
        let held = to.length(&hash) == Some(uint(length)) && (!looked_at || whole(to, &hash)?);
        if held || copy_photo(from, to, &hash)? {
            there += 1;
        } else if !pruned {
            missing += 1;
        }
    }
    Ok((there, missing))
}

fn fetch_photos(records: &Records, from: &Photos) -> Result<(u64, u64), RecordsError> {
    let (mut fetched, mut missing) = (0, 0);
    for hash in texts(&records.connection, "SELECT sha256 FROM photos WHERE purged = 0", [])? {
        let hash: Sha256Hex = parse(&hash)?;
        if records.photos.length(&hash).is_some() {
            continue;
        }
        if copy_photo(from, &records.photos, &hash)? { fetched += 1 } else { missing += 1 }
    }
    Ok((fetched, missing))
}

fn whole(photos: &Photos, hash: &Sha256Hex) -> Result<bool, RecordsError> {
    Ok(photos.read(hash)?.is_some_and(|bytes| crate::photos::sha256(&bytes) == *hash))
}

/// Copies one photo and reads it back. Says whether there was a good one.
fn copy_photo(from: &Photos, to: &Photos, hash: &Sha256Hex) -> Result<bool, RecordsError> {
    let Some(bytes) = from.read(hash)?.filter(|bytes| crate::photos::sha256(bytes) == *hash) else {
        return Ok(false);
    };
    to.remove(hash)?;
    to.keep(&bytes)?;
    if whole(to, hash)? {
        Ok(true)
    } else {
        Err(RecordsError::BackupBad(format!("photo {hash} was read back otherwise than it was written")))
    }
}

/// SHA-256 and length of a file.
fn hash(path: &Path) -> Result<(Sha256Hex, u64), RecordsError> {
    let failed = RecordsError::file(path);
    let mut file = fs::File::open(path).map_err(&failed)?;
    let mut sha = Sha256::new();
    let bytes = io::copy(&mut file, &mut Hashing(&mut sha)).map_err(&failed)?;
    Ok((Sha256Hex(sha.finalize().into()), bytes))
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn remove(folder: &Path) -> Result<(), RecordsError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(RecordsError::file(folder)(error)),
        _ => Ok(()),
    }
}
