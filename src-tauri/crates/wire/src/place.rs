//! Where an event stands, and the order in which a subject's events fold (sync.md, Events: Order). Both sides
//! call the same function, so that a unit is the same at every bench and at head office.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;

use returns::ids::{EventId, StationId};
use serde::{Deserialize, Serialize};

use crate::{Envelope, Epoch};

/// An event's place: gap-free and unique. Compared by station, epoch, sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Whose.
    pub station: StationId,
    /// Which epoch.
    pub epoch: Epoch,
    /// From 1.
    pub seq: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.station, self.epoch, self.seq)
    }
}

/// What the fold order needs of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its place.
    pub place: Place,
    /// Its id.
    pub event_id: EventId,
    /// The last event of the same subject that its author had seen.
    pub seen: Option<EventId>,
}

impl Link {
    /// Of an envelope at its place.
    pub fn of(place: Place, envelope: &Envelope) -> Self {
        Self { place, event_id: envelope.event_id, seen: envelope.seen }
    }
}

/// Indices of one subject's events in the order in which they fold: topological by what each had seen, ties
/// by place. The same event at two places (a tail that moved to another epoch) folds once, at its lowest
/// place. An event whose `seen` is not among them counts as one that had seen nothing. Links in a circle,
/// which no honest author writes, come last, by place.
pub fn fold_order(links: &[Link]) -> Vec<usize> {
    let mut first: BTreeMap<EventId, (Place, usize)> = BTreeMap::new();
    for (index, link) in links.iter().enumerate() {
        let entry = first.entry(link.event_id).or_insert((link.place, index));
        *entry = (*entry).min((link.place, index));
    }
    let mut after: BTreeMap<EventId, Vec<(Place, usize)>> = BTreeMap::new();
    let mut ready = BinaryHeap::new();
    for &(place, index) in first.values() {
        match links.get(index).and_then(|link| link.seen).filter(|seen| first.contains_key(seen)) {
            Some(seen) => after.entry(seen).or_default().push((place, index)),
            None => ready.push(Reverse((place, index))),
        }
    }
    let mut order = Vec::with_capacity(first.len());
    while let Some(Reverse((_, index))) = ready.pop() {
        order.push(index);
        let next = links.get(index).and_then(|link| after.remove(&link.event_id));
        ready.extend(next.into_iter().flatten().map(Reverse));
    }
    let mut circle: Vec<_> = after.into_values().flatten().collect();
    circle.sort_unstable();
    order.extend(circle.into_iter().map(|(_, index)| index));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn link(station: u8, seq: u64, seen: Option<(u8, u64)>) -> Link {
        let id =
            |station: u8, seq: u64| EventId(Uuid::from_u128(u128::from(station) << 64 | u128::from(seq)));
        Link {
            place: Place { station: StationId([station; 16]), epoch: Epoch::Numbered(1), seq },
            event_id: id(station, seq),
            seen: seen.map(|(station, seq)| id(station, seq)),
        }
    }

    #[test]
    fn what_was_seen_folds_first_even_from_a_higher_place() {
        let links = [link(1, 1, Some((2, 1))), link(2, 1, None), link(1, 2, Some((1, 1)))];
        assert_eq!(fold_order(&links), [1, 0, 2]);
    }

    #[test]
    fn ties_go_by_place_and_a_moved_event_folds_once() {
        let mut moved = link(1, 1, None);
        moved.place.epoch = Epoch::Numbered(2);
        let links = [moved, link(2, 1, None), link(1, 1, None)];
        assert_eq!(fold_order(&links), [2, 1]);
    }

    #[test]
    fn a_circle_loses_nothing() {
        let links = [link(1, 2, Some((1, 1))), link(1, 1, Some((1, 2))), link(3, 1, None)];
        assert_eq!(fold_order(&links), [2, 1, 0]);
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_arrival(
            seen in prop::collection::vec((0u8..3, prop::option::of(0usize..20)), 1..20),
            shuffle in any::<u64>(),
        ) {
            let mut links: Vec<Link> = Vec::new();
            for (index, (station, of)) in seen.iter().enumerate() {
                let before = of.and_then(|of| links.get(of % index.max(1))).map(|link| link.event_id);
                links.push(Link { seen: before, ..link(*station, index as u64 + 1, None) });
            }
            let mut shuffled = links.clone();
            shuffled.sort_by_key(|link| (link.place.seq.wrapping_mul(2_654_435_761) ^ shuffle) % 101);
            let ids = |links: &[Link]| fold_order(links).into_iter().map(|i| links[i].event_id).collect::<Vec<_>>();
            prop_assert_eq!(ids(&links), ids(&shuffled));
            prop_assert_eq!(ids(&links).len(), links.len());
        }
    }
}
