//! The rooms beside the bench: review, find, sync, devices.

use returns::codes::{
    Acceptance, CosmeticGrade, Disposition, Finding, FunctionGrade, Grade, Match, ReviewCause,
    SellerResponse, Stage as UnitStage, Task,
};
use returns::ids::EventId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    BlindResult, CameraKinds, CameraSetup, ClockView, ContestView, DecisionView, LineState, PhotoSlot,
    PortView, Say, ScaleSetup, ScanTest, ScannerSetup, SignalView, UnitHead,
};

/// Units that wait for a second person, sorted by value lost per hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReviewQueue {
    /// Rows.
    pub rows: Vec<ReviewRow>,
}

/// One unit in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReviewRow {
    /// Head.
    pub head: UnitHead,
    /// Grade so far.
    pub grade: Option<Grade>,
    /// Proposed disposition.
    pub disposition: Option<Disposition>,
    /// Why it waits; empty for a plain hold.
    pub causes: Vec<ReviewCause>,
    /// Bench that graded it.
    pub station: String,
    /// Grader's initials.
    pub grader: String,
    /// Since when it waits (RFC 3339).
    pub since: String,
    /// Minor units of currency lost per hour, in hundredths.
    #[ts(type = "number")]
    pub centicents_per_hour: i64,
    /// What a person has to do about it, most pressing first.
    pub waits_for: Vec<WaitsFor>,
}

/// A kind of scan that can be read in several ways, and how a person read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReadingView {
    /// Names it when it is to be forgotten.
    pub id: String,
    /// The symbology, where the scanner tells it.
    pub symbology: Option<String>,
    /// Characters.
    pub length: u32,
    /// What it may be.
    pub readings: Vec<Say>,
    /// What it is taken for without asking.
    pub chosen: Say,
}

/// What a unit in the queue waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// Somebody settles which of two decisions stands.
    Contest,
    /// Another person grades it blind.
    Blind,
    /// A supervisor looks at it.
    Review,
    /// A supervisor releases it.
    Hold,
    /// A return line came down that fits it: somebody matches them.
    Match,
    /// A task is done.
    Task,
}

/// One unit under review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReviewDetail {
    /// The row.
    pub row: ReviewRow,
    /// Stage of the unit.
    pub stage: UnitStage,
    /// What the grader saw.
    pub findings: Vec<Finding>,
    /// Serial as scanned, and whether it is the shipped one.
    pub serial: Option<String>,
    /// Serial as shipped.
    pub serial_shipped: Option<String>,
    /// Price when new, formatted.
    pub price: Option<String>,
    /// Photos.
    pub photos: Vec<PhotoSlot>,
    /// What the policy says.
    pub decision: Option<DecisionView>,
    /// What happened, oldest first.
    pub history: Vec<HistoryLine>,
    /// Why the signed-in person may not decide this one.
    pub blocked: Option<Say>,
    /// Dispositions the policy allows a reviewer to choose.
    pub allowed: Vec<Disposition>,
    /// The newest event about the unit, to be sent back with a decision.
    pub seen: Option<EventId>,
    /// What does not fit.
    pub signals: Vec<SignalView>,
    /// Value now and loss.
    pub clock: Option<ClockView>,
    /// Two decisions at odds.
    pub contest: Option<ContestView>,
    /// The blind second inspection is done: both grades.
    pub blind: Option<BlindResult>,
    /// A blind second inspection is asked for: grade and findings are not shown until it is done.
    pub blind_wanted: bool,
    /// Tasks for a person.
    pub tasks: Vec<Task>,
    /// The claim.
    pub acceptance: Acceptance,
    /// What the shop answers so far.
    pub response: Option<SellerResponse>,
    /// Whether its return line is known.
    pub matched: Option<Match>,
    /// Function and looks, for electronics: `F4`, `C5`.
    pub function: Option<FunctionGrade>,
    /// Looks.
    pub cosmetic: Option<CosmeticGrade>,
    /// The policy's provisional disposition may be put in force now.
    pub provisional: Option<Disposition>,
    /// What was written down about it, oldest first.
    pub notes: Vec<NoteView>,
}

/// Words about a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NoteView {
    /// When (RFC 3339).
    pub at: String,
    /// Who (initials).
    pub operator: String,
    /// The words; none: they lie at another bench, or were purged.
    pub text: Option<String>,
}

/// One thing that happened to a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HistoryLine {
    /// When (RFC 3339).
    pub at: String,
    /// What: event kind and arguments.
    pub say: Say,
    /// Who (initials).
    pub operator: String,
    /// Something to look at: a finding, an override, a hold.
    pub notable: bool,
}

/// A search result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundUnit {
    /// Head.
    pub head: UnitHead,
    /// Its stage.
    pub stage: UnitStage,
    /// Grade.
    pub grade: Option<Grade>,
    /// Disposition.
    pub disposition: Option<Disposition>,
    /// Where it is: container, shelf or bench.
    pub location: Option<String>,
    /// What happened, oldest first.
    pub history: Vec<HistoryLine>,
}

/// The line to head office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// Its state.
    pub line: LineState,
    /// Since when (RFC 3339).
    pub since: Option<String>,
    /// Address.
    pub head_office: Option<String>,
    /// Why the last try failed.
    pub trouble: Option<Say>,
    /// When it is tried again (RFC 3339).
    pub next_try: Option<String>,
    /// Events, thumbnails, photos.
    pub lanes: Vec<LaneView>,
    /// What came down: feed name and when it was last current.
    pub feeds: Vec<SyncLine>,
    /// Things that a person must look at.
    pub refused: Vec<Say>,
    /// What happened to the records and nobody has seen yet, newest first.
    pub incidents: Vec<IncidentView>,
    /// How the records are kept: room on the disk, witness, backup, key.
    pub kept: Vec<KeptView>,
}

/// Something that happened to the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct IncidentView {
    /// Its number here, to be sent back when it has been seen.
    #[ts(type = "number")]
    pub id: u64,
    /// When it was noticed (RFC 3339).
    pub at: Option<String>,
    /// What happened, and what to do.
    pub say: Say,
}

/// One thing about how the records are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KeptView {
    /// Somebody should look at it.
    pub attention: bool,
    /// What it is.
    pub say: Say,
}

/// One lane of what goes up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LaneView {
    /// `events`, `thumbnails` or `photos`.
    pub lane: String,
    /// How many wait.
    #[ts(type = "number")]
    pub waiting: u64,
    /// Since when the oldest waits (RFC 3339).
    pub oldest: Option<String>,
    /// How many are confirmed.
    #[ts(type = "number")]
    pub sent: u64,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SyncLine {
    /// `rmas`, `documents`, `catalogue`, `operators`, `units`.
    pub feed: String,
    /// When it was last known to be current (RFC 3339).
    pub current_at: Option<String>,
    /// Items held.
    #[ts(type = "number")]
    pub items: u64,
}

/// The device room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DevicesView {
    /// Devices.
    pub devices: Vec<DeviceView>,
    /// Serial ports seen on this computer.
    pub ports: Vec<String>,
    /// The same ports, with who is behind each.
    pub listed: Vec<PortView>,
    /// How the scanners are set up.
    pub scanners: Vec<ScannerSetup>,
    /// How the camera is set up, where there is one.
    pub camera: Option<CameraSetup>,
    /// Which cameras this program can open.
    pub camera_kinds: CameraKinds,
    /// How the scale is set up, where there is one.
    pub scale: Option<ScaleSetup>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DeviceView {
    /// Its id in the settings.
    pub device: String,
    /// `scanner`, `camera` or `printer`.
    pub kind: String,
    /// Path, address or folder.
    pub place: String,
    /// Works now.
    pub well: bool,
    /// State: `device-working`, `device-missing`, `device-busy` … with arguments.
    pub state: Say,
    /// When it last did something (RFC 3339).
    pub last_seen: Option<String>,
    /// Simulated.
    pub simulated: bool,
    /// What the last scan of the test code said of a scanner.
    pub test: Option<ScanTest>,
}
