//! A parcel: EXPECTED → ARRIVED (or REFUSED) → OPENED → EMPTIED.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::{Finding, IntakeKind, ParcelOutcome, ParcelRefusal, ParcelState, RmaState, VoidReason};
use crate::event::ParcelEvent;
use crate::facts::Facts;
use crate::ids::{LineId, PhotoRole, RmaNumber, Sha256Hex, TrackingNumber, UnitId};
use crate::refusal::Refusal;
use crate::rma::{Rma, RmaLine};

/// What was expected of a line in a parcel against what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCount {
    /// The RMA.
    pub rma: RmaNumber,
    /// Its line.
    pub line: LineId,
    /// Pieces still to come when the parcel was emptied.
    pub expected: u32,
    /// Pieces found in it.
    pub found: u32,
}

/// A parcel as the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Its state; none before anything is known of it.
    pub state: Option<ParcelState>,
    /// Its tracking number, where one could be read.
    pub tracking: Option<TrackingNumber>,
    /// RMAs found for it.
    pub rmas: BTreeSet<RmaNumber>,
    /// When it arrived, by that station's clock. It may be opened on another day, at another bench.
    pub arrived: Option<Timestamp>,
    /// How its goods came in, where that is not by an RMA: undelivered, or in bulk.
    pub intake: Option<IntakeKind>,
    /// What was seen on it.
    pub findings: BTreeSet<Finding>,
    /// Photos: what it shows, hash, length in bytes.
    pub photos: Vec<(PhotoRole, Sha256Hex, u64)>,
    /// Units that came out of it, with the line that expected them.
    pub units: BTreeMap<UnitId, Option<(RmaNumber, LineId)>>,
    /// Why it was not taken in.
    pub refused: Option<ParcelRefusal>,
    /// The comparison made when it was emptied.
    pub outcome: Option<ParcelOutcome>,
    /// The comparison line by line.
    pub lines: Vec<LineCount>,
    /// It has an event that this version does not know: read-only here.
    pub unreadable: bool,
}

/// What can be asked of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Announce it.
    Expect {
        /// Its tracking number.
        tracking: TrackingNumber,
        /// RMAs that it should hold.
        rmas: Vec<RmaNumber>,
    },
    /// Take it in at the dock.
    Arrive {
        /// Its tracking number, where one can be read.
        tracking: Option<TrackingNumber>,
        /// RMAs found for it.
        rmas: Vec<RmaNumber>,
    },
    /// Do not take it in.
    Refuse {
        /// Why.
        reason: ParcelRefusal,
    },
    /// Another RMA is found for it.
    FindRma {
        /// Which.
        rma: RmaNumber,
    },
    /// Its goods came back undelivered, or in bulk.
    SetIntake {
        /// How.
        intake: IntakeKind,
    },
    /// Open it.
    Open,
    /// Note what is seen on it.
    AddFinding {
        /// What.
        finding: Finding,
    },
    /// Keep a photo.
    TakePhoto {
        /// What it shows.
        role: PhotoRole,
        /// SHA-256 of the JPEG on disk.
        hash: Sha256Hex,
        /// Its length in bytes.
        len: u64,
    },
    /// A unit comes out of it.
    FindUnit {
        /// Which.
        unit: UnitId,
        /// The RMA.
        rma: Option<RmaNumber>,
        /// Its line.
        line: Option<LineId>,
    },
    /// A unit did not come out of it after all.
    RemoveUnit {
        /// Which.
        unit: UnitId,
        /// Why.
        reason: VoidReason,
    },
    /// Nothing is left in it.
    Empty,
}

/// What may happen now to a parcel, or why not.
pub fn decide(state: &State, command: &Command, facts: &Facts<'_>) -> Result<Vec<ParcelEvent>, Refusal> {
    use ParcelState::{Arrived, Emptied, Expected, Opened, Refused};
    if state.unreadable {
        return Err(Refusal::Unreadable);
    }
    let event = match command {
        Command::Expect { .. } if state.state.is_some() => return Err(Refusal::ReceivedBefore),
        Command::Expect { tracking, rmas } => {
            ParcelEvent::Expected { tracking: tracking.clone(), rmas: rmas.clone() }
        }
        Command::Arrive { tracking, rmas } => {
            state.must_be_new_or_expected()?;
            let at = Some(facts.recorded);
            ParcelEvent::Arrived { tracking: tracking.clone(), rmas: rmas.clone(), at }
        }
        Command::Refuse { reason } => {
            state.must_be_new_or_expected()?;
            ParcelEvent::Refused { reason: *reason }
        }
        Command::FindRma { rma } => {
            state.must_be(&[Expected, Arrived, Opened])?;
            if state.rmas.contains(rma) {
                return Err(Refusal::NoChange);
            }
            ParcelEvent::RmaFound { rma: rma.clone() }
        }
        Command::SetIntake { intake } => {
            state.must_be(&[Arrived, Opened])?;
            if state.intake == Some(*intake) {
                return Err(Refusal::NoChange);
            }
            ParcelEvent::IntakeSet { intake: *intake }
        }
        Command::Open => {
            state.must_be(&[Arrived])?;
            ParcelEvent::Opened {}
        }
        Command::AddFinding { finding } => {
            state.must_be(&[Arrived, Opened, Emptied])?;
            if state.findings.contains(finding) {
                return Err(Refusal::FindingThere { finding: *finding });
            }
            ParcelEvent::FindingAdded { finding: *finding }
        }
        Command::TakePhoto { role, hash, len } => {
            state.must_be(&[Arrived, Refused, Opened, Emptied])?;
            ParcelEvent::PhotoTaken { role: role.clone(), hash: *hash, len: *len }
        }
        Command::FindUnit { unit, rma, line } => {
            state.must_be(&[Opened])?;
            if state.units.contains_key(unit) {
                return Err(Refusal::WrongUnitCount { unit: *unit });
            }
            ParcelEvent::UnitFound { unit: *unit, rma: rma.clone(), line: line.clone() }
        }
        Command::RemoveUnit { unit, reason } => {
            state.must_be(&[Opened])?;
            if !state.units.contains_key(unit) {
                return Err(Refusal::WrongUnitCount { unit: *unit });
            }
            ParcelEvent::UnitRemoved { unit: *unit, reason: *reason }
        }
        Command::Empty => {
            state.must_be(&[Opened])?;
            return Ok(state.count(facts.parcel_rmas));
        }
    };
    Ok(vec![event])
}

impl State {
    /// An event of its history is not known to this version: from now on it is read-only here.
    pub fn mark_unreadable(&mut self) {
        self.unreadable = true;
    }

    fn must_be(&self, wanted: &[ParcelState]) -> Result<(), Refusal> {
        match self.state {
            None => Err(Refusal::NotReceived),
            Some(state) if wanted.contains(&state) => Ok(()),
            Some(state) => Err(Refusal::WrongParcelState { state }),
        }
    }

    fn must_be_new_or_expected(&self) -> Result<(), Refusal> {
        match self.state {
            None | Some(ParcelState::Expected) => Ok(()),
            Some(_) => Err(Refusal::ReceivedBefore),
        }
    }

    /// Compares what was expected with what was found, and notes on the parcel what does not fit. An RMA announced in
    /// several parcels is never short in one of them: another may bring the rest. Of an RMA that was not agreed to, or
    /// not any more, nothing is missing. What came back undelivered or in bulk nobody expected, so nothing is too much.
    fn count(&self, rmas: &[&Rma]) -> Vec<ParcelEvent> {
        let found = |rma: &Rma, line: &LineId| {
            let of_line = |of: &&Option<(RmaNumber, LineId)>| {
                of.as_ref().is_some_and(|(number, id)| *number == rma.number && id == line)
            };
            u32::try_from(self.units.values().filter(of_line).count()).unwrap_or(u32::MAX)
        };
        let (mut short, mut over) = (false, false);
        let mut lines = Vec::new();
        for rma in rmas {
            for line in &rma.lines {
                let count = LineCount {
                    rma: rma.number.clone(),
                    line: line.id.clone(),
                    expected: line.expected(),
                    found: found(rma, &line.id),
                };
                short |= count.found < count.expected && rma.tracking.len() < 2 && is_awaited(rma);
                over |= count.found > 0 && is_more_than_agreed(rma, line, count.found);
                lines.push(count);
            }
        }
        let counted: u32 = lines.iter().map(|line| line.found).sum();
        let all = u32::try_from(self.units.len()).unwrap_or(u32::MAX);
        let undeclared = all.saturating_sub(counted);
        over |= undeclared > 0 && !self.nobody_expected();
        let outcome = if all == 0 {
            ParcelOutcome::Empty
        } else if short {
            ParcelOutcome::Short
        } else if over {
            ParcelOutcome::Over
        } else {
            ParcelOutcome::Complete
        };
        let of_rmas: BTreeSet<_> = self.units.values().flatten().map(|(rma, _)| rma).collect();
        let mut events: Vec<_> = [
            (Finding::EmptyBox, all == 0),
            (Finding::QtyUnder, all > 0 && short),
            (Finding::QtyOver, over),
            (Finding::MixedCarton, of_rmas.len() > 1),
        ]
        .into_iter()
        .filter(|(finding, seen)| *seen && !self.findings.contains(finding))
        .map(|(finding, _)| ParcelEvent::FindingAdded { finding })
        .collect();
        events.push(ParcelEvent::Emptied { outcome, lines, undeclared });
        events
    }

    /// Its goods came without anybody's having announced them.
    const fn nobody_expected(&self) -> bool {
        matches!(self.intake, Some(IntakeKind::Rts | IntakeKind::Bulk | IntakeKind::Import))
    }
}

/// Goods of this RMA are still awaited.
const fn is_awaited(rma: &Rma) -> bool {
    !matches!(
        rma.state,
        RmaState::Requested | RmaState::Denied | RmaState::Cancelled | RmaState::Expired | RmaState::Closed
    )
}

/// With so many more pieces the line holds more than was agreed.
fn is_more_than_agreed(rma: &Rma, line: &RmaLine, found: u32) -> bool {
    let before_last = line.received.saturating_add(found.saturating_sub(1));
    rma.is_over(&RmaLine { received: before_last, ..line.clone() })
}

/// What happened to a parcel. Never fails: an event is a fact.
pub fn apply(state: &mut State, event: &ParcelEvent) {
    match event {
        ParcelEvent::Expected { tracking, rmas } => {
            state.state = Some(ParcelState::Expected);
            state.tracking = Some(tracking.clone());
            state.rmas.extend(rmas.iter().cloned());
        }
        ParcelEvent::Arrived { tracking, rmas, at } => {
            state.arrived = *at;
            state.state = Some(ParcelState::Arrived);
            state.tracking = tracking.clone().or(state.tracking.take());
            state.rmas.extend(rmas.iter().cloned());
        }
        ParcelEvent::Refused { reason } => {
            state.state = Some(ParcelState::Refused);
            state.refused = Some(*reason);
        }
        ParcelEvent::RmaFound { rma } => {
            state.rmas.insert(rma.clone());
        }
        ParcelEvent::IntakeSet { intake } => state.intake = Some(*intake),
        ParcelEvent::Opened {} => state.state = Some(ParcelState::Opened),
        ParcelEvent::FindingAdded { finding } => {
            state.findings.insert(*finding);
        }
        ParcelEvent::PhotoTaken { role, hash, len } => state.photos.push((role.clone(), *hash, *len)),
        ParcelEvent::UnitFound { unit, rma, line } => {
            state.units.insert(*unit, rma.clone().zip(line.clone()));
        }
        ParcelEvent::UnitRemoved { unit, .. } => {
            state.units.remove(unit);
        }
        ParcelEvent::Emptied { outcome, lines, .. } => {
            state.state = Some(ParcelState::Emptied);
            state.outcome = Some(*outcome);
            state.lines.clone_from(lines);
        }
    }
}

/// A parcel from its events.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a ParcelEvent>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| apply(&mut state, event));
    state
}
