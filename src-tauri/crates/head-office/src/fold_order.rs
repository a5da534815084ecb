//! The order in which a subject's events fold (sync.md, Events): topological by what each had seen, ties by
//! (station, epoch, seq). No clock and no event id orders anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use returns::ids::{EventId, StationId};
use wire::Epoch;

/// Where an event stands: unique, and the tie-breaker.
pub type Place = (StationId, Epoch, u64);

/// What the order depends on.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The event's place.
    pub place: Place,
    /// The event.
    pub event_id: EventId,
    /// The last event of the subject that its author had seen.
    pub seen: Option<EventId>,
}

/// The places in folding order. An event that saw one that is not here counts as having seen none; a circle,
/// which only a forger can make, is broken at its first place.
pub fn fold_order(links: &[Link]) -> Vec<Place> {
    let by_id: HashMap<EventId, Place> = links.iter().map(|link| (link.event_id, link.place)).collect();
    let mut waiting: BTreeMap<Place, Option<Place>> = links
        .iter()
        .map(|link| {
            let after = link.seen.and_then(|seen| by_id.get(&seen).copied());
            (link.place, after.filter(|after| *after != link.place))
        })
        .collect();
    let mut followers: HashMap<Place, Vec<Place>> = HashMap::new();
    for (place, after) in &waiting {
        if let Some(after) = after {
            followers.entry(*after).or_default().push(*place);
        }
    }
    let mut ready: BTreeSet<Place> =
        waiting.iter().filter(|(_, after)| after.is_none()).map(|(place, _)| *place).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(next) = ready.pop_first().or_else(|| waiting.keys().next().copied()) {
        if waiting.remove(&next).is_none() {
            continue;
        }
        order.push(next);
        ready.extend(followers.remove(&next).unwrap_or_default());
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: u128) -> EventId {
        EventId(uuid::Uuid::from_u128(number))
    }

    fn link(station: u8, seq: u64, number: u128, seen: Option<u128>) -> Link {
        Link {
            place: (StationId([station; 16]), Epoch::Numbered(1), seq),
            event_id: id(number),
            seen: seen.map(id),
        }
    }

    fn seqs(order: &[Place]) -> Vec<(u8, u64)> {
        order.iter().map(|(station, _, seq)| (station.0[0], *seq)).collect()
    }

    #[test]
    fn what_was_seen_comes_first_whatever_its_station() {
        // Station 1 goes on with what station 2 did.
        let links = [link(1, 1, 10, Some(20)), link(2, 1, 20, None), link(1, 2, 11, Some(10))];
        assert_eq!(seqs(&fold_order(&links)), [(2, 1), (1, 1), (1, 2)]);
    }

    #[test]
    fn ties_go_by_station_epoch_and_sequence_not_by_id() {
        let links = [link(2, 1, 1, Some(9)), link(1, 5, 2, Some(9)), link(1, 4, 9, None)];
        assert_eq!(seqs(&fold_order(&links)), [(1, 4), (1, 5), (2, 1)]);
    }

    #[test]
    fn a_circle_and_a_missing_predecessor_lose_nothing() {
        let links = [link(1, 1, 1, Some(2)), link(1, 2, 2, Some(1)), link(1, 3, 3, Some(99))];
        assert_eq!(fold_order(&links).len(), 3);
    }

    proptest! {
        #[test]
        fn the_order_is_independent_of_arrival_and_respects_seen(
            seen in prop::collection::vec((0u8..3, prop::option::of(0usize..12)), 1..12),
            shuffle in any::<u64>(),
        ) {
            let links: Vec<Link> = seen
                .iter()
                .enumerate()
                .map(|(n, (station, saw))| {
                    let saw = saw.filter(|saw| *saw < n).map(|saw| saw as u128);
                    link(*station, n as u64 + 1, n as u128, saw)
                })
                .collect();
            let order = fold_order(&links);
            let mut other = links.clone();
            other.rotate_left((shuffle as usize) % links.len());
            other.reverse();
            prop_assert_eq!(&order, &fold_order(&other));
            let at = |event: EventId| {
                let place = links.iter().find(|l| l.event_id == event).unwrap().place;
                order.iter().position(|p| *p == place).unwrap()
            };
            for l in &links {
                if let Some(saw) = l.seen {
                    prop_assert!(at(saw) < at(l.event_id));
                }
            }
        }
    }
}
