//! The demo's shift: assets/demo/shift.json, which `station replay` plays without a window.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A shift, return by return.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// What head office imports before: files by the option of `head-office import`, relative to the shift's file.
    pub head_office: BTreeMap<String, Vec<PathBuf>>,
    /// In their order.
    pub returns: Vec<Return>,
}

/// One return.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// What a person would call it.
    pub name: String,
    /// What is done.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub act: Act,
    /// The bench refuses it.
    #[serde(default)]
    pub refused: bool,
    /// With `ask`: what stands in the answer, by JSON pointer into its body.
    #[serde(default)]
    pub shows: BTreeMap<String, Value>,
}

/// What is done in a step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A scan, perhaps with a placeholder for a code that is printed on the day.
    Scan(String),
    /// A command word: short for scanning it.
    Command(String),
    /// A PIN: DIGIT commands, then ENTER.
    Pin(String),
    /// The camera shows this picture from now on.
    Frame(String),
    /// A code is held under the camera.
    Seen(String),
    /// PHOTO.
    Photo(bool),
    /// So many grams lie on the scale from now on.
    Scale(u32),
    /// The line to head office is cut or mended.
    Line(LineState),
    /// The bench computer loses its power, and starts again.
    PowerCut(bool),
    /// The printer dies or comes back.
    Printer(Health),
    /// A supervisor decides in the review room.
    Review(Review),
    /// A second person goes through the checklist without seeing the first answers.
    Blind(Blind),
    /// Anything else that a room asks of the bench, with names in place of ids.
    Ask(Value),
    /// What should be on record of a unit.
    Look(Map<String, Value>),
    /// What the screen should show now.
    Expect(Expect),
}

/// The line to head office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineState {
    /// Mended.
    Up,
    /// Cut.
    Down,
}

/// The label printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Prints.
    Well,
    /// Does not.
    Dead,
}

/// A decision in the review room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Name of the return whose unit it is.
    pub unit: String,
    /// APPROVED or CHANGED.
    pub outcome: String,
    /// The disposition that it is changed to.
    #[serde(default)]
    pub disposition: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// The grade that it is changed to.
    #[serde(default)]
    pub grade: Option<String>,
    /// What the customer gets instead.
    #[serde(default)]
    pub settlement: Option<String>,
    /// Whether the claim is accepted.
    #[serde(default)]
    pub acceptance: Option<String>,
    /// What the shop answers.
    #[serde(default)]
    pub seller_response: Option<String>,
}

/// A blind second inspection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blind {
    /// Name of the return whose unit it is.
    pub unit: String,
    /// Choice by question.
    pub answers: BTreeMap<String, String>,
    /// Findings beside the questions.
    #[serde(default)]
    pub findings: Vec<String>,
}

/// What should be seen; what is not named may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The screen's stage.
    pub stage: Option<String>,
    /// The code of the words in the band.
    pub band: Option<String>,
    /// The unit's grade.
    pub grade: Option<String>,
    /// The unit's disposition.
    pub disposition: Option<String>,
}

impl Shift {
    /// Reads a shift's file.
    pub fn read(file: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no shift", file.display()))
    }

    /// Every step with the name of its return, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Step)> {
        self.returns.iter().flat_map(|one| one.steps.iter().map(|step| (one.name.as_str(), step)))
    }
}

impl Step {
    /// The step in a person's words.
    pub fn words(&self) -> String {
        let words = match &self.act {
            Act::Scan(code) => format!("scan {}: {code}", kind_of(code)),
            Act::Command(word) => format!("scan the command {word}"),
            Act::Pin(pin) => format!("scan the PIN {pin}, digit by digit, and ENTER"),
            Act::Frame(picture) => format!("put {picture} under the camera"),
            Act::Seen(code) => format!("hold {} under the camera: {code}", kind_of(code)),
            Act::Photo(_) => "scan the command PHOTO".to_owned(),
            Act::Scale(0) => "take off what lies on the scale".to_owned(),
            Act::Scale(grams) => format!("put {grams} g on the scale"),
            Act::Line(LineState::Down) => "cut the line to head office".to_owned(),
            Act::Line(LineState::Up) => "mend the line to head office".to_owned(),
            Act::PowerCut(_) => "cut the power, and start again".to_owned(),
            Act::Printer(Health::Dead) => "switch the label printer off".to_owned(),
            Act::Printer(Health::Well) => "switch the label printer on".to_owned(),
            Act::Review(review) => review.words(),
            Act::Blind(blind) => {
                let answers: Vec<String> =
                    blind.answers.iter().map(|(question, choice)| format!("{question} {choice}")).collect();
                format!(
                    "in the review room, grade the unit of {} a second time, blind: {}",
                    blind.unit,
                    answers.join(", ")
                )
            }
            Act::Ask(wish) => format!("in a room beside the bench: {wish}"),
            Act::Look(look) => format!("on record should be {}", Value::Object(look.clone())),
            Act::Expect(expect) => expect.words(),
        };
        if self.refused { format!("{words} – the bench should refuse it") } else { words }
    }
}

impl Review {
    fn words(&self) -> String {
        let what = match self.outcome.as_str() {
            "APPROVED" => "approve it".to_owned(),
            other => format!("{other} to {}", self.disposition.as_deref().unwrap_or("something else")),
        };
        format!("in the review room (Alt+2), find the unit of {}, and {what}", self.unit)
    }
}

impl Expect {
    /// What should be seen, in a line.
    pub fn words(&self) -> String {
        let named = [
            ("stage", &self.stage),
            ("band", &self.band),
            ("grade", &self.grade),
            ("disposition", &self.disposition),
        ];
        let parts: Vec<String> = named
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", value.as_deref()?)))
            .collect();
        format!("the screen should show {}", parts.join(", "))
    }
}

/// What a code of the shift is, by its shape.
pub fn kind_of(code: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("{return-label", "a return label"),
        ("{lpn", "a unit's number label"),
        ("{label", "a disposition label"),
        ("RS:O:", "a badge"),
        ("RS:T:", "a tote"),
        ("RS:L:", "a shelf"),
        ("RS:C:", "a command"),
        ("RS:U:", "a printed label"),
        ("RS:R:", "a return label"),
        ("290118", "a product"),
        ("]E0", "a product"),
    ];
    KINDS.iter().find(|(start, _)| code.starts_with(start)).map_or("a code", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_shift_is_read_whole() {
        let root = crate::workspace::Workspace::find().unwrap().root;
        let shift = Shift::read(&root.join("assets/demo/shift.json")).unwrap();
        assert!(shift.returns.len() >= 24);
        assert!(shift.head_office.contains_key("rmas"));
        let steps: Vec<_> = shift.steps().collect();
        assert!(steps.iter().any(|(_, step)| step.act == Act::PowerCut(true)));
        assert!(steps.iter().any(|(_, step)| step.refused && matches!(step.act, Act::Scan(_))));
        for (name, step) in steps {
            assert!(!step.words().is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_step_is_an_error() {
        let text = r#"{"head_office": {}, "returns": [{"name": "a", "steps": [{"jump": true}]}]}"#;
        assert!(serde_json::from_str::<Shift>(text).is_err());
    }
}
