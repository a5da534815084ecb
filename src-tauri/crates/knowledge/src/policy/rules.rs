//! What is wrong with a policy although each of its cells can be read: the same for a folder, a workbook and JSON.

use std::collections::BTreeMap;

use returns::ids::RowId;
use returns::policy::{Policy, PolicyFault};
use rust_decimal::Decimal;

use super::layout::{Place, Places, Table};
use crate::read::Problem;

/// Everything that is wrong, at its place.
pub(super) fn problems(policy: &Policy, places: &Places) -> Vec<Problem> {
    let mut problems: Vec<Problem> = policy
        .faults()
        .iter()
        .map(|fault| places.problem(place(policy, fault), fault.code()).with("detail", fault))
        .collect();
    problems.extend(twice(policy).map(|(table, at, first, cell)| {
        let problem = places.problem(Place::row(table, at, cell), "row-twice");
        problem.with("first_row", places.row(table, first))
    }));
    problems.extend(settlement_ids(policy, places));
    problems.extend(alike(policy).map(|(at, first)| {
        places.problem(Place::row(Table::Candidates, at, "id"), "rows-alike").with("other", first)
    }));
    problems.extend(
        figures(policy)
            .map(|(place, found)| places.problem(place, "percent-out-of-range").with("found", found)),
    );
    problems.extend(rates(policy, places));
    problems.extend(sentences(policy, places));
    problems
}

/// Rows that an example expects and that are not there. To be asked only where every row could be read.
pub(super) fn unknown_rows(policy: &Policy, places: &Places) -> Vec<Problem> {
    let known = |id: &RowId| ids(policy).any(|(_, _, known)| known == id);
    let expected = policy.examples.iter().enumerate();
    let expected = expected.filter_map(|(at, example)| example.expect.row.as_ref().map(|id| (at, id)));
    expected
        .filter(|(_, id)| !known(id))
        .map(|(at, id)| {
            places.problem(Place::row(Table::Examples, at, "expect_row"), "row-unknown").with("found", id)
        })
        .collect()
}

/// Where a row stands.
pub(super) fn row_place(policy: &Policy, id: &RowId, cell: &'static str) -> Option<Place> {
    // Of two alike the last is the one too many.
    let found = ids(policy).filter(|(_, _, known)| *known == id).last();
    found.map(|(table, at, _)| Place::row(table, at, cell))
}

fn ids(policy: &Policy) -> impl Iterator<Item = (Table, usize, &RowId)> {
    let gates = policy.gates.iter().enumerate().map(|(at, row)| (Table::Gates, at, &row.id));
    let candidates = policy.candidates.iter().enumerate().map(|(at, row)| (Table::Candidates, at, &row.id));
    let settlements =
        policy.settlements.iter().enumerate().map(|(at, row)| (Table::Settlements, at, &row.id));
    gates.chain(candidates).chain(settlements)
}

fn place(policy: &Policy, fault: &PolicyFault) -> Place {
    let of = |id, cell| row_place(policy, id, cell).unwrap_or(Place::head(""));
    match fault {
        PolicyFault::RowTwice(id) => of(id, "id"),
        PolicyFault::AllowsNothing(id) => of(id, "allowed"),
        PolicyFault::ForbidsQuarantine(id) => of(id, "forbid"),
        PolicyFault::ProvisionalLeaves(_) => Place::head("provisional.disposition"),
        PolicyFault::SampleRate(_) => Place::head("review.sample_per_mille"),
    }
}

/// A settlement row's id must be its own too: a decision names every row that fired by id alone.
fn settlement_ids(policy: &Policy, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, row) in policy.settlements.iter().enumerate() {
        let earlier = ids(policy)
            .find(|(table, other, id)| *id == &row.id && (*table != Table::Settlements || *other < at));
        if earlier.is_some() {
            let problem = places.problem(Place::row(Table::Settlements, at, "id"), "row-twice");
            problems.push(problem.with("found", &row.id));
        }
    }
    problems
}

/// Rows that can never be the first that fits: an earlier one asks exactly the same.
fn twice(policy: &Policy) -> impl Iterator<Item = (Table, usize, usize, &'static str)> {
    let recovery = later(&policy.recovery, |row| (row.grade, row.disposition, row.category.clone()));
    let costs = later(&policy.costs, |row| (row.disposition, row.category.clone()));
    let routes = later(&policy.routes, |row| (row.disposition, row.category.clone()));
    let seasons = later(&policy.seasons, |row| (row.from, row.until, row.category.clone()));
    let decay = later(&policy.decay, |row| row.category.clone());
    let samples = later(&policy.review.samples, |row| (row.category.clone(), row.grader.clone()));
    let tiers = later(&policy.tiers, |row| row.tier.clone());
    let examples = later(&policy.examples, |row| row.name.clone());
    let of = |table: Table, cell: &'static str, pairs: Vec<(usize, usize)>| {
        pairs.into_iter().map(move |(at, first)| (table, at, first, cell))
    };
    of(Table::Recovery, "disposition", recovery)
        .chain(of(Table::Costs, "disposition", costs))
        .chain(of(Table::Routes, "disposition", routes))
        .chain(of(Table::Seasons, "from", seasons))
        .chain(of(Table::Decay, "category", decay))
        .chain(of(Table::Samples, "category", samples))
        .chain(of(Table::Tiers, "tier", tiers))
        .chain(of(Table::Examples, "name", examples))
}

/// Places of rows whose key an earlier row has, each with the first of them.
fn later<T, K: PartialEq>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<(usize, usize)> {
    let keys: Vec<K> = rows.iter().map(key).collect();
    let first = |(at, key): (usize, &K)| {
        let first = keys.iter().position(|other| other == key)?;
        (first < at).then_some((at, first))
    };
    keys.iter().enumerate().filter_map(first).collect()
}

/// Candidate rows that ask exactly the same as an earlier one: no unit could ever match only one of them. Gives the
/// place of the later row and the id of the earlier.
fn alike(policy: &Policy) -> impl Iterator<Item = (usize, &RowId)> {
    policy.candidates.iter().enumerate().filter_map(|(at, row)| {
        let same = policy.candidates.iter().take(at).find(|earlier| earlier.when == row.when);
        same.map(|first| (at, &first.id))
    })
}

/// Percents that cannot be.
fn figures(policy: &Policy) -> impl Iterator<Item = (Place, Decimal)> {
    let hundred = Some(Decimal::ONE_HUNDRED);
    let row = |table, at, cell| Place::row(table, at, cell);
    let recovery = (policy.recovery.iter().enumerate())
        .map(move |(at, one)| (row(Table::Recovery, at, "percent"), one.percent, hundred));
    let decay = (policy.decay.iter().enumerate())
        .map(move |(at, one)| (row(Table::Decay, at, "weekly_percent"), one.weekly_percent, hundred));
    let seasons = (policy.seasons.iter().enumerate())
        .map(move |(at, one)| (row(Table::Seasons, at, "decay_percent"), one.decay_percent, None));
    let routes = (policy.routes.iter().enumerate())
        .map(move |(at, one)| (row(Table::Routes, at, "landfill_percent"), one.landfill_percent, hundred));
    let preference = Place::head("preference.may_cost_percent");
    let preference = [(preference, policy.preference.may_cost_percent, hundred)];
    recovery
        .chain(decay)
        .chain(seasons)
        .chain(routes)
        .chain(preference)
        .filter(|(_, found, most)| found.is_sign_negative() || most.is_some_and(|most| *found > most))
        .map(|(place, found, _)| (place, found))
}

/// Rates and counts that cannot be, figures without a source.
fn rates(policy: &Policy, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, row) in policy.review.samples.iter().enumerate().filter(|(_, row)| row.per_mille > 1000) {
        let problem = places.problem(Place::row(Table::Samples, at, "per_mille"), "sample-rate");
        problems.push(problem.with("found", row.per_mille));
    }
    for (at, _) in policy.routes.iter().enumerate().filter(|(_, row)| row.source.trim().is_empty()) {
        problems.push(places.problem(Place::row(Table::Routes, at, "source"), "cell-empty"));
    }
    if policy.fraud.hold_from_signals < 2 {
        let problem = places.problem(Place::head("fraud.hold_from_signals"), "one-signal-decides");
        problems.push(problem.with("found", policy.fraud.hold_from_signals));
    }
    problems
}

/// Sentences that rows name and that are not there. A policy that brings no sentences at all is not asked for them
/// here, but before it is published.
fn sentences(policy: &Policy, places: &Places) -> Vec<Problem> {
    if policy.sentences.is_empty() { Vec::new() } else { missing_sentences(policy, places) }
}

pub(super) fn missing_sentences(policy: &Policy, places: &Places) -> Vec<Problem> {
    named(policy)
        .filter(|(_, key)| !policy.sentences.contains_key(*key))
        .map(|(place, key)| places.problem(place, "sentence-missing").with("found", key))
        .collect()
}

/// Sentences that no row names.
pub fn unused_sentences(policy: &Policy) -> Vec<&str> {
    let mut unused: BTreeMap<&str, ()> = policy.sentences.keys().map(|key| (key.as_str(), ())).collect();
    for (_, key) in named(policy) {
        unused.remove(key);
    }
    unused.into_keys().collect()
}

/// Every sentence that a row names.
fn named(policy: &Policy) -> impl Iterator<Item = (Place, &str)> {
    let of = |table| move |(at, why)| (Place::row(table, at, "why"), why);
    let gates = policy.gates.iter().map(|row| row.why.as_str()).enumerate().map(of(Table::Gates));
    let candidates =
        policy.candidates.iter().map(|row| row.why.as_str()).enumerate().map(of(Table::Candidates));
    let settlements =
        policy.settlements.iter().map(|row| row.why.as_str()).enumerate().map(of(Table::Settlements));
    gates.chain(candidates).chain(settlements)
}
