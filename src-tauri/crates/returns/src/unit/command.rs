//! What can be asked of a unit.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::checklist::Answer;
use crate::codes::{
    Acceptance, Disposition, Finding, Grade, HoldReason, IntakeKind, LabelKind, OverrideReason, PhotoFlaw,
    RegradeReason, ReviewOutcome, SellerResponse, Settlement, SkipReason, Task, VoidReason, Work, WorkResult,
};
use crate::event::Amendment;
use crate::ids::{
    ContainerId, EventId, LocationId, Lot, ParcelId, PhotoRole, Serial, Sha256Hex, Sku, UnitId,
};
use crate::lpn::Lpn;
use crate::policy::Decision;

/// What can be asked of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it in. RMA, line, item and fresh LPN come from the facts; an RMA without a line does not expect
    /// the unit.
    Receive {
        /// How it came in.
        intake: IntakeKind,
        /// The parcel that it came out of.
        parcel: Option<ParcelId>,
        /// The product, where something names it.
        sku: Option<Sku>,
        /// The LPN.
        lpn: LpnChoice,
    },
    /// Its line became known; RMA and line come from the facts.
    MatchLater,
    /// It is another product; item, RMA and line come from the facts.
    ReIdentify {
        /// The product.
        sku: Sku,
    },
    /// Its serial was read.
    ReadSerial {
        /// The serial.
        serial: Serial,
    },
    /// Its lot or expiry was read, at receipt or later.
    ReadLot {
        /// Production lot.
        lot: Option<Lot>,
        /// Last day on which it may be used.
        expiry: Option<Date>,
    },
    /// It was weighed.
    Weigh {
        /// Its weight with its packaging.
        weight_grams: u32,
    },
    /// Begin the checklist.
    StartInspection,
    /// Answer the next question, or correct an earlier answer.
    Answer(Answer),
    /// Something was seen beside the questions.
    AddFinding {
        /// What.
        finding: Finding,
    },
    /// An added finding was a mistake.
    RemoveFinding {
        /// Which.
        finding: Finding,
    },
    /// Keep a photo that is on disk.
    TakePhoto {
        /// What it shows.
        role: PhotoRole,
        /// SHA-256 of the JPEG.
        hash: Sha256Hex,
        /// Its length in bytes.
        len: u64,
        /// What is wrong with it, where a person keeps it all the same.
        flaws: Vec<PhotoFlaw>,
    },
    /// Go on without a required photo.
    SkipPhoto {
        /// Which.
        role: PhotoRole,
        /// Why.
        reason: SkipReason,
    },
    /// Write something down.
    Note {
        /// SHA-256 of the words in the purgeable store.
        hash: Sha256Hex,
    },
    /// The checklist is complete: compute the grade.
    Grade,
    /// Set another grade.
    OverrideGrade {
        /// The grade.
        grade: Grade,
        /// Why.
        reason: OverrideReason,
        /// Words about it, by hash.
        note: Option<Sha256Hex>,
    },
    /// Choose another disposition than the policy.
    OverrideDisposition {
        /// The disposition.
        disposition: Disposition,
        /// Why.
        reason: OverrideReason,
        /// Words about it, by hash.
        note: Option<Sha256Hex>,
    },
    /// Let the policy decide, or put the reviewer's decision in force. Ends in DISPOSITIONED or in a review.
    Dispose,
    /// No second person is there: put the policy's provisional disposition in force.
    DisposeProvisionally,
    /// Go through the checklist a second time without seeing the first answers; for a unit drawn as a sample,
    /// by another person, all answers at once.
    RegradeBlind {
        /// Question and choice, in the order asked.
        answers: Vec<Answer>,
        /// Findings beside the questions.
        findings: BTreeSet<Finding>,
    },
    /// Light refurbishment was done (or could not be); inspection starts again.
    FinishWork {
        /// What was done.
        work: Work,
        /// The part that was added.
        part: Option<Sku>,
        /// How long it took.
        seconds: u32,
        /// What came of it.
        result: WorkResult,
    },
    /// Give the outcome of the second look.
    Review(Verdict),
    /// Answer the claim behind it.
    AnswerClaim {
        /// Accepted, rejected or to be looked into.
        acceptance: Acceptance,
        /// The answer's code.
        response: Option<SellerResponse>,
    },
    /// Stop it.
    Hold {
        /// Why.
        reason: HoldReason,
    },
    /// Lift a stop.
    Release {
        /// Which.
        reason: HoldReason,
    },
    /// Ask for a label; supersedes the one before.
    RequestLabel {
        /// Which.
        label: LabelKind,
    },
    /// The label came out of the printer.
    LabelPrinted {
        /// Which.
        label: LabelKind,
        /// Its print number.
        print: u32,
    },
    /// A disposition label was scanned on the unit.
    ConfirmLabel {
        /// Its LPN.
        lpn: Lpn,
        /// Its print number.
        print: u32,
    },
    /// Its labels and another unit's were swapped.
    SwapLabels {
        /// The other unit; it gets the same command.
        other: UnitId,
    },
    /// Put it on a shelf, or back on the bench.
    Locate {
        /// The shelf; none is the bench.
        shelf: Option<LocationId>,
    },
    /// Put it into a container; the container comes from the facts.
    Stage {
        /// Which.
        container: ContainerId,
    },
    /// Take it out of its container.
    TakeOut,
    /// Its container is closed or shipped; the container comes from the facts.
    Close,
    /// Inspect it again.
    Regrade {
        /// Why.
        reason: RegradeReason,
    },
    /// It was never there.
    Void {
        /// Why.
        reason: VoidReason,
    },
    /// Correct something after it was closed.
    Amend(Amendment),
    /// A task is done.
    FinishTask {
        /// Which.
        task: Task,
    },
    /// Two equal decisions, unaware of each other, differ.
    Contest {
        /// One.
        first: EventId,
        /// The other.
        second: EventId,
    },
    /// Decide which of the two stands, and put it in force.
    SettleContest {
        /// The decision that stands.
        stands: EventId,
        /// What that event decided, out of the unit's history; none where it decided no disposition (or the unit is
        /// being inspected again): then the unit goes on from where it is.
        decision: Option<Box<Decision>>,
    },
}

/// Where a unit's LPN comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LpnChoice {
    /// The next of the station's block, printed now.
    Fresh,
    /// A pre-printed one, scanned from a roll.
    Preprinted(Lpn),
}

/// The outcome of a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Approved, changed or sent back.
    pub outcome: ReviewOutcome,
    /// CHANGED: another grade.
    pub grade: Option<Grade>,
    /// CHANGED: another disposition.
    pub disposition: Option<Disposition>,
    /// CHANGED: another settlement.
    pub settlement: Option<Settlement>,
    /// What the shop answers.
    pub response: Option<SellerResponse>,
    /// Whether the claim is accepted.
    pub acceptance: Option<Acceptance>,
    /// CHANGED and SENT_BACK: why.
    pub reason: Option<OverrideReason>,
}

impl Verdict {
    /// The proposal holds.
    pub fn approve() -> Self {
        Self::of(ReviewOutcome::Approved, None)
    }

    /// Something is changed; the caller says what.
    pub fn change(reason: OverrideReason) -> Self {
        Self::of(ReviewOutcome::Changed, Some(reason))
    }

    /// It is to be inspected again.
    pub fn send_back(reason: OverrideReason) -> Self {
        Self::of(ReviewOutcome::SentBack, Some(reason))
    }

    fn of(outcome: ReviewOutcome, reason: Option<OverrideReason>) -> Self {
        Self {
            outcome,
            grade: None,
            disposition: None,
            settlement: None,
            response: None,
            acceptance: None,
            reason,
        }
    }
}
