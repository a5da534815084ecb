//! What the review room, the containers and the insights show beside the queue.

use std::collections::BTreeMap;

use returns::codes::{
    ContainerState, Disposition, Finding, Grade, Preference, PreferenceOutcome, SignalKind,
};
use returns::ids::{ContainerId, EventId, UnitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Choice, FindingChip, Say, Stage, Texts, UnitHead};

/// A signal that something does not fit, in neutral words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignalView {
    /// Which.
    pub kind: SignalKind,
    /// `signal-…` with what was compared.
    pub say: Say,
}

/// What became of the customer's preference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreferenceView {
    /// What the customer would like.
    pub asked: Preference,
    /// What became of it.
    pub outcome: PreferenceOutcome,
    /// The sentence for the customer, where it is not honoured.
    pub say: Option<Say>,
    /// The policy's own sentence for it, by language.
    pub texts: Option<Texts>,
}

/// Price, value now and how fast it is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ClockView {
    /// Value now, formatted with its currency.
    pub now: String,
    /// Lost per hour, formatted.
    pub per_hour: String,
}

/// Two decisions at odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContestView {
    /// One.
    pub first: ContestSide,
    /// The other.
    pub second: ContestSide,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContestSide {
    /// Its event.
    pub event: EventId,
    /// Where the unit would go.
    pub disposition: Disposition,
    /// The grade that it saw.
    pub grade: Grade,
    /// Who (initials).
    pub operator: String,
    /// Where.
    pub station: String,
    /// When, by that station's clock (RFC 3339).
    pub at: String,
}

/// A return line that a unit may belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MatchView {
    /// The RMA.
    pub rma: String,
    /// Its line; none: the RMA does not expect this product.
    pub line: Option<String>,
    /// The product's title.
    pub title: String,
    /// Why it may be this one: `match-serial`, `match-tracking`, `match-order`, `match-product`.
    pub because: Say,
}

/// The blind second inspection as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BlindView {
    /// The unit; without grade, findings or disposition.
    pub head: UnitHead,
    /// The next question: always [`Stage::Question`]; none when all are answered.
    pub question: Option<Stage>,
    /// Id of the question, to be sent back with the choice.
    pub question_id: Option<String>,
    /// Ids of its choices, in the order of its choices.
    pub choice_ids: Vec<String>,
    /// Findings that can be added.
    pub chips: Vec<FindingChip>,
    /// Complete: what came of it.
    pub result: Option<BlindResult>,
    /// Why the signed-in person may not do it.
    pub blocked: Option<Say>,
}

/// The two grades side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BlindResult {
    /// The first grader's.
    pub first: Grade,
    /// This one.
    pub second: Grade,
    /// Questions answered differently.
    pub differ: Vec<String>,
    /// Their words, as the checklist has them; a question of an older checklist has none.
    pub questions: BTreeMap<String, Texts>,
    /// Findings that only one of them saw.
    pub findings: Vec<Finding>,
    /// Recorded.
    pub saved: bool,
}

/// The policy, row by row, for one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExplainedView {
    /// Policy number.
    pub policy: String,
    /// First 12 digits of its hash.
    pub hash: String,
    /// What it saw: name and value.
    pub inputs: Vec<(String, String)>,
    /// Gates, then candidates, then settlements.
    pub rows: Vec<ExplainedRow>,
    /// Dispositions by net recovered value, formatted, best first.
    pub ranking: Vec<(Disposition, Option<String>)>,
}

/// One row of the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExplainedRow {
    /// Its id.
    pub row: String,
    /// `gate`, `candidate` or `settlement`.
    pub layer: String,
    /// `fired`, `not-reached`, `no` or `unknown`.
    pub answer: String,
    /// The first cell that said no or was unknown: its column, what it asks, and what the unit has.
    pub cell: Option<(String, String, String)>,
}

/// An evidence pack on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PackView {
    /// Its path.
    pub path: String,
    /// Events in it.
    pub events: u32,
    /// Photos in it.
    pub photos: u32,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContainerView {
    /// Its id.
    pub container: ContainerId,
    /// What is printed on it.
    pub code: String,
    /// Its state.
    pub state: ContainerState,
    /// What it collects.
    pub disposition: Disposition,
    /// For whom.
    pub owner: String,
    /// Units in it.
    pub units: u32,
}

/// A container with its contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContainerDetail {
    /// The container.
    pub container: ContainerView,
    /// Its units.
    pub contents: Vec<ContentLine>,
    /// Why it cannot be closed or shipped now.
    pub blocked: Option<Say>,
    /// Where the printed contents list lies, or which printer took it.
    pub printed: Option<String>,
}

/// One unit of a contents list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ContentLine {
    /// The unit.
    pub unit: UnitId,
    /// Its LPN, shown 5-5-2.
    pub lpn: String,
    /// Product title.
    pub title: String,
    /// Its SKU.
    pub sku: Option<String>,
    /// Serial.
    pub serial: Option<String>,
    /// Grade.
    pub grade: Option<Grade>,
    /// It may not leave: held, contested or under review.
    pub blocked: bool,
}

/// An open unit and what waiting costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenUnit {
    /// The unit.
    pub head: UnitHead,
    /// Where it stands: its stage's code.
    pub stage: returns::codes::Stage,
    /// Its value.
    pub clock: Option<ClockView>,
    /// Lost per hour in hundredths of a minor unit, weighted by the customer's tier: the order.
    #[ts(type = "number")]
    pub centicents_per_hour: i64,
    /// Since when it waits (RFC 3339).
    pub since: String,
}

/// Figures that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum InsightName {
    /// What customers said against what was found.
    ReasonByFinding,
    /// Units by disposition and category.
    Dispositions,
    /// Recovered against value, by category and grade.
    Recovery,
    /// Hours from dock to disposition.
    DockToDisposition,
    /// Units per hour by step.
    UnitsPerHour,
    /// Claims of a defect that proved to have none.
    NoFaultFound,
    /// Agreement of blind re-grades, per grader.
    AgreementByGrader,
    /// The same per question.
    AgreementByQuestion,
    /// Kept from landfill, and CO₂, by route.
    Diversion,
    /// Products with most avoidable reasons.
    AvoidableReasons,
}

/// A table of figures, drawn by the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InsightView {
    /// Which.
    pub insight: InsightName,
    /// Columns.
    pub columns: Vec<InsightColumn>,
    /// Rows; as many cells as columns.
    pub rows: Vec<Vec<InsightCell>>,
    /// Units that it counts.
    #[ts(type = "number")]
    pub units: u64,
    /// When it was computed (RFC 3339).
    pub at: String,
    /// Sources of factors, where it uses some.
    pub sources: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightColumn {
    /// Stable key; the page has the words as `insight-column-<key>`.
    pub key: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// A code of a vocabulary, or an id.
    Code,
    /// Words of data.
    Text,
    /// A whole number.
    Count,
    /// Percent.
    Percent,
    /// Money in minor units.
    Money,
    /// Hours.
    Hours,
    /// Kilograms.
    Kilograms,
    /// A plain number, such as kappa.
    Number,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum InsightCell {
    /// A number in the column's unit.
    Number(f64),
    /// A code or words.
    Text(String),
    /// Nothing to say.
    Empty(()),
}

/// What a technician can do to a unit that goes to refurbishment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct WorkView {
    /// Since when it is worked on (RFC 3339); none: not begun.
    pub since: Option<String>,
    /// Kinds of work, or results, to choose.
    pub choices: Vec<Choice>,
}
