//! What the policy sees of a unit.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::state::State;
use crate::codes::{Authorisation, Finding, IntakeKind, Preference, Reason, Seal};
use crate::facts::Facts;
use crate::item::Item;
use crate::policy::Inputs;

/// How the unit came in, as the policy sees it: one whose return line became known later is an RMA's like any
/// other, for its claim is judged by that line.
fn intake(state: &State, facts: &Facts<'_>) -> Option<IntakeKind> {
    match state.intake {
        Some(IntakeKind::Blind | IntakeKind::UnexpectedItem) if facts.line.is_some() => Some(IntakeKind::Rma),
        came_in => came_in,
    }
}

/// What the policy would see of the unit now; none before it is graded. What is missing is unknown, not no.
pub fn inputs(state: &State, facts: &Facts<'_>) -> Option<Inputs> {
    let item = state.item(facts).ok();
    let today = facts.today();
    let received = state.received.map(day);
    // A parcel may wait at the dock: what counts for the customer is the day on which it came.
    let arrived = facts.arrived.map(day).or(received);
    let known_day = today.and(arrived);
    let undelivered = state.intake == Some(IntakeKind::Rts);
    let reason = facts.line.map(|line| line.reason).or(undelivered.then_some(Reason::Undeliverable));
    let preference = facts.line.map(|line| line.preference).or(undelivered.then_some(Preference::None));
    let findings = state.findings();
    let signals = facts.policy.map_or(&[][..], |verified| &verified.policy.review.fraud_signals);
    Some(Inputs {
        category: item.map(|item| item.category.clone()),
        owner: state.owner.clone(),
        cycle: facts.rma.map(|rma| rma.cycle),
        intake: intake(state, facts),
        reason,
        preference,
        grade: state.grade()?,
        value: item.and_then(|item| item.price),
        weekly_decay_percent: item.map(|item| item.weekly_decay_percent),
        days_since_sale: facts
            .line
            .and_then(|line| line.sold)
            .zip(known_day)
            .and_then(|(sold, arrived)| days(sold, arrived)),
        days_in_queue: received.zip(today).and_then(|(received, today)| days(received, today)),
        in_warranty: facts
            .line
            .and_then(|line| line.warranty_end)
            .zip(today)
            .map(|(end, today)| today <= end),
        vendor_takes_back: item.and_then(|item| vendor_takes_back(item, today)),
        recalled: item.map(|item| item.recalled || findings.contains(&Finding::Recalled)),
        hygiene_seal: item.map(|item| item.hygiene_seal),
        seal_intact: state.seal().map(|seal| seal == Seal::Intact),
        battery: item.map(|item| item.battery),
        dangerous_goods: item.map(|item| item.dangerous_goods),
        data_bearing: item.map(|item| item.data_bearing),
        weee: item.map(|item| item.weee.is_some()),
        country: facts.rma.and_then(|rma| rma.country),
        signals: state.signals.iter().map(|signal| signal.kind).collect(),
        authorisation: authorisation(state, facts, known_day),
        days_past_authorisation: facts
            .rma
            .and_then(|rma| rma.expires)
            .zip(known_day)
            .and_then(|(last, arrived)| days(last, arrived)),
        days_to_expiry: state.expiry.zip(today).and_then(|(expiry, today)| days(today, expiry)),
        function: state.function,
        cosmetic: state.cosmetic,
        refurbished: Some(state.refurbished),
        fraud_signal: signals.iter().any(|signal| findings.contains(signal)),
        clock_behind: facts.clock_behind(),
        findings,
    })
}

/// Whether the goods were agreed to come back. A unit whose RMA is named but not among the facts is unknown.
fn authorisation(state: &State, facts: &Facts<'_>, arrived: Option<Date>) -> Option<Authorisation> {
    match (facts.rma, &state.rma) {
        (Some(rma), _) => rma.authorisation(arrived),
        (None, Some(_)) => None,
        (None, None) => Some(Authorisation::None),
    }
}

fn vendor_takes_back(item: &Item, today: Option<Date>) -> Option<bool> {
    let Some(vendor) = &item.vendor else { return Some(false) };
    let in_time = match (vendor.rtv_until, today) {
        (None, _) => Some(true),
        (Some(until), Some(today)) => Some(today <= until),
        (Some(_), None) => None,
    };
    let worth = match (vendor.from_value, item.price) {
        (None, _) => Some(true),
        (Some(from), Some(price)) => from.is_over(price).ok().map(|over| !over),
        (Some(_), None) => None,
    };
    match (in_time, worth) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn days(from: Date, to: Date) -> Option<i32> {
    from.until(to).ok().map(|span| span.get_days())
}
