//! What must hold whatever is asked of a unit. Written from domain.md alone, on the events and on who caused
//! them; it shares no rule with `decide` and `apply`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use returns::UnitEvent;
use returns::codes::*;
use returns::ids::*;
use returns::lpn::Lpn;
use returns::unit::State;

/// What the checker remembers of a unit.
#[derive(Debug, Clone, Default)]
pub struct Checker {
    stage: Option<Stage>,
    lpn: Option<Lpn>,
    owner: Option<OwnerCode>,
    holds: BTreeSet<HoldReason>,
    contested: bool,
    label: (u32, bool, bool),
    pending: bool,
    reviewed: bool,
    sampled: bool,
    grade_overridden: bool,
    disposition_overridden: bool,
    grader: Option<OperatorId>,
    overrider: Option<OperatorId>,
    provisional: bool,
    disposition: Option<Disposition>,
    container: Option<ContainerId>,
    photos: usize,
    roles: BTreeSet<PhotoRole>,
    skipped: BTreeSet<PhotoRole>,
    seals: BTreeMap<QuestionId, Option<Seal>>,
    suspicious: BTreeSet<QuestionId>,
    serial_mismatch: bool,
    recalled: bool,
    signals: BTreeSet<SignalKind>,
    causes: Vec<ReviewCause>,
    inspectors: BTreeSet<OperatorId>,
    /// Who last spoke of a finding that still counts.
    finders: BTreeMap<Finding, OperatorId>,
    /// Who looked a second time, blind, and what grade came of it.
    blind: Option<(OperatorId, Grade)>,
    grade: Option<Grade>,
    expiry: Option<Date>,
    found: BTreeSet<Finding>,
    /// The event before was the settlement of a contest.
    settled: bool,
    /// The event before was a technician's work.
    worked: bool,
}

/// Who caused an event, and the container that it names.
pub struct Circumstances<'a> {
    pub by: &'a OperatorId,
    pub role: Role,
    pub today: Option<Date>,
    pub container: Option<(Disposition, &'a OwnerCode, ContainerState)>,
}

impl Checker {
    fn is_in(&self, stages: &[Stage]) {
        assert!(self.stage.is_some_and(|stage| stages.contains(&stage)), "in {:?}", self.stage);
    }

    fn moves_forward_from(&self, stages: &[Stage]) {
        self.is_in(stages);
        assert!(self.holds.is_empty(), "any hold blocks every forward step");
        assert!(!self.contested, "a contested unit waits");
    }

    fn loses_its_decision(&mut self) {
        self.stage = Some(Stage::Graded);
        (self.disposition, self.provisional, self.pending, self.reviewed) = (None, false, false, false);
        self.label = (self.label.0, false, false);
        // The policy decides again: what a person had chosen in its place is gone with it.
        self.disposition_overridden = false;
    }

    fn needs_review(&self) -> bool {
        self.sampled
            || self.serial_mismatch
            || !self.signals.is_empty()
            || self.grade_overridden
            || self.disposition_overridden
            || !self.skipped.is_empty()
            || !self.suspicious.is_empty()
    }

    fn finds(&mut self, finding: Finding, by: Option<&OperatorId>) {
        if let Some(by) = by {
            self.finders.insert(finding, by.clone());
            self.inspectors.insert(by.clone());
        }
    }

    fn loses_its_grade(&mut self, stage: Stage) {
        if !matches!(self.stage, Some(Stage::Received | Stage::Inspecting)) {
            self.finders.retain(|finding, _| finding.is_comparison());
        }
        self.loses_its_decision();
        self.stage = Some(stage);
        (self.sampled, self.grade_overridden) = (false, false);
        (self.overrider, self.blind, self.grade) = (None, None, None);
        self.skipped.clear();
        self.seals.clear();
        self.suspicious.clear();
    }

    /// Checks that the event was legal, and remembers it.
    pub fn follow(&mut self, event: &UnitEvent, what: &Circumstances<'_>) {
        match event {
            UnitEvent::Received { .. }
            | UnitEvent::MatchedLater { .. }
            | UnitEvent::ReIdentified { .. }
            | UnitEvent::InspectionStarted { .. }
            | UnitEvent::Answered { .. }
            | UnitEvent::FindingAdded { .. }
            | UnitEvent::FindingRemoved { .. }
            | UnitEvent::PhotoTaken { .. }
            | UnitEvent::PhotoSkipped { .. }
            | UnitEvent::Graded { .. } => self.inspected(event, what),
            UnitEvent::SerialRead { .. }
            | UnitEvent::LotRead { .. }
            | UnitEvent::Weighed { .. }
            | UnitEvent::Signalled { .. }
            | UnitEvent::BlindRegraded { .. }
            | UnitEvent::WorkDone { .. } => self.noticed(event, what),
            UnitEvent::GradeOverridden { .. }
            | UnitEvent::DispositionOverridden { .. }
            | UnitEvent::Dispositioned { .. }
            | UnitEvent::ReviewRequested { .. }
            | UnitEvent::Reviewed { .. }
            | UnitEvent::Held { .. }
            | UnitEvent::Released { .. }
            | UnitEvent::Contested { .. }
            | UnitEvent::ContestSettled { .. } => self.judged(event, what),
            _ => self.moved(event, what),
        }
        let gone_on = matches!(event, UnitEvent::ContestSettled { .. } | UnitEvent::Held { .. });
        self.settled &= gone_on;
        self.worked &= matches!(event, UnitEvent::WorkDone { .. });
    }

    fn noticed(&mut self, event: &UnitEvent, what: &Circumstances<'_>) {
        use Stage::*;
        match event {
            UnitEvent::SerialRead { .. } => self.moves_forward_from(&[Received, Inspecting]),
            UnitEvent::LotRead { expiry, .. } => {
                self.moves_forward_from(&[Received, Inspecting]);
                self.expiry = expiry.or(self.expiry);
            }
            UnitEvent::Weighed { .. } => assert!(!matches!(self.stage, None | Some(Voided))),
            UnitEvent::Signalled { signals, cleared } => {
                assert!(!signals.is_empty() || !cleared.is_empty(), "it says something");
                for kind in cleared {
                    assert!(self.signals.remove(kind), "what is cleared had been there");
                }
                self.signals.extend(signals.iter().map(|signal| signal.kind));
            }
            UnitEvent::BlindRegraded { by, grade, .. } => {
                self.is_in(&[Graded, Dispositioned, Staged]);
                assert!(
                    self.pending && self.sampled && self.blind.is_none(),
                    "drawn, and looked at once more"
                );
                assert!(by == what.by && !self.inspectors.contains(by), "by somebody else");
                assert_ne!(Some(by), self.overrider.as_ref());
                self.blind = Some((by.clone(), *grade));
            }
            UnitEvent::WorkDone { by, .. } => {
                self.moves_forward_from(&[Dispositioned]);
                assert!(by == what.by && what.role != Role::Grader, "a technician's work");
                assert!(!self.pending);
                let for_work = [Disposition::Refurbish, Disposition::Repair];
                assert!(self.disposition.is_some_and(|disposition| for_work.contains(&disposition)));
                self.worked = true;
            }
            _ => unreachable!(),
        }
    }

    fn inspected(&mut self, event: &UnitEvent, what: &Circumstances<'_>) {
        use Stage::*;
        match event {
            UnitEvent::Received { lpn, owner, .. } => {
                assert_eq!(self.stage, None, "received once");
                (self.stage, self.lpn, self.owner) = (Some(Received), Some(*lpn), owner.clone());
            }
            UnitEvent::MatchedLater { owner, .. } => {
                self.is_in(&[Received, Inspecting, Graded, Dispositioned, Staged, Closed]);
                self.owner = Some(owner.clone());
                if matches!(self.stage, Some(Graded | Dispositioned)) {
                    self.loses_its_decision();
                }
            }
            UnitEvent::ReIdentified { owner, .. } => {
                self.is_in(&[Received, Inspecting, Graded, Dispositioned]);
                assert!(!self.pending);
                self.loses_its_grade(Received);
                (self.serial_mismatch, self.recalled) = (false, false);
                self.found.clear();
                self.finders.retain(|seen, _| [Finding::MixedCarton, Finding::CarrierDamage].contains(seen));
                self.owner.clone_from(owner);
            }
            UnitEvent::InspectionStarted { by, .. } => {
                self.moves_forward_from(&[Received, Inspecting]);
                self.loses_its_grade(Inspecting);
                self.grader = Some(by.clone());
                self.inspectors = [by.clone()].into();
                self.inspectors.extend(self.finders.values().cloned());
            }
            UnitEvent::Answered { answer, seal, review, by, .. } => {
                self.inspectors.extend(by.clone());
                self.moves_forward_from(&[Inspecting]);
                self.seals.insert(answer.question.clone(), *seal);
                self.suspicious.remove(&answer.question);
                if *review {
                    self.suspicious.insert(answer.question.clone());
                }
            }
            UnitEvent::FindingAdded { finding, by } => {
                self.finds(*finding, by.as_ref());
                self.is_in(&[Received, Inspecting, Graded, Dispositioned]);
                self.serial_mismatch |= *finding == Finding::SerialMismatch;
                self.recalled |= *finding == Finding::Recalled;
                self.found.insert(*finding);
            }
            UnitEvent::FindingRemoved { finding, by } => {
                self.finds(*finding, by.as_ref());
                self.serial_mismatch &= *finding != Finding::SerialMismatch;
                self.recalled &= *finding != Finding::Recalled;
                self.found.remove(finding);
            }
            UnitEvent::PhotoTaken { role, .. } => {
                assert!(self.stage.is_some() && self.stage != Some(Voided));
                self.photos += 1;
                self.roles.insert(role.clone());
                self.skipped.remove(role);
            }
            UnitEvent::PhotoSkipped { role, by, .. } => {
                self.inspectors.extend(by.clone());
                self.moves_forward_from(&[Inspecting]);
                self.skipped.insert(role.clone());
            }
            UnitEvent::Graded { grade, by, sampled, dropped, .. } => {
                self.moves_forward_from(&[Inspecting]);
                for question in dropped {
                    self.seals.remove(question);
                    self.suspicious.remove(question);
                }
                let front: PhotoRole = "FRONT".parse().unwrap();
                assert!(self.roles.contains(&front) || self.skipped.contains(&front), "photo or reason");
                if *grade == Grade::N {
                    assert!(self.seals.values().any(|seal| *seal == Some(Seal::Intact)), "N needs its seal");
                }
                if self.expiry.zip(what.today).is_some_and(|(last, today)| last < today) {
                    assert!(self.found.contains(&Finding::Expired), "who grades it knows that it expired");
                }
                (self.stage, self.grade) = (Some(Graded), Some(*grade));
                self.grader = Some(by.clone());
                self.sampled = *sampled;
            }
            _ => unreachable!(),
        }
    }

    fn judged(&mut self, event: &UnitEvent, what: &Circumstances<'_>) {
        use Stage::*;
        let supervises = matches!(what.role, Role::Supervisor | Role::HeadOffice);
        match event {
            UnitEvent::GradeOverridden { by, .. } | UnitEvent::DispositionOverridden { by, .. } => {
                self.moves_forward_from(&[Graded, Dispositioned]);
                assert!(!self.pending && !self.reviewed);
                self.loses_its_decision();
                self.overrider = Some(by.clone());
                self.grade_overridden |= matches!(event, UnitEvent::GradeOverridden { .. });
                self.disposition_overridden = matches!(event, UnitEvent::DispositionOverridden { .. });
            }
            UnitEvent::Dispositioned { decision, provisional } => {
                if self.settled {
                    self.moves_forward_from(&[Graded, Dispositioned]);
                } else {
                    self.moves_forward_from(if self.provisional { &[Dispositioned] } else { &[Graded] });
                }
                assert_eq!(*provisional, self.pending, "no review pending, unless provisional");
                if *provisional {
                    assert_eq!(decision.disposition, Disposition::Quarantine, "stays in the building");
                } else {
                    let looked = self.reviewed || self.settled;
                    assert!(looked || !self.needs_review(), "a second person has looked");
                }
                assert_ne!(decision.disposition, Disposition::Destroy, "the law's gate");
                if self.recalled {
                    assert_eq!(decision.disposition, Disposition::Quarantine, "recalled");
                }
                self.stage = Some(Dispositioned);
                self.disposition = Some(decision.disposition);
                self.provisional = *provisional;
                self.label = (self.label.0, false, false);
            }
            UnitEvent::ReviewRequested { causes, .. } => {
                self.moves_forward_from(&[Graded]);
                assert!(!self.pending && !causes.is_empty());
                (self.pending, self.reviewed) = (true, false);
                self.causes.clone_from(causes);
            }
            UnitEvent::Reviewed { outcome, by, .. } => {
                assert!(self.pending);
                let sample = self.causes.contains(&ReviewCause::Sample);
                if !supervises {
                    assert_eq!(
                        (*outcome, &self.causes[..]),
                        (ReviewOutcome::Approved, &[ReviewCause::Sample][..])
                    );
                    let (second, grade) = self.blind.as_ref().expect("looked at blind");
                    assert_eq!((second, Some(*grade)), (by, self.grade), "the same person, the same grade");
                } else if sample && what.role != Role::HeadOffice {
                    assert!(self.blind.is_some() || *outcome == ReviewOutcome::SentBack, "blind first");
                }
                assert!(!self.inspectors.contains(by), "nobody reviews their own inspection");
                assert_ne!(Some(by), self.grader.as_ref(), "the reviewer is not the grader");
                assert_ne!(Some(by), self.overrider.as_ref(), "nor who set the grade aside");
                let agreed = *outcome == ReviewOutcome::Approved
                    && self.causes == [ReviewCause::Sample]
                    && self.blind.as_ref().is_some_and(|(_, grade)| Some(*grade) == self.grade);
                if what.role == Role::Supervisor && !agreed {
                    assert_ne!(
                        Some(by),
                        self.blind.as_ref().map(|(second, _)| second),
                        "nor who looked blind"
                    );
                }
                if *outcome == ReviewOutcome::SentBack {
                    assert_ne!(self.stage, Some(Staged));
                    self.loses_its_grade(Inspecting);
                } else {
                    (self.pending, self.reviewed) = (false, true);
                }
            }
            UnitEvent::Held { reason } => {
                assert!(!matches!(self.stage, None | Some(Closed | Voided)));
                assert!(self.holds.insert(*reason));
            }
            UnitEvent::Released { reason, by } => {
                assert!(supervises && by == what.by, "only a supervisor releases");
                assert!(self.holds.remove(reason));
            }
            UnitEvent::Contested { .. } => self.contested = true,
            UnitEvent::ContestSettled { .. } => {
                assert!(supervises && self.contested);
                assert!(!self.inspectors.contains(what.by) && self.overrider.as_ref() != Some(what.by));
                (self.contested, self.settled) = (false, true);
            }
            _ => unreachable!(),
        }
    }

    fn moved(&mut self, event: &UnitEvent, what: &Circumstances<'_>) {
        use Stage::*;
        let supervises = matches!(what.role, Role::Supervisor | Role::HeadOffice);
        match event {
            UnitEvent::LabelPending { label: LabelKind::Disposition, print } => {
                self.moves_forward_from(&[Dispositioned]);
                assert_eq!(*print, self.label.0 + 1, "a print number is given once");
                self.label = (*print, false, false);
            }
            UnitEvent::LabelPrinted { label: LabelKind::Disposition, print } => {
                assert_eq!((*print, self.label.1), (self.label.0, false));
                self.label.1 = true;
            }
            UnitEvent::LabelConfirmed { print } => {
                self.moves_forward_from(&[Dispositioned]);
                assert_eq!((*print, true), (self.label.0, self.label.1), "the newest, and printed");
                self.label.2 = true;
            }
            UnitEvent::LabelsSwapped { .. } => {
                assert!(!matches!(self.stage, None | Some(Staged | Closed | Voided)));
                self.label = (self.label.0, false, false);
            }
            UnitEvent::Located { .. } => self.is_in(&[Received, Inspecting, Graded, Dispositioned]),
            UnitEvent::Staged { container } => {
                self.moves_forward_from(&[Dispositioned]);
                assert!(self.label.2, "label confirmed");
                let (disposition, owner, state) = what.container.expect("a known container");
                assert_eq!((Some(disposition), Some(owner)), (self.disposition, self.owner.as_ref()));
                assert_eq!(state, ContainerState::Open);
                (self.stage, self.container) = (Some(Staged), Some(*container));
            }
            UnitEvent::TakenOut { container } => {
                self.is_in(&[Staged]);
                assert_eq!(self.container.take(), Some(*container));
                self.stage = Some(Dispositioned);
            }
            UnitEvent::Closed { container, shipped } => {
                if self.stage == Some(Closed) {
                    assert!(*shipped && !self.contested, "what is at odds stays in the building");
                } else {
                    self.moves_forward_from(&[Staged]);
                    assert!(!self.pending && !self.provisional, "what is open stays in the building");
                }
                assert_eq!(self.container, Some(*container));
                self.stage = Some(Closed);
            }
            UnitEvent::RegradeStarted { .. } => {
                self.is_in(&[Graded, Dispositioned]);
                assert!(!self.pending, "nobody dodges a review");
                self.worked = false;
                self.loses_its_grade(Inspecting);
            }
            UnitEvent::Voided { .. } => {
                assert!(!matches!(self.stage, None | Some(Staged | Closed | Voided)));
                let stops =
                    |hold: &HoldReason| *hold != HoldReason::UnknownItem || self.stage != Some(Received);
                let held = self.holds.iter().any(stops);
                let stopped = held || self.contested || self.pending;
                assert!(supervises || !stopped);
                self.stage = Some(Voided);
                self.label = (self.label.0, false, false);
            }
            UnitEvent::Amended { .. } => {
                self.is_in(&[Closed]);
                assert!(supervises);
            }
            _ => assert!(self.stage.is_some() && self.stage != Some(Voided)),
        }
    }

    /// Checks that the projection says the same, and nothing impossible.
    pub fn agrees_with(&self, state: &State) {
        use Stage::*;
        assert!(!self.worked, "after work the unit is inspected again");
        let signals: BTreeSet<_> = state.signals.iter().map(|signal| signal.kind).collect();
        assert_eq!((signals.len(), &signals), (state.signals.len(), &self.signals), "one of each kind");
        assert_eq!((state.blind.is_some(), state.expiry), (self.blind.is_some(), self.expiry));
        assert_eq!((state.stage, state.lpn, &state.owner), (self.stage, self.lpn, &self.owner));
        assert_eq!(
            (&state.holds, state.contested.is_some(), state.review_pending()),
            (&self.holds, self.contested, self.pending)
        );
        assert_eq!((state.label.print, state.photos.len()), (self.label.0, self.photos));
        assert_eq!((state.container(), state.provisional), (self.container, self.provisional));
        assert_eq!(state.label.stage == LabelStage::Confirmed, self.label.2);
        assert_eq!(state.disposition(), self.disposition.filter(|_| self.stage != Some(Graded)));
        let graded = matches!(self.stage, Some(Graded | Dispositioned | Staged | Closed));
        assert!(state.grade().is_some() || !graded);
        if matches!(self.stage, Some(Staged | Closed)) {
            assert!(self.label.2 && state.container().is_some() && state.disposition().is_some());
        }
        if matches!(self.stage, None | Some(Received | Inspecting)) {
            assert_eq!((state.grade(), state.disposition()), (None, None));
        }
        if state.review_pending() {
            assert!(self.stage == Some(Graded) || state.provisional || self.stage == Some(Voided));
        }
    }
}
