//! How a person read a scan that can be read in two ways, remembered for scans of the same kind: asked once, not at
//! every carton of the same carrier. What is known here weighs more, and each answer can be forgotten (room: settings).

use std::collections::BTreeMap;

use barcodes::meaning::{Meaning, Reading};
use serde::{Deserialize, Serialize};

use super::{Coded, Desk, Outcome, coded, say};
use crate::seam::{ReadingView, Say};

/// Where they are kept among the settings.
const SETTING: &str = "readings";

/// What scans have in common that may be confused in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScanKind {
    /// The symbology's name, where the scanner tells it.
    symbology: Option<String>,
    /// Characters without blanks.
    length: usize,
    /// What it may be, likeliest first: see [`sort`].
    readings: Vec<String>,
}

/// A kind of scan, and what a person said that it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    kind: ScanKind,
    chosen: String,
}

type All = BTreeMap<String, Remembered>;

impl ScanKind {
    pub(super) fn of(reading: &Reading, meanings: &[Meaning]) -> Self {
        Self {
            symbology: reading.aim.map(|aim| aim.symbology().to_owned()),
            length: reading.text.chars().filter(|c| *c != ' ').count(),
            readings: meanings.iter().map(sort).collect(),
        }
    }

    fn id(&self) -> String {
        let symbology = self.symbology.as_deref().unwrap_or("any");
        format!("{symbology}/{}/{}", self.length, self.readings.join("|"))
    }
}

impl Desk {
    /// The reading that a person chose for scans of this kind before.
    pub(super) fn remembered_reading(
        &self,
        kind: &ScanKind,
        meanings: &[Meaning],
    ) -> Result<Option<Meaning>, Coded> {
        let chosen = self.all_remembered()?.remove(&kind.id()).map(|remembered| remembered.chosen);
        Ok(meanings.iter().find(|meaning| chosen.as_ref() == Some(&sort(meaning))).cloned())
    }

    /// A person says which of the readings it is.
    pub(super) fn read_as(&mut self, chosen: Option<usize>) -> Outcome {
        let meaning = chosen.and_then(|place| self.work.readings.get(place).cloned());
        let meaning = meaning.ok_or_else(|| coded("command-not-now", []))?;
        self.beside = self.work.reading_beside.take();
        let said = self.meant(meaning.clone())?;
        // Only what led somewhere is an answer worth keeping.
        if let Some(kind) = self.work.reading_kind.take() {
            self.remember_reading(kind, &meaning);
        }
        Ok(said)
    }

    /// A person chose this one. Where it cannot be kept they are asked again next time.
    fn remember_reading(&mut self, kind: ScanKind, meaning: &Meaning) {
        let kept = self.all_remembered().and_then(|mut all| {
            all.insert(kind.id(), Remembered { chosen: sort(meaning), kind });
            Ok(self.records().set_setting(SETTING, &all)?)
        });
        if let Err(coded) = kept {
            tracing::warn!(code = coded.code, "a reading that is not remembered");
        }
    }

    /// What is remembered, for the room that can forget it.
    pub(super) fn readings(&self) -> Result<Vec<ReadingView>, Coded> {
        let view = |(id, Remembered { kind, chosen }): (String, Remembered)| ReadingView {
            id,
            symbology: kind.symbology,
            length: u32::try_from(kind.length).unwrap_or(u32::MAX),
            readings: kind.readings.iter().map(|sort| sort_words(sort)).collect(),
            chosen: sort_words(&chosen),
        };
        Ok(self.all_remembered()?.into_iter().map(view).collect())
    }

    /// Asks again from now on.
    pub(super) fn forget_reading(&mut self, id: &str) -> Result<Vec<ReadingView>, Coded> {
        self.actor()?;
        let mut all = self.all_remembered()?;
        if all.remove(id).is_none() {
            return Err(coded("reading-not-remembered", []));
        }
        self.records().set_setting(SETTING, &all)?;
        self.readings()
    }

    fn all_remembered(&self) -> Result<All, Coded> {
        Ok(self.records().setting::<All>(SETTING)?.unwrap_or_default())
    }
}

/// The sort of thing that a scan would be, without its content.
fn sort(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Product { .. } => "product".to_owned(),
        Meaning::Tracking { candidates } => {
            let carriers: Vec<&str> = candidates.iter().map(|candidate| candidate.carrier.name()).collect();
            format!("{CARRIER}{}", carriers.join(", "))
        }
        Meaning::Text { .. } => "text".to_owned(),
        Meaning::Gs1 { .. } => "gs1".to_owned(),
        // Codes of our own have one meaning only.
        _ => "own".to_owned(),
    }
}

const CARRIER: &str = "carrier ";

fn sort_words(sort: &str) -> Say {
    match (sort.strip_prefix(CARRIER), sort) {
        (Some(carrier), _) => say("reading-tracking", [("carrier", carrier.to_owned())]),
        (None, "product") => say("reading-any-product", []),
        (None, "gs1") => say("reading-gs1", []),
        (None, _) => say("reading-any-text", []),
    }
}
