//! A shift as a file: what a person does, step by step, and what should come of it.

use std::path::{Path, PathBuf};

use returns::codes::{Disposition, Grade, OverrideReason, ReviewOutcome};
use serde::{Deserialize, Serialize};

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
    /// The line to head office is cut or mended.
    Line(Line),
    /// The bench computer loses its power, and starts again.
    PowerCut(bool),
    /// The printer dies or comes back.
    Printer(PrinterHealth),
    /// A supervisor's decision in the review room.
    Review(ReviewStep),
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
