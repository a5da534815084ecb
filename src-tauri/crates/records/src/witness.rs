//! The witness: the last head, in a file outside the database. A database that was restored is behind it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use returns::ids::StationId;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use wire::{Epoch, Head};

use crate::outbox::hash_at;
use crate::{Records, RecordsError};

const FILE: &str = "head.witness";

/// A head that this data folder once had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// Its head then.
    pub head: Head,
}

impl Records {
    /// Notes the head after a commit. Never ahead of the database, and its loss costs nothing: it is not synced,
    /// and a failure is only logged. A second witness, on another medium, also notices a folder that was put back
    /// as a whole.
    pub(crate) fn write_witness(&self, head: Head) {
        let Some(enrolment) = &self.enrolment else { return };
        let witness = Witness { station: enrolment.station, epoch: enrolment.epoch, head };
        let text = serde_json::to_vec(&witness).unwrap_or_default();
        if let Err(error) = replace(&self.dir, FILE, &text) {
            tracing::warn!(%error, "the witness of the head was not written");
        }
        let Some(folder) = &self.witness_folder else { return };
        // A medium that was pulled out is not asked again with every scan.
        if self.witness_failed.get().is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        match replace(folder, &format!("{}.witness", witness.station), &text) {
            Ok(()) => self.witness_failed.set(None),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "the second witness was not written");
                self.witness_failed.set(Some(Instant::now()));
            }
        }
    }

    /// Whether the second witness, where one is set up, could be written the last time.
    pub fn second_witness_works(&self) -> Option<bool> {
        self.witness_folder.as_ref().map(|_| self.witness_failed.get().is_none())
    }
}

/// How long a second medium that failed is left alone.
const AGAIN: Duration = Duration::from_secs(60);

fn replace(folder: &Path, name: &str, text: &[u8]) -> std::io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    fs::write(&new, text)?;
    fs::rename(&new, folder.join(name))
}

/// A witness of the database, if the database does not hold its head. An unreadable witness says nothing.
pub(crate) fn ahead_of(records: &Records) -> Result<Option<Witness>, RecordsError> {
    let station = records.enrolment.as_ref().map(|own| own.station);
    let second = records.witness_folder.as_ref().zip(station);
    let second = second.map(|(folder, station)| folder.join(format!("{station}.witness")));
    for path in [Some(records.dir.join(FILE)), second].into_iter().flatten() {
        let read = fs::read(path).ok();
        let Some(witness) = read.and_then(|bytes| serde_json::from_slice::<Witness>(&bytes).ok()) else {
            continue;
        };
        if station != Some(witness.station) || !holds(records, &witness)? {
            return Ok(Some(witness));
        }
    }
    Ok(None)
}

/// Writes the witness of records that are not open, beside the database and on the second medium.
pub(crate) fn put(dir: &Path, folder: Option<&Path>, witness: &Witness) {
    let text = serde_json::to_vec(witness).unwrap_or_default();
    let second = folder.map(|folder| (folder, format!("{}.witness", witness.station)));
    for (folder, name) in [Some((dir, FILE.to_owned())), second].into_iter().flatten() {
        if let Err(error) = replace(folder, &name, &text) {
            tracing::warn!(%error, folder = %folder.display(), "a witness was not written");
        }
    }
}

/// The witness of this station that knows most, for records that can no longer be asked.
pub(crate) fn newest(dir: &Path, folder: Option<&Path>, station: StationId) -> Option<Witness> {
    let second = folder.map(|folder| folder.join(format!("{station}.witness")));
    let read = [Some(dir.join(FILE)), second]
        .into_iter()
        .flatten()
        .filter_map(|path| serde_json::from_slice::<Witness>(&fs::read(path).ok()?).ok());
    read.filter(|witness| witness.station == station).max_by_key(|witness| witness.head.seq)
}

fn holds(records: &Records, witness: &Witness) -> Result<bool, RecordsError> {
    let known = "SELECT 1 FROM epochs WHERE epoch = ?1";
    Ok(records.connection.prepare_cached(known)?.exists(params![witness.epoch.to_string()])?
        && hash_at(&records.connection, &witness.epoch, witness.head.seq)? == Some(witness.head.hash))
}
