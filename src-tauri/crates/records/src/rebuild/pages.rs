//! Pages of a database file that SQLite itself no longer opens: read one by one, with what its write-ahead log holds
//! laid over them (<https://www.sqlite.org/fileformat2.html>, sections 1.6 and 4).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::RecordsError;

/// A station's databases have pages of this length, whatever a damaged header says.
pub(crate) const PAGE: usize = 4096;

const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Words of the log's checksums are little-endian, or big-endian.
const WAL_LITTLE: u32 = 0x377f_0682;
const WAL_BIG: u32 = 0x377f_0683;

/// A database file and its write-ahead log.
pub(crate) struct Pages {
    /// None where there is no file any more.
    file: Option<File>,
    count: u32,
    /// Newest committed version of each page in the log.
    newer: HashMap<u32, Vec<u8>>,
    /// Frames behind a damaged one, or behind the last commit: worth a look, and nothing more.
    pub(crate) doubtful: Vec<Vec<u8>>,
}

impl Pages {
    pub(crate) fn open(database: &Path, log: &Path) -> Result<Self, RecordsError> {
        let failed = RecordsError::file(database);
        let file = match File::open(database) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let length = file.as_ref().map_or(Ok(0), |file| file.metadata().map(|file| file.len()));
        let length = length.map_err(&failed)?;
        let count = u32::try_from(length.div_ceil(PAGE as u64)).unwrap_or(u32::MAX);
        let mut pages = Self { file, count, newer: HashMap::new(), doubtful: Vec::new() };
        if let Ok(bytes) = std::fs::read(log) {
            pages.lay_over(&bytes);
        }
        Ok(pages)
    }

    /// Pages are numbered from 1.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// One page; what the file no longer has of it is zeros. `None` where the disk does not give it.
    pub(crate) fn read(&mut self, number: u32) -> Option<Vec<u8>> {
        if let Some(newer) = self.newer.get(&number) {
            return Some(newer.clone());
        }
        let mut page = vec![0; PAGE];
        let start = u64::from(number.checked_sub(1)?) * PAGE as u64;
        let Some(file) = &mut self.file else { return Some(page) };
        file.seek(SeekFrom::Start(start)).ok()?;
        let mut filled = 0;
        while let Some(rest) = page.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        Some(page)
    }

    fn lay_over(&mut self, log: &[u8]) {
        let Some(header) = log.get(..WAL_HEADER) else { return };
        let little = match word(header, 0) {
            Some(WAL_LITTLE) => true,
            Some(WAL_BIG) => false,
            _ => return self.doubt(log.get(WAL_HEADER..).unwrap_or_default()),
        };
        let salts = header.get(16..24).unwrap_or_default();
        let Some(mut sum) = checksum(little, [0, 0], header.get(..24).unwrap_or_default()) else { return };
        if [word(header, 24), word(header, 28)] != [Some(sum[0]), Some(sum[1])] {
            return self.doubt(log.get(WAL_HEADER..).unwrap_or_default());
        }
        let mut pending = Vec::new();
        let mut rest = log.get(WAL_HEADER..).unwrap_or_default();
        while let Some((frame, page, after)) = frame(rest) {
            let next = frame
                .get(..8)
                .and_then(|start| checksum(little, sum, start))
                .and_then(|sum| checksum(little, sum, page));
            let fits = frame.get(8..16) == Some(salts)
                && next
                    .is_some_and(|next| [word(frame, 16), word(frame, 20)] == [Some(next[0]), Some(next[1])]);
            let (Some(number), Some(size), true) = (word(frame, 0), word(frame, 4), fits) else {
                // An older round of the log lies behind the newest: its salts differ, and the file has it already.
                if frame.get(8..16) == Some(salts) {
                    self.doubt(rest);
                }
                break;
            };
            sum = next.unwrap_or(sum);
            pending.push((number, page.to_vec()));
            if size > 0 {
                self.count = self.count.max(size);
                self.newer.extend(pending.drain(..));
            }
            rest = after;
        }
        self.doubtful.extend(pending.into_iter().map(|(_, page)| page));
    }

    fn doubt(&mut self, mut frames: &[u8]) {
        while let Some((_, page, after)) = frame(frames) {
            self.doubtful.push(page.to_vec());
            frames = after;
        }
    }
}

/// A frame's header, its page, and what is behind it.
fn frame(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (header, rest) = bytes.split_at_checked(FRAME_HEADER)?;
    let (page, rest) = rest.split_at_checked(PAGE)?;
    Some((header, page, rest))
}

/// Four bytes, big-endian, as everything in these files but the checksums' sums.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Goes on with the log's checksum; the bytes are a multiple of eight.
fn checksum(little: bool, from: [u32; 2], bytes: &[u8]) -> Option<[u32; 2]> {
    let [mut first, mut second] = from;
    let read = if little { u32::from_le_bytes } else { u32::from_be_bytes };
    for pair in bytes.chunks_exact(8) {
        let (one, two) = pair.split_at_checked(4)?;
        first = first.wrapping_add(read(one.try_into().ok()?)).wrapping_add(second);
        second = second.wrapping_add(read(two.try_into().ok()?)).wrapping_add(first);
    }
    Some([first, second])
}
