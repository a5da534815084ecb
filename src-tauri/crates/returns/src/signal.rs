//! Signals that something does not fit. Each asks for a second look; none decides alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::codes::{Finding, Reason, SignalKind};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::policy::FraudRules;
use crate::serial;
use crate::unit::State;

/// One signal, with what was compared. Words for it are neutral: it says what was seen, not who is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Which.
    pub kind: SignalKind,
    /// What was compared, by name: `expected`, `found`, `count`, `days`, `rma`, `label`, `station`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Signal {
    fn of(kind: SignalKind) -> Self {
        Self { kind, args: BTreeMap::new() }
    }

    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What is known of the arrival beside the unit itself: facts for the signals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrival {
    /// The return label that was scanned had been claimed before, at this station or depot.
    pub label_claimed_at: Option<String>,
    /// The RMA's line had come in completely before, as head office or another bench knows.
    pub received_elsewhere: bool,
    /// Empty boxes from this customer within the policy's days, this one not counted.
    pub empty_boxes: u32,
}

/// Everything that does not fit about the unit as it is known now, at most one of each kind, in the order of the
/// vocabulary. One observation makes one signal: what an empty box, another product or a copied label explains is
/// not counted again.
pub fn signals(state: &State, facts: &Facts<'_>) -> Vec<Signal> {
    [
        serial_mismatch(state, facts),
        weight_mismatch(state, facts),
        label_copied(state, facts),
        received_elsewhere(state, facts),
        frequent_empty_box(state, facts),
        swapped_item(state, facts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The event that brings the unit's signals up to date, if they changed. What can be compared anew is cleared where
/// it fits by now; what was noticed at the arrival stays noticed, until a copied label explains it.
pub(crate) fn changed(state: &State, facts: &Facts<'_>) -> Option<UnitEvent> {
    let now = signals(state, facts);
    let copied = now.iter().any(|signal| signal.kind == SignalKind::LabelCopied);
    let signals: Vec<_> = now.iter().filter(|signal| !state.signals.contains(signal)).cloned().collect();
    let cleared: Vec<_> = state
        .signals
        .iter()
        .map(|signal| signal.kind)
        .filter(|kind| match kind {
            SignalKind::LabelCopied => false,
            SignalKind::RmaReceivedElsewhere => copied,
            _ => true,
        })
        .filter(|kind| now.iter().all(|signal| signal.kind != *kind))
        .collect();
    (!signals.is_empty() || !cleared.is_empty()).then_some(UnitEvent::Signalled { signals, cleared })
}

/// Findings that comparing suggests, for the grader to confirm: none is added by itself.
pub fn proposed_findings(state: &State, facts: &Facts<'_>) -> BTreeSet<Finding> {
    let seen = state.findings();
    if seen.contains(&Finding::EmptyBox) {
        return BTreeSet::new();
    }
    let Some((found, expected)) = weight_off(state, facts) else { return BTreeSet::new() };
    // So little is a box without its goods, more likely than another thing in it.
    let empty = u64::from(found) * 100 < u64::from(expected) * EMPTY_BELOW_PERCENT;
    let off = [(empty, Finding::EmptyBox), (true, Finding::WeightMismatch)];
    off.into_iter()
        .filter(|(is, finding)| *is && !seen.contains(finding))
        .map(|(_, finding)| finding)
        .collect()
}

/// Below so much of what it should weigh, a package is proposed to be an empty box.
const EMPTY_BELOW_PERCENT: u64 = 25;

/// Another product has its own serial: who was sent the wrong item, or sent another one back, says it by that.
fn serial_mismatch(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let read = state.serial.as_ref()?;
    if facts.line?.reason == Reason::WrongItem || swapped_item(state, facts).is_some() {
        return None;
    }
    let item = state.item(facts).ok();
    let kind = item.map(|item| item.serial_kind).unwrap_or_default();
    let shipped = &facts.line?.serials_shipped;
    (serial::is_shipped(kind, read, shipped) == Some(false))
        .then(|| Signal::of(SignalKind::SerialMismatch).with("found", read).with("expected", list(shipped)))
}

fn weight_mismatch(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let (found, expected) = weight_off(state, facts)?;
    let seen = state.findings();
    let explained = seen.contains(&Finding::EmptyBox) || SWAPPED.iter().any(|finding| seen.contains(finding));
    (!explained)
        .then(|| Signal::of(SignalKind::WeightMismatch).with("found", found).with("expected", expected))
}

/// Weight found and expected in grams, where they are further apart than the policy tolerates.
fn weight_off(state: &State, facts: &Facts<'_>) -> Option<(u32, u32)> {
    let found = state.weight_grams?;
    let expected = state.item(facts).ok()?.weight_grams?;
    let tolerance = u64::from(rules(facts).weight_tolerance_percent);
    let off = u64::from(found.abs_diff(expected)) * 100 > u64::from(expected) * tolerance;
    off.then_some((found, expected))
}

fn label_copied(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let station = facts.arrival.label_claimed_at.as_ref()?;
    state.rma.as_ref()?;
    let signal = Signal::of(SignalKind::LabelCopied).with("station", station);
    Some(match facts.rma.and_then(|rma| rma.label.as_ref()) {
        Some(label) => signal.with("label", label),
        None => signal,
    })
}

/// A parcel that came in before with the same label explains goods that came in before.
fn received_elsewhere(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let copied = |signal: &Signal| signal.kind == SignalKind::LabelCopied;
    if label_copied(state, facts).is_some() || state.signals.iter().any(copied) {
        return None;
    }
    let rma = state.rma.as_ref().filter(|_| facts.arrival.received_elsewhere)?;
    Some(Signal::of(SignalKind::RmaReceivedElsewhere).with("rma", rma))
}

/// At least two, whatever the policy says: one empty box is no pattern.
fn frequent_empty_box(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let rules = rules(facts);
    let count = facts.arrival.empty_boxes.saturating_add(1);
    (state.findings().contains(&Finding::EmptyBox) && count >= rules.empty_boxes.max(2)).then(|| {
        Signal::of(SignalKind::FrequentEmptyBox).with("count", count).with("days", rules.empty_box_days)
    })
}

/// Findings that say it is another item than the one sold.
const SWAPPED: [Finding; 3] = [Finding::ProductMismatch, Finding::OtherBrand, Finding::CounterfeitSuspect];

/// A customer who says that the wrong item came sends just that back: then nothing is amiss.
fn swapped_item(state: &State, facts: &Facts<'_>) -> Option<Signal> {
    let line = facts.line.filter(|line| state.line.as_ref() == Some(&line.id))?;
    if line.reason == Reason::WrongItem {
        return None;
    }
    let seen = state.findings();
    let found: Vec<_> = SWAPPED.into_iter().filter(|finding| seen.contains(finding)).collect();
    (!found.is_empty())
        .then(|| Signal::of(SignalKind::SwappedItem).with("found", list(&found)).with("expected", &line.sku))
}

fn rules(facts: &Facts<'_>) -> FraudRules {
    facts.policy.map(|verified| verified.policy.fraud).unwrap_or_default()
}

fn list<T: ToString>(these: &[T]) -> String {
    these.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
