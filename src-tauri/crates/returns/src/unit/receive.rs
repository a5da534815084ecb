//! Taking a unit in, and knowing what it is. An authorisation that has expired, or was cancelled, denied or
//! closed, refuses nothing here: the goods are there. The policy sees it and answers.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::command::LpnChoice;
use super::state::State;
use crate::codes::{Finding, HoldReason, IntakeKind, Match, Stage, Task};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::ids::{Lot, ParcelId, Serial, Sku};
use crate::refusal::Refusal;
use crate::serial;

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
    events.extend(compared.into_iter().map(|finding| UnitEvent::FindingAdded { finding, by: None }));
    if known.is_none() {
        events.push(UnitEvent::Held { reason: HoldReason::UnknownItem });
    }
    Ok(events)
}

/// What follows from comparing the unit with what was expected.
fn compare(facts: &Facts<'_>, sku: Option<&Sku>, unexpected: bool) -> BTreeSet<Finding> {
    let undeclared = unexpected || (facts.rma.is_some() && facts.line.is_none());
    let over = is_over(facts);
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

/// The line that the facts name has come in completely.
fn is_over(facts: &Facts<'_>) -> bool {
    facts.line.is_some_and(|line| facts.rma.map_or(line.expected() == 0, |rma| rma.is_over(line)))
}

/// Its RMA became known; without a line the RMA does not expect the unit, and it stays undeclared.
pub(super) fn match_later(state: &State, facts: &Facts<'_>) -> Events {
    let stage = state.living()?;
    if state.matched != Some(Match::Unmatched) {
        return Err(Refusal::MatchedAlready);
    }
    let rma = facts.rma.ok_or(Refusal::RmaUnknown)?;
    let mut events = vec![UnitEvent::MatchedLater {
        rma: rma.number.clone(),
        line: facts.line.map(|line| line.id.clone()),
        owner: rma.owner.clone(),
    }];
    if matches!(stage, Stage::Staged | Stage::Closed) {
        events.push(UnitEvent::TaskOpened { task: Task::MatchedAfterStaging });
        return Ok(events);
    }
    let kind = state.item(facts).map(|item| item.serial_kind).unwrap_or_default();
    let other_serial =
        state.serial.as_ref().zip(facts.line).is_some_and(|(serial, line)| {
            serial::is_shipped(kind, serial, &line.serials_shipped) == Some(false)
        });
    let other_product = facts.line.zip(state.sku.as_ref()).is_some_and(|(line, sku)| line.sku != *sku);
    let seen = state.findings();
    for (finding, now) in [
        (Finding::Undeclared, facts.line.is_none()),
        (Finding::ProductMismatch, other_product),
        (Finding::QtyOver, is_over(facts)),
        (Finding::SerialMismatch, other_serial),
    ] {
        if now && !seen.contains(&finding) {
            events.push(UnitEvent::FindingAdded { finding, by: None });
        }
    }
    if facts.line.is_some() && state.added_findings.contains(&Finding::Undeclared) {
        events.push(UnitEvent::FindingRemoved { finding: Finding::Undeclared, by: None });
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
    events.extend(compared.into_iter().map(|finding| UnitEvent::FindingAdded { finding, by: None }));
    Ok(events)
}

pub(super) fn read_serial(state: &State, facts: &Facts<'_>, serial: &Serial) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    // An item that is not known here may have any kind of serial.
    let kind = state.item(facts).map(|item| item.serial_kind).unwrap_or_default();
    let serial = serial::read(kind, serial)?.serial;
    if state.serial.as_ref() == Some(&serial) {
        return Err(Refusal::NoChange);
    }
    let shipped = facts.line.map_or(&[][..], |line| &line.serials_shipped);
    let mismatch = serial::is_shipped(kind, &serial, shipped) == Some(false);
    let mut events = vec![UnitEvent::SerialRead { serial }];
    match (mismatch, state.added_findings.contains(&Finding::SerialMismatch)) {
        (true, false) => events.push(UnitEvent::FindingAdded { finding: Finding::SerialMismatch, by: None }),
        (false, true) => {
            events.push(UnitEvent::FindingRemoved { finding: Finding::SerialMismatch, by: None })
        }
        _ => {}
    }
    Ok(events)
}

pub(super) fn read_lot(state: &State, facts: &Facts<'_>, lot: Option<&Lot>, expiry: Option<Date>) -> Events {
    state.forward(&[Stage::Received, Stage::Inspecting])?;
    if lot.is_none_or(|lot| state.lot.as_ref() == Some(lot))
        && expiry.is_none_or(|day| state.expiry == Some(day))
    {
        return Err(Refusal::NoChange);
    }
    let read = UnitEvent::LotRead { lot: lot.cloned(), expiry };
    let finding = Finding::Expired;
    let compared = match (is_expired(expiry, facts), state.added_findings.contains(&finding)) {
        (Some(true), false) => Some(UnitEvent::FindingAdded { finding, by: None }),
        (Some(false), true) => Some(UnitEvent::FindingRemoved { finding, by: None }),
        _ => None,
    };
    Ok(std::iter::once(read).chain(compared).collect())
}

/// Whether goods of that expiry have expired on the recorded day; the last day itself is still good (GS1 General
/// Specifications, AI 17). None where the expiry is missing or the clock is behind head office's.
pub(super) fn is_expired(expiry: Option<Date>, facts: &Facts<'_>) -> Option<bool> {
    expiry.zip(facts.today()).map(|(expiry, today)| expiry < today)
}

pub(super) fn weigh(state: &State, weight_grams: u32) -> Events {
    state.living()?;
    Ok(vec![UnitEvent::Weighed { weight_grams }])
}
