//! Events of a unit.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::events;
use crate::checklist::{Answer, Because};
use crate::codes::{
    Acceptance, CosmeticGrade, Cycle, Disposition, Finding, FunctionGrade, Grade, HoldReason, IntakeKind,
    LabelKind, OverrideReason, PhotoFlaw, RegradeReason, ReviewCause, ReviewOutcome, Role, Seal,
    SellerResponse, Settlement, SignalKind, SkipReason, Task, VoidReason, Work, WorkResult,
};
use crate::ids::{
    CategoryCode, ContainerId, EventId, LineId, LocationId, Lot, OperatorId, OwnerCode, ParcelId, PhotoRole,
    QuestionId, RmaNumber, Serial, Sha256Hex, Sku, UnitId,
};
use crate::lpn::Lpn;
use crate::policy::Decision;
use crate::signal::Signal;

events! {
    /// What can happen to a unit.
    Unit: UnitEvent {
        /// it was taken in and got its LPN.
        Received = ("unit.received", 1) {
            /// The LPN.
            lpn: Lpn,
            /// The label was there before, from a roll.
            #[serde(default)]
            preprinted: bool,
            /// How it came in.
            intake: IntakeKind,
            /// When, by the station's clock.
            at: Timestamp,
            /// Out of this parcel.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            parcel: Option<ParcelId>,
            /// Of this RMA.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            rma: Option<RmaNumber>,
            /// Of this line; without one the RMA does not expect it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            line: Option<LineId>,
            /// The product, where known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sku: Option<Sku>,
            /// Whose it is, where known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            owner: Option<OwnerCode>,
        },
        /// its return line became known.
        MatchedLater = ("unit.matched-later", 1) {
            /// The RMA.
            rma: RmaNumber,
            /// Its line.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            line: Option<LineId>,
            /// The owner.
            owner: OwnerCode,
        },
        /// it is another product, or of another line, than was thought; inspection starts anew.
        ReIdentified = ("unit.re-identified", 1) {
            /// The product.
            sku: Sku,
            /// The RMA.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            rma: Option<RmaNumber>,
            /// Its line.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            line: Option<LineId>,
            /// The owner.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            owner: Option<OwnerCode>,
        },
        /// its serial was read.
        SerialRead = ("unit.serial-read", 1) {
            /// The serial.
            serial: Serial,
        },
        /// its lot or expiry was read.
        LotRead = ("unit.lot-read", 1) {
            /// Production lot.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            lot: Option<Lot>,
            /// Last day on which it may be used (GS1 application identifier 17).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            expiry: Option<Date>,
        },
        /// it was weighed.
        Weighed = ("unit.weighed", 1) {
            /// Its weight with its packaging.
            weight_grams: u32,
        },
        /// something does not fit; none of these decides alone.
        Signalled = ("unit.signalled", 1) {
            /// What, each with what was compared.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            signals: Vec<Signal>,
            /// What was noticed earlier and fits by now.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            cleared: Vec<SignalKind>,
        },
        /// a grader began the checklist.
        InspectionStarted = ("unit.inspection-started", 1) {
            /// Checklist of this category.
            category: CategoryCode,
            /// Its version.
            checklist_version: u32,
            /// The checklist is for this owner's goods alone.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            owner: Option<OwnerCode>,
            /// The checklist is for this cycle alone.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            cycle: Option<Cycle>,
            /// Who inspects.
            by: OperatorId,
        },
        /// a question was answered, or an earlier answer corrected.
        Answered = ("unit.answered", 1) {
            /// Question and choice.
            #[serde(flatten)]
            answer: Answer,
            /// What is thereby seen.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            findings: Vec<Finding>,
            /// What it says of the seal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            seal: Option<Seal>,
            /// The checklist sends the unit to review.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            review: bool,
            /// Who answered; one unit may pass through several hands.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<OperatorId>,
        },
        /// the grader saw something beside the questions.
        FindingAdded = ("unit.finding-added", 1) {
            /// What.
            finding: Finding,
            /// Who saw it; none where comparing found it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<OperatorId>,
        },
        /// an added finding was a mistake.
        FindingRemoved = ("unit.finding-removed", 1) {
            /// Which.
            finding: Finding,
            /// Who took it back; none where comparing did.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<OperatorId>,
        },
        /// a photo was taken and is on disk.
        PhotoTaken = ("unit.photo-taken", 1) {
            /// What it shows.
            role: PhotoRole,
            /// SHA-256 of the JPEG.
            hash: Sha256Hex,
            /// Its length in bytes.
            len: u64,
            /// Who took it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<OperatorId>,
            /// What was wrong with it; who took it kept it all the same.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            flaws: Vec<PhotoFlaw>,
        },
        /// a required photo was not taken.
        PhotoSkipped = ("unit.photo-skipped", 1) {
            /// Which.
            role: PhotoRole,
            /// Why.
            reason: SkipReason,
            /// Who skipped it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<OperatorId>,
        },
        /// somebody wrote something down; the words lie in the purgeable store.
        Noted = ("unit.noted", 1) {
            /// SHA-256 of the words.
            hash: Sha256Hex,
        },
        /// the checklist was complete and the grade computed.
        Graded = ("unit.graded", 1) {
            /// The grade.
            grade: Grade,
            /// What settled it.
            because: Because,
            /// Who graded.
            by: OperatorId,
            /// Drawn for the blind re-grade.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            sampled: bool,
            /// Electronics: function.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            function: Option<FunctionGrade>,
            /// Electronics: looks.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            cosmetic: Option<CosmeticGrade>,
            /// Questions whose answers a corrected one made superfluous; they no longer count.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            dropped: Vec<QuestionId>,
        },
        /// a second person went through the checklist without seeing the first one's answers.
        BlindRegraded = ("unit.blind-regraded", 1) {
            /// Who.
            by: OperatorId,
            /// Version of the checklist.
            checklist_version: u32,
            /// Question and choice, in the order asked.
            answers: Vec<Answer>,
            /// What was seen.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            findings: Vec<Finding>,
            /// The grade that follows.
            grade: Grade,
        },
        /// a technician worked on it.
        WorkDone = ("unit.work-done", 1) {
            /// What was done.
            work: Work,
            /// The part that was added.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            part: Option<Sku>,
            /// How long it took.
            seconds: u32,
            /// What came of it.
            result: WorkResult,
            /// Who.
            by: OperatorId,
        },
        /// a person set another grade.
        GradeOverridden = ("unit.grade-overridden", 1) {
            /// The grade.
            grade: Grade,
            /// Why.
            reason: OverrideReason,
            /// Words about it, by hash.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<Sha256Hex>,
            /// Who.
            by: OperatorId,
        },
        /// a person chose another disposition than the policy.
        DispositionOverridden = ("unit.disposition-overridden", 1) {
            /// The disposition.
            disposition: Disposition,
            /// Why.
            reason: OverrideReason,
            /// Words about it, by hash.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<Sha256Hex>,
            /// Who.
            by: OperatorId,
        },
        /// it was decided where the unit goes.
        Dispositioned = ("unit.dispositioned", 1) {
            /// The decision.
            decision: Box<Decision>,
            /// Only until a second person has looked.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            provisional: bool,
        },
        /// a second person must look.
        ReviewRequested = ("unit.review-requested", 1) {
            /// Why.
            causes: Vec<ReviewCause>,
            /// When, by the station's clock.
            at: Timestamp,
            /// What holds if it is approved.
            proposal: Box<Decision>,
        },
        /// a second person has looked.
        Reviewed = ("unit.reviewed", 1) {
            /// With this outcome.
            outcome: ReviewOutcome,
            /// Who.
            by: OperatorId,
            /// With this authority.
            role: Role,
            /// CHANGED: the grade.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            grade: Option<Grade>,
            /// CHANGED: the disposition.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            disposition: Option<Disposition>,
            /// CHANGED: the settlement.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            settlement: Option<Settlement>,
            /// What the shop answers.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            response: Option<SellerResponse>,
            /// Whether the claim is accepted.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            acceptance: Option<Acceptance>,
            /// CHANGED and SENT_BACK: why.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<OverrideReason>,
        },
        /// the shop answered the claim behind it.
        ClaimAnswered = ("unit.claim-answered", 1) {
            /// Accepted, rejected or to be looked into.
            acceptance: Acceptance,
            /// The answer's code.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            response: Option<SellerResponse>,
            /// Who.
            by: OperatorId,
        },
        /// it was stopped.
        Held = ("unit.held", 1) {
            /// Why.
            reason: HoldReason,
        },
        /// a supervisor lifted a stop.
        Released = ("unit.released", 1) {
            /// Which.
            reason: HoldReason,
            /// Who.
            by: OperatorId,
        },
        /// a label waits to be printed.
        LabelPending = ("unit.label-pending", 1) {
            /// Which label.
            label: LabelKind,
            /// Its print number.
            print: u32,
        },
        /// a label came out of the printer.
        LabelPrinted = ("unit.label-printed", 1) {
            /// Which label.
            label: LabelKind,
            /// Its print number.
            print: u32,
        },
        /// the newest disposition label was scanned on the unit.
        LabelConfirmed = ("unit.label-confirmed", 1) {
            /// Its print number.
            print: u32,
        },
        /// its labels and another unit's were swapped; both are printed anew.
        LabelsSwapped = ("unit.labels-swapped", 1) {
            /// The other unit.
            other: UnitId,
        },
        /// it was put on a shelf, or back on the bench.
        Located = ("unit.located", 1) {
            /// The shelf; none is the bench.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            shelf: Option<LocationId>,
        },
        /// it was put into a container.
        Staged = ("unit.staged", 1) {
            /// Which.
            container: ContainerId,
        },
        /// it was taken out of its container.
        TakenOut = ("unit.taken-out", 1) {
            /// Which.
            container: ContainerId,
        },
        /// its container was closed or shipped.
        Closed = ("unit.closed", 1) {
            /// Which.
            container: ContainerId,
            /// It left the building.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            shipped: bool,
        },
        /// inspection starts again; same LPN, label superseded.
        RegradeStarted = ("unit.regrade-started", 1) {
            /// Why.
            reason: RegradeReason,
        },
        /// it was never there.
        Voided = ("unit.voided", 1) {
            /// Why.
            reason: VoidReason,
        },
        /// something was corrected after it was closed.
        Amended = ("unit.amended", 1) {
            /// What.
            amendment: Amendment,
            /// Who.
            by: OperatorId,
        },
        /// a late fact leaves work for a person.
        TaskOpened = ("unit.task-opened", 1) {
            /// Which work.
            task: Task,
        },
        /// a person has done that work.
        TaskDone = ("unit.task-done", 1) {
            /// Which work.
            task: Task,
        },
        /// two equal decisions, unaware of each other, differ; it is held until a person decides.
        Contested = ("unit.contested", 1) {
            /// One.
            first: EventId,
            /// The other.
            second: EventId,
        },
        /// a person decided which of the two stands.
        ContestSettled = ("unit.contest-settled", 1) {
            /// The decision that stands.
            stands: EventId,
            /// The grade that it saw, where the unit has another.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            grade: Option<Grade>,
            /// Who.
            by: OperatorId,
        },
    }
}

/// A correction after a unit was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Amendment {
    /// A finding was overlooked.
    FindingAdded {
        /// Which.
        finding: Finding,
    },
    /// A finding was a mistake.
    FindingRemoved {
        /// Which.
        finding: Finding,
    },
    /// The serial was misread.
    Serial {
        /// The right one.
        serial: Serial,
    },
    /// The claim was accepted or rejected.
    Acceptance {
        /// Which.
        acceptance: Acceptance,
    },
    /// What the shop answers.
    Response {
        /// The answer.
        response: SellerResponse,
    },
}
