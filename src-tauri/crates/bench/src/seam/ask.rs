//! What a screen asks, gets and hears.

use std::collections::BTreeMap;

use returns::codes::{
    Acceptance, Disposition, Finding, Grade, HoldReason, OverrideReason, ReviewOutcome, SellerResponse,
    Settlement, Task, VoidReason,
};
use returns::ids::{ContainerId, EventId, UnitId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    BlindView, CameraCheck, CameraSetup, ContainerDetail, ContainerView, DevicesView, ExplainedView,
    FoundUnit, InsightName, InsightView, MakerView, MatchView, OpenUnit, PackView, RawChunk, ReadingView,
    ReviewDetail, ReviewQueue, ScaleOrder, ScaleSetup, ScaleView, ScannerSetup, Screen, StatusBar, SyncView,
    TestCode,
};

/// What a screen may ask. Everything a person does at the bench is either a scan or the press of a command
/// word, so that scanner, keyboard and gloves take one path.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[allow(clippy::large_enum_variant)] // A scanner's setup is asked for once in months, and no two requests lie about.
#[serde(tag = "ask", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Request {
    /// The bench's whole screen as it is now. → [`Reply::Screen`]
    Screen,
    /// A code typed or wedged through the keyboard; same meaning as a scan. → [`Reply::Screen`]
    Scan {
        /// The code's content, without Enter.
        text: String,
    },
    /// A command word of the printed sheet: `YES`, `PICK-2`, `PHOTO`, `DIGIT-7` … (without `RS:C:`). → [`Reply::Screen`]
    Press {
        /// The word.
        command: String,
    },
    /// An error in the band has been read. → [`Reply::Screen`]
    Acknowledge,
    /// Units that wait for a supervisor. → [`Reply::ReviewQueue`]
    ReviewQueue,
    /// One unit of the queue, with evidence and history. → [`Reply::ReviewUnit`]
    ReviewUnit {
        /// Which.
        unit: UnitId,
    },
    /// A reviewer's outcome. → [`Reply::ReviewQueue`]
    ReviewDecide {
        /// Which unit.
        unit: UnitId,
        /// Approved, changed or sent back.
        outcome: ReviewOutcome,
        /// With CHANGED: the grade it should have.
        grade: Option<Grade>,
        /// With CHANGED: where it should go.
        disposition: Option<Disposition>,
        /// With CHANGED and SENT_BACK: why.
        reason: Option<OverrideReason>,
        /// What the shop answers to the customer's reason, if said.
        seller_response: Option<SellerResponse>,
        /// With CHANGED: what the customer gets.
        #[serde(default)]
        settlement: Option<Settlement>,
        /// Whether the claim is accepted, if said.
        #[serde(default)]
        acceptance: Option<Acceptance>,
        /// The newest event that the reviewer saw ([`ReviewDetail::seen`]); refused with `unit-changed` where
        /// another has come since.
        #[serde(default)]
        seen: Option<EventId>,
    },
    /// Choose another disposition than the policy's (supervisors only; goes to review). → [`Reply::ReviewUnit`]
    OverrideDisposition {
        /// Which unit.
        unit: UnitId,
        /// Where it should go.
        disposition: Disposition,
        /// Why.
        reason: OverrideReason,
    },
    /// Answer the claim behind a unit. → [`Reply::ReviewUnit`]
    AnswerClaim {
        /// Which unit.
        unit: UnitId,
        /// Accepted, rejected, or to be looked into.
        acceptance: Acceptance,
        /// The answer's code.
        response: Option<SellerResponse>,
    },
    /// Decide which of two contested decisions stands. → [`Reply::ReviewUnit`]
    SettleContest {
        /// Which unit.
        unit: UnitId,
        /// The decision that stands.
        stands: EventId,
    },
    /// No second person is there for longer than the policy allows: put its provisional disposition in force.
    /// → [`Reply::ReviewUnit`]
    DisposeProvisionally {
        /// Which unit.
        unit: UnitId,
    },
    /// Write a note; the words go to the purgeable store. → [`Reply::ReviewUnit`]
    Note {
        /// Which unit.
        unit: UnitId,
        /// The words, at most 2000 characters.
        text: String,
    },
    /// It was never there (supervisors only). → [`Reply::ReviewUnit`]
    VoidUnit {
        /// Which unit.
        unit: UnitId,
        /// Why.
        reason: VoidReason,
    },
    /// Correct something of a closed unit (supervisors only). → [`Reply::ReviewUnit`]
    AmendUnit {
        /// Which unit.
        unit: UnitId,
        /// Finding added or removed, or none.
        finding: Option<Finding>,
        /// The finding was a mistake.
        remove: bool,
        /// The serial as it really is.
        serial: Option<String>,
    },
    /// A task on a unit is done. → [`Reply::ReviewUnit`]
    FinishTask {
        /// Which unit.
        unit: UnitId,
        /// Which task.
        task: Task,
    },
    /// Labels of two units were swapped: both are printed anew. → [`Reply::ReviewUnit`]
    SwapLabels {
        /// One.
        unit: UnitId,
        /// The other's LPN as scanned or typed.
        other: String,
    },
    /// Return lines that a unit without one may belong to. → [`Reply::Matches`]
    MatchesFor {
        /// Which unit.
        unit: UnitId,
    },
    /// A unit received blind belongs to this line. → [`Reply::ReviewUnit`]
    MatchUnit {
        /// Which unit.
        unit: UnitId,
        /// The RMA.
        rma: String,
        /// Its line; without one the RMA does not expect the unit.
        line: Option<String>,
    },
    /// The blind second inspection of a drawn unit: with the answers so far, the next question; recorded, the
    /// result. Never says what the first grader answered until it is recorded, and then it cannot be taken back.
    /// → [`Reply::Blind`]
    BlindRegrade {
        /// Which unit.
        unit: UnitId,
        /// Question and choice, in the order asked.
        answers: Vec<(String, String)>,
        /// Findings beside the questions.
        findings: Vec<Finding>,
        /// All is answered and looked through: record it.
        commit: bool,
    },
    /// Why every row of the policy did or did not fire for a unit. → [`Reply::Explained`]
    ExplainUnit {
        /// Which unit.
        unit: UnitId,
    },
    /// Write the evidence pack of a unit to the folder `packs` of the data folder. → [`Reply::Pack`]
    EvidencePack {
        /// Which unit.
        unit: UnitId,
    },
    /// All containers that are not shipped. → [`Reply::Containers`]
    Containers,
    /// One container with its contents. → [`Reply::Container`]
    Container {
        /// Which.
        container: ContainerId,
    },
    /// Nothing more goes in. → [`Reply::Container`]
    CloseContainer {
        /// Which.
        container: ContainerId,
    },
    /// It leaves the building. → [`Reply::Container`]
    ShipContainer {
        /// Which.
        container: ContainerId,
        /// The carrier's number of what it leaves in.
        tracking: Option<String>,
    },
    /// Print the contents list. → [`Reply::Container`]
    PrintContents {
        /// Which.
        container: ContainerId,
    },
    /// Figures from what is recorded here. → [`Reply::Insight`]
    Insight {
        /// Which.
        insight: InsightName,
        /// First day (`2026-11-01`); none: from the beginning.
        from: Option<String>,
        /// Last day, included; none: until now.
        until: Option<String>,
    },
    /// Open units by value lost per hour. → [`Reply::OpenUnits`]
    OpenUnits,
    /// Put a hold on a unit. → [`Reply::ReviewUnit`]
    HoldUnit {
        /// Which unit.
        unit: UnitId,
        /// Why.
        reason: HoldReason,
    },
    /// Release one hold (supervisors only). → [`Reply::ReviewUnit`]
    ReleaseUnit {
        /// Which unit.
        unit: UnitId,
        /// Which hold.
        reason: HoldReason,
    },
    /// Search units by LPN, RMA, serial, product or tracking number. → [`Reply::Found`]
    Find {
        /// What to look for; at least two characters.
        query: String,
    },
    /// The state of the line to head office. → [`Reply::Sync`]
    Sync,
    /// Which reading of ambiguous scans is remembered. → [`Reply::Readings`]
    Readings,
    /// Ask again when such a scan comes. → [`Reply::Readings`]
    ForgetReading {
        /// Which, by [`ReadingView::id`].
        id: String,
    },
    /// Try the line now. → [`Reply::Sync`]
    SyncNow,
    /// Fetch everything that comes down from head office once more. → [`Reply::Sync`]
    FetchAgain,
    /// A person has read what happened to the records. → [`Reply::Sync`]
    IncidentSeen {
        /// Which, by [`IncidentView::id`](super::IncidentView::id).
        #[ts(type = "number")]
        incident: u64,
    },
    /// Devices and how they are. → [`Reply::Devices`]
    Devices,
    /// How sharp and lit the camera's picture is. → [`Reply::CameraCheck`]
    CameraCheck,
    /// What lies on the scale. → [`Reply::Scale`]
    Scale,
    /// Zero or tare the scale; answered when it has. → [`Reply::Scale`]
    ScaleAdjust {
        /// What it is told.
        order: ScaleOrder,
    },
    /// Give a scanner another path. → [`Reply::Devices`]
    ScannerPath {
        /// The device's id.
        device: String,
        /// The tty path.
        path: String,
    },
    /// Set up a scanner: a new one, or one that is there (supervisors only). → [`Reply::Devices`]
    ScannerSave {
        /// How.
        setup: ScannerSetup,
        /// The present path of the listed port whose device it is from now on.
        bind: Option<String>,
    },
    /// Forget a scanner (supervisors only). → [`Reply::Devices`]
    ScannerRemove {
        /// The device's id.
        device: String,
    },
    /// What a scanner really sent. → [`Reply::ScannerRaw`]
    ScannerRaw {
        /// The device's id.
        device: String,
        /// Only what came after this number; 0 for all that is kept.
        #[ts(type = "number")]
        after: u64,
    },
    /// The code to test a scanner with. → [`Reply::TestCode`]
    TestCode,
    /// Makers' codes that set their scanners up. → [`Reply::ScannerCodes`]
    ScannerCodes,
    /// Set the camera up (supervisors only). → [`Reply::Devices`]
    CameraSave {
        /// How.
        setup: CameraSetup,
    },
    /// Take the camera away (supervisors only). → [`Reply::Devices`]
    CameraRemove,
    /// The mat is empty now: remember how it looks. → [`Reply::CameraCheck`]
    MatTake,
    /// Forget the empty mat. → [`Reply::CameraCheck`]
    MatForget,
    /// Set the scale up (supervisors only). → [`Reply::Devices`]
    ScaleSave {
        /// How.
        setup: ScaleSetup,
        /// The port at which it is plugged in now, to bind it by what it is; none: as the setup says.
        bind: Option<String>,
    },
    /// Take the scale away (supervisors only). → [`Reply::Devices`]
    ScaleRemove,
}

/// What a screen gets back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "reply", content = "body", rename_all = "kebab-case")]
pub enum Reply {
    /// The bench.
    Screen(Box<Screen>),
    /// The review queue.
    ReviewQueue(ReviewQueue),
    /// One unit under review.
    ReviewUnit(Box<ReviewDetail>),
    /// Lines that a unit may belong to.
    Matches(Vec<MatchView>),
    /// The blind second inspection.
    Blind(Box<BlindView>),
    /// The policy, row by row.
    Explained(ExplainedView),
    /// Where the evidence pack lies.
    Pack(PackView),
    /// Containers.
    Containers(Vec<ContainerView>),
    /// One container.
    Container(Box<ContainerDetail>),
    /// A table of figures.
    Insight(InsightView),
    /// Open units, dearest loss first.
    OpenUnits(Vec<OpenUnit>),
    /// Search results.
    Found(Vec<FoundUnit>),
    /// The line to head office.
    Sync(SyncView),
    /// Remembered readings.
    Readings(Vec<ReadingView>),
    /// Devices.
    Devices(DevicesView),
    /// The camera's lens and light; none where there is no picture.
    CameraCheck(Option<CameraCheck>),
    /// The scale; none where there is none, or where it says nothing.
    Scale(Option<ScaleView>),
    /// Bytes, oldest first.
    ScannerRaw(Vec<RawChunk>),
    /// The code to test a scanner with.
    TestCode(TestCode),
    /// Makers' codes, by maker.
    ScannerCodes(Vec<MakerView>),
}

/// What a screen is told unasked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "notice", content = "body", rename_all = "kebab-case")]
pub enum Notice {
    /// The bench changed: here it is, whole.
    Screen(Box<Screen>),
    /// Only the status bar changed.
    Status(StatusBar),
    /// A sound to play.
    Sound(Cue),
    /// Codes seen in the current camera frame (an empty list clears them).
    Outlines(Vec<Outline>),
    /// Rooms beside the bench should ask again: queue, sync or devices changed.
    RoomsChanged,
}

/// A sound; see `assets/sounds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Cue {
    /// Taken.
    Accepted,
    /// Taken, but look.
    Warning,
    /// Not taken.
    Rejected,
    /// A supervisor is needed.
    Supervisor,
}

/// Where a code lies in the camera's frame.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Outline {
    /// Corners, each x and y from 0 to 1 of the frame's width and height.
    pub corners: [[f32; 2]; 4],
    /// What it reads.
    pub text: String,
    /// Whether it fits what the bench expects.
    pub fits: bool,
}

/// A refusal or error: a stable code and its arguments. Words, severity and the next step are the UI's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}")]
pub struct Coded {
    /// Stable, kebab-case.
    pub code: String,
    /// What the words need.
    pub args: BTreeMap<String, String>,
}
