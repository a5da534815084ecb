//! Taking a unit in, and knowing what it is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::command::LpnChoice;
use super::state::State;
use crate::codes::{Finding, HoldReason, IntakeKind, Match, Stage, Task};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::{Lot, ParcelId, Serial, Sku};
use crate::refusal::Refusal;

type Events = Result<Vec<UnitEvent>, Refusal>;

pub(super) fn receive(
    state: &State,
    facts: &Facts<'_>,
    intake: IntakeKind,
    parcel: Option<ParcelId>,
    sku: Option<&Sku>,
    lpn: LpnChoice,
) -> Events {
    if state.stage.is_some() {
        return Err(Refusal::ReceivedBefore);
    }
    if intake == IntakeKind::Rma && (facts.rma.is_none() || facts.line.is_none()) {
        return Err(Refusal::RmaUnknown);
    }
    let lpn_given = match lpn {
        LpnChoice::Fresh => facts.fresh.lpn.ok_or(Refusal::NoLpn)?,
        LpnChoice::Preprinted(lpn) if facts.lpn_taken => return Err(Refusal::LpnTaken { lpn }),
        LpnChoice::Preprinted(lpn) => lpn,
    };
    let sku = sku.or(facts.line.map(|line| &line.sku));
    let known = facts.item.filter(|item| Some(&item.sku) == sku);
    let owner = known.map(|item| &item.owner).or(facts.rma.map(|rma| &rma.owner));
    let mut events = vec![UnitEvent::Received {
        lpn: lpn_given,
        preprinted: matches!(lpn, LpnChoice::Preprinted(_)),
        intake,
        at: facts.recorded,
        parcel,
        rma: facts.rma.map(|rma| rma.number.clone()),
        line: facts.line.map(|line| line.id.clone()),
        sku: sku.cloned(),
        owner: owner.cloned(),
    }];
    let compared = compare(facts, sku, intake == IntakeKind::UnexpectedItem);
    events.extend(compared.into_iter().map(|finding| UnitEvent::FindingAdded { finding }));
    if known.is_none() {
        events.push(UnitEvent::Held { reason: HoldReason::UnknownItem });
    }
    Ok(events)
}

/// What follows from comparing the unit with what was expected.
fn compare(facts: &Facts<'_>, sku: Option<&Sku>, unexpected: bool) -> BTreeSet<Finding> {
    let undeclared = unexpected || (facts.rma.is_some() && facts.line.is_none());
    let over = facts.line.is_some_and(|line| line.expected() == 0);
    let other_product = facts.line.zip(sku).is_some_and(|(line, sku)| line.sku != *sku);
    let recalled = facts.item.is_some_and(|item| Some(&item.sku) == sku && item.recalled);
    [
        (Finding::Undeclared, undeclared),
        (Finding::QtyOver, over),
        (Finding::ProductMismatch, other_product),
        (Finding::Recalled, recalled),
    ]
    .into_iter()
    .filter_map(|(finding, seen)| seen.then_some(finding))
    .collect()
}

pub(super) fn match_later(state: &State, facts: &Facts<'_>) -> Events {
    let stage = state.living()?;
    if state.matched != Some(Match::Unmatched) {
        return Err(Refusal::MatchedAlready);
    }
    let rma = facts.rma.ok_or(Refusal::RmaUnknown)?;
    let line = facts.line.ok_or(Refusal::RmaUnknown)?;
    let mut events = vec![UnitEvent::MatchedLater {
        rma: rma.number.clone(),
        line: Some(line.id.clone()),
        owner: rma.owner.clone(),
    }];
    if matches!(stage, Stage::Staged | Stage::Closed) {
        events.push(UnitEvent::TaskOpened { task: Task::MatchedAfterStaging });
    } else {
        let seen = state.findings();
        let wrong = state.sku.as_ref().is_some_and(|sku| *sku != line.sku);
        events.extend(
            state
                .added_findings
                .contains(&Finding::Undeclared)
                .then_some(UnitEvent::FindingRemoved { finding: Finding::Undeclared }),
        );
        if wrong && !seen.contains(&Finding::ProductMismatch) {
            events.push(UnitEvent::FindingAdded { finding: Finding::ProductMismatch });
        }
    }
    Ok(events)
}

pub(super) fn re_identify(state: &State, facts: &Facts<'_>, sku: &Sku) -> Events {
    state.within(&[
        Stage::Received,
        Stage::Inspecting,
        Stage::Graded,
        Stage::Dispositioned,
        Stage::Staged,
    ])?;
    if state.review_pending() {
        return Err(Refusal::ReviewPending);
    }
    let item = facts.item.filter(|item| item.sku == *sku).ok_or(Refusal::ItemUnknown)?;
    let rma = facts.rma.map(|rma| rma.number.clone());
    let line = facts.line.map(|line| line.id.clone());
    if state.sku.as_ref() == Some(sku) && state.rma == rma && state.line == line {
        return Err(Refusal::NoChange);
    }
    let mut events = state.out_of_container();
    let owner = Some(item.owner.clone());
    let same_line = state.rma == rma && state.line == line;
    events.push(UnitEvent::ReIdentified { sku: sku.clone(), rma, line, owner });
    let unexpected = state.intake == Some(IntakeKind::UnexpectedItem) && facts.line.is_none();
    let mut compared = compare(facts, Some(sku), unexpected);
    if same_line {
        // The line counts this unit already: whether it was one too many was seen at receipt.
        compared.remove(&Finding::QtyOver);
        compared.extend(state.added_findings.get(&Finding::QtyOver));
    }
    events.extend(compared.into_iter().map(|finding| UnitEvent::FindingAdded { finding }));
    Ok(events)
}

pub(super) fn read_serial(state: &State, facts: &Facts<'_>, serial: &Serial) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    if state.serial.as_ref() == Some(serial) {
        return Err(Refusal::NoChange);
    }
    let mut events = vec![UnitEvent::SerialRead { serial: serial.clone() }];
    let shipped = facts.line.map_or(&[][..], |line| &line.serials_shipped);
    let mismatch = !shipped.is_empty() && !shipped.contains(serial);
    match (mismatch, state.added_findings.contains(&Finding::SerialMismatch)) {
        (true, false) => events.push(UnitEvent::FindingAdded { finding: Finding::SerialMismatch }),
        (false, true) => events.push(UnitEvent::FindingRemoved { finding: Finding::SerialMismatch }),
        _ => {}
    }
    Ok(events)
}

pub(super) fn read_lot(state: &State, lot: Option<&Lot>, expiry: Option<Date>) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    if lot.is_none_or(|lot| state.lot.as_ref() == Some(lot))
        && expiry.is_none_or(|day| state.expiry == Some(day))
    {
        return Err(Refusal::NoChange);
    }
    Ok(vec![UnitEvent::LotRead { lot: lot.cloned(), expiry }])
}

pub(super) fn weigh(state: &State, weight_grams: u32) -> Events {
    state.living()?;
    Ok(vec![UnitEvent::Weighed { weight_grams }])
}
