//! Room kept on the disk: when it is full, the reserve is given up so that what was just graded still gets onto
//! the disk, and a person is told while there is time.

use std::fs::{self, File};
use std::path::Path;

use fs4::FileExt;
use returns::ids::Sha256Hex;

use crate::incidents::{IncidentKind, args};
use crate::{Records, RecordsError};

const FILE: &str = "space.reserve";

/// The reserve is only made where this many times its size is free.
const FREE_TIMES: u64 = 4;

/// How the room kept on the disk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceReserve {
    /// None is wanted.
    None,
    /// It is wanted, and there is no room for it now.
    Missing {
        /// How much is wanted.
        bytes: u64,
    },
    /// It is there.
    Held {
        /// How much.
        bytes: u64,
    },
    /// It was given up: these are the last events that find room.
    Used {
        /// How much is wanted again.
        bytes: u64,
    },
}

impl SpaceReserve {
    pub(crate) fn of(bytes: u64) -> Self {
        if bytes == 0 { Self::None } else { Self::Missing { bytes } }
    }

    fn bytes(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Missing { bytes } | Self::Held { bytes } | Self::Used { bytes } => bytes,
        }
    }
}

impl Records {
    /// How the room kept on the disk stands.
    pub fn space_reserve(&self) -> SpaceReserve {
        self.reserve
    }

    /// Makes the reserve where one is wanted, is not there, and there is room enough; called now and then.
    pub fn keep_reserve(&mut self) {
        let bytes = self.reserve.bytes();
        if bytes == 0 || matches!(self.reserve, SpaceReserve::Held { .. }) || !self.is_writable() {
            return;
        }
        let path = self.dir.join(FILE);
        if fs::metadata(&path).is_ok_and(|file| file.len() >= bytes) {
            self.reserve = SpaceReserve::Held { bytes };
            return;
        }
        if !fs4::available_space(&self.dir).is_ok_and(|free| free >= bytes.saturating_mul(FREE_TIMES)) {
            return;
        }
        match allocate(&path, bytes) {
            Ok(()) => self.reserve = SpaceReserve::Held { bytes },
            Err(error) => {
                tracing::warn!(%error, "no room could be kept on the disk");
                drop(fs::remove_file(&path));
            }
        }
    }

    /// Keeps a photo as [`Photos::keep`](crate::Photos::keep) does; on a full disk the reserve is given up for it.
    ///
    /// # Errors
    /// `disk-full`, `file-failed`.
    pub fn keep_photo(&mut self, jpeg: &[u8]) -> Result<Sha256Hex, RecordsError> {
        match self.photos.keep(jpeg) {
            Err(RecordsError::DiskFull) if self.give_reserve() => self.photos.keep(jpeg),
            other => other,
        }
    }

    /// Gives the reserve up. Says whether there was one.
    pub(crate) fn give_reserve(&mut self) -> bool {
        let SpaceReserve::Held { bytes } = self.reserve else { return false };
        let path = self.dir.join(FILE);
        if let Err(error) = fs::remove_file(&path) {
            tracing::error!(%error, "the reserve could not be given up");
            return false;
        }
        self.reserve = SpaceReserve::Used { bytes };
        tracing::error!(bytes, "the disk is full: the reserve is given up");
        // A page or two: it finds room now, and if not, the screen says the same from the reserve's state.
        let told: Result<(), RecordsError> =
            self.note_incident(IncidentKind::ReserveUsed, &args([("mib", (bytes >> 20).to_string())]));
        if let Err(error) = told {
            tracing::error!(%error, "cannot note that the reserve is used");
        }
        true
    }
}

fn allocate(path: &Path, bytes: u64) -> std::io::Result<()> {
    let file = File::create(path)?;
    file.allocate(bytes)?;
    file.set_len(bytes)?;
    file.sync_all()
}
