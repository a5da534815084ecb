//! The bench's screen as data: status bar, result band, stage with camera strip, action bar.

use std::collections::BTreeMap;

use returns::codes::{Disposition, Finding, Grade, HoldReason, Preference, Reason, Role};
use returns::ids::UnitId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ArrivedParcel, Counters, DecisionView, LabelView, ParcelView, RecentUnit};

/// One message: a stable code and its arguments; the UI has the words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Say {
    /// Stable, kebab-case.
    pub code: String,
    /// What the words need; codes among them (grade, disposition …) are turned into words by the UI.
    pub args: BTreeMap<String, String>,
}

/// A text that comes from data, by language tag; `en` is always there.
pub type Texts = BTreeMap<String, String>;

/// The whole bench.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Screen {
    /// Grows with every change, so that a late answer never overwrites a newer notice.
    #[ts(type = "number")]
    pub revision: u64,
    /// Top line.
    pub status: StatusBar,
    /// The result of the last thing that happened.
    pub band: Band,
    /// The work.
    pub stage: Stage,
    /// Right-hand strip; `None` where the stage has none (sign-in).
    pub camera: Option<CameraStrip>,
    /// What is expected next.
    pub next: Say,
    /// Undo, hold, help and what else the action bar offers, with why one is disabled.
    pub actions: Vec<Action>,
}

/// The status bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StatusBar {
    /// Name of depot and bench, such as `LEJ2-B04`.
    pub station: String,
    /// Who is signed in.
    pub operator: Option<OperatorView>,
    /// The line to head office.
    pub line: LineState,
    /// Since when the line is as it is (RFC 3339).
    pub line_since: Option<String>,
    /// Events not sent yet.
    #[ts(type = "number")]
    pub unsent: u64,
    /// When head office last confirmed something (RFC 3339).
    pub last_sent: Option<String>,
    /// When the oldest unsent event was recorded (RFC 3339).
    pub oldest_unsent: Option<String>,
    /// The policy's number.
    pub policy: Option<String>,
    /// Devices, worst first.
    pub devices: Vec<super::DeviceView>,
    /// Free part of the data folder's disk in percent.
    pub disk_free_percent: Option<u8>,
    /// Things that happened to the records and that nobody has seen yet.
    pub incidents: u32,
    /// Units in the review queue.
    pub reviews_waiting: u32,
    /// The station's clock (RFC 3339).
    pub now: String,
    /// Set where some devices are simulated (training, demo).
    pub simulated: bool,
}

/// An operator as shown: initials, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OperatorView {
    /// Initials.
    pub initials: String,
    /// What they may do.
    pub role: Role,
}

/// The line to head office. Offline is a state, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// Head office answers.
    Online,
    /// No answer.
    Offline,
    /// Answers, but not as our head office (another key, captive portal, revoked): a person must look.
    Refused,
    /// No head office is set up.
    None,
}

/// How the band looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Nothing to report.
    Ready,
    /// Taken.
    Accepted,
    /// Taken, but look.
    Warning,
    /// Not taken: stays until the right thing is scanned or it is acknowledged.
    Rejected,
    /// A supervisor is needed.
    Supervisor,
    /// Locked.
    Locked,
}

/// Where something is saved. Never mixed up on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Saved {
    /// On this station's disk.
    Here,
    /// Head office has confirmed it.
    Sent,
}

/// The result band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Band {
    /// Its look.
    pub tone: Tone,
    /// What happened (head line and second line share code and arguments).
    pub say: Say,
    /// When (RFC 3339).
    pub at: Option<String>,
    /// What the scanned code says beside that and nobody is asked about: identifiers that do not go together, where a
    /// carrier's label sends the parcel.
    pub beside: Option<Say>,
    /// Whether what it reports is saved.
    pub saved: Option<Saved>,
    /// Grows with each scan, so that two equal results in a row blink apart.
    #[ts(type = "number")]
    pub blink: u64,
}

/// A QR code to draw: one path of unit squares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QrView {
    /// Modules a side, quiet zone not included.
    pub size: u16,
    /// SVG path data in module units.
    pub path: String,
}

/// One thing a person can choose: by key, by touch or by scanning its code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Choice {
    /// Command word that chooses it.
    pub command: String,
    /// Key that chooses it, as printed on the cap: `1`, `Y`, `Enter`, `F4`.
    pub key: String,
    /// Label from data (checklists); where absent, `say` names it.
    pub texts: Option<Texts>,
    /// Label from the UI's table.
    pub say: Option<Say>,
    /// What follows from it ("grade D", "to review").
    pub effect: Option<Say>,
    /// Already suggested by the data.
    pub suggested: bool,
    /// Why it cannot be chosen now.
    pub disabled: Option<Say>,
    /// Its own code.
    pub qr: Option<QrView>,
}

/// A button of the action bar or strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Action {
    /// Command word.
    pub command: String,
    /// Key cap.
    pub key: String,
    /// Why it cannot be used now.
    pub disabled: Option<Say>,
}

/// Head of everything about one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UnitHead {
    /// Its id.
    pub unit: UnitId,
    /// Its LPN, shown 5-5-2.
    pub lpn: Option<String>,
    /// Product title or, for an unknown item, empty.
    pub title: String,
    /// Stock keeping unit, if known.
    pub sku: Option<String>,
    /// RMA number, if known.
    pub rma: Option<String>,
    /// Whose goods.
    pub owner: Option<String>,
    /// What the customer said.
    pub reason: Option<Reason>,
    /// What the customer would like.
    pub preference: Option<Preference>,
    /// Holds on it.
    pub holds: Vec<HoldReason>,
    /// Whether all about it is sent.
    pub saved: Saved,
}

/// Progress mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Behind us.
    Done,
    /// Here.
    Now,
    /// To come.
    ToCome,
}

/// One rung of the grade ladder (X, D, C, B, A).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LadderStep {
    /// The grade that the rung asks about.
    pub grade: Grade,
    /// How far.
    pub state: StepState,
}

/// A finding that can be added at any time during inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FindingChip {
    /// Command word (`PICK-5` …).
    pub command: String,
    /// Key cap.
    pub key: String,
    /// The finding; `None` is the chip that shows more.
    pub finding: Option<Finding>,
    /// Marked.
    pub on: bool,
}

/// Whether a photo slot is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PhotoSlotState {
    /// Taken and on disk.
    Taken,
    /// Required and missing.
    Needed,
    /// Skipped with a reason.
    Skipped,
    /// Optional.
    Spare,
}

/// One photo place of the inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PhotoSlot {
    /// Role key from the checklist, such as `SERIAL_PLATE`.
    pub role: String,
    /// Its name, from the checklist.
    pub texts: Texts,
    /// Its state.
    pub state: PhotoSlotState,
    /// SHA-256 of the JPEG, hex, where taken: fetch it by that name.
    pub sha256: Option<String>,
}

/// The camera's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CameraView {
    /// Pictures come, no code in view.
    Looking,
    /// A code is in view.
    CodeFound,
    /// No pictures.
    Lost,
    /// None set up.
    None,
}

/// The right-hand strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CameraStrip {
    /// Camera id to pull frames of.
    pub camera: Option<String>,
    /// Its state.
    pub state: CameraView,
    /// Photos of the current unit.
    pub photos: Vec<PhotoSlot>,
    /// Required photos still missing.
    pub photos_needed: u32,
    /// The strip's button: photo, or print again.
    pub action: Option<Action>,
}

/// The work in the middle of the bench. One question at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "stage", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Stage {
    /// Nobody is signed in: scan a badge, then type the PIN.
    SignIn {
        /// Whose badge was scanned.
        operator: Option<OperatorView>,
        /// PIN digits typed so far.
        digits: u8,
        /// Locked after wrong PINs, for so many seconds.
        locked_seconds: Option<u32>,
    },
    /// Ready for a parcel or a unit.
    Idle {
        /// The shift in numbers.
        today: Counters,
        /// The last units.
        recent: Vec<RecentUnit>,
        /// The open parcel.
        parcel: Option<ParcelView>,
        /// Labels that wait for a printer.
        labels_pending: u32,
    },
    /// Choose one of several: which line, which reading, which reason, receive it blind.
    Pick {
        /// The question.
        ask: Say,
        /// What was scanned, where that is the subject.
        code: Option<String>,
        /// Unit, where one is on the bench.
        unit: Option<UnitHead>,
        /// The choices.
        choices: Vec<Choice>,
    },
    /// The unit has its number: stick the label, scan it.
    StickNumber {
        /// The unit.
        unit: UnitHead,
        /// The label.
        label: LabelView,
    },
    /// A checklist question.
    Question {
        /// The unit.
        unit: UnitHead,
        /// The question.
        texts: Texts,
        /// How to find out.
        hint: Option<Texts>,
        /// A picture that shows how: name of a file in `assets/checklists/pictures`, without its ending.
        #[serde(default)]
        picture: Option<String>,
        /// Number from 1.
        number: u32,
        /// How many at most.
        of: u32,
        /// Rungs; empty during safety and identity questions.
        ladder: Vec<LadderStep>,
        /// Answers.
        choices: Vec<Choice>,
        /// Findings that can be added.
        chips: Vec<FindingChip>,
    },
    /// Questions are answered, required photos are missing.
    Photos {
        /// The unit.
        unit: UnitHead,
        /// Skip, or try again.
        choices: Vec<Choice>,
    },
    /// Graded and decided.
    Decision {
        /// The unit.
        unit: UnitHead,
        /// Grade that counts.
        grade: Grade,
        /// Grade as computed, where overridden.
        computed: Option<Grade>,
        /// Findings.
        findings: Vec<Finding>,
        /// The decision; `None` while a review is pending without provisional disposition.
        decision: Option<Box<DecisionView>>,
        /// Waits for a second person, and why.
        review: Option<Say>,
        /// Print, change grade, hold.
        choices: Vec<Choice>,
    },
    /// The disposition label: stick it, scan it.
    StickLabel {
        /// The unit.
        unit: UnitHead,
        /// Grade.
        grade: Grade,
        /// The label.
        label: LabelView,
        /// Container that should take it next, if one is open.
        container: Option<String>,
    },
    /// The label is confirmed: scan the container or shelf.
    Stow {
        /// The unit.
        unit: UnitHead,
        /// Grade.
        grade: Grade,
        /// Disposition.
        disposition: Disposition,
        /// Container that should take it, if one is open.
        container: Option<String>,
    },
    /// Parcels are scanned as they arrive, one after the other, without opening them.
    Arrivals {
        /// The last ones, newest first.
        arrived: Vec<ArrivedParcel>,
        /// Arrived today.
        today: u32,
        /// Arrived and not emptied yet, over all days.
        waiting: u32,
    },
    /// A technician's work on a unit that goes to refurbishment.
    Work {
        /// The unit.
        unit: UnitHead,
        /// What is found wrong with it.
        findings: Vec<Finding>,
        /// What can be done.
        work: super::WorkView,
    },
    /// A container lies on the desk.
    Container {
        /// What is in it.
        container: super::ContainerDetail,
        /// Close, ship, print its contents, leave it.
        choices: Vec<Choice>,
    },
    /// A hold stops the unit.
    Held {
        /// The unit.
        unit: UnitHead,
        /// What the person at the bench can still do: a note, a photo, put it on a shelf.
        choices: Vec<Choice>,
    },
}
