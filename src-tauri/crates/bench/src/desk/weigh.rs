//! Weighing: from the scale where one is there, typed otherwise. What does not fit is told, and a finding is noted only
//! where a person says so.

use std::time::Duration;

use devices::Reading;
use returns::codes::{Finding, SignalKind};
use returns::ids::UnitId;
use returns::{signal, unit};

use super::asking::Asking;
use super::draft::Known;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::{Say, Tone};

/// An older reading is not what lies on the scale now.
const FRESH: Duration = Duration::from_secs(1);

/// What a scale says while the weight is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OnScale {
    /// Code of its load, such as `scale-moving`.
    load: &'static str,
    /// What its display shows.
    shown: String,
    /// A tare is subtracted.
    net: bool,
}

impl OnScale {
    /// The question, with what the scale says.
    pub(super) fn ask(&self) -> Say {
        let net = if self.net { "net" } else { "gross" };
        let words = [("load", self.load.to_owned()), ("shown", self.shown.clone()), ("net", net.to_owned())];
        say("ask-weight-scale", words)
    }
}

impl Desk {
    /// WEIGH: what lies at rest on the scale, or else the question what it weighs.
    pub(super) fn weigh(&mut self) -> Outcome {
        let reading = (self.scale)().filter(|reading| reading.at.elapsed() < FRESH);
        if let Some(weight_grams) = reading.as_deref().and_then(settled) {
            return self.weighed(weight_grams);
        }
        let scale = reading.as_deref().map(on_scale);
        self.ask(Asking::Weight { digits: String::new(), scale });
        Ok(Said::only(Tone::Ready, say("asked", [])))
    }

    /// The scale has news. While the weight is asked for and nobody has begun to type, the first one at rest is it.
    pub(crate) fn scale_said(&mut self, reading: Option<&Reading>) {
        let Some(Asking::Weight { digits, scale }) = &mut self.work.asking else { return };
        if !digits.is_empty() {
            return;
        }
        if let Some(weight_grams) = reading.and_then(settled) {
            let outcome = self.weighed(weight_grams);
            let _ = self.tell(outcome);
            return;
        }
        let now = reading.map(on_scale);
        if *scale != now {
            *scale = now;
            self.touched();
        }
    }

    /// So many grams were typed.
    pub(super) fn weight_typed(&mut self, digits: &str) -> Outcome {
        match digits.parse().unwrap_or(0) {
            0 => Err(coded("weight-none", [])),
            weight_grams => self.weighed(weight_grams),
        }
    }

    fn weighed(&mut self, weight_grams: u32) -> Outcome {
        let (unit, _) = self.current()?;
        let state = self.act(unit, &unit::Command::Weigh { weight_grams })?;
        self.work.asking = None;
        let known = Known::of_unit(&self.records(), unit, &state)?;
        let expected = known.item.and_then(|item| item.weight_grams);
        let off = state.signals.iter().any(|signal| signal.kind == SignalKind::WeightMismatch);
        self.propose_finding(unit, None)?;
        let weight = ("weight", weight_grams.to_string());
        Ok(match expected.filter(|_| off) {
            Some(expected) => {
                let words = [weight, ("expected", expected.to_string())];
                Said::saved(Tone::Warning, say("weight-off", words))
            }
            None => Said::saved(Tone::Accepted, say("weight-kept", [weight])),
        })
    }

    /// Asks whether to note what comparing suggests, beside what was just declined.
    fn propose_finding(&mut self, unit: UnitId, declined: Option<Finding>) -> Result<(), Coded> {
        let draft = self.draft(unit)?;
        if !draft.state.holds.is_empty() {
            return Ok(());
        }
        let proposed = signal::proposed_findings(&draft.state, &draft.facts());
        // In the order of the vocabulary: what stands before the declined one was declined, too.
        let next = proposed.into_iter().find(|finding| declined.is_none_or(|declined| *finding > declined));
        if let Some(finding) = next {
            self.ask(Asking::NoteFinding { finding });
        }
        Ok(())
    }

    /// Yes: it is noted.
    pub(super) fn note_finding(&mut self, unit: UnitId, finding: Finding) -> Outcome {
        self.act(unit, &unit::Command::AddFinding { finding })?;
        Ok(Said::saved(Tone::Accepted, say("finding-added", [("finding", finding.to_string())])))
    }

    /// No: it is not, and what else may explain the same is asked.
    pub(super) fn decline_finding(&mut self, finding: Finding) -> Outcome {
        self.work.asking = None;
        let (unit, _) = self.current()?;
        self.propose_finding(unit, Some(finding))?;
        Ok(Said::only(Tone::Ready, say("cancelled", [])))
    }
}

fn settled(reading: &Reading) -> Option<u32> {
    reading.load.settled().and_then(devices::Weight::whole_grams).filter(|grams| *grams > 0)
}

fn on_scale(reading: &Reading) -> OnScale {
    OnScale { load: reading.load.code(), shown: reading.load.shown().to_owned(), net: reading.net }
}
