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
