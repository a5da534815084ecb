//! Labels, shelves and containers.

use super::guard::may_leave;
use super::state::State;
use crate::codes::{ContainerState, LabelKind, LabelStage, Stage};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::{ContainerId, LocationId};
use crate::lpn::Lpn;
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

pub(super) fn request_label(state: &State, label: LabelKind) -> Events {
    match label {
        // A held unit needs its number too.
        LabelKind::Lpn => {
            if state.living()? == Stage::Closed {
                return Err(Refusal::WrongStage { stage: Stage::Closed });
            }
        }
        LabelKind::Disposition => {
            state.forward(&[Stage::Dispositioned])?;
        }
    }
    Ok(vec![UnitEvent::LabelPending { label, print: state.label_of(label).print.saturating_add(1) }])
}

/// A fact of the printer; no hold undoes it.
pub(super) fn label_printed(state: &State, label: LabelKind, print: u32) -> Events {
    state.living()?;
    let newest = state.label_of(label);
    if newest.stage != LabelStage::PrintPending || newest.print != print {
        return Err(Refusal::NoSuchLabel { label, print });
    }
    Ok(vec![UnitEvent::LabelPrinted { label, print }])
}

pub(super) fn confirm_label(state: &State, lpn: Lpn, print: u32) -> Events {
    state.forward(&[Stage::Dispositioned])?;
    let expected = state.lpn.ok_or(Refusal::NotReceived)?;
    if lpn != expected {
        return Err(Refusal::WrongLabel { expected, got: lpn });
    }
    let newest = state.label;
    if print < newest.print {
        return Err(Refusal::SupersededLabel { newest: newest.print, got: print });
    }
    let confirmed = UnitEvent::LabelConfirmed { print };
    let label = LabelKind::Disposition;
    match newest.stage {
        _ if print > newest.print => Err(Refusal::NoSuchLabel { label, print }),
        LabelStage::None => Err(Refusal::NoSuchLabel { label, print }),
        LabelStage::Confirmed => Err(Refusal::NoChange),
        LabelStage::Printed => Ok(vec![confirmed]),
        // Power went between printer and record: the scanned label proves that it was printed.
        LabelStage::PrintPending => Ok(vec![UnitEvent::LabelPrinted { label, print }, confirmed]),
    }
}

/// Any unit may lie on a shelf: under review, held, owner unknown.
pub(super) fn locate(state: &State, shelf: Option<&LocationId>) -> Events {
    state.within(&[Stage::Received, Stage::Inspecting, Stage::Graded, Stage::Dispositioned])?;
    if state.location.shelf() == shelf {
        return Err(Refusal::NoChange);
    }
    Ok(vec![UnitEvent::Located { shelf: shelf.cloned() }])
}

pub(super) fn stage(state: &State, facts: &Facts<'_>, container: ContainerId) -> Events {
    let stage = state.forward(&[Stage::Dispositioned])?;
    if state.label.stage != LabelStage::Confirmed {
        return Err(Refusal::LabelNotConfirmed);
    }
    let disposition = state.disposition().ok_or(Refusal::WrongStage { stage })?;
    let owner = state.owner.as_ref().ok_or(Refusal::OwnerUnknown)?;
    let target = facts.container.ok_or(Refusal::ContainerUnknown)?;
    if target.unreadable {
        return Err(Refusal::Unreadable);
    }
    let (Some(state_now), Some(got), Some(got_owner)) = (target.state, target.disposition, &target.owner)
    else {
        return Err(Refusal::ContainerUnknown);
    };
    if (got, got_owner) != (disposition, owner) {
        return Err(Refusal::WrongContainer {
            expected: disposition,
            got,
            expected_owner: owner.clone(),
            got_owner: got_owner.clone(),
            right: facts.right_container.cloned(),
        });
    }
    if state_now != ContainerState::Open {
        return Err(Refusal::WrongContainerState { state: state_now });
    }
    Ok(vec![UnitEvent::Staged { container }])
}

/// A unit about which somebody decided anew elsewhere still lies where it was put.
pub(super) fn take_out(state: &State) -> Events {
    state.within(&[
        Stage::Received,
        Stage::Inspecting,
        Stage::Graded,
        Stage::Dispositioned,
        Stage::Staged,
    ])?;
    let events = state.out_of_container();
    if events.is_empty() { Err(Refusal::NotInContainer) } else { Ok(events) }
}

/// Follows its container: closed, then shipped.
pub(super) fn close(state: &State, facts: &Facts<'_>) -> Events {
    let stage = state.within(&[Stage::Staged, Stage::Closed])?;
    let container = state.container().ok_or(Refusal::NotInContainer)?;
    let target = facts.container.ok_or(Refusal::ContainerUnknown)?;
    let now = target.state.ok_or(Refusal::ContainerUnknown)?;
    let shipped = now == ContainerState::Shipped;
    if now == ContainerState::Open {
        return Err(Refusal::WrongContainerState { state: now });
    }
    if stage == Stage::Closed && (state.shipped || !shipped) {
        return Err(Refusal::WrongStage { stage });
    }
    may_leave(state)?;
    Ok(vec![UnitEvent::Closed { container, shipped }])
}
