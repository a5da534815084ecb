//! What head office itself writes: events of a reserved station in each depot, in a chain like any bench's.

use jiff::Timestamp;
use returns::Event;
use returns::codes::Role;
use returns::ids::{EventId, OperatorId, StationId, Subject};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wire::{Actor, Chain, Envelope, Epoch, Head, Link, Place, fold_order};

use crate::error::HeadOfficeError;
use crate::ledger::{Batch, BatchRefusal, Content};
use crate::office::HeadOffice;
use crate::store::{AppendRefusal, SubjectEvent};

/// The first bytes of the id of head office's own stations: of events that did not know of each other, a bench's fold
/// first. What was done with the goods comes before what was decided about them elsewhere, so that a unit that was
/// put away meanwhile asks for its new label and place.
pub(crate) const LAST_OF_ALL: [u8; 8] = [0xff; 8];

/// What events are about, whose they are, and behind what they go.
pub(crate) struct Written<'a> {
    pub subject: Subject,
    pub by: &'a OperatorId,
    pub depot: &'a str,
    /// The chain's end as it was before anything was looked at: what others appended since is not overlooked.
    pub behind: Head,
}

impl HeadOffice {
    /// Head office's own station in a depot: the same one in every life of this head office.
    pub fn own_station(&self, depot: &str) -> StationId {
        let mut hash = Sha256::new();
        hash.update(b"rs-head-office-station-1");
        hash.update(self.public_key().to_bytes());
        hash.update(depot.as_bytes());
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(LAST_OF_ALL.into_iter().chain(hash.finalize())) {
            *to = from;
        }
        StationId(id)
    }

    /// The epoch in which this life of head office writes. A restored one may have forgotten what it wrote, and benches
    /// have not: it opens an epoch under the name of its incarnation.
    pub fn own_epoch(&self) -> Epoch {
        let identity = self.identity();
        let incarnation = format!("p-{}", identity.incarnation);
        match incarnation.parse() {
            Ok(epoch) if identity.restored => epoch,
            _ => Epoch::Numbered(1),
        }
    }

    /// Where the chain of head office's own station in a depot ends.
    pub(crate) fn own_head(&self, depot: &str, now: Timestamp) -> Result<Head, HeadOfficeError> {
        let (station, epoch) = (self.own_station(depot), self.own_epoch());
        self.store().own_head(&station, &epoch, depot, &self.public_key(), now)
    }

    /// Appends events about a subject, each having seen the one before; false when another process appended to the same
    /// chain meanwhile, and nothing was.
    pub(crate) fn append_own(
        &self,
        written: &Written<'_>,
        events: &[Event],
        now: Timestamp,
    ) -> Result<bool, HeadOfficeError> {
        let (station, epoch) = (self.own_station(written.depot), self.own_epoch());
        let before = written.behind;
        let mut seen = self.newest_event(written.subject)?;
        let mut lines = Vec::with_capacity(events.len());
        for event in events {
            let event_id = EventId(Uuid::now_v7());
            let actor = Actor { operator: written.by.clone(), role: Role::HeadOffice };
            let envelope = Envelope::wrap(event, event_id, written.subject, actor, now, seen)?;
            lines.push(envelope.to_bytes()?);
            seen = Some(event_id);
        }
        let mut chain = Chain::at(station, epoch, before);
        lines.iter().for_each(|line| {
            chain.push(line);
        });
        let batch = Batch {
            station,
            epoch,
            first: before.seq + 1,
            last: chain.head().seq,
            previous: before.hash,
            last_hash: chain.head().hash,
            lines,
        };
        let checked = batch.check(Content::Envelopes).map_err(|error| unstored(&error))?;
        match self.store().append(checked, written.depot, now) {
            Ok(_) => Ok(true),
            Err(AppendRefusal::Batch(BatchRefusal::Fork { .. } | BatchRefusal::Gap { .. })) => Ok(false),
            Err(AppendRefusal::Trouble(error)) => Err(error),
            Err(refusal) => Err(unstored(&refusal)),
        }
    }

    /// The newest event of a subject in fold order, of those that were read.
    fn newest_event(&self, subject: Subject) -> Result<Option<EventId>, HeadOfficeError> {
        let events = self.store().subjects_events(&[subject])?.remove(&subject).unwrap_or_default();
        Ok(in_order(&events).pop().map(|(_, envelope)| envelope.event_id))
    }
}

/// Events with their places, in fold order. What cannot be read is left out.
pub(crate) fn in_order(events: &[SubjectEvent]) -> Vec<(Place, Envelope)> {
    let read: Vec<(Place, Envelope)> = events
        .iter()
        .filter_map(|event| {
            let place = Place { station: event.station, epoch: event.epoch, seq: event.seq };
            Some((place, Envelope::parse(&event.bytes).ok()?))
        })
        .collect();
    let links: Vec<Link> = read.iter().map(|(place, envelope)| Link::of(*place, envelope)).collect();
    fold_order(&links).into_iter().filter_map(|at| read.get(at).cloned()).collect()
}

fn unstored(why: &dyn std::error::Error) -> HeadOfficeError {
    HeadOfficeError::StoreUnreadable(format!("head office's own events were not taken: {why}"))
}
