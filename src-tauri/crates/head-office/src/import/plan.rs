//! What an import is about to write, and the verdict on each row.

use std::collections::BTreeMap;

use knowledge::Problem;
use returns::checklist::Checklist;
use returns::item::Item;
use returns::rma::Rma;
use serde_json::Value;
use wire::Feed;

use super::{Kind, Manner, Outcome, RowVerdict, Verdict};
use crate::error::HeadOfficeError;
use crate::office::HeadOffice;
use crate::store::Change;

/// Everything that the files say, judged.
#[derive(Debug, Default)]
pub(super) struct Plan {
    verdict: Verdict,
    changes: Vec<(Feed, Change)>,
    rmas: Vec<Rma>,
    /// Checklists and items of these files: policies may use their words.
    pub checklists: Vec<Checklist>,
    pub items: Vec<Item>,
    /// Numbers of the policies of these files, with their texts.
    pub policies: BTreeMap<u32, Value>,
}

/// Where a row stands and what it is about.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub file: String,
    pub row: Option<u32>,
    pub kind: Kind,
    pub key: String,
}

impl Plan {
    /// A value that goes into a feed, unless it is there already.
    pub fn put(&mut self, about: About, feed: Feed, key: String, value: Value, before: Option<&Value>) {
        if before == Some(&value) {
            return self.judge(about, Outcome::Unchanged);
        }
        self.changes.push((feed, Change { key, value: Some(value) }));
        self.judge(about, Outcome::Accepted);
    }

    /// An RMA, unless it was imported just so before.
    pub fn rma(&mut self, about: About, rma: Rma, before: Option<&Rma>) {
        if before == Some(&rma) {
            return self.judge(about, Outcome::Unchanged);
        }
        self.rmas.push(rma);
        self.judge(about, Outcome::Accepted);
    }

    /// Problems of one file: each row that has one is refused, once.
    pub fn refuse(&mut self, kind: Kind, problems: Vec<Problem>) {
        let mut named: Vec<(String, Option<u32>)> = Vec::new();
        for problem in &problems {
            let place = (problem.file.clone(), problem.row);
            if !named.contains(&place) {
                named.push(place);
            }
        }
        for (file, row) in named {
            self.judge(About { file, row, kind, key: String::new() }, Outcome::Refused);
        }
        self.verdict.refused.extend(problems);
    }

    fn judge(&mut self, about: About, outcome: Outcome) {
        let counts = match outcome {
            Outcome::Accepted => Some(&mut self.verdict.imported),
            Outcome::Unchanged => Some(&mut self.verdict.unchanged),
            Outcome::Refused => None,
        };
        if let Some(counts) = counts {
            let count = match about.kind {
                Kind::Rma => &mut counts.rmas,
                Kind::Item => &mut counts.items,
                Kind::Operator => &mut counts.operators,
                Kind::Policy => &mut counts.policies,
                Kind::Checklist => &mut counts.checklists,
            };
            *count += 1;
        }
        let About { file, row, kind, key } = about;
        self.verdict.rows.push(RowVerdict { file, row, kind, key, outcome });
    }

    /// Writes what is to be written, in the order in which a station fetches it.
    pub fn carry_out(self, office: &HeadOffice, manner: Manner) -> Result<Verdict, HeadOfficeError> {
        let Self { mut verdict, changes, rmas, .. } = self;
        verdict.rows.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
        if manner.check || (manner.all_or_nothing && !verdict.refused.is_empty()) {
            return Ok(verdict);
        }
        let changes: Vec<(Feed, Vec<Change>)> = Feed::ALL
            .into_iter()
            .map(|feed| (feed, changes.iter().filter(move |(of, _)| *of == feed)))
            .map(|(feed, of_it)| (feed, of_it.map(|(_, change)| change.clone()).collect()))
            .collect();
        office.store().import(&changes, &rmas)?;
        verdict.written = true;
        Ok(verdict)
    }
}
