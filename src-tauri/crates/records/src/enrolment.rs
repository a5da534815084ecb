//! Who this station is: what head office gave it at enrolment, and its secret key among the secrets.

use std::fs;
use std::io::Write;
use std::path::Path;

use returns::ids::StationId;
use returns::lpn::LpnBlock;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use wire::{EnrolReply, Epoch, Incarnation, PublicKey, SecretKey};

use crate::photos::sha256;
use crate::sql::{from_json, json, parse};
use crate::{Records, RecordsError, SecretIn, Secrets};

/// The plain file of the station's key, in a data folder and in a backup.
pub(crate) const KEY_FILE: &str = "station.key";

/// The station's key among the secrets.
pub(crate) const STATION_KEY: &str = "station";

/// The enrolment beside the database, for the day when the database cannot be read.
const COPY_FILE: &str = "station.enrolment";

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

    /// The station's secret key, where one was kept. It is read once.
    ///
    /// # Errors
    /// `database-corrupt` if what was kept is no key; `keyring-unreachable`, `secret-sealed-elsewhere`.
    pub fn secret_key(&self) -> Result<Option<SecretKey>, RecordsError> {
        if let Some(key) = self.key.borrow().as_ref() {
            return Ok(Some(key.clone()));
        }
        let key = read_key(&self.secrets)?;
        self.key.borrow_mut().clone_from(&key);
        Ok(key)
    }

    /// The secrets of this data folder: the station's key, and what others keep there under other names.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Where the station's key lies; `None` where none was kept.
    pub fn key_place(&self) -> Option<SecretIn> {
        self.secrets.place(STATION_KEY)
    }

    /// Keeps the station's secret key. Called before enrolment, so that an enrolment whose reply got lost can be repeated
    /// with the same key.
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
        self.secrets.keep(STATION_KEY, &key.seed())?;
        *self.key.borrow_mut() = Some(key.clone());
        Ok(())
    }

    /// Moves the key to the best place that there is. A station whose keyring does not answer works on, unsealed.
    pub(crate) fn take_key_over(&self) {
        if let Err(error) = self.secrets.take_over(STATION_KEY) {
            tracing::error!(code = error.code(), %error, "the station's key stays where it is");
        }
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
        let copy = Copy {
            station: reply.station.to_string(),
            name: reply.name.clone(),
            depot: reply.depot.clone(),
            epoch: reply.epoch.to_string(),
            head_office_url: head_office_url.to_owned(),
            head_office_key: hex::encode(head_office_key.to_bytes()),
            incarnation: reply.incarnation.0.clone(),
            lpn_block: json(&fresh_block(reply.lpn_block)?)?,
            lpn_reserve_block: reply.lpn_reserve_block,
            lpn_further_block: 0,
            label_keys: json(&reply.label_keys)?,
            sample_salt: reply.sample_salt.clone(),
        };
        let transaction = self.writing()?;
        transaction.execute("INSERT INTO epochs (epoch, position) VALUES (?1, 1)", params![copy.epoch])?;
        insert(&transaction, &copy)?;
        transaction.commit()?;
        self.reload_enrolment()?;
        self.enrolled()
    }

    /// Keeps a copy of the enrolment beside the database where that says something else now. Its loss costs nothing
    /// as long as the database can be read.
    pub(crate) fn keep_copy(&self) {
        let Some(enrolment) = self.enrolment.as_ref().filter(|_| self.is_writable()) else { return };
        let written = Copy::of(enrolment).and_then(|copy| {
            if read_copy(&self.dir).is_some_and(|kept| kept.but_counter() == copy.clone().but_counter()) {
                return Ok(());
            }
            let text = json(&copy)?;
            let proof = sha256(text.as_bytes());
            write_durably(&self.dir, COPY_FILE, format!("{proof}\n{text}\n").as_bytes())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "no copy of the enrolment was kept");
        }
    }

    pub(crate) fn reload_enrolment(&mut self) -> Result<(), RecordsError> {
        self.enrolment = load(&self.connection)?;
        self.keep_copy();
        Ok(())
    }
}

/// The key among a folder's secrets.
pub(crate) fn read_key(secrets: &Secrets) -> Result<Option<SecretKey>, RecordsError> {
    let Some(kept) = secrets.read(STATION_KEY)? else { return Ok(None) };
    let seed = kept.try_into().map_err(|_| RecordsError::row("the station's key is no key"))?;
    Ok(Some(SecretKey::from_seed(seed)))
}

/// Counters of a whole block, from 1.
pub(crate) fn fresh_block(block: u32) -> Result<LpnBlock, RecordsError> {
    LpnBlock::new(block, 1, 100_000).map_err(RecordsError::row)
}

pub(crate) fn load(connection: &Connection) -> Result<Option<Enrolment>, RecordsError> {
    let sql = "SELECT station, name, depot, epoch, head_office_url, head_office_key, incarnation, lpn_block,
                 lpn_reserve_block, lpn_further_block, label_keys, sample_salt FROM enrolment";
    let copy = connection
        .query_row(sql, [], |row| {
            Ok(Copy {
                station: row.get(0)?,
                name: row.get(1)?,
                depot: row.get(2)?,
                epoch: row.get(3)?,
                head_office_url: row.get(4)?,
                head_office_key: row.get(5)?,
                incarnation: row.get(6)?,
                lpn_block: row.get(7)?,
                lpn_reserve_block: row.get(8)?,
                lpn_further_block: row.get(9)?,
                label_keys: row.get(10)?,
                sample_salt: row.get(11)?,
            })
        })
        .optional()?;
    copy.map(|copy| copy.enrolment()).transpose()
}

/// The enrolment as its table holds it, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copy {
    pub(crate) station: String,
    pub(crate) name: String,
    pub(crate) depot: String,
    pub(crate) epoch: String,
    pub(crate) head_office_url: String,
    pub(crate) head_office_key: String,
    pub(crate) incarnation: String,
    pub(crate) lpn_block: String,
    pub(crate) lpn_reserve_block: u32,
    pub(crate) lpn_further_block: u32,
    pub(crate) label_keys: String,
    pub(crate) sample_salt: String,
}

impl Copy {
    fn of(enrolment: &Enrolment) -> Result<Self, RecordsError> {
        Ok(Self {
            station: enrolment.station.to_string(),
            name: enrolment.name.clone(),
            depot: enrolment.depot.clone(),
            epoch: enrolment.epoch.to_string(),
            head_office_url: enrolment.head_office_url.clone(),
            head_office_key: hex::encode(enrolment.head_office_key.to_bytes()),
            incarnation: enrolment.incarnation.0.clone(),
            lpn_block: json(&enrolment.lpn_block)?,
            lpn_reserve_block: enrolment.lpn_reserve_block,
            lpn_further_block: enrolment.lpn_further_block.unwrap_or(0),
            label_keys: json(&enrolment.label_keys)?,
            sample_salt: enrolment.sample_salt.clone(),
        })
    }

    /// The counter moves with every unit, and a station without its database leaves the block anyway.
    fn but_counter(self) -> Self {
        let block = from_json::<LpnBlock>(&self.lpn_block).map(|block| block.block.to_string());
        Self { lpn_block: block.unwrap_or_default(), ..self }
    }

    /// This, with the counter of the same block where another knows that it stands further on.
    pub(crate) fn with_counter_of(self, other: &Self) -> Self {
        let (Ok(own), Ok(theirs)) =
            (from_json::<LpnBlock>(&self.lpn_block), from_json::<LpnBlock>(&other.lpn_block))
        else {
            return self;
        };
        let further = LpnBlock { next: theirs.next, ..own } == theirs
            && theirs.next > own.next
            && theirs.next <= own.end;
        if further { Self { lpn_block: other.lpn_block.clone(), ..self } } else { self }
    }

    pub(crate) fn enrolment(&self) -> Result<Enrolment, RecordsError> {
        Ok(Enrolment {
            station: parse(&self.station)?,
            name: self.name.clone(),
            depot: self.depot.clone(),
            epoch: parse(&self.epoch)?,
            head_office_url: self.head_office_url.clone(),
            head_office_key: PublicKey::from_hex(&self.head_office_key).map_err(RecordsError::row)?,
            incarnation: Incarnation(self.incarnation.clone()),
            lpn_block: from_json(&self.lpn_block)?,
            lpn_reserve_block: self.lpn_reserve_block,
            lpn_further_block: (self.lpn_further_block != 0).then_some(self.lpn_further_block),
            label_keys: from_json(&self.label_keys)?,
            sample_salt: self.sample_salt.clone(),
        })
    }
}

pub(crate) fn insert(connection: &Connection, copy: &Copy) -> Result<(), RecordsError> {
    connection.execute(
        "INSERT INTO enrolment (only_row, station, name, depot, epoch, head_office_url, head_office_key,
           incarnation, lpn_block, lpn_reserve_block, lpn_further_block, label_keys, sample_salt)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            copy.station,
            copy.name,
            copy.depot,
            copy.epoch,
            copy.head_office_url,
            copy.head_office_key,
            copy.incarnation,
            copy.lpn_block,
            copy.lpn_reserve_block,
            copy.lpn_further_block,
            copy.label_keys,
            copy.sample_salt,
        ],
    )?;
    Ok(())
}

/// The copy beside the database, if it is whole.
pub(crate) fn read_copy(dir: &Path) -> Option<Copy> {
    let kept = fs::read_to_string(dir.join(COPY_FILE)).ok()?;
    let (proof, text) = kept.trim_end().split_once('\n')?;
    (sha256(text.as_bytes()).to_string() == proof).then(|| serde_json::from_str(text).ok()).flatten()
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
