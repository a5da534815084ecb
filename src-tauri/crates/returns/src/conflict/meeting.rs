//! The walk over a unit's history: which decisions are open, and what each author had seen.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{Met, Standing, standing};
use crate::codes::{ReviewOutcome, Role};
use crate::event::UnitEvent;
use crate::ids::EventId;
use crate::policy::WhyCode;

/// One event of a unit, as it meets others.
#[derive(Debug, Clone)]
pub struct Told<L> {
    /// Its id.
    pub id: EventId,
    /// The log that it stands in: one epoch of one station. Logs have no order. Not even those of one station: who
    /// was put back from a copy writes on without having seen what the log before went on to say.
    pub log: L,
    /// Its sequence in that log.
    pub seq: u64,
    /// The last event of the unit that its author had seen.
    pub seen: Option<EventId>,
    /// The author's role.
    pub role: Role,
    /// What happened; none where this version does not know it.
    pub event: Option<UnitEvent>,
}

impl<L> Told<L> {
    fn names(&self) -> Vec<EventId> {
        match self.event {
            // Whoever calls two decisions at odds has seen both.
            Some(UnitEvent::Contested { first, second }) => vec![first, second],
            _ => Vec::new(),
        }
    }

    fn ships(&self) -> bool {
        matches!(self.event, Some(UnitEvent::Closed { shipped: true, .. }))
    }

    /// After it no earlier decision holds: a way back, or a person's word which of two stands.
    fn goes_back(&self) -> bool {
        matches!(
            self.event,
            Some(
                UnitEvent::RegradeStarted { .. }
                    | UnitEvent::ReIdentified { .. }
                    | UnitEvent::InspectionStarted { .. }
                    | UnitEvent::Voided { .. }
                    | UnitEvent::ContestSettled { .. }
            )
        )
    }

    /// The decision that a person lets stand.
    fn lets_stand(&self) -> Option<EventId> {
        match self.event {
            Some(UnitEvent::ContestSettled { stands, .. }) => Some(stands),
            _ => None,
        }
    }

    /// The role of a reviewer whose verdict can be put in force.
    fn reviewer(&self) -> Option<Role> {
        match self.event {
            Some(UnitEvent::Reviewed { outcome, role, .. }) if outcome != ReviewOutcome::SentBack => {
                Some(role)
            }
            _ => None,
        }
    }
}

/// A unit's decisions as they meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Those that are open, in fold order.
    pub open: Vec<Met>,
    /// What stands among them.
    pub standing: Standing,
    /// The open decision that the unit follows now.
    followed: Option<EventId>,
}

impl Meeting {
    /// From a unit's whole history, in fold order.
    pub fn of<L: Ord + Clone>(history: &[Told<L>]) -> Self {
        let open = open_decisions(history);
        let last = history.iter().rev().find(|told| decided(told).is_some());
        let followed = last.map(|told| told.id).filter(|last| open.iter().any(|met| met.id == *last));
        Self { standing: standing(&open), open, followed }
    }

    /// The two decisions over which the unit must be stopped, the lower id first: two at odds, or the one that stands
    /// and another that the unit follows in its place, for nothing overwrites in silence. A fact stops nothing.
    pub fn at_odds(&self) -> Option<(EventId, EventId)> {
        match &self.standing {
            Standing::Undecided => None,
            Standing::Contested { first, second } => Some((*first, *second)),
            Standing::Stands { winner, .. } => {
                let stands = self.open.iter().find(|met| met.id == *winner)?;
                let followed = self.open.iter().find(|met| Some(met.id) == self.followed)?;
                let differ = !stands.physical && !stands.says_the_same(followed);
                differ.then(|| (stands.id.min(followed.id), stands.id.max(followed.id)))
            }
        }
    }

    /// Decisions against a physical fact: work for a person.
    pub fn too_late(&self) -> &[EventId] {
        match &self.standing {
            Standing::Stands { too_late, .. } => too_late,
            Standing::Undecided | Standing::Contested { .. } => &[],
        }
    }
}

fn decided<L>(told: &Told<L>) -> Option<&crate::policy::Decision> {
    match &told.event {
        Some(UnitEvent::Dispositioned { decision, provisional: false }) => Some(decision),
        _ => None,
    }
}

/// Decisions that no way back and no settled contest has seen, with those that each had seen; and the one that a settled
/// contest let stand.
fn open_decisions<L: Ord + Clone>(history: &[Told<L>]) -> Vec<Met> {
    let saw = ancestors(history);
    let nothing = BTreeSet::new();
    let mut decisions: Vec<Met> = Vec::new();
    let mut ended: BTreeSet<EventId> = BTreeSet::new();
    for (at, told) in history.iter().enumerate() {
        let seen = saw.get(&told.id).unwrap_or(&nothing);
        if told.goes_back() {
            ended.extend(seen);
        }
        if let Some(stands) = told.lets_stand() {
            // From here on it is the word of whoever settled, who had seen what they had seen.
            ended.remove(&stands);
            let saw: Vec<EventId> =
                decisions.iter().map(|met| met.id).filter(|id| seen.contains(id)).collect();
            for met in decisions.iter_mut().filter(|met| met.id == stands) {
                met.role = higher(met.role, told.role);
                met.saw = saw.iter().copied().filter(|id| *id != stands).collect();
            }
        }
        let (decision, physical) = (decided(told), told.ships());
        if decision.is_none() && !physical {
            continue;
        }
        let earlier: Vec<&Met> = decisions.iter().filter(|met| seen.contains(&met.id)).collect();
        let last = earlier.last();
        let reviewed =
            decision.is_some_and(|decision| decision.why.iter().any(|why| why.code == WhyCode::Reviewed));
        let before = history.get(..at).unwrap_or_default();
        let reviewer = reviewed.then(|| reviewer_of(before, seen)).flatten();
        let met = Met {
            id: told.id,
            saw: earlier.iter().map(|met| met.id).collect(),
            role: reviewer.map_or(told.role, |reviewer| higher(told.role, reviewer)),
            physical,
            grade: decision.map(|decision| decision.inputs.grade).or(last.and_then(|met| met.grade)),
            disposition: decision.map(|to| to.disposition).or(last.and_then(|met| met.disposition)),
        };
        decisions.push(met);
    }
    decisions.retain(|decision| !ended.contains(&decision.id));
    decisions
}

fn higher(one: Role, other: Role) -> Role {
    if other.authority() > one.authority() { other } else { one }
}

/// Whose verdict a decision puts in force: the last that it is known to have seen, else the last before it.
fn reviewer_of<L>(before: &[Told<L>], seen: &BTreeSet<EventId>) -> Option<Role> {
    let known = before.iter().rev().filter(|told| seen.contains(&told.id)).find_map(Told::reviewer);
    known.or_else(|| before.iter().rev().find_map(Told::reviewer))
}

/// What each event's author had seen of the unit for sure: what the event names, what stands before it in the same log,
/// and what those had seen.
pub fn ancestors<L: Ord + Clone>(history: &[Told<L>]) -> BTreeMap<EventId, BTreeSet<EventId>> {
    let mut in_place: Vec<&Told<L>> = history.iter().collect();
    in_place.sort_by(|one, other| (&one.log, one.seq).cmp(&(&other.log, other.seq)));
    let mut last_of: BTreeMap<&L, EventId> = BTreeMap::new();
    let mut parents: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    for told in in_place {
        let before = last_of.insert(&told.log, told.id);
        parents.insert(told.id, told.seen.into_iter().chain(before).chain(told.names()).collect());
    }
    let all_before = |id: &EventId| {
        let mut seen = BTreeSet::new();
        let mut open = parents.get(id).cloned().unwrap_or_default();
        while let Some(parent) = open.pop() {
            if seen.insert(parent) {
                open.extend(parents.get(&parent).into_iter().flatten());
            }
        }
        seen
    };
    history.iter().map(|told| (told.id, all_before(&told.id))).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::codes::{Disposition, Grade, RegradeReason, Settlement};
    use crate::ids::{ContainerId, OperatorId, Sha256Hex};
    use crate::policy::{Decision, Inputs, NextBest, Why};

    const G: Role = Role::Grader;
    const S: Role = Role::Supervisor;

    /// A unit's history: each event in the log of a bench and epoch, with what its author had seen.
    #[derive(Default)]
    struct History(Vec<Told<(u8, &'static str)>>);

    impl History {
        fn add(
            &mut self,
            log: (u8, &'static str),
            seen: Option<usize>,
            role: Role,
            event: UnitEvent,
        ) -> usize {
            let number = self.0.len();
            let seq = number as u64 + 1;
            let id = EventId(Uuid::from_u128(u128::from(seq)));
            let seen = seen.map(|of| self.id(of));
            self.0.push(Told { id, log, seq, seen, role, event: Some(event) });
            number
        }

        fn decide(&mut self, bench: u8, seen: Option<usize>, role: Role, to: Disposition) -> usize {
            self.add((bench, "1"), seen, role, decided(to, &[]))
        }

        fn id(&self, of: usize) -> EventId {
            self.0[of].id
        }

        fn meeting(&self) -> Meeting {
            Meeting::of(&self.0)
        }

        fn winner(&self) -> Option<EventId> {
            match self.meeting().standing {
                Standing::Stands { winner, .. } => Some(winner),
                _ => None,
            }
        }

        fn contested(&self) -> Option<(EventId, EventId)> {
            match self.meeting().standing {
                Standing::Contested { first, second } => Some((first, second)),
                _ => None,
            }
        }
    }

    fn decided(disposition: Disposition, why: &[WhyCode]) -> UnitEvent {
        let decision = Decision {
            disposition,
            settlement: Settlement::Refund,
            rows: Vec::new(),
            gate: None,
            inputs: Inputs::of_grade(Grade::A),
            next_best: NextBest::None,
            recovered: None,
            why: why.iter().map(|code| Why::of(*code)).collect(),
            review: Vec::new(),
            holds: Vec::new(),
            preference: None,
            response: None,
            derogation: None,
            tier: None,
            policy_number: 1,
            policy_hash: Sha256Hex([0; 32]),
        };
        UnitEvent::Dispositioned { decision: Box::new(decision), provisional: false }
    }

    fn reviewed(role: Role) -> UnitEvent {
        UnitEvent::Reviewed {
            outcome: ReviewOutcome::Approved,
            by: OperatorId::new("sup-1").unwrap(),
            role,
            grade: None,
            disposition: None,
            settlement: None,
            response: None,
            acceptance: None,
            reason: None,
        }
    }

    #[test]
    fn unaware_of_each_other_and_different_is_at_odds() {
        let mut history = History::default();
        let one = history.decide(1, None, G, Disposition::Restock);
        let two = history.decide(2, None, G, Disposition::Donate);
        assert_eq!(history.contested(), Some((history.id(one), history.id(two))));
        assert_eq!(history.meeting().at_odds(), Some((history.id(one), history.id(two))));
        // Who saw it supersedes it: by name, or because it stands before in the same log.
        let three = history.decide(2, Some(one), G, Disposition::Recycle);
        assert_eq!(history.winner(), Some(history.id(three)));
        assert_eq!(history.meeting().at_odds(), None);
    }

    /// A bench was put back from a copy and writes on in an epoch of its own, under whatever name that has: what it lost
    /// and gets back later it had not seen.
    #[test]
    fn what_stands_in_another_epoch_of_the_same_bench_was_not_seen() {
        for (lost, own) in [("1", "p-07"), ("p-07", "2"), ("1", "2"), ("2", "1")] {
            let mut history = History::default();
            let received = history.add((1, "0"), None, G, UnitEvent::Located { shelf: None });
            let one = history.add((1, lost), Some(received), G, decided(Disposition::Restock, &[]));
            let two = history.add((1, own), Some(received), G, decided(Disposition::Donate, &[]));
            assert_eq!(history.contested(), Some((history.id(one), history.id(two))), "{lost} and {own}");
            let three = history.add((1, own), Some(one), G, decided(Disposition::Recycle, &[]));
            assert_eq!(history.winner(), Some(history.id(three)), "{lost} and {own}");
        }
    }

    #[test]
    fn what_a_way_back_has_seen_is_no_decision_any_more() {
        let mut history = History::default();
        let one = history.decide(1, None, G, Disposition::Restock);
        let back = UnitEvent::RegradeStarted { reason: RegradeReason::Regrade };
        history.add((1, "1"), Some(one), G, back);
        assert_eq!(history.meeting().standing, Standing::Undecided);
        let two = history.decide(2, Some(one), G, Disposition::Donate);
        assert_eq!(history.winner(), Some(history.id(two)));
    }

    #[test]
    fn who_calls_two_at_odds_has_seen_both_whatever_their_events_name() {
        for (one, two) in [(1, 2), (2, 1)] {
            let mut history = History::default();
            let first = history.decide(one, None, S, Disposition::Restock);
            let second = history.decide(two, None, S, Disposition::Donate);
            let contested = UnitEvent::Contested { first: history.id(first), second: history.id(second) };
            // The bench of the first names only what itself wrote last.
            let contested = history.add((one, "1"), Some(first), G, contested);
            let (stands, by) = (history.id(first), OperatorId::new("op-9").unwrap());
            let settled = UnitEvent::ContestSettled { stands, grade: None, by };
            let settled = history.add((one, "1"), Some(contested), S, settled);
            let third = history.decide(one, Some(settled), S, Disposition::Restock);
            assert_eq!(history.winner(), Some(history.id(third)));
        }
    }

    /// No event puts anew in force what the unit follows already; a third decision, unaware of it all, comes later.
    #[test]
    fn what_a_person_let_stand_is_not_overruled_in_silence() {
        let mut history = History::default();
        let one = history.decide(1, None, G, Disposition::Restock);
        let two = history.decide(2, None, G, Disposition::Donate);
        let contested = UnitEvent::Contested { first: history.id(one), second: history.id(two) };
        let contested = history.add((1, "1"), Some(one), G, contested);
        let by = OperatorId::new("sup-1").unwrap();
        let settled = UnitEvent::ContestSettled { stands: history.id(one), grade: None, by };
        history.add((1, "1"), Some(contested), S, settled);
        assert_eq!(history.winner(), Some(history.id(one)));
        assert_eq!(history.meeting().at_odds(), None);
        let three = history.decide(3, None, G, Disposition::Recycle);
        assert_eq!(history.winner(), Some(history.id(one)), "the supervisor's word is the higher");
        assert_eq!(
            history.meeting().at_odds(),
            Some((history.id(one), history.id(three))),
            "the unit follows another"
        );
    }

    #[test]
    fn what_stands_and_what_the_unit_follows_are_at_odds_where_they_differ() {
        let mut history = History::default();
        let one = history.decide(1, None, G, Disposition::Restock);
        let two = history.decide(2, None, S, Disposition::Donate);
        assert_eq!(history.winner(), Some(history.id(two)));
        assert_eq!(history.meeting().at_odds(), None, "the unit follows it, for it folds last");
        history.0.swap(one, two);
        let pair = [history.id(0), history.id(1)];
        let odds = history.meeting().at_odds();
        assert_eq!(odds, Some((pair[0].min(pair[1]), pair[0].max(pair[1]))), "nothing overwrites in silence");
    }

    #[test]
    fn what_left_the_building_stops_nothing_and_leaves_work() {
        let mut history = History::default();
        let one = history.decide(1, None, G, Disposition::Restock);
        let container = ContainerId(Uuid::from_u128(9));
        let gone = history.add((1, "1"), Some(one), G, UnitEvent::Closed { container, shipped: true });
        let late = history.decide(2, None, Role::HeadOffice, Disposition::Donate);
        let meeting = history.meeting();
        assert_eq!((meeting.at_odds(), meeting.too_late()), (None, [history.id(late)].as_slice()));
        let shipped = meeting.open.iter().find(|met| met.id == history.id(gone)).unwrap();
        assert_eq!(shipped.disposition, Some(Disposition::Restock), "it left as it was decided before");
    }

    #[test]
    fn a_verdict_in_force_has_its_reviewers_role_whoever_pressed_the_key_and_when() {
        let mut history = History::default();
        let review = history.add((1, "1"), None, S, reviewed(S));
        // Somebody puts it on a shelf meanwhile, and a grader at another bench puts the verdict in force.
        let shelf = history.add((1, "1"), Some(review), G, UnitEvent::Located { shelf: None });
        let why = [WhyCode::OnlyChoice, WhyCode::Reviewed];
        let one = history.add((3, "1"), Some(shelf), G, decided(Disposition::Restock, &why));
        let two = history.decide(2, None, G, Disposition::Donate);
        assert_eq!(history.winner(), Some(history.id(one)), "a grader's word is not at odds with it");
        assert!(history.meeting().open.iter().any(|met| met.id == history.id(two)));
        // A decision that nobody reviewed is its author's, whatever stands before it.
        let three = history.decide(2, Some(shelf), G, Disposition::Recycle);
        let of = history.meeting().open.into_iter().find(|met| met.id == history.id(three)).unwrap();
        assert_eq!(of.role, G);
    }
}
