//! Whether a batch of events continues a station's chain (sync.md, Calls and Events). Pure.

use returns::ids::StationId;
use wire::{Chain, ChainHash, Envelope, Epoch, Head};

/// Events as a station sent them: lines `first..=last` of one epoch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// Sequence of the first line.
    pub first: u64,
    /// Sequence of the last line.
    pub last: u64,
    /// Hash of the event before the first.
    pub previous: ChainHash,
    /// Hash of the last event.
    pub last_hash: ChainHash,
    /// The lines, without line breaks.
    pub lines: Vec<Vec<u8>>,
}

/// Whether the lines must be envelopes, or come because they could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Every line must parse as an envelope.
    Envelopes,
    /// Kept as they are; what does not parse is quarantined.
    Anything,
}

/// One event of a batch at its place in the chain.
#[derive(Debug, Clone)]
pub struct PlacedEvent {
    /// Sequence and hash.
    pub head: Head,
    /// Original bytes.
    pub bytes: Vec<u8>,
    /// Whether the bytes are an envelope.
    pub envelope: bool,
}

/// A batch whose own sums fit: count, chain from `previous` to `last_hash`, envelopes.
#[derive(Debug, Clone)]
pub struct CheckedBatch {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// What stands before the first event, by the station's account.
    pub before: Head,
    /// The events; never empty.
    pub events: Vec<PlacedEvent>,
}

/// Why a batch is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefusal {
    /// The range is empty or does not have as many places as there are lines.
    #[error("the range names {named} events, the body holds {found}")]
    WrongCount {
        /// Places of the range.
        named: u64,
        /// Lines of the body.
        found: u64,
    },
    /// The lines do not chain from `Prev-Hash` to `Last-Hash`.
    #[error("the lines do not add up to Last-Hash")]
    WrongHash,
    /// A line is no envelope.
    #[error("event {seq} is no envelope: {code}")]
    Unreadable {
        /// Sequence of the line.
        seq: u64,
        /// Code of the envelope's error.
        code: &'static str,
    },
    /// Something between the stored head and the batch is missing.
    #[error("events after {} are missing", stored.seq)]
    Gap {
        /// Where the stored chain ends.
        stored: Head,
    },
    /// Another event is stored at a place of the batch, or before it.
    #[error("another event is stored at {seq}")]
    Fork {
        /// A place known to differ.
        seq: u64,
        /// Where the stored chain ends.
        stored: Head,
    },
}

impl BatchRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongCount { .. } => "events-count-wrong",
            Self::WrongHash => "events-hash-wrong",
            Self::Unreadable { .. } => "event-unreadable",
            Self::Gap { .. } => "events-gap",
            Self::Fork { .. } => "events-fork",
        }
    }
}

impl Batch {
    /// Checks everything that needs no stored state.
    pub fn check(self, content: Content) -> Result<CheckedBatch, BatchRefusal> {
        let found = self.lines.len() as u64;
        let named = self.last.checked_sub(self.first).map_or(0, |span| span.saturating_add(1));
        if self.first == 0 || named == 0 || named != found {
            return Err(BatchRefusal::WrongCount { named, found });
        }
        let before = Head { seq: self.first - 1, hash: self.previous };
        let mut chain = Chain::at(self.station, self.epoch, before);
        let mut events = Vec::with_capacity(self.lines.len());
        for bytes in self.lines {
            let head = chain.push(&bytes);
            events.push(PlacedEvent { head, bytes, envelope: true });
        }
        if chain.head().hash != self.last_hash {
            return Err(BatchRefusal::WrongHash);
        }
        for event in &mut events {
            match (Envelope::parse(&event.bytes), content) {
                (Ok(_), _) => {}
                (Err(_), Content::Anything) => event.envelope = false,
                (Err(error), Content::Envelopes) => {
                    return Err(BatchRefusal::Unreadable { seq: event.head.seq, code: error.code() });
                }
            }
        }
        Ok(CheckedBatch { station: self.station, epoch: self.epoch, before, events })
    }
}

impl CheckedBatch {
    /// The places whose stored hashes [`CheckedBatch::continuing`] wants to see: the one before the batch and
    /// the last that may overlap. A chain hash covers all before it, so equal there means equal up to there.
    pub fn joints(&self, stored: Head) -> (u64, u64) {
        let last = self.events.last().map_or(self.before.seq, |event| event.head.seq);
        (self.before.seq, last.min(stored.seq))
    }

    /// The events to append behind `stored`: none for a plain repeat. `hash_at` gives the stored hash of a
    /// place up to `stored`.
    pub fn continuing(
        self,
        stored: Head,
        hash_at: impl Fn(u64) -> Option<ChainHash>,
    ) -> Result<Vec<PlacedEvent>, BatchRefusal> {
        if self.before.seq > stored.seq {
            return Err(BatchRefusal::Gap { stored });
        }
        let stored_hash = |seq: u64| if seq == 0 { Some(ChainHash::ZERO) } else { hash_at(seq) };
        let (before, overlap) = self.joints(stored);
        if stored_hash(before) != Some(self.before.hash) {
            return Err(BatchRefusal::Fork { seq: before, stored });
        }
        let ours = self.events.iter().find(|event| event.head.seq == overlap).map(|event| event.head.hash);
        if let Some(ours) = ours
            && stored_hash(overlap) != Some(ours)
        {
            return Err(BatchRefusal::Fork { seq: overlap, stored });
        }
        Ok(self.events.into_iter().filter(|event| event.head.seq > stored.seq).collect())
    }
}
