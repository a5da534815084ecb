//! NDJSON with zstd: how many lines travel as one body.
//!
//! Short batches are mostly the words that every event has. A dictionary that both sides have spares them; its number
//! stands in the body's own header, so that whoever unpacks needs not be told.

use std::io::Read;

/// The most that a body may unpack to: 32 MiB. A small body that unpacks to more is refused unread.
pub const MAX_BATCH_BYTES: usize = 32 * 1024 * 1024;

/// The newest dictionary that this release packs with and unpacks. One that was released is never changed: a new one
/// gets the next number and stands beside it.
pub const DICTIONARY: u32 = 1;

/// Trained on the events of shifts at the demo dock, with ids, hashes and times drawn anew.
const DICTIONARY_1: &[u8] = include_bytes!("events-1.dict");

/// Effort for bodies packed with a dictionary: they are short, and the line is what is slow.
const DICTIONARY_LEVEL: i32 = 19;

/// A body that cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not zstd.
    #[error("not a zstd body: {0}")]
    NotZstd(#[from] std::io::Error),
    /// Unpacks to more than [`MAX_BATCH_BYTES`].
    #[error("the body unpacks to more than {MAX_BATCH_BYTES} bytes")]
    TooLarge,
    /// The last line does not end: the body was cut.
    #[error("the body ends within a line")]
    Cut,
    /// Packed with a dictionary that this release does not have.
    #[error("packed with dictionary {0}, which is not known here")]
    UnknownDictionary(u32),
}

impl CodecError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotZstd(_) => "body-not-zstd",
            Self::TooLarge => "body-too-large",
            Self::Cut => "body-cut",
            Self::UnknownDictionary(_) => "body-dictionary-unknown",
        }
    }
}

/// Lines (without line breaks) to one zstd frame with a checksum.
pub fn pack<L: AsRef<[u8]>>(lines: &[L]) -> Result<Vec<u8>, CodecError> {
    Ok(zstd::bulk::compress(&plain(lines), 3)?)
}

/// The same with [`DICTIONARY`], for someone who said that they know it: about a third shorter at 50 lines.
pub fn pack_with_dictionary<L: AsRef<[u8]>>(lines: &[L]) -> Result<Vec<u8>, CodecError> {
    let mut compressor = zstd::bulk::Compressor::with_dictionary(DICTIONARY_LEVEL, DICTIONARY_1)?;
    Ok(compressor.compress(&plain(lines))?)
}

fn plain<L: AsRef<[u8]>>(lines: &[L]) -> Vec<u8> {
    let mut plain = Vec::new();
    for line in lines {
        plain.extend_from_slice(line.as_ref());
        plain.push(b'\n');
    }
    plain
}

/// The lines of a packed body, without line breaks, whichever way it was packed.
pub fn unpack(body: &[u8]) -> Result<Vec<Vec<u8>>, CodecError> {
    let mut plain = Vec::new();
    let limit = MAX_BATCH_BYTES as u64 + 1;
    let dictionary = match zstd::zstd_safe::get_dict_id_from_frame(body).map(u32::from) {
        None => &[],
        Some(DICTIONARY) => DICTIONARY_1,
        Some(other) => return Err(CodecError::UnknownDictionary(other)),
    };
    zstd::stream::read::Decoder::with_dictionary(body, dictionary)?.take(limit).read_to_end(&mut plain)?;
    if plain.len() > MAX_BATCH_BYTES {
        return Err(CodecError::TooLarge);
    }
    match plain.pop() {
        None => Ok(Vec::new()),
        Some(b'\n') => Ok(plain.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()),
        Some(_) => Err(CodecError::Cut),
    }
}
