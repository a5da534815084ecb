//! The policy: a typed decision table in layers, its decision, and the tools around it.
//!
//! 1. **Gates** forbid, force or permit. Within a gate the first row that matches acts (hit policy FIRST); a row that
//!    permits lifts from it what it names, under a derogation, and nothing else. The gates add up: what any forbids is
//!    forbidden, and the first that forces decides.
//! 2. **Candidate rows** (hit policy UNIQUE) name the allowed dispositions in order of preference.
//! 3. **Ranking**: among the allowed, best net recovered value; equals in the row's order.
//! 4. **Preference**: what the customer would like, where it is allowed and costs little enough against the best.
//! 5. **Settlement rows** (FIRST) say what the customer gets. They alone see the customer's tier.
//!
//! No row, two rows, or a missing fact that could have mattered: QUARANTINE, never a guess. Signals ask for a second look, several of
//! them hold the unit; none touches the disposition.
//!
//! | part | holds |
//! |---|---|
//! | [`VerifiedPolicy::decide_for`], [`VerifiedPolicy::explain`] | the decision; with the answer of every row |
//! | [`Policy::check`] | gaps, overlaps, shadowed rows, unknown words, failed examples |
//! | [`simulate`] | a draft against the units of the past |
//! | [`Policy::clock`] | value now and loss per hour |
//! | [`ReviewRules::sample_rate`] | how many units are graded twice |

mod cells;
mod check;
mod clock;
mod columns;
mod conditions;
mod decide;
mod decision;
mod explain;
mod gates;
mod inputs;
mod preference;
mod recovery;
mod settle;
mod simulate;
mod table;
mod terms;

pub use cells::{Cell, Findings, Flag, Known, Range};
pub use check::{
    CheckFault, Difference, FailedExample, Gap, Overlap, Part, PolicyReport, Shadowed, Vocabulary,
};
pub use clock::ValueClock;
pub use conditions::Conditions;
pub use decision::{Decision, NextBest, PreferenceAnswer, Why, WhyCode};
pub use explain::{Answered, AskedCell, Explanation, Layer, RowAnswer};
pub use inputs::Inputs;
pub use simulate::{Move, PastUnit, SettlementMove, Simulation, simulate};
pub use table::{
    CandidateRow, CostRow, GateEffect, GateRow, Policy, PolicyFault, Provisional, RecoveryRow, ReviewRules,
    VerifiedPolicy,
};
pub use terms::{
    DecayRow, Example, Expect, FraudRules, MonthDay, PreferenceRules, RouteRow, SampleRow, SeasonRow,
    SettlementRow, TierRow,
};
