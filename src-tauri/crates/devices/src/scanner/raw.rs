//! What a scanner really sent: its last reads, kept for the device room at a bounded cost.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Reads that are kept.
pub const CHUNKS_KEPT: usize = 64;
/// Bytes of one read that are kept; the rest is counted.
pub const CHUNK_BYTES: usize = 256;
/// Reads closer together than this are one chunk as long as there is room in it.
const TOGETHER_MS: u64 = 3;

/// Bytes that came, or went, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Counts up from 1 for as long as the scanner runs.
    pub number: u64,
    /// Milliseconds since the scanner was started.
    pub at_ms: u64,
    /// Silence before it, in milliseconds.
    pub gap_ms: u64,
    /// The bytes, at most [`CHUNK_BYTES`].
    pub bytes: Vec<u8>,
    /// Bytes that came with them and were not kept.
    pub skipped: u64,
    /// Sent by the station, not by the scanner.
    pub sent: bool,
}

/// The last chunks of one scanner.
#[derive(Debug)]
pub(crate) struct RawBytes {
    since: Instant,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    chunks: VecDeque<Chunk>,
    count: u64,
    last_ms: u64,
}

impl RawBytes {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), kept: Mutex::default() }
    }

    /// Notes a read.
    pub(crate) fn came(&self, bytes: &[u8]) {
        self.note(bytes, false, self.now_ms());
    }

    /// Notes what was sent.
    pub(crate) fn went(&self, bytes: &[u8]) {
        self.note(bytes, true, self.now_ms());
    }

    /// The chunks after that number, oldest first; 0 for all that are kept.
    pub(crate) fn after(&self, number: u64) -> Vec<Chunk> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.chunks.iter().filter(|chunk| chunk.number > number).cloned().collect()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn note(&self, bytes: &[u8], sent: bool, at_ms: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let gap_ms = at_ms.saturating_sub(kept.last_ms);
        kept.last_ms = at_ms;
        if let Some(last) = kept.chunks.back_mut()
            && last.sent == sent
            && gap_ms <= TOGETHER_MS
            && last.bytes.len() + bytes.len() <= CHUNK_BYTES
        {
            // Numbered anew, so that a reader that has its beginning gets the whole.
            last.bytes.extend_from_slice(bytes);
            kept.count += 1;
            let count = kept.count;
            if let Some(last) = kept.chunks.back_mut() {
                last.number = count;
            }
            return;
        }
        kept.count += 1;
        if kept.chunks.len() >= CHUNKS_KEPT {
            kept.chunks.pop_front();
        }
        let (head, rest) = bytes.split_at(bytes.len().min(CHUNK_BYTES));
        let number = kept.count;
        kept.chunks.push_back(Chunk {
            number,
            at_ms,
            gap_ms,
            bytes: head.to_vec(),
            skipped: rest.len() as u64,
            sent,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reads_are_kept_with_their_gaps_and_no_more() {
        let raw = RawBytes::new();
        for n in 0..1000_u64 {
            raw.note(&[b'x'; 1024], false, n * 10);
        }
        let kept = raw.after(0);
        assert_eq!(kept.len(), CHUNKS_KEPT);
        assert!(kept.iter().all(|chunk| chunk.bytes.len() == CHUNK_BYTES && chunk.skipped == 768));
        assert!(kept.iter().all(|chunk| chunk.gap_ms == 10));
        assert_eq!(kept.last().map(|chunk| chunk.number), Some(1000));
        assert_eq!(raw.after(999).len(), 1);
    }

    #[test]
    fn bytes_that_trickle_in_are_one_chunk_and_answers_are_another() {
        let raw = RawBytes::new();
        for (n, byte) in b"abc\r".iter().enumerate() {
            raw.note(&[*byte], false, 100 + n as u64);
        }
        raw.note(b"\x06", true, 104);
        raw.note(b"next\r", false, 400);
        let kept = raw.after(0);
        let told: Vec<(&[u8], bool, u64)> =
            kept.iter().map(|chunk| (chunk.bytes.as_slice(), chunk.sent, chunk.gap_ms)).collect();
        assert_eq!(
            told,
            [(&b"abc\r"[..], false, 100), (&b"\x06"[..], true, 1), (&b"next\r"[..], false, 296)]
        );
        // A chunk that grew is told again.
        assert_eq!(raw.after(1).first().map(|chunk| chunk.bytes.clone()), Some(b"abc\r".to_vec()));
    }
}
