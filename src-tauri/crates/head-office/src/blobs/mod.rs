//! Photos, named by their hash, behind one interface: in a folder, or in an object store that speaks S3.

mod folder;
mod objects;

use std::fmt::Debug;

use returns::ids::{Sha256Hex, StationId};

use crate::error::HeadOfficeError;

pub use folder::Folder;
pub(crate) use objects::Bucket;
pub use objects::Objects;

/// The longest photo that is taken: 64 MiB.
pub const MAX_BLOB_BYTES: u64 = 64 * 1024 * 1024;

/// What became of a piece of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Held up to here, more is to come.
    Partial(u64),
    /// Held whole, and the hash fits.
    Whole,
    /// The station's offset is not where the held bytes end.
    OtherOffset(u64),
    /// The piece goes beyond the length that was offered.
    TooLong,
    /// All bytes are here and the hash does not fit; they were dropped.
    WrongHash,
}

/// A place that keeps photos. Calls block.
pub trait Blobs: Debug + Send + Sync {
    /// Whether a whole photo of this length is there; whether its bytes are right is [`Blobs::hash_fits`]'s question.
    fn holds(&self, sha256: &Sha256Hex, length: u64) -> Result<bool, HeadOfficeError>;

    /// Reads a whole photo and compares its hash.
    fn hash_fits(&self, sha256: &Sha256Hex) -> Result<bool, HeadOfficeError>;

    /// A whole photo's bytes.
    fn read(&self, sha256: &Sha256Hex) -> Result<Vec<u8>, HeadOfficeError>;

    /// Keeps a whole photo whose hash was checked, durably.
    fn keep(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> Result<(), HeadOfficeError>;

    /// Bytes of an upload that are here.
    fn partial_bytes(&self, station: &StationId, sha256: &Sha256Hex) -> Result<u64, HeadOfficeError>;

    /// Appends a piece at `offset`, durably, and on the last one checks the hash and moves the photo to its place.
    fn write(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<Written, HeadOfficeError>;

    /// Whether the place can be read and written now.
    fn answers(&self) -> Result<(), HeadOfficeError>;
}

/// `ab/abcd…`: not all photos in one folder.
fn shelved(sha256: &Sha256Hex) -> String {
    let name = sha256.to_string();
    let shelf: String = name.chars().take(2).collect();
    format!("{shelf}/{name}")
}
