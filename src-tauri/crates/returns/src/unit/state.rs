//! A unit as the fold of its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::checklist::{Answer, Because, Checklist};
use crate::codes::{
    Acceptance, CosmeticGrade, Cycle, Disposition, Finding, FunctionGrade, Grade, HoldReason, IntakeKind,
    LabelKind, LabelStage, Match, OverrideReason, ReviewCause, ReviewState, Seal, SellerResponse, Settlement,
    SkipReason, Stage, Task, Work, WorkResult,
};
use crate::ids::{
    CategoryCode, ContainerId, EventId, LineId, LocationId, Lot, OperatorId, OwnerCode, ParcelId, PhotoRole,
    QuestionId, RmaNumber, Serial, Sha256Hex, Sku,
};
use crate::lpn::Lpn;
use crate::policy::Decision;
use crate::signal::Signal;

/// A unit as the fold of its events. The default is a unit of which nothing is known yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Its stage; none before it was received.
    pub stage: Option<Stage>,
    /// Its licence plate number.
    pub lpn: Option<Lpn>,
    /// The LPN label was there before, from a roll.
    pub preprinted: bool,
    /// How it came in.
    pub intake: Option<IntakeKind>,
    /// When it was received, by that station's clock.
    pub received: Option<Timestamp>,
    /// The parcel that it came out of.
    pub parcel: Option<ParcelId>,
    /// Its RMA.
    pub rma: Option<RmaNumber>,
    /// Its return line.
    pub line: Option<LineId>,
    /// Whether its line is known.
    pub matched: Option<Match>,
    /// The product.
    pub sku: Option<Sku>,
    /// Whose it is.
    pub owner: Option<OwnerCode>,
    /// Its serial, as read.
    pub serial: Option<Serial>,
    /// Production lot.
    pub lot: Option<Lot>,
    /// Last day on which it may be used.
    pub expiry: Option<Date>,
    /// Its weight with its packaging, as last weighed.
    pub weight_grams: Option<u32>,
    /// What does not fit, newest of each kind.
    pub signals: Vec<Signal>,
    /// Category and version of the checklist that the inspection began with.
    pub checklist: Option<(CategoryCode, u32)>,
    /// Owner and cycle that the checklist is for alone, where it is not for all.
    pub checklist_for: (Option<OwnerCode>, Option<Cycle>),
    /// Answers in the order given; a later one corrects an earlier one.
    pub answers: Vec<Answer>,
    /// What each answer says was seen.
    pub answer_findings: BTreeMap<QuestionId, Vec<Finding>>,
    /// What each answer says of the seal.
    pub answer_seal: BTreeMap<QuestionId, Seal>,
    /// Questions whose answer sends the unit to review.
    pub answer_review: BTreeSet<QuestionId>,
    /// Findings added beside the questions.
    pub added_findings: BTreeSet<Finding>,
    /// Who last added each of them, or took it back; what comparing found is nobody's.
    pub findings_by: BTreeMap<Finding, OperatorId>,
    /// Photos, oldest first; they survive every way back.
    pub photos: Vec<Photo>,
    /// Required photos that this inspection skipped.
    pub photos_skipped: BTreeMap<PhotoRole, SkipReason>,
    /// Notes by hash.
    pub notes: Vec<Sha256Hex>,
    /// Who inspects or graded.
    pub grader: Option<OperatorId>,
    /// Everyone who had a hand in this inspection: none of them may review it.
    pub inspectors: BTreeSet<OperatorId>,
    /// The computed grade.
    pub computed_grade: Option<Grade>,
    /// What settled it.
    pub because: Option<Because>,
    /// Electronics: function.
    pub function: Option<FunctionGrade>,
    /// Electronics: looks.
    pub cosmetic: Option<CosmeticGrade>,
    /// The blind second inspection, where there was one.
    pub blind: Option<BlindRegrade>,
    /// What technicians did to it, oldest first.
    pub work: Vec<WorkRecord>,
    /// It went through light refurbishment; it does not go there a second time by itself.
    pub refurbished: bool,
    /// Drawn for the blind re-grade.
    pub sampled: bool,
    /// The grade that a person set in its place.
    pub overridden_grade: Option<(Grade, OverrideReason)>,
    /// The disposition that a person chose in place of the policy's.
    pub overridden_disposition: Option<(Disposition, OverrideReason)>,
    /// Who set a grade or disposition by hand; cannot review it.
    pub overridden_by: Option<OperatorId>,
    /// The decision in force.
    pub decision: Option<Decision>,
    /// The decision holds only until a second person has looked.
    pub provisional: bool,
    /// The second look.
    pub review: Review,
    /// What stops it.
    pub holds: BTreeSet<HoldReason>,
    /// Two decisions that are at odds.
    pub contested: Option<(EventId, EventId)>,
    /// The licence plate's label.
    pub lpn_label: Label,
    /// The disposition label.
    pub label: Label,
    /// Where it lies.
    pub location: Location,
    /// Whether the claim is accepted.
    pub acceptance: Acceptance,
    /// What the shop answers.
    pub response: Option<SellerResponse>,
    /// It left the building.
    pub shipped: bool,
    /// Work that late facts left for a person.
    pub tasks: BTreeSet<Task>,
    /// It has an event that this version does not know: read-only here.
    pub unreadable: bool,
}

/// A second inspection that did not see the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindRegrade {
    /// Who.
    pub by: OperatorId,
    /// Question and choice.
    pub answers: Vec<Answer>,
    /// What was seen.
    pub findings: Vec<Finding>,
    /// The grade that follows.
    pub grade: Grade,
}

/// Light refurbishment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRecord {
    /// What was done.
    pub work: Work,
    /// The part that was added.
    pub part: Option<Sku>,
    /// How long it took.
    pub seconds: u32,
    /// What came of it.
    pub result: WorkResult,
    /// Who.
    pub by: OperatorId,
}

/// A photo on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// What it shows.
    pub role: PhotoRole,
    /// SHA-256 of the JPEG.
    pub hash: Sha256Hex,
    /// Its length in bytes.
    pub len: u64,
}

/// A supervisor's second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewState,
    /// Why it was asked for.
    pub causes: Vec<ReviewCause>,
    /// When it was asked for.
    pub since: Option<Timestamp>,
    /// What holds if it is approved.
    pub proposal: Option<Decision>,
    /// Who looked.
    pub by: Option<OperatorId>,
    /// The grade that the reviewer set.
    pub grade: Option<Grade>,
    /// The disposition that the reviewer set.
    pub disposition: Option<Disposition>,
    /// The settlement that the reviewer set.
    pub settlement: Option<Settlement>,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            state: ReviewState::None,
            causes: Vec::new(),
            since: None,
            proposal: None,
            by: None,
            grade: None,
            disposition: None,
            settlement: None,
        }
    }
}

/// A label of the unit: NONE, PRINT_PENDING n, PRINTED n, CONFIRMED n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where it stands.
    pub stage: LabelStage,
    /// The newest print number; counts on when a label is superseded, 0 before the first.
    pub print: u32,
}

impl Default for Label {
    fn default() -> Self {
        Self { stage: LabelStage::None, print: 0 }
    }
}

/// Where a unit lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Location {
    /// On the bench.
    #[default]
    Bench,
    /// On a shelf.
    Shelf {
        /// Which.
        shelf: LocationId,
    },
    /// In a container.
    Container {
        /// Which.
        container: ContainerId,
    },
}

impl Location {
    /// The shelf, where it lies on one.
    pub fn shelf(&self) -> Option<&LocationId> {
        match self {
            Self::Shelf { shelf } => Some(shelf),
            Self::Bench | Self::Container { .. } => None,
        }
    }
}

impl State {
    /// The newest label of that kind.
    pub const fn label_of(&self, label: LabelKind) -> Label {
        match label {
            LabelKind::Lpn => self.lpn_label,
            LabelKind::Disposition => self.label,
        }
    }

    /// Whether the inspection began with this checklist: answers to another do not count.
    pub fn began_with(&self, checklist: &Checklist) -> bool {
        self.checklist.as_ref().is_some_and(|(category, version)| {
            (category, *version) == (&checklist.category, checklist.version)
        }) && self.checklist_for == (checklist.owner.clone(), checklist.cycle)
    }

    /// The grade in force: the reviewer's, else the overridden one, else the computed one.
    pub fn grade(&self) -> Option<Grade> {
        self.review.grade.or(self.overridden_grade.map(|(grade, _)| grade)).or(self.computed_grade)
    }

    /// Everything seen: what the answers say and what was added.
    pub fn findings(&self) -> BTreeSet<Finding> {
        self.answer_findings.values().flatten().chain(&self.added_findings).copied().collect()
    }

    /// What the answers say of the seal: broken if any says so; none where nobody asked.
    pub fn seal(&self) -> Option<Seal> {
        let broken = self.findings().contains(&Finding::SealBroken);
        self.answer_seal.values().copied().max().map(|seal| if broken { Seal::Broken } else { seal })
    }

    /// The disposition in force.
    pub fn disposition(&self) -> Option<Disposition> {
        self.decision.as_ref().map(|decision| decision.disposition)
    }

    /// The settlement proposed.
    pub fn settlement(&self) -> Option<Settlement> {
        self.decision.as_ref().map(|decision| decision.settlement)
    }

    /// The container that it lies in.
    pub fn container(&self) -> Option<ContainerId> {
        match self.location {
            Location::Container { container } => Some(container),
            Location::Bench | Location::Shelf { .. } => None,
        }
    }

    /// Whether a second person must still look.
    pub fn review_pending(&self) -> bool {
        self.review.state == ReviewState::Pending
    }

    /// The payload of the newest disposition label's own code, where one was asked for.
    pub fn label_code(&self) -> Option<String> {
        let lpn = self.lpn?;
        (self.label.stage != LabelStage::None).then(|| lpn.code(Some(self.label.print)))
    }

    /// An event of its history is not known to this version: from now on it is read-only here.
    pub fn mark_unreadable(&mut self) {
        self.unreadable = true;
    }
}
