//! The policy: a typed decision table in three layers, and its decision.
//!
//! 1. **Gates** forbid or force. Each gate's rows are asked in order, the first that matches acts (hit policy
//!    FIRST); the gates themselves add up: what any forbids is forbidden, and the first that forces decides.
//! 2. **Candidate rows** (hit policy UNIQUE) name the allowed dispositions in order of preference.
//! 3. **Ranking**: among the allowed, best net recovered value; equals in the row's order.
//!
//! No row, two rows, or a missing fact that could have mattered: QUARANTINE, never a guess.

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
