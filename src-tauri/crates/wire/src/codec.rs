//! NDJSON with zstd: how many lines travel as one body.

use std::io::Read;

/// The most that a body may unpack to: 32 MiB. A small body that unpacks to more is refused unread.
pub const MAX_BATCH_BYTES: usize = 32 * 1024 * 1024;

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
}

impl CodecError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotZstd(_) => "body-not-zstd",
            Self::TooLarge => "body-too-large",
            Self::Cut => "body-cut",
        }
    }
}

/// Lines (without line breaks) to one zstd frame with a checksum.
pub fn pack<L: AsRef<[u8]>>(lines: &[L]) -> Result<Vec<u8>, CodecError> {
    let mut plain = Vec::new();
    for line in lines {
        plain.extend_from_slice(line.as_ref());
        plain.push(b'\n');
    }
    Ok(zstd::bulk::compress(&plain, 3)?)
}

/// The lines of a packed body, without line breaks.
pub fn unpack(body: &[u8]) -> Result<Vec<Vec<u8>>, CodecError> {
    let mut plain = Vec::new();
    let limit = MAX_BATCH_BYTES as u64 + 1;
    zstd::stream::read::Decoder::new(body)?.take(limit).read_to_end(&mut plain)?;
    if plain.len() > MAX_BATCH_BYTES {
        return Err(CodecError::TooLarge);
    }
    match plain.pop() {
        None => Ok(Vec::new()),
        Some(b'\n') => Ok(plain.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()),
        Some(_) => Err(CodecError::Cut),
    }
}
