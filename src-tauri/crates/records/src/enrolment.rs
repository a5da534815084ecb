//! Who this station is: what head office gave it at enrolment, and its secret key in a file of its own.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use returns::ids::StationId;
use returns::lpn::LpnBlock;
use rusqlite::{Connection, OptionalExtension, params};
use wire::{EnrolReply, Epoch, Incarnation, PublicKey, SecretKey};

use crate::sql::{from_json, json, parse};
use crate::{Records, RecordsError};

const KEY_FILE: &str = "station.key";

/// What an enrolled station knows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub station: StationId,
    /// Its name, such as `LEJ2-B04`.
    pub name: String,
    /// Its depot.
    pub depot: String,
    /// The epoch that it writes.
    pub epoch: Epoch,
    /// Where head office is reached.
    pub head_office_url: String,
    /// Head office's pinned key.
    pub head_office_key: PublicKey,
    /// Head office's incarnation, as last heard.
    pub incarnation: Incarnation,
    /// Block from which LPNs are drawn.
    pub lpn_block: LpnBlock,
    /// Block for the day when the database was restored.
    pub lpn_reserve_block: u32,
    /// Block that follows when `lpn_block` is used up.
    pub lpn_further_block: Option<u32>,
    /// Keys that may sign return labels.
    pub label_keys: Vec<PublicKey>,
    /// Salt of the blind re-grade draw, hex.
    pub sample_salt: String,
}

impl Records {
    /// Who this station is; `None` before enrolment.
    pub fn enrolment(&self) -> Option<&Enrolment> {
        self.enrolment.as_ref()
    }

    pub(crate) fn enrolled(&self) -> Result<&Enrolment, RecordsError> {
        self.enrolment.as_ref().ok_or(RecordsError::NotEnrolled)
    }

    /// The station's secret key, where one was kept.
    ///
    /// # Errors
    /// `database-corrupt` if the file is no key.
    pub fn secret_key(&self) -> Result<Option<SecretKey>, RecordsError> {
        let path = self.dir.join(KEY_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RecordsError::file(&path)(error)),
        };
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed)
            .map_err(|_| RecordsError::row("station.key is no key"))?;
        Ok(Some(SecretKey::from_seed(seed)))
    }

    /// Keeps the station's secret key in `station.key`, readable by its owner only. Called before enrolment,
    /// so that an enrolment whose reply got lost can be repeated with the same key.
    ///
    /// # Errors
    /// `station-enrolled-already` if another key is in use; `disk-full`.
    pub fn keep_secret_key(&mut self, key: &SecretKey) -> Result<(), RecordsError> {
        if !self.is_writable() {
            return Err(RecordsError::ReadOnly);
        }
        if self.enrolment.is_some() && self.secret_key()?.is_some_and(|kept| kept.seed() != key.seed()) {
            return Err(RecordsError::AlreadyEnrolled);
        }
        write_durably(&self.dir, KEY_FILE, hex::encode(key.seed()).as_bytes())
    }

    /// Takes in what head office gave at enrolment. The caller has verified the reply.
    ///
    /// # Errors
    /// `station-enrolled-already`, `disk-full`.
    pub fn enrol(
        &mut self,
        reply: &EnrolReply,
        head_office_url: &str,
        head_office_key: PublicKey,
    ) -> Result<&Enrolment, RecordsError> {
        if self.enrolment.is_some() {
            return Err(RecordsError::AlreadyEnrolled);
        }
        let block = fresh_block(reply.lpn_block)?;
        let transaction = self.writing()?;
        transaction.execute(
            "INSERT INTO epochs (epoch, position) VALUES (?1, 1)",
            params![reply.epoch.to_string()],
        )?;
        transaction.execute(
            "INSERT INTO enrolment (only_row, station, name, depot, epoch, head_office_url, head_office_key,
               incarnation, lpn_block, lpn_reserve_block, lpn_further_block, label_keys, sample_salt)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11)",
            params![
                reply.station.to_string(),
                reply.name,
                reply.depot,
                reply.epoch.to_string(),
                head_office_url,
                hex::encode(head_office_key.to_bytes()),
                reply.incarnation.0,
                json(&block)?,
                reply.lpn_reserve_block,
                json(&reply.label_keys)?,
                reply.sample_salt,
            ],
        )?;
        transaction.commit()?;
        self.reload_enrolment()?;
        self.enrolled()
    }

    pub(crate) fn reload_enrolment(&mut self) -> Result<(), RecordsError> {
        self.enrolment = load(&self.connection)?;
        Ok(())
    }
}

/// Counters of a whole block, from 1.
pub(crate) fn fresh_block(block: u32) -> Result<LpnBlock, RecordsError> {
    LpnBlock::new(block, 1, 100_000).map_err(RecordsError::row)
}

pub(crate) fn load(connection: &Connection) -> Result<Option<Enrolment>, RecordsError> {
    let sql = "SELECT station, name, depot, epoch, head_office_url, head_office_key, incarnation, lpn_block,
                 lpn_reserve_block, lpn_further_block, label_keys, sample_salt FROM enrolment";
    let row = connection
        .query_row(sql, [], |row| {
            let texts: [String; 10] = [
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(10)?,
                row.get(11)?,
            ];
            Ok((texts, row.get::<_, u32>(8)?, row.get::<_, u32>(9)?))
        })
        .optional()?;
    let Some((texts, lpn_reserve_block, further)) = row else { return Ok(None) };
    let [station, name, depot, epoch, head_office_url, key, incarnation, block, label_keys, sample_salt] =
        texts;
    Ok(Some(Enrolment {
        station: parse(&station)?,
        name,
        depot,
        epoch: parse(&epoch)?,
        head_office_url,
        head_office_key: PublicKey::from_hex(&key).map_err(RecordsError::row)?,
        incarnation: Incarnation(incarnation),
        lpn_block: from_json(&block)?,
        lpn_reserve_block,
        lpn_further_block: (further != 0).then_some(further),
        label_keys: from_json(&label_keys)?,
        sample_salt,
    }))
}

/// Writes a file so that after a power cut it is there whole or not at all: temporary file, fsync, rename,
/// fsync of the folder. Readable by its owner only.
pub(crate) fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), RecordsError> {
    let path = folder.join(name);
    let failed = RecordsError::file(&path);
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(&failed)?;
    file.write_all(bytes).map_err(&failed)?;
    file.as_file().sync_all().map_err(&failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    sync_folder(folder)
}

/// Makes a folder's entries survive a power cut. On Windows a rename is durable by itself.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), RecordsError> {
    if cfg!(unix) {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(RecordsError::file(folder))?;
    }
    Ok(())
}
