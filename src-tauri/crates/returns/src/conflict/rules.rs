//! Which of several decisions stands.

use crate::codes::{Disposition, Grade, Role};
use crate::ids::EventId;

/// A decision as it meets another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The event that made it.
    pub id: EventId,
    /// Decisions of the same unit that its author had seen, directly or through others.
    pub saw: Vec<EventId>,
    /// The author's role.
    pub role: Role,
    /// It records that the unit is shipped or destroyed.
    pub physical: bool,
    /// What it says: the grade.
    pub grade: Option<Grade>,
    /// What it says: the disposition.
    pub disposition: Option<Disposition>,
}

/// What becomes of two decisions that meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This one stands; the other is kept with the reason that it lost.
    Stands {
        /// The one that stands.
        winner: EventId,
        /// Why the other does not.
        because: Rule,
        /// A person must deal with the loser (rule 1: it came too late).
        opens_task: bool,
    },
    /// They say the same.
    Merged,
    /// Contested: the unit is held, both are shown, a person decides.
    Contested,
}

/// Why a decision lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Shipped or destroyed is a fact.
    PhysicalFact,
    /// The other had the higher authority.
    HigherAuthority,
    /// The other had seen it.
    SawTheOther,
}

/// Which of two decisions stands. `meet(a, b)` and `meet(b, a)` say the same.
pub fn meet(a: &Met, b: &Met) -> Outcome {
    let stands =
        |winner: &Met, because, opens_task| Outcome::Stands { winner: winner.id, because, opens_task };
    let same = a.says_the_same(b);
    match (a.physical, b.physical) {
        (true, false) => return stands(a, Rule::PhysicalFact, !same),
        (false, true) => return stands(b, Rule::PhysicalFact, !same),
        _ => {}
    }
    match a.role.authority().cmp(&b.role.authority()) {
        std::cmp::Ordering::Greater => return stands(a, Rule::HigherAuthority, false),
        std::cmp::Ordering::Less => return stands(b, Rule::HigherAuthority, false),
        std::cmp::Ordering::Equal => {}
    }
    match (a.saw.contains(&b.id), b.saw.contains(&a.id)) {
        (true, false) => stands(a, Rule::SawTheOther, false),
        (false, true) => stands(b, Rule::SawTheOther, false),
        _ if same => Outcome::Merged,
        _ => Outcome::Contested,
    }
}

/// What stands among all open decisions about a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Undecided,
    /// This one stands (of several that say the same, the one with the lowest id).
    Stands {
        /// The decision that stands.
        winner: EventId,
        /// Those that do not, by id, each with the reason; ones that say the same are not among them.
        lost: Vec<(EventId, Rule)>,
        /// Decisions against a physical fact: a person must deal with them.
        too_late: Vec<EventId>,
    },
    /// These two are at odds; a person decides. Of several, the two lowest ids that differ.
    Contested {
        /// The lower id.
        first: EventId,
        /// The higher id.
        second: EventId,
    },
}

/// What stands among all open decisions about a unit, whatever their order. The rules of [`meet`], over more than
/// two: what a higher rank overrules is not at odds with anything.
pub fn standing(decisions: &[Met]) -> Standing {
    let rank = |met: &Met| (met.physical, met.role.authority());
    let Some(highest) = decisions.iter().map(rank).max() else { return Standing::Undecided };
    let superseded = |met: &Met| {
        decisions
            .iter()
            .any(|other| rank(other) == highest && other.id != met.id && other.saw.contains(&met.id))
    };
    let mut heads: Vec<&Met> =
        decisions.iter().filter(|met| rank(met) == highest && !superseded(met)).collect();
    heads.sort_by_key(|met| met.id);
    let Some(winner) = heads.first() else { return Standing::Undecided };
    if let Some(other) = heads.iter().find(|met| !met.says_the_same(winner)) {
        return Standing::Contested { first: winner.id, second: other.id };
    }
    let (mut lost, mut too_late) = (Vec::new(), Vec::new());
    for met in decisions.iter().filter(|met| heads.iter().all(|head| head.id != met.id)) {
        let rule = if rank(met) == highest {
            Rule::SawTheOther
        } else if met.physical == highest.0 {
            Rule::HigherAuthority
        } else {
            Rule::PhysicalFact
        };
        if rule == Rule::PhysicalFact && !met.says_the_same(winner) {
            too_late.push(met.id);
        }
        lost.push((met.id, rule));
    }
    lost.sort_by_key(|(id, _)| *id);
    too_late.sort();
    Standing::Stands { winner: winner.id, lost, too_late }
}

impl Met {
    /// They decide the same.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        (self.grade, self.disposition) == (other.grade, other.disposition)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn event(n: u128) -> EventId {
        EventId(Uuid::from_u128(n))
    }

    fn met(n: u128, role: Role, disposition: Disposition) -> Met {
        Met { id: event(n), saw: vec![], role, physical: false, grade: None, disposition: Some(disposition) }
    }

    fn stands(n: u128, because: Rule) -> Outcome {
        Outcome::Stands { winner: event(n), because, opens_task: false }
    }

    #[test]
    fn one_a_physical_fact_always_stands() {
        let shipped = Met { physical: true, ..met(1, Role::Grader, Disposition::Donate) };
        let late = Met { saw: vec![event(1)], ..met(2, Role::HeadOffice, Disposition::Restock) };
        let outcome = Outcome::Stands { winner: event(1), because: Rule::PhysicalFact, opens_task: true };
        assert_eq!(meet(&shipped, &late), outcome);
        let agrees = met(2, Role::HeadOffice, Disposition::Donate);
        assert_eq!(meet(&shipped, &agrees), stands(1, Rule::PhysicalFact), "nothing is left to do");
    }

    #[rstest]
    #[case(Role::Supervisor, Role::Grader)]
    #[case(Role::HeadOffice, Role::Supervisor)]
    #[case(Role::Supervisor, Role::Technician)]
    fn two_the_higher_authority_wins(#[case] high: Role, #[case] low: Role) {
        let one = met(1, high, Disposition::Donate);
        // Even over one that saw it.
        let two = Met { saw: vec![event(1)], ..met(2, low, Disposition::Restock) };
        assert_eq!(meet(&one, &two), stands(1, Rule::HigherAuthority));
    }

    #[test]
    fn three_who_saw_the_other_supersedes_it() {
        let one = met(1, Role::Grader, Disposition::Donate);
        let two = Met { saw: vec![event(1)], ..met(2, Role::Technician, Disposition::Restock) };
        assert_eq!(meet(&one, &two), stands(2, Rule::SawTheOther));
    }

    #[test]
    fn four_equal_and_unaware_are_merged() {
        let (one, two) =
            (met(1, Role::Grader, Disposition::Donate), met(2, Role::Grader, Disposition::Donate));
        assert_eq!(meet(&one, &two), Outcome::Merged);
    }

    #[test]
    fn five_different_and_unaware_are_contested() {
        let (one, two) =
            (met(1, Role::Grader, Disposition::Donate), met(2, Role::Grader, Disposition::Restock));
        assert_eq!(meet(&one, &two), Outcome::Contested);
        let graded = Met { grade: Some(Grade::B), ..one.clone() };
        assert_eq!(meet(&graded, &one), Outcome::Contested);
    }

    #[test]
    fn what_a_supervisor_overruled_is_at_odds_with_nothing() {
        let one = met(1, Role::Grader, Disposition::Donate);
        let two = met(2, Role::Grader, Disposition::Restock);
        let both = Standing::Contested { first: event(1), second: event(2) };
        assert_eq!(standing(&[two.clone(), one.clone()]), both);
        let three = met(3, Role::Supervisor, Disposition::Liquidate);
        let lost = vec![(event(1), Rule::HigherAuthority), (event(2), Rule::HigherAuthority)];
        let stands = Standing::Stands { winner: event(3), lost, too_late: vec![] };
        assert_eq!(standing(&[one, two, three]), stands);
        assert_eq!(standing(&[]), Standing::Undecided);
    }

    #[test]
    fn what_another_has_seen_is_at_odds_with_nothing() {
        let one = met(1, Role::Grader, Disposition::Donate);
        let two = met(2, Role::Grader, Disposition::Restock);
        let three = Met { saw: vec![event(1), event(2)], ..met(3, Role::Technician, Disposition::Recycle) };
        let lost = vec![(event(1), Rule::SawTheOther), (event(2), Rule::SawTheOther)];
        let stands = Standing::Stands { winner: event(3), lost, too_late: vec![] };
        assert_eq!(standing(&[one, two, three]), stands);
    }

    #[test]
    fn what_was_decided_against_a_fact_is_too_late() {
        let shipped = Met { physical: true, ..met(1, Role::Grader, Disposition::Donate) };
        let agrees = met(2, Role::HeadOffice, Disposition::Donate);
        let late = met(3, Role::HeadOffice, Disposition::Restock);
        let lost = vec![(event(2), Rule::PhysicalFact), (event(3), Rule::PhysicalFact)];
        let stands = Standing::Stands { winner: event(1), lost, too_late: vec![event(3)] };
        assert_eq!(standing(&[late, shipped, agrees]), stands);
    }

    /// A decision by anyone, that has seen some of those before it.
    fn any_met(n: u128) -> impl Strategy<Value = Met> {
        let saw = proptest::collection::vec(any::<bool>(), usize::try_from(n).unwrap());
        (proptest::sample::select(Role::ALL), 0..3_usize, proptest::bool::weighted(0.1), saw).prop_map(
            move |(role, place, physical, saw)| Met {
                physical,
                saw: (0..n).zip(saw).filter(|(_, saw)| *saw).map(|(id, _)| event(id)).collect(),
                ..met(n, role, [Disposition::Donate, Disposition::Restock, Disposition::Recycle][place])
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            met in (any_met(0), any_met(1), any_met(2), any_met(3)), turn in 0..4_usize, back in any::<bool>(),
        ) {
            let mut all = vec![met.0, met.1, met.2, met.3];
            let one = standing(&all);
            all.rotate_left(turn);
            if back {
                all.reverse();
            }
            prop_assert_eq!(standing(&all), one);
        }

        /// Of two, both say the same.
        #[test]
        fn two_that_meet_stand_as_they_meet(one in any_met(0), two in any_met(1)) {
            match (meet(&one, &two), standing(&[one.clone(), two.clone()])) {
                (Outcome::Contested, Standing::Contested { .. }) => {}
                (Outcome::Merged, Standing::Stands { lost, .. }) => prop_assert!(lost.is_empty()),
                (Outcome::Stands { winner, because, opens_task }, Standing::Stands { winner: it, lost, too_late }) => {
                    prop_assert_eq!(winner, it);
                    prop_assert_eq!(lost.iter().map(|(_, rule)| *rule).collect::<Vec<_>>(), [because]);
                    prop_assert_eq!(!too_late.is_empty(), opens_task);
                }
                (met, stands) => prop_assert!(false, "{:?} {:?}", met, stands),
            }
        }
    }

    #[test]
    fn who_comes_first_does_not_matter() {
        let mut all = Vec::new();
        for (n, role) in Role::ALL.iter().enumerate() {
            for (m, disposition) in [Disposition::Donate, Disposition::Restock].into_iter().enumerate() {
                for physical in [false, true] {
                    let id = (n * 4 + m * 2) as u128 + u128::from(physical);
                    let saw = if id.is_multiple_of(3) { (0..id).map(event).collect() } else { vec![] };
                    all.push(Met { physical, saw, ..met(id, *role, disposition) });
                }
            }
        }
        for one in &all {
            for two in all.iter().filter(|two| two.id != one.id) {
                assert_eq!(meet(one, two), meet(two, one), "{one:?} {two:?}");
            }
        }
    }
}
