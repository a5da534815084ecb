//! Which of two decisions about one unit stands. Never a clock.

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
    let same = a.grade == b.grade && a.disposition == b.disposition;
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

#[cfg(test)]
mod tests {
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
