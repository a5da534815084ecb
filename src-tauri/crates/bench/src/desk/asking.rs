//! Questions of the desk itself (not of a checklist): which line, receive it blind, why another grade.

use barcodes::meaning::Meaning;
use bytes::Bytes;
use returns::checklist::Text;
use returns::codes::{
    CommandCode, Finding, Grade, HoldReason, OverrideReason, ParcelRefusal, PhotoFlaw, VoidReason,
};
use returns::ids::{LineId, ParcelId, RmaNumber, Sku, TrackingNumber};
use returns::lpn::Lpn;

use super::in_hand::InHand;
pub(crate) use super::matter::DeskMatter;
use super::say;
use super::weigh::OnScale;
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
        /// Parcels without number or RMA that were opened and not emptied: one of them?
        begun: Vec<ParcelOption>,
    },
    /// Nothing here knows the number of a carton that arrives: is it a carton's number?
    UnknownArrival {
        /// What was scanned.
        tracking: TrackingNumber,
    },
    /// A carton with the same label arrived before: is this another one?
    AnotherCarton {
        /// The label's returns.
        rmas: Vec<RmaNumber>,
    },
    /// Several returns fit: which one is it?
    WhichRma {
        /// What was scanned.
        scanned: String,
        /// The returns.
        rmas: Vec<RmaNumber>,
    },
    /// Several parcels of the return are here: which one is it?
    WhichParcel {
        /// The parcels.
        parcels: Vec<ParcelOption>,
        /// The returns, should it be none of them.
        rmas: Vec<RmaNumber>,
    },
    /// Another return's label or number was scanned while a parcel lies open: is it in this parcel, too?
    AnotherRma {
        /// The returns.
        rmas: Vec<RmaNumber>,
    },
    /// Something is missing: is the parcel done all the same?
    ParcelShort {
        /// What is missing, as words.
        missing: String,
        /// Nothing at all was in it.
        empty: bool,
    },
    /// What is special about the parcel or the next items.
    DeskMore {
        /// A parcel lies open.
        parcel: bool,
    },
    /// Why a carton is not taken in.
    RefuseParcel,
    /// Several lines could have brought the item.
    WhichLine {
        /// The item.
        item: InHand,
        /// The lines, with their words.
        lines: Vec<LineOption>,
    },
    /// All lines of that product have come in: one more of it?
    OneMore {
        /// The item.
        item: InHand,
        /// The line that would have one too many.
        line: LineOption,
    },
    /// No line of the open parcel expects the item: take it in as unexpected?
    Unexpected {
        /// The item.
        item: InHand,
        /// Its title.
        title: String,
    },
    /// No parcel lies open: take the item in for one of these lines, or blind?
    BlindItem {
        /// The item.
        item: InHand,
        /// Its title.
        title: String,
        /// Lines that expect it.
        lines: Vec<LineOption>,
    },
    /// The product is not in the catalogue: take it in as unknown?
    UnknownItem {
        /// What was scanned.
        scanned: String,
        /// The item.
        item: InHand,
    },
    /// How many pieces of one kind.
    HowMany {
        /// The product.
        item: InHand,
        /// Its title.
        title: String,
        /// What is typed so far.
        digits: String,
    },
    /// Nobody here knows that number: is it a label of a roll, for the next item?
    Preprinted {
        /// The number.
        lpn: Lpn,
    },
    /// Until when the unit may be used: day, month and year in six digits.
    Expiry {
        /// What is typed so far.
        digits: String,
    },
    /// What the unit weighs with its packaging, in grams: taken from the scale as soon as it is at rest, or typed.
    Weight {
        /// What is typed so far.
        digits: String,
        /// What the scale says now, where one is there.
        scale: Option<OnScale>,
    },
    /// The photo is no good one: take it again, or keep it all the same?
    PhotoAgain {
        /// What is wrong with it.
        flaws: Vec<PhotoFlaw>,
        /// The picture.
        jpeg: Bytes,
    },
    /// Comparing suggests a finding: is it to be noted?
    NoteFinding {
        /// Which.
        finding: Finding,
    },
    /// The scan can be read in more than one way.
    WhichReading {
        /// What was scanned.
        scanned: String,
        /// The readings, as words.
        readings: Vec<Say>,
    },
    /// Which finding beside the questions, where the answers need all keys.
    WhichFinding {
        /// Those of the checklist, and whether they are marked.
        findings: Vec<(Finding, bool)>,
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
    /// Why the unit never was.
    VoidReason,
    /// The unit lies in a container: take it out?
    TakeOut {
        /// The container's code.
        container: String,
    },
    /// The carrier's number of what the container leaves in.
    ShipTracking {
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

/// A parcel that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParcelOption {
    pub(crate) parcel: ParcelId,
    /// Its tracking number; empty where none was read.
    pub(crate) tracking: String,
    /// When something last happened to it (RFC 3339).
    pub(crate) at: String,
    /// Units that came out of it so far.
    pub(crate) pieces: usize,
    /// It was opened.
    pub(crate) opened: bool,
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

/// Reasons why a unit never was, that a person at the bench can give.
pub(crate) const VOID_REASONS: [VoidReason; 2] = [VoidReason::NeverThere, VoidReason::ReceivedTwice];

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

const DIGITS: [CommandCode; 10] = [
    CommandCode::Digit1,
    CommandCode::Digit2,
    CommandCode::Digit3,
    CommandCode::Digit4,
    CommandCode::Digit5,
    CommandCode::Digit6,
    CommandCode::Digit7,
    CommandCode::Digit8,
    CommandCode::Digit9,
    CommandCode::Digit0,
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
        let code = |scanned: &String| [("code", scanned.clone())];
        let titled = |title: &String| [("title", title.clone())];
        match self {
            Self::BlindParcel { scanned, .. } => say("ask-blind-parcel", code(scanned)),
            Self::UnknownArrival { tracking } => say("ask-unknown-arrival", code(&tracking.to_string())),
            Self::AnotherCarton { rmas } => say("ask-another-carton", [("rma", super::views::list(rmas))]),
            Self::WhichRma { scanned, .. } => say("ask-which-rma", code(scanned)),
            Self::WhichParcel { .. } => say("ask-which-parcel", []),
            Self::AnotherRma { rmas } => say("ask-another-rma", [("rma", super::views::list(rmas))]),
            Self::ParcelShort { empty: true, .. } => say("ask-parcel-empty", []),
            Self::ParcelShort { missing, .. } => say("ask-parcel-short", [("missing", missing.clone())]),
            Self::DeskMore { .. } => say("ask-desk-more", []),
            Self::RefuseParcel => say("ask-refuse-parcel", []),
            Self::WhichLine { item, .. } if item.empty_box => say("ask-which-line-empty", []),
            Self::WhichLine { .. } => say("ask-which-line", []),
            Self::OneMore { line, .. } => say("ask-one-more", titled(&line.title)),
            Self::Unexpected { title, .. } => say("ask-unexpected", titled(title)),
            Self::BlindItem { title, .. } => say("ask-blind-item", titled(title)),
            Self::UnknownItem { scanned, .. } => say("ask-unknown-item", code(scanned)),
            Self::HowMany { title, digits, .. } => {
                say("ask-how-many", [("title", title.clone()), ("digits", digits.clone())])
            }
            Self::Preprinted { lpn } => say("ask-preprinted", [("lpn", lpn.to_string())]),
            Self::Expiry { digits } => say("ask-expiry", [("digits", digits.clone())]),
            Self::Weight { digits, scale: None } => say("ask-weight", [("digits", digits.clone())]),
            Self::Weight { scale: Some(scale), .. } => scale.ask(),
            Self::PhotoAgain { flaws, .. } => {
                say("ask-photo-again", [("flaw", flaws.first().map(ToString::to_string).unwrap_or_default())])
            }
            Self::NoteFinding { finding } => say("ask-note-finding", [("finding", finding.to_string())]),
            Self::WhichReading { scanned, .. } => say("ask-which-reading", code(scanned)),
            Self::WhichFinding { .. } => say("ask-which-finding", []),
            Self::OtherGrade => say("ask-other-grade", []),
            Self::GradeReason { grade } => say("ask-grade-reason", [("grade", grade.to_string())]),
            Self::HoldReason => say("ask-hold-reason", []),
            Self::VoidReason => say("ask-void-reason", []),
            Self::TakeOut { container } => say("ask-take-out", [("container", container.clone())]),
            Self::ShipTracking { container } => say("ask-ship-tracking", [("container", container.clone())]),
        }
    }

    /// What was scanned, where that is the subject.
    pub(crate) fn code(&self) -> Option<String> {
        match self {
            Self::BlindParcel { scanned, .. }
            | Self::UnknownItem { scanned, .. }
            | Self::WhichRma { scanned, .. }
            | Self::WhichReading { scanned, .. } => Some(scanned.clone()),
            Self::UnknownArrival { tracking } => Some(tracking.to_string()),
            Self::HowMany { digits, .. } | Self::Expiry { digits } | Self::Weight { digits, .. } => {
                Some(digits.clone())
            }
            _ => None,
        }
    }

    /// What is picked from, as words; PICK-1 is the first of the page shown.
    fn listed(&self) -> Vec<Say> {
        match self {
            Self::BlindParcel { begun: parcels, .. } | Self::WhichParcel { parcels, .. } => {
                parcels.iter().map(ParcelOption::words).collect()
            }
            Self::WhichRma { rmas, .. } => {
                rmas.iter().map(|rma| say("choice-rma", [("rma", rma.to_string())])).collect()
            }
            Self::DeskMore { parcel } => DeskMatter::all(*parcel).iter().map(|one| one.words()).collect(),
            Self::RefuseParcel => ParcelRefusal::ALL.iter().map(|one| say(refusal_words(*one), [])).collect(),
            Self::WhichLine { lines, .. } | Self::BlindItem { lines, .. } => {
                lines.iter().map(LineOption::words).collect()
            }
            Self::WhichReading { readings, .. } => readings.clone(),
            Self::WhichFinding { findings } => findings
                .iter()
                .map(|(finding, on)| {
                    let code = if *on { "choice-finding-on" } else { "choice-finding" };
                    say(code, [("finding", finding.to_string())])
                })
                .collect(),
            Self::GradeReason { .. } => worded(OverrideReason::ALL, "choice-override-reason", "reason"),
            Self::HoldReason => worded(&HOLD_REASONS, "choice-hold-reason", "hold"),
            Self::VoidReason => worded(&VOID_REASONS, "choice-void-reason", "reason"),
            _ => Vec::new(),
        }
    }

    /// The ways to answer beside the list.
    fn others(&self) -> Vec<AnswerOption> {
        match self {
            Self::BlindParcel { .. } => vec![option(CommandCode::Blind, "choice-blind-parcel")],
            Self::WhichParcel { .. } => vec![option(CommandCode::Blind, "choice-other-carton")],
            Self::UnknownArrival { .. } => vec![option(CommandCode::Yes, "choice-unknown-arrival")],
            Self::AnotherCarton { .. } => vec![
                option(CommandCode::Yes, "choice-another-carton"),
                option(CommandCode::No, "choice-same-carton"),
            ],
            Self::AnotherRma { .. } => vec![option(CommandCode::Yes, "choice-another-rma")],
            Self::ParcelShort { .. } => vec![option(CommandCode::Yes, "choice-parcel-done")],
            Self::OneMore { .. } => vec![option(CommandCode::Yes, "choice-one-more")],
            Self::Unexpected { .. } => vec![option(CommandCode::Yes, "choice-unexpected")],
            Self::BlindItem { .. } => vec![option(CommandCode::Blind, "choice-blind-item")],
            Self::UnknownItem { .. } => vec![option(CommandCode::Yes, "choice-unknown-item")],
            Self::Preprinted { .. } => vec![option(CommandCode::Yes, "choice-preprinted")],
            Self::HowMany { .. } | Self::Weight { .. } => keypad(),
            Self::PhotoAgain { .. } => vec![
                option(CommandCode::Photo, "choice-photo-again"),
                option(CommandCode::Yes, "choice-photo-keep"),
            ],
            Self::NoteFinding { .. } => vec![
                option(CommandCode::Yes, "choice-note-finding"),
                option(CommandCode::No, "choice-note-nothing"),
            ],
            Self::Expiry { .. } => {
                let mut keys = keypad();
                keys.push(option(CommandCode::SkipPhoto, "choice-no-expiry"));
                keys
            }
            Self::OtherGrade => grades()
                .into_iter()
                .map(|(command, grade)| AnswerOption {
                    command,
                    texts: None,
                    say: Some(say("choice-grade", [("grade", grade.to_string())])),
                })
                .collect(),
            Self::TakeOut { .. } => vec![option(CommandCode::TakeOut, "choice-take-out")],
            Self::ShipTracking { .. } => vec![option(CommandCode::Next, "choice-no-tracking")],
            _ => Vec::new(),
        }
    }

    /// The ways to answer on one page of the list, MORE where there are several; CANCEL is always one of them.
    pub(crate) fn options(&self, page: usize) -> Vec<AnswerOption> {
        let listed = self.listed();
        let pages = listed.len().div_ceil(PICKS.len()).max(1);
        let shown = listed.into_iter().skip(page % pages * PICKS.len());
        let mut options: Vec<AnswerOption> = PICKS
            .into_iter()
            .zip(shown)
            .map(|(command, words)| AnswerOption { command, texts: None, say: Some(words) })
            .collect();
        if pages > 1 {
            options.push(option(CommandCode::More, "choice-more"));
        }
        options.extend(self.others());
        options.push(option(CommandCode::Cancel, "choice-cancel"));
        options
    }

    /// The place in the list that a command picks on this page.
    pub(crate) fn chosen(&self, page: usize, command: CommandCode) -> Option<usize> {
        let count = self.listed().len();
        let pages = count.div_ceil(PICKS.len()).max(1);
        let place = page % pages * PICKS.len() + picked(command)?;
        (place < count).then_some(place)
    }

    /// What is typed digit by digit, where that is the answer, and how many digits it may have.
    pub(crate) fn typed(&mut self) -> Option<(&mut String, usize)> {
        match self {
            Self::HowMany { digits, .. } => Some((digits, 3)),
            Self::Expiry { digits } => Some((digits, 6)),
            Self::Weight { digits, .. } => Some((digits, 5)),
            _ => None,
        }
    }
}

impl LineOption {
    fn words(&self) -> Say {
        say("choice-line", [("title", self.title.clone()), ("rma", self.rma.to_string())])
    }
}

impl ParcelOption {
    fn words(&self) -> Say {
        let words = [
            ("tracking", self.tracking.clone()),
            ("at", self.at.clone()),
            ("pieces", self.pieces.to_string()),
        ];
        if self.tracking.is_empty() { say("choice-parcel-begun", words) } else { say("choice-parcel", words) }
    }
}

/// The code whose words say why a parcel is not taken in.
pub(crate) const fn refusal_words(refusal: ParcelRefusal) -> &'static str {
    match refusal {
        ParcelRefusal::NotOurs => "choice-refuse-not-ours",
        ParcelRefusal::CarrierDamage => "choice-refuse-damage",
        ParcelRefusal::Hazmat => "choice-refuse-hazmat",
        ParcelRefusal::Other => "choice-refuse-other",
    }
}

fn grades() -> Vec<(CommandCode, Grade)> {
    CommandCode::ALL.iter().filter_map(|command| Some((*command, command.grade()?))).collect()
}

fn keypad() -> Vec<AnswerOption> {
    let digits = DIGITS.into_iter().filter_map(|command| {
        let words = say("choice-digit", [("digit", command.digit()?.to_string())]);
        Some(AnswerOption { command, texts: None, say: Some(words) })
    });
    digits.chain([option(CommandCode::Enter, "choice-enter")]).collect()
}

fn option(command: CommandCode, code: &str) -> AnswerOption {
    AnswerOption { command, texts: None, say: Some(say(code, [])) }
}

fn worded<T: ToString>(values: &[T], code: &str, name: &str) -> Vec<Say> {
    values.iter().map(|value| say(code, [(name, value.to_string())])).collect()
}

/// Words for one reading of an ambiguous scan.
pub(crate) fn reading_words(meaning: &Meaning) -> Say {
    match meaning {
        Meaning::Tracking { candidates } => {
            let carriers: Vec<&str> = candidates.iter().map(|candidate| candidate.carrier.name()).collect();
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
