//! Ways back, and corrections. Nothing is ever edited or erased.

use super::guard::supervisor;
use super::state::State;
use crate::codes::{HoldReason, RegradeReason, Stage, Task, VoidReason};
use crate::event::{Amendment, UnitEvent};
use crate::facts::Facts;
use crate::ids::UnitId;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

pub(super) fn swap_labels(state: &State, other: UnitId) -> Events {
    if state.living()? == Stage::Closed {
        return Err(Refusal::WrongStage { stage: Stage::Closed });
    }
    let mut events = state.out_of_container();
    events.push(UnitEvent::LabelsSwapped { other });
    Ok(events)
}

/// A pending review is ended by its reviewer, who can send the unit back; not by inspecting again.
pub(super) fn regrade(state: &State, reason: RegradeReason) -> Events {
    state.within(&[Stage::Graded, Stage::Dispositioned, Stage::Staged])?;
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    let mut events = state.out_of_container();
    events.push(UnitEvent::RegradeStarted { reason });
    Ok(events)
}

/// What is held, contested or under review does not vanish by a grader's word. The hold that the receipt itself set on
/// an unknown item is no such stop: the wrong code may have been scanned.
pub(super) fn void(state: &State, facts: &Facts<'_>, reason: VoidReason) -> Events {
    if state.living()? == Stage::Closed {
        return Err(Refusal::WrongStage { stage: Stage::Closed });
    }
    let just_unknown = state.stage == Some(Stage::Received)
        && state.holds.iter().all(|hold| *hold == HoldReason::UnknownItem);
    let held = !state.holds.is_empty() && !just_unknown;
    if held || state.contested.is_some() || state.review_pending() {
        supervisor(facts)?;
    }
    let mut events = state.out_of_container();
    events.push(UnitEvent::Voided { reason });
    Ok(events)
}

pub(super) fn amend(state: &State, facts: &Facts<'_>, amendment: &Amendment) -> Events {
    state.within(&[Stage::Closed])?;
    supervisor(facts)?;
    match amendment {
        Amendment::FindingAdded { finding } if state.findings().contains(finding) => {
            return Err(Refusal::FindingThere { finding: *finding });
        }
        Amendment::FindingRemoved { finding } if !state.findings().contains(finding) => {
            return Err(Refusal::FindingNotThere { finding: *finding });
        }
        Amendment::Serial { serial } if state.serial.as_ref() == Some(serial) => {
            return Err(Refusal::NoChange);
        }
        Amendment::Acceptance { acceptance } if state.acceptance == *acceptance => {
            return Err(Refusal::NoChange);
        }
        Amendment::Response { response } if state.response == Some(*response) => {
            return Err(Refusal::NoChange);
        }
        _ => {}
    }
    Ok(vec![UnitEvent::Amended { amendment: amendment.clone(), by: facts.actor.clone() }])
}

/// Which of two decisions should have held is a supervisor's to say, late as it is.
pub(super) fn finish_task(state: &State, facts: &Facts<'_>, task: Task) -> Events {
    state.living()?;
    if !state.tasks.contains(&task) {
        return Err(Refusal::NoTask);
    }
    if task == Task::DecidedAfterFact {
        supervisor(facts)?;
    }
    Ok(vec![UnitEvent::TaskDone { task }])
}
