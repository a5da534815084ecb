//! What is wrong with single rows, and words that nobody knows.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::super::cells::{Cell, Flag};
use super::super::conditions::Conditions;
use super::super::table::{GateEffect, Policy};
use super::Vocabulary;
use crate::codes::Finding;
use crate::ids::{CategoryCode, RowId};

/// Something wrong with a policy that is no gap, overlap or shadow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CheckFault {
    /// As found when it is read.
    #[error("{detail}")]
    Written {
        /// The code of the [`super::super::PolicyFault`].
        code: String,
        /// Its words.
        detail: String,
    },
    /// A row whose cells contradict each other, so that no unit fits.
    #[error("row {row} can never match")]
    NeverMatches {
        /// The row.
        row: RowId,
    },
    /// A row that lets a single signal decide.
    #[error("row {row} lets one signal decide, by column {column}")]
    SignalDecides {
        /// The row.
        row: RowId,
        /// The column by which it does.
        column: String,
    },
    /// A code or id in a row or table that is not in the vocabulary.
    #[error("{place}: nobody knows the {column} {word}")]
    UnknownWord {
        /// The row's id, or the table and the row's place in it.
        place: String,
        /// The column.
        column: String,
        /// The word.
        word: String,
    },
    /// A row whose sentence is not there.
    #[error("row {row}: there is no sentence {key}")]
    SentenceMissing {
        /// The row.
        row: RowId,
        /// The key.
        key: String,
    },
    /// A row that permits what no later row of its gate forbids.
    #[error("row {row} permits what its gate never forbids")]
    PermitsNothing {
        /// The row.
        row: RowId,
    },
    /// Two examples with one name.
    #[error("example {name} is there twice")]
    ExampleTwice {
        /// The name.
        name: String,
    },
    /// An example that expects a row which is not there.
    #[error("example {name} expects row {row}, which is not there")]
    ExampleRow {
        /// The example.
        name: String,
        /// The row.
        row: RowId,
    },
    /// Too many combinations: the search gave up, and there may be gaps or shadowed rows that were not found.
    #[error("the rows divide the units into too many cases to search them all")]
    NotSearched,
}

impl CheckFault {
    /// Stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Written { code, .. } => code,
            Self::NeverMatches { .. } => "row-never-matches",
            Self::SignalDecides { .. } => "signal-decides",
            Self::UnknownWord { .. } => "unknown-word",
            Self::SentenceMissing { .. } => "sentence-missing",
            Self::PermitsNothing { .. } => "permits-nothing",
            Self::ExampleTwice { .. } => "example-twice",
            Self::ExampleRow { .. } => "example-row-missing",
            Self::NotSearched => "not-searched",
        }
    }

    /// The row that it is about, where it is about one.
    pub fn row(&self) -> Option<&RowId> {
        match self {
            Self::NeverMatches { row }
            | Self::SignalDecides { row, .. }
            | Self::SentenceMissing { row, .. }
            | Self::PermitsNothing { row }
            | Self::ExampleRow { row, .. } => Some(row),
            Self::Written { .. }
            | Self::UnknownWord { .. }
            | Self::ExampleTwice { .. }
            | Self::NotSearched => None,
        }
    }
}

impl Policy {
    pub(super) fn check_faults(&self, vocabulary: &Vocabulary) -> Vec<CheckFault> {
        let written = |fault: &super::super::PolicyFault| CheckFault::Written {
            code: fault.code().to_owned(),
            detail: fault.to_string(),
        };
        let mut faults: Vec<_> = self.faults().iter().map(written).collect();
        self.signal_faults(&mut faults);
        self.sentence_faults(vocabulary, &mut faults);
        self.permit_faults(&mut faults);
        self.word_faults(vocabulary, &mut faults);
        self.example_faults(&mut faults);
        faults
    }

    /// Rows that take part in the disposition may look at signals only where one alone changes nothing.
    fn signal_faults(&self, faults: &mut Vec<CheckFault>) {
        let gates = self.gates.iter().map(|row| (&row.id, &row.when));
        for (row, when) in gates.chain(self.candidates.iter().map(|row| (&row.id, &row.when))) {
            let mut found = |column: &str| {
                faults.push(CheckFault::SignalDecides { row: row.clone(), column: column.to_owned() });
            };
            if when.fraud_signal != Flag::Any {
                found("fraud_signal");
            }
            let asked = |count: i64| when.signals.matches(Some(Decimal::from(count)));
            if asked(0) != asked(1) {
                found("signals");
            }
        }
    }

    fn sentence_faults(&self, vocabulary: &Vocabulary, faults: &mut Vec<CheckFault>) {
        for (row, key) in self.sentence_keys() {
            if !self.sentences.contains_key(key) && !vocabulary.sentences.contains(key) {
                faults.push(CheckFault::SentenceMissing { row: row.clone(), key: key.to_owned() });
            }
        }
    }

    /// Every row with the key of its sentence.
    fn sentence_keys(&self) -> impl Iterator<Item = (&RowId, &str)> {
        let gates = self.gates.iter().map(|row| (&row.id, row.why.as_str()));
        let candidates = self.candidates.iter().map(|row| (&row.id, row.why.as_str()));
        let settlements = self.settlements.iter().map(|row| (&row.id, row.why.as_str()));
        gates.chain(candidates).chain(settlements)
    }

    fn permit_faults(&self, faults: &mut Vec<CheckFault>) {
        for (at, row) in self.gates.iter().enumerate() {
            let GateEffect::Permit { dispositions, .. } = &row.effect else { continue };
            let forbids = |later: &&super::super::GateRow| {
                let GateEffect::Forbid(these) = &later.effect else { return false };
                later.gate == row.gate && these.iter().any(|one| dispositions.contains(one))
            };
            if !self.gates.iter().skip(at + 1).any(|later| forbids(&later)) {
                faults.push(CheckFault::PermitsNothing { row: row.id.clone() });
            }
        }
    }

    fn word_faults(&self, vocabulary: &Vocabulary, faults: &mut Vec<CheckFault>) {
        let mut words = Words { vocabulary, faults, tiers: self.known_tiers(vocabulary) };
        for row in &self.gates {
            words.conditions(row.id.as_str(), &row.when);
        }
        for row in &self.candidates {
            words.conditions(row.id.as_str(), &row.when);
        }
        for row in &self.settlements {
            words.conditions(row.id.as_str(), &row.when);
            let tiers = words.tiers.clone();
            words.cell(row.id.as_str(), "tier", &row.tier, tiers.as_ref());
        }
        let tables: [(&str, Vec<&Cell<CategoryCode>>); 6] = [
            ("recovery", self.recovery.iter().map(|row| &row.category).collect()),
            ("costs", self.costs.iter().map(|row| &row.category).collect()),
            ("decay", self.decay.iter().map(|row| &row.category).collect()),
            ("seasons", self.seasons.iter().map(|row| &row.category).collect()),
            ("routes", self.routes.iter().map(|row| &row.category).collect()),
            ("samples", self.review.samples.iter().map(|row| &row.category).collect()),
        ];
        for (table, cells) in tables {
            for (at, cell) in cells.into_iter().enumerate() {
                let place = format!("{table}[{at}]");
                words.cell(&place, "category", cell, vocabulary.categories.as_ref());
            }
        }
    }

    /// None: tiers are not checked, for nobody said which there are.
    fn known_tiers(&self, vocabulary: &Vocabulary) -> Option<BTreeSet<crate::ids::CustomerTier>> {
        let own: BTreeSet<_> = self.tiers.iter().map(|row| row.tier.clone()).collect();
        match &vocabulary.tiers {
            Some(tiers) => Some(tiers.union(&own).cloned().collect()),
            None => (!own.is_empty()).then_some(own),
        }
    }

    fn example_faults(&self, faults: &mut Vec<CheckFault>) {
        let mut seen = BTreeSet::new();
        let ids: BTreeSet<_> = self.sentence_keys().map(|(row, _)| row).collect();
        for example in &self.examples {
            if !seen.insert(&example.name) {
                faults.push(CheckFault::ExampleTwice { name: example.name.clone() });
            }
            if let Some(row) = example.expect.row.as_ref().filter(|row| !ids.contains(row)) {
                faults.push(CheckFault::ExampleRow { name: example.name.clone(), row: row.clone() });
            }
        }
    }
}

/// Words on trial.
struct Words<'v, 'f> {
    vocabulary: &'v Vocabulary,
    faults: &'f mut Vec<CheckFault>,
    tiers: Option<BTreeSet<crate::ids::CustomerTier>>,
}

impl Words<'_, '_> {
    fn conditions(&mut self, place: &str, when: &Conditions) {
        self.cell(place, "category", &when.category, self.vocabulary.categories.as_ref());
        self.cell(place, "owner", &when.owner, self.vocabulary.owners.as_ref());
        let asked = &when.findings;
        let findings: Vec<Finding> =
            [&asked.any_of, &asked.all_of, &asked.none_of].into_iter().flatten().copied().collect();
        self.cell(place, "findings", &Cell::OneOf(findings), self.vocabulary.findings.as_ref());
    }

    fn cell<T: Ord + std::fmt::Display>(
        &mut self,
        place: &str,
        column: &str,
        cell: &Cell<T>,
        known: Option<&BTreeSet<T>>,
    ) {
        let (Some(known), Cell::OneOf(these) | Cell::NoneOf(these)) = (known, cell) else { return };
        for word in these.iter().filter(|word| !known.contains(word)) {
            self.faults.push(CheckFault::UnknownWord {
                place: place.to_owned(),
                column: column.to_owned(),
                word: word.to_string(),
            });
        }
    }
}
