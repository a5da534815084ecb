//! A shift as a file: what a person does, step by step, and what should come of it.
//!
//! A step is one act, with `"refused": true` beside it where the bench should say no. At the bench:
//!
//! ```json
//! {"scan": "{lpn:shirt}"}  {"command": "YES"}  {"pin": "1234"}  {"frame": "shoes.jpg"}  {"seen": "{label}"}  {"photo": true}
//! {"line": "down"}  {"printer": "dead"}  {"power-cut": true}
//! {"expect": {"stage": "decision", "band": "unit-graded", "grade": "B", "disposition": "RESTOCK_B"}}
//! ```
//!
//! In the rooms beside it, where a unit goes by the name of the return under which it came in:
//!
//! ```json
//! {"review": {"unit": "shirt", "outcome": "CHANGED", "grade": "C", "settlement": "REFUND", "reason": "ANSWERED_WRONG"}}
//! {"blind": {"unit": "shirt", "answers": {"same-style": "yes", "stains": "none"}, "findings": ["STAIN"]}}
//! {"ask": {"ask": "note", "unit": "shirt", "text": "Came in a wet box."}}
//! {"ask": {"ask": "release-unit", "unit": "shirt", "reason": "FRAUD"}, "refused": true}
//! {"ask": {"ask": "close-container", "container": "T-0203"}}
//! {"ask": {"ask": "swap-labels", "unit": "shirt", "other": "{lpn:shoes}"}}
//! {"ask": {"ask": "settle-contest", "unit": "shirt", "stands": "first"}}
//! {"ask": {"ask": "insight", "insight": "dispositions"}, "shows": {"/units": 24}}
//! {"look": {"unit": "shirt", "stage": "GRADED", "causes": ["SAMPLE"], "signals": [], "holds": ["FRAUD"], "tasks": []}}
//! ```
//!
//! `ask` is any request of the seam (`ui/src/platform/types.ts`, `Request`) as it stands there, but for: `unit` is
//! a return's name, `container` a container's code, `stands` is `first` or `second` of the two decisions at odds,
//! and `{lpn:NAME}` is filled in anywhere. `shows` looks at the answer: JSON pointer into its body, and what stands
//! there. A `blind` step names the choice for every question that comes, by the ids of the checklist's file, and
//! records the result. `look` reads the unit's records, and what it does not name may be anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use returns::codes::{
    Acceptance, Disposition, Finding, Grade, HoldReason, Match, OverrideReason, PreferenceOutcome,
    ReviewCause, ReviewOutcome, ReviewState, SellerResponse, Settlement, SignalKind, Stage, Task,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::desk::coded;
use crate::seam::Coded;

/// A shift.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// What head office knows beforehand; paths are relative to the scenario's file.
    #[serde(default)]
    pub(crate) head_office: HeadOfficeFiles,
    /// One return after the other.
    pub(crate) returns: Vec<Return>,
}

/// Files that `head-office import` reads before the shift.
/// Without any said: what lies in the repository beside assets/demo/shift.json.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HeadOfficeFiles {
    pub(crate) rmas: Vec<PathBuf>,
    pub(crate) catalogue: Vec<PathBuf>,
    pub(crate) operators: Vec<PathBuf>,
    pub(crate) policy: Vec<PathBuf>,
    pub(crate) checklists: Vec<PathBuf>,
}

impl Default for HeadOfficeFiles {
    fn default() -> Self {
        Self {
            rmas: vec!["rmas.json".into()],
            catalogue: vec!["../catalogue/catalogue.csv".into()],
            operators: vec!["operators.csv".into()],
            policy: vec!["../policy".into()],
            checklists: vec!["../checklists".into()],
        }
    }
}

/// One return of the shift.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Return {
    /// What a person would call it; `{lpn:NAME}` names its unit later.
    pub(crate) name: String,
    /// What is done.
    pub(crate) steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    /// What is done.
    #[serde(flatten)]
    pub(crate) act: Act,
    /// The bench should refuse it.
    #[serde(default)]
    pub(crate) refused: bool,
    /// With `ask`: what stands in the answer, by JSON pointer into its body.
    #[serde(default)]
    pub(crate) shows: BTreeMap<String, Value>,
}

/// What is done in one step.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Act {
    /// A scan. `{return-label:RMA}`, `{lpn}`, `{label}`, `{lpn:NAME}` and `{label:NAME}` are filled in.
    Scan(String),
    /// A command word: short for scanning it.
    Command(String),
    /// A PIN: DIGIT commands, then ENTER.
    Pin(String),
    /// The camera shows this picture from now on.
    Frame(PathBuf),
    /// The camera shows a code.
    Seen(String),
    /// PHOTO.
    Photo(bool),
    /// So many grams lie on the scale from now on.
    Scale(u32),
    /// The line to head office is cut or mended.
    Line(Line),
    /// The bench computer loses its power, and starts again.
    PowerCut(bool),
    /// The printer dies or comes back.
    Printer(PrinterHealth),
    /// A supervisor's decision in the review room.
    Review(ReviewStep),
    /// A blind second inspection in the review room, from the first question to the record.
    Blind(BlindStep),
    /// Any request of a room.
    Ask(Value),
    /// What should be on record of a unit now.
    Look(Box<Look>),
    /// What the screen should show now.
    Expect(Expect),
}

/// The line to head office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    /// Mended.
    Up,
    /// Cut.
    Down,
}

/// The printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PrinterHealth {
    /// Prints.
    Well,
    /// Does not answer.
    Dead,
}

/// A decision in the review room.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewStep {
    /// Name of the return whose unit it is.
    pub(crate) unit: String,
    /// Approved, changed or sent back.
    pub(crate) outcome: ReviewOutcome,
    #[serde(default)]
    pub(crate) grade: Option<Grade>,
    #[serde(default)]
    pub(crate) disposition: Option<Disposition>,
    #[serde(default)]
    pub(crate) reason: Option<OverrideReason>,
    #[serde(default)]
    pub(crate) settlement: Option<Settlement>,
    #[serde(default)]
    pub(crate) acceptance: Option<Acceptance>,
    #[serde(default)]
    pub(crate) seller_response: Option<SellerResponse>,
}

/// A blind second inspection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlindStep {
    /// Name of the return whose unit it is.
    pub(crate) unit: String,
    /// Choice by question; each question that comes must be named.
    pub(crate) answers: BTreeMap<String, String>,
    /// Findings beside the questions.
    #[serde(default)]
    pub(crate) findings: Vec<Finding>,
}

/// What should be on record of a unit; what is not named may be anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    /// Name of the return whose unit it is.
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) stage: Option<Stage>,
    #[serde(default)]
    pub(crate) grade: Option<Grade>,
    #[serde(default)]
    pub(crate) disposition: Option<Disposition>,
    #[serde(default)]
    pub(crate) settlement: Option<Settlement>,
    #[serde(default)]
    pub(crate) preference: Option<PreferenceOutcome>,
    #[serde(default)]
    pub(crate) acceptance: Option<Acceptance>,
    #[serde(default)]
    pub(crate) review: Option<ReviewState>,
    #[serde(default)]
    pub(crate) causes: Option<BTreeSet<ReviewCause>>,
    #[serde(default)]
    pub(crate) signals: Option<BTreeSet<SignalKind>>,
    #[serde(default)]
    pub(crate) findings: Option<BTreeSet<Finding>>,
    #[serde(default)]
    pub(crate) holds: Option<BTreeSet<HoldReason>>,
    #[serde(default)]
    pub(crate) tasks: Option<BTreeSet<Task>>,
    #[serde(default)]
    pub(crate) matched: Option<Match>,
    #[serde(default)]
    pub(crate) provisional: Option<bool>,
    #[serde(default)]
    pub(crate) contested: Option<bool>,
    #[serde(default)]
    pub(crate) blind: Option<Grade>,
}

/// What should be seen; what is not named may be anything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    pub(crate) stage: Option<String>,
    pub(crate) band: Option<String>,
    pub(crate) grade: Option<Grade>,
    pub(crate) disposition: Option<Disposition>,
}

impl Scenario {
    /// Reads a scenario's file.
    pub(crate) fn load(path: &Path) -> Result<Self, Coded> {
        let bad = |detail: String| {
            coded("scenario-unreadable", [("path", path.display().to_string()), ("detail", detail)])
        };
        let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))
    }

    /// All steps in order, each with the place of its return.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.returns
            .iter()
            .enumerate()
            .flat_map(|(place, one)| one.steps.iter().map(move |step| (place, step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of this file's own description.
    fn described() -> impl Iterator<Item = &'static str> {
        let lines = include_str!("scenario.rs").lines().filter_map(|line| line.strip_prefix("//! {"));
        lines.flat_map(|line| line.split("  {"))
    }

    #[test]
    fn every_step_is_read_as_it_is_described() {
        let mut read = 0;
        for step in described() {
            let step = format!("{{{step}");
            let parsed =
                serde_json::from_str::<Step>(&step).unwrap_or_else(|error| panic!("{step}: {error}"));
            read += 1;
            assert_eq!(parsed.refused, step.contains("refused"), "{step}");
        }
        assert!(read >= 19, "{read}");
    }

    #[test]
    fn a_step_or_a_look_that_nobody_knows_is_an_error() {
        for wrong in [r#"{"jump": true}"#, r#"{"look": {"unit": "a", "mood": "good"}}"#] {
            assert!(serde_json::from_str::<Step>(wrong).is_err(), "{wrong}");
        }
    }
}
