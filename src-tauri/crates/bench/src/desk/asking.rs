//! Questions of the desk itself (not of a checklist): which line, receive it blind, why another grade.

use barcodes::meaning::Meaning;
use returns::checklist::Text;
use returns::codes::{CommandCode, Grade, HoldReason, OverrideReason};
use returns::ids::{LineId, RmaNumber, Sku, TrackingNumber};

use super::say;
use crate::seam::{Say, Texts};

/// An open question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asking {
    /// Nothing here knows the parcel: receive it blind?
    BlindParcel {
        /// What was scanned.
        scanned: String,
        /// Its tracking number, if it is one.
        tracking: Option<TrackingNumber>,
    },
    /// Several lines could have brought the item.
    WhichLine {
        /// The product; none where the line is chosen because nothing can be read on the item.
        sku: Option<Sku>,
        /// The lines, with their words.
        lines: Vec<LineOption>,
        /// The box is empty.
        empty_box: bool,
    },
    /// No line of the open parcel expects the item: take it in as unexpected?
    Unexpected {
        /// The product.
        sku: Sku,
        /// Its title.
        title: String,
    },
    /// No parcel lies open: take the item in blind?
    BlindItem {
        /// The product.
        sku: Sku,
        /// Its title.
        title: String,
    },
    /// The product is not in the catalogue: take it in as unknown?
    UnknownItem {
        /// What was scanned.
        scanned: String,
        /// The box is empty.
        empty_box: bool,
    },
    /// The scan can be read in more than one way.
    WhichReading {
        /// What was scanned.
        scanned: String,
        /// The readings, as words.
        readings: Vec<Say>,
    },
    /// Which grade instead.
    OtherGrade,
    /// Why that grade.
    GradeReason {
        /// The grade chosen.
        grade: Grade,
    },
    /// Why it is to be held.
    HoldReason,
    /// The unit lies in a container: take it out?
    TakeOut {
        /// The container's code.
        container: String,
    },
}

/// A return line that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineOption {
    pub(crate) rma: RmaNumber,
    pub(crate) line: LineId,
    pub(crate) sku: Sku,
    pub(crate) title: String,
}

/// One way to answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AnswerOption {
    pub(crate) command: CommandCode,
    pub(crate) texts: Option<Texts>,
    pub(crate) say: Option<Say>,
}

/// Reasons for a hold that a person at the bench can give, in the order shown.
pub(crate) const HOLD_REASONS: [HoldReason; 8] = [
    HoldReason::Battery,
    HoldReason::Hazmat,
    HoldReason::Data,
    HoldReason::Hygiene,
    HoldReason::UnknownItem,
    HoldReason::Fraud,
    HoldReason::Recall,
    HoldReason::Supervisor,
];

const PICKS: [CommandCode; 9] = [
    CommandCode::Pick1,
    CommandCode::Pick2,
    CommandCode::Pick3,
    CommandCode::Pick4,
    CommandCode::Pick5,
    CommandCode::Pick6,
    CommandCode::Pick7,
    CommandCode::Pick8,
    CommandCode::Pick9,
];

/// The command that picks the n-th (from 0) of a list.
pub(crate) fn pick(index: usize) -> Option<CommandCode> {
    PICKS.get(index).copied()
}

/// The place in a list (from 0) that a command picks.
pub(crate) fn picked(command: CommandCode) -> Option<usize> {
    command.pick().map(|number| usize::from(number).saturating_sub(1))
}

/// Words of data as the screen takes them.
pub(crate) fn texts(text: &Text) -> Texts {
    text.0.clone()
}

impl Asking {
    /// The question.
    pub(crate) fn ask(&self) -> Say {
        match self {
            Self::BlindParcel { scanned, .. } => say("ask-blind-parcel", [("code", scanned.clone())]),
            Self::WhichLine { empty_box: false, .. } => say("ask-which-line", []),
            Self::WhichLine { empty_box: true, .. } => say("ask-which-line-empty", []),
            Self::Unexpected { title, .. } => say("ask-unexpected", [("title", title.clone())]),
            Self::BlindItem { title, .. } => say("ask-blind-item", [("title", title.clone())]),
            Self::UnknownItem { scanned, .. } => say("ask-unknown-item", [("code", scanned.clone())]),
            Self::WhichReading { scanned, .. } => say("ask-which-reading", [("code", scanned.clone())]),
            Self::OtherGrade => say("ask-other-grade", []),
            Self::GradeReason { grade } => say("ask-grade-reason", [("grade", grade.to_string())]),
            Self::HoldReason => say("ask-hold-reason", []),
            Self::TakeOut { container } => say("ask-take-out", [("container", container.clone())]),
        }
    }

    /// What was scanned, where that is the subject.
    pub(crate) fn code(&self) -> Option<String> {
        match self {
            Self::BlindParcel { scanned, .. }
            | Self::UnknownItem { scanned, .. }
            | Self::WhichReading { scanned, .. } => Some(scanned.clone()),
            _ => None,
        }
    }

    /// The ways to answer; CANCEL is always one of them.
    pub(crate) fn options(&self) -> Vec<AnswerOption> {
        let mut options = match self {
            Self::BlindParcel { .. } => vec![option(CommandCode::Blind, "choice-blind-parcel")],
            Self::WhichLine { lines, .. } => lines
                .iter()
                .enumerate()
                .filter_map(|(index, line)| {
                    let words = [("title", line.title.clone()), ("rma", line.rma.to_string())];
                    Some(AnswerOption {
                        command: pick(index)?,
                        texts: None,
                        say: Some(say("choice-line", words)),
                    })
                })
                .collect(),
            Self::Unexpected { .. } => vec![option(CommandCode::Yes, "choice-unexpected")],
            Self::BlindItem { .. } => vec![option(CommandCode::Blind, "choice-blind-item")],
            Self::UnknownItem { .. } => vec![option(CommandCode::Yes, "choice-unknown-item")],
            Self::WhichReading { readings, .. } => readings
                .iter()
                .enumerate()
                .filter_map(|(index, words)| {
                    Some(AnswerOption { command: pick(index)?, texts: None, say: Some(words.clone()) })
                })
                .collect(),
            Self::OtherGrade => grades()
                .into_iter()
                .map(|(command, grade)| AnswerOption {
                    command,
                    texts: None,
                    say: Some(say("choice-grade", [("grade", grade.to_string())])),
                })
                .collect(),
            Self::GradeReason { .. } => listed(OverrideReason::ALL, "choice-override-reason", "reason"),
            Self::HoldReason => listed(&HOLD_REASONS, "choice-hold-reason", "hold"),
            Self::TakeOut { .. } => vec![option(CommandCode::TakeOut, "choice-take-out")],
        };
        options.push(option(CommandCode::Cancel, "choice-cancel"));
        options
    }
}

fn grades() -> Vec<(CommandCode, Grade)> {
    CommandCode::ALL.iter().filter_map(|command| Some((*command, command.grade()?))).collect()
}

fn option(command: CommandCode, code: &str) -> AnswerOption {
    AnswerOption { command, texts: None, say: Some(say(code, [])) }
}

fn listed<T: ToString>(reasons: &[T], code: &str, name: &str) -> Vec<AnswerOption> {
    reasons
        .iter()
        .enumerate()
        .filter_map(|(index, reason)| {
            Some(AnswerOption {
                command: pick(index)?,
                texts: None,
                say: Some(say(code, [(name, reason.to_string())])),
            })
        })
        .collect()
}

/// Words for one reading of an ambiguous scan.
pub(crate) fn reading_words(meaning: &Meaning) -> Say {
    match meaning {
        Meaning::Tracking { candidates } => {
            let carriers: Vec<String> =
                candidates.iter().map(|candidate| format!("{:?}", candidate.carrier)).collect();
            say("reading-tracking", [("carrier", carriers.join(", "))])
        }
        Meaning::Product { gtin, .. } => say("reading-product", [("gtin", gtin.to_string())]),
        Meaning::Text { text } => say("reading-text", [("text", text.clone())]),
        Meaning::Gs1 { .. } => say("reading-gs1", []),
        Meaning::ReturnLabel { .. } => say("reading-return-label", []),
        Meaning::Unit { .. } => say("reading-unit", []),
        Meaning::Container { .. } => say("reading-container", []),
        Meaning::Location { .. } => say("reading-location", []),
        Meaning::Command { .. } => say("reading-command", []),
        Meaning::Operator { .. } => say("reading-operator", []),
    }
}
