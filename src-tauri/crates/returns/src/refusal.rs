//! Why something may not happen now.

use serde::{Deserialize, Serialize};

use crate::codes::{
    Acceptance, ContainerState, Disposition, Finding, Gate, HoldReason, LabelKind, ParcelState, ReviewState,
    Stage,
};
use crate::ids::{ContainerCode, OwnerCode, PhotoRole, QuestionId, RowId, UnitId};
use crate::lpn::Lpn;

/// Why a command was refused. Nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "refusal", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Refusal {
    /// The subject does not exist here yet.
    #[error("it was not received")]
    NotReceived,
    /// The subject exists already.
    #[error("it was received before")]
    ReceivedBefore,
    /// An event of a newer version is among its history: here it is read-only.
    #[error("it has an event that this version does not know")]
    Unreadable,
    /// Not in this stage.
    #[error("not in stage {stage}")]
    WrongStage {
        /// The unit's stage.
        stage: Stage,
    },
    /// A hold stops every forward step.
    #[error("it is held")]
    Held {
        /// All reasons.
        reasons: Vec<HoldReason>,
    },
    /// No such hold.
    #[error("it is not held for {reason}")]
    NotHeld {
        /// The reason named.
        reason: HoldReason,
    },
    /// It is held for that already.
    #[error("it is held for {reason} already")]
    HeldAlready {
        /// The reason named.
        reason: HoldReason,
    },
    /// Only a supervisor may.
    #[error("only a supervisor may do that")]
    SupervisorOnly,
    /// The reviewer is the grader.
    #[error("the reviewer graded it")]
    OwnGrading,
    /// A review is pending.
    #[error("a review is pending")]
    ReviewPending,
    /// No review is pending.
    #[error("no review is pending")]
    NoReview {
        /// The state of the review.
        review: ReviewState,
    },
    /// A change at review names what it changes, and a reason.
    #[error("a change needs what it changes and a reason")]
    ReviewIncomplete,
    /// A reviewer has decided already.
    #[error("a reviewer has decided")]
    ReviewDone,
    /// Grade N needs an intact seal.
    #[error("grade N needs an intact seal")]
    SealNotIntact,
    /// The claim was accepted or rejected before.
    #[error("the claim is {acceptance}")]
    ClaimSettled {
        /// How.
        acceptance: Acceptance,
    },
    /// Two decisions are at odds.
    #[error("it is contested")]
    Contested,
    /// Two decisions are not at odds, or the one named is not among them.
    #[error("nothing to settle")]
    NotContested,
    /// No LPN is left to give.
    #[error("no licence plate number is left")]
    NoLpn,
    /// The pre-printed LPN belongs to another unit.
    #[error("licence plate {lpn} is another unit's")]
    LpnTaken {
        /// The LPN.
        lpn: Lpn,
    },
    /// The product is not in the catalogue.
    #[error("the item is unknown")]
    ItemUnknown,
    /// The owner is not known.
    #[error("the owner is unknown")]
    OwnerUnknown,
    /// The RMA, or its line, that the command names is not among the facts.
    #[error("the return authorisation is unknown here")]
    RmaUnknown,
    /// It has its line already.
    #[error("it is matched already")]
    MatchedAlready,
    /// Its category has no checklist.
    #[error("there is no checklist for the category")]
    ChecklistMissing,
    /// The checklist is not the one that the inspection began with.
    #[error("the inspection began with checklist version {began}")]
    ChecklistChanged {
        /// The version at the beginning.
        began: u32,
    },
    /// No such question or choice.
    #[error("question {question} has no such choice")]
    NoSuchChoice {
        /// The question.
        question: QuestionId,
    },
    /// Another question is to be answered first.
    #[error("another question comes first")]
    OutOfOrder {
        /// The one; none when all are answered.
        next: Option<QuestionId>,
    },
    /// A question is still open.
    #[error("question {question} is open")]
    QuestionOpen {
        /// Which.
        question: QuestionId,
    },
    /// A required photo is neither there nor skipped.
    #[error("photo {role} is missing")]
    PhotoMissing {
        /// Which.
        role: PhotoRole,
    },
    /// That photo was not required, or is there.
    #[error("photo {role} need not be skipped")]
    PhotoNotRequired {
        /// Which.
        role: PhotoRole,
    },
    /// An IMEI has 15 digits (14 without its check digit, 16 with its software version).
    #[error("an IMEI has 15 digits, and nothing else")]
    ImeiForm {
        /// Digits among what was read.
        digits: u32,
    },
    /// The IMEI's check digit does not fit: it was misread.
    #[error("the check digit of the IMEI does not fit")]
    ImeiWrong,
    /// The expiry must be read first.
    #[error("the expiry is missing")]
    ExpiryMissing,
    /// The blind second inspection comes first.
    #[error("the blind second inspection comes first")]
    BlindFirst,
    /// Only a technician or a supervisor may.
    #[error("only a technician or a supervisor may do that")]
    TechnicianOnly,
    /// The unit does not go to refurbishment or repair.
    #[error("the unit is not for refurbishment or repair")]
    NotForWork {
        /// Where it goes.
        disposition: Option<Disposition>,
    },
    /// The part that was added is not named.
    #[error("the part that was added is not named")]
    PartUnnamed,
    /// The serial must be read first.
    #[error("the serial is missing")]
    SerialMissing,
    /// The finding is there already.
    #[error("{finding} is noted already")]
    FindingThere {
        /// Which.
        finding: Finding,
    },
    /// The finding is not among those added by hand.
    #[error("{finding} was not added")]
    FindingNotThere {
        /// Which.
        finding: Finding,
    },
    /// No policy is in force here.
    #[error("there is no policy")]
    PolicyMissing,
    /// A gate of the policy forbids the chosen disposition.
    #[error("gate {gate} forbids {disposition}")]
    Forbidden {
        /// What was chosen.
        disposition: Disposition,
        /// The gate.
        gate: Gate,
        /// Its row.
        row: RowId,
    },
    /// It has that grade or disposition already.
    #[error("nothing would change")]
    NoChange,
    /// The policy allows no provisional disposition, or not yet.
    #[error("no provisional disposition is allowed")]
    NoProvisional {
        /// Hours still to wait; none where it never is allowed.
        hours_left: Option<u32>,
    },
    /// The disposition is provisional and keeps it in the building.
    #[error("the disposition is provisional")]
    Provisional,
    /// Another unit's label was scanned.
    #[error("label of {got} on unit {expected}")]
    WrongLabel {
        /// This unit's LPN.
        expected: Lpn,
        /// The LPN scanned.
        got: Lpn,
    },
    /// An older label was scanned.
    #[error("label {got} is superseded by {newest}")]
    SupersededLabel {
        /// The newest print number.
        newest: u32,
        /// The one scanned.
        got: u32,
    },
    /// No label of that number was asked for.
    #[error("no {label} label {print} is waiting")]
    NoSuchLabel {
        /// Which label.
        label: LabelKind,
        /// Its number.
        print: u32,
    },
    /// The disposition label was not scanned back.
    #[error("the label is not confirmed")]
    LabelNotConfirmed,
    /// No container is known by that code.
    #[error("the container is unknown")]
    ContainerUnknown,
    /// The container takes no more, or is not closed yet.
    #[error("the container is {state}")]
    WrongContainerState {
        /// Its state.
        state: ContainerState,
    },
    /// The container collects other units.
    #[error("the container is for {got} of {got_owner}")]
    WrongContainer {
        /// The unit's disposition.
        expected: Disposition,
        /// The container's.
        got: Disposition,
        /// The unit's owner.
        expected_owner: OwnerCode,
        /// The container's.
        got_owner: OwnerCode,
        /// The open container in which it belongs, where there is one.
        right: Option<ContainerCode>,
    },
    /// The unit is not in that container.
    #[error("the unit is not in that container")]
    NotInContainer,
    /// The unit is in that container already.
    #[error("the unit is in a container already")]
    InContainerAlready,
    /// Nothing is in it.
    #[error("the container is empty")]
    ContainerEmpty,
    /// Units in it may not leave.
    #[error("units in it are held or under review")]
    UnitsBlocked {
        /// Which.
        units: Vec<UnitId>,
    },
    /// Not in this state.
    #[error("the parcel is {state}")]
    WrongParcelState {
        /// The parcel's state.
        state: ParcelState,
    },
    /// The unit is counted already, or was never counted.
    #[error("the unit is counted already or not at all")]
    WrongUnitCount {
        /// Which.
        unit: UnitId,
    },
    /// The task is not open.
    #[error("that task is not open")]
    NoTask,
}

impl Refusal {
    /// Stable code of the refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotReceived => "not-received",
            Self::ReceivedBefore => "received-before",
            Self::Unreadable => "unreadable",
            Self::WrongStage { .. } => "wrong-stage",
            Self::Held { .. } => "held",
            Self::NotHeld { .. } => "not-held",
            Self::HeldAlready { .. } => "held-already",
            Self::SupervisorOnly => "supervisor-only",
            Self::OwnGrading => "own-grading",
            Self::ReviewPending => "review-pending",
            Self::NoReview { .. } => "no-review",
            Self::ReviewIncomplete => "review-incomplete",
            Self::ReviewDone => "review-done",
            Self::SealNotIntact => "seal-not-intact",
            Self::ClaimSettled { .. } => "claim-settled",
            Self::Contested => "contested",
            Self::NotContested => "not-contested",
            Self::NoLpn => "no-lpn",
            Self::LpnTaken { .. } => "lpn-taken",
            Self::ItemUnknown => "item-unknown",
            Self::OwnerUnknown => "owner-unknown",
            Self::RmaUnknown => "rma-unknown",
            Self::MatchedAlready => "matched-already",
            Self::ChecklistMissing => "checklist-missing",
            Self::ChecklistChanged { .. } => "checklist-changed",
            Self::NoSuchChoice { .. } => "no-such-choice",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::QuestionOpen { .. } => "question-open",
            Self::PhotoMissing { .. } => "photo-missing",
            Self::PhotoNotRequired { .. } => "photo-not-required",
            Self::ImeiForm { .. } => "imei-form",
            Self::ImeiWrong => "imei-wrong",
            Self::ExpiryMissing => "expiry-missing",
            Self::BlindFirst => "blind-first",
            Self::TechnicianOnly => "technician-only",
            Self::NotForWork { .. } => "not-for-work",
            Self::PartUnnamed => "part-unnamed",
            Self::SerialMissing => "serial-missing",
            Self::FindingThere { .. } => "finding-there",
            Self::FindingNotThere { .. } => "finding-not-there",
            Self::PolicyMissing => "policy-missing",
            Self::Forbidden { .. } => "forbidden",
            Self::NoChange => "no-change",
            Self::NoProvisional { .. } => "no-provisional",
            Self::Provisional => "provisional",
            Self::WrongLabel { .. } => "wrong-label",
            Self::SupersededLabel { .. } => "superseded-label",
            Self::NoSuchLabel { .. } => "no-such-label",
            Self::LabelNotConfirmed => "label-not-confirmed",
            Self::ContainerUnknown => "container-unknown",
            Self::WrongContainerState { .. } => "wrong-container-state",
            Self::WrongContainer { .. } => "wrong-container",
            Self::NotInContainer => "not-in-container",
            Self::InContainerAlready => "in-container-already",
            Self::ContainerEmpty => "container-empty",
            Self::UnitsBlocked { .. } => "units-blocked",
            Self::WrongParcelState { .. } => "wrong-parcel-state",
            Self::WrongUnitCount { .. } => "wrong-unit-count",
            Self::NoTask => "no-task",
        }
    }
}
