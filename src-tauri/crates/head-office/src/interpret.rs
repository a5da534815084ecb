//! What the events mean. Reading never refuses: what cannot be read is set aside for a person, and the bytes
//! stay as they came. Everything here can be derived again from the events.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use returns::codes::RmaState;
use returns::event::{Event, Parsed};
use returns::ids::{EventId, Subject};
use returns::rma::Rma;
use returns::{container, parcel, rma, unit};
use wire::{Envelope, Link, Place, fold_order};

use crate::effects;
use crate::error::HeadOfficeError;
use crate::store::{Interpretation, PendingEvent, Projection, Reading, ReadingVerdict, Store, SubjectEvent};

/// Events read in one transaction.
const EVENTS_AT_ONCE: usize = 2000;

/// Reads everything that waits. Blocking; several processes may do so at once.
pub fn interpret_all(store: &Store) -> Result<(), HeadOfficeError> {
    while interpret_some(store)? {}
    Ok(())
}

/// Reads some of what waits; whether more may wait.
pub(crate) fn interpret_some(store: &Store) -> Result<bool, HeadOfficeError> {
    let (from, pending) = store.pending(EVENTS_AT_ONCE)?;
    let Some(last) = pending.last() else {
        return Ok(false);
    };
    let made = interpret(store, from, last.position, &pending)?;
    if !store.keep_interpretation(&made)? {
        tracing::debug!(from, "another process read these events first");
    }
    Ok(true)
}

#[derive(Debug, Clone)]
struct Read {
    place: Place,
    envelope: Envelope,
    event: Option<Event>,
}

fn interpret(
    store: &Store,
    from: u64,
    to: u64,
    pending: &[PendingEvent],
) -> Result<Interpretation, HeadOfficeError> {
    let mut made = Interpretation { from, to, ..Interpretation::default() };
    let mut fresh: BTreeMap<Subject, Vec<Read>> = BTreeMap::new();
    let mut touched: BTreeMap<Subject, (String, u64)> = BTreeMap::new();
    let mut envelopes = Vec::with_capacity(pending.len());
    for waiting in pending {
        match Envelope::parse(&waiting.bytes) {
            Ok(envelope) => envelopes.push((waiting, envelope)),
            Err(_) => made.quarantined.push((waiting.position, "event-unreadable")),
        }
    }
    let ids: Vec<EventId> = envelopes.iter().map(|(_, envelope)| envelope.event_id).collect();
    let mut ids = store.read_before(&ids)?;
    for (waiting, envelope) in envelopes {
        let repeated = !ids.insert(envelope.event_id);
        let event = known(&envelope);
        let verdict = match (&event, repeated) {
            (_, true) => ReadingVerdict::Repeated,
            (Some(_), false) => ReadingVerdict::Known,
            (None, false) => ReadingVerdict::Unknown,
        };
        if verdict == ReadingVerdict::Unknown {
            made.quarantined.push((waiting.position, "event-unknown"));
        }
        made.readings.push(Reading {
            position: waiting.position,
            event_id: envelope.event_id,
            subject: envelope.subject,
            kind: envelope.kind.clone(),
            verdict,
        });
        if envelope.subject == Subject::Station {
            continue;
        }
        touched.insert(envelope.subject, (waiting.depot.clone(), waiting.position));
        let place = Place { station: waiting.station, epoch: waiting.epoch, seq: waiting.seq };
        fresh.entry(envelope.subject).or_default().push(Read { place, envelope, event });
    }
    let subjects: Vec<Subject> = fresh.keys().copied().collect();
    let mut before = store.subjects_events(&subjects)?;
    for (subject, new_events) in fresh {
        let mut events = read_again(before.remove(&subject).unwrap_or_default())?;
        events.extend(new_events.iter().cloned());
        let Some((depot, position)) = touched.remove(&subject) else { continue };
        match catch_unwind(AssertUnwindSafe(|| project(&subject, &events))) {
            Ok(Some(projection)) => {
                if let Projection::Unit(_, state) = &projection {
                    made.effects.extend(new_events.iter().flat_map(|read| match &read.event {
                        Some(Event::Unit(event)) => {
                            effects::of(event, read.envelope.event_id, read.envelope.subject, state)
                        }
                        _ => Vec::new(),
                    }));
                }
                made.projections.push((depot, projection));
            }
            Ok(None) => {}
            Err(_) => made.quarantined.push((position, "subject-not-foldable")),
        }
    }
    Ok(made)
}

/// The event inside, if this release knows it and it is about this kind of subject.
fn known(envelope: &Envelope) -> Option<Event> {
    match (envelope.event(), envelope.subject) {
        (Parsed::Known(event @ Event::Unit(_)), Subject::Unit(_))
        | (Parsed::Known(event @ Event::Parcel(_)), Subject::Parcel(_))
        | (Parsed::Known(event @ Event::Container(_)), Subject::Container(_))
        | (Parsed::Known(event @ Event::Station(_)), Subject::Station) => Some(event),
        _ => None,
    }
}

fn read_again(stored: Vec<SubjectEvent>) -> Result<Vec<Read>, HeadOfficeError> {
    let mut events = Vec::with_capacity(stored.len());
    for stored in stored {
        let envelope = Envelope::parse(&stored.bytes)
            .map_err(|error| HeadOfficeError::StoreUnreadable(error.to_string()))?;
        let event = known(&envelope);
        let place = Place { station: stored.station, epoch: stored.epoch, seq: stored.seq };
        events.push(Read { place, envelope, event });
    }
    Ok(events)
}

/// A subject as the fold of all its events, in folding order; read-only where one of them is not known.
fn project(subject: &Subject, events: &[Read]) -> Option<Projection> {
    let links: Vec<Link> = events.iter().map(|read| Link::of(read.place, &read.envelope)).collect();
    let ordered: Vec<&Read> = fold_order(&links).into_iter().filter_map(|at| events.get(at)).collect();
    let unknown = ordered.iter().any(|read| read.event.is_none());
    let known = ordered.iter().filter_map(|read| read.event.as_ref());
    match subject {
        Subject::Unit(id) => {
            let mut state = unit::State::default();
            known.for_each(|event| {
                if let Event::Unit(event) = event {
                    unit::apply(&mut state, event);
                }
            });
            if unknown {
                state.mark_unreadable();
            }
            Some(Projection::Unit(*id, Box::new(state)))
        }
        Subject::Parcel(id) => {
            let mut state = parcel::State::default();
            known.for_each(|event| {
                if let Event::Parcel(event) = event {
                    parcel::apply(&mut state, event);
                }
            });
            state.unreadable |= unknown;
            Some(Projection::Parcel(*id, Box::new(state)))
        }
        Subject::Container(id) => {
            let mut state = container::State::default();
            known.for_each(|event| {
                if let Event::Container(event) = event {
                    container::apply(&mut state, event);
                }
            });
            state.unreadable |= unknown;
            Some(Projection::Container(*id, Box::new(state)))
        }
        Subject::Station => None,
    }
}

/// An RMA with what came in since it was imported.
pub(crate) fn with_progress(mut imported: Rma, units: &[unit::State]) -> Rma {
    let counts = rma::progress(&imported, units);
    for line in &mut imported.lines {
        if let Some(count) = counts.iter().find(|count| count.line == line.id) {
            line.received = count.received;
            line.accepted = count.accepted;
        }
    }
    let awaited = matches!(
        imported.state,
        RmaState::Authorised
            | RmaState::PartiallyAuthorised
            | RmaState::InTransit
            | RmaState::PartiallyReceived
    );
    if awaited && imported.lines.iter().any(|line| line.received > 0) {
        let complete = imported.lines.iter().all(|line| line.expected() == 0);
        imported.state = if complete { RmaState::Received } else { RmaState::PartiallyReceived };
    }
    imported
}
