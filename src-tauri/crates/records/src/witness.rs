//! The witness: the last head, in a file outside the database. A database that was restored is behind it.

use std::fs;

use returns::ids::StationId;
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
    /// and a failure is only logged.
    pub(crate) fn write_witness(&self, head: Head) {
        let Some(enrolment) = &self.enrolment else { return };
        let witness = Witness { station: enrolment.station, epoch: enrolment.epoch, head };
        let (new, path) = (self.dir.join("head.witness.new"), self.dir.join(FILE));
        let text = serde_json::to_vec(&witness).unwrap_or_default();
        if let Err(error) = fs::write(&new, text).and_then(|()| fs::rename(&new, &path)) {
            tracing::warn!(%error, "the witness of the head was not written");
        }
    }
}

/// The folder's witness, if the database does not hold its head. An unreadable witness says nothing.
pub(crate) fn ahead_of(records: &Records) -> Result<Option<Witness>, RecordsError> {
    let read = fs::read(records.dir.join(FILE)).ok();
    let Some(witness) = read.and_then(|bytes| serde_json::from_slice::<Witness>(&bytes).ok()) else {
        return Ok(None);
    };
    let same_station = records.enrolment.as_ref().is_some_and(|own| own.station == witness.station);
    let held = hash_at(&records.connection, &witness.epoch, witness.head.seq)?;
    Ok((!same_station || held != Some(witness.head.hash)).then_some(witness))
}
